"""Links: what they lead to must be there, and must be safe to follow."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.model import Document, Image, Link, Node
from pipeline.paths import Problem, locate, scheme
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.tree import rewrite_document, walk, whole

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel", "//"})


def check_references(document: Document, folder: Path) -> Document:
    """The document with its links checked against its own ids and the files in ``folder``.

    A link of a scheme that is not safe becomes its text, with an UNSAFE_MARKUP warning, and
    so does one to a file, which no output takes along (LOCAL_LINK);
    one that leads nowhere is an UNRESOLVED_LINK or OUTSIDE_FOLDER error. Links to ids are
    without percent-encoding afterwards.
    """
    links = [pair for pair in walk_spans(whole(document)) if isinstance(pair[0], Link)]
    if not links:
        return document
    findings = Findings(document)
    ids = {node.attributes.id for node in walk(whole(document))} - {""}
    local: set[str] = set()
    for link, span in links:
        assert isinstance(link, Link)
        if problem := _problem(link.href, ids, folder, findings):
            findings.add(problem.code, problem.message, span, problem.hint)
            if problem.code is Code.LOCAL_LINK:
                local.add(link.href)

    def leave(link: Link) -> Node | tuple[Node, ...]:
        if _is_unsafe(link.href) or link.href in local:
            return link.children
        if link.href.startswith("#") and "%" in link.href:
            return replace(link, href=unquote(link.href))
        return link

    return findings.added_to(rewrite_document(document, leave={Link: leave}))


def drop_unsafe_addresses(document: Document) -> Document:
    """The document with links of a scheme that is not safe as their text, and without the
    addresses of images that have one."""

    def link(node: Link) -> Node | tuple[Node, ...]:
        return node.children if _is_unsafe(node.href) else node

    def image(node: Image) -> Node:
        return replace(node, source="") if _is_unsafe(node.source) else node

    return rewrite_document(document, leave={Link: link, Image: image})


def _is_unsafe(href: str) -> bool:
    return scheme(href) not in SAFE_SCHEMES | {""}


def _problem(href: str, ids: set[str], folder: Path, findings: Findings) -> Problem | None:
    """What is wrong with a link, if anything is."""
    if _is_unsafe(href):
        return Problem(
            Code.UNSAFE_MARKUP,
            f"A link begins with `{scheme(href)}:`, which readers cannot follow safely;"
            " only its text is kept.",
        )
    if scheme(href):
        return None
    if href in ("", "#"):
        return Problem(Code.UNRESOLVED_LINK, "The link has no address.")
    if href.startswith("#"):
        target = unquote(href[1:])
        if target in ids:
            return None
        return Problem(
            Code.UNRESOLVED_LINK,
            f"Nothing in the document has the id `{target}`.",
            findings.did_you_mean(target, ids, "#"),
        )
    located = locate(folder, href, Code.UNRESOLVED_LINK)
    if not isinstance(located, Problem):
        return Problem(
            Code.LOCAL_LINK,
            f"The link leads to “{unquote(href)}”, a file that does not go into the outputs;"
            " only its text is kept.",
            "Put the file on the web, and link to its address.",
        )
    if re.match(r"(www\.|[\w-]+\.(com|org|net|edu|gov|int|info)\b)", href):
        return located._replace(hint=f"To lead to the web, write `https://{href}`.")
    return located
