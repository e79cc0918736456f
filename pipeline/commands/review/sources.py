"""The source of a file that came back, and where its paragraphs stand there."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from pipeline.commands.review import source_words
from pipeline.commands.review.drawn_tables import SourceTable
from pipeline.commands.review.reading import GivenText, ReviewedParagraph, read_source
from pipeline.model import Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.nodes import Table
from pipeline.model.tree import walk
from pipeline.model.variables import look_up, values

FURTHER = 8
"""Lines after a block in which its caption may stand."""

CAPTION = late(r"^[ \t>]*(?:[Tt]able)?: *\S", re.MULTILINE)
_LINE = late(r".+")
_CELL_END = late(r"(?<!\\)\|")

FEWEST, FEWEST_IN_PLACE = 0.6, 0.3
"""The shares of a paragraph's words that must be found in the source: in lines after it too, and in
its own lines."""


class ReviewedSource:
    """A source, and what all reviews of it need: the paragraphs that it gives in an edition, and
    the texts of its files by name, with the beginnings of their lines."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path, self.document = path, document
        self._given: dict[Edition, GivenText] = {}
        self._texts: dict[str, str] = {}
        self._starts: dict[str, list[int]] = {}
        self._value = functools.partial(look_up, known=values(document.metadata))

    def given(self, edition: Edition) -> GivenText:
        """The text that the source gives in an edition."""
        if edition not in self._given:
            self._given[edition] = read_source(self.path, self.document, edition)
        return self._given[edition]

    def text(self, file: str) -> str:
        """The text of the source, or of a file that it includes."""
        if file not in self._texts:
            path = Path(file) if file else self.path
            self._texts[file] = path.read_bytes().decode("utf-8-sig")
        return self._texts[file]

    def starts(self, file: str) -> list[int]:
        """Where the lines of a file begin, and one more would."""
        if file not in self._starts:
            text = self.text(file)
            ends = (match.end() for match in re.finditer("\n", text))
            self._starts[file] = [0, *ends, len(text) + 1]
        return self._starts[file]

    def bounds(self, paragraph: ReviewedParagraph, further: int = 0) -> tuple[int, int]:
        """The beginning and end of a paragraph in its file."""
        span = paragraph.span
        assert span is not None
        text, starts = self.text(span.file), self.starts(span.file)
        start = starts[span.line - 1] + max(0, span.column - 1)
        last = min(len(starts) - 1, (span.end or span.line) + further)
        end = starts[last] - 1 if last < len(starts) - 1 or text.endswith("\n") else len(text)
        if paragraph.cell and not further and (cell := _CELL_END.search(text, start, end)):
            end = cell.start()
        return start, max(start, end)

    def line_of(self, paragraph: ReviewedParagraph) -> int:
        """The line in which a paragraph begins."""
        return paragraph.span.line if paragraph.span else 0

    def table_bounds(self, paragraph: ReviewedParagraph) -> tuple[int, int] | None:
        """The beginning and end of the lines of the table in which a paragraph stands."""
        span = paragraph.span
        for table in self._tables:
            if (
                span
                and table.file == span.file
                and table.line <= span.line <= (table.end or table.line)
            ):
                starts = self.starts(table.file)
                return starts[table.line - 1], starts[table.end or table.line] - 1
        return None

    def table_at(self, file: str, place: int) -> SourceTable | None:
        """The table in which a cell stands."""
        text, starts = self.text(file), self.starts(file)
        for table in (each for each in self._tables if each.file == file):
            start, end = starts[table.line - 1], starts[table.end or table.line]
            if start <= place < end:
                return SourceTable(file, text, tuple(_LINE.finditer(text, start, end)))
        return None

    @functools.cached_property
    def _tables(self) -> list[Span]:
        """The places of the tables."""
        tables = (node for node in walk(self.document.blocks) if isinstance(node, Table))
        return [*filter(None, (self.document.place(table.span) for table in tables))]

    def words_of(
        self, paragraph: ReviewedParagraph
    ) -> tuple[list[source_words.WordToken], str, str] | None:
        """The words of the source where a paragraph, or its caption, stands; the source, and its
        file. None if the words of the paragraph are not there."""
        assert paragraph.span is not None
        file, text = paragraph.span.file, self.text(paragraph.span.file)
        words = source_words.written_tokens(paragraph)
        read = functools.partial(source_words.source_tokens, paragraph, self._value, text)
        source = read(*self.bounds(paragraph))
        share = source_words.share_found(words, source)
        if paragraph.style in ("TableCaption", "Caption"):
            for match in CAPTION.finditer(text, *self.bounds(paragraph, FURTHER)):
                caption = read(match.start(), source_words.line_end(text, match.start()))
                if source_words.share_found(words, caption) >= max(FEWEST, share):
                    return caption, text, file
        if share < FEWEST and not paragraph.cell:  # below which stand other cells
            further = read(*self.bounds(paragraph, FURTHER))
            if source_words.share_found(words, further) >= FEWEST:
                return further, text, file
        return (source, text, file) if share >= FEWEST_IN_PLACE else None
