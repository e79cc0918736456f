"""E-books: the pages of the spine in their order, as one page."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

import lxml.html
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.codes import Code, diagnostic
from pipeline.importing.archive import BrokenArchiveError, open_archive
from pipeline.importing.draft import Draft
from pipeline.importing.html import decoded, of_page
from pipeline.importing.page_metadata import language_of
from pipeline.metadata import Contributor, Metadata

_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(path: Path, name: str) -> Draft:
    """An e-book."""
    try:
        parts = open_archive(path.read_bytes())
        package, folder = _package(parts)
        page = _one_page(package, folder, parts)
    except (BrokenArchiveError, etree.LxmlError, ValueError) as error:
        message = str(error) if isinstance(error, BrokenArchiveError) else "The e-book is broken."
        return Draft(
            Metadata(), (), found=(diagnostic(Code.UNREADABLE_FILE, message, source=name),)
        )
    metadata = _metadata(package)
    draft = of_page(page, name, parts.get, whole=True, title=metadata.title)
    return replace(draft, metadata=metadata)


def _xml(parts: dict[str, bytes], name: str) -> Element:
    if name not in parts:
        raise BrokenArchiveError(f"The e-book has no file {name}.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(parts[name], parser)
    if root is None:
        raise BrokenArchiveError(f"The e-book's file {name} is broken.")
    return root


def _package(parts: dict[str, bytes]) -> tuple[Element, str]:
    """The package document, and the folder that its paths start from."""
    if "META-INF/rights.xml" in parts and "META-INF/encryption.xml" in parts:
        raise BrokenArchiveError("The e-book is locked by its shop.")
    container = _xml(parts, "META-INF/container.xml")
    found = container.find(f".//{_CONTAINER}rootfile")
    name = "" if found is None else found.get("full-path", "")
    return _xml(parts, name), posixpath.dirname(name)


def _metadata(package: Element) -> Metadata:
    def said(tag: str) -> list[str]:
        found = (" ".join((e.text or "").split()) for e in package.iter(f"{_DC}{tag}"))
        return [text for text in found if text]

    date = re.match(r"\d{4}(?:-\d{2}){0,2}", (said("date") or [""])[0])
    return Metadata(
        title=(said("title") or [""])[0],
        authors=tuple(Contributor(name=found) for found in said("creator")),
        lang=language_of((said("language") or [""])[0]),
        date=date[0] if date else "",
        publisher=(said("publisher") or [""])[0],
        description=re.sub(r"<[^<>]{1,200}>", "", (said("description") or [""])[0]),
        keywords=tuple(said("subject")),
    )


def _one_page(package: Element, folder: str, parts: dict[str, bytes]) -> str:
    """All pages of the spine as one, with ids and addresses that hold in it."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    names = []
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type") in _PAGES:
            href = unquote(item.get("href") or "")
            names.append(posixpath.normpath(posixpath.join(folder, href)))
    bodies = []
    numbers = {name: number for number, name in enumerate(names)}
    for name, number in numbers.items():
        if not parts.get(name, b"").strip():
            continue
        root = lxml.html.document_fromstring(decoded(parts[name]))
        body = root.find("body")
        if body is None:
            continue
        _join(body, name, number, numbers)
        body.tag = "div"
        bodies.append(lxml.html.tostring(body, encoding="unicode"))
    if not bodies:
        raise BrokenArchiveError("The e-book has no pages.")
    return f"<html><body>{''.join(bodies)}</body></html>"


def _join(body: Element, name: str, number: int, numbers: dict[str, int]) -> None:
    """Give a page's ids and addresses the forms that they have in the whole."""
    folder = posixpath.dirname(name)
    body.set("id", f"page-{number}")
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        if element is not body and element.get("id"):
            element.set("id", f"page-{number}-{element.get('id')}")
        for key in ("src", "href", "{http://www.w3.org/1999/xlink}href"):
            address = element.get(key)
            if not address or re.match(r"[a-z][a-z0-9+.-]*:", address, re.I):
                continue
            file, _, place = address.partition("#")
            path = posixpath.normpath(posixpath.join(folder, unquote(file))) if file else name
            if key == "src":
                element.set("src", path)
            elif path in numbers:
                element.set(key, f"#page-{numbers[path]}{f'-{place}' if place else ''}")
