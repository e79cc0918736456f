"""Included files: text, code, data."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.parser import source
from pipeline.parser.linemap import LineMap
from pipeline.system.paths import Problem, locate, scheme

_PATH = re.compile(r"(?!%7B%7B)[^?#/\\][^?#]*")


class SourceFiles:
    """Reads text files in ``folder``, and nothing outside it; without one, nothing.

    ``names`` are the paths of the files read, relative to the folder, in order. ``lines`` maps
    lines to files: addresses are relative to the folder of their file. ``name`` is the name of the
    source in messages.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self.lines = LineMap(name)
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._held = self._taken = 0
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
        found = self.find(address, span)
        if isinstance(found, Diagnostic):
            return found
        text = self._texts[found]
        self._taken += len(text)
        return _too_much(span) if self._taken > source.MAX_BYTES else text

    def find(self, address: str, span: Span | None) -> str | Diagnostic:
        """The path, from the folder, of the file whose text `read` returns."""
        found = self.name(self.rebased(address, span))
        if isinstance(found, Problem):
            if found.code is Code.MISSING_FILE and (
                path := _PATH.match(self.rebased(address, span))
            ):
                self._missing[posixpath.normpath(unquote(path[0]))] = None
            return diagnostic(found.code, found.message, span=span, hint=found.hint)
        if found not in self._texts:
            assert self._folder is not None
            if self._held > source.MAX_BYTES:
                return _too_much(span)
            text, problems = source.read(self._folder / found)
            if any(problem.is_error for problem in problems):
                line = f", line {problems[0].line}," if problems[0].line else ""
                message = f"“{found}”{line} cannot be used: {problems[0].message}"
                return diagnostic(Code.UNREADABLE_FILE, message, span=span, hint=problems[0].hint)
            file = self.lines.file(found)
            self.warnings += (msgspec.structs.replace(p, source=file) for p in problems)
            self._texts[found] = source.without_stray(source.normalise(text))
            self._held += len(text)
        return found

    def number(self, address: str, span: Span | None) -> int:
        """The number of the first line of a file whose text `read` returned; findings in it are
        reported with the file's name and line."""
        name = self.find(address, span)
        assert isinstance(name, str), "it was read before"
        return self.lines.append(name, self._texts[name].count("\n") + 1)

    def rebased(self, address: str, span: Span | None) -> str:
        """``address``, written in the file of ``span``, relative to the source's folder; anything
        but a relative path stays unchanged."""
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
