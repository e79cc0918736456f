"""Names that begin paragraphs, and whether what follows them is speech."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline import model
from pipeline.model.late import late

ENDS = (model.Heading, model.ThematicBreak, model.PageBreak)
"""Blocks that end a conversation."""

_SENTENCE_END = late(r"[.!?…;:,–—。！？؟،”’\"'»)\]]\s*\Z")
FEWEST_ROUNDS = 3
"""The rounds in which the same two names follow each other that make records of a text."""


class Utterance(NamedTuple):
    """The text after a name that begins a paragraph, with the number of that paragraph, and of the
    stretch of text between headings and breaks in which it is."""

    name: str
    text: str
    at: int
    stretch: int


def is_conversation(utterances: Sequence[Utterance]) -> bool:
    """Return whether what follows names is speech, and not the fields of records, such as “Type:
    Multiple choice” and “Correct answer: B”: someone speaks more than once in a stretch, it is not
    the same that is repeated, and at least half of what stands after their names ends like a
    sentence."""
    if len({(utterance.name, utterance.stretch) for utterance in utterances}) == len(utterances):
        return False
    texts = [utterance.text for utterance in utterances if utterance.text]
    ended = sum(bool(_SENTENCE_END.search(text)) for text in texts)
    return 2 * ended >= len(texts) and not _is_repeated(utterances)


def _is_repeated(utterances: Sequence[Utterance]) -> bool:
    """Return whether the same names always follow each other, and are more than two that take
    turns, or have as many paragraphs each time."""
    names = [utterance.name for utterance in utterances]
    order = list(dict.fromkeys(names))
    rounds = len(names) / len(order)
    fewest = 2 if len(order) > 2 else FEWEST_ROUNDS
    if rounds < fewest or (order * math.ceil(rounds))[: len(names)] != names:
        return False
    lengths = [
        after.at - utterance.at - (not utterance.text)
        for utterance, after in itertools.pairwise(utterances)
    ]
    is_even = lengths == (lengths[: len(order)] * len(names))[: len(lengths)]
    return len(order) > 2 or (is_even and max(lengths) > 1)
