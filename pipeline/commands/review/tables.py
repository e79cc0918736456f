"""Rows and columns that are new in a table, or gone from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.commands.review import drawn_tables
from pipeline.commands.review.matching import moved
from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.source_words import SourceEdit, line_end, line_start
from pipeline.commands.review.sources import ReviewedSource
from pipeline.commands.review.words import markdown
from pipeline.model.late import late

_PIPE = late(r"(?<!\\)\|")

CAPTION_STYLE = "TableCaption"

FEWEST_ROWS = 2
"""The rows that a table has that is drawn: its head, and one more."""


class SourceRow(NamedTuple):
    """A row of a table in the source: where its line begins and ends, and its cells do."""

    file: str
    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


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
    def new_columns(self) -> list[int]:
        columns = {column for row in self.new.values() for column in row}
        return sorted(columns - self.columns.keys()) if len(columns) > self.width else []

    @property
    def gone_columns(self) -> list[int]:
        columns = {column for row in self.new.values() for column in row}
        gone = set(range(self.width)) - set(self.columns.values())
        return sorted(gone) if len(columns) < self.width else []

    @property
    def new_rows(self) -> list[int]:
        return [row for row in self.new if row not in self.rows]

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
        for row in moved(rows):  # which is gone, and new elsewhere
            del rows[row]
            for numbers in new[row].values():
                for number in numbers:
                    pairs.pop(number, None)
        tables.append(
            ChangedTable(
                olds[table],
                new,
                rows,
                {column: _most(others) for column, others in columns.items()},
            )
        )
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
    ) -> None:
        self.base, self.edited, self.source = base, edited, source
        self.edits: list[SourceEdit] = []
        self.written: set[int] = set()
        self.gone: set[int] = set()
        self.unclear: list[int] = []
        self.left: list[int] = []

    def add(self, table: ChangedTable) -> None:
        lines = {row: self._line(table, row) for row in table.old}
        new_columns, gone_columns = table.new_columns, table.gone_columns
        for row in table.new_rows:
            self._add_row(table, row, lines)
        for row in sorted(table.old.keys() - set(table.rows.values())):
            if self._rule(lines) is None:  # its lines are more than the row's
                self._remove_row(table, row)
        for column in new_columns:
            self._add_column(table, column, lines)
        for column in gone_columns:
            self._remove_column(table, column, lines)

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
            first, last = min(numbers), max(numbers)
            bounds = self.source.table_bounds(self.base[first])
            if any(n in kept for n in numbers) or not any(self.base[n].key for n in numbers):
                continue
            self.gone.update(numbers)
            caption = next(
                (
                    n
                    for n in (first - 1, last + 1)
                    if 0 <= n < len(self.base) and self.base[n].style == CAPTION_STYLE
                ),
                None,
            )
            span = self.base[first].span
            if bounds is None or span is None or (caption is not None and caption in kept):
                self.left.append(first)
                continue
            text, (start, end) = self.source.text(span.file), bounds
            if caption is not None:
                self.gone.add(caption)
                if place := self.source.words_of(self.base[caption]):
                    start = min(start, line_start(text, place[0][0].start))
                    end = max(end, line_end(text, place[0][-1].end))
            if text[:start].endswith("\n\n") or not start:
                end += len(text[end : end + 2]) - len(text[end : end + 2].lstrip("\n"))
            self.edits.append(SourceEdit(span.file, start, end, ""))

    def _drawn(self, table: ChangedTable) -> drawn_tables.SourceTable | None:
        """The table of the source, if it is drawn with lines or dashes."""
        place = next(filter(None, (self._place(table, row) for row in table.old)), None)
        drawn = self.source.table_at(*place) if place else None
        return drawn if drawn and (drawn.is_grid or drawn.starts) else None

    def _place(self, table: ChangedTable, row: int) -> tuple[str, int] | None:
        """The file in which a row stands, and the beginning of its line there."""
        numbers = (number for numbers in table.old[row].values() for number in numbers)
        span = next(filter(None, (self.base[number].span for number in numbers)), None)
        return (span.file, self.source.starts(span.file)[span.line - 1]) if span else None

    def _remove_row(self, table: ChangedTable, row: int) -> None:
        numbers = [n for numbers in table.old[row].values() for n in numbers]
        self.gone.update(numbers)
        place, drawn = self._place(table, row), self._drawn(table)
        is_left = len({*table.rows.values()}) >= FEWEST_ROWS
        edit = drawn_tables.without_row(drawn, place[1]) if place and drawn and is_left else None
        if edit:
            self.edits.append(edit)
        else:
            self.unclear.append(numbers[0])

    def _line(self, table: ChangedTable, row: int) -> SourceRow | None:
        """The line of a row, if that is all that it is in the source."""
        place = self._place(table, row)
        line = self._cells(*place) if place else None
        return line if line and len(line.cells) == table.width else None

    def _cells(self, file: str, start: int) -> SourceRow:
        text = self.source.text(file)
        end = line_end(text, start)
        ends = [match.start() for match in _PIPE.finditer(text, start, end)]
        if not ends:
            return SourceRow(file, start, end, ())
        if text[ends[0] + 1 : end] and not text[start : ends[0]].strip(" \t>"):
            begins = [at + 1 for at in ends]
            ends = [*ends[1:], end]
        else:
            begins = [start, *(at + 1 for at in ends)]
            ends = [*ends, end]
        if not text[begins[-1] : end].strip():
            begins, ends = begins[:-1], ends[:-1]
        return SourceRow(file, start, end, tuple(zip(begins, ends, strict=True)))

    def _rule(self, lines: Mapping[int, SourceRow | None]) -> SourceRow | None:
        """The line below the head of a table, or above the first row if the head is empty."""
        first = lines[min(lines)]
        text = self.source.text(first.file) if first else ""
        for start in (first.end + 1, line_start(text, first.start - 1)) if first else ():
            rule = text[start : line_end(text, start)]
            if first and "-" in rule and set(rule) <= set(" \t>|:-"):
                return self._cells(first.file, start)
        return None

    def _text(self, numbers: Iterable[int]) -> str:
        texts = (markdown(self.edited[n], 0, len(self.edited[n].text)) for n in numbers)
        return " ".join(" ".join(texts).split())

    def _add_row(
        self, table: ChangedTable, row: int, lines: Mapping[int, SourceRow | None]
    ) -> None:
        numbers = [number for numbers in table.new[row].values() for number in numbers]
        self.written.update(numbers)
        if not any(self.edited[number].key for number in numbers):
            return
        order = [*table.new]
        above = [table.rows[r] for r in order[: order.index(row)] if r in table.rows]
        near = lines[above[-1]] if above else None
        rule = self._rule(lines)
        texts = [self._text(table.new[row].get(column, ())) for column in range(table.width)]
        drawn = self._drawn(table) if above and rule is None else None
        place = self._place(table, above[-1]) if above else None
        if place and drawn and (edits := drawn_tables.with_row(drawn, place[1], texts)):
            self.edits += edits
            return
        if near is None or rule is None:
            others = table.old[above[-1] if above else min(table.old)]
            self.unclear.append(next(n for each in others.values() for n in each))
            return
        text, start = self.source.text(near.file), near.start
        before = text[start : near.cells[0][0]]
        tail = " |" if text[near.start : near.end].rstrip().endswith("|") else ""
        line = f"{before}{' ' if before.endswith('|') else ''}{' | '.join(texts)}{tail}"
        end = rule.end if near.end + 1 == rule.start else near.end
        self.edits.append(SourceEdit(near.file, end, end, f"\n{line}"))

    def _all(self, table: ChangedTable, lines: Mapping[int, SourceRow | None]) -> list[SourceRow]:
        """The lines of a table with its rule, or with all that is drawn around its cells; none if
        not all are known."""
        every: list[SourceRow | None] = [*lines.values(), self._rule(lines)]
        if drawn := self._drawn(table):
            every = [
                SourceRow(drawn.file, line.start(), line.end(), drawn_tables.cells_of(drawn, line))
                for line in drawn.lines
            ]
        known = [line for line in every if line and len(line.cells) == table.width]
        if len(known) == len(every):
            return known
        self.unclear.append(next(number for _, number in _paragraphs(table.old)))
        return []

    def _add_column(
        self, table: ChangedTable, column: int, lines: Mapping[int, SourceRow | None]
    ) -> None:
        rows = {other: row for row, other in table.rows.items()}
        before = [table.columns[c] for c in range(column) if c in table.columns]
        texts = {
            place[1]: self._text(table.new[rows[row]].get(column, ()) if row in rows else ())
            for row in lines
            if (place := self._place(table, row))
        }
        self.written.update(n for row in table.new.values() for n in row.get(column, ()))
        width = max(1, *map(len, texts.values())) if self._drawn(table) else 0
        for line in self._all(table, lines):
            start, end = line.cells[before[-1] if before else 0]
            text = f" {texts.get(line.start, '' if width else '---'):<{width}} "
            edge, written = "|", self.source.text(line.file)[line.start : line.end]
            if width and drawn_tables.BORDER.fullmatch(written):
                edge, text = "+", ("=" if "=" in written else "-") * len(text)
            at, new = (end, edge + text) if before else (start, text + edge)
            self.edits.append(SourceEdit(line.file, at, at, new))

    def _remove_column(
        self, table: ChangedTable, column: int, lines: Mapping[int, SourceRow | None]
    ) -> None:
        self.gone.update(n for row in table.old.values() for n in row.get(column, ()))
        for line in self._all(table, lines):
            start, end = line.cells[column]
            edge = self.source.text(line.file)[end : end + 1]
            if column + 1 < len(line.cells) or edge in ("|", "+"):
                end += 1
            else:
                start -= 1
            self.edits.append(SourceEdit(line.file, start, end, ""))
