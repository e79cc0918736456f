"""Formulas of web pages with fields for their gaps. A field cannot be in a
formula's own markup, whose content is nothing to operate for screen readers: so the formula is
divided around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, fromstring, tostring

from markupsafe import Markup

from pipeline.model.formula_gaps import is_gap, letters

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ROWS = frozenset({"math", "mrow", "mstyle"})
SIGNS = frozenset("+−±∓")
"""Operators that are signs at the beginning of a formula, and not after a field."""

DIVIDED = {
    "mfrac": '<span class="gap-fraction"><span>{}</span><span>{}</span></span>',
    "msup": "{}<sup>{}</sup>",
    "msub": "{}<sub>{}</sub>",
    "msubsup": "{}<sub>{}</sub><sup>{}</sup>",
}
"""The markup of elements in HTML, by the parts of each."""

RADICAL = Markup('<span class="radical" aria-hidden="true">√</span>')

Field = Callable[[int], Markup]
"""The markup of a field, by its width in letters."""


def with_fields(mathml: str, field: Field) -> Markup:
    """The markup of a formula with fields in place of its gaps."""
    root = fromstring(mathml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return _Divider(root.get("display") == "block", field).part(root)


class _Divider:
    def __init__(self, is_display: bool, field: Field) -> None:
        self._field = field
        self._attributes = {"xmlns": NAMESPACE} | ({"displaystyle": "true"} if is_display else {})

    def part(self, element: Element) -> Markup:
        """The markup of an element with a gap in it."""
        if element.tag in ROWS:
            return self._row(element)
        if element.tag == "msqrt":
            root = Markup('<span class="gap-root">{}<span>{}</span></span>')
            return root.format(RADICAL, self._row(element))
        if pattern := DIVIDED.get(element.tag):
            return Markup(pattern).format(*(self._row([child]) for child in element))
        return self._formula([element]) + self._fields(element)  # it cannot be divided

    def _row(self, elements: Iterable[Element]) -> Markup:
        """Elements side by side: fields, and formulas between them."""
        parts: list[Markup] = []
        run: list[Element] = []
        for element in elements:
            if not any(map(is_gap, element.iter())):
                run.append(element)
                continue
            parts.append(self._formula(run, after_field=bool(parts)))
            run = []
            is_line = element.tag == "munder" and is_gap(element[0])
            parts.append(self._fields(element) if is_line else self.part(element))
        parts.append(self._formula(run, after_field=bool(parts)))
        return Markup("").join(parts)

    def _formula(self, elements: list[Element], *, after_field: bool = False) -> Markup:
        if not elements:
            return Markup()
        first = elements[0]
        if after_field and first.tag == "mo" and first.text in SIGNS:
            first.set("form", "infix")
        row = Element("math", self._attributes)
        row.extend(elements)
        return Markup(tostring(row, encoding="unicode", short_empty_elements=False))

    def _fields(self, element: Element) -> Markup:
        return Markup("").join(map(self._field, letters(element)))
