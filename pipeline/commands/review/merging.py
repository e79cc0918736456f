"""Makes one text of the changes of several reviewers: where they contradict each other, the lines
of each stand between the marks that git uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.commands.review.source_words import SourceEdit, line_end, line_start

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
