"""Processes that share the work of this one, and end with it."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")


class Copier(Executor, ABC):
    """An executor that can run a function in a copy of this process, to which nothing has to be
    sent."""

    can_copy: bool

    @abstractmethod
    def copied(self, make: Callable[[], T]) -> Callable[[], T | None]:
        """Start a function in a copy; returns what waits for its result, which is None if the copy
        has failed."""


CAN_COPY = hasattr(os, "fork")
"""True if the system can copy processes."""


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


def in_a_copy(make: Callable[[], T]) -> Callable[[], T | None]:
    """`Copier.copied`, where the system can copy processes."""
    import multiprocessing
    import warnings

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, make), daemon=True)
    try:
        with warnings.catch_warnings(), without_interrupts():
            # the threads of a pool are waiting, and have no lock that the copy needs
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
    except OSError:  # no more processes, or no memory
        return lambda: None
    finally:
        sender.close()

    def result() -> T | None:
        with receiver, contextlib.suppress(EOFError):
            return receiver.recv()  # type: ignore[no-any-return]
        return None

    return result


def _send(sender: Connection, make: Callable[[], object]) -> None:
    """Send the result of a function, or nothing if it fails."""
    gc.freeze()  # looking for garbage in what this process shares would copy all of it
    end_with_parent()
    with contextlib.suppress(Exception):
        sender.send(make())


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
