"""The document that pupils get, with the answers of that for teachers in fields of their own.

What platforms show is therefore what pupils get, whatever is withheld and however it is written. An
answer is found by its place in the source.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Any, NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Asset, Block, Document, Node, Withheld
from pipeline.model.audience import Ranges, lacked, outermost
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition, solved
from pipeline.model.rewriting import rewrite, rewrite_document
from pipeline.model.tree import ANSWER, SPAN, all_nodes, all_spans, walk, walk_with
from pipeline.resolve.findings import Findings

HOLDERS = (
    model.Exercise, model.ListItem, model.Container, model.Admonition, model.BlockQuote,
    model.Section,
)  # fmt: skip
"""The nodes in which an answer may stand between questions."""

_Place: TypeAlias = tuple[str, int, int]
_Key: TypeAlias = tuple[type[Node], _Place]


def with_answers(
    pupils: Document, teachers: Document, withheld: Sequence[Withheld], edition: Edition
) -> Document:
    """The document for pupils on a platform, with the answers of the same one for teachers.
    Anything else that is ``withheld`` and only they get is told."""
    pupils, teachers = _placed(pupils), _beside(_placed(teachers), pupils)
    lost = frozenset(lacked(withheld, solved(edition)))
    ranges = outermost(
        place for place in lacked(withheld, edition) if place.kind == "range" and place not in lost
    )
    document = _filled(pupils, dict(_gaps(teachers, Ranges(ranges))))
    answers = tuple(_answers(teachers, pupils, ranges))
    document = replace(
        document,
        blocks=_inserted(document.blocks, answers),
        notes=(*document.notes, *teachers.notes),
        assets=(*document.assets, *teachers.assets),
        diagnostics=tuple(dict.fromkeys((*pupils.diagnostics, *teachers.diagnostics))),
    )
    findings, taken = Findings(document), {answer.number for answer in answers}
    lines = frozenset(_lines_of_exercises(teachers))
    for number, place in enumerate(ranges):
        if number not in taken and (place.span.file, place.span.line) in lines:
            message = "This text for teachers is left out: a platform has answers alone."
            findings.add(Code.NOT_ON_PLATFORM, message, place.span)
    return findings.added_to(document)


def _placed(document: Document) -> Document:
    """The document with all places in their files."""
    kinds = {type(node) for node in all_nodes(document) if node.span}

    def leave(node: Node) -> Node:
        return replace(node, span=document.place(node.span))

    return replace(rewrite_document(document, leave=dict.fromkeys(kinds, leave)), origins={})


def _beside(teachers: Document, pupils: Document) -> Document:
    """The document for teachers with only those files that the other one does not have, and with
    numbers of notes and names of files that are not in use there."""
    known, taken = {a.path: a for a in pupils.assets}, {a.name for a in pupils.assets}
    assets: list[Asset] = []
    paths: dict[str, str] = {}
    for asset in teachers.assets:
        same = known.get(asset.path)
        if same and (asset.is_file or same.data == asset.data):
            continue
        if same:  # a drawing, which is called by its number
            paths[asset.path] = f"{asset.path}-answer"
        name = asset.name
        while name in taken:
            name = f"answer-{name}"
        taken.add(name)
        assets.append(replace(asset, path=paths.get(asset.path, asset.path), name=name))
    count = len(pupils.notes)

    def numbered(node: model.Note | model.NoteReference) -> Node:
        return replace(node, number=node.number + count) if node.number else node

    def shown(node: model.Image) -> Node:
        return replace(node, asset=paths[node.asset]) if node.asset in paths else node

    leave = {model.Image: shown, model.Note: numbered, model.NoteReference: numbered}
    return replace(rewrite_document(teachers, leave=leave), assets=tuple(assets))


# --- gaps ---------------------------------------------------------------------------------


class _Gaps:
    """The gaps of a document, one after the other: those at the same place are numbered."""

    def __init__(self) -> None:
        self._counts: Counter[Span | None] = Counter()

    def key(self, node: Node, span: Span | None) -> tuple[Span | None, int]:
        self._counts[span] += 1
        return span, self._counts[span]


def _gaps(document: Document, hidden: Ranges) -> Iterator[tuple[Any, Node]]:
    gaps = _Gaps()
    for node, span in all_spans(document):
        if _has_gap(node) and not hidden.hold(span):
            yield gaps.key(node, span), node


def _has_gap(node: Node) -> bool:
    return isinstance(node, model.Blank) or (isinstance(node, FORMULAS) and bool(node.gaps))


def _filled(document: Document, solutions: dict[Any, Node]) -> Document:
    """The document with the answers in its gaps."""
    gaps = _Gaps()

    def fill(node: Node, span: Span | None) -> Node:
        solution: Any = solutions.get(gaps.key(node, span)) if _has_gap(node) else None
        if type(solution) is not type(node):
            return node
        name = "answer" if isinstance(node, model.Blank) else "gaps"
        return replace(node, **{name: getattr(solution, name)})

    return rewrite_document(
        document, enter=dict.fromkeys((model.Blank, *FORMULAS), fill), context=SPAN
    )


# --- blocks -------------------------------------------------------------------------------


class _Answer(NamedTuple):
    """The blocks in a range with a ``number``, and the node that they stand in, if any."""

    number: int
    holder: _Key | None
    block: model.Answer


class _Around(NamedTuple):
    """The node in which an answer can stand, whether one can stand right here, and the block that
    is one."""

    holder: _Key | None = None
    is_open: bool = True
    answer: Node | None = None


def _answers(teachers: Document, pupils: Document, ranges: Sequence[Withheld]) -> Iterator[_Answer]:
    """The answers of several blocks, or one, each where it stands: all that begins in a range, and
    that pupils do not have."""
    hidden = Ranges(ranges)
    there = {_key(node) for node in walk(pupils.blocks)}

    def inherit(node: Node, above: _Around) -> _Around:
        if above.answer:
            return above
        key = _key(node)
        if isinstance(node, Block) and hidden.hold(node.span) and key not in there:
            return above._replace(answer=node)
        if isinstance(node, HOLDERS) and above.is_open:
            return _Around(key) if key in there else above
        return above._replace(is_open=above.is_open and isinstance(node, model.List))

    nodes = (
        (hidden.number(node.span), around.holder, node)
        for node, around in walk_with(teachers.blocks, _Around(), inherit)
        if around.answer is node
    )
    for (number, holder), group in groupby(nodes, key=lambda entry: entry[:2]):
        assert number is not None, "an answer is in a range"
        blocks: tuple[Any, ...] = tuple(node for _, _, node in group)
        if ANSWER in ranges[number].conditions.classes:
            answer = model.Answer(children=blocks, span=ranges[number].span)
            yield _Answer(number, holder, answer)


def _inserted(blocks: tuple[Block, ...], answers: Iterable[_Answer]) -> tuple[Block, ...]:
    """The blocks with answers where they belong."""
    inserted: dict[_Key | None, list[Block]] = defaultdict(list)
    for answer in answers:
        inserted[answer.holder].append(answer.block)

    def merged(children: tuple[Block, ...], key: _Key | None) -> tuple[Block, ...]:
        here = inserted.get(key, [])
        places = accumulate((_key(child)[1] for child in children), max)
        entries = [*zip(places, children, strict=True), *((_key(a)[1], a) for a in here)]
        return tuple(child for _, child in sorted(entries, key=lambda entry: entry[0]))

    def leave(node: Any) -> Any:
        key = _key(node)
        return replace(node, children=merged(node.children, key)) if key in inserted else node

    return merged(rewrite(blocks, leave=dict.fromkeys(HOLDERS, leave)), None)


def _key(node: Node) -> _Key:
    span = node.span
    return type(node), (span.file, span.line, span.column) if span else ("", 0, 0)


def _lines_of_exercises(document: Document) -> Iterator[tuple[str, int]]:
    """The lines of exercises, each with its file."""
    for node in all_nodes(document):
        if isinstance(node, model.Exercise) and node.span:
            file = node.span.file
            ends = (
                max(inner.span.line, inner.span.end)
                for inner in walk(node)
                if inner.span and inner.span.file == file
            )
            yield from ((file, line) for line in range(node.span.line, max(ends) + 1))
