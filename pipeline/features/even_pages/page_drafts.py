"""Drafts of pages: what is on them and how high it is, and the cost of how they end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.features.even_pages.line_breaks import BrokenText

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
