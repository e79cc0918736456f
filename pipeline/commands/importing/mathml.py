"""Formulas in MathML as TeX."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element as Element

from pipeline.commands.importing.omml import ACCENTS, BRACKETS, sign

_FUNCTIONS = frozenset("sin cos tan cot log ln exp lim max min sup inf det gcd".split())
_ABOVE = {"‾": "overline", "¯": "overline", "^": "hat", "~": "tilde", "→": "vec", "⃗": "vec"}


def as_tex(element: Element) -> str:
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
    return [_single(child).strip() for child in element if isinstance(child.tag, str)]


def _token(element: Element) -> str:
    text = _text(element)
    if text in _FUNCTIONS:
        return f"\\{text} "
    if len(text) > 1 and text.isalpha() and element.tag.endswith("mi"):
        return f"\\mathrm{{{text}}}"
    if text in BRACKETS:
        return BRACKETS[text]
    return "".join(map(sign, text))


def _of(form: str, count: int) -> Callable[[Element], str]:
    """A function that fills a number of parts into a pattern."""

    def filled(element: Element) -> str:
        parts = (_parts(element) + [""] * count)[:count]
        return form.format(*parts)

    return filled


def _over(element: Element) -> str:
    base, above = [*_parts(element), "", ""][:2]
    mark = "".join(element[1].itertext()).strip() if len(element) > 1 else ""
    name = _ABOVE.get(mark) or ACCENTS.get(mark)
    return f"\\{name}{{{base}}}" if name else f"{{{base}}}^{{{above}}}"


def _fenced(element: Element) -> str:
    first, last = element.get("open", "("), element.get("close", ")")
    inner = (element.get("separators", ",")[:1] or "").join(_parts(element))
    return (
        f"\\left{BRACKETS.get(first, first or '.')}{inner}\\right{BRACKETS.get(last, last or '.')}"
    )


def _table(element: Element) -> str:
    rows = (" & ".join(_parts(row)) for row in element if isinstance(row.tag, str))
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


_ELEMENTS: dict[str, Callable[[Element], str]] = {
    **dict.fromkeys(("mi", "mn", "mo"), _token),
    "mtext": lambda e: f"\\text{{{_text(e)}}}" if _text(e) else " ",
    "mspace": lambda e: " ",
    "mfrac": _of("\\frac{{{}}}{{{}}}", 2),
    "msup": _of("{{{}}}^{{{}}}", 2),
    "msub": _of("{{{}}}_{{{}}}", 2),
    "msubsup": _of("{{{}}}_{{{}}}^{{{}}}", 3),
    "munder": _of("{}_{{{}}}", 2),
    "mover": _over,
    "munderover": _of("{}_{{{}}}^{{{}}}", 3),
    "mroot": lambda e: "\\sqrt[{1}]{{{0}}}".format(*[*_parts(e), "", ""][:2]),
    "msqrt": lambda e: f"\\sqrt{{{''.join(map(_single, e))}}}",
    "mfenced": _fenced,
    "mtable": _table,
}
