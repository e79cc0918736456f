"""The files by which programs find the pages of a site: a sitemap for search engines, and a feed
for readers interested in new versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as calendar_date
from typing import NamedTuple

import jinja2

from pipeline.features.site.about_pages import address, beginning
from pipeline.features.site.naming import INDEX, NOT_FOUND, SEARCH, SitePage
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import TextFile

SITEMAP, FEED = "sitemap.xml", "feed.xml"


class HeadLink(NamedTuple):
    """A ``link`` element."""

    rel: str
    href: str
    type: str = ""
    title: str = ""


class _FeedEntry(NamedTuple):
    """A chapter in the feed."""

    title: str
    address: str
    summary: str


def head_links(
    name: str, before: SitePage | None, after: SitePage | None, metadata: Metadata, folder: str
) -> tuple[HeadLink, ...]:
    """The links to other pages in the head of a page."""
    links = [HeadLink("search", SEARCH, "text/html")] if name != SEARCH else []
    if before:
        links.append(HeadLink("prev", before.name))
    if after:
        links.append(HeadLink("next", after.name))
    if metadata.url and name != NOT_FOUND:
        links.append(HeadLink("canonical", address(metadata, folder, name)))
    if _has_feed(metadata):
        links.append(HeadLink("alternate", FEED, "application/atom+xml", metadata.title))
    return tuple(links)


def feeds(
    environment: jinja2.Environment, pages: tuple[SitePage, ...], metadata: Metadata, folder: str
) -> Iterator[TextFile]:
    """The map of the site, where its address is known, and its feed, where its date is too: both
    have full addresses alone, and a feed has to say when it changed."""
    if metadata.url:
        names = dict.fromkeys((INDEX, *(page.name for page in pages)))
        addresses = [address(metadata, folder, name) for name in names]
        template = environment.get_template(f"html/site/{SITEMAP}.j2")
        text = template.render(addresses=addresses, changed=_changed(metadata))
        yield TextFile(SITEMAP, text)
    if _has_feed(metadata):
        authors = [author.name for author in metadata.authors]
        template = environment.get_template(f"html/site/{FEED}.j2")
        text = template.render(
            metadata=metadata,
            address=address(metadata, folder),
            authors=authors or [metadata.publisher or metadata.title],
            feed=FEED,
            updated=_full_date(_changed(metadata)),
            entries=[
                _FeedEntry(page.title, address(metadata, folder, page.name), beginning(page))
                for page in pages
                if page.depth
            ],
        )
        yield TextFile(FEED, text)


def _has_feed(metadata: Metadata) -> bool:
    return bool(metadata.url and _changed(metadata))


def _changed(metadata: Metadata) -> str:
    """The date of the last change, as the front matter declares it."""
    return metadata.modified or metadata.date


def _full_date(date: str) -> str:
    """A date in the form that feeds want, from its year, month and day as far as they are given."""
    year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
    return f"{calendar_date(year, month, day).isoformat()}T00:00:00Z"
