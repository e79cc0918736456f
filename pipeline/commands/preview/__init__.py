"""The command ``preview``: builds a source at every save, and shows the outputs in a browser."""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from pipeline.commands import builds, terminal

EDITORS = {
    **dict.fromkeys(("code", "codium", "cursor", "windsurf"), ("-g", "{file}:{line}")),
    **dict.fromkeys(("zed", "zeditor", "subl"), ("{file}:{line}",)),
    "kate": ("-l", "{line}", "{file}"),
    "gedit": ("+{line}", "{file}"),
}
"""Editors in windows of their own, which can be told a line: their arguments for it."""


def find_editor() -> tuple[str, ...]:
    """The command of the editor that `$VISUAL` names, or else of one that is installed."""
    asked = shlex.split(os.environ.get("VISUAL", ""))[:1] if os.name != "nt" else []
    for program in (*asked, *EDITORS):
        arguments = EDITORS.get(Path(program).stem)
        path = shutil.which(program) if arguments else None
        if arguments and path:
            return (path, *arguments)
    return ()


def _words(_: click.Context, __: click.Parameter, command: str) -> tuple[str, ...]:
    """The words of an editor's command, which is looked for if none is given."""
    if not command:
        return find_editor()
    if command == "none":
        return ()
    if "{file}" not in command:
        raise click.BadParameter("it needs {file} in it")
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise click.BadParameter(f"`{command}` cannot be read: {error}") from error


@click.command("preview")
@click.argument("source", type=terminal.SOURCE, metavar="SOURCE")
@builds.options(*builds.OF_PREVIEW)
@click.option(
    "--editor",
    metavar="COMMAND",
    default="",
    callback=_words,
    help='The command that opens a source position, such as "code -g {file}:{line}", or none'
    " (default: VS Code, Zed or another editor, if it is installed).",
)
@terminal.option(
    "--port", "The port to serve at (default: any free one).", click.IntRange(0, 65535), 0
)
@click.option("--no-open", is_flag=True, help="Print the address instead of opening a browser.")
def preview_command(
    source: Path, editor: tuple[str, ...], port: int, no_open: bool, **options: Any
) -> None:
    """Preview web page, print and e-book in a browser, updated at every save, until Ctrl-C.

    \b
    Examples:
      chapbook preview handout.md
      chapbook preview handout.md --editor "code -g {file}:{line}"
    """
    from pipeline.commands.panes.server import Preview
    from pipeline.commands.panes.session import Session

    try:
        run = builds.prepare_builds(source, options)
        with terminal.other_processes(options["editions"]) as executor:
            if executor:
                executor.begin()  # they are copies of this process, which has opened nothing yet
            session = Session(
                source,
                functools.partial(run, executor=executor),
                options["editions"],
                options["templates"],
                builds.show_outcome,
            )
            page = Preview(session, port, editor)

            def ready() -> None:
                click.echo(f"preview  {page.address}")
                sys.stdout.flush()
                session.begin()
                if not no_open:
                    import webbrowser

                    webbrowser.open(page.address)

            with contextlib.closing(session):
                page.run(ready)
    except OSError as error:
        terminal.give_up(f"cannot serve at port {port}: {error.strerror}", terminal.WRONG_USAGE)
