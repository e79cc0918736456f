"""Makes a text fill its pages by laying it out with several settings and choosing the best.

A trial is an ordinary layout of a copy of the markup, but stops after the requested number of
pages; nothing of it is painted or tagged.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.features.fit.series import FitSettings, room, settings
from pipeline.features.fit.trials import SLACK, Search, sheets_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, Imposition
from pipeline.model.paper import FitOptions, Fitted, Sheet
from pipeline.model.print_marks import PLACE
from pipeline.model.rendered import Pages, Style
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children
from pipeline.package.pdf.engine.adapter.page_layout import TooManyPagesError
from pipeline.package.pdf.engine.adapter.typesetter import POINT, Typesetter
from pipeline.package.pdf.layout import set_pages
from pipeline.package.pdf.print_markup import classes
from pipeline.render.sheet_rules import css

SHEET_STYLE = "sheet.css"

FULL_SHEETS: dict[Imposition, int] = {"none": 2, "booklet": 4, "2-up": 4, "4-up": 8}
"""The number of pages on the two sides of a sheet."""

MOST_NAMED = 3
"""The maximum number of blocks that a message names."""


class FilledPages(NamedTuple):
    """The pages to lay out, the settings chosen for them (None if there were none), and a
    finding."""

    pages: Pages
    fitted: Fitted | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class _Fit:
    """The search of one edition."""

    def __init__(self, setter: Typesetter, pages: Pages, root: Element) -> None:
        self._setter, self._pages, self._root = setter, pages, root

    def filled(self, fit: FitOptions) -> FilledPages:
        """The pages with the settings that fill them, or unchanged, and a finding: an error if the
        text is too long."""
        edition = self._pages.row
        assert self._pages.sheet is not None, "printed pages have a sheet"
        row = settings(
            self._pages.sheet,
            edition,
            self._pages.metadata,
            fit,
            has_tables=self._root.find(".//table") is not None,
        )
        search = Search(
            lambda setting, limit: self._length(row.sheets[setting], limit),
            [room(sheet) for sheet in row.sheets],
        )
        if fit.pages == "even":
            return self._full_sheets(fit, edition, search, row)
        chosen = search.fill(fit.pages, row.natural)
        if chosen is None:
            return FilledPages(self._pages, None, (self._too_long(fit, fit.pages, row.sheets[0]),))
        length = search.length(chosen, fit.pages)
        findings = () if length > fit.pages - 0.5 else (_too_short(fit, fit.pages, length),)
        sheet = row.sheets[chosen]
        return FilledPages(self._with(sheet), fitted(sheet, length), findings)

    def _full_sheets(
        self, fit: FitOptions, edition: Edition, search: Search, row: FitSettings
    ) -> FilledPages:
        multiple = FULL_SHEETS[edition.imposition]
        chosen = sheets_of(search, row.natural, multiple)
        if chosen is None:
            finding = _uneven(fit, search.length(row.natural), multiple)
            return FilledPages(self._pages, None, (finding,))
        sheet = row.sheets[chosen]
        return FilledPages(self._with(sheet), fitted(sheet, search.length(chosen)))

    def _with(self, sheet: Sheet) -> Pages:
        new = Style(SHEET_STYLE, css(sheet, self._pages.metadata))
        styles = (new if old.name == SHEET_STYLE else old for old in self._pages.styles)
        return replace(self._pages, styles=tuple(styles), sheet=sheet)

    def _length(self, sheet: Sheet, limit: float) -> float:
        boxes = self._boxes(sheet, limit)
        return math.inf if boxes is None else filled(boxes)

    def _boxes(self, sheet: Sheet, limit: float = math.inf) -> list[LayoutBox] | None:
        """The pages' boxes, or None if there are more than allowed."""
        most = None if math.isinf(limit) else math.ceil(limit)
        root = copy.deepcopy(self._root)
        try:
            document = set_pages(self._setter, root, self._with(sheet), most)
        except TooManyPagesError:
            return None
        return [page.box for page in document.pages]

    def _too_long(self, fit: FitOptions, pages: int, tightest: Sheet) -> Diagnostic:
        boxes = self._boxes(tightest)
        assert boxes is not None, "there was no limit"
        excess = filled(boxes) - pages
        lines = max(1, round(excess * boxes[0].height / (tightest.leading / POINT)))
        blocks = largest_blocks(boxes, MOST_NAMED)
        most = "1 line" if lines == 1 else f"{lines} lines"
        message = (
            f"The text does not fit on {_pages(pages)}, even at {tightest.text:g} pt on "
            f"{tightest.leading:g} pt: it is too long by {most} ({_percent(excess)} of a page)."
        )
        hint = f"{_room_takers(blocks)} Leave something out, ask for more pages, or allow a"
        return _finding(
            Code.DOES_NOT_FIT, fit, message, f"{hint} smaller text with `smallest`.".strip()
        )


