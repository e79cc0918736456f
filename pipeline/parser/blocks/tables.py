"""Tables in GitHub's way (GFM specification, section 4.10)."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor
from pipeline.parser.lines import Line

_DELIMITER_CELL = re.compile(r"[ \t]*(:?)-+(:?)[ \t]*$")
MAX_COLUMNS = 256
_CAPTION = re.compile(r"[Tt]able:[ \t]")


class TableProcessor(LineProcessor):
    """A line of dashes and bars under a paragraph's last line makes a table of that line.

    ``state`` is the columns' alignments; ``lines[0]`` the header row.
    """

    takes_lines = True

    def test(self, parent: Element, block: Any) -> bool:
        return parent.tag == "p" and block.indent < 4 and block.char in "|:-"

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        paragraph = self.parser.innermost
        if "|" not in cursor.rest and "|" not in paragraph.lines[-1]:
            return False
        alignments = _alignments(cursor.rest)
        header = paragraph.lines[-1]
        if (
            not alignments
            or len(alignments) > MAX_COLUMNS
            or len(split_row(header)) != len(alignments)
        ):
            return False
        if not header.lstrip().startswith("|") and len(alignments) == 1:
            return False
        del paragraph.lines[-1]
        paragraph.end = paragraph.lines[-1].number if paragraph.lines else paragraph.line
        table = BlockElement("table", header.number, self)
        table.state = alignments
        table.lines = [header]
        self.parser.begin(table, cursor)
        table.column = header.offset
        table.end = cursor.number
        return None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        rest = cursor.rest.rstrip(" \t")
        if cursor.blank or _CAPTION.match(rest) or _is_list(rest):
            return Match.NO
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Rows and cells: as many cells in each row as the header has."""
        for number, line in enumerate(block.lines):
            row = BlockElement("tr", line.number, self)
            cells = split_row(line)[: len(block.state)]
            cells += [Line("", line.number, line.offset)] * (len(block.state) - len(cells))
            for text, align in zip(cells, block.state, strict=True):
                cell = BlockElement("td" if number else "th", line.number, self, align=align)
                cell.lines = [text]
                cell.column = text.offset
                row.append(cell)
            block.append(row)
        block.lines = []


def _is_list(text: str) -> bool:
    """Whether a line is an attribute list, or meant as one: no row, but about the table."""
    if not text.startswith("{"):
        return False
    found = attributes.read(text)
    return found[1] == len(text) if found else attributes.mistaken(text) == text


def _alignments(text: str) -> list[str] | None:
    """The alignments that a delimiter row gives, None if it is none."""
    if not set(text) <= set("|:- \t"):
        return None
    matches = [_DELIMITER_CELL.match(cell) for cell in split_row(Line(text, 0, 0))]
    kinds = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}
    return [kinds[m[1], m[2]] for m in matches if m] if all(matches) else None


def column_count(text: str) -> int:
    """How many columns a delimiter row has; 0 if it is none."""
    return len(_alignments(text) or ())


def split_row(line: Line) -> list[Line]:
    """The cells of a row, each with the place it stands in. ``\\|`` is no border."""
    text = line.rstrip(" \t")
    start = len(text) - len(text.lstrip(" \t"))
    if text.startswith("|", start):
        start += 1
    cells: list[Line] = []
    at = begin = start
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "|":
            cells.append(_cell(line, begin, at))
            begin = at + 1
        at += 1
    if begin < len(text):
        cells.append(_cell(line, begin, len(text)))
    return cells


def _cell(line: Line, begin: int, end: int) -> Line:
    raw = line[begin:end]
    stripped = raw.strip(" \t")
    indent = len(raw) - len(raw.lstrip(" \t"))
    return Line(stripped.replace("\\|", "|"), line.number, line.offset + begin + indent)
