"""The files and lines behind the lines that the parser reads. The parser numbers the lines of a
source and all its includes as a single text, in which an included file follows the line that
includes it. Spans are converted to their own files at the end."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from pipeline.model import Document, Heading, Node
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.rewriting import Changes, rewrite


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
    """``source`` is the source's name in messages, ``last`` the last number of the text."""

    def __init__(self, source: str = "") -> None:
        self._source = PurePath(source)
        self._starts = [0]
        self._pieces = [(_Piece(self._source.name), 0)]
        self._beside: dict[str, int] = {}
        self.last = 0

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
        if name not in self._beside:
            self._beside[name] = self.last + 1
            self._add(self.last + 1, _Piece(name, self.file(name)), 1)
            self.last += lines
        return self._beside[name]

    def file(self, name: str) -> str:
        """The name of a file in messages: its path from the source's folder."""
        return str(self._source.parent / name)

    def _add(self, number: int, piece: _Piece, line: int) -> None:
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
