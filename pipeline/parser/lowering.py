"""From Python-Markdown's element tree to the nodes of the model."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, table_cells
from pipeline.model.codes import Code as Finding
from pipeline.model.codes import diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.names import Names
from pipeline.model.removal import STAND_INS, is_left_out, stand_in
from pipeline.model.tree import FOR_TEACHERS, is_partial, notes_in, plain_text, rewrite
from pipeline.parser import constructs, slips
from pipeline.parser.attributes import (
    ALIGNED,
    ALIGNMENTS,
    join_attributes,
    make_attributes,
    with_alignment,
)
from pipeline.parser.blank_rules import lower
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.choices import attach_prompts, choices, lone_blank, take_marks
from pipeline.parser.constructs.fences import math_block, of_table, without_margin
from pipeline.parser.constructs.source_parts import Around, SourceParts, frame_missing
from pipeline.parser.definitions import anchor, attach_marks
from pipeline.parser.dialects import table
from pipeline.parser.files import SourceFiles
from pipeline.parser.inlines import BlankSpan, CitationSpan
from pipeline.parser.leaf_blocks import space_of
from pipeline.parser.leaf_text import InlineSpan
from pipeline.parser.lines import Line
from pipeline.parser.markup import FORMATS, bind, definition_items, trim
from pipeline.parser.math import with_subscripts
from pipeline.parser.names import meant_name
from pipeline.parser.partial_strings import write_string
from pipeline.parser.raw_html import MarkupBuilder
from pipeline.parser.tables import (
    attach_captions,
    figure_alone,
    guess_row_heads,
    is_to_tick,
    with_boxes,
    with_head_columns,
    without_empty_heads,
)
from pipeline.parser.withheld_ranges import SourceRecord

# --- inlines ---------------------------------------------------------------------------------
# From the inline elements of the tree to the inlines of the model.

ALT = ("alt", "fig-alt")
"""Attributes with an image's alternative text; what is in brackets is then its caption."""

CAPTION = "fig-cap"
"""Quarto's attribute with an image's caption."""


MOST_MARKUP = 20_000
"""The most pieces of markup in a paragraph: they take much longer to lay out than text."""

LINE_ENDS = frozenset({"br", "soft-break"})


