"""The command ``watch``: builds at every save."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands import builds, terminal
from pipeline.commands.terminal import progress_shown

if TYPE_CHECKING:
    from pipeline.driver import Listener, Result


@click.command("watch")
@click.argument("source", type=terminal.SOURCE, metavar="SOURCE")
@builds.options(*builds.OPTIONS)
def watch_command(source: Path, **options: Any) -> None:
    """Build a source, and again whenever one of its files is saved, until Ctrl-C.

    \b
    Examples:
      chapbook watch handout.md
      chapbook watch handout.md --edition handout --templates mine
    """
    from pipeline.commands.watcher import Watcher

    run = builds.prepare_builds(source, options)
    editions, templates = options["editions"], options["templates"]
    shown = progress_shown([source], options["out"], quiet=False, stages=False)
    with terminal.other_processes(options["editions"]) as executor, shown as progress:

        def build(listener: Listener) -> Iterator[Result]:
            on_event = builds.both(listener, progress.on_event)
            yield run(source, editions, executor=executor, listener=on_event)

        Watcher(source, build, builds.show_outcome, templates).run()
