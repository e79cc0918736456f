"""From nodes to markup: one template for each node, called after all decisions are made; and blocks
whose markup is known from the last time.
"""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias, TypeGuard

import jinja2
import msgspec
from markupsafe import Markup, escape
from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Answer,
    Asset,
    Block,
    CodeBlock,
    Container,
    Document,
    Figure,
    FigureGroup,
    Image,
    Inline,
    Node,
    PageMark,
    Token,
)
from pipeline.model.editions import FormatName
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.names import TAKEN_CLASSES, TAKEN_NAMES, note_id, page_id, reference_id
from pipeline.model.page_map import FIELD, OURS, TEXT, FieldKind
from pipeline.model.paper import LARGE_PRINT, POINT, Sheet
from pipeline.model.rendered import Inventory, Sign, Trait
from pipeline.model.tree import (
    CHAPTER,
    MINUTES,
    STARTS,
    WIDTH,
    has,
    is_for_teachers,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.words import has_word, words
from pipeline.model.words.writing_conventions import writing
from pipeline.render import tables
from pipeline.render.discovery import article_front, language_links
from pipeline.render.environment import SLOTS, check_slots
from pipeline.render.imprint import timing
from pipeline.render.note_placement import NotePlace, PrintedNotes, TextPlaces, with_place
from pipeline.render.plan import BLOCK_TAGS, Fields, form, form_roles, index_links, semantics
from pipeline.render.style_sheets import constructs_of, hangs, is_wide_formula, signs_of
from pipeline.render.tables import SMALL_TEXT, USUAL_TEXT, cuts_words, is_option, reflows, row_items
from pipeline.system.paths import scheme
from pipeline.system.store import Memo

# --- known markup ----------------------------------------------------------------------------
# Blocks whose markup is known from the last time that they were rendered.

REMEMBERED = (model.Paragraph, model.List, model.BlockQuote, model.Section)
"""Blocks that are worth it; of sections those without any in them, chapters say."""

ALONE = frozenset(
    (
        *REMEMBERED, model.Abbreviation, model.Code, model.Emphasis, model.InlineElement,
        model.LineBreak, model.Link, model.ListItem, model.NoteReference, model.PageBreak,
        model.PageMark, model.Plain, model.SoftBreak, model.Strikethrough, model.Strong, model.Text,
        model.ThematicBreak,
    )
)  # fmt: skip
"""Nodes whose markup depends only on their content and link targets."""

_NUMBER = late(rf"<\?{TEXT} (\d+)\?>")
_TYPES = {kind.__name__: kind for kind in Node.__subclasses__()}


class KnownMarkup(NamedTuple):
    """A block's markup between the marks of its pieces of text, and what its page needs for it."""

    parts: tuple[str, ...]
    signs: frozenset[Sign]


class KnownBlocks:
    """The blocks among the ``parts`` for a renderer of a format, whose markup also depends on a
    ``context``. In print, notes are placed at their references, so their text matters too."""

    def __init__(self, parts: Memo, format_name: FormatName, *context: object) -> None:
        self._parts = parts
        packed = msgspec.msgpack.encode((format_name, *context))
        self._context = blake2b(packed, digest_size=16).digest()
        self._alone = ALONE - {model.NoteReference} if format_name == "pdf" else ALONE

    def name(self, node: Node, href: Callable[[str], str], base: int) -> bytes:
        """The key of a block: its content, the targets of its links, and the depth of headings."""
        data = msgspec.msgpack.encode((base, node))
        digest = blake2b(data, digest_size=16, key=self._context)
        if b"NoteReference" in data or b"#" in data:
            for target in _targets(node):
                digest.update(f"\0{href(target)}".encode())
        return digest.digest()

    def get(self, name: bytes) -> KnownMarkup | None:
        entry = self._parts.get(name)
        return KnownMarkup(entry[0], frozenset(map(_sign, entry[1]))) if entry else None

    def put(self, name: bytes, node: Node, markup: str, signs: Iterable[Sign]) -> None:
        """Remember the markup of a block, if it depends on nothing but its content."""
        if all(self._is_alone(inner) for inner in walk(node)):
            parts, numbers = _NUMBER.split(markup)[::2], _NUMBER.findall(markup)
            if [int(number) for number in numbers] == _count_up(numbers):
                self._parts.put(name, (parts, sorted(map(_sign_name, signs))))

    def _is_alone(self, node: Node) -> bool:
        return type(node) in self._alone and not node.attributes.get("width")


def is_remembered(node: Node) -> TypeGuard[Block]:
    """Return whether a block is worth remembering."""
    if isinstance(node, model.Section):
        return not any(isinstance(inner, model.Section) for inner in node.children)
    return isinstance(node, REMEMBERED)


def _count_up(numbers: list[str]) -> list[int]:
    first = int(numbers[0]) if numbers else 0
    return list(range(first, first + len(numbers)))


def _targets(node: Node) -> Iterator[str]:
    for inner in walk(node):
        if isinstance(inner, model.Link):
            yield inner.href
        elif isinstance(inner, model.NoteReference):
            yield f"#fn-{inner.number}"


def _sign_name(sign: Sign) -> str:
    """A sign, in letters."""
    if isinstance(sign, str):
        return f"class {sign}"
    return f"feature {sign.name}" if isinstance(sign, Trait) else f"node {sign.__name__}"


def _sign(name_of_sign: str) -> Sign:
    kind, _, name = name_of_sign.partition(" ")
    return name if kind == "class" else Trait[name] if kind == "feature" else _TYPES[name]


# --- element attributes ----------------------------------------------------------------------
# The attributes of elements: the node's own, and classes that set a size, so that no markup needs
# a style attribute.


class SizeClasses:
    """Names classes after the size that they set, and puts the styles of each into ``rules``."""

    def __init__(self, rules: dict[str, str]) -> None:
        self._rules = rules

    def width(self, value: str) -> str:
        """A class that sets a width; "" for an invalid one."""
        match = WIDTH.fullmatch(value.strip())
        if not match:
            return ""
        number, unit = match[1], match[2] or "px"
        name = "width-" + (number + unit).replace("%", "pc").replace(".", "-")
        # A figure takes the width, and its image fills the figure.
        self._rules[name] = (
            f".{name} {{ width: {number}{unit}; max-width: 100%; height: auto }}\n"
            f"figure.{name} > img {{ width: 100% }}"
        )
        return name

    def tail(self, figures: float) -> str:
        """A class that leaves room for a number of digits on the right."""
        name = f"tail-{figures:g}".replace(".", "-")
        self._rules[name] = (
            f".{name} {{ margin-right: {figures / 2:g}em; margin-right: {figures:g}ch }}"
        )
        return name

    def answer_room(self, node: Answer) -> str:
        """Classes for the room of the lines or the space that an answer replaces."""
        if not node.lines and not node.space:
            return ""
        name = f"answer-{node.lines}-{node.space:g}".replace(".", "-")
        room = f"{node.lines} * var(--writing-line)" if node.lines else f"{node.space:g}mm"
        self._rules[name] = f".{name} {{ min-height: calc({room}) }}"
        return f"in-place {name}"


def classes_of(node: Node, classes: Iterable[str]) -> list[str]:
    """The classes of a node's element: those of its template, and the author's. The name of
    a container, of which its template makes a class, is the author's too."""
    if isinstance(node, Container):
        return [name for name in (*classes, *node.attributes.classes) if name not in TAKEN_NAMES]
    names = [*classes, *(name for name in node.attributes.classes if name not in TAKEN_CLASSES)]
    is_led = isinstance(node, model.Paragraph) and isinstance(
        next(iter(node.children), None), Image
    )
    return [*names, "begins-with-image"] if is_led and "image" not in names else names


def attributes_of(
    node: Node, classes: tuple[str, ...], format_name: FormatName, sizes: SizeClasses
) -> Markup:
    """The attributes of a node's element in a format, with ``classes`` before its own."""
    names = classes_of(node, classes)
    attributes: dict[str, str] = {}
    if node.attributes.id:
        attributes["id"] = node.attributes.id
    if format_name == "epub" and isinstance(node, Container) and node.name == "details":
        # Many e-readers cannot unfold anything.
        attributes["open"] = "open"
    for key, value in node.attributes.pairs:
        if key in (MINUTES, STARTS, CHAPTER):  # templates put it in words
            continue
        if key[:1] == "+":  # what a pass says
            attributes[f"data-{key[1:]}"] = value
        elif key == "width":
            names.append(sizes.width(value))
        elif key == "lang":
            attributes["lang"] = value
            if format_name != "html":
                attributes["xml:lang"] = value
        elif key == "cite":
            if scheme(value) in {"", "http", "https"}:
                attributes[key] = value
        elif key in {"dir", "title", "datetime", "open"}:
            attributes[key] = value
        elif re.fullmatch(r"[a-z][a-z0-9-]*", key):
            name = key if key.startswith("data-") else f"data-{key}"
            if format_name != "pdf" or name not in OURS:
                attributes[name] = value
    if any(names):
        attributes["class"] = " ".join(dict.fromkeys(filter(None, names)))
    return Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in attributes.items() if key
    )


