"""Footnotes: which stand where, and in what order."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.model import Document, Node, Note, NoteReference, Text
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.tree import rewrite


def number_notes(document: Document) -> Document:
    """The document with numbered notes, in the order in which they are first referred to.

    References in the text come before those in notes. A note that the text does not lead
    to is dropped (UNUSED_NOTE), a second one of the same label too (DUPLICATE_NOTE); a
    reference to no note becomes the text it was (UNRESOLVED_NOTE).
    """
    findings = Findings(document)
    notes = _by_label(document, findings)
    numbers: dict[str, int] = {}
    ordered: list[Note] = []

    def refer(nodes: tuple[Node, ...]) -> None:
        for node, span in walk_spans(nodes):
            if not isinstance(node, NoteReference):
                continue
            if node.label in numbers:
                continue
            if node.label in notes:
                numbers[node.label] = len(numbers) + 1
                ordered.append(notes[node.label])
            else:
                findings.add(
                    Code.UNRESOLVED_NOTE,
                    f"The footnote `[^{node.label}]` is not defined.",
                    span,
                    hint=findings.did_you_mean(node.label, notes, "[^", "]"),
                )

    refer(document.blocks)
    for note in ordered:  # which grows as notes refer to notes
        refer(note.children)
    for label, note in notes.items():
        if label not in numbers:
            findings.add(
                Code.UNUSED_NOTE, f"The footnote `[^{label}]` is never referred to.", note.span
            )

    references: dict[str, int] = {}

    def number(node: NoteReference) -> NoteReference | Text:
        if node.label not in numbers:
            return Text(span=node.span, text=f"[^{node.label}]")
        occurrence = references[node.label] = references.get(node.label, 0) + 1
        return replace(node, number=numbers[node.label], occurrence=occurrence)

    blocks = rewrite(document.blocks, leave={NoteReference: number})
    children = [rewrite(note.children, leave={NoteReference: number}) for note in ordered]
    finished = tuple(
        replace(note, children=content, number=index, references=references[note.label])
        for index, (note, content) in enumerate(zip(ordered, children, strict=True), start=1)
    )
    return findings.added_to(replace(document, blocks=blocks, notes=finished))


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
