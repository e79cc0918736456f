"""Pandoc's drawn tables: grids, and columns that are defined by groups of dashes."""

from __future__ import annotations

import itertools
import re
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.leaf_blocks import IndentedCodeProcessor
from pipeline.parser.lines import Cursor, Line, in_columns

# --- dash tables -----------------------------------------------------------------------------
# Pandoc's simple and multiline tables, whose columns are defined by groups of dashes.
#
# A simple table has a row on each line, and ends at an empty line; a multiline table is enclosed
# by two lines of dashes, with empty lines between its rows. Either may lack a header, and then
# ends with a line of dashes. If a table does not end, its lines are parsed as other blocks.

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
        if cursor.rest.startswith(("{{", "</")) or (cursor.blank and simple):
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


# --- grid tables -----------------------------------------------------------------------------
# Pandoc's grid tables: a drawing of ``+---+---+`` and ``| cell |``, with blocks in the cells.
#
# Cells may span columns or rows. A line of ``=`` ends the header; colons in it, or in the first
# line if there is no header, align columns.

_BORDER = late(r"\+(?::?[-=]+:?\+)+[ \t]*$")
_SEGMENT = late(r"(?=(\+:?[-=]+:?\+))")
_LINE = "-=:"
_PLUS, _BAR = late(r"\+"), late(r"(?<!\\)\|")


