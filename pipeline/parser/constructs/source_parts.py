"""The input of a construct from the source: a ``:::`` block or a fence, already parsed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pipeline.model import Block, InlineElement, Paragraph, Text
from pipeline.model.block_parts import Parts, Report
from pipeline.model.diagnostics import Span
from pipeline.parser.attributes import make_attributes
from pipeline.parser.files import SourceFiles
from pipeline.parser.lines import Line
from pipeline.parser.withheld_ranges import SourceRecord


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


class SourceParts(Parts, frozen=True, kw_only=True):
    """A block, or ``lines`` between fences after ``name {attributes}``, and what reads ``files``
    beside the source."""

    files: SourceFiles
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)


Construct: TypeAlias = Callable[[SourceParts], tuple[Block, ...]]
