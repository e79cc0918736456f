"""YAML front matter as a tree of places and strings.

PyYAML's parser gives the events; the tree is built here, because front matter needs both less and
more than YAML: every scalar stays the text that was written (``no`` is Norwegian, ``1.10`` a
version), every key and value knows its place, anchors, aliases and tags are refused, and depth and
size have limits. A mistake only costs the entry that contains it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import msgspec
import yaml

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser.characters import FORBIDDEN, shorten
from pipeline.parser.frontmatter import yaml_mistakes
from pipeline.parser.frontmatter.yaml_mistakes import YamlMistakeError

MAX_CHARACTERS = 65_536
MAX_DEPTH = 8


class Place(NamedTuple):
    """Line and column from 1; the number of characters of that line it covers."""

    line: int
    column: int
    length: int = 1


class Scalar(msgspec.Struct, frozen=True):
    """``style``: the mark that the text was written with (`"`, `'`, `|` or `>`), if any."""

    text: str
    place: Place
    style: str = ""

    @property
    def is_empty(self) -> bool:
        """True if nothing was written, or only ``~``."""
        return not self.style and self.text in ("", "~")


class Sequence(msgspec.Struct, frozen=True):
    """``flow``: written in brackets."""

    items: tuple[Node, ...]
    place: Place
    flow: bool = False


class Mapping(msgspec.Struct, frozen=True):
    """``flow``: written in braces. A key may occur in ``entries`` more than once."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool = False


Node: TypeAlias = Scalar | Sequence | Mapping


class FrontMatter(NamedTuple):
    """Front matter as found: its YAML; the number of its lines, fences included, and the text
    before it; whether a second fence closes it; the number of lines ``before``."""

    text: str
    lines: int
    closed: bool
    before: int = 0


