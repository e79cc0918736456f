"""Formulas of Word (OMML) as TeX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml.etree import _Element as Element

from pipeline.model.late import late

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
_FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot csc det dim exp gcd inf lg lim ln log max min sec sin"
    " sinh sup tan tanh".split()
)
_NAME = late(r"(?:\\text)?\{?([a-z]{2,6})\}?((?:[_^]\{.*\})?)")
ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u20d7": "vec"}
BRACKETS = {"{": "\\{", "}": "\\}", "〈": "\\langle ", "〉": "\\rangle ", "‖": "\\|"}


def as_tex(element: Element) -> str:
    """A formula in TeX; unknown elements are replaced by their characters."""
    return " ".join(_all(element).split())


def _all(element: Element | None) -> str:
    return "" if element is None else "".join(map(_single, element))


def _single(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    convert = _ELEMENTS.get(element.tag.removeprefix(M))
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


def _value(element: Element, path: str, default: str = "") -> str:
    holder = element.find("/".join(f"{M}{name}" for name in path.split("/")))
    return default if holder is None else holder.get(f"{M}val", default)


def _radical(element: Element) -> str:
    degree = _part(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _delimited(element: Element) -> str:
    first, last = _value(element, "dPr/begChr", "("), _value(element, "dPr/endChr", ")")
    mark = _value(element, "dPr/sepChr", "|")
    inner = mark.join(_all(part).strip() for part in element.findall(f"{M}e"))
    opening, closing = BRACKETS.get(first, first or "."), BRACKETS.get(last, last or ".")
    return f"\\left{opening}{inner}\\right{closing}"


def _large(element: Element) -> str:
    large = sign(_value(element, "naryPr/chr", "∫"))
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return f"{large.strip()}{limits} {_part(element, 'e')}"


def _matrix(element: Element) -> str:
    rows = (
        " & ".join(_all(cell).strip() for cell in row.findall(f"{M}e"))
        for row in element.findall(f"{M}mr")
    )
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


def _lines(element: Element) -> str:
    rows = (_all(part).strip() for part in element.findall(f"{M}e"))
    return "\\begin{aligned}" + " \\\\ ".join(rows) + "\\end{aligned}"


def _operator(tex: str) -> str:
    """The name of a function, which may have an index or an exponent, as a command of TeX."""
    match = _NAME.fullmatch(tex)
    return f"\\{match[1]}{match[2]}" if match and match[1] in _FUNCTIONS else tex


def _limit(element: Element, sign: str) -> str:
    return f"{_operator(_part(element, 'e'))}{sign}{{{_part(element, 'lim')}}}"


def _accent(element: Element) -> str:
    name = ACCENTS.get(_value(element, "accPr/chr", "\u0302"), "hat")
    return f"\\{name}{{{_part(element, 'e')}}}"


_ELEMENTS: dict[str, Callable[[Any], str]] = {
    "r": _run,
    "f": lambda e: f"\\frac{{{_part(e, 'num')}}}{{{_part(e, 'den')}}}",
    "sSup": lambda e: f"{{{_part(e, 'e')}}}^{{{_part(e, 'sup')}}}",
    "sSub": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}",
    "sSubSup": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}^{{{_part(e, 'sup')}}}",
    "rad": _radical,
    "d": _delimited,
    "nary": _large,
    "m": _matrix,
    "eqArr": _lines,
    "func": lambda e: f"{_operator(_part(e, 'fName'))} {_part(e, 'e')}",
    "acc": _accent,
    "bar": lambda e: f"\\overline{{{_part(e, 'e')}}}",
    "limLow": lambda e: _limit(e, "_"),
    "limUpp": lambda e: _limit(e, "^"),
}
