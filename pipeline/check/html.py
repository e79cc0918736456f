"""The checks of a web page: that it is whole, needs nothing from elsewhere, and can be read."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from pipeline.check.content import check_content
from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import HTML, MarkupError, Page, parse_html, parse_xml, place
from pipeline.check.notes import check_notes, notes_of
from pipeline.check.references import (
    AddressError,
    Reference,
    Target,
    css_references,
    identifiers,
    references,
    scheme,
    target,
)

MAX_SIZE = 64 * 1024 * 1024
"""In bytes."""

CHARSET_WITHIN = 1024
"""Bytes from the start in which browsers look for the encoding."""

_CHARSET = re.compile(rb"<meta\s[^>]*charset\s*=\s*[\"']?utf-8\b", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
FOLLOWED = frozenset({"http", "https", "mailto", "tel", "doi", "urn"})


def check_page(path: Path, findings: Findings) -> None:
    """Check a page, with the files beside it that it shows."""
    root = read_page(path, findings)
    if root is None:
        return
    ids = check_alone(root, findings)
    surroundings = Surroundings(path, ids, findings)
    for reference in references(root):
        surroundings.check(reference)

    check_notes([(path.name, notes_of(root), findings)], within({path.name: ids}))


def within(pages: Mapping[str, Container[str]]) -> Callable[[str, str], Target | None]:
    """Where addresses lead in pages that have these ids; None for what is not there."""

    def resolve(base: str, href: str) -> Target | None:
        try:
            goal = target(base, href)
        except AddressError:
            return None
        return goal if goal.fragment in pages.get(goal.path, ()) else None

    return resolve


def read_page(path: Path, findings: Findings) -> Element | None:
    """The root of a page, None of one that cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        findings.unreadable(error)
        return None
    if len(data) > MAX_SIZE:
        findings.error("The page is bigger than 64 MB, and is not checked.")
        return None
    return _read(data, findings, xml=path.suffix.lower() == ".xhtml")


def check_alone(root: Element, findings: Findings) -> dict[str, int]:
    """Check what can be seen of a page alone. Returns its ids."""
    check_content(root, findings, whole=True)
    _check_landmarks(root, findings)
    return identifiers(root, findings)


def _read(data: bytes, findings: Findings, *, xml: bool) -> Element | None:
    try:
        if xml:
            return parse_xml(data)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            findings.error(
                "The page is not UTF-8 text.",
                "Save it in the encoding UTF-8.",
                Place(before.count(b"\n") + 1, len(before) - before.rfind(b"\n")),
            )
            text = data.decode("utf-8-sig", errors="replace")
        page = parse_html(text)
    except MarkupError as error:
        findings.error(error.message, "Make the page anew.", error.place)
        return None
    _check_form(page, data, findings)
    return page.root


def _check_form(page: Page, data: bytes, findings: Findings) -> None:
    if page.doctype != "html":
        findings.error(
            "The page does not begin with `<!DOCTYPE html>`.",
            "Without it, browsers show it as pages were shown in the nineties.",
            Place(1, 1),
        )
    if not data.startswith(_BOM) and not _CHARSET.search(data, 0, CHARSET_WITHIN):
        findings.error(
            "The page does not say that it is UTF-8.",
            'Put `<meta charset="utf-8">` first in its head.',
            Place(1, 1),
        )
    for where, mistake in page.mistakes:
        findings.warning(f"The HTML is not valid: {mistake}.", "", where)


def _check_landmarks(root: Element, findings: Findings) -> None:
    mains = [e for e in root.iter() if e.tag == f"{HTML}main" or e.get("role") == "main"]
    for second in mains[1:]:
        findings.error("The page has a second `main`.", "Keep one of them.", place(second))
    if not mains:
        findings.warning(
            "The page has no `main`.",
            "Put what it is about into `<main>`, so that it can be found.",
        )


