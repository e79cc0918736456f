"""Names and titles, understood where they are read. A word for an answer, a note for teachers or an
exercise, in any language, is `answer`, `teacher` or `exercise` from there on; a title may announce
an answer in more words: “Show the solution”, “Answers to exercise 3”."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal

from pipeline.model.late import late
from pipeline.model.secrets import Secret, meaning_of, secret
from pipeline.model.words import LONGEST_LABEL, fold_word, folded_words, is_called


def meant_name(name: str) -> str:
    """The name of the block that authors mean by a word of their language: ``Aufgabe``."""
    return meaning_of(name) or ("exercise" if is_called(name, "exercise") else name)


def likely_secret(name: str, title: str = "") -> Secret | None:
    """The secret meaning of a block with an unknown name, of which more may mean an answer, or of
    the title after it."""
    if name and (meaning := secret(name)):
        return meaning
    if fold_word(name) in folded_words("perhaps_answer"):
        return Secret("answer", sure=False)
    if whole := meaning_of(f"{name} {title}") or meaning_of(title):
        return Secret(whole, sure=False)
    return Secret("answer", sure=False) if announces_answer(title) else None


# --- titles ---------------------------------------------------------------------------------

LONGEST_PHRASE = 6
"""The number of words, or of Chinese characters, of the longest phrases."""

_Kind = Literal["answer", "beside_answer", "answering", ""]
KINDS: tuple[_Kind, ...] = ("answering", "answer", "beside_answer")
"""The meanings of phrases; the first is that of tasks and conversations, not of answers."""

NUMBER = "0"
"""The placeholder of any number in the lists of words."""

_WORD = late(r"[\u2e80-\u9fff]|[^\W_]+?(?=[\u2e80-\u9fff]|[\W_]|$)")
_STOPS = late(r"[:;.!?()\u2013\u2014]")
_COUNTER = late(r"[a-z]|[ivx]+")
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


def _kinds(title: str) -> frozenset[_Kind]:
    """The meanings of all words of a title; "" is that of any other."""
    plain = unicodedata.normalize("NFKD", title[:LONGEST_LABEL].casefold())
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
