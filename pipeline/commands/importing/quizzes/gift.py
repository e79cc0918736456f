"""GIFT: https://docs.moodle.org/en/GIFT_format."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pipeline.commands.importing.files import decode_text
from pipeline.commands.importing.quizzes.asked import (
    FEEDBACK,
    FULL,
    LINES,
    NONE_RIGHT,
    PARTS,
    Asked,
    AskedGap,
    Lost,
    Quiz,
    choices_of,
    gap_mark,
    html_of,
    number_gap,
)
from pipeline.model.late import late

_ESCAPED = late(r"\\([\\~=#{}:n])")
_QUESTION = late(
    r"^\s*+(?:::((?:\\.|(?!::).)*+)::)?\s*+(?:\[(html|markdown|plain|moodle)\])?"
    r"((?:\\.|[^\\{}])*+)(?:\{((?:\\.|[^\\{}])*+)\}((?:\\.|[^\\{}])*+))?$",
    re.DOTALL,
)
_PART = late(r"(?<!\\)(?=[=~])")
_NUMBER = r"-?(?:[0-9]++(?:\.[0-9]++)?+|\.[0-9]++)"
_WEIGHT = late(rf"%({_NUMBER})%")
_RANGE = late(rf"({_NUMBER})(?::({_NUMBER})|\.\.({_NUMBER}))?")
_WITH_FEEDBACK = late(r"(?:\\.|[^\\=~])*+[=~](?:\\.|[^\\#])*+#", re.DOTALL)
_CATEGORY = "$CATEGORY:"


def read(data: bytes) -> Quiz:
    """The questions, which blank lines separate."""
    text = decode_text(data).replace("\r\n", "\n")
    questions: list[Asked] = []
    lost: list[Lost] = []
    title = ""
    for line, entry in _entries(text):
        if entry.startswith(_CATEGORY):
            title = title or entry.removeprefix(_CATEGORY).replace("//", "\0").rpartition("/")[2]
            continue
        match = _QUESTION.match(entry)
        if match is None or match[4] is None:
            lost.append(Lost(f"“{entry[:40]}” is no question, and is left out.", line))
        else:
            asked = _read_question(match)
            questions.append(asked)
            if _WITH_FEEDBACK.match(_divide(match[4], "####")[0]):
                lost.append(Lost(FEEDBACK, line))
            shares = [_share(f"={weight[0]}") for weight in _WEIGHT.finditer(match[4])]
            if not asked.several and any(0 < share < FULL for share in shares):
                lost.append(Lost(PARTS, line))
            if not asked.is_answered:
                lost.append(Lost(NONE_RIGHT, line))
    return Quiz(title.replace("\0", "/").strip(), tuple(questions), {}, tuple(lost))


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """The parts between blank lines, with their lines, without comments."""
    lines: list[str] = []
    start = 1
    for number, line in enumerate((*text.split("\n"), ""), start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.startswith(_CATEGORY):
            yield number, line
        elif line.strip():
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield start, "\n".join(lines)
            lines = []


def _read_question(match: re.Match[str]) -> Asked:
    name, kind, before, inside, after = match.groups()
    inside, _, general = _divide(inside, "####")
    answer = _markup(general, kind)
    gap = gap_mark(0) if after.strip() else ""
    prompt = _markup(f"{before}{gap}{after}", kind)
    asked = Asked(_plain(name or ""), prompt, answer=answer)
    stripped = inside.strip()
    if not stripped:
        return asked._replace(lines=LINES)
    if stripped.startswith("#"):
        return asked._replace(gaps=(_number(stripped[1:]),))
    if stripped.partition("#")[0].strip().upper() in ("T", "TRUE", "F", "FALSE"):
        is_true = stripped[0].upper() == "T"
        return asked._replace(choices=(("True", is_true), ("False", not is_true)))
    parts = [part for part in _PART.split(stripped) if part.strip()]
    if all("->" in part and not _WEIGHT.match(part[1:].lstrip()) for part in parts):
        sides = (part[1:].partition("->") for part in parts)
        pairs = tuple((_markup(a, kind), html.escape(_plain(b))) for a, _, b in sides)
        return asked._replace(pairs=pairs)
    shares = [_share(part) for part in parts]
    texts = [_WEIGHT.sub("", _divide(part[1:], "#")[0].strip(), count=1) for part in parts]
    if all(part.startswith("=") for part in parts):
        right = (text for text, share in zip(texts, shares, strict=True) if share >= FULL)
        return asked._replace(
            gaps=(AskedGap(tuple(_plain(text).replace("\\*", "*") for text in right)),)
        )
    several = max(shares) < FULL
    markup = (_markup(text, kind) for text in texts)
    return asked._replace(choices=choices_of(markup, shares, several=several), several=several)


def _share(part: str) -> float:
    weight = _WEIGHT.match(part[1:].lstrip())
    return float(weight[1]) if weight else 100.0 * (part[0] == "=")


def _number(text: str) -> AskedGap:
    """The answer to a question for a number."""
    match = _RANGE.search(text)
    if match is None:
        return AskedGap((_plain(text),))
    value, tolerance, high = match.groups()
    return (
        number_gap(value, "0", f"{float(high) - float(value)}")
        if high
        else number_gap(value, tolerance)
    )


def _divide(text: str, mark: str) -> tuple[str, str, str]:
    """A text before and after a mark that is not escaped."""
    match = re.search(rf"(?<!\\){re.escape(mark)}", text)
    return (text[: match.start()], mark, text[match.end() :]) if match else (text, "", "")


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], text).strip()


def _markup(text: str, kind: str | None) -> str:
    unescaped = _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], text)
    return html_of(unescaped, kind or "plain")
