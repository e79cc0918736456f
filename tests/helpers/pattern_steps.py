"""Counts the steps that a regular expression takes over a text, by matching as Python does: from
left to right, going back to the last choice where it fails. Unlike time, steps are the same on any
machine."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

# the parser of regular expressions has no public name
ops: Any = importlib.import_module("re._constants")
reader: Any = importlib.import_module("re._parser")

Go: TypeAlias = Callable[[int], int | None]
"""The rest of a pattern from a position: the position of its end, or None."""

Match: TypeAlias = Callable[[int, Go], int | None]
"""An element of a pattern, and what remains after it."""

UNLIMITED = 10**9

MANY, FEW = 9, 6
"""The most times of a limited repetition that are not reduced, and to how many: a limit is a
factor, and does not change how steps grow with the text."""

CATEGORIES: dict[Any, re.Pattern[str]] = {
    ops.CATEGORY_DIGIT: re.compile(r"\d"),
    ops.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    ops.CATEGORY_SPACE: re.compile(r"\s"),
    ops.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    ops.CATEGORY_WORD: re.compile(r"\w"),
    ops.CATEGORY_NOT_WORD: re.compile(r"\W"),
}


class TooManySteps(Exception):  # noqa: N818  (it is a result)
    """The limit was reached."""


def as_text(pattern: re.Pattern[Any]) -> str:
    """A pattern's text; of bytes, each as the character with its number."""
    given = pattern.pattern
    return given.decode("latin-1") if isinstance(given, bytes) else given


def parsed(pattern: re.Pattern[Any]) -> Any:
    """The elements of a pattern, as `re` reads them."""
    return reader.parse(as_text(pattern), pattern.flags & ~re.UNICODE)


def contains(kinds: Iterable[tuple[Any, Any]], letter: str) -> bool:
    """Return whether a letter is one of these, or one that is not to be there if they are
    negated."""
    inside = False
    for kind, value in kinds:
        if kind is ops.LITERAL:
            inside |= letter == chr(value)
        elif kind is ops.RANGE:
            inside |= value[0] <= ord(letter) <= value[1]
        elif kind is ops.CATEGORY:
            inside |= CATEGORIES[value].match(letter) is not None
    return inside


