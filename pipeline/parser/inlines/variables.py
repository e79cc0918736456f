"""Variables in text: ``{{ name }}``. What else stands in double braces, as templates of other
programs have it, is text; but words with spaces between were meant as a name."""

from __future__ import annotations

import re

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result
from pipeline.variables import INCLUDE, NAME

_NAMES = re.compile(rf"{NAME}(?:[ \t]+[\w-]+)*")
_INCLUDE = re.compile(rf"{INCLUDE}(?:[ \t]|$)")


def _variable(m: re.Match[str], data: str) -> Result:
    """An include that does not stand alone on its line looks like a variable too."""
    said = m[1].strip(" \t")
    if data[m.start() - 1 : m.start()] == "{" or data.startswith("}", m.end()):
        return None
    if _INCLUDE.match(said):
        return InlineSpan("include", m[0])
    return InlineSpan("variable", name=said) if _NAMES.fullmatch(said) else None


PATTERNS = {"variable": Pattern("{", r"\{\{([^{}\n]{1,300})\}\}", _variable)}
