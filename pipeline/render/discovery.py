"""The metadata of web pages for programs: tags, linked data, translations and previews."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

from pipeline.model.editions import Edition, FormatName, editions_offered, output_name
from pipeline.model.metadata import (
    Contributor,
    Direction,
    Isbns,
    Metadata,
    direction_of,
    without_empty,
)
from pipeline.model.rendered import NavPoint
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import autonym

# --- discovery -------------------------------------------------------------------------------
# Facts about a publication for readers of its web page, and for search engines, reference managers
# and social sites; its downloads and translations.

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


def description_of(metadata: Metadata, facts: WebFacts = NOTHING) -> PageDescription:
    """The description of a web page."""

    return PageDescription(*describe_page(metadata, facts))


def downloads(metadata: Metadata, stem: str, edition: Edition) -> tuple[Download, ...]:
    """The files that readers of ``edition`` can download."""
    return tuple(
        Download(offer.format.upper(), quote(output_name(stem, offer)), MEDIA_TYPES[offer.format])
        for offer in editions_offered(edition, metadata)
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


# --- linked data -----------------------------------------------------------------------------
# A publication in schema.org's vocabulary, as JSON-LD for its web page.

RELATORS = "http://id.loc.gov/vocabulary/relators/"

# schema.org's own properties for some of the MARC roles.
_ROLE_PROPERTIES = {"edt": "editor", "ill": "illustrator", "trl": "translator"}


def linked_data(metadata: Metadata, facts: WebFacts = NOTHING) -> dict[str, Any]:
    """The publication in schema.org's terms, as JSON-LD."""
    identifier = metadata.identifier
    isbn = identifier.value if identifier and identifier.scheme == "isbn" else ""
    is_book = bool(isbn) or metadata.isbns != Isbns() or facts.is_book
    kind = "Book" if is_book else "ScholarlyArticle" if metadata.abstract else "Article"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": [kind, "LearningResource"] if facts.is_learnt_from else kind,
        "@id": identifier.uri if identifier else "",
        "url": facts.address,
        "name": metadata.title,
        "headline": "" if is_book else metadata.title,
        "alternativeHeadline": metadata.subtitle,
        "description": metadata.description,
        "abstract": metadata.abstract,
        "inLanguage": [metadata.lang, *metadata.languages] if metadata.languages else metadata.lang,
        "datePublished": metadata.date,
        "version": metadata.version,
        "keywords": list(metadata.keywords),
        "author": [_author(author, metadata) for author in metadata.authors],
        **_contributors(metadata),
        "publisher": _thing("Organization", metadata.publisher),
        "license": (metadata.licence.url or metadata.licence.name) if metadata.licence else "",
        "copyrightNotice": metadata.rights,
        "identifier": identifier.uri if identifier else "",
        "isbn": isbn,
        "dateModified": metadata.modified,
        "bookEdition": metadata.edition_statement if is_book else "",
        "about": [
            {
                "@type": "DefinedTerm",
                "name": subject.name,
                "termCode": subject.code,
                "inDefinedTermSet": subject.scheme,
            }
            for subject in metadata.subjects
        ],
        "audience": [
            {"@type": "Audience", "audienceType": group} for group in metadata.audience.groups
        ],
        "typicalAgeRange": metadata.audience.ages,
        "educationalLevel": metadata.audience.level,
        "publisherImprint": _thing("Organization", metadata.imprint),
        "sameAs": [identifier.uri for identifier in metadata.identifiers],
        "workExample": _formats(metadata.isbns),
        "isPartOf": _series(metadata),
        "hasPart": _chapters(facts),
        "timeRequired": f"PT{facts.minutes}M" if facts.minutes else "",
        "workTranslation": [
            {"@type": kind, "inLanguage": translation.lang, "url": translation.url}
            for translation in metadata.translations
        ],
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": urljoin(facts.address, download.href),
                "encodingFormat": download.media_type,
            }
            for download in facts.downloads
        ],
    }
    cleaned: dict[str, Any] = without_empty(data)
    return cleaned


