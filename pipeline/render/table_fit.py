"""Fitting a table into a line of print: at its usual size, or smaller and wider, with the width of
each column.

By default, a table is as wide as its longest words, extends into the margin if these do not fit,
and gives its longest text all the room. So the columns of tables with more than a few words per
line have widths computed from their contents.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model import Table, TableRow
from pipeline.model.table_cells import column_count, place
from pipeline.render.text_width import Size, line_count, size


class Setting(NamedTuple):
    """A size for tables: the room in a line, and between columns, in ems. A row of more than
    ``tall`` lines may be broken across pages. ``extra`` is the part of the line that only
    top-level tables have, ``rem`` the number of ems in one of the text's."""

    line: float
    gap: float
    tall: int = 12
    extra: float = 0.0
    rem: float = 1.0

    def within(self, indent: float) -> Setting:
        """The line in something indented by ``indent`` of the text's ems."""
        line = max(LEAST, self.line - self.extra - indent * self.rem)
        return self._replace(line=line, extra=0.0)


USUAL = Setting(line=35.8, gap=1.2)
"""120 mm at 9.5 points, 4 mm between columns."""

SMALL = Setting(line=40.0, gap=0.7)
"""120 mm at 8.5 points, 2 mm between columns."""

SURE = 0.93
"""The part of a line that can be relied on, as widths are approximate."""

EASY = 1.15
"""The extra space for words, if there is some."""

SINGLE = 0.85
"""Up to this share of a line, rows of single lines can be left to themselves."""

CROWDED = 5
"""Lines of a cell beyond which a table of `MANY` columns is set small."""

MANY = 4
LEAST = 0.1
"""Ems that a column has, of however many."""

HYPHENATED = 0.6
"""The minimum part of a long word on a line, if it can be divided."""

BOLD = 1.05
"""The extra width of bold text."""

LONG_WORD, LONGEST_WORD = 4.5, 12
STEPS = 20
"""Halvings in the search for a width: to less than a hundredth of a millimetre."""


class _Fit(NamedTuple):
    """``widths`` are the columns' in per cent, none if they can be automatic. ``tall`` are the rows
    of the body, from 0, with many lines; if not everything ``fits``, words are hyphenated, or
    narrow columns have many lines."""

    is_small: bool = False
    widths: tuple[float, ...] = ()
    tall: frozenset[int] = frozenset()
    fits: bool = True


class Column(NamedTuple):
    """The requirements of a column, in ems, and its share of the line if the author gives one."""

    word: float
    line: float
    share: float = 0.0


def fit(table: Table, usual: Setting = USUAL, small: Setting = SMALL) -> _Fit:
    """The widths with which the table fits into ``usual`` lines, or else into ``small`` ones."""
    count = column_count(table)
    if not count:
        return _Fit()
    columns = _columns(table, count)
    for setting in (usual, small):
        room = max(setting.line - setting.gap * (count - 1), LEAST * count)
        needed = sum(column.line for column in columns)
        if setting is usual and needed <= room * SINGLE and not table.widths:
            return _Fit(tall=_tall(table.body, [column.line for column in columns], usual))
        widths = _widths(columns, room * SURE)
        lines = max(c.line / w for c, w in zip(columns, widths, strict=True))
        fits = all(c.word <= w + 0.01 for c, w in zip(columns, widths, strict=True))
        crowded = count >= MANY and lines > CROWDED
        if setting is small or (fits and not crowded):
            break
    # The gap is part of a column, but for the last.
    outer = [width + setting.gap for width in widths[:-1]] + [widths[-1]]
    return _Fit(
        is_small=setting is small,
        widths=table.widths or tuple(round(100 * width / sum(outer), 1) for width in outer),
        tall=_tall(table.body, widths, setting),
        fits=fits and not crowded,
    )


