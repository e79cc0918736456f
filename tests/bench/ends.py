"""Counts faults at the ends of lines, paragraphs, pages and chapters in finished PDFs of novels:
`python -m tests.bench.ends FILE... [--list]`. It reads nothing but where letters are on pages."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

HYPHENS = frozenset("-\u2010\u00ad\x02\ufffe")
"""Characters at the end of a line as PDFium gives them; the last two are hyphens that divide."""

NEAR = 1.0
"""Points that two places may differ by and be the same."""

NOTES = 0.15
"""Lines by which the last of a page's notes, whose letters are smaller, may end below its text."""

MOST_HYPHENS, FEWEST_LINES = 2, 5

KINDS = {
    "fragment": "paragraphs that end in a part of a word",
    "short": "paragraphs whose last line is shorter than the indent",
    "ladder": "more than two hyphens in a row",
    "dash": "lines that begin with an em dash",
    "page-hyphen": "pages that end in a hyphen",
    "short-page": "chapters that end on a page of fewer than five lines",
    "uneven": "facing pages that do not end on the same line",
    "off-grid": "chapter openings off the grid",
    "contents": "contents that overflow by a line or two",
}


class Line(NamedTuple):
    """A line: its text, its baseline from the top of the page, its ends, and its type size."""

    text: str
    y: float
    left: float
    right: float
    size: float

    @property
    def is_hyphenated(self) -> bool:
        return self.text[-1] in HYPHENS


class Page(NamedTuple):
    """The lines of the text on a page, the number of all its lines but running heads, and the
    place of the last, which may be that of a note."""

    number: int
    lines: tuple[Line, ...]
    all_lines: int
    left: float
    right: float
    begins_chapter: bool
    end: float


class Fault(NamedTuple):
    kind: str
    page: int
    text: str


class Letter(NamedTuple):
    text: str
    x: float
    right: float
    y: float
    size: float


