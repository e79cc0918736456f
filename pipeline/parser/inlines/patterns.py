"""The inline constructs that a single pattern recognises: Python-Markdown inline processors.

Each names its possible first characters (``triggers``), so that the scanner only tries those that
can match. If several have the same trigger, the first match counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor

from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.variables import NAME
from pipeline.parser.characters import ENTITY, PUNCTUATION, REPLACEMENT, decode_entity
from pipeline.parser.inlines.links import encode
from pipeline.parser.markup.html_tokens import CLOSING_TAG, OPENING_TAG

RAW_HTML = (
    rf"{OPENING_TAG}|{CLOSING_TAG}|<!-->|<!--->|<!--.*?-->|<\?.*?\?>|<![A-Za-z][^>]*>"
    r"|<!\[CDATA\[.*?\]\]>"
)

# A variable with spaces in an address: without them it is like any other characters.
_SPACED = rf"\{{\{{(?:[ \t]+{NAME}[ \t]*|{NAME}[ \t]+)\}}\}}"


class InlineSpan(Element):
    """An inline element. ``attributes`` come from a list after it. ``offset`` is the position of an
    element that a pattern creates inside another."""

    def __init__(self, tag: str, text: str | None = None, **attrib: str) -> None:
        super().__init__(tag, attrib)
        self.text = text
        self.span: Span | None = None
        self.offset = 0
        self.attributes: Any = None


Result: TypeAlias = "str | InlineSpan | tuple[str | InlineSpan, int] | None"
"""The result of a match, with its end if that is another; None if it is text after all."""


class Pattern(InlineProcessor):
    """``read`` is given a match, and the text that it is in."""

    def __init__(
        self, triggers: str, pattern: str, read: Callable[[re.Match[str], str], Result]
    ) -> None:
        super().__init__("")
        self.pattern = pattern
        self.compiled_re = late(pattern, re.DOTALL)
        self.triggers = triggers
        self._read = read

    def handleMatch(  # type: ignore[override] # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[str | InlineSpan | None, int, int]:
        result = self._read(m, data)
        element, end = result if isinstance(result, tuple) else (result, m.end())
        return element, m.start(), end


def _autolink(m: re.Match[str], data: str) -> Result:
    address = m[1] or f"mailto:{m[2]}"
    href = encode(address.replace("\\", "%5C").replace("&", "&amp;"))
    return InlineSpan("a", m[1] or m[2], href=href)


def _bare_address(m: re.Match[str], data: str) -> Result:
    """Addresses without brackets (GFM specification, section 6.9)."""
    if m.start() and (data[m.start() - 1].isalnum() or data[m.start() - 1] in "/@"):
        return None
    address = _trim(_up_to_bracket(m[0]))
    if not _ADDRESS.fullmatch(address):
        return None
    href = address if address.startswith("http") else f"https://{address}"
    return InlineSpan("a", address, href=encode(href)), m.start() + len(address)


def _trim(address: str) -> str:
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
        elif entity := _ENTITY_END.search(address[max(0, end - 40) : end]):
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


def _escaped(m: re.Match[str], data: str) -> Result:
    """A character; a bracket of what would be the mark of a choice is a text by itself, which is
    not taken for one."""
    return InlineSpan("text", m[1]) if _CHOICE.match(data, m.start()) else m[1]


_CHOICE = late(r"\\[(\[](?:[ \t]{1,9}|[xXхХ✓✔☑✅]\ufe0f?)\\?[)\]]")
_BRACKETS = late(r"[\[\]]")

_ADDRESS = late(r"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+.*", re.S)
_ENTITY_END = late(r"&[A-Za-z0-9]+;$")


def _entity(reference: str) -> Result:
    """The character of a reference; a finding for a number that is none."""
    character = decode_entity(reference)
    if character != REPLACEMENT or reference.lower() in ("&#xfffd;", "&#65533;"):
        return character
    message = f"`{reference}` is no character. `{REPLACEMENT}` is shown instead."
    return InlineSpan("slip", character, message=message, hint="Write another, or leave it out.")


_NOTE_REFERENCE = r"\[\^([^\]\s\[^]+)\]"
BEFORE_NOTE = late(rf"!(?={_NOTE_REFERENCE}(?!\(|\[[^\^]))")
"""An exclamation mark that ends a sentence, after which a note is referred to."""

PATTERNS = {
    "escape": Pattern("\\", rf"\\(?!#(?:eq|fig|tab):\w)([{re.escape(PUNCTUATION)}])", _escaped),
    "hard-break": Pattern("\\", r"\\\n", lambda m, data: InlineSpan("br")),
    "entity": Pattern("&", ENTITY, lambda m, data: _entity(m[0])),
    "autolink": Pattern(
        "<",
        rf"<(?:([A-Za-z][A-Za-z0-9.+-]{{1,31}}:[^\s<>{{\x00-\x1f]*(?:(?:{_SPACED}|{{)[^\s<>{{\x00-\x1f]*)*)"
        r"|([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*))>",
        _autolink,
    ),
    "raw-html": Pattern("<", RAW_HTML, lambda m, data: InlineSpan("raw", m[0])),
    "note-reference": Pattern(
        "[", _NOTE_REFERENCE, lambda m, data: InlineSpan("note-reference", label=m[1])
    ),
    "bare-address": Pattern(
        "hw",
        rf"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+[^\s<{{]*(?:(?:{_SPACED}|{{)[^\s<{{]*)*",
        _bare_address,
    ),
}
