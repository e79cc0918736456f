"""The files of a build as shown in the preview: printed pages, each known by what is drawn on it;
web pages and e-books; and the places in the source that their content is from.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from pipeline.model import CodeBlock, Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.tree import walk
from pipeline.package.units import PageDigest
from pipeline.system.store import key
from pipeline.verify.completeness import Passage, line_spans, passages
from pipeline.verify.reading import Archive, read_package

# --- printed pages ---------------------------------------------------------------------------
# The pages of printed editions, each known by what is drawn on it: those that an edit leaves as
# they were need not be drawn again, and those that it changes are seen before the whole is built.

SHORT = 10
"""Letters of a digest that tell the pages of a text from each other."""

MOST_EARLY_PAGES = 60
"""Pages that are shown before a text is built. So many take a tenth of a second, and the rest of
the build waits for them."""

Size: TypeAlias = tuple[float, float]
Opened: TypeAlias = Callable[[bytes], tuple[str, Sequence[Size]]]
"""A function that writes a PDF to a file; it returns its path, and the sizes of the pages."""

Draw: TypeAlias = Callable[[Collection[int]], tuple[bytes, Sequence[PageDigest]]]
"""A function that makes a PDF of the pages of some units, or nothing; with their digests."""


class PrintedPage(NamedTuple):
    """A page: its size in points, and a ``name``, which is the same for pages that look the same
    and begins with the same letters if only the running heads and feet differ, or their side. The
    body has a digest and a ``shift`` to the right, relative to the width. It is page ``number``,
    from 0, of the PDF at ``path``."""

    width: float
    height: float
    name: str
    shift: float
    body: str
    path: str
    number: int

    @property
    def for_browser(self) -> tuple[float, float, str, float]:
        """The part of it that the browser is told."""
        return self[:4]


def pages_of(
    path: str, sizes: Sequence[Size], digests: Sequence[PageDigest]
) -> tuple[PrintedPage, ...]:
    """The pages of a PDF. Without ``digests``, they are like no others."""
    if len(digests) != len(sizes):
        digests = [PageDigest(key(path, str(number)), "", 0) for number in range(len(sizes))]
    return tuple(
        PrintedPage(*size, _name(digest), digest.shift, digest.body, path, number)
        for number, (size, digest) in enumerate(zip(sizes, digests, strict=True))
    )


def _name(digest: PageDigest) -> str:
    around = key(digest.above, str(digest.shift))
    return f"{digest.body[:SHORT]}{around[:SHORT]}"


def soonest(
    before: Iterable[PrintedPage], units: Sequence[Sequence[str]], draw: Draw, opened: Opened
) -> tuple[PrintedPage, ...]:
    """The pages of a text that is being built: of units that have changed, as they will be, and of
    all others as they were ``before``, at their new places. A unit is known by the digests of its
    pages without running heads. There are none if too much has changed."""
    known: dict[str, deque[PrintedPage]] = defaultdict(deque)
    for page in before:
        known[page.body].append(page)
    known_pages = [_reuse_pages(known, bodies) for bodies in units]
    new = [number for number, pages in enumerate(known_pages) if not pages]
    drawn: deque[PrintedPage] = deque()
    if sum(len(units[number]) for number in new) > MOST_EARLY_PAGES:
        return ()
    if new:
        data, digests = draw(new)
        if not data:
            return ()
        drawn.extend(pages_of(*opened(data), digests))
    return tuple(
        page
        for pages, bodies in zip(known_pages, units, strict=True)
        for page in pages or [drawn.popleft() for _ in bodies]
    )


def _reuse_pages(known: dict[str, deque[PrintedPage]], bodies: Iterable[str]) -> list[PrintedPage]:
    """The known pages with these bodies, which are known no longer; none unless all are there."""
    pages: list[PrintedPage] = []
    for body in bodies:
        if not known[body]:
            for page in reversed(pages):
                known[page.body].appendleft(page)
            return []
        pages.append(known[body].popleft())
    return pages


# --- editions --------------------------------------------------------------------------------
# The files of an edition, and the places in the source that their content comes from.

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
        files, documents = _unpack(data)
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


def _unpack(data: bytes) -> tuple[dict[str, bytes], list[str]]:
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
