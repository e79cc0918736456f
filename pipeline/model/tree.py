"""Trees of nodes, walked, searched and rewritten: the only module that knows where children are."""

from __future__ import annotations

import bisect
import contextlib
import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar, get_args, overload

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.diagnostics import Span
from pipeline.model.kinds import PARTS_OF_RECIPES
from pipeline.model.late import late

# --- tree ------------------------------------------------------------------------------------
# Walking trees of nodes and searching them: the only module that knows where children are.
#
# Nothing here recurses, so the depth of a document is not limited. Unchanged nodes remain the same
# objects, so the cost of a pass is proportional to its changes.

N = TypeVar("N", bound=Node)
Tree = TypeVar("Tree", bound=Node | Document)
T = TypeVar("T")

Context: TypeAlias = tuple[T, Callable[[Node, T], T]]
"""Inherited values of nodes: the value at the top, and a function from a node and its parent's
value to the value of the node (its language, say, or its place in the source)."""

PATH: Context[tuple[Node, ...]] = ((), lambda node, above: (node, *above))
"""Each node's path: itself, its parent, and so on to the top."""

SPAN: Context[Span | None] = (None, lambda node, above: node.span or above)
"""Each node's own span, or the nearest one above it."""

BLANK = "____"
"""The plain text of a blank."""

LEVEL = "level"
CONDITIONS = frozenset({"only", "not", "edition", LEVEL})
"""The keys of attributes that say which editions have a node."""

WIDTH = late(r"(\d+(?:\.\d+)?)\s?(%|px|em|rem|cm|mm|in|pt)?")
"""A value of the attribute `width`."""

MINUTES, STARTS = "minutes", "+starts"
"""The keys of the attributes with the time that something takes, and the time of day at which it
begins, for teachers only."""

SHORT_TITLE, CHAPTER = "short", "+chapter"
"""The keys of the attributes with a section's title for running heads, and with the words for its
number: Chapter One."""

POINT_KEYS = ("marks", "points")
"""The attribute keys for the points of an exercise or a question."""

PLACE_OF_POINTS = "Write `::: exercise {{{0}}}` or, for one of its questions, `a) Why? {{{0}}}`."
"""The hint where points stand elsewhere."""

LEVELS = "+levels"
"""The key of the attribute with the levels that get what has points, for teachers, who get all."""

WITH_ANSWER = "+answer"
"""The key of the attribute of a formula a part of which is an answer, for teachers."""

WORD_BANK = "word-bank"
"""The name of a container for the words that are missing in gaps."""

FIXED, TOGETHER = "fixed", "together"
"""The classes of what keeps its place in all versions, and of groups that keep their order."""

TEACHER, ANSWER = "teacher", "answer"
FOR_TEACHERS = frozenset({TEACHER, ANSWER})
"""The classes of content for teachers only."""

_FIRST = ("title", "prompt", "image", "narrow", "figures", "caption", "head")
"""The fields that are read before others of their node, in this order."""


def _list_fields() -> Iterator[tuple[type[Node], tuple[str, ...]]]:
    """The types of nodes with children, and the fields that contain these, found by their types."""
    rank = {name: place for place, name in enumerate(_FIRST)}
    kinds = Node.__subclasses__()
    nodes = {"Block", "Inline", *(kind.__name__ for kind in kinds)}
    for kind in kinds:
        fields = kind.__annotations__.items()
        names = [name for name, of in fields if not nodes.isdisjoint(re.findall(r"\w+", of))]
        if names:
            yield kind, tuple(sorted(names, key=lambda name: rank.get(name, len(rank))))


FIELDS: dict[type[Node], tuple[str, ...]] = dict(_list_fields())
"""The fields that hold children, in reading order. The formulas in the answers of gaps are no
children: they are no part of the text around the gap."""

INLINE_FIELDS: dict[type[Node], str] = {
    kind: name
    for kind, names in FIELDS.items()
    for name in names
    if kind not in get_args(model.Inline) and re.search(r"\bInline\b", kind.__annotations__[name])
}
"""The field in which text begins: a run of inlines (of `DefinitionItem`: several)."""


def children(node: Node) -> tuple[Node, ...]:
    """All children of a node in reading order."""
    fields = FIELDS.get(type(node), ())
    if len(fields) == 1:
        single: tuple[Node, ...] = getattr(node, fields[0])
        return single
    return tuple(child for name in fields for child in _flat(getattr(node, name)))


def _flat(value: Any) -> Iterable[Node]:
    """The nodes in a field: a node, a tuple of nodes or a tuple of tuples of nodes."""
    if isinstance(value, Node):
        return (value,)
    if value and isinstance(value[0], tuple):
        return (node for group in value for node in group)
    return value or ()


