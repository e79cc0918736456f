"""PDF: from its structure tree if it is tagged, else from positions and sizes of lines."""

from __future__ import annotations

import io
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import lxml.html
import pikepdf
import pypdfium2
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing import pdf_lines
from pipeline.commands.importing.appearance import (
    APART,
    CENTRED,
    KNOWN,
    LARGER,
    NUMBER,
    RULED,
    SIZE,
    TO_TICK,
    Levels,
    TextLine,
    last_or_new,
    number_by,
)
from pipeline.commands.importing.citations import LABEL
from pipeline.commands.importing.draft import (
    TYPED,
    Draft,
    split_list,
    tell_loss,
    tell_own_file,
    unread,
)
from pipeline.commands.importing.lines import inlines
from pipeline.commands.importing.metadata import TITLE, language_of, meaningful
from pipeline.commands.importing.pdf_lines import (
    HYPHENS,
    NOTE,
    SENTENCE_END,
    SMALLER,
    PdfImages,
    PdfLine,
    PdfTable,
    PdfText,
    ShownImage,
    alternative,
    cells_of,
    hyphenated_words,
    lines_of,
    link_pieces,
    note_of,
    notes_below,
    plain_figures,
    refer_to_notes,
    shape,
    with_tables,
    without_mark,
    write_lines,
)
from pipeline.commands.importing.web_article import draft_of_page
from pipeline.commands.pdf_reading import INLINE, PageLayout, TextRun, UnreadablePdf, read_pages
from pipeline.model import Link, Node, Text
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.tree import Changes, rewrite
from pipeline.model.words.guessing import language_of_text
from pipeline.parser.lines import FORBIDDEN

# --- plain -----------------------------------------------------------------------------------
# The text of a PDF without a structure tree, by the positions and sizes of its lines.

INDENT = 3
"""The maximum indentation of a paragraph's first line, relative to the size of the text."""

FARTHER = 1.3
"""A paragraph has more space above it than most if it has this much more."""

EDGES = 2
"""The number of lines at the top and foot of a page that may belong to the page."""

_BULLET = late(r"\s*[•◦▪‣·●○■□\uf0b7\uf0a7–-]\s+")
_NUMBER = late(r"\s*(?:\(?\d{1,3}[.)]|\(?[A-Za-z]\))\s+")
_ITEM_MARK = late(r"[•◦▪‣·●○■□\uf0b7\uf0a7–-]|\(?\d{1,3}[.)]|\(?[A-Za-z]\)")
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
    known = hyphenated_words(whole)
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
    by_look = levels.levels_of([*_shapes(parts, columns, text)])
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
            item = _start_item(body, lists, first.left, mark)
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
            could_be = not gap and len(part) == 1 and not SENTENCE_END.search(part[0].text)
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
    if len(line.runs) > 1 and _ITEM_MARK.fullmatch(first):
        return first
    match = _BULLET.match(line.text) or _NUMBER.match(line.text)
    return match[0].strip() if match else ""


def _is_listed(mark: str, numbers: set[int]) -> bool:
    """Return whether a mark begins an item: a number does if others precede or follow, which none
    does of a date."""
    number = mark.strip("(.)")
    return not number.isdigit() or bool(numbers & {int(number) - 1, int(number) + 1})


def _start_item(body: Element, lists: list[_OpenList], left: float, mark: str) -> Element:
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
    is_cut = not SENTENCE_END.search(before.text)
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


# --- tagged ----------------------------------------------------------------------------------
# The text of a tagged PDF, by its structure tree.

_HEADING = late(r"H(?:eading ?)?([1-7])", re.IGNORECASE)
_TOP = ("H", "Title")
_LABEL_MARK = late(r"\W{0,4}|\W?\w{1,4}[.)]?")
"""The bullet or the number of an item."""

_END = late(r"[.!?…:;。！？؟][”\"’»)\]]*$")


DRAWING = "The drawing"
"""The first words of the findings about drawings with words in them."""


class _Block:
    """The content of one paragraph, heading or cell."""

    def __init__(self, page: int, runs: Sequence[TextRun]) -> None:
        self.lines = pdf_lines.lines_of(page, runs)
        element = runs[0].element
        self.roles = element.roles if element else ()
        outer = [role for role in self.roles if role not in INLINE]
        self.role = outer[-1] if outer else "P"
        self.text = " ".join(line.text for line in self.lines)
        self.cell = element.cell if element else None
        self.order = element.order if element else 0
        self.page = page
        self.alt = alternative(element)
        self.is_note = "Note" in self.roles


