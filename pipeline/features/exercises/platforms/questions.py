"""The questions of a document as learning platforms have them: a flat, typed list."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from pipeline.model import Answered, Block, Paragraph, Text
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import answer_text
from pipeline.model.words import understood_in
from pipeline.model.words.writing_conventions import typings, writing

Kind: TypeAlias = Literal[
    "single", "several", "gaps", "short", "number", "matching", "ordering", "long"
]
Content: TypeAlias = tuple[Block, ...]


class Option(NamedTuple):
    """A choice; one that ``is_fixed`` keeps its place."""

    content: Content
    is_right: bool
    is_fixed: bool = False


class Quantity(NamedTuple):
    """A number and how far another may be from it, with decimal points."""

    value: str
    tolerance: str = "0"


class Gap(NamedTuple):
    """A gap: its right ``answers``, of which one may be a ``number``."""

    answers: tuple[str, ...]
    number: Quantity | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The texts that are right, however their signs are typed."""
        return tuple(dict.fromkeys(way for answer in self.answers for way in typings(answer)))


class Question(NamedTuple):
    """A question. The ``prompt`` has a `Blank` for each of ``gaps``, in their order; questions of
    the kinds short and number have one gap, which is at the end and not in the prompt. ``pairs``
    and what stands in ``order`` are right, ``extra`` belongs to nothing. ``answer`` is the answer
    to a long question, or what there is to say about another. ``points`` are 0 if nobody says how
    many there are, ``lines`` if there are none to write on; in a ``drawing`` there is no text."""

    kind: Kind
    name: str
    prompt: Content
    span: Span | None = None
    points: Fraction = Fraction(0)
    choices: tuple[Option, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pairs: tuple[tuple[Content, Content], ...] = ()
    extra: tuple[Content, ...] = ()
    order: tuple[Content, ...] = ()
    answer: Content = ()
    lines: int = 0
    drawing: bool = False

    @property
    def is_shuffled(self) -> bool:
        """Return whether choices may change places where a platform can only move all of them."""
        return not any(choice.is_fixed for choice in self.choices)

    @property
    def unanswered(self) -> Question:
        """The question with a sign in place of each answer. Choices, and things to match or order,
        are public, and so is which of them are right, since they are no text."""
        gap = Gap((UNKNOWN,))
        answer = (Paragraph(children=(Text(text=UNKNOWN),)),) if self.answer else ()
        return self._replace(gaps=(gap,) * len(self.gaps), answer=answer)


UNKNOWN = "?"
"""Stands for an answer."""


_DIGITS = r"(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?"
_NUMBER = late(rf"([+\-−]?{_DIGITS})(?:\s*(?:±|\+/?-)\s*({_DIGITS}))?")


def gap_of(answer: Answered, lang: str) -> Gap:
    """The gap with an answer: a number, perhaps with a tolerance (`3.14 ± 0.01`), or texts between
    which the language's word for “or” stands."""
    text = " ".join(answer_text(answer).split())
    decimal = writing(lang).decimal
    match = _NUMBER.fullmatch(text)
    if match and ("," if decimal == "." else ".") not in text:
        value, tolerance = (part.replace(",", ".").replace("−", "-") for part in match.groups("0"))
        return Gap((text,), Quantity(value.removeprefix("+"), tolerance))
    words = "|".join(map(re.escape, understood_in(lang, "alternative"))) or "(?!)"
    return Gap(tuple(filter(None, map(str.strip, re.split(rf"\s(?:{words})\s", text)))))
