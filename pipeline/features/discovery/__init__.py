"""The metadata in the head of a web page for search engines, reference managers and social sites,
with links to versions in other languages."""

from __future__ import annotations

from urllib.parse import urljoin

from pipeline.features.discovery.linked_data import linked_data
from pipeline.model.metadata import Metadata
from pipeline.render.discovery import (
    NOTHING,
    Alternate,
    MetaTag,
    PageDescription,
    WebFacts,
    article_front,
    full_title,
)


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
