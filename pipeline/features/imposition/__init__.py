"""Arranges the pages of a finished PDF on sheets, several on each side, at full size, and the
sections of a leaflet on its pages."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pikepdf
from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document
from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.paper import POINT, Sheet
from pipeline.model.sheet import options_for, paper_for
from pipeline.model.tree import plain_text, walk
from pipeline.package.pdf.engine.adapter.boxes import all_boxes, children, elements, shows
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.metadata import xmp
from pipeline.package.pdf.print_markup import classes
from pipeline.package.result import FileFacts

# --- sides -----------------------------------------------------------------------------------
# The arrangement of pages on the sides of sheets. Pages count from 1; None is a blank one.

MOST_STAPLED = 20
"""Sheets that are still folded together and stapled through the fold; more of them are folded in
several signatures."""

SIGNATURE = 8
"""The default maximum of sheets in a signature."""


class Side(NamedTuple):
    """One side of a sheet: its pages from left to right and from top to bottom, and the number of
    sheets around this one in its signature."""

    pages: tuple[int | None, ...]
    depth: int = 0


def booklet(
    count: int, *, signature: int | None = None, back_cover: bool = False, rtl: bool = False
) -> tuple[Side, ...]:
    """The sides of the sheets of a booklet, in printing order: the front of the outermost sheet,
    its back, the front of the next. Sheets are flipped on their short edge.

    There are ``signature`` sheets in each signature, or fewer, so that all are about equally thick.
    Blank pages are at the end, or before the last page if that is the ``back_cover``. Books that
    are read from right to left have the spine on the right (``rtl``).
    """
    pages = pad(count, 4, back_cover=back_cover)
    sides: list[Side] = []
    for first, end in _signatures(len(pages) // 4, signature):
        sides += _fold(pages[4 * first : 4 * end])
    return tuple(_mirror(side, 2) for side in sides) if rtl else tuple(sides)


def tri_fold(count: int, *, back_cover: bool = False, rtl: bool = False) -> tuple[Side, ...]:
    """The sides of sheets that are folded twice, the right third in first: outside are the flap,
    the back and the front, inside three pages side by side."""
    pages = pad(count, 6, back_cover=back_cover)
    sixes = (pages[at : at + 6] for at in range(0, len(pages), 6))
    orders = ((six[at] for at in order) for six in sixes for order in ((4, 5, 0), (1, 2, 3)))
    sides = (Side(tuple(order)) for order in orders)
    return tuple(_mirror(side, 3) if rtl else side for side in sides)


def n_up(count: int, columns: int, rows: int, *, rtl: bool = False) -> tuple[Side, ...]:
    """The sides of sheets with several pages side by side and below each other, in reading order.
    The last side may have blanks."""
    each = columns * rows
    pages = pad(count, each)
    sides = (Side(tuple(pages[at : at + each])) for at in range(0, len(pages), each))
    return tuple(_mirror(side, columns) if rtl else side for side in sides)


def pad(count: int, multiple: int, *, back_cover: bool = False) -> list[int | None]:
    """The pages, and blank ones that make them a ``multiple``."""
    pages: list[int | None] = list(range(1, count + 1))
    at = count - 1 if back_cover else count
    pages[at:at] = [None] * (-count % multiple)
    return pages


def _signatures(sheets: int, most: int | None) -> Iterator[tuple[int, int]]:
    """The first and last sheet of each signature."""
    if most is None:
        most = max(sheets, 1) if sheets <= MOST_STAPLED else SIGNATURE
    number = -(-sheets // most)
    for index in range(number):
        yield sheets * index // number, sheets * (index + 1) // number


def _fold(pages: Sequence[int | None]) -> Iterator[Side]:
    """The sides of one signature: each sheet has the next two pages from the front on its right and
    its left, and next to them the next two from the back."""
    for depth in range(len(pages) // 4):
        first, last = 2 * depth, len(pages) - 1 - 2 * depth
        yield Side((pages[last], pages[first]), depth)
        yield Side((pages[first + 1], pages[last - 1]), depth)


def _mirror(side: Side, columns: int) -> Side:
    rows = [side.pages[at : at + columns] for at in range(0, len(side.pages), columns)]
    return side._replace(pages=tuple(page for row in rows for page in row[::-1]))


# --- panels ----------------------------------------------------------------------------------
# The sections of a leaflet on the pages inside it, of which each begins with a heading.

PANELS = {"booklet": 2, "tri-fold": 3}
"""The pages inside a leaflet, by how it is folded."""

LETTER_WIDTH, PICTURE_LINES, HEADING_LINES = 0.45, 8, 3
"""The width of a letter in type sizes, and about the lines that a picture and a heading take."""

LARGEST_TYPE, FILLED_SHARE = 12, 0.85
"""The largest type, in points, of panels that have room for it, and how full they are then."""


def panels(document: Document, sheet: Sheet, edition: Edition) -> str:
    """The style by which no page inside a leaflet has much more than another, and its type is large
    enough to fill them. What is too long for that goes on as it comes."""
    sections = [block for block in document.blocks if isinstance(block, model.Section)]
    heights = [_lines(section, sheet) for section in sections]
    most = int((sheet.size.height - sheet.top - sheet.bottom) / (sheet.leading * POINT))
    for limit in range(max(heights, default=most + 1), most + 1):
        begin, height = list[int](), limit
        for number, lines in enumerate(heights, 1):
            height += lines
            if height > limit:
                begin.append(number)
                height = lines
        if len(begin) <= PANELS[edition.imposition]:
            selectors = (f".folded main > section:nth-of-type({number})" for number in begin)
            return f"{', '.join(selectors)} {{ break-before: page }}\n{_type(sheet, limit / most)}"
    return ""


def _type(sheet: Sheet, share: float) -> str:
    """The style of type by which panels that are full to a ``share`` are full."""
    text = min(LARGEST_TYPE, sheet.text * math.sqrt(FILLED_SHARE / share))
    if text <= sheet.text:
        return ""
    leading = sheet.leading * text / sheet.text
    return f"html {{ font-size: {text:.2f}pt; line-height: {leading:.2f}pt }}"


def _lines(section: model.Section, sheet: Sheet) -> int:
    """About how many lines a section takes, with the space above it."""
    letters = sheet.line / (sheet.text * POINT * LETTER_WIDTH)
    lines = 0
    for node in walk(section):
        match node:
            case model.Paragraph() | model.Plain():
                lines += math.ceil(len(plain_text(node.children)) / letters)
            case model.Section() | model.Table():
                lines += HEADING_LINES
            case model.TableRow():
                lines += 1
            case model.Image():
                lines += PICTURE_LINES
    return lines


# --- imposition ------------------------------------------------------------------------------
# Arranges the pages of a finished PDF on sheets, several on each side, at full size.
#
# Only the printed content is kept: tags, links, bookmarks and fields refer to pages in reading
# order, which is lost.

BREAK = "page-break"
"""The class of a page break in the markup."""

PAGE = "/Page"
"""The prefix of the names of pages on sheets, followed by their numbers."""

CONTENT_OPERATORS = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
"""The operators that mark content (ISO 32000-1, section 14.6)."""

ONLY_FOR_PAGES = (
    "/AcroForm",
    "/Dests",
    "/MarkInfo",
    "/Names",
    "/OpenAction",
    "/Outlines",
    "/PageLabels",
    "/PageLayout",
    "/PageMode",
    "/StructTreeRoot",
)
"""Catalog entries about the original pages, which no longer exist."""


class _Cell(NamedTuple):
    """A place for a page on a sheet, in points from the lower left. ``anchor`` is the horizontal
    position of the page in it, from 0 (left) to 1 (right)."""

    left: float
    bottom: float
    width: float
    height: float
    anchor: float = 0.5


def impose(
    data: bytes,
    facts: FileFacts,
    edition: Edition,
    metadata: Metadata,
    typeset: Sequence[TypesetPage],
    related: str = "",
) -> tuple[bytes, FileFacts]:
    """The PDF ``data`` on the sheets of an edition with an imposition, and its facts.

    ``typeset`` are its pages as they were set. ``related`` is the name of the file with the pages
    in order, if there is one.
    """
    back_cover = has_back_cover(typeset)
    options = options_for(edition, metadata).page
    rtl = metadata.direction == "rtl"
    paper = paper_for(edition, metadata)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        count = len(pdf.pages)
        match edition.imposition:
            case "booklet":
                sides = booklet(count, signature=options.signature, back_cover=back_cover, rtl=rtl)
            case "tri-fold":
                sides = tri_fold(count, back_cover=back_cover, rtl=rtl)
            case "2-up":
                sides = n_up(count, 2, 1, rtl=rtl)
            case _:
                sides = n_up(count, 2, 2, rtl=rtl)
        lies = edition.imposition != "4-up"
        width, height = sorted((paper.width / POINT, paper.height / POINT), reverse=lies)
        cells = _cells(edition.imposition == "booklet", width, height, len(sides[0].pages))
        forms = _forms(pdf)
        creep = (options.creep or 0) / POINT
        for side in sides:
            _add(pdf, side, cells, forms, (width, height), creep * side.depth)
        del pdf.pages[:count]
        _describe(pdf, edition, metadata, related)
        output = io.BytesIO()
        pdf.save(output, deterministic_id=True)
    sizes = ((width, height),) * len(sides)
    return output.getvalue(), replace(facts, sides=len(sides), sizes=sizes)


def has_back_cover(pages: Sequence[TypesetPage]) -> bool:
    """Return whether the last page is the back cover: a short page that the author began with a
    page break."""
    if len(pages) < 2:
        return False
    before, last = pages[-2].box, pages[-1].box
    *_, end = elements(children(before)[0])
    lines = [box for box in all_boxes(children(last)[0]) if shows(box)]
    places = [y for box in lines for y in (box.position_y, box.position_y + box.height)] or [0]
    return BREAK in classes(end) and max(places) - min(places) < last.margin_height() / 2


def _cells(folded: bool, width: float, height: float, number: int) -> tuple[_Cell, ...]:
    """The places on a sheet, from left to right and from top to bottom."""
    columns = 3 if number == 3 else 2
    wide, high = width / columns, height * columns / number
    anchors = (1.0, 0.0) if folded else (0.5,) * columns
    return tuple(
        _Cell(column * wide, height - (row + 1) * high, wide, high, anchor)
        for row in range(number // columns)
        for column, anchor in enumerate(anchors)
    )


def _forms(pdf: pikepdf.Pdf) -> list[Any]:
    """The pages as forms that can be put on others, without marks."""
    seen: set[tuple[int, int]] = set()
    forms = []
    for page in pdf.pages:
        form = page.as_form_xobject()
        _drop_marked_content(form, seen)
        forms.append(form)
    return forms


def _drop_marked_content(form: Any, seen: set[tuple[int, int]]) -> None:
    """Take the marks out of a form, and the forms within it."""
    stack = [form]
    while stack:
        pdf_object = stack.pop()
        if pdf_object.objgen != (0, 0) and pdf_object.objgen in seen:
            continue
        seen.add(pdf_object.objgen)
        for key in ("/StructParent", "/StructParents"):
            if key in pdf_object:
                del pdf_object[key]
        if pdf_object.get("/Subtype") != "/Form":
            continue
        operations = pikepdf.parse_content_stream(pdf_object)
        kept = [each for each in operations if str(each.operator) not in CONTENT_OPERATORS]
        if len(kept) < len(operations):
            pdf_object.write(pikepdf.unparse_content_stream(kept))
        resources = pdf_object.get("/Resources", {})
        if "/Properties" in resources:
            del resources["/Properties"]
        stack += [inner for _, inner in resources.get("/XObject", {}).items()]


def _add(
    pdf: pikepdf.Pdf,
    side: Side,
    cells: Sequence[_Cell],
    forms: Sequence[Any],
    size: tuple[float, float],
    creep: float,
) -> None:
    """A side of a sheet, whose pages are moved to the fold by ``creep`` points."""
    placed = {
        f"{PAGE}{number}": (forms[number - 1], cell)
        for number, cell in zip(side.pages, cells, strict=True)
        if number is not None
    }
    content = "\n".join(
        line for name, (form, cell) in placed.items() for line in _place(name, form, cell, creep)
    )
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1].obj
    page.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({name: form for name, (form, _) in placed.items()})
    )
    page.Contents = pdf.make_stream(content.encode("ascii"))


def _place(name: str, form: Any, cell: _Cell, creep: float) -> Iterator[str]:
    """The operators that show a page in its place, and nothing of it beyond that. A page that
    lies on its side has its top to the left."""
    left, bottom, right, top = (float(value) for value in form.BBox)
    width, height = right - left, top - bottom
    lies = (width > height) is not (cell.width > cell.height)
    if lies:
        width, height = height, width
    x = cell.left + (cell.width - width) * cell.anchor + creep * (2 * cell.anchor - 1)
    y = cell.bottom + (cell.height - height) / 2
    if lies:
        matrix = (0.0, 1.0, -1.0, 0.0, x + width + bottom, y - left)
    else:
        matrix = (1.0, 0.0, 0.0, 1.0, x - left, y - bottom)
    yield f"q {_numbers(cell[:4])} re W n"
    yield f"{_numbers(matrix)} cm {name} Do Q"


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{round(value, 3) + 0:.10g}" for value in values)


def _describe(pdf: pikepdf.Pdf, edition: Edition, metadata: Metadata, related: str) -> None:
    """Set the metadata and the viewer and print preferences (ISO 32000-1, section 12.2)."""
    for key in ONLY_FOR_PAGES:
        if key in pdf.Root:
            del pdf.Root[key]
    packet = xmp(metadata, related=related)
    pdf.Root.Metadata = pikepdf.Stream(
        pdf, packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
    preferences = pikepdf.Dictionary(DisplayDocTitle=True, PrintScaling=pikepdf.Name("/None"))
    if edition.imposition in ("booklet", "tri-fold"):
        preferences.Duplex = pikepdf.Name.DuplexFlipShortEdge
    pdf.Root.ViewerPreferences = preferences
