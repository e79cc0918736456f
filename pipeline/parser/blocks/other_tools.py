"""Blocks of other tools: comments, the options of MyST's directives, markers of the
contents, and kramdown's attribute lists on lines of their own."""

from __future__ import annotations

import re

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.codes import Code
from pipeline.parser import attributes, comments
from pipeline.parser.attributes import joined
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match, VerbatimProcessor
from pipeline.parser.lines import Cursor

_CONTENTS = re.compile(
    r"(?:\[(?:TOC|toc)\]|\[\[(?:_TOC_|TOC|toc)\]\]|\{:toc\}|\{\{<[ \t]*toc[ \t]*>\}\}"
    r"|\\tableofcontents(?:\{\})?)[ \t]*$"
)
_SEED = re.compile(r"\{:toc\}[ \t]*$")
_LIST = re.compile(r"\{:[^{}\n]*\}[ \t]*$")
_OPTION = re.compile(r":([a-z][\w-]*):(?:[ \t]++(.*))?$")
OF_IMAGE = frozenset({"alt", "width", "align"})
_SEEDS = frozenset({"toc", "contents", "table of contents"})
_HEADING = re.compile(r"h[1-6]$")


class CommentProcessor(VerbatimProcessor):
    """A comment across lines, such as from ``%%`` to ``%%``, of which a later line must have the
    end. Text may follow it. ``state`` is its kind; ``lines`` are kept in case the surrounding quote
    or list ends first."""

    begins = comments.BEGINS
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        rest = cursor.rest
        found = comments.begun(rest)
        if found is None or found[0].closing.search(rest[found[1] :].lstrip("%")):
            return False
        if not self.parser.comes_later(found[0].closing):
            return False
        self.parser.add_line(self.open(cursor, "comment", found[0]), cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        end = block.state.closing.search(cursor.remainder)
        if end is None:
            return Match.YES
        block.set("closed", "yes")
        block.end = cursor.number
        cursor.skip_chars(end.end())
        return Match.END if cursor.blank else Match.NO

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if block.get("closed"):
            del parent[-1]
            self.parser.record.comments.append((block.line, block.end))
            return
        comment, block.state = block.state, None
        block.tag = "typed"
        block.text = "\n".join(block.lines)
        name = comment.name[:1].upper() + comment.name[1:]
        message = f"{name} is not closed within its block. It stays as text."
        hint = f"End it with `{comment.end}` before the quotation or list ends."
        self.report(block, Code.LIKELY_SLIP, message, hint)


def take_option(block: BlockElement, cursor: Cursor) -> None:
    """Take the line ``:class: name`` at the beginning of a directive of MyST."""
    if len(block) or block.get("begun"):
        return
    match = _OPTION.match(cursor.rest.rstrip(" \t"))
    if match is None:
        if not cursor.blank:
            block.set("begun", "yes")
        return
    key, value = match[1], (match[2] or "").strip()
    found = NO_ATTRIBUTES
    if key == "class":
        found = attributes.make(classes=tuple(value.split()))
    elif key in ("name", "label"):
        found = attributes.make(value)
    elif key in OF_IMAGE and block.get("name") in ("figure", "image"):
        found = attributes.make(pairs=((key, value),))
    if isinstance(block.state, Attributes):
        block.state = joined(block.state, found)
    cursor.skip_rest()


class OmittedProcessor(LineProcessor):
    """Lines that disappear: a marker of the contents, and kramdown's attributes of a block."""

    begins = "[{\\"

    def start(self, cursor: Cursor) -> bool:
        rest = cursor.rest
        if "p" in (self.parser.innermost.tag, self.parser.tip.tag) and not _SEED.match(rest):
            return False
        if _CONTENTS.match(rest):
            if rest.startswith("[") and self._is_label(rest):
                return False
            self._leave_out(cursor)
            self.parser.asks_for_contents = True
            if rest.startswith("{:"):
                self._drop_seed()
            return True
        return bool(_LIST.match(rest)) and self._attributes(cursor)

    def _is_label(self, rest: str) -> bool:
        return rest.strip().strip("[]").upper() in self.parser.md.references

    def _leave_out(self, cursor: Cursor) -> None:
        self.parser.close_unmatched()
        cursor.skip_rest()

    def _drop_seed(self) -> None:
        """Remove the list of one item that kramdown replaces by the contents."""
        while self.parser.tip.tag in ("ul", "ol"):
            self.parser.close_tip()
        parent = self.parser.tip
        last = parent.last
        if last is not None and last.tag in ("ul", "ol") and len(last) == 1:
            text = "".join(str(line) for leaf in last.iter() for line in getattr(leaf, "lines", ()))
            if text.strip().lower() in _SEEDS:
                parent.remove(last)

    def _attributes(self, cursor: Cursor) -> bool:
        """Give an attribute list to the block directly above it."""
        parser, text = self.parser, cursor.rest.strip()
        found = attributes.read(text)
        if not found or found[1] != len(text):
            return False
        container = parser.innermost
        last = container.last
        if last is None or parser.gap(last.end, cursor.number):
            return False
        place = cursor.line.at()
        self._leave_out(cursor)
        if _HEADING.match(last.tag) or last.tag in ("pre", "container"):
            last.state = joined(last.attributes, found[0])
            return True
        message = f"The attributes `{text}` are kramdown's, and are left out: no list or quotation"
        hint = f"Put the block between `::: {text[2:].strip()}` and `:::`.".replace("::: ", "::: {")
        parser.report(Code.LIKELY_SLIP, f"{message} has any.", place, hint)
        return True
