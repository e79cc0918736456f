"""From TeX to MathML Core, with latex2mathml, whose output is corrected here."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from pipeline.features.formulas.tex_commands import FUNCTIONS as FUNCTION_NAMES
from pipeline.model import formula_gaps
from pipeline.model.late import late

# --- alphabets -------------------------------------------------------------------------------
# The mathematical alphabets of Unicode. Browsers only support the value "normal" of MathML's
# ``mathvariant``; letters of other faces are characters of their own.

_FIRST, _LAST = "Aa0Αα", "Zz9Ωω"
"""The ends of capitals, small letters, digits, and Greek capitals and small letters."""

# Where each of these begins in a face; 0 where it has none.
_STARTS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "italic": (0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC),
    "bold-italic": (0x1D468, 0x1D482, 0, 0x1D71C, 0x1D736),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
# Letters that Unicode had before the alphabets.
_OLDER = {
    "italic": {"h": "ℎ"},
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def in_alphabet(text: str, variant: str) -> str:
    """``text`` in the letters of a face; missing letters are unchanged."""
    return "".join(_letter(char, variant) for char in text)


def _letter(char: str, variant: str) -> str:
    older = _OLDER.get(variant, {}).get(char)
    if older:
        return older
    for first, last, start in zip(_FIRST, _LAST, _STARTS.get(variant, ()), strict=False):
        if first <= char <= last and start:
            return chr(start + ord(char) - ord(first))
    return char


_OF_ALPHABETS = late("[\U0001d400-\U0001d7ff]")


def plain_letters(text: str) -> str:
    """``text`` in ordinary letters, which every font has and every screen reader can read."""
    return _OF_ALPHABETS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


# --- rows ------------------------------------------------------------------------------------
# Rows of a formula: sequences of elements that belong together.

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
    return _apply_functions(_words(_numbers(_negate(_close_up_sign(visible)))))


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


def _close_up_sign(children: list[Element]) -> list[Element]:
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


def _negate(children: list[Element]) -> list[Element]:
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


def _apply_functions(children: list[Element]) -> list[Element]:
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


# --- table lines -----------------------------------------------------------------------------
# Lines between the rows and columns of a formula's table, numbers of its rows, and other details
# that latex2mathml loses: marks in its TeX, which it treats as text, and which later become
# classes of the adjacent cells, or a column.

SOLID, DASHED = "|", ":"
_ROW, _COLUMNS, _DISPLAY = "\ue004", "\ue005", "\ue006"
NUMBER_MARK = "\ue007"
DISPLAY = f"\\text{{{_DISPLAY}}}"
"""The mark of a table whose cells are set like displayed formulas."""

NUMBER = f"\\qquad\\text{{{NUMBER_MARK}}}"
"""The mark before the number of a row."""

_BETWEEN = late(rf"\s*|\\text\{{{_ROW}.*")
_SOME = late(r"\s*(\d{1,3})\s*-\s*(\d{1,3})\s*")


def row_line(kind: str, columns: str = "") -> str:
    """The mark of a line above a row, across all columns or some (`2-3`)."""
    return f"\\text{{{_ROW}{kind}{columns if _SOME.fullmatch(columns) else ''}}}"


def column_lines(columns: str) -> str:
    """The mark for the lines in a column specification (`l|cc`), "" if it has none."""
    alignments = "".join(char for char in columns if char in "lcr" + SOLID + DASHED)
    return "" if alignments.isalpha() else f"\\text{{{_COLUMNS}{alignments}}}"


def is_between(token: str) -> bool:
    """Return whether a token of TeX is empty, or a line above a row."""
    return _BETWEEN.fullmatch(token) is not None


def read_marks(table: Element) -> None:
    """Remove the marks from a table, align the numbers of rows in a column of their own, and add
    classes to the cells next to lines: to the left of or above them, or, at the table's left and
    upper edges, to the right or below."""
    _align_numbers(table)
    columns, above = "", []
    for row in table:
        marks = [text for cell in row[:1] for text in _take_marks(cell)]
        above.append([text[1:] for text in marks if text[0] == _ROW])
        columns += "".join(text[1:] for text in marks if text[0] == _COLUMNS)
        if _DISPLAY in marks:
            table.set("displaystyle", "true")
    if not columns and not any(above):
        return
    width = max(len(row) for row in table)
    if above[-1] and len(table) > 1 and len(table[-1]) == 1 and not len(table[-1][0]):
        table.remove(table[-1])
    for row in table:
        for _ in range(width - len(row)):
            SubElement(row, "mtd")
    between = re.split("[lcr]", columns)[: width + 1]
    for row in table:
        for number, kinds in enumerate(between):
            _add(row[max(0, number - 1)], kinds, "right" if number else "left")
    for number, lines in enumerate(above):
        row, side = table[max(0, number - 1)], "bottom" if number else "top"
        for column, cell in enumerate(row, start=1):
            kinds = "".join(line[0] for line in lines if _crosses(line[1:], column))
            _add(cell, kinds, side)


def _align_numbers(table: Element) -> None:
    """Move everything after the marks of numbers into a last column."""
    numbers = [[inner for cell in row for inner in _number(cell)] for row in table]
    if not any(numbers):
        return
    width = max(len(row) for row in table)
    for row, number in zip(table, numbers, strict=True):
        for _ in range(width - len(row)):
            SubElement(row, "mtd")
        SubElement(row, "mtd", {"columnalign": "right"}).extend(number)


def _number(cell: Element) -> list[Element]:
    """The number of a row with the space before it, removed from its cell."""
    texts = [inner.text if inner.tag == "mtext" else None for inner in cell]
    if NUMBER_MARK not in texts:
        return []
    mark = texts.index(NUMBER_MARK)
    end = next((at for at in range(mark, len(texts)) if texts[at] is None), len(texts))
    number = [*cell[mark - 1 : mark], *cell[mark + 1 : end]]
    del cell[mark - 1 : end]
    return number


def _take_marks(cell: Element) -> list[str]:
    """The marks of a cell, taken out of it."""
    marks = [inner for inner in cell if (inner.text or " ")[0] in (_ROW, _COLUMNS, _DISPLAY)]
    for inner in marks:
        cell.remove(inner)
    return [inner.text or "" for inner in marks]


def _crosses(columns: str, column: int) -> bool:
    match = _SOME.fullmatch(columns)
    return match is None or int(match[1]) <= column <= int(match[2])


def _add(cell: Element, kinds: str, side: str) -> None:
    if kinds:
        kind = "double" if len(kinds) > 1 else "dashed" if kinds == DASHED else "solid"
        cell.set("class", f"{cell.get('class', '')} {kind}-{side}".strip())


# --- formula leaves --------------------------------------------------------------------------
# The leaves of a formula: letters, numbers, operators and text, as MathML Core has them.

TOKENS = frozenset({"mi", "mn", "mo", "mtext"})
ATTRIBUTES = {
    "mfrac": ("linethickness",),
    "mo": tuple(
        "fence form largeop lspace maxsize minsize movablelimits rspace separator stretchy"
        " symmetric".split()
    ),
    "mspace": ("width", "height", "depth"),
    "mstyle": ("displaystyle", "scriptlevel"),
    "mtable": ("displaystyle",),
    "mpadded": ("width", "height", "depth", "lspace", "voffset"),
    "mtd": ("columnalign", "class"),
}
"""The attributes to keep: those of MathML Core, and alignment, which style sheets use."""

LENGTHS = {
    "thinmathspace": "0.167em",
    "mediummathspace": "0.222em",
    "thickmathspace": "0.278em",
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
}
IDENTIFIERS = frozenset("∞∅…⋯⋮⋱%‰#&@§¶")
"""Characters that Unicode classifies as operators but that represent something by themselves."""

LIMIT_NAMES = frozenset(
    "lim sup inf max min lim\u2006sup lim\u2006inf arg\u2009max arg\u2009min det gcd Pr"
    " inj\u2006lim proj\u2006lim".split(" ")
)
DRAWN = str.maketrans("⟂⧵", "⊥∖")
"""Characters that math fonts lack, and lookalikes that they have."""

_ENTITY = late(r"&#x([0-9A-Fa-f]+);")
_ESCAPED = late(r"\\(.)")


def with_permitted(element: Element, result: Element) -> Element:
    """``result`` with the permitted attributes of ``element``."""
    for name in ATTRIBUTES.get(result.tag, ()):
        if value := element.get(name):
            result.set(name, LENGTHS.get(value, value))
    return result


def token(element: Element) -> Element:
    """A corrected leaf of latex2mathml's."""
    text = _ENTITY.sub(lambda match: chr(int(match[1], 16)), element.text or "")
    text = text.translate(DRAWN)
    tag, variant = element.tag, element.get("mathvariant", "")
    if not text or text == NUMBER_MARK:
        return Element("mrow")
    if text == "\N{NO-BREAK SPACE}":
        return Element("mspace", {"width": "0.25em"})
    if tag == "mtext":
        return _text(_ESCAPED.sub(r"\1", text), variant)
    name = text.replace("\N{NO-BREAK SPACE}", " ")
    is_function = name in FUNCTION_NAMES or (tag == "mo" and len(name) > 1 and name.isalpha())
    if name == "mod":
        return _modulo()
    if text in IDENTIFIERS:
        tag = "mi"
    elif tag == "mi" and len(text) == 1 and _is_operator(text):
        tag = "mo"
    elif is_function and name not in LIMIT_NAMES:
        tag = "mi"
    result = with_permitted(element, Element(tag))
    if name in LIMIT_NAMES or (is_function and tag == "mi"):
        result.set("class", FUNCTION)
    if text == "/" or name in LIMIT_NAMES:  # the spaces of a function are beside it
        result.set("lspace", "0em")
        result.set("rspace", "0em")
    if name in LIMIT_NAMES:
        result.set("movablelimits", "true")
    if variant == "normal" or (tag == "mi" and "Α" <= text <= "Ω"):
        if tag == "mi" and len(text) == 1:
            result.set("mathvariant", "normal")
    elif variant:
        text = in_alphabet(text, variant)
    result.text = text
    return result