def letters(page: pypdfium2.PdfPage) -> Iterator[Letter]:
    """The letters of a page as they follow each other in the text."""
    height, text = page.get_height(), page.get_textpage()
    x, y = pdfium.c_double(), pdfium.c_double()
    left, right, low, high = (pdfium.c_double() for _ in range(4))
    for number in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, number)
        if chr(code).isspace() and chr(code) != " ":
            continue
        pdfium.FPDFText_GetCharOrigin(text, number, x, y)
        pdfium.FPDFText_GetCharBox(text, number, left, right, low, high)
        size = pdfium.FPDFText_GetFontSize(text, number)
        yield Letter(chr(code), x.value, right.value, height - y.value, round(size, 1))


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page, from its head to its foot."""
    rows: dict[tuple[int, float], list[Letter]] = {}
    for letter in letters(page):
        rows.setdefault((round(letter.y), letter.size), []).append(letter)
    lines = []
    for (_, size), row in rows.items():
        text = "".join(letter.text for letter in row).strip()
        inked = [letter for letter in row if letter.text != " "]
        if text and inked:
            right = max(letter.right for letter in inked)
            lines.append(Line(text, row[0].y, min(map(_x, inked)), right, size))
    return sorted(lines, key=lambda line: line.y)


def _x(letter: Letter) -> float:
    return letter.x


def pages_of(path: Path) -> list[Page]:
    with pypdfium2.PdfDocument(path) as document:
        starts = {mark.get_dest().get_index() for mark in document.get_toc() if mark.level == 0}
        rows = [lines_of(page) for page in document]
    sizes = Counter[float]()
    for row in rows:
        for line in row:
            sizes[line.size] += len(line.text)
    size = sizes.most_common(1)[0][0]
    pages = []
    for number, row in enumerate(rows, start=1):
        text = [line for line in row if line.size == size]
        left = Counter(round(line.left) for line in text).most_common(1)
        right = max((line.right for line in text), default=0)
        end = max((line.y for line in row if not line.text.isalnum()), default=0)
        pages.append(
            Page(
                number, tuple(text), max(0, len(row) - 1), left[0][0] if left else 0, right,
                number - 1 in starts, end,
            )
        )  # fmt: skip
    return pages


def chapters(pages: Sequence[Page]) -> Iterator[list[Page]]:
    """The pages of each chapter."""
    first = next((n for n, page in enumerate(pages) if page.begins_chapter), 0)
    chapter: list[Page] = []
    for page in pages[first:]:
        if page.begins_chapter and chapter:
            yield chapter
            chapter = []
        if page.lines:
            chapter.append(page)
    yield chapter


class _Placed(NamedTuple):
    line: Line
    page: Page

    @property
    def inset(self) -> float:
        return self.line.left - self.page.left


def faults(path: Path) -> list[Fault]:
    """The faults of a file, by page."""
    pages = pages_of(path)
    leading = _commonest(
        (round(after.y - line.y, 1) for page in pages for line, after in pairwise(page.lines)), 1
    )
    inner = [page for page in pages if page.lines and not page.begins_chapter]
    grid = _commonest((round(page.lines[-1].y % leading, 1) for page in inner), 0)
    insets = (round(line.left - page.left, 1) for page in pages for line in page.lines)
    indent = _commonest((inset for inset in insets if 3 * NEAR < inset < 2 * leading), leading)
    result: list[Fault] = []
    for chapter in chapters(pages):
        result += _of_lines(chapter, indent, leading)
        result += _of_pages(chapter, leading, grid)
    result += _of_contents(pages)
    return sorted(result, key=lambda fault: fault.page)


def _commonest(values: Iterable[float], default: float) -> float:
    return Counter(values).most_common(1)[0][0] if (values := [*values]) else default


def _of_lines(chapter: Sequence[Page], indent: float, leading: float) -> Iterator[Fault]:
    placed = [_Placed(line, page) for page in chapter for line in page.lines]
    paragraphs: list[list[_Placed]] = []
    for before, here in pairwise([None, *placed]):
        assert here is not None
        is_near = before is not None and (
            before.page is not here.page or here.line.y - before.line.y < 1.2 * leading
        )
        goes_on = (
            before is not None
            and is_near
            and abs(here.inset) < NEAR
            and (abs(before.line.right - before.page.right) < 3 * NEAR or before.line.is_hyphenated)
        )
        if goes_on:
            paragraphs[-1].append(here)
        else:
            paragraphs.append([here])
    for paragraph in paragraphs:
        last = paragraph[-1]
        if len(paragraph) > 1:
            is_part = paragraph[-2].line.is_hyphenated and " " not in last.line.text
            if is_part:
                yield Fault("fragment", last.page.number, last.line.text)
            elif last.line.right - last.line.left < indent:
                yield Fault("short", last.page.number, last.line.text)
        for is_hyphenated, run in groupby(paragraph, lambda place: place.line.is_hyphenated):
            row = list(run)
            if is_hyphenated and len(row) > MOST_HYPHENS:
                yield Fault("ladder", row[0].page.number, row[0].line.text)
        for place in paragraph[1:]:
            if place.line.text.startswith("\u2014"):
                yield Fault("dash", place.page.number, place.line.text)


def _of_pages(chapter: Sequence[Page], leading: float, grid: float) -> Iterator[Fault]:
    for page in chapter[:-1]:
        if page.lines[-1].is_hyphenated:
            yield Fault("page-hyphen", page.number, page.lines[-1].text)
    if len(chapter) > 1 and len(chapter[-1].lines) < FEWEST_LINES:
        yield Fault("short-page", chapter[-1].number, chapter[-1].lines[-1].text)
    for left, right in pairwise(chapter[:-1]):
        lines = (left.end - right.end) / leading
        if left.number % 2 == 0 and abs(lines) > NOTES:
            yield Fault("uneven", left.number, f"by {lines:+.1f} lines")
    off = (chapter[0].lines[-1].y - grid) % leading
    if min(off, leading - off) > NEAR:
        yield Fault("off-grid", chapter[0].number, f"by {off / leading:.2f} lines")


def _of_contents(pages: Sequence[Page]) -> Iterator[Fault]:
    first = next((n for n, page in enumerate(pages) if page.begins_chapter), 0)
    before = [page for page in pages[:first] if page.all_lines]
    if len(before) > 1 and before[-1].all_lines <= 2 and before[-2].all_lines > FEWEST_LINES:
        yield Fault("contents", before[-1].number, "")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ends", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="each fault, with its page and text")
    asked = parser.parse_args()
    results = [faults(path) for path in asked.files]
    for path, result in zip(asked.files, results, strict=True):
        for fault in result if asked.list else ():
            print(f"{path.name}:{fault.page}: {fault.kind}: {fault.text}")
    for kind, meaning in KINDS.items():
        counts = [sum(fault.kind == kind for fault in result) for result in results]
        print(f"{meaning:58}", *(f"{count:6}" for count in counts))
    print(f"{'all':58}", *(f"{len(result):6}" for result in results))


if __name__ == "__main__":
    main()