def page_of_structure(
    pages: Sequence[PageLayout], outline: dict[str, int], images: Sequence[ShownImage]
) -> pdf_lines.PdfText:
    """A page of HTML with the text."""
    left_out: Counter[str] = Counter()
    for page in pages:
        for run in page.runs:
            if run.element is None and page.tagged:
                left_out[re.sub(r"\d+", "#", run.text.strip())] += len(run.text.split())
    blocks: list[_Block] = []
    notes: dict[str, list[pdf_lines.PdfLine]] = {}
    for page in pages:
        blocks += _with_notes([*_blocks(page)], notes)
    if not any(_HEADING.fullmatch(block.role) or block.role in _TOP for block in blocks):
        _find_headings(blocks, outline)
    known = pdf_lines.hyphenated_words(" ".join(block.text for block in blocks))
    body = etree.Element("body")
    waiting = [*images]
    label, words = "", 0
    for block in blocks:
        while waiting and (waiting[0].page, waiting[0].order) < (block.page, block.order):
            waiting.pop(0).write(body)
        if "TOC" in block.roles:
            left_out["Contents"] += len(block.text.split())
        elif "Figure" in block.roles:
            left_out[f"{DRAWING}: {block.alt}"] += len(block.text.split())
        elif block.role == "Lbl":
            label = block.text
            if not _LABEL_MARK.fullmatch(label):  # a term, whose definition is the next item
                term = etree.SubElement(last_or_new(body, "dl"), "dt")
                pdf_lines.write_lines(block.lines, term, known, marked=False)
        else:
            _add_block(block, body, known, label)
            words += len(block.text.split()) - sum(
                x.text.endswith(pdf_lines.HYPHENS) for x in block.lines
            )
            if block.role == "Caption" and (number := LABEL.match(block.text)):
                words -= len(number[0].split())
            label = ""
    for image in waiting:
        image.write(body)
    texts = [(name, note_of(lines, known)) for name, lines in notes.items()]
    words += sum(len(line.text.split()) for lines in notes.values() for line in lines) - len(notes)
    pdf_lines.plain_figures(body)
    return pdf_lines.PdfText(body, words, left_out, texts)


def _find_headings(blocks: Sequence[_Block], outline: dict[str, int]) -> None:
    """Convert paragraphs into headings, if none are tagged: those in the bookmarks, in larger type,
    or in bold."""
    plain = [b for b in blocks if b.role == "P" and not b.cell and "LI" not in b.roles]
    lines = (pdf_lines.shape([line]) for block in plain for line in block.lines)
    levels = Levels(lines, outline)
    numbers = levels.levels_of([pdf_lines.shape(b.lines) if b in plain else None for b in blocks])
    for block, level in zip(blocks, numbers, strict=True):
        if level:
            block.role = f"H{min(level, 6)}"


def _with_notes(blocks: list[_Block], notes: dict[str, list[pdf_lines.PdfLine]]) -> list[_Block]:
    """The blocks of a page without its notes, with references to these."""
    if not any(block.is_note for block in blocks):
        lines = [line for block in blocks for line in block.lines]
        size = statistics.median(line.size for line in lines) if lines else 0
        for block in reversed(blocks):  # those that only stand small at the foot
            if block.cell or block.lines[0].size > SMALLER * size or not NOTE.match(block.text):
                break
            block.is_note = True
    by_number: dict[str, list[pdf_lines.PdfLine]] = {}
    number = ""
    for block in blocks:
        if not block.is_note:
            continue
        if block.role == "Lbl" or "Lbl" in block.roles:
            number = block.text.strip(" .)")
            by_number[number] = []
        elif number and number in by_number and block.lines:
            by_number[number] += block.lines
        elif begins := NOTE.match(block.text):
            number = begins[1]
            by_number[number] = [without_mark(block.lines[0], number, ".) "), *block.lines[1:]]
    others = [block for block in blocks if not block.is_note]
    labels: dict[str, str] = {}
    for block in others:
        block.lines = refer_to_notes(block.lines, by_number, notes, labels)
    if not by_number or set(labels) != set(by_number) or not all(by_number.values()):
        return blocks
    notes |= {labels[number]: lines for number, lines in by_number.items()}
    return others


def _blocks(page: PageLayout) -> list[_Block]:
    runs: dict[int, list[TextRun]] = {}
    for run in page.runs:
        if run.element:
            runs.setdefault(run.element.block, []).append(run)
    ordered = sorted(
        runs.values(), key=lambda group: min(r.element.order for r in group if r.element)
    )
    for group in ordered:
        group.sort(key=lambda r: r.element.order if r.element else 0)
    return [_Block(page.number, group) for group in ordered]


