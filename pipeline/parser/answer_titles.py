"""Titles that announce an answer in more words than the one for it, in all languages: “Show the
solution”, “Answers to exercise 3”."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from pipeline.model.words import LONGEST, folded_words
from pipeline.parser.secrets import meaning_of

LONGEST_PHRASE = 6
"""The number of words, or of Chinese characters, of the longest phrases."""

_Kind = Literal["answer", "beside_answer", "answering", ""]
KINDS: tuple[_Kind, ...] = ("answering", "answer", "beside_answer")
"""The meanings of phrases; the first is that of tasks and conversations, not of answers."""

NUMBER = "0"
"""The placeholder of any number in the lists of words."""

_WORD = re.compile(r"[\u2e80-\u9fff]|[^\W_]+?(?=[\u2e80-\u9fff]|[\W_]|$)")
_STOPS = re.compile(r"[:;.!?()\u2013\u2014]")
_COUNTER = re.compile(r"[a-z]|[ivx]+")
"""The letter of a question, an elided article, or a Roman numeral."""


def announces_answer(title: str) -> bool:
    """Return whether a title says nothing else than that an answer follows."""
    kinds = _kinds(title)
    return bool(meaning_of(title)) or ("answer" in kinds and kinds <= {"answer", "beside_answer"})


def mentions_answer(title: str) -> bool:
    """Return whether a title has a word for an answer. That of a collapsed text which must be
    opened hardly ever means anything else."""
    kinds = _kinds(title)
    return bool(meaning_of(title)) or ("answer" in kinds and "answering" not in kinds)


@functools.lru_cache(1024)
def _kinds(title: str) -> frozenset[_Kind]:
    """The meanings of all words of a title; "" is that of any other."""
    plain = unicodedata.normalize("NFKD", title[:LONGEST].casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    parts = (_WORD.findall(part) for part in _STOPS.split(bare))
    return frozenset(kind for part in parts for kind in _read(part))


def _read(written: list[str]) -> Iterator[_Kind]:
    """The meanings of the phrases in a part of a title. “Answer the …” is a task only if it begins
    one."""
    tokens = [NUMBER if any(map(str.isdigit, word)) else word for word in written]
    at = 0
    while at < len(tokens):
        kinds = KINDS[1:] if at and tokens[at] in folded_words("answer") else KINDS
        for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            phrase = "".join(tokens[at : at + length])
            if kind := next((kind for kind in kinds if phrase in folded_words(kind)), None):
                yield kind
                break
        else:
            length = 1
            word = tokens[at]
            yield "beside_answer" if word == NUMBER or _COUNTER.fullmatch(word) else ""
        at += length
