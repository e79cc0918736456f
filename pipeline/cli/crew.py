"""The processes that share the work of a build."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import re
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.cli.terminal import formats, named
from pipeline.system.processes import (
    CAN_COPY,
    Copier,
    end_with_parent,
    in_a_copy,
    without_interrupts,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

LONG_SOURCE = 120_000
"""The size of a source with what it includes, in bytes, from which editions are made in
parallel."""

_INCLUDED = re.compile(rb"\{\{<?[ \t]*+include[ \t]++([^{}<>\n]++)")

_EDITIONS = re.compile(rb"^editions:.*(?:\n[ \t-].*)*", re.MULTILINE)

FEW = 3
"""The maximum number of editions of a short source for which one process lays out pages."""

OBJECTS, OBJECTS_OF_SHORT = 50_000, 200_000
"""The number of new objects after which Python looks for garbage. For a short text it need not at
all, which would take a twentieth of the time; a book would take 100 MB more."""


def workers(sources: Iterable[Path], editions: Iterable[str] | None = None) -> Any:
    """A context with a `_Crew`, if that is worthwhile, on several cores: a process per core if
    there are long sources or many editions; otherwise one that lays out pages while this one does
    the rest, unless this one has already loaded the engine. Without ``editions``, short sources
    will be built often."""
    cores = os.cpu_count() or 1
    texts = {source: _text(source) for source in sources}
    if cores > 1 and sum(_size(source, text) for source, text in texts.items()) >= LONG_SOURCE:
        return _Crew(cores)
    is_loaded = "weasyprint" in sys.modules
    if editions is not None:
        collect_seldom(OBJECTS_OF_SHORT)
    if cores == 1 or editions is None or is_loaded or "pdf" not in formats(editions):
        return contextlib.nullcontext()
    many = set(editions) or set().union(*map(_editions, texts.values()))
    return _Crew(1 if len(named(many)) <= FEW else cores)


def _text(source: Path) -> bytes:
    """The text of a source, as far as it can be read."""
    with contextlib.suppress(OSError):
        return source.read_bytes() if source.is_file() else b""
    return b""


def _size(source: Path, text: bytes) -> int:
    """The size of a source and of the files that it includes, as far as they can be read."""
    size = len(text)
    for name in set(_INCLUDED.findall(text)):
        with contextlib.suppress(OSError):
            file = source.parent / os.fsdecode(name.strip(b" \t'\""))
            size += file.stat().st_size if file.is_file() else 0
    return size


def _editions(text: bytes) -> set[str]:
    """The editions in the front matter of a source, which has not been parsed yet."""
    from pipeline.model.editions import ALL, EDITIONS

    found = _EDITIONS.search(text)
    words = re.findall(r"[\w-]+", found[0].decode("utf-8", "replace")) if found else ()
    return {ALL, *EDITIONS} & set(words)


class _Crew(Copier):
    """A pool with a maximum number of processes, which are started when there is something to do,
    and load the engine in advance. If the system cannot start processes, everything is done
    here."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.can_copy = CAN_COPY and most > 1  # one other already makes the e-book meanwhile
        self._others: Executor | None = None
        self._stop: Connection | None = None

    def begin(self) -> Executor:
        """Start the processes, without waiting for them. For several, the engine is loaded first,
        once for all; this one needs it to join what they set."""
        if self._others is None:
            objects = OBJECTS if self._most > 1 else OBJECTS_OF_SHORT
            if self._most > 1:
                _prepare(objects)
            try:
                from concurrent.futures import ProcessPoolExecutor
                from multiprocessing import Pipe

                stop, self._stop = Pipe(duplex=False)
                self._others = ProcessPoolExecutor(self._most, None, _begin, (objects, stop))
                with without_interrupts():
                    self._others.submit(_prepare, objects)
            except (ImportError, NotImplementedError, OSError):
                self._others = _Here()
        return self._others

    def submit(self, task: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        others = self.begin()
        with without_interrupts():
            return others.submit(task, *args, **kwargs)

    def copied(self, make: Callable[[], T]) -> Callable[[], T | None]:
        return in_a_copy(make)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self._others:
            self._others.shutdown(wait, cancel_futures=cancel_futures)

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        """Wait for the processes, or end them if this one goes on because of an exception."""
        if kind and self._stop:
            self._stop.send_bytes(b"stop")
        self.shutdown(cancel_futures=kind is not None)


class _Here(Executor):
    """Does everything immediately, in this process."""

    def submit(self, task: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(task(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def _begin(objects: int, stop: Connection) -> None:
    end_with_parent(stop=stop)
    _prepare(objects)


def _prepare(objects: int) -> None:
    """Prepare a process for typesetting, as far as the system has the libraries for that."""
    import importlib

    with contextlib.suppress(ImportError, MemoryError, OSError):  # told by who needs it
        importlib.import_module("pipeline.package.pdf")
    collect_seldom(objects)


def collect_seldom(objects: int = OBJECTS) -> None:
    """Let Python look for garbage less often: a layout makes millions of objects that all stay,
    and a quarter of its time went into looking through them. At its end, it does not at all, which
    takes 0.1 s after an interview."""
    gc.set_threshold(objects, 20, 50)
    atexit.register(gc.freeze)
