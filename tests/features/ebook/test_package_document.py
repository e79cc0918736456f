"""The package document of an e-book: each value with its refinements (EPUB 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import pipeline
from pipeline.flow.steps import audit
from pipeline.model.editions import EDITIONS
from pipeline.package import package
from pipeline.package.result import Package
from tests.features.ebook.test_epub import NS, XML_LANG, Book
from tests.helpers import making

SOURCE = """---
title: The Well
subtitle: A handout
short_title: Well
sort_title: Well, The
authors:
  - {name: Ann Author, role: [author, illustrator], type: person}
  - {name: Haruki Murakami, scripts: {ja: 村上 春樹}}
contributors:
  - {name: The Well Trust, role: [funder, host], type: organisation}
lang: en-GB
languages: [fr, en-GB]
date: 2026-05-03
modified: 2026-06-01
version: "2.1"
edition_statement: Second, revised edition
subjects:
  - BISAC EDU029030 Teaching Methods
  - LCC LB1025
keywords: water
audience: {for: teachers, ages: 16+, level: Key Stage 3}
publisher: Example Press
imprint: Well Books
isbn: {epub: 978-0-306-40615-7, print: 978-3-16-148410-0}
identifiers: [doi:10.1000/182, "https://example.org/well"]
series: {name: Handouts, type: set, issn: 2049-3630}
cover: {image: cover.png, alt: A well}
accessibility:
  certified_by: Example Press
  credential: A credential
  report: https://example.org/report
---

# One

