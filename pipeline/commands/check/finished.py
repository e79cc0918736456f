"""Verifies outputs: finished files, Chapbook's or others'; Chapbook's e-books before packaging; and
that no text of a source is missing from its files.

Other programs know the rules of the formats: `checkers` runs those that are installed. The rules
here are about what they do not know. They are functions that name a row of the table `rules.toml`
for each finding; those of the audit are in the table `audit.RULES`. A module is only loaded if
there is a file of its format.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.system.outputs import MANIFEST, read_list, read_manifest
from pipeline.verify.rules import FileFindings, check_sums

MAX_SIZE = 1024 * 1024 * 1024
"""The maximum size of a file in bytes."""

SUFFIXES = (".html", ".xhtml", ".epub", ".pdf")
QUIZ = ".xml"


class UnknownFormat(ValueError):  # noqa: N818
    """The file's name does not end like that of a format which can be checked."""


class CheckReport(msgspec.Struct, frozen=True):
    """The findings in the order of the file, ``notes`` on the search, and which checkers of other
    makers are ``missing``."""

    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def check(path: Path) -> CheckReport:
    """Check a finished ``.html``, ``.xhtml``, ``.epub`` or ``.pdf`` file, a quiz for Moodle, all
    pages of a site, given its folder or one of them, or the files in a manifest.

    Findings about a file in an e-book have ``book.epub/path`` as source. A missing or damaged file
    is a finding. Raises `UnknownFormat`.
    """
    site, suffix = site_of(path), path.suffix.lower()
    if site is None and suffix in (".md", ".markdown"):
        raise UnknownFormat("a source: check its web links with --external")
    if site is None and suffix not in (*SUFFIXES, QUIZ) and path.name != MANIFEST:
        raise UnknownFormat("not a page, e-book, PDF, quiz or site folder")
    findings = FileFindings(str(path))
    notes: tuple[str, ...] = ()
    if site:
        from pipeline.commands.check.finished_pages import check_site

        pages = check_site(site, findings)
        notes = (f"{pages} pages" if pages != 1 else "1 page",)
    elif path.name == MANIFEST:
        notes = _check_manifest(path, findings)
    elif _can_be_read(path, findings):
        notes = _check_file(path, findings)
    if findings.left_out:
        notes = (*notes, f"{findings.left_out} further findings are not shown")
    return CheckReport(findings.in_order(), notes)


def site_of(path: Path) -> Path | None:
    """The folder of a site, given it or a page that its list names; None for anything else."""
    if path.suffix.lower() in SUFFIXES:
        return path.parent if path.name in read_list(path.parent) else None
    return path if path.is_dir() and any(path.glob("*.html")) else None


def _check_manifest(path: Path, findings: FileFindings) -> tuple[str, ...]:
    """Compare the files next to a manifest with it, byte for byte."""
    try:
        files = read_manifest(path)
    except OSError as error:
        findings.unreadable(error)
        return ()
    except ValueError as error:
        findings.add("no-manifest", reason=error)
        return ()
    check_sums(path.parent, files, findings, changed="output-changed", missing="output-missing")
    return (f"{len(files)} files" if len(files) != 1 else "1 file",)


def _check_file(path: Path, findings: FileFindings) -> tuple[str, ...]:
    """Have a file checked by the module that knows its format, and get notes on it."""
    match path.suffix.lower():
        case ".xml":
            from pipeline.verify.moodle_quiz import explain, read_accepted

            try:
                accepted = read_accepted(path.read_bytes())
            except ValueError as error:
                raise UnknownFormat(str(error)) from None
            for gap in accepted:
                if not gap.answers:
                    findings.add("gap-accepts-nothing", Span(gap.line), gap=gap.question)
            return explain(accepted)
        case ".epub":
            from pipeline.commands.check.finished_book import check_book

            check_book(path, findings)
        case ".pdf":
            from pipeline.commands.check.finished_pdf import check_pdf

            check_pdf(path, findings)
        case _:
            from pipeline.commands.check.finished_pages import check_page

            check_page(path, findings)
    return ()


def _can_be_read(path: Path, findings: FileFindings) -> bool:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
    except (OSError, ValueError) as error:
        findings.unreadable(error)
        return False
    if not 0 < size <= MAX_SIZE:
        findings.add("too-big" if size else "empty")
    return 0 < size <= MAX_SIZE
