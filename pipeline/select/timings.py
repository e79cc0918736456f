"""Timings, ``minutes=10``, for the teacher's edition only."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import MINUTES, find

TIMED = (model.Heading, model.Exercise, model.TeacherNote, model.Admonition, model.Container)
"""Nodes that may have a timing."""

LONGEST = 600
"""Minutes."""


def keep_timings(document: Document, edition: Edition) -> Document:
    """The document with durations, if the edition is for teachers, or without. All but whole
    numbers up to 600, and those in a wrong place, are removed with a BAD_ATTRIBUTE warning."""
    kinds: set[type[Node]] = set()
    findings: dict[tuple[Span | None, str], Diagnostic] = {}

    for _, node, span in find(document, marked=True):
        if any(key == MINUTES for key, _ in node.attributes.pairs):
            kinds.add(type(node))
            value = node.attributes.get(MINUTES)
            if problem := _problem(node, value):
                findings[span, value] = diagnostic(
                    Code.BAD_ATTRIBUTE,
                    f"`{MINUTES}={value}` {problem}.",
                    span=document.place(span),
                    source=document.source,
                    hint=f"Write `{MINUTES}=10` on a heading, an exercise, a teacher's note, a "
                    "box or a container; only teachers see it.",
                )
    if not kinds:
        return document
    shown = not edition.is_of_a_level and edition.part == "all"

    def enter(node: Node) -> Node:
        value = node.attributes.get(MINUTES)
        attributes = node.attributes.without({MINUTES})
        if shown and value and not _problem(node, value):
            attributes = replace(attributes, pairs=(*attributes.pairs, (MINUTES, value)))
        return replace(node, attributes=attributes)

    changes: Changes = dict.fromkeys(kinds, enter)
    document = rewrite_document(document, enter=changes)
    return replace(document, diagnostics=(*document.diagnostics, *findings.values()))


def _problem(node: Node, value: str) -> str:
    """The problem with a value on a node, or ""."""
    if not isinstance(node, TIMED):
        return "is on something that cannot have a duration"
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= LONGEST:
        return f"is not a whole number from 1 to {LONGEST}"
    return ""
