"""Removing what does not belong in an edition, and what stands in the gaps that are left."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, List, Node, tree
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import FIELDS, Changes, rewrite, walk

# --- removal ---------------------------------------------------------------------------------
# Removing what does not belong in an edition, so that no trace of it is left.

N = TypeVar("N", bound=Node)

LEFT_OUT = model.Text(text="")
"""Stands where inlines were taken out, until the text around them is closed up."""

_INLINES = get_args(Inline)
_CLOSING = (",", ".", ";", ":", "!", "?", ")")
GAP = rf"(?<!_)(?:{tree.BLANK}_*+|___(?=\s*\{{))(?:\s*+(?=(\{{)))?"
"""The pattern of a gap in a formula or a string, before its answer in braces, if it has one."""

_GAP = late(GAP)
_BRACES = late(r"\\.|[{}]", re.DOTALL)
_COMMENT = late(r"<!--[^<>]*+-->")


def replacement_of(node: Node) -> Node | tuple[Node, ...]:
    """The replacement for a node that an edition lacks: an empty cell keeps the columns."""
    if isinstance(node, model.TableCell):
        return replace(node, children=(), attributes=NO_ATTRIBUTES)
    return LEFT_OUT if isinstance(node, _INLINES) else ()


def close_up(run: Sequence[N]) -> tuple[N, ...]:
    """Inlines without the places where others were: two spaces become one, and none is left at the
    beginning or end of the text, or before a closing mark."""
    kept: list[Any] = []
    is_open = False
    for node in run:
        if node is LEFT_OUT:
            is_open = True
            continue
        if is_open and not (kept and isinstance(kept[-1], model.LineBreak)):
            node = _join(kept, node)
            is_open = node is None
        if node is not None:
            kept.append(node)
            is_open = False
    if is_open:
        _strip_end(kept)
    return tuple(kept)


def _join(parts: list[Any], node: Any) -> Any:
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
            changed["terms"] = tuple(term for each in node.terms if (term := close_up(each)))
    else:
        name = tree.INLINE_FIELDS.get(type(node), "children")
        run = getattr(node, name)
        if any(child is LEFT_OUT for child in run):
            changed[name] = close_up(run)
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


CLOSING: Changes = dict.fromkeys(
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
        answer = _COMMENT.sub("", text[gap.end() + 1 : pos].removesuffix("}"))
        yield TextGap(gap.start(), gap.end(), pos, answer)


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
    return close_up(
        rewrite(nodes, enter=dict.fromkeys(partial, enter), leave={**CLOSING, **UNANSWERED})
    )


# --- gaps ------------------------------------------------------------------------------------
# Gaps in a document, where ranges of its source were left out: stand-ins for text and blocks, and
# how they are closed, so that text joins, lists are as close as the rest, and nothing is empty.

TEXT, BLOCK = "\ufdd0", "\ufdd1"
"""They stand for a character, and for a block. No source can have them."""

STAND_INS = late(f"[{TEXT}{BLOCK}]+")
_SCRIPTS = late(rf"([_^])\s*[{TEXT}{BLOCK}]+")


def stand_in(span: Span, *, is_answer: bool) -> Block:
    """The node in place of a block; that of an answer belongs to the question before it."""
    if is_answer:
        return model.Answer(children=(), span=span, attributes=Attributes(classes=(BLOCK,)))
    return model.Container(name=BLOCK, children=(), span=span)


def is_left_out(text: str) -> bool:
    """Return whether nothing but gaps is left of a text."""
    return not STAND_INS.sub("", text).strip() and bool(text.strip())


def has_any(nodes: tuple[Node, ...]) -> bool:
    """Return whether there are gaps in some nodes."""
    return any(_stands_in(node) or _has_gap(node) for node in walk(nodes))


def without_gaps(nodes: tuple[N, ...]) -> tuple[N, ...]:
    """The nodes without gaps. Those in items to match or order stay until select has found an order
    that is the same for those who have what was there."""
    spacing = _Spacing()
    enters: Changes = {
        model.Answer: lambda node: () if _stands_in(node) else node,
        model.Container: _without_stand_ins,
        model.Exercise: _without_stand_ins,
        model.List: spacing.enter,
        model.Matching: lambda node: (node,),
        model.Ordering: lambda node: (node,),
    }
    kinds = {type(node) for node in walk(nodes) if _has_gap(node)}
    leaves: Changes = {
        **CLOSING,
        **{kind: _then_closed if kind in CLOSING else _clean for kind in kinds},
        model.Text: _split_text,
        model.List: spacing.leave,
    }
    return rewrite(nodes, enter=enters, leave=leaves)


def _stands_in(node: Node) -> bool:
    return (isinstance(node, model.Container) and node.name == BLOCK) or (
        isinstance(node, model.Answer) and BLOCK in node.attributes.classes
    )


def _without_stand_ins(node: model.Exercise | model.Container) -> Node | tuple[Node, ...]:
    """An exercise may consist of its title only, and a word bank has the answers of blanks."""
    if _stands_in(node):
        return ()
    if isinstance(node, model.Container) and not tree.is_word_bank(node):
        return node
    kept = tuple(child for child in node.children if not _stands_in(child))
    return replace(node, children=kept) if not kept and node.children else node


def _has_gap(node: Node) -> bool:
    return any(_has_stand_in(getattr(node, name)) for name in _fields(type(node)))


@functools.cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a node that can have strings of its own."""
    others = {"span", *FIELDS.get(kind, ())}
    return tuple(name for name in kind.__struct_fields__ if name not in others)


