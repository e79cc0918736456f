"""The places of a source that are withheld from some editions."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Document, Heading, Node
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.removal import BLOCK
from pipeline.model.tree import (
    ANSWER,
    TEACHER,
    Changes,
    all_nodes,
    children,
    is_for_teachers,
    rewrite_document,
    top_level,
    walk,
)
from pipeline.parser.attributes import join_attributes, make_attributes, read_attributes
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import FENCES
from pipeline.parser.files import SourceFiles
from pipeline.parser.leaf_blocks import FenceProcessor, IndentedCodeProcessor
from pipeline.parser.withheld_ranges import LINE_END, Cuts, Place, Range, SourceRecord
from pipeline.parser.withholding_marks import Mark, extent, is_list, marks_in

# --- elements --------------------------------------------------------------------------------
# The elements of a text by their places in it.

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class Elements:
    """The elements in ``root``, and the ``parents`` of each; that of the root is itself."""

    def __init__(self, root: BlockElement) -> None:
        self.root = root
        self.parents = {root: root}
        for parent in root.iter():
            if isinstance(parent, BlockElement):
                self.parents.update(dict.fromkeys(parent.blocks, parent))
        self._has_cells = False
        self._cells: dict[tuple[BlockElement, int], list[BlockElement]] = {}
        for cell in [each for each in self.parents if each.tag == "cell"]:
            self._has_cells = True
            table = self.parents[self.parents[cell]]
            for line in cell.state:
                self._cells.setdefault((table, line.number), []).append(cell)
        self._blocks: dict[BlockElement, tuple[list[BlockElement], list[Place]]] = {}

    def innermost(self, place: Place) -> BlockElement:
        """The innermost element around a place, headings apart."""
        return self._innermost(place, lambda element: element.tag not in HEADINGS)

    def container_at(self, place: Place) -> BlockElement:
        """The innermost element around a place that can have blocks in it."""
        return self._innermost(place, lambda element: not element.lines)

    def heading_at(self, place: Place) -> BlockElement | None:
        """The heading at a place."""
        innermost = self._innermost(place, lambda element: True)
        return innermost if innermost.tag in HEADINGS else None

    def cell_at(self, place: Place) -> BlockElement | None:
        """The cell of a grid table around a place."""
        element = self.innermost(place) if self._has_cells else self.root
        while element is not self.root and element.tag != "cell":
            element = self.parents[element]
        return None if element is self.root else element

    def neighbours(self, element: BlockElement) -> tuple[list[BlockElement], list[BlockElement]]:
        """The block before an element, if there is one, and the one after it."""
        blocks, starts = self._blocks_in(self.parents[element])
        at = bisect_right(starts, (element.line, element.column)) - 1
        return blocks[max(0, at - 1) : at], blocks[at + 1 : at + 2]

    def _innermost(self, place: Place, counts: Callable[[BlockElement], bool]) -> BlockElement:
        element = self.root
        while True:
            inner = self._cell_in(element, place)
            if inner is None:
                blocks, starts = self._blocks_in(element)
                at = bisect_right(starts, place) - 1
                inner = blocks[at] if at >= 0 else None
            if inner is None or place[0] > max(inner.end, inner.last_read) or not counts(inner):
                return element
            element = inner

    def _cell_in(self, table: BlockElement, place: Place) -> BlockElement | None:
        """The cell around a place in a grid table, whose cells share lines."""
        cells = self._cells.get((table, place[0]), ())
        beside = (cell for cell in cells if cell.column <= place[1])
        return max(beside, key=lambda cell: cell.column, default=None)

    def _blocks_in(self, element: BlockElement) -> tuple[list[BlockElement], list[Place]]:
        """The blocks in an element but for comments, and where they begin, in order."""
        if element not in self._blocks:
            others = (block for block in element.blocks if not _is_comment(block))
            blocks = sorted(others, key=lambda block: (block.line, block.column))
            self._blocks[element] = blocks, [(block.line, block.column) for block in blocks]
        return self._blocks[element]


# --- withholding -----------------------------------------------------------------------------
# The places of a source that are withheld from some editions.
#
# A construct is withheld with everything that stands inside it. Each mark that can withhold
# something takes effect: one that no construct takes up, for example in a title, withholds the
# innermost block around it, and the author is told.

_PART = late(r"<(abbr|caption|colgroup|dd|dt|figcaption|tbody|tfoot|thead)\b", re.I)
_HEADING, _GROUP = late(r"<h[1-6]\b", re.I), late(r"<h(?:group|eader)\b", re.I)
_PARTS = frozenset({"td", "th", "tr", "cell", "dt", "title"})
"""Elements that are parts of a block."""


_LETTER = late(r"[^\W_]")
_BRACKET = late(r"\\.|\[|\]")

_SIGNS = ("{", "<", "[!", "[ !", "::", "!!!", "???", "///", "```", "~~~", "\\begin")
"""Characters without which a text of no other tool withholds anything, as most do."""


def without_empty(document: Document) -> Document:
    """The document without answers and notes for teachers that have nothing but definitions."""

    def leave(node: model.Answer | model.TeacherNote) -> Node | tuple[Node, ...]:
        is_empty = children(node) == () and BLOCK not in node.attributes.classes
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
        if around[0] or is_for_teachers(node) or not (classes := classes_of(node)):
            return node
        return replace(
            node, attributes=join_attributes(node.attributes, make_attributes(classes=classes))
        )

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
        if files.dialects or any(mark in text for mark in _SIGNS):
            self._search(root)

    def _search(self, root: BlockElement) -> None:
        """Sweep the marks once, in the order of the source. ``coming`` are the ranges that begin
        further on, the next one last; ``around`` those that hold the mark, and ``latest`` what the
        last idle mark withholds. A mark that no range around it agrees with is idle: it withholds
        what it is in effect on; one in a range that agrees withholds what is beside it, if
        anything."""
        self._elements = Elements(root)
        self._reach: dict[Place, list[int]] = {}
        self._headings: dict[Place, tuple[tuple[Node, ...], int]] = {}
        for element in self._elements.parents:
            if not element.lines:
                place = (element.line, element.column)
                self._reach.setdefault(place, []).append(element.last_read)
        nodes = [*self._of_nodes()]
        exact = [
            self._with_section(place)
            for place in self._record.ranges
            if self._is_exact(place) and place.start not in self._headings
        ]
        starts = {place.start for place in exact}
        blocks = (place for place in nodes if place.start not in starts)
        ranges = [part for place in (*blocks, *exact) for part in self._in_cell(place)]
        coming = sorted(ranges, key=lambda place: place.start, reverse=True)
        around: list[Range] = []
        latest: list[Range] = []
        for mark in self._all_marks():
            while coming and coming[-1].start <= mark.start:
                around.append(coming.pop())
            around = [place for place in around if mark.start < place.end]
            is_idle = not any(map(mark.agrees_with, around))
            if is_idle and self._is_readable(mark):
                self.marks.add(mark.start)
            if any(place.holds(mark.start) and mark.agrees_with(place) for place in latest):
                continue
            if is_idle:
                latest = [*self._in_effect(mark)]
                self.idle += latest
                ranges += latest
            elif part := _PART.match(self._record.lines[mark.start[0]], mark.start[1] - 1):
                innermost = max(each for each in around if mark.agrees_with(each))
                self._tell(mark, f"`<{part[1]}>`, a part of a block,", innermost)
            elif more := self._more_beside(mark, around):
                self.idle.append(more)
                ranges.append(more)
        self.idle += [part for place in ranges for part in self._included_parts(place)]
        self.ranges = sorted(dict.fromkeys(ranges), key=lambda place: (place.start, place.end))

    def _is_readable(self, mark: Mark) -> bool:
        line = self._record.lines[mark.start[0]]
        return mark.written != "list" or read_attributes(line, mark.start[1] - 1) is not None

    def _more_beside(self, mark: Mark, around: list[Range]) -> Range | None:
        """The blocks beside a paragraph whose first or last line is a mark."""
        line = self._record.lines[mark.start[0]]
        if mark.written != "list" or line[mark.end[1] - 1 :].strip():
            return None
        block = self._elements.innermost(mark.start)
        start = (block.line, block.column)
        if block.tag != "p" or any(
            place.start < start and mark.agrees_with(place) for place in around
        ):
            return None
        is_first = start == mark.start
        is_last = mark.start[0] == block.end and not line[: mark.start[1] - 1].strip("> \t")
        return self._range_beside(mark, block) if is_first or is_last else None

    # --- what constructs withhold ---

    def _is_exact(self, place: Range) -> bool:
        """Return whether the recorded place is certainly that in the source."""
        first = self._record.lines.get(place.start[0], "")[place.start[1] - 1 :][:1]
        last = self._record.lines.get(place.end[0], "")[: place.end[1] - 1][-1:]
        ends = place.end[1] == LINE_END or first == "<" or last == "}"
        return ends and first != "" and first in "[!<`@^-:/~\\"

    def _with_section(self, place: Range) -> Range:
        """A range with all after it if it begins as a heading, which is none where it stands."""
        line = self._record.lines.get(place.start[0], "")
        if not _HEADING.match(line, place.start[1] - 1):
            return place
        block_end = self._elements.innermost(place.start).end, LINE_END
        return place._replace(end=max(place.end, block_end, self._end_around(place.start)))

    def _of_nodes(self) -> Iterator[Range]:
        """The ranges of blocks; that of a heading is its section."""
        groups: list[tuple[Node, ...]] = [self._document.blocks, self._document.notes]
        for node in walk(top_level(self._document)):
            if isinstance(node, model.DefinitionItem):
                groups += node.definitions
            else:
                groups.append(children(node))
        for siblings in groups:
            yield from self._ranges_among(siblings)

    def _ranges_among(self, siblings: tuple[Node, ...]) -> Iterator[Range]:
        for number, node in enumerate(siblings):
            if not node.span:
                continue
            start, conditions = (node.span.line, node.span.column), _conditions(node)
            if isinstance(node, Heading):
                self._headings[start] = (siblings, number)
            if conditions == NO_ATTRIBUTES:
                continue
            if isinstance(node, Heading):
                yield Range(self._group_at(start), self._section_end(start), conditions)
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
                if self._files.lines.includes(start[0], node.span.line):
                    continue
                return node.span.line - 1, LINE_END
        return self._end_around(start)

    def _included_parts(self, place: Range) -> Iterator[Range]:
        """The parts of a section that begin with headings of an included file and of its level."""
        siblings, number = self._headings.get(place.start, ((), 0))
        level = self._level(siblings[number]) if siblings else 0
        lines, is_told = self._files.lines, False
        for node in islice(siblings, number + 1, None) if not lines.is_plain else ():
            if not node.span or node.span.line > place.end[0]:
                return
            if not isinstance(node, Heading) or self._level(node) > level:
                continue
            if not is_told:
                is_told = True
                begin = lines.place(place.start[0])[1]
                message = f"This section is withheld with that of line {begin}, which includes it."
                hint = f"Lower its level: write `shift={level - self._level(node) + 1}`"
                hint += " in the include; or begin another section before that."
                span = Span(node.span.line, node.span.column)
                self.findings.append(diagnostic(Code.MISPLACED_MARK, message, span=span, hint=hint))
            yield Range((node.span.line, node.span.column), place.end, place.conditions)

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
            and not self._is_group(frame[0])
        ]
        return max(frames)[1] if frames else end

    def _is_group(self, start: Place) -> bool:
        """Return whether an element has the title of what is after it."""
        return _GROUP.match(self._record.lines.get(start[0], ""), start[1] - 1) is not None

    def _group_at(self, place: Place) -> Place:
        """The beginning of the group of titles around a heading, or its own."""
        around = (start for start, end in self._record.frames if start < place < end)
        return min(filter(self._is_group, around), default=place)

    def _in_cell(self, place: Range) -> Iterator[Range]:
        """A range, or its lines in the cell of a grid table that it stands in."""
        cell = self._elements.cell_at(place.start)
        is_within_line = place.start[0] == place.end[0] and place.end[1] != LINE_END
        if cell is None or is_within_line:
            yield place
            return
        for line in cell.state:
            number, ends = line.number, line.offset + len(line)
            first = max(line.offset, place.start[1] if number == place.start[0] else 1)
            end = min(ends, place.end[1] if number == place.end[0] else ends)
            if place.start[0] <= number <= place.end[0] and first < end:
                is_part = place.start[0] < place.end[0]
                yield Range((number, first), (number, end), place.conditions, is_part=is_part)

    # --- marks ---

    def _all_marks(self) -> Iterator[Mark]:
        """The marks in the text."""
        run: list[str] = []
        for (number, line), (following, _) in pairwise((*self._lines_of_text(), (0, ""))):
            run.append(line)
            if following != number + 1:
                yield from marks_in("\n".join(run), number - len(run) + 1)
                run = []

    def _lines_of_text(self) -> Iterator[tuple[int, str]]:
        """The lines without code and comments."""
        lines = self._record.lines
        verbatim = (place for place in self._verbatim() if place.start[0] in lines)
        rest = Cuts(verbatim, self._record)
        for number in sorted(lines):
            yield number, rest.line(number, lines[number]) or ""

    def _verbatim(self) -> Iterator[Range]:
        for place in self._record.verbatim:
            yield Range(*place, NO_ATTRIBUTES)
        for element in self._elements.parents:
            is_code = element.tag == "pre" and element.get("language") not in FENCES
            is_indented = isinstance(element.processor, IndentedCodeProcessor)
            is_code &= is_indented or isinstance(element.processor, FenceProcessor)
            for number in (line.number for line in element.lines):
                if is_code and (number != element.line or is_indented):
                    yield Range((number, 1), (number, LINE_END), NO_ATTRIBUTES)

    def _in_effect(self, mark: Mark) -> Iterator[Range]:
        """The range of a mark that no construct takes up."""
        line = self._record.lines[mark.start[0]]
        places = extent(mark, line)
        heading = self._elements.heading_at(mark.start)
        if places and not (heading is not None and mark.written == "tag"):
            place = Range(*places, mark.conditions)
            if mark.written == "tag":
                place = self._with_section(place)
                self._tell(mark, "The text of this tag", place)
            yield place
            return
        block = self._elements.innermost(mark.start)
        if heading is not None and mark.written != "box":
            start = begin = (heading.line, heading.column)
            opening = self._brackets.get((mark.start[0], mark.start[1] - 1), start)
            if opening < start:  # its brackets begin in a block above it
                above = self._elements.innermost(opening)
                begin = (above.line, above.column)
            place = Range(begin, self._section_end(start), mark.conditions)
            self._tell(mark, "The section", place)
            yield place
            return
        if _is_alone(block):
            if beside := self._range_beside(mark, block):
                yield beside
                return
            block = self._elements.parents[block]
        first = self._first_in_brackets(mark, block)
        if first is not None:
            block, last = first
        else:
            parents = self._elements.parents
            while block.tag in _PARTS or (
                mark.written == "box" and parents[block].tag == "blockquote"
            ):
                block = parents[block]
            last = block
        is_empty = mark.written == "box" and block.end == block.line and not line[mark.end[1] :]
        if block is self._elements.root and _LETTER.search(line[: mark.start[1] - 1]):
            place = Range((mark.start[0], 1), (mark.start[0], LINE_END), mark.conditions)
            self._tell(mark, "The line around it", place)  # of a table in a file, a definition
            yield place
            return
        if is_empty or block is self._elements.root:
            message = "This mark withholds nothing: there is no block around it."
            span = Span(*mark.start)
            self.findings.append(diagnostic(Code.LOST_MARK, message, span=span, hint=_HINT))
            return
        end = self._end_of(last)
        if mark.written == "name":  # of a block whose beginning or end cannot be read
            end = max(end, self._end_around(mark.start))
        place = Range((block.line, block.column), end, mark.conditions)
        self._tell(mark, "The block around it" if last is block else "The blocks around it", place)
        yield from self._in_cell(place)

    def _end_of(self, block: BlockElement) -> Place:
        """The end of a block: of a heading, that of its section, of HTML, that of its element."""
        start = (block.line, block.column)
        if block.tag in HEADINGS:
            return self._section_end(start)
        frame = self._frames.get(start, start)
        return max(block.end, block.last_read, frame[0]), LINE_END

    @functools.cached_property
    def _frames(self) -> dict[Place, Place]:
        return dict(sorted(self._record.frames))

    def _range_beside(self, mark: Mark, block: BlockElement) -> Range | None:
        """The blocks directly above or below a list that is a line of its own; if it stands apart
        from both, or touches both, these two."""
        above, below = self._elements.neighbours(block)
        if above and above[0].tag == "html" and self._end_of(above[0]) > mark.start:
            above = []  # it is around it
        if below and below[0].tag == "html" and below[0].lines[0].startswith("</"):
            below = []
        near_above = [each for each in above if max(each.end, each.last_read) == block.line - 1]
        near_below = [each for each in below if each.line == block.end + 1]
        if near_above or near_below or not _is_alone(block):
            above, below = near_above, near_below
        if not (above or below):
            return None
        first = (*above, block)[0]
        end = max(self._end_of(each) for each in (*above, block, *below))
        place = Range((first.line, first.column), end, mark.conditions)
        if above and below:
            self._tell(mark, "The blocks beside it", place)
        elif not (near_above or near_below):
            self._tell(mark, "The block beside it", place)
        return place

    def _first_in_brackets(
        self, mark: Mark, block: BlockElement
    ) -> tuple[BlockElement, BlockElement] | None:
        """The blocks with the brackets that end before a mark, if these are in several."""
        opening = self._brackets.get((mark.start[0], mark.start[1] - 1))
        if mark.written != "list" or opening is None:
            return None
        first, parents = self._elements.innermost(opening), self._elements.parents
        around = {first: first}
        while first is not self._elements.root:
            around[parents[first]] = first
            first = parents[first]
        while parents[block] not in around:
            block = parents[block]
        first = around[parents[block]]
        return None if first in (block, self._elements.root) else (first, block)

    @functools.cached_property
    def _brackets(self) -> dict[Place, Place]:
        """The places of brackets before attribute lists, and of those that open them."""
        opened: list[Place] = []
        pairs: dict[Place, Place] = {}
        for number, line in self._lines_of_text():
            for bracket in _BRACKET.finditer(line):
                place = (number, bracket.start() + 1)
                if bracket[0] == "[":
                    opened.append(place)
                elif bracket[0][0] == "]" and opened:
                    pairs[place] = opened.pop()
        return pairs

    def with_lines(self, finding: Diagnostic) -> Diagnostic:
        """A finding about a name like one for an answer, with the lines that are withheld."""
        if finding.code != Code.NEARLY_SECRET.slug:
            return finding
        place = (finding.line, finding.column)
        at = bisect_right(self.ranges, place, key=lambda each: each.start)
        before = (self.ranges[number] for number in range(at - 1, -1, -1))
        around = next((each for each in before if each.holds(place)), None)
        told = f"{finding.message[:-1]}: {self._lines(around)}." if around else finding.message
        return replace(finding, message=told)

    def _lines(self, place: Range) -> str:
        span = self._files.lines.span(Span(*place.start, place.end[0]))
        last = max(span.line, span.end)
        return f"line {span.line}" if last == span.line else f"lines {span.line} to {last}"

    def _tell(self, mark: Mark, subject: str, place: Range) -> None:
        verb, lines = "are" if "blocks" in subject else "is", self._lines(place)
        message = f"{subject} {verb} withheld from some editions, because of this mark: {lines}."
        span = Span(*mark.start)
        self.findings.append(diagnostic(Code.MISPLACED_MARK, message, span=span, hint=_HINT))


_HINT = "Put what it is about between `::: answer` and `:::`, or leave the mark out."


def _is_comment(block: BlockElement) -> bool:
    text = "\n".join(block.lines).strip() if block.tag == "html" else ""
    return text.startswith("<!--") and text.find("-->") == len(text) - 3


def _is_alone(block: BlockElement) -> bool:
    """Return whether a block is a list of attributes; below a table, that is still a text."""
    is_line = block.tag == "p" and len(block.lines) == 1 and block.lines[0].startswith("{")
    return block.tag == "mark" or (is_line and is_list(block.lines[0]))


def _conditions(node: Node) -> Attributes:
    if isinstance(node, model.Answer | model.TeacherNote):
        return Attributes(classes=(ANSWER if isinstance(node, model.Answer) else TEACHER,))
    return conditions_of(node.attributes)
