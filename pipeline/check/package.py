"""The package document of an e-book (OPF): what the book is, and which files it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.archive import Archive
from pipeline.check.claims import OPF, Claim, claims_of
from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import XML, MarkupError, parse_xml, place, text_of, words
from pipeline.check.references import AddressError, identifiers, scheme, target

CONTAINER = "META-INF/container.xml"
DC = "{http://purl.org/dc/elements/1.1/}"
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


class Item(NamedTuple):
    """A file of the manifest. ``path`` starts at the root of the archive."""

    id: str
    path: str
    media_type: str
    properties: frozenset[str]
    place: Place


class Package(NamedTuple):
    """``items`` are the files by path that are there; ``spine`` the paths in reading order;
    ``claims`` what is said of accessibility."""

    path: str
    identifier: str
    items: dict[str, Item]
    spine: tuple[str, ...]
    claims: tuple[Claim, ...] = ()

    def with_property(self, name: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items.values() if name in item.properties)

    def of_type(self, media_type: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items.values() if item.media_type == media_type)


def read_package(archive: Archive, findings: Findings) -> Package | None:
    """The package document that ``META-INF/container.xml`` names, checked; None where there is
    none that can be read."""
    path = _path(archive, findings)
    root = path and read_xml(archive, path, findings)
    if not path or root is None or isinstance(root, str):
        return None
    inside = findings.inside(path)
    if root.tag != f"{OPF}package":
        inside.error("This is not a package document.", "Its root is `package`.", place(root))
        return None
    if not root.get("version", "").startswith("3."):
        inside.error(
            f"The book is of EPUB version {quoted(root.get('version', ''))}.",
            "Make it one of version 3.0.",
            place(root),
        )
    ids = identifiers(root, inside)
    metadata = root.find(f"{OPF}metadata")
    identifier = "" if metadata is None else _identifier(root, metadata, inside)
    _check_metadata(root, metadata, ids, inside)
    items = _items(root, path, archive, inside)
    by_id = {item.id: item for item in items}
    spine = tuple(_spine(root, by_id, inside))
    _check_roles(root, items, by_id, inside)
    found = {item.path: item for item in items if item.path in archive}
    known = {path, "mimetype", *found, *_linked(metadata, path, archive, inside)}
    for name in archive.names:
        if name not in known and not name.startswith("META-INF/"):
            findings.inside(name).error(
                "The file is in the book, and the manifest does not list it.",
                "Add it there, or leave it out.",
            )
    return Package(path, identifier, found, spine, tuple(claims_of(metadata)))


def read_xml(archive: Archive, path: str, findings: Findings) -> Element | None:
    """The root of an XML file of the book; None, and a finding, where it cannot be read."""
    data = archive.read(path)
    if data is None:
        return None
    try:
        return parse_xml(data)
    except MarkupError as error:
        findings.inside(path).error(error.message, "Correct the markup.", error.place)
        return None


def _path(archive: Archive, findings: Findings) -> str:
    if CONTAINER not in archive:
        findings.error(f"The book has no `{CONTAINER}`.", "It says where the package document is.")
        return ""
    root = read_xml(archive, CONTAINER, findings)
    if root is None:
        return ""
    inside = findings.inside(CONTAINER)
    files = [e.get("full-path", "") for e in root.iter(f"{_CONTAINER}rootfile")]
    if not files or not files[0]:
        inside.error("The file names no package document.", "Name it in `rootfile`.", place(root))
        return ""
    if files[0] not in archive:
        inside.error(f"The package document {quoted(files[0])} is not there.", "", place(root))
        return ""
    return files[0]


def _identifier(root: Element, metadata: Element, findings: Findings) -> str:
    name = root.get("unique-identifier", "")
    for element in metadata.iter(f"{DC}identifier"):
        if name and element.get("id") == name and text_of(element):
            return text_of(element)
    findings.error(
        f"The unique identifier {quoted(name)} is not there, or is empty.",
        "`unique-identifier` is the id of a `dc:identifier`.",
        place(root),
    )
    return ""


def _check_metadata(
    root: Element, metadata: Element | None, ids: dict[str, int], findings: Findings
) -> None:
    if metadata is None:
        findings.error("The book has no metadata.", "", place(root))
        return
    for name in ("title", "language"):
        elements = metadata.findall(f"{DC}{name}")
        if not elements or not all(text_of(element) for element in elements):
            findings.error(
                f"`dc:{name}` is missing or empty.", "Every book needs it.", place(metadata)
            )
    metas = metadata.findall(f"{OPF}meta")
    times = [
        e for e in metas if e.get("property") == "dcterms:modified" and e.get("refines") is None
    ]
    if len(times) != 1 or not _MODIFIED.fullmatch(text_of(times[0])):
        findings.error(
            "The time of the last change is missing, or not of the form 2026-01-31T12:00:00Z.",
            "Write it once as `dcterms:modified`, in UTC.",
            place(times[-1] if times else metadata),
        )
    for element in metadata:
        name = element.get("refines", "").removeprefix("#")
        if name and name not in ids:
            findings.error(
                f"Metadata refines {quoted(name)}, which is not there.", "", place(element)
            )
    if not root.get(f"{XML}lang"):
        findings.warning(
            "The package does not say what language its own text is in.",
            "Give `package` an `xml:lang`.",
            place(root),
        )


def _linked(
    metadata: Element | None, base: str, archive: Archive, findings: Findings
) -> Iterator[str]:
    """The files that the metadata links to: records and licences, which no manifest lists."""
    for element in () if metadata is None else metadata.iterfind(f"{OPF}link"):
        href = element.get("href", "")
        try:
            if scheme(href):
                continue
            path = target(base, href).path
        except AddressError:
            path = ""
        if path in archive or path == base:
            yield path
            if not element.get("media-type"):
                findings.error(
                    f"The metadata does not say of what kind {quoted(href)} is.",
                    "Give the link a `media-type`.",
                    place(element),
                )
        else:
            findings.error(
                f"The metadata links to {quoted(href)}, which is not in the book.",
                "Add the file, or leave the link out.",
                place(element),
            )


def _items(root: Element, base: str, archive: Archive, findings: Findings) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for element in root.iterfind(f"{OPF}manifest/{OPF}item"):
        href, at = element.get("href", ""), place(element)
        try:
            remote, path = scheme(href), target(base, href).path
        except AddressError:
            remote, path = "", ""
        if remote:
            findings.error(
                f"The manifest lists a file on the web: {quoted(href)}.",
                "Put a copy into the book.",
                at,
            )
            continue
        if path not in archive:
            findings.error(
                f"The manifest lists {quoted(href)}, which is not in the book.",
                "Add the file, or take it off the list.",
                at,
            )
        elif path in found:
            findings.error(f"The manifest lists {quoted(href)} twice.", "Keep one entry.", at)
        media_type = element.get("media-type", "")
        name = path.rpartition("/")[2].lower()
        right = TYPES.get(f".{name.rpartition('.')[2]}")
        if right and media_type not in right:
            findings.error(
                f"{quoted(href)} is listed as {quoted(media_type)}.",
                f"Its media type is {right[0]}.",
                at,
            )
        properties = frozenset(words(element, "properties"))
        item = Item(element.get("id", ""), path, media_type, properties, at)
        found.setdefault(path, item)
    return tuple(found.values())


def _spine(root: Element, items: dict[str, Item], findings: Findings) -> Iterator[str]:
    spine = root.find(f"{OPF}spine")
    references = [] if spine is None else spine.findall(f"{OPF}itemref")
    seen: set[str] = set()
    for element in references:
        name, at = element.get("idref", ""), place(element)
        item = items.get(name)
        if item is None:
            findings.error(
                f"The reading order names {quoted(name)}, which the manifest does not list.", "", at
            )
        elif name in seen:
            findings.error(f"The reading order has {quoted(name)} twice.", "Keep one.", at)
        elif item.media_type not in (XHTML, SVG_TYPE):
            findings.error(
                f"The reading order has {quoted(item.path)}, which is not a page.",
                "Only XHTML and SVG can be read in order.",
                at,
            )
        else:
            seen.add(name)
            yield item.path
    if not references:
        findings.error("The book has no reading order.", "List its pages in `spine`.", place(root))


def _check_roles(
    root: Element, items: tuple[Item, ...], by_id: dict[str, Item], findings: Findings
) -> None:
    navs = [item for item in items if "nav" in item.properties]
    if len(navs) != 1 or navs[0].media_type != XHTML:
        findings.error(
            "The book has not just one navigation document.",
            'Mark one XHTML file of the manifest with `properties="nav"`.',
            navs[-1].place if navs else place(root),
        )
    covers = [item for item in items if "cover-image" in item.properties]
    for item in covers[1:] + [c for c in covers[:1] if not c.media_type.startswith("image/")]:
        findings.error("A cover has to be one image.", "Mark one image.", item.place)
    spine = root.find(f"{OPF}spine")
    toc = "" if spine is None else spine.get("toc", "")
    if spine is not None and toc and (toc not in by_id or by_id[toc].media_type != NCX):
        findings.error(
            f"`toc` of the spine is {quoted(toc)}, which is not an NCX.", "", place(spine)
        )
