"""Tables: their markup, and how they fit into a line: smaller, wider, or as lists."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pipeline import model
from pipeline.model import (
    Blank,
    Block,
    LineBreak,
    List,
    ListItem,
    NoteReference,
    Paragraph,
    Plain,
    Table,
    TableCell,
    TableRow,
)
from pipeline.model.editions import FormatName
from pipeline.model.late import late
from pipeline.model.paper import POINT, Sheet
from pipeline.model.table_cells import PlacedCell, column_count, place
from pipeline.model.tree import plain_text, walk

# --- text width ------------------------------------------------------------------------------
# Approximate widths of text, enough to judge before layout whether it fits into a line.

EM_PIXELS = 12.7
"""CSS pixels in an em of a table's text."""

LINE_HEIGHT = 1.5
MONOSPACED = 0.57
INDENT = 1.8
"""Indentation of list items in ems."""

BREAKABLE = 12.0
"""Ems of a listing or an image that a column should have: lines are broken, images shrunk."""

LONGEST_OPTION = 24
"""Characters of code that is longer than any option, and may be broken."""

_WIDTHS = {
    char: width
    for width, characters in (
        (0.2, " "),
        (0.25, "',.:;Iijl|’‘"),
        (0.3, "!()-[]f{}"),
        (0.35, "/\\rt"),
        (0.4, '"*?sz“”'),
        (0.45, "cvxy–"),
        (0.5, "#$+0123456789<=>FJLVXY^_aegk~"),
        (0.6, "&BDGK"),
        (0.65, "HNOQU"),
        (0.75, "Mw"),
        (0.85, "%W@m—"),
    )
    for char in characters
}
_OTHER = 0.55
_NO_BREAK = "\u00a0\u202f\u2007"
_BREAKS_AFTER = "-–—/\u00ad\u200b"


_Letter: TypeAlias = tuple[str, float]
"""A character and its width."""


class Size(NamedTuple):
    """The widths in ems of the widest piece that cannot be broken, and of the widest line."""

    word: float
    line: float


def text_width(text: str) -> float:
    """The width of a text on one line, in ems."""
    return sum(map(_char_width, text))


def is_option(code: model.Code) -> bool:
    """Return whether code is an option, `--out`, which is not broken after its hyphens."""
    return code.text[:1] == "-" and " " not in code.text and len(code.text) < LONGEST_OPTION


def size(nodes: Iterable[model.Node]) -> Size:
    """The size of some blocks or inlines."""
    flat = tuple(walk(nodes))
    sizes = [_text_size(line) for line in _lines(flat)]
    sizes += [box for node in flat if (box := _box(node))]
    indent = INDENT if any(isinstance(node, model.List) for node in flat) else 0.0
    return Size(max(s.word for s in sizes) + indent, max(s.line for s in sizes) + indent)


def line_count(nodes: Iterable[model.Node], width: float) -> int:
    """The number of lines that blocks take in a column ``width`` ems wide."""
    flat = tuple(walk(nodes))
    count = sum(math.ceil(sum(ems for _, ems in line) / width) for line in _lines(flat))
    for node in flat:
        if isinstance(node, model.CodeBlock):
            count += node.text.count("\n")
        elif isinstance(node, model.Image) and node.width:
            height = node.height * min(1, width * EM_PIXELS / node.width)
            count += math.ceil(height / EM_PIXELS / LINE_HEIGHT)
    return count


def _box(node: model.Node) -> Size | None:
    match node:
        case model.Image():
            width = (node.width or 200) / EM_PIXELS
            return Size(min(width, BREAKABLE), width)
        case model.CodeBlock():
            width = max(map(len, node.text.split("\n"))) * MONOSPACED
            return Size(min(width, BREAKABLE), width)
        case model.Math():
            width = len(node.alt or node.tex) * _OTHER
            return Size(width, width)
    return None


