"""Fences, and files that they name: code, formulas, data, tables and charts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, ChartKind, CodeBlock, Inline, MathBlock
from pipeline.model.block_parts import ReadInlines, Report
from pipeline.model.codes import BY_SLUG, Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.names import nearest
from pipeline.model.table_cells import column_count, regular
from pipeline.parser.attributes import join_attributes, make_attributes
from pipeline.parser.constructs.source_parts import SourceParts, frame_missing
from pipeline.parser.dialects import table
from pipeline.parser.lines import Line
from pipeline.parser.math import with_subscripts
from pipeline.parser.tables import caption_of, guess_row_heads, is_caption, with_head_columns

# --- data ------------------------------------------------------------------------------------
# Tables as other programs write them, in a fence or in the file that it names: CSV (RFC 4180), and
# its variants with semicolons or tabs.

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""The possible delimiters of cells, by the names that authors use."""


MOST_CELLS = 50_000
"""The maximum number of cells in a table, which is some thousand printed pages."""


class Cell(NamedTuple):
    """The text of a cell without its quotes, and its position."""

    text: str
    span: Span


class _Mistake(NamedTuple):
    """An error in the data."""

    message: str
    span: Span
    hint: str


class Rows(NamedTuple):
    """The rows that are not blank, none if they are too many, and the problems found."""

    rows: tuple[tuple[Cell, ...], ...]
    mistakes: tuple[_Mistake, ...]


def read_delimited(lines: Sequence[Line], delimiter: str = "") -> Rows:
    """The rows in some lines.

    The default ``delimiter`` is the one in the first row: tabs or semicolons, if it has any, or
    else commas.
    """
    return _Reader(lines, delimiter or _guess(lines)).read()


