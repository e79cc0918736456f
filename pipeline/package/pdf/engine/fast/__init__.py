"""A faster typesetting engine: pages look the same without it.

It replaces more of WeasyPrint than is needed, and of the libraries that WeasyPrint uses. So that no
new version of WeasyPrint has to wait for it, it is not installed with one that it was not made for.
"""

from __future__ import annotations

from pipeline.package.pdf.engine.fast.loading import lighter_import

MADE_FOR = "70"
"""The major version of WeasyPrint."""


def install() -> None:
    """Load WeasyPrint, and replace what it does slowly: while it lays out and draws pages for us,
    or in the whole process where that changes nothing but time."""
    with lighter_import():
        from pipeline.package.pdf.engine.adapter import weasyprint
    if weasyprint.VERSION.split(".")[0] != MADE_FOR:
        return

    import pydyf
    import pyphen

    from pipeline.package.pdf.engine.adapter import patching
    from pipeline.package.pdf.engine.fast import (
        hyphenation,
        lines,
        notes,
        splitting,
        styles,
        writing,
    )

    patching.FASTER_LAYOUT |= {
        "css.StyleFor": styles.SharedStyles,
        "document.LayoutContext": notes.FastLayout,
        "formatting_structure.boxes.Box.is_in_normal_flow": styles.is_in_normal_flow,
        "layout.inline.add_word_spacing": lines.add_word_spacing,
        "layout.inline.split_first_line": splitting.split_first_line,
        "layout.inline.strut": styles.strut,
        "layout.page.block_level_layout": notes.block_level_layout,
        "layout.preferred.split_first_line": splitting.width_of_line,
        "text.line_break.Layout": lines.ShapedText,
    } | {
        f"layout.{module}.resolve_percentages": styles.resolve_percentages
        for module in ("absolute", "block", "column", "float", "inline", "page", "table")
    }
    patching.FASTER_DRAWING["draw.text.draw_first_line"] = lines.draw_first_line
    weasyprint.pdf.fonts.instantiateVariableFont = writing.instance
    weasyprint.matrix.Matrix.__matmul__ = writing.product
    pyphen.HyphDict = hyphenation.Patterns
    pydyf._to_bytes = writing.to_bytes
    pydyf.zlib = writing.faster_zlib
    pydyf.PDF.page_references = property(writing.page_references)
    pydyf.PDF.write = writing.write
