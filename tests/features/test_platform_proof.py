"""The search for answers in what learning platforms show to pupils."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from pipeline.exercises.platforms import questions
from pipeline.model.editions import EDITIONS
from tests.helpers import making

PLATFORMS = tuple(name for name, edition in EDITIONS.items() if edition.platform)

SECRETS = {
    8: "the copper kettle",  # in the title of an exercise, and so in names
    9: "behind the oasis",  # in an alternative
    11: "a flat grey stone",  # in a question
    13: "an iron lantern",  # in a choice
}
SOURCE = """\
---
title: Wells
lang: en
---

Text.

::: exercise Find [the copper kettle]{.teacher} there
![A map [behind the oasis]{.teacher}](map.png)

Where is it [under a flat grey stone]{.answer} now?

- ( ) here [by an iron lantern]{.teacher}
- (x) there

::: answer
Nobody has ever seen this feedback.
:::
:::
"""


def built(folder: Path, edition: str) -> tuple[bytes, dict[int, str]]:
    """The file without its answers, and the lines of the leaks that are found, with their texts."""
    Picture.new("RGB", (8, 4), "navy").save(folder / "map.png")
    source = folder / "wells.md"
    source.write_text(SOURCE, "utf-8")
    output = making.Flow(source).built(edition)
    assert output.package, output.findings
    leaks = {f.line: f.message for f in output.findings if f.code == "leaked-text"}
    return output.package.asked, leaks


@pytest.mark.parametrize("edition", PLATFORMS)
def test_pupils_are_shown_no_answer(edition: str, tmp_path: Path) -> None:
    asked, leaks = built(tmp_path, edition)
    assert not leaks
    assert asked


@pytest.mark.parametrize("edition", PLATFORMS)
def test_the_gate_reads_all_that_pupils_see(
    edition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, titles, alternatives, questions and choices, if the document were that of teachers;
    what is said of answers may be there."""

    def mistaken(pupils: Any, teachers: Any, *_: Any) -> Any:
        return teachers

    monkeypatch.setattr(questions, "with_answers", mistaken)
    _, leaks = built(tmp_path, edition)
    assert {line: message for line, message in leaks.items() if line not in SECRETS} == {}
    assert all(text in leaks[line] for line, text in SECRETS.items()), leaks
