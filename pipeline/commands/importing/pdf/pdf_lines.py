"""Lines of a PDF, as its pieces of text make them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import TextLine
from pipeline.commands.importing.atoms import Atom, Formats, fill
from pipeline.commands.importing.draft import NOTE_MARK
from pipeline.commands.pdf_reading.page_content import TextRun
from pipeline.model.late import late
from pipeline.parser.characters import FORBIDDEN

HYPHENS = ("-", "\u2010")
"""The signs at the end of a line in which a word is cut."""

_MARK = late(r"[•◦▪‣·●○■□☐☑☒\uf0b7\uf0a7–-]|\(?\d{1,3}[.)]")
"""A bullet, a box or a number."""

_CUT = late(r"(?<!\w)([^\W\d_]{2,60})[-\u2010\u00ad\ufffe\x02]$")
END = late(r"[.!?…:;。！？؟][”\"’»)\]\d]*$")
"""The end of a sentence, perhaps with the number of a note."""

APART, RAISED_APART = 0.2, 0.6
"""Of the size of its letters, a piece is further from the one before where a space is between;
and a raised one."""


class PdfPiece(TextRun, frozen=True):
    """A piece of text, the address that it leads to, and the label of the note that it is the
    number of."""

    address: str = ""
    note: str = ""


class PdfText(NamedTuple):
    """A page of HTML, its number of words, that of omitted content, and the notes by their
    labels."""

    body: Element
    words: int
    left_out: Counter[str]
    notes: list[tuple[str, Element]]


def plain_figures(body: Element) -> None:
    """Make images without a caption paragraphs, as they are elsewhere."""
    for figure in body.findall("figure"):
        if figure.find("figcaption") is None:
            figure.tag = "p"


class PdfLine(NamedTuple):
    """The pieces on one line of a page."""

    page: int
    runs: tuple[TextRun, ...]

    @property
    def text(self) -> str:
        text = ""
        for number, run in enumerate(self.runs):
            if number and _is_apart(self.runs[number - 1], run):
                text += " "
            text += run.text
        return " ".join(FORBIDDEN.sub("-", text).split())

    @property
    def _longest(self) -> TextRun:
        return max(self.runs, key=lambda run: len(run.text))

    @property
    def size(self) -> float:
        return self._longest.size

    @property
    def face(self) -> str:
        """The font and the colour of most letters, if they are no link."""
        run = self._longest
        is_link = isinstance(run, PdfPiece) and run.address
        return "" if is_link else f"{run.font} {run.colour}"

    @property
    def bold(self) -> bool:
        return all(run.bold for run in self.runs if run.text.strip())

    @property
    def italic(self) -> bool:
        return all(run.italic for run in self.runs if run.text.strip())

    @property
    def baseline(self) -> float:
        return max(self.runs, key=lambda run: run.size).baseline

    @property
    def left(self) -> float:
        return min(run.box.left for run in self.runs)

    @property
    def right(self) -> float:
        return max(run.box.right for run in self.runs)


def shape(lines: Sequence[PdfLine], place: str = "") -> TextLine:
    """Lines as one, in the size of the first; many in italics are a passage, such as a poem."""
    text = " ".join(line.text for line in lines)
    is_italic = len(lines) < 3 and all(line.italic for line in lines)
    is_bold = all(line.bold for line in lines)
    face = lines[0].face and place + lines[0].face
    return TextLine(text, lines[0].size, is_bold, is_italic, face)


def _is_apart(before: TextRun, run: TextRun, *, raised: bool = False) -> bool:
    if before.text[-1:].isspace() or run.text[:1].isspace() or run.text[0] in ".,;:!?)]’”":
        return False
    apart = RAISED_APART if raised else APART
    return run.box.left - before.box.right > apart * min(run.size, before.size)


def lines_of(page: int, runs: Iterable[TextRun]) -> list[PdfLine]:
    """The lines that pieces are on, in their order; marks that are drawn by themselves stand before
    theirs."""
    groups: list[list[TextRun]] = []
    for run in runs:
        before = groups[-1][-1] if groups else None
        size = max(run.size, before.size) if before else run.size
        if (
            before is None
            or abs(run.baseline - before.baseline) > 0.5 * size
            or run.box.left < before.box.left - size
        ):
            groups.append([run])
        else:
            line = groups[-1]
            is_mark = run.box.left < line[0].box.left and _MARK.fullmatch(run.text.strip())
            line.insert(0 if is_mark else len(line), run)
    return _marked([PdfLine(page, tuple(group)) for group in groups])


def _marked(lines: list[PdfLine]) -> list[PdfLine]:
    marks = {
        round(line.baseline): line
        for line in lines
        if len(line.runs) == 1 and _MARK.fullmatch(line.text)
    }
    kept: list[PdfLine] = []
    used: list[PdfLine] = []
    for line in lines:
        mark = marks.get(round(line.baseline))
        if mark and mark is not line and mark.left < line.left and mark not in used:
            used.append(mark)
            line = line._replace(runs=(*mark.runs, *line.runs))
        kept.append(line)
    return [line for line in kept if line not in used]


def hyphenated(text: str) -> frozenset[str]:
    """The words of a text with a hyphen in them; and the hyphenation character, if it is another
    one."""
    return frozenset(re.findall(r"(?<!\w)\w{1,60}-\w{1,60}|\u2010(?= )", text))


def write_lines(
    lines: Iterable[PdfLine], to: Element, known: frozenset[str], *, marked: bool = True
) -> None:
    """Lines as one text, with bold, italic, superscript and linked parts, and with references to
    notes; words hyphenated at line ends are rejoined, unless the text has them with a hyphen
    elsewhere."""
    atoms: list[Atom] = []
    for line in lines:
        if atoms:
            text, formats = str(atoms[-1].content), atoms[-1].formats
            start = line.text
            cut = _CUT.search(text[-70:])
            if cut and start[:1].islower():
                whole = cut[1] + (re.match(r"\w*", start) or [""])[0]
                hyphened = f"{cut[1]}-{whole[len(cut[1]) :]}"
                is_known = text.endswith("-") and not known.isdisjoint((hyphened, "\u2010"))
                atoms[-1] = Atom(text if is_known else text[:-1], formats)
            else:
                atoms.append(Atom(" ", _shared(formats, _formats(line.runs[0], line, marked))))
        for number, run in enumerate(line.runs):
            text = FORBIDDEN.sub("-", run.text)
            formats = _formats(run, line, marked)
            note = run.note if isinstance(run, PdfPiece) else ""
            if note and number:
                atoms[-1] = Atom(str(atoms[-1].content).rstrip(), atoms[-1].formats)
            elif number and _is_apart(line.runs[number - 1], run, raised="raised" in dict(formats)):
                atoms.append(Atom(" ", _shared(atoms[-1].formats, formats)))
            text = text if number else text.lstrip()
            atoms.append(Atom(f"{NOTE_MARK}{note}{NOTE_MARK}") if note else Atom(text, formats))
    if to.tag == "p" and (len(to) or to.text):
        atoms.insert(0, Atom(" "))
    fill(to, atoms)


def _formats(run: TextRun, line: PdfLine, marked: bool) -> Formats:
    formats = []
    if isinstance(run, PdfPiece) and run.address:
        formats.append(("link", run.address))
    if marked and run.bold:
        formats.append(("strong", "strong"))
    if marked and run.italic:
        formats.append(("em", "em"))
    by = run.baseline - line.baseline
    if run.size < 0.85 * line.size and abs(by) > 0.08 * line.size:
        formats.append(("raised", "sup" if by > 0 else "sub"))
    return tuple(formats)


def _shared(first: Formats, second: Formats) -> Formats:
    return tuple(format for format in first if format in second)
