"""Markdown of other tools: a table of notations for each, in the module of the tool."""

from __future__ import annotations

from pipeline.features.dialects.kramdown import KRAMDOWN, LIQUID
from pipeline.features.dialects.latex import LATEX
from pipeline.features.dialects.mkdocs import MKDOCS
from pipeline.features.dialects.myst import MYST
from pipeline.features.dialects.obsidian import OBSIDIAN
from pipeline.features.dialects.other_markup import (
    ASCIIDOC,
    CRITICMARKUP,
    ORG_MODE,
    RESTRUCTUREDTEXT,
)
from pipeline.features.dialects.quarto import BOOKDOWN, QUARTO
from pipeline.features.dialects.reading import ANY
from pipeline.features.dialects.sites import CROSSREF, GITHUB, HUGO, MDX

DIALECTS = (
    MYST, QUARTO, ANY, MKDOCS, LATEX, GITHUB, OBSIDIAN, HUGO, MDX, CRITICMARKUP, LIQUID,
    KRAMDOWN, RESTRUCTUREDTEXT, CROSSREF, BOOKDOWN, ASCIIDOC, ORG_MODE,
)  # fmt: skip
"""The tables of all tools. Where several read the same mark, the first does."""
