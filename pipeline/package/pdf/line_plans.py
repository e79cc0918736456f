"""The lines of a justified paragraph, all of them chosen at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import pyphen

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import is_inline, is_text, note_of
from pipeline.package.pdf.engine.adapter.for_features import (
    FROM_UNITS,
    create_layout,
    get_log_attrs,
    strut,
)
from pipeline.package.pdf.engine.adapter.lines import (
    ENDS,
    HYPHENS,
    LINE_BREAK,
    SHAPED,
    SIMPLE,
    character_widths,
    hyphen_width,
    log_attributes,
)

# --- line breaks -----------------------------------------------------------------------------
#
# The lines of a justified paragraph, all of them chosen at once, as Knuth and Plass do: *Breaking
# Paragraphs into Lines* (1981). It knows nothing but widths.

SHRINK = 0.2
"""The share of a space by which it may be narrower."""

STRETCH = 0.5
"""The share of a space by which it is wider at a badness of 100."""

LIMITS = (2.0, 6.0, 15.0)
"""The widths of spaces, in `STRETCH`, up to which they are tried: usually, and where nothing else
is possible."""

MOST_HYPHENS = 2
"""The number of lines in a row that may end in a hyphen."""

LINE, HYPHEN, SUCCESSIVE_HYPHENS, LAST_HYPHEN = 10.0, 50.0, 10_000.0, 5_000.0
"""The cost of a line, of a hyphen, of two in a row, and of one in the last line but one, as TeX has
them."""

SLACK = 1e-3
"""Two widths may differ by this and be the same."""


class LineEnd(NamedTuple):
    """A place where a line may end: its last character and the first of the next line, counted from
    the paragraph's beginning. If it is ``hyphenated``, there is a hyphen, for which ``hyphen`` is
    added if it is not in the text."""

    end: int
    resume: int
    hyphen: float = 0
    hyphenated: bool = False


class LineBreaks(NamedTuple):
    """The ends of the lines of a paragraph, but for the last, and what they cost."""

    ends: tuple[LineEnd, ...]
    cost: float

    @property
    def lines(self) -> int:
        return len(self.ends) + 1

    def is_hyphenated(self, line: int) -> bool:
        """Return whether a line, counted from 1, ends in a hyphen."""
        return line <= len(self.ends) and self.ends[line - 1].hyphenated


class _Way(NamedTuple):
    """The cheapest way to have a number of lines end at a place, the last ``hyphens`` of them in a
    hyphen."""

    cost: float
    end: LineEnd
    before: _Way | None


class _Start(NamedTuple):
    """A place where a line may begin, with the ways to get there by lines and hyphens."""

    resume: int
    width: float
    is_in_word: bool
    ways: dict[tuple[int, int], _Way | None]


class ParagraphWidths(NamedTuple):
    """The ``places`` of characters, as if on one line, the number of ``spaces`` before each, and
    the ``ends`` that lines may have without a hyphen being added, the last of which is that of the
    paragraph. ``hyphens`` gives those with one between two places. A space is as wide as ``space``.
    The first line has an ``indent``, and the last is longer than ``shortest``."""

    places: Sequence[float]
    spaces: Sequence[int]
    ends: Sequence[LineEnd]
    hyphens: Callable[[int, int], Iterable[LineEnd]]
    width: float
    indent: float
    space: float
    shortest: float


def break_lines(
    text: ParagraphWidths, limit: float, whole: Collection[int] = ()
) -> dict[int, LineBreaks]:
    """The best ways to break a paragraph, by the number of lines. Spaces are as wide as ``limit``
    allows. The lines in ``whole``, counted from 1, end in no hyphen."""
    active = [_Start(0, text.width - text.indent, False, {(0, 0): None})]
    before, wider, last = 0, limit * STRETCH * text.space, text.ends[-1]
    for end in text.ends:
        first = active[0]
        room = first.width + text.places[first.resume] - text.places[end.end]
        if room > (text.spaces[end.end] - text.spaces[first.resume]) * wider and end is not last:
            before = end.resume
            continue  # even the first of the lines would be too short
        if _may_end(text, limit, active, before, end.end):
            for inner in text.hyphens(before, end.end):
                _reach(text, active, inner, limit, whole)
        _reach(text, active, end, limit, whole)
        if not active:
            return {}
        before = end.resume
    results: dict[int, LineBreaks] = {}
    reached = active[-1].ways if active[-1].resume == before else {}
    for (lines, _), way in reached.items():
        if way and (lines not in results or way.cost < results[lines].cost):
            results[lines] = LineBreaks(_ends(way), way.cost)
    return results


def _may_end(
    text: ParagraphWidths, limit: float, active: Iterable[_Start], first: int, end: int
) -> bool:
    """Return whether a line that begins at one of some places may end within a word."""
    left, right, spaces = text.places[first], text.places[end], text.spaces[first]
    wider = limit * STRETCH * text.space
    for start in active:
        room = start.width + text.places[start.resume]
        if left < room < right + (spaces - text.spaces[start.resume]) * wider:
            return True
    return False


def _reach(
    text: ParagraphWidths,
    active: list[_Start],
    end: LineEnd,
    limit: float,
    whole: Collection[int],
) -> None:
    """Have lines end at a place. Beginnings that are too far before it are ``active`` no more."""
    places, spaces, space = text.places, text.spaces, text.space
    is_last = end is text.ends[-1]
    ways: dict[tuple[int, int], _Way | None] = {}
    right, spaces_before, overfull = places[end.end], spaces[end.end], 0
    for start in active:
        natural = right - places[start.resume]
        between = spaces_before - spaces[start.resume]
        gap = start.width - natural - end.hyphen
        shrink = between * space * SHRINK
        if gap < -shrink - SLACK:
            overfull += gap + end.hyphen < -shrink - SLACK
            continue
        ratio = -gap / shrink if gap < -SLACK else gap / (between * space * STRETCH or SLACK)
        if is_last:
            if start.resume and (natural < text.shortest or (start.is_in_word and not between)):
                continue
            ratio = ratio if gap < 0 else 0
        elif ratio > limit and gap > SLACK:
            break  # and so are lines that begin later
        cost = (LINE + 100 * ratio**3) ** 2
        if end.hyphenated:
            cost += HYPHEN**2
        _extend(ways, start, end, cost, is_last, whole)
    del active[:overfull]
    if ways:
        active.append(_Start(end.resume, text.width, end.hyphenated, ways))


def _extend(
    ways: dict[tuple[int, int], _Way | None],
    start: _Start,
    end: LineEnd,
    cost: float,
    is_last: bool,
    whole: Collection[int],
) -> None:
    """Add the ways that have another line."""
    for (lines, hyphens), way in start.ways.items():
        total = cost + (way.cost if way else 0)
        if end.hyphenated:
            if hyphens == MOST_HYPHENS or lines + 1 in whole:
                continue
            total += SUCCESSIVE_HYPHENS * bool(hyphens)
        elif is_last and hyphens:
            total += LAST_HYPHEN
        key = lines + 1, hyphens + 1 if end.hyphenated else 0
        known = ways.get(key)
        if known is None or total < known.cost:
            ways[key] = _Way(total, end, way)


def _ends(way: _Way) -> tuple[LineEnd, ...]:
    ends: list[LineEnd] = []
    before = way.before
    while before:
        ends.append(before.end)
        before = before.before
    return tuple(ends[::-1])


class BrokenText:
    """A paragraph whose lines are broken anew when others ask for another number of lines, or for
    none of them to end in a hyphen. ``chosen`` are the lines that it will have."""

    def __init__(self, text: ParagraphWidths) -> None:
        self._text = text
        options = (break_lines(text, limit) for limit in LIMITS)
        self._known = {frozenset[int](): next(filter(None, options), {})}
        self.natural = min(
            self._known[frozenset()].values(), key=lambda breaks: breaks.cost, default=None
        )
        self.chosen = self.natural

    def with_lines(self, lines: int, whole: frozenset[int] = frozenset()) -> LineBreaks | None:
        """The best lines of a number, some of which end in no hyphen; None if that cannot be."""
        if whole not in self._known:
            self._known[whole] = break_lines(self._text, LIMITS[0], whole)
        return self._known[whole].get(lines)


# --- line plans ------------------------------------------------------------------------------
#
# Plans for the lines of paragraphs that are justified and simple.

_SPACES = " \u00a0"
LONGEST = 20_000
"""The number of characters of a paragraph from which on it is left to the engine."""

_WORD = late(r"[^\W\d_]+")
_PLACE = late(r"(?![ \u2014\u2e3a\u2e3b])(?:(?<=\W)|(?=\W))")
"""A place where a line may begin, next to a character that is in no word. No dash is first."""

SHORTEST = 1.5
"""The ems that the last line of a paragraph has at least, in addition to its indent."""


class TextPiece(NamedTuple):
    """A text of a paragraph, and the number of characters before it."""

    box: Any
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.box.text)

    @property
    def is_unbroken(self) -> bool:
        return bool(self.box.style["white_space"] == "nowrap")


class LinePlan:
    """The lines of a paragraph, which has ``pieces`` of text, and ``notes`` after some numbers of
    characters."""

    def __init__(
        self, paragraph: BrokenText, pieces: list[TextPiece], notes: list[tuple[int, Any]], box: Any
    ) -> None:
        self.paragraph, self._pieces, self.notes = paragraph, pieces, notes
        self.height = strut(box.style)[0]
        self._followed: LineBreaks | None = None

    def follow(self) -> None:
        """Have the texts break where they are planned to."""
        breaks = self.paragraph.chosen
        if breaks is None or breaks is self._followed:
            return
        self._followed = breaks
        for box, _ in self._pieces:
            vars(box)[ENDS] = []
        starts = [piece.start for piece in self._pieces]
        for end in breaks.ends:
            box, start = self._pieces[bisect_left(starts, end.resume) - 1]
            last = len(box.text[: max(0, end.end - start)].encode())
            resume = len(box.text[: end.resume - start].encode())
            vars(box)[ENDS].append((last, resume, bool(end.hyphen)))


def plan_lines(context: Any, box: Any, width: float, indent: float) -> LinePlan | None:
    """The plan for a block's lines in a width, if they are simple."""
    pieces: list[TextPiece] = []
    notes: list[tuple[int, Any]] = []
    text = ""
    stack = [*box.children][::-1]
    while stack:
        child = stack.pop()
        if (note := note_of(child)) is not None:
            notes.append((len(text), note))
        if is_text(child):
            if not _is_simple(child):
                return None
            pieces.append(TextPiece(child, len(text)))
            text += child.text
        elif is_inline(child) and child.is_in_normal_flow():
            stack += child.children[::-1]
        else:
            return None
    if not text.strip() or len(text) > LONGEST:
        return None
    places = _places_of(pieces, context)
    hyphens = [hyphen_width(piece.style, context) for piece, _ in pieces]
    starts = [piece.start for piece in pieces]
    text = text.rstrip(" ")
    *inner, last = _ends_of(text, box.style["lang"])
    unbroken = [range(piece.start + 1, piece.end) for piece in pieces if piece.is_unbroken]
    space = max(places[text.find(" ") + 1] - places[text.find(" ")], SHORTEST / 10)
    paragraph = BrokenText(
        ParagraphWidths(
            places,
            [*accumulate(map(_SPACES.__contains__, text), initial=0)],
            [*(end for end in inner if not any(end.resume in part for part in unbroken)), last],
            _Hyphens(text, pieces, starts, hyphens, context, {}).between,
            width,
            indent,
            space,
            max(indent, 0) + SHORTEST * box.style["font_size"],
        )
    )
    return LinePlan(paragraph, pieces, notes, box) if paragraph.natural else None


