"""The packaging of an e-book (EPUB 3.3). The only place that knows EbookLib."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import io
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from ebooklib import epub
from ebooklib.epub import EpubBook, EpubItem
from PIL import UnidentifiedImageError

from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS
from pipeline.model.faces import font_file
from pipeline.model.late import late
from pipeline.model.metadata import (
    Certification,
    Contributor,
    Identifier,
    Metadata,
    Series,
    Subject,
    print_source,
)
from pipeline.model.rendered import (
    Accessibility,
    Face,
    Landmark,
    NavList,
    NavPoint,
    Page,
    PageListEntry,
    Pages,
)
from pipeline.model.roles import ROLES
from pipeline.model.words import words
from pipeline.package.bundle import write_archive
from pipeline.package.fonts import COMMON, characters, font_face, select_faces, subset, with_fonts
from pipeline.package.images import LONGEST_SIDE, for_ereaders
from pipeline.package.result import (
    NO_DATE,
    FileFacts,
    FrontImage,
    Package,
    asset_bytes,
    publication_moment,
)
from pipeline.system.pictures import Image

# --- ncx -------------------------------------------------------------------------------------
# The NCX: the contents as reading systems before EPUB 3 expect them.

NAMESPACE = "http://www.daisy.org/z3986/2005/ncx/"

CLASSES = {"figures": "loi", "tables": "lot"}
"""The names of the lists that EPUB 2 knows."""


def ncx(pages: Pages, identifier: str) -> bytes:
    """The NCX file; ``identifier`` is the package's unique identifier."""
    metadata = pages.metadata
    root = ET.Element(
        "ncx",
        {
            "xmlns": NAMESPACE,
            "version": "2005-1",
            "xml:lang": metadata.lang,
            "dir": metadata.direction,
        },
    )
    head = ET.SubElement(root, "head")
    for name, content in (
        ("uid", identifier),
        ("depth", str(_depth(pages.contents))),
        ("totalPageCount", str(len(pages.page_list))),
        ("maxPageNumber", str(_highest(pages.page_list))),
    ):
        ET.SubElement(head, "meta", {"name": f"dtb:{name}", "content": content})
    _label(root, "docTitle", metadata.title)
    for author in metadata.authors:
        _label(root, "docAuthor", author.name)
    order = _Order()
    _points(ET.SubElement(root, "navMap"), pages.contents, order)
    if pages.page_list:
        _targets(ET.SubElement(root, "pageList"), pages.page_list, order)
    for listing in pages.lists:
        _list(root, listing, order)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode").encode()


class _Order:
    """Numbers entries as they come, and places: the same place has the same number."""

    def __init__(self) -> None:
        self._entries = 0
        self._places: dict[str, int] = {}

    def attributes(self, href: str) -> dict[str, str]:
        """The attributes of an entry that leads to ``href``."""
        self._entries += 1
        return {"id": f"point-{self._entries}", "playOrder": self.place(href)}

    def place(self, href: str) -> str:
        return str(self._places.setdefault(href, len(self._places) + 1))


def _points(parent: ET.Element, points: tuple[NavPoint, ...], order: _Order) -> None:
    for point in points:
        _points(_entry(parent, "navPoint", point, order), point.children, order)


def _list(root: ET.Element, nav: NavList, order: _Order) -> None:
    kind = CLASSES.get(nav.kind)
    element = ET.SubElement(root, "navList", {"class": kind} if kind else {})
    _label(element, "navLabel", nav.title)
    for point in nav.points:
        _entry(element, "navTarget", point, order)


def _entry(parent: ET.Element, name: str, point: NavPoint, order: _Order) -> ET.Element:
    element = ET.SubElement(parent, name, order.attributes(point.href))
    _label(element, "navLabel", point.title)
    ET.SubElement(element, "content", {"src": point.href})
    return element


