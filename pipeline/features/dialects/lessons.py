"""Lessons of The Carpentries and the Raspberry Pi Foundation, and boxes that several tools have."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import constructs
from pipeline.parser.attributes import make_attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match, VerbatimProcessor
from pipeline.parser.constructs.boxes import container
from pipeline.parser.constructs.source_parts import SourceParts
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing, ToldMark
from pipeline.parser.lines import Cursor

# --- lessons ---------------------------------------------------------------------------------
# Blocks that several tools have: boxes and exercises whose first heading is their title, tabs, and
# listings with a caption and a file name.

_PAIR = late(r"([\w-]{1,40})=(?:\"([^\"]*)\"|'([^']*)')")

Title = tuple[Inline, ...]


def closing_of(mark: str) -> re.Pattern[str]:
    """The pattern of a line that ends a block, which a quotation may be around."""
    return late(rf"^[ \t>]*+{mark}[ \t]*$")


def box(
    parts: SourceParts, kind: str, label: str, fold: Literal["", "closed"] = ""
) -> tuple[Block, ...]:
    """A box whose title is its first heading, or else ``label``."""
    title, attributes = parts.titled
    children = parts.children
    if not title and children and isinstance(children[0], model.Heading):
        title, children = children[0].children, children[1:]
    return (
        model.Admonition(
            kind=kind,
            title=title or (model.Text(text=label),),
            children=children,
            span=parts.span,
            attributes=attributes,
            fold=fold,
        ),
    )


def exercises(parts: SourceParts) -> tuple[Block, ...]:
    """An exercise for each heading of the first one's level in a block, which is its title."""
    bare = replace(parts, name="exercise", argument="", attributes=NO_ATTRIBUTES)
    return tuple(
        block
        for title, span, children in _box_with_head(parts)
        for block in constructs.container(
            replace(bare, heading=title, span=span, children=children)
        )
    )


def _box_with_head(parts: SourceParts) -> Iterator[tuple[Title, Span, tuple[Block, ...]]]:
    title: Title = parts.titled[0]
    span = parts.span
    children: list[Block] = []
    level = next((node.level for node in parts.children if isinstance(node, model.Heading)), 0)
    for node in parts.children:
        if isinstance(node, model.Heading) and node.level == level:
            if children:
                yield title, span, tuple(children)
            title, children = node.children, []
            span = replace(parts.span, line=node.span.line) if node.span else parts.span
        else:
            children.append(node)
    yield title, span, tuple(children)


def content(parts: SourceParts) -> tuple[Block, ...]:
    """The blocks in it: tabs or cards, one after the other."""
    return parts.children


def tab(parts: SourceParts) -> tuple[Block, ...]:
    """A tab or a card, with its title in bold."""
    return container(replace(parts, name="tab"))


def listing(parts: SourceParts) -> tuple[Block, ...]:
    """Code with the caption and the file name of the notation around it, given as attributes. The
    text names its number, which stays a part of the caption."""
    return tuple(_figure_with_caption(parts))


def _figure_with_caption(parts: SourceParts) -> Iterator[Block]:
    written = {key: html.unescape(a or b) for key, a, b in _PAIR.findall(parts.argument)}
    number, caption = written.get("number", ""), written.get("caption", "")
    label = f"Listing {number}" if number else ""
    text = ": ".join(filter(None, (label, caption)))
    title = parts.read(text, parts.span) if text else ()
    file_name = written.get("file-name") or written.get("title", "")
    for node in parts.children:
        if isinstance(node, model.CodeBlock) and (title or file_name):
            yield replace(node, caption=title, file_name=file_name or node.file_name)
            title, file_name = (), ""
        else:
            yield node
    if title:  # no code in it
        yield model.Paragraph(children=title, span=parts.span)


# --- carpentries -----------------------------------------------------------------------------
# The Carpentries' lessons: boxes between rows of colons, of which any row closes the innermost.

_BOXES = {
    "callout": ("note", "Callout"),
    "checklist": ("tip", "Checklist"),
    "discussion": ("question", "Discussion"),
    "keypoints": ("important", "Key points"),
    "objectives": ("info", "Objectives"),
    "prereq": ("info", "Prerequisite"),
    "questions": ("question", "Questions"),
    "testimonial": ("note", "Testimonial"),
}
"""The kinds of these boxes here, and the titles of those without a heading."""

_NAMES = "|".join((*_BOXES, "challenge", "spoiler"))

CARPENTRIES = Dialect(
    names=("Carpentries",),
    signs=(
        Sign("teaching:", late(r"\A---\n(?:.*\n)*?teaching: *\d")),
        Sign(":::", late(r"(?m)^:{3,} *(?:keypoints|prereq) *$")),
        Sign("::::::::", late(rf"(?m)^:{{8,}} *(?:{_NAMES}) *$")),
    ),
    closes_innermost=True,
    containers={
        **{
            name: functools.partial(box, kind=kind, label=label)
            for name, (kind, label) in _BOXES.items()
        },
        "spoiler": functools.partial(box, kind="note", label="Spoiler", fold="closed"),
        "challenge": exercises,
    },
)


# --- raspberry pi ----------------------------------------------------------------------------
# The Raspberry Pi Foundation's lessons: ``--- task ---`` to ``--- /task ---``, and the like.

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


def choices(parts: SourceParts) -> tuple[Block, ...]:
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
    return make_attributes(classes=("numbered",) if is_numbered else (), pairs=pairs)


def task(parts: SourceParts) -> tuple[Block, ...]:
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
    closing = closing_of(rf"{BEGIN}/{word}{_STOP}")
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
        _pair("no-print", "div", attributes=make_attributes(pairs=(("not", "pdf"),))),
        _pair("print-only", "div", attributes=make_attributes(pairs=(("only", "pdf"),))),
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
        "rp-hints": content,
        "rp-choices": choices,
        **dict.fromkeys(("rp-right", "rp-wrong"), container),
        "rp-hint": functools.partial(box, kind="tip", label="Hint", fold="closed"),
        "rp-collapse": functools.partial(box, kind="info", label="More", fold="closed"),
        "rp-challenge": exercises,
    },
    lines=(
        ToldMark(
            late(rf"{BEGIN}/?[a-z-]{{3,20}}{_STOP}"),
            "a mark of Raspberry Pi's lessons",
            "Leave it out, or write the end that belongs to it.",
        ),
    ),
)