def _author(author: Contributor, metadata: Metadata) -> dict[str, Any]:
    """An author, with where an article was written."""
    return _agent(author, metadata) | {
        "affiliation": [_thing("Organization", place) for place in author.affiliations],
        "email": author.email if author.corresponding else "",
    }


def _agent(contributor: Contributor, metadata: Metadata) -> dict[str, Any]:
    """An author. The front matter does not say whether a name is that of a person or of a
    body, so the type is given only where something else does."""
    if contributor.kind and not contributor.orcid:
        kind = {"person": "Person", "organisation": "Organization"}[contributor.kind]
        return _thing(kind, contributor.name)
    if contributor.orcid:
        orcid = f"https://orcid.org/{contributor.orcid}"
        return {"@type": "Person", "@id": orcid, "name": contributor.name, "sameAs": orcid}
    if contributor.name == metadata.publisher:
        return _thing("Organization", contributor.name)
    speaks = any(contributor.name == speaker.name for speaker in metadata.speakers)
    return _thing("Person" if speaks or contributor.sort_name else "", contributor.name)


def _contributors(metadata: Metadata) -> dict[str, list[dict[str, Any]]]:
    """Contributors and speakers, each once, with their roles."""
    by_property: dict[str, list[dict[str, Any]]] = {}
    roles = {speaker.name: speaker.role for speaker in metadata.speakers}
    for person in metadata.contributors:
        agent = _agent(person, metadata)
        if role_property := _ROLE_PROPERTIES.get(person.role):
            by_property.setdefault(role_property, []).append(agent)
        else:
            role = roles.pop(person.name, RELATORS + person.role)
            by_property.setdefault("contributor", []).append(_role(role, agent))
    authors = {author.name for author in metadata.authors}
    by_property.setdefault("contributor", []).extend(
        _role(role, _thing("Person", name)) for name, role in roles.items() if name not in authors
    )
    return by_property


def _role(name: str, agent: dict[str, Any]) -> dict[str, Any]:
    """schema.org's way to express the role of a ``contributor``."""
    return {"@type": "Role", "roleName": name, "contributor": agent}


def _chapters(facts: WebFacts) -> list[dict[str, Any]]:
    """The chapters of a book, if they have addresses."""
    if not (facts.is_book and facts.address):
        return []
    return [
        _thing("Chapter", chapter.title)
        | {"position": position, "url": facts.address + chapter.href}
        for position, chapter in enumerate(facts.chapters, start=1)
    ]


def _series(metadata: Metadata) -> dict[str, Any]:
    series = metadata.series
    if series is None:
        return {}
    return _thing("CreativeWorkSeries", series.name) | {"position": series.position}


def _thing(kind: str, name: str) -> dict[str, Any]:
    return {"@type": kind, "name": name} if name else {}


EBOOK = "https://schema.org/EBook"


def _formats(isbns: Isbns) -> list[dict[str, Any]]:
    """The formats that have ISBNs of their own."""
    books = [
        {"@type": "Book", "isbn": isbns.epub, "bookFormat": EBOOK},
        {"@type": "Book", "isbn": isbns.pdf, "bookFormat": EBOOK},
        {"@type": "Book", "isbn": isbns.print},
    ]
    return [book for book in books if book["isbn"]]


# --- discovery -------------------------------------------------------------------------------
# The metadata in the head of a web page for search engines, reference managers and social sites,
# with links to versions in other languages.


def describe_page(metadata: Metadata, facts: WebFacts) -> PageDescription:
    """The description of the web page of a publication, or of a part."""
    return PageDescription(
        meta_tags(metadata, facts),
        linked_data(metadata, facts),
        alternates(metadata, facts.address),
    )


def meta_tags(metadata: Metadata, facts: WebFacts = NOTHING) -> tuple[MetaTag, ...]:
    """HTML metadata, Dublin Core and Open Graph, without empty values."""
    tags = [
        MetaTag("name", "description", metadata.description),
        *(MetaTag("name", "author", author.name) for author in metadata.authors),
        MetaTag("name", "keywords", ", ".join(metadata.keywords)),
        *_dublin_core(metadata),
        *_open_graph(metadata, facts),
    ]
    if article_front(metadata):
        tags += _highwire(metadata, facts)
    return tuple(tag for tag in tags if tag.content)


