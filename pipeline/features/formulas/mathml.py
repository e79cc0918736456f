"""From TeX to MathML Core, with latex2mathml, whose output is corrected here: operators taken for
letters, faces unknown to browsers, invalid lengths."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from pipeline.features.formulas.formula_leaves import (
    ATTRIBUTES,
    LIMIT_NAMES,
    TOKENS,
    token,
    with_permitted,
)
from pipeline.features.formulas.rows import DECIMAL, FUNCTION, is_blank, is_empty, row
from pipeline.features.formulas.table_lines import read_marks
from pipeline.model import formula_gaps
from pipeline.model.late import late

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

ARITIES = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3,
    "munderover": 3,
}  # fmt: skip
ENCLOSED = {
    "box": "boxed",
    "updiagonalstrike": "cancel",
    "downdiagonalstrike": "bcancel",
    "horizontalstrike": "sout",
    "updiagonalstrike downdiagonalstrike": "xcancel",
}
"""Classes instead of ``menclose``, which not all browsers draw."""

SEEN = frozenset({"mi", "mn", "mo", "mtext", "mfrac", "msqrt", "mroot"})
CLASSES = frozenset(ENCLOSED.values())
"""Visible content, and marks around or across it."""

ACCENTS = frozenset("´¯˘ˇ˙¨\u20db\u20dc`^˚~→←↔")
WIDE = {"^": ("ˆ", "\u0302"), "~": ("˜", "\u0303")}
"""Accents over one letter and over several: fonts have characters of their own for these."""

HORIZONTAL_BAR, OVERLINE = "\u2015", "\u203e"
RING, DEGREE = "\u2218", "°"
LARGE = frozenset("∑∏∐⋃⋂⨁⨂⨀⋁⋀⨆⨄")
_LENGTH = late(r"-?(?:\d++(?:\.\d++)?|\.\d++)(?:em|ex|px|pt|mm|cm|in|%)|0")


class CannotSetError(Exception):
    """A formula that latex2mathml cannot convert, or that has no visible output."""

    def __init__(self, message: str = "The formula cannot be typeset as written.") -> None:
        super().__init__(message)


def convert(tex: str, display: bool) -> Element:
    """The ``math`` element of a formula (as `tex.read` gives it), without a namespace."""
    from latex2mathml.converter import Converter

    converter = Converter(display="block" if display else "inline")
    math = Element("math")
    if display:
        math.set("display", "block")
    try:
        math.extend(row(_all(converter.convert_to_element(tex), display)))
    except Exception as error:  # it can raise any error of its parts
        raise CannotSetError from error
    for inner in math.iter():
        if inner.get("class") in (DECIMAL, FUNCTION):
            del inner.attrib["class"]
    if not any(map(_is_seen, math)):
        raise CannotSetError("The formula has no visible content.")
    return math


def _is_seen(element: Element) -> bool:
    """Return whether an element is visible, or takes up the width of something that would be."""
    if element.tag == "mpadded" and element.get("width") == "0":
        return False
    if element.tag == "munder" and is_blank(element):  # a line, which may have no length
        return any(space.get("width") != "0em" for space in element[0].iter("mspace"))
    is_shown = element.tag in SEEN or element.get("class") in CLASSES
    return is_shown or any(map(_is_seen, element))


def markup(math: Element, alternative: str) -> str:
    """The finished markup, with the finding if it cannot be shown or spoken."""
    root = Element("math", {"xmlns": NAMESPACE, **math.attrib, "alttext": alternative})
    root.extend(math)
    return tostring(root, encoding="unicode", short_empty_elements=False)


def _all(elements: Iterable[Element], display: bool) -> list[Element]:
    return [_mended(element, display) for element in elements]


def _mended(element: Element, display: bool) -> Element:
    tag = element.tag
    if tag in TOKENS and not len(element):
        return token(element)
    if tag == "mspace":
        return with_permitted(element, Element("mspace"))
    if tag == "mtable":
        read_marks(element)
    children = _all(element, display)
    if tag in ARITIES:
        return _script(element, children, display)
    match tag:
        case "mtable" if not any(len(child) for child in children):
            return Element("mrow")
        case "mtable" | "mtr":
            result = with_permitted(element, Element(tag))
            result.extend(children)
            if element.get("columnspacing", "").startswith("0em"):
                result.set("class", "aligned")
            return result
        case "mtd" | "msqrt" | "mstyle" | "mphantom":
            result = with_permitted(element, Element(tag))
            result.extend(row(_in_style(children) if tag == "mtd" else children))
            return result
        case "mpadded":
            return _padded(element, children)
        case "menclose":
            kind = ENCLOSED[element.get("notation", "box")]
            if kind == "boxed" and not row(children):  # a box to write in
                children = [Element("mspace", {"width": "1.2em", "height": "0.8em"})]
            return _group(children, kind)
    return _group(children)


def _in_style(children: list[Element]) -> list[Element]:
    """The children of a cell; a change of style, which latex2mathml closes immediately, applies to
    those after it."""
    for number, child in enumerate(children):
        if child.tag == "mstyle" and not len(child):
            child.extend(row(_in_style(children[number + 1 :])))
            return children[: number + 1]
    return children


def _group(children: list[Element], kind: str = "") -> Element:
    """A row, or the only thing in it."""
    inner = row(children)
    if len(inner) == 1 and not kind:
        if inner[0].tag == "mo" and inner[0].text in (",", "."):
            inner[0].set("class", DECIMAL)
        return inner[0]
    group = Element("mrow", {"class": kind} if kind else {})
    group.extend(inner)
    return group


def _padded(element: Element, children: list[Element]) -> Element:
    """Remove relative lengths, which are not in MathML Core and only add space."""
    values = [element.get(name, "0") for name in ATTRIBUTES["mpadded"]]
    if not all(_LENGTH.fullmatch(value) and value[0] not in "+-" for value in values):
        space = Element("mspace", {"width": "0.4em"})
        inner = [child for child in children if child.tag != "mspace"]
        return _group([space, *inner, Element("mspace", {"width": "0.4em"})])
    result = with_permitted(element, Element("mpadded"))
    result.extend(row(children))
    return result


# --- scripts, fractions, accents -----------------------------------------------------------


def _script(element: Element, children: list[Element], display: bool) -> Element:
    tag = element.tag
    if len(children) != ARITIES[tag]:
        raise CannotSetError
    base = children[0]
    if tag in ("mover", "munder", "munderover") and any(map(is_empty, children)):
        return _group(children)
    if tag == "msup" and children[1].text == RING:
        degree = Element("mi")
        degree.text = DEGREE
        return _group([base, degree])
    if display and tag in ("msub", "msup", "msubsup") and _has_limits(base):
        tag = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}[tag]
    result = with_permitted(element, Element(tag))
    if tag in ("mover", "munder"):
        _accent(result, base, children[1])
    result.extend(children)
    if is_blank(result):
        for space in result[0].iter("mspace"):
            formula_gaps.mark(space)
    return result


def _has_limits(base: Element) -> bool:
    limited = base.text in LARGE or base.get("movablelimits") == "true"
    return base.tag == "mo" and (limited or base.text in LIMIT_NAMES)


def _accent(accent: Element, base: Element, mark: Element) -> None:
    """Place an accent at the usual distance, and as wide as its base."""
    if mark.tag != "mo":
        return
    text = mark.text or ""
    is_wide = base.tag not in ("mi", "mn") or len(base.text or "") > 1
    if text == HORIZONTAL_BAR or (text == "¯" and is_wide):
        mark.text = OVERLINE
        mark.set("stretchy", "true")
    elif text in WIDE and accent.tag == "mover":
        mark.text = WIDE[text][is_wide]
        mark.set("stretchy", str(is_wide).lower())
    if accent.tag == "mover" and (text in ACCENTS or text == HORIZONTAL_BAR):
        accent.set("accent", "true")
    elif accent.tag == "munder" and text in (HORIZONTAL_BAR, "→", "←", "↔"):
        accent.set("accentunder", "true")
