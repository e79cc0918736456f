"""What a web page says of itself to search engines, reference managers and social sites."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from pipeline.editions import DEFAULT_EDITIONS, EDITIONS, FormatName, output_name
from pipeline.metadata import Contributor, Isbns, Metadata, Subject
from pipeline.pages import NavPoint

MEDIA_TYPES: dict[FormatName, str] = {"pdf": "application/pdf", "epub": "application/epub+zip"}
RELATORS = "http://id.loc.gov/vocabulary/relators/"

# schema.org's own properties for some of the MARC roles.
_ROLE_PROPERTIES = {"edt": "editor", "ill": "illustrator", "trl": "translator"}


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


class Facts(NamedTuple):
    """What is known of the publication beside its front matter: the full ``address`` of the
    page, or "", whether it is as long as a book, with its ``chapters``, whether it has exercises,
    and the minutes that it takes, or 0."""

    address: str = ""
    is_book: bool = False
    chapters: tuple[NavPoint, ...] = ()
    is_learnt_from: bool = False
    minutes: int = 0


NOTHING = Facts()


def downloads(metadata: Metadata, stem: str) -> tuple[Download, ...]:
    """The other default editions, but for those that the front matter does not ask for."""
    wanted = metadata.editions or DEFAULT_EDITIONS
    editions = [EDITIONS[name] for name in DEFAULT_EDITIONS if name in wanted]
    return tuple(
        Download(edition.format.upper(), quote(output_name(stem, edition)), media_type)
        for edition in editions
        if (media_type := MEDIA_TYPES.get(edition.format))
    )


def meta_tags(metadata: Metadata, facts: Facts = NOTHING) -> tuple[MetaTag, ...]:
    """Plain metadata, Dublin Core and Open Graph, without those that have no value."""
    tags = [*_plain(metadata), *_dublin_core(metadata), *_open_graph(metadata, facts)]
    return tuple(tag for tag in tags if tag.content)


def linked_data(
    metadata: Metadata, others: tuple[Download, ...], facts: Facts = NOTHING
) -> dict[str, Any]:
    """The publication in schema.org's terms, as JSON-LD."""
    identifier = metadata.identifier
    isbn = identifier.value if identifier and identifier.scheme == "isbn" else ""
    is_book = bool(isbn) or metadata.isbns != Isbns() or facts.is_book
    kind = "Book" if is_book else "Article"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": [kind, "LearningResource"] if facts.is_learnt_from else kind,
        "@id": identifier.uri if identifier else "",
        "url": facts.address,
        "name": metadata.title,
        "headline": "" if is_book else metadata.title,
        "alternativeHeadline": metadata.subtitle,
        "description": metadata.description,
        "inLanguage": [metadata.lang, *metadata.languages] if metadata.languages else metadata.lang,
        "datePublished": metadata.date,
        "dateModified": metadata.modified,
        "bookEdition": metadata.edition_statement if is_book else "",
        "version": metadata.version,
        "keywords": list(metadata.keywords),
        "author": [_agent(author, metadata) for author in metadata.authors],
        **_contributors(metadata),
        "about": [_subject(subject) for subject in metadata.subjects],
        "audience": [
            {"@type": "Audience", "audienceType": group} for group in metadata.audience.groups
        ],
        "typicalAgeRange": metadata.audience.ages,
        "educationalLevel": metadata.audience.level,
        "publisher": _named("Organization", metadata.publisher),
        "publisherImprint": _named("Organization", metadata.imprint),
        "license": (metadata.licence.url or metadata.licence.name) if metadata.licence else "",
        "copyrightNotice": metadata.rights,
        "identifier": identifier.uri if identifier else "",
        "isbn": isbn,
        "sameAs": [one.uri for one in metadata.identifiers],
        "workExample": _formats(metadata.isbns),
        "isPartOf": _series(metadata),
        "hasPart": _chapters(facts),
        "timeRequired": f"PT{facts.minutes}M" if facts.minutes else "",
        "workTranslation": [
            {"@type": kind, "inLanguage": one.lang, "url": one.url} for one in metadata.translations
        ],
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": metadata.url + other.href,
                "encodingFormat": other.media_type,
            }
            for other in others
        ],
    }
    cleaned: dict[str, Any] = _without_empty(data)
    return cleaned