# --- code lines ------------------------------------------------------------------------------
# Code for the templates: divided into lines if they are numbered, highlighted or wrapped.

WIDE_LINE = 32
"""Characters from which on a line may be wider than a telephone's screen."""

NESTED = 5
"""Characters that a block around the code takes of that."""

NO_BREAK = "\u00a0"

PLAIN = frozenset({"", "n", "p", "o", "pm", "x", "esc", "g"})
"""Kinds of tokens that no style sets off, so that print has no need of them."""

WORDS, REMARKS = "k", "c"
"""Kinds, by their first letter, that an e-book sets off too: in bold and in italics, since
colours are the reader's there."""

Piece: TypeAlias = tuple[str, str]


class CodeLine(NamedTuple):
    """A line: its number, 0 for none, its pieces, each a kind of token and a text, and the
    pages that begin with it."""

    number: int
    marked: bool
    pieces: tuple[Piece, ...]
    pages: tuple[PageMark, ...] = ()


class Listing(NamedTuple):
    """The lines of some code, or a single one with all of it; ``by_line`` says which. ``marked``
    names the highlighted lines for screen readers; ``digits`` is a class for numbers of more than
    two digits."""

    lines: tuple[CodeLine, ...]
    by_line: bool
    is_wide: bool
    marked: str
    digits: str


