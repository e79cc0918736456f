"""Reads the package document of an e-book (OPF): the metadata, and the list of files."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.verify.archive import Archive
from pipeline.verify.findings import FileFindings
from pipeline.verify.markup import XML, place, text_of, words
from pipeline.verify.references import id_faults, identifiers, led_to

CONTAINER = "META-INF/container.xml"
DC = "{http://purl.org/dc/elements/1.1/}"
OPF = "{http://www.idpf.org/2007/opf}"
CONFORMS = "dcterms:conformsTo"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_MODIFIED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

XHTML = "application/xhtml+xml"
SVG_TYPE = "image/svg+xml"
NCX = "application/x-dtbncx+xml"
TYPES: dict[str, tuple[str, ...]] = {
    ".xhtml": (XHTML,),
    ".html": (XHTML,),
    ".css": ("text/css",),
    ".ncx": (NCX,),
    ".svg": (SVG_TYPE,),
    ".png": ("image/png",),
    ".jpg": ("image/jpeg",),
    ".jpeg": ("image/jpeg",),
    ".gif": ("image/gif",),
    ".webp": ("image/webp",),
    ".otf": ("font/otf", "application/vnd.ms-opentype", "application/font-sfnt", "font/sfnt"),
    ".ttf": ("font/ttf", "application/font-sfnt", "font/sfnt", "application/x-font-ttf"),
    ".woff": ("font/woff", "application/font-woff"),
    ".woff2": ("font/woff2",),
    ".js": ("text/javascript", "application/javascript", "application/ecmascript"),
    ".mp3": ("audio/mpeg",),
    ".m4a": ("audio/mp4",),
    ".mp4": ("video/mp4", "audio/mp4"),
    ".smil": ("application/smil+xml",),
}
MOST_PIXELS = 5_600_000
"""The limit for an image in the strictest of the large shops, Apple Books."""

WANTED = frozenset({"image/jpeg", "image/png", "image/gif", SVG_TYPE})
"""Types that every shop takes, and every reader shows."""


class ManifestItem(NamedTuple):
    """A file of the manifest. ``path`` starts at the root of the archive."""

    id: str
    path: str
    media_type: str
    properties: frozenset[str]
    span: Span


class Claim(NamedTuple):
    """A claim of the book's accessibility: ``name`` is the property, such as
    ``schema:accessibilityFeature``."""

    name: str
    value: str
    span: Span


class EpubPackage(NamedTuple):
    """``items`` are the files by path that are there; ``spine`` the paths in reading order."""

    path: str
    identifier: str
    items: dict[str, ManifestItem]
    spine: tuple[str, ...]
    claims: tuple[Claim, ...] = ()

    def with_property(self, name: str) -> tuple[ManifestItem, ...]:
        return tuple(item for item in self.items.values() if name in item.properties)

    def of_type(self, media_type: str) -> tuple[ManifestItem, ...]:
        return tuple(item for item in self.items.values() if item.media_type == media_type)


def read_package(archive: Archive, findings: FileFindings) -> EpubPackage | None:
    """The package document that the container names, checked; None if it cannot be read."""
    path = _path(archive, findings)
    root = archive.read_xml(path) if path else None
    if root is None:
        return None
    inside = findings.inside(path)
    if root.tag != f"{OPF}package":
        inside.add("not-a-package", place(root))
        return None
    version = root.get("version", "")
    if not version.startswith("3."):
        inside.add("old-version", place(root), version=version)
    inside.put(*id_faults(root))
    metadata = root.find(f"{OPF}metadata")
    identifier = "" if metadata is None else _identifier(root, metadata, inside)
    _check_metadata(root, metadata, inside)
    items = _items(root, path, archive, inside)
    by_id = {item.id: item for item in items}
    spine = tuple(_spine(root, by_id, inside))
    _check_roles(root, items, by_id, inside)
    found = {item.path: item for item in items if item.path in archive}
    known = {path, "mimetype", *found, *_linked(metadata, path, archive, inside)}
    for name in archive.names:
        if name not in known and not name.startswith("META-INF/"):
            findings.inside(name).add("unlisted")
    return EpubPackage(path, identifier, found, spine, tuple(_claims(metadata)))


def _claims(metadata: Element | None) -> Iterator[Claim]:
    """The claims in the metadata of a package document about the book as a whole."""
    for element in () if metadata is None else metadata:
        name = element.get("property", "")
        if element.get("refines") is not None:
            continue
        if element.tag == f"{OPF}meta" and name.startswith(("schema:acc", CONFORMS)):
            yield Claim(name, text_of(element), place(element))
        elif element.tag == f"{OPF}link" and CONFORMS in words(element, "rel"):
            yield Claim(CONFORMS, element.get("href", ""), place(element))


def _path(archive: Archive, findings: FileFindings) -> str:
    if CONTAINER not in archive:
        findings.add("no-container")
        return ""
    root = archive.read_xml(CONTAINER)
    if root is None:
        return ""
    path = next((e.get("full-path", "") for e in root.iter(f"{_CONTAINER}rootfile")), "")
    if path in archive:
        return path
    rule = "no-package" if path else "no-package-named"
    findings.inside(CONTAINER).add(rule, place(root), path=path)
    return ""


def _identifier(root: Element, metadata: Element, findings: FileFindings) -> str:
    name = root.get("unique-identifier", "")
    for element in metadata.iter(f"{DC}identifier"):
        if name and element.get("id") == name and text_of(element):
            return text_of(element)
    findings.add("no-identifier", place(root), id=name)
    return ""


def _check_metadata(root: Element, metadata: Element | None, findings: FileFindings) -> None:
    if metadata is None:
        findings.add("no-metadata", place(root))
        return
    for name in ("title", "language"):
        elements = metadata.findall(f"{DC}{name}")
        if not elements or not all(map(text_of, elements)):
            findings.add("no-element", place(metadata), name=name)
    metas = (e for e in metadata.findall(f"{OPF}meta") if e.get("refines") is None)
    times = [e for e in metas if e.get("property") == "dcterms:modified"]
    if len(times) != 1 or not _MODIFIED.fullmatch(text_of(times[0])):
        findings.add("no-time", place(times[-1] if times else metadata))
    ids = identifiers(root)
    for element in metadata:
        name = element.get("refines", "").removeprefix("#")
        if name and name not in ids:
            findings.add("refines-nothing", place(element), id=name)
    if not root.get(f"{XML}lang"):
        findings.add("no-own-language", place(root))


def _linked(
    metadata: Element | None, base: str, archive: Archive, findings: FileFindings
) -> Iterator[str]:
    """The files that the metadata links to: records and licences, which no manifest lists."""
    for element in () if metadata is None else metadata.iterfind(f"{OPF}link"):
        href = element.get("href", "")
        remote, (path, _) = led_to(base, href)
        if remote:
            continue
        if path in archive or path == base:
            yield path
            if not element.get("media-type"):
                findings.add("link-without-kind", place(element), href=href)
        else:
            findings.add("link-astray", place(element), href=href)


def _items(
    root: Element, base: str, archive: Archive, findings: FileFindings
) -> tuple[ManifestItem, ...]:
    found: dict[str, ManifestItem] = {}
    for element in root.iterfind(f"{OPF}manifest/{OPF}item"):
        href, at = element.get("href", ""), place(element)
        remote, (path, _) = led_to(base, href)
        if remote:
            findings.add("listed-on-the-web", at, href=href)
            continue
        if path not in archive:
            findings.add("listed-not-there", at, href=href)
        elif path in found:
            findings.add("listed-twice", at, href=href)
        media_type = element.get("media-type", "")
        name = path.rpartition("/")[2].lower()
        right = TYPES.get(f".{name.rpartition('.')[2]}")
        if right and media_type not in right:
            findings.add("wrong-type", at, href=href, type=media_type, right=right[0])
        properties = frozenset(words(element, "properties"))
        found.setdefault(
            path, ManifestItem(element.get("id", ""), path, media_type, properties, at)
        )
    return tuple(found.values())


def _spine(root: Element, items: dict[str, ManifestItem], findings: FileFindings) -> Iterator[str]:
    references = root.findall(f"{OPF}spine[1]/{OPF}itemref")
    seen: set[str] = set()
    for element in references:
        name, at = element.get("idref", ""), place(element)
        item = items.get(name)
        if item is None:
            findings.add("spine-unknown", at, id=name)
        elif name in seen:
            findings.add("spine-twice", at, id=name)
        elif item.media_type not in (XHTML, SVG_TYPE):
            findings.add("spine-no-page", at, path=item.path)
        else:
            seen.add(name)
            yield item.path
    if not references:
        findings.add("no-spine", place(root))


def _check_roles(
    root: Element,
    items: tuple[ManifestItem, ...],
    by_id: dict[str, ManifestItem],
    findings: FileFindings,
) -> None:
    navs = [item for item in items if "nav" in item.properties]
    if len(navs) != 1 or navs[0].media_type != XHTML:
        findings.add("not-one-nav", navs[-1].span if navs else place(root))
    covers = [item for item in items if "cover-image" in item.properties]
    for number, item in enumerate(covers):
        if number or not item.media_type.startswith("image/"):
            findings.add("not-one-cover", item.span)
    spine = root.find(f"{OPF}spine")
    toc = "" if spine is None else spine.get("toc", "")
    if spine is not None and toc and (toc not in by_id or by_id[toc].media_type != NCX):
        findings.add("no-ncx", place(spine), id=toc)


def check_images(archive: Archive, package: EpubPackage, findings: FileFindings) -> None:
    """Report images that are too large, or of other kinds than every shop takes."""
    for path, item in package.items.items():
        if not item.media_type.startswith("image/") or item.media_type == SVG_TYPE:
            continue
        if item.media_type not in WANTED:
            findings.inside(path).add("odd-image", type=item.media_type)
        pixels = _pixels(archive.start(path))
        if pixels > MOST_PIXELS:
            findings.inside(path).add("large-image", pixels=pixels / 1e6)


def _pixels(start: bytes) -> int:
    """The number of pixels of an image, by its first bytes; 0 if they do not state it."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(start)) as image:
                return image.width * image.height
        except Image.DecompressionBombError:
            return 2 * (Image.MAX_IMAGE_PIXELS or MOST_PIXELS)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            return 0
