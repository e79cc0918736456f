"""Names of people and bodies, alone and in lists, with their labels and substitutes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping

import msgspec

from pipeline.features.citations.csl import forms
from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.marked_text import format_text
from pipeline.features.citations.csl.style import TEXT, Context, Element, Locale, Name
from pipeline.model.late import late

# --- person names ----------------------------------------------------------------------------

# Chinese, Japanese and Korean names: family name first, no space between.
_CJK = late(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")

ALL = -1
"""In place of a number of names: the whole list, with what joins them."""

Format = Callable[[Element, str], str]
"""A function that gives text the formatting and affixes that an element asks for."""


class NameOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The format of a list of names. ``use_first`` is 0 if all are named; ``given`` is the amount
    of given names to add for each to distinguish it from others (see `Disambiguation`).
    ``substitute`` stands for the first ``substituted`` names, or for the whole list (`ALL`)."""

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
    substitute: str = ""
    substituted: int = 0


def name_options(
    name: Element | None,
    et_al: Element | None,
    inherited: Mapping[str, str],
    count: int,
    subsequent: bool,
) -> NameOptions:
    """The options for a list of ``count`` names; ``inherited`` are the style's."""
    attributes = name.attributes if name else {}

    def get(key: str, default: str = "") -> str:
        return attributes.get(key, inherited.get(key, default))

    least, first = get("et-al-min"), get("et-al-use-first", "1")
    if subsequent:
        least = get("et-al-subsequent-min") or least
        first = get("et-al-subsequent-use-first") or first
    shortens = least.isdecimal() and first.isdecimal() and count >= int(least)
    use_first = int(first) if shortens else 0
    return NameOptions(
        form=attributes.get("form", inherited.get("name-form", "long")),
        delimiter=attributes.get("delimiter", inherited.get("name-delimiter", ", ")),
        and_=get("and"),
        precedes_last=get("delimiter-precedes-last", "contextual"),
        precedes_et_al=get("delimiter-precedes-et-al", "contextual"),
        use_first=use_first if use_first < count else 0,
        use_last=get("et-al-use-last") == "true",
        initialize=get("initialize", "true") != "false",
        initialize_with=attributes.get("initialize-with", inherited.get("initialize-with")),
        initialize_hyphen=inherited.get("initialize-with-hyphen", "true") != "false",
        sort_order=get("name-as-sort-order"),
        sort_separator=get("sort-separator", ", "),
        demote=inherited.get("demote-non-dropping-particle", "display-and-sort"),
        parts={part.get("name"): part for part in (name.children if name else ())},
        et_al=et_al,
    )


def write_names(names: tuple[Name, ...], options: NameOptions, locale: Locale, form: Format) -> str:
    """A list of names as one text."""
    shown_names = names[: options.use_first] if options.use_first else names
    if options.substituted == ALL:
        return options.substitute
    texts = [
        options.substitute
        if at < options.substituted
        else marks.group(marks.VALUE, write_name(name, at, options, form))
        for at, name in enumerate(shown_names)
    ]
    if not options.use_first:
        return _join(texts, names, options, locale)
    inverted = _is_inverted(shown_names[-1], len(shown_names) - 1, options)
    if options.use_last and len(names) > len(shown_names) + 1:
        last = write_name(names[-1], len(names) - 1, options, form)
        return options.delimiter.join([*texts, f"… {last}"])
    et_al = _et_al(options, locale, form)
    if not et_al:
        return options.delimiter.join(texts)
    precedes = _precedes(options.precedes_et_al, len(shown_names) > 1, inverted)
    between = options.delimiter if precedes else " "
    return options.delimiter.join(texts) + between + et_al


def _et_al(options: NameOptions, locale: Locale, form: Format) -> str:
    element = options.et_al
    text = locale.text((element.get("term") if element else "") or "et-al")
    return form(element, text) if element else text


