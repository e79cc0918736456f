"""Walking and rewriting trees of nodes: the only module that knows where children are.

Nothing here recurses, so the depth of a document is not limited. Unchanged nodes remain the same
objects, so the cost of a pass is proportional to its changes.
"""

from __future__ import annotations

import bisect
import contextlib
import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar, overload

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

MOST_ALIKE = 4
"""The maximum number of nodes kept that were made from another one, for a few editions."""

BLANK = "____"
"""The plain text of a blank."""

CONDITIONS = frozenset({"only", "not", "edition"})
"""The keys of attributes that say which editions have a node."""

WIDTH = re.compile(r"(\d+(?:\.\d+)?)\s?(%|px|em|rem|cm|mm|in|pt)?")
"""A value of the attribute `width`."""

MINUTES = "minutes"
"""The key of the attribute that says, for teachers alone, how long something takes."""

MARKS = ("marks", "points")
"""The attribute keys for the marks of an exercise or a question."""

WORD_BANK = "word-bank"
"""The name of a container for the words that are missing in gaps."""

TEACHER = "teacher"
FOR_TEACHERS = frozenset({TEACHER, "answer"})
"""The classes of content for teachers only."""

_FIRST = ("title", "prompt", "image", "narrow", "figures", "caption", "head")
"""The fields that are read before others of their node, in this order."""


def _holding() -> Iterator[tuple[type[Node], tuple[str, ...]]]:
    """The kinds of nodes that hold some, and the fields that they do so in, by their types."""
    rank = {name: place for place, name in enumerate(_FIRST)}
    kinds = Node.__subclasses__()
    nodes = {"Block", "Inline", *(kind.__name__ for kind in kinds)}
    for kind in kinds:
        fields = kind.__annotations__.items()
        held = [name for name, of in fields if not nodes.isdisjoint(re.findall(r"\w+", of))]
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


def of_node(make: Callable[[Node], T]) -> Callable[[Node], T]:
    """A function of a node and all below it, whose results are kept with the node: passes, editions
    and, in a process that stays, builds share it."""
    name = f"{make.__module__}.{make.__qualname__}"

    @functools.wraps(make)
    def known(node: Node) -> T:
        kept: dict[str, T] = node.__dict__
        if name not in kept:
            kept[name] = make(node)
        return kept[name]

    return known


def are_same(some: Sequence[Node], others: Sequence[Node]) -> bool:
    """Return whether nodes are the same objects."""
    return some is others or (len(some) == len(others) and all(map(operator.is_, some, others)))


def of_text(make: Callable[[Document], T]) -> Callable[[Document], T]:
    """A cached function of the text of a document: several passes need the same result, and
    editions share their text."""
    last: list[tuple[Document, T]] = []

    @functools.wraps(make)
    def known(document: Document) -> T:
        for before, found in last:
            if (
                are_same(before.blocks, document.blocks)
                and are_same(before.notes, document.notes)
                and before.origins is document.origins
            ):
                return found
        found = make(document)
        last[:] = [(document, found)]
        return found

    return known


class Facts(NamedTuple):
    """A summary of some nodes and their descendants: their number, their types, and whether any is
    marked, with attributes or wordings."""

    size: int
    kinds: frozenset[type[Node]]
    is_marked: bool


def facts(node: Node) -> Facts:
    """The facts of a node and its descendants; of a section, only of its descendants."""
    if type(node) in FIELDS or node.wordings:
        return _facts(node)
    return _leaf_facts(type(node), _is_marked(node))


@of_node
def _facts(node: Node) -> Facts:
    if isinstance(node, model.Section):
        return _facts_of(children(node))
    nodes = list(walk(node))
    return Facts(len(nodes), frozenset(map(type, nodes)), any(map(_is_marked, nodes)))


@functools.cache
def _leaf_facts(kind: type[Node], is_marked: bool) -> Facts:
    return Facts(1, frozenset({kind}), is_marked)


def _facts_of(nodes: Iterable[Node]) -> Facts:
    size, kinds, is_marked = 0, set[type[Node]](), False
    for node in nodes:
        known = facts(node)
        size += known.size
        kinds |= known.kinds
        is_marked = is_marked or known.is_marked
        if isinstance(node, model.Section):
            size += 1
            kinds.add(model.Section)
            is_marked = is_marked or _is_marked(node)
    return Facts(size, frozenset(kinds), is_marked)


