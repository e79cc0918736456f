"""YAML front matter as a tree of places and strings; common mistakes in it."""

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
from pipeline.parser.lines import FORBIDDEN, shorten

# --- yaml mistakes ---------------------------------------------------------------------------
# Common mistakes in YAML, with helpful messages. PyYAML reports what its scanner expected; this
# module infers the author's intention.

QUOTES = 'Put the value in quotes: `key: "value"`.'


class YamlMistakeError(Exception):
    """One mistake, from ``start`` to ``end`` (offsets in the YAML)."""

    def __init__(self, message: str, start: int, end: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


def impossible_number(text: str, start: int, end: int) -> YamlMistakeError:
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    message = "This contains an escape for a character that does not exist."
    return YamlMistakeError(message, first, _line_end(text, first), "Use single quotes: `'…'`.")


def no_key(text: str, start: int, end: int, is_list: bool) -> YamlMistakeError:
    """The mistake in a part that is YAML, but not a mapping."""
    match = re.compile(r"^[ \t]*(?=[^\s#])", re.MULTILINE).search(text, start, end)
    first = match.end() if match else start
    last = _line_end(text, first)
    if is_list:
        hint = "Write a key above the list, such as `keywords:`."
        return YamlMistakeError(
            "The front matter begins with a list, not with a key.", first, last, hint
        )
    glued = re.match(r"([\w-]+):(\S.*)", text[first:last])
    if glued:
        hint = f"Put a space after the colon: `{glued[1]}: {shorten(glued[2])}`."
    else:
        hint = "If the line belongs to the value above, indent it by two spaces."
    return YamlMistakeError("This line has no `key: value`.", first, last, hint)


def refuse_references(event: yaml.NodeEvent, text: str, start: int, end: int) -> None:
    """Raise `YamlMistakeError` if a value is an alias, or has an anchor or a tag."""
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        mistake = f"begins with `{text[start : start + 1]}`, which YAML reserves for anchors"
    elif getattr(event, "tag", None) is not None:
        mistake = "begins with `!`, which YAML reserves for tags"
    else:
        return
    raise YamlMistakeError(f"The value {mistake}.", start, max(end, start + 1), QUOTES)


_CLOSE = "Close it with `%s`; if it belongs to the text, put the value in quotes."
_KNOWN = (
    ("quoted scalar", True, "The quotation mark that opens here is not closed.",
     "End the value with the same mark: `…`."),
    ("cannot start any token|^expected the node content", False,
     "A value cannot begin with `…`.", QUOTES),
    ("flow sequence", True, "The `[` that opens here is not closed.", _CLOSE % "]"),
    ("flow mapping", True, "The `{` that opens here is not closed.", _CLOSE % "}"),
    ("^expected <block end>|block collection", False,
     "The indentation does not match the lines above.",
     "Indent entries that belong together equally."),
    ("^sequence entries", False, "A list cannot begin here.",
     "Begin the list on the line after its key; a value that begins with `-` needs quotes."),
    ("block scalar", True, "`…` must end its line.",
     "Begin the text on the next line, indented; a value that begins like this needs quotes."),
)  # fmt: skip
"""The words by which PyYAML's errors are known; whether the mistake is where the value opens; its
message and hint, with ``…`` for the character there."""


def explain(error: yaml.MarkedYAMLError, text: str, base: int) -> YamlMistakeError:
    """``error`` as a mistake. ``base`` is the offset of the parsed text in ``text``."""
    problem, context = error.problem or "", error.context or ""
    at = _index_of_mark(error.problem_mark, base, text)
    opened = _index_of_mark(error.context_mark, base, text) if error.context_mark else at
    line = text[text.rfind("\n", 0, at) + 1 : _line_end(text, at)]
    if problem.startswith("mapping values"):
        return _colon(line, at, text)
    if re.search(r"scanning an? (anchor|alias|tag)", context):
        kind = "tags" if context.endswith("tag") else "anchors"
        message = (
            f"The value begins with `{text[opened : opened + 1]}`, which YAML reserves for {kind}."
        )
        return YamlMistakeError(
            message, opened, _line_end(text, opened), _suggest_quotes(line) or QUOTES
        )
    if problem.startswith("found unknown escape") or "expected escape sequence" in problem:
        hint = "Write two backslashes, or use single quotes: `'…'`."
        return YamlMistakeError(
            "A backslash in double quotes must begin an escape.", at - 1, at + 1, hint
        )
    if problem.startswith("expected <block end>, but found '<scalar>'"):
        hint = _suggest_quotes(line) or QUOTES
        return YamlMistakeError("There is more text after the end of the value.", at, 0, hint)
    if text[at : at + 1] == "\t" and "cannot start any token" in problem:
        return YamlMistakeError("A tab is not allowed here.", at, 0, "Indent with spaces.")
    for sign, is_at_opening, message, hint in _KNOWN:
        if re.search(sign, f"{problem}\n{context}"):
            start = opened if is_at_opening else at
            message, hint = (s.replace("…", text[start : start + 1]) for s in (message, hint))
            return YamlMistakeError(message, start, 0, hint)
    if "could not find expected ':'" in problem:
        return no_key(text, opened, _line_end(text, opened), is_list=False)
    return YamlMistakeError(f"This is not valid YAML: {problem or context}.", at)


def _colon(line: str, at: int, text: str) -> YamlMistakeError:
    """The mistake of a ``: `` where YAML does not allow a mapping."""
    indented = re.match(r"[ \t]+([\w-]+)[ \t]*:", line)
    begin = text.rfind("\n", 0, at) + 1
    if indented and begin + indented.end() - 1 == at:
        hint = (
            f"If `{indented[1]}` is a key, give it the indentation of the keys around it; "
            "if the line belongs to the value above, put that value in quotes."
        )
        start = begin + indented.start(1)
        return YamlMistakeError(
            "The line is indented like text, but looks like a key.", start, at + 1, hint
        )
    return YamlMistakeError(
        "A value with a colon in it needs quotes.", at, 0, _suggest_quotes(line) or QUOTES
    )


def _suggest_quotes(line: str) -> str:
    """A hint with the value of a line in the quotes that it needs, if it is short."""
    pair = re.match(r"[ \t-]*+([\w-]++)[ \t]*+:[ \t]++(\S.{,60})$", line.rstrip())
    if pair is None:
        return ""
    value = pair[2]
    if value[0] in "\"'" and value[0] == value[-1] and value.count(value[0]) == 3:
        value = value[1:-1]
    single = '"' in value or "\\" in value
    value = "'" + value.replace("'", "''") + "'" if single else f'"{value}"'
    return f"Put the value in quotes: `{pair[1]}: {value}`."


def _index_of_mark(mark: yaml.Mark | None, base: int, text: str) -> int:
    """The offset of a mark in ``text``; of the last character if it is at the end."""
    offset = base + (mark.index if mark else 0)
    return max(base, min(offset, len(text.rstrip()) - 1))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


# --- yaml nodes ------------------------------------------------------------------------------
# YAML front matter as a tree of places and strings.
#
# PyYAML's parser gives the events; the tree is built here, because front matter needs both less
# and more than YAML: every scalar stays the text that was written (``no`` is Norwegian, ``1.10`` a
# version), every key and value knows its place, anchors, aliases and tags are refused, and depth
# and size have limits. A mistake only costs the entry that contains it.

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
        return None if above else _take_unclosed(text, start)
    inner, number = text[start : fence.start()], text.count("\n", 0, above)
    lines = number + inner.count("\n") + (2 if fence[0] else 1)
    return FrontMatter(_printable(inner), lines, True, number)


def _take_unclosed(text: str, start: int) -> FrontMatter:
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
        diagnostics.append(_report(Code.LIKELY_SLIP, message, place, source, QUOTES))
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
            raise explain(error, self.text, start) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            # Escapes such as "\UFFFFFFFF" pass PyYAML's scanner and fail in chr().
            raise impossible_number(self.text, start, end) from None
        if root is None:
            return []
        if not isinstance(root, Mapping):
            raise no_key(self.text, start, end, isinstance(root, Sequence))
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
        refuse_references(event, self.text, start, end)
        place = self.lines.place(start, end)
        if isinstance(event, yaml.ScalarEvent):
            if not event.style and (comment := _COMMENT.match(self.text, end)):
                return self._take_comment(event.value, place, comment)
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

    def _take_comment(self, value: str, place: Place, comment: re.Match[str]) -> Scalar:
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
