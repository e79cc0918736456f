"""Regular expressions and modules for which a process waits until it needs them.

Python takes milliseconds to compile an expression with many alternatives, or with ranges of
thousands of characters, and most texts need few of them. The same holds for some modules.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any, cast


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile``, when the result is first used."""
    return cast("re.Pattern[str]", Late(lambda: re.compile(pattern, flags)))


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
