"""The answers that Moodle accepts in the gaps of a quiz, as it reads the file.

The gaps within a text are in its notation for embedded answers (“Cloze”):
``{1:SHORTANSWER:=right~%50%half right#what is said of it}``. Two of its characters end an answer
unless a backslash or an ampersand is before them; references to characters are read after that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from pipeline.model.late import late

FULL = 100.0
"""The share of points, in per cent, of a right answer."""

_WORDS = {
    "NUMERICAL": "number", "NM": "number",
    "SHORTANSWER": "text", "SA": "text", "MW": "text",
    "SHORTANSWER_C": "exact", "SAC": "exact", "MWC": "exact",
    "MULTICHOICE": "choice", "MC": "choice", "MULTIRESPONSE": "choice", "MR": "choice",
}  # fmt: skip
KINDS = {
    **_WORDS,
    **{f"MULTICHOICE_{look}": "choice" for look in ("V", "H", "S", "VS", "HS")},
    **{f"MC{look}": "choice" for look in ("V", "H", "S", "VS", "HS")},
    **{f"MULTIRESPONSE_{look}": "choice" for look in ("H", "S", "HS")},
    **{f"MR{look}": "choice" for look in ("H", "S", "HS")},
}
"""The kinds of gaps, by their names in a text; in those of the kind “exact”, capitals count."""

_SHARE = r"(?:=|%-?[0-9]+(?:[.,][0-9]*)?%)"
_BRACE = rf"\{{(?![0-9]*+:(?:{'|'.join(KINDS)}):)"
"""A brace that begins no other gap: none stands within one."""

_TEXT = rf"(?:\\[~#}}]|&amp;[~#}}]|&[~#}}]|[^~#{{}}]|{_BRACE})++"
_SAID = rf"#(?:\\[~}}]|[^~{{}}]|{_BRACE})*+"
_ANSWER = rf"{_SHARE}?+{_TEXT}(?:{_SAID})?+"
GAP = late(rf"\{{([0-9]*):({'|'.join(KINDS)}):(~?+{_ANSWER}(?:~{_ANSWER})*+)\}}", re.DOTALL)
_ONE = late(rf"~?+({_SHARE})?+({_TEXT})({_SAID})?+", re.DOTALL)
_REFERENCE = late(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_NUMBER = late(
    r"(-?(?:[0-9]++(?:[.,][0-9]*+)?|[.,][0-9]++)(?:[eE][-+]?[0-9]+)?)(?::(.*))?", re.DOTALL
)
STARS = late(r"(?<!\\)\*+")


class QuizAnswer(NamedTuple):
    """An answer, its share of the points in per cent, how far another number may be from it, and
    whether something is said to those who give it."""

    text: str
    share: float
    tolerance: str = ""
    has_feedback: bool = False


class QuizGap(NamedTuple):
    """A gap of a ``kind``: number, text, exact or choice; with its points."""

    kind: str
    points: str
    answers: tuple[QuizAnswer, ...]


class Accepted(NamedTuple):
    """The answers that are accepted in a gap of a question, in words, and the line of the file."""

    question: str
    answers: tuple[str, ...]
    line: int


def gap_of(match: re.Match[str]) -> QuizGap:
    """The gap that a text of a question has at a place (`GAP`)."""
    kind = KINDS[match[2]]
    answers = tuple(_answer(each, kind) for each in _ONE.finditer(match[3]))
    return QuizGap(kind, match[1], answers)


def _answer(match: re.Match[str], kind: str) -> QuizAnswer:
    share = FULL if match[1] == "=" else float((match[1] or "0").strip("%").replace(",", "."))
    said = bool(match[3] and match[3] != "#")
    if kind == "number" and (value := _NUMBER.fullmatch(match[2])):
        return QuizAnswer(value[1], share, value[2] or "0", said)
    text = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), match[2])
    return QuizAnswer(text.replace("\\}", "}").replace("\\#", "#"), share, "", said)


def read_accepted(data: bytes) -> tuple[Accepted, ...]:
    """The answers that Moodle accepts in each gap. Raises `ValueError` for other files."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not valid XML: {error}") from None
    if root.tag != "quiz":
        raise ValueError("it is not Moodle XML, whose first element is <quiz>")
    return tuple(entry for node in root.iterfind("question") for entry in _read_accepted(node))


def explain(accepted: Iterable[Accepted]) -> tuple[str, ...]:
    """A line for each gap, with the texts and numbers that are accepted in it."""
    return tuple(f"{gap.question}: {' | '.join(gap.answers) or 'nothing'}" for gap in accepted)


def _read_accepted(node: etree._Element) -> Iterator[Accepted]:
    name, line = (node.findtext("name/text") or "").strip(), int(node.sourceline or 1)
    gaps = [gap_of(match) for match in GAP.finditer(node.findtext("questiontext/text") or "")]
    if node.get("type") in ("shortanswer", "numerical"):
        gaps = [_whole(node)]
    elif node.get("type") != "cloze":
        return
    for number, gap in enumerate(gaps, start=1):
        where = f"{name}, gap {number}" if len(gaps) > 1 else name
        answers = tuple(_word(each, gap.kind) for each in gap.answers if each.share > 0)
        yield Accepted(where, answers, line)
    if not gaps:
        yield Accepted(name, (), line)


def _whole(node: etree._Element) -> QuizGap:
    """The gap of a question that is nothing else."""
    kind = "number" if node.get("type") == "numerical" else "text"
    kind = "exact" if kind == "text" and node.findtext("usecase") == "1" else kind
    answers = tuple(
        QuizAnswer(
            each.findtext("text") or "",
            _number(each.get("fraction")),
            each.findtext("tolerance") or "",
        )
        for each in node.iterfind("answer")
    )
    return QuizGap(kind, node.findtext("defaultgrade") or "", answers)


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return 0.0


def _word(answer: QuizAnswer, kind: str) -> str:
    text = answer.text.strip()
    if kind in ("text", "exact"):
        text = STARS.sub("…", text).replace("\\*", "*")
        text = "anything" if text == "…" else text
    if answer.tolerance not in ("", "0"):
        text = f"{text} ± {answer.tolerance}"
    if kind == "exact":
        text = f"{text} (with these capitals)"
    return text if answer.share >= FULL else f"{text} ({answer.share:g} %)"