def listing(
    node: CodeBlock, format_name: FormatName, words: Mapping[str, str], nested: int = 0
) -> Listing:
    """The code for a format, ``nested`` in a number of indented blocks."""
    by_line = format_name != "html" or bool(node.first_line or node.marked or node.marks)
    pieces = list(_pieces(node.tokens or (Token("", node.text),), format_name))
    rows = list(_split(pieces)) if by_line else [tuple(pieces)]
    if format_name == "pdf":
        rows = [_with_indentation(row, is_numbered=node.first_line > 0) for row in rows]
    if node.marks and not rows:  # marks stand before a line, if only an empty one
        rows = [()]
    marked = frozenset(node.marked)
    lines = tuple(
        CodeLine(
            node.first_line + index if node.first_line else 0,
            index + 1 in marked,
            row,
            tuple(
                PageMark(label=m.label, breaks=m.breaks)
                for m in node.marks
                if min(m.line, len(rows)) == index + 1
            ),
        )
        for index, row in enumerate(rows)
    )
    room = max(1, WIDE_LINE - NESTED * nested)
    is_wide = any(len(line) > room for line in node.text.split("\n"))
    digits = len(str(lines[-1].number)) if lines else 0
    return Listing(
        lines,
        by_line,
        is_wide,
        _ranges(node, words["list_separator"]),
        f"digits-{digits}" if digits > 2 else "",
    )


def _pieces(tokens: Iterable[Token], format_name: FormatName) -> Iterator[Piece]:
    """The tokens as pieces of text, neighbours of one kind joined."""
    last, texts = "", list[str]()
    for token in tokens:
        kind = _kind(token.kind, format_name)
        if kind != last and texts:
            yield last, "".join(texts)
            texts.clear()
        last = kind
        texts.append(token.text)
    if texts:
        yield last, "".join(texts)


