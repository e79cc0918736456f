"""The lengths of boxes, which WeasyPrint works out whenever it lays one out. Without percentages,
they are the same for all boxes of a style."""

from __future__ import annotations

from typing import Any

from weasyprint.layout.percent import resolve_percentages as original

SIDES = ("top", "right", "bottom", "left")
GIVEN = (
    *(f"{space}_{side}" for space in ("margin", "padding") for side in SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)
"""Lengths that may be percentages."""

PLACES = tuple(
    f"layout.{module}.resolve_percentages"
    for module in ("absolute", "block", "column", "float", "inline", "page", "table")
)
"""The names by which WeasyPrint's function is called."""

LENGTHS = (*GIVEN, *(f"border_{side}_width" for side in SIDES))


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Give a box its lengths in a block, those of the last box of its style if that is possible."""
    style = box.style
    known = vars(style).get("lengths")
    if known:
        vars(box).update(known)
        return
    original(box, containing_block)
    if known is None:
        style.lengths = {name: getattr(box, name) for name in LENGTHS} if _is_fixed(style) else {}


def _is_fixed(style: Any) -> bool:
    """Return whether neither the block around a box has an effect, nor, in tables, the borders of
    other cells."""
    values = (style[name] for name in GIVEN)
    return style["border_collapse"] != "collapse" and all(
        value == "auto" or getattr(value, "unit", "") == "px" for value in values
    )
