"""The keys of all versions on one sheet, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Inline, Node
from pipeline.model.codes import Code
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import walk
from pipeline.resolve.findings import Findings


class _Key(NamedTuple):
    """The answers of an exercise, or between two, under its title."""

    number: int
    title: tuple[Inline, ...]
    answers: tuple[Block, ...]


def side_by_side(documents: Mapping[str, Document]) -> Document:
    """The documents of answers of some versions as one, with a column for each. If there is only
    one version, it is a NO_ANSWERS warning, and the sheet is like its answers."""
    first, *others = (replace(document, edition="keys") for document in documents.values())
    if not others or not any(document.blocks for document in documents.values()):
        nothing = Findings(first)
        message = "There are no versions with answers to set side by side."
        hint = "Write `versions: 2` in the front matter, or leave out the edition `keys`."
        nothing.add(Code.NO_ANSWERS, message, None, hint)
        return nothing.added_to(first)
    columns = [list(_keys(document.blocks)) for document in documents.values()]
    head = model.TableRow(cells=(*(_cell(_text(version), scope="col") for version in documents),))
    rows = (
        model.TableRow(cells=tuple(_cell(*_shown(key)) for key in row))
        for row in itertools.zip_longest(*columns)
    )
    table = model.Table(head=(head,), body=tuple(rows))
    findings = dict.fromkeys(f for each in documents.values() for f in each.diagnostics)
    sheet = replace(first, notes=(), contents=(), lists=(), addresses=())
    return replace(sheet, blocks=(table,), diagnostics=tuple(findings))


def _keys(blocks: Iterable[Block]) -> Iterator[_Key]:
    """The answers of each exercise, and those between them, in order."""
    between: list[Block] = []
    title: tuple[Inline, ...] = ()
    for block in _flat(blocks):
        if not isinstance(block, model.Section | model.Exercise):
            between.append(block)
            continue
        if between:
            yield _Key(0, title, tuple(between))
        between = []
        if isinstance(block, model.Section):
            title = block.title
        else:
            yield _Key(block.number, block.title[:-1], block.children)  # without its page
    if between:
        yield _Key(0, title, tuple(between))


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, model.Section):
            yield from _flat(block.children)


def _shown(key: _Key | None) -> tuple[Block, ...]:
    if key is None:
        return ()
    number = model.Text(text=f"{key.number}. ")
    title: tuple[Inline, ...] = (number, *key.title) if key.number else key.title
    heading = model.Paragraph(children=(model.Strong(children=title),))
    blocks = (heading, *key.answers) if title else key.answers
    return rewrite(blocks, enter=dict.fromkeys(set(map(type, walk(blocks))), _without_id))


def _without_id(node: Node) -> Node:
    """A node that may be on the sheet more than once."""
    if not node.attributes.id:
        return node
    return replace(node, attributes=replace(node.attributes, id=""))


def _cell(*blocks: Block, scope: str = "") -> model.TableCell:
    return model.TableCell(children=blocks, scope=scope)  # type: ignore[arg-type]


def _text(text: str) -> model.Plain:
    return model.Plain(children=(model.Text(text=text),))
