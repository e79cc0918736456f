"""The command ``check``: the findings, and the lines around them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.commands import terminal

if TYPE_CHECKING:
    from pipeline.commands.check.finished import CheckReport
    from pipeline.model import Document
    from pipeline.model.diagnostics import Diagnostic


# --- checking --------------------------------------------------------------------------------
# Checking files with ``chapbook check``: the findings, and the lines around them.


def check_finished(file: Path, source: Path | None, others: CheckReport) -> CheckReport:
    """The findings in a finished file: of other programs (``others``), of Chapbook, and of the
    comparison with its ``source`` if that is named, or known from the model next to it. Raises
    `UnknownFormat`."""
    from pipeline.commands.check.finished import CheckReport, check

    reports = check(file), others, _compare(file, source)
    return CheckReport(
        tuple(finding for report in reports for finding in report.diagnostics),
        tuple(note for report in reports for note in report.notes),
        others.missing,
    )


def _compare(file: Path, source: Path | None) -> CheckReport:
    from pipeline.commands.check.comparison import compare_file
    from pipeline.commands.check.finished import CheckReport
    from pipeline.parser import parse_file

    if source:
        return compare_file(file, parse_file(source), source, renamed=True)
    document = _neighbouring_model(file)
    if document is None:
        return CheckReport()
    source = Path(document.source)
    if not source.is_file():
        return CheckReport(notes=(f"not compared: {source} was not found; name it with --source",))
    return compare_file(file, document, source)


def _neighbouring_model(file: Path) -> Document | None:
    """The document from which the folder of a file, or of a page's site, was made."""
    from pipeline.model import decode
    from pipeline.system import outputs
    from pipeline.system.outputs import read_list

    folder = file.parent if file.name in read_list(file.parent) else file
    try:
        return decode(outputs.model_of(folder.parent).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def check_links(file: Path) -> tuple[str, CheckReport]:
    """The number of addresses in a source, and the findings about them."""
    from pipeline.commands.check import weblinks
    from pipeline.commands.check.finished import CheckReport

    if file.is_dir() or file.suffix.lower() in (".html", ".xhtml", ".epub", ".pdf"):
        raise click.UsageError(f"--external checks the links of sources; {file.name} is not one")
    report = weblinks.check_links(file)
    notes = [f"not checked, at the server's request: {address}" for address in report.withheld]
    number = "1 address" if report.addresses == 1 else f"{report.addresses or 'no'} addresses"
    return f"{number} on the web, ", CheckReport(report.diagnostics, tuple(notes))


# --- command ---------------------------------------------------------------------------------


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
