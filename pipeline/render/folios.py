"""Text as a value in a style sheet, and the parts of page numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.model.css_addresses import string
from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.words import words


class Folio(NamedTuple):
    """CSS ``content`` of a page's number, the total, and what marks a continued page."""

    page: str = "counter(page)"
    pages: str = "counter(pages)"
    further: str = ""


def kept(pages: int) -> Folio:
    """The numbers of the standard print edition, with its number of ``pages``."""
    return Folio("string(folio, first)", f'"{pages}"', "string(further, first-except)")


def kept_css(metadata: Metadata) -> str:
    """The styles that set the page numbers of `kept`."""
    further = string(words(metadata.lang)["page_further"].removeprefix("{page}"))
    return f"[data-page-name] {{ string-set: folio attr(data-page-name), further {further} }}\n"


def head_css(edition: Edition, metadata: Metadata) -> str:
    """The styles that set what distinguishes an edition at the head of each page: that it is for
    teachers, if its pages are those of pupils, its version, and what the author has named its
    level."""
    is_for_teachers = edition.audience == "teacher" and edition.same_pages
    edition_name = words(metadata.lang)["edition_teacher"]
    heads = (
        f"{edition_name[:1].upper()}{edition_name[1:]}" if is_for_teachers else "",
        edition.version,
        next((text for level, text in metadata.levels if level.lower() == edition.level), ""),
    )
    text = " · ".join(filter(None, heads))
    return f"@page {{ @top-center {{ content: {string(text)} }} }}\n" if text else ""


def content(pattern: str, **values: str) -> str:
    """A pattern as the value of `content`, with CSS for its fields."""
    texts = re.split(r"\{(\w+)\}", pattern)
    return " ".join(
        values[text] if number % 2 else string(text) for number, text in enumerate(texts)
    )
