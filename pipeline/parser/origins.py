"""Positions of nodes relative to the block that they are in, so that they move with it."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.model import Document, Node
from pipeline.model.diagnostics import Origin, Span
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import children, top_level, walk

M = TypeVar("M", bound=Node)
N = TypeVar("N", bound=Node)

_SPAN = re.compile(rb'"span":\{[^{}]*\},?')


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
        origin = origins[key] = Origin(top.span.line - 1, top.span.file)

        def leave(node: M) -> M:
            span = node.span
            if span is None or span.file != origin.file:
                return node
            end = span.end and span.end - origin.line
            return replace(node, span=Span(span.line - origin.line, span.column, end, block=key))

        if any(inner.span for inner in walk(children(top))):
            found = rewrite((top,), leave=dict.fromkeys(_KINDS, leave))[0]
        else:
            found = leave(top)
        old: Any = known.get(key)
        return old if old == found else found

    blocks, notes = tuple(map(settled, document.blocks)), tuple(map(settled, document.notes))
    return replace(document, blocks=blocks, notes=notes, origins=origins)


def _key(top: Node) -> str:
    """The same key for blocks with the same content, wherever they are."""
    return blake2b(_SPAN.sub(b"", msgspec.json.encode(top)), digest_size=6).hexdigest()


_KINDS = Node.__subclasses__()
