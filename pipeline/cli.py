"""The command ``chapbook``: what people type, and what they are shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import pipeline

if TYPE_CHECKING:
    from pipeline.diagnostics import Diagnostic

BUILT, SOURCE_ERRORS, WRONG_USAGE, SYSTEM_MISSING = 0, 1, 2, 3

EPILOG = """\b
Examples:
  chapbook new my-handout            a starter to write on
  chapbook build my-handout.md       web page, PDF and e-book in build/my-handout/
  chapbook build a.md --edition letter
  chapbook check build/a/a.epub      look for faults in a finished file
  chapbook explain missing-image     what a message means, and what to do

\b
Exit codes: 0 built, 1 the source has errors, 2 wrong usage, 3 a system part is missing.
"""

SOURCE = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pipeline.__version__, prog_name="chapbook")
def main() -> None:
    """One Markdown file in; a web page, a printable PDF and an e-book out."""


# --- for people ------------------------------------------------------------------------


@main.command()
@click.argument("sources", nargs=-1, required=True, type=SOURCE, metavar="SOURCE...")
@click.option("--edition", "editions", multiple=True, metavar="NAME", help="What to make (may be given again); default: web, handout and ebook, or what the source lists.")
@click.option("--out", type=FOLDER, default=Path("build"), show_default=True, help="Where to.")
@click.option("--templates", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of templates that come before Chapbook's own, file by file.")
@click.option("--assets", is_flag=True, help="Keep the web page's styles and images in files beside it.")
@click.option("--strict", is_flag=True, help="Take warnings as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, for editors.")
@click.option("--dump", type=click.Choice(["parsed", "selected", "resolved", "pages"]), help="Print the document after a stage instead of building.")
def build(
    sources: tuple[Path, ...],
    editions: tuple[str, ...],
    out: Path,
    templates: Path | None,
    assets: bool,
    strict: bool,
    as_json: bool,
    dump: str | None,
) -> None:
    """Build the editions of one or more sources.

    \b
    Examples:
      chapbook build handout.md
      chapbook build handout.md --edition handout --edition letter --out public
      chapbook build *.md --strict
    """
    from pipeline import driver

    _check_editions(editions)
    if dump:
        from pipeline.editions import EDITIONS

        for source in sources:
            click.echo(driver.dump(source, EDITIONS[(editions or ("web",))[0]], dump, templates))
        return
    _refuse_same_stems(sources)
    _need_system(_formats(editions))
    failed = False
    found: list[Diagnostic] = []
    with _workers(sources) as executor, _progress(as_json) as progress:
        for source in sources:
            result = _or_exit(
                lambda source=source: driver.build(  # type: ignore[misc]
                    source,
                    editions,
                    out=out,
                    strict=strict,
                    templates=templates,
                    assets_beside=assets,
                    executor=executor,
                    progress=progress,
                )
            )
            failed = failed or result.failed
            found += result.diagnostics
            if not as_json:
                _show(result.diagnostics)
    if as_json:
        _show(found, as_json=True)
    sys.exit(SOURCE_ERRORS if failed else BUILT)


@main.command()
@click.argument("files", nargs=-1, required=True, type=READABLE, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Look for faults in finished files (.html, .pdf, .epub)."""
    from pipeline.check import UnknownFormat
    from pipeline.check import check as check_file

    found: list[Diagnostic] = []
    for file in files:
        try:
            report = check_file(file)
        except UnknownFormat as error:
            raise click.UsageError(str(error)) from error
        found += report.diagnostics
        if not as_json:
            _show(report.diagnostics)
            count = len(report.diagnostics)
            click.echo(f"check    {file}: {'no findings' if not count else f'{count} findings'}")
            for note in report.notes:
                click.echo(f"         {note}")
    if as_json:
        _show(found, as_json=True)
    sys.exit(SOURCE_ERRORS if any(finding.is_error for finding in found) else BUILT)


@main.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a message means and what to do; without CODE, list them all."""
    from pipeline.codes import BY_SLUG

    if code is None:
        for slug, entry in sorted(BY_SLUG.items()):
            click.echo(f"{slug:<26}{entry.value.severity}")
        return
    slug = code.lower().replace("_", "-")
    if slug not in BY_SLUG:
        raise click.BadParameter(_did_you_mean(code, BY_SLUG), param_hint="CODE")
    entry = BY_SLUG[slug].value
    click.echo(f"{slug} ({entry.severity})\n\n{entry.explanation}")


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a starter source, NAME.md, that says how it is done and builds at once."""
    from pipeline import outputs
    from pipeline.starter import starter

    path = Path(name if name.endswith(".md") else f"{name}.md")
    if path.exists():
        raise click.UsageError(f"{path} is there already; choose another name.")
    _or_exit(lambda: outputs.write(path, starter(path.stem).encode()))
    click.echo(f"wrote {path}; now: chapbook build {path}")


