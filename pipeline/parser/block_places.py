"""Positions relative to the block around them, so that they move with it when a text changes."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.model import Document, Node
from pipeline.model.diagnostics import Origin, Span
from pipeline.model.late import late
from pipeline.model.tree import children, rewrite, top_level, walk
from pipeline.system.store import Memory

M = TypeVar("M", bound=Node)
N = TypeVar("N", bound=Node)

_SPAN = late(rb'"span":\{[^{}]*\},?')


def settle_places(
    document: Document, memory: Memory, name: str, like: Document | None = None
) -> Document:
    """The document with its positions counted from the top-level block (or note) around them, and
    the positions of these in its `Document.origins`. Blocks equal to those that it had, by its
    ``name`` in the memory, or else to those of another, are the same objects, which keep their
    cached facts."""
    before: Document | None = memory.get(name) or like
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
    settled = replace(document, blocks=blocks, notes=notes, origins=origins)
    memory.put(name, settled)
    return settled


def _settle(top: N, key: str) -> N:
    """A block whose positions are counted from it."""
    assert top.span is not None
    line, file = top.span.line - 1, top.span.file

    def leave(node: M) -> M:
        span = node.span
        if span is None or span.file != file:
            return node
        end = span.end and span.end - line
        return replace(node, span=Span(span.line - line, span.column, end, block=key))

    if kinds := {type(inner) for inner in walk(children(top)) if inner.span}:
        return rewrite((top,), leave=dict.fromkeys((*kinds, type(top)), leave))[0]
    return leave(top)


def _key(top: Node) -> str:
    """The same key for blocks with the same content, wherever they are."""
    return blake2b(_SPAN.sub(b"", msgspec.json.encode(top)), digest_size=6).hexdigest()
