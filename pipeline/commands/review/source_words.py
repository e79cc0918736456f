"""Words of a source, and of paragraphs, by which the places of these are found there."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.parser.inlines import CROSS_REFERENCE
from pipeline.verify.word import NOTE

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

    def moved(self, by: int) -> SourceEdit:
        """The same change of a text that has so many characters more before it."""
        return self._replace(start=self.start + by, end=self.end + by)


def line_start(text: str, at: int) -> int:
    """The beginning of the line with a character."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line with a character."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def tokens(text: str, start: int = 0) -> list[WordToken]:
    """The words and signs of a text that stands at ``start``."""
    matches = _TOKEN.finditer(text)
    return [WordToken(m[0].translate(_SAME), start + m.start(), start + m.end()) for m in matches]


def source_tokens(
    paragraph: ReviewedParagraph, value: Callable[[str], str], text: str, start: int, end: int
) -> list[WordToken]:
    """The words and signs of a stretch of a source where a paragraph stands, without those of its
    markup; for variables stand those of their ``value``."""
    if paragraph.style == "Code":
        return tokens(text[start:end], start)
    pattern = _WITH_FORMULAS if paragraph.formulas else _WRITTEN
    result = []
    bare = _MARKUP.sub(lambda m: m[0] if m[0][0] == "`" else " " * len(m[0]), text[start:end])
    notes = [m for m in _NOTED.finditer(bare) if not paragraph.note or m[0][0] == "["]
    for note in notes:
        bare = bare[: note.start()] + " " * len(note[0]) + bare[note.end() :]
    for match in pattern.finditer(bare):
        at, stop = start + match.start(), start + match.end()
        if match["name"] and (words := tokens(value(match["name"]))):
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


def written_tokens(paragraph: ReviewedParagraph) -> list[WordToken]:
    """The words and signs of a paragraph; those that Chapbook added are no words of a source."""
    added, at = set[int](), 0
    for piece in paragraph.pieces:
        if piece.is_added:
            added.update(range(at, at + len(piece.text)))
        at += len(piece.text)
    words = tokens(paragraph.text)
    return [word._replace(text=ADDED) if word.start in added else word for word in words]


def places_of(words: Sequence[WordToken], source: Sequence[WordToken]) -> list[WordToken | None]:
    """The token of the source for each word of a paragraph, if it stands there."""
    places: list[WordToken | None] = [None] * len(words)
    texts = [word.text for word in words], [token.text for token in source]
    for block in difflib.SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks():
        for at in range(block.size):
            places[block.a + at] = source[block.b + at]
    return places


def share_found(words: Sequence[WordToken], source: Sequence[WordToken]) -> float:
    """The share of the words of a paragraph that stand among those of the source."""
    pairs = [*zip(words, places_of(words, source), strict=True)]
    letters = [place for word, place in pairs if any(map(str.isalnum, word.text))]
    places = letters or [place for word, place in pairs if word.text not in (ADDED, *BREAK)]
    return sum(place is not None for place in places) / len(places) if places else 0.0
