"""A process that does one task after another, each within limits of time and memory.

It loads what tasks need, and forks; the fork does a number of tasks, or dies. A task that hangs,
grows or crashes only affects the fork. Tasks and answers are frames on standard input and output: a
length, and as many bytes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import mmap
import os
import pickle
import signal
import struct
import time
from typing import IO, Any, Protocol

import msgspec

from pipeline.commands.processes import collect_seldom

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
                put(answers, _finished(take(_ExactReader(tasks))))
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
            answer = _finished(request)
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


def _finished(request: Any) -> tuple[str, Any]:
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
