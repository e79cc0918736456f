"""Formulas within a line: ``$…$``, GitHub's ``$`…`$``, ``$$…$$``, and LaTeX's ``\\(…\\)`` and
``\\[…\\]``, which CommonMark has for escaped brackets, where they hold one beyond doubt."""

from __future__ import annotations

import re

from pipeline.parser.inlines import formulas
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

# What a formula may hold but for dollars: a backslash takes the character after it along.
_INSIDE = r"[^$\\]++|\\."
# And but for further brackets of its kind.
_BRACKETED = r"[^\\]++|\\(?!\\?[()\[\]])."

NOTHING: Result = (None, None, None)


def _formula(m: re.Match[str], group: int, **attrib: str) -> Result:
    found = InlineSpan("math", m[group], **attrib)
    found.set("marks", str(m.start(group) - m.start()))
    return found, m.start(), m.end()


class DisplayMath(Pattern):
    """``$$…$$`` in the middle of a paragraph, a formula on a line of its own."""

    triggers = "$"
    PATTERN = rf"\$\$(?!\$)((?:{_INSIDE}|\$(?!\$))++)\$\$(?!\$)"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return _formula(m, 1, display="yes") if m[1].strip() else NOTHING


class CodeMath(Pattern):
    """GitHub's way to keep Markdown out of a formula."""

    triggers = "$"
    PATTERN = r"\$`([^`]++)`\$"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return _formula(m, 1, code="yes") if m[1].strip() else NOTHING


class InlineMath(Pattern):
    """``$…$``, where it is no money."""

    triggers = "$"
    PATTERN = rf"\$(?![$`])((?:{_INSIDE})++)\$(?!\$)"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        if not formulas.is_formula(data, m.start(), m.end() - 1):
            return NOTHING
        return _formula(m, 1)


class LatexMath(Pattern):
    r"""``\(…\)``, and ``\\(…\\)``, which other programs want."""

    triggers = "\\"
    PATTERN = rf"(?P<mark>\\\\?)\(((?:{_BRACKETED})++)(?P=mark)\)"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        content = m[2]
        if not formulas.reads_like_one(content):
            spaced = content[0] == content[-1] == " "
            if not formulas.is_a_letter(content):
                return NOTHING
            # `\(c\)` is a letter that is to be no ©, and `\(a\)` may count the items of a list.
            begins = data[max(0, m.start() - 1) : m.start()] in ("", "\n")
            if not spaced and (begins or content in "cCrRpP"):
                return NOTHING
        return _formula(m, 2)


class LatexDisplayMath(Pattern):
    r"""``\[…\]`` within a paragraph."""

    triggers = "\\"
    PATTERN = rf"(?P<mark>\\\\?)\[((?:{_BRACKETED})++)(?P=mark)\]"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        if not formulas.reads_like_one(m[2], strongly=True):
            return NOTHING
        return _formula(m, 2, display="yes")


class FormulaReference(Pattern):
    r"""``\eqref{…}``, which leads to a formula with that ``\label``."""

    triggers = "\\"
    PATTERN = r"(\\(?:eq)?ref\{[^{}\s]++\})"

    def handleMatch(self, m: re.Match[str], data: str) -> Result:  # type: ignore[override] # noqa: N802
        return _formula(m, 1)


PATTERNS: tuple[tuple[str, type[Pattern], int], ...] = (
    ("latex-math", LatexMath, 220),
    ("latex-display-math", LatexDisplayMath, 210),
    ("formula-reference", FormulaReference, 200),
    ("display-math", DisplayMath, 100),
    ("code-math", CodeMath, 90),
    ("inline-math", InlineMath, 80),
)
