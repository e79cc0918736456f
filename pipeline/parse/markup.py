"""Raw HTML into the model: an HTML parser's events, an allow-list, and nothing else.

Markup may begin in one piece of raw HTML and end in another, with Markdown between them;
so the builder takes pieces and finished nodes in turn, and joins them at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser

from pipeline.codes import Code as Finding
from pipeline.diagnostics import Span
from pipeline.model import (
    Abbreviation,
    Attributes,
    Block,
    BlockQuote,
    Code,
    CodeBlock,
    Container,
    DefinitionItem,
    DefinitionList,
    Emphasis,
    Figure,
    Heading,
    Image,
    Inline,
    InlineElement,
    LineBreak,
    Link,
    List,
    ListItem,
    Node,
    Paragraph,
    SoftBreak,
    Strikethrough,
    Strong,
    Table,
    TableCell,
    TableRow,
    Text,
    ThematicBreak,
)
from pipeline import tree
from pipeline.tree import plain_text

Report = Callable[[Finding, str, "Span | None", str], None]

INLINE_TAGS = frozenset(
    "b i u small sub sup kbd samp var mark q cite dfn ins span bdi bdo time data ruby rb rt rp".split()
)
CONTAINER_TAGS = frozenset("div section aside details summary address".split())
TABLE_PARTS = frozenset("caption colgroup col thead tbody tfoot tr th td".split())
VOID_TAGS = frozenset("br hr img wbr col".split())
PLAIN_TAGS = frozenset(
    "html body main header footer nav article hgroup center font big tt nobr label picture".split()
)
"""Left out, their content kept, and nothing said: they change the look alone."""

DROPPED_TAGS = frozenset(
    "script style iframe frame frameset object embed applet template noscript svg math audio video"
    " canvas head title textarea select button form input link meta base param".split()
)
"""Left out with all that is in them."""

KEPT_ATTRIBUTES = frozenset({"title", "lang", "dir", "cite", "datetime", "open", "width"})
MAX_DEPTH = 64
_SPACE = re.compile(r"\s+")
_INSTRUCTION = re.compile(r"<\?.*?\?>", re.S)


class Frame:
    """An element that is open: what it is, and what it holds so far."""

    __slots__ = ("attributes", "items", "span", "tag", "values")

    def __init__(self, tag: str, values: dict[str, str], span: Span | None) -> None:
        self.tag = tag
        self.values = values
        self.span = span
        self.items: list[Node] = []
        pairs = tuple((k, v) for k, v in values.items() if k in KEPT_ATTRIBUTES and tag != "img")
        self.attributes = Attributes(values.get("id", ""), tuple(values.get("class", "").split()), pairs)


class MarkupBuilder(HTMLParser):
    """``report`` is told of what is left out."""

    def __init__(self, report: Report) -> None:
        super().__init__(convert_charrefs=True)
        self._report = report
        self._root = Frame("", {}, None)
        self._stack = [self._root]
        self._dropping: list[str] = []
        self._span: Span | None = None

    # --- what is put in ---

    def feed(self, data: str, span: Span | None = None) -> None:  # type: ignore[override]
        """A piece of raw HTML that stands at ``span``."""
        self._span = span
        self._offset = self.getpos()[0]
        super().feed(_INSTRUCTION.sub("", data))
        self.close_piece()

    def feed_tag(self, data: str, span: Span | None) -> None:
        """A single tag within text."""
        self.feed(data, span)

    def close_piece(self) -> None:
        """End a piece: what looks like the beginning of a tag is text."""
        self.close()
        self.reset_parser()

    def reset_parser(self) -> None:
        stack, root, dropping = self._stack, self._root, self._dropping
        self.reset()
        self._stack, self._root, self._dropping = stack, root, dropping

    def nodes(self, nodes: Iterable[Block]) -> None:
        """Finished blocks that stand after what was put in so far."""
        if not self._dropping:
            self._stack[-1].items.extend(nodes)

    def inline_nodes(self, nodes: Iterable[Inline]) -> None:
        if not self._dropping:
            self._stack[-1].items.extend(nodes)

    # --- what comes out ---

    def blocks(self) -> tuple[Block, ...]:
        self._close_all()
        return _as_blocks(self._root.items)

    def inlines(self) -> tuple[Inline, ...]:
        self._close_all()
        return _as_inlines(self._root.items)

    # --- the events of the HTML parser ---

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.append(tag)
            return
        if tag in DROPPED_TAGS:
            self._warn(f"<{tag}> is left out, with all that is in it")
            if tag not in {"input", "link", "meta", "base", "param", "embed", "frame"}:
                self._dropping.append(tag)
            return
        if tag not in KNOWN_TAGS:
            self._unknown(tag, self.get_starttag_text() or f"<{tag}>")
            return
        if tag in PLAIN_TAGS or len(self._stack) > MAX_DEPTH:
            return
        values = self._values(tag, attrs)
        frame = Frame(tag, values, self._place())
        if tag in VOID_TAGS:
            self._add(_void(frame))
            return
        self._imply_ends(tag)
        self._stack.append(frame)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_TAGS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
            return
        if tag not in KNOWN_TAGS:
            self._stack[-1].items.append(Text(text=f"</{tag}>"))
        elif any(frame.tag == tag for frame in self._stack[1:]):
            while self._stack[-1].tag != tag:
                self._close_frame()
            self._close_frame()

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._stack[-1].items.append(Text(text=data))

    # --- within ---

    def _unknown(self, tag: str, text: str) -> None:
        """What looks like a tag and is none, ``<name>`` say, was meant as text."""
        hint = f"write `<{tag}>` as code, or \\<{tag}>, where it is meant as text"
        self._report(Finding.UNKNOWN_MARKUP, f"<{tag}> is no HTML that is known", self._place(), hint)
        self._stack[-1].items.append(Text(text=text))

    def _values(self, tag: str, attrs: list[tuple[str, str | None]]) -> dict[str, str]:
        values = {name: value or "" for name, value in attrs}
        for name in list(values):
            if name.startswith("on") or name == "style":
                self._warn(f"the attribute {name} of <{tag}> is left out")
                del values[name]
        return values

    def _imply_ends(self, tag: str) -> None:
        """End tags that HTML lets people leave out."""
        ended = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": {"tr", "td", "th"},
                 "td": {"td", "th"}, "th": {"td", "th"}, "p": {"p"}}.get(tag, set())
        while self._stack[-1].tag in ended:
            self._close_frame()

    def _place(self) -> Span | None:
        if self._span is None or self._span.column == 0:
            return self._span
        line, column = self.getpos()
        return Span(self._span.line + line - 1, column + (self._span.column if line == 1 else 1))

    def _warn(self, message: str) -> None:
        self._report(Finding.UNSAFE_MARKUP, message, self._place(), "")

    def _add(self, node: Node | None) -> None:
        if node is not None:
            self._stack[-1].items.append(node)

    def _close_all(self) -> None:
        while len(self._stack) > 1:
            self._close_frame()

    def _close_frame(self) -> None:
        frame = self._stack.pop()
        if frame.tag in INLINE_TAGS:
            self._stack[-1].items.append(
                InlineElement(
                    name=frame.tag,
                    children=_as_inlines(frame.items),
                    span=frame.span,
                    attributes=frame.attributes,
                )
            )
        elif frame.tag in CONTAINER_TAGS:
            self._stack[-1].items.append(
                Container(
                    name=frame.tag,
                    children=_as_blocks(frame.items),
                    span=frame.span,
                    attributes=frame.attributes,
                )
            )
        elif frame.tag in _BUILDERS:
            self._stack[-1].items.extend(_BUILDERS[frame.tag](frame))
        else:
            self._stack[-1].items.extend(frame.items)


def _void(frame: Frame) -> Node | None:
    match frame.tag:
        case "br":
            return LineBreak()
        case "hr":
            return ThematicBreak(span=frame.span, attributes=frame.attributes)
        case "img":
            width = frame.values.get("width", "")
            attributes = Attributes(
                frame.attributes.id,
                frame.attributes.classes,
                (("width", width),) if width else (),
            )
            return Image(
                source=frame.values.get("src", ""),
                alt=frame.values.get("alt", ""),
                title=frame.values.get("title", ""),
                span=frame.span,
                attributes=attributes,
            )
        case "wbr":
            return InlineElement(name="wbr")
    return None


def _is_inline(node: Node) -> bool:
    return isinstance(node, Inline)


def _as_inlines(items: Iterable[Node]) -> tuple[Inline, ...]:
    """The inlines among ``items``, and those within the blocks among them."""
    found: list[Inline] = []
    for item in items:
        if isinstance(item, Inline):
            found.append(item)
        elif isinstance(item, Paragraph | Heading):
            found.extend(item.children)
        elif isinstance(item, CodeBlock):
            found.append(Code(text=item.text.strip("\n")))
        else:
            if found:
                found.append(LineBreak())
            found.extend(_as_inlines(tree.children(item)))
    return tuple(found)


def _as_blocks(items: Iterable[Node]) -> tuple[Block, ...]:
    """The blocks among ``items``; inlines between them become paragraphs."""
    found: list[Block] = []
    run: list[Inline] = []

    def end_run() -> None:
        inlines = trim(run)
        if inlines:
            found.append(Paragraph(children=inlines, span=next((n.span for n in inlines if n.span), None)))
        run.clear()

    for item in items:
        if isinstance(item, Inline):
            run.append(item)
        else:
            end_run()
            found.append(item)  # type: ignore[arg-type]
    end_run()
    return tuple(found)


def trim(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Inlines with white space folded, and none at either end."""
    found: list[Inline] = []
    for node in inlines:
        if isinstance(node, Text):
            text = _SPACE.sub(" ", node.text)
            if not found:
                text = text.lstrip(" ")
            if text:
                found.append(Text(text=text, span=node.span))
        elif found or not isinstance(node, SoftBreak):
            found.append(node)
    while found and isinstance(found[-1], Text | SoftBreak):
        last = found.pop()
        if isinstance(last, Text) and last.text.strip(" "):
            found.append(Text(text=last.text.rstrip(" "), span=last.span))
            break
    return tuple(found)


