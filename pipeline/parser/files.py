"""Source files: from bytes to text, or to a diagnosis of what a file is instead; and the files that
they include.
"""

from __future__ import annotations

import bisect
import codecs
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import quote, unquote

import msgspec

from pipeline.model import Document, Heading, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Severity, Span
from pipeline.model.late import late
from pipeline.model.names import nearest
from pipeline.model.tree import Changes, rewrite
from pipeline.parser.frontmatter import yaml
from pipeline.parser.lines import FORBIDDEN, Line, holds_forbidden, name, number_lines
from pipeline.parser.withheld_ranges import Cuts, Range, SourceRecord
from pipeline.system.paths import Problem, locate, scheme, shown_name

# --- source ----------------------------------------------------------------------------------
# Reading a source file: from bytes to text, or to a diagnosis of what the file is instead.

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE = 1_000_000
_EMBEDDED = late(r"\[[^\]\n]{1,100}\]:[ \t]*<?data:image/")
"""The beginning of a line that is an image, which may be as long as a file."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
)
_ZIP_CONTENT: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/epub+zip", "an EPUB e-book"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text"),
    (b"word/", "a Word document"),
)
_IMPORTED = (".docx", ".epub", ".odt", ".ott", ".fodt", ".rtf", ".pdf", ".mhtml", ".mht")
_UNICODE_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_CONTROL = late(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_UNDECODED = late("[\udc80-\udcff]+")
_FENCE = late(r" {0,3}(`{3,}|~{3,})")
MOST_TOGETHER = 3
"""The letters beyond those of English that stand together in a Western language at most."""

_NOT_WINDOWS = late(rb"[\x81\x8d\x8f\x90\x9d]")
_VISIBLE = late(r"[^\s\ufeff\u200b]")
_AS_UTF8 = "Save the file as UTF-8 in your editor."


def read(path: Path) -> tuple[str, tuple[Diagnostic, ...]]:
    r"""The text of a source file, and the problems with it, as in `read_any` and `check_text`."""
    text, problems = read_any(path)
    if not any(problem.is_error for problem in problems):
        problems = (*problems, *check_text(text, shown_name(str(path))))
    return ("" if any(problem.is_error for problem in problems) else text), problems


def read_any(path: Path) -> tuple[str, tuple[Diagnostic, ...]]:
    r"""The text of a file, with ``\n`` as its only line end and no byte order mark, or empty with
    the reason why it is none."""
    source = shown_name(str(path))
    if source != str(path):
        message = "The name of the file is not UTF-8."
        hint = "Rename it; files from old systems may have such names."
        return "", (diagnostic(Code.UNREADABLE_FILE, message, source=source, hint=hint),)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            # The size of a pipe is not known before it is read.
            data = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except (OSError, ValueError) as error:
        return "", (_unreadable(path, error),)
    if size > MAX_BYTES or len(data) > MAX_BYTES:
        return "", (_too_large(source, size if size > MAX_BYTES else 0),)
    text, problem = _decode(data, source)
    return text, (problem,) if problem else ()


def normalise(text: str) -> str:
    """``text`` without a byte order mark, and with ``\\n`` for every line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def without_stray(text: str) -> str:
    """``text`` with spaces for the characters that outputs may not have."""
    return FORBIDDEN.sub(" ", text) if holds_forbidden(text) else text


def check_text(text: str, source: str) -> tuple[Diagnostic, ...]:
    """The findings that prevent a text (as returned by `normalise`) from being a source."""
    if len(text) > MAX_BYTES:
        return (_too_large(source, 0),)
    problems = [
        _forbidden(text, source),
        *_long_lines(text, source),
        _empty(text, source),
        *_conflicts(text, source),
    ]
    return tuple(problem for problem in problems if problem)


def _unreadable(path: Path, error: OSError | ValueError) -> Diagnostic:
    hint = ""
    match error:
        case FileNotFoundError():
            message = "There is no such file."
            hint = _similar_file(path)
        case IsADirectoryError() | PermissionError() if path.is_dir():
            message, hint = "This is a folder, not a file.", "Name a Markdown file in it."
        case PermissionError():
            message = "You do not have permission to read the file."
            hint = "Change the file's permissions."
        case OSError():
            message = f"The file cannot be read: {error.strerror or 'the system gives no reason'}."
        case _:
            message = "No file can have this name."
    return diagnostic(Code.UNREADABLE_FILE, message, source=str(path), hint=hint)


