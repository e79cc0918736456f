"""Pages that have nothing but running heads and feet."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.rendered import tree_of
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox
from pipeline.package.pdf.engine.adapter.for_features import (
    PageBox,
    PageType,
    layout_box_backgrounds,
    make_margin_boxes,
    page_height,
    page_width,
    resolve_percentages,
    set_page_type_computed_styles,
)
from pipeline.package.pdf.engine.adapter.patching import patched_for_layout
from pipeline.package.pdf.engine.adapter.problems import reporting_to
from pipeline.package.pdf.engine.adapter.resources import fonts_of
from pipeline.package.pdf.engine.adapter.typesetter import TypesetDocument, TypesetPage, Typesetter
from pipeline.package.units import Furniture


def begin_pages(
    setter: Typesetter, root: Element, blocks: Iterable[Element], styles: Iterable[str]
) -> list[bool]:
    """Return, for each of successive blocks in a tree, whether it begins a page."""
    style_for = setter.styled(root, styles).context.style_for
    begin: list[bool] = []
    after = "auto"
    for block in blocks:
        style = style_for(block)
        begin.append(bool({"page", "always"}.intersection((style["break_before"], after))))
        after = style["break_after"]
    return begin


class Styled(NamedTuple):
    """The markup of running heads with its styles, and the messages of the engine about them."""

    setter: Typesetter
    root: Element
    markup: Any
    messages: tuple[tuple[str, str, str], ...]


def styled(furniture: Furniture, *, is_grey: bool) -> Styled:
    """The furniture of a unit with its styles, which are the same for all units of a text."""
    fonts = tuple(map(Path, furniture.fonts))
    return _styled(furniture.markup, furniture.styles, fonts, is_grey, fonts_of(fonts))


@functools.lru_cache(maxsize=2)
def _styled(
    markup: str, styles: tuple[str, ...], files: tuple[Path, ...], is_grey: bool, fonts: object
) -> Styled:
    """``fonts`` are those read from the files as they are now, in this process."""
    root, messages = tree_of(markup), list[tuple[str, str, str]]()
    setter = Typesetter(files, Path(), (), is_grey=is_grey)
    with reporting_to(lambda *message: messages.append(message)):
        return Styled(setter, root, setter.styled(root, styles), tuple(messages))


def heads(on: Styled, furniture: Furniture) -> TypesetDocument:
    """Pages that have nothing but running heads and feet."""
    markup = on.markup
    context, starts_right = markup.context, on.root.get("dir") != "rtl"
    counts = any(":nth(" in css for css in furniture.styles)
    with patched_for_layout():  # for one at a time: the strings are those of this unit
        context.string_set.clear()
        for name, text in furniture.before.items():
            context.string_set[name][furniture.first - 1] = [text]
        for number, (_, _, strings) in enumerate(furniture.pages, start=furniture.first):
            for name, texts in strings.items():
                context.string_set[name][number] = list(texts)
        kinds = [
            PageType(
                "right" if (number % 2 == 1) == starts_right else "left",
                False,
                name,
                number - 1 if counts else 0,
                (),
            )
            for number, (name, _, _) in enumerate(furniture.pages, start=furniture.first)
        ]
        for kind in dict.fromkeys(kinds):
            if context.style_for(kind) is None:
                set_page_type_computed_styles(kind, markup, context.style_for)
        return on.setter.document(
            _head(markup, kind, number, furniture.total)
            for number, kind in enumerate(kinds, start=furniture.first)
        )


def place_of(page: LayoutBox) -> tuple[float, float, float, float]:
    """The text area of a page: its upper left corner, width and height."""
    return page.content_box_x(), page.content_box_y(), page.width, page.height


def is_plain(page: TypesetPage) -> bool:
    """Return whether a page itself draws nothing."""
    box: Any = page.box
    borders = (getattr(box, f"border_{side}_width") for side in page.bleed)
    drawn = box.canvas_background, box.style["marks"], *borders, *page.bleed.values()
    has_images = box.background and any(layer.image for layer in box.background.layers)
    return not any(drawn) and not has_images and not (box.background and box.background.color.alpha)


def _head(markup: Any, kind: PageType, number: int, total: int) -> Any:
    context = markup.context
    style = context.style_for(kind)
    box = PageBox(kind, style)
    width, height = style["size"]
    resolve_percentages(box, (width, height))
    box.position_x = box.position_y = 0
    page_width(box, context, width)
    page_height(box, context, height)
    context.current_page, context.page_bottom = number, math.inf
    state: Any = [0], {"page": [number], "pages": [total]}, [{"page", "pages"}], []
    box.children = tuple(make_margin_boxes(context, box, state))
    for child in box.children:
        layout_box_backgrounds(box, child, context.get_image_from_uri)
    box.background = box.canvas_background = None
    return box
