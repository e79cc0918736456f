"""The first line of a text, found in no more letters than it can hold, and once for a short text.
For a text without line breaks, or with zero-width characters only, WeasyPrint would measure the
whole rest for each line."""

from __future__ import annotations

import copy
import math
from typing import Any

from pipeline.features.fast_engine.breaking import line_of_paragraph, planned_line
from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.spaces import split_first_line as split_whole

FEWEST, MOST_IN_EM = 100, 10
"""Characters of a text without spaces in which the end of a line is looked for first: at least, and
in an em of the line. Few letters are as narrow as that."""

_SPACES = late(r"\s")
LONGEST_LINE = 2000
"""More characters than any line has; the end of the line is found within them."""

SHORT, KEPT = 30, 500
"""The maximum length of a text that is likely to recur, and the number of these kept per style."""


def split_first_line(
    text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
) -> Any:
    """The first line of a text."""
    if width is None and not spacing and context and vars(context).get("planned"):
        line = planned_line(text, style, context)
        if line is not None:
            return line
    if len(text) <= SHORT:
        kept = vars(style).setdefault("kept", {})
        result = kept.get((text, spacing))
        if not result or (width is not None and result[3] > width):
            result = split_whole(text, style, context, width, spacing, **options)
            # A space that is left out at a line's end is there on others.
            is_all = result[2] is None and result[1] == len(text.encode())
            if not is_all or (width is not None and result[3] > width) or len(kept) >= KEPT:
                return result
            kept[text, spacing] = result
        return (copy.copy(result[0]), *result[1:])
    start = text[:LONGEST_LINE]
    if width is not None and not spacing and width < math.inf:
        line = line_of_paragraph(text, style, context, width)
        if line is not None:
            return line
    if width is not None and width < math.inf and not _SPACES.search(start):
        few = start[: max(FEWEST, int(width / (style["font_size"] or 1) * MOST_IN_EM))]
        if few != text:
            result = split_whole(few, style, context, width, spacing, **options)
            if result[2] is not None:
                return result
    if width is None or len(text) <= LONGEST_LINE or "\n" in start:
        return split_whole(text, style, context, width, spacing, **options)
    result = split_whole(start, style, context, width, spacing, **options)
    if result[2] is None:  # all of it stands on the line
        return (*result[:2], len(start.encode()), *result[3:])
    return result


def width_of_line(
    text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
) -> Any:
    """For the widths that a column has at least (of 0) and at most (of None)."""
    if width is None or len(text) > SHORT:
        return split_first_line(text, style, context, width, spacing, **options)
    kept = vars(style).setdefault("narrow", {})
    arguments = text, width, spacing, *options.values()
    if arguments not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[arguments] = (
            None,
            *split_whole(text, style, context, width, spacing, **options)[1:],
        )
    return kept[arguments]
