"""Shared parts of the commands: exit codes, argument types, and output."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import click

from pipeline.model.late import late

if TYPE_CHECKING:
    from pipeline.commands.processes import Pool
    from pipeline.model.diagnostics import Diagnostic, Span
    from pipeline.model.events import DifferingPages
    from pipeline.model.paper import Fitted

T = TypeVar("T")

BUILT, SOURCE_ERRORS, WRONG_USAGE, SYSTEM_MISSING = 0, 1, 2, 3

FIRST_STAGE = "parse"

_SIZE = late(r"(\d+(?:\.\d+)?)\s*([kMG]?)B?", re.IGNORECASE)


class SizeType(click.ParamType[int]):
    """A size of memory: ``2G``, ``500M``."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        match = _SIZE.fullmatch(str(value).strip())
        if not match:
            self.fail(f"{value!r} is not a size such as 2G or 500M", param, ctx)
        return int(float(match[1]) * 1000 ** " kmg".index(match[2].lower() or " "))


SOURCE = click.Path(path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
FINISHED = click.Path(exists=True, path_type=Path)
GIVEN = click.Path(exists=True, allow_dash=True, path_type=Path)
SECONDS = click.FloatRange(min=0, min_open=True)


def option(
    names: str, text: str, kind: Any = None, default: Any = None, **rest: Any
) -> Callable[[Any], Any]:
    """An option of a command, with its names, and a help text that ends with the default unless
    this is nothing."""
    settings = {"show_default": bool(default), **rest}
    return click.option(*names.split(), help=text, type=kind, default=default, **settings)


OUT = option(
    "--out", "The output folder.", click.Path(file_okay=False, path_type=Path), Path("build")
)
TEMPLATES = option(
    "--templates",
    "A folder of templates; each replaces Chapbook's own file of the same name.",
    click.Path(exists=True, file_okay=False, path_type=Path),
)


def show(
    findings: Iterable[Diagnostic],
    as_json: bool = False,
    *,
    blocked: bool = False,
    read: Callable[[str], bytes | None] | None = None,
) -> None:
    """Print findings, and their number; ``blocked`` if they prevented writing. Their sources are
    read by their names, from this machine by default."""
    from pipeline.commands import messages
    from pipeline.model.diagnostics import SourceLines, in_order

    sources = SourceLines(read)
    ordered = in_order(findings, sources)
    if as_json:
        click.echo(messages.as_json(ordered))
    elif ordered:
        click.echo(messages.as_text(ordered, sources), err=True)
        if summary := messages.summary(ordered, blocked=blocked):
            click.echo(summary, err=True)


def show_fit(fitted: Fitted | None) -> None:
    """Print the setting chosen to make a text fill its pages, if that was requested."""
    if fitted is None:
        return
    top, outer, bottom, inner = (f"{margin:g}" for margin in fitted.margins)
    margins = [top, outer] if (top, outer) == (bottom, inner) else [top, outer, bottom, inner]
    pages = "1 page" if fitted.pages == 1 else f"{fitted.pages} pages"
    click.echo(
        f"{'fit':<9}{fitted.text:g} pt on {fitted.leading:g} pt, margins {'/'.join(margins)} mm,"
        f" {pages}, last page {fitted.last_page:.0%} full"
    )


def show_new_pages(new: DifferingPages) -> None:
    """Print which pages of the standard print edition differ from the last build."""
    if not new.numbers:
        return
    runs: list[list[int]] = []
    for number in new.numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs[:MOST_PLACES]]
    more = " …" if len(runs) > MOST_PLACES else ""
    verb = "differs" if len(new.numbers) == 1 else "differ"
    click.echo(f"{'pages':<9}{', '.join(shown)}{more} of {new.pages} {verb} from the last build")


MOST_PLACES = 6
"""The places named in a note at most."""


def say(text: str, *, err: bool = False) -> None:
    """Print a line, which does nothing to the terminal but that."""
    from pipeline.commands.messages import printable

    click.echo(printable(text), err=err)


def note_missing(missing: Iterable[Path]) -> None:
    """Print a note if web pages link to files that do not exist yet."""
    if names := " and ".join(path.name for path in missing):
        say(f"{'note':<9}The web page leads to {names}, not built yet.")


def note_withheld(places: Sequence[Span], editions: Iterable[str]) -> None:
    """Print a note of the places that only teachers' editions have, if any of the ``editions`` is
    one for students."""
    from pipeline.model.editions import EDITIONS

    have_answers = {EDITIONS[name].has_answers for name in editions}
    if not places or False not in have_answers:
        return
    count = len(places)
    subject = "1 answer or note is" if count == 1 else f"{count} answers and notes are"
    lines = list(dict.fromkeys(f"{span.file}:{span.line}".lstrip(":") for span in places))
    more = f" and {len(lines) - MOST_PLACES} more" if len(lines) > MOST_PLACES else ""
    where = ", ".join(lines[:MOST_PLACES]) + more
    build = "" if True in have_answers else " `--edition teacher` builds one of them."
    line = "line" if len(lines) == 1 else "lines"
    say(f"{'note':<9}{subject} in the teacher's editions only: {line} {where}.{build}")


