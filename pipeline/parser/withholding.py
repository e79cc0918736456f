"""The places of a source that are withheld from some editions.

A construct is withheld with everything that stands inside it. Each mark that can withhold something
takes effect: one that no construct takes up, for example in a title, withholds the innermost block
around it, and the author is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline import model
from pipeline.model import (
    NO_ATTRIBUTES,
    Attributes,
    Block,
    Document,
    Heading,
    Node,
    Withheld,
    removal,
)
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.tree import TEACHER, all_spans, answer_text, children, walk
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import FENCES
from pipeline.parser.files import SourceFiles
from pipeline.parser.marks import Mark, extent, marks_in
from pipeline.parser.ranges import LINE_END, Place, Range, SourceRecord

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARTS = frozenset({"td", "th", "tr", "cell", "dt", "title"})
"""Elements that are parts of a block."""


class Found(NamedTuple):
    """The ranges of a text, in its order, and findings about marks that nothing takes up."""

    ranges: list[Range]
    findings: list[Diagnostic]


def may_withhold(files: SourceFiles) -> bool:
    """Return whether a text that was read can withhold anything: most have no such characters."""
    return any(_MAY.search(line) for line in files.record.lines.values())


_MAY = re.compile(r"[{<]|\[!|:::|!!!|\?\?\?|///|```|~~~|\\begin")


def withheld(document: Document, root: BlockElement, files: SourceFiles) -> Found:
    """The ranges that a text withholds, given its document and its element tree."""
    search = _Search(document, root, files)
    return Found(search.ranges, search.findings)


def solutions(document: Document) -> Iterator[Withheld]:
    """The answers in nodes that all editions get."""
    for node, span in all_spans(document):
        place = span or Span(0)
        if isinstance(node, model.Blank) and node.answer:
            text = answer_text(node.answer)
            yield Withheld(place, 0, Attributes(classes=("answer",)), text, "solution")
        elif isinstance(node, model.Math | model.MathBlock):
            for gap in filter(None, (gap.answer for gap in removal.gaps(node.tex))):
                yield Withheld(place, 0, Attributes(classes=("answer",)), gap, "solution")


class _Search:
    def __init__(self, document: Document, root: BlockElement, files: SourceFiles) -> None:
        self._document, self._root, self._files = document, root, files
        self._record: SourceRecord = files.record
        self.findings: list[Diagnostic] = []
        exact = [place for place in self._record.ranges if self._is_exact(place)]
        starts = {place.start for place in exact}
        blocks = (place for place in self._of_nodes() if place.start not in starts)
        ranges = [part for place in blocks for part in self._in_cell(place)] + exact
        for mark in self._marks():
            if not mark.takes_effect_in(ranges):
                ranges += self._in_effect(mark)
        self.ranges = sorted(dict.fromkeys(ranges), key=lambda place: (place.start, place.end))

    # --- what constructs withhold ---

    def _is_exact(self, place: Range) -> bool:
        """Return whether the recorded place is certainly that in the source."""
        first = self._record.lines.get(place.start[0], "")[place.start[1] - 1 :][:1]
        last = self._record.lines.get(place.end[0], "")[: place.end[1] - 1][-1:]
        return first in "[!<`@^-" and last in "}>" and bool(first) and bool(last)

    def _of_nodes(self) -> Iterator[Range]:
        """The ranges of blocks; that of a heading is its section."""
        tops = (*self._document.blocks, *self._document.notes)
        yield from self._among(self._document.blocks)
        for node in walk(tops):
            if isinstance(node, model.DefinitionList | model.DefinitionItem | model.Table):
                continue
            yield from self._among(children(node))
        yield from self._among(self._document.notes)

    def _among(self, siblings: tuple[Node, ...]) -> Iterator[Range]:
        for number, node in enumerate(siblings):
            conditions = _conditions(node)
            if conditions == NO_ATTRIBUTES or not node.span:
                continue
            start = (node.span.line, node.span.column)
            if isinstance(node, Heading):
                yield Range(start, self._section_end(node, siblings[number + 1 :]), conditions)
            elif isinstance(node, Block | model.ListItem | model.Note):
                if isinstance(node, model.ListItem) and self._is_marked_item(start):
                    first = next((one.span for one in node.children if one.span), node.span)
                    start = (first.line, first.column)
                end = (max(node.span.line, node.span.end), LINE_END)
                is_answer = isinstance(node, model.Answer | model.TeacherNote)
                yield Range(start, end, conditions, is_answer=is_answer)

    def _is_marked_item(self, start: Place) -> bool:
        """Return whether an item begins with the marker of a list, which stays."""
        return self._record.lines.get(start[0], "")[start[1] - 1 :][:1] not in ("", "<")

    def _section_end(self, heading: Heading, following: tuple[Node, ...]) -> Place:
        assert heading.span is not None
        level = self._level(heading)
        for node in following:
            if isinstance(node, Heading) and node.span and self._level(node) <= level:
                return self._before(node.span)
        return self._end_around((heading.span.line, heading.span.column))

    def _level(self, heading: Heading) -> int:
        assert heading.span is not None
        return min(6, heading.level + self._files.lines.place(heading.span.line)[0].shift)

    def _before(self, span: Span) -> Place:
        """The end of what stands before a block: of the line before it, or on the same line."""
        before = self._record.lines.get(span.line, "")[: span.column - 1]
        return (span.line, span.column) if "<" in before else (span.line - 1, LINE_END)

    def _end_around(self, place: Place) -> Place:
        """The end of the content of what is around a place."""
        around = self._around(place, containers=True)
        is_closed = around.get("closed") == "yes"
        end = (around.end - is_closed, LINE_END)
        frames = [
            frame
            for frame in self._record.frames
            if (around.line, around.column) <= frame[0] < place < frame[1] <= end
        ]
        return max(frames)[1] if frames else end

    def _around(self, place: Place, *, containers: bool = False) -> BlockElement:
        """The innermost element around a place."""
        element = self._root
        while True:
            inner = [
                child
                for child in element.blocks
                if (child.line, child.column) <= place
                and place[0] <= child.end
                and not (containers and child.lines)
                and child.tag not in _HEADINGS
            ]
            if not inner:
                return element
            element = inner[-1]

    def _in_cell(self, place: Range) -> Iterator[Range]:
        """A range, or its lines in the cell of a grid table that it stands in."""
        cell = self._around(place.start)
        while cell is not self._root and cell.tag != "cell":
            cell = self._parents.get(cell, self._root)
        if cell.tag != "cell" or not isinstance(cell.state, list):
            yield place
            return
        for line in cell.state:
            if place.start[0] <= line.number <= place.end[0] and line:
                first = max(line.offset, place.start[1] if line.number == place.start[0] else 1)
                end = (line.number, line.offset + len(line))
                yield Range((line.number, first), end, place.conditions)

    @property
    def _parents(self) -> dict[BlockElement, BlockElement]:
        return {
            child: parent
            for parent in self._root.iter()
            if isinstance(parent, BlockElement)
            for child in parent.blocks
        }

    # --- marks ---

    def _marks(self) -> Iterator[Mark]:
        """The marks in the text, outside code, formulas and comments."""
        numbers = sorted(self._record.lines)
        hidden = self._hidden_lines()
        verbatim = sorted(self._record.verbatim)
        run: list[str] = []
        for at, number in enumerate(numbers):
            run.append("" if number in hidden else self._record.lines[number])
            if at + 1 == len(numbers) or numbers[at + 1] != number + 1:
                for mark in marks_in("\n".join(run), number - len(run) + 1):
                    if not any(start <= mark.start < end for start, end in verbatim):
                        yield mark
                run = []

    def _hidden_lines(self) -> set[int]:
        hidden: set[int] = set()
        for element in self._root.iter():
            if not isinstance(element, BlockElement):
                continue
            is_code = element.tag == "pre" and element.get("language") not in FENCES
            if is_code or element.tag == "math":
                lines = (line.number for line in element.lines)
                hidden |= {number for number in lines if number != element.line}
                if element.get("info") is None:  # indented
                    hidden.add(element.line)
        for first, last in self._record.comments:
            hidden |= {*range(first, last + 1)}
        return hidden

    def _in_effect(self, mark: Mark) -> Iterator[Range]:
        """The range of a mark that no construct takes up."""
        found = extent(mark, self._record.lines[mark.start[0]])
        heading = self._heading_at(mark.start)
        if found and not (heading is not None and mark.written == "tag"):
            if mark.written == "tag":
                self._tell(mark, "The text of this tag")
            yield Range(*found, mark.conditions)
            return
        block = self._around(mark.start)
        if heading is not None:
            self._tell(mark, "The section")
            yield Range((heading.line, heading.column), self._end_of(heading), mark.conditions)
            return
        parents = self._parents
        while block.tag in _PARTS or (mark.written == "box" and block.tag == "p"):
            block = parents.get(block, self._root)
        if block is self._root:
            message = "This mark withholds nothing: there is no block around it."
            span = Span(*mark.start)
            self.findings.append(diagnostic(Code.LOST_MARK, message, span=span, hint=_HINT))
            return
        self._tell(mark, "The block around it")
        place = Range((block.line, block.column), (block.end, LINE_END), mark.conditions)
        yield from self._in_cell(place)

    def _heading_at(self, place: Place) -> BlockElement | None:
        for element in self._root.iter():
            if (
                isinstance(element, BlockElement)
                and element.tag in _HEADINGS
                and element.line <= place[0] <= element.end
                and element.column <= place[1]
            ):
                return element
        return None

    def _end_of(self, heading: BlockElement) -> Place:
        """The end of the section of a heading."""
        siblings = self._parents[heading].blocks
        for element in siblings[siblings.index(heading) + 1 :]:
            if element.tag in _HEADINGS and element.tag <= heading.tag:
                return (element.line - 1, LINE_END)
        return self._end_around((heading.line, heading.column))

    def _tell(self, mark: Mark, what: str) -> None:
        message = f"{what} is withheld from some editions, because nothing else takes up this mark."
        span = Span(*mark.start)
        self.findings.append(diagnostic(Code.MISPLACED_MARK, message, span=span, hint=_HINT))


_HINT = "Put what it is about between `::: answer` and `:::`, or leave the mark out."


def _conditions(node: Node) -> Attributes:
    if isinstance(node, model.Answer | model.TeacherNote):
        return Attributes(classes=(TEACHER,))
    return conditions_of(node.attributes)
