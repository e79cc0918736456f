"""Styles of elements, ``style="…"``, that have an equivalent: alignment, width, page breaks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pipeline.model.late import late


class InlineStyle(NamedTuple):
    """The equivalent ``attributes``; where a page begins; and ``others``, which have none."""

    attributes: Mapping[str, str] = MappingProxyType({})
    breaks_before: bool = False
    breaks_after: bool = False
    others: tuple[str, ...] = ()


_PAGE = frozenset({"always", "page", "left", "right", "recto", "verso"})
_SIDES = frozenset({"left", "right"})
_WIDTH = late(r"\d+(?:\.\d+)?(?:%|px|em|rem|cm|mm|in|pt)")
_IN_THE_MIDDLE = late(r"(?:\S+ )?auto(?: \S+ auto)?")
_WITHOUT_EFFECT = frozenset({"display:block", "visibility:hidden", "clear:both"})
"""Declarations that accompany an image in the middle, or an element that is a page break."""


def read(style: str, *, is_image: bool = False) -> InlineStyle:
    """The equivalents of a style. Margins put images in the middle, and no text."""
    attributes: dict[str, str] = {}
    before = after = False
    others: list[str] = []
    for declaration in style.lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        value = value.removesuffix("!important").strip()
        if not name:
            continue
        if name in ("page-break-before", "break-before") and value in _PAGE:
            before = True
        elif name in ("page-break-after", "break-after") and value in _PAGE:
            after = True
        elif name == "text-align" and value in ("center", *_SIDES):
            attributes["align"] = value
        elif name == "float" and value in _SIDES:
            attributes["align"] = f"float-{value}"
        elif is_image and name.startswith("margin") and _IN_THE_MIDDLE.fullmatch(value):
            attributes.setdefault("align", "center")
        elif name == "width" and _WIDTH.fullmatch(value):
            attributes["width"] = value
        else:
            others.append(f"{name}:{value}")
    if attributes or before or after:
        others = [other for other in others if other not in _WITHOUT_EFFECT]
    return InlineStyle(attributes, before, after, tuple(others))