def _guess(lines: Sequence[Line]) -> str:
    first = next((line for line in lines if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return next((mark for mark in "\t;" if mark in bare), ",")


class _Reader:
    def __init__(self, lines: Sequence[Line], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._at = 0
        self._mistakes: list[_Mistake] = []

    def read(self) -> Rows:
        rows: list[tuple[Cell, ...]] = []
        count = 0
        while self._at < len(self._lines):
            if self._lines[self._at].strip():
                rows.append(self._row())
                count += len(rows[-1])
            if count > MOST_CELLS:
                message = f"The data have more than {MOST_CELLS:,} cells."
                hint = "Show the important ones, and offer the file for download."
                return Rows((), (_Mistake(message, rows[0][0].span, hint),))
            self._at += 1
        return Rows(tuple(rows), tuple(self._mistakes))

    def _row(self) -> tuple[Cell, ...]:
        """The row that begins with a line; afterwards `_at` is at its last line."""
        cells = []
        pos = 0
        while pos >= 0:
            cell, pos = self._cell(pos)
            cells.append(cell)
        return tuple(cells)

    def _cell(self, pos: int) -> tuple[Cell, int]:
        """The cell that begins at ``pos``, and where the next one does, -1 for nowhere."""
        line = self._lines[self._at]
        start = _skip_blanks(line, pos, self._delimiter)
        if line[start : start + 1] == '"':
            return self._read_quoted(start)
        end = line.find(self._delimiter, pos)
        text = line[pos:] if end < 0 else line[pos:end]
        return Cell(text.strip(), line.at(min(start, len(line)))), end + 1 or -1

    def _read_quoted(self, start: int) -> tuple[Cell, int]:
        line = self._lines[self._at]
        span = line.at(start)
        parts = []
        first, pos = self._at, start + 1
        while True:
            end = line.find('"', pos)
            if end < 0:
                parts.append(line[pos:] + "\n")
                if self._at + 1 == len(self._lines):
                    return self._read_unclosed(first, span, start)
                self._at += 1
                line, pos = self._lines[self._at], 0
            elif line[end + 1 : end + 2] == '"':
                parts.append(line[pos : end + 1])
                pos = end + 2
            else:
                parts.append(line[pos:end])
                break
        following = line.find(self._delimiter, end + 1)
        rest = (line[end + 1 :] if following < 0 else line[end + 1 : following]).strip()
        if rest:
            message = f"`{rest[:20]}` follows the closing quotation mark of a cell."
            hint = 'Double a quotation mark within a cell: `"a ""word"" more"`.'
            self._mistakes.append(_Mistake(message, line.at(end + 1), hint))
        return Cell("".join(parts).strip() + rest, span), following + 1 or -1

    def _read_unclosed(self, first: int, span: Span, start: int) -> tuple[Cell, int]:
        """A cell whose end is missing is the rest of its line; the rows after it are read."""
        hint = 'End it with another `"`; to show one, double it.'
        self._mistakes.append(_Mistake('A cell begins with `"` but is never closed.', span, hint))
        self._at = first
        return Cell(self._lines[first][start + 1 :].strip(), span), -1


def _skip_blanks(line: str, pos: int, delimiter: str) -> int:
    while pos < len(line) and line[pos] in " \t" and line[pos] != delimiter:
        pos += 1
    return pos


LONGEST_SHOWN = 50_000
"""The maximum number of characters of a file that are shown as written."""

DATA_KEYS = frozenset({"file", "delimiter"})
"""The attributes that say where the data are and how they are written."""


def read_rows(parts: SourceParts) -> tuple[tuple[Cell, ...], ...] | None:
    """The rows of a fence's lines, or of ``file="data.csv"``, each as long as the longest."""
    rows = uneven_rows(parts)
    if rows is None:
        return None
    rows = tuple(trim_row(row, len(rows[0]), parts.report) for row in rows)
    width = max(map(len, rows), default=0)
    return tuple(
        (*row, *(Cell("", row[-1].span),) * min(width - len(row), MOST_MISSING)) for row in rows
    )


def as_written(parts: SourceParts) -> tuple[Block, ...]:
    """Data that make no table or chart, as text; of an unreadable or long file, the name."""
    text = parts.text
    if address := parts.attributes.get("file"):
        content = parts.files.read(address, parts.span)
        if isinstance(content, Diagnostic) or len(content) > LONGEST_SHOWN:
            return (frame_missing(address, parts.span),)
        text = "\n".join(parts.files.read_lines(address, parts.span))
    return (CodeBlock(text=text, span=parts.span),) if text.strip() else ()


def uneven_rows(parts: SourceParts) -> tuple[tuple[Cell, ...], ...] | None:
    """The rows, with their own lengths; None if they cannot be parsed, with a finding.

    ``delimiter`` is a character, or "comma", "semicolon" or "tab". Problems are reported at their
    position, in the file too.
    """
    lines = parts.lines
    if address := parts.attributes.get("file"):
        content = parts.files.read(address, parts.span)
        if isinstance(content, Diagnostic):
            parts.report(BY_SLUG[content.code], content.message, parts.span, content.hint)
            return None
        if any(line.strip() for line in lines):
            message = f"There is data both in “{address}” and between the fences."
            parts.report(Code.BAD_DATA, message, parts.span, "Keep one of them.")
        lines = parts.files.read_lines(address, parts.span)
    mark = parts.attributes.get("delimiter")
    if len(mark) > 1 and mark not in DELIMITERS:
        message = f"`delimiter={mark}` is not one character."
        hint = "Write it in quotes, or use `comma`, `semicolon` or `tab`."
        parts.report(Code.BAD_DATA, message, parts.span, hint)
        mark = ""
    rows, mistakes = read_delimited(lines, DELIMITERS.get(mark, mark))
    for mistake in mistakes:
        parts.report(Code.BAD_DATA, *mistake)
    return None if mistakes and not rows else rows


def trim_row(row: tuple[Cell, ...], width: int, report: Report) -> tuple[Cell, ...]:
    """The row without empty cells beyond ``width``, where other cells are reported."""
    while len(row) > width and not row[-1].text.strip():
        row = row[:-1]
    if len(row) > width:
        message = f"The row has {len(row)} cells, and the first row {width}."
        hint = "Put quotation marks around a cell that contains a comma."
        report(Code.WIDE_ROW, message, row[width].span, hint)
    return row


MOST_MISSING = 64
"""The most empty cells added to a row, so that a long first row costs no more than its text."""


# --- tables from rows ------------------------------------------------------------------------
# Tables as ``::: table`` around a list of rows, and of data in fences ``csv`` and ``tsv``.

MAX_COLUMNS = 256
_SHAPE = "Write a list of rows, and in each item the list of its cells: `- - First cell`."


def table_of_rows(parts: SourceParts) -> tuple[Block, ...]:
    """The table for a list of lists, or the existing table, with the caption after the keyword, in
    an attribute, or in a paragraph ``Table: …``. Other content follows it."""
    caption, attributes = _caption(parts)
    node: model.Table | None = None
    rest: list[Block] = []
    for block in parts.children:
        if node is None and isinstance(block, model.List):
            node = _of_list(block, parts.report)
        elif node is None and isinstance(block, model.Table):
            node = block
        elif isinstance(block, model.Paragraph) and is_caption(block) and not caption:
            caption, more = caption_of(block)
            attributes = join_attributes(attributes, more)
        else:
            message = "Only the rows of the table may be here."
            parts.report(Code.BAD_TABLE, message, block.span or parts.span, _SHAPE)
            rest.append(block)
    if node is None:
        if not rest:
            parts.report(Code.BAD_TABLE, "The table has no rows.", parts.span, _SHAPE)
        return tuple(rest)
    attributes = join_attributes(node.attributes, attributes)
    caption = caption or node.caption
    return (replace(node, caption=caption, span=parts.span, attributes=attributes), *rest)


def _caption(parts: SourceParts, *spent: str) -> tuple[tuple[Inline, ...], Attributes]:
    """The caption from an attribute or after the name, and all attributes but those ``spent``."""
    caption = parts.read(parts.attributes.get("caption") or parts.argument, parts.span)
    return caption, parts.attributes.without({"caption", *spent})


# --- lists of lists --------------------------------------------------------------------


def _of_list(rows: model.List, report: Report) -> model.Table:
    rows_read = [_table_row(item) for item in rows.items]
    width = max(len(row.cells) for row in rows_read)
    for item, row in zip(rows.items, rows_read, strict=True):
        if not _holds_cells(item):
            report(Code.BAD_TABLE, "The row is not a list of cells.", item.span, _SHAPE)
        elif len(row.cells) < width:
            _report_short(row.span, len(row.cells), width, report)
    return _table_of(rows_read)


def _holds_cells(item: model.ListItem) -> bool:
    return len(item.children) == 1 and isinstance(item.children[0], model.List)


def _table_row(item: model.ListItem) -> model.TableRow:
    """The row; an item that is not a list of cells is a single cell."""
    only = item.children[0] if _holds_cells(item) else None
    cells = only.items if isinstance(only, model.List) else (item,)
    tight = isinstance(only, model.List) and only.tight
    return model.TableRow(cells=tuple(_table_cell(cell, tight) for cell in cells), span=item.span)


def _table_cell(item: model.ListItem, tight: bool) -> model.TableCell:
    """The cell; a single or tight text is not a paragraph."""
    children = item.children
    if item.checked is not None:
        children = (model.List(ordered=False, items=(item,), span=item.span),)
    elif tight or len(children) == 1:
        children = tuple(map(without_margin, children))
    return model.TableCell(children=children, span=item.span)


def without_margin(block: Block) -> Block:
    """A paragraph as text of a cell."""
    if isinstance(block, model.Paragraph) and not block.attributes.classes:
        return model.Plain(children=block.children, span=block.span)
    return block


# --- data ------------------------------------------------------------------------------


def csv(parts: SourceParts) -> tuple[Block, ...]:
    """The table of a fence's lines, or of the file that it names."""
    if parts.name == "tsv" and not parts.attributes.get("delimiter"):
        tab = make_attributes(pairs=(("delimiter", "tab"),))
        parts = replace(parts, attributes=join_attributes(parts.attributes, tab))
    rows = uneven_rows(parts)
    if rows is None:
        return as_written(parts)
    width = len(rows[0]) if rows else 0
    widest = max(map(len, rows), default=0)
    if not rows or widest > MAX_COLUMNS:
        if rows:
            message = f"The table has more than {MAX_COLUMNS} columns."
            hint = "The data is shown as written; divide it into several tables."
            parts.report(Code.BAD_TABLE, message, parts.span, hint)
        else:
            hint = "Each line between the fences, or of the file, is a row."
            parts.report(Code.BAD_TABLE, "The table has no data.", parts.span, hint)
        return as_written(parts)
    caption, attributes = _caption(parts, *DATA_KEYS)
    read_rows = []
    for row in rows:
        if len(row) < width:
            _report_short(row[0].span, len(row), width, parts.report)
        kept = trim_row(row, width, parts.report)
        cells = tuple(_of_data(cell, parts.read) for cell in kept)
        read_rows.append(model.TableRow(cells=cells, span=row[0].span))
    new_table = _table_of(read_rows)
    if column_count(new_table) > width:  # the first column replaces missing header cells
        new_table = with_head_columns(new_table, 1)
    return (replace(new_table, caption=caption, span=parts.span, attributes=attributes),)


def _of_data(cell: Cell, read: ReadInlines) -> model.TableCell:
    """The cell; its lines stay lines, and an empty one separates paragraphs."""
    lines = [
        read(line.strip(), replace(cell.span, line=cell.span.line + number))
        for number, line in enumerate(cell.text.split("\n"))
    ]
    groups = [list(run) for filled, run in itertools.groupby(lines, bool) if filled]
    kind = model.Plain if len(groups) < 2 else model.Paragraph
    children = tuple(kind(children=tuple(_with_breaks(run)), span=cell.span) for run in groups)
    return model.TableCell(children=children, span=cell.span)


def _with_breaks(lines: Iterable[tuple[Inline, ...]]) -> Iterable[Inline]:
    for number, line in enumerate(lines):
        if number:
            yield model.LineBreak()
        yield from line


# --- both ------------------------------------------------------------------------------


def _report_short(span: Span | None, count: int, width: int, report: Report) -> None:
    cells = "one cell" if count == 1 else f"{count} cells"
    message = f"The row has {cells}, and the table {width} columns."
    report(Code.SHORT_ROW, message, span, "For a gap, leave a cell empty.")


def _table_of(rows: list[model.TableRow]) -> model.Table:
    """A table with the first row as its header; an empty corner is no header cell."""
    first, *others = rows
    cells = tuple(replace(cell, scope="col") if cell.children else cell for cell in first.cells)
    head, body = regular((replace(first, cells=cells),), others)
    return guess_row_heads(model.Table(head=head, body=body))


# --- charts ----------------------------------------------------------------------------------
# Charts: a fence ``chart`` with data, or a table whose caption has the class ``.chart``; and
# diagrams, each line of whose fence describes an element.

KINDS: dict[str, ChartKind] = {
    **dict.fromkeys(
        "bar bars barh column columns grouped grouped-bar horizontal-bar".split(), "bar"
    ),
    **dict.fromkeys("stacked stacked-bar stacked-column".split(), "stacked"),
    **dict.fromkeys(("line", "lines"), "line"),
    "pie": "pie",
}
"""The kinds of charts, by all their names. ``x-chart`` is a class for each."""

DIAGRAMS: dict[str, ChartKind] = {
    **dict.fromkeys("number-line numberline".split(), "numberline"),
    **dict.fromkeys("graph graphs function functions axes coordinates plot".split(), "graph"),
    **dict.fromkeys("clock clocks clock-face".split(), "clock"),
    **dict.fromkeys("fractions fraction fraction-bar fraction-bars".split(), "fractions"),
}
"""The kinds of diagrams, which consist of lines and not of data."""

PLAIN_KINDS = "number-line numberline clock clocks clock-face fraction-bar fraction-bars".split()
"""The kinds that are not also names of programming languages."""

SCALE = ("range", "step", "x-range", "x-step", "y-range", "y-step", "numbers")
"""The attributes of a diagram's axes."""

_AXIS_RANGE = late(r"\bto\b|\.\.|…")
_END = late(r"\s*(?:from|to)\s*:")
_NUMBER = late(r"[+−-]?\d[\d.,]*\s*%?")
_PAIR = late(r"\s*|[^:,;\t]+:\s*(?:[+−-]?\d[\d.,]*+|\{\{[^{}]*\}\})\s*+(?:%\s*)?")
_COLON = make_attributes(pairs=(("delimiter", ":"),))
_YEAR = late(r"[12]\d{3}")

HORIZONTAL = frozenset({"barh", "horizontal-bar", "horizontal"})
CLASSES = {"chart": "bar", **{f"{name}-chart": kind for name, kind in KINDS.items()}}
"""The classes that make a chart of a table."""

CHART_KEYS = frozenset({"type", "caption", "x", "y", "unit", "horizontal", *DATA_KEYS, *SCALE})
YES = frozenset({"yes", "true", "1"})


def chart(parts: SourceParts) -> tuple[Block, ...]:
    """The chart of a fence's data; without data, the lines are shown as written."""
    if kind := DIAGRAMS.get(_chart_type(parts.attributes).lower()):
        return (_diagram(kind, parts),)
    if parts.text.strip() and all(map(_PAIR.fullmatch, parts.text.split("\n"))):
        parts = replace(parts, attributes=join_attributes(_COLON, parts.attributes))
    rows = read_rows(parts)
    if rows is None:
        return as_written(parts)
    if len(rows) < 2:
        message = "The chart has no data."
        hint = "Write a line `Region, Wells`, and one for each, as in `North, 29`."
        written = _chart_type(parts.attributes)
        wrong: tuple[str, Span | None, str] = (message, parts.span, hint)
        if written.lower() not in KINDS:
            wrong = _unknown(written, parts.span)
        parts.report(Code.BAD_CHART, *wrong)
        return as_written(parts)
    head, *body = rows
    if len(head) == 2 and _NUMBER.fullmatch(head[1].text) and not _YEAR.fullmatch(head[1].text):
        # There is no row of names: a number is a year where it is one.
        head, body = tuple(cell._replace(text="") for cell in head), list(rows)
    table = model.Table(
        head=(_data_row(head, parts.read, is_head=True),),
        body=tuple(_data_row(row, parts.read) for row in body),
        span=parts.span,
    )
    caption = parts.read(parts.attributes.get("caption"), parts.span)
    return (_chart(table, caption, parts.attributes, parts.report),)


def of_type(parts: SourceParts) -> tuple[Block, ...]:
    """The chart of a fence that is called after its type."""
    kind = make_attributes(pairs=(("type", parts.name),))
    return chart(replace(parts, attributes=join_attributes(kind, parts.attributes)))


def of_table(table: model.Table, report: Report) -> Block:
    """The chart that a table is marked as, or the table."""
    if CLASSES.keys().isdisjoint(table.attributes.classes):
        return table
    bare = replace(table, caption=(), attributes=NO_ATTRIBUTES, body=_name_rows(table))
    return _chart(bare, table.caption, table.attributes, report)


def _chart(
    table: model.Table, caption: tuple[Inline, ...], attributes: Attributes, report: Report
) -> model.Chart:
    named = _chart_classes(attributes)
    written = _chart_type(attributes)
    kind = KINDS.get(written.lower())
    if not kind:
        report(Code.BAD_CHART, *_unknown(written, table.span))
        kind = "bar"
    is_horizontal = attributes.get("horizontal").lower() in YES or written.lower() in HORIZONTAL
    return model.Chart(
        kind=kind,
        table=table,
        caption=caption,
        x=attributes.get("x"),
        y=attributes.get("y"),
        unit=attributes.get("unit"),
        horizontal=is_horizontal or not HORIZONTAL.isdisjoint(attributes.classes),
        span=table.span,
        attributes=attributes.without(CHART_KEYS, {*named, *HORIZONTAL}),
    )


def _chart_classes(attributes: Attributes) -> list[str]:
    """The classes for a chart, and for its type."""
    return [name for name in attributes.classes if name in {*CLASSES, *KINDS, *DIAGRAMS}]


def _chart_type(attributes: Attributes) -> str:
    of_class = next((name for name in _chart_classes(attributes) if name != "chart"), "bar")
    return attributes.get("type") or of_class.removesuffix("-chart")


def _unknown(written: str, span: Span | None) -> tuple[str, Span | None, str]:
    if written.lower() in DIAGRAMS:
        hint = f"Write its lines between fences: ```` ```chart {{type={written}}} ````."
        return f"A table cannot become `{written}`.", span, hint
    near = nearest(written.lower(), (*KINDS, *DIAGRAMS))
    hint = (
        "The types are `bar`, `stacked`, `line`, `pie`, `number-line`, `graph`, `clock` and "
        "`fractions`."
    )
    if near:
        hint = f"Did you mean `{near}`?"
    return f"There is no chart of the type “{written}”.", span, hint


def _diagram(kind: ChartKind, parts: SourceParts) -> model.Chart:
    attributes_given = parts.attributes
    if attributes_given.get("file"):
        message = "A diagram's lines must be between the fences, not in a file."
        parts.report(Code.BAD_CHART, message, parts.span, "Write them there.")
    scale = {key: attributes_given.get(key) for key in SCALE if attributes_given.get(key)}
    lines = [line for line in parts.lines if line.strip() and not _reads_scale(line, kind, scale)]
    if kind == "numberline" and len(ends := [line for line in lines if _END.match(line)]) == 2:
        scale["range"] = " to ".join(line.partition(":")[2].strip() for line in sorted(ends))
        lines = [line for line in lines if line not in ends]
    rows = tuple(_line(line, kind, parts.read) for line in lines)
    return model.Chart(
        kind=kind,
        table=model.Table(head=(), body=rows, span=parts.span),
        caption=parts.read(attributes_given.get("caption"), parts.span),
        x=attributes_given.get("x"),
        y=attributes_given.get("y"),
        scale=tuple((key, scale[key]) for key in SCALE if key in scale),
        span=parts.span,
        attributes=attributes_given.without(CHART_KEYS, {*_chart_classes(attributes_given)}),
    )


def _reads_scale(line: Line, kind: ChartKind, scale: dict[str, str]) -> bool:
    """Return whether a line describes the axes, and add its content to ``scale``."""
    name, _, value = (part.strip() for part in line.partition(":"))
    key = f"{name}-range" if kind == "graph" and name in ("x", "y") else name.lower()
    if key not in SCALE or (key != name.lower() and not _AXIS_RANGE.search(value)):
        return False
    scale.setdefault(key, value)
    return True


def _line(line: Line, kind: ChartKind, read: ReadInlines) -> model.TableRow:
    """The row for a line ``keyword: content``, or for content alone, unchanged."""
    mark = ": " if kind == "clock" else ":"  # a time has one of its own
    name, _, value = line.rpartition(mark)
    start = len(line) - len(value.lstrip())
    at = line.at(len(line) - len(line.lstrip()))
    cells = (
        _data_cell(Cell(name.strip(), at), read),
        model.TableCell(
            children=(model.Plain(children=(model.Code(text=value.strip()),)),), span=line.at(start)
        ),
    )
    return model.TableRow(
        cells=(replace(cells[0], scope="row" if name.strip() else ""), cells[1]), span=at
    )


def _data_row(row: tuple[Cell, ...], read: ReadInlines, is_head: bool = False) -> model.TableRow:
    first, *others = (_data_cell(cell, read) for cell in row)
    if is_head:
        cells = [replace(c, scope="col" if c.children else "") for c in (first, *others)]
        cells[1:] = (replace(cell, align="decimal") for cell in cells[1:])
    else:
        cells = [replace(first, scope="row"), *(replace(cell, align="decimal") for cell in others)]
    return model.TableRow(cells=tuple(cells), span=row[0].span)


def _data_cell(cell: Cell, read: ReadInlines) -> model.TableCell:
    children = read(cell.text, cell.span) if cell.text else ()
    return model.TableCell(
        children=(model.Plain(children=children),) if children else (), span=cell.span
    )


def _name_rows(table: model.Table) -> tuple[model.TableRow, ...]:
    """The body, with the first cell of each row as its head."""
    return tuple(
        replace(row, cells=(replace(row.cells[0], scope="row"), *row.cells[1:]))
        for row in table.body
        if row.cells
    )


# --- listings --------------------------------------------------------------------------------
# Code in a fence or a file, with caption, numbered and marked lines; formulas in fences.

NUMBERED = frozenset({"numbered", "numberLines", "number-lines"})
FILE_NAME = ("title", "filename", "file-name", "file_name")
START_KEYS = ("start", "startFrom", "linenums")
MARKED_KEYS = ("mark", "hl_lines")
LISTING_KEYS = frozenset({"caption", "file", "lines", *FILE_NAME, *START_KEYS, *MARKED_KEYS})
HIGHEST = 999_999
"""The highest number that a line may have."""

_LINE_RANGE = late(r"(\d{1,6})(?:-(\d{0,6}))?")


def code(parts: SourceParts) -> tuple[Block, ...]:
    for take in table(parts.files.dialects).cells:
        rest = take(parts)
        if not isinstance(rest, SourceParts):
            return rest
        parts = rest
    given = _Options(parts.attributes)
    text, first = parts.text, 1
    language, file_name = parts.name, given.get(*FILE_NAME)
    if (address := given.get("file")) and text.strip():
        file_name = file_name or address
        message = f"The code has lines of its own, which are shown, and not the file “{address}”."
        _wrong(parts, message, "Leave the lines out; or write the name as `title`.")
    elif address:
        text, first = _from_file(parts, address, given.get("lines"))
        language = language or PurePosixPath(address).suffix.removeprefix(".")
    elif given.get("lines"):
        _wrong(parts, "`lines` is only for code from a file.", "To highlight lines, use `mark`.")
    caption = given.get("caption")
    block = CodeBlock(
        text=text,
        language=language,
        caption=parts.read(caption, parts.span) if caption else (),
        file_name=file_name,
        first_line=_first_line(parts, given, first),
        marked=_lines_to_mark(parts, given.get(*MARKED_KEYS), text.count("\n")),
        span=parts.span,
        attributes=given.rest,
    )
    return (block,)


class _Options:
    """The attributes of a fence: those with a meaning for code, and the rest."""

    def __init__(self, attributes: Attributes) -> None:
        self.numbered = bool(NUMBERED & {*attributes.classes})
        self._pairs = dict(attributes.pairs)
        self.rest = attributes.without(LISTING_KEYS, NUMBERED)

    def get(self, *keys: str) -> str:
        """The value of the first of some keys that has one."""
        return next((value for key in keys if (value := self._pairs.get(key, ""))), "")


def _from_file(parts: SourceParts, address: str, wanted: str) -> tuple[str, int]:
    """The text from a file, and the number that its first line has there."""
    content = parts.files.read(address, parts.span)
    if isinstance(content, Diagnostic):
        parts.report(BY_SLUG[content.code], content.message, parts.span, content.hint)
        return f"{address}\n", 1
    text = content if content.endswith("\n") or not content else content + "\n"
    if not wanted:
        return text, 1
    lines = text.split("\n")[:-1]
    match = _LINE_RANGE.fullmatch(wanted.strip())
    first = int(match[1]) if match else 0
    last = first
    if match and match[2] is not None:
        last = int(match[2]) if match[2] else len(lines)
    if not 1 <= first <= last <= len(lines):
        hint = f"Write the first and the last: `lines=3-8`. The file has {len(lines)} lines."
        _wrong(parts, f"The lines `{wanted}` of “{address}” do not exist.", hint)
        return text, 1
    return "".join(f"{line}\n" for line in lines[first - 1 : last]), first


def _first_line(parts: SourceParts, options: _Options, first: int) -> int:
    """The number of the first line, 0 for code without numbers."""
    written = options.get(*START_KEYS)
    if not written:
        return first if options.numbered else 0
    number = int(written) if written.isdecimal() and len(written) < 7 else 0
    if not 1 <= number <= HIGHEST:
        _wrong(parts, f"Lines cannot be numbered from `{written}` on.", "Write `start=10`.")
        return 1
    return number


def _lines_to_mark(parts: SourceParts, written: str, count: int) -> tuple[int, ...]:
    """The lines to mark: ``2,4-5``, or ``2 4-5``."""
    numbers: set[int] = set()
    for piece in re.split(r"[,\s]+", written.strip()):
        if not piece:
            continue
        match = _LINE_RANGE.fullmatch(piece)
        first = int(match[1]) if match else 0
        last = int(match[2] or 0) if match and match[2] is not None else first
        if 1 <= first <= last <= count:
            numbers.update(range(first, last + 1))
        else:
            hint = f"Count from 1, as in `mark=2,4-5`. The code has {_lines(count)}."
            _wrong(parts, f"The lines `{piece}` cannot be marked.", hint)
    return tuple(sorted(numbers))


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"


def _wrong(parts: SourceParts, message: str, hint: str) -> None:
    parts.report(Code.BAD_LISTING, message, parts.span, hint)


def math_block(
    lines: Sequence[Line], span: Span, attributes: Attributes, marks: int = 2
) -> MathBlock:
    """A formula on lines of its own. ``lines`` are everything between the delimiters: the first is
    the rest of the opening line, after that number of marks."""
    margin = lines[1].offset if len(lines) > 1 else 1
    tex = with_subscripts("\n".join(lines))
    return MathBlock(tex=tex, marks=marks, margin=margin, span=span, attributes=attributes)


def math(parts: SourceParts) -> tuple[Block, ...]:
    first, last = Line("", parts.span.line, parts.span.column), Line("", parts.span.end, 1)
    lines = (first, *parts.lines, last)
    return (math_block(lines, parts.span, parts.attributes),)
