"""The text of a PDF without a structure tree, by the places and sizes of its lines."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.authoring.importing.page_metadata import TITLE
from pipeline.authoring.importing.pdf.lines import PdfLine, hyphenated, lines_of, write_lines
from pipeline.verify.layout import PageLayout

LARGER = 1.12
"""Times the size of the text that a heading has at least."""

LONGEST = 15
"""Words of a line that is a heading because it is bold."""

EDGES = 2
"""Lines at the top and the foot of a page that may be of the page."""

_BULLET = re.compile(r"\s*[•◦▪‣·●○■□\uf0b7\uf0a7–-]\s+")
_NUMBER = re.compile(r"\s*\(?\d{1,3}[.)]\s+")
_MARK = re.compile(r"[•◦▪‣·●○■□\uf0b7\uf0a7–-]|\(?\d{1,3}[.)]")
_END = re.compile(r"[.!?…:;。！？؟][”\"’»)\]\d]*$")


def page_of_lines(
    pages: Sequence[PageLayout], outline: dict[str, int]
) -> tuple[Element, int, Counter[str]]:
    """A page of HTML with the text, how many words it has, and those of what is of the pages."""
    by_page = [lines_of(page.number, page.runs) for page in pages]
    by_page = [_marked([line for line in lines if line.text]) for lines in by_page]
    left_out = _furniture(by_page)
    lines = [line for one in by_page for line in one if _key(line) not in left_out[0]]
    body = etree.Element("body")
    if not lines:
        return body, 0, Counter()
    whole = " ".join(line.text for line in lines)
    known = hyphenated(whole)
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    text = sizes.most_common(1)[0][0]
    larger = sorted({round(one.size, 1) for one in lines if one.size > LARGER * text}, reverse=True)
    levels = {size: min(number, 5) for number, size in enumerate(larger, 1)}
    marks = 0
    for part in _paragraphs(lines, text):
        first, said = part[0], " ".join(line.text for line in part)
        level = outline.get(said.casefold(), 0) or levels.get(round(first.size, 1), 0)
        words = len(said.split())
        if not level and first.bold and len(part) == 1 and words <= LONGEST:
            level = 0 if _END.search(said) else len(larger) + 1
        if level and words <= 40:
            made = etree.SubElement(body, f"h{min(level, 6)}")
            if level == 1 and sum(e.tag == "h1" for e in body) == 1 and first.page == 1:
                made.set("class", TITLE)
            write_lines(part, made, known, marked=False)
        elif mark := _BULLET.match(first.text) or _NUMBER.match(first.text):
            kind = "ul" if _BULLET.match(first.text) else "ol"
            last = body[-1] if len(body) else None
            listed = last if last is not None and last.tag == kind else etree.SubElement(body, kind)
            item = etree.SubElement(listed, "li")
            write_lines(part, item, known)
            _without(item, mark[0].strip())
            marks += 1
        else:
            write_lines(part, etree.SubElement(body, "p"), known)
    return body, len(whole.split()) - sum(map(_is_cut, lines)) - marks, left_out[1]


def _without(item: Element, mark: str) -> None:
    """Take the mark of an item away."""
    for element in item.iter():
        if element.text and element.text.strip():
            element.text = element.text.strip().removeprefix(mark).lstrip()
            return


def _is_cut(line: PdfLine) -> bool:
    return line.text.endswith("-")


def _marked(lines: list[PdfLine]) -> list[PdfLine]:
    """The lines of a page, with bullets and numbers that are drawn by themselves before theirs."""
    marks = {
        round(line.baseline): line
        for line in lines
        if len(line.runs) == 1 and _MARK.fullmatch(line.text)
    }
    found: list[PdfLine] = []
    used: list[PdfLine] = []
    for line in lines:
        mark = marks.get(round(line.baseline))
        if mark and mark is not line and mark.left < line.left and mark not in used:
            used.append(mark)
            line = line._replace(runs=(*mark.runs, *line.runs))
        found.append(line)
    return [line for line in found if line not in used]


def _key(line: PdfLine) -> tuple[int, str, float]:
    return line.page, line.text, round(line.baseline)


def _furniture(
    pages: Sequence[Sequence[PdfLine]],
) -> tuple[set[tuple[int, str, float]], Counter[str]]:
    """Running heads, feet and page numbers: what stands at the edges of many pages."""
    edges: list[PdfLine] = []
    for lines in pages:
        ordered = sorted(lines, key=lambda line: -line.baseline)
        edges += {*ordered[:EDGES], *ordered[-EDGES:]}
    often = Counter(re.sub(r"\d+|(?<![^\W\d_])[ivxlc]{1,8}$", "#", line.text) for line in edges)
    least = max(3, 0.3 * len(pages))
    found: set[tuple[int, str, float]] = set()
    words: Counter[str] = Counter()
    for line in edges:
        kind = re.sub(r"\d+|(?<![^\W\d_])[ivxlc]{1,8}$", "#", line.text)
        is_number = re.fullmatch(r"\W*#\W*", kind) and len(pages) > 1
        if often[kind] >= least or is_number:
            found.add(_key(line))
            words[kind if "#" not in kind else line.text] += len(line.text.split())
    return found, words


def _paragraphs(lines: Sequence[PdfLine], text: float) -> Iterator[list[PdfLine]]:
    """The lines of each paragraph."""
    gaps = [
        a.baseline - b.baseline
        for a, b in itertools.pairwise(lines)
        if a.page == b.page and 0 < a.baseline - b.baseline < 3 * text
    ]
    leading = statistics.median_low(gaps) if gaps else 1.2 * text
    width = max(line.right - line.left for line in lines)
    part = [lines[0]]
    for line in lines[1:]:
        if _goes_on(part, line, leading, width):
            part.append(line)
        else:
            yield part
            part = [line]
    yield part


def _goes_on(part: list[PdfLine], line: PdfLine, leading: float, width: float) -> bool:
    before = part[-1]
    if abs(line.size - before.size) > 0.5 or (
        line.bold != before.bold and len(part) == 1 and before.bold
    ):
        return False
    if _BULLET.match(line.text) or _NUMBER.match(line.text):
        return False
    is_cut = not _END.search(before.text)
    gap = before.baseline - line.baseline
    if before.page != line.page or gap <= 0:
        return is_cut and line.text[:1].islower()
    if gap > 1.3 * leading + 0.5:
        return False
    is_listed = bool(_BULLET.match(part[0].text) or _NUMBER.match(part[0].text))
    if is_listed and line.left < part[0].left + 0.5 * line.size:
        return False
    if line.left > part[-1].left + 0.8 * line.size and not (is_listed and len(part) == 1):
        return False
    is_short = before.right - before.left < 0.8 * width
    return not is_short or is_cut
