"""Ids and what refers to them: names that are said elsewhere, labels and notes."""

from __future__ import annotations

from collections import Counter

from pipeline.accessibility.subject import Failure, Outcome, Subject

REFERENCES = ("aria-labelledby", "aria-describedby", "aria-details", "headers")


def pages_can_be_read(subject: Subject) -> Outcome:
    """Each page is XML, without which reading systems show an error in its place."""
    failures = [
        Failure(f"The page {page.name} is not XML: {page.broken}.")
        for page in subject.markup
        if page.broken
    ]
    return Outcome(len(subject.markup), tuple(failures))


def references_have_targets(subject: Subject) -> Outcome:
    """No page has an id twice, and what is named by an id's text finds it."""
    failures = []
    checked = 0
    for page in subject.markup:
        ids = Counter(e.get("id") for e in page.elements() if e.get("id"))
        checked += len(ids)
        for name, count in ids.items():
            if count > 1:
                failures.append(Failure(f"The page {page.name} has the id “{name}” twice."))
        for element in page.elements():
            for attribute in REFERENCES:
                for name in element.get(attribute, "").split():
                    checked += 1
                    if name not in ids:
                        message = f"The page {page.name} has no id “{name}”, which names a part."
                        failures.append(Failure(message))
    return Outcome(checked, tuple(failures))
