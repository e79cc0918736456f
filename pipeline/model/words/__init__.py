"""The words of each language, a file for each: those that Chapbook itself puts on a page and, in
separate tables, those of authors that it understands, and the language's conventions; and dates.

What a file lacks is English. Features and commands have their own words in a ``words.toml``, with a
table for each language, or in the language's file.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.model.boxes import BOXES
from pipeline.model.late import late

FOLDER = Path(__file__).parent
OTHERS = "others"
"""The file of languages of which there are only conventions."""

UNDERSTOOD = "understood"
"""The table of the words that authors may use for something."""

NUMBERED = ("figure", "table", "listing", "exercise", "section", "chapter", "part", "appendix")
"""The words that numbers are put to, if the language says how (`_add_captions`)."""

SAME = {"no": "nb", "nn": "nb", "bs": "hr", "iw": "he", "in": "id"}
"""Languages whose words are those of another."""

LONGEST_LABEL = 80
"""Characters of a text that are looked at for words."""

_NUMBERS = late(r"^[\d\W_]+|[\d\W_]+$")
_BETWEEN = late(r"[\W_]+")


@functools.lru_cache
def words(lang: str) -> Mapping[str, str]:
    """The words for a BCP 47 tag: those of its language, with English ones as a fallback."""
    return {**words_in("en"), **words_in(_language(lang))}


def has_word(lang: str, key: str) -> bool:
    """Return whether the language of a tag has a word of its own."""
    return key in words_in(_language(lang))


def _language(lang: str) -> str:
    language = lang.lower().split("-")[0]
    return SAME.get(language, language)


@functools.lru_cache
def words_in(language: str) -> Mapping[str, str]:
    """The words of a language alone."""
    if language not in languages():
        return {}
    strings = {key: text for key, text in read_file(language).items() if isinstance(text, str)}
    row = _add_captions(strings)
    if language == "en":
        row |= {kind: box.word for kind, box in BOXES.items()}
    for path in sorted(FOLDER.parent.parent.glob("*/*/words.toml")):  # of features and commands
        row = {**tomllib.loads(_table(path, language)), **row}
    return row


def _table(path: Path, name: str) -> str:
    """A table of a file, which takes a fifth of the time for the whole."""
    return path.read_text("utf-8").partition(f"\n[{name}]\n")[2].partition("\n[")[0]


def _add_captions(row: dict[str, str]) -> dict[str, str]:
    """The words of a language, with those for references and captions, of which many are the noun
    and its number, as ``numbered`` says; ``captioned`` is a caption, if it does not end with a full
    stop."""
    pattern = row.pop("numbered", "{noun}\u00a0{number}")
    captioned = row.pop("captioned", "{numbered}.")

    def with_number(noun: str, number: str = "{number}") -> str:
        noun = noun.lower() if pattern.startswith("{number}") else noun
        return pattern.format(noun=noun, number=number)

    for key in [key for key in NUMBERED if key in row]:
        noun = with_number(row[key])
        row.setdefault(f"reference_{key}", noun)
        row.setdefault(f"caption_{key}", captioned.format(numbered=noun).replace("..", "."))
    if page := row.get("page"):
        row.setdefault("page_mark", with_number(page, "{page}"))
        row.setdefault("reference_page", f"{{reference}} ({with_number(page.lower(), '{page}')})")
    return row


def understood(meaning: str) -> tuple[str, ...]:
    """All words that authors may use for ``meaning``, in any language, each once."""
    phrases = (
        word for lang in sorted(languages()) for word in _understood_in(lang).get(meaning, ())
    )
    return tuple(dict.fromkeys(phrases))


def understood_in(lang: str, meaning: str) -> tuple[str, ...]:
    """The words for ``meaning`` in the language of a BCP 47 tag; none if it is unknown."""
    language = lang.lower().split("-")[0]
    return tuple(_understood_in(language).get(meaning, ())) if language in languages() else ()


@functools.lru_cache
def languages() -> frozenset[str]:
    """The languages that have a file: authors may write anything for a language."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml")) - {OTHERS}


@functools.lru_cache
def _understood_in(language: str) -> Mapping[str, tuple[str, ...]]:
    """The words that authors may use, in a language."""
    return tomllib.loads(_table(FOLDER / f"{language}.toml", UNDERSTOOD))


def is_called(text: str, meaning: str) -> bool:
    """Return whether a text is one of the words for ``meaning``, apart from numbers."""
    return fold_word(_NUMBERS.sub("", text[:LONGEST_LABEL])) in folded_words(meaning)


@functools.lru_cache
def folded_words(meaning: str) -> frozenset[str]:
    """The words of `understood`, as `fold_word` writes them."""
    return frozenset(map(fold_word, understood(meaning)))


def fold_word(word: str) -> str:
    """A word in normal form: without capitals, accents, and separators between its parts."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return _BETWEEN.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


@functools.lru_cache
def read_file(language: str) -> Mapping[str, Any]:
    """The contents of a language's file; empty if there is none."""
    if language not in languages() | {OTHERS}:
        return {}
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def written_date(date: str, words: Mapping[str, str]) -> str:
    """``date`` (YYYY, YYYY-MM or YYYY-MM-DD) in the words of a language: 3 May 2026."""
    year, *rest = date.split("-")
    if not rest or not rest[0].isdecimal() or not 1 <= int(rest[0]) <= 12:
        return date
    months = words.get("months_alone", words["months"]) if len(rest) == 1 else words["months"]
    month = months.split("|")[int(rest[0]) - 1]
    if len(rest) == 1:
        return words["month_date"].format(month=month, year=year)
    return words["day_date"].format(day=int(rest[1]), month=month, year=year)


def minutes_in_words(minutes: int, vocabulary: Mapping[str, str]) -> str:
    """``minutes``, from 1, in the words of a language: 10 minutes.

    The word `timing` has the forms of the language's cardinal numbers, following the Unicode CLDR,
    separated by |: one for all; those for 1 and for others; or those for 1, for 2, for numbers
    ending in 3 to 10, and for others.
    """
    return form_for(vocabulary["timing"], minutes).format(minutes=minutes)


def form_for(forms: str, number: int | Fraction) -> str:
    """The form of a word for ``number``; ``forms`` as in `minutes_in_words`."""
    known = forms.split("|")
    if len(known) < 3:
        return known[0 if number == 1 else -1]
    return known[int(number) - 1 if number in (1, 2) else 2 if 3 <= number % 100 <= 10 else 3]
