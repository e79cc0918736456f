"""Booklets and sheets with several pages: which page is where, upright, at its true size."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.features.imposition import Side, booklet, n_up
from pipeline.model.editions import EDITIONS
from tests.helpers import making
from tests.helpers.finished import checked

MM = 72 / 25.4

BLANK = None


def pages(sides: Iterable[Side]) -> list[tuple[int | None, ...]]:
    return [side.pages for side in sides]


# --- the order of pages ------------------------------------------------------------------

KNOWN = {
    4: [(4, 1), (2, 3)],
    8: [(8, 1), (2, 7), (6, 3), (4, 5)],
    12: [(12, 1), (2, 11), (10, 3), (4, 9), (8, 5), (6, 7)],
    16: [(16, 1), (2, 15), (14, 3), (4, 13), (12, 5), (6, 11), (10, 7), (8, 9)],
}
"""Fronts and backs in turn, from the outermost sheet on, as bookbinders know them."""


@pytest.mark.parametrize("count", KNOWN)
def test_booklets_have_the_orders_that_bookbinders_know(count: int) -> None:
    assert pages(booklet(count)) == KNOWN[count]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [(BLANK, 1), (BLANK, BLANK)]),
        (2, [(BLANK, 1), (2, BLANK)]),
        (3, [(BLANK, 1), (2, 3)]),
        (5, [(BLANK, 1), (2, BLANK), (BLANK, 3), (4, 5)]),
        (6, [(BLANK, 1), (2, BLANK), (6, 3), (4, 5)]),
        (7, [(BLANK, 1), (2, 7), (6, 3), (4, 5)]),
    ],
)
def test_blank_pages_are_at_the_back(count: int, expected: list[tuple[int | None, ...]]) -> None:
    assert pages(booklet(count)) == expected


def test_a_back_cover_stays_at_the_back() -> None:
    assert pages(booklet(6, back_cover=True)) == [(6, 1), (2, BLANK), (BLANK, 3), (4, 5)]


def test_a_book_from_right_to_left_is_bound_on_the_right() -> None:
    assert pages(booklet(8, rtl=True)) == [(1, 8), (7, 2), (3, 6), (5, 4)]


@given(count=st.integers(1, 400), rtl=st.booleans(), back=st.booleans())
def test_every_page_is_there_once_and_facing_pages_fit(count: int, rtl: bool, back: bool) -> None:
    sides = booklet(count, signature=1000, rtl=rtl, back_cover=back)
    padded = -(-count // 4) * 4
    placed = [page for side in sides for page in side.pages]
    assert sorted(page for page in placed if page) == list(range(1, count + 1))
    assert len(placed) == padded
    full = booklet(padded, signature=1000)
    assert all(sum(filter(None, side.pages)) == padded + 1 for side in full)
    # the leaf's other side has the page before or after
    for front, behind in zip(sides[::2], sides[1::2], strict=True):
        for one, other in zip(front.pages, behind.pages[::-1], strict=True):
            if one and other and not (back and count in (one, other)):
                assert abs(one - other) == 1


@given(count=st.integers(1, 600), signature=st.none() | st.integers(1, 50))
def test_signatures_are_about_as_thick_as_each_other(count: int, signature: int | None) -> None:
    sides = booklet(count, signature=signature)
    outermost = [index // 2 for index, side in enumerate(sides) if not side.depth][::2]
    ends = [*outermost[1:], len(sides) // 2]
    sheets = [end - start for start, end in zip(outermost, ends, strict=True)]
    assert max(sheets) - min(sheets) <= 1
    assert max(sheets) <= (signature or 20)
    assert sorted(p for side in sides for p in side.pages if p) == list(range(1, count + 1))


def test_what_no_stapler_goes_through_is_folded_in_signatures() -> None:
    assert max(side.depth for side in booklet(80)) == 19  # 20 sheets, in one
    assert max(side.depth for side in booklet(84)) == 6  # 21 sheets, three times 7


def test_sheets_to_read_run_from_left_to_right_and_down() -> None:
    assert pages(n_up(3, 2, 1)) == [(1, 2), (3, BLANK)]
    assert pages(n_up(6, 2, 2)) == [(1, 2, 3, 4), (5, 6, BLANK, BLANK)]
    assert pages(n_up(6, 2, 2, rtl=True)) == [(2, 1, 4, 3), (6, 5, BLANK, BLANK)]


# --- what the packager says of it ----------------------------------------------------------

SEVERAL = "\n\n::: page-break\n:::\n\n".join(f"Page {number}." for number in range(1, 4))


@pytest.mark.parametrize("name", ["booklet", "ebook"])
def test_facts_are_those_of_the_files(name: str, tmp_path: Path) -> None:
    text = f"---\ntitle: The well\nfit: even\n---\n\n{SEVERAL}\n"
    made = making.packed(making.resolved(text, name), tmp_path)
    for data, facts in (
        (made.data, made.facts),
        *((made.extra[file], facts) for file, facts in made.extra_facts.items()),
    ):
        if EDITIONS[name].format == "epub":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                assert facts.counts == {"files": len(book.namelist())}
        if EDITIONS[name].format == "pdf":
            with pikepdf.open(io.BytesIO(data)) as pdf:
                boxes = [tuple(map(float, page.mediabox[2:])) for page in pdf.pages]
                resources = [page.resources for page in pdf.pages]
                placed = [
                    str(name) for one in resources if "/XObject" in one for name in one.XObject
                ]
            on_sides = sum(name.startswith("/Page") for name in placed)
            assert facts.pages == (on_sides or len(boxes))
            assert facts.sides == (len(boxes) if on_sides else 0)
            assert [pytest.approx(size, abs=0.01) for size in facts.sizes] == boxes
    assert made.extra_facts.keys() == {file for file in made.extra if file.endswith(".pdf")}
    assert bool(made.extra_facts) is (name == "booklet")


# --- on paper ----------------------------------------------------------------------------

SIX = """\
---
title: The walk
lang: en-GB
date: 2026-11-24
authors: Ann Author
{more}---

