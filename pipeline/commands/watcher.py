"""Builds a source at every save of a file that was read for it. The newest edit wins."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import watchfiles

from pipeline.driver import Event, Listener, Result
from pipeline.model.events import Begun

Build: TypeAlias = Callable[[Listener], Iterator[Result]]
Notify: TypeAlias = Callable[[Result | Exception], object]

TOGETHER = 20
"""Milliseconds without a change after which an editor is taken to have saved all."""

LONGEST = 200
"""Milliseconds after which changes that do not end are reported."""

QUIET = 1.0
"""Seconds without a change after which nobody is taken to be editing."""

LOOK = 500
"""Milliseconds after which files are polled, because some file systems never report changes."""

_State: TypeAlias = tuple[int, int, int] | None


class _Dropped(Exception):  # noqa: N818  (nothing is wrong)
    """Ends a build that an edit has overtaken."""


class Watcher:
    """Calls ``build``, and ``notify`` with each of its results, now and whenever one of the files
    of the last build has changed; ``source`` is the first, and everything in the folder of
    ``templates`` is included. A build that is overtaken by a change ends with its stage, and is not
    reported. If one fails, the exception is reported."""

    def __init__(
        self, source: Path, build: Build, notify: Notify, templates: Path | None = None
    ) -> None:
        self._build = build
        self._notify = notify
        self._templates = templates
        self._files: tuple[str, ...] = (str(source),)
        self._known = self._states(self._files)
        self._build_requested = threading.Event()
        self._lock = threading.Lock()
        self._stop = threading.Event()
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
            debounce=LONGEST,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            stop_event=self._stop,
            ignore_permission_denied=True,
        ):
            with self._lock:
                states = self._states(self._files)
                if states != self._known:
                    self._known = states
                    self._build_requested.set()
            if self._folders() != folders:
                return

    def _folders(self) -> frozenset[str]:
        """The folders of the files, including missing ones: an editor may save by replacing the old
        file with a new one."""
        folders = set()
        for path in self._states(self._files):
            folder = Path(path).absolute().parent
            while not folder.is_dir():
                folder = folder.parent
            folders.add(str(folder))
        if self._templates:
            folders |= {folder for folder, _, _ in os.walk(self._templates)}
        return frozenset(folders)

    def _build_always(self) -> None:
        while True:
            self._build_requested.wait()
            if self._stop.is_set():
                return
            self._build_requested.clear()
            started = time.time_ns()
            try:
                for result in self._build(self._on_event):
                    self._look_at(result.read, started)
                    self._notify(result)
                    del result
                    gc.collect()  # a layout is full of circles, and the process stays
                    if not gc.get_freeze_count():
                        gc.freeze()  # modules, and what further builds share, stay
            except _Dropped:
                continue
            except Exception as error:
                self._notify(error)

    def _on_event(self, event: Event) -> None:
        if self._stop.is_set() or (isinstance(event, Begun) and self._build_requested.is_set()):
            raise _Dropped

    def _look_at(self, files: tuple[str, ...], started: int) -> None:
        """Watch these files from now on. One that is new among them and has changed since the build
        was ``started`` may have been read before that."""
        with self._lock:
            states = self._states(files)
            for path, state in states.items():
                if path in self._known:
                    states[path] = self._known[path]
                elif state and state[0] >= started:
                    states[path] = None
            self._files, self._known = files, states

    def _states(self, files: Iterable[str]) -> dict[str, _State]:
        templates = self._templates.rglob("*") if self._templates else ()
        return {path: _state(path) for path in (*files, *map(str, templates))}


def _state(path: str) -> _State:
    """Differs if a file does; none if it does not exist. The first value is the time at which it
    changed, or took the place of another one."""
    with contextlib.suppress(OSError, ValueError):
        status = Path(path).stat()
        return max(status.st_mtime_ns, status.st_ctime_ns), status.st_size, status.st_ino
    return None
