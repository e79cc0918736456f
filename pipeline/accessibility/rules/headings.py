"""Headings: whether each has text, and none skips a level on its page."""

from __future__ import annotations

from pipeline.accessibility.subject import Failure, Outcome, Subject, text_of


def headings_are_in_order(subject: Subject) -> Outcome:
    failures = []
    checked = 0
    for page in subject.markup:
        level = 0
        for heading in page.elements("h1", "h2", "h3", "h4", "h5", "h6"):
            checked += 1
            own = int(heading.tag[-1])
            said = text_of(heading)
            if not said:
                failures.append(Failure(f"A heading of the page {page.name} has no text."))
            elif level and own > level + 1:
                message = f"The heading “{said}” of the page {page.name} skips a level."
                failures.append(Failure(message))
            level = own
    return Outcome(checked, tuple(failures))
