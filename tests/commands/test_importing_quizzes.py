"""Questions of learning platforms, read as exercises."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.commands.importing import import_file
from pipeline.features.exercises.platforms.questions import Content, Question
from pipeline.features.exercises.platforms.reading import questions_of
from pipeline.features.exercises.platforms.sheet import asked
from pipeline.model.editions import EDITIONS
from pipeline.resolve.findings import Findings
from tests.helpers import making
from tests.helpers.generated_questions import generated

COUNT = 500
"""The number of generated questions."""


def known(question: Question) -> tuple[object, ...]:
    """All that counts of a question, as text."""
    contents = (question.prompt, *question.order, *question.extra, question.answer)
    sides = [side for pair in question.pairs for side in pair]
    chosen = [(asked_text(choice.content), choice.is_right) for choice in question.choices]
    texts = tuple(map(asked_text, (*contents, *sides)))
    return question.kind, texts, tuple(chosen), question.gaps, float(question.points or 1)


def asked_text(content: Content) -> str:
    return " ".join(asked(Question("long", "", content)).split())


def questions(source: Path, edition: str) -> tuple[Question, ...]:
    marked = making.Flow(source).marked(edition)
    return questions_of(marked, Findings(marked))


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["moodle", "gift"])
def test_what_goes_out_comes_in_again(edition: str, tmp_path: Path) -> None:
    source, file = tmp_path / "wells.md", tmp_path / f"wells.{EDITIONS[edition].format}"
    front = "---\ntitle: Wells\nlang: en\n---\n\n"
    source.write_text(front + generated(COUNT), "utf-8")
    output = making.Flow(source).built(edition)
    assert output.package, output.findings
    file.write_bytes(output.package.data)
    before = questions(source, edition)
    imported = import_file(file)
    assert not imported.findings, imported.findings[:3]
    source.write_text(imported.text, "utf-8")
    after = {known(question) for question in questions(source, edition)}
    told = ("gaps", "ordering") if edition == "gift" else ()  # what a finding names
    lost = [q for q in before if q.kind not in told and known(q) not in after]
    assert not lost, lost[:2]


def test_questions_of_others_become_exercises(tmp_path: Path) -> None:
    (tmp_path / "quiz.gift").write_text(OTHERS, "utf-8")
    imported = import_file(tmp_path / "quiz.gift")
    assert imported.text == EXERCISES
    assert [f.line for f in imported.findings if f.line] == [2, 16]


OTHERS = """\
// a comment
::Grant::Who's buried in Grant's tomb?{~Grant ~Jefferson#no! =no one####Nobody is.}

Two plus two is {=four =4}.

The sun rises in the east.{T}

When was he born?{#1822:5}

Match.{=Canada -> Ottawa =Italy -> Rome}

Why \\{so\\}?{}

Which two? {~%50%a ~%50%b ~%-100%c}

Nothing is asked here.
"""

EXERCISES = """\
---
title: Quiz
---

::: exercise Grant
Who's buried in Grant's tomb?

- ( ) Grant
- ( ) Jefferson
- (x) no one

::: answer
Nobody is.
:::
:::

::: exercise
Two plus two is ____{four or 4}.
:::

::: exercise
The sun rises in the east.

- (x) True
- ( ) False
:::

::: exercise
When was he born? ____{1822 ± 5}
:::

::: exercise
Match.

::: matching
|        |        |
|--------|--------|
| Canada | Ottawa |
| Italy  | Rome   |
:::
:::

::: exercise
Why \\{so}?

::: lines 4
:::
:::

::: exercise
Which two?

- [x] a
- [x] b
- [ ] c
:::
"""
