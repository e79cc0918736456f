"""Charts: a fence ``chart`` with data, or a table whose caption has the class ``.chart``; and
diagrams, each line of whose fence describes an element."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, ChartKind, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.names import nearest
from pipeline.parser import attributes
from pipeline.parser.constructs import data
from pipeline.parser.constructs.data import Cell
from pipeline.parser.constructs.parts import Parts, ReadInlines, Report
from pipeline.parser.lines import Line

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

_RANGE = late(r"\bto\b|\.\.|…")
_END = late(r"\s*(?:from|to)\s*:")
_NUMBER = late(r"[+−-]?\d[\d.,]*\s*%?")
_PAIR = late(r"\s*|[^:,;\t]+:\s*(?:[+−-]?\d[\d.,]*+|\{\{[^{}]*\}\})\s*+(?:%\s*)?")
_COLON = attributes.make(pairs=(("delimiter", ":"),))
_YEAR = late(r"[12]\d{3}")

HORIZONTAL = frozenset({"barh", "horizontal-bar", "horizontal"})
CLASSES = {"chart": "bar", **{f"{name}-chart": kind for name, kind in KINDS.items()}}
"""The classes that make a chart of a table."""

KEYS = frozenset({"type", "caption", "x", "y", "unit", "horizontal", *data.KEYS, *SCALE})
YES = frozenset({"yes", "true", "1"})


def chart(parts: Parts) -> tuple[Block, ...]:
    """The chart of a fence's data; without data, the lines are shown as written."""
    if kind := DIAGRAMS.get(_written(parts.attributes).lower()):
        return (_diagram(kind, parts),)
    if parts.text.strip() and all(map(_PAIR.fullmatch, parts.text.split("\n"))):
        parts = parts._replace(attributes=attributes.joined(_COLON, parts.attributes))
    rows = data.read_rows(parts)
    if rows is None:
        return data.as_written(parts)
    if len(rows) < 2:
        message = "The chart has no data."
        hint = "Write a line `Region, Wells`, and one for each, as in `North, 29`."
        written = _written(parts.attributes)
        wrong: tuple[str, Span | None, str] = (message, parts.span, hint)
        if written.lower() not in KINDS:
            wrong = _unknown(written, parts.span)
        parts.report(Code.BAD_CHART, *wrong)
        return data.as_written(parts)
    head, *body = rows
    if len(head) == 2 and _NUMBER.fullmatch(head[1].text) and not _YEAR.fullmatch(head[1].text):
        # There is no row of names: a number is a year where it is one.
        head, body = tuple(cell._replace(text="") for cell in head), list(rows)
    table = model.Table(
        head=(_row(head, parts.read, is_head=True),),
        body=tuple(_row(row, parts.read) for row in body),
        span=parts.span,
    )
    caption = parts.read(parts.attributes.get("caption"), parts.span)
    return (_chart(table, caption, parts.attributes, parts.report),)


def of_type(parts: Parts) -> tuple[Block, ...]:
    """The chart of a fence that is called after its type."""
    kind = attributes.make(pairs=(("type", parts.name),))
    return chart(parts._replace(attributes=attributes.joined(kind, parts.attributes)))


def of_table(table: model.Table, report: Report) -> Block:
    """The chart that a table is marked as, or the table."""
    if CLASSES.keys().isdisjoint(table.attributes.classes):
        return table
    bare = replace(table, caption=(), attributes=NO_ATTRIBUTES, body=_named_rows(table))
    return _chart(bare, table.caption, table.attributes, report)


def _chart(
    table: model.Table, caption: tuple[Inline, ...], attributes: Attributes, report: Report
) -> model.Chart:
    named = _named(attributes)
    written = _written(attributes)
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
        attributes=attributes.without(KEYS, {*named, *HORIZONTAL}),
    )


def _named(attributes: Attributes) -> list[str]:
    """The classes for a chart, and for its type."""
    return [name for name in attributes.classes if name in {*CLASSES, *KINDS, *DIAGRAMS}]


def _written(attributes: Attributes) -> str:
    of_class = next((name for name in _named(attributes) if name != "chart"), "bar")
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


def _diagram(kind: ChartKind, parts: Parts) -> model.Chart:
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
        attributes=attributes_given.without(KEYS, {*_named(attributes_given)}),
    )


def _reads_scale(line: Line, kind: ChartKind, scale: dict[str, str]) -> bool:
    """Return whether a line describes the axes, and add its content to ``scale``."""
    name, _, value = (part.strip() for part in line.partition(":"))
    key = f"{name}-range" if kind == "graph" and name in ("x", "y") else name.lower()
    if key not in SCALE or (key != name.lower() and not _RANGE.search(value)):
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
        _cell(Cell(name.strip(), at), read),
        model.TableCell(
            children=(model.Plain(children=(model.Code(text=value.strip()),)),), span=line.at(start)
        ),
    )
    return model.TableRow(
        cells=(replace(cells[0], scope="row" if name.strip() else ""), cells[1]), span=at
    )


def _row(row: tuple[Cell, ...], read: ReadInlines, is_head: bool = False) -> model.TableRow:
    first, *others = (_cell(cell, read) for cell in row)
    if is_head:
        cells = [replace(c, scope="col" if c.children else "") for c in (first, *others)]
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
