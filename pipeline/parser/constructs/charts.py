"""Charts: a fence ``chart`` with data, or a table whose caption has the class ``.chart``."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.codes import Code
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline
from pipeline.parser.constructs import data
from pipeline.parser.constructs.parts import Parts, ReadInlines, Report
from pipeline.parser.delimited import Cell
from pipeline.suggestions import nearest

KINDS = {
    **dict.fromkeys(
        "bar bars barh column columns grouped grouped-bar horizontal-bar".split(), "bar"
    ),
    **dict.fromkeys("stacked stacked-bar stacked-column".split(), "stacked"),
    **dict.fromkeys(("line", "lines"), "line"),
    "pie": "pie",
}
"""The kinds of charts, by all that authors call them. ``x-chart`` is a class for each."""

LYING = frozenset({"barh", "horizontal-bar", "horizontal"})
CLASSES = {"chart": "bar", **{f"{name}-chart": kind for name, kind in KINDS.items()}}
"""The classes that make a chart of a table."""

KEYS = frozenset({"type", "caption", "x", "y", "unit", "horizontal", *data.KEYS})
YES = frozenset({"yes", "true", "1"})


def chart(parts: Parts) -> tuple[Block, ...]:
    """The chart of a fence's data; without data they are shown as they are written."""
    rows = data.read_rows(parts)
    if rows is None:
        return data.as_written(parts)
    if len(rows) < 2:
        message = "The chart has no data."
        hint = "The first line names the series, each further line has a name and numbers."
        parts.report(Code.BAD_CHART, message, parts.span, hint)
        return data.as_written(parts)
    head, *body = rows
    table = model.Table(
        head=(_row(head, parts.read, is_head=True),),
        body=tuple(_row(row, parts.read) for row in body),
        span=parts.span,
    )
    caption = parts.read(parts.attributes.get("caption"), parts.span)
    return (_chart(table, caption, parts.attributes, parts.report),)


def of_table(table: model.Table, report: Report) -> Block:
    """The chart that a table is marked as, or the table."""
    if CLASSES.keys().isdisjoint(table.attributes.classes):
        return table
    bare = replace(table, caption=(), attributes=NO_ATTRIBUTES, body=_named_rows(table))
    return _chart(bare, table.caption, table.attributes, report)


def _chart(
    table: model.Table, caption: tuple[Inline, ...], attributes: Attributes, report: Report
) -> model.Chart:
    named = [name for name in attributes.classes if name in CLASSES or name in KINDS]
    of_class = next((name for name in named if name != "chart"), "bar").removesuffix("-chart")
    written = attributes.get("type") or of_class
    kind: Any = KINDS.get(written.lower())
    if not kind:
        message = f"There is no chart of the type “{written}”."
        near = nearest(written.lower(), KINDS)
        hint = f"Did you mean `{near}`?" if near else "It is `bar`, `stacked`, `line` or `pie`."
        report(Code.BAD_CHART, message, table.span, hint)
        kind = "bar"
    lying = attributes.get("horizontal").lower() in YES or written.lower() in LYING
    return model.Chart(
        kind=kind,
        table=table,
        caption=caption,
        x=attributes.get("x"),
        y=attributes.get("y"),
        unit=attributes.get("unit"),
        horizontal=lying or not LYING.isdisjoint(attributes.classes),
        span=table.span,
        attributes=attributes.without(KEYS, {*named, *LYING}),
    )


def _row(row: tuple[Cell, ...], read: ReadInlines, is_head: bool = False) -> model.TableRow:
    first, *others = (_cell(cell, read) for cell in row)
    if is_head:
        cells = [replace(cell, scope="col") for cell in (first, *others)]
        cells[1:] = (replace(cell, align="decimal") for cell in cells[1:])
    else:
        cells = [replace(first, scope="row"), *(replace(cell, align="decimal") for cell in others)]
    return model.TableRow(cells=tuple(cells), span=row[0].span)


def _cell(cell: Cell, read: ReadInlines) -> model.TableCell:
    children = read(cell.text, cell.span) if cell.text else ()
    return model.TableCell(
        children=(model.Plain(children=children),) if children else (), span=cell.span
    )


def _named_rows(table: model.Table) -> tuple[model.TableRow, ...]:
    """The body, with the first cell of each row as its head."""
    return tuple(
        replace(row, cells=(replace(row.cells[0], scope="row"), *row.cells[1:]))
        for row in table.body
        if row.cells
    )
