"""Containers: ``::: name {#id .class}`` to ``:::``, as in Pandoc. A closing line ends the
innermost container that was opened with as many colons, or else the innermost."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.codes import Code
from pipeline.model import NO_ATTRIBUTES
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.blocks.other_tools import take_option
from pipeline.parser.cursor import Cursor

_OPENING = re.compile(r"(:{3,})[ \t]*(?=[^\s:])(.*)")
_DIRECTIVE = re.compile(r"\{([a-z][\w-]*)\}[ \t]*(.*)")
_LABEL = re.compile(r"([A-Za-z][\w-]*)\[([^\[\]]*)\]$")
_CLOSING = re.compile(r"(:{3,})[ \t]*$")


class ContainerProcessor(LineProcessor):
    """``state`` is the number of colons while the block is open, then its attributes."""

    container = True

    def test(self, parent: Element, block: Any) -> bool:
        return bool(block.indent < 4 and block.char == ":")

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        match = _OPENING.match(cursor.rest)
        if not match:
            return False
        text, found = match[2].rstrip(" \t").rstrip(":").rstrip(" \t"), NO_ATTRIBUTES
        directive = _DIRECTIVE.fullmatch(text)
        if directive:  # as MyST has it
            text = f"{directive[1]} {directive[2]}"
        if split := attributes.trailing(text):
            text, found = split
        elif "{" in text:
            text, brace, wrong = text.partition("{")
            if not wrong.endswith("}"):
                return False
            message = f"The attributes `{brace}{wrong}` cannot be read."
            column = cursor.offset + match.start(2) + len(text)
            self.parser.report(Code.BAD_ATTRIBUTE, message, cursor.number, column, attributes.HINT)
        if label := _LABEL.match(text):  # as Docusaurus has it
            text = f"{label[1]} {label[2]}"
        words = text.split()
        if self.parser.too_deep(cursor):
            return False
        name = words[0].lower() if words else (found.classes[0] if found.classes else "")
        block = BlockElement("container", cursor.number, self, name=name)
        block.set("argument", " ".join(words[1:]))
        block.set("colons", str(len(match[1])))
        block.state = found
        if directive:
            block.set("directive", "yes")
        self.parser.begin(block, cursor)
        cursor.skip_indent()
        cursor.skip_chars(len(cursor.rest))
        return None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent < 4 and cursor.char == ":":
            match = _CLOSING.match(cursor.rest)
            if match and self._closes(block, len(match[1])):
                block.set("closed", "yes")
                return Match.END
        if block.get("directive"):
            take_option(block, cursor)
        return Match.YES

    def _closes(self, block: BlockElement, colons: int) -> bool:
        """Whether a closing line of ``colons`` is the end of ``block``."""
        tip = self.parser.tip
        if tip.processor and tip.processor.waits_for_end(tip):
            return False
        within = self.parser.open[self.parser.open.index(block) :]
        mine = [b for b in within if b.get("colons")]
        same = [b for b in mine if b.get("colons") == str(colons)]
        return (same or mine)[-1] is block

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            colons = ":" * int(block.get("colons", "3"))
            written = f"{colons} {block.get('name', '')}".strip()
            self.parser.report(
                Code.UNCLOSED_CONTAINER,
                f"The block `{written}` is never closed.",
                block.line,
                block.column,
                f"End it with a line `{colons}`.",
            )
