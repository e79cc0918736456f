"""A source without some ranges, line by line. Their places stay: characters that no source can have
stand in for text, so that lines and columns are as they were, and one for all lines of a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline.model.gaps import BLOCK, TEXT
from pipeline.model.late import late
from pipeline.parser.ranges import LINE_END, Range, SourceRecord, outermost

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

    def skipped(self, number: int) -> int:
        """The number of lines that a line would have included."""
        return self._included.get(number, 0)
