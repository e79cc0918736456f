"""Checks that web pages and sites are whole: that each page needs nothing from elsewhere, and that
all its links within the publication lead somewhere. The Nu Html Checker knows the rules of HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree, html

from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.system.outputs import read_list
from pipeline.verify.reading import (
    FileReference,
    css_references,
    identifiers,
    references,
    target_of,
    words,
)
from pipeline.verify.rules import FileFindings, check_sums

START = "index.html"
_START = late(rb"<(!doctype )?html\b", re.IGNORECASE)
FOLLOWED = frozenset({"http", "https", "mailto", "tel", "doi", "urn"})


class _Page(NamedTuple):
    path: Path
    root: Any
    ids: dict[str, int]
    findings: FileFindings


def check_page(path: Path, findings: FileFindings) -> None:
    """Check a page, with the files next to it that it shows."""
    _check([page] if (page := _read(path, findings)) else [], address=None)


def check_site(folder: Path, findings: FileFindings) -> int:
    """Check all pages in a folder, and the files in its list. Returns the number of pages."""
    files = sorted(folder.glob("*.html"))
    read = [_read(path, findings.for_file(str(path))) for path in files]
    pages = [page for page in read if page]
    start = next((page for page in pages if page.path.name == START), None)
    if start is None:
        findings.add("no-start-page")
    _check(pages, address=_address(start.root) if start else "")
    check_sums(
        folder,
        read_list(folder),
        findings,
        changed="listed-file-changed",
        missing="listed-file-missing",
    )
    return len(files)


def _read(path: Path, findings: FileFindings) -> _Page | None:
    """A page; None if the file is not a whole one."""
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        data = path.read_bytes()
        root = html.document_fromstring(data, parser) if _START.search(data) else None
    except OSError as error:
        findings.unreadable(error)
        return None
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        findings.add("no-page")
        return None
    return _Page(path, root, identifiers(root), findings)


def _address(start: Any) -> str:
    """The address of the site according to its start page, or ""."""
    links = (link for link in start.iter("link") if "canonical" in words(link, "rel"))
    return next((link.get("href", "") for link in links), "")


def _check(pages: Sequence[_Page], address: str | None) -> None:
    """Check the links of pages. They are those of the site with this ``address``, which may be "",
    or a single page."""
    ids = {page.path.name: page.ids for page in pages}
    styles: set[str] = set()
    for page in pages:
        surroundings = _Surroundings(page, ids, address, styles)
        for reference in references(page.root):
            surroundings.check(reference)


class _Surroundings:
    """The possible targets of a page's references: ids in it and files in its own folder; on a
    site, ids of all pages and files in the site's folder, and for links also those next to it."""

    def __init__(
        self,
        page: _Page,
        pages: Mapping[str, Mapping[str, int]],
        address: str | None,
        styles: set[str],
    ) -> None:
        self._page = page
        self._pages = pages
        self._is_site = address is not None
        self._address = address
        self._own_files = f"{page.path.stem}-files"
        self._folder = page.path.parent.resolve()
        self._top = self._folder.parent if self._is_site else self._folder
        self._styles = styles
        self._missing: set[str] = set()

    def check(self, reference: FileReference) -> None:
        """Report a reference of the page that leads nowhere, or outside. A link to the site's own
        address, as on the page for missing pages, is treated as a link to the file."""
        if reference.kind == "id":
            return
        if self._address and reference.value.startswith(self._address):
            value = reference.value.removeprefix(self._address) or START
            reference = reference._replace(value=value)
        self._check_address(reference, self._page.path.name, self._page.findings)

    def _check_address(self, reference: FileReference, base: str, findings: FileFindings) -> None:
        _, address, subject, at = reference
        kind, goal = target_of(base, address)
        if not (kind or goal.path):
            findings.add("no-address", at, address=address, what=subject)
        elif kind:
            if reference.kind == "file" and kind != "data":
                findings.add("loaded-from-elsewhere", at, address=address, what=subject)
            elif reference.kind == "link" and kind not in FOLLOWED:
                findings.add("unfollowable", at, address=address)
        elif goal.path == self._page.path.name:
            if goal.fragment.lower() not in ("", "top"):
                self._check_id(reference, goal.path, goal.fragment)
        elif reference.kind == "file":
            self._check_file(reference, goal.path, findings)
        elif goal.path in self._pages:
            if goal.fragment:
                self._check_id(reference, goal.path, goal.fragment)
        elif goal.path not in self._missing and not self._is_file(goal.path):
            self._missing.add(goal.path)
            findings.add("no-file-beside", at, path=goal.path)

    def _check_id(self, reference: FileReference, page: str, name: str) -> None:
        if name not in self._pages[page]:
            rule = "no-anchor" if page == self._page.path.name else "no-anchor-there"
            subject, at = reference.subject, reference.span
            self._page.findings.add(rule, at, what=subject, id=f"#{name}", page=page)

    def _check_file(self, reference: FileReference, path: str, findings: FileFindings) -> None:
        subject, at = reference.subject, reference.span
        if not self._is_site and not path.startswith(f"{self._own_files}/"):
            findings.add("file-outside", at, what=subject, path=path, folder=self._own_files)
        elif not self._is_file(path):
            findings.add("file-missing", at, what=subject, path=path)
        elif path.endswith(".css") and path not in self._styles:
            self._styles.add(path)
            self._check_style(path, findings.for_file(str(self._page.path.parent / path)))

    def _check_style(self, path: str, findings: FileFindings) -> None:
        try:
            data = (self._page.path.parent / path).read_bytes()
        except OSError as error:
            findings.unreadable(error)
            return
        css = data.decode("utf-8", errors="replace")
        for reference in css_references(css, "the style", Span(1, 1), "file"):
            self._check_address(reference, path, findings)

    def _is_file(self, path: str) -> bool:
        """Return whether a file exists in the page's folder, or in that of the site."""
        try:
            file = (self._folder / path).resolve()
            return file.is_relative_to(self._top) and file.is_file()
        except (OSError, ValueError):
            return False
