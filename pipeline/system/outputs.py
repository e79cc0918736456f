"""Writing files so that nobody ever finds a partial file, or a mix of two sets.

A set of files is first written to a folder ``.saving`` inside the target. Then a journal there
records where each file goes, which is the point of no return: before it nothing has changed, and
after it the next writer to the folder completes the operation. Sets are written one at a time.

The list of a folder's files with their SHA-256 verifies copies, and shows which files a later build
may remove.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from errno import EISDIR
from pathlib import Path, PurePosixPath

import msgspec

# --- checksums -------------------------------------------------------------------------------
# The list of a folder's files with their SHA-256, in the format of the command ``sha256sum``. It
# verifies copies, and shows which files a later build may remove.

LIST = "SHA256SUMS"

MANIFEST = "manifest.json"

SHA256 = 64
"""Letters of a SHA-256."""


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The list of some files, by their paths from the folder."""
    sums = ((sha256(data), name) for name, data in sorted(files.items()))
    return "".join(f"{sum_}  {name}\n" for sum_, name in sums).encode()


def read_list(folder: Path) -> dict[str, str]:
    """The files in a folder's list, with their SHA-256: those in the folder and its subfolders.
    None if there is no list."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    parts = (line.partition("  ") for line in lines)
    return {name: sum_ for sum_, _, name in parts if len(sum_) == SHA256 and _is_within(name)}


def read_manifest(file: Path) -> dict[str, str]:
    """All files in a manifest, with their SHA-256. Raises `ValueError` for an invalid manifest, and
    `OSError` if it cannot be read."""
    manifest = msgspec.json.decode(file.read_bytes(), type=_Manifest)
    sums = {output.file: output.sha256 for output in manifest.outputs} | manifest.others
    return {name: sum_ for name, sum_ in sums.items() if _is_within(name)}


class _Output(msgspec.Struct):
    file: str
    sha256: str


class _Manifest(msgspec.Struct):
    outputs: tuple[_Output, ...]
    others: dict[str, str] = {}


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def checksum(file: Path) -> str:
    """The SHA-256 of a file, "" if it cannot be read."""
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return ""


def find_superseded(folder: Path, current: Iterable[Path]) -> tuple[Path, ...]:
    """The files in a folder's list that are unchanged and not to be ``current``."""
    staying = set(current)
    files = ((folder / name, sum_) for name, sum_ in read_list(folder).items())
    return tuple(file for file, sum_ in files if file not in staying and checksum(file) == sum_)


