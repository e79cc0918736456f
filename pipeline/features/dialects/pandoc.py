"""Pandoc: tables drawn with dashes; headings that references name by their text; pandoc-crossref's
references."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.features.dialects.dash_tables import DashTableProcessor
from pipeline.features.dialects.grid_tables import GridTableProcessor
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.parser.dialects import Dialect, ToldMark
from pipeline.parser.inlines.links import normalise

_NAMED = late(r"\]\[([^\[\]\n]++(?:\n[^\[\]\n]++)?)\](?!\()|\[([^\[\]\n]{2,200})\]\[\]")
_TITLE_BLOCK = late(r"% \S[^\n]*\n%(?: |\n)")


def headings(text: str, known: Mapping[str, str]) -> Mapping[str, str]:
    """The addresses of headings by their texts: in full references, ``[text][The heading]``, and if
    a text has one of those, or Pandoc's title block, in ``[The heading]`` too."""
    if "][" not in text and not text.startswith("% "):
        return {}
    addresses = {normalise(title): f"#{name or slug(title)}" for title, name in known.items()}
    labels = (normalise(match[1] or match[2]) for match in _NAMED.finditer(text))
    if any(label in addresses for label in labels) or _TITLE_BLOCK.match(text):
        return addresses
    return {}


PANDOC = Dialect(
    names=("pandoc-crossref",),
    blocks={"grid-table": GridTableProcessor, "dash-table": DashTableProcessor},
    implied=(headings,),
    marks=(
        ToldMark(
            late(r"@(fig|tbl|sec|eq|lst):(\w(?:[\w-]{0,60}\w)?)"),
            "a reference of pandoc-crossref",
            r"Write it with a hyphen: the id `{#\1-\2}`, and `@\1-\2`.",
        ),
    ),
)
