"""Paragraphs of a file and of its source, matched; and several editors' changes, merged."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.sources import SourceEdit, line_end, line_start
from pipeline.model.late import late

# --- matching --------------------------------------------------------------------------------
# Finds for each paragraph that came back the one of the source that it was.

HEADING = late(r"Heading(\d)")
"""The styles of headings."""

ALIKE = 0.5
"""The share of words from which on two paragraphs are the same one, changed."""

FIXED = 10
"""The paragraphs that one counts as whose place is fixed."""


def matched(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph]
) -> dict[int, int]:
    """The numbers of paragraphs of the source by those of the file: those in rows with the same
    words, with the same words and bookmark, with the same words, with the same bookmark, or at the
    same place with many words in common."""
    pairs: dict[int, int] = {}
    _pair_rows(base, edited, pairs)
    _pair_marked(base, edited, pairs, is_same=True)
    _pair_blocks(base, edited, pairs)
    _pair_marked(base, edited, pairs, is_same=False)
    _pair_moved(base, edited, pairs)
    _pair_alike(base, edited, pairs)
    _pair_alone(base, edited, pairs)
    return pairs


def _pair_rows(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair the paragraphs of rows of tables that have the same words: once the source has changed,
    bookmarks of words that are repeated are those of others."""
    olds, news = _rows(base), _rows(edited)
    keys = [tuple(_words(base[n]) for n in row) for row in olds]
    again = [tuple(_words(edited[n]) for n in row) for row in news]
    blocks = difflib.SequenceMatcher(None, keys, again, autojunk=False).get_matching_blocks()
    for a, b, size in blocks:
        for old, new in zip(olds[a : a + size], news[b : b + size], strict=True):
            pairs |= zip(new, old, strict=True)


def _rows(paragraphs: Sequence[ReviewedParagraph]) -> list[list[int]]:
    """The numbers of the paragraphs in each row of tables."""
    rows = defaultdict[tuple[str, int, int], list[int]](list)
    for number, paragraph in enumerate(paragraphs):
        if cell := paragraph.cell:
            rows[paragraph.note, cell.table, cell.row].append(number)
    return [*rows.values()]


def _pair_marked(
    base: Sequence[ReviewedParagraph],
    edited: Sequence[ReviewedParagraph],
    pairs: dict[int, int],
    *,
    is_same: bool,
) -> None:
    """Pair those that are left and have the same bookmark, and the same words if that is asked."""
    names, used = {p.mark: number for number, p in enumerate(base) if p.mark}, {*pairs.values()}
    for number, paragraph in enumerate(edited):
        other = names.get(paragraph.mark) if paragraph.mark else None
        if number in pairs or other is None or other in used:
            continue
        if _words(paragraph) == _words(base[other]) if is_same else paragraph.key:
            pairs[number] = other
            used.add(other)


def _words(paragraph: ReviewedParagraph) -> tuple[str, int]:
    """The words of a paragraph, and the number of its pictures."""
    return paragraph.key, len(paragraph.pictures)


def _pair_blocks(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair those that are left and have the same words."""
    used = set(pairs.values())
    left = [number for number in range(len(base)) if number not in used]
    others = [number for number in range(len(edited)) if number not in pairs]
    keys = [(_words(base[n]), base[n].cell is None) for n in left]
    again = [(_words(edited[n]), edited[n].cell is None) for n in others]
    for block in difflib.SequenceMatcher(None, keys, again, autojunk=False).get_matching_blocks():
        pairs |= {others[block.b + at]: left[block.a + at] for at in range(block.size)}


def _pair_moved(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair those that are left and have the same words, and stand elsewhere."""
    used, left = set(pairs.values()), defaultdict[object, list[int]](list)
    for number in reversed(range(len(base))):
        words = _words(base[number])
        if number not in used and any(words) and not base[number].cell:
            left[words, bool(base[number].note)].append(number)
    for number, paragraph in enumerate(edited):
        others = left.get((_words(paragraph), bool(paragraph.note)))
        if number not in pairs and others and not paragraph.cell:
            pairs[number] = others.pop()


def _pair_alike(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair paragraphs between the same neighbours that have many words in common."""
    used = set(pairs.values())
    low = 0
    for number, paragraph in enumerate(edited):
        if number in pairs:
            low = pairs[number] + 1
            continue
        later = (pairs[n] for n in range(number + 1, len(edited)) if n in pairs)
        high = next(later, len(base))
        best, share = -1, ALIKE
        for other in range(low, high):
            if other not in used and (base[other].cell is None) is (paragraph.cell is None):
                alike = similarity(base[other].key, paragraph.key)
                if alike > share or (alike == share and best < 0):
                    best, share = other, alike
        if best >= 0:
            pairs[number] = best
            used.add(best)
            low = best + 1


def _pair_alone(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair paragraphs in one style that are alone between the same neighbours, whatever their words
    are: they were written anew."""
    for number, paragraph in enumerate(edited):
        before, after = pairs.get(number - 1, None if number else -1), pairs.get(number + 1)
        if number in pairs or before is None or after != before + 2 or paragraph.cell:
            continue
        other = base[before + 1]
        if paragraph.key and other.key and other.style == paragraph.style and not other.cell:
            pairs[number] = before + 1


def similarity(first: str, second: str) -> float:
    """The share of words that two texts have in common, in their order."""
    if not first or not second:
        return 0.0
    return difflib.SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()


def moved(pairs: dict[int, int], fixed: Collection[int] = ()) -> set[int]:
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

NEAR = 1
"""The words between two changes that are one."""


class MergedText(NamedTuple):
    """A text, and the lines of the original in which there are contradictions."""

    text: str
    conflicts: tuple[int, ...] = ()


def merged(text: str, edits: Iterable[SourceEdit]) -> MergedText:
    """A text with all changes of it."""
    groups: list[list[SourceEdit]] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        end = max((each.end for each in groups[-1]), default=0) if groups else 0
        if groups and edit.start < end:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    conflicts: list[int] = []
    for group in reversed(groups):
        if _agree(group):
            text = applied(text, group)
            continue
        conflicts.append(text.count("\n", 0, group[0].start) + 1)
        text = _with_conflict(text, group)
    return MergedText(text, tuple(reversed(conflicts)))


def _agree(group: Sequence[SourceEdit]) -> bool:
    """Return whether the changes of a group are the same, or do not touch."""
    if len({(edit.start, edit.end, edit.text) for edit in group}) == 1:
        return True
    return len({edit.who for edit in group}) == 1


def applied(text: str, edits: Iterable[SourceEdit]) -> str:
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
    groups: list[list[SourceEdit]] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        last = groups[-1][-1] if groups else None
        who = (edit.who, edit.author)
        is_block = edit.text.startswith("\n\n")
        if (
            last
            and not is_block
            and who == (last.who, last.author)
            and _is_near(text, last.end, edit.start)
        ):
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return [_by_word(text, group) for group in groups]


def _is_near(text: str, end: int, start: int) -> bool:
    """Return whether two changes are parts of one: marks at both sides of a word, or lines."""
    between = text[end:start]
    return end <= start and len(between.split(" ")) <= NEAR and "\n\n" not in between


def _by_word(text: str, group: Sequence[SourceEdit]) -> str:
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
        versions.setdefault(edit.who, []).append(edit.moved(-start))
    (first, lines), *others = (
        (who, applied(text[start:end], edits)) for who, edits in versions.items()
    )
    result = f"<<<<<<< {first}\n{lines}\n"
    for who, other in others:
        result += f"=======\n{other}\n>>>>>>> {who}\n"
    return text[:start] + result.removesuffix("\n") + text[end:]