def _similar_file(path: Path) -> str:
    try:
        if not path.parent.is_dir():
            return f"There is no folder `{path.parent}` either."
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except OSError:
        return ""
    similar = nearest(path.name, names)
    return f"Did you mean `{path.with_name(similar)}`?" if similar else ""


def _too_large(source: str, size: int) -> Diagnostic:
    much = f"{-(-size // 2**20):,} MiB" if size else f"more than {MAX_BYTES // 2**20} MiB"
    message = f"The source has {much}; {MAX_BYTES // 2**20} MiB is the maximum."
    return diagnostic(Code.FILE_TOO_LARGE, message, source=source)


def _decode(data: bytes, source: str) -> tuple[str, Diagnostic | None]:
    kind = _kind(data)
    if kind:
        message = f"This is {kind}, not a text file."
        hint = "Save or export it as plain text, and mark it up as Markdown."
        if source.lower().endswith(_IMPORTED):
            hint = f"Convert it: `chapbook import {source}`."
        return "", diagnostic(Code.BINARY_FILE, message, source=source, hint=hint)
    wide = _wide_encoding(data)
    if wide:
        message = f"The file is {wide}, not UTF-8."
        span = Span(1, 1)
        return "", diagnostic(Code.WRONG_ENCODING, message, span=span, source=source, hint=_AS_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return _undecodable(data, error.start, source)


def _kind(data: bytes) -> str:
    """The kind of a file by its first bytes, or ``""``."""
    kind = next((kind for start, kind in _SIGNATURES if data.startswith(start)), "")
    if data.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in _ZIP_CONTENT if part in data[:8192]), kind)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "a WebP image"
    return kind


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32, by its mark or by the zero bytes of every Latin letter."""
    marked = next((name for mark, name in _UNICODE_MARKS if data.startswith(mark)), "")
    if marked:
        return marked
    head = data[:1024]
    first, second = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    mostly, hardly = max(first, second), min(first, second)
    return "UTF-16" if half and mostly > 0.6 * half and hardly < 0.05 * half else ""


def _undecodable(data: bytes, start: int, source: str) -> tuple[str, Diagnostic]:
    """The text of a file with bytes that are not UTF-8, which are read as Windows-1252 if that is
    likely: no letters of other alphabets, of which there would be many together."""
    line_start = data.rfind(b"\n", 0, start) + 1
    line = data.count(b"\n", 0, start) + 1
    column = len(data[line_start:start].decode("utf-8", "replace")) + 1
    span = Span(line, column)
    byte = data[start]
    if _CONTROL.search(data):
        message = f"The file contains bytes that never occur in text (the first is 0x{byte:02X})."
        return "", diagnostic(Code.BINARY_FILE, message, span=span, source=source)
    message = f"The byte 0x{byte:02X} is not UTF-8."
    text = data.decode("utf-8", "surrogateescape")
    runs = [match[0] for match in _UNDECODED.finditer(text)]
    if any(len(run) > MOST_TOGETHER or _NOT_WINDOWS.search(_bytes(run)) for run in runs):
        hint = _AS_UTF8
        return "", diagnostic(Code.WRONG_ENCODING, message, span=span, source=source, hint=hint)
    count = sum(map(len, runs)) - 1
    others = f", and {count:,} more" if count else ""
    message += f" It is read as Windows-1252, `{_bytes(runs[0][0]).decode('cp1252')}`{others}."
    text = _UNDECODED.sub(lambda match: _bytes(match[0]).decode("cp1252"), text)
    finding = diagnostic(Code.OLD_ENCODING, message, span=span, source=source, hint=_AS_UTF8)
    return text, finding


def _bytes(text: str) -> bytes:
    """The bytes that are not UTF-8, from their surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _forbidden(text: str, source: str) -> Diagnostic | None:
    if not holds_forbidden(text):
        return None
    at = text.find("\0")
    match = FORBIDDEN.search(text, max(0, at))
    if match is None:
        return None
    line = text.count("\n", 0, match.start()) + 1
    span = Span(line, match.start() - text.rfind("\n", 0, match.start()))
    others = sum(1 for _ in FORBIDDEN.finditer(text, match.end()))
    more = f", and {others:,} more like it" if others else ""
    message = f"The text contains {name(match[0])}{more}."
    hint = "Delete it; most editors can show invisible characters."
    if "\0" in text:
        hint = "It never occurs in text: this may be another kind of file."
        return diagnostic(Code.BINARY_FILE, message, span=span, source=source, hint=hint)
    if match[0] == "\f":
        hint = r"Delete it; for a page break, write `\newpage` alone on a line."
    return diagnostic(Code.STRAY_CHARACTER, message, span=span, source=source, hint=hint)


