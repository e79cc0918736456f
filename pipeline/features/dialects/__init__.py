"""Markdown of other tools: a table of notations for each, in the module of the tool."""

from __future__ import annotations

from pipeline.features.dialects.carpentries import CARPENTRIES
from pipeline.features.dialects.d2l import D2L
from pipeline.features.dialects.docusaurus import DOCUSAURUS, MDX, VITEPRESS
from pipeline.features.dialects.gitbook import GITBOOK
from pipeline.features.dialects.github import GITHUB
from pipeline.features.dialects.hugo import HUGO, HUGO_SITE
from pipeline.features.dialects.jekyll import JEKYLL, KRAMDOWN, LIQUID
from pipeline.features.dialects.latex import LATEX
from pipeline.features.dialects.leanpub import LEANPUB
from pipeline.features.dialects.liascript import LIASCRIPT
from pipeline.features.dialects.markdoc import MARKDOC
from pipeline.features.dialects.mdbook import MDBOOK
from pipeline.features.dialects.mkdocs import MATERIAL, MKDOCS
from pipeline.features.dialects.myst import MYST
from pipeline.features.dialects.obsidian import OBSIDIAN
from pipeline.features.dialects.other_markup import (
    ASCIIDOC,
    CRITICMARKUP,
    ORG_MODE,
    RESTRUCTUREDTEXT,
)
from pipeline.features.dialects.pandoc import PANDOC
from pipeline.features.dialects.quarto import BOOKDOWN, QUARTO, QUARTO_WITHOUT_CODE
from pipeline.features.dialects.raspberry_pi import RASPBERRY_PI
from pipeline.features.dialects.reading import ANY
from pipeline.features.dialects.specifications import KRAMDOWN_RFC, SPECIFICATION

DIALECTS = (
    D2L, KRAMDOWN_RFC, SPECIFICATION,
    CARPENTRIES, JEKYLL, LEANPUB, LIASCRIPT, MARKDOC, DOCUSAURUS, VITEPRESS, RASPBERRY_PI,
    GITBOOK, MDBOOK, MYST, QUARTO, ANY, MATERIAL, MKDOCS, LATEX, GITHUB, OBSIDIAN, HUGO,
    HUGO_SITE, MDX, CRITICMARKUP, LIQUID, KRAMDOWN, RESTRUCTUREDTEXT, PANDOC, BOOKDOWN, ASCIIDOC,
    ORG_MODE, QUARTO_WITHOUT_CODE,
)  # fmt: skip
"""The tables of all tools. Where several read the same mark, the first does."""