def _has_stand_in(value: Any) -> bool:
    """Return whether a value, which is no node, has a stand-in in one of its strings."""
    if value is NO_ATTRIBUTES:
        return False
    if isinstance(value, str):
        return STAND_INS.search(value) is not None
    if isinstance(value, tuple):
        return any(map(_has_stand_in, value))
    if isinstance(value, msgspec.Struct) and not isinstance(value, Node):
        return any(_has_stand_in(getattr(value, name)) for name in value.__struct_fields__)
    return False


def _split_text(node: model.Text) -> tuple[Node, ...]:
    """A text with gaps in place of its stand-ins."""
    if not STAND_INS.search(node.text):
        return (node,)
    parts: list[Node] = []
    for part in STAND_INS.split(node.text):
        parts += (LEFT_OUT, *((replace(node, text=part),) if part else ()))
    return tuple(parts[1:])


def _clean(node: Any) -> Any:
    """A node whose strings are closed up; an abbreviation without a title is a text."""
    changes = {name: _clean_value(getattr(node, name)) for name in node.__struct_fields__}
    if isinstance(node, model.Math | model.MathBlock):
        changes["tex"] = _clean_value(_SCRIPTS.sub(r"\1{}", node.tex))  # a sign needs something
    if isinstance(node, model.Abbreviation) and not changes["title"]:
        return model.Text(text=node.text, span=node.span)
    return replace(node, **changes)


def _clean_value(value: Any) -> Any:
    """A value with its strings closed up; a class that has a gap is none."""
    if not _has_stand_in(value):
        return value
    if isinstance(value, str):
        return _close_up_text(value)
    if isinstance(value, tuple):
        return tuple(map(_clean_value, value))
    if isinstance(value, Attributes):
        value = value.without(classes=[name for name in value.classes if STAND_INS.search(name)])
    changes = {name: _clean_value(getattr(value, name)) for name in value.__struct_fields__}
    return replace(value, **changes)


def _then_closed(node: Any) -> Any:
    return CLOSING[type(node)](_clean(node))


def _close_up_text(text: str) -> str:
    if not STAND_INS.search(text):
        return text
    parts = close_up(_split_text(model.Text(text=text)))
    return "".join(part.text for part in parts if isinstance(part, model.Text))


_Pair = tuple[Span, Span]


class _Spacing:
    """The loose lists by position: a blank line beside what is removed does not count."""

    def __init__(self) -> None:
        self._before: dict[Span, dict[_Pair, bool]] = {}

    def enter(self, node: List) -> List:
        if not node.tight and node.span:
            self._before[node.span] = dict(_neighbours(node))
        return node

    def leave(self, node: List) -> List:
        before = self._before.get(node.span) if node.span else None
        if not before or not any(is_loose for is_loose in before.values()):
            return node
        within = {pair for item in node.items for pair in _pairs([b.span for b in item.children])}
        now = [pair for pair, _ in _neighbours(node)]
        if any(before.get(pair, pair in within) for pair in now):
            return node
        return replace(node, tight=True)


def _neighbours(node: List) -> Iterator[tuple[_Pair, bool]]:
    """Consecutive blocks in a list, and whether there is a blank line between them."""
    blocks = [block.span for item in node.items for block in item.children]
    for upper, lower in _pairs(blocks):
        end = max(upper.line, upper.end)
        yield (upper, lower), upper.file != lower.file or lower.line > end + 1


def _pairs(spans: list[Span | None]) -> Iterator[_Pair]:
    return pairwise(span for span in spans if span)
