"""The front of an article: authors and affiliations, abstract, keywords."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pikepdf
import pytest

from pipeline import build, parse
from tests.helpers import checkers, making
from tests.helpers.finished import checked
from tests.helpers.pdf_reading import read

SOURCE = """\
---
title: Who looks after the wells?
class: article
url: https://example.org/wells/
date: 2026-05-03
keywords: [water, villages]
abstract: |
  We asked 40 villages, and "found" this.

  Nobody does.
authors:
  - name: Ann Author
    sort_name: Author, Ann
    affiliation: University of Wells
    orcid: 0000-0002-1825-0097
    email: ann@example.org
    corresponding: true
  - name: Ben Writer
    affiliations: [{name: University of Wells, city: Aba}, The Well Trust]
    email: ben@example.org
  - Cora Third
---

# Introduction

Text.
"""

LINES = (
    "Ann Author, University of Wells · ORCID 0000-0002-1825-0097 · Correspondence: ann@example.org",
    "Ben Writer, University of Wells, Aba, The Well Trust",
    "Abstract",
    "We asked 40 villages, and “found” this.",
    "Nobody does.",
    "Keywords: water, villages",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("article")
    (place / "x.md").write_text(SOURCE, encoding="utf-8")
    made = build(place / "x.md", out=place)
    assert not made.diagnostics
    return place / "x"


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", markup).split())


def test_all_formats_say_it(folder: Path) -> None:
    page = text_of((folder / "x.html").read_text("utf-8"))
    with pikepdf.open(folder / "x.pdf") as pdf:
        printed = " ".join(read(pdf).text.split())
    told = text_of(making.unpacked(folder / "x.epub")["title.xhtml"].decode())
    for line in LINES:
        assert line in page
        assert line in printed
        assert line in told
    assert "ben@example.org" not in page + printed + told, "nobody is to write to him"


def test_metadata_say_it(folder: Path) -> None:
    page = (folder / "x.html").read_text("utf-8")
    tags = re.findall(r'<meta name="(citation_[^"]*)" content="([^"]*)">', page)
    assert tags[:6] == [
        ("citation_title", "Who looks after the wells?"),
        ("citation_author", "Author, Ann"),
        ("citation_author_institution", "University of Wells"),
        ("citation_author_orcid", "https://orcid.org/0000-0002-1825-0097"),
        ("citation_author_email", "ann@example.org"),
        ("citation_author", "Ben Writer"),
    ]
    assert ("citation_publication_date", "2026/05/03") in tags
    assert ("citation_pdf_url", "https://example.org/wells/x.pdf") in tags
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "ScholarlyArticle"
    assert data["abstract"].startswith("We asked 40 villages")
    assert data["author"][1]["affiliation"] == [
        {"@type": "Organization", "name": "University of Wells, Aba"},
        {"@type": "Organization", "name": "The Well Trust"},
    ]
    with pikepdf.open(folder / "x.pdf") as pdf, pdf.open_metadata() as xmp:
        assert "Nobody does." in str(xmp["dc:description"])
    opf = making.unpacked(folder / "x.epub")["content.opf"].decode()
    assert "<dc:description>We asked" in opf


def test_check_finds_nothing(folder: Path) -> None:
    for file in ("x.html", "x.pdf", "x.epub"):
        assert not [
            one.message
            for one in checked(folder / file).diagnostics
            if one.code != "short-last-page"
        ]


@pytest.mark.checkers
def test_checkers_find_nothing(folder: Path) -> None:
    assert not checkers.epubcheck(folder / "x.epub")
    assert not checkers.nu(folder / "x.html")
    assert not checkers.verapdf(folder / "x.pdf")


def test_a_handout_has_none_of_it() -> None:
    page = making.data("---\ntitle: A\nauthors: Ann\nkeywords: [a]\n---\n\nText.\n").decode()
    assert "citation_" not in page
    assert "article-front" not in page


LISTED = """\
---
title: A
authors:
  - {name: Ann, affiliations: [{ref: wells}]}
  - {name: Ben, affiliation: "2, 1"}
  - {name: Cora, affiliation: [{id: own, name: Own House}, The Well Trust]}
  - {name: Dan, affiliations: [own, wells]}
affiliations:
  - {id: wells, name: University of Wells, city: Aba}
  - Institute of Water
---

Text.
"""


def test_affiliations_are_listed_once() -> None:
    document = parse(LISTED, "x.md")
    assert not document.diagnostics
    wells = "University of Wells, Aba"
    assert [one.affiliations for one in document.metadata.authors] == [
        (wells,),
        ("Institute of Water", wells),
        ("Own House", "The Well Trust"),
        ("Own House", wells),
    ]


def test_affiliations_as_pandoc_has_them() -> None:
    text = "---\ntitle: A\nauthor: {name: Ann, institute: [wells]}\n"
    document = parse(f"{text}institute:\n  - wells: University of Wells\n---\n\nText.\n", "x.md")
    assert not document.diagnostics
    assert document.metadata.authors[0].affiliations == ("University of Wells",)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message", "hint"),
    [
        ("ref: wells", "ref: wels", 4, 38, "no affiliation `wels`", "Did you mean `wells`?"),
        ("2, 1", "2, 7", 5, 30, "no affiliation `7`", "List it: "),
        ('"2, 1"', "1", 10, 5, "No author refers", "{ref: 2}"),
    ],
)
def test_slips_in_listed_affiliations(
    old: str, new: str, line: int, column: int, message: str, hint: str
) -> None:
    (found,) = parse(LISTED.replace(old, new), "x.md").diagnostics
    assert message in found.message
    assert hint in found.hint
    assert (found.line, found.column) == (line, column)


@pytest.mark.parametrize(
    ("keys", "line", "column", "message"),
    [
        ("{name: A, email: ann}", 3, 28, "not an e-mail address"),
        ("{name: A, affiliation: [{url: x}]}", 3, 35, "needs a name"),
        ("{name: A, corresponding: perhaps}", 3, 36, "neither true nor false"),
    ],
)
def test_what_is_wrong_is_reported(keys: str, line: int, column: int, message: str) -> None:
    (found,) = parse(f"---\ntitle: A\nauthors: [{keys}]\n---\n\nText.\n", "x.md").diagnostics
    assert message in found.message
    assert (found.line, found.column) == (line, column)