def cuts_words(table: Table, small: Setting = SMALL) -> bool:
    """Return whether columns of ``small`` lines are too narrow even for words that are hyphenated
    once, so that a table would not help readers. Addresses and the like may be broken anywhere, and
    widths set by the author are kept."""
    if table.widths:
        return False
    count = column_count(table)
    room = (small.line - small.gap * (count - 1)) * SURE
    words = [min(column.word, LONGEST_WORD) for column in _columns(table, count)]
    return sum(word * HYPHENATED if word > LONG_WORD else word for word in words) > room


def _columns(table: Table, count: int) -> list[Column]:
    words, lines = [0.0] * count, [0.0] * count
    spanning: list[tuple[int, int, Size]] = []
    for rows in (table.head, table.body):
        for row in place(rows):
            for column, cell in row:
                needs = size(cell.children)
                if cell.scope == "col":
                    needs = Size(needs.word * BOLD, needs.line * BOLD)
                elif cell.align == "decimal":
                    needs = Size(needs.line, needs.line)
                if cell.columns > 1:
                    spanning.append((column, column + cell.columns, needs))
                else:
                    words[column] = max(words[column], needs.word)
                    lines[column] = max(lines[column], needs.line)
    for start, end, needs in spanning:
        for values, need in ((words, needs.word), (lines, needs.line)):
            missing = (need - sum(values[start:end])) / (end - start)
            if missing > 0:
                values[start:end] = [value + missing for value in values[start:end]]
    shares = table.widths if len(table.widths) == count else (0.0,) * count
    return [Column(max(1, w), max(1, n), s) for w, n, s in zip(words, lines, shares, strict=True)]


def _widths(columns: Sequence[Column], room: float) -> list[float]:
    """The columns' widths, in ems: the longest words fit if possible, and the rest of the room is
    divided by the square root of the contents, so that of two columns the one with the longer text
    has more room, and also more lines."""
    if columns[0].share:
        return [column.share * room / 100 for column in columns]
    words = [column.word for column in columns]
    least = [word * EASY for word in words]
    if sum(least) > room:
        least = words
    if sum(least) > room:
        parts = [word * HYPHENATED if word > LONG_WORD else word for word in words]
        return _shortened(words if sum(parts) <= room else parts, parts, room)
    widths = list(least)
    open_columns = set(range(len(columns)))
    while open_columns:
        free = room - sum(widths[i] for i in range(len(columns)) if i not in open_columns)
        total = sum(math.sqrt(columns[i].line) for i in open_columns)
        shares = {i: free * math.sqrt(columns[i].line) / total for i in open_columns}
        narrow = {i for i in open_columns if shares[i] <= least[i]}
        full = {i for i in open_columns - narrow if shares[i] >= columns[i].line * EASY}
        for i in narrow:
            widths[i] = least[i]
        for i in () if narrow else full:
            widths[i] = columns[i].line * EASY
        closed = narrow or full
        if not closed:
            for i in open_columns:
                widths[i] = shares[i]
            break
        open_columns -= closed
    return widths


def _shortened(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Widths of which the largest are reduced to a common one, at least ``least``, so that all fit
    into the room; or to a common one, if even those do not fit."""
    if sum(least) > room:
        least = [0.0] * len(widths)
    low, high = 0.0, max(widths)
    for _ in range(STEPS):
        most = (low + high) / 2
        cut = [max(floor, min(width, most)) for width, floor in zip(widths, least, strict=True)]
        low, high = (low, most) if sum(cut) > room else (most, high)
    return [max(floor, min(width, low)) for width, floor in zip(widths, least, strict=True)]


def _tall(body: Sequence[TableRow], widths: Sequence[float], setting: Setting) -> frozenset[int]:
    """The rows that take many lines."""
    return frozenset(
        number
        for number, row in enumerate(place(body))
        if any(
            line_count(p.cell.children, sum(widths[p.column : p.end])) / p.cell.rows > setting.tall
            for p in row
        )
    )
