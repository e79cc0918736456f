"""Paragraphs of a file and of its source, matched; and several editors' changes, merged."""

from __future__ import annotations

import difflib
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.sources import SourceEdit, align, line_end, line_start
from pipeline.model.late import late

# --- matching --------------------------------------------------------------------------------
# Finds for each paragraph that came back the one of the source that it was.

HEADING = late(r"Heading(\d)")
"""The styles of headings."""

ALIKE = 0.5
"""The share of words from which on two paragraphs are the same one, changed."""

FIXED = 10
"""The paragraphs that one counts as whose place is fixed."""


def match_paragraphs(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph]
) -> dict[int, int]:
    """The numbers of paragraphs of the source by those of the file: those in rows with the same
    words, with the same words and bookmark, with the same words, with the same bookmark, or at the
    same place with many words in common."""
    matching = _Matching(base, edited)
    matching.pair_rows()
    matching.pair_marked(is_same=True)
    matching.pair_blocks()
    matching.pair_marked(is_same=False)
    matching.pair_moved()
    matching.pair_alike()
    matching.pair_alone()
    return matching.pairs


class _Matching:
    """The pairs of paragraphs that are known, of which each has one other at most."""

    def __init__(
        self, base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph]
    ) -> None:
        self.base, self.edited = base, edited
        self.pairs: dict[int, int] = {}
        self.used = set[int]()

    def pair(self, number: int, other: int) -> None:
        self.pairs[number] = other
        self.used.add(other)

    def left(self) -> Iterator[tuple[int, ReviewedParagraph]]:
        """The paragraphs of the file that have no other yet."""
        return ((n, p) for n, p in enumerate(self.edited) if n not in self.pairs)

    def others(self) -> Iterator[tuple[int, ReviewedParagraph]]:
        """Those of the source."""
        return ((n, p) for n, p in enumerate(self.base) if n not in self.used)

    def pair_rows(self) -> None:
        """Pair the paragraphs of rows of tables that have the same words: once the source has
        changed, bookmarks of words that are repeated are those of others."""
        olds, news = _rows(self.base), _rows(self.edited)
        keys = [tuple(_words(self.base[n]) for n in row) for row in olds]
        again = [tuple(_words(self.edited[n]) for n in row) for row in news]
        for old, new in align(keys, again):
            for other, number in zip(olds[old], news[new], strict=True):
                self.pair(number, other)

    def pair_marked(self, *, is_same: bool) -> None:
        """Pair those with the same bookmark, and the same words if that is asked."""
        names = {paragraph.mark: number for number, paragraph in self.others() if paragraph.mark}
        for number, paragraph in [*self.left()]:
            other = names.get(paragraph.mark) if paragraph.mark else None
            if other is None or other in self.used:
                continue
            if _words(paragraph) == _words(self.base[other]) if is_same else paragraph.key:
                self.pair(number, other)

    def pair_blocks(self) -> None:
        """Pair those that have the same words, in their order."""
        left, others = [*self.left()], [*self.others()]
        first, second = ([(_words(p), p.cell is None) for _, p in each] for each in (others, left))
        for old, new in align(first, second):
            self.pair(left[new][0], others[old][0])

    def pair_moved(self) -> None:
        """Pair those that have the same words, and stand elsewhere."""
        places = defaultdict[object, list[int]](list)
        for other, paragraph in reversed([*self.others()]):
            if any(_words(paragraph)) and not paragraph.cell:
                places[_words(paragraph), bool(paragraph.note)].append(other)
        for number, paragraph in [*self.left()]:
            same = places.get((_words(paragraph), bool(paragraph.note)))
            if same and not paragraph.cell:
                self.pair(number, same.pop())

    def pair_alike(self) -> None:
        """Pair paragraphs between the same neighbours that have many words in common."""
        low = 0
        for number, paragraph in enumerate(self.edited):
            if number in self.pairs:
                low = self.pairs[number] + 1
                continue
            later = (self.pairs[n] for n in range(number + 1, len(self.edited)) if n in self.pairs)
            shares = [
                (similarity(self.base[other].key, paragraph.key), -other)
                for other in range(low, next(later, len(self.base)))
                if other not in self.used
                and (self.base[other].cell is None) is (paragraph.cell is None)
            ]
            share, other = max(shares, default=(0.0, 0))
            if share >= ALIKE:
                self.pair(number, -other)
                low = 1 - other

    def pair_alone(self) -> None:
        """Pair paragraphs in one style that are alone between the same neighbours, whatever their
        words are: they were written anew."""
        for number, paragraph in [*self.left()]:
            before = self.pairs.get(number - 1, None if number else -1)
            if before is None or self.pairs.get(number + 1) != before + 2 or paragraph.cell:
                continue
            other = self.base[before + 1]
            if paragraph.key and other.key and other.style == paragraph.style and not other.cell:
                self.pair(number, before + 1)


def _rows(paragraphs: Sequence[ReviewedParagraph]) -> list[list[int]]:
    """The numbers of the paragraphs in each row of tables."""
    rows = defaultdict[tuple[str, int, int], list[int]](list)
    for number, paragraph in enumerate(paragraphs):
        if cell := paragraph.cell:
            rows[paragraph.note, cell.table, cell.row].append(number)
    return [*rows.values()]


def _words(paragraph: ReviewedParagraph) -> tuple[str, int]:
    """The words of a paragraph, and the number of its pictures."""
    return paragraph.key, len(paragraph.pictures)


def similarity(first: str, second: str) -> float:
    """The share of words that two texts have in common, in their order."""
    if not first or not second:
        return 0.0
    return difflib.SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()


