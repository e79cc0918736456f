"""Checking files with ``chapbook check``: the findings, and the lines around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from pipeline.commands.check.finished import CheckReport
    from pipeline.model import Document


def check_finished(file: Path, source: Path | None, others: CheckReport) -> CheckReport:
    """The findings in a finished file: of other programs (``others``), of Chapbook, and of the
    comparison with its ``source`` if that is named, or known from the model next to it. Raises
    `pipeline.verify.UnknownFormat`."""
    from pipeline.commands.check.finished import CheckReport, check

    reports = check(file), others, _compared(file, source)
    return CheckReport(
        tuple(finding for report in reports for finding in report.diagnostics),
        tuple(note for report in reports for note in report.notes),
        others.missing,
    )


def _compared(file: Path, source: Path | None) -> CheckReport:
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
    from pipeline.system.checksums import listed

    folder = file.parent if file.name in listed(file.parent) else file
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
