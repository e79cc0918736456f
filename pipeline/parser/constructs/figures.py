"""Figures side by side: ``::: figures A caption {columns=2}``, or with Quarto's layouts."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.removal import STAND_INS
from pipeline.model.tree import plain_text
from pipeline.parser.attributes import joined, make
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.tables import figure_of

COLUMNS = ("columns", "layout-ncol")
"""The keys for the number of figures in a row; the second is Quarto's."""

_IMAGE_FILE = late(r"\.(?:svg|png|jpe?g|gif|webp)$", re.IGNORECASE)

MOST_COLUMNS = 6
LONGEST_ROW = 4
"""The default maximum of figures in one row; more are set in rows of three."""


def is_group(parts: Parts) -> bool:
    """Return whether a block of another name is a group of figures in Quarto's notation."""
    if parts.argument:
        return False
    images = [isinstance(block, model.Figure) or bool(_images(block)) for block in parts.children]
    if parts.attributes.id.startswith("fig-"):
        return not parts.name or any(images)
    return not parts.name and bool(parts.attributes.get("layout-ncol")) and all(images)


def figures(parts: Parts) -> tuple[Block, ...]:
    """A group of figures, followed by anything that does not belong in one. The caption follows the
    name, or is the last paragraph. A single image is a figure instead of a group."""
    caption, blocks = parts.title, list(parts.children)
    if (
        not caption
        and blocks
        and isinstance(blocks[-1], model.Paragraph)
        and not _images(blocks[-1])
    ):
        caption = blocks[-1].children
        blocks.pop()
    members: list[model.Figure] = []
    rest: list[Block] = []
    for block in blocks:
        images = _images(block)
        if isinstance(block, model.Figure):
            members.append(block)
        elif images:
            members += (figure_of(image, image.span or block.span, parts.read) for image in images)
        else:
            rest.append(block)
    if not members:
        message = "A group of figures has no image in a paragraph of its own."
        hint = "Write `![what it shows](file)` in it, with an empty line between images and text."
        parts.report(Code.BAD_FIGURES, message, parts.span, hint)
        return parts.children
    for block in rest:
        message = "A group of figures contains something other than images."
        hint = "Move it out of the block; only a caption may follow the images."
        parts.report(Code.BAD_FIGURES, message, block.span, hint)
    columns = _columns(parts, len(members))
    # A name is a class, in Quarto's way.
    name = () if parts.name in ("", "figure", "figures") else (parts.name,)
    attributes = joined(make(classes=name), parts.attributes.without(COLUMNS))
    if len(members) == 1 and not (members[0].caption or members[0].attributes.id):
        attributes = joined(members[0].attributes, attributes)
        return (replace(members[0], caption=caption, attributes=attributes), *rest)
    group = model.FigureGroup(
        figures=tuple(members),
        caption=caption,
        columns=columns,
        span=parts.span,
        attributes=attributes,
    )
    return (group, *rest)


def directive(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``figure`` and ``image``: a file, with the first paragraph as its caption; the rest
    follows the figure. Blocks of these names without a file are groups."""
    source = parts.argument.strip()
    if not _IMAGE_FILE.search(source):
        return figures(parts)
    caption: tuple[Inline, ...] = ()
    rest = parts.children
    if rest and isinstance(rest[0], model.Paragraph):
        caption, rest = rest[0].children, rest[1:]
    image = model.Image(
        source=source,
        alt=parts.attributes.get("alt") or plain_text(caption),
        span=parts.span,
        attributes=parts.attributes.without({"alt"}),
    )
    figure = figure_of(image, parts.span, parts.read)
    return (replace(figure, caption=caption), *rest)


def _columns(parts: Parts, count: int) -> int:
    written = next((value for key in COLUMNS if (value := parts.attributes.get(key))), "")
    if not written:
        return 0 if count <= LONGEST_ROW else 3
    if written in map(str, range(1, MOST_COLUMNS + 1)):
        return int(written)
    message = f"`{written}` is not a possible number of figures side by side."
    hint = f"Write one from 1 to {MOST_COLUMNS}: `columns=2`."
    parts.report(Code.BAD_FIGURES, message, parts.span, hint)
    return 0


def _images(block: Block) -> tuple[model.Image, ...]:
    """The images of a paragraph that holds nothing else."""
    if not isinstance(block, model.Paragraph):
        return ()
    images = tuple(node for node in block.children if isinstance(node, model.Image))
    return images if all(map(_is_image_or_space, block.children)) else ()


def _is_image_or_space(node: Inline) -> bool:
    if isinstance(node, model.Text):
        return not STAND_INS.sub("", node.text).strip()
    return isinstance(node, model.Image | model.SoftBreak | model.LineBreak)
