"""Captions and attributes of tables: a paragraph that begins with ``Table:`` or ``:`` is the
caption of the table before or after it; a paragraph of attributes applies to the table before
it."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Paragraph, Table, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser import attributes
from pipeline.parser.constructs.parts import Report
from pipeline.parser.markup.flow import trim
from pipeline.parser.table_options import with_attributes

BEGINNING = re.compile(r"[Tt]able:\s*|:\s+")


def caption_tables(
    blocks: tuple[Block, ...], report: Report, braced: set[Span]
) -> tuple[Block, ...]:
    """Neighbouring blocks, with captions and attributes merged into their tables."""
    if not any(isinstance(block, Table) for block in blocks):
        for block in blocks:
            _warn_of_lonely(block, report, braced)
        return blocks
    found: list[Block] = []
    waiting: Paragraph | None = None
    for block in blocks:
        previous = found[-1] if found else None
        match block:
            case Table():
                if waiting and not block.caption:
                    found.pop()
                    block = _captioned(block, waiting, report)
                found.append(with_attributes(block, NO_ATTRIBUTES, None, report))
                waiting = None
            case Paragraph() if is_caption(block):
                if isinstance(previous, Table) and not previous.caption:
                    found[-1] = _captioned(previous, block, report)
                else:
                    found.append(block)
                    waiting = block
            case Paragraph() if isinstance(previous, Table) and (text := _braces(block, braced)):
                read = attributes.trailing(text)
                if read and not read[0]:
                    found[-1] = with_attributes(previous, read[1], block.span, report)
                    continue
                if written := attributes.mistaken(text):
                    message, hint = attributes.invalid(written)
                    report(Code.BAD_ATTRIBUTE, message, block.span, hint)
                found.append(block)
            case _:
                found.append(block)
                waiting = None
    for block in found:
        _warn_of_lonely(block, report, braced)
    return tuple(found)


def _warn_of_lonely(block: Block, report: Report, braced: set[Span]) -> None:
    """A paragraph that looks like a caption or a list of attributes, but is not next to a table."""
    if isinstance(block, Paragraph) and (text := _braces(block, braced)):
        found = attributes.trailing(text)
        if found and not found[0]:
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
    found = paragraph.attributes
    last = children[-1]
    if isinstance(last, Text) and (split := attributes.trailing(last.text)):
        children[-1] = replace(last, text=split[0])
        found = split[1]
    return trim(children), found


def _captioned(table: Table, paragraph: Paragraph, report: Report) -> Table:
    caption, found = caption_of(paragraph)
    return with_attributes(replace(table, caption=caption), found, paragraph.span, report)


def _braces(block: Paragraph, braced: set[Span]) -> str:
    """The text of a paragraph that begins with a brace, and is nothing but text."""
    if block.span not in braced:
        return ""
    only = block.children[0] if len(block.children) == 1 else None
    return only.text.strip() if isinstance(only, Text) else ""
