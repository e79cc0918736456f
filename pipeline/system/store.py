"""Stores: results that took long to compute, by names derived from their inputs.

A store is only an aid. Results that it cannot keep or return are computed again, and its files may
be deleted at any time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from pipeline.model.late import late
from pipeline.system.pango import pango_version
from pipeline.system.paths import leads_out, template_folders


def cache_folder() -> Path | None:
    """``CHAPBOOK_CACHE``, or a folder in the user's cache folder; None without a home."""
    if configured := os.environ.get("CHAPBOOK_CACHE"):
        return Path(configured)
    import platformdirs

    try:
        return platformdirs.user_cache_path("chapbook", appauthor=False)
    except RuntimeError:
        return None


CACHE = ".cache"
"""The folder for results of stages, next to the output folders."""

MOST_BYTES = 1_000_000_000
"""Bytes that a folder may hold."""

BETWEEN_TRIMS = 60
"""Seconds during which builds do not trim the store again."""

LITTER = 60 * 60
"""Seconds after which a file that was never finished is taken for abandoned."""

_OURS = late(r"[0-9a-f]{64}[-.\w]*")
"""The names of files that a folder may take away."""

_DIGEST_SIZE = hashlib.sha256().digest_size
_UNFINISHED = ".new"


class Store(Protocol):
    """A store of values by name. A name consists of letters and digits, and may have an ending."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, data: bytes) -> None: ...


def seal(data: bytes) -> bytes:
    """Data after their digest, so that damaged ones are not used."""
    return hashlib.sha256(data).digest() + data


def unseal(stored: bytes) -> bytes | None:
    """Data that were sealed, if they are whole."""
    data = stored[_DIGEST_SIZE:]
    return data if seal(data) == stored else None


class Folder:
    """A store with a file for each entry. Files are written atomically; `trim` removes the least
    recently used."""

    def __init__(self, path: Path, limit: int = MOST_BYTES) -> None:
        self._path = path
        self._limit = limit

    def get(self, name: str) -> bytes | None:
        file = self._path / name
        with contextlib.suppress(OSError):
            data = file.read_bytes()
            os.utime(file)
            return unseal(data)
        return None

    def put(self, name: str, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._path.mkdir(parents=True, exist_ok=True)
            unfinished = self._path / f"{name}-{os.getpid()}{_UNFINISHED}"
            try:
                unfinished.write_bytes(seal(data))
                unfinished.replace(self._path / name)
            except OSError:
                unfinished.unlink(missing_ok=True)

    def trim(self, every: float = 0) -> None:
        """Delete the least recently used files until the rest is within the limit, and unfinished
        files. Examining thousands of files takes a tenth of a second, so it is not repeated within
        ``every`` seconds."""
        last = self._path / "trimmed"
        with contextlib.suppress(OSError):
            if abs(time.time() - last.stat().st_mtime) < every:
                return
        files = []
        with contextlib.suppress(OSError), os.scandir(self._path) as entries:
            for entry in entries:
                if entry.is_file() and _OURS.fullmatch(entry.name):
                    with contextlib.suppress(OSError):
                        files.append((entry.stat().st_mtime, entry.stat().st_size, Path(entry)))
        size = sum(size for _, size, _ in files)
        for used, file_size, path in sorted(files):
            abandoned = path.suffix == _UNFINISHED and used < time.time() - LITTER
            if abandoned or size > self._limit:
                with contextlib.suppress(OSError):
                    path.unlink()
                size -= file_size
        with contextlib.suppress(OSError):
            last.touch()


encode, decode = msgspec.msgpack.encode, msgspec.msgpack.decode


class Memory:
    """Values that a process which stays keeps from one build to the next, by name. Those that a
    build does not use are dropped after it."""

    def __init__(self) -> None:
        self._before: dict[Any, Any] = {}
        self._now: dict[Any, Any] = {}

    def get(self, name: str | bytes) -> Any:
        """The value under a name, or None."""
        value = self._now.get(name)
        if value is None and (value := self._before.get(name)) is not None:
            self._now[name] = value
        return value

    def put(self, name: str | bytes, value: Any) -> None:
        self._now[name] = value

    def end(self) -> None:
        """End a build, in this and in all parts that it keeps."""
        self._before, self._now = self._now, {}
        for value in self._before.values():
            if isinstance(value, Memory):
                value.end()


class Memo(Memory):
    """One result of many small parts, each under a digest of what it is made from."""

    def __init__(self, data: bytes | None = None) -> None:
        super().__init__()
        self._before = decode(data) if data else {}

    @property
    def data(self) -> bytes:
        """All parts that were used; nothing if those are the parts that were known before."""
        is_same = self._now.keys() == self._before.keys()
        return b"" if is_same else encode(self._now)


def key(*parts: str | bytes) -> str:
    """A name derived from ``parts``: the same for the same parts in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def from_cache(name: str, make: Callable[[], bytes]) -> bytes:
    """The value of ``make()`` from this user's last call for ``name``, or from now."""
    path = cache_folder()
    if path is None:
        return make()
    folder = Folder(path)
    value = folder.get(name)
    if value is None:
        value = make()
        folder.put(name, value)
    return value


