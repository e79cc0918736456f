"""Figures and captions: an image alone in a paragraph can be a figure, and a paragraph next to a
table its caption."""

from __future__ import annotations

import msgspec

from pipeline.model import NO_ATTRIBUTES, Block, Figure, Image, Inline, Paragraph, Plain, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser import attributes
from pipeline.parser.attributes import ALIGNMENTS
from pipeline.parser.constructs.parts import ReadInlines, Report
from pipeline.parser.markup.flow import trim
from pipeline.parser.table_captions import caption_tables


def attach_captions(
    blocks: tuple[Block, ...], read_inlines: ReadInlines, report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with their captions attached. ``read_inlines`` reads the caption of a
    figure, which is given as an image's title, at the image's place; ``braced`` are the positions
    of paragraphs that begin with an unescaped brace."""
    found = [made for block in blocks for made in _figures(block, read_inlines, report)]
    return caption_tables(tuple(found), report, braced)


def _figures(block: Block, read_inlines: ReadInlines, report: Report) -> tuple[Block, ...]:
    """The figure for a paragraph with one image; or the paragraph without its first image, if that
    is floated to one side."""
    if not isinstance(block, Paragraph | Plain) or not block.children:
        return (block,)
    image, *rest = block.children
    if not rest:
        return (_figure(block, image, read_inlines),)
    if isinstance(image, Image) and _is_aligned(image) and (others := trim(rest)):
        figure = figure_of(image, image.span, read_inlines)
        return (figure, msgspec.structs.replace(block, children=others))
    for inline in rest:
        if isinstance(inline, Image) and _is_aligned(inline):
            message = "An image within a line of text cannot be placed to one side."
            hint = "Put it in a paragraph of its own."
            report(Code.LIKELY_SLIP, message, inline.span or block.span, hint)
    return (block,)


def _is_aligned(image: Image) -> bool:
    return not ALIGNMENTS.keys().isdisjoint(attributes.aligned(image.attributes).classes)


def _figure(block: Paragraph | Plain, image: Inline, read_inlines: ReadInlines) -> Block:
    if not isinstance(image, Image):
        return block
    around = attributes.aligned(block.attributes)
    if not image.title and image.attributes == NO_ATTRIBUTES:
        of_image = attributes.joined(attributes.make(classes=("image",)), around)
        return Paragraph(children=block.children, span=block.span, attributes=of_image)
    figure = figure_of(image, block.span, read_inlines)
    if around == NO_ATTRIBUTES:
        return figure
    both = attributes.joined(around, figure.attributes)
    return msgspec.structs.replace(figure, attributes=both)


def figure_of(image: Image, span: Span | None, read_inlines: ReadInlines) -> Figure:
    """The figure for an image that is alone: its title is the caption, and its attributes are the
    figure's."""
    of_image = ("decorative",)
    own = attributes.aligned(image.attributes)
    classes = tuple(c for c in own.classes if c not in of_image)
    return Figure(
        image=msgspec.structs.replace(
            image,
            title="",
            attributes=attributes.make(
                classes=tuple(c for c in image.attributes.classes if c in of_image)
            ),
        ),
        caption=_caption(image, read_inlines),
        span=span,
        attributes=attributes.make(own.id, classes, own.pairs),
    )


def _caption(image: Image, read_inlines: ReadInlines) -> tuple[Inline, ...]:
    """The title of an image; of one with an id ``fig-x`` and no title the text alternative, as
    in Quarto."""
    if image.title:
        return read_inlines(image.title, image.span)
    if image.attributes.id.startswith("fig-"):
        if described := next((w for w in image.wordings if w.name == "alt"), None):
            return described.children
        return (Text(text=image.alt),) if image.alt else ()
    return ()