# --- what becomes of each element ---


def _paragraph(frame: Frame) -> list[Node]:
    blocks = _as_blocks(frame.items)
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return [Paragraph(children=blocks[0].children, span=frame.span, attributes=frame.attributes)]
    return list(blocks)


def _heading(frame: Frame) -> list[Node]:
    children = trim(_as_inlines(frame.items))
    return [Heading(level=int(frame.tag[1]), children=children, span=frame.span, attributes=frame.attributes)]


def _list(frame: Frame) -> list[Node]:
    items = tuple(
        item if isinstance(item, ListItem) else ListItem(children=(item,))  # type: ignore[arg-type]
        for item in frame.items
        if isinstance(item, ListItem) or not _is_inline(item)
    )
    start = frame.values.get("start", "1")
    tight = all(len(i.children) < 2 or not isinstance(i.children[1], Paragraph) for i in items)
    return [
        List(
            ordered=frame.tag == "ol",
            items=items,
            start=int(start) if start.isdecimal() and len(start) < 10 else 1,
            tight=tight,
            span=frame.span,
            attributes=frame.attributes,
        )
    ]


def _item(frame: Frame) -> list[Node]:
    return [ListItem(children=_as_blocks(frame.items), span=frame.span, attributes=frame.attributes)]


def _quote(frame: Frame) -> list[Node]:
    return [BlockQuote(children=_as_blocks(frame.items), span=frame.span, attributes=frame.attributes)]


