"""Blocks of text: headings, paragraphs, code, formulas, HTML and breaks."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import ANSWER, FOR_TEACHERS
from pipeline.parser.attributes import (
    LONGEST_LIST,
    attributes_with_id,
    join_attributes,
    make_attributes,
    read_attributes,
    trailing_attributes,
)
from pipeline.parser.blockparser import (
    BlockElement,
    Definition,
    LineProcessor,
    Match,
    VerbatimProcessor,
)
from pipeline.parser.dialects import table
from pipeline.parser.leaf_text import HTML_FORMATS, OTHER_FORMAT, read_definition
from pipeline.parser.lines import Cursor, Line, shorten, unescape
from pipeline.parser.markup import CLOSING_TAG, KNOWN_TAGS, OPENING_TAG, VOID_TAGS, withheld_by
from pipeline.parser.math import ENVIRONMENTS, reads_like_formula
from pipeline.parser.names import meant_name
from pipeline.parser.withholding_marks import is_list, is_marked

# --- breaks ----------------------------------------------------------------------------------
# Thematic breaks (CommonMark 0.31.2, section 4.1), lines to write on, and page breaks.

PAGE_BREAKS = "newpage|pagebreak|clearpage|cleardoublepage"
"""The commands of LaTeX for a page break."""

_THEMATIC = late(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_WRITING = late(r"_{4,}|\.{10,}|…{4,}")
_BACKSLASH = late(r"(?<!\\)(?:\\\\)*\\[ \t]*$")
_BLANK = late(r"__\s*\\\s*$")
_HARD_BREAK = late(r"(?<=[_.…])[ \t]*(?:\\|<br[ \t]*/?>)$")
_BREAK = late(r"<br\s*/?>", re.IGNORECASE)
MAX_LINES = 100

FEWEST, LINE = 3, 8
"""The minimum number of HTML's line breaks that are meant as space, and the millimetres of each."""

TALLEST = 250
"""The maximum height of a space to write in, in millimetres."""

_PAGE = late(
    rf"(?:\\(?:{PAGE_BREAKS})(?:\[\d\]|\{{\}})?|\{{\{{<[ \t]*pagebreak[ \t]*>\}}\}})[ \t]*$"
)


class ThematicBreakProcessor(LineProcessor):
    """Four or more underscores, or ten dots, are a line to write on; several are one block."""

    begins = "*_-.…"

    def start(self, cursor: Cursor) -> bool:
        mark = _HARD_BREAK.sub("", cursor.rest.rstrip())
        if not (_THEMATIC.match(cursor.rest) or _WRITING.fullmatch(mark)):
            return False
        if _WRITING.fullmatch(mark):
            self.parser.close_unmatched()
            if self._continues(cursor):
                return True
        kind = "lines" if _WRITING.fullmatch(mark) else "hr"
        self.parser.add_leaf(BlockElement(kind, cursor.number, self, mark=mark, count="1"), cursor)
        return True

    def _continues(self, cursor: Cursor) -> bool:
        """Return whether the line belongs to the lines directly before it."""
        before = self.parser.tip.last
        if before is None or before.tag != "lines":
            return False
        if self.parser.gap(before.end, cursor.number) > 1:
            return False
        before.set("count", str(min(MAX_LINES, int(before.get("count", "1")) + 1)))
        before.end = cursor.number
        return True


def drop_last_breaks(root: BlockElement) -> None:
    """Leave out the backslash at the end of each paragraph where it was meant as a line break:
    before a block on the next line, after a blank to fill in, and if other lines end so."""
    elements = [element for element in root.iter() if isinstance(element, BlockElement)]
    for block, following in itertools.zip_longest(elements, elements[1:]):
        lines = block.lines if block.tag == "p" else ()
        if not lines or not lines[-1].rstrip(" \t").endswith("\\"):  # as nearly all
            continue
        if not _BACKSLASH.search(lines[-1]):
            continue
        is_followed = following is not None and following.line == block.end + 1
        if is_followed or _BLANK.search(lines[-1]) or any(map(_BACKSLASH.search, lines[:-1])):
            block.lines[-1] = lines[-1].with_text(without_last_break(lines[-1]))


def without_last_break(text: str) -> str:
    """The text without a backslash at its end that escapes nothing and is not escaped."""
    return text.rstrip()[:-1].rstrip() if _BACKSLASH.search(text) else text


