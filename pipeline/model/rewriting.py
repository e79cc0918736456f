"""Rewriting trees of nodes.

Nothing here recurses, so the depth of a document is not limited. Unchanged nodes remain the same
objects, so the cost of a pass is proportional to its changes.
"""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.tree import FIELDS, Context, N, Ordinals, are_same, children, facts, has

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
    result = [new for node in nodes for new in rewriting.of(node, start)]
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

    def of(self, node: Node, value: Any) -> tuple[Node, ...]:
        """The new nodes in place of a block, whose parent has the ``value``."""
        if self._passes_over(node):
            return (node,)
        is_section = isinstance(node, model.Section)
        if not is_section and self._kept_as:
            before = node.__dict__.get(self._kept_as)
            if before and before[0] == value:
                return (node,) if before[1] is None else before[1]
        result = self._rewritten(node, value, self.of if is_section else None)
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
