"""Inline text as Markdown: a function for each inline node returns its tokens, which are joined
depending on their neighbours."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from pipeline import model
from pipeline.commands.writer.attribute_lists import attribute_list, blank
from pipeline.commands.writer.html_writing import image, tag, unwritable
from pipeline.commands.writer.joining import LeafToken, joined, settled
from pipeline.model import Inline, Node
from pipeline.model.late import late
from pipeline.model.tree import plain_text
from pipeline.model.variables import WRITTEN
from pipeline.parser import partial_strings
from pipeline.parser.inlines.links import encode, normalise
from pipeline.parser.inlines.references import CROSS_REFERENCE

_CROSS_REFERENCE = late(CROSS_REFERENCE)
_VARIABLE = late(r"%7B%7B((?:%20)*)([^\W\d_][\w-]*)((?:%20)*)%7D%7D")
_AUTOLINK = late(r"[A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>{}\\&\x00-\x1f]*")
_MAIL = late(r"[A-Za-z0-9.!#$%'*+/=?^_`|~-]+@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+")
_WWW = late(r"www\.[\w-]+(?:\.[\w-]+)+(?:/[\w./%-]*[\w/])?")
_NAMED = re.sub(r"\((?!\?)", "(?:", WRITTEN)
_PLAIN = late(r"[^\s()<>\\&{}\"]*")


class Notes(NamedTuple):
    """The parts of the document that a leaf needs: the notes by label, the labels of defined links
    by address and title, and the abbreviations that are defined elsewhere."""

    notes: Mapping[str, model.Note] = {}
    links: Mapping[tuple[str, str], str] = {}
    defined: frozenset[str] = frozenset()


NOTHING = Notes()


def leaf(
    children: Iterable[Inline], notes: Notes = NOTHING, *, line: bool = False, start: bool = True
) -> str:
    """The text of a block. ``line``: it must be a single line; ``start``: a block could begin at
    its position."""
    tokens = list(_tokens(children, notes, 0))
    if line:
        tokens = [_single_line(token) for token in tokens]
    return joined(settled(tokens), frozenset(map(normalise, notes.links.values())), start=start)


def _single_line(token: LeafToken) -> LeafToken:
    if token.kind == "mark" and token.text == "\\\n":
        return LeafToken("<br>")
    return LeafToken(" ") if token.kind == "mark" and token.text == "\n" else token


def _tokens(children: Iterable[Inline], notes: Notes, depth: int) -> Iterable[LeafToken]:
    for node in children:
        yield from WRITERS[type(node)](node, notes, depth)


# --- a function for each node -----------------------------------------------------------


def _emphasis(
    node: model.Emphasis | model.Strong | model.Strikethrough, notes: Notes, depth: int
) -> Iterable[LeafToken]:
    name, count = {model.Emphasis: ("em", 1), model.Strong: ("strong", 2)}.get(
        type(node), ("del", 2)
    )
    opening, closing = tag(name, node.attributes), f"</{name}>"
    inner = list(_tokens(node.children, notes, depth + (name != "del")))
    if node.attributes != model.NO_ATTRIBUTES or not inner:
        yield from (LeafToken(opening), *inner, LeafToken(closing))
        return
    marks = "~~" if name == "del" else "*_"[depth % 2] * count
    yield LeafToken(marks, "open", opening)
    yield from inner
    yield LeafToken(marks, "close", closing)


def _code(node: model.Code, notes: Notes, depth: int) -> Iterable[LeafToken]:
    text = node.text
    element = f"{tag('code', node.attributes)}{_entities(text)}</code>"
    if not text or "\n" in text:
        yield LeafToken(element)
        return
    runs = {len(run) for run in re.findall("`+", text)}
    marks = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    spaced = text[0] == text[-1] == " " and text.strip(" ")
    if text[0] == "`" or text[-1] == "`" or spaced:
        text = f" {text} "
    listed = attribute_list(node.attributes)
    yield LeafToken(f"{marks}{text}{marks}{listed}", "code", element)


def _entities(text: str) -> str:
    """A text between tags, where Markdown is read too, without any mark."""
    return re.sub(r"[^\w\s]|_", lambda match: f"&#{ord(match[0])};", text)


def _link(node: model.Link, notes: Notes, depth: int) -> Iterable[LeafToken]:
    after = attribute_list(node.attributes)
    only = node.children[0] if len(node.children) == 1 else None
    text = only.text if isinstance(only, model.Text) else ""
    title = node.title
    if text and not title and not (after and " " in text):
        is_mail = node.href == f"mailto:{text}" and _MAIL.fullmatch(text)
        if is_mail or (text == node.href == encode(text) and _AUTOLINK.fullmatch(text)):
            yield LeafToken(f"<{text}>{after}")
            return
        if node.href == f"https://{text}" and _WWW.fullmatch(text) and not after:
            yield LeafToken(text, "bare", f"[{text[:3]}\\{text[3:]}]({node.href})")
            return
    if encode(_written(node.href)) != node.href and not _VARIABLE.search(node.href):
        title_attribute = f' title="{html.escape(title)}"' if title else ""
        opening = tag("a", node.attributes, f' href="{html.escape(node.href)}"{title_attribute}')
        yield from (LeafToken(opening), *_tokens(node.children, notes, depth), LeafToken("</a>"))
        return
    yield LeafToken("[", "bracket")
    yield from _tokens(node.children, notes, depth)
    label = notes.links.get((node.href, title))
    if label is not None:
        is_short = normalise(plain_text(node.children)) == normalise(label)
        yield LeafToken(f"]{after}" if is_short else f"][{label}]{after}", "end")
        return
    yield LeafToken(f"]({_target(node.href, title)}){after}", "end")


def _image(node: model.Image, notes: Notes, depth: int) -> Iterable[LeafToken]:
    title = node.title
    if encode(_written(node.source)) != node.source and not _VARIABLE.search(node.source):
        yield LeafToken(image(node))
        return
    yield LeafToken("![", "bracket")
    if parts := partial_strings.read(node.alt):
        yield from _tokens(parts, notes, depth)
    elif node.alt:
        for number, part in enumerate(re.split(f"({_NAMED})", node.alt)):
            yield LeafToken(part, "mark" if number % 2 else "text")
    after = attribute_list(node.attributes)
    yield LeafToken(f"]({_target(node.source, title)}){after}", "end")


def _written(address: str) -> str:
    """An address as it is written, so that the parser reads it as it is."""
    return address.replace("\\", "\\\\").replace("&", "&amp;") if "\\" in address else address


def _target(address: str, title: str) -> str:
    address = _VARIABLE.sub(lambda m: unquote("".join(("{{", *m.groups(), "}}"))), address)
    bare = re.sub(WRITTEN, "", address)
    if not _PLAIN.fullmatch(bare) and (" " in bare or not address or not _balanced(bare)):
        escaped = re.sub(r"([<>\\])", r"\\\1", address)
        address = f"<{escaped}>"
    elif "\\" in address or "<" in address:
        address = re.sub(r"([<\\])", r"\\\1", address)
    address = re.sub(r"&(?=#?\w+;)", "&amp;", address)
    return f"{address} {titled(title)}" if title else address


def titled(title: str) -> str:
    """A link's title, or an image's, in its quotation marks."""
    escaped = re.sub(r'([\\"])', r"\\\1", title)
    escaped = re.sub(r"&(?=#?\w+;)", "&amp;", escaped)
    return f'"{escaped}"'


def _balanced(address: str) -> bool:
    depth = 0
    for char in address:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return not depth


def _note_reference(node: model.NoteReference, notes: Notes, depth: int) -> Iterable[LeafToken]:
    note = notes.notes.get(node.label)
    if not node.label.startswith(model.INLINE_NOTE):
        yield LeafToken(f"[^{node.label}]", "code")
        return
    if note is None or len(note.children) != 1 or not isinstance(note.children[0], model.Paragraph):
        raise unwritable(node)
    yield LeafToken("^[", "bracket")
    yield from _tokens(note.children[0].children, notes, depth)
    yield LeafToken(f"]{attribute_list(note.children[0].attributes)}", "end")


def _abbreviation(node: model.Abbreviation, notes: Notes, depth: int) -> Iterable[LeafToken]:
    if node.text in notes.defined:
        yield LeafToken(node.text, "text")
        return
    if node.attributes != model.NO_ATTRIBUTES:
        raise unwritable(node)
    title = html.escape(node.title)
    yield LeafToken(f'<abbr title="{title}">{_entities(node.text)}</abbr>')


def _element(node: model.InlineElement, notes: Notes, depth: int) -> Iterable[LeafToken]:
    inner = list(_tokens(node.children, notes, depth))
    listed = attribute_list(node.attributes)
    if node.name == "span" and listed:
        yield from (LeafToken("[", "bracket"), *inner, LeafToken(f"]{listed}", "end"))
    elif node.name == "mark" and inner and node.attributes == model.NO_ATTRIBUTES:
        yield from (LeafToken("==", "open", "<mark>"), *inner, LeafToken("==", "close", "</mark>"))
    elif node.name == "wbr":
        yield LeafToken("<wbr>")
    else:
        yield from (
            LeafToken(tag(node.name, node.attributes)),
            *inner,
            LeafToken(f"</{node.name}>"),
        )


def _blank(node: model.Blank, notes: Notes, depth: int) -> Iterable[LeafToken]:
    written = blank(node)
    yield LeafToken(written, "gap", written if node.answer else f"{written}{{}}")


def _cross_reference(node: model.CrossReference, notes: Notes, depth: int) -> Iterable[LeafToken]:
    sign = "-@" if node.form == "number" else "@"
    pages = ("page",) if node.form == "page" else ()
    attributes = node.attributes
    listed = attribute_list(
        model.Attributes(attributes.id, (*pages, *attributes.classes), attributes.pairs)
    )
    if not _CROSS_REFERENCE.fullmatch(f"{sign}{node.target}"):
        raise unwritable(node)
    yield LeafToken(f"{sign}{node.target}{listed}", "reference", f"[{sign}{node.target}]{listed}")


def _math(node: model.Math, notes: Notes, depth: int) -> Iterable[LeafToken]:
    if node.display:
        yield LeafToken(f"$${node.tex}$$")
    else:
        yield LeafToken(f"${node.tex}$", "math", f"$`{node.tex}`$")


WRITERS: Mapping[type[Node], Callable[[Any, Notes, int], Iterable[LeafToken]]] = {
    model.Text: lambda node, *_: (LeafToken(node.text, "text"),),
    model.SoftBreak: lambda *_: (LeafToken("\n"),),
    model.LineBreak: lambda *_: (LeafToken("\\\n"),),
    model.Emphasis: _emphasis,
    model.Strong: _emphasis,
    model.Strikethrough: _emphasis,
    model.Code: _code,
    model.Link: _link,
    model.Image: _image,
    model.NoteReference: _note_reference,
    model.Abbreviation: _abbreviation,
    model.InlineElement: _element,
    model.Blank: _blank,
    model.Variable: lambda node, *_: (LeafToken(f"{{{{ {node.name} }}}}"),),
    model.CrossReference: _cross_reference,
    model.Citation: lambda node, *_: (LeafToken(node.source, "code"),),
    model.Math: _math,
    model.PageMark: lambda *_: (),  # nothing that is written makes one
}
