"""Markdown of other tools that the parser reads: tables of the feature ``dialects``, one for each
tool, with their comments. This is the only place that looks into them.

A `Dialect` with signs counts only for documents that have one of them, and nothing of it touches
others.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from pipeline.features import here
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Document
from pipeline.model.block_parts import Report
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.parser.blockparser import LineProcessor
from pipeline.parser.constructs.source_parts import Construct, SourceParts
from pipeline.parser.leaf_text import Pattern
from pipeline.parser.lines import Line


class ToldMark(NamedTuple):
    """Syntax of another tool that stays as text, and is told: a ``pattern``, its ``name``, and the
    hint ``instead``. One that ``is_first`` only stands in the first line of a source."""

    pattern: re.Pattern[str]
    name: str
    instead: str
    is_first: bool = False


class Comment(NamedTuple):
    """The patterns that a comment begins and ends with, its ``name``, and the usual ``end``. One
    that may be ``text`` if it does not end is not reported then."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    name: str
    end: str
    text: bool = False


class Inclusion(NamedTuple):
    """A line that includes the file in the group ``path`` of the ``pattern``. One that ``may_be``
    something else is text if there is no file, and includes ``.md`` if no suffix is written."""

    pattern: re.Pattern[str]
    may_be: bool = False


class LinePair(NamedTuple):
    """A block between two lines, ``opening`` and ``closing``, that is ``::: name`` here, with
    ``attributes``. The opening may have groups: a ``title``, which otherwise is that of the pair,
    and the ``kind`` of a box, which is its name then. The block may begin with ``options``, such as
    a title, between lines of three hyphens."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    name: str = "note"
    title: str = ""
    attributes: Attributes = NO_ATTRIBUTES
    options: bool = False


class Standing(NamedTuple):
    """A line by itself: an element ``tag``, the ``text`` of a paragraph (a template for the match,
    or a function of it), or else left out; and told by the ``message`` if there is one, in which
    ``{}`` is the line."""

    pattern: re.Pattern[str]
    tag: str = ""
    text: str | Callable[[re.Match[str]], str] = ""
    message: str = ""
    hint: str = ""


class Sign(NamedTuple):
    """A sign that a document is of a tool: the ``pattern``, which has the ``word`` in it."""

    word: str
    pattern: re.Pattern[str]


WIDEST_INDENTATION = 32
"""More columns than anybody indents a line by."""

References: TypeAlias = Mapping[str, tuple[str, str]]
NO_ROWS: Mapping[str, Any] = {}


class Dialect(NamedTuple):
    """The notations of one tool, or those of all that count for a document.

    The ``names`` are what findings call the tool, if importing reads more of it than building."""

    names: tuple[str, ...]
    signs: tuple[Sign, ...] = ()

    # Constructs; those of ``linking`` are references, unless the document defines them otherwise.
    blocks: Mapping[str, type[LineProcessor]] = NO_ROWS
    inlines: Mapping[str, Pattern] = NO_ROWS
    linking: Mapping[str, Callable[[References], Pattern]] = NO_ROWS
    comments: tuple[Comment, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()

    # Blocks between two lines, with other blocks in them or with code, whose language is the
    # ``kind``; and lines by themselves. All begin with one of the characters ``begins``, and may be
    # ``indented`` as far as code is.
    begins: frozenset[str] = frozenset()
    pairs: tuple[LinePair, ...] = ()
    verbatim: tuple[LinePair, ...] = ()
    standing: tuple[Standing, ...] = ()
    indented: bool = False

    # Blocks ``:::`` by their names; boxes of other names by the kind that they are.
    containers: Mapping[str, Construct] = NO_ROWS
    closes_innermost: bool = False
    boxes: Mapping[str, str] = NO_ROWS
    titles: Mapping[str, str] = NO_ROWS
    ticks_are_choices: bool = False

    # Directives in fences, by the block that each is, and LaTeX's environments likewise; their
    # options as attributes: ``#`` is the id, ``.name`` a class.
    directives: Mapping[str, str] = NO_ROWS
    environments: Mapping[str, str] = NO_ROWS
    options: Mapping[str, str] = NO_ROWS

    # What becomes of code: functions of a fence, for what it is, or for the fence to go on with.
    cells: tuple[Callable[[SourceParts], SourceParts | tuple[Block, ...]], ...] = ()
    engines: frozenset[str] = frozenset()

    # Addresses of references that a text does not define, from its headings and their ids; and
    # passes over the parsed document.
    implied: tuple[Callable[[str, Mapping[str, str]], Mapping[str, str]], ...] = ()
    settle: tuple[Callable[[Document], Document], ...] = ()

    # Marks that are told: within text, after a backslash, and at the beginning of a line; diagrams
    # and directives that are shown as code, and directives that are left out, with hints.
    marks: tuple[ToldMark, ...] = ()
    commands: tuple[ToldMark, ...] = ()
    lines: tuple[ToldMark, ...] = ()
    diagrams: Mapping[str, str] = NO_ROWS
    unread: Mapping[str, str] = NO_ROWS
    left_out: Mapping[str, str] = NO_ROWS

    @property
    def most_indent(self) -> int:
        """The columns before lines between which a block stands, and before lines by themselves."""
        return WIDEST_INDENTATION if self.indented else 3


def tools_signed(text: str) -> tuple[str, ...]:
    """The tools that a document's own signs name."""
    if not here("dialects"):
        return ()
    from pipeline.features.dialects import DIALECTS

    return tuple(
        dialect.names[0]
        for dialect in DIALECTS
        if any(sign.word in text and sign.pattern.search(text) for sign in dialect.signs)
    )


