"""Subscripts and superscripts, raw code for a format, and unchanged text with a finding."""

from __future__ import annotations

import re

from pipeline.model.late import late
from pipeline.parser.characters import unescape
from pipeline.parser.inlines.patterns import RAW_HTML, InlineSpan

HTML_FORMATS = frozenset({"html", "html4", "html5", "markdown"})

_RAW = late(r"\{=(\w[\w-]*)\}")
_SCRIPT = late(
    r"~(?P<sub>[^\s~\\`\[\]<>]{1,200})~(?!~)"
    r"|\^(?P<sup>(?=[^\s^]*[^\W_])"
    r"(?:[+\-\N{MINUS SIGN}]?(?:\w|[*_.,/'’′°%+\-])+?|\([^\s^()\\`\[\]<>]*\)))\^(?!\^)"
)
_OPERATION = late(r"(?<=[\w)])(?:[+\-/=]|\*(?=[^\W_]))")


def shown(text: str) -> str:
    return text if len(text) < 60 else f"{text[:50]}…"


def slip(text: str, problem: str, hint: str) -> InlineSpan:
    """Text that is unchanged, with a finding."""
    return InlineSpan("slip", text, message=f"{problem}. It stays as text.", hint=hint)


def script(data: str, pos: int) -> int:
    """The end of a subscript ``~2~`` or a superscript ``^nd^`` at ``pos``, 0 for none. It follows a
    letter, a digit or a closing bracket, because ``~text~`` is struck out, as on GitHub; a
    superscript of digits may follow anything. Sums and products, ``x^2+y^2``, are excluded."""
    before = data[pos - 1] if pos else " "
    word = before.isalnum() or before in ")]}"
    match = _SCRIPT.match(data, pos)
    if match is None:
        return 0
    if match["sub"] is not None:
        return match.end() if word else 0
    raised = match["sup"]
    if not raised.startswith("(") and _OPERATION.search(raised):
        return 0
    return match.end() if word or before in "*_\"'”’.,»" or raised.isdecimal() else 0


def raw(data: str, pos: int, text: str) -> tuple[list[InlineSpan | str], int] | None:
    """The pieces of the code span ``text`` with ``{=format}`` after it at ``pos``, and their end.
    HTML is used; other formats are left out and reported."""
    match = _RAW.match(data, pos)
    if match is None:
        return None
    if match[1].lower() not in HTML_FORMATS:
        return [dropped(text, match[1])], match.end()
    pieces: list[InlineSpan | str] = []
    at = 0
    for tag in _TAGS.finditer(text):
        pieces += [unescape(text[at : tag.start()]), InlineSpan("raw", tag[0])]
        at = tag.end()
    return [*pieces, unescape(text[at:])], match.end()


_TAGS = late(RAW_HTML.replace(".*?", ".{0,500}?").replace("[^>]*", "[^>]{0,500}+"), re.DOTALL)
"""Tags within a code span; a longer comment is not one, so that many unclosed ones cost no more
than the same amount of text."""


def dropped(text: str, name: str) -> InlineSpan:
    """A placeholder for raw code in an unsupported format."""
    message = f"`{shown(' '.join(text.split()))}` is raw code for {name}, and left out."
    return InlineSpan("slip", "", message=message, hint=OTHER_FORMAT)


OTHER_FORMAT = "Write it in Markdown, or as raw `html`, which works in all formats."
