"""The source of a file that came back: where its paragraphs stand, its words, and its lists."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.review.reading import GivenText, ReviewedParagraph, read_source
from pipeline.model import Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.nodes import Table
from pipeline.model.page_map import FORMULA
from pipeline.model.tree import walk
from pipeline.model.variables import look_up, values
from pipeline.parser.inlines import CROSS_REFERENCE
from pipeline.verify.word import NOTE

FURTHER = 8
"""Lines after a block in which its caption may stand."""

FEWEST, FEWEST_IN_PLACE = 0.6, 0.3
"""The shares of a paragraph's words that must be found in the source: in lines after it too, and in
its own lines."""

ITEM = late(r"\s*(?:[-*+]|\(?(\d+|[A-Za-z]|[ivx]+)[.)])\s+")
ROMAN = ("", *"i ii iii iv v vi vii viii ix x xi xii".split())
_BLANK = late(r"\n[ \t]*(?:\n|\Z)")
_CAPTION = late(r"^[ \t>]*(?:[Tt]able)?: *\S", re.MULTILINE)
_CELL_END = late(r"(?<!\\)\|")

ADDED = "\0"
"""A word that stands in no source."""

BREAK = ("*",)
"""The signs of a break, which are not those of the source."""

_TOKEN = late(r"\w+|[^\w\s]")
_WORDS = r"(?<![\\`])\{\{[ \t]*(?P<name>[\w.-]+)[ \t]*\}\}|(?P<word>(?:\w|\\_(?=\w))+|\\?[^\w\s])"
_WRITTEN = late(_WORDS)
"""A variable, a word, or a sign, in a source."""

_WITH_FORMULAS = late(
    r"(?<!\\)(?:\$\$(?:\\.|[^\\$])++\$\$|\$(?![\s$])(?:\\.|[^\\$])++(?<!\s)\$(?!\d))"
    r"|\\\((?:[^\\]|\\[^)])+\\\)|\\\[(?:[^\\]|\\[^\]])+\\\]|" + _WORDS
)
_ESCAPE = late(r"\\(?=.)")

_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'",
                       "‚": "'", "–": "-", "—": "-", "−": "-", "‑": "-"})  # fmt: skip
_MARKUP = late(
    r"`[^`\n]+`|(?<=\])\([^()\s]+|(?<=[\])`*_])\{[^{}\n]*\}|\{[#.][^{}\n]*\}"
    r"|\[\^[^\[\]\s]*\]:|<!--(?:[^-<]|-(?!->)|<(?!!--))*-->"
    rf"|(?<![^\W_])(?<!\\){CROSS_REFERENCE}"
)
"""Markup of the source whose words are not in the text: addresses, attributes, labels of notes,
references; and code, which is."""

_NOTED = late(r"\[\^[^\[\]\s]*\](?!:)|(?<![\w\\])\^\[(?:\\.|[^\\\[\]]|\[[^\[\]]*\])*\]")
"""A note, or its sign, in the text."""


class WordToken(NamedTuple):
    """A word or a sign, and its place in a text. One of the value of a variable stands where the
    variable does (``is_value``)."""

    text: str
    start: int
    end: int
    is_value: bool = False


class SourceEdit(NamedTuple):
    """A change of a file: ``text`` takes the place of what stands from ``start`` up to ``end``.
    ``who`` is the file that it comes from, and ``author`` who made a tracked change there."""

    file: str
    start: int
    end: int
    text: str
    who: str = ""
    author: str = ""

    @property
    def is_comment(self) -> bool:
        return self.start == self.end and self.text.lstrip("\n").startswith("<!-- ")

    def move(self, by: int) -> SourceEdit:
        """The same change of a text that has so many characters more before it."""
        return self._replace(start=self.start + by, end=self.end + by)


def line_start(text: str, at: int) -> int:
    """The beginning of the line with a character."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line with a character."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


