"""Changes of words: from the text of a paragraph to the place in the source."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.sources import (
    SourceEdit,
    SourcePlace,
    WordToken,
    line_end,
    line_start,
    places_of,
    tokens,
    written_tokens,
)
from pipeline.commands.writer.text import LeafSetting, escape, escape_line
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.verify.word import INTERNAL, NOTE, SYMBOL, WordLook, WrittenPiece

_GAP = late(r" {2,}")
HARD = frozenset("\u00a0\u202f")
SOFT = late(r"(?<![^\W\d_])[\u00a0\u202f]|[\u00a0\u202f](?![^\W\d_])")
"""The spaces that keep words together, and those of these that typography sets, beside signs and
numbers."""

_BREAKS = str.maketrans("\n", "\0")
"""A line break, as a sign that nothing else is, until it is known where it stands."""

STRAIGHT = frozenset("\"'")
"""Quotation marks as they are typed, which stand for those of the language."""

DELIMITERS = (
    ("**", "**"), ("*", "*"), ("`", "`"), ("~~", "~~"), ("<sup>", "</sup>"),
    ("<sub>", "</sub>"), ("==", "=="), ("[", "]{.underline}"),
)  # fmt: skip
"""The delimiters of looks."""

CODE = 2
"""The number of code among the looks."""

LINKED = len(DELIMITERS)
"""The number of the address among the looks."""

_ADDRESS = late(r"[*_`~^\"'”’.!?]{0,6}\](?:\(\s*<?([^()\s<>]*)|\[([^\[\]\n]*)\])")
_CLOSING = late(r"(?:[*_`~^]|==|\](?:\([^()\s]*\)|\[[^\[\]\n]*\])?)+(?:\{[^{}\n]*\})?")
"""Delimiters after words with a look of their own, or in a link."""

_OPENED = late(r"[ \t>]*+(?:[-*+:~]|#{1,6}|\(?\w{1,5}[.)])?[ \t]*+")
"""The beginning of a line, with the sign of an item or a heading."""

_BETWEEN = late(r"\\?[ \t\n][ \t\n>]*+")
"""The space between words, which may be a line break."""

_NO_DELIMITER = late(r"(?<=\w)_+(?=\w)|\\.")
"""Letters that are no delimiters."""

_BRACKETED = late(r"<(?:[A-Za-z][\w+.-]+:[^\s<>]*|[^\s<>@]+@[^\W_][\w-]*(?:\.[^\W_][\w-]*)*)>")
"""An address in brackets, to which it leads."""

_LINK_END = late(r"\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_WRITTEN_ADDRESS = late(r"[^()\s<>]*")


class WordChanges(NamedTuple):
    """The changes of a paragraph. Without ``is_whole``, some cannot be taken over."""

    edits: tuple[SourceEdit, ...]
    is_whole: bool


class WordComparison:
    """The words of a paragraph of the source, their places among the tokens of this, and those that
    it has now."""

    def __init__(
        self,
        base: ReviewedParagraph,
        edited: ReviewedParagraph,
        place: SourcePlace,
        source: Sequence[WordToken],
    ) -> None:
        self.base, self.edited = base, edited
        self.before, self.after = tokens(base.text), tokens(edited.text)
        self.places = places_of(written_tokens(base), source)
        self.looks, self.new_looks = _looks(base), _looks(edited)
        self.place, self.text = place, place.text

    def changes(self) -> WordChanges:
        """The changes from one paragraph to the other."""
        edits: list[SourceEdit] = []
        is_whole = True
        texts = _texts(self.before, self.base), _texts(self.after, self.edited)
        for kind, i, k, j, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
            stretch = (
                self.after[j - 1].end if j else 0,
                self.after[m].start if m < len(self.after) else None,
            )
            author = self.edited.author(*stretch)
            new = (
                [*self._change_looks(i, k, j)]
                if kind == "equal"
                else [self._change_words(i, k, j, m)]
            )
            edits += (edit._replace(author=author) for edit in new if edit)
            is_whole = is_whole and None not in new
        return WordChanges(tuple(edits), is_whole)

    # --- the same words ---

    def _change_looks(self, i: int, k: int, j: int) -> Iterator[SourceEdit | None]:
        """The changes of looks, spaces and signs where the words from i to k are the same as those
        from j on. None for one that is not clear."""
        pairs: list[tuple[WordLook, WordLook]] = []
        for at in range(k - i):
            old, word, place = self.before[i + at], self.after[j + at], self.places[i + at]
            look, new = self.looks[old.start], self.new_looks[word.start : word.end]
            is_mixed = len({*new}) > 1 and new != self.looks[old.start : old.end]
            if is_mixed:  # only a part of the word looks different
                part = markdown(self.edited, word.start, word.end, look)
                yield place and self.place.edit(place.start, place.end, part)
            pairs.append((look, look if is_mixed else new[0]))
        ends: list[SourceEdit] = []
        for which in range(len(DELIMITERS) + 1):
            at = i
            for change, run in itertools.groupby(_change_of(*pair, which) for pair in pairs):
                size = len([*run])
                if change is not None:
                    marks = self._marks(at, at + size - 1, which, *change)
                    yield marks[0] if marks else None
                    ends = [*marks[1:], *ends]  # the mark that begins last ends first
                at += size
        yield from ends
        for at in range(k - i):
            yield from self._other_sign(i + at, j + at)
            gaps = self._old_gap(i + at), self._new_gap(j + at)
            if at and gaps[0] != gaps[1] and not (gaps[0] in HARD and gaps[1] == " "):
                yield self._with_gap(i + at, gaps[1] or "")

    def _marks(self, first: int, last: int, which: int, old: str, new: str) -> list[SourceEdit]:
        """The changes for another of the looks of words, given the marks or addresses that were
        there, and those that are now."""
        begin, end = self.places[first], self.places[last]
        if begin is None or end is None or (which == LINKED and new == INTERNAL):
            return []
        edit, text, start, stop = self.place.edit, self.text, begin.start, end.end
        if which == LINKED and old and not new:
            link = _LINK_END.match(text, stop)
            is_link = link and text[start - 1 : start] == "["
            return [edit(start - 1, start, ""), edit(*link.span(), "")] if link and is_link else []
        if which == LINKED and old:
            return self._with_address(stop, old, new)
        opening, closing = ("[", f"]({new})") if which == LINKED else DELIMITERS[which]
        if not old:
            return [edit(start, start, opening), edit(stop, stop, closing)]
        size = len(old)
        sides = text[max(0, start - size) : start], text[stop : stop + size]
        if all(side in (old, old.replace("*", "_")) for side in sides):
            return [edit(start - size, start, ""), edit(stop, stop + size, "")]
        return []

    def _with_address(self, end: int, old: str, new: str) -> list[SourceEdit]:
        """Another address in the place of one, which stands after the words, or after their
        label."""
        text, match = self.text, _ADDRESS.match(self.text, end)
        if match and (label := match[2]) is not None:
            pattern = rf"^ {{0,3}}\[{re.escape(label)}\]:\s*<?"
            ends = [definition.end() for definition in re.finditer(pattern, text, re.M | re.I)]
            start = ends[0] if len(ends) == 1 and text.count(f"[{label}]") == 2 else -1
        else:
            start = match.start(1) if match else -1
        there = _WRITTEN_ADDRESS.match(text, max(0, start))
        if not new or start < 0 or there is None or not is_same_address(there[0], old):
            return []
        return [self.place.edit(there.start(), there.end(), new)]

    def _other_sign(self, at: int, to: int) -> Iterator[SourceEdit | None]:
        """The change for another kind of dash or quotation mark. A straight one is typed for that
        of the language."""
        before, after, place = self.before[at], self.after[to], self.places[at]
        new = self.edited.text[after.start : after.end]
        if self.base.text[before.start : before.end] == new or new in STRAIGHT:
            return
        if place is None or place.is_value:
            yield None
            return
        end = place.end
        while self.text[place.start] == "-" == self.text[end : end + 1]:
            end += 1
        yield self.place.edit(place.start, end, new)

    def _with_gap(self, at: int, gap: str) -> SourceEdit | None:
        """The change for another space before a word; none if that is not clear between marks."""
        first, second = self.places[at - 1 : at + 1]
        if first is None or second is None:
            return None
        spaces = [*_BETWEEN.finditer(self.text, first.end, second.start)]
        if len(spaces) != 1 and first.end != second.start:
            return None
        start, end = spaces[0].span() if spaces else (first.end, first.end)
        return self.place.edit(start, end, self._with_breaks(gap.translate(_BREAKS), start))

    # --- other words ---

    def _change_words(self, i: int, k: int, j: int, m: int) -> SourceEdit | None:
        """A change of the words from i to k into those from j to m; none if it is not clear."""
        previous = self.places[i - 1] if i else None
        following = self.places[k] if k < len(self.places) else None
        if previous and following and previous.start == following.start:
            return None  # in the value of a variable
        stretch = self.edited.text[self.after[j].start : self.after[m - 1].end] if j < m else ""
        has_place = not any(place and place.is_value for place in self.places[i:k])
        if not has_place or SYMBOL in stretch or not _has_formulas(self.edited, stretch):
            return None
        if i == k:
            edit = self._new_words(i, j, m, previous, following)
        else:
            edit = self._other_words(i, k, j, m)
        return None if edit is None or _unlinks(edit, self.text) else edit

    def _old_gap(self, at: int) -> str | None:
        """The space before a word of the source; None if it is the first."""
        return _gap(self.base.text, self.before, at)

    def _new_gap(self, at: int) -> str | None:
        return _gap(self.edited.text, self.after, at)

    def _new_words(
        self, k: int, j: int, m: int, previous: WordToken | None, following: WordToken | None
    ) -> SourceEdit | None:
        """The change for the words from j to m, which are new between two others."""
        after, text = self.after, self.text
        around = self.looks[self.before[k - 1].start if k else 0] if self.looks else None
        look = self.new_looks[after[j].start]
        is_before = k < len(self.before) and self.looks[self.before[k].start] == look != around
        if following is not None and (previous is None or is_before):
            end = after[m].start if m < len(after) else after[m - 1].end
            new = markdown(self.edited, after[j].start, end, self.looks[self.before[k].start])
            return self._guard_beginning(following.start, following.start, new)
        if previous is None:
            return None
        start = end = previous.end
        if look != around and (closing := _CLOSING.match(text, start)):
            start, around = closing.end(), None
            end = start
        first = after[j - 1].end if j else 0
        if self._old_gap(k) and self._new_gap(m) == "" and after[j].text != NOTE:
            if following is None or text[end : following.start].strip():
                return None
            end = following.start  # what is joined has no space
        new = markdown(self.edited, first, after[m - 1].end, around)
        return self.place.edit(start, end, self._with_breaks(new, start))

    def _other_words(self, i: int, k: int, j: int, m: int) -> SourceEdit | None:
        """The change for words of the source, if any are left, that are others or gone."""
        first, last, text = self.places[i], self.places[k - 1], self.text
        if first is None or last is None or first.start > last.start:
            return None
        around = self.looks[self.before[i].start] if self.looks else None
        start, end = _with_both_delimiters(text, first.start, last.end)
        if (start, end) != (first.start, last.end):
            around = None
        if not _is_balanced(text[start:end]):
            return None
        if j == m:
            return self._remove_words(i, k, j, start, end)
        opening, closing = self.after[j].start, self.after[m - 1].end
        gaps = self._old_gap(i), self._new_gap(j)
        if None not in gaps and not gaps[0]:
            opening = self.after[j - 1].end
        elif None not in gaps and not gaps[1]:
            start -= len(text[:start]) - len(text[:start].rstrip(" \t\n"))
        gaps = self._old_gap(k), self._new_gap(m)
        if None not in gaps and gaps[1] and not gaps[0]:
            closing = self.after[m].start
        elif None not in gaps and gaps[0] and not gaps[1]:
            end += len(text[end:]) - len(text[end:].lstrip(" \t\n"))
        return self._guard_beginning(start, end, markdown(self.edited, opening, closing, around))

    def _remove_words(self, i: int, k: int, j: int, start: int, end: int) -> SourceEdit:
        """The change for words that are gone."""
        text = self.text
        if self.edited.style == "Code":
            return self.place.edit(start, end, "")
        start, end = _with_empty_delimiters(text, start, end)
        if k == i + 1 and self.before[i].text == NOTE:
            return self.place.edit(start, end, "")
        start, end = _with_space(text, start, end)
        sides = text[start - 1 : start] + text[end : end + 1]
        is_between = i and k < len(self.before) and self._new_gap(j)
        return self.place.edit(start, end, " " if is_between and sides.isalnum() else "")

    def _guard_beginning(self, start: int, end: int, new: str) -> SourceEdit:
        """A change whose text is no markup of a block where it begins a line."""
        new, text = self._with_breaks(new, start), self.text
        if (
            new
            and self.base.style != "Code"
            and not text[line_start(text, start) : start].strip(" \t>")
        ):
            rest = text[end : line_end(text, end)]
            new = escape_line(new + rest).removesuffix(rest)
        return self.place.edit(start, end, new)

    def _with_breaks(self, new: str, start: int) -> str:
        """New text with its line breaks as they are written at a place of the source."""
        if "\0" not in new:
            return new
        opened = _OPENED.match(self.text[line_start(self.text, start) : start])
        indent = re.sub(r"[^\s>]", " ", opened[0]) if opened and self.base.is_item else ""
        lines = [part.strip(" ") for part in new.split("\0")]
        lines[0], lines[-1] = (
            new.partition("\0")[0].rstrip(" "),
            new.rpartition("\0")[2].lstrip(" "),
        )
        return ("<br>" if self.base.cell else f"\\\n{indent}").join(lines)


def _gap(text: str, words: Sequence[WordToken], at: int) -> str | None:
    """The space before a word: a line break, or a space, perhaps one that keeps it beside the one
    before, or nothing; None at both ends."""
    if not 0 < at < len(words):
        return None
    first, second = words[at - 1].end, words[at].start
    gap = text[first:second]
    kept = gap in HARD and not SOFT.search(text, first - 1, words[at].end)
    return "\n" if "\n" in gap else gap if kept else gap[:1] and " "


def _unlinks(edit: SourceEdit, text: str) -> bool:
    """Return whether what a change leaves of a link in brackets, such as ``<a@b.org>``, is none."""
    start, end = text.rfind("<", 0, edit.start), text.find(">", edit.end) + 1
    if start < 0 or not _BRACKETED.fullmatch(text, start, end):
        return False
    return not _BRACKETED.fullmatch(text[start : edit.start] + edit.text + text[edit.end : end])


def _texts(words: Sequence[WordToken], paragraph: ReviewedParagraph) -> list[str]:
    """The words of a paragraph, and for the signs of formulas, their letters; for those of notes,
    what stands for them in the source."""
    formulas = iter(paragraph.formulas)
    notes = (piece.note for piece in paragraph.pieces if piece.note)
    signs = {FORMULA: formulas, NOTE: notes}
    return [w.text + next(signs[w.text], "") if w.text in signs else w.text for w in words]


def _has_formulas(paragraph: ReviewedParagraph, stretch: str) -> bool:
    """Return whether all formulas of a paragraph are known, if there are any in a stretch of it."""
    return FORMULA not in stretch or all(
        formula for piece in paragraph.pieces for formula in piece.formulas
    )


def _with_empty_delimiters(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of words that go, with the delimiters around them, which would be empty. Those
    with an id stay: something may refer to it."""
    while start and text[start - 1] in "*_`[~^=":
        closing = _CLOSING.match(text, end)
        if text[start - 2 : start] == text[end : end + 2] in ("~~", "=="):
            start, end = start - 2, end + 2
        elif text[start - 1] == "[" and closing and text[end] == "]":
            if "{#" in closing[0]:
                break
            start, end = start - 1, closing.end()
        elif text[start - 1] == text[end : end + 1] != "=":
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
    """Return whether all delimiters that begin in a text end there."""
    delimiters = _NO_DELIMITER.sub("", text)
    return delimiters.count("[") == delimiters.count("]") and all(
        delimiters.count(one) % 2 == 0 for one in "*_`"
    )


