"""Content for teachers, answers and notes, and blocks that resemble it: in the core, since it is
withheld from pupils whatever features there are."""

from __future__ import annotations

from pipeline.model import Answer, Block, TeacherNote
from pipeline.model.secrets import Secret, meaning_of, secret_block
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser.constructs.boxes import report_resemblance, title_of
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.unguarded import announces_answer


def answer(parts: Parts) -> tuple[Block, ...]:
    """An answer; text after the name is set in bold before the rest, as in containers."""
    children = parts.headed
    return (Answer(children=children, span=parts.span, attributes=parts.attributes),)


def teacher(parts: Parts) -> tuple[Block, ...]:
    """A note for teachers; text after the name is its title."""
    title, attributes = title_of(parts)
    return (
        TeacherNote(title=title, children=parts.children, span=parts.span, attributes=attributes),
    )


def guessed(parts: Parts) -> tuple[Block, ...] | None:
    """A block with an unknown name that resembles one for an answer, as an answer: withholding too
    much from students is better than showing too much. Otherwise None."""
    secret = secret_block(parts.name)
    if not secret:
        whole = meaning_of(f"{parts.name} {parts.argument}") or meaning_of(parts.argument)
        if whole or announces_answer(parts.argument):
            secret = Secret(whole or "answer", sure=False)
    if not secret or parts.name in ("", *FOR_TEACHERS):
        return None
    name = f"{parts.name} {parts.argument}".strip()
    report_resemblance("::: {}", name, secret.meaning, parts.span, parts.report)
    return (answer if secret.meaning == "answer" else teacher)(parts)
