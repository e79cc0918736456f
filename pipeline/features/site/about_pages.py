"""The metadata of a site and its pages for search engines, feed readers and social sites."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin

from msgspec.structs import replace

from pipeline.features.site.naming import INDEX, SitePage
from pipeline.features.site.search import words_of
from pipeline.model import Index, Section
from pipeline.model.metadata import Metadata

DESCRIPTION = 160
"""The length of a page's excerpt in lists of results."""


def address(metadata: Metadata, folder: str, name: str = "") -> str:
    """A page's address on the web, or "" if unknown. The start page has that of its folder."""
    name = "" if name == INDEX else name
    return urljoin(metadata.url, quote(folder + name)) if metadata.url else ""


def of_page(metadata: Metadata, page: SitePage) -> Metadata:
    """The publication's metadata, as far as it applies to a single page of its text."""
    return replace(
        metadata,
        title=page.title,
        subtitle="",
        description=beginning(page),
        keywords=(),
        identifier=None,
    )


def beginning(page: SitePage, length: int = DESCRIPTION) -> str:
    """The first words of a page's text."""
    section = page.chapter.section
    blocks = section.children if section else page.chapter.blocks
    text = words_of(block for block in blocks if not isinstance(block, Section | Index))
    if len(text) <= length:
        return text
    return (text[:length].rpartition(" ")[0] or text[:length]).rstrip(" ,;:–—-") + " …"


def chapter_data(page: SitePage, position: int, metadata: Metadata, folder: str) -> dict[str, Any]:
    """A chapter in schema.org's terms; ``position`` counts from 1."""
    book = {
        "@type": "Book",
        "@id": metadata.identifier.uri if metadata.identifier else "",
        "name": metadata.title,
        "url": address(metadata, folder) or INDEX,
    }
    return {
        "@context": "https://schema.org",
        "@type": "Chapter",
        "name": page.title,
        "position": position,
        "inLanguage": metadata.lang,
        "url": address(metadata, folder, page.name) or page.name,
        "isPartOf": {name: value for name, value in book.items() if value},
    }
