"""Paragraphs, and what can be taken off their beginning: definitions of link references
(CommonMark 0.31.2, section 4.7) and of abbreviations (``*[NGO]: …``)."""

from __future__ import annotations

import functools
import re
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.diagnostics import Span
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, Definition, LineProcessor, Match
from pipeline.parser.cursor import Cursor
from pipeline.parser.files import SourceFiles
from pipeline.parser.inlines import links
from pipeline.parser.lines import Line

_CAPTION = re.compile(r"[Tt]able:|:[ \t]")
_BLOCK_ID = re.compile(r"(?:^|[ \t])\^([A-Za-z0-9-]{4,60})[ \t]*$")
_ABBREVIATION = re.compile(r"\*\[([^\]\n]{1,80})\]:[ \t]*(\S.*)")


class ParagraphProcessor(LineProcessor):
    takes_lines = True

    def __init__(self, parser: Any, files: SourceFiles) -> None:
        super().__init__(parser)
        self.files = files

    def test(self, parent: Element, block: Any) -> bool:
        return False  # what nothing else begins becomes a paragraph

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.NO if cursor.blank else Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        self.take_definitions(block)
        if not block.lines:
            del parent[-1]  # the block that is closed is always the last
            return
        self._take_block_id(block)
        if not block.lines:
            del parent[-1]
            return
        self._take_attributes(block)

    def take_definitions(self, block: BlockElement) -> None:
        """Remove the definitions that the paragraph begins with."""
        taken = 0
        while taken < len(block.lines) and (more := self._definition(block.lines, taken)):
            taken += more
        del block.lines[:taken]
        if taken and block.lines:
            block.line, block.column = block.lines[0].number, block.lines[0].offset

    def _definition(self, lines: list[Line], start: int) -> int:
        """How many lines the definition takes that begins at ``start``; 0 if none does."""
        first = lines[start]
        if first.startswith("["):
            rebase = functools.partial(self.files.rebased, span=Span(first.number))
            return links.read_definition(lines, start, self.parser.md.references, rebase)
        match = _ABBREVIATION.match(first) if first.startswith("*[") else None
        if match is None:
            return 0
        definition = Definition(match[1], match[2].strip(), first.number)
        self.parser.abbreviations.append(definition)
        return 1

    def _take_block_id(self, block: BlockElement) -> None:
        """The name ``^id`` that Obsidian gives a paragraph at its end is its id."""
        last = block.lines[-1]
        if "^" in last and (match := _BLOCK_ID.search(last)):
            block.state = attributes.make(match[1])
            block.lines[-1] = Line(last[: match.start()], last.number, last.offset)
            if not block.lines[-1]:
                del block.lines[-1]

    def _take_attributes(self, block: BlockElement) -> None:
        """A last line that is only ``{#id .class}`` says something of the paragraph."""
        last = block.lines[-1]
        if len(block.lines) > 1 and last.startswith("{"):
            found = attributes.read(last.strip())
            if found and found[1] == len(last.strip()):
                block.state = found[0]
                del block.lines[-1]
            else:
                self.parser.check_attributes(last, last.number, last.offset)
        elif _CAPTION.match(block.lines[0]) and not attributes.trailing(last):
            self.parser.check_end(last, last.number, last.offset)
