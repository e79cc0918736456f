"""Leanpub's Markua: asides and blurbs, quizzes with a capital letter at the right answer."""

from __future__ import annotations

import re

from pipeline import model
from pipeline.features.dialects import lessons
from pipeline.model import Block, Choices
from pipeline.model.late import late
from pipeline.parser import constructs
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.constructs.choices import attach_prompts
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing
from pipeline.parser.lines import Cursor

QUIZ = "leanpub-quiz"

_PREFIX = late(r"([ABDEIQTWX])>[ \t]?")
_BOXES = {
    "B": "note", "D": "question", "E": "caution", "I": "info", "Q": "question", "T": "tip",
    "W": "warning", "X": "example",
}  # fmt: skip
_CHOICE = late(r"([A-Za-z])([.)])[ \t]+(?=\S)")
_QUESTION = late(r"\?[ \t]+(?=\S)")


class PrefixedProcessor(LineProcessor):
    """A box whose lines all begin with a letter and ``>``: ``W> Mind the step.``"""

    begins = "".join(("A", *_BOXES))
    container = True

    def start(self, cursor: Cursor) -> bool:
        match = _PREFIX.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        name = _BOXES.get(match[1], "sidebar")
        self.open(cursor, "container", name=name, prefix=match[1], closed="yes")
        _skip(cursor, match)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        match = _PREFIX.match(cursor.rest)
        if not match or match[1] != block.get("prefix"):
            return Match.NO
        _skip(cursor, match)
        return Match.YES


def _skip(cursor: Cursor, match: re.Match[str]) -> None:
    cursor.skip_indent()
    cursor.skip_chars(match.end())


class ChoiceProcessor(LineProcessor):
    """A choice in a quiz, which becomes an item of a list of choices; a question becomes text."""

    def may_start(self, cursor: Cursor) -> bool:
        return any(block.get("name") == QUIZ for block in self.parser.open)

    def start(self, cursor: Cursor) -> bool:
        if match := _CHOICE.match(cursor.rest):
            cursor.rewrite(match.end(), "- (x) " if match[1].isupper() else "- ( ) ")
        elif match := _QUESTION.match(cursor.rest):
            self.parser.close_unmatched()
            cursor.rewrite(match.end(), "")
        return False


def quiz(parts: Parts) -> tuple[Block, ...]:
    """An exercise; its first heading is the title."""
    title, children = parts.titled[0], parts.children
    if children and isinstance(children[0], model.Heading):
        title, children = children[0].children, children[1:]
    children = attach_prompts(tuple(map(_with_several, children)))
    exercise = parts._replace(name="exercise", argument="", heading=title, children=children)
    return constructs.container(exercise)


def _with_several(block: Block) -> Block:
    """Choices of which several are right, as such."""
    if not isinstance(block, Choices):
        return block
    rights = [item for item in block.items if item.correct]
    return model.Choices(
        items=block.items, prompt=block.prompt, multiple=len(rights) > 1, span=block.span
    )


LEANPUB = Dialect(
    names=("Leanpub",),
    begins=frozenset("{"),
    signs=(
        Sign("{", late(r"(?m)^\{/?(?:quiz|aside|blurb)\b[^{}\n]*\}[ \t]*$")),
        Sign("> ", late(r"(?m)^([AWTEDIQX])> [^\n]+\n\1> ")),
        Sign("matter}", late(r"(?m)^\{(?:front|main|back)matter\}[ \t]*$")),
    ),
    blocks={"leanpub-box": PrefixedProcessor, "leanpub-choice": ChoiceProcessor},
    pairs=(
        LinePair(late(r"\{aside\}"), lessons.closing(r"\{/aside\}"), "sidebar"),
        LinePair(
            late(r"\{blurb(?:, *class: *\"?(?P<kind>[a-z]++)\"?+)?+[^{}]*+\}"),
            lessons.closing(r"\{/blurb\}"),
        ),
        LinePair(late(r"\{quiz[^{}]*\}"), lessons.closing(r"\{/quiz\}"), QUIZ),
        LinePair(late(r"\{exercise[^{}]*\}"), lessons.closing(r"\{/exercise\}"), QUIZ),
    ),
    standing=(
        Standing(late(r"\{pagebreak\}"), "page-break"),
        Standing(late(r"\{(?:front|main|back)matter\}|\{sample: *(?:true|false)\}")),
    ),
    containers={QUIZ: quiz},
    boxes={"discussion": "question", "information": "info", "center": "note"},
)
