"""The words that surround the author's text in copied texts, from `words.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Any

from pipeline.model.words import folded, words


@functools.lru_cache
def words_for(table: str, meaning: str) -> frozenset[str]:
    """The words for ``meaning``, as `folded` writes them."""
    return frozenset(map(folded, _words()[table][meaning])) - {""}


@functools.lru_cache
def listed(table: str, meaning: str) -> tuple[str, ...]:
    """The words for ``meaning``, as they are written."""
    return tuple(_words()[table][meaning])


@functools.lru_cache
def phrase(table: str, meaning: str) -> re.Pattern[str]:
    """One of the words for ``meaning``, whole where its script has spaces."""
    longest = sorted(_words()[table][meaning], key=len, reverse=True)
    cased = "|".join(re.escape(word) for word in longest if word.upper() != word.lower())
    others = "|".join(re.escape(word) for word in longest if word.upper() == word.lower())
    pattern = rf"(?<!\w)(?:{cased})(?!\w)" + (f"|{others}" if others else "")
    return re.compile(pattern, re.IGNORECASE)


@functools.lru_cache
def months() -> dict[str, int]:
    """The months by their names in all languages, whole and with the first three letters."""
    named = [words(lang)["months"].split("|") for lang in ("en", "de", "fr", "es", "pt", "ar")]
    numbers: dict[str, int] = {}
    for names in (*named, *_words()["months"].values()):
        for number, name in enumerate(names, 1):
            numbers[folded(name)] = number
            numbers.setdefault(folded(name)[:3], number)
    return numbers | {"sept": 9}


@functools.lru_cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
