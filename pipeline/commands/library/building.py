"""Builds the documents of a library that are due, with any executor: bytes in, bytes out."""

from __future__ import annotations

import functools
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.commands.library.document_task import Built, Task, make, stopped_result
from pipeline.commands.limits import stop_message
from pipeline.commands.processes.limited_pool import CRASHED, LimitedPool, Limits, TaskStoppedError

if TYPE_CHECKING:
    from pipeline.system.store import Store


# --- building --------------------------------------------------------------------------------

TRIES = 3
"""The number of times that a document may end its process."""

AHEAD = 4
"""The number of tasks that an executor is given at a time, for each that it does at once."""


BETWEEN_LOOKS = 20
"""Seconds without a result after which the executor is checked."""


class LostExecutorError(Exception):
    """No worker is left to do tasks."""


def build(data: bytes) -> bytes:
    """Build the document of a `Task`, and return the result as a `Built`."""
    task = msgspec.msgpack.decode(data, type=Task)
    started = time.perf_counter()
    os.chdir(task.folder or tempfile.gettempdir())
    try:
        built = _build(task)
    except MemoryError:
        raise
    except OSError as error:
        where, why = error.filename or task.out, error.strerror or error
        built = stopped_result(task.name, task.source, f"“{where}” cannot be written: {why}.")
    except Exception as error:
        hint = "This is a bug in Chapbook: please report it, with the source."
        message = f"{type(error).__name__}: {error}"
        built = stopped_result(task.name, task.source, message, hint)
    seconds = time.perf_counter() - started
    return msgspec.msgpack.encode(msgspec.structs.replace(built, seconds=seconds))


def _build(task: Task) -> Built:
    from pipeline.system.store import Folder

    store: Store = Folder(Path(task.store).absolute())
    if not task.root and "://" not in task.store:
        return make(task, store)
    from pipeline.commands.library import remote

    if "://" in task.store:
        store = remote.UrlStore(task.store)
    return remote.build(task, make, store) if task.root else make(task, store)


def build_all(
    tasks: Sequence[Task],
    executor: Executor,
    limits: Limits,
    at_once: int,
    do: Callable[[bytes], bytes] = build,
    is_alive: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[Task, Built]]:
    """Each task with its result, as they are completed. Raises `LostExecutorError` if nothing is
    completed any more, because nobody ``is_alive``."""
    waiting = iter(tasks)
    running: dict[Future[bytes], tuple[Task, int, float]] = {}

    def hand_over(task: Task, tries: int, seconds: float) -> None:
        future = executor.submit(do, msgspec.msgpack.encode(task))
        running[future] = task, tries, seconds

    while True:
        while len(running) < at_once * AHEAD and (task := next(waiting, None)):
            hand_over(task, 1, 0.0)
        if not running:
            return
        completed = wait(running, BETWEEN_LOOKS, FIRST_COMPLETED).done
        if not completed and not is_alive():
            raise LostExecutorError
        for future in completed:
            task, tries, seconds = running.pop(future)
            try:
                result = msgspec.msgpack.decode(future.result(), type=Built)
            except TaskStoppedError as error:
                seconds += error.seconds
                if error.reason == CRASHED and tries < TRIES:
                    hand_over(task, tries + 1, seconds)
                    continue
                result = msgspec.structs.replace(_result_of(task, error, limits), seconds=seconds)
            except Exception as error:  # of the executor itself
                if type(error).__name__ != "KilledWorker":
                    raise LostExecutorError from error
                result = _result_of(task, TaskStoppedError(CRASHED, "with its worker"), limits)
            yield task, result


def _result_of(task: Task, error: TaskStoppedError, limits: Limits) -> Built:
    return stopped_result(task.name, task.source, *stop_message(error, limits, TRIES))


# --- cluster ---------------------------------------------------------------------------------
# A Dask cluster as an executor: the optional extra ``cluster``.
#
# A worker passes each task to a process of its own, within the same limits as on one machine. So
# tasks that hang, grow or crash do not affect Dask; if a worker itself dies, Dask assigns its
# tasks to another.

PATIENCE = 15
"""Seconds to wait for a scheduler to answer."""


class NoClusterError(Exception):
    """A cluster that cannot be used."""


class Cluster:
    """The workers of a scheduler, as long as they are used."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            message = "Clusters need the extra “cluster”: pip install 'chapbook[cluster]'"
            raise NoClusterError(message) from error
        # its log messages are reported as a finding; some of its loggers have levels of their own
        for name in tuple(logging.root.manager.loggerDict):
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            client: Any = distributed.Client
            self._client = client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            message = f"there is no scheduler at {address} that answers: {error}"
            raise NoClusterError(message) from error
        self.executor: Executor = self._client.get_executor(pure=False)

    @property
    def threads(self) -> int:
        """The number of tasks that the workers do at a time."""
        return sum(self._client.nthreads().values())

    def is_alive(self) -> bool:
        """Return whether there is a scheduler, and a worker."""
        return self._client.status == "running" and self.threads > 0

    def close(self) -> None:
        self._client.close(timeout=PATIENCE)


def build_within(limits: Limits, data: bytes) -> bytes:
    """Build the document of a task, on a worker."""
    return _pool(msgspec.json.encode(limits)).submit(build, data).result()


@functools.lru_cache(maxsize=1)
def _pool(limits: bytes) -> LimitedPool:
    return LimitedPool(os.cpu_count() or 1, msgspec.json.decode(limits, type=Limits))
