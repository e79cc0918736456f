"""The common layout of blocks: margins, marks before each line, colons around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from pipeline.authoring.writer.attributes import in_quotes
from pipeline.authoring.writer.inlines import Notes
from pipeline.model import Block, Inline, Node


class Writer(Protocol):
    """Writes the contents of a block."""

    notes: Notes
    in_exercise: bool

    @property
    def exercise(self) -> Writer:
        """The same for the contents of an exercise."""

    def leaf(self, children: Iterable[Inline]) -> str:
        """Inlines as text that goes on over lines."""

    def line(self, children: Iterable[Inline]) -> str:
        """Inlines as one line within which no block begins."""

    def block(self, node: Node) -> str:
        """One block, without a line end after it."""

    def blocks(self, nodes: Sequence[Block], *, tight: bool = False) -> str:
        """Some blocks, with empty lines between them, but in a ``tight`` list."""


def indented(text: str, width: int) -> str:
    """Lines after the first further in."""
    margin = " " * width
    first, *others = text.split("\n")
    return "\n".join((first, *(f"{margin}{line}" if line else line for line in others)))


def quotation(text: str) -> str:
    """Lines with the mark of a quotation before them."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def fenced(name: str, title: str, listed: str, inner: str, key: str = "title") -> str:
    """A block between colons. A title that would be read as something else on that line is the
    attribute ``key``."""
    if title and (re.search(r"[{}]|:$|  ", title)):
        pair = f"{key}={in_quotes(title)}"
        listed, title = f"{{{listed[1:-1]} {pair}}}" if listed else f"{{{pair}}}", ""
    opening = " ".join(part for part in (":::", name, title, listed) if part)
    return f"{opening}\n{inner}\n:::" if inner else f"{opening}\n:::"
