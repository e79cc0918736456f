"""Checks that sections are in the right place for their roles as parts of a book."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from pipeline.model import Document, Section
from pipeline.model.codes import Code
from pipeline.model.names import nearest
from pipeline.model.roles import CLASSES, ROLES, divisions, is_front
from pipeline.model.tree import plain_text
from pipeline.resolve.findings import Findings

SLIP = 0.82
"""The similarity to the name of a part above which a class is taken for a misspelling."""

FEWER = "Give the heading fewer `#`"


def check_roles(document: Document) -> Document:
    """The document, with a MISPLACED_ROLE warning for each section in an unusual place for its role
    in a book, and a LIKELY_SLIP for each class that resembles a role."""
    findings = Findings(document)
    top = [block for block in document.blocks if isinstance(block, Section)]
    for section, division in zip(top, divisions(s.role for s in top), strict=True):
        if is_front(section.role) and division != "frontmatter":
            remedy = "Move it before the first chapter"
            _report_place(section, "before the text of a book", remedy, findings)
    meant = functools.cache(lambda name: nearest(name, CLASSES, SLIP))
    for section, parent in _nested(document):
        if not section.role:
            _report_slips(section, meant, findings)
        if parent is None:
            continue
        if section.role in ROLES and ROLES[section.role].is_top:
            _report_place(section, "at the highest level only", FEWER, findings)
        elif section.role == "chapter" and parent.role != "part":
            _report_place(section, "at the highest level, or in a `.part`", FEWER, findings)
    return findings.added_to(document)


def _nested(document: Document) -> Iterator[tuple[Section, Section | None]]:
    """All sections, each with its parent."""
    stack: list[tuple[Section, Section | None]] = [
        (block, None) for block in reversed(document.blocks) if isinstance(block, Section)
    ]
    while stack:
        section, parent = stack.pop()
        yield section, parent
        below = (block for block in reversed(section.children) if isinstance(block, Section))
        stack += ((block, section) for block in below)


def _report_place(section: Section, place: str, remedy: str, findings: Findings) -> None:
    findings.add(
        Code.MISPLACED_ROLE,
        f"{_named(section)} has {_class_of(section)}, whose place is {place}.",
        section.span,
        hint=f"{remedy}, or leave the class out.",
    )


def _report_slips(section: Section, meant: Callable[[str], str], findings: Findings) -> None:
    for name in section.attributes.classes:
        if near := meant(name):
            findings.add(
                Code.LIKELY_SLIP,
                f"{_named(section)} has the class `{name}`, which no part of a book has.",
                section.span,
                hint=f"Did you mean `{near}`?",
            )


def _class_of(section: Section) -> str:
    """The class that gives a section its role."""
    classes = section.attributes.classes
    return next(f"the class `{name}`" for name in classes if CLASSES.get(name) == section.role)


def _named(section: Section) -> str:
    return f"“{plain_text(section.title).strip()}”"
