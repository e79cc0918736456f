"""Plans for the lines of paragraphs that are justified and simple."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import pyphen

from pipeline.features.even_pages.line_breaks import (
    BrokenText,
    LineBreaks,
    LineEnd,
    ParagraphWidths,
)
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
    SHAPED,
    SIMPLE,
    character_widths,
    hyphen_width,
)

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
        and style["letter_spacing"] == "normal"
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
    attributes, ends = get_log_attrs(text, language), list[LineEnd]()
    for match in _PLACE.finditer(text, 1):
        place = match.start()
        if place < len(text) and attributes[place].is_line_break:
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