def _long_lines(text: str, source: str) -> list[Diagnostic]:
    problems = []
    start, line = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > MAX_LINE and not _EMBEDDED.match(text, start):
            message = f"The line has {end - start:,} characters; {MAX_LINE:,} is the maximum."
            span = Span(line, 1)
            problems.append(diagnostic(Code.LINE_TOO_LONG, message, span=span, source=source))
        start, line = end + 1, line + 1
    return problems


def _conflicts(text: str, source: str) -> list[Diagnostic]:
    """A finding for each contradiction of two versions that is marked as git does it, and not
    shown as code."""
    if "<<<<<<< " not in text or ">>>>>>> " not in text:
        return []
    problems: list[Diagnostic] = []
    fence, opened = "", Span(0)
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _FENCE.match(line):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence):
                fence = ""
        elif not fence and line.startswith("<<<<<<< "):
            opened = Span(number, 1)
        elif opened.line and line.startswith(">>>>>>> "):
            message = f"Two versions stand here, up to line {number}, with the marks between them."
            hint = "Choose one of them, and remove the lines with the marks."
            problem = diagnostic(
                Code.CONFLICT_MARKS, message, span=opened, source=source, hint=hint
            )
            problems, opened = [*problems, problem], Span(0)
    return problems


def _empty(text: str, source: str) -> Diagnostic | None:
    if not _VISIBLE.search(text):
        return diagnostic(Code.EMPTY_FILE, "The source is empty.", source=source)
    front_matter = yaml.find(text)
    if front_matter is None or not front_matter.closed:
        return None
    rest = text.split("\n", front_matter.lines)[front_matter.lines :]
    if rest and _VISIBLE.search(rest[0]):
        return None
    message = "There is no text after the front matter."
    return diagnostic(Code.EMPTY_FILE, message, span=Span(front_matter.lines, 1), source=source)


# --- files -----------------------------------------------------------------------------------
# Included files: text, code, data; and the files and lines behind the lines that the parser reads.
#
# The parser counts the lines of a source and all its includes as one text, in which an included
# file follows the line that includes it. Only at the end are spans converted to their own files.


class _Piece(NamedTuple):
    """An included file, once for each inclusion: ``file`` is its name in messages, "" for the
    source; ``name`` its path relative to the source's folder. It is included by ``line`` of
    ``parent``, with headings lowered by ``shift`` levels."""

    name: str
    file: str = ""
    parent: _Piece | None = None
    line: int = 0
    shift: int = 0

    @property
    def folder(self) -> str:
        """The base of its own addresses, as a path from the source's folder."""
        return self.name.rpartition("/")[0]

    @property
    def within(self) -> tuple[str, ...]:
        """The names of this file and of those that include it, the source's first."""
        return (*(self.parent.within if self.parent else ()), self.name)


