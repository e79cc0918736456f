"""Tables of the source, and what became of their cells, rows and columns."""

from __future__ import annotations

import functools
import itertools
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.commands.review.matching import find_moved
from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.sources import ReviewedSource, SourceEdit, SourcePlace
from pipeline.commands.review.words import markdown
from pipeline.model.late import late
from pipeline.parser.lines import in_columns

_LINE = late(r".+")
_PIPE = late(r"(?<!\\)\|")
_UNDER_HEAD = late(r"[ \t>|:]*-[ \t>|:-]*")
_DASHES = late(r"[ \t>]*-{2,}(?:[ \t]+-{2,})+[ \t]*")
_GROUP = late(r"-+")
_EDGE = late(r"\||\+[-=]")
_RULE = late(r"\+[-=:]{3}")
_BORDER = late(r"([ \t>]*)(\+(?:[-=:]{3,}\+)+)[ \t]*")
"""A line that is drawn across a whole table."""

CAPTION_STYLE = "TableCaption"

FEWEST_ROWS = 2
"""The rows that a table has that is drawn: its head, and one more."""

NARROW_COLUMN = 24
"""The letters for which a column becomes wider, if it is narrow."""


class SourceTable:
    """A table in the source: its lines that are not empty. It has pipes between its cells, is drawn
    with lines, or groups of dashes tell its columns; or it is of another kind."""

    def __init__(self, place: SourcePlace) -> None:
        self.place, self.text = place, place.text
        self.lines = [*_LINE.finditer(place.text, place.start, place.end)]
        self.is_grid = bool(self.lines) and bool(_BORDER.fullmatch(self.lines[0][0]))
        numbered = enumerate(self.lines)
        self.dashes = next((n for n, line in numbered if _DASHES.fullmatch(line[0])), None)
        groups = "" if self.dashes is None else self.lines[self.dashes][0]
        self.starts = [match.start() for match in _GROUP.finditer(groups)]
        is_other = self.is_grid or bool(self.starts)
        ruled = (line for line in self.lines[:2] if _UNDER_HEAD.fullmatch(line[0]))
        self.rule = None if is_other else next(ruled, None)

    @property
    def is_drawn(self) -> bool:
        return self.is_grid or bool(self.starts)

    def line_at(self, place: int) -> re.Match[str] | None:
        return next((line for line in self.lines if place <= line.end()), None)

    def cells(self, line: re.Match[str]) -> list[tuple[int, int]]:
        """Where the cells of a line begin and end; nothing if some span others."""
        text, start = line[0], line.start()
        if self.is_grid:
            edges = [at for at, sign in enumerate(self.lines[0][0]) if sign == "+"]
            is_whole = not _RULE.search(text) or bool(_BORDER.fullmatch(text))
            if not is_whole or any(text[at : at + 1] not in ("|", "+") for at in edges):
                return []
            return [(start + at + 1, start + end) for at, end in itertools.pairwise(edges)]
        edges = [match.start() for match in _PIPE.finditer(text)]
        if not edges or self.starts:
            return []
        if text[: edges[0]].strip(" \t>") or not text[edges[0] + 1 :]:
            edges.insert(0, -1)
        if text[edges[-1] + 1 :].strip():
            edges.append(len(text))
        return [(start + at + 1, start + end) for at, end in itertools.pairwise(edges)]

    # --- cells ---

    def fit_edits(self, edits: Sequence[SourceEdit]) -> Sequence[SourceEdit]:
        """The changes in a cell. In a table that is drawn with lines or dashes, the spaces after
        the text make up for its length, or its column becomes wider; a change that would move other
        cells, or align them in another way, is left out."""
        if not self.is_drawn:
            return edits
        same = [edit for edit in edits if len(edit.text) == edit.end - edit.start]
        return same if same or len(edits) != 1 else self._fit(edits[0])

    def _fit(self, edit: SourceEdit) -> list[SourceEdit]:
        line = self.line_at(edit.start)
        assert line is not None
        gone = self.text[edit.start : edit.end]
        if not edit.text:
            gone = gone.rstrip()  # the spaces after it are not of the cell
        edit = edit._replace(end=edit.start + len(gone))
        at, more = edit.end - line.start(), len(edit.text) - len(gone)
        if self.is_grid:
            match = _EDGE.search(line[0], at)
            edge = match.start() if match else 0
        elif not self._may_vary(line, edit.start - line.start()):
            return []
        else:
            after = max(at, edit.start - line.start() + 1)
            edge = next((start for start in self.starts if start >= after), 0)
            if not edge:
                return [edit]
        rest = line[0][at:edge]
        spaces = edge - at - len(rest.rstrip())
        if edge and spaces > more:
            fill = rest.rstrip() + " " * (spaces - more if edge < len(line[0]) else 0)
            return [edit._replace(end=edit.end + len(rest), text=edit.text + fill)]
        others = [each for each in self.lines if each is not line]
        wider = self._widen(others, edge, more) if edge and spaces else []
        return [edit, *wider] if wider else []

    def _may_vary(self, line: re.Match[str], at: int) -> bool:
        """Return whether words at a place may become longer or shorter: in the lines that tell how
        a column is aligned, those do not matter that begin where it does."""
        if not _is_narrow(each[0] for each in self.lines):
            return False
        telling = self.lines[: self.dashes] or self.lines[1:]
        start = max((start for start in self.starts if start <= at), default=0)
        before, first = line[0][start - 1 : start], line[0][start : start + 1]
        return line not in telling or bool(first.strip() and not before.strip())

    def _widen(self, lines: Iterable[re.Match[str]], edge: int, more: int) -> list[SourceEdit]:
        """The changes for ``more`` letters before the edge of a column; none if a cell is there."""
        edits: list[SourceEdit] = []
        for line in lines:
            before, at = line[0][edge - 1 : edge], line[0][edge : edge + 1]
            is_rule = bool(_RULE.search(line[0])) and set(line[0][edge - 2 : edge]) <= set("-=:")
            if not self.is_grid and not at:
                continue
            if self.is_grid:
                is_free, place = at in ("+", "|"), edge - (2 if is_rule else 0)
                fill = line[0][place] if is_rule else " "
            else:
                is_free, place, fill = before == " " or not line[0].strip("> -"), edge, before
            if not at or not is_free:
                return []
            place += line.start()
            edits.append(self.place.edit(place, place, fill * more))
        return edits

    # --- rows ---

    def with_row(self, at: int, texts: Sequence[str]) -> list[SourceEdit]:
        """The changes for a new row after the one that stands ``at`` a place; none if it does not
        fit there."""
        if self.is_grid:
            return self._grid_row(at, texts)
        line = self.line_at(at)
        if line and self.rule and len(cells := self.cells(line)) == len(texts):
            before = self.text[line.start() : cells[0][0]]
            row = f"{before}{' ' if before.endswith('|') else ''}{' | '.join(texts)}"
            row += " |" if line[0].rstrip().endswith("|") else ""
        else:
            row = self._dash_row(texts)
        end = max(line.end(), self._end_of_head) if line else 0
        return [self.place.edit(end, end, f"\n{row}")] if row else []

    @property
    def _end_of_head(self) -> int:
        under = self.lines[self.dashes] if self.dashes is not None else self.rule
        return under.end() if under else 0

    def _dash_row(self, texts: Sequence[str]) -> str:
        """The line of a row in the columns of dashes; nothing if it does not fit."""
        if not self._is_simple or not _is_narrow(texts) or len(texts) != len(self.starts):
            return ""
        row = self.lines[1][0][: self.starts[0]]
        for start, text in zip(self.starts, texts, strict=True):
            if start > self.starts[0] and len(row) >= start:
                return ""
            row = row.ljust(start) + text
        return row.rstrip()

    @property
    def _is_simple(self) -> bool:
        """True if dashes tell the columns below a head, and each row is on a line."""
        pairs = itertools.pairwise(self.lines)
        return self.dashes == 1 and all(a.end() + 1 == b.start() for a, b in pairs)

    def _grid_row(self, at: int, texts: Sequence[str]) -> list[SourceEdit]:
        """The changes for a new row that is drawn. A column becomes wider where a word needs it,
        unless a cell spans it and the next."""
        below = next((n for n in self.lines if n.start() > at and _RULE.search(n[0])), None)
        border = _BORDER.fullmatch(below[0]) if below else None
        if below is None or border is None or border[2].count("+") != len(texts) + 1:
            return []
        edits: list[SourceEdit] = []
        edge, widths = len(border[1]), list[int]()
        for column, each in zip(border[2].split("+")[1:], texts, strict=False):
            edge += len(column) + 1
            longest = max(map(len, each.split()), default=0)
            widths.append(max(len(column) - 2, longest, min(len(each), NARROW_COLUMN)))
            if more := widths[-1] + 2 - len(column):
                wider = self._widen(self.lines, edge, more)
                if not wider:
                    return []
                edits += wider
        cells = [textwrap.wrap(each, width) for each, width in zip(texts, widths, strict=True)]
        rows = ["".join(f"+{'-' * (width + 2)}" for width in widths) + "+"]
        for parts in itertools.zip_longest(*cells, fillvalue=""):
            pairs = zip(parts, widths, strict=True)
            rows.insert(-1, "".join(f"| {part:<{width}} " for part, width in pairs) + "|")
        new = "".join(f"\n{border[1]}{row}" for row in rows)
        return [*edits, self.place.edit(below.end(), below.end(), new)]

    def without_row(self, at: int) -> SourceEdit | None:
        """The change for the row of a drawn table that stands ``at`` a place, with the line that is
        drawn below it. None for one of a head, and one in which cells span others."""
        ends = [line for line in self.lines if not self.is_grid or _RULE.search(line[0])]
        above = next((line for line in reversed(ends) if line.end() < at), None)
        last = next((line for line in ends if line.end() > at), None)
        if above is None or last is None:
            return None
        if self.is_grid:
            is_whole = "=" not in last[0] and all(_BORDER.fullmatch(e[0]) for e in (above, last))
        else:
            is_whole = self._is_simple
        return self.place.edit(above.end(), last.end(), "") if is_whole else None

    # --- columns ---

    def lines_of(self, width: int, rows: Collection[int]) -> list[re.Match[str]]:
        """The lines of all rows, which begin at these places, and those between them; none if not
        all have as many cells as the table."""
        lines = [n for n in self.lines if self.is_grid or n is self.rule or n.start() in rows]
        is_whole = self.is_grid or len(lines) == len(rows) + 1
        return lines if is_whole and all(len(self.cells(n)) == width for n in lines) else []

    def with_column(
        self, lines: Iterable[re.Match[str]], before: int | None, texts: Mapping[int, str]
    ) -> Iterator[SourceEdit]:
        """The changes for a new column after one, or before all; its texts by the places of their
        rows."""
        width = max(1, *map(len, texts.values())) if self.is_grid else 0
        for line in lines:
            start, end = self.cells(line)[before or 0]
            text = f" {texts.get(line.start(), '' if width else '---'):<{width}} "
            edge = "|"
            if width and _BORDER.fullmatch(line[0]):
                edge, text = "+", ("=" if "=" in line[0] else "-") * len(text)
            if before is None:
                yield self.place.edit(start, start, text + edge)
            else:
                yield self.place.edit(end, end, edge + text)

    def without_column(self, lines: Iterable[re.Match[str]], column: int) -> Iterator[SourceEdit]:
        for line in lines:
            cells = self.cells(line)
            start, end = cells[column]
            has_edge = column + 1 < len(cells) or self.text[end : end + 1] in ("|", "+")
            yield self.place.edit(start - (not has_edge), end + has_edge, "")