def _lines(flat: Iterable[model.Node]) -> list[list[_Letter]]:
    """The lines of text in nodes and all below them: blocks begin new ones, and so do breaks."""
    lines: list[list[_Letter]] = [[]]
    for node in flat:
        if isinstance(node, model.LineBreak) or not isinstance(node, model.Inline):
            lines.append([])
        elif isinstance(node, model.NoteReference):
            lines[-1].append(("1", _char_width("1")))
        elif isinstance(node, model.Link) and node.number:
            lines[-1] += ((char, _char_width(char)) for char in f"[{node.number}]")
        elif isinstance(node, model.Code):
            text = node.text.replace("-", "\u2011") if is_option(node) else node.text
            lines[-1] += ((char, max(MONOSPACED, _char_width(char) // 1)) for char in text)
        elif not isinstance(node, model.Image | model.Math) and not hasattr(node, "children"):
            lines[-1] += ((char, _char_width(char)) for char in plain_text((node,)))
    return lines


def _text_size(letters: list[_Letter]) -> Size:
    word = widest = line = 0.0
    size = len(letters)
    for index, (char, width) in enumerate(letters):
        line += width
        if char.isspace() and char not in _NO_BREAK:
            word = 0.0
            continue
        if width >= 1:  # ideographs break anywhere
            word = 0.0
        word += width
        widest = max(widest, word)
        if char in _BREAKS_AFTER and index + 1 < size and letters[index + 1][0].isalpha():
            word = 0.0
    return Size(widest, line)


def _char_width(char: str) -> float:
    if (width := _WIDTHS.get(char)) is not None:
        return width
    if char < "\u0300":
        return _OTHER
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else _OTHER


# --- decimals --------------------------------------------------------------------------------
# Numbers aligned at their decimal marks: the missing width on the right of each.
#
# It becomes space next to the number, and not spaces in the text, which would be searched, copied
# and read aloud, and differ in width between fonts.

FIGURE_WIDTH = 0.5
"""Ems that a figure is wide, in most fonts."""

DECIMAL_WIDTH = 0.5
RAISED_WIDTH = 0.75
"""A decimal mark, and a figure of a note's number, in widths of a figure."""

ARABIC_MARK = "\N{ARABIC DECIMAL SEPARATOR}"
_NUMBER = late(r"[.,٫]?\d(?:[\d.,'’٫٬ \u00a0\u202f\u2009]*\d)?")


def tails(table: Table, mark: str) -> Mapping[int, Mapping[int, float]]:
    """The padding that the body's cells need, in widths of a figure, by row and column from 0.
    ``mark`` is the decimal mark of the language."""
    columns: dict[int, dict[int, tuple[str, float]]] = {}
    for number, row in enumerate(place(table.body)):
        for column, cell in row:
            if cell.align == "decimal" and (text := _text(cell)):
                columns.setdefault(column, {})[number] = (text, _width_of_calls(cell))
    padding: dict[int, dict[int, float]] = {}
    for at, texts in columns.items():
        used = _decimal_mark([text for text, _ in texts.values()], mark)
        widths = {row: _tail(text, used) + raised for row, (text, raised) in texts.items()}
        widest = max(widths.values())
        for index, width in widths.items():
            padding.setdefault(index, {})[at] = round(widest - width, 2)
    return padding


def _text(cell: TableCell) -> str:
    """The text of a cell that has one line of it, or ""."""
    only = cell.children[0] if len(cell.children) == 1 else None
    if not isinstance(only, Plain | Paragraph):
        return ""
    if any(isinstance(node, LineBreak) for node in walk(only.children)):
        return ""
    return plain_text(only.children).strip()


def _width_of_calls(cell: TableCell) -> float:
    """The width of the numbers of notes."""
    notes = (node for node in walk(cell.children) if isinstance(node, NoteReference))
    return RAISED_WIDTH * sum(len(str(node.number)) for node in notes)


def _decimal_mark(texts: Iterable[str], mark: str) -> str:
    """The decimal mark of some numbers: the last one if one has two kinds, or the language's,
    unless the numbers contain another that cannot group thousands."""
    numbers = [_number(text) for text in texts]
    if any(ARABIC_MARK in number for number in numbers):
        return ARABIC_MARK
    for number in numbers:
        if "." in number and "," in number:
            return max(".,", key=number.rfind)
    other_mark = "," if mark == "." else "."
    if any(mark in number for number in numbers):
        return mark
    fraction = re.compile(rf"\d{re.escape(other_mark)}(?!\d{{3}}(?!\d))\d")
    return other_mark if any(map(fraction.search, numbers)) else mark


def _number(text: str) -> str:
    match = _NUMBER.search(text)
    return match[0] if match else ""


def _tail(text: str, mark: str) -> float:
    """The width after the integer part of a number, or 0 for other text."""
    match = _NUMBER.search(text)
    if match is None:
        return 0.0
    at = match[0].rfind(mark)
    rest = text[match.start() + at :] if at >= 0 else text[match.end() :]
    figures = sum(map(str.isdigit, rest))
    others = "".join(char for char in rest if not char.isdigit())
    if at < 0:
        return figures + text_width(others) / FIGURE_WIDTH
    return figures + DECIMAL_WIDTH + text_width(others[1:]) / FIGURE_WIDTH


# --- table fit -------------------------------------------------------------------------------
# Fitting a table into a line of print: at its usual size, or smaller and wider, with the width of
# each column.
#
# By default, a table is as wide as its longest words, extends into the margin if these do not fit,
# and gives its longest text all the room. So the columns of tables with more than a few words per
# line have widths computed from their contents.


class Setting(NamedTuple):
    """A size for tables: the room in a line, and between columns, in ems. A row of more than
    ``tall`` lines may be broken across pages. ``extra`` is the part of the line that only
    top-level tables have, ``rem`` the number of ems in one of the text's."""

    line: float
    gap: float
    tall: int = 12
    extra: float = 0.0
    rem: float = 1.0

    def within(self, indent: float) -> Setting:
        """The line in something indented by ``indent`` of the text's ems."""
        line = max(LEAST_EMS, self.line - self.extra - indent * self.rem)
        return self._replace(line=line, extra=0.0)


USUAL_TEXT = Setting(line=35.8, gap=1.2)
"""120 mm at 9.5 points, 4 mm between columns."""

SMALL_TEXT = Setting(line=40.0, gap=0.7)
"""120 mm at 8.5 points, 2 mm between columns."""

SURE = 0.93
"""The part of a line that can be relied on, as widths are approximate."""

EASY = 1.15
"""The extra space for words, if there is some."""

SINGLE = 0.85
"""Up to this share of a line, rows of single lines can be left to themselves."""

SHORT_COLUMNS, NARROW = 2, 0.55
"""Tables of so few columns, up to this share of a line, are as wide as their contents: what belongs
together is not parted by the width of a page."""

ONE_PIECE = 8
"""Tables of fewer rows are not divided, unless one is tall."""

SQUARES, DIGITS = 5, 3
"""Tables of at least so many columns, with numbers of so few digits or nothing in all cells, are
grids of squares."""

CROWDED = 5
"""Lines of a cell beyond which a table of `MANY_COLUMNS` columns is set small."""

MANY_COLUMNS = 4
LEAST_EMS = 0.1
"""Ems that a column has, of however many."""

HYPHENATED = 0.6
"""The minimum part of a long word on a line, if it can be divided."""

BOLD = 1.05
"""The extra width of bold text."""

LONG_WORD, LONGEST_WORD = 4.5, 12
STEPS = 20
"""Halvings in the search for a width: to less than a hundredth of a millimetre."""


class _Fit(NamedTuple):
    """``widths`` are the columns' in per cent, none if they can be automatic. ``tall`` are the rows
    of the body, from 0, with many lines; if not everything ``fits``, words are hyphenated, or
    narrow columns have many lines. ``is_narrow`` tables are as wide as their contents."""

    is_small: bool = False
    widths: tuple[float, ...] = ()
    tall: frozenset[int] = frozenset()
    fits: bool = True
    is_narrow: bool = False


class Column(NamedTuple):
    """The requirements of a column, in ems, and its share of the line if the author gives one."""

    word: float
    line: float
    share: float = 0.0


def fit(table: Table, usual: Setting = USUAL_TEXT, small: Setting = SMALL_TEXT) -> _Fit:
    """The widths with which the table fits into ``usual`` lines, or else into ``small`` ones."""
    count = column_count(table)
    if not count:
        return _Fit()
    columns = _columns(table, count)
    for setting in (usual, small):
        room = max(setting.line - setting.gap * (count - 1), LEAST_EMS * count)
        needed = sum(column.line for column in columns)
        if setting is usual and needed <= room * SINGLE and not table.widths:
            is_short = count == SHORT_COLUMNS and needed <= room * NARROW
            tall = _tall(table.body, [column.line for column in columns], usual)
            return _Fit(tall=tall, is_narrow=is_short and not _is_filled_in(table))
        widths = _widths(columns, room * SURE)
        lines = max(c.line / w for c, w in zip(columns, widths, strict=True))
        fits = all(c.word <= w + 0.01 for c, w in zip(columns, widths, strict=True))
        crowded = count >= MANY_COLUMNS and lines > CROWDED
        if setting is small or (fits and not crowded):
            break
    # The gap is part of a column, but for the last.
    outer = [width + setting.gap for width in widths[:-1]] + [widths[-1]]
    return _Fit(
        is_small=setting is small,
        widths=table.widths or tuple(round(100 * width / sum(outer), 1) for width in outer),
        tall=_tall(table.body, widths, setting),
        fits=fits and not crowded,
    )


def _is_filled_in(table: Table) -> bool:
    """Return whether there are cells for readers to write in, which take what room there is."""
    return any(_is_empty(cell) for row in table.body for cell in row.cells)


def cuts_words(table: Table, small: Setting = SMALL_TEXT) -> bool:
    """Return whether columns of ``small`` lines are too narrow even for words that are hyphenated
    once, so that a table would not help readers. Addresses and the like may be broken anywhere, and
    widths set by the author are kept."""
    count = column_count(table)
    if table.widths or _has_numbers_alone(table, count):
        return False
    room = (small.line - small.gap * (count - 1)) * SURE
    words = [min(column.word, LONGEST_WORD) for column in _columns(table, count)]
    return sum(word * HYPHENATED if word > LONG_WORD else word for word in words) > room


def _columns(table: Table, count: int) -> list[Column]:
    words, lines = [0.0] * count, [0.0] * count
    spanning: list[tuple[int, int, Size]] = []
    for rows in (table.head, table.body):
        for row in place(rows):
            for column, cell in row:
                needs = size(cell.children)
                if cell.scope == "col":
                    needs = Size(needs.word * BOLD, needs.line * BOLD)
                elif cell.align == "decimal":
                    needs = Size(needs.line, needs.line)
                if cell.columns > 1:
                    spanning.append((column, column + cell.columns, needs))
                else:
                    words[column] = max(words[column], needs.word)
                    lines[column] = max(lines[column], needs.line)
    for start, end, needs in spanning:
        for values, need in ((words, needs.word), (lines, needs.line)):
            missing = (need - sum(values[start:end])) / (end - start)
            if missing > 0:
                values[start:end] = [value + missing for value in values[start:end]]
    shares = table.widths if len(table.widths) == count else (0.0,) * count
    return [Column(max(1, w), max(1, n), s) for w, n, s in zip(words, lines, shares, strict=True)]


def _widths(columns: Sequence[Column], room: float) -> list[float]:
    """The columns' widths, in ems: the longest words fit if possible, and the rest of the room is
    divided by the square root of the contents, so that of two columns the one with the longer text
    has more room, and also more lines."""
    if columns[0].share:
        return [column.share * room / 100 for column in columns]
    words = [column.word for column in columns]
    least = [word * EASY for word in words]
    if sum(least) > room:
        least = words
    if sum(least) > room:
        parts = [word * HYPHENATED if word > LONG_WORD else word for word in words]
        return _shorten(words if sum(parts) <= room else parts, parts, room)
    widths = list(least)
    open_columns = set(range(len(columns)))
    while open_columns:
        free = room - sum(widths[i] for i in range(len(columns)) if i not in open_columns)
        total = sum(math.sqrt(columns[i].line) for i in open_columns)
        shares = {i: free * math.sqrt(columns[i].line) / total for i in open_columns}
        narrow = {i for i in open_columns if shares[i] <= least[i]}
        full = {i for i in open_columns - narrow if shares[i] >= columns[i].line * EASY}
        for i in narrow:
            widths[i] = least[i]
        for i in () if narrow else full:
            widths[i] = columns[i].line * EASY
        closed = narrow or full
        if not closed:
            for i in open_columns:
                widths[i] = shares[i]
            break
        open_columns -= closed
    return widths


def _shorten(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Widths of which the largest are reduced to a common one, at least ``least``, so that all fit
    into the room; or to a common one, if even those do not fit."""
    if sum(least) > room:
        least = [0.0] * len(widths)
    low, high = 0.0, max(widths)
    for _ in range(STEPS):
        most = (low + high) / 2
        cut = [max(floor, min(width, most)) for width, floor in zip(widths, least, strict=True)]
        low, high = (low, most) if sum(cut) > room else (most, high)
    return [max(floor, min(width, low)) for width, floor in zip(widths, least, strict=True)]


def _tall(body: Sequence[TableRow], widths: Sequence[float], setting: Setting) -> frozenset[int]:
    """The rows that take many lines."""
    return frozenset(
        number
        for number, row in enumerate(place(body))
        if any(
            line_count(p.cell.children, sum(widths[p.column : p.end])) / p.cell.rows > setting.tall
            for p in row
        )
    )


# --- table reflow ----------------------------------------------------------------------------
# Tables that do not fit into the lines of large print: they become lists.

WIDER = 1.09
"""The width of text in Atkinson Hyperlegible, relative to the face that widths are measured for."""

GAP, SMALL_GAP = 1.1, 0.6
"""Between columns, in ems."""

SIDE_BY_SIDE, MOST_LINES = 2, 6
"""More columns than these do not have cells of more lines."""


def line(sheet: Sheet) -> float:
    """The length of a line, in ems of the text."""
    return sheet.measure / POINT / sheet.text


def settings(sheet: Sheet) -> tuple[Setting, Setting]:
    """The lines of tables: with the usual gaps between columns, and with narrow ones."""
    width = line(sheet) / WIDER
    return Setting(width, GAP), Setting(width, SMALL_GAP)


def reflows(table: Table, lines: tuple[Setting, Setting]) -> bool:
    """Return whether the table does not fit: words would be divided, or rows take many lines."""
    count = column_count(table)
    if count < 2 or _has_numbers_alone(table, count):
        return False
    fitted = fit(table, *lines)
    if not fitted.fits or count <= SIDE_BY_SIDE:
        return not fitted.fits
    room = lines[fitted.is_small].line
    widths = [room * width / 100 for width in fitted.widths] or [room / count] * count
    return any(
        line_count(at.cell.children, sum(widths[at.column : at.end])) / at.cell.rows > MOST_LINES
        for row in place(table.body)
        for at in row
    )


# --- table lists -----------------------------------------------------------------------------
# Tables as lists: a table that does not fit into the lines of large print, or of any print,
# becomes a list of its rows, each with its cells as “header: value”.
#
# In a cell that spans rows or columns, content that can only occur once (notes, ids) goes with the
# first row or item; the others only have its text.

NOTHING = "–"
"""The text of an empty cell."""

Content: TypeAlias = tuple[Block, ...] | str
"""Blocks to render, or the text of content that is rendered elsewhere."""


class _Item(NamedTuple):
    """A cell: the headers of its column from the top, and its content."""

    heads: tuple[Content, ...]
    value: Content


class RowItem(NamedTuple):
    """A row: its own heads, or its first cell, and its other cells."""

    titles: tuple[_Item, ...]
    items: tuple[_Item, ...]


def row_items(table: Table) -> tuple[RowItem, ...]:
    """The rows of the body as items."""
    count = column_count(table)
    head = list(_cover_columns(table.head, count, 0))
    body = list(_cover_columns(table.body, count, len(head)))
    empty = {at for at in range(count) if all(_is_empty(row[at].cell) for row in body)}
    once = _Once()
    return tuple(_row(row, head, empty, once) for row in body)


class _Spot(NamedTuple):
    """A cell, and the row and column of the table, from 0, that it begins in."""

    key: tuple[int, int]
    cell: TableCell


Row: TypeAlias = list[_Spot]
"""The cells that cover each column in a row."""


class _Once:
    """Returns a cell's content once, and after that its text."""

    def __init__(self) -> None:
        self._returned: set[tuple[int, int]] = set()

    def __call__(self, spot: _Spot) -> Content:
        if spot.key in self._returned:
            return plain_text(spot.cell.children)
        self._returned.add(spot.key)
        return spot.cell.children


def _cover_columns(rows: Sequence[TableRow], count: int, first: int) -> Iterator[Row]:
    """The rows with the cells covering each of their columns; the ``first`` has that number."""
    lasting: dict[int, tuple[int, _Spot]] = {}
    for number, places in enumerate(place(rows), first):
        for at in places:
            spot = _Spot((number, at.column), at.cell)
            for column in range(at.column, min(at.end, count)):
                lasting[column] = (number + at.cell.rows, spot)
        row = [_Spot((number, column), TableCell(children=())) for column in range(count)]
        for column, (until, spot) in lasting.items():
            if until > number:
                row[column] = spot
        yield row


def _row(row: Row, head: Sequence[Row], empty: set[int], once: _Once) -> RowItem:
    spots = {spot.key: spot for spot in row}  # each once, in their order
    columns = {key: [at for at, spot in enumerate(row) if spot.key == key] for key in spots}
    if len(spots) == 1:  # a title for the rows below it
        return RowItem((_Item((), once(row[0])),), ())
    titles = [key for key, spot in spots.items() if spot.cell.scope == "row"] or [row[0].key]
    items = {
        key: _Item(_heads(columns[key], head, once), _value(spot, columns[key], empty, once))
        for key, spot in spots.items()
    }
    return RowItem(
        tuple(items[key] for key in titles),
        tuple(item for key, item in items.items() if key not in titles),
    )


def _heads(columns: Sequence[int], head: Sequence[Row], once: _Once) -> tuple[Content, ...]:
    """The headers of some columns, from the top; one that spans several occurs once."""
    over = {row[at].key: row[at] for row in head for at in columns}
    return tuple(once(spot) for spot in over.values() if not _is_empty(spot.cell))


def _value(spot: _Spot, columns: Sequence[int], empty: set[int], once: _Once) -> Content:
    if not _is_empty(spot.cell):
        return once(spot)
    if empty.issuperset(columns):  # a column to be filled in
        return (Plain(children=(Blank(size=3),)),)
    return NOTHING


def _is_empty(cell: TableCell) -> bool:
    nodes = list(walk(cell.children))
    return all(isinstance(node, Plain) for node in nodes)


# --- table markup ----------------------------------------------------------------------------
# The markup of a table besides its text: column groups, the scope of header cells, the alignment
# of numbers, and the fit into the line.


class _Cell(NamedTuple):
    """``tail`` is the space to the right of a number, in widths of a digit, that aligns its decimal
    mark with those above. ``after_span`` and ``before_span`` are cells that begin or end their row
    in the markup, but not on the page, because a cell of another row is next to them. ``boxes`` are
    the tick boxes in a grid; if they can be ticked on the page, they are ``named_by`` the ids of
    other cells."""

    node: TableCell
    scope: Literal["", "col", "row", "colgroup"]
    tail: float
    after_span: bool
    before_span: bool
    boxes: tuple[ListItem, ...] = ()
    id: str = ""
    named_by: str = ""

    @property
    def tag(self) -> str:
        return "th" if self.scope else "td"


class _Row(NamedTuple):
    """``is_written_in`` are rows of exercises with empty cells."""

    node: TableRow
    cells: tuple[_Cell, ...]
    is_tall: bool = False
    is_written_in: bool = False


class _Group(NamedTuple):
    """Columns that belong together: their number, and their widths in per cent if set."""

    size: int
    widths: tuple[float, ...]


class Shape(NamedTuple):
    """``is_small`` tables are set smaller, ``is_fitted`` ones have widths of columns, ``is_narrow``
    ones are as wide as their contents, and those that are ``in_one_piece`` on one page. In print,
    a table of numbers, such as a hundred square, ``is_grid``."""

    groups: tuple[_Group, ...]
    head: tuple[_Row, ...]
    body: tuple[_Row, ...]
    is_small: bool
    is_fitted: bool
    is_narrow: bool
    in_one_piece: bool
    is_grid: bool = False


def shape(
    table: Table,
    format_name: FormatName,
    decimal_mark: str,
    lines: tuple[Setting, Setting] = (USUAL_TEXT, SMALL_TEXT),
) -> Shape:
    count, groups = column_count(table), _groups(table)
    is_grid = format_name == "pdf" and _has_numbers_alone(table, count)
    fitted = _Fit() if is_grid else fit(table, *lines)
    is_fitted = bool(fitted.widths) and (
        format_name == "pdf" or (format_name == "epub" and fitted.is_small)
    )
    widths = fitted.widths if is_fitted else table.widths
    is_on_pages = format_name != "html"
    spans = {(group.start, group.stop) for group in groups}
    lacking = tails(table, decimal_mark)
    is_short = len(table.body) < ONE_PIECE and not fitted.tall
    return Shape(
        groups=tuple(_Group(len(g), widths[g.start : g.stop]) for g in groups)
        if widths or len(groups) > 1
        else (),
        head=tuple(
            _Row(row, tuple(_cells(places, count, spans, {})))
            for row, places in zip(table.head, place(table.head), strict=True)
        ),
        body=tuple(
            _Row(
                row,
                tuple(_cells(places, count, spans, lacking.get(number, {}))),
                is_tall=number in fitted.tall,
            )
            for number, (row, places) in enumerate(zip(table.body, place(table.body), strict=True))
        ),
        is_small=fitted.is_small,
        is_fitted=is_fitted,
        is_narrow=is_on_pages and fitted.is_narrow,
        in_one_piece=is_grid or (is_on_pages and is_short),
        is_grid=is_grid,
    )


def _has_numbers_alone(table: Table, count: int) -> bool:
    """Return whether a table without a caption has as many columns as a grid, and no words, but
    maybe blanks for some of its numbers."""
    if count < SQUARES or table.caption:
        return False
    cells = (cell.children for row in (*table.head, *table.body) for cell in row.cells)
    texts = ["" if _is_blank(children) else plain_text(children).strip() for children in cells]
    return any(texts) and all(len(t) <= DIGITS and (not t or t.isdecimal()) for t in texts)


def _is_blank(blocks: Sequence[Block]) -> bool:
    (block, *others) = blocks or (None,)
    return not others and isinstance(block, Plain) and [*map(type, block.children)] == [Blank]


def as_grid(shape: Shape, names: Callable[[], str] | None) -> Shape:
    """A table's shape with tick boxes; with ``names``, on the page itself, if none is ticked."""
    body = [
        row._replace(
            cells=tuple(map(_with_boxes, row.cells)),
            is_written_in=not names
            and any(map(_is_empty, (c.node for c in row.cells if not c.scope))),
        )
        for row in shape.body
    ]
    boxes = [box for row in body for cell in row.cells for box in cell.boxes]
    if names is None or not boxes or any(box.checked for box in boxes):
        return shape._replace(body=tuple(body))
    heads: dict[int, list[str]] = {}
    head = []
    for row, places in zip(shape.head, place([row.node for row in shape.head]), strict=True):
        cells = [c._replace(id=_id(c, names)) if c.scope else c for c in row.cells]
        head.append(row._replace(cells=tuple(cells)))
        for at, cell in zip(places, cells, strict=True):
            for column in range(at.column, at.end if cell.id else at.column):
                heads.setdefault(column, []).append(cell.id)
    placed = zip(body, place([row.node for row in body]), strict=True)
    return shape._replace(
        head=tuple(head),
        body=tuple(_with_names(row, places, heads, names) for row, places in placed),
    )


def _with_names(
    row: _Row,
    places: Sequence[PlacedCell],
    heads: Mapping[int, list[str]],
    names: Callable[[], str],
) -> _Row:
    """A row whose boxes are named by its first cell, and by the heads of their columns."""
    if not any(cell.boxes for cell in row.cells):
        return row
    first, *rest = row.cells
    if not first.boxes and first.node.children:
        first = first._replace(id=_id(first, names))
    cells = (
        cell._replace(named_by=" ".join(filter(None, (first.id, *heads.get(at.column, ())))))
        if cell.boxes
        else cell
        for at, cell in zip(places, (first, *rest), strict=True)
    )
    return row._replace(cells=tuple(cells))


def _with_boxes(cell: _Cell) -> _Cell:
    only = cell.node.children[0] if len(cell.node.children) == 1 else None
    is_grid = isinstance(only, List) and all(item.checked is not None for item in only.items)
    return cell._replace(boxes=only.items) if isinstance(only, List) and is_grid else cell


def _id(cell: _Cell, names: Callable[[], str]) -> str:
    return cell.node.attributes.id or names()


def _groups(table: Table) -> list[range]:
    """The columns under each cell of the first row, if any of them spans several."""
    first = next(place(table.head), ())
    if any(p.cell.scope and p.cell.columns > 1 for p in first):
        return [range(p.column, p.end) for p in first]
    return [range(column_count(table))]


def _cells(
    places: Sequence[PlacedCell], count: int, spans: set[tuple[int, int]], tail: Mapping[int, float]
) -> Iterator[_Cell]:
    for at in places:
        scope = at.cell.scope
        heads_group = scope == "col" and at.cell.columns > 1 and (at.column, at.end) in spans
        yield _Cell(
            at.cell,
            "colgroup" if heads_group else scope,
            tail.get(at.column, 0.0),
            after_span=at is places[0] and at.column > 0,
            before_span=at is places[-1] and at.end < count,
        )
