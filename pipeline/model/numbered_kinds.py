"""Kinds of numbered things: captions, formulas and exercises; and a number that a caption already
contains, as in “Figure 2-1: The well”."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from pipeline.model import nodes
from pipeline.model.roles import UNNUMBERED
from pipeline.model.tree import plain_text
from pipeline.model.words import words

NUMBERED = (*nodes.Captioned.__args__, nodes.MathBlock, nodes.Exercise)

ALSO = {
    "figure": r"fig(?:ure|\.)",
    "table": r"(?:table|tab\.|tbl\.)",
    "listing": r"(?:listing|code)",
}
"""The beginnings of labels in English and abbreviated, besides the word in the text's language."""


def own_number(caption: Iterable[nodes.Node], kind: str, lang: str) -> str:
    """The number that a caption begins with, as written: ``2-1``; or ""."""
    match = _pattern(kind, lang).match(plain_text(caption))
    return match[1] if match else ""


@functools.cache
def _pattern(kind: str, lang: str) -> re.Pattern[str]:
    word = re.escape(words(lang)[f"caption_{kind}"].partition("{")[0].strip())
    also = ALSO.get(kind, kind)
    return re.compile(
        rf"\s*(?:{word}|{also})\s*((?:[A-Z][.\-–]?)?\d{{1,4}}(?:[.\-–]\d{{1,4}}){{0,3}}[a-z]?)\s*(?:[.:–—]|$)",
        re.IGNORECASE,
    )


def numbered_kind(node: nodes.Node, lang: str) -> str:
    """The kind as which a node is counted, or "". Figures, groups of figures and charts are one
    kind, tables another, and code a third, if they have a caption without its own number; formulas
    if they have an id; and exercises."""
    if UNNUMBERED in node.attributes.classes:
        return ""
    if isinstance(node, nodes.Exercise):
        return "exercise"
    if isinstance(node, nodes.MathBlock):
        return "equation" if node.attributes.id and not node.tag else ""
    if isinstance(node, nodes.Captioned) and node.caption:
        kind = nodes.CAPTIONED[type(node)]
        return "" if own_number(node.caption, kind, lang) else kind
    return ""


def is_lettered(group: nodes.FigureGroup) -> bool:
    """Return whether the figures of a group have its number, and letters."""
    return bool(group.caption) and any(
        figure.caption or figure.attributes.id for figure in group.figures
    )
