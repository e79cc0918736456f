"""The rows of data in a fence, or in the file that it names."""

from __future__ import annotations

from pipeline.model import Block, CodeBlock
from pipeline.model.codes import BY_SLUG, Code
from pipeline.model.diagnostics import Diagnostic
from pipeline.parser import delimited
from pipeline.parser.constructs.parts import Parts, Report, framed
from pipeline.parser.delimited import DELIMITERS, Cell
from pipeline.parser.lines import numbered

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
        found = parts.files.read(address, parts.span)
        if isinstance(found, Diagnostic) or len(found) > LONGEST_SHOWN:
            return (framed(address, parts.span),)
        text = found
    return (CodeBlock(text=text, span=parts.span),) if text.strip() else ()


def uneven_rows(parts: Parts) -> tuple[tuple[Cell, ...], ...] | None:
    """The rows, with their own lengths; None if they cannot be parsed, with a finding.

    ``delimiter`` is a character, or "comma", "semicolon" or "tab". Problems are reported at their
    position, in the file too.
    """
    lines = parts.lines
    if address := parts.attributes.get("file"):
        found = parts.files.read(address, parts.span)
        if isinstance(found, Diagnostic):
            parts.report(BY_SLUG[found.code], found.message, parts.span, found.hint)
            return None
        if any(line.strip() for line in lines):
            message = f"There is data both in “{address}” and between the fences."
            parts.report(Code.BAD_DATA, message, parts.span, "Keep one of them.")
        lines = numbered(found, parts.files.number(address, parts.span))
    mark = parts.attributes.get("delimiter")
    if len(mark) > 1 and mark not in DELIMITERS:
        message = f"`delimiter={mark}` is not one character."
        hint = "Write it in quotes, or use `comma`, `semicolon` or `tab`."
        parts.report(Code.BAD_DATA, message, parts.span, hint)
        mark = ""
    rows, mistakes = delimited.read(lines, DELIMITERS.get(mark, mark))
    for mistake in mistakes:
        parts.report(Code.BAD_DATA, *mistake)
    return None if mistakes and not rows else rows


def trimmed(row: tuple[Cell, ...], width: int, report: Report) -> tuple[Cell, ...]:
    """The row without trailing empty cells beyond ``width``, the length of the first row; other
    cells there are reported."""
    while len(row) > width and not row[-1].text.strip():
        row = row[:-1]
    if len(row) > width:
        message = f"The row has {len(row)} cells, and the first row {width}."
        hint = "Put quotation marks around a cell that contains a comma."
        report(Code.WIDE_ROW, message, row[width].span, hint)
    return row


MOST_MISSING = 64
"""The most empty cells added to a row, so that a long first row costs no more than its text."""
