"""The headers of table cells, as a PDF states them: the scope of each, and for the cells of tables
in which this is not enough, the headers themselves (ISO 32000-1, 14.8.5.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.nodes import TableCell, TableRow
from pipeline.model.table_cells import place
from pipeline.package.pdf.engine.adapter.objects import Array, String

SCOPES = {"col": "/Column", "colgroup": "/Column", "row": "/Row", "rowgroup": "/Row"}

MOST_LEVELS = 8
"""Headers above one another that a cell has at most."""

NUMBER = "\x03"
"""A placeholder for the table's number in the names of header cells, until it is known."""


class Named(NamedTuple):
    """The name of a cell, if others refer to it, and those of its headers."""

    name: str = ""
    headers: tuple[str, ...] = ()


class _Placed(NamedTuple):
    """A cell, and the rows and columns that it takes."""

    element: Element
    rows: range
    columns: range

    @property
    def scope(self) -> str:
        return SCOPES.get(self.element.get("scope", ""), "") if self.element.tag == "th" else ""

    @property
    def name(self) -> str:
        return f"cell {NUMBER}-{self.rows.start + 1}-{self.columns.start + 1}"


def spans(cell: Element) -> dict[str, int]:
    """The number of columns and rows that a cell spans, if more than one."""
    counts = {"ColSpan": int(cell.get("colspan", "1")), "RowSpan": int(cell.get("rowspan", "1"))}
    return {name: count for name, count in counts.items() if count > 1}


def name_heads(root: Element) -> Mapping[Element, Named]:
    """The names of all cells that need any: in tables where a header spans several rows or columns,
    or is not in the first of them."""
    return {
        element: named
        for table in root.iter("table")
        if not _is_simple(cells := list(_placed(table)))
        for element, named in _named(cells)
    }


def _placed(table: Element) -> Iterator[_Placed]:
    start = 0
    for part in table:
        if part.tag not in ("thead", "tbody", "tfoot"):
            continue
        rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in part]
        model = [TableRow(cells=tuple(map(_cell, row))) for row in rows]
        for number, (row, places) in enumerate(zip(rows, place(model), strict=True), start):
            for element, (column, cell) in zip(row, places, strict=True):
                columns = range(column, column + cell.columns)
                yield _Placed(element, range(number, number + cell.rows), columns)
        start += len(rows)


def _cell(element: Element) -> TableCell:
    counts = spans(element)
    return TableCell(children=(), columns=counts.get("ColSpan", 1), rows=counts.get("RowSpan", 1))


def _is_simple(cells: list[_Placed]) -> bool:
    return all(
        not spans(cell.element) and not (cell.rows if cell.scope == "/Column" else cell.columns)[0]
        for cell in cells
        if cell.scope
    )


def _named(cells: list[_Placed]) -> Iterator[tuple[Element, Named]]:
    of_columns, of_rows = _heads(cells, "/Column"), _heads(cells, "/Row")
    for cell, above, before in zip(cells, of_columns, of_rows, strict=True):
        headers = tuple(head.name for head in (*above, *before))
        yield cell.element, Named(cell.name if cell.scope else "", headers)


def _heads(cells: list[_Placed], scope: str) -> list[list[_Placed]]:
    """The headers of each cell above it, or beside it, from the outermost on. A header takes the
    place of another that is as wide, if there are data between them, and has only others that are
    not as wide as itself."""
    columns_first = scope == "/Row"

    def extent(cell: _Placed) -> range:
        return cell.rows if columns_first else cell.columns

    lines: defaultdict[int, list[_Placed]] = defaultdict(list)
    have_data: set[int] = set()
    heads_of_cells: dict[_Placed, list[_Placed]] = {}
    for cell in sorted(cells, key=lambda other: other.columns.start) if columns_first else cells:
        is_head = cell.scope == scope
        heads = dict.fromkeys(head for line in extent(cell) for head in lines[line])
        heads_of_cells[cell] = [
            other for other in heads if not is_head or extent(other) != extent(cell)
        ]
        for line in extent(cell):
            if is_head:
                above = lines[line]
                if line in have_data:
                    above = [head for head in above if extent(head) != extent(cell)]
                lines[line] = [*above, cell][-MOST_LEVELS:]
                have_data.discard(line)
            elif not cell.scope:
                have_data.add(line)
    return [heads_of_cells[cell] for cell in cells]


def cell_attributes(cell: Element, headers: tuple[str, ...]) -> dict[str, Any]:
    """The attributes of a cell of a table."""
    attributes: dict[str, Any] = {"O": "/Table"}
    if cell.tag == "th":
        attributes["Scope"] = SCOPES.get(cell.get("scope", ""), "/Column")
    attributes |= spans(cell)
    if headers:
        attributes["Headers"] = Array(map(String, headers))
    return attributes if len(attributes) > 1 else {}
