"""Captions that bring a label of their own, as “Figure 2-1: The well”, which get no other."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from pipeline.model import Node
from pipeline.model.tree import plain_text
from pipeline.model.words import words

ALSO = {
    "figure": r"fig(?:ure|\.)",
    "table": r"(?:table|tab\.|tbl\.)",
    "listing": r"(?:listing|code)",
}
"""What labels begin with in English, and for short, beside the word of the text's language."""


def own_number(caption: Iterable[Node], kind: str, lang: str) -> str:
    """The number that a caption begins with, as its author writes it: ``2-1``; or ""."""
    found = _pattern(kind, lang).match(plain_text(caption))
    return found[1] if found else ""


@functools.cache
def _pattern(kind: str, lang: str) -> re.Pattern[str]:
    word = re.escape(words(lang)[f"caption_{kind}"].partition("{")[0].strip())
    return re.compile(
        rf"\s*(?:{word}|{ALSO[kind]})\s*((?:[A-Z][.\-–]?)?\d{{1,4}}(?:[.\-–]\d{{1,4}}){{0,3}}[a-z]?)\s*(?:[.:–—]|$)",
        re.IGNORECASE,
    )
