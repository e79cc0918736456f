"""The files over a whole library: catalogue, feed, records for shops, report, checksums."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from pipeline.commands.library import catalogue
from pipeline.commands.library.document_task import Built
from pipeline.commands.messages import shown_json
from pipeline.features import here
from pipeline.model.catalog import Record
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.parser.frontmatter import library_metadata
from pipeline.parser.frontmatter.shared import above
from pipeline.system import outputs
from pipeline.system.checksums import LIST, checksum
from pipeline.system.store import Store, key

CATALOGUE, REPORT = "catalogue", "report"  # as `sources.RESERVED` says


class _Last(msgspec.Struct):
    """The files written last, with their SHA-256, and the digest of their content."""

    digest: str
    files: dict[str, str]


class LibraryFiles(NamedTuple):
    """The files over a library, those to be deleted with the SHA-256 that they had, and a function
    that records what was written."""

    files: dict[str, bytes]
    gone: dict[str, str]
    keep: Callable[[], None]


def write(built: Sequence[Built], folder: Path, out: Path, store: Store, code: str) -> None:
    """Write what has changed. Raises `OSError` if that is not possible."""
    over = assembled(built, folder, out, store, code, lambda file: (out / file).is_file())
    if over:
        removed = (out / name for name, sum_ in over.gone.items() if checksum(out / name) == sum_)
        outputs.write_all(out, {out / name: data for name, data in over.files.items()}, removed)
        over.keep()


def assembled(
    built: Sequence[Built],
    folder: Path,
    out: Path,
    store: Store,
    code: str,
    is_there: Callable[[str], bool],
    get_ready: Callable[[], object] = lambda: None,
    title: str = "",
) -> LibraryFiles | None:
    """The files over these documents of a folder, or None if nothing has changed. ``code`` is the
    version of the program; ``get_ready`` is called before covers are read."""
    metadata = metadata_of(built, folder, out, title)
    lasting = [msgspec.structs.replace(document, seconds=0.0, read=()) for document in built]
    content = key(code, msgspec.json.encode((metadata, lasting)))
    name = f"{key('the files over a library')}.last"
    last = _Last("", {})
    with contextlib.suppress(msgspec.MsgspecError):
        last = msgspec.json.decode(store.get(name) or b"", type=_Last)
    if last.digest == content and all(map(is_there, last.files)):
        return None
    get_ready()
    files = _files(built, metadata, out, store)
    sums = {file.file: file.sha256 for row in built for file in row.files}
    ours = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    lines = (f"{digest}  {path}\n" for path, digest in sorted({**sums, **ours}.items()))
    files[LIST] = "".join(lines).encode()
    record = msgspec.json.encode(_Last(content, ours))
    gone = {path: sha256 for path, sha256 in last.files.items() if path not in files}
    return LibraryFiles(files, gone, lambda: store.put(name, record))


def covers(built: Sequence[Built]) -> Iterator[str]:
    """The files of the documents' covers."""
    for document in built:
        if document.record and document.record.cover:
            yield f"{document.name}/{document.record.cover.file}"


def metadata_of(built: Sequence[Built], folder: Path, out: Path, title: str = "") -> Metadata:
    """The metadata of the library: from ``library.yaml``, or else from its documents."""
    languages = Counter(document.record.metadata.lang for document in built if document.record)
    lang = languages.most_common(1)[0][0] if languages else "en"
    library = above(folder)
    metadata = Metadata(lang=lang)
    if library:
        # paths in it begin in its folder, which the outputs need not be in
        path = os.path.relpath((folder / library.folder).resolve(), out.resolve())
        metadata = library_metadata(library, Path(path).as_posix())
    title = metadata.title or title or folder.resolve().name
    url = f"{metadata.url}{CATALOGUE}/" if metadata.url else ""
    return msgspec.structs.replace(
        metadata,
        title=title,
        url=url,
        identifier=None,
        bibliography=(),
        editions=("site",),
        page_list=False,
        web="chapters",
    )


def _files(built: Sequence[Built], metadata: Metadata, out: Path, store: Store) -> dict[str, bytes]:
    document = catalogue.catalogue(built, metadata)
    site = catalogue.pages(document, "site", out, CATALOGUE, store)
    files = {f"{CATALOGUE}/{path}": data for path, data in site.items()}
    records = [result.record for result in built if result.record]
    if records and here("catalog"):
        from pipeline.features.catalog.onix import onix_message
        from pipeline.features.catalog.opds import opds_feed

        feed = f"{CATALOGUE}/opds.json"
        offered = filter(None, map(_offered, built))
        files[feed] = opds_feed(offered, metadata.title, f"{metadata.url}opds.json")
        files[f"{CATALOGUE}/onix.xml"] = onix_message(
            *records, sender=metadata.publisher or metadata.title
        )
    about_report = msgspec.structs.replace(
        metadata,
        title=f"Report: {metadata.title}",
        lang="en",
        url="",
        web="page",
        editions=("web",),
    )
    page = catalogue.pages(catalogue.report(built, about_report), "web", out, REPORT, store)
    files |= {f"{REPORT}/{path}": data for path, data in page.items()}
    rows = [catalogue.facts(result) for result in built]
    findings: dict[str, tuple[Diagnostic, ...]] = {result.name: result.findings for result in built}
    with_findings = [row | {"findings": findings[row["name"]]} for row in rows]
    files[f"{REPORT}/report.json"] = f"{shown_json(with_findings)}\n".encode()
    files[f"{REPORT}/report.csv"] = _csv(rows)
    return files


def _offered(built: Built) -> Record | None:
    """The record of a document for the feed: the files for all readers, by addresses that lead
    there from the feed."""
    record = built.record
    if record is None:
        return None
    metadata = record.metadata
    if not metadata.url:
        metadata = msgspec.structs.replace(metadata, url=f"../{quote(built.name)}/")
    for_readers = {file.file for file in built.files if catalogue.is_for_readers(file.edition)}
    products = (p for p in record.products if catalogue.is_for_readers(p.edition.name))
    web_page = record.web_page if f"{built.name}/{record.web_page}" in for_readers else ""
    return record._replace(metadata=metadata, products=tuple(products), web_page=web_page)


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    """The rows as a table for spreadsheets, which know UTF-8 by its mark."""
    table = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table.getvalue().encode("utf-8-sig")
