"""Lists of answers to choose from: ``- ( ) one`` anywhere, ``- [x] several`` within an exercise,
since elsewhere those are tasks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.diagnostics import Span, covering
from pipeline.model import NO_ATTRIBUTES, Block, Choice, Choices, Paragraph
from pipeline.parser.blanks import blank
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs.parts import Report

_MARK = re.compile(r"([(\[])([ xX])([)\]])(?:[ \t]+|$)")
_PAIRS = ("()", "[]")


class Mark(NamedTuple):
    """What an item begins with: a kind of brackets (or nothing), and whether there is an
    x in them."""

    brackets: str
    is_right: bool


def are_choices(items: Iterable[Element]) -> bool:
    """Tell whether all items of a list, two at least, begin with ``( )``, which means nothing
    else."""
    found = [_mark(item) for item in items]
    return len(found) > 1 and all(match and match[1] == "(" for match in found)


def take_marks(items: Iterable[Element]) -> list[Mark]:
    """The marks that the items of a list begin with, which are taken out of their text; none
    where no item has one."""
    items = list(items)
    found = [_mark(item) for item in items]
    if not any(match for match in found):
        return []
    marks = []
    for item, match in zip(items, found, strict=True):
        if match:
            item[0].text = match.string[match.end() :]
            marks.append(Mark(match[1] + match[3], match[2] != " "))
        else:
            marks.append(Mark("", False))
    return marks


def _mark(item: Element) -> re.Match[str] | None:
    first = item[0] if len(item) else None
    if not isinstance(first, BlockElement) or first.tag != "p" or not first.text:
        return None
    match = _MARK.match(first.text)
    is_escaped = first.lines[0].startswith("\\")
    return match if match and match[1] + match[3] in _PAIRS and not is_escaped else None


def choices(
    items: Sequence[tuple[tuple[Block, ...], Span]], marks: list[Mark], span: Span, report: Report
) -> Choices:
    """The choices that are items of a list, each given as its blocks and its place."""
    brackets = next(mark.brackets for mark in marks if mark.brackets)
    is_multiple = brackets == "[]"
    rights = 0
    for (blocks, place), mark in zip(items, marks, strict=True):
        if mark.brackets != brackets:
            if mark.brackets:
                message = (
                    "A list of choices has either `( )`, for one answer, or `[ ]`, for several."
                )
            else:
                message = f"An item of a list of choices begins without `{' '.join(brackets)}`."
            hint = (
                f"Begin it with `{' '.join(brackets)}`, or `{'x'.join(brackets)}` if it is right."
            )
            report(Code.WRONG_CHOICES, message, place, hint)
        elif not blocks:
            report(Code.WRONG_CHOICES, "A choice has no text.", place, "Write it after the mark.")
        rights += mark.is_right
        if mark.is_right and rights == 2 and not is_multiple:
            message = "Two answers are marked as right where one is to be chosen."
            hint = "Where several are right, use `[ ]`; before another list, put some text."
            report(Code.WRONG_CHOICES, message, place, hint)
    return Choices(
        items=tuple(
            Choice(children=blocks, correct=mark.is_right, span=place)
            for (blocks, place), mark in zip(items, marks, strict=True)
        ),
        multiple=is_multiple,
        span=span,
    )


def lone_blank(item: BlockElement) -> Paragraph | None:
    """The blank that an item of nothing but underscores is, though elsewhere such a line is
    one to write on."""
    first = item[0] if len(item) == 1 else None
    if not isinstance(first, BlockElement) or first.tag != "lines" or first.get("count") != "1":
        return None
    place = Span(first.line, first.column)
    return Paragraph(children=(blank(len(first.get("mark", "")), span=place),), span=place)


def attach_prompts(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Neighbouring blocks, with each paragraph that stands before choices as their prompt."""
    if not any(isinstance(block, Choices) for block in blocks):
        return blocks
    found: list[Block] = []
    for block in blocks:
        before = found[-1] if found else None
        if (
            isinstance(block, Choices)
            and isinstance(before, Paragraph)
            and before.attributes == NO_ATTRIBUTES
        ):
            found[-1] = replace(
                block, prompt=before.children, span=covering(before.span, block.span)
            )
        else:
            found.append(block)
    return tuple(found)
