"""The surroundings of an interview's turns: paragraphs that look like turns but are not, and the
notes about the text after the last."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.authoring.importing.labels import label_of
from pipeline.authoring.importing.vocabulary import phrase, words_for
from pipeline.model import Block, Paragraph, Text
from pipeline.model.names import folded as same_name
from pipeline.model.tree import plain_text
from pipeline.model.words import folded
from pipeline.parser.dialogue import ENDS


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
