"""The words, marks and characters that Rich Text is written in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model.late import late

_TOKEN = late(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)"
)
CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "tab": "\t", "emspace": " ", "enspace": " ", "qmspace": " ",
    "~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\\": "\\", "{": "{", "}": "}",
}  # fmt: skip
"""Control words and symbols for characters."""

CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Encodings of fonts."""


class RtfToken(NamedTuple):
    """A control word with its number, a brace, or (as ``text``) characters; those of ``data`` are
    in the encoding of their font."""

    word: str = ""
    number: int | None = None
    text: str = ""
    data: int = -1


def tokens(data: bytes) -> Iterator[RtfToken]:
    """The tokens of a text."""
    text = data.decode("latin-1")
    at = 0
    while match := _TOKEN.search(text, at):
        at = match.end()
        word, number, code, mark, brace, characters = match.groups()
        if word == "bin":
            length = max(0, int(number or 0))
            yield RtfToken("bin", text=text[at : at + length])
            at += length
        elif word:
            yield RtfToken(word, None if number is None else int(number))
        elif code:
            yield RtfToken(data=int(code, 16))
        elif mark in "\r\n" if mark else False:
            yield RtfToken("par")
        elif mark or brace:
            yield RtfToken(mark if mark else f"group{brace}")
        elif characters.isascii():
            yield RtfToken(text=characters)
        else:
            yield from (
                RtfToken(data=ord(c)) if ord(c) > 127 else RtfToken(text=c) for c in characters
            )


def encoding(number: int) -> str:
    """The encoding of a code page, or that of Windows for an unknown one."""
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "cp1252"
