"""Raw HTML: its tokens, the allow-list, and how its content becomes blocks and inlines."""

from __future__ import annotations

import enum
import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Inline, Node
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import FOR_TEACHERS, Changes, children, notes_in, rewrite, walk
from pipeline.parser.attributes import ALIGNED, ALIGNMENTS, InlineStyle, make_attributes
from pipeline.parser.names import meant_name

# --- safe tags -------------------------------------------------------------------------------
# The safe subset of HTML: allowed elements and attributes, and their nesting.


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE_TAGS = _words(
    "b i u small sub sup kbd samp var mark q cite dfn ins span bdi bdo time ruby rt rp"
)
"""They have no node of their own, and become an `InlineElement`."""

FORMATTING_TAGS = _words("em strong del s strike a code tt abbr acronym")
HEADING_TAGS = _words("h1 h2 h3 h4 h5 h6")
CONTAINER_TAGS = _words("div section aside details summary address")
TABLE_PARTS = _words("caption colgroup thead tbody tfoot tr th td")
OTHER_BLOCK_TAGS = _words("p ul ol menu li dl dt dd blockquote pre table figure figcaption")
VOID_TAGS = _words("br hr img wbr col")

PLAIN_BLOCK_TAGS = _words(
    "html body main header footer nav article hgroup center form fieldset legend dialog search"
    " noscript noframes dir optgroup option menuitem"
)
PLAIN_INLINE_TAGS = _words(
    "font big nobr label output data picture blink marquee rb rtc button slot"
)
"""Plain tags are left out and their content is kept: they change the look, or have a use
only on a page that runs scripts or sends forms."""

DROPPED_TAGS = _words(
    "script style iframe frameset object applet template svg math audio video canvas head title"
    " textarea select datalist progress meter map noembed xmp"
)
"""Elements that are left out with their content."""

DROPPED_VOID_TAGS = _words(
    "input link meta base basefont bgsound param embed frame source track area keygen"
)

RAW_TEXT_TAGS = _words("script style textarea title xmp iframe noembed")
"""Elements in which there is no markup until the end tag."""

BLOCK_TAGS = (CONTAINER_TAGS | TABLE_PARTS | OTHER_BLOCK_TAGS | HEADING_TAGS | PLAIN_BLOCK_TAGS) - {
    "summary"
}

KNOWN_TAGS = (
    INLINE_TAGS | FORMATTING_TAGS | BLOCK_TAGS | CONTAINER_TAGS | VOID_TAGS | PLAIN_INLINE_TAGS
    | DROPPED_TAGS | DROPPED_VOID_TAGS
)  # fmt: skip


def withheld_by(tag: str) -> str:
    """The meaning of a tag that HTML does not have, if it is named like an answer, or ""."""
    name = "" if tag in KNOWN_TAGS else meant_name(tag)
    return name if name in FOR_TEACHERS else ""


IMPLIED_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(("li",), (_words("li"), BLOCK_TAGS - {"li", "p", "div", "address"})),
    **dict.fromkeys(
        ("dt", "dd"), (_words("dt dd"), BLOCK_TAGS - {"dt", "dd", "p", "div", "address"})
    ),
    **dict.fromkeys(("td", "th"), (_words("td th caption"), _words("table tr"))),
    "tr": (_words("tr caption"), _words("table thead tbody tfoot")),
    **dict.fromkeys(
        ("thead", "tbody", "tfoot", "caption"),
        (_words("thead tbody tfoot caption colgroup"), _words("table")),
    ),
    **dict.fromkeys(("rt", "rp"), (_words("rt rp"), _words("ruby") | BLOCK_TAGS)),
}
"""The open elements that a start tag ends although they have no end tag, and those beyond which it
ends none."""

ENDS_PARAGRAPH = BLOCK_TAGS - TABLE_PARTS | {"table", "hr", "summary"}
"""Start tags that end an open ``p``."""

_GLOBAL = ("title", "lang")
_CITING = _words("blockquote q del ins")
_BY_TAG: dict[str, tuple[str, ...]] = {
    "time": ("datetime",),
    **dict.fromkeys(("del", "ins"), ("datetime",)),
    "details": ("open",),
    "img": ("width",),
}
_ALIGNED = _words("p div img figure section")


