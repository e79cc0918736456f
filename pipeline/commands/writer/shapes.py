"""Writing blocks one after the other, and their common layout: margins, marks before each line,
colons around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline import model
from pipeline.commands.writer.attribute_lists import attribute_list, in_quotes
from pipeline.commands.writer.escapes import escape_letter
from pipeline.commands.writer.inline_writing import NOTHING, Notes, leaf
from pipeline.model import Attributes, Block, Inline, Node

SEPARATOR = "<!-- -->"
"""The separator of two lists that would otherwise be one."""


class Writer(NamedTuple):
    """Writes blocks by a ``table`` with a function for each node; ``notes`` are what their text
    needs of the document."""

    table: Mapping[type[Node], Callable[[Any, Writer], str]]
    notes: Notes = NOTHING
    in_exercise: bool = False

    def leaf(self, children: Iterable[Inline]) -> str:
        """Inlines as text that goes on over lines."""
        return leaf(children, self.notes)

    def line(self, children: Iterable[Inline]) -> str:
        """Inlines as one line within which no block begins."""
        return leaf(children, self.notes, line=True, start=False)

    def block(self, node: Node) -> str:
        """One block, without a line end after it."""
        return self.table[type(node)](node, self)

    def within_exercise(self) -> Writer:
        """The writer of what is in an exercise."""
        return self._replace(in_exercise=True)

    def fenced(self, name: str, title: str, attributes: Attributes, inner: str) -> str:
        """A block between colons."""
        return fenced(name, title, attribute_list(attributes), inner)

    def blocks(self, nodes: Sequence[Block], *, tight: bool = False) -> str:
        """Some blocks, with empty lines between them, but in a ``tight`` list."""
        parts: list[str] = []
        before: Block | None = None
        again = False
        for node in nodes:
            again = _goes_on(before, node) and not again
            written = self.block(node)
            if again and isinstance(node, model.List | model.Choices):
                other = alternate(written)
                written = other if other else f"{SEPARATOR}\n\n{written}"
            elif again:
                written = f"{SEPARATOR}\n\n{written}"
            if isinstance(before, model.Paragraph):  # its last line may begin like an item
                *lines, last = parts[-1].split("\n")
                parts[-1] = "\n".join((*lines, escape_letter(last, written.lstrip("> "))))
            parts.append(written)
            before = node
        return ("\n" if tight else "\n\n").join(parts)


def _goes_on(before: Block | None, node: Block) -> bool:
    """Return whether a block would be taken for a part of the one before."""
    match before, node:
        case (model.List() | model.Choices(), model.Choices()) if node.prompt:
            return False
        case (model.List(), model.List()) if _has_other_letters(before, node):
            return False
        case (model.List() | model.Choices(), model.List() | model.Choices()):
            return getattr(before, "ordered", False) == getattr(node, "ordered", False)
        case (model.DefinitionList(), model.DefinitionList()):
            return True
        case _:
            return False


def _has_other_letters(before: model.List, node: model.List) -> bool:
    """Return whether a lettered list begins with another letter than the list before goes on with,
    or is in the other case."""
    if not (before.style and node.style and before.form == node.form):
        return False
    if before.style == node.style:
        return node.start not in (before.start, before.start + len(before.items))
    return bool(node.form) and before.style.endswith("alpha") and node.style.endswith("alpha")


def alternate(written: str) -> str:
    """A list with markers other than the default; nothing for one without any."""
    lines = written.split("\n")
    for mark, other in ((r"-(?= |$)", "*"), (r"(\d+)\.(?= |$)", r"\1)")):
        if re.match(mark, lines[0]):
            return "\n".join(re.sub(rf"^{mark}", other, line) for line in lines)
    return ""


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
