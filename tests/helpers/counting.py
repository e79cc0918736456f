"""Counts the steps in which Python runs a function, its calls and the jumps in its loops: unlike
the time that it takes, their number is the same on any machine. Work within a step, such as copying
a text, is not seen."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from threading import get_ident
from typing import Any

import pytest

UNLIMITED = 10**12

TOOL = 4
"""A number that Python leaves to any program that watches it."""

monitoring: Any = getattr(sys, "monitoring", None)


class TooManySteps(BaseException):
    """The limit was reached."""


class Steps:
    """A context in which steps are counted. At ``most``, it ends with `TooManySteps`."""

    def __init__(self, most: int = UNLIMITED) -> None:
        self.count = 0
        self._most = most
        self._thread = get_ident()

    def __enter__(self) -> Steps:
        if monitoring is None:
            pytest.skip("Python tells of its steps from version 3.12 on")
        gc.disable()  # finalizers of what others have left behind are no part of this
        monitoring.use_tool_id(TOOL, __name__)
        for event in (monitoring.events.PY_START, monitoring.events.JUMP):
            monitoring.register_callback(TOOL, event, self._step)
        monitoring.set_events(TOOL, monitoring.events.PY_START | monitoring.events.JUMP)
        return self

    def _step(self, *_: object) -> None:
        if get_ident() != self._thread:
            return
        self.count += 1
        if self.count > self._most:
            monitoring.set_events(TOOL, 0)
            raise TooManySteps

    def __exit__(self, *_: object) -> None:
        monitoring.set_events(TOOL, 0)
        monitoring.free_tool_id(TOOL)
        gc.enable()


def steps_of(function: Callable[[], object]) -> int:
    """The number of steps that a function takes."""
    with Steps() as steps:
        function()
    return steps.count


def is_linear(work: Callable[[int], object], count: int) -> bool:
    """Return whether the steps of some ``work`` grow in proportion to an amount: three times
    ``count`` takes no more in addition to twice than twice takes in addition to once."""
    work(count)  # what is loaded or cached once is not counted
    first, second, third = (steps_of(lambda: work(count * times)) for times in (1, 2, 3))  # noqa: B023
    return third - second < 1.2 * (second - first) + 30
