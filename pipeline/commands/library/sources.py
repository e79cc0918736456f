"""The documents of a library, and its ledger of what was built from which files."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple, Protocol, TypeAlias
from urllib.parse import unquote

import msgspec

from pipeline.commands.library.document_task import Built
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import stem_of
from pipeline.model.late import late
from pipeline.parser import container_blocks
from pipeline.parser.files import normalise
from pipeline.parser.frontmatter import has_front_matter
from pipeline.system.outputs import checksum
from pipeline.system.paths import State, leads_out, states

# --- sources ---------------------------------------------------------------------------------
# The documents of a library: the Markdown files in a folder that have front matter and are not
# included in others, or those in a list.

RESERVED = frozenset({"catalogue", "report"})
"""The names of folders among the outputs that are about the whole library."""

SUFFIXES = frozenset({".md", ".markdown"})

_MAY_INCLUDE = late(r"^.*(?:include|8<|!\[\[).*+$", re.MULTILINE)


class ListedDocument(NamedTuple):
    """A document: its path, and its name in the library, which identifies its outputs."""

    path: Path
    name: str


class LibraryListing(NamedTuple):
    """The documents, the findings about others, and the Markdown files that are not documents."""

    documents: tuple[ListedDocument, ...]
    findings: tuple[Diagnostic, ...]
    passed_over: tuple[Path, ...]


def documents_of(source: Path, out: Path) -> LibraryListing:
    """The documents of a folder or a list, in the order of their names or of the list."""
    if source.is_dir():
        paths, findings = _walk(source, out)
    else:
        paths, findings = _read_listing(source)
    texts = {path: _text(path) for path in paths}
    folder = source if source.is_dir() else source.parent
    return arrange(texts, folder, findings, is_list=not source.is_dir())


def arrange(
    texts: Mapping[Path, str | None], folder: Path, findings: list[Diagnostic], *, is_list: bool
) -> LibraryListing:
    """The documents among these texts of a folder, or of a list in it."""
    documents: dict[str, ListedDocument] = {}
    passed_over: list[Path] = []
    taken_in = {file for path, text in texts.items() for file in _included_files(path, text)}
    for path, text in texts.items():
        # building a file that cannot be read says why
        is_document = text is None or has_front_matter(text)
        if not is_document or (path.resolve() in taken_in and not is_list):
            passed_over.append(path)
            if is_list:
                message = "The file has no front matter, so it is not a document of the library."
                hint = "Begin it with `---`, a line `title: …`, and `---`."
                findings.append(diagnostic(Code.NO_DOCUMENT, message, source=str(path), hint=hint))
            continue
        within = os.path.relpath(path.parent, folder)
        parts = [part for part in Path(within).parts if part != os.pardir]
        document = ListedDocument(path, Path(*parts, stem_of(path)).as_posix())
        if document.name.casefold() in RESERVED:
            message = f"The library itself has a folder “{document.name}” among the outputs."
            hint = "Rename the file."
            findings.append(diagnostic(Code.SAME_NAME, message, source=str(path), hint=hint))
            continue
        before = documents.setdefault(document.name.casefold(), document)
        if before is not document:
            message = f"It would be built as “{document.name}”, and so would “{before.path}”."
            hint = "Rename one of the two."
            findings.append(diagnostic(Code.SAME_NAME, message, source=str(path), hint=hint))
    return LibraryListing(tuple(documents.values()), tuple(findings), tuple(passed_over))


def _walk(top: Path, out: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The Markdown files of a folder and of those in it, but for hidden ones and the outputs."""
    paths: list[Path] = []
    findings: list[Diagnostic] = []
    built = out.resolve()

    def refuse(error: OSError) -> None:
        message = f"The folder cannot be read: {error.strerror}."
        hint = "Change its permissions, or take it out of the library."
        source = str(error.filename)
        findings.append(diagnostic(Code.UNREADABLE_FILE, message, source=source, hint=hint))

    for folder, folders, files in os.walk(top, onerror=refuse):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != built
        )
        paths += (
            here / name
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        )
    return paths, findings


