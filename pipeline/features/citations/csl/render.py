"""Follows the elements of a style for one work: the result is marked text."""

from __future__ import annotations

import re

from pipeline.features.citations.csl import cases, date_forms, number_forms
from pipeline.features.citations.csl import text_marks as marks
from pipeline.features.citations.csl.context import Context
from pipeline.features.citations.csl.csl_data import Date, Element
from pipeline.features.citations.csl.number_forms import is_numeric
from pipeline.features.citations.csl.render_names import label, names
from pipeline.features.citations.csl.text_marks import formatted

_ADDRESSES = {
    "DOI": "https://doi.org/",
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/",
    "PMCID": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
}
_SHORT = {"title": "title-short", "container-title": "container-title-short"}


def children(element: Element, context: Context) -> list[str]:
    """The children's results, without empty ones, and with those of a ``choose``'s branch."""
    results = []
    for child in element.children:
        if child.tag == "choose":
            branches = (b for b in child.children if b.tag == "else" or _holds(b, context))
            chosen = next(branches, None)
            results += children(chosen, context) if chosen else []
        elif text := render(child, context):
            results.append(text)
    return results


def render(element: Element, context: Context) -> str:
    match element.tag:
        case "text":
            return _text(element, context)
        case "group":
            return formatted(element, element.get("delimiter").join(_parts(element, context)))
        case "names":
            return names(element, context, children)
        case "date":
            return date(element, context)
        case "number":
            return _number(element, context)
        case "label":
            return label(element, context, element.get("variable"))
    return ""


def _parts(element: Element, context: Context) -> list[str]:
    """The results in a group or a macro: none if it uses variables, and all are empty. What is not
    empty counts as a variable for the group around it."""
    called, rendered = context.called, context.rendered
    parts = children(element, context)
    if context.called > called and context.rendered == rendered:
        return []
    if parts:
        context.called += 1
        context.rendered += 1
    return parts


# --- text ------------------------------------------------------------------------------


def _text(element: Element, context: Context) -> str:
    if variable := element.get("variable"):
        text = _variable(element, variable, context)
    elif macro := element.get("macro"):
        model, context.model = context.model, None
        text = "".join(_parts(context.style.macros[macro], context))
        context.model = model
    elif term := element.get("term"):
        form, plural = element.get("form", "long"), element.get("plural") == "true"
        text = marks.group(marks.TERM, context.locale.text(term, form, plural))
    else:
        text = element.get("value")
    return _dressed(element, text, context)


def _dressed(element: Element, text: str, context: Context) -> str:
    """Text with all that its element asks for, the affixes last."""
    if not text:
        return ""
    if element.get("strip-periods") == "true":
        text = text.replace(".", "")
    if case := element.get("text-case"):
        text = cases.text_case(text, case, context.language)
    if element.get("quotes") == "true" and context.sorting is None:
        text = marks.group(marks.QUOTED, text)
    return _linked(element, text, context) or formatted(element, text)


def _linked(element: Element, text: str, context: Context) -> str:
    """An address or identifier as a link, with a prefix that begins the displayed address."""
    variable = element.get("variable")
    if context.sorting is not None:
        return ""
    value = marks.plain(context.reference.values.get(variable, ""))
    if variable == "URL" and re.match(r"(?i)https?://", value):
        return formatted(element, marks.link(value, text))
    start = _ADDRESSES.get(variable)
    if start is None or not value:
        return ""
    prefix = element.get("prefix")
    *_, address_start = re.split(r"\s", prefix)
    begins = re.search("https?://", address_start)
    if not begins:
        return formatted(element, marks.link(start + value, text))
    address_start = address_start[begins.start() :]
    before = prefix.removesuffix(address_start)
    bare = {k: v for k, v in element.attributes.items() if k != "prefix"}
    inner = marks.link(start + value, address_start + text)
    return before + formatted(Element(element.tag, bare), inner)


def _variable(element: Element, variable: str, context: Context) -> str:
    values, cite = context.reference.values, context.cite
    match variable:
        case "citation-number":
            number = f"{context.number:09}" if context.sorting is not None else str(context.number)
            return context.take(variable, number)
        case "year-suffix":
            return context.take(variable, context.added.suffix)
        case "locator":
            return context.take(variable, _locator(context))
        case "first-reference-note-number":
            return context.take(variable, str(cite.first_note) if cite.first_note else "")
        case "citation-label":
            return context.take(variable, _citation_label(context) + context.added.suffix)
        case "page-first":
            first = re.match(r"\w+", marks.plain(values.get("page", "")))
            return context.take(variable, values.get(variable, first[0] if first else ""))
    text = values.get(variable, "")
    if element.get("form") == "short":
        text = values.get(_SHORT.get(variable, ""), "") or text
    if variable == "page":
        text = _pages(text, context)
    return context.take(variable, text)


def _pages(text: str, context: Context, label: str = "page") -> str:
    form = context.style.options.get("page-range-format", "") if label == "page" else ""
    return number_forms.pages(text, form, context.locale)


