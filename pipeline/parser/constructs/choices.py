"""Lists of choices: ``- ( ) one`` anywhere, ``- [x] several`` in exercises, else tasks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model import NO_ATTRIBUTES, Block, Choice, Choices, Paragraph
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span, covering
from pipeline.model.late import late
from pipeline.parser.blank_rules import blank
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.characters import RIGHT, UNSEEN, X
from pipeline.parser.constructs.parts import Report

_SPACE = rf"[ \t{UNSEEN}]"
_MARK = late(rf"([(\[])({_SPACE}{{0,9}})((?:{RIGHT}|[•*])?){_SPACE}{{0,9}}([)\]])({_SPACE}*)(?!\()")
LABEL = late(rf"\((?![{X}]\))\w{{1,5}}\)", re.IGNORECASE)
_PAIRS = ("()", "[]")
_TEXT = "If the marks are text, put a backslash before them."
_EMPHASIS = ("strong", "em")


class ChoiceMark(NamedTuple):
    """The beginning of an item: the kind of brackets, if any, and whether there is an x in them."""

    brackets: str
    is_right: bool


class _Mark(NamedTuple):
    """A mark at the beginning of ``holder``, up to ``end``. A ``plain`` one is almost certain."""

    mark: ChoiceMark
    holder: Element
    end: int
    plain: bool


NO_MARK = ChoiceMark("", False)


def take_marks(items: Sequence[BlockElement], in_exercise: bool) -> list[ChoiceMark]:
    """The marks at the beginning of a list's items, which are removed from their text; none if it
    is not a list of choices.

    An empty ``( )`` is unambiguous: two marks, one of them empty, make choices, even if other items
    have none. So does ``(x)`` alone, unless it is one of several labels, ``(w)``, ``(x)``. In a
    list of choices, malformed marks count as well: ``(✓)``, ``**(x)**``, ``(x)b``.
    """
    if any(map(_has_more, items)):
        return []
    marks = [_find(item, _PAIRS if in_exercise else _PAIRS[:1]) for item in items]
    plain = [choice for choice in marks if choice and choice.plain]
    if all(choice.mark.is_right for choice in plain):
        are_choices = bool(plain) and not any(map(_is_label, items))
    else:
        are_choices = in_exercise or sum(map(bool, marks)) > 1
    if not are_choices:
        return []
    for choice, item in zip(marks, items, strict=True):
        if choice:
            _take(choice, item)
        else:
            _restore(item)
    return [choice.mark if choice else NO_MARK for choice in marks]


def _find(item: BlockElement, pairs: Sequence[str]) -> _Mark | None:
    first = item.first
    if first is None or first.tag != "p" or first.lines[0].startswith("\\"):
        return None
    holder: Element = first
    if not first.text and len(first) and first[0].tag in _EMPHASIS:
        holder = first[0]
    match = _MARK.match(holder.text or "")
    if match is None or match[1] + match[4] not in pairs:
        return None
    is_apart = bool(match[5]) or match.string[match.end() :][:1] in ("", "\n")
    is_x = match[2] == "" and match[3] != "" and match[3] in X and is_apart and holder.tag != "em"
    plain = is_x if match[3] else bool(match[2])
    return _Mark(ChoiceMark(match[1] + match[4], bool(match[3])), holder, match.end(), plain)


def _restore(item: BlockElement) -> None:
    r"""Make an escaped mark of a choice, ``\(x\)``, text, which it is no formula in."""
    first = item.first
    if first is None or first.text or not len(first) or first[0].tag != "math":
        return
    if first.lines[0].startswith("\\(") and (first[0].text or " ").strip() in set(X):
        first.text = f"({first[0].text}){first[0].tail or ''}"
        del first[0]


def _has_more(item: BlockElement) -> bool:
    """Return whether the first line of an item is one of several choices."""
    lines = item.first.lines if item.first is not None else ()
    return len(lines) > 1 and sum(_MARK.match(line) is not None for line in lines) > 1


def _is_label(item: BlockElement) -> bool:
    return item.first is not None and bool(LABEL.match(item.first.text or ""))


def _take(mark: _Mark, item: Element) -> None:
    """Remove a mark with its bold markup, which would reveal the right answer."""
    holder, first = mark.holder, item[0]
    text = (holder.text or "")[mark.end :]
    if holder is first:
        first.text = text
        return
    within, after = list(holder), holder.tail or ""
    first.remove(holder)
    first[:0] = within
    if within:
        within[-1].tail = (within[-1].tail or "") + after
    else:
        text = (text + after).lstrip()
    first.text = text


def choices(
    items: Sequence[tuple[tuple[Block, ...], Span]],
    marks: list[ChoiceMark],
    span: Span,
    report: Report,
) -> Choices:
    """The choices that are items of a list, each given as its blocks and its place."""
    brackets = next(mark.brackets for mark in marks if mark.brackets)
    is_multiple = brackets == "[]"
    empty, right = " ".join(brackets), "x".join(brackets)
    rights = 0
    for (blocks, place), mark in zip(items, marks, strict=True):
        if not mark.brackets:
            message = f"An item of a list of choices begins without `{empty}`: it counts as wrong."
            hint = f"Begin it with `{empty}`, or `{right}` if it is right."
            report(Code.WRONG_CHOICES, message, place, f"{hint} {_TEXT}")
        elif mark.brackets != brackets:
            message = "A list of choices has either `( )`, for one answer, or `[ ]`, for several."
            hint = f"Begin it with `{empty}`, or `{right}` if it is right."
            report(Code.WRONG_CHOICES, message, place, hint)
        elif not blocks:
            report(Code.WRONG_CHOICES, "A choice has no text.", place, "Write it after the mark.")
        elif mark.is_right and len(items) == 1:
            message = f"There is only one choice. Students do not see the mark in `{right}`."
            hint = f"Write the others below it, each with `{empty}`. {_TEXT}"
            report(Code.WRONG_CHOICES, message, place, hint)
        rights += mark.is_right
        if mark.is_right and rights == 2 and not is_multiple:
            message = "Two answers are marked as right in a list where one is to be chosen."
            hint = "If several are right, use `[ ]`; to begin another list, put some text between."
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
    """The blank of an item of nothing but underscores, elsewhere a line to write on."""
    first = item.first if len(item) == 1 else None
    if first is None or first.tag != "lines" or first.get("count") != "1":
        return None
    place = Span(first.line, first.column)
    return Paragraph(children=(blank(len(first.get("mark", "")), span=place),), span=place)


def attach_prompts(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Neighbouring blocks, with each paragraph before choices as their prompt."""
    if not any(isinstance(block, Choices) for block in blocks):
        return blocks
    result: list[Block] = []
    for block in blocks:
        before = result[-1] if result else None
        if (
            isinstance(block, Choices)
            and not block.prompt
            and isinstance(before, Paragraph)
            and before.attributes == NO_ATTRIBUTES
        ):
            result[-1] = replace(
                block, prompt=before.children, span=covering(before.span, block.span)
            )
        else:
            result.append(block)
    return tuple(result)