@main.command()
def schema() -> None:
    """Print the JSON Schema of the front matter, for editors."""
    from pipeline.parse.metadata_schema import schema_text

    click.echo(schema_text(), nl=False)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete this command: put it in the shell's start file.

    \b
    Example:
      chapbook completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "the choice is of shells that click knows"
    click.echo(kind(main, {}, "chapbook", "_CHAPBOOK_COMPLETE").source())


# --- the stages, from file to file -----------------------------------------------------

DEPFILE = click.option("--depfile", type=SOURCE, help="Write a rule for make of what was read.")
TARGET = click.option("--target", default="", help="What the rule is for.")
OUTPUT = click.option("-o", "--output", type=SOURCE, help="Where to (default: print it).")


@main.command()
@click.argument("source", type=SOURCE)
@OUTPUT
def parse(source: Path, output: Path | None) -> None:
    """Read a source into the document model (JSON)."""
    from pipeline import model
    from pipeline.parse import parse_file

    started = time.perf_counter()
    document = parse_file(source)
    _show(document.diagnostics)
    if any(finding.is_error for finding in document.diagnostics):
        sys.exit(SOURCE_ERRORS)
    _put(output, model.encode(document), "parse", started)


@main.command()
@click.argument("model_file", type=READABLE, metavar="MODEL.json")
@click.option("--edition", required=True, metavar="NAME")
@click.option("--folder", type=FOLDER, default=Path(), help="The source's folder.")
@click.option("--templates", type=click.Path(exists=True, file_okay=False, path_type=Path))
@OUTPUT
@DEPFILE
@TARGET
def render(
    model_file: Path,
    edition: str,
    folder: Path,
    templates: Path | None,
    output: Path | None,
    depfile: Path | None,
    target: str,
) -> None:
    """Select, resolve and render an edition of a document into pages (JSON)."""
    from pipeline import driver, model, outputs, pages
    from pipeline.diagnostics import Diagnostic
    from pipeline.editions import EDITIONS
    from pipeline.render.environment import template_files

    _check_editions((edition,))
    row = EDITIONS[edition]
    started = time.perf_counter()
    document = _decoded(model.decode, model_file, "a document model")
    resolved = driver.resolve(driver.select(document, row), folder)
    stem = Path(document.source).stem
    rendered = driver.render_pages(resolved, row, stem, templates)
    found = list(resolved.diagnostics)
    if isinstance(rendered, Diagnostic):
        found.append(rendered)
    _show(finding for finding in found if finding not in document.diagnostics)
    if isinstance(rendered, Diagnostic) or any(finding.is_error for finding in found):
        sys.exit(SOURCE_ERRORS)
    _put(output, pages.encode(rendered), "render", started)
    if depfile:
        read = [*template_files(templates, row.format)]
        read += [folder / asset.path for asset in resolved.assets]
        outputs.write(depfile, outputs.dependency_file(target, read))


@main.command()
@click.argument("pages_file", type=READABLE, metavar="PAGES.json")
@click.option("--folder", type=FOLDER, default=Path(), help="The source's folder.")
@click.option("--assets", is_flag=True, help="Keep styles and images in files beside it.")
@click.option("-o", "--output", type=SOURCE, required=True, help="Where to.")
@DEPFILE
@TARGET
def package(
    pages_file: Path,
    folder: Path,
    assets: bool,
    output: Path,
    depfile: Path | None,
    target: str,
) -> None:
    """Make the finished file of an edition from its pages."""
    from pipeline import outputs, pages
    from pipeline.editions import EDITIONS
    from pipeline.package import package as make

    started = time.perf_counter()
    rendered = _decoded(pages.decode, pages_file, "pages")
    format_name = EDITIONS[rendered.edition].format
    _need_system({format_name})
    packed = make(rendered, folder, assets_beside=assets)
    _show(packed.diagnostics)
    if any(finding.is_error for finding in packed.diagnostics):
        sys.exit(SOURCE_ERRORS)
    beside = {output.parent / name: data for name, data in packed.extra.items()}
    _or_exit(lambda: outputs.write_all({**beside, output: packed.data}))
    _say(format_name, started, len(packed.data), output)
    if depfile:
        outputs.write(depfile, outputs.dependency_file(target, packed.dependencies))


