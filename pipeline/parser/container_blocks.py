"""Blocks that hold blocks: quotes, lists, containers, directives, and included files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice, pairwise
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote

from pipeline.model import NO_ATTRIBUTES, UNTITLED, Attributes
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.secrets import secret
from pipeline.model.tree import ANSWER, FIXED, FOR_TEACHERS, POINT_KEYS
from pipeline.parser import dialects
from pipeline.parser.attributes import (
    HINT,
    attributes_with_id,
    join_attributes,
    make_attributes,
    read_attributes,
    trailing_attributes,
)
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.dialects import Dialect, table
from pipeline.parser.frontmatter import of_other_tool, yaml
from pipeline.parser.lines import TAB, UNSEEN, Cursor, Line
from pipeline.parser.names import likely_secret, meant_name
from pipeline.parser.withholding_marks import OF_SOLUTION, is_list, is_marked, opens_block

# --- markers ---------------------------------------------------------------------------------
# Pandoc's markers of list items: letters, Roman numerals, ``#.``, ``(1)`` and ``(@)``.
#
# Ordinary text begins in the same way: a name (``A. Smith``), an abbreviation (``i. e.``), a
# copyright (``(c) 2024``). So a list begins where its marker is the first of its kind, after a
# capital letter with a period and two spaces; or wherever the next marker follows.

EXAMPLE = "example"
LETTERED = frozenset({"lower-alpha", "upper-alpha", "lower-roman", "upper-roman"})

_ITEM_MARKER = late(
    r"(?:\((?P<inner>[0-9]{1,3}|[A-Za-z]{1,7}|@[\w-]*)\)|(?P<outer>[A-Za-z]{1,7}|\#)(?P<end>[.)]))"
    r"(?P<spaces>[ \t]+)(?=\S)"
)
_ABBREVIATION = late(r"[A-Za-z]{1,3}\.")
_ROMAN = late(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_VALUES = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}


class ListMarker(NamedTuple):
    """``form`` is the punctuation of the marker: "." or ")" after it, or "()". ``spaces`` precede
    the text; ``may_begin`` says whether the marker can begin a list by itself."""

    style: str
    form: str
    number: int
    width: int
    spaces: int
    label: str
    may_begin: bool

    @property
    def kind(self) -> str:
        """Items of one kind belong to one list."""
        return "." if self.style == "" else self.style + self.form

    def precedes(self, other: ListMarker) -> bool:
        return self.style == EXAMPLE or other.number == self.number + 1


def read_marker(text: str, kind: str = "", expected: int = 0) -> ListMarker | None:
    """The marker at the beginning of ``text``; one of ``kind``, if possible. An ``i`` is the ninth
    letter only if that is ``expected``."""
    match = _ITEM_MARKER.match(text)
    if not match:
        return None
    written = match["inner"] or match["outer"]
    form = "()" if match["inner"] else match["end"]
    readings = list(_readings(written))
    if not readings:
        return None
    alike = [r for r in readings if r[0] + form == kind]
    if len(readings) > 1 and readings[0][1] == 1 and expected:
        alike = [r for r in alike if r[1] == expected]
    style, number = alike[0] if alike else readings[0]
    if written == "#":
        form = "."
    spaces = len(match["spaces"].expandtabs(4))
    is_first = number == 1 or style in ("decimal", EXAMPLE, "")
    if form == "." and style in LETTERED:
        apart = spaces > 1 and not text.startswith("\t", match.start("spaces"))
        upper = style.startswith("upper")
        short = _ABBREVIATION.match(text, match.end())
        is_first = apart or (is_first and not upper and not short)
    label = written[1:] if style == EXAMPLE else ""
    return ListMarker(
        style, form, number, match.start("spaces"), spaces if spaces < 5 else 1, label, is_first
    )


def _readings(written: str) -> list[tuple[str, int]]:
    """The styles that a marker can be of, and its number in each, the likeliest first."""
    if written == "#":
        return [("", 1)]
    if written.startswith("@"):
        return [(EXAMPLE, 0)]
    if written.isdecimal():
        return [("decimal", int(written))]
    case = "lower" if written.islower() else "upper" if written.isupper() else ""
    if not case:
        return []
    small = written.lower()
    readings = []
    if len(small) == 1:
        readings.append((f"{case}-alpha", ord(small) - ord("a") + 1))
    if _ROMAN.fullmatch(small):
        readings.append((f"{case}-roman", _value(small)))
    return readings[::-1] if small == "i" else readings


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(
        -value if any(value < later for later in values[n + 1 : n + 2]) else value
        for n, value in enumerate(values)
    )


# --- lists -----------------------------------------------------------------------------------
# Block quotes, lists and items (CommonMark 0.31.2, 5.1 to 5.3), also with Pandoc's markers.

QUESTION_DISTANCE = 12
"""The maximum number of blocks between two questions of an exercise."""

_BULLET = late(r"[*+-](?=[ \t]|$)")
_NUMBER = late(r"([0-9]{1,9})([.)])(?=[ \t]|$)")


class _Marker(NamedTuple):
    """``kind`` is the bullet, or the delimiter after a number. ``width`` is the marker's
    own, ``content`` that and the spaces up to the item's text, in columns."""

    kind: str
    start: int
    width: int
    content: int


