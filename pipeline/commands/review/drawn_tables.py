"""Tables that are drawn with lines, or whose columns are told by groups of dashes."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.commands.review.source_words import SourceEdit
from pipeline.model.late import late
from pipeline.parser.lines import in_columns

_DASHES = late(r"[ \t>]*-{2,}(?:[ \t]+-{2,})+[ \t]*")
_GROUP = late(r"-+")
_EDGE = late(r"\||\+[-=]")
_RULE = late(r"\+[-=:]{3}")
BORDER = late(r"([ \t>]*)(\+(?:[-=:]{3,}\+)+)[ \t]*")
"""A line that is drawn across a whole table."""

ROOM = 24
"""The letters for which a column becomes wider, if it is narrow."""


class SourceTable(NamedTuple):
    """A table in the text of a file: its lines that are not empty."""

    file: str
    text: str
    lines: tuple[re.Match[str], ...]

    @property
    def is_grid(self) -> bool:
        return bool(self.lines) and bool(BORDER.fullmatch(self.lines[0][0]))

    @property
    def dashes(self) -> int | None:
        """The number of the line that tells the columns."""
        numbered = enumerate(self.lines)
        return next((n for n, line in numbered if _DASHES.fullmatch(line[0])), None)

    @property
    def starts(self) -> list[int]:
        """Where the columns begin in each line, if groups of dashes tell it."""
        dashes = "" if self.dashes is None else self.lines[self.dashes][0]
        return [match.start() for match in _GROUP.finditer(dashes)]


def cells_of(table: SourceTable, line: re.Match[str]) -> tuple[tuple[int, int], ...]:
    """Where the cells of a line begin and end; nothing if some span others."""
    first = table.lines[0][0]
    edges = [at for at, sign in enumerate(first) if sign == "+"]
    is_whole = not _RULE.search(line[0]) or bool(BORDER.fullmatch(line[0]))
    if not is_whole or any(line[0][at : at + 1] not in ("|", "+") for at in edges):
        return ()
    places = [line.start() + at for at in edges]
    return tuple((start + 1, end) for start, end in itertools.pairwise(places))


def fitted(edits: Sequence[SourceEdit], table: SourceTable | None) -> tuple[SourceEdit, ...]:
    """The changes in a cell. In a table that is drawn with lines or dashes, the spaces after the
    text make up for its length, or its column becomes wider; a change that would move other cells,
    or align them in another way, is left out."""
    if table is None or not (table.is_grid or table.starts):
        return tuple(edits)
    same = tuple(edit for edit in edits if len(edit.text) == edit.end - edit.start)
    return same if same or len(edits) != 1 else _fitted(edits[0], table)


def _fitted(edit: SourceEdit, table: SourceTable) -> tuple[SourceEdit, ...]:
    line = next(line for line in table.lines if edit.start <= line.end())
    gone = table.text[edit.start : edit.end]
    if not edit.text:
        gone = gone.rstrip()  # the spaces after it are not of the cell
    edit = edit._replace(end=edit.start + len(gone))
    at, more = edit.end - line.start(), len(edit.text) - len(gone)
    if table.is_grid:
        match = _EDGE.search(line[0], at)
        edge = match.start() if match else 0
    elif not _may_vary(line, edit.start - line.start(), table):
        return ()
    else:
        after = max(at, edit.start - line.start() + 1)
        edge = next((start for start in table.starts if start >= after), 0)
        if not edge:
            return (edit,)
    rest = line[0][at:edge]
    spaces = edge - at - len(rest.rstrip())
    if edge and spaces > more:
        moved = rest.rstrip() + " " * (spaces - more if edge < len(line[0]) else 0)
        return (edit._replace(end=edit.end + len(rest), text=edit.text + moved),)
    others = [each for each in table.lines if each is not line]
    wider = _widened(table, others, edge, more) if edge and spaces else ()
    return (edit, *wider) if wider else ()


def _may_vary(line: re.Match[str], at: int, table: SourceTable) -> bool:
    """Return whether words at a place may become longer or shorter: in the lines that tell how a
    column is aligned, those do not matter that begin where it does."""
    if not _is_narrow(each[0] for each in table.lines):
        return False
    telling = table.lines[: table.dashes] or table.lines[1:]
    start = max((start for start in table.starts if start <= at), default=0)
    before, first = line[0][start - 1 : start], line[0][start : start + 1]
    return line not in telling or bool(first.strip() and not before.strip())


def _is_narrow(texts: Iterable[str]) -> bool:
    """Return whether each letter is as wide as a column of the screen."""
    return all("\t" not in text and len(in_columns(text)[0]) == len(text) for text in texts)


def _widened(
    table: SourceTable, lines: Iterable[re.Match[str]], edge: int, more: int
) -> list[SourceEdit]:
    """The changes for ``more`` letters before the edge of a column; none if a cell is there."""
    edits: list[SourceEdit] = []
    for line in lines:
        before, at = line[0][edge - 1 : edge], line[0][edge : edge + 1]
        is_rule = bool(_RULE.search(line[0])) and set(line[0][edge - 2 : edge]) <= set("-=:")
        if not table.is_grid and not at:
            continue
        if table.is_grid:
            is_free, place = at in ("+", "|"), edge - (2 if is_rule else 0)
            fill = line[0][place] if is_rule else " "
        else:
            is_free, place, fill = before == " " or not line[0].strip("> -"), edge, before
        if not at or not is_free:
            return []
        place += line.start()
        edits.append(SourceEdit(table.file, place, place, fill * more))
    return edits


def with_row(table: SourceTable, at: int, texts: Sequence[str]) -> tuple[SourceEdit, ...]:
    """The changes for a new row after the one that stands ``at`` a place of a table; none if it
    does not fit there."""
    return (_grid_row if table.is_grid else _dash_row)(table, at, texts)


def _dash_row(table: SourceTable, at: int, texts: Sequence[str]) -> tuple[SourceEdit, ...]:
    """The same with a row on each line, below a head."""
    near = next((n for n, line in enumerate(table.lines) if at <= line.end()), 0)
    if not _is_simple(table) or not _is_narrow(texts) or len(texts) != len(table.starts):
        return ()
    dashes = table.dashes or 0
    row = table.lines[dashes][0][: table.starts[0]]
    for start, text in zip(table.starts, texts, strict=True):
        if start > table.starts[0] and len(row) >= start:
            return ()
        row = row.ljust(start) + text
    end = table.lines[max(near, dashes)].end()
    return (SourceEdit(table.file, end, end, f"\n{row.rstrip()}"),)


def _is_simple(table: SourceTable) -> bool:
    """Return whether a table told by dashes has a head, and a row on each line."""
    pairs = itertools.pairwise(table.lines)
    return table.dashes == 1 and all(a.end() + 1 == b.start() for a, b in pairs)


def _grid_row(table: SourceTable, at: int, texts: Sequence[str]) -> tuple[SourceEdit, ...]:
    """The same in a table drawn with lines. A column becomes wider where a word needs it, unless a
    cell spans it and the next."""
    below = next((n for n in table.lines if n.start() > at and _RULE.search(n[0])), None)
    border = BORDER.fullmatch(below[0]) if below else None
    if below is None or border is None or border[2].count("+") != len(texts) + 1:
        return ()
    edits: list[SourceEdit] = []
    edge, widths = len(border[1]), list[int]()
    for column, each in zip(border[2].split("+")[1:], texts, strict=False):
        edge += len(column) + 1
        longest = max(map(len, each.split()), default=0)
        widths.append(max(len(column) - 2, longest, min(len(each), ROOM)))
        if more := widths[-1] + 2 - len(column):
            wider = _widened(table, table.lines, edge, more)
            if not wider:
                return ()
            edits += wider
    cells = [textwrap.wrap(each, width) for each, width in zip(texts, widths, strict=True)]
    rows = ["".join(f"+{'-' * (width + 2)}" for width in widths) + "+"]
    for parts in itertools.zip_longest(*cells, fillvalue=""):
        pairs = zip(parts, widths, strict=True)
        rows.insert(-1, "".join(f"| {part:<{width}} " for part, width in pairs) + "|")
    new = "".join(f"\n{border[1]}{row}" for row in rows)
    return (*edits, SourceEdit(table.file, below.end(), below.end(), new))


def without_row(table: SourceTable, at: int) -> SourceEdit | None:
    """The change for the row that stands ``at`` a place of a table, with the line that is drawn
    below it. None for one of a head, and one in which cells span others."""
    ends = [line for line in table.lines if not table.is_grid or _RULE.search(line[0])]
    above = next((line for line in reversed(ends) if line.end() < at), None)
    last = next((line for line in ends if line.end() > at), None)
    if above is None or last is None:
        return None
    if table.is_grid:
        is_whole = all(BORDER.fullmatch(each[0]) for each in (above, last)) and "=" not in last[0]
    else:
        is_whole = _is_simple(table)
    return SourceEdit(table.file, above.end(), last.end(), "") if is_whole else None
