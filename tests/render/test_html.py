"""The web page, as a reader and a reader's software meet it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from pipeline import Diagnostic
from pipeline.package.result import Package
from tests.helpers import making
from tests.helpers.paths import TEMPLATES

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" width="200" height="100">'
    '<text x="9" y="50" font-family="Source Sans Pro, sans-serif">Ten people</text></svg>'
)

FRONT = """\
---
title: Ending & <Beginning>
subtitle: A handout
authors: [Ann Author, Chapbook]
publisher: Chapbook
contributors: [{name: Ian Viewer, role: interviewer}, {name: Tess Lator, role: translator}]
lang: en-GB
date: 2026-11-24
version: "1.0"
description: '</script><script>alert(1)</script>'
keywords: [slavery, law]
licence: CC BY 4.0
identifier: doi:10.1000/xyz123
speakers: {Ian Viewer: interviewer, Gus Guest: guest}
contents: {questions: true}
---
"""

BODY = """\
## The talk

Ian Viewer: What was *first*?

Gus Guest: The work.[^a] And a note again.[^a]

## The figures

| Form | 2021 |
|---|---:|
| Labour | 27.6 |

| A | B |
|---|---|
| c | d |

| A | B |
|---|---|
| c | d |

![A chart](chart.svg "Ten people"){width=60%}

```python
print("<b>")
```

## Questions

1. Why?

   ::: lines 3
   :::

- [x] done

[^a]: The *note*.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source")
    (path / "chart.svg").write_text(SVG, encoding="utf-8")
    return path


def build(folder: Path, text: str = FRONT + BODY, *, beside: bool = False) -> Package:
    document = making.resolved(text, "web", folder)
    assert not [found for found in document.diagnostics if found.is_error]
    return making.packed(document, folder, "ending", assets_beside=beside)


@pytest.fixture(scope="module")
def packed(folder: Path) -> Package:
    return build(folder)


@pytest.fixture(scope="module")
def markup(packed: Package) -> str:
    return packed.data.decode()


@pytest.fixture(scope="module")
def page(markup: str) -> Element:
    return read(markup)


