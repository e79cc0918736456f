"""The text of a PDF without a structure tree, by the positions and sizes of its lines."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import APART, CENTRED, LARGER, Levels, TextLine
from pipeline.commands.importing.atoms import number_by
from pipeline.commands.importing.link_targets import LABEL
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.pdf.pdf_lines import (
    END,
    HYPHENS,
    PdfLine,
    PdfText,
    hyphenated,
    lines_of,
    plain_figures,
    shape,
    write_lines,
)
from pipeline.commands.importing.pdf.pdf_tables import PdfTable, cells_of, with_tables
from pipeline.commands.importing.pdf.pieces import ShownImage, note_of, notes_below, without_mark
from pipeline.commands.importing.typed_lists import RULED, TO_TICK
from pipeline.commands.pdf_reading.page_content import PageLayout
from pipeline.model.late import late

INDENT = 3
"""The maximum indentation of a paragraph's first line, relative to the size of the text."""

FARTHER = 1.3
"""A paragraph has more space above it than most if it has this much more."""

EDGES = 2
"""The number of lines at the top and foot of a page that may belong to the page."""

_BULLET = late(r"\s*[•◦▪‣·●○■□\uf0b7\uf0a7–-]\s+")
_NUMBER = late(r"\s*(?:\(?\d{1,3}[.)]|\(?[A-Za-z]\))\s+")
_MARK = late(r"[•◦▪‣·●○■□\uf0b7\uf0a7–-]|\(?\d{1,3}[.)]|\(?[A-Za-z]\)")
_SECTION = late(r"[\dA-ZIVX][\dIVX.]{0,8}")

_Item: TypeAlias = PdfLine | PdfTable | ShownImage
_Part: TypeAlias = list[PdfLine] | PdfTable | ShownImage


def page_of_lines(
    pages: Sequence[PageLayout], outline: dict[str, int], images: Sequence[ShownImage]
) -> PdfText:
    """A page of HTML with the text; ``outline`` are the levels of headings, 0 for what is none."""
    by_page = [lines_of(page.number, page.runs) for page in pages]
    by_page = [[line for line in lines if line.text] for lines in by_page]
    furniture, left_out = _furniture(by_page)
    by_page = [
        [line for line in page_lines if _key(line) not in furniture] for page_lines in by_page
    ]
    lines = [line for page_lines in by_page for line in page_lines]
    body = etree.Element("body")
    if not lines:
        return PdfText(body, 0, Counter(), [])
    whole = " ".join(line.text for line in lines)
    known = hyphenated(whole)
    levels = Levels((shape([line]) for line in lines), outline)
    text = levels.text
    below = notes_below(by_page, text)
    items = [
        item
        for page, page_lines in zip(pages, below.pages, strict=True)
        for item in _with_images(
            with_tables(page_lines), [i for i in images if i.page == page.number]
        )
    ]
    lists: list[_OpenList] = []
    marks = 0
    columns = _Columns((item for item in items if isinstance(item, PdfLine)), text)
    parts = [*_parts(items, columns, text)]
    by_look = levels.of_all([*_shapes(parts, columns, text)])
    typed = {_mark_of(part[0]) for part in parts if isinstance(part, list)}
    numbers = {int(number) for mark in typed if (number := mark.strip("(.)")).isdigit()}
    for part, level in zip(parts, by_look, strict=True):
        if not isinstance(part, list):
            part.write(body, known)
            continue
        first, part_text = part[0], " ".join(line.text for line in part)
        if level:
            heading = etree.SubElement(body, f"h{min(level, 6)}")
            if level == 1 and sum(e.tag == "h1" for e in body) == 1 and first.page == 1:
                heading.set("class", TITLE)
            write_lines(part, heading, known, marked=False)
        elif (mark := _mark_of(first)) and _is_listed(mark, numbers):
            item = _item(body, lists, first.left, mark)
            write_lines([without_mark(first, mark), *part[1:]], item, known)
            marks += 1
        elif (label := LABEL.match(part_text)) and len(body) and body[-1].tag == "figure":
            caption = etree.SubElement(body[-1], "figcaption")
            write_lines(part, caption, known, marked=False)
            marks += len(label[0].split())
        else:
            write_lines(part, etree.SubElement(body, "p"), known)
    notes = [(label, note_of(lines, known)) for label, lines in below.notes.items()]
    cut = sum(line.text.endswith(HYPHENS) for line in lines)
    count = len(whole.split()) - cut - marks - 2 * len(notes)
    plain_figures(body)
    return PdfText(body, count, left_out, notes)


class _OpenList(NamedTuple):
    left: float
    kind: str
    element: Element


