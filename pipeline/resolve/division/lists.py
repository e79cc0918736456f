"""Each part's share of the lists of the whole: the terms that it uses, the works that it cites."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, Node
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import all_nodes, walk
from pipeline.model.words import words

TERMS = "terms"
"""The class of the definition lists of glossaries."""


class Lists:
    """The glossary and the bibliography of a document, from which needed entries are taken."""

    def __init__(self, document: Document) -> None:
        vocabulary = words(document.metadata.lang)
        self._entries: dict[str, model.BibliographyEntry] = {}
        self._items: dict[str, model.DefinitionItem] = {}
        self._glossary = model.Section(
            depth=1, title=(model.Text(text=vocabulary["glossary"]),), children=(), role="glossary"
        )
        self._bibliography = model.Section(
            depth=1,
            title=(model.Text(text=vocabulary["bibliography"]),),
            children=(model.Bibliography(),),
            role="bibliography",
        )
        for node in all_nodes(document):
            match node:
                case model.Section(role="glossary"):
                    self._glossary = replace(
                        self._glossary, title=node.title, attributes=node.attributes
                    )
                case model.Section(role="bibliography") if _holds_works(node):
                    self._bibliography = replace(node, depth=1, number="")
                case model.Bibliography():
                    self._entries.update((entry.key, entry) for entry in node.entries)
                case model.DefinitionList() if TERMS in node.attributes.classes:
                    self._items.update(
                        (identifier, item) for item in node.items for identifier in _ids(item)
                    )

    def terms(
        self, blocks: Iterable[Node], notes: Iterable[model.Note]
    ) -> tuple[model.Section, ...]:
        """The entries of the terms used in the blocks and notes, as a section; none if they are
        defined there."""
        nodes = list(walk((*blocks, *notes)))
        there = {node.attributes.id for node in nodes}
        used = {node.href[1:] for node in nodes if isinstance(node, model.Link)} - there
        items = tuple(
            dict.fromkeys(item for identifier, item in self._items.items() if identifier in used)
        )
        if not items:
            return ()
        listing = model.DefinitionList(items=items, attributes=Attributes(classes=(TERMS,)))
        title, name = self._glossary.title, self._glossary.attributes.id
        attributes = Attributes(id=name if name not in there else "")
        return (replace(self._glossary, title=title, attributes=attributes, children=(listing,)),)

    def works(
        self, blocks: Iterable[Node], notes: Iterable[model.Note]
    ) -> tuple[model.Section, ...]:
        """The works that are cited in the blocks and notes, as a section."""
        cited = {
            item.key
            for node in walk((*blocks, *notes))
            if isinstance(node, model.Citation)
            for item in node.items
        }
        entries = tuple(entry for key, entry in self._entries.items() if key in cited)
        if not entries:
            return ()
        section = self._bibliography
        children: tuple[Block, ...] = rewrite(
            section.children,
            leave={model.Bibliography: lambda node: replace(node, entries=entries)},
        )
        return (replace(section, children=children),)


def _holds_works(section: model.Section) -> bool:
    return any(isinstance(child, model.Bibliography) for child in section.children)


def _ids(item: model.DefinitionItem) -> tuple[str, ...]:
    return tuple(
        node.attributes.id
        for term in item.terms
        for node in term
        if isinstance(node, model.InlineElement) and node.attributes.id
    )
