"""The input of what reads a ``:::`` block, whose content is already parsed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.nodes import Attributes, Block, Inline, Paragraph, Strong

ReadInlines: TypeAlias = Callable[[str, "Span | None"], tuple[Inline, ...]]
Report: TypeAlias = Callable[[Code, str, "Span | None", str], None]


def put_below_title(
    title: tuple[Inline, ...], blocks: tuple[Block, ...], span: Span
) -> tuple[Block, ...]:
    """The blocks after a title in bold, if there is one, which stands where they begin."""
    line = replace(span, end=0)
    return (Paragraph(children=(Strong(children=title),), span=line), *blocks) if title else blocks


class Parts(Struct, frozen=True):
    """A block ``::: name argument {attributes}`` with blocks in it. ``read`` parses a line of text
    into inlines, ``report`` takes the code, message, place and hint of a finding. A ``heading`` is
    the title instead of what stands after the name."""

    name: str
    attributes: Attributes
    span: Span
    read: ReadInlines
    report: Report
    argument: str = ""
    children: tuple[Block, ...] = ()
    heading: tuple[Inline, ...] = ()

    @property
    def title(self) -> tuple[Inline, ...]:
        """The text after the name."""
        return self.heading or self.read(self.argument, self.span)

    @property
    def titled(self) -> tuple[tuple[Inline, ...], Attributes]:
        """The title, from ``title="…"`` or after the name, and the attributes without it."""
        written = self.attributes.get("title")
        title = self.read(written, self.span) if written else self.title
        return title, self.attributes.without({"title"}) if title else self.attributes

    @property
    def headed(self) -> tuple[Block, ...]:
        """The blocks after the text that follows the name."""
        return put_below_title(self.title, self.children, self.span)


BlockReader: TypeAlias = Callable[[Parts], tuple[Block, ...]]
