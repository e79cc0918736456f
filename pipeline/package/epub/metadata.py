"""What an e-book says about itself, in its package document."""

from __future__ import annotations

import datetime
import uuid

from ebooklib.epub import EpubBook

from pipeline.metadata import Contributor, Identifier, Metadata
from pipeline.package.moment import publication_moment
from pipeline.pages import Accessibility

NO_DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""Stands for the time of change of a publication that has no date."""

IDENTIFIER_ID = "identifier"

CODE_LIST_5 = {"doi": "06", "isbn": "15"}
"""ONIX code list 5: what kind of identifier it is."""

PREFIXES = ("ibooks: http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/",)


def unique_identifier(metadata: Metadata) -> Identifier:
    """The publication's identifier; one made of its title where it has none."""
    made = uuid.uuid5(uuid.NAMESPACE_URL, f"{metadata.title}\n{metadata.lang}")
    return metadata.identifier or Identifier("uuid", str(made))


def time_of_change(metadata: Metadata) -> datetime.datetime:
    """When the book was changed, which an EPUB has to say: `NO_DATE` where nothing does."""
    return publication_moment(metadata.date) or NO_DATE


def describe(
    book: EpubBook,
    metadata: Metadata,
    accessibility: Accessibility | None,
    *,
    moving_images: bool,
    fonts: bool,
) -> None:
    """Writes the metadata into ``book``, each with its refinements."""
    _identify(book, metadata)
    _entitle(book, metadata)
    book.set_language(metadata.lang)
    for number, person in enumerate(metadata.authors, start=1):
        _credit(book, "creator", number, person)
    for number, person in enumerate(metadata.contributors, start=1):
        _credit(book, "contributor", number, person)
    for name, value in (
        ("publisher", metadata.publisher),
        ("date", metadata.date),
        ("description", metadata.description),
        ("rights", _rights(metadata)),
    ):
        if value:
            book.add_metadata("DC", name, value)
    for keyword in dict.fromkeys(metadata.keywords):
        book.add_metadata("DC", "subject", keyword)
    if metadata.licence and metadata.licence.url:
        link = {"rel": "dcterms:license", "href": metadata.licence.url}
        book.add_metadata(None, "link", None, link)
    if metadata.version:
        _meta(book, "schema:version", metadata.version)
    if metadata.series:
        _meta(book, "belongs-to-collection", metadata.series.name, id="series")
        _meta(book, "collection-type", "series", refines="#series")
        if metadata.series.position:
            _meta(book, "group-position", metadata.series.position, refines="#series")
    if fonts:
        # Without it, Apple Books shows none of the fonts.
        _meta(book, "ibooks:specified-fonts", "true")
    if accessibility:
        _accessibility(book, accessibility, moving_images)


def _meta(book: EpubBook, name: str, value: str, **attributes: str) -> None:
    book.add_metadata(None, "meta", value, {"property": name, **attributes})


def _identify(book: EpubBook, metadata: Metadata) -> None:
    identifier = unique_identifier(metadata)
    book.IDENTIFIER_ID = IDENTIFIER_ID
    book.set_identifier(identifier.uri)
    if code := CODE_LIST_5.get(identifier.scheme):
        _meta(book, "identifier-type", code, refines=f"#{IDENTIFIER_ID}", scheme="onix:codelist5")


def _entitle(book: EpubBook, metadata: Metadata) -> None:
    book.title = metadata.title
    titles = [("main", metadata.title), ("subtitle", metadata.subtitle)]
    for number, (kind, title) in enumerate(titles, start=1):
        if title:
            name = "title" if kind == "main" else kind
            book.add_metadata("DC", "title", title, {"id": name})
            _meta(book, "title-type", kind, refines=f"#{name}")
            _meta(book, "display-seq", str(number), refines=f"#{name}")


def _credit(book: EpubBook, element: str, number: int, person: Contributor) -> None:
    name = f"{element}-{number}"
    book.add_metadata("DC", element, person.name, {"id": name})
    _meta(book, "role", person.role, refines=f"#{name}", scheme="marc:relators")
    if person.sort_name:
        _meta(book, "file-as", person.sort_name, refines=f"#{name}")
    _meta(book, "display-seq", str(number), refines=f"#{name}")
    if person.orcid:
        _meta(book, "schema:sameAs", f"https://orcid.org/{person.orcid}", refines=f"#{name}")


def _rights(metadata: Metadata) -> str:
    licence = metadata.licence.name if metadata.licence else ""
    return ". ".join(part.rstrip(".") for part in (metadata.rights, licence) if part)


def _accessibility(book: EpubBook, accessibility: Accessibility, moving_images: bool) -> None:
    """The schema.org terms that EPUB Accessibility 1.1 asks for. Conformance is for a
    person to judge and to claim, so nothing here does."""
    _meta(book, "schema:accessMode", "textual")
    if accessibility.images:
        _meta(book, "schema:accessMode", "visual")
    if accessibility.described:
        _meta(book, "schema:accessModeSufficient", "textual")
    if accessibility.images:
        _meta(book, "schema:accessModeSufficient", "textual,visual")
    features = ["displayTransformability", "readingOrder", "structuralNavigation"]
    features.append("tableOfContents")
    if accessibility.images and accessibility.described:
        features.append("alternativeText")
    if accessibility.formulas:
        features += ["MathML", "describedMath"]
    for feature in features:
        _meta(book, "schema:accessibilityFeature", feature)
    _meta(book, "schema:accessibilityHazard", "unknown" if moving_images else "none")
    _meta(book, "schema:accessibilitySummary", accessibility.summary)
