"""A formula in characters, as in a text message, for titles and contents, which are plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from pipeline.features.formulas.alphabets import plain_letters
from pipeline.features.formulas.rows import APPLY, asks_for_more, is_blank
from pipeline.model.late import late

SUPERSCRIPTS = dict(zip("0123456789+−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
ROOTS = {"3": "∛", "4": "∜"}
PRIMES = frozenset("′″‴⁗°*")
MARKS = {
    "´": "\u0301", "¯": "\u0304", "˘": "\u0306", "ˇ": "\u030c", "˙": "\u0307", "¨": "\u0308",
    "`": "\u0300", "ˆ": "\u0302", "\u0302": "\u0302", "˚": "\u030a", "˜": "\u0303",
    "\u0303": "\u0303", "→": "\u20d7", "‾": "\u0305",
}  # fmt: skip
SIGNS = frozenset("+−±∓¬")
TIGHT = frozenset("/⁡∘∂∇!,;.()[]{}|‖⟨⟩⌈⌉⌊⌋′″")
AFTER = frozenset(",;")
BLANK = "____"
BRACES = frozenset("⏞⏟⎴⎵⏜⏝")


def linear_text(elements: Sequence[Element]) -> str:
    """The content of a formula on one line."""
    return _tidy(_row(elements))


def _tidy(text: str) -> str:
    return plain_letters(" ".join(text.split()))


def _row(elements: Sequence[Element]) -> str:
    """Elements side by side, with spaces where they are visible."""
    parts: list[str] = []
    for index, element in enumerate(elements):
        text = _of(element)
        if element.tag == "mo":
            infix = 0 < index < len(elements) - 1 and not asks_for_more(elements[index - 1])
            text = _operator(element.text or "", infix)
        elif element.tag == "mspace":
            text = " " if _is_seen(element) else ""
        parts.append(text)
    return "".join(parts)


def _operator(char: str, infix: bool) -> str:
    if char == APPLY:
        return ""
    if char in AFTER:
        return f"{char} "
    if char in TIGHT or (char in SIGNS and not infix):
        return char
    return f" {char} "


def _is_seen(space: Element) -> bool:
    width = space.get("width", "0").removesuffix("em")
    try:
        return float(width) > 0.1
    except ValueError:
        return True


def _of(element: Element) -> str:
    tag = element.tag
    children = list(element)
    if is_blank(element):
        return BLANK
    match tag:
        case "mi" | "mn" | "mtext":
            return element.text or ""
        case "mo":
            return "" if element.text == APPLY else element.text or ""
        case "mspace":
            return " " if _is_seen(element) else ""
        case "mphantom":
            return ""
        case "mfrac":
            above, below = (_grouped(child) for child in children)
            return f"{above}{' ' if element.get('linethickness') == '0' else '/'}{below}"
        case "msqrt":
            return "√" + _grouped_row(children)
        case "mroot":
            index = _of(children[1])
            sign = ROOTS.get(index) or f"{_raised(index, SUPERSCRIPTS) or f'({index})'}√"
            return sign + _grouped(children[0])
        case "mover" | "munder" if children[1].text in BRACES:
            return _of(children[0])
        case "munder" if MARKS.get(children[1].text or "") == "\u0305":
            return _of(children[0])  # a line below is like a link's, and is not said
        case "msup" | "mover" if len(children) == 2 and not element.get("accent"):
            return _base(children[0]) + _script("^", children[1], SUPERSCRIPTS)
        case "msub" | "munder" if len(children) == 2 and not element.get("accentunder"):
            return _base(children[0]) + _script("_", children[1], SUBSCRIPTS)
        case "msubsup" | "munderover":
            base, lower, upper = children
            return (
                _base(base)
                + _script("_", lower, SUBSCRIPTS)
                + _script("^", upper, SUPERSCRIPTS)
                + (" " if base.tag == "mo" else "")
            )
        case "mover" | "munder":
            return _marked(_of(children[0]), children[1].text or "")
        case "mtable":
            return _table(element)
    return _row(children)


def _table(element: Element) -> str:
    """The rows of a table; aligned lines are a formula each."""
    if element.get("class") == "aligned":
        return "; ".join(_row([inner for cell in line for inner in cell]) for line in element)
    return "; ".join(", ".join(_row(list(cell)).strip() for cell in line) for line in element)


def _marked(text: str, mark: str) -> str:
    combining = MARKS.get(mark)
    if combining is None or not text:
        return text
    return unicodedata.normalize("NFC", _MARKED.sub(rf"\g<0>{combining}", text))


_MARKED = late("[^\u0300-\u036f\u20d0-\u20ff][\u0300-\u036f\u20d0-\u20ff]*")


def _grouped(element: Element) -> str:
    """An operand, in parentheses if it consists of several parts."""
    return _in_parentheses(element, _row([element]))


def _in_parentheses(element: Element, text: str) -> str:
    text = _tidy(text)
    return text if _is_single(element) else f"({text})"


def _grouped_row(children: Sequence[Element]) -> str:
    if len(children) == 1:
        return _grouped(children[0])
    return f"({_row(children).strip()})"


def _is_single(element: Element) -> bool:
    if element.tag in ("mi", "mn", "mtext", "msup", "msub", "msubsup", "msqrt", "mroot"):
        return True
    return element.tag in ("mrow", "mstyle") and len(element) == 1 and _is_single(element[0])


def _base(element: Element) -> str:
    text = _of(element)
    if element.tag in ("mi", "mn", "mo", "mtext") or not text:
        return text
    return _in_parentheses(element, text)


def _script(mark: str, element: Element, table: dict[str, str]) -> str:
    text = linear_text([element]).replace(" ", "")
    if text and all(char in PRIMES for char in text):
        return text
    raised = _raised(text, table)
    if raised:
        return raised
    return mark + (text if _is_single(element) and len(text) == 1 else f"({text})")


def _raised(text: str, table: dict[str, str]) -> str:
    """``text`` in superscript or subscript characters, "" if some are missing."""
    characters = [table.get(char, "") for char in text]
    return "".join(characters) if all(characters) else ""
