"""The commands that write sources: format."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.terminal import BUILT, SOURCE, SOURCE_ERRORS, or_exit, show

if TYPE_CHECKING:
    from pipeline.diagnostics import Diagnostic


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=SOURCE, metavar="FILE...")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 where a file is not formatted."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def format_(files: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Write sources in one canonical way: a line for each paragraph, tables in columns, one mark
    for each thing. What a source says stays the same, and so do comments and all its words.

    \b
    Examples:
      chapbook format handout.md
      chapbook format --check *.md
    """
    from pipeline import outputs
    from pipeline.formatting import format_file
    from pipeline.messages import printable, printable_lines

    wrong: list[Diagnostic] = []
    waiting = False
    for path in files:
        file = format_file(path)
        wrong += file.after.wrong
        if file.after.wrong:
            continue
        told = "is formatted"
        if file.differs and (check or diff):
            waiting, told = True, "is not formatted"
        elif file.differs:
            or_exit(lambda path=path, file=file: outputs.write(path, file.data))  # type: ignore[misc]
            told = "formatted"
        if diff:
            lines = difflib.unified_diff(
                file.before.splitlines(keepends=True),
                file.after.text.splitlines(keepends=True),
                str(path),
                f"{path}, formatted",
            )
            click.echo(printable_lines("".join(lines)), nl=False)
        else:
            kept = len(file.after.kept)
            blocks = "1 block stays" if kept == 1 else f"{kept} blocks stay"
            said = f"; {blocks} as written" if kept else ""
            click.echo(printable(f"format   {path}: {told}{said}"))
    show(wrong)
    sys.exit(SOURCE_ERRORS if wrong or (check and waiting) else BUILT)