class Surroundings:
    """Where the references of a page may lead: to ids in it, and files in its own folder."""

    def __init__(self, path: Path, ids: dict[str, int], findings: Findings) -> None:
        self._path = path
        self._ids = ids
        self._findings = findings
        self._files = f"{path.stem}-files"
        self._styles: set[str] = set()
        self._missing: set[str] = set()

    def check(self, reference: Reference) -> None:
        """Report a reference of the page that leads nowhere, or away."""
        if reference.kind == "id":
            if reference.value not in self._ids:
                self._missing_id(reference, reference.value)
            return
        self._check_address(reference, self._path.name)

    def _check_address(self, reference: Reference, base: str) -> None:
        shown = quoted(reference.value)
        try:
            kind = scheme(reference.value)
            goal = target(base, reference.value)
        except AddressError:
            self._findings.error(
                f"{shown} in {reference.what} is not an address.",
                "Correct it, or leave it out.",
                reference.place,
            )
            return
        if kind:
            self._check_scheme(reference, kind)
        elif goal.path == self._path.name:
            is_top = goal.fragment.lower() in ("", "top")
            if not is_top and goal.fragment not in self._ids:
                self._missing_id(reference, goal.fragment)
        elif reference.kind == "file":
            self._check_file(reference, goal.path)
        else:
            self._check_link(reference, goal)

    def _check_link(self, reference: Reference, goal: Target) -> None:
        """Report a link to another file that is not there."""
        if goal.path not in self._missing and not self._is_file(goal.path):
            self._missing.add(goal.path)
            self._findings.warning(
                f"A link leads to the file {quoted(goal.path)}, which is not beside the page.",
                "Put the file there, or correct the link.",
                reference.place,
            )

    def _missing_id(self, reference: Reference, name: str) -> None:
        self._findings.error(
            f"{reference.what} leads to {quoted('#' + name)}, which the page does not have.",
            "Correct it, or give the place that is meant this id.",
            reference.place,
        )

    def _check_scheme(self, reference: Reference, kind: str) -> None:
        if reference.kind == "file" and kind != "data":
            self._findings.error(
                f"{reference.what} is loaded from elsewhere: {quoted(reference.value)}.",
                "Keep a copy in the page or beside it, so that it is whole without the network.",
                reference.place,
            )
        elif reference.kind == "link" and kind not in FOLLOWED:
            self._findings.error(
                f"A link leads to {quoted(reference.value)}, which readers cannot follow.",
                "Link to an address on the web, or to a file beside the page.",
                reference.place,
            )

    def _check_file(self, reference: Reference, path: str) -> None:
        if not path.startswith(f"{self._files}/"):
            self._findings.error(
                f"{reference.what} needs {quoted(path)}, which is not part of the page.",
                f"Files that the page shows are in it, or in the folder `{self._files}`.",
                reference.place,
            )
        else:
            self._check_own_file(reference, path)

    def _check_own_file(self, reference: Reference, path: str) -> None:
        if not self._is_file(path):
            self._findings.error(
                f"{reference.what} needs the file {quoted(path)}, which is not there.",
                "Make the page anew, and move it only together with its folder.",
                reference.place,
            )
        elif path.endswith(".css") and path not in self._styles:
            self._styles.add(path)
            self._check_style(path)

    def _check_style(self, path: str) -> None:
        file = self._path.parent / path
        findings = self._findings.of(str(file))
        try:
            css = file.read_bytes()[: MAX_SIZE + 1].decode("utf-8", errors="replace")
        except OSError as error:
            findings.unreadable(error)
            return
        inner = copy.copy(self)
        inner._findings = findings
        for reference in css_references(css, "the style", Place(1, 1), "file"):
            inner._check_address(reference, path)

    def _is_file(self, path: str) -> bool:
        """Whether a file is there. Nothing outside the page's folder is looked for."""
        folder = self._path.parent.resolve()
        return self._is_below(folder, folder / path)

    def _is_below(self, folder: Path, file: Path) -> bool:
        try:
            file = file.resolve()
            return file.is_relative_to(folder) and file.is_file()
        except (OSError, ValueError):
            return False
