"""Unique, stable ids for all link targets."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.codes import Code
from pipeline.model.names import Names, slug
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import find, ordinals, plain_text, walk
from pipeline.resolve.findings import Findings

RESERVED = frozenset({"contents", "main", "notes", "title", "footnotes"})
RESERVED_PREFIXES = ("fn-", "fnref-", "fld-", "ix-")
"""Ids that the templates use."""


LONGEST = 60
"""The maximum number of characters of a caption or question in its id."""


def assign_identifiers(document: Document) -> Document:
    """The document with an id on every section, heading, question, and everything with a caption.

    Ids in the source are kept, except duplicates and those reserved for the outputs: these are
    DUPLICATE_ID, and get a number. Others are derived from the plain text: of headings as GitHub
    does, so that links written for GitHub work; of captions and questions with the prefix
    ``figure-``, ``table-``, ``listing-`` or ``question-``.
    """
    findings = Findings(document)
    explicit, refused = _explicit(document, findings)
    names = Names(explicit)
    nodes = [
        (number, node)
        for number, node, _ in find(document, *NAMED, marked=True)
        if number in refused or _needs_id(node)
    ]
    # Sections come first, so that a new figure never changes the address of a section.
    ids: dict[int, str] = {}
    moved: dict[str, str] = {}
    for number, node in sorted(nodes, key=lambda pair: not isinstance(pair[1], model.Section)):
        if number not in refused:
            ids[number] = names.take(*_name(node))
            continue
        name = node.attributes.id
        ids[number] = names.take(name, numbered=True)
        if _is_reserved(name):
            moved.setdefault(f"#{name}", f"#{ids[number]}")

    def enter(node: Node, number: int) -> Node:
        if number not in ids:
            return node
        return replace(node, attributes=replace(node.attributes, id=ids[number]))

    def follow(link: model.Link, number: int) -> model.Link:
        return replace(link, href=moved[link.href]) if link.href in moved else link

    if nodes:
        leave: Changes = {model.Link: follow} if moved else {}
        changes: Changes = dict.fromkeys({type(node) for _, node in nodes}, enter)
        document = rewrite_document(document, enter=changes, leave=leave, context=ordinals())
    return findings.added_to(document)


def _explicit(document: Document, findings: Findings) -> tuple[set[str], frozenset[int]]:
    """Ids that the source gives or cannot have, and the numbers of nodes that need another one."""
    lines: dict[str, int] = {}
    refused: set[int] = set()
    for number, node, span in find(document, marked=True):
        name = node.attributes.id
        if not name:
            continue
        place = document.place(span)
        line = place.line if place else 0
        if name in lines:
            first = f" (first in line {lines[name]})" if lines[name] else ""
            findings.add(Code.DUPLICATE_ID, f"The id `{name}` is used twice{first}.", span)
            refused.add(number)
        elif _is_reserved(name):
            findings.add(
                Code.DUPLICATE_ID,
                f"The id `{name}` is reserved for the outputs.",
                span,
                hint=f"Rename it, for example to `my-{name}`.",
            )
            refused.add(number)
        lines.setdefault(name, line)
    return {*lines, *RESERVED}, frozenset(refused)


def _is_reserved(name: str) -> bool:
    return name in RESERVED or name.startswith(RESERVED_PREFIXES)


NAMED: tuple[type[Node], ...] = (model.Section, model.Heading, *model.CAPTIONED, model.Turn)
"""Types with nodes that need an id."""


def _needs_id(node: Node) -> bool:
    if node.attributes.id:
        return False
    if isinstance(node, model.Captioned):
        return bool(node.caption)
    return isinstance(node, model.Section | model.Heading) or (
        isinstance(node, model.Turn) and node.asks
    )


def _name(node: Node) -> tuple[str, bool]:
    """The id that a node would have if it were alone, and whether it must be numbered because its
    text provides no name."""
    match node:
        case model.Section() | model.Heading():
            title = node.title if isinstance(node, model.Section) else node.children
            prefix, name = "section", slug(plain_text(title))
            if name.strip("-_") and not name.startswith(RESERVED_PREFIXES):
                return name, False
        case _ if isinstance(node, model.Captioned):
            prefix, name = model.CAPTIONED[type(node)], slug(plain_text(node.caption))
        case _:
            paragraphs = (child for child in walk(node) if isinstance(child, model.Paragraph))
            first = next(paragraphs, None)
            prefix, name = "question", slug(plain_text(first.children)) if first else ""
    if len(name) > LONGEST:
        name = name[: LONGEST + 1].rpartition("-")[0] or name[:LONGEST]
    name = name.strip("-_")
    return (f"{prefix}-{name}", False) if name else (prefix, True)
