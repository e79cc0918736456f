"""The metadata of an e-book, including accessibility (EPUB Accessibility 1.1), in its package
document."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator

from ebooklib.epub import EpubBook

from pipeline.model.late import late
from pipeline.model.metadata import (
    Certification,
    Contributor,
    Identifier,
    Metadata,
    Series,
    Subject,
    print_source,
)
from pipeline.model.rendered import Accessibility, Pages
from pipeline.model.words import words
from pipeline.package.result import NO_DATE, publication_moment


def add_meta(book: EpubBook, name: str, value: str, **attributes: str) -> None:
    book.add_metadata(None, "meta", value, {"property": name, **attributes})


IDENTIFIER_ID = "identifier"

STANDARD = "ebook"
"""The edition that owns the publication's identifiers."""

ISBN_10, ISBN_13, DOI = "02", "15", "06"
"""ONIX code list 5: kinds of identifiers."""

PREFIXES = ("ibooks: http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/",)

AUTHORITIES = {
    "LCC": "http://id.loc.gov/authorities/classification",
    "FAST": "http://id.worldcat.org/fast",
    "MeSH": "http://id.nlm.nih.gov/mesh",
}
"""Addresses of classifications that EPUB has no short name for."""

APPLE_VERSION = late(r"\d{1,4}(\.\d{1,4}){1,2}|\d{1,4}")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def unique_identifier(metadata: Metadata, edition: str = STANDARD) -> Identifier:
    """An e-book's identifier, which is the same in every build: its ISBN, else the publication's
    identifier, else one derived from its title. That of another edition, such as the teacher's, is
    derived from it and the edition's name, because no two books share one."""
    derived = uuid.uuid5(uuid.NAMESPACE_URL, f"{metadata.title}\n{metadata.lang}")
    identifier = metadata.identifier or Identifier("uuid", str(derived))
    if metadata.isbns.epub:
        identifier = Identifier("isbn", metadata.isbns.epub)
    if edition == STANDARD:
        return identifier
    return Identifier("uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{identifier.uri}#{edition}")))


def time_of_change(metadata: Metadata) -> datetime.datetime:
    """The modification time, which EPUB requires: `NO_DATE` if there is none."""
    return publication_moment(metadata.modified or metadata.date) or NO_DATE


def describe(book: EpubBook, pages: Pages, *, fonts: bool) -> None:
    """Writes the metadata of an e-book into ``book``, each with its refinements."""
    metadata = pages.metadata
    _identify(book, metadata, pages.edition)
    _entitle(book, metadata, pages.edition)
    book.set_language(metadata.lang)
    for lang in metadata.languages:
        if lang != metadata.lang:
            book.add_metadata("DC", "language", lang)
    for number, person in enumerate(metadata.authors, start=1):
        _credit(book, "creator", number, person)
    for number, person in enumerate(metadata.contributors, start=1):
        _credit(book, "contributor", number, person)
    for name, value in (
        ("publisher", metadata.publisher),
        ("date", metadata.date),
        ("description", metadata.description),
        ("source", print_source(metadata)),
        ("rights", _rights(metadata)),
    ):
        if value:
            book.add_metadata("DC", name, value)
    for number, subject in enumerate(metadata.subjects, start=1):
        _classify(book, number, subject)
    for keyword in dict.fromkeys(metadata.keywords):
        book.add_metadata("DC", "subject", keyword)
    if metadata.licence and metadata.licence.url:
        link = {"rel": "dcterms:license", "href": metadata.licence.url}
        book.add_metadata(None, "link", None, link)
    if metadata.series:
        _collect(book, metadata.series)
    for name, value in _terms(metadata):
        add_meta(book, name, value)
    if pages.page_list:
        # The printed pages are those of the book with the ISBN, or else of the handout.
        source = print_source(metadata) or f"{metadata.title} (PDF)"
        add_meta(book, "pageBreakSource", source)
    if fonts:
        # Without it, Apple Books shows none of the fonts.
        add_meta(book, "ibooks:specified-fonts", "true")
    if pages.accessibility:
        _claim(book, pages.accessibility, metadata.accessibility)


