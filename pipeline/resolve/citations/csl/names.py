"""Names of people and bodies, alone and in lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from pipeline.resolve.citations.csl import cases, marks
from pipeline.resolve.citations.csl.data import Element, Name
from pipeline.resolve.citations.csl.locales import Locale

# Chinese, Japanese and Korean names: family name first, no space between.
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")

Format = Callable[[Element, str], str]
"""A function that gives text the formatting and affixes that an element asks for."""


class NameOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The format of a list of names. ``use_first`` is 0 if all are named; ``given`` is the amount
    of given names to add for each to distinguish it from others (see `Disambiguation`)."""

    form: str = "long"
    delimiter: str = ", "
    and_: str = ""
    precedes_last: str = "contextual"
    precedes_et_al: str = "contextual"
    use_first: int = 0
    use_last: bool = False
    initialize: bool = True
    initialize_with: str | None = None
    initialize_hyphen: bool = True
    sort_order: str = ""
    sort_separator: str = ", "
    demote: str = "display-and-sort"
    parts: Mapping[str, Element] = {}
    et_al: Element | None = None
    given: Mapping[int, int] = {}


def name_options(
    name: Element | None,
    et_al: Element | None,
    inherited: Mapping[str, str],
    count: int,
    subsequent: bool,
) -> NameOptions:
    """The options for a list of ``count`` names; ``inherited`` are the style's."""
    own = name.attributes if name else {}

    def get(key: str, default: str = "") -> str:
        return own.get(key, inherited.get(key, default))

    least, first = get("et-al-min"), get("et-al-use-first", "1")
    if subsequent:
        least = get("et-al-subsequent-min") or least
        first = get("et-al-subsequent-use-first") or first
    shortens = least.isdecimal() and first.isdecimal() and count >= int(least)
    use_first = int(first) if shortens else 0
    return NameOptions(
        form=own.get("form", inherited.get("name-form", "long")),
        delimiter=own.get("delimiter", inherited.get("name-delimiter", ", ")),
        and_=get("and"),
        precedes_last=get("delimiter-precedes-last", "contextual"),
        precedes_et_al=get("delimiter-precedes-et-al", "contextual"),
        use_first=use_first if use_first < count else 0,
        use_last=get("et-al-use-last") == "true",
        initialize=get("initialize", "true") != "false",
        initialize_with=own.get("initialize-with", inherited.get("initialize-with")),
        initialize_hyphen=inherited.get("initialize-with-hyphen", "true") != "false",
        sort_order=get("name-as-sort-order"),
        sort_separator=get("sort-separator", ", "),
        demote=inherited.get("demote-non-dropping-particle", "display-and-sort"),
        parts={part.get("name"): part for part in (name.children if name else ())},
        et_al=et_al,
    )


def write_names(names: tuple[Name, ...], options: NameOptions, locale: Locale, form: Format) -> str:
    """A list of names as one text."""
    shown = names[: options.use_first] if options.use_first else names
    written = [
        marks.group(marks.VALUE, write_name(name, at, options, form))
        for at, name in enumerate(shown)
    ]
    if not options.use_first:
        return _joined(written, options, locale)
    inverted = _is_inverted(len(shown) - 1, options)
    if options.use_last and len(names) > len(shown) + 1:
        last = write_name(names[-1], len(names) - 1, options, form)
        return options.delimiter.join([*written, f"… {last}"])
    others = _et_al(options, locale, form)
    if not others:
        return options.delimiter.join(written)
    precedes = _precedes(options.precedes_et_al, len(shown) > 1, inverted)
    between = options.delimiter if precedes else " "
    return options.delimiter.join(written) + between + others


def _et_al(options: NameOptions, locale: Locale, form: Format) -> str:
    element = options.et_al
    text = locale.text((element.get("term") if element else "") or "et-al")
    return form(element, text) if element else text


