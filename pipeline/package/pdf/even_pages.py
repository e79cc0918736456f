"""Pages of books that end well: drafts with empty lines, from which the lines of paragraphs are
chosen.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    bare,
    children,
    is_block,
    is_floating,
    is_line,
    is_notes,
    note_of,
    text_of_box,
)
from pipeline.package.pdf.engine.adapter.for_features import (
    initialize_page_maker,
    make_all_pages,
    strut,
)
from pipeline.package.pdf.engine.adapter.lines import DRAFTED, HYPHENS, PLAN
from pipeline.package.pdf.engine.adapter.page_layout import Planning, original_layout_document
from pipeline.package.pdf.line_plans import BrokenText, LineBreaks, plan_lines

# --- page drafts -----------------------------------------------------------------------------
#
# Drafts of pages: what is on them and how high it is, and the cost of how they end.

HYPHEN, UNEVEN, STRAY, LACK = 1e7, 4e7, 4e7, 1e5
"""The cost of a page that ends in a hyphen, of a line that one of two facing pages has more, of a
chapter that ends on a page of too few, and of a line that a page has more or less than others,
compared with that of `LineBreaks`."""

FEWEST_LINES = 5
"""The lines that the last page of a chapter has at least."""

TEXT = 0.8
"""The share of a chapter that is paragraphs if its pages can be planned."""

SLACK = 0.01
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
    whose notes are."""

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
    return max(0, int((foot - notes - bottom) / line + SLACK))


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
            cost += HYPHEN * page.is_hyphenated + UNEVEN * page.has_stray
            left = None if is_right else lack.lines
        return cost + last_cost(len(self.pages), self.pages[-1].bottom / self.line)

    @property
    def is_text(self) -> bool:
        """True if it is hardly anything but paragraphs and their notes, on pages with the same
        room."""
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
    if abs(lines) < SLACK and not left and not above_notes:
        return 0
    far = abs(lines) - free if left is None else abs(lines - left)
    far = max(far, above_notes - 1)
    return LACK * (abs(lines) + above_notes) + UNEVEN * (far if far > SLACK else 0)


def last_cost(pages: int, lines: float) -> float:
    """The cost of the last of some pages, whose text ends at a height."""
    return STRAY if pages > 1 and lines < FEWEST_LINES - 0.5 else 0


# --- page ends -------------------------------------------------------------------------------
#
# The ends of the pages of a chapter, which depend on how many lines its paragraphs have: a search
# for the lines with which facing pages end at the same height, no page ends in a hyphen, and the
# last has a few lines at least. It knows nothing but drafts of pages, and `line_breaks`.

MOST_STATES = 40
"""The number of ways that are followed."""

EVENLY, IN_PAIRS = ((0,), (-1,), (1,)), ((0,), (0, -1, 1))
"""The lines by which all pages of a chapter may be taller than others, and two that face each
other, in the order in which they are tried."""


class Mended(NamedTuple):
    """The number of pages before a chapter, the number of lines by which each of its own is taller
    than usual, and the lines of its paragraphs. They would be others on the other side if it
    ``is_sided``."""

    before: int
    taller: tuple[int, ...]
    lines: tuple[LineBreaks | None, ...]
    is_sided: bool = False


def pages_elsewhere(chapters: Sequence[DraftChapter], choices: Iterable[Mended]) -> int:
    """The number of pages that some chapters have if they begin on the other side than in the
    draft, where they end otherwise; 0 if the choices are the same."""
    if not any(choice.is_sided for choice in choices):
        return 0
    others = zip(chapters, mended(chapters, shift=1), strict=True)
    return sum(len(choice.taller) + chapter.empty for chapter, choice in others)


def mended(chapters: Sequence[DraftChapter], shift: int = 0) -> Iterator[Mended]:
    """The lines with which the pages of some chapters end best, with some pages more before them
    than in the draft."""
    empty = 0
    for chapter in chapters:
        if chapter.pages[0].is_sided and shift % 2:
            shift += -1 if empty else 1
        result = _mended(chapter, shift)
        yield result
        shift += len(result.taller) - len(chapter.pages)
        empty = chapter.empty