def read(markup: str) -> Element:
    """The page as a browser builds it; a fault in the markup is an error."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document: Element = parser.parse(markup)
    assert parser.errors == []
    return document


def one(page: Element, path: str) -> Element:
    (found,) = page.findall(path)
    return found


def text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(page: Element, name: str) -> list[Element]:
    return [e for e in page.iter() if name in e.get("class", "").split()]


def ids(page: Element) -> list[str]:
    return [e.attrib["id"] for e in page.iter() if "id" in e.attrib]


def policy(page: Element) -> dict[str, str]:
    meta = one(page, ".//meta[@http-equiv='Content-Security-Policy']")
    parts = (part.strip().partition(" ") for part in meta.attrib["content"].split(";"))
    return {name: sources for name, _, sources in parts}


def digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def linked_text(page: Element) -> str:
    return "".join(one(page, "head/script[@type='application/ld+json']").itertext())


# --- finding one's way -------------------------------------------------------------------


def test_the_page_has_one_landmark_of_each_kind(page: Element) -> None:
    body = one(page, "body")
    assert [child.tag for child in body] == ["a", "section", "header", "nav", "main", "footer"]
    assert text(one(page, "body/header//h1")) == "Ending & <Beginning>"
    assert len(page.findall(".//main")) == 1


def test_the_skip_link_comes_first_and_leads_to_the_text(page: Element) -> None:
    first = one(page, "body")[0]
    assert text(first) == "Skip to the content"
    assert first.attrib["href"] == "#" + one(page, ".//main").attrib["id"]


def test_the_contents_lead_to_sections_and_questions(page: Element) -> None:
    links = page.findall("body/nav//a")
    texts = [text(link) for link in links]
    assert texts == ["The talk", "What was first?", "The figures", "Questions"]
    assert {link.attrib["href"][1:] for link in links} <= set(ids(page))
    assert one(page, "body/nav//summary").text == "Contents"


def test_ids_are_unique_and_links_within_lead_somewhere(page: Element) -> None:
    found = ids(page)
    assert len(found) == len(set(found))
    targets = [a.attrib["href"][1:] for a in page.iter("a") if a.attrib["href"].startswith("#")]
    assert set(targets) <= set(found)


def test_no_heading_level_is_skipped(page: Element) -> None:
    levels = [int(e.tag[1]) for e in one(page, "body").iter() if re.fullmatch("h[1-6]", e.tag)]
    assert levels.count(1) == 1
    deepest = levels[0]
    for level in levels[1:]:
        assert level <= deepest + 1
        deepest = level


def test_notes_are_reached_and_left_again(page: Element) -> None:
    references = [a for a in page.iter("a") if a.get("role") == "doc-noteref"]
    assert [a.attrib["href"] for a in references] == ["#fn-1", "#fn-1"]
    note = next(e for e in page.iter("li") if e.get("id") == "fn-1")
    back = [a for a in note.iter("a") if a.get("role") == "doc-backlink"]
    assert [a.attrib["href"][1:] for a in back] == [a.attrib["id"] for a in references]
    assert [text(a) for a in back] == ["Back to reference 1,1", "Back to reference 1,2"]
    assert text(note).startswith("The note.")


def test_a_short_text_without_sections_has_no_contents(folder: Path) -> None:
    page = read(build(folder, "# Short\n\nText.").data.decode())
    assert page.find("body/nav") is None


def test_contents_can_be_refused(folder: Path) -> None:
    source = (FRONT + BODY).replace("contents: {questions: true}", "contents: {show: never}")
    assert read(build(folder, source).data.decode()).find("body/nav") is None


# --- the text -----------------------------------------------------------------------------


def test_speakers_are_named_and_distinguished(page: Element) -> None:
    turns = classed(page, "turn")
    assert ["asks" in turn.attrib["class"].split() for turn in turns] == [True, False]
    names = [text(one(turn, "p[@class='speaker']")) for turn in turns]
    assert names == ["Ian Viewer asks:", "Gus Guest answers:"]


def test_tables_scroll_in_regions_with_names_of_their_own(page: Element) -> None:
    regions = [e for e in page.iter("div") if e.get("role") == "region"]
    assert all(region.get("tabindex") == "0" for region in regions)
    names = [region.attrib["aria-label"] for region in regions]
    assert len(names) == 3
    assert len(set(names)) == 3


def test_every_writing_space_is_labelled_and_says_that_it_is_not_saved(page: Element) -> None:
    (label,) = page.findall(".//main//label")
    assert label.find("textarea") is not None
    assert text(label).startswith("Your answer What you write here is not saved")


def test_code_is_shown_as_it_is_written(page: Element) -> None:
    assert "".join(one(page, ".//pre/code").itertext()) == 'print("<b>")\n'


def test_the_foot_says_who_publishes_and_on_what_terms(page: Element) -> None:
    terms = [text(e) for e in page.findall("body/footer/dl/dt")]
    assert terms == ["Interview by", "Translated by", "Published by", "Licence", "DOI", "Also as"]
    addresses = [a.attrib["href"] for a in one(page, "body/footer").iter("a")]
    assert addresses == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://doi.org/10.1000/xyz123",
        "ending.pdf",
        "ending.epub",
    ]


# --- what machines read ------------------------------------------------------------------


def test_the_metadata_is_complete(page: Element) -> None:
    tags = {
        (tag.get("name") or tag.get("property") or ""): tag.get("content")
        for tag in page.findall("head/meta")
    }
    expected = {
        "author": "Chapbook",  # the last of two
        "keywords": "slavery, law",
        "description": "</script><script>alert(1)</script>",
        "og:title": "Ending & <Beginning>",
        "og:type": "article",
        "og:locale": "en_GB",
        "article:published_time": "2026-11-24",
        "dcterms.title": "Ending & <Beginning>: A handout",
        "dcterms.identifier": "https://doi.org/10.1000/xyz123",
        "referrer": "no-referrer",
        "color-scheme": "light dark",
    }
    assert {name: tags.get(name) for name in expected} == expected
    assert text(one(page, "head/title")) == "Ending & <Beginning>: A handout"


def test_title_and_subtitle_are_joined_as_the_language_does(folder: Path) -> None:
    front = "---\ntitle: Un essai\nsubtitle: deux\nlang: fr\n---\n\nTexte.\n"
    markup = build(folder, front).data.decode()
    assert "<title>Un essai\u00a0: deux</title>" in markup


def test_the_other_formats_are_linked_by_name(page: Element) -> None:
    links = [e for e in page.findall("head/link") if e.get("rel") == "alternate"]
    assert [(e.get("href"), e.get("type")) for e in links] == [
        ("ending.pdf", "application/pdf"),
        ("ending.epub", "application/epub+zip"),
    ]


def test_linked_data_names_authors_participants_and_roles(page: Element) -> None:
    data = json.loads(linked_text(page))
    assert data["@type"] == "Article"
    assert data["headline"] == "Ending & <Beginning>"
    assert data["datePublished"] == "2026-11-24"
    assert data["inLanguage"] == "en-GB"
    assert data["author"] == [
        {"name": "Ann Author"},
        {"@type": "Organization", "name": "Chapbook"},
    ]
    assert [entry["name"] for entry in data["translator"]] == ["Tess Lator"]
    assert data["contributor"] == [
        {
            "@type": "Role",
            "roleName": role,
            "contributor": {"@type": "Person", "name": name},
        }
        for name, role in (("Ian Viewer", "interviewer"), ("Gus Guest", "guest"))
    ]


def declared(front: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The linked data and the meta tags of a page with this front matter."""
    page = read(
        making.packed(making.resolved(f"---\ntitle: A\n{front}\n---\n\nText.\n")).data.decode()
    )
    tags = {tag.get("property", ""): tag.get("content", "") for tag in page.findall(".//meta")}
    return json.loads(linked_text(page)), tags


