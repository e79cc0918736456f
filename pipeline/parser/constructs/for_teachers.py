"""Content for teachers, answers and notes, and blocks that resemble it, and content for some levels
of a worksheet: in the core, since it is withheld from pupils whatever features there are."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import Answer, Block, Container, TeacherNote
from pipeline.model.codes import Code
from pipeline.model.tree import LEVEL
from pipeline.parser.constructs.parts import Parts, headed
from pipeline.parser.names import likely_secret


def answer(parts: Parts) -> tuple[Block, ...]:
    """An answer; its title is set in bold before the rest, as in containers."""
    title, attributes = parts.titled
    blocks = headed(title, parts.children, parts.span)
    return (Answer(children=blocks, span=parts.span, attributes=attributes),)


def teacher(parts: Parts) -> tuple[Block, ...]:
    """A note for teachers; text after the name is its title."""
    title, attributes = parts.titled
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


def guessed(parts: Parts, form: str = "::: {}") -> tuple[Block, ...] | None:
    """A block with an unknown name that means an answer or only resembles one for it, as an answer:
    withholding too much from students is better than showing too much. Otherwise None. Such names
    are written in the ``form``."""
    secret = likely_secret(parts.name, parts.argument)
    if not secret or not parts.name:
        return None
    if not secret.sure:
        name = f"{parts.name} {parts.argument}".strip()
        message = (
            f"`{form.format(name)}` is withheld from students, because its name resembles one for "
            f"{_KINDS[secret.meaning]}."
        )
        hint = (
            f"Write `{form.format(secret.meaning)}` if that is right; otherwise rename the block."
        )
        parts.report(Code.NEARLY_SECRET, message, parts.span, hint)
    return (answer if secret.meaning == "answer" else teacher)(parts)


_KINDS = {"answer": "an answer", "teacher": "a teacher's note"}
"""The parts that only teachers get."""