def explain_quizzes(files: Iterable[Path]) -> None:
    """Print what Moodle accepts in the gaps of those files that are for it."""
    from pipeline.verify.moodle_quiz import accepted_in, explained

    lines: list[str] = []
    for file in (file for file in files if file.suffix == ".xml"):
        with contextlib.suppress(ValueError):  # a record for catalogues
            lines += explained(accepted_in(file.read_bytes()))
    for line in lines or ("nothing: there are no gaps in a file for --edition moodle.",):
        say(f"{'accepts':<9}{line}")


def note_import(source: Path) -> None:
    """Print a note that a source is written for another program, and how to convert it."""
    command = f"chapbook import {shlex.quote(str(source))} -o imported"
    say(
        f"{'note':<9}Much of it is for another program: `{command}` converts it, and "
        "lists what is left out."
    )


def or_exit(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call ``action``; a file that cannot be written, or another process that is gone, ends the
    command with one line."""
    try:
        return action(*args, **kwargs)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise
        give_up(f"cannot write {error.filename or 'the output'}: {error.strerror or error}")
    except BrokenExecutor:
        give_up("a process that sets pages was ended, perhaps for want of memory; build again")


def give_up(message: str, code: int = SYSTEM_MISSING) -> NoReturn:
    from pipeline.commands.messages import printable_lines

    click.echo(f"chapbook: {printable_lines(message)}", err=True)
    sys.exit(code)


CONVERTED = "pandoc:"
"""The beginning of the names of formats that only `chapbook build` makes, of a finished file."""


def edition_names(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of editions in an option, which may be separated by commas."""
    from pipeline.model.editions import ALL, EDITIONS
    from pipeline.model.names import nearest

    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    for name in names:
        is_converted = name.startswith(CONVERTED) and ctx.command.name == "build"
        if name not in EDITIONS and name != ALL and not is_converted:
            near = nearest(name, EDITIONS)
            listed = f"there are {', '.join(sorted(EDITIONS))}."
            advice = f"did you mean {near}?" if near else listed
            raise click.BadParameter(f"{name!r} is not known; {advice}", param_hint="--edition")
    return names


EDITION = functools.partial(
    click.option, "--edition", "editions", multiple=True, callback=edition_names, metavar="NAME"
)


def pages_to_fill(value: str | None, names: Iterable[str]) -> int | Literal["even"] | None:
    """The value of ``--fit``, which needs a printed edition."""
    if value is None:
        return None
    from pipeline.parser.frontmatter.forms import fit_pages
    from pipeline.parser.frontmatter.standard_numbers import BadValueError

    names = tuple(names)
    if names and "pdf" not in formats(names):
        message = f"--fit is for printed editions, and {names[0]} is not printed."
        raise click.UsageError(message)
    try:
        return fit_pages(value.strip())
    except BadValueError as error:
        raise click.BadParameter(f"{error.message} {error.hint}", param_hint="--fit") from error


def check_split(names: Iterable[str], dump: str | None, *, catalog: bool = False) -> None:
    for name in names:
        if "pdf" not in formats((name,)):
            message = f"--split makes printed handouts, and the edition {name} is not printed."
            raise click.UsageError(message)
    if dump:
        raise click.UsageError("--dump prints the whole document: leave out --split.")
    if catalog:
        raise click.UsageError("--catalog is for whole publications: leave out --split.")


def refuse_same_stems(sources: tuple[Path, ...]) -> None:
    from pipeline.model.editions import stem_of

    stems = [stem_of(source) for source in sources]
    for stem in stems:
        if stems.count(stem) > 1:
            raise click.UsageError(f"two sources would both be built as {stem}; rename one.")


def formats(editions: Iterable[str]) -> set[str]:
    """The formats of editions, as far as they are known without reading the source."""
    from pipeline.model.editions import ALL, DEFAULT_EDITIONS, EDITIONS

    names = tuple(editions) or DEFAULT_EDITIONS
    return {EDITIONS[name].format for name in (EDITIONS if ALL in names else names)}


def other_processes(editions: Iterable[str]) -> contextlib.AbstractContextManager[Pool | None]:
    """Processes that set pages, on several cores, if some may be requested."""
    from pipeline.commands.processes import Pool

    several = (os.cpu_count() or 1) > 1 and "pdf" in formats(editions)
    return Pool() if several else contextlib.nullcontext()


def need_system(formats: set[str]) -> None:
    from pipeline.system.pango import pango_problem

    problem = pango_problem() if "pdf" in formats else None
    if problem:
        give_up(problem)