@main.command()
@click.argument("files", nargs=-1, required=True, type=READABLE, metavar="OUTPUT...")
@click.option("--pages", "pages_files", multiple=True, type=READABLE, help="The pages that an output was made from, in the outputs' order.")
@click.option("-o", "--output", type=SOURCE, required=True, help="Where to.")
def manifest(files: tuple[Path, ...], pages_files: tuple[Path, ...], output: Path) -> None:
    """Describe finished files in a manifest."""
    from pipeline import manifest as description
    from pipeline import outputs, pages
    from pipeline.editions import EDITIONS
    from pipeline.package.facts import facts

    if len(files) != len(pages_files):
        raise click.UsageError("give --pages once for every output")
    entries = []
    metadata = None
    for file, pages_file in zip(files, pages_files, strict=True):
        rendered = _decoded(pages.decode, pages_file, "pages")
        edition, data = EDITIONS[rendered.edition], file.read_bytes()
        metadata = rendered.metadata
        entries.append(
            description.describe(file.name, edition, data, facts(data, edition.format))
        )
    assert metadata is not None
    started = time.perf_counter()
    _put(output, description.encode(description.of(metadata, entries)), "manifest", started)


# --- what the commands share -----------------------------------------------------------


def _show(found: Iterable[Diagnostic], as_json: bool = False) -> None:
    from pipeline import messages

    ordered = messages.in_order(found)
    if as_json:
        click.echo(messages.as_json(ordered))
    elif ordered:
        click.echo(messages.as_text(ordered), err=True)


def _put(output: Path | None, data: bytes, stage: str, started: float) -> None:
    """Write what a stage made, or print it."""
    from pipeline import outputs

    if output is None:
        click.echo(data, nl=False)
        return
    _or_exit(lambda: outputs.write(output, data))
    _say(stage, started, len(data), output)


def _say(stage: str, started: float, size: int, path: Path) -> None:
    from pipeline import messages

    click.echo(messages.stage_line(stage, time.perf_counter() - started, size, path))


def _or_exit(action: Callable[[], Any]) -> Any:
    """Run ``action``; a file that cannot be written ends the command with one line."""
    try:
        return action()
    except OSError as error:
        _exit(f"cannot write {error.filename or 'the output'}: {error.strerror or error}")


def _exit(message: str, code: int = SYSTEM_MISSING) -> NoReturn:
    click.echo(f"chapbook: {message}", err=True)
    sys.exit(code)


def _decoded(decode: Callable[[bytes], Any], path: Path, what: str) -> Any:
    import msgspec

    try:
        return decode(path.read_bytes())
    except (msgspec.MsgspecError, OSError) as error:
        raise click.UsageError(f"{path} is not {what}: {error}") from error


def _check_editions(names: Iterable[str]) -> None:
    from pipeline.editions import EDITIONS

    for name in names:
        if name not in EDITIONS:
            raise click.BadParameter(_did_you_mean(name, EDITIONS), param_hint="--edition")


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    import difflib

    names = sorted(names)
    near = difflib.get_close_matches(name, names, 1)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}."
    return f"{name!r} is not known; {meant}"


def _refuse_same_stems(sources: tuple[Path, ...]) -> None:
    stems = [source.stem for source in sources]
    for stem in stems:
        if stems.count(stem) > 1:
            raise click.UsageError(f"two sources would both be built as {stem}; rename one.")


def _formats(editions: Iterable[str]) -> set[str]:
    from pipeline.editions import DEFAULT_EDITIONS, EDITIONS

    return {EDITIONS[name].format for name in (tuple(editions) or DEFAULT_EDITIONS)}


def _need_system(formats: set[str]) -> None:
    from pipeline.system import pango_problem

    problem = pango_problem() if "pdf" in formats else None
    if problem:
        _exit(problem)


@main.result_callback()
def _done(*args: object, **options: object) -> None:
    """Nothing is left to do."""


def _workers(sources: Iterable[Path]) -> Any:
    """An executor where that is worth its start: for long sources, on several cores."""
    import contextlib
    import os

    sizes = [source.stat().st_size for source in sources if source.is_file()]
    if sum(sizes) < LONG_SOURCE or (os.cpu_count() or 1) < 2:
        return contextlib.nullcontext()
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor()


LONG_SOURCE = 200_000
"""Bytes of Markdown from which on editions are made side by side."""


def _progress(quiet: bool) -> Any:
    """A context that gives what is to be told of every file: lines, and on a terminal
    something that moves while they are made."""
    import contextlib

    from pipeline import messages
    from pipeline.driver import Step

    def say(step: Step) -> None:
        click.echo(messages.stage_line(step.name, step.seconds, step.size, step.path))

    @contextlib.contextmanager
    def moving() -> Any:
        from rich.console import Console

        console = Console(stderr=True)
        with console.status("building …"):
            yield say

    if quiet:
        return contextlib.nullcontext(lambda step: None)
    if sys.stderr.isatty() and sys.stdout.isatty():
        return moving()
    return contextlib.nullcontext(say)
