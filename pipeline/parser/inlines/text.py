"""Backslash escapes and character references (CommonMark 0.31.2, sections 2.4 and 2.5)."""

from __future__ import annotations

import re
from html.entities import html5

from pipeline.parser.characters import FORBIDDEN

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
ENTITY = r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
_ENTITY = re.compile(ENTITY)
_ESCAPED = re.compile(rf"\\([{re.escape(PUNCTUATION)}])|({ENTITY})")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def decode_entity(reference: str) -> str | None:
    """The character that ``&name;`` or ``&#n;`` stands for, None for an unknown name."""
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