def test_linked_data_says_what_catalogues_sort_by() -> None:
    data, _ = declared(
        "authors: {name: The Well Trust, type: organisation}\nlang: en\nlanguages: [fr]\n"
        "modified: 2027-01-15\n"
        "edition_statement: 2\nsubjects: [Thema JNU Teaching]\nimprint: Well Books\n"
        "audience: {for: teachers, ages: 10-14, level: Key Stage 3}\n"
        "isbn: {epub: 9780306406157, print: 9783161484100}\nidentifiers: [doi:10.1000/182]"
    )
    assert data["@type"] == "Book"
    assert data["author"] == [{"@type": "Organization", "name": "The Well Trust"}]
    assert data["inLanguage"] == ["en", "fr"]
    assert (data["dateModified"], data["bookEdition"]) == ("2027-01-15", "2")
    assert data["about"][0]["termCode"] == "JNU"
    assert data["audience"] == [{"@type": "Audience", "audienceType": "teachers"}]
    assert (data["typicalAgeRange"], data["educationalLevel"]) == ("10-14", "Key Stage 3")
    assert data["publisherImprint"]["name"] == "Well Books"
    assert [one["isbn"] for one in data["workExample"]] == ["9780306406157", "9783161484100"]
    assert data["sameAs"] == ["https://doi.org/10.1000/182"]


def test_linked_data_cannot_end_its_script(page: Element, markup: str) -> None:
    assert len(page.findall(".//script")) == 2
    data = json.loads(linked_text(page))
    assert data["description"] == "</script><script>alert(1)</script>"
    assert markup.count("</script") == 2


