"""A publication in schema.org's vocabulary, as JSON-LD for its web page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from pipeline.model.metadata import Contributor, Isbns, Metadata, without_empty
from pipeline.render.discovery import NOTHING, WebFacts

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
