"""A reader of the gaps of a question for Moodle, which goes by its steps: it looks for the first
gap, takes it out, and so on; of each answer, references to characters are read after its end is
found. Typed texts are compared as its short answers are."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

_FREE = r"(?<!\\|&)(?<!&amp;)"
_ANSWER = rf"(?:=|%-?\d+(?:[.,]\d*)?%)?.+?{_FREE}(?=[~#}}])(?:#.*?(?<!\\)(?=[~}}]))?"
_GAP = re.compile(
    rf"\{{(\d*):(NUMERICAL|NM|SHORTANSWER|SA|MW):({_ANSWER}(?:~{_ANSWER})*)\}}", re.DOTALL
)
_EACH = re.compile(
    rf"~?(=|%(-?\d+(?:[.,]\d*)?)%)?(.+?){_FREE}(?=[~#]|$)(#.*?(?<!\\)(?=~|$))?", re.DOTALL
)


def gaps_of(text: str) -> Iterator[list[str]]:
    """The right answers of each gap: texts, with stars for anything, or a number and how far
    another may be from it."""
    while match := _GAP.search(text):
        yield [
            html.unescape(each[3]).replace(r"\}", "}").replace(r"\#", "#")
            for each in _EACH.finditer(match[3])
            if each[1] == "="
        ]
        text = f"{text[: match.start()]}{text[match.end() :]}"


def accepts(answers: list[str], typed: str) -> bool:
    """Return whether one of the answers of a gap for text is what was typed."""
    return any(re.fullmatch(_pattern(answer), _normal(typed), re.IGNORECASE) for answer in answers)


def _pattern(answer: str) -> str:
    parts = re.split(r"(?<!\\)\*+", _normal(answer))
    return ".*".join(re.escape(part.replace(r"\*", "*")) for part in parts)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
