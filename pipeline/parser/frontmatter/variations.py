"""The levels of a worksheet, in the front matter, with what is printed on their pages; and its
versions, with their seeds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pipeline.model.editions import EDITIONS
from pipeline.model.names import did_you_mean
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import TEXT, Form, any_of
from pipeline.parser.frontmatter.standard_numbers import BadValueError
from pipeline.parser.frontmatter.values import FieldReport, text, words
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar

MOST = 9
"""Levels that a worksheet may have."""

LEVEL = r"[^\W\d_][\w-]{0,29}"
"""The name of a level, which is part of file names."""


def _levels(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, str], ...]:
    """The levels by name, each with the text on its pages, or ""."""
    given: Iterable[tuple[Node, Node | None]] = (
        node.entries if isinstance(node, Mapping) else [(item, None) for item in words(node)]
    )
    levels: dict[str, str] = {}
    for name, shown in given:
        level = text(name, report, key) or ""
        if level and not re.fullmatch(LEVEL, level):
            hint = "A name begins with a letter, and has only letters, digits, `-` and `_`."
            message = f"`{shorten(level)}` cannot be the name of a level."
            report.wrong(key, message, name.place, hint)
        elif level.lower() in map(str.lower, levels):
            report.twice(level, key, name.place)
        elif len(levels) == MOST:
            report.wrong(key, f"there are more than {MOST} levels.", name.place)
            break
        elif level:
            is_empty = shown is None or (isinstance(shown, Scalar) and shown.is_empty)
            levels[level] = "" if shown is None or is_empty else text(shown, report, key) or ""
    return tuple(levels.items())


def _written(levels: Any) -> Any:
    """The names, or a mapping if something is printed for one of them."""
    return dict(levels) if any(shown for _, shown in levels) else [name for name, _ in levels]


_NAME = {"type": "string", "pattern": r"^[^\s0-9_.{}-][^\s.{}]*$"}
LEVELS = Form(
    any_of(
        {"type": "string"},
        {"type": "array", "items": _NAME},
        {"type": "object", "propertyNames": _NAME, "additionalProperties": TEXT},
    ),
    _levels,
    _written,
    reads_lists=True,
)


def edition_name(value: str) -> str:
    """The name of an edition."""
    if value not in EDITIONS:
        raise BadValueError(f"`{shorten(value)}` is not an edition.", did_you_mean(value, EDITIONS))
    return value


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The names of versions that are only counted."""

VERSION, SEED = r"[^\W_]{1,9}", r"[0-9]{1,9}"


def _versions(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, int], ...]:
    """The versions by name, each with its seed."""
    if not isinstance(node, Mapping):
        count = text(node, report, key)
        if count and re.fullmatch("[1-9][0-9]?", count) and int(count) <= len(LETTERS):
            return tuple((letter, seed) for seed, letter in enumerate(LETTERS[: int(count)]))
        if count:
            hint = f"Write 1 to {len(LETTERS)}, or names with seeds: `{{A: 0, B: 17}}`."
            report.wrong(key, f"`{shorten(count)}` is not a number of versions.", node.place, hint)
        return ()
    versions: dict[str, int] = {}
    for name, value in node.entries:
        seed = "" if isinstance(value, Scalar) and value.is_empty else text(value, report, key)
        if not re.fullmatch(VERSION, name.text):
            hint = "Write a letter, or a short word of letters and digits."
            message = f"`{shorten(name.text)}` cannot be the name of a version."
            report.wrong(key, message, name.place, hint)
        elif name.text in versions:
            report.twice(name.text, key, name.place)
        elif seed is not None and not re.fullmatch(SEED, seed, re.ASCII):
            message = f"`{shorten(seed)}` is not a seed of version `{name.text}`."
            hint = "Write any whole number; 0 keeps the order of the text."
            report.wrong(key, message, (name if seed == "" else value).place, hint)
        elif seed and len(versions) < len(LETTERS):
            versions[name.text] = int(seed)
    return tuple(versions.items())


def _seeds(versions: Any) -> Any:
    """Their number, if they are only counted."""
    counted = tuple((letter, seed) for seed, letter in enumerate(LETTERS[: len(versions)]))
    return len(versions) if tuple(versions) == counted else dict(versions)


VERSIONS = Form(
    any_of(
        {"type": "integer", "minimum": 1, "maximum": len(LETTERS)},
        {
            "type": "object",
            "propertyNames": {"pattern": r"^[^\W_]{1,9}$"},
            "additionalProperties": {"type": "integer", "minimum": 0},
        },
    ),
    _versions,
    _seeds,
    reads_lists=True,
)
