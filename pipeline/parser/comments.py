"""Comments of other tools, which no output contains: what they begin and end with."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.model.late import late


class Comment(NamedTuple):
    """The patterns that a comment begins and ends with, its ``name``, and the usual ``end``. One
    that may be ``text`` if it does not end is not reported then."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    name: str
    end: str
    text: bool = False


COMMENTS = (
    Comment(late(r"(?<![^\W_])(?<!%)%%"), late("%%"), "an Obsidian comment", "%%"),
    Comment(late(r"\{\{-?\s*/\*"), late(r"\*/\s*-?\}\}"), "a Hugo comment", "*/}}"),
    Comment(late(r"\{\s*/\*"), late(r"\*/\s*\}"), "an MDX comment", "*/}"),
    Comment(late(r"\{>>"), late("<<}"), "a CriticMarkup comment", "<<}"),
    Comment(late(r"\{--(?!\})"), late(r"--\}"), "a deletion of CriticMarkup", "--}", text=True),
    Comment(late(r"\{#(?:-|(?=\s|$))"), late(r"#\}"), "a Jinja comment", "#}", text=True),
    Comment(late(r"\{\{!"), late(r"\}\}"), "a Handlebars comment", "}}", text=True),
    Comment(late(r"\{%-?\s*#"), late(r"-?%\}"), "a Liquid comment", "%}", text=True),
    Comment(
        late(r"\{%-?\s*comment\b[^{}%\n]{0,100}%\}"),
        late(r"\{%-?\s*endcomment\s*-?%\}"),
        "a Liquid comment",
        "{% endcomment %}",
    ),
    Comment(
        late(r"\\if(?:false(?![A-Za-z])|0(?!\d))"),
        late(r"\\fi(?![A-Za-z])"),
        "a LaTeX comment",
        r"\fi",
    ),
    Comment(
        late(r"\\begin\{comment\}"),
        late(r"\\end\{comment\}"),
        "a LaTeX comment",
        r"\end{comment}",
    ),
)
_HTML = Comment(late("<!--"), late("-->"), "a comment", "-->", text=True)

BEGINS = "%{\\"
"""The characters that they begin with."""


def begun(text: str, pos: int = 0) -> tuple[Comment, int] | None:
    """The comment that begins at ``pos`` of a text, and where its content does."""
    for comment in COMMENTS:
        if opening := comment.opening.match(text, pos):
            return comment, opening.end()
    return None


@functools.lru_cache(maxsize=4)
def last_end(comment: Comment, text: str) -> int:
    """The last place in a text where such a comment could end, or -1. It is kept, so that many
    comments without an end do not search the text again and again."""
    return max((end.start() for end in comment.closing.finditer(text)), default=-1)


def written(text: str) -> list[tuple[int, str]]:
    """The positions and contents of all these comments, and of HTML's, in a text."""
    spans = _spans(text, (_HTML, *COMMENTS))
    return [(start, " ".join(text[begin:end].split())) for start, begin, end, _ in spans]


def without(markup: str) -> str:
    """Raw HTML with spaces in place of these comments, except in code."""
    if _MAY_BEGIN.search(markup) is None:
        return markup
    code = [found.span() for found in _CODE.finditer(markup)]
    starts = [start for start, _ in code]
    parts: list[str] = []
    last = 0
    for start, _, _, end in _spans(markup, COMMENTS):
        before = bisect.bisect_right(starts, start) - 1
        if before < 0 or code[before][1] <= start:
            blank = re.sub(r"[^\n]", " ", markup[start:end])
            parts += (markup[last:start], blank)
            last = end
    return "".join((*parts, markup[last:]))


_MAY_BEGIN = re.compile(r"%%|\{[\s/>\-#{%]|\\(?:if|begin\{comment)")
_CODE = late(
    r"<(pre|code|tt|kbd|samp)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)


def _spans(text: str, kinds: Sequence[Comment]) -> Iterator[tuple[int, int, int, int]]:
    """Where each of the comments begins, where its content begins and ends, and where it ends."""
    opening = re.compile("|".join(f"({kind.opening.pattern})" for kind in kinds))
    unclosed: set[int] = set()
    end = 0
    for begin in opening.finditer(text):
        kind = begin.lastindex or 0
        if begin.start() < end or kind in unclosed:
            continue
        closing = kinds[kind - 1].closing.search(text, begin.end())
        if closing is None:
            unclosed.add(kind)
            continue
        end = closing.end()
        yield begin.start(), begin.end(), closing.start(), end
