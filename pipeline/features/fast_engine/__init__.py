"""A faster typesetting engine: pages look the same without it.

It replaces more of WeasyPrint than is needed, and of the libraries that WeasyPrint uses. So that no
new version of WeasyPrint has to wait for it, it is not installed with one that it does not know.
"""

from __future__ import annotations

from pipeline.features.fast_engine.loading import lighter_import


def speed_up() -> None:
    """Load WeasyPrint, and replace what it does slowly: while it lays out and draws pages for us,
    or in the whole process where that changes nothing but time."""
    with lighter_import():
        from pipeline.package.pdf.engine.adapter import weasyprint
    from pipeline.features.fast_engine.fast_names import NAMES, PLACES
    from pipeline.package.pdf.engine.adapter.patching import KNOWN, changes

    if weasyprint.VERSION.split(".")[0] != KNOWN or any(changes(NAMES)):
        return

    import pydyf
    import pyphen

    from pipeline.features.fast_engine import pdf_writing, shared_layout, text_lines
    from pipeline.package.pdf.engine.adapter import patching

    patching.FASTER_LAYOUT |= {
        "css.StyleFor": shared_layout.SharedStyles,
        "document.LayoutContext": shared_layout.FastLayout,
        "layout.inline.get_next_linebox": text_lines.get_next_linebox,
        "layout.inline.split_first_line": text_lines.split_first_line,
        "layout.inline.strut": shared_layout.strut,
        **dict.fromkeys(PLACES, shared_layout.resolve_percentages),
        "layout.page.block_level_layout": shared_layout.block_level_layout,
        "layout.page.set_page_type_computed_styles": shared_layout.set_page_type_computed_styles,
        "layout.preferred.split_first_line": text_lines.width_of_line,
        "text.line_break.Layout": text_lines.ShapedText,
    }
    patching.FASTER_DRAWING["draw.text.draw_first_line"] = text_lines.draw_first_line
    weasyprint.pdf.fonts.instantiateVariableFont = pdf_writing.instance
    pyphen.HyphDict = text_lines.Patterns
    pydyf.zlib = pdf_writing.faster_zlib
    pydyf.PDF.page_references = property(pdf_writing.page_references)


import pipeline.package.pdf.engine  # noqa: E402, F401 - it speeds itself up, whichever is first