class _Columns:
    """The right edges of the columns of all pages, by where their lines begin."""

    def __init__(self, lines: Iterable[PdfLine], text: float) -> None:
        self._width = INDENT * text
        self._edges: dict[tuple[int, int], float] = {}
        for line in lines:
            place = (line.page, int(line.left / self._width))
            self._edges[place] = max(self._edges.get(place, 0), line.right)

    def right(self, line: PdfLine) -> float:
        at = int(line.left / self._width)
        return max(self._edges.get((line.page, at + by), 0) for by in (-1, 0, 1))

    def is_short(self, line: PdfLine) -> bool:
        """Return whether a line ends well before others of its column."""
        return line.right - line.left < 0.8 * (self.right(line) - line.left)


def _shapes(parts: Sequence[_Part], columns: _Columns, text: float) -> Iterator[TextLine | None]:
    """The look of paragraphs, and their places: those that begin a page could be set apart."""
    gaps = [_gap(before, part) for before, part in itertools.pairwise(parts)]
    usual = statistics.median_low([gap for gap in gaps if gap] or [0])
    for gap, part, below in zip([0, *gaps], parts, [*parts[1:], None], strict=True):
        if not isinstance(part, list) or LABEL.match(part[0].text) or _is_row(part[0]):
            yield None
        elif isinstance(below, list) and _is_centred(part, below[0], columns, text):
            yield shape(part, CENTRED)
        else:
            could_be = not gap and len(part) == 1 and not END.search(part[0].text)
            yield shape(part, APART if could_be or gap > FARTHER * usual else "")


def _gap(before: _Part, part: _Part) -> float:
    """The space between paragraphs, from line to line; 0 on other pages and in other columns."""
    if not (isinstance(before, list) and isinstance(part, list)):
        return 0
    gap = before[-1].baseline - part[0].baseline
    return gap if before[-1].page == part[0].page and gap > 0 else 0


def _is_row(line: PdfLine) -> bool:
    """Return whether a line is one of a table: there are gaps in it, but not after its number."""
    first, *others = cells_of(line)
    return len(others) > (_SECTION.fullmatch(first.text) is not None)


def _is_centred(part: Sequence[PdfLine], below: PdfLine, columns: _Columns, text: float) -> bool:
    """Return whether a heading stands in the middle of the text below it."""
    left = min(line.left for line in part) - below.left
    right = columns.right(below) - max(line.right for line in part)
    return min(left, right) > 2 * text and abs(left - right) < 2 * text


def _with_images(lines: list[PdfLine | PdfTable], images: Sequence[ShownImage]) -> Iterator[_Item]:
    """The content of a page, with its images before the first line below them."""
    places: dict[int, list[ShownImage]] = {}
    for image in images:
        box = image.picture.box
        middle = (box.bottom + box.top) / 2
        firsts = (
            (at, piece if isinstance(piece, PdfLine) else piece.lines[0])
            for at, piece in enumerate(lines)
        )
        below = (
            at
            for at, line in firsts
            if line.baseline < middle and line.left < box.right and line.right > box.left
        )
        at = next(below, len(lines))
        places.setdefault(at, []).append(image)
    for at, piece in enumerate([*lines, None]):
        yield from places.get(at, ())
        if piece is not None:
            yield piece


def _mark_of(line: PdfLine) -> str:
    """The bullet or number that a line begins with."""
    first = line.runs[0].text.strip()
    if len(line.runs) > 1 and _MARK.fullmatch(first):
        return first
    match = _BULLET.match(line.text) or _NUMBER.match(line.text)
    return match[0].strip() if match else ""


def _is_listed(mark: str, numbers: set[int]) -> bool:
    """Return whether a mark begins an item: a number does if others precede or follow, which none
    does of a date."""
    number = mark.strip("(.)")
    return not number.isdigit() or bool(numbers & {int(number) - 1, int(number) + 1})


def _item(body: Element, lists: list[_OpenList], left: float, mark: str) -> Element:
    """A new item, in the list of its indentation and of its kind of marks; letters count within
    what a number begins. ``lists`` are the open ones."""
    number = mark.strip("(.)")
    kind = "1" if number.isdigit() else "a" if number.islower() else "A" if number.isupper() else ""
    if not lists or not len(body) or body[-1] is not lists[0].element:
        lists.clear()
    while lists and lists[-1].left > left + 3:
        lists.pop()
    for at, open_list in enumerate(lists):
        if open_list.kind == kind and open_list.left >= left - 3:
            del lists[at + 1 :]
    is_lettered = kind in ("a", "A") and bool(lists) and lists[-1].kind == "1"
    is_inner = is_lettered or (bool(lists) and lists[-1].left < left - 3)
    if not lists or is_inner or lists[-1].kind != kind:
        to = lists[-1].element[-1] if is_inner else body
        if lists and not is_inner:
            lists.pop()
            to = lists[-1].element[-1] if lists else body
        element = etree.SubElement(to, "ol" if kind else "ul")
        number_by(element, mark)
        lists.append(_OpenList(left, kind, element))
    item = etree.SubElement(lists[-1].element, "li")
    if kind == "1":
        item.set("value", number)
    return item


