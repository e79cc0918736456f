"""A formula in words, as read aloud, and in characters, as in a text message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.features.formulas.mathml import APPLY, asks_for_more, is_blank, plain_letters
from pipeline.model.late import late

# --- spoken ----------------------------------------------------------------------------------
# A formula in words, as read aloud to somebody who cannot see it: the ends of fractions and the
# contents of roots are stated.

SPOKEN_SIGNS = {
    "+": "plus", "−": "minus", "±": "plus_minus", "·": "times", "×": "times", "÷": "divided",
    "/": "divided", ":": "ratio", "=": "equals", "≠": "unequal", "<": "less", ">": "greater",
    "≤": "at_most", "⩽": "at_most", "≥": "at_least", "⩾": "at_least", "≈": "about", "∑": "sum",
    "∏": "product", "∫": "integral", "lim": "limit", "∞": "infinity", "!": "factorial",
    "′": "prime", "″": "double_prime", "(": "open", ")": "close", "[": "open_bracket",
    "]": "close_bracket", "{": "open_brace", "}": "close_brace", "|": "bar", "∣": "bar",
    "‖": "double_bar", "…": "dots", "⋯": "dots",
}  # fmt: skip
"""The words for characters, by keys without ``math_``. Other characters stay as they are: screen
readers have names for them."""

SPOKEN_ACCENTS = {
    "¯": "overline", "‾": "overline", "ˆ": "hat", "\u0302": "hat", "→": "vector", "˜": "tilde",
    "\u0303": "tilde", "˙": "dot",
}  # fmt: skip
BRACES = frozenset("⏞⏟⎴⎵⏜⏝")
OVERLINE, SPOKEN_PRIMES = "‾", frozenset("′″‴")
DEGREE = "°"
POWERS = {"2": "squared", "3": "cubed"}
CROSSED = frozenset({"cancel", "bcancel", "xcancel", "sout"})
UNDER = frozenset("∑∏∫∐⋃⋂") | {"lim", "sup", "inf", "max", "min"}


class FormulaSpeaker:
    """Speaks in the ``words`` of a language."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def speak(self, elements: Sequence[Element]) -> str:
        """The content of a formula, in words."""
        text = " ".join(self._row(elements).split())
        return re.sub(r"(?<! ) ++(?=[,.;])", "", text)

    def _word(self, key: str, **parts: str) -> str:
        return self._words[f"math_{key}"].format(**parts)

    def _row(self, elements: Sequence[Element]) -> str:
        texts: list[str] = []
        for index, element in enumerate(elements):
            before = elements[index - 1] if index else None
            if element.text == "−" and (before is None or asks_for_more(before)):
                texts.append(self._word("negative"))
            elif not _is_around_choice(elements, index):
                texts.append(self._speak(element))
        return " ".join(filter(None, texts))

    def _speak(self, element: Element) -> str:
        children = list(element)
        if is_blank(element):
            return self._words["blank"]
        match element.tag:
            case "mi" | "mn" | "mtext" | "mo":
                return self._sign(element.text or "")
            case "mspace" | "mphantom":
                return ""
            case "mfrac":
                return self._fraction(element, *children)
            case "msqrt":
                inner = children if len(children) == 1 else [element]
                return self._enclose("root", inner, radicand=self._row(children))
            case "mroot":
                return self._root(*children)
            case "msup":
                return self._power(*children)
            case "msub":
                return self._index(self._speak(children[0]), children[1], children[0])
            case "msubsup":
                return self._index_and_power(*children)
            case "munder" | "mover":
                return self._speak_stacked(element, *children)
            case "munderover":
                return self._range(*children)
            case "mtable":
                return self._table(element)
            case "mrow" if element.get("class") in CROSSED:
                return self._word("crossed", content=self._row(children))
            case "mrow" if (table := _fenced_table(children)) is not None:
                return self._speak_fenced(children[0].text or "", table)
        return self._row(children)

    def _sign(self, text: str) -> str:
        if text == APPLY:
            return ""
        text = plain_letters(text)
        return self._words[f"math_{SPOKEN_SIGNS[text]}"] if text in SPOKEN_SIGNS else text

    def _enclose(self, key: str, inner: Sequence[Element], **parts: str) -> str:
        """The text of nodes with a spoken end, unless they contain only one thing."""
        is_short = all(map(_is_short, inner))
        return self._word(key if is_short else f"long_{key}", **parts)

    # --- fractions and roots ---

    def _fraction(self, element: Element, above: Element, below: Element) -> str:
        parts = {"above": self._speak(above), "below": self._speak(below)}
        if element.get("linethickness") == "0":
            return self._word("choose", **parts)
        return self._enclose("fraction", (above, below), **parts)

    def _root(self, radicand: Element, index: Element) -> str:
        parts = {"radicand": self._speak(radicand), "index": self._speak(index)}
        if parts["index"] == "3":
            return self._enclose("cube_root", (radicand,), radicand=parts["radicand"])
        return self._enclose("nth_root", (radicand,), **parts)

    # --- what stands above and below ---

    def _power(self, base: Element, exponent: Element) -> str:
        spoken = self._speak(base)
        while len(exponent) > 1 and exponent[0].text in SPOKEN_PRIMES:
            prime, *rest = exponent
            spoken = f"{spoken} {self._speak(prime)}"
            exponent = rest[0] if len(rest) == 1 else _row_of(rest)
        text = self._speak(exponent)
        if exponent.tag == "mo" or text == DEGREE:
            return f"{spoken} {text}"
        if exponent.tag == "mn" and (key := POWERS.get(exponent.text or "")):
            return self._word(key, base=spoken)
        return self._enclose("power", (exponent,), base=spoken, exponent=text)

    def _index(self, spoken: str, index: Element, base: Element) -> str:
        if _is_operator(base):
            return self._word("under", operator=spoken, lower=self._speak(index))
        return self._enclose("index", (index,), base=spoken, index=self._speak(index))

    def _index_and_power(self, base: Element, index: Element, exponent: Element) -> str:
        if _is_operator(base):
            return self._range(base, index, exponent)
        indexed = Element("mtext")
        indexed.text = self._index(self._speak(base), index, base)
        return self._power(indexed, exponent)

    def _range(self, base: Element, lower: Element, upper: Element) -> str:
        parts = {"lower": self._speak(lower), "upper": self._speak(upper)}
        key = "range" if _is_operator(base) else "between"
        return self._word(key, operator=self._speak(base), **parts)

    def _speak_stacked(self, element: Element, base: Element, mark: Element) -> str:
        spoken, text = self._speak(base), mark.text or ""
        if element.get("accentunder") and text == OVERLINE:
            return self._word("underline", base=spoken)
        if element.get("accent") and text in SPOKEN_ACCENTS:
            return self._word(SPOKEN_ACCENTS[text], base=spoken)
        if element.tag == "munder" and _is_operator(base):
            return self._word("under", operator=spoken, lower=self._speak(mark))
        if text in BRACES:
            return spoken
        key = "above" if element.tag == "mover" else "below"
        return self._word(key, base=spoken, mark=self._speak(mark))

    # --- tables ---

    def _table(self, table: Element) -> str:
        columns = max((len(line) for line in table), default=0)
        if columns < 2 or table.get("class") == "aligned":
            lines = ([inner for cell in line for inner in cell] for line in table)
            return "; ".join(
                self._word("line", number=str(number), content=self._row(line))
                for number, line in enumerate(lines, start=1)
            )
        return self._matrix(table)

    def _speak_fenced(self, opening: str, table: Element) -> str:
        if opening == "{":
            return self._word("cases", content=self._rows(table, "line"))
        return self._matrix(table, "determinant" if opening == "|" else "matrix")

    def _matrix(self, table: Element, key: str = "matrix") -> str:
        columns = max((len(line) for line in table), default=0)
        content = self._rows(table, "row")
        return self._word(key, rows=str(len(table)), columns=str(columns), content=content)

    def _rows(self, table: Element, key: str) -> str:
        return "; ".join(
            self._word(
                key,
                number=str(number),
                content=", ".join(filter(None, (self._row(list(cell)) for cell in line))),
            )
            for number, line in enumerate(table, start=1)
        )


