"""The terminal: exit codes, types of arguments, findings, progress and faults as text."""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import os
import re
import shlex
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import click
import msgspec

from pipeline.model.diagnostics import Begun, Diagnostic, Ran, Saved, SourceLines, sort_findings
from pipeline.model.late import late

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pipeline.commands.processes import Pool
    from pipeline.driver import Event
    from pipeline.model.diagnostics import DifferingPages, Span
    from pipeline.model.paper import Fitted
    from pipeline.system.store import Store


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
    sources = SourceLines(read)
    ordered = sort_findings(findings, sources)
    if as_json:
        click.echo(findings_as_json(ordered))
    elif ordered:
        click.echo(as_text(ordered, sources), err=True)
        if summary := summary_of(ordered, blocked=blocked):
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
    from pipeline.verify.moodle_quiz import explain, read_accepted

    lines: list[str] = []
    for file in (file for file in files if file.suffix == ".xml"):
        with contextlib.suppress(ValueError):  # a record for catalogues
            lines += explain(read_accepted(file.read_bytes()))
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
    from pipeline.parser.frontmatter.registered import BadValueError
    from pipeline.parser.frontmatter.typed import fit_pages

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


KILLED = (
    "A process that makes pages was ended by another program, or because memory has run out."
    " The text is built again."
)


def need_system(formats: set[str]) -> None:
    from pipeline.system.pango import pango_problem

    problem = pango_problem() if "pdf" in formats else None
    if problem:
        give_up(problem)


# --- messages --------------------------------------------------------------------------------

LONGEST_EXCERPT = 100
"""Characters of a source line that are shown."""

SHOWN = 3
"""The number of similar findings shown in full; of the others, only the lines are shown."""

MOST_LINES = 12
"""The number of these lines at most."""

FLOOD = 12
"""The number of similar findings from which on they are one line."""

LONGEST_QUOTED = 200
"""Characters of quotations from a source in messages."""

LONGEST_MESSAGE = 1000
"""Characters of a message, including the text that it quotes."""

_VARIABLE = late(r"`[^`]*`|“[^“”]*”|\d+")
"""The variable parts of messages that are otherwise similar."""

_NUMBER = late(r"`\[\d+\]`|`\[\d+\]: ")
"""A number in brackets, as notes have elsewhere: whichever it is, the message is the same."""

