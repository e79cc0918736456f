"""Markdoc: callouts, tabs, and files."""

from __future__ import annotations

from pipeline.features.dialects import lessons
from pipeline.model.late import late
from pipeline.parser.dialects import Dialect, Inclusion, LinePair, Sign, Standing

_ATTRIBUTES = r"(?: +[\w-]+=(?:\"[^\"]*\"|[^\s\"%]+))*"
_KIND = r"(?: +(?:type|kind|status)=\"(?P<kind>\w+)\")?"


MARKDOC = Dialect(
    names=("Markdoc",),
    begins=frozenset("{"),
    signs=(Sign("{% /", late(r"(?m)^[ \t]*\{% /(?:callout|note|tabs?|side-note|aside) %\}")),),
    inclusions=(Inclusion(late(r"\{% *partial +file=\"(?P<path>[^\"]{1,300})\"[^%]*/%\}")),),
    pairs=(
        LinePair(
            late(
                rf"\{{% *(?:callout|note|aside){_KIND}(?: +title=\"(?P<title>[^\"]*)\")?"
                rf"{_ATTRIBUTES} *%\}}"
            ),
            lessons.closing(r"\{% */(?:callout|note|aside) *%\}"),
        ),
        LinePair(
            late(rf"\{{% *tab +(?:label|title|name)=\"(?P<title>[^\"]+)\"{_ATTRIBUTES} *%\}}"),
            lessons.closing(r"\{% */tab *%\}"),
            "tab",
        ),
    ),
    standing=(Standing(late(r"\{% *(?:/tabs|tabs|table|/table)[^%]*%\}")),),
    containers={"tab": lessons.tab},
    boxes={"check": "tip"},
)
