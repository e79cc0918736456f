"""Citations as in Pandoc: ``[see @key, p. 3; -@other]``, ``@key`` and ``@key [p. 3]``.

The scanner tries one when a bracket closes that is not a link, and at an ``@`` that no pattern
matches. Prefixes of cross-references (``@fig-x``) are excluded.
"""

from __future__ import annotations

import re
from collections.abc import Container

from pipeline.model import CitationItem
from pipeline.parser.characters import unescape
from pipeline.parser.inlines import links
from pipeline.parser.inlines.locators import read_locator
from pipeline.parser.inlines.patterns import InlineSpan
from pipeline.parser.inlines.references import CROSS_REFERENCE, may_begin

LONGEST = 2000
"""The maximum length of a citation, so that nested brackets are not searched again and again."""

# In scripts without spaces between words, a key of other letters ends where those begin.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LETTER = rf"[^\W{_UNSPACED}]"
_BETWEEN = r"[:.#$%&\-+?<>~/]"
_NAME = rf"{_LETTER}(?:{_BETWEEN}?{_LETTER})*|\w(?:{_BETWEEN}?\w)*"
_KEY = re.compile(rf"(-?)@(?:({_NAME})|\{{([^{{}}\n]+)\}})")
_CROSS_REFERENCE = re.compile(CROSS_REFERENCE)
_LOCATED = re.compile(r"[ \t]*(?:\n[ \t]*)?\[([^\[\]]{1,500})\](?![(\[{:])")
_SEMICOLON = re.compile("[؛；]")
_PARTS = re.compile(r"(?:\\.|\{[^{}]*\}|[^;؛；\\])+", re.S)


class CitationSpan(InlineSpan):
    """The element that becomes a `Citation`."""

    def __init__(self, items: tuple[CitationItem, ...], in_text: bool, source: str) -> None:
        super().__init__("citation")
        self.items_cited = items
        self.in_text = in_text
        self.source = source


def bracketed(content: str) -> CitationSpan | None:
    """The citation in brackets around ``content``, if each part has a key."""
    if len(content) > LONGEST or "@" not in content:
        return None
    items = _items(content)
    return CitationSpan(items, False, f"[{content}]") if items else None


def in_text(data: str, pos: int, references: Container[str]) -> tuple[CitationSpan, int] | None:
    """The citation whose ``@`` (or ``-``) is at ``pos``, with a locator in brackets after it, unless
    these are a link; and its end."""
    match = _KEY.match(data, pos)
    if not match or not may_begin(data, pos) or _CROSS_REFERENCE.match(data, pos):
        return None
    item = CitationItem(key=match[2] or match[3].strip(), suppress_author=bool(match[1]))
    end, items = match.end(), [item]
    located = _LOCATED.match(data, end)
    if located and links.normalise(located[1]) not in references:
        first, _, others = _SEMICOLON.sub(";", located[1]).partition(";")
        locator = read_locator(first)
        more = _items(others) if others.strip() else ()
        if locator.text and more is not None and "@" not in first:
            item = CitationItem(
                key=item.key,
                label=locator.label,
                locator=_text(locator.text),
                suffix=_text(locator.rest),
                suppress_author=item.suppress_author,
            )
            end, items = located.end(), [item, *more]
    is_author = not item.suppress_author
    return CitationSpan(tuple(items), is_author, data[match.start() : end]), end


def _items(content: str) -> tuple[CitationItem, ...] | None:
    """The works cited by the parts between semicolons; None if one cites nothing."""
    items = []
    for part in _PARTS.finditer(content):
        item = _item(part[0])
        if item is None:
            return None
        items.append(item)
    return tuple(items) or None


def _item(part: str) -> CitationItem | None:
    for match in _KEY.finditer(part):
        if not may_begin(part, match.start()) or part[: match.start()].endswith("\\"):
            continue
        if _CROSS_REFERENCE.match(part, match.start()):
            return None
        locator = read_locator(part[match.end() :])
        return CitationItem(
            key=match[2] or match[3].strip(),
            prefix=_text(part[: match.start()]),
            label=locator.label,
            locator=_text(locator.text),
            suffix=_text(locator.rest),
            suppress_author=bool(match[1]),
        )
    return None


def _text(written: str) -> str:
    return " ".join(unescape(written).split())