class PageBreakProcessor(LineProcessor):
    r"""``\newpage`` alone on a line, or an equivalent of LaTeX or Quarto."""

    begins = "\\{"

    def start(self, cursor: Cursor) -> bool:
        if not _PAGE.match(cursor.rest):
            return False
        self.parser.add_leaf(BlockElement("page-break", cursor.number, self), cursor)
        return True


def space_of(lines: Sequence[str]) -> int:
    """The height in millimetres of the empty space made by HTML line breaks, if there is nothing
    else and they are enough to be meant as such; else 0."""
    if not lines or not lines[0].lstrip().startswith("<"):
        return 0
    text = "".join(lines)
    if _BREAK.sub("", text).strip():
        return 0
    breaks = len(_BREAK.findall(text))
    return min(breaks * LINE, TALLEST) if breaks >= FEWEST else 0


# --- paragraphs ------------------------------------------------------------------------------
# Paragraphs, and definitions of links (CommonMark 0.31.2, 4.7) and abbreviations in them.

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
            rebase = functools.partial(self.parser.files.rebase, span=Span(first.number))
            return read_definition(lines, start, self.parser.md.references, rebase)
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
            block.state = make_attributes(classes=("line-block",))

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
            block.state = make_attributes(match[1])
            block.lines[-1] = last.with_text(last[: match.start()])
            if not block.lines[-1]:
                del block.lines[-1]

    def _take_attributes(self, block: BlockElement) -> None:
        """Take a first or last line of only ``{#id .class}`` as the paragraph's attributes."""
        for at in (0, -1):
            line = block.lines[at]
            if len(block.lines) == 1 or not line.startswith("{"):
                continue
            listed = read_attributes(line.strip())
            if listed and listed[1] == len(line.strip()):
                block.state = join_attributes(block.attributes, listed[0])
                del block.lines[at]
            else:
                self.parser.check_attributes(line)
        last = block.lines[-1]
        if _CAPTION.match(block.lines[0]) and not trailing_attributes(last):
            self.parser.check_end(last)


# --- headings --------------------------------------------------------------------------------
# ATX and setext headings (CommonMark 0.31.2, sections 4.2 and 4.3).

_ATX = late(r"(#{1,6})(?:[ \t]+|$)")
_CLOSE = late(r"(?:#{2,6}(?=[^\W_])|#(?=[^\W\d_]))")
_TITLE = late(r"(?!#[0-9A-F]{3,8}$)#[^\W\d_][^#]{0,80}[^\s.,;:!?#]$")
_CLOSING_MARKS = late(r"(?:^|(?<![ \t])[ \t]++)#++[ \t]*+$")
_SETEXT = late(r"(?:=+|-+)[ \t]*$")


class AtxHeadingProcessor(LineProcessor):
    begins = "#"

    def start(self, cursor: Cursor) -> bool:
        match = _ATX.match(cursor.rest)
        if not match and self.parser.innermost.tag != "p":
            split = trailing_attributes(cursor.rest)
            text = split[0].rstrip(": \t") if split else cursor.rest.rstrip()
            if self._is_meant(text):
                match = _CLOSE.match(cursor.rest)
        if not match:
            return False
        line = Line(cursor.rest[match.end() :], cursor.number, cursor.offset + match.end())
        heading = BlockElement(f"h{match[0].count('#')}", cursor.number, self)
        listed = trailing_attributes(line) or trailing_attributes(_CLOSING_MARKS.sub("", line))
        if listed:
            line, heading.state = line.with_text(listed[0]), listed[1]
        else:
            self.parser.check_end(line)
        heading.lines = [line.with_text(_CLOSING_MARKS.sub("", line).strip(" \t"))]
        self.parser.add_leaf(heading, cursor)
        return True

    def _is_meant(self, text: str) -> bool:
        """Return whether a line without a space after its marks is a heading all the same: with
        several marks; or with one, a title on a line alone, and no tag such as `#MeToo`."""
        if text.startswith("##"):
            return True
        title = text[1:]
        return (
            bool(_TITLE.match(text))
            and title[:1].isupper()
            and title.split()[0][1:] == title.split()[0][1:].lower()
            and not self.parser.next_line.strip("> \t")
        )


