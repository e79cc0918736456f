"""GitHub: emoji by their names, and diagrams, which are shown as code; inclusions of editors."""

from __future__ import annotations

import re

from pipeline.features.dialects.reading import INCLUDE
from pipeline.model.late import late
from pipeline.parser.characters import emoji_named
from pipeline.parser.dialects import Dialect, ToldMark
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result


def _emoji(m: re.Match[str], data: str) -> Result:
    """``:smile:``; an unknown name is text, and so is one within a word or between digits."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == ":" or not (shown := emoji_named(m[0])):
        return None
    return InlineSpan("emoji", shown, name=m[1])


GITHUB = Dialect(
    names=(),
    inlines={"emoji": Pattern(":", r":([A-Za-z0-9_+-]{1,70}):(?![\w`])", _emoji)},
    lines=(
        ToldMark(late(r"<<[<{(\[][^\n<]*\.(?:md|txt|py)"), "an inclusion of another tool", INCLUDE),
        ToldMark(
            late(r"\[\[(?:_?TOC_?|toc)\]\][^\n]|\$\{toc\}"),
            "a marker of the contents",
            "Leave it out: the contents are added automatically.",
        ),
    ),
    diagrams={
        "mermaid": "Mermaid",
        "plantuml": "PlantUML",
        "puml": "PlantUML",
        "graphviz": "Graphviz",
        "vega-lite": "Vega-Lite",
        "geojson": "GeoJSON",
        "topojson": "TopoJSON",
    },
)
