"""The syntax of BibTeX files: entries with fields as written, and where there are mistakes."""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

from pipeline.model.late import late

_ENTRY = late(r"@\s*([^\W\d]\w*)\s*([{(])")
_KEY = late(r"\s*([^\s,{}()=\"]+)\s*(,|(?=[})]))")
_FIELD = late(r"[\s,]*([^\s=,{}()\"#]+)\s*=\s*")
_END = late(r"[\s,]*([})])")
_WORD = late(r"[^\s,{}()=\"#]+")
_JOIN = late(r"\s*#\s*")
# Tokens within a value; a line that begins with an entry is outside any value.
_BRACES = late(r"\\.|[{}]|^[ \t]*@\w+\s*\{", re.M | re.S)
_QUOTES = late(r"\\.|[{}\"]|^[ \t]*@\w+\s*\{", re.M | re.S)
_SPACE = late(r"\s*")
_COMMA = late(r"\s*,")
_COMMAS = late(r"[\s,]*")
_NEXT = late(r"^[ \t]*@", re.M)

MONTHS = {
    name: str(number)
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}


def _skip(pattern: re.Pattern[str], text: str, pos: int) -> int:
    match = pattern.match(text, pos)
    return match.end() if match else pos


class _Place(NamedTuple):
    line: int
    column: int


class BibtexEntry(NamedTuple):
    """An entry; names of fields are in small letters, and their values LaTeX."""

    kind: str
    key: str
    fields: dict[str, str]
    place: _Place


class _Mistake(NamedTuple):
    place: _Place
    message: str
    hint: str = ""


class _BrokenError(Exception):
    def __init__(self, offset: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset, self.message, self.hint = offset, message, hint


ROOM = 1_000_000
"""The number of characters that expanded strings may add, besides ten for each character
written."""


class Parser:
    """Reads a text; afterwards `entries` and `mistakes` are all that it holds, and `broken`
    the keys of entries that could not be read."""

    def __init__(self, text: str) -> None:
        self.entries: list[BibtexEntry] = []
        self.mistakes: list[_Mistake] = []
        self.broken: set[str] = set()
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._strings = dict(MONTHS)
        self._room = ROOM + 10 * len(text)
        self._read()

    def _place(self, offset: int) -> _Place:
        line = bisect.bisect_right(self._starts, offset)
        return _Place(line, offset - self._starts[line - 1] + 1)

    def _read(self) -> None:
        pos = 0
        while True:
            pos = self._text.find("@", pos)
            if pos < 0:
                return
            match = _ENTRY.match(self._text, pos)
            before = self._text[max(0, pos - 200) : pos].rpartition("\n")[2].strip()
            if match is None or before.startswith("%"):
                if not before:
                    hint = "An entry begins like `@book{key,`."
                    self._mistake(pos, "The text after `@` here is not an entry.", hint)
                pos += 1
                continue
            try:
                pos = self._entry(match)
            except _BrokenError as broken:
                self._mistake(broken.offset, broken.message, broken.hint)
                if key := _KEY.match(self._text, match.end()):
                    self.broken.add(key[1])
                following = _NEXT.search(self._text, max(match.end(), broken.offset))
                if following is None:
                    return
                pos = following.end() - 1

    def _mistake(self, offset: int, message: str, hint: str = "") -> None:
        self.mistakes.append(_Mistake(self._place(offset), message, hint))

    def _entry(self, match: re.Match[str]) -> int:
        """Read the construct that begins with ``match``, and return its end."""
        kind, pos = match[1].lower(), match.end()
        match kind:
            case "comment" | "preamble":
                return self._end(pos, "}", match.start()) if match[2] == "{" else pos
            case "string":
                fields, pos = self._fields(pos, match.start(), "a string")
                self._strings.update(fields)
                return pos
        key_match = _KEY.match(self._text, pos)
        if key_match is None:
            hint = "An entry begins with its key: `@book{smith2020,`."
            raise _BrokenError(match.start(), f"The entry `@{kind}` has no key.", hint)
        fields, end = self._fields(key_match.end(), match.start(), f"the entry `{key_match[1]}`")
        self.entries.append(BibtexEntry(kind, key_match[1], fields, self._place(match.start())))
        return end

    def _fields(self, pos: int, start: int, noun: str) -> tuple[dict[str, str], int]:
        fields: dict[str, str] = {}
        while True:
            if end := _END.match(self._text, pos):
                return fields, end.end()
            field = _FIELD.match(self._text, pos)
            if field is None:
                at = _skip(_COMMAS, self._text, pos)
                if at >= len(self._text) or self._text[at] == "@":
                    message = f"{noun[0].upper()}{noun[1:]} is not closed."
                    raise _BrokenError(start, message, "Add a `}` at its end.")
                hint = "Fields are written `name = {value},` with a comma after each."
                raise _BrokenError(at, f"A field of {noun} cannot be read.", hint)
            value, pos = self._value(field.end(), field.start(1), field[1])
            fields.setdefault(field[1].lower(), value)
            after = _END.match(self._text, pos)
            if after is None and not _COMMA.match(self._text, pos):
                hint = "Put a comma after the field before it."
                at = _skip(_SPACE, self._text, pos)
                if at < len(self._text) and self._text[at] != "@":
                    raise _BrokenError(at, f"A comma is missing in {noun}.", hint)

    def _value(self, pos: int, start: int, name: str) -> tuple[str, int]:
        parts = []
        while True:
            char = self._text[pos : pos + 1]
            if char in ("{", '"'):
                end = self._end(pos + 1, "}" if char == "{" else char, start, name)
                parts.append(self._text[pos + 1 : end - 1])
            elif word := _WORD.match(self._text, pos):
                end = word.end()
                parts.append(self._word(word[0], pos))
            else:
                message = f"The field `{name}` has no value."
                raise _BrokenError(start, message, f"Write `{name} = {{…}},`.")
            joined = _JOIN.match(self._text, end)
            if joined is None:
                return "".join(parts), end
            pos = joined.end()

    def _word(self, word: str, pos: int) -> str:
        """A number, or the name of a string."""
        if word.isdecimal():
            return word
        if word.lower() not in self._strings:
            message = f"`{word}` is neither a number nor the name of a string."
            self._mistake(pos, message, f"Put text in braces: `{{{word}}}`.")
            return word
        text = self._strings[word.lower()]
        self._room -= len(text)
        if self._room < 0:
            message = "Strings made of other strings become too long."
            raise _BrokenError(pos, message, "Write the text in its place.")
        return text

    def _end(self, pos: int, mark: str, start: int, name: str = "") -> int:
        """The end of a value that begins at ``pos``: ``mark``, outside of braces within it."""
        depth = 0
        for mark_match in (_BRACES if mark == "}" else _QUOTES).finditer(self._text, pos):
            if mark_match[0] == mark and depth <= 0:
                return mark_match.end()
            if mark_match[0] == "{":
                depth += 1
            elif mark_match[0] == "}":
                depth -= 1
            elif mark_match[0][0] not in '\\"':
                break
        subject = f"The value of `{name}`" if name else "What begins here"
        raise _BrokenError(start, f"{subject} is not closed.", f"Add a `{mark}` at its end.")
