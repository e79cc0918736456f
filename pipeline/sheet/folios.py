"""What the numbers of pages are made of."""

from __future__ import annotations

import json
from typing import NamedTuple

from pipeline.metadata import Metadata
from pipeline.words import words


class Folio(NamedTuple):
    """As values of CSS's ``content``: a page's number, that of all pages, and what comes after
    where a page goes on with the number of another."""

    page: str = "counter(page)"
    pages: str = "counter(pages)"
    further: str = ""


def kept(pages: int) -> Folio:
    """The numbers of the standard print edition, which has so many ``pages``."""
    return Folio("string(folio, first)", f'"{pages}"', "string(further, first-except)")


def kept_css(metadata: Metadata) -> str:
    """What sets the numbers of `kept`."""
    said = words(metadata.lang)
    further = said["page_further"].removeprefix("{page}")
    edition = f"{said['edition_teacher'][:1].upper()}{said['edition_teacher'][1:]}"
    text = json.dumps(further, ensure_ascii=False)
    return (
        f"[data-page-name] {{ string-set: folio attr(data-page-name), further {text} }}\n"
        f"@page {{ @top-center {{ content: {json.dumps(edition, ensure_ascii=False)} }} }}\n"
    )
