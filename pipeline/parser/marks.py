"""The marks in a source that can withhold text, found in its lines, whatever constructs read them:
attribute lists, classes of HTML, and names of blocks and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.audience import conditions_of
from pipeline.model.late import late
from pipeline.model.tree import LEVEL
from pipeline.parser import attributes
from pipeline.parser.attributes import make
from pipeline.parser.lines import LinePlaces, numbered
from pipeline.parser.markup.html_tokens import OPENING_TAG, tokenise
from pipeline.parser.markup.safe_tags import withheld_by
from pipeline.parser.names import meant_name
from pipeline.parser.ranges import Place, Range

_BEGINS = late(
    r"\{|<(?:[A-Za-z]|!--)"
    r"|(?:(?<=>)|(?<=> )|(?<=>  ))\[!(?P<box>[^\W\d_][\w -]{0,40})\]"
    r"|^[ \t>]*(?:[*+-][ \t]+|\d{1,9}[.)][ \t]+)?"
    r"(?::{3,}|/{3,}|!!!|\?\?\?\+?)[ \t]*"
    r"(?:level\b(?P<level>[^{}\n]*)|(?P<block>[^\W\d_][\w-]*))",
    re.MULTILINE,
)
_TAG = late(OPENING_TAG)


class Mark(NamedTuple):
    """The text from ``start`` to ``end``, and its conditions; ``written`` is its form: a
    ``list`` of attributes, a ``tag``, or the ``name`` of a box or a block."""

    start: Place
    end: Place
    conditions: Attributes
    written: str

    def agrees_with(self, place: Range) -> bool:
        """Return whether a range is withheld from all that the mark withholds it from."""
        return bool(place.conditions.classes) >= bool(self.conditions.classes) and {
            *place.conditions.pairs
        } >= {*self.conditions.pairs}


def marks_in(text: str, first: int) -> Iterator[Mark]:
    """The marks in a text that begins with the line ``first``."""
    places = LinePlaces(numbered(text, first))
    comment = text.find("-->")
    after = 0
    for begin in _BEGINS.finditer(text):
        at = begin.start()
        if at < after:
            continue
        if text.startswith("<!--", at):
            while 0 <= comment < at:
                comment = text.find("-->", at)
            after = comment
            continue
        marked, end, written = NO_ATTRIBUTES, begin.end(), "name"
        if name := begin["box"] or begin["block"]:
            at = begin.start("box") if begin["box"] else begin.start("block")
            marked = Attributes(classes=(meant_name(name.strip()),))
            written = "box" if begin["box"] else "name"
        elif levels := (begin["level"] or "").split():
            at = begin.start("level")
            marked = make(pairs=((LEVEL, " ".join(levels)),))
        elif text[at] == "<":
            marked, end, written = *_of_tag(text, at), "tag"
        elif listed := attributes.read(text, at):
            marked, end, written = *listed, "list"
        conditions = conditions_of(marked)
        start, stop = places.at(at), places.at(end)
        if conditions != NO_ATTRIBUTES and start and stop:
            place = (start.line, start.column), (stop.line, stop.column)
            yield Mark(*place, conditions, written)


def _of_tag(text: str, at: int) -> tuple[Attributes, int]:
    """The meaning of a tag's class or name, and the end of the tag."""
    tag = _TAG.match(text, at)
    if tag is None:
        return NO_ATTRIBUTES, at + 1
    token = next(iter(tokenise(tag[0])))
    classes = (*token.values.get("class", "").split(), withheld_by(token.name))
    return make(classes=classes), tag.end()


def extent(mark: Mark, line: str) -> tuple[Place, Place] | None:
    """The text on its ``line`` that a mark says something about: in brackets before a list, or
    between a tag and its end; None if it is about something else."""
    number, column = mark.start
    if mark.end[0] != number:
        return None
    if mark.written == "tag":
        name = re.match(r"<([\w-]+)", line[column - 1 :])
        closing = re.compile(rf"</{name[1]}\s*>", re.I) if name else None
        end = closing.search(line, mark.end[1] - 1) if closing else None
        return (mark.start, (number, end.end() + 1)) if end else None
    if mark.written == "list" and line[column - 2 : column - 1] == "]":
        depth = 0
        for at in range(column - 2, -1, -1):
            if at and line[at - 1] == "\\":
                continue
            depth += {"]": 1, "[": -1}.get(line[at], 0)
            if not depth:
                return (number, at + 1), mark.end
    return None
