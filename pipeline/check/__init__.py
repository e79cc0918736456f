"""Looks for faults in finished files, whoever made them. Reads those files and no others.

A checker is imported only when there is a file of its format.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from pipeline.check.findings import Findings
from pipeline.checksums import listed
from pipeline.diagnostics import Diagnostic

MAX_SIZE = 1024 * 1024 * 1024
"""In bytes. Nothing bigger is read."""


SUFFIXES = (".html", ".xhtml", ".epub", ".pdf")


class UnknownFormat(ValueError):  # noqa: N818
    """The file's name does not end like that of a format which can be checked."""


class Report(msgspec.Struct, frozen=True):
    """What was found, in the order of the file, and ``notes`` on how it was looked for: which
    checkers of other makers ran, or why they did not."""

    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()


def check(path: Path, *, external: bool = True) -> Report:
    """Check a finished ``.html``, ``.xhtml``, ``.epub`` or ``.pdf`` file, or all pages of a site,
    given its folder or one of them.

    ``external`` says whether checkers of other makers are to run too where they are
    installed. Findings about a file within an e-book have ``book.epub/path`` as source. A
    file that is missing or broken is a finding. Raises `UnknownFormat`.
    """
    checker = _checker(path)
    findings = Findings(str(path))
    notes: tuple[str, ...] = ()
    if _is_of_site(path) or _can_be_read(path, findings):
        notes = checker(path, findings, external)
    if findings.left_out:
        notes = (*notes, f"{findings.left_out} more findings are not shown")
    return Report(findings.in_order(), notes)


def _checker(path: Path) -> Callable[[Path, Findings, bool], tuple[str, ...]]:
    if _is_of_site(path):
        return _check_site
    match path.suffix.lower():
        case ".html" | ".xhtml":
            return _check_html
        case ".epub":
            return _check_epub
        case ".pdf":
            return _check_pdf
    if path.suffix.lower() in (".md", ".markdown"):
        raise UnknownFormat("a source: its links on the web are looked up with --external")
    raise UnknownFormat("neither a page, an e-book or a PDF by its name, nor the folder of a site")


def _is_of_site(path: Path) -> bool:
    """Whether it is a folder with pages, or a page that the list of its folder names."""
    if path.suffix.lower() in SUFFIXES:
        return path.name in listed(path.parent)
    return path.is_dir() and any(path.glob("*.html"))


def _check_html(path: Path, findings: Findings, external: bool) -> tuple[str, ...]:
    from pipeline.check.html import check_page

    check_page(path, findings)
    return ()


def _check_site(path: Path, findings: Findings, external: bool) -> tuple[str, ...]:
    from pipeline.check.site import check_site

    pages = check_site(path if path.is_dir() else path.parent, findings)
    return (f"{pages} pages" if pages != 1 else "1 page",)


def _check_epub(path: Path, findings: Findings, external: bool) -> tuple[str, ...]:
    from pipeline.check.epub import check_book
    from pipeline.check.external import run_epubcheck

    check_book(path, findings)
    return (run_epubcheck(path, findings),) if external else ()


def _check_pdf(path: Path, findings: Findings, external: bool) -> tuple[str, ...]:
    from pipeline.check.pdf import check_pdf

    return check_pdf(path, findings)


def _can_be_read(path: Path, findings: Findings) -> bool:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
    except (OSError, ValueError) as error:
        findings.unreadable(error)
        return False
    if size == 0:
        findings.error("The file is empty.", "Make it anew.")
    elif size > MAX_SIZE:
        findings.error("The file is bigger than 1 GB, and is not checked.")
    return 0 < size <= MAX_SIZE