def table(tools: tuple[str, ...] = ()) -> Dialect:
    """All that counts for a document with the signs of these tools."""
    return _table(tools) if here("dialects") else Dialect(())


@functools.lru_cache(maxsize=64)
def _table(tools: tuple[str, ...]) -> Dialect:
    from pipeline.features.dialects import DIALECTS

    counting = (row for row in DIALECTS if not row.signs or row.names[0] in tools)
    return Dialect(*map(_join, zip(*counting, strict=True)))


def _join(values: tuple[Any, ...]) -> Any:
    """Tuples, mappings, sets or facts as one."""
    if isinstance(values[0], bool):
        return any(values)
    if isinstance(values[0], tuple):
        return tuple(row for value in values for row in value)
    if isinstance(values[0], frozenset):
        return frozenset().union(*values)
    return {key: row for value in values for key, row in value.items()}


TRIGGERS = "{:@\\"
"""The characters that marks within text begin with."""

_MAY_BEGIN = late(r"\\---|[-.<\[$({:=#/%]|[a-z]{3,7}::")
"""Marks that are tried at the beginning of a line: few lines of prose have any."""


def mark_at(data: str, pos: int, dialect: Dialect) -> tuple[ToldMark, str] | None:
    """The mark of another tool that begins at ``pos`` of a text, and the text of the mark."""
    for mark in dialect.commands if data[pos] == "\\" else dialect.marks:
        if match := mark.pattern.match(data, pos):
            instead = match.expand(mark.instead)
            return mark._replace(instead=instead), match[0]
    return None


def warn_of_line(lines: Iterable[Line], dialect: Dialect, report: Report) -> None:
    """The lines of a paragraph that begin with a mark of another tool."""
    before = ""
    for line in lines:
        if not _MAY_BEGIN.match(line):
            before = line
            continue
        is_percentage = before.rstrip()[-1:].isdecimal() or (not before and line.offset > 1)
        if line.startswith("% ") and not is_percentage:
            message = f"`{line.strip()}` is a comment in MyST and LaTeX. It stays as text."
            hint = "Write `<!-- … -->` for a comment, or begin with `\\%` if you mean it as text."
            report(Code.LIKELY_SLIP, message, line.at(), hint)
        before = line
        for mark in dialect.lines:
            match = None if mark.is_first and line.number > 1 else mark.pattern.match(line)
            if match:
                written = f"`{line.strip()}`" if len(line) < 60 else f"`{match[0]}…`"
                message = f"{written} is {mark.name}, and stays as text."
                report(Code.LIKELY_SLIP, message, line.at(), mark.instead)


def is_foreign(findings: Iterable[Diagnostic]) -> bool:
    """Return whether the findings show that the source was written for another tool."""
    names = table().names
    return sum(1 for finding in findings if any(name in finding.message for name in names)) > 2


# --- comments --------------------------------------------------------------------------------
# Comments of other tools, which no output contains: where they begin and end.

_HTML = Comment(late("<!--"), late("-->"), "a comment", "-->", text=True)

BEGINS = "%{\\"
"""The characters that they begin with."""


def comment_at(text: str, pos: int = 0) -> tuple[Comment, int] | None:
    """The comment that begins at ``pos`` of a text, and where its content does."""
    for comment in table().comments:
        if opening := comment.opening.match(text, pos):
            return comment, opening.end()
    return None


@functools.lru_cache(maxsize=4)
def last_end(comment: Comment, text: str) -> int:
    """The last place in a text where such a comment could end, or -1. It is kept, so that many
    comments without an end do not search the text again and again."""
    return max((end.start() for end in comment.closing.finditer(text)), default=-1)


def comments_in(text: str) -> list[tuple[int, str]]:
    """The positions and contents of all these comments, and of HTML's, in a text."""
    spans = _spans(text, (_HTML, *table().comments))
    return [(start, " ".join(text[begin:end].split())) for start, begin, end, _ in spans]


def without_comments(markup: str) -> str:
    """Raw HTML with spaces in place of these comments, except in code."""
    if _MAY_BEGIN_COMMENT.search(markup) is None:
        return markup
    code = [match.span() for match in _CODE.finditer(markup)]
    starts = [start for start, _ in code]
    parts: list[str] = []
    last = 0
    for start, _, _, end in _spans(markup, table().comments):
        before = bisect.bisect_right(starts, start) - 1
        if before < 0 or code[before][1] <= start:
            blank = re.sub(r"[^\n]", " ", markup[start:end])
            parts += (markup[last:start], blank)
            last = end
    return "".join((*parts, markup[last:]))


_MAY_BEGIN_COMMENT = late(r"%%|\{[\s/>\-#{%]|\\(?:if|begin\{comment)")
_CODE = late(
    r"<(pre|code|tt|kbd|samp)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)


def _spans(text: str, kinds: Sequence[Comment]) -> Iterator[tuple[int, int, int, int]]:
    """The places where each comment begins, its content begins and ends, and it ends."""
    if not kinds:
        return
    opening = re.compile("|".join(f"({kind.opening.pattern})" for kind in kinds))
    unclosed: set[int] = set()
    end = 0
    for begin in opening.finditer(text):
        kind = begin.lastindex or 0
        if begin.start() < end or kind in unclosed:
            continue
        closing = kinds[kind - 1].closing.search(text, begin.end())
        if closing is None:
            unclosed.add(kind)
            continue
        end = closing.end()
        yield begin.start(), begin.end(), closing.start(), end