def _is_marked(node: Node) -> bool:
    return node.attributes is not model.NO_ATTRIBUTES or bool(node.wordings)


@of_text
def all_spans(document: Document) -> tuple[tuple[Node, Span | None], ...]:
    """`walk_spans` through a whole document."""
    return tuple(walk_spans(whole(document)))


def all_nodes(document: Document) -> Iterator[Node]:
    """`walk` through a whole document."""
    return (node for node, _ in all_spans(document))


@overload
def find(document: Document, *kinds: type[N]) -> Iterator[tuple[int, N, Span | None]]: ...


@overload
def find(
    document: Document, *kinds: type[Node], marked: bool
) -> Iterator[tuple[int, Node, Span | None]]: ...


def find(
    document: Document, *kinds: type[Node], marked: bool = False
) -> Iterator[tuple[int, Node, Span | None]]:
    """The nodes of these types, and, if ``marked``, all with attributes or wordings; each with its
    number in the order of `walk` and its place. Blocks without any are skipped."""
    wanted, ordinal = frozenset(kinds), 0
    top: Span | None = None
    stack = [(node, top) for node in whole(document)][::-1]
    while stack:
        node, span = stack.pop()
        known = facts(node)
        has_any = (marked and known.is_marked) or not known.kinds.isdisjoint(wanted)
        if isinstance(node, model.Section):
            span = node.span or span
            if model.Section in wanted or (marked and _is_marked(node)):
                yield ordinal, node, span
            ordinal += 1
            if has_any:
                stack.extend([(child, span) for child in children(node)[::-1]])
                continue
        elif has_any:
            for number, (inner, place) in enumerate(walk_with((node,), span, SPAN[1]), ordinal):
                if type(inner) in wanted or (marked and _is_marked(inner)):
                    yield number, inner, place
        ordinal += known.size


def has(document: Document, *kinds: type[Node]) -> bool:
    """Return whether a document has a node of one of these types."""
    return not _kinds(document).isdisjoint(kinds)


@of_text
def _kinds(document: Document) -> frozenset[type[Node]]:
    return _facts_of(whole(document)).kinds


def all_images(document: Document) -> Iterator[tuple[model.Image, Span | None, bool]]:
    """The images, each with its place, and whether it only decorates, as it or its figure says."""
    if not has(document, model.Image):
        return
    for node, path in walk_with(whole(document), *PATH):
        if isinstance(node, model.Image):
            span = next((one.span for one in path if one.span), None)
            own = [one for one in path[:2] if isinstance(one, model.Image | model.Figure)]
            yield node, span, any("decorative" in one.attributes.classes for one in own)


class _Ordinals:
    def __init__(self) -> None:
        self.next = 0

    def __call__(self, node: Node, above: int) -> int:
        self.next += 1
        return self.next - 1


def ordinals() -> Context[int]:
    """The number of each node in the order of `walk`, from 0. It identifies the node from one walk
    to another, as long as entered nodes keep their children."""
    return 0, _Ordinals()


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
    """Return whether the node has a condition on editions."""
    return any(key in CONDITIONS for key, _ in node.attributes.pairs)


def is_partial(node: Node) -> bool:
    """Return whether some editions lack the node, because of a condition or its type."""
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
    only: Sequence[int] | None = None,
    kept_as: str = "",
) -> tuple[N, ...]:
    """The nodes, changed by functions for their types.

    ``enter`` is called before a node's children, in reading order, and returns one node or ();
    ``leave`` is called after them, with the changed children, and may return any number of nodes. A
    node that loses all its essential children is removed as well, without a call of ``leave``. With
    a ``context``, both also receive the inherited values, like `walk_with`: from the parents as
    they were before they were entered. Blocks without any of these types are skipped, and so are
    those without any of ``only`` these `ordinals`, which are in order. If the result depends only
    on a block and what it inherits, it is cached with the block under ``kept_as``.
    """
    rewriting = _Rewriting(enter, leave, context, only, kept_as)
    start = context[0] if context else None
    result = [new for node in nodes for new in rewriting.of(node, start)]
    if are_same(result, nodes):
        return nodes
    return tuple(result)  # type: ignore[arg-type]