class Matcher:
    """A pattern that counts its ``steps``: each look at a character or a position is one. At
    ``most`` of them, it ends with `TooManySteps`."""

    def __init__(self, pattern: re.Pattern[Any], most: int = UNLIMITED) -> None:
        self.steps = 0
        self._most = most
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self._whole = self._sequence(parsed(pattern), pattern.flags)

    def fullmatch(self, text: str) -> int:
        """The steps of looking whether the pattern matches the whole text. Looking at its beginning
        takes no more."""
        self.matches(text)
        return self.steps

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches the whole text."""
        self._begin(text)
        return self._whole(0, lambda at: at if at == len(text) else None) is not None

    def search(self, text: str) -> int:
        """The steps of searching for all matches."""
        self._begin(text)
        at = 0
        while at <= len(text):
            end = self._whole(at, _end)
            at = at + 1 if end is None or end == at else end
        return self.steps

    def _begin(self, text: str) -> None:
        self.steps, self._text, self._groups = 0, text, {}

    def _tick(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise TooManySteps

    def _sequence(self, elements: Iterable[tuple[Any, Any]], flags: int) -> Match:
        matches = [self._element(kind, value, flags) for kind, value in elements]
        if len(matches) == 1:
            return matches[0]

        def match(at: int, go: Go, number: int = 0) -> int | None:
            if number == len(matches):
                return go(at)
            return matches[number](at, lambda end: match(end, go, number + 1))

        return match

    def _element(self, kind: Any, value: Any, flags: int) -> Match:
        if (accepts := letter_test(kind, value, flags)) is not None:
            return self._letter(accepts)
        if kind is ops.AT:
            return self._position(value, flags)
        if kind is ops.BRANCH:
            return self._branch([self._sequence(one, flags) for one in value[1]])
        if kind is ops.SUBPATTERN:
            number, added, removed, inner = value
            return self._group(number, self._sequence(inner, (flags | added) & ~removed))
        if kind is ops.ATOMIC_GROUP:
            return self._atomic(self._sequence(value, flags))
        if kind in (ops.ASSERT, ops.ASSERT_NOT):
            direction, inner = value
            width = inner.getwidth()[0] if direction < 0 else 0
            return self._look(self._sequence(inner, flags), width, kind is ops.ASSERT)
        if kind is ops.GROUPREF:
            return self._reference(value)
        if kind is ops.GROUPREF_EXISTS:
            number, then, otherwise = value
            empty = self._sequence(otherwise or [], flags)
            return self._condition(number, self._sequence(then, flags), empty)
        least, most, inner = value
        if most > MANY:
            least = min(least, FEW)
            most = UNLIMITED if most is ops.MAXREPEAT else FEW
        single = letter_test(inner[0][0], inner[0][1], flags) if len(inner) == 1 else None
        if single is not None and kind is not ops.MIN_REPEAT:
            repeat = self._letters(single, least, most)
        else:
            lazy = kind is ops.MIN_REPEAT
            repeat = self._repeat(self._sequence(inner, flags), least, most, lazy)
        return self._atomic(repeat) if kind is ops.POSSESSIVE_REPEAT else repeat

    def _letter(self, accepts: Callable[[str], bool]) -> Match:
        def match(at: int, go: Go) -> int | None:
            self._tick()
            return go(at + 1) if at < len(self._text) and accepts(self._text[at]) else None

        return match

    def _letters(self, accepts: Callable[[str], bool], least: int, most: int) -> Match:
        def match(at: int, go: Go) -> int | None:
            end = at
            while end < len(self._text) and end - at < most and accepts(self._text[end]):
                self._tick()
                end += 1
            for last in range(end, at + least - 1, -1):
                self._tick()
                if (found := go(last)) is not None:
                    return found
            return None

        return match

    def _position(self, where: Any, flags: int) -> Match:
        word = CATEGORIES[ops.CATEGORY_WORD]

        def holds(at: int) -> bool:
            text = self._text
            if where in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
                is_line = where is ops.AT_BEGINNING and flags & re.MULTILINE
                return at == 0 or bool(is_line and text[at - 1] == "\n")
            if where in (ops.AT_END, ops.AT_END_STRING):
                if where is ops.AT_END_STRING or at == len(text):
                    return at == len(text)
                return text[at] == "\n" and (bool(flags & re.MULTILINE) or at == len(text) - 1)
            before = at > 0 and word.match(text[at - 1]) is not None
            after = at < len(text) and word.match(text[at]) is not None
            return (before != after) == (where is ops.AT_BOUNDARY)

        def match(at: int, go: Go) -> int | None:
            self._tick()
            return go(at) if holds(at) else None

        return match

    def _branch(self, branches: list[Match]) -> Match:
        def match(at: int, go: Go) -> int | None:
            for branch in branches:
                self._tick()
                if (found := branch(at, go)) is not None:
                    return found
            return None

        return match

    def _group(self, number: int | None, inner: Match) -> Match:
        if number is None:
            return inner

        def match(at: int, go: Go) -> int | None:
            before = self._groups.get(number)

            def close(end: int) -> int | None:
                last = self._groups.get(number)
                self._groups[number] = at, end
                if (found := go(end)) is None and last is not None:
                    self._groups[number] = last
                return found

            if (found := inner(at, close)) is None:
                self._groups.pop(number, None)
                if before is not None:
                    self._groups[number] = before
            return found

        return match

    def _atomic(self, inner: Match) -> Match:
        def match(at: int, go: Go) -> int | None:
            end = inner(at, _end)
            return None if end is None else go(end)

        return match

    def _look(self, inner: Match, width: int, wanted: bool) -> Match:
        def match(at: int, go: Go) -> int | None:
            self._tick()
            found = inner(at - width, _end) if at >= width else None
            return go(at) if (found is not None) == wanted else None

        return match

    def _reference(self, number: int) -> Match:
        def match(at: int, go: Go) -> int | None:
            if number not in self._groups:
                return None
            start, end = self._groups[number]
            for _ in range(start, end):
                self._tick()
            known = self._text[start:end]
            return go(at + len(known)) if self._text.startswith(known, at) else None

        return match

    def _condition(self, number: int, then: Match, otherwise: Match) -> Match:
        return lambda at, go: (then if number in self._groups else otherwise)(at, go)

    def _repeat(self, inner: Match, least: int, most: int, lazy: bool) -> Match:
        def match(at: int, go: Go, count: int = 0, since: int = -1) -> int | None:
            self._tick()
            if count >= least and at == since:  # an empty one is not repeated
                return go(at)
            found = None
            if lazy and count >= least:
                found = go(at)
            if found is None and count < most:
                found = inner(at, lambda end: match(end, go, count + 1, at))
            if found is None and not lazy and count >= least:
                found = go(at)
            return found

        return match


def _end(at: int) -> int:
    return at


def letter_test(kind: Any, value: Any, flags: int) -> Callable[[str], bool] | None:
    """Return whether an element takes a letter; None for one that does not take one letter."""
    if kind is ops.ANY:
        return (lambda letter: True) if flags & re.DOTALL else (lambda letter: letter != "\n")
    if kind in (ops.LITERAL, ops.NOT_LITERAL):
        kinds = [(ops.LITERAL, value)]
    elif kind is ops.IN:
        kinds = value
    else:
        return None
    negated = kind is ops.NOT_LITERAL or kinds[0][0] is ops.NEGATE
    known: dict[str, bool] = {}

    def accepts(letter: str) -> bool:
        if letter not in known:
            forms = {letter, letter.lower(), letter.upper()}
            cases = forms if flags & re.IGNORECASE else {letter}
            known[letter] = any(contains(kinds, one) for one in cases) != negated
        return known[letter]

    return accepts
