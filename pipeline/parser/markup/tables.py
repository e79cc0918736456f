"""Tables of raw HTML. The model has no cells that span: those they cover stay empty, so
that columns keep in line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from pipeline.model import Alignment, Inline, Node, Plain, Table, TableCell, TableRow
from pipeline.parser.attributes import make
from pipeline.parser.markup.flow import Part, as_blocks, as_inlines, is_blank, trim
from pipeline.parser.markup.frames import Frame

MAX_SPAN = 64
_ALIGNMENTS: dict[str, Alignment] = {"left": "left", "center": "center", "right": "right"}


def cell(frame: Frame) -> Iterable[Node]:
    scope: Literal["", "col", "row"] = ""
    if frame.tag == "th":
        scope = "row" if frame.values.get("scope", "").startswith("row") else "col"
    spans = tuple(
        (name, frame.values[name])
        for name in ("colspan", "rowspan")
        if frame.values.get(name, "").isdecimal()
    )
    found = TableCell(
        children=_content(frame.items),
        align=_ALIGNMENTS.get(frame.values.get("align", "").lower(), ""),
        scope=scope,
        span=frame.span,
        attributes=replace(frame.attributes, pairs=(*frame.attributes.pairs, *spans)),
    )
    return (found,)


def _content(items: Iterable[Node]) -> tuple[Plain, ...]:
    inlines = trim(as_inlines(items))
    return (Plain(children=inlines),) if inlines else ()


def row(frame: Frame) -> Iterable[Node]:
    cells = tuple(_cells(frame.items))
    return (TableRow(cells=cells, span=frame.span, attributes=frame.attributes),) if cells else ()


def _cells(items: Iterable[Node]) -> Iterable[TableCell]:
    """The cells among ``items``, and what stands between them as cells."""
    for item in items:
        if isinstance(item, TableCell):
            yield item
        elif not is_blank(item):
            yield TableCell(children=_content((item,)))


def part(frame: Frame) -> Iterable[Node]:
    if frame.tag == "caption":
        return (Part(name="caption", children=trim(as_inlines(frame.items))),)
    if frame.tag == "colgroup":
        return ()
    return (Part(name=frame.tag, children=tuple(frame.items)),)


def table(frame: Frame) -> Iterable[Node]:
    """The table; what stands in it outside of rows comes before it, as in browsers."""
    head: list[TableRow] = []
    rows: list[TableRow] = []
    foot: list[TableRow] = []
    caption: tuple[Inline, ...] = ()
    outside: list[Node] = []
    targets = {"thead": head, "tbody": rows, "tfoot": foot}
    loose: list[Node] = []
    for item in frame.items:
        name = item.name if isinstance(item, Part) else ""
        if name == "caption" and not caption:
            caption = as_inlines(item.children)  # type: ignore[attr-defined]
        elif name in targets:
            targets[name] += _rows(item.children, outside)  # type: ignore[attr-defined]
        elif not is_blank(item):
            loose.append(item)
            continue
        rows += _rows(loose, outside)
        loose.clear()
    rows += _rows(loose, outside)
    rows += foot
    if not head and rows and all(c.scope == "col" for c in rows[0].cells):
        head.append(rows.pop(0))
    before = as_blocks(outside)
    if not head and not rows:
        return before
    head, rows = _spread(head), _spread(rows)
    width = max(len(found.cells) for found in (*head, *rows))
    found = Table(
        head=tuple(_filled(head, width)),
        body=tuple(_filled(rows, width)),
        caption=caption,
        span=frame.span,
        attributes=frame.attributes,
    )
    return (*before, found)


def _rows(items: Iterable[Node], outside: list[Node]) -> Iterable[TableRow]:
    """The rows among ``items``; cells that are in none make one. All else goes to
    ``outside``."""
    loose: list[TableCell] = []
    found: list[TableRow] = []
    for item in items:
        if isinstance(item, TableCell):
            loose.append(item)
            continue
        if isinstance(item, TableRow):
            if loose:
                found.append(TableRow(cells=tuple(loose)))
                loose.clear()
            found.append(item)
        else:
            outside.append(item)
    if loose:
        found.append(TableRow(cells=tuple(loose)))
    return found


def _spread(rows: list[TableRow]) -> list[TableRow]:
    """Rows with an empty cell in every place that a spanning cell covers."""
    found: list[TableRow] = []
    covered: dict[int, int] = {}  # column: how many rows more
    for line in rows:
        cells: list[TableCell] = []
        waiting = list(reversed(line.cells))
        while waiting or covered.get(len(cells), 0):
            column = len(cells)
            if covered.get(column, 0):
                covered[column] -= 1
                cells.append(TableCell(children=()))
                continue
            current = waiting.pop()
            across = _span_of(current, "colspan")
            down = _span_of(current, "rowspan") - 1
            cells.append(_without_spans(current))
            cells += [TableCell(children=(), scope=current.scope)] * (across - 1)
            if down:
                covered |= dict.fromkeys(range(column, column + across), down)
        found.append(replace(line, cells=tuple(cells)))
    return found


def _span_of(found: TableCell, name: str) -> int:
    text = found.attributes.get(name, "1")
    return max(1, min(MAX_SPAN, int(text))) if len(text) < 6 else MAX_SPAN


def _without_spans(found: TableCell) -> TableCell:
    pairs = tuple(p for p in found.attributes.pairs if p[0] not in ("colspan", "rowspan"))
    if pairs == found.attributes.pairs:
        return found
    return replace(found, attributes=make(found.attributes.id, found.attributes.classes, pairs))


def _filled(rows: list[TableRow], width: int) -> Iterable[TableRow]:
    """Rows with empty cells at their ends, but for tables of no sane width."""
    for line in rows:
        missing = width - len(line.cells)
        more = [TableCell(children=())] * missing if missing <= MAX_SPAN else ()
        yield replace(line, cells=(*line.cells, *more)) if more else line
