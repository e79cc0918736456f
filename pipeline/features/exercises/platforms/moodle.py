"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from pipeline.features.exercises.platforms.questions import Content, Gap, Question
from pipeline.features.exercises.platforms.sheet import QuestionSheet
from pipeline.model.late import late
from pipeline.model.rendered import Page

TYPES = {
    "single": "multichoice",
    "several": "multichoice",
    "gaps": "cloze",
    "short": "shortanswer",
    "number": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "long": "essay",
}
FOLDER = "@@PLUGINFILE@@/"
_IMAGE = late(rf'src="{FOLDER}([^"]+)"')
_FILE = late(r'(<file name="([^"]+)" path="/" encoding="base64">)(?=</file>)')
_MARK = late(r"[}#~/\"\\]")
"""The characters with a meaning in the answers of a gap."""

SHARES = 10
"""Moodle knows the shares of at most so many right, or wrong, choices."""

LINES = (2, 3, *range(5, 45, 5))
"""The heights that the field for a long answer can have."""


class GradedAnswer(NamedTuple):
    fraction: str
    text: str | Markup
    format: str = "html"
    images: tuple[str, ...] = ()
    tolerance: str = ""


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The one file, whose images are not yet in it."""
    markup = sheet.template(
        "moodle.xml",
        notice=sheet.title.replace("--", "–"),
        category=sheet.title.replace("/", "//"),
        questions=[_question(question, sheet) for question in questions],
    )
    return (Page("questions.xml", sheet.title, markup),)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The file, with its images in it."""

    def filled(match: re.Match[str]) -> str:
        return match[1] + base64.b64encode(images.get(match[2], b"")).decode("ascii")

    return _FILE.sub(filled, files[0].markup).encode()


def _question(question: Question, sheet: QuestionSheet) -> dict[str, object]:
    gaps = [Markup(_gap(gap, _weight(question, sheet))) for gap in question.gaps]
    prompt = sheet.html(question.prompt, gaps if question.kind == "gaps" else (), images=FOLDER)
    answer = sheet.html(question.answer, images=FOLDER)
    is_long = question.kind == "long"
    feedback, solution = ("", answer) if is_long else (answer, "")
    return {
        "type": TYPES[question.kind],
        "name": question.name,
        "prompt": prompt,
        "images": _images(prompt),
        "feedback": feedback,
        "feedback_images": _images(feedback),
        "solution": solution,
        "solution_images": _images(solution),
        "points": sheet.points(question),
        "is_single": question.kind == "single",
        "is_drawing": question.drawing,
        "lines": next((lines for lines in LINES if lines >= question.lines), LINES[-1]),
        "pairs": [*_pairs(question, sheet)],
        "answers": [*_answers(question, sheet)],
    }


def _images(markup: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_IMAGE.findall(markup)))


def _html(content: Content, sheet: QuestionSheet) -> tuple[Markup, tuple[str, ...]]:
    markup = sheet.html(content, images=FOLDER)
    return markup, _images(markup)


def _answers(question: Question, sheet: QuestionSheet) -> Iterable[GradedAnswer]:
    right = sum(choice.is_right for choice in question.choices)
    wrong = len(question.choices) - right
    if max(right, wrong) > SHARES and question.kind == "several":
        message = (
            f"Moodle has shares for {SHARES} right or wrong choices: correct the grades there."
        )
        sheet.tell(message, question.span)
    for choice in question.choices:
        fraction = share(right) if choice.is_right else share(-wrong)
        if question.kind == "single" and not choice.is_right:
            fraction = "0"
        markup, images = _html(choice.content, sheet)
        yield GradedAnswer(fraction, markup, images=images)
    for content in question.order:
        markup, images = _html(content, sheet)
        yield GradedAnswer("100", markup, images=images)
    for gap in question.gaps if question.kind in ("short", "number") else ():
        if question.kind == "number" and gap.number:
            yield GradedAnswer(
                "100", gap.number.value, "plain_text", tolerance=gap.number.tolerance
            )
        else:
            for text in gap.answers:
                yield GradedAnswer("100", text.replace("*", r"\*"), "plain_text")


def share(count: int) -> str:
    """The share of each of so many choices, in per cent."""
    return f"{100 / count:.7g}" if count else "0"


def _pairs(question: Question, sheet: QuestionSheet) -> Iterable[dict[str, object]]:
    for left, right in (*question.pairs, *(((), each) for each in question.extra)):
        markup, images = _html(left, sheet)
        yield {"left": markup, "images": images, "right": sheet.text(right, question.span)}


def _weight(question: Question, sheet: QuestionSheet) -> int:
    """The whole number of points that each gap has."""
    share = question.points / len(question.gaps) if question.points and question.gaps else 1
    if share == int(share):
        return int(share)
    message = (
        "The points cannot be shared among the gaps in whole numbers: in Moodle, each has one."
    )
    sheet.tell(message, question.span)
    return 1


def _gap(gap: Gap, weight: int) -> str:
    """A gap in the notation of embedded answers."""
    if gap.number:
        return f"{{{weight}:NUMERICAL:={gap.number.value}:{gap.number.tolerance}}}"
    texts = (str(escape(_MARK.sub(r"\\\g<0>", text))) for text in gap.answers)
    return f"{{{weight}:SHORTANSWER:{'~'.join(f'={text}' for text in texts)}}}"
