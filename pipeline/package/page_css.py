"""The part of a style sheet that a page needs: the rules whose elements and classes it, or its
script, has, without comments and needless spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Any

import rcssmin
import tinycss2  # type: ignore[import-untyped]
from msgspec.structs import replace

from pipeline.model.rendered import Style

_TAG = re.compile(r"<([a-zA-Z][\w-]*)")
_NAMES = re.compile(r"""\b(?:class|id)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = re.compile(r"[\w-]+")

GROUPS = frozenset({"media", "supports", "layer", "container", "scope"})
"""At-rules with rules in them."""


def fitted(styles: Iterable[Style], markup: str, script: str) -> tuple[Style, ...]:
    """The style sheets of a page, or of several, with the rules that can apply to their
    ``markup``, and to what a ``script`` may add."""
    names = {
        *_TAG.findall(markup),
        *(name for values in _NAMES.findall(markup) for value in values for name in value.split()),
        *_WORD.findall(script),
    }
    fitting = (replace(style, css=_fitted(style.css, names)) for style in styles)
    return tuple(style for style in fitting if style.css)


def _fitted(css: str, names: Set[str]) -> str:
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return str(rcssmin.cssmin("\n".join(_needed(rules, names))))


def _needed(rules: Iterable[Any], names: Set[str]) -> Iterator[str]:
    """The rules that a page with these names needs, as they are written."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in _split(rule.prelude) if _may_apply(part, names)]
            if selectors:
                prelude = ",".join(map(tinycss2.serialize, selectors))
                yield f"{prelude}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in GROUPS:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if needed := "\n".join(_needed(inner, names)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{needed}}}"
        elif rule.type == "at-rule":
            yield rule.serialize()


def _split(tokens: Iterable[Any]) -> Iterator[list[Any]]:
    """The selectors of a list."""
    selector: list[Any] = []
    for token in tokens:
        if token == ",":
            yield selector
            selector = []
        else:
            selector.append(token)
    yield selector


def _may_apply(selector: Iterable[Any], names: Set[str]) -> bool:
    """Return whether all elements, classes and ids of a selector are among the names. What is in
    brackets is not examined, but for the alternatives of ``:is``."""
    before: Any = None
    for token in selector:
        is_pseudo = before == ":"
        if token.type == "function" and token.lower_name in ("is", "where"):
            applies = any(_may_apply(part, names) for part in _split(token.arguments))
        else:
            is_name = token.type in ("ident", "hash") and not is_pseudo
            applies = not is_name or token.value in names
        if not applies:
            return False
        before = token
    return True
