"""References from one part to others, in words instead of dead links."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import model
from pipeline.model import Document, Inline, Node
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import all_nodes, plain_text, walk
from pipeline.model.words import words
from pipeline.model.words.writing import writing
from pipeline.resolve.parts import DocumentPart


class PartPlaces:
    """The part that contains each id, and the ids without a fixed position: those of terms and
    works, which are listed wherever they are needed."""

    def __init__(self, document: Document, parts: Sequence[DocumentPart]) -> None:
        self.titles: dict[str, str] = {}
        self.sections: set[str] = set()
        for part in parts:
            title = plain_text(part.title).strip() or document.metadata.title
            for node in walk(part.blocks):
                if node.attributes.id:
                    self.titles[node.attributes.id] = title
            if part.section:
                self.titles[part.section.attributes.id] = title
                self.sections.add(part.section.attributes.id)
        self.listed = {name for node in all_nodes(document) for name in _listed(node)}


def _listed(node: Node) -> tuple[str, ...]:
    match node:
        case model.BibliographyEntry():
            return (node.attributes.id,)
        case model.DefinitionItem():
            return tuple(
                inner.attributes.id
                for term in node.terms
                for inner in term
                if isinstance(inner, model.InlineElement)
            )
    return ()


def without_dead_ends(document: Document, part: DocumentPart, places: PartPlaces) -> Document:
    """The part with text that names the destination in place of references and links to other
    parts."""
    here = {node.attributes.id for node in all_nodes(document)}
    vocabulary = words(document.metadata.lang)
    opening, closing = writing(document.metadata.lang).double
    own = part.section.attributes.id if part.section else ""

    def quoted(target: str) -> str:
        title = places.titles.get(target, "")
        return f"{opening}{title}{closing}" if title else ""

    def refer(node: model.CrossReference) -> Node:
        if node.target in here:
            return node
        place, text = quoted(node.target), node.text
        if node.target == own or not place or place in text:
            return model.Text(text=text, span=node.span)
        form = "reference_titled" if node.target in places.sections else "reference_elsewhere"
        return model.Text(text=vocabulary[form].format(reference=text, title=place), span=node.span)

    def link(node: model.Link) -> Node | tuple[Inline, ...]:
        target = node.href[1:]
        if not node.href.startswith("#") or target in here:
            return node
        place = quoted(target)
        if target == own or target in places.listed or not place:
            return node.children
        if places.titles[target].casefold() in plain_text(node.children).casefold():
            return node.children
        after = vocabulary["reference_titled"].format(reference="", title=place)
        return (*node.children, model.Text(text=after, span=node.span))

    return rewrite_document(document, leave={model.CrossReference: refer, model.Link: link})
