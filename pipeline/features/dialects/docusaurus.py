"""Docusaurus and VitePress: tabs, groups of code, and code of MDX."""

from __future__ import annotations

from pipeline.features.dialects import lessons
from pipeline.model.late import late
from pipeline.parser.dialects import Comment, Dialect, LinePair, Sign, Standing, ToldMark

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


_TITLE = r"(?:\{?[\"'])(?P<title>[^\"']{1,100})[^<>]*>"

DOCUSAURUS = Dialect(
    names=("Docusaurus",),
    begins=frozenset("<"),
    signs=(Sign("</TabItem>", late(r"(?m)^[ \t]*<TabItem\b")),),
    pairs=tuple(
        LinePair(
            late(rf"<TabItem\b(?: [^<>]*?)?\b{name}={_TITLE}"), lessons.closing("</TabItem>"), "tab"
        )
        for name in ("label", "value")
    ),
    standing=(Standing(late(r"</?Tabs\b[^<>]*>")),),
    containers={"tab": lessons.tab},
)

VITEPRESS = Dialect(
    names=("VitePress",),
    signs=(Sign("code-group", late(r"(?m)^:{3,} *code-group *$")),),
    containers={"code-group": lessons.content},
)
