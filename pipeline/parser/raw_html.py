"""Elements of raw HTML as nodes of the model, by an allow-list. The result is of nodes, never of
the original text, so no markup can bypass the list."""

from __future__ import annotations

import html
import itertools
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    NO_ATTRIBUTES,
    Alignment,
    Attributes,
    Block,
    Inline,
    Node,
    Paragraph,
    Strong,
    Table,
    TableCell,
    TableRow,
    Text,
    Variable,
)
from pipeline.model.codes import Code as Finding
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.table_cells import MOST_SPANNED, limit_row_spans, regular
from pipeline.model.tree import plain_text, rewrite, walk
from pipeline.model.variables import WRITTEN
from pipeline.parser import dialects
from pipeline.parser import markup as tags
from pipeline.parser.attributes import InlineStyle, join_attributes, make_attributes, read_style
from pipeline.parser.constructs.source_parts import Around
from pipeline.parser.leaf_blocks import PAGE_BREAKS
from pipeline.parser.leaf_text import encode
from pipeline.parser.lines import Line, LinePlaces, number_lines, shorten
from pipeline.parser.markup import (
    FORMATS,
    FlowPart,
    Frame,
    Kind,
    MarkupToken,
    as_blocks,
    as_inlines,
    bind,
    definition_items,
    distribute,
    fold,
    is_blank,
    is_tight,
    tokenise,
    trim,
)
from pipeline.parser.partial_strings import read_string
from pipeline.parser.withheld_ranges import COMMENT, LINE_END
from pipeline.system.paths import host, scheme

# --- inline elements -------------------------------------------------------------------------
# Nodes for inline HTML elements.

