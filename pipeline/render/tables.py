"""What the markup of a table says besides its text: the groups of its columns, what its header
cells head, how numbers stand under each other, and how it fits into the line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from pipeline.editions import FormatName
from pipeline.grid import PlacedCell, column_count, place
from pipeline.model import Table, TableCell, TableRow
from pipeline.render.decimals import tails
from pipeline.render.table_fit import SMALL, USUAL, Setting, fit


class _Cell(NamedTuple):
    """``tail`` is what a number lacks to the right, in widths of a figure, to stand with its
    decimal mark under those above. ``after_span`` and ``before_span`` are cells that begin or
    end their row in the markup, but not on the page, as a cell of another row is beside them."""

    node: TableCell
    scope: Literal["", "col", "row", "colgroup"]
    tail: float
    after_span: bool
    before_span: bool

    @property
    def tag(self) -> str:
        return "th" if self.scope else "td"


class _Row(NamedTuple):
    node: TableRow
    cells: tuple[_Cell, ...]
    is_tall: bool = False


class _Group(NamedTuple):
    """Columns that belong together: how many, and their widths in per cent if they have any."""

    size: int
    widths: tuple[float, ...]


class Shape(NamedTuple):
    """``is_small`` tables are set smaller, ``is_fitted`` ones have the widths of their columns
    and no others."""

    groups: tuple[_Group, ...]
    head: tuple[_Row, ...]
    body: tuple[_Row, ...]
    is_small: bool
    is_fitted: bool


def shape(
    table: Table,
    format_name: FormatName,
    decimal_mark: str,
    lines: tuple[Setting, Setting] = (USUAL, SMALL),
) -> Shape:
    found = fit(table, *lines)
    is_fitted = bool(found.widths) and (
        format_name == "pdf" or (format_name == "epub" and found.is_small)
    )
    widths = found.widths if is_fitted else table.widths
    count, groups = column_count(table), _groups(table)
    spans = {(group.start, group.stop) for group in groups}
    lacking = tails(table, decimal_mark)
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
                is_tall=number in found.tall,
            )
            for number, (row, places) in enumerate(zip(table.body, place(table.body), strict=True))
        ),
        is_small=found.is_small,
        is_fitted=is_fitted,
    )


def _groups(table: Table) -> list[range]:
    """The columns under each cell of the first row, where one of those heads several."""
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
