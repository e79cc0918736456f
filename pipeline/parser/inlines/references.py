"""References that begin with ``@``: to numbered elements (``@fig-x``), and to works (``@key``).

An ``@`` after a letter or digit is text, so that e-mail addresses are unchanged; but it may follow
a letter of scripts without spaces between words. `CROSS_REFERENCE` matches ids that begin with one
of `PREFIXES`; all other names are keys of works.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

PREFIXES = ("fig", "tbl", "sec", "eq", "lst", "ex", "ln")

# Scripts without spaces between words: an id in other letters ends where these begin.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_NAME = rf"(?>[^\W_{_UNSPACED}]+(?:[-:_]+[^\W_{_UNSPACED}]+)*|[^\W_]+(?:[-:_]+[^\W_]+)*)"
CROSS_REFERENCE = rf"-?@(?:{'|'.join(PREFIXES)})-{_NAME}"
"""A cross-reference; a ``-`` before it asks for the bare number."""

_GAP = r"[ \t]*+(?:\n[ \t]*+)?"
_REFERENCE = re.compile(CROSS_REFERENCE)


def may_begin(data: str, pos: int) -> bool:
    """Return whether a reference may begin at ``pos``, depending on the character before it."""
    while pos and data[pos - 1] == "_":  # which may begin emphasis
        pos -= 1
    return not pos or unicodedata.category(data[pos - 1]) not in {"Lu", "Ll", "Lt", "Lm", "Nd"}


def _bracketed(m: re.Match[str], data: str) -> Result:
    """``[@fig-x; @tbl-y]``: one or several in brackets, which are not shown."""
    found = list(_REFERENCE.finditer(m[0]))
    if len(found) == 1:
        return _reference(found[0][0])
    group = InlineSpan("cross-references")
    for one in found:
        reference = _reference(one[0])
        reference.offset = m.start() + one.start()
        group.append(reference)
    return group


def example(examples: Mapping[str, int]) -> Pattern:
    """``(@label)``: the number of the example with this label, of ``examples``."""

    def read(m: re.Match[str], data: str) -> Result:
        return f"({examples[m[1]]})" if m[1] in examples else None

    return Pattern("(", r"\(@([\w-]+)\)", read)


def _reference(written: str) -> InlineSpan:
    form = "number" if written.startswith("-") else "full"
    return InlineSpan("cross-reference", target=written.lstrip("-").removeprefix("@"), form=form)


PATTERNS = {
    "bracketed-cross-references": Pattern(
        "[",
        rf"\[{_GAP}{CROSS_REFERENCE}(?:{_GAP};{_GAP}{CROSS_REFERENCE})*{_GAP}\](?![(\[])",
        _bracketed,
    ),
    # `@fig-x` in text, `-@fig-x` for the number alone
    "cross-reference": Pattern(
        "-@",
        CROSS_REFERENCE,
        lambda m, data: _reference(m[0]) if may_begin(data, m.start()) else None,
    ),
}
