"""Covers: of e-books, and of web pages on social sites."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pytest
from PIL import Image

from pipeline import Diagnostic, build, parse
from pipeline.package.covers import CoverImage, draw_cover, prepare_cover
from pipeline.package.pdf import cover_setting
from pipeline.render import covers
from pipeline.render.covers import PAPER, palette
from pipeline.render.environment import environment
from tests.helpers import making
from tests.helpers.contrast import contrast
from tests.helpers.laid_out import count_layouts, typeset
from tests.helpers.paths import TESTS

MM = 72 / 25.4


LONG = "A Dictionary of All Things That Were Ever Lost, and of Some That Were Found in the End"


def cover_of(*lines: str, wide: bool = False, folder: Path = TESTS) -> Any:
    text = "\n".join(("---", *lines, "---", "", "Text.", ""))
    document = making.resolved(text, "web", folder)
    if wide:
        return covers.social_picture(document, environment(), "x")
    found = covers.book_cover(document, environment())
    assert found is not None
    return found


class Letter(NamedTuple):
    """A character on a page, with its edges in hundredths of the page's width."""

    character: str
    left: float
    bottom: float
    right: float
    top: float


def letters(pdf: bytes) -> list[Letter]:
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        text, unit = page.get_textpage(), page.get_width() / 100
        return [
            Letter(
                text.get_text_range(number, 1),
                *(edge / unit for edge in text.get_charbox(number)),
            )
            for number in range(text.count_chars())
        ]


def words(pdf: bytes) -> str:
    return " ".join("".join(letter.character for letter in letters(pdf)).split())


def set_in_type(cover: Any) -> bytes:
    prepared = prepare_cover(cover, TESTS)
    assert not isinstance(prepared, Diagnostic)
    assert not prepared.left_out
    return cover_setting.set_cover(cover, prepared.root, prepared.fonts, TESTS)


def largest(pdf: bytes) -> float:
    """The height of the highest letter."""
    return max(letter.top - letter.bottom for letter in letters(pdf))


def pixels(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


# --- e-books ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictures() -> dict[str, CoverImage]:
    said = ("title: The well", "authors: [Ann Ødegård, Bob Brown]", "publisher: Press & Sons")
    return {
        theme: draw_cover(cover_of(*said, f"theme: {theme}"), TESTS)
        for theme in ("classic", "modern", "plain")
    }


def test_a_cover_is_what_shops_ask_for(pictures: dict[str, CoverImage]) -> None:
    for picture in pictures.values():
        assert not picture.diagnostics
        assert len(picture.data) < 65_000
        with Image.open(io.BytesIO(picture.data)) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "P", (1600, 2560))


def test_themes_look_different(pictures: dict[str, CoverImage]) -> None:
    small = {name: pixels(one.data).resize((16, 25)) for name, one in pictures.items()}
    for name, image in small.items():
        for other, another in small.items():
            pairs = zip(image.tobytes(), another.tobytes(), strict=True)
            mean = sum(abs(a - b) for a, b in pairs) / len(image.tobytes())
            assert (mean == 0) if name == other else (mean > 30)


