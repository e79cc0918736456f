"""The Raspberry Pi Foundation's lessons: ``--- task ---`` to ``--- /task ---``, and the like."""

from __future__ import annotations

import functools

from pipeline import model
from pipeline.features.dialects import lessons
from pipeline.model import NO_ATTRIBUTES, Attributes, Block
from pipeline.model.late import late
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match, VerbatimProcessor
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing, ToldMark
from pipeline.parser.lines import Cursor

BEGIN, _STOP = r"(?:#{1,6}[ \t]+)?\\?---[ \t]+", r"[ \t]+\\?---"
"""The text around the name of a mark: in translated lessons also a backslash before each row of
hyphens, and the beginning of a heading, where the mark had a line of hyphens below it."""

_CODE = late(rf"{BEGIN}code{_STOP}[ \t]*$")
_CHOICE = late(r"[-*+][ \t]+\(([ \txX]?)\)(?:[ \t]+|$)")
_END = late(rf"[ \t]*{BEGIN}/code{_STOP}[ \t]*$")
_OPTION = late(r"([a-z_]{1,40}):[ \t]*+(.*)$")


class CodeProcessor(VerbatimProcessor):
    """Code with its language, file name and marked lines; ``state`` are its attributes."""

    begins = "-\\#"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        if not _CODE.match(cursor.rest) or not self.parser.comes_later(_END):
            return False
        self.open(cursor, "pre", indent=str(cursor.indent))
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if _END.match(cursor.remainder):
            return Match.END
        cursor.skip_columns(min(int(block.get("indent", "0")), cursor.indent))
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        lines = [line.strip() for line in block.lines]
        options: dict[str, str] = {}
        if lines[:1] == ["---"] and "---" in lines[1:]:
            end = lines.index("---", 1)
            matches = filter(None, map(_OPTION.match, lines[1:end]))
            options = {match[1]: match[2].strip("\"' ") for match in matches}
            del block.lines[: end + 1]
        while block.lines and not block.lines[0].strip():
            del block.lines[0]
        while block.lines and not block.lines[-1].strip():
            del block.lines[-1]
        block.set("language", options.get("language", ""))
        block.state = _attributes(options)


class LessonChoiceProcessor(LineProcessor):
    """A choice of a quiz, up to the next one, however its text is indented."""

    begins = "-*+"
    container = True

    def may_start(self, cursor: Cursor) -> bool:
        is_in_quiz = any(block.get("name") == "rp-choices" for block in self.parser.open)
        return is_in_quiz and super().may_start(cursor)

    def start(self, cursor: Cursor) -> bool:
        match = _CHOICE.match(cursor.rest)
        if match is None or self.parser.too_deep(cursor):
            return False
        name = "rp-right" if match[1] in ("x", "X") else "rp-wrong"
        self.open(cursor, "container", name=name, closed="yes")
        cursor.skip_indent()
        cursor.skip_chars(match.end())
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        tip = self.parser.tip
        is_code = tip is not block and tip.processor and tip.processor.waits_for_end(tip)
        if not is_code and _CHOICE.match(cursor.rest):
            return Match.NO
        cursor.skip_columns(min(2, cursor.indent))
        return Match.YES


def choices(parts: Parts) -> tuple[Block, ...]:
    """The choices of a quiz, of which each is a block."""
    given = [
        (node, node.name == "rp-right")
        for node in parts.children
        if isinstance(node, model.Container) and node.name in ("rp-right", "rp-wrong")
    ]
    if not given:
        return parts.children
    items = tuple(
        model.Choice(children=node.children, correct=is_right, span=node.span)
        for node, is_right in given
    )
    several = sum(is_right for _, is_right in given) > 1
    return (model.Choices(items=items, multiple=several, span=parts.span),)


def _attributes(options: dict[str, str]) -> Attributes:
    """The attributes of code for its options."""
    names = {"filename": "filename", "line_number_start": "start", "line_highlights": "mark"}
    pairs = tuple((names[key], value) for key, value in options.items() if key in names and value)
    is_numbered = options.get("line_numbers") == "true"
    return make(classes=("numbered",) if is_numbered else (), pairs=pairs)


def task(parts: Parts) -> tuple[Block, ...]:
    """A step to tick off; one that does not begin with text has no place for that."""
    if not parts.children or not isinstance(parts.children[0], model.Paragraph):
        return parts.children
    item = model.ListItem(children=parts.children, checked=False, span=parts.span)
    is_tight = len(parts.children) < 2
    return (model.List(ordered=False, tight=is_tight, items=(item,), span=parts.span),)


def _pair(
    word: str, name: str, title: str = "", attributes: Attributes = NO_ATTRIBUTES
) -> LinePair:
    opening = late(rf"{BEGIN}{word}{_STOP}")
    closing = lessons.closing(rf"{BEGIN}/{word}{_STOP}")
    return LinePair(opening, closing, name, title, attributes, options=True)


RASPBERRY_PI = Dialect(
    names=("Raspberry Pi",),
    begins=frozenset("-[\\#"),
    signs=(
        Sign(
            "--- /",
            late(
                r"(?m)^[ \t]*\\?--- /(?:task|hints?|collapse|code|no-print|print-only"
                r"|challenge|question|choices|feedback) \\?---[ \t]*$"
            ),
        ),
    ),
    blocks={"lesson-code": CodeProcessor, "lesson-choice": LessonChoiceProcessor},
    pairs=(
        _pair("task", "rp-task"),
        _pair("hints", "rp-hints"),
        _pair("hint", "rp-hint"),
        _pair("collapse", "rp-collapse"),
        _pair("challenge", "rp-challenge", "Challenge"),
        _pair("question", "exercise"),
        _pair("choices", "rp-choices"),
        _pair("feedback", "answer"),
        _pair("no-print", "div", attributes=make(pairs=(("not", "pdf"),))),
        _pair("print-only", "div", attributes=make(pairs=(("only", "pdf"),))),
    ),
    standing=(
        Standing(late(rf"{BEGIN}new-page{_STOP}"), "page-break"),
        Standing(
            late(rf"{BEGIN}save{_STOP}"),
            message="`{}` is a button of Raspberry Pi's site, and is left out.",
        ),
        Standing(
            late(r"\[\[\[[\w-]{1,100}\]\]\]"),
            message="`{}` is a part of another lesson of Raspberry Pi's, and is left out.",
            hint="Write what it says here.",
        ),
    ),
    containers={
        "rp-task": task,
        "rp-hints": lessons.content,
        "rp-choices": choices,
        **dict.fromkeys(("rp-right", "rp-wrong"), boxes.container),
        "rp-hint": functools.partial(lessons.box, kind="tip", label="Hint", fold="closed"),
        "rp-collapse": functools.partial(lessons.box, kind="info", label="More", fold="closed"),
        "rp-challenge": lessons.exercises,
    },
    lines=(
        ToldMark(
            late(rf"{BEGIN}/?[a-z-]{{3,20}}{_STOP}"),
            "a mark of Raspberry Pi's lessons",
            "Leave it out, or write the end that belongs to it.",
        ),
    ),
)
