"""From a document to the content of one edition.

Attributes of blocks and inline spans state where they belong:

- ``only=pdf``, ``not="html epub"``: formats (`html`, `pdf`, `epub`), their everyday names
  (`web`, `print`, `ebook`) or editions, separated by spaces or commas;
- ``edition=teacher``: editions only.

A condition on a heading applies to its whole section. Editions for students contain no answers, no
notes for teachers, and nothing with one of the classes ``answer`` and ``teacher``. Removed content
leaves nothing behind: no empty list, and no note that only it referred to.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.model import HOLDERS, Block, Document, List, Node, removal
from pipeline.model.audience import variant_for
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.names import did_you_mean
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import CONDITIONS, TEACHER, find, has_condition, is_for_teachers, walk
from pipeline.select import tasks
from pipeline.select.tasks import shuffled
from pipeline.select.timings import keep_timings
from pipeline.select.word_banks import fill_banks

N = TypeVar("N", bound=Node)

STUDENT_EDITIONS = tuple(e for e in EDITIONS.values() if e.audience == "student")

TASKS = (model.Matching, model.Ordering)
SOLVED = (model.Blank, model.Choice, model.Exercise, *TASKS)
"""Nodes that may contain their solution."""

FORMAT_NAMES = {
    "html": "html", "pdf": "pdf", "epub": "epub", "web": "html", "print": "pdf", "ebook": "epub",
}  # fmt: skip


def select(document: Document, edition: Edition) -> Document:
    """The document without what does not belong in ``edition``, and without conditions.

    Items to match or order are shuffled; only teachers get the solution. Content for teachers that
    a condition selected gets the class ``teacher``. An unknown format or edition is a BAD_ATTRIBUTE
    warning.
    """
    document = keep_timings(variant_for(document, edition), edition)
    students = edition if edition.audience == "student" else replace(edition, audience="student")
    document = fill_banks(document, functools.partial(_kept, edition=students))
    chosen: set[type[Node]] = {
        type(node)
        for _, node, _ in find(document, *SOLVED, *removal.SELECTED, marked=True)
        if isinstance(node, SOLVED) or removal.is_selected(node)
    }
    document = replace(document, edition=edition.name)
    if not chosen:
        return document
    solved = edition.audience == "teacher"

    def enter(node: Node) -> Node | tuple[Node, ...]:
        if not _belongs(node, edition):
            # What it replaces is in a place that the edition does not have.
            if isinstance(node, model.Abbreviation):
                return model.Text(text=node.text, span=node.span)
            return removal.replacement_of(node)
        node = _without_conditions(node, edition)
        if isinstance(node, TASKS):
            return shuffled(node)
        if isinstance(node, model.Exercise) and not solved:
            node = _unticked(node)
        if isinstance(node, model.List):
            return spacing.enter(node)
        if isinstance(node, HOLDERS):
            kept = _keep_sections(node.children, edition)
            if kept is not node.children:
                return (
                    replace(node, children=kept) if kept or isinstance(node, model.Exercise) else ()
                )
        return node

    spacing = Spacing()
    enters: Changes = dict.fromkeys(chosen.union(HOLDERS, (model.List,)), enter)
    leaves: Changes = {
        **removal.CLOSE,
        model.List: spacing.leave,
        **dict.fromkeys(TASKS, lambda node: tasks.settled(node, solved=solved)),
        **({} if solved else UNSOLVED),
    }
    blocks = rewrite(_keep_sections(document.blocks, edition), enter=enters, leave=leaves)
    notes = rewrite(document.notes, enter=enters, leave=leaves)

    lost = _referred_to(document.blocks, document.notes) - _referred_to(blocks, notes)
    notes = tuple(note for note in notes if note.label not in lost)
    # References to a note that is itself left out go with it.
    gone = {note.label for note in document.notes} - {note.label for note in notes}
    if gone:
        drop: Changes = {
            **removal.CLOSE,
            model.NoteReference: lambda node: removal.LEFT_OUT if node.label in gone else node,
        }
        blocks, notes = rewrite(blocks, leave=drop), rewrite(notes, leave=drop)
    worded = {type(node) for node in walk((*blocks, *notes)) if node.wordings}
    settle: Changes = dict.fromkeys(worded, lambda node: removal.settled(node, solved=solved))
    blocks, notes = rewrite(blocks, leave=settle), rewrite(notes, leave=settle)
    return replace(
        document,
        blocks=blocks,
        notes=notes,
        diagnostics=document.diagnostics + tuple(_unknown_words(document)),
    )


UNSOLVED: Changes = {**removal.UNANSWERED, model.Choice: lambda node: replace(node, correct=None)}
"""The students' version of nodes that contain their solution, by type."""


