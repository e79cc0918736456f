"""Libraries at URLs: sources, outputs and stores wherever fsspec reads and writes.

A worker fetches the files of a document into a temporary folder as they are needed, and sends the
outputs; so that a cluster needs no disk that all share.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.commands.library import catalogue
from pipeline.commands.library.document_task import Built, Task
from pipeline.commands.library.sources import ABSENT, SUFFIXES, LibraryListing, arrange, decode
from pipeline.parser.frontmatter import NAME
from pipeline.system.paths import State
from pipeline.system.store import Store, key, seal, unseal

SOURCES, OUT = "sources", "out"
"""The folders, within that of a task, for fetched files and for outputs."""


WITH_BUCKETS = frozenset("s3 s3a gs gcs az abfs abfss adl oss".split())
"""The kinds of places that have buckets of files, in which folders need not be made."""


class NoPlaceError(OSError):
    """A place that cannot be read or written, or not at all for want of a package."""


class UrlTree:
    """The files below a URL or a folder, by their paths from there. A bucket has to be there: one
    with a mistyped name is not made."""

    def __init__(self, root: str) -> None:
        with _readable_errors(root):
            import fsspec

            self._fs: Any
            self._fs, self._root = fsspec.url_to_fs(root)
        self.root = root
        self._has_buckets = root.partition("://")[0].lower() in WITH_BUCKETS

    def need_bucket(self) -> None:
        """Raise `NoPlaceError` if the bucket does not exist."""
        bucket = self._root.partition("/")[0]
        with _readable_errors(self.root):
            if not self._has_buckets or self._fs.exists(bucket):
                return
            try:
                self._fs.ls(bucket)
            except PermissionError:  # it is there, but may not be looked into
                return
            except FileNotFoundError:
                raise NoPlaceError(None, f"there is no bucket “{bucket}”", self.root) from None

    def need_folder(self) -> None:
        """Raise `NoPlaceError` if it does not exist."""
        self.need_bucket()
        with _readable_errors(self.root):
            if not self._fs.exists(self._root):
                raise NoPlaceError(None, "there is no such folder", self.root)

    def states(self, below: str = "") -> dict[str, tuple[int, int]]:
        """All files, each with a number that another content changes, and its size."""
        with _readable_errors(self.root):
            self._fs.invalidate_cache()
            try:
                details = self._fs.find(self._path(below), detail=True)
            except FileNotFoundError:
                return {}
        start = len(self._root.rstrip("/")) + 1
        return {path[start:]: (_state(about), about["size"]) for path, about in details.items()}

    def read(self, name: str) -> bytes | None:
        with _readable_errors(self.root):
            try:
                data: bytes = self._fs.cat_file(self._path(name))
            except (FileNotFoundError, IsADirectoryError):
                return None
        return data

    def write(self, name: str, data: bytes) -> None:
        with _readable_errors(self.root):
            path = self._path(name)
            if not self._has_buckets:
                self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(path, data)

    def delete(self, name: str) -> None:
        with _readable_errors(self.root), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}".rstrip("/")


class UrlStore:
    """A store below a URL, which the workers of a cluster share. What cannot be read is made
    again."""

    def __init__(self, root: str) -> None:
        self._tree = UrlTree(root)

    def get(self, name: str) -> bytes | None:
        with contextlib.suppress(OSError):
            return unseal(self._tree.read(name) or b"")
        return None

    def put(self, name: str, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._tree.write(name, seal(data))


@contextlib.contextmanager
def _readable_errors(root: str) -> Iterator[None]:
    """Convert all errors that file systems and their packages raise into one type."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError):
        raise
    except ImportError as error:
        message = f"{error}; for URLs Chapbook needs the extra “cluster”"
        raise NoPlaceError(None, message, root) from error
    except Exception as error:
        message = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NoPlaceError(None, message, root) from error


def _state(about: dict[str, Any]) -> int:
    names = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")
    known = next((str(about[name]) for name in names if about.get(name)), "")
    return int(key(known)[:7], 16)


