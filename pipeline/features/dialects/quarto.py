"""Quarto and R Markdown: boxes, shortcodes, cells of code, included files; bookdown's labels."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline import model
from pipeline.features.dialects.cells import HIDDEN, cell
from pipeline.model import Block
from pipeline.model.late import late
from pipeline.parser.constructs import passages
from pipeline.parser.constructs.boxes import NAMES, box
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, Inclusion, Sign, ToldMark
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

_CALLOUT = "callout-"
_NAME = late(r"[^\W\d_][\w-]*")


def callout(parts: Parts) -> tuple[Block, ...]:
    """Quarto's box as one of Chapbook's. A heading at its beginning is its title."""
    kind = parts.name.removeprefix(_CALLOUT)
    attributes = parts.attributes.without({"appearance", "icon"})
    first = parts.children[0] if parts.children else None
    (admonition,) = box(parts._replace(name=kind, attributes=attributes))
    assert isinstance(admonition, model.Admonition)
    if not admonition.title and isinstance(first, model.Heading):
        admonition = replace(admonition, title=first.children, children=parts.children[1:])
    return (admonition,)


def _shortcode(m: re.Match[str], data: str) -> Result:
    """``{{< meta title >}}``, ``{{< var name >}}`` and ``{{< kbd Ctrl-C >}}`` of Quarto."""
    if m[1] == "kbd":
        return InlineSpan("element", m[2], name="kbd")
    return InlineSpan("variable", name=m[2]) if _NAME.fullmatch(m[2]) else None


QUARTO = Dialect(
    names=("Quarto",),
    inlines={
        "shortcode": Pattern(
            "{", r"\{\{<[ \t]*(meta|var|kbd)[ \t]+([^\n<>]{1,100}?)[ \t]*>\}\}", _shortcode
        ),
    },
    inclusions=(
        Inclusion(
            late(
                r"\{\{<[ \t]*include[ \t]++(?P<q>[\"']?)(?P<path>[^\"'<>]{1,300}+)(?P=q)[ \t]*>\}\}"
            )
        ),
    ),
    containers={
        **{f"{_CALLOUT}{kind}": callout for kind in NAMES},
        "column-margin": passages.sidebar,
    },
    cells=(cell,),
    engines=frozenset(
        "asis bash c cat cpp css d3 dot fortran html javascript js julia jupyter mermaid node"
        " observable octave ojs perl php powershell psql python python3 r rcpp ruby rust sas scala"
        " sh shell sql stan stata tikz typescript webr zsh".split()
    ),
)

QUARTO_WITHOUT_CODE = Dialect(
    names=(HIDDEN,),
    signs=(
        Sign("echo:", late(r"\A---\n(?:.*\n)*?execute: *\n(?: .*\n)*? +echo: *(?:false|no)\b")),
        Sign("opts_chunk", late(r"opts_chunk\$set\((?:[^()]|\([^()]*\))*?\becho *= *F")),
    ),
)
"""Documents of which no cell shows its code, unless it says so."""

BOOKDOWN = Dialect(
    names=("bookdown",),
    commands=(
        ToldMark(
            late(r"\\#(?:eq|fig|tab):(\w(?:[\w-]{0,60}\w)?)"),
            "a label of bookdown",
            r"Write an id in braces after the figure or the caption: `{#fig-\1}`, `{#tbl-\1}`.",
        ),
    ),
    lines=(
        ToldMark(
            late(r"\(ref:[\w-]+\) "),
            "a text reference of bookdown",
            "Write the text where it belongs, for example as the caption.",
        ),
    ),
)