def _join(texts: list[str], names: tuple[Name, ...], options: NameOptions, locale: Locale) -> str:
    word = ""
    if options.and_ == "text":
        word = locale.text("and")
    elif options.and_ == "symbol":
        word = locale.ampersand
    if not word or len(texts) < 2:
        return options.delimiter.join(texts)
    inverted = _is_inverted(names[-2], len(names) - 2, options)
    comma = _precedes(options.precedes_last, len(texts) > 2, inverted)
    between = options.delimiter if comma else " "
    return f"{options.delimiter.join(texts[:-1])}{between}{word} {texts[-1]}"


def _precedes(rule: str, contextual: bool, inverted: bool) -> bool:
    """Return whether the delimiter precedes “and” or “et al.”."""
    if rule == "after-inverted-name":
        return inverted
    return contextual if rule == "contextual" else rule == "always"


def _is_inverted(name: Name, at: int, options: NameOptions) -> bool:
    return (
        options.form == "long"
        and name.given != ""
        and (options.sort_order == "all" or (options.sort_order == "first" and at == 0))
    )


def write_name(name: Name, at: int, options: NameOptions, form: Format) -> str:
    """One name, the ``at``-th from 0 of its list."""
    family, given = name.family or name.literal, name.given
    if name.literal or not given:
        full_name = _space(name.dropping, name.non_dropping, family)
        text = _part("family", full_name, options, form)
        return _add_suffix(text, name) if options.form == "long" else text
    more = options.given.get(at, 0)
    is_long = options.form == "long" or more > 0
    if _CJK.search(family):
        first = _part("family", family, options, form)
        return first + _part("given", given, options, form) if is_long else first
    last = _part("family", _space(name.non_dropping, family), options, form)
    if not is_long:
        return _enclose("family", last, options)
    given = initials(given, options) if more < 2 else given
    if _is_inverted(name, at, options):
        return _invert(name, given, options, form)
    before = _part("given", name.dropping, options, form)
    return _space(
        _enclose("given", _part("given", given, options, form), options),
        _enclose("family", _add_suffix(_space(before, last), name), options),
    )


def _invert(name: Name, given: str, options: NameOptions, form: Format) -> str:
    """A name with the family name first."""
    demotes = options.demote == "display-and-sort"
    family = name.family if demotes else _space(name.non_dropping, name.family)
    first = _part("family", family, options, form)
    rest = _part("given", _space(given, name.dropping), options, form)
    if demotes:
        rest = _space(rest, _part("family", name.non_dropping, options, form))
    parts = (_enclose("family", first, options), _enclose("given", rest, options), name.suffix)
    return options.sort_separator.join(part for part in parts if part)


def _add_suffix(text: str, name: Name) -> str:
    return f"{text}, {name.suffix}" if name.comma_suffix else _space(text, name.suffix)


def sort_names(names: tuple[Name, ...], options: NameOptions) -> str:
    """A list of names as lists are sorted: by those that are shown."""
    shown_names = names[: options.use_first] if options.use_first else names
    if options.use_first and options.use_last and len(names) > len(shown_names) + 1:
        shown_names = (*shown_names, names[-1])
    return "; ".join(_sort_name(name, options) for name in shown_names)


def _sort_name(name: Name, options: NameOptions) -> str:
    """A name as names are sorted: particles come after the family name unless the style keeps them
    with it; an English article is left out at the beginning of a body's name."""
    if name.literal:
        return re.sub(r"(?i)^(?:an?|the)\s+", "", name.literal)
    never = options.demote == "never"
    family = _space(name.non_dropping, name.family) if never else name.family
    if options.form == "short":
        return family
    particles = name.dropping if never else _space(name.dropping, name.non_dropping)
    parts = (family, particles, initials(name.given, options), name.suffix)
    return ", ".join(part for part in parts if part)


def _part(part: str, text: str, options: NameOptions, form: Format) -> str:
    """A part of a name, formatted; its affixes are around more than that (see `_enclose`)."""
    element = options.parts.get(part)
    if element is None or not text:
        return text
    inner = {k: v for k, v in element.attributes.items() if k not in ("prefix", "suffix")}
    text = forms.text_case(text, element.get("text-case"), "en")
    return form(Element(element.tag, inner), text)


