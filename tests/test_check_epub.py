"""Checking e-books: each fault planted in a book that is right."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.package.epub.fonts import encryption
from pipeline.verify import CheckReport, check
from tests.sentences import no_sentences
from tests.test_check_html import place_of

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="en" xml:lang="en">
<head><title>A book</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
"""
FILES = {
    "META-INF/container.xml": """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="EPUB/book.opf"
 media-type="application/oebps-package+xml"/></rootfiles>
</container>
""",
    "EPUB/book.opf": """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:cf68d161-fe81-483f-928b-7db216c557cc</dc:identifier>
<dc:title id="title">A book</dc:title>
<dc:language>en</dc:language>
<meta property="dcterms:modified">2026-01-31T12:00:00Z</meta>
<meta property="title-type" refines="#title">main</meta>
<link rel="dcterms:license" href="licence.txt" media-type="text/plain"/>
<link rel="dcterms:license" href="https://example.org/"/>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="two.xhtml" media-type="application/xhtml+xml" properties="svg"/>
<item id="style" href="style.css" media-type="text/css"/>
<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>
<item id="font" href="font%2D1.otf" media-type="font/otf"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
</manifest>
<spine toc="ncx">
<itemref idref="nav"/>
<itemref idref="one"/>
<itemref idref="two"/>
</spine>
</package>
""",
    "EPUB/nav.xhtml": HEAD
    + """<body><nav epub:type="toc" role="doc-toc"><h1>Contents</h1>
<ol>
<li><a href="one.xhtml">One</a></li>
<li><span>Two</span>
<ol><li><a href="two.xhtml#part">Part</a></li></ol>
</li>
</ol></nav>
<nav epub:type="landmarks" hidden="hidden"><ol>
<li><a epub:type="bodymatter" href="one.xhtml">Text</a></li>
</ol></nav>
</body></html>
""",
    "EPUB/one.xhtml": HEAD
    + """<body><h2>One</h2>
<p>Text.<a id="ref" href="two.xhtml#note" epub:type="noteref" role="doc-noteref">1</a></p>
<p id="here"><img src="cover.png" alt="The cover"/> <a href="https://example.org/">there</a></p>
</body></html>
""",
    "EPUB/two.xhtml": HEAD
    + """<body><h1>Two</h1>
<h2 id="part">Part</h2>
<table><tr><th scope="row">Head</th><td>1</td></tr></table>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 viewBox="0 0 9 9">
<image xlink:href="cover.png" width="9" height="9"/></svg>
<aside id="note" epub:type="footnote" role="doc-footnote">
<p>A note. <a href="one.xhtml#ref" role="doc-backlink">Back</a> <a href="#part">on</a></p></aside>
</body></html>
""",
    "EPUB/style.css": '@font-face { font-family: F; src: url("font%2D1.otf") }\np { margin: 0 }\n',
    "EPUB/toc.ncx": """<?xml version="1.0" encoding="utf-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">
<head><meta name="dtb:uid" content="urn:uuid:cf68d161-fe81-483f-928b-7db216c557cc"/></head>
<docTitle><text>A book</text></docTitle>
<navMap>
<navPoint id="p1"><navLabel><text>One</text></navLabel><content src="one.xhtml"/></navPoint>
<navPoint id="p2"><navLabel><text>Part</text></navLabel><content src="two.xhtml#part"/></navPoint>
</navMap>
</ncx>
""",
    "EPUB/licence.txt": "Free.",
}
# the smallest image and font that EPUBCheck takes for such
BINARY = {
    "EPUB/cover.png": bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
        "3a7e9b550000000a49444154789c6360000000020001"
        "48afa4710000000049454e44ae426082"
    ),
    "EPUB/font-1.otf": b"OTTO" + bytes(8),
}


