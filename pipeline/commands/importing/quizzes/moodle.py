"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import base64
import html
import re

from lxml.etree import XMLSyntaxError
from lxml.etree import _Element as Element

from pipeline.commands.importing.archive import parsed_xml
from pipeline.commands.importing.quizzes import (
    BLANK,
    FEEDBACK,
    LINES,
    Asked,
    Gap,
    Quiz,
    UnreadableQuizError,
)
from pipeline.model.late import late

FOLDER = "@@PLUGINFILE@@/"
FULL = 99.9
_GAP = late(r"\{([0-9]*):([A-Z_]+):((?:\\.|[^\\{}])*+)\}", re.DOTALL)
_ANSWER = late(r"(?<!\\)~")
_SHARE = late(r"^(?:=|%(-?[0-9.]+)%)")
_ESCAPED = late(r"\\([}#~/\"\\])")
PLAIN = ("plain_text", "moodle_auto_format")
NUMBERS = ("NUMERICAL", "NM")


def read(data: bytes) -> Quiz:
    """The questions of a quiz."""
    try:
        root = parsed_xml(data)
    except XMLSyntaxError as error:
        raise UnreadableQuizError(f"It is not valid XML: {error}.") from None
    questions: list[Asked] = []
    lost: list[tuple[str, int]] = []
    files: dict[str, bytes] = {}
    title = ""
    for node in root.iterfind("question"):
        kind = node.get("type", "")
        line = int(node.sourceline or 1)
        for file in node.iter("file"):
            files[f"{FOLDER}{file.get('name')}"] = base64.b64decode(file.text or "")
        if kind == "category":
            path = (node.findtext("category/text") or "").replace("//", "\0")
            title = title or path.rpartition("/")[2].replace("\0", "/")
        elif kind in READERS:
            questions.append(READERS[kind](node, _common(node)))
            if any((text.text or "").strip() for text in node.iterfind("answer/feedback/text")):
                lost.append((FEEDBACK, line))
        else:
            lost.append((f"A question of the type `{kind}` is left out.", line))
    return Quiz(title, tuple(questions), files, tuple(lost))


def _text(node: Element, path: str) -> str:
    """A text in HTML, whatever its format is."""
    found = node.find(path)
    text = (found.findtext("text") or "") if found is not None else ""
    is_html = found is None or found.get("format", "html") not in (
        "plain_text",
        "moodle_auto_format",
    )
    return text if is_html else html.escape(text, quote=False)


def _common(node: Element) -> Asked:
    feedback = _text(node, "generalfeedback") or _text(node, "graderinfo")
    points = float(node.findtext("defaultgrade") or 1)
    name = node.findtext("name/text") or ""
    return Asked(name.strip(), _text(node, "questiontext"), answer=feedback, points=points)


def _answers(node: Element) -> list[tuple[str, float]]:
    return [
        (_text(each, "."), float(each.get("fraction", "0"))) for each in node.iterfind("answer")
    ]


def _choice(node: Element, asked: Asked) -> Asked:
    choices = tuple((text, share > 0) for text, share in _answers(node))
    several = (node.findtext("single") or "true").strip() in ("false", "0")
    return asked._replace(choices=choices, several=several)


def _short(node: Element, asked: Asked) -> Asked:
    texts = [each.findtext("text") or "" for each in node.iterfind("answer")]
    shares = [float(each.get("fraction", "0")) for each in node.iterfind("answer")]
    right = (text for text, share in zip(texts, shares, strict=True) if share >= FULL)
    return asked._replace(gaps=(tuple(text.replace("\\*", "*") for text in right),))


def _number(node: Element, asked: Asked) -> Asked:
    answer = node.find("answer")
    value, tolerance = "", "0"
    if answer is not None:
        value, tolerance = answer.findtext("text") or "", answer.findtext("tolerance") or "0"
    return asked._replace(gaps=((_toleranced(value, tolerance),),))


def _toleranced(value: str, tolerance: str) -> str:
    return value if not float(tolerance or 0) else f"{value} ± {tolerance}"


def _matching(node: Element, asked: Asked) -> Asked:
    pairs = tuple(
        (_text(each, "."), html.escape(each.findtext("answer/text") or "", quote=False))
        for each in node.iterfind("subquestion")
    )
    return asked._replace(pairs=pairs)


def _ordering(node: Element, asked: Asked) -> Asked:
    return asked._replace(order=tuple(text for text, _ in _answers(node)))


def _essay(node: Element, asked: Asked) -> Asked:
    lines = node.findtext("responsefieldlines") or ""
    return asked._replace(lines=int(lines) if lines.isdigit() else LINES)


def _cloze(node: Element, asked: Asked) -> Asked:
    gaps: list[Gap] = []
    points = 0.0

    def mark(match: re.Match[str]) -> str:
        nonlocal points
        points += float(match[1] or 1)
        gaps.append(_gap(match[2], html.unescape(match[3])))
        return f"{BLANK}{len(gaps) - 1}{BLANK}"

    prompt = _GAP.sub(mark, asked.prompt)
    each = points / len(gaps) if gaps else 1
    return asked._replace(prompt=prompt, gaps=tuple(gaps), points=points if each != 1 else 1)


def _gap(kind: str, text: str) -> Gap:
    """The right answers of a gap."""
    right: list[str] = []
    for part in _ANSWER.split(text):
        share = _SHARE.match(part)
        answer = re.split(r"(?<!\\)#", part[share.end() :] if share else part)[0]
        if share and float(share[1] or 100) >= FULL:
            right.append(_ESCAPED.sub(r"\1", answer))
    if kind in NUMBERS and right:
        value, _, tolerance = right[0].partition(":")
        return (_toleranced(value, tolerance or "0"),)
    return tuple(right)


def _true_or_false(node: Element, asked: Asked) -> Asked:
    choices = tuple((text.capitalize(), share > 0) for text, share in _answers(node))
    return asked._replace(choices=choices)


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
