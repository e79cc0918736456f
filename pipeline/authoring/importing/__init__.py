"""Conversion of existing documents into sources: `chapbook import`.

An input becomes a document (`draft`), by one module for each format, and the document a source
(`pipeline.authoring.writer`). The contents of both are counted and compared; everything lost or
guessed is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.authoring.importing.draft import ALONE, Changes, InputFolder
from pipeline.authoring.importing.reading import FORMATS, read
from pipeline.authoring.importing.writing import Imported, failed, written
from pipeline.model.codes import Code, diagnostic
from pipeline.system.paths import shown_name

__all__ = ["ALONE", "Imported", "InputFolder", "import_file", "import_text", "inputs"]

COPIED = "copied text"
"""The name of a text that comes from standard input."""


def inputs(path: Path) -> Iterator[tuple[Path, str]]:
    """The files for an input path, each with the name of its source; of a folder, its Markdown
    files except hidden ones."""
    if not path.is_dir():
        yield path, path.stem
        return
    for file in sorted(path.rglob("*")):
        own = file.relative_to(path)
        hidden = any(part.startswith(".") for part in own.parts)
        if FORMATS.get(file.suffix.lower()) == "markdown" and file.is_file() and not hidden:
            yield file, own.with_suffix("").as_posix()


def import_text(data: bytes) -> Imported:
    """The source that a copied text becomes."""
    from pipeline.authoring.importing.text import of_text

    draft = of_text(data, COPIED)
    return written(draft, COPIED, "")


def import_file(path: Path, changes: Changes = "accept", folder: InputFolder = ALONE) -> Imported:
    """The source that a file becomes, with its tracked ``changes`` accepted, rejected or kept; it
    may be of a ``folder`` that is imported."""
    name = shown_name(str(path))
    try:
        draft = read(path, name, changes, folder)
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or 'the system gives no reason'}."
        return failed(diagnostic(Code.UNREADABLE_FILE, message, source=name))
    return written(draft, name, path.stem)
