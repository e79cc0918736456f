"""E-books: the pages of the spine in their order, as one page."""

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

from pipeline.authoring.importing.archive import BrokenArchiveError, open_archive, parsed_xml
from pipeline.authoring.importing.article import HEADS, drop, words
from pipeline.authoring.importing.draft import Draft, lost, unread
from pipeline.authoring.importing.html import decoded, of_page
from pipeline.authoring.importing.opf import OPF, OpfPackage
from pipeline.authoring.importing.own_markup import classes_of, is_generated, roles_of
from pipeline.model.metadata import Placed
from pipeline.model.metadata.parts import Cover
from pipeline.model.roles import CLASSES

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
        page, own, marks = _joined_pages(root, folder, parts, cover)
    except (BrokenArchiveError, etree.LxmlError, ValueError) as error:
        message = str(error) if isinstance(error, BrokenArchiveError) else "The e-book is damaged."
        return unread(message, name)
    metadata = package.metadata()
    page.set("lang", metadata.lang)
    draft = of_page(
        page,
        name,
        parts.get,
        whole_page=True,
        title=metadata.title,
        own=own,
        sheets=[decoded(data) for file, data in parts.items() if file.endswith(".css")],
    )
    told = [
        f"The identifier {one} is left out: a new edition gets its own."
        for one in package.identifiers()
    ]
    if marks:
        said = "1 print page marker is" if marks == 1 else f"{marks} print page markers are"
        told.append(f"{said} left out: editions make their own.")
    found = tuple(lost(one, name) for one in told)
    text = draft.metadata
    metadata = replace(
        metadata, speakers=text.speakers, score=text.score, number_sections=text.number_sections
    )
    images = dict(draft.images)
    suffix = posixpath.splitext(cover)[1].lower()
    if cover in parts and not own and suffix in (".jpg", ".jpeg", ".png"):
        images[f"images/cover{suffix}"] = parts[cover]
        metadata = replace(metadata, cover=Cover(Placed(f"images/cover{suffix}")))
    return replace(draft, metadata=metadata, images=images, findings=(*found, *draft.findings))


def _xml(parts: dict[str, bytes], name: str) -> Element:
    if name not in parts:
        raise BrokenArchiveError(f"The e-book has no file {name}.")
    root: Element | None = parsed_xml(parts[name], recover=True)
    if root is None:
        raise BrokenArchiveError(f"The e-book's file {name} is damaged.")
    return root


def _package(parts: dict[str, bytes]) -> tuple[Element, str]:
    """The package document, and the folder that its paths start from."""
    if "META-INF/rights.xml" in parts and "META-INF/encryption.xml" in parts:
        raise BrokenArchiveError("The e-book is protected by DRM.")
    container = _xml(parts, "META-INF/container.xml")
    found = container.find(f".//{_CONTAINER}rootfile")
    name = "" if found is None else found.get("full-path", "")
    return _xml(parts, name), posixpath.dirname(name)


def _joined_pages(
    package: Element, folder: str, parts: dict[str, bytes], cover: str
) -> tuple[Element, bool, int]:
    """All pages of the spine as one, except one with only the cover, with ids and addresses that
    are valid in it; whether Chapbook made them, without its title pages; and the number of
    page-break markers that were removed."""
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
    for name in names:
        if parts.get(name, b"").strip():
            body = lxml.html.document_fromstring(decoded(parts[name])).find("body")
            if body is not None and not _is_cover(body, name, cover):
                bodies[name] = body
    own = any("imprint-page" in classes_of(body) for body in bodies.values())
    if own:
        bodies = {name: body for name, body in bodies.items() if not is_generated(body)}
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
    return page, own, marks


def _types(element: Element) -> str:
    return f"{element.get('epub:type') or ''} {element.get('role') or ''}"


def _is_cover(body: Element, name: str, cover: str) -> bool:
    """Return whether a page contains only the cover."""
    shown = [e.get("src") or e.get("xlink:href") or "" for e in body.iter("img", "image")]
    folder = posixpath.dirname(name)
    paths = [posixpath.normpath(posixpath.join(folder, unquote(one))) for one in shown]
    return paths == [cover] and not words(body)


def _join(body: Element, name: str, numbers: dict[str, int], shared: set[str]) -> None:
    """Give a page's ids and addresses the forms that they have in the whole; ids that pages share
    have the page's number before them."""
    folder = posixpath.dirname(name)

    def named(place: str, number: int) -> str:
        return f"page-{number}-{place}" if place in shared else place

    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("id"):
            element.set("id", named(element.get("id", ""), numbers[name]))
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
                element.set(key, f"#{named(place, number) if place else f'page-{number}'}")
    body.set("id", f"page-{numbers[name]}")


def _say_roles(body: Element) -> None:
    """Give headings the classes of the parts that they are of; a part that has none, and can be
    without, gets one."""
    for element in [*body.iter("section", "div", "body")]:
        roles = roles_of(element)
        if not roles:
            continue
        heading = next(element.iter(*HEADS), None)
        if heading is None and roles[0] in _WITHOUT_HEADING:
            heading = etree.Element("h1")
            heading.text = roles[0].capitalize()
            heading.tail, element.text = element.text, None
            element.insert(0, heading)
        if heading is not None and not set(classes_of(heading)) & {*CLASSES}:
            heading.set("class", roles[0])
