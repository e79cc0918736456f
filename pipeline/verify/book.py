"""Checks an e-book: that it is whole, that all its links lead somewhere, that its navigation is
that of its text, and that it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.verify.archive import BROKEN, Archive, check_mimetype
from pipeline.verify.claims import BREAKS, check_claims, claimable
from pipeline.verify.findings import FileFindings
from pipeline.verify.markup import (
    EPUB_TYPE,
    HTML,
    MATHML,
    SVG,
    has_text,
    kinds,
    place,
    text_of,
    words,
)
from pipeline.verify.package import (
    NCX,
    SVG_TYPE,
    XHTML,
    EpubPackage,
    ManifestItem,
    check_images,
    read_package,
)
from pipeline.verify.page import NoteLinks, check_notes, notes_of, page_faults
from pipeline.verify.references import (
    FileReference,
    Target,
    css_references,
    id_faults,
    identifiers,
    led_to,
    references,
)

ENCRYPTION = "META-INF/encryption.xml"
OBFUSCATION = "http://www.idpf.org/2008/embedding"
"""The algorithm of EPUB for fonts, which locks nobody out."""

XML_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
NCX_NAME = "{http://www.daisy.org/z3986/2005/ncx/}"


class _PageMark(NamedTuple):
    """The mark where a page of the printed edition begins, and its number."""

    id: str
    label: str
    span: Span
    findings: FileFindings


class _File(NamedTuple):
    """A file, with the links to and from it."""

    ids: dict[str, int]
    references: tuple[FileReference, ...]
    notes: NoteLinks = NoteLinks()


def check_book(path: Path, findings: FileFindings) -> None:
    """Check an e-book. Findings about one of its files have ``book.epub/file`` as source."""
    try:
        check_mimetype(path, findings)
        with Archive(path, findings) as archive:
            _check_archive(archive, findings)
    except BROKEN:
        findings.add("not-a-zip")


def _check_archive(archive: Archive, findings: FileFindings) -> None:
    for name in (ENCRYPTION, "META-INF/rights.xml"):
        if name in archive and not (name == ENCRYPTION and _hides_fonts(archive)):
            findings.inside(name).add("locked")
    package = read_package(archive, findings)
    if package is None:
        return
    files: dict[str, _File] = {}
    held: set[str] = set()
    marks: dict[Target, _PageMark] = {}
    read = {package.path}
    for path, item in package.items.items():
        if item.media_type in (XHTML, SVG_TYPE):
            read.add(path)
            root = archive.read_xml(path)
            if root is not None:
                files[path] = _read_page(root, item, package, findings)
                held |= claimable(root)
                inside = findings.inside(path)
                marks |= {Target(path, mark.id): mark for mark in _marks_of(root, inside)}
        elif item.media_type == "text/css":
            read.add(path)
            css = (archive.read(path) or b"").decode("utf-8-sig", errors="replace")
            files[path] = _File({}, tuple(css_references(css, "the style", Span(1, 1), "file")))
    book = _Book(package, files, findings)
    book.check()
    for item in package.with_property("nav")[:1]:
        root = archive.read_xml(item.path)
        if root is not None:
            goals = book.check_nav(item.path, root)
            book.check_page_list(item.path, root, marks)
            for ncx in package.of_type(NCX):
                tree = archive.read_xml(ncx.path)
                if tree is not None:
                    book.check_ncx(ncx.path, tree, goals)
    check_images(archive, package, findings)
    archive.check_intact(set(archive.names) - read)
    check_claims(package.claims, held, findings.inside(package.path))


def _hides_fonts(archive: Archive) -> bool:
    """Recognise a book in which nothing is encrypted, and only fonts are obfuscated."""
    root = archive.read_xml(ENCRYPTION)
    if root is None:
        return False
    methods = [method.get("Algorithm") for method in root.iter(f"{XML_ENCRYPTION}EncryptionMethod")]
    locked = len(list(root.iter(f"{XML_ENCRYPTION}EncryptedData")))
    return locked > 0 and methods == [OBFUSCATION] * locked


def _read_page(
    root: Element, item: ManifestItem, package: EpubPackage, findings: FileFindings
) -> _File:
    inside = findings.inside(item.path)
    if item.media_type == XHTML:
        if root.tag != f"{HTML}html":
            inside.add("not-xhtml", place(root))
        inside.put(*page_faults(root, complete=False))
        _check_kinds(root, inside)
        tags = {element.tag for element in root.iter()}
        for name, used in (
            ("svg", {f"{SVG}svg"}),
            ("mathml", {f"{MATHML}math"}),
            ("scripted", {f"{HTML}script", f"{HTML}form"}),
        ):
            if used & tags and name not in item.properties:
                opf = findings.inside(package.path)
                opf.add("unlisted-property", item.span, path=item.path, name=name)
    inside.put(*id_faults(root))
    return _File(identifiers(root), tuple(references(root)), notes_of(root))


class _Book:
    """Follows the links of a book."""

    def __init__(
        self, package: EpubPackage, files: dict[str, _File], findings: FileFindings
    ) -> None:
        self.package = package
        self.findings = findings
        self._files = files
        self._spine = {path: number for number, path in enumerate(package.spine)}

    def check(self) -> None:
        for path, file in self._files.items():
            inside = self.findings.inside(path)
            for reference in file.references:
                if reference.kind != "id":
                    self._check_reference(path, reference, inside)
                elif reference.value not in file.ids:
                    what, name = reference.subject, reference.value
                    inside.add("no-such-id", reference.span, what=what, id=name)
        check_notes(
            [(path, file.notes, self.findings.inside(path)) for path, file in self._files.items()],
            self._goal,
        )

    def _goal(self, path: str, address: str) -> Target | None:
        """The target of a link, None if it is not in the book."""
        kind, goal = led_to(path, address)
        if kind or goal.path not in self.package.items:
            return None
        file = self._files.get(goal.path)
        return goal if not goal.fragment or (file and goal.fragment in file.ids) else None

    def _position(self, goal: Target) -> tuple[int, int]:
        """The position of a place in the reading order."""
        file = self._files.get(goal.path)
        number = file.ids.get(goal.fragment, 0) if file else 0
        return self._spine.get(goal.path, len(self._spine)), number

    def _check_reference(self, path: str, reference: FileReference, findings: FileFindings) -> None:
        """Report a broken reference, or one that loads something from outside the book."""
        _, address, what, at = reference
        kind, wanted = led_to(path, address)
        if kind:
            if kind == "file" or (reference.kind == "file" and kind != "data"):
                findings.add("out-of-the-book", at, what=what, address=address)
            return
        item = self.package.items.get(wanted.path)
        if item is None:
            findings.add("no-such-file", at, what=what, address=address)
        elif self._goal(path, address) is None and wanted.path in self._files:
            findings.add("no-such-place", at, what=what, address=address)
        elif (
            reference.kind == "link"
            and item.media_type in (XHTML, SVG_TYPE, NCX)
            and wanted.path not in self._spine
            and (wanted.path != path or item.media_type == NCX)
        ):
            findings.add("not-in-order", at, what=what, address=address)

    def check_nav(self, path: str, root: Element) -> list[Target]:
        """Check a navigation document; where its contents lead, in order."""
        inside = self.findings.inside(path)
        navs = [nav for nav in root.iter(f"{HTML}nav") if nav.get(EPUB_TYPE)]
        contents = [nav for nav in navs if "toc" in words(nav, EPUB_TYPE)]
        if len(contents) != 1:
            inside.add("not-one-contents", place((contents or [root])[-1]), count=len(contents))
        for nav in navs:
            _check_lists(nav, inside)
            for link in nav.iter(f"{HTML}a"):
                if "landmarks" in words(nav, EPUB_TYPE) and not link.get(EPUB_TYPE):
                    inside.add("untyped-landmark", place(link))
        last = (0, 0)
        goals: list[Target] = []
        for link in (link for nav in contents[:1] for link in nav.iter(f"{HTML}a")):
            goal = self._goal(path, link.get("href", ""))
            if goal is None:
                continue
            goals.append(goal)
            if self._position(goal) < last:
                inside.add("contents-disordered", place(link), href=link.get("href", ""))
            last = max(last, self._position(goal))
        return goals

    def check_ncx(self, path: str, root: Element, contents: list[Target]) -> None:
        """Check the navigation for older readers, and that it is the same as the contents."""
        inside, identifier = self.findings.inside(path), self.package.identifier
        inside.put(*id_faults(root))
        for meta in root.iter(f"{NCX_NAME}meta"):
            uid = meta.get("content", "").strip()
            if meta.get("name") == "dtb:uid" and uid != identifier:
                inside.add("ncx-identifier", place(meta), uid=uid, identifier=identifier)
        goals: list[Target | None] = []
        for point in root.iter(f"{NCX_NAME}navPoint"):
            label, content = point.find(f"{NCX_NAME}navLabel"), point.find(f"{NCX_NAME}content")
            if label is None or not text_of(label) or content is None:
                inside.add("ncx-entry", place(point))
            if content is not None:
                entry = FileReference("link", content.get("src", ""), "An entry", place(content))
                self._check_reference(path, entry, inside)
                goals.append(self._goal(path, entry.value))
        if [goal for goal in goals if goal] != contents:
            inside.add("ncx-differs", place(root))

    def check_page_list(self, path: str, root: Element, marks: dict[Target, _PageMark]) -> None:
        """Hold the list of the printed edition's pages against the ``marks`` in the text."""
        lists = [n for n in root.iter(f"{HTML}nav") if "page-list" in words(n, EPUB_TYPE)]
        listed: list[Target] = []
        for link in lists[0].iter(f"{HTML}a") if lists else ():
            goal = self._goal(path, link.get("href", ""))
            if goal is None:
                continue  # that it leads nowhere is said of all links
            if listed and self._position(goal) < self._position(listed[-1]):
                inside = self.findings.inside(path)
                inside.add("pages-disordered", place(link), href=link.get("href", ""))
            listed.append(goal)
        for goal in marks if lists else ():
            mark = marks[goal]
            if goal not in listed:
                mark.findings.add("page-not-listed", mark.span, label=mark.label)


