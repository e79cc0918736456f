"""Obsidian's links ``[[Page#Heading|text]]``, once all headings and ids are known."""

from __future__ import annotations

from collections.abc import Container
from urllib.parse import quote, unquote

from msgspec.structs import replace

from pipeline.model import Document, Heading, Inline, Link
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import all_nodes, plain_text, walk
from pipeline.parser.inlines.other_tools import EMBEDDED, WIKI

_EMBEDDED = "To include a file, write `{{ include part.md }}` on a line of its own."
_LINKED = "Write a link to a heading as `[text](#its-id)`, to the web as `[text](https://…)`."


def lead(document: Document) -> Document:
    """The document with these links leading to headings, ids or included files. Other links become
    text, with a finding."""
    if not any(_is_wiki(node) for node in all_nodes(document)):
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
