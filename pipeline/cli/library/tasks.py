"""The task for one document: from bytes to bytes, wherever a process does it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic


class Task(msgspec.Struct, frozen=True):
    """A document to build. Paths are relative to the ``folder`` that the command was given in.
    ``name`` is that of the document in its library, and the files go into the folder of that
    name in ``out``."""

    folder: str
    source: str
    name: str
    out: str
    store: str
    editions: tuple[str, ...]
    templates: str = ""
    strict: bool = False


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that was made; its path begins in the library's folder."""

    file: str
    edition: str
    format: str
    size: int
    sha256: str
    pages: int = 0


class Built(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result for a document. ``read`` are the files that were looked for, there or not. One
    that ``may_differ`` next time, though nothing has changed, is built again then."""

    name: str
    seconds: float = 0.0
    failed: bool = False
    findings: tuple[Diagnostic, ...] = ()
    read: tuple[str, ...] = ()
    files: tuple[Made, ...] = ()
    may_differ: bool = False

    @property
    def pages(self) -> int:
        """Those of the first printed edition."""
        return next((one.pages for one in self.files if one.pages), 0)


def stopped(name: str, source: str, message: str, hint: str = "") -> Built:
    """The result for a document that could not be built, whatever it says."""
    found = diagnostic(Code.NOT_BUILT, message, source=source, hint=hint)
    return Built(name, failed=True, findings=(found,), may_differ=True)


def build(data: bytes) -> bytes:
    """Build the document of a `Task`, and say what came of it, as a `Built`."""
    task = msgspec.msgpack.decode(data, type=Task)
    started = time.perf_counter()
    os.chdir(task.folder)
    try:
        built = _build(task)
    except MemoryError:
        raise
    except OSError as error:
        where, why = error.filename or "the output", error.strerror or error
        built = stopped(task.name, task.source, f"“{where}” cannot be written: {why}.")
    except Exception as error:
        hint = "This is a fault of Chapbook: please report it, with the source."
        message = f"{type(error).__name__}: {error}"
        built = stopped(task.name, task.source, message, hint)
    seconds = time.perf_counter() - started
    return msgspec.msgpack.encode(msgspec.structs.replace(built, seconds=seconds))


def _build(task: Task) -> Built:
    from pipeline import driver
    from pipeline.system.store import Folder

    options = driver.Options(templates=task.templates or None, strict=task.strict)
    out = Path(task.out, task.name).parent
    store = Folder(Path(task.store))
    result = driver.build(task.source, task.editions, out=out, options=options, store=store)
    within = Path(task.name)
    files = (
        Made(
            (within / one.file).as_posix(),
            one.edition,
            one.format,
            one.size,
            one.sha256,
            one.facts.get("pages", 0),
        )
        for one in result.outputs
    )
    return Built(
        task.name,
        failed=result.failed,
        findings=result.diagnostics,
        read=result.read,
        files=tuple(files),
    )