def find_moved(pairs: dict[int, int], fixed: Collection[int] = ()) -> set[int]:
    """The paragraphs of a file that stand in another order than those of the source: all but the
    longest run that is in order, in which those that are ``fixed`` count as many."""
    numbers = sorted(pairs)
    best: list[tuple[int, int]] = []  # length of the longest run that ends here, and the one before
    for at, number in enumerate(numbers):
        weight = FIXED if number in fixed else 1
        longest, before = weight, -1
        for earlier in range(max(0, at - 400), at):
            if pairs[numbers[earlier]] < pairs[number] and best[earlier][0] + weight > longest:
                longest, before = best[earlier][0] + weight, earlier
        best.append((longest, before))
    in_order: set[int] = set()
    at = max(range(len(best)), key=lambda each: best[each][0], default=-1)
    while at >= 0:
        in_order.add(numbers[at])
        at = best[at][1]
    return set(pairs) - in_order


def new_formulas(base: ReviewedParagraph, edited: ReviewedParagraph) -> list[str]:
    """The formulas of a paragraph that it did not have, or had elsewhere."""
    formulas = iter(base.formulas)
    return [formula for formula in edited.formulas if formula not in formulas]


# --- merging ---------------------------------------------------------------------------------
# Makes one text of the changes of several reviewers: where they contradict each other, the lines
# of each stand between the marks that git uses.

AROUND = 40
"""The characters before and after a change that are shown with it."""

WORDS_BETWEEN = 1
"""The words between two changes that are one."""


class MergedText(NamedTuple):
    """A text, and the lines of the original in which there are contradictions."""

    text: str
    conflicts: tuple[int, ...] = ()


def merge(text: str, edits: Iterable[SourceEdit]) -> MergedText:
    """A text with all changes of it."""
    conflicts: list[int] = []
    for group in reversed(_group(edits, lambda group, e: e.start < max(o.end for o in group))):
        if _agree(group):
            text = apply(text, group)
            continue
        conflicts.append(text.count("\n", 0, group[0].start) + 1)
        text = _with_conflict(text, group)
    return MergedText(text, tuple(reversed(conflicts)))


def _group(
    edits: Iterable[SourceEdit], belongs: Callable[[list[SourceEdit], SourceEdit], bool]
) -> list[list[SourceEdit]]:
    """Changes in their order, each with those before it to which it belongs."""
    groups: list[list[SourceEdit]] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if groups and belongs(groups[-1], edit):
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _agree(group: Sequence[SourceEdit]) -> bool:
    """Return whether the changes of a group are the same, or do not touch."""
    if len({(edit.start, edit.end, edit.text) for edit in group}) == 1:
        return True
    return len({edit.who for edit in group}) == 1


def apply(text: str, edits: Iterable[SourceEdit]) -> str:
    """A text with changes that do not contradict each other; those at one place in their order."""
    last = len(text) + 1
    different = dict.fromkeys((edit.start, edit.end, edit.text) for edit in edits)
    for start, end, new in [*sorted(different, key=lambda edit: edit[:2])][::-1]:
        if end <= last:
            text = text[:start] + new + text[end:]
            last = start
    return text


def changes_by_word(text: str, edits: Iterable[SourceEdit]) -> list[str]:
    """A line for each change of a text: its line and column, who made it, and what is gone and what
    is new, with some words around it. Changes within one word of each other are one."""
    return [_merge_words(text, group) for group in _group(edits, functools.partial(_is_one, text))]


def _is_one(text: str, group: Sequence[SourceEdit], edit: SourceEdit) -> bool:
    last = group[-1]
    is_of_one = (edit.who, edit.author) == (last.who, last.author)
    is_block = edit.text.startswith("\n\n")
    return is_of_one and not is_block and _is_near(text, last.end, edit.start)


def _is_near(text: str, end: int, start: int) -> bool:
    """Return whether two changes are parts of one: marks at both sides of a word, or lines."""
    between = text[end:start]
    return end <= start and len(between.split(" ")) <= WORDS_BETWEEN and "\n\n" not in between


def _merge_words(text: str, group: Sequence[SourceEdit]) -> str:
    start, end = group[0].start, max(edit.end for edit in group)
    shown, at = "", start
    for edit in group:
        old, new = text[edit.start : edit.end], edit.text
        shown += text[at : edit.start]
        shown += f"[-{old}-]" * bool(old) + f"{{+{new}+}}" * bool(new)
        at = max(at, edit.end)
    first, last = line_start(text, start), line_end(text, end)
    before, after = text[first:start], text[end:last]
    before = f"…{before[-AROUND:]}" if len(before) > AROUND else before
    after = f"{after[:AROUND]}…" if len(after) > AROUND else after
    place = f"{text.count(chr(10), 0, start) + 1}:{start - first + 1}"
    line = f"{before}{shown}{after}".strip("\n").replace("\n", "⏎")
    return f"{place}: {group[0].author or group[0].who}: {line}"


def _with_conflict(text: str, group: Sequence[SourceEdit]) -> str:
    """The lines of a contradiction as each reviewer has them."""
    start = line_start(text, group[0].start)
    end = line_end(text, max(edit.end for edit in group))
    versions: dict[str, list[SourceEdit]] = {}
    for edit in group:
        versions.setdefault(edit.who, []).append(edit.move(-start))
    (first, lines), *others = (
        (who, apply(text[start:end], edits)) for who, edits in versions.items()
    )
    result = f"<<<<<<< {first}\n{lines}\n"
    for who, other in others:
        result += f"=======\n{other}\n>>>>>>> {who}\n"
    return text[:start] + result.removesuffix("\n") + text[end:]
