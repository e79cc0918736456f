"""Blocks with indented content.

Definition lists have a line for each term, then ``: definition`` (PHP Markdown Extra), or one term
and ``~ definition`` (Pandoc). Notes are ``[^label]: text``; as on GitHub, one may follow a
paragraph without an empty line. Admonitions are Python-Markdown's, ``!!! note "Title"``, and
MkDocs' collapsible ones, ``??? note``.
"""

from __future__ import annotations

from typing import Any

from pipeline.model import UNTITLED
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.lines import TAB, Cursor, Line
from pipeline.parser.marks import is_list, is_marked, opens_block

_MARKER = late(r"(?::[ \t]+(?=\S)|~[ \t]+(?=[^\s\d]))")


class DefinitionListProcessor(LineProcessor):
    container = True

    def holds(self, tag: str) -> bool:
        return tag in ("dt", "dd")

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.YES


class DefinitionProcessor(LineProcessor):
    """``state`` is the indentation of the definition's content."""

    begins = ":~"
    container = True

    def __init__(self, parser: Any) -> None:
        super().__init__(parser)
        self.lists = DefinitionListProcessor(parser)
        self.terms = LineProcessor(parser)

    def start(self, cursor: Cursor) -> bool:
        match = _MARKER.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        parser = self.parser
        if parser.innermost.tag != "dl" and not self._open_list(cursor):
            return False
        self.open(cursor, "dd", min(4, cursor.indent + match.end()))
        cursor.skip_indent()
        cursor.skip_chars(1)
        cursor.skip_columns(3)
        return True

    def _open_list(self, cursor: Cursor) -> bool:
        """Make terms of the paragraph before, in a new list or in the list before that."""
        parser = self.parser
        container = parser.innermost
        if container.tag == "p":
            container = parser.open[parser.matched - 2]
        paragraph = container.last
        if paragraph is None or paragraph.tag != "p":
            return False
        if parser.gap(paragraph.end, cursor.number) > 1:
            return False
        if cursor.char == "~" and len(paragraph.lines) > 1:
            return False  # of a longer text, which says "about"
        parser.close_unmatched()
        if parser.tip is paragraph:
            parser.close_tip()
        if not paragraph.lines:
            return False  # it was all definitions of links
        del container[-1]
        previous = container.last
        if (
            previous is not None
            and previous.tag == "dl"
            and parser.gap(previous.end, paragraph.line) <= 1
        ):
            parser.open.append(previous)
            parser.matched = len(parser.open)
        else:
            new_list = parser.begin(BlockElement("dl", paragraph.line, self.lists), cursor)
            new_list.column = paragraph.column
        for line in paragraph.lines:
            term = BlockElement("dt", line.number, self.terms)
            term.lines = [line]
            parser.add_leaf(term, cursor).column = line.offset
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return proceed_indented(cursor, block.state)


_NOTE = late(r"\[\^([^\]\s\[^]+)\]:[ \t]*")


class IndentedProcessor(LineProcessor):
    """A container with content indented by four columns."""

    container = True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        is_tab = cursor.text.startswith("\t", cursor.pos)  # of fewer columns, behind a marker
        return proceed_indented(cursor, TAB - cursor.column % TAB if is_tab else 4)


class NoteProcessor(IndentedProcessor):
    begins = "["

    def start(self, cursor: Cursor) -> bool:
        match = _NOTE.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        self.open(cursor, "note", label=match[1])
        cursor.skip_indent()
        cursor.skip_chars(match.end())
        return True


def proceed_indented(cursor: Cursor, indent: int) -> Match:
    """Return whether a line continues a block whose content is indented by ``indent``."""
    if cursor.blank:
        return Match.YES
    if cursor.indent >= indent:
        cursor.skip_columns(indent)
        return Match.YES
    return Match.NO


_BLOCK = late(r"(?:[*+-]|\d{1,9}[.)]|#{1,6})[ \t]|`{3}|~{3}")


class MarginProcessor(LineProcessor):
    """Lines that would be code by their indentation, which have no more of it than the first of
    them, if one of these has a mark, as under a question. ``state`` is that indentation."""

    container = True

    def may_start(self, cursor: Cursor) -> bool:
        if cursor.indent < 4 or self.parser.tip.tag == "table":
            return False
        is_text, rest = self.parser.tip.tag == "p", cursor.rest
        if (opens_block if is_text else is_marked)(rest):
            return True
        is_block = not is_text or _BLOCK.match(rest) is not None or is_list(rest)
        return is_block and self.parser.is_marked_below(cursor.column + 4)

    def start(self, cursor: Cursor) -> bool:
        if self.parser.too_deep(cursor):
            return False
        if not any(block.tag in _WITHIN for block in self.parser.open):
            message = "This line is indented like code, but is read as text because of its mark."
            hint = "Leave out the spaces before it, or put the code between two lines ```."
            self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(), hint)
        indent = cursor.indent
        self.open(cursor, "margin", indent)
        cursor.skip_columns(indent)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return proceed_indented(cursor, block.state)


_WITHIN = frozenset({"li", "dd", "note", "admonition"})
"""Elements whose content is indented anyway."""

_BOX = late(r'(?:!!!|\?\?\?\+?)[ \t]*([^\W\d_][\w-]*(?:[ \t]+[\w-]+)*)(?:[ \t]+"([^"]*)")?[ \t]*$')


class AdmonitionProcessor(IndentedProcessor):
    """The first child is the title, if there is one."""

    begins = "!?"

    def start(self, cursor: Cursor) -> bool:
        match = _BOX.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        kind = match[1].lower()
        if match[2] == "" and cursor.char == "!":
            kind += f" {UNTITLED}"
        classes = make(classes=tuple(kind.split()))
        block = self.open(cursor, "admonition", classes, kind=kind, mark=cursor.rest[:3])
        if match[2]:
            title = BlockElement("title", cursor.number)
            title.lines = [Line(match[2], cursor.number, cursor.offset + match.start(2))]
            block.append(title)
        cursor.skip_rest()
        return True
