"""Styles, sizes and glyphs of formulas: ziamath would find them out again for each of its nodes.
Importing this module modifies ziamath accordingly."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import ziamath.styles
from ziafont.gsub import Gsub
from ziamath import zmath
from ziamath.mathfont import MathFont
from ziamath.nodes import mnode
from ziamath.styles import MathStyle, MathVariant

KEPT = 4096
"""The number of results that are kept of each function."""

STYLES = frozenset(
    "mathcolor mathbackground mathsize mathvariant scriptlevel displaystyle style".split()
)
"""The attributes that change a style."""

_parse_style, _size, _find_glyph, _substitute = (
    ziamath.styles.parse_style,
    functools.lru_cache(KEPT)(functools.partial(mnode.Mnode.size_px, None)),  # type: ignore[arg-type]
    MathFont.findglyph,
    Gsub.sub,
)


def _style(element: Element, parent: MathStyle) -> MathStyle:
    """The style of an element within another: a copy of that one's, if it does not change it."""
    if not STYLES.isdisjoint(element.attrib):
        return _parse_style(element, parent)
    variant = MathVariant(**vars(parent.mathvariant))  # a letter changes its own to italics
    return MathStyle(**{**vars(parent), "mathvariant": variant})


@functools.lru_cache(KEPT)
def _glyph(font: MathFont, character: str, style: str, italic: bool, bold: bool) -> Any:
    return _find_glyph(font, character, MathVariant(style, italic, bold))


@functools.lru_cache(KEPT)
def _substitutes(
    gsub: Gsub, glyphs: tuple[int, ...], _language: object, features: tuple[tuple[str, bool], ...]
) -> tuple[int, ...]:
    return tuple(_substitute(gsub, list(glyphs), dict(features)))


def _sub(gsub: Gsub, glyphs: list[int], features: dict[str, bool]) -> list[int]:
    language = gsub.language.script, gsub.language.language
    return list(_substitutes(gsub, tuple(glyphs), language, tuple(features.items())))


_parts: Any = SimpleNamespace(
    formula=zmath, styles=ziamath.styles, nodes=mnode, node=mnode.Mnode, font=MathFont, gsub=Gsub
)
# a formula is one of ours: it has no namespace, and no `mstyle`
_parts.formula.denamespace = _parts.formula.apply_mstyle = lambda element: element
_parts.styles.asdict = vars
_parts.styles.ChainMap = lambda own, inherited: {**inherited, **own}
_parts.nodes.parse_style = _style
_parts.node.size_px = lambda node, length, em=None: _size(length, em or node.glyphsize)
_parts.font.findglyph = lambda font, character, variant: _glyph(
    font, character, variant.style, variant.italic, variant.bold
)
_parts.gsub.sub = _sub