def walk(nodes: Node | Iterable[Node]) -> Iterator[Node]:
    """The nodes and all below them in reading order, parents first."""
    stack = [nodes] if isinstance(nodes, Node) else list(nodes)[::-1]
    pop, extend = stack.pop, stack.extend
    while stack:
        node = pop()
        yield node
        if type(node) in FIELDS:
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
        if type(node) in FIELDS:
            stack.extend([(child, value) for child in children(node)[::-1]])


def walk_spans(nodes: Iterable[Node]) -> Iterator[tuple[Node, Span | None]]:
    """The nodes and all below them, each with its own span or the nearest parent's."""
    return walk_with(nodes, *SPAN)


def of_node(make: Callable[[Tree], T]) -> Callable[[Tree], T]:
    """A function of a node, or a document, and all below it, whose results are kept with it:
    passes, editions and, in a process that stays, builds share it."""
    name = f"{make.__module__}.{make.__qualname__}"

    @functools.wraps(make)
    def look_up(node: Tree) -> T:
        kept: dict[str, T] = node.__dict__
        if name not in kept:
            kept[name] = make(node)
        return kept[name]

    return look_up


def are_same(some: Sequence[Node], others: Sequence[Node]) -> bool:
    """Return whether nodes are the same objects."""
    return some is others or (len(some) == len(others) and all(map(operator.is_, some, others)))


class Facts(NamedTuple):
    """A summary of nodes and those below: their number and types, and whether any is marked."""

    size: int
    kinds: frozenset[type[Node]]
    is_marked: bool


def facts(node: Node) -> Facts:
    """The facts of a node and its descendants; of a section, only of its descendants."""
    if type(node) in FIELDS:
        return _facts(node)
    return _leaf_facts(type(node), _has_attributes(node))


@of_node
def _facts(node: Node) -> Facts:
    if isinstance(node, model.Section):
        return _facts_of(children(node))
    nodes = list(walk(node))
    kinds = frozenset(map(type, nodes))
    if model.Blank in kinds and any(map(_has_formula, nodes)):
        kinds |= {model.Math}
    return Facts(len(nodes), _share(kinds), any(map(_has_attributes, nodes)))


def _has_formula(node: Node) -> bool:
    """Return whether there is a formula in the answer of a gap, which is no child of it."""
    answer = node.answer if isinstance(node, model.Blank) else ()
    return any(isinstance(part, model.Math) for part in answer)


@functools.cache
def _share(kinds: frozenset[type[Node]]) -> frozenset[type[Node]]:
    """Equal sets as the same object: a text has few, and many blocks of each."""
    return kinds


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
            is_marked = is_marked or _has_attributes(node)
    return Facts(size, frozenset(kinds), is_marked)


def _has_attributes(node: Node) -> bool:
    return node.attributes is not model.NO_ATTRIBUTES


def all_spans(document: Document) -> tuple[tuple[Node, Span | None], ...]:
    """`walk_spans` through a whole document."""
    return tuple(walk_spans(top_level(document)))


def all_nodes(document: Document) -> Iterator[Node]:
    """`walk` through a whole document."""
    return (node for node, _ in all_spans(document))


def minutes_of(node: Node) -> int:
    """The duration of a node in minutes, 0 if it has none."""
    return int(node.attributes.get(MINUTES, "0"))


@overload
def find(document: Document, *kinds: type[N]) -> Iterator[tuple[int, N, Span | None]]: ...


@overload
def find(
    document: Document, *kinds: type[Node], marked: bool
) -> Iterator[tuple[int, Node, Span | None]]: ...


def find(
    document: Document, *kinds: type[Node], marked: bool = False
) -> Iterator[tuple[int, Node, Span | None]]:
    """The nodes of these types, and, if ``marked``, all with attributes; each with its number
    in the order of `walk` and its place. Blocks without any are skipped."""
    types, ordinal = frozenset(kinds), 0
    top: Span | None = None
    stack = [(node, top) for node in top_level(document)][::-1]
    while stack:
        node, span = stack.pop()
        known = facts(node)
        has_any = (marked and known.is_marked) or not known.kinds.isdisjoint(types)
        if isinstance(node, model.Section):
            span = node.span or span
            if model.Section in types or (marked and _has_attributes(node)):
                yield ordinal, node, span
            ordinal += 1
            if has_any:
                stack.extend([(child, span) for child in children(node)[::-1]])
                continue
        elif has_any:
            for number, (inner, place) in enumerate(walk_with((node,), span, SPAN[1]), ordinal):
                if type(inner) in types or (marked and _has_attributes(inner)):
                    yield number, inner, place
        ordinal += known.size


def has(document: Document, *kinds: type[Node]) -> bool:
    """Return whether a document has a node of one of these types."""
    return not _kinds(document).isdisjoint(kinds)


