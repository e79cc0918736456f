"""The command ``build``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands import builds, terminal
from pipeline.commands.terminal import progress_shown

if TYPE_CHECKING:
    from pipeline.model.diagnostics import Diagnostic


SHOWN = frozenset({".html", ".pdf", ".epub"})
"""The endings of the file names that `--open` shows."""


@click.command("build")
@click.argument("sources", nargs=-1, required=True, type=terminal.SOURCE, metavar="SOURCE...")
@builds.options(*builds.OPTIONS)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Build without network access, and with access to the folders of the source, the"
    " templates and the output only (Linux): for untrusted sources.",
)
@terminal.option(
    "--timeout",
    "The time limit for each source, which is built in a process of its own.",
    terminal.SECONDS,
    metavar="SECONDS",
)
@terminal.option(
    "--memory",
    "The memory limit for each source, such as 2G, likewise.",
    terminal.SizeType(),
    metavar="SIZE",
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
@click.option(
    "--explain",
    "explains",
    is_flag=True,
    help="With --edition moodle, list what is accepted in each gap.",
)
@click.option("--depfile", type=terminal.SOURCE, hidden=True)
@click.option("--target", default="", hidden=True)
def build_command(
    sources: tuple[Path, ...],
    shows: bool,
    as_json: bool,
    dump: str | None,
    stages: bool,
    explains: bool,
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

    editions: tuple[str, ...] = options["editions"]
    formats: tuple[str, ...] = ()
    if any(name.startswith(terminal.CONVERTED) for name in editions):
        from pipeline.commands.build import by_pandoc

        editions, formats = by_pandoc.requested(editions)
        if options["strict"]:
            raise click.UsageError("--strict allows no losses, and what Pandoc makes has some.")
    run = builds.build_of({**options, "editions": editions}, dump)
    is_limited = bool(timeout or memory)
    if sandbox or is_limited:
        from pipeline.commands import limits

        if sandbox:
            if formats:
                raise click.UsageError("--sandbox leaves Pandoc no room, which has its own.")
            limits.confine_to(sources, options["out"], options["templates"])
        if is_limited:
            run = limits.within(run, timeout, memory)
    if dump:
        from pipeline.model.editions import EDITIONS

        edition = EDITIONS[(editions or ("web",))[0]]
        for source in sources:
            click.echo(driver.dump(source, edition, dump, options["templates"]))
        return
    terminal.refuse_same_stems(sources)
    failed = False
    findings: list[Diagnostic] = []
    shown = progress_shown(sources, options["out"], as_json, stages)
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
            if explains and result.files:
                terminal.explain_quizzes(result.files)
            if not as_json:
                terminal.note_missing(result.missing)
                terminal.note_withheld(result.withheld, result.requested)
            failed = failed or result.failed
            findings += result.diagnostics
            converted: tuple[Diagnostic, ...] = ()
            if formats:
                converted = terminal.or_exit(by_pandoc.convert, source, result.files, formats)
            findings += converted
            shown_file = next((file for file in result.files if file.suffix in SHOWN), None)
            if shows and shown_file and click.launch(str(shown_file.resolve())):
                click.echo(f"note     no program found to open {shown_file}", err=True)
            if not as_json:
                terminal.show((*result.diagnostics, *converted), blocked=result.is_blocked)
                if _is_foreign(result.diagnostics):
                    terminal.note_import(source)
    if as_json:
        terminal.show(findings, as_json=True)
    sys.exit(terminal.SOURCE_ERRORS if failed else terminal.BUILT)


def _is_foreign(findings: Collection[Diagnostic]) -> bool:
    """Return whether a source was written for another tool, judged by its findings."""
    if not findings:  # what reads sources is not loaded for a build that has nothing to do
        return False
    from pipeline.parser.dialects import is_foreign

    return is_foreign(findings)
