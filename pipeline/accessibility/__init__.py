"""Whether an e-book can be used by all: an audit of the resolved document and the pages made of
it, and the claims that rest on it.

Nothing is claimed that a rule has not found to be so; and that the whole conforms to a standard
only where no rule is broken, and somebody vouches for what no machine can judge.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.accessibility import claims
from pipeline.accessibility.criteria import STANDARD
from pipeline.accessibility.rules import RULES
from pipeline.accessibility.subject import Failure, subject
from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.model import Document
from pipeline.pages import Accessibility, Pages, Verdict


class Audit(msgspec.Struct, frozen=True):
    """What an e-book may claim, and what stands in the way of more."""

    accessibility: Accessibility
    findings: tuple[Diagnostic, ...]


def audit(document: Document, pages: Pages) -> Audit:
    """The audit of the pages that were made of a resolved document."""
    about = subject(document, pages)
    outcomes = [(rule, rule.check(about)) for rule in RULES]
    verdicts = tuple(
        Verdict(rule.name, rule.criteria, outcome.checked, len(outcome.failures))
        for rule, outcome in outcomes
    )
    passed = claims.passed_rules(verdicts)
    clean = len(passed) == len(RULES)
    certified_by = document.metadata.accessibility.certified_by
    conforms = clean and certified_by is not None
    held = claims.Contents(about)
    accessibility = Accessibility(
        summary=claims.summary(about, held, passed, conforms=conforms, clean=clean),
        modes=claims.modes(held),
        sufficient=claims.sufficient(held, passed),
        features=tuple(claims.features(held, passed)),
        hazards=claims.hazards(passed),
        conforms_to=STANDARD if conforms else "",
        audit=verdicts,
    )
    failures = (failure for _, outcome in outcomes for failure in outcome.failures)
    findings = (*_told(failures, document), *_withheld(document, verdicts))
    return Audit(accessibility, findings)


def _told(failures: Iterator[Failure], document: Document) -> Iterator[Diagnostic]:
    for failure in failures:
        if failure.message:
            yield diagnostic(
                failure.code,
                failure.message,
                span=document.place(failure.span),
                source=document.source,
                hint=failure.hint,
            )


def _withheld(document: Document, verdicts: tuple[Verdict, ...]) -> Iterator[Diagnostic]:
    """That somebody vouches for the book, and it does not conform."""
    certified_by = document.metadata.accessibility.certified_by
    broken = [verdict.rule for verdict in verdicts if verdict.failed]
    if certified_by and broken:
        rules = ", ".join(f"`{rule}`" for rule in broken)
        yield diagnostic(
            Code.CLAIM_WITHHELD,
            f"The e-book does not say that it conforms to WCAG 2.2 AA, since it breaks {rules}.",
            span=Span(certified_by.line, certified_by.column) if certified_by.line else None,
            source=document.source,
            hint="Mend what the other warnings are about.",
        )
