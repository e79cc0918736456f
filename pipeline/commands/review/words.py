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
from pipeline.commands.writer.text import LeafSetting, escape, escape_line
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.verify.word import INTERNAL, NOTE, SYMBOL, WrittenPiece

_GAP = late(r" {2,}")
HARD = frozenset("\u00a0\u202f")
SOFT = late(r"(?<![^\W\d_])[\u00a0\u202f]|[\u00a0\u202f](?![^\W\d_])")
"""The spaces that keep words together, and those of these that typography sets, beside signs and
numbers."""

_BREAKS = str.maketrans("\n", "\0")
"""A line break, as a sign that nothing else is, until it is known where it stands."""

STRAIGHT = frozenset("\"'")
"""Quotation marks as they are typed, which stand for those of the language."""

MARKS = (
    ("**", "**"), ("*", "*"), ("`", "`"), ("~~", "~~"), ("<sup>", "</sup>"),
    ("<sub>", "</sub>"), ("==", "=="), ("[", "]{.underline}"),
)  # fmt: skip
"""The marks of looks."""

CODE = 2
"""The number of code among the looks."""

LINKED = len(MARKS)
"""The number of the address among the looks."""

_ADDRESS = late(r"[*_`~^\"'”’.!?]{0,6}\](?:\(\s*<?([^()\s<>]*)|\[([^\[\]\n]*)\])")
_CLOSING = late(r"(?:[*_`~^]|==|\](?:\([^()\s]*\)|\[[^\[\]\n]*\])?)+(?:\{[^{}\n]*\})?")
"""Marks after words with a look of their own, or in a link."""

_OPENED = late(r"[ \t>]*+(?:[-*+:~]|#{1,6}|\(?\w{1,5}[.)])?[ \t]*+")
"""The beginning of a line, with the sign of an item or a heading."""

_BETWEEN = late(r"\\?[ \t\n][ \t\n>]*+")
"""The space between words, which may be a line break."""

_MARK = late(r"(?<=\w)_+(?=\w)|\\.")
"""Letters that are no marks."""

_BRACKETED = late(r"<(?:[A-Za-z][\w+.-]+:[^\s<>]*|[^\s<>@]+@[^\W_][\w-]*(?:\.[^\W_][\w-]*)*)>")
"""An address in brackets, to which it leads."""

