"""E-books: the pages of the spine in their order, as one page; and the metadata of their package:
Dublin Core, with refinements, or in the form of EPUB 2."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import lxml.html
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.article import HEADS, drop, words
from pipeline.commands.importing.draft import Draft, image_folder, tell_loss, tell_own_file, unread
from pipeline.commands.importing.files import (
    BrokenArchiveError,
    clean_page,
    decode_text,
    open_archive,
    parse_xml,
)
from pipeline.commands.importing.metadata import language_of, meaningful
from pipeline.commands.importing.web_article import draft_of_page
from pipeline.model.metadata import Contributor, Metadata, Placed
from pipeline.model.metadata.structured_values import Cover, Series, Subject
from pipeline.model.roles import CLASSES, ROLES
from pipeline.parser.frontmatter.contributors import MARC

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_WITHOUT_HEADING = frozenset({"dedication", "epigraph"})
"""Parts whose headings are not shown."""

_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(path: Path, name: str) -> Draft:
    """An e-book."""
    try:
        parts = open_archive(path.read_bytes())
        root, folder = _package(parts)
        package = OpfPackage(root)
        cover = posixpath.normpath(posixpath.join(folder, unquote(package.cover())))
        page, is_ours, marks, cleanings = _join_pages(root, folder, parts, cover)
    except (BrokenArchiveError, etree.LxmlError, ValueError) as error:
        message = str(error) if isinstance(error, BrokenArchiveError) else "The e-book is damaged."
        return unread(message, name)
    metadata = package.metadata()
    page.set("lang", metadata.lang)
    draft = draft_of_page(
        page,
        name,
        parts.get,
        whole_page=True,
        title=metadata.title,
        sheets=[decode_text(data) for file, data in parts.items() if file.endswith(".css")],
    )
    metadata = replace(metadata, title=metadata.title or draft.metadata.title)
    messages = cleanings + [
        f"The identifier {identifier} is left out: a new edition gets its own."
        for identifier in package.identifiers()
    ]
    if marks:
        subject = "1 print page marker is" if marks == 1 else f"{marks} print page markers are"
        messages.append(f"{subject} left out: editions make their own.")
    findings = (
        *([tell_own_file(name)] if is_ours else ()),
        *(tell_loss(message, name) for message in messages),
    )
    images = dict(draft.images)
    suffix = posixpath.splitext(cover)[1].lower()
    if cover in parts and suffix in (".jpg", ".jpeg", ".png"):
        file = f"{image_folder(name)}/cover{suffix}"
        images[file] = parts[cover]
        metadata = replace(metadata, cover=Cover(Placed(file)))
    return replace(draft, metadata=metadata, images=images, findings=(*findings, *draft.findings))


def _xml(parts: dict[str, bytes], name: str) -> Element:
    if name not in parts:
        raise BrokenArchiveError(f"The e-book has no file {name}.")
    root: Element | None = parse_xml(parts[name], recover=True)
    if root is None:
        raise BrokenArchiveError(f"The e-book's file {name} is damaged.")
    return root


def _package(parts: dict[str, bytes]) -> tuple[Element, str]:
    """The package document, and the folder that its paths start from."""
    if "META-INF/rights.xml" in parts and "META-INF/encryption.xml" in parts:
        raise BrokenArchiveError("The e-book is protected by DRM.")
    container = _xml(parts, "META-INF/container.xml")
    rootfile = container.find(f".//{_CONTAINER}rootfile")
    name = "" if rootfile is None else rootfile.get("full-path", "")
    return _xml(parts, name), posixpath.dirname(name)


def _join_pages(
    package: Element, folder: str, parts: dict[str, bytes], cover: str
) -> tuple[Element, bool, int, list[str]]:
    """All pages of the spine as one, except one with only the cover, with ids and addresses that
    are valid in it; whether Chapbook made them; the number of page-break markers that were
    removed; and what is said of invalid characters."""
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    names = []
    for reference in package.iter(f"{OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type") in _PAGES:
            href = unquote(item.get("href") or "")
            names.append(posixpath.normpath(posixpath.join(folder, href)))
    bodies: dict[str, Element] = {}
    messages: list[str] = []
    for name in names:
        if parts.get(name, b"").strip():
            text, findings = clean_page(parts[name], name)
            messages += [f"{name}: {finding.message}" for finding in findings]
            body = lxml.html.document_fromstring(text).find("body")
            if body is not None and not _is_cover(body, name, cover):
                bodies[name] = body
    is_ours = any("imprint-page" in _classes_of(body) for body in bodies.values())
    if not bodies:
        raise BrokenArchiveError("The e-book has no pages.")
    ids = Counter(e.get("id") for body in bodies.values() for e in body.iter() if e.get("id"))
    shared = {key for key, number in ids.items() if number > 1}
    numbers = {name: number for number, name in enumerate(bodies)}
    marks = 0
    page = etree.Element("html")
    text = etree.SubElement(page, "body")
    for name, body in bodies.items():
        _join(body, name, numbers, shared)
        _say_roles(body)
        for mark in [e for e in body.iter() if "pagebreak" in _types(e)]:
            marks += 1
            drop(mark)
        body.tag = "div"
        text.append(body)
    return page, is_ours, marks, messages


def _types(element: Element) -> str:
    return f"{element.get('epub:type') or ''} {element.get('role') or ''}"


def _is_cover(body: Element, name: str, cover: str) -> bool:
    """Return whether a page contains only the cover."""
    shown = [e.get("src") or e.get("xlink:href") or "" for e in body.iter("img", "image")]
    folder = posixpath.dirname(name)
    paths = [posixpath.normpath(posixpath.join(folder, unquote(address))) for address in shown]
    return paths == [cover] and not words(body)


def _join(body: Element, name: str, numbers: dict[str, int], shared: set[str]) -> None:
    """Give a page's ids and addresses the forms that they have in the whole; ids that pages share
    have the page's number before them."""
    folder = posixpath.dirname(name)

    def name_place(place: str, number: int) -> str:
        return f"page-{number}-{place}" if place in shared else place

    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("id"):
            element.set("id", name_place(element.get("id", ""), numbers[name]))
        for key in ("src", "href"):
            address = element.get(key)
            if not address or re.match(r"[a-z][a-z0-9+.-]*:", address, re.I):
                continue
            file, _, place = address.partition("#")
            path = posixpath.normpath(posixpath.join(folder, unquote(file))) if file else name
            if key == "src":
                element.set("src", path)
            elif path in numbers:
                number = numbers[path]
                element.set(key, f"#{name_place(place, number) if place else f'page-{number}'}")
    body.set("id", f"page-{numbers[name]}")


