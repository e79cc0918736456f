"""The command ``check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands import terminal

if TYPE_CHECKING:
    from pipeline.model.diagnostics import Diagnostic


@click.command("check")
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
@terminal.option(
    "--report",
    "Write a report on each file to this folder, as a web page and as JSON: findings, checks,"
    " checkers, and points that only a person can judge.",
    click.Path(file_okay=False, path_type=Path),
    metavar="DIRECTORY",
)
def check_command(
    files: tuple[Path, ...], as_json: bool, external: bool, source: Path | None, report: Path | None
) -> None:
    """Check finished files (.html, .pdf, .epub) and sites (folders) for faults.

    Of a quiz for Moodle (.xml), list what is accepted in each gap. Given a manifest.json, compare
    files with those that were built; with --external, look for dead links in sources. Other files
    are skipped.

    \b
    Examples:
      chapbook check build/a/a.epub build/a/a.pdf
      chapbook check build/a/*
      chapbook check from-the-shop/a.epub --source a.md
      chapbook check --external a.md
      chapbook check build/a/* --report checks
    """
    from pipeline.commands.check.checkers import run_checkers
    from pipeline.commands.check.checking import check_finished, check_links
    from pipeline.commands.check.finished import UnknownFormat

    findings: list[Diagnostic] = []
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
        findings += checked.diagnostics
        missing |= dict.fromkeys(checked.missing)
        if report:
            from pipeline.commands.check.check_report import write_report

            notes = (*checked.notes, *checked.missing)
            terminal.or_exit(write_report, report, file, checked.diagnostics, notes)
        if not as_json:
            terminal.show(checked.diagnostics)
            count = len(checked.diagnostics)
            total = "1 finding" if count == 1 else f"{count or 'no'} findings"
            terminal.say(f"check    {file}: {of}{total}")
            for note in checked.notes:
                terminal.say(f"         {note}")
    if as_json:
        terminal.show(findings, as_json=True)
    if passed_over == len(files):
        raise click.UsageError("There is nothing to check.")
    for note in missing:
        terminal.say(f"check    {note}", err=as_json)
    has_errors = any(finding.is_error for finding in findings)
    sys.exit(terminal.SOURCE_ERRORS if has_errors else terminal.BUILT)