_LINE_END = late(r"\r?\n")
_QUOTED = late(rf"([`“])([^`“”]{{{LONGEST_QUOTED}}})[^`“”]++(?=[`”])")
_CONTROL = late(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that move, colour or hide text on a terminal, or change its order."""


def printable(text: object) -> str:
    """A text made safe for a line of a terminal: control characters are written as codes."""
    return _CONTROL.sub(_code, str(text))


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def printable_lines(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(map(printable, text.split("\n")))


def _shorten(text: str) -> str:
    text = _QUOTED.sub(r"\1\2…", _LINE_END.sub(" ", text))
    return printable(text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…")


def as_text(diagnostics: Iterable[Diagnostic], sources: SourceLines | None = None) -> str:
    """The findings for people: position, code, message, the line with a caret, a hint. Of those of
    a file with similar messages, only a few are shown in full, and of those with the same message
    one; of the others, the lines. Very many, in one file or in several, are one line, with their
    number and the first places."""
    findings = [(_VARIABLE.sub("", finding.message), finding) for finding in diagnostics]
    counts = Counter((finding.code, shape) for shape, finding in findings)
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for shape, finding in findings:
        source = "" if counts[finding.code, shape] >= FLOOD else finding.source
        groups.setdefault((source, finding.code, shape), []).append(finding)
    sources = SourceLines() if sources is None else sources
    shown: list[str] = []
    for group in groups.values():
        if len(group) >= FLOOD:
            shown.append(_line(_flood(group), sources, excerpt=False))
            continue
        first: dict[str, Diagnostic] = {}
        for finding in group:
            first.setdefault(_NUMBER.sub("", f"{finding.message}\0{finding.hint}"), finding)
        full = list(first.values())[:SHOWN]
        rest = [finding for finding in group if finding not in full]
        if len(rest) == 1:  # showing it takes no more room than mentioning it
            full, rest = group, []
        shown += (_line(finding, sources) for finding in full)
        if rest:
            shown.append(_others(rest))
    return "\n".join(shown)


def _flood(group: Sequence[Diagnostic]) -> Diagnostic:
    """The first of many similar findings, with their number and the first places."""
    is_in_one = len({finding.source for finding in group}) == 1
    places = dict.fromkeys(
        str(finding.line) if is_in_one else f"{finding.source}:{finding.line}"
        for finding in group
        if finding.line
    )
    named = f": {'lines ' * is_in_one}{', '.join([*places][:SHOWN])}" if places else ""
    more = " …" * (len(places) > SHOWN)
    message = f"{_shorten(group[0].message)} ({len(group)} times{named}{more})"
    return msgspec.structs.replace(group[0], message=message)


def _others(findings: Sequence[Diagnostic]) -> str:
    """The lines of further findings with the same message."""
    count = f"… and {len(findings)} more {findings[0].severity}[{findings[0].code}]"
    lines = Counter(finding.line for finding in findings if finding.line)
    named = list(lines.items())[:MOST_LINES]
    places = ", ".join(f"{line}" + f" ({n} times)" * (n > 1) for line, n in named)
    if not places:
        return f"    {count}"
    places += " …" * (len(lines) > MOST_LINES)
    text = f"{count}: line{'s' if len(lines) > 1 else ''} {places}"
    return "\n".join(
        textwrap.wrap(text, LONGEST_EXCERPT, initial_indent="    ", subsequent_indent="      ")
    )


def summary_of(diagnostics: Iterable[Diagnostic], *, blocked: bool = False) -> str:
    """The numbers of findings by kind, and if nothing was written; "" if one says it all."""
    findings = list(diagnostics)
    errors = sum(finding.is_error for finding in findings)
    kinds = Counter(finding.code for finding in findings).most_common()
    counts = [_count(errors, "error"), _count(len(findings) - errors, "warning")]
    text = ", ".join(filter(None, counts))
    if len(kinds) > 1:
        text += ": " + ", ".join(f"{count} {code}" for code, count in kinds)
    elif kinds and len(findings) > 1:
        text += f": {kinds[0][0]}"
    if blocked and findings:
        return f"{text}. Nothing was written."
    return text if len(findings) > 1 else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number > 1 else ''}" if number else ""


def findings_as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings for programs: a JSON array."""
    return safe_json(list(diagnostics))


def safe_json(value: object) -> str:
    """A value as JSON that is safe to show on a terminal: control characters are escaped."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _CONTROL.sub(lambda m: m[0] if m[0] == "\n" else json.dumps(m[0])[1:-1], text)


def _line(finding: Diagnostic, sources: SourceLines, *, excerpt: bool = True) -> str:
    place = ":".join(str(part) for part in (finding.source, finding.line, finding.column) if part)
    where = printable(place) or "chapbook"
    lines = [f"{where}: {finding.severity}[{finding.code}]: {_shorten(finding.message)}"]
    if finding.line and excerpt:
        lines += _excerpt(finding, sources)
    if finding.hint:
        lines.append(f"    hint: {_shorten(finding.hint)}")
    return "\n".join(lines)


def _excerpt(finding: Diagnostic, sources: SourceLines) -> list[str]:
    """The source line, cut to a window around the place, and a caret under it."""
    lines = sources[finding.source]
    if finding.line > len(lines):
        return []
    text = lines[finding.line - 1]
    column = max(1, finding.column)
    start = max(0, column - LONGEST_EXCERPT // 2) if len(text) > LONGEST_EXCERPT else 0
    shown = text[start : start + LONGEST_EXCERPT]
    if not shown.strip() or not shown.isprintable():
        return []
    excerpt = [f"    {shown}"]
    if finding.column:
        width = max(1, min(finding.length, len(shown) - (column - 1 - start)))
        excerpt.append("    " + " " * (column - 1 - start) + "^" * width)
    return excerpt


def stage_line(stage: str, seconds: float, size: int, path: object) -> str:
    """Stage, time, size and place; a stage without time was taken from the store."""
    return f"{stage:<9}{_time(seconds):>9} {human_size(size):>9}  {printable(path)}"


def ran_line(stage: str, edition: str, seconds: float, note: str = "") -> str:
    """Stage, edition, time if it ran, and a note on it."""
    return f"  {stage:<9}{edition:<14}{_time(seconds):>9}  {note}".rstrip()


def progress_line(doing: str, part: tuple[int, int] | None, seconds: float) -> str:
    """The current activity, its current part of how many, and the estimated remaining seconds, as
    far as they are known."""
    number = f", part {part[0]} of {part[1]}" if part else ""
    left = f", about {seconds:.0f} s left" if seconds >= 1 else ""
    return f"{printable(doing)}{number}{left}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds else "kept"


def human_size(size: int) -> str:
    """A size in bytes, in a readable unit."""
    amount = float(size)
    for unit in ("B", "kB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} MB" if amount < 1000 else f"{amount / 1000:.1f} GB"


# --- progress --------------------------------------------------------------------------------

WIDTH = 24
"""Characters of the bar."""


class Progress:
    """Reports files when they are written, stages on request, and on a terminal the current
    activity, with a bar. The estimated time left is based on the times of the last run, which the
    folder ``kept`` has under a name, and on those of the parts of the current stage."""

    def __init__(self, quiet: bool, stages: bool, store: Store, name: str) -> None:
        self.quiet, self.stages = quiet, stages
        self._store, self._name = store, name
        self._expected: dict[str, float] = {}
        with contextlib.suppress(ValueError):
            self._expected = json.loads(store.get(name) or b"{}")
        self._spent: dict[str, float] = {}
        self._begun = time.monotonic()
        self._doing, self._since = "", self._begun
        self._part, self._parts, self._parts_since = 0, 0, self._begun

    def on_event(self, event: Event) -> None:
        """Be the listener of a build."""
        match event:
            case Saved(name, seconds, size, path, fitted, new_pages) if not self.quiet:
                click.echo(stage_line(name, seconds, size, path))
                show_fit(fitted)
                show_new_pages(new_pages)
            case Begun(is_part=True, part=part, parts=parts):
                if part == 1:
                    self._parts_since = time.monotonic()
                self._part, self._parts = part, parts
            case Begun():
                self._doing, self._since, self._parts = _name(event), time.monotonic(), 0
            case Ran():
                self._ran(event)

    def _ran(self, event: Ran) -> None:
        name = _name(event)
        if name == FIRST_STAGE:
            self._expected |= self._spent
            self._spent.clear()
        if self.stages and not self.quiet:
            click.echo(ran_line(event.stage, event.edition, event.seconds, event.note))
        if event.is_part:  # included in another time
            self._parts = 0
            return
        # earlier results keep the time of their run
        self._spent[name] = event.seconds or self._spent.get(name) or self._expected.get(name, 0.0)

    def keep(self) -> None:
        """Keep the times for the next run."""
        times = self._expected | self._spent
        self._store.put(self._name, json.dumps(times).encode())

    def _remaining(self) -> float:
        """The estimated seconds until the end; 0 if nothing is known of that."""
        now = time.monotonic()
        remaining = max(0.0, self._expected.get(self._doing, 0.0) - (now - self._since))
        if self._part > 1 and self._parts:
            parts_done = self._part - 1
            remaining = (now - self._parts_since) / parts_done * (self._parts - parts_done)
        finished = {*self._spent, self._doing}
        return remaining + sum(s for name, s in self._expected.items() if name not in finished)

    def __rich__(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        remaining, spent = self._remaining(), time.monotonic() - self._begun
        part = (self._part, self._parts) if self._parts > 1 else None
        bar = ProgressBar(spent + remaining, spent, WIDTH, pulse=not remaining)
        grid = Table.grid(padding=(0, 1))
        grid.add_row(bar, progress_line(self._doing, part, remaining))
        return grid


def _name(event: Ran | Begun) -> str:
    return f"{event.stage} {event.edition}".strip()


@contextlib.contextmanager
def progress_shown(sources: Iterable[Path], out: Path, quiet: bool, stages: bool) -> Any:
    """A context that gives the `Progress` of a build: lines, and on a terminal a bar."""
    from pipeline.system.store import CACHE, Folder, key

    names = [str(source.absolute()) for source in sources]
    progress = Progress(quiet, stages, Folder(out / CACHE), f"{key('times', *names)}.times")
    if quiet or not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield progress
        return
    from rich.console import Console

    with Console(stderr=True).status(progress):
        yield progress
    progress.keep()


# --- faults ----------------------------------------------------------------------------------
# Tells of exceptions that should not happen: faults of Chapbook, and of the libraries that it
# uses. The message is short; what it takes to find the fault is in a file.

FAULT = 70
"""The exit code after a fault, as in ``sysexits.h``."""

_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread")
"""Parts of messages of the loader, the system and Python."""


def is_want_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the system gives no more memory, which is no fault."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    is_of_system = isinstance(error, ImportError | OSError | RuntimeError)
    return is_of_system and any(part in str(error).lower() for part in _NO_MEMORY)


def tell_of_fault(error: BaseException) -> None:
    """Print a message about an exception, with the path of a file for a report."""
    import platform
    import tempfile
    import traceback

    import pipeline

    summary = traceback.format_exception_only(error)[-1].strip()
    click.echo(
        f"chapbook: {printable(summary)}\n"
        "This is a fault in Chapbook, not in your text. Nothing has been written.",
        err=True,
    )
    circumstances = (
        f"Chapbook {pipeline.__version__}, Python {platform.python_version()},"
        f" {platform.platform()}\n{sys.argv}\n\n"
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="chapbook-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(circumstances + "".join(traceback.format_exception(error)))
    except OSError:
        traceback.print_exception(error)
        return
    click.echo(f"Please report it, with the file {printable(file.name)}", err=True)