def _key(line: PdfLine) -> tuple[int, str, float]:
    return line.page, line.text, round(line.baseline)


def _furniture(
    pages: Sequence[Sequence[PdfLine]],
) -> tuple[set[tuple[int, str, float]], Counter[str]]:
    """Running heads, feet and page numbers: text at the edges of many pages."""
    edges: list[tuple[PdfLine, str]] = []
    for lines in pages:
        ordered = sorted(lines, key=lambda line: -line.baseline)
        for line in dict.fromkeys([*ordered[:EDGES], *ordered[-EDGES:]]):
            edges.append((line, re.sub(r"\d+|(?<![^\W\d_])[ivxlc]{1,8}$", "#", line.text)))
    often = Counter(kind for kind, _ in {(kind, line.page) for line, kind in edges})
    least = max(3, 0.3 * len(pages))
    keys: set[tuple[int, str, float]] = set()
    words: Counter[str] = Counter()
    for line, kind in edges:
        is_number = re.fullmatch(r"\W*#\W*", kind) and len(pages) > 1
        if often[kind] >= least or is_number:
            keys.add(_key(line))
            words[kind if "#" not in kind else line.text] += len(line.text.split())
    return keys, words


def _parts(items: Sequence[_Item], columns: _Columns, text: float) -> Iterator[_Part]:
    """The lines of each paragraph, tables, and images after their paragraphs."""
    lines = [item for item in items if isinstance(item, PdfLine)]
    gaps = [
        a.baseline - b.baseline
        for a, b in itertools.pairwise(lines)
        if a.page == b.page and 0 < a.baseline - b.baseline < 3 * text and not columns.is_short(a)
    ]
    leading = statistics.median_low(gaps) if gaps else 1.2 * text
    part: list[PdfLine] = []
    waiting: list[ShownImage] = []
    for item in [*items, None]:
        if isinstance(item, ShownImage):
            waiting.append(item)
        elif (
            isinstance(item, PdfLine)
            and part
            and not _is_heading_above(part, item, columns)
            and _goes_on(part, item, text, leading, is_short=columns.is_short(part[-1]))
        ):
            part.append(item)
        else:
            if part:
                yield part
            yield from waiting
            part, waiting = [], []
            if isinstance(item, PdfTable):
                yield item
            elif item:
                part = [item]


def _is_heading_above(part: list[PdfLine], line: PdfLine, columns: _Columns) -> bool:
    """Return whether a line ends early though the next, a full one, begins with a capital."""
    is_early = len(part) == 1 and columns.is_short(part[0])
    return is_early and not columns.is_short(line) and line.text[0].isupper()


def _goes_on(
    part: list[PdfLine], line: PdfLine, text: float, leading: float, *, is_short: bool
) -> bool:
    """Return whether a line belongs to the paragraph, or the heading, of the lines before it."""
    before = part[-1]
    is_first = len(part) == 1
    if abs(line.size - before.size) > 0.5 or (is_first and before.bold and not line.bold):
        return False
    if is_first and is_short and before.italic and not line.italic:
        return False
    if _mark_of(line) or line.text[0] in TO_TICK:
        return False
    if RULED.fullmatch(line.text) or RULED.fullmatch(before.text):
        return False
    is_cut = not END.search(before.text)
    gap = before.baseline - line.baseline
    if line.size > LARGER * text:
        return before.page == line.page and 0 < gap < 1.7 * line.size
    if before.page != line.page or gap <= 0:
        return is_cut and (line.text[:1].islower() or (not is_short and len(part) > 1))
    goes_on = is_cut and line.text[:1].islower()
    if gap > (1.6 if goes_on else 1.3) * leading + 0.5:
        return False
    is_below = abs(line.left - part[0].left) < 0.5 * line.size
    is_centred = abs(line.left + line.right - before.left - before.right) < line.size
    is_heading = before.bold and line.bold and (is_below or is_centred)
    is_listed = bool(_mark_of(part[0])) and not is_heading
    if is_listed and line.left < part[0].left + 0.5 * line.size:
        return False
    is_within = (is_listed and is_first) or is_heading
    if line.left > before.left + 0.8 * line.size and not is_within:
        return False
    return not is_short or is_cut
