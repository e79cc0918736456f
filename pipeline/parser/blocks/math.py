"""Formulas on lines of their own: ``$$``, TeX, ``$$ {#eq-id}``, on one line or several."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.codes import Code
from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor
from pipeline.parser.lines import Line

_CLOSING = re.compile(r"((?:[^$\\]++|\\.|\$(?!\$)|\\$)*+)\$\$")
_PUNCTUATION = re.compile(r"\s*([.,;:])(?=\s*$)")
_MARK = re.compile(r"\\.|\$\$")


class _End(NamedTuple):
    """What stands on the line that ends a formula: the last of it, its attributes, and where
    text goes on after them, -1 for nowhere."""

    formula: str
    attributes: Attributes
    rest: int


class MathProcessor(LineProcessor):
    """``state`` is the attributes that follow the end."""

    takes_lines = True
    verbatim = True

    def test(self, parent: Element, block: Any) -> bool:
        cursor: Cursor = block
        return cursor.indent < 4 and cursor.char == "$"

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        text = cursor.rest
        if not text.startswith("$$") or text.startswith("$$$"):
            return False
        end = _end(text, 2)
        if end and (end.rest >= 0 or not end.formula.strip()):
            return False  # within a line of text, or nothing at all
        if self.parser.tip.tag == "p" and _leaves_open(self.parser.tip):
            return False
        if not end and not self.parser.formula_marks:
            self._report_open(cursor.number, cursor.offset)
            return False  # which leaves the marks, and all that follows, as text
        block = BlockElement("math", cursor.number, self)
        block.state = NO_ATTRIBUTES
        self.parser.begin(block, cursor)
        if end:
            self._add(block, end.formula, cursor.number, cursor.offset + 2)
            self._finish(block, end, text, cursor)
            self.parser.close_tip()
        else:
            self._add(block, text[2:], cursor.number, cursor.offset + 2)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        text = cursor.remainder
        end = _end(text, 0)
        if end is None:
            return Match.YES
        self._add(block, end.formula, cursor.number, cursor.pos - cursor.added + 1)
        self._finish(block, end, text, cursor)
        if end.rest < 0:
            return Match.END
        cursor.skip_chars(end.rest)  # text follows the formula: a paragraph of its own
        return Match.NO

    def waits_for_end(self, block: BlockElement) -> bool:
        return True

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            self._report_open(block.line, block.column)

    def _report_open(self, line: int, column: int) -> None:
        message = "The formula that begins with `$$` is never closed."
        hint = "End it with `$$`, or write `\\$\\$` where two dollars are meant."
        self.parser.report(Code.UNCLOSED_MATH, message, line, column, hint)

    def _add(self, block: BlockElement, text: str, number: int, offset: int) -> None:
        block.lines.append(Line(text, number, offset))
        block.end = number

    def _finish(self, block: BlockElement, end: _End, text: str, cursor: Cursor) -> None:
        block.set("closed", "yes")
        block.state = end.attributes
        if end.rest >= 0:
            offset = cursor.pos - cursor.added + 1 + end.rest
            self.parser.check_attributes(text[end.rest :], cursor.number, offset)


def _leaves_open(paragraph: BlockElement) -> bool:
    """Whether a formula that began in the paragraph goes on; each line is read once."""
    is_open, read = bool(paragraph.get("open-math")), int(paragraph.get("read-math", "0"))
    for line in paragraph.lines[read:]:
        marks = sum(found[0] == "$$" for found in _MARK.finditer(line))
        is_open ^= marks % 2 == 1
    paragraph.set("open-math", "yes" if is_open else "")
    paragraph.set("read-math", str(len(paragraph.lines)))
    return is_open


def _end(text: str, pos: int) -> _End | None:
    """What ends a formula on a line of ``text``, read from ``pos``."""
    found = _CLOSING.match(text, pos)
    if not found:
        return None
    formula, at = found[1], found.end()
    listed = attributes.read(text, _skip_blanks(text, at))
    attrs, at = listed or (NO_ATTRIBUTES, at)
    # A sentence's stop after the marks belongs to the formula, which it would fall off.
    if stop := _PUNCTUATION.match(text, at):
        return _End(formula.rstrip() + stop[1], attrs, -1)
    at = _skip_blanks(text, at)
    return _End(formula, attrs, at if at < len(text) else -1)


def _skip_blanks(text: str, pos: int) -> int:
    while text[pos : pos + 1] in (" ", "\t"):
        pos += 1
    return pos
