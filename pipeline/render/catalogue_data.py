"""What a web page says in schema.org's terms of subjects, readers and formats, as catalogues have
them."""

from __future__ import annotations

from typing import Any

from pipeline.metadata import Isbns, Metadata, Subject

EBOOK = "https://schema.org/EBook"


def catalogue_data(metadata: Metadata, *, is_book: bool) -> dict[str, Any]:
    audience = metadata.audience
    return {
        "dateModified": metadata.modified,
        "bookEdition": metadata.edition_statement if is_book else "",
        "about": [_subject(subject) for subject in metadata.subjects],
        "audience": [{"@type": "Audience", "audienceType": group} for group in audience.groups],
        "typicalAgeRange": audience.ages,
        "educationalLevel": audience.level,
        "publisherImprint": (
            {"@type": "Organization", "name": metadata.imprint} if metadata.imprint else {}
        ),
        "sameAs": [one.uri for one in metadata.identifiers],
        "workExample": _formats(metadata.isbns),
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "@type": "DefinedTerm",
        "name": subject.name,
        "termCode": subject.code,
        "inDefinedTermSet": subject.scheme,
    }


def _formats(isbns: Isbns) -> list[dict[str, Any]]:
    """The formats that have ISBNs of their own."""
    found = [
        {"@type": "Book", "isbn": isbns.epub, "bookFormat": EBOOK},
        {"@type": "Book", "isbn": isbns.pdf, "bookFormat": EBOOK},
        {"@type": "Book", "isbn": isbns.print},
    ]
    return [one for one in found if one["isbn"]]
