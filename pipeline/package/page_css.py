"""The part of a style sheet that a page needs: the rules whose elements and classes it, or its
script, has, without comments and needless spaces."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Set
from typing import Any, NamedTuple

import rcssmin
import tinycss2  # type: ignore[import-untyped]
from msgspec.structs import replace

from pipeline.model.late import late
from pipeline.model.rendered import Style

_TAG = late(r"<([a-zA-Z][\w-]*)")
_NAMES = late(r"""\b(class|id|lang|dir)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = late(r"[\w-]+")
_LITERAL = late(r"""(?:"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`)""")

WRITTEN = {"class": ".{}", "id": "#{}", "lang": ":lang({})", "dir": '[dir="{}"]'}
"""The way a selector names the value of an attribute; a language is without its region."""

GROUPS = frozenset({"media", "supports", "layer", "container", "scope"})
"""At-rules with rules in them."""


def fitted(styles: Iterable[Style], markup: str, script: str) -> tuple[Style, ...]:
    """The style sheets of a page, or of several, with the rules that can apply to their
    ``markup``, and to the elements and classes that a ``script`` names in its literals."""
    names = {*_TAG.findall(markup)}
    for attribute, *values in set(_NAMES.findall(markup)):
        words = "".join(values).split()
        if attribute == "lang":
            words = [word.partition("-")[0].lower() for word in words]
        names |= {WRITTEN[attribute].format(word) for word in words}
    for literal in map("".join, _LITERAL.findall(script)):
        names |= {literal, *(f"{sign}{word}" for word in _WORD.findall(literal) for sign in ".#")}
    fitting = (replace(style, css=_fitted(style.css, names)) for style in styles)
    return tuple(style for style in fitting if style.css)


def _fitted(css: str, names: Set[str]) -> str:
    return str(rcssmin.cssmin("\n".join(_needed(_rules_of(css), names))))


class _Selector(NamedTuple):
    """A selector: the elements, classes, ids, languages and directions that it names, as they are
    written there, and the alternatives of each ``:is`` in it."""

    text: str
    names: frozenset[str]
    choices: tuple[tuple[_Selector, ...], ...]

    def may_apply(self, names: Set[str]) -> bool:
        """Return whether all that is named is among the names."""
        return self.names <= names and all(
            any(part.may_apply(names) for part in parts) for parts in self.choices
        )


class _Rule(NamedTuple):
    """A rule with ``selectors``; a group of ``rules`` after a ``start``; or any other, as a
    ``start`` alone."""

    selectors: tuple[_Selector, ...] = ()
    content: str = ""
    start: str = ""
    rules: tuple[_Rule, ...] = ()


@functools.lru_cache(maxsize=256)
def _rules_of(css: str) -> tuple[_Rule, ...]:
    """The rules of a style sheet, which most pages share: parsing takes longer than all else that
    a short page needs."""
    return tuple(_read(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _read(rules: Iterable[Any]) -> Iterator[_Rule]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = tuple(map(_selector, _split(rule.prelude)))
            yield _Rule(selectors, tinycss2.serialize(rule.content))
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in GROUPS:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            start = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            if within := tuple(_read(inner)):
                yield _Rule(start=start, rules=within)
        elif rule.type == "at-rule":
            yield _Rule(start=rule.serialize())


def _needed(rules: Iterable[_Rule], names: Set[str]) -> Iterator[str]:
    """The rules that a page with these names needs, as they are written."""
    for rule in rules:
        if rule.selectors:
            selectors = [one.text for one in rule.selectors if one.may_apply(names)]
            if selectors:
                yield f"{','.join(selectors)}{{{rule.content}}}"
        elif rule.rules:
            if needed := "\n".join(_needed(rule.rules, names)):
                yield f"{rule.start}{{{needed}}}"
        else:
            yield rule.start


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


def _selector(tokens: list[Any]) -> _Selector:
    """The selector that is written so. What is in other brackets is not examined."""
    names: set[str] = set()
    choices: list[tuple[_Selector, ...]] = []
    before: Any = None
    for token in tokens:
        text = token.serialize()
        if token.type == "function" and token.lower_name in ("is", "where"):
            choices.append(tuple(map(_selector, _split(token.arguments))))
        elif token.type == "function" and token.lower_name == "lang":
            names.add(f":{text.partition('-')[0].rstrip(')').lower()})")
        elif token.type == "hash" or text.startswith("[dir="):
            names.add(text)
        elif token.type == "ident" and before != ":":
            names.add(f".{text}" if before == "." else text)
        before = token
    return _Selector(tinycss2.serialize(tokens), frozenset(names), tuple(choices))
