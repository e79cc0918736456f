"""Which function makes the nodes of which element."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.model import Node
from pipeline.parser.markup import block_elements as blocks
from pipeline.parser.markup import inline_elements as inlines
from pipeline.parser.markup import tables
from pipeline.parser.markup.frames import Frame
from pipeline.parser.markup.tags import (
    CONTAINER_TAGS,
    HEADING_TAGS,
    INLINE_TAGS,
    PLAIN_BLOCK_TAGS,
)

Builder = Callable[[Frame], Iterable[Node]]

BUILDERS: dict[str, Builder] = {
    **dict.fromkeys(INLINE_TAGS, inlines.inline_element),
    **dict.fromkeys(CONTAINER_TAGS, blocks.container),
    **dict.fromkeys(PLAIN_BLOCK_TAGS, blocks.plain),
    "center": blocks.centred,
    **dict.fromkeys(HEADING_TAGS, blocks.heading),
    **dict.fromkeys(("em", "strong", "del", "s", "strike"), inlines.formatting),
    **dict.fromkeys(("code", "tt"), inlines.code),
    **dict.fromkeys(("abbr", "acronym"), inlines.abbreviation),
    **dict.fromkeys(("ul", "ol", "menu"), blocks.list_),
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), tables.part),
    **dict.fromkeys(("td", "th"), tables.cell),
    "a": inlines.link,
    "blockquote": blocks.quote,
    "dd": blocks.blocks_part,
    "details": blocks.details,
    "div": blocks.division,
    "dl": blocks.definition_list,
    "dt": blocks.inlines_part,
    "figcaption": blocks.inlines_part,
    "figure": blocks.figure,
    "li": blocks.item,
    "p": blocks.paragraph,
    "pre": blocks.preformatted,
    "summary": blocks.blocks_part,
    "table": tables.table,
    "tr": tables.row,
}


def build(frame: Frame) -> Iterable[Node]:
    """The nodes that a finished element becomes."""
    return BUILDERS[frame.tag](frame)
