"""Footnotes: their positions and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.tree import find, has, is_for_teachers, ordinals, plain_text, rewrite, walk_with
from pipeline.resolve.findings import Findings

BODY = ""
"""The position of a reference in the text; in a note, the note's label."""

LONGEST_QUOTED_NOTE = 40
"""The maximum number of characters of an inline note that a message shows."""

Inherited: TypeAlias = tuple[Span | None, bool]
"""The place of a node in the source, and whether only teachers get it."""


def number_notes(document: model.Document) -> model.Document:
    """The document with numbered notes, in reading order: a note that is first referred to by
    another one follows that one. Notes that are only for teachers are numbered last.

    A note without a reference is dropped (UNUSED_NOTE), and so is a second one with the same label
    (DUPLICATE_NOTE); a reference to a missing note becomes plain text (UNRESOLVED_NOTE).
    """
    if not has(document, model.NoteReference) and not document.notes:
        return document
    findings = Findings(document)
    notes = _notes_by_label(document, findings)
    occurrences = _occurrences(document, notes, findings)
    for_teachers = find(document, model.Answer, model.TeacherNote, marked=True)
    has_hidden = any(is_for_teachers(node) for _, node, _ in for_teachers)
    shared = _occurrences(document, notes, Findings(document), for_all=True) if has_hidden else {}
    references = Counter(label for place in occurrences.values() for label, _ in place.values())
    # The position of a note is that of the first reference to it.
    ordered = [notes[label] for label in {**shared, **occurrences} if label != BODY]
    numbers = {note.label: number for number, note in enumerate(ordered, start=1)}

    def number_in(nodes: tuple[model.Node, ...], place: str) -> tuple[model.Node, ...]:
        def number(node: model.NoteReference, ordinal: int) -> model.NoteReference | model.Text:
            if node.label not in numbers:
                return model.Text(span=node.span, text=f"[^{node.label}]")
            _, occurrence = occurrences[place][ordinal]
            return replace(node, number=numbers[node.label], occurrence=occurrence)

        return rewrite(nodes, leave={model.NoteReference: number}, context=ordinals())

    finished = tuple(
        replace(
            note,
            children=number_in(note.children, note.label),
            number=numbers[note.label],
            references=references[note.label],
        )
        for note in ordered
    )
    for label, note in notes.items():
        if label not in numbers:
            _report_unused(note, findings)
    return findings.add_to(
        replace(document, blocks=number_in(document.blocks, BODY), notes=finished)
    )


def _occurrences(
    document: model.Document,
    notes: dict[str, model.Note],
    findings: Findings,
    *,
    for_all: bool = False,
) -> dict[str, dict[int, tuple[str, int]]]:
    """By place, in reading order, the references there, each by its number among the nodes: the
    note, and which reference to it this is (the first, the second …). With ``for_all``, references
    that only teachers get are skipped."""
    occurrences: dict[str, dict[int, tuple[str, int]]] = {BODY: {}}
    counts: dict[str, int] = {}
    stack = [(BODY, _walk(document.blocks))]
    while stack:
        place, nodes = stack[-1]
        for ordinal, (node, (span, hidden)) in nodes:
            if not isinstance(node, model.NoteReference) or (hidden and for_all):
                continue
            label = node.label
            if label not in notes:
                findings.add(
                    Code.UNRESOLVED_NOTE,
                    f"The footnote `[^{label}]` is not defined.",
                    span,
                    hint=findings.did_you_mean(label, notes, "[^", "]")
                    or f"Add a line `[^{label}]: text`.",
                )
                continue
            counts[label] = counts.get(label, 0) + 1
            occurrences[place][ordinal] = label, counts[label]
            if counts[label] == 1:
                occurrences[label] = {}
                stack.append((label, _walk(notes[label].children)))
                break
        else:
            stack.pop()
    return occurrences


def _walk(nodes: Iterable[model.Node]) -> Iterator[tuple[int, tuple[model.Node, Inherited]]]:
    def inherit(node: model.Node, above: Inherited) -> Inherited:
        return node.span or above[0], above[1] or is_for_teachers(node)

    return enumerate(walk_with(nodes, (None, False), inherit))


def _notes_by_label(document: model.Document, findings: Findings) -> dict[str, model.Note]:
    notes: dict[str, model.Note] = {}
    for note in document.notes:
        first = notes.setdefault(note.label, note)
        if first is not note:
            span = document.place(first.span)
            place = f" (first in line {span.line})" if span else ""
            findings.add(
                Code.DUPLICATE_NOTE,
                f"The footnote `[^{note.label}]` is defined twice{place}.",
                note.span,
                "Give one of them another label; this one is left out.",
            )
    return notes


def _report_unused(note: model.Note, findings: Findings) -> None:
    message = f"The footnote `[^{note.label}]` is never referred to."
    hint = f"Refer to it in the text, `[^{note.label}]`, or take it out."
    if note.label.startswith(model.INLINE_NOTE):
        text = " ".join(plain_text(note.children).split())
        shown = (
            text if len(text) <= LONGEST_QUOTED_NOTE else f"{text[:LONGEST_QUOTED_NOTE].rstrip()}…"
        )
        message = f"The note `^[{shown}]` is in a place that cannot have notes, and is left out."
        hint = "Put it into the text that follows."
    findings.add(Code.UNUSED_NOTE, message, note.span, hint)