def pack(path: Path, files: dict[str, str]) -> Path:
    """A book of these files, with `BINARY` as the default."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in (BINARY | files).items():
            book.writestr(name, content)
    return path


def test_a_book_that_is_right(tmp_path: Path) -> None:
    assert check(pack(tmp_path / "book.epub", FILES), external=False) == CheckReport()


CONTAINER = "META-INF/container.xml"
OPF, NAV, NCX = "EPUB/book.opf", "EPUB/nav.xhtml", "EPUB/toc.ncx"
ONE, TWO, CSS = "EPUB/one.xhtml", "EPUB/two.xhtml", "EPUB/style.css"
LICENCE = '<link rel="dcterms:license" href="licence.txt" media-type="text/plain"/>'
TIME = '<meta property="dcterms:modified">2026-01-31T12:00:00Z</meta>'

# file, replaced text, replacement, position of the finding (the file, if another, and the text that
# begins there; "" for the whole file), and a part of its message
FAULTS: dict[str, tuple[str, str, str, str | tuple[str, str], str]] = {
    "container": (CONTAINER, "book.opf", "x.opf", "<container", "“EPUB/x.opf” does n"),
    "empty container": (CONTAINER, "rootfile ", "x ", "<container", "names no pack"),
    "container's form": (CONTAINER, "</rootfiles>", "", "container>\n", "well-formed"),
    "package's form": (OPF, "</spine>", "", "package>\n", "not well-formed XML"),
    "not a package": (OPF, "2007/opf", "2007/x", "<package", "not a package document"),
    "version": (OPF, '"3.0"', '"2.0"', "<package", "EPUB version “2.0”"),
    "identifier's id": (OPF, '="id">', '="x">', "<package", "identifier “id” is"),
    "identifier": (OPF, "urn:uuid:cf68d161-fe81-483f-928b-7db216c557cc", " ", "<package", "empty"),
    "title": (OPF, ">A book<", "><", "<metadata", "`dc:title`"),
    "language": (OPF, "<dc:language>en</dc:language>", "", "<metadata", "`dc:language`"),
    "time": (OPF, TIME, "", "<metadata", "the last change"),
    "time with zone": (OPF, "00Z", "00+01:00", '<meta property="dcterms', "not of the form"),
    "times": (OPF, TIME, f"{TIME}\n{TIME}", TIME + '\n<meta property="t', "the last change"),
    "refined": (OPF, "#title", "#tilte", '<meta property="title-type"', "refines “tilte”"),
    "licence": (OPF, "licence.txt", "x.txt", "<link", "“x.txt”, which is not in the book"),
    "licence's kind": (OPF, ' media-type="text/plain"', "", "<link", "media type of “lic"),
    "unlisted licence": (OPF, LICENCE, "", ("EPUB/licence.txt", ""), "not in the manifest"),
    "listed and not there": (OPF, "cover.png", "a.png", '<item id="cover"', "“a.png”, which"),
    "not listed": (OPF, "cover.png", "a.png", ("EPUB/cover.png", ""), "not in the manifest"),
    "listed twice": (OPF, 'href="two', 'href="one', '<item id="two"', "“one.xhtml” twice"),
    "listed on the web": (OPF, 'ef="cover', 'ef="http://x/', '<item id="cover"', "on the web"),
    "id twice": (OPF, 'id="two"', 'id="one"', '<item id="one" href="two', "“one” is used twice"),
    "media type": (OPF, "image/png", "image/jpeg", '<item id="cover"', "listed as “image/jpeg”"),
    "no spine": (OPF, "itemref", "x", "<package", "no reading order"),
    "spine": (OPF, 'idref="two"', 'idref="x"', '<itemref idref="x"', "“x”, which the manifest"),
    "spine twice": (OPF, 'idref="two"/>', 'idref="one" />', '<itemref idref="one" ', "“one” twice"),
    "image in spine": (OPF, 'idref="two"', 'idref="cover"', '<itemref idref="cover', "not a page"),
    "toc": (OPF, 'toc="ncx"', 'toc="one"', "<spine", "“one”, which is not an NCX"),
    "no nav": (OPF, ' properties="nav"', "", "<package", "exactly one navigation document"),
    "two navs": (OPF, '="svg"', '="svg nav"', '<item id="two"', "exactly one navigation document"),
    "cover": (
        OPF,
        'id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>\n<item ',
        'properties="cover-image" ',
        '<item properties="cover-image"',
        "A cover must be a single image",
    ),
    "svg": (OPF, ' properties="svg"', "", '<item id="two"', "has the property svg"),
    "order": (NAV, "two.xhtml#part", "nav.xhtml", '<a href="nav', "out of"),
    "order in a page": (NAV, "one.xhtml", "two.xhtml#note", '<a href="two.xhtml#p', "out of"),
    "no table of contents": (NAV, 'epub:type="toc"', "", "<html", "There are 0 tables of contents"),
    "contents twice": (NAV, '"landmarks"', '"toc"', '<nav epub:type="toc" hidden', "There are 2"),
    "landmark": (NAV, ' epub:type="bodymatter"', "", '<a href="one.xhtml">Text', "no `epub:type`"),
    "entry without text": (NAV, ">One<", "><", '<li><a href="one.xhtml">', "has no text"),
    "no link": (NAV, '<a href="one.xhtml">One</a>', "<span>One</span>", "<li><span>One", "nowhere"),
    "list": (NAV, "<h1>Contents</h1>", "<ol></ol>", "<nav", "exactly one `ol`"),
    "entry's link": (NAV, "#part", "#prat", '<a href="two.xhtml#prat', "an id that does not exist"),
    "form": (ONE, "</h2>", "</h3>", "h3>", "not well-formed XML: mismatched tag"),
    "entity": (ONE, "Text.", "&nbsp;", "&nbsp;", "undefined entity"),
    "entity bomb": (ONE, "<!DOCTYPE html>", '<!DOCTYPE html [<!ENTITY a "b">]>', "", "entities"),
    "namespace": (ONE, 'xmlns="http://www.w3.org/1999/xhtml" ', "", "<html", "not XHTML"),
    "page's language": (ONE, ' lang="en" xml:lang="en"', "", "<html", "what language"),
    "two languages": (ONE, 'xml:lang="en"', 'xml:lang="de"', "<html", "“de”"),
    "page's title": (ONE, "<title>A book</title>", "", "<html", "no title"),
    "level": (TWO, "h2", "h3", "<h3", "after a heading of level 1"),
    "id": (TWO, 'id="part"', 'id="note"', "<aside", "“note” is used twice"),
    "page": (ONE, "https://example.org/", "tow.xhtml", '<a href="tow', "“tow.xhtml”, which is not"),
    "own id": (TWO, "#part", "#prat", '<a href="#prat', "“#prat”, an id"),
    "id elsewhere": (ONE, "two.xhtml#note", "two.xhtml#x", '<a id="ref"', "“two.xhtml#x”, an id"),
    "label": (ONE, "<h2>", '<h2 aria-labelledby="x">', "<h2", "“x”, which does not exist"),
    "out of the book": (ONE, "cover.png", "../../a.png", "<img", "“../../a.png”, which is not in"),
    "on the disk": (ONE, "https://example.org/", "file:///a", '<a href="file', "leads out of"),
    "image": (ONE, "cover.png", "cvoer.png", "<img", "“cvoer.png”, which is not in the book"),
    "image on the web": (ONE, "cover.png", "https://x/y.png", "<img", "leads out of the book"),
    "image in a drawing": (TWO, "cover.png", "x.png", "<image", "`href` of `image`"),
    "alternative": (ONE, ' alt="The cover"', "", "<img", "no alternative text"),
    "scope": (TWO, ' scope="row"', "", "<th>", "which cells it is for"),
    "style": (ONE, "style.css", "x.css", "<link", "“x.css”, which is not in the book"),
    "font": (CSS, "font%2D1", "font", 'url("font', "“font.otf”, which is not in the book"),
    "font on the web": (CSS, "p {", "p { background: url(//x/y);", "url(//x/y)", "leads out"),
    "not a note": (TWO, 'footnote" role="doc-footnote"', 'x"', (ONE, '<a id="ref"'), "marked"),
    "no way back": (TWO, ' role="doc-backlink"', "", (ONE, '<a id="ref"'), "no backlink"),
    "way back": (TWO, "#ref", "#here", '<a href="one.xhtml#here', "does not lead to its reference"),
    "NCX's identifier": (NCX, "cf68d161", "cf68d162", "<meta", "`dtb:uid` is “urn:uuid:cf68d162"),
    "NCX's link": (NCX, "#part", "#prat", '<content src="two', "“two.xhtml#prat”, an id"),
    "NCX to itself": (NCX, "two.xhtml", "", '<content src="#part"', "not in the reading order"),
    "NCX without text": (NCX, "<text>One</text>", "", "<navPoint", "no text"),
}
WARNINGS: dict[str, tuple[str, str, str, str | tuple[str, str], str]] = {
    "package's language": (OPF, ' xml:lang="en"', "", "<package", "its own text"),
    "NCX's entries": (NCX, "one.xhtml", "nav.xhtml", "<ncx", "differ from the contents"),
}


@pytest.mark.parametrize("name", [*FAULTS, *WARNINGS])
def test_fault(name: str, tmp_path: Path) -> None:
    file, old, new, at, message = (FAULTS | WARNINGS)[name]
    assert old in FILES[file]
    files = FILES | {file: FILES[file].replace(old, new)}
    path = pack(tmp_path / "book.epub", files)
    source, at = at if isinstance(at, tuple) else (file, at)
    report = check(path, external=False)
    assert not no_sentences(report.diagnostics)
    places = [
        (found.source, found.line, found.column)
        for found in report.diagnostics
        if message in found.message
        and found.code == ("check-failed" if name in FAULTS else "check-warning")
    ]
    assert places == [(f"{path}/{source}", *place_of(files.get(source, ""), at))]


def test_not_in_the_reading_order(tmp_path: Path) -> None:
    opf = FILES[OPF].replace('<itemref idref="two"/>', "")
    path = pack(tmp_path / "book.epub", FILES | {OPF: opf})
    sources = {
        found.source.removeprefix(f"{path}/EPUB/")
        for found in check(path, external=False).diagnostics
        if "not in the reading order" in found.message
    }
    assert sources == {"nav.xhtml", "one.xhtml", "toc.ncx"}


# --- the zip -----------------------------------------------------------------------------


def write(path: Path, first: Callable[[zipfile.ZipFile], None]) -> Path:
    """A book that begins with ``first``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        first(book)
        for name, content in (BINARY | FILES).items():
            book.writestr(name, content)
    return path