class InlineLowering:
    """``abbreviations`` are marked wherever they occur in text. Below ``deepest`` levels of
    nesting, counted by the caller for blocks, all markup is dropped. The content of inline notes is
    added to ``notes``."""

    def __init__(
        self,
        abbreviations: Mapping[str, model.Abbreviation],
        around: Around,
        deepest: int,
        notes: list[model.Note],
    ) -> None:
        self.around = around
        self._report, self._rebased = around.report, around.rebased
        self._notes = notes
        self._labels = Names()
        self._deepest = deepest
        self._is_reported = False
        self._place: Span | None = None
        self._abbreviations = abbreviations
        names = sorted(map(re.escape, abbreviations), key=len, reverse=True)
        self._abbreviation = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None

    def leaf(self, element: Element, depth: int, place: Span | None) -> tuple[Inline, ...]:
        """The inlines of a block element at ``place``."""
        self._place = place
        if (
            len(element) > MOST_MARKUP
            and sum(child.tag not in LINE_ENDS for child in element) > MOST_MARKUP
        ):
            message = f"The paragraph has more than {MOST_MARKUP:,} pieces of markup."
            self._report(Finding.TOO_MUCH_MARKUP, message, place, "Divide it by empty lines.")
            return ()
        return self._inlines(element, depth)

    def cell(self, element: Element, depth: int, place: Span | None) -> tuple[Block, ...]:
        """The content of a table cell: text, and the blocks that raw HTML makes in it."""
        self._place = place
        if depth < self._deepest and any(child.tag == "raw" for child in element):
            return self._build_markup(element, depth).blocks()
        inlines = self._inlines(element, depth)
        return (model.Plain(children=inlines),) if inlines else ()

    def _inlines(self, element: Element, depth: int) -> tuple[Inline, ...]:
        """The inlines of an element: its text, its children and their tails."""
        if depth >= self._deepest:
            return self._flat(element)
        if any(child.tag == "raw" for child in element):
            return self._build_markup(element, depth).inlines()
        inlines = [*self._text(element.text)]
        for child in element:
            inlines += self._inline(child, depth)
            inlines += self._text(child.tail)
        return tuple(inlines)

    def _build_markup(self, element: Element, depth: int) -> MarkupBuilder:
        builder = MarkupBuilder(self.around, self._deepest - depth)
        builder.add(self._text(element.text))
        for child in element:
            if child.tag == "raw":
                assert isinstance(child, InlineSpan)
                builder.feed_tag(child.text or "", child.span)
            else:
                builder.add(self._inline(child, depth + builder.depth))
            builder.add(self._text(child.tail))
        return builder

    def _flat(self, element: Element) -> tuple[Inline, ...]:
        if len(element) and not self._is_reported:
            self._is_reported = True
            self._report(Finding.NESTING_TOO_DEEP, "Markup is nested too deeply.", self._place, "")
        text = "".join(element.itertext())
        return (model.Text(text=text),) if text else ()

    def _inline(self, element: Element, depth: int) -> Iterator[Inline]:
        assert isinstance(element, InlineSpan)
        span = element.span
        attributes = element.attributes or NO_ATTRIBUTES
        inner = depth + 1
        match element.tag:
            case "em" | "strong" | "del":
                yield FORMATS[element.tag](children=self._inlines(element, inner))
            case "mark" | "sub" | "sup":
                yield model.InlineElement(name=element.tag, children=self._inlines(element, inner))
            case "element":
                content = element.text or ""
                if title := element.get("title"):
                    yield model.Abbreviation(text=content, title=title)
                else:
                    text = (model.Text(text=content),)
                    yield model.InlineElement(name=element.get("name", ""), children=text)
            case "emoji" | "text":
                yield model.Text(text=element.text or "")
            case "group":
                yield from self._inlines(element, inner)
            case "slip":
                message, hint = element.get("message", ""), element.get("hint", "")
                self._report(Finding.LIKELY_SLIP, message, span, hint)
                if element.text:
                    yield model.Text(text=element.text)
            case "code":
                place = span if element.attributes else None  # most need none
                yield model.Code(text=element.text or "", span=place, attributes=attributes)
            case "br":
                yield model.LineBreak()
            case "soft-break":
                yield model.SoftBreak()
            case "a":
                link = model.Link(
                    children=self._inlines(element, inner),
                    href=self._address(element, "href", span),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
                yield from bind(link)
            case "img":
                described = self._inlines(element, inner)
                words = rewrite(described, leave={model.NoteReference: lambda note: ()})
                alt, title = write_string(words), element.get("title", "")
                title = title or attributes.get(CAPTION)
                attributes = attributes.without({CAPTION})
                if given := next(filter(None, map(attributes.get, ALT)), ""):
                    alt, title = given, title or (alt if alt != given else "")
                    attributes = attributes.without(ALT)
                yield model.Image(
                    source=self._address(element, "src", span),
                    alt=alt,
                    title=title,
                    span=span,
                    attributes=attributes,
                )
                yield from notes_in(described)
            case "span":
                children = self._inlines(element, inner)
                name, attributes = _name_span(attributes)
                yield model.InlineElement(
                    name=name, children=children, span=span, attributes=attributes
                )
            case "cross-reference":
                yield _cross_reference(element, attributes)
            case "cross-references":
                yield from _cross_references(element, attributes)
            case "math" if is_left_out(element.text or ""):
                yield model.Text(text=element.text or "")
            case "math":
                display = bool(element.get("display"))
                more = int(element.get("marks", "0")) - (2 if display else 1)
                if span and more > 0:  # the formula begins after more marks than usual
                    span = Span(span.line, span.column + more)
                tex = with_subscripts(element.text or "")
                yield model.Math(tex=tex, display=display, span=span)
            case "blank":
                assert isinstance(element, BlankSpan)
                yield lower(element, span, self._report)
            case "variable":
                yield model.Variable(name=element.get("name", ""), span=span)
            case "include":
                message = "An include needs a line of its own; it cannot be within text."
                self._report(Finding.BAD_INCLUDE, message, span, "")
                yield model.Text(text=element.text or "")
            case "citation":
                assert isinstance(element, CitationSpan)
                yield model.Citation(
                    items=element.items_cited,
                    in_text=element.in_text,
                    source=element.source,
                    span=span,
                )
            case "note-reference":
                yield model.NoteReference(label=element.get("label", ""), span=span)
            case "note":
                yield from self._note(element, depth, span)
            case tag:
                raise AssertionError(f"no lowering for the inline element {tag}")

    def _note(self, element: InlineSpan, depth: int, span: Span | None) -> tuple[Inline, ...]:
        """A reference to the note ``^[…]``, with a label that no other label can equal, the same
        wherever the note stands; nothing if it only contains a comment, or a tag around nothing.
        Its attributes are those of its paragraph; with a condition they are those of the reference,
        without which there is no note."""
        element.text = (element.text or "").lstrip()
        if len(element):
            element[-1].tail = (element[-1].tail or "").rstrip()
        else:
            element.text = element.text.rstrip()
        place = Span(span.line, span.column + len("^["), file=span.file) if span else None
        inlines = self._inlines(element, depth + 1)
        while inlines and isinstance(inlines[0], model.SoftBreak):
            inlines = inlines[1:]
        while inlines and isinstance(inlines[-1], model.SoftBreak):
            inlines = inlines[:-1]
        if not inlines:
            return ()
        text = model.Paragraph(
            children=inlines, span=place, attributes=element.attributes or NO_ATTRIBUTES
        )
        known = STAND_INS.sub("", plain_text(inlines))
        digest = blake2b(known.encode(), digest_size=6).hexdigest()
        label = self._labels.take(f"{model.INLINE_NOTE}{digest}")
        reference: Inline = model.NoteReference(label=label, span=span)
        if is_partial(text):
            reference = model.InlineElement(
                name="span", children=(reference,), span=span, attributes=text.attributes
            )
            text = replace(text, attributes=NO_ATTRIBUTES)
        self._notes.append(model.Note(label=label, children=(text,), span=span))
        return (reference,)

    def _address(self, element: InlineSpan, key: str, span: Span | None) -> str:
        address = element.get(key, "")
        return address if element.get("defined") else self._rebased(address, span)

    def _text(self, text: str | None) -> Sequence[Inline]:
        if not text:
            return ()
        if self._abbreviation is None:
            return (model.Text(text=text),)
        texts: list[Inline] = []
        last = 0
        for match in self._abbreviation.finditer(text):
            if match.start() > last:
                texts.append(model.Text(text=text[last : match.start()]))
            texts.append(self._abbreviations[match[0]])
            last = match.end()
        if last < len(text):
            texts.append(model.Text(text=text[last:]))
        return texts


ELEMENTS = {"underline": "u", "ul": "u", "mark": "mark", "highlight": "mark"}
"""Classes that become elements; Pandoc's, and other common names for them."""

NAMES = {"smallcaps": "small-caps"}


def _name_span(attributes: Attributes) -> tuple[str, Attributes]:
    """The element that a span represents, and its attributes without the class for that."""
    classes = tuple(NAMES.get(name, name) for name in attributes.classes)
    name = next((name for name in classes if name in ELEMENTS), "")
    if not name and classes == attributes.classes:
        return "span", attributes
    rest = tuple(other for other in classes if other != name)
    return ELEMENTS.get(name, "span"), make_attributes(attributes.id, rest, attributes.pairs)


PAGE = "page"
"""The class that asks for the page as well: ``@fig-x{.page}``."""


def _cross_reference(element: Element, attributes: Attributes) -> model.CrossReference:
    """``@fig-x`` with the attributes after it."""
    assert isinstance(element, InlineSpan)
    form: Any = element.get("form", "full")
    if form == "full" and PAGE in attributes.classes:
        form = "page"
    return model.CrossReference(
        target=element.get("target", ""),
        form=form,
        span=element.span,
        attributes=attributes.without(classes={PAGE}),
    )


def _cross_references(element: Element, attributes: Attributes) -> Iterator[Inline]:
    """``[@fig-x; @fig-y]``, all of them with the attributes after it, but for an id."""
    for index, child in enumerate(element):
        if index:
            yield model.Text(text="; ")
            attributes = make_attributes("", attributes.classes, attributes.pairs)
        yield _cross_reference(child, attributes)


# --- lowering --------------------------------------------------------------------------------

_TASK = late(r"\[([ xX])\][ \t]+")
DEEPEST = 80
"""The maximum nesting of blocks and inlines. Deeper ones lose their markup and keep their text,
because templates and the encoding of documents process trees by recursion."""

ReadLeaf = Callable[[Element, Sequence[Line], "Span | None"], None]


class Lowering:
    """Lowers one tree, and collects the notes and diagnostics found, and ``anchors``, the ids by
    which links may refer to headings. ``read_leaf`` parses a line at a position into inline
    elements; ``files`` reads included files. ``paired`` are the tags that the text opens and
    closes."""

    def __init__(
        self,
        abbreviations: Mapping[str, model.Abbreviation],
        read_leaf: ReadLeaf,
        files: SourceFiles,
        paired: frozenset[str],
    ) -> None:
        self._around = Around(self.report, files.rebase, paired, files.record)
        self.files = files
        self.notes: list[model.Note] = []
        self.anchors: dict[Span, str] = {}
        self.diagnostics: list[Diagnostic] = []
        self._read_leaf = read_leaf
        self._inline = InlineLowering(abbreviations, self._around, DEEPEST, self.notes)
        self._depth = 0
        self._braced: set[Span] = set()
        self._exercises = 0

    def blocks(self, parent: BlockElement, start: int = 0) -> tuple[Block, ...]:
        """The blocks for the elements in another, from the one at ``start`` on."""
        elements = parent.blocks[start:]
        for label, element in itertools.pairwise(elements):
            if label.tag == "label":
                element.state = join_attributes(
                    make_attributes(label.get("name", "")), element.attributes
                )
        self._depth += 1
        if any(element.tag == "html" for element in elements):
            blocks = self._with_markup(elements)
        else:
            blocks = tuple(node for element in elements for node in self._block(element))
        self._depth -= 1
        return self._attach_captions(blocks)

    def _attach_captions(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        captioned = attach_captions(attach_prompts(blocks), self.read, self.report, self._braced)
        captioned = attach_marks(captioned)
        return tuple(
            of_table(block, self.report) if isinstance(block, model.Table) else block
            for block in captioned
        )

    def _with_markup(self, elements: Iterable[BlockElement]) -> tuple[Block, ...]:
        room = max(0, DEEPEST // 2 - self._depth)
        builder = MarkupBuilder(self._around, room)
        for is_markup, run in itertools.groupby(elements, _is_markup):
            if is_markup:
                for element in run:
                    builder.feed(element.lines)
            else:
                within = builder.depth
                self._depth += within
                blocks = tuple(node for element in run for node in self._block(element))
                builder.add(self._attach_captions(blocks))
                self._depth -= within
        return rewrite(builder.blocks(), leave={model.Container: self._with_figures})

    def _with_figures(self, node: model.Container) -> model.Container:
        """An element of HTML in which images that stand alone are figures, as elsewhere."""
        children = (figure_alone(child, self.read) for child in node.children)
        return replace(node, children=tuple(children))

    def inlines(self, element: Element) -> tuple[Inline, ...]:
        span = element.span if isinstance(element, BlockElement) else None
        return self._inline.leaf(element, self._depth, span)

    def read(self, text: str, span: Span | None) -> tuple[Inline, ...]:
        """The inlines of a single line of text, such as a caption, at ``span``."""
        element = Element("title")
        line = Line(text.replace("\n", " "), 0, 0)
        self._read_leaf(element, (line,), span)
        self._inline.around = self._around._replace(
            record=SourceRecord()
        )  # its places are not exact
        inlines = self.inlines(element)
        self._inline.around = self._around
        return inlines

    def _block(self, element: BlockElement) -> Iterator[Block]:
        if self._depth >= DEEPEST and len(element):
            yield from self.blocks(element)
            return
        span, attributes = element.span, element.attributes
        if height := space_of(element.lines):
            message = f"Line breaks become {height} mm of space to write in."
            hint = f"Write `::: space {height}mm`, or leave them out if only a gap is meant."
            self.report(Finding.LIKELY_SLIP, message, span, hint)
            yield model.WritingSpace(height=height, span=span)
            return
        match element.tag:
            case "p":
                children = self.inlines(element)
                if any(child.tag == "raw" for child in element):
                    children = trim(children)
                slips.warn_of_text(element.lines, self.report, self.files.dialects)
                if element.lines and element.lines[0].startswith("{"):
                    self._braced.add(span)
                if children:
                    settled = with_alignment(attributes)
                    yield model.Paragraph(children=children, span=span, attributes=settled)
            case "typed":
                yield model.Paragraph(children=(model.Text(text=element.text or ""),), span=span)
            case "left-out":
                yield stand_in(span, is_answer=bool(element.get("answer")))
            case "missing":
                yield frame_missing(element.text or "", span)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                if name := anchor(element):
                    self.anchors[span] = name
                yield model.Heading(
                    level=int(element.tag[1]),
                    children=self.inlines(element),
                    span=span,
                    attributes=with_alignment(attributes, "heading-"),
                )
            case "blockquote":
                yield from self._quote(element, span)
            case "ul" | "ol":
                yield self._list(element, span)
            case "pre":
                parts = self._parts(element.get("language", ""), attributes, span)
                yield from constructs.fence(replace(parts, lines=tuple(element.lines)))
            case "math" if is_left_out("".join(element.lines)):
                yield stand_in(span, is_answer=False)
            case "math":
                marks = int(element.get("marks", "2"))
                yield math_block(element.lines, span, attributes, marks)
            case "table":
                yield self._table(element, span)
            case "dl":
                yield self._definitions(element, span)
            case "mark" | "label":
                pass
            case "margin":
                yield from self.blocks(element)
            case "tab":
                title = (model.Strong(children=self.inlines(element[0])),)
                headed = (model.Paragraph(children=title, span=span), *self.blocks(element, 1))
                yield model.Container(name="tab", children=headed, span=span)
            case "admonition":
                yield from self._admonition(element, span)
            case "container":
                yield from self._container(element, span)
            case "note":
                label, blocks = element.get("label", ""), self.blocks(element)
                if not len(element):
                    message, hint = f"The footnote `[^{label}]` has no text.", "Write it there."
                    self.report(Finding.LIKELY_SLIP, message, span, hint)
                self.notes.append(model.Note(label=label, children=blocks, span=span))
            case "hr":
                yield model.ThematicBreak(span=span)
            case "lines":
                yield model.WritingLines(count=int(element.get("count", "1")), span=span)
            case "page-break":
                yield model.PageBreak(span=span)
            case tag:
                raise AssertionError(f"no lowering for the block element {tag}")

    def _quote(self, element: BlockElement, span: Span) -> tuple[Block, ...]:
        blocks = self.blocks(element)
        parts = replace(self._parts("", NO_ATTRIBUTES, span), children=blocks)
        callout = boxes.callout(element, parts) if blocks else None
        return callout or (model.BlockQuote(children=boxes.attribute_quotation(blocks), span=span),)

    def _list(self, element: BlockElement, span: Span) -> model.List | model.Choices:
        if marks := take_marks(element.blocks, self._has_choices):
            items = [(self.blocks(item), item.span) for item in element.blocks]
            node = choices(items, marks, span, self.report)
            pairs = zip(node.items, element.blocks, strict=True)
            named = (replace(choice, attributes=item.attributes) for choice, item in pairs)
            return replace(node, items=tuple(named))
        style: Any = element.get("style", "")
        form: Any = element.get("form", "").strip(".")
        return model.List(
            ordered=element.tag == "ol",
            style=style,
            form=form,
            start=int(element.get("start", "1")),
            tight=bool(element.get("tight")),
            items=tuple(map(self._item, element.blocks)),
            span=span,
        )

    @property
    def _has_choices(self) -> bool:
        """True if boxes to tick in a list are choices."""
        return bool(self._exercises) or table(self.files.dialects).ticks_are_choices

    def _item(self, element: BlockElement) -> model.ListItem:
        checked = None
        if self._exercises and (blank := lone_blank(element)):
            return model.ListItem(children=(blank,), span=element.span)
        first = element.first
        if first is not None and first.tag == "p" and first.text:
            match = None if first.lines[0].startswith("\\") else _TASK.match(first.text)
            if match and (match.end() < len(first.text) or len(first)):
                checked = match[1] != " "
                first.text = first.text[match.end() :]
        children = self.blocks(element)
        return model.ListItem(
            children=children, checked=checked, span=element.span, attributes=element.attributes
        )

    def _table(self, element: BlockElement, span: Span) -> model.Table:
        count = int(element.get("head", "1"))
        to_tick = bool(self._exercises) and any(map(is_to_tick, element.blocks))
        rows = table_cells.limit_row_spans([self._row(row, to_tick) for row in element.blocks])
        head, body = table_cells.regular(rows[:count], rows[count:])
        table = guess_row_heads(without_empty_heads(model.Table(head=head, body=body, span=span)))
        return with_head_columns(table, 1) if element.get("wide") else table

    def _row(self, element: BlockElement, to_tick: bool) -> model.TableRow:
        cells = tuple(self._cell(cell, to_tick) for cell in element.blocks)
        return model.TableRow(cells=cells, span=element.span)

    def _cell(self, element: BlockElement, to_tick: bool) -> model.TableCell:
        align: Any = element.get("align", "")
        span = element.span
        if element.tag == "cell":
            blocks = self.blocks(element)
            return model.TableCell(
                children=tuple(map(without_margin, blocks)) if len(blocks) == 1 else blocks,
                align=align,
                scope="col" if element.get("kind") == "head" else "",
                columns=int(element.get("columns", "1")),
                rows=int(element.get("rows", "1")),
                span=span,
            )
        children = self._inline.cell(element, self._depth, span)
        return model.TableCell(
            children=children
            if element.lines[0].startswith("\\")
            else with_boxes(children, span, to_tick=to_tick),
            align=align,
            scope="col" if element.tag == "th" else "",
            span=span,
        )

    def _definitions(self, element: BlockElement, span: Span) -> model.DefinitionList:
        items = definition_items(
            (True, self.inlines(child), child.span)
            if child.tag == "dt"
            else (False, self.blocks(child), None)
            for child in element.blocks
        )
        return model.DefinitionList(items=items, span=span)

    def _admonition(self, element: BlockElement, span: Span) -> tuple[Block, ...]:
        first = element.first
        has_title = first is not None and first.tag == "title"
        title = self.inlines(first) if first is not None and has_title else ()
        written = element.get("kind", "")
        if len(element) == has_title and element.last_read == element.line:
            message = (
                f"The box `{element.get('mark', '!!!')} {written.partition(' ')[0]}` is empty."
            )
            meant = meant_name(written.partition(" ")[0])
            code = Finding.LOST_MARK if meant in FOR_TEACHERS else Finding.LIKELY_SLIP
            self.report(code, message, span, "Indent its text by four spaces.")
        parts = self._parts(written, NO_ATTRIBUTES, span)
        children = self.blocks(element, int(has_title))
        return boxes.admonition(replace(parts, heading=title, children=children))

    def _container(self, element: BlockElement, span: Span) -> tuple[Block, ...]:
        attributes, name = element.attributes, element.get("name", "")
        classes = tuple(c for c in attributes.classes if c not in (name, element.get("written")))
        if name not in ALIGNMENTS:  # a class that is another tool's for an alignment
            classes += ALIGNED.get(name, ())
        settled = make_attributes(attributes.id, classes, attributes.pairs)
        self._exercises += name == "exercise"
        children = self.blocks(element)
        self._exercises -= name == "exercise"
        settled = settled if name == "table" else with_alignment(settled)
        if not name and settled.classes:  # of a style, as if it had been written as a class
            name, settled = (settled.classes[0], settled.without(classes=settled.classes[:1]))
        parts = self._parts(name, settled, span)
        argument = element.get("argument", "")
        return constructs.container(replace(parts, argument=argument, children=children))

    def _parts(self, name: str, attributes: Attributes, span: Span) -> SourceParts:
        return SourceParts(name, attributes, span, self.read, self.report, files=self.files)

    def report(self, code: Finding, message: str, span: Span | None, hint: str = "") -> None:
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))


def _is_markup(element: BlockElement) -> bool:
    return element.tag == "html" and not space_of(element.lines)