def _say_roles(body: Element) -> None:
    """Give headings the classes of the parts that they are of; a part that has none, and can be
    without, gets one."""
    for element in [*body.iter("section", "div", "body")]:
        roles = _roles_of(element)
        if not roles:
            continue
        heading = next(element.iter(*HEADS), None)
        if heading is None and roles[0] in _WITHOUT_HEADING:
            heading = etree.Element("h1")
            heading.text = roles[0].capitalize()
            heading.tail, element.text = element.text, None
            element.insert(0, heading)
        if heading is not None and not set(_classes_of(heading)) & {*CLASSES}:
            heading.set("class", roles[0])


def _classes_of(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def _roles_of(element: Element) -> list[str]:
    """The roles of an element as a part of a book."""
    types = _types(element).replace("doc-", "").split()
    return [name for name in types if name in ROLES and name != "chapter"]


# --- metadata -----------------------------------------------------------------------------


_DC = "{http://purl.org/dc/elements/1.1/}"
OPF = "{http://www.idpf.org/2007/opf}"
_SCHEMES = {
    "BISAC": "BISAC",
    "Thema": "Thema",
    "http://id.loc.gov/authorities/classification": "LCC",
}


class OpfPackage:
    """The elements of a package document, and their refinements."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._refined: dict[str, dict[str, str]] = {}
        self._properties: dict[str, str] = {}
        for meta in root.iter(f"{OPF}meta"):
            key = meta.get("property") or meta.get("name") or ""
            text = " ".join((meta.text or meta.get("content") or "").split())
            if refined := (meta.get("refines") or "").removeprefix("#"):
                self._refined.setdefault(refined, {}).setdefault(key, text)
            else:
                self._properties.setdefault(key, text)

    def metadata(self) -> Metadata:
        """The metadata, as the front matter has them."""
        titles = [(self.refinement_of(e, "title-type"), text) for e, text in self._all("title")]
        main = next((text for kind, text in titles if kind in ("", "main")), "")
        date = re.match(r"\d{4}(?:-\d{2}){0,2}", self._first("date"))
        authors, others = self._people()
        return Metadata(
            title=main or (titles[0][1] if titles else ""),
            subtitle=next((text for kind, text in titles if kind == "subtitle"), ""),
            short_title=next((text for kind, text in titles if kind == "short"), ""),
            edition_statement=next((text for kind, text in titles if kind == "edition"), ""),
            authors=authors,
            contributors=others,
            lang=language_of(self._first("language")),
            date=date[0] if date else "",
            publisher=self._first("publisher"),
            rights=self._first("rights"),
            description=re.sub(r"<[^<>]{1,200}>", "", self._first("description")),
            keywords=tuple(text for e, text in self._all("subject") if not self._subject(e, text)),
            subjects=tuple(
                subject for e, text in self._all("subject") if (subject := self._subject(e, text))
            ),
            series=self._series(),
        )

    def identifiers(self) -> list[str]:
        """The identifiers that people know: numbers of shops and libraries."""
        texts = (text for _, text in self._all("identifier"))
        return [text for text in texts if re.search(r"isbn|doi|^97[89]", text, re.IGNORECASE)]

    def cover(self) -> str:
        """The path of the cover's image, from the package's folder."""
        named = self._properties.get("cover", "")
        for item in self._root.iter(f"{OPF}item"):
            is_cover = "cover-image" in (item.get("properties") or "").split()
            if is_cover or (named and item.get("id") == named):
                return item.get("href") or ""
        return ""

    def refinement_of(self, element: Element, name: str) -> str:
        """The refinement of an element, or the value of its EPUB 2 attribute."""
        refinement = self._refined.get(element.get("id") or "", {}).get(name, "")
        return refinement or element.get(f"{OPF}{name}") or ""

    def _all(self, tag: str) -> list[tuple[Element, str]]:
        rows = ((e, meaningful(e.text or "")) for e in self._root.iter(f"{_DC}{tag}"))
        return [(element, text) for element, text in rows if text]

    def _first(self, tag: str) -> str:
        rows = self._all(tag)
        return rows[0][1] if rows else ""

    def _people(self) -> tuple[tuple[Contributor, ...], tuple[Contributor, ...]]:
        """The authors, and the other people."""
        people: list[list[Contributor]] = [[], []]
        for number, tag in enumerate(("creator", "contributor")):
            for element, name in self._all(tag):
                role = self.refinement_of(element, "role")
                role = role if role in MARC else "aut" if tag == "creator" else ""
                if not role or role == "bkp":  # a program
                    continue
                sort_name = self.refinement_of(element, "file-as")
                first, _, last = name.rpartition(" ")
                if sort_name in (name, f"{last}, {first}"):  # as anybody would sort it
                    sort_name = ""
                people[number or role != "aut"].append(
                    Contributor(name=name, role=role, sort_name=sort_name)
                )
        return tuple(people[0]), tuple(people[1])

    def _subject(self, element: Element, text: str) -> Subject | None:
        scheme, code = self.refinement_of(element, "authority"), self.refinement_of(element, "term")
        scheme = _SCHEMES.get(scheme, "")
        name = "" if text == code else text
        return Subject(scheme=scheme, code=code, name=name) if scheme and code else None

    def _series(self) -> Series | None:
        for meta in self._root.iter(f"{OPF}meta"):
            if meta.get("property") == "belongs-to-collection" and (meta.text or "").strip():
                position = self.refinement_of(meta, "group-position")
                name = " ".join((meta.text or "").split())
                return Series(name=name, position=_number(position))
        if name := self._properties.get("calibre:series", ""):
            return Series(
                name=name, position=_number(self._properties.get("calibre:series_index", ""))
            )
        return None


def _number(text: str) -> str:
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)", text)
    return re.sub(r"\.0+$", "", match[1]) if match else ""
