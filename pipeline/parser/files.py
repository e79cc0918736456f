"""Included files: text, code, data; and the files and lines behind the lines that the parser reads.

The parser counts the lines of a source and all its includes as one text, in which an included file
follows the line that includes it. Only at the end are spans converted to their own files.
"""

from __future__ import annotations

import bisect
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
from pipeline.model.tree import Changes, rewrite
from pipeline.parser import source
from pipeline.parser.lines import Line, numbered
from pipeline.parser.ranges import Cuts, Range, SourceRecord
from pipeline.system.paths import Problem, locate, scheme


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

    def placed(self, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Findings without a file of their own, in their files."""
        return tuple(d if self.is_plain or d.source else self._placed(d) for d in findings)

    def _placed(self, finding: Diagnostic) -> Diagnostic:
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
            diagnostics=self.placed(document.diagnostics),
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
        MISSING_FILE, OUTSIDE_FOLDER, TOO_MANY_INCLUDES, or a finding of `source.read`, reported at
        the ``span`` that names the file."""
        path = self.find(address, span)
        if isinstance(path, Diagnostic):
            return path
        text = self._texts[path]
        self._size_given += len(text)
        return _too_much(span) if self._size_given > source.MAX_BYTES else text

    def find(self, address: str, span: Span | None) -> str | Diagnostic:
        """The path, from the folder, of the file whose text `read` returns."""
        located = self.name(self.rebased(address, span))
        if isinstance(located, Problem):
            if located.code is Code.MISSING_FILE and (
                path := _PATH.match(self.rebased(address, span))
            ):
                self._missing[posixpath.normpath(unquote(path[0]))] = None
            return diagnostic(located.code, located.message, span=span, hint=located.hint)
        if located not in self._texts:
            assert self._folder is not None
            if self._size_of_files > source.MAX_BYTES:
                return _too_much(span)
            text, problems = source.read(self._folder / located)
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
            self._texts[located] = source.without_stray(source.normalise(text))
            self._size_of_files += len(text)
        return located

    def numbered(self, address: str, span: Span | None) -> tuple[Line, ...]:
        """The lines of a file whose text `read` returned; findings in it are reported with the
        file's name and line."""
        name = self.find(address, span)
        assert isinstance(name, str), "it was read before"
        text = self._texts[name]
        first = self.lines.append(name, text.count("\n") + 1)
        lines = numbered(text, first)
        self.record.lines.update((line.number, line) for line in lines)
        if self.cuts is None:
            return lines
        return tuple(
            line.with_text(left)
            for line in lines
            if (left := self.cuts.line(line.number, line)) is not None
        )

    def without(self, ranges: Iterable[Range], record: SourceRecord) -> SourceFiles:
        """The same files, read again without some ranges; ``record`` is that of reading all."""
        other = SourceFiles(self._folder, dialects=self.dialects)
        other.lines, other._texts = self.lines, self._texts
        other.lines.is_settled = True
        other.cuts = Cuts(ranges, record)
        return other

    def rebased(self, address: str, span: Span | None) -> str:
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
    message = f"More than {source.MAX_BYTES // 2**20} MiB are included."
    return diagnostic(Code.TOO_MANY_INCLUDES, message, span=span)
