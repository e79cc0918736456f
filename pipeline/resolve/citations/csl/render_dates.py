"""Dates, and ranges of dates, as elements of a style ask for them."""

from __future__ import annotations

from pipeline.resolve.citations.csl import cases
from pipeline.resolve.citations.csl.context import Context
from pipeline.resolve.citations.csl.data import Date
from pipeline.resolve.citations.csl.dates import (
    DateFormat,
    differing,
    known_parts,
    part_text,
    sort_key,
)
from pipeline.resolve.citations.csl.elements import Element
from pipeline.resolve.citations.csl.marks import formatted


def date(element: Element, context: Context) -> str:
    variable = element.get("variable")
    date = context.reference.dates.get(variable)
    if date is None or not (date.start or date.literal):
        return context.take(variable, "")
    if context.sorting is not None:
        shown = tuple((element.get("date-parts") or "year-month-day").split("-"))
        return context.take(variable, sort_key(date, shown))
    form = DateFormat(element, context.locale)
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
    form: DateFormat, date: tuple[int, ...], context: Context, only: tuple[str, ...] = ()
) -> list[str]:
    known = known_parts(date)
    found = []
    for part in form.parts:
        if only and part.get("name") not in only:
            continue
        text = part_text(part, known, context.locale)
        if part.get("strip-periods") == "true":
            text = text.replace(".", "")
        text = cases.text_case(text, part.get("text-case"), context.locale.lang)
        if text := formatted(part, text):
            found.append(text)
    # What stands after the last part that is known belongs to one that is not.
    last = next((p for p in reversed(form.parts) if p.get("name") in known), None)
    if found and last is not None and last is not form.parts[-1]:
        found[-1] = found[-1].removesuffix(last.get("suffix"))
    return found


def _range(form: DateFormat, date: Date, context: Context) -> str:
    """A range of dates, that says once what both have in common."""
    if date.end == (0,):
        return form.delimiter.join(_date_parts(form, date.start, context)) + "–"
    twice = differing(date) or ("day",)
    names = [part.get("name") for part in form.parts]
    inner = [name for name in names if name in twice]
    if not inner:
        return form.delimiter.join(_date_parts(form, date.start, context))
    before = tuple(names[: names.index(inner[0])])
    after = tuple(name for name in names[names.index(inner[-1]) + 1 :] if name not in twice)
    start = form.delimiter.join(_date_parts(form, date.start, context, tuple(inner)))
    end = form.delimiter.join(_date_parts(form, date.end, context, tuple(inner)))
    sign = next((p.get("range-delimiter") for p in form.parts if p.get("name") == twice[0]), "")
    parts = _date_parts(form, date.start, context, before) if before else []
    parts.append(start.rstrip(" ,") + (sign or "–") + end)
    parts += _date_parts(form, date.start, context, after) if after else []
    return form.delimiter.join(parts)