def _terms(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """Terms of schema.org, and the version number by which Apple Books recognises updates."""
    if metadata.version:
        yield "schema:version", metadata.version
    if APPLE_VERSION.fullmatch(metadata.version):
        yield "ibooks:version", metadata.version
    if metadata.edition_statement:
        yield "schema:bookEdition", metadata.edition_statement
    if metadata.imprint:
        yield "schema:publisherImprint", metadata.imprint
    for group in metadata.audience.groups:
        yield "schema:audience", group
    if metadata.audience.ages:
        yield "schema:typicalAgeRange", metadata.audience.ages
    if metadata.audience.level:
        yield "schema:educationalLevel", metadata.audience.level


def _identify(book: EpubBook, metadata: Metadata, edition: str) -> None:
    unique = unique_identifier(metadata, edition)
    book.IDENTIFIER_ID = IDENTIFIER_ID
    book.set_identifier(unique.uri)
    _type(book, IDENTIFIER_ID, unique)
    others = dict.fromkeys((metadata.identifier or unique, *metadata.identifiers))
    others.pop(unique, None)
    if edition != STANDARD:
        others.clear()
    for number, other in enumerate(others, start=2):
        name = f"{IDENTIFIER_ID}-{number}"
        book.add_metadata("DC", "identifier", other.uri, {"id": name})
        _type(book, name, other)


def _type(book: EpubBook, name: str, identifier: Identifier) -> None:
    code = {"doi": DOI, "isbn": ISBN_13 if len(identifier.value) == 13 else ISBN_10}
    if identifier.scheme in code:
        kind = code[identifier.scheme]
        add_meta(book, "identifier-type", kind, refines=f"#{name}", scheme="onix:codelist5")


def _entitle(book: EpubBook, metadata: Metadata, edition_name: str) -> None:
    """The titles: the main title and the subtitle, which form the full title in this order. The
    edition is added if it is stated in words, or is not the usual one."""
    book.title = metadata.title
    edition = "" if metadata.edition_statement.isdigit() else metadata.edition_statement
    if edition_name != STANDARD:
        vocabulary = words(metadata.lang)
        edition = ", ".join(filter(None, (edition, vocabulary.get(f"edition_{edition_name}", ""))))
    titles = {
        "main": metadata.title,
        "subtitle": metadata.subtitle,
        "short": metadata.short_title,
        "edition": edition,
    }
    for number, (kind, title) in enumerate(titles.items(), start=1):
        if not title:
            continue
        name = {"main": "title", "subtitle": "subtitle"}.get(kind, f"title-{kind}")
        book.add_metadata("DC", "title", title, {"id": name})
        add_meta(book, "title-type", kind, refines=f"#{name}")
        if kind in ("main", "subtitle"):
            add_meta(book, "display-seq", str(number), refines=f"#{name}")
        if kind == "main" and metadata.sort_title:
            add_meta(book, "file-as", metadata.sort_title, refines=f"#{name}")


def _credit(book: EpubBook, element: str, number: int, person: Contributor) -> None:
    name = f"{element}-{number}"
    book.add_metadata("DC", element, person.name, {"id": name})
    for role in person.roles:
        add_meta(book, "role", role, refines=f"#{name}", scheme="marc:relators")
    if person.sort_name:
        add_meta(book, "file-as", person.sort_name, refines=f"#{name}")
    for lang, written in person.scripts:
        add_meta(book, "alternate-script", written, refines=f"#{name}", **{LANGUAGE: lang})
    add_meta(book, "display-seq", str(number), refines=f"#{name}")
    if person.kind:
        kind = {"person": "Person", "organisation": "Organization"}[person.kind]
        add_meta(book, "schema:additionalType", f"https://schema.org/{kind}", refines=f"#{name}")
    if person.orcid:
        add_meta(book, "schema:sameAs", f"https://orcid.org/{person.orcid}", refines=f"#{name}")


def _classify(book: EpubBook, number: int, subject: Subject) -> None:
    name = f"subject-{number}"
    book.add_metadata("DC", "subject", subject.name or subject.code, {"id": name})
    authority = AUTHORITIES.get(subject.scheme, subject.scheme)
    add_meta(book, "authority", authority, refines=f"#{name}")
    add_meta(book, "term", subject.code, refines=f"#{name}")


def _collect(book: EpubBook, series: Series) -> None:
    add_meta(book, "belongs-to-collection", series.name, id="series")
    add_meta(book, "collection-type", series.kind, refines="#series")
    if series.position:
        add_meta(book, "group-position", series.position, refines="#series")
    if series.issn:
        add_meta(book, "dcterms:identifier", f"urn:issn:{series.issn}", refines="#series")


def _rights(metadata: Metadata) -> str:
    licence = metadata.licence.name if metadata.licence else ""
    return ". ".join(part.rstrip(".") for part in (metadata.rights, licence) if part)


def _claim(book: EpubBook, accessibility: Accessibility, certification: Certification) -> None:
    for name, values in (
        ("accessMode", accessibility.modes),
        ("accessModeSufficient", accessibility.sufficient),
        ("accessibilityFeature", accessibility.features),
        ("accessibilityHazard", accessibility.hazards),
        ("accessibilitySummary", (accessibility.summary,)),
    ):
        for value in values:
            add_meta(book, f"schema:{name}", value)
    if accessibility.conforms_to and certification.certified_by:
        _certify(book, accessibility.conforms_to, certification.certified_by.text, certification)


def _certify(book: EpubBook, standard: str, name: str, certification: Certification) -> None:
    add_meta(book, "dcterms:conformsTo", standard, id="conformance")
    add_meta(book, "a11y:certifiedBy", name, id="certifier", refines="#conformance")
    if certification.credential:
        credential = certification.credential
        add_meta(book, "a11y:certifierCredential", credential, refines="#certifier")
    if certification.report:
        link = {"rel": "a11y:certifierReport", "href": certification.report}
        book.add_metadata(None, "link", None, {**link, "refines": "#certifier"})
