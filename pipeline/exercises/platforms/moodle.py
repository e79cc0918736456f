"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from markupsafe import Markup

from pipeline.exercises.platforms.questions import Content, Gap, Question, QuestionSheet
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
GAP = "\ufdd0"
_GAP_PLACE = late(f"{GAP}([0-9]+){GAP}")
_IMAGE = late(rf'src="{FOLDER}([^"]+)"')
_FILE = late(r'(<file name="([^"]+)" path="/" encoding="base64">)(?=</file>)')
_SPECIAL = late(r"[^\w .,;:!?%='’“”„«»–—…-]")
"""The characters of an answer in a gap that are written as references: all with a meaning there, or
in HTML. Moodle takes the backslash before two of them for its own even after that."""
_TAKEN = late(r"\\([}#])")
_GAP_LIKE = late(r"\{(?=#|[0-9]*:)")
"""The beginning of a text that Moodle takes for a gap."""

SHARES = 10
"""Moodle knows the shares of at most so many right, or wrong, choices."""

LINES = (2, 3, *range(5, 45, 5))
"""The heights that the field for a long answer can have."""


class GradedAnswer(NamedTuple):
    fraction: str
    text: str | Markup
    format: str = "html"
    tolerance: str = ""


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The one file, whose images are not yet in it."""
    markup = sheet.template(
        "moodle.xml",
        notice=sheet.notice.replace("--", "–"),
        category=sheet.title.replace("/", "//"),
        questions=[_question(question, sheet) for question in questions],
        images=lambda markup: dict.fromkeys(_IMAGE.findall(markup)),
    )
    return (Page("questions.xml", sheet.title, markup),)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The file, with its images in it."""

    def fill(match: re.Match[str]) -> str:
        return match[1] + base64.b64encode(images.get(match[2], b"")).decode("ascii")

    return _FILE.sub(fill, files[0].markup).encode()


def _question(question: Question, sheet: QuestionSheet) -> dict[str, object]:
    gaps = _gaps(question, sheet) if question.kind == "gaps" else ()
    answer = _html(question.answer, sheet)
    is_long = question.kind == "long"
    return {
        "type": TYPES[question.kind],
        "name": question.name,
        "prompt": _html(question.prompt, sheet, gaps),
        "feedback": "" if is_long else answer,
        "solution": answer if is_long else "",
        "points": sheet.points(question),
        "is_single": question.kind == "single",
        "is_shuffled": question.is_shuffled,
        "is_drawing": question.drawing,
        "lines": next((lines for lines in LINES if lines >= question.lines), LINES[-1]),
        "pairs": [
            (_html(left, sheet), sheet.text(right, question.span))
            for left, right in (*question.pairs, *(((), each) for each in question.extra))
        ],
        "answers": [*_answers(question, sheet)],
    }


def _html(content: Content, sheet: QuestionSheet, gaps: Iterable[str] = ()) -> Markup:
    """Blocks as HTML; of what looks like a gap, only those given are."""
    written = [*gaps]
    places = (f"{GAP}{number}{GAP}" for number in range(len(written)))
    markup = sheet.html(content, places, images=FOLDER)
    if not written:
        return markup
    text = _GAP_LIKE.sub("&#123;", markup)
    return Markup(_GAP_PLACE.sub(lambda match: written[int(match[1])], text))


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
        yield GradedAnswer(fraction, _html(choice.content, sheet))
    for content in question.order:
        yield GradedAnswer("100", _html(content, sheet))
    for gap in question.gaps if question.kind in ("short", "number") else ():
        if gap.number:
            yield GradedAnswer("100", gap.number.value, "plain_text", gap.number.tolerance)
        else:
            for text in gap.accepted:
                yield GradedAnswer("100", _literal(text), "plain_text")


def share(count: int) -> str:
    """The share of each of so many choices, in per cent."""
    return f"{100 / count:.7g}" if count else "0"


def _gaps(question: Question, sheet: QuestionSheet) -> list[Markup]:
    """The gaps in the notation of embedded answers, each with a whole number of points."""
    weight = question.points / len(question.gaps) or 1
    if weight != int(weight):
        message = (
            "The points cannot be shared among the gaps in whole numbers: in Moodle, each has one."
        )
        sheet.tell(message, question.span)
        weight = Fraction(1)
    return [Markup(f"{{{weight}:{_gap(gap)}}}") for gap in question.gaps]


def _gap(gap: Gap) -> str:
    if gap.number:
        return f"NUMERICAL:={gap.number.value}:{gap.number.tolerance}"
    texts = (_TAKEN.sub(r"\\\\\1", _literal(text)) for text in gap.accepted)
    escaped = (_SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text) for text in texts)
    return f"SHORTANSWER:{'~'.join(f'={text}' for text in escaped)}"


def _literal(text: str) -> str:
    """An answer in which a star stands for nothing else."""
    return text.replace("*", r"\*")
