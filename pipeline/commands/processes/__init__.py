"""Processes that share the work of this one, and end with it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event, Semaphore

T = TypeVar("T")

OBJECTS = 150_000
"""The number of new objects after which Python looks for garbage."""

FIRST = "pipeline.package.pdf"
NEXT = ("pipeline.package.epub", "pipeline.package.covers")
"""The modules that another process loads before its first task, and after it: an e-book waits for
the numbers of pages."""

HERE = (
    "pipeline.verify.completeness", "pipeline.package.html", "pipeline.verify.audit",
    "pipeline.render.ebook", "platformdirs",
)  # fmt: skip
"""The modules that this process loads when it has handed over the first task, for which it will
wait."""

LONG_SOURCE = 200_000
"""Bytes of a source that all processes will be needed for."""

MOST_PROCESSES = 8
"""The maximum number of other processes: each takes some milliseconds to start."""


def collect_seldom() -> None:
    """Let Python look for garbage less often: a layout makes millions of objects that all stay,
    and a quarter of its time went into looking through them."""
    gc.enable()
    gc.set_threshold(OBJECTS, 20, 50)


class Pool(Executor):
    """A process for each core. All are started when the first is needed, while this one is small,
    but each loads the engine only when all others are busy. If one is killed, the next task has new
    ones. Where the system cannot start any, everything is done here."""

    def __init__(self) -> None:
        self._method: str | None = None
        self._most = min(os.cpu_count() or 1, MOST_PROCESSES)
        self._awake = 0
        self._running: list[Future[Any]] = []
        self._others: Executor | None = None

    def begin(self, source: Path | None = None) -> Executor:
        """Start the processes, and let one load the engine, without waiting for that. To divide a
        long source takes the engine here as well: it is loaded before, once for all of them."""
        if self._others is None:
            try:
                is_long = source is not None and source.stat().st_size >= LONG_SOURCE
                if is_long:
                    _load(FIRST)
                from concurrent.futures import ProcessPoolExecutor
                from multiprocessing import get_context

                context = get_context(self._method)
                self._gate, self._ends = context.Semaphore(0), context.Event()
                stop, self._stop = context.Pipe(duplex=False)
                arguments = self._gate, self._ends, stop
                self._others = ProcessPoolExecutor(self._most, context, _begin, arguments)
                with without_interrupts():
                    self._others.submit(int)
                for _ in range(self._most if is_long else 1):
                    self._wake()
                if is_long:  # until it is read, they have nothing else to do
                    self._others.submit(_load, *NEXT)
            except (ImportError, NotImplementedError, OSError):
                self._others = InThisProcess()
        return self._others

    def submit(self, task: Callable[..., T], /, *args: object, **kwargs: object) -> Future[T]:
        others = self.begin()
        if isinstance(others, InThisProcess):
            return others.submit(task, *args, **kwargs)
        is_first = not self._running
        with without_interrupts():
            try:
                future = others.submit(task, *args, **kwargs)
            except BrokenExecutor:
                # copies of this process would have all that it has opened meanwhile
                self._method, self._others, self._awake, is_first = "spawn", None, 0, True
                others = self.begin()
                future = others.submit(task, *args, **kwargs)
            if is_first and self._awake < self._most:
                others.submit(_load, *NEXT)
        self._running = [*(running for running in self._running if not running.done()), future]
        if self._awake < min(len(self._running), self._most):
            self._wake()
        if is_first:
            _load(*HERE)
        return future

    def _wake(self) -> None:
        self._awake += 1
        self._gate.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self._others and not isinstance(self._others, InThisProcess):
            self._ends.set()
            for _ in range(self._most - self._awake):
                self._gate.release()
            self._others.shutdown(wait, cancel_futures=cancel_futures)

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        """Wait for the processes, or end them if this one goes on because of an exception."""
        if kind and self._others and not isinstance(self._others, InThisProcess):
            self._stop.send_bytes(b"stop")
        self.shutdown(cancel_futures=kind is not None)


class InThisProcess(Executor):
    """Does everything immediately, in this process."""

    def submit(self, task: Callable[..., T], /, *args: object, **kwargs: object) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def _begin(gate: Semaphore, ends: Event, stop: Connection) -> None:
    """Be ready to set pages, when that is wanted."""
    end_with_parent(stop=stop)
    gate.acquire()
    if not ends.is_set():
        collect_seldom()
        _load(FIRST)
        gc.freeze()  # what is loaded stays, and need not be looked at


def _load(*modules: str) -> None:
    with contextlib.suppress(ImportError, MemoryError, OSError):  # told by who needs it
        for module in modules:
            importlib.import_module(module)


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, from their first moment on: a terminal sends it
    to all processes of a command, and this one ends its others."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent(folder: str = "", stop: Connection | None = None) -> None:
    """Have this process end with the one that started it, even if that is killed and can tell
    nobody, and remove a ``folder`` that it left. It also ends when there is something to read from
    ``stop``."""
    import multiprocessing
    import threading

    if parent := multiprocessing.parent_process():
        ends = [parent.sentinel, *([stop] if stop else [])]
        threading.Thread(target=_end_after, args=(ends, folder), daemon=True).start()


def _end_after(ends: list[int | Connection], folder: str) -> None:
    import shutil
    from multiprocessing import connection

    connection.wait(ends)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
