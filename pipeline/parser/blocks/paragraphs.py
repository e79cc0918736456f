"""Paragraphs, and definitions of links (CommonMark 0.31.2, 4.7) and abbreviations in them."""

from __future__ import annotations

import functools

from pipeline.model import Attributes
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, Definition, LineProcessor, Match
from pipeline.parser.characters import shorten
from pipeline.parser.inlines import links
from pipeline.parser.lines import Cursor, Line
from pipeline.parser.marks import is_list

VERSE = frozenset({"verse", "poem", "lines-numbered"})
"""Blocks that keep their lines."""

_CAPTION = late(r"[Tt]able:|:[ \t]")
_BLOCK_ID = late(r"(?:^|[ \t])\^([A-Za-z0-9-]{4,60})[ \t]*$")
_ABBREVIATION = late(r"\*\[([^\]\n]{1,80})\]:[ \t]*(\S.*)")


_ITEMS = frozenset({"li", "dd", "blockquote", "note", "td", "th"})


class ParagraphProcessor(LineProcessor):
    takes_lines = True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.NO if cursor.blank else Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        self.take_definitions(block)
        if block.lines:
            self._take_block_id(block)
        is_only_text = parent.tag in _ITEMS and parent.first is block  # - % of pupils
        if not block.lines or (not is_only_text and self._is_comment(block)):
            del parent[-1]  # the block that is closed is always the last
            return
        before = parent[-2] if len(parent) > 1 else None
        is_mark = len(block.lines) == 1 and block.lines[0][0] == "{" and is_list(block.lines[0])
        if is_mark and (before is None or before.tag != "table"):
            block.tag = "mark"  # of what is beside it
            return
        self._take_attributes(block)
        self._take_line_block(block)
        self._keep_indents(block)
        if isinstance(before, BlockElement) and before.tag == "table":
            self._warn_of_rows(before, block)

    def _is_comment(self, block: BlockElement) -> bool:
        """Return whether all lines of a paragraph are comments of MyST or LaTeX, ``% …``."""
        lines = block.lines
        if not lines[0].startswith("% ") or not all(f"{line} ".startswith("% ") for line in lines):
            return False
        message = f"`{shorten(lines[0])}` is a comment in MyST and LaTeX, and is left out."
        hint = "Write `<!-- … -->` for a comment, or begin with `\\%` if you mean it as text."
        self.report(block, Code.LIKELY_SLIP, message, hint)
        self.parser.record.skip(block.line, block.end)
        return True

    def _warn_of_rows(self, table: BlockElement, block: BlockElement) -> None:
        """Report a line without bars that ends a table, though rows follow."""
        rows = any("|" in line for line in block.lines)
        if rows and self.parser.gap(table.end, block.line) == 0:
            message = "The table ends here: this line has no `|`."
            hint = (
                "Begin it with `|` if it is a row; otherwise put an empty line before and after it."
            )
            self.report(block, Code.LIKELY_SLIP, message, hint)

    def take_definitions(self, block: BlockElement) -> None:
        """Remove the definitions that the paragraph begins with."""
        count = 0
        while count < len(block.lines) and (more := self._definition(block.lines, count)):
            count += more
        del block.lines[:count]
        if count and block.lines:
            block.line, block.column = block.lines[0].number, block.lines[0].offset

    def _definition(self, lines: list[Line], start: int) -> int:
        """The number of lines of the definition at ``start``; 0 if there is none."""
        first = lines[start]
        if first.startswith("["):
            rebase = functools.partial(self.parser.files.rebased, span=Span(first.number))
            return links.read_definition(lines, start, self.parser.md.references, rebase)
        match = _ABBREVIATION.match(first) if first.startswith("*[") else None
        if match is None:
            return 0
        definition = Definition(match[1], match[2].strip(), first.number)
        self.parser.abbreviations.append(definition)
        return 1

    def _take_line_block(self, block: BlockElement) -> None:
        """Make Pandoc's line block: lines that begin with ``| `` keep their line breaks and
        indentation, and indented lines continue the line before."""
        groups: list[list[Line]] = []
        margin = block.lines[0].offset
        for line in block.lines:
            if line.rstrip() == "|" or (line.startswith("| ") and "|" not in line[1:]):
                rest = line[2:].rstrip()
                space = len(rest) - len(rest.lstrip(" "))
                text = "\u00a0" * (space if rest else 1) + rest[space:]
                groups.append([Line(text, line.number, line.offset + 2)])
            elif groups and line.offset > margin and not line.startswith("|"):
                groups[-1].append(line)
            else:
                return
        for lines in groups[:-1]:
            last = lines[-1]
            lines[-1] = last.with_text(last.rstrip(" \t") + "  ")
        block.lines = [line for lines in groups for line in lines]
        if not isinstance(block.state, Attributes):
            block.state = attributes.make(classes=("line-block",))

    def _keep_indents(self, block: BlockElement) -> None:
        """Keep the indentation of lines of verse."""
        if any(around.get("name") in VERSE for around in self.parser.open):
            margin = min(line.offset for line in block.lines)
            block.lines = [
                Line("\u00a0" * (line.offset - margin) + line, line.number, margin)
                for line in block.lines
            ]

    def _take_block_id(self, block: BlockElement) -> None:
        """Take Obsidian's ``^id`` at the end of a paragraph as its id."""
        last = block.lines[-1]
        if "^" in last and (match := _BLOCK_ID.search(last)):
            block.state = attributes.make(match[1])
            block.lines[-1] = last.with_text(last[: match.start()])
            if not block.lines[-1]:
                del block.lines[-1]

    def _take_attributes(self, block: BlockElement) -> None:
        """Take a first or last line of only ``{#id .class}`` as the paragraph's attributes."""
        for at in (0, -1):
            line = block.lines[at]
            if len(block.lines) == 1 or not line.startswith("{"):
                continue
            listed = attributes.read(line.strip())
            if listed and listed[1] == len(line.strip()):
                block.state = attributes.joined(block.attributes, listed[0])
                del block.lines[at]
            else:
                self.parser.check_attributes(line)
        last = block.lines[-1]
        if _CAPTION.match(block.lines[0]) and not attributes.trailing(last):
            self.parser.check_end(last)
