"""Leanpub's Markua and LiaScript: quizzes, hints and their explanations."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline import model
from pipeline.features.dialects import lessons
from pipeline.model import Answer, Block, Choices, Document, Emphasis, Exercise, Paragraph, Text
from pipeline.model.diagnostics import span_over
from pipeline.model.late import late
from pipeline.parser import constructs
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.constructs.choices import attach_prompts
from pipeline.parser.constructs.source_parts import SourceParts
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing
from pipeline.parser.inlines import AnswerPart, BlankSpan
from pipeline.parser.leaf_text import Pattern, Result
from pipeline.parser.lines import Cursor

# --- leanpub ---------------------------------------------------------------------------------
# Leanpub's Markua: asides and blurbs, quizzes with a capital letter at the right answer.

QUIZ = "leanpub-quiz"

_PREFIX = late(r"([ABDEIQTWX])>[ \t]?")
_BOXES = {
    "B": "note", "D": "question", "E": "caution", "I": "info", "Q": "question", "T": "tip",
    "W": "warning", "X": "example",
}  # fmt: skip
_MARKUA_CHOICE = late(r"([A-Za-z])([.)])[ \t]+(?=\S)")
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
        if match := _MARKUA_CHOICE.match(cursor.rest):
            cursor.rewrite(match.end(), "- (x) " if match[1].isupper() else "- ( ) ")
        elif match := _QUESTION.match(cursor.rest):
            self.parser.close_unmatched()
            cursor.rewrite(match.end(), "")
        return False


def quiz(parts: SourceParts) -> tuple[Block, ...]:
    """An exercise; its first heading is the title."""
    title, children = parts.titled[0], parts.children
    if children and isinstance(children[0], model.Heading):
        title, children = children[0].children, children[1:]
    children = attach_prompts(tuple(map(_with_several, children)))
    exercise = replace(parts, name="exercise", argument="", heading=title, children=children)
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
        LinePair(late(r"\{aside\}"), lessons.closing_of(r"\{/aside\}"), "sidebar"),
        LinePair(
            late(r"\{blurb(?:, *class: *\"?(?P<kind>[a-z]++)\"?+)?+[^{}]*+\}"),
            lessons.closing_of(r"\{/blurb\}"),
        ),
        LinePair(late(r"\{quiz[^{}]*\}"), lessons.closing_of(r"\{/quiz\}"), QUIZ),
        LinePair(late(r"\{exercise[^{}]*\}"), lessons.closing_of(r"\{/exercise\}"), QUIZ),
    ),
    standing=(
        Standing(late(r"\{pagebreak\}"), "page-break"),
        Standing(late(r"\{(?:front|main|back)matter\}|\{sample: *(?:true|false)\}")),
    ),
    containers={QUIZ: quiz},
    boxes={"discussion": "question", "information": "info", "center": "note"},
)


# --- liascript -------------------------------------------------------------------------------
# LiaScript: quizzes, hints and their explanations; what is only spoken or animated is left out.

_CHOICE = late(r"(?:[-*+][ \t]+)?\[([(\[])([ xX])[)\]]\][ \t]+(?=\S)")
_HINT = late(r"\[\[\?\]\][ \t]+(?=\S)")
_GAP = r"\[\[(?![ xX?]\]\])([^\[\]{}|\n]{1,200})\]\](?![(\[])"
_GAP_ALONE = late(rf"{_GAP}[ \t]*$")
_HINTS = "Hint:"
_SPOKEN = r"--\{\{\d+(?: [^{}]*)?\}\}--"


class QuizProcessor(LineProcessor):
    """A line of a quiz, at any indentation: it becomes a choice or a hint, or is a gap to fill in,
    and no code."""

    begins = "[-*+"

    def may_start(self, cursor: Cursor) -> bool:
        return bool(cursor.char) and cursor.char in self.begins

    def start(self, cursor: Cursor) -> bool:
        if match := _CHOICE.match(cursor.rest):
            self._end_choice()
            mark = "x" if match[2] in "xX" else " "
            cursor.rewrite(match.end(), f"- ({mark}) " if match[1] == "(" else f"- [{mark}] ")
        elif match := _HINT.match(cursor.rest):
            self._end_choice()
            self.parser.close_unmatched()
            cursor.rewrite(match.end(), f"*{_HINTS}* ")
        elif match := _GAP_ALONE.match(cursor.rest):
            cursor.rewrite(match.end(), match[0])
        return False

    def _end_choice(self) -> None:
        """Have the line continue no choice, however far it is indented."""
        for number, block in enumerate(self.parser.open[: self.parser.matched]):
            if block.tag == "li" and _CHOICE.match(self.parser.record.lines[block.line].lstrip()):
                self.parser.matched = number
                return


def _gap(match: re.Match[str], data: str) -> Result:
    """A gap: an answer that would otherwise look like a link."""
    blank = BlankSpan("blank", length="6")
    blank.answer = (AnswerPart(match[1].strip(), 2),)
    return blank


def _is_hint(block: Block) -> bool:
    first = block.children[0] if isinstance(block, Paragraph) and block.children else None
    return isinstance(first, Emphasis) and first.children == (Text(text=_HINTS),)


def _as_exercises(document: Document) -> Document:
    """The document with each quiz, and the hints and the explanation after it, as an exercise."""
    blocks: list[Block] = []
    for block in document.blocks:
        before = blocks[-1] if blocks else None
        if isinstance(block, Choices):
            blocks.append(Exercise(children=(block,), span=block.span))
        elif isinstance(before, Exercise) and (isinstance(block, Answer) or _is_hint(block)):
            span = span_over(before.span, block.span)
            blocks[-1] = replace(before, children=(*before.children, block), span=span)
        else:
            blocks.append(block)
    return replace(document, blocks=tuple(blocks))


LIASCRIPT = Dialect(
    names=("LiaScript",),
    begins=frozenset("*-{"),
    signs=(
        Sign("[[", late(r"(?m)^[ \t]*\[\[[ X]\]\] \S")),
        Sign("[(", late(r"(?m)^[ \t]*(?:[-*+] )?\[\([ X]\)\] \S")),
        Sign("--{{", late(rf"(?m)^[ \t]*{_SPOKEN}")),
    ),
    blocks={"quiz": QuizProcessor},
    inlines={"liascript-gap": Pattern("[", _GAP, _gap)},
    ticks_are_choices=True,
    indented=True,
    settle=(_as_exercises,),
    pairs=(LinePair(late(r"\*{4,}"), lessons.closing_of(r"\*{4,}"), "answer"),),
    standing=(
        Standing(late(_SPOKEN)),
        Standing(late(r"\{\{\d+(?:-\d+)?\}\}")),
    ),
)
