"""The inline constructs that one pattern tells: Python-Markdown inline processors.

Each names the characters that it may begin with (``triggers``), so that the scanner asks
only those that can match. What they return is text, or an element.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor

from pipeline.parser.inlines.links import encode
from pipeline.parser.inlines.text import ENTITY, PUNCTUATION, decode_entity
from pipeline.parser.markup.tokens import CLOSING_TAG, OPENING_TAG
from pipeline.variables import NAME

_RAW = (
    rf"{OPENING_TAG}|{CLOSING_TAG}|<!-->|<!--->|<!--.*?-->|<\?.*?\?>|<![A-Za-z][^>]*>"
    r"|<!\[CDATA\[.*?\]\]>"
)

# A variable with spaces in an address: without them it is like any other characters.
_SPACED = rf"\{{\{{(?:[ \t]+{NAME}[ \t]*|{NAME}[ \t]+)\}}\}}"

Result = tuple[Any, int | None, int | None]


class InlineSpan(Element):
    """An inline element. ``place`` is its line and column; ``attributes`` what a list
    after it says. ``offset`` is where one begins that a pattern puts into another."""

    def __init__(self, tag: str, text: str | None = None, **attrib: str) -> None:
        super().__init__(tag, attrib)
        self.text = text
        self.place: tuple[int, int] = (0, 0)
        self.offset = 0
        self.attributes: Any = None


class Pattern(InlineProcessor):
    triggers = ""
    PATTERN = ""

    def __init__(self) -> None:
        super().__init__(self.PATTERN)


class Escape(Pattern):
    triggers = "\\"
    PATTERN = rf"\\([{re.escape(PUNCTUATION)}])"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return m[1], m.start(), m.end()


class HardBreak(Pattern):
    triggers = "\\"
    PATTERN = r"\\\n"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return InlineSpan("br"), m.start(), m.end()


class Entity(Pattern):
    triggers = "&"
    PATTERN = ENTITY

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return decode_entity(m[0]), m.start(), m.end()


class Autolink(Pattern):
    triggers = "<"
    PATTERN = (
        rf"<(?:([A-Za-z][A-Za-z0-9.+-]{{1,31}}:[^\s<>{{\x00-\x1f]*(?:(?:{_SPACED}|{{)[^\s<>{{\x00-\x1f]*)*)"
        r"|([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*))>"
    )

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        address = m[1] or f"mailto:{m[2]}"
        href = encode(address.replace("\\", "%5C").replace("&", "&amp;"))
        return InlineSpan("a", m[1] or m[2], href=href), m.start(), m.end()


class RawHtml(Pattern):
    triggers = "<"
    PATTERN = _RAW

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return InlineSpan("raw", m[0]), m.start(), m.end()


class NoteReferencePattern(Pattern):
    triggers = "["
    PATTERN = r"\[\^([^\]\s\[^]+)\]"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return InlineSpan("note-reference", label=m[1]), m.start(), m.end()


class BareAddress(Pattern):
    """Addresses without brackets (GFM specification, section 6.9)."""

    triggers = "hw"
    PATTERN = rf"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+[^\s<{{]*(?:(?:{_SPACED}|{{)[^\s<{{]*)*"
    _WHOLE = re.compile(r"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+.*", re.S)
    _ENTITY_END = re.compile(r"&[A-Za-z0-9]+;$")

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        if m.start() and (data[m.start() - 1].isalnum() or data[m.start() - 1] in "/@"):
            return None, None, None
        address = self._trim(_up_to_bracket(m[0]))
        if not self._WHOLE.fullmatch(address):
            return None, None, None
        href = address if address.startswith("http") else f"https://{address}"
        return InlineSpan("a", address, href=encode(href)), m.start(), m.start() + len(address)

    def _trim(self, address: str) -> str:
        """Without the punctuation that belongs to the sentence around it."""
        extra = address.count(")") - address.count("(")
        end = len(address)
        while end:
            char = address[end - 1]
            if char == ")" and extra > 0:
                extra -= 1
                end -= 1
            elif char in "?!.,:*_~'\"":
                end -= 1
            elif entity := self._ENTITY_END.search(address[max(0, end - 40) : end]):
                end -= len(entity[0])
            else:
                break
        return address[:end]


def _up_to_bracket(address: str) -> str:
    """Up to a ``]`` that was opened before the address: the end of a link's text."""
    depth = 0
    for match in _BRACKETS.finditer(address):
        depth += 1 if match[0] == "[" else -1
        if depth < 0:
            return address[: match.start()]
    return address


_BRACKETS = re.compile(r"[\[\]]")

PATTERNS: tuple[tuple[str, type[Pattern], int], ...] = (
    ("escape", Escape, 190),
    ("hard-break", HardBreak, 180),
    ("entity", Entity, 170),
    ("autolink", Autolink, 160),
    ("raw-html", RawHtml, 150),
    ("note-reference", NoteReferencePattern, 140),
    ("bare-address", BareAddress, 130),
)
