"""Finds the files that CSS loads, as a browser would: without escapes and comments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import tinycss2  # type: ignore[import-untyped]

_LOADING = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})
"""Functions whose strings are addresses."""


class Loaded(NamedTuple):
    """An address that a style loads, and the position of its ``url(`` or string, counted from 1."""

    address: str
    line: int
    column: int


def addresses_loaded(css: str) -> Iterator[Loaded]:
    """The addresses that a style sheet or a list of declarations loads by ``url()``, ``@import``
    and the like, in order. Takes time linear in its length."""
    if "(" not in css and "@" not in css:
        return
    waiting = _stack(tinycss2.parse_component_value_list(css), None)
    importing = False
    while waiting:
        token, function = waiting.pop()
        if token.type == "url" or (token.type == "string" and (function or importing)):
            at = function if function and function.lower_name == "url" else token
            yield Loaded(token.value.strip(), at.source_line, at.source_column)
        elif token.type == "error" and token.kind == "bad-url":  # unclear what it would load
            yield Loaded("", token.source_line, token.source_column)
        if token.type not in ("whitespace", "comment"):
            importing = token.type == "at-keyword" and token.lower_value == "import"
        if token.type == "function":
            waiting += _stack(token.arguments, token if token.lower_name in _LOADING else function)
        elif token.type in ("{} block", "[] block", "() block"):
            waiting += _stack(token.content, function)


def _stack(tokens: list[Any], function: Any) -> list[tuple[Any, Any]]:
    """Tokens to be read, the next one last, each with the function that loads it."""
    return [(token, function) for token in reversed(tokens)]


def string(text: str) -> str:
    """A CSS string (CSS Syntax 3, section 4.3.5)."""
    return json.dumps(text, ensure_ascii=False).replace("\\n", "\\a ")
