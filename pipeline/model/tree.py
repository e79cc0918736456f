"""Walking and rewriting trees of nodes: the one place that knows where children are.

Nothing here recurses, so that the depth of a document is no limit; what a rewriting
leaves as it was is the same object afterwards, so that a pass costs what it changes.
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.diagnostics import Span

N = TypeVar("N", bound=Node)
T = TypeVar("T")

Change: TypeAlias = Callable[..., "Node | tuple[Node, ...]"]
"""The replacement of a node: another (or the same), several, or () for none."""

Changes: TypeAlias = Mapping[type[Node], Change]

NO_CHANGES: Changes = MappingProxyType({})

Context: TypeAlias = tuple[T, Callable[[Node, T], T]]
"""Inherited values of nodes: the value at the top, and a function from a node and its parent's
value to the value of the node (its language, say, or its place in the source)."""

PATH: Context[tuple[Node, ...]] = ((), lambda node, above: (node, *above))
"""Of each node itself, its parent, and so on to the top."""

SPAN: Context[Span | None] = (None, lambda node, above: node.span or above)
"""Of each node its own span, or the nearest one above it."""

BLANK = "____"
"""The plain text of a blank."""

CONDITIONS = frozenset({"only", "not", "edition"})
"""The keys of attributes that say which editions have a node."""

WIDTH = re.compile(r"(\d+(?:\.\d+)?)\s?(%|px|em|rem|cm|mm|in|pt)?")
"""A value of the attribute `width`."""

MINUTES = "minutes"
"""The key of the attribute that says, for teachers alone, how long something takes."""

MARKS = ("marks", "points")
"""The keys of attributes that say how many marks an exercise, or a question of it, has."""

WORD_BANK = "word-bank"
"""The name of a container for the words that are missing in gaps."""

TEACHER = "teacher"
FOR_TEACHERS = frozenset({TEACHER, "answer"})
"""The classes of what only teachers get."""

_FIRST = ("title", "prompt", "image", "narrow", "figures", "caption", "head")
"""The fields that are read before others of their node, in this order."""


def _holding() -> Iterator[tuple[type[Node], tuple[str, ...]]]:
    """The kinds of nodes that hold some, and the fields that they do so in, by their types."""
    rank = {name: place for place, name in enumerate(_FIRST)}
    kinds = Node.__subclasses__()
    nodes = {"Block", "Inline", *(kind.__name__ for kind in kinds)}
    for kind in kinds:
        said = kind.__annotations__.items()
        held = [name for name, of in said if not nodes.isdisjoint(re.findall(r"\w+", of))]
        if held:
            yield kind, tuple(sorted(held, key=lambda name: rank.get(name, len(rank))))


FIELDS: dict[type[Node], tuple[str, ...]] = dict(_holding())
"""The fields that hold children, in the order they are read in; other nodes have none, but
for the ``wordings`` that any node may have."""

INLINE_FIELDS: dict[type[Node], str] = {
    **dict.fromkeys(
        (model.Wording, model.Heading, model.Paragraph, model.Plain, model.BibliographyEntry),
        "children",
    ),
    **dict.fromkeys((model.Section, model.Admonition, model.Exercise, model.TeacherNote), "title"),
    **dict.fromkeys(
        (model.Table, model.Figure, model.FigureGroup, model.Chart, model.CodeBlock), "caption"
    ),
    **dict.fromkeys((model.IndexEntry, model.IndexReference), "term"),
    model.DefinitionItem: "terms",
    model.Choices: "prompt",
}
"""The field in which text begins: a run of inlines (of `DefinitionItem`: several)."""

_KEPT = (
    model.Section, model.TableCell, model.CodeBlock, model.Citation, model.Bibliography,
    model.Index, model.Exercise, model.Wording,
)  # fmt: skip

# A node that loses all that one of these fields holds goes too. Cells stay, to keep
# columns in line; a section or an exercise may be nothing but its title.
_ESSENTIAL: dict[type[Node], tuple[str, ...]] = {
    **{kind: fields[-1:] for kind, fields in FIELDS.items()},
    model.DefinitionItem: ("terms", "definitions"),
    model.Figure: ("image",),
    model.FigureGroup: ("figures",),
    model.Chart: ("table",),
    model.IndexEntry: ("term",),
    model.Matching: ("left", "right"),
    **dict.fromkeys(_KEPT, ()),
}


def children(node: Node) -> tuple[Node, ...]:
    """All children of a node, in the order they are read in; its wordings come first."""
    return (*node.wordings, *_shown(node)) if node.wordings else _shown(node)


def _shown(node: Node) -> tuple[Node, ...]:
    """The children in the node's own fields."""
    fields = FIELDS.get(type(node), ())
    if len(fields) == 1:
        found: tuple[Node, ...] = getattr(node, fields[0])
        return found
    return tuple(child for name in fields for child in _flat(getattr(node, name)))