def _joined(written: list[str], options: NameOptions, locale: Locale) -> str:
    word = ""
    if options.and_ == "text":
        word = locale.text("and")
    elif options.and_ == "symbol":
        word = locale.text("and", "symbol") if locale.terms.get(("and", "symbol", "")) else "&"
    if not word or len(written) < 2:
        return options.delimiter.join(written)
    inverted = _is_inverted(len(written) - 2, options)
    comma = _precedes(options.precedes_last, len(written) > 2, inverted)
    between = options.delimiter if comma else " "
    return f"{options.delimiter.join(written[:-1])}{between}{word} {written[-1]}"


def _precedes(rule: str, contextual: bool, inverted: bool) -> bool:
    """Return whether the delimiter precedes “and” or “et al.”."""
    if rule == "after-inverted-name":
        return inverted
    return contextual if rule == "contextual" else rule == "always"


def _is_inverted(at: int, options: NameOptions) -> bool:
    return options.form == "long" and (
        options.sort_order == "all" or (options.sort_order == "first" and at == 0)
    )


def write_name(name: Name, at: int, options: NameOptions, form: Format) -> str:
    """One name, the ``at``-th from 0 of its list."""
    family, given = name.family or name.literal, name.given
    if name.literal or not given:
        whole = _spaced(name.dropping, name.non_dropping, family)
        text = _part("family", whole, options, form, bare=True)
        return f"{text} {name.suffix}" if name.suffix and options.form == "long" else text
    if _CJK.search(family):
        if options.form == "short" and not options.given.get(at):
            return _part("family", family, options, form)
        return _part("family", family, options, form) + _part("given", given, options, form)
    more = options.given.get(at, 0)
    is_long = options.form == "long" or more > 0
    given = initials(given, options) if more < 2 else given
    if not is_long:
        return _part("family", _spaced(name.non_dropping, family), options, form)
    if _is_inverted(at, options):
        if options.demote == "display-and-sort":
            first = _part("family", family, options, form)
            rest = _part("given", _spaced(given, name.dropping, name.non_dropping), options, form)
        else:
            first = _part("family", _spaced(name.non_dropping, family), options, form)
            rest = _part("given", _spaced(given, name.dropping), options, form)
        return options.sort_separator.join(part for part in (first, rest, name.suffix) if part)
    first = _part("given", given, options, form)
    last = _part("family", _spaced(name.dropping, name.non_dropping, family), options, form)
    return _spaced(first, last, name.suffix)


def _part(part: str, text: str, options: NameOptions, form: Format, bare: bool = False) -> str:
    """A formatted part of a name; ``bare``: without affixes, which apply between the parts."""
    element = options.parts.get(part)
    if element is None or not text:
        return text
    if bare:
        kept = {k: v for k, v in element.attributes.items() if k not in ("prefix", "suffix")}
        element = Element(element.tag, kept)
    return form(element, cases.text_case(text, element.get("text-case"), "en"))


def _spaced(*parts: str) -> str:
    """The parts, separated by spaces except after an apostrophe (d’Alembert)."""
    text = ""
    for part in parts:
        if part:
            text += part if not text or text.endswith(("’", "'", "\u2010")) else f" {part}"
    return text


def initials(given: str, options: NameOptions) -> str:
    """Given names as initials, if the style asks for that; particles are kept."""
    mark = options.initialize_with
    if mark is None or _CJK.search(given):
        return given
    words = given.replace(".", ". ").split()
    if not options.initialize:
        text = ""
        for word in words:
            is_initial = re.fullmatch(r"[^\W\d_]\.?", word) is not None and word[0].isupper()
            text += word[0] + mark if is_initial else f"{word} "
        return text.strip()
    text = ""
    for word in words:
        if not word[0].isupper():
            if word[0].isalpha():
                text = f"{text.rstrip()} {word} "
            continue
        parts = [part for part in re.split("[-‐‑]", word) if part and part[0].isalpha()]
        if options.initialize_hyphen:
            text += "-".join(part[0].upper() + mark.rstrip() for part in parts)
            text += mark[len(mark.rstrip()) :]
        else:
            text += "".join(part[0].upper() + mark for part in parts)
    return text.strip()
