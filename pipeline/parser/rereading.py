"""Parsing again after a change: only the paragraph in which a text has changed, where nothing else
can depend on it. Positions are relative to the block around them, and move with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import copy
from hashlib import blake2b
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.model import NO_ATTRIBUTES, Document, Heading, Node, Paragraph, ThematicBreak
from pipeline.model.diagnostics import Origin, Span
from pipeline.model.late import late
from pipeline.model.tree import children, of_node, rewrite, top_level, walk
from pipeline.parser.withheld_ranges import Range, SourceRecord

# --- block places ----------------------------------------------------------------------------
# Positions relative to the block around them, so that they move with it when a text changes.

M = TypeVar("M", bound=Node)
N = TypeVar("N", bound=Node)

_SPAN = late(rb'"span":\{[^{}]*\},?')


def settle_places(document: Document, before: Document | None = None) -> Document:
    """The document with its positions counted from the top-level block (or note) around them, and
    the positions of these in its `Document.origins`. Blocks equal to those ``before`` are the same
    objects, which keep their cached facts."""
    known = {top.span.block: top for top in top_level(before) if top.span} if before else {}
    origins: dict[str, Origin] = {}
    times: Counter[str] = Counter()

    def settle(top: N) -> N:
        if top.span is None:
            return top
        key = _key(top)
        times[key] += 1
        if times[key] > 1:
            key = f"{key}-{times[key]}"
        origins[key] = Origin(top.span.line - 1, top.span.file)
        new, old = _settle(top, key), known.get(key)
        return old if old is not None and old == new else new

    blocks, notes = tuple(map(settle, document.blocks)), tuple(map(settle, document.notes))
    return replace(document, blocks=blocks, notes=notes, origins=origins)


def _settle(top: N, key: str) -> N:
    """A block whose positions are counted from it; one that was not parsed again is known."""
    kept: tuple[str, N] | None = top.__dict__.get("settled")
    if kept and kept[0] == key:
        return kept[1]
    assert top.span is not None
    line, file = top.span.line - 1, top.span.file

    def leave(node: M) -> M:
        span = node.span
        if span is None or span.file != file:
            return node
        end = span.end and span.end - line
        return replace(node, span=Span(span.line - line, span.column, end, block=key))

    if kinds := {type(inner) for inner in walk(children(top)) if inner.span}:
        block = rewrite((top,), leave=dict.fromkeys((*kinds, type(top)), leave))[0]
    else:
        block = leave(top)
    top.__dict__["settled"] = key, block
    return block


@of_node
def _key(top: Node) -> str:
    """The same key for blocks with the same content, wherever they are."""
    return blake2b(_SPAN.sub(b"", msgspec.json.encode(top)), digest_size=6).hexdigest()


class TextBody(NamedTuple):
    """A text without front matter, the line of the source that it begins with, its document, and
    the ranges of it that some editions lack, or that it was read without; ``idle`` are those of
    marks that nothing takes up, and ``dialects`` the tools whose signs the source has."""

    text: str
    line: int
    document: Document
    ranges: list[Range]
    idle: list[Range]
    record: SourceRecord
    dialects: tuple[str, ...] = ()


# --- rereading -------------------------------------------------------------------------------

ReadBody: TypeAlias = Callable[[str, int, tuple[str, ...]], Document]
"""A function that parses text without front matter, from a line of the source on, of some tools."""

INDEPENDENT_BLOCKS = (Heading, Paragraph, ThematicBreak)
"""Blocks that a paragraph beside them does not change."""

_TOUCHES = late(r"[\[\]{}<>|$@]|__|%%|\\(?:\(|if|fi)|:::|\(\s{0,9}[xXхХ✓✔☑✅]?\ufe0f?\s{0,9}\)")
"""Marks in a paragraph that may mean something elsewhere, or that depend on what is there."""

_BEGINS = late(r"[^\W_]|[“\"'(*_]")
_FOLLOWED = late(r"\n+(?:[^\W_]|[“\"'(*_#]|\Z)")


def reread(known: TextBody, text: str, line: int, read: ReadBody) -> TextBody | None:
    """The document of a text that differs from a ``known`` one within a paragraph, and has as many
    lines; None if more may differ. A paragraph on its own is parsed as it was in its context."""
    blocks = known.document.blocks
    if line != known.line or known.document.diagnostics or "*[" in text:
        return None
    begin, old, new, after = _find_change(known.text, text)
    if (
        begin < 0
        or old.count("\n") != new.count("\n")
        or any(
            _TOUCHES.search(paragraph) or not _BEGINS.match(paragraph) for paragraph in (old, new)
        )
        or not _FOLLOWED.match(text, after)
    ):
        return None
    first = line + text.count("\n", 0, begin)
    places = (
        number for number, block in enumerate(blocks) if block.span and block.span.line == first
    )
    number = next(places, -1)
    around = blocks[max(0, number - 1) : number + 2]
    if number < 0 or not all(isinstance(node, INDEPENDENT_BLOCKS) for node in around):
        return None
    readings = [read(version, first, known.dialects) for version in (old, new)]
    if any(
        len(reading.blocks) != 1 or reading.notes or reading.diagnostics for reading in readings
    ):
        return None
    (before,), (now,) = (reading.blocks for reading in readings)
    is_same = before == blocks[number] and before.attributes == NO_ATTRIBUTES
    if not is_same or not isinstance(before, Paragraph) or not isinstance(now, Paragraph):
        return None
    document = replace(known.document, blocks=(*blocks[:number], now, *blocks[number + 1 :]))
    record = copy(known.record)
    record.lines = dict(enumerate(text.removesuffix("\n").split("\n"), line))
    return known._replace(text=text, document=document, record=record)


def _find_change(old: str, new: str) -> tuple[int, str, str, int]:
    """The lines between blank ones that have changed: the first of them (-1 if there are none), the
    old and the new lines, and their end now."""
    most = min(len(old), len(new))
    same = _common(lambda begin, end: old[begin:end] == new[begin:end], most)
    more, less = len(new), len(old)
    rest = _common(
        lambda begin, end: old[less - end : less - begin] == new[more - end : more - begin],
        most - same,
    )
    begin, end = old.rfind("\n\n", 0, same), old.find("\n\n", less - rest)
    if begin < 0 or end < 0:
        return -1, "", "", 0
    after = end + more - less
    return begin + 2, old[begin + 2 : end], new[begin + 2 : after], after


def _common(is_same: Callable[[int, int], bool], most: int) -> int:
    """The number of characters, of ``most``, up to which all are the same."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if is_same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
