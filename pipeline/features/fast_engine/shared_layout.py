"""Styles, lengths and notes that are worked out once for all boxes that have the same."""

from __future__ import annotations

import atexit
import functools
import logging
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from cssselect2 import Matcher
from weasyprint.css import (
    Style,
    declaration_precedence,
    find_style_attributes,
    preprocess_declarations,
)
from weasyprint.layout.page import set_page_type_computed_styles as original_page_styles
from weasyprint.layout.percent import resolve_percentages as original
from weasyprint.text.line_break import strut as original_strut

from pipeline.package.pdf.engine.adapter.boxes import is_block, is_notes
from pipeline.package.pdf.engine.adapter.page_layout import Layout, SidedStyles
from pipeline.package.pdf.engine.adapter.resources import MOST_FONTS
from pipeline.package.pdf.engine.adapter.short_pages import page_layout

# --- lengths ---------------------------------------------------------------------------------
#
# The lengths of boxes, which are the same for all boxes of a style without percentages.

SIDES = ("top", "right", "bottom", "left")
GIVEN = (
    *(f"{space}_{side}" for space in ("margin", "padding") for side in SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)
"""Lengths that may be percentages."""

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
        # in tables, borders of other cells have an effect
        is_fixed = style["border_collapse"] != "collapse" and all(
            style[name] == "auto" or getattr(style[name], "unit", "") == "px" for name in GIVEN
        )
        style.lengths = {name: getattr(box, name) for name in LENGTHS} if is_fixed else {}


# --- footnotes -------------------------------------------------------------------------------
# Footnotes that are laid out once per page. WeasyPrint lays out all notes of a page again whenever
# one is added or removed, and searches for the note of each box in each line.


class PendingNotes(dict[Any, None]):
    """The list interface that WeasyPrint expects of notes, with a fast membership test: for each
    box in each line it asks whether its note is still pending."""

    def append(self, note: Any) -> None:
        self[note] = None

    def remove(self, note: Any) -> None:
        del self[note]

    def copy(self) -> PendingNotes:
        return PendingNotes(self)


class FastLayout(Layout):
    """A layout in which the heights of notes are added, and their area is put together of those
    that were laid out alone."""

    _pending: PendingNotes

    @property
    def footnotes(self) -> PendingNotes:
        """The notes that are still to come."""
        return self._pending

    @footnotes.setter
    def footnotes(self, notes: Iterable[Any]) -> None:
        self._pending = PendingNotes(dict.fromkeys(notes))

    def height_of_notes(self, notes: tuple[Any, ...]) -> float:
        """The sum of their heights. If margins could collapse, or there is a float in one, which
        those below might stand beside, all are measured together."""
        if len(notes) > 1 and (any(map(_floats, notes)) or not all(map(_is_plain, notes))):
            return super().height_of_notes(notes)
        return sum(map(self._height_of, notes))

    def _height_of(self, note: Any) -> float:
        on_page: Any = self.current_footnote_area
        known: dict[Any, Any] = vars(on_page).setdefault("known", {})
        if note not in known:
            known[note] = area = self.area_with((note,))
            if area:
                del area.known  # it would know itself
        area = known[note]
        return float(area.height) if area else math.inf

    def all_notes(self) -> Any | None:
        """The area with all notes of the page, each as it was laid out alone; none if they cannot
        simply be put one below the other."""
        area, notes = self.current_footnote_area, self.current_page_footnotes
        parts = [vars(area).get("known", {}).get(note) for note in notes]
        if not all(parts) or not all(map(_is_plain, notes)) or not all(map(_stays, notes)):
            return None
        height = sum(part.height for part in parts)
        children = [child for part in parts for child in part.children]
        if not parts or height > area.max_height or not all(map(is_block, children)):
            return None
        area_of_all: Any = parts[0]
        top = area_of_all.content_box_y()
        for part in parts:
            for child in part.children:
                child.translate(0, top - part.content_box_y())
            top += part.height
        area_of_all.children, area_of_all.height = children, height
        return area_of_all


def block_level_layout(context: Any, box: Any, *arguments: Any, **options: Any) -> Any:
    """Lay out the page, or the area of its notes, each of which has been laid out alone already."""
    if is_notes(box) and (notes := context.all_notes()):
        return (notes,)
    return page_layout(context, box, *arguments, **options)


def _stays(note: Any) -> bool:
    """Return whether everything in a note stays in its place in the flow."""
    return all(
        box.style["position"] == "static" and box.style["float"] == "none"
        for box in note.descendants()
    )


def _floats(note: Any) -> bool:
    """Return whether something in a note is at its side."""
    return any(box.style["float"] != "none" for box in note.descendants())


def _is_plain(note: Any) -> bool:
    """Return whether a note has no margins that could collapse with its neighbour's."""
    return not any(
        getattr(box.style[margin], "value", 0)
        for box in note.descendants()
        if is_block(box)
        for margin in ("margin_top", "margin_bottom")
    )


# --- shared styles ---------------------------------------------------------------------------
# Style sharing between elements, and what follows from a style alone.
#
# WeasyPrint computes a style for each element with an id, for all its descendants, for each page
# and each margin box, and six more for each element that has no list marker and is not a note. A
# book of code spent a fifth of its time and a third of its memory on that. It also computes the
# height of a line anew for each box.

CONDITIONS: dict[str, Callable[[Any], bool]] = {
    "marker": lambda style: "list-item" in style["display"],
    **dict.fromkeys(
        ("footnote-call", "footnote-marker"), lambda style: bool(style["float"] == "footnote")
    ),
    **dict.fromkeys(
        ("note-call", "note-marker", "note-callback"),
        lambda style: bool(style["position"][0] == "note()"),
    ),
}
"""The parts that are only requested for elements with such styles."""

WORKED_OUT = frozenset(
    ("advances", "anonymous_style", "empty", "hyphen", "kept", "lengths", "paragraph", "strut")
)
"""Attributes of a style that depend on its other properties."""


Weighted: TypeAlias = tuple[str, Any, tuple[object, ...]]
"""A declaration, a name and a value, and its weight."""


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


class _KeptStyles:
    """The styles of all texts with the same style sheets and fonts, by what they were declared
    with: the same objects, if these are."""

    def __init__(self, sheets: tuple[Any, ...]) -> None:
        self.matcher = _matcher(sheets)
        rules = (rule for sheet, *_ in sheets for rule in sheet.page_rules)
        self.counts_pages = any(asked.index for _, parts, _ in rules for *_, asked in parts)
        self.shared: dict[tuple[object, ...], Any] = {}
        self.of_rules: dict[tuple[object, ...], dict[str | None, Any]] = {}
        self.of_pages: dict[tuple[object, ...], dict[str | None, Any]] = {}
        self._values: dict[tuple[object, ...], Any] = {}

    def same(self, declared: Iterable[Weighted]) -> Iterator[Weighted]:
        """Declarations in attributes, whose values are the same objects as equal ones before."""
        for name, value, weight in declared:
            is_known = name == "anchor"  # which no two have
            key = name, value if is_known else repr(value)
            yield name, value if is_known else self._values.setdefault(key, value), weight


@functools.lru_cache(MOST_FONTS)
def _kept_styles(sheets: tuple[Any, ...], fonts: Any) -> _KeptStyles:
    return _KeptStyles(sheets)


class _PageSizes(dict[str, Any]):
    """The size of the first page of a text: whose lengths depend on it has styles of its own."""

    def __getitem__(self, name: str) -> Any:
        _kept_styles.cache_clear()
        return super().__getitem__(name)


def _forget_styles(message: logging.LogRecord) -> bool:
    """Work out all styles again after a message, which may be about them: each text has its own."""
    _kept_styles.cache_clear()
    return True


logging.getLogger("weasyprint").addFilter(_forget_styles)
atexit.register(_kept_styles.cache_clear)  # before the fonts


class SharedStyles(SidedStyles):
    """The styles of a document: a single one for all elements with the same declarations and the
    same parent style, also of other documents. The anchor of an element with an id is kept
    separately, and so are the counters of each page.

    All sheets are matched with an element at once, and declarations are only gathered for the first
    of the elements that match the same rules, and have the same ``style``, within the same style.
    """

    def __init__(
        self, html: Any, sheets: list[Any], hints: bool, font_config: Any, target_collector: Any
    ) -> None:
        self._cascaded_styles: dict[tuple[object, str | None], dict[str, Any]] = {}
        self._computed_styles: dict[tuple[object, str | None], Any] = {}
        self.initial_page_sizes = _PageSizes(box=None, area=None)
        self._sheets, self.font_config = sheets, font_config
        self.kept = kept = _kept_styles(tuple(sheets), font_config)
        self._own_styles: dict[tuple[object, str | None], OwnStyle] = {}
        styles, cascaded, root = self._computed_styles, self._cascaded_styles, html.etree_element
        in_attributes: dict[object, list[tuple[Any, ...]]] = {}
        for weight, element, *written in find_style_attributes(root, hints, html.base_url):
            in_attributes.setdefault(element, []).append((weight, *written))
        for wrapper in html.wrapper_element.iter_subtree():
            element, parent = wrapper.etree_element, wrapper.parent and wrapper.parent.etree_element
            rules = kept.matcher.match(wrapper)
            above = styles[parent, None] if wrapper.parent else None
            declared, style_attribute = in_attributes.get(element, ()), element.get("style")
            key = id(above), style_attribute, *(id(rule) for _, _, _, rule in rules)
            # no other attribute declares anything
            is_like_others = len(declared) == bool(style_attribute)
            if is_like_others and key in kept.of_rules:
                for part, style in kept.of_rules[key].items():
                    styles[element, part] = style
                continue
            cascaded[element, None] = {}
            for weight, written, address in declared:
                declarations = preprocess_declarations(address, written)
                weighted = _weigh(declarations, "author", math.inf, weight)
                _cascade(cascaded, (element, None), kept.same(weighted))
            for _, _, part, rule in rules:
                _cascade(cascaded, (element, part), rule.declarations)
            parts = [part for _, part in cascaded]
            for part in parts:
                self.set_computed_styles(
                    element,
                    element if part else parent,
                    root=root,
                    pseudo_type=part,
                    base_url=html.base_url,
                    target_collector=target_collector,
                )
            if is_like_others:
                places = ((part, (element, part)) for part in parts)
                kept.of_rules[key] = {p: styles[place] for p, place in places if place in styles}
            cascaded.clear()
        for place in [(e, None) for e in (root, *root.iter("body"))]:  # changed for the viewport
            self._own_styles.setdefault(place, OwnStyle(styles[place]))
        styles.update(self._own_styles)  # not before: all that is within goes by the base

    def add_page_declarations(self, page_type: Any) -> None:
        """Forget the declarations of earlier pages, which would be searched for each page."""
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
        place = element, pseudo_type
        style, above = styles[place], None if parent is None else styles[parent, None]
        anchor, style["anchor"] = style["anchor"], None
        declared = tuple(
            (name, id(value), str(weight))
            for name, (value, weight) in style.cascaded.items()
            if name != "anchor"
        )
        key = id(getattr(above, "base", above)), pseudo_type, declared
        styles[place] = base = self.kept.shared.setdefault(key, style)
        if not hasattr(element, "tag"):  # margins of a page ask for the base of its own
            styles[place] = base if pseudo_type else OwnStyle(base)
        elif anchor:
            self._own_styles[place] = OwnStyle(base)
            self._own_styles[place]["anchor"] = anchor


def set_page_type_computed_styles(page_type: Any, html: Any, styles: Any) -> None:
    """Give a page its styles: those of an earlier one, if they differ in nothing but a number that
    no rule asks for."""
    computed, known = styles.get_computed_styles(), styles.kept.of_pages
    root = computed[html.etree_element, None]
    kind = page_type if styles.kept.counts_pages else (*page_type[:3], page_type.index == 0)
    kind = id(getattr(root, "base", root)), *kind
    if kind not in known:
        original_page_styles(page_type, html, styles)
        known[kind] = {part: styles(page_type, part) for _, part in styles.get_cascaded_styles()}
    for part, style in known[kind].items():
        computed[page_type, part] = style if part else OwnStyle(style.base)


class _Rule:
    """The declarations of a rule for one of its selectors, weighted when it first matches."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    @functools.cached_property
    def declarations(self) -> tuple[Weighted, ...]:
        return _weigh(*self._given)


def _weigh(
    declarations: Iterable[Any], origin: str, layer: float, specificity: tuple[int, ...]
) -> tuple[Weighted, ...]:
    """Declarations with their weights in the cascade."""
    return tuple(
        (name, value, (declaration_precedence(origin, is_important), layer, specificity))
        for name, value, is_important in declarations
    )


def _cascade(
    cascaded: dict[Any, dict[str, Any]], place: Any, declarations: Iterable[Weighted]
) -> None:
    """Add declarations to those of a place that do not have more weight."""
    style = cascaded.setdefault(place, {})
    for name, value, weight in declarations:
        if name not in style or style[name][1] <= weight:
            style[name] = value, weight


def _matcher(sheets: tuple[Any, ...]) -> Matcher:
    """The rules of style sheets, each with its origin, as one: to match an element with each takes
    many times as long."""
    together = Matcher()
    for sheet, origin, weight in sheets:
        for name, selectors in vars(sheet.matcher).items():
            if isinstance(selectors, list):
                entries = getattr(together, name)
                entries += _entries(selectors, together.order, sheet.layers, origin, weight)
            elif isinstance(selectors, dict):
                for key, rules in selectors.items():
                    entries = getattr(together, name).setdefault(key, [])
                    entries += _entries(rules, together.order, sheet.layers, origin, weight)
        together.order += sheet.matcher.order
    return together


def _entries(
    selectors: Iterable[Any], before: int, layers: list[Any], origin: str, weight: Any
) -> Iterator[tuple[Any, ...]]:
    """Selectors of a sheet as entries of a matcher, ``before`` which it has a number of others."""
    for test, specificity, place, part, (declarations, layer) in selectors:
        order = math.inf if layer is None else layers.index(layer)
        rule = _Rule(declarations, origin, order, weight or specificity)
        yield test, specificity, before + place, part, rule


def strut(style: Any) -> Any:
    """The height of a line of a style, and where its baseline is."""
    if (metrics := vars(style).get("strut")) is None:
        metrics = style.strut = original_strut(style)
    return metrics
