"""An executor whose tasks have limits of time and memory, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from pipeline.commands.processes import limited_child as child
from pipeline.commands.processes.limited_child import CRASHED, DONE, TOO_LONG, Limits

T = TypeVar("T")

PATIENCE = 30
"""Seconds after its time in which a process that does not keep it, and may have had to load all
first, is ended from outside."""


class TaskStoppedError(Exception):
    """A task that failed: ``reason`` is one of the words of `child`, and ``output`` the system's
    message; it took some ``seconds``."""

    def __init__(self, reason: str, output: str = "", seconds: float = 0.0) -> None:
        super().__init__(reason, output, seconds)
        self.reason, self.output, self.seconds = reason, output, seconds


class LimitedPool(Executor):
    """A pool with a maximum number of processes, which are started when there is something to
    do."""

    def __init__(self, most: int, limits: Limits) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(most)
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._all: set[_Process] = set()
        self._lock = threading.Lock()
        self._ends = False

    def submit(self, task: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._threads.submit(self._call, task, args, kwargs)

    def _call(self, *request: Any) -> Any:
        try:
            process = self._idle.get_nowait()
        except queue.Empty:
            with self._lock:
                if self._ends:
                    raise CancelledError from None
                process = _Process(self._limits)
                self._all.add(process)
        started = time.perf_counter()
        try:
            how, value = process.ask(request)
        finally:
            if process.is_alive:
                self._idle.put(process)
            else:
                self._all.discard(process)
        if how != DONE:
            raise TaskStoppedError(how, value, time.perf_counter() - started)
        return value

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; with ``cancel_futures``, without waiting for their current tasks."""
        if cancel_futures:
            self._threads.shutdown(wait=False, cancel_futures=True)
            with self._lock:
                self._ends = True
                running = tuple(self._all)
            for process in running:
                process.end()
        self._threads.shutdown(wait)
        for process in tuple(self._all):
            process.close()

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        self.shutdown(cancel_futures=kind is not None)


class _Process:
    """A process that does tasks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        ways = os.pathsep.join(filter(None, sys.path))
        command = f"import sys; from {child.__name__} import main; main(sys.argv[1])"
        self._process = subprocess.Popen(
            # `-P`: a file beside a source that is named like a module is none
            [sys.executable, "-P", "-c", command, msgspec.json.encode(limits).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": ways},
            start_new_session=True,  # Ctrl-C is for the command, which ends its processes
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Any) -> tuple[str, Any]:
        """The answer to a task."""
        tasks, answers = self._process.stdin, self._process.stdout
        assert tasks, "it was begun with a pipe"
        assert answers, "it was begun with a pipe"
        timer = threading.Timer(self._limits.seconds + PATIENCE, self.end)
        timer.daemon = True
        timer.start()
        try:
            child.put(tasks, request)
            answer: tuple[str, Any] = child.take(answers)
        except (EOFError, OSError, ValueError):  # closed where it was ended
            is_late = timer.finished.is_set()
            self.end()
            return (TOO_LONG, "") if is_late else (CRASHED, "its process has gone")
        finally:
            timer.cancel()
            timer.join()
        return answer

    def close(self) -> None:
        """End the process, which has nothing to do."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if self._process.stdin:
                self._process.stdin.close()
            self._process.wait(PATIENCE)
        self.end()

    def end(self) -> None:
        """End the process and its fork, whatever they do; afterwards both are gone."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        tasks, answers = self._process.stdin, self._process.stdout
        with contextlib.suppress(OSError, ValueError):  # closed by who ended it, too
            if answers:
                answers.read()  # up to the end, which comes when the fork has ended
        for pipe in (tasks, answers):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
