"""Changes of words: from the text of a paragraph to the place in the source."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.model.late import late
from pipeline.verify.word import WrittenPiece

FEWEST = 0.6
"""The share of a paragraph's words that must be found in the source."""

_TOKEN = late(r"\w+|[^\w\s]")
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'",
                       "‚": "'", "–": "-", "—": "-", "−": "-", "‑": "-"})  # fmt: skip
_SPECIAL = late(r"([\\*_`\[\]{}<>~^|@$#])")
_SPACES = str.maketrans("\u00a0\u202f\t\n", "    ")


class WordToken(NamedTuple):
    """A word or a sign, and its place in a text."""

    text: str
    start: int
    end: int


class SourceEdit(NamedTuple):
    """A change of a file: ``text`` takes the place of what stands from ``start`` up to ``end``.
    ``who`` is the file that it comes from."""

    file: str
    start: int
    end: int
    text: str
    who: str = ""

    def moved(self, by: int) -> SourceEdit:
        """The same change of a text that has so many characters more before it."""
        return self._replace(start=self.start + by, end=self.end + by)


class WordChanges(NamedTuple):
    """The changes of a paragraph. Without ``is_whole``, some cannot be taken over."""

    edits: tuple[SourceEdit, ...]
    is_whole: bool


def line_start(text: str, at: int) -> int:
    """The beginning of the line with a character."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line with a character."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def tokens(text: str, start: int = 0, end: int | None = None) -> list[WordToken]:
    matches = _TOKEN.finditer(text, start, len(text) if end is None else end)
    return [WordToken(m[0].translate(_SAME), m.start(), m.end()) for m in matches]


def places_of(words: Sequence[WordToken], source: Sequence[WordToken]) -> list[WordToken | None]:
    """The token of the source for each word of a paragraph, if it stands there."""
    places: list[WordToken | None] = [None] * len(words)
    texts = [word.text for word in words], [token.text for token in source]
    for block in difflib.SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks():
        for at in range(block.size):
            places[block.a + at] = source[block.b + at]
    return places


def are_found(words: Sequence[WordToken], places: Sequence[WordToken | None]) -> bool:
    letters = [place for word, place in zip(words, places, strict=True) if word.text.isalnum()]
    known = sum(place is not None for place in letters)
    return bool(letters) and known >= FEWEST * len(letters)


def changes(
    base: ReviewedParagraph,
    edited: ReviewedParagraph,
    source: Sequence[WordToken],
    text: str,
    file: str,
) -> WordChanges | None:
    """The changes from one paragraph to the other, whose words are among the tokens of the source
    ``text``; None if these are not there."""
    before, after = tokens(base.text), tokens(edited.text)
    places = places_of(before, source)
    if not are_found(before, places):
        return None
    edits: list[SourceEdit] = []
    is_whole = True
    texts = [word.text for word in before], [word.text for word in after]
    looks, new_looks = _looks(base), _looks(edited)
    for kind, i, k, j, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind == "equal":
            for first, last, marks, adds in _new_looks(before[i:k], after[j:m], looks, new_looks):
                edit = _with_marks(places[i + first], places[i + last], marks, adds, text, file)
                edits += edit
                is_whole = is_whole and bool(edit)
            continue
        edit_of = _edit(before, after, places, (i, k, j, m), edited, looks, text, file)
        if edit_of is None:
            is_whole = False
        else:
            edits.append(edit_of)
    return WordChanges(tuple(edits), is_whole)


def _edit(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    places: Sequence[WordToken | None],
    at: tuple[int, int, int, int],
    edited: ReviewedParagraph,
    looks: Sequence[tuple[bool, bool]],
    text: str,
    file: str,
) -> SourceEdit | None:
    """A change of the words from i to k into those from j to m."""
    i, k, j, m = at
    previous = places[i - 1] if i else None
    following = places[k] if k < len(places) else None
    around = looks[before[i].start if i < k else before[i - 1].start if i else 0] if looks else None
    if i == k:  # new words
        if previous is not None:
            new = markdown(edited, after[j - 1].end if j else 0, after[m - 1].end, around)
            return SourceEdit(file, previous.end, previous.end, new)
        if following is not None:
            end = after[m].start if m < len(after) else after[m - 1].end
            new = markdown(edited, after[j].start, end, around)
            return SourceEdit(file, following.start, following.start, new)
        return None
    first, last = places[i], places[k - 1]
    if first is None or last is None or first.start > last.start:
        return None
    if j == m:  # words that are gone, with the space before them
        start, end = first.start, last.end
        if previous is not None and not text[previous.end : start].strip():
            start = previous.end
            spaced = text[end : end + 1].isspace() or text[end : end + 1] in ".,;:!?)"
            if not spaced and previous.end < first.start:
                start = first.start
        elif following is not None and not text[end : following.start].strip():
            end = following.start
        return SourceEdit(file, start, end, "")
    new = markdown(edited, after[j].start, after[m - 1].end, around)
    return SourceEdit(file, first.start, last.end, new)


def _looks(paragraph: ReviewedParagraph) -> list[tuple[bool, bool]]:
    """Two marks for each character: that it is bold, and that it is in italics."""
    looks = [((p.is_bold, p.is_italic), len(p.text)) for p in paragraph.pieces]
    return [look for look, length in looks for _ in range(length)]


def _new_looks(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    looks: Sequence[tuple[bool, bool]],
    new: Sequence[tuple[bool, bool]],
) -> Iterator[tuple[int, int, str, bool]]:
    """The runs of words, from the first to the last, that only look different: the marks that they
    get, or lose."""
    changes = [(looks[old.start], new[word.start]) for old, word in zip(before, after, strict=True)]
    for which, marks in ((1, "*"), (0, "**")):
        start = None
        for at, (was, now) in enumerate([*changes, ((False, False), (False, False))]):
            differs = was[which] is not now[which]
            if differs and start is None:
                start = at
            elif not differs and start is not None:
                yield start, at - 1, marks, changes[start][1][which]
                start = None


def _with_marks(
    first: WordToken | None, last: WordToken | None, marks: str, adds: bool, text: str, file: str
) -> list[SourceEdit]:
    if first is None or last is None:
        return []
    start, end, size = first.start, last.end, len(marks)
    if adds:
        return [SourceEdit(file, start, start, marks), SourceEdit(file, end, end, marks)]
    sides = text[max(0, start - size) : start], text[end : end + size]
    if all(side in (marks, marks.replace("*", "_")) for side in sides):
        return [SourceEdit(file, start - size, start, ""), SourceEdit(file, end, end + size, "")]
    return []


def markdown(
    paragraph: ReviewedParagraph, start: int, end: int, around: tuple[bool, bool] | None = None
) -> str:
    """The text of a paragraph from ``start`` to ``end`` as Markdown, where what is ``around`` is
    bold or in italics."""
    result = ""
    at = 0
    for piece in paragraph.pieces:
        part = piece.text[max(0, start - at) : max(0, end - at)]
        at += len(piece.text)
        if part:
            result += _piece(part, piece, around or (False, False))
    return result


def _piece(text: str, piece: WrittenPiece, around: tuple[bool, bool]) -> str:
    escaped = _SPECIAL.sub(r"\\\1", text.translate(_SPACES))
    marks = ("**" if piece.is_bold and not around[0] else "") + (
        "*" if piece.is_italic and not around[1] else ""
    )
    bare = escaped.strip()
    if not marks or not bare:
        return escaped
    before, _, after = escaped.partition(bare)
    return f"{before}{marks}{bare}{marks[::-1]}{after}"
