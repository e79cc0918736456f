"""Nodes for inline HTML elements."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Inline, Node
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import plain_text, walk
from pipeline.parser.attributes import make
from pipeline.parser.inlines.links import encode
from pipeline.parser.markup.flow import FORMATS, as_inlines, bind, distribute, fold
from pipeline.parser.markup.safe_tags import Frame
from pipeline.system.paths import host, scheme

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
        attributes=make(
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
    attributes = make(classes=tuple(set(values.get("class", "").split()) & {"qr"}))
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
