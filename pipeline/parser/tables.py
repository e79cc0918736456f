"""Tables in GitHub's syntax that never lose content, attributes of their parts, and captions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    NO_ATTRIBUTES,
    Attributes,
    Block,
    DefinitionList,
    Figure,
    Image,
    Inline,
    Paragraph,
    Plain,
    Table,
    Text,
)
from pipeline.model.block_parts import ReadInlines, Report
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.table_cells import column_count, limit_row_spans, place, regular
from pipeline.model.tree import plain_text
from pipeline.parser.attributes import (
    ALIGNMENTS,
    join_attributes,
    make_attributes,
    mistaken_attributes,
    read_attributes,
    tell_invalid,
    trailing_attributes,
    with_alignment,
)
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.lines import Cursor, Line
from pipeline.parser.markup import trim
from pipeline.parser.math import BRACKETS, PATTERNS, reads_like_formula
from pipeline.parser.partial_strings import read_string

# --- table options ---------------------------------------------------------------------------
# Attributes for rows and columns: ``head-rows``, ``head-columns``, ``align``, ``widths``.

HEAD_ROWS, HEAD_COLUMNS, ALIGN, WIDTHS = "head-rows", "head-columns", "align", "widths"
QUARTO_WIDTHS = "tbl-colwidths"
"""Quarto's key for widths: `[30,70]`."""

KEYS = frozenset({HEAD_ROWS, HEAD_COLUMNS, ALIGN, WIDTHS, QUARTO_WIDTHS})
ROW_HEADERS = "row-headers"
"""The class that means ``head-columns=1``."""

_ALIGNMENTS: dict[str, model.Alignment] = {
    "l": "left", "left": "left", "c": "center", "center": "center", "centre": "center",
    "r": "right", "right": "right", ".": "decimal", "decimal": "decimal",
}  # fmt: skip
_NUMBER = late(r"(?:[\s.,'’%+−–-]*+\d++)++[\s.,'’%]*+[a-z]{0,3}")
_BOX = late(r"(?:^|(?<=\s))\[([ xX])\](?:[ \t]+|$)")
_TICK = late(r"\([ \t]*+([xX✓✔]?)[ \t]*+\)")
_EMPTY = late(r"[ \t]*+\([ \t]*+\)[ \t]*+$")
_SHARE = late(r"\d{1,6}(?:\.\d{1,6})?%?")


def with_attributes(
    table: model.Table, more: Attributes, span: Span | None, report: Report
) -> model.Table:
    """The table with further attributes applied. Problems are reported at ``span``."""
    attributes = table.attributes
    pairs = (*attributes.pairs, *more.pairs)
    classes = tuple(dict.fromkeys((*attributes.classes, *more.classes)))
    rest = tuple(pair for pair in pairs if pair[0] not in KEYS)
    changed = replace(table, attributes=make_attributes(more.id or attributes.id, classes, rest))
    options = {key: value.strip() for key, value in pairs if key in KEYS}
    if quarto := options.pop(QUARTO_WIDTHS, "").strip("[]").replace("auto", ""):
        options.setdefault(WIDTHS, quarto)
    has_row_heads = any(cell.scope == "row" for row in table.body for cell in row.cells)
    if ROW_HEADERS in classes and (HEAD_ROWS in options or not has_row_heads):
        options.setdefault(HEAD_COLUMNS, "1")
    return _Options(options, span or table.span, report).apply(changed) if options else changed