def _check_lists(nav: Element, findings: FileFindings) -> None:
    lists = nav.findall(f"{HTML}ol")
    if len(lists) != 1 or not lists[0].findall(f"{HTML}li"):
        findings.add("not-one-list", place(nav))
    for item in nav.iter(f"{HTML}li"):
        labels = [child for child in item if child.tag in (f"{HTML}a", f"{HTML}span")]
        if len(labels) != 1 or not has_text(labels[0]):
            findings.add("empty-entry", place(item))
        elif labels[0].tag == f"{HTML}span" and item.find(f"{HTML}ol") is None:
            findings.add("entry-without-link", place(item), text=text_of(labels[0]))


def _marks_of(root: Element, findings: FileFindings) -> Iterator[_PageMark]:
    """The marks of the printed edition's pages in a page, in order."""
    for element in root.iter():
        if kinds(element) & BREAKS:
            label = element.get("aria-label") or element.get("title") or ""
            label = label or "".join(element.itertext())
            yield _PageMark(element.get("id", ""), label.strip(), place(element), findings)


SAME = frozenset(
    "abstract acknowledgments afterword appendix backlink bibliography biblioref chapter colophon"
    " conclusion cover credit credits dedication endnotes epigraph epilogue errata footnote"
    " foreword glossary glossref index introduction noteref notice pagebreak part preface prologue"
    " pullquote subtitle tip toc".split()
)
"""The types whose role has the same name, after ``doc-``."""

ROLES = {name: f"doc-{name}" for name in SAME} | {"page-list": "doc-pagelist", "qna": "doc-qna"}


def _check_kinds(root: Element, findings: FileFindings) -> None:
    """Report elements whose type and role name different things."""
    known = frozenset(ROLES.values())
    for element in root.iter():
        types = words(element, EPUB_TYPE)
        roles = [role for role in words(element, "role") if role in known]
        named = [ROLES[name] for name in types if name in ROLES]
        if roles and named and not set(roles) & set(named):
            both = {"types": " ".join(types), "roles": " ".join(roles)}
            findings.add("type-and-role", place(element), role=named[0], **both)