def _plain(metadata: Metadata) -> list[MetaTag]:
    return [
        MetaTag("name", "description", metadata.description),
        *(MetaTag("name", "author", author.name) for author in metadata.authors),
        MetaTag("name", "keywords", ", ".join(metadata.keywords)),
    ]


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


def _open_graph(metadata: Metadata, facts: Facts) -> list[MetaTag]:
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
        *(("og:locale:alternate", _locale(one.lang)) for one in metadata.translations),
        (f"{kind}:{date}", metadata.date if len(metadata.date) == len("YYYY-MM-DD") else ""),
        ("book:isbn", isbn),
        *((f"{kind}:tag", keyword) for keyword in metadata.keywords),
    ]
    return [MetaTag("property", name, value) for name, value in values]


def full_title(metadata: Metadata) -> str:
    """Title and subtitle on one line."""
    return ": ".join(filter(None, (metadata.title, metadata.subtitle)))


def _locale(lang: str) -> str:
    """Open Graph's language_TERRITORY, or nothing where the tag names no territory."""
    language, *rest = lang.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    return f"{language.lower()}_{region.upper()}" if region else ""


def _agent(contributor: Contributor, metadata: Metadata) -> dict[str, Any]:
    """An author. The front matter does not say whether a name is that of a person or of a
    body, so the type is given only where something else does."""
    if contributor.kind and not contributor.orcid:
        kind = {"person": "Person", "organisation": "Organization"}[contributor.kind]
        return _named(kind, contributor.name)
    if contributor.orcid:
        orcid = f"https://orcid.org/{contributor.orcid}"
        return {"@type": "Person", "@id": orcid, "name": contributor.name, "sameAs": orcid}
    if contributor.name == metadata.publisher:
        return _named("Organization", contributor.name)
    speaks = any(contributor.name == speaker.name for speaker in metadata.speakers)
    return _named("Person" if speaks or contributor.sort_name else "", contributor.name)


def _contributors(metadata: Metadata) -> dict[str, list[dict[str, Any]]]:
    """Contributors and speakers, each once, with what they did or are in the dialogue."""
    found: dict[str, list[dict[str, Any]]] = {}
    roles = {speaker.name: speaker.role for speaker in metadata.speakers}
    for person in metadata.contributors:
        agent = _agent(person, metadata)
        if own := _ROLE_PROPERTIES.get(person.role):
            found.setdefault(own, []).append(agent)
        else:
            role = roles.pop(person.name, RELATORS + person.role)
            found.setdefault("contributor", []).append(_role(role, agent))
    authors = {author.name for author in metadata.authors}
    found.setdefault("contributor", []).extend(
        _role(role, _named("Person", name)) for name, role in roles.items() if name not in authors
    )
    return found


def _role(name: str, agent: dict[str, Any]) -> dict[str, Any]:
    """schema.org's way to say in what role somebody has the property ``contributor``."""
    return {"@type": "Role", "roleName": name, "contributor": agent}


def _chapters(facts: Facts) -> list[dict[str, Any]]:
    """The chapters of a book, where they have addresses."""
    if not (facts.is_book and facts.address):
        return []
    return [
        _named("Chapter", chapter.title)
        | {"position": position, "url": facts.address + chapter.href}
        for position, chapter in enumerate(facts.chapters, start=1)
    ]


def _series(metadata: Metadata) -> dict[str, Any]:
    series = metadata.series
    if series is None:
        return {}
    return _named("CreativeWorkSeries", series.name) | {"position": series.position}


def _subject(subject: Subject) -> dict[str, Any]:
    """A heading of a classification, in schema.org's terms."""
    return {
        "@type": "DefinedTerm",
        "name": subject.name,
        "termCode": subject.code,
        "inDefinedTermSet": subject.scheme,
    }


def _formats(isbns: Isbns) -> list[dict[str, Any]]:
    """The formats that have ISBNs of their own."""
    electronic = "https://schema.org/EBook"
    found = [
        {"@type": "Book", "isbn": isbns.epub, "bookFormat": electronic},
        {"@type": "Book", "isbn": isbns.pdf, "bookFormat": electronic},
        {"@type": "Book", "isbn": isbns.print},
    ]
    return [one for one in found if one["isbn"]]


def _named(kind: str, name: str) -> dict[str, Any]:
    return {"@type": kind, "name": name} if name else {}


def _without_empty(value: Any) -> Any:
    """The data without what has no value, at all depths."""
    if isinstance(value, dict):
        cleaned = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in cleaned.items() if item not in ("", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
