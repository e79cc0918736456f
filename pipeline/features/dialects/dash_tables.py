"""Pandoc's simple and multiline tables, whose columns are defined by groups of dashes.

A simple table has a row on each line, and ends at an empty line; a multiline table is enclosed by
two lines of dashes, with empty lines between its rows. Either may lack a header, and then ends with
a line of dashes. If a table does not end, its lines are parsed as other blocks.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import msgspec

from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.blocks.code import IndentedCodeProcessor
from pipeline.parser.characters import in_columns
from pipeline.parser.lines import Cursor, Line

MAX_COLUMNS = 256
_GROUPS = late(r"-{2,}(?:[ \t]+-{2,})+[ \t]*$")
_RULE = late(r"---[- \t]*$")


class _Group(NamedTuple):
    """The screen columns of a group of dashes, from 0."""

    start: int
    end: int


class _State(msgspec.Struct):
    """``rule`` is the line above the header ``head``; ``dashes`` defines the columns."""

    rule: BlockElement | None
    head: list[Line]
    dashes: Line
    ended: bool = False


class DashTableProcessor(VerbatimProcessor):
    begins = "-"

    def start(self, cursor: Cursor) -> bool:
        if not _GROUPS.match(cursor.rest):
            return False
        dashes = cursor.line.with_text(cursor.rest.rstrip(" \t"))
        groups = _groups(dashes)
        if len(groups) > MAX_COLUMNS:
            return False
        rule, head = self._head(cursor)
        if head is None or not _fit(head, groups):
            return False
        above = self.parser.tip
        if head and above.tag == "p":
            above.lines = []
        self.parser.close_unmatched()
        if head and above.tag == "pre":
            del self.parser.tip[-1]
        table = BlockElement("table", head[0].number if head else cursor.number, self)
        table.state = _State(rule, head, dashes)
        self.parser.begin(table, cursor)
        if rule is not None:
            table.line, table.column = rule.line, rule.column
        elif head:
            table.column = head[0].offset
        table.end = cursor.number
        return True

    def _head(self, cursor: Cursor) -> tuple[BlockElement | None, list[Line] | None]:
        """The rule above the header, and its lines, if any; None if what is above is no header."""
        tip, parser = self.parser.tip, self.parser
        is_code = isinstance(tip.processor, IndentedCodeProcessor)
        if tip.tag != "p" and not (is_code and parser.gap(tip.end, cursor.number) == 0):
            return None, []
        if tip.tag == "p" and parser.innermost is not tip:
            return None, None  # a lazy line
        around = parser.open[-2]
        before = around[-2] if len(around) > 1 else None
        if (
            isinstance(before, BlockElement)
            and _RULE.match(before.get("mark", ""))
            and parser.gap(before.end, tip.line) == 0
        ):
            return before, list(tip.lines)
        return None, list(tip.lines) if len(tip.lines) == 1 else None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        state: _State = block.state
        simple = bool(state.head) and state.rule is None
        if cursor.rest.startswith("{{") or (cursor.blank and simple):
            return Match.NO
        if _RULE.match(cursor.rest):
            state.ended = True
            return Match.END
        if cursor.blank and not block.lines:
            return Match.NO
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        state: _State = block.state
        simple = bool(state.head) and state.rule is None
        groups = _groups(state.dashes)
        first = next((line for line in block.lines if line.strip()), None)
        if first is None or not (state.ended or simple) or not _fit([first], groups):
            del parent[-1]
            if state.ended:
                block.lines.append(Line("---", block.end, block.column))
            self.parser.read_again([*state.head, state.dashes, *block.lines], self)
            return
        if state.rule is not None:
            parent.remove(state.rule)
        apart = any(not line.strip() for line in block.lines)
        runs = [[line] for line in block.lines]
        if apart or state.rule is not None:
            parted = itertools.groupby(block.lines, lambda line: bool(line.strip()))
            runs = [list(run) for filled, run in parted if filled]
        alignments = _alignments(state.head or runs[0], groups)
        for lines in [state.head, *runs] if state.head else runs:
            row = BlockElement("tr", lines[0].number, self)
            row.end = lines[-1].number
            parts = [_cut(line, groups) for line in lines]
            for number, align in enumerate(alignments):
                tag = "th" if lines is state.head else "td"
                cell = BlockElement(tag, lines[0].number, self, align=align)
                cell.lines = [part[number] for part in parts if part[number]]
                cell.lines = cell.lines or [parts[0][number]]
                cell.line, cell.column = cell.lines[0].number, cell.lines[0].offset
                row.append(cell)
            block.append(row)
        block.lines = []
        block.set("head", "1" if state.head else "0")


def _groups(dashes: Line) -> list[_Group]:
    text = " " * (dashes.offset - 1) + dashes.expandtabs(4)
    return [_Group(match.start(), match.end()) for match in re.finditer("-+", text)]


def _in_columns(line: Line) -> tuple[str, list[int]]:
    return in_columns(" " * (line.offset - 1) + line.expandtabs(4).rstrip())


def _fit(lines: list[Line], groups: list[_Group]) -> bool:
    """Return whether each line has space where there is space between the groups."""
    for line in lines:
        text, _ = _in_columns(line)
        for before, after in itertools.pairwise(groups):
            gap = text[before.end : after.start]
            if len(text) > after.start and not (" " in gap or "\0" in gap):
                return False
    return True


def _cut(line: Line, groups: list[_Group]) -> list[Line]:
    """The cells of a line; a word that reaches into the next column stays whole."""
    columns, places = _in_columns(line)
    cuts = [0]
    for before, after in itertools.pairwise(groups):
        cut = min(after.start, len(columns))
        begin = columns.rfind(" ", 0, cut) + 1
        if begin < cut < len(columns) and columns[cut] not in " \0":
            end = columns.find(" ", cut)
            cut = begin if begin >= before.end else end if end >= 0 else len(columns)
        cuts.append(max(cut, cuts[-1]))
    whole = " " * (line.offset - 1) + line.expandtabs(4).rstrip()
    ends = [*cuts[1:], len(columns)]
    cells = []
    for start, end in zip(cuts, ends, strict=True):
        if places:
            start = places[start] if start < len(places) else len(whole)
            end = places[end] if end < len(places) else len(whole)
        text = whole[start:end]
        indent = len(text) - len(text.lstrip())
        cells.append(Line(text.strip(), line.number, start + indent + 1))
    return cells


def _alignments(lines: list[Line], groups: list[_Group]) -> list[str]:
    """The alignments of columns, by the position of header texts over their dashes."""
    alignments = []
    rows = [_cut(line, groups) for line in lines]
    for number, group in enumerate(groups):
        texts = [row[number] for row in rows if row[number]]
        if not texts:
            alignments.append("")
            continue
        text = min(texts, key=len)
        left = text.offset - 1 > group.start
        right = text.offset - 1 + len(in_columns(text)[0]) < group.end
        alignments.append(
            "center" if left and right else "right" if left else "left" if right else ""
        )
    return alignments