def _targets(parent: ET.Element, breaks: tuple[PageListEntry, ...], order: _Order) -> None:
    """The pages of the print edition; only those with Arabic numbers are ``normal``."""
    for number, page in enumerate(breaks, start=1):
        value = {"value": page.label} if _is_number(page.label) else {}
        kind = "normal" if value else "front"
        place = order.place(page.href)
        attributes = {"id": f"page-{number}", "type": kind, "playOrder": place, **value}
        element = ET.SubElement(parent, "pageTarget", attributes)
        _label(element, "navLabel", page.label)
        ET.SubElement(element, "content", {"src": page.href})


def _highest(breaks: tuple[PageListEntry, ...]) -> int:
    return max((int(page.label) for page in breaks if _is_number(page.label)), default=0)


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdecimal()


def _label(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, name), "text").text = text


def _depth(points: tuple[NavPoint, ...]) -> int:
    return 1 + max((_depth(point.children) for point in points), default=0) if points else 0


# --- book fonts ------------------------------------------------------------------------------
# The fonts of an e-book, and the licences that go with them. Some of these ask that no program but
# a reading system can use the font (EPUB 3.3, font obfuscation), which keeps nobody out.

LICENCE_NAMES = ("LICENSE.txt", "LICENSE", "OFL.txt", "files/LICENSE.txt", "files/OFL.txt")
"""The paths of licences in font packages."""


def add_fonts(book: EpubBook, faces: tuple[Face, ...], markup: str, css: str) -> str:
    """Adds subsets of ``faces`` for ``markup``, and returns the CSS that names them.

    Each family's licence is next to it, and linked in the package document.
    """
    rules = []
    licensed: dict[str, str] = {}
    for face in faces:
        name = _font_file(face)
        used = characters(face, markup)
        common = frozenset[str]() if face.element else COMMON
        data = subset(face, used, "opentype", css=css, common=common)
        item = EpubItem(name, f"fonts/{name}.otf", "font/otf", data)
        book.add_item(item)
        rules.append(font_face(face, item.file_name))
        source = face.package or face.family
        if source not in licensed:
            licensed[source] = _add_licence(book, face)
        if address := licensed[source]:
            link = {"rel": "dcterms:license", "href": address, "media-type": "text/plain"}
            book.add_metadata(None, "link", None, {**link, "refines": f"#{name}"})
    return "".join(rules)


def hidden_fonts(book: EpubBook, faces: tuple[Face, ...]) -> frozenset[str]:
    """The paths in the archive of the fonts to obfuscate."""
    folder = book.FOLDER_NAME
    return frozenset(f"{folder}/fonts/{_font_file(face)}.otf" for face in faces if face.obfuscated)


def _font_file(face: Face) -> str:
    """The file name of a face, in letters that every reading system accepts."""
    family = re.sub(r"[^A-Za-z0-9]", "", face.family) or "Font"
    return f"{family}-{face.weight}-{face.style}"


def _add_licence(book: EpubBook, face: Face) -> str:
    """Adds the licence of a face's package; returns its address, "" if it has none."""
    text = next(_licences(face), None)
    if text is None:
        return ""
    address = f"fonts/{_font_file(face).partition('-')[0]}-licence.txt"
    # A linked resource is not part of the manifest, and EbookLib then wants the full path.
    path = f"{book.FOLDER_NAME}/{address}"
    book.add_item(EpubItem(path, path, "text/plain", text, manifest=False))
    return address


def _licences(face: Face) -> Iterator[bytes]:
    file = font_file(face)
    folder = file.parents[face.path.count("/") if face.package else 0] if file else Path()
    for name in LICENCE_NAMES:
        if file and (folder / name).is_file():
            yield (folder / name).read_bytes()


ALGORITHM = "http://www.idpf.org/2008/embedding"
FILE = "META-INF/encryption.xml"

COVERED = 1040
"""The number of bytes of a font that are obfuscated."""


