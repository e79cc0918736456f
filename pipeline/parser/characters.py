"""Characters that no source may contain, their names in messages, and their widths; backslash
escapes and character references (CommonMark 0.31.2, sections 2.4 and 2.5)."""

from __future__ import annotations

import re
import unicodedata
from html.entities import html5

from pipeline.model.late import late

_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))

FORBIDDEN = late(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")
"""Control characters except tabs and line ends, surrogates, noncharacters: XML allows few."""

UNSEEN = "\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff"
"""Spaces and invisible characters that editors and copied text put between others."""

X = "xX\u0445\u0425"
"""The letters of a right answer, Latin and Cyrillic, which look the same."""

RIGHT = rf"[{X}✓✔☑✅]\ufe0f?"
"""The sign of a right answer, perhaps of an emoji."""


def holds_forbidden(text: str) -> bool:
    """Return whether a text contains any; its set of characters is tested, which is small."""
    return FORBIDDEN.search("".join(set(text))) is not None


_CONTROL_NAMES = {0x0: "null", 0x8: "backspace", 0xB: "vertical tab", 0xC: "form feed"}
_CONTROL_NAMES |= {0x1B: "escape", 0x7F: "delete", 0x85: "next line"}


def name(character: str) -> str:
    """The code point and the name of a character, such as ``U+000C (form feed)``."""
    number = ord(character)
    word = _CONTROL_NAMES.get(number) or unicodedata.name(character, "").lower()
    return f"U+{number:04X} ({word})" if word else f"U+{number:04X}"


def shorten(text: str, limit: int = 50) -> str:
    """``text`` on one line, cut after ``limit`` characters, for use in a message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_wide(character: str, kinds: str = "WF") -> bool:
    """Return whether a character takes two columns. Those that stand in for text which is left out
    take one, though Python 3.11 calls unassigned characters wide."""
    width = unicodedata.east_asian_width(character)
    return width in kinds and unicodedata.category(character) != "Cn"


def in_columns(line: str) -> tuple[str, list[int]]:
    """A line as displayed: with a filler after each double-width character, and without zero-width
    ones; and the position of each column in the line, or nothing if all are unchanged."""
    if line.isascii():
        return line, []
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(line):
        width = 0 if unicodedata.combining(letter) else 1
        if is_wide(letter):
            width = 2
        letters += [letter, "\0"][:width]
        places += [place] * width
    return "".join(letters), places


PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
ENTITY = r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
_ESCAPED = late(rf"\\([{re.escape(PUNCTUATION)}])|({ENTITY})")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def decode_entity(reference: str) -> str | None:
    """The character for ``&name;`` or ``&#n;``, None for an unknown name."""
    body = reference[1:-1]
    if not body.startswith("#"):
        return html5.get(body + ";")
    number = int(body[2:], 16) if body[1] in "xX" else int(body[1:])
    if number > 0x10FFFF or FORBIDDEN.match(chr(number)):
        return REPLACEMENT
    return chr(number).replace("\r", "\n")


def unescape(text: str) -> str:
    """``text`` with escapes and character references replaced."""
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPED.sub(lambda m: m[1] or decode_entity(m[2]) or m[2], text)


def emoji_named(name: str) -> str:
    """The emoji for ``:name:``, or ""."""
    import emoji

    character = emoji.emojize(name, language="alias")
    return "" if character == name else character
