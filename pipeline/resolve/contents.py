"""The table of contents, the lists of figures, tables and listings, and titles as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Document, Inline, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import ContentsOptions
from pipeline.model.roles import ROLES
from pipeline.model.tree import BLANK, Changes, find, is_recipe, plain_text, rewrite, walk
from pipeline.model.words import words

# --- titles ----------------------------------------------------------------------------------
# The text of a title, caption or term, for use in other places.


def title_of(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines in a form that is valid inside a link elsewhere: formatting only, no ids."""
    title = rewrite(inlines, leave=_CHANGES)
    return title if plain_text(title).strip() else ()


def without_id(node: Node) -> Node:
    """A node that may occur more than once."""
    return replace(node, attributes=replace(node.attributes, id="")) if node.attributes.id else node


def _bare(node: model.InlineElement) -> Node | tuple[Node, ...]:
    """A span that only marked a position is replaced by its text."""
    kept = without_id(node)
    return node.children if node.name == "span" and kept.attributes == NO_ATTRIBUTES else kept


def _text(node: Node, text: str) -> Node | tuple[Node, ...]:
    return model.Text(span=node.span, text=text) if text else ()


_CHANGES: Changes = {
    **dict.fromkeys(get_args(Inline), without_id),
    model.InlineElement: _bare,
    model.Link: lambda link: link.children,
    model.CrossReference: lambda reference: _text(reference, reference.text),
    model.Blank: lambda blank: _text(blank, BLANK),
    model.NoteReference: lambda note: (),
    model.Image: lambda image: _text(image, image.alt),
    **dict.fromkeys((model.SoftBreak, model.LineBreak), lambda end: _text(end, " ")),
}


def title_for_teachers(document: Document) -> Document:
    """The document with a title that names its readers: on a shelf or among the tabs of a browser,
    the teacher's and the students' look alike."""
    metadata = document.metadata
    title = f"{metadata.title} ({EDITIONS['teacher'].in_words(words(metadata.lang))})"
    return replace(document, metadata=replace(metadata, title=title))


# --- contents --------------------------------------------------------------------------------
# The table of contents, and the lists of figures, tables and listings.

UNLISTED = frozenset(name for name, role in ROLES.items() if not role.is_listed)
"""The roles of parts that no contents list: those around the title, in most books."""

KINDS: tuple[Literal["figures", "tables", "listings"], ...] = ("figures", "tables", "listings")


def list_contents(document: Document) -> Document:
    """The document with its contents: sections down to the depth that the metadata asks
    for, and within them, if it asks for these, the questions of dialogues."""
    entries = tuple(_entries(document.blocks, document.metadata.contents))
    return replace(document, contents=_tell_apart(entries))


RECURRING = 6
"""The number of sections that have a part of the same title, from which on it recurs."""


def _tell_apart(entries: tuple[model.ContentsEntry, ...]) -> tuple[model.ContentsEntry, ...]:
    """The entries without the parts that most sections have alike, such as "Ingredients" and
    "Directions" of each recipe, which nobody looks for."""
    parts = list(_parts(entries))
    counts = Counter(title for title, parent in dict.fromkeys(parts))
    recurring = {title for title, count in counts.items() if count >= RECURRING}
    alike = sum(title in recurring for title, _ in parts)
    if 2 * alike <= len(parts):
        return entries

    def tell(entry: model.ContentsEntry) -> model.ContentsEntry:
        children = tuple(
            tell(child)
            for child in entry.children
            if child.children or _name(child) not in recurring
        )
        return replace(entry, children=children)

    return tuple(map(tell, entries))


def _parts(entries: Iterable[model.ContentsEntry]) -> Iterator[tuple[str, str]]:
    """The titles of entries within others that have none within them, each with its parent."""
    for entry in entries:
        for child in entry.children:
            if not child.children:
                yield _name(child), entry.target
        yield from _parts(entry.children)


def _name(entry: model.ContentsEntry) -> str:
    return plain_text(entry.title).casefold()


def list_captions(document: Document) -> Document:
    """The document with those lists of numbered elements that the metadata asks for."""
    options = document.metadata.contents
    kinds = [kind for kind in KINDS if getattr(options, kind)]
    entries: dict[str, list[model.ContentsEntry]] = {kind: [] for kind in kinds}
    if not entries:
        return document
    for _, node, _ in find(document, *model.CAPTIONED):
        kind = f"{model.CAPTIONED.get(type(node))}s"
        if kind in entries and (entry := _caption_entry(node)):
            entries[kind].append(entry)
    lists = tuple(model.CaptionList(kind, tuple(entries[kind])) for kind in kinds if entries[kind])
    return replace(document, lists=lists)


def _caption_entry(node: Any) -> model.ContentsEntry | None:
    """The entry of something with a caption and a number of its own."""
    if not node.number or (isinstance(node, model.Figure) and node.part):
        return None
    if not (title := title_of(node.caption)):
        return None
    return model.ContentsEntry(node.attributes.id, title, number=str(node.number))


def _entries(blocks: Iterable[Node], options: ContentsOptions) -> Iterator[model.ContentsEntry]:
    for block in blocks:
        if isinstance(block, model.Section):
            if block.role in UNLISTED:
                continue
            below = () if is_recipe(block.children) else tuple(_entries(block.children, options))
            title = title_of(block.title)
            if block.depth <= options.depth and title:
                yield model.ContentsEntry(block.attributes.id, title, below, block.number)
            else:
                yield from below
        elif options.questions:
            for node in walk(block):
                if isinstance(node, model.Turn) and node.asks and (title := _question(node)):
                    yield model.ContentsEntry(node.attributes.id, title)


def _question(turn: model.Turn) -> tuple[Inline, ...]:
    """A question's first paragraph, as a title."""
    for node in walk(turn.children):
        if isinstance(node, model.Paragraph):
            return title_of(node.children)
    return ()
