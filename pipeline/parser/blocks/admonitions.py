"""Admonitions in Python-Markdown's way: ``!!! note "Title"``, content indented by four;
and those of MkDocs that fold, ``??? note``."""

from __future__ import annotations

import re

from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.blocks.notes import proceed_indented
from pipeline.parser.cursor import Cursor
from pipeline.parser.lines import Line

_OPENING = re.compile(
    r'(?:!!!|\?\?\?\+?)[ \t]*([^\W\d_][\w-]*(?:[ \t]+[\w-]+)*)(?:[ \t]+"([^"]*)")?[ \t]*$'
)


class AdmonitionProcessor(LineProcessor):
    """The first child is the title, where there is one."""

    begins = "!?"
    container = True

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        kind = match[1].lower()
        classes = make(classes=tuple(kind.split()))
        block = self.open(cursor, "admonition", classes, kind=kind, mark=cursor.rest[:3])
        if match[2]:
            title = BlockElement("title", cursor.number)
            title.lines = [Line(match[2], cursor.number, cursor.offset + match.start(2))]
            block.append(title)
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return proceed_indented(cursor, 4)
