"""Fonts that the front matter brings: whether they may go out, and how they do."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from xml.etree import ElementTree

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from msgspec.structs import replace

from pipeline.model.faces import FACES, font_file
from pipeline.package.epub import obfuscate_font
from pipeline.package.fonts import Flavour, subset
from pipeline.package.result import Package
from pipeline.system.paths import builtin_templates
from tests.helpers import making

SOURCE = """---
title: The well
lang: en
identifier: 8f1b0a3e-5d0c-4c1e-9f67-0b7a5c0d9a11
fonts: {fonts}
---

Who digs the wells?
"""
STYLES = "body { font-family: Wells, serif }\n"

INSTALLABLE, RESTRICTED, PREVIEW, EDITABLE, WHOLE, BITMAPS = 0, 2, 4, 8, 0x100, 0x200

Make: TypeAlias = Callable[..., Package]


@functools.cache
def font(usage: int) -> bytes:
    """A font of the name Wells that says so of its embedding. Kerning and ligatures take longest to
    read, and are left out."""
    path = font_file(FACES[0])
    assert path is not None
    with TTFont(path) as file:
        for table in ("GDEF", "GPOS", "GSUB"):
            del file[table]
        for record in file["name"].names:
            if record.nameID in (1, 16):
                record.string = "Wells"
        file["OS/2"].fsType = usage
        output = io.BytesIO()
        file.save(output)
    return output.getvalue()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Builds an e-book whose styles ask for the font."""
    templates = tmp_path / "templates"
    (templates / "epub").mkdir(parents=True)
    (templates / "epub" / "style.css").write_text(STYLES)
    (tmp_path / "fonts").mkdir()

    def make(usage: int, fonts: str = "fonts/wells.otf", edition: str = "ebook") -> Package:
        (tmp_path / "fonts" / "wells.otf").write_bytes(font(usage))
        text = SOURCE.replace("{fonts}", fonts)
        document = making.resolved(text, edition, tmp_path)
        made = making.packed(making.rendered(document, templates=templates), tmp_path)
        return replace(made, diagnostics=(*document.diagnostics, *made.diagnostics))

    return make


def book(made: Package) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(made.data))


def only_font(book: zipfile.ZipFile) -> bytes:
    (name,) = (name for name in book.namelist() if name.endswith(".otf"))
    return book.read(name)


def test_a_font_that_may_be_embedded_is(make: Make, tmp_path: Path) -> None:
    (tmp_path / "fonts" / "OFL.txt").write_text("The licence.")
    with book(making.without_findings(make(INSTALLABLE))) as opened:
        characters = TTFont(io.BytesIO(only_font(opened))).getBestCmap()
        assert ord("W") in characters
        assert len(characters) < 400, "only what the text needs"
        assert b'font-family: "Wells"' in opened.read("EPUB/style.css")
        assert opened.read("EPUB/fonts/Wells-licence.txt") == b"The licence."
        assert "META-INF/encryption.xml" not in opened.namelist()


@pytest.mark.parametrize("usage", [RESTRICTED, BITMAPS | EDITABLE])
def test_a_font_that_forbids_it_is_refused(make: Make, usage: int) -> None:
    made = make(usage)
    (found,) = made.diagnostics
    assert (found.code, found.line, found.column) == ("font-not-embeddable", 5, 8)
    assert not found.is_error
    with book(made) as opened:
        assert not [name for name in opened.namelist() if "Wells" in name]


@pytest.mark.parametrize(
    ("usage", "fonts"),
    [
        (PREVIEW, "fonts/wells.otf"),
        (INSTALLABLE, "[{file: fonts/wells.otf, obfuscate: true}]"),
    ],
)
def test_a_font_is_hidden_where_its_licence_asks_for_that(
    make: Make, usage: int, fonts: str
) -> None:
    with book(making.without_findings(make(usage, fonts))) as opened:
        hidden = only_font(opened)
        said = ElementTree.fromstring(opened.read("META-INF/encryption.xml"))
    namespace = {"e": "http://www.w3.org/2001/04/xmlenc#"}
    (method,) = said.iterfind(".//e:EncryptionMethod", namespace)
    (where,) = said.iterfind(".//e:CipherReference", namespace)
    assert method.get("Algorithm") == "http://www.idpf.org/2008/embedding"
    assert where.get("URI") == "EPUB/fonts/Wells-400-normal.otf"
    assert not hidden.startswith(b"OTTO")
    shown = obfuscate_font(hidden, "urn:uuid:8f1b0a3e-5d0c-4c1e-9f67-0b7a5c0d9a11")
    assert ord("W") in TTFont(io.BytesIO(shown)).getBestCmap()


