"""Regular expressions and modules for which a process waits until it needs them.

All expressions of modules are: to compile them would take as long as to read a short text, which
needs few of them. The same holds for some modules.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any, AnyStr, cast


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, when the result is first used."""
    return cast("re.Pattern[AnyStr]", Late(lambda: re.compile(pattern, flags)))


def late_module(name: str) -> Any:
    """A module that is imported when something of it is first used."""
    return Late(lambda: importlib.import_module(name))


class Late:
    """Something with the attributes of what ``make`` returns, which is called for the first."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self._make(), name)
        setattr(self, name, value)
        return value