@of_node
def _kinds(document: Document) -> frozenset[type[Node]]:
    return _facts_of(top_level(document)).kinds


def all_images(document: Document) -> Iterator[tuple[model.Image, Span | None, bool]]:
    """The images, each with its place, and whether it, or its figure, is decorative."""
    if not has(document, model.Image):
        return
    for node, path in walk_with(top_level(document), *PATH):
        if isinstance(node, model.Image):
            span = next((holder.span for holder in path if holder.span), None)
            holders = [
                holder for holder in path[:2] if isinstance(holder, model.Image | model.Figure)
            ]
            yield node, span, any("decorative" in holder.attributes.classes for holder in holders)


class Ordinals:
    def __init__(self) -> None:
        self.next = 0

    def __call__(self, node: Node, above: int) -> int:
        self.next += 1
        return self.next - 1


def ordinals() -> Context[int]:
    """The number of each node in the order of `walk`, from 0. It identifies the node from one walk
    to another, as long as entered nodes keep their children."""
    return 0, Ordinals()


def place_in(formula: model.Math | model.MathBlock, at: int, margin: int = 1) -> Span | None:
    """The source position of a character in a formula, whose paragraph begins in the column
    ``margin``."""
    if formula.span is None:
        return None
    before = formula.tex[:at]
    down = before.count("\n")
    if down:
        first = formula.margin if isinstance(formula, model.MathBlock) else margin
        column = first + len(before) - before.rfind("\n") - 1
    else:
        marks = (
            formula.marks if isinstance(formula, model.MathBlock) else 2 if formula.display else 1
        )
        column = formula.span.column + marks + at
    return replace(formula.span, line=formula.span.line + down, column=column, end=0)


def is_for_teachers(node: Node) -> bool:
    """Return whether only teachers get the node and everything below it."""
    classes = node.attributes.classes
    return isinstance(node, model.Answer | model.TeacherNote) or not FOR_TEACHERS.isdisjoint(
        classes
    )


def is_answer(node: Node) -> bool:
    return isinstance(node, model.Answer) or ANSWER in node.attributes.classes


def is_word_bank(node: Node) -> bool:
    return isinstance(node, model.Container) and node.name == WORD_BANK


ONLY_FOR_TEACHERS: Context[bool] = (False, lambda node, above: above or is_for_teachers(node))
"""True for a node that only teachers get: in their editions it is counted after everything that
students get too, so that both have the same numbers."""


def has_condition(node: Node) -> bool:
    """Return whether the node has a condition on editions."""
    return any(key in CONDITIONS for key, _ in node.attributes.pairs)


def is_partial(node: Node) -> bool:
    """Return whether some editions lack the node, because of a condition or its type."""
    return is_for_teachers(node) or has_condition(node)


def top_level(document: Document) -> tuple[Node, ...]:
    """All top-level nodes of a document: its blocks, then its notes."""
    return (*document.blocks, *document.notes)


def notes_in(nodes: Iterable[Node]) -> Iterator[model.Inline]:
    """The references to notes in some text, to stand after it, in spans with the conditions of what
    they are in."""

    def inherit(node: Node, around: model.Attributes) -> model.Attributes:
        if not is_partial(node):
            return around
        classes = tuple(dict.fromkeys((*around.classes, *node.attributes.classes)))
        return model.Attributes("", classes, (*around.pairs, *node.attributes.pairs))

    for node, around in walk_with(nodes, model.NO_ATTRIBUTES, inherit):
        if isinstance(node, model.NoteReference) and around != model.NO_ATTRIBUTES:
            yield model.InlineElement(name="span", children=(node,), attributes=around)
        elif isinstance(node, model.NoteReference):
            yield node


def answer_text(answer: model.Answered) -> str:
    """The answer of a gap in plain text."""
    return "".join(part if isinstance(part, str) else part.alt or part.tex for part in answer)


def inlines_of(answer: model.Answered) -> tuple[model.Inline, ...]:
    """The answer of a gap as text that can stand by itself."""
    return tuple(model.Text(text=part) if isinstance(part, str) else part for part in answer)


def is_recipe(blocks: Iterable[Node]) -> bool:
    """Return whether blocks, of a section or a whole document, are one recipe, whose parts nobody
    looks for."""
    return any(
        isinstance(block, model.Section)
        and not {*PARTS_OF_RECIPES}.isdisjoint(block.attributes.classes)
        for block in blocks
    )


def plain_text(inlines: Iterable[Node]) -> str:
    """The text of nodes, without notes: images as their alternatives, breaks as spaces."""
    parts = []
    stack = list(inlines)[::-1]
    while stack:
        node = stack.pop()
        stack.extend(children(node)[::-1])
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