def _add_block(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    last = body[-1] if len(body) else None
    heading = _HEADING.fullmatch(block.role)
    if heading or block.role in _TOP:
        level = min(int(heading[1]), 6) if heading else 1
        element = etree.SubElement(body, f"h{level}")
        is_first = not any(e.tag in ("h1", "p") for e in body[:-1])
        if block.role == "Title" or (level == 1 and is_first):
            element.set("class", TITLE)
        pdf_lines.write_lines(block.lines, element, known, marked=False)
    elif block.cell and {"TH", "TD"} & set(block.roles):
        _cell(block, body, known)
    elif block.is_note:
        pdf_lines.write_lines(block.lines, etree.SubElement(body, "p"), known)
    elif block.role == "Caption" and ("Table" in block.roles or _is_figure(last)):
        of_table = "Table" in block.roles
        to = etree.SubElement(body, "table") if of_table or last is None else last
        element = etree.SubElement(to, "caption" if of_table else "figcaption")
        pdf_lines.write_lines(block.lines, element, known, marked=False)
    elif "LI" in block.roles or block.role == "LBody":
        _tagged_item(block, body, known, label)
    elif block.role == "BlockQuote" or "BlockQuote" in block.roles:
        quotation = last_or_new(body, "blockquote")
        pdf_lines.write_lines(block.lines, etree.SubElement(quotation, "p"), known)
    elif block.role == "Code":
        etree.SubElement(body, "pre").text = "\n".join(line.text for line in block.lines)
    elif last is not None and last.tag == "p" and _is_cut(last, block.lines):
        pdf_lines.write_lines(block.lines, last, known)
    else:
        paragraph = etree.SubElement(body, "p", {SIZE: str(pdf_lines.shape(block.lines).size)})
        pdf_lines.write_lines(block.lines, paragraph, known)


def _is_figure(element: Element | None) -> bool:
    return element is not None and element.tag == "figure"


def _is_cut(last: Element, lines: Sequence[pdf_lines.PdfLine]) -> bool:
    """Return whether a paragraph was cut by a page and continues."""
    text = "".join(str(part) for part in last.itertext())
    start = lines[0].text
    return not _END.search(text) and start[:1].islower() and not NUMBER.match(start)


def _cell(block: _Block, body: Element, known: frozenset[str]) -> None:
    """A cell, in its row and column; another paragraph of the same goes on in it."""
    assert block.cell
    table = last_or_new(body, "table")
    place = f"{block.page}-{block.cell.row}"
    row = table[-1] if len(table) and table[-1].get("data-row") == place else None
    if row is None:
        row = etree.SubElement(table, "tr", {"data-row": place})
    filled = sum(int(cell.get("colspan", "1")) for cell in row)
    if filled > block.cell.column and len(row):
        etree.SubElement(row[-1], "br")
        pdf_lines.write_lines(block.lines, row[-1], known, marked=False)
        return
    for _ in range(filled, block.cell.column):
        etree.SubElement(row, "td")
    cell = etree.SubElement(row, "th" if "TH" in block.roles else "td")
    if block.cell.columns > 1:
        cell.set("colspan", str(block.cell.columns))
    pdf_lines.write_lines(block.lines, cell, known, marked=False)


def _tagged_item(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    if label and not _LABEL_MARK.fullmatch(label):
        pdf_lines.write_lines(block.lines, etree.SubElement(body[-1], "dd"), known)
        return
    depth = block.roles.count("L")
    kind = "ol" if re.match(r"\(?\w{1,4}[.)]", label) else "ul"
    to = body
    for level in range(max(depth, 1)):
        last = to[-1] if len(to) else None
        is_other = level == depth - 1 and label and last is not None and last.tag != kind
        if last is None or last.tag not in ("ul", "ol") or is_other:
            last = etree.SubElement(to, kind)
            if kind == "ol" and level == depth - 1:
                number_by(last, label)
        if level < depth - 1:
            to = last[-1] if len(last) else etree.SubElement(last, "li")
        else:
            to = last
    if label or not len(to):
        pdf_lines.write_lines(block.lines, etree.SubElement(to, "li"), known)
    else:
        pdf_lines.write_lines(block.lines, etree.SubElement(to[-1], "p"), known)


# --- pdf -------------------------------------------------------------------------------------

MOST_PAGES = 2000


def read_pdf(path: Path, name: str) -> Draft:
    """The text of a PDF."""
    data = path.read_bytes()
    try:
        with pypdfium2.PdfDocument(data) as document:
            count = len(document)
            outline = {
                _title(bookmark).casefold(): bookmark.level + 1 for bookmark in document.get_toc()
            }
        if count > MOST_PAGES:
            return unread(f"It has more than {MOST_PAGES} pages.", name, "Split it.")
        images = PdfImages()
        pages = [link_pieces(page) for page in read_pages(data, on_picture=images.take)]
        metadata, is_ours = _metadata(data)
    except (UnreadablePdf, pypdfium2.PdfiumError, pikepdf.PdfError, RecursionError) as error:
        is_locked = "password" in str(error).lower()
        message = "The file has a password." if is_locked else "The PDF is broken."
        return unread(message, name, "Open it in another program, and print it to a new PDF.")
    words = " ".join(run.text for page in pages for run in page.runs)
    if not words.strip():
        message = "There is no text in it, only pictures of its pages."
        return unread(message, name, "Run it through text recognition (OCR) first.")
    is_tagged = sum(bool(page.tagged and page.body) for page in pages) > 0.5 * len(pages)
    shown = images.shown(pages)
    outline |= {person.name.casefold(): 0 for person in metadata.authors}
    text = (page_of_structure if is_tagged else page_of_lines)(pages, outline, shown)
    root = lxml.html.Element("html")
    text.body.set(KNOWN, "")
    root.append(text.body)
    lang = metadata.lang or language_of_text(words)
    draft = draft_of_page(
        root, name, images.files.get, whole_page=True, title=metadata.title, notes=text.notes
    )
    changes: Changes = {Text: lambda node: inlines(node.text), Link: _once}
    left = sum(len(page.pictures) for page in pages) - len(shown)
    title = metadata.title or draft.metadata.title
    return replace(
        draft,
        metadata=replace(metadata, title=title, lang=language_of(lang)),
        blocks=rewrite(draft.blocks, leave=changes),
        notes=rewrite(draft.notes, leave=changes),
        counts={**draft.counts, "words": text.words - draft.counts[TYPED], "images": len(shown)},
        findings=(
            *([tell_own_file(name)] if is_ours else ()),
            *_findings(is_tagged, text.left_out, left, name),
            *draft.findings,
        ),
    )


def _title(bookmark: pypdfium2.PdfBookmark) -> str:
    """The title of a bookmark; "" if it is damaged."""
    try:
        return " ".join((bookmark.get_title() or "").split())
    except UnicodeDecodeError:
        return ""


def _once(node: Link) -> Node:
    """A link, without others in it, which its text has been taken for."""
    inner = ((n.children if isinstance(n, Link) else (n,)) for n in node.children)
    return replace(node, children=tuple(child for children in inner for child in children))


def _findings(is_tagged: bool, left_out: Counter[str], images: int, name: str) -> list[Diagnostic]:
    by = "its structure tree" if is_tagged else "the positions and sizes of its lines"
    sentences = [
        f"Headings, lists and paragraphs are recognised by {by}, which is only approximate."
    ]
    for text, words in left_out.most_common(5):
        why = "it is part of a drawing" if text.startswith(DRAWING) else "it belongs to the pages"
        sentences.append(f"“{text[:60]}” ({words} words in all) is left out: {why}.")
    if images:
        shown = "1 image is" if images == 1 else f"{images} images are"
        sentences.append(
            f"{shown} left out: small, damaged, as large as the page, or on many pages."
        )
    hint = "Compare it with the PDF: columns, tables and notes are the likeliest places for errors."
    return [
        tell_loss(sentences[0], name, hint),
        *(tell_loss(sentence, name) for sentence in sentences[1:]),
    ]


def _metadata(data: bytes) -> tuple[Metadata, bool]:
    """The metadata of the PDF, and whether Chapbook made it; a title that is a file name is
    ignored."""
    with pikepdf.open(io.BytesIO(data)) as document:
        root = document.Root
        lang = str(root.get("/Lang", "")) if isinstance(root, pikepdf.Dictionary) else ""
        info = document.docinfo

        def value_of(key: str) -> str:
            try:
                text = FORBIDDEN.sub(" ", str(info.get(key, "")))
            except (ValueError, TypeError):
                return ""
            return meaningful(text.removeprefix("Microsoft Word - "))

        metadata = Metadata(
            title=value_of("/Title"),
            authors=tuple(map(Contributor, split_list(value_of("/Author"), ";"))),
            description=value_of("/Subject"),
            keywords=split_list(value_of("/Keywords"), ","),
            lang=lang,
        )
        return metadata, value_of("/Creator") == "Chapbook"