def with_extra_field(book: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("mimetype")
    entry.extra = b"UT\x01\x00\x00"
    book.writestr(entry, "application/epub+zip")


STARTS: dict[str, tuple[Callable[[zipfile.ZipFile], None], str]] = {
    "no mimetype": (lambda book: None, "The first file in the book is “EPUB/cover.png”"),
    "compressed": (lambda book: book.writestr("mimetype", "application/epub+zip"), "is compressed"),
    "extra field": (with_extra_field, "has an extra field"),
    "line end": (
        lambda book: book.writestr("mimetype", "application/epub+zip\n", zipfile.ZIP_STORED),
        "does not contain `application/epub+zip`",
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_how_a_book_begins(name: str, tmp_path: Path) -> None:
    first, message = STARTS[name]
    path = write(tmp_path / "book.epub", first)
    (found,) = check(path, external=False).diagnostics
    assert (found.source, found.code) == (f"{path}/mimetype", "check-failed")
    assert message in found.message
    assert not no_sentences((found,))


@pytest.mark.parametrize("name", ["EPUB/STYLE.css", "EPUB/../x", "a\\b", "a//b", "META-INF/a."])
def test_names_that_not_all_systems_can_unpack(name: str, tmp_path: Path) -> None:
    path = pack(tmp_path / "book.epub", FILES | {name: ""})
    found = [d for d in check(path, external=False).diagnostics if "name" in d.message]
    assert [d.source for d in found] == [f"{path}/{name}"]


def test_a_damaged_image(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.epub", FILES)
    data = path.read_bytes()
    at = data.index(b"cover.png") + len("cover.png") + 5
    path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    (found,) = check(path, external=False).diagnostics
    assert (found.source, found.message) == (
        f"{path}/EPUB/cover.png",
        "The file is damaged, and cannot be unpacked.",
    )


def test_an_encrypted_file(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.epub", FILES)
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[data.index(b"EPUB/one.xhtml", directory) - 46 + 8] |= 1
    path.write_bytes(data)
    found = check(path, external=False).diagnostics
    assert any(d.source.endswith("one.xhtml") and "encrypted" in d.message for d in found)


def test_locked_parts(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.epub", FILES | {"META-INF/encryption.xml": "<x/>"})
    (found,) = check(path, external=False).diagnostics
    assert (found.code, found.source) == ("check-warning", f"{path}/META-INF/encryption.xml")


def test_fonts_that_are_obfuscated_are_not_locked(tmp_path: Path) -> None:
    hidden = encryption(["EPUB/fonts/a.otf"]).decode()
    path = pack(tmp_path / "book.epub", FILES | {"META-INF/encryption.xml": hidden})
    assert not check(path, external=False).diagnostics
    locked = hidden.replace("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/adept")
    path = pack(tmp_path / "locked.epub", FILES | {"META-INF/encryption.xml": locked})
    (found,) = check(path, external=False).diagnostics
    assert "locked" in found.message


def test_no_container(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith("META-INF")}
    path = pack(tmp_path / "book.epub", files)
    (found,) = check(path, external=False).diagnostics
    assert found.message == "The book has no `META-INF/container.xml`."
