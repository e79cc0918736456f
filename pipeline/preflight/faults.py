"""What the rules find on the pages of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import msgspec

from pipeline.codes import Code
from pipeline.preflight.layout import Box, PageLayout

LONGEST = 60
"""Characters of a text that a message quotes."""

TextArea: TypeAlias = Callable[[PageLayout], Box | None]
"""Where the text of a page belongs; None where nobody knows."""


class Fault(msgspec.Struct, frozen=True):
    """Something that will not print well. ``pages`` count from 1, and there is always one;
    ``text`` is what stands at the place (for an image: its text alternative), to find it in
    the source by. ``message`` and ``hint`` are sentences that do not name the page."""

    code: Code
    pages: tuple[int, ...]
    message: str
    hint: str
    text: str = ""


def quoted(text: str) -> str:
    """A text from a page, fit to stand in a message."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"“{line}”" if len(line) <= LONGEST else f"“{line[:LONGEST].rstrip()}…”"


def on_pages(pages: Iterable[int]) -> str:
    """Page 3; or: pages 3, 4, 5 and 9 more."""
    first, *others = sorted(set(pages))
    if not others:
        return f"page {first}"
    shown = ", ".join(map(str, (first, *others[:4])))
    more = f" and {len(others) - 4} more" if len(others) > 4 else ""
    return f"pages {shown}{more}"
