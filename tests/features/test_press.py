"""PDF/X-4 for offset printers. There is no free validator of the standard: its requirements
(ISO 15930-7) are looked for here, one by one."""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageCms

import pipeline
from pipeline import Options
from tests.helpers import checkers
from tests.helpers.pdf_drawing import colours, texts
from tests.helpers.pdf_reading import open_pdf, read
from tests.package.pdf.test_greyscale import DRAWING, EVERY_COLOUR

FRONT = """\
---
title: Wells
lang: en
date: 2026-11-24
contents: true
print: {standard: x4, profile: press.icc, bleed: 5mm}
---

# Water

A [link](https://a.example) and [another](#water).[^n]

[^n]: A note.

"""

LEVELS = 9
RELATIVE = ImageCms.Intent.RELATIVE_COLORIMETRIC


def inks(red: float, green: float, blue: float) -> tuple[int, ...]:
    """The inks of a press in a school book: black is what all colours have in common."""
    black = 1 - max(red, green, blue)
    parts = [(1 - part - black) / (1 - black or 1) for part in (red, green, blue)]
    return tuple(round(255 * part) for part in (*parts, black))


@functools.cache
def profile() -> bytes:
    """The ICC profile of that press (ICC.1:2001-04), of two tables: to CIE L*a*b*, and back."""
    lab, srgb = ImageCms.createProfile("LAB", 5000), ImageCms.createProfile("sRGB")
    corners = Image.new("RGB", (16, 1))
    for number in range(16):
        *ink, black = (number >> bit & 1 for bit in (3, 2, 1, 0))
        light = 30 if black else 255
        corners.putpixel((number, 0), tuple(0 if one else light for one in ink))
    seen: Any = ImageCms.profileToProfile(corners, srgb, lab, RELATIVE, "LAB")
    grid = Image.new("LAB", (LEVELS**3, 1))
    for number in range(LEVELS**3):
        steps = (number // LEVELS**2, number // LEVELS % LEVELS, number % LEVELS)
        grid.putpixel((number, 0), tuple(round(step * 255 / (LEVELS - 1)) for step in steps))
    shown: Any = ImageCms.profileToProfile(grid, lab, srgb, RELATIVE, "RGB")
    back = b"".join(
        bytes(inks(*(part / 255 for part in shown.getpixel((number, 0)))))
        for number in range(LEVELS**3)
    )
    white = struct.pack(">8s3i", b"XYZ \0\0\0\0", 0xF6D6, 0x10000, 0xD32D)
    name = b"School press\0"
    tags = {
        b"desc": struct.pack(">8sI", b"desc\0\0\0\0", len(name)) + name + bytes(79),
        b"cprt": b"text\0\0\0\0None\0",
        b"wtpt": white,
        b"A2B0": table(4, 3, 2, seen.tobytes()),
        b"B2A0": table(3, 4, LEVELS, back),
    }
    at, index, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        index += struct.pack(">4sII", tag, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x3i48x",
        at + len(body), 0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp", 0xF6D6, 0x10000, 0xD32D,
    )  # fmt: skip
    return head + index + body


def table(takes: int, gives: int, levels: int, values: bytes) -> bytes:
    """Such a table (lut8Type)."""
    plain = bytes(range(256))
    head = struct.pack(
        ">8s4B9i", b"mft1\0\0\0\0", takes, gives, levels, 0, *[0x10000, 0, 0, 0] * 2, 0x10000
    )
    return head + plain * takes + values + plain * gives


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("press")
    (folder / "press.icc").write_bytes(profile())
    red = Image.new("RGB", (2000, 140), (200, 30, 30))
    red.save(folder / "photograph.jpg")
    red.convert("L").save(folder / "palette.gif")
    hole = red.convert("RGBA")
    hole.paste((0, 0, 0, 0), (0, 0, 500, 140))
    hole.save(folder / "picture.png")
    (folder / "drawing.svg").write_text(DRAWING, "utf-8")
    (folder / "x.md").write_text(FRONT + EVERY_COLOUR, "utf-8")
    images = "![A photograph](photograph.jpg)\n\n![A drawing](drawing.svg)\n"
    (folder / "short.md").write_text(f"{FRONT}{images}\n$x^2$\n", "utf-8")
    return folder


OPTIONS = Options(cover_spread=True)


@pytest.fixture(scope="module")
def built(folder: Path) -> Path:
    """A handout of every colour, and other editions of a short text."""
    out = folder / "build"
    assert not pipeline.build(folder / "x.md", ["handout"], out=out).diagnostics
    editions = ["handout", "greyscale", "booklet"]
    assert not pipeline.build(folder / "short.md", editions, out=out, options=OPTIONS).diagnostics
    return out


FILES = ("x/x.pdf", "short/short-greyscale.pdf", "short/short-cover.pdf")


@pytest.fixture(params=FILES)
def pdf(request: pytest.FixtureRequest, built: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(built / request.param) as opened:
        yield opened


def test_it_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as said:
        assert said["pdfxid:GTS_PDFXVersion"] == "PDF/X-4"
        assert said["pdf:Trapped"] == "False"
        assert said["dc:title"] == "Wells"
        assert said["xmp:CreateDate"] == said["xmp:ModifyDate"] == said["xmp:MetadataDate"]
        assert said["xmpMM:RenditionClass"] == "default"
        assert said["xmpMM:VersionID"] == "1"
        assert said["xmpMM:DocumentID"].startswith("uuid:")
    assert str(pdf.docinfo["/Trapped"]) == "/False"
    assert "/Filter" not in pdf.Root.Metadata
    assert pdf.pdf_version == "1.6"
    assert "/ID" in pdf.trailer
    assert not pdf.is_encrypted


def test_it_has_the_profile_of_the_press(pdf: pikepdf.Pdf, folder: Path) -> None:
    (intent,) = pdf.Root.OutputIntents
    assert (str(intent.S), str(intent.Info)) == ("/GTS_PDFX", "School press")
    assert str(intent.OutputConditionIdentifier) == "School press"
    assert intent.DestOutputProfile.N == 4
    assert intent.DestOutputProfile.read_bytes() == (folder / "press.icc").read_bytes()


def test_each_page_says_where_it_is_cut(pdf: pikepdf.Pdf, request: pytest.FixtureRequest) -> None:
    bleed = 3 if "cover" in request.node.name else 5
    for page in pdf.pages:
        assert "/ArtBox" not in page
        trim, bled, media = (
            [float(edge) for edge in page.obj[box]]
            for box in ("/TrimBox", "/BleedBox", "/MediaBox")
        )
        around = [one - other for one, other in zip(trim, bled, strict=True)]
        assert around == pytest.approx([bleed * 72 / 25.4] * 2 + [-bleed * 72 / 25.4] * 2, abs=0.01)
        outer = [one - other for one, other in zip(bled, media, strict=True)]
        assert all(edge >= 0 for edge in outer[:2])
        assert all(edge <= 0 for edge in outer[2:])


def test_only_inks_are_drawn(pdf: pikepdf.Pdf, request: pytest.FixtureRequest) -> None:
    found = {one.rpartition(" ")[2] for one in colours(pdf)}
    assert found <= (set() if "grey" in request.node.name else {"k", "K", "/DeviceCMYK"})
    groups = [thing.Group for thing in dictionaries(pdf) if "/Group" in thing]
    assert {str(group.CS) for group in groups if "/CS" in group} <= {"/DeviceCMYK", "/DeviceGray"}
    assert not [
        one for one in dictionaries(pdf) if {"/TR", "/TR2", "/HTO", "/OPI"} & set(one.keys())
    ]
    for image in (one for one in dictionaries(pdf) if one.get("/Subtype") == "/Image"):
        assert str(image.ColorSpace) in ("/DeviceCMYK", "/DeviceGray")
        assert "/Alternates" not in image


def test_fonts_are_in_it_and_nothing_acts(pdf: pikepdf.Pdf) -> None:
    things = list(dictionaries(pdf))
    fonts = [one for one in things if one.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
    acting = {"/Annots", "/AA", "/OpenAction", "/JavaScript", "/AcroForm", "/EmbeddedFiles", "/JS"}
    assert not [one for one in things if acting & set(one.keys())]
    assert not [one for one in things if one.get("/S") in ("/URI", "/GoTo", "/Launch")]
    assert not [one for one in things if one.get("/Subtype") == "/PS"]


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield thing


def test_letters_are_black_ink_alone(built: Path) -> None:
    with pikepdf.open(built / "x" / "x.pdf") as pdf:
        inks = {one.colour for one in texts(pdf) if "note" in one.text or "term" in one.text}
    assert inks == {(0, 0, 0, 1)}


def test_images_keep_their_look_and_their_holes(built: Path) -> None:
    with pikepdf.open(built / "x" / "x.pdf") as pdf:
        images = [one for one in dictionaries(pdf) if one.get("/Subtype") == "/Image"]
        photograph = next(one for one in images if one.get("/Filter") == "/DCTDecode")
        with Image.open(io.BytesIO(photograph.read_raw_bytes())) as image:
            assert image.getpixel((9, 9)) == pytest.approx(
                inks(200 / 255, 30 / 255, 30 / 255), abs=12
            )
        assert [int(part) for part in photograph.Decode] == [1, 0] * 4
        hole = next(one for one in images if "/SMask" in one)
        assert hole.SMask.read_bytes()[0] == 0
        assert tuple(hole.read_bytes()[-4:]) == pytest.approx(
            inks(200 / 255, 30 / 255, 30 / 255), abs=12
        )


def test_listeners_have_it_too(built: Path) -> None:
    assert checkers.verapdf(*(built / name for name in FILES[:-1]), profile="ua1") == []
    tree = read(open_pdf((built / "x" / "x.pdf").read_bytes()))
    assert "A link\u202f[1] and another.1" in {one.text for one in tree.all("P")}
    assert not list(tree.all("Link"))


def test_an_edition_for_archives_stays_as_it_is(folder: Path, tmp_path: Path) -> None:
    checkers.require("veraPDF")
    pipeline.build(folder / "x.md", ["archive"], out=tmp_path)
    assert checkers.verapdf(tmp_path / "x" / "x-archive.pdf", profile="3a") == []


def test_files_are_the_same_every_time(folder: Path, built: Path, tmp_path: Path) -> None:
    pipeline.build(folder / "short.md", ["handout"], out=tmp_path, options=OPTIONS)
    for name in ("short/short.pdf", "short/short-cover.pdf"):
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes()


def test_an_edition_for_ones_own_printer_stays_as_it_is(built: Path) -> None:
    with pikepdf.open(built / "short" / "short-booklet.pdf") as pdf:
        assert "/OutputIntents" not in pdf.Root


Change = Callable[[Path], str]


def damaged(folder: Path) -> str:
    (folder / "damaged.icc").write_bytes(b"no profile")
    return "{standard: x4, profile: damaged.icc}"


def of_a_screen(folder: Path) -> str:
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (folder / "screen.icc").write_bytes(data)
    return "{standard: x4, profile: screen.icc}"


@pytest.mark.parametrize(
    ("asked", "date", "why"),
    [
        (lambda _: "x4", True, "no colour profile is named"),
        (lambda _: "{standard: x4, profile: lost.icc}", True, "`lost.icc` cannot be used"),
        (damaged, True, "`damaged.icc` cannot be read as a colour profile"),
        (of_a_screen, True, "`screen.icc` is not one of a press (CMYK)"),
        (lambda _: "{standard: x4, profile: press.icc}", False, "it has no date"),
    ],
)
def test_what_is_missing_is_said(asked: Change, date: bool, why: str, tmp_path: Path) -> None:
    (tmp_path / "press.icc").write_bytes(profile())
    day = "date: 2026-11-24\n" if date else ""
    text = f"---\ntitle: T\nlang: en\n{day}print: {asked(tmp_path)}\n---\n\nText.\n"
    (tmp_path / "x.md").write_text(text, "utf-8")
    result = pipeline.build(tmp_path / "x.md", ["handout"], out=tmp_path / "build")
    (finding,) = result.diagnostics
    assert (finding.code, finding.line) == ("not-for-press", 5 if date else 4)
    assert why in finding.message
    assert finding.hint
    file = tmp_path / "build" / "x" / "x.pdf"
    assert checkers.verapdf(file, profile="ua1") == []
    with pikepdf.open(file) as pdf:
        assert "/OutputIntents" not in pdf.Root


def test_coarse_images_are_told_and_a_library_shares_its_profile(tmp_path: Path) -> None:
    (tmp_path / "press.icc").write_bytes(profile())
    shared = "print: {standard: x4, profile: press.icc}\n"
    (tmp_path / "library.yaml").write_text(f"title: Wells\n{shared}", "utf-8")
    (tmp_path / "one").mkdir()
    Image.new("RGB", (200, 100), "red").save(tmp_path / "one" / "dot.png")
    text = "---\ntitle: T\nlang: en\ndate: 2026-11-24\n---\n\n![A dot](dot.png){width=100%}\n"
    (tmp_path / "one" / "x.md").write_text(text, "utf-8")
    result = pipeline.build(tmp_path / "one" / "x.md", ["handout"], out=tmp_path / "build")
    (finding,) = result.diagnostics
    assert (finding.code, finding.line) == ("not-for-press", 7)
    assert finding.message.startswith("“dot.png” is printed at 42 pixels per inch")
    with pikepdf.open(tmp_path / "build" / "x" / "x.pdf") as pdf:
        assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFX"
