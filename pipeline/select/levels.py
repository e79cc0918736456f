"""The levels of a worksheet: pupils get what is for theirs without a trace that others get
something else, and with the numbers that exercises have for all; teachers get everything, with the
names of the levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, Inline, Node
from pipeline.model.audience import admits, conditions_of, names_in
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.roles import UNNUMBERED
from pipeline.model.tree import LEVEL, Context, find, is_for_teachers, top_level, walk_with

LABEL = Attributes(classes=("level-label",))

_BLOCKS, _INLINES = get_args(Block), get_args(Inline)


def settle_levels(document: Document, whole: Document, edition: Edition) -> Document:
    """A variant of the ``whole`` document for an edition, without the blocks that only say for whom
    something is. Teachers are told at each block, and each text, for which levels it is."""
    levels = [level for level, _ in whole.metadata.levels]
    if not levels:
        return document
    numbers = dict(_numbers(whole, levels, edition))
    marked = {type(node) for _, node, _ in find(document, marked=True) if _levels_of(node)}
    for_teachers = not edition.is_of_a_level

    def number(node: model.Exercise) -> Node:
        return replace(node, number=numbers.get(document.place(node.span), 0))

    def settle(node: Node) -> Node | tuple[Node, ...]:
        names = _levels_of(node)
        if not names:
            return node
        if for_teachers:
            return _labelled(node, ", ".join(names))
        is_only_for = isinstance(node, model.Container) and node.name == LEVEL
        return node.children if is_only_for else node  # type: ignore[attr-defined]

    document = rewrite_document(document, enter={model.Exercise: number})
    leave: Changes = dict.fromkeys(marked, settle)
    return rewrite_document(document, leave=leave)


def _levels_of(node: Node) -> list[str]:
    return names_in(node.attributes.get(LEVEL))


def _labelled(node: Node, names: str) -> Node | tuple[Node, ...]:
    """A node for teachers, with the names of its levels."""
    label = model.Paragraph(children=(model.Text(text=names),), attributes=LABEL)
    if isinstance(node, model.Container) and node.name == LEVEL:
        if any(isinstance(child, model.Heading) for child in node.children):
            return (label, *node.children)  # sections are those of pupils
        return replace(node, children=(label, *node.children))
    if isinstance(node, model.Heading):
        return (node, label)
    text: tuple[Inline, ...] = (
        model.InlineElement(name="span", children=label.children, attributes=LABEL),
        model.Text(text=" "),
    )
    if isinstance(node, model.Exercise):
        return replace(node, title=(*text, *node.title))
    if isinstance(node, _BLOCKS):
        plain = replace(node, attributes=node.attributes.without({LEVEL}))
        around = Attributes(pairs=((LEVEL, names),))
        return model.Container(
            name=LEVEL, children=(label, plain), span=node.span, attributes=around
        )
    if isinstance(node, _INLINES):
        return (*text, node)
    first, *others = getattr(node, "children", ()) or (None,)
    if isinstance(first, model.Paragraph | model.Plain):
        first = replace(first, children=(*text, *first.children))
        return replace(node, children=(first, *others))
    return node


# --- numbers ----------------------------------------------------------------------------------

_Readers: TypeAlias = frozenset[str] | None
"""The levels that get a node; None if pupils do not get it at all."""


def _numbers(
    whole: Document, levels: list[str], edition: Edition
) -> Iterator[tuple[Span | None, int]]:
    """The number of each exercise for pupils, by its place: the same for all who get it. After one
    that not all get, the next for all has a number that none has had."""
    pupils = replace(edition, audience="student")

    def readers(node: Node, above: _Readers) -> _Readers:
        if above is None or is_for_teachers(node):
            return None
        others = conditions_of(node.attributes).without({LEVEL})
        if not admits(others, pupils):
            return None
        own = _levels_of(node)
        return above.intersection(own) if own else above

    counts = dict.fromkeys(levels, 0)
    context: Context[_Readers] = (frozenset(levels), readers)
    for node, levels_of in walk_with(top_level(whole), *context):
        is_numbered = isinstance(node, model.Exercise) and UNNUMBERED not in node.attributes.classes
        if is_numbered and levels_of:
            number = 1 + max(counts[level] for level in levels_of)
            counts |= dict.fromkeys(levels_of, number)
            yield whole.place(node.span), number
