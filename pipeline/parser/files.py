"""The files beside the source that its text takes in: further text, code, data."""

from __future__ import annotations

from pathlib import Path

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.parser import source
from pipeline.paths import Problem, locate, scheme


class SourceFiles:
    """Reads text files in ``folder``, and nothing outside; without one, none at all.

    ``names`` are the paths from the folder of those that were read, in order.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._texts)

    def read(self, address: str, span: Span | None) -> str | Diagnostic:
        """The text of the file that a relative path leads to, with ``\\n`` for line ends; or
        what is wrong: MISSING_FILE, OUTSIDE_FOLDER, or what `source.read` finds, said of the
        place ``span`` that names the file."""
        found = self.name(address)
        if isinstance(found, Problem):
            return diagnostic(found.code, found.message, span=span, hint=found.hint)
        if found not in self._texts:
            assert self._folder is not None
            text, problems = source.read(self._folder / found)
            if problems:
                message = f"“{found}” cannot be used: {problems[0].message}"
                return diagnostic(Code.UNREADABLE_FILE, message, span=span, hint=problems[0].hint)
            self._texts[found] = source.normalise(text)
        return self._texts[found]

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
