"""Counts the lines of Python that a function runs: unlike the time that it takes, their number is
the same on any machine. Work within a line, such as copying a text, is not seen."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

UNLIMITED = 10**12


class TooManyLines(BaseException):
    """The limit was reached."""


class Lines:
    """A context in which lines are counted. At ``most``, it ends with `TooManyLines`."""

    def __init__(self, most: int = UNLIMITED) -> None:
        self.count = 0
        self._most = most
        self._counted: Callable[[], int] = lambda: 0
        self._before: Any = None

    def __enter__(self) -> Lines:
        gc.disable()  # finalizers of what others have left behind are no part of this
        self._before = sys.gettrace()
        count, most = 0, self._most

        def line(frame: FrameType, event: str, value: object) -> Any:
            nonlocal count
            count += 1
            if count > most:
                raise TooManyLines
            return line

        self._counted = lambda: count
        sys.settrace(lambda *_: line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        sys.settrace(self._before)
        gc.enable()
        self.count = self._counted()


def lines_of(function: Callable[[], object]) -> int:
    """The number of lines that a function runs."""
    with Lines() as lines:
        function()
    return lines.count


def is_linear(work: Callable[[int], object], count: int) -> bool:
    """Return whether the lines that some ``work`` runs grow in proportion to an amount: three times
    ``count`` takes no more in addition to twice than twice takes in addition to once."""
    work(count)  # what is loaded or cached once is not counted
    first, second, third = (lines_of(lambda: work(count * times)) for times in (1, 2, 3))  # noqa: B023
    return third - second < 1.2 * (second - first) + 100
