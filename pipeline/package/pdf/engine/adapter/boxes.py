"""The boxes of a laid-out page: their extents, and their elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes

from pipeline.package.pdf.print_markup import classes


class LayoutBox(Protocol):
    """A box, in CSS pixels from the page's upper left corner. It is of an ``element``, or of a
    generated part of one (``p::before``), or of none. Text has a ``text``; lines have a
    ``baseline``. What holds others (`children` gives them) has a list of them."""

    element: Any
    element_tag: str
    page_type: Any
    style: Mapping[str, Any]
    children: Sequence[Any]
    text: str
    position_x: float
    position_y: float
    width: float
    height: float
    baseline: float
    margin_left: float
    margin_right: float
    padding_bottom: float
    link_annotation: Any
    bookmark_label: str | None

    def margin_height(self) -> float: ...
    def border_width(self) -> float: ...
    def border_height(self) -> float: ...
    def border_box_x(self) -> float: ...
    def border_box_y(self) -> float: ...
    def content_box_x(self) -> float: ...
    def content_box_y(self) -> float: ...
    def translate(self, dx: float, dy: float) -> None: ...


def bare(box: Any) -> LayoutBox:
    """The box itself, instead of the placeholder of one out of the flow."""
    return getattr(box, "_box", box)  # type: ignore[no-any-return]


def children(box: LayoutBox) -> list[LayoutBox]:
    """The boxes right within a box, in order."""
    return [bare(child) for child in getattr(box, "children", ())]


def all_boxes(box: LayoutBox) -> Iterator[LayoutBox]:
    """A box and all within it, in order."""
    stack = [bare(box)]
    while stack:
        box = stack.pop()
        yield box
        stack += children(box)[::-1]


def elements(box: LayoutBox) -> Iterator[Element]:
    """The elements that a box and those within it are of."""
    return (inner.element for inner in all_boxes(box) if inner.element is not None)


def has_class(box: LayoutBox, name: str) -> bool:
    """Return whether a box belongs to an element of the class itself, not to a generated part of
    it."""
    element = box.element
    return element is not None and "::" not in box.element_tag and name in classes(element)


def is_floating(box: LayoutBox) -> bool:
    """Return whether a box is beside the text that continues after it."""
    style = box.style
    return style["float"] in ("left", "right") or style["position"] == "absolute"


def shows(box: LayoutBox) -> bool:
    """Return whether a box is a piece of text, or a picture."""
    return bool(text_of_box(box).strip()) or is_image(box)


def text_of_box(box: LayoutBox) -> str:
    """The text of a box that is a piece of text."""
    return getattr(box, "text", "")


def note_of(box: LayoutBox) -> Any:
    """The element of the note whose number is at a box; None if there is no note."""
    note = getattr(box, "footnote", None)
    return None if note is None else note.element


def continues(box: LayoutBox) -> bool:
    """Return whether a box is a line that is not the last of its block."""
    return getattr(box, "resume_at", None) is not None


def _kind(kind: type) -> Callable[[LayoutBox], bool]:
    return lambda box: isinstance(box, kind)


is_text, is_image = _kind(boxes.TextBox), _kind(boxes.ReplacedBox)
is_line, is_block = _kind(boxes.LineBox), _kind(boxes.BlockBox)
is_inline = _kind(boxes.InlineBox)
"""True if a box is a part of a line that holds others."""
is_furniture = _kind(boxes.MarginBox)
"""True if a box is a running head or foot."""
is_notes = _kind(boxes.FootnoteAreaBox)
"""True if a box is the area of the notes at a page's foot."""
