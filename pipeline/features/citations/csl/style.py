"""A style with its locale, parsed and ready for use, and the state of a rendering in it."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import ParseError

import msgspec

from pipeline.model.diagnostics import Span

# --- csl data --------------------------------------------------------------------------------
# The data of a work, in the terms of CSL, and the elements of styles and locales.


class Name(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person; of a body, ``literal`` alone is set. Particles: ``dropping`` (de la Fontaine),
    ``non_dropping`` (van der Linden), which stays with the family name.
    ``comma_suffix``: the suffix follows a comma."""

    family: str = ""
    given: str = ""
    dropping: str = ""
    non_dropping: str = ""
    suffix: str = ""
    comma_suffix: bool = False
    literal: str = ""


class Date(msgspec.Struct, frozen=True, omit_defaults=True):
    """``start`` and ``end`` are year, month and day as far as they are known; an ``end`` of (0,) is
    open. A month from 13 is a season. ``literal`` is text instead of a date."""

    start: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    circa: bool = False
    literal: str = ""


class Reference(msgspec.Struct, frozen=True):
    """A work. ``values`` are marked text (see `marks`); ``span`` is its position, and ``doubt`` a
    sentence about a possible mistake there."""

    key: str
    kind: str
    values: dict[str, str] = {}
    names: dict[str, tuple[Name, ...]] = {}
    dates: dict[str, Date] = {}
    span: Span | None = None
    doubt: str = ""

    def has(self, variable: str) -> bool:
        return variable in self.values or variable in self.names or variable in self.dates


class Locator(msgspec.Struct, frozen=True):
    """``label`` is CSL's name of the unit: page, chapter …"""

    label: str
    text: str


class Cite(msgspec.Struct, frozen=True, kw_only=True):
    """A work as one citation names it. ``position`` are the positions of CSL that it is in
    besides first; ``first_note`` is the number of the note that cited it first; ``target`` is
    the address of its entry, or empty."""

    key: str
    prefix: str = ""
    suffix: str = ""
    locator: Locator | None = None
    suppress_author: bool = False
    position: frozenset[str] = frozenset()
    first_note: int = 0
    target: str = ""


TEXT = "#text"
"""The key under which an element keeps its own text."""