def test_a_book_is_declared_as_one() -> None:
    data, tags = declared(
        "authors: {name: Ann, orcid: 0000-0002-1825-0097}\nidentifier: isbn:9780306406157\n"
        "series: {name: Tracts, number: 3}"
    )
    assert data["@type"] == "Book"
    assert data["isbn"] == "9780306406157"
    assert data["author"][0]["sameAs"] == "https://orcid.org/0000-0002-1825-0097"
    assert data["isPartOf"] == {"@type": "CreativeWorkSeries", "name": "Tracts", "position": "3"}
    assert tags["og:type"] == "book"
    assert tags["book:isbn"] == "9780306406157"


def test_what_is_not_known_is_not_declared() -> None:
    data, tags = declared("lang: en")
    stated = {
        "@context",
        "@id",
        "@type",
        "encoding",
        "headline",
        "identifier",
        "inLanguage",
        "name",
    }
    assert data.keys() == stated
    assert all(tags.values())


def test_only_the_editions_that_are_wanted_are_offered() -> None:
    text = "---\ntitle: Bare\neditions: [web, ebook, teacher]\n---\n\nText.\n"
    for edition, name in (("web", "a%20b.epub"), ("teacher-web", "a%20b-teacher.pdf")):
        pages = making.rendered(making.resolved(text, edition), "a b")
        assert {*re.findall(r'href="(a%20b[^"]*)"', pages.pages[0].markup)} == {name}


# --- the file ----------------------------------------------------------------------------


def loads(page: Element) -> list[str]:
    """The files that a browser would fetch to show the page."""
    found = [e.attrib["src"] for e in page.iter() if "src" in e.attrib]
    found += [e.attrib["href"] for e in page.findall(".//link[@rel='stylesheet']")]
    css = "".join("".join(e.itertext()) for e in page.iter("style"))
    return found + re.findall(r"url\(([^)]*)\)|@import", css)


def test_the_page_needs_no_other_file(page: Element, packed: Package) -> None:
    assert packed.extra == {}
    addresses = loads(page)
    assert {urlsplit(address).scheme for address in addresses} == {"data"}
    assert sum(a.startswith("data:font/woff2;") for a in addresses) == len(addresses) - 1


def test_a_drawing_brings_the_font_of_its_labels(page: Element) -> None:
    data = base64.b64decode(one(page, ".//img").attrib["src"].partition(",")[2]).decode()
    assert data.count("@font-face") == 1
    assert data.endswith("Ten people</text></svg>")


def test_only_faces_that_are_used_are_inside(folder: Path, markup: str) -> None:
    plain = build(folder, "# Plain\n\nNo code, and nothing slanted.").data.decode()
    assert "Source Code Pro" in "".join(re.findall("@font-face[^}]*}", markup))
    rules = re.findall("@font-face[^}]*}", plain)
    assert not any("Source Code Pro" in rule or "italic" in rule for rule in rules)


def test_nothing_runs_but_the_script_and_nothing_is_styled_in_place(page: Element) -> None:
    assert [e.get("type") for e in page.iter("script")] == [None, "application/ld+json"]
    for element in page.iter():
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on")]


def test_the_policy_allows_what_is_in_the_page_and_no_more(page: Element) -> None:
    found = policy(page)
    styles = [digest("".join(e.itertext())) for e in page.findall("head/style")]
    scripts = [digest("".join(e.itertext())) for e in page.findall("head/script")]
    assert found["style-src"].split() == styles
    assert found["script-src"].split() == scripts
    assert found["font-src"] == "data:"
    rest = found.keys() - {"style-src", "script-src", "font-src"}
    assert {found[name] for name in rest} == {"'none'"}
    assert "unsafe" not in " ".join(found.values())


def test_a_page_without_images_loads_none(tmp_path: Path) -> None:
    found = policy(read(making.packed(making.resolved("# T\n\ntext\n")).data.decode()))
    assert found["default-src"] == "'none'"
    assert "img-src" not in found


def test_void_elements_have_no_slash(markup: str) -> None:
    assert not re.search(r"<[^>]*/>", re.sub(r"\"[^\"]*\"", '""', markup))