def test_the_same_cover_is_the_same_file(
    pictures: dict[str, CoverImage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPBOOK_CACHE", str(tmp_path))
    said = ("title: The well", "authors: [Ann Ødegård, Bob Brown]", "publisher: Press & Sons")
    again = draw_cover(cover_of(*said, "theme: plain"), TESTS)
    assert again.data == pictures["plain"].data

    def set_again(*_: object) -> bytes:
        raise AssertionError("it is in the cache")

    monkeypatch.setattr(cover_setting, "set_cover", set_again)
    assert draw_cover(cover_of(*said, "theme: plain"), TESTS).data == again.data


def test_a_cover_shows_all_that_it_should() -> None:
    said = words(
        set_in_type(
            cover_of(
                "title: The well",
                "subtitle: A history",
                "authors: [Ann, Bob, Cid, Dee, Eva]",
                "publisher: Press",
                "series: {name: All Books, position: 2}",
                "theme: modern",
            )
        )
    )
    for part in ("The well", "A history", "Ann", "Cid", "and others", "Press", "All Books · 2"):
        assert part in said
    assert "Dee" not in said, "more names than a cover has room for"


def test_a_short_title_is_large_and_a_long_one_is_whole() -> None:
    short = set_in_type(cover_of("title: Wells", "theme: classic"))
    long = set_in_type(cover_of(f"title: {LONG}", "theme: classic"))
    assert largest(short) > 9, "it can be read where the cover is 100 pixels wide"
    assert LONG in words(long)
    assert 3 < largest(long) < largest(short)


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_nothing_is_cut_off(theme: str) -> None:
    title = "Donaudampfschifffahrtsgesellschaftskapitän"
    pdf = set_in_type(
        cover_of(f"title: {title}", "lang: de", f"subtitle: {LONG}", f"theme: {theme}")
    )
    assert title in re.sub("\x02|\u2010 ", "", words(pdf))
    found = letters(pdf)
    assert min(letter.left for letter in found) > 4
    assert max(letter.right for letter in found) < 96
    assert min(letter.bottom for letter in found) > 0


def test_the_lines_of_a_title_are_even() -> None:
    pdf = set_in_type(cover_of("title: How we dug our well in the valley", "theme: plain"))
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        lines = document[0].get_textpage().get_text_range().split("\r\n")
    assert len(lines) > 1
    assert min(map(len, lines)) > 0.5 * max(map(len, lines))


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Water for Lower Alm", ["Water for", "Lower Alm"]),
        ("Ending Modern Slavery", ["Ending", "Modern", "Slavery"]),  # twice as large
    ],
)
def test_a_title_has_fewer_lines_if_it_is_nearly_as_large(title: str, lines: list[str]) -> None:
    pdf = set_in_type(cover_of(f"title: {title}", "theme: classic"))
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        assert document[0].get_textpage().get_text_range().split("\r\n") == lines


def test_a_cover_is_laid_out_twice_with_the_same_outcome_as_when_all_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cover = cover_of("title: All the wells that we dug in the valley", "theme: modern")
    layouts = count_layouts(monkeypatch)
    expected = set_in_type(cover)
    assert len(layouts) == 2
    monkeypatch.setattr(
        type(typeset("<html/>")), "break_text", lambda *_: [0.0]
    )  # that it has one line
    assert set_in_type(cover) == expected
    assert len(layouts) > 10


def test_a_cover_from_right_to_left() -> None:
    found = letters(set_in_type(cover_of("title: كتاب الآبار", "lang: ar", "theme: modern")))
    assert found
    assert max(letter.right for letter in found) > 85
    image = pixels(draw_cover(cover_of("title: كتاب الآبار", "lang: ar"), TESTS).data)
    assert image.getpixel((1580, 2500)) != image.getpixel((20, 2500)), "the spine is at the right"


def test_a_cover_in_chinese() -> None:
    assert "水井的故事" in words(set_in_type(cover_of("title: 水井的故事", "lang: zh")))


def test_what_no_font_has_is_left_out_and_reported() -> None:
    picture = draw_cover(cover_of("title: The well", "authors: [བོད་ཡིག]"), TESTS)
    (found,) = picture.diagnostics
    assert found.code == "cover-without-text"
    assert "བོད་ཡིག" in found.message
    assert pixels(picture.data).size == (1600, 2560)


@pytest.mark.parametrize("accent", ["#7a3410", "#767676", "#0b6e4f", "#c4161c"])
def test_words_stand_out_from_any_colour(accent: str) -> None:
    document = parse(f"---\ntitle: The well\nbrand: {{accent: '{accent}'}}\n---\n", "x.md")
    colours = palette(document.metadata, "")
    assert contrast(PAPER, colours.ground) >= 7
    assert contrast(colours.pale, colours.ground) >= 4.5
    assert contrast(PAPER, colours.deep) >= 7


def test_a_theme_may_say_what_colour_covers_have() -> None:
    metadata = parse("# The well\n", "x.md").metadata
    assert palette(metadata, "html { --cover: #102030 }").ground == "#102030"