def attributes_of(tag: str, values: dict[str, str]) -> Attributes:
    """The attributes of an element that are kept."""
    kept = (*_GLOBAL, *_BY_TAG.get(tag, ()))
    pairs = [(name, values[name]) for name in kept if name in values]
    if tag in _CITING and values.get("cite", "").startswith(("https://", "http://")):
        pairs.append(("cite", values["cite"]))
    if values.get("dir", "").lower() in ("ltr", "rtl", "auto"):
        pairs.append(("dir", values["dir"].lower()))
    name = (values.get("id", "") or (values.get("name", "") if tag == "a" else "")).strip()
    classes = tuple(values.get("class", "").split())
    alignment = ALIGNMENTS.get(values.get("align", "").strip().lower(), "")
    if alignment and tag in HEADING_TAGS:
        classes = tuple(dict.fromkeys((*classes, f"heading-{alignment}")))
    elif tag == "center" or (alignment and tag in _ALIGNED):
        floats = ("wrap",) if tag == "img" and alignment != "center" else ()
        classes = tuple(dict.fromkeys((*classes, alignment or "center", *floats)))
    elif tag in _ALIGNED and (others := [ALIGNED[name] for name in classes if name in ALIGNED]):
        classes = tuple(dict.fromkeys((*classes, *others[0])))
    return make_attributes("" if len(name.split()) > 1 else name, classes, tuple(pairs))


def apply_style(values: dict[str, str], style: InlineStyle) -> dict[str, str]:
    """The attributes of an element, with the equivalents of its style where it has none."""
    side, *more = ALIGNED.get(style.attributes.get("align", ""), ("",))
    if side:
        classes = " ".join((values.get("class", ""), *more)).strip()
        values = {"align": side, **values, **({"class": classes} if classes else {})}
    return {**style.attributes, **values}


_BARE = _words(
    "allowfullscreen alt async autofocus autoplay border checked class compact controls data"
    " default defer disabled download hidden href id inert ismap itemscope loop markdown multiple"
    " muted nohref noresize noshade novalidate nowrap open playsinline popover readonly required"
    " reversed selected src title"
)


def is_word(name: str) -> bool:
    """Return whether an attribute without a value is a word of text: ``a <b and c> d``."""
    return name.isalpha() and name not in _BARE


class Frame(msgspec.Struct, eq=False):
    """An open element: its tag, and its content so far. It begins with ``opening``, the markup that
    ends at ``opened``."""

    tag: str
    values: dict[str, str]
    span: Span | None
    items: list[Node] = []
    attributes: Attributes = Attributes()
    style: InlineStyle = InlineStyle()
    opening: str = ""
    opened: Span | None = None

    def __post_init__(self) -> None:
        self.attributes = attributes_of(self.tag, self.values)


# --- html tokens -----------------------------------------------------------------------------
# Raw HTML, cut into tags and text by the grammar of CommonMark 0.31.2, section 6.6.
#
# The standard library's parser is not used: it takes quadratic time for many tags that are never
# finished, and reads them differently from one version of Python to the next.

_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_ATTRIBUTE = (
    r"(?<!\s)\s++(@?[A-Za-z_:][A-Za-z0-9_.:-]*+)"
    r"(?:\s*+=\s*+(?:(\{(?:[^{}]++|\{[^{}]*+\})*+\})|([^\s\"'=<>`]++)|'([^']*+)'|\"([^\"]*+)\"))?"
)
"""An attribute of HTML, of JSX, whose value is an expression in braces, or of Vue, which may begin
with ``@``."""

_UNNAMED = re.sub(r"\((?=[^?])", "(?:", _ATTRIBUTE)
OPENING_TAG = rf"<{_NAME}(?:{_UNNAMED})*\s*/?>"
CLOSING_TAG = rf"</{_NAME}\s*>"

