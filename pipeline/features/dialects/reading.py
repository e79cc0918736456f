"""Reading of the rows of all tables: comments, markers of the contents, and marks that stay as text
and are told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser import dialects
from pipeline.parser.blockparser import (
    BlockElement,
    LineParser,
    LineProcessor,
    Match,
    VerbatimProcessor,
)
from pipeline.parser.constructs.boxes import kind_of
from pipeline.parser.dialects import Dialect
from pipeline.parser.leaf_text import Pattern, Result, shorten, slip
from pipeline.parser.lines import Cursor

INCLUDE = "To include a file, write `{{ include part.md }}` alone on a line."
"""A hint for marks of inclusions."""

LONGEST_LINK = 300
"""The number of characters before an attribute list in which a link is looked for."""

_OPTION = late(r"([a-z_]{1,40})[ \t]*:[ \t]*+(.*)$")
_HEADED = late(r"#{1,6}[ \t]+(?:title|legend)[ \t]*:[ \t]*+(.*)$")
"""A title between lines of hyphens, of which translation has made a heading."""

_CONTENTS = late(
    r"(?:\[(?:TOC|toc)\]|\[\[(?:_TOC_|TOC|toc)\]\]|\{\{<[ \t]*toc[ \t]*>\}\}"
    r"|\\tableofcontents(?:\{\})?)[ \t]*$"
)
"""Lines that ask for the contents, in Python-Markdown, GitLab, Quarto and LaTeX."""

_RAW = r"\{%-? *raw *-?%\}(.{0,500}?)\{%-? *endraw *-?%\}"
"""Text that Liquid and Jinja leave as it is."""


class CommentProcessor(VerbatimProcessor):
    """A comment across lines, such as from ``%%`` to ``%%``, of which a later line must have the
    end. Text may follow it. ``state`` is its kind; ``lines`` are kept in case the surrounding quote
    or list ends first."""

    begins = dialects.BEGINS
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        rest = cursor.rest
        begun = dialects.comment_at(rest)
        if begun is None or begun[0].closing.search(rest[begun[1] :].lstrip("%")):
            return False
        if not self.parser.comes_later(begun[0].closing):
            return False
        self.parser.add_line(self.open(cursor, "comment", begun[0]), cursor)
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
            self.parser.record.skip(block.line, block.end)
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
        if rest.startswith("[") and rest.strip().strip("[]").upper() in self.parser.md.references:
            return False
        self.parser.close_unmatched()
        cursor.skip_rest()
        self.parser.asks_for_contents = True
        return True


def first_match(patterns: Iterable[re.Pattern[str]], text: str) -> tuple[int, re.Match[str] | None]:
    """The number of the first pattern that the whole text matches, and the match."""
    matches = ((number, pattern.fullmatch(text)) for number, pattern in enumerate(patterns))
    return next((row for row in matches if row[1]), (0, None))


class _OfTable(LineProcessor):
    """Reads what the rows of a table say, which all begin with one of some characters."""

    kind = ""
    """The field of `Dialect` with the rows."""

    def __init__(self, parser: LineParser) -> None:
        super().__init__(parser)
        table = dialects.table(parser.files.dialects)
        self.rows = getattr(table, self.kind)
        self.begins, self.most = "".join(table.begins), table.most_indent

    def may_start(self, cursor: Cursor) -> bool:
        return bool(cursor.char) and cursor.char in self.begins and cursor.indent <= self.most


class VerbatimPairProcessor(VerbatimProcessor):
    """Code of another tool between two lines. ``end`` is the row of the line that ends it."""

    has_end = True

    def __init__(self, parser: LineParser) -> None:
        super().__init__(parser)
        table = dialects.table(parser.files.dialects)
        self.rows, self.begins = table.verbatim, "".join(table.begins)

    def start(self, cursor: Cursor) -> bool:
        row, match = first_match((pair.opening for pair in self.rows), cursor.rest.rstrip())
        if match is None or not self.parser.comes_later(self.rows[row].closing):
            return False
        block = self.open(cursor, "pre", self.rows[row].attributes, row=str(row))
        block.set("language", (match.groupdict().get("kind") or "").lower())
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        closing = self.rows[int(block.get("row", "0"))].closing
        return Match.END if closing.fullmatch(cursor.remainder.rstrip()) else Match.YES


class PairProcessor(_OfTable):
    """A block of another tool between two lines. ``state`` are its attributes, ``row`` is its place
    in the table, ``options`` tells whether the lines of its options are still to come."""

    container = True
    kind = "pairs"

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest.rstrip()
        row, match = first_match((pair.opening for pair in self.rows), text)
        if match is None or self.parser.too_deep(cursor):
            return False
        pair, written = self.rows[row], match.groupdict()
        if not self.parser.comes_later(pair.closing):
            return False
        kind = (written.get("kind") or pair.name).lower()
        block = self.open(
            cursor,
            "container",
            pair.attributes,
            name=box_named(kind) if written.get("kind") else kind,
            argument=(written.get("title") or pair.title).strip(),
            written=text,
            row=str(row),
            options="expected" if pair.options else "",
        )
        block.set("indent", str(cursor.indent))
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        tip = self.parser.tip
        if tip is not block and tip.processor and tip.processor.waits_for_end(tip):
            return Match.YES
        row = block.get("row", "0")
        if self.rows[int(row)].closing.fullmatch(cursor.rest.rstrip()):
            within = self.parser.open[self.parser.open.index(block) :]
            same = [inner for inner in within if inner.get("row") == row]
            if same[-1] is block:
                return Match.END
        elif block.get("options") and not cursor.blank:
            _take_options(block, cursor)
        cursor.skip_columns(min(int(block.get("indent", "0")), cursor.indent))
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            message = f"The block `{block.get('written')}` is never closed."
            self.report(
                block, Code.UNCLOSED_CONTAINER, message, "End it in the same list or quotation."
            )


def _take_options(block: BlockElement, cursor: Cursor) -> None:
    """Take a line of the options that a block may begin with: ``---``, ``title: text``, ``---``."""
    is_rule = cursor.rest.rstrip() == "---"
    headed = _HEADED.match(cursor.rest) if block.get("options") == "expected" else None
    if headed:
        block.set("argument", headed[1].strip().strip("\"'"))
        block.set("options", "")
        cursor.skip_rest()
    elif block.get("options") == "expected":
        block.set("options", "begun" if is_rule else "")
    elif is_rule:
        block.set("options", "")
    elif (match := _OPTION.match(cursor.rest)) and match[1] in ("title", "legend"):
        block.set("argument", match[2].strip().strip("\"'"))
    if is_rule or block.get("options") == "begun":
        cursor.skip_rest()


def box_named(kind: str) -> str:
    """The name of a block for a box of another tool."""
    return kind if kind in KINDS else kind_of(kind)


class StandingProcessor(_OfTable):
    """A line of another tool by itself."""

    kind = "standing"

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest.rstrip()
        number, match = first_match((row.pattern for row in self.rows), text)
        if match is None:
            return False
        row = self.rows[number]
        if row.message:
            place = cursor.line.at()
            self.parser.report(Code.LIKELY_SLIP, row.message.format(text), place, row.hint)
        if row.text:
            written = match.expand(row.text) if isinstance(row.text, str) else row.text(match)
            paragraph: Any = self.parser.blockprocessors["paragraph"]
            block = self.parser.begin(BlockElement("p", cursor.number, paragraph), cursor)
            block.lines = [cursor.line.with_text(written)]
            self.parser.close_tip()
        elif row.tag:
            self.parser.add_leaf(BlockElement(row.tag, cursor.number, self), cursor)
        else:
            self.parser.close_unmatched()
            self.parser.record.skip(cursor.number, cursor.number)
        cursor.skip_rest()
        return True


def _comment(m: re.Match[str], data: str) -> Result:
    """A comment, such as ``%%…%%``, which is left out."""
    begun = dialects.comment_at(data, m.start())
    if begun is None:
        return None
    comment, begins = begun
    if dialects.last_end(comment, data) < begins:
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


def _tell_unread(m: re.Match[str], data: str) -> Result:
    """Text that is not supported, and its finding."""
    told_mark = dialects.mark_at(data, m.start(), dialects.table())
    if told_mark is None or _ends_link(data, m.start()):
        return None
    mark, written = told_mark
    told = slip(written, f"`{shorten(written)}` is {mark.name}", mark.instead)
    return told, m.start() + len(written)


def _ends_link(data: str, pos: int) -> bool:
    """Return whether a link that cannot be read, and has a finding of its own, ends at ``pos``."""
    start = data.rfind("](", max(0, pos - LONGEST_LINK), pos)
    return start >= 0 and data.find(")", start) == pos - 1


ANY = Dialect(
    names=(),
    blocks={
        "comment": CommentProcessor,
        "contents": ContentsProcessor,
        "verbatim-pair": VerbatimPairProcessor,
        "pair": PairProcessor,
        "standing": StandingProcessor,
    },
    inlines={
        "comment": Pattern(dialects.BEGINS, "", _comment),
        "raw": Pattern("{", _RAW, lambda m, _: m[1]),
        "unread": Pattern(dialects.TRIGGERS, "", _tell_unread),
    },
)
