"""What will not print well: read from a finished PDF, whoever made it, one rule a module."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.preflight.faults import Fault, TextArea
from pipeline.preflight.glyphs import missing_glyphs
from pipeline.preflight.headings import stranded_headings
from pipeline.preflight.last_page import short_last_page
from pipeline.preflight.layout import PageLayout
from pipeline.preflight.low_contrast import low_contrast
from pipeline.preflight.overflow import overflow
from pipeline.preflight.resolution import low_resolution
from pipeline.preflight.text_size import small_text


def no_area(page: PageLayout) -> None:
    """For a file of which nobody knows where the text belongs: on the page, that is all."""


def preflight(pages: Sequence[PageLayout], area: TextArea = no_area) -> tuple[Fault, ...]:
    """What the rules find, in the order of the pages. ``area`` is where a page's text belongs."""
    found = (
        *low_resolution(pages),
        *small_text(pages),
        *low_contrast(pages),
        *short_last_page(pages),
        *stranded_headings(pages),
        *overflow(pages, area),
        *missing_glyphs(pages),
    )
    return tuple(sorted(found, key=lambda fault: (fault.pages[0], fault.code.slug, fault.message)))
