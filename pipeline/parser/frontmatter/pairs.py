"""Mappings of the front matter whose keys are the author's: names, or languages."""

from __future__ import annotations

import re
from collections.abc import Container

from pipeline.model.metadata import NamedText, Translation
from pipeline.model.variables import BUILT_IN, INCLUDE, NAME
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import TEXT, Form
from pipeline.parser.frontmatter.languages import language
from pipeline.parser.frontmatter.standard_numbers import address
from pipeline.parser.frontmatter.values import FieldReport, parsed, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar

LANGUAGE_PATTERN = "^[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*$"


def _scripts(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, str], ...]:
    """A name in other scripts, each after the tag of its language."""
    if not isinstance(node, Mapping):
        hint = "Write the language before each: `scripts: {ja: 村上 春樹}`."
        report.wrong(key, "names in other scripts need their languages.", node.place, hint)
        return ()
    read = parsed(language)
    names = ((read(tag, report, key), text(value, report, key)) for tag, value in node.entries)
    return tuple((tag, value) for tag, value in names if tag and value)


def _translations(node: Node, report: FieldReport, key: str) -> tuple[Translation, ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `de: https://…`, on a line of its own."
        report.wrong(key, "translations need languages and addresses.", node.place, hint)
        return ()
    translations: dict[str, Translation] = {}
    for written, value in node.entries:
        lang = parsed(language)(written, report, key)
        if isinstance(value, Scalar) and value.is_empty:
            hint = f"Write `{shorten(written.text)}: https://…`."
            report.wrong(key, f"`{shorten(written.text)}` has no address.", written.place, hint)
            continue
        href = parsed(address)(value, report, key)
        if lang in translations:
            report.twice(lang, key, written.place)
        elif lang and href:
            translations[lang] = Translation(lang, href)
    return tuple(translations.values())


def _variables(node: Node, report: FieldReport, key: str) -> tuple[NamedText, ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `name: value`, on a line of its own."
        report.wrong(key, "variables need names and values.", node.place, hint)
        return ()
    variables: dict[str, NamedText] = {}
    for written, value in node.entries:
        name = written.text
        if problem := _problem(written, variables):
            report.wrong(key, problem[0], written.place, problem[1])
        elif not (isinstance(value, Scalar) and value.is_empty):
            given = text(value, report, f"{key}.{name}") or ""
            variables[name] = NamedText(name, given, value.place.line, value.place.column)
    return tuple(variable for variable in variables.values() if variable.text)


def _problem(written: Scalar, pairs: Container[str]) -> tuple[str, str] | None:
    """The problem with a name, and the hint."""
    name, shown = written.text, shorten(written.text)
    if not re.fullmatch(NAME, name):
        hint = "A name begins with a letter, and contains only letters, digits, `-` and `_`."
        return f"`{shown}` cannot be the name of a variable.", hint
    if name == INCLUDE:
        return (
            f"`{shown}` cannot be the name of a variable: it is the word for includes.",
            "Rename it.",
        )
    if name in BUILT_IN:
        hint = f"`{{{{ {name} }}}}` already has a meaning: rename this one."
        return f"`{shown}` cannot be the name of your own variable.", hint
    if name in pairs:
        return f"`{shown}` is given twice.", "Keep one of them."
    return None


_BY_LANGUAGE = {"type": "object", "propertyNames": {"pattern": LANGUAGE_PATTERN}}
_BY_NAME = {
    "type": "object",
    # JSON Schema's version of NAME, which cannot match letters of any script
    "propertyNames": {
        "pattern": r"^[^\s0-9_{}.-][^\s{}.]*$",
        "not": {"enum": sorted({*BUILT_IN, INCLUDE})},
    },
}
SCRIPTS = Form(_BY_LANGUAGE | {"additionalProperties": TEXT}, _scripts, dict, reads_lists=True)
TRANSLATIONS = Form(
    _BY_LANGUAGE | {"additionalProperties": {"type": "string", "format": "uri"}},
    _translations,
    lambda found: {one.lang: one.url for one in found},
    reads_lists=True,
)
VARIABLES = Form(
    _BY_NAME | {"additionalProperties": TEXT},
    _variables,
    lambda variables: {variable.name: variable.text for variable in variables},
    reads_lists=True,
)
