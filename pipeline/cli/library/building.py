"""Building what is due of a library, by any executor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

import msgspec

from pipeline.cli.library.child import CRASHED, RAISED, TOO_LARGE, TOO_LONG, Limits
from pipeline.cli.library.pool import TaskStoppedError
from pipeline.cli.library.tasks import Built, Task, build, stopped
from pipeline.model.messages import human_size

TRIES = 3
"""The number of times that a document may end its process."""

AHEAD = 4
"""The number of tasks that an executor is given at a time, for each that it does at once."""


BETWEEN_LOOKS = 20
"""Seconds without a result after which it is asked whether anybody is there."""


class LostExecutorError(Exception):
    """There is nobody any more who does tasks."""


def built(
    tasks: Sequence[Task],
    executor: Executor,
    limits: Limits,
    at_once: int,
    do: Callable[[bytes], bytes] = build,
    is_alive: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[Task, Built, float]]:
    """Each task with its result, and the time when it was submitted, as they are completed. Raises
    `LostExecutorError` if nothing is completed any more, because nobody ``is_alive``."""
    left = iter(tasks)
    running: dict[Future[bytes], tuple[Task, int, float]] = {}

    def hand_over(task: Task, tries: int) -> None:
        future = executor.submit(do, msgspec.msgpack.encode(task))
        running[future] = task, tries, time.time()

    while True:
        while len(running) < at_once * AHEAD and (task := next(left, None)):
            hand_over(task, 1)
        if not running:
            return
        done = wait(running, BETWEEN_LOOKS, FIRST_COMPLETED).done
        if not done and not is_alive():
            raise LostExecutorError
        for future in done:
            task, tries, began = running.pop(future)
            try:
                result = msgspec.msgpack.decode(future.result(), type=Built)
            except TaskStoppedError as error:
                if error.how == CRASHED and tries < TRIES:
                    hand_over(task, tries + 1)
                    continue
                result = _stopped(task, error, limits)
            except Exception as error:  # of the executor itself
                if type(error).__name__ != "KilledWorker":
                    raise LostExecutorError from error
                result = _stopped(task, TaskStoppedError(CRASHED, "with its worker"), limits)
            yield task, result, began


def _stopped(task: Task, error: TaskStoppedError, limits: Limits) -> Built:
    match error.how:
        case how if how == TOO_LONG:
            message = f"Building it took more than {limits.seconds:g} seconds, and was stopped."
            hint = "Give it more time with `--timeout`, or divide it."
        case how if how == TOO_LARGE:
            message = f"Building it needed more than {human_size(limits.memory)} of memory."
            hint = "Give it more with `--memory`, make its images smaller, or divide it."
        case how if how == RAISED:
            message, hint = error.said, "This is a fault of Chapbook: please report it."
        case _:
            message = f"The process that built it ended {TRIES} times ({error.said})."
            hint = "Build it alone with `chapbook build`; if it fails there too, please report it."
    return stopped(task.name, task.source, message, hint)
