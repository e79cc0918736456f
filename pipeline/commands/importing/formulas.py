"""Formulas of other programs as TeX, and the characters of fonts of symbols."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml.etree import _Element as Element

from pipeline.model.late import late

# --- symbols ---------------------------------------------------------------------------------
# The characters of fonts of symbols, as Unicode has them.

_SYMBOL = {
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(map(chr, range(0xA2, 0xBF)), "′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯", strict=True)),
    **dict(zip(map(chr, range(0xC4, 0xD7)), "⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√", strict=True)),
    **dict(zip(map(chr, range(0xD7, 0xE0)), "⋅¬∧∨⇔⇐⇑⇒⇓", strict=True)),
}
_WINGDINGS = dict(
    zip(
        "\x21\x22\x28\x2a\x32\x36\x3f\x46\x4a\x4b\x4c\x6c\x6d\x6e\x6f\x71\x72\x75\x76\x77\x9f\xa1"
        "\xa7\xa8\xab\xd8\xdf\xe0\xe1\xe2\xe8\xf0\xfb\xfc\xfd\xfe",
        "✏✂☎✉🗎⌛✍☞☺😐☹●❍■□❑❒⬥❖◆•○▪◻★➢←→↑↓➔⇨✗✓☒☑",
        strict=True,
    )
)
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


_CODE = late("[\uf020-\uf0ff]")
"""A character that only says its place in a font."""


def symbol(font: str, number: int) -> str:
    """The character for a font's code; nothing for an unknown one."""
    table = _FONTS.get(font.lower())
    if table is None:
        return "" if 0xF000 <= number < 0xF100 else chr(number)
    char = chr(number & 0xFF)
    return table.get(char, char if table is _SYMBOL and char.isascii() else "")


def readable(text: str, font: Callable[[], str], tell: Callable[[str], None]) -> str:
    """A text without characters that only say their place in a ``font``; ``tell`` is called with
    the message about those that Unicode does not have."""

    def character(match: re.Match[str]) -> str:
        meaning = symbol(font(), ord(match[0]))
        if not meaning:
            tell(unknown(font()))
        return meaning

    return _CODE.sub(character, text)


def unknown(font: str) -> str:
    """The message about a character that Unicode does not have."""
    named = f"the font {font}" if font else "a font of symbols"
    return f"A character of {named} is left out: it has no counterpart in Unicode."


# --- omml ------------------------------------------------------------------------------------
# Formulas of Word (OMML) as TeX.

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NAMES = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma"
    " varsigma tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
    " times div pm cdot leq geq neq approx infty sum prod int partial nabla to Rightarrow in cup"
    " cap surd -"
)
_SIGNS = dict(
    zip("αβγδεζηθικλμνξπρσςτυφχψωΓΔΘΛΞΠΣΦΨΩ×÷±·≤≥≠≈∞∑∏∫∂∇→⇒∈∪∩√−", _NAMES.split(), strict=True)
)
_WORD_FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot csc det dim exp gcd inf lg lim ln log max min sec sin"
    " sinh sup tan tanh".split()
)
_NAME = late(r"(?:\\text)?\{?([a-z]{2,6})\}?((?:[_^]\{.*\})?)")
ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u20d7": "vec"}
BRACKETS = {"{": "\\{", "}": "\\}", "〈": "\\langle ", "〉": "\\rangle ", "‖": "\\|"}


def omml_as_tex(element: Element) -> str:
    """A formula in TeX; unknown elements are replaced by their characters."""
    return " ".join(_all(element).split())


def _all(element: Element | None) -> str:
    return "" if element is None else "".join(map(_single_of_word, element))


