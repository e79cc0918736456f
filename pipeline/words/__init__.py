"""The words of each language, one file a language: those that Chapbook itself puts on a page,
and in a table of their own those of authors that it understands."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
UNDERSTOOD = "understood"
"""The table of the words that authors may use for something."""

LONGEST = 80
"""Characters of a text that are looked at for words."""

_NUMBERS = re.compile(r"^[\d\W_]+|[\d\W_]+$")
_BETWEEN = re.compile(r"[\W_]+")


@functools.lru_cache
def words(lang: str) -> Mapping[str, str]:
    """The words for a BCP 47 tag: those of its language over the English ones."""
    english = _own("en")
    language = lang.lower().split("-")[0]
    return english if language == "en" else {**english, **_own(language)}


@functools.lru_cache
def understood(meaning: str) -> tuple[str, ...]:
    """All that authors may write for ``meaning``, in any language, each word once."""
    languages = sorted(path.stem for path in FOLDER.glob("*.toml"))
    found = (word for lang in languages for word in _read(lang)[UNDERSTOOD].get(meaning, ()))
    return tuple(dict.fromkeys(found))


def called(text: str, meaning: str) -> bool:
    """Whether a text, a title say, is one of the words for ``meaning``. Numbers before and after
    it do not count."""
    return folded(_NUMBERS.sub("", text[:LONGEST])) in folded_words(meaning)


@functools.lru_cache
def folded_words(meaning: str) -> frozenset[str]:
    """The words of `understood`, as `folded` writes them."""
    return frozenset(map(folded, understood(meaning)))


def folded(word: str) -> str:
    """A word without what authors write in one way or another: capitals, accents, and what
    stands between its parts."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return _BETWEEN.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def _own(language: str) -> Mapping[str, str]:
    return {key: str(value) for key, value in _read(language).items() if key != UNDERSTOOD}


@functools.lru_cache
def _read(language: str) -> Mapping[str, Any]:
    file = FOLDER / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        return {}
    return tomllib.loads(file.read_text("utf-8"))
