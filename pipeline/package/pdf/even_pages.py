"""Pages of books that end well: the lines of a paragraph are chosen together, and so are the ends
of pages."""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple

import pyphen

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    bare,
    children,
    has_class,
    is_block,
    is_floating,
    is_inline,
    is_line,
    is_notes,
    is_text,
    note_of,
    text_of_box,
)
from pipeline.package.pdf.engine.adapter.for_features import (
    FROM_UNITS,
    create_layout,
    get_log_attrs,
    initialize_page_maker,
    make_all_pages,
    strut,
)
from pipeline.package.pdf.engine.adapter.lines import (
    DRAFTED,
    ENDS,
    HYPHENS,
    LINE_BREAK,
    PLAN,
    PLANS,
    SHAPED,
    SIMPLE,
    attributes_of,
    character_widths,
    hyphen_width,
    log_attributes,
)
from pipeline.package.pdf.engine.adapter.page_layout import (
    PAGE_FLOAT,
    Planning,
    apart,
    original_layout_document,
)
from pipeline.package.units import LineBreaks, LineEnd, Mended, Side

# --- line breaks -----------------------------------------------------------------------------
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

LINE, HYPHEN_COST, SUCCESSIVE_HYPHENS, LAST_HYPHEN = 10.0, 50.0, 10_000.0, 5_000.0
"""The cost of a line, of a hyphen, of two in a row, and of one in the last line but one, as TeX has
them."""

LINE_SLACK = 1e-3
"""Two widths may differ by this and be the same."""


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
        if gap < -shrink - LINE_SLACK:
            overfull += gap + end.hyphen < -shrink - LINE_SLACK
            continue
        ratio = (
            -gap / shrink if gap < -LINE_SLACK else gap / (between * space * STRETCH or LINE_SLACK)
        )
        if is_last:
            if start.resume and (natural < text.shortest or (start.is_in_word and not between)):
                continue
            ratio = ratio if gap < 0 else 0
        elif ratio > limit and gap > LINE_SLACK:
            break  # and so are lines that begin later
        cost = (LINE + 100 * ratio**3) ** 2
        if end.hyphenated:
            cost += HYPHEN_COST**2
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


class _GivenText(BrokenText):
    """A paragraph whose lines have been chosen before."""

    def __init__(self, breaks: LineBreaks | None) -> None:
        self.natural = self.chosen = breaks


# --- line plans ------------------------------------------------------------------------------
# Plans for the lines of paragraphs that are justified and simple.

_SPACES = " \u00a0"
LONGEST_PARAGRAPH = 20_000
"""The number of characters of a paragraph from which on it is left to the engine."""

MOST_WORDS = 20_000
"""The number of words whose divisions are remembered."""

_WORD = late(r"[^\W\d_]+")
_NEVER_FIRST = " \u2014\u2e3a\u2e3b"
"""Characters that no line begins with: no dash does."""