def obfuscate_font(font: bytes, identifier: str) -> bytes:
    """The font, its beginning combined with the publication's unique identifier; done once more,
    the font as it was."""
    key = hashlib.sha1(re.sub(r"[ \t\r\n]", "", identifier).encode()).digest()
    start = font[:COVERED]
    mixed = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(start))
    return mixed + font[COVERED:]


def encryption(paths: Iterable[str]) -> bytes:
    """The file that lists obfuscated files; their ``paths`` are relative to the root."""
    files = "".join(
        "<enc:EncryptedData>"
        f'<enc:EncryptionMethod Algorithm="{ALGORITHM}"/>'
        f"<enc:CipherData><enc:CipherReference URI={quoteattr(path)}/></enc:CipherData>"
        "</enc:EncryptedData>"
        for path in paths
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
        f' xmlns:enc="http://www.w3.org/2001/04/xmlenc#">{files}</encryption>\n'
    ).encode()


# --- package metadata ------------------------------------------------------------------------
# The metadata of an e-book, including accessibility (EPUB Accessibility 1.1), in its package
# document.


def add_meta(book: EpubBook, name: str, value: str, **attributes: str) -> None:
    book.add_metadata(None, "meta", value, {"property": name, **attributes})


IDENTIFIER_ID = "identifier"

STANDARD = "ebook"
"""The edition that owns the publication's identifiers."""

ISBN_10, ISBN_13, DOI = "02", "15", "06"
"""ONIX code list 5: kinds of identifiers."""

PREFIXES = ("ibooks: http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/",)

AUTHORITIES = {
    "LCC": "http://id.loc.gov/authorities/classification",
    "FAST": "http://id.worldcat.org/fast",
    "MeSH": "http://id.nlm.nih.gov/mesh",
}
"""Addresses of classifications that EPUB has no short name for."""

APPLE_VERSION = late(r"\d{1,4}(\.\d{1,4}){1,2}|\d{1,4}")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def unique_identifier(metadata: Metadata, edition: str = STANDARD) -> Identifier:
    """An e-book's identifier, which is the same in every build: its ISBN, else the publication's
    identifier, else one derived from its title. That of another edition, such as the teacher's, is
    derived from it and the edition's name, because no two books share one."""
    derived = uuid.uuid5(uuid.NAMESPACE_URL, f"{metadata.title}\n{metadata.lang}")
    identifier = metadata.identifier or Identifier("uuid", str(derived))
    if metadata.isbns.epub:
        identifier = Identifier("isbn", metadata.isbns.epub)
    if edition == STANDARD:
        return identifier
    return Identifier("uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{identifier.uri}#{edition}")))


def time_of_change(metadata: Metadata) -> datetime.datetime:
    """The modification time, which EPUB requires: `NO_DATE` if there is none."""
    return publication_moment(metadata.modified or metadata.date) or NO_DATE


def describe(book: EpubBook, pages: Pages, *, fonts: bool) -> None:
    """Writes the metadata of an e-book into ``book``, each with its refinements."""
    metadata = pages.metadata
    _identify(book, metadata, pages.edition)
    _entitle(book, metadata, pages.edition)
    book.set_language(metadata.lang)
    for lang in metadata.languages:
        if lang != metadata.lang:
            book.add_metadata("DC", "language", lang)
    for number, person in enumerate(metadata.authors, start=1):
        _credit(book, "creator", number, person)
    for number, person in enumerate(metadata.contributors, start=1):
        _credit(book, "contributor", number, person)
    for name, value in (
        ("publisher", metadata.publisher),
        ("date", metadata.date),
        ("description", metadata.description),
        ("source", print_source(metadata)),
        ("rights", _rights(metadata)),
    ):
        if value:
            book.add_metadata("DC", name, value)
    for number, subject in enumerate(metadata.subjects, start=1):
        _classify(book, number, subject)
    for keyword in dict.fromkeys(metadata.keywords):
        book.add_metadata("DC", "subject", keyword)
    if metadata.licence and metadata.licence.url:
        link = {"rel": "dcterms:license", "href": metadata.licence.url}
        book.add_metadata(None, "link", None, link)
    if metadata.series:
        _collect(book, metadata.series)
    for name, value in _terms(metadata):
        add_meta(book, name, value)
    if pages.page_list:
        # The printed pages are those of the book with the ISBN, or else of the handout.
        source = print_source(metadata) or f"{metadata.title} (PDF)"
        add_meta(book, "pageBreakSource", source)
    if fonts:
        # Without it, Apple Books shows none of the fonts.
        add_meta(book, "ibooks:specified-fonts", "true")
    if pages.accessibility:
        _claim(book, pages.accessibility, metadata.accessibility)


