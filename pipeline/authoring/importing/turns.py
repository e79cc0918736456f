"""Turns of a possible interview, and the text above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pipeline import model
from pipeline.authoring.importing.around import text_line
from pipeline.authoring.importing.people import guest_in
from pipeline.authoring.importing.vocabulary import phrase
from pipeline.model import Block, Inline
from pipeline.model.metadata import Metadata


class InputTurn(NamedTuple):
    """A turn: its beginning, its speaker, and its first paragraph."""

    at: int
    name: str
    children: tuple[Inline, ...]


class About(NamedTuple):
    """The information above the first turn of a text, and the people it names."""

    text: str
    authors: tuple[str, ...]
    guest: str
    is_interview: bool

    @property
    def asker(self) -> str:
        """The only author who is not a guest."""
        only = self.authors[0] if len(self.authors) == 1 else ""
        return only if only != self.guest else ""


def about_of(blocks: tuple[Block, ...], metadata: Metadata, first: int) -> About:
    """The information above the block of the ``first`` turn."""
    lead = " ".join(text_line(block) for block in blocks[:first])
    authors = tuple(one.name for one in metadata.authors)
    said = (metadata.title, metadata.subtitle, metadata.description, *metadata.keywords, lead)
    text = ". ".join(said)
    is_interview = any(phrase("speech", word).search(text) for word in ("interview", "with"))
    guest = guest_in(metadata.title, text, authors) or guest_in(metadata.subtitle, "", authors)
    return About(f"{text} {', '.join(authors)}", authors, guest, is_interview)


def plainly(turns: list[InputTurn]) -> Iterator[InputTurn]:
    """The turns; bold or italics that cover everything a speaker says are removed."""
    shown = Counter[tuple[str, bool]]()
    for turn in turns:
        if turn.children:
            shown[turn.name, _is_set_apart(turn)] += 1
    for turn in turns:
        if _is_set_apart(turn) and not shown[turn.name, False]:
            (only,) = turn.children
            yield turn._replace(children=only.children)  # type: ignore[union-attr]
        else:
            yield turn


def _is_set_apart(turn: InputTurn) -> bool:
    return len(turn.children) == 1 and isinstance(turn.children[0], model.Strong | model.Emphasis)
