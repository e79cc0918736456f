"""Reading of the rows of all tables: comments, markers of the contents, and marks that stay as text
and are told."""

from __future__ import annotations

import re

from pipeline.model.codes import Code
from pipeline.parser import comments, dialects
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match, VerbatimProcessor
from pipeline.parser.dialects import Dialect
from pipeline.parser.inlines.patterns import Pattern, Result
from pipeline.parser.inlines.scripts import shown, slip
from pipeline.parser.lines import Cursor

LONGEST_LINK = 300
"""The number of characters before an attribute list in which a link is looked for."""

_CONTENTS = re.compile(
    r"(?:\[(?:TOC|toc)\]|\[\[(?:_TOC_|TOC|toc)\]\]|\{\{<[ \t]*toc[ \t]*>\}\}"
    r"|\\tableofcontents(?:\{\})?)[ \t]*$"
)
"""Lines that ask for the contents, in Python-Markdown, GitLab, Quarto and LaTeX."""


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


class ContentsProcessor(LineProcessor):
    """A line that asks for the contents, and disappears."""

    begins = "[{\\"

    def start(self, cursor: Cursor) -> bool:
        rest = cursor.rest
        if "p" in (self.parser.innermost.tag, self.parser.tip.tag) or not _CONTENTS.match(rest):
            return False
        if rest.startswith("[") and self._is_label(rest):
            return False
        self.parser.close_unmatched()
        cursor.skip_rest()
        self.parser.asks_for_contents = True
        return True

    def _is_label(self, rest: str) -> bool:
        return rest.strip().strip("[]").upper() in self.parser.md.references


def _comment(m: re.Match[str], data: str) -> Result:
    """A comment, such as ``%%…%%``, which is left out."""
    found = comments.begun(data, m.start())
    if found is None:
        return None
    comment, begins = found
    if comments.last_end(comment, data) < begins:
        if comment.text:
            return None
        mark = data[m.start() : begins]
        hint = f"End it with `{comment.end}`, or write `\\{mark}` if you mean it as text."
        return slip(mark, f"`{mark}` begins {comment.name} that is never closed", hint), begins
    end = comment.closing.search(data, begins)
    assert end is not None
    before, at = data[m.start() - 1] if m.start() else "\n", end.end()
    if before.isspace() and data[at : at + 1].isspace():
        at += 1  # one space is left, or one line end
    return "", at


def _unread(m: re.Match[str], data: str) -> Result:
    """Text that is not supported, and its finding."""
    found = dialects.mark_at(data, m.start(), dialects.table())
    if found is None or _ends_link(data, m.start()):
        return None
    mark, written = found
    told = slip(written, f"`{shown(written)}` is {mark.name}", mark.instead)
    return told, m.start() + len(written)


def _ends_link(data: str, pos: int) -> bool:
    """Return whether a link that cannot be read, and has a finding of its own, ends at ``pos``."""
    start = data.rfind("](", max(0, pos - LONGEST_LINK), pos)
    return start >= 0 and data.find(")", start) == pos - 1


ANY = Dialect(
    names=(),
    blocks={"comment": CommentProcessor, "contents": ContentsProcessor},
    inlines={
        "comment": Pattern(comments.BEGINS, "", _comment),
        "unread": Pattern(dialects.TRIGGERS, "", _unread),
    },
)