class RemoteFiles:
    """The files of a library for its ledger: sources by their paths from the root, and outputs,
    with ``out/`` before their paths, by their sizes."""

    def __init__(self, sources: UrlTree, out: UrlTree) -> None:
        self.sources, self.out = sources, out
        self.states = sources.states()
        if not self.states:
            sources.need_folder()
        out.need_bucket()
        self.sizes = {name: size for name, (_, size) in out.states().items()}

    def stat(self, path: str) -> tuple[int, int]:
        if path.startswith(f"{OUT}/"):
            return 0, self.sizes.get(path.removeprefix(f"{OUT}/"), ABSENT[1])
        return self.states.get(path, ABSENT[:2])

    def digest(self, path: str) -> str:
        return str(self.stat(path)[0])

    def has_changed(self, path: str, state: State) -> bool:
        """False: what is known of it is older than what was read."""
        return False


def documents_of(files: RemoteFiles) -> LibraryListing:
    """The documents below a URL."""
    root, out = files.sources.root, files.out.root
    within = f"{out.removeprefix(root).strip('/')}/" if out.startswith(root) else "//"
    names = [
        name
        for name in sorted(files.states)
        if Path(name).suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in Path(name).parts)
        and not name.startswith(within)
    ]
    texts = {Path(name): decode(files.sources.read(name) or b"") for name in names}
    return arrange(texts, Path(), [], is_list=False)


def build(task: Task, make: Callable[[Task, Store], Built], store: Store) -> Built:
    """Build a document that is below a URL, or whose outputs go there."""
    sources, out = UrlTree(task.root), UrlTree(task.out)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        try:
            local = msgspec.structs.replace(task, source=f"{SOURCES}/{task.source}", out=OUT)
            _fetch(local, sources, store)
            built = make(local, store)
            for file in built.files:
                out.write(file.file, Path(OUT, file.file).read_bytes())
        finally:
            os.chdir(task.folder or tempfile.gettempdir())
    return msgspec.structs.replace(
        built,
        read={path: None for read in built.read if (path := _path_in_sources(read, folder))},
        findings=tuple(
            msgspec.structs.replace(finding, source=finding.source.removeprefix(f"{SOURCES}/"))
            for finding in built.findings
        ),
    )


def _fetch(task: Task, sources: UrlTree, store: Store) -> None:
    """Fetch a source, and all existing files that its document refers to."""
    from pipeline.driver import resolve_for
    from pipeline.flow.steps import parse
    from pipeline.flow.values import Options, request_for, requested_editions
    from pipeline.keep import keeping

    requested: set[str] = set()
    due = {task.source.removeprefix(f"{SOURCES}/")}
    while sum(_save(sources, name) for name in due):
        for name in due:
            if name.rpartition("/")[2] == NAME:
                below = name.removesuffix(NAME) + "templates"
                for other in sources.states(below):
                    _save(sources, other)
        requested |= due
        with keeping(store) as read:
            document = parse(Path(task.source))
            options = Options(templates=task.templates or None)
            request = request_for(Path(task.source), document, options)
            for edition in requested_editions(task.editions, document.metadata, options):
                resolve_for(request, edition)
        looked_for = (_path_in_sources(path, str(Path.cwd())) for path in read)
        due = {name for name in looked_for if name} - requested


def _save(tree: UrlTree, name: str, folder: str = SOURCES) -> bool:
    """Save a file of a tree in a folder, if there is one."""
    data = tree.read(name)
    if data is not None:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return data is not None


def _path_in_sources(path: str, folder: str) -> str:
    """The path from the root of the sources of a file that was looked for, or ""."""
    top = Path(folder, SOURCES).resolve()
    target = Path(os.path.normpath(Path(folder).resolve() / path))
    return target.relative_to(top).as_posix() if target.is_relative_to(top) else ""


def collect(built: Sequence[Built], files: RemoteFiles, store: Store, code: str) -> None:
    """Write the files over a library whose outputs are below a URL."""
    sources, out = files.sources, files.out
    with tempfile.TemporaryDirectory() as folder:
        path, outputs = Path(folder, SOURCES), Path(folder, OUT)
        path.mkdir()
        outputs.mkdir()
        _save(sources, NAME, str(path))
        logo = catalogue.metadata_of(built, path, outputs).brand.logo
        if logo:
            _save(sources, logo.text, str(path))
        title = sources.root.rstrip("/").rpartition("/")[2]

        def covers() -> None:
            for name in catalogue.covers(built):
                _save(out, name, str(outputs))

        over = catalogue.assemble(
            built, path, outputs, store, code, files.sizes.__contains__, covers, title
        )
        if over is None:
            return
        for name, data in over.files.items():
            out.write(name, data)
        for name in over.gone:
            out.delete(name)
        over.keep()
