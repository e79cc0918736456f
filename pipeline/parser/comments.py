"""Comments of other tools, which no output contains: where they begin and end."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Sequence

from pipeline.model.late import late
from pipeline.parser.dialects import Comment, table

_HTML = Comment(late("<!--"), late("-->"), "a comment", "-->", text=True)

BEGINS = "%{\\"
"""The characters that they begin with."""


def begun(text: str, pos: int = 0) -> tuple[Comment, int] | None:
    """The comment that begins at ``pos`` of a text, and where its content does."""
    for comment in table().comments:
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
    spans = _spans(text, (_HTML, *table().comments))
    return [(start, " ".join(text[begin:end].split())) for start, begin, end, _ in spans]


def without(markup: str) -> str:
    """Raw HTML with spaces in place of these comments, except in code."""
    if _MAY_BEGIN.search(markup) is None:
        return markup
    code = [match.span() for match in _CODE.finditer(markup)]
    starts = [start for start, _ in code]
    parts: list[str] = []
    last = 0
    for start, _, _, end in _spans(markup, table().comments):
        before = bisect.bisect_right(starts, start) - 1
        if before < 0 or code[before][1] <= start:
            blank = re.sub(r"[^\n]", " ", markup[start:end])
            parts += (markup[last:start], blank)
            last = end
    return "".join((*parts, markup[last:]))


_MAY_BEGIN = late(r"%%|\{[\s/>\-#{%]|\\(?:if|begin\{comment)")
_CODE = late(
    r"<(pre|code|tt|kbd|samp)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)


def _spans(text: str, kinds: Sequence[Comment]) -> Iterator[tuple[int, int, int, int]]:
    """The places where each comment begins, its content begins and ends, and it ends."""
    if not kinds:
        return
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
