"""The web edition as a site: a page for each chapter, and all that leads from one to another."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import html5lib
import pytest

import pipeline
from pipeline import parse
from pipeline.commands.editions import settings_of
from pipeline.features import site as feature
from pipeline.model.editions import chosen_editions
from tests.helpers.finished import checked, compared

SOURCE = """\
---
title: The Well & the World
subtitle: A reader
authors: [Ann Author, Ben Writer]
lang: en-GB
date: 2026-11-24
description: Texts and tasks about water.
number_sections: true
contents: {depth: 3}
url: https://example.org/books/
web: chapters
editions: [web]
---

Before all chapters.

# Preface {.preface}

Why we wrote it. See @sec-wells and ![a dot](dot.svg).

# Water {.part}

About the part.

## Wells {#sec-wells}

A village well.[^n] [[A well]{.index}]{#here} is dug.

::: exercise
Who digs it?

::: answer
Nobodyknows
:::
:::

[^n]: Measured twice, as [the preface](#preface) says.

### How deep

Ten metres.

## Rivers

Rivers run, as [wells are deep](#how-deep); and the same note.[^n] Another.[^s]

[^s]: A note on rivers.

# 水 {#水}

Only on this page.

# Index {.index}

::: index
:::
"""
UNPAGED = SOURCE.replace("web: chapters", "web: chapters\npage_list: false")
"""Without the printed pages, which need not be laid out then."""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'
ADDRESS = "https://example.org/books/water-site/"
ORDER = ["preface.html", "water.html", "sec-wells.html", "rivers.html", "chapter-05.html"]
CHAPTERS = [*ORDER, "index-page.html"]


@functools.cache
def parsed(markup: str) -> Any:
    return html5lib.parse(markup, namespaceHTMLElements=False)


class Site(NamedTuple):
    folder: Path

    def text(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def page(self, name: str) -> Any:
        return parsed(self.text(name))

    def pages(self) -> dict[str, Any]:
        return {path.name: self.page(path.name) for path in sorted(self.folder.glob("*.html"))}

    def found(self) -> list[Any]:
        """The passages that the search goes through."""
        text = self.page("search.html").find(".//script[@id='page--index']").text
        found: list[Any] = json.loads(text)
        return found


def write(folder: Path, source: str = UNPAGED) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dot.svg").write_text(DOT, "utf-8")
    path = folder / "water.md"
    path.write_text(source, "utf-8")
    return path


def build(folder: Path, source: str = UNPAGED) -> Site:
    result = pipeline.build(write(folder, source), out=folder / "out")
    assert not result.diagnostics
    return Site(folder / "out" / "water" / "water-site")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build(tmp_path_factory.mktemp("site"), SOURCE)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def links(page: Any) -> Iterator[tuple[str, str]]:
    """All addresses of a page, and the elements that have them."""
    for element in page.iter():
        for key in ("href", "src", "action"):
            if key in element.attrib:
                yield element.tag, element.get(key)


# --- its pages ----------------------------------------------------------------------------


def test_each_chapter_has_a_page_named_for_what_it_is(site: Site) -> None:
    assert sorted(site.pages()) == sorted(["404.html", "index.html", "search.html", *CHAPTERS])


def test_a_text_is_on_its_own_page_alone(site: Site) -> None:
    places = {
        "Before all": "index.html",
        "About the part": "water.html",
        "Ten met": "sec-wells.html",
    }
    shown = {name: words(page.find(".//main")) for name, page in site.pages().items()}
    for text, name in places.items():
        assert [page for page, said in shown.items() if text in said] == [name]


def test_a_page_begins_with_a_heading_of_the_first_level(site: Site) -> None:
    assert {name: [words(h) for h in page.iter("h1")] for name, page in site.pages().items()} == {
        "404.html": ["Page not found"],
        "index.html": ["The Well & the World"],
        "search.html": ["Search"],
        "preface.html": ["Preface"],
        "water.html": ["I Water"],
        "sec-wells.html": ["1 Wells"],
        "rivers.html": ["2 Rivers"],
        "chapter-05.html": ["3 水"],
        "index-page.html": ["Index"],
    }


def test_the_ways_on_lead_through_all_chapters_in_order(site: Site) -> None:
    name, order = "index.html", []
    while (forward := site.page(name).find(".//body//a[@rel='next']")) is not None:
        before, name = name, forward.get("href")
        order.append(name)
        back = site.page(name).find(".//nav[@class='pager']/a[@rel='prev']")
        assert (back.get("href") if back is not None else "index.html") == before
    assert order == CHAPTERS


def test_the_contents_beside_a_text_show_where_one_is(site: Site) -> None:
    contents = site.page("sec-wells.html").find(".//nav[@class='contents']")
    entries = [(words(a), a.get("href"), a.get("aria-current")) for a in contents.iter("a")]
    assert entries == [
        ("Preface", "preface.html", None),
        ("I Water", "water.html", None),
        ("1 Wells", "sec-wells.html", "page"),
        ("1.1 How deep", "#how-deep", None),
        ("2 Rivers", "rivers.html", None),
        ("3 水", "chapter-05.html", None),
        ("Index", "index-page.html", None),
    ]


def test_in_a_thick_book_the_contents_beside_the_text_are_those_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature, "LISTED_PAGES", 10)
    text = "---\ntitle: T\nlang: en\nweb: chapters\neditions: [web]\npage_list: false\n---\n"
    many = build(tmp_path, text + "".join(f"\n# C{n}\n\nText.\n" for n in range(40)))
    beside = many.page("c20.html").find(".//nav[@class='contents']")
    assert len(list(beside.iter("a"))) == 21
    assert len(list(many.page("index.html").find(".//nav").iter("a"))) == 40


# --- what leads where ---------------------------------------------------------------------


def test_every_link_leads_to_something(site: Site) -> None:
    pages = site.pages()
    ids = {name: {e.get("id") for e in page.iter() if e.get("id")} for name, page in pages.items()}
    count = 0
    for name, page in pages.items():
        for tag, href in links(page):
            path, _, fragment = unquote(href.removeprefix(ADDRESS)).partition("#")
            if path.startswith(("https:", "../")):
                continue
            count += 1
            assert not path or (site.folder / path).is_file(), (name, tag, href)
            assert not fragment or fragment in ids[path or name], (name, tag, href)
    assert count > 120


def test_notes_stand_where_they_are_first_referred_to(site: Site) -> None:
    wells, rivers = site.page("sec-wells.html"), site.page("rivers.html")
    assert [a.get("href") for a in rivers.findall(".//a[@role='doc-noteref']")] == [
        "sec-wells.html#fn-1",
        "#fn-2",
    ]
    back = [a.get("href") for a in wells.findall(".//a[@role='doc-backlink']")]
    assert back == ["#fnref-1", "rivers.html#fnref-1-2"]
    assert rivers.find(".//li[@id='fn-2']").get("value") == "2"


def test_nothing_comes_from_elsewhere_and_no_file_is_a_script(site: Site) -> None:
    for name, page in site.pages().items():
        policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        allowed = re.search("script-src ([^;]*)", policy)
        assert allowed is not None
        assert all(source.startswith("'sha256-") for source in allowed[1].split()), name
        assert not [e.attrib for e in page.iter("script") if "src" in e.attrib], name
        assert not list(page.iter("style"))
        assert not [e.attrib for e in page.iter() if any(key.startswith("on") for key in e.attrib)]
        loaded = [href for tag, href in links(page) if tag in ("script", "img")]
        assert not [href for href in loaded if ":" in href.removeprefix(ADDRESS)], name


# --- what it says of itself ---------------------------------------------------------------


def test_pages_say_where_they_are(site: Site) -> None:
    for name, page in site.pages().items():
        found = [link.get("href") for link in page.findall(".//link[@rel='canonical']")]
        own = ADDRESS if name == "index.html" else ADDRESS + name
        assert found == ([] if name == "404.html" else [own])


def linked_data(page: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page.find(".//script[@type='application/ld+json']").text)
    return data


def test_the_book_and_its_chapters_link_to_each_other(site: Site) -> None:
    book, chapter = (linked_data(site.page(name)) for name in ("index.html", "rivers.html"))
    assert book["@type"] == ["Book", "LearningResource"]
    assert [part["url"] for part in book["hasPart"]] == [ADDRESS + name for name in CHAPTERS]
    assert book["hasPart"][3] == {
        "@type": "Chapter",
        "name": "2 Rivers",
        "position": 4,
        "url": f"{ADDRESS}rivers.html",
    }
    assert (chapter["@type"], chapter["position"]) == ("Chapter", 4)
    assert chapter["isPartOf"]["url"] == book["url"] == ADDRESS


def test_the_map_has_all_pages_of_the_text_and_the_declared_date(site: Site) -> None:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(site.text("sitemap.xml"))
    assert [loc.text for loc in root.iter(f"{space}loc")] == [ADDRESS + n for n in ["", *CHAPTERS]]
    assert {date.text for date in root.iter(f"{space}lastmod")} == {"2026-11-24"}


def test_the_feed_has_an_entry_for_each_chapter(site: Site) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(site.text("feed.xml"))
    assert feed.findtext(f"{atom}title") == "The Well & the World"
    assert {e.text for e in feed.iter(f"{atom}updated")} == {"2026-11-24T00:00:00Z"}
    assert [e.text for e in feed.iter(f"{atom}name")] == ["Ann Author", "Ben Writer"]
    entries = feed.findall(f"{atom}entry")
    assert [entry.findtext(f"{atom}id") for entry in entries] == [ADDRESS + n for n in CHAPTERS]
    assert entries[2].findtext(f"{atom}summary", "").startswith("A village well. A well is dug.")


def test_the_page_for_what_is_not_there_works_at_any_depth(site: Site) -> None:
    relative = [href for _, href in links(site.page("404.html")) if not href.startswith(ADDRESS)]
    assert relative == ["#page--text"]


def test_without_an_address_there_is_nothing_that_needs_one(tmp_path: Path) -> None:
    plain = build(tmp_path, UNPAGED.replace("url: https://example.org/books/\n", ""))
    assert not (plain.folder / "sitemap.xml").exists()
    assert not (plain.folder / "feed.xml").exists()
    assert "example.org" not in "".join(map(plain.text, plain.pages()))
    assert checked(plain.folder).diagnostics == ()


# --- search -------------------------------------------------------------------------------


def test_what_is_searched_is_what_the_pages_say(site: Site) -> None:
    found = site.found()
    assert [file for file, _, _ in found] == ["index.html", *CHAPTERS]
    assert found[3][1:] == [
        "1 Wells",
        [
            ["sec-wells", "1 Wells", "A village well. A well is dug. Who digs it?"],
            ["how-deep", "1.1 How deep", "Ten metres."],
            ["fn-1", "Notes: 1", "Measured twice, as the preface says."],
        ],
    ]


def test_what_is_found_is_there(site: Site) -> None:
    for file, title, passages in site.found():
        page = site.page(file)
        text = words(page.find(".//main"))
        assert title == words(page.find(".//h1"))
        for name, _, said in passages:
            assert not name or page.find(f".//*[@id='{name}']") is not None
            assert set(re.findall(r"\w+", said)) <= {*re.findall(r"\w+", text), "a", "dot"}, name


# --- building it --------------------------------------------------------------------------


def test_the_front_matter_says_which_web_edition_is_made() -> None:
    chapters = parse("---\ntitle: T\nweb: chapters\n---\n\nText.\n", "x.md")
    page = parse("---\ntitle: T\n---\n\nText.\n", "x.md")

    def names(document: Any, *asked: str) -> list[str]:
        return [edition.name for edition in chosen_editions(asked, document.metadata)]

    assert names(page) == ["web", "handout", "ebook"]
    assert names(chapters) == ["site", "handout", "ebook"]
    assert names(chapters, "web", "letter", "site") == ["site", "letter"]
    assert names(page, "site", "web") == ["site", "web"]
    listed = [setting.file for setting in settings_of(chapters, "x") if setting.listed]
    assert listed == ["x-site/index.html", "x.pdf", "x.epub"]


def test_what_is_for_the_web_edition_is_in_the_site(tmp_path: Path) -> None:
    text = "---\ntitle: T\nlang: en\nweb: chapters\neditions: [web]\npage_list: false\n---\n\n"
    text += "[One]{edition=web} [two]{only=web} [three]{edition=site} [four]{only=pdf}\n"
    assert words(build(tmp_path, text).page("index.html").find(".//main//p")) == "One two three"


def test_pages_that_are_no_longer_made_go_and_nothing_else(tmp_path: Path) -> None:
    before = build(tmp_path)
    (before.folder / "mine.html").write_text("mine", "utf-8")
    (before.folder / "chapter-05.html").write_text("changed by hand", "utf-8")
    text = UNPAGED.replace("## Rivers", "## Seas").replace("# 水 {#水}", "# Words")
    after = build(tmp_path, text)
    gone = {"rivers.html"} - {path.name for path in after.folder.iterdir()}
    assert gone == {"rivers.html"}
    assert (after.folder / "seas.html").exists()
    assert after.text("mine.html") == "mine"
    assert after.text("chapter-05.html") == "changed by hand"


def test_an_error_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = build(tmp_path)
    before = {path: path.read_bytes() for path in site.folder.rglob("*") if path.is_file()}
    wrong = write(tmp_path, UNPAGED.replace("## Rivers", "## Seas\n\n____{open"))
    assert pipeline.build(wrong, out=tmp_path / "out").failed
    assert {path: path.read_bytes() for path in site.folder.rglob("*") if path.is_file()} == before


# --- checking it --------------------------------------------------------------------------


def test_a_site_that_is_right(site: Site) -> None:
    assert checked(site.folder).diagnostics == ()
    assert checked(site.folder / "rivers.html").notes == ("9 pages",)


def test_a_link_to_another_page_that_leads_nowhere(tmp_path: Path) -> None:
    site = build(tmp_path)
    text = site.text("rivers.html")
    (site.folder / "rivers.html").write_text(text.replace("#how-deep", "#how-wide"), "utf-8")
    found = checked(site.folder / "index.html").diagnostics
    line = text[: text.index("#how-deep")].count("\n") + 1
    [wrong] = [one for one in found if one.is_error]
    assert (wrong.source, wrong.line) == (str(site.folder / "rivers.html"), line)
    assert "“#how-wide”, which does not exist on the page “sec-wells.html”" in wrong.message
    assert "“rivers.html” does not match `SHA256SUMS`" in found[0].message


def test_a_copy_that_is_not_whole(tmp_path: Path) -> None:
    site = build(tmp_path)
    (site.folder / "style.css").unlink()
    messages = [one.message for one in checked(site.folder).diagnostics]
    assert "The file “style.css”, which is listed in `SHA256SUMS`, does not exist." in messages
    (site.folder / "index.html").unlink()
    messages = [one.message for one in checked(site.folder).diagnostics]
    assert "There is no `index.html` in the folder." in messages


def test_all_of_the_source_is_in_the_site_and_what_is_lost_is_reported(tmp_path: Path) -> None:
    site, source = build(tmp_path), tmp_path / "water.md"
    whole = compared(site.folder, source)
    assert (whole.diagnostics, whole.notes) == (
        (),
        (f"compared with {source.name} as edition site",),
    )
    text = site.text("rivers.html")
    (site.folder / "rivers.html").write_text(text.replace("Another.", ""), "utf-8")
    [lost] = compared(site.folder / "index.html", source).diagnostics
    assert (lost.code, lost.line) == (
        "lost-text",
        UNPAGED[: UNPAGED.index("Rivers run")].count("\n") + 1,
    )
