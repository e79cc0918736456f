"""Style sharing between elements.

WeasyPrint computes a style for each element with an id, for all its descendants, for each page and
each margin box, and six more for each element that has no list marker and is not a note. A book of
code spent a fifth of its time and a third of its memory on that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weasyprint.css import ComputedStyle, Style, StyleFor
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

CONDITIONS: dict[str, Callable[[Any], bool]] = {
    "marker": lambda style: "list-item" in style["display"],
    "footnote-call": lambda style: bool(style["float"] == "footnote"),
    "footnote-marker": lambda style: bool(style["float"] == "footnote"),
    "note-call": lambda style: bool(style["position"][0] == "note()"),
    "note-marker": lambda style: bool(style["position"][0] == "note()"),
    "note-callback": lambda style: bool(style["position"][0] == "note()"),
}
"""The parts that are only requested for elements with such styles."""

WORKED_OUT = frozenset({"anonymous_style", "empty", "hyphen", "kept", "paragraph"})
"""Attributes of a style that depend on its other properties."""


SPECIAL = frozenset({"display", "float", "page", "position"}) | {
    name for name in INITIAL_VALUES if name.startswith("text_decoration_")
}
"""Properties that depend on those of other elements, or on others of their own."""


class LazyStyle(ComputedStyle):  # type: ignore[misc]
    """The style of an element that is not the root. Properties that it does not declare, nearly all
    of them, are taken from its parent or are initial, without all that may happen to others."""

    def __missing__(self, key: str) -> Any:
        if key in self.cascaded or key in SPECIAL:
            return super().__missing__(key)
        logical = PHYSICAL_FUNCTIONS.get(key)
        if logical and logical(block="ttb", inline=self["direction"]) in self.cascaded:
            return super().__missing__(key)
        if key in INHERITED or key.startswith("__"):
            value = self[key] = self.parent_style[key]
        elif key in INITIAL_NOT_COMPUTED:
            return super().__missing__(key)
        else:
            value = self[key] = INITIAL_VALUES[key]
        return value


class OwnStyle(Style):  # type: ignore[misc]  # it has no types
    """A style equal to ``base`` except for changed properties."""

    def __init__(self, base: Any) -> None:
        self.__dict__ |= {
            name: value for name, value in vars(base).items() if name not in WORKED_OUT
        }
        self.base = base

    def __missing__(self, key: str) -> Any:
        value = self[key] = self.base[key]
        return value

    def copy(self) -> OwnStyle:
        copy = OwnStyle(self.base)
        copy.update(self)
        return copy


class SharedStyles(StyleFor):  # type: ignore[misc]
    """The styles of a document: a single one for all elements with the same declarations and the
    same parent style. The anchor of an element with an id is kept separately, and so are the
    counters of each page."""

    def __init__(self, *arguments: Any) -> None:
        self._shared: dict[tuple[object, ...], Any] = {}
        self._own: dict[tuple[object, str | None], OwnStyle] = {}
        super().__init__(*arguments)
        self._computed_styles.update(self._own)  # not before: all that is within goes by the base

    def add_page_declarations(self, page_type: Any) -> None:
        """Forget the styles of earlier pages, which would be searched for each page."""
        self._cascaded_styles.clear()
        super().add_page_declarations(page_type)

    def set_computed_styles(
        self, element: Any, parent: Any, *, pseudo_type: str | None = None, **options: Any
    ) -> None:
        styles = self._computed_styles
        condition = CONDITIONS.get(pseudo_type or "")
        if condition and not condition(styles[element, None]):
            return
        super().set_computed_styles(element, parent, pseudo_type=pseudo_type, **options)
        if parent is None:
            return
        place = element, pseudo_type
        style, above = styles[place], styles[parent, None]
        style.__class__ = LazyStyle
        anchor, style["anchor"] = style["anchor"], None
        declared = tuple(
            (name, id(value), str(weight))
            for name, (value, weight) in style.cascaded.items()
            if name != "anchor"
        )
        key = id(getattr(above, "base", above)), pseudo_type, declared
        styles[place] = base = self._shared.setdefault(key, style)
        if not hasattr(element, "tag"):  # a page, whose margins ask for the base of its own
            styles[place] = OwnStyle(base)
        elif anchor:
            self._own[place] = OwnStyle(base)
            self._own[place]["anchor"] = anchor
