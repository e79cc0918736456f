"""Removing what does not belong in an edition, so that no trace of it is left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Inline, Node, tree
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite

N = TypeVar("N", bound=Node)

LEFT_OUT = model.Text(text="")
"""Stands where inlines were taken out, until the text around them is closed up."""

_INLINES = get_args(Inline)
_CLOSING = (",", ".", ";", ":", "!", "?", ")")
GAP = rf"(?<!_)(?:{tree.BLANK}_*+|___(?=\s*\{{))(?:\s*+(?=(\{{)))?"
"""The pattern of a gap in a formula or a string, before its answer in braces, if it has one."""

_GAP = late(GAP)
_BRACES = late(r"\\.|[{}]", re.DOTALL)


def replacement_of(node: Node) -> Node | tuple[Node, ...]:
    """The replacement for a node that an edition lacks: an empty cell keeps the columns."""
    if isinstance(node, model.TableCell):
        return replace(node, children=(), attributes=NO_ATTRIBUTES)
    return LEFT_OUT if isinstance(node, _INLINES) else ()


def closed_up(run: Sequence[N]) -> tuple[N, ...]:
    """Inlines without the places where others were: two spaces become one, and none is left at the
    beginning or end of the text, or before a closing mark."""
    kept: list[Any] = []
    is_open = False
    for node in run:
        if node is LEFT_OUT:
            is_open = True
            continue
        if is_open and not (kept and isinstance(kept[-1], model.LineBreak)):
            node = _joined(kept, node)
            is_open = node is None
        if node is not None:
            kept.append(node)
            is_open = False
    if is_open:
        _strip_end(kept)
    return tuple(kept)


def _joined(parts: list[Any], node: Any) -> Any:
    """The part of a node after a closed gap, merged with text before it; None for nothing."""
    before = parts[-1] if parts else None
    if isinstance(node, model.SoftBreak) and (before is None or _is_spaced(before)):
        return None
    if not isinstance(node, model.Text):
        return node
    text = node.text
    if before is None or _is_spaced(before):
        text = text.lstrip(" ")
    if text.startswith(_CLOSING):
        _strip_end(parts)
        before = parts[-1] if parts else None
    if not text:
        return None
    if isinstance(before, model.Text):
        parts.pop()
        return replace(before, text=before.text + text)
    return replace(node, text=text)


def _is_spaced(node: Node) -> bool:
    return isinstance(node, model.SoftBreak | model.LineBreak) or (
        isinstance(node, model.Text) and node.text.endswith(" ")
    )


def _strip_end(parts: list[Any]) -> None:
    while parts and isinstance(parts[-1], model.SoftBreak | model.LineBreak | model.Text):
        last = parts.pop()
        if isinstance(last, model.Text) and (text := last.text.rstrip(" ")):
            parts.append(replace(last, text=text))
            return


def _close(node: Any) -> Node | tuple[Node, ...]:
    """A node with its text closed up, or its replacement if nothing is left."""
    changed: dict[str, Any] = {}
    if isinstance(node, model.DefinitionItem):
        if any(LEFT_OUT in term for term in node.terms):
            changed["terms"] = tuple(term for each in node.terms if (term := closed_up(each)))
    else:
        name = tree.INLINE_FIELDS.get(type(node), "children")
        run = getattr(node, name)
        if any(child is LEFT_OUT for child in run):
            changed[name] = closed_up(run)
    result: Any = node
    if isinstance(node, model.Figure) and not isinstance(result.image, model.Image):
        return ()
    if not changed:
        return node  # type: ignore[no-any-return]
    if not any(changed.values()):
        if isinstance(node, _INLINES):
            return LEFT_OUT
        if tree.FIELDS[type(node)] == tuple(changed) or isinstance(node, model.DefinitionItem):
            return ()
    return replace(node, **changed)  # type: ignore[no-any-return]


CLOSE: Changes = dict.fromkeys(
    (
        *tree.INLINE_FIELDS,
        *(kind for kind in tree.FIELDS if kind in _INLINES and "children" in tree.FIELDS[kind]),
    ),
    _close,
)
"""Functions that close the gap of `LEFT_OUT`, by type of node."""


class TextGap(NamedTuple):
    """A gap in a text: where it begins, where it and its answer ``{…}`` end, and the answer."""

    start: int
    end: int
    answer_end: int
    answer: str


def gaps(text: str, pos: int = 0) -> Iterator[TextGap]:
    """The gaps of a formula in TeX, or of a string, from a position on."""
    while gap := _GAP.search(text, pos):
        pos = gap.end()
        if gap[1]:
            end = closing_brace(text, gap.end())
            pos = len(text) if end is None else end + 1
        yield TextGap(gap.start(), gap.end(), pos, text[gap.end() + 1 : pos].removesuffix("}"))


def without_answers(text: str) -> str:
    """A formula, or a string, without the answers in its gaps."""
    parts: list[str] = []
    pos = 0
    for gap in gaps(text):
        line = text[gap.start : gap.end].rstrip() if gap.answer_end > gap.end else ""
        parts += (
            (text[pos : gap.start], line.ljust(len(tree.BLANK), "_"))
            if line
            else (text[pos : gap.end],)
        )
        pos = gap.answer_end
    return "".join((*parts, text[pos:]))


def closing_brace(text: str, start: int) -> int | None:
    """The position of the brace that closes the one at ``start``; None if there is none."""
    depth = 0
    for brace in _BRACES.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth and brace[0] == "}":
            return brace.start()
    return None


UNANSWERED: Changes = {
    model.Blank: lambda node: replace(node, answer=()),
    model.Math: lambda node: replace(node, tex=without_answers(node.tex)),
    model.MathBlock: lambda node: replace(node, tex=without_answers(node.tex)),
}
"""The students' version of nodes with an answer in their text, by type."""


SELECTED = (model.Answer, model.TeacherNote, model.Blank, model.Math, model.MathBlock)
"""Types that can be selected, in addition to nodes with attributes."""


def is_selected(node: Node) -> bool:
    """Return whether a node differs between editions, apart from its children."""
    if isinstance(node, model.Blank):
        return bool(node.answer)
    return tree.is_partial(node) or (
        isinstance(node, model.Math | model.MathBlock) and tree.BLANK[:3] in node.tex
    )


def for_all(nodes: tuple[N, ...]) -> tuple[N, ...]:
    """The nodes with only what all editions have in common."""

    def enter(node: Node) -> Node | tuple[Node, ...]:
        return replacement_of(node) if tree.is_partial(node) else node

    partial = {type(node) for node in tree.walk(nodes) if is_selected(node)}
    if not partial:
        return nodes
    return closed_up(
        rewrite(nodes, enter=dict.fromkeys(partial, enter), leave={**CLOSE, **UNANSWERED})
    )
