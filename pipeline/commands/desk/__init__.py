"""The command ``desk``: writing, seeing and handing out in one window.

`server` serves the page in ``templates/desk``, whose right side is that of the preview. `draft` is
the text that is written, with what others change in its file meanwhile, and `command_runs` runs
the other commands: whatever a button does is what a command does.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.commands import builds, terminal

if TYPE_CHECKING:
    from pipeline.commands.panes.session import PageDrawing

T = TypeVar("T")

EXTRA = "For colours and completion in the editor: pip install 'chapbook[desk]'"

USUAL_PORT = 47862
"""A browser keeps the name and the prices that somebody typed for an address with its port."""


@click.command("desk")
@click.argument("place", required=False, type=terminal.FINISHED, metavar="[FOLDER|SOURCE]")
@terminal.option(
    "--port",
    f"The port to serve at (default: {USUAL_PORT}, or any free one).",
    click.IntRange(0, 65535),
    0,
)
@click.option("--window", is_flag=True, help="Open a window of its own, if a browser can.")
@click.option("--no-open", is_flag=True, help="Print the address instead of opening a browser.")
@click.option(
    "--install-launcher", is_flag=True, help="Put an icon that opens the desk on the desktop."
)
def desk_command(
    place: Path | None, port: int, window: bool, no_open: bool, install_launcher: bool
) -> None:
    """Write, see and hand out in one window, until it is closed.

    Shows the sources of FOLDER (default: the working folder; from the icon, Chapbook in your
    documents).

    \b
    Examples:
      chapbook desk
      chapbook desk handouts
      chapbook desk --install-launcher
    """
    from pipeline.commands.desk import launcher

    if install_launcher:
        for path in terminal.or_exit(launcher.install):
            terminal.say(f"wrote {path}")
        return
    from pipeline.commands.desk.server import Desk, editor_folder, place_of
    from pipeline.commands.panes.session import Session

    terminal.need_system({"pdf"})
    given = (place or Path()).absolute()
    folder = given if given.is_dir() else given.parent
    part = place_of(given) if given.is_file() else ""
    if address := launcher.find_running(folder):
        click.echo(f"desk     {address}{part}")
        if not no_open:
            launcher.show(f"{address}{part}", window=window)
        return
    os.chdir(folder)
    flags = dict.fromkeys(("assets", "cover_spread", "catalog", "strict"), False)
    plain = {"editions": (), "templates": None, "fit": None, **flags}
    turn = threading.Lock()  # libraries, and processes that are begun, are for one build at a time
    try:
        with terminal.other_processes(()) as executor:
            if executor:
                executor.begin()  # they are copies of this process, which has opened nothing yet

            def session(path: Path, drawing: PageDrawing) -> Session:
                relative = path.relative_to(folder)
                run = builds.prepare_builds(relative, {**plain, "out": desk.out_of(path)})
                run = functools.partial(_in_turn, turn, run, executor=executor)
                return Session(relative, run, drawing=drawing)

            desk = Desk(folder, folder / "build", session, port, USUAL_PORT)
            address = f"{desk.address}{part}"

            def ready() -> None:
                click.echo(f"desk     {address}")
                if editor_folder() is None:
                    click.echo(f"note     {EXTRA}")
                sys.stdout.flush()
                if not no_open:
                    launcher.show(address, window=window)
                options = {**plain, "executor": executor}
                run = functools.partial(_in_turn, turn, _prepare, desk.drawing, options)
                threading.Thread(target=run, daemon=True).start()

            with contextlib.closing(desk), launcher.note_address(folder, desk.address):
                desk.run(ready)
    except OSError as error:
        terminal.give_up(f"cannot serve at port {port}: {error.strerror}", terminal.WRONG_USAGE)


def _in_turn(turn: threading.Lock, run: Callable[..., T], *given: Any, **options: Any) -> T:
    with turn:
        return run(*given, **options)


def _prepare(drawing: PageDrawing, options: dict[str, Any]) -> None:
    """Make a page of nothing while a title is typed, so that the first page of a text need not wait
    for what all texts need."""
    from pipeline.commands.panes import page_images

    executor = options.pop("executor")
    with contextlib.suppress(OSError, RuntimeError), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.md"
        path.write_text("---\ntitle: A\nlang: en\n---\n\n## B\n\nC ____{d}\n", "utf-8")
        builds.prepare_builds(path, {**options, "out": Path(folder)})(
            path, ("handout",), executor=executor
        )
        drawing.draw(page_images.first_picture, f"{folder}/page/page.pdf", page_images.SMALLEST)
