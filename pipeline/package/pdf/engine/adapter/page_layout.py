"""The layout of pages: with their notes, up to a number of pages, and with the page numbers of
places in other units."""

from __future__ import annotations

import functools
import math
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import weasyprint
from weasyprint.css import RelativeLengthInMath, StyleFor
from weasyprint.css import resolve_math as original_resolve_math
from weasyprint.css.properties import Dimension
from weasyprint.css.targets import TargetLookupItem
from weasyprint.formatting_structure.boxes import BlockBox
from weasyprint.formatting_structure.build import create_anonymous_boxes
from weasyprint.layout import LayoutContext
from weasyprint.layout.percent import resolve_percentages

original_block_level_layout = weasyprint.layout.block.block_level_layout
original_float_layout = weasyprint.layout.block.float_layout
original_layout_document = weasyprint.document.layout_document
original_make_all_pages = weasyprint.layout.make_all_pages

PAGE_FLOAT = "page-float"
"""The class of what goes to the top of the next page if it does not fit, while the text goes on."""

PAGE_FOOT = "page-foot"
"""The class of what stands at the foot of a page."""

KEY = "data-float"
"""The attribute of blocks with a part in this, whose values are these:"""

MOVES, MOVES_FROM_HEADING, STOPS = "moves", "moves-from-heading", "stops"
"""A block that goes to the next page if it has no room, the same right after a heading, and one
that comes after all that have gone there."""

PAGE_START = "page-start"
"""The attribute of a float with the left edge of the last page: the next one, if mirrored, has
another."""

ROOM_ATTRIBUTE = "room"
"""The attribute of a float with the height that it takes on the next page."""

IN_ONE_PIECE = frozenset({"avoid", "avoid-page"})
"""The values of ``break-inside`` of what goes to the next page as a whole."""

FROM_ITS_START = {0: None}
"""The place where a float goes on that has no part on the page before."""

ROUNDING = 1e-3
"""CSS pixels that two lengths may differ by and be the same."""

FLOATS = {
    "inline-start": {"ltr": "left", "rtl": "right"},
    "inline-end": {"ltr": "right", "rtl": "left"},
}
"""The sides of floats by direction: WeasyPrint does not find those of floats within a line."""


class TooManyPagesError(Exception):
    """A layout has more pages than it may have."""


class Planning(NamedTuple):
    """The functions that choose the lines of a paragraph together, and the ends of pages; None if
    they come as they do. The ``references`` are those that tell pages within one layout."""

    plan_lines: Callable[..., Any] | None = None
    make_pages: Callable[..., Iterable[Any]] | None = None
    references: Any = None


AS_IT_COMES = Planning()


class Targets(dict[str, Any]):
    """The places whose page numbers a part shows (``requested``). Their ``pages`` are those in the
    whole, if these are known yet."""

    def __init__(self, pages: Mapping[str, int] | None) -> None:
        super().__init__()
        self._pages = pages
        self.requested: dict[str, None] = {}

    def get(self, name: str, undefined: Any = None) -> Any:
        """The known position of a place; ``undefined`` if its page is still to be determined."""
        if undefined is None:
            return super().get(name)
        self.requested[name] = None
        if self._pages is not None and name not in self._pages:
            return undefined
        item = TargetLookupItem("up-to-date")
        item.target_box = _Elsewhere({"page": [(self._pages or {}).get(name, 0)]})
        return item


class _Elsewhere(NamedTuple):
    """A box of another part."""

    cached_counter_values: dict[str, list[int]]


def layout_document(html: Any, root_box: Any, context: Any, *rest: Any) -> Iterable[Any]:
    """The pages of a document, whose ends are chosen if its `Planning` says so."""
    make_pages = context.planning.make_pages or original_layout_document
    if context.planning.references:
        context.planning.references.find([root_box, *context.footnotes])
    return apart(make_pages(html, root_box, context, *rest))


def make_all_pages(context: Any, root_box: Any, html: Any, pages: Any) -> list[Any]:
    """The pages, of which those are to be made again whose references tell other pages now."""
    made = [*original_make_all_pages(context, root_box, html, pages)]
    references = context.planning.references
    for number in references.tell(made) if references else ():
        context.page_maker[number][-1]["content_changed"] = True
    return made


