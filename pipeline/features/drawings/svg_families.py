"""The font families of text in drawings, with an available one of the same width as a substitute.

The boxes around labels were measured with a font of the author's machine. No output can rely on it:
print does not have it, and readers have others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import tinycss2  # type: ignore[import-untyped]

from pipeline.features.drawings.svg_cleaning import SVG_NAMESPACE
from pipeline.model.faces import ARIAL_LIKE, MONO, SANS, SERIF, TIMES_LIKE, VERDANA_LIKE
from pipeline.model.late import late

_AS_WIDE = {
    ARIAL_LIKE: "arial, helvetica, helvetica neue, liberation sans, nimbus sans, nimbus sans l,"
    " freesans, sans-serif, sans, system-ui, ui-sans-serif, -apple-system, blinkmacsystemfont,"
    " roboto, inter, segoe ui, open sans, noto sans, ubuntu, cantarell, comic sans ms, virgil,"
    " excalifont, dialog, swiss, sansserif",
    VERDANA_LIKE: "verdana, dejavu sans, bitstream vera sans, lucida grande, lucida sans unicode,"
    " geneva",
    SANS: "calibri, carlito, lato, tahoma, trebuchet ms, gill sans, futura, fantasy",
    TIMES_LIKE: "times, times new roman, liberation serif, nimbus roman, nimbus roman no9 l,"
    " freeserif, serif, ui-serif, cambria, garamond, stix, stix two text, computer modern,"
    " latin modern roman, cmr10, cursive, math",
    SERIF: "georgia, gelasio, palatino, palatino linotype, book antiqua, dejavu serif,"
    " bitstream vera serif, charter",
    MONO: "courier, courier new, liberation mono, nimbus mono, nimbus mono l, freemono, monospace,"
    " mono, monospaced, ui-monospace, dejavu sans mono, bitstream vera sans mono, menlo, monaco,"
    " consolas, lucida console, andale mono, sfmono-regular, sf mono, cascadia, cascadia code,"
    " fira code, fira mono, source code pro, jetbrains mono, ubuntu mono, roboto mono",
}
"""Families about as wide as an available one. A narrower substitute stays within its boxes."""

STAND_INS = {name: ours for ours, names in _AS_WIDE.items() for name in names.split(", ")}

STYLES = frozenset({"italic", "oblique"})
BOLDER = frozenset({"bold", "bolder"})
SIZES = {
    "xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24,
    "xx-large": 32,
}  # fmt: skip
"""CSS pixels of the sizes that have names."""

GLOBAL = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_GENERIC_FIRST = frozenset({"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"})
_IDENTIFIER = late(r"-?[A-Za-z_][\w-]*( -?[A-Za-z_][\w-]*)*")


def name_families(root: Element) -> bool:
    """Make all text of a drawing name available families after those it was drawn with. Return
    whether anything was changed."""
    if not any(True for _ in root.iter(f"{{{SVG_NAMESPACE}}}text")):
        return False
    for element in root.iter():
        if element.tag == f"{{{SVG_NAMESPACE}}}style":
            if "font" in (element.text or ""):
                element.text = "".join(_sheet(tinycss2.parse_stylesheet(element.text)))
            continue
        if "font" in (style := element.get("style", "")):
            element.set("style", _declarations(tinycss2.parse_blocks_contents(style)))
        if family := element.get("font-family"):
            element.set("font-family", _families(tinycss2.parse_component_value_list(family)))
    if root.get("font-family") is None:
        root.set("font-family", SANS)
    return True


def _sheet(rules: Iterable[Any]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            content = _declarations(tinycss2.parse_blocks_contents(rule.content))
            yield f"{tinycss2.serialize(rule.prelude)}{{{content}}}"
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword != "font-face":
            inner = "".join(_sheet(tinycss2.parse_rule_list(rule.content)))
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type != "error":
            yield str(rule.serialize())


def _declarations(parts: Iterable[Any]) -> str:
    """CSS declarations with the substitutes, and without font shorthands."""
    declarations: list[str] = []
    for part in parts:
        if part.type != "declaration" or part.lower_name not in ("font", "font-family"):
            if part.type not in ("error", "whitespace", "comment"):
                declarations.append(part.serialize().strip().removesuffix(";"))
            continue
        important = "!important" if part.important else ""
        declared: Iterable[tuple[str, str]] = (("font-family", _families(part.value)),)
        if part.lower_name == "font":
            declared = _longhands(part.value)
        declarations += [f"{name}:{value}{important}" for name, value in declared]
    return ";".join(declarations)


def _longhands(value: list[Any]) -> Iterator[tuple[str, str]]:
    """The longhand properties of a shorthand, one after the other."""
    tokens = [token for token in value if token.type != "comment"]
    style = weight = "normal"
    for number, token in enumerate(tokens):
        word = token.lower_value if token.type == "ident" else ""
        if word in STYLES:
            style = word
        elif word in BOLDER:
            weight = "bold"
        elif token.type == "number":
            weight = token.representation
        elif token.type in ("dimension", "percentage") or word in SIZES:
            yield "font-style", style
            yield "font-weight", weight
            yield "font-size", f"{SIZES[word]}px" if word in SIZES else token.serialize()
            yield "font-family", _families(_after_line_height(tokens[number + 1 :]))
            return
    yield "font", tinycss2.serialize(value).strip()


def _after_line_height(tokens: list[Any]) -> list[Any]:
    words = [token for token in tokens if token.type != "whitespace"]
    if len(words) < 2 or words[0] != "/":
        return tokens
    return tokens[tokens.index(words[1]) + 1 :]


def _families(tokens: list[Any]) -> str:
    """A list of families with a substitute for the first known one, after it, or before a generic
    one; if none is known, a substitute chosen by the names comes last. A list that contains an
    available family is unchanged."""
    names = [name for name in _names(tokens) if name]
    if len(names) == 1 and names[0].lower() in GLOBAL:
        return names[0].lower()
    families: list[str] = []
    for name in names:
        ours = None if set(families) & set(_AS_WIDE) else STAND_INS.get(name.lower())
        pair = (ours, name) if name.lower() in _GENERIC_FIRST else (name, ours)
        families += [family for family in pair if family]
    if not set(families) & set(_AS_WIDE):
        families.append(_looks_like(" ".join(names).lower()))
    return ",".join(dict.fromkeys(map(_written, families)))


def _names(tokens: list[Any]) -> Iterator[str]:
    """The names of families in a list, without quotation marks."""
    words: list[str] = []
    for token in tokens:
        if token == ",":
            yield " ".join(words)
            words = []
        elif token.type in ("ident", "string"):
            words.append(" ".join(token.value.replace(",", " ").split()))
        elif token.type != "whitespace":
            words.append(token.serialize())
    yield " ".join(words)


def _looks_like(names: str) -> str:
    """The substitute for unknown families."""
    if "mono" in names or "code" in names:
        return MONO
    return TIMES_LIKE if "serif" in names and "sans" not in names else ARIAL_LIKE


def _written(name: str) -> str:
    plain = re.sub(r"[\"'<>\\;{}]", "", name)
    return plain if _IDENTIFIER.fullmatch(plain) else f"'{plain}'"
