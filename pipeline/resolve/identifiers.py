"""Unique, stable ids for all that can be linked to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.model import (
    Chart,
    CodeBlock,
    Document,
    Figure,
    FigureGroup,
    Node,
    Paragraph,
    Section,
    Table,
    Turn,
)
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.slugs import Names, slug
from pipeline.tree import Changes, plain_text, rewrite_document, walk, whole

RESERVED = frozenset({"contents", "main", "notes", "title", "footnotes"})
RESERVED_PREFIXES = ("fn-", "fnref-", "fld-", "ix-")
"""Ids that the templates give themselves."""

CAPTIONED: dict[type[Node], str] = {
    Figure: "figure",
    FigureGroup: "figure",
    Chart: "figure",
    Table: "table",
    CodeBlock: "listing",
}
"""What has a caption, and what the ids that are made of it begin with."""

LONGEST = 60
"""How many characters of a caption or a question its id has at most."""


def assign_identifiers(document: Document) -> Document:
    """The document with an id on every section, question, and all that has a caption.

    Ids that the source gives stay as they are; two that are the same, and ids that the
    outputs use themselves, are DUPLICATE_ID errors. Others are made of the plain text: of
    a section's title as GitHub makes its anchors, so that links written for GitHub work;
    of captions and questions with ``figure-``, ``table-``, ``listing-`` or ``question-``
    before.
    """
    findings = Findings(document)
    names = Names(_explicit(document, findings))
    nodes = [node for node in walk(whole(document)) if _needs_id(node)]
    # Sections come first, so that a new figure never changes the address of a section.
    made: dict[int, str] = {}
    for index, node in sorted(enumerate(nodes), key=lambda item: not isinstance(item[1], Section)):
        made[index] = names.take(*_name(node))
    # `enter` meets the nodes in the order in which `walk` does.
    ids: Iterator[str] = (made[index] for index in range(len(nodes)))

    def enter(node: Node) -> Node:
        if not _needs_id(node):
            return node
        return replace(node, attributes=replace(node.attributes, id=next(ids)))

    if nodes:
        changes: Changes = dict.fromkeys((Section, Turn, *CAPTIONED), enter)
        document = rewrite_document(document, enter=changes)
    return findings.added_to(document)


def _explicit(document: Document, findings: Findings) -> set[str]:
    """All ids that the source gives, and those it cannot have."""
    lines: dict[str, int] = {}
    for node, span in walk_spans(whole(document)):
        name = node.attributes.id
        if not name:
            continue
        line = span.line if span else 0
        if name in lines:
            first = f" (first in line {lines[name]})" if lines[name] else ""
            findings.add(Code.DUPLICATE_ID, f"The id `{name}` is given twice{first}.", span)
        elif name in RESERVED or name.startswith(RESERVED_PREFIXES):
            findings.add(
                Code.DUPLICATE_ID,
                f"The id `{name}` is one that the outputs use themselves.",
                span,
                hint=f"Name it `my-{name}`, say.",
            )
        lines.setdefault(name, line)
    return {*lines, *RESERVED}


def _needs_id(node: Node) -> bool:
    if node.attributes.id:
        return False
    match node:
        case Section():
            return True
        case Figure() | FigureGroup() | Chart() | Table() | CodeBlock():
            return bool(node.caption)
        case Turn():
            return node.asks
    return False


def _name(node: Node) -> tuple[str, bool]:
    """The id that a node would have if it were alone, and whether it must be numbered
    since its text gives no name."""
    match node:
        case Section():
            prefix, name = "section", slug(plain_text(node.title))
            if name.strip("-_") and not name.startswith(RESERVED_PREFIXES):
                return name, False
        case Figure() | FigureGroup() | Chart() | Table() | CodeBlock():
            prefix, name = CAPTIONED[type(node)], slug(plain_text(node.caption))
        case _:
            paragraphs = (child for child in walk(node) if isinstance(child, Paragraph))
            first = next(paragraphs, None)
            prefix, name = "question", slug(plain_text(first.children)) if first else ""
    if len(name) > LONGEST:
        name = name[: LONGEST + 1].rpartition("-")[0] or name[:LONGEST]
    name = name.strip("-_")
    return (f"{prefix}-{name}", False) if name else (prefix, True)
