"""Footnotes: which stand where, and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.model import INLINE_NOTE, Document, Node, Note, NoteReference, Text
from pipeline.resolve.audience import only_for_teachers
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.tree import plain_text, rewrite, whole

BODY = ""
"""The place of a reference that stands in the text; in a note it is the note's label."""

LONGEST = 40
"""How many characters of a note within the line a message shows."""


def number_notes(document: Document) -> Document:
    """The document with numbered notes, in the order in which a reader comes to them: a note
    that another one refers to first comes right after that. What only teachers are referred
    to is numbered last.

    A note that the text does not lead to is dropped (UNUSED_NOTE), a second one of the same
    label too (DUPLICATE_NOTE); a reference to no note becomes the text it was
    (UNRESOLVED_NOTE).
    """
    findings = Findings(document)
    notes = _by_label(document, findings)
    occurrences = _occurrences(document, notes, findings)
    hidden = only_for_teachers(whole(document))
    shared = _occurrences(document, notes, Findings(document), hidden) if hidden else {}
    references = Counter(label for place in occurrences.values() for label, _ in place)
    # A note has a place of its own from the moment on that it is first referred to.
    ordered = [notes[label] for label in {**shared, **occurrences} if label != BODY]
    numbers = {note.label: number for number, note in enumerate(ordered, start=1)}

    def numbered(nodes: tuple[Node, ...], place: str) -> tuple[Node, ...]:
        mine = iter(occurrences[place])

        def number(node: NoteReference) -> NoteReference | Text:
            if node.label not in numbers:
                return Text(span=node.span, text=f"[^{node.label}]")
            return replace(node, number=numbers[node.label], occurrence=next(mine)[1])

        return rewrite(nodes, leave={NoteReference: number})

    finished = tuple(
        replace(
            note,
            children=numbered(note.children, note.label),
            number=numbers[note.label],
            references=references[note.label],
        )
        for note in ordered
    )
    for label, note in notes.items():
        if label not in numbers:
            _report_unused(note, findings)
    return findings.added_to(
        replace(document, blocks=numbered(document.blocks, BODY), notes=finished)
    )


def _occurrences(
    document: Document,
    notes: dict[str, Note],
    findings: Findings,
    hidden: frozenset[int] = frozenset(),
) -> dict[str, list[tuple[str, int]]]:
    """By place, in the order in which a reader comes to it, the references that stand there:
    to which note, and the how-manieth to it. Those that are ``hidden`` are passed over."""
    found: dict[str, list[tuple[str, int]]] = {BODY: []}
    counts: dict[str, int] = {}
    stack: list[tuple[str, Iterator[tuple[Node, Span | None]]]] = [
        (BODY, walk_spans(document.blocks))
    ]
    while stack:
        place, nodes = stack[-1]
        for node, span in nodes:
            if not isinstance(node, NoteReference) or id(node) in hidden:
                continue
            label = node.label
            if label not in notes:
                findings.add(
                    Code.UNRESOLVED_NOTE,
                    f"The footnote `[^{label}]` is not defined.",
                    span,
                    hint=findings.did_you_mean(label, notes, "[^", "]"),
                )
                continue
            counts[label] = counts.get(label, 0) + 1
            found[place].append((label, counts[label]))
            if counts[label] == 1:
                found[label] = []
                stack.append((label, walk_spans(notes[label].children)))
                break
        else:
            stack.pop()
    return found


def _by_label(document: Document, findings: Findings) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for note in document.notes:
        first = notes.setdefault(note.label, note)
        if first is not note:
            place = f" (first in line {first.span.line})" if first.span else ""
            findings.add(
                Code.DUPLICATE_NOTE,
                f"The footnote `[^{note.label}]` is defined twice{place}.",
                note.span,
            )
    return notes


def _report_unused(note: Note, findings: Findings) -> None:
    message = f"The footnote `[^{note.label}]` is never referred to."
    if note.label.startswith(INLINE_NOTE):
        text = " ".join(plain_text(note.children).split())
        shown = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"
        message = f"The note `^[{shown}]` stands where no output can have one, and is left out."
    findings.add(Code.UNUSED_NOTE, message, note.span)
