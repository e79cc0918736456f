"""Facts about a publication for readers of its web page, and for search engines, reference managers
and social sites; its downloads and translations."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import quote

import jinja2

from pipeline.model import Document
from pipeline.model.editions import Edition, FormatName, offered, output_name
from pipeline.model.metadata import Direction, Metadata, direction_of
from pipeline.model.rendered import CoverPage, NavPoint
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import autonym

MEDIA_TYPES: dict[FormatName, str] = {"pdf": "application/pdf", "epub": "application/epub+zip"}


class Download(NamedTuple):
    """The publication in another format; ``href`` is relative to the page."""

    label: str
    href: str
    media_type: str


class MetaTag(NamedTuple):
    """A ``meta`` element; ``key`` is the attribute that ``name`` is the value of."""

    key: str
    name: str
    content: str


class _Writer(NamedTuple):
    """An author of an article, with details shown next to the name."""

    name: str
    affiliations: tuple[str, ...]
    orcid: str
    email: str


class ArticleFront(NamedTuple):
    """The front of an article below its title; the keywords only with an abstract."""

    writers: tuple[_Writer, ...]
    abstract: tuple[str, ...]
    keywords: tuple[str, ...]


def article_front(metadata: Metadata) -> ArticleFront | None:
    """The front of an article; None if the publication is not one."""
    writers = tuple(
        _Writer(
            author.name,
            author.affiliations,
            author.orcid if author.affiliations or metadata.abstract else "",
            author.email if author.corresponding else "",
        )
        for author in metadata.authors
    )
    described = tuple(w for w in writers if w.affiliations or w.orcid or w.email)
    abstract = tuple(filter(None, metadata.abstract.split("\n\n")))
    keywords = metadata.keywords if abstract else ()
    return ArticleFront(described, abstract, keywords) if described or abstract else None


class WebFacts(NamedTuple):
    """Facts about the publication in addition to its front matter: the full ``address`` of the
    page, or "", whether it is as long as a book, with its ``chapters``, whether it has exercises,
    its duration in minutes, or 0, and the downloads for readers of the page."""

    address: str = ""
    is_book: bool = False
    chapters: tuple[NavPoint, ...] = ()
    is_learnt_from: bool = False
    minutes: int = 0
    downloads: tuple[Download, ...] = ()


NOTHING = WebFacts()


class PageDescription(NamedTuple):
    """The metadata of a web page for programs: tags, JSON-LD, and its translations."""

    meta_tags: tuple[MetaTag, ...] = ()
    linked_data: dict[str, Any] | None = None
    alternates: tuple[Alternate, ...] = ()


def described(metadata: Metadata, facts: WebFacts = NOTHING) -> PageDescription:
    """The description of a web page."""
    from pipeline.features.discovery import describe_page

    return PageDescription(*describe_page(metadata, facts))


def downloads(metadata: Metadata, stem: str, edition: Edition) -> tuple[Download, ...]:
    """The files that readers of ``edition`` can download."""
    return tuple(
        Download(offer.format.upper(), quote(output_name(stem, offer)), MEDIA_TYPES[offer.format])
        for offer in offered(edition, metadata)
    )


def full_title(metadata: Metadata) -> str:
    """Title and subtitle on one line."""
    return words(metadata.lang)["colon"].join(filter(None, (metadata.title, metadata.subtitle)))


class LanguageLink(NamedTuple):
    """A link to a translation, with its language's name as its readers write it."""

    lang: str
    direction: Direction
    name: str
    href: str


class Alternate(NamedTuple):
    """A page of the same content, for readers of a language, or (``x-default``) of no other."""

    lang: str
    href: str


def language_links(metadata: Metadata) -> tuple[LanguageLink, ...]:
    """The translations, for readers. Two in one language have their tags with the name."""
    names = Counter(autonym(version.lang) for version in metadata.translations)

    def name(lang: str) -> str:
        plain = autonym(lang)
        return f"{plain} ({lang})" if names[plain] > 1 else plain

    return tuple(
        LanguageLink(version.lang, direction_of(version.lang), name(version.lang), version.url)
        for version in metadata.translations
    )


def social_preview(
    document: Document, environment: jinja2.Environment, stem: str
) -> tuple[tuple[MetaTag, ...], CoverPage | None]:
    """The tags of a web page about its preview image, and that. Open Graph requires a full address:
    without the publication's own there is no image."""
    if not document.metadata.url:
        return (), None
    from pipeline.features.covers import designs

    return designs.social_preview(document, environment, stem)
