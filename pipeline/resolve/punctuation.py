"""The rules of typography, for one run of text at a time."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from pipeline.model.late import late
from pipeline.model.words.writing_conventions import NARROW, Writing, writing

NO_BREAK = "\u00a0"
UNITS = tuple(
    "km m cm mm µm nm km² m² cm² km³ m³ ha kg g mg µg t l ml hl °C °F h min ms Hz kHz MHz GHz"
    " kB KB MB GB TB kW MW GW kWh px pt dpi % ‰ € £ $ ¥".split()
)
"""Units that stay with the preceding number in every language."""
APOSTROPHE = "’"

OPENING = frozenset("([{<¿¡«‹„‚“‘「『（")  # after these a mark opens
DASHES = frozenset("-–—/=…")  # after these it may do either

MARK = late("[\"']")
# Where a single mark could close a quotation, or end a word that drops its last letter.
CLOSER = late(r"(?<=[^\s(\[{])'(?!\w)")
DECADE = late(r"'\d\ds?(?!\w)")
WORD = late(r"\w+")
DASH = late(r"(?<![-<!])-{2,3}(?![->])")
# The option of a command, which should be code.
OPTION = late(r"(?:(?<=\s)|(?<![\s\S]))--[a-z]")
DOTS = late(r"(?<!\.)\.{3}(?!\.)")
CAPITAL = "[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]"
# The lookbehind comes last: a pattern that begins with plain text is found faster.
INITIAL = late(rf"\. (?={CAPITAL}\.)(?<=\b{CAPITAL}\. )")
ADDRESS = late(r"(?:https?://|www\.)\S+")
# Scripts without spaces between words, with their punctuation.
WIDE = late(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—]")
# 10 h 30, 3 min 20
TIME = late(r" (?=\d\d(?!\w))(?:(?<=\d[ \u00a0]h )|(?<=\d[ \u00a0]min ))")
UNBROKEN = {INITIAL: (". ",), TIME: (" h ", " min ")}
"""Patterns that end with a space at which a line does not break, each with what it needs."""
BEFORE_COLON = late(r" (?=:(?:\s|$))")
BEFORE_HIGH_POINT = late(r" (?=[;!?»](?!\w))|(?<=«) ")

Decision: TypeAlias = Literal["open", "close", "apostrophe", ""]


class Edit(NamedTuple):
    """Characters ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


class _Piece(NamedTuple):
    """A part of the run that is one node's text; without rules it stays as it is."""

    start: int
    end: int
    rules: Writing | None
    is_line_end: bool = False


