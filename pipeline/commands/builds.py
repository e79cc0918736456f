"""The options of builds, which several commands have, and the build that they ask for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.commands import terminal

if TYPE_CHECKING:
    from pipeline.driver import Event, Listener, Result

F = TypeVar("F", bound=Callable[..., Any])


def _flag(name: str, text: str) -> Callable[[Any], Any]:
    return click.option(f"--{name}", is_flag=True, help=text)


OPTIONS: dict[str, Callable[[Any], Any]] = {
    "editions": terminal.EDITION(
        help="The editions to build, separated by commas; all: every edition (default: those in the"
        " front matter, or web, handout, ebook).",
    ),
    "out": terminal.OUT,
    "templates": terminal.TEMPLATES,
    "assets": _flag("assets", "Put the web page's styles, fonts and images in separate files."),
    "fit": click.option(
        "--fit",
        metavar="PAGES",
        help="The number of pages that printed editions should fill; even: full sheets.",
    ),
    "split": click.option(
        "--split",
        type=click.IntRange(1, 6),
        metavar="LEVEL",
        help="Make a handout of each section of a level (1 to 6), and a zip archive of all.",
    ),
    "cover_spread": _flag(
        "cover-spread", "Also make a print cover (back, spine and front) to fit the handout."
    ),
    "catalog": _flag("catalog", "Add catalogue records for shops and libraries: ONIX and OPDS."),
    "strict": _flag("strict", "Treat warnings as errors: if there are any, nothing is written."),
}

OF_PREVIEW = tuple(name for name in OPTIONS if name != "split")
"""Those for a preview, which shows whole texts."""


def options(*names: str) -> Callable[[F], F]:
    """A decorator that gives a command some of the `OPTIONS`."""

    def decorate(function: F) -> F:
        for name in reversed(names):
            function = OPTIONS[name](function)
        return function

    return decorate


def build_of(options: dict[str, Any], dump: str | None = None) -> Callable[..., Result]:
    """`driver.build` with the requested options, once they are validated."""
    from pipeline import driver

    editions, split = options["editions"], options.get("split") or 0
    pages = terminal.pages_to_fill(options["fit"], editions)
    if split:
        terminal.check_split(editions, dump, catalog=options["catalog"])
        if options["cover_spread"]:
            raise click.UsageError("--cover-spread needs the whole text: leave out --split.")
    if not dump:
        terminal.need_system(
            terminal.formats(editions) | ({"pdf"} if options["cover_spread"] else set())
        )
    same = {name: options[name] for name in ("templates", "cover_spread", "catalog", "strict")}
    build_options = driver.Options(assets_beside=options["assets"], fit=pages, split=split, **same)
    return functools.partial(driver.build, out=options["out"], options=build_options)


def prepare_builds(source: Path, options: dict[str, Any]) -> Callable[..., Result]:
    """`driver.build` with the requested options and a memory, for a process that stays."""
    from pipeline.driver import Memory

    run = functools.partial(build_of(options), memory=Memory())
    if not source.is_file():
        raise click.BadParameter(f"{source} does not exist.", param_hint="SOURCE")
    return run


def both(*listeners: Listener) -> Listener:
    """A listener that passes events to several."""

    def on_event(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return on_event


def show_outcome(outcome: Result | Exception) -> None:
    """Print the problems, and continue."""
    if isinstance(outcome, OSError):
        message = f"cannot write {outcome.filename or 'the output'}: {outcome.strerror or outcome}"
        click.echo(f"chapbook: {message}", err=True)
    elif isinstance(outcome, BrokenExecutor):
        click.echo(f"chapbook: {terminal.KILLED}", err=True)
    elif isinstance(outcome, Exception):
        terminal.tell_of_fault(outcome)
    else:
        terminal.note_missing(outcome.missing)
        terminal.show(outcome.diagnostics, blocked=outcome.is_blocked)
