"""Content for teachers only, recognised by the names that authors give it, in all languages."""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from pipeline.model.late import late
from pipeline.model.names import MISSPELT, nearest
from pipeline.model.words import fold_word, folded_words, is_called, understood

Meaning = Literal["answer", "teacher"]
MEANINGS: tuple[Meaning, ...] = ("answer", "teacher")

LONGEST_SECRET_NAME = 60
"""The maximum length of a name that is examined."""

_PARTS = late(r"[\W_]+")


class Secret(NamedTuple):
    """The meaning of a name. If not ``sure``, the name is only similar to one with that meaning."""

    meaning: Meaning
    sure: bool = True


@functools.lru_cache(4096)
def secret(name: str) -> Secret | None:
    """The secret meaning of a block name or class, if any."""
    name = name[:LONGEST_SECRET_NAME]
    if sure := meaning_of(name):
        return Secret(sure)
    whole = fold_word(name)
    if not whole or whole in folded_words("unlike_answer"):
        return None
    for part in _PARTS.split(name):
        if meaning := meaning_of(part):
            return Secret(meaning, sure=False)
    for meaning in MEANINGS:
        candidates = _candidates(meaning)
        is_compound = any(whole.startswith(word) or whole.endswith(word) for word in candidates)
        if is_compound or nearest(whole, candidates, MISSPELT):
            return Secret(meaning, sure=False)
    return None


def meaning_of(words: str) -> Meaning | None:
    """The meaning of words such as a title; a number after them does not count."""
    return next((meaning for meaning in MEANINGS if is_called(words, meaning)), None)


@functools.lru_cache
def _candidates(meaning: Meaning) -> tuple[str, ...]:
    """Words that names can resemble or contain: none so short that others resemble it by chance;
    and for teachers only the first of each language, because `lecture` is no `lecturer`."""
    phrases = understood("teacher_above_all" if meaning == "teacher" else "answer")
    single = (fold_word(word) for word in phrases if " " not in word)
    return tuple(w for w in single if len(w) >= (6 if w.isascii() else 2 if w[0] > "\u2fff" else 4))


@functools.lru_cache(1000)
def is_answer_key(key: str) -> bool:
    """Return whether an attribute is named like an answer."""
    return meaning_of(key.removeprefix("data-")[:LONGEST_SECRET_NAME]) is not None