class Run:
    """Text that is read continuously: the texts of a paragraph, with other content between them.

    Texts are added in order; `set` returns the replacement for each.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._pieces: list[_Piece] = []

    def add(self, text: str, language: str | None) -> None:
        """Add a text in a language (a BCP 47 tag), or one to keep unchanged (None)."""
        start = self._length
        self.context(text)
        rules = None if language is None else writing(language)
        self._pieces.append(_Piece(start, self._length, rules))

    def line_end(self, language: str) -> None:
        """Add the end of a line in the source, which is a space in most languages."""
        self.add(" ", language)
        self._pieces[-1] = self._pieces[-1]._replace(is_line_end=True)

    def context(self, text: str) -> None:
        """Add something that is not text of the run, but affects the characters next to it."""
        self._parts.append(text)
        self._length += len(text)

    def set(self) -> list[str | None]:
        """The new version of each text added, or None if it is unchanged."""
        if not self._pieces:
            return []
        text = "".join(self._parts)
        edits = sorted(self._edits(text))
        result: list[str | None] = []
        position = 0
        for piece in self._pieces:
            while position < len(edits) and edits[position].start < piece.start:
                position += 1
            new, done = [], piece.start
            while position < len(edits) and edits[position].end <= piece.end:
                edit = edits[position]
                new += [text[done : edit.start], edit.text]
                done = edit.end
                position += 1
            result.append("".join([*new, text[done : piece.end]]) if new else None)
        return result

    def _edits(self, text: str) -> Iterator[Edit]:
        rules_at = self._rules_in(text)
        if '"' in text or "'" in text:
            yield from _quotes(text, rules_at)
        yield from _dashes_and_dots(text, rules_at)
        yield from self._joined_lines(text)
        for pattern, signs in UNBROKEN.items():
            for match in pattern.finditer(text) if any(sign in text for sign in signs) else ():
                if rules_at(match.start()):
                    yield Edit(match.end() - 1, match.end(), NO_BREAK)
        for rules in {piece.rules for piece in self._pieces if piece.rules}:
            yield from _spaces(text, rules, rules_at)

    def _rules_in(self, text: str) -> Callable[[int], Writing | None]:
        """The rules of each position in the text; none in addresses."""
        has_address = "://" in text or "www." in text
        addresses = [match.span() for match in ADDRESS.finditer(text)] if has_address else []
        starts = [piece.start for piece in self._pieces]

        def rules_at(position: int) -> Writing | None:
            if any(start <= position < end for start, end in addresses):
                return None
            piece = self._pieces[bisect.bisect_right(starts, position) - 1]
            return piece.rules if piece.start <= position < piece.end else None

        return rules_at

    def _joined_lines(self, text: str) -> Iterator[Edit]:
        """The ends of lines between characters of scripts without spaces."""
        for piece in self._pieces:
            if piece.is_line_end and piece.rules and piece.rules.joins:
                before = text[max(0, piece.start - 1) : piece.start]
                after = text[piece.end : piece.end + 1]
                if WIDE.fullmatch(before) and WIDE.fullmatch(after):
                    yield Edit(piece.start, piece.end, "")


def _dashes_and_dots(text: str, rules_at: Callable[[int], Writing | None]) -> Iterator[Edit]:
    if "--" in text:
        options = {match.end() - 3 for match in OPTION.finditer(text)}
        for match in DASH.finditer(text):
            if match.start() not in options and rules_at(match.start()):
                yield Edit(*match.span(), "–" if len(match[0]) == 2 else "—")
    if "..." in text:
        for match in DOTS.finditer(text):
            if rules_at(match.start()):
                yield Edit(*match.span(), "…")


def _spaces(text: str, rules: Writing, rules_at: Callable[[int], Writing | None]) -> Iterator[Edit]:
    """The spaces of a language at which lines do not break: before units, and before marks."""
    for match in _units(rules.units).finditer(text):
        if rules_at(match.end() - 1) is rules:
            yield Edit(match.end() - 1, match.end(), NO_BREAK)
    if rules.spaced:
        for pattern, space in ((BEFORE_COLON, NO_BREAK), (BEFORE_HIGH_POINT, NARROW)):
            for match in pattern.finditer(text):
                if rules_at(match.start()) is rules:
                    yield Edit(*match.span(), space)


@functools.cache
def _units(further: tuple[str, ...]) -> re.Pattern[str]:
    """A digit and the space after it, where a word for a quantity follows."""
    words = "|".join(map(re.escape, (*UNITS, *further)))
    return re.compile(rf"\d (?=(?:{words})(?![\w'’]))")


def _quotes(text: str, rules_at: Callable[[int], Writing | None]) -> Iterator[Edit]:
    """The replacement of each straight mark: a quotation mark, an apostrophe, or itself."""
    last_closer = max((match.start() for match in CLOSER.finditer(text)), default=-1)
    opened: list[str] = []
    previous: tuple[int, Decision] = (-2, "")
    for match in MARK.finditer(text):
        at, mark = match.start(), match[0]
        rules = rules_at(at)
        if rules is None:
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if previous == (at - 1, "open"):
            before = "("  # two nested opening marks
        is_open = mark in opened
        if mark == '"':
            decision = _double(before, after, is_open, rules)
        else:
            decision = _single(text, at, before, after, is_open, at < last_closer, rules)
        previous = (at, decision)
        if decision == "open":
            opened.append(mark)
        elif decision == "close" and is_open:
            while opened.pop() != mark:
                pass
        if decision:
            pair = rules.double if mark == '"' else rules.single
            new = {"open": pair[0], "close": pair[1], "apostrophe": APOSTROPHE}[decision]
            yield Edit(at, at + 1, new)


def _may_open(before: str, after: str) -> bool:
    starts = not before or before.isspace() or before in OPENING or before in DASHES
    return starts and bool(after) and not after.isspace()


def _may_close(before: str) -> bool:
    return bool(before) and not before.isspace() and before not in OPENING


def _double(before: str, after: str, is_open: bool, rules: Writing) -> Decision:
    if rules.toggles:
        return "close" if is_open else "open"
    if is_open and (_may_close(before) or not _may_open(before, after)):
        return "close"
    if before.isalnum() and after.isalnum():
        return ""  # within a word, as in Hebrew acronyms
    if _may_open(before, after):
        return "open"
    if _may_close(before) and not before.isdigit():  # after a digit: inches, seconds
        return "close"
    return ""


def _single(
    text: str, at: int, before: str, after: str, is_open: bool, closes_later: bool, rules: Writing
) -> Decision:
    if before.isalnum() and after.isalnum():
        if before.isdigit() and after.isdigit():
            return ""  # feet and inches
        if not rules.toggles or (before + after).isascii():
            return "apostrophe"
    if _starts_elision(text, at, rules):
        return "apostrophe"
    if (decade := DECADE.match(text, at)) and (decade[0].endswith("s") or not closes_later):
        return "apostrophe"
    if rules.toggles:
        return "close" if is_open else "open"
    if is_open and (_may_close(before) or not _may_open(before, after)):
        return "close"
    if _may_open(before, after):
        # A quotation that continues in the next paragraph is not closed in this one; within a
        # paragraph, an unpaired mark is an apostrophe.
        return "open" if closes_later or at == 0 else "apostrophe"
    if _may_close(before) and not before.isdigit():
        return "apostrophe"
    return ""


def _starts_elision(text: str, at: int, rules: Writing) -> bool:
    """Return whether a word of the language that begins with an apostrophe is at this position."""
    word = WORD.match(text, at + 1)
    return (
        word is not None
        and word[0].lower() in rules.elisions
        and text[word.end() : word.end() + 1] != "'"
    ) or text.startswith(("'n'", "'n’"), at)
