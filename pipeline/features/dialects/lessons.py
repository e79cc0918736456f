"""Blocks that several tools have: boxes and exercises whose first heading is their title, tabs, and
listings with a caption and a file name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Inline
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import constructs
from pipeline.parser.constructs.boxes import container
from pipeline.parser.constructs.parts import Parts

_PAIR = late(r"([\w-]{1,40})=(?:\"([^\"]*)\"|'([^']*)')")

Title = tuple[Inline, ...]


def closing(mark: str) -> re.Pattern[str]:
    """The pattern of a line that ends a block, which a quotation may be around."""
    return late(rf"^[ \t>]*+{mark}[ \t]*$")


def box(parts: Parts, kind: str, label: str, fold: Literal["", "closed"] = "") -> tuple[Block, ...]:
    """A box whose title is its first heading, or else ``label``."""
    title, attributes = parts.titled
    children = parts.children
    if not title and children and isinstance(children[0], model.Heading):
        title, children = children[0].children, children[1:]
    return (
        model.Admonition(
            kind=kind,
            title=title or (model.Text(text=label),),
            children=children,
            span=parts.span,
            attributes=attributes,
            fold=fold,
        ),
    )


def exercises(parts: Parts) -> tuple[Block, ...]:
    """An exercise for each heading of the first one's level in a block, which is its title."""
    bare = parts._replace(name="exercise", argument="", attributes=NO_ATTRIBUTES)
    return tuple(
        block
        for title, span, children in _headed(parts)
        for block in constructs.container(
            bare._replace(heading=title, span=span, children=children)
        )
    )


def _headed(parts: Parts) -> Iterator[tuple[Title, Span, tuple[Block, ...]]]:
    title: Title = parts.titled[0]
    span = parts.span
    children: list[Block] = []
    level = next((node.level for node in parts.children if isinstance(node, model.Heading)), 0)
    for node in parts.children:
        if isinstance(node, model.Heading) and node.level == level:
            if children:
                yield title, span, tuple(children)
            title, children = node.children, []
            span = replace(parts.span, line=node.span.line) if node.span else parts.span
        else:
            children.append(node)
    yield title, span, tuple(children)


def content(parts: Parts) -> tuple[Block, ...]:
    """The blocks in it: tabs or cards, one after the other."""
    return parts.children


def tab(parts: Parts) -> tuple[Block, ...]:
    """A tab or a card, with its title in bold."""
    return container(parts._replace(name="tab"))


def listing(parts: Parts) -> tuple[Block, ...]:
    """Code with the caption and the file name of the notation around it, given as attributes. The
    text names its number, which stays a part of the caption."""
    return tuple(_captioned(parts))


def _captioned(parts: Parts) -> Iterator[Block]:
    written = {key: html.unescape(a or b) for key, a, b in _PAIR.findall(parts.argument)}
    number, caption = written.get("number", ""), written.get("caption", "")
    label = f"Listing {number}" if number else ""
    text = ": ".join(filter(None, (label, caption)))
    title = parts.read(text, parts.span) if text else ()
    file_name = written.get("file-name") or written.get("title", "")
    for node in parts.children:
        if isinstance(node, model.CodeBlock) and (title or file_name):
            yield replace(node, caption=title, file_name=file_name or node.file_name)
            title, file_name = (), ""
        else:
            yield node
    if title:  # no code in it
        yield model.Paragraph(children=title, span=parts.span)