def apart(pages: Iterable[Any]) -> list[Any]:
    """Pages whose area of notes does not know them any more: Python frees a circle late, which
    would keep all of a unit's boxes."""
    made = [*pages]
    for page in made:
        for child in page.children:
            vars(child).pop("page", None)
    return made


def resolve_math(*given: Any, **named: Any) -> Any:
    """The result of a calculation. WeasyPrint keeps the exception that one without a font size ends
    in in a frame that the exception has: another circle, in which the whole layout would stay."""
    try:
        return original_resolve_math(*given, **named)
    except RelativeLengthInMath as error:
        error.__traceback__ = None
        raise


class Layout(LayoutContext):  # type: ignore[misc]
    """A layout whose notes stay on the page of their reference. WeasyPrint compares the end of the
    note area with that of the last note, to the last bit of two equal sums, and moves notes that
    fit to the next page. It also reserves room for a note area whose only note has been moved away,
    and then moves a paragraph that ends in that room as a whole.

    It may be given a maximum number of pages, beyond which it raises a `TooManyPagesError`. Some
    pages may be ``taller`` than others, or less tall, and their ``spaces`` narrower; notes may end
    on a ``grid`` of lines.
    """

    current_page_footnotes: list[Any]
    page_bottom: float
    most_pages: int | None = None
    planning = AS_IT_COMES
    is_draft = False
    plans = 0
    given: Sequence[Any] = ()
    choices: Mapping[Any, Any] = {}
    taller: dict[int, float]
    _excluded_shapes: dict[Any, list[Any]]
    spaces: float = 1
    grid: float = 0
    feet: dict[Any, tuple[Any, float, float]]
    defers_feet = keeps_floats = begins_column = follows_float = False
    page_maker: list[tuple[Any, ...]]
    reported_footnotes: list[Any]
    broken_out_of_flow: Mapping[Any, Any] = {}
    _number: int | None = None
    _carries = False

    def __init__(self, style_for: Any, get_image: Any, *rest: Any) -> None:
        super().__init__(style_for, get_image, *rest)
        self.get_image_from_uri = functools.partial(get_image, context=weakref.proxy(self))

    @property
    def current_page(self) -> int | None:
        """The number of the page that is being made, from 1."""
        return self._number

    @current_page.setter
    def current_page(self, number: int | None) -> None:
        if number and self.most_pages and number > self.most_pages:
            raise TooManyPagesError
        self._number, self.feet = number, {}
        if number and self.page_bottom is not None:
            self.page_bottom += self.taller.get(number, 0)
        self._carries = self._carries or bool(self.reported_footnotes or self.broken_out_of_flow)

    @property
    def current_footnote_area(self) -> Any:
        """The notes of the page. They stand at its foot, also if it is taller than others, and end
        on the ``grid`` of its lines, if there is one."""
        return self._area

    @current_footnote_area.setter
    def current_footnote_area(self, area: Any) -> None:
        self._area = area
        if area is None:
            return
        area.position_y = self.page_bottom
        if self.grid:
            below = (self.page_bottom - area.page.content_box_y() + ROUNDING) % self.grid
            area.margin_bottom = max(0, below - ROUNDING)
            area.style = area.style.copy()
            area.style["margin_bottom"] = Dimension(area.margin_bottom, "px")

    def reserve_foot(self, part: Any) -> None:
        """Reserve room for a float at the foot of the page, once."""
        self.release_feet([part.element])
        self.feet[part.element] = part, part.height, part.margin_height()
        self.page_bottom -= part.margin_height()

    def release_feet(self, elements: Iterable[Any]) -> None:
        """Reserve no room for some elements any more."""
        for element in elements:
            *_, room = self.feet.pop(element, (0,))
            self.page_bottom += room

    def free_text(self) -> None:
        """Let no text stand beside floats at the foot."""
        for shapes in self._excluded_shapes.values():
            shapes[:] = (shape for shape in shapes if shape.element not in self.feet)

    def below_page_floats(self, y: float) -> float:
        """A height below the floats there that are as wide as the text."""
        for shape in self.excluded_shapes or ():
            if PAGE_FLOAT in _names(shape) and shape.position_y <= y:
                y = max(y, shape.position_y + shape.margin_height())
        return y

    def place_feet(self) -> None:
        """Put floats at the foot of the page, above its notes."""
        y = self.page_bottom
        for part, height, room in self.feet.values():
            part.height = height
            part.translate(0, y - part.position_y)
            y += room

    @property
    def rendered_notes(self) -> list[Any]:
        """The notes of `@note-area`, for which no style sheet has any rules."""
        return self._rendered

    @rendered_notes.setter
    def rendered_notes(self, notes: list[Any]) -> None:
        """The start of every pass over the pages. If a page has left notes or floats to the next,
        all pages are made again: otherwise those of an unchanged page would not reach the next one,
        or those of a changed one reach another."""
        self._rendered = notes
        if self._carries:
            for *_, state in self.page_maker:
                state["pages_wanted"] = True

    def _update_footnote_area(self) -> bool:
        area, notes = self.current_footnote_area, self.current_page_footnotes
        if area.height != "auto" and not self.in_column:
            self.page_bottom += area.margin_height()
        if not notes and not self.in_column:
            area.children = notes
            area.height = "auto"  # as where there has been no note
            return False
        needed = self.height_of_notes(tuple(notes))
        area.children = notes
        area.height = min(needed, area.max_height)
        if not self.in_column:
            self.page_bottom -= area.margin_height()
        return bool(needed > area.max_height + ROUNDING)

    def height_of_notes(self, notes: tuple[Any, ...]) -> float:
        """The height that notes need on a page; infinite if that is too much."""
        area = self.area_with(notes) if notes else None
        return float(area.height) if area else (math.inf if notes else 0.0)

    def area_with(self, notes: tuple[Any, ...]) -> Any | None:
        """The area laid out with these notes alone; none if they are too high for it."""
        area: Any = self.current_footnote_area
        area.children = list(notes)
        boxes = create_anonymous_boxes(area.deepcopy())
        laid_out, *_ = original_block_level_layout(self, boxes, -math.inf, None, area.page)
        last = laid_out.children[-1]
        end = last.position_y + last.margin_height() - last.margin_bottom
        overflows = end > laid_out.position_y + laid_out.margin_height() - laid_out.margin_bottom
        is_full = overflows and laid_out.height >= area.max_height - ROUNDING
        return None if is_full else laid_out


