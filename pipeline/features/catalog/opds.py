"""An OPDS 2.0 publication, the JSON format in which reading apps and libraries offer files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pipeline.model.catalog import Record, is_open
from pipeline.model.editions import FormatName
from pipeline.model.metadata import Contributor, Metadata, without_empty
from pipeline.model.rendered import Accessibility
from pipeline.model.words import words

MEDIA_TYPE = "application/opds-publication+json"
FEED_TYPE = "application/opds+json"
MEDIA_TYPES: dict[FormatName, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
}
ACQUISITION = "http://opds-spec.org/acquisition"
OPEN_ACCESS = f"{ACQUISITION}/open-access"

SCHEMES = {
    "BISAC": "https://www.bisg.org/#bisac",
    "Thema": "https://ns.editeur.org/thema/",
    "DDC": "https://www.oclc.org/dewey",
    "LCSH": "http://id.loc.gov/authorities/subjects",
    "LCC": "http://id.loc.gov/authorities/classification",
    "FAST": "http://id.worldcat.org/fast",
    "MeSH": "http://id.nlm.nih.gov/mesh",
    "AAT": "http://vocab.getty.edu/aat",
    "EuroVoc": "http://eurovoc.europa.eu",
}
"""Addresses of classifications; others go by their names alone."""

ROLES = {"edt": "editor", "ill": "illustrator", "nrt": "narrator", "trl": "translator"}
"""Properties for some of the roles; all else is a contributor."""

CONFORMANCE = "https://www.w3.org/TR/epub-a11y-11#wcag-2.2-aa"
"""EPUB Accessibility 1.1 with WCAG 2.2 at level AA."""


def publication(record: Record, name: str) -> bytes:
    """The publication; ``name`` is the file that this becomes."""
    return _write(_publication(record, name))


def opds_feed(records: Iterable[Record], title: str, address: str) -> bytes:
    """A feed of all publications, which is found at this address."""
    listed = [
        _publication(record, f"{record.stem}-opds.json") for record in records if record.products
    ]
    links = [{"rel": "self", "href": address, "type": FEED_TYPE}]
    about = {"title": title, "numberOfItems": len(listed)}
    return _write({"metadata": about, "links": links, "publications": listed})


def _publication(record: Record, name: str) -> dict[str, Any]:
    return {
        "metadata": _metadata(record),
        "links": [
            {"rel": "self", "href": record.address(name), "type": MEDIA_TYPE},
            *_links(record),
        ],
        "images": _images(record),
    }


def _write(data: dict[str, Any]) -> bytes:
    return (json.dumps(without_empty(data), indent=2, ensure_ascii=False) + "\n").encode()


def _metadata(record: Record) -> dict[str, Any]:
    metadata = record.metadata
    claims = next((p.accessibility for p in record.products if p.accessibility), None)
    languages = [metadata.lang, *metadata.languages]
    return {
        "@type": "http://schema.org/Book",
        "title": metadata.title,
        "sortAs": metadata.sort_title,
        "subtitle": metadata.subtitle,
        "identifier": metadata.identifier.uri if metadata.identifier else "",
        "author": [_person(author) for author in metadata.authors],
        **_contributors(metadata),
        "language": languages[0] if len(languages) == 1 else list(dict.fromkeys(languages)),
        "readingProgression": metadata.direction,
        "modified": f"{record.changed:%Y-%m-%dT%H:%M:%SZ}",
        "published": metadata.date if len(metadata.date) == len("YYYY-MM-DD") else "",
        "publisher": metadata.publisher,
        "imprint": metadata.imprint,
        "description": metadata.description,
        "subject": _subjects(metadata),
        "belongsTo": {"series": _series(metadata)} if metadata.series else {},
        "accessibility": _accessibility(claims, metadata) if claims else {},
    }


def _person(person: Contributor) -> dict[str, Any]:
    return {
        "name": {"und": person.name, **dict(person.scripts)} if person.scripts else person.name,
        "sortAs": person.sort_name,
        "identifier": f"https://orcid.org/{person.orcid}" if person.orcid else "",
        "role": list(person.roles) if person.roles != ("aut",) else [],
    }


def _contributors(metadata: Metadata) -> dict[str, list[dict[str, Any]]]:
    by_role: dict[str, list[dict[str, Any]]] = {}
    for person in metadata.contributors:
        by_role.setdefault(ROLES.get(person.role, "contributor"), []).append(_person(person))
    return by_role


def _subjects(metadata: Metadata) -> list[dict[str, Any]]:
    coded = [
        {
            "name": subject.name or subject.code,
            "scheme": SCHEMES.get(subject.scheme, ""),
            "code": subject.code,
        }
        for subject in metadata.subjects
    ]
    return [*coded, *({"name": keyword} for keyword in metadata.keywords)]


def _series(metadata: Metadata) -> dict[str, Any]:
    series = metadata.series
    if series is None:
        return {}
    position = series.position if series.position.count(".") < 2 else ""
    number = float(position) if "." in position else int(position or 0)
    return {
        "name": series.name,
        "position": number if position else "",
        "identifier": f"urn:issn:{series.issn}" if series.issn else "",
    }


def _accessibility(claims: Accessibility, metadata: Metadata) -> dict[str, Any]:
    by = metadata.accessibility.certified_by
    certified = {
        "certifiedBy": by.text if by else "",
        "credential": metadata.accessibility.credential,
        "report": metadata.accessibility.report,
    }
    return {
        "conformsTo": CONFORMANCE if claims.conforms_to else "",
        "certification": certified if claims.conforms_to else {},
        "accessMode": list(claims.modes),
        "accessModeSufficient": [
            senses.split(",") if "," in senses else senses for senses in claims.sufficient
        ],
        "feature": list(claims.features),
        "hazard": list(claims.hazards),
        "summary": claims.summary,
    }


def _links(record: Record) -> list[dict[str, Any]]:
    vocabulary = words(record.metadata.lang)
    rel = OPEN_ACCESS if is_open(record.metadata) else ACQUISITION
    links: list[dict[str, Any]] = [
        {
            "rel": rel,
            "href": record.address(product.file),
            "type": MEDIA_TYPES[product.edition.format],
            "title": product.edition.in_words(vocabulary),
            "size": product.size,
        }
        for product in record.products
    ]
    if record.web_page:
        address = record.address(record.web_page)
        links.append({"rel": "alternate", "href": address, "type": MEDIA_TYPES["html"]})
    if record.metadata.licence and record.metadata.licence.url:
        links.append({"rel": "license", "href": record.metadata.licence.url, "type": "text/html"})
    return links


def _images(record: Record) -> list[dict[str, Any]]:
    cover = record.cover
    if cover is None:
        return []
    sizes = {"width": cover.width, "height": cover.height} if cover.width else {}
    return [{"href": record.address(cover.file), "type": cover.media_type, **sizes}]
