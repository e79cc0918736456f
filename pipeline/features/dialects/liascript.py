"""LiaScript: quizzes, hints and their explanations; what is only spoken or animated is left out."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.features.dialects import lessons
from pipeline.model import Answer, Block, Choices, Document, Emphasis, Exercise, Paragraph, Text
from pipeline.model.diagnostics import covering
from pipeline.model.late import late
from pipeline.parser.blockparser import LineProcessor
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing
from pipeline.parser.inlines.blanks import AnswerPart, BlankSpan
from pipeline.parser.inlines.patterns import Pattern, Result
from pipeline.parser.lines import Cursor

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
            span = covering(before.span, block.span)
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
    pairs=(LinePair(late(r"\*{4,}"), lessons.closing(r"\*{4,}"), "answer"),),
    standing=(
        Standing(late(_SPOKEN)),
        Standing(late(r"\{\{\d+(?:-\d+)?\}\}")),
    ),
)
