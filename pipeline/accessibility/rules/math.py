"""Formulas: whether each is MathML, and can be heard where it is not."""

from __future__ import annotations

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.model import Math, MathBlock


def formulas_are_spoken(subject: Subject) -> Outcome:
    """Each formula that is MathML has its words beside it. Of one that cannot be set, which is
    text as it is written, resolving has told."""
    formulas = (node for node, _ in subject.nodes if isinstance(node, Math | MathBlock))
    found = [formula for formula in formulas if formula.mathml]
    return Outcome(len(found), tuple(Failure() for formula in found if not formula.alt))
