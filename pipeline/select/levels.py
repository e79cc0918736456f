"""The levels of a worksheet: pupils get what is for theirs without a trace that others get
something else, and with the numbers that exercises have for all; teachers get everything, with the
names of the levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, Inline, Node
from pipeline.model.audience import Ranges, lacked, names_in
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.numbered_kinds import NUMBERED, is_lettered, numbered_kind
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import LEVEL, LEVELS, MARKS, find, top_level, walk

LABEL = Attributes(classes=("level-label",))

_BLOCKS, _INLINES = get_args(Block), get_args(Inline)

_Place: TypeAlias = tuple[type[Node], Span | None]


def settle_levels(document: Document, whole: Document, edition: Edition) -> Document:
    """A variant of the ``whole`` document for an edition, without the blocks that only say for whom
    something is. Teachers are told at each block, and each text, for which levels it is."""
    if not whole.metadata.levels:
        return document
    readers = _Readers(whole, edition)
    numbers = dict(_numbers(whole, readers))
    marked = {type(node) for _, node, _ in find(document, marked=True) if _levels_of(node)}
    for_teachers = not edition.is_of_a_level
    written = {level.lower(): level for level, _ in whole.metadata.levels}

    def number(node: Node) -> Node:
        place = document.place(node.span)
        node = replace(node, number=numbers.get((type(node), place), 0))
        return told(node) if isinstance(node, model.Exercise) else node

    def told(node: model.Exercise | model.ListItem) -> Node:
        is_marked = any(key in MARKS for key, _ in node.attributes.pairs)
        names = readers.of(node, document) if for_teachers and is_marked else []
        if len(names) in (0, len(whole.metadata.levels)):
            return node
        pairs = (*node.attributes.pairs, (LEVELS, " ".join(names)))
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def settle(node: Node) -> Node | tuple[Node, ...]:
        names = _levels_of(node)
        if not names:
            return node
        if for_teachers:
            return _labelled(node, ", ".join(written.get(name, name) for name in names))
        is_only_for = isinstance(node, model.Container) and node.name == LEVEL
        return node.children if is_only_for else node  # type: ignore[attr-defined]

    enter: Changes = {**dict.fromkeys(NUMBERED, number), model.ListItem: told}
    return rewrite_document(document, enter=enter, leave=dict.fromkeys(marked, settle))


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


# --- readers ----------------------------------------------------------------------------------


class _Readers:
    """The levels at which pupils get something of the ``whole`` document in an edition."""

    def __init__(self, whole: Document, edition: Edition) -> None:
        self._lacking: dict[str, Ranges] = {}
        for level, _ in whole.metadata.levels:
            pupils = replace(edition, audience="student", level=level.lower())
            self._lacking[level] = Ranges(lacked(whole.withheld, pupils))

    def of(self, node: Node, document: Document) -> list[str]:
        """The levels that get a node of a document."""
        names, place = _levels_of(node), document.place(node.span)
        return [
            level
            for level, lacking in self._lacking.items()
            if not lacking.hold(place) and (not names or level.lower() in names)
        ]


def _numbers(whole: Document, readers: _Readers) -> Iterator[tuple[_Place, int]]:
    """The number of each exercise, figure and so on for pupils, by its place: the same for all who
    get it. After one that not all get, the next for all has a number that none has had."""
    counts: dict[str, dict[str, int]] = {}
    lettered: set[int] = set()
    for node in walk(top_level(whole)):
        if isinstance(node, model.FigureGroup) and is_lettered(node):
            lettered |= set(map(id, node.figures))
        kind = "" if id(node) in lettered else numbered_kind(node, whole.metadata.lang)
        if kind and (levels := readers.of(node, whole)):
            latest = counts.setdefault(kind, {})
            number = 1 + max(latest.get(level, 0) for level in levels)
            latest |= dict.fromkeys(levels, number)
            yield (type(node), whole.place(node.span)), number