def _is_simple(box: Any) -> bool:
    style = box.style
    return (
        style["white_space"] in ("normal", "nowrap")
        and style["word_break"] == "normal"
        and not style["word_spacing"]
        and bool(SIMPLE.fullmatch(box.text))
    )


def _places_of(pieces: list[TextPiece], context: Any) -> list[float]:
    """The places where the characters of some texts begin, and where the last ends."""
    units = [0]
    for box, _ in pieces:
        shaped = vars(box)[SHAPED] = create_layout(box.text, box.style, context, None, 0)
        units += character_widths(shaped)
    return [place * FROM_UNITS for place in accumulate(units)]


def _ends_of(text: str, language: str | None) -> list[LineEnd]:
    """The places where lines may end, but for those within words."""
    attributes, ends = log_attributes(get_log_attrs(text, language), len(text)), list[LineEnd]()
    for place in range(1, len(text)):
        if attributes[place] & LINE_BREAK and _PLACE.match(text, place):
            end = place
            while text[end - 1] == " ":
                end -= 1
            ends.append(LineEnd(end, place, 0, text[end - 1] in HYPHENS))
    return [*ends, LineEnd(len(text), len(text))]


class _Hyphens(NamedTuple):
    """The places in the words of a text where lines may end in a hyphen, which is as wide in each
    piece of it as ``widths`` say."""

    text: str
    pieces: list[TextPiece]
    starts: list[int]
    widths: list[float]
    context: Any
    known: dict[int, tuple[LineEnd, ...]]

    def between(self, first: int, end: int) -> tuple[LineEnd, ...]:
        if first not in self.known:
            self.known[first] = tuple(self._between(first, end))
        return self.known[first]

    def _between(self, first: int, end: int) -> Iterator[LineEnd]:
        for word in _WORD.finditer(self.text, first, end):
            number = bisect_right(self.starts, word.start()) - 1
            piece = self.pieces[number]
            if word.end() > piece.end or piece.is_unbroken:
                continue
            for position in _divisions(word[0], piece.box.style, self.context):
                place = word.start() + position
                yield LineEnd(place, place, self.widths[number], True)


def _divisions(word: str, style: Any, context: Any) -> Iterator[int]:
    """The numbers of letters after which a word may be divided."""
    total, left, right = style["hyphenate_limit_chars"]
    if style["hyphens"] != "auto" or not style["lang"] or len(word) < total:
        return
    language = pyphen.language_fallback(style["lang"])
    if not language:
        return
    key = language, left, right, total
    if key not in context.dictionaries:
        context.dictionaries[key] = pyphen.Pyphen(lang=language, left=left, right=right)
    for position in context.dictionaries[key].positions(word):
        if not position.data:  # some languages write a divided word otherwise
            yield int(position)
