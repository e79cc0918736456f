"""Figures and captions: an image alone in a paragraph is a figure. A paragraph that begins with
``Table:`` or ``:`` is the caption of the table beside it, one of attributes is about that above."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from pipeline.model import (
    NO_ATTRIBUTES,
    Attributes,
    Block,
    Figure,
    Image,
    Inline,
    Paragraph,
    Plain,
    Table,
    Text,
)
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import attributes, partial_strings
from pipeline.parser.attributes import ALIGNMENTS
from pipeline.parser.constructs.parts import ReadInlines, Report
from pipeline.parser.markup.flow import trim
from pipeline.parser.table_options import with_attributes


def attach_captions(
    blocks: tuple[Block, ...], read_inlines: ReadInlines, report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with their captions attached. ``read_inlines`` reads the caption of a
    figure, which is given as an image's title, at the image's place; ``braced`` are the positions
    of paragraphs that begin with an unescaped brace."""
    with_figures = [new for block in blocks for new in _figures(block, read_inlines, report)]
    return _caption_tables(with_figures, report, braced)


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
        return (figure, replace(block, children=others))
    for inline in rest:
        if isinstance(inline, Image) and _is_aligned(inline):
            message = "An image within a line of text cannot be placed to one side."
            hint = "Put it in a paragraph of its own."
            report(Code.LIKELY_SLIP, message, inline.span or block.span, hint)
    return (block,)


def _is_aligned(image: Image) -> bool:
    return not ALIGNMENTS.keys().isdisjoint(
        attributes.aligned(image.attributes, is_image=True).classes
    )


def _figure(block: Paragraph | Plain, image: Inline, read_inlines: ReadInlines) -> Block:
    if not isinstance(image, Image):
        return block
    around = attributes.aligned(block.attributes, is_image=True)
    if not image.title and image.attributes == NO_ATTRIBUTES:
        of_image = attributes.joined(attributes.make(classes=("image",)), around)
        return Paragraph(children=block.children, span=block.span, attributes=of_image)
    figure = figure_of(image, block.span, read_inlines)
    if around == NO_ATTRIBUTES:
        return figure
    return replace(figure, attributes=attributes.joined(around, figure.attributes))


def figure_of(image: Image, span: Span | None, read_inlines: ReadInlines) -> Figure:
    """The figure for an image that is alone, with its title as the caption, and its attributes."""
    of_image = tuple(name for name in image.attributes.classes if name == "decorative")
    return Figure(
        image=replace(image, title="", attributes=attributes.make(classes=of_image)),
        caption=_caption(image, read_inlines),
        span=span,
        attributes=attributes.aligned(image.attributes, is_image=True).without(classes=of_image),
    )


def _caption(image: Image, read_inlines: ReadInlines) -> tuple[Inline, ...]:
    """The title of an image; with an id ``fig-x`` and no title, its alternative, as in Quarto."""
    if image.title:
        return read_inlines(image.title, image.span)
    if image.attributes.id.startswith("fig-"):
        return partial_strings.read(image.alt) or ((Text(text=image.alt),) if image.alt else ())
    return ()


BEGINNING = late(r"[Tt]able:\s*|:\s+")


def _caption_tables(
    blocks: Sequence[Block], report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with captions and attributes merged into their tables."""
    if not any(isinstance(block, Table) for block in blocks):
        for block in blocks:
            _warn_of_lonely(block, report, braced)
        return tuple(blocks)
    result: list[Block] = []
    waiting: Paragraph | None = None
    for block in blocks:
        previous = result[-1] if result else None
        match block:
            case Table():
                if waiting and not block.caption:
                    result.pop()
                    block = _captioned(block, waiting, report)
                result.append(with_attributes(block, NO_ATTRIBUTES, None, report))
                waiting = None
            case Paragraph() if is_caption(block):
                if isinstance(previous, Table) and not previous.caption:
                    result[-1] = _captioned(previous, block, report)
                else:
                    result.append(block)
                    waiting = block
            case Paragraph() if isinstance(previous, Table) and (text := _braces(block, braced)):
                read = attributes.trailing(text)
                if read and not read[0]:
                    result[-1] = with_attributes(previous, read[1], block.span, report)
                    continue
                if written := attributes.mistaken(text):
                    message, hint = attributes.invalid(written)
                    report(Code.BAD_ATTRIBUTE, message, block.span, hint)
                result.append(block)
            case _:
                result.append(block)
                waiting = None
    for block in result:
        _warn_of_lonely(block, report, braced)
    return tuple(result)


def _warn_of_lonely(block: Block, report: Report, braced: set[Span]) -> None:
    """A paragraph that looks like a caption or a list of attributes, but is not next to a table."""
    if isinstance(block, Paragraph) and (text := _braces(block, braced)):
        listed = attributes.trailing(text)
        if listed and not listed[0]:
            message = f"The attributes `{text}` stand alone, and are read as text."
            hint = (
                "Put them at the end of the heading, right above or below the paragraph, or the "
                f"block between `::: {text.replace('{:', '{')}` and `:::`."
            )
            report(Code.LIKELY_SLIP, message, block.span, hint)
    elif isinstance(block, Paragraph) and is_caption(block):
        last = block.children[-1]
        if isinstance(last, Text) and attributes.trailing(last.text):
            message = "A caption has no table beside it that needs one."
            hint = "Put it directly before or after its table, with an empty line between."
            report(Code.LIKELY_SLIP, message, block.span, hint)


def is_caption(block: Block) -> bool:
    """Return whether a block next to a table would be its caption."""
    if not isinstance(block, Paragraph) or not block.children:
        return False
    first = block.children[0]
    return isinstance(first, Text) and bool(BEGINNING.match(first.text))


def caption_of(paragraph: Paragraph) -> tuple[tuple[Inline, ...], Attributes]:
    """The text of a caption, and the attributes at its end."""
    first, *rest = paragraph.children
    assert isinstance(first, Text)
    children: list[Inline] = [replace(first, text=BEGINNING.sub("", first.text, count=1)), *rest]
    of_caption = paragraph.attributes
    last = children[-1]
    if isinstance(last, Text) and (split := attributes.trailing(last.text)):
        children[-1] = replace(last, text=split[0])
        of_caption = split[1]
    return trim(children), of_caption


def _captioned(table: Table, paragraph: Paragraph, report: Report) -> Table:
    caption, more = caption_of(paragraph)
    return with_attributes(replace(table, caption=caption), more, paragraph.span, report)


def _braces(block: Paragraph, braced: set[Span]) -> str:
    """The text of a paragraph that begins with a brace, and is nothing but text."""
    if block.span not in braced:
        return ""
    only = block.children[0] if len(block.children) == 1 else None
    return only.text.strip() if isinstance(only, Text) else ""