def test_obfuscation_is_that_of_the_standard() -> None:
    # the key is the SHA-1 of the identifier without white space, over the first 1040 bytes
    zeros = bytes(2000)
    mixed = obfuscate_font(zeros, " a\tb\n")
    assert mixed == obfuscate_font(zeros, "ab")
    assert mixed[:20].hex() == "da23614e02469a0d7c7bd1bdab5c9c474b1904dc"
    assert mixed[1020:1040] == mixed[:20]
    assert mixed[1040:] == zeros[1040:]


def test_a_font_that_has_to_stay_whole_does(make: Make) -> None:
    with book(making.without_findings(make(WHOLE))) as opened:
        assert len(TTFont(io.BytesIO(only_font(opened))).getBestCmap()) > 900


@pytest.mark.parametrize(
    ("fonts", "code", "column"),
    [
        ("fonts/well.otf", "missing-file", 8),
        ("../wells.otf", "outside-folder", 8),
        ("fonts/wells.doc", "wrong-value", 8),
        ("[fonts/wells.otf, x.ttf]", "bad-font", 26),
        ("{obfuscate: true}", "wrong-value", 8),
    ],
)
def test_what_is_wrong_with_a_font(tmp_path: Path, fonts: str, code: str, column: int) -> None:
    (tmp_path / "x.ttf").write_text("This is not a font.")
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "wells.otf").write_bytes(font(INSTALLABLE))
    text = SOURCE.replace("{fonts}", fonts)
    (found,) = making.resolved(text, "ebook", tmp_path).diagnostics
    assert (found.code, found.line, found.column) == (code, 5, column)


def test_the_print_edition_has_the_font(make: Make, tmp_path: Path) -> None:
    (tmp_path / "templates" / "themes").mkdir()
    theme = (builtin_templates() / "themes" / "classic.css").read_text(encoding="utf-8")
    own = tmp_path / "templates" / "themes" / "classic.css"
    own.write_text(theme.replace("Source Serif Pro", "Wells"), encoding="utf-8")
    made = making.without_findings(make(INSTALLABLE, edition="handout"))
    with pikepdf.open(io.BytesIO(made.data)) as pdf:
        names = [str(one.get("/BaseFont", "")) for one in pdf.objects if hasattr(one, "get")]
    assert any(name.endswith("Wells") for name in names)


def test_a_letter_that_is_damaged_is_found_before_it_is_needed(make: Make, tmp_path: Path) -> None:
    """The text has none of it, but pages have more letters than their text."""
    path = tmp_path / "fonts" / "damaged.otf"
    with TTFont(io.BytesIO(font(INSTALLABLE)), recalcBBoxes=False) as file:
        strings = file["CFF "].cff.topDictIndex[0].CharStrings
        strings[file.getBestCmap()[ord("z")]].bytecode = b"\xff"
        file.save(path)
    (found,) = make(INSTALLABLE, "fonts/damaged.otf").diagnostics
    assert found.code == "bad-font"


@pytest.mark.parametrize("flavour", ["woff2", "opentype"])
def test_a_subset_does_not_have_the_reserved_name(flavour: Flavour) -> None:
    """Copyright and licence stay; of the names, nothing does, in the table of outlines either."""
    with TTFont(io.BytesIO(subset(FACES[0], "The well", flavour))) as file:
        named = {record.nameID: str(record) for record in file["name"].names}
        outlines = file["CFF "].cff
        own = outlines.topDictIndex[0].rawDict
        glyphs = file.getGlyphSet()
        assert glyphs[file.getBestCmap()[ord("w")]].width
    assert "Adobe" in named[0]
    assert named[13]
    assert not any("Source" in named.get(number, "") for number in (1, 2, 3, 4, 6, 16))
    assert outlines.fontNames[0].strip("-") == "Subset"
    assert {own.get(key, "Subset").strip("-") for key in ("FullName", "FamilyName")} == {"Subset"}