def _kind(kind: str, format_name: FormatName) -> str:
    """The class of a kind of token in a format."""
    if format_name == "html":
        return kind
    if format_name == "pdf":
        return "" if kind in PLAIN else kind
    return kind[0] if kind and kind[0] in (WORDS, REMARKS) else ""


def _split(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    """The pieces of each line, the last with the line's end."""
    row: list[Piece] = []
    for kind, text in pieces:
        for part in _lines(text):
            row.append((kind, part))
            if part.endswith("\n"):
                yield tuple(row)
                row = []
    if row:
        yield tuple(row)


def _with_indentation(row: tuple[Piece, ...], is_numbered: bool) -> tuple[Piece, ...]:
    """The pieces of a line, with its indentation joined to the first piece: otherwise the line
    might be broken between them, leaving an empty line. If the first word may be too long for the
    rest of the line, non-breaking spaces are used; in the PDF they are ordinary spaces. (After a
    number, WeasyPrint would then not break a word.)"""
    if len(row) > 1 and not row[0][1].strip(" \t"):
        (_, blank), (kind, text), *rest = row
        row = ((kind, blank + text), *rest)
    (kind, text), *rest = row
    code = text.lstrip(" ")
    spaces = len(text) - len(code)
    line = "".join((code, *(more for _, more in rest)))
    is_short = spaces + len(line.partition(" ")[0]) <= WIDE_LINE
    if is_numbered or is_short or not 0 < spaces <= WIDE_LINE:
        return row
    return ((kind, NO_BREAK * spaces + code), *rest)


def _lines(text: str) -> Iterator[str]:
    *whole, rest = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _ranges(node: CodeBlock, separator: str) -> str:
    """The marked lines by their numbers, as one writes them: “2, 4–5”."""
    runs: list[list[int]] = []
    for line in node.marked:
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shift = max(0, node.first_line - 1)
    return separator.join(
        f"{first + shift}" if first == last else f"{first + shift}–{last + shift}"
        for first, last in runs
    )


# --- figures ---------------------------------------------------------------------------------
# Figures side by side: which share of the line each has; and how large images are in print.

FIGURE_GAP = 4
"""Per cent of the line between two figures of a row."""

NARROWEST = 0.6
"""The least share of an equal width: a panorama leaves a portrait room for its caption."""

_PER_CENT = late(r"(\d+(?:\.\d+)?)%")


INCH = 25.4
"""Millimetres."""

_LENGTH = late(r"(\d+(?:\.\d+)?)(px|cm|mm|in|pt)?")
_MILLIMETRES = {"px": INCH / 96, "": INCH / 96, "cm": 10.0, "mm": 1.0, "in": INCH, "pt": POINT}


class _Placed(NamedTuple):
    """A figure, and the per cent of the line that it takes."""

    figure: Figure
    share: float


def figure_rows(group: FigureGroup) -> Iterator[tuple[_Placed, ...]]:
    """The figures in rows. In a row all images are as high, so that their captions begin
    on one line; the last row's are as wide as if it were full."""
    columns = group.columns or len(group.figures)
    for start in range(0, len(group.figures), columns):
        yield tuple(_place(group.figures[start : start + columns], columns))


def _place(row: tuple[Figure, ...], columns: int) -> Iterator[_Placed]:
    shapes = [_shape(figure) for figure in row]
    missing = (columns - len(row)) * sum(shapes) / len(shapes)
    parts = _raise_to([shape / (sum(shapes) + missing) for shape in shapes], NARROWEST / columns)
    room = 100 - FIGURE_GAP * (columns - 1)
    for figure, part in zip(row, parts, strict=True):
        share = _own_share(figure) or room * part
        yield _Placed(figure, math.floor(share * 10) / 10)


def _raise_to(parts: list[float], least: float) -> list[float]:
    """The parts, with the smallest enlarged at the expense of the others."""
    small: set[int] = set()
    factor = 1.0
    while new := {i for i, part in enumerate(parts) if part * factor < least} - small:
        small |= new
        rest = sum(part for i, part in enumerate(parts) if i not in small)
        factor = (sum(parts) - len(small) * least) / rest
    return [least if i in small else part * factor for i, part in enumerate(parts)]


def _shape(figure: Figure) -> float:
    """The aspect ratio of an image: width by height."""
    image = figure.image
    return image.width / image.height if image.width and image.height else 1.0


def _own_share(figure: Figure) -> float:
    """The per cent that the author gives it."""
    match = _PER_CENT.fullmatch(figure.attributes.get("width"))
    return min(100.0, float(match[1])) if match else 0


def for_print(
    document: Document, sheet: Sheet, resolution: int, *, is_large: bool
) -> tuple[Asset, ...]:
    """The document's assets; images with more pixels than print shows have a reduced size. In large
    print all are as wide as possible."""
    upright = sheet.measure
    turned = sheet.size.height - sheet.top - sheet.bottom

    def room(node: Node, above: float) -> float:
        """The millimetres that a node's images can be wide."""
        if isinstance(node, Container) and node.name == "landscape":
            return turned
        if is_large:
            return above
        if isinstance(node, FigureGroup):
            shares = [placed.share for row in figure_rows(node) for placed in row]
            return above * max(shares, default=100) / 100
        return _requested_width(node.attributes.get("width"), above)

    widest: dict[str, float] = {}
    nodes = top_level(document) if has(document, Image) else ()
    for node, width in walk_with(nodes, upright, room):
        if isinstance(node, Image) and node.asset:
            is_sized = is_large or node.attributes.get("width")
            printed_width = width if is_sized else min(width, node.width * _MILLIMETRES["px"])
            widest[node.asset] = max(printed_width, widest.get(node.asset, 0.0))
    if logo := document.metadata.brand.logo:
        widest[logo.text] = max(upright, widest.get(logo.text, 0.0))

    def fitted(asset: Asset) -> Asset:
        scale = widest.get(asset.path, 0.0) / INCH * resolution / max(1, asset.width)
        if asset.is_drawing or not asset.is_file or not 0 < scale < 1:
            return asset
        return replace(asset, longest=math.ceil(scale * max(asset.width, asset.height)))

    return tuple(map(fitted, document.assets))


def _requested_width(width: str, above: float) -> float:
    """The author's length in millimetres, or the available one if it is in another unit."""
    if match := _PER_CENT.fullmatch(width):
        return above * min(100.0, float(match[1])) / 100
    if match := _LENGTH.fullmatch(width):
        return min(above, float(match[1]) * _MILLIMETRES[match[2] or ""])
    return above


# --- node markup -----------------------------------------------------------------------------

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
        self.table_lines = self.turned_tables = (USUAL_TEXT, SMALL_TEXT)
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
        from pipeline.exercises.markup import helpers

        functions: tuple[Callable[..., object], ...] = (
            self.render, self.render_item, self.render_note, self.attributes, self.heading_level,
            self.href, self.image_source, self.larger_source, self.word, self.distinct,
            self.in_contents, self.table_shape, self.table_rows, self.put_in_words, self.as_field,
            self.listing,
            self.place, self.listing_label, self.mathml, self.formula_image, self.formula_label,
            form,
            index_links, figure_rows, note_id, reference_id, page_id, is_task_list,
            is_wide_formula, hangs, is_option, is_for_teachers,
        )  # fmt: skip
        self._context: dict[str, object] = {
            **{function.__name__: function for function in functions},
            **helpers(document.metadata, self.rules),
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
            "tells_pages": has_word(document.metadata.lang, "reference_page"),
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
            return self._recall(node, self._blocks), True
        return self._markup_of(node), isinstance(node, Block)

    def _recall(self, node: Block, blocks: KnownBlocks) -> Markup:
        """The markup of a block, which may be known."""
        name = blocks.name(node, self.href, self.base)
        entry = blocks.get(name)
        if entry and (markup := self.places.fill(node, entry.parts)) is not None:
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
            template.globals = {**template.globals}  # a chain of them is slow to read
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


def template_name(kind: type[Node]) -> str:
    """The file of a node's template: ``BlockQuote`` is in ``block-quote.html.j2``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower() + ".html.j2"


def is_task_list(node: model.List) -> bool:
    return any(item.checked is not None for item in node.items)
