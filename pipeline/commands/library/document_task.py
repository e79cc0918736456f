"""The task for one document, and its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.model.catalog import Record
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.system.outputs import checksum
from pipeline.system.paths import State

if TYPE_CHECKING:
    from pipeline.driver import Result
    from pipeline.system.store import Store


class Task(msgspec.Struct, frozen=True):
    """A document to build. Paths are relative to the ``folder`` that the command was given in.
    ``name`` is that of the document in its library, and the files go into the folder of that
    name in ``out``. If sources or outputs are at URLs, ``source`` is a path from the ``root``."""

    folder: str
    source: str
    name: str
    out: str
    store: str
    editions: tuple[str, ...]
    templates: str = ""
    strict: bool = False
    root: str = ""


class LibraryFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that was made; its path begins in the library's folder."""

    file: str
    edition: str
    format: str
    size: int
    sha256: str
    pages: int = 0
    sheets: int = 0
    variation: str = ""


class Built(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result for a document. ``read`` are the files that were looked for, there or not, with
    their states before that, if they are on this machine. ``level`` is how hard it is to read, in
    words. One that ``may_differ`` next time, though nothing has changed, is built again then."""

    name: str
    seconds: float = 0.0
    failed: bool = False
    findings: tuple[Diagnostic, ...] = ()
    read: dict[str, State] = {}
    files: tuple[LibraryFile, ...] = ()
    record: Record | None = None
    level: str = ""
    may_differ: bool = False

    @property
    def pages(self) -> int:
        """Those of the first printed edition."""
        return next((file.pages for file in self.files if file.pages), 0)


def stopped_result(name: str, source: str, message: str, hint: str = "") -> Built:
    """The result for a document that could not be built, whatever its content."""
    finding = diagnostic(Code.NOT_BUILT, message, source=source, hint=hint)
    return Built(name, failed=True, findings=(finding,), may_differ=True)


def make(task: Task, store: Store) -> Built:
    """Build the document of a task."""
    from pipeline import driver
    from pipeline.commands.reading_level import paragraphs, reading_level

    options = driver.Options(
        templates=task.templates or None, strict=task.strict, catalog="records"
    )
    out = Path(task.out, task.name).parent
    editions: list[driver.BuiltEdition] = []

    def listener(event: driver.Event) -> None:
        if isinstance(event, driver.BuiltEdition):
            editions.append(event)

    result = driver.build(
        task.source, task.editions, out=out, options=options, store=store, listener=listener
    )
    record, level = result.record, ""
    if record and (document := editions[0].document):
        level = reading_level(paragraphs(document), record.metadata.lang).text
    return Built(
        task.name,
        failed=result.failed,
        findings=result.diagnostics,
        read=result.read,
        files=tuple(_library_files(result, Path(task.out))),
        record=record,
        level=level,
    )


def _library_files(result: Result, out: Path) -> Iterator[LibraryFile]:
    """All files, and the manifest's entries for those that are editions."""
    known = {output.sha256: output for output in result.outputs}
    for file in result.files:
        digest, name = checksum(file), file.relative_to(out).as_posix()
        output = known.get(digest)
        if output is None:
            yield LibraryFile(name, "", "", file.stat().st_size, digest)
            continue
        pages, sheets = output.facts.get("pages", 0), output.facts.get("sheets", 0)
        entry = LibraryFile(name, output.edition, output.format, output.size, digest, pages, sheets)
        yield msgspec.structs.replace(entry, variation=output.variation or "")
