"""Findings and progress as text for the terminal."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from pipeline.model.diagnostics import Diagnostic, SourceLines
from pipeline.model.late import late

LONGEST_EXCERPT = 100
"""Characters of a source line that are shown."""

SHOWN = 3
"""The number of similar findings shown in full; of the others, only the lines are shown."""

MOST_LINES = 12
"""The number of these lines at most."""

FLOOD = 12
"""The number of similar findings from which on they are one line."""

LONGEST_QUOTED = 200
"""Characters of quotations from a source in messages."""

LONGEST_MESSAGE = 1000
"""Characters of a message, including the text that it quotes."""

_VARIABLE = late(r"`[^`]*`|“[^“”]*”|\d+")
"""The variable parts of messages that are otherwise similar."""

_NUMBER = late(r"`\[\d+\]`|`\[\d+\]: ")
"""A number in brackets, as notes have elsewhere: whichever it is, the message is the same."""

_LINE_END = late(r"\r?\n")
_QUOTED = late(rf"([`“])([^`“”]{{{LONGEST_QUOTED}}})[^`“”]++(?=[`”])")
_CONTROL = late(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that move, colour or hide text on a terminal, or change its order."""


def printable(text: object) -> str:
    """A text made safe for a line of a terminal: control characters are written as codes."""
    return _CONTROL.sub(_code, str(text))


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def printable_lines(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(map(printable, text.split("\n")))


def _shortened(text: str) -> str:
    text = _QUOTED.sub(r"\1\2…", _LINE_END.sub(" ", text))
    return printable(text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…")


def as_text(diagnostics: Iterable[Diagnostic], sources: SourceLines | None = None) -> str:
    """The findings for people: position, code, message, the line with a caret, a hint. Of those of
    a file with similar messages, only a few are shown in full, and of those with the same message
    one; of the others, the lines. Very many, in one file or in several, are one line, with their
    number and the first places."""
    findings = [(_VARIABLE.sub("", finding.message), finding) for finding in diagnostics]
    counts = Counter((finding.code, shape) for shape, finding in findings)
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for shape, finding in findings:
        source = "" if counts[finding.code, shape] >= FLOOD else finding.source
        groups.setdefault((source, finding.code, shape), []).append(finding)
    sources = SourceLines() if sources is None else sources
    shown: list[str] = []
    for group in groups.values():
        if len(group) >= FLOOD:
            shown.append(_line(_flood(group), sources, excerpt=False))
            continue
        first: dict[str, Diagnostic] = {}
        for finding in group:
            first.setdefault(_NUMBER.sub("", f"{finding.message}\0{finding.hint}"), finding)
        full = list(first.values())[:SHOWN]
        rest = [finding for finding in group if finding not in full]
        if len(rest) == 1:  # showing it takes no more room than mentioning it
            full, rest = group, []
        shown += (_line(finding, sources) for finding in full)
        if rest:
            shown.append(_others(rest))
    return "\n".join(shown)


def _flood(group: Sequence[Diagnostic]) -> Diagnostic:
    """The first of many similar findings, with their number and the first places."""
    is_in_one = len({finding.source for finding in group}) == 1
    places = dict.fromkeys(
        str(finding.line) if is_in_one else f"{finding.source}:{finding.line}"
        for finding in group
        if finding.line
    )
    named = f": {'lines ' * is_in_one}{', '.join([*places][:SHOWN])}" if places else ""
    more = " …" * (len(places) > SHOWN)
    message = f"{_shortened(group[0].message)} ({len(group)} times{named}{more})"
    return msgspec.structs.replace(group[0], message=message)


def _others(findings: Sequence[Diagnostic]) -> str:
    """The lines of further findings with the same message."""
    count = f"… and {len(findings)} more {findings[0].severity}[{findings[0].code}]"
    lines = Counter(finding.line for finding in findings if finding.line)
    named = list(lines.items())[:MOST_LINES]
    places = ", ".join(f"{line}" + f" ({n} times)" * (n > 1) for line, n in named)
    if not places:
        return f"    {count}"
    places += " …" * (len(lines) > MOST_LINES)
    text = f"{count}: line{'s' if len(lines) > 1 else ''} {places}"
    return "\n".join(
        textwrap.wrap(text, LONGEST_EXCERPT, initial_indent="    ", subsequent_indent="      ")
    )


def summary(diagnostics: Iterable[Diagnostic], *, blocked: bool = False) -> str:
    """The numbers of findings by kind, and if nothing was written; "" if one says it all."""
    findings = list(diagnostics)
    errors = sum(finding.is_error for finding in findings)
    kinds = Counter(finding.code for finding in findings).most_common()
    counts = [_count(errors, "error"), _count(len(findings) - errors, "warning")]
    text = ", ".join(filter(None, counts))
    if len(kinds) > 1:
        text += ": " + ", ".join(f"{count} {code}" for code, count in kinds)
    elif kinds and len(findings) > 1:
        text += f": {kinds[0][0]}"
    if blocked and findings:
        return f"{text}. Nothing was written."
    return text if len(findings) > 1 else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number > 1 else ''}" if number else ""


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings for programs: a JSON array."""
    return shown_json(list(diagnostics))


def shown_json(value: object) -> str:
    """A value as JSON that is safe to show on a terminal: control characters are escaped."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _CONTROL.sub(lambda m: m[0] if m[0] == "\n" else json.dumps(m[0])[1:-1], text)


def _line(finding: Diagnostic, sources: SourceLines, *, excerpt: bool = True) -> str:
    place = ":".join(str(part) for part in (finding.source, finding.line, finding.column) if part)
    where = printable(place) or "chapbook"
    lines = [f"{where}: {finding.severity}[{finding.code}]: {_shortened(finding.message)}"]
    if finding.line and excerpt:
        lines += _excerpt(finding, sources)
    if finding.hint:
        lines.append(f"    hint: {_shortened(finding.hint)}")
    return "\n".join(lines)


def _excerpt(finding: Diagnostic, sources: SourceLines) -> list[str]:
    """The source line, cut to a window around the place, and a caret under it."""
    lines = sources[finding.source]
    if finding.line > len(lines):
        return []
    text = lines[finding.line - 1]
    column = max(1, finding.column)
    start = max(0, column - LONGEST_EXCERPT // 2) if len(text) > LONGEST_EXCERPT else 0
    shown = text[start : start + LONGEST_EXCERPT]
    if not shown.strip() or not shown.isprintable():
        return []
    excerpt = [f"    {shown}"]
    if finding.column:
        width = max(1, min(finding.length, len(shown) - (column - 1 - start)))
        excerpt.append("    " + " " * (column - 1 - start) + "^" * width)
    return excerpt


def stage_line(stage: str, seconds: float, size: int, path: object) -> str:
    """Stage, time, size and place; a stage without time was taken from the store."""
    return f"{stage:<9}{_time(seconds):>9} {human_size(size):>9}  {printable(path)}"


def ran_line(stage: str, edition: str, seconds: float, note: str = "") -> str:
    """Stage, edition, time if it ran, and a note on it."""
    return f"  {stage:<9}{edition:<14}{_time(seconds):>9}  {note}".rstrip()


def progress_line(doing: str, part: tuple[int, int] | None, seconds: float) -> str:
    """The current activity, its current part of how many, and the estimated remaining seconds, as
    far as they are known."""
    number = f", part {part[0]} of {part[1]}" if part else ""
    left = f", about {seconds:.0f} s left" if seconds >= 1 else ""
    return f"{printable(doing)}{number}{left}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds else "kept"


def human_size(size: int) -> str:
    """A size in bytes, in a readable unit."""
    amount = float(size)
    for unit in ("B", "kB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} MB" if amount < 1000 else f"{amount / 1000:.1f} GB"
