"""Tables as lists: a table that does not fit into the lines of large print, or of any print,
becomes a list of its rows, each with its cells as “header: value”.

In a cell that spans rows or columns, content that can only occur once (notes, ids) goes with the
first row or item; the others only have its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from pipeline.model import Blank, Block, Plain, Table, TableCell, TableRow
from pipeline.model.table_cells import column_count, place
from pipeline.model.tree import plain_text, walk

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
    head = list(_covering(table.head, count, 0))
    body = list(_covering(table.body, count, len(head)))
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


def _covering(rows: Sequence[TableRow], count: int, first: int) -> Iterator[Row]:
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
