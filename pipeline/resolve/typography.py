"""Quotation marks, dashes, ellipses and spaces, as the language of the text requires."""

from __future__ import annotations

import bisect
import functools
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Document, Inline, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.tree import (
    INLINE_FIELDS,
    Changes,
    has,
    ordinals,
    plain_text,
    rewrite,
    rewrite_document,
    walk_with,
)
from pipeline.model.words.writing_conventions import NARROW, Writing, writing

# --- punctuation -----------------------------------------------------------------------------
# The rules of typography, for one run of text at a time.

NO_BREAK = "\u00a0"
UNITS = tuple(
    "km m cm mm µm nm km² m² cm² km³ m³ ha kg g mg µg t l ml hl °C °F h min ms Hz kHz MHz GHz"
    " kB KB MB GB TB kW MW GW kWh px pt dpi % ‰ € £ $ ¥".split()
)
"""Units that stay with the preceding number in every language."""
APOSTROPHE = "’"

OPENING = frozenset("([{<¿¡«‹„‚“‘「『（")  # after these a mark opens
DASHES = frozenset("-–—/=…")  # after these it may do either

STRAIGHT_QUOTE = late("[\"']")
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
        yield from self._join_lines(text)
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

    def _join_lines(self, text: str) -> Iterator[Edit]:
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
    for match in STRAIGHT_QUOTE.finditer(text):
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


# --- typography ------------------------------------------------------------------------------

KEPT = Attributes(classes=("kept",))
_CLOSING = late("[,.;:!?)\\]’”»›…。，、]+")


SHORT_BLANK = 2
"""The size of a blank that fits a line with its label, in a column too."""

VERBATIM = frozenset({"code", "kbd", "samp", "tt", "var"})
"""Inline elements whose text is as typed."""

WORDS = (
    model.Code, model.Image, model.Math, model.NoteReference, model.CrossReference, model.Citation,
    model.Blank,
)  # fmt: skip
"""Inlines that count as a word for the marks beside them."""


def set_typography(document: Document) -> Document:
    """The document with the language's typographic punctuation in its text and titles.

    The language is that of the nearest ``lang`` attribute, else the document's. Each run of text (a
    paragraph, a title, a cell) is processed as a whole, so that a quotation may begin before an
    emphasis and end inside it. Code, keys, addresses and links that show their own address are
    unchanged.
    """
    language = document.metadata.lang
    enter: Changes = dict.fromkeys(INLINE_FIELDS, _enter)
    document = rewrite_document(
        document,
        enter=enter,
        context=(language, lambda node, parent: node.attributes.get("lang") or parent),
        kept_as="typography",
    )
    metadata = replace(
        document.metadata,
        title=set_text(document.metadata.title, language),
        subtitle=set_text(document.metadata.subtitle, language),
        description=set_text(document.metadata.description, language),
        abstract=set_text(document.metadata.abstract, language),
    )
    return replace(document, metadata=metadata)


def keep_marks(document: Document) -> Document:
    """The document with each formula and the punctuation after it in one piece, for browsers, which
    might otherwise begin a line with the punctuation."""
    edition = EDITIONS.get(document.edition)
    if (edition and edition.format == "pdf") or not has(document, model.Math):
        return document

    def enter(node: Node) -> Node:
        name = INLINE_FIELDS[type(node)]
        old: tuple[Any, ...] = getattr(node, name)
        if not any(isinstance(inline, model.Math) for inline in old):
            return node
        return replace(node, **{name: _keep(old)})

    return rewrite_document(document, enter=dict.fromkeys(INLINE_FIELDS, enter))


