"""Boxes: GitHub's alerts, Obsidian's callouts, and Python-Markdown's admonitions."""

from __future__ import annotations

import re
from typing import Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.parts import Report, headed
from pipeline.parser.markup.flow import trim
from pipeline.parser.secrets import meaning_of, secret_block

_CALLOUT = re.compile(r"\[!([^\W\d_][\w -]{0,40})(?:\|[^\]]*)?\]([+-]?)[ \t]*")
_FOLDS: dict[str, Literal["", "closed", "open"]] = {"": "", "-": "closed", "+": "open"}
QUOTES = frozenset({"quote", "cite"})


def callout(
    element: BlockElement, blocks: tuple[Block, ...], span: Span, report: Report
) -> tuple[Block, ...] | None:
    """GitHub's and Obsidian's box for a block quote that begins with ``[!NOTE]``, in Obsidian with
    a title after it; ``blocks`` are those of the quote. One titled with a word for an answer, or
    similar, is withheld from students."""
    first = element.first
    if first is None or first.tag != "p" or not first.lines:
        return None
    match = _CALLOUT.match(first.lines[0])
    opening, *rest = blocks
    if not match or not isinstance(opening, model.Paragraph):
        return None
    name = match[1].strip().lower().replace(" ", "-")
    bare = match.end() == len(first.lines[0].rstrip())
    if bare and len(blocks) == 1 and len(first.lines) == 1 and name not in boxes.NAMES:
        return None  # nothing but a name, in brackets
    title, left = _first_line(opening.children, match[0])
    if left:
        begin, end = first.lines[:2][-1], first.end  # raw HTML ends a line early
        place = Span(begin.number, begin.offset, end if end > begin.number else 0)
        rest = [model.Paragraph(children=left, span=place, attributes=opening.attributes), *rest]
    children = tuple(rest)
    known = name in boxes.NAMES or name in boxes.CALLOUTS or name in QUOTES
    if not known and (found := secret_block(match[1].strip())):
        if not found.sure:
            message = (
                f"`[!{match[1].strip()}]` is withheld from students, because its name resembles "
                "that of an answer."
            )
            hint = f"Write `[!{found.meaning}]` if that is right; otherwise rename the box."
            report(Code.NEARLY_SECRET, message, span, hint)
        return (_secret(found.meaning, title, children, span),)
    if name in QUOTES:
        return (model.BlockQuote(children=headed(title, children, span), span=span),)
    title = boxes.title_for(name, title)
    made = model.Admonition(
        kind=boxes.kind_of(name),
        title=title,
        children=children,
        span=span,
        fold=_FOLDS[match[2]],
    )
    return (made,)


def _secret(
    meaning: str, title: tuple[Inline, ...], children: tuple[Block, ...], span: Span
) -> model.Answer | model.TeacherNote:
    if meaning == "teacher":
        return model.TeacherNote(title=title, children=children, span=span)
    return model.Answer(children=headed(title, children, span), span=span)


def admonition(
    written: str, title: tuple[Inline, ...], children: tuple[Block, ...], span: Span
) -> tuple[Block, ...]:
    """The box for ``!!! written``. An unknown kind makes a note with the kind as its class, and as
    its title if it has none."""
    word, *classes = written.split()
    if meaning := meaning_of(word):
        return (_secret(meaning, title, children, span),)
    if word not in boxes.NAMES:
        classes = [word, *classes]
    box = model.Admonition(
        kind=boxes.kind_of(word),
        title=boxes.title_for(word, title),
        children=children,
        span=span,
        attributes=make(classes=tuple(classes)),
    )
    return (box,)


def _first_line(
    inlines: tuple[Inline, ...], mark: str
) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """The text of the first line after ``mark``, and of the following lines."""
    at = next(
        (
            at
            for at, node in enumerate(inlines)
            if isinstance(node, model.SoftBreak | model.LineBreak)
        ),
        len(inlines),
    )
    line = list(inlines[:at])
    if line and isinstance(line[0], model.Text):
        line[0] = replace(line[0], text=line[0].text[len(mark) :])
    return trim(line), inlines[at + 1 :]
