"""Long formulas in lines of print, which a drawing cannot be broken in: they become text and
shorter formulas, which end after an operator, as TeX breaks them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from msgspec.structs import replace

from pipeline.features.formulas.mathml import NAMESPACE, markup
from pipeline.features.formulas.spoken import FormulaSpeaker
from pipeline.features.formulas.written import linear_text
from pipeline.model import Attributes, Inline, InlineElement, Math, Text
from pipeline.model.words import words

LONG = 40
"""Characters: a formula that has more may be wider than a line."""

PLAIN = frozenset({"mtext", "mn", "mo", "mspace"})
"""Elements that look the same as text."""

OPENING, CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"

_LINING = Attributes(classes=("lining",))


def broken(formula: Math, lang: str) -> tuple[Inline, ...]:
    """A formula in pieces that a line may end between; itself if it is short, or has no place for
    that."""
    if len(formula.alt) <= LONG or formula.display or formula.gaps:
        return (formula,)
    pieces = list(_pieces(_row(fromstring(formula.mathml))))
    if len(pieces) == 1 and not _is_plain(pieces[0]):
        return (formula,)
    nodes: list[Inline] = []
    for piece in pieces:
        nodes += [Text(text=" ", span=formula.span)] if nodes else []
        nodes.append(_node(piece, formula, lang))
    return tuple(nodes)


def _row(math: Element) -> list[Element]:
    """The elements of a formula, without rows around all of them."""
    for element in math.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    row = list(math)
    while len(row) == 1 and row[0].tag == "mrow" and not row[0].attrib:
        row = list(row[0])
    return row


def _pieces(row: list[Element]) -> Iterator[list[Element]]:
    """The elements up to each operator that stands between others, and in no brackets."""
    piece: list[Element] = []
    depth = 0
    for number, element in enumerate(row, start=1):
        piece.append(element)
        sign = (element.text or " ")[-1] if element.tag == "mo" else " "
        depth += (sign in OPENING) - (sign in CLOSING)
        is_between = unicodedata.category(sign) == "Sm" and depth <= 0 and len(piece) > 1
        if number == len(row) or is_between:
            yield piece
            piece = []


def _is_plain(piece: list[Element]) -> bool:
    return all(element.tag in PLAIN for element in piece)


def _node(piece: list[Element], formula: Math, lang: str) -> Inline:
    alt = linear_text(piece)
    if _is_plain(piece):
        if len(piece) > 1 and piece[-1].tag == "mo":
            alt = f"{linear_text(piece[:-1])}\u00a0{linear_text(piece[-1:])}"
        text = Text(text=alt, span=formula.span)
        return InlineElement(name="span", children=(text,), attributes=_LINING, span=formula.span)
    spoken = FormulaSpeaker(words(lang)).speak(piece)
    if piece[-1].tag == "mo":
        piece[-1].set("rspace", "0")  # a space follows
    math = Element("math")
    math.extend(piece)
    return replace(formula, mathml=markup(math, spoken), alt=alt, spoken=spoken)