class SetextHeadingProcessor(LineProcessor):
    """A line of ``=`` or ``-`` under a paragraph makes a heading of it."""

    def may_start(self, cursor: Cursor) -> bool:
        return self.parser.innermost.tag == "p" and cursor.indent < 4 and cursor.char in "=-"

    def start(self, cursor: Cursor) -> bool:
        if not _SETEXT.match(cursor.rest):
            return False
        paragraph = self.parser.innermost
        assert isinstance(paragraph.processor, ParagraphProcessor)
        paragraph.processor.take_definitions(paragraph)
        if not paragraph.lines:
            return False
        paragraph.tag = "h1" if cursor.char == "=" else "h2"
        paragraph.processor = self
        paragraph.end = cursor.number
        last = paragraph.lines[-1]
        split = trailing_attributes(last)
        if split and split[0]:
            paragraph.lines[-1], paragraph.state = last.with_text(split[0]), split[1]
        elif not split:
            self.parser.check_end(last)
        self.parser.close_unmatched()
        self.parser.close_tip()
        return True


# --- code ------------------------------------------------------------------------------------
# Fenced and indented code (CommonMark 0.31.2, 4.4 and 4.5): languages and attributes.

_RAW_FORMAT = late(r"\{=(\w[\w-]*)\}")
_PAGE_BREAKS = frozenset(
    (*("\\newpage", "\\pagebreak", "\\clearpage"), '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
)
_OPENING = late(r"(`{3,}+)([^`]*+)$|(~{3,}+)(.*)$")

_CHUNK = late(r"\{[A-Za-z][\w-]*[ \t,}]")
"""The beginning of an R Markdown chunk; learnr names answers in its label or options."""

_NOT_BARE = late(r"\{[^{}]*+\}|(?<![\w-])[\w-]++=(?:\"[^\"]*+\"|'[^']*+'|\S*+)")
"""The text after a fence that is not its words."""

_CELL_OPTION = late(r"[ \t]*(?:(?:#|//|%%|--)\||:[\w-]+:|---[ \t]*$|[\w-]+:|- )")
_NAMING_OPTION = late(
    r"[ \t]*(?:(?:#|//|%%|--)\||:(?=tags|class|name|label)|(?=tags|class|name|label|- ))(.*)"
)
"""The lines of options that a cell begins with in Quarto and MyST, and those that may name it."""

_SOLUTION = late(
    r"^[ \t]*+(?:[^\w\s]{1,4}+[ \t]*+)?BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)\b"
    r"|(?:#|//|--|%)[ \t]*+SOLUTION(?: NO PROMPT)?[ \t]*+$"
)
"""The marks of solutions in code that nbgrader and Otter-Grader remove for students."""

_DIRECTIVE = late(r"\{([a-z][\w:-]*)\}")
_OPTION = late(r"[ \t]*:([a-z][\w-]*):(?:[ \t]++(.*))?$")
_FILE_NAME = late(r"[\w./-]{1,80}\.\w{1,6}")
_LONG_WORD = late(r"[^\W\d_]{4,}")


class FenceProcessor(VerbatimProcessor):
    """``state`` is (character, length, indentation) of the opening fence."""

    begins = "`~"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match:
            return False
        group = 1 if match[1] else 3
        fence, info = match[group], match[group + 1]
        if "{" in info:
            self.parser.check_attributes(cursor.line, cursor.rest.index("{", len(fence)))
        state = (fence[0], len(fence), cursor.indent)
        self.open(cursor, "pre", state, info=info.strip())
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        char, length, indent = block.state
        if cursor.indent < 4 and cursor.char == char:
            rest = cursor.rest.rstrip()
            if len(rest) >= length and not rest.strip(char):
                return Match.END
        cursor.skip_columns(min(indent, cursor.indent))
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        char, length, _ = block.state
        if not block.get("closed"):
            message = f"The code fence {char * length} is never closed."
            hint = f"End it with a line {char * length}."
            self.report(block, Code.UNCLOSED_FENCE, message, hint)
        if raw := _RAW_FORMAT.fullmatch(block.get("info", "")):
            self._close_raw(block, parent, raw[1].lower())
            return
        is_answer = self._is_answer(block)
        language, listed = read_info(block.get("info", ""))
        if directive := _DIRECTIVE.match(block.get("info", "")):
            dialect = table(self.parser.files.dialects)
            if hint := dialect.left_out.get(directive[1], ""):
                del parent[-1]
                message = f"The directive `{{{directive[1]}}}` is left out."
                self.report(block, Code.LIKELY_SLIP, message, hint)
                return
            listed = join_attributes(listed, _take_options(block, language, dialect.options))
        block.set("language", language)
        block.state = (
            join_attributes(listed, make_attributes(classes=(ANSWER,))) if is_answer else listed
        )

    def _is_answer(self, block: BlockElement) -> bool:
        """Return whether code is named as an answer by the options of a cell, or has one in it, as
        notebooks mark them; then all of it is withheld."""
        info = block.get("info", "")
        named = [info] if _CHUNK.match(info) else []
        if "{" in info:
            lines = itertools.takewhile(_CELL_OPTION.match, block.lines)
            named += (match[1] for line in lines if (match := _NAMING_OPTION.match(line)))
        if any(map(_names_answer, named)):
            return True
        if _names_answer(_NOT_BARE.sub(" ", info)):
            message = "This code is withheld from students, because of the words after its fence."
            hint = "Write `{.answer}` there if that is right; otherwise write other words."
            self.report(block, Code.NEARLY_SECRET, message, hint)
            return True
        solution = next(filter(_SOLUTION.search, block.lines), None)
        if solution is None:
            return False
        message = "The code around this mark is withheld from students."
        hint = "Put the solution in a fence of its own, so that students get the rest."
        self.parser.report(Code.MISPLACED_MARK, message, solution.at(), hint)
        return True

    def _close_raw(self, block: BlockElement, parent: BlockElement, name: str) -> None:
        """Make HTML or a page break of Pandoc's raw code ``{=format}``, or leave it out."""
        content = {line.strip() for line in block.lines} - {""}
        if name in HTML_FORMATS:
            block.tag = "html"
        elif content and content <= _PAGE_BREAKS:
            block.tag = "page-break"
            block.lines = []
        else:
            del parent[-1]
            message = f"The raw code for {name} is left out."
            self.report(block, Code.LIKELY_SLIP, message, OTHER_FORMAT)


def _names_answer(text: str) -> bool:
    return not FOR_TEACHERS.isdisjoint(map(meant_name, _LONG_WORD.findall(text)))


def _take_options(block: BlockElement, language: str, meant: Mapping[str, str]) -> Attributes:
    """The attributes of the lines ``:key: value`` that a directive begins with, which are taken."""
    options = NO_ATTRIBUTES
    while block.lines and (match := _OPTION.match(block.lines[0])):
        name, value = meant.get(match[1], ""), (match[2] or "").strip()
        if name == "#":
            is_bare = language == "math" and not value.startswith("eq-")
            options = join_attributes(
                options, attributes_with_id(f"eq-{value}" if is_bare else value)
            )
        elif name.startswith("."):
            options = join_attributes(options, make_attributes(classes=(name[1:],)))
        elif name and value:
            name = "title" if name == "caption" and _FILE_NAME.fullmatch(value) else name
            options = join_attributes(options, make_attributes(pairs=((name, value),)))
        del block.lines[0]
    if options != NO_ATTRIBUTES and block.lines and not block.lines[0].strip():
        del block.lines[0]
    return options


class IndentedCodeProcessor(VerbatimProcessor):
    def may_start(self, cursor: Cursor) -> bool:
        return cursor.indent >= 4 and self.parser.tip.tag not in ("p", "table")

    def start(self, cursor: Cursor) -> bool:
        block = self.open(cursor, "pre", NO_ATTRIBUTES, language="")
        cursor.skip_columns(4)
        self.parser.add_line(block, cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent >= 4 and not cursor.blank and is_marked(cursor.rest):
            return Match.NO
        if cursor.indent >= 4:
            cursor.skip_columns(4)
        elif cursor.blank:
            cursor.skip_indent()
        else:
            return Match.NO
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        while block.lines and not block.lines[-1].strip(" \t"):
            del block.lines[-1]
        block.end = block.lines[-1].number


CELL, CELL_OPTIONS = "cell", "cell-options"
"""The attribute keys for the name of a cell or directive of Quarto, knitr or MyST, and for the
options after its name."""

LISTINGS = frozenset({"code", "code-block", "sourcecode"})
"""MyST's directives that show code."""

CELL_OF_CODE = "code-cell"
"""MyST's directive for code that is run, in the language of its argument: ``ipython3``."""

BARE = frozenset(
    "caption class title filename file-name file_name start linenums mark hl_lines file"
    " lines".split()
)
"""The keys that are recognised without braces around them."""

NO_LANGUAGES = frozenset({"numbered", "unnumbered", "numberLines", "number-lines"})

_WORD = late(r"(?![\w:-]*=[\"'\w])[^\s{]+")
_LINES = late(r"\{\s*(\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)*)\s*\}")
_PAIR = late(r"([A-Za-z_][\w:-]*)=(?:\"[^\"]*\"|'[^']*'|[^\s{}\"']+)(?=\s|\{|$)")
_CELL = late(r"\{([A-Za-z][\w+-]*)(?:[\s,]([^{}]*))?\}[ \t]*+([^{}]*+)$")
_NAMED = late(r"\[([^\[\]\n]{1,100}\.[^\[\]\n]{1,20})\](?=\s|$)")
"""A file name, as VitePress writes it."""

_OTHER = late(r"\{?[^\s{]*")


def read_info(info: str) -> tuple[str, Attributes]:
    """The language and its attributes: ``{#id .class key=value}``, ``key="value"`` with the keys of
    MkDocs and similar tools, ``{2,4-5}`` for highlighted lines. Without a word, the first class is
    the language: ``{.python}``. Anything else is ignored."""
    if cell := _CELL.match(info):
        return _of_cell(cell[1], cell[2] or "", cell[3])
    word = _WORD.match(info)
    language = unescape(word[0]) if word else ""
    if len(info) > LONGEST_LIST:
        return language, NO_ATTRIBUTES
    given = NO_ATTRIBUTES
    pos = word.end() if word else 0
    while pos < len(info):
        if lines := _LINES.match(info, pos):
            given = join_attributes(given, make_attributes(pairs=(("mark", lines[1]),)))
            pos = lines.end()
        elif listed := read_attributes(info, pos):
            given, pos = join_attributes(given, listed[0]), listed[1]
        elif language and (named := _NAMED.match(info, pos)):
            given = join_attributes(given, make_attributes(pairs=(("title", named[1]),)))
            pos = named.end()
        elif pair := _PAIR.match(info, pos):
            listed = read_attributes(f"{{{pair[0]}}}") if pair[1] in BARE else None
            given, pos = join_attributes(given, listed[0] if listed else NO_ATTRIBUTES), pair.end()
        else:
            other = _OTHER.match(info, pos)
            end = max(pos + 1, other.end() if other else 0)
            if language == "chart" and info[pos:end].isalpha():  # its type
                given = join_attributes(given, make_attributes(classes=(info[pos:end],)))
            pos = end
    if not language:
        language = next((name for name in given.classes if name not in NO_LANGUAGES), "")
        classes = tuple(name for name in given.classes if name != language)
        given = make_attributes(given.id, classes, given.pairs)
    return language, given


def _of_cell(name: str, options: str, rest: str) -> tuple[str, Attributes]:
    """The meaning of ``{python}``, or of MyST's ``{code-block} python``: the language, and the pair
    `CELL`, which marks code that other tools would execute."""
    words = rest.split()
    if name in LISTINGS:
        return (words[0] if words else ""), NO_ATTRIBUTES
    if name == CELL_OF_CODE and words:
        return words[0].removeprefix("i").rstrip("3"), make_attributes(pairs=((CELL, name),))
    if name == "math":
        return name, NO_ATTRIBUTES
    options = options.strip()
    given = ((CELL_OPTIONS, options),) if options else ()
    return name, make_attributes(pairs=((CELL, name), *given))


# --- math ------------------------------------------------------------------------------------
# Formulas on lines of their own: ``$$``, TeX, ``$$ {#eq-id}``, and LaTeX's own delimiters.

_CLOSING_FORMULA = late(r"((?:[^$\\]++|\\.|\$(?!\$)|\\$)*+)\$\$")
_PUNCTUATION = late(r"\s*([.,;:])(?=\s*$)")
_ENVIRONMENT = late(rf"\\begin\{{((?:{ENVIRONMENTS})\*?)\}}")
_BRACKET = late(r"(\\{1,2})\[")
_DEFINITION = late(
    r"\\(?:(?:new|renew|provide)command|DeclareMathOperator)\*?\s*(?:\{\s*)?\\[A-Za-z]|\\g?def\s*\\[A-Za-z]"
)
_BRACES = late(r"\\.|[{}]")
_DOLLARS_OR_ESCAPE = late(r"\\.|\$\$")
_DOLLARS = late(r"\$\$")


class _End(NamedTuple):
    """The end of a formula on a line: its text, attributes, and where text goes on (or -1)."""

    formula: str
    attributes: Attributes
    rest: int


class MathProcessor(VerbatimProcessor):
    """``state`` is the attributes that follow the end."""

    begins = "$"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest
        if not text.startswith("$$") or text.startswith("$$$"):
            return False
        end = _end(text, 2)
        if end and (end.rest >= 0 or not end.formula.strip()):
            return False  # within a line of text, or nothing at all
        if self.parser.tip.tag == "p" and _leaves_open(self.parser.tip):
            return False
        if not end and not self.parser.comes_later(_DOLLARS):
            self._report_open(cursor.line.at())
            return False  # the marks, and all that follows, stay text
        self._begin(cursor, 2, end)
        return True

    def _begin(self, cursor: Cursor, begins: int, end: _End | None, **attrib: str) -> None:
        block = self.open(cursor, "math", NO_ATTRIBUTES, **attrib)
        line = cursor.line
        formula = end.formula if end else line[begins:]
        block.lines.append(Line(formula, line.number, line.offset + begins))
        if end:
            self._finish(block, end, line)
            self.parser.close_tip()

    def end(self, block: BlockElement, text: str) -> _End | None:
        """The end of a formula on a line, if there is one."""
        return _end(text, 0)

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        line = cursor.remainder
        end = self.end(block, line)
        if end is None:
            return Match.YES
        block.lines.append(line.with_text(end.formula))
        block.end = cursor.number
        self._finish(block, end, line)
        if end.rest < 0:
            return Match.END
        cursor.skip_chars(end.rest)  # text follows the formula: a paragraph of its own
        return Match.NO

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            self._report_open(block.span)

    def _report_open(self, place: Span) -> None:
        message = "The formula that begins with `$$` is never closed."
        hint = "End it with `$$`, or write `\\$\\$` if you mean two dollar signs."
        self.parser.report(Code.UNCLOSED_MATH, message, place, hint)

    def _finish(self, block: BlockElement, end: _End, line: Line) -> None:
        block.set("closed", "yes")
        block.state = end.attributes
        if end.rest >= 0:
            self.parser.check_attributes(line, end.rest)


class LatexMathProcessor(MathProcessor):
    r"""LaTeX's own delimiters: ``\[`` to ``\]``, ``\begin{align}`` to its end, and definitions of
    commands. A blank line ends them too; without an end before it, they are text."""

    begins = "\\"
    has_end = False

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest
        if self.parser.tip.tag == "p" and _leaves_open(self.parser.tip):
            return False
        if _DEFINITION.match(text):
            return self._on_its_line(cursor, text)
        if match := _ENVIRONMENT.match(text):
            marks, closing = 0, f"\\end{{{match[1]}}}"
        elif match := _BRACKET.match(text):
            marks, closing = match.end(), match[1] + "]"
        else:
            return False
        end = _latex_end(text, closing, marks)
        if end and (end.rest >= 0 or not (marks == 0 or reads_like_formula(end.formula))):
            return False
        begins = text[marks:] if marks and not end else ""
        if begins.strip() and not reads_like_formula(begins, strongly=True):
            return False
        self._begin(cursor, marks, end, marks=str(marks), closing=closing, opening=text)
        return True

    def _on_its_line(self, cursor: Cursor, text: str) -> bool:
        """The definition of a command, which must be complete on its line."""
        pairs = [brace for brace in _BRACES.findall(text) if brace in "{}"]
        if not pairs or pairs.count("{") != pairs.count("}"):
            return False
        self._begin(cursor, 0, _End(text.rstrip(), NO_ATTRIBUTES, -1), marks="0")
        return True

    def end(self, block: BlockElement, text: str) -> _End | None:
        return _latex_end(text, block.get("closing", ""), 0)

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.NO if cursor.blank else super().proceed(block, cursor)

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if block.get("closed"):
            return
        if not int(block.get("marks", "0")):
            closing = block.get("closing", "")
            message = (
                f"A formula begins here, and there is no `{closing}` before the next empty line."
            )
            self.report(block, Code.BAD_MATH, message)
        first = Line(block.get("opening", ""), block.line, block.column)
        lines = (line.with_text(line.lstrip()) for line in block.lines[1:])
        block.tag, block.lines, block.state = "p", [first, *lines], None
        block.attrib.clear()


def _leaves_open(paragraph: BlockElement) -> bool:
    """Return whether a formula that began in the paragraph goes on; each line is read once."""
    is_open, read = bool(paragraph.get("open-math")), int(paragraph.get("read-math", "0"))
    for line in paragraph.lines[read:]:
        marks = sum(match[0] == "$$" for match in _DOLLARS_OR_ESCAPE.finditer(line))
        is_open ^= marks % 2 == 1
    paragraph.set("open-math", "yes" if is_open else "")
    paragraph.set("read-math", str(len(paragraph.lines)))
    return is_open


def _latex_end(text: str, closing: str, pos: int) -> _End | None:
    """The end of a LaTeX formula, read from ``pos``. It includes that of an environment."""
    at = text.find(closing, pos)
    if closing == "\\]":
        while at > pos and text[at - 1] == "\\":  # the end of a line, and a bracket
            at = text.find(closing, at + 1)
    if at < 0:
        return None
    end = at + len(closing)
    return _rest(text, text[pos : at if closing.endswith("]") else end], end)


def _end(text: str, pos: int) -> _End | None:
    """The end of a formula on a line of ``text``, read from ``pos``."""
    match = _CLOSING_FORMULA.match(text, pos)
    if not match:
        return None
    return _rest(text, match[1], match.end())


def _rest(text: str, formula: str, at: int) -> _End:
    """The end of a formula at ``at``, with the text after it."""
    listed = read_attributes(text, _skip_blanks(text, at))
    attrs, at = listed or (NO_ATTRIBUTES, at)
    # Punctuation after the marks belongs to the formula, so that it is not separated from it.
    if stop := _PUNCTUATION.match(text, at):
        return _End(formula.rstrip() + stop[1], attrs, -1)
    at = _skip_blanks(text, at)
    return _End(formula, attrs, at if at < len(text) else -1)


def _skip_blanks(text: str, pos: int) -> int:
    while text[pos : pos + 1] in (" ", "\t"):
        pos += 1
    return pos


# --- html ------------------------------------------------------------------------------------
# HTML blocks (CommonMark 0.31.2, section 4.6) and comments.

BLOCK_TAGS = (
    "address article aside base basefont blockquote body caption center col colgroup dd details"
    " dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6"
    " head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option"
    " p param search section summary table tbody td tfoot th thead title tr track ul"
).replace(" ", "|")

COMMENT, ANY_TAG = 1, 6
_NAME = late(r"[A-Za-z][A-Za-z0-9-]*")
_RAW_ELEMENTS = "(?:script|pre|style|textarea)"
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, str], ...] = (
    (late(rf"<{_RAW_ELEMENTS}(?=[\s>]|$)", re.I), late(rf"</{_RAW_ELEMENTS}>", re.I), ""),
    *(
        (late(begin), late(re.escape(end)), end)
        for begin, end in (
            ("<!--", "-->"), (r"<\?", "?>"), ("<![A-Za-z]", ">"), (r"<!\[CDATA\[", "]]>"),
        )
    ),
    (late(rf"</?(?:{BLOCK_TAGS})(?=[\s/>]|$)", re.I), None, ""),
    (late(rf"(?:{OPENING_TAG}|{CLOSING_TAG})[ \t]*$"), None, ""),
)  # fmt: skip
"""The beginning of each kind of block, and its end; without one, a blank line ends it."""


