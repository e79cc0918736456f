"""Tables that are drawn with lines, or by the places of their columns."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence

from pipeline.commands.review.source_words import SourceEdit, line_end, line_start
from pipeline.model.late import late

_COLUMNS = late(r"[ \t>]*-{2,}(?:[ \t]+-{2,})*[ \t]*")
_EDGE = late(r"\||\+[-=]")
_DRAWN = late(r"(?:^[ \t>]*[+|].*\n?)++", re.MULTILINE)
_LINE = late(r".+")
_RULE = late(r"\+[-=:]{3}")
_BORDER = late(r"([ \t>]*)(\+(?:[-=:]{3,}\+)+)[ \t]*")

ROOM = 24
"""The letters for which a column becomes wider, if it is narrow."""


def fitted(edits: Sequence[SourceEdit], text: str, at: int) -> tuple[SourceEdit, ...]:
    """The changes in a cell, which stands at some place of the source. In a table that is drawn
    with lines, the spaces after the text make up for its length, or its column becomes wider; a
    change that would move other cells, and where places tell columns, is left out."""
    before, after = text[:at].rpartition("\n\n")[2], text[at:].partition("\n\n")[0]
    lines = (before + after).strip("\n").split("\n")
    is_grid = lines[0].lstrip(" \t>").startswith(("+-", "+="))
    if not is_grid and not any(map(_COLUMNS.fullmatch, lines)):
        return tuple(edits)
    result: list[SourceEdit] = []
    for edit in edits:
        more = len(edit.text) - (edit.end - edit.start)
        rest = _EDGE.split(text[edit.end : line_end(text, edit.end)], maxsplit=1)[0]
        end = edit.end + len(rest)
        spaces = len(rest) - len(rest.rstrip())
        if not more:
            result.append(edit)
        elif is_grid and len(edits) == 1 and spaces > more:
            moved = rest[: len(rest) - max(0, more)] + " " * max(0, -more)
            result.append(edit._replace(end=end, text=edit.text + moved))
        elif is_grid and len(edits) == 1:
            line = line_start(text, end)
            others = [each for each in _lines(text, at) if each.start() != line]
            wider = _widened(text, edit.file, others, end - line, more)
            result += (edit, *wider) if wider else ()
    return tuple(result)


def _lines(text: str, at: int) -> list[re.Match[str]]:
    """The lines of the table that has a place."""
    tables = (match for match in _DRAWN.finditer(text) if match.start() <= at < match.end())
    return [line for match in tables for line in _LINE.finditer(text, *match.span())]


def _widened(
    text: str, file: str, lines: Iterable[re.Match[str]], edge: int, more: int
) -> list[SourceEdit]:
    """The changes for ``more`` letters before an edge between columns; none if a cell is there."""
    edits: list[SourceEdit] = []
    for line in lines:
        if line[0][edge : edge + 1] not in ("+", "|"):
            return []
        is_rule = _RULE.search(line[0]) and set(line[0][edge - 2 : edge]) <= set("-=:")
        place = line.start() + edge - (2 if is_rule else 0)
        edits.append(SourceEdit(file, place, place, (text[place] if is_rule else " ") * more))
    return edits


def drawn_row(text: str, file: str, at: int, texts: Sequence[str]) -> tuple[SourceEdit, ...]:
    """The changes for a new row after the one that stands ``at`` a place of a table drawn with
    lines. A column becomes wider where a word needs it, unless a cell spans it and the next."""
    lines = _lines(text, at)
    below = next((n for n in lines if n.start() > at and _RULE.search(n[0])), None)
    border = _BORDER.fullmatch(below[0]) if below else None
    if below is None or border is None or border[2].count("+") != len(texts) + 1:
        return ()
    edits: list[SourceEdit] = []
    edge, widths = len(border[1]), list[int]()
    for column, each in zip(border[2].split("+")[1:], texts, strict=False):
        edge += len(column) + 1
        longest = max(map(len, each.split()), default=0)
        widths.append(max(len(column) - 2, longest, min(len(each), ROOM)))
        if more := widths[-1] + 2 - len(column):
            wider = _widened(text, file, lines, edge, more)
            if not wider:
                return ()
            edits += wider
    cells = [textwrap.wrap(each, width) for each, width in zip(texts, widths, strict=True)]
    rows = ["".join(f"+{'-' * (width + 2)}" for width in widths) + "+"]
    for parts in itertools.zip_longest(*cells, fillvalue=""):
        pairs = zip(parts, widths, strict=True)
        rows.insert(-1, "".join(f"| {part:<{width}} " for part, width in pairs) + "|")
    new = "".join(f"\n{border[1]}{row}" for row in rows)
    return (*edits, SourceEdit(file, below.end(), below.end(), new))
