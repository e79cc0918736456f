"""Checks web pages and sites: that each is whole, needs nothing from elsewhere, and can be read;
and that the pages of a site lead to each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.system.checksums import listed
from pipeline.verify.findings import FileFindings, check_sums
from pipeline.verify.html import parse_html
from pipeline.verify.markup import HTML, MarkupError, parse_xml, place, words
from pipeline.verify.page import check_notes, notes_of, page_faults
from pipeline.verify.references import (
    FileReference,
    Target,
    css_references,
    id_faults,
    identifiers,
    led_to,
    references,
)

START = "index.html"
MAX_SIZE = 64 * 1024 * 1024
"""The maximum size of a page in bytes."""

CHARSET_WITHIN = 1024
"""Bytes from the start in which browsers look for the encoding."""

_CHARSET = re.compile(rb"<meta\s[^<>]*charset\s*=\s*[\"']?utf-8\b", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
FOLLOWED = frozenset({"http", "https", "mailto", "tel", "doi", "urn"})


class _Page(NamedTuple):
    path: Path
    root: Element
    ids: dict[str, int]
    findings: FileFindings


def check_page(path: Path, findings: FileFindings) -> None:
    """Check a page, with the files next to it that it shows."""
    root = _read(path, findings)
    if root is not None:
        _check([_Page(path, root, identifiers(root), findings)], address=None)


def check_site(folder: Path, findings: FileFindings) -> int:
    """Check all pages in a folder, and the files in its list. Returns the number of pages."""
    pages: list[_Page] = []
    for path in sorted(folder.glob("*.html")):
        own = findings.of(str(path))
        root = _read(path, own)
        if root is not None:
            pages.append(_Page(path, root, identifiers(root), own))
    start = next((page for page in pages if page.path.name == START), None)
    if start is None:
        findings.add("no-start-page")
    _check(pages, address=_address(start.root) if start else "")
    check_sums(
        folder,
        listed(folder),
        findings,
        changed="listed-file-changed",
        missing="listed-file-missing",
    )
    return len(pages)


def _address(start: Element) -> str:
    """The address of the site according to its start page, or ""."""
    links = (link for link in start.iter(f"{HTML}link") if "canonical" in words(link, "rel"))
    return next((link.get("href", "") for link in links), "")


def _check(pages: Sequence[_Page], address: str | None) -> None:
    """Check pages separately, and their links. They are those of the site with this ``address``,
    which may be "", or a single page."""
    ids = {page.path.name: page.ids for page in pages}
    styles: set[str] = set()
    for page in pages:
        page.findings.put(*page_faults(page.root, complete=True))
        mains = [e for e in page.root.iter() if e.tag == f"{HTML}main" or e.get("role") == "main"]
        for second in mains[1:]:
            page.findings.add("second-main", place(second))
        if not mains:
            page.findings.add("no-main")
        page.findings.put(*id_faults(page.root))
        surroundings = _Surroundings(page, ids, address, styles)
        for reference in references(page.root):
            surroundings.check(reference)
    check_notes([(p.path.name, notes_of(p.root), p.findings) for p in pages], _within(ids))


def _within(pages: Mapping[str, Container[str]]) -> Callable[[str, str], Target | None]:
    """Finds the targets of addresses in pages with these ids; None for missing ones."""

    def resolve(base: str, href: str) -> Target | None:
        _, goal = led_to(base, href)
        return goal if goal.fragment in pages.get(goal.path, ()) else None

    return resolve


def _read(path: Path, findings: FileFindings) -> Element | None:
    """The root of a page, None if it cannot be parsed."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        findings.unreadable(error)
        return None
    if len(data) > MAX_SIZE:
        findings.add("page-too-big")
        return None
    try:
        if path.suffix.lower() == ".xhtml":
            return parse_xml(data)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            at = Span(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
            findings.add("not-utf8", at)
            text = data.decode("utf-8-sig", errors="replace")
        page = parse_html(text)
    except MarkupError as error:
        findings.add("garbled", error.span, reason=error.message)
        return None
    if page.doctype != "html":
        findings.add("no-doctype", Span(1, 1))
    if not data.startswith(_BOM) and not _CHARSET.search(data, 0, CHARSET_WITHIN):
        findings.add("no-charset", Span(1, 1))
    for at, mistake in page.mistakes:
        findings.add("invalid-html", at, mistake=mistake)
    return page.root


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
            self._check_id(reference, self._page.path.name, reference.value)
            return
        if self._address and reference.value.startswith(self._address):
            value = reference.value.removeprefix(self._address) or START
            reference = reference._replace(value=value)
        self._check_address(reference, self._page.path.name, self._page.findings)

    def _check_address(self, reference: FileReference, base: str, findings: FileFindings) -> None:
        _, address, what, at = reference
        kind, goal = led_to(base, address)
        if not (kind or goal.path):
            findings.add("no-address", at, address=address, what=what)
        elif kind:
            if reference.kind == "file" and kind != "data":
                findings.add("loaded-from-elsewhere", at, address=address, what=what)
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
            what, at = reference.subject, reference.span
            self._page.findings.add(rule, at, what=what, id=f"#{name}", page=page)

    def _check_file(self, reference: FileReference, path: str, findings: FileFindings) -> None:
        what, at = reference.subject, reference.span
        if not self._is_site and not path.startswith(f"{self._own_files}/"):
            findings.add("file-outside", at, what=what, path=path, folder=self._own_files)
        elif not self._is_file(path):
            findings.add("file-missing", at, what=what, path=path)
        elif path.endswith(".css") and path not in self._styles:
            self._styles.add(path)
            self._check_style(path, findings.of(str(self._page.path.parent / path)))

    def _check_style(self, path: str, findings: FileFindings) -> None:
        try:
            data = (self._page.path.parent / path).read_bytes()[: MAX_SIZE + 1]
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
