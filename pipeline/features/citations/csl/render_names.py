"""Names, with their labels and substitutes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.features.citations.csl import cases, number_forms
from pipeline.features.citations.csl.context import Context
from pipeline.features.citations.csl.csl_data import TEXT, Element, Name
from pipeline.features.citations.csl.person_names import name_options, sort_names, write_names
from pipeline.features.citations.csl.text_marks import formatted

Render = Callable[[Element, Context], list[str]]
"""A function that renders the children of an element."""


def names(element: Element, context: Context, render: Render) -> str:
    """The names for an element, or its substitute if there are none. In a substitute, names have
    the form of the surrounding element."""
    model = context.model if element.child("name") is None else None
    variables = element.get("variable").split()
    context.depth += 1
    text = _names_text(element, model or element, variables, context)
    substitute = element.child("substitute")
    if not text and substitute is not None:
        text = _substituted(substitute, model or element, context, render)
    context.depth -= 1
    if text and not context.depth and context.author is None:
        context.author = text
        if context.hides_author:
            return ""
        return context.substitute or text
    return text


def _names_text(element: Element, model: Element, variables: list[str], context: Context) -> str:
    reference, parts, total = context.reference, [], 0
    people = {v: reference.names.get(v, ()) for v in variables}
    same_people = people.get("editor") and people.get("editor") == people.get("translator")
    joined = bool(same_people) and context.locale.term("editortranslator") is not None
    name = element.child("name") or model.child("name")
    if name is not None and name.get("form") == "count":
        for variable in variables:
            count = len(people[variable])
            options = name_options(name, None, context.options(), count, False)
            total += options.use_first or count
        digits = f"{total:04}" if context.sorting is not None else str(total)
        return context.take(variables[0], digits if total else "")
    for variable in variables:
        if joined and variable == "translator":
            continue
        text = _name_list(element, model, variable, people[variable], context)
        label = element.child("label") or model.child("label")
        if text and label is not None and context.sorting is None:
            term = "editortranslator" if joined and variable == "editor" else variable
            label_text = _labelled(label, term, len(people[variable]) > 1, context)
            source = element if element.child("label") else model
            tags = [child.tag for child in source.children]
            leads = "name" in tags and tags.index("label") < tags.index("name")
            text = label_text + text if leads else text + label_text
        if text:
            parts.append(text)
    delimiter = element.get("delimiter") or model.get("delimiter")
    delimiter = delimiter or context.options().get("names-delimiter", "")
    text = delimiter.join(parts)
    return formatted(element if element.attributes.keys() > {"variable", TEXT} else model, text)


def _name_list(
    element: Element, model: Element, variable: str, people: tuple[Name, ...], context: Context
) -> str:
    if not people:
        return context.take(variable, "")
    name = element.child("name") or model.child("name")
    options = name_options(
        name,
        element.child("et-al") or model.child("et-al"),
        context.options(),
        len(people),
        subsequent="subsequent" in context.cite.position and not context.in_bibliography,
    )
    if context.in_sentence and options.and_ == "symbol":
        options = msgspec.structs.replace(options, and_="text")
    if context.author is None and context.sorting is None:
        added = context.added
        if added.names and options.use_first and not context.in_bibliography:
            use = max(added.names, options.use_first)
            use = use if use < len(people) else 0
            options = msgspec.structs.replace(options, use_first=use)
        if added.given and not context.in_bibliography:
            options = msgspec.structs.replace(options, given=added.given)
    if context.sorting is not None:
        text = sort_names(people, options)
    else:
        text = write_names(people, options, context.locale, formatted)
    if name is not None:
        text = formatted(name, text)
    return context.take(variable, text)


def _substituted(substitute: Element, names: Element, context: Context, render: Render) -> str:
    """The first substitute with any output, which is not rendered again later."""
    before = context.model
    context.model = names
    text = ""
    for child in substitute.children:
        start = len(context.shown)
        text = "".join(render(Element("group", {}, (child,)), context))
        if text:
            context.suppressed.update(context.shown[start:])
            break
    context.model = before
    return text


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
    several = number_forms.is_plural(variable, content, context.locale)
    return _labelled(element, term, several, context)


def _labelled(element: Element, term: str, several: bool, context: Context) -> str:
    option = element.get("plural", "contextual")
    plural = option == "always" or (option == "contextual" and several)
    text = context.locale.text(term, element.get("form", "long"), plural)
    if element.get("strip-periods") == "true":
        text = text.replace(".", "")
    text = cases.text_case(text, element.get("text-case"), context.locale.lang)
    return formatted(element, text)
