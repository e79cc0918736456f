"""Turns of a possible interview, the text above them, and their surroundings: paragraphs that look
like turns but are not, and the notes about the text after the last."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.labels import guest_in, label_of
from pipeline.commands.importing.vocabulary import phrase, words_for
from pipeline.model import Block, Inline, Paragraph, Text
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import folded as same_name
from pipeline.model.tree import plain_text
from pipeline.model.words import folded
from pipeline.parser.utterances import ENDS, Utterance

QUESTION = late("[?？؟]")


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
    authors = tuple(author.name for author in metadata.authors)
    texts = (metadata.title, metadata.subtitle, metadata.description, *metadata.keywords, lead)
    text = ". ".join(texts)
    is_interview = any(phrase("speech", word).search(text) for word in ("interview", "with"))
    guest = guest_in(metadata.title, text, authors) or guest_in(metadata.subtitle, "", authors)
    return About(f"{text} {', '.join(authors)}", authors, guest, is_interview)


def without_lead(turns: list[InputTurn]) -> list[InputTurn]:
    """The turns without one at the top that only names the person whom the text is about."""
    first, second = turns[0], turns[1]
    counts = Counter(turn.name for turn in turns)
    text = plain_text(first.children)
    is_lead = (
        len(counts) > 1
        and not QUESTION.search(text)
        and not re.search(r"[.!…”\"»]$", text)
        and 0 < len(text.split()) < 25
        and (second.at - first.at > 1 or second.name == first.name)
        and counts[first.name] > 1
        and first.at < 3
    )
    return turns[1:] if is_lead else turns


def utterances(turns: list[InputTurn], blocks: tuple[Block, ...]) -> Iterator[Utterance]:
    """The turns, and between which headings and breaks they are."""
    ends = [at for at, block in enumerate(blocks) if isinstance(block, ENDS)]
    for turn in turns:
        stretch = bisect.bisect(ends, turn.at)
        yield Utterance(turn.name, plain_text(turn.children), turn.at, stretch)


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


def ended(blocks: list[Block], last: int, names: list[str]) -> list[Block]:
    """The blocks, with a thematic break before text about the publication after the ``last``
    turn."""
    for at in range(last + 1, len(blocks)):
        block = blocks[at]
        if isinstance(block, ENDS):
            return blocks
        if isinstance(block, Paragraph) and _is_after(block, names):
            return [*blocks[:at], model.ThematicBreak(), *blocks[at:]]
    return blocks


def _is_after(block: Paragraph, names: list[str]) -> bool:
    text = text_line(block).strip("*_[](– —")
    if phrase("speech", "after").match(text):
        return True
    inner = [n for n in block.children if not isinstance(n, model.LineBreak)]
    if len(inner) == 1 and isinstance(inner[0], model.Emphasis) and len(text.split()) > 3:
        return True
    for name in names:
        if text.startswith(name):
            after = re.match(r"[\s,]*([^\W\d_]+)", text[len(name) :])
            if after and folded(after[1]) in words_for("speech", "is"):
                return True
    return False


def quiet(blocks: list[Block], turns: Collection[int], names: list[str]) -> Iterator[Block]:
    """The blocks; names that only look like the beginning of a turn are put in italics."""
    speakers = {same_name(name) for name in names}
    for at, block in enumerate(blocks):
        if at in turns or not isinstance(block, Paragraph):
            yield block
            continue
        first, *rest = block.children or (Text(text=""),)
        label = label_of(block.children)
        if isinstance(first, model.Strong) and plain_text(block.children).startswith(
            (f"{plain_text(first.children).strip(' :')}:", f"{plain_text(first.children)}:")
        ):
            yield replace(block, children=(model.Emphasis(children=first.children), *rest))
        elif label and label.form == "colon" and same_name(label.name) in speakers:
            start = model.Emphasis(children=(Text(text=f"{label.name}:"),))
            yield replace(block, children=(start, Text(text=" "), *label.rest))
        else:
            yield block


def text_line(block: Block) -> str:
    """The text of a block, on one line."""
    return " ".join(plain_text((block,)).split())
