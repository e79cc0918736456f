"""Block quotes, lists and items (CommonMark 0.31.2, 5.1 to 5.3), also with Pandoc's markers."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Any, NamedTuple

from pipeline.model import Attributes
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import FIXED, MARKS
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.blocks import markers
from pipeline.parser.lines import Cursor

FAR = 12
"""The maximum number of blocks between two questions of an exercise."""

_BULLET = late(r"[*+-](?=[ \t]|$)")
_NUMBER = late(r"([0-9]{1,9})([.)])(?=[ \t]|$)")


class _Marker(NamedTuple):
    """``kind`` is the bullet, or the delimiter after a number. ``width`` is the marker's
    own, ``content`` that and the spaces up to the item's text, in columns."""

    kind: str
    start: int
    width: int
    content: int


class ListProcessor(LineProcessor):
    """The list itself; it continues as long as its items do, or another one follows."""

    container = True

    def holds(self, tag: str) -> bool:
        return tag == "li"

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """A list is loose if there is a blank line between two blocks in it."""
        neighbours = [*pairwise(block.blocks)]
        for item in block.blocks:
            neighbours += pairwise(child for child in item.blocks if child.tag != "note")
        loose = any(self.parser.gap(a.end, b.line) > 0 for a, b in neighbours)
        block.set("tight", "" if loose else "yes")