def _locator(context: Context) -> str:
    locator = context.cite.locator
    if locator is None:
        return ""
    return marks.value(_pages(locator.text, context, locator.label))


def _citation_label(context: Context) -> str:
    """The letters of the authors and the year: BaHi12."""
    if label := context.reference.values.get("citation-label"):
        return label
    people = next(iter(context.reference.names.values()), ())
    length = 4 if len(people) == 1 else 2 if len(people) < 4 else 1
    letters = "".join((p.family or p.literal).replace(" ", "")[:length] for p in people[:4])
    issued = context.reference.dates.get("issued")
    return letters + (f"{issued.start[0] % 100:02}" if issued and issued.start else "")


def _number(element: Element, context: Context) -> str:
    variable = element.get("variable")
    text = _variable(element, variable, context)
    if not text:
        return ""
    if not variable.startswith("page") and number_forms.is_numeric(text):
        text = marks.plain(text)
        if context.sorting is not None:
            text = re.sub(r"\d+", lambda m: f"{m[0]:>08}", text)
        else:
            gender = context.locale.term(variable)
            form = element.get("form")
            text = number_forms.number(text, form, context.locale, gender.gender if gender else "")
    return _dressed(element, text, context)


TESTS = frozenset(
    "type variable is-numeric is-uncertain-date locator position disambiguate".split()
)


def _holds(test: Element, context: Context) -> bool:
    results = (
        _result(name, word, context)
        for name, words in test.attributes.items()
        if name in TESTS
        for word in words.split()
    )
    match test.get("match"):
        case "any":
            return any(results)
        case "none":
            return not any(results)
    return all(results)


def _result(test: str, word: str, context: Context) -> bool:
    reference, cite = context.reference, context.cite
    match test:
        case "type":
            return reference.kind == word
        case "variable":
            if word == "locator":
                return cite.locator is not None
            if word == "first-reference-note-number":
                return cite.first_note > 0
            return reference.has(word)
        case "is-numeric":
            if word == "locator":
                return cite.locator is not None and is_numeric(cite.locator.text)
            return is_numeric(reference.values.get(word, ""))
        case "is-uncertain-date":
            date = reference.dates.get(word)
            return date is not None and date.circa
        case "locator":
            return cite.locator is not None and cite.locator.label == word
        case "position":
            if context.in_bibliography:
                return False
            return not cite.position if word == "first" else word in cite.position
    context.conditions += 1
    return (context.conditions <= context.added.conditions) is (word == "true")


def date(element: Element, context: Context) -> str:
    variable = element.get("variable")
    date = context.reference.dates.get(variable)
    if date is None or not (date.start or date.literal):
        return context.take(variable, "")
    form = date_forms.DateFormat(element, context.locale)
    if context.sorting is not None:
        return context.take(variable, date_forms.sort_key(date, form.names))
    if not date.start:
        text = date.literal
    elif date.end:
        text = _range(form, date, context)
    else:
        text = form.delimiter.join(_date_parts(form, date.start, context))
    if text and variable == "issued" and not context.style.has_year_suffix:
        text += context.added.suffix
    text = cases.text_case(text, element.get("text-case"), context.locale.lang)
    return context.take(variable, formatted(element, text))


def _date_parts(
    form: date_forms.DateFormat, date: tuple[int, ...], context: Context, only: tuple[str, ...] = ()
) -> list[str]:
    numbers = date_forms.known_parts(date)
    texts = []
    for part in form.parts:
        if only and part.get("name") not in only:
            continue
        text = date_forms.part_text(part, numbers, context.locale)
        if part.get("strip-periods") == "true":
            text = text.replace(".", "")
        text = cases.text_case(text, part.get("text-case"), context.locale.lang)
        if text := formatted(part, text):
            texts.append(text)
    # Text after the last known part belongs to an unknown one.
    last = next((p for p in reversed(form.parts) if p.get("name") in numbers), None)
    if texts and last is not None and last is not form.parts[-1]:
        texts[-1] = texts[-1].removesuffix(last.get("suffix"))
    return texts


def _range(form: date_forms.DateFormat, date: Date, context: Context) -> str:
    """A range of dates, in which common parts are written once."""
    if date.end == (0,):
        return form.delimiter.join(_date_parts(form, date.start, context)) + "–"
    twice = date_forms.differing(date) or ("day",)
    names = form.names
    inner = [name for name in names if name in twice]
    if not inner:
        return form.delimiter.join(_date_parts(form, date.start, context))
    before = names[: names.index(inner[0])]
    after = tuple(name for name in names[names.index(inner[-1]) + 1 :] if name not in twice)
    start = form.delimiter.join(_date_parts(form, date.start, context, tuple(inner)))
    end = form.delimiter.join(_date_parts(form, date.end, context, tuple(inner)))
    sign = next((p.get("range-delimiter") for p in form.parts if p.get("name") == twice[0]), "")
    parts = _date_parts(form, date.start, context, before) if before else []
    parts.append(start.rstrip(" ,") + (sign or "–") + end)
    parts += _date_parts(form, date.start, context, after) if after else []
    return form.delimiter.join(parts)
