"""Blanks to fill in, ``____`` or ``____{answer}``, and variables, ``{{ name }}``.

Four underscores are a blank anywhere, three only apart from other text. Next to a letter or digit
they are text; with an answer they may be part of a word (``go____{es}``). Other content of double
braces, as in templates of other programs, is text, but several words were meant as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.model.removal import closing_brace
from pipeline.model.variables import CALCULATION, INCLUDE, NAME
from pipeline.parser import attributes
from pipeline.parser.characters import UNSEEN, unescape
from pipeline.parser.inlines.math import FORMULA, is_formula
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

_NAMES = late(rf"{NAME}(?:[ \t]+[\w-]+)*|{CALCULATION}")
_APART_BEFORE, _APART_AFTER = (late(r"[\s(\[“„«=:/$€£]|\Z"), late(r"[\s)\].,;:!?”“»%/=]|\Z"))
"""Characters next to three underscores that are not emphasis."""

_SPACED = late(rf"[ \t{UNSEEN}]+(?=\{{(?!\{{))")
_PART = late(rf"\\.|{FORMULA}", re.DOTALL)
_COMMENT = late(r"(?<!\\)<!--(?:(?!-->).)*+(?:-->)?", re.DOTALL)
_INCLUDE = late(rf"{INCLUDE}(?:[ \t]|$)")


class AnswerPart(NamedTuple):
    """A piece of an answer: text, or a formula at an ``offset`` from the blank's beginning."""

    text: str
    offset: int = 0


class BlankSpan(InlineSpan):
    answer: tuple[AnswerPart, ...] = ()


def _blank(m: re.Match[str], data: str) -> Result:
    before, after = data[max(0, m.start() - 1) : m.start()], data[m.end() : m.end() + 1]
    if before == "_":  # the rest of a run that was escaped
        return m[0]
    is_apart = _APART_BEFORE.match(before) and _APART_AFTER.match(after)
    if len(m[0]) == 3 and after != "{" and not is_apart:
        return None  # emphasis
    blank = BlankSpan("blank", length=str(len(m[0])))
    begin = m.end()
    if after != "{":
        spaced = _SPACED.match(data, begin)
        if spaced is None or attributes.read(data, spaced.end()):
            return None if before.isalnum() or after.isalnum() else blank
        begin = spaced.end()
        blank.set("spaced", "yes")
    end = closing_brace(data, begin)
    if end is None:  # all that follows may be the answer, and must not be shown
        blank.set("open", "yes")
        return blank, len(data)
    blank.answer = tuple(_parts(data[begin + 1 : end], begin + 1 - m.start()))
    return blank, end + 1


def _parts(answer: str, offset: int) -> Iterator[AnswerPart]:
    """The text and the formulas of an answer, which begins ``offset`` characters after its blank's
    beginning."""
    pos = 0
    for m in _PART.finditer(answer) if "$" in answer else ():
        if m[1] and is_formula(answer, m.start(), m.end() - 1):
            yield AnswerPart(_said(answer[pos : m.start()]))
            yield AnswerPart(m[1], offset + m.start())
            pos = m.end()
    yield AnswerPart(_said(answer[pos:]))


def _said(text: str) -> str:
    """The text of an answer without its comments, which no output contains."""
    text = _COMMENT.sub(lambda m: "" if m[0].endswith("-->") else m[0], text)
    return unescape(text)


def _variable(m: re.Match[str], data: str) -> Result:
    """An include that is not alone on its line looks like a variable too."""
    name = m[1].strip(" \t")
    if data[m.start() - 1 : m.start()] == "{" or data.startswith("}", m.end()):
        return None
    if _INCLUDE.match(name):
        return InlineSpan("include", m[0])
    return InlineSpan("variable", name=name) if _NAMES.fullmatch(name) else None


PATTERNS = {
    "blank": Pattern("_", r"_{3,}", _blank),
    "variable": Pattern("{", r"\{\{([^{}\n]{1,300})\}\}", _variable),
}