def _enclose(part: str, text: str, options: NameOptions) -> str:
    """Text between the affixes of a part of a name."""
    element = options.parts.get(part)
    return f"{element.get('prefix')}{text}{element.get('suffix')}" if element else text


def _space(*parts: str) -> str:
    """The parts, separated by spaces except after an apostrophe (d’Alembert) or a hyphen."""
    text = ""
    for part in parts:
        if part:
            sticks = marks.plain(text).endswith(("’", "'", "-", "\u2010"))
            text += part if not text or sticks else f" {part}"
    return text


_GIVEN = late(r"([-‐‑]?)([^\s.‐‑-]+)(\.?)")


def initials(given: str, options: NameOptions) -> str:
    """Given names as initials, if the style asks for that. What is abbreviated already (Ph.) stays
    as it is, and so do particles; a part in lower case after a hyphen has no initial (Guo-ping)."""
    mark = options.initialize_with
    if mark is None or _CJK.search(given):
        return given
    text = ""
    for hyphen, word, stop in _GIVEN.findall(given):
        if not word[0].isalpha():
            continue
        is_abbreviated = word[0].isupper() and (stop or len(word) == 1)
        if is_abbreviated or (options.initialize and word[0].isupper()):
            joined = hyphen and options.initialize_hyphen
            text = f"{text.rstrip()}-" if joined else text
            text += (word if is_abbreviated else _initial(word)) + mark
        elif not (options.initialize and hyphen):
            text = f"{text.rstrip()}{hyphen or ' '}{word} "
    return text.strip()


def _initial(word: str) -> str:
    """The initial of a name: two capitals are letters that belong together (TSerendorj: Ts)."""
    capitals = "".join(itertools.takewhile(str.isupper, word))
    return word[0] if capitals == word else capitals.capitalize()


# --- render names ----------------------------------------------------------------------------
# Names, with their labels and substitutes.

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
        text = _substitute(substitute, model or element, context, render)
    context.depth -= 1
    if text and context.depth:
        context.suppressed.update(variables)
    if text and not context.depth and context.author is None:
        context.author = text
        if context.hides_author:
            return ""
        if context.substituted and not context.people:
            return context.substitute  # a title, where nobody is named
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
            label_text = _label(label, term, len(people[variable]) > 1, context)
            source = element if element.child("label") else model
            tags = [child.tag for child in source.children]
            leads = "name" in tags and tags.index("label") < tags.index("name")
            text = label_text + text if leads else text + label_text
        if text:
            parts.append(text)
    delimiter = element.get("delimiter") or model.get("delimiter")
    delimiter = delimiter or context.options().get("names-delimiter", "")
    text = delimiter.join(parts)
    return format_text(element if element.attributes.keys() > {"variable", TEXT} else model, text)


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
        shown = people[: options.use_first or None]
        context.people += tuple(write_name(name, 0, NameOptions(), format_text) for name in shown)
        context.people += ("et al.",) if options.use_first else ()
        options = msgspec.structs.replace(
            options, substitute=context.substitute, substituted=context.substituted
        )
    if context.sorting is not None:
        text = sort_names(people, options)
    else:
        text = write_names(people, options, context.locale, format_text)
    if name is not None:
        text = format_text(name, text)
    return context.take(variable, text)


def _substitute(substitute: Element, names: Element, context: Context, render: Render) -> str:
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
    several = forms.is_plural(variable, content, context.locale)
    return _label(element, term, several, context)


def _label(element: Element, term: str, several: bool, context: Context) -> str:
    option = element.get("plural", "contextual")
    plural = option == "always" or (option == "contextual" and several)
    text = context.locale.text(term, element.get("form", "long"), plural)
    if element.get("strip-periods") == "true":
        text = text.replace(".", "")
    text = forms.text_case(text, element.get("text-case"), context.locale.lang)
    return format_text(element, text)
