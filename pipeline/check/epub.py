"""The checks of an e-book: that it is whole, that all its links lead somewhere, and that it
can be read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.archive import BROKEN, Archive, check_mimetype
from pipeline.check.claims import Held, check_claims
from pipeline.check.content import check_content, check_images
from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import HTML, MATHML, SVG, place, words
from pipeline.check.navigation import PageMark, check_nav, check_ncx, check_page_list, marks_of
from pipeline.check.notes import EPUB_TYPE, Notes, check_notes, notes_of
from pipeline.check.package import NCX, SVG_TYPE, XHTML, Item, Package, read_package, read_xml
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

ENCRYPTION = "META-INF/encryption.xml"
OBFUSCATION = "http://www.idpf.org/2008/embedding"
"""The algorithm of EPUB for fonts, which locks nobody out."""

XML_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"


class _File(NamedTuple):
    """What has to be known of a file to follow links to it and from it."""

    ids: dict[str, int]
    references: tuple[Reference, ...]
    notes: Notes = Notes()


def check_book(path: Path, findings: Findings) -> None:
    """Check an e-book. What is wrong in one of its files has ``book.epub/file`` as source."""
    try:
        check_mimetype(path, findings)
        with Archive(path, findings) as archive:
            _check_archive(archive, findings)
    except BROKEN:
        findings.error("The book is not a zip file, or is damaged.", "Make it anew.")


def _hides_fonts(archive: Archive, findings: Findings) -> bool:
    """Whether nothing is locked, and only fonts are obfuscated."""
    root = read_xml(archive, ENCRYPTION, findings)
    if root is None:
        return False
    methods = [method.get("Algorithm") for method in root.iter(f"{XML_ENCRYPTION}EncryptionMethod")]
    locked = len(list(root.iter(f"{XML_ENCRYPTION}EncryptedData")))
    return locked > 0 and methods == [OBFUSCATION] * locked


def _check_archive(archive: Archive, findings: Findings) -> None:
    for name in (ENCRYPTION, "META-INF/rights.xml"):
        if name in archive and not (name == ENCRYPTION and _hides_fonts(archive, findings)):
            findings.inside(name).warning("Parts of the book may be locked.", "Leave it open.")
    package = read_package(archive, findings)
    if package is None:
        return
    files: dict[str, _File] = {}
    held = Held()
    marks: dict[Target, tuple[PageMark, Findings]] = {}
    read = {package.path}
    for path, item in package.items.items():
        if item.media_type in (XHTML, SVG_TYPE):
            read.add(path)
            root = read_xml(archive, path, findings)
            if root is not None:
                files[path] = _read_page(root, item, package, findings)
                held.see(root)
                inside = findings.inside(path)
                marks |= {Target(path, mark.id): (mark, inside) for mark in marks_of(root)}
        elif item.media_type == "text/css":
            read.add(path)
            css = (archive.read(path) or b"").decode("utf-8-sig", errors="replace")
            files[path] = _File({}, tuple(css_references(css, "the style", Place(1, 1), "file")))
    book = _Book(package, files, findings)
    book.check()
    for item in package.with_property("nav")[:1]:
        _check_contents(archive, item, book, marks)
    check_images(archive, package, findings)
    archive.check_whole(set(archive.names) - read)
    check_claims(package.claims, held, findings.inside(package.path))


def _read_page(root: Element, item: Item, package: Package, findings: Findings) -> _File:
    inside = findings.inside(item.path)
    if item.media_type == XHTML:
        if root.tag != f"{HTML}html":
            inside.error(
                "The page is not XHTML.",
                "Its root is `html` in the namespace http://www.w3.org/1999/xhtml.",
                place(root),
            )
        check_content(root, inside, whole=False)
        _check_kinds(root, inside)
        tags = {element.tag for element in root.iter()}
        for name, used in (
            ("svg", f"{SVG}svg" in tags),
            ("mathml", f"{MATHML}math" in tags),
            ("scripted", f"{HTML}script" in tags or f"{HTML}form" in tags),
        ):
            if used and name not in item.properties:
                findings.inside(package.path).error(
                    f"{quoted(item.path)} has the property {name}, which is not listed.",
                    f"Add `{name}` to the `properties` of its item.",
                    item.place,
                )
    return _File(identifiers(root, inside), tuple(references(root)), notes_of(root))


class _Book:
    """Follows the links of a book."""

    def __init__(self, package: Package, files: dict[str, _File], findings: Findings) -> None:
        self.package = package
        self.findings = findings
        self._files = files
        self._spine = {path: number for number, path in enumerate(package.spine)}

    def check(self) -> None:
        for path, file in self._files.items():
            inside = self.findings.inside(path)
            for reference in file.references:
                if reference.kind != "id":
                    self.check_reference(path, reference, inside)
                elif reference.value not in file.ids:
                    inside.error(
                        f"{reference.what} names {quoted(reference.value)}, which the page"
                        " does not have.",
                        "Correct it, or give the place that is meant this id.",
                        reference.place,
                    )
        check_notes(
            ((path, file.notes, self.findings.inside(path)) for path, file in self._files.items()),
            self.goal,
        )

    def goal(self, path: str, address: str) -> Target | None:
        """Where a link leads, None where it leads nowhere in the book."""
        try:
            goal = target(path, address)
            if scheme(address) or goal.path not in self.package.items:
                return None
        except AddressError:
            return None
        file = self._files.get(goal.path)
        return goal if not goal.fragment or (file and goal.fragment in file.ids) else None

    def position(self, goal: Target) -> tuple[int, int]:
        """Where in the reading order a place is."""
        file = self._files.get(goal.path)
        number = file.ids.get(goal.fragment, 0) if file else 0
        return self._spine.get(goal.path, len(self._spine)), number

    def check_reference(self, path: str, reference: Reference, findings: Findings) -> None:
        """Report a reference that leads nowhere, or out of the book to what it shows."""
        try:
            kind = scheme(reference.value)
            wanted = target(path, reference.value)
        except AddressError:
            kind, wanted = "", Target("", "")
        if kind:
            if kind == "file" or (reference.kind == "file" and kind != "data"):
                findings.error(
                    f"{reference.what} leads out of the book: {quoted(reference.value)}.",
                    "Put a copy into the book.",
                    reference.place,
                )
            return
        item = self.package.items.get(wanted.path)
        if item is None:
            problem, hint = "which is not in the book", "Correct it, or add the file."
        elif self.goal(path, reference.value) is None and wanted.path in self._files:
            problem, hint = "where there is no such id", "Correct it, or give the place this id."
        elif (
            reference.kind == "link"
            and item.media_type in (XHTML, SVG_TYPE, NCX)
            and wanted.path not in self._spine
            and (wanted.path != path or item.media_type == NCX)
        ):
            problem, hint = "which is not in the reading order", "Add the page to the spine."
        else:
            return
        findings.error(
            f"{reference.what} leads to {quoted(reference.value)}, {problem}.",
            hint,
            reference.place,
        )


def _check_contents(
    archive: Archive, item: Item, book: _Book, marks: dict[Target, tuple[PageMark, Findings]]
) -> None:
    findings, package = book.findings, book.package
    root = read_xml(archive, item.path, findings)
    if root is None:
        return
    inside = findings.inside(item.path)
    contents = check_nav(root, inside)
    last = (0, 0)
    goals: list[Target] = []
    for reference in contents:
        goal = book.goal(item.path, reference.value)
        if goal is None:
            continue
        goals.append(goal)
        if book.position(goal) < last:
            inside.error(
                f"The contents list {quoted(reference.value)} later than it is read.",
                "Put the entries into the order of the text.",
                reference.place,
            )
        last = max(last, book.position(goal))
    check_page_list(root, marks, lambda href: book.goal(item.path, href), book.position, inside)
    for ncx in package.of_type(NCX):
        tree = read_xml(archive, ncx.path, findings)
        if tree is None:
            continue
        old = findings.inside(ncx.path)
        entries = check_ncx(tree, package.identifier, old)
        for reference in entries:
            book.check_reference(ncx.path, reference, old)
        found = [goal for entry in entries if (goal := book.goal(ncx.path, entry.value))]
        if found != goals:
            old.warning(
                "The entries are not those of the contents in the navigation document.",
                "Make both of the same list.",
                place(tree),
            )


SAME = frozenset(
    "abstract acknowledgments afterword appendix backlink bibliography biblioref chapter colophon"
    " conclusion cover credit credits dedication endnotes epigraph epilogue errata footnote"
    " foreword glossary glossref index introduction noteref notice pagebreak part preface prologue"
    " pullquote subtitle tip toc".split()
)
"""The types whose role has the same name, after ``doc-``."""

OTHERS = {"page-list": "doc-pagelist", "qna": "doc-qna"}
ROLES = {**{name: f"doc-{name}" for name in SAME}, **OTHERS}
TYPES = {role: name for name, role in ROLES.items()}


def _check_kinds(root: Element, findings: Findings) -> None:
    """Report elements whose type and role name different things."""
    for element in root.iter():
        types = words(element, EPUB_TYPE)
        roles = [role for role in words(element, "role") if role in TYPES]
        named = [ROLES[name] for name in types if name in ROLES]
        if roles and named and not set(roles) & set(named):
            findings.warning(
                f"`epub:type` is {quoted(' '.join(types))}, and `role` {quoted(' '.join(roles))}.",
                f"For this type the role is `{named[0]}`.",
                place(element),
            )