def _single_of_word(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    convert = _WORD_ELEMENTS.get(element.tag.removeprefix(M))
    if convert:
        return convert(element)
    return "" if element.tag.endswith("Pr") else _all(element)


def _run(element: Element) -> str:
    text = "".join(t.text or "" for t in element.iter(f"{M}t"))
    is_upright = element.find(f"{M}rPr/{M}nor") is not None
    if is_upright:
        return f"\\text{{{text}}}"
    return "".join(sign(char) for char in text)


def sign(char: str) -> str:
    """A character of a formula, as TeX writes it."""
    if char in "#%&_${}":
        return f"\\{char}"
    command = _SIGNS.get(char, char)
    return f"\\{command} " if command.isalpha() and char not in command else command


def _part(element: Element, name: str) -> str:
    return _all(element.find(f"{M}{name}")).strip()


def _each(element: Element) -> Iterator[str]:
    """The parts of an element that has several."""
    return (_all(part).strip() for part in element.findall(f"{M}e"))


def _value(element: Element, path: str, default: str) -> str:
    holder = element.find("/".join(f"{M}{name}" for name in path.split("/")))
    return default if holder is None else holder.get(f"{M}val", default)


def _between(first: str, last: str, inner: str) -> str:
    """A part between brackets as high as it."""
    opening, closing = BRACKETS.get(first, first or "."), BRACKETS.get(last, last or ".")
    return f"\\left{opening}{inner}\\right{closing}"


def _below(rows: Iterable[str], name: str = "matrix") -> str:
    """Rows below each other."""
    inner = " \\\\ ".join(rows)
    return f"\\begin{{{name}}}{inner}\\end{{{name}}}"


def _radical(element: Element) -> str:
    degree = _part(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _read_delimited(element: Element) -> str:
    first, last = _value(element, "dPr/begChr", "("), _value(element, "dPr/endChr", ")")
    return _between(first, last, _value(element, "dPr/sepChr", "|").join(_each(element)))


def _large(element: Element) -> str:
    large = sign(_value(element, "naryPr/chr", "∫"))
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return f"{large.strip()}{limits} {_part(element, 'e')}"


def _operator(tex: str) -> str:
    """The name of a function, which may have an index or an exponent, as a command of TeX."""
    match = _NAME.fullmatch(tex)
    return f"\\{match[1]}{match[2]}" if match and match[1] in _WORD_FUNCTIONS else tex


def _limit(element: Element, sign: str) -> str:
    return f"{_operator(_part(element, 'e'))}{sign}{{{_part(element, 'lim')}}}"


def _accent(element: Element) -> str:
    name = ACCENTS.get(_value(element, "accPr/chr", "\u0302"), "hat")
    return f"\\{name}{{{_part(element, 'e')}}}"


_WORD_ELEMENTS: dict[str, Callable[[Any], str]] = {
    "r": _run,
    "f": lambda e: f"\\frac{{{_part(e, 'num')}}}{{{_part(e, 'den')}}}",
    "sSup": lambda e: f"{{{_part(e, 'e')}}}^{{{_part(e, 'sup')}}}",
    "sSub": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}",
    "sSubSup": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}^{{{_part(e, 'sup')}}}",
    "rad": _radical,
    "d": _read_delimited,
    "nary": _large,
    "m": lambda e: _below(" & ".join(_each(row)) for row in e.findall(f"{M}mr")),
    "eqArr": lambda e: _below(_each(e), "aligned"),
    "func": lambda e: f"{_operator(_part(e, 'fName'))} {_part(e, 'e')}",
    "acc": _accent,
    "bar": lambda e: f"\\overline{{{_part(e, 'e')}}}",
    "limLow": lambda e: _limit(e, "_"),
    "limUpp": lambda e: _limit(e, "^"),
}


# --- mathml ----------------------------------------------------------------------------------
# Formulas in MathML as TeX.

_FUNCTIONS = frozenset("sin cos tan cot log ln exp lim max min sup inf det gcd".split())
_ABOVE = {"‾": "overline", "¯": "overline", "^": "hat", "~": "tilde", "→": "vec", "⃗": "vec"}


def mathml_as_tex(element: Element) -> str:
    """A formula in TeX; unknown elements are replaced by their characters."""
    return " ".join(_single(element).split())


def _single(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    name = element.tag.rpartition("}")[2]
    if name.startswith("annotation"):
        return ""
    convert = _ELEMENTS.get(name)
    return convert(element) if convert else "".join(map(_single, element)) or _text(element)


def _text(element: Element) -> str:
    return " ".join((element.text or "").split())


def _parts(element: Element) -> list[str]:
    return [_single(child).strip() for child in element.iterchildren("*")]


def _token(element: Element) -> str:
    text = _text(element)
    if text in _FUNCTIONS:
        return f"\\{text} "
    if len(text) > 1 and text.isalpha() and element.tag.endswith("mi"):
        return f"\\mathrm{{{text}}}"
    if text in BRACKETS:
        return BRACKETS[text]
    return "".join(map(sign, text))


def _fill(form: str, count: int) -> Callable[[Element], str]:
    """A function that fills a number of parts into a pattern."""

    def is_filled(element: Element) -> str:
        parts = (_parts(element) + [""] * count)[:count]
        return form.format(*parts)

    return is_filled


def _read_over(element: Element) -> str:
    base, above = [*_parts(element), "", ""][:2]
    mark = "".join(element[1].itertext()).strip() if len(element) > 1 else ""
    name = _ABOVE.get(mark) or ACCENTS.get(mark)
    return f"\\{name}{{{base}}}" if name else f"{{{base}}}^{{{above}}}"


def _read_fenced(element: Element) -> str:
    first, last = element.get("open", "("), element.get("close", ")")
    return _between(first, last, element.get("separators", ",")[:1].join(_parts(element)))


_ELEMENTS: dict[str, Callable[[Element], str]] = {
    **dict.fromkeys(("mi", "mn", "mo"), _token),
    "mtext": lambda e: f"\\text{{{_text(e)}}}" if _text(e) else " ",
    "mspace": lambda e: " ",
    "mfrac": _fill("\\frac{{{}}}{{{}}}", 2),
    "msup": _fill("{{{}}}^{{{}}}", 2),
    "msub": _fill("{{{}}}_{{{}}}", 2),
    "msubsup": _fill("{{{}}}_{{{}}}^{{{}}}", 3),
    "munder": _fill("{}_{{{}}}", 2),
    "mover": _read_over,
    "munderover": _fill("{}_{{{}}}^{{{}}}", 3),
    "mroot": lambda e: "\\sqrt[{1}]{{{0}}}".format(*[*_parts(e), "", ""][:2]),
    "msqrt": lambda e: f"\\sqrt{{{''.join(map(_single, e))}}}",
    "mfenced": _read_fenced,
    "mtable": lambda e: _below(" & ".join(_parts(row)) for row in e.iterchildren("*")),
}
