"""The files of a build as shown in the preview, and the places in the source that their content
comes from."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from pipeline.commands.panes.pages import PrintedPage
from pipeline.model import CodeBlock, Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.tree import walk
from pipeline.verify.completeness import Passage, line_spans, passages
from pipeline.verify.reading import Archive, read_package

ENOUGH_TEXT = 60
"""Characters of a passage that it is found by."""

DIGEST = 16
"""Letters of a digest of an edition."""

NOT_SHOWN = (".pdf", ".epub", ".zip", ".json")
"""Files next to a web page that are not part of it."""


class BlockPlace(msgspec.Struct, frozen=True, array_like=True):
    """The beginning of a block: its ``file`` ("" for the source itself) and line, a text by which
    it is found, and whether this is likely to be repeated, as headings are in the contents. A block
    that begins with a short text has two places: there, and at the text that is easily found. The
    first line of code is also shown for those ``since`` its fence began."""

    file: str
    line: int
    column: int
    text: str
    repeated: bool
    since: int


class EditionView(msgspec.Struct, frozen=True):
    """An edition as written: its ``files`` by their names in it, those that are ``documents`` in
    reading order, and the source positions. ``digest`` is that of all files. A printed one has
    ``pages``."""

    edition: Edition
    digest: str
    files: dict[str, bytes]
    documents: tuple[str, ...]
    places: tuple[BlockPlace, ...]
    pages: tuple[PrintedPage, ...] = ()

    @property
    def data(self) -> bytes:
        return self.files[self.documents[0]]


def edition_view(
    edition: Edition,
    positions: tuple[BlockPlace, ...],
    folder: Path,
    file: str,
    written: Iterable[Path],
) -> EditionView:
    """An edition ``written`` to a folder as ``file``, with the files next to it and the
    ``positions`` of its text. Raises `OSError`."""
    data = (folder / file).read_bytes()
    documents = [Path(file).name]
    files = {documents[0]: data}
    if edition.format == "epub":
        files, documents = _unpacked(data)
    elif edition.format == "html":
        root = (folder / file).parent
        neighbours = [path for path in written if path.is_relative_to(root)]
        for path in neighbours:
            if path.suffix not in NOT_SHOWN and path != folder / file:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
        if edition.chapters:
            documents += [name for name in files if name.endswith(".html") and "/" not in name][1:]
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return EditionView(edition, digest.hexdigest()[:DIGEST], files, tuple(documents), positions)


def _unpacked(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    """The files of an e-book, and those to be read, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        files = {name: book.read(name) for name in book.namelist()}
    with Archive(io.BytesIO(data)) as archive:
        return files, list(read_package(archive).spine)


def places(document: Document) -> Iterator[BlockPlace]:
    """The position of each block of text of a resolved document, notes last."""
    fences = {
        line_spans(node)[0]: node.span
        for node in walk((*document.blocks, *document.notes))
        if isinstance(node, CodeBlock) and node.text
    }
    for nodes in (document.blocks, document.notes):
        block: list[Passage] = []
        for passage in passages(nodes):
            if block and passage.span != block[0].span:
                yield from _place(document, block, fences)
                block = []
            block.append(passage)
        if block:
            yield from _place(document, block, fences)


def _place(
    document: Document, block: list[Passage], fences: Mapping[Span | None, Span | None]
) -> Iterator[BlockPlace]:
    span: Span | None = document.place(block[0].span)
    begun: Span | None = document.place(fences.get(block[0].span, block[0].span))
    if span is None or begun is None:
        return
    enough = (passage for passage in block if len(passage.letters) >= ENOUGH_TEXT)
    best = next(enough, None) or max(block, key=lambda passage: len(passage.letters))
    for passage in (block[0], best) if best is not block[0] else (best,):
        text, repeated = passage.text[:ENOUGH_TEXT], passage.repeated
        yield BlockPlace(span.file, span.line, span.column, text, repeated, begun.line)
