"""The names of WeasyPrint and pydyf that features need where they lay out pages and join PDFs:
`even_pages` and `units`. They import them from here alone."""

from __future__ import annotations

import pydyf
from weasyprint.formatting_structure.boxes import PageBox
from weasyprint.layout import initialize_page_maker, make_all_pages
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.page import (
    PageType,
    make_margin_boxes,
    page_height,
    page_width,
    set_page_type_computed_styles,
)
from weasyprint.layout.percent import resolve_percentages
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import FROM_UNITS, ffi, harfbuzz
from weasyprint.text.line_break import create_layout, get_log_attrs, strut

__all__ = [
    "FROM_UNITS", "Font", "PageBox", "PageType", "create_layout", "ffi", "get_log_attrs",
    "harfbuzz", "initialize_page_maker", "layout_box_backgrounds", "make_all_pages",
    "make_margin_boxes", "page_height", "page_width", "pydyf", "resolve_percentages",
    "set_page_type_computed_styles", "strut",
]  # fmt: skip
