"""The command ``new``: a source to begin with, which explains itself."""

from __future__ import annotations

import datetime
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import click

from pipeline.commands import terminal

_FOLDER = Path(__file__).with_name("starters")

STARTERS = tuple(sorted(path.stem for path in _FOLDER.glob("*.md")))

USUAL_KIND = "handout"


def starter(name: str, kind: str = USUAL_KIND) -> str:
    """The text of a starter of a ``kind`` for a file called ``name`` (without ending)."""
    text = (_FOLDER / f"{kind}.md").read_text("utf-8")
    title = re.sub(r"[-_\s]+", " ", name).strip()
    values = {
        "title": json.dumps(title[:1].upper() + title[1:] or "Untitled", ensure_ascii=False),
        "date": datetime.date.today().isoformat(),
    }
    return re.sub(r"^(title|date): .*$", lambda m: f"{m[1]}: {values[m[1]]}", text, flags=re.M)


def quote(name: str) -> str:
    """A name as it is typed in the system's shell."""
    return subprocess.list2cmdline([name]) if os.name == "nt" else shlex.quote(name)


@click.command("new")
@click.argument("name")
@terminal.option(
    "--from kind", "The kind of publication to start.", click.Choice(STARTERS), USUAL_KIND
)
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
    terminal.say(f"wrote {path}; now: chapbook build {quote(str(path))}")
