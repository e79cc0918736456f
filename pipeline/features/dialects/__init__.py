"""Markdown of other tools: a table of notations for each, in the module of the tool."""

from __future__ import annotations

from pipeline.features.dialects.courses import LEANPUB, LIASCRIPT
from pipeline.features.dialects.latex import (
    ASCIIDOC,
    CRITICMARKUP,
    LATEX,
    ORG_MODE,
    PANDOC,
    RESTRUCTUREDTEXT,
)
from pipeline.features.dialects.lessons import CARPENTRIES, RASPBERRY_PI
from pipeline.features.dialects.notebooks import D2L, MYST
from pipeline.features.dialects.obsidian import OBSIDIAN
from pipeline.features.dialects.quarto import BOOKDOWN, QUARTO, QUARTO_WITHOUT_CODE
from pipeline.features.dialects.reading import ANY
from pipeline.features.dialects.site_generators import (
    DOCUSAURUS,
    GITBOOK,
    GITHUB,
    HUGO,
    HUGO_SITE,
    JEKYLL,
    KRAMDOWN,
    LIQUID,
    MARKDOC,
    MATERIAL,
    MDBOOK,
    MDX,
    MKDOCS,
    VITEPRESS,
)
from pipeline.features.dialects.specifications import KRAMDOWN_RFC, SPECIFICATION

DIALECTS = (
    D2L, KRAMDOWN_RFC, SPECIFICATION,
    CARPENTRIES, JEKYLL, LEANPUB, LIASCRIPT, MARKDOC, DOCUSAURUS, VITEPRESS, RASPBERRY_PI,
    GITBOOK, MDBOOK, MYST, QUARTO, ANY, MATERIAL, MKDOCS, LATEX, GITHUB, OBSIDIAN, HUGO,
    HUGO_SITE, MDX, CRITICMARKUP, LIQUID, KRAMDOWN, RESTRUCTUREDTEXT, PANDOC, BOOKDOWN, ASCIIDOC,
    ORG_MODE, QUARTO_WITHOUT_CODE,
)  # fmt: skip
"""The tables of all tools. Where several read the same mark, the first does."""
