"""Chapbook's Markdown as an extension of Python-Markdown: the list of constructs.

CommonMark and GitHub's extensions, and constructs known from Python-Markdown and Pandoc:
admonitions, attribute lists, definition lists, abbreviations, footnotes, containers, formulas,
citations, cross-references, blanks, variables and included files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry
from msgspec.structs import replace

from pipeline.model.diagnostics import Span
from pipeline.parser.blockparser import BlockElement, LineParser
from pipeline.parser.blocks import indented
from pipeline.parser.blocks.breaks import PageBreakProcessor, ThematicBreakProcessor
from pipeline.parser.blocks.code import FenceProcessor, IndentedCodeProcessor
from pipeline.parser.blocks.containers import ContainerProcessor
from pipeline.parser.blocks.dash_tables import DashTableProcessor
from pipeline.parser.blocks.directives import DirectiveProcessor
from pipeline.parser.blocks.grid_tables import GridTableProcessor
from pipeline.parser.blocks.headings import AtxHeadingProcessor, SetextHeadingProcessor
from pipeline.parser.blocks.html import HtmlProcessor
from pipeline.parser.blocks.includes import IncludeProcessor
from pipeline.parser.blocks.lists import ItemProcessor, ListProcessor, QuoteProcessor
from pipeline.parser.blocks.math import LatexMathProcessor, MathProcessor
from pipeline.parser.blocks.other_tools import CommentProcessor, OmittedProcessor
from pipeline.parser.blocks.paragraphs import ParagraphProcessor
from pipeline.parser.blocks.tables import TableProcessor
from pipeline.parser.files import SourceFiles
from pipeline.parser.inlines import blanks, math, other_tools, references, scanner
from pipeline.parser.inlines.patterns import PATTERNS, InlineSpan, Pattern
from pipeline.parser.lines import Line

INLINE_TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "td", "title"})


class ChapbookSyntax(Extension):
    """``first_line`` is the line of the source that the text begins on; ``files`` are included."""

    def __init__(self, first_line: int = 1, files: SourceFiles | None = None) -> None:
        super().__init__()
        self.first_line = first_line
        self.files = files or SourceFiles()

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        parser = LineParser(md, self.first_line)
        md.parser = parser
        lists, definitions = ListProcessor(parser), indented.DefinitionListProcessor(parser)
        # The order is CommonMark's; constructs that require a paragraph above come before those
        # that could begin in the same way.
        blocks = {
            "quote": QuoteProcessor(parser),
            "atx-heading": AtxHeadingProcessor(parser),
            "comment": CommentProcessor(parser),
            "directive": DirectiveProcessor(parser),
            "fence": FenceProcessor(parser),
            "include": IncludeProcessor(parser, self.files),
            "omitted": OmittedProcessor(parser),
            "math": MathProcessor(parser),
            "latex-math": LatexMathProcessor(parser),
            "html": HtmlProcessor(parser),
            "table": TableProcessor(parser),
            "grid-table": GridTableProcessor(parser),
            "dash-table": DashTableProcessor(parser),
            "setext-heading": SetextHeadingProcessor(parser),
            "thematic-break": ThematicBreakProcessor(parser),
            "page-break": PageBreakProcessor(parser),
            "item": ItemProcessor(parser, lists),
            "indented-code": IndentedCodeProcessor(parser),
            "container": ContainerProcessor(parser),
            "definition": indented.DefinitionProcessor(parser, definitions),
            "note": indented.NoteProcessor(parser),
            "admonition": indented.AdmonitionProcessor(parser),
            "paragraph": ParagraphProcessor(parser, self.files),
        }
        for priority, (name, processor) in enumerate(reversed(blocks.items())):
            parser.blockprocessors.register(processor, name, priority)

        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        md.inlinePatterns = Registry()
        inlines = {
            **math.PATTERNS,
            **PATTERNS,
            **references.PATTERNS,
            "example": references.example(parser.examples),
            **blanks.PATTERNS,
            **other_tools.PATTERNS,
        }
        for priority, (name, pattern) in enumerate(reversed(inlines.items())):
            md.inlinePatterns.register(pattern, name, priority)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)
        md.treeprocessors.register(InlineTreeprocessor(md, parser), "inline", 20)


class InlineTreeprocessor(Treeprocessor):
    """Reads the lines of every leaf into inline elements."""

    def __init__(self, md: markdown.Markdown, parser: LineParser) -> None:
        super().__init__(md)
        self.parser = parser
        self.patterns: dict[str, list[Pattern]] = {}
        for pattern in md.inlinePatterns:
            assert isinstance(pattern, Pattern)
            for trigger in pattern.triggers:
                self.patterns.setdefault(trigger, []).append(pattern)

    def run(self, root: Element) -> None:
        for block in [e for e in root.iter() if e.tag in INLINE_TAGS]:
            assert isinstance(block, BlockElement)
            self.read(block, block.lines)

    def read(self, parent: Element, lines: Sequence[Line], place: Span | None = None) -> None:
        """Parse ``lines`` into the children of ``parent``, all at ``place`` if given."""
        found = scanner.scan(parent, lines, self.patterns, self.parser.md.references)
        if place:
            place = Span(place.line, place.column)
            for element in parent.iter():
                if isinstance(element, InlineSpan):
                    element.span = place
            found = [replace(one, line=place.line, column=place.column) for one in found]
        self.parser.diagnostics += found


class Tree(NamedTuple):
    """The element tree of a text, the parser with its results, and a reader of more leaves."""

    root: BlockElement
    parser: LineParser
    inlines: InlineTreeprocessor


def parse_tree(text: str, first_line: int = 1, files: SourceFiles | None = None) -> Tree:
    """The element tree of a Markdown text, before it is printed as HTML."""
    md = markdown.Markdown(extensions=[ChapbookSyntax(first_line, files)])
    lines = text.removesuffix("\n").split("\n")
    for preprocessor in md.preprocessors:
        lines = preprocessor.run(lines)
    root = md.parser.parseDocument(lines).getroot()
    assert isinstance(root, BlockElement)
    if files:
        files.lines.last = root.end
    for treeprocessor in md.treeprocessors:
        treeprocessor.run(root)
    parser, inlines = md.parser, md.treeprocessors["inline"]
    assert isinstance(parser, LineParser)
    assert isinstance(inlines, InlineTreeprocessor)
    return Tree(root, parser, inlines)