def fit_pages(
    setter: Typesetter, pages: Pages, fit: FitOptions, root: Element, silenced: Callable[[], Any]
) -> FilledPages:
    """The pages to lay out. The engine's warnings about trials are ``silenced``."""
    with silenced():
        return _Fit(setter, pages, root).filled(fit)


def fitted(sheet: Sheet, length: float) -> Fitted:
    """The settings of a sheet, and the fullness of the last page of a text with a number of
    pages."""
    pages = math.ceil(length - SLACK)
    margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    top, outer, bottom, inner = (round(margin, 1) for margin in margins)
    last = round(length - pages + 1, 2)
    return Fitted(sheet.text, sheet.leading, (top, outer, bottom, inner), pages, last)


def _too_short(fit: FitOptions, pages: int, length: float) -> Diagnostic:
    message = f"The text does not fill {_pages(pages)}, even at its largest: it fills {length:.1f}."
    hint = "Ask for fewer pages, or allow a larger text with `largest`."
    return _finding(Code.FILLS_TOO_LITTLE, fit, message, hint)


def _uneven(fit: FitOptions, length: float, multiple: int) -> Diagnostic:
    message = (
        f"The text fills {length:.1f} pages, and no legible size makes that a multiple of "
        f"{multiple}, so the last sheet is not full."
    )
    return _finding(Code.FILLS_TOO_LITTLE, fit, message, "Shorten the text, or add to it.")


def _finding(code: Code, fit: FitOptions, message: str, hint: str) -> Diagnostic:
    span = Span(fit.line, fit.column) if fit.line and not fit.forced else None
    return diagnostic(code, message, span=span, hint=hint)


def _room_takers(blocks: Sequence[Block]) -> str:
    if not blocks:
        return ""
    listed = [
        f"the {block.kind} at {block.place} ({_percent(block.pages)} of a page)" for block in blocks
    ]
    joined = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return f"{'Largest is' if len(listed) == 1 else 'Largest are'} {joined}."


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _percent(share: float) -> str:
    return f"{max(1, round(100 * share))}%"


# --- how full the pages are, and the blocks that take most room ---------------------------


KINDS = {
    "p": "paragraph",
    "ul": "list",
    "ol": "list",
    "dl": "list",
    "table": "table",
    "figure": "figure",
    "pre": "code",
    "blockquote": "quotation",
}
"""The names of elements in a message."""

NAMED = {"exercise": "exercise", "box": "box", "table-list": "table"}
"""The names of elements with certain classes; the last is a table shown as a list of its rows."""


class Block(NamedTuple):
    """A block of the text: its name, its position, and the number of pages it takes."""

    kind: str
    place: str
    pages: float


def filled(pages: Sequence[LayoutBox]) -> float:
    """The number of full pages: 1.4 if the second is filled to four tenths."""
    return len(pages) - 1 + _share(pages[-1])


def largest_blocks(pages: Sequence[LayoutBox], count: int) -> list[Block]:
    """The blocks that take most room, the largest first. A block is one with a place that is in
    no other."""
    shares: dict[tuple[str, str], float] = {}
    for page in pages:
        for kind, place, height in _blocks(page):
            key = (kind, place)
            shares[key] = shares.get(key, 0) + height / page.height
    ordered = sorted(shares.items(), key=lambda entry: -entry[1])[:count]
    return [Block(kind, place, share) for (kind, place), share in ordered]


def _share(page: LayoutBox) -> float:
    """The share of a page's height that is used. Footnotes add the height that they take."""
    top = page.content_box_y()
    bottom, notes = top, 0.0
    for part in children(page):
        if boxes.is_furniture(part):
            continue
        if boxes.is_notes(part):
            notes += part.margin_height()
            continue
        bottom = max([bottom, *(box.position_y + box.margin_height() for box in _drawn(part))])
    return float(min(1, (bottom - top + notes) / page.height))


def _drawn(box: LayoutBox) -> Iterator[LayoutBox]:
    """The lines and other content that does not consist of blocks."""
    inner = [] if boxes.is_line(box) else children(box)
    if not inner:
        yield box
    for child in inner:
        yield from _drawn(child)


def _blocks(box: LayoutBox) -> Iterator[tuple[str, str, float]]:
    for child in children(box):
        place = child.element.get(PLACE) if child.element is not None else None
        if place and not boxes.is_line(child) and not boxes.is_inline(child):
            yield _kind(child.element), place, child.margin_height()
        elif not boxes.is_line(child):
            yield from _blocks(child)


def _kind(element: Element) -> str:
    """The everyday name of an element."""
    named = next((NAMED[name] for name in NAMED if name in classes(element)), "")
    return named or KINDS.get(element.tag, "block")
