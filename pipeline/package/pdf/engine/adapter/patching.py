"""WeasyPrint with functions and classes of ours in place of some of its own, the private names that
are used of it, and the problems that it reports.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import operator
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any, TypeAlias

import weasyprint

from pipeline.package.pdf.engine.adapter import glyph_texts, lines, spaces
from pipeline.package.pdf.engine.adapter.page_layout import (
    Layout,
    SidedStyles,
    block_level_layout,
    float_layout,
    layout_document,
    make_all_pages,
    resolve_math,
    resumed_float_layout,
)
from pipeline.package.pdf.engine.adapter.short_pages import block_container_layout, page_layout

# --- private names ---------------------------------------------------------------------------
# The names of WeasyPrint that are used although they are not documented, with the parameters that
# functions take, and the reasons. They are compared with the WeasyPrint that is loaded before
# anything uses them.

Uses: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Reasons, and the names that they are for."""

KNOWN = "70"
"""The major version of WeasyPrint that has all of them."""

NAMES: Uses = (
    (
        "takes a tree. The parser is for HTML found in the wild, takes many times as long, and "
        "ends a paragraph at the first block inside. Kozea/WeasyPrint#2232",
        (
            "HTML.base_url", "HTML.url_fetcher", "HTML.media_type", "HTML.wrapper_element",
            "HTML.etree_element",
        ),
    ),
    (
        "a document, pages and a layout of our classes, which `HTML.render` does not make",
        (
            "Document.__init__",
            "Document._render(html, font_config, counter_style, color_profiles, options)",
            "Document._build_layout_context", "document.LayoutContext",
        ),
    ),
    (
        "gives access to boxes, draws the signs of broken lines, and looks for links and places "
        "once boxes are where they stay",
        (
            "document.Page.__init__(self, page_box)", "document.Page.paint(self, stream, scale=1)",
            "document.Page._page_box",
        ),
    ),
    (
        "ends a layout that has more pages than allowed, which nothing else does. "
        "Kozea/WeasyPrint#1549",
        ("layout.LayoutContext", "layout.LayoutContext.current_page"),
    ),
    (
        "if a page has left notes to the next, all pages are made again in the next pass; "
        "otherwise the notes of an unchanged page would be lost",
        (
            "layout.LayoutContext.rendered_notes", "layout.LayoutContext.reported_footnotes",
            "layout.initialize_page_maker(context, root_box)",
        ),
    ),
    (
        "notes stay on the page of their reference, and an area that has become empty takes no "
        "room. Kozea/WeasyPrint#1924",
        (
            "layout.LayoutContext._update_footnote_area(self)",
            "layout.LayoutContext.current_footnote_area",
            "layout.LayoutContext.current_page_footnotes", "layout.LayoutContext.in_column",
            "layout.LayoutContext.page_bottom",
            "formatting_structure.build.create_anonymous_boxes(box)",
            "layout.block.block_level_layout",
        ),
    ),
    (
        "a float that goes to the next page as a whole takes no room on its page, and one at the "
        "foot of a page takes it there. Kozea/WeasyPrint#1098",
        (
            "layout.block.block_level_layout(context, box, bottom_space, skip_stack, "
            "containing_block, page_is_empty=True, absolute_boxes=None, fixed_boxes=None, "
            "adjoining_margins=None, first_letter_style=None, first_line_style=None, "
            "discard=False, max_lines=None)",
            "layout.block.float_layout", "layout.page.float_layout",
            "layout.percent.resolve_percentages(box, containing_block)",
            "formatting_structure.boxes.BlockBox(element_tag, style, element, children)",
            "layout.LayoutContext.add_broken_out_of_flow(self, new_box, box, containing_block, "
            "resume_at)",
            "layout.LayoutContext._excluded_shapes", "layout.LayoutContext.broken_out_of_flow",
            "layout.LayoutContext.excluded_shapes",
        ),
    ),
    (
        "a page that would be left short has a part of an exercise, or a smaller picture, which "
        "nothing else can know before",
        (
            "layout.block.block_container_layout(context, box, bottom_space, skip_stack, "
            "page_is_empty, absolute_boxes, fixed_boxes, adjoining_margins, first_letter_style, "
            "first_line_style, discard, max_lines)",
            "layout.block.remove_placeholders(context, box_list, absolute_boxes, fixed_boxes)",
            "css.properties.Dimension", "images.SVGImage._svg", "svg.Node._etree_node",
        ),
    ),
    (
        "take note of the spaces between two lines, for screen readers. Kozea/WeasyPrint#720",
        (
            "layout.inline.split_first_line",
            "layout.inline.skip_first_whitespace(box, skip_stack)",
            "layout.inline.remove_last_whitespace(context, line)",
        ),
    ),
    (
        "Chinese and Japanese are justified, without spaces",
        ("layout.inline.count_expandable_spaces(box)",),
    ),
    (
        "spaces that are kept hang at the end of a line of code",
        ("layout.inline.trailing_whitespace_size(context, box)",),
    ),
    (
        "the lines of a paragraph are chosen together, spaces may be narrower, and pages are "
        "drafted before. Nothing else balances lines",
        (
            "document.layout_document(html, root_box, context, max_loops=8)",
            "layout.make_all_pages(context, root_box, html, pages)",
            "layout.LayoutContext.excluded_shapes", "layout.LayoutContext.footnotes",
            "layout.LayoutContext.running_elements", "layout.LayoutContext.dictionaries",
            "layout.block.iter_line_boxes(context, box, position_y, bottom_space, skip_stack, "
            "containing_block, absolute_boxes, fixed_boxes, first_letter_style, first_line_style)",
            "layout.inline.split_inline_box(context, box, position_x, max_x, bottom_space, "
            "skip_stack, containing_block, absolute_boxes, fixed_boxes, line_placeholders, "
            "waiting_floats, line_children, first_letter_style, first_line_style)",
            "layout.inline.split_text_box(context, box, available_width, skip, is_line_start=True)",
            "layout.inline.text_align(context, line, available_width, last)",
            "layout.inline.justify_line(context, line, extra_width)",
            "layout.percent.percentage(value, computed, refer_to)",
            "text.line_break.create_layout(text, style, context, max_width, justification_spacing)",
            "text.line_break.get_log_attrs(text, lang)", "text.line_break.line_size(line, style)",
            "text.line_break.strut(style)",
        ),
    ),
    (
        "frees a layout as soon as it is drawn: nothing in it keeps itself in a circle",
        (
            "css.RelativeLengthInMath",
            "css.resolve_math(token, computed=None, property_name=None, refer_to=None)",
            "layout.LayoutContext.get_image_from_uri",
        ),
    ),
    (
        "frees the font features of a text: 50 kB for every two pages",
        (
            "text.line_break.Layout(style, justification_spacing=0, max_width=None)",
            "text.line_break.Layout.setup(self, style)",
            "text.fonts.FontConfiguration.font_features",
        ),
    ),
    (
        "floats within a line are on the side that their direction gives",
        (
            "css.StyleFor.set_computed_styles", "css.StyleFor._computed_styles",
            "css.ComputedStyle.cascaded",
        ),
    ),
    (
        "a part of a text knows the page numbers of others that it shows, and says which it needs",
        (
            "Document._html", "css.targets.TargetLookupItem(state='pending')",
            "css.targets.TargetCollector.target_lookup_items",
            "css.targets.TargetCollector.counter_lookup_items",
        ),
    ),
    (
        "a part is laid out without running heads and feet, which are made separately",
        ("layout.make_margin_boxes(context, page, state)",),
    ),
    (
        "make pages with running heads and feet only",
        (
            "layout.page.PageType",
            "layout.page.set_page_type_computed_styles(page_type, html, style_for)",
            "layout.page.page_width(box, context, containing_block_width)",
            "layout.page.page_height(box, context, containing_block_height)",
            "layout.page.make_margin_boxes(context, page, state)",
            "layout.percent.resolve_percentages(box, containing_block)",
            "layout.background.layout_box_backgrounds",
            "formatting_structure.boxes.PageBox(page_type, style)",
            "layout.LayoutContext.string_set", "layout.LayoutContext.style_for",
        ),
    ),
    (
        "draw pages to be kept, which are not in a PDF yet",
        ("pdf.stream.Stream", "pdf._use_references(pdf, resources, images, color_profiles)"),
    ),
    (
        "glyphs stand for the characters they are drawn for, and runs from right to left are read "
        "in their order. Nothing else writes them",
        (
            "draw.text.draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)",
            "pdf.fonts.Font.to_unicode", "pdf.fonts.Font.widths",
        ),
    ),
    (
        "marks everything drawn, without WeasyPrint's own tags, which divide an element that "
        "continues on the next page. Kozea/WeasyPrint#2903",
        ("pdf.stream.Stream._tags",),
    ),
    (
        "make a PDF of pages drawn before, with one subset of each font for all",
        ("pdf.fonts.Font(pango_font, description, font_size)", "pdf.metadata.DocumentMetadata"),
    ),
    (
        "the kinds of boxes, and which are out of the flow",
        (
            "formatting_structure.boxes",
            "formatting_structure.boxes.TextBox(element_tag, style, element, text)",
            "formatting_structure.boxes.ReplacedBox(element_tag, style, element, replacement)",
            "formatting_structure.boxes.LineBox(element_tag, style, element, children)",
            "formatting_structure.boxes.BlockBox(element_tag, style, element, children)",
            "formatting_structure.boxes.InlineBox(element_tag, style, element, children)",
            "formatting_structure.boxes.MarginBox(at_keyword, style)",
            "formatting_structure.boxes.FootnoteAreaBox(page, style)",
            "layout.absolute.AbsolutePlaceholder._box",
        ),
    ),
    (
        "the packaged fonts, and none of the machine's. Kozea/WeasyPrint#1618",
        (
            "text.fonts.FontConfiguration.__init__(self)", "text.fonts.FontConfiguration._config",
            "text.fonts.FontConfiguration._folder", "text.fonts.FontConfiguration.font_map",
            "text.fonts.FontConfiguration.strut_layouts", "text.ffi.FROM_UNITS", "text.ffi.ffi",
            "text.ffi.fontconfig", "text.ffi.gobject", "text.ffi.harfbuzz", "text.ffi.pango",
            "text.ffi.pangoft2",
        ),
    ),
    (
        "fonts are kept for the next text, unless a drawing adds some",
        ("text.fonts.FontConfiguration.add_font_face(self, rule_descriptors, url_fetcher)",),
    ),
)  # fmt: skip


