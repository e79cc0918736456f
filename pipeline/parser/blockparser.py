"""Python-Markdown's block parser, reading by line instead of by paragraph.

The stock parser splits the text at blank lines before it knows what they mean, and keeps no
positions. This one follows the strategy in CommonMark's appendix: every line is first matched
against the open blocks, then tested for new ones, then added to the innermost. It is linear, and
every element knows its lines. Processors are registered with Python-Markdown like its own;
`LineProcessor` replaces their ``test`` and ``run``.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.removal import BLOCK as LEFT_OUT
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser.attributes import mistaken_attributes, tell_invalid
from pipeline.parser.lines import TAB, Cursor, Line, with_plain_head
from pipeline.parser.withholding_marks import is_list, is_marked, late_opening

if TYPE_CHECKING:
    from markdown import Markdown

    from pipeline.parser.files import SourceFiles

MAX_DEPTH = 64
FARTHEST = 500
"""The number of lines in which the end of a block is looked for."""

MARKERS = frozenset("#`~*+-_=<>0123456789|:!?[\\{$%(.…/\ufdd1")
"""Characters that a block other than a paragraph can begin with."""

LETTERED = late(r"(?:[A-Za-z]{1,7}[.)]|[A-Z]>|(?:im|ex)port)[ \t]")
"""The beginning of a list with letters, of lines with a letter as their mark, or of code."""

_ITEMS = late(r"^(?:(?:[*+-]|\w{1,3}[.)])[ \t]++)++")
"""The markers of items, before what is in them."""

_TAG_BEGINS = late(r"<(/?)([a-z][a-z0-9-]*)")

END_OF_INLINE = frozenset("])`>")
"""The inline elements that an attribute list can follow; the scanner looks for it there."""


INDENTING = frozenset("admonition blockquote dd dl li margin note ol tab ul".split())
"""Elements whose content is indented, or has a marker in each line."""


class Definition(NamedTuple):
    """The expansion of an abbreviation, and its line."""

    name: str
    title: str
    line: int


class BlockElement(ElementTree.Element):
    """An element from one ``line`` to its ``end``. ``lines`` is the text of a leaf. ``last_read``
    is the last line in it, which may be of attributes, definitions or comments, no elements."""

    def __init__(self, tag: str, line: int, processor: LineProcessor | None = None, **attrib: str):
        super().__init__(tag, attrib)
        self.line = line
        self.end = self.last_read = line
        self.column = 1
        self.lines: list[Line] = []
        self.processor = processor
        self.state: Any = None

    @property
    def span(self) -> Span:
        return Span(self.line, self.column, self.end if self.end > self.line else 0)

    @property
    def attributes(self) -> Attributes:
        return self.state if isinstance(self.state, Attributes) else NO_ATTRIBUTES

    @property
    def blocks(self) -> list[BlockElement]:
        """The blocks in it."""
        return [element for element in self if isinstance(element, BlockElement)]

    @property
    def first(self) -> BlockElement | None:
        """The block that it begins with."""
        child = self[0] if len(self) else None
        return child if isinstance(child, BlockElement) else None

    @property
    def last(self) -> BlockElement | None:
        """The block that it ends with."""
        child = self[-1] if len(self) else None
        return child if isinstance(child, BlockElement) else None


def _is_withheld(block: BlockElement) -> bool:
    """Return whether only teachers get a block."""
    return block.get("name") in FOR_TEACHERS or bool(conditions_of(block.attributes).classes)


class Match(enum.Enum):
    """The outcome of matching a line with an open block. END: it took the line as its end."""

    YES = enum.auto()
    NO = enum.auto()
    END = enum.auto()


class LineProcessor(BlockProcessor):
    """A construct of the block structure.

    ``container`` blocks hold blocks; ``takes_lines`` leaves take text; ``verbatim`` ones take every
    line as it is, whatever it could begin. ``begins`` are the characters that one may begin with;
    without any, other constructs begin it.
    """

    begins = ""
    container = False
    takes_lines = False
    verbatim = False
    takes_in = False
    has_end = False
    parser: LineParser

    def may_start(self, cursor: Cursor) -> bool:
        """Return whether the construct may begin at the cursor."""
        return bool(cursor.char and cursor.char in self.begins and cursor.indent < 4)

    def start(self, cursor: Cursor) -> bool:
        """Begin the construct at the cursor; False if it is not one after all."""
        raise NotImplementedError

    def open(self, cursor: Cursor, tag: str, state: Any = None, **attrib: str) -> BlockElement:
        """Begin a block of this kind, as an element ``tag``."""
        block = BlockElement(tag, cursor.number, self, **attrib)
        block.state = state
        return self.parser.begin(block, cursor)

    def report(self, block: BlockElement, code: Code, message: str, hint: str = "") -> None:
        """Report a problem at the beginning of ``block``."""
        self.parser.report(code, message, block.span, hint)

    def report_unclosed(self, block: BlockElement, message: str, hint: str) -> None:
        """Report a block that is never closed; one that should withhold something, and is empty,
        may be about what follows."""
        code = Code.UNCLOSED_CONTAINER
        if not len(block) and _is_withheld(block):
            code, message = Code.LOST_MARK, f"{message[:-1]}, and withholds nothing."
        self.report(block, code, message, hint)

    def holds(self, tag: str) -> bool:
        """Return whether a block of this kind may have a child ``tag``."""
        return self.container

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        """Return whether the line at ``cursor`` continues ``block``."""
        return Match.NO

    def waits_for_end(self, block: BlockElement) -> bool:
        """Return whether ``block`` has an end of its own, before which everything is verbatim."""
        return self.has_end

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Finish ``block``, which has ended."""


