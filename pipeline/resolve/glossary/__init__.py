"""The glossary: the first use of each term becomes a link to it."""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from pipeline.model import Container, Document, InlineElement, Link, Node, Section
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.names import folded
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import find, plain_text, walk
from pipeline.resolve.findings import Findings
from pipeline.resolve.glossary.terms import TERM, TermContext, around_of, define_terms, is_glossary

Inherited: TypeAlias = tuple[TermContext, "Span | None"]

OF = "of"
"""The attribute key that names the term of which a word is another form."""


def link_terms(document: Document, split: int = 0) -> Document:
    """The document with the terms of its glossaries defined (`dfn`), and the first ``[…]{.term}``
    of each linked to its definition; in an e-book the first in each chapter, in a document to be
    ``split`` the first in each part, in a glossary all.

    A word without a definition is an UNKNOWN_TERM, a term with two definitions a DUPLICATE_TERM, a
    glossary without a definition list an EMPTY_GLOSSARY.
    """
    nodes = (node for _, node, _ in find(document, Container, Section, marked=True))
    if not any(is_glossary(node) or _is_use(node) for node in nodes):
        return document
    findings = Findings(document)
    terms: dict[str, str] = {}
    document = define_terms(document, terms, findings)
    uses = _Uses(document, terms, findings, split)
    document = rewrite_document(
        document, enter={InlineElement: uses.enter}, context=((TermContext(), None), uses.inherit)
    )
    return findings.added_to(document)


def _is_use(node: Node) -> bool:
    """Return whether a node is ``[…]{.term}``."""
    return isinstance(node, InlineElement) and TERM in node.attributes.classes


class _Uses:
    """Gives each use of a term, in order, its target."""

    def __init__(
        self, document: Document, terms: dict[str, str], findings: Findings, split: int
    ) -> None:
        edition = EDITIONS.get(document.edition)
        self._by_chapter = split > 0 or (edition is not None and edition.format == "epub")
        self._split = split
        self._terms = terms
        self._findings = findings
        self._used: set[tuple[object, str]] = set()

    def inherit(self, node: Node, above: Inherited) -> Inherited:
        return around_of(node, above[0], self._split), node.span or above[1]

    def enter(self, node: InlineElement, inherited: Inherited) -> Node:
        return _use(node, self._target(node, *inherited)) if _is_use(node) else node

    def _target(self, node: InlineElement, around: TermContext, span: Span | None) -> str:
        """The id of the term that a use should lead to, or ""."""
        word = node.attributes.get(OF) or plain_text(node.children)
        target = self._terms.get(folded(word), "")
        if not target and (self._terms or not self._used):
            self._used.add((None, ""))
            self._findings.add(
                Code.UNKNOWN_TERM,
                f"The glossary has no entry “{' '.join(word.split())}”."
                if self._terms
                else "A word is marked as a term, but there is no glossary.",
                span,
                hint=self._findings.did_you_mean(folded(word), self._terms)
                if self._terms
                else "Add one: `::: glossary`, with a definition list in it.",
            )
        if not around.may_link or any(isinstance(inner, Link) for inner in walk(node.children)):
            return ""
        if around.in_glossary:
            return target if target not in around.entry else ""
        use = (around.chapter if self._by_chapter else None, target)
        is_first = use not in self._used
        self._used.add(use)
        return target if is_first else ""


def _use(node: InlineElement, target: str) -> Node:
    """A use of a term: a link to it, or a span."""
    attributes = node.attributes.without({OF})
    if not target:
        return replace(node, attributes=attributes)
    return Link(children=node.children, href=f"#{target}", attributes=attributes, span=node.span)