_ENDS = {
    name: late(rf"</{name}\s*>", re.I)
    for name in ("svg", "math", "video", "audio", "canvas", "object", "select", "template")
}
"""The ends of elements that are left out, which no blank line within them ends."""

_APART = late(rf"<(/?)({'|'.join(_ENDS)})(?=[\s/>]|$)(?![^<>]*+(?<=/)>)", re.I)


_WITH_MARKDOWN = late(
    rf"<({_NAME.pattern})\s(?:[^<>]*\s)?(?:markdown(?:=[\"']?+(?!0)|(?=[\s>]))|[A-Za-z]+=\{{)"
    r"[^<>]*(?<!/)>",
    re.I,
)
"""The tag of an element whose text is Markdown, as PHP Markdown Extra, kramdown and Python-Markdown
have it: ``<div markdown="1">``; and JSX, by an expression: ``<div style={{…}}>``."""

_END = late(rf"</({_NAME.pattern})\s*>")


class HtmlProcessor(VerbatimProcessor):
    """``state`` is the number of the kind while the block is open."""

    begins = "<"

    def start(self, cursor: Cursor) -> bool:
        kind = self._kind(cursor.rest)
        if kind is None:
            return False
        if _KINDS[kind][1] is None and self._takes_tag(cursor):
            return True
        block = self.open(cursor, "html", kind)
        self.parser.add_line(block, cursor)
        _note_elements(block, block.lines[0])
        end = _KINDS[kind][1]
        if end and end.search(block.lines[0]):
            block.set("closed", "yes")
            self.parser.close_tip()
        elif end is None and self.parser.elements and _ends_own(block, block.lines[0]):
            self.parser.close_tip()
        return True

    def _takes_tag(self, cursor: Cursor) -> bool:
        """Begin or end an element whose text is Markdown, and read on behind its tag."""
        elements, rest = self.parser.elements, cursor.rest
        if tag := _WITH_MARKDOWN.match(rest):
            elements.append(tag[1].lower())
        elif (tag := _END.match(rest)) and tag[1].lower() in elements:
            while elements.pop() != tag[1].lower():
                pass
        else:
            return False
        block = self.open(cursor, "html", ANY_TAG)
        block.lines.append(cursor.line.with_text(tag[0]))
        self.parser.close_tip()
        cursor.skip_indent()
        cursor.skip_chars(len(tag[0]))
        self.parser.read_rest(cursor)
        return True

    def _kind(self, text: str) -> int | None:
        for kind, (begin, _, _) in enumerate(_KINDS):
            match = begin.match(text)
            if match is None:
                continue
            if kind < ANY_TAG:
                return kind
            # A tag that is not HTML is text, in which Markdown should work, except for names of
            # answers, which alone of this kind interrupt a paragraph, before an empty line.
            name = _NAME.search(match[0])
            tag, is_text = name[0] if name else "", self.parser.tip.tag == "p"
            if is_text and self.parser.next_line.strip("> \t"):
                continue
            if withheld_by(tag) or (not is_text and tag.lower() in KNOWN_TAGS):
                return kind
        # Nor does one that is left out and goes on after its line, whatever follows its tag.
        opened = _APART.match(text)
        if opened and not opened[1] and self.parser.tip.tag != "p":
            is_over = _ENDS[opened[2].lower()].search(text)
            return None if is_over else ANY_TAG
        return None

    def waits_for_end(self, block: BlockElement) -> bool:
        return _KINDS[block.state][1] is not None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        end = _KINDS[block.state][1]
        if end is None:
            if not cursor.blank:
                if _WITH_MARKDOWN.match(cursor.rest):
                    return Match.NO
                _note_elements(block, cursor.remainder)
                if self.parser.elements and _ends_own(block, cursor.remainder):
                    self.parser.add_line(block, cursor)
                    return Match.END
                return Match.YES
            name = block.get("apart")
            return Match.YES if name and self.parser.comes_later(_ENDS[name]) else Match.NO
        if end.search(cursor.remainder):
            self.parser.add_line(block, cursor)
            return Match.END
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        _, end, closing = _KINDS[block.state]
        if end is None or block.get("closed"):
            return
        if block.state == COMMENT:
            code, subject = Code.UNCLOSED_COMMENT, "The comment"
        elif block.state == 0:
            return  # the element is reported where the markup is read
        else:
            code, subject = Code.UNCLOSED_MARKUP, f"`{block.lines[0][:9]}`"
        del parent[-1]
        self.report(block, code, f"{subject} is never closed.", f"Close it with `{closing}`.")


def _ends_own(block: BlockElement, line: str) -> bool:
    """Return whether the element that a block within Markdown began with ends on this line."""
    tag = _NAME.search(block.lines[0])
    if tag is None:
        return False
    name, text = tag[0].lower(), line.lower()
    left = int(block.get("left", "0")) + text.count(f"<{name}") - text.count(f"</{name}")
    block.set("left", str(left))
    return left <= 0 or name in VOID_TAGS


def _note_elements(block: BlockElement, line: str) -> None:
    """Note the name of the element that is left out, if one is open after a line of a block."""
    for match in _APART.finditer(line):
        name, is_end = match[2].lower(), bool(match[1])
        around = block.get("apart")
        if not is_end and not around:
            block.set("apart", name)
        elif is_end and around == name:
            block.set("apart", "")
