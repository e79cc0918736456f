"""The scope of abbreviations: one that is defined in a range for some editions applies to these."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pipeline.model import Abbreviation, Attributes, Document
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import TEACHER
from pipeline.parser.blockparser import Definition
from pipeline.parser.ranges import Range


def abbreviations(
    definitions: Iterable[Definition], ranges: Iterable[Range] = ()
) -> dict[str, Abbreviation]:
    """The node for each abbreviation, by its text. The first definition counts, but one outside of
    the ``ranges`` precedes those in them, which have their conditions."""
    coming = sorted(ranges, key=lambda each: each.start, reverse=True)
    open_: list[Range] = []
    withheld: dict[str, Abbreviation] = {}
    public: dict[str, Abbreviation] = {}
    for name, title, line in sorted(definitions, key=lambda definition: definition.line):
        while coming and coming[-1].start[0] < line:
            open_.append(coming.pop())
        open_ = [each for each in open_ if line <= each.end[0]]
        around = [each.conditions for each in open_]
        node = Abbreviation(text=name, title=title)
        if around:
            classes = (TEACHER,) if any(each.classes for each in around) else ()
            pairs = tuple(pair for each in around for pair in each.pairs)
            node = replace(node, attributes=Attributes("", classes, pairs))
        (withheld if around else public).setdefault(name, node)
    return {**withheld, **public}


def scoped(
    document: Document, definitions: Iterable[Definition], ranges: Iterable[Range]
) -> Document:
    """The document in which abbreviations apply where their definitions do."""
    changes = abbreviations(definitions, ranges) if ranges else {}
    if not any(node.attributes.classes or node.attributes.pairs for node in changes.values()):
        return document
    return rewrite_document(
        document, leave={Abbreviation: lambda node: changes.get(node.text, node)}
    )