class ListProcessor(LineProcessor):
    """The list itself; it continues as long as its items do, or another one follows."""

    container = True

    def holds(self, tag: str) -> bool:
        return tag == "li"

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """A list is loose if there is a blank line between two blocks in it."""
        neighbours = [*pairwise(block.blocks)]
        for item in block.blocks:
            neighbours += pairwise(child for child in item.blocks if child.tag != "note")
        loose = any(self.parser.gap(a.end, b.line) > 0 for a, b in neighbours)
        block.set("tight", "" if loose else "yes")


class ItemProcessor(LineProcessor):
    container = True

    def __init__(self, parser: Any) -> None:
        super().__init__(parser)
        self.lists = ListProcessor(parser)

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.indent < 4 and (cursor.char in "*+-(#" or cursor.char.isalnum())

    def start(self, cursor: Cursor) -> bool:
        around = self.parser.innermost
        marker = _read_marker(cursor, interrupts=around.tag == "p")
        style, form = "", ""
        if not marker and (lettered := self._read_lettered(cursor, around)):
            style, form = lettered.style, lettered.form
            number = self._example(lettered.label) if lettered.style == EXAMPLE else lettered.number
            marker = _Marker(
                lettered.kind, number, lettered.width, lettered.width + lettered.spaces
            )
        if not marker or self.parser.too_deep(cursor):
            return False
        if not _continues(around, marker, style):
            tag = "ol" if style or marker.kind in ".)" else "ul"
            style = style if style in LETTERED else ""
            start = str(marker.start)
            self.lists.open(cursor, tag, marker.kind, start=start, style=style, form=form)
        self.open(cursor, "li", cursor.indent + marker.content)
        cursor.skip_indent()
        cursor.skip_chars(marker.width)
        cursor.skip_columns(marker.content - marker.width)
        return True

    def _read_lettered(self, cursor: Cursor, around: BlockElement) -> ListMarker | None:
        """Pandoc's marker at the cursor: one that continues the list, or may begin one here."""
        kind, expected = "", 0
        if around.tag == "ol":
            kind, expected = around.state, _next(around)
        marker = read_marker(cursor.rest, kind, expected)
        if marker is None or (kind and marker.kind == kind):
            return marker
        if self._in_exercise():
            if question := self._next_question(cursor, around):
                return question
            is_first = marker.number == 1 and marker.style in LETTERED
            if is_first and (marker.form != "." or cursor.rest.rstrip().endswith("}")):
                return marker
        after = read_marker(self.parser.next_text(), marker.kind)
        followed = after is not None and after.kind == marker.kind and marker.precedes(after)
        is_inner = around.tag == "li" and not len(around)  # `- a) One`, `- b) Two` are one list
        begins = followed or (around.tag != "p" and marker.may_begin and not is_inner)
        is_letter = marker.form != "." and marker.style in LETTERED
        is_marked = is_letter and kind in {style + marker.form for style in LETTERED}
        if is_marked and marker.style.startswith("upper") and self._in_exercise():
            message = f"`{cursor.rest[: marker.width]}` among small letters marks a right answer."
            hint = "Students see it: write `- [ ]` before choices, and `- [x]` before right ones."
            self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(cursor.next), hint)
        return marker if begins or is_marked else None

    def _in_exercise(self) -> bool:
        return any(block.get("name") == "exercise" for block in self.parser.open)

    def _next_question(self, cursor: Cursor, around: BlockElement) -> ListMarker | None:
        """The marker that continues one of the last lists, even after room for an answer."""
        within = self.parser.open[self.parser.matched - 1 - (around.tag in ("ol", "ul", "p"))]
        for block in islice(reversed(within), QUESTION_DISTANCE):
            if block.tag == "ol":
                assert isinstance(block, BlockElement)
                marker = read_marker(cursor.rest, block.state, _next(block))
                if marker and marker.kind == block.state and marker.number == _next(block):
                    return marker
        return None

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Take the attributes that end a line of a question's first paragraph, id and marks, and
        that of a choice, `FIXED`."""
        block.state = None
        first = block.first
        if first is None or first.tag != "p" or not first.lines:
            return
        is_choice = first.lines[0][:1] in ("(", "[")
        if not is_choice and (parent.tag != "ol" or not self._in_exercise()):
            return
        belongs = _is_fixed if is_choice else _has_points
        if isinstance(first.state, Attributes) and belongs(first.state):
            block.state, first.state = first.state, None
            return
        for at, line in list(enumerate(first.lines))[:-QUESTION_DISTANCE:-1]:
            split = trailing_attributes(line)
            has_id = split and split[1].id and line is first.lines[-1] and not is_choice
            if split and (belongs(split[1]) or has_id):
                block.state = split[1]
                first.lines[at] = line.with_text(split[0])
                return

    def _example(self, label: str) -> int:
        examples = self.parser.examples
        number = len(examples) + 1
        examples[label or f" {number}"] = number
        return number

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.blank:
            # an item may begin with one blank line, not with two
            return Match.YES if len(block) else Match.NO
        if cursor.indent >= block.state:
            cursor.skip_columns(block.state)
            return Match.YES
        return Match.NO


def _is_fixed(attributes: Attributes) -> bool:
    return FIXED in attributes.classes


def _has_points(attributes: Attributes) -> bool:
    return any(key in POINT_KEYS for key, _ in attributes.pairs)


def _continues(block: BlockElement, marker: _Marker, style: str) -> bool:
    """Return whether an item continues an open list. One with another letter than the next has a
    list of its own, which begins with that; repeated letters are counted, like numbers."""
    if block.tag not in ("ul", "ol") or block.state != marker.kind:
        return False
    is_next = marker.start in (_next(block), int(block.get("start", "1")))
    return is_next or style not in LETTERED


def _next(block: BlockElement) -> int:
    """The number of the item with which a list continues."""
    return int(block.get("start", "1")) + len(block)


def _read_marker(cursor: Cursor, interrupts: bool) -> _Marker | None:
    match = _BULLET.match(cursor.rest)
    kind, start = (match[0], 1) if match else ("", 1)
    if not match:
        match = _NUMBER.match(cursor.rest)
        if not match:
            return None
        kind, start = match[2], int(match[1])
    after = Cursor(cursor.text, cursor.number)
    after.pos, after.column = cursor.next, cursor.column + cursor.indent
    after.skip_chars(match.end())
    if interrupts and (after.blank or start != 1):
        return None
    spaces = 1 if after.blank or not 1 <= after.indent <= 4 else after.indent
    return _Marker(kind, start, match.end(), match.end() + spaces)


class QuoteProcessor(LineProcessor):
    begins = ">"
    container = True

    def start(self, cursor: Cursor) -> bool:
        if self.parser.too_deep(cursor):
            return False
        self.open(cursor, "blockquote")
        _take_marker(cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not self.may_start(cursor):
            return Match.NO
        _take_marker(cursor)
        block.end = cursor.number
        return Match.YES


def _take_marker(cursor: Cursor) -> None:
    cursor.skip_indent()
    cursor.skip_chars(1)
    if cursor.indent:
        cursor.skip_columns(1)


# --- indented --------------------------------------------------------------------------------
# Blocks with indented content.
#
# Definition lists have a line for each term, then ``: definition`` (PHP Markdown Extra), or one
# term and ``~ definition`` (Pandoc). Notes are ``[^label]: text``; as on GitHub, one may follow a
# paragraph without an empty line. Admonitions are Python-Markdown's, ``!!! note "Title"``, and
# MkDocs' collapsible ones, ``??? note``.

_BLOCK_MARKER = late(r"(?::[ \t]+(?=\S)|~[ \t]+(?=[^\s\d]))")


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
        match = _BLOCK_MARKER.match(cursor.rest)
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
        spaces = len(cursor.text) - len(cursor.text[cursor.pos :].lstrip(" ")) - cursor.pos
        is_tab = spaces < 4 and cursor.text.startswith("\t", cursor.pos + spaces)
        end = cursor.column + spaces + TAB - (cursor.column + spaces) % TAB  # behind a marker less
        return proceed_indented(cursor, end - cursor.column if is_tab else 4)


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


_BLOCK = late(r"(?:[*+-]|\d{1,9}[.)]|#{1,6})[ \t]|`{3}|~{3}|>|\+[-=]|\$\$|\\\[")


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
        is_block = not is_text or _BLOCK.match(rest) is not None
        is_block |= bool(self.parser.next_line.strip("> \t")) and is_list(rest)
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

_INDENTED_BOX = late(
    r'(?:!!!|\?\?\?\+?)[ \t]*([^\W\d_][\w-]*(?:[ \t]+[\w-]+)*)(?:[ \t]+"([^"]*)")?[ \t]*$'
    r'|\?\?\?\+?[ \t]*"(?P<title>[^"]+)"[ \t]*$'
)


class AdmonitionProcessor(IndentedProcessor):
    """The first child is the title, if there is one."""

    begins = "!?"

    def start(self, cursor: Cursor) -> bool:
        match = _INDENTED_BOX.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        kind = (match[1] or "note").lower()
        group = "title" if match["title"] else 2
        if match[2] == "" and cursor.char == "!":
            kind += f" {UNTITLED}"
        classes = make_attributes(classes=tuple(kind.split()))
        block = self.open(cursor, "admonition", classes, kind=kind, mark=cursor.rest[:3])
        if match[group]:
            title = BlockElement("title", cursor.number)
            title.lines = [Line(match[group], cursor.number, cursor.offset + match.start(group))]
            block.append(title)
        cursor.skip_rest()
        return True


# --- directives ------------------------------------------------------------------------------
# MyST's directives in fences: boxes, ``{note} Title``, and answers, ``{solution}`` or up to
# ``{solution-end}``; answers and a few other blocks as LaTeX's environments, ``\begin{solution}``.

DIRECTIVE = late(r"\{([\w-]+)\}[ \t]*+(.*)")
"""The name of a directive, and its argument."""

_FENCE = late(r"(`{3,}+|~{3,}+)[ \t]*+(?:\{([\w:-]++)(?:[ \t,][^{}`]*+)?\}|([\w-]++))([^`]*+)$")
_DIRECTIVE_BOX = late(r"(?:`{3,}|~{3,})[ \t]*\{([a-z][\w:-]*)(?:,[^{}`]*)?\}(.*)")
_DIRECTIVE_OPTION = late(r":([a-z][\w-]*):(?:[ \t]++(.*))?$")
OF_IMAGE = frozenset({"alt", "width", "align"})
_ENVIRONMENT = late(r"\\begin\{([\w-]+)(\*?)\}(?:\[(.*)\]|\{[\d.]+[a-z]{2}\})?[ \t]*$")
_LENGTH = late(r"[\d.]+[ ]?[a-z]{2}|\\.*")
"""The room for an answer in print, which is no title of it."""


class DirectiveProcessor(LineProcessor):
    """``state`` holds the attributes; ``end`` is the line that ends the block: a fence, or the end
    of an environment; ``stage`` is the part of a block that begins and ends with directives."""

    begins = "`~\\"
    container = True

    def start(self, cursor: Cursor) -> bool:
        fence = _FENCE.match(cursor.rest)
        environment = None if fence else _ENVIRONMENT.match(cursor.rest)
        if fence:
            written, end = fence[2] or fence[3], fence[1]
        elif environment:
            written, end = environment[1], f"\\end{{{environment[1]}{environment[2]}}}"
        else:
            return False
        name = meant_name(written.lower().removesuffix("-start"))
        name = name if name in FOR_TEACHERS or (fence and secret(name)) else ""
        box = None if name else _DIRECTIVE_BOX.match(cursor.rest)
        table = dialects.table(self.parser.files.dialects)
        meant = table.directives.get(box[1].removesuffix("-start"), "") if box else ""
        block = table.environments.get(written) if environment else None
        title = (environment[3] or "").strip() if environment and name else ""
        title = "" if _LENGTH.fullmatch(title) else title
        if box:
            title = box[2].strip()
        elif fence and fence[3]:
            title = _title(fence[4])
        if block and not self.parser.comes_later(_end_of(end)):
            return False
        if not (name or meant or block) or self.parser.too_deep(cursor):
            return False
        self.open(
            cursor,
            "container",
            NO_ATTRIBUTES,
            name=name or block or meant,
            argument=title,
            end=end,
            written=cursor.rest.strip(),
            stage="start" if written.lower().endswith("-start") else "",
        )
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        tip = self.parser.tip
        if tip is not block and tip.processor and tip.processor.waits_for_end(tip):
            return Match.YES
        end, stage, rest = block.get("end", ""), block.get("stage"), cursor.rest.strip()
        if stage == "between":
            opened = _FENCE.match(rest)
            if opened and (opened[2] or "").lower().endswith("-end"):
                block.set("stage", "end")
                block.set("end", opened[1])
                cursor.skip_rest()
        elif cursor.indent < 4 and _ends(rest, end):
            if stage != "start":
                return Match.END
            block.set("stage", "between")
            block.set("begun", "yes")
            cursor.skip_rest()
        else:
            take_option(block, cursor, dialects.table(self.parser.files.dialects).options)
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            written, end = (_as_code(block.get(key, "")) for key in ("written", "end"))
            message = f"The block {written} is never closed."
            hint = f"End it with a line {end}."
            self.report_unclosed(block, message, hint)


def _title(info: str) -> str:
    """The title after the name of a fence, unless these are attributes."""
    return "" if "{" in info or "=" in info else info.strip(" \t:,")


def _end_of(environment: str) -> re.Pattern[str]:
    """The line that ends an environment."""
    return re.compile(rf"[ \t>]*{re.escape(environment)}[ \t]*$")


def _as_code(written: str) -> str:
    """The text marked up as code, which a fence of backticks already is."""
    return written if written.startswith("`") else f"`{written}`"


def _ends(line: str, end: str) -> bool:
    if end.startswith("\\"):
        return line == end
    return line.startswith(end) and not line.strip(end[0])


def take_option(block: BlockElement, cursor: Cursor, options: Mapping[str, str]) -> None:
    """Take the line ``:class: name`` at the beginning of a directive of MyST."""
    if len(block) or block.get("begun"):
        return
    match = _DIRECTIVE_OPTION.match(cursor.rest.rstrip(" \t"))
    if match is None:
        if not cursor.blank:
            block.set("begun", "yes")
        return
    key, value = match[1], (match[2] or "").strip()
    option = NO_ATTRIBUTES
    if key == "class":
        option = make_attributes(classes=tuple(value.split()))
    elif key in ("name", "label"):
        option = attributes_with_id(value)
    elif key in OF_IMAGE and block.get("name") in ("figure", "image"):
        option = make_attributes(pairs=((key, value),))
    elif block.get("name") == "table" and (meant := options.get(key)) and value:
        option = make_attributes(pairs=((meant, value),))
    if isinstance(block.state, Attributes):
        block.state = join_attributes(block.state, option)
    cursor.skip_rest()


# --- containers ------------------------------------------------------------------------------
# Containers: ``::: name {#id .class}`` to ``:::``, as in Pandoc. A closing line ends the innermost
# container that was opened with as many colons, or else the innermost.

_OPENING = late(r"(:{2,})[ \t]*(?=[^\s:\]])(.*)")
_SECOND_END = late(r":{3,}[ \t]*\{[\w-]*-end\}")
"""The line that ends a block of MyST whose beginning has an end of its own."""

_LETTER = late(r"[^\W\d_]")
_TITLED = late(r"([\w-]+)\[([^\[\]]*)\](?=$|\{)")
"""``name[title]``, as in Docusaurus, where attributes may follow."""

_MEANT_AS_LIST = late(
    r"^\{(?!\{).*|(?<![\\_^`$\])}{])\{(?:(?!\{)[^{}]*\}|[#.][\w-][^{}]*|[A-Za-z_][\w:-]*=[^{}]*)$"
)
"""Braces meant as an attribute list. Others are of the title: of gaps, formulas, variables or
text."""

_GAP = late(rf"(?<![\\_])_{{3,}}+[\s{UNSEEN}]++$")


class ContainerProcessor(LineProcessor):
    begins = ":"
    container = True
    closing = late(r"(?<!:)(:{2,})[ \t]*$")

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match or (len(match[1]) < 3 and not opens_block(cursor.rest)):
            return False
        text, of_block = match[2].rstrip(" \t").rstrip(":").rstrip(" \t"), NO_ATTRIBUTES
        is_directive = False
        titled = _TITLED.match(text)
        listed = read_attributes(text, titled.end()) if titled else None
        if titled and listed and listed[1] == len(text):
            text, of_block = titled[0], listed[0]
        elif split := trailing_attributes(text):
            text, of_block = split
        elif directive := DIRECTIVE.match(text):
            # Text after MyST's name is the label of the exercise.
            argument = "" if meant_name(directive[1]) in FOR_TEACHERS else directive[2]
            text, is_directive = f"{directive[1]} {argument}", True
        elif (wrong := _MEANT_AS_LIST.search(text)) and not _GAP.search(text[: wrong.start()]):
            text = text[: wrong.start()] or "div"
            message = f"The attributes `{wrong[0]}` cannot be read."
            place = cursor.line.at(match.start(2) + wrong.start())
            self.parser.report(Code.BAD_ATTRIBUTE, message, place, HINT)
        if self.parser.too_deep(cursor):
            return False
        titled = _TITLED.match(text)
        words = (f"{titled[1]} {titled[2]}" if titled else text).split()
        name = words[0].lower() if words else next(iter(of_block.classes), "")
        if not name and of_block.id.startswith(OF_SOLUTION):
            name = ANSWER
        stage = "start" if is_directive and name.endswith("-start") else ""
        if is_directive:
            name = name.removesuffix("-start")
            name = table(self.parser.files.dialects).directives.get(name, name)
        if words and not _LETTER.match(name) and not likely_secret(name):
            message = (
                f"`{cursor.rest.rstrip()}` stays as text: a block's name begins with a letter."
            )
            hint = "Write a name after the colons, or `\\:` if you mean them as text."
            self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(cursor.next), hint)
            return False
        self.open(
            cursor,
            "container",
            of_block,
            name=meant_name(name),
            written=name,
            directive="yes" if is_directive else "",
            stage=stage,
            argument=" ".join(words[1:]),
            colons=str(len(match[1])),
            bare="" if words else "yes",
        )
        is_line = len(words) > 1 and cursor.rest.rstrip().endswith(self.begins * 3)
        if is_line and meant_name(name) in FOR_TEACHERS and not self.parser.ends_next(":::", 1):
            self.parser.tip.set("closed", "yes")
            self.parser.close_tip()
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent < 4 and cursor.char == self.begins:
            match, stage = self.closing.match(cursor.rest), block.get("stage")
            if match and self._closes(block, len(match[1])):
                if stage not in ("start", "between"):
                    return Match.END
                block.set("stage", "between")
                cursor.skip_rest()
            elif stage == "between" and _SECOND_END.match(cursor.rest):
                block.set("stage", "end")
                cursor.skip_rest()
        if block.get("directive"):
            take_option(block, cursor, table(self.parser.files.dialects).options)
        return Match.YES

    def _closes(self, block: BlockElement, colons: int) -> bool:
        """Return whether a closing line of ``colons`` is the end of ``block``."""
        tip = self.parser.tip
        if tip.processor and tip.processor.waits_for_end(tip):
            return False
        within = self.parser.open[self.parser.open.index(block) :]
        mine = [b for b in within if b.get("colons") and b.processor is self]
        same = [b for b in mine if b.get("colons") == str(colons)]
        if table(self.parser.files.dialects).closes_innermost:
            return mine[-1] is block
        return (same or mine)[-1] is block

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            if block.get("bare") and parent.processor is self and not parent.get("closed"):
                # It may be meant as the end of the block around it, with attributes.
                parent.state = join_attributes(parent.attributes, conditions_of(block.attributes))
            colons = self.begins * int(block.get("colons", "3"))
            written = f"{colons} {block.get('written', '')}".strip()
            message = f"The block `{written}` is never closed."
            self.report_unclosed(block, message, f"End it with a line `{colons}`.")


# --- includes --------------------------------------------------------------------------------
# Included files: ``{{ include part.md }}`` alone on a line, or as in Quarto, Obsidian and MkDocs.
# Their blocks replace the line, in the same quotes, lists and containers, and end with their file.

MAX_DEPTH = 16
MAX_INCLUDES = 1000
_INCLUDE_OPTION = late(r"shift=([\"']?)([1-5])\1")
_HINT = "Write `{{ include part.md }}`, with a path that contains spaces in quotes."


class Directive(NamedTuple):
    """``path`` is at ``column`` of the text, counted from 0. An include that applies only
    ``if_there`` is text if the file does not exist."""

    path: str
    options: tuple[str, ...]
    column: int
    if_there: bool = False


class IncludeProcessor(LineProcessor):
    """``include`` is the keyword of the directive in double braces."""

    begins = "{!-"
    takes_in = True

    _count = 0

    def start(self, cursor: Cursor) -> bool:
        directive = read_include(cursor.rest, table(self.parser.files.dialects))
        if directive is None:
            return False
        if directive.if_there:
            path = self.parser.files.find(directive.path, cursor.line.at())
            if isinstance(path, Diagnostic):
                return False
        problem = self._include(directive, cursor)
        if problem:
            self.parser.diagnostics.append(problem)
            # a failed include stays visible, as typed
            element = BlockElement("missing", cursor.number, self)
            element.text = cursor.rest.rstrip(" \t")
            self.parser.add_leaf(element, cursor)
        return True

    def _include(self, directive: Directive, cursor: Cursor) -> Diagnostic | None:
        """Include the file, or report a problem."""
        span = cursor.line.at(directive.column)
        if not directive.path:
            message = "The include does not name a file."
            return diagnostic(Code.BAD_INCLUDE, message, span=span, hint=_HINT)
        shift = 0
        for option in directive.options:
            match = _INCLUDE_OPTION.fullmatch(option)
            if match is None:
                message = f"`{option}` is not an option of an include."
                hint = "A path with spaces needs quotes; `shift=1` to `shift=5` lower the headings."
                return diagnostic(Code.BAD_INCLUDE, message, span=span, hint=hint)
            shift = int(match[2])
        name = self.parser.files.find(directive.path, span)
        if isinstance(name, Diagnostic):
            return name
        piece = self.parser.files.lines.place(cursor.number)[0]
        problem = self._too_much(name, piece.within, span)
        if problem:
            return problem
        text = self.parser.files.read(directive.path, span)
        if isinstance(text, Diagnostic):
            return text
        self._read(name, text, shift, cursor)
        return None

    def _too_much(self, name: str, within: tuple[str, ...], span: Span) -> Diagnostic | None:
        if name in within:
            chain = " → ".join((*within[within.index(name) :], name))
            message = f"“{name}” includes itself: {chain}."
            return diagnostic(Code.INCLUDE_CYCLE, message, span=span)
        self._count += 1
        if len(within) > MAX_DEPTH:
            message = f"Includes are nested more than {MAX_DEPTH} deep."
        elif self._count > MAX_INCLUDES:
            message = f"More than {MAX_INCLUDES:,} files are included."
        else:
            return None
        return diagnostic(Code.TOO_MANY_INCLUDES, message, span=span)

    def _read(self, name: str, text: str, shift: int, cursor: Cursor) -> None:
        parser, lines = self.parser, self.parser.files.lines
        parent, at = lines.place(cursor.number)
        front = yaml.find(text)
        other = of_other_tool(text) if front is None else None
        skipped = other.lines if other else front.lines if front and front.closed else 0
        lines.begin(cursor.number, name, skipped + 1, shift)
        if skipped:
            self._tell_front_matter(cursor)
        parser.read_within(text.removesuffix("\n").split("\n")[skipped:])
        lines.resume(parser.number, parent, at + 1)

    def _tell_front_matter(self, cursor: Cursor) -> None:
        """A position outside the lines that are parsed, so its file is resolved immediately."""
        file = self.parser.files.lines.place(cursor.number + 1)[0].file
        message = "The front matter of an included file is ignored."
        hint = "Move what you need of it to the front matter of the main source."
        span = Span(1, 1, file=file)
        self.parser.diagnostics.append(
            diagnostic(Code.INCLUDED_FRONT_MATTER, message, span=span, hint=hint)
        )


def read_include(text: str, dialect: Dialect | None = None) -> Directive | None:
    """The include directive in ``text``, if it is one."""
    text = text.rstrip(" \t")
    if other := _other(text, dialect or table()):
        return other
    if not (text.startswith("{{") and text.endswith("}}")):
        return None
    inner = text[2:-2]
    if not inner.strip() or "{{" in inner or "}}" in inner:
        return None
    word, *rests = inner.split(None, 1)
    if word != "include":
        return None
    rest = "".join(rests).rstrip()
    column = 2 + inner.rindex(rest) if rest else 0
    if rest[:1] in ("'", '"') and (end := rest.find(rest[0], 1)) > 0:
        return Directive(rest[1:end], tuple(rest[end + 1 :].split()), column)
    path, *options = rest.split() or [""]
    return Directive(path, tuple(options), column)


def _other(text: str, dialect: Dialect) -> Directive | None:
    """The directive that is equivalent to another tool's include."""
    for pattern, may_be in dialect.inclusions:
        if match := pattern.fullmatch(text):
            path = quote(match["path"].strip())
            if may_be and not PurePosixPath(match["path"]).suffix:
                path += ".md"
            return Directive(path, (), match.start("path"), may_be)
    return None
