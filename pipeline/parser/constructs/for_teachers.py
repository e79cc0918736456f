"""Content for teachers, answers and notes, and blocks that resemble it, and content for some levels
of a worksheet: in the core, since it is withheld from pupils whatever features there are."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import Answer, Block, Container, TeacherNote
from pipeline.model.codes import Code
from pipeline.model.secrets import Secret, meaning_of, secret_block
from pipeline.model.tree import FOR_TEACHERS, LEVEL
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


def level(parts: Parts) -> tuple[Block, ...]:
    """Blocks for pupils of the levels that stand after the name."""
    attributes = parts.attributes
    levels = " ".join(parts.argument.split()) or attributes.get(LEVEL)
    if not levels:
        message = "`::: level` names no level: only teachers get its content."
        hint = "Write a level of the front matter after it, as in `::: level support`."
        parts.report(Code.BAD_ATTRIBUTE, message, parts.span, hint)
    pairs = (*attributes.without({LEVEL}).pairs, (LEVEL, levels))
    attributes = replace(attributes, pairs=pairs)
    return (Container(name=LEVEL, children=parts.children, span=parts.span, attributes=attributes),)


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