class LineMap:
    """``source`` is the source's name in messages, ``last`` the last number of the text. Once the
    text is read, the map ``is_settled``: reading it again changes nothing."""

    def __init__(self, source: str = "") -> None:
        self._source = PurePath(source)
        self._starts = [0]
        self._pieces = [(_Piece(self._source.name), 0)]
        self._first_lines: dict[str, int] = {}
        self.last = 0
        self.is_settled = False

    @property
    def is_plain(self) -> bool:
        """True if there is nothing but the source."""
        return len(self._pieces) == 1

    def begin(self, number: int, name: str, line: int, shift: int) -> None:
        """After ``number``, which includes it, lines are those of ``name`` from ``line`` on."""
        parent, at = self.place(number)
        piece = _Piece(name, self.file(name), parent, at, parent.shift + shift)
        self._add(number + 1, piece, line)

    def resume(self, number: int, piece: _Piece, line: int) -> None:
        """After ``number``, lines are those of ``piece`` again, from ``line`` on."""
        self._add(number + 1, piece, line)

    def append(self, name: str, lines: int) -> int:
        """The first line number of a file beside the text, added once all of the text is read."""
        if name not in self._first_lines:
            self._first_lines[name] = self.last + 1
            self._add(self.last + 1, _Piece(name, self.file(name)), 1)
            self.last += lines
        return self._first_lines[name]

    def file(self, name: str) -> str:
        """The name of a file in messages: its path from the source's folder."""
        return str(self._source.parent / name)

    def _add(self, number: int, piece: _Piece, line: int) -> None:
        if self.is_settled:
            return
        if self._starts[-1] == number:  # nothing stood between
            self._starts.pop()
            self._pieces.pop()
        self._starts.append(number)
        self._pieces.append((piece, line))

    def place(self, number: int) -> tuple[_Piece, int]:
        """The file and its line that the line ``number`` is."""
        index = bisect.bisect_right(self._starts, number) - 1
        piece, line = self._pieces[index]
        return piece, line + number - self._starts[index]

    def includes(self, number: int, other: int) -> bool:
        """Return whether the file of a line includes that of another."""
        piece, within = self.place(number)[0], self.place(other)[0].parent
        while within is not None and within is not piece:
            within = within.parent
        return within is not None

    def span(self, span: Span) -> Span:
        """``span`` in its file. If it ends in a file that is included in this one, it ends with the
        including line; if it ends outside, as HTML may, its end is omitted."""
        if not span.line:
            return span
        piece, line = self.place(span.line)
        last, end = self.place(span.end or span.line)
        while last is not piece and last.parent:
            last, end = last.parent, last.line
        ends = last is piece and end > line
        return Span(line, span.column, end if ends else 0, piece.file)

    def place_findings(self, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Findings without a file of their own, in their files."""
        return tuple(d if self.is_plain or d.source else self._place_finding(d) for d in findings)

    def _place_finding(self, finding: Diagnostic) -> Diagnostic:
        if not finding.line:
            return finding
        piece, line = self.place(finding.line)
        return msgspec.structs.replace(finding, source=piece.file, line=line)

    def apply(self, document: Document) -> Document:
        """The document with all places in their files, and headings at their levels."""
        if self.is_plain:
            return document

        def leave(node: Node) -> Node:
            if node.span is None:
                return node
            span = self.span(node.span)
            if isinstance(node, Heading) and (shift := self.place(node.span.line)[0].shift):
                level = min(6, node.level + shift)
                return msgspec.structs.replace(node, span=span, level=level)
            return node if span == node.span else msgspec.structs.replace(node, span=span)

        changes: Changes = dict.fromkeys(Node.__subclasses__(), leave)
        return msgspec.structs.replace(
            document,
            blocks=rewrite(document.blocks, leave=changes),
            notes=rewrite(document.notes, leave=changes),
            diagnostics=self.place_findings(document.diagnostics),
        )


_PATH = late(r"(?!%7B%7B)[^?#/\\][^?#]*")


class SourceFiles:
    """Reads text files in ``folder``, and nothing outside it; without one, nothing.

    ``names`` are the paths of the files read, relative to the folder, in order. ``lines`` maps
    lines to files: addresses are relative to the folder of their file. ``name`` is the name of the
    source in messages, ``dialects`` are the tools whose signs it has.
    """

    def __init__(
        self, folder: Path | None = None, name: str = "", dialects: tuple[str, ...] = ()
    ) -> None:
        self.lines = LineMap(name)
        self.record = SourceRecord()
        self.cuts: Cuts | None = None
        self.dialects = dialects
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._size_of_files = self._size_given = 0
        self._missing: dict[str, None] = {}
        self.warnings: list[Diagnostic] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The files that were read, and those that do not exist yet."""
        return (*self._texts, *self._missing)

    def read(self, address: str, span: Span | None) -> str | Diagnostic:
        r"""The text of the file at a relative path, with ``\n`` for line ends; or the problem:
        MISSING_FILE, OUTSIDE_FOLDER, TOO_MANY_INCLUDES, or a finding of `read_any`, reported at
        the ``span`` that names the file."""
        path = self.find(address, span)
        if isinstance(path, Diagnostic):
            return path
        text = self._texts[path]
        self._size_given += len(text)
        return _too_much(span) if self._size_given > MAX_BYTES else text

    def find(self, address: str, span: Span | None) -> str | Diagnostic:
        """The path, from the folder, of the file whose text `read` returns."""
        located = self.name(self.rebase(address, span))
        if isinstance(located, Problem):
            if located.code is Code.MISSING_FILE and (
                path := _PATH.match(self.rebase(address, span))
            ):
                self._missing[posixpath.normpath(unquote(path[0]))] = None
            return diagnostic(located.code, located.message, span=span, hint=located.hint)
        if located not in self._texts:
            assert self._folder is not None
            if self._size_of_files > MAX_BYTES:
                return _too_much(span)
            text, problems = read(self._folder / located)
            is_empty = all(problem.code == Code.EMPTY_FILE.slug for problem in problems)
            if any(problem.is_error for problem in problems) and not is_empty:
                line = f", line {problems[0].line}," if problems[0].line else ""
                message = f"“{located}”{line} cannot be used: {problems[0].message}"
                return diagnostic(Code.UNREADABLE_FILE, message, span=span, hint=problems[0].hint)
            file = self.lines.file(located)
            self.warnings += (
                msgspec.structs.replace(problem, source=file, severity=Severity.WARNING)
                for problem in problems
            )
            self._texts[located] = without_stray(normalise(text))
            self._size_of_files += len(text)
        return located

    def read_lines(self, address: str, span: Span | None) -> tuple[Line, ...]:
        """The lines of a file whose text `read` returned; findings in it are reported with the
        file's name and line."""
        name = self.find(address, span)
        assert isinstance(name, str), "it was read before"
        text = self._texts[name]
        first = self.lines.append(name, text.count("\n") + 1)
        lines = number_lines(text, first)
        self.record.lines.update((line.number, line) for line in lines)
        if self.cuts is None:
            return lines
        return tuple(
            line.with_text(left)
            for line in lines
            if (left := self.cuts.line(line.number, line)) is not None
        )

    def leave_out(self, ranges: Iterable[Range], record: SourceRecord) -> SourceFiles:
        """The same files, read again without some ranges; ``record`` is that of reading all."""
        other = SourceFiles(self._folder, dialects=self.dialects)
        other.lines, other._texts = self.lines, self._texts
        other.lines.is_settled = True
        other.cuts = Cuts(ranges, record)
        return other

    def rebase(self, address: str, span: Span | None) -> str:
        """``address``, in the file of ``span``, relative to the source's folder, if a path."""
        folder = self.lines.place(span.line)[0].folder if span else ""
        path = _PATH.match(address)
        if not folder or not path or scheme(address):
            return address
        moved = posixpath.normpath(f"{quote(folder)}/{path[0]}")
        return moved + address[path.end() :]

    def name(self, address: str) -> str | Problem:
        """The path from the folder of the file that ``address`` leads to."""
        if scheme(address):
            return Problem(
                Code.OUTSIDE_FOLDER,
                f"“{address}” is not in the source's folder.",
                "Save a copy beside the source.",
            )
        if self._folder is None:
            return Problem(Code.MISSING_FILE, f"There is no file “{address}”.")
        located = locate(self._folder, address, Code.MISSING_FILE)
        return located if isinstance(located, Problem) else located.name


def _too_much(span: Span | None) -> Diagnostic:
    message = f"More than {MAX_BYTES // 2**20} MiB are included."
    return diagnostic(Code.TOO_MANY_INCLUDES, message, span=span)
