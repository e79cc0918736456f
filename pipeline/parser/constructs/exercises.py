"""Exercises, and content for teachers: answers and notes."""

from __future__ import annotations

from pipeline.model import Answer, Block, Exercise, TeacherNote
from pipeline.model.codes import Code
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser.constructs.boxes import title_of
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.constructs.questions import gathered
from pipeline.parser.secrets import Secret, meaning_of, secret_block

KINDS = {"answer": "an answer", "teacher": "a teacher's note"}
"""The parts that only teachers get."""


def exercise(parts: Parts) -> tuple[Block, ...]:
    title, attributes = title_of(parts)
    children = gathered(parts.children)
    return (Exercise(title=title, children=children, span=parts.span, attributes=attributes),)


def answer(parts: Parts) -> tuple[Block, ...]:
    """An answer; text after the name is set in bold before the rest, as in containers."""
    children = parts.headed
    found = Answer(children=children, span=parts.span, attributes=parts.attributes)
    return (found,) if children else ()


def teacher(parts: Parts) -> tuple[Block, ...]:
    title, attributes = title_of(parts)
    found = TeacherNote(
        title=title, children=parts.children, span=parts.span, attributes=attributes
    )
    return (found,) if title or parts.children else ()


def guessed(parts: Parts) -> tuple[Block, ...]:
    """A block with an unknown name that resembles one for an answer, as an answer: withholding too
    much from students is better than showing too much. Otherwise nothing."""
    found = secret_block(parts.name)
    if not found:
        whole = meaning_of(f"{parts.name} {parts.argument}") or meaning_of(parts.argument)
        found = Secret(whole, sure=False) if whole else None
    if not found or parts.name in ("", *FOR_TEACHERS):
        return ()
    written = f"::: {parts.name} {parts.argument}".strip()
    message = (
        f"`{written}` is withheld from students, because its name resembles one for "
        f"{KINDS[found.meaning]}."
    )
    hint = f"Write `::: {found.meaning}` if that is right; otherwise rename the block."
    parts.report(Code.NEARLY_SECRET, message, parts.span, hint)
    return (answer if found.meaning == "answer" else teacher)(parts)