def _unticked(node: model.Exercise) -> model.Exercise:
    """An exercise with all tick boxes in tables empty: ticked ones are its solution."""

    def empty(item: model.ListItem) -> model.ListItem:
        return replace(item, checked=False) if item.checked else item

    return replace(node, children=rewrite(node.children, leave={model.ListItem: empty}))


def _words(value: str) -> list[str]:
    return value.lower().replace(",", " ").split()


def _belongs(node: Node, edition: Edition) -> bool:
    """Return whether the node is for the edition's readers, and all its conditions hold in it."""
    if edition.audience == "student" and is_for_teachers(node):
        return False
    for key, value in node.attributes.pairs:
        if key in CONDITIONS:
            names = {edition.name.lower(), edition.replaces} - {""}
            if key != "edition":
                names.update(name for name, form in FORMAT_NAMES.items() if form == edition.format)
            if names.isdisjoint(_words(value)) is (key != "not"):
                return False
    return True


def _without_conditions(node: Node, edition: Edition) -> Node:
    if not has_condition(node):
        return node
    attributes = node.attributes.without(CONDITIONS)
    if edition.audience == "teacher" and not any(_belongs(node, e) for e in STUDENT_EDITIONS):
        attributes = replace(attributes, classes=(*attributes.classes, TEACHER))
    return replace(node, attributes=attributes)


def _keep_sections(blocks: tuple[Block, ...], edition: Edition) -> tuple[Block, ...]:
    """The blocks without excluded headings and their sections."""
    kept = tuple(_in_sections(blocks, edition))
    return blocks if len(kept) == len(blocks) else kept


def _in_sections(nodes: Iterable[N], edition: Edition) -> Iterator[N]:
    cut = 0  # the level of the heading that is being left out, 0 for none
    for node in nodes:
        if isinstance(node, model.Heading) and not (cut and node.level > cut):
            cut = 0 if _belongs(node, edition) else node.level
        if not cut:
            yield node


def _kept(nodes: Iterable[Node], edition: Edition) -> Iterator[Node]:
    """The neighbouring blocks that belong in the edition."""
    return (node for node in _in_sections(nodes, edition) if _belongs(node, edition))


def _unknown_words(document: Document) -> Iterator[Diagnostic]:
    editions = {*EDITIONS, *(name.lower() for name in document.metadata.editions)}

    for _, node, span in find(document, marked=True):
        if isinstance(node, model.Abbreviation):  # the conditions are those of another place
            continue
        for key, value in node.attributes.pairs:
            known = editions if key == "edition" else editions | FORMAT_NAMES.keys()
            for word in _words(value) if key in CONDITIONS else ():
                if word not in known:
                    kinds = "edition" if key == "edition" else "format or edition"
                    yield diagnostic(
                        Code.BAD_ATTRIBUTE,
                        f"`{key}={word}` is not an existing {kinds}.",
                        span=document.place(span),
                        source=document.source,
                        hint=did_you_mean(word, known),
                    )


def _referred_to(blocks: Iterable[Node], notes: Iterable[model.Note]) -> set[str]:
    """The labels that the text refers to, directly or through other notes."""
    by_label = {note.label: note for note in notes}
    found: set[str] = set()
    new = list(blocks)
    while new:
        labels = {node.label for node in walk(new) if isinstance(node, model.NoteReference)} - found
        found |= labels
        new = [by_label[label] for label in sorted(labels) if label in by_label]
    return found


Pair = tuple[Span, Span]


class Spacing:
    """The loose lists by position: a blank line beside what is removed does not count."""

    def __init__(self) -> None:
        self._before: dict[Span, dict[Pair, bool]] = {}

    def enter(self, node: List) -> List:
        if not node.tight and node.span:
            self._before[node.span] = dict(_neighbours(node))
        return node

    def leave(self, node: List) -> List:
        before = self._before.get(node.span) if node.span else None
        if not before or not any(is_loose for is_loose in before.values()):
            return node
        within = {pair for item in node.items for pair in _pairs([b.span for b in item.children])}
        now = [pair for pair, _ in _neighbours(node)]
        if any(before.get(pair, pair in within) for pair in now):
            return node
        return replace(node, tight=True)


def _neighbours(node: List) -> Iterator[tuple[Pair, bool]]:
    """Consecutive blocks in a list, and whether there is a blank line between them."""
    blocks = [block.span for item in node.items for block in item.children]
    for one, other in _pairs(blocks):
        end = max(one.line, one.end)
        yield (one, other), one.file != other.file or other.line > end + 1


def _pairs(spans: list[Span | None]) -> Iterator[Pair]:
    return pairwise(span for span in spans if span)
