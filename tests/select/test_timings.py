"""Timings: their text for teachers, their sums, and their places."""

from __future__ import annotations

import re

import pytest

import pipeline
from pipeline import Document
from pipeline.features.split import divide
from pipeline.model.editions import EDITIONS
from pipeline.model.words import minutes_in_words, words
from pipeline.render.imprint import total
from tests.helpers import making
from tests.helpers.pdf_reading import open_pdf, outline, read

TIMED = ("teacher", "teacher-web", "teacher-ebook", "teacher-word")


def document(text: str, edition: str = "teacher", split: int = 0) -> Document:
    parsed = pipeline.parse(f"---\ntitle: T\nlang: en\n---\n\n{text}")
    return making.resolved(making.without_findings(parsed), edition, split=split)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Nothing is said.", "", id="nothing"),
        pytest.param("## A {minutes=1}\n\nText.", "1\u00a0minute in all", id="one minute"),
        pytest.param(
            "## A {minutes=5}\n\nText.\n\n### B {minutes=4}\n\nText.\n\n## C {minutes=2}\n\nText.",
            "7\u00a0minutes in all",
            id="a section counts as itself, the next one anew",
        ),
        pytest.param(
            "## A\n\n### B {minutes=4}\n\nText.\n\n### C {minutes=3}\n\nText.",
            "7\u00a0minutes in all",
            id="a section without minutes counts as what is in it",
        ),
        pytest.param(
            "::: exercise {minutes=6}\nWhy?\n\n::: teacher {minutes=2}\nAsk.\n:::\n:::\n\n"
            "::: exercise\nWhy?\n\n::: teacher {minutes=3}\nAsk.\n:::\n:::",
            "9\u00a0minutes in all",
            id="so do exercises",
        ),
        pytest.param(
            "::: note\n# A {minutes=5}\n\n::: exercise {minutes=3}\nWhy?\n:::\n\n"
            "## B {minutes=2}\n\nText.\n\n# C {minutes=1}\n\nText.\n:::\n\n"
            "::: exercise {minutes=4}\nWhy?\n:::",
            "10\u00a0minutes in all",
            id="so do headings in a box, up to its end",
        ),
        pytest.param(
            "::: {minutes=5 edition=handout}\nText.\n:::\n\n"
            "::: {minutes=2 edition=teacher}\nText.\n:::",
            "2\u00a0minutes in all",
            id="what teachers do not have takes no time",
        ),
    ],
)
def test_all_that_takes_time_is_added_up_once(text: str, expected: str) -> None:
    assert total(document(text)) == expected


@pytest.mark.parametrize("edition", [name for name in EDITIONS if name not in TIMED])
def test_no_other_edition_says_anything_of_it(edition: str) -> None:
    text = (
        "## A {{#a{}}}\n\n::: exercise {{#b{}}}\nWhy? ____{{so}}\n:::\n\n::: {{.c{}}}\nText.\n:::"
    )
    timed, bare = (document(text.format(*[m] * 3), edition) for m in (" minutes=9", ""))
    assert [block.attributes for block in timed.blocks] == [b.attributes for b in bare.blocks]
    assert "minutes" not in str(timed.blocks)
    assert total(timed) == ""


def test_a_handout_of_one_section_takes_what_the_section_takes() -> None:
    text = "# A {minutes=9}\n\n## B {minutes=2}\n\nText.\n\n# C\n\n## D {minutes=3}\n\nText."
    (one, two), _ = divide(document(text, split=1), 1, "x", EDITIONS["handout"])
    assert total(one.document) == "9\u00a0minutes in all"
    assert total(two.document) == "3\u00a0minutes in all"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", ["1 minute", "2 minutes", "11 minutes"]),
        ("de", ["1 Minute", "2 Minuten", "11 Minuten"]),
        ("es", ["1 minuto", "2 minutos", "11 minutos"]),
        ("fr", ["1 minute", "2 minutes", "11 minutes"]),
        ("pt", ["1 minuto", "2 minutos", "11 minutos"]),
        ("zh", ["1分钟", "2分钟", "11分钟"]),
        ("ar", ["دقيقة واحدة", "دقيقتان", "11 دقيقة"]),
    ],
)
def test_each_language_has_its_forms(lang: str, expected: list[str]) -> None:
    said = [minutes_in_words(minutes, words(lang)).replace("\u00a0", " ") for minutes in (1, 2, 11)]
    assert said == expected


def test_arabic_has_a_form_for_three_to_ten() -> None:
    said = {
        n: minutes_in_words(n, words("ar")).replace("\u00a0", " ") for n in (3, 10, 100, 103, 111)
    }
    assert {n for n, text in said.items() if text == f"{n} دقائق"} == {3, 10, 103}
    assert {n for n, text in said.items() if text == f"{n} دقيقة"} == {100, 111}


SOURCE = """\
---
title: Wells
lang: en
authors: Ann Author
contents: {show: always}
---

## Who digs {minutes=20}

::: exercise Why so deep? {minutes=5}
Ask.
:::

::: exercise {minutes=7}
Draw it.
:::

BEFORE

::: details More of it {.keep-together minutes=8}
Whoever stays.

BEHIND
:::
"""


@pytest.mark.slow
def test_teachers_read_it_beside_the_title_and_nowhere_else() -> None:
    text = SOURCE.replace("BEFORE", "Who carries the water? " * 70)
    text = text.replace("BEHIND", "Nobody carries it. " * 150)
    with open_pdf(making.data(text, "teacher")) as pdf:
        spoken = read(pdf)
        assert [title for _, title in outline(pdf)] == ["Contents", "Who digs"]
        (contents,) = spoken.all("TOC")
        assert "minute" not in contents.text
        lines = {
            " ".join(found.text.split()) for found in spoken.all() if found.kind in {"P", "H2"}
        }
        assert lines >= {
            "Ann Author · 20 minutes in all",
            "Who digs 20 minutes",
            "Exercise 1. Why so deep? 5 minutes",
            "Exercise 2. 7 minutes",
            "8 minutes",
        }
        found = {str(piece).strip(): piece.page for piece in spoken.pieces()}
        assert (found["8 minutes"], found["More of it"]) == (1, 1)
    assert "minutes" not in making.rendered(making.resolved(text, "handout")).pages[0].markup


def test_teachers_are_told_when_each_part_begins() -> None:
    text = (
        "---\ntitle: T\nlang: en\nstarts: {}\n---\n\n## A {{minutes=10}}\n\n"
        "::: exercise {{minutes=3}}\nWhy?\n:::\n\n"
        "## B\n\n::: note Read {{minutes=60}}\nThis.\n:::\n\n"
        "## C {{minutes=5}}\n\nText.\n"
    )
    teacher, pupils = (
        making.resolved(text.format("9.50"), name) for name in ("teacher", "handout")
    )
    times = re.findall(r'"timing">([^<]*)<', making.rendered(teacher).pages[0].markup)
    assert times == [
        "9:50 · 10\u00a0minutes", "9:50 · 3\u00a0minutes", "10:00 · 60\u00a0minutes",
        "11:00 · 5\u00a0minutes",
    ]  # fmt: skip
    pupils = making.resolved(text.format("9:50"), "handout")
    assert "9:50" not in making.rendered(pupils).pages[0].markup
    assert making.resolved(text.format("2 pm")).metadata.starts == "14:00"
    (finding,) = making.resolved(text.format("25:10")).diagnostics
    assert (finding.code, finding.line) == ("wrong-value", 4)
