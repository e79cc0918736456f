"""Figures and captions: an image alone in a paragraph is a figure, and a paragraph next to a
table may be its caption."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.diagnostics import Span
from pipeline.model import NO_ATTRIBUTES, Block, Figure, Image, Inline, Paragraph, Plain, Text
from pipeline.parser import attributes
from pipeline.parser.constructs.parts import Report
from pipeline.parser.table_captions import caption_tables

ReadInlines = Callable[[str, "Span | None"], tuple[Inline, ...]]


def attach_captions(
    blocks: tuple[Block, ...], read_inlines: ReadInlines, report: Report
) -> tuple[Block, ...]:
    """Neighbouring blocks with their captions taken up. ``read_inlines`` reads the caption
    of a figure, which is given as an image's title, at the image's place."""
    return caption_tables(tuple(_figure(block, read_inlines) for block in blocks), report)


def _figure(block: Block, read_inlines: ReadInlines) -> Block:
    if not isinstance(block, Paragraph | Plain) or len(block.children) != 1:
        return block
    image = block.children[0]
    if not isinstance(image, Image):
        return block
    if not image.title and image.attributes == NO_ATTRIBUTES:
        of_image = attributes.make(classes=("image",))
        return Paragraph(children=block.children, span=block.span, attributes=of_image)
    return figure_of(image, block.span, read_inlines)


def figure_of(image: Image, span: Span | None, read_inlines: ReadInlines) -> Figure:
    """The figure that an image is which stands alone: its title is the caption, and its
    attributes are the figure's."""
    of_image = ("decorative",)
    classes = tuple(c for c in image.attributes.classes if c not in of_image)
    return Figure(
        image=msgspec.structs.replace(
            image,
            title="",
            attributes=attributes.make(
                classes=tuple(c for c in image.attributes.classes if c in of_image),
            ),
        ),
        caption=_caption(image, read_inlines),
        span=span,
        attributes=attributes.make(image.attributes.id, classes, image.attributes.pairs),
    )


def _caption(image: Image, read_inlines: ReadInlines) -> tuple[Inline, ...]:
    """The title of an image; of one with an id ``fig-x`` and no title the text alternative, as
    in Quarto."""
    if image.title:
        return read_inlines(image.title, image.span)
    if image.alt and image.attributes.id.startswith("fig-"):
        return (Text(text=image.alt),)
    return ()