_PLAYERS = (
    (
        late(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})(?:[?#].*)?"),
        r"https://www.youtube.com/watch?v=\1",
    ),
    (late(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)(?:[?#].*)?"), r"https://vimeo.com/\1"),
)
"""The addresses of films within pages, and their own pages."""


def void_element(frame: Frame) -> Iterable[Node]:
    """The nodes that an element without content becomes."""
    match frame.tag:
        case "br":
            return (model.LineBreak(),)
        case "hr":
            return (model.ThematicBreak(span=frame.span, attributes=frame.attributes),)
        case "wbr":
            return (model.InlineElement(name="wbr"),)
        case "img":
            return (_image(frame),)
    return ()


def _image(frame: Frame) -> model.Image:
    values, attributes = frame.values, frame.attributes
    decorative = ("decorative",) if values.get("alt") == "" else ()
    return model.Image(
        source=values.get("src", ""),
        alt=values.get("alt", ""),
        title=values.get("title", ""),
        span=frame.span,
        attributes=make_attributes(
            attributes.id,
            (*attributes.classes, *decorative),
            tuple(pair for pair in attributes.pairs if pair[0] == "width"),
        ),
    )


def inline_element(frame: Frame) -> Iterable[Node]:
    name = frame.tag
    if name == "bdo" and not frame.attributes.get("dir"):
        name = "span"

    def wrap(inlines: tuple[Inline, ...], attributes: Attributes) -> tuple[Inline, ...]:
        return (
            model.InlineElement(
                name=name, children=inlines, span=frame.span, attributes=attributes
            ),
        )

    return distribute(frame.items, frame.attributes, wrap)


def formatting(frame: Frame) -> Iterable[Node]:
    def wrap(inlines: tuple[Inline, ...], attributes: Attributes) -> tuple[Inline, ...]:
        return (FORMATS[frame.tag](children=inlines, attributes=attributes),)

    return distribute(frame.items, frame.attributes, wrap)


def link(frame: Frame) -> Iterable[Node]:
    href = frame.values.get("href", "")
    if not href:
        if frame.attributes == NO_ATTRIBUTES:
            return frame.items
        frame.tag = "span"
        return inline_element(frame)

    def wrap(inlines: tuple[Inline, ...], attributes: Attributes) -> tuple[Inline, ...]:
        title = frame.values.get("title", "")
        return bind(
            model.Link(
                children=inlines, href=href, title=title, span=frame.span, attributes=attributes
            )
        )

    return distribute(frame.items, frame.attributes.without({"title"}), wrap)


def media_link(values: Mapping[str, str], address: str, span: Span | None) -> model.Link | None:
    """A link to the film, the sound, or the page within the page, at an address; None without."""
    for pattern, page in _PLAYERS:
        address = pattern.sub(page, address)
    if address.startswith("//"):
        address = f"https:{address}"
    if not address or scheme(address) not in ("", "https", "http"):
        return None
    name = host(address) or unquote(posixpath.basename(address.partition("?")[0]))
    text = values.get("title") or values.get("aria-label") or name or address
    attributes = make_attributes(classes=tuple(set(values.get("class", "").split()) & {"qr"}))
    children = (model.Text(text=fold(text).strip()),)
    return model.Link(children=children, href=encode(address), span=span, attributes=attributes)


def abbreviation(frame: Frame) -> Iterable[Node]:
    text, title = plain_text(as_inlines(frame.items)), frame.values.get("title", "")
    return (model.Abbreviation(text=text, title=title),) if title else frame.items


def code(frame: Frame) -> Iterable[Node]:
    """Code, with its links if it has any."""
    inlines = as_inlines(frame.items)
    if any(
        isinstance(node, model.Link | model.NoteReference | model.Image | model.LineBreak)
        for node in walk(inlines)
    ):

        def code(node: model.Text | model.Variable) -> Node:
            return model.Code(text=plain_text((node,)), attributes=frame.attributes)

        return rewrite(inlines, leave={model.Text: code, model.Variable: code})
    return (model.Code(text=code_text(inlines), attributes=frame.attributes),)


def code_text(items: Iterable[Node]) -> str:
    parts = []
    for node in items:
        match node:
            case model.Text() | model.Code() | model.CodeBlock() | model.Abbreviation():
                parts.append(node.text)
            case model.LineBreak() | model.SoftBreak():
                parts.append("\n")
            case model.Image():
                parts.append(node.alt)
            case model.Variable():
                parts.append(plain_text((node,)))
            case (
                model.Paragraph() | model.Heading()
            ):  # there was a blank line before it, or there is one after it
                parts.append(f"\n\n{code_text(node.children)}\n")
            case _:
                parts.append(code_text(getattr(node, "children", ())))
    return "".join(parts)


# --- html tables -----------------------------------------------------------------------------
# Tables of raw HTML.

_ALIGNMENTS: dict[str, Alignment] = {"left": "left", "center": "center", "right": "right"}
_NO_SCOPE = ("scope", "")
"""Marks a header cell that does not say which cells it is for."""


def cell(frame: Frame) -> Iterable[Node]:
    attributes = frame.attributes
    scope = frame.values.get("scope", "").lower()
    heads_row = scope.startswith("row")
    if frame.tag == "th" and not heads_row and not scope.startswith("col"):
        attributes = make_attributes(
            attributes.id, attributes.classes, (*attributes.pairs, _NO_SCOPE)
        )
    table_cell = TableCell(
        children=as_blocks(frame.items),
        align=_ALIGNMENTS.get(frame.values.get("align", "").lower(), ""),
        scope="" if frame.tag == "td" else "row" if heads_row else "col",
        columns=max(1, _count(frame, "colspan")),
        rows=_count(frame, "rowspan"),
        span=frame.span,
        attributes=attributes,
    )
    return (table_cell,)


def _count(frame: Frame, name: str) -> int:
    text = frame.values.get(name, "").strip()
    if not text.isascii() or not text.isdecimal():
        return 1
    return min(MOST_SPANNED, int(text)) if len(text) < 6 else MOST_SPANNED


def row(frame: Frame) -> Iterable[Node]:
    cells = (  # other content between cells becomes one
        item if isinstance(item, TableCell) else TableCell(children=as_blocks((item,)))
        for item in frame.items
        if not is_blank(item)
    )
    return (TableRow(cells=tuple(cells), span=frame.span, attributes=frame.attributes),)


def part(frame: Frame) -> Iterable[Node]:
    if frame.tag == "caption":
        return (FlowPart(name="caption", children=trim(as_inlines(frame.items))),)
    if frame.tag == "colgroup":
        return ()
    return (FlowPart(name=frame.tag, children=tuple(frame.items)),)


def table(frame: Frame) -> Iterable[Node]:
    """The table; content outside rows precedes it, as in browsers."""
    head: list[TableRow] = []
    rows: list[TableRow] = []
    foot: list[TableRow] = []
    caption: tuple[Inline, ...] = ()
    outside: list[Node] = []
    targets = {"thead": head, "tbody": rows, "tfoot": foot}
    items = (item for item in frame.items if not is_blank(item))
    for are_parts, run in itertools.groupby(items, lambda item: isinstance(item, FlowPart)):
        if not are_parts:
            rows += _rows(run, outside)
            continue
        for part in run:
            assert isinstance(part, FlowPart)
            if part.name in targets:
                targets[part.name] += _rows(part.children, outside)
            elif part.name == "caption" and not caption:
                caption = as_inlines(part.children)
            else:
                outside.append(part)
    rows += foot
    if not head:
        count = _head_length(rows)
        head, rows = rows[:count], rows[count:]
    before = as_blocks(outside, Paragraph)
    if not head and not rows:
        return before
    upper, lower = regular(
        [_scope_heads(r, "col") for r in head], [_scope_heads(r, "row") for r in rows]
    )
    node = Table(
        head=upper, body=lower, caption=caption, span=frame.span, attributes=frame.attributes
    )
    return (*before, node)


def _rows(items: Iterable[Node], outside: list[Node]) -> Iterable[TableRow]:
    """The rows among ``items``; cells outside rows make one. All else goes to ``outside``."""
    parts: list[TableRow | TableCell] = []
    for item in items:
        if isinstance(item, TableRow | TableCell):
            parts.append(item)
        else:
            outside.append(item)
    rows: list[TableRow] = []
    for are_cells, run in itertools.groupby(parts, lambda part: isinstance(part, TableCell)):
        together: Any = tuple(run)
        rows += (TableRow(cells=together),) if are_cells else together
    return limit_row_spans(rows)


def _head_length(rows: list[TableRow]) -> int:
    """The number of rows at the top that contain only column headers, and no cell that reaches
    below them; as few as possible if all rows are like that."""
    ends = [0]
    end = 0
    for number, row in enumerate(rows):
        # heads of columns, and corners without text
        if {cell.scope for cell in row.cells if cell.scope or cell.children} != {"col"}:
            return ends[-1]
        end = max(end, *(number + cell.rows for cell in row.cells))
        if end == number + 1:
            ends.append(end)
    return ends[1] if len(ends) > 1 else 0


def _scope_heads(row: TableRow, scope: str) -> TableRow:
    """The row, in which header cells without a scope apply to their column, or (``scope``) to their
    row if that has anything else in it."""
    by_row = scope == "row" and any(not c.scope and c.children for c in row.cells)
    return replace(row, cells=tuple(_cell_scoped(cell, by_row) for cell in row.cells))


def _cell_scoped(cell: TableCell, by_row: bool) -> TableCell:
    if _NO_SCOPE not in cell.attributes.pairs:
        return cell
    attributes = cell.attributes.without({_NO_SCOPE[0]})
    return replace(cell, scope="row" if by_row else "col", attributes=attributes)


# --- block elements --------------------------------------------------------------------------
# Nodes for block-level HTML elements.

_BREAKS = frozenset({"pagebreak", "page-break", "newpage"})
_COMMANDS = frozenset({f"\\{name}" for name in PAGE_BREAKS.split("|")})

_STYLES: dict[str, model.ListStyle] = {
    "a": "lower-alpha",
    "A": "upper-alpha",
    "i": "lower-roman",
    "I": "upper-roman",
}


def paragraph(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items, model.Paragraph)
    if len(blocks) == 1 and isinstance(blocks[0], model.Paragraph):
        candidates = (frame.attributes, blocks[0].attributes)
        attributes = candidates[0] if candidates[0] != NO_ATTRIBUTES else candidates[1]
        return (replace(blocks[0], span=frame.span, attributes=attributes),)
    return blocks


def with_breaks(frame: Frame, nodes: Iterable[Node]) -> Iterable[Node]:
    """The nodes of an element, with the page breaks that its style asks for. An empty element is
    nothing but the break, and so is one of a class for that."""
    before, after = frame.style.breaks_before, frame.style.breaks_after
    is_empty = frame.tag in ("div", "p") and all(map(_is_nothing, frame.items))
    if is_empty and (before or after or not _BREAKS.isdisjoint(frame.attributes.classes)):
        return (model.PageBreak(span=frame.span),)
    page_break = (model.PageBreak(span=frame.span),)
    return (*(page_break if before else ()), *nodes, *(page_break if after else ()))


def _is_nothing(node: Node) -> bool:
    text = node.text.strip() if isinstance(node, model.Text) else ""
    return is_blank(node) or (isinstance(node, model.Text) and text in ("", *_COMMANDS))


def heading(frame: Frame) -> Iterable[Node]:
    children = trim(as_inlines(frame.items))
    level = int(frame.tag[1])
    yield model.Heading(
        level=level, children=children, span=frame.span, attributes=frame.attributes
    )


def list_(frame: Frame) -> Iterable[Node]:
    items: list[model.ListItem] = []
    for are_items, run in itertools.groupby(frame.items, lambda n: isinstance(n, model.ListItem)):
        if are_items:
            items += (node for node in run if isinstance(node, model.ListItem))
        else:
            items += (model.ListItem(children=(block,)) for block in as_blocks(run))
    start = frame.values.get("start", "1")
    if not items:
        return ()
    list_node = model.List(
        ordered=frame.tag == "ol",
        items=tuple(items),
        start=int(start) if start.isdecimal() and len(start) < 10 else 1,
        tight=is_tight(items),
        style=_STYLES.get(frame.values.get("type", ""), "") if frame.tag == "ol" else "",
        span=frame.span,
        attributes=frame.attributes,
    )
    return (list_node,)


def item(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items)
    return (model.ListItem(children=blocks, span=frame.span, attributes=frame.attributes),)


def quote(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items)
    return (model.BlockQuote(children=blocks, span=frame.span, attributes=frame.attributes),)


def preformat(frame: Frame) -> Iterable[Node]:
    text = code_text(frame.items).removeprefix("\n").rstrip("\n") + "\n"
    language = frame.values.get("lang", "")
    # `lang` is GitHub's way to name the language of code
    attributes = frame.attributes.without({"lang"})
    for node in walk(n for n in frame.items if isinstance(n, Inline)):
        for name in node.attributes.classes if isinstance(node, model.Code) else ():
            if not language and name.startswith("language-"):
                language = name.removeprefix("language-")
    return (model.CodeBlock(text=text, language=language, span=frame.span, attributes=attributes),)


def container(frame: Frame) -> Iterable[Node]:
    return (_container_of(frame.tag, as_blocks(frame.items), frame),)


def _container_of(name: str, blocks: tuple[Block, ...], frame: Frame | FlowPart) -> model.Container:
    return model.Container(name=name, children=blocks, span=frame.span, attributes=frame.attributes)


def blocks_part(frame: Frame) -> Iterable[Node]:
    """A summary, or a definition."""
    return (_part(frame, as_blocks(frame.items)),)


def details(frame: Frame) -> Iterable[Node]:
    """The summary comes first; without one, there would be nothing to click on."""
    summary = next(
        (i for i in frame.items if isinstance(i, FlowPart) and i.name == "summary"), None
    )
    if summary is None:
        frame.attributes = frame.attributes.without({"open"})
        return (_container_of("div", as_blocks(frame.items), frame),)
    first = _container_of("summary", as_blocks(summary.children), summary)
    rest = as_blocks(item for item in frame.items if item is not summary)
    return (_container_of("details", (first, *rest), frame),)


def _part(frame: Frame, children: Iterable[Node]) -> FlowPart:
    """A piece of an element, for the element around it to take up."""
    return FlowPart(
        name=frame.tag, children=tuple(children), span=frame.span, attributes=frame.attributes
    )


def definition_list(frame: Frame) -> Iterable[Node]:
    groups = (  # HTML lets terms and definitions be grouped by `div`
        item.children if isinstance(item, FlowPart) and item.name == "div" else (item,)
        for item in frame.items
    )
    nodes = list(itertools.chain.from_iterable(groups))
    items = definition_items(
        (True, as_inlines(n.children), None)
        if n.name == "dt"
        else (False, as_blocks(n.children), None)
        for n in nodes
        if isinstance(n, FlowPart)
    )
    before = as_blocks((n for n in nodes if not isinstance(n, FlowPart)), model.Paragraph)
    if not items:
        return before
    list_node = model.DefinitionList(items=items, span=frame.span, attributes=frame.attributes)
    return (*before, list_node)


def division(frame: Frame) -> Iterable[Node]:
    if any(isinstance(item, FlowPart) and item.name in ("dt", "dd") for item in frame.items):
        return (_part(frame, (item for item in frame.items if not is_blank(item))),)
    return container(frame)


def inlines_part(frame: Frame) -> Iterable[Node]:
    """A term, or a caption."""
    return (_part(frame, trim(as_inlines(frame.items))),)


def figure(frame: Frame) -> Iterable[Node]:
    """A figure of one image; with anything else in it, its caption is a paragraph."""
    captions = [i for i in frame.items if isinstance(i, FlowPart) and i.name == "figcaption"]
    rest = as_blocks((i for i in frame.items if not isinstance(i, FlowPart)), model.Paragraph)
    only = rest[0] if len(rest) == 1 else None
    if isinstance(only, model.Paragraph) and len(only.children) == 1 and len(captions) < 2:
        image = only.children[0]
        if isinstance(image, model.Image):
            caption = as_inlines(captions[0].children) if captions else ()
            figure = model.Figure(
                image=image, caption=caption, span=frame.span, attributes=frame.attributes
            )
            return (figure,)
    if isinstance(only, model.Figure) and captions:  # an image of Markdown, with what it says
        caption = only.caption + as_inlines(captions[0].children)
        attributes = join_attributes(frame.attributes, only.attributes)
        return (replace(only, caption=caption, attributes=attributes),)
    return as_blocks(frame.items, model.Paragraph)


def centre(frame: Frame) -> Iterable[Node]:
    """A block in the middle; headings stay headings of the text around it."""
    blocks = as_blocks(frame.items, model.Paragraph)
    for is_heading, run in itertools.groupby(
        blocks, lambda block: isinstance(block, model.Heading)
    ):
        run_nodes = tuple(run)
        yield from run_nodes if is_heading else (_container_of("div", run_nodes, frame),)


def plain(frame: Frame) -> Iterable[Node]:
    return as_blocks(frame.items, model.Paragraph)


# --- builder ---------------------------------------------------------------------------------
# Assembles pieces of raw HTML and finished nodes.
#
# Markup may begin in one piece of raw HTML and end in another, with Markdown between them; so the
# builder receives both in turn, and joins them at the end. Open elements end there: markup never
# extends beyond the block of Markdown that it is in.

_SCOPES = frozenset({"td", "th", "caption", "table"})
_LIST_TAGS = frozenset({"ul", "ol", "menu", "dl"})
_IMAGES = frozenset({"img", "figure"})
_DRAWING, _LABEL = "svg", "text"
_TITLES = ("title", "label", "text")
"""Attributes that components of JSX show."""

_MEDIA = frozenset({"iframe", "video", "audio", "embed"})
_QUIET = frozenset({"source", "track"})
_CODE = frozenset({"pre", "code", "tt", "kbd", "samp"})
_SPANS = frozenset({"colspan", "rowspan", "scope", "align"})
_AROUND = tags.CONTAINER_TAGS | tags.PLAIN_BLOCK_TAGS | {""}
"""The elements in which a page can begin."""

_VARIABLE = late(WRITTEN)
_ADDRESSES = {"a": "href", "img": "src"}


class MarkupBuilder:
    """Pieces of raw HTML and finished nodes, put in one after the other, and the nodes of all. At
    most ``room`` elements are nested; the content of further ones is the last's."""

    def __init__(self, around: Around, room: int) -> None:
        self._report, self._rebased, self._paired, self._record = around
        self._room = room
        self._stack = [Frame("", {}, None)]
        self._ignored: Counter[str] = Counter()
        self._dropping: list[str] = []
        self._dropped_at: Span | None = None
        self._kept: list[Node] = []
        self._labels: list[Node] = []
        self._in_label = False
        self._media: MarkupToken | None = None
        self._places = LinePlaces(())
        self._line = 0
        self._begins: Span | None = None
        self._ends: Span | None = None
        self._in_text = False

    @property
    def depth(self) -> int:
        """The number of open elements."""
        return len(self._stack) - 1

    # --- what is put in ---

    def feed(self, lines: Sequence[Line], secret: str = "div") -> None:
        """A piece of raw HTML, by line. A tag named like an answer, which HTML does not have, is
        the element ``secret``, for teachers."""
        self._places = LinePlaces(lines)
        markup = "\n".join(lines)
        if _CODE.isdisjoint(frame.tag for frame in self._stack):
            markup = dialects.without_comments(markup)
        for token in tokenise(markup):
            if meaning := tags.withheld_by(token.name):
                classes = f"{token.values.get('class', '')} {meaning}"
                token = token._replace(name=secret, values={**token.values, "class": classes})
            self._begins = place = self._place(token)
            self._ends = self._places.at(token.offset + len(token.raw))
            self._line = place.line if place else 0
            match token.kind:
                case Kind.TEXT:
                    self._text(token)
                case Kind.START:
                    self._start(token)
                case Kind.END:
                    self._end(token)
        if lines:
            self._line = max(self._line, lines[-1].number)

    def feed_tag(self, markup: str, place: Span | None) -> None:
        """A single tag at ``place`` within text."""
        first, column = (place.line, place.column) if place else (0, 0)
        self._in_text = True
        self.feed(number_lines(markup, first, column), secret="span")

    def add(self, nodes: Iterable[Block | Inline]) -> None:
        """Finished nodes, after everything added so far."""
        items = self._stack[-1].items
        if self._dropping:
            items = self._labels if self._in_label else self._kept
        items.extend(nodes)
        if items and (span := items[-1].span):
            self._line = max(span.line, span.end)

    # --- what comes out ---

    def blocks(self) -> tuple[Block, ...]:
        self._finish(report=True)
        return as_blocks(self._stack[0].items)

    def inlines(self) -> tuple[Inline, ...]:
        self._finish(report=False)
        return as_inlines(self._stack[0].items)

    # --- tokens ---

    def _text(self, token: MarkupToken) -> None:
        if self._in_label:
            self._labels.append(Text(text=fold(token.text)))
        if self._dropping or not token.text:
            return
        opened = {frame.tag for frame in self._stack}
        items = self._stack[-1].items
        if self._begins and self._ends and not opened.isdisjoint(_CODE):
            begin, end = self._begins, self._ends
            self._record.verbatim.append(((begin.line, begin.column), (end.line, end.column)))
        text = token.text if "pre" in opened else fold(token.text)
        read = read_string(text) if opened.isdisjoint(_CODE) else ()
        if "{{" not in token.raw or not opened.isdisjoint(_CODE):
            items += read or (Text(text=text),)
            return

        def parted(node: Text) -> tuple[Node, ...]:
            parts = enumerate(_VARIABLE.split(node.text))
            return tuple(
                Variable(name=part, span=self._place(token))
                if number % 2
                else Text(text=part if read else fold(html.unescape(part)))
                for number, part in parts
                if part
            )

        items += rewrite(read or (Text(text=token.raw),), leave={Text: parted})

    def _start(self, token: MarkupToken) -> None:
        tag = token.name
        if self._dropping:
            if tag == self._dropping[-1] and not token.closed:
                self._dropping.append(tag)
            self._begin_label(tag)
            if tag == "source" and self._media and not self._media.values.get("src"):
                self._media = self._media._replace(values={**token.values, **self._media.values})
        elif tag in tags.DROPPED_TAGS or tag in tags.DROPPED_VOID_TAGS:
            self._drop(token)
        elif tag not in tags.KNOWN_TAGS or any(map(tags.is_word, token.bare)):
            self._unknown(token)
        elif tag not in tags.PLAIN_INLINE_TAGS:
            self._open(token)

    def _open(self, token: MarkupToken) -> None:
        tag = token.name
        self._imply_ends(tag)
        place, values = self._place(token), token.values
        style = read_style(values.get("style", ""), is_image=tag in _IMAGES)
        may_break = not self._in_text and all(outer.tag in _AROUND for outer in self._stack)
        self._check_attributes(token, style, may_break=may_break)
        values = tags.apply_style(values, style)
        if address := values.get(_ADDRESSES.get(tag, "")):
            values = {**values, _ADDRESSES[tag]: self._rebased(address, place)}
        frame = Frame(
            tag,
            values,
            place,
            style=style if may_break else InlineStyle(),
            opening=token.raw,
            opened=self._ends,
        )
        if tag in tags.VOID_TAGS:
            self._record.mark(frame.attributes, place, self._ends)
            self._stack[-1].items.extend(with_breaks(frame, void_element(frame)))
        elif self.depth >= self._room:
            self._ignored[tag] += 1
        else:
            self._stack.append(frame)
            if token.closed and tag not in tags.BLOCK_TAGS:
                self._close_frame(self._ends)  # browsers would leave it open, which nobody intends

    def _end(self, token: MarkupToken) -> None:
        tag = token.name
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
                if not self._dropping:
                    self._kept.clear()
                    self._keep_labels()
                    self._link_media()
            elif tag == _LABEL:
                self._in_label = False
        elif tag not in tags.KNOWN_TAGS:
            if tag not in self._paired:
                self._stack[-1].items.append(Text(text=token.raw))
        elif self._ignored[tag]:
            self._ignored[tag] -= 1
        else:
            depth = self._depth_of(tag)
            while depth and len(self._stack) > depth:
                is_last = len(self._stack) == depth + 1
                self._close_frame(self._ends if is_last else self._begins)

    def _depth_of(self, tag: str) -> int:
        """The depth of the element closed by an end tag; 0 if there is none in scope."""
        for depth in range(len(self._stack) - 1, 0, -1):
            name = self._stack[depth].tag
            if name == tag:
                return depth
            if name in _SCOPES and tag not in tags.TABLE_PARTS and tag != "table":
                return 0
            if name == "table" or (name in _LIST_TAGS and tag in ("li", "dt", "dd")):
                return 0
        return 0

    # --- what is left out ---

    def _drop(self, token: MarkupToken) -> None:
        tag = token.name
        if tag == _DRAWING:
            message = "`<svg>` is left out, except for its words."
            hint = "Write the drawing to a file, and show it as an image: `![…](drawing.svg)`."
            self._report(Finding.UNSAFE_MARKUP, message, self._place(token), hint)
        elif tag in _MEDIA and not self._media:
            self._media = token
        elif tag not in _QUIET:
            self._warn(f"`<{tag}>` is left out.", token)
        if tag in tags.DROPPED_TAGS and not token.closed:
            self._dropping.append(tag)
            self._dropped_at = self._place(token)
        elif tag in _MEDIA:
            self._link_media()

    def _link_media(self) -> None:
        """Put a link in the place of a film, a sound or a page within the page."""
        token, self._media = self._media, None
        if token is None:
            return
        place = self._dropped_at if token.name in tags.DROPPED_TAGS else self._place(token)
        address = token.values.get("src") or token.values.get("data-src", "")
        link = media_link(token.values, self._rebased(address.strip(), place), place)
        if link is None:
            self._report(Finding.UNSAFE_MARKUP, f"`<{token.name}>` is left out.", place, "")
            return
        self._report(Finding.UNSAFE_MARKUP, f"`<{token.name}>` is shown as a link.", place, "")
        self._stack[-1].items.append(self._alone(link, place))

    def _alone(self, node: Inline, place: Span | None) -> Node:
        """A node in the place of an element, as a paragraph if that stands between blocks."""
        is_alone = not self._in_text and all(frame.tag in _AROUND for frame in self._stack)
        return Paragraph(children=(node,), span=place) if is_alone else node

    def _begin_label(self, tag: str) -> None:
        """Keep the words of a drawing."""
        if tag == _LABEL and self._dropping[-1] == _DRAWING:
            self._in_label = True
            if self._labels:
                self._labels.append(Text(text=" "))

    def _keep_labels(self) -> None:
        self._in_label = False
        self._stack[-1].items.extend(self._labels)
        self._labels.clear()

    def _unknown(self, token: MarkupToken) -> None:
        """A tag of another program is removed and its content kept. Something that only looks like
        a tag, such as ``<name>``, and is never closed, was meant as text."""
        words = any(map(tags.is_word, token.bare))
        if not words and (token.closed or token.values or token.name in self._paired):
            written = f"<{token.raw[1 : len(token.name) + 1]}>"
            # the text of a tooltip is beside its content
            names = _TITLES if token.closed else _TITLES[:2]
            title = next(filter(None, map(token.values.get, names)), "")
            is_titled = token.raw[1:2].isupper() and title and not title.startswith("{")
            kept = "title and content" if is_titled else "content"
            message = f"`{written}` is not a known HTML element: it is removed, its {kept} kept."
            if is_titled:
                label = Strong(children=(Text(text=title),))
                gap = () if token.closed else (model.LineBreak(),)
                self._stack[-1].items += (self._alone(label, self._place(token)), *gap)
        else:
            written = shorten(token.raw, 40)
            message = f"`{written}` is not HTML, and is shown as text."
            self._stack[-1].items.append(Text(text=token.raw))
        hint = f"If you mean it as text, write `\\{written}`, or make it code."
        self._report(Finding.UNKNOWN_MARKUP, message, self._place(token), hint)

    def _check_attributes(self, token: MarkupToken, style: InlineStyle, *, may_break: bool) -> None:
        breaks = style.breaks_before or style.breaks_after
        is_read = style != InlineStyle() and not style.others and (may_break or not breaks)
        for name in token.values:
            if name.startswith("on") or (name == "style" and not is_read):
                self._warn(f"The attribute `{name}` of `<{token.name}>` is left out.", token)

    # --- frames ---

    def _imply_ends(self, tag: str) -> None:
        """Close elements whose end tags are optional in HTML."""
        ended, barrier = tags.IMPLIED_ENDS.get(tag, (frozenset(), frozenset()))
        if ended:
            self._end_back_to(ended, barrier)
        if tag in tags.ENDS_PARAGRAPH:
            self._end_back_to(frozenset({"p"}), tags.BLOCK_TAGS - {"p"})

    def _end_back_to(self, ended: frozenset[str], barrier: frozenset[str]) -> None:
        for depth in range(len(self._stack) - 1, 0, -1):
            name = self._stack[depth].tag
            if name in ended:
                while len(self._stack) > depth:
                    self._close_frame(self._begins)
            elif name in barrier:
                return

    def _close_frame(self, end: Span | None) -> None:
        frame = self._stack.pop()
        self._record_frame(frame, end)
        if frame.span and self._line > frame.span.line:
            frame.span = Span(frame.span.line, frame.span.column, self._line)
        self._stack[-1].items.extend(with_breaks(frame, BUILDERS[frame.tag](frame)))

    def _finish(self, report: bool) -> None:
        """Close all open elements. Elements that should have been closed are reported."""
        if self._dropping:
            self._tell_unclosed(self._dropping[0], self._dropped_at)
            self._dropping.clear()
            self._stack[-1].items.extend(self._kept)
            self._keep_labels()
            self._link_media()
        while len(self._stack) > 1:
            frame = self._stack[-1]
            if report and (frame.tag in tags.CONTAINER_TAGS or frame.tag == "pre"):
                self._tell_unclosed(frame.tag, frame.span)
            self._close_frame(Span(self._line, LINE_END))

    def _record_frame(self, frame: Frame, end: Span | None) -> None:
        """Record an element that goes up to ``end``; of a cell its content, and what else its tag
        says."""
        begin, instead = frame.span, ""
        if frame.tag in tags.BLOCK_TAGS and begin and end:
            content = self._begins if end == self._ends else end
            assert content is not None
            start = (begin.line, begin.column)
            self._record.frames.append((start, (content.line, content.column)))
        if frame.tag in ("td", "th") and begin and frame.opened and frame.opened.line == begin.line:
            kept = (
                f' {key}="{html.escape(frame.values[key])}"' for key in _SPANS & {*frame.values}
            )
            instead = f"<{frame.tag}{''.join(sorted(kept))}>"
            end = self._begins if end == self._ends else end
        elif frame.tag in tags.TABLE_PARTS:
            instead = COMMENT
        self._record.mark(frame.attributes, begin, end, instead)

    def _tell_unclosed(self, tag: str, span: Span | None) -> None:
        hint = f"End it with `</{tag}>`."
        self._report(Finding.UNCLOSED_MARKUP, f"`<{tag}>` is never closed.", span, hint)

    def _place(self, token: MarkupToken) -> Span | None:
        return self._places.at(token.offset)

    def _warn(self, message: str, token: MarkupToken) -> None:
        self._report(Finding.UNSAFE_MARKUP, message, self._place(token), "")


Builder = Callable[[Frame], Iterable[Node]]

BUILDERS: dict[str, Builder] = {
    **dict.fromkeys(tags.INLINE_TAGS, inline_element),
    **dict.fromkeys(tags.CONTAINER_TAGS, container),
    **dict.fromkeys(tags.PLAIN_BLOCK_TAGS, plain),
    "center": centre,
    **dict.fromkeys(tags.HEADING_TAGS, heading),
    **dict.fromkeys(FORMATS, formatting),
    **dict.fromkeys(("code", "tt"), code),
    **dict.fromkeys(("abbr", "acronym"), abbreviation),
    **dict.fromkeys(("ul", "ol", "menu"), list_),
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), part),
    **dict.fromkeys(("td", "th"), cell),
    "a": link,
    "blockquote": quote,
    "dd": blocks_part,
    "details": details,
    "div": division,
    "dl": definition_list,
    "dt": inlines_part,
    "figcaption": inlines_part,
    "figure": figure,
    "li": item,
    "p": paragraph,
    "pre": preformat,
    "summary": blocks_part,
    "table": table,
    "tr": row,
}
