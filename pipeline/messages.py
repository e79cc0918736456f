"""How diagnostics and progress are shown: the only module that knows what they look like."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.diagnostics import Diagnostic

LONGEST_EXCERPT = 100
"""Characters of a source line that are shown."""


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each finding once, by file and place."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.source, d.line, d.column, d.code, d.message)))


def as_text(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings for people: place, code, message, the line with a caret, a hint."""
    sources: dict[str, list[str]] = {}
    return "\n".join(_one(finding, sources) for finding in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings for programs: a JSON array."""
    return msgspec.json.format(msgspec.json.encode(list(diagnostics)), indent=2).decode()


def _one(finding: Diagnostic, sources: dict[str, list[str]]) -> str:
    place = ":".join(str(part) for part in (finding.source, finding.line, finding.column) if part)
    lines = [f"{place or 'chapbook'}: {finding.severity}[{finding.code}]: {finding.message}"]
    if finding.line:
        lines += _excerpt(finding, sources)
    if finding.hint:
        lines.append(f"    hint: {finding.hint}")
    return "\n".join(lines)


def _excerpt(finding: Diagnostic, sources: dict[str, list[str]]) -> list[str]:
    """The source line, cut to a window around the place, and a caret under it."""
    if finding.source not in sources:
        sources[finding.source] = _read_lines(finding.source)
    lines = sources[finding.source]
    if finding.line > len(lines):
        return []
    text = lines[finding.line - 1].expandtabs(1).rstrip()
    column = max(1, finding.column)
    start = max(0, column - LONGEST_EXCERPT // 2) if len(text) > LONGEST_EXCERPT else 0
    shown = text[start : start + LONGEST_EXCERPT]
    if not shown.strip() or not shown.isprintable():
        return []
    found = [f"    {shown}"]
    if finding.column:
        width = max(1, min(finding.length, len(shown) - (column - 1 - start)))
        found.append("    " + " " * (column - 1 - start) + "^" * width)
    return found


def _read_lines(source: str) -> list[str]:
    try:
        return Path(source).read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []


def stage_line(stage: str, seconds: float, size: int, path: object) -> str:
    """What, how long, how big, where."""
    return f"{stage:<9}{seconds:>7.2f} s {human_size(size):>9}  {path}"


def human_size(size: int) -> str:
    """A size in bytes, as people say it."""
    amount = float(size)
    for unit in ("B", "kB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} MB"