NAMESPACE = "{http://purl.org/net/xbiblio/csl}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Element(msgspec.Struct, frozen=True, eq=False):
    """An element of a style, by its name without namespace."""

    tag: str
    attributes: dict[str, str]
    children: tuple[Element, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def child(self, tag: str) -> Element | None:
        return next((child for child in self.children if child.tag == tag), None)


def from_xml(xml: Xml) -> Element:
    return Element(
        tag=str(xml.tag).removeprefix(NAMESPACE),
        attributes={**{str(key): value for key, value in xml.items()}, TEXT: xml.text or ""},
        children=tuple(from_xml(child) for child in xml if str(child.tag).startswith(NAMESPACE)),
    )


# --- locales ---------------------------------------------------------------------------------
# Locales: the words, dates and rules of a language, from citeproc-py.


class Term(msgspec.Struct, frozen=True):
    single: str
    multiple: str
    gender: str = ""
    match: str = ""


TermKey = tuple[str, str, str]
"""A term's name, form, and the gender that it goes with."""


class Locale(msgspec.Struct):
    """Terms, forms of dates and options, the nearest language first."""

    lang: str
    terms: dict[TermKey, Term] = {}
    dates: dict[str, Element] = {}
    options: dict[str, str] = {}

    def term(self, name: str, form: str = "long", gender: str = "") -> Term | None:
        """A term in a form, or in the nearest existing form."""
        for fallback in FORMS.get(form, (form, "long")):
            term = self.terms.get((name, fallback, gender)) or self.terms.get((name, fallback, ""))
            if term is not None:
                return term
        return None

    def text(self, name: str, form: str = "long", plural: bool = False) -> str:
        term = self.term(name, form)
        return (term.multiple if plural else term.single) if term else ""

    @property
    def ampersand(self) -> str:
        term = self.terms.get(("and", "symbol", ""))
        return term.single if term else "&"


FORMS = {
    "long": ("long",),
    "short": ("short", "long"),
    "symbol": ("symbol", "short", "long"),
    "verb": ("verb", "long"),
    "verb-short": ("verb-short", "verb", "long"),
}


def citeproc_data() -> Path:
    """The folder of citeproc-py's data. The package itself is not imported."""
    spec = importlib.util.find_spec("citeproc")
    assert spec is not None, "citeproc-py is a dependency"
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"


def _system() -> tuple[Path, dict[str, str]]:
    """The folder of citeproc-py's locales, and the main one of each language."""
    folder = citeproc_data() / "locales"
    data = json.loads((folder / "locales.json").read_text("utf-8"))
    return folder, data["primary-dialects"]


def locale_name(lang: str) -> str:
    """The name of the locale that is nearest to a BCP 47 tag: zh-Hant is zh-TW."""
    folder, dialects = _system()
    tag = re.sub(r"(?i)^zh-(hant|tw|hk|mo)\b.*", "zh-TW", lang)
    language, *rest = tag.split("-")
    region = next((part.upper() for part in rest if re.fullmatch("[A-Za-z]{2}", part)), "")
    for name in (f"{language.lower()}-{region}", language.lower()):
        if (folder / f"locales-{name}.xml").is_file():
            return name
    return dialects.get(language.lower(), "en-US")


def locale_text(lang: str) -> str:
    """The file of the locale that is nearest to a tag."""
    return (_system()[0] / f"locales-{locale_name(lang)}.xml").read_text("utf-8")


def locale_of(style: Element, lang: str) -> Locale:
    """The locale for a language, with the style's own terms."""
    name = locale_name(lang)
    language = name.partition("-")[0]
    style_locales = [child for child in style.children if child.tag == "locale"]
    chain = [
        *(child for child in style_locales if child.get(LANG) in (name, lang)),
        *(child for child in style_locales if child.get(LANG) == language and language != name),
        *(child for child in style_locales if not child.get(LANG)),
    ]
    _, dialects = _system()
    names = dict.fromkeys((name, dialects.get(language, name), "en-US"))
    chain += [_system_locale(dialect) for dialect in names]
    locale = Locale(lang=name, terms={}, dates={}, options={})
    for part in chain:
        _add(locale, part)
    return locale


@functools.cache
def _system_locale(name: str) -> Element:
    import defusedxml.ElementTree

    folder, _ = _system()
    return from_xml(
        defusedxml.ElementTree.fromstring((folder / f"locales-{name}.xml").read_bytes())
    )


def _add(locale: Locale, part: Element) -> None:
    """Add the parts of a locale that nearer ones lack."""
    for child in part.children:
        match child.tag:
            case "style-options":
                locale.options = {**child.attributes, **locale.options}
            case "date":
                locale.dates.setdefault(child.get("form"), child)
    terms = _terms(part)
    # Ordinals belong together: some languages have only one.
    if any(key[0].startswith("ordinal") for key in locale.terms):
        terms = {key: term for key, term in terms.items() if not key[0].startswith("ordinal")}
    locale.terms = {**terms, **locale.terms}


def _terms(part: Element) -> dict[TermKey, Term]:
    terms: dict[TermKey, Term] = {}
    for child in part.children:
        for term in child.children if child.tag == "terms" else ():
            key = (term.get("name"), term.get("form", "long"), term.get("gender-form"))
            terms[key] = Term(
                single=_text(term, "single"),
                multiple=_text(term, "multiple"),
                gender=term.get("gender"),
                match=term.get("match"),
            )
    return terms


def _text(term: Element, kind: str) -> str:
    child = term.child(kind)
    return (child or term).get(TEXT)


# --- style -----------------------------------------------------------------------------------

MOST_ELEMENTS = 100_000
"""The maximum number of a style's elements processed for one work, with macros counted at each
call; the largest existing styles have about 3,000."""

NEAR_NOTES = 5
"""The number of notes within which a citation counts as near, unless the style says otherwise."""


class BadStyleError(Exception):
    """The message describes the problem, as the end of a sentence."""


class CitationStyle(msgspec.Struct, frozen=True, eq=False):
    """``is_note``: citations go into notes. ``options`` are those of the whole style;
    ``conditions`` is the number of provisions for citations that would be equal."""

    macros: dict[str, Element]
    citation: Element
    bibliography: Element | None
    locale: Locale
    options: dict[str, str]
    is_note: bool
    has_year_suffix: bool
    conditions: int

    @property
    def is_raised(self) -> bool:
        """True if citations are numbers set high."""
        return self.layout.get("vertical-align") == "sup"

    @property
    def near(self) -> int:
        """The number of notes within which a citation counts as near."""
        distance = self.citation.get("near-note-distance")
        return int(distance) if distance.isdecimal() else NEAR_NOTES

    @property
    def layout(self) -> Element:
        """The layout of citations."""
        layout = self.citation.child("layout")
        assert layout is not None, "`read` refuses styles without one"
        return layout


def parent_of(root: Xml) -> str:
    """The name of the style that a dependent one refers to, or ""."""
    if root.find(f"{NAMESPACE}citation") is not None:
        return ""
    for link in root.iter(f"{NAMESPACE}link"):
        if link.get("rel") == "independent-parent":
            return link.get("href", "").rpartition("/")[2]
    return ""


def parse(data: bytes) -> Xml:
    """The root element of a style. Raises `BadStyleError`."""
    import defusedxml.ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root: Xml = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise BadStyleError(f"is not XML: line {line}, column {column + 1}") from None
    except (DefusedXmlException, ValueError, LookupError):
        raise BadStyleError("is not XML that can be read") from None
    if root.tag != f"{NAMESPACE}style":
        raise BadStyleError("is not a CSL style")
    return root


def read(root: Xml, lang: str) -> CitationStyle:
    """The style for a document in ``lang``. Raises `BadStyleError`."""
    try:
        style = from_xml(root)
    except RecursionError:
        raise BadStyleError("is nested too deeply") from None
    macros = {child.get("name"): child for child in style.children if child.tag == "macro"}
    citation = style.child("citation")
    if citation is None or citation.child("layout") is None:
        raise BadStyleError("does not define citations")
    _check_macros(style, macros)
    default = style.get("default-locale")
    return CitationStyle(
        macros=macros,
        citation=citation,
        bibliography=style.child("bibliography"),
        locale=locale_of(style, default or lang),
        options=style.attributes,
        is_note=style.get("class") == "note",
        has_year_suffix=any(
            element.get("variable") in ("year-suffix", "citation-label")
            for element in root.iter(f"{NAMESPACE}text")
        ),
        conditions=sum("disambiguate" in element.attrib for element in root.iter()),
    )


def _check_macros(style: Element, macros: dict[str, Element]) -> None:
    """All macros that are called must be there, and none may call itself, or others so often
    that a work takes more than `MOST_ELEMENTS`."""
    calls = {name: set(_calls(macro)) for name, macro in macros.items()}
    for name in _calls(style):
        if name not in macros:
            raise BadStyleError(f"calls the macro “{name}”, which does not exist")
    sizes: dict[str, int] = {}
    while unsized := calls.keys() - sizes.keys():
        ready = {name for name in unsized if calls[name] <= sizes.keys()}
        if not ready:
            raise BadStyleError("has a macro that calls itself")
        sizes |= {name: _size(macros[name], sizes) for name in ready}
    parts = (child for child in style.children if child.tag != "macro")
    if max((_size(part, sizes) for part in parts), default=0) > MOST_ELEMENTS:
        raise BadStyleError("has macros that call each other too often")


def _size(element: Element, macros: dict[str, int]) -> int:
    """The maximum number of elements visited for one element: of alternatives, the largest."""
    within = [_size(child, macros) for child in element.children]
    inside = max(within, default=0) if element.tag == "choose" else sum(within)
    macro = element.get("macro") if element.tag in ("text", "key") else ""
    return 1 + inside + (macros[macro] if macro else 0)


def _calls(element: Element) -> list[str]:
    calls = [name] if element.tag in ("text", "key") and (name := element.get("macro")) else []
    for child in element.children:
        calls += _calls(child)
    return calls


# --- context ---------------------------------------------------------------------------------
# The state of a rendering while it follows a style.


class Disambiguation(msgspec.Struct, frozen=True, kw_only=True):
    """The additions that distinguish a work's citations from others: ``names``, the number of names
    before “et al.” (0: as in the style); ``given``, for the first names of a list by position, 1
    for initials and 2 for all given names; ``conditions``, how many of the style's provisions for
    this case hold; ``suffix``, of the year."""

    names: int = 0
    given: Mapping[int, int] = {}
    conditions: int = 0
    suffix: str = ""


NOTHING = Disambiguation()


class Context(msgspec.Struct):
    """One rendering of one work. ``area`` is the style's citation or bibliography. ``author``
    becomes the output of the first names, which ``hides_author`` omits (``in_sentence``: they are
    part of a sentence, so that “&” becomes a word); ``people`` are those shown there, of whom
    ``substitute`` replaces ``substituted``; ``depth`` is the nesting level of the names being
    rendered, and ``model`` the element around those that are substituted for names.
    ``conditions`` are the provisions for equal citations met so far."""

    style: CitationStyle
    area: Element
    reference: Reference
    cite: Cite
    number: int = 0
    added: Disambiguation = NOTHING
    sorting: Mapping[str, str] | None = None
    hides_author: bool = False
    in_sentence: bool = False
    depth: int = 0
    model: Element | None = None
    conditions: int = 0
    called: int = 0
    rendered: int = 0
    suppressed: set[str] = set()
    shown: list[str] = []
    author: str | None = None
    substitute: str = ""
    substituted: int = 0
    people: tuple[str, ...] = ()

    @property
    def locale(self) -> Locale:
        return self.style.locale

    @property
    def in_bibliography(self) -> bool:
        return self.area.tag == "bibliography"

    @property
    def language(self) -> str:
        """The language of the work, or else that of the style's locale."""
        return self.reference.values.get("language", "") or self.locale.lang

    def options(self) -> dict[str, str]:
        """The options for names that apply here."""
        options = {**self.style.options, **self.area.attributes}
        return options if self.sorting is None else {**options, **self.sorting}

    def take(self, variable: str, text: str) -> str:
        """Record that a variable is used, and its output; a variable that was substituted for names
        is empty from then on."""
        if not text and variable == "year-suffix":
            return ""  # no group depends on it
        self.called += 1
        if not text or variable in self.suppressed:
            return ""
        self.rendered += 1
        self.shown.append(variable)
        return text