class _Options:
    def __init__(self, options: dict[str, str], span: Span | None, report: Report) -> None:
        self._options = options
        self._span = span
        self._report = report

    def apply(self, table: model.Table) -> model.Table:
        width = column_count(table)
        count = self._count(HEAD_ROWS, len(table.head) + len(table.body), "rows")
        if count is not None:
            table = with_head_rows(table, count)
        count = self._count(HEAD_COLUMNS, width, "columns")
        if count is not None:
            table = with_head_columns(table, count)
        if alignments := self._alignments(width):
            table = _align(table, alignments)
        if widths := self._widths(width):
            table = replace(table, widths=widths)
        return table

    def _count(self, key: str, most: int, noun: str) -> int | None:
        text = self._options.get(key, "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 5):
            self._refuse(key, "is not a number", f"For example: `{key}=2`.")
        elif int(text) > most:
            self._refuse(key, f"is more than the table's {most} {noun}", "")
        else:
            return int(text)
        return None

    def _alignments(self, width: int) -> list[model.Alignment]:
        words = self._options.get(ALIGN, "").lower().replace(",", " ").split()
        if len(words) == 1 and words[0] not in _ALIGNMENTS:
            words = list(words[0])
        if any(word not in _ALIGNMENTS for word in words):
            hint = "Write `l`, `c`, `r` or `.` for each column, with spaces between."
            self._refuse(ALIGN, "contains something other than `l`, `c`, `r` and `.`", hint)
        elif len(words) > width:
            self._refuse(ALIGN, f"is for more than the table's {width} columns", "")
        else:
            return [_ALIGNMENTS[word] for word in words]
        return []

    def _widths(self, width: int) -> tuple[float, ...]:
        words = self._options.get(WIDTHS, "").replace(",", " ").split()
        shares = [float(word.rstrip("%")) for word in words if _SHARE.fullmatch(word)]
        if len(shares) != len(words) or not all(shares):
            hint = 'Write each column\'s share in per cent: `widths="30 70"`.'
            self._refuse(WIDTHS, "contains something other than numbers above 0", hint)
        elif words and len(words) != width:
            self._refuse(
                WIDTHS,
                f"has {_count_of(len(words), 'number')} for {_count_of(width, 'column')}",
                "",
            )
        else:
            total = sum(shares)
            return tuple(max(0.01, round(share * 100 / total, 2)) for share in shares)
        return ()

    def _refuse(self, key: str, problem: str, hint: str) -> None:
        value = self._options[key]
        written = f"{key}={value}" if value.isalnum() else f'{key}="{value}"'
        self._report(Code.BAD_ATTRIBUTE, f"`{written}` {problem}.", self._span, hint)


def _count_of(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


# --- heads -----------------------------------------------------------------------------


def with_head_rows(table: model.Table, count: int) -> model.Table:
    """The table with its first ``count`` rows as its header, and row headers guessed again if they
    were guessed before."""
    bare = with_head_columns(table, 0)
    if guess_row_heads(bare) == table:
        table = bare
    rows = (*table.head, *table.body)
    head = [_change_scope(row, "", "col") for row in limit_row_spans(rows[:count])]
    lost = len(table.head) - count
    body = [
        _change_scope(row, "col", "") if number < lost else row
        for number, row in enumerate(limit_row_spans(rows[count:]))
    ]
    upper, lower = regular(head, body)
    return guess_row_heads(replace(table, head=upper, body=lower))


def _change_scope(row: model.TableRow, before: str, after: str) -> model.TableRow:
    """The row with cells of one scope changed to another; an empty corner has no scope."""
    return replace(
        row,
        cells=tuple(
            _of_scope(cell, after if cell.children else "") if cell.scope == before else cell
            for cell in row.cells
        ),
    )


def _of_scope(cell: model.TableCell, scope: str) -> model.TableCell:
    return replace(cell, scope=scope) if cell.scope != scope else cell


def with_head_columns(table: model.Table, count: int) -> model.Table:
    """The table with the cells of its first ``count`` columns as row headers."""
    rows = []
    for row, places in zip(table.body, place(table.body), strict=True):
        cells = []
        for at in places:
            scope = "row" if at.column < count and at.cell.children else ""
            cells.append(at.cell if at.cell.scope == "col" else _of_scope(at.cell, scope))
        rows.append(replace(row, cells=tuple(cells)))
    return replace(table, body=tuple(rows))


def guess_row_heads(table: model.Table) -> model.Table:
    """The table with its first column as row headers, if that column has no header of its own, or
    if all other columns hold numbers or tick boxes; unless there are row headers already."""
    if not table.head or any(cell.scope for row in table.body for cell in row.cells):
        return table
    if any(cell.columns > 1 or cell.rows > 1 for row in table.body for cell in row.cells):
        return table
    corner = table.head[0].cells[0]
    others = [cell for row in table.body for cell in row.cells[1:]]
    if others and (not corner.children or all(map(_is_headed, others))):
        return with_head_columns(table, 1)
    return table


def _is_headed(cell: model.TableCell) -> bool:
    """Return whether a cell needs the headers of its row and its column to be understood."""
    only = cell.children[0] if len(cell.children) == 1 else None
    if isinstance(only, model.List):
        return all(item.checked is not None and not item.children for item in only.items)
    return isinstance(only, model.Plain) and bool(_NUMBER.fullmatch(plain_text(only.children)))


def without_empty_heads(table: model.Table) -> model.Table:
    """The table without an empty header above its row of dashes; empty corners have no scope."""
    head = tuple(
        _change_scope(row, "col", "col") for row in table.head if any(c.children for c in row.cells)
    )
    return replace(table, head=head) if head or table.body else table


# --- boxes to tick ---------------------------------------------------------------------


def is_to_tick(row: BlockElement) -> bool:
    """Return whether a row has a cell that is nothing but ``( )``."""
    return any(cell.lines and _EMPTY.match(cell.lines[0]) for cell in row.blocks)


def with_boxes(
    children: tuple[Block, ...], span: Span | None, *, to_tick: bool = False
) -> tuple[Block, ...]:
    """The content of a cell; a text that begins with ``[ ]`` or ``[x]`` becomes a list of such
    boxes, each with the text after it. In a grid ``to_tick``, ``( )`` and ``(x)`` count too."""
    only = children[0] if len(children) == 1 else None
    first = only.children[0] if isinstance(only, model.Plain) and only.children else None
    if to_tick and isinstance(first, model.Text) and (tick := _TICK.fullmatch(first.text)):
        first = replace(first, text="[x]" if tick[1] else "[ ]")
        only = model.Plain(children=(first,), span=span)
    if not isinstance(first, model.Text) or not _BOX.match(first.text):
        return children
    assert isinstance(only, model.Plain)
    items: list[tuple[bool, list[Inline]]] = []
    for inline in only.children:
        if not isinstance(inline, model.Text):
            items[-1][1].append(inline)
            continue
        before, *rest = _BOX.split(inline.text)
        if before:
            items[-1][1].append(replace(inline, text=before))
        for mark, text in zip(rest[::2], rest[1::2], strict=True):
            items.append((mark != " ", [replace(inline, text=text)] if text else []))
    ticked = tuple(
        model.ListItem(
            children=(model.Plain(children=trim(label), span=span),) if trim(label) else (),
            checked=checked,
            span=span,
        )
        for checked, label in items
    )
    return (model.List(ordered=False, items=ticked, span=span),)


# --- columns ---------------------------------------------------------------------------


def _align(table: model.Table, alignments: Sequence[model.Alignment]) -> model.Table:
    def align(rows: tuple[model.TableRow, ...]) -> Iterable[model.TableRow]:
        for row, places in zip(rows, place(rows), strict=True):
            cells = (
                replace(p.cell, align=alignments[p.column])
                if p.column < len(alignments) and p.cell.columns == 1
                else p.cell
                for p in places
            )
            yield replace(row, cells=tuple(cells))

    return replace(table, head=tuple(align(table.head)), body=tuple(align(table.body)))


# --- tables ----------------------------------------------------------------------------------
# Tables in GitHub's syntax (GFM specification, section 4.10) that never lose content.
#
# A bar in a code span or a formula does not separate cells, unless the row then has too few cells
# and exactly enough as GitHub parses it. A row with more cells than the header widens the table. A
# line without bars ends the table.

_DELIMITER_CELL = late(r"[ \t]*(:?)-+(:?)[ \t]*$")
MAX_COLUMNS = 256
WIDE_HINT = "If a bar is part of the text, write `\\|`."
_PIECE = late(r"(?P<bracket>\\\\?[(\[])|\\.|(?P<code>`+)|(?P<dollar>\$)|(?P<bar>\|)", re.S)
_BAR_GUARDS = late(r"[`$]|\\[(\[]")
_FORMULAS = tuple(pattern.compiled_re for pattern in PATTERNS.values())


class TableProcessor(LineProcessor):
    """A line of dashes and bars under a paragraph's last line makes a table of that line, the first
    of its ``lines``. ``state`` is the columns' alignments."""

    takes_lines = True

    def may_start(self, cursor: Cursor) -> bool:
        return self.parser.innermost.tag == "p" and cursor.indent < 4 and cursor.char in "|:-"

    def start(self, cursor: Cursor) -> bool:
        paragraph = self.parser.innermost
        if "|" not in cursor.rest and "|" not in paragraph.lines[-1]:
            return False
        alignments = _alignments(cursor.rest)
        header = paragraph.lines[-1]
        if not alignments or len(alignments) > MAX_COLUMNS:
            return False
        width = len(split_row(header, len(alignments)))
        if width > len(alignments) or (width < len(alignments) and "|" not in header):
            return False
        if not header.lstrip().startswith("|") and len(alignments) == 1:
            return False
        del paragraph.lines[-1]
        paragraph.end = paragraph.lines[-1].number if paragraph.lines else paragraph.line
        table = BlockElement("table", header.number, self)
        table.state = alignments
        table.lines = [header]
        self.parser.begin(table, cursor)
        table.column = header.offset
        table.end = cursor.number
        if width < len(alignments):
            self.parser.report(Code.LIKELY_SLIP, *different(width, len(alignments), cursor.line))
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.YES if "|" in cursor.rest and not _is_list(cursor.rest.rstrip()) else Match.NO

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Rows and cells: as many cells in each row as the header has, or more."""
        for number, line in enumerate(block.lines):
            row = BlockElement("tr", line.number, self)
            cells = self._cells(line, len(block.state))
            if len(cells) > len(block.state):
                block.set("wide", "yes")  # its first column stands in for the heads it lacks
            for column, text in enumerate(cells):
                align = block.state[column] if column < len(block.state) else ""
                cell = BlockElement("td" if number else "th", line.number, self, align=align)
                cell.lines = [text]
                cell.column = text.offset
                row.append(cell)
            block.append(row)
        block.lines = []

    def _cells(self, line: Line, width: int) -> list[Line]:
        cells = split_row(line, width)
        while len(cells) > width and not cells[-1]:
            del cells[-1]
        if len(cells) > width:
            message = f"The row has {len(cells)} cells, and the table's head {width}."
            self.parser.report(Code.WIDE_ROW, message, cells[width].at(), WIDE_HINT)
        if len(cells) > MAX_COLUMNS:
            last = cells[MAX_COLUMNS - 1]
            text = line[last.offset - line.offset :].rstrip(" \t").removesuffix("|")
            cells[MAX_COLUMNS - 1 :] = [last.with_text(text)]
        return cells + [line.with_text("")] * (width - len(cells))


def different(cells: int, dashes: int, line: Line) -> tuple[str, Span, str]:
    """The finding about a row of dashes that has not as many cells as the row above it."""
    counted = f"{dashes} cell{'s' if dashes > 1 else ''}"
    message = f"The row of dashes has {counted}, and the row above it {cells}."
    if dashes > cells:
        return f"{message[:-1]}: it gets empty ones.", line.at(), "Write the same number in both."
    return message, line.at(), "For a table, both need the same number."


def _is_list(text: str) -> bool:
    """Return whether a line is, or is meant as, an attribute list of the table, and no row."""
    if not text.startswith("{"):
        return False
    listed = read_attributes(text)
    return listed[1] == len(text) if listed else mistaken_attributes(text) == text


def _alignments(text: str) -> list[str] | None:
    """The alignments in a delimiter row; None if it is not one."""
    if not set(text) <= set("|:- \t"):
        return None
    matches = [_DELIMITER_CELL.match(cell) for cell in _divide(Line(text, 0, 0), _bars(text))]
    kinds = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}
    return [kinds[m[1], m[2]] for m in matches if m] if all(matches) else None


def columns_in(text: str) -> int:
    """The number of columns of a delimiter row; 0 if it is not one."""
    return len(_alignments(text) or ())


def split_row(line: Line, width: int) -> list[Line]:
    r"""The cells of a row, with their positions. ``\|`` is not a border."""
    all_bars = _bars(line)
    bars = _bars(line, outside=True) if _BAR_GUARDS.search(line) else all_bars
    cells = _divide(line, bars)
    if len(bars) < len(all_bars) and len(cells) < width:
        by_all = _divide(line, all_bars)
        return by_all if len(by_all) == width else cells
    return cells


def _bars(text: str, *, outside: bool = False) -> list[int]:
    """The positions of unescaped bars, or of those ``outside`` code and formulas."""
    positions: list[int] = []
    runs: dict[int, list[int]] = {}
    if outside:
        for run in reversed(list(re.finditer("`+", text))):
            runs.setdefault(len(run[0]), []).append(run.end())
    formulas = list(_FORMULAS)
    at = 0
    while piece := _PIECE.search(text, at):
        at = piece.end()
        if piece["bar"]:
            positions.append(piece.start())
        elif piece["code"] and outside:
            ends = runs.get(len(piece["code"]), [])
            while ends and ends[-1] <= at:
                ends.pop()
            at = ends[-1] if ends else at
        elif piece["bracket"] and outside:
            pair = BRACKETS.match(text, piece.start())
            if pair and reads_like_formula(pair[2] or pair[3]):
                at = pair.end()
        elif piece["dollar"] and outside:
            matches = [formula.match(text, piece.start()) for formula in formulas]
            end = next((match.end() for match in matches if match), 0)
            # search only once for the end of a mark of several dollars that is never closed
            opened = text.startswith("$$", piece.start())
            if not end and opened:
                formulas = [f for f in formulas if not f.match("$$x$$")]
                at += 1
            at = end or at
    return positions


def _divide(line: Line, bars: list[int]) -> list[Line]:
    """The cells between ``bars``."""
    begin = len(line) - len(line.lstrip(" \t"))
    end = len(line.rstrip(" \t"))
    if bars and bars[0] == begin:
        begin, bars = begin + 1, bars[1:]
    cells: list[Line] = []
    for bar in bars:
        cells.append(_cell(line, begin, bar))
        begin = bar + 1
    if begin < end:
        cells.append(_cell(line, begin, end))
    return cells


def _cell(line: Line, begin: int, end: int) -> Line:
    raw = line[begin:end]
    stripped = raw.strip(" \t")
    indent = len(raw) - len(raw.lstrip(" \t"))
    found = enumerate(re.finditer(r"\\\|", stripped))
    cell = _Cell(stripped.replace("\\|", "|"), line.number, line.offset + begin + indent)
    cell.bars = [match.start() - number for number, match in found]
    return cell


class _Cell(Line):
    """The text of a cell without the backslashes before bars, of which ``bars`` are the places."""

    __slots__ = ("bars",)

    bars: list[int]

    def at(self, index: int = 0) -> Span:
        return super().at(index + bisect_right(self.bars, index))


# --- captions --------------------------------------------------------------------------------
# Figures and captions: an image alone in a paragraph is a figure. A paragraph that begins with
# ``Table:`` or ``:`` is the caption of the table beside it, one of attributes is about that above.


def attach_captions(
    blocks: tuple[Block, ...], read_inlines: ReadInlines, report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with their captions attached. ``read_inlines`` reads the caption of a
    figure, which is given as an image's title, at the image's place; ``braced`` are the positions
    of paragraphs that begin with an unescaped brace."""
    with_figures = [new for block in blocks for new in _figures(block, read_inlines, report)]
    return _caption_tables(with_figures, report, braced)


def _figures(block: Block, read_inlines: ReadInlines, report: Report) -> tuple[Block, ...]:
    """The figure for a paragraph with one image; or the paragraph without its first image, if that
    is floated to one side."""
    if not isinstance(block, Paragraph | Plain) or not block.children:
        return (block,)
    image, *rest = block.children
    if not rest:
        return (figure_alone(block, read_inlines),)
    if isinstance(image, Image) and _is_aligned(image) and (others := trim(rest)):
        figure = figure_of(image, image.span, read_inlines)
        return (figure, replace(block, children=others))
    for inline in rest:
        if isinstance(inline, Image) and _is_aligned(inline):
            message = "An image within a line of text cannot be placed to one side."
            hint = "Put it in a paragraph of its own."
            report(Code.LIKELY_SLIP, message, inline.span or block.span, hint)
    return (block,)


def _is_aligned(image: Image) -> bool:
    return not ALIGNMENTS.keys().isdisjoint(with_alignment(image.attributes, is_image=True).classes)


def figure_alone(block: Block, read_inlines: ReadInlines) -> Block:
    """The figure for a paragraph of nothing but an image; any other block as it is."""
    if not isinstance(block, Paragraph | Plain) or len(block.children) != 1:
        return block
    image = block.children[0]
    if not isinstance(image, Image):
        return block
    around = with_alignment(block.attributes, is_image=True)
    if not image.title and image.attributes == NO_ATTRIBUTES:
        of_image = join_attributes(make_attributes(classes=("image",)), around)
        return Paragraph(children=block.children, span=block.span, attributes=of_image)
    figure = figure_of(image, block.span, read_inlines)
    if around == NO_ATTRIBUTES:
        return figure
    return replace(figure, attributes=join_attributes(around, figure.attributes))


def figure_of(image: Image, span: Span | None, read_inlines: ReadInlines) -> Figure:
    """The figure for an image that is alone, with its title as the caption, and its attributes."""
    of_image = tuple(name for name in image.attributes.classes if name == "decorative")
    return Figure(
        image=replace(image, title="", attributes=make_attributes(classes=of_image)),
        caption=_caption(image, read_inlines),
        span=span,
        attributes=with_alignment(image.attributes, is_image=True).without(classes=of_image),
    )


def _caption(image: Image, read_inlines: ReadInlines) -> tuple[Inline, ...]:
    """The title of an image; with an id ``fig-x`` and no title, its alternative, as in Quarto."""
    if image.title:
        return read_inlines(image.title, image.span)
    if image.attributes.id.startswith("fig-"):
        return read_string(image.alt) or ((Text(text=image.alt),) if image.alt else ())
    return ()


BEGINNING = late(r"[Tt]able:\s*|:\s+")


def _caption_tables(
    blocks: Sequence[Block], report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with captions and attributes merged into their tables."""
    if not any(isinstance(block, Table) for block in blocks):
        for block in blocks:
            _warn_of_lonely(block, report, braced)
        return tuple(blocks)
    result: list[Block] = []
    waiting: Paragraph | None = None
    for block in blocks:
        previous = result[-1] if result else None
        match block:
            case Table():
                if isinstance(previous, DefinitionList) and not block.caption:
                    _warn_of_definition(previous, report)
                if waiting and not block.caption:
                    result.pop()
                    block = _attach_caption(block, waiting, report)
                result.append(with_attributes(block, NO_ATTRIBUTES, None, report))
                waiting = None
            case Paragraph() if is_caption(block):
                if isinstance(previous, Table) and not previous.caption:
                    result[-1] = _attach_caption(previous, block, report)
                else:
                    result.append(block)
                    waiting = block
            case Paragraph() if isinstance(previous, Table) and (text := _braces(block, braced)):
                read = trailing_attributes(text)
                if read and not read[0]:
                    result[-1] = with_attributes(previous, read[1], block.span, report)
                    continue
                if written := mistaken_attributes(text):
                    message, hint = tell_invalid(written)
                    report(Code.BAD_ATTRIBUTE, message, block.span, hint)
                result.append(block)
            case _:
                result.append(block)
                waiting = None
    for block in result:
        _warn_of_lonely(block, report, braced)
    return tuple(result)


def _warn_of_lonely(block: Block, report: Report, braced: set[Span]) -> None:
    """A paragraph that looks like a caption or a list of attributes, but is not next to a table."""
    if isinstance(block, Paragraph) and (text := _braces(block, braced)):
        listed = trailing_attributes(text)
        if listed and not listed[0]:
            message = f"The attributes `{text}` stand alone, and are read as text."
            hint = (
                "Put them at the end of the heading, right above or below the paragraph, or the "
                f"block between `::: {text.replace('{:', '{')}` and `:::`."
            )
            report(Code.LIKELY_SLIP, message, block.span, hint)
    elif isinstance(block, Paragraph) and is_caption(block):
        last = block.children[-1]
        if isinstance(last, Text) and trailing_attributes(last.text):
            message = "A caption has no table beside it that needs one."
            hint = "Put it directly before or after its table, with an empty line between."
            report(Code.LIKELY_SLIP, message, block.span, hint)


def _warn_of_definition(entries: DefinitionList, report: Report) -> None:
    """Tell that what is before a table defines a whole sentence, so that it is no caption."""
    term = plain_text(entries.items[-1].terms[-1])
    if term.rstrip().endswith((".", "!", "?", ":")):
        message = "A line with a colon before a table defines what is above it."
        hint = "If it is the caption of the table, begin it with `Table:` instead."
        report(Code.LIKELY_SLIP, message, entries.span, hint)


def is_caption(block: Block) -> bool:
    """Return whether a block next to a table would be its caption."""
    if not isinstance(block, Paragraph) or not block.children:
        return False
    first = block.children[0]
    return isinstance(first, Text) and bool(BEGINNING.match(first.text))


def caption_of(paragraph: Paragraph) -> tuple[tuple[Inline, ...], Attributes]:
    """The text of a caption, and the attributes at its end."""
    first, *rest = paragraph.children
    assert isinstance(first, Text)
    children: list[Inline] = [replace(first, text=BEGINNING.sub("", first.text, count=1)), *rest]
    of_caption = paragraph.attributes
    last = children[-1]
    if isinstance(last, Text) and (split := trailing_attributes(last.text)):
        children[-1] = replace(last, text=split[0])
        of_caption = split[1]
    return trim(children), of_caption


def _attach_caption(table: Table, paragraph: Paragraph, report: Report) -> Table:
    caption, more = caption_of(paragraph)
    return with_attributes(replace(table, caption=caption), more, paragraph.span, report)


def _braces(block: Paragraph, braced: set[Span]) -> str:
    """The text of a paragraph that begins with a brace, and is nothing but text."""
    if block.span not in braced:
        return ""
    only = block.children[0] if len(block.children) == 1 else None
    return only.text.strip() if isinstance(only, Text) else ""