_TAG = late(rf"<({_NAME})((?:{_UNNAMED})*)\s*(/?)>|</({_NAME})\s*>")
_ATTRIBUTES = late(_ATTRIBUTE)
_RULE = late(r"(?<![A-Za-z])([A-Za-z]++)\s*+:\s*+[\"']?([^,\"'{}]*+)")
_STRING = late(r"[\"']([^\"'\n]*+)[\"']")
_CAPITAL = late(r"[A-Z]")
_LEFT_OUT = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = late(r"<![A-Za-z]")


_BEGINNING = late(rf"<(/?)({_NAME})")


def paired_names(lines: Iterable[str]) -> frozenset[str]:
    """The names, in lower case, of tags that the lines both open and close."""
    opened: set[str] = set()
    closed: set[str] = set()
    for line in lines:
        if "<" in line:
            for match in _BEGINNING.finditer(line):
                (closed if match[1] else opened).add(match[2].lower())
    return frozenset(opened & closed)


class Kind(enum.Enum):
    TEXT = enum.auto()
    START = enum.auto()
    END = enum.auto()


class MarkupToken(NamedTuple):
    """``raw`` is the markup as written, ``offset`` its position; ``text`` is a text with entities
    replaced. ``closed``: the tag ends in ``/>``. ``bare`` are the attributes without a value."""

    kind: Kind
    offset: int
    raw: str
    text: str = ""
    name: str = ""
    values: dict[str, str] = {}  # noqa: RUF012 - nobody changes it
    closed: bool = False
    bare: tuple[str, ...] = ()


def tokenise(data: str) -> Iterator[MarkupToken]:
    """The tags and the text in ``data``. Comments, declarations, instructions and CDATA are
    dropped; something that only begins like a tag is text."""
    absent: set[str] = set()
    begin = at = 0
    while (at := data.find("<", at)) >= 0:
        end = _skip(data, at, absent)
        token = None
        if not end:
            match = _TAG.match(data, at)
            if match is None:
                at += 1
                continue
            token, end = _tag(match), match.end()
        if at > begin:
            yield _text(data, begin, at)
        begin = at = end
        if token is None:
            continue
        yield token
        if token.kind is Kind.START and token.name in RAW_TEXT_TAGS and not token.closed:
            # the content is not needed: such elements are left out
            closing = re.compile(rf"(?=</{token.name}[\s/>])", re.I).search(data, at)
            begin = at = closing.end() if closing else len(data)
    if begin < len(data):
        yield _text(data, begin, len(data))


def _skip(data: str, at: int, absent: set[str]) -> int:
    """The end of the comment or the like that begins at ``at``; 0 if none does. ``absent`` are the
    end marks that do not occur any more, so that they are searched for only once."""
    for opening, closing in _LEFT_OUT:
        if data.startswith(opening, at):
            for short in ("<!-->", "<!--->"):
                if data.startswith(short, at):
                    return at + len(short)
            return _find(data, closing, at + len(opening), absent)
    return _find(data, ">", at, absent) if _DECLARATION.match(data, at) else 0


def _find(data: str, closing: str, at: int, absent: set[str]) -> int:
    if closing in absent:
        return 0
    start = data.find(closing, at)
    if start < 0:
        absent.add(closing)
        return 0
    return start + len(closing)


def _tag(match: re.Match[str]) -> MarkupToken:
    if match[4]:
        return MarkupToken(Kind.END, match.start(), match[0], name=match[4].lower())
    values: dict[str, str] = {}
    bare: list[str] = []
    for attribute in _ATTRIBUTES.finditer(match[2]):
        value = attribute[3] or attribute[4] or attribute[5] or ""
        if attribute[2]:
            value = _of_jsx(attribute[2])
        name = attribute[1].lower()
        values.setdefault("class" if name == "classname" else name, html.unescape(value))
        if "=" not in attribute[0]:
            bare.append(attribute[1].lower())
    return MarkupToken(
        Kind.START,
        match.start(),
        match[0],
        name=match[1].lower(),
        values=values,
        closed=bool(match[3]),
        bare=tuple(bare),
    )


def _of_jsx(expression: str) -> str:
    """The text that an expression stands for: the rules of a style, or the only string in it."""
    if rules := _RULE.findall(expression) if expression.startswith("{{") else ():
        return "; ".join(
            f"{_CAPITAL.sub(lambda m: '-' + m[0].lower(), name)}: {value.strip()}"
            for name, value in rules
        )
    strings = _STRING.findall(expression)
    return str(strings[0]) if len(strings) == 1 else expression.strip("{} ")


