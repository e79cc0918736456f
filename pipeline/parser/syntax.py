"""Chapbook's Markdown: the list of constructs.

Python-Markdown gives the classes of a parser, the registry of its processors and patterns in their
order, and the table of link references. The processors and patterns are Chapbook's own, and read
blocks line by line and text from left to right.

CommonMark and GitHub's extensions, and constructs known from Python-Markdown and Pandoc:
admonitions, attribute lists, definition lists, abbreviations, footnotes, containers, formulas,
citations, cross-references, blanks, variables and included files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

import markdown
from markdown.util import Registry
from msgspec.structs import replace

from pipeline.model.diagnostics import Span
from pipeline.parser import dialects, math
from pipeline.parser import inlines as inlines_module
from pipeline.parser.blockparser import BlockElement, LineParser, LineProcessor
from pipeline.parser.container_blocks import (
    AdmonitionProcessor,
    ContainerProcessor,
    DefinitionProcessor,
    DirectiveProcessor,
    IncludeProcessor,
    ItemProcessor,
    MarginProcessor,
    NoteProcessor,
    QuoteProcessor,
)
from pipeline.parser.files import SourceFiles
from pipeline.parser.leaf_blocks import (
    AtxHeadingProcessor,
    FenceProcessor,
    HtmlProcessor,
    IndentedCodeProcessor,
    LatexMathProcessor,
    MathProcessor,
    PageBreakProcessor,
    ParagraphProcessor,
    SetextHeadingProcessor,
    ThematicBreakProcessor,
    drop_last_breaks,
)
from pipeline.parser.leaf_text import PATTERNS, InlineSpan, Pattern, normalise
from pipeline.parser.left_out import LeftOutProcessor
from pipeline.parser.lines import Line
from pipeline.parser.tables import TableProcessor
from pipeline.parser.withholding import HEADINGS

BLOCKS: dict[str, type[LineProcessor]] = {
    "quote": QuoteProcessor,
    "atx-heading": AtxHeadingProcessor,
    "directive": DirectiveProcessor,
    "fence": FenceProcessor,
    "include": IncludeProcessor,
    "math": MathProcessor,
    "latex-math": LatexMathProcessor,
    "html": HtmlProcessor,
    "table": TableProcessor,
    "setext-heading": SetextHeadingProcessor,
    "thematic-break": ThematicBreakProcessor,
    "page-break": PageBreakProcessor,
    "item": ItemProcessor,
    "margin": MarginProcessor,
    "indented-code": IndentedCodeProcessor,
    "container": ContainerProcessor,
    "definition": DefinitionProcessor,
    "note": NoteProcessor,
    "admonition": AdmonitionProcessor,
    "paragraph": ParagraphProcessor,
}
"""The order is CommonMark's; constructs that require a paragraph above come before those that could
begin in the same way, and other tools' before all."""

INLINES: dict[str, Pattern] = {
    **math.PATTERNS,
    **PATTERNS,
    **inlines_module.REFERENCE_PATTERNS,
    **inlines_module.BRACKET_PATTERNS,
}
INLINE_TAGS = HEADINGS | {"p", "dt", "th", "td", "title"}


class InlineReader:
    """Reads the lines of leaves into inline elements."""

    def __init__(self, parser: LineParser) -> None:
        self.parser = parser
        self.patterns: dict[str, list[Pattern]] = {}
        for pattern in parser.md.inlinePatterns:
            assert isinstance(pattern, Pattern)
            for trigger in pattern.triggers:
                self.patterns.setdefault(trigger, []).append(pattern)

    def read(self, parent: Element, lines: Sequence[Line], place: Span | None = None) -> None:
        """Parse ``lines`` into the children of ``parent``, all at ``place`` if given."""
        leaf = inlines_module.scan(parent, lines, self.patterns, self.parser.md.references)
        findings = leaf.diagnostics
        if not place:
            record = self.parser.record
            for start, end, attributes in leaf.marked:
                record.mark(attributes, leaf.places.at(start), leaf.places.at(end))
            for start, end in leaf.verbatim:
                first, last = leaf.places.at(start), leaf.places.at(end)
                if first and last:
                    record.verbatim.append(((first.line, first.column), (last.line, last.column)))
        else:
            place = Span(place.line, place.column)
            for element in parent.iter():
                if isinstance(element, InlineSpan):
                    element.span = place
            findings = [
                replace(finding, line=place.line, column=place.column) for finding in findings
            ]
        self.parser.diagnostics += findings


class Tree(NamedTuple):
    """The element tree of a text, the parser with its results, and a reader of more leaves;
    ``in_brackets`` is whether formulas are certainly in escaped brackets somewhere."""

    root: BlockElement
    parser: LineParser
    inlines: InlineReader
    in_brackets: bool


class Markdown(markdown.Markdown):
    """Python-Markdown without constructs of its own."""

    def build_parser(self) -> Markdown:
        self.inlinePatterns = Registry()
        return self


def parse_tree(
    text: str, first_line: int = 1, files: SourceFiles | None = None, *, in_brackets: bool = False
) -> Tree:
    """The element tree of a Markdown text, which begins on ``first_line`` of the source;
    ``in_brackets`` as in `Tree`, in the text around it."""
    md = Markdown()
    md.parser = parser = LineParser(md, first_line, files or SourceFiles())
    dialect = dialects.table(parser.files.dialects)
    processors: dict[str, type[LineProcessor]] = {
        "margin": BLOCKS["margin"],  # around what is left out, too
        "left-out": LeftOutProcessor,
        **dialect.blocks,
        **BLOCKS,
    }
    for priority, (name, processor) in enumerate(reversed(processors.items())):
        parser.blockprocessors.register(processor(parser), name, priority)
    root = parser.parseDocument(text.removesuffix("\n").split("\n")).getroot()
    assert isinstance(root, BlockElement)
    if parser.files.cuts is None:
        parser.files.lines.last = root.end
    if "\\" in text:
        drop_last_breaks(root)
    leaves = [
        element
        for element in root.iter()
        if isinstance(element, BlockElement) and element.tag in INLINE_TAGS
    ]
    in_brackets = in_brackets or ("\\" in text and _has_formula_in_brackets(root, leaves))
    example = inlines_module.example(parser.examples)
    for implied in dialect.implied:
        for label, address in implied(text, _headings(leaves)).items():
            md.references.setdefault(normalise(label), (address, ""))
    linking = {name: make(md.references) for name, make in dialect.linking.items()}
    patterns = {**INLINES, **dialect.inlines, **math.brackets(in_brackets), "example": example}
    patterns |= linking
    for priority, (name, pattern) in enumerate(reversed(patterns.items())):
        md.inlinePatterns.register(pattern, name, priority)
    inlines = InlineReader(parser)
    for leaf in leaves:
        inlines.read(leaf, leaf.lines)
    return Tree(root, parser, inlines, in_brackets)


def _headings(leaves: Iterable[BlockElement]) -> dict[str, str]:
    """The texts of headings, as written, and their ids."""
    headings = (leaf for leaf in leaves if leaf.tag in HEADINGS)
    return {"\n".join(heading.lines).strip(): heading.attributes.id for heading in headings}


def _has_formula_in_brackets(root: BlockElement, leaves: Sequence[BlockElement]) -> bool:
    return any(block.get("closing", "").endswith("]") for block in root.iter("math")) or any(
        math.has_formula("\n".join(leaf.lines)) for leaf in leaves
    )
