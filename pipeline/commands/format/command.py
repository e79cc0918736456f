"""The command ``format``."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.terminal import BUILT, SOURCE, SOURCE_ERRORS, or_exit, say, show

if TYPE_CHECKING:
    from pipeline.model.diagnostics import Diagnostic


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=SOURCE, metavar="FILE...")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a file is not formatted."
)
@click.option("--diff", is_flag=True, help="Write nothing; show the changes.")
def format_command(files: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Format sources in a uniform style: one line per paragraph, aligned tables, consistent markup.
    The content and all comments stay the same.

    \b
    Examples:
      chapbook format handout.md
      chapbook format --check *.md
    """
    from pipeline.commands.format.formatting import format_file
    from pipeline.commands.messages import printable_lines
    from pipeline.system import outputs

    wrong: list[Diagnostic] = []
    waiting = False
    for path in files:
        file = format_file(path)
        wrong += file.after.wrong
        if file.after.wrong:
            continue
        message = "is formatted"
        if file.differs and (check or diff):
            waiting, message = True, "is not formatted"
        elif file.differs:
            or_exit(outputs.write, path, file.data)
            message = "formatted"
        if diff:
            lines = difflib.unified_diff(
                file.before.splitlines(keepends=True),
                file.after.text.splitlines(keepends=True),
                str(path),
                f"{path}, formatted",
            )
            click.echo(printable_lines("".join(lines)), nl=False)
        else:
            count = len(file.after.kept)
            blocks = "1 block stays" if count == 1 else f"{count} blocks stay"
            unchanged = f"; {blocks} as written" if count else ""
            say(f"format   {path}: {message}{unchanged}")
    show(wrong)
    sys.exit(SOURCE_ERRORS if wrong or (check and waiting) else BUILT)
