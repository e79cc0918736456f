"""The commands for people: build, check, explain, new, schema, completion."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.authoring.starters import STARTERS, USUAL, starter
from pipeline.cli import limits, terminal
from pipeline.cli.progress import progress_shown

if TYPE_CHECKING:
    from pipeline.driver import Result
    from pipeline.model.diagnostics import Diagnostic


SHOWN = frozenset({".html", ".pdf", ".epub"})
"""The endings of the file names that `--open` shows."""


@click.command()
@click.argument("sources", nargs=-1, required=True, type=terminal.SOURCE, metavar="SOURCE...")
@terminal.EDITION(
    help="The editions to build, separated by commas; all: every edition (default: those in the"
    " front matter, or web, handout, ebook).",
)
@terminal.OUT
@terminal.TEMPLATES
@click.option(
    "--assets", is_flag=True, help="Put the web page's styles, fonts and images in separate files."
)
@click.option(
    "--fit",
    metavar="PAGES",
    help="The number of pages that printed editions should fill; even: full sheets.",
)
@click.option(
    "--split",
    type=click.IntRange(1, 6),
    metavar="LEVEL",
    help="Make a handout of each section of a level (1 to 6), and a zip archive of all.",
)
@click.option(
    "--cover-spread",
    is_flag=True,
    help="Also make a print cover (back, spine and front) to fit the handout.",
)
@click.option(
    "--catalog", is_flag=True, help="Add catalogue records for shops and libraries: ONIX and OPDS."
)
@click.option(
    "--strict", is_flag=True, help="Treat warnings as errors: if there are any, nothing is written."
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Build without network access, and with access to the folders of the source, the"
    " templates and the output only (Linux): for untrusted sources.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="The time limit for each source, which is built in a process of its own.",
)
@click.option(
    "--memory",
    type=terminal.SizeType(),
    metavar="SIZE",
    help="The memory limit for each source, such as 2G, likewise.",
)
@click.option("--open", "shows", is_flag=True, help="Open the first output when it is ready.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the findings as JSON, for editors and scripts."
)
@click.option(
    "--dump",
    type=click.Choice(["parsed", "selected", "resolved", "pages"]),
    help="Print the document after a stage instead of building.",
)
@click.option("--stages", is_flag=True, help="List the stages and say which had to run.")
@click.option("--depfile", type=terminal.SOURCE, hidden=True)
@click.option("--target", default="", hidden=True)
def build(
    sources: tuple[Path, ...],
    shows: bool,
    as_json: bool,
    dump: str | None,
    stages: bool,
    depfile: Path | None,
    target: str,
    sandbox: bool,
    timeout: float | None,
    memory: int | None,
    **options: Any,
) -> None:
    """Build the editions of one or more sources.

    \b
    Examples:
      chapbook build handout.md
      chapbook build handout.md --edition handout --edition letter --out public
      chapbook build *.md --strict
    """
    from pipeline import driver
    from pipeline.system import outputs

    run, editions = build_of(options, dump), options["editions"]
    if sandbox:
        limits.confine_to(sources, options["out"], options["templates"])
    if dump:
        from pipeline.model.editions import EDITIONS

        edition = EDITIONS[(editions or ("web",))[0]]
        for source in sources:
            click.echo(driver.dump(source, edition, dump, options["templates"]))
        return
    terminal.refuse_same_stems(sources)
    failed = False
    found: list[Diagnostic] = []
    shown = progress_shown(sources, options["out"], as_json, stages)
    is_limited = bool(timeout or memory)
    if is_limited:
        run = limits.within(run, timeout, memory)
    others = contextlib.nullcontext() if is_limited else terminal.other_processes(editions)
    with others as executor, shown as progress:

        def listener(event: driver.Event) -> None:
            if executor and isinstance(event, driver.Begun) and event.stage == terminal.FIRST_STAGE:
                executor.begin()
            progress.on_event(event)

        for source in sources:
            result = terminal.or_exit(run, source, editions, executor=executor, listener=listener)
            if depfile:
                rule = outputs.dependency_file(target, map(Path, result.read))
                terminal.or_exit(outputs.write, depfile, rule)
            if not as_json:
                terminal.note_missing(result.missing)
                terminal.note_withheld(result.withheld, result.requested)
            failed = failed or result.failed
            found += result.diagnostics
            made = next((file for file in result.files if file.suffix in SHOWN), None)
            if shows and made and click.launch(str(made.resolve())):
                click.echo(f"note     no program found to open {made}", err=True)
            if not as_json:
                terminal.show(result.diagnostics, blocked=result.is_blocked)
                if _is_foreign(result.diagnostics):
                    terminal.note_import(source)
    if as_json:
        terminal.show(found, as_json=True)
    sys.exit(terminal.SOURCE_ERRORS if failed else terminal.BUILT)


def _is_foreign(findings: Collection[Diagnostic]) -> bool:
    """Return whether a source was written for another tool, judged by its findings."""
    if not findings:  # what reads sources is not loaded for a build that has nothing to do
        return False
    from pipeline.parser.other_tools import is_foreign

    return is_foreign(findings)


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
    wanted = driver.Options(assets_beside=options["assets"], fit=pages, split=split, **same)
    return partial(driver.build, out=options["out"], options=wanted)


@click.command()
@click.argument("files", nargs=-1, required=True, type=terminal.FINISHED, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--external",
    is_flag=True,
    help="Check the web links of sources (.md); only this option uses the network.",
)
@click.option(
    "--source",
    type=terminal.SOURCE,
    metavar="FILE",
    help="The source to compare the files with, to see that no text is missing (default: found by "
    "the model.json next to them).",
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIRECTORY",
    help="Write a report on each file to this folder, as a web page and as JSON: findings, checks,"
    " checkers, and points that only a person can judge.",
)
def check(
    files: tuple[Path, ...], as_json: bool, external: bool, source: Path | None, report: Path | None
) -> None:
    """Check finished files (.html, .pdf, .epub) and sites (folders) for faults.

    Given a manifest.json, compare files with those that were built; with --external, look for dead
    links in sources. Other files are skipped.

    \b
    Examples:
      chapbook check build/a/a.epub build/a/a.pdf
      chapbook check build/a/*
      chapbook check from-the-shop/a.epub --source a.md
      chapbook check --external a.md
      chapbook check build/a/* --report checks
    """
    from pipeline.cli.checking import check_finished, check_links
    from pipeline.verify import UnknownFormat
    from pipeline.verify.checkers import run_checkers

    found: list[Diagnostic] = []
    passed_over = 0
    if report and external:
        raise click.UsageError("--report is on finished files: leave out --external.")
    others = {} if external else run_checkers(files)
    missing: dict[str, None] = {}
    for file in files:
        of = ""
        try:
            if external:
                of, checked = check_links(file)
            else:
                checked = check_finished(file, source, others[file])
        except UnknownFormat as error:
            terminal.say(f"check    {file}: skipped, {error}", err=as_json)
            passed_over += 1
            continue
        found += checked.diagnostics
        missing |= dict.fromkeys(checked.missing)
        if report:
            from pipeline.cli.check_report import write_report

            notes = (*checked.notes, *checked.missing)
            terminal.or_exit(write_report, report, file, checked.diagnostics, notes)
        if not as_json:
            terminal.show(checked.diagnostics)
            count = len(checked.diagnostics)
            findings = "1 finding" if count == 1 else f"{count or 'no'} findings"
            terminal.say(f"check    {file}: {of}{findings}")
            for note in checked.notes:
                terminal.say(f"         {note}")
    if as_json:
        terminal.show(found, as_json=True)
    if passed_over == len(files):
        raise click.UsageError("There is nothing to check.")
    for note in missing:
        terminal.say(f"check    {note}", err=as_json)
    sys.exit(terminal.SOURCE_ERRORS if any(one.is_error for one in found) else terminal.BUILT)


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a message and what to do about it; without CODE, list all codes."""
    from pipeline.model.codes import BY_SLUG
    from pipeline.model.names import nearest

    if code is None:
        for name, found in sorted(BY_SLUG.items()):
            click.echo(f"{name:<26}{found.value.severity}")
        return
    slug = code.lower().replace("_", "-")
    if slug not in BY_SLUG:
        near = nearest(slug, BY_SLUG)
        further = f"Did you mean `{near}`?" if near else "`chapbook explain` lists them all."
        raise click.BadParameter(f"There is no code {code!r}. {further}", param_hint="CODE")
    entry = BY_SLUG[slug].value
    click.echo(f"{slug} ({entry.severity})\n\n{entry.explanation}")


def quoted(name: str) -> str:
    """A name as it is typed in the system's shell."""
    return subprocess.list2cmdline([name]) if os.name == "nt" else shlex.quote(name)


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "kind",
    type=click.Choice(STARTERS),
    default=USUAL,
    show_default=True,
    help="The kind of publication to start.",
)
def new(name: str, kind: str) -> None:
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


@click.command()
def schema() -> None:
    """Print the JSON Schema of the front matter, for editors."""
    from pipeline.parser.frontmatter.schema import schema_text

    click.echo(schema_text(), nl=False)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL; add it to the shell's start-up file.

    \b
    Example:
      chapbook completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "the choice is of shells that click knows"
    click.echo(
        kind(
            click.get_current_context().find_root().command, {}, "chapbook", "_CHAPBOOK_COMPLETE"
        ).source()
    )
