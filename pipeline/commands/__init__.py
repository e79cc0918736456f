"""The command ``chapbook``: its options and its output."""

from __future__ import annotations

import contextlib
import importlib
import signal
from collections.abc import Iterator
from typing import Any

import click

import pipeline
from pipeline.commands import terminal
from pipeline.commands.processes import collect_seldom
from pipeline.commands.terminal import printable

STOPPED = 130
"""The exit code after Ctrl-C: 128 plus the number of its signal."""

EPILOG = """\b
Examples:
  chapbook new my-handout            a starter to build on
  chapbook new my-exam --from exam   one of another kind: worksheet, exam, interview, novel …
  chapbook build my-handout.md       web page, PDF and e-book in build/my-handout/
  chapbook build a.md --edition letter
  chapbook library handouts          all documents of a folder
  chapbook class a.md --list pupils.csv   a handout for each pupil
  chapbook watch my-handout.md       build again at every save
  chapbook preview my-handout.md     all three side by side in a browser while you write
  chapbook desk                      write, see and hand out in one window
  chapbook editions a.md             the editions that it can become, and their layout
  chapbook report a.md               pages, paper, ink, cost, and what will not print well
  chapbook check build/a/a.epub      check a finished file for errors
  chapbook format a.md               tidy the Markdown, keeping its meaning
  chapbook import page.html          turn a web page, a Word file, other Markdown … into a source
  chapbook review a.md back.docx     what others changed in a Word file, as a patch
  chapbook explain missing-image     what a message means, and what to do

\b
Exit codes: 0 built, 1 the source has errors, 2 wrong usage, 3 the system lacks
something, or a file cannot be written, 70 a fault in Chapbook, 130 interrupted.
"""


COMMANDS = (
    "build",
    "library",
    "class",
    "watch",
    "preview",
    "desk",
    "editions",
    "report",
    "check",
    "explain",
    "new",
    "format",
    "import",
    "review",
    "schema",
    "completion",
)
"""All commands. Each has a folder, and in it a function with its name and `_command`,
which is loaded when it is called."""

FOLDERS = {"class": "class_set", "import": "importing"}
"""The folders with other names, because Python reserves these."""


class _Group(click.Group):
    """Commands that are loaded when they are called, and exit like other programs when
    interrupted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        folder = FOLDERS.get(cmd_name, cmd_name)
        module = importlib.import_module(f"{__name__}.{folder}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _hearing() if ctx.obj else contextlib.nullcontext():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nchapbook: stopped", err=True)
            ctx.exit(STOPPED)
        except click.ClickException as error:
            message = "\n".join(map(printable, error.message.split("\n")))
            object.__setattr__(error, "message", message)
            raise
        except (click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if terminal.is_want_of_memory(error):
                terminal.give_up("there is not enough memory; end other programs, and try again")
            terminal.tell_of_fault(error)
            ctx.exit(terminal.FAULT)


@contextlib.contextmanager
def _hearing() -> Iterator[None]:
    """While this lasts, Ctrl-C interrupts. Around it, click would say that it aborts."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done but to end


@click.group(cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pipeline.__version__, prog_name="chapbook")
def main() -> None:
    """One Markdown file in; a web page, a printable PDF and an e-book out."""
    collect_seldom()
