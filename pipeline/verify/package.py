"""Reads the package document of an e-book (OPF): the files, their order, and the claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.verify.file_references import target_of
from pipeline.verify.positioned_xml import place, text_of, words
from pipeline.verify.zip_reading import Archive, BrokenBook

CONTAINER = "META-INF/container.xml"
CONFORMS = "dcterms:conformsTo"
OPF = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"

XHTML = "application/xhtml+xml"
SVG_TYPE = "image/svg+xml"


class Claim(NamedTuple):
    """A claim of the book's accessibility: ``name`` is the property, such as
    ``schema:accessibilityFeature``."""

    name: str
    value: str
    span: Span


class EpubPackage(NamedTuple):
    """``items`` are the media types of the files by their paths, which start at the root of the
    archive; ``spine`` the paths in reading order."""

    path: str
    items: dict[str, str]
    spine: tuple[str, ...]
    claims: tuple[Claim, ...] = ()


def read_package(archive: Archive) -> EpubPackage:
    """The package document that the container names. Raises `BrokenBook` if there is none."""
    container = archive.read_xml(CONTAINER)
    path = next((e.get("full-path", "") for e in container.iter(f"{_CONTAINER}rootfile")), "")
    if not path:
        raise BrokenBook("The file names no package document.", CONTAINER)
    root = archive.read_xml(path)
    paths: dict[str, str] = {}
    items: dict[str, str] = {}
    for item in root.iterfind(f"{OPF}manifest/{OPF}item"):
        remote, (file, _) = target_of(path, item.get("href", ""))
        if not remote and file in archive:
            paths[item.get("id", "")] = file
            items[file] = item.get("media-type", "")
    references = (e.get("idref", "") for e in root.iterfind(f"{OPF}spine/{OPF}itemref"))
    spine = tuple(paths[name] for name in references if name in paths)
    return EpubPackage(path, items, spine, tuple(_claims(root.find(f"{OPF}metadata"))))


def _claims(metadata: Element | None) -> Iterator[Claim]:
    """The claims in the metadata about the book as a whole."""
    for element in () if metadata is None else metadata:
        name = element.get("property", "")
        if element.get("refines") is not None:
            continue
        if element.tag == f"{OPF}meta" and name.startswith(("schema:acc", CONFORMS)):
            yield Claim(name, text_of(element), place(element))
        elif element.tag == f"{OPF}link" and CONFORMS in words(element, "rel"):
            yield Claim(CONFORMS, element.get("href", ""), place(element))
