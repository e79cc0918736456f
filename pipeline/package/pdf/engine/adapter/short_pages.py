"""Pages that would be left short, because what follows is kept in one piece: an exercise or a box
is divided there, a picture is made a little smaller, and spaces are narrower, or wider between
exercises."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import weasyprint
from weasyprint.css.properties import Dimension
from weasyprint.text.line_break import strut

from pipeline.model.page_map import PAGE_START
from pipeline.package.pdf.engine.adapter.boxes import (
    all_boxes,
    children,
    elements,
    has_class,
    is_image,
    is_line,
)
from pipeline.package.pdf.print_markup import HEADINGS

original_block_level_layout = weasyprint.layout.page.block_level_layout
original_block_container_layout = weasyprint.layout.block.block_container_layout

FULL = 0.75
"""The share of a page from which it is not short."""

NEARLY_FULL = 0.85
"""The share from which nothing is moved together, for more to fit on a page, where titles of
exercises are bands: no space between exercises fills it."""

LEAST_PICTURE_SHARE = 0.75
"""The share of its size that a picture keeps at least."""

TIGHTER = (0.8, 0.6)
"""The shares of the spaces between blocks that are tried where a page would be short."""

KEEPS_PAGES = "keeps-pages"
"""The class of a text whose pages begin where those of another edition do."""

LONGER = ((0, 0.8), (1, 1), (2, 1), (2, 0.6))
"""The lines by which such a page is longer, and the shares of its spaces."""

MOST_LINES = 2
"""The lines by which spaces between exercises are wider at most."""

AROUND = frozenset({"body", "main", "section"})
"""The elements whose content is spread."""

NO_INDENT = Dimension(0, "px")

IN_ONE_PIECE, ON_A_FULL_PAGE = "avoid", "avoid-page"
"""The values of ``break-inside`` of what is kept in one piece, and of what is so unless its page
would be short."""

WITHIN_A_SPREAD = "avoid-column"
"""The value, outside of columns, of what is in one piece where it would take a turn to go on."""


def page_layout(context: Any, box: Any, *rest: Any, **of_notes: Any) -> Any:
    """The layout of what is on a page, and where it goes on."""
    if not box.is_for_root_element:
        return original_block_level_layout(context, box, *rest, **of_notes)
    page = _Page(context, box, rest)
    if not page.result[0]:
        return _without_text(context, box, *rest)
    if has_class(box, KEEPS_PAGES) and _is_left(page.result):
        page.keep_together()
    if not context.planning.plan_lines and _is_left(page.result):
        _fill(page)
    if page.lacks_feet():
        context.defers_feet = True
        page.again()
        context.defers_feet = False
    page.drop_floats()
    if page.leaves_floats():
        context.keeps_floats = True
        page.again()
        context.keeps_floats = False
    context.place_feet()
    if has_class(box, "levelled"):
        _level_columns(page.result[0])
    return page.result


def _without_text(context: Any, box: Any, bottom: float, resume_at: Any, *rest: Any) -> Any:
    """The layout of a page that floats leave no room on. WeasyPrint does not expect that text goes
    on after it within a line."""
    root = parent = box.deepcopy()
    place = resume_at
    while place and len(place) == 1:
        ((number, place),) = place.items()
        inner = parent.children[number] if number < len(parent.children) else None
        if not place or inner is None or is_line(inner) or inner.is_table_wrapper:
            break
        parent.children = parent.children[: number + 1]
        parent = inner
    parent.children, parent.force_fragmentation = [], True
    block, _page_is_empty, *others = rest
    result = original_block_level_layout(context, root, bottom, resume_at, block, True, *others)
    return (result[0], resume_at, *result[2:])


class _Page:
    """The layout of a page, which may be done again. Floats from the page before stay at its
    foot."""

    def __init__(self, context: Any, box: Any, arguments: Sequence[Any]) -> None:
        self.context, self._box, self._arguments = context, box, arguments
        self._y, self._resumed = box.position_y, {*context.feet}
        self._waiting = {*context.broken_out_of_flow}
        context.free_text()
        self.result = original_block_level_layout(context, box, *arguments)

    def again(self, spaces: float = 1) -> None:
        """Lay it out with other ``spaces`` between blocks, relative to the usual ones."""
        context, arguments = self.context, self._arguments
        root = self.result[0]
        weasyprint.layout.block.remove_placeholders(context, root.children, *arguments[4:6])
        for part in {*context.broken_out_of_flow} - self._waiting:
            del context.broken_out_of_flow[part]
        context.release_feet({*context.feet} - self._resumed)
        self._box.position_y, context.spaces = self._y, spaces
        self.result = original_block_level_layout(context, self._box, *arguments[:-1], [])
        context.spaces = 1

    def drop_floats(self) -> None:
        """Have no floats on the next page that are there anyway, with what is around them:
        WeasyPrint only drops those right within what goes to the next page."""
        waiting = {*self.context.broken_out_of_flow} - self._waiting
        if waiting and self.result[0]:
            for part in waiting.difference(all_boxes(self.result[0])):
                del self.context.broken_out_of_flow[part]

    def leaves_floats(self) -> bool:
        """Return whether floats wait for another page although the text, or its chapter, ends. The
        text goes there with them."""
        _, resume_at, following, *_ = self.result
        is_end = resume_at is None or following["break"] != "any"
        is_end = is_end and not self._begins_within_chapter(resume_at)
        return is_end and bool({*self.context.broken_out_of_flow} - self._waiting)

    def _begins_within_chapter(self, resume_at: Any) -> bool:
        """Return whether the next page begins where that of another edition does, in a chapter."""
        box = parent = self._box
        while resume_at:
            number, resume_at = next(iter(resume_at.items()))
            parent, box = box, box.children[number]
        is_chapter = has_class(box, "level-1") or has_class(parent, "part")
        return box.element is not None and PAGE_START in box.element.attrib and not is_chapter

    def keep_together(self) -> None:
        """Have all on a page that is on it in another edition, if its end is near: the page is a
        little longer then, or its spaces are narrower."""
        line = strut(self._box.style)[0]
        for lines, spaces in LONGER:
            self._lengthen(lines * line)
            self.again(spaces)
            if not _is_left(self.result):
                return
            self._lengthen(-lines * line)
        self.again()

    def _lengthen(self, length: float) -> None:
        self.context.page_bottom += length
        self.context.current_footnote_area.position_y += length

    def lacks_feet(self) -> bool:
        """Return whether room is reserved for something that has gone to the next page."""
        reserved = {*self.context.feet} - self._resumed
        return bool(reserved and self.result[0] and reserved - {*elements(self.result[0])})


def _fill(page: _Page) -> None:
    """Have more on a page that is short, or else space between its exercises."""
    root = page.result[0]
    full = NEARLY_FULL if has_class(root, "banded") else FULL
    if _is_short(page.context, _bottom(root), full):
        before = _place(page.result[1])
        for spaces in TIGHTER:
            page.again(spaces)
            if _place(page.result[1]) > before:
                return
        page.again()
    _spread(page.result[0], page.context.page_bottom)


def _is_left(result: Sequence[Any]) -> bool:
    """Return whether a page is left because it has no more room."""
    root, resume_at, following, *_ = result
    return bool(root and resume_at and following["break"] == "any")


def _place(resume_at: Any) -> tuple[float, ...]:
    """A place where a text goes on, in the order of the text; the end comes last. Of the cells of
    a row that is divided, the first counts."""
    if resume_at is None:
        return (math.inf,)
    path = list[float]()
    while resume_at:
        number, resume_at = next(iter(resume_at.items()))
        path.append(number)
    return tuple(path)


def _bottom(box: Any) -> float:
    """Where the last line or picture in a box ends."""
    inner = [] if is_line(box) else [c for c in children(box) if c.style["position"] != "absolute"]
    if not inner:
        return float(box.border_box_y() + box.border_height())
    return max(map(_bottom, inner))


def _spread(root: Any, foot: float) -> None:
    """Move the exercises on a page apart, so that it ends at its foot if possible; none from the
    title or from its heading. Those whose titles are bands stay where the page would be short."""
    pairs = [(pair[1], _is_apart(*pair)) for pair in itertools.pairwise(_blocks(root))]
    gaps = sum(is_apart for _, is_apart in pairs)
    shift, free = 0.0, foot - _bottom(root)
    most = MOST_LINES * strut(root.style)[0]
    if free > gaps * most and has_class(root, "banded"):
        return
    for block, is_apart in pairs:
        if is_apart:
            shift += min(free / gaps, most)
        block.translate(0, shift)


def _is_apart(before: Any, block: Any) -> bool:
    """Return whether there may be more space between two blocks: an exercise and one before it, or
    the heading after that."""
    if block.element_tag in HEADINGS:
        return has_class(before, "exercise")
    is_alone = before.element_tag not in HEADINGS and not has_class(before, "title-block")
    return has_class(block, "exercise") and is_alone


def _level_columns(root: Any) -> None:
    """Move what is in columns apart, as far as that is not conspicuous, so that they end nearly
    together."""
    for box in all_boxes(root):
        columns = [child for child in children(box) if getattr(child, "is_column", False)]
        foot = max(map(_bottom, columns), default=0)
        for column in columns:
            blocks = [*_blocks(column)]
            rooms = [_room(*pair) * strut(column.style)[0] for pair in itertools.pairwise(blocks)]
            share = min(1, (foot - _bottom(column)) / (sum(rooms) or math.inf))
            for block, room in zip(blocks[1:], itertools.accumulate(rooms), strict=True):
                block.translate(0, share * room)


def _room(before: Any, block: Any) -> float:
    """The lines by which two blocks in a column are moved apart at most: stories by one."""
    tags = before.element_tag, block.element_tag
    if tags[1] in HEADINGS:
        return 1
    return 0 if tags[0] in HEADINGS or tags == ("p", "p") else 0.5


def _blocks(box: Any) -> Iterator[Any]:
    """The blocks of a text."""
    for child in box.children:
        if child.element_tag in AROUND:
            yield from _blocks(child)
        else:
            yield child


def block_container_layout(context: Any, box: Any, *rest: Any, **of_floats: Any) -> Any:
    """The layout of a block, and where it goes on."""
    if not of_floats:
        _begin_column_at_top(context, box, is_resumed=bool(rest[1]))
        if context.spaces != 1 and not context.in_column:
            box.margin_top, box.margin_bottom = (
                margin * context.spaces if margin > 0 else margin
                for margin in (box.margin_top, box.margin_bottom)
            )
        if context.follows_float and box.element_tag == "p":  # as after a figure that cannot move
            lines = [_restyle(line, text_indent=NO_INDENT) for line in box.children]
            box = _restyle(box.copy_with_children(lines), text_indent=NO_INDENT)
        if box.is_table_wrapper or box.establishes_formatting_context():
            # WeasyPrint would move it there only when it has been divided.
            edge = box.position_y + box.margin_top
            box.position_y += context.below_page_floats(edge) - edge
        kind, (_, skip_stack, page_is_empty, *_) = box.style["break_inside"], rest
        if kind == WITHIN_A_SPREAD and not context.in_column:
            box = _restyle(box, break_inside="avoid" if context.current_page % 2 else "auto")
        elif (
            kind in (IN_ONE_PIECE, ON_A_FULL_PAGE)
            and not (skip_stack or page_is_empty or context.in_column)
            and _is_short(context, box.position_y)
        ):
            if kind == ON_A_FULL_PAGE:
                box = _restyle(box, break_inside="auto")
            elif (image := _picture(box)) is not None:
                return _with_image(context, box, image, *rest)
    return original_block_container_layout(context, box, *rest, **of_floats)


def _begin_column_at_top(context: Any, box: Any, is_resumed: bool) -> None:
    """Have no space above what begins a column that goes on, as above what begins a page."""
    if box.is_column:
        context.begins_column = is_resumed
    elif context.begins_column:
        if not is_resumed:
            box.margin_top = min(box.margin_top, 0)
            box.padding_top = 0 if has_class(box, "list") else box.padding_top
        context.begins_column = not any(is_line(c) or is_image(c) for c in box.children[:1])


def _picture(box: Any) -> Any | None:
    """The picture in a block, unless it has words, which would be too small in a smaller one.
    Those of charts are drawn as shapes."""
    image = None if has_class(box, "chart") else next(filter(is_image, box.children), None)
    return None if image is None or _has_words(image.replacement) else image


def _has_words(picture: Any) -> bool:
    """Return whether a drawing has text."""
    if not isinstance(picture, weasyprint.images.SVGImage):
        return False
    return picture._svg.tree._etree_node.find(".//{*}text") is not None


def _is_short(context: Any, y: float, full: float = FULL) -> bool:
    """Return whether a page that ends at a place is short."""
    page = context.current_footnote_area.page
    return bool(context.page_bottom - y > (1 - full) * page.height)


def _restyle(box: Any, **values: Any) -> Any:
    """A copy of a box with another style."""
    box = box.copy()
    box.style = box.style.copy()
    box.style.update(values)
    return box


def _with_image(
    context: Any,
    box: Any,
    image: Any,
    bottom_space: float,
    _skip_stack: None,
    _page_is_empty: bool,
    absolute_boxes: Any,
    fixed_boxes: Any,
    margins: Any,
    *rest: Any,
) -> Any:
    """The layout of a block with an image, smaller if it fits then only."""
    y = box.position_y

    def layout(block: Any, space: float) -> Any:
        block.position_y = y
        return original_block_container_layout(
            context,
            block,
            space,
            None,
            False,
            absolute_boxes,
            fixed_boxes,
            [*(margins or ())],
            *rest,
        )

    result = layout(box, bottom_space)
    if result[0]:
        return result
    whole, *_ = layout(box, -math.inf)
    weasyprint.layout.block.remove_placeholders(context, [whole], absolute_boxes, fixed_boxes)
    drawn = next(filter(is_image, children(whole)))
    end = whole.border_box_y() + whole.border_height()
    height = drawn.height - (end - context.page_bottom + bottom_space)
    if height < LEAST_PICTURE_SHARE * drawn.height:
        return result
    sizes = {"width": drawn.width * height / drawn.height, "height": height}
    smaller = _restyle(image, **{side: Dimension(size, "px") for side, size in sizes.items()})
    others = [smaller if child is image else child for child in box.children]
    return layout(box.copy_with_children(others), bottom_space)
