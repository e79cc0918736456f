"""Links: whether their text says where they lead, as it is read in a list of all links."""

from __future__ import annotations

import re

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.codes import Code
from pipeline.model import Link
from pipeline.tree import plain_text
from pipeline.words import words


def links_say_where(subject: Subject) -> Outcome:
    """The text of a link is not empty, and none of those that say nothing, such as "here"."""
    vague = frozenset(words(subject.document.metadata.lang)["vague_links"].split("|"))
    failures = []
    checked = 0
    for node, span in subject.nodes:
        if not isinstance(node, Link):
            continue
        checked += 1
        said = " ".join(plain_text(node.children).split())
        if not said:
            message = f"The link to “{node.href}” has no text."
            failures.append(Failure(message, span, _HINT, Code.VAGUE_LINK))
        elif re.sub(r"[^\w\s]+", "", said).strip().casefold() in vague:
            message = f"“{said}” does not say where the link leads."
            failures.append(Failure(message, span, _HINT, Code.VAGUE_LINK))
    return Outcome(checked, tuple(failures))


_HINT = "Make a link of words that name what is there: `[the report of 2022](…)`."
