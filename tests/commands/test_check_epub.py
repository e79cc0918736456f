"""Checking e-books: faults planted in a book that is right."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.commands.check.finished import CheckReport, check
from tests.commands.test_check_html import place_of
from tests.helpers.sentences import no_sentences

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
    assert check(pack(tmp_path / "book.epub", FILES)) == CheckReport()


CONTAINER, OPF, ONE = "META-INF/container.xml", "EPUB/book.opf", "EPUB/one.xhtml"

# file, replaced text, replacement, the file with the finding, the text at its position ("" for the
# whole file), and a part of its message
FAULTS: dict[str, tuple[str, str, str, str, str, str]] = {
    "container": (CONTAINER, "book.opf", "x.opf", "", "", "The book has no file “EPUB/x.opf”."),
    "empty container": (CONTAINER, "rootfile ", "x ", CONTAINER, "", "names no package document"),
    "package's form": (OPF, "</spine>", "", OPF, "package>\n", "not well-formed XML"),
    "form": (ONE, "</h2>", "</h3>", ONE, "h3>", "not well-formed XML: mismatched tag"),
    "entity": (ONE, "Text.", "&nbsp;", ONE, "&nbsp;", "undefined entity"),
    "bomb": (ONE, "<!DOCTYPE html>", '<!DOCTYPE html [<!ENTITY a "b">]>', ONE, "", "entities"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_book_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    file, old, new, source, at, message = FAULTS[name]
    assert old in FILES[file]
    files = FILES | {file: FILES[file].replace(old, new)}
    path = pack(tmp_path / "book.epub", files)
    (found,) = check(path).diagnostics
    assert (found.code, message in found.message) == ("check-failed", True)
    assert found.source == (f"{path}/{source}" if source else str(path))
    assert (found.line, found.column) == place_of(files.get(source, ""), at)
    assert not no_sentences([found])


def test_an_encrypted_file(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.epub", FILES)
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[data.index(b"EPUB/one.xhtml", directory) - 46 + 8] |= 1
    path.write_bytes(data)
    (found,) = check(path).diagnostics
    assert (found.source, found.message) == (f"{path}/{ONE}", "The file is damaged or encrypted.")


def test_no_container(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith("META-INF")}
    (found,) = check(pack(tmp_path / "book.epub", files)).diagnostics
    assert found.message == "The book has no file “META-INF/container.xml”."
