r"""Inline formulas: ``$…$``, GitHub's ``$`…`$``, ``$$…$$``, and LaTeX's ``\(…\)`` and ``\[…\]``,
which are escaped brackets in CommonMark, if their content is clearly a formula."""

from __future__ import annotations

import re

from pipeline.parser.inlines import formulas
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

# Contents of a formula other than dollar signs; a backslash escapes the next character.
_INSIDE = r"[^$\\]++|\\."
# The same without further brackets of its kind.
_BRACKETED = r"[^\\]++|\\(?!\\?[()\[\]])."
# The same without another such environment within it.
_ENVIRONMENT = r"[^\\]++|\\(?!(?:begin|end)\{(?P=name)\})."

# Environments that LaTeX sets on lines of their own.
_DISPLAY = re.compile(
    "align(?!ed)|alignat(?!ed)|displaymath|eqnarray|equation|flalign|gather(?!ed)|multline"
)


def _formula(m: re.Match[str], group: int = 1, **attrib: str) -> InlineSpan:
    return InlineSpan("math", m[group], marks=str(m.start(group) - m.start()), **attrib)


def _latex(m: re.Match[str], data: str) -> Result:
    content = m[2]
    if not formulas.reads_like_formula(content):
        spaced = content[0] == content[-1] == " "
        if not formulas.is_a_letter(content):
            return None
        # `\(c\)` is a letter that should not become ©, and `\(a\)` may be the marker of a list
        # item.
        begins = data[max(0, m.start() - 1) : m.start()] in ("", "\n")
        if not spaced and (begins or content in "cCrRpP"):
            return None
    return _formula(m, 2)


def _latex_display(m: re.Match[str], data: str) -> Result:
    strong = formulas.reads_like_formula(m[2], strongly=True)
    return _formula(m, 2, display="yes") if strong else None


def _inline(m: re.Match[str], data: str) -> Result:
    is_one = formulas.is_formula(data, m.start(), m.end() - 1)  # and no money
    return _formula(m) if is_one else None


PATTERNS = {
    # `\(…\)`, and `\\(…\\)`, which other programs want
    "latex-math": Pattern("\\", rf"(?P<mark>\\\\?)\(((?:{_BRACKETED})++)(?P=mark)\)", _latex),
    "latex-display-math": Pattern(
        "\\", rf"(?P<mark>\\\\?)\[((?:{_BRACKETED})++)(?P=mark)\]", _latex_display
    ),
    # in the middle of a paragraph
    "environment": Pattern(
        "\\",
        rf"(\\begin\{{(?P<name>(?:{formulas.ENVIRONMENTS})\*?)\}}"
        rf"(?:{_ENVIRONMENT})++\\end\{{(?P=name)\}})",
        lambda m, data: _formula(m, display="yes") if _DISPLAY.match(m["name"]) else _formula(m),
    ),
    # which leads to a formula with that `\label`, or to a figure with the id `fig-…`
    "formula-reference": Pattern(
        "\\", r"(\\(?:eq|[cC]|auto)?ref\{[^{}\s]++\})", lambda m, data: _formula(m)
    ),
    # in the middle of a paragraph, a formula on a line of its own
    "display-math": Pattern(
        "$",
        rf"\$\$(?!\$)((?:{_INSIDE}|\$(?!\$))++)\$\$(?!\$)",
        lambda m, data: _formula(m, display="yes") if m[1].strip() else None,
    ),
    # GitHub's way to keep Markdown out of a formula
    "code-math": Pattern(
        "$", r"\$`([^`]++)`\$", lambda m, data: _formula(m, code="yes") if m[1].strip() else None
    ),
    "inline-math": Pattern("$", rf"\$(?![$`])((?:{_INSIDE})++)\$(?!\$)", _inline),
}
