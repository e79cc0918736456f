"""Worksheets in several languages whose answers speak of what all can read, as answers do: they
repeat questions, name exercises and figures by their numbers, and use the words of the page."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple


class Lesson(NamedTuple):
    """Texts in a language: a title, a fact for all, a question, its answer, a sentence with a
    ``gap``, and a note for teachers."""

    lang: str
    title: str
    fact: str
    question: str
    answer: str
    gap: tuple[str, str, str]
    note: str


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
LESSONS = tuple(Lesson(**row) for row in _TABLE["lesson"])


def source(lesson: Lesson) -> str:
    """The worksheet: with a reference, a link and a note in the text for all."""
    before, gap, after = lesson.gap
    return f"""\
---
title: {lesson.title}
lang: {lesson.lang}
name_line: true
contents: {{show: always}}
---

# {lesson.title} {{#sec-one}}

{lesson.fact} @sec-two[^1]

[^1]: [{lesson.title}](https://example.org/water), @ex-a.

::: exercise {lesson.title} {{#ex-a}}
a) {lesson.question}

::: lines 2
:::

::: answer
{lesson.fact} {lesson.answer}
:::

b) {before} ____{{{gap}}} {after}

::: ordering
1. {lesson.fact}
2. {lesson.question}
3. {lesson.title}
:::
:::

::: teacher
{lesson.note} {lesson.title}, {lesson.question}
:::

## {lesson.question} {{#sec-two}}

::: exercise
[{lesson.answer}]{{.answer}}

- ( ) {lesson.fact}
- (x) {lesson.title}
:::
"""