class SourcePlace(NamedTuple):
    """A stretch of a file of the source, whose text this is."""

    file: str
    text: str
    start: int
    end: int

    @property
    def first(self) -> int:
        """The beginning of its first line."""
        return line_start(self.text, self.start)

    @property
    def last(self) -> int:
        """The end of its last line."""
        return line_end(self.text, self.end)

    @property
    def indent(self) -> int:
        """The number of spaces with which it begins."""
        return indent_of(self.text, self.first)

    @property
    def item(self) -> re.Match[str] | None:
        """The sign of an item with which it begins."""
        return ITEM.match(self.text, self.first)

    def edit(self, start: int, end: int, text: str, author: str = "") -> SourceEdit:
        """A change of its file."""
        return SourceEdit(self.file, start, end, text, author=author)

    def rest_of_item(self) -> SourcePlace:
        """The lines after a paragraph that belong to the item that it begins."""
        rest = ""
        for line in self.text[self.last :].splitlines(keepends=True):
            if line.strip() and indent_of(line) <= self.indent:
                break
            rest += line
        return self._replace(start=self.last, end=self.last + len(rest.rstrip()))

    def follows_item(self) -> bool:
        """Return whether an item is not the first of its list."""
        for line in reversed(self.text[: self.first].split("\n")):
            if line.strip() and indent_of(line) <= self.indent:
                return indent_of(line) == self.indent and bool(ITEM.match(line))
        return False

    def end_of_block(self) -> int:
        """The end of the lines up to the next empty one, or of a caption after that."""
        blank = _BLANK.search(self.text, self.last)
        while blank and _CAPTION.match(self.text, blank.end()):
            blank = _BLANK.search(self.text, blank.end())
        return blank.start() if blank else len(self.text.rstrip("\n"))


def indent_of(text: str, start: int = 0) -> int:
    """The number of spaces with which a line begins."""
    line = text[start : line_end(text, start)]
    return len(line) - len(line.lstrip(" \t"))


def next_number(number: str) -> str:
    """The number of the item after one with a number, or a letter."""
    if number.isdigit():
        return str(int(number) + 1)
    if number in ROMAN[:-1] and (len(number) > 1 or number == "i"):
        return ROMAN[ROMAN.index(number) + 1]
    return chr(ord(number) + 1) if len(number) == 1 and number not in "zZ" else number


def tokens(text: str, start: int = 0) -> list[WordToken]:
    """The words and signs of a text that stands at ``start``."""
    matches = _TOKEN.finditer(text)
    return [WordToken(m[0].translate(_SAME), start + m.start(), start + m.end()) for m in matches]


def written_tokens(paragraph: ReviewedParagraph) -> list[WordToken]:
    """The words and signs of a paragraph; those that Chapbook added are no words of a source."""
    added, at = set[int](), 0
    for piece in paragraph.pieces:
        if piece.is_added:
            added.update(range(at, at + len(piece.text)))
        at += len(piece.text)
    words = tokens(paragraph.text)
    return [word._replace(text=ADDED) if word.start in added else word for word in words]