class GridError(ValueError):
    """An invalid grid; ``line`` and ``column`` give the position (from 0, in the drawing)."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line, self.column, self.message = line, column, message


class _Area(NamedTuple):
    """A cell: its first row and column in the grid, and those after its last."""

    top: int
    left: int
    bottom: int
    right: int


class GridTableProcessor(VerbatimProcessor):
    begins = "+"

    def start(self, cursor: Cursor) -> bool:
        if not _BORDER.match(cursor.rest) or self.parser.too_deep(cursor):
            return False
        table = self.open(cursor, "table")
        cursor.skip_indent()
        self.parser.add_line(table, cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent >= 4 or cursor.char not in ("+", "|"):
            return Match.NO
        cursor.skip_indent()
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        lines = [line.with_text(line.rstrip(" \t")) for line in block.lines]
        if len(lines) < 3:
            paragraph: Any = self.parser.blockprocessors["paragraph"]
            block.tag, block.processor, block.state = "p", paragraph, None
            return
        try:
            grid = _Grid(lines)
        except GridError as error:
            block.tag, block.state = "pre", None
            message = f"The lines look like a grid table, and are shown as code: {error.message}"
            hint = "Make all lines as long as the first, and line up each `|` and `+`."
            place = lines[error.line].at(error.column)
            self.parser.report(Code.LIKELY_SLIP, message, place, hint)
            return
        block.lines = []
        rows = [BlockElement("tr", grid.line_of(row), self) for row in range(grid.rows)]
        for area in grid.areas:
            cell = self._cell(grid, area, block)
            rows[area.top].append(cell)
            rows[area.top].end = max(rows[area.top].end, cell.end)
        block[:] = rows
        block.set("head", str(grid.head))

    def _cell(self, grid: _Grid, area: _Area, table: BlockElement) -> BlockElement:
        kind = "head" if area.top < grid.head else "data"
        cell = BlockElement(
            "cell",
            grid.line_of(area.top),
            self,
            kind=kind,
            align=grid.aligns[area.left] if area.right == area.left + 1 else "",
            columns=str(area.right - area.left),
            rows=str(area.bottom - area.top),
        )
        lines = grid.content(area)
        cell.line, cell.end = lines[0].number, lines[-1].number
        cell.column = lines[0].offset
        self.parser.read_cell(cell, table, lines)
        cell.state = lines
        return cell


class _Grid:
    """``head`` is the number of header rows, ``aligns`` the alignments of the columns."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        rows = [in_columns(line) for line in lines]
        if len({len(text) for text, _ in rows}) > 1:
            rows = _straighten(lines) or rows
        self._text = [line for line, _ in rows]
        self._places = [places for _, places in rows]
        width = len(self._text[0])
        for number, line in enumerate(self._text):
            if len(line) != width or line[-1] not in "+|":
                column = min(len(lines[number]), len(lines[0]))
                raise GridError(number, column, "this line is not as long as the first.")
        if not _BORDER.match(lines[-1]):
            raise GridError(len(lines) - 1, 0, "its last line is not `+---+`.")
        self._x = self._columns()
        self._y = [0, *self._borders()]
        self.columns, self.rows = len(self._x) - 1, len(self._y) - 1
        self.areas = self._join_cells()
        self.head = 0
        double = (n for n in range(1, self.rows) if not self._text[self._y[n]].strip("+:="))
        ruled = next(double, 0)
        if ruled and not any(a.top < ruled < a.bottom for a in self.areas):
            self.head = ruled
        self.aligns = self._align(self._text[self._y[self.head]])

    def _columns(self) -> list[int]:
        """The columns with a cell border."""
        columns: set[int] = set()
        for line in self._text:
            for match in _SEGMENT.finditer(line):
                columns |= {match.start(1), match.end(1) - 1}
        if len(columns) > MAX_COLUMNS + 1:
            raise GridError(0, 0, f"it has more than {MAX_COLUMNS} columns.")
        return sorted(columns)

    def _borders(self) -> list[int]:
        """The lines that are a border of some cell."""
        return [
            number
            for number, line in enumerate(self._text)
            if number and any(self._is_ruled(line, n) for n in range(len(self._x) - 1))
        ]

    def _is_ruled(self, line: str, column: int) -> bool:
        start, end = self._x[column], self._x[column + 1]
        return line[start] in "+-=" and not line[start + 1 : end].strip(_LINE) and end - start > 1

    def _join_cells(self) -> list[_Area]:
        """The cells, each as large as the borders around it allow."""
        covered: set[tuple[int, int]] = set()
        areas = []
        for top in range(self.rows):
            for left in range(self.columns):
                if (top, left) in covered:
                    continue
                area = self._area(top, left)
                places = {
                    (row, column)
                    for row in range(area.top, area.bottom)
                    for column in range(area.left, area.right)
                }
                if covered & places:
                    raise GridError(self._y[top], self._x[left], "cells overlap.")
                covered |= places
                areas.append(area)
        return areas

    def _area(self, top: int, left: int) -> _Area:
        right = left + 1
        while right < self.columns and not self._is_walled(top, right):
            right += 1
        bottom = top + 1
        while bottom < self.rows and not self._is_floored(bottom, left, right):
            bottom += 1
        for row in range(top, bottom):
            for column in range(left + 1, right):
                if self._is_walled(row, column):
                    raise GridError(self._y[row] + 1, self._x[column], "a cell is not a rectangle.")
            for column in (left, right):
                if not self._is_walled(row, column):
                    raise GridError(self._y[row] + 1, self._x[column], "a border has a gap here.")
        return _Area(top, left, bottom, right)

    def _is_walled(self, row: int, column: int) -> bool:
        at = self._x[column]
        lines = self._text[self._y[row] + 1 : self._y[row + 1]]
        return all(line[at] in "|+" for line in lines)

    def _is_floored(self, row: int, left: int, right: int) -> bool:
        line = self._text[self._y[row]]
        return all(self._is_ruled(line, column) for column in range(left, right))

    def _align(self, line: str) -> list[str]:
        kinds = {(False, False): "", (True, False): "left", (False, True): "right"}
        return [
            kinds.get((line[start + 1] == ":", line[end - 1] == ":"), "center")
            for start, end in zip(self._x, self._x[1:], strict=False)
        ]

    def line_of(self, row: int) -> int:
        return self._lines[min(self._y[row] + 1, len(self._lines) - 1)].number

    def content(self, area: _Area) -> list[Line]:
        """The lines of a cell, without the white space that all begin with."""
        lines = []
        for number in range(self._y[area.top] + 1, self._y[area.bottom]):
            line, places = self._lines[number], self._places[number]
            start, end = self._x[area.left] + 1, self._x[area.right]
            if places:
                start, end = places[start], places[end]
            lines.append(Line(line[start:end].rstrip(" \t"), line.number, line.offset + start))
        common = min((len(text) - len(text.lstrip(" ")) for text in lines if text), default=0)
        return [
            Line(text[common:], text.number, text.offset + min(common, len(text))) for text in lines
        ] or [Line("", self._lines[self._y[area.top]].number, 1)]


def _straighten(lines: list[Line]) -> list[tuple[str, list[int]]]:
    """The lines of a drawing without cells that span others, which is not as wide everywhere, as if
    it were, and where the characters of each stand in it; none if its bars leave that open."""
    bars = [
        [match.start() for match in (_PLUS if _BORDER.match(line) else _BAR).finditer(line)]
        for line in lines
    ]
    if len(set(map(len, bars))) != 1 or any(
        at[:1] != [0] or at[-1] != len(line) - 1 for at, line in zip(bars, lines, strict=True)
    ):
        return []
    widths = [max(at[column + 1] - at[column] for at in bars) for column in range(len(bars[0]) - 1)]
    straightened: list[tuple[str, list[int]]] = []
    for line, at in zip(lines, bars, strict=True):
        text, places = "", list[int]()
        for (start, end), width in zip(pairwise(at), widths, strict=True):
            missing = width - (end - start)
            if line[0] == "+":
                text += line[start : end - 1] + line[end - 2] * missing + line[end - 1]
            else:
                text += line[start:end] + " " * missing
            places += [*range(start, end), *[end] * missing]
        straightened.append((text + line[-1], [*places, at[-1]]))
    return straightened
