"""The glossary: its entries define terms, and the first use of each term leads to its entry."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, InlineElement, Link, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.names import Names, fold_name, slug
from pipeline.model.tree import ANSWER, find, is_answer, plain_text, rewrite_document, walk
from pipeline.resolve.collation import Collation, warn_of_order
from pipeline.resolve.findings import Findings

GLOSSARY, TERM = "glossary", "term"
SORTED = "sorted"
"""The class of a glossary to sort."""

PART = "glossary in its section"
"""The temporary name of a container that is the glossary of a section with that role."""

OF = "of"
"""The attribute key that names the term of which a word is another form."""

_BLOCKS = get_args(Block)


class TermContext(NamedTuple):
    """The context of a node: whether it is in a glossary, and in a sorted one; the ids of the terms
    defined by its entry; whether it may become a link; the chapter of an e-book."""

    in_glossary: bool = False
    in_section: bool = False
    is_sorted: bool = False
    entry: frozenset[str] = frozenset()
    may_link: bool = True
    chapter: object = None
    in_part: bool = False


Inherited: TypeAlias = tuple[TermContext, Span | None]


def link_terms(document: Document, split: int = 0) -> Document:
    """The document with the terms of its glossaries defined (`dfn`), and the first ``[…]{.term}``
    of each linked to its definition; in an e-book the first in each chapter, in a document to be
    ``split`` the first in each part, in a glossary all.

    A word without a definition is an UNKNOWN_TERM, a term with two definitions a DUPLICATE_TERM, a
    glossary without a definition list an EMPTY_GLOSSARY.
    """
    nodes = (node for _, node, _ in find(document, model.Container, model.Section, marked=True))
    if not any(is_glossary(node) or _is_use(node) for node in nodes):
        return document
    findings = Findings(document)
    terms: dict[str, str] = {}
    document = define_terms(document, terms, findings)
    uses = _Uses(document, terms, findings, split)
    document = rewrite_document(
        document, enter={InlineElement: uses.enter}, context=((TermContext(), None), uses.inherit)
    )
    return findings.add_to(document)


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
        target = self._terms.get(fold_name(word), "")
        if not target and (self._terms or not self._used):
            self._used.add((None, ""))
            self._findings.add(
                Code.UNKNOWN_TERM,
                f"The glossary has no entry “{' '.join(word.split())}”."
                if self._terms
                else "A word is marked as a term, but there is no glossary.",
                span,
                hint=self._findings.did_you_mean(fold_name(word), self._terms)
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


# --- the definitions --------------------------------------------------------------------------


def is_glossary(node: Node) -> bool:
    match node:
        case model.Container():
            return node.name == GLOSSARY
        case model.Section():
            return node.role == GLOSSARY
    return False


def around_of(node: Node, parent: TermContext, split: int = 0) -> TermContext:
    """The context of the children of ``node``. Sections ``split`` deep are chapters too."""
    context = parent
    if isinstance(node, model.Section):
        opens = node.depth <= max(split, 1) or (node.depth == 2 and parent.in_part)
        context = context._replace(
            chapter=object() if opens else parent.chapter, in_part=node.role == "part"
        )
    if is_glossary(node):
        context = context._replace(
            in_glossary=True,
            in_section=parent.in_section or isinstance(node, model.Section),
            is_sorted=parent.is_sorted or SORTED in node.attributes.classes,
        )
    elif isinstance(node, model.DefinitionItem) and parent.in_glossary:
        ids = frozenset(term[0].attributes.id for term in node.terms if term)
        context = context._replace(entry=ids)
    if isinstance(node, model.Section | model.Heading | Link):
        return context._replace(may_link=False)
    return context._replace(may_link=True) if isinstance(node, _BLOCKS) else context


def define_terms(document: Document, terms: dict[str, str], findings: Findings) -> Document:
    """The document with its terms defined, and in ``terms`` the id of each."""
    collation = Collation(document.metadata.lang)
    names = Names()

    def define(item: model.DefinitionItem) -> model.DefinitionItem:
        defined = []
        for term in item.terms:
            text = plain_text(term)
            name = slug(text).strip("-_")
            identifier = names.take(f"{TERM}-{name}" if name else TERM)
            if terms.setdefault(fold_name(text), identifier) != identifier:
                message = f"The glossary defines “{text.strip()}” twice."
                hint = "Combine the two, or make their terms different."
                findings.add(Code.DUPLICATE_TERM, message, item.span, hint)
            attributes = Attributes(id=identifier)
            dfn = InlineElement(name="dfn", children=term, attributes=attributes, span=item.span)
            defined.append((dfn,))
        return replace(item, terms=tuple(defined))

    def enter_list(node: model.DefinitionList, around: TermContext) -> model.DefinitionList:
        if not around.in_glossary:
            return node
        items = tuple(map(define, node.items))
        if around.is_sorted:
            items = tuple(sorted(items, key=lambda item: collation.key(_name(item))))
            warn_of_order(collation, "glossary", node.span, findings)
        own = (ANSWER,) if is_answer(node) else ()
        attributes = replace(node.attributes, classes=("terms", *own))
        return replace(node, items=items, attributes=attributes)

    def enter_container(node: model.Container, around: TermContext) -> model.Container:
        if node.name != GLOSSARY:
            return node
        if not any(isinstance(inner, model.DefinitionList) for inner in walk(node.children)):
            findings.add(
                Code.EMPTY_GLOSSARY,
                "The glossary has no definition list.",
                node.span,
                hint="Write a line for the term, and below it `: ` with its definition.",
            )
        attributes = node.attributes.without(classes={SORTED})
        is_part = around.in_section and attributes == Attributes()
        return replace(node, name=PART if is_part else GLOSSARY, attributes=attributes)

    def leave_container(node: model.Container, _: TermContext) -> Node | tuple[Node, ...]:
        return node.children if node.name == PART else node

    return rewrite_document(
        document,
        enter={model.DefinitionList: enter_list, model.Container: enter_container},
        leave={model.Container: leave_container},
        context=(TermContext(), around_of),
    )


def _name(item: model.DefinitionItem) -> str:
    return plain_text(item.terms[0]) if item.terms else ""