def _terms(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """Terms of schema.org, and the version number by which Apple Books recognises updates."""
    if metadata.version:
        yield "schema:version", metadata.version
    if APPLE_VERSION.fullmatch(metadata.version):
        yield "ibooks:version", metadata.version
    if metadata.edition_statement:
        yield "schema:bookEdition", metadata.edition_statement
    if metadata.imprint:
        yield "schema:publisherImprint", metadata.imprint
    for group in metadata.audience.groups:
        yield "schema:audience", group
    if metadata.audience.ages:
        yield "schema:typicalAgeRange", metadata.audience.ages
    if metadata.audience.level:
        yield "schema:educationalLevel", metadata.audience.level


def _identify(book: EpubBook, metadata: Metadata, edition: str) -> None:
    unique = unique_identifier(metadata, edition)
    book.IDENTIFIER_ID = IDENTIFIER_ID
    book.set_identifier(unique.uri)
    _type(book, IDENTIFIER_ID, unique)
    others = dict.fromkeys((metadata.identifier or unique, *metadata.identifiers))
    others.pop(unique, None)
    if edition != STANDARD:
        others.clear()
    for number, other in enumerate(others, start=2):
        name = f"{IDENTIFIER_ID}-{number}"
        book.add_metadata("DC", "identifier", other.uri, {"id": name})
        _type(book, name, other)


def _type(book: EpubBook, name: str, identifier: Identifier) -> None:
    code = {"doi": DOI, "isbn": ISBN_13 if len(identifier.value) == 13 else ISBN_10}
    if identifier.scheme in code:
        kind = code[identifier.scheme]
        add_meta(book, "identifier-type", kind, refines=f"#{name}", scheme="onix:codelist5")


def _entitle(book: EpubBook, metadata: Metadata, edition_name: str) -> None:
    """The titles: the main title and the subtitle, which form the full title in this order. The
    edition is added if it is stated in words, or is not the usual one."""
    book.title = metadata.title
    edition = "" if metadata.edition_statement.isdigit() else metadata.edition_statement
    if edition_name != STANDARD:
        vocabulary = words(metadata.lang)
        edition = ", ".join(filter(None, (edition, EDITIONS[edition_name].in_words(vocabulary))))
    titles = {
        "main": metadata.title,
        "subtitle": metadata.subtitle,
        "short": metadata.short_title,
        "edition": edition,
    }
    for number, (kind, title) in enumerate(titles.items(), start=1):
        if not title:
            continue
        name = {"main": "title", "subtitle": "subtitle"}.get(kind, f"title-{kind}")
        book.add_metadata("DC", "title", title, {"id": name})
        add_meta(book, "title-type", kind, refines=f"#{name}")
        if kind in ("main", "subtitle"):
            add_meta(book, "display-seq", str(number), refines=f"#{name}")
        if kind == "main" and metadata.sort_title:
            add_meta(book, "file-as", metadata.sort_title, refines=f"#{name}")


def _credit(book: EpubBook, element: str, number: int, person: Contributor) -> None:
    name = f"{element}-{number}"
    book.add_metadata("DC", element, person.name, {"id": name})
    for role in person.roles:
        add_meta(book, "role", role, refines=f"#{name}", scheme="marc:relators")
    if person.sort_name:
        add_meta(book, "file-as", person.sort_name, refines=f"#{name}")
    for lang, written in person.scripts:
        add_meta(book, "alternate-script", written, refines=f"#{name}", **{LANGUAGE: lang})
    add_meta(book, "display-seq", str(number), refines=f"#{name}")
    if person.kind:
        kind = {"person": "Person", "organisation": "Organization"}[person.kind]
        add_meta(book, "schema:additionalType", f"https://schema.org/{kind}", refines=f"#{name}")
    if person.orcid:
        add_meta(book, "schema:sameAs", f"https://orcid.org/{person.orcid}", refines=f"#{name}")


def _classify(book: EpubBook, number: int, subject: Subject) -> None:
    name = f"subject-{number}"
    book.add_metadata("DC", "subject", subject.name or subject.code, {"id": name})
    authority = AUTHORITIES.get(subject.scheme, subject.scheme)
    add_meta(book, "authority", authority, refines=f"#{name}")
    add_meta(book, "term", subject.code, refines=f"#{name}")


def _collect(book: EpubBook, series: Series) -> None:
    add_meta(book, "belongs-to-collection", series.name, id="series")
    add_meta(book, "collection-type", series.kind, refines="#series")
    if series.position:
        add_meta(book, "group-position", series.position, refines="#series")
    if series.issn:
        add_meta(book, "dcterms:identifier", f"urn:issn:{series.issn}", refines="#series")


def _rights(metadata: Metadata) -> str:
    licence = metadata.licence.name if metadata.licence else ""
    return ". ".join(part.rstrip(".") for part in (metadata.rights, licence) if part)


def _claim(book: EpubBook, accessibility: Accessibility, certification: Certification) -> None:
    for name, values in (
        ("accessMode", accessibility.modes),
        ("accessModeSufficient", accessibility.sufficient),
        ("accessibilityFeature", accessibility.features),
        ("accessibilityHazard", accessibility.hazards),
        ("accessibilitySummary", (accessibility.summary,)),
    ):
        for value in values:
            add_meta(book, f"schema:{name}", value)
    if accessibility.conforms_to and certification.certified_by:
        _certify(book, accessibility.conforms_to, certification.certified_by.text, certification)


def _certify(book: EpubBook, standard: str, name: str, certification: Certification) -> None:
    add_meta(book, "dcterms:conformsTo", standard, id="conformance")
    add_meta(book, "a11y:certifiedBy", name, id="certifier", refines="#conformance")
    if certification.credential:
        credential = certification.credential
        add_meta(book, "a11y:certifierCredential", credential, refines="#certifier")
    if certification.report:
        link = {"rel": "a11y:certifierReport", "href": certification.report}
        book.add_metadata(None, "link", None, {**link, "refines": "#certifier"})


# --- book packaging --------------------------------------------------------------------------
# The e-book: EPUB 3.3 that older reading systems can open too.
#
# EbookLib is handed finished files, and the archive is our own, so that equal publications are
# equal files.

STYLE, MODERN = "style.css", "modern.css"
XHTML = "application/xhtml+xml"
MIMETYPE = "mimetype"
"""The file that says what an e-book is."""


def package_ebook(pages: Pages, folder: Path) -> Package:
    """The e-book of some pages."""
    metadata = pages.metadata
    markup = "\n".join(page.markup for page in pages.pages)
    gathered = gather_images(pages, folder)
    diagnostics = list(gathered.diagnostics)
    book = epub.EpubBook()
    book.prefixes = list(PREFIXES)
    book.set_direction(metadata.direction)
    css, modern = (
        "\n".join(style.css for style in pages.styles if style.apart is apart)
        for apart in (False, True)
    )
    # Without fonts of its own a book has the reader's, and is free of EPUBCheck's notes.
    offered = [face for face in pages.faces if metadata.embed_fonts or not face.package]
    faces = select_faces(offered, css, markup)
    describe(book, pages, fonts=bool(faces))
    documents = [
        _document(page, gathered.fill_addresses(page.markup), pages) for page in pages.pages
    ]
    images = list(gathered.items)
    files = list(gathered.files)
    if pages.cover:
        from pipeline.package.covers import draw_cover

        cover = draw_cover(pages.cover, folder)
        media_type = "image/png" if pages.cover.is_png else "image/jpeg"
        images.append(_item("cover-image", pages.cover.file, media_type, cover.data, "cover-image"))
        diagnostics += cover.diagnostics
        files += cover.files
    front = next((item for item in images if "cover-image" in item.properties), None)
    if front:
        book.add_metadata(None, "meta", None, {"name": "cover", "content": front.id})
    fonts = add_fonts(book, faces, markup, css)
    for item in (
        *documents,
        *images,
        _item("style", STYLE, "text/css", (fonts + css).encode()),
        _item("modern", MODERN, "text/css", modern.encode()),
        _item("ncx", "toc.ncx", "application/x-dtbncx+xml", ncx(pages, book.uid)),
    ):
        book.add_item(item)
    book.spine = documents
    book.guide = list(guide(pages.landmarks))
    written = _write_book(book, metadata)
    data = _pack(written, metadata, hidden_fonts(book, faces), book.uid)
    return Package(
        data=data,
        facts=FileFacts(files=len(written)),
        diagnostics=tuple(diagnostics),
        dependencies=tuple(map(str, files)),
        front=_front(front) if front else None,
    )


def _front(item: epub.EpubItem) -> FrontImage:
    size = (0, 0)
    with contextlib.suppress(UnidentifiedImageError, OSError):  # a drawing
        size = Image.open(io.BytesIO(item.content)).size
    suffix = PurePosixPath(item.file_name).suffix
    return FrontImage(item.content, item.media_type, suffix, *size)


def _item(
    name: str, address: str, media_type: str, content: bytes, *properties: str
) -> epub.EpubItem:
    item = epub.EpubItem(name, address, media_type, content)
    item.properties = list(properties)
    return item


def _document(page: Page, markup: str, pages: Pages) -> epub.EpubItem:
    name = page.name.removesuffix(".xhtml")
    item = _item(f"page-{name}", page.name, XHTML, markup.encode(), *page.properties)
    # The contents are there for the reading system; leafing through skips them on request, and
    # where a text without sections has nothing but its title in them.
    show, has_entries = pages.metadata.contents.show, len(pages.contents) > 1 or bool(pages.lists)
    item.is_linear = page.role != "nav" or (has_entries if show == "auto" else show == "always")
    return item


class _Files(dict[str, bytes]):
    """The files of a book by their names, gathered as an archive would be written."""

    def writestr(self, name: str, content: str | bytes, compress_type: int | None = None) -> None:
        self[name] = content.encode() if isinstance(content, str) else content


class _Writer(epub.EpubWriter):  # type: ignore[misc]
    """EbookLib's writer without its archive, which would use the clock's time, and fails before
    1980."""

    def write(self) -> None:
        self.out = _Files({MIMETYPE: b"application/epub+zip"})
        self._write_container()
        self._write_opf()
        self._write_items()


def _write_book(book: epub.EpubBook, metadata: Metadata) -> _Files:
    mtime = time_of_change(metadata)
    options = {"epub3_pages": False, "package_direction": True, "mtime": mtime}
    writer = _Writer("", book, options)
    writer.process()
    writer.write()
    files: _Files = writer.out
    return files


def _pack(files: _Files, metadata: Metadata, hidden: frozenset[str], identifier: str) -> bytes:
    """The files, of which the media type must be the first, uncompressed; fonts that are ``hidden``
    are obfuscated with the book's identifier."""
    files |= {name: obfuscate_font(files[name], identifier) for name in hidden}
    if hidden:
        files[FILE] = encryption(sorted(hidden))
    ordered = dict(sorted(files.items(), key=lambda file: (file[0] != MIMETYPE, file[0])))
    for name in ordered:
        if name.endswith(".opf"):  # EbookLib omits its language
            opening = f"<package xml:lang={quoteattr(metadata.lang)} "
            ordered[name] = ordered[name].replace(b"<package ", opening.encode(), 1)
    return write_archive(ordered, stored=(MIMETYPE,))


KINDS: dict[str, str] = {
    "cover": "cover",
    "toc": "toc",
    "loi": "loi",
    "lot": "lot",
    "bodymatter": "text",
    **{name: role.guide for name, role in ROLES.items() if role.guide},
}
"""The names of landmarks in EPUB 2."""


def guide(landmarks: tuple[Landmark, ...]) -> Iterator[dict[str, str]]:
    """The references of the guide, as EbookLib takes them."""
    for landmark in landmarks:
        if landmark.kind in KINDS:
            yield {"type": KINDS[landmark.kind], "title": landmark.title, "href": landmark.href}


# --- images, as e-readers show them -------------------------------------------------------


SVG = "image/svg+xml"


class Images(NamedTuple):
    """The images, as items; those whose addresses differ from the pages'; files read; findings."""

    items: tuple[epub.EpubItem, ...]
    moved: dict[str, str]
    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]

    def fill_addresses(self, markup: str) -> str:
        """A page's markup with the addresses that images have."""
        for old, new in self.moved.items():
            markup = markup.replace(f'"{old}"', f'"{new}"')
        return markup


