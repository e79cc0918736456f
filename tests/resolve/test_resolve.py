"""Passes of resolve, each tested on handmade documents."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import model, parse
from pipeline.model import (
    Attributes,
    Block,
    Container,
    ContentsEntry,
    Dialogue,
    Document,
    Emphasis,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    Paragraph,
    Section,
    Table,
    Text,
    Turn,
)
from pipeline.model.metadata import ContentsOptions
from pipeline.resolve.contents import list_contents
from pipeline.resolve.identifiers import RESERVED, RESERVED_PREFIXES, assign_identifiers
from pipeline.resolve.notes import number_notes
from pipeline.resolve.sections import nest_sections
from tests.helpers import making
from tests.helpers.handmade import document, findings, heading, note, paragraph, ref, text
from tests.helpers.trees import nodes, plain_text

# --- sections --------------------------------------------------------------------------


def outline(blocks: tuple[Block, ...]) -> list[Any]:
    """Sections as [depth, title, …], other blocks as their text."""
    return [
        [b.depth, plain_text(b.title), *outline(b.children)]
        if isinstance(b, Section)
        else plain_text(b.children)
        if isinstance(b, Paragraph)
        else type(b).__name__
        for b in blocks
    ]


def test_a_chapter_that_became_the_title_is_named() -> None:
    parsed = parse("# Title\n\n## Part\n\nText.\n\n# Another\n\n## Part\n\nText.\n", "a.md")
    assert parsed.metadata.title == "Title"
    (found,) = nest_sections(parsed).diagnostics
    assert found.hint.startswith("Begin it with `#`. If the heading taken as the title")


def test_headings_within_blocks_get_depths_without_gaps() -> None:
    inner = Container(name="b", children=(heading(6, "D"),))
    box = Container(name="a", children=(heading(3, "B"), heading(5, "C"), inner, heading(3, "E")))
    found = nest_sections(document(heading(1, "A"), box))
    levels = [(plain_text(h.children), h.level) for h in nodes(found, Heading)]
    assert levels == [("B", 2), ("C", 3), ("D", 2), ("E", 2)]
    assert not found.diagnostics


def test_empty_headings_are_dropped() -> None:
    box = Container(name="a", children=(heading(3, "", line=4), paragraph("x")))
    found = nest_sections(document(heading(1, " ", line=2), paragraph("a"), box))
    assert outline(found.blocks) == ["a", "Container"]
    assert findings(found) == [("empty-heading", 2), ("empty-heading", 4)]


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


def ids(found: Document) -> list[str]:
    return [n.attributes.id for n in nodes(found) if n.attributes.id]


def test_ids_are_unique_and_explicit_ones_win() -> None:
    marked = Text(text="x", attributes=Attributes(id="intro-1"))
    titles = ["Intro", "Intro", "Intro", "!!!", "Contents", "FN 1", "fnref-2"]
    blocks = [heading(1, title) for title in titles]
    found = assign_identifiers(
        nest_sections(document(*blocks, heading(1, "B", id="intro"), paragraph(marked)))
    )
    assert ids(found) == [
        *("intro-2", "intro-3", "intro-4", "section-1", "contents-1"),
        *("section-fn-1", "section-fnref-2", "intro", "intro-1"),
    ]


def test_ids_of_figures_tables_and_questions() -> None:
    image = Image(source="x.png", alt="x")
    turns = tuple(
        Turn(speaker="A", role="host", asks=asks, children=(paragraph(words),))
        for asks, words in ((True, "Why, and how?"), (False, "So."), (True, "… " * 3))
    )
    found = assign_identifiers(
        nest_sections(
            document(
                Figure(image=image, caption=text("A map")),
                Figure(image=image),
                Table(head=(), body=(), caption=text("Long " * 40)),
                Dialogue(turns=turns),
                heading(1, "Figure a map"),
            )
        )
    )
    assert ids(found) == [
        "figure-a-map-1",  # sections choose first
        "table-" + "-".join(["long"] * 12),
        "question-why-and-how",
        "question-1",
        "figure-a-map",
    ]


def test_duplicate_and_reserved_ids() -> None:
    blocks = [heading(1, "A", line, id=name) for line, name in ((3, "a"), (5, "a"), (7, "main"))]
    found = assign_identifiers(nest_sections(document(*blocks)))
    assert findings(found) == [("duplicate-id", 5), ("duplicate-id", 7)]
    assert "line 3" in found.diagnostics[0].message


@given(st.lists(st.text(st.sampled_from("aA1- _-é!"), max_size=6), max_size=12))
def test_ids_are_unique(titles: list[str]) -> None:
    titles = [f"fn-{title}" if title.endswith("1") else title for title in titles]
    found = assign_identifiers(nest_sections(document(*(heading(1, t) for t in titles))))
    names = [section.attributes.id for section in nodes(found, Section)]
    assert len({*names, *RESERVED}) == len(names) + len(RESERVED)
    assert all(name and not name.startswith(RESERVED_PREFIXES) for name in names)


# --- notes and numbers -----------------------------------------------------------------


def test_notes_that_are_missing_unused_or_double() -> None:
    notes = (
        note("used", "x", line=5),
        note("unused", ref("only-from-unused"), line=6),
        note("only-from-unused", "x", line=7),
        note("used", "again", line=8),
    )
    found = number_notes(document(paragraph(ref("used"), ref("usd"), line=2), notes=notes))
    assert findings(found) == [
        ("duplicate-note", 8),
        ("unresolved-note", 2),
        ("unused-note", 6),
        ("unused-note", 7),
    ]
    assert found.diagnostics[1].hint == "Did you mean `[^used]`?"
    assert [n.label for n in found.notes] == ["used"]
    assert plain_text(nodes(found, Paragraph)[0].children) == "[^usd]"


# --- contents -------------------------------------------------------------------------


def test_contents() -> None:
    def turn(asks: bool, name: str, *inlines: Inline | str) -> Turn:
        attributes = Attributes(id=name)
        children = (paragraph(*inlines), paragraph("more"))
        return Turn(attributes=attributes, speaker="A", role="x", asks=asks, children=children)

    marked = Emphasis(children=text("B"), attributes=Attributes(id="mark"))
    link = Link(href="#x", children=text("link"))
    title = (marked, ref("n"), link, LineBreak(), Image(source="x", alt="alt"))
    asked = Dialogue(turns=(turn(True, "q1", "Why", ref("n"), "?"), turn(False, "a1", "So.")))
    deep = Dialogue(turns=(turn(True, "q2", "How?"),))
    blocks = (
        heading(1, "A", id="a"),
        Container(name="interview", children=(asked,)),
        Heading(level=2, children=title, attributes=Attributes(id="b")),
        heading(3, "C", id="c"),
        deep,
    )

    def contents(options: ContentsOptions) -> tuple[ContentsEntry, ...]:
        return list_contents(nest_sections(document(*blocks, contents=options))).contents

    b_title: tuple[Inline, ...] = (
        Emphasis(children=text("B")),
        *text("link"),
        *text(" "),
        *text("alt"),
    )
    q1, q2 = ContentsEntry("q1", (*text("Why"), *text("?"))), ContentsEntry("q2", text("How?"))
    assert contents(ContentsOptions(depth=2)) == (
        ContentsEntry("a", text("A"), (ContentsEntry("b", b_title),)),
    )
    assert contents(ContentsOptions(depth=2, questions=True)) == (
        ContentsEntry("a", text("A"), (q1, ContentsEntry("b", b_title, (q2,)))),
    )
    assert contents(ContentsOptions(depth=1, questions=True)) == (
        ContentsEntry("a", text("A"), (q1, q2)),
    )


# --- all together ----------------------------------------------------------------------


def test_resolve_is_deterministic_and_writes_as_json(folder: Path) -> None:
    source = document(
        heading(1, 'Don\'t -- "stop"'),
        paragraph("See ", Link(href="#dont----stop", children=text("here")), ref("n")),
        Figure(image=Image(source="map.png", alt="A map"), caption=text("It's a map")),
        notes=(note("n", "A note..."),),
        lang="en-GB",
    )
    found = making.resolved(source, "web", folder)
    assert not found.diagnostics
    assert found.contents == (ContentsEntry("dont----stop", text("Don’t – “stop”")),)
    assert found == making.resolved(source, "web", folder)
    assert model.decode(model.encode(found)) == found
