"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import re
from collections.abc import Iterator

from lxml.etree import XMLSyntaxError
from lxml.etree import _Element as Element

from pipeline.commands.importing.files import parse_xml
from pipeline.commands.importing.quizzes.asked import (
    CHOICES,
    FEEDBACK,
    FULL,
    NONE_RIGHT,
    PARTS,
    Asked,
    AskedGap,
    Lost,
    Quiz,
    UnreadableQuizError,
    choices_of,
    gap_mark,
    html_of,
    line_count,
    number,
    number_gap,
)
from pipeline.model.late import late
from pipeline.verify.moodle_quiz import GAP, STARS, QuizGap, gap_of

FOLDER = "@@PLUGINFILE@@/"
_ESCAPED = late(r"\\([~/\"*])")
"""Characters that people escape, whether Moodle knows it or not."""

TEXTS = ("text", "exact")
"""The kinds of gaps for text."""

FORMATS = {"plain_text": "plain", "moodle_auto_format": "plain", "markdown": "markdown"}
"""The names of formats of texts, as `html_of` has them; others are HTML."""


def read(data: bytes) -> Quiz:
    """The questions of a quiz."""
    try:
        root = parse_xml(data)
    except XMLSyntaxError as error:
        raise UnreadableQuizError(f"It is not valid XML: {error}.") from None
    questions: list[Asked] = []
    lost: list[Lost] = []
    files: dict[str, bytes] = {}
    title = ""
    for place, node in enumerate(root.iterfind("question")):
        kind = node.get("type", "")
        line = int(node.sourceline or 1)
        folder = f"{place}/"  # names count in a question only
        for text in node.iter("text"):
            text.text = (text.text or "").replace(FOLDER, folder)
        for file in node.iter("file"):
            with contextlib.suppress(binascii.Error):  # the image is told to be missing
                files[f"{folder}{file.get('name')}"] = base64.b64decode(file.text or "")
        if kind == "category":
            path = (node.findtext("category/text") or "").replace("//", "\0")
            title = title or path.rpartition("/")[2].replace("\0", "/")
        elif kind in READERS:
            asked = READERS[kind](node, _common(node))
            questions.append(asked)
            lost += (Lost(message, line) for message in _tell_losses(node, asked))
        else:
            lost.append(Lost(f"A question of the type `{kind}` is left out.", line))
    return Quiz(title, tuple(questions), files, tuple(lost))


def _text(node: Element, path: str) -> str:
    """A text in HTML, whatever its format is."""
    inner = node.find(path)
    text = (inner.findtext("text") or "") if inner is not None else ""
    format = inner.get("format", "html") if inner is not None else "html"
    return html_of(text, FORMATS.get(format, "html"))


def _common(node: Element) -> Asked:
    feedback = _text(node, "generalfeedback") or _text(node, "graderinfo")
    points = number(node.findtext("defaultgrade"), 1)
    name = node.findtext("name/text") or ""
    return Asked(name.strip(), _text(node, "questiontext"), answer=feedback, points=points)


def _tell_losses(node: Element, asked: Asked) -> Iterator[str]:
    """Messages about what is not read of a question."""
    if any((text.text or "").strip() for text in node.iterfind("answer/feedback/text")):
        yield FEEDBACK
    if any((text.text or "").strip() for text in node.iterfind("hint/text")):
        yield "The hints to the question are left out."
    if not asked.several and any(0 < share < FULL for share in _shares(node)):
        yield PARTS
    gaps = [gap_of(match) for match in GAP.finditer(_text(node, "questiontext"))]
    if any(gap.kind == "choice" for gap in gaps):
        yield CHOICES
    if any(answer.has_feedback for gap in gaps for answer in gap.answers):
        yield FEEDBACK
    if any(0 < answer.share < FULL for gap in gaps for answer in gap.answers):
        yield PARTS
    if not asked.is_answered:
        yield NONE_RIGHT
    right = [a.text for gap in gaps if gap.kind in TEXTS for a in gap.answers if a.share >= FULL]
    if node.get("type") == "shortanswer":
        pairs = zip(node.iterfind("answer"), _shares(node), strict=True)
        right += [each.findtext("text") or "" for each, share in pairs if share >= FULL]
    if any(map(STARS.search, right)):
        yield "A star in an answer, which stands for any text, is written as it is."


def _shares(node: Element) -> list[float]:
    return [number(each.get("fraction"), 0) for each in node.iterfind("answer")]


def _choice(node: Element, asked: Asked) -> Asked:
    texts = (_text(each, ".") for each in node.iterfind("answer"))
    several = (node.findtext("single") or "true").strip() in ("false", "0")
    return asked._replace(
        choices=choices_of(texts, _shares(node), several=several), several=several
    )


def _short(node: Element, asked: Asked) -> Asked:
    texts = (each.findtext("text") or "" for each in node.iterfind("answer"))
    right = (text for text, share in zip(texts, _shares(node), strict=True) if share >= FULL)
    return asked._replace(gaps=(AskedGap(tuple(text.replace("\\*", "*") for text in right)),))


def _number(node: Element, asked: Asked) -> Asked:
    for each, share in zip(node.iterfind("answer"), _shares(node), strict=True):
        if share >= FULL and (value := each.findtext("text")):
            return asked._replace(gaps=(number_gap(value, each.findtext("tolerance")),))
    return asked._replace(gaps=(AskedGap(()),))


def _matching(node: Element, asked: Asked) -> Asked:
    pairs = tuple(
        (_text(each, "."), html.escape(each.findtext("answer/text") or "", quote=False))
        for each in node.iterfind("subquestion")
    )
    return asked._replace(pairs=pairs)


def _ordering(node: Element, asked: Asked) -> Asked:
    return asked._replace(order=tuple(_text(each, ".") for each in node.iterfind("answer")))


def _essay(node: Element, asked: Asked) -> Asked:
    if node.findtext("responseformat") == "noinline":
        return asked._replace(lines=0)
    return asked._replace(lines=line_count(node.findtext("responsefieldlines")))


def _cloze(node: Element, asked: Asked) -> Asked:
    gaps: list[AskedGap] = []
    weights: list[float] = []

    def mark(match: re.Match[str]) -> str:
        gap = gap_of(match)
        weights.append(number(gap.points, 1))
        gaps.append(_gap(gap))
        return gap_mark(len(gaps) - 1)

    prompt = GAP.sub(mark, asked.prompt)
    points = 1 if set(weights) <= {1} else sum(weights)
    return asked._replace(prompt=prompt, gaps=tuple(gaps), points=points)


def _gap(gap: QuizGap) -> AskedGap:
    """The right answers of a gap."""
    right = [answer for answer in gap.answers if answer.share >= FULL]
    if gap.kind == "number" and right:
        return number_gap(right[0].text, right[0].tolerance)
    return AskedGap(tuple(_ESCAPED.sub(r"\1", answer.text) for answer in right))


def _true_or_false(node: Element, asked: Asked) -> Asked:
    texts = (_text(each, ".").capitalize() for each in node.iterfind("answer"))
    return asked._replace(choices=choices_of(texts, _shares(node), several=False))


READERS = {
    "multichoice": _choice,
    "truefalse": _true_or_false,
    "shortanswer": _short,
    "numerical": _number,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "cloze": _cloze,
}
