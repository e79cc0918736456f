"""From Python-Markdown's element tree to the nodes of the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.codes import Code as Finding
from pipeline.codes import diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.model import (
    NO_ATTRIBUTES,
    Abbreviation,
    Admonition,
    Attributes,
    Block,
    BlockQuote,
    Code,
    CodeBlock,
    Container,
    DefinitionItem,
    DefinitionList,
    Emphasis,
    Heading,
    Image,
    Inline,
    InlineElement,
    LineBreak,
    Link,
    List,
    ListItem,
    Note,
    NoteReference,
    PageBreak,
    Paragraph,
    SoftBreak,
    Strikethrough,
    Strong,
    Table,
    TableCell,
    TableRow,
    Text,
    ThematicBreak,
    WritingLines,
)
from pipeline.parse.blockparser import BlockElement
from pipeline.parse.captions import ReadInlines, attach_captions
from pipeline.parse.inlines.patterns import InlineSpan
from pipeline.parse.markup import MarkupBuilder
from pipeline.tree import plain_text

ADMONITIONS = frozenset({"note", "tip", "important", "warning", "caution"})
_ALIASES = {"danger": "caution", "attention": "warning", "hint": "tip", "error": "caution", "info": "note"}
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$", re.I)
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
MAX_LINES = 100


class Lowering:
    """Lowers one tree; collects the notes and the diagnostics that it meets."""

    def __init__(self, abbreviations: Mapping[str, str], read_inlines: ReadInlines) -> None:
        self.notes: list[Note] = []
        self.diagnostics: list[Diagnostic] = []
        self._read_inlines = read_inlines
        self._abbreviations = abbreviations
        names = sorted(map(re.escape, abbreviations), key=len, reverse=True)
        self._abbreviation = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None

    def blocks(self, elements: Iterable[Element]) -> tuple[Block, ...]:
        """The blocks that block elements stand for."""
        elements = list(elements)
        if any(element.tag == "html" for element in elements):
            builder = MarkupBuilder(self.report)
            for element in elements:
                assert isinstance(element, BlockElement)
                if element.tag == "html":
                    builder.feed("\n".join(element.lines), _span(element))
                else:
                    builder.nodes(self._block(element))
            found = builder.blocks()
        else:
            found = tuple(node for e in elements for node in self._block(e))  # type: ignore[arg-type]
        return attach_captions(found, self._read_inlines)

    def _block(self, element: BlockElement) -> tuple[Block, ...]:
        span = _span(element)
        match element.tag:
            case "p":
                children = self.inlines(element)
                return (Paragraph(children=children, span=span, attributes=_attributes(element)),)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                heading = Heading(
                    level=int(element.tag[1]),
                    children=self.inlines(element),
                    span=span,
                    attributes=_attributes(element),
                )
                return (heading,)
            case "blockquote":
                return (self._quote(element, span),)
            case "ul" | "ol":
                return (self._list(element, span),)
            case "pre":
                text = "".join(line + "\n" for line in element.lines)
                language = element.get("language", "")
                return (CodeBlock(text=text, language=language, span=span, attributes=_attributes(element)),)
            case "table":
                return (self._table(element, span),)
            case "dl":
                return (self._definitions(element, span),)
            case "admonition":
                return (self._admonition(element, span),)
            case "container":
                return self._container(element, span)
            case "note":
                children = self.blocks(element)
                self.notes.append(Note(label=element.get("label", ""), children=children, span=span))
                return ()
            case "hr":
                return (ThematicBreak(span=span),)
            case "page-break":
                return (PageBreak(span=span),)
            case tag:
                raise AssertionError(f"no lowering for the block element {tag}")

    def _quote(self, element: BlockElement, span: Span) -> Block:
        """A block quote, or the alert that GitHub makes of one: ``> [!NOTE]``."""
        first = element[0] if len(element) else None
        if isinstance(first, BlockElement) and first.tag == "p" and first.lines:
            match = _ALERT.match(first.lines[0])
            if match:
                blocks = self.blocks(element)
                opening = blocks[0]
                assert isinstance(opening, Paragraph)
                rest = _after_first_line(opening.children)
                kept = (Paragraph(children=rest, span=opening.span), *blocks[1:]) if rest else blocks[1:]
                return Admonition(kind=match[1].lower(), children=kept, span=span)
        return BlockQuote(children=self.blocks(element), span=span)

    def _list(self, element: BlockElement, span: Span) -> List:
        return List(
            ordered=element.tag == "ol",
            start=int(element.get("start", "1")),
            tight=bool(element.get("tight")),
            items=tuple(self._item(item) for item in element if isinstance(item, BlockElement)),
            span=span,
        )

    def _item(self, element: BlockElement) -> ListItem:
        checked = None
        first = element[0] if len(element) else None
        if first is not None and first.tag == "p" and first.text:
            match = _TASK.match(first.text)
            if match:
                checked = match[1] != " "
                first.text = first.text[match.end() :]
        return ListItem(children=self.blocks(element), checked=checked, span=_span(element))

    def _table(self, element: BlockElement, span: Span) -> Table:
        head, *body = (
            TableRow(cells=tuple(self._cell(cell) for cell in row), span=Span(row.line))  # type: ignore[attr-defined]
            for row in element
        )
        return Table(head=(head,), body=tuple(body), span=span, attributes=_attributes(element))

    def _cell(self, element: Element) -> TableCell:
        assert isinstance(element, BlockElement)
        return TableCell(
            children=self.inlines(element),
            align=element.get("align", ""),  # type: ignore[arg-type]
            scope="col" if element.tag == "th" else "",
            span=_span(element),
        )

    def _definitions(self, element: BlockElement, span: Span) -> DefinitionList:
        items: list[DefinitionItem] = []
        terms: list[tuple[Inline, ...]] = []
        definitions: list[tuple[Block, ...]] = []
        first = 0
        for child in element:
            assert isinstance(child, BlockElement)
            if child.tag == "dt":
                if definitions:
                    items.append(_definition(terms, definitions, first))
                    terms, definitions = [], []
                first = first if terms else child.line
                terms.append(self.inlines(child))
            else:
                definitions.append(self.blocks(child))
        items.append(_definition(terms, definitions, first))
        return DefinitionList(items=tuple(items), span=span)

    def _admonition(self, element: BlockElement, span: Span) -> Admonition:
        children = list(element)
        title: tuple[Inline, ...] = ()
        if children and children[0].tag == "title":
            title = self.inlines(children.pop(0))
        kind = element.get("kind", "")
        kind = _ALIASES.get(kind, kind)
        classes = () if kind in ADMONITIONS else (kind,)
        return Admonition(
            kind=kind if kind in ADMONITIONS else "note",
            title=title if title or not classes else (Text(text=kind.capitalize()),),
            children=self.blocks(children),
            span=span,
            attributes=Attributes(classes=classes),
        )

    def _container(self, element: BlockElement, span: Span) -> tuple[Block, ...]:
        attributes = _attributes(element)
        name = element.get("name", "")
        argument = element.get("argument", "")
        children = self.blocks(element)
        if name == "lines":
            count = int(argument) if argument.isdecimal() and len(argument) < 4 else 0
            if not 1 <= count <= MAX_LINES:
                self.report(
                    Finding.WRONG_COUNT,
                    f"`::: lines {argument}`".replace(" `", "`") + " does not say how many lines",
                    span,
                    "for example `::: lines 4`",
                )
                count = 1
            return (*children, WritingLines(count=count, span=span, attributes=attributes))
        if name in ADMONITIONS:
            title = (Text(text=attributes.get("title") or argument),) if argument or attributes.get("title") else ()
            pairs = tuple(pair for pair in attributes.pairs if pair[0] != "title")
            attributes = Attributes(attributes.id, attributes.classes, pairs)
            return (Admonition(kind=name, title=title, children=children, span=span, attributes=attributes),)
        classes = tuple(c for c in attributes.classes if c != name)
        attributes = Attributes(attributes.id, classes, attributes.pairs)
        return (Container(name=name, children=children, span=span, attributes=attributes),)

    # --- inlines ---

    def inlines(self, element: Element) -> tuple[Inline, ...]:
        """The inlines of an element: its text, its children and their tails."""
        if any(child.tag == "raw" for child in element):
            builder = MarkupBuilder(self.report)
            builder.inline_nodes(self._text(element.text))
            for child in element:
                if child.tag == "raw":
                    assert isinstance(child, InlineSpan)
                    builder.feed_tag(child.text or "", Span(*child.place))
                else:
                    builder.inline_nodes((self._inline(child),))
                builder.inline_nodes(self._text(child.tail))
            return builder.inlines()
        found = [*self._text(element.text)]
        for child in element:
            found.append(self._inline(child))
            found += self._text(child.tail)
        return tuple(found)

    def _inline(self, element: Element) -> Inline:
        assert isinstance(element, InlineSpan)
        span = Span(*element.place) if element.place[0] else None
        attributes = element.attributes or NO_ATTRIBUTES
        match element.tag:
            case "em":
                return Emphasis(children=self.inlines(element))
            case "strong":
                return Strong(children=self.inlines(element))
            case "del":
                return Strikethrough(children=self.inlines(element))
            case "code":
                return Code(text=element.text or "", attributes=attributes)
            case "br":
                return LineBreak()
            case "soft-break":
                return SoftBreak()
            case "a":
                return Link(
                    children=self.inlines(element),
                    href=element.get("href", ""),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
            case "img":
                return Image(
                    source=element.get("src", ""),
                    alt=plain_text(self.inlines(element)),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
            case "span":
                children = self.inlines(element)
                return InlineElement(name="span", children=children, span=span, attributes=attributes)
            case "note-reference":
                return NoteReference(label=element.get("label", ""), span=span)
            case tag:
                raise AssertionError(f"no lowering for the inline element {tag}")

    def _text(self, text: str | None) -> Sequence[Inline]:
        if not text:
            return ()
        if self._abbreviation is None:
            return (Text(text=text),)
        found: list[Inline] = []
        last = 0
        for match in self._abbreviation.finditer(text):
            if match.start() > last:
                found.append(Text(text=text[last : match.start()]))
            found.append(Abbreviation(text=match[0], title=self._abbreviations[match[0]]))
            last = match.end()
        if last < len(text):
            found.append(Text(text=text[last:]))
        return found

    def report(self, code: Finding, message: str, span: Span | None, hint: str = "") -> None:
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))


def _span(element: BlockElement) -> Span:
    end = element.end if element.end > element.line else 0
    return Span(element.line, element.column, end)


def _attributes(element: BlockElement) -> Attributes:
    return element.state if isinstance(element.state, Attributes) else NO_ATTRIBUTES


def _after_first_line(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    for index, node in enumerate(inlines):
        if isinstance(node, SoftBreak | LineBreak):
            return inlines[index + 1 :]
    return ()


def _definition(
    terms: list[tuple[Inline, ...]], definitions: list[tuple[Block, ...]], line: int
) -> DefinitionItem:
    return DefinitionItem(terms=tuple(terms), definitions=tuple(definitions), span=Span(line))