_BEFORE = late(r"(?:[ \t\r\ufeff]*\n|[ \t]*<!--(?:(?!-->).)*-->[ \t\r]*\n)*", re.DOTALL)
_COMMENT = late(r"[ \t]+(#\S[^\n]*)")
_COLOUR = late(r"(#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4}))(?:\s|\Z)", re.IGNORECASE)
_FENCE = late(r"^(?:(?:---|\.\.\.)[ \t\r]*$|(?=--- (?:abstract|middle)[ \t\r]*$))", re.MULTILINE)
"""The line that closes front matter, or that of kramdown-rfc, which begins the text."""
_OPENING = late(r"---[ \t\r]*(?:\n|\Z)")
_SKIPPED = late(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*")
_KEY = late(r"(?:- +)?[\"']?[^\W\d][\w.-]*[\"']?[ \t]*:(?!//)|\{|(?:---|\.\.\.)[ \t\r]*$", re.M)
_BLANK = late(r"\n[ \t\r]*(?=\n|\Z)")
_TABS = late(r"(?<=\S)[ \t]++")
"""Space within lines, in which YAML allows tabs, and PyYAML does not."""
_ENTRY = late(r"^[^\s#\-\]}]", re.MULTILINE)


def find(text: str) -> FrontMatter | None:
    """The front matter at the beginning of ``text``, or None.

    A first line ``---`` opens it if the next one looks like ``key:``; otherwise that line is a
    thematic break. Empty lines and comments may precede closed front matter.
    """
    before = _BEFORE.match(text)
    above = before.end() if before else 0
    opening = _OPENING.match(text, above)
    if opening is None:
        return None
    start = opening.end()
    skipped = _SKIPPED.match(text, start)
    if _KEY.match(text, skipped.end() if skipped else start) is None:
        return None
    fence = _FENCE.search(text, start)
    if fence is None:
        return None if above else _unclosed(text, start)
    inner, number = text[start : fence.start()], text.count("\n", 0, above)
    lines = number + inner.count("\n") + (2 if fence[0] else 1)
    return FrontMatter(_printable(inner), lines, True, number)


def _unclosed(text: str, start: int) -> FrontMatter:
    """Front matter without a closing fence is taken to end before the first empty line."""
    blank = _BLANK.search(text, start)
    inner = text[start : blank.start() + 1 if blank else len(text)]
    lines = inner.count("\n") + (not inner.endswith("\n")) + 1
    return FrontMatter(_printable(inner), lines, closed=False)


def _printable(text: str) -> str:
    """``text`` with other characters for those that PyYAML rejects, which are reported when the
    file is read. A byte order mark within a text means a word joiner."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text).replace("\ufeff", "\u2060")


class _Lines:
    """Converts offsets in the YAML to places in the file.

    Offsets, not the lines and columns of PyYAML's marks, which also end lines at
    characters such as U+2028.
    """

    def __init__(self, text: str, before: int) -> None:
        self._before = before + 1
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._length = len(text)

    def place(self, start: int, end: int) -> Place:
        number = bisect.bisect_right(self._starts, start)
        following = self._starts[number] - 1 if number < len(self._starts) else self._length
        length = max(1, min(end, following) - start)
        return Place(number + self._before, start - self._starts[number - 1] + 1, length)


def compose(front_matter: FrontMatter, source: str) -> tuple[Mapping, int, tuple[Diagnostic, ...]]:
    """The entries of front matter, the number of lines it takes, and the problems.

    The lines are fewer than ``found.lines`` if the text shows that the front matter was meant to
    end before the next ``---``.
    """
    text, start = front_matter.text, Place(front_matter.before + 1, 1, 3)
    nothing = Mapping((), start)
    if len(text) > MAX_CHARACTERS:
        message = f"The front matter has more than {MAX_CHARACTERS:,} characters."
        return nothing, front_matter.lines, (_report(Code.BAD_YAML, message, start, source),)
    composer = _Composer(text, front_matter.before)
    unclosed = None if front_matter.closed else front_matter.lines
    mistakes: list[YamlMistakeError] = []
    try:
        entries = composer.entries(0, len(text))
    except YamlMistakeError:
        unclosed = composer.early_end(after_blank=front_matter.closed) or unclosed
        end = len(text) if unclosed is None else composer.offset(unclosed)
        entries, mistakes = composer.single_entries(end)
    diagnostics = []
    if unclosed is not None:
        message = "The front matter that begins here is not closed."
        unclosed += front_matter.before
        hint = f"Add a line `---` after line {unclosed}."
        diagnostics.append(_report(Code.FRONT_MATTER_NOT_CLOSED, message, start, source, hint))
    for mistake in mistakes:
        place = composer.lines.place(mistake.start, mistake.end)
        diagnostics.append(_report(Code.BAD_YAML, mistake.message, place, source, mistake.hint))
    for at, (comment, value) in composer.comments.items():
        message = f"YAML reads `{shorten(comment)}` as a comment, not as part of the value."
        if value:
            message = f"YAML reads `{value}` as a comment; here it is taken as the value."
        place = composer.lines.place(at, at + len(comment))
        diagnostics.append(_report(Code.LIKELY_SLIP, message, place, source, yaml_mistakes.QUOTES))
    return Mapping(tuple(entries), start), unclosed or front_matter.lines, tuple(diagnostics)


def _report(code: Code, message: str, place: Place, source: str, hint: str = "") -> Diagnostic:
    span = Span(place.line, place.column)
    return diagnostic(code, message, span=span, source=source, hint=hint, length=place.length)


_Entries: TypeAlias = list[tuple[Scalar, Node]]


class _Composer:
    """Builds nodes from PyYAML's events. ``comments`` are those that look like values, by position,
    with the text that was taken as one."""

    def __init__(self, text: str, before: int) -> None:
        self.text = text
        self.lines = _Lines(text, before)
        self.comments: dict[int, tuple[str, str]] = {}

    def offset(self, line: int) -> int:
        """The position in the YAML of the line after ``line`` (a number in the file)."""
        return sum(len(text) + 1 for text in self.text.split("\n")[: line - 1])

    def early_end(self, *, after_blank: bool) -> int | None:
        """The last line before ordinary text (after an empty line), where ``---`` is missing."""
        number, last, blank = 1, 1, not after_blank
        for line in self.text.split("\n"):
            number += 1
            if not line.strip():
                blank = True
                continue
            if blank and line[0] not in " \t#-]}\r" and not _KEY.match(line):
                return last
            if line.lstrip()[0] != "#":
                last, blank = number, not after_blank
        return None

    def single_entries(self, end: int) -> tuple[_Entries, list[YamlMistakeError]]:
        """The readable entries of front matter that is not valid YAML as a whole."""
        starts = [match.start() for match in _ENTRY.finditer(self.text, 0, end)]
        entries: _Entries = []
        mistakes = []
        bounds = sorted({0, *starts, end})
        for first, following in pairwise(bounds):
            try:
                entries += self.entries(first, following)
            except YamlMistakeError as mistake:
                mistakes.append(mistake)
        return entries, mistakes

    def entries(self, start: int, end: int) -> _Entries:
        """The entries of the mapping in that part of the text. Raises `YamlMistakeError`."""
        part = _TABS.sub(lambda m: " " * len(m[0]), self.text[start:end])
        try:
            events = yaml.parse(part, Loader=yaml.SafeLoader)
            root = self._document(events, start)
        except yaml.MarkedYAMLError as error:
            raise yaml_mistakes.explain(error, self.text, start) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            # Escapes such as "\UFFFFFFFF" pass PyYAML's scanner and fail in chr().
            raise yaml_mistakes.impossible_number(self.text, start, end) from None
        if root is None:
            return []
        if not isinstance(root, Mapping):
            raise yaml_mistakes.no_key(self.text, start, end, isinstance(root, Sequence))
        return list(root.entries)

    def _document(self, events: Iterator[yaml.Event], base: int) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                start = base + _index(event.start_mark)
                message = "A second YAML document begins here."
                raise YamlMistakeError(message, start, start + 3)
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, base, 0)
        return root

    def _node(
        self, event: yaml.NodeEvent, events: Iterator[yaml.Event], base: int, depth: int
    ) -> Node:
        start, end = base + _index(event.start_mark), base + _index(event.end_mark)
        yaml_mistakes.refuse_references(event, self.text, start, end)
        place = self.lines.place(start, end)
        if isinstance(event, yaml.ScalarEvent):
            if not event.style and (comment := _COMMENT.match(self.text, end)):
                return self._commented(event.value, place, comment)
            return Scalar(event.value, place, event.style or "")
        if depth == MAX_DEPTH:
            raise YamlMistakeError(
                f"Lists and mappings are more than {MAX_DEPTH} deep.", start, end
            )
        assert isinstance(event, yaml.CollectionStartEvent)
        flow = bool(event.flow_style)
        children: list[Node] = []
        for child in events:
            if not isinstance(child, yaml.NodeEvent):
                break
            children.append(self._node(child, events, base, depth + 1))
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(children), place, flow)
        pairs = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                message = "A key must be a word, not a list or a mapping."
                hint = "If the braces are part of the text, put the value in quotes."
                raise YamlMistakeError(message, start, end, hint)
            pairs.append((key, value))
        return Mapping(tuple(pairs), place, flow)

    def _commented(self, value: str, place: Place, comment: re.Match[str]) -> Scalar:
        """A value with a comment that was probably meant as part of it, or as a colour."""
        colour = _COLOUR.match(comment[1]) if not value else None
        number = colour[1] if colour else ""
        self.comments[comment.start(1)] = comment[1].rstrip(), number
        if not number:
            return Scalar(value, place)
        start = comment.start(1)
        return Scalar(number, self.lines.place(start, start + len(number)))


def _index(mark: Any) -> int:
    return mark.index if mark else 0
