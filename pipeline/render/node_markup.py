"""From nodes to markup: one template for each node, called after all decisions are made."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jinja2
from markupsafe import Markup, escape

from pipeline import model
from pipeline.model import Block, Document, Inline, Node
from pipeline.model.editions import FormatName
from pipeline.model.formula_gaps import GAP
from pipeline.model.paper import LARGE_PRINT
from pipeline.model.print_marks import FIELD, FieldKind
from pipeline.model.rendered import Inventory
from pipeline.model.tree import is_for_teachers
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import writing
from pipeline.render import table_markup as tables
from pipeline.render.code_lines import Listing, listing
from pipeline.render.constructs import Sign, Trait, constructs_of, is_wide_formula, signs_of
from pipeline.render.discovery import article_front, language_links
from pipeline.render.element_attributes import SizeClasses, attributes_of, classes_of
from pipeline.render.figures import figure_rows
from pipeline.render.known import KnownBlocks, is_remembered
from pipeline.render.note_placement import NotePlace, PrintedNotes
from pipeline.render.semantics import BLOCK_TAGS, Fields, form, form_roles, index_links, semantics
from pipeline.render.slots import SLOTS, check_slots
from pipeline.render.table_fit import SMALL, USUAL, cuts_words
from pipeline.render.table_reflow import reflows
from pipeline.render.text_places import TextPlaces, with_place
from pipeline.render.text_width import is_option
from pipeline.render.timings import timing
from pipeline.system.store import Memo

PIXEL = 72 / 96
"""Points."""

SIDES = frozenset({"left", "right"})
"""Classes that align a block; in a table cell, which has its own styles, they align the text."""

INDENTS: Mapping[type[Node], float] = {
    model.List: 1.62, model.DefinitionList: 1.62, model.BlockQuote: 3.24, model.Admonition: 2.16,
    model.Container: 0, model.Exercise: 0, model.Answer: 0, model.Turn: 0,
}  # fmt: skip
"""The width that blocks take from the lines inside them in print, in ems. Top-level tables extend
into the margin column; those in other blocks do not."""

VOID_TAGS = frozenset({"br", "hr", "img", "wbr"})

NOTE_COMMA = Markup('<sup class="note-comma">,</sup>')
"""The separator between the numbers of two adjacent notes, which would look like one number."""


def note_id(number: int) -> str:
    return f"fn-{number}"


def reference_id(number: int, occurrence: int) -> str:
    return f"fnref-{number}" if occurrence < 2 else f"fnref-{number}-{occurrence}"


def page_id(label: str) -> str:
    """The id of the mark of a page: none that an id of the text can be."""
    return f"page--{label}"


class NodeRenderer:
    """Renders the nodes of one document for one format.

    ``base`` is added to a section's depth to get the level of its heading. ``pages`` maps ids to
    pages, for formats with several pages; `page` is the current one. ``in_contents`` are the ids in
    the table of contents. ``note_place`` is the position of notes. `table_lines` are the lines
    available to tables, at normal and reduced size, and `turned_tables` those on a rotated sheet.
    In large print, with lines of length `large_line` in points, tables that do not fit become
    lists, and drawings with small letters are replaced by their alternative texts. `places` are the
    positions of pieces of text in the source. If the edition ``has_fields``, the markup marks form
    fields; if it `places_in` a document, it records source positions of blocks. ``memo`` are
    blocks rendered earlier with the same templates.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        format_name: FormatName,
        document: Document,
        memo: Memo | None = None,
        *,
        base: int = 1,
        pages: Mapping[str, str] | None = None,
        in_contents: frozenset[str] = frozenset(),
        note_place: NotePlace = "foot",
        has_fields: bool = False,
    ) -> None:
        self.environment = environment
        self.format = format_name
        self.base = base
        self.pages = pages or {}
        self.page = ""
        self.rules: dict[str, str] = {}
        self._sizes = SizeClasses(self.rules)
        self.table_lines = self.turned_tables = (USUAL, SMALL)
        self.large_line = 0.0
        self.is_light = False
        self.places = TextPlaces()
        self.places_in: Document | None = None
        self._in_contents = in_contents
        self._nested = 0
        self._blocks: KnownBlocks | None = None
        if memo is not None and not environment.sandboxed:  # templates of one's own may do anything
            self._blocks = KnownBlocks(memo, format_name, document.metadata)
        self._labels: dict[str, int] = {}
        self._words = words(document.metadata.lang)
        self._decimal_mark = writing(document.metadata.lang).decimal
        self._assets = {asset.path: asset for asset in document.assets}
        self._notes: dict[int, model.Note] = {note.number: note for note in document.notes}
        self.printed_notes = PrintedNotes(document.notes, note_place)
        self.formula_images: Any = None
        self._templates: dict[type[Node], jinja2.Template] = {}
        self._fields = Fields()
        from pipeline.features.exercises.markup import helpers

        functions: tuple[Callable[..., object], ...] = (
            self.render, self.render_item, self.render_note, self.attributes, self.heading_level,
            self.href, self.image_source, self.larger_source, self.word, self.distinct,
            self.in_contents, self.table_shape, self.table_rows, self.put_in_words, self.as_field,
            self.listing,
            self.place, self.listing_label, self.mathml, self.formula_image, self.formula_label,
            form,
            index_links, figure_rows, note_id, reference_id, page_id, is_task_list,
            is_wide_formula, is_option, is_for_teachers,
        )  # fmt: skip
        self._context: dict[str, object] = {
            **{function.__name__: function for function in functions},
            **helpers(document.metadata.lang, self.rules),
            "format": format_name,
            "metadata": document.metadata,
            "language_links": language_links(document.metadata),
            "article": article_front(document.metadata),
            "slash": Markup("" if format_name == "html" else "/"),
            "void": VOID_TAGS,
            "block_tags": BLOCK_TAGS,
            "roles": functools.partial(form_roles, format_name),
            "semantics": functools.partial(semantics, format_name),
            "timing": functools.partial(timing, vocabulary=self._words),
            "shows_page_marks": lambda: self.large_line > 0,
            "printed_notes": self.printed_notes,
            "field": self._fields,
            "width_class": self._sizes.width,
            "tail_class": self._sizes.tail,
            "answer_room": self._sizes.answer_room,
        }
        self._has_fields = has_fields
        self.signs: defaultdict[str, set[Sign]] = defaultdict(set)
        self._images: set[str] = set()
        self._path: list[Node] = []
        self.record(Trait.PAGE)
        if document.lists:
            self.record(Trait.CAPTION_LISTS)
        if any(entry.number for caption_list in document.lists for entry in caption_list.entries):
            self.record(Trait.NUMBER)

    def record(self, *signs: Sign) -> None:
        """Record the constructs on the current page."""
        self.signs[self.page].update(signs)

    def inventory(self) -> Inventory:
        """The inventory of all pages rendered."""
        return Inventory(
            constructs=constructs_of(frozenset[Sign]().union(*self.signs.values())),
            images=tuple(sorted(self._images)),
        )

    def begin_page(self, name: str, base: int) -> None:
        """Begin the page ``name``: everything rendered from now on is on it, with its sections'
        headings ``base`` levels deeper than their sections."""
        self.page, self.base = name, base
        self._labels.clear()

    def template(self, name: str, **context: object) -> Markup:
        """The page template ``name`` of this format, rendered."""
        template = self.environment.get_template(f"{self.format}/{name}.html.j2")
        return Markup(template.render({**self._context, **context}))

    def whole_page(self, name: str, **context: object) -> Markup:
        """A page from the template ``name``, which must contain all slots. Raises
        `jinja2.TemplateSyntaxError` otherwise."""
        if context.get("timing_total"):
            self.record(Trait.TIMING)
        if self._context["article"]:
            self.record(Trait.ARTICLE)
        slots = SLOTS[self.format]
        constructs = constructs_of(frozenset(self.signs[self.page]))
        markup = self.template(name, constructs=constructs, **slots, **context)
        check_slots(self.environment, f"{self.format}/{name}.html.j2", markup, slots)
        return markup

    def render(self, nodes: Iterable[Block | Inline]) -> Markup:
        """The markup of some nodes: blocks on lines of their own, inlines run on."""
        parts = []
        before: Block | Inline | None = None
        for node in nodes:
            if isinstance(node, model.NoteReference) and isinstance(before, model.NoteReference):
                parts.append((NOTE_COMMA, False))
            parts.append(self._node(node))
            before = node
        separator = "\n" if parts and parts[0][1] else ""
        return Markup(separator).join([part for part, _ in parts])

    def render_item(self, item: model.ListItem, tight: bool) -> Markup:
        """A list item's content; a tight item's paragraphs are bare text."""
        if not tight:
            return Markup("\n") + self.render(item.children) + Markup("\n")
        parts = [
            self._bare(child) if isinstance(child, model.Paragraph) else self.render([child])
            for child in item.children
        ]
        return Markup("\n").join(parts)

    def _bare(self, paragraph: model.Paragraph) -> Markup:
        text, attributes = self.render(paragraph.children), self.attributes(paragraph)
        return Markup("<span{}>{}</span>").format(attributes, text) if attributes else text

    def render_note(self, number: int) -> Markup:
        """A note's blocks without white space between, which would make lines within a line."""
        return Markup("").join(self._node(node)[0] for node in self._notes[number].children)

    def attributes(self, node: Node, *classes: str) -> Markup:
        """The HTML attributes of a node, with ``classes`` of the template's first."""
        names = {name for name in classes_of(node, classes) if name}
        self.record(*(names if isinstance(node, Block) else names - SIDES))
        return attributes_of(node, classes, self.format, self._sizes)

    def table_shape(self, node: model.Table) -> tables.Shape:
        shape = tables.shape(node, self.format, self._decimal_mark, self.table_lines)
        if not any(isinstance(above, model.Exercise) for above in self._path):
            return shape
        return tables.as_grid(shape, self._fields.name if self.format == "html" else None)

    def table_rows(self, node: model.Table) -> tuple[Any, ...]:
        """The rows of a table that becomes a list."""
        lines = self.table_lines
        is_list = reflows(node, lines) if self.large_line else cuts_words(node, lines[1])
        if not is_list:
            return ()
        from pipeline.render.table_lists import row_items

        return row_items(node)

    def put_in_words(self, image: model.Image) -> str:
        """The text to read instead of a drawing whose letters are too small."""
        asset = self._assets.get(image.asset)
        if not (asset and asset.letters and self.large_line):
            return ""
        width = min(self.large_line, asset.width * PIXEL or self.large_line)
        return image.alt if asset.letters * width < LARGE_PRINT else ""

    def heading_level(self, depth: int) -> int:
        return max(1, min(6, depth + self.base))

    def href(self, target: str) -> str:
        """The address of a link, as seen from the page being rendered."""
        if not target.startswith("#"):
            return target
        page = self.pages.get(target[1:], self.page)
        return target if page == self.page else page + target

    def image_source(self, image: model.Image) -> str:
        asset = self._assets.get(image.asset)
        return self.asset_address(asset) if asset else image.source

    def larger_source(self, image: model.Image) -> str:
        """The address of a photograph in full size, where a light page shows a small one."""
        asset = self._assets.get(image.asset)
        if not (self.is_light and asset and asset.is_large):
            return ""
        in_link = any(isinstance(above, model.Link) for above in self._path)
        return "" if in_link else self.asset_address(asset)

    def asset_address(self, asset: model.Asset) -> str:
        self._images.add(asset.name)
        return f"images/{asset.name}"

    def word(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def place(self, node: Node) -> Markup:
        """The mark that a node's text comes next, if page beginnings are needed."""
        return self.places.mark(node)

    def listing(self, node: model.CodeBlock) -> Listing:
        result = listing(node, self.format, self._words, self._nested)
        if result.is_wide:
            self.record(Trait.SCROLLER)
        return result

    def as_field(self, kind: FieldKind) -> Markup:
        """The attribute that marks a form field here, in an edition with fields."""
        return Markup(' {}="{}"').format(FIELD, kind) if self._has_fields else Markup()

    def listing_label(self, node: model.CodeBlock) -> str:
        if node.number:
            return self._words["reference_listing"].format(number=node.number)
        return node.file_name or self._words["code"]

    def formula_image(self, node: model.Math | model.MathBlock) -> object:
        """The image of the formula that is being rendered, in print."""
        holder = next((above for above in reversed(self._path) if isinstance(above, Block)), None)
        return self.formula_images.image(node, in_title=isinstance(holder, model.Section))

    def mathml(self, node: model.Math | model.MathBlock) -> Markup:
        """The markup of a formula; on a web page with a field for each gap."""
        has_gaps = self.format == "html" and GAP in node.mathml
        if not has_gaps:
            return Markup(node.mathml)
        from pipeline.features.formulas.gap_fields import with_fields

        group = Markup('<span class="gaps" role="group" aria-label="{}">{}</span>')
        return group.format(node.spoken, with_fields(node.mathml, self._gap_field))

    def _gap_field(self, letters: int) -> Markup:
        template = self.environment.get_template("html/gap.html.j2")
        return Markup(template.render({**self._context, "letters": letters}).strip())

    def formula_label(self, node: model.MathBlock) -> str:
        if not node.number:
            return self._words["formula"]
        return self._words["reference_equation"].format(number=node.number)

    def distinct(self, label: str) -> str:
        """``label``, with a number from its second use: regions of a page need distinct names."""
        count = self._labels[label] = self._labels.get(label, 0) + 1
        return label if count == 1 else f"{label} ({count})"

    def in_contents(self, target: str) -> bool:
        return target in self._in_contents

    def _node(self, node: Block | Inline) -> tuple[Markup, bool]:
        """The markup of a node, and whether it is a block."""
        if isinstance(node, model.Text):
            return self.places.mark(node) + escape(node.text), False
        if isinstance(node, model.SoftBreak):
            return Markup("\n"), False
        if self._blocks and is_remembered(node) and not self.places_in:
            return self._remembered(node, self._blocks), True
        return self._markup_of(node), isinstance(node, Block)

    def _remembered(self, node: Block, blocks: KnownBlocks) -> Markup:
        """The markup of a block, which may be known."""
        name = blocks.name(node, self.href, self.base)
        entry = blocks.get(name)
        if entry and (markup := self.places.filled(node, entry.parts)) is not None:
            self.record(*entry.signs)
            return markup
        around, self.signs[self.page] = self.signs[self.page], set()
        if not isinstance(node, model.Section):  # within others, nothing is looked for
            self._blocks = None
        markup = self._markup_of(node)
        self._blocks = blocks
        blocks.put(name, node, markup, self.signs[self.page])
        self.signs[self.page] |= around
        return markup

    def _markup_of(self, node: Block | Inline) -> Markup:
        self.record(*signs_of(node, self.format))
        kind = type(node)
        template = self._templates.get(kind)
        if template is None:
            name = template_name(kind)
            template = self._templates[kind] = self.environment.select_template(
                [f"{self.format}/nodes/{name}", f"shared/nodes/{name}"]
            )
        around = self.table_lines, self._nested
        if (indent := INDENTS.get(kind)) is not None:
            self._nested += indent > 0
            if self.format == "pdf":
                is_turned = isinstance(node, model.Container) and node.name == "landscape"
                usual, small = self.turned_tables if is_turned else self.table_lines
                self.table_lines = (usual.within(indent), small.within(indent))
        self._path.append(node)
        markup = Markup(template.render({**self._context, "node": node}))
        self._path.pop()
        self.table_lines, self._nested = around
        if self.places_in:
            markup = with_place(node, markup, self.places_in)
        if not isinstance(node, model.CodeBlock):  # whose caption comes before its text
            markup = self.places.mark(node) + markup
        return markup


@functools.cache
def template_name(kind: type[Node]) -> str:
    """The file of a node's template: ``BlockQuote`` is in ``block-quote.html.j2``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower() + ".html.j2"


def is_task_list(node: model.List) -> bool:
    return any(item.checked is not None for item in node.items)
