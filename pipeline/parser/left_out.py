"""Content that pupils do not get: blocks of a source that are left out of it, the gaps that these
would leave, answers in tasks that all get, and attributes that are named like an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Attributes, Document, Node, Withheld
from pipeline.model.audience import Ranges
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.removal import BLOCK, CLOSING, LEFT_OUT, without_gaps
from pipeline.model.strings import STRINGS, answers_in_gaps
from pipeline.model.tree import (
    ANSWER,
    Changes,
    N,
    alike,
    answer_text,
    find,
    plain_text,
    rewrite,
    rewrite_document,
    walk,
)
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.lines import Cursor
from pipeline.parser.partial_strings import read_string
from pipeline.parser.withheld_ranges import Range


class LeftOutProcessor(LineProcessor):
    """The element has the lines that the block had, so that what is around it is as it was."""

    begins = BLOCK

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.char == self.begins

    def start(self, cursor: Cursor) -> bool:
        place = self.parser.files.cuts and self.parser.files.cuts.blocks.get(cursor.number)
        if not place:
            return False
        element = BlockElement("left-out", cursor.number, self)
        element.set("answer", "yes" if place.is_answer else "")
        element.end = place.end[0]
        self.parser.add_leaf(element, cursor)
        cursor.skip_rest()
        return True


def close_gaps(document: Document, whole: Document) -> Document:
    """The document without stand-ins, and without what only the ``whole`` one refers to; with
    findings about the notes it refers to that only the whole one has. Blocks that are the same in
    both are the same objects."""
    blocks = tuple(_close(document.blocks, whole.blocks))
    notes = tuple(_close(document.notes, whole.notes))
    defined = {note.label for note in whole.notes}
    if not defined:
        return replace(document, blocks=blocks)
    lost = _labels_in_use(whole.blocks, whole.notes) - _labels_in_use(blocks, notes)
    notes = tuple(note for note in notes if note.label not in lost)
    left = {note.label for note in notes}
    gone = defined - left
    empty = {  # notes that consist of an answer
        label
        for label in _labels_in_use(blocks, notes) - left
        if label.startswith(model.INLINE_NOTE)
    }
    findings: list[Diagnostic] = []
    if gone or empty:

        def drop(node: model.NoteReference) -> Node:
            return LEFT_OUT if node.label in gone | empty else node

        rest = replace(document, blocks=blocks, notes=notes)
        findings = [
            _warn_of_use(f"note `[^{node.label}]`", node.span or span)
            for _, node, span in find(rest, model.NoteReference)
            if node.label in gone
        ]
        changes: Changes = {**CLOSING, model.NoteReference: drop}
        blocks, notes = rewrite(blocks, leave=changes), rewrite(notes, leave=changes)
    findings += document.diagnostics
    return replace(document, blocks=blocks, notes=notes, diagnostics=tuple(findings))


def _close(nodes: Iterable[N], whole: Iterable[N]) -> Iterator[N]:
    known = {node.span: node for node in whole}
    for node in nodes:
        before = known.get(node.span)
        same = alike(before, node) if before else node
        if same is before:
            yield before
        else:
            yield from without_gaps((node,))


def without_definition(
    document: Document, whole: Document, ranges: Iterable[Range]
) -> Iterator[Diagnostic]:
    """Findings about the links, images and abbreviations outside of some ranges that are none in
    the document without these: their definitions are in them."""
    places, reported = Ranges(each.withheld() for each in ranges), set[str]()
    left = {(kind, target, span.line) for kind, target, span in _references(document)}
    for kind, target, span in _references(whole):
        is_lost = (kind, target, span.line) not in left and not places.hold(span)
        if is_lost and kind not in reported:
            yield _warn_of_use(kind, span)
            if "`" in kind:  # once is enough
                reported.add(kind)


def _references(document: Document) -> Iterator[tuple[str, str, Span]]:
    """References that may have a definition elsewhere, in words, their targets, and places."""
    for _, node, span in find(document, model.Link, model.Image, model.Abbreviation):
        place = node.span or span or Span(0)
        match node:
            case model.Abbreviation():
                yield f"abbreviation `{node.text}`", "", place
            case model.Link():
                yield "link", node.href, place
            case model.Image():
                yield "image", node.source, place


def _warn_of_use(kind: str, span: Span | None) -> Diagnostic:
    message = f"The {kind} has no effect in editions from which its definition is withheld."
    hint = "Put the definition outside the answer if all should get it."
    return diagnostic(Code.WITHHELD_DEFINITION, message, span=span, hint=hint)


def _labels_in_use(blocks: Iterable[Node], notes: Iterable[model.Note]) -> set[str]:
    """The labels that the text refers to, directly or through other notes."""
    by_label = {note.label: note for note in notes}
    referred: set[str] = set()
    new = list(blocks)
    while new:
        labels = {node.label for node in walk(new) if isinstance(node, model.NoteReference)}
        new = [by_label[label] for label in labels - referred if label in by_label]
        referred |= labels
    return referred


# --- answers ---------------------------------------------------------------------------------
# The answers in tasks, which all editions get, pupils' without them; and attributes that are named
# like an answer, which none gets.

_CONDITIONS = Attributes(classes=(ANSWER,))


def solutions(document: Document) -> Iterator[Withheld]:
    """The answers in nodes that all editions get."""
    for _, node, span in find(document, model.Blank, *FORMULAS, *STRINGS, marked=True):
        texts = [value for key, value in node.attributes.pairs if key == ANSWER]
        for text in (*texts, *answers_in_gaps(node)):
            yield Withheld(span or Span(0), 0, _CONDITIONS, text, "solution")


def in_front_matter(lines: Iterable[str]) -> Iterator[Withheld]:
    """The answers in the lines of front matter, which no edition gets."""
    for number, line in enumerate(lines, start=1):
        for node in read_string(line):
            text = answer_text(node.answer) if isinstance(node, model.Blank) else ""
            if isinstance(node, model.InlineElement):
                text = plain_text(node.children)
            if text:
                place = Span(number, line.find(text) + 1)
                yield Withheld(place, 0, _CONDITIONS, text, "solution")


def without_answers(document: Document) -> Document:
    """The document without attributes that are named like an answer."""

    def has_any(node: Node) -> bool:
        return any(key == ANSWER for key, _ in node.attributes.pairs)

    def leave(node: Node) -> Node:
        attributes = node.attributes.without({ANSWER})
        return replace(node, attributes=attributes) if has_any(node) else node

    kinds = {type(node) for _, node, _ in find(document, marked=True) if has_any(node)}
    return rewrite_document(document, leave=dict.fromkeys(kinds, leave)) if kinds else document
