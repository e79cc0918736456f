"""Chapbook's Markdown as an extension of Python-Markdown: which constructs there are.

CommonMark and GitHub's additions, and what Python-Markdown's users and Pandoc's are used
to: admonitions, attribute lists, definition lists, abbreviations, footnotes, containers.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from pipeline.codes import Code
from pipeline.parse.blockparser import BlockElement, LineParser
from pipeline.parse.blocks.admonitions import AdmonitionProcessor
from pipeline.parse.blocks.breaks import PageBreakProcessor, ThematicBreakProcessor
from pipeline.parse.blocks.code import FenceProcessor, IndentedCodeProcessor
from pipeline.parse.blocks.containers import ContainerProcessor
from pipeline.parse.blocks.definitions import DefinitionListProcessor, DefinitionProcessor
from pipeline.parse.blocks.headings import AtxHeadingProcessor, SetextHeadingProcessor
from pipeline.parse.blocks.html import HtmlProcessor
from pipeline.parse.blocks.lists import ItemProcessor, ListProcessor
from pipeline.parse.blocks.notes import NoteProcessor
from pipeline.parse.blocks.paragraphs import ParagraphProcessor
from pipeline.parse.blocks.quotes import QuoteProcessor
from pipeline.parse.blocks.tables import TableProcessor
from pipeline.parse.inlines import scanner
from pipeline.parse.inlines.patterns import PATTERNS, Pattern

INLINE_TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "td", "title"})


class ChapbookSyntax(Extension):
    """``first_line`` is the line of the source that the text begins on."""

    def __init__(self, first_line: int = 1) -> None:
        super().__init__()
        self.first_line = first_line

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        parser = LineParser(md, self.first_line)
        md.parser = parser
        lists, definitions = ListProcessor(parser), DefinitionListProcessor(parser)
        # The order is CommonMark's; what needs a paragraph above it comes before what
        # could begin in the same way.
        for priority, (name, processor) in enumerate(
            reversed(
                (
                    ("quote", QuoteProcessor(parser)),
                    ("atx-heading", AtxHeadingProcessor(parser)),
                    ("fence", FenceProcessor(parser)),
                    ("html", HtmlProcessor(parser)),
                    ("table", TableProcessor(parser)),
                    ("setext-heading", SetextHeadingProcessor(parser)),
                    ("thematic-break", ThematicBreakProcessor(parser)),
                    ("page-break", PageBreakProcessor(parser)),
                    ("item", ItemProcessor(parser, lists)),
                    ("indented-code", IndentedCodeProcessor(parser)),
                    ("container", ContainerProcessor(parser)),
                    ("definition", DefinitionProcessor(parser, definitions)),
                    ("note", NoteProcessor(parser)),
                    ("admonition", AdmonitionProcessor(parser)),
                    ("paragraph", ParagraphProcessor(parser)),
                )
            )
        ):
            parser.blockprocessors.register(processor, name, priority)

        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        for name in [item.name for item in md.inlinePatterns._priority]:
            md.inlinePatterns.deregister(name)
        for name, pattern, priority in PATTERNS:
            md.inlinePatterns.register(pattern(), name, priority)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)
        md.treeprocessors.register(InlineTreeprocessor(md), "inline", 20)


class InlineTreeprocessor(Treeprocessor):
    """Reads the lines of every leaf into inline elements."""

    def run(self, root: Element) -> None:
        parser: Any = self.md.parser
        patterns: dict[str, list[Pattern]] = {}
        for pattern in self.md.inlinePatterns:
            assert isinstance(pattern, Pattern)
            for trigger in pattern.triggers:
                patterns.setdefault(trigger, []).append(pattern)
        for block in [e for e in root.iter() if e.tag in INLINE_TAGS]:
            assert isinstance(block, BlockElement)
            undefined = scanner.scan(block, block.lines, patterns, self.md.references)
            for label, line, column in undefined:
                parser.report(
                    Code.UNDEFINED_REFERENCE,
                    f"no line says where [{label}] leads",
                    line,
                    column,
                    f"add a line [{label}]: address",
                )


def parse_tree(text: str, first_line: int = 1) -> tuple[BlockElement, LineParser]:
    """The element tree of a Markdown text, before it is printed as HTML, and the parser
    with what it found besides."""
    md = markdown.Markdown(extensions=[ChapbookSyntax(first_line)])
    lines = text.removesuffix("\n").split("\n")
    for preprocessor in md.preprocessors:
        lines = preprocessor.run(lines)
    root = md.parser.parseDocument(lines).getroot()
    for treeprocessor in md.treeprocessors:
        treeprocessor.run(root)
    assert isinstance(root, BlockElement) and isinstance(md.parser, LineParser)
    return root, md.parser
