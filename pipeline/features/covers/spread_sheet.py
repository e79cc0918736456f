"""The measures of a print cover: back, spine and front in one piece, in millimetres."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pipeline.model.paper import PageSize
from pipeline.model.words.writing_conventions import writing

BLEED = 3
"""The area printed beyond the edges and cut off."""

MARKS = 9
"""The area of the sheet beyond the edges, with room for crop marks."""

LEAST_PAGES, LEAST_SPINE = 80, 6.0
"""The minimum number of pages, or millimetres, for text on the spine: thinner spines may be folded
slightly off, and the text would end up on the front."""


class SpreadSheet(NamedTuple):
    """``page`` is the size of front and back; ``from_right``: the spine is right of the front."""

    page: PageSize
    pages: int
    spine: float
    from_right: bool = False

    @property
    def width(self) -> float:
        return 2 * self.page.width + self.spine

    @property
    def height(self) -> float:
        return self.page.height

    @property
    def front(self) -> float:
        """The left edge of the front, from the left edge of the cover."""
        return 0 if self.from_right else self.page.width + self.spine

    @property
    def back(self) -> float:
        return self.page.width + self.spine if self.from_right else 0

    @property
    def folds(self) -> tuple[float, float]:
        """The edges of the spine, from the left edge of the cover."""
        return self.page.width, self.page.width + self.spine

    @property
    def has_spine_text(self) -> bool:
        return self.pages >= LEAST_PAGES or self.spine >= LEAST_SPINE


def spread_sheet(
    page: PageSize, pages: int, thickness: float, *, from_right: bool = False
) -> SpreadSheet:
    """The cover for a number of pages on sheets of paper of a ``thickness``, two pages per sheet.
    The spine is rounded to a tenth of a millimetre, as binders do."""
    return SpreadSheet(page, pages, round(-(-pages // 2) * thickness, 1), from_right)


def reading(lang: str) -> Literal["up", "down"]:
    """The reading direction of the words on a spine."""
    return "up" if writing(lang).spine_upwards else "down"
