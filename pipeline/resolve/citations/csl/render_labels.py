"""Labels: “p.”, “eds.”, in the form and number that fits."""

from __future__ import annotations

from pipeline.resolve.citations.csl import cases, numbers
from pipeline.resolve.citations.csl.context import Context
from pipeline.resolve.citations.csl.elements import Element
from pipeline.resolve.citations.csl.fonts import formatted


def label(element: Element, context: Context, variable: str) -> str:
    if variable == "locator":
        locator = context.cite.locator
        if locator is None:
            return ""
        term, content = locator.label, locator.text
    else:
        term, content = variable, context.reference.values.get(variable, "")
        if variable == "page-first":
            term = "page"
    if not content or variable in context.suppressed:
        return ""
    return labelled(element, term, numbers.is_plural(variable, content), context)


def labelled(element: Element, term: str, several: bool, context: Context) -> str:
    option = element.get("plural", "contextual")
    plural = option == "always" or (option == "contextual" and several)
    text = context.locale.text(term, element.get("form", "long"), plural)
    if element.get("strip-periods") == "true":
        text = text.replace(".", "")
    text = cases.text_case(text, element.get("text-case"), context.locale.lang)
    return formatted(element, text)