def _dublin_core(metadata: Metadata) -> list[MetaTag]:
    values = [
        ("title", full_title(metadata)),
        *(("creator", author.name) for author in metadata.authors),
        *(("contributor", person.name) for person in metadata.contributors),
        ("date", metadata.date),
        ("modified", metadata.modified),
        *(("subject", subject.name or subject.code) for subject in metadata.subjects),
        ("language", metadata.lang),
        ("publisher", metadata.publisher),
        ("identifier", metadata.identifier.uri if metadata.identifier else ""),
        ("rights", metadata.rights),
        ("license", (metadata.licence.url or metadata.licence.name) if metadata.licence else ""),
    ]
    return [MetaTag("name", f"dcterms.{name}", value) for name, value in values]


def _open_graph(metadata: Metadata, facts: WebFacts) -> list[MetaTag]:
    identifier = metadata.identifier
    isbn = identifier.value if identifier and identifier.scheme == "isbn" else ""
    is_book = isbn or facts.is_book
    kind, date = ("book", "release_date") if is_book else ("article", "published_time")
    values = [
        ("og:type", kind),
        ("og:title", metadata.title),
        ("og:description", metadata.description),
        ("og:url", facts.address),
        ("og:site_name", metadata.publisher),
        ("og:locale", _locale(metadata.lang)),
        *(("og:locale:alternate", _locale(version.lang)) for version in metadata.translations),
        (f"{kind}:{date}", metadata.date if len(metadata.date) == len("YYYY-MM-DD") else ""),
        ("book:isbn", isbn),
        *((f"{kind}:tag", keyword) for keyword in metadata.keywords),
    ]
    return [MetaTag("property", name, value) for name, value in values]


def _highwire(metadata: Metadata, facts: WebFacts) -> list[MetaTag]:
    """The metadata of an article for Google Scholar and reference managers."""
    identifiers = (metadata.identifier, *metadata.identifiers)
    values = [("citation_title", full_title(metadata))]
    for author in metadata.authors:
        values.append(("citation_author", author.sort_name or author.name))
        values += (("citation_author_institution", place) for place in author.affiliations)
        orcid = f"https://orcid.org/{author.orcid}" if author.orcid else ""
        email = author.email if author.corresponding else ""
        values += [("citation_author_orcid", orcid), ("citation_author_email", email)]
    values += [
        ("citation_publication_date", metadata.date.replace("-", "/")),
        ("citation_publisher", metadata.publisher),
        ("citation_language", metadata.lang),
        ("citation_doi", next((i.value for i in identifiers if i and i.scheme == "doi"), "")),
        ("citation_keywords", "; ".join(metadata.keywords)),
        ("citation_abstract", " ".join(metadata.abstract.split())),
        ("citation_abstract_html_url", facts.address),
    ]
    if facts.address:
        pdfs = (download.href for download in facts.downloads if download.label == "PDF")
        values += [("citation_pdf_url", urljoin(facts.address, pdf)) for pdf in pdfs]
    return [MetaTag("name", name, value) for name, value in values]


def _locale(lang: str) -> str:
    """Open Graph's language_TERRITORY, or nothing if the tag has no territory."""
    language, *rest = lang.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    return f"{language.lower()}_{region.upper()}" if region else ""


def alternates(metadata: Metadata, address: str) -> tuple[Alternate, ...]:
    """The translations, for search engines: including the page itself, and a page for readers of
    other languages, if its own ``address`` is known.

    All translations must name the same default. That is the English one, or else the first by tag,
    which all of them can determine.
    """
    links = [Alternate(version.lang, version.url) for version in metadata.translations]
    if not (links and address):
        return tuple(links)
    links.append(Alternate(metadata.lang, address))
    links.sort()
    fallback = next((link for link in links if link.lang.split("-")[0] == "en"), links[0])
    return (*links, Alternate("x-default", fallback.href))
