"""Variables in text: ``{{ name }}``. What else stands in double braces, as templates of other
programs have it, is text; but words with spaces between were meant as a name."""

from __future__ import annotations

import re

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result
from pipeline.variables import INCLUDE, NAME

_NAMES = re.compile(rf"{NAME}(?:[ \t]+[\w-]+)*")
_INCLUDE = re.compile(rf"{INCLUDE}(?:[ \t]|$)")


class VariablePattern(Pattern):
    """An include that does not stand alone on its line looks like a variable too."""

    triggers = "{"
    PATTERN = r"\{\{([^{}\n]{1,300})\}\}"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        said = m[1].strip(" \t")
        if data[m.start() - 1 : m.start()] == "{" or data.startswith("}", m.end()):
            return None, None, None
        if _INCLUDE.match(said):
            return InlineSpan("include", m[0]), m.start(), m.end()
        if not _NAMES.fullmatch(said):
            return None, None, None
        return InlineSpan("variable", name=said), m.start(), m.end()


PATTERNS: tuple[tuple[str, type[Pattern], int], ...] = (("variable", VariablePattern, 100),)
