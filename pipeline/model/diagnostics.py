"""Diagnostics: problems in a source, with their position and advice. They are values, which stages
collect in the document; only the command line prints them."""

from __future__ import annotations

import enum

import msgspec


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


def covering(first: Span | None, last: Span | None) -> Span | None:
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
