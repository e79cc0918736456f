"""Covers around printed books: back, spine and front."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
from click.testing import CliRunner

from pipeline import Options, build, parse
from pipeline.commands import main
from pipeline.flow.cover_spread import bar_code, isbn_in_print
from pipeline.model.paper import SIZES
from pipeline.package.covers import measure_spread, reading
from tests.helpers.pdf_reading import page_texts

MM = 72 / 25.4


def test_a_spine_is_as_thick_as_the_sheets() -> None:
    a5 = SIZES["a5"]
    assert measure_spread(a5, 200, 0.1).spine == 10
    assert measure_spread(a5, 201, 0.1).spine == pytest.approx(10.1), "a page more is a sheet more"
    sheet = measure_spread(a5, 120, 0.11)
    assert [sheet.width, sheet.height] == pytest.approx([2 * 148 + 6.6, 210])
    assert [sheet.back, sheet.front] == pytest.approx([0, 154.6])
    mirrored = measure_spread(a5, 120, 0.11, from_right=True)
    assert [mirrored.front, mirrored.back] == pytest.approx([0, 154.6])
    assert sheet.folds == mirrored.folds == pytest.approx((148, 154.6))


@pytest.mark.parametrize(
    ("pages", "thickness", "bears"),
    [(78, 0.1, False), (80, 0.05, True), (40, 0.3, True), (40, 0.29, False)],
)
def test_a_thin_spine_bears_no_words(pages: int, thickness: float, bears: bool) -> None:
    assert measure_spread(SIZES["a5"], pages, thickness).has_spine_text is bears


def test_spines_are_read_as_is_the_custom() -> None:
    assert {lang: reading(lang) for lang in ("en-GB", "de-AT", "fr", "zh", "ar")} == {
        "en-GB": "down",
        "de-AT": "up",
        "fr": "up",
        "zh": "down",
        "ar": "down",
    }


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The print cover of a book of 12 pages on very thick paper."""
    folder = tmp_path_factory.mktemp("spread")
    (folder / "x.md").write_text(
        "---\ntitle: The well\nauthors: [Ann]\nlang: en\npage: A5\npaper_thickness: 1mm\n"
        "identifier: isbn:978-0-306-40615-7\ndescription: All about wells.\ntheme: modern\n"
        "contents: never\n---\n\n" + "Text.\n\n::: page-break\n:::\n\n" * 11 + "End.\n",
        encoding="utf-8",
    )
    result = build(folder / "x.md", ["web"], out=folder, options=Options(cover_spread=True))
    assert not result.diagnostics
    assert folder / "x" / "x.pdf" in result.files, "whose pages are counted"
    return folder / "x" / "x-cover.pdf"


def test_the_boxes_of_a_print_cover(spread: Path) -> None:
    with contextlib.closing(pypdfium2.PdfDocument(spread.parent / "x.pdf")) as text:
        spine = -(-len(text) // 2)  # of 1 mm each
    with contextlib.closing(pypdfium2.PdfDocument(spread)) as document:
        page: Any = document[0]
        assert len(document) == 1
        boxes = {
            "trim": page.get_trimbox(),
            "bleed": page.get_bleedbox(),
            "media": page.get_mediabox(),
        }
    left, bottom, right, top = boxes["trim"]
    assert right - left == pytest.approx((2 * 148 + spine) * MM, abs=0.1)
    assert top - bottom == pytest.approx(210 * MM, abs=0.1)
    for box, beyond in (("bleed", 3), ("media", 9)):
        expected = (left - beyond * MM, bottom - beyond * MM, right + beyond * MM)
        assert boxes[box][:3] == pytest.approx(expected, abs=0.1)


def test_what_a_print_cover_says(spread: Path) -> None:
    (text,) = page_texts(spread)
    said = " ".join(text.split())
    for part in ("The well", "Ann", "All about wells.", "ISBN 9780306406157"):
        assert part in said
    assert said.count("The well") == 2, "on the front and on the spine"


def test_colour_reaches_over_the_edges_and_marks_do_not(spread: Path) -> None:
    with contextlib.closing(pypdfium2.PdfDocument(spread)) as document:
        image = document[0].render(scale=2).to_pil().convert("RGB")
    mm = 2 * MM
    white = (255, 255, 255)
    middle = image.height // 3
    assert image.getpixel((round(6.5 * mm), middle)) != white, "2.5 mm beyond the edge"
    assert image.getpixel((round(5 * mm), middle)) == white, "4 mm beyond it"
    # the marks, on a line with the edges
    row = [image.getpixel((x, round(9 * mm))) for x in range(round(5.2 * mm))]
    assert any(pixel != white for pixel in row)


def test_parts_have_no_print_cover(spread: Path) -> None:
    source = str(spread.parent.parent / "x.md")
    result = CliRunner().invoke(main, ["build", source, "--split", "1", "--cover-spread"])
    assert result.exit_code == 2
    assert "--cover-spread needs the whole text" in result.output


def test_the_bar_code_is_that_of_the_printed_edition() -> None:
    for front, isbn in (
        ("identifier: isbn:9780306406157\nisbn: {print: 9781861972712}", "9781861972712"),
        ("identifier: isbn:9780306406157", "9780306406157"),
        ("identifier: doi:10.1000/182", ""),
    ):
        assert isbn_in_print(parse(f"---\ntitle: T\n{front}\n---\n\nText.\n").metadata) == isbn


@pytest.mark.parametrize("isbn", ["9780306406157", "0306406152"])
def test_the_bar_code_says_the_isbn(isbn: str) -> None:
    drawing = bar_code(isbn)
    assert drawing is not None
    path = ElementTree.fromstring(drawing.data).find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    dark = {int(x) - 11 for x in re.findall(r"M(\d+) 0h1", path.attrib["d"])}
    modules = "".join("1" if place in dark else "0" for place in range(95))
    assert decoded(modules) == "9780306406157"


def decoded(modules: str) -> str:
    """The digits of an EAN-13, read as GS1's General Specifications lay them down."""
    right = "1110010 1100110 1101100 1000010 1011100 1001110 1010000 1000100 1001000 1110100"
    odd = {"".join("10"[int(c)] for c in code): digit for digit, code in enumerate(right.split())}
    even = {code[::-1]: digit for digit, code in enumerate(right.split())}
    first = "LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL".split()
    assert (modules[:3], modules[45:50], modules[92:]) == ("101", "01010", "101")
    halves = [modules[3 + 7 * n : 10 + 7 * n] for n in range(6)]
    pattern = "".join("L" if code in odd else "G" for code in halves)
    left = [odd.get(code, even.get(code)) for code in halves]
    others = [right.split().index(modules[50 + 7 * n : 57 + 7 * n]) for n in range(6)]
    return "".join(map(str, (first.index(pattern), *left, *others)))
