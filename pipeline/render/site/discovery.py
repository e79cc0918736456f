"""The metadata of a site and its pages for search engines, feed readers and social sites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as calendar_date
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

from msgspec.structs import replace

from pipeline.model import Index, Section
from pipeline.model.metadata import Metadata
from pipeline.render.discovery import Download
from pipeline.render.site.naming import INDEX, SitePage
from pipeline.render.site.search import words_of

DESCRIPTION = 160
"""The length of a page's excerpt in lists of results."""


class FeedEntry(NamedTuple):
    """A chapter in the feed."""

    title: str
    address: str
    summary: str


def site_folder(stem: str, edition: str) -> str:
    return f"{stem}-{edition}/"


def address(metadata: Metadata, folder: str, name: str = "") -> str:
    """Where a page is on the web, or "" where the front matter does not say. The start page has
    the address of its folder."""
    name = "" if name == INDEX else name
    return urljoin(metadata.url, quote(folder + name)) if metadata.url else ""


def from_within(downloads: tuple[Download, ...]) -> tuple[Download, ...]:
    """The downloads next to the site's folder, as relative links from inside it."""
    return tuple(download._replace(href=f"../{download.href}") for download in downloads)


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


def feed_entries(
    pages: tuple[SitePage, ...], metadata: Metadata, folder: str
) -> Iterator[FeedEntry]:
    for page in _chapters(pages):
        yield FeedEntry(page.title, address(metadata, folder, page.name), beginning(page))


def full_date(date: str) -> str:
    """A date in the form that feeds want, from its year, month and day as far as they are given."""
    year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
    return f"{calendar_date(year, month, day).isoformat()}T00:00:00Z"


def _chapters(pages: tuple[SitePage, ...]) -> tuple[SitePage, ...]:
    return tuple(page for page in pages if page.depth)
