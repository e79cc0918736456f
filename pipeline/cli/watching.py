"""The commands watch and preview."""

from __future__ import annotations

import contextlib
import functools
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import terminal
from pipeline.cli.commands import build, build_of
from pipeline.cli.progress import progress_shown

if TYPE_CHECKING:
    from pipeline.driver import Event, Listener, Result

SHARED = ("editions", "out", "templates", "assets", "fit", "cover_spread", "catalog", "strict")
"""The options of build that preview has too; and watch, which has one more."""


ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that end a process; the second is that a terminal was closed."""


def _options(*names: str) -> list[click.Parameter]:
    source = click.Argument(["source"], type=terminal.SOURCE, metavar="SOURCE")
    return [source, *(option for option in build.params if option.name in names)]


@click.command(params=_options(*SHARED, "split"))
def watch(source: Path, **options: Any) -> None:
    """Build a source, and again whenever one of its files is saved, until Ctrl-C.

    \b
    Examples:
      chapbook watch handout.md
      chapbook watch handout.md --edition handout --templates mine
    """
    from pipeline.cli.preview.watching import Watcher

    run = _build_of(source, options)
    editions, templates = options["editions"], options["templates"]
    shown = progress_shown([source], options["out"], quiet=False, stages=False)
    with terminal.other_processes(options["editions"]) as executor, shown as progress:

        def build(listener: Listener) -> Iterator[Result]:
            on_event = _both(listener, progress.on_event)
            yield run(source, editions, executor=executor, listener=on_event)

        Watcher(source, build, _show_outcome, templates).run()


def _words(_: click.Context, __: click.Parameter, command: str) -> tuple[str, ...]:
    """The words of an editor's command."""
    if command and "{file}" not in command:
        raise click.BadParameter("it needs {file} in it")
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise click.BadParameter(f"`{command}` cannot be read: {error}") from error


@click.command(params=_options(*SHARED))
@click.option(
    "--editor",
    metavar="COMMAND",
    default="",
    callback=_words,
    help='The command that opens a source position, such as "code -g {file}:{line}".',
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port to serve at (default: any free one).",
)
@click.option("--no-open", is_flag=True, help="Print the address instead of opening a browser.")
def preview(
    source: Path, editor: tuple[str, ...], port: int, no_open: bool, **options: Any
) -> None:
    """Preview web page, print and e-book in a browser, updated at every save, until Ctrl-C.

    \b
    Examples:
      chapbook preview handout.md
      chapbook preview handout.md --editor "code -g {file}:{line}"
    """
    from pipeline.cli.preview.server import Preview
    from pipeline.cli.preview.session import Session

    try:
        run = _build_of(source, options)
        with terminal.other_processes(options["editions"]) as executor:
            session = Session(
                source,
                functools.partial(run, executor=executor),
                options["editions"],
                options["templates"],
                _show_outcome,
            )
            page = Preview(session, port, editor)

            def ready() -> None:
                click.echo(f"preview  {page.address}")
                sys.stdout.flush()
                session.begin()
                if not no_open:
                    import webbrowser

                    webbrowser.open(page.address)

            # the process that draws is to end with this one, and the copies of files are to go
            for number in ENDS:
                if signal.getsignal(number) != signal.SIG_IGN:  # by nohup
                    signal.signal(number, lambda number, _: sys.exit(128 + number))
            with contextlib.closing(session):
                page.run(ready)
    except OSError as error:
        terminal.give_up(f"cannot serve at port {port}: {error.strerror}", terminal.WRONG_USAGE)


def _build_of(source: Path, options: dict[str, Any]) -> Callable[..., Result]:
    from pipeline.driver import Memory

    run = functools.partial(build_of(options), memory=Memory())
    if not source.is_file():
        raise click.BadParameter(f"{source} does not exist.", param_hint="SOURCE")
    return run


def _both(*listeners: Listener) -> Listener:
    def on_event(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return on_event


def _show_outcome(outcome: Result | Exception) -> None:
    """Print the problems, and continue."""
    if isinstance(outcome, OSError):
        message = f"cannot write {outcome.filename or 'the output'}: {outcome.strerror or outcome}"
        click.echo(f"chapbook: {message}", err=True)
    elif isinstance(outcome, Exception):
        from pipeline.cli.faults import tell_of_fault

        tell_of_fault(outcome)
    else:
        terminal.note_missing(outcome.missing)
        terminal.show(outcome.diagnostics, blocked=outcome.is_blocked)
