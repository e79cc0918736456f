"""The progress of a build on a terminal."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.terminal import FIRST_STAGE, show_fit, show_new_pages

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pipeline.driver import Event
    from pipeline.model.events import Begun, Ran
    from pipeline.system.store import Store

WIDTH = 24
"""Characters of the bar."""


class Progress:
    """Reports files when they are written, stages on request, and on a terminal the current
    activity, with a bar. The estimated time left is based on the times of the last run, which the
    folder ``kept`` has under a name, and on those of the parts of the current stage."""

    def __init__(self, quiet: bool, stages: bool, store: Store, name: str) -> None:
        self.quiet, self.stages = quiet, stages
        self._store, self._name = store, name
        self._expected: dict[str, float] = {}
        with contextlib.suppress(ValueError):
            self._expected = json.loads(store.get(name) or b"{}")
        self._spent: dict[str, float] = {}
        self._begun = time.monotonic()
        self._doing, self._since = "", self._begun
        self._part, self._parts, self._parts_since = 0, 0, self._begun

    def on_event(self, event: Event) -> None:
        """Be the listener of a build."""
        from pipeline.commands import messages
        from pipeline.model.events import Begun, Ran, Saved

        match event:
            case Saved(name, seconds, size, path, fitted, new_pages) if not self.quiet:
                click.echo(messages.stage_line(name, seconds, size, path))
                show_fit(fitted)
                show_new_pages(new_pages)
            case Begun(is_part=True, part=part, parts=parts):
                if part == 1:
                    self._parts_since = time.monotonic()
                self._part, self._parts = part, parts
            case Begun():
                self._doing, self._since, self._parts = _name(event), time.monotonic(), 0
            case Ran():
                self._ran(event)

    def _ran(self, event: Ran) -> None:
        from pipeline.commands import messages

        name = _name(event)
        if name == FIRST_STAGE:
            self._expected |= self._spent
            self._spent.clear()
        if self.stages and not self.quiet:
            click.echo(messages.ran_line(event.stage, event.edition, event.seconds, event.note))
        if event.is_part:  # included in another time
            self._parts = 0
            return
        # earlier results keep the time of their run
        self._spent[name] = event.seconds or self._spent.get(name) or self._expected.get(name, 0.0)

    def keep(self) -> None:
        """Keep the times for the next run."""
        times = self._expected | self._spent
        self._store.put(self._name, json.dumps(times).encode())

    def _remaining(self) -> float:
        """The estimated seconds until the end; 0 if nothing is known of that."""
        now = time.monotonic()
        remaining = max(0.0, self._expected.get(self._doing, 0.0) - (now - self._since))
        if self._part > 1 and self._parts:
            parts_done = self._part - 1
            remaining = (now - self._parts_since) / parts_done * (self._parts - parts_done)
        finished = {*self._spent, self._doing}
        return remaining + sum(s for name, s in self._expected.items() if name not in finished)

    def __rich__(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        from pipeline.commands import messages

        remaining, spent = self._remaining(), time.monotonic() - self._begun
        part = (self._part, self._parts) if self._parts > 1 else None
        bar = ProgressBar(spent + remaining, spent, WIDTH, pulse=not remaining)
        grid = Table.grid(padding=(0, 1))
        grid.add_row(bar, messages.progress_line(self._doing, part, remaining))
        return grid


def _name(event: Ran | Begun) -> str:
    return f"{event.stage} {event.edition}".strip()


@contextlib.contextmanager
def progress_shown(sources: Iterable[Path], out: Path, quiet: bool, stages: bool) -> Any:
    """A context that gives the `Progress` of a build: lines, and on a terminal a bar."""
    from pipeline.system.store import CACHE, Folder, key

    names = [str(source.absolute()) for source in sources]
    progress = Progress(quiet, stages, Folder(out / CACHE), f"{key('times', *names)}.times")
    if quiet or not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield progress
        return
    from rich.console import Console

    with Console(stderr=True).status(progress):
        yield progress
    progress.keep()