def test_without_pango_there_is_one_line_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "pipeline.package.covers.pango_problem",
        lambda: "PDF needs Pango; install with: this",
    )
    source = tmp_path / "x.md"
    source.write_text("---\npage_list: false\n---\n\n# The well\n\nText.\n", encoding="utf-8")
    result = build(source, ["ebook"], out=tmp_path / "out")
    found = [one for one in result.diagnostics if one.code == "cover-not-set"]
    assert len(found) == 1
    assert "install with: this" in found[0].message
    assert not list((tmp_path / "out").glob("[!.]*"))
    Image.new("RGB", (160, 256), "navy").save(tmp_path / "c.png")
    source.write_text(
        "---\npage_list: false\ncover: c.png\n---\n\n# The well\n\nText.\n", encoding="utf-8"
    )
    assert not build(source, ["ebook"], out=tmp_path / "out").failed


def test_a_drawing_as_cover_gets_pixels(tmp_path: Path) -> None:
    (tmp_path / "c.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 16">'
        '<rect width="10" height="16" fill="#00f"/></svg>'
    )
    source = tmp_path / "x.md"
    source.write_text(
        "---\ntitle: The well\ncover: {image: c.svg, alt: Blue}\npage_list: false\n---\n\nText.\n",
        encoding="utf-8",
    )
    assert not build(source, ["ebook"], out=tmp_path / "out").diagnostics
    files = making.unpacked(tmp_path / "out" / "x" / "x.epub")
    image = pixels(files["cover.jpg"])
    assert not [name for name in files if name.endswith(".svg")]
    assert b'alt="Blue"' in files["cover.xhtml"]
    assert image.size == (1600, 2560)
    assert image.getpixel((800, 2500)) == pytest.approx((0, 0, 254), abs=3)


# --- social sites ----------------------------------------------------------------------------


@pytest.fixture
def published(tmp_path: Path) -> Path:
    source = tmp_path / "the well.md"
    Image.new("RGB", (200, 320), (200, 30, 30)).save(tmp_path / "c.png")
    source.write_text(
        "---\ntitle: The well\nlang: en\nurl: https://example.org/w/\npage_list: false\n---\n\n"
        "Text.\n",
        encoding="utf-8",
    )
    return source


def tags(page: Path) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]*)" content="([^"]*)"', page.read_text())
    return dict(found)


def test_a_web_page_has_a_picture_for_social_sites(published: Path, tmp_path: Path) -> None:
    assert not build(published, ["web"], out=tmp_path / "out").diagnostics
    folder = tmp_path / "out" / "the well"
    said = tags(folder / "the well.html")
    assert said["og:image"] == "https://example.org/w/the%20well-social.jpg"
    assert "The well" in said["og:image:alt"]
    assert said["twitter:card"] == "summary_large_image"
    image = pixels((folder / "the well-social.jpg").read_bytes())
    assert image.size == (1200, 630)
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")


def test_it_shows_the_cover_that_there_is(published: Path, tmp_path: Path) -> None:
    text = published.read_text().replace("lang: en", "lang: en\ncover: {image: c.png, alt: Red}")
    published.write_text(text, encoding="utf-8")
    assert not build(published, ["web"], out=tmp_path / "out").diagnostics
    folder = tmp_path / "out" / "the well"
    image = pixels((folder / "the well-social.jpg").read_bytes())
    assert image.getpixel((600, 315)) == pytest.approx((200, 30, 30), abs=4)
    red, green, blue = (int(part) for part in image.getpixel((20, 20)))  # type: ignore[union-attr]
    assert 60 < red < 120, "the ground is the cover's colour, and darker"
    assert green < 30 > blue
    assert tags(folder / "the well.html")["og:image:alt"] == "Red"


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    source.write_text("---\npage_list: false\n---\n\n# The well\n\nText.\n", encoding="utf-8")
    build(source, ["web"], out=tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.jpg"))
    assert "og:image" not in tags(tmp_path / "out" / "x" / "x.html")
