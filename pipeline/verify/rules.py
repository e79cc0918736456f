"""Findings of the rules, and the table of the rules (`rules.toml`)."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model.codes import BY_SLUG, Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Severity, Span
from pipeline.model.late import late
from pipeline.system.outputs import checksum

MOST_FINDINGS = 100
"""The most errors, and the most warnings, that are kept of one file."""

LONGEST_QUOTE = 60
"""Characters that a message quotes."""

_QUOTED = late(r"“\{(\w+)\}")


class Finding(NamedTuple):
    """A violation of a ``rule``. ``span`` is its position in the file that the rule reads, if
    known; ``pages`` are those of a PDF, from 1. ``text`` is the text there (for an image, its
    alternative text), by which to find it in the source."""

    rule: str
    code: Code
    message: str
    hint: str = ""
    span: Span | None = None
    pages: tuple[int, ...] = ()
    text: str = ""

    def diagnostic(self, source: str) -> Diagnostic:
        """The same as a finding about a file."""
        message = self.message
        if self.pages:
            message = f"{on_pages(self.pages).capitalize()}: {message}"
        return diagnostic(self.code, message, span=self.span, source=source, hint=self.hint)


@functools.cache
def rules() -> Mapping[str, Mapping[str, tuple[Code, str, str]]]:
    """The rows of the table by what they read: the code, the message and the hint of each rule."""
    table = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
    return {
        reads: {
            name: (BY_SLUG[code], message, hint[0] if hint else "")
            for name, (code, message, *hint) in rows.items()
        }
        for reads, rows in table.items()
    }


def finding(
    rule: str,
    span: Span | None = None,
    *,
    pages: tuple[int, ...] = (),
    about: str = "",
    **values: Any,
) -> Finding:
    """The finding of a rule in the table, filled in with these values; quotations are shortened.
    ``about`` is the text concerned."""
    code, message, hint = next(rows[rule] for rows in rules().values() if rule in rows)
    values |= {name: show_text(str(values[name])) for name in _QUOTED.findall(message)}
    return Finding(rule, code, message.format(**values), hint.format(**values), span, pages, about)


class FileFindings:
    """Collects the findings about a file, and about those that belong to it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._kept: dict[Severity, list[Diagnostic]] = {severity: [] for severity in Severity}
        self._left_out = [0]

    def for_file(self, source: str) -> FileFindings:
        """The same collection, for findings in the file ``source``."""
        other = FileFindings(source)
        other._kept, other._left_out = self._kept, self._left_out
        return other

    def inside(self, name: str) -> FileFindings:
        """The same collection, for findings in the file ``name`` of an archive."""
        return self.for_file(f"{self.source}/{name}")

    def add(self, rule: str, span: Span | None = None, **values: Any) -> None:
        """Note the finding of a rule of the table."""
        self.put(finding(rule, span, **values))

    def put(self, *findings: Finding) -> None:
        for finding_ in findings:
            kept = self._kept[finding_.code.value.severity]
            if len(kept) < MOST_FINDINGS:
                kept.append(finding_.diagnostic(self.source))
            else:
                self._left_out[0] += 1

    def unreadable(self, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or "the system gives no reason"
        self.add("unreadable", reason=reason)

    @property
    def left_out(self) -> int:
        """The number of findings that were not kept."""
        return self._left_out[0]

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Each finding once, by file and place."""
        unique = dict.fromkeys(finding_ for kept in self._kept.values() for finding_ in kept)
        return tuple(
            sorted(unique, key=lambda finding_: (finding_.source, finding_.line, finding_.column))
        )


def check_sums(
    folder: Path, sums: Mapping[str, str], findings: FileFindings, *, changed: str, missing: str
) -> None:
    """Compare a folder's files with their SHA-256, by the rules ``changed`` and ``missing``."""
    for name, sum_ in sums.items():
        if (actual := checksum(folder / name)) != sum_:
            findings.add(changed if actual else missing, name=name)


def show_text(text: str) -> str:
    """A text from a file in a form for messages: on one line, and short."""
    line = " ".join(
        "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_QUOTE]).split()
    )
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE].rstrip()}…"


def on_pages(pages: Iterable[int]) -> str:
    """Page 3; or: pages 3, 4, 5 and 9 more."""
    first, *others = sorted(set(pages))
    if not others:
        return f"page {first}"
    shown = ", ".join(map(str, (first, *others[:4])))
    more = f" and {len(others) - 4} more" if len(others) > 4 else ""
    return f"pages {shown}{more}"
