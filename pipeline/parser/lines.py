"""Lines of text with their positions, and the characters that no source may contain."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Sequence
from html.entities import html5
from typing import Self

from pipeline.model.diagnostics import Span
from pipeline.model.late import late

# --- characters ------------------------------------------------------------------------------
# Characters that no source may contain, their names in messages, and their widths; backslash
# escapes and character references (CommonMark 0.31.2, sections 2.4 and 2.5).

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


# --- lines -----------------------------------------------------------------------------------
# Lines of text with their positions, and a place within one, in characters and columns.


class Line(str):
    """A line of a block: its ``number`` in the source, and the column where it begins."""

    __slots__ = ("number", "offset")

    number: int
    offset: int

    def __new__(cls, text: str, number: int, offset: int) -> Self:
        line = super().__new__(cls, text)
        line.number = number
        line.offset = offset
        return line

    def at(self, index: int = 0) -> Span:
        """The place of a character."""
        return Span(self.number, self.offset + index)

    def with_text(self, text: str) -> Line:
        """Another text in the same place."""
        return Line(text, self.number, self.offset)


def number_lines(text: str, first: int = 1, offset: int = 1) -> tuple[Line, ...]:
    """The lines of a text, numbered from the given one, in which it begins at ``offset``."""
    return tuple(
        Line(line, number, 1 if number > first else offset)
        for number, line in enumerate(text.split("\n"), first)
    )


class LinePlaces:
    """The places of characters in the text of some lines; lines without a number have none."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] | None = None

    def at(self, offset: int) -> Span | None:
        if not self._lines:
            return None
        if self._starts is None:
            self._starts = [0]
            for line in self._lines[:-1]:
                self._starts.append(self._starts[-1] + len(line) + 1)
        index = bisect.bisect_right(self._starts, offset) - 1
        line = self._lines[index]
        return line.at(offset - self._starts[index]) if line.number else None


_SPACES = rf"[ \t{UNSEEN}]*+"
_HEAD = late(
    rf"(?:{_SPACES}(?:>|(?:[*+-]|\d{{1,9}}[.)])[ \t]))*+"
    rf"(?:{_SPACES}(?:[:：]{{2,}}|#{{1,6}}|/{{3,}}|!!!|\?\?\?\+?|`{{3,}}|~{{3,}}|\[!){_SPACES})?"
)
_UNSEEN = late(f"[{UNSEEN}]")


def with_plain_head(text: str) -> str:
    """A line with plain spaces and colons around the marks of blocks that it begins with."""
    if text.isascii():
        return text
    head = _HEAD.match(text)
    assert head is not None
    return _UNSEEN.sub(" ", head[0]).replace("：", ":") + text[head.end() :]


TAB = 4
_SPACE = late(r"[ \t]*")


class Cursor:
    """Reads one line from left to right.

    ``pos`` counts characters of ``text``, ``column`` columns on the screen, both from 0. `indent`
    is the white space before the next character, in columns. A partly consumed tab becomes spaces,
    as in CommonMark 0.31.2, section 2.2.
    """

    __slots__ = ("_indent", "_next", "added", "column", "number", "pos", "text")

    def __init__(self, text: str, number: int) -> None:
        self.text = text
        self.number = number
        self.pos = 0
        self.column = 0
        self.added = 0
        self._next = -1
        self._indent = 0

    def _look(self) -> None:
        match = _SPACE.match(self.text, self.pos)
        assert match is not None
        self._next = match.end()
        self._indent = match.end() - self.pos
        if "\t" in match[0]:
            column = self.column
            for char in match[0]:
                column += TAB - column % TAB if char == "\t" else 1
            self._indent = column - self.column

    @property
    def next(self) -> int:
        """The position of the next character that is not white space."""
        if self._next < 0:
            self._look()
        return self._next

    @property
    def indent(self) -> int:
        if self._next < 0:
            self._look()
        return self._indent

    @property
    def blank(self) -> bool:
        return self.next >= len(self.text)

    @property
    def char(self) -> str:
        """The next character that is not white space, or ""."""
        return self.text[self.next : self.next + 1]

    @property
    def rest(self) -> str:
        """The rest of the line, without leading white space."""
        return self.text[self.next :]

    @property
    def offset(self) -> int:
        """The character of the source line (from 1) that `rest` begins with."""
        return max(1, self.next - self.added + 1)

    @property
    def line(self) -> Line:
        """`rest` with its place."""
        return Line(self.rest, self.number, self.offset)

    @property
    def remainder(self) -> Line:
        """The rest of the line, with all white space."""
        return Line(self.text[self.pos :], self.number, self.pos - self.added + 1)

    def rewrite(self, length: int, text: str) -> None:
        """Put a text in the place of the first ``length`` characters of `rest`, and of the white
        space before them."""
        start = self.next
        self.text = self.text[: self.pos] + text + self.text[start + length :]
        self.added += len(text) - length - (start - self.pos)
        self._next = -1

    def skip_indent(self) -> None:
        """Go to the next character that is not white space."""
        self.column += self.indent
        self.pos = self.next

    def skip_chars(self, count: int) -> None:
        """Advance by ``count`` characters, none of which is a tab."""
        self.pos += count
        self.column += count
        self._next = -1

    def skip_rest(self) -> None:
        """Go to the end of the line."""
        self.skip_indent()
        self.skip_chars(len(self.rest))

    def skip_columns(self, count: int) -> None:
        """Go on by up to ``count`` columns of white space."""
        while count > 0 and self.pos < len(self.text):
            char = self.text[self.pos]
            if char == "\t":
                width = TAB - self.column % TAB
                spaces = " " * width
                self.text = self.text[: self.pos] + spaces + self.text[self.pos + 1 :]
                self.added += width - 1
            elif char != " ":
                break
            self.pos += 1
            self.column += 1
            count -= 1
        self._next = -1
