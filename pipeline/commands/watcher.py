"""Builds a source at every save of a file that was read for it. The newest edit wins."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TypeAlias

import watchfiles

from pipeline.driver import Event, Listener, Result
from pipeline.model.diagnostics import Begun
from pipeline.system.paths import State, states

Build: TypeAlias = Callable[[Listener], Iterator[Result]]
Notify: TypeAlias = Callable[[Result | Exception], object]

TOGETHER = 20
"""Milliseconds without a change after which an editor is taken to have saved all."""

LONGEST_BURST = 200
"""Milliseconds after which changes that do not end are reported."""

QUIET = 1.0
"""Seconds without a change after which nobody is taken to be editing."""

LOOK = 500
"""Milliseconds after which files are polled, because some file systems never report changes."""


GONE = "The folder {} is no longer there. Its texts are read again when it is back."


class _Dropped(Exception):  # noqa: N818  (nothing is wrong)
    """Ends a build that an edit has overtaken."""


class FolderGoneError(Exception):
    """The working folder was deleted or renamed; the texts in it are read when it is back."""


class Watcher:
    """Calls ``build``, and ``notify`` with each of its results, now and whenever one of the files
    of the last build has changed; ``source`` is the first, and everything in the folder of
    ``templates`` is included. A build that is overtaken by a change ends with its stage, and is not
    reported. If one fails, the exception is reported; if a process that it uses was killed, it is
    repeated once."""

    def __init__(
        self, source: Path, build: Build, notify: Notify, templates: Path | None = None
    ) -> None:
        self._build = build
        self._notify = notify
        self._templates = templates
        self._files: tuple[str, ...] = (str(source),)
        self._known = self._states(self._files)
        self._base = Path.cwd()
        self._build_requested = threading.Event()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._has_built = False
        self._builder = threading.Thread(target=self._build_always, daemon=True)

    def run(self) -> None:
        """Build at every change, until `stop` or Ctrl-C; returns once nothing is built any more."""
        self._build_requested.set()
        self._builder.start()
        try:
            while not self._stop.is_set():
                self._watch(self._folders())
        finally:
            self.stop()
            self._builder.join()

    def stop(self) -> None:
        """Have `run` return. A build ends at its next event."""
        self._stop.set()
        self._build_requested.set()

    def again(self) -> None:
        """Build once more: something else is wanted."""
        self._build_requested.set()

    def is_quiet(self) -> bool:
        """Return whether nothing has changed for a moment, after waiting for that."""
        return not self._build_requested.wait(QUIET)

    def _watch(self, folders: frozenset[str]) -> None:
        """Look at the files whenever something in these folders has changed, until they are
        others."""
        for _ in watchfiles.watch(
            *sorted(folders),
            watch_filter=None,
            recursive=False,
            step=TOGETHER,
            debounce=LONGEST_BURST,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            stop_event=self._stop,
            ignore_permission_denied=True,
        ):
            self._come_back()
            with self._lock:
                present = self._states(self._files)
                if present != self._known:
                    self._known = present
                    self._build_requested.set()
            if self._folders() != folders:
                return

    def _folders(self) -> frozenset[str]:
        """The folders of the files, including missing ones: an editor may save by replacing the old
        file with a new one."""
        folders = set()
        for path in self._states(self._files):
            folder = (self._base / path).parent
            while not folder.is_dir():
                folder = folder.parent
            folders.add(str(folder))
        if self._templates:
            folders |= {folder for folder, _, _ in os.walk(self._templates)}
        return frozenset(folders)

    def _come_back(self) -> None:
        """Work in the folder that was deleted and is there anew: the paths begin there."""
        if not _is_there() and self._base.is_dir():
            os.chdir(self._base)

    def _build_always(self) -> None:
        is_repeated = False
        while True:
            self._build_requested.wait()
            if self._stop.is_set():
                return
            self._build_requested.clear()
            try:
                for result in self._build(self._on_event):
                    self._look_at(result.read)
                    self._notify(result)
                    del result
                    gc.collect()  # a layout is full of circles, and the process stays
                    if not self._has_built:
                        self._has_built = True
                        gc.freeze()  # modules, and what further builds share, stay
                is_repeated = False
            except _Dropped:
                continue
            except BrokenExecutor as error:
                self._notify(error)
                is_repeated = not is_repeated
                if is_repeated:
                    self.again()
            except Exception as error:
                self._notify(error if _is_there() else FolderGoneError(GONE.format(self._base)))

    def _on_event(self, event: Event) -> None:
        if self._stop.is_set() or (isinstance(event, Begun) and self._build_requested.is_set()):
            raise _Dropped

    def _look_at(self, read: Mapping[str, State]) -> None:
        """Watch these files from now on, for changes since they were read."""
        with self._lock:
            self._files = tuple(read)
            self._known = {path: self._known.get(path) for path in self._states(())} | dict(read)

    def _states(self, files: Iterable[str]) -> dict[str, State]:
        templates = self._templates.rglob("*") if self._templates else ()
        return states((*files, *templates))


def _is_there() -> bool:
    """Return whether there is a working folder."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True
