"""The conventions of written languages: the table ``writing`` in a language's file, or a row of
``others.toml`` for those without one."""

from __future__ import annotations

import functools
from typing import Any, Literal

import msgspec

from pipeline.model.words import FOLDER, read_file

NARROW = "\u202f"  # narrow no-break space
OTHERS = "others"


class Writing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conventions of a language; the defaults are for an unknown one.

    Names: ``name`` is the language's own, ``also`` are others, and codes of three letters.

    Text: ``double`` and ``single`` stand for pairs of `"` and `'`: what opens, what closes. They
    follow the Unicode CLDR, but for Arabic and its neighbours: angle marks turn round in text
    from right to left, and so are right in all of it. ``toggles``: marks may touch letters on
    both sides, so that only their order tells which open. ``elisions``: words that begin with an
    apostrophe. ``spaced``: a space before ; : ! ? % is never broken. ``units``: words that stay
    with their number. ``joins``: a line end between two of the script's characters is no space.

    Numbers, as the CLDR has them: ``decimal`` stands before decimals, ``group`` between groups
    of three digits, from ``fewest`` digits on, and a space before % where it is
    ``spaced_percent``. The defaults are those of the International System of Units.

    Order: ``script`` comes first in an index. ``own_letters`` are groups of a letter and those
    that come after it as letters of their own, ``digraph`` two that are one, ``capitals`` what
    stands over a letter's group where that is not its capital. Choices are counted by an
    ``alphabet`` of `pipeline.model.words.numerals`.

    Reading: ``words_a_minute`` were measured by reading aloud, of adults, in their own language
    (Trauzettel-Klosinski and Dietz, Standardized Assessment of Reading Performance,
    Investigative Ophthalmology & Visual Science 53 (2012)), or are the mean of the languages
    measured; ``characters_a_minute`` instead for those that do not part their words.
    ``unparted``: nor do these, and no speed is known.

    Print: signs of ``notes_before_stops`` stand before punctuation; spines are read from the foot
    to the head (``spine_upwards``) in the countries of these languages. In others, and in
    ISO 6357, they are read from the head to the foot, and lie the right way up with the book."""

    name: str = ""
    also: tuple[str, ...] = ()
    script: Literal["Latn", "Arab", "Cyrl", "Grek", "Hebr", "Syrc", "Thaa"] = "Latn"
    double: tuple[str, str] = ("“", "”")
    single: tuple[str, str] = ("‘", "’")
    toggles: bool = False
    elisions: tuple[str, ...] = ()
    spaced: bool = False
    units: tuple[str, ...] = ()
    joins: bool = False
    decimal: str = "."
    group: str = NARROW
    fewest: int = 5
    spaced_percent: bool = False
    own_letters: tuple[str, ...] = ()
    digraph: str = ""
    capitals: tuple[tuple[str, str], ...] = ()
    alphabet: str = ""
    words_a_minute: int = 184
    characters_a_minute: int = 0
    unparted: bool = False
    notes_before_stops: bool = False
    spine_upwards: bool = False


@functools.lru_cache
def writing(tag: str) -> Writing:
    """The writing conventions for a BCP 47 tag. Its file's ``regions``, or scripts, override the
    general ones."""
    language, *more = tag.lower().replace("_", "-").split("-")
    row: dict[str, Any] = read_file(language).get("writing", {})
    row = dict(row or read_file(OTHERS).get(language, {}))
    regions = row.pop("regions", {})
    row |= next((regions[part] for part in more if part in regions), {})
    return msgspec.convert(row, Writing)


def autonym(tag: str) -> str:
    """The name of a tag's language in itself; the tag, where that is not known."""
    return writing(tag).name or tag


@functools.cache
def tags_by_name() -> dict[str, str]:
    """The tags of languages by their names and codes, in small letters."""
    known = {*read_file(OTHERS), *(path.stem for path in FOLDER.glob("??.toml"))}
    return {name: tag for tag in sorted(known) for name in writing(tag).also}
