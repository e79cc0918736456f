"""Tables as other programs write them, in a fence or in the file that it names: CSV (RFC 4180), and
its variants with semicolons or tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model import Block, CodeBlock
from pipeline.model.codes import BY_SLUG, Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.parser.constructs.parts import Parts, Report, framed
from pipeline.parser.lines import Line

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""The possible delimiters of cells, by the names that authors use."""


MOST_CELLS = 50_000
"""The maximum number of cells in a table, which is some thousand printed pages."""


class Cell(NamedTuple):
    """The text of a cell without its quotes, and its position."""

    text: str
    span: Span


class _Mistake(NamedTuple):
    """An error in the data."""

    message: str
    span: Span
    hint: str


class Rows(NamedTuple):
    """The rows that are not blank, none if they are too many, and the problems found."""

    rows: tuple[tuple[Cell, ...], ...]
    mistakes: tuple[_Mistake, ...]


def read_delimited(lines: Sequence[Line], delimiter: str = "") -> Rows:
    """The rows in some lines.

    The default ``delimiter`` is the one in the first row: tabs or semicolons, if it has any, or
    else commas.
    """
    return _Reader(lines, delimiter or _guess(lines)).read()


def _guess(lines: Sequence[Line]) -> str:
    first = next((line for line in lines if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return next((mark for mark in "\t;" if mark in bare), ",")


class _Reader:
    def __init__(self, lines: Sequence[Line], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._at = 0
        self._mistakes: list[_Mistake] = []

    def read(self) -> Rows:
        rows: list[tuple[Cell, ...]] = []
        count = 0
        while self._at < len(self._lines):
            if self._lines[self._at].strip():
                rows.append(self._row())
                count += len(rows[-1])
            if count > MOST_CELLS:
                message = f"The data have more than {MOST_CELLS:,} cells."
                hint = "Show the important ones, and offer the file for download."
                return Rows((), (_Mistake(message, rows[0][0].span, hint),))
            self._at += 1
        return Rows(tuple(rows), tuple(self._mistakes))

    def _row(self) -> tuple[Cell, ...]:
        """The row that begins with a line; afterwards `_at` is at its last line."""
        cells = []
        pos = 0
        while pos >= 0:
            cell, pos = self._cell(pos)
            cells.append(cell)
        return tuple(cells)

    def _cell(self, pos: int) -> tuple[Cell, int]:
        """The cell that begins at ``pos``, and where the next one does, -1 for nowhere."""
        line = self._lines[self._at]
        start = _skip_blanks(line, pos, self._delimiter)
        if line[start : start + 1] == '"':
            return self._quoted(start)
        end = line.find(self._delimiter, pos)
        text = line[pos:] if end < 0 else line[pos:end]
        return Cell(text.strip(), line.at(min(start, len(line)))), end + 1 or -1

    def _quoted(self, start: int) -> tuple[Cell, int]:
        line = self._lines[self._at]
        span = line.at(start)
        parts = []
        first, pos = self._at, start + 1
        while True:
            end = line.find('"', pos)
            if end < 0:
                parts.append(line[pos:] + "\n")
                if self._at + 1 == len(self._lines):
                    return self._unclosed(first, span, start)
                self._at += 1
                line, pos = self._lines[self._at], 0
            elif line[end + 1 : end + 2] == '"':
                parts.append(line[pos : end + 1])
                pos = end + 2
            else:
                parts.append(line[pos:end])
                break
        following = line.find(self._delimiter, end + 1)
        rest = (line[end + 1 :] if following < 0 else line[end + 1 : following]).strip()
        if rest:
            message = f"`{rest[:20]}` follows the closing quotation mark of a cell."
            hint = 'Double a quotation mark within a cell: `"a ""word"" more"`.'
            self._mistakes.append(_Mistake(message, line.at(end + 1), hint))
        return Cell("".join(parts).strip() + rest, span), following + 1 or -1

    def _unclosed(self, first: int, span: Span, start: int) -> tuple[Cell, int]:
        """A cell whose end is missing is the rest of its line; the rows after it are read."""
        hint = 'End it with another `"`; to show one, double it.'
        self._mistakes.append(_Mistake('A cell begins with `"` but is never closed.', span, hint))
        self._at = first
        return Cell(self._lines[first][start + 1 :].strip(), span), -1


def _skip_blanks(line: str, pos: int, delimiter: str) -> int:
    while pos < len(line) and line[pos] in " \t" and line[pos] != delimiter:
        pos += 1
    return pos


LONGEST_SHOWN = 50_000
"""The maximum number of characters of a file that are shown as written."""

KEYS = frozenset({"file", "delimiter"})
"""The attributes that say where the data are and how they are written."""


def read_rows(parts: Parts) -> tuple[tuple[Cell, ...], ...] | None:
    """The rows of a fence's lines, or of ``file="data.csv"``, each as long as the longest."""
    rows = uneven_rows(parts)
    if rows is None:
        return None
    rows = tuple(trimmed(row, len(rows[0]), parts.report) for row in rows)
    width = max(map(len, rows), default=0)
    return tuple(
        (*row, *(Cell("", row[-1].span),) * min(width - len(row), MOST_MISSING)) for row in rows
    )


def as_written(parts: Parts) -> tuple[Block, ...]:
    """Data that make no table or chart, as text; of an unreadable or long file, the name."""
    text = parts.text
    if address := parts.attributes.get("file"):
        content = parts.files.read(address, parts.span)
        if isinstance(content, Diagnostic) or len(content) > LONGEST_SHOWN:
            return (framed(address, parts.span),)
        text = "\n".join(parts.files.numbered(address, parts.span))
    return (CodeBlock(text=text, span=parts.span),) if text.strip() else ()


def uneven_rows(parts: Parts) -> tuple[tuple[Cell, ...], ...] | None:
    """The rows, with their own lengths; None if they cannot be parsed, with a finding.

    ``delimiter`` is a character, or "comma", "semicolon" or "tab". Problems are reported at their
    position, in the file too.
    """
    lines = parts.lines
    if address := parts.attributes.get("file"):
        content = parts.files.read(address, parts.span)
        if isinstance(content, Diagnostic):
            parts.report(BY_SLUG[content.code], content.message, parts.span, content.hint)
            return None
        if any(line.strip() for line in lines):
            message = f"There is data both in “{address}” and between the fences."
            parts.report(Code.BAD_DATA, message, parts.span, "Keep one of them.")
        lines = parts.files.numbered(address, parts.span)
    mark = parts.attributes.get("delimiter")
    if len(mark) > 1 and mark not in DELIMITERS:
        message = f"`delimiter={mark}` is not one character."
        hint = "Write it in quotes, or use `comma`, `semicolon` or `tab`."
        parts.report(Code.BAD_DATA, message, parts.span, hint)
        mark = ""
    rows, mistakes = read_delimited(lines, DELIMITERS.get(mark, mark))
    for mistake in mistakes:
        parts.report(Code.BAD_DATA, *mistake)
    return None if mistakes and not rows else rows


def trimmed(row: tuple[Cell, ...], width: int, report: Report) -> tuple[Cell, ...]:
    """The row without empty cells beyond ``width``, where other cells are reported."""
    while len(row) > width and not row[-1].text.strip():
        row = row[:-1]
    if len(row) > width:
        message = f"The row has {len(row)} cells, and the first row {width}."
        hint = "Put quotation marks around a cell that contains a comma."
        report(Code.WIDE_ROW, message, row[width].span, hint)
    return row


MOST_MISSING = 64
"""The most empty cells added to a row, so that a long first row costs no more than its text."""
