"""A preview whose builds wait once the pages of a book are set:
python -m tests.helpers.waiting_preview SOURCE OUT

A text of a few words is a book here, and set in units. A build goes on if there is a file ``go``
next to the source, which it takes away, and fails with the words in it. While it waits, and the
source has changed, there is a file ``noticed``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands import main, watcher
from pipeline.commands.watcher import Watcher
from pipeline.package.pdf import units
from tests.helpers.short_units import short_units


def waiting(go: Path) -> None:
    """Let the joining of units wait."""
    join, run, noticed = units.join_units, Watcher.run, go.with_name("noticed")
    watchers: list[Watcher] = []

    def kept(watcher: Watcher) -> None:
        watchers.append(watcher)
        run(watcher)

    def wait_and_join(*arguments: Any) -> Any:
        while not go.exists():
            if not watchers[0].is_quiet():
                noticed.touch()
            time.sleep(0.005)
        noticed.unlink(missing_ok=True)
        words = go.read_text("utf-8")
        go.unlink()
        if words:
            raise RuntimeError(words)
        return join(*arguments)

    vars(units)["join_units"] = wait_and_join
    vars(watcher)["QUIET"] = 0.005
    setattr(Watcher, "run", kept)  # noqa: B010


if __name__ == "__main__":
    source, out = sys.argv[1:]
    short_units(pytest.MonkeyPatch(), 1000, 3000, words=100)
    waiting(Path(source).with_name("go"))
    main(["preview", source, "--no-open", "--edition", "handout", "--out", out])
