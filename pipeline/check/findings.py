"""What the checks have found so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Severity, Span
from pipeline.preflight.faults import on_pages

LIMIT = 100
"""How many errors, and how many warnings, are kept of one file."""


class Place(NamedTuple):
    """Line and column count from 1; both are 0 for the file as a whole."""

    line: int = 0
    column: int = 0


WHOLE = Place()


class Findings:
    """Collects findings about one file, and about those that belong to it.

    Messages and hints are whole sentences.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._kept: dict[Severity, list[Diagnostic]] = {severity: [] for severity in Severity}
        self._left_out = [0]

    def of(self, source: str) -> Findings:
        """The same collection, for what is found in the file ``source``."""
        other = Findings(source)
        other._kept, other._left_out = self._kept, self._left_out
        return other

    def inside(self, name: str) -> Findings:
        """The same collection, for what is found in the file ``name`` of an archive."""
        return self.of(f"{self.source}/{name}")

    def error(self, message: str, hint: str = "", place: Place = WHOLE) -> None:
        self._add(Code.CHECK_FAILED, message, hint, place)

    def warning(self, message: str, hint: str = "", place: Place = WHOLE) -> None:
        self._add(Code.CHECK_WARNING, message, hint, place)

    def of_page(self, code: Code, pages: Sequence[int], message: str, hint: str) -> None:
        """A finding with a code of its own, about these pages of a PDF."""
        self._add(code, f"{on_pages(pages).capitalize()}: {message}", hint, WHOLE)

    def unreadable(self, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or "the system gives no reason"
        self._add(Code.UNREADABLE_FILE, f"The file cannot be read: {reason}.", "", WHOLE)

    @property
    def errors(self) -> int:
        """How many errors there are so far."""
        return len(self._kept[Severity.ERROR])

    @property
    def left_out(self) -> int:
        """How many findings were not kept."""
        return self._left_out[0]

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Each finding once, by file and place."""
        found = dict.fromkeys(one for kept in self._kept.values() for one in kept)
        return tuple(sorted(found, key=lambda one: (one.source, one.line, one.column)))

    def _add(self, code: Code, message: str, hint: str, place: Place) -> None:
        kept = self._kept[code.value.severity]
        if len(kept) >= LIMIT:
            self._left_out[0] += 1
            return
        span = Span(*place)
        kept.append(diagnostic(code, message, span=span, source=self.source, hint=hint))


def quoted(text: str, length: int = 60) -> str:
    """A value from a file, fit to stand in a message: on one line, and not long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * length]).split())
    return f"“{line}”" if len(line) <= length else f"“{line[:length]}…”"
