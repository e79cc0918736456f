"""Formulas within a line: ``$…$`` by Pandoc's rule, GitHub's ``$`…`$``, and ``$$…$$``."""

from __future__ import annotations

import re

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

# What a formula may hold but for dollars: a backslash takes the character after it along.
_INSIDE = r"[^$\\]++|\\."


class DisplayMath(Pattern):
    """``$$…$$`` in the middle of a paragraph, a formula on a line of its own."""

    triggers = "$"
    PATTERN = rf"\$\$(?!\$)((?:{_INSIDE}|\$(?!\$))++)\$\$(?!\$)"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        if not m[1].strip():
            return None, None, None
        return InlineSpan("math", m[1], display="yes"), m.start(), m.end()


class CodeMath(Pattern):
    """GitHub's way to keep Markdown out of a formula."""

    triggers = "$"
    PATTERN = r"\$`([^`]++)`\$"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        if not m[1].strip():
            return None, None, None
        return InlineSpan("math", m[1], code="yes"), m.start(), m.end()


class InlineMath(Pattern):
    """``$…$``: no white space within the marks, and no digit after them, so that sums of
    money stay text."""

    triggers = "$"
    PATTERN = rf"\$(?![\s$`])((?:{_INSIDE})++)(?<!\s)\$(?![\d$])"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return InlineSpan("math", m[1]), m.start(), m.end()


PATTERNS: tuple[tuple[str, type[Pattern], int], ...] = (
    ("display-math", DisplayMath, 100),
    ("code-math", CodeMath, 90),
    ("inline-math", InlineMath, 80),
)
