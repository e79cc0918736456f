"""Figures and tables that go to the top of the next page where there is no room for them, or to the
foot of a page."""

from __future__ import annotations

import contextlib
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest

import pipeline
from pipeline import parse
from pipeline.model.codes import Code
from tests.helpers import making

SENTENCE = "Nobody knew how deep the well was, or who had dug it, and they all went to see it. "
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="400" height="260" viewBox="0 0 400 260">
<rect width="400" height="260" fill="#9ab"/></svg>"""
FIGURE = '![A well](well.svg "A deep well"){#fig-well float=top}\n\n'
TABLE = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 12 + "\n: A deep well {#tbl-well float=top}\n\n"


class Line(NamedTuple):
    """A line of a page, and its height above the foot in points."""

    text: str
    bottom: float


def pages_of(floating: str, before: int, folder: Path) -> list[list[Line]]:
    """The lines of pages with something after a number of paragraphs, and before others."""
    (folder / "well.svg").write_text(DRAWING, "utf-8")
    front = "---\ntitle: T\nlang: en\npage: A5\n---\n\n# One\n\n"
    paragraphs = [f"P{number} {SENTENCE * 5}\n\n" for number in range(before + 4)]
    text = front + "".join((*paragraphs[:before], floating, *paragraphs[before:]))
    document = making.resolved(text, "handout", folder)
    data = making.packed(document, folder).data
    with contextlib.closing(pypdfium2.PdfDocument(data)) as file:
        return [_lines(page) for page in file]


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text = page.get_textpage()
    boxes = [text.get_rect(number) for number in range(text.count_rects())]
    lines = ((" ".join(text.get_text_bounded(*box).split()), box[1]) for box in boxes)
    return [Line(*line) for line in lines]


@pytest.mark.parametrize("floating", [FIGURE, TABLE], ids=["figure", "table"])
def test_no_page_is_left_short(floating: str, tmp_path: Path) -> None:
    """It is at the top of the page after the text that follows it."""
    pages = pages_of(floating, 3, tmp_path)
    bottoms = [min(bottom for _, bottom in page if bottom > 60) for page in pages]
    assert max(bottoms[:-1]) - min(bottoms) < 45, "of three lines"
    (place,) = (number for number, page in enumerate(pages) if "A deep well" in str(page))
    (start,) = (number for number, page in enumerate(pages) if "P3 " in str(page))
    assert place == start + 1


def test_the_e_book_marks_pages_in_the_order_of_the_text(tmp_path: Path) -> None:
    """A page that begins with a figure from the page before begins with its own text."""
    (tmp_path / "well.svg").write_text(DRAWING, "utf-8")
    paragraphs = [f"P{number} {SENTENCE * 5}\n\n" for number in range(9)]
    text = "".join((*paragraphs[:3], FIGURE, *paragraphs[3:]))
    source = tmp_path / "x.md"
    source.write_text(f"---\ntitle: T\nlang: en\npage: A5\n---\n\n# One\n\n{text}", "utf-8")
    result = pipeline.build(source, ["ebook", "teacher"], out=tmp_path)
    assert not result.diagnostics
    with zipfile.ZipFile(tmp_path / "x" / "x.epub") as book:
        page = book.read("EPUB/one.xhtml").decode()
    (figure,) = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert "pagebreak" not in figure
    assert re.findall(r'id="page--(\d)"', page) == ["2", "3"]


@pytest.mark.parametrize("floating", [FIGURE, TABLE], ids=["figure", "table"])
def test_some_are_at_the_foot_above_the_notes(floating: str, tmp_path: Path) -> None:
    at_foot = floating.replace("float=top", "float=foot") + "A^[A note.] B.\n\n"
    pages = pages_of(at_foot, 4, tmp_path)
    (place,) = (number for number, page in enumerate(pages) if "A deep well" in str(page))
    below = [line.text for line in pages[place] if line.bottom < _bottom(pages[place], "A deep")]
    assert not any("Nobody" in text for text in below)
    (start,) = (number for number, page in enumerate(pages) if "P4 " in str(page))
    assert place - start in (-1, 0, 1)
    for page in pages[:-1]:
        assert min(line.bottom for line in page if line.bottom > 48) < 120


def _bottom(page: list[Line], text: str) -> float:
    return next(line.bottom for line in page if text in line.text)


def test_nothing_is_lost_and_no_heading_left(tmp_path: Path) -> None:
    """Floats of either place follow each other, and headings."""
    (tmp_path / "well.svg").write_text(DRAWING, "utf-8")
    figures = (FIGURE, FIGURE.replace("top", "foot"))
    parts = [
        f"## H{number}\n\n" * (number % 3 == 0)
        + figures[number % 4 == 1]
        .replace("well ", f"well{number} ")
        .replace("A deep", f"F{number}-")
        * (number % 2)
        + f"P{number} {SENTENCE * (number % 5 + 1)}\n\n"
        for number in range(16)
    ]
    text = f"---\ntitle: T\nlang: en\npage: A5\n---\n\n# One\n\n{''.join(parts)}"
    with contextlib.closing(pypdfium2.PdfDocument(making.data(text, "handout", tmp_path))) as file:
        text = "".join(page.get_textpage().get_text_bounded() for page in file)
    assert [text.count(f"F{number}-") for number in range(1, 16, 2)] == [1] * 8


def test_books_have_floats_on_both_sides(tmp_path: Path) -> None:
    """The lines of paragraphs are chosen, and pages mirrored: a float is in the text's column of
    its page, and tables are below it."""
    (tmp_path / "well.svg").write_text(DRAWING, "utf-8")
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 9 + "\n"
    parts = [
        f"P{number} {SENTENCE * (number % 5 + 3)}\n\n"
        + FIGURE.replace("well ", f"well{number} ").replace("A deep", f"F{number}-")
        + table * (number % 3 == 0)
        for number in range(14)
    ]
    text = f"---\ntitle: T\nlang: en\npage: A5\nclass: book\n---\n\n# One\n\n{''.join(parts)}"
    with contextlib.closing(pypdfium2.PdfDocument(making.data(text, "handout", tmp_path))) as file:
        pages = [page.get_textpage() for page in file]
        texts = [page.get_text_bounded() for page in pages]
        whole = "".join(texts)
        assert [whole.count(f"F{number}-") for number in range(14)] == [1] * 14
        starts = [
            {round(page.get_rect(number)[0]) for number in range(page.count_rects())}
            for page, text in zip(pages, texts, strict=True)
            if "F" in text and "Nobody" in text
        ]
    assert len(starts) > 4
    lefts = {min(places) for places in starts}
    assert max(lefts) - min(lefts) > 15, "those of left and of right pages"
    assert all(left - min(lefts) < 3 or max(lefts) - left < 3 for left in lefts)
    assert all(max(lefts) not in places for places in starts if min(places) < max(lefts) - 3)


def test_books_need_not_ask(tmp_path: Path) -> None:
    """Figures with numbers stay in order, each on the page of its text or the next; none passes the
    end of its chapter, and there are no more pages than if all stay."""
    (tmp_path / "well.svg").write_text(DRAWING, "utf-8")
    texts = {}
    for place in ("auto", "here"):
        source = _book().replace("class: book", f"class: book\nfloat: {place}")
        data = making.data(source.replace("float: auto\n", ""), "handout", tmp_path)
        with contextlib.closing(pypdfium2.PdfDocument(data)) as file:
            texts[place] = [page.get_textpage().get_text_bounded() for page in file]
    pages = texts["auto"]
    assert len(pages) <= len(texts["here"])
    whole = "".join(pages)
    assert [whole.count(f"F{number}-") for number in range(14)] == [1] * 14
    assert [whole.count(f"P{number}-") for number in range(14)] == [1] * 14
    places = [whole.index(f"F{number}-") for number in range(14)]
    assert places == sorted(places)
    assert places[8] < whole.index("Further", whole.index("P8-"))
    moved = 0
    for number in range(14):
        (start,) = (n for n, page in enumerate(pages) if f"P{number}-" in page)
        (end,) = (n for n, page in enumerate(pages) if f"F{number}-" in page)
        assert start <= end <= start + 2
        moved += number < 13 and whole.index(f"P{number + 1}-") < places[number]
    assert moved > 1


def _book() -> str:
    """A book of two chapters with 14 figures and an exercise."""
    figure = FIGURE.replace(" float=top", "")
    exercise = "::: exercise\nWho?\n\n::: answer\nNobody.\n:::\n:::\n\n"
    parts = [
        f"# {'First' if not number else 'Further'}\n\n" * (number in (0, 9))
        + f"## Section {number}\n\n" * (number % 2)
        + f"P{number}- {SENTENCE * (number % 5 + 3)}\n\n"
        + figure.replace("fig-well", f"fig-well{number}").replace("A deep", f"F{number}-")
        + exercise * (number == 5)
        for number in range(14)
    ]
    return "---\ntitle: T\nlang: en\npage: A5\nclass: book\n---\n\n" + "".join(parts)


def test_teachers_have_them_on_the_same_pages(tmp_path: Path) -> None:
    """No page goes on on another of its number, though there are answers; the contents and the
    empty pages before a chapter have the numbers that they have for pupils."""
    (tmp_path / "well.svg").write_text(DRAWING, "utf-8")
    (tmp_path / "x.md").write_text(_book(), "utf-8")
    pipeline.build(tmp_path / "x.md", ["handout", "teacher"], out=tmp_path)
    floats = []
    for name in ("x", "x-teacher"):
        with pypdfium2.PdfDocument(tmp_path / "x" / f"{name}.pdf") as pdf:
            texts = [page.get_textpage().get_text_bounded() for page in pdf]
        floats.append([re.findall(r"F\d+-", text) for text in texts])
    assert "Nobody" in "".join(texts)
    assert floats[0] == floats[1]
    assert "continued" not in "".join(texts)
    assert texts[2].split()[-1] == "3"


def test_other_places_are_told() -> None:
    document = parse(FIGURE.replace("float=top", "float=left-page"))
    (finding,) = [one for one in document.diagnostics if one.code == Code.BAD_ATTRIBUTE.slug]
    assert finding.message == "`float=left-page` has no effect."


def test_a_paragraph_after_a_table_that_stays_is_not_indented(tmp_path: Path) -> None:
    table = "Table: Counts {#tbl-a}\n\n| A | B |\n|--|--|\n| 1 | 2 |"
    source = tmp_path / "x.md"
    front = "title: X\nclass: article\nfloat: auto"
    source.write_text(f"---\n{front}\n---\n\n## A\n\nFirst.\n\n{table}\n\nAfter.\n\nLast.\n")
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "x" / "x.pdf") as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        first, after, last = (
            page.get_charbox(text.index(word), loose=True)[0] for word in ("First", "After", "Last")
        )
    assert after == pytest.approx(first, abs=1)
    assert last > first + 5
