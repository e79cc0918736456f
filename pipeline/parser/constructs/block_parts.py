"""The input of a construct from the source: a ``:::`` block or a fence, already parsed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline.model import Attributes, Block, Inline, InlineElement, Paragraph, Strong, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser.attributes import make_attributes
from pipeline.parser.files import SourceFiles
from pipeline.parser.lines import Line
from pipeline.parser.withheld_ranges import SourceRecord

ReadInlines: TypeAlias = Callable[[str, "Span | None"], tuple[Inline, ...]]
Report: TypeAlias = Callable[[Code, str, "Span | None", str], None]


class Around(NamedTuple):
    """The context of lowering: ``report`` takes findings, ``rebased`` makes an address relative to
    the source's folder, ``paired`` are the names of tags that the text both opens and closes,
    ``record`` takes the ranges of elements with conditions."""

    report: Report
    rebased: Callable[[str, Span | None], str]
    paired: frozenset[str]
    record: SourceRecord


def frame_missing(text: str, span: Span | None) -> Paragraph:
    """A frame with text in place of something missing."""
    frame = InlineElement(
        name="span",
        children=(Text(text=text),),
        span=span,
        attributes=make_attributes(classes=("missing",)),
    )
    return Paragraph(children=(frame,), span=span)


def put_below_title(
    title: tuple[Inline, ...], blocks: tuple[Block, ...], span: Span
) -> tuple[Block, ...]:
    """The blocks after a title in bold, if there is one, which stands where they begin."""
    line = replace(span, end=0)
    return (Paragraph(children=(Strong(children=title),), span=line), *blocks) if title else blocks


class Parts(NamedTuple):
    """A block ``::: name argument {attributes}`` with blocks in it, or lines between fences after
    ``name {attributes}``. ``read`` parses a line of text into inlines, ``report`` takes the code,
    message, place and hint of a finding, ``files`` reads files beside the source. A ``heading`` is
    the title instead of what stands after the name."""

    name: str
    attributes: Attributes
    span: Span
    read: ReadInlines
    report: Report
    files: SourceFiles
    argument: str = ""
    children: tuple[Block, ...] = ()
    lines: tuple[Line, ...] = ()
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

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)


Construct: TypeAlias = Callable[[Parts], tuple[Block, ...]]
