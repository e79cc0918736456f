"""The e-book: its files, its metadata, its links, and that it is always the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from pipeline.model.rendered import Pages
from pipeline.package import package
from pipeline.package.result import Package
from pipeline.verify.audit import audit_book as audit
from tests.helpers import making

NS = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "h": "http://www.w3.org/1999/xhtml",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
}
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

SOURCE = """---
title: A Book of “Things” & <Such>
subtitle: With notes
authors:
  - {name: Ann Ødegård, sort_name: "Ødegård, Ann", orcid: 0000-0002-1825-0097}
  - Bob Brown
contributors:
  - {name: Dora Dee, role: editor}
lang: en-GB
date: 2026-05-03
version: "2.1"
description: What it is about.
keywords: [things, such]
publisher: Press & Sons
rights: © 2026 Ann
licence: CC BY 4.0
identifier: isbn:978-0-306-40615-7
series: {name: All Books, position: 2}
contents: {depth: 3}
embed_fonts: true
---

An opening, with a note[^one] and a [link to the appendix](#app).

# Preface {.preface}

Hello *there*, the same note[^one].

# Part one {.part}

Words under the part.

## First chapter

![A picture](figures/a.png "Caption"){#fig-a width=60%}

Text[^two].

## Second *chapter*

See [the figure](#fig-a).

# Appendix {#app .appendix}

The end.

[^one]: A note, with [a link](#app).
[^two]: Another.
"""


class Book:
    """An e-book that was opened."""

    def __init__(self, made: Package) -> None:
        self.made = made
        self.zip = zipfile.ZipFile(io.BytesIO(made.data))
        container = ET.fromstring(self.zip.read("META-INF/container.xml"))
        root = container.find("c:rootfiles/c:rootfile", NS)
        assert root is not None
        self.opf_name = root.attrib["full-path"]
        self.base = PurePosixPath(self.opf_name).parent
        self.opf = ET.fromstring(self.zip.read(self.opf_name))
        self.items = {item.attrib["id"]: item for item in self.opf.iterfind(".//opf:item", NS)}

    @property
    def spine(self) -> list[str]:
        references = self.opf.iterfind("opf:spine/opf:itemref", NS)
        return [self.items[r.attrib["idref"]].attrib["href"] for r in references]

    def read(self, name: str) -> bytes:
        return self.zip.read(str(self.base / name))

    def page(self, name: str) -> ET.Element:
        return ET.fromstring(self.read(name))

    def pages(self) -> dict[str, ET.Element]:
        return {name: self.page(name) for name in self.spine}

    def metas(self, name: str, refines: str = "") -> list[str]:
        """The values of a property: the publication's, or those that refine something."""
        return [
            meta.text or ""
            for meta in self.opf.iterfind(".//opf:meta", NS)
            if meta.get("property") == name and meta.get("refines", "") == refines
        ]

    def terms(self, name: str) -> list[str]:
        return [element.text or "" for element in self.opf.iterfind(f".//dc:{name}", NS)]


def render_source(text: str, folder: Path) -> Pages:
    document = making.resolved(text, "ebook", folder)
    assert not [finding for finding in document.diagnostics if finding.is_error]
    return audit(document, making.rendered(document, "book"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("book")
    (found / "figures").mkdir()
    Image.new("RGB", (60, 40), "#c84").save(found / "figures" / "a.png")
    Image.new("RGB", (80, 128), "#444").save(found / "wrapper.png")
    return found


@pytest.fixture(scope="module")
def make(folder: Path) -> Callable[[str], Book]:
    return lambda text: Book(package(render_source(text, folder), folder))


@pytest.fixture(scope="module")
def book(make: Callable[[str], Book]) -> Book:
    return make(SOURCE)


def classes(page: ET.Element, name: str) -> Iterator[ET.Element]:
    return (element for element in page.iter() if name in element.get("class", "").split())


# --- the container -------------------------------------------------------------------------


def test_the_media_type_comes_first_and_as_it_is(book: Book) -> None:
    first = book.zip.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert book.zip.read("mimetype") == b"application/epub+zip"
    # at a fixed place in the file, as tools that look at the first bytes expect
    assert book.made.data[30:58] == b"mimetypeapplication/epub+zip"


def test_entries_are_sorted_and_have_no_times(book: Book) -> None:
    entries = book.zip.infolist()[1:]
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert not book.zip.testzip()


def test_the_manifest_lists_all_files_but_licences(book: Book) -> None:
    listed = {str(book.base / item.attrib["href"]) for item in book.items.values()}
    links = [link.attrib for link in book.opf.iterfind(".//opf:link", NS)]
    linked = {str(book.base / link["href"]) for link in links if "media-type" in link}
    apart = {"mimetype", "META-INF/container.xml", book.opf_name}
    assert set(book.zip.namelist()) == listed | linked | apart
    assert not listed & linked


# --- pages ---------------------------------------------------------------------------------


def test_reading_order(book: Book) -> None:
    headings = [
        "".join(page.find(".//h:body//h:section/*[1]", NS).itertext())  # type: ignore[union-attr]
        for page in list(book.pages().values())[5:]
    ]
    assert headings == ["Preface", "Part one", "First chapter", "Second chapter", "Appendix"]
    assert book.spine[:5] == "cover.xhtml title.xhtml imprint.xhtml nav.xhtml opening.xhtml".split()
    assert book.spine == [item.attrib["href"] for item in book.items.values() if is_page(item)]


def is_page(item: ET.Element) -> bool:
    return item.attrib["media-type"] == "application/xhtml+xml"


def test_pages_say_their_language_direction_and_title(book: Book) -> None:
    for page in book.pages().values():
        assert (page.get("lang"), page.get(XML_LANG), page.get("dir")) == ("en-GB", "en-GB", "ltr")
        assert page.findtext("h:head/h:title", namespaces=NS)


def test_parts_of_the_book_are_named(book: Book) -> None:
    pages = book.pages()
    kinds = {name: page.find("h:body", NS).get(EPUB_TYPE) for name, page in pages.items()}  # type: ignore[union-attr]
    assert kinds["cover.xhtml"] == "cover"
    assert kinds["preface.xhtml"] == "frontmatter"
    assert kinds["first-chapter.xhtml"] == "bodymatter"
    assert kinds["app.xhtml"] == "backmatter"
    section = pages["preface.xhtml"].find(".//h:section", NS)
    assert section is not None
    assert (section.get(EPUB_TYPE), section.get("role")) == ("preface", "doc-preface")


def test_all_links_lead_somewhere(book: Book) -> None:
    pages = book.pages()
    ids = {name: {e.get("id") for e in page.iter()} - {None} for name, page in pages.items()}
    ncx = ET.fromstring(book.read("toc.ncx"))
    links = [
        (name, a.attrib["href"]) for name, p in pages.items() for a in p.iterfind(".//h:a", NS)
    ]
    links += [("toc.ncx", content.attrib["src"]) for content in ncx.iterfind(".//ncx:content", NS)]
    guide = book.opf.iterfind("opf:guide/opf:reference", NS)
    links += [(book.opf_name, reference.attrib["href"]) for reference in guide]
    assert len(links) > 25
    for name, href in links:
        if href.startswith("https:"):
            continue
        target, _, fragment = href.partition("#")
        target = target or name
        assert target in ids, f"{name}: {href}"
        assert not fragment or fragment in ids[target], f"{name}: {href}"


def test_links_lead_across_pages(book: Book) -> None:
    links = [a.get("href") for a in book.page("second-chapter.xhtml").iterfind(".//h:a", NS)]
    assert links == ["first-chapter.xhtml#fig-a"]


def test_ids_are_unique_within_a_page(book: Book) -> None:
    for name, page in book.pages().items():
        ids = [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
        assert len(ids) == len(set(ids)), name


# --- notes ---------------------------------------------------------------------------------


def test_notes_there_and_back(book: Book) -> None:
    page = book.page("opening.xhtml")
    reference = next(a for a in page.iterfind(".//h:a", NS) if a.get(EPUB_TYPE) == "noteref")
    assert reference.get("role") == "doc-noteref"
    assert reference.get("href") == "#fn-1"
    note = next(a for a in page.iterfind(".//h:aside", NS) if a.get("id") == "fn-1")
    assert (note.get(EPUB_TYPE), note.get("role")) == ("footnote", "doc-footnote")
    back = [a for a in note.iterfind(".//h:a", NS) if a.get("role") == "doc-backlink"]
    assert back[0].get("href") == f"#{reference.get('id')}"
    assert all(a.get("aria-label") for a in back)
    # the second reference is in another chapter, and has its way back too
    assert back[-1].get("href") == "preface.xhtml#fnref-1-2"
    again = next(a for a in book.page("preface.xhtml").iterfind(".//h:sup/h:a", NS))
    assert (again.get("href"), again.get("id")) == ("opening.xhtml#fn-1", "fnref-1-2")


def test_each_note_stands_in_the_chapter_that_first_refers_to_it(book: Book) -> None:
    where = {
        aside.get("id"): name
        for name, page in book.pages().items()
        for aside in page.iterfind(".//h:aside", NS)
    }
    assert where == {"fn-1": "opening.xhtml", "fn-2": "first-chapter.xhtml"}


# --- contents ------------------------------------------------------------------------------


def test_contents_landmarks_and_ncx(book: Book) -> None:
    nav = book.page("nav.xhtml")
    navs = {n.get(EPUB_TYPE): n for n in nav.iterfind(".//h:nav", NS)}
    assert set(navs) == {"toc", "landmarks"}
    titles = ["".join(a.itertext()) for a in navs["toc"].iterfind(".//h:a", NS)]
    assert titles == ["Preface", "Part one", "First chapter", "Second chapter", "Appendix"]
    kinds = [a.get(EPUB_TYPE) for a in navs["landmarks"].iterfind(".//h:a", NS)]
    assert kinds == "cover titlepage copyright-page toc preface bodymatter appendix".split()
    ncx = ET.fromstring(book.read("toc.ncx"))
    labels = [label.text for label in ncx.iterfind(".//ncx:navLabel/ncx:text", NS)]
    assert labels == titles
    heads = {meta.get("name"): meta.get("content") for meta in ncx.iterfind(".//ncx:meta", NS)}
    assert heads["dtb:uid"] == "urn:isbn:9780306406157"
    assert heads["dtb:depth"] == "2"


def test_a_text_without_headings_has_contents_all_the_same(make: Callable[[str], Book]) -> None:
    book = make("---\ntitle: Plain\n---\n\nJust this.\n")
    links = book.page("nav.xhtml").iterfind(".//h:a", NS)
    assert "opening.xhtml" in [a.get("href") for a in links]
    assert book.spine[-1] == "opening.xhtml"


def test_contents_that_nobody_wants_to_leaf_through(make: Callable[[str], Book]) -> None:
    book = make("---\ntitle: Plain\ncontents: {show: never}\n---\n\n# One\n\nText.\n")
    linear = {
        r.attrib["idref"]: r.get("linear", "yes")
        for r in book.opf.iterfind("opf:spine/opf:itemref", NS)
    }
    assert linear["page-nav"] == "no"
    assert set(linear.values()) == {"no", "yes"}


# --- metadata ------------------------------------------------------------------------------


def test_metadata(book: Book) -> None:
    assert book.opf.get(XML_LANG) == "en-GB"
    assert book.terms("title") == ["A Book of “Things” & <Such>", "With notes"]
    assert book.terms("creator") == ["Ann Ødegård", "Bob Brown"]
    assert book.terms("contributor") == ["Dora Dee"]
    assert book.terms("identifier") == ["urn:isbn:9780306406157"]
    assert book.terms("language") == ["en-GB"]
    assert book.terms("date") == ["2026-05-03"]
    assert book.terms("publisher") == ["Press & Sons"]
    assert book.terms("description") == ["What it is about."]
    assert book.terms("subject") == ["things", "such"]
    assert book.terms("rights")[0].startswith("© 2026 Ann")
    assert book.metas("dcterms:modified") == ["2026-05-03T00:00:00Z"]
    assert book.metas("belongs-to-collection") == ["All Books"]


def test_refinements(book: Book) -> None:
    ids = {e.text: f"#{e.get('id')}" for e in book.opf.iterfind("opf:metadata/*", NS)}
    first, editor = ids["Ann Ødegård"], ids["Dora Dee"]
    assert book.metas("title-type", ids["A Book of “Things” & <Such>"]) == ["main"]
    assert book.metas("title-type", ids["With notes"]) == ["subtitle"]
    assert book.metas("role", first) == ["aut"]
    assert book.metas("file-as", first) == ["Ødegård, Ann"]
    assert book.metas("schema:sameAs", first) == ["https://orcid.org/0000-0002-1825-0097"]
    assert book.metas("display-seq", ids["Bob Brown"]) == ["2"]
    assert book.metas("role", editor) == ["edt"]
    assert book.metas("identifier-type", ids["urn:isbn:9780306406157"]) == ["15"]
    assert book.metas("collection-type", ids["All Books"]) == ["series"]
    assert book.metas("group-position", ids["All Books"]) == ["2"]


@pytest.mark.parametrize(
    ("image", "modes", "described"),
    [
        ("", ["textual"], False),
        ("![A picture](figures/a.png)", ["textual", "visual"], True),
        ("![](figures/a.png)", ["textual", "visual"], False),
        ("![](figures/a.png){.decorative}", ["textual", "visual"], True),
    ],
)
def test_accessibility_is_declared_as_it_is(
    make: Callable[[str], Book], image: str, modes: list[str], described: bool
) -> None:
    book = make(f"---\ntitle: Plain\n---\n\n# One\n\nText.\n\n{image}\n")
    assert book.metas("schema:accessMode") == modes
    features = book.metas("schema:accessibilityFeature")
    assert ("alternativeText" in features) is described
    assert {"tableOfContents", "readingOrder", "structuralNavigation"} <= set(features)
    alone = "textual" in book.metas("schema:accessModeSufficient")
    assert alone is (described or not image)
    assert book.metas("schema:accessibilityHazard") == [
        "noFlashingHazard",
        "noMotionSimulationHazard",
        "noSoundHazard",
    ]
    assert book.metas("schema:accessibilitySummary") != [""]


def test_right_to_left(make: Callable[[str], Book]) -> None:
    cover = "cover: {image: wrapper.png, alt: غلاف}"
    book = make(f"---\ntitle: كتاب\nlang: ar\n{cover}\n---\n\nنص.\n")
    spine = book.opf.find("opf:spine", NS)
    assert spine is not None
    assert spine.get("page-progression-direction") == "rtl"
    assert book.page("opening.xhtml").get("dir") == "rtl"


def test_title_page_and_imprint(book: Book) -> None:
    title = "".join(book.page("title.xhtml").itertext())
    for words in ("A Book of “Things” & <Such>", "With notes", "Ann Ødegård and Bob Brown"):
        assert words in title
    imprint = "".join(book.page("imprint.xhtml").itertext())
    for words in ("3 May 2026", "2.1", "978-0-306-40615-7", "© 2026 Ann", "Edited by", "Dora Dee"):
        assert words in imprint


# --- cover, images, fonts ------------------------------------------------------------------


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGBA").tobytes()


def test_a_cover_is_drawn(book: Book) -> None:
    item = next(i for i in book.items.values() if i.get("properties") == "cover-image")
    with Image.open(io.BytesIO(book.read(item.attrib["href"]))) as image:
        assert (image.format, image.size) == ("PNG", (1600, 2560))
        assert len(image.getcolors(1 << 22) or ()) > 2, "nothing is written on it"
    shown = book.page("cover.xhtml").find(".//h:img", NS)
    assert shown is not None
    assert shown.get("src") == item.attrib["href"]
    assert "A Book of" in shown.get("alt", "")
    named = next(m for m in book.opf.iterfind(".//opf:meta", NS) if m.get("name") == "cover")
    assert named.get("content") == item.attrib["id"]


def test_the_cover_that_the_source_names(make: Callable[[str], Book], folder: Path) -> None:
    text = "---\ntitle: Plain\ncover: {image: wrapper.png, alt: Grey}\n---\n\nText.\n"
    book = make(text)
    item = next(i for i in book.items.values() if i.get("properties") == "cover-image")
    assert pixels(book.read(item.attrib["href"])) == pixels((folder / "wrapper.png").read_bytes())
    shown = book.page("cover.xhtml").find(".//h:img", NS)
    assert shown is not None
    assert (shown.get("src"), shown.get("alt")) == (item.attrib["href"], "Grey")
    assert "cover.png" not in [i.attrib["href"] for i in book.items.values()]


def test_images_keep_their_pixels(book: Book, folder: Path) -> None:
    shown = book.page("first-chapter.xhtml").find(".//h:img", NS)
    assert shown is not None
    assert shown.get("alt") == "A picture"
    source = folder / "figures" / "a.png"
    assert pixels(book.read(shown.attrib["src"])) == pixels(source.read_bytes())
    assert str(folder / "figures" / "a.png") in book.made.dependencies


def test_an_image_that_went_away_is_a_finding(folder: Path, tmp_path: Path) -> None:
    pages = render_source(SOURCE, folder)
    made = package(pages, tmp_path)
    assert [finding.code for finding in made.diagnostics] == ["unreadable-file"]


def fonts(book: Book) -> dict[str, TTFont]:
    return {
        item.attrib["href"]: TTFont(io.BytesIO(book.read(item.attrib["href"])))
        for item in book.items.values()
        if item.attrib["media-type"] == "font/otf"
    }


def test_fonts_are_small_named_and_licensed(book: Book) -> None:
    css = book.read("style.css").decode()
    found = fonts(book)
    assert found
    for href, font in found.items():
        assert f"url({href})" in css
        characters = font.getBestCmap()
        assert ord("Ø") in characters
        assert len(characters) < 400
        # OFL 1.1: a changed font may not bear the reserved name, and keeps its licence
        names = {record.nameID: str(record) for record in font["name"].names}
        assert "Source" not in names[1] + names[4] + names[6]
        assert "Open Font License" in names[13]
    links = [link.attrib for link in book.opf.iterfind(".//opf:link", NS) if link.get("refines")]
    assert {link["refines"][1:] for link in links} == {
        key for key, item in book.items.items() if item.attrib["href"] in found
    }
    assert all(b"SIL OPEN FONT LICENSE" in book.read(link["href"]) for link in links)


def test_fonts_that_the_text_does_not_use_are_left_out(make: Callable[[str], Book]) -> None:
    plain = fonts(make("---\ntitle: Plain\nembed_fonts: true\n---\n\n# One\n\nText.\n"))
    assert not [name for name in plain if "Code" in name or "italic" in name]
    code = fonts(make("---\ntitle: Plain\nembed_fonts: true\n---\n\n# One\n\n*Text* and `code`.\n"))
    assert [name for name in code if "Code" in name]
    assert [name for name in code if "400-italic" in name]
    assert not [name for name in code if "600-italic" in name]


def test_fonts_are_embedded_only_where_they_are_asked_for(make: Callable[[str], Book]) -> None:
    book = make("---\ntitle: Plain\n---\n\n# One\n\n*Text* and `code`.\n")
    assert not fonts(book)
    assert "@font-face" not in book.read("style.css").decode()


# --- always the same -----------------------------------------------------------------------


def test_the_time_of_change(make: Callable[[str], Book], monkeypatch: pytest.MonkeyPatch) -> None:
    undated = "---\ntitle: Plain\n---\n\nText.\n"
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert make(undated).metas("dcterms:modified") == ["2000-01-01T00:00:00Z"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert make(undated).metas("dcterms:modified") == ["1970-01-02T00:00:00Z"]
    dated = "---\ntitle: Plain\ndate: 2026-05\n---\n\nText.\n"
    assert make(dated).metas("dcterms:modified") == ["2026-05-01T00:00:00Z"]


@pytest.mark.parametrize("state", ["damaged", "unwritable"])
def test_the_cache_is_an_aid_only(
    make: Callable[[str], Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    cover = "cover: {image: wrapper.png, alt: Grey}"
    text = f"---\ntitle: Plain\nembed_fonts: true\n{cover}\n---\n\nText.\n"
    usual = make(text)
    assert fonts(usual)
    cache = tmp_path / "cache"
    monkeypatch.setenv("CHAPBOOK_CACHE", str(cache))
    if state == "unwritable":
        cache.write_text("a file where the folder should be")
    else:
        make(text)
        kept = [*cache.iterdir()]
        assert kept
        for file in kept:
            file.write_bytes(file.read_bytes()[:-1])
    assert make(text).made.data == usual.made.data