def _mended(chapter: DraftChapter, shift: int) -> Mended:
    """A chapter with some pages more before it than in the draft. The best are full pages, which
    may be on either side."""
    natural = tuple(paragraph.natural for paragraph in chapter.paragraphs)
    unchanged = Mended(chapter.before + shift, (0,) * len(chapter.pages), natural)
    if not chapter.paragraphs:
        return _closed_up(chapter, unchanged)
    is_there = shift % 2 == 0
    costs = [chapter.cost(mirrored=mirrored) for mirrored in (not is_there, is_there)]
    if not chapter.is_text or max(costs) < HYPHEN:
        return unchanged
    evenly = _tried(_Search(chapter, None), EVENLY)
    if evenly.faults < HYPHEN:
        return Mended(unchanged.before, evenly.taller, evenly.lines)
    is_right = chapter.pages[0].is_right == is_there
    here, there = (
        _on_side(chapter, evenly, side, cost, unchanged)
        for side, cost in zip((is_right, not is_right), costs, strict=True)
    )
    return here._replace(is_sided=here != there)


def _closed_up(contents: DraftChapter, unchanged: Mended) -> Mended:
    """Contents, a line longer on each page if their last page has no more than that."""
    pages = len(contents.pages) - 1
    over = contents.pages[-1].bottom
    if not over or over > pages * contents.line or contents.pages[-1].notes:
        return unchanged
    return unchanged._replace(taller=(1,) * pages)


def _on_side(
    chapter: DraftChapter, evenly: _Best, begins_right: bool, cost: float, unchanged: Mended
) -> Mended:
    """A chapter that begins on a side, and whose faults cost something there."""
    if cost < HYPHEN:
        return unchanged
    result = min(evenly, _tried(_Search(chapter, begins_right), IN_PAIRS))
    if result.faults >= cost:
        return unchanged
    return Mended(unchanged.before, result.taller, result.lines)


