"""The addresses of a publication: its page's own, its parts, its translations."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from pipeline import parse
from pipeline.model.rendered import NavPoint
from pipeline.render.discovery import WebFacts, linked_data
from tests.helpers import making

FRONT = """\
title: The village well
lang: en-GB
publisher: Hill School
url: https://hill.example/handouts
translations:
  de: https://hill.example/brunnen.html
  pt-PT: https://hill.example/poco.html
  pt-BR: https://hill.example/poco-br.html
  ar: https://hill.example/bir.html
"""

EXERCISE = "## Work {minutes=20}\n\n::: exercise Deep\nHow deep is it?\n:::\n"


def page(front: str, body: str = EXERCISE) -> Element:
    document = making.without_findings(making.resolved(f"---\n{front}---\n\n{body}"))
    markup = making.rendered(document, "the well").pages[0].markup
    read: Element = html5lib.HTMLParser(namespaceHTMLElements=False).parse(markup)
    return read


@pytest.fixture(scope="module")
def whole() -> Element:
    return page(FRONT)


def links(page: Element, rel: str) -> list[Element]:
    return [link for link in page.findall("head/link") if link.get("rel") == rel]


def tags(page: Element) -> list[tuple[str, str]]:
    return [
        (tag.attrib["property"], tag.attrib["content"])
        for tag in page.findall("head/meta")
        if "property" in tag.attrib
    ]


def data(page: Element) -> dict[str, Any]:
    (block,) = page.findall("head/script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads("".join(block.itertext()))
    return found


ADDRESS = "https://hill.example/handouts/the%20well.html"


def test_a_page_says_its_own_address_to_all(whole: Element) -> None:
    assert [link.get("href") for link in links(whole, "canonical")] == [ADDRESS]
    assert ("og:url", ADDRESS) in tags(whole)
    assert ("og:site_name", "Hill School") in tags(whole)
    assert data(whole)["url"] == ADDRESS
    assert [one["contentUrl"] for one in data(whole)["encoding"]] == [
        "https://hill.example/handouts/the%20well.pdf",
        "https://hill.example/handouts/the%20well.epub",
    ]


def test_without_an_address_none_is_declared() -> None:
    bare = page("title: The village well\ntranslations: {de: https://hill.example/brunnen.html}\n")
    assert links(bare, "canonical") == []
    assert [link.get("hreflang") for link in links(bare, "alternate")] == [None, None, "de"]
    assert "url" not in data(bare)


def test_translations_and_the_page_itself_name_one_another(whole: Element) -> None:
    found = [(link.get("hreflang"), link.get("href")) for link in links(whole, "alternate")]
    assert [pair for pair in found if pair[0]] == [
        ("ar", "https://hill.example/bir.html"),
        ("de", "https://hill.example/brunnen.html"),
        ("en-GB", ADDRESS),
        ("pt-BR", "https://hill.example/poco-br.html"),
        ("pt-PT", "https://hill.example/poco.html"),
        ("x-default", ADDRESS),
    ]


def test_every_translation_names_the_same_page_for_all_other_readers() -> None:
    swapped = FRONT.replace("lang: en-GB", "lang: de").replace("  de: ", "  en-GB: ")
    (link,) = [
        link for link in links(page(swapped), "alternate") if link.get("hreflang") == "x-default"
    ]
    assert link.get("href") == "https://hill.example/brunnen.html"


def test_readers_find_their_language_by_its_own_name(whole: Element) -> None:
    (ways,) = whole.findall(".//ul[@aria-label='In other languages']")
    assert [(a.text, a.get("lang"), a.get("dir")) for a in ways.iter("a")] == [
        ("Deutsch", "de", "ltr"),
        ("Português (pt-PT)", "pt-PT", "ltr"),
        ("Português (pt-BR)", "pt-BR", "ltr"),
        ("العربية", "ar", "rtl"),
    ]


def test_social_sites_get_the_regions_of_languages(whole: Element) -> None:
    locales = [value for name, value in tags(whole) if name.startswith("og:locale")]
    assert locales == ["en_GB", "pt_PT", "pt_BR"]


def test_what_has_exercises_is_learnt_from(whole: Element) -> None:
    assert data(whole)["@type"] == ["Article", "LearningResource"]
    assert data(page(FRONT, "Text."))["@type"] == "Article"


def test_a_book_names_its_chapters() -> None:
    metadata = parse(f"---\n{FRONT}---\n").metadata
    chapters = (NavPoint("One", "#one", (NavPoint("Half", "#half"),)), NavPoint("Two", "#two"))
    found = linked_data(metadata, WebFacts(address=ADDRESS, is_book=True, chapters=chapters))
    assert found["@type"] == "Book"
    assert found["hasPart"] == [
        {"@type": "Chapter", "name": name, "position": position, "url": f"{ADDRESS}#{target}"}
        for position, (name, target) in enumerate((("One", "one"), ("Two", "two")), start=1)
    ]


MISTAKES = {
    "no mapping": ("translations: de\n", 3, 15, "translations need languages and addresses"),
    "no language": ("translations:\n  german: https://a.example/\n", 4, 3, "not a language tag"),
    "no address": ("translations:\n  de: brunnen.html\n", 4, 7, "is not an address"),
    "nothing": ("translations:\n  de:\n", 4, 3, "`de` has no address"),
    "twice": (
        "translations:\n  de: https://a.example/\n  de: https://b.example/\n",
        5,
        3,
        "`de` is given twice",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_found_where_they_are(name: str) -> None:
    written, line, column, message = MISTAKES[name]
    (found,) = parse(f"---\ntitle: T\n{written}---\n\nText.\n").diagnostics
    assert (found.line, found.column) == (line, column)
    assert re.search(re.escape(message), found.message)
    assert found.hint
