"""The structure of an e-book: its files, their order, and their declared roles."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pipeline.model.roles import ROLES
from pipeline.package import package
from pipeline.verify.audit import audit_book as audit
from tests.helpers import checkers, making

H = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
TYPE = "{http://www.idpf.org/2007/ops}type"

EVERY_PART = """---
title: Every Part of a Book
authors: [Ann Author]
lang: en
date: 2026-05-03
contents: {figures: true, tables: true, listings: true}
FRONT
---

# Every Part {.half-title}

# For Anna {.dedication}

# A word before {.epigraph}

> Where there is a well there is a way.

# In short {.abstract}

# Foreword {.foreword}

By another.[^foreword]

# Preface {.preface}

# Thanks {.acknowledgements}

# Introduction {.introduction}

# Part one {.part}

Words under the part.

## Prologue {.prologue}

## Wells

What stands before the first section.[^wells] See [the rope](#the-rope) and @tbl-a.

### The bucket

| a | b |
|---|---|
| 1 | 2 |

Table: Numbers {#tbl-a}

### The rope

```python {caption="A program" #lst-a}
print(1)
```

Again.[^wells]

## Über Wasser {.chapter}

## Conclusion {.conclusion}

## Epilogue {.epilogue}

# Afterword {.afterword}

# Tables {.appendix}

Numbers.

# Old notes {.endnotes}

# Words {.glossary}

# Works {.bibliography}

# Contributors {.contributors}

# Pictures {.credits}

# Mistakes {.errata}

# Index {.index}

[well]{.index}

# Colophon {.colophon}

# Rights {.copyright-page}

© Ann

[^foreword]: Of the foreword.
[^wells]: Of the wells, with [a link](#tables).
"""


class Book:
    """An e-book that was opened."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.opf = self.page("content.opf")
        items = {i.attrib["id"]: i.attrib["href"] for i in self.opf.iter(f"{OPF}item")}
        self.spine = [items[i.attrib["idref"]] for i in self.opf.iter(f"{OPF}itemref")]
        self.names = [name.removesuffix(".xhtml") for name in self.spine]

    def page(self, name: str) -> ET.Element:
        return ET.fromstring(self.zip.read(f"EPUB/{name}"))

    def sections(self) -> dict[str, ET.Element]:
        """The first section of each page."""
        found = {name: self.page(name).find(f".//{H}section") for name in self.spine}
        return {name: section for name, section in found.items() if section is not None}

    def nav(self, kind: str) -> list[ET.Element]:
        navs = {nav.get(TYPE): nav for nav in self.page("nav.xhtml").iter(f"{H}nav")}
        return list(navs[kind].iter(f"{H}a"))


def make(text: str) -> Book:
    document = making.without_findings(making.resolved(text, "ebook"))
    pages = audit(document, making.rendered(document, "book"))
    return Book(package(pages, Path()).data)


def names_of(text: str) -> list[str]:
    """The names of the files of a book."""
    return [name.removesuffix(".xhtml") for name in making.chapters(text)]


@pytest.fixture(scope="module")
def whole() -> Book:
    return make(EVERY_PART.replace("FRONT", "split: 2\nnotes: end"))


@pytest.fixture(scope="module")
def usual() -> Book:
    return make(EVERY_PART.replace("FRONT\n", ""))


# --- files ---------------------------------------------------------------------------------


def test_files_are_named_after_what_they_hold_in_the_order_of_the_source(usual: Book) -> None:
    assert usual.names == [
        *("cover", "every-part", "title", "for-anna", "a-word-before", "nav"),
        *("in-short", "foreword", "preface", "thanks", "introduction"),
        *("part-one", "prologue", "wells", "uber-wasser", "conclusion", "epilogue"),
        *("afterword", "tables", "old-notes", "words", "works", "contributors", "pictures"),
        *("mistakes", "index-page", "colophon", "rights"),
    ]


def test_sections_of_chapters_have_files_of_their_own_where_that_is_asked_for(whole: Book) -> None:
    at = whole.names.index("wells")
    assert whole.names[at : at + 4] == ["wells", "the-bucket", "the-rope", "uber-wasser"]
    text = "".join(whole.page("wells.xhtml").itertext())
    assert "What stands before the first section" in text
    assert "The bucket" not in text
    assert whole.page("the-rope.xhtml").find(f"{H}body").get(TYPE) == "bodymatter"  # type: ignore[union-attr]


def test_links_lead_across_files(whole: Book) -> None:
    links = [a.get("href") for a in whole.page("wells.xhtml").iter(f"{H}a")]
    assert links == ["notes.xhtml#fn-2", "the-rope.xhtml#the-rope", "the-bucket.xhtml#tbl-a"]


def test_names_are_of_letters_that_all_systems_know() -> None:
    names = {
        "第一章": "chapter-01",
        "Straße nach Łódź": "strasse-nach-lodz",
        "Was ist Ärger?": "was-ist-arger",
        "Cover": "cover-page",
        "Naming {#my-Own}": "my-own",
        "A very long heading that goes on " * 3: "a-very-long-heading-that-goes-on-a-very",
    }
    text = "".join(f"# {heading}\n\nText.\n\n" for heading in names)
    assert names_of(f"---\ntitle: T\nlang: en\n---\n\n{text}")[-6:] == [*names.values()]


def test_two_chapters_of_a_name_have_two_files() -> None:
    names = names_of("---\ntitle: T\n---\n\n# One {#a}\n\n# Two {#A}\n")
    assert names[-2:] == ["a", "a-2"]


def test_a_chapter_that_is_put_in_leaves_the_names_of_the_others() -> None:
    before = names_of("---\ntitle: T\n---\n\n# One\n\n# Two\n")
    after = names_of("---\ntitle: T\n---\n\n# New\n\n# One\n\n# Two\n")
    assert before[-2:] == after[-2:]


# --- what parts are ------------------------------------------------------------------------


def test_every_part_is_marked_for_reading_systems_and_for_screen_readers(usual: Book) -> None:
    found = {s.get(TYPE): s.get("role") for s in usual.sections().values() if s.get(TYPE)}
    standard = {name: role for name, role in ROLES.items() if role.is_standard}
    for name, role in standard.items():
        assert found[name] == (f"doc-{name}" if role.is_aria else None)


def test_pages_are_of_the_front_the_body_or_the_back(usual: Book) -> None:
    found = {n: usual.page(f"{n}.xhtml").find(f"{H}body").get(TYPE) for n in usual.names[1:]}  # type: ignore[union-attr]
    assert list(dict.fromkeys(found.values())) == ["frontmatter", "bodymatter", "backmatter"]
    texts = [name for name, division in found.items() if division == "bodymatter"]
    assert texts == ["part-one", "prologue", "wells", "uber-wasser", "conclusion", "epilogue"]


def test_chapters_of_a_part_are_chapters(usual: Book) -> None:
    assert usual.sections()["wells.xhtml"].get("role") == "doc-chapter"


def test_a_title_page_and_an_imprint_of_ones_own_stand_in_the_place_of_ours() -> None:
    book = make(
        "---\ntitle: T\n---\n\n# My title {.title-page}\n\n# Rights {.copyright}\n\n"
        "# For you {.dedication}\n\n# One\n\nText.\n"
    )
    assert book.names == ["cover", "my-title", "rights", "for-you", "nav", "one"]


def test_a_dedication_stands_after_the_imprint_and_before_the_contents() -> None:
    book = make("---\ntitle: T\n---\n\n# For you {.dedication}\n\n# One\n\nText.\n")
    assert book.names == ["cover", "title", "imprint", "for-you", "nav", "one"]
    assert [a.text for a in book.nav("toc")] == ["One"]


def test_thanks_are_of_the_end_where_they_stand_there() -> None:
    book = make("---\ntitle: T\n---\n\n# One\n\n# Thanks {.acknowledgements}\n\n# More\n")
    kinds = [book.page(f"{name}.xhtml").find(f"{H}body").get(TYPE) for name in book.names[-3:]]  # type: ignore[union-attr]
    assert kinds == ["bodymatter", "backmatter", "backmatter"]


# --- navigation ----------------------------------------------------------------------------


def test_landmarks_are_all_that_there_is_in_reading_order(usual: Book) -> None:
    found = [(a.get(TYPE), a.get("href")) for a in usual.nav("landmarks")]
    assert found[:8] == [
        ("cover", "cover.xhtml"),
        ("halftitlepage", "every-part.xhtml"),
        ("titlepage", "title.xhtml"),
        ("dedication", "for-anna.xhtml"),
        ("epigraph", "a-word-before.xhtml"),
        ("toc", "nav.xhtml"),
        ("lot", "nav.xhtml#tables"),
        ("abstract", "in-short.xhtml"),
    ]
    assert ("bodymatter", "part-one.xhtml") in found
    kinds = {kind for kind, _ in found}
    standard = {name for name, role in ROLES.items() if role.is_standard}
    assert kinds >= standard - {"part", "chapter"}


def test_the_guide_says_the_same_in_the_words_of_epub_2(usual: Book) -> None:
    guide = [(r.get("type"), r.get("href")) for r in usual.opf.iter(f"{OPF}reference")]
    assert ("title-page", "title.xhtml") in guide
    assert ("text", "part-one.xhtml") in guide
    assert ("acknowledgements", "thanks.xhtml") in guide
    assert ("notes", "old-notes.xhtml") in guide
    landmarks = [a.get("href") for a in usual.nav("landmarks")]
    places = [href for _, href in guide]
    assert places == [href for href in landmarks if href in places]


def test_the_ncx_has_the_contents_and_the_lists(usual: Book) -> None:
    ncx = usual.page("toc.ncx")
    points = [e.attrib["src"] for e in ncx.findall(f"{NCX}navMap//{NCX}content")]
    assert points == [a.get("href") for a in usual.nav("toc")]
    lists = {
        e.findtext(f"{NCX}navLabel/{NCX}text"): (e.get("class"), len(e.findall(f"{NCX}navTarget")))
        for e in ncx.findall(f"{NCX}navList")
    }
    assert lists == {"List of tables": ("lot", 1), "Code listings": (None, 1)}
    orders: dict[str, str] = {}
    for entry in ncx.iter():
        content = entry.find(f"{NCX}content")
        if content is not None:
            order = entry.attrib["playOrder"]
            assert orders.setdefault(content.attrib["src"], order) == order


# --- notes ---------------------------------------------------------------------------------


def test_notes_at_the_end_have_a_page_before_the_glossary(whole: Book) -> None:
    at = whole.names.index("notes")
    assert whole.names[at - 1 : at + 2] == ["old-notes", "notes", "words"]
    section = whole.sections()["notes.xhtml"]
    assert (section.get(TYPE), section.get("role")) == ("endnotes", "doc-endnotes")
    entries = [a.get("href") for a in whole.nav("toc")]
    assert entries.index("notes.xhtml#notes") == entries.index("words.xhtml#words") - 1
    assert not any(list(whole.page(name).iter(f"{H}aside")) for name in whole.spine)


def test_notes_at_the_end_lead_back_to_all_their_references(whole: Book) -> None:
    note = next(li for li in whole.page("notes.xhtml").iter(f"{H}li") if li.get("id") == "fn-2")
    back = [a.get("href") for a in note.iter(f"{H}a") if a.get("role") == "doc-backlink"]
    assert back == [
        "wells.xhtml#fnref-2", "wells.xhtml#fnref-2", "the-rope.xhtml#fnref-2-2"
    ]  # fmt: skip
    for href in back:
        page, _, target = str(href).partition("#")
        reference = next(a for a in whole.page(page).iter(f"{H}a") if a.get("id") == target)
        assert (reference.get(TYPE), reference.get("href")) == ("noteref", "notes.xhtml#fn-2")


def test_notes_at_the_foot_come_after_the_text_that_refers_to_them(usual: Book) -> None:
    """Kobo's readers only show a note in a pop-up if it comes after its reference."""
    body = usual.page("wells.xhtml").find(f"{H}body")
    assert body is not None
    order = [e.get("id") for e in body.iter() if e.get("id") in {"fnref-2", "fn-2"}]
    assert order == ["fnref-2", "fn-2"]
    note = next(body.iter(f"{H}aside"))
    first = next(note.iter(f"{H}a"))
    assert (first.text, first.get("href")) == ("2", "#fnref-2")


# --- what e-readers cannot do ---------------------------------------------------------------


def test_what_is_folded_up_on_the_web_is_open() -> None:
    book = make("---\ntitle: T\n---\n\n::: details The number\nForty.\n:::\n")
    (fold,) = book.page("opening.xhtml").iter(f"{H}details")
    assert fold.get("open") == "open"


# --- the checkers --------------------------------------------------------------------------


@pytest.mark.checkers
@pytest.mark.slow
def test_a_book_of_every_part_passes(whole: Book, tmp_path: Path) -> None:
    book = tmp_path / "book.epub"
    book.write_bytes(whole.data)
    assert checkers.epubcheck(book) == []


@pytest.mark.checkers
@pytest.mark.slow
def test_parts_that_have_text_are_for_everyone(tmp_path: Path) -> None:
    """Ace opens a window for each file; in those of other parts there is a heading alone."""
    book = tmp_path / "book.epub"
    parts = re.sub(r"^#+ .*\n\n(?=#)", "", EVERY_PART.replace("FRONT", "notes: end"), flags=re.M)
    book.write_bytes(make(parts).data)
    assert checkers.ace(book) == []
