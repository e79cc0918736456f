"""Changes of words: from the text of a paragraph to the place in the source."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.source_words import (
    SourceEdit,
    WordToken,
    line_end,
    line_start,
    places_of,
    tokens,
    written_tokens,
)
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.verify.word import WrittenPiece

_SPECIAL = late(r"([\\*`\[\]{}<>~^|@$#]|(?<!\w)_|_(?!\w))")
_GAP = late(r" {2,}")
_SPACES = str.maketrans("\u00a0\u202f\t\n", "    ")


MARKS = ("**", "*", "`")
"""The marks of looks."""

LINKED = 3
"""The number of the address among the looks."""

_ADDRESS = late(r"[*_`\"'”’.!?]{0,6}\](?:\(\s*<?([^()\s<>]*)|\[([^\[\]\n]*)\])")
_CLOSING = late(r"(?:[*_`]|\](?:\([^()\s]*\)|\[[^\[\]\n]*\])?)+(?:\{[^{}\n]*\})?")
"""Marks after words with a look of their own, or in a link."""

_OPENED = late(r"[ \t>]*+(?:[-*+:~]|#{1,6}|\(?\w{1,5}[.)])?[ \t]*+")
"""The beginning of a line, with the sign of an item or a heading."""

_MARK = late(r"(?<=\w)_+(?=\w)|\\.")
"""Letters that are no marks."""

_BRACKETED = late(r"<(?:[A-Za-z][\w+.-]+:[^\s<>]*|[^\s<>@]+@[^\W_][\w-]*(?:\.[^\W_][\w-]*)*)>")
"""An address in brackets, to which it leads."""

_WRITTEN_ADDRESS = late(r"[^()\s<>]*")


class WordLook(NamedTuple):
    """The look of a character, and the address that it leads to."""

    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    address: str = ""


class LookChange(NamedTuple):
    """Another look of words, from the first to the last: ``which`` of the looks, and the marks or
    addresses."""

    first: int
    last: int
    which: int
    old: str
    new: str


class WordChanges(NamedTuple):
    """The changes of a paragraph. Without ``is_whole``, some cannot be taken over."""

    edits: tuple[SourceEdit, ...]
    is_whole: bool


def changes(
    base: ReviewedParagraph,
    edited: ReviewedParagraph,
    source: Sequence[WordToken],
    text: str,
    file: str,
) -> WordChanges:
    """The changes from one paragraph to the other, whose words are among the tokens of the source
    ``text``."""
    before, after = tokens(base.text), tokens(edited.text)
    places = places_of(written_tokens(base), source)
    edits: list[SourceEdit] = []
    is_whole = True
    texts = _texts(before, base), _texts(after, edited)
    looks, new_looks = _looks(base), _looks(edited)
    for kind, i, k, j, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind == "equal":
            for change in _new_looks(before[i:k], after[j:m], looks, new_looks):
                first, last = places[i + change.first], places[i + change.last]
                edit = _with_look(first, last, change, text, file)
                edits += edit
                is_whole = is_whole and bool(edit)
            continue
        edit_of = _edit(before, after, places, (i, k, j, m), edited, looks, text, file)
        if edit_of is None or _unlinks(edit_of, text):
            is_whole = False
        else:
            edits.append(edit_of)
    return WordChanges(tuple(edits), is_whole)


def _unlinks(edit: SourceEdit, text: str) -> bool:
    """Return whether what a change leaves of a link in brackets, such as ``<a@b.org>``, is none."""
    start, end = text.rfind("<", 0, edit.start), text.find(">", edit.end) + 1
    if start < 0 or not _BRACKETED.fullmatch(text, start, end):
        return False
    return not _BRACKETED.fullmatch(text[start : edit.start] + edit.text + text[edit.end : end])


def _texts(words: Sequence[WordToken], paragraph: ReviewedParagraph) -> list[str]:
    """The words of a paragraph, and for the signs of formulas, their letters."""
    formulas = iter(paragraph.signs)
    return [FORMULA + next(formulas, "") if w.text == FORMULA else w.text for w in words]


def _edit(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    places: Sequence[WordToken | None],
    at: tuple[int, int, int, int],
    edited: ReviewedParagraph,
    looks: Sequence[WordLook],
    text: str,
    file: str,
) -> SourceEdit | None:
    """A change of the words from i to k into those from j to m."""
    i, k, j, m = at
    previous = places[i - 1] if i else None
    following = places[k] if k < len(places) else None
    is_in_value = previous and following and previous.start == following.start
    if is_in_value or any(place and place.is_value for place in places[i:k]):
        return None
    if any(word.text == FORMULA for word in after[j:m]):
        return None
    around = looks[before[i].start if i < k else before[i - 1].start if i else 0] if looks else None
    if i == k:  # new words
        look = _looks(edited)[after[j].start]
        is_before = k < len(before) and looks[before[k].start] == look != around
        if following is not None and (previous is None or is_before):
            end = after[m].start if m < len(after) else after[m - 1].end
            new = markdown(edited, after[j].start, end, looks[before[k].start])
            return SourceEdit(file, following.start, following.start, new)
        if previous is None:
            return None
        start = previous.end
        if look != around and (closing := _CLOSING.match(text, start)):
            start, around = closing.end(), None
        new = markdown(edited, after[j - 1].end if j else 0, after[m - 1].end, around)
        return SourceEdit(file, start, start, new)
    first, last = places[i], places[k - 1]
    if first is None or last is None or first.start > last.start:
        return None
    start, end = _whole_marks(text, first.start, last.end)
    if (start, end) != (first.start, last.end):
        around = None
    if not _is_balanced(text[start:end]):
        return None
    if j < m:
        touches = i and j and before[i - 1].end == before[i].start
        opening = after[j - 1].end if touches else after[j].start
        return SourceEdit(file, start, end, markdown(edited, opening, after[m - 1].end, around))
    if edited.style == "Code":
        return SourceEdit(file, start, end, "")
    start, end = _with_empty_marks(text, start, end)
    return SourceEdit(file, *_with_space(text, start, end), "")


def _with_empty_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of words that go, with the marks around them, which would be empty. Those with an
    id stay: something may refer to it."""
    while start and text[start - 1] in "*_`[":
        closing = _CLOSING.match(text, end)
        if text[start - 1] == "[" and closing and text[end] == "]":
            if "{#" in closing[0]:
                break
            start, end = start - 1, closing.end()
        elif text[start - 1] == text[end : end + 1]:
            start, end = start - 1, end + 1
        else:
            break
    return start, end