def test_files_can_lie_beside_the_page(folder: Path) -> None:
    packed = build(folder, beside=True)
    page = read(packed.data.decode())
    assert not page.findall(".//style")
    files = ("style.css", "dark.css", "chart.svg")
    assert set(loads(page)) == {f"ending-files/{name}" for name in files}
    allowed = policy(page)["script-src"].split()
    assert all(source.startswith("'sha256-") for source in allowed), "no file can be a script"
    assert set(loads(page)) <= packed.extra.keys()
    css = packed.extra["ending-files/style.css"].decode()
    fonts = {f"ending-files/{name}" for name in re.findall(r"url\(([^)]*)\)", css)}
    assert fonts == {name for name in packed.extra if name.endswith(".woff2")}
    assert "data:" not in css


def test_the_images_it_was_made_from_are_dependencies(folder: Path, packed: Package) -> None:
    assert packed.dependencies == (str(folder / "chart.svg"),)


def test_an_image_that_went_away_is_a_finding(folder: Path, tmp_path: Path) -> None:
    (folder / "plain.svg").write_text(re.sub("<text.*</text>", "", SVG), "utf-8")
    body = BODY.replace("chart.svg", "plain.svg")
    packed = making.packed(making.resolved(FRONT + body, "web", folder), tmp_path)
    (found,) = packed.diagnostics
    assert isinstance(found, Diagnostic)
    assert found.code == "unreadable-file"
    assert "plain.svg" in found.message


def test_widths_are_classes(page: Element, markup: str) -> None:
    assert ".width-60pc" in markup
    assert classed(page, "width-60pc")


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("en", "ltr"), ("az-Arab", "rtl")])
def test_the_page_runs_as_its_script_does(folder: Path, lang: str, direction: str) -> None:
    source = f"---\ntitle: T\nlang: {lang}\n---\n\n## A\n\nText.\n"
    root = read(build(folder, source).data.decode())
    assert (root.get("lang"), root.get("dir")) == (lang, direction)


def test_the_style_has_no_sides_that_do_not_turn() -> None:
    css = (TEMPLATES / "html/style.css").read_text(encoding="utf-8")
    sides = re.findall(r"\b(?:margin|padding|border)-(?:left|right)\b|float:", css)
    assert sides == []


def test_the_keys_of_linked_data_are_in_order(page: Element) -> None:
    data: dict[str, Any] = json.loads(linked_text(page))
    assert list(data) == sorted(data)


# --- what is in it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "construct", "is_there"),
    [
        ("A line.", "exercise", False),
        ("::: exercise\nWhy?\n:::", "exercise", True),
        ('<table class="mine"><tr><td>1</td></tr></table>', "tables", True),
        ('`<table>` and `class="verse"`', "tables", False),
        ("Left\n{.right}", "text-classes", True),
        ("| a |\n|--:|\n| b |", "text-classes", False),
        ("$\\cancel{x}$", "strokes", True),
        ("$x$", "strokes", False),
    ],
)
def test_what_is_in_a_page_is_known(text: str, construct: str, is_there: bool) -> None:
    pages = making.rendered(making.resolved(f"---\ntitle: T\n---\n\n{text}\n"))
    assert (construct in pages.inventory.constructs) is is_there


def test_a_node_in_markup_of_ones_own_has_its_styles(tmp_path: Path) -> None:
    (tmp_path / "shared/nodes").mkdir(parents=True)
    own = "<div id='x'  class='exercise'>{{ render(node.children) }}</div>"
    (tmp_path / "shared/nodes/exercise.html.j2").write_text(own)
    text = "---\ntitle: T\n---\n\n::: exercise\n[Paris](https://example.org){lang=fr}\n:::\n"
    document = making.resolved(text)
    usual, mine = (making.rendered(document, templates=folder) for folder in (None, tmp_path))
    assert own[:30] in mine.pages[0].markup
    assert mine.styles == usual.styles
    assert mine.inventory == usual.inventory