# --- rewriting -------------------------------------------------------------------------------
# Rewriting trees of nodes.
#
# Nothing here recurses, so the depth of a document is not limited. Unchanged nodes remain the same
# objects, so the cost of a pass is proportional to its changes.

Change: TypeAlias = Callable[..., "Node | tuple[Node, ...]"]
"""The replacement of a node: another (or the same), several, or () for none."""

Changes: TypeAlias = Mapping[type[Node], Change]

NO_CHANGES: Changes = MappingProxyType({})

MOST_ALIKE = 4
"""The maximum number of nodes kept that were made from another one, for a few editions."""

_KEPT = (
    model.Section, model.TableCell, model.CodeBlock, model.Citation, model.Bibliography,
    model.Index, model.Exercise,
)  # fmt: skip

# A node that loses everything in one of these fields is removed too. Cells stay, to keep columns in
# line; a section or an exercise may consist of its title only.
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
    result = [new for node in nodes for new in rewriting.new_nodes(node, start)]
    if are_same(result, nodes):
        return nodes
    return tuple(result)  # type: ignore[arg-type]


def rewrite_document(document: Document, **changes: Any) -> Document:
    """`rewrite` for a document's blocks, then its notes."""
    if not has(document, *changes.get("enter", ()), *changes.get("leave", ())):
        return document
    blocks, notes = rewrite(document.blocks, **changes), rewrite(document.notes, **changes)
    if blocks is document.blocks and notes is document.notes:
        return document
    return msgspec.structs.replace(document, blocks=blocks, notes=notes)


def alike(node: Node, new: N) -> N:
    """A ``new`` node made from another one, or an equal one made from it earlier, so that
    equal parts of several editions, and of successive builds, are the same object."""
    before: list[Any] = node.__dict__.setdefault("made", [])
    with contextlib.suppress(RecursionError):  # too deep to be compared
        if new == node:
            return node
        for candidate in before:
            if candidate == new:
                return candidate  # type: ignore[no-any-return]
    before.append(new)
    del before[:-MOST_ALIKE]
    return new


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
        self._ordinals = self._inherit if isinstance(self._inherit, Ordinals) else None
        self._changed = frozenset((*enter, *leave))
        self._busy = frozenset((*FIELDS, *self._changed))
        self._only = only
        self._kept_as = kept_as

    def new_nodes(self, node: Node, value: Any) -> tuple[Node, ...]:
        """The new nodes in place of a block, whose parent has the ``value``."""
        if self._passes_over(node):
            return (node,)
        is_section = isinstance(node, model.Section)
        if not is_section and self._kept_as:
            before = node.__dict__.get(self._kept_as)
            if before and before[0] == value:
                return (node,) if before[1] is None else before[1]
        result = self._rewritten(node, value, self.new_nodes if is_section else None)
        if len(result) == 1 and result[0] is not node:
            result = (alike(node, result[0]),)
        if not is_section and self._kept_as:
            is_same = len(result) == 1 and result[0] is node  # it would contain itself
            node.__dict__[self._kept_as] = value, None if is_same else result
        return result

    def _rewritten(
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
                if kind in FIELDS:
                    below = children(node)
                    if each:
                        results += [each(child, value) for child in below]
                        count = len(below)
                    # leaves without changes stay the same
                    elif inherit or any(type(node) in self._busy for node in below):
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
        known, itself = facts(node), int(isinstance(node, model.Section))
        has_any = type(node) in self._changed or not known.kinds.isdisjoint(self._changed)
        if has_any and self._only is not None and self._ordinals:
            first = self._ordinals.next
            at = bisect.bisect_left(self._only, first)
            has_any = at < len(self._only) and self._only[at] < first + known.size + itself
        if not has_any and self._ordinals:
            self._ordinals.next += known.size + itself
        return not has_any


def _rebuild(node: Node, results: list[tuple[Node, ...]]) -> Node | None:
    """The node with its children replaced, or None if the essential ones are gone."""
    before = children(node)
    if all(len(new) == 1 and new[0] is old for new, old in zip(results, before, strict=True)):
        return node
    rest = iter(results)
    changed: dict[str, Any] = {}
    for name in FIELDS.get(type(node), ()):
        old = getattr(node, name)
        new: Any
        if isinstance(old, Node):
            new = next(iter(next(rest)), None)
        elif old is None:
            new = None
        elif old and isinstance(old[0], tuple):
            groups = [tuple(child for _ in group for child in next(rest)) for group in old]
            # a group that was already empty has lost nothing
            new = tuple(group for group, was in zip(groups, old, strict=True) if group or not was)
        else:
            new = tuple(child for _ in old for child in next(rest))
        if name in _ESSENTIAL.get(type(node), ()) and old and not new:
            return None
        changed[name] = new
    return msgspec.structs.replace(node, **changed)