def _tried(search: _Search, heights: Sequence[tuple[int, ...]]) -> _Best:
    """The first way without faults, or the best of all."""
    results = list[_Best]()
    for taller in heights:
        results.append(search.best(taller))
        if results[-1].faults < HYPHEN:
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
            states = self._followed(states, item)
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

    def _followed(self, states: Sequence[_State], item: _Item) -> list[_State]:
        """The best ways to go on with a paragraph or something else."""
        best: dict[tuple[object, ...], _State] = {}
        for state, breaks in itertools.product(states, _options(item)):
            for result in self._placed(state, item, breaks):
                key = result.page, round(result.y), result.taller, result.left, round(result.notes)
                if key not in best or result.cost < best[key].cost:
                    best[key] = result
        return sorted(best.values(), key=attrgetter("cost"))[:MOST_STATES]

    def _placed(self, state: _State, item: _Item, breaks: LineBreaks | None) -> Iterator[_State]:
        """An item on the page of another, and on the next ones."""
        piece, lines = item.first, breaks.lines if breaks else 1
        notes = item.notes(breaks)
        waiting = [(state, 0, frozenset[int]())]
        while waiting:
            now, done, whole = waiting.pop()
            top = item.head if not done else 0.0
            top += now.y + item.gap if now.y and not done else now.y
            fitting = room = self._fitting(now, top, piece.height, notes[done:])
            left = lines - done
            if left <= fitting:
                here = now._replace(notes=self._with_notes(now.notes, notes[done:]))
                yield from self._ended(here, item, breaks, whole, top + left * piece.height)
                continue
            fitting = min(fitting, left - piece.widows)
            if fitting < (1 if done else piece.orphans):
                if not done and room == piece.orphans - 1 < left - piece.widows:
                    now = self._parted(now, notes[:room])
                fitting = 0
            if not fitting and not now.y:
                fitting = max(1, room)  # it is higher than the page
            if breaks and fitting and breaks.is_hyphenated(done + fitting):
                whole |= {done + fitting}
            end = top + fitting * piece.height if fitting else now.y
            here = now._replace(
                y=end, notes=self._with_notes(now.notes, notes[done : done + fitting])
            )
            waiting += [(page, done + fitting, whole) for page in self._turned(here)]

    def _fitting(self, state: _State, top: float, height: float, notes: Sequence[float]) -> int:
        """The number of lines with ``notes`` that a page has room for."""
        room = self._height + state.taller * self._line - top
        for number in range(len(notes)):
            of_notes = self._with_notes(state.notes, notes[: number + 1])
            if (number + 1) * height + of_notes > room + SLACK:
                return number
        return int((room - self._with_notes(state.notes, notes)) / height + SLACK)

    def _parted(self, state: _State, notes: Sequence[float]) -> _State:
        """A page whose last note the engine would move to the next one, to have room for a line
        more of a paragraph."""
        cost = UNEVEN * bool(self._with_notes(state.notes, notes))
        return state._replace(cost=state.cost + cost, faults=state.faults + cost)

    def _with_notes(self, notes: float, more: Iterable[float]) -> float:
        """The height of the notes on a page after some more."""
        added = sum(more)
        return notes + added + (self._around_notes if added and not notes else 0)

    def _turned(self, state: _State) -> Iterator[_State]:
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

    def _ended(
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
        hyphens = HYPHEN * len(whole)
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


# --- even pages ------------------------------------------------------------------------------


def planning_for(*, lines: bool, pages: bool) -> Planning:
    """The planning of a text whose ``lines`` are chosen, and the ends of its ``pages``."""
    return Planning(plan_lines if lines else None, make_even_pages if pages else None)


def make_even_pages(html: Any, root_box: Any, context: Any, *rest: Any) -> Iterator[Any]:
    """The pages of a document. The lines of paragraphs are those with which pages end better than
    in a draft."""
    context.grid = strut(root_box.style)[0]
    beginning = _Beginning(context)
    draft = chapters_of(_drafted(html, root_box, context))
    choices = [*mended(draft)]
    context.pages_elsewhere = pages_elsewhere(draft, choices)
    for chapter, choice in zip(draft, choices, strict=True):
        for paragraph, breaks in zip(chapter.paragraphs, choice.lines, strict=True):
            paragraph.chosen = breaks
        for number, lines in enumerate(choice.taller, start=choice.before + 1):
            if lines:
                context.taller[number] = lines * chapter.line
    beginning.restore(context)
    pages = [*original_layout_document(html, root_box, context, *rest)]
    chosen = chapters_of(_pages(pages, context))
    if sum(chapter.cost() for chapter in chosen) > sum(chapter.cost() for chapter in draft):
        context.taller.clear()
        for chapter in draft:
            chapter.keep()
        beginning.restore(context)
        pages = [*original_layout_document(html, root_box, context, *rest)]
    yield from pages


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


def _drafted(html: Any, root_box: Any, context: Any) -> list[DraftPage]:
    """Pages with empty lines."""
    initialize_page_maker(context, root_box)
    context.is_draft = True
    pages = [*make_all_pages(context, root_box, html, [])]
    context.is_draft = False
    return _pages(pages, context)


def _pages(pages: Sequence[Any], context: Any) -> list[DraftPage]:
    areas = [next((area for area in page.children if is_notes(area)), None) for page in pages]
    heights = {
        note.element: note.margin_height() for area in areas if area for note in area.children
    }
    return [
        _page(page, area, heights, is_right, next_page["break"])
        for page, area, (_, next_page, is_right, *_) in zip(
            pages, areas, context.page_maker, strict=False
        )
    ]


def _page(
    page: Any, area: Any, heights: Mapping[Any, float], is_right: bool, kind: str
) -> DraftPage:
    """A page with an area of notes, before which there is a break of a kind."""
    root, top = bare(page.children[0]), page.content_box_y()
    notes = [note.element for note in area.children] if area else []
    of_lines = [*_notes_in(root)] if heights else []
    room = area.margin_height() if notes else 0
    return DraftPage(
        tuple(_pieces(root, top, heights)),
        page.height,
        is_right,
        is_hyphenated=_is_hyphenated(root),
        begins=kind != "any",
        is_sided=kind not in ("any", "page", "always"),
        notes=room,
        around_notes=room - sum(heights[note] for note in notes),
        foot=area.position_y + room - top if notes else 0,
        has_stray=of_lines != notes,
    )


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