def _with_both_delimiters(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the delimiters around it, if it has only one side of some."""
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
    return [piece.look for piece in paragraph.pieces for _ in piece.text]


def is_same_address(first: str, second: str) -> bool:
    """Return whether two addresses are the same, which programs write in different ways."""
    one, other = (unquote(each).rstrip("/") for each in (first, second))
    if one.startswith("file:") is not other.startswith("file:"):  # of a file beside the source
        whole, part = (one, other) if one.startswith("file:") else (other, one)
        return bool(part) and whole.endswith(part.lstrip("./"))
    return one == other


def is_lost_in_link(old: WordLook, new: WordLook) -> bool:
    """Return whether code in a link looks like text: LibreOffice gives links a single style."""
    return old.is_code and not new.is_code and bool(new.address)


def _change_of(old: WordLook, new: WordLook, which: int) -> tuple[str, str] | None:
    """The delimiters or addresses that the first look has, and the second, if these differ."""
    if which == LINKED:
        is_same = is_same_address(old.address, new.address)
        return None if is_same else (old.address, new.address)
    if old[which] is new[which] or (which == CODE and is_lost_in_link(old, new)):
        return None
    delimiter = DELIMITERS[which][0]
    return ("", delimiter) if new[which] else (delimiter, "")


def markdown(
    paragraph: ReviewedParagraph, start: int, end: int, around: WordLook | None = None
) -> str:
    """The text of a paragraph from ``start`` to ``end`` as Markdown, where what is ``around`` is
    bold, in italics, or in a link."""
    around = around or WordLook()
    result = ""
    at = 0
    for address, pieces in itertools.groupby(paragraph.pieces, lambda piece: piece.look.address):
        part = ""
        for piece in pieces:
            first = max(0, start - at)
            text = piece.text[first : max(0, end - at)]
            at += len(piece.text)
            if paragraph.style == "Code":
                part += text
            elif text and piece.note:
                part += piece.note
            elif text:
                written = _piece(text, piece, around, is_cell=paragraph.cell is not None)
                for formula in piece.formulas[piece.text[:first].count(FORMULA) :]:
                    written = written.replace(FORMULA, formula, 1)
                part += written.replace(FORMULA, "")
        if (
            address not in ("", INTERNAL)
            and part.strip()
            and not is_same_address(address, around.address)
        ):
            bare = part.strip()
            before, _, after = part.partition(bare)
            part = f"{before}[{bare}]({address}){after}"
        result += part
    return result


def _piece(text: str, piece: WrittenPiece, around: WordLook, *, is_cell: bool) -> str:
    look = piece.look
    plain = SOFT.sub(" ", text).replace("\t", " ").replace(SYMBOL, "")
    if not look.is_code:
        setting = LeafSetting(plain)
        setting.pairs = dict.fromkeys(setting.pairs, True)  # the other one may stand beside it
        lines = (_GAP.sub(" ", line) for line in plain.split("\n"))
        plain = "\0".join(escape(line, "", "", setting, nested=False) for line in lines)
        plain = plain.replace("|", "\\|") if is_cell else plain
        plain = plain.replace(":\\//", "://").replace("www\\.", "www.")  # a link is meant
    marks = [
        pair for pair, is_on, is_around in zip(DELIMITERS, look, around, strict=False)
        if is_on and not is_around
    ]  # fmt: skip
    bare = plain.strip(" \0")
    if not marks or not bare:
        return plain
    before, _, after = plain.partition(bare)
    opening = "".join(first for first, _ in marks)
    closing = "".join(last for _, last in reversed(marks))
    return f"{before}{opening}{bare}{closing}{after}"
