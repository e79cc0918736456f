"""Code in a fence or a file, with caption, numbered and marked lines; formulas in fences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from pipeline.model import Attributes, Block, CodeBlock, MathBlock
from pipeline.model.codes import BY_SLUG, Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import table
from pipeline.parser.inlines.math import with_subscripts
from pipeline.parser.lines import Line

NUMBERED = frozenset({"numbered", "numberLines", "number-lines"})
FILE_NAME = ("title", "filename", "file-name", "file_name")
START = ("start", "startFrom", "linenums")
MARK = ("mark", "hl_lines")
KEYS = frozenset({"caption", "file", "lines", *FILE_NAME, *START, *MARK})
HIGHEST = 999_999
"""The highest number that a line may have."""

_RANGE = late(r"(\d{1,6})(?:-(\d{0,6}))?")


def code(parts: Parts) -> tuple[Block, ...]:
    for take in table(parts.files.dialects).cells:
        rest = take(parts)
        if not isinstance(rest, Parts):
            return rest
        parts = rest
    given = _Options(parts.attributes)
    text, first = parts.text, 1
    language = parts.name
    if address := given.get("file"):
        text, first = _from_file(parts, address, given.get("lines"))
        language = language or PurePosixPath(address).suffix.removeprefix(".")
    elif given.get("lines"):
        _wrong(parts, "`lines` is only for code from a file.", "To highlight lines, use `mark`.")
    caption = given.get("caption")
    block = CodeBlock(
        text=text,
        language=language,
        caption=parts.read(caption, parts.span) if caption else (),
        file_name=given.get(*FILE_NAME),
        first_line=_first_line(parts, given, first),
        marked=_marked(parts, given.get(*MARK), text.count("\n")),
        span=parts.span,
        attributes=given.rest,
    )
    return (block,)


class _Options:
    """The attributes of a fence: those with a meaning for code, and the rest."""

    def __init__(self, attributes: Attributes) -> None:
        self.numbered = bool(NUMBERED & {*attributes.classes})
        self._pairs = dict(attributes.pairs)
        self.rest = attributes.without(KEYS, NUMBERED)

    def get(self, *keys: str) -> str:
        """The value of the first of some keys that has one."""
        return next((value for key in keys if (value := self._pairs.get(key, ""))), "")


def _from_file(parts: Parts, address: str, wanted: str) -> tuple[str, int]:
    """The text from a file, and the number that its first line has there."""
    if any(line.strip() for line in parts.lines):
        message = f"The code block names the file “{address}”, but has lines of its own too."
        _wrong(parts, message, "Keep one of them.")
    content = parts.files.read(address, parts.span)
    if isinstance(content, Diagnostic):
        parts.report(BY_SLUG[content.code], content.message, parts.span, content.hint)
        return f"{address}\n", 1
    text = content if content.endswith("\n") or not content else content + "\n"
    if not wanted:
        return text, 1
    lines = text.split("\n")[:-1]
    match = _RANGE.fullmatch(wanted.strip())
    first = int(match[1]) if match else 0
    last = first
    if match and match[2] is not None:
        last = int(match[2]) if match[2] else len(lines)
    if not 1 <= first <= last <= len(lines):
        hint = f"Write the first and the last: `lines=3-8`. The file has {len(lines)} lines."
        _wrong(parts, f"The lines `{wanted}` of “{address}” do not exist.", hint)
        return text, 1
    return "".join(f"{line}\n" for line in lines[first - 1 : last]), first


def _first_line(parts: Parts, options: _Options, first: int) -> int:
    """The number of the first line, 0 for code without numbers."""
    written = options.get(*START)
    if not written:
        return first if options.numbered else 0
    number = int(written) if written.isdecimal() and len(written) < 7 else 0
    if not 1 <= number <= HIGHEST:
        _wrong(parts, f"Lines cannot be numbered from `{written}` on.", "Write `start=10`.")
        return 1
    return number


def _marked(parts: Parts, written: str, count: int) -> tuple[int, ...]:
    """The lines to mark: ``2,4-5``, or ``2 4-5``."""
    numbers: set[int] = set()
    for piece in re.split(r"[,\s]+", written.strip()):
        if not piece:
            continue
        match = _RANGE.fullmatch(piece)
        first = int(match[1]) if match else 0
        last = int(match[2] or 0) if match and match[2] is not None else first
        if 1 <= first <= last <= count:
            numbers.update(range(first, last + 1))
        else:
            hint = f"Count from 1, as in `mark=2,4-5`. The code has {_lines(count)}."
            _wrong(parts, f"The lines `{piece}` cannot be marked.", hint)
    return tuple(sorted(numbers))


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"


def _wrong(parts: Parts, message: str, hint: str) -> None:
    parts.report(Code.BAD_LISTING, message, parts.span, hint)


def math_block(
    lines: Sequence[Line], span: Span, attributes: Attributes, marks: int = 2
) -> MathBlock:
    """A formula on lines of its own. ``lines`` are everything between the delimiters: the first is
    the rest of the opening line, after that number of marks."""
    margin = lines[1].offset if len(lines) > 1 else 1
    tex = with_subscripts("\n".join(lines))
    return MathBlock(tex=tex, marks=marks, margin=margin, span=span, attributes=attributes)


def math(parts: Parts) -> tuple[Block, ...]:
    first, last = Line("", parts.span.line, parts.span.column), Line("", parts.span.end, 1)
    lines = (first, *parts.lines, last)
    return (math_block(lines, parts.span, parts.attributes),)
