"""The grading key: the marks for each grade, for teachers alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipeline
from pipeline.model import TableRow, TeacherNote
from tests.helpers import making
from tests.helpers.finished import all_text
from tests.helpers.pdf_reading import page_texts
from tests.helpers.trees import nodes, plain_text

BODY = """
::: exercise Wells {marks=10}
How deep?
:::

::: exercise Jars
1. How many? {marks=12.5}
2. Why? {level=core marks=2.5}
:::
"""
GRADES = "grades: {Very good: 92, good: 81, enough: 50, no: 0}"


def key_of(front: str, body: str = BODY, edition: str = "teacher") -> list[list[str]]:
    """The rows of the grading key in an edition."""
    document = pipeline.parse(f"---\ntitle: T\nlang: en\n{front}\n---\n{body}")
    resolved = making.resolved(making.without_findings(document), edition)
    rows = nodes(nodes(resolved, TeacherNote), TableRow)
    return [[plain_text(cell.children) for cell in row.cells] for row in rows]


def test_teachers_get_the_marks_for_each_grade() -> None:
    assert key_of(f"{GRADES}\nlevels: [core]") == [
        ["Grade", "%", "Reached"],
        ["Very good", "≥\u00a092", "23–25"],
        ["good", "≥\u00a081", "20.5–22.5"],
        ["enough", "≥\u00a050", "12.5–20"],
        ["no", "≥\u00a00", "0–12"],
    ]


def test_each_level_with_marks_of_its_own_has_a_column() -> None:
    head, best, *_ = key_of(f"{GRADES}\nlevels: [core, support]")
    assert head == ["Grade", "%", "core: Reached", "support: Reached"]
    assert best == ["Very good", "≥\u00a092", "23–25", "21–22.5"]


def test_a_grade_for_which_no_marks_are_left_has_a_dash() -> None:
    short = "::: exercise Why {marks=1}\nWhy?\n:::\n"
    rows = key_of("grades: {A: 95, B: 90, C: 50, D: 12.5}", short)
    assert [row[-1] for row in rows[1:]] == ["1", "–", "0.5", "–"]


@pytest.mark.parametrize("edition", ["handout", "web", "form", "ebook", "word"])
def test_pupils_get_no_grading_key(edition: str) -> None:
    assert not key_of(f"{GRADES}\nlevels: [core]", edition=edition)


def test_no_file_for_pupils_has_a_grade_of_the_key(tmp_path: Path) -> None:
    source = tmp_path / "test.md"
    front = "---\ntitle: T\nlang: en\nscore: [table, exercises]\nname_line: [name, grade]\n"
    source.write_text(f"{front}grades: {{zinnia: 92, no: 0}}\n---\n{BODY}", "utf-8")
    pupils = ("web", "handout", "word")
    result = pipeline.build(source, (*pupils, "teacher"), out=tmp_path / "out")
    assert not [finding for finding in result.diagnostics if finding.is_error]
    told = {
        path.name: "zinnia" in all_text(path)
        for path in (tmp_path / "out" / "test").iterdir()
        if path.suffix != ".json"
    }
    assert {name for name, is_told in told.items() if is_told} == {"test-teacher.pdf"}
    assert len(told) == len(pupils) + 1
    assert "zinnia" not in (tmp_path / "out" / "test" / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("grades: 90", (3, 9), "grades need percentages"),
        ("grades: {A: 90, B: 101}", (3, 20), "`101` is not the percentage that `B` needs"),
        ("grades: {A: many}", (3, 13), "`many` is not the percentage"),
        ("grades: {A: }", (3, 10), "is not the percentage that `A` needs"),
        ("grades: {A: 90, B: 90}", (3, 20), "`B` and `A` need the same percentage"),
        ("grades: {A: 90, A: 80}", (3, 17), "`A` is given twice"),
        ("grades: {A: 90}", (3, 10), "`grades` has no effect: there are no marks"),
        ("name_line: [name, mark]", (3, 19), "`mark` is not a field to fill in"),
    ],
)
def test_mistakes_are_told_with_their_place(
    written: str, place: tuple[int, int], message: str
) -> None:
    source = f"---\ntitle: T\n{written}\nlang: en\n---\n\nText.\n"
    parsed = pipeline.parse(source)
    (finding,) = parsed.diagnostics or making.resolved(parsed, "handout").diagnostics
    assert message in finding.message
    assert (finding.line, finding.column) == place


def test_a_question_with_marks_keeps_its_number_in_print() -> None:
    package = making.packed(making.resolved("::: exercise\n1. Why? {marks=2} \n:::\n", "handout"))
    (words,) = page_texts(package.data)
    assert re.search(r"^1\.\s*$", words, re.MULTILINE)
    assert "2 marks" in words


@pytest.mark.parametrize("body", ["::: exercise\nWhy? {points=2}\n:::", "## Why? {points=2}"])
def test_the_hint_for_marks_in_another_place_can_be_followed(body: str) -> None:
    document = making.resolved(f"# T\n\n{body}\n", "handout")
    (finding,) = document.diagnostics
    whole, question = re.findall(r"`([^`]+)`", finding.hint)
    for text in (f"{whole}\nWhy?\n:::", f"::: exercise\n{question}\n:::"):
        followed = making.resolved(f"# T\n\n{text}\n", "handout")
        assert not followed.diagnostics
        assert re.search(r"[24]\spoints", plain_text(followed))
