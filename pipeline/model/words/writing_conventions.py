"""The conventions of written languages: the table ``writing`` in a language's file, or a row of
``others.toml`` for those without one; and numbers in letters and Roman numerals."""

from __future__ import annotations

import functools
import itertools
import string
from collections.abc import Container, Sequence
from typing import Any, Literal

import msgspec

from pipeline.model.words import OTHERS, languages, read_file

NARROW = "\u202f"  # narrow no-break space


class Writing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conventions of a language; the defaults are for an unknown one.

    Names: ``name`` is the language's own, ``also`` are others, and three-letter codes.

    Text: ``double`` and ``single`` replace pairs of `"` and `'`: opening, closing. They follow the
    Unicode CLDR, except for Arabic and related languages: angle marks are mirrored in right-to-left
    text, and so are correct throughout. ``toggles``: marks may touch letters on both sides, so that
    only their order shows which ones open. ``elisions``: words that begin with an apostrophe.
    ``spaced``: a space before ; : ! ? % is never broken. ``units``: words that stay with their
    number. ``joins``: a line break between two characters of the script is not a space.

    Numbers, following the CLDR: ``decimal`` precedes decimals, ``group`` separates groups of three
    digits from ``fewest`` digits on, and with ``spaced_percent`` there is a space before %. The
    defaults are those of the International System of Units.

    Collation: ``script`` comes first in an index. ``own_letters`` are groups of a letter and those
    sorted after it as separate letters, ``digraph`` two letters that count as one, ``capitals`` the
    headings of letters whose capital differs. Choices are lettered with an ``alphabet`` of
    `pipeline.model.words.writing_conventions`.

    Reading: ``words_a_minute`` were measured with adults reading aloud in their own language
    (Trauzettel-Klosinski and Dietz, Standardized Assessment of Reading Performance, Investigative
    Ophthalmology & Visual Science 53 (2012)), or are the mean of the languages measured;
    ``characters_a_minute`` replaces it for scripts without spaces between words. ``unparted``: such
    a script, with unknown speed.

    Print: characters in ``notes_before_stops`` precede punctuation; spines read from bottom to top
    (``spine_upwards``) in the countries of these languages; in others, and in ISO 6357, they read
    from top to bottom, so that they are upright when the book lies face up.
    """

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
    """The conventions for a BCP 47 tag; ``regions``, or scripts, override the general ones."""
    language, *more = tag.lower().replace("_", "-").split("-")
    row: dict[str, Any] = read_file(language).get("writing", {})
    row = dict(row or read_file(OTHERS).get(language, {}))
    regions = row.pop("regions", {})
    row |= next((regions[part] for part in more if part in regions), {})
    return msgspec.convert(row, Writing)


def autonym(tag: str) -> str:
    """The name of a tag's language in that language; the tag if it is unknown."""
    return writing(tag).name or tag


@functools.cache
def tags_by_name() -> dict[str, str]:
    """The tags of languages by their names and codes, in small letters."""
    known = {*read_file(OTHERS), *languages()}
    return {name: tag for tag in sorted(known) for name in writing(tag).also}


_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
)


ALPHABETS = {
    "abjad": "أ ب ج د هـ و ز ح ط ي ك ل م ن س ع ف ص ق ر ش ت ث خ ذ ض ظ غ".split(),
    "persian": "الف ب ج د ه و ز ح ط ی ک ل م ن س ع ف ص ق ر ش ت ث خ ذ ض ظ غ".split(),
    "hebrew": list("אבגדהוזחטיכלמנסעפצקרשת"),
    "cyrillic": list("абвгдежзиклмнопрстуфхцчшщэюя"),
    "greek": list("αβγδεζηθικλμνξοπρστυφχψω"),
    "devanagari": list("कखगघङचछजझञटठडढणतथदधनपफबभम"),
    "bengali": list("কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভম"),
    "thai": list("กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"),
    "capital": list(string.ascii_uppercase),
    "katakana": list(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
    ),
    "hangul": list("가나다라마바사아자차카타파하"),
}
"""Letters that choices are counted by, as in `templates/shared/letters.css`."""


def letters(index: int) -> str:
    """A, B … Z, AA … for 0, 1 …"""
    return _count_in(index, string.ascii_uppercase)


def alphabet(lang: str) -> str:
    """The name of the letters that a language counts with, or "" for Latin ones."""
    return writing(lang).alphabet


def small_letters(index: int, lang: str) -> str:
    """a, b … z, aa … for 0, 1 …, or the letters of a language's script."""
    return _count_in(index, ALPHABETS.get(alphabet(lang), string.ascii_lowercase))


def choice_letter(index: int, lang: str, classes: Container[str]) -> str:
    """The letter of a choice; in those within a lettered question, which have the ``classes`` of
    such a list, (i), (ii) …"""
    if "lower-roman" in classes:
        return f"({list_number(index + 1, 'lower-roman')})"
    return small_letters(index, lang)


def _count_in(index: int, signs: Sequence[str]) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, len(signs))
        text = signs[rest] + text
    return text


def list_number(number: int, style: str) -> str:
    """The number ``number`` in a list ``style``, a `ListStyle`."""
    numeral = roman(number) if "roman" in style else str(number)
    if "alpha" in style:
        numeral = letters(number - 1)
    return numeral.lower() if style.startswith("lower") else numeral


def roman(number: int) -> str:
    """I, II, III, IV … for 1, 2, 3, 4 …"""
    text = ""
    for value, numeral in _ROMAN:
        times, number = divmod(number, value)
        text += numeral * times
    return text


_PLAIN = str.maketrans(
    dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("‐–—−", "-")
    | dict.fromkeys("“”„‟«»", '"')
    | {"…": "..."}
)
_QUOTES = ("“”", "„“", "«»")


def plain_typed(text: str) -> str:
    """A text with the signs of a keyboard, and single spaces."""
    return " ".join(text.translate(_PLAIN).split())


def typings(text: str) -> tuple[str, ...]:
    """The ways in which people type a text: the given one first, and then with all its apostrophes,
    quotation marks, dashes and ellipses of another form."""
    plain = plain_typed(text)
    ways = [plain]
    for sign, others in (("'", "’"), ("-", "–—"), ("...", "…")):
        ways += [way.replace(sign, other) for way in ways for other in others if sign in way]
    if '"' in plain:
        parts = [way.split('"') for way in ways]
        ways += [_quote(part, marks) for marks in _QUOTES for part in parts]
    return tuple(dict.fromkeys((text, *ways)))


def _quote(parts: Sequence[str], marks: str) -> str:
    """Parts with quotation marks between them, which open and close in turns."""
    between = itertools.cycle(marks)
    return parts[0] + "".join(f"{next(between)}{part}" for part in parts[1:])
