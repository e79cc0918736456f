"""The command ``new``: a source to begin with."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import click

from pipeline.commands import terminal
from pipeline.commands.new.starters import STARTERS, USUAL, starter


def quoted(name: str) -> str:
    """A name as it is typed in the system's shell."""
    return subprocess.list2cmdline([name]) if os.name == "nt" else shlex.quote(name)


@click.command("new")
@click.argument("name")
@terminal.option("--from kind", "The kind of publication to start.", click.Choice(STARTERS), USUAL)
def new_command(name: str, kind: str) -> None:
    """Write a starter source, NAME.md, with comments that explain it.

    \b
    Examples:
      chapbook new my-handout
      chapbook new "My first exam" --from exam
    """
    from pipeline.system import outputs

    path = Path(name if name.endswith(".md") else f"{name}.md")
    if path.exists():
        raise click.UsageError(f"{path} already exists; choose another name.")
    if not path.parent.is_dir():
        raise click.UsageError(f"There is no folder {path.parent}; create it, or choose another.")
    terminal.or_exit(outputs.write, path, starter(path.stem, kind).encode())
    terminal.say(f"wrote {path}; now: chapbook build {quoted(str(path))}")