def changes(uses: Uses) -> Iterator[str]:
    """The differences between names and those of the WeasyPrint that is loaded."""
    for _, names in uses:
        yield from filter(None, map(change, names))


def change(name: str) -> str:
    """The difference between a name and WeasyPrint's, if there is any."""
    path, _, listed = name.rstrip(")").partition("(")
    value: Any = weasyprint
    for part in path.split("."):
        owner, value = value, getattr(value, part, None)
        if value is None:
            return "" if part in _find_attributes(owner) else f"has no {path}"
    if not listed:
        return ""
    function = inspect.unwrap(value.__init__ if inspect.isclass(value) else value)
    code = function.__code__
    parameters = list(code.co_varnames[: code.co_argcount])
    expected = [parameter.partition("=")[0] for parameter in listed.split(", ")]
    actual = parameters[inspect.isclass(value) or inspect.ismethod(value) :]
    return "" if actual == expected else f"has {path}({', '.join(actual)}), not ({listed})"


def _find_attributes(owner: Any) -> frozenset[str]:
    """The attributes that the functions of a class have to do with: its objects have more than it
    does itself."""
    values = (value for base in getattr(owner, "__mro__", ()) for value in vars(base).values())
    functions = (getattr(value, "__func__", value) for value in values)
    mentioned = (f.__code__.co_names for f in functions if isinstance(f, FunctionType))
    return frozenset(name for names in mentioned for name in names)


