"""The keys of all versions on one sheet, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Inline
from pipeline.model.codes import Code
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import walk
from pipeline.resolve.contents import without_id
from pipeline.resolve.findings import Findings


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
    names = (model.Plain(children=(model.Text(text=version),)) for version in documents)
    head = model.TableRow(cells=tuple(_cell(name, scope="col") for name in names))
    rows = (
        model.TableRow(cells=tuple(_cell(*key) for key in row))
        for row in itertools.zip_longest(*columns, fillvalue=())
    )
    table = model.Table(head=(head,), body=tuple(rows))
    findings = dict.fromkeys(f for each in documents.values() for f in each.diagnostics)
    sheet = replace(first, notes=(), contents=(), lists=(), addresses=())
    return replace(sheet, blocks=(table,), diagnostics=tuple(findings))


def _keys(blocks: Iterable[Block]) -> Iterator[tuple[Block, ...]]:
    """The answers of each exercise, and those between them, under their titles, in order."""
    between: list[Block] = []
    title: tuple[Inline, ...] = ()
    for block in _flat(blocks):
        if not isinstance(block, model.Section | model.Exercise):
            between.append(block)
            continue
        if between:
            yield _titled(title, between)
        between = []
        if isinstance(block, model.Section):
            title = block.title
        else:
            number = (model.Text(text=f"{block.number}. "),) if block.number else ()
            without_page = block.title[:-1]
            yield _titled((*number, *without_page), block.children)
    if between:
        yield _titled(title, between)


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, model.Section):
            yield from _flat(block.children)


def _titled(title: tuple[Inline, ...], answers: Iterable[Block]) -> tuple[Block, ...]:
    """Answers under their title, without ids: they may be on the sheet more than once."""
    heading = (model.Paragraph(children=(model.Strong(children=title),)),) if title else ()
    blocks = (*heading, *answers)
    return rewrite(blocks, enter=dict.fromkeys(set(map(type, walk(blocks))), without_id))


def _cell(*blocks: Block, scope: str = "") -> model.TableCell:
    return model.TableCell(children=blocks, scope=scope)  # type: ignore[arg-type]
