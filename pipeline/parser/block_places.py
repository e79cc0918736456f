"""Positions relative to the block around them, so that they move with it when a text changes."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.model import Document, Node
from pipeline.model.diagnostics import Origin, Span
from pipeline.model.late import late
from pipeline.model.tree import children, of_node, rewrite, top_level, walk
from pipeline.parser.ranges import Range, SourceRecord

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

    def settled(top: N) -> N:
        if top.span is None:
            return top
        key = _key(top)
        times[key] += 1
        if times[key] > 1:
            key = f"{key}-{times[key]}"
        origins[key] = Origin(top.span.line - 1, top.span.file)
        new, old = _settled(top, key), known.get(key)
        return old if old is not None and old == new else new

    blocks, notes = tuple(map(settled, document.blocks)), tuple(map(settled, document.notes))
    return replace(document, blocks=blocks, notes=notes, origins=origins)


def _settled(top: N, key: str) -> N:
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