class SidedStyles(StyleFor):  # type: ignore[misc]
    """The styles of a document, in which floats have a side."""

    _computed_styles: dict[tuple[object, str | None], Any]

    def set_computed_styles(
        self, element: Any, parent: Any, *, pseudo_type: str | None = None, **options: Any
    ) -> None:
        super().set_computed_styles(element, parent, pseudo_type=pseudo_type, **options)
        style = self._computed_styles[element, pseudo_type]
        if "float" in style.cascaded and (sides := FLOATS.get(style["float"])):
            style["float"] = sides[style["direction"]]


def block_level_layout(
    context: Any,
    box: Any,
    bottom_space: float,
    skip_stack: Any,
    containing_block: Any,
    page_is_empty: bool = True,
    absolute_boxes: Any = None,
    fixed_boxes: Any = None,
    adjoining_margins: Any = None,
    *rest: Any,
) -> Any:
    """The layout of a block, and where it goes on. One that has no room goes to the top of the next
    page as a float, if it may, and so do those after it that have room there too; an empty block
    stands in its place."""
    role = box.element.get(KEY) if box.element is not None else None
    may_move = role in (MOVES, MOVES_FROM_HEADING)
    if (
        page_is_empty
        or skip_stack
        or context.keeps_floats
        or box.element is containing_block.element
    ):
        role = None
    adjoining = [*(adjoining_margins or ())]
    if role is None or not context.broken_out_of_flow:
        arguments = page_is_empty, absolute_boxes, fixed_boxes, adjoining_margins, *rest
        result = original_block_level_layout(
            context, box, bottom_space, skip_stack, containing_block, *arguments
        )
        if role is None or not may_move or result[0] is not None:
            context.follows_float = may_move
            return result
    page_type = {"break": "any", "page": None}
    if role == STOPS or not (
        part := _page_float(context, box, containing_block, absolute_boxes, fixed_boxes)
    ):
        return None, None, page_type, [], False, None
    empty = BlockBox.anonymous_from(containing_block, ())
    empty.element, empty.element_tag, empty.clearance = box.element, box.element_tag, None
    resolve_percentages(empty, containing_block)
    empty.position_x, empty.position_y = box.position_x, box.position_y
    empty.width = empty.height = 0
    empty.style = empty.style.copy()
    empty.style["break_after"] = "avoid" if role == MOVES_FROM_HEADING else "auto"
    context.add_broken_out_of_flow(empty, part, containing_block, FROM_ITS_START)
    return empty, None, page_type, adjoining, True, None


