"""Copies of this process that do some work, and are killed before one of their changes of the
disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def forked(work: Callable[[], object]) -> int:
    """A new process that does some work and ends."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os._exit(code)
    return process


def ended(process: int) -> int:
    """Wait for the end of a process; returns its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link")


class Changes:
    """Counts, in a process that is about to end, what it changes on the disk, and kills it before
    the last."""

    def __init__(self, last: int = 0) -> None:
        self.number = 0
        self._last = last
        sys.addaudithook(self._count)

    def _count(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_written = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if is_written or event in CHANGES:
            self.number += 1
            if self.number == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