Text.
"""


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Book]:
    folder = tmp_path_factory.mktemp("document")
    Image.new("L", (8, 8)).save(folder / "cover.png")

    def made(text: str, edition: str = "ebook") -> Book:
        document = making.resolved(text, edition, folder)
        pages = audit(making.rendered(document), document, EDITIONS[edition])
        return Book(package(pages, folder))

    return made


@pytest.fixture(scope="module")
def book(make: Callable[..., Book]) -> Book:
    return make(SOURCE)


def refined(book: Book, value: str) -> dict[str, list[str]]:
    """The refinements of an element or property, by property."""
    metadata = book.opf.find("opf:metadata", NS)
    assert metadata is not None
    name = next(e.get("id") for e in metadata if e.text == value and e.get("id"))
    found: dict[str, list[str]] = {}
    for meta in metadata.iterfind("opf:meta", NS):
        if meta.get("refines") == f"#{name}":
            found.setdefault(meta.get("property", ""), []).append(meta.text or "")
    return found


def test_titles(book: Book) -> None:
    assert book.terms("title") == ["The Well", "A handout", "Well", "Second, revised edition"]
    kinds = [refined(book, title)["title-type"] for title in book.terms("title")]
    assert kinds == [["main"], ["subtitle"], ["short"], ["edition"]]
    assert refined(book, "The Well")["file-as"] == ["Well, The"]


def test_people(book: Book) -> None:
    assert refined(book, "Ann Author")["role"] == ["aut", "ill"]
    assert refined(book, "Ann Author")["schema:additionalType"] == ["https://schema.org/Person"]
    trust = refined(book, "The Well Trust")
    assert trust["role"] == ["fnd", "hst"]
    assert trust["schema:additionalType"] == ["https://schema.org/Organization"]
    scripts = book.opf.findall(".//opf:meta[@property='alternate-script']", NS)
    assert [(meta.text, meta.get(XML_LANG)) for meta in scripts] == [("村上 春樹", "ja")]


def test_identifiers(book: Book) -> None:
    isbn, doi, address, derived = (
        "urn:isbn:9780306406157",
        "https://doi.org/10.1000/182",
        "https://example.org/well",
        book.terms("identifier")[1],
    )
    assert book.terms("identifier") == [isbn, derived, doi, address]
    assert derived.startswith("urn:uuid:"), "that of all formats"
    unique = book.opf.get("unique-identifier")
    own = next(e for e in book.opf.iterfind(".//dc:identifier", NS) if e.get("id") == unique)
    assert own.text == isbn
    assert refined(book, isbn)["identifier-type"] == ["15"]
    assert refined(book, doi)["identifier-type"] == ["06"]
    assert book.terms("source") == ["urn:isbn:9783161484100"]


def test_the_unique_identifier_stays(make: Callable[..., Book]) -> None:
    def unique(text: str, edition: str = "ebook") -> str:
        return make(text, edition).terms("identifier")[0]

    later = SOURCE.replace("2026-06-01", "2027-06-01").replace('"2.1"', '"3.0"')
    plain = "---\ntitle: A\n---\n\nText.\n"
    students = [unique(SOURCE), unique(plain)]
    assert [unique(later), unique(plain.replace("Text", "More text"))] == students
    teachers = [unique(text, "teacher-ebook") for text in (SOURCE, plain)]
    assert len({*students, *teachers}) == 4


def test_the_teachers_e_book_is_an_edition(make: Callable[..., Book]) -> None:
    book = make("---\ntitle: A\nisbn: 978-0-306-40615-7\n---\n\nText.\n", "teacher-ebook")
    assert refined(book, "teacher’s e-book")["title-type"] == ["edition"]
    assert "urn:isbn:9780306406157" not in book.terms("identifier")


def test_subjects(book: Book) -> None:
    assert book.terms("subject") == ["Teaching Methods", "LB1025", "water"]
    assert refined(book, "Teaching Methods") == {"authority": ["BISAC"], "term": ["EDU029030"]}
    authority = "http://id.loc.gov/authorities/classification"
    assert refined(book, "LB1025") == {"authority": [authority], "term": ["LB1025"]}


def test_what_kind_of_book_it_is(book: Book) -> None:
    assert book.terms("language") == ["en-GB", "fr"]
    assert book.metas("dcterms:modified") == ["2026-06-01T00:00:00Z"]
    assert book.metas("schema:bookEdition") == ["Second, revised edition"]
    assert book.metas("schema:publisherImprint") == ["Well Books"]
    assert book.metas("schema:audience") == ["teachers"]
    assert book.metas("schema:typicalAgeRange") == ["16-"]
    assert book.metas("schema:educationalLevel") == ["Key Stage 3"]
    assert book.metas("ibooks:version") == ["2.1"]
    series = refined(book, "Handouts")
    assert series["collection-type"] == ["set"]
    assert series["dcterms:identifier"] == ["urn:issn:2049-3630"]


def test_an_edition_that_is_a_number_is_no_title(make: Callable[..., Book]) -> None:
    book = make("---\ntitle: A\nedition_statement: 2\n---\n\nText.\n")
    assert book.terms("title") == ["A"]
    assert book.metas("schema:bookEdition") == ["2"]


def test_conformance_is_certified(book: Book) -> None:
    standard = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
    assert book.metas("dcterms:conformsTo") == [standard]
    assert refined(book, standard)["a11y:certifiedBy"] == ["Example Press"]
    certifier = next(
        meta.get("id") or ""
        for meta in book.opf.iterfind(".//opf:meta", NS)
        if meta.get("property") == "a11y:certifiedBy"
    )
    assert book.metas("a11y:certifierCredential", f"#{certifier}") == ["A credential"]
    links = {link.get("rel"): link for link in book.opf.iterfind(".//opf:link", NS)}
    report = links["a11y:certifierReport"]
    assert (report.get("href"), report.get("refines")) == (
        "https://example.org/report",
        f"#{certifier}",
    )


def test_nothing_conforms_by_itself(make: Callable[..., Book]) -> None:
    book = make("---\ntitle: A\n---\n\nText.\n")
    assert book.metas("dcterms:conformsTo") == []


def test_the_imprint_shows_the_number_of_each_format(book: Book) -> None:
    imprint = " ".join("".join(book.page("imprint.xhtml").itertext()).split())
    for words in (
        "Published by Well Books, Example Press",
        "Edition Second, revised edition",
        "ISBN (EPUB) 978-0-306-40615-7",
        "ISBN (print) 978-3-16-148410-0",
        "DOI 10.1000/182",
        "Illustrated by Ann Author",
        "Funded by The Well Trust",
    ):
        assert words in imprint
    assert "urn:uuid:" not in imprint, "readers have better numbers"


def test_printed_pages_are_those_of_the_book_with_the_isbn(tmp_path: Path) -> None:
    for name, isbn in (("plain", ""), ("printed", "isbn: {print: 978-3-16-148410-0}\n")):
        text = f"---\ntitle: The well\n{isbn}---\n\n# One\n\nText.\n\n\\newpage\n\n# Two\n\nText.\n"
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
        result = pipeline.build(tmp_path / f"{name}.md", ["ebook"], out=tmp_path)
        assert result.diagnostics == ()
    sources = []
    for name in ("plain", "printed"):
        data = (tmp_path / name / f"{name}.epub").read_bytes()
        opened = Book(Package(data=data))
        sources += opened.metas("pageBreakSource")
        features = set(opened.metas("schema:accessibilityFeature"))
        assert {"pageBreakMarkers", "printPageNumbers", "pageNavigation"} <= features
        assert "page numbers of the printed" in opened.metas("schema:accessibilitySummary")[0]
    assert sources == ["The well (PDF)", "urn:isbn:9783161484100"]