class VerbatimProcessor(LineProcessor):
    """A leaf that takes every line as it is."""

    takes_lines = True
    verbatim = True


class LineParser(BlockParser):
    """See the module. ``first_line`` is the source line that the text begins on, ``number`` the
    current line; the first ``base`` of the open blocks are not matched, but stay open. ``elements``
    are the open HTML elements whose text is Markdown."""

    def __init__(self, md: Markdown, first_line: int, files: SourceFiles) -> None:
        super().__init__(md)
        self.files = files
        self.first_line = first_line
        self.number = first_line
        self.base = 1
        self.open: list[BlockElement] = []
        self.elements: list[str] = []
        self.matched = 1
        self.diagnostics: list[Diagnostic] = []
        self.abbreviations: list[Definition] = []
        self.asks_for_contents = False
        self._depth_reported = False
        self._replaced: list[int] = []
        self._lines: list[str] = []
        self._at = 0
        self._last: dict[re.Pattern[str], int] = {}
        self._runs: dict[int, tuple[int, int]] = {}
        self.examples: dict[str, int] = {}
        self.record, self.cuts = files.record, files.cuts

    # --- what processors use ---

    @property
    def tip(self) -> BlockElement:
        """The innermost open block, whether the current line continues it or not."""
        return self.open[-1]

    @property
    def innermost(self) -> BlockElement:
        """The innermost block that the current line continues."""
        return self.open[self.matched - 1]

    def begin(self, element: BlockElement, cursor: Cursor) -> BlockElement:
        """Open ``element``, closing all blocks that the line does not continue."""
        self.close_unmatched()
        while self.tip.processor is not None and not self.tip.processor.holds(element.tag):
            self.close_tip()
        element.column = cursor.offset
        self.tip.append(element)
        self.open.append(element)
        self.matched = len(self.open)
        return element

    def add_leaf(self, element: BlockElement, cursor: Cursor) -> BlockElement:
        """Add ``element``, which consists of this line only."""
        self.begin(element, cursor)
        self.close_tip()
        return element

    def close_unmatched(self) -> None:
        while len(self.open) > self.matched:
            self.close_tip()

    def close_tip(self) -> None:
        block = self.open.pop()
        if block.last is not None:
            block.end = max(block.end, block.last.end)
        block.last_read = max(block.last_read, block.end)
        around = self.open[-1]
        around.last_read = max(around.last_read, block.last_read)
        self.matched = min(self.matched, len(self.open))
        if block.processor:
            block.processor.close(block, self.open[-1])

    def too_deep(self, cursor: Cursor) -> bool:
        """Return whether no further container may be opened; reported once."""
        if len(self.open) <= MAX_DEPTH:
            return False
        if not self._depth_reported:
            self._depth_reported = True
            message = f"There are more than {MAX_DEPTH} levels of nesting."
            self.report(Code.NESTING_TOO_DEEP, message, cursor.line.at())
        return True

    def gap(self, end: int, line: int) -> int:
        """The number of lines between two, without those that replace others."""
        replaced = bisect_left(self._replaced, line) - bisect_right(self._replaced, end)
        return line - end - 1 - replaced

    def report(self, code: Code, message: str, span: Span | None, hint: str = "") -> None:
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))

    def check_attributes(self, line: Line, at: int = 0) -> None:
        """Report an attribute list at this position that cannot be read."""
        if written := mistaken_attributes(line, at):
            message, hint = tell_invalid(written)
            self.report(Code.BAD_ATTRIBUTE, message, line.at(at), hint)

    def check_end(self, line: Line) -> None:
        """Report an attribute list at the end of a line that cannot be parsed, except one directly
        after a link or the like, which is reported there."""
        at = line.rfind("{")
        if at >= 0 and line.rstrip(" \t#").endswith("}") and line[at - 1 : at] not in END_OF_INLINE:
            self.check_attributes(line, at)

    # --- the strategy ---

    def parseDocument(self, lines: Iterable[str]) -> ElementTree.ElementTree:  # noqa: N802
        """The element tree of a text, given by line."""
        self.root = root = BlockElement("document", self.first_line)
        self.number = self.first_line - 1
        self.open = [root]
        self._read_lines(lines)
        root.end = self.number
        return ElementTree.ElementTree(root)

    def read_within(self, lines: Iterable[str]) -> None:
        """Parse lines in place of the current line: their blocks begin inside the open ones that it
        continues, and end with the last of the lines."""
        line = self.number
        self._replaced.append(line)
        self.close_unmatched()
        while self.tip.processor is not None and not self.tip.processor.holds("p"):
            self.close_tip()
        base, self.base = self.base, len(self.open)
        self._read_lines(lines)
        self.base = base
        self.record.included[line] = self.number - line

    def read_cell(self, block: BlockElement, around: BlockElement, lines: Iterable[Line]) -> None:
        """Parse lines that were set aside into ``block``, inside ``around``."""
        opened, self.open = self.open, [*self.open, around, block]
        block.processor, processor = None, block.processor
        around_it = self._lines, self._at, self._last, self._runs
        plain = [line.with_text(with_plain_head(line)) for line in lines]
        self._lines, self._last, self._runs = [*plain], {}, {}

        def each() -> Iterator[Line]:
            for self._at, line in enumerate(plain):
                yield line

        self.read_again(each())
        self._lines, self._at, self._last, self._runs = around_it
        block.processor = processor
        self.open = opened

    @property
    def next_line(self) -> str:
        """The next line, unprocessed; "" if there is none."""
        return "".join(self.lines_ahead(1))

    def lines_ahead(self, most: int) -> list[str]:
        """The next lines, unprocessed."""
        return self._lines[self._at + 1 : self._at + 1 + most]

    def next_text(self) -> str:
        """The next line with text, without markers; "" after more than one empty line."""
        for line in self._lines[self._at + 1 : self._at + 3]:
            if text := line.lstrip("> \t"):
                return text
        return ""

    def comes_later(self, mark: re.Pattern[str]) -> bool:
        """Return whether a further line of the file has a mark."""
        if mark not in self._last:
            places = (at for at, line in enumerate(self._lines) if mark.search(line))
            self._last[mark] = max(places, default=-1)
        return self._at < self._last[mark]

    def is_marked_below(self, column: int) -> bool:
        """Return whether there is a mark in this line or in one of those below it that begin in a
        ``column`` or behind it."""
        end, last = self._runs.get(column, (0, 0))
        if self._at >= end:
            first, end, last = self._at, len(self._lines), -1
            for at in range(first, end):
                line = with_plain_head(self._lines[at])
                text = line.lstrip(" \t>")
                before = line[: len(line) - len(text)].expandtabs(TAB)
                if text and len(before) < column and at > first:
                    end = at
                    break
                parts = [text, *map(str.strip, text.split("|"))]  # cells
                inner = [_ITEMS.sub("", part, count=1) for part in parts]
                last = at if any(map(is_marked, filter(None, (*parts, *inner)))) else last
            self._runs[column] = end, last
        return self._at <= last

    def read_again(self, lines: Iterable[Line], without: LineProcessor | None = None) -> None:
        """Parse lines that were set aside, within the innermost open block, as if there were no
        processor ``without``, and close the blocks they open. They include no files: their
        positions are already resolved."""
        base, matched, number = self.base, self.matched, self.number
        self.base = len(self.open)
        processors: list[Any] = list(self.blockprocessors)
        others = [p for p in processors if p is not without and not p.takes_in]
        for line in lines:
            cursor = Cursor(" " * (line.offset - 1) + line, line.number)
            cursor.pos = line.offset - 1
            self.number = line.number
            self._read(cursor, others)
        while len(self.open) > self.base:
            self.close_tip()
        self.base, self.number = base, number
        self.matched = min(matched, len(self.open))

    def _read_lines(self, lines: Iterable[str]) -> None:
        processors = list(self.blockprocessors)
        around = self._lines, self._at, self._last, self._runs
        self._lines, self._last, self._runs = list(lines), {}, {}
        for at, text in enumerate(self._lines):
            self._at = at
            self.number += 1
            if not (self.tip.processor and self.tip.processor.verbatim):
                text = with_plain_head(text)
            self.record.lines[self.number] = text
            left = self.cuts.line(self.number, text) if self.cuts else text
            if self.cuts and left is None:
                self.number += self.cuts.lines_skipped(self.number)
            elif left is not None:
                self._read(Cursor(left, self.number), processors)
        self._lines, self._at, self._last, self._runs = around
        while len(self.open) > self.base:
            self.close_tip()
        self.matched = len(self.open)

    def _read(self, cursor: Cursor, processors: list[Any]) -> None:
        tip = self.tip
        is_text = not (tip.processor and tip.processor.verbatim) and tip.tag != "table"
        if is_text and (at := late_opening(cursor.rest)) > 0:
            self._read_late_opening(cursor, at, processors)
            return
        self.matched = self.base
        while self.matched < len(self.open):
            block = self.open[self.matched]
            assert block.processor is not None, "only the root has no processor"
            match block.processor.proceed(block, cursor):
                case Match.YES:
                    self.matched += 1
                case Match.NO if not self._goes_on(block):
                    break
                case Match.NO:
                    self.matched += 1
                case Match.END:
                    block.end = cursor.number
                    block.set("closed", "yes")
                    while block in self.open:
                        self.close_tip()
                    return
        self.read_rest(cursor, processors)

    def read_rest(self, cursor: Cursor, processors: list[Any] | None = None) -> None:
        """Read a line from behind the marks of the blocks that it continues."""
        processors = list(self.blockprocessors) if processors is None else processors
        processor = self.innermost.processor
        if not (processor and processor.verbatim):
            if self.elements and (tag := self._end_of_element(cursor)):
                matched = self.matched
                self.read_rest(cursor, processors)
                self.matched = min(matched, len(self.open))
                self.read_rest(tag, processors)
                return
            if self._begin_blocks(cursor, processors):
                return
        if cursor.blank and not (processor and processor.verbatim):
            self.close_unmatched()
            return
        if not self._is_lazy() or (cursor.char == "{" and is_list(cursor.rest)):
            self.close_unmatched()
        if self.tip.processor and self.tip.processor.takes_lines:
            self.add_line(self.tip, cursor)
        elif not cursor.blank:
            paragraph: Any = self.blockprocessors["paragraph"]
            self.add_line(self.begin(BlockElement("p", cursor.number, paragraph), cursor), cursor)

    def _end_of_element(self, cursor: Cursor) -> Cursor | None:
        """Cut off the end of an element whose text is Markdown from that text."""
        name, left, text = self.elements[-1], 1, cursor.rest.lower()
        for tag in _TAG_BEGINS.finditer(text):
            if tag[2] == name:
                left += -1 if tag[1] else 1
            if left == 0 and tag.start() == 0:
                return None
            if left == 0 and text[tag.end() :].lstrip(" \t>")[:1] in ("", "<"):
                rest = Cursor(cursor.text, cursor.number)
                rest.added = cursor.added
                rest.skip_chars(cursor.next + tag.start())
                cursor.text = cursor.text[: rest.pos]
                return rest
        return None

    def _goes_on(self, block: BlockElement) -> bool:
        """Return whether a list or the like goes on in a line without its indentation, because a
        block that is withheld has begun in it, and the next mark of a block ends one."""
        if block.tag not in INDENTING:
            return False
        for at, inner in enumerate(self.open[self.matched + 1 :], self.matched + 1):
            has_end = inner.get("colons") or inner.get("end")
            if has_end and _is_withheld(inner):
                if not inner.get("ends"):  # with text in it, the end may be of a block around it
                    same = (
                        around.get("colons") == inner.get("colons") for around in self.open[:at]
                    )
                    is_own = not (len(inner) and any(same))
                    is_next = is_own and self.ends_next(inner.get("end") or ":::")
                    inner.set("ends", "yes" if is_next else "no")
                return inner.get("ends") == "yes"
        return False

    def ends_next(self, end: str, after: int = 0) -> bool:
        """Return whether the next line with the mark of a block, from this one or some lines
        ``after`` it on, ends one, blocks between apart."""
        first, depth = self._at + after, 0
        for line in islice(self._lines, first, first + FARTHEST):
            mark = line.strip("> \t")
            if not mark.startswith(end):
                continue
            depth += 1 if mark.strip(end[0]) else -1
            if depth < 0:
                return True
        return False

    def _read_late_opening(self, cursor: Cursor, at: int, processors: list[Any]) -> None:
        """Read a line as two: a text, and a block that begins ``at`` some place after it."""
        column = cursor.next + at
        if not cursor.text.startswith(LEFT_OUT, column):
            message = "A block begins in the middle of this line."
            hint = "Put its `:::` at the beginning of a line of its own."
            self.report(Code.LIKELY_SLIP, message, cursor.line.at(at), hint)
        before = Cursor(cursor.text[:column].rstrip(), cursor.number)
        before.pos, before.column, before.added = cursor.pos, cursor.column, cursor.added
        self._read(before, processors)
        cursor.skip_indent()
        cursor.skip_chars(at)
        self.matched = len(self.open)
        self._begin_blocks(cursor, processors)

    def _is_lazy(self) -> bool:
        """Return whether the line (not blank) continues a paragraph although it lacks the markers
        of the surrounding blocks. Python-Markdown's boxes end with their indentation."""
        unmatched = self.open[self.matched :]
        return (
            bool(unmatched)
            and self.tip.tag == "p"
            and all(block.tag not in ("admonition", "tab") for block in unmatched)
        )

    def _begin_blocks(self, cursor: Cursor, processors: list[Any]) -> bool:
        """Let the line begin blocks; True if it is used up by that."""
        while not cursor.blank and (
            cursor.indent >= 4 or cursor.char in MARKERS or LETTERED.match(cursor.text, cursor.next)
        ):
            for processor in processors:
                if processor.may_start(cursor) and processor.start(cursor):
                    break
            else:
                return False
            if not processor.container:
                around = self.innermost  # the line may have become no element of it
                around.last_read = max(around.last_read, cursor.number)
                return True
        return False

    def add_line(self, block: BlockElement, cursor: Cursor) -> None:
        verbatim = block.processor is not None and block.processor.verbatim
        block.lines.append(cursor.remainder if verbatim else cursor.line)
        block.end = cursor.number
