"""Long words and long texts, made so that they can be laid out in linear time.

For each line, WeasyPrint looks through all that is left of a text, unless the line is soon
full; and for each part of a word that it could hyphenate, through all that is left of the word.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

LONG_WORD, LONG_TEXT = 300, 6000
"""Letters of a word that gets places to break at, and of a text that is put into pieces."""

PART, PIECE = 60, 2000

_WORD = re.compile(rf"([!-~\u00a1-\u024f]{{{LONG_WORD},}})")
"""Only where words have spaces between: elsewhere, lines break within them anyway."""

_PART = re.compile(rf"(.{{{PART}}})(?=.)", re.S)
_PIECE = re.compile(rf".{{1,{PIECE}}}(?:[\s\u200b]|$)|.{{1,{PIECE}}}", re.S)


def part_long_texts(root: Element) -> None:
    """Give long words places to break at, and put the pieces of long texts into elements."""
    for parent in list(root.iter()):
        if parent.tag in ("style", "script", "title"):
            continue
        children = list(parent)
        for child in reversed(children):
            if child.tail and len(child.tail) > LONG_WORD:
                child.tail, pieces = _pieces(child.tail)
                at = children.index(child) + 1 if pieces else 0
                parent[at:at] = pieces
        if parent.text and len(parent.text) > LONG_WORD:
            parent.text, pieces = _pieces(parent.text)
            parent[0:0] = pieces


def _pieces(text: str) -> tuple[str, list[Element]]:
    """The text, or what is left of it before the elements that hold its pieces."""
    parts = _WORD.split(text)
    if len(parts) == 1 and len(text) <= LONG_TEXT:
        return text, []
    pieces = []
    for number, part in enumerate(parts):
        is_word = number % 2
        if is_word:
            part = _PART.sub("\\1\u200b", part)
        for piece in _PIECE.findall(part):
            element = Element("span", {"style": "hyphens: manual"} if is_word else {})
            element.text = piece
            pieces.append(element)
    return "", pieces