pageone has a note[^n] and a [link](https://example.org/).

[^n]: Here.

\\newpage

## Second {{#second}}

pagetwo

\\newpage

pagethree

\\newpage

pagefour, see [the second](#second).

\\newpage

pagefive
{end}"""

WORDS = ("pageone", "pagetwo", "pagethree", "pagefour", "pagefive", "pagesix")
FULL = "\n\\newpage\n\npagesix\n" + "\nand so on\n" * 18


class Spot(NamedTuple):
    """Where a word begins, in millimetres from the lower left: on which side (from 0), and
    how far its letters run to the right and up."""

    side: int
    x: float
    y: float
    right: float
    up: float
    height: float


def spots(data: bytes) -> dict[str, Spot]:
    """Where the words are."""
    found = {}
    document = pypdfium2.PdfDocument(data)
    for side, page in enumerate(document):
        text = page.get_textpage()
        for word in WORDS:
            at = text.search(word).get_next()
            if at:
                first = text.get_charbox(at[0], loose=True)
                last = text.get_charbox(at[0] + at[1] - 1, loose=True)
                left, bottom, _, top = (value / MM for value in first)
                assert word not in found, "a page is there twice"
                found[word] = Spot(
                    side,
                    left,
                    bottom,
                    last[0] / MM - left,
                    last[1] / MM - bottom,
                    top - bottom,
                )
    return found


def build(folder: Path, text: str, *editions: str) -> Path:
    (folder / "walk.md").write_text(text, "utf-8")
    result = pipeline.build(folder / "walk.md", editions, out=folder / "build")
    assert not result.failed, result.diagnostics
    return folder / "build" / "walk"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = SIX.format(more="", end=FULL)
    return build(tmp_path_factory.mktemp("walk"), text, "booklet", "tri-fold", "2-up", "4-up")


def sizes(data: bytes) -> set[tuple[float, float]]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {
            (round(float(page.mediabox[2]) / MM, 1), round(float(page.mediabox[3]) / MM, 1))
            for page in pdf.pages
        }


def half(spot: Spot, width: float = 297) -> str:
    return "left" if spot.x < width / 2 else "right"


def test_a_booklet_is_folded_from_sheets_in_the_order_of_a_stack(walk: Path) -> None:
    data = (walk / "walk-booklet.pdf").read_bytes()
    found = spots(data)
    assert sizes(data) == {(297.0, 210.0)}
    assert {word: (spot.side, half(spot)) for word, spot in found.items()} == {
        "pageone": (0, "right"),
        "pagetwo": (1, "left"),
        "pagethree": (2, "right"),
        "pagefour": (3, "left"),
        "pagefive": (3, "right"),
        "pagesix": (2, "left"),
    }


@pytest.mark.parametrize(("edition", "word"), [("booklet", "pagetwo"), ("booklet", "pagethree")])
def test_pages_are_upright_and_as_large_as_they_were(walk: Path, edition: str, word: str) -> None:
    sheet = spots((walk / f"walk-{edition}.pdf").read_bytes())[word]
    page = spots((walk / f"walk-{edition}-pages.pdf").read_bytes())[word]
    assert sheet.right == pytest.approx(page.right, abs=0.01)
    assert sheet.height == pytest.approx(page.height, abs=0.01)
    assert sheet.up == pytest.approx(0, abs=0.5)
    assert sheet.y == pytest.approx(page.y, abs=0.01)  # A5 is as high as A4 is wide
    # pages meet at the fold
    fold = 297 / 2
    edge = fold - 148 if half(sheet) == "left" else fold
    assert sheet.x - edge == pytest.approx(page.x, abs=0.01)


def test_the_pages_of_a_booklet_are_mirrored(walk: Path) -> None:
    data = (walk / "walk-booklet-pages.pdf").read_bytes()
    found = spots(data)
    assert sizes(data) == {(148.0, 210.0)}
    assert found["pagethree"].x == pytest.approx(found["pageone"].x, abs=0.01)
    assert found["pagethree"].x - found["pagetwo"].x == pytest.approx(3, abs=0.01)


def test_the_pages_in_order_are_accessible_and_the_sheets_say_they_are_not(walk: Path) -> None:
    assert not checked(walk / "walk-booklet-pages.pdf").diagnostics
    for name in ("walk-booklet.pdf", "walk-2-up.pdf", "walk-4-up.pdf"):
        with pikepdf.open(walk / name) as pdf:
            packet = pdf.Root.Metadata.read_bytes().decode()
            assert {"/StructTreeRoot", "/MarkInfo", "/Outlines", "/Names"}.isdisjoint(pdf.Root)
            assert not any("/Annots" in page for page in pdf.pages)
            assert not any("pdfuaid:part>" in line for line in packet.splitlines())
            assert "The walk" in packet
            assert str(pdf.docinfo.Title) == "The walk"
            assert str(pdf.Root.Lang) == "en-GB"
            assert pdf.Root.ViewerPreferences.PrintScaling == "/None"
            assert "MCID" not in "".join(
                form.read_bytes().decode("latin-1")
                for page in pdf.pages
                for form in page.resources.XObject.values()
            )
            is_booklet = name == "walk-booklet.pdf"
            assert ("/Duplex" in pdf.Root.ViewerPreferences) == is_booklet
            assert ("walk-booklet-pages.pdf" in packet) == is_booklet


def test_a_leaflet_is_folded_with_its_flap_inside(walk: Path) -> None:
    data = (walk / "walk-tri-fold.pdf").read_bytes()
    assert sizes(data) == {(297.0, 210.0)}
    places = {word: (spot.side, int(spot.x // 99)) for word, spot in spots(data).items()}
    assert places == {
        "pageone": (0, 2),
        "pagetwo": (1, 0),
        "pagethree": (1, 1),
        "pagefour": (1, 2),
        "pagefive": (0, 0),
        "pagesix": (0, 1),
    }


def test_two_pages_on_a_side_stand_beside_each_other(walk: Path) -> None:
    data = (walk / "walk-2-up.pdf").read_bytes()
    found = spots(data)
    assert sizes(data) == {(297.0, 210.0)}
    assert [(found[word].side, half(found[word])) for word in WORDS] == [
        (0, "left"),
        (0, "right"),
        (1, "left"),
        (1, "right"),
        (2, "left"),
        (2, "right"),
    ]


def test_four_pages_on_a_side_are_read_like_lines(walk: Path) -> None:
    data = (walk / "walk-4-up.pdf").read_bytes()
    found = spots(data)
    assert sizes(data) == {(210.0, 297.0)}
    where = [
        (spot.side, half(spot, 210), "above" if spot.y > 297 / 2 else "below")
        for spot in (found[word] for word in WORDS)
    ]
    assert where == [
        (0, "left", "above"),
        (0, "right", "above"),
        (0, "left", "below"),
        (0, "right", "below"),
        (1, "left", "above"),
        (1, "right", "above"),
    ]


def test_text_on_small_pages_is_set_for_them_and_not_scaled(walk: Path) -> None:
    def points(edition: str) -> float:
        document = pypdfium2.PdfDocument(walk / f"walk-{edition}.pdf")
        for page in document:
            text = page.get_textpage()
            if found := text.search("pagefive").get_next():
                box = text.get_charbox(found[0], loose=True)
                return float(box[3] - box[1])
        raise AssertionError("the word is on no side")

    assert points("2-up") == pytest.approx(points("booklet"), abs=0.01)
    assert points("4-up") / points("2-up") == pytest.approx(9 / 10.5, abs=0.01)


def test_the_manifest_counts_pages_sides_and_sheets(walk: Path) -> None:
    manifest = json.loads((walk / "manifest.json").read_bytes())
    assert {output["file"]: output["facts"] for output in manifest["outputs"]} == {
        "walk-booklet.pdf": {"pages": 6, "sides": 4, "sheets": 2},
        "walk-booklet-pages.pdf": {"pages": 6, "sheets": 3},
        "walk-tri-fold.pdf": {"pages": 6, "sides": 2, "sheets": 1},
        "walk-2-up.pdf": {"pages": 6, "sides": 3, "sheets": 2},
        "walk-4-up.pdf": {"pages": 6, "sides": 2, "sheets": 1},
    }


def test_letter_and_creep_and_signatures_are_as_asked_for(tmp_path: Path) -> None:
    more = "editions:\n  - booklet: {page: {size: Letter, creep: 0.5mm, signature: 2}}\n"
    folder = build(tmp_path, SIX.format(more=more, end=FULL))
    sheets = (folder / "walk-booklet.pdf").read_bytes()
    found, page = spots(sheets), spots((folder / "walk-booklet-pages.pdf").read_bytes())
    assert sizes(sheets) == {(279.4, 215.9)}
    fold = 279.4 / 2
    assert found["pageone"].x - fold == pytest.approx(page["pageone"].x, abs=0.01)
    assert found["pagethree"].x - fold == pytest.approx(page["pagethree"].x - 0.5, abs=0.01)
    assert found["pagefour"].x == pytest.approx(page["pagefour"].x + 0.5, abs=0.01)


def test_from_right_to_left_the_spine_is_on_the_right(tmp_path: Path) -> None:
    text = SIX.format(more="", end=FULL).replace("lang: en-GB", "lang: ar")
    folder = build(tmp_path, text, "booklet")
    found = spots((folder / "walk-booklet.pdf").read_bytes())
    assert {word: (spot.side, half(spot)) for word, spot in found.items()} == {
        "pageone": (0, "left"),
        "pagetwo": (1, "right"),
        "pagethree": (2, "left"),
        "pagefour": (3, "right"),
        "pagefive": (3, "left"),
        "pagesix": (2, "right"),
    }


def test_a_page_on_its_side_is_turned_and_fits(tmp_path: Path) -> None:
    wide = "\n::: landscape\npagesix is wide.\n:::\n"
    folder = build(tmp_path, SIX.format(more="", end=wide), "booklet")
    found = spots((folder / "walk-booklet.pdf").read_bytes())["pagesix"]
    assert found.right == pytest.approx(0, abs=0.5)
    assert found.up > 5  # it is read from below to above
    assert half(found) == "left"
    assert found.y > 5


def test_settings_for_whole_sheets_are_not_those_of_small_pages(tmp_path: Path) -> None:
    """And a short last page of its own is the back."""
    more = "page: {margins: 40mm, columns: 2}\n"
    folder = build(tmp_path, SIX.format(more=more, end=""), "booklet")
    assert spots((folder / "walk-booklet-pages.pdf").read_bytes())["pagetwo"].x < 20
    back = spots((folder / "walk-booklet.pdf").read_bytes())["pagefive"]
    assert (back.side, half(back)) == (0, "left")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("signature: 0", "`0` is not a number of sheets."),
        ("signature: some", "`some` is not a number of sheets."),
        ("creep: 5mm", "`5mm` is not between 0 and 2 mm."),
    ],
)
def test_impossible_settings_are_reported(setting: str, message: str) -> None:
    text = f"---\ntitle: T\npage:\n  {setting}\n---\n\nText.\n"
    (found,) = pipeline.parse(text, "t.md").diagnostics
    assert message in found.message
    assert found.line == 4
