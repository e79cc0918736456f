"""Events of a build, besides those that have its results."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.model.paper import Fitted


class Begun(msgspec.Struct, frozen=True):
    """An event: a step begins to run for an edition, or continues with a ``part`` of a number of
    ``parts``, counted from 1."""

    stage: str
    edition: str
    is_part: bool = False
    part: int = 0
    parts: int = 0


class Ran(msgspec.Struct, frozen=True):
    """An event: a step ran for an edition, with the time in seconds; 0 if its result was known. A
    ``note`` may describe the run. ``is_part`` marks runs for parts of another step."""

    stage: str
    edition: str
    seconds: float = 0.0
    note: str = ""
    is_part: bool = False


class DifferingPages(msgspec.Struct, frozen=True):
    """Some pages of a number of ``pages``, counted from 1."""

    numbers: tuple[int, ...] = ()
    pages: int = 0


class Saved(msgspec.Struct, frozen=True):
    """A file that was made: its edition, time, size and path, the settings chosen to fill its
    pages, and those of its pages that differ from the last build, if they are known."""

    name: str
    seconds: float
    size: int
    path: Path
    fitted: Fitted | None = None
    new_pages: DifferingPages = DifferingPages()