def _fenced_table(children: Sequence[Element]) -> Element | None:
    """The table within brackets, or after a brace."""
    if len(children) in (2, 3) and children[0].tag == "mo" and children[1].tag == "mtable":
        return children[1]
    return None


def _row_of(elements: Sequence[Element]) -> Element:
    row = Element("mrow")
    row.extend(elements)
    return row


def _is_operator(element: Element) -> bool:
    return element.tag == "mo" and element.text in UNDER


def _is_short(element: Element) -> bool:
    """Return whether it is one letter or number, so that its end is audible."""
    if element.tag in ("mrow", "mstyle"):
        return len(element) == 1 and _is_short(element[0])
    return element.tag in ("mi", "mn", "mtext")


def _is_around_choice(elements: Sequence[Element], index: int) -> bool:
    """Return whether parentheses only contain a binomial coefficient, which has own words."""
    neighbour = {"(": index + 1, ")": index - 1}.get(elements[index].text or "", -1)
    return 0 <= neighbour < len(elements) and elements[neighbour].get("linethickness") == "0"


# --- written ---------------------------------------------------------------------------------
# A formula in characters, as in a text message, for titles and contents, which are plain text.

SUPERSCRIPTS = dict(zip("0123456789+−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
ROOTS = {"3": "∛", "4": "∜"}
PRIMES = frozenset("′″‴⁗°*")
COMBINING_ACCENTS = {
    "´": "\u0301", "¯": "\u0304", "˘": "\u0306", "ˇ": "\u030c", "˙": "\u0307", "¨": "\u0308",
    "`": "\u0300", "ˆ": "\u0302", "\u0302": "\u0302", "˚": "\u030a", "˜": "\u0303",
    "\u0303": "\u0303", "→": "\u20d7", "‾": "\u0305",
}  # fmt: skip
SIGNS = frozenset("+−±∓¬")
TIGHT = frozenset("/⁡∘∂∇!,;.()[]{}|‖⟨⟩⌈⌉⌊⌋′″")
AFTER = frozenset(",;")
BLANK = "____"


def linear_text(elements: Sequence[Element]) -> str:
    """The content of a formula on one line."""
    return _tidy(_row(elements))


def _tidy(text: str) -> str:
    return plain_letters(" ".join(text.split()))


def _row(elements: Sequence[Element]) -> str:
    """Elements side by side, with spaces where they are visible."""
    parts: list[str] = []
    for index, element in enumerate(elements):
        text = _plain_words(element)
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


def _plain_words(element: Element) -> str:
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
            above, below = (_group(child) for child in children)
            return f"{above}{' ' if element.get('linethickness') == '0' else '/'}{below}"
        case "msqrt":
            return "√" + _grouped_row(children)
        case "mroot":
            index = _plain_words(children[1])
            sign = ROOTS.get(index) or f"{_raise(index, SUPERSCRIPTS) or f'({index})'}√"
            return sign + _group(children[0])
        case "mover" | "munder" if children[1].text in BRACES:
            return _plain_words(children[0])
        case "munder" if COMBINING_ACCENTS.get(children[1].text or "") == "\u0305":
            return _plain_words(children[0])  # a line below is like a link's, and is not said
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
            return _with_accent(_plain_words(children[0]), children[1].text or "")
        case "mtable":
            return _table(element)
    return _row(children)


def _table(element: Element) -> str:
    """The rows of a table; aligned lines are a formula each."""
    if element.get("class") == "aligned":
        return "; ".join(_row([inner for cell in line for inner in cell]) for line in element)
    return "; ".join(", ".join(_row(list(cell)).strip() for cell in line) for line in element)


def _with_accent(text: str, mark: str) -> str:
    combining = COMBINING_ACCENTS.get(mark)
    if combining is None or not text:
        return text
    return unicodedata.normalize("NFC", _ACCENTED.sub(rf"\g<0>{combining}", text))


_ACCENTED = late("[^\u0300-\u036f\u20d0-\u20ff][\u0300-\u036f\u20d0-\u20ff]*")


def _group(element: Element) -> str:
    """An operand, in parentheses if it consists of several parts."""
    return _in_parentheses(element, _row([element]))


def _in_parentheses(element: Element, text: str) -> str:
    text = _tidy(text)
    return text if _is_single(element) else f"({text})"


def _grouped_row(children: Sequence[Element]) -> str:
    if len(children) == 1:
        return _group(children[0])
    return f"({_row(children).strip()})"


def _is_single(element: Element) -> bool:
    if element.tag in ("mi", "mn", "mtext", "msup", "msub", "msubsup", "msqrt", "mroot"):
        return True
    return element.tag in ("mrow", "mstyle") and len(element) == 1 and _is_single(element[0])


def _base(element: Element) -> str:
    text = _plain_words(element)
    if element.tag in ("mi", "mn", "mo", "mtext") or not text:
        return text
    return _in_parentheses(element, text)


def _script(mark: str, element: Element, table: dict[str, str]) -> str:
    text = linear_text([element]).replace(" ", "")
    if text and all(char in PRIMES for char in text):
        return text
    raised = _raise(text, table)
    if raised:
        return raised
    return mark + (text if _is_single(element) and len(text) == 1 else f"({text})")


def _raise(text: str, table: dict[str, str]) -> str:
    """``text`` in superscript or subscript characters, "" if some are missing."""
    characters = [table.get(char, "") for char in text]
    return "".join(characters) if all(characters) else ""