def _text(text: str, variant: str) -> Element:
    element = Element("mtext")
    element.text = text
    if variant in ("bold", "italic", "monospace"):
        element.set("class", variant)
    return element


def _modulo() -> Element:
    operator = Element("mo", {"lspace": "0.222em", "rspace": "0.222em"})
    operator.text = "mod"
    return operator


def _is_operator(char: str) -> bool:
    return unicodedata.category(char) in ("Sm", "Pd", "Ps", "Pe", "Po")


# --- mathml ----------------------------------------------------------------------------------
# From TeX to MathML Core, with latex2mathml, whose output is corrected here: operators taken for
# letters, faces unknown to browsers, invalid lengths.

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
WIDE_ACCENTS = {"^": ("ˆ", "\u0302"), "~": ("˜", "\u0303")}
"""Accents over one letter and over several: fonts have characters of their own for these."""

HORIZONTAL_BAR, OVERLINE = "\u2015", "\u203e"
RING, DEGREE = "\u2218", "°"
LARGE_OPERATORS = frozenset("∑∏∐⋃⋂⨁⨂⨀⋁⋀⨆⨄")
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
    return [_mend(element, display) for element in elements]


def _mend(element: Element, display: bool) -> Element:
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
            return _remove_padding(element, children)
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


def _remove_padding(element: Element, children: list[Element]) -> Element:
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
    limited = base.text in LARGE_OPERATORS or base.get("movablelimits") == "true"
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
    elif text in WIDE_ACCENTS and accent.tag == "mover":
        mark.text = WIDE_ACCENTS[text][is_wide]
        mark.set("stretchy", str(is_wide).lower())
    if accent.tag == "mover" and (text in ACCENTS or text == HORIZONTAL_BAR):
        accent.set("accent", "true")
    elif accent.tag == "munder" and text in (HORIZONTAL_BAR, "→", "←", "↔"):
        accent.set("accentunder", "true")
