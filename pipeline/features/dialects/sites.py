"""Docusaurus (MDX), GitHub and GitLab."""

from __future__ import annotations

import re

from pipeline.features.dialects import lessons
from pipeline.features.dialects.kramdown import INCLUDE
from pipeline.model.late import late
from pipeline.parser.characters import emoji_named
from pipeline.parser.dialects import Comment, Dialect, LinePair, Sign, Standing, ToldMark
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

MDX = Dialect(
    names=("MDX",),
    comments=(Comment(late(r"\{\s*/\*"), late(r"\*/\s*\}"), "an MDX comment", "*/}"),),
    lines=(
        ToldMark(
            late(
                r"(?:import|export) [^\n]{1,300} from ['\"]|import ['\"][^'\"\n]+['\"]"
                r"|export (?:default )?(?:const|let|var|class|(?:async )?function) [\w$]+ *[=({]"
            ),
            "a line of MDX, which is code",
            "Leave it out.",
        ),
    ),
)


def _emoji(m: re.Match[str], data: str) -> Result:
    """``:smile:``; an unknown name is text, and so is one within a word or between digits."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == ":" or not (found := emoji_named(m[0])):
        return None
    return InlineSpan("emoji", found, name=m[1])


DOCUSAURUS = Dialect(
    names=("Docusaurus",),
    signs=(Sign("</TabItem>", late(r"(?m)^[ \t]*<TabItem\b")),),
    pairs=(
        LinePair(
            late(r"<TabItem\b(?: [^<>]*?)?\blabel=(?:\{?[\"'])(?P<title>[^\"']{1,100})[^<>]*>"),
            late(r"[ \t>]*</TabItem>[ \t]*$"),
            "tab",
        ),
        LinePair(
            late(r"<TabItem\b(?: [^<>]*?)?\bvalue=(?:\{?[\"'])(?P<title>[^\"']{1,100})[^<>]*>"),
            late(r"[ \t>]*</TabItem>[ \t]*$"),
            "tab",
        ),
    ),
    standing=(Standing(late(r"</?Tabs\b[^<>]*>")),),
    containers={"tab": lessons.tab},
)

VITEPRESS = Dialect(
    names=("VitePress",),
    signs=(Sign("code-group", late(r"(?m)^:{3,} *code-group *$")),),
    containers={"code-group": lessons.content},
)

GITHUB = Dialect(
    names=(),
    inlines={"emoji": Pattern(":", r":([A-Za-z0-9_+-]{1,70}):(?![\w`])", _emoji)},
    lines=(
        ToldMark(
            re.compile(r"<<[<{(\[][^\n<]*\.(?:md|txt|py)"), "an inclusion of another tool", INCLUDE
        ),
        ToldMark(
            re.compile(r"\[\[(?:_?TOC_?|toc)\]\][^\n]|\$\{toc\}"),
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