def align(first: Sequence[object], second: Sequence[object]) -> Iterator[tuple[int, int]]:
    """The numbers of what is the same in both, in its order."""
    matcher = difflib.SequenceMatcher[object](None, first, second, autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        yield from zip(range(a, a + size), range(b, b + size), strict=True)


def places_of(words: Sequence[WordToken], source: Sequence[WordToken]) -> list[WordToken | None]:
    """The token of the source for each word of a paragraph, if it stands there."""
    same = dict(align([word.text for word in words], [token.text for token in source]))
    return [source[same[at]] if at in same else None for at in range(len(words))]


def share_found(words: Sequence[WordToken], source: Sequence[WordToken]) -> float:
    """The share of the words of a paragraph that stand among those of the source."""
    pairs = [*zip(words, places_of(words, source), strict=True)]
    letters = [place for word, place in pairs if any(map(str.isalnum, word.text))]
    places = letters or [place for word, place in pairs if word.text not in (ADDED, *BREAK)]
    return sum(place is not None for place in places) / len(places) if places else 0.0


class ReviewedSource:
    """A source, and what all reviews of it need: the paragraphs that it gives in an edition, and
    the texts of its files by name, with the beginnings of their lines."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path, self.document = path, document
        self._given: dict[Edition, GivenText] = {}
        self._texts: dict[str, str] = {}
        self._starts: dict[str, list[int]] = {}
        self._value = functools.partial(look_up, known=values(document.metadata))

    def text_given(self, edition: Edition) -> GivenText:
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

    def place(
        self, paragraph: ReviewedParagraph, further: int = 0, *, is_whole: bool = False
    ) -> SourcePlace:
        """The place of a paragraph, with ``further`` lines; of a cell, with what is after it on its
        line if that is meant as a whole."""
        span = paragraph.span
        assert span is not None
        text, starts = self.text(span.file), self.starts(span.file)
        start = starts[span.line - 1] + max(0, span.column - 1)
        last = min(len(starts) - 1, (span.end or span.line) + further)
        end = starts[last] - 1 if last < len(starts) - 1 or text.endswith("\n") else len(text)
        is_cell = paragraph.cell and not further and not is_whole
        if is_cell and (cell := _CELL_END.search(text, start, end)):
            end = cell.start()
        return SourcePlace(span.file, text, start, max(start, end))

    def table(self, place: SourcePlace) -> SourcePlace | None:
        """The lines of the table in which a cell stands."""
        starts = self.starts(place.file)
        for span in (each for each in self._tables if each.file == place.file):
            start, end = starts[span.line - 1], starts[span.end or span.line] - 1
            if start <= place.start <= end:
                return place._replace(start=start, end=end)
        return None

    @functools.cached_property
    def _tables(self) -> list[Span]:
        """The places of the tables."""
        tables = (node for node in walk(self.document.blocks) if isinstance(node, Table))
        return [*filter(None, (self.document.place(table.span) for table in tables))]

    def words_of(self, paragraph: ReviewedParagraph) -> list[WordToken] | None:
        """The words of the source where a paragraph, or its caption, stands. None if the words of
        the paragraph are not there."""
        words = written_tokens(paragraph)
        place, further = self.place(paragraph), self.place(paragraph, FURTHER)
        source = self._tokens(paragraph, place)
        share = share_found(words, source)
        if paragraph.style in ("TableCaption", "Caption"):
            for match in _CAPTION.finditer(place.text, further.start, further.end):
                end = line_end(place.text, match.start())
                caption = self._tokens(paragraph, place._replace(start=match.start(), end=end))
                if share_found(words, caption) >= max(FEWEST, share):
                    return caption
        if share < FEWEST and not paragraph.cell:  # below which stand other cells
            others = self._tokens(paragraph, further)
            if share_found(words, others) >= FEWEST:
                return others
        return source if share >= FEWEST_IN_PLACE else None

    def _tokens(self, paragraph: ReviewedParagraph, place: SourcePlace) -> list[WordToken]:
        """The words and signs where a paragraph stands, without those of its markup; for variables
        stand those of their values."""
        start, text = place.start, place.text[place.start : place.end]
        if paragraph.style == "Code":
            return tokens(text, start)
        pattern = _WITH_FORMULAS if paragraph.formulas else _WRITTEN
        result = []
        bare = _MARKUP.sub(lambda m: m[0] if m[0][0] == "`" else " " * len(m[0]), text)
        notes = [m for m in _NOTED.finditer(bare) if not paragraph.note or m[0][0] == "["]
        for note in notes:
            bare = bare[: note.start()] + " " * len(note[0]) + bare[note.end() :]
        for match in pattern.finditer(bare):
            at, stop = start + match.start(), start + match.end()
            if match["name"] and (words := tokens(self._value(match["name"]))):
                result += [WordToken(word.text, at, stop, is_value=True) for word in words]
            elif match["name"]:
                result += tokens(match[0], at)
            else:
                is_word = match["word"] is not None
                word = _ESCAPE.sub("", match[0]).translate(_SAME) if is_word else FORMULA
                result.append(WordToken(word, at, stop))
        if notes and not paragraph.note:
            result += (WordToken(NOTE, start + note.start(), start + note.end()) for note in notes)
            result.sort(key=lambda token: token.start)
        return result
