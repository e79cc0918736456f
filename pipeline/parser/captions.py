"""Figures and captions: an image alone in a paragraph is a figure, a paragraph that begins
``Table:`` the caption of the table before or after it."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from pipeline.diagnostics import Span
from pipeline.model import (
    NO_ATTRIBUTES,
    Block,
    Figure,
    Image,
    Inline,
    Paragraph,
    Table,
    TableRow,
    Text,
)
from pipeline.parser import attributes
from pipeline.parser.markup.flow import trim
from pipeline.tree import plain_text

_CAPTION = re.compile(r"[Tt]able:\s*")
_NUMBER = re.compile(r"[\s\d.,'’%+−–-]*\d[\s\d.,'’%]*(?:\s?[a-z]{1,3})?")
ROW_HEADERS = "row-headers"

ReadInlines = Callable[[str, "Span | None"], tuple[Inline, ...]]


def attach_captions(blocks: tuple[Block, ...], read_inlines: ReadInlines) -> tuple[Block, ...]:
    """Neighbouring blocks with their captions taken up. ``read_inlines`` reads the caption
    of a figure, which is given as an image's title, at the image's place."""
    return _tables(tuple(_figure(block, read_inlines) for block in blocks))


def _figure(block: Block, read_inlines: ReadInlines) -> Block:
    if not isinstance(block, Paragraph) or len(block.children) != 1:
        return block
    image = block.children[0]
    if not isinstance(image, Image):
        return block
    if not image.title and image.attributes == NO_ATTRIBUTES:
        return msgspec.structs.replace(block, attributes=attributes.make(classes=("image",)))
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
        caption=read_inlines(image.title, image.span) if image.title else (),
        span=block.span,
        attributes=attributes.make(image.attributes.id, classes, image.attributes.pairs),
    )


def _tables(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    found: list[Block] = []
    waiting: Paragraph | None = None
    for block in blocks:
        if isinstance(block, Table):
            caption = waiting
            if waiting:
                found.pop()
            found.append(_with_row_headers(_with_caption(block, caption) if caption else block))
            waiting = None
        elif isinstance(block, Paragraph) and _is_caption(block):
            previous = found[-1] if found else None
            if isinstance(previous, Table) and not previous.caption:
                found[-1] = _with_row_headers(_with_caption(previous, block))
                waiting = None
            else:
                found.append(block)
                waiting = block
        else:
            found.append(block)
            waiting = None
    return tuple(found)


def _is_caption(block: Paragraph) -> bool:
    first = block.children[0] if block.children else None
    return isinstance(first, Text) and bool(_CAPTION.match(first.text))


def _with_caption(table: Table, caption: Paragraph) -> Table:
    first, *rest = caption.children
    assert isinstance(first, Text)
    children: list[Inline] = [Text(text=_CAPTION.sub("", first.text, count=1)), *rest]
    found = caption.attributes
    if isinstance(children[-1], Text):
        split = attributes.trailing(children[-1].text)
        if split:
            text, found = split
            children[-1] = Text(text=text)
    return msgspec.structs.replace(table, caption=trim(children), attributes=found)


def _with_row_headers(table: Table) -> Table:
    """The first column holds row headers where the author says so, where it has no header
    of its own, or where every other column holds numbers."""
    asked = ROW_HEADERS in table.attributes.classes
    head = table.head[0].cells if table.head else ()
    if len(head) > 1 and not asked:
        others = [cell for row in table.body for cell in row.cells[1:]]
        numbers = bool(others) and all(
            _NUMBER.fullmatch(plain_text(cell.children)) for cell in others
        )
        asked = numbers or not head[0].children
    if not asked or any(not row.cells for row in table.body):
        return table
    rows = tuple(
        TableRow(
            cells=(msgspec.structs.replace(row.cells[0], scope="row"), *row.cells[1:]),
            span=row.span,
            attributes=row.attributes,
        )
        for row in table.body
    )
    return msgspec.structs.replace(table, body=rows)