def _text(data: str, begin: int, end: int) -> MarkupToken:
    raw = data[begin:end]
    return MarkupToken(Kind.TEXT, begin, raw, text=html.unescape(raw))


# --- flow ------------------------------------------------------------------------------------
# Conversion of blocks to inlines and of inlines to blocks, without losing anything.

_SPACE = late(r"[ \t\n\r\f]+")


FORMATS: dict[str, type[model.Emphasis | model.Strong | model.Strikethrough]] = {
    "em": model.Emphasis,
    "strong": model.Strong,
    **dict.fromkeys(("del", "s", "strike"), model.Strikethrough),
}
"""The nodes of elements for emphasis."""


class FlowPart(Node, frozen=True):
    """A piece of a table, list or figure for the element around it; ``name`` is its tag."""

    name: str
    children: tuple[Node, ...]


def fold(text: str) -> str:
    """``text`` with every run of white space as one space, except no-break spaces."""
    return _SPACE.sub(" ", text)


def is_blank(node: Node) -> bool:
    """Return whether a node is nothing but space."""
    return isinstance(node, model.SoftBreak) or (
        isinstance(node, model.Text) and not node.text.strip(" \n")
    )


def trim(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Inlines without space or line ends before and after them."""
    nodes = list(inlines)
    while nodes and (is_blank(nodes[-1]) or isinstance(nodes[-1], model.LineBreak)):
        nodes.pop()
    start = 0
    while start < len(nodes) and (
        is_blank(nodes[start]) or isinstance(nodes[start], model.LineBreak)
    ):
        start += 1
    del nodes[:start]
    if nodes and isinstance(nodes[0], model.Text):
        nodes[0] = replace(nodes[0], text=nodes[0].text.lstrip(" \n"))
    if nodes and isinstance(nodes[-1], model.Text):
        nodes[-1] = replace(nodes[-1], text=nodes[-1].text.rstrip(" \n"))
    return tuple(nodes)


def as_blocks(
    items: Iterable[Node], text: type[model.Paragraph | model.Plain] = model.Plain
) -> tuple[Block, ...]:
    """``items`` as blocks: inlines between them become ``text``, or paragraphs if their element is
    dropped; list items, rows and cells outside a list or table are replaced by their content."""
    blocks: list[Block] = []
    stray: list[model.ListItem] = []
    for item in (*_in_paragraphs(items, text), None):
        if isinstance(item, model.ListItem):
            stray.append(item)
            continue
        if stray:
            blocks.append(model.List(ordered=False, items=tuple(stray), tight=is_tight(stray)))
            stray = []
        match item:
            case None:
                break
            case model.TableRow():
                blocks += (
                    b for cell in item.cells for b in as_blocks(cell.children, model.Paragraph)
                )
            case model.TableCell() | FlowPart():
                blocks += as_blocks(item.children, model.Paragraph)
            case model.Plain():
                blocks.append(text(children=item.children, span=item.span))
            case _:
                assert isinstance(item, Block)
                blocks.append(item)
    return tuple(blocks)


def _in_paragraphs(
    items: Iterable[Node], text: type[model.Paragraph | model.Plain]
) -> Iterator[Node]:
    """``items`` with each run of inlines as ``text``, if it is not blank."""
    for are_inlines, run in itertools.groupby(items, _is_inline):
        if not are_inlines:
            yield from run
        elif inlines := trim(node for node in run if isinstance(node, Inline)):
            span = next((node.span for node in inlines if node.span), None)
            yield text(children=inlines, span=span)


def _is_inline(node: Node) -> bool:
    return isinstance(node, Inline)


def definition_items(
    parts: Iterable[tuple[bool, Any, Span | None]],
) -> tuple[model.DefinitionItem, ...]:
    """The items of a definition list: each has some terms, and the definitions after them. Of each
    part it is known whether it is a term, and where it is."""
    groups: list[tuple[list[Any], list[Any], Span | None]] = []
    for is_term, content, span in parts:
        if not groups or (is_term and groups[-1][1]):
            groups.append(([], [], span))
        if is_term:
            groups[-1][0].append(content)
        else:
            groups[-1][1].append(content)
    return tuple(
        model.DefinitionItem(terms=tuple(terms), definitions=tuple(definitions), span=span)
        for terms, definitions, span in groups
    )


def is_tight(items: Iterable[model.ListItem]) -> bool:
    """Return whether no item has a paragraph, only text."""
    return not any(isinstance(block, model.Paragraph) for item in items for block in item.children)


def as_inlines(items: Iterable[Node]) -> tuple[Inline, ...]:
    """``items`` as inlines: blocks become lines."""
    inlines: list[Inline] = []
    after_block = False
    for item in items:
        if isinstance(item, Inline):
            if not (is_blank(item) and after_block):
                if after_block:
                    inlines.append(model.LineBreak())
                    after_block = False
                inlines.append(item)
            continue
        lines = _lines(item)
        if lines:
            while inlines and is_blank(inlines[-1]):
                inlines.pop()
            inlines += [model.LineBreak(), *lines] if inlines else lines
            after_block = True
    return tuple(inlines)


def _lines(block: Node) -> tuple[Inline, ...]:
    match block:
        case model.Paragraph() | model.Heading() | model.Plain():
            return block.children
        case model.CodeBlock():
            lines = block.text.rstrip("\n").split("\n")
            return _join_lines([(model.Code(text=line),) if line.strip() else () for line in lines])
        case model.List():
            markers = [f"{block.start + i}. " for i in range(len(block.items))]
            return _join_lines(
                [
                    (model.Text(text=marker if block.ordered else "• "), *as_inlines(item.children))
                    for marker, item in zip(markers, block.items, strict=True)
                ]
            )
        case model.TableRow():
            cells = [as_inlines((cell,)) for cell in block.cells]
            return _join_lines([cell for cell in cells if cell], model.Text(text=" "))
        case FlowPart():
            return as_inlines(block.children)
        case _:
            return as_inlines(children(block))


def _join_lines(
    lines: Sequence[tuple[Inline, ...]], between: Inline | None = None
) -> tuple[Inline, ...]:
    inlines: list[Inline] = []
    for number, line in enumerate(lines):
        inlines += [between or model.LineBreak(), *line] if number else line
    return tuple(inlines)


Wrap = Callable[[tuple[Inline, ...], Attributes], tuple[Inline, ...]]


def distribute(items: Sequence[Node], attributes: Attributes, wrap: Wrap) -> list[Node]:
    """The nodes of an inline element with ``items`` in it: ``wrap`` is applied to its inlines, also
    within its blocks, which the element itself cannot contain. The first piece has its id."""
    if all(isinstance(item, Inline) for item in items):
        return list(wrap(as_inlines(items), attributes))
    result: list[Node] = []
    left = attributes

    def wrap_all(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        nonlocal left
        now, left = left, make_attributes(classes=left.classes, pairs=left.pairs)
        return wrap(inlines, now)

    def leave(block: model.Paragraph | model.Heading | model.Plain) -> Node:
        return replace(block, children=wrap_all(block.children)) if block.children else block

    changes: Changes = {model.Paragraph: leave, model.Heading: leave, model.Plain: leave}
    for are_inlines, run in itertools.groupby(items, _is_inline):
        nodes: Any = tuple(run)
        if are_inlines:
            result += nodes if all(map(is_blank, nodes)) else wrap_all(nodes)
        else:
            for item in nodes:
                result += (item,) if isinstance(item, FlowPart) else rewrite((item,), leave=changes)
    return result


def bind(link: model.Link) -> tuple[Inline, ...]:
    """``link`` with links in it taken apart, and the references to notes after it."""
    inner = [n for n in walk(link.children) if isinstance(n, model.Link | model.NoteReference)]
    if not inner:
        return (link,)
    notes = tuple(notes_in(link.children))
    children = rewrite(
        link.children,
        leave={model.Link: lambda node: node.children, model.NoteReference: lambda _: ()},
    )
    if not children:
        return notes
    return (replace(link, children=children), *notes)
