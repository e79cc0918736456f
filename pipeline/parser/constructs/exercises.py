"""Exercises, and what only teachers get: answers and notes."""

from __future__ import annotations

from pipeline.codes import Code
from pipeline.model import Answer, Block, Exercise, Paragraph, Strong, TeacherNote
from pipeline.parser.constructs.boxes import title_of
from pipeline.parser.constructs.parts import Parts
from pipeline.suggestions import nearest

SECRET = ("answer", "teacher")
"""The names of the blocks that students do not get."""

MISSPELT = 0.8
"""How like one of them a name must be to be taken for a slip: `answers` is, `other` is not."""


def exercise(parts: Parts) -> tuple[Block, ...]:
    title, attributes = title_of(parts)
    found = Exercise(title=title, children=parts.children, span=parts.span, attributes=attributes)
    return (found,)


def answer(parts: Parts) -> tuple[Block, ...]:
    """What follows the name stands in bold before the rest, as in containers."""
    children = parts.children
    if title := parts.title:
        children = (Paragraph(children=(Strong(children=title),), span=parts.span), *children)
    found = Answer(children=children, span=parts.span, attributes=parts.attributes)
    return (found,) if children else ()


def teacher(parts: Parts) -> tuple[Block, ...]:
    title, attributes = title_of(parts)
    found = TeacherNote(
        title=title, children=parts.children, span=parts.span, attributes=attributes
    )
    return (found,) if title or parts.children else ()


def warn_of_slips(parts: Parts) -> bool:
    """A block whose name is nearly ``answer`` or ``teacher`` is an ordinary one, and goes to
    students: that may well be a slip. Whether there was one."""
    meant = nearest(parts.name, SECRET, MISSPELT) if parts.name else ""
    if meant:
        message = f"`::: {parts.name}` is an ordinary block, which students get too."
        parts.report(Code.NEARLY_SECRET, message, parts.span, f"Did you mean `::: {meant}`?")
    return bool(meant)
