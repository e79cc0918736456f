"""The markup: headings in order, tables with heads, ids that are found, and nothing that runs."""

from __future__ import annotations

from collections import Counter

from pipeline.accessibility.subject import Failure, Outcome, Subject, text_of
from pipeline.codes import Code
from pipeline.model import Table, TableCell
from pipeline.tree import plain_text

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


def tables_have_heads(subject: Subject) -> Outcome:
    """Tables of two rows and two columns or more have a head, or heads of their rows. A grid
    without any text is one to fill in."""
    failures = []
    checked = 0
    for node, span in subject.nodes:
        if not isinstance(node, Table) or not _needs_heads(node):
            continue
        checked += 1
        if not any(cell.scope for cell in _cells(node)):
            message = "The table has no head, so that listeners do not know what its cells are."
            hint = "Name the columns in the first row, or write `{head-columns=1}` below."
            failures.append(Failure(message, span, hint, Code.UNHEADED_TABLE))
    return Outcome(checked, tuple(failures))


def _cells(table: Table) -> list[TableCell]:
    return [cell for row in (*table.head, *table.body) for cell in row.cells]


def _needs_heads(table: Table) -> bool:
    rows = (*table.head, *table.body)
    is_grid = len(rows) > 1 and max((len(row.cells) for row in rows), default=0) > 1
    return is_grid and any(plain_text(cell.children).strip() for cell in _cells(table))


RUNNING = ("script", "audio", "video", "iframe", "object", "embed", "form", "input", "button")


def nothing_runs(subject: Subject) -> Outcome:
    failures = [
        Failure(f"The page {page.name} has a `{element.tag.rpartition('}')[2]}`.")
        for page in subject.markup
        for element in page.elements(*RUNNING)
    ]
    return Outcome(len(subject.markup), tuple(failures))
