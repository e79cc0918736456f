"""Whether anything in the pages runs, sounds or asks for input: a book of ours has none of it, so
that all can be read with the keys alone, and in one's own time."""

from __future__ import annotations

from pipeline.accessibility.subject import Failure, Outcome, Subject

RUNNING = ("script", "audio", "video", "iframe", "object", "embed", "form", "input", "button")


def nothing_runs(subject: Subject) -> Outcome:
    failures = [
        Failure(f"The page {page.name} has a `{element.tag.rpartition('}')[2]}`.")
        for page in subject.markup
        for element in page.elements(*RUNNING)
    ]
    return Outcome(len(subject.markup), tuple(failures))
