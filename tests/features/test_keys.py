"""Keys as teachers get them: whole, right, and each version with its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from msgspec.structs import replace

import pipeline
from pipeline import model, parse
from pipeline.exercises.key_proof import missing_answers
from pipeline.exercises.keys import columns_of
from pipeline.model.editions import EDITIONS
from pipeline.model.tree import plain_text, walk
from tests.helpers import answered, making

IN_FUZZ = settings.get_current_profile_name() == "fuzz"

VERSIONS = """\
---
title: Wells
lang: en
versions: 2
variables: {town: Kandahar}
---

::: exercise One
a) {{ n = 100..900 }}: ____{ {{ town }} } ____{ {{ n }} }

::: answer
```chart {type=bar}
Month,Rain
May,3
```
:::
:::

::: exercise Two
b) What?[^1]

::: answer
Deep.[^1]

```chart {type=bar}
Month,Rain
June,11
```
:::
:::

[^1]: A note with a [mark]{.answer}.
"""


def test_a_sheet_of_keys_has_the_drawings_numbers_and_notes_of_each_version() -> None:
    document = parse(VERSIONS, "x.md")
    flow = making.Flow(Path("x.md"), document)
    sheet = flow.marked("keys")

    def drawings(of: Iterable[model.Node], assets: Iterable[model.Asset]) -> list[bytes]:
        data = {asset.path: asset.data for asset in assets}
        charts = (node for node in walk(of) if isinstance(node, model.Chart))
        # in the answers each is also drawn as wide as a column
        images = (chart.narrow or chart.image for chart in charts)
        return [data[image.asset] for image in images if image]

    orders = set()
    for version, column in zip("AB", columns_of(sheet, 2), strict=True):
        key = making.marked(making.resolved(document, "answers", variation=version))
        assert len(set(drawings(key.blocks, key.assets))) == 2
        assert drawings(column.blocks, sheet.assets) == drawings(key.blocks, key.assets)
        orders.add(tuple(drawings(key.blocks, key.assets)))
        texts = plain_text(column.blocks)
        assert "(1)\u00a0Kandahar, (2)\u00a0" in texts
        assert "{{" not in texts
    assert len(orders) == 2
    assert [note.number for note in sheet.notes] == [1, 2]
    assert [*missing_answers(document, [sheet], EDITIONS["keys"], "x.pdf")] == []
    alike = replace(sheet, blocks=tuple(map(_with_first_twice, sheet.blocks)))
    assert [*missing_answers(document, [alike], EDITIONS["keys"], "x.pdf")]


def _with_first_twice(table: Any) -> Any:
    """A table with its first column in place of the others."""
    rows = (replace(row, cells=row.cells[:1] * len(row.cells)) for row in table.body)
    return replace(table, body=tuple(rows))


def test_questions_have_gaps_of_their_own_and_works_are_listed(tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(answered.FILES["refs.bib"], "utf-8")
    front = "---\ntitle: T\nbibliography: refs.bib\ncitation_style: ieee\n---\n"
    exercise = (
        "::: exercise\na) ____{3}\nb) ____{5}, ____, ____{6}\n\n::: answer\nSee [@open].\n:::\n"
    )
    marked = making.marked(making.resolved(f"{front}\n{exercise}:::\n", "answers", tmp_path))
    text = " ".join(plain_text(marked.blocks).split())
    assert "3(1) 5, (3) 6" in text
    assert any(isinstance(node, model.Bibliography) for node in walk(marked.blocks))


@pytest.mark.parametrize(("lang", "key"), [("en", "(i), (iii)"), ("uk", "а, в")])
def test_choices_within_a_lettered_question_are_told_by_roman_numbers(lang: str, key: str) -> None:
    text = f"---\ntitle: T\nlang: {lang}\n---\n\n::: exercise\na) Which?\n\n"
    text += "   - [x] here\n   - [ ] there\n   - [x] all over\n:::\n"
    marked = making.marked(making.resolved(text, "answers"))
    assert key in " ".join(plain_text(marked.blocks).split())


def test_answers_in_the_labels_of_diagrams_are_drawn_and_listed() -> None:
    source = "```chart {type=fractions}\na ____{five}: 5/8\nb [half]{.answer}: 1/2\n```\n"
    flow = making.Flow(Path("x.md"), parse(source, "x.md"))
    assert plain_text(flow.marked("answers").blocks) == "five, half"
    (chart,) = flow.marked("teacher").blocks
    assert isinstance(chart, model.Chart)
    assert chart.image
    assert "a five: 5 of 8" in chart.image.alt
    for name in ("answers", "teacher", "teacher-web"):
        findings = missing_answers(flow.document, [flow.marked(name)], EDITIONS[name], "x.pdf")
        assert [*findings] == [], name


def test_answers_in_strings_are_in_lists_of_answers_and_in_print() -> None:
    source = '[Pump]{title="a ____{rope}"} and ![a [well]{.answer}](a.png) [see [p]{.answer} @x]\n'
    flow = making.Flow(Path("x.md"), parse(source, "x.md"))
    texts = {
        name: plain_text(flow.marked(name).blocks) for name in ("answers", "teacher", "teacher-web")
    }
    assert texts["answers"] == "rope, well, p"
    assert texts["teacher"].startswith("Pump (rope) and a well")
    assert texts["teacher-web"].startswith("Pump and a well")
    for name in texts:
        findings = missing_answers(flow.document, [flow.marked(name)], EDITIONS[name], "x.pdf")
        assert [*findings] == [], name


EACH = [*answered.every()]
PARTS = 12
"""In each is another part of them; one is built whenever tests run."""


@pytest.mark.hypothesis
@pytest.mark.parametrize("part", range(PARTS if IN_FUZZ else 1))
def test_no_answer_is_refused_or_lost_in_a_teachers_edition(part: int, tmp_path: Path) -> None:
    for name, content in answered.FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    text, places = answered.source(EACH[part::PARTS])
    (tmp_path / "work.md").write_text(text, "utf-8")
    editions = [row.name for row in EDITIONS.values() if row.audience == "teacher"]
    editions = [name for name in editions if not EDITIONS[name].platform]
    result = pipeline.build(tmp_path / "work.md", editions, out=tmp_path)
    lost = [one.message for one in result.diagnostics if one.is_error or one.code == "lost-text"]
    assert not lost
    files = [file for file in result.files if file.suffix != ".json"]
    assert len(files) == len(editions) + 2, "of two, there is another version"
    for file in files:
        words = answered.all_words(file)
        assert not [place for word, place in places.items() if word not in words], file.name
