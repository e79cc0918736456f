"""Locales: the words, dates and rules of a language, from citeproc-py."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from pathlib import Path

import msgspec

from pipeline.features.citations.csl.csl_data import LANG, TEXT, Element, from_xml


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


@functools.cache
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
