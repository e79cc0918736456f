"""The places of a source that are withheld from some editions.

A construct is withheld with everything that stands inside it. Each mark that can withhold something
takes effect: one that no construct takes up, for example in a title, withholds the innermost block
around it, and the author is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Document, Heading, Node, gaps
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import (
    ANSWER,
    TEACHER,
    all_nodes,
    children,
    is_for_teachers,
    top_level,
    walk,
)
from pipeline.parser.attributes import joined, make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.blocks.code import FenceProcessor, IndentedCodeProcessor
from pipeline.parser.constructs import FENCES
from pipeline.parser.cuts import Cuts
from pipeline.parser.elements import Elements
from pipeline.parser.files import SourceFiles
from pipeline.parser.marks import Mark, extent, marks_in
from pipeline.parser.ranges import LINE_END, Place, Range, SourceRecord

_PART = late(r"<(abbr|caption|colgroup|dd|dt|figcaption|tbody|tfoot|thead)\b", re.I)
_PARTS = frozenset({"td", "th", "tr", "cell", "dt", "title"})
"""Elements that are parts of a block."""


_MARKS = ("{", "<", "[!", "[ !", "::", "!!!", "???", "///", "```", "~~~", "\\begin")
"""Characters without which a text of no other tool withholds anything, as most do."""


def without_empty(document: Document) -> Document:
    """The document without answers and notes for teachers that have nothing but definitions."""

    def leave(node: model.Answer | model.TeacherNote) -> Node | tuple[Node, ...]:
        is_empty = children(node) == () and gaps.BLOCK not in node.attributes.classes
        return () if is_empty else node

    return rewrite_document(document, leave={model.Answer: leave, model.TeacherNote: leave})


def with_marks(document: Document, idle: Iterable[Range]) -> Document:
    """The document in which the nodes have the marks that nothing has taken up."""
    ranges = [each for each in idle if each.conditions.classes]

    def inherit(node: Node, above: tuple[bool, bool]) -> tuple[bool, bool]:
        is_within = any(above)
        return is_within, not is_within and (is_for_teachers(node) or bool(classes_of(node)))

    def classes_of(node: Node) -> tuple[str, ...]:
        if not node.span:
            return ()
        start, is_block = (node.span.line, node.span.column), isinstance(node, Block)
        within = (
            each
            for each in ranges
            if each.holds(start) and (each.end[1] == LINE_END or not is_block)
        )
        return tuple(name for each in within for name in each.conditions.classes)

    def enter(node: Node, around: tuple[bool, bool]) -> Node:
        if around[0] or not (classes := classes_of(node)):
            return node
        return replace(node, attributes=joined(node.attributes, make(classes=classes)))

    if not ranges:
        return document
    kinds = {type(node) for node in all_nodes(document) if node.span}
    changes: Changes = dict.fromkeys(kinds, enter)
    return rewrite_document(document, enter=changes, context=((False, False), inherit))


class WithheldRanges:
    """The ``ranges`` that a text withholds, in its order, given its document and its element tree;
    of these, the ones of marks that nothing takes up (``idle``), and where these ``marks`` begin;
    and findings about them."""

    def __init__(self, document: Document, root: BlockElement, files: SourceFiles) -> None:
        self._document, self._files = document, files
        self._record: SourceRecord = files.record
        self.ranges: list[Range] = []
        self.idle: list[Range] = []
        self.marks: set[Place] = set()
        self.findings: list[Diagnostic] = []
        text = self._record.whole
        if files.dialects or any(mark in text for mark in _MARKS):
            self._search(root)

    def _search(self, root: BlockElement) -> None:
        self._elements = Elements(root)
        self._reach: dict[Place, list[int]] = {}
        self._headings: dict[Place, tuple[tuple[Node, ...], int]] = {}
        for element in self._elements.parents:
            if not element.lines:
                place = (element.line, element.column)
                self._reach.setdefault(place, []).append(element.last_read)
        exact = [place for place in self._record.ranges if self._is_exact(place)]
        starts = {place.start for place in exact}
        blocks = (place for place in self._of_nodes() if place.start not in starts)
        ranges = [part for place in blocks for part in self._in_cell(place)] + exact
        coming = sorted(ranges, key=lambda place: place.start, reverse=True)
        around: list[Range] = []
        latest: list[Range] = []
        for mark in self._all_marks():
            while coming and coming[-1].start <= mark.start:
                around.append(coming.pop())
            around = [place for place in around if mark.start < place.end]
            is_idle = not any(map(mark.agrees_with, around))
            if is_idle:
                self.marks.add(mark.start)
            if any(place.holds(mark.start) and mark.agrees_with(place) for place in latest):
                continue
            if is_idle:
                latest = [*self._in_effect(mark)]
                self.idle += latest
                ranges += latest
            elif part := _PART.match(self._record.lines[mark.start[0]], mark.start[1] - 1):
                self._tell(mark, f"`<{part[1]}>`, a part of a block,")
        self.ranges = sorted(dict.fromkeys(ranges), key=lambda place: (place.start, place.end))

    # --- what constructs withhold ---

    def _is_exact(self, place: Range) -> bool:
        """Return whether the recorded place is certainly that in the source."""
        first = self._record.lines.get(place.start[0], "")[place.start[1] - 1 :][:1]
        last = self._record.lines.get(place.end[0], "")[: place.end[1] - 1][-1:]
        ends = place.end[1] == LINE_END or first == "<" or last == "}"
        return ends and first != "" and first in "[!<`@^-:/~\\"

    def _of_nodes(self) -> Iterator[Range]:
        """The ranges of blocks; that of a heading is its section."""
        groups: list[tuple[Node, ...]] = [self._document.blocks, self._document.notes]
        for node in walk(top_level(self._document)):
            if isinstance(node, model.DefinitionItem):
                groups += node.definitions
            else:
                groups.append(children(node))
        for siblings in groups:
            yield from self._among(siblings)

    def _among(self, siblings: tuple[Node, ...]) -> Iterator[Range]:
        for number, node in enumerate(siblings):
            if not node.span:
                continue
            start, conditions = (node.span.line, node.span.column), _conditions(node)
            if isinstance(node, Heading):
                self._headings[start] = (siblings, number)
            if conditions == NO_ATTRIBUTES:
                continue
            if isinstance(node, Heading):
                yield Range(start, self._section_end(start), conditions)
            elif isinstance(node, Block | model.ListItem | model.Note):
                end = (self._last_line(node.span), LINE_END)
                is_answer = isinstance(node, model.Answer | model.TeacherNote)
                yield Range(start, end, conditions, is_answer=is_answer)

    def _last_line(self, span: Span) -> int:
        """The last line of a block, with definitions at its end, which are no blocks in it."""
        last = max(span.line, span.end)
        return min(
            (n for n in self._reach.get((span.line, span.column), ()) if n >= last), default=last
        )

    def _section_end(self, start: Place) -> Place:
        """The end of the section of the heading at a place; all of a block has one that is its
        title."""
        if start not in self._headings:
            return self._end_around(start)
        siblings, number = self._headings[start]
        level = self._level(siblings[number])
        for node in islice(siblings, number + 1, None):
            if isinstance(node, Heading) and node.span and self._level(node) <= level:
                return node.span.line - 1, LINE_END
        return self._end_around(start)

    def _level(self, heading: Node) -> int:
        assert isinstance(heading, Heading)
        assert heading.span is not None
        return min(6, heading.level + self._files.lines.place(heading.span.line)[0].shift)

    def _end_around(self, place: Place) -> Place:
        """The end of the content of what is around a place."""
        around = self._elements.container_at(place)
        is_closed = around.get("closed") == "yes"
        end = (around.end - is_closed, LINE_END)
        frames = [
            frame
            for frame in self._record.frames
            if (around.line, around.column) <= frame[0] < place < frame[1] <= end
        ]
        return max(frames)[1] if frames else end

    def _in_cell(self, place: Range) -> Iterator[Range]:
        """A range, or its lines in the cell of a grid table that it stands in."""
        cell = self._elements.cell_at(place.start)
        if cell is None:
            yield place
            return
        for line in cell.state:
            if place.start[0] <= line.number <= place.end[0] and line:
                first = max(line.offset, place.start[1] if line.number == place.start[0] else 1)
                end = (line.number, line.offset + len(line))
                yield Range((line.number, first), end, place.conditions)

    # --- marks ---

    def _all_marks(self) -> Iterator[Mark]:
        """The marks in the text, outside code, formulas and comments."""
        lines = self._record.lines
        verbatim = (place for place in self._verbatim() if place.start[0] in lines)
        rest = Cuts(verbatim, self._record)
        run: list[str] = []
        for number, following in pairwise((*sorted(lines), 0)):
            run.append(rest.line(number, lines[number]) or "")
            if following != number + 1:
                yield from marks_in("\n".join(run), number - len(run) + 1)
                run = []

    def _verbatim(self) -> Iterator[Range]:
        for place in self._record.verbatim:
            yield Range(*place, NO_ATTRIBUTES)
        for element in self._elements.parents:
            is_code = element.tag == "pre" and element.get("language") not in FENCES
            is_indented = isinstance(element.processor, IndentedCodeProcessor)
            is_code &= is_indented or isinstance(element.processor, FenceProcessor)
            for number in (line.number for line in element.lines):
                if (is_code or element.tag == "math") and (number != element.line or is_indented):
                    yield Range((number, 1), (number, LINE_END), NO_ATTRIBUTES)

    def _in_effect(self, mark: Mark) -> Iterator[Range]:
        """The range of a mark that no construct takes up."""
        places = extent(mark, self._record.lines[mark.start[0]])
        heading = self._elements.heading_at(mark.start)
        if places and not (heading is not None and mark.written == "tag"):
            if mark.written == "tag":
                self._tell(mark, "The text of this tag")
            yield Range(*places, mark.conditions)
            return
        block = self._elements.innermost(mark.start)
        if heading is not None and mark.written != "box":
            self._tell(mark, "The section")
            start = (heading.line, heading.column)
            yield Range(start, self._section_end(start), mark.conditions)
            return
        parents = self._elements.parents
        while block.tag in _PARTS or (mark.written == "box" and block.tag == "p"):
            block = parents[block]
        if block is self._elements.root:
            message = "This mark withholds nothing: there is no block around it."
            span = Span(*mark.start)
            self.findings.append(diagnostic(Code.LOST_MARK, message, span=span, hint=_HINT))
            return
        self._tell(mark, "The block around it")
        place = Range(
            (block.line, block.column), (max(block.end, block.last_read), LINE_END), mark.conditions
        )
        yield from self._in_cell(place)

    def _tell(self, mark: Mark, subject: str) -> None:
        message = f"{subject} is withheld from some editions, because of this mark."
        span = Span(*mark.start)
        self.findings.append(diagnostic(Code.MISPLACED_MARK, message, span=span, hint=_HINT))


_HINT = "Put what it is about between `::: answer` and `:::`, or leave the mark out."


def _conditions(node: Node) -> Attributes:
    if isinstance(node, model.Answer | model.TeacherNote):
        return Attributes(classes=(ANSWER if isinstance(node, model.Answer) else TEACHER,))
    return conditions_of(node.attributes)
