"""WeasyPrint with functions and classes of ours in place of some of its own, while it lays out and
draws pages for us. There is one layout at a time."""

from __future__ import annotations

import contextlib
import operator
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import weasyprint

from pipeline.package.pdf.engine.adapter import glyph_texts, lines, spaces
from pipeline.package.pdf.engine.adapter.page_layout import (
    Layout,
    SidedStyles,
    float_layout,
    layout_document,
    resumed_float_layout,
)
from pipeline.package.pdf.engine.adapter.short_pages import block_container_layout, page_layout

LAYOUT: dict[str, Any] = {
    "css.StyleFor": SidedStyles,
    "document.LayoutContext": Layout,
    "document.layout_document": layout_document,
    "layout.block.block_container_layout": block_container_layout,
    "layout.block.float_layout": float_layout,
    "layout.block.iter_line_boxes": lines.iter_line_boxes,
    "layout.inline.remove_last_whitespace": spaces.remove_last_whitespace,
    "layout.inline.skip_first_whitespace": spaces.skip_first_whitespace,
    "layout.inline.split_first_line": spaces.split_first_line,
    "layout.inline.split_inline_box": lines.split_inline_box,
    "layout.inline.split_text_box": lines.split_text_box,
    "layout.inline.text_align": lines.text_align,
    "layout.inline.trailing_whitespace_size": spaces.trailing_whitespace_size,
    "layout.page.block_level_layout": page_layout,
    "layout.page.float_layout": resumed_float_layout,
    "text.line_break.Layout": spaces.TextLayout,
}
"""The functions and classes that are replaced during a layout."""

DRAWING: dict[str, Any] = {"draw.text.draw_first_line": glyph_texts.draw_first_line}
"""Those that are replaced while a page is drawn."""

FASTER_LAYOUT: dict[str, Any] = {}
FASTER_DRAWING: dict[str, Any] = {}
"""Those of the feature ``fast_engine``, in addition or in place of these."""

_lock = threading.RLock()


@contextlib.contextmanager
def patched_for_layout(is_part: bool = False) -> Iterator[None]:
    """In this context, WeasyPrint lays out pages as we need them. A part has no running heads and
    feet."""
    no_margins = {"layout.make_margin_boxes": lambda *_: ()} if is_part else {}
    with _lock, _replaced(LAYOUT | FASTER_LAYOUT | no_margins):
        yield


@contextlib.contextmanager
def patched_for_drawing() -> Iterator[None]:
    """In this context, WeasyPrint draws pages as we need them."""
    with _lock, _replaced(DRAWING | FASTER_DRAWING):
        yield


@contextlib.contextmanager
def _replaced(functions: Mapping[str, Any]) -> Iterator[None]:
    """While this lasts, WeasyPrint calls these functions instead of those of the same names."""
    before = [(*_place(name), name) for name in functions]
    try:
        for owner, attribute, _, name in before:
            setattr(owner, attribute, functions[name])
        yield
    finally:
        for owner, attribute, original, _ in before:
            setattr(owner, attribute, original)


def _place(name: str) -> tuple[Any, str, Any]:
    """The object in WeasyPrint that has an attribute, the name of that alone, and its value."""
    owner, _, attribute = name.rpartition(".")
    holder = operator.attrgetter(owner)(weasyprint)
    return holder, attribute, getattr(holder, attribute)