def _read_listing(listing: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The files in a list, one per line, relative to its folder; a source stands for itself."""
    if listing.suffix.lower() in SUFFIXES:
        return [listing], []
    paths: dict[Path, None] = {}
    findings = []
    for number, line in enumerate(listing.read_text("utf-8", "surrogateescape").split("\n"), 1):
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        path = listing.parent / name
        if path.is_file():
            paths[path] = None
            continue
        message = "This is a folder, not a file." if path.is_dir() else "There is no such file."
        hint = "Name a file on each line, with its path from the list's folder."
        span, length = Span(number, line.index(name) + 1), len(name)
        source = str(listing)
        findings.append(
            diagnostic(
                Code.UNREADABLE_FILE, message, span=span, source=source, hint=hint, length=length
            )
        )
    return list(paths), findings


def _text(path: Path) -> str | None:
    """The text of a file, or None if it cannot be read as such."""
    try:
        return decode(path.read_bytes())
    except OSError:
        return None


def decode(data: bytes) -> str | None:
    """The text of a file's bytes, or None if they are not UTF-8."""
    try:
        return normalise(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _included_files(path: Path, text: str | None) -> Iterator[Path]:
    """The other files that a text includes."""
    for line in _MAY_INCLUDE.findall(text or ""):
        directive = container_blocks.read_include(line.strip())
        if directive and directive.path and (path.parent / directive.path) != path:
            yield (path.parent / unquote(directive.path)).resolve()


# --- ledger ----------------------------------------------------------------------------------
# The ledger of a library: what was built from which files, so that a run over thousands of
# documents only compares times and sizes.
#
# It is a file in the store to which a line is added as each document is finished, so that an
# interrupted run can be continued.

Stamp: TypeAlias = tuple[int, int, str]
"""The time of a file's last change, in nanoseconds, its size, and its SHA-256."""

ABSENT: Stamp = (0, -1, "")
UNSTABLE: Stamp = (-1, -1, "")
"""The stamp of a file that was changed after it had been read."""


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """A document that was built for ``task`` from these files, and its outputs."""

    task: str
    built: Built
    files: dict[str, Stamp]
    outputs: dict[str, tuple[int, int]]


_entries = msgspec.json.Decoder(_Entry)


class Files(Protocol):
    """The files of a library: their times and sizes (`ABSENT` if missing), their digests, and
    whether one has changed since it was read, before which it had a certain state."""

    def stat(self, path: str) -> tuple[int, int]: ...

    def digest(self, path: str) -> str: ...

    def has_changed(self, path: str, state: State) -> bool: ...


class DiskFiles:
    """Those on this machine."""

    def stat(self, path: str) -> tuple[int, int]:
        try:
            status = os.stat(path.rstrip("/"), follow_symlinks=not path.endswith("/"))  # noqa: PTH116
        except (OSError, ValueError):
            return ABSENT[:2]
        return status.st_mtime_ns, status.st_size

    def digest(self, path: str) -> str:
        return leads_out(path) or checksum(Path(path))

    def has_changed(self, path: str, state: State) -> bool:
        return states([path]) != {path: state}


class Ledger:
    """The documents known from before. ``installed`` are folders whose files the task's key
    knows."""

    def __init__(self, path: Path, out: Path, installed: Iterable[str], files: Files) -> None:
        self._path, self._out, self._files = path, out, files
        self._installed = tuple(installed)
        self._entries = {entry.built.name: entry for entry in self._read()}
        self._stats: dict[str, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None

    def known(self, name: str, task: str) -> Built | None:
        """The result for a document, where all is as it was then."""
        entry = self._entries.get(name)
        if entry is None or entry.task != task:
            return None
        if not self._has_outputs(entry):
            return None
        files = {path: self._stamp(path, was) for path, was in entry.files.items()}
        if any(files[path][1:] != was[1:] for path, was in entry.files.items()):
            return None
        if files != entry.files:  # somebody has touched them
            self._add(msgspec.structs.replace(entry, files=files))
        return entry.built

    def with_last(self, built: Built) -> Built:
        """A failed result with what was built before, and is still there."""
        entry = self._entries.get(built.name)
        if entry is None or not self._has_outputs(entry):
            return built
        last = entry.built
        return msgspec.structs.replace(
            built, record=last.record, files=last.files, level=last.level
        )

    def _has_outputs(self, entry: _Entry) -> bool:
        return all(self._stat(str(self._out / file)) == was for file, was in entry.outputs.items())

    def add(self, task: str, built: Built) -> None:
        """Note a document that was built."""
        if built.may_differ:
            return
        self._stats.clear()
        files: dict[str, Stamp] = {}
        for path, state in built.read.items():
            if not path.startswith(self._installed):
                stamp = self._stamp(path, ABSENT)
                files[path] = UNSTABLE if self._files.has_changed(path, state) else stamp
        outputs = {file.file: self._stat(str(self._out / file.file)) for file in built.files}
        self._add(_Entry(task, msgspec.structs.replace(built, read={}), files, outputs))

    def gone(self, names: Container[str]) -> list[str]:
        """The documents not among these names whose sources are gone, but some of whose
        outputs are still there."""
        return sorted(
            name
            for name, entry in self._entries.items()
            if name not in names
            and any(self._stat(str(self._out / file)) == was for file, was in entry.outputs.items())
            and any(
                was[:2] != ABSENT[:2] == self._stat(path)
                for path, was in entry.files.items()
                if stem_of(Path(path)) == Path(name).name
            )
        )

    def close(self, names: Iterable[str]) -> None:
        """Write the ledger again with the documents of these names, each once."""
        if self._file is None:
            return
        self._file.close()
        entries = (self._entries[name] for name in names if name in self._entries)
        with contextlib.suppress(OSError):
            new = self._path.with_name(f"{self._path.name}.new")
            with new.open("wb") as file:
                file.writelines(msgspec.json.encode(entry) + b"\n" for entry in entries)
            new.replace(self._path)

    def _add(self, entry: _Entry) -> None:
        self._entries[entry.built.name] = entry
        with contextlib.suppress(OSError):  # a full disk is reported when outputs are written
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("ab", buffering=0)
            self._file.write(msgspec.json.encode(entry) + b"\n")

    def _read(self) -> Iterator[_Entry]:
        with contextlib.suppress(OSError):
            for line in self._path.read_bytes().splitlines():
                with contextlib.suppress(msgspec.MsgspecError):  # cut off where a run was killed
                    yield _entries.decode(line)

    def _stat(self, path: str) -> tuple[int, int]:
        if path not in self._stats:
            self._stats[path] = self._files.stat(path)
        return self._stats[path]

    def _stamp(self, path: str, was: Stamp) -> Stamp:
        """The stamp of a file; it is only read if it has changed since then."""
        now = self._stat(path)
        if now == was[:2]:
            return was
        return ABSENT if now == ABSENT[:2] else (*now, self._files.digest(path))
