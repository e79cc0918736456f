"""Images in the outputs: as e-readers show and shops accept them, and without metadata."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageCms

from pipeline import Options, build
from pipeline.package.image_metadata import without_metadata
from pipeline.package.images import for_ereaders, shrink_image
from pipeline.resolve.images import BadImageError, examine
from tests.helpers import making

GPS, ORIENTATION, CAMERA = 0x8825, 0x0112, 0x010F
SECRET = "At home"


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(orientation: int = 1) -> bytes:
    """The EXIF data that a telephone writes into a photograph."""
    found = Image.Exif()
    found[ORIENTATION] = orientation
    found[CAMERA] = SECRET
    found.get_ifd(GPS)[1] = "N"
    return found.tobytes()


def shades(width: int, height: int) -> Image.Image:
    """Something with as many colours as a photograph."""
    across = Image.linear_gradient("L").resize((width, height))
    down = across.transpose(Image.Transpose.ROTATE_90).resize((width, height))
    noise = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, noise))


@pytest.fixture(scope="module")
def photograph() -> bytes:
    return saved(shades(600, 400), "JPEG", exif=exif(6), quality=80, comment=SECRET.encode())


def test_metadata_of_a_photograph_are_removed(photograph: bytes) -> None:
    clean = without_metadata(photograph)
    assert SECRET.encode() in photograph
    assert SECRET.encode() not in clean
    with opened(clean) as image, opened(photograph) as before:
        assert not image.getexif().get_ifd(GPS)
        assert image.getexif()[ORIENTATION] == 6, "it has to be turned all the same"
        assert image.tobytes() == before.tobytes(), "the picture is the same to the last bit"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_metadata_of_other_kinds_are_removed_too(kind: str) -> None:
    image = shades(40, 30)
    data = saved(image, kind, exif=exif(), lossless=True)
    clean = without_metadata(data)
    assert SECRET.encode() in data
    assert SECRET.encode() not in clean
    assert opened(clean).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\nIHDR", b"GIF89a", b"<svg/>"]
)
def test_what_is_damaged_stays_as_it_is(data: bytes) -> None:
    assert without_metadata(data) == data


def test_a_photograph_is_turned_for_e_readers(photograph: bytes) -> None:
    with opened(for_ereaders(photograph).data) as image:
        assert image.size == (400, 600)
        assert not image.getexif()


def test_an_image_is_no_larger_than_shops_take() -> None:
    for size in ((2600, 26), (2400, 2400)):
        with opened(for_ereaders(saved(Image.new("L", size), "JPEG")).data) as image:
            assert max(image.size) <= 2560
            assert image.width * image.height <= 5_600_000
            assert image.width / image.height == pytest.approx(size[0] / size[1], rel=0.03)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photograph_is_as_large_as_a_web_page_shows_it(kind: str) -> None:
    data = saved(shades(2400, 75), kind, exif=exif())
    with opened(shrink_image(data, 2048)) as image:
        assert (image.format, image.size) == (kind, (2048, 64))
        assert not image.getexif()
    assert shrink_image(data, 2048) == shrink_image(data, 2048)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_image_that_is_no_larger_stays_as_it_is(kind: str) -> None:
    data = saved(shades(1200, 90), kind)
    assert shrink_image(data, 2048) == data
    part = data[: len(data) // 9]
    assert shrink_image(part, 2048) == without_metadata(part)


def test_colours_for_print_become_those_of_screens() -> None:
    red = saved(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG")
    with opened(for_ereaders(red).data) as image:
        assert image.mode == "RGB"
        assert image.getpixel((9, 9)) == pytest.approx((254, 0, 0), abs=3)


def test_a_profile_of_other_colours_is_applied() -> None:
    # a profile that exchanges red and green
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "ours".encode("utf-16-be"))
    for old, new in ((b"rXYZ", b"----"), (b"gXYZ", b"rXYZ"), (b"----", b"gXYZ")):
        profile = profile.replace(old, new)
    data = saved(Image.new("RGB", (30, 30), (250, 10, 10)), "PNG", icc_profile=profile)
    with opened(for_ereaders(data).data) as image:
        assert "icc_profile" not in image.info
        assert image.convert("RGB").getpixel((9, 9)) == pytest.approx((10, 250, 10), abs=3)


def test_sixteen_bits_become_eight() -> None:
    with opened(for_ereaders(saved(Image.new("I;16", (30, 30), 40_000), "PNG")).data) as image:
        assert image.convert("L").getpixel((9, 9)) == pytest.approx(40_000 / 256, abs=1)


def test_a_drawing_stays_sharp() -> None:
    drawing = Image.new("RGB", (900, 600), "white")
    drawing.paste((20, 40, 60), (100, 100, 500, 300))
    fitted = for_ereaders(saved(drawing, "PNG", compress_level=0))
    with opened(fitted.data) as image:
        assert image.format == "PNG"
        assert image.convert("RGB").tobytes() == drawing.tobytes()
    assert len(fitted.data) < 10_000


def test_an_image_that_is_small_enough_stays_as_it_is() -> None:
    data = saved(shades(300, 200), "JPEG", quality=75, optimize=True)
    assert for_ereaders(data).data == data


def test_an_animation_stays_one() -> None:
    frames = [Image.new("P", (9, 9), number) for number in range(3)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert for_ereaders(data).data == data


@pytest.mark.parametrize(("alpha", "suffix"), [(255, "jpg"), (90, "png")])
def test_webp_becomes_what_old_readers_know(alpha: int, suffix: str) -> None:
    image = shades(200, 150).convert("RGBA")
    image.putalpha(alpha)
    fitted = for_ereaders(saved(image, "WEBP"))
    assert fitted.suffix == suffix


def test_images_in_all_outputs(photograph: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(photograph)
    (tmp_path / "b.webp").write_bytes(saved(shades(300, 200), "WEBP"))
    (tmp_path / "b.jpg").write_bytes(saved(shades(90, 90), "JPEG"))
    (tmp_path / "x.md").write_text(
        "# Wells\n\n![A](a.jpg) ![B](b.webp) ![C](b.jpg)\n", encoding="utf-8"
    )
    result = build(
        tmp_path / "x.md",
        ["web", "handout", "ebook"],
        out=tmp_path,
        options=Options(assets_beside=True),
    )
    assert not result.failed
    for path in (tmp_path / "x").rglob("*.*"):
        assert SECRET.encode() not in path.read_bytes()
    files = making.unpacked(tmp_path / "x" / "x.epub")
    names = {name.rpartition("/")[2] for name in files if name.startswith("images/")}
    assert names == {"a.jpg", "b.jpg", "b-2.jpg"}
    pages = b"".join(data for name, data in files.items() if name.endswith(".xhtml"))
    assert b'src="images/b-2.jpg"' in pages
    assert b".webp" not in pages


def printed_image(data: bytes) -> tuple[int, int]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        (found,) = (
            thing
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
        )
        return int(found.Width), int(found.Height)


@pytest.mark.parametrize(
    ("key", "attributes", "width"),
    [
        ("", "", 120 / 25.4 * 300),
        ("image_resolution: 150", "", 120 / 25.4 * 150),
        ("", "{width=4cm}", 40 / 25.4 * 300),
        ("image_resolution: 1200", "", 1500),
    ],
)
def test_a_photograph_is_printed_with_as_many_pixels_as_paper_shows(
    key: str, attributes: str, width: float, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(shades(1500, 150), "JPEG", quality=90))
    text = f"---\ntitle: A\n{key}\n---\n\n![A](a.jpg){attributes}\n"
    found = printed_image(making.packed(making.resolved(text, "handout", tmp_path), tmp_path).data)
    assert width * 0.95 <= found[0] <= min(1500, width * 1.02)
    assert found[0] / found[1] == pytest.approx(10, rel=0.02)


def test_telephones_get_smaller_images_where_these_are_files(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(shades(3000, 60), "JPEG", quality=90))
    (tmp_path / "small.jpg").write_bytes(saved(shades(300, 200), "JPEG", quality=90))
    source = tmp_path / "x.md"
    source.write_text("---\ntitle: A\npage_list: false\n---\n\n![A](a.jpg)\n\n![B](small.jpg)\n")
    build(source, ["web"], out=tmp_path / "beside", options=Options(assets_beside=True))
    page = (tmp_path / "beside" / "x" / "x.html").read_text("utf-8")
    assert 'srcset="x-files/a--1024.jpg 1024w, x-files/a.jpg 2048w" sizes="' in page
    assert page.count("srcset") == 1
    for name, width in (("a.jpg", 2048), ("a--1024.jpg", 1024)):
        with opened((tmp_path / "beside" / "x" / "x-files" / name).read_bytes()) as image:
            assert image.width == width
    build(source, ["web"], out=tmp_path / "one")
    assert "srcset" not in (tmp_path / "one" / "x" / "x.html").read_text("utf-8"), "it has one size"


def test_what_cameras_and_scanners_write_becomes_what_all_show(tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    text = "---\ntitle: A\npage_list: false\n---\n\n"
    for kind in ("AVIF", "TIFF", "BMP"):
        (tmp_path / f"{kind}.img").write_bytes(saved(shades(200, 150), kind, speed=10))
        plain = saved(Image.new("RGB", (30, 20), "teal"), kind, speed=10)
        (tmp_path / f"{kind}-plain.img").write_bytes(plain)
        text += f"![A]({kind}.img)\n\n![B]({kind}-plain.img)\n\n"
    source.write_text(text)
    made = build(source, out=tmp_path / "out")
    assert not made.diagnostics
    page = (tmp_path / "out" / "x" / "x.html").read_text("utf-8")
    assert page.count("data:image/jpeg;") == page.count("data:image/png;") == 3
    files = making.unpacked(tmp_path / "out" / "x" / "x.epub")
    assert not [name for name in files if name.endswith(("img", "avif", "tiff"))]


def png16() -> bytes:
    """A PNG of greys of sixteen bits, from black to white."""
    width, height = 128, 16
    row = b"".join(struct.pack("<H", x * 512) for x in range(width))
    return saved(Image.frombytes("I;16", (width, height), row * height), "PNG")


def test_sixteen_bits_of_grey_are_printed_as_greys(tmp_path: Path) -> None:
    (tmp_path / "grey.png").write_bytes(png16())
    for edition in ("handout", "greyscale"):
        document = making.resolved("# Title\n\n![A scale](grey.png)\n", edition, tmp_path)
        assert {found.code for found in document.diagnostics} <= {"low-resolution"}
        made = making.without_findings(making.packed(document, tmp_path))
        with pypdfium2.PdfDocument(made.data) as pdf:
            (picture,) = pdf[0].get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,))
            greys = picture.get_bitmap().to_pil().convert("L")
        row = [greys.getpixel((x, 8)) for x in (0, 32, 64, 127)]
        assert row == pytest.approx([0, 64, 128, 254], abs=2), edition


@pytest.mark.parametrize(("black", "white"), [(0, 1), (0, 255), (0, 65535), (-20, 3e6)])
def test_greys_in_floating_point_become_greys(black: float, white: float) -> None:
    step = (white - black) / 255
    grey = Image.linear_gradient("L").convert("F").point(lambda value: value * step + black)
    with opened(examine(saved(grey, "TIFF")).data) as image:
        assert [image.getpixel((0, y)) for y in (0, 64, 255)] == pytest.approx([0, 64, 255], abs=1)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_an_image_of_too_many_pixels_is_a_finding(tmp_path: Path) -> None:
    sizes = [(100_000_000, 1), (1, 100_000_000), (2**31 - 1, 2**31 - 1)]
    for number, size in enumerate(sizes):
        (tmp_path / f"{number}.png").write_bytes(png_that_says(*size))
    text = "# T\n\n![A](0.png)\n\n![B](1.png)\n\n![C](2.png)\n"
    findings = making.resolved(text, "web", tmp_path).diagnostics
    found = [(one.line, one.column) for one in findings if one.code == "bad-image"]
    assert found == [(3, 1), (5, 1), (7, 1)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_whatever_is_damaged_is_a_finding_and_no_exception(kind: str) -> None:
    """Truncated at many places, and with altered bytes: readable, or reported as damaged."""
    data = saved(shades(40, 30), kind)
    damaged = [data[: len(data) * part // 40] for part in range(40)]
    for place in range(0, min(len(data), 400), 3):
        damaged += [data[:place] + bytes([byte]) + data[place + 1 :] for byte in (0, 255)]
    said = 0
    for one in damaged:
        try:
            examine(one)
        except BadImageError:
            said += 1
    assert said > 40


def test_a_drawing_that_cannot_be_drawn_is_reported_where_it_stands(tmp_path: Path) -> None:
    damage = ('viewBox="0 0 9A 9"', 'viewBox="0 0 9 9" preserveAspectRatio=""')
    for number, said in enumerate(damage):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" {said}><path d="M0 0h9"/></svg>'
        (tmp_path / f"{number}.svg").write_text(svg, "utf-8")
    (tmp_path / "x.md").write_text("# Title\n\n![One](0.svg)\n\n![Two](1.svg)\n", "utf-8")
    result = build(tmp_path / "x.md", ["handout"], out=tmp_path / "out")
    found = [(one.code, one.line) for one in result.diagnostics]
    assert found == [("bad-image", 3), ("bad-image", 5)]
