"""Verse, whose lines are kept and may have numbers."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.attributes import make
from pipeline.parser.constructs.parts import Construct, Parts
from pipeline.parser.constructs.passages import ATTRIBUTION, container, lines_of, with_attribution

EVERY = "5"
"""The default number of lines from one line number to the next."""

_COUNT = late(r"(?:^|(?<=\s))(every|start)=(\S+)(?=\s|$)")


def verse(parts: Parts) -> tuple[Block, ...]:
    """Verse: lines are kept, paragraphs are stanzas. A title may come first, and the source last,
    after a dash. ``every`` is the interval of line numbers."""
    parts = _numbered(parts)
    title, attributes = parts.titled
    stanzas = tuple(
        _stanza(block)
        if isinstance(block, model.Paragraph) and block.attributes != ATTRIBUTION
        else block
        for block in with_attribution(parts.children)
    )
    if title:
        heading = make(classes=("verse-title",))
        stanzas = (model.Paragraph(children=title, span=parts.span, attributes=heading), *stanzas)
    return (container(parts._replace(attributes=attributes), stanzas),)


DIGITS = 9
"""The maximum number of digits of a number of lines that is used."""


def _numbered(parts: Parts) -> Parts:
    """The block with settings of line numbers, ``every`` and ``start``, as attributes."""
    attributes = parts.attributes
    counts = dict(_COUNT.findall(parts.argument))
    counts |= {key: value for key in ("every", "start") if (value := attributes.get(key))}
    for key, value in counts.items():
        if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
            message = f"`{key}={value}` is not a line number."
            hint = "Write a number from 1 to 9999: `every=5`."
            parts.report(Code.BAD_ATTRIBUTE, message, parts.span, hint)
    numbers = {key: value for key, value in counts.items() if value.isdecimal()}
    kept = {key: value for key, value in numbers.items() if len(value) <= DIGITS and int(value)}
    if parts.name == "lines-numbered" or "start" in kept:
        kept.setdefault("every", EVERY)
    attributes = attributes.without(("every", "start"))
    pairs = (*attributes.pairs, *((key, kept[key]) for key in sorted(kept)))
    argument = " ".join(_COUNT.sub(" ", parts.argument).split())
    return parts._replace(
        argument=argument, attributes=make(attributes.id, attributes.classes, pairs)
    )


def _stanza(paragraph: model.Paragraph) -> model.Paragraph:
    """A paragraph with each of its lines in an element, so that continuation lines are indented,
    and a break between them, for readers without styles."""
    children: list[Inline] = []
    for line in lines_of(paragraph.children):
        if children:
            children.append(model.LineBreak())
        attributes = make(classes=("verse-line",))
        children.append(model.InlineElement(name="span", children=line, attributes=attributes))
    return replace(paragraph, children=tuple(children))


CONTAINERS: dict[str, Construct] = dict.fromkeys(("verse", "poem", "lines-numbered"), verse)
