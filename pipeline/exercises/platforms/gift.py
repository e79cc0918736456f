"""GIFT, the text that Moodle and others read: https://docs.moodle.org/en/GIFT_format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline import model
from pipeline.exercises.platforms.moodle import share
from pipeline.exercises.platforms.questions import (
    Content,
    Gap,
    Question,
    QuestionSheet,
    one_line,
)
from pipeline.model.late import late
from pipeline.model.rendered import Page
from pipeline.model.words.writing_conventions import plain_typed

_SPECIAL = late(r"[\\~=#{}:]")
PAIR = "->"
"""Stands between two things that belong together, and cannot be escaped."""


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The one file."""
    category = sheet.title.replace("/", "//")
    notice = f"// {sheet.notice}\n$CATEGORY: $course$/top/{category}\n"
    entries = (entry for question in questions for entry in _entries(question, sheet))
    return (Page("questions.gift", sheet.title, "\n".join((notice, *entries))),)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The file."""
    return files[0].markup.encode()


def _entries(question: Question, sheet: QuestionSheet) -> Iterator[str]:
    """A question, or several of one: each gap is a question of its own."""
    if not question.is_shuffled:
        sheet.tell("In GIFT, no choice keeps its place: all are shuffled.", question.span)
    if question.kind == "ordering":
        sheet.tell("GIFT has no ordering: the numbers are matched with the things.", question.span)
    if not question.gaps:
        yield _entry(question, question.name, _answers(question, sheet), 0, sheet)
        return
    several = len(question.gaps) > 1
    if several:
        message = f"GIFT has one gap in a question: this becomes {len(question.gaps)} questions."
        sheet.tell(message, question.span)
    for number, gap in enumerate(question.gaps):
        name = f"{question.name} – {number + 1}" if several else question.name
        if answer := _answer(gap, question, sheet):
            yield _entry(question, name, answer, number, sheet)


def _entry(question: Question, name: str, answers: str, number: int, sheet: QuestionSheet) -> str:
    feedback = f"####{_html(question.answer, question, sheet)}" if question.answer else ""
    asked = f"{{{answers}{feedback}}}"
    place = "\ufdd0"
    gaps = [place if at == number else "____" for at in range(len(question.gaps))]
    prompt = _html(question.prompt, question, sheet, gaps if question.kind == "gaps" else ())
    prompt = prompt.replace(place, asked) if place in prompt else f"{prompt} {asked}"
    return f"::{_escape(name)}::[html]{prompt}\n"


def _answers(question: Question, sheet: QuestionSheet) -> str:
    right = sum(choice.is_right for choice in question.choices)
    wrong = len(question.choices) - right
    parts: list[str] = []
    for choice in question.choices:
        mark = "=" if choice.is_right else "~"
        if question.kind == "several":
            mark = f"~%{share(right if choice.is_right else -wrong)}%"
        parts.append(f"{mark}{_html(choice.content, question, sheet)}")
    for left, right_side in (*question.pairs, *(((), each) for each in question.extra)):
        right_text = _escape(sheet.text(right_side, question.span))
        parts.append(f"={_html(left, question, sheet)} -> {right_text}")
    for position, content in enumerate(question.order, start=1):
        parts.append(f"={position} -> {_escape(sheet.text(content, question.span))}")
    return " ".join(parts)


def _answer(gap: Gap, question: Question, sheet: QuestionSheet) -> str:
    """The answers of a gap; "" if GIFT can have none of them."""
    if gap.number:
        return f"#{gap.number.value}:{gap.number.tolerance}"
    for text in gap.answers:
        if PAIR in plain_typed(text):
            message = (
                f"The answer “{text}” is left out: GIFT takes `{PAIR}` for the mark of a pair."
            )
            sheet.tell(message, question.span)
    texts = (text for text in gap.accepted if PAIR not in plain_typed(text))
    escaped = (_escape(text.replace("*", r"\*")) for text in texts)  # no wildcard
    return " ".join(f"=%100%{text}" for text in escaped)


def _html(
    content: Content, question: Question, sheet: QuestionSheet, gaps: Iterable[str] = ()
) -> str:
    markup = sheet.html(content, gaps, images=None, span=question.span)
    if len(content) == 1 and isinstance(content[0], model.Paragraph | model.Plain):
        markup = markup.removeprefix("<p>").removesuffix("</p>")
    return _escape(one_line(markup)).replace("%", "&\\#37;")


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
