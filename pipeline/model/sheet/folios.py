"""Text as a value in a style sheet, and the parts of page numbers."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

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
    vocabulary = words(metadata.lang)
    further = string(vocabulary["page_further"].removeprefix("{page}"))
    edition = f"{vocabulary['edition_teacher'][:1].upper()}{vocabulary['edition_teacher'][1:]}"
    return (
        f"[data-page-name] {{ string-set: folio attr(data-page-name), further {further} }}\n"
        f"@page {{ @top-center {{ content: {string(edition)} }} }}\n"
    )


def string(text: str) -> str:
    """A CSS string (CSS Syntax 3, section 4.3.5)."""
    return json.dumps(text, ensure_ascii=False).replace("\\n", "\\a ")


def content(pattern: str, **values: str) -> str:
    """A pattern as the value of `content`, with CSS for its fields."""
    texts = re.split(r"\{(\w+)\}", pattern)
    return " ".join(
        values[text] if number % 2 else string(text) for number, text in enumerate(texts)
    )