# --- problems --------------------------------------------------------------------------------
# Problems reported by the engine.

KINDS = {
    ".notdef": "glyph",
    "Failed to load image": "image",
    "Failed to render SVG image": "drawing",
}
"""The beginnings of messages, and their subjects."""

REFUSED = "URLFetchingError"
"""The kind of error that a file that is not served ends in; who refused it reported it."""


MessageListener: TypeAlias = Callable[[str, str, str], None]
"""A listener for problems. It gets the kind, a ``glyph`` that no font has, an ``image`` that cannot
be read, a ``drawing`` that cannot be drawn, or ""; the character or address concerned; and the
message (for an image, the reason)."""


class _Handler(logging.Handler):
    def __init__(self, listener: MessageListener) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        if record.thread != self._thread or any(type(a).__name__ == REFUSED for a in arguments):
            return
        kind = next((KINDS[start] for start in KINDS if record.msg.startswith(start)), "")
        message = str(arguments[1]) if kind == "image" else record.getMessage().strip()
        self._listener(kind, str(arguments[0]) if arguments else "", message)


@contextlib.contextmanager
def reporting_to(listener: MessageListener) -> Iterator[None]:
    """In this context, ``listener`` is called with problems in this thread's layouts."""
    handler = _Handler(listener)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


# --- patching --------------------------------------------------------------------------------
# WeasyPrint with functions and classes of ours in place of some of its own, while it lays out and
# draws pages for us. There is one layout at a time.

LAYOUT: dict[str, Any] = {
    "css.StyleFor": SidedStyles,
    "css.resolve_math": resolve_math,
    "document.LayoutContext": Layout,
    "document.layout_document": layout_document,
    "layout.make_all_pages": make_all_pages,
    "layout.block.block_container_layout": block_container_layout,
    "layout.block.block_level_layout": block_level_layout,
    "layout.block.float_layout": float_layout,
    "layout.block.iter_line_boxes": lines.iter_line_boxes,
    "layout.inline.remove_last_whitespace": spaces.remove_last_whitespace,
    "layout.inline.skip_first_whitespace": spaces.skip_first_whitespace,
    "layout.inline.split_first_line": spaces.split_first_line,
    "layout.inline.split_inline_box": lines.split_inline_box,
    "layout.inline.split_text_box": lines.split_text_box,
    "layout.inline.count_expandable_spaces": spaces.count_expandable_spaces,
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
    with _lock, _replace(LAYOUT | FASTER_LAYOUT | no_margins):
        yield


@contextlib.contextmanager
def patched_for_drawing() -> Iterator[None]:
    """In this context, WeasyPrint draws pages as we need them."""
    with _lock, _replace(DRAWING | FASTER_DRAWING):
        yield


@contextlib.contextmanager
def _replace(functions: Mapping[str, Any]) -> Iterator[None]:
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
