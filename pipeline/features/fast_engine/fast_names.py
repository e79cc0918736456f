"""The names of WeasyPrint that are used to be faster although they are not documented, with the
parameters that functions take, and the reasons."""

from __future__ import annotations

from pipeline.package.pdf.engine.adapter.patching import Uses

PLACES = tuple(
    f"layout.{module}.resolve_percentages"
    for module in ("absolute", "block", "column", "float", "inline", "page", "table")
)
"""The names by which WeasyPrint's function is called."""

# fmt: off
NAMES: Uses = (
    ("styles are shared by elements, and all sheets matched with an element at once", (
        "css.StyleFor(html, sheets, presentational_hints, font_config, target_collector)",
        "css.StyleFor.__init__", "css.StyleFor.add_page_declarations(self, page_type)",
        "css.StyleFor._cascaded_styles", "css.StyleFor._sheets", "css.Style",
        "css.find_style_attributes(tree, presentational_hints=False, base_url=None)",
        "css.preprocess_declarations(base_url, declarations, prelude=None)",
        "css.declaration_precedence(origin, importance)",
    )),
    ("pages share styles too", (
        "css.StyleFor._computed_styles",
        "layout.page.set_page_type_computed_styles(page_type, html, style_for)",
    )),
    ("heights of lines are computed once for a style", (
        "layout.inline.strut(style)", "text.line_break.strut(style)",
    )),
    ("lengths of boxes are worked out once for a style", (
        "layout.percent.resolve_percentages(box, containing_block)", *PLACES,
    )),
    ("the notes that are to come are found at once, and each note is laid out once per page", (
        "document.LayoutContext", "layout.LayoutContext.footnotes",
    )),
    ("the area of notes is put together of those that were laid out", (
        "layout.page.block_level_layout",
    )),
    ("lays out no more of a text than a line can hold, and a short text only once", (
        "layout.inline.split_first_line", "layout.preferred.split_first_line",
    )),
    ("lines are found from the widths of a paragraph's characters, with hyphens", (
        "text.line_break.create_layout", "text.line_break.first_line_metrics",
        "text.line_break.line_size(line, style)",
        "layout.percent.percentage(value, computed, refer_to)", "layout.LayoutContext.dictionaries",
        "text.ffi.TO_UNITS",
    )),
    ("lines are put together like the first one of their paragraph", (
        "layout.inline.get_next_linebox(context, linebox, position_y, bottom_space, "
        "skip_stack, containing_block, absolute_boxes, fixed_boxes, first_letter_style, "
        "first_line_style)",
        "layout.inline._adjust_line_height(box)", "layout.inline.line_box_verticality(box)",
        "layout.inline.text_align",
    )),
    ("a text is drawn as it was laid out, with wider spaces if it is justified", (
        "text.line_break.Layout(style, justification_spacing=0, max_width=None)",
        "text.line_break.Layout.set_text(self, text, justify=False)",
        "text.line_break.Layout.get_first_line(self)", "text.line_break.Layout.deactivate(self)",
        "text.line_break.Layout.reactivate(self, style)",
    )),
    ("writes no move by 0 after each glyph, and computes the output for a glyph once", (
        "draw.text.draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)",
        "pdf.fonts.Font.to_unicode", "pdf.fonts.Font.widths",
    )),
    ("the axes of variable fonts are fixed by HarfBuzz", ("pdf.fonts.instantiateVariableFont",)),
)
# fmt: on