def _page_float(context: Any, box: Any, holder: Any, absolute: Any, fixed: Any) -> Any | None:
    """A float with a block, as wide as the text; None if it is not in one piece, or if the next
    page has no room for it."""
    kinds = {inner.style["break_inside"] for inner in (box, *box.children)}
    if context.in_column or kinds.isdisjoint(IN_ONE_PIECE):
        return None
    page = context.current_footnote_area.page
    block = box.copy()
    block.style = block.style.copy()
    block.style["margin_top"] = Dimension(0, "px")
    part = BlockBox.anonymous_from(holder, [block])
    part.element, part.element_tag = box.element, box.element_tag
    part.style = part.style.copy()
    part.style.update({"float": "left", "clear": "both", "width": Dimension(100, "%")})
    part.position_x, part.position_y = box.position_x, box.position_y
    laid_out, _ = original_float_layout(context, part, holder, absolute, fixed, -math.inf, None)
    weasyprint.layout.block.remove_placeholders(context, [laid_out], absolute, fixed)
    height = laid_out.margin_height()
    waiting = (other for other, *_ in context.broken_out_of_flow.values())
    vars(part).update({PAGE_START: page.content_box_x(), ROOM_ATTRIBUTE: height})
    is_high = height + sum(vars(other).get(ROOM_ATTRIBUTE, 0) for other in waiting) > page.height
    return None if is_high else part


def float_layout(
    context: Any, box: Any, holder: Any, absolute: Any, fixed: Any, bottom_space: float, **rest: Any
) -> tuple[Any, Any]:
    """The layout of a float, and where it goes on. A page float that goes on on the next page takes
    no room on this one, so that the text does; nor does one that stands at its foot, where it has
    been reserved."""
    names = _names(box)
    space = bottom_space
    if PAGE_FLOAT in names and context.keeps_floats:
        space = -math.inf
    elif PAGE_FOOT in names and context.defers_feet:
        space = math.inf
    part, resume_at = original_float_layout(context, box, holder, absolute, fixed, space, **rest)
    is_kept = context.overflows_page(bottom_space, part.position_y + part.height)
    if resume_at:
        vars(box)[PAGE_START] = context.current_footnote_area.page.content_box_x()
    if PAGE_FLOAT in names and (resume_at or (PAGE_FOOT in names and not is_kept)):
        if not resume_at:
            context.reserve_foot(part)
        part.height = 0
        # WeasyPrint would stop at one below the page, even after a heading.
        part.position_y = min(part.position_y, context.page_bottom - bottom_space)
        context.excluded_shapes.remove(part)
    return part, resume_at


def resumed_float_layout(
    context: Any, box: Any, block: Any, absolute: Any, fixed: Any, space: float, skip_stack: Any
) -> tuple[Any, Any]:
    """The layout of a float from the page before. The first is here whatever its height; another
    that does not fit goes to the next page as a whole."""
    page, names, y = context.current_footnote_area.page, _names(box), box.position_y
    arguments = context, box, block, absolute, fixed
    part, resume_at = original_float_layout(*arguments, space, skip_stack)
    foot = part.position_y + part.margin_height() - ROUNDING
    is_over = resume_at or context.overflows_page(space, foot)
    if PAGE_FLOAT in names and PAGE_FOOT not in names and is_over:
        context.excluded_shapes.remove(part)
        weasyprint.layout.block.remove_placeholders(context, [part], absolute, fixed)
        box.position_y = y
        if part.position_y > y + ROUNDING:
            empty = part.copy_with_children(())
            empty.height, empty.position_y = 0, y
            vars(box)[PAGE_START] = page.content_box_x()
            return empty, skip_stack
        part, resume_at = original_float_layout(*arguments, -math.inf, skip_stack)
    start = page.content_box_x()
    part.translate(start - vars(box).get(PAGE_START, start), 0)
    if PAGE_FOOT in names:
        context.reserve_foot(part)
        part.translate(0, context.page_bottom - part.position_y)
    return part, resume_at


def _names(box: Any) -> list[str]:
    return box.element.get("class", "").split() if box.element is not None else []
