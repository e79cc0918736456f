"""Index marks that stand alone: they are not a paragraph, but belong to the block that follows."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import Block, Heading, Inline, InlineElement, Paragraph, SoftBreak, Text
from pipeline.parser.attributes import joined, make

MARK = "index"
"""The class of a mark in a line, and the key of one on a block."""


def attach_marks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """``blocks`` with each paragraph of nothing but invisible marks put into the block after it, or
    the one before if none follows. References to other entries stay: they mark no place."""
    if not any(map(_marks, blocks)):
        return blocks
    result: list[Block] = []
    waiting: list[InlineElement] = []
    for block in blocks:
        if marks := _marks(block):
            waiting += filter(_is_place, marks)
            if rest := tuple(mark for mark in marks if not _is_place(mark)):
                result.append(replace(block, children=rest))
            continue
        result.append(_with(block, waiting) if waiting else block)
        waiting = []
    if waiting and result:
        result[-1] = _with(result[-1], waiting)
    elif waiting:
        result.append(Paragraph(children=tuple(waiting), span=waiting[0].span))
    return tuple(result)


def _marks(block: Block) -> list[InlineElement]:
    """The invisible marks that a paragraph consists of, if it is nothing else."""
    if not isinstance(block, Paragraph):
        return []
    marks = [node for node in block.children if isinstance(node, InlineElement)]
    alone = all(map(_is_mark, marks)) and all(
        isinstance(node, InlineElement | SoftBreak) or _is_space(node) for node in block.children
    )
    return marks if alone else []


def _is_mark(node: InlineElement) -> bool:
    return MARK in node.attributes.classes and not node.children


def _is_place(mark: InlineElement) -> bool:
    return bool(mark.attributes.get("entry") and not mark.attributes.get("see"))


def _is_space(node: Inline) -> bool:
    return isinstance(node, Text) and not node.text.strip()


def _with(block: Block, marks: list[InlineElement]) -> Block:
    """``block`` with the marks within its text, or else as a part that is marked itself."""
    if isinstance(block, Paragraph | Heading):
        # After the first of the text, which may be the name of a speaker.
        children = (*block.children[:1], *marks, *block.children[1:])
        return replace(block, children=children)
    attributes = block.attributes
    entries = [attributes.get(MARK), *(mark.attributes.get("entry") for mark in marks)]
    entry = (MARK, "; ".join(entry for entry in entries if entry))
    return replace(block, attributes=joined(attributes.without({MARK}), make(pairs=(entry,))))
