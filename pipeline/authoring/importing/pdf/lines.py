"""Lines of a PDF, as its pieces of text make them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.parser.characters import FORBIDDEN
from pipeline.verify.layout import TextRun

_CUT = re.compile(r"(?<!\w)([^\W\d_]{2,60})[-\u00ad\ufffe\x02]$")
APART = 0.2
"""Of the size of its letters, a piece is further from the one before where a space is between."""


class PdfLine(NamedTuple):
    """The pieces on one line of a page."""

    page: int
    runs: tuple[TextRun, ...]

    @property
    def text(self) -> str:
        found = ""
        for number, run in enumerate(self.runs):
            if number and _is_apart(self.runs[number - 1], run):
                found += " "
            found += run.text
        return " ".join(FORBIDDEN.sub("-", found).split())

    @property
    def size(self) -> float:
        return max(self.runs, key=lambda run: len(run.text)).size

    @property
    def bold(self) -> bool:
        return all(run.bold for run in self.runs if run.text.strip())

    @property
    def baseline(self) -> float:
        return max(self.runs, key=lambda run: run.size).baseline

    @property
    def left(self) -> float:
        return min(run.box.left for run in self.runs)

    @property
    def right(self) -> float:
        return max(run.box.right for run in self.runs)


def _is_apart(before: TextRun, run: TextRun) -> bool:
    if before.text[-1:].isspace() or run.text[:1].isspace():
        return False
    return run.box.left - before.box.right > APART * min(run.size, before.size)


def lines_of(page: int, runs: Iterable[TextRun]) -> list[PdfLine]:
    """The lines that pieces are on, in their order."""
    found: list[list[TextRun]] = []
    for run in runs:
        before = found[-1][-1] if found else None
        size = max(run.size, before.size) if before else run.size
        if (
            before is None
            or abs(run.baseline - before.baseline) > 0.5 * size
            or run.box.left < before.box.left - size
        ):
            found.append([run])
        else:
            found[-1].append(run)
    return [PdfLine(page, tuple(one)) for one in found]


def hyphenated(text: str) -> frozenset[str]:
    """The words of a text that have a hyphen in them."""
    return frozenset(re.findall(r"(?<!\w)\w{1,60}-\w{1,60}", text))


def write_lines(
    lines: Iterable[PdfLine], to: Element, known: frozenset[str], *, marked: bool = True
) -> None:
    """Lines as one text, with what is bold in it; words that were cut at the ends of lines are
    whole again, unless the text has them with the hyphen elsewhere."""
    pieces: list[tuple[str, bool]] = []
    for line in lines:
        start = line.text
        if pieces:
            text, bold = pieces[-1]
            cut = _CUT.search(text[-70:])
            if cut and start[:1].islower():
                whole = cut[1] + (re.match(r"\w*", start) or [""])[0]
                hyphened = f"{cut[1]}-{whole[len(cut[1]) :]}"
                is_known = hyphened in known and text.endswith("-")
                pieces[-1] = (text if is_known else text[:-1], bold)
            else:
                pieces[-1] = (f"{text} ", bold)
        before: TextRun | None = None
        for run in line.runs:
            text = FORBIDDEN.sub("-", run.text)
            if before is not None and _is_apart(before, run):
                text = f" {text}"
            if pieces and before is not None and pieces[-1][1] == run.bold:
                pieces[-1] = (pieces[-1][0] + text, run.bold)
            elif pieces and pieces[-1][1] == run.bold:
                pieces[-1] = (pieces[-1][0] + text.lstrip(), run.bold)
            else:
                pieces.append((text, run.bold))
            before = run
    for text, bold in pieces:
        if bold and marked:
            etree.SubElement(to, "strong").text = text
        elif len(to):
            to[-1].tail = (to[-1].tail or "") + text
        else:
            to.text = (to.text or "") + text
