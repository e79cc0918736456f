"""The ledger of a library: what was built from which files, so that a run over thousands of
documents only compares times and sizes.

It is a file in the store to which a line is added as each document is finished, so that an
interrupted run can be continued.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol, TypeAlias

import msgspec

from pipeline.commands.library.document_task import Built
from pipeline.model.editions import stem_of
from pipeline.system.checksums import checksum
from pipeline.system.paths import State, leads_out, states

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