def _with_space(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of words that go, with the space before or after them, or with their line if
    nothing else is on it."""
    first, last = line_start(text, start), line_end(text, end)
    before, after = text[first:start], text[end:last]
    if not before.strip(" \t>") and not after.strip():
        return first, min(last + 1, len(text))
    spaces = 0 if _OPENED.fullmatch(before) else len(before) - len(before.rstrip())
    if spaces and (not after or after[0] in " \t|.,;:!?)]*_`"):
        return start - spaces, end
    return start, end + len(after) - len(after.lstrip())


def _is_balanced(text: str) -> bool:
    """Return whether all marks that begin in a text end there."""
    marks = _MARK.sub("", text)
    return marks.count("[") == marks.count("]") and all(marks.count(m) % 2 == 0 for m in "*_`")


def _whole_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the marks around it, if it has only one side of some."""
    if not _is_balanced(text[start:end]):
        for opening in (0, 1, 2, 3):
            closing = _CLOSING.match(text, end)
            for stop in (end, closing.end() if closing else end):
                if set(text[start - opening : start]) <= {*"[*_`"} and _is_balanced(
                    text[start - opening : stop]
                ):
                    return start - opening, stop
    return start, end


def _looks(paragraph: ReviewedParagraph) -> list[WordLook]:
    """The look of each character."""
    return [look_of(piece) for piece in paragraph.pieces for _ in piece.text]


def look_of(piece: WrittenPiece) -> WordLook:
    return WordLook(piece.is_bold, piece.is_italic, piece.is_code, piece.address)


def is_same_address(first: str, second: str) -> bool:
    """Return whether two addresses are the same, which programs write in different ways."""
    one, other = (unquote(each).rstrip("/") for each in (first, second))
    if one.startswith("file:") is not other.startswith("file:"):  # of a file beside the source
        whole, part = (one, other) if one.startswith("file:") else (other, one)
        return bool(part) and whole.endswith(part.lstrip("./"))
    return one == other


def _new_looks(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    looks: Sequence[WordLook],
    new: Sequence[WordLook],
) -> Iterator[LookChange]:
    """The runs of words that only look different, or lead elsewhere."""
    pairs = [(looks[old.start], new[word.start]) for old, word in zip(before, after, strict=True)]
    for which in range(len(MARKS) + 1):
        at = 0
        changes = (_change_of(*pair, which) for pair in pairs)
        for change, run in itertools.groupby(changes):
            size = len([*run])
            if change is not None:
                yield LookChange(at, at + size - 1, which, *change)
            at += size


def _change_of(old: WordLook, new: WordLook, which: int) -> tuple[str, str] | None:
    """The marks or addresses that the first look has, and the second, if these differ."""
    if which == LINKED:
        is_same = is_same_address(old.address, new.address)
        return None if is_same else (old.address, new.address)
    if old[which] is new[which]:
        return None
    return ("", MARKS[which]) if new[which] else (MARKS[which], "")


def _with_look(
    first: WordToken | None, last: WordToken | None, change: LookChange, text: str, file: str
) -> list[SourceEdit]:
    if first is None or last is None:
        return []
    start, end, old, new = first.start, last.end, change.old, change.new
    if change.which == LINKED and old:
        return _with_address(end, old, new, text, file)
    opening, closing = ("[", f"]({new})") if change.which == LINKED else (new, new)
    if not old:
        return [SourceEdit(file, start, start, opening), SourceEdit(file, end, end, closing)]
    size = len(old)
    sides = text[max(0, start - size) : start], text[end : end + size]
    if all(side in (old, old.replace("*", "_")) for side in sides):
        return [SourceEdit(file, start - size, start, ""), SourceEdit(file, end, end + size, "")]
    return []


def _with_address(end: int, old: str, new: str, text: str, file: str) -> list[SourceEdit]:
    """Another address in the place of one, which stands after the words, or after their label."""
    match = _ADDRESS.match(text, end)
    if match and match[2] is not None:
        definitions = re.finditer(rf"^ {{0,3}}\[{re.escape(match[2])}\]:\s*<?", text, re.M | re.I)
        ends = [definition.end() for definition in definitions]
        start = ends[0] if len(ends) == 1 and text.count(f"[{match[2]}]") == 2 else -1
    else:
        start = match.start(1) if match else -1
    there = _WRITTEN_ADDRESS.match(text, max(0, start))
    if not new or start < 0 or there is None or not is_same_address(there[0], old):
        return []
    return [SourceEdit(file, there.start(), there.end(), new)]


def markdown(
    paragraph: ReviewedParagraph, start: int, end: int, around: WordLook | None = None
) -> str:
    """The text of a paragraph from ``start`` to ``end`` as Markdown, where what is ``around`` is
    bold, in italics, or in a link."""
    around = around or WordLook()
    result = ""
    at = 0
    for address, pieces in itertools.groupby(paragraph.pieces, lambda piece: piece.address):
        part = ""
        for piece in pieces:
            text = piece.text[max(0, start - at) : max(0, end - at)]
            at += len(piece.text)
            if paragraph.style == "Code":
                part += text
            elif text:
                part += _piece(text, piece, around)
        if address and part.strip() and not is_same_address(address, around.address):
            bare = part.strip()
            before, _, after = part.partition(bare)
            part = f"{before}[{bare}]({address}){after}"
        result += part
    return result


def _piece(text: str, piece: WrittenPiece, around: WordLook) -> str:
    look = look_of(piece)
    plain = text.translate(_SPACES).replace(FORMULA, "")
    escaped = plain if look.is_code else _SPECIAL.sub(r"\\\1", _GAP.sub(" ", plain))
    marks = "".join(
        mark for mark, is_on, is_around in zip(MARKS, look, around, strict=False)
        if is_on and not is_around
    )  # fmt: skip
    bare = escaped.strip()
    if not marks or not bare:
        return escaped
    before, _, after = escaped.partition(bare)
    return f"{before}{marks}{bare}{marks[::-1]}{after}"
