"""Blanks to fill in: ``____``, or ``____{answer}``.

The underscores stand alone: after a letter or a digit, or before one, they are text. With
an answer they may be part of a word (``go____{es}``).
"""

from __future__ import annotations

import re

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result
from pipeline.parser.inlines.text import unescape

_PIECE = re.compile(r"[^{}\\]+|\\.|\\|[{}]", re.S)


class BlankPattern(Pattern):
    triggers = "_"
    PATTERN = r"_{4,}"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        before, after = data[max(0, m.start() - 1) : m.start()], data[m.end() : m.end() + 1]
        if before == "_":  # the rest of a run that was escaped
            return None, None, None
        found = InlineSpan("blank", length=str(len(m[0])))
        if after != "{":
            if before.isalnum() or after.isalnum():
                return None, None, None
            return found, m.start(), m.end()
        end = _closing_brace(data, m.end())
        if end is None:  # all that follows may be the answer, and must not be shown
            found.set("open", "yes")
            return found, m.start(), len(data)
        answer = data[m.end() + 1 : end]
        found.set("answer", " ".join(unescape(answer).split()))
        return found, m.start(), end + 1


def _closing_brace(data: str, start: int) -> int | None:
    """Where the brace is that closes the one at ``start``."""
    depth = 0
    for piece in _PIECE.finditer(data, start):
        if piece[0] == "{":
            depth += 1
        elif piece[0] == "}":
            depth -= 1
            if not depth:
                return piece.start()
    return None


PATTERNS: tuple[tuple[str, type[Pattern], int], ...] = (("blank", BlankPattern, 100),)
