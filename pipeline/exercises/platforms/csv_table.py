"""A table for Kahoot, whose columns come first, and Quizlet, which takes the first and the last."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from pipeline.exercises.platforms.questions import Question, QuestionSheet
from pipeline.model.rendered import Page

MOST_CHOICES = 4
"""The choices that a question on Kahoot has at most."""

LONGEST_QUESTION, LONGEST_CHOICE = 120, 75
"""Characters of a question, and of a choice, on Kahoot."""

SECONDS = "30"


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The one file, whose first row says that it is for teachers."""
    output = io.StringIO()
    table = csv.writer(output, lineterminator="\n")
    heads = (f"Answer {number}" for number in range(1, MOST_CHOICES + 1))
    table.writerow([sheet.title, *heads, "Time limit (sec)", "Correct answer(s)", "Answer"])
    table.writerows(row for question in questions for row in _rows(question, sheet))
    return (Page("questions.csv", sheet.title, output.getvalue()),)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The file, with the mark that spreadsheets know UTF-8 by."""
    return files[0].markup.encode("utf-8-sig")


def _rows(question: Question, sheet: QuestionSheet) -> Iterator[list[str]]:
    span = question.span
    asked = sheet.text(question.prompt, span)
    choices = [(sheet.text(c.content, span), c.is_right) for c in question.choices]
    shown = choices[:MOST_CHOICES]
    if len(choices) > MOST_CHOICES:
        sheet.tell(
            f"Kahoot has {MOST_CHOICES} choices in a question: the others are left out.", span
        )
    if choices and not any(is_right for _, is_right in shown):
        sheet.tell(
            f"None of the first {MOST_CHOICES} choices is right: the question is left out.", span
        )
        return
    if len(asked) > LONGEST_QUESTION or any(len(text) > LONGEST_CHOICE for text, _ in shown):
        limits = f"{LONGEST_QUESTION} characters in a question and {LONGEST_CHOICE} in a choice"
        sheet.tell(f"Kahoot has at most {limits}: shorten it there.", span)
    if question.answer and question.kind != "long":
        sheet.tell("What there is to say about the answer is left out of a table.", span)
    right = ", ".join(str(n) for n, (_, is_right) in enumerate(shown, start=1) if is_right)
    cells = [text for text, _ in shown] + [""] * (MOST_CHOICES - len(shown))
    if answer := sheet.answer_text(question):
        yield [asked, *cells, SECONDS if shown else "", right, answer]
    else:
        sheet.tell("A question without an answer is left out of a table of both.", span)
