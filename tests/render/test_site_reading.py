"""A site used by readers: opened from disk in a real browser, and served to a checker.
tests/conformance/site.py operates it, and reports its observations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pipeline
from tests.helpers import checkers

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

FRONT = """\
---
title: The village well
lang: en-GB
web: chapters
page_list: false
editions: [web]
contents: {depth: 3}
---

Before all chapters.

# Wells

Nobody knew how deep the old well was, says the café's owner. Don't ask.[^a]

[^a]: The well of a note.

## Diggers {#diggers}

WORDS

The digger of wells dug twenty-two metres in a week.

# Rivers and wells

A river is no well.

| Year | Depth |
|---|---:|
| 2019 | 12 |

Table: What was measured

# الآبار

هذا كِتَابٌ عن الماء، وفي القرية مدرسة وأهلها كثيرون.

# 水井

村里的人每天早上去水井打水。
"""
QUERIES = {
    "dug twenty": ("Passages found: 1", ["Diggers"]),
    "well": (
        "Passages found: 4",
        ["Wells", "Rivers and wells", "Notes: 1", "Diggers"],
    ),
    '"old well"': ("Passages found: 1", ["Wells"]),
    "CAFE": ("Passages found: 1", ["Wells"]),
    "don’t": ("Passages found: 1", ["Wells"]),
    "river metres": ("Nothing found for “river metres”.", []),
    "wellness": ("“wellness” does not occur in the text. These are the results for “well”.", None),
    "كتاب": ("Passages found: 1", ["الآبار"]),
    "ابار": ("Passages found: 1", ["الآبار"]),
    "القريه": ("Passages found: 1", ["الآبار"]),
    "水井": ("Passages found: 1", ["水井"]),
    "早上打水": (
        "“早上打水” does not occur in the text. These are the results for “早上 打水”.",
        ["水井"],
    ),
}
"""Queries, the message for each, and the results; None if any will do."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    source = folder / "well.md"
    text = FRONT.replace("WORDS", "There was sand, and more sand below it. \n\n" * 80)
    text += "".join(f"\n# Chapter {number}\n\nText.\n" for number in range(1, 13))
    source.write_text(text, "utf-8")
    assert not pipeline.build(source, out=folder / "out").diagnostics
    return folder / "out" / "well" / "well-site"


@pytest.fixture(scope="module")
def seen(site: Path) -> dict[str, Any]:
    return checkers.site(site, *QUERIES)


@pytest.mark.parametrize("query", QUERIES)
def test_the_search_finds_what_readers_mean(query: str, seen: dict[str, Any]) -> None:
    said, titles = QUERIES[query]
    found = seen["found"][query]
    assert found["said"] == said
    assert titles is None or found["titles"] == titles


def test_what_is_found_is_marked(seen: dict[str, Any]) -> None:
    assert seen["found"]["dug twenty"]["marked"] == ["dug", "twenty"]
    assert seen["found"]["CAFE"]["marked"] == ["café"]
    assert seen["found"]["كتاب"]["marked"] == ["كِتَابٌ"]


def test_the_keyboard_alone_leads_to_the_words_and_back(seen: dict[str, Any]) -> None:
    assert seen["by keyboard"] == {
        "search": "search.html?q=dug%20twenty",
        "asked": "dug twenty",
        "found": "wells.html#diggers:~:text=dug%20twenty%2Dtwo%20metres%20in",
        "in sight": True,
        "kept": "dug twenty",
    }


def test_one_can_read_on_to_the_end(seen: dict[str, Any]) -> None:
    names = ["wells.html", "rivers-and-wells.html", "chapter-03.html", "chapter-04.html"]
    assert seen["read on"][:4] == names
    assert len(seen["read on"]) == 16


def test_a_chapter_is_found_again_where_it_was_left_but_not_by_those_who_read_on(
    seen: dict[str, Any],
) -> None:
    assert seen["place"] == {"opened": True, "followed": False}


def test_the_contents_show_where_one_is(seen: dict[str, Any]) -> None:
    assert seen["contents"] == {"marked": "Chapter 11", "in sight": True}


def test_without_scripts_there_is_a_way_out_of_the_search(seen: dict[str, Any]) -> None:
    assert seen["without script"] == {"form": False, "way out": True}


def test_everyone_can_use_every_page(seen: dict[str, Any]) -> None:
    assert seen["findings"] == []


def test_the_browser_has_nothing_to_complain_of(seen: dict[str, Any]) -> None:
    assert seen["complaints"] == []


def test_what_is_served_is_valid(site: Path) -> None:
    assert checkers.nu_site(site, "index", "search", "404", "wells", "rivers-and-wells") == []
