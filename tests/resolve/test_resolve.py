"""Passes of resolve, each tested on handmade documents."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import parse
from pipeline.model import (
    ContentsEntry,
    Section,
)
from pipeline.render.plan import fits_columns
from pipeline.resolve.numbering import RESERVED, RESERVED_PREFIXES, assign_identifiers
from pipeline.resolve.sections import nest_sections
from tests.helpers import making
from tests.helpers.handmade import document, heading
from tests.helpers.trees import nodes, plain_text

# --- sections --------------------------------------------------------------------------


def test_a_chapter_that_became_the_title_is_named() -> None:
    parsed = parse("# Title\n\n## Part\n\nText.\n\n# Another\n\n## Part\n\nText.\n", "a.md")
    assert parsed.metadata.title == "Title"
    (found,) = nest_sections(parsed).diagnostics
    assert found.hint.startswith("Begin it with `#`. If the heading taken as the title")


@given(st.lists(st.integers(1, 6), max_size=20))
def test_sections_flatten_back(levels: list[int]) -> None:
    found = nest_sections(document(*(heading(n, str(i)) for i, n in enumerate(levels))))
    sections = nodes(found, Section)
    assert [plain_text(s.title) for s in sections] == [str(i) for i in range(len(levels))]
    depths = [0, *(section.depth for section in sections)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(depths))
    below = [(s, child) for s in sections for child in s.children]
    assert all(isinstance(c, Section) and c.depth == s.depth + 1 for s, c in below)


# --- identifiers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("  It's  so_far -- 3.5  ", "its--so_far----35"),
        ("Ça coûte 10 €", "ça-coûte-10-"),
        ("e\u0301", "é"),
        ("हिन्दी शब्द", "हिन्दी-शब्द"),
        ("日本語", "日本語"),
        ("???", "section-1"),
    ],
)
def test_slugs_are_github_s(title: str, expected: str) -> None:
    (section,) = making.resolved(f"# T\n\n## {title}\n").blocks
    assert section.attributes.id == expected


@given(st.lists(st.text(st.sampled_from("aA1- _-é!"), max_size=6), max_size=12))
def test_ids_are_unique(titles: list[str]) -> None:
    titles = [f"fn-{title}" if title.endswith("1") else title for title in titles]
    found = assign_identifiers(nest_sections(document(*(heading(1, t) for t in titles))))
    names = [section.attributes.id for section in nodes(found, Section)]
    assert len({*names, *RESERVED}) == len(names) + len(RESERVED)
    assert all(name and not name.startswith(RESERVED_PREFIXES) for name in names)


# --- contents --------------------------------------------------------------------------

OUTLINE = """---
title: T
lang: en
speakers: {{A: host, B: guest}}
contents: {{depth: {depth}, questions: {questions}}}
---

# A {{#a}}

::: interview
A: Why[^n]?

B: So.
:::

## [*B*]{{#mark}}[^n] [link](#a)<br>![alt](x.png) {{#b}}

### C {{#c}}

A: How?

[^n]: Note.
"""


def entries(of: tuple[ContentsEntry, ...]) -> list[Any]:
    assert not any(node.attributes.id for entry in of for node in nodes(entry.title))
    return [[entry.target, plain_text(entry.title), *entries(entry.children)] for entry in of]


def test_contents_have_titles_and_questions_down_to_their_depth() -> None:
    def contents(depth: int, questions: str) -> list[Any]:
        text = OUTLINE.format(depth=depth, questions=questions)
        return entries(making.resolved(text).contents)

    why, how, b = ["question-why", "Why?"], ["question-how", "How?"], ["b", "B link alt"]
    assert contents(2, "no") == [["a", "A", b]]
    assert contents(2, "yes") == [["a", "A", why, [*b, how]]]
    assert contents(1, "yes") == [["a", "A", why, how]]


def test_contents_leave_out_parts_that_all_sections_have_alike() -> None:
    """Nobody looks for the ingredients of some recipe; but for a part that is one of several."""

    def listed(parts: str, more: str) -> list[str]:
        text = "".join(f"# Dish {n}\n\n{parts}{more.format(n)}" for n in range(6))
        contents = making.resolved(f"---\ntitle: T\n---\n\n{text}## Salt\n\nText.\n").contents
        return [plain_text(part.title) for entry in contents for part in entry.children]

    parts = "## Ingredients\n\nText.\n\n## Directions\n\nText.\n\n"
    assert listed(parts, "") == ["Salt"]
    own = "## About {0}\n\nText.\n\n## Before {0}\n\nText.\n\n## After {0}\n\nText.\n\n"
    assert listed(parts, own).count("Ingredients") == 6


def test_contents_of_many_short_titles_are_in_columns() -> None:
    def fits(heading: str, count: int) -> bool:
        text = "".join(f"# {heading} {n}\n\nText.\n\n" for n in range(count))
        return fits_columns(making.resolved(f"---\ntitle: T\n---\n\n{text}"))

    assert fits("The poem of the well", 80)
    assert not fits("The poem of the well", 60)
    assert not fits("The long poem of the well that nobody dug", 80)
