"""Links to headings by the names that other tools give them, once all headings and ids are known.

``## :rocket: Start``, with emoji by name, is ``#rocket-start`` on GitHub, and ``#-start`` with the
emoji itself: the first is an id where a link asks for it. Obsidian's are ``[[Page#Heading|text]]``.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model import Document, Heading, Inline, Link
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import all_nodes, find, plain_text, walk
from pipeline.parser.inlines.other_tools import EMBEDDED, WIKI


def anchor(heading: Element) -> str:
    """GitHub's anchor of a heading that contains emoji by name; "" for all others."""
    named = [inner for inner in heading.iter() if inner.tag == "emoji"]
    if not named:
        return ""
    shown = [element.text for element in named]
    for element in named:
        element.text = element.get("name", "")
    found = slug("".join(heading.itertext()))
    for element, text in zip(named, shown, strict=True):
        element.text = text
    return found


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


_EMBEDDED = "To include a file, write `{{ include part.md }}` on a line of its own."
_LINKED = "Write a link to a heading as `[text](#its-id)`, to the web as `[text](https://…)`."


def lead(document: Document) -> Document:
    """The document with links to headings, ids or files; others become text, with a finding."""
    if not any(_is_wiki(node) for _, node, _ in find(document, Link)):
        return document
    ids = {node.attributes.id for node in all_nodes(document)} - {""}
    ids |= {
        slug(plain_text(node.children))
        for node in walk(document.blocks)
        if isinstance(node, Heading) and not node.attributes.id
    }
    by_name = {
        slug(plain_text(node.children)): node.attributes.id
        for node in walk(document.blocks)
        if isinstance(node, Heading) and node.attributes.id
    }
    found: list[Diagnostic] = []

    def settle(node: Link) -> Link | tuple[Inline, ...]:
        if not _is_wiki(node):
            return node
        target = unquote(node.href.removeprefix(WIKI))
        address = _address(target, ids, by_name, document.files)
        if address:
            return replace(node, href=address, title="")
        embedded = node.title == EMBEDDED
        what = "is not included in this document" if embedded else "is not in this document"
        message = f"The Obsidian note “{target}” {what}; its name is kept as text."
        hint = _EMBEDDED if embedded else _LINKED
        found.append(diagnostic(Code.LIKELY_SLIP, message, span=node.span, hint=hint))
        return node.children

    document = rewrite_document(document, leave={Link: settle})
    return replace(document, diagnostics=(*document.diagnostics, *found))


def _is_wiki(node: object) -> bool:
    return isinstance(node, Link) and node.href.startswith(WIKI)


def _address(
    target: str, ids: Container[str], by_name: dict[str, str], files: tuple[str, ...]
) -> str:
    """The target of a link, or "" if it is not in the document."""
    page, _, heading = target.partition("#")
    heading = (heading.rpartition("#")[2] or heading).strip().removeprefix("^")
    name = heading or page
    if own := by_name.get(slug(name)):
        return f"#{own}"
    for candidate in (slug(name), name):
        if candidate in ids:
            return f"#{candidate}"
    if heading:
        return ""
    return next((quote(file) for file in files if file in (page, f"{page}.md")), "")