def _pre(frame: Frame) -> list[Node]:
    text = _code_text(frame.items).removeprefix("\n")
    return [CodeBlock(text=text if text.endswith("\n") else text + "\n", span=frame.span, attributes=frame.attributes)]


def _code_text(items: Iterable[Node]) -> str:
    return "".join(
        node.text if isinstance(node, Text | Code) else "\n" if isinstance(node, LineBreak | SoftBreak)
        else _code_text(getattr(node, "children", ()))
        for node in items
    )


def _code(frame: Frame) -> list[Node]:
    return [Code(text=_code_text(frame.items), attributes=frame.attributes)]


def _formatting(frame: Frame) -> list[Node]:
    kind: type[Emphasis] | type[Strong] | type[Strikethrough] = {
        "em": Emphasis,
        "strong": Strong,
    }.get(frame.tag, Strikethrough)  # type: ignore[assignment]
    return [kind(children=_as_inlines(frame.items), attributes=frame.attributes)]


def _link(frame: Frame) -> list[Node]:
    children = _as_inlines(frame.items)
    href = frame.values.get("href", "")
    if not href:
        return [InlineElement(name="span", children=children, span=frame.span, attributes=frame.attributes)]
    pairs = tuple(pair for pair in frame.attributes.pairs if pair[0] != "title")
    attributes = Attributes(frame.attributes.id, frame.attributes.classes, pairs)
    title = frame.values.get("title", "")
    return [Link(children=children, href=href, title=title, span=frame.span, attributes=attributes)]


def _abbreviation(frame: Frame) -> list[Node]:
    text, title = plain_text(_as_inlines(frame.items)), frame.values.get("title", "")
    return [Abbreviation(text=text, title=title) if title else Text(text=text)]


