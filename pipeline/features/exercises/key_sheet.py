"""The keys of all versions on one sheet, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Asset, Block, Document, Inline, Node
from pipeline.model.codes import Code
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.tree import walk
from pipeline.resolve.contents import without_id
from pipeline.resolve.findings import Findings
from pipeline.resolve.notes import number_notes


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
    versions = list(_apart(documents))
    columns = [list(_keys(document.blocks)) for document in versions]
    names = (model.Plain(children=(model.Text(text=version),)) for version in documents)
    head = model.TableRow(cells=tuple(_cell(name, scope="col") for name in names))
    rows = (
        model.TableRow(cells=tuple(_cell(*key) for key in row))
        for row in itertools.zip_longest(*columns, fillvalue=())
    )
    table = model.Table(head=(head,), body=tuple(rows))
    findings = dict.fromkeys(f for each in documents.values() for f in each.diagnostics)
    sheet = replace(
        first,
        blocks=(table,),
        notes=tuple(note for document in versions for note in document.notes),
        assets=tuple({asset.path: asset for each in versions for asset in each.assets}.values()),
        origins={key: place for each in versions for key, place in each.origins.items()},
        contents=(),
        lists=(),
        addresses=(),
        diagnostics=tuple(findings),
    )
    return number_notes(sheet)


def columns_of(sheet: Document, count: int) -> tuple[Document, ...]:
    """The sheet with each of its columns alone."""
    rows = [row for table in sheet.blocks if isinstance(table, model.Table) for row in table.body]
    return (
        tuple(
            replace(sheet, blocks=tuple(block for row in rows for block in row.cells[at].children))
            for at in range(count if rows else 0)
        )
        or (sheet,) * count
    )


def _apart(documents: Mapping[str, Document]) -> Iterator[Document]:
    """The documents with notes and drawings of their own, which have the same names in all."""
    known: dict[str, Asset] = {}
    names: set[str] = set()
    for version, document in documents.items():
        paths: dict[str, str] = {}
        assets: list[Asset] = []
        for asset in document.assets:
            before = known.get(asset.path)
            if before is None or before.data != asset.data:
                path = asset.path if before is None else f"{asset.path} {version}"
                name = asset.name
                while name in names:
                    name = f"drawn-{name}"
                names.add(name)
                before = known[path] = replace(asset, path=path, name=name)
            paths[asset.path] = before.path
            assets.append(before)
        yield _renamed(replace(document, assets=tuple(assets)), version, paths)


def _renamed(document: Document, version: str, paths: Mapping[str, str]) -> Document:
    """A document whose assets have other paths, with charts as wide as a column, and whose notes
    belong to a version."""

    def image(node: model.Image) -> model.Image:
        return replace(node, asset=paths.get(node.asset, node.asset))

    def named(node: model.Note | model.NoteReference) -> Node:
        return replace(node, label=f"{node.label} {version}")

    def chart(node: model.Chart) -> model.Chart:
        if not node.image or not node.narrow:
            return node
        return replace(node, image=replace(node.narrow, alt=node.image.alt), narrow=None)

    changes: Changes = {
        model.Image: image, model.Chart: chart, model.Note: named, model.NoteReference: named,
    }  # fmt: skip
    return rewrite_document(document, leave=changes)


def _keys(blocks: Iterable[Block]) -> Iterator[tuple[Block, ...]]:
    """The answers of each exercise, and those between them, under their titles, in order."""
    between: list[Block] = []
    title: tuple[model.Paragraph, ...] = ()
    for block in _flat(blocks):
        if not isinstance(block, model.Section | model.Exercise):
            between.append(block)
            continue
        if between:
            yield _without_ids((*title, *between))
        between = []
        if isinstance(block, model.Section):
            title = _title(block.title, block)
            if not _begins_with_text(block):
                yield _without_ids(title)
        else:
            number = (model.Text(text=f"{block.number}. "),) if block.number else ()
            without_page = block.title[:-1]
            yield _without_ids((*_title((*number, *without_page), block), *block.children))
    if between:
        yield _without_ids((*title, *between))


def _begins_with_text(section: model.Section) -> bool:
    """Return whether a section has answers directly under its title."""
    return not isinstance(next(iter(section.children), None), model.Section | model.Exercise | None)


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, model.Section):
            yield from _flat(block.children)


def _title(title: tuple[Inline, ...], node: Node) -> tuple[model.Paragraph, ...]:
    """The title of a node as a paragraph, which stays with what is below it."""
    strong, kept = model.Strong(children=title), model.Attributes(classes=("row-title",))
    return (model.Paragraph(children=(strong,), attributes=kept, span=node.span),) if title else ()


def _without_ids(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Blocks that may be on the sheet more than once."""
    return rewrite(blocks, enter=dict.fromkeys(set(map(type, walk(blocks))), without_id))


def _cell(*blocks: Block, scope: str = "") -> model.TableCell:
    return model.TableCell(children=blocks, scope=scope)  # type: ignore[arg-type]
