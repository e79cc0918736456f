"""Which branch of a ``choose`` holds."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.resolve.citations.csl.context import Context
from pipeline.resolve.citations.csl.elements import Element
from pipeline.resolve.citations.csl.numbers import is_numeric

TESTS = frozenset(
    "type variable is-numeric is-uncertain-date locator position disambiguate".split()
)


def branch(choose: Element, context: Context) -> Element | None:
    """The first branch whose conditions hold."""
    for child in choose.children:
        if child.tag == "else" or holds(child, context):
            return child
    return None


def holds(test: Element, context: Context) -> bool:
    results = _results(test, context)
    match test.get("match"):
        case "any":
            return any(results)
        case "none":
            return not any(results)
    return all(results)


def _results(test: Element, context: Context) -> Iterator[bool]:
    """What each word of each test gives."""
    for name, words in test.attributes.items():
        if name in TESTS:
            for word in words.split():
                yield _result(name, word, context)


def _result(test: str, word: str, context: Context) -> bool:
    reference, cite = context.reference, context.cite
    match test:
        case "type":
            return reference.kind == word
        case "variable":
            if word == "locator":
                return cite.locator is not None
            if word == "first-reference-note-number":
                return cite.first_note > 0
            return reference.has(word)
        case "is-numeric":
            if word == "locator":
                return cite.locator is not None and is_numeric(cite.locator.text)
            return is_numeric(reference.values.get(word, ""))
        case "is-uncertain-date":
            date = reference.dates.get(word)
            return date is not None and date.circa
        case "locator":
            return cite.locator is not None and cite.locator.label == word
        case "position":
            if context.in_bibliography:
                return False
            return not cite.position if word == "first" else word in cite.position
    return context.added.condition is (word == "true")
