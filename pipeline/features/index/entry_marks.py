"""The marks of an index in the text: ``[text]{.index}`` and ``{index="Entry"}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Document, Inline, Node
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import INLINE_FIELDS, plain_text, top_level, walk, walk_with
from pipeline.resolve.punctuation import Run
from pipeline.resolve.titles import title_of

MARK = "index"
"""The class of a mark in a line, and the key of one on a block."""

OPTIONS = frozenset({"entry", "see", "sort", MARK})
"""Options of marks that only the index uses."""

LEVELS = 4
"""The maximum nesting of entries; deeper ones stay in the last."""

_INLINES = get_args(Inline)
_PIECE = late(r"\\(.)|([!;])|([^\\!;]+|\\)", re.S)

Path: TypeAlias = tuple[tuple[Inline, ...], ...]
"""An entry and those above it, from the top: the text of each."""


class IndexMark(NamedTuple):
    """A mark for one entry. ``place`` is None if it only refers to other entries (``see``).
    ``explicit`` means that the entry was written out instead of taken from the text; ``sort`` is a
    separate text to sort it by."""

    path: Path
    place: model.IndexPlace | None
    see: tuple[Path, ...] = ()
    explicit: bool = False
    sort: str = ""
    span: Span | None = None


class MarkContext(NamedTuple):
    """The context of a node: the section, the block of text, the language, and its place in the
    source; the entries of the parts of the text that it is in (``within``), including its own for
    its children."""

    section: model.Section | None
    holder: object
    language: str
    span: Span | None
    within: frozenset[str]
    ranges: frozenset[str]


def is_inline(node: Node) -> bool:
    """Return whether a node that is a mark marks a place in a line, as opposed to a whole part."""
    return isinstance(node, _INLINES)


def is_mark(node: Node) -> bool:
    """Return whether a node marks something for the index."""
    if is_inline(node):
        return MARK in node.attributes.classes
    return any(key == MARK for key, _ in node.attributes.pairs)


def key(path: Path) -> str:
    """The normalised form of an entry's path, which is equal for equal entries."""
    return "\0".join(" ".join(plain_text(term).split()).casefold() for term in path)


def with_surroundings(document: Document) -> Iterator[tuple[Node, MarkContext]]:
    """All nodes with their surroundings; notes follow their first reference."""
    sections: dict[str, model.Section | None] = {}

    def inherit(node: Node, around: MarkContext) -> MarkContext:
        section, holder = around.section, around.holder
        if isinstance(node, model.NoteReference):
            sections.setdefault(node.label, section)
        elif isinstance(node, model.Note):
            section = sections.get(node.label)
        elif isinstance(node, model.Section):
            section = node
        if type(node) in INLINE_FIELDS:
            holder = object()
        language = node.attributes.get("lang") or around.language
        ranges = around.ranges
        if is_mark(node) and not is_inline(node):
            ranges |= {key(path) for path in paths(node.attributes.get(MARK), language)}
        span = node.span or around.span
        return MarkContext(section, holder, language, span, around.ranges, ranges)

    start = MarkContext(None, None, document.metadata.lang, None, frozenset(), frozenset())
    return walk_with(top_level(document), start, inherit)


def paths(text: str, language: str) -> list[Path]:
    """The entries that ``text`` names: ``A!B; C`` is B under A, and C. ``!`` and ``;`` after a
    backslash are literal."""
    pieces: list[list[str]] = [[""]]
    for match in _PIECE.finditer(text):
        if match[2] == ";":
            pieces.append([""])
        elif match[2] == "!" and len(pieces[-1]) < LEVELS:
            pieces[-1].append("")
        else:
            pieces[-1][-1] += match[1] or match[0]
    cleaned = ([" ".join(part.split()) for part in parts] for parts in pieces)
    return [
        tuple((model.Text(text=_set(part, language)),) for part in parts if part)
        for parts in cleaned
        if any(parts)
    ]


def _set(text: str, language: str) -> str:
    run = Run()
    run.add(text, language)
    return run.set()[0] or text


def own_term(node: Node) -> tuple[Inline, ...]:
    """The text of an inline mark, as an entry."""
    bare: Any = replace(node, attributes=NO_ATTRIBUTES)
    term = getattr(node, "children", (bare,))
    kinds = {type(inner) for inner in walk(term) if is_mark(inner)}

    def leave(inner: Node) -> Node | tuple[Node, ...]:
        return unmarked(inner, "") if is_mark(inner) else inner

    return title_of(rewrite(term, leave=dict.fromkeys(kinds, leave)))


def unmarked(node: Node, identifier: str) -> Node | tuple[Node, ...]:
    """A node without its mark, and with an id or none (empty). A span without other attributes is
    replaced by its text."""
    attributes = node.attributes.without(OPTIONS, {MARK} if is_inline(node) else ())
    if identifier and not attributes.id:
        attributes = replace(attributes, id=identifier)
    if (
        attributes == NO_ATTRIBUTES
        and isinstance(node, model.InlineElement)
        and node.name == "span"
    ):
        return node.children
    return replace(node, attributes=attributes)