def rewrite_document(document: Document, **how: Any) -> Document:
    """`rewrite` for a document's blocks, then its notes."""
    if not has(document, *how.get("enter", ()), *how.get("leave", ())):
        return document
    blocks, notes = rewrite(document.blocks, **how), rewrite(document.notes, **how)
    if blocks is document.blocks and notes is document.notes:
        return document
    return msgspec.structs.replace(document, blocks=blocks, notes=notes)


def alike(node: Node, made: N) -> N:
    """A node that was ``made`` from another one, or an equal one made from it earlier, so that
    equal parts of several editions, and of successive builds, are the same object."""
    before: list[Any] = node.__dict__.setdefault("made", [])
    with contextlib.suppress(RecursionError):  # deeper than is compared
        if made == node:
            return node
        for one in before:
            if one == made:
                return one  # type: ignore[no-any-return]
    before.append(made)
    del before[:-MOST_ALIKE]
    return made


class _Rewriting:
    def __init__(
        self,
        enter: Changes,
        leave: Changes,
        context: Context[Any] | None,
        only: Sequence[int] | None,
        kept_as: str,
    ) -> None:
        self._enter, self._leave = enter, leave
        self._inherit = context[1] if context else None
        self._ordinals = self._inherit if isinstance(self._inherit, _Ordinals) else None
        self._wanted = frozenset((*enter, *leave))
        self._busy = frozenset((*FIELDS, *self._wanted))
        self._only = only
        self._kept_as = kept_as

    def of(self, node: Node, value: Any) -> tuple[Node, ...]:
        """The new nodes in place of a block, whose parent has the ``value``."""
        if self._passes_over(node):
            return (node,)
        is_section = isinstance(node, model.Section)
        if not is_section and self._kept_as:
            before = node.__dict__.get(self._kept_as)
            if before and before[0] == value:
                return (node,) if before[1] is None else before[1]
        made = self._made(node, value, self.of if is_section else None)
        if len(made) == 1 and made[0] is not node:
            made = (alike(node, made[0]),)
        if not is_section and self._kept_as:
            is_same = len(made) == 1 and made[0] is node  # which would hold itself
            node.__dict__[self._kept_as] = value, None if is_same else made
        return made

    def _made(
        self, root: Node, value: Any, each: Callable[[Node, Any], tuple[Node, ...]] | None
    ) -> tuple[Node, ...]:
        # A node is on the stack twice: to be entered (count -1), with its parent's context, and to
        # be assembled again from its changed children, the last `count` entries of `results`. The
        # children of a section are blocks, `each` of which is examined by itself.
        enter, leave, inherit = self._enter, self._leave, self._inherit
        stack: list[tuple[Node, int, Any]] = [(root, -1, value)]
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
                    if each:
                        results += [each(child, value) for child in below]
                        count = len(below)
                    # leaves that nothing is done to stay as they are
                    elif inherit or any(type(one) in self._busy or one.wordings for one in below):
                        stack.append((node, len(below), value))
                        stack.extend([(child, -1, value) for child in below[::-1]])
                        continue
            if count > 0:
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

    def _passes_over(self, node: Node) -> bool:
        """Return whether a block is unchanged; its numbers are then skipped."""
        known, own = facts(node), int(isinstance(node, model.Section))
        has_any = type(node) in self._wanted or not known.kinds.isdisjoint(self._wanted)
        if has_any and self._only is not None and self._ordinals:
            first = self._ordinals.next
            at = bisect.bisect_left(self._only, first)
            has_any = at < len(self._only) and self._only[at] < first + known.size + own
        if not has_any and self._ordinals:
            self._ordinals.next += known.size + own
        return not has_any


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
            # a group that was empty before has lost nothing
            new = tuple(group for group, was in zip(groups, old, strict=True) if group or not was)
        else:
            new = tuple(child for _ in old for child in next(rest))
        if name in _ESSENTIAL.get(type(node), ()) and old and not new:
            return None
        changed[name] = new
    return msgspec.structs.replace(node, **changed)
