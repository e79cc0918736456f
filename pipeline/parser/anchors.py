"""Links to headings by the names that other tools give them, once all headings and ids are known.

``## :rocket: Start``, with emoji by name, is ``#rocket-start`` on GitHub, and ``#-start`` with the
emoji itself: the first is an id where a link asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model import Document, Heading, Link
from pipeline.model.diagnostics import Span
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import all_nodes


def anchor(heading: Element) -> str:
    """GitHub's anchor of a heading that contains emoji by name; "" for all others."""
    named = [inner for inner in heading.iter() if inner.tag == "emoji"]
    if not named:
        return ""
    shown = [element.text for element in named]
    for element in named:
        element.text = element.get("name", "")
    name = slug("".join(heading.itertext()))
    for element, text in zip(named, shown, strict=True):
        element.text = text
    return name


def give(document: Document, anchors: Mapping[Span, str]) -> Document:
    """The document with these ids added to the headings that links lead to."""
    if not anchors:
        return document
    nodes = list(all_nodes(document))
    wanted = {node.href[1:] for node in nodes if isinstance(node, Link) and node.href[:1] == "#"}
    wanted -= {node.attributes.id for node in nodes}
    given = {place: name for place, name in anchors.items() if name in wanted}

    def enter(node: Heading) -> Heading:
        name = given.get(node.span, "") if node.span else ""
        if not name or node.attributes.id or name not in wanted:
            return node
        wanted.discard(name)
        return replace(node, attributes=replace(node.attributes, id=name))

    return rewrite_document(document, enter={Heading: enter}) if given else document
