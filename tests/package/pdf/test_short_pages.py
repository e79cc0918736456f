"""Pages that are not left short by what is kept in one piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from tests.bench.fullness import ENOUGH, fullness
from tests.helpers import making

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" viewBox="0 0 400 300">
<rect width="400" height="300" fill="#9ab"/></svg>"""
LINE = "All of them went to see it.\n\n"
END = LINE * 14
QUESTION = "{}. Why did they walk so far?\n\n   ::: lines 2\n   :::\n\n"
EXERCISE = "::: exercise Walks\n{}:::\n\n"
PICTURE = '![A well](well.svg "A well")\n\n'


def files(piece: str, edition: str, folder: Path, lines: Iterable[int]) -> Iterator[Path]:
    """PDFs with a piece below numbers of lines."""
    (folder / "well.svg").write_text(DRAWING, "utf-8")
    for before in lines:
        text = f"---\ntitle: T\nlang: en\n---\n\n{LINE * before}{piece}{END}"
        document = making.resolved(text, edition, folder)
        path = folder / f"{before}.pdf"
        path.write_bytes(making.packed(document, folder).data)
        yield path


def first_pages(path: Path, *texts: str) -> list[int]:
    """The first page with each text."""
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return [next(n for n, page in enumerate(pages) if text in page) for text in texts]


def heights_of(page: pypdfium2.PdfPage, *texts: str) -> list[int]:
    """The heights on a page of those texts that are on it."""
    text = page.get_textpage()
    places = (text.search(part).get_next() for part in texts)
    return [round(text.get_charbox(place[0])[1]) for place in places if place]


@pytest.mark.parametrize(("edition", "lines"), [("handout", (24, 32)), ("large-print", (4, 11))])
def test_an_exercise_is_in_one_piece_unless_its_page_would_be_short(
    edition: str, lines: tuple[int, int], tmp_path: Path
) -> None:
    questions = "".join(map(QUESTION.format, range(1, 4)))
    broken = 0
    for path in files(EXERCISE.format(questions), edition, tmp_path, lines):
        assert min(fullness(path)) > ENOUGH
        first, last = first_pages(path, "Walks", "3.")
        broken += first != last
    assert broken == 1


def test_questions_with_choices_are_parted(tmp_path: Path) -> None:
    choices = "".join(f"   - ( ) {letter * 5}\n" for letter in "abcde")
    questions = "".join(f"{n}. Where do they walk?\n\n{choices}\n" for n in (1, 2))
    for path in files(EXERCISE.format(questions), "large-print", tmp_path, (8,)):
        assert first_pages(path, "Walks", "1.", "2.") == [0, 0, 1]


def test_so_is_a_box(tmp_path: Path) -> None:
    box = f"::: note Well\n{LINE * 12}Last\n:::\n\n"
    broken = 0
    for path in files(box, "handout", tmp_path, (28, 34)):
        assert min(fullness(path)) > ENOUGH
        first, last = first_pages(path, "Well", "Last")
        broken += first != last
    assert broken == 1


def heights(piece: str, folder: Path) -> set[int]:
    """The heights of the tallest shape in PDFs with a picture, in points."""
    found = set[int]()
    for path in files(piece, "handout", folder, (22, 28)):
        with pypdfium2.PdfDocument(path) as document:
            boxes = [
                shape.get_bounds()
                for page in document
                for shape in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH], max_depth=9)
            ]
        found.add(max(round(top - bottom) for _, bottom, _, top in boxes))
    return found


def test_a_picture_is_smaller_where_its_page_would_be_short(tmp_path: Path) -> None:
    found = heights(PICTURE, tmp_path)
    assert 0.75 * max(found) <= min(found) < max(found)


def test_a_chart_is_not(tmp_path: Path) -> None:
    """Its words would be too small."""
    assert (
        len(heights('```chart {type=graph x-range="-4 to 4" y-range="-3 to 3"}\n```\n\n', tmp_path))
        == 1
    )


def test_spaces_are_narrower_where_a_page_would_be_short(tmp_path: Path) -> None:
    """Text above an exercise moves up, although there is a line more. Where it fits by
    itself, the exercises are moved apart instead."""
    exercises = "".join(
        EXERCISE.format(f"{what}?\n\n::: lines 8\n:::\n") for what in ("Why", "Who")
    )
    places = []
    for path in files(exercises, "handout", tmp_path, (1, 5, 6)):
        with pypdfium2.PdfDocument(path) as document:
            places.append(heights_of(document[0], "Why", "Who"))
    apart = [first - second for first, second in places]
    assert max(apart) > apart[0] > min(apart)
    assert any(after[0] > before[0] for before, after in pairwise(places))


def test_a_table_of_few_rows_is_not_divided(tmp_path: Path) -> None:
    """Those of more rows are, so that its page is full."""
    divided = []
    for rows in (7, 20):
        body = "".join(f"| Row {row:02} | x |\n" for row in range(1, rows + 1))
        for path in files(f"| A | B |\n|---|---|\n{body}\n", "handout", tmp_path, (34,)):
            first, last = first_pages(path, "Row 01", f"Row {rows:02}")
            divided.append(first != last)
    assert divided == [False, True]
