"""The places of a source that only some editions have, and a source without some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from pipeline.model import NO_ATTRIBUTES, Attributes, Withheld
from pipeline.model.audience import conditions_of
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.removal import BLOCK, TEXT

# --- ranges ----------------------------------------------------------------------------------
# The places of a source that only some editions have, as the reader of each construct records
# them. A range begins with the first character of what it withholds, and ends after its last.

Place: TypeAlias = tuple[int, int]
"""A line, and a column in it, both from 1."""

LINE_END = 10**6
"""A column after the end of any line."""


class Range(NamedTuple):
    """The text from ``start`` to before ``end``. ``instead`` stands where it was, and keeps a table
    as it is without the content of a cell. An answer belongs to the question before it. One that
    ``is_part`` is what one line of a cell has of more."""

    start: Place
    end: Place
    conditions: Attributes
    instead: str = ""
    is_answer: bool = False
    is_part: bool = False

    def holds(self, place: Place) -> bool:
        return self.start <= place < self.end

    def withheld(self, text: str = "") -> Withheld:
        """The range as a place of the text that was read, which it has as its ``text``."""
        (line, column), (last, end) = self.start, self.end
        return Withheld(Span(line, column, last if last > line else 0), end, self.conditions, text)


class SourceRecord:
    """The results of reading a text: its ``lines`` by number, the numbers of those that
    ``included`` others, and how many; the ``ranges`` of elements with conditions, of elements in
    HTML (``frames``), and of code and comments (``verbatim``)."""

    def __init__(self) -> None:
        self.lines: dict[int, str] = {}
        self.included: dict[int, int] = {}
        self.ranges: list[Range] = []
        self.frames: list[tuple[Place, Place]] = []
        self.verbatim: list[tuple[Place, Place]] = []

    def skip(self, first: int, last: int) -> None:
        """Record the lines of a comment."""
        self.verbatim.append(((first, 1), (last, LINE_END)))

    def mark(
        self, attributes: Attributes, start: Span | None, end: Span | None, instead: str = ""
    ) -> None:
        """Record an element that goes from ``start`` to ``end``, if it has conditions."""
        conditions = conditions_of(attributes)
        if conditions != NO_ATTRIBUTES and start and end:
            place = (start.line, start.column), (end.line, end.column)
            self.ranges.append(Range(*place, conditions, instead))

    @property
    def whole(self) -> str:
        """The source, with what it includes."""
        return "\n".join(line for _, line in sorted(self.lines.items()))

    def text(self, start: Place, end: Place) -> str:
        """The source between two places."""
        numbers = [number for number in range(start[0], end[0] + 1) if number in self.lines]
        texts = [self.lines[number] for number in numbers]
        if texts and numbers[-1] == end[0]:
            texts[-1] = texts[-1][: end[1] - 1]
        if texts and numbers[0] == start[0]:
            texts[0] = texts[0][start[1] - 1 :]
        return "\n".join(texts)


def outermost(ranges: Iterable[Range]) -> list[Range]:
    """The ranges without those inside others, in order."""
    kept: list[Range] = []
    for each in sorted(ranges, key=lambda place: (place.start, (-place.end[0], -place.end[1]))):
        if not kept or each.end > kept[-1].end:
            kept.append(each)
    return kept


# --- cuts ------------------------------------------------------------------------------------
# A source without some ranges, line by line. Their places stay: characters that no source can have
# stand in for text, so that lines and columns are as they were, and one for all lines of a block.

COMMENT = "<!---->"
"""It stands for a row of a table in HTML, where any text would be a cell."""

_MARKERS = late(r"[ \t>]*")


class Cuts:
    """``record`` is that of the source with the ranges."""

    def __init__(self, ranges: Iterable[Range], record: SourceRecord) -> None:
        self._edits = defaultdict[int, list[tuple[int, int, str]]](list)
        self._swallowed: set[int] = set()
        self._included = record.included
        self.blocks: dict[int, Range] = {}
        frames = {start for start, _ in record.frames}
        for place in outermost(ranges):
            (first, column), (last, end_column) = place.start, place.end
            line, end = record.lines[first], record.lines.get(last, "")[end_column - 1 :]
            begins = not line[: column - 1].strip("> \t")
            is_block = end_column == LINE_END or (
                place.start in frames and begins and not end.strip()
            )
            if is_block and not place.instead:
                self.blocks[first] = place
                self._edits[first].append((column - 1, len(line), BLOCK))
                self._swallowed.update(range(first + 1, last + 1))
                continue
            for number in range(first, last + 1):
                text = record.lines.get(number, "")
                markers = _MARKERS.match(text)
                assert markers is not None
                begin = column - 1 if number == first else markers.end()
                end_at = min(len(text), end_column - 1) if number == last else len(text)
                is_comment = place.instead == COMMENT
                instead = place.instead if number == first or is_comment else ""
                if end_at > begin:
                    rest = max(not is_comment, end_at - begin - len(instead))
                    text = instead + (" " if is_comment else TEXT) * rest
                    self._edits[number].append((begin, end_at, text))

    def line(self, number: int, text: str) -> str | None:
        """A line as it is now; None if nothing of it is left."""
        if number in self._swallowed and not self._includes_more(number):
            return None
        for begin, end, left in reversed(self._edits.get(number, ())):  # columns count from 0
            text = text[:begin] + left + text[end:]
        return text

    def _includes_more(self, number: int) -> bool:
        """Return whether a line includes others, some of which are left."""
        last = number + self._included.get(number, 0)
        return last not in self._swallowed

    def lines_skipped(self, number: int) -> int:
        """The number of lines that a line would have included."""
        return self._included.get(number, 0)
