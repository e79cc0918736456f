"""The scope of abbreviations: one defined in a part for some editions applies only to these."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Abbreviation, Attributes
from pipeline.model.tree import CONDITIONS, FOR_TEACHERS, TEACHER
from pipeline.parser.attributes import joined, make
from pipeline.parser.blockparser import BlockElement, Definition
from pipeline.parser.secrets import secret_block

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class _Part(NamedTuple):
    """The lines of a part that only some editions have, and its conditions."""

    first: int
    last: int
    conditions: Attributes


def abbreviations(root: BlockElement, definitions: Iterable[Definition]) -> dict[str, Abbreviation]:
    """The node for each abbreviation, by its text, with the conditions at its definition. The first
    definition counts, but one without conditions precedes all others."""
    definitions = sorted(definitions, key=lambda definition: definition.line)
    found: dict[str, Abbreviation] = {}
    if not definitions:
        return found
    waiting = sorted(_parts(root), key=lambda part: (-part.first, part.last))
    around: list[_Part] = []
    for name, title, line in definitions:
        while waiting and waiting[-1].first <= line:
            around.append(waiting.pop())
        around = [part for part in around if part.last >= line]
        attributes = functools.reduce(joined, (part.conditions for part in around), NO_ATTRIBUTES)
        before = found.get(name)
        if before is None or (before.attributes != NO_ATTRIBUTES and attributes == NO_ATTRIBUTES):
            found[name] = Abbreviation(text=name, title=title, attributes=attributes)
    return found


def _parts(root: BlockElement) -> Iterator[_Part]:
    for parent in (element for element in root.iter() if isinstance(element, BlockElement)):
        opened: list[tuple[str, _Part]] = []
        for child in parent.blocks:
            if child.tag in HEADINGS:
                while opened and opened[-1][0] >= child.tag:
                    yield opened.pop()[1]._replace(last=child.line - 1)
            conditions = _conditions(child)
            if conditions == NO_ATTRIBUTES:
                continue
            part = _Part(child.line, child.end, conditions)
            if child.tag in HEADINGS:
                opened.append((child.tag, part._replace(last=parent.end)))
            else:
                yield part
        yield from (part for _, part in opened)


def _conditions(element: BlockElement) -> Attributes:
    """The conditions on editions in an element's attributes."""
    if not isinstance(element.state, Attributes):
        return NO_ATTRIBUTES
    own = element.attributes
    secret = not FOR_TEACHERS.isdisjoint(own.classes) or secret_block(element.get("name", ""))
    pairs = tuple(pair for pair in own.pairs if pair[0] in CONDITIONS)
    return make(classes=(TEACHER,) if secret else (), pairs=pairs)
