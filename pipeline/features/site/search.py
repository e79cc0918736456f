"""The search index: the words of the site's pages, by the places that a search can lead to.

The text itself is the index. A script searches it while readers type, and shows the context of
matches; this takes milliseconds for a thick book, needs no language rules that would have to agree
on both sides, and works for scripts without spaces between words. See
`templates/features/site/html/site/search.js`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple, get_args

import jinja2
from markupsafe import Markup

from pipeline import model
from pipeline.features.site.naming import SitePage
from pipeline.model import Block, Node
from pipeline.model.tree import plain_text, walk
from pipeline.render.environment import read_text
from pipeline.render.node_markup import note_id

BREAKS: frozenset[type[Node]] = frozenset({
    *get_args(Block), model.BibliographyEntry, model.Choice, model.DefinitionItem, model.LineBreak,
    model.ListItem, model.SoftBreak, model.TableCell,
})  # fmt: skip
"""Elements that are, or follow, a space."""


class _Passage(NamedTuple):
    """A search result: the id of a section or of a note ("" for the text before all sections), its
    title, and the text under it."""

    id: str
    title: str
    text: str


def search_script(environment: jinja2.Environment) -> Markup:
    """The script that searches the text."""
    return Markup(read_text(environment, "html/site/search.js").strip().replace("</", "<\\/"))


def searched_text(pages: Iterable[SitePage], notes_word: str) -> Markup:
    """The pages' text as JSON in the page: one opened from disk cannot read other files."""
    data = [
        [page.name, page.title, [list(passage) for passage in passages(page, notes_word)]]
        for page in pages
    ]
    serialised = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(serialised.replace("<", "\\u003c"))


def passages(page: SitePage, notes_word: str) -> Iterator[_Passage]:
    """The passages of a page, in reading order, those without a word left out."""
    chapter = page.chapter
    for passage in _sections("", "", chapter.blocks):
        if passage.text or passage.title:
            yield passage
    for note in chapter.notes:
        yield _Passage(
            note_id(note.number), f"{notes_word}: {note.number}", words_of(note.children)
        )


def _sections(name: str, title: str, blocks: tuple[Block, ...]) -> Iterator[_Passage]:
    direct = tuple(block for block in blocks if not isinstance(block, model.Section | model.Index))
    yield _Passage(name, title, words_of(direct))
    for block in blocks:
        if isinstance(block, model.Section):
            heading = " ".join(filter(None, (block.number, plain_text(block.title))))
            yield from _sections(block.attributes.id, heading, block.children)


def words_of(nodes: Iterable[Node]) -> str:
    """The words of some nodes on one line."""
    pieces: list[str] = []
    for node in walk(nodes):
        if type(node) in BREAKS:
            pieces.append(" ")
        match node:
            case model.Text() | model.Code() | model.Abbreviation() | model.CodeBlock():
                pieces.append(node.text)
            case model.CrossReference():
                pieces.append(node.text)
            case model.Image():
                pieces.append(f" {node.alt} ")
            case model.Citation() if not node.children:
                pieces.append(node.source)
            case model.Math() | model.MathBlock():
                pieces.append(node.alt or node.tex)
            case model.Turn():
                pieces.append(f" {node.speaker}: ")
    text = " ".join("".join(pieces).replace("\u00ad", "").split())
    return unicodedata.normalize("NFC", text)