def _flat(value: Any) -> Iterable[Node]:
    """The nodes in a field: a node, a tuple of nodes or a tuple of tuples of nodes."""
    if isinstance(value, Node):
        return (value,)
    if value and isinstance(value[0], tuple):
        return (node for group in value for node in group)
    return value or ()


def walk(nodes: Node | Iterable[Node]) -> Iterator[Node]:
    """The nodes and all below them, in the order they are read in, parents first."""
    stack = [nodes] if isinstance(nodes, Node) else list(nodes)[::-1]
    pop, extend = stack.pop, stack.extend
    while stack:
        node = pop()
        yield node
        if type(node) in FIELDS or node.wordings:
            extend(children(node)[::-1])


def walk_with(
    nodes: Iterable[Node], start: T, inherit: Callable[[Node, T], T]
) -> Iterator[tuple[Node, T]]:
    """Like `walk`, with a value that each node has from its parent: ``inherit`` is given
    the node and its parent's value (at the top ``start``), and returns the node's."""
    stack = [(node, start) for node in nodes][::-1]
    while stack:
        node, value = stack.pop()
        value = inherit(node, value)
        yield node, value
        if type(node) in FIELDS or node.wordings:
            stack.extend([(child, value) for child in children(node)[::-1]])


def walk_spans(nodes: Iterable[Node]) -> Iterator[tuple[Node, Span | None]]:
    """The nodes and all below them, each with its own span or the nearest parent's."""
    return walk_with(nodes, *SPAN)


def of_text(make: Callable[[Document], T]) -> Callable[[Document], T]:
    """A function of the text of a document, which keeps what it gave last: passes ask for the
    same one after another, and editions have the same text."""
    last: list[tuple[Document, T]] = []

    @functools.wraps(make)
    def known(document: Document) -> T:
        for before, found in last:
            if (
                before.blocks is document.blocks
                and before.notes is document.notes
                and before.origins is document.origins
            ):
                return found
        found = make(document)
        last[:] = [(document, found)]
        return found

    return known


class _Listed(NamedTuple):
    """The nodes of a document, with their places, and of which types they are."""

    nodes: tuple[tuple[Node, Span | None], ...]
    kinds: frozenset[type[Node]]


@of_text
def _list(document: Document) -> _Listed:
    nodes = tuple(walk_spans(whole(document)))
    return _Listed(nodes, frozenset({type(node) for node, _ in nodes}))


def all_spans(document: Document) -> tuple[tuple[Node, Span | None], ...]:
    """`walk_spans` through a whole document."""
    return _list(document).nodes


def all_nodes(document: Document) -> Iterator[Node]:
    """`walk` through a whole document."""
    return (node for node, _ in _list(document).nodes)


def has(document: Document, *kinds: type[Node]) -> bool:
    """Return whether a document has a node of one of these types."""
    return not _list(document).kinds.isdisjoint(kinds)


def all_images(document: Document) -> Iterator[tuple[model.Image, Span | None, bool]]:
    """The images, each with its place, and whether it only decorates, as it or its figure says."""
    if not has(document, model.Image):
        return
    for node, path in walk_with(whole(document), *PATH):
        if isinstance(node, model.Image):
            span = next((one.span for one in path if one.span), None)
            own = [one for one in path[:2] if isinstance(one, model.Image | model.Figure)]
            yield node, span, any("decorative" in one.attributes.classes for one in own)


def ordinals() -> Context[int]:
    """Of each node its number in the order of `walk`, from 0. It is the key of the node from one
    walk to another, as long as what is entered keeps its children."""
    count = itertools.count()
    return 0, lambda node, above: next(count)


def is_for_teachers(node: Node) -> bool:
    """Return whether only teachers get the node, and all below it."""
    classes = node.attributes.classes
    return isinstance(node, model.Answer | model.TeacherNote) or not FOR_TEACHERS.isdisjoint(
        classes
    )


ONLY_FOR_TEACHERS: Context[bool] = (False, lambda node, above: above or is_for_teachers(node))
"""Of each node whether only teachers get it: in an edition for them that is counted after all that
students get too, so that both have the same numbers."""


def has_condition(node: Node) -> bool:
    """Return whether the node says which editions it is for."""
    return any(key in CONDITIONS for key, _ in node.attributes.pairs)


def is_partial(node: Node) -> bool:
    """Return whether some editions do not have the node: by a condition, or by what it is."""
    return is_for_teachers(node) or has_condition(node)


def whole(document: Document) -> tuple[Node, ...]:
    """All top-level nodes of a document: its blocks, then its notes."""
    return (*document.blocks, *document.notes)


