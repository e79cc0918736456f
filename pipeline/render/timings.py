"""Timings for teachers: for each part, and in total."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from pipeline.model import Document, Heading, Node
from pipeline.model.tree import STARTS, children, facts, minutes_of
from pipeline.model.words import in_minutes, words


def minutes_in(blocks: tuple[Node, ...]) -> int:
    """The minutes of some blocks. A duration of their own replaces those of the contents."""
    total = 0
    stack = [blocks]
    while stack:
        level = 0  # of the heading that what follows is under, where that says how long it takes
        for node in stack.pop():
            if isinstance(node, Heading) and node.level <= level:
                level = 0
            if level:
                continue
            duration = minutes_of(node)
            total += duration
            if not duration:
                if facts(node).is_marked:  # or nothing in it has a duration
                    stack.append(children(node))
            elif isinstance(node, Heading):  # that is no section's (in a box, say)
                level = node.level
    return total


def minutes(document: Document) -> int:
    """The total time in minutes, 0 if no part has one."""
    return document.minutes or minutes_in(document.blocks)


def total(document: Document) -> str:
    """The total time in words, or "" if no times are given."""
    length = minutes(document)
    vocabulary = words(document.metadata.lang)
    return vocabulary["timing_total"].format(time=in_minutes(length, vocabulary)) if length else ""


def timing(node: Node, *, vocabulary: Mapping[str, str], space: str = "\u2002") -> Markup:
    """A node's timing, as after its title: ``space``, at which the line may break, the time of
    day if it is known, and the length."""
    length = minutes_of(node)
    if not length:
        return Markup()
    start = node.attributes.get(STARTS)
    time = f"{start} · " if start else ""
    length_in_words = in_minutes(length, vocabulary)
    return Markup('{}<span class="timing">{}{}</span>').format(space, time, length_in_words)
