"""The checks of a site: of each of its pages, of the links between them, and that it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, quoted
from pipeline.check.html import Surroundings, check_alone, read_page, within
from pipeline.check.markup import HTML, words
from pipeline.check.notes import check_notes, notes_of
from pipeline.check.references import Reference, Target, references
from pipeline.checksums import LIST, checksum, listed

START = "index.html"


class _Page(NamedTuple):
    path: Path
    root: Element
    ids: dict[str, int]
    findings: Findings


def check_site(folder: Path, findings: Findings) -> int:
    """Check all pages in a folder, and that the files which its list names are as it says.
    Returns how many pages there are."""
    pages = {page.path.name: page for page in _pages(folder, findings)}
    if START not in pages:
        findings.error(
            f"There is no `{START}` in the folder.",
            "A site begins with it: give the folder that has it, or make the site anew.",
        )
    address = _address(pages[START].root) if START in pages else ""
    ids = {name: page.ids for name, page in pages.items()}
    styles: set[str] = set()
    for page in pages.values():
        surroundings = _SiteSurroundings(page, ids, address, styles)
        for reference in references(page.root):
            surroundings.check(reference)

    notes = [(name, notes_of(page.root), page.findings) for name, page in pages.items()]
    check_notes(notes, within(ids))
    _check_files(folder, findings)
    return len(pages)


def _pages(folder: Path, findings: Findings) -> Iterator[_Page]:
    for path in sorted(folder.glob("*.html")):
        own = findings.of(str(path))
        root = read_page(path, own)
        if root is not None:
            yield _Page(path, root, check_alone(root, own), own)


def _address(start: Element) -> str:
    """The address of the site, as its start page says it, or ""."""
    links = (link for link in start.iter(f"{HTML}link") if "canonical" in words(link, "rel"))
    return next((link.get("href", "") for link in links), "")


def _check_files(folder: Path, findings: Findings) -> None:
    for name, sum_ in listed(folder).items():
        found = checksum(folder / name)
        if not found:
            findings.error(
                f"The file {quoted(name)}, which `{LIST}` names, is not there.",
                "Copy the folder again, with all that is in it, or make the site anew.",
            )
        elif found != sum_:
            findings.warning(
                f"The file {quoted(name)} is not the one that `{LIST}` names.",
                "It has been changed, or was not copied whole: make the site anew.",
            )


class _SiteSurroundings(Surroundings):
    """Where the references of a site's page may lead: to ids in all of its pages, and files in
    its folder; links also to those beside that folder."""

    def __init__(
        self,
        page: _Page,
        pages: Mapping[str, dict[str, int]],
        address: str,
        styles: set[str],
    ) -> None:
        super().__init__(page.path, page.ids, page.findings)
        self._pages = pages
        self._address = address
        self._styles = styles

    def check(self, reference: Reference) -> None:
        """What leads to the site's own address, as on the page for those that are not found, is
        taken as if it led to the file."""
        own = self._address and reference.value.startswith(self._address)
        if own and reference.kind != "id":
            value = reference.value.removeprefix(self._address) or START
            reference = reference._replace(value=value)
        super().check(reference)

    def _check_link(self, reference: Reference, goal: Target) -> None:
        ids = self._pages.get(goal.path)
        if ids is None:
            super()._check_link(reference, goal)
        elif goal.fragment and goal.fragment not in ids:
            self._findings.error(
                f"{reference.what} leads to {quoted('#' + goal.fragment)},"
                f" which the page {quoted(goal.path)} does not have.",
                "Correct it, or give the place that is meant this id.",
                reference.place,
            )

    def _check_file(self, reference: Reference, path: str) -> None:
        self._check_own_file(reference, path)

    def _is_file(self, path: str) -> bool:
        folder = self._path.parent.resolve()
        return self._is_below(folder.parent, folder / path)