def _is_narrow(texts: Iterable[str]) -> bool:
    """Return whether each letter is as wide as a column of the screen."""
    return all("\t" not in text and len(in_columns(text)[0]) == len(text) for text in texts)


def table_at(source: ReviewedSource, place: SourcePlace) -> SourceTable | None:
    """The table in which a cell stands."""
    lines = source.table(place)
    return SourceTable(lines) if lines else None


Rows = dict[int, dict[int, list[int]]]
"""Of the rows of a table, by their numbers, the numbers of the paragraphs in each column."""


class ChangedTable(NamedTuple):
    """A table of the source and what it is now; the rows and columns that both have, by those of
    the file."""

    old: Rows
    new: Rows
    rows: dict[int, int]
    columns: dict[int, int]

    @property
    def width(self) -> int:
        return 1 + max(column for row in self.old.values() for column in row)


def changed_tables(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> list[ChangedTable]:
    """The tables of a file that are in the source. Cells of the same row and column that have
    nothing in common become pairs."""
    olds, tables = _tables(base), []
    for new in _tables(edited).values():
        matches = [
            (place, other)
            for place, number in _paragraphs(new)
            if number in pairs and (other := base[pairs[number]].cell)
        ]
        if not matches:
            continue
        table = _most(other.table for _, other in matches)
        found, columns = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for (row, column), other in matches:
            if other.table == table:
                found[row].append(other.row)
                columns[column].append(other.column)
        rows = {row: _most(others) for row, others in found.items()}
        for row in find_moved(rows):  # which is gone, and new elsewhere
            del rows[row]
            for number in _flat(new[row]):
                pairs.pop(number, None)
        most = {column: _most(others) for column, others in columns.items()}
        tables.append(ChangedTable(olds[table], new, rows, most))
        _pair_cells(tables[-1], pairs)
    return tables


def _tables(paragraphs: Sequence[ReviewedParagraph]) -> dict[int, Rows]:
    tables: dict[int, Rows] = {}
    for number, paragraph in enumerate(paragraphs):
        if cell := paragraph.cell:
            row = tables.setdefault(cell.table, {}).setdefault(cell.row, {})
            row.setdefault(cell.column, []).append(number)
    return tables


def _paragraphs(rows: Rows) -> Iterator[tuple[tuple[int, int], int]]:
    for row, columns in rows.items():
        for column, numbers in columns.items():
            yield from (((row, column), number) for number in numbers)


def _flat(row: Mapping[int, Iterable[int]]) -> list[int]:
    return [number for numbers in row.values() for number in numbers]


def _most(numbers: Iterable[int]) -> int:
    ((number, _),) = Counter(numbers).most_common(1)
    return number


def _pair_cells(table: ChangedTable, pairs: dict[int, int]) -> None:
    used = set(pairs.values())
    for (row, column), number in _paragraphs(table.new):
        if number not in pairs and row in table.rows and column in table.columns:
            others = table.old[table.rows[row]].get(table.columns[column], [])
            left = [other for other in others if other not in used]
            if left:
                pairs[number] = left[0]
                used.add(left[0])


class TableEdits:
    """The changes of rows and columns: changes of the source, the paragraphs of the file that are
    ``written`` by them, those of the source that are ``gone``, and those beside which something
    cannot be taken home (``unclear``), or a table was removed without its caption (``left``)."""

    def __init__(
        self,
        base: Sequence[ReviewedParagraph],
        edited: Sequence[ReviewedParagraph],
        source: ReviewedSource,
        newer: Collection[int],
    ) -> None:
        self.base, self.edited, self.source, self.newer = base, edited, source, newer
        self.edits: list[SourceEdit] = []
        self.written: set[int] = set()
        self.gone: set[int] = set()
        self.unclear: list[int] = []
        self.left: list[int] = []

    def add(self, table: ChangedTable) -> None:
        places = {row: place for row in table.old if (place := self._place(table.old[row]))}
        at = next(iter(places.values()), None)
        source = table_at(self.source, at) if at else None
        starts = {row: place.first for row, place in places.items()}
        for row in (row for row in table.new if row not in table.rows):
            self._add_row(table, row, source, starts)
        for row in sorted(table.old.keys() - set(table.rows.values())):
            is_newer = {*_flat(table.old[row])} <= {*self.newer}
            if not is_newer and not (source and source.rule):  # whose lines go with its paragraphs
                self._remove_row(table, row, source, starts)
        columns = {column for row in table.new.values() for column in row}
        lines = functools.partial(self._lines, table, source, starts)
        more = len(columns) - table.width
        for column in sorted(columns - table.columns.keys()) if more > 0 else ():
            rows = {other: table.new[row] for row, other in table.rows.items()}
            texts = {
                start: self._text(rows.get(row, {}).get(column, ()))
                for row, start in starts.items()
            }
            self.written.update(n for row in table.new.values() for n in row.get(column, ()))
            before = [table.columns[c] for c in range(column) if c in table.columns]
            if (known := lines()) and source:
                self.edits += source.with_column(known, before[-1] if before else None, texts)
        gone = {*range(table.width)} - {*table.columns.values()}
        for column in sorted(gone) if more < 0 else ():
            cells = {n for row in table.old.values() for n in row.get(column, ())}
            if cells <= {*self.newer}:
                continue
            self.gone |= cells
            if (known := lines()) and source:
                self.edits += source.without_column(known, column)

    def new_tables(self, known: Collection[int]) -> dict[int, str]:
        """The tables that are new and have as many cells in each row, by the numbers of their first
        paragraphs, as they are written in a source."""
        tables: dict[int, str] = {}
        for rows in _tables(self.edited).values():
            numbers = [number for _, number in _paragraphs(rows)]
            width = max(column for row in rows.values() for column in row) + 1
            if any(n in known for n in numbers) or any(len(row) < width for row in rows.values()):
                continue
            head, *others = (
                f"| {' | '.join(self._text(row[column]) for column in range(width))} |"
                for row in rows.values()
            )
            tables[min(numbers)] = "\n".join((head, "|" + "---|" * width, *others))
            self.written.update(numbers)
        return tables

    def remove_whole(self, kept: Collection[int]) -> None:
        """Remove the tables of which nothing is left, with their captions."""
        for rows in _tables(self.base).values():
            numbers = [number for _, number in _paragraphs(rows)]
            first, beside = self.base[min(numbers)], (min(numbers) - 1, max(numbers) + 1)
            if any(n in kept for n in numbers) or not any(self.base[n].key for n in numbers):
                continue
            self.gone.update(numbers)
            near = (n for n in beside if 0 <= n < len(self.base))
            caption = next((n for n in near if self.base[n].style == CAPTION_STYLE), None)
            place = self.source.table(self.source.place(first)) if first.span else None
            if place is None or (caption is not None and caption in kept):
                self.left.append(min(numbers))
                continue
            if caption is not None:
                self.gone.add(caption)
                if words := self.source.words_of(self.base[caption]):
                    start, end = min(place.start, words[0].start), max(place.end, words[-1].end)
                    place = place._replace(start=start, end=end)
            start, end, text = place.first, place.last, place.text
            if text[:start].endswith("\n\n") or not start:
                end += len(text[end : end + 2]) - len(text[end : end + 2].lstrip("\n"))
            self.edits.append(place.edit(start, end, ""))

    def _place(self, row: Mapping[int, Iterable[int]]) -> SourcePlace | None:
        """The place of the first cell of a row."""
        cells = (self.base[number] for number in _flat(row))
        return next((self.source.place(cell) for cell in cells if cell.span), None)

    def _text(self, numbers: Iterable[int]) -> str:
        texts = (markdown(self.edited[n], 0, len(self.edited[n].text)) for n in numbers)
        return " ".join(" ".join(texts).split())

    def _add_row(
        self, table: ChangedTable, row: int, source: SourceTable | None, starts: Mapping[int, int]
    ) -> None:
        numbers, order = _flat(table.new[row]), [*table.new]
        self.written.update(numbers)
        if not any(self.edited[number].key for number in numbers):
            return
        above = [table.rows[r] for r in order[: order.index(row)] if r in table.rows]
        texts = [self._text(table.new[row].get(column, ())) for column in range(table.width)]
        at = starts.get(above[-1]) if above else None
        if source and at is not None and (edits := source.with_row(at, texts)):
            self.edits += edits
        else:
            self.unclear.append(_flat(table.old[above[-1] if above else min(table.old)])[0])

    def _remove_row(
        self, table: ChangedTable, row: int, source: SourceTable | None, starts: Mapping[int, int]
    ) -> None:
        numbers = _flat(table.old[row])
        self.gone.update(numbers)
        is_left = len({*table.rows.values()}) >= FEWEST_ROWS
        is_drawn = source and source.is_drawn and is_left and row in starts
        if source and is_drawn and (edit := source.without_row(starts[row])):
            self.edits.append(edit)
        else:
            self.unclear.append(numbers[0])

    def _lines(
        self, table: ChangedTable, source: SourceTable | None, starts: Mapping[int, int]
    ) -> list[re.Match[str]]:
        """The lines of a table with all that is drawn around its cells; none if not all are
        known."""
        is_known = source and len(starts) == len(table.old)
        lines = source.lines_of(table.width, {*starts.values()}) if source and is_known else []
        if not lines:
            self.unclear.append(next(number for _, number in _paragraphs(table.old)))
        return lines
