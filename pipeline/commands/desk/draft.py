"""The text of a source while it is edited: saved as it is typed, merged with what others save."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline.system import outputs

KEPT = 8
"""Versions of a text that a window may still have."""

BOM = "\ufeff"


class SaveResult(msgspec.Struct, frozen=True):
    """The result of saving: the ``digest`` of the file, and its ``text`` if it is not the one that
    was sent, which is a ``base`` for what was typed since. If both have changed the same lines,
    ``conflict``: nothing was written, and ``text`` is that of the file. Nor was it if the version
    that the text was written over is ``unknown``."""

    digest: str
    text: str | None = None
    base: str = ""
    conflict: bool = False
    unknown: bool = False


class SentText(msgspec.Struct, frozen=True):
    """A text as a window sends it, written over the version ``base``: all of the ``text``, or its
    ``lines`` between as many letters of that version as a browser counts (in UTF-16)."""

    base: str
    text: str | None = None
    lines: str = ""
    head: int = 0
    tail: int = 0


class SentHistory(msgspec.Struct, frozen=True):
    """The way back from a ``text``, or from the version ``base``: ``kept`` as an editor wrote it."""

    kept: msgspec.Raw
    text: str | None = None
    base: str = ""


class SourceText:
    """The text of a file, with lines that end in ``\\n``; the file keeps its ends of lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[str, str] = {}
        self._state: tuple[int, int] | None = None
        self._digest = ""
        self._before, self._end = "", "\n"

    def read(self) -> tuple[str, str]:
        """The text and its digest. Raises `OSError` and `UnicodeDecodeError`."""
        written = self._path.read_bytes().decode("utf-8")
        self._before = BOM if written.startswith(BOM) else ""
        self._end = "\r\n" if "\r\n" in written else "\n"
        text = written.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
        return text, self._keep(text)

    def digest(self) -> str:
        """The digest of the text in the file, which is read only if it is another one; "" if it
        cannot be read."""
        try:
            status = self._path.stat()
            state = status.st_mtime_ns, status.st_size
            if state != self._state:
                self._digest, self._state = self.read()[1], state
        except (OSError, UnicodeDecodeError):
            return ""
        return self._digest

    def sent(self, sent: SentText) -> str | None:
        """The text that a window has, unless the version it was written over is not known."""
        if sent.text is not None:
            return sent.text
        if sent.base not in self._texts:
            return None
        base = self._texts[sent.base].encode("utf-16-le")
        tail = base[len(base) - 2 * sent.tail :].decode("utf-16-le")
        return base[: 2 * sent.head].decode("utf-16-le") + sent.lines + tail

    def version(self, digest: str) -> str | None:
        """The text with a digest, if it is still known."""
        return self._texts.get(digest)

    def save(self, text: str, base: str) -> SaveResult:
        """Save a text that was written over the version ``base``, with all that others have changed
        since then."""
        there, digest = self.read()
        sent = self._keep(text)
        if sent == base:  # nothing of ours is new
            return SaveResult(digest, None if text == there else there, sent)
        if digest != base and text != there:
            merged = merge(self._texts[base], text, there) if base in self._texts else None
            if merged is None:
                return SaveResult(digest, there, sent, conflict=True)
        else:
            merged = text
        outputs.write(self._path, (self._before + merged.replace("\n", self._end)).encode())
        return SaveResult(self._keep(merged), None if merged == text else merged, sent)

    def _keep(self, text: str) -> str:
        digest = digest_of(text)
        self._texts.pop(digest, None)
        self._texts[digest] = text
        for old in [*self._texts][:-KEPT]:
            del self._texts[old]
        return digest


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


Change = tuple[int, int, list[str]]
"""Lines from a number up to another one are replaced by others."""


def merge(base: str, ours: str, theirs: str) -> str | None:
    """A text with the changes of two others, or none if they change the same lines."""
    lines = base.splitlines(keepends=True)
    changes = sorted(
        {(first, last, tuple(new)) for text in (ours, theirs) for first, last, new in
         changes_of(lines, text.splitlines(keepends=True))}
    )  # fmt: skip
    merged: list[str] = []
    at = 0
    for number, (first, last, new) in enumerate(changes):
        if number and (first < at or first == changes[number - 1][0]):
            return None
        merged += [*lines[at:first], *new]
        at = last
    return "".join([*merged, *lines[at:]])


def changes_of(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """The changes that make some lines others. Only the lines between the first and the last that
    differ are compared."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=True)
    return [
        (head + first, head + last, list(new[start:end]))
        for kind, first, last, start, end in matcher.get_opcodes()
        if kind != "equal"
    ]