def plain_text(inlines: Iterable[Node]) -> str:
    """The text of some nodes, without formatting and notes: images as their text
    alternatives, breaks as spaces."""
    parts = []
    stack = list(inlines)[::-1]
    while stack:
        node = stack.pop()
        stack.extend(_shown(node)[::-1])
        match node:
            case model.Text() | model.Code() | model.Abbreviation():
                parts.append(node.text)
            case model.Image():
                parts.append(node.alt)
            case model.Citation() if not node.children:
                parts.append(node.source)
            case model.CrossReference():
                parts.append(node.text or f"@{node.target}")
            case model.Math():
                parts.append(node.alt or node.tex)
            case model.Blank():
                parts.append(BLANK)
            case model.Variable():
                parts.append(f"{{{{ {node.name} }}}}")
            case model.SoftBreak() | model.LineBreak():
                parts.append(" ")
    return "".join(parts)


def rewrite(
    nodes: tuple[N, ...],
    *,
    enter: Changes = NO_CHANGES,
    leave: Changes = NO_CHANGES,
    context: Context[Any] | None = None,
) -> tuple[N, ...]:
    """The nodes, changed by functions for the types they are of.

    ``enter`` is called before a node's children, in reading order, and returns one node
    or (); ``leave`` is called after them, with the children as they have become, and may
    return any number. A node that loses all its essential children goes too, without a
    call to ``leave``. With a ``context`` both are given what the node inherits as well, as
    `walk_with` gives it: from its parents as they were before they were entered.
    """
    wanted = {*enter, *leave}
    result: list[Node] = []
    for node in nodes:
        if context or any(type(inner) in wanted for inner in walk(node)):
            result.extend(_rewrite(node, enter, leave, context))
        else:
            result.append(node)
    if len(result) == len(nodes) and all(map(operator.is_, result, nodes)):
        return nodes
    return tuple(result)  # type: ignore[arg-type]


def rewrite_document(
    document: Document,
    *,
    enter: Changes = NO_CHANGES,
    leave: Changes = NO_CHANGES,
    context: Context[Any] | None = None,
) -> Document:
    """`rewrite` for a document's blocks, then its notes."""
    if not has(document, *enter, *leave):
        return document
    blocks = rewrite(document.blocks, enter=enter, leave=leave, context=context)
    notes = rewrite(document.notes, enter=enter, leave=leave, context=context)
    if blocks is document.blocks and notes is document.notes:
        return document
    return msgspec.structs.replace(document, blocks=blocks, notes=notes)


def _rewrite(
    root: Node, enter: Changes, leave: Changes, context: Context[Any] | None
) -> tuple[Node, ...]:
    # A node is on the stack twice: to be entered (count -1), with what its parent has, and to be
    # put together again from what its children have become, the last `count` entries of `results`.
    start, inherit = context or (None, None)
    busy = {*FIELDS, *enter, *leave}
    stack: list[tuple[Node, int, Any]] = [(root, -1, start)]
    results: list[tuple[Node, ...]] = []
    while stack:
        node, count, value = stack.pop()
        kind = type(node)
        if count < 0:
            if inherit:
                value = inherit(node, value)
            if kind in enter:
                entered = enter[kind](node, value) if inherit else enter[kind](node)
                if isinstance(entered, tuple):
                    results.append(entered)
                    continue
                node, kind = entered, type(entered)
            if kind in FIELDS or node.wordings:
                below = children(node)
                # leaves that nothing is done to stay as they are
                if inherit or any(type(one) in busy or one.wordings for one in below):
                    stack.append((node, len(below), value))
                    stack.extend([(child, -1, value) for child in below[::-1]])
                    continue
        elif count:
            rebuilt = _rebuild(node, results[-count:])
            del results[-count:]
            if rebuilt is None:
                results.append(())
                continue
            node = rebuilt
        left: Node | tuple[Node, ...] = node
        if kind in leave:
            left = leave[kind](node, value) if inherit else leave[kind](node)
        results.append(left if isinstance(left, tuple) else (left,))
    return results[0]


def _rebuild(node: Node, results: list[tuple[Node, ...]]) -> Node | None:
    """The node with its children replaced, or None where the essential ones are gone."""
    before = children(node)
    if all(len(new) == 1 and new[0] is old for new, old in zip(results, before, strict=True)):
        return node
    rest = iter(results)
    changed: dict[str, Any] = {}
    for name in ("wordings", *FIELDS.get(type(node), ())):
        old = getattr(node, name)
        new: Any
        if isinstance(old, Node):
            new = next(iter(next(rest)), None)
        elif old is None:
            new = None
        elif old and isinstance(old[0], tuple):
            groups = [tuple(child for _ in group for child in next(rest)) for group in old]
            new = tuple(group for group in groups if group)
        else:
            new = tuple(child for _ in old for child in next(rest))
        if name in _ESSENTIAL.get(type(node), ()) and old and not new:
            return None
        changed[name] = new
    return msgspec.structs.replace(node, **changed)
