"""Hyphenation patterns that are parsed when a word has their letters.

pyphen parses all patterns of a language in advance, which takes 50 ms for English and half a second
for German. A short text needs a few hundred of them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyphen

from pipeline.model.late import late

_ALL = pyphen.HyphDict

_PATTERN = late(r"^[^\n1-9]*[1-9].*", re.MULTILINE)
"""A line with a pattern, or a comment. Patterns of zeros have no effect."""

_ALTERNATIVE = late(r"^([^/\n]*+)/[^=\n]*+=.*", re.MULTILINE)
"""A pattern for words that change where they are divided: its letters, and how they change."""

_NONE = "1"
"""A pattern without letters, because pyphen does not allow for none."""


class Patterns(pyphen.HyphDict):  # type: ignore[misc]
    """The patterns of a language. ``_lines`` are those not parsed yet, by their letters."""

    def __init__(self, path: Path) -> None:
        encoding, _, rest = path.read_bytes().partition(b"\n")
        text = rest.decode(encoding.decode().strip().lower().replace("microsoft-", ""))
        self._lines: dict[str, str] = {}
        if "^^" in text:  # characters by their codes
            super().__init__(path)
            return
        lines = _PATTERN.findall(text)
        text = "\n".join(lines)
        bare = _ALTERNATIVE.sub(r"\1", text) if "/" in text else text
        letters = bare.encode().translate(None, b"0123456789").decode().split("\n")
        self._lines = dict(zip(letters, lines, strict=True))
        super().__init__(_Lines(()))
        self.maxlen = max(map(len, letters))

    def positions(self, word: str) -> Any:
        if self._lines and word.lower() not in self.cache:
            limited, known, longest = f".{word.lower()}.", self._lines, self.maxlen
            size = len(limited)
            lines = [
                known.pop(part)
                for start in range(size)
                for end in range(start + 1, min(start + longest, size) + 1)
                if (part := limited[start:end]) in known
            ]
            if lines:
                self.patterns |= _ALL(_Lines(lines)).patterns
        return super().positions(word)


class _Lines(NamedTuple):
    """Lines of a file of patterns, to be read by pyphen as a path."""

    lines: Iterable[str]

    def open(self, _: str) -> io.BytesIO:
        return io.BytesIO(b"UTF-8")

    def read_text(self, _: str) -> str:
        return "\n".join(("UTF-8", _NONE, *self.lines))
