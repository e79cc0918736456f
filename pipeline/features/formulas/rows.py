"""Rows of a formula: sequences of elements that belong together."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from xml.etree.ElementTree import Element

APPLY = "\u2061"
"""Function application: the invisible operator between “sin” and its argument."""

DECIMAL, FUNCTION = "decimal", "function"
"""Classes that mark a comma in braces and a function while a formula is assembled."""

THIN = "0.167em"
SIGNS = frozenset("+−±∓")
ENDS = frozenset(")]}!|‖′⟩⌉⌋")
SLASH, OVERLAY = "\u29f8", "\u0338"
SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})


def row(children: Sequence[Element]) -> list[Element]:
    """The corrected children of a row: digits around a decimal comma become one number, upright
    letters one word, and functions are separated from their arguments."""
    visible = [child for child in children if not is_empty(child)]
    for child in visible:
        if child.tag == "mo" and child.text == "~":  # it is spaced like a relation
            child.text = "\N{TILDE OPERATOR}"
    return _applied(_words(_numbers(_negated(_signed(visible)))))


def is_empty(element: Element) -> bool:
    """Return whether an element is an empty row."""
    return element.tag == "mrow" and not len(element)


def is_blank(element: Element) -> bool:
    """Return whether an element is a line or a box to write on."""
    if element.tag == "munder":
        return _is_room(element[0])
    return element.get("class") == "boxed" and all(map(_is_room, element))


def _is_room(element: Element) -> bool:
    if element.tag == "mrow":
        return len(element) > 0 and all(map(_is_room, element))
    return element.tag == "mspace"


def _signed(children: list[Element]) -> list[Element]:
    """Treat a plus or minus after an operator as a sign, without space after it; “mod” in brackets
    has space after it only."""
    for before, child in itertools.pairwise(children):
        if child.tag == "mo" and child.text in SIGNS and asks_for_more(before):
            child.set("form", "prefix")
        if child.text == "mod" and before.text == "(":
            child.attrib |= {"lspace": "0em", "rspace": "0em"}
    return children


def asks_for_more(element: Element) -> bool:
    """Return whether a plus or minus after it is a sign."""
    return element.tag == "mo" and element.text not in ENDS and element.get("form") != "postfix"


def _negated(children: list[Element]) -> list[Element]:
    """Combine a stroke through the next operator with it, if there is such a character."""
    result: list[Element] = []
    for child in children:
        if result and _is_stroke(result[-1]) and child.tag in ("mo", "mi"):
            result.pop()
            child.text = unicodedata.normalize("NFC", (child.text or "") + OVERLAY)
        result.append(child)
    return result


def _is_stroke(element: Element) -> bool:
    return element.tag == "mpadded" and "".join(element.itertext()) == SLASH


def _numbers(children: list[Element]) -> list[Element]:
    """Make ``2{,}5`` one number."""
    result: list[Element] = []
    for child in children:
        if (
            child.tag == "mn"
            and len(result) > 1
            and result[-1].get("class") == DECIMAL
            and result[-2].tag == "mn"
        ):
            mark = result.pop()
            result[-1].text = f"{result[-1].text}{mark.text}{child.text}"
        else:
            result.append(child)
    return result


def _words(children: list[Element]) -> list[Element]:
    """Make ``\\mathrm{km}`` one word."""
    if len(children) < 2 or not all(
        child.tag == "mi" and child.get("mathvariant") == "normal" for child in children
    ):
        return children
    word = Element("mi")
    word.text = "".join(child.text or "" for child in children)
    return [word]


def _applied(children: list[Element]) -> list[Element]:
    result: list[Element] = []
    for index, child in enumerate(children):
        if not _is_function(child):
            result.append(child)
            continue
        if result and result[-1].tag in ("mi", "mn", "msup", "msub", "mfrac", "msqrt"):
            result.append(_space())
        result.append(child)
        following = children[index + 1] if index + 1 < len(children) else None
        if following is None or following.tag in ("mspace", "mo"):
            if following is not None and following.text in ("(", "["):
                result.append(_apply())
            continue
        result.append(_apply())
        if not _is_fenced(following):
            result.append(_space())
    return result


def _is_function(element: Element) -> bool:
    if element.tag in SCRIPTS:
        element = element[0]
    return element.get("class") == FUNCTION


def _is_fenced(element: Element) -> bool:
    return element.tag == "mrow" and len(element) > 0 and element[0].tag == "mo"


def _apply() -> Element:
    operator = Element("mo")
    operator.text = APPLY
    return operator


def _space() -> Element:
    return Element("mspace", {"width": THIN})