def gather_images(pages: Pages, folder: Path) -> Images:
    """The images of all pages."""
    items, files, diagnostics = [], [], []
    moved: dict[str, str] = {}
    names = {asset.name for asset in pages.assets}
    for number, asset in enumerate(_select_images(pages), start=1):
        data = asset.data
        if not data:
            file = folder / asset.path
            files.append(file)
            try:
                data = asset_bytes(asset, folder)
            except OSError:
                message = f"The image `{asset.path}` cannot be read."
                diagnostics.append(diagnostic(Code.UNREADABLE_FILE, message))
                continue
        address, media_type = f"images/{asset.name}", asset.media_type
        if media_type == SVG:
            data = with_fonts(data, pages.faces if pages.metadata.embed_fonts else ())
        else:
            longest = 0 if _is_cover(asset, pages) else pages.metadata.image_size
            fitted = for_ereaders(data, longest or LONGEST_SIDE)
            data, media_type = fitted.data, fitted.media_type or media_type
            if fitted.suffix:
                moved[address] = address = f"images/{_image_file(asset.name, fitted.suffix, names)}"
        properties = ("cover-image",) if _is_cover(asset, pages) else ()
        items.append(_item(f"image-{number}", address, media_type, data, *properties))
    return Images(tuple(items), moved, tuple(files), tuple(diagnostics))


def _image_file(old: str, suffix: str, names: set[str]) -> str:
    """A name for an image of another type, which no other has."""
    stem = old.rpartition(".")[0]
    name, number = f"{stem}.{suffix}", 1
    while name in names:
        number += 1
        name = f"{stem}-{number}.{suffix}"
    names.add(name)
    return name


def _is_cover(asset: Asset, pages: Pages) -> bool:
    """Return whether an image is the cover itself, not a drawing from which a picture is made."""
    named = pages.metadata.cover
    return pages.cover is None and named is not None and asset.path == named.source.text


def _select_images(pages: Pages) -> tuple[Asset, ...]:
    """The images but for a cover's drawing that is nowhere else."""
    if not pages.cover:
        return pages.assets
    drawn = {asset.name for asset in pages.cover.assets}
    return tuple(
        asset
        for asset in pages.assets
        if asset.name not in drawn or asset.name in pages.inventory.images
    )