class ItemProcessor(LineProcessor):
    container = True

    def __init__(self, parser: Any) -> None:
        super().__init__(parser)
        self.lists = ListProcessor(parser)

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.indent < 4 and (cursor.char in "*+-(#" or cursor.char.isalnum())

    def start(self, cursor: Cursor) -> bool:
        around = self.parser.innermost
        marker = _read_marker(cursor, interrupts=around.tag == "p")
        style, form = "", ""
        if not marker and (lettered := self._read_lettered(cursor, around)):
            style, form = lettered.style, lettered.form
            number = (
                self._example(lettered.label)
                if lettered.style == markers.EXAMPLE
                else lettered.number
            )
            marker = _Marker(
                lettered.kind, number, lettered.width, lettered.width + lettered.spaces
            )
        if not marker or self.parser.too_deep(cursor):
            return False
        if not _continues(around, marker, style):
            tag = "ol" if style or marker.kind in ".)" else "ul"
            style = style if style in markers.LETTERED else ""
            start = str(marker.start)
            self.lists.open(cursor, tag, marker.kind, start=start, style=style, form=form)
        self.open(cursor, "li", cursor.indent + marker.content)
        cursor.skip_indent()
        cursor.skip_chars(marker.width)
        cursor.skip_columns(marker.content - marker.width)
        return True

    def _read_lettered(self, cursor: Cursor, around: BlockElement) -> markers.ListMarker | None:
        """Pandoc's marker at the cursor: one that continues the list, or may begin one here."""
        kind, expected = "", 0
        if around.tag == "ol":
            kind, expected = around.state, _next(around)
        marker = markers.read(cursor.rest, kind, expected)
        if marker is None or (kind and marker.kind == kind):
            return marker
        if self._in_exercise():
            if question := self._next_question(cursor, around):
                return question
            is_first = marker.number == 1 and marker.style in markers.LETTERED
            if is_first and (marker.form != "." or cursor.rest.rstrip().endswith("}")):
                return marker
        after = markers.read(self.parser.following(), marker.kind)
        followed = after is not None and after.kind == marker.kind and marker.precedes(after)
        is_inner = around.tag == "li" and not len(around)  # `- a) One`, `- b) Two` are one list
        begins = followed or (around.tag != "p" and marker.may_begin and not is_inner)
        is_letter = marker.form != "." and marker.style in markers.LETTERED
        is_marked = is_letter and kind in {style + marker.form for style in markers.LETTERED}
        if is_marked and marker.style.startswith("upper") and self._in_exercise():
            message = f"`{cursor.rest[: marker.width]}` among small letters marks a right answer."
            hint = "Students see it: write `- [ ]` before choices, and `- [x]` before right ones."
            self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(cursor.next), hint)
        return marker if begins or is_marked else None

    def _in_exercise(self) -> bool:
        return any(block.get("name") == "exercise" for block in self.parser.open)

    def _next_question(self, cursor: Cursor, around: BlockElement) -> markers.ListMarker | None:
        """The marker that continues one of the last lists, even after room for an answer."""
        within = self.parser.open[self.parser.matched - 1 - (around.tag in ("ol", "ul", "p"))]
        for block in islice(reversed(within), FAR):
            if block.tag == "ol":
                assert isinstance(block, BlockElement)
                marker = markers.read(cursor.rest, block.state, _next(block))
                if marker and marker.kind == block.state and marker.number == _next(block):
                    return marker
        return None

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Take the attributes that end a line of a question's first paragraph, id and marks, and
        that of a choice, `FIXED`."""
        block.state = None
        first = block.first
        if first is None or first.tag != "p" or not first.lines:
            return
        is_choice = first.lines[0][:1] in ("(", "[")
        if not is_choice and (parent.tag != "ol" or not self._in_exercise()):
            return
        belongs = _is_fixed if is_choice else _has_marks
        if isinstance(first.state, Attributes) and belongs(first.state):
            block.state, first.state = first.state, None
            return
        for at, line in list(enumerate(first.lines))[:-FAR:-1]:
            split = attributes.trailing(line) if line.endswith("}") else None
            has_id = split and split[1].id and line is first.lines[-1] and not is_choice
            if split and (belongs(split[1]) or has_id):
                block.state = split[1]
                first.lines[at] = line.with_text(split[0])
                return

    def _example(self, label: str) -> int:
        examples = self.parser.examples
        number = len(examples) + 1
        examples[label or f" {number}"] = number
        return number

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.blank:
            # an item may begin with one blank line, not with two
            return Match.YES if len(block) else Match.NO
        if cursor.indent >= block.state:
            cursor.skip_columns(block.state)
            return Match.YES
        return Match.NO


def _is_fixed(attributes: Attributes) -> bool:
    return FIXED in attributes.classes


def _has_marks(attributes: Attributes) -> bool:
    return any(key in MARKS for key, _ in attributes.pairs)


def _continues(block: BlockElement, marker: _Marker, style: str) -> bool:
    """Return whether an item continues an open list. One with another letter than the next has a
    list of its own, which begins with that; repeated letters are counted, like numbers."""
    if block.tag not in ("ul", "ol") or block.state != marker.kind:
        return False
    is_next = marker.start in (_next(block), int(block.get("start", "1")))
    return is_next or style not in markers.LETTERED


def _next(block: BlockElement) -> int:
    """The number of the item with which a list continues."""
    return int(block.get("start", "1")) + len(block)


def _read_marker(cursor: Cursor, interrupts: bool) -> _Marker | None:
    match = _BULLET.match(cursor.rest)
    kind, start = (match[0], 1) if match else ("", 1)
    if not match:
        match = _NUMBER.match(cursor.rest)
        if not match:
            return None
        kind, start = match[2], int(match[1])
    after = Cursor(cursor.text, cursor.number)
    after.pos, after.column = cursor.next, cursor.column + cursor.indent
    after.skip_chars(match.end())
    if interrupts and (after.blank or start != 1):
        return None
    spaces = 1 if after.blank or not 1 <= after.indent <= 4 else after.indent
    return _Marker(kind, start, match.end(), match.end() + spaces)


class QuoteProcessor(LineProcessor):
    begins = ">"
    container = True

    def start(self, cursor: Cursor) -> bool:
        if self.parser.too_deep(cursor):
            return False
        self.open(cursor, "blockquote")
        _take_marker(cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not self.may_start(cursor):
            return Match.NO
        _take_marker(cursor)
        block.end = cursor.number
        return Match.YES


def _take_marker(cursor: Cursor) -> None:
    cursor.skip_indent()
    cursor.skip_chars(1)
    if cursor.indent:
        cursor.skip_columns(1)