_LINK_END = late(r"\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_WRITTEN_ADDRESS = late(r"[^()\s<>]*")


class WordLook(NamedTuple):
    """The look of a character, and the address that it leads to."""

    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    is_struck: bool = False
    is_raised: bool = False
    is_lowered: bool = False
    is_marked: bool = False
    is_underlined: bool = False
    address: str = ""


class LookChange(NamedTuple):
    """Another look of words, from the first to the last: ``which`` of the looks, and the marks or
    addresses: those that were there, or those that are now."""

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
        stretch = after[j - 1].end if j else 0, after[m].start if m < len(after) else None
        author = edited.author(*stretch)
        new: list[SourceEdit | None] = []
        if kind == "equal":
            mixed = _mixed(before[i:k], after[j:m], looks, new_looks)
            for at in mixed:
                place = places[i + at]
                part = markdown(
                    edited, after[j + at].start, after[j + at].end, looks[before[i + at].start]
                )
                new.append(place and SourceEdit(file, place.start, place.end, part))
            ends: list[SourceEdit | None] = []
            for change in _new_looks(before[i:k], after[j:m], looks, new_looks, mixed):
                first, last = places[i + change.first], places[i + change.last]
                marks = _with_look(first, last, change, text, file)
                new += marks[:1] or [None]
                ends = [*marks[1:], *ends]  # the mark that begins last ends first
            new += ends
            for at in range(k - i):
                new += _other_sign(
                    base, edited, before[i + at], after[j + at], places[i + at], text, file
                )
                if at:
                    two = slice(i + at - 1, i + at + 1), slice(j + at - 1, j + at + 1)
                    gaps = _gap(base.text, *before[two[0]]), _gap(edited.text, *after[two[1]])
                    if gaps[0] != gaps[1] and not (gaps[0] in HARD and gaps[1] == " "):
                        new.append(_with_gap(places[two[0]], gaps[1], base, text, file))
        else:
            edit = _edit(before, after, places, (i, k, j, m), base, edited, looks, text, file)
            new.append(None if edit is None or _unlinks(edit, text) else edit)
        edits += (edit._replace(author=author) for edit in new if edit)
        is_whole = is_whole and None not in new
    return WordChanges(tuple(edits), is_whole)


def _gap(text: str, first: WordToken, second: WordToken) -> str:
    """The space between two words: a line break, or a space, perhaps one that keeps them together,
    or nothing."""
    gap = text[first.end : second.start]
    kept = gap in HARD and not SOFT.search(text, first.end - 1, second.end)
    return "\n" if "\n" in gap else gap if kept else gap[:1] and " "


def _with_gap(
    places: Sequence[WordToken | None], gap: str, base: ReviewedParagraph, text: str, file: str
) -> SourceEdit | None:
    """The change for another space between two words; none if that is not clear between marks."""
    first, second = places
    if first is None or second is None:
        return None
    spaces = [*_BETWEEN.finditer(text, first.end, second.start)]
    if len(spaces) == 1:
        start, end = spaces[0].span()
    elif first.end == second.start:
        start = end = first.end
    else:
        return None
    return SourceEdit(file, start, end, with_breaks(gap.translate(_BREAKS), base, text, start))


def with_breaks(new: str, paragraph: ReviewedParagraph, text: str, start: int) -> str:
    """New text with its line breaks as they are written at a place of a source."""
    if "\0" not in new:
        return new
    line = text[line_start(text, start) : start]
    opened = _OPENED.match(line)
    indent = re.sub(r"[^\s>]", " ", opened[0]) if opened and paragraph.is_item else ""
    lines = [part.strip(" ") for part in new.split("\0")]
    lines[0], lines[-1] = new.partition("\0")[0].rstrip(" "), new.rpartition("\0")[2].lstrip(" ")
    return ("<br>" if paragraph.cell else f"\\\n{indent}").join(lines)


def _other_sign(
    base: ReviewedParagraph,
    edited: ReviewedParagraph,
    before: WordToken,
    after: WordToken,
    place: WordToken | None,
    text: str,
    file: str,
) -> list[SourceEdit | None]:
    """The change for another kind of dash or quotation mark. A straight one is typed for that of
    the language."""
    old, new = base.text[before.start : before.end], edited.text[after.start : after.end]
    if old == new or new in STRAIGHT:
        return []
    if place is None or place.is_value:
        return [None]
    start, end = place.start, place.end
    while text[start] == "-" == text[end : end + 1]:
        end += 1
    return [SourceEdit(file, start, end, new)]


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


def _edit(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    places: Sequence[WordToken | None],
    at: tuple[int, int, int, int],
    base: ReviewedParagraph,
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
    stretch = edited.text[after[j].start : after[m - 1].end] if j < m else ""
    if SYMBOL in stretch or not _has_formulas(edited, stretch):
        return None
    around = looks[before[i].start if i < k else before[i - 1].start if i else 0] if looks else None
    if i == k:  # new words
        look = _looks(edited)[after[j].start]
        is_before = k < len(before) and looks[before[k].start] == look != around
        if following is not None and (previous is None or is_before):
            end = after[m].start if m < len(after) else after[m - 1].end
            new = markdown(edited, after[j].start, end, looks[before[k].start])
            return _at_beginning(following.start, following.start, new, base, text, file)
        if previous is None:
            return None
        start = end = previous.end
        if look != around and (closing := _CLOSING.match(text, start)):
            start, around = closing.end(), None
            end = start
        first = after[j - 1].end if j else 0
        joins = k < len(before) and m < len(after) and after[m - 1].end == after[m].start
        if joins and _gap(base.text, *before[k - 1 : k + 1]) and after[j].text != NOTE:
            if following is None or text[end : following.start].strip():
                return None
            end = following.start  # what is joined has no space
        new = markdown(edited, first, after[m - 1].end, around)
        return SourceEdit(file, start, end, with_breaks(new, base, text, start))
    first_place, last_place = places[i], places[k - 1]
    if first_place is None or last_place is None or first_place.start > last_place.start:
        return None
    start, end = _whole_marks(text, first_place.start, last_place.end)
    if (start, end) != (first_place.start, last_place.end):
        around = None
    if not _is_balanced(text[start:end]):
        return None
    if j < m:
        opening, closing_end = after[j].start, after[m - 1].end
        if i and j and not _gap(base.text, *before[i - 1 : i + 1]):
            opening = after[j - 1].end
        elif i and j and not _gap(edited.text, *after[j - 1 : j + 1]):
            start -= len(text[:start]) - len(text[:start].rstrip(" \t\n"))
        if k < len(before) and m < len(after):
            gaps = _gap(base.text, *before[k - 1 : k + 1]), _gap(edited.text, *after[m - 1 : m + 1])
            if gaps[1] and not gaps[0]:
                closing_end = after[m].start
            elif gaps[0] and not gaps[1]:
                end += len(text[end:]) - len(text[end:].lstrip(" \t\n"))
        new = markdown(edited, opening, closing_end, around)
        return _at_beginning(start, end, new, base, text, file)
    if edited.style == "Code":
        return SourceEdit(file, start, end, "")
    start, end = _with_empty_marks(text, start, end)
    if before[i].text == NOTE == before[k - 1].text and k == i + 1:
        return SourceEdit(file, start, end, "")
    start, end = _with_space(text, start, end)
    if i and j and k < len(before) and j < len(after):
        gap = _gap(edited.text, *after[j - 1 : j + 1])
        if not gap and not text[start - 1 : end + 1].strip(text[start:end] + " "):
            return SourceEdit(file, start, end, "")
        is_apart = text[start - 1 : start].isspace() or text[end : end + 1].isspace()
        is_bare = (text[start - 1 : start] + text[end : end + 1]).isalnum()
        if gap and not is_apart and is_bare:
            return SourceEdit(file, start, end, " ")
    return SourceEdit(file, start, end, "")


def _has_formulas(paragraph: ReviewedParagraph, stretch: str) -> bool:
    """Return whether all formulas of a paragraph are known, if there are any in a stretch of it."""
    return FORMULA not in stretch or all(
        formula for piece in paragraph.pieces for formula in piece.formulas
    )


def _at_beginning(
    start: int, end: int, new: str, base: ReviewedParagraph, text: str, file: str
) -> SourceEdit:
    """A change whose text is no markup of a block where it begins a line."""
    new = with_breaks(new, base, text, start)
    if new and base.style != "Code" and not text[line_start(text, start) : start].strip(" \t>"):
        rest = text[end : line_end(text, end)]
        line = escape_line(new + rest)
        new = line.removesuffix(rest)
    return SourceEdit(file, start, end, new)


def _with_empty_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of words that go, with the marks around them, which would be empty. Those with an
    id stay: something may refer to it."""
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
    return WordLook(
        piece.is_bold,
        piece.is_italic,
        piece.is_code,
        piece.is_struck,
        piece.position == "superscript",
        piece.position == "subscript",
        piece.is_marked,
        piece.is_underlined,
        piece.address,
    )


def is_same_address(first: str, second: str) -> bool:
    """Return whether two addresses are the same, which programs write in different ways."""
    one, other = (unquote(each).rstrip("/") for each in (first, second))
    if one.startswith("file:") is not other.startswith("file:"):  # of a file beside the source
        whole, part = (one, other) if one.startswith("file:") else (other, one)
        return bool(part) and whole.endswith(part.lstrip("./"))
    return one == other


def _mixed(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    looks: Sequence[WordLook],
    new: Sequence[WordLook],
) -> list[int]:
    """The words of which only a part looks different."""
    pairs = enumerate(zip(before, after, strict=True))
    return [
        at
        for at, (old, word) in pairs
        if len({*new[word.start : word.end]}) > 1
        and new[word.start : word.end] != looks[old.start : old.end]
    ]


def _new_looks(
    before: Sequence[WordToken],
    after: Sequence[WordToken],
    looks: Sequence[WordLook],
    new: Sequence[WordLook],
    mixed: Sequence[int],
) -> Iterator[LookChange]:
    """The runs of words that only look different, or lead elsewhere; ``mixed`` are others."""
    pairs = [
        (looks[old.start], looks[old.start] if at in mixed else new[word.start])
        for at, (old, word) in enumerate(zip(before, after, strict=True))
    ]
    for which in range(len(MARKS) + 1):
        at = 0
        changes = (_change_of(*pair, which) for pair in pairs)
        for change, run in itertools.groupby(changes):
            size = len([*run])
            if change is not None:
                yield LookChange(at, at + size - 1, which, *change)
            at += size


def lost_in_link(old: WordLook, new: WordLook) -> bool:
    """Return whether code in a link looks like text: LibreOffice gives links a single style."""
    return old.is_code and not new.is_code and bool(new.address)


def _change_of(old: WordLook, new: WordLook, which: int) -> tuple[str, str] | None:
    """The marks or addresses that the first look has, and the second, if these differ."""
    if which == LINKED:
        is_same = is_same_address(old.address, new.address)
        return None if is_same else (old.address, new.address)
    if old[which] is new[which] or (which == CODE and lost_in_link(old, new)):
        return None
    mark = MARKS[which][0]
    return ("", mark) if new[which] else (mark, "")


def _with_look(
    first: WordToken | None, last: WordToken | None, change: LookChange, text: str, file: str
) -> list[SourceEdit]:
    if first is None or last is None:
        return []
    start, end, old, new = first.start, last.end, change.old, change.new
    if change.which == LINKED and new == INTERNAL:
        return []
    if change.which == LINKED and old and not new:
        link = _LINK_END.match(text, end)
        is_link = link and text[start - 1 : start] == "["
        ends = [(start - 1, start), link.span()] if link and is_link else []
        return [SourceEdit(file, *each, "") for each in ends]
    if change.which == LINKED and old:
        return _with_address(end, old, new, text, file)
    opening, closing = ("[", f"]({new})") if change.which == LINKED else MARKS[change.which]
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
    look = look_of(piece)
    plain = SOFT.sub(" ", text).replace("\t", " ").replace(SYMBOL, "")
    if not look.is_code:
        setting = LeafSetting(plain)
        setting.pairs = dict.fromkeys(setting.pairs, True)  # the other one may stand beside it
        lines = (_GAP.sub(" ", line) for line in plain.split("\n"))
        plain = "\0".join(escape(line, "", "", setting, nested=False) for line in lines)
        plain = plain.replace("|", "\\|") if is_cell else plain
        plain = plain.replace(":\\//", "://").replace("www\\.", "www.")  # a link is meant
    marks = [
        pair for pair, is_on, is_around in zip(MARKS, look, around, strict=False)
        if is_on and not is_around
    ]  # fmt: skip
    bare = plain.strip(" \0")
    if not marks or not bare:
        return plain
    before, _, after = plain.partition(bare)
    opening = "".join(first for first, _ in marks)
    closing = "".join(last for _, last in reversed(marks))
    return f"{before}{opening}{bare}{closing}{after}"