def _keep(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    inlines_kept: list[Inline] = []
    for node in inlines:
        before = inlines_kept[-1] if inlines_kept else None
        mark = _CLOSING.match(node.text) if isinstance(node, model.Text) else None
        if isinstance(before, model.Math) and not before.display and mark:
            assert isinstance(node, model.Text)
            pair = (before, replace(node, text=mark[0]))
            inlines_kept[-1] = model.InlineElement(name="span", children=pair, attributes=KEPT)
            if rest := node.text[mark.end() :]:
                inlines_kept.append(replace(node, text=rest))
        else:
            inlines_kept.append(node)
    return tuple(inlines_kept)


def set_text(text: str, language: str) -> str:
    """Plain text of a language (a BCP 47 tag), set as `set_typography` sets a paragraph."""
    run = Run()
    run.add(text, language)
    new = run.set()[0]
    return text if new is None else new


def _enter(node: Node, language: str) -> Node:
    """A block with the runs of inlines at its beginning set."""
    name = INLINE_FIELDS[type(node)]
    old: tuple[Any, ...] = getattr(node, name)
    if old and isinstance(old[0], tuple):
        new: tuple[Any, ...] = tuple(_set(inlines, language) for inlines in old)
    else:
        new = _set(old, language, has_labels=isinstance(node, model.Paragraph))
    is_same = len(new) == len(old) and all(map(operator.is_, new, old))
    return node if is_same else replace(node, **{name: new})


def _set(
    inlines: tuple[Inline, ...], language: str, has_labels: bool = False
) -> tuple[Inline, ...]:
    """A run with its texts, line ends and answers set. In a paragraph, which has more room than a
    cell, the label of a blank, as in `Date: ____`, stays on its line."""
    run = Run()
    leaves: list[int] = []
    answers: dict[int, model.Answered] = {}
    labels: dict[int, str] = {}
    end = last = ""
    walked = walk_with(inlines, (language, False), _state)
    for ordinal, (node, (lang, is_verbatim)) in enumerate(walked):
        match node:
            case model.Text():
                run.add(node.text, None if is_verbatim else lang)
                leaves.append(ordinal)
                end = (end + node.text)[-2:]
                last = node.text
            case model.SoftBreak():
                run.line_end(lang)
                leaves.append(ordinal)
            case model.LineBreak():
                run.context("\n")
            case _ if isinstance(node, WORDS):
                # a mark of a note closes quotations like a word, and ends a word before it
                run.context("\u2060" if isinstance(node, model.NoteReference) else "x")
                if isinstance(node, model.Blank) and node.answer:
                    answers[ordinal] = tuple(
                        set_text(part, lang) if isinstance(part, str) else part
                        for part in node.answer
                    )
                if isinstance(node, model.Blank) and node.size <= SHORT_BLANK and end == ": ":
                    labels[leaves[-1]] = last
                end = ""
            case model.Abbreviation():
                run.context(node.text)
    texts = dict(zip(leaves, run.set(), strict=True))
    for ordinal, text in labels.items() if has_labels else ():
        texts[ordinal] = (texts[ordinal] or text)[:-1] + NO_BREAK

    def leave(node: model.Text | model.SoftBreak, ordinal: int) -> Node | tuple[Node, ...]:
        text = texts[ordinal]
        if text is None:
            return node
        if not text:
            return ()
        return model.Text(span=node.span, attributes=node.attributes, text=text)

    def fill(node: model.Blank, ordinal: int) -> Node:
        return replace(node, answer=answers.get(ordinal, ()))

    if not answers and all(text is None for text in texts.values()):
        return inlines
    changes: Changes = {model.Text: leave, model.SoftBreak: leave, model.Blank: fill}
    return rewrite(inlines, leave=changes, context=ordinals())


def _state(node: Node, parent: tuple[str, bool]) -> tuple[str, bool]:
    """The language in force, and whether text is as typed."""
    lang, is_verbatim = parent
    match node:
        case model.InlineElement():
            is_verbatim = is_verbatim or node.name in VERBATIM
        case model.Link():
            is_verbatim = is_verbatim or plain_text(node.children).strip() in node.href
    return node.attributes.get("lang") or lang, is_verbatim
