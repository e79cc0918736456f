"""The content of an e-book's imprint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

from pipeline.model import Code, CodeBlock, Document, InlineElement, Math, MathBlock, Node
from pipeline.model.faces import FACES, MATH, MONO
from pipeline.model.metadata import Contributor
from pipeline.model.tree import find, has
from pipeline.model.words import words, written_date
from pipeline.render.nodes import NodeRenderer
from pipeline.render.numbers import in_series, numbers, published_by


class Fact(NamedTuple):
    """A line of the imprint; ``address`` is empty if it has no link."""

    label: str
    value: str
    address: str = ""


def names(people: tuple[Contributor, ...], renderer: NodeRenderer) -> Markup:
    """Names in a row, the last after “and”."""
    names = [escape(person.name) for person in people]
    if len(names) < 2:
        return Markup("").join(names)
    rest = Markup(escape(renderer.word("list_separator"))).join(names[:-1])
    return rest + f" {renderer.word('and')} " + names[-1]


def facts(document: Document, renderer: NodeRenderer, css: str) -> Iterator[Fact]:
    """The content of the imprint, line by line."""
    metadata, word = document.metadata, renderer.word
    known = words(metadata.lang)
    if metadata.authors:
        yield Fact(word("by"), names(metadata.authors, renderer))
    for person in (*metadata.authors, *metadata.contributors):
        for role in person.roles if person in metadata.contributors else person.more_roles:
            yield Fact(known.get(f"role_{role}", known["role_ctb"]), person.name)
    if publisher := published_by(metadata):
        yield Fact(word("published_by"), publisher)
    if metadata.date:
        yield Fact(word("date"), written_date(metadata.date, known))
    if metadata.edition_statement:
        yield Fact(word("book_edition"), metadata.edition_statement)
    if metadata.version:
        yield Fact(word("version"), metadata.version)
    if series := in_series(metadata):
        yield Fact(word("series"), series)
    for number in numbers(metadata, known, ("isbn", "doi", "uri", "uuid")):
        yield Fact(*number)
    if metadata.licence:
        yield Fact(word("licence"), metadata.licence.name, metadata.licence.url)
    if families := _families(document, css):
        yield Fact(word("fonts"), word("font_credit", families=families))


def _families(document: Document, css: str) -> str:
    has_code = any(_is_code(node) for _, node, _ in find(document, InlineElement, Code, CodeBlock))
    families = dict.fromkeys(face.family for face in FACES)
    shown = [f for f in families if f in css and (f != MONO or has_code)]
    if document.metadata.embed_fonts and has_formulas(document):
        shown.append(MATH)
    return words(document.metadata.lang)["list_separator"].join(shown)


def has_formulas(document: Document) -> bool:
    return has(document, Math, MathBlock)


def _is_code(node: Node) -> bool:
    if isinstance(node, InlineElement):
        return node.name in {"kbd", "samp"}
    return isinstance(node, Code | CodeBlock)
