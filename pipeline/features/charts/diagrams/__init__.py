"""Diagrams for lessons: number lines, coordinate axes with graphs, clock faces, fraction bars.

Each kind is a module: the syntax of its lines, its spoken description, and its drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from pipeline.features.charts.diagrams import clocks, fractions, graphs, number_lines
from pipeline.features.charts.diagrams.arithmetic import MistakeError
from pipeline.features.charts.diagrams.clocks import Clocks
from pipeline.features.charts.diagrams.diagram_parts import Item, Settings
from pipeline.features.charts.diagrams.fractions import Bars
from pipeline.features.charts.diagrams.graphs import Axes
from pipeline.features.charts.diagrams.number_lines import NumberLine
from pipeline.model import Chart
from pipeline.model.codes import Code
from pipeline.model.tree import plain_text
from pipeline.resolve.findings import Findings

Diagram: TypeAlias = NumberLine | Axes | Clocks | Bars
"""``turns``: whether it is mirrored in right-to-left text; ``texts``: its labels; ``description``:
exactly what is visible, in words; ``scene``: the drawing."""

MOST_ITEMS = 40
"""The maximum number of lines of a diagram: points, graphs, faces or bars."""

_READERS: dict[str, Callable[[Settings, list[Item]], Diagram]] = {
    "numberline": number_lines.read,
    "graph": graphs.read,
    "clock": clocks.read,
    "fractions": fractions.read,
}


def read(chart: Chart, lang: str, findings: Findings, *, is_asked: bool) -> Diagram | None:
    """The content of a chart of one of the `DIAGRAM_KINDS`, or None after reporting a mistake. It
    ``is_asked`` of students in an exercise."""
    items = [
        Item(plain_text(name.children).strip(), plain_text(value.children), value.span)
        for name, value in (row.cells for row in chart.table.body)
    ]
    failed = False

    def wrong(mistake: MistakeError, item: Item | None = None) -> None:
        nonlocal failed
        failed = True
        span = item.span if item else None
        if span:
            span = replace(span, column=span.column + mistake.at)
        findings.add(Code.BAD_CHART, str(mistake), span or chart.span, mistake.hint)

    if len(items) > MOST_ITEMS:
        wrong(MistakeError(f"The diagram has {len(items)} lines, more than {MOST_ITEMS}."))
        return None
    try:
        diagram = _READERS[chart.kind](Settings(chart, lang, wrong, is_asked), items)
    except MistakeError as mistake:
        wrong(mistake)
        return None
    return None if failed else diagram


__all__ = ["Diagram", "read"]
