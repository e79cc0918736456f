"""The markup of a table besides its text: column groups, the scope of header cells, the alignment
of numbers, and the fit into the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from pipeline.model import List, ListItem, Table, TableCell, TableRow
from pipeline.model.editions import FormatName
from pipeline.model.table_cells import PlacedCell, column_count, place
from pipeline.render.decimals import tails
from pipeline.render.table_fit import SMALL, USUAL, Setting, fit


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
    node: TableRow
    cells: tuple[_Cell, ...]
    is_tall: bool = False


class _Group(NamedTuple):
    """Columns that belong together: their number, and their widths in per cent if set."""

    size: int
    widths: tuple[float, ...]


class Shape(NamedTuple):
    """``is_small`` tables are set smaller, ``is_fitted`` ones have widths of columns."""

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
    fitted = fit(table, *lines)
    is_fitted = bool(fitted.widths) and (
        format_name == "pdf" or (format_name == "epub" and fitted.is_small)
    )
    widths = fitted.widths if is_fitted else table.widths
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
                is_tall=number in fitted.tall,
            )
            for number, (row, places) in enumerate(zip(table.body, place(table.body), strict=True))
        ),
        is_small=fitted.is_small,
        is_fitted=is_fitted,
    )


def as_grid(shape: Shape, names: Callable[[], str] | None) -> Shape:
    """A table's shape with tick boxes; with ``names``, on the page itself, if none is ticked."""
    body = [row._replace(cells=tuple(map(_with_boxes, row.cells))) for row in shape.body]
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
