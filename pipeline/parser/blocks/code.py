"""Fenced and indented code (CommonMark 0.31.2, 4.4 and 4.5): languages and attributes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import ANSWER, FOR_TEACHERS
from pipeline.parser import attributes
from pipeline.parser.attributes import joined, make
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.characters import unescape
from pipeline.parser.dialects import table
from pipeline.parser.inlines.scripts import HTML_FORMATS, OTHER_FORMAT
from pipeline.parser.lines import Cursor
from pipeline.parser.marks import is_marked
from pipeline.parser.names import meant_name

_RAW = late(r"\{=(\w[\w-]*)\}")
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
        if raw := _RAW.fullmatch(block.get("info", "")):
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
            listed = joined(listed, _take_options(block, language, dialect.options))
        block.set("language", language)
        block.state = joined(listed, make(classes=(ANSWER,))) if is_answer else listed

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
            options = joined(options, attributes.named(f"eq-{value}" if is_bare else value))
        elif name.startswith("."):
            options = joined(options, make(classes=(name[1:],)))
        elif name and value:
            name = "title" if name == "caption" and _FILE_NAME.fullmatch(value) else name
            options = joined(options, make(pairs=((name, value),)))
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
    if len(info) > attributes.LONGEST:
        return language, NO_ATTRIBUTES
    given = NO_ATTRIBUTES
    pos = word.end() if word else 0
    while pos < len(info):
        if lines := _LINES.match(info, pos):
            given = joined(given, attributes.make(pairs=(("mark", lines[1]),)))
            pos = lines.end()
        elif listed := attributes.read(info, pos):
            given, pos = joined(given, listed[0]), listed[1]
        elif language and (named := _NAMED.match(info, pos)):
            given = joined(given, attributes.make(pairs=(("title", named[1]),)))
            pos = named.end()
        elif pair := _PAIR.match(info, pos):
            listed = attributes.read(f"{{{pair[0]}}}") if pair[1] in BARE else None
            given, pos = joined(given, listed[0] if listed else NO_ATTRIBUTES), pair.end()
        else:
            other = _OTHER.match(info, pos)
            end = max(pos + 1, other.end() if other else 0)
            if language == "chart" and info[pos:end].isalpha():  # its type
                given = joined(given, attributes.make(classes=(info[pos:end],)))
            pos = end
    if not language:
        language = next((name for name in given.classes if name not in NO_LANGUAGES), "")
        classes = tuple(name for name in given.classes if name != language)
        given = attributes.make(given.id, classes, given.pairs)
    return language, given


def _of_cell(name: str, options: str, rest: str) -> tuple[str, Attributes]:
    """The meaning of ``{python}``, or of MyST's ``{code-block} python``: the language, and the pair
    `CELL`, which marks code that other tools would execute."""
    words = rest.split()
    if name in LISTINGS:
        return (words[0] if words else ""), NO_ATTRIBUTES
    if name == CELL_OF_CODE and words:
        return words[0].removeprefix("i").rstrip("3"), attributes.make(pairs=((CELL, name),))
    if name == "math":
        return name, NO_ATTRIBUTES
    options = options.strip()
    given = ((CELL_OPTIONS, options),) if options else ()
    return name, attributes.make(pairs=((CELL, name), *given))
