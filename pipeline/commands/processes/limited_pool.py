"""An executor whose tasks have limits of time and memory, each in a process of its own.

Such a process does one task after another: it loads what tasks need, and forks; the fork does a
number of tasks, or dies. A task that hangs, grows or crashes only affects the fork. Tasks and
answers are frames on standard input and output: a length, and as many bytes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import mmap
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from typing import IO, Any, Protocol, TypeVar

import msgspec

from pipeline.commands.processes import collect_seldom

# --- limited child ---------------------------------------------------------------------------
# A process that does one task after another, each within limits of time and memory.
#
# It loads what tasks need, and forks; the fork does a number of tasks, or dies. A task that hangs,
# grows or crashes only affects the fork. Tasks and answers are frames on standard input and
# output: a length, and as many bytes.

DONE, RAISED, TOO_LONG, TOO_LARGE, CRASHED = "done", "raised", "too long", "too large", "crashed"

RECYCLED = 3
"""The exit code of a fork that has done its tasks."""

BETWEEN_LOOKS = 0.05
"""Seconds between two looks at how large the fork is."""

SLACK = 1.25
"""Times the memory that the system refuses to give, where nobody has looked in time."""

_IDLE, _BUSY, _ANSWERING = b"\0\1\2"


class Limits(msgspec.Struct, frozen=True):
    """Seconds and bytes for a task, and the number of tasks for a fork. ``modules`` are loaded
    before the first."""

    seconds: float
    memory: int
    tasks: int = 50
    modules: tuple[str, ...] = ()


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def put(stream: IO[bytes], value: Any) -> None:
    data = pickle.dumps(value)
    stream.write(struct.pack("!Q", len(data)) + data)
    stream.flush()


def take(stream: _Readable) -> Any:
    """The next value. Raises `EOFError` at the end."""
    head = stream.read(8)
    size = struct.unpack("!Q", head)[0] if len(head) == 8 else 0
    data = stream.read(size)
    if not size or len(data) < size:
        raise EOFError
    return pickle.loads(data)


def main(settings: str) -> None:
    """Serve until the input ends."""
    limits = msgspec.json.decode(settings, type=Limits)
    tasks = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    for name in limits.modules:
        with contextlib.suppress(ImportError):  # told of the documents that need it
            importlib.import_module(name)
    collect_seldom()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(BrokenPipeError, EOFError):
        if not hasattr(os, "fork"):  # the one who asks keeps the time
            while True:
                put(answers, _finish(take(_ExactReader(tasks))))
        state = mmap.mmap(-1, 1)
        while True:
            state[0] = _IDLE
            fork = os.fork()
            if not fork:
                _work(tasks, answers, limits, state)
            how = _watch(fork, limits, state)
            if how is None:
                return
            if how and state[0] != _IDLE:
                put(answers, how)


class _ExactReader:
    """Reads exactly the requested number of bytes from a pipe, since a fork may read the rest."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := self._pipe.read(size - len(data))):
            data += more
        return data


def _work(tasks: IO[bytes], answers: IO[bytes], limits: Limits, state: mmap.mmap) -> None:
    """Do tasks, in the fork, which ends with that."""
    import resource

    code = 0
    try:
        most = int(limits.memory * SLACK)
        with contextlib.suppress(ValueError, OSError):  # the system's own limit is lower
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        for _ in range(limits.tasks):
            request = take(_ExactReader(tasks))
            state[0] = _BUSY
            signal.setitimer(signal.ITIMER_REAL, limits.seconds)
            answer = _finish(request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            state[0] = _ANSWERING
            put(answers, answer)
            state[0] = _IDLE
            if answer[0] == TOO_LARGE:  # what it still holds would count for its next task
                break
        code = RECYCLED
    except (EOFError, BrokenPipeError):
        pass
    finally:
        os._exit(code)


def _finish(request: Any) -> tuple[str, Any]:
    do, arguments, options = request
    try:
        return DONE, do(*arguments, **options)
    except MemoryError:
        return TOO_LARGE, ""
    except Exception as error:
        return RAISED, f"{type(error).__name__}: {error}"


def _watch(fork: int, limits: Limits, state: mmap.mmap) -> tuple[str, Any] | tuple[()] | None:
    """Wait until a fork ends, or end it if it grows too large: the answer for its task; None if
    there is nothing more to do."""
    too_large = False
    while True:
        ended, status = os.waitpid(fork, os.WNOHANG | os.WUNTRACED)
        is_too_large = state[0] == _BUSY and _size(fork) > limits.memory
        if ended and os.WIFSTOPPED(status):
            # now it cannot have finished its task, or begun another, between the look and the end
            too_large = is_too_large
            os.kill(fork, signal.SIGKILL if too_large else signal.SIGCONT)
        elif ended:
            break
        elif is_too_large:
            os.kill(fork, signal.SIGSTOP)
        time.sleep(BETWEEN_LOOKS)
    code = os.waitstatus_to_exitcode(status)
    if too_large:
        return TOO_LARGE, ""
    if code == -signal.SIGALRM:
        return TOO_LONG, ""
    if code < 0:
        return CRASHED, signal.Signals(-code).name
    return () if code == RECYCLED else None if code == 0 else (CRASHED, f"exit code {code}")


def _size(process: int) -> int:
    """The bytes of memory that a process has; 0 where the system does not say."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except (OSError, IndexError, ValueError):
        return 0


# --- limited pool ----------------------------------------------------------------------------

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
        command = f"import sys; from {__name__} import main; main(sys.argv[1])"
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
            put(tasks, request)
            answer: tuple[str, Any] = take(answers)
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
