"""Diagnostics: problems in a source, with their position and advice; and events of a build."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from pipeline.model.late import late
from pipeline.model.paper import Fitted

# --- diagnostics -----------------------------------------------------------------------------
# Diagnostics: problems in a source, with their position and advice. They are values, which stages
# collect in the document; `pipeline.commands.terminal` prints them.

_QUOTATION = late(r"`([^`]{2,200})`|“([^”]{1,200})”")
"""A quotation from the source in a message; as text, in one that has no column."""


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in the source: lines and columns count from 1, ``end`` is the last line (0 for the
    same line), ``column`` is 0 if unknown. ``file`` is the included file, as messages name it, or
    "" for the source itself. With a ``block``, lines count from the beginning of the top-level
    block with that key, and its `Origin` gives the lines in the file."""

    line: int
    column: int = 0
    end: int = 0
    file: str = ""
    block: str = ""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """The number of lines of its ``file`` that come before a block."""

    line: int
    file: str = ""


def span_over(first: Span | None, last: Span | None) -> Span | None:
    """The span from the beginning of ``first`` to the end of ``last``."""
    if first is None or last is None:
        return first or last
    end = max(first.line, first.end, last.line, last.end)
    return msgspec.structs.replace(first, end=end if end > first.line else 0)


class Severity(enum.StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Diagnostic(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding. ``code`` is a value of `pipeline.model.codes.Code`; line and column count from 1,
    and are 0 for the whole file; ``length`` is the number of characters to underline."""

    code: str
    severity: Severity
    message: str
    source: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    hint: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


class SourceLines(dict[str, list[str]]):
    """The lines of sources by name. Each is read once; one that cannot be read has none."""

    def __init__(self, read: Callable[[str], bytes | None] | None = None) -> None:
        super().__init__()
        self._read = read or (lambda name: Path(name).read_bytes())

    def __missing__(self, name: str) -> list[str]:
        try:
            text = (self._read(name) or b"").decode("utf-8-sig", errors="replace")
        except (OSError, ValueError):
            text = ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self[name] = [line.expandtabs(1).rstrip() for line in text.split("\n")]
        return self[name]


def place_in_source(findings: Iterable[Diagnostic], source: str) -> tuple[Diagnostic, ...]:
    """Findings, in the source if they are in no other file."""
    return tuple(
        finding if finding.source else msgspec.structs.replace(finding, source=source)
        for finding in findings
    )


def sort_findings(
    diagnostics: Iterable[Diagnostic], sources: SourceLines | None = None
) -> tuple[Diagnostic, ...]:
    """Each finding once, by file and place: if its line contains what its message quotes first, the
    place of that, because nodes know where they begin, but not where their attributes are."""
    sources = SourceLines() if sources is None else sources
    unique = dict.fromkeys(_point(finding, sources) for finding in diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.source, d.line, d.column, d.code, d.message)))


def _point(finding: Diagnostic, sources: SourceLines) -> Diagnostic:
    quoted = _QUOTATION.search(finding.message) if finding.line and finding.length == 1 else None
    if not quoted or (finding.column and quoted[0][0] != "`"):
        return finding
    lines = sources[finding.source]
    text = lines[finding.line - 1] if finding.line <= len(lines) else ""
    key, equals, value = re.escape(quoted[1] or quoted[2]).partition("=")
    written = rf"{key}=[\"']?{value}" if equals else key
    whole = re.compile(rf"(?:(?<!\w)|(?!\w)){written}(?:(?!\w)|(?<!\w))")
    start = max(0, finding.column - 1)
    named = re.compile(rf"(?<=#){written}(?!\w)") if " id `" in finding.message else whole
    match = named.search(text, start) or whole.search(text, start)
    if not match:
        return finding
    width = match.end() - match.start()
    return msgspec.structs.replace(finding, column=match.start() + 1, length=width)


# --- events ----------------------------------------------------------------------------------
# Events of a build, besides those that have its results.


class Begun(msgspec.Struct, frozen=True):
    """An event: a step begins to run for an edition, or continues with a ``part`` of a number of
    ``parts``, counted from 1."""

    stage: str
    edition: str
    is_part: bool = False
    part: int = 0
    parts: int = 0


class Ran(msgspec.Struct, frozen=True):
    """An event: a step ran for an edition, with the time in seconds; 0 if its result was known. A
    ``note`` may describe the run. ``is_part`` marks runs for parts of another step."""

    stage: str
    edition: str
    seconds: float = 0.0
    note: str = ""
    is_part: bool = False


class DifferingPages(msgspec.Struct, frozen=True):
    """Some pages of a number of ``pages``, counted from 1."""

    numbers: tuple[int, ...] = ()
    pages: int = 0


class Saved(msgspec.Struct, frozen=True):
    """A file that was made: its edition, time, size and path, the settings chosen to fill its
    pages, and those of its pages that differ from the last build, if they are known."""

    name: str
    seconds: float
    size: int
    path: Path
    fitted: Fitted | None = None
    new_pages: DifferingPages = DifferingPages()
