"""The glossary: the first use of each of its terms leads to it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.editions import EDITIONS
from pipeline.model import Document, InlineElement, Link, Node
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.resolve.glossary.terms import (
    TERM,
    Around,
    around_of,
    define_terms,
    folded,
    is_glossary,
)
from pipeline.tree import plain_text, rewrite_document, walk, walk_with, whole

OF = "of"
"""The key that says of which term a word is another form."""


def link_terms(document: Document, split: int = 0) -> Document:
    """The document with the terms of its glossaries defined (`dfn`), and the first
    ``[…]{.term}`` of each a link to it; in an e-book the first in each chapter, in a document
    that is to be ``split`` into parts the first in each, in a glossary all.

    A word that no glossary has is an UNKNOWN_TERM, a term with two entries a DUPLICATE_TERM,
    a glossary without a definition list an EMPTY_GLOSSARY.
    """
    nodes = list(walk(whole(document)))
    if not any(is_glossary(node) or _is_use(node) for node in nodes):
        return document
    findings = Findings(document)
    terms: dict[str, str] = {}
    document = define_terms(document, terms, findings)
    targets = iter(list(_targets(document, terms, findings, split)))

    def enter(node: InlineElement) -> Node:
        return _use(node, next(targets)) if _is_use(node) else node

    return findings.added_to(rewrite_document(document, enter={InlineElement: enter}))


def _is_use(node: Node) -> bool:
    """Whether a node is ``[…]{.term}``."""
    return isinstance(node, InlineElement) and TERM in node.attributes.classes


def _targets(
    document: Document, terms: dict[str, str], findings: Findings, split: int
) -> Iterator[str]:
    """For each use, in order, the id of the term that it is to lead to, or ""."""
    edition = EDITIONS.get(document.edition)
    by_chapter = split > 0 or (edition is not None and edition.format == "epub")
    around_of_part = functools.partial(around_of, split=split)
    used: set[tuple[int, str]] = set()
    spans = (span for node, span in walk_spans(whole(document)) if _is_use(node))
    uses = (
        (node, around)
        for node, around in walk_with(whole(document), Around(), around_of_part)
        if _is_use(node)
    )
    for (node, around), span in zip(uses, spans, strict=True):
        assert isinstance(node, InlineElement)
        word = node.attributes.get(OF) or plain_text(node.children)
        target = terms.get(folded(word), "")
        if not target and (terms or not used):
            used.add((0, ""))
            findings.add(
                Code.UNKNOWN_TERM,
                f"The glossary has no entry “{' '.join(word.split())}”."
                if terms
                else "A word is marked as a term, and there is no glossary.",
                span,
                hint=findings.did_you_mean(folded(word), terms)
                if terms
                else "Write one: `::: glossary`, with a definition list in it.",
            )
        use = (around.chapter if by_chapter else 0, target)
        if not around.may_link or any(isinstance(inner, Link) for inner in walk(node.children)):
            yield ""
        elif around.in_glossary:
            yield target if target not in around.entry else ""
        else:
            yield "" if use in used else target
            used.add(use)


def _use(node: InlineElement, target: str) -> Node:
    """A use of a term: a link to it, or a span."""
    pairs = tuple(pair for pair in node.attributes.pairs if pair[0] != OF)
    attributes = replace(node.attributes, pairs=pairs)
    if not target:
        return replace(node, attributes=attributes)
    return Link(children=node.children, href=f"#{target}", attributes=attributes, span=node.span)
