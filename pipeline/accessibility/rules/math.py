"""Formulas: whether each is MathML, and can be heard where it is not."""

from __future__ import annotations

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.model import Math, MathBlock


def formulas_are_spoken(subject: Subject) -> Outcome:
    """Each formula is MathML, with its words beside it. One that cannot be set is an error of
    resolving, which has told of it."""
    found = [node for node, _ in subject.nodes if isinstance(node, Math | MathBlock)]
    return Outcome(len(found), tuple(Failure() for f in found if not (f.mathml and f.alt)))
