"""Writing files so that nobody ever finds half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def write(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` at once, if that is not what it holds already.

    Returns whether anything was written. Raises `OSError` where it cannot be.
    """
    return bool(write_all({path: data}))


def write_all(files: Mapping[Path, bytes], gone: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Write several files: first all beside their places, then all into them, so that a
    full disk leaves everything as it was; last, delete those that are ``gone``. Returns those
    that have changed.

    Raises `OSError` where that cannot be done; nothing is left behind then.
    """
    changed = {path: data for path, data in files.items() if not _holds(path, data)}
    waiting: dict[Path, Path] = {}
    try:
        for path, data in changed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            waiting[Path(name)] = path
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o666 & ~_umask())
        for temporary, path in waiting.items():
            temporary.replace(path)
        for path in gone:
            path.unlink(missing_ok=True)
    finally:
        for temporary in waiting:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    return tuple(changed)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def dependency_file(target: str, dependencies: Iterable[Path]) -> bytes:
    """A rule for make: ``target`` depends on the files, named from the working directory
    where they are below it. Each is also a target of its own, so that one that goes away
    does not stop make."""
    paths = [_escape(_relative(path)) for path in dependencies]
    lines = [f"{_escape(target)}: {' '.join(paths)}", *(f"{path}:" for path in paths)]
    return ("\n".join(lines) + "\n").encode()


def _escape(path: str) -> str:
    for char in "\\# [*?%:":
        path = path.replace(char, f"\\{char}")
    return path.replace("$", "$$")


def _relative(path: Path) -> str:
    path = path.absolute()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
