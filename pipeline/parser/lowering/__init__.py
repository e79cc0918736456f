"""From Python-Markdown's element tree to the nodes of the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, gaps, table_cells
from pipeline.model.codes import Code as Finding
from pipeline.model.codes import diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser import anchors, constructs, slips, table_options
from pipeline.parser.attributes import ALIGNED, ALIGNMENTS, aligned, make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.blocks.breaks import space_of
from pipeline.parser.captions import attach_captions
from pipeline.parser.constructs import boxes, charts, listings, passages
from pipeline.parser.constructs.choices import attach_prompts, choices, lone_blank, take_marks
from pipeline.parser.constructs.parts import Around, Parts, framed
from pipeline.parser.constructs.tables_from_rows import without_margin
from pipeline.parser.dialects import table
from pipeline.parser.files import SourceFiles
from pipeline.parser.index_marks import attach_marks
from pipeline.parser.lines import Line
from pipeline.parser.lowering.inlines import InlineLowering
from pipeline.parser.markup.flow import definition_items, trim
from pipeline.parser.markup.plain_markup import raw_markup
from pipeline.parser.names import meant_name
from pipeline.parser.ranges import SourceRecord

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
        self._around = Around(self.report, files.rebased, paired, files.record)
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
        self._depth += 1
        if any(element.tag == "html" for element in elements):
            blocks = self._with_markup(elements)
        else:
            blocks = tuple(node for element in elements for node in self._block(element))
        self._depth -= 1
        return self._captioned(blocks)

    def _captioned(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        captioned = attach_captions(attach_prompts(blocks), self.read, self.report, self._braced)
        captioned = attach_marks(captioned)
        return tuple(
            charts.of_table(block, self.report) if isinstance(block, model.Table) else block
            for block in captioned
        )

    def _with_markup(self, elements: Iterable[BlockElement]) -> tuple[Block, ...]:
        room = max(0, DEEPEST // 2 - self._depth)
        builder = raw_markup(self._around, room)
        for is_markup, run in itertools.groupby(elements, _is_markup):
            if is_markup:
                for element in run:
                    builder.feed(element.lines)
            else:
                within = builder.depth
                self._depth += within
                blocks = tuple(node for element in run for node in self._block(element))
                builder.add(self._captioned(blocks))
                self._depth -= within
        return builder.blocks()

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
                    settled = aligned(attributes)
                    yield model.Paragraph(children=children, span=span, attributes=settled)
            case "typed":
                yield model.Paragraph(children=(model.Text(text=element.text or ""),), span=span)
            case "left-out":
                yield gaps.stand_in(span, is_answer=bool(element.get("answer")))
            case "missing":
                yield framed(element.text or "", span)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                if name := anchors.anchor(element):
                    self.anchors[span] = name
                yield model.Heading(
                    level=int(element.tag[1]),
                    children=self.inlines(element),
                    span=span,
                    attributes=aligned(attributes, "heading-"),
                )
            case "blockquote":
                yield from self._quote(element, span)
            case "ul" | "ol":
                yield self._list(element, span)
            case "pre":
                parts = self._parts(element.get("language", ""), attributes, span)
                yield from constructs.fence(parts._replace(lines=tuple(element.lines)))
            case "math" if gaps.is_left_out("".join(element.lines)):
                yield gaps.stand_in(span, is_answer=False)
            case "math":
                marks = int(element.get("marks", "2"))
                yield listings.math_block(element.lines, span, attributes, marks)
            case "table":
                yield self._table(element, span)
            case "dl":
                yield self._definitions(element, span)
            case "mark":
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
        parts = self._parts("", NO_ATTRIBUTES, span)._replace(children=blocks)
        callout = boxes.callout(element, parts) if blocks else None
        return callout or (model.BlockQuote(children=passages.attributed(blocks), span=span),)

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
        to_tick = bool(self._exercises) and any(map(table_options.is_to_tick, element.blocks))
        rows = table_cells.within_rows([self._row(row, to_tick) for row in element.blocks])
        head, body = table_cells.regular(rows[:count], rows[count:])
        table = table_options.guess_row_heads(
            table_options.without_empty_heads(model.Table(head=head, body=body, span=span))
        )
        return table_options.with_head_columns(table, 1) if element.get("wide") else table

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
            else table_options.with_boxes(children, span, to_tick=to_tick),
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
        return boxes.admonition(parts._replace(heading=title, children=children))

    def _container(self, element: BlockElement, span: Span) -> tuple[Block, ...]:
        attributes, name = element.attributes, element.get("name", "")
        classes = tuple(c for c in attributes.classes if c not in (name, element.get("written")))
        if name not in ALIGNMENTS:  # a class that is another tool's for an alignment
            classes += ALIGNED.get(name, ())
        settled = make(attributes.id, classes, attributes.pairs)
        self._exercises += name == "exercise"
        children = self.blocks(element)
        self._exercises -= name == "exercise"
        settled = settled if name == "table" else aligned(settled)
        if not name and settled.classes:  # of a style, as if it had been written as a class
            name, settled = (settled.classes[0], settled.without(classes=settled.classes[:1]))
        parts = self._parts(name, settled, span)
        argument = element.get("argument", "")
        return constructs.container(parts._replace(argument=argument, children=children))

    def _parts(self, name: str, attributes: Attributes, span: Span) -> Parts:
        return Parts(name, attributes, span, self.read, self.report, self.files)

    def report(self, code: Finding, message: str, span: Span | None, hint: str = "") -> None:
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))


def _is_markup(element: BlockElement) -> bool:
    return element.tag == "html" and not space_of(element.lines)
