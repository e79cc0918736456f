"""Obsidian: links to notes and headings, embedded notes and images, comments, and its boxes."""

from __future__ import annotations

import functools
import re
from collections.abc import Container
from urllib.parse import quote, unquote

from msgspec.structs import replace

from pipeline.model import Document, Heading, Inline, Link
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.tree import all_nodes, find, plain_text, rewrite_document, walk
from pipeline.parser.attributes import make_attributes
from pipeline.parser.dialects import Comment, Dialect, Inclusion, References
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result, encode, normalise, read_inline

WIKI = "chapbook-wiki:"
"""The prefix of the address of an Obsidian link until all ids are known."""
EMBEDDED = "\0embedded"
"""The title of a link that replaces an embedded note."""

_LINK = r"(!?)\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\](?![(\[\]])"
_IMAGE = late(r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|tiff?)$", re.I)
_SIZE = late(r"(\d{1,5})(?:x\d{1,5})?$")


def _links(references: References) -> Pattern:
    """``[[Page#Heading|text]]`` and ``![[image.png|300]]``."""
    return Pattern("[!", _LINK, functools.partial(_link, references))


def _link(references: References, match: re.Match[str], data: str) -> Result:
    """A link. Labels of links defined in the document, numbers and conditions are excluded."""
    if data[match.start() - 1 : match.start()] == "[":
        return None
    embedded, target, text = match[1], match[2].strip(), match[3]
    if not target or target[0] in "^@" or target.isdecimal() or target.startswith(("-", " ")):
        return None
    if normalise(target) in references:
        return None
    if embedded and _IMAGE.search(target.partition("#")[0]):
        return _image(target.partition("#")[0], text or "")
    page, _, heading = target.partition("#")
    heading = heading.rpartition("#")[2] or heading
    label = (text or "").strip() or (f"{page} > {heading}" if page and heading else page or heading)
    element = InlineSpan("a", label.removeprefix("^"), href=WIKI + encode(target))
    if embedded:
        element.set("title", EMBEDDED)
    return element


def _read_sized(m: re.Match[str], data: str) -> Result:
    """``![text|500](file.png)``, an image with its width in the text."""
    target = read_inline(data, m.end())
    if target is None:
        return None
    address, title, end = target
    element = InlineSpan("img", m[1], src=encode(address))
    if title:
        element.set("title", title)
    element.attributes = make_attributes(pairs=(("width", m[2]),))
    return element, end


def _image(path: str, alt: str) -> InlineSpan:
    """An image; after the bar is its width or a text."""
    *texts, last = alt.rpartition("|")[::2] if "|" in alt else (alt,)
    size = _SIZE.match(last.strip())
    if not size and last:
        texts.append(last)
    element = InlineSpan("img", "|".join(texts).strip(), src=encode(path))
    if size:
        element.attributes = make_attributes(pairs=(("width", size[1]),))
    return element


_EMBEDDED = "To include a file, write `{{ include part.md }}` on a line of its own."
_LINKED = "Write a link to a heading as `[text](#its-id)`, to the web as `[text](https://…)`."


def lead(document: Document) -> Document:
    """The document with links to headings, ids or files; others become text, with a finding."""
    if not any(_is_wiki(node) for _, node, _ in find(document, Link)):
        return document
    headings = [
        (slug(plain_text(node.children)), node.attributes.id)
        for node in walk(document.blocks)
        if isinstance(node, Heading)
    ]
    ids = {node.attributes.id for node in all_nodes(document)} - {""}
    ids |= {name for name, identifier in headings if not identifier}
    by_name = {name: identifier for name, identifier in headings if identifier}
    findings: list[Diagnostic] = []

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
        findings.append(diagnostic(Code.LIKELY_SLIP, message, span=node.span, hint=hint))
        return node.children

    document = rewrite_document(document, leave={Link: settle})
    return replace(document, diagnostics=(*document.diagnostics, *findings))


def _is_wiki(node: object) -> bool:
    return isinstance(node, Link) and node.href.startswith(WIKI)


def _address(
    target: str, ids: Container[str], by_name: dict[str, str], files: tuple[str, ...]
) -> str:
    """The target of a link, or "" if it is not in the document."""
    page, _, heading = target.partition("#")
    heading = (heading.rpartition("#")[2] or heading).strip().removeprefix("^")
    name = heading or page
    if known := by_name.get(slug(name)):
        return f"#{known}"
    for candidate in (slug(name), name):
        if candidate in ids:
            return f"#{candidate}"
    if heading:
        return ""
    return next((quote(file) for file in files if file in (page, f"{page}.md")), "")


OBSIDIAN = Dialect(
    names=("Obsidian",),
    inlines={
        "obsidian-image": Pattern(
            "!", r"!\[([^\[\]\n|]{0,300})\|(\d{1,5})(?:x\d{1,5})?\](?=\()", _read_sized
        ),
    },
    linking={"obsidian-link": _links},
    comments=(Comment(late(r"(?<![^\W_])(?<!%)%%"), late("%%"), "an Obsidian comment", "%%"),),
    inclusions=(
        Inclusion(late(r"!\[\[(?P<path>[^\[\]|#^]{1,300}?)(?:\|[^\[\]]{0,300})?\]\]"), may_be=True),
    ),
    boxes={
        **dict.fromkeys(("abstract", "summary", "tldr", "todo"), "note"),
        **dict.fromkeys(("help", "faq"), "question"),
        **dict.fromkeys(("success", "check", "done"), "tip"),
        **dict.fromkeys(("failure", "fail", "missing", "bug"), "warning"),
    },
    titles={"tldr": "TL;DR", "faq": "FAQ", "todo": "To do"},
    settle=(lead,),
)