def _cell(frame: Frame) -> list[Node]:
    align = frame.values.get("align", "")
    scope = frame.values.get("scope", "col") if frame.tag == "th" else ""
    return [
        TableCell(
            children=trim(_as_inlines(frame.items)),
            align=align if align in ("left", "center", "right") else "",  # type: ignore[arg-type]
            scope="row" if scope.startswith("row") else "col" if scope else "",
            span=frame.span,
        )
    ]


def _row(frame: Frame) -> list[Node]:
    cells = tuple(item for item in frame.items if isinstance(item, TableCell))
    return [TableRow(cells=cells, span=frame.span)] if cells else []


class _Part(Node, frozen=True):
    """A part of a table on its way up: caption or head."""

    name: str
    children: tuple[Node, ...]


def _part(frame: Frame) -> list[Node]:
    if frame.tag == "caption":
        return [_Part(name="caption", children=trim(_as_inlines(frame.items)))]
    return [_Part(name=frame.tag, children=tuple(i for i in frame.items if isinstance(i, TableRow)))]


def _table(frame: Frame) -> list[Node]:
    rows: list[TableRow] = []
    head: list[TableRow] = []
    caption: tuple[Inline, ...] = ()
    for item in frame.items:
        if isinstance(item, TableRow):
            rows.append(item)
        elif isinstance(item, _Part) and item.name == "caption":
            caption = item.children  # type: ignore[assignment]
        elif isinstance(item, _Part):
            (head if item.name == "thead" else rows).extend(item.children)  # type: ignore[arg-type]
    if not head and rows and all(cell.scope for cell in rows[0].cells):
        head.append(rows.pop(0))
    if not head and not rows:
        return []
    return [Table(head=tuple(head), body=tuple(rows), caption=caption, span=frame.span, attributes=frame.attributes)]


class _Term(Node, frozen=True):
    children: tuple[Inline, ...]


class _Definition(Node, frozen=True):
    children: tuple[Block, ...]


def _term(frame: Frame) -> list[Node]:
    return [_Term(children=trim(_as_inlines(frame.items)))]


def _definition(frame: Frame) -> list[Node]:
    return [_Definition(children=_as_blocks(frame.items))]


def _definitions(frame: Frame) -> list[Node]:
    items: list[DefinitionItem] = []
    terms: list[tuple[Inline, ...]] = []
    definitions: list[tuple[Block, ...]] = []
    for item in frame.items:
        if isinstance(item, _Term):
            if definitions:
                items.append(DefinitionItem(terms=tuple(terms), definitions=tuple(definitions)))
                terms, definitions = [], []
            terms.append(item.children)
        elif isinstance(item, _Definition):
            definitions.append(item.children)
    if terms or definitions:
        items.append(DefinitionItem(terms=tuple(terms), definitions=tuple(definitions)))
    return [DefinitionList(items=tuple(items), span=frame.span, attributes=frame.attributes)] if items else []


class _Caption(Node, frozen=True):
    children: tuple[Inline, ...]


def _caption(frame: Frame) -> list[Node]:
    return [_Caption(children=trim(_as_inlines(frame.items)))]


def _figure(frame: Frame) -> list[Node]:
    caption = next((i.children for i in frame.items if isinstance(i, _Caption)), ())
    images = [i for i in _as_inlines(i for i in frame.items if not isinstance(i, _Caption)) if isinstance(i, Image)]
    if len(images) == 1:
        return [Figure(image=images[0], caption=caption, span=frame.span, attributes=frame.attributes)]
    rest: list[Node] = [i for i in frame.items if not isinstance(i, _Caption)]
    return [*rest, Paragraph(children=caption)] if caption else rest


_BUILDERS: dict[str, Callable[[Frame], list[Node]]] = {
    "p": _paragraph,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    "ul": _list, "ol": _list, "li": _item,
    "blockquote": _quote, "pre": _pre, "code": _code,
    **dict.fromkeys(("em", "strong", "del", "s", "strike"), _formatting),
    "a": _link, "abbr": _abbreviation, "acronym": _abbreviation,
    "table": _table, "tr": _row, "td": _cell, "th": _cell,
    **dict.fromkeys(("caption", "thead", "tbody", "tfoot"), _part),
    "dl": _definitions, "dt": _term, "dd": _definition,
    "figure": _figure, "figcaption": _caption,
}  # fmt: skip

KNOWN_TAGS = frozenset(
    INLINE_TAGS | CONTAINER_TAGS | TABLE_PARTS | PLAIN_TAGS | VOID_TAGS | DROPPED_TAGS | set(_BUILDERS)
)
