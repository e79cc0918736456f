"""The levels of a worksheet, in the front matter: names, and what is printed on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import TEXT, Form, any_of
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
        level = (text(name, report, key) or "").lower()
        if level and not re.fullmatch(LEVEL, level):
            hint = "A name begins with a letter, and has only letters, digits, `-` and `_`."
            message = f"`{shorten(level)}` cannot be the name of a level."
            report.wrong(key, message, name.place, hint)
        elif level in levels:
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
