"""The command ``build``."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pipeline.commands import builds, terminal
from pipeline.commands.terminal import progress_shown

if TYPE_CHECKING:
    from pipeline.driver import Result
    from pipeline.model import Document
    from pipeline.model.diagnostics import Diagnostic
    from pipeline.model.rendered import Pages


STAGES = ("parsed", "selected", "resolved", "pages")
"""The stages whose result `--dump` prints."""

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
    type=click.Choice(STAGES),
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

        editions, formats = by_pandoc.parse_requested(editions)
        if options["strict"]:
            raise click.UsageError("--strict allows no losses, and what Pandoc makes has some.")
    run = builds.build_of({**options, "editions": editions}, dump)
    run = functools.partial(run, unless_made=not stages)
    is_limited = bool(timeout or memory)
    if sandbox or is_limited:
        from pipeline.commands import limits

        if sandbox:
            if formats:
                raise click.UsageError("--sandbox leaves Pandoc no room, which has its own.")
            limits.confine_to(sources, options["out"], options["templates"])
        if is_limited:
            run = limits.limited_build(run, timeout, memory)
    if dump:
        for source in sources:
            click.echo(dump_stage(source, (editions or ("web",))[0], dump, options["templates"]))
        return
    terminal.refuse_same_stems(sources)
    failed = False
    findings: list[Diagnostic] = []
    shown = progress_shown(sources, options["out"], as_json, stages)
    others = contextlib.nullcontext() if is_limited else terminal.other_processes(editions)
    with others as executor, shown as progress:

        def listener(event: driver.Event) -> None:
            if executor and isinstance(event, driver.Begun) and event.stage == terminal.FIRST_STAGE:
                executor.begin(source)
            progress.on_event(event)

        for source in sources:
            result = terminal.or_exit(run, source, editions, executor=executor, listener=listener)
            if depfile:
                rule = outputs.dependency_file(target, map(Path, result.read))
                terminal.or_exit(outputs.write, depfile, rule)
            converted: tuple[Diagnostic, ...] = ()
            if formats:
                converted = terminal.or_exit(by_pandoc.convert, source, result.files, formats)
            failed = failed or result.failed
            findings += (*result.diagnostics, *converted)
            if explains and result.files:
                terminal.explain_quizzes(result.files)
            if shows:
                _open_first(result.files)
            if not as_json:
                _tell(source, result, converted)
    if as_json:
        terminal.show(findings, as_json=True)
    sys.exit(terminal.SOURCE_ERRORS if failed else terminal.BUILT)


def _open_first(files: Iterable[Path]) -> None:
    """Open the first of the files that people look at."""
    shown = next((file for file in files if file.suffix in SHOWN), None)
    if shown and click.launch(str(shown.resolve())):
        click.echo(f"note     no program found to open {shown}", err=True)


def _tell(source: Path, result: Result, converted: tuple[Diagnostic, ...]) -> None:
    """Print what is to be known of the build of a source."""
    terminal.note_missing(result.missing)
    terminal.note_withheld(result.withheld, result.requested)
    terminal.show((*result.diagnostics, *converted), blocked=result.is_blocked)
    if _is_foreign(result.diagnostics):
        terminal.note_import(source)


def dump_stage(source: Path, edition_name: str, stage: str, templates: Path | None) -> bytes:
    """The document after one of the `STAGES`, as JSON."""
    from pipeline import driver
    from pipeline.flow import steps
    from pipeline.flow.values import request_for
    from pipeline.model.editions import EDITIONS, has_page_marks, standard_print

    document, page_map = steps.parse(source), None
    edition = EDITIONS[edition_name]
    request = request_for(source, document, driver.Options(templates=templates))
    value: Document | Pages = document
    if stage == "selected":
        value = steps.select(document, edition)
    elif stage != "parsed":
        if has_page_marks(edition, document.metadata):
            (standard,) = driver.make(request, [standard_print(document.metadata)])
            page_map = standard.page_map
        value = driver.mark_for(request, edition, page_map)
        if stage == "pages":
            value = driver.render_edition(request, edition, value, page_map)
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _is_foreign(findings: Collection[Diagnostic]) -> bool:
    """Return whether a source was written for another tool, judged by its findings."""
    if not findings:  # what reads sources is not loaded for a build that has nothing to do
        return False
    from pipeline.parser.dialects import is_foreign

    return is_foreign(findings)
