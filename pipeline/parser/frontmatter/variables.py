"""Front matter about the text: variables of the author's own."""

from __future__ import annotations

import re

from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.values import TEXT, Report, Schema, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar
from pipeline.variables import BUILT_IN, INCLUDE, NAME

VARIABLES: Schema = {
    "type": "object",
    # what JSON Schema has of NAME: letters of any script cannot be told
    "propertyNames": {
        "pattern": r"^[^\s0-9_{}.-][^\s{}.]*$",
        "not": {"enum": sorted({*BUILT_IN, INCLUDE})},
    },
    "additionalProperties": TEXT | {"description": "What stands in the variable's place."},
}


def variables(node: Node, report: Report, key: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `name: what stands in its place`, on a line of its own."
        report.wrong(key, "variables need names and values.", node.place, hint)
        return ()
    found: dict[str, str] = {}
    for written, value in node.entries:
        name = written.text
        if problem := _problem(written, found):
            report.wrong(key, problem[0], written.place, problem[1])
        elif not (isinstance(value, Scalar) and value.is_empty):
            found[name] = text(value, report, f"{key}.{name}") or ""
    return tuple((name, value) for name, value in found.items() if value)


def _problem(written: Scalar, found: dict[str, str]) -> tuple[str, str] | None:
    """What is wrong with a name, and what to do."""
    name, shown = written.text, shorten(written.text)
    if not re.fullmatch(NAME, name):
        hint = "A name begins with a letter, and has letters, digits, `-` and `_` only."
        return f"`{shown}` cannot be the name of a variable.", hint
    if name == INCLUDE:
        return f"`{shown}` cannot be the name of a variable: it takes in files.", "Rename it."
    if name in BUILT_IN:
        hint = f"`{{{{ {name} }}}}` has a meaning already: rename this one."
        return f"`{shown}` cannot be the name of a variable of your own.", hint
    if name in found:
        return f"`{shown}` is given twice.", "Keep one of them."
    return None