_PLACE = late(r"(?<=\W)|(?=\W)")
"""A place next to a character that is in no word."""

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
        self._follow: LineBreaks | None = None

    def follow(self) -> None:
        """Have the texts break where they are planned to."""
        breaks = self.paragraph.chosen
        if breaks is None or breaks is self._follow:
            return
        self._follow = breaks
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
    if not text.strip() or len(text) > LONGEST_PARAGRAPH:
        return None
    places = _places_of(pieces, context)
    context.plans += 1
    if context.given:
        return LinePlan(_GivenText(context.given.pop()), pieces, notes, box)
    hyphens = [hyphen_width(piece.style, context) for piece, _ in pieces]
    starts = [piece.start for piece in pieces]
    shortest = min(piece.style["hyphenate_limit_chars"][0] for piece, _ in pieces)
    text = text.rstrip(" ")
    if len(pieces) == 1:
        attributes = attributes_of(vars(pieces[0].box)[SHAPED])
    else:
        attributes = log_attributes(get_log_attrs(text, box.style["lang"]), len(text))
    *inner, last = _ends_of(text, attributes)
    for piece in pieces:
        if piece.is_unbroken:
            inner = [end for end in inner if not piece.start < end.resume < piece.end]
    space = max(places[text.find(" ") + 1] - places[text.find(" ")], SHORTEST / 10)
    paragraph = BrokenText(
        ParagraphWidths(
            places,
            [*accumulate(map(_SPACES.__contains__, text), initial=0)],
            [*inner, last],
            _Hyphens(text, pieces, starts, hyphens, shortest, {}).between,
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


def _ends_of(text: str, attributes: Sequence[int]) -> list[LineEnd]:
    """The places where lines may end, but for those within words."""
    ends = list[LineEnd]()
    for place in [n for n, flags in enumerate(attributes[: len(text)]) if flags & LINE_BREAK]:
        end = place
        while text[end - 1] == " ":
            end -= 1
        is_between_words = end < place or _PLACE.match(text, place)
        if is_between_words and text[place] not in _NEVER_FIRST:
            ends.append(LineEnd(end, place, 0, text[end - 1] in HYPHENS))
    return [*ends, LineEnd(len(text), len(text))]


class _Hyphens(NamedTuple):
    """The places in the words of a text where lines may end in a hyphen, which is as wide in each
    piece of it as ``widths`` say. Words have at least as many letters as the ``shortest``."""

    text: str
    pieces: list[TextPiece]
    starts: list[int]
    widths: list[float]
    shortest: int
    known: dict[int, tuple[LineEnd, ...]]

    def between(self, first: int, end: int) -> tuple[LineEnd, ...]:
        if end - first < self.shortest:
            return ()
        if first not in self.known:
            self.known[first] = tuple(self._between(first, end))
        return self.known[first]

    def _between(self, first: int, end: int) -> Iterator[LineEnd]:
        for word in _WORD.finditer(self.text, first, end):
            number = bisect_right(self.starts, word.start()) - 1
            piece = self.pieces[number]
            if word.end() > piece.end or piece.is_unbroken:
                continue
            style = piece.box.style
            if style["hyphens"] != "auto" or not style["lang"]:
                continue
            for position in _divisions(word[0], style["lang"], *style["hyphenate_limit_chars"]):
                place = word.start() + position
                yield LineEnd(place, place, self.widths[number], True)


@functools.lru_cache(MOST_WORDS)
def _divisions(word: str, lang: str, total: int, left: int, right: int) -> tuple[int, ...]:
    """The numbers of letters after which a word may be divided."""
    if len(word) < total or not (language := pyphen.language_fallback(lang)):
        return ()
    # some languages write a divided word otherwise
    positions = pyphen.Pyphen(lang=language, left=left, right=right).positions(word)
    return tuple(int(position) for position in positions if not position.data)


# --- page drafts -----------------------------------------------------------------------------
# Drafts of pages: what is on them and how high it is, and the cost of how they end.

PAGE_HYPHEN_COST, UNEVEN, STRAY, LACK = 1e7, 4e7, 4e7, 1e5
"""The cost of a page that ends in a hyphen, of a line that one of two facing pages has more, of a
chapter that ends on a page of too few, and of a line that a page has more or less than others,
compared with that of `LineBreaks`."""

FEWEST_LINES = 5
"""The lines that the last page of a chapter has at least."""

TEXT = 0.8
"""The share of a chapter that is paragraphs if its pages can be planned."""

FEWEST_LETTERS = 30
"""The letters of a line of text, but for the last of a paragraph, at least."""

PAGE_SLACK = 0.01
"""Lines that do not matter."""


class DraftPiece(NamedTuple):
    """A line of a paragraph, or anything else that is not divided, which has no paragraph. It may
    have to be on the page of what follows (``keeps``). The paragraph has ``notes`` of a height
    after some numbers of its characters; they are on the page of their lines."""

    top: float
    height: float
    paragraph: BrokenText | None = None
    orphans: int = 1
    widows: int = 1
    keeps: bool = False
    notes: tuple[tuple[int, float], ...] = ()

    @property
    def bottom(self) -> float:
        return self.top + self.height


class DraftPage(NamedTuple):
    """A page, perhaps before its lines are set: what is on it, from its top, and its usual height.
    Its ``notes`` have a height, of which a part is ``around_notes``, and end at its ``foot``. One
    that ``begins`` a chapter does so whatever is before it, and may have to be on its side
    (``is_sided``). One that ``has_stray`` notes has some whose lines are on another page, or lines
    whose notes are; one that ``has_floats``, figures or tables that are not where the text is."""

    pieces: tuple[DraftPiece, ...]
    height: float
    is_right: bool
    is_hyphenated: bool = False
    begins: bool = False
    is_sided: bool = False
    notes: float = 0
    around_notes: float = 0
    foot: float = 0
    has_stray: bool = False
    has_floats: bool = False

    @property
    def bottom(self) -> float:
        return self.pieces[-1].bottom if self.pieces else 0

    def lack(self, line: float) -> Lack:
        """The lack of its usual height."""
        if not self.notes:
            return Lack(self.height // line - self.bottom / line)
        above = above_notes(self.foot, self.notes, self.bottom, line)
        return Lack((self.height - self.foot) / line, above)


class Lack(NamedTuple):
    """The lines by which a page ends above its foot, and those left free above its notes, which
    stand there."""

    lines: float
    above_notes: int = 0


def above_notes(foot: float, notes: float, bottom: float, line: float) -> int:
    """The number of lines that are free above the notes of a page."""
    return max(0, int((foot - notes - bottom) / line + PAGE_SLACK))


class DraftChapter:
    """The pages of a chapter, which begins after a number of others, how many empty ones there are
    after it, and the height of its lines."""

    def __init__(self, pages: Sequence[DraftPage], before: int) -> None:
        last = max((number for number, page in enumerate(pages, start=1) if page.pieces), default=1)
        self.pages, self.empty, self.before = pages[:last], len(pages) - last, before
        self._pieces = [piece for page in pages for piece in page.pieces]
        self.paragraphs = list(dict.fromkeys(p.paragraph for p in self._pieces if p.paragraph))
        lines = [p.height for p in self._pieces if p.paragraph or not self.paragraphs]
        self.line = max(set(lines), key=lines.count, default=1)

    def keep(self) -> None:
        """Have the lines that its paragraphs have without it."""
        for paragraph in self.paragraphs:
            paragraph.chosen = paragraph.natural

    def cost(self, *, mirrored: bool = False) -> float:
        """That of its faults, as it is or if left pages were right ones; in contents, only of the
        last page."""
        cost, left = 0.0, None
        for page in self.pages[:-1] if self.paragraphs else ():
            is_right = page.is_right != mirrored
            lack = page.lack(self.line)
            cost += end_cost(lack, left if is_right else None)
            cost += PAGE_HYPHEN_COST * page.is_hyphenated + UNEVEN * page.has_stray
            left = None if is_right else lack.lines
        return cost + last_cost(len(self.pages), self.pages[-1].bottom / self.line)

    @property
    def is_text(self) -> bool:
        """True if it is hardly anything but paragraphs and their notes, on pages with the same
        room."""
        if any(page.has_floats for page in self.pages):
            return False
        of_text = sum(piece.height for piece in self._pieces if piece.paragraph)
        if of_text < TEXT * sum(piece.height for piece in self._pieces):
            return False
        has_notes_above = any(p.notes and p.keeps and not p.paragraph for p in self._pieces)
        return len({round(page.height) for page in self.pages}) == 1 and not has_notes_above


def chapters_of(pages: Sequence[DraftPage]) -> list[DraftChapter]:
    """The chapters on some pages."""
    starts = [number for number, page in enumerate(pages) if page.begins or not number]
    return [DraftChapter(pages[a:b], a) for a, b in itertools.pairwise([*starts, len(pages)])]


def end_cost(lack: Lack, left: float | None, free: float = 1) -> float:
    """The cost of a page that lacks some lines, as does the ``left`` one beside it. If there is
    none, it may lack as many as are ``free``."""
    lines, above_notes = lack
    if abs(lines) < PAGE_SLACK and not left and not above_notes:
        return 0
    far = abs(lines) - free if left is None else abs(lines - left)
    far = max(far, above_notes - 1)
    return LACK * (abs(lines) + above_notes) + UNEVEN * (far if far > PAGE_SLACK else 0)


def last_cost(pages: int, lines: float) -> float:
    """The cost of the last of some pages, whose text ends at a height."""
    return STRAY if pages > 1 and lines < FEWEST_LINES - 0.5 else 0


# --- page ends -------------------------------------------------------------------------------
# The ends of the pages of a chapter, which depend on how many lines its paragraphs have: a search
# for the lines with which facing pages end at the same height, no page ends in a hyphen, and the
# last has a few lines at least. It knows nothing but drafts of pages and the lines of paragraphs.

LEAST_LINES = 10
"""The lines of a page, at least: what is higher is no line, but kept in one piece."""

MOST_STATES = 40
"""The number of ways that are followed."""

EVENLY, IN_PAIRS = ((0,), (-1,), (1,)), ((0,), (0, -1, 1))
"""The lines by which all pages of a chapter may be taller than others, and two that face each
other, in the order in which they are tried."""


def by_side(
    chapters: Sequence[DraftChapter], choices: tuple[Mended, ...]
) -> dict[Side, tuple[Mended, ...]]:
    """The choices for some chapters by the side where they begin, if they end otherwise on each."""
    if not any(choice.is_sided for choice in choices):
        return {}
    sides: tuple[Side, Side] = ("right", "left")
    is_right = chapters[0].pages[0].is_right
    both = (choices, tuple(mend_ends(chapters, shift=1)))
    return dict(zip(sides if is_right else sides[::-1], both, strict=True))


def mend_ends(chapters: Sequence[DraftChapter], shift: int = 0) -> Iterator[Mended]:
    """The lines with which the pages of some chapters end best, with some pages more before them
    than in the draft."""
    empty = 0
    for chapter in chapters:
        if chapter.pages[0].is_sided and shift % 2:
            shift += -1 if empty else 1
        result = _mend(chapter, shift)
        yield result
        shift += len(result.taller) - len(chapter.pages)
        empty = chapter.empty


def _mend(chapter: DraftChapter, shift: int) -> Mended:
    """A chapter with some pages more before it than in the draft. The best are full pages, which
    may be on either side."""
    natural = tuple(paragraph.natural for paragraph in chapter.paragraphs)
    is_there = shift % 2 == 0
    costs = [chapter.cost(mirrored=mirrored) for mirrored in (not is_there, is_there)]
    pages = (0,) * len(chapter.pages)
    unchanged = Mended(chapter.before + shift, pages, natural, chapter.line, costs[0])
    if not chapter.paragraphs:
        return _close_up(chapter, unchanged)
    if not chapter.is_text or max(costs) < PAGE_HYPHEN_COST:
        return unchanged
    evenly = _try_heights(_Search(chapter, None), EVENLY)
    if evenly.faults < PAGE_HYPHEN_COST:
        return unchanged._replace(taller=evenly.taller, lines=evenly.lines)
    is_right = chapter.pages[0].is_right == is_there
    here, there = (
        _on_side(chapter, evenly, side, cost, unchanged)
        for side, cost in zip((is_right, not is_right), costs, strict=True)
    )
    return here._replace(is_sided=here != there)


def _close_up(contents: DraftChapter, unchanged: Mended) -> Mended:
    """Contents, a line longer on each page if their last page has no more than that."""
    pages = len(contents.pages) - 1
    over = contents.pages[-1].bottom
    if not 0 < over <= pages * contents.line or contents.pages[-1].notes:
        return unchanged
    if contents.line > contents.pages[0].height / LEAST_LINES:
        return unchanged
    return unchanged._replace(taller=(1,) * pages)


def _on_side(
    chapter: DraftChapter, evenly: _Best, begins_right: bool, cost: float, unchanged: Mended
) -> Mended:
    """A chapter that begins on a side, and whose faults cost something there."""
    if cost < PAGE_HYPHEN_COST:
        return unchanged
    result = min(evenly, _try_heights(_Search(chapter, begins_right), IN_PAIRS))
    if result.faults >= cost:
        return unchanged
    return unchanged._replace(taller=result.taller, lines=result.lines)


def _try_heights(search: _Search, heights: Sequence[tuple[int, ...]]) -> _Best:
    """The first way without faults, or the best of all."""
    results = list[_Best]()
    for taller in heights:
        results.append(search.best(taller))
        if results[-1].faults < PAGE_HYPHEN_COST:
            return results[-1]
    return min(results)


class _Item(NamedTuple):
    """A paragraph, or something else with a height. It is ``gap`` below what precedes it on a page,
    and has a heading of the height ``head`` above it."""

    first: DraftPiece
    gap: float
    head: float

    def notes(self, breaks: LineBreaks | None) -> tuple[float, ...]:
        """The heights of the notes of each line; none if there are no notes."""
        if not self.first.notes:
            return ()
        starts = [end.resume for end in breaks.ends] if breaks else []
        heights = [0.0] * (len(starts) + 1)
        for place, height in self.first.notes:
            heights[bisect_left(starts, place)] += height
        return tuple(heights)


def _items(chapter: DraftChapter) -> Iterator[_Item]:
    """The paragraphs and other things of a chapter."""
    head = gap = 0.0
    last: DraftPiece | None = None
    for page in chapter.pages:
        bottom: float | None = None
        for piece in page.pieces:
            space = piece.top - bottom if bottom is not None else 0
            bottom = piece.bottom
            if last and last.paragraph and piece.paragraph is last.paragraph:
                continue
            last = piece
            if head:
                head += space
            else:
                gap = space
            if piece.keeps and not piece.paragraph:
                head += piece.height
            else:
                yield _Item(piece, gap, head)
                head = 0
    if head:
        yield _Item(DraftPiece(0, head), gap, 0)


class _Choice(NamedTuple):
    """The lines of the last paragraph, or by how much the last page is taller, and what was chosen
    before."""

    before: _Choice | None
    breaks: LineBreaks | None = None
    taller: int | None = None


class _State(NamedTuple):
    """The cost of ending on a page at a height of it, of which ``faults`` is that of the ends of
    pages. The page is ``taller`` than usual by some lines, of which the one on the left of
    it lacks ``left``, and has ``notes`` of a height."""

    cost: float
    page: int
    y: float
    taller: int
    left: float | None
    faults: float
    choice: _Choice
    notes: float = 0


class _Best(NamedTuple):
    """The cost of what cannot be helped, and of all, and the choices."""

    faults: float
    cost: float
    taller: tuple[int, ...]
    lines: tuple[LineBreaks | None, ...]


class _Search:
    """A search for the pages of a chapter that begins on a side; on either, if it is None."""

    def __init__(self, chapter: DraftChapter, begins_right: bool | None) -> None:
        self._begins_right, self._line = begins_right, chapter.line
        self._height = chapter.pages[0].height
        self._around_notes = max(page.around_notes for page in chapter.pages)
        self._items = [*_items(chapter)]
        first = chapter.pages[0].pieces
        self._top = first[0].top if first else 0.0
        self._taller: tuple[int, ...] = (0,)

    def best(self, taller: tuple[int, ...]) -> _Best:
        """The best way, with two facing pages ``taller`` by some lines."""
        self._taller = taller
        states = [
            _State(LACK * abs(more), 0, self._top, more, None, 0, _Choice(None, taller=more))
            for more in taller
        ]
        for item in self._items:
            states = self._follow(states, item)
        best = min(states, key=self._total)
        lines: list[LineBreaks | None] = []
        heights: list[int] = []
        choice: _Choice | None = best.choice
        while choice:
            if choice.taller is not None:
                heights.append(choice.taller)
            elif choice.breaks:
                lines.append(choice.breaks)
            choice = choice.before
        total = self._total(best)
        faults = best.faults + total - best.cost
        return _Best(faults, total, tuple(heights[::-1]), tuple(lines[::-1]))

    def _total(self, state: _State) -> float:
        return state.cost + last_cost(state.page + 1, state.y / self._line)

    def _follow(self, states: Sequence[_State], item: _Item) -> list[_State]:
        """The best ways to go on with a paragraph or something else."""
        best: dict[tuple[object, ...], _State] = {}
        for state, breaks in itertools.product(states, _options(item)):
            for result in self._place(state, item, breaks):
                key = result.page, round(result.y), result.taller, result.left, round(result.notes)
                if key not in best or result.cost < best[key].cost:
                    best[key] = result
        return sorted(best.values(), key=attrgetter("cost"))[:MOST_STATES]

    def _place(self, state: _State, item: _Item, breaks: LineBreaks | None) -> Iterator[_State]:
        """An item on the page of another, and on the next ones."""
        piece, lines = item.first, breaks.lines if breaks else 1
        notes = item.notes(breaks)
        waiting = [(state, 0, frozenset[int]())]
        while waiting:
            now, done, whole = waiting.pop()
            top = item.head if not done else 0.0
            top += now.y + item.gap if now.y and not done else now.y
            fitting = room = self._count_lines(now, top, piece.height, notes[done:])
            left = lines - done
            if left <= fitting:
                here = now._replace(notes=self._with_notes(now.notes, notes[done:]))
                yield from self._end_page(here, item, breaks, whole, top + left * piece.height)
                continue
            fitting = min(fitting, left - piece.widows)
            if fitting < (1 if done else piece.orphans):
                if not done and room == piece.orphans - 1 < left - piece.widows:
                    now = self._part_from_notes(now, notes[:room])
                fitting = 0
            if not fitting and not now.y:
                fitting = max(1, room)  # it is higher than the page
            if breaks and fitting and breaks.is_hyphenated(done + fitting):
                whole |= {done + fitting}
            end = top + fitting * piece.height if fitting else now.y
            here = now._replace(
                y=end, notes=self._with_notes(now.notes, notes[done : done + fitting])
            )
            waiting += [(page, done + fitting, whole) for page in self._turn_page(here)]

    def _count_lines(self, state: _State, top: float, height: float, notes: Sequence[float]) -> int:
        """The number of lines with ``notes`` that a page has room for."""
        room = self._height + state.taller * self._line - top
        for number in range(len(notes)):
            of_notes = self._with_notes(state.notes, notes[: number + 1])
            if (number + 1) * height + of_notes > room + PAGE_SLACK:
                return number
        return int((room - self._with_notes(state.notes, notes)) / height + PAGE_SLACK)

    def _part_from_notes(self, state: _State, notes: Sequence[float]) -> _State:
        """A page whose last note the engine would move to the next one, to have room for a line
        more of a paragraph."""
        cost = UNEVEN * bool(self._with_notes(state.notes, notes))
        return state._replace(cost=state.cost + cost, faults=state.faults + cost)

    def _with_notes(self, notes: float, more: Iterable[float]) -> float:
        """The height of the notes on a page after some more."""
        added = sum(more)
        return notes + added + (self._around_notes if added and not notes else 0)

    def _turn_page(self, state: _State) -> Iterator[_State]:
        """The beginnings of the next page."""
        line = self._line
        if state.notes:
            foot = self._height + state.taller * line
            lack = Lack(0, above_notes(foot, state.notes, state.y, line))
        else:
            lack = Lack(self._height // line + state.taller - state.y / line)
        is_right = self._begins_right == (state.page % 2 == 0)
        is_either = self._begins_right is None
        cost = end_cost(lack, state.left if is_right else None, not is_either)
        left = None if is_right or is_either else lack.lines
        for taller in self._taller if is_right else (state.taller,):
            more = cost + LACK * abs(taller)
            yield _State(
                state.cost + more, state.page + 1, 0, taller, left,
                state.faults + cost, _Choice(state.choice, taller=taller),
            )  # fmt: skip

    def _end_page(
        self,
        state: _State,
        item: _Item,
        breaks: LineBreaks | None,
        whole: frozenset[int],
        y: float,
    ) -> Iterator[_State]:
        """The end of an item, with hyphens at the ends of pages, or without."""
        paragraph = item.first.paragraph
        if breaks is None or paragraph is None:
            yield state._replace(y=y)
            return
        other = paragraph.with_lines(breaks.lines, whole) if whole else None
        if other and item.notes(other) == item.notes(breaks):
            yield state._replace(
                y=y, cost=state.cost + other.cost, choice=_Choice(state.choice, other)
            )
        hyphens = PAGE_HYPHEN_COST * len(whole)
        yield state._replace(
            y=y,
            cost=state.cost + breaks.cost + hyphens,
            faults=state.faults + hyphens,
            choice=_Choice(state.choice, breaks),
        )


def _options(item: _Item) -> list[LineBreaks | None]:
    """The lines that a paragraph may have."""
    paragraph = item.first.paragraph
    if paragraph is None or paragraph.natural is None:
        return [None]
    natural = paragraph.natural
    others = (paragraph.with_lines(natural.lines + more) for more in (-1, 1) if natural.lines > 1)
    return [natural, *(other for other in others if other)]


class UndecidedError(Exception):
    """The pages of a text end otherwise on the other side, and the side is not known yet; the
    ``choices`` are for both."""

    def __init__(self, choices: dict[Side, tuple[Mended, ...]]) -> None:
        self.choices = choices


def planning_for(
    *, lines: bool, pages: bool, waits: bool = False, given: tuple[Mended, ...] = ()
) -> Planning:
    """The planning of a text whose ``lines`` are chosen, and the ends of its ``pages``. One that
    ``waits`` for the side where it begins raises an `UndecidedError` if that makes a difference;
    what was chosen for that side is ``given`` then."""
    make_pages = functools.partial(make_even_pages, waits=waits, given=given)
    return Planning(plan_lines if lines else None, make_pages if pages else None)


def make_even_pages(
    html: Any, root_box: Any, context: Any, *rest: Any, waits: bool, given: tuple[Mended, ...]
) -> Iterator[Any]:
    """The pages of a document. The lines of paragraphs are those with which pages end better than
    in a draft."""
    context.grid = strut(root_box.style)[0]
    beginning = _Beginning(context)

    def laid_out(choices: Sequence[Mended]) -> tuple[list[Any], list[DraftChapter]]:
        """The pages, and the chapters on them."""
        context.taller.clear()
        for choice in choices:
            first = choice.before - choices[0].before + 1
            for number, lines in enumerate(choice.taller, start=first):
                if lines:
                    context.taller[number] = lines * choice.line
        beginning.restore(context)
        pages = [*original_layout_document(html, root_box, context, *rest)]
        return pages, chapters_of(_pages(pages, context))

    if given:
        context.given = [lines for choice in given for lines in choice.lines][::-1]
        pages, chapters = laid_out(given)
        if _cost(chapters) <= sum(choice.cost for choice in given):
            yield from pages
            return
        context.given = []
        for box in root_box.descendants():
            vars(box).pop(PLANS, None)
        beginning.restore(context)
    heights = [*_heights(root_box)]
    if all(0 < text * (1 - TEXT) < TEXT * code for text, code in heights):
        yield from original_layout_document(html, root_box, context, *rest)
        return
    if is_planned := any(text for text, _ in heights):
        pages, draft = [], chapters_of(draft_pages(html, root_box, context))
    else:  # its pages are their own draft
        pages, draft = laid_out(())
    choices = tuple(mend_ends(draft))
    context.choices = by_side(draft, choices)
    if context.choices and waits and context.plans == sum(len(c.lines) for c in choices):
        raise UndecidedError(context.choices)
    for chapter, choice in zip(draft, choices, strict=True):
        for paragraph, breaks in zip(chapter.paragraphs, choice.lines, strict=True):
            paragraph.chosen = breaks
    chapters = draft
    if is_planned or any(any(choice.taller) for choice in choices):
        pages, chapters = laid_out(choices)
    if _cost(chapters) > _cost(draft):
        for chapter in draft:
            chapter.keep()
        pages, _ = laid_out(())
    yield from pages


def _cost(chapters: Iterable[DraftChapter]) -> float:
    return sum(chapter.cost() for chapter in chapters)


def _heights(root: LayoutBox) -> Iterator[tuple[float, float]]:
    """The heights of the paragraphs and of the code in each chapter, which is all between two
    breaks of pages: code has at least the lines that are written, and paragraphs have at most so
    many."""
    text = code = 0.0
    stack = [root]
    while stack:
        box = stack.pop()
        style = box.style
        breaks = {style["break_before"], style["break_after"]}
        if is_block(box) and not breaks <= {"auto", "avoid", "avoid-page"}:
            if text or code:
                yield text, code
            text = code = 0.0
        if is_line(box):
            letters = "".join(map(text_of_box, all_boxes(box)))
            if style["white_space"].startswith("pre"):
                code += max(1, letters.count("\n")) * strut(style)[0]
            elif style["text_align_all"] == "justify":
                text += (len(letters) // FEWEST_LETTERS + 1) * strut(style)[0]
        elif not is_floating(box):
            stack += children(box)[::-1]
    yield text, code


class _Beginning:
    """The state of a context before pages are made: its footnotes, and the page numbers that are
    shown in the text."""

    def __init__(self, context: Any) -> None:
        collector = context.target_collector
        items = collector.target_lookup_items, collector.counter_lookup_items
        self._footnotes = context.footnotes.copy()
        self._items = [(item, vars(item).copy()) for of_kind in items for item in of_kind.values()]

    def restore(self, context: Any) -> None:
        context.footnotes = self._footnotes.copy()
        context.string_set.clear()
        context.running_elements.clear()
        for item, values in self._items:
            vars(item).update(values)


def draft_pages(html: Any, root_box: Any, context: Any) -> list[DraftPage]:
    """Pages with empty lines."""
    initialize_page_maker(context, root_box)
    context.is_draft = True
    pages = apart(make_all_pages(context, root_box, html, []))
    context.is_draft = False
    return _pages(pages, context)


def _pages(pages: Sequence[Any], context: Any) -> list[DraftPage]:
    areas = [next((area for area in page.children if is_notes(area)), None) for page in pages]
    heights = {
        note.element: note.margin_height() for area in areas if area for note in area.children
    }
    drafts = list[DraftPage]()
    rows = zip(pages, areas, context.page_maker, strict=False)
    for page, area, (_, next_page, is_right, *_) in rows:
        root, top, kind = bare(page.children[0]), page.content_box_y(), next_page["break"]
        notes = [note.element for note in area.children] if area else []
        room = area.margin_height() if area and notes else 0
        draft = DraftPage(
            tuple(_pieces(root, top, heights)),
            page.height,
            is_right,
            is_hyphenated=_is_hyphenated(root),
            begins=kind != "any",
            is_sided=kind not in ("any", "page", "always"),
            notes=room,
            around_notes=room - sum(heights[note] for note in notes),
            foot=area.position_y + room - top if area and notes else 0,
            has_stray=([*_notes_in(root)] if heights else []) != notes,
            has_floats=any(has_class(c, PAGE_FLOAT) and is_floating(c) for c in children(root)),
        )
        drafts.append(draft)
    return drafts


def _notes_in(box: LayoutBox) -> Iterator[Any]:
    """The notes whose numbers are in a box."""
    return (note for inner in all_boxes(box) if (note := note_of(inner)) is not None)


def _is_hyphenated(box: LayoutBox) -> bool:
    """Return whether a box ends in a hyphen."""
    last = box
    while inner := [child for child in children(last) if not is_floating(child)]:
        last = inner[-1]
    plan, number = vars(last).get(PLAN), vars(last).get(DRAFTED)
    if plan and number:
        return bool(plan.paragraph.chosen.is_hyphenated(number))
    return text_of_box(last).endswith((*HYPHENS, last.style["hyphenate_character"]))


def _pieces(
    box: LayoutBox, top: float, heights: Mapping[Any, float], keeps: bool = False
) -> Iterator[DraftPiece]:
    """The lines and other things in a box, which begin so far below the top of a page."""
    for child in children(box):
        if is_floating(child):
            continue
        style = child.style
        keeps_next = keeps or style["break_after"] in ("avoid", "avoid-page")
        plan = vars(child).get(PLAN)
        if is_line(child) and child.height and plan:
            yield DraftPiece(
                child.position_y - top,
                child.height,
                plan.paragraph,
                style["orphans"],
                style["widows"],
                keeps,
                tuple((place, heights.get(note, 0)) for place, note in plan.notes),
            )
        elif is_block(child) and children(child) and style["break_inside"] == "auto":
            yield from _pieces(child, top, heights, keeps_next)
        elif child.border_height():
            notes = _notes_in(child) if heights else ()
            yield DraftPiece(
                child.border_box_y() - top,
                child.border_height(),
                keeps=keeps_next,
                notes=tuple((0, heights[note]) for note in notes if note in heights),
            )