LARGE_FILE = 64 * 2**20
"""Bytes of a file that is not read to see whether it has changed."""


_PACKAGES = tuple(folder + os.sep for folder in sys.path if folder.endswith("-packages"))
"""The folders of installed packages, whose versions are in all keys (`code_version`)."""

_TEMPLATES = tuple(f"{folder}{os.sep}" for folder in template_folders())
"""The folders of the templates that ship."""

UNSETTLED = 2
"""Seconds after which another change of a file has another time in every file system."""


def file_digest(name: str) -> str:
    """The digest of a file's content, or of the names in a folder; of a large file, such as a film
    that a text links to, and of a template that ships, its size and time; of an installed one, such
    as a font, its size; of a link out of the source's folder, where it leads; "" without a file."""
    if out := leads_out(name):
        return out
    try:
        status = os.stat(name)  # noqa: PTH116 (a third of the time)
        if name.startswith(_PACKAGES):
            return f"{status.st_size}"
        if status.st_size > LARGE_FILE or name.startswith(_TEMPLATES):
            return f"{status.st_size} {status.st_mtime_ns}"
        if stat.S_ISDIR(status.st_mode):
            return key(*sorted(path.name for path in Path(name).iterdir()))
        if not stat.S_ISREG(status.st_mode):
            return ""
        if time.time() - max(status.st_mtime, status.st_ctime) < UNSETTLED:
            return _digest(Path(name).read_bytes())
        return _digest_of_settled(
            name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        )
    except OSError:
        return ""


@functools.lru_cache(maxsize=4096)
def _digest_of_settled(path: str, *state: int) -> str:
    """The digest of a file in some state, which a process need not read again."""
    return _digest(Path(path).read_bytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CODE = Path(__file__).parent.parent
NOT_CODE = {"__pycache__", "_templates", "templates"}
"""Folders without code of stages: templates that a stage reads count as its files."""

ENVIRONMENT = ("SOURCE_DATE_EPOCH", "CHAPBOOK_PLAIN_ENGINE")
"""The variables that results depend on."""


def code_version() -> str:
    """The digest of what the outcome of a stage depends on, besides its inputs: Chapbook's code,
    the libraries, Python, and the environment."""
    return key(installed_version(), *(os.environ.get(name, "") for name in ENVIRONMENT))


@functools.cache
def installed_version() -> str:
    """The code, all packages installed with it, and Pango, which breaks lines. Of an installed
    program, there is a record of its files' digests; of any other, their sizes and times count, by
    which Python too knows whether to compile them anew."""
    records = CODE.parent.glob("chapbook-*.dist-info/RECORD")
    code = [record.read_text("utf-8") for record in records]
    top = str(CODE)
    for folder, folders, files in os.walk(top) if not code else ():
        folders[:] = sorted(set(folders) - NOT_CODE)
        for file in sorted(files):
            path = f"{folder}/{file}"
            status = os.stat(path)  # noqa: PTH116 (a third of the time)
            code += (path.removeprefix(top), f"{status.st_size} {status.st_mtime_ns}")
    versions = (f"{name}-{version}" for name, version in sorted(packages().items()))
    return key(sys.version, pango_version(), *versions, *code)


@functools.cache
def packages() -> Mapping[str, str]:
    """The versions of the installed packages, by name in lower case with underscores. They are in
    the names of folders; `importlib.metadata` would read files, and takes 10 ms to load."""
    folders = (path.stem for entry in sys.path for path in Path(entry).glob("*.*-info"))
    names = (name.partition("-") for name in folders)
    return {name.lower(): version for name, _, version in reversed([*names]) if version}
