"""Blanks to fill in: ``____``, or ``____{answer}``.

The underscores stand alone: after a letter or a digit, or before one, they are text. With
an answer they may be part of a word (``go____{es}``).
"""

from __future__ import annotations

import re

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result
from pipeline.parser.inlines.text import unescape
from pipeline.partial import closing_brace


def _blank(m: re.Match[str], data: str) -> Result:
    before, after = data[max(0, m.start() - 1) : m.start()], data[m.end() : m.end() + 1]
    if before == "_":  # the rest of a run that was escaped
        return None
    found = InlineSpan("blank", length=str(len(m[0])))
    if after != "{":
        return None if before.isalnum() or after.isalnum() else found
    end = closing_brace(data, m.end())
    if end is None:  # all that follows may be the answer, and must not be shown
        found.set("open", "yes")
        return found, len(data)
    answer = data[m.end() + 1 : end]
    found.set("answer", " ".join(unescape(answer).split()))
    return found, end + 1


PATTERNS = {"blank": Pattern("_", r"_{4,}", _blank)}
