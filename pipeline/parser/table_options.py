"""Attributes for rows and columns: ``head-rows``, ``head-columns``, ``align``, ``widths``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.table_cells import column_count, place, regular, within_rows
from pipeline.model.tree import plain_text
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs.parts import Report
from pipeline.parser.markup.flow import trim

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
    changed = replace(table, attributes=make(more.id or attributes.id, classes, rest))
    options = {key: value.strip() for key, value in pairs if key in KEYS}
    if quarto := options.pop(QUARTO_WIDTHS, "").strip("[]").replace("auto", ""):
        options.setdefault(WIDTHS, quarto)
    has_row_heads = any(cell.scope == "row" for row in table.body for cell in row.cells)
    if ROW_HEADERS in classes and (HEAD_ROWS in options or not has_row_heads):
        options.setdefault(HEAD_COLUMNS, "1")
    return _Options(options, span or table.span, report).applied(changed) if options else changed


class _Options:
    def __init__(self, options: dict[str, str], span: Span | None, report: Report) -> None:
        self._options = options
        self._span = span
        self._report = report

    def applied(self, table: model.Table) -> model.Table:
        width = column_count(table)
        count = self._count(HEAD_ROWS, len(table.head) + len(table.body), "rows")
        if count is not None:
            table = with_head_rows(table, count)
        count = self._count(HEAD_COLUMNS, width, "columns")
        if count is not None:
            table = with_head_columns(table, count)
        if alignments := self._alignments(width):
            table = _aligned(table, alignments)
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
                WIDTHS, f"has {_counted(len(words), 'number')} for {_counted(width, 'column')}", ""
            )
        else:
            total = sum(shares)
            return tuple(max(0.01, round(share * 100 / total, 2)) for share in shares)
        return ()

    def _refuse(self, key: str, problem: str, hint: str) -> None:
        value = self._options[key]
        written = f"{key}={value}" if value.isalnum() else f'{key}="{value}"'
        self._report(Code.BAD_ATTRIBUTE, f"`{written}` {problem}.", self._span, hint)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


# --- heads -----------------------------------------------------------------------------


def with_head_rows(table: model.Table, count: int) -> model.Table:
    """The table with its first ``count`` rows as its header, and row headers guessed again if they
    were guessed before."""
    bare = with_head_columns(table, 0)
    if guess_row_heads(bare) == table:
        table = bare
    rows = (*table.head, *table.body)
    head = [_scoped(row, "", "col") for row in within_rows(rows[:count])]
    lost = len(table.head) - count
    body = [
        _scoped(row, "col", "") if number < lost else row
        for number, row in enumerate(within_rows(rows[count:]))
    ]
    upper, lower = regular(head, body)
    return guess_row_heads(replace(table, head=upper, body=lower))


def _scoped(row: model.TableRow, before: str, after: str) -> model.TableRow:
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
        _scoped(row, "col", "col") for row in table.head if any(c.children for c in row.cells)
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


def _aligned(table: model.Table, alignments: Sequence[model.Alignment]) -> model.Table:
    def aligned(rows: tuple[model.TableRow, ...]) -> Iterable[model.TableRow]:
        for row, places in zip(rows, place(rows), strict=True):
            cells = (
                replace(p.cell, align=alignments[p.column])
                if p.column < len(alignments) and p.cell.columns == 1
                else p.cell
                for p in places
            )
            yield replace(row, cells=tuple(cells))

    return replace(table, head=tuple(aligned(table.head)), body=tuple(aligned(table.body)))