def _is_within(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts


# --- outputs ---------------------------------------------------------------------------------

STAGING = ".saving"
JOURNAL = "journal.json"
WORK = ".work"


class _Journal(msgspec.Struct, frozen=True):
    """The destinations of staged files, and the files to delete; paths are relative to the
    folder."""

    moves: dict[str, str]
    gone: tuple[str, ...]


def model_of(folder: Path) -> Path:
    """The path of the document from which a folder of outputs was made: next to that folder and not
    inside it, because the folder is passed on and the document contains all answers."""
    folder = folder.absolute()
    return folder.parent / WORK / folder.name / "model.json"


def list_outputs(folder: Path, files: Iterable[Path]) -> None:
    """List the files that were made in ``folder``, next to the document, so that others know which
    are Chapbook's. Files listed earlier stay listed as long as they exist."""
    listing = model_of(folder).with_name("files")
    with contextlib.suppress(OSError):
        before = (folder / line for line in os.fsdecode(listing.read_bytes()).splitlines())
        files = (*files, *(path for path in before if path.is_file()))
    names = sorted({path.relative_to(folder).as_posix() for path in files})
    write(listing, os.fsencode("".join(f"{name}\n" for name in names)))


def write(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` atomically, unless it already contains them.

    Returns whether anything was written. Raises `OSError` on failure.
    """
    return bool(write_all(path.parent, {path: data}))


def write_all(
    folder: Path, files: Mapping[Path, bytes], gone: Iterable[Path] = ()
) -> tuple[Path, ...]:
    """Write a set of files below ``folder``, and delete those that are ``gone``: all or nothing,
    even if the process is killed. Returns those that have changed.

    Raises `OSError` on failure, and leaves nothing behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        _finish(folder)
        changed = {path: data for path, data in files.items() if not holds(path, data)}
        leaving = [path for path in gone if path.is_file()]
        if changed or leaving:
            _stage(folder, changed, leaving)
            _finish(folder)
    return tuple(changed)


def _stage(folder: Path, files: Mapping[Path, bytes], gone: Iterable[Path]) -> None:
    """Write files, and the journal that records their destinations."""
    staging = folder / STAGING
    try:
        staging.mkdir()
        moves: dict[str, str] = {}
        for number, (path, data) in enumerate(files.items()):
            if path.is_dir():
                raise IsADirectoryError(EISDIR, "there is a folder of that name", str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            (staging / str(number)).write_bytes(data)
            moves[str(number)] = os.path.relpath(path, folder)
        journal = _Journal(moves, tuple(os.path.relpath(path, folder) for path in gone))
        (staging / "new").write_bytes(msgspec.json.encode(journal))
        (staging / "new").replace(staging / JOURNAL)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def recover(folder: Path) -> None:
    """Finish or discard the unfinished set of a process that was killed while writing to
    ``folder``."""
    if (folder / STAGING).is_dir():
        with _alone_in(folder):
            _finish(folder)


def _finish(folder: Path) -> None:
    """Complete the operation in the journal, if there is one, and clean up."""
    staging = folder / STAGING
    with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
        journal = msgspec.json.decode((staging / JOURNAL).read_bytes(), type=_Journal)
        for name, place in journal.moves.items():
            with contextlib.suppress(FileNotFoundError):  # it is there already
                (staging / Path(name).name).replace(_path_below(folder, place))
        for place in journal.gone:
            _path_below(folder, place).unlink(missing_ok=True)
    shutil.rmtree(staging, ignore_errors=True)


def _path_below(folder: Path, place: str) -> Path:
    """A journal's path. Raises `FileNotFoundError` for a path outside the folder, which Chapbook
    never writes."""
    if Path(place).is_absolute() or ".." in Path(place).parts:
        raise FileNotFoundError(place)
    return folder / place


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes to a folder, and keep others out. The folder itself is locked,
    so that no lock file remains; on Windows, which cannot do that, a temporary file of the user is
    locked."""
    if sys.platform == "win32":
        import msvcrt

        name = hashlib.sha256(os.path.normcase(folder.resolve()).encode()).hexdigest()[:32]
        with (Path(tempfile.gettempdir()) / f"chapbook-{name}.lock").open("wb") as file:
            while True:
                with contextlib.suppress(OSError):  # each time it waits for ten seconds
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            # a process that was forked meanwhile has a copy of the handle, and would keep the lock
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)


def holds(path: Path, data: bytes) -> bool:
    """Return whether a file has this content."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def dependency_file(target: str, dependencies: Iterable[Path]) -> bytes:
    """A rule for make: ``target`` depends on the files, relative to the working directory if they
    are below it. Each file is also a target, so that make does not stop when one disappears. One
    that was looked for in vain only counts once it is there."""
    here = str(Path.cwd() / "_")[:-1]
    files = {path: str(path.absolute()).removeprefix(here) for path in dependencies}
    paths = {_escape(name): path.exists() for path, name in files.items()}
    needed = (path if is_there else _once_there(path) for path, is_there in paths.items())
    targets = (*(path for path, is_there in paths.items() if is_there), "FORCE")
    lines = [f"{_escape(target)}: {' '.join(needed)}", *(f"{path}:" for path in targets)]
    return ("\n".join(lines) + "\n").encode()


def _once_there(path: str) -> str:
    """A prerequisite that is always newer if a file exists. Make cannot ask for a name with a
    single parenthesis; such a file is one that never exists."""
    return "" if path.count("(") != path.count(")") else f"$(if $(wildcard {path}),FORCE)"


def _escape(path: str) -> str:
    for char in "\\# [*?%:":
        path = path.replace(char, f"\\{char}")
    return path.replace("$", "$$")
