"""Large print, as readers with low vision meet it: measured in the finished PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import msgspec
import pikepdf
import pypdfium2
import pytest

import pipeline
from pipeline import parse
from pipeline.model.editions import EDITIONS
from pipeline.model.rendered import FormulaShapes, Pages
from pipeline.package.result import Package
from tests.helpers import making
from tests.helpers.finished import checked
from tests.helpers.paths import BOOK, ROOT
from tests.helpers.pdf_drawing import Shown, texts
from tests.helpers.pdf_reading import Element, open_pdf, read

LARGE = EDITIONS["large-print"]
FACE, CODE = "Atkinson-Hyperlegible", "Source-Code-Pro"

CHAPTERS = """\
---
title: Counting Wells
lang: en-GB
date: 2026-11-24
theme: classic
contents: {show: always}
speakers: {Ann Asker: interviewer, Ben Answerer: guest}
---

{{ include parts/plain.md }}

```chart {type=bar caption="What takes the hours" unit=hours}
Task, Girls
"Waiting at the well, till it is one's turn", 1.25
School, 4
```

Some `code`.

```python
print(1)
```
"""


class Made(NamedTuple):
    """A large-print edition: its markup, the PDF, and its appearance."""

    pages: Pages
    package: Package
    pdf: pikepdf.Pdf
    shown: list[Shown]

    @property
    def tree(self) -> Element:
        return read(self.pdf)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", self.tree.text)


def made(text: str, folder: Path = ROOT) -> Made:
    document = making.resolved(text, "large-print", folder)
    assert not [finding for finding in document.diagnostics if finding.is_error]
    pages = making.rendered(document)
    packed = making.packed(pages, folder)
    pdf = open_pdf(packed.data)
    return Made(pages, packed, pdf, list(texts(pdf)))


def front(text: str, more: str = "") -> str:
    return f"---\ntitle: A talk\nlang: en\ndate: 2026-11-24\n{more}---\n\n{text}"


@pytest.fixture(scope="module")
def book() -> Made:
    return made(CHAPTERS, BOOK.parent)


# --- letters -----------------------------------------------------------------------------


def test_no_letter_is_under_18_points(book: Made) -> None:
    assert len(book.shown) > 120
    assert [one for one in book.shown if one.size < 18] == []


def test_the_faces_are_made_for_low_vision_and_never_slanted(book: Made) -> None:
    fonts = {one.font for one in book.shown}
    assert fonts >= {FACE, f"{FACE}-Bold", CODE}
    assert not [name for name in fonts if re.search("Italic|Oblique|Caps", name)]
    other = {one.text for one in book.shown if not one.font.startswith((FACE, CODE))}
    assert other == {
        "\N{ARABIC LETTER REH}\N{ARABIC LETTER YEH WITH HAMZA ABOVE}\N{ARABIC LETTER BEH}"
    }


def test_all_text_is_black(book: Made) -> None:
    assert {one.colour for one in book.shown} == {(0, 0, 0)}


LONG = "Responsibility institutionalisation internationalisation compartmentalisation "
WORDS = f"""\
## Of *books*

The *whole* text, a [cite]{{.small-caps}} and <cite>Title</cite>.

Drink H~2~O.^[The note.] Then x^2^.

{LONG * 12}

> {LONG * 12}

## Last

The end.
"""


@pytest.fixture(scope="module")
def words() -> Made:
    return made(front(WORDS, "notes: margin\n"))


def test_emphasis_is_bold(words: Made) -> None:
    bold = " ".join(shown.text for shown in words.shown if shown.font.endswith("-Bold"))
    assert "whole" in bold
    assert "Title" in bold
    assert "text" not in bold


def test_no_word_is_divided(words: Made) -> None:
    ends = [shown.text for shown in words.shown if shown.text.rstrip().endswith(("-", "\u2010"))]
    assert ends == []


def test_indices_and_numbers_of_notes_are_as_large_as_the_text(words: Made) -> None:
    assert {shown.size for shown in words.shown if shown.text in ("1", "2")} == {18}


def test_notes_are_at_the_end(words: Made) -> None:
    assert words.words.index("The end.") < words.words.index("The note.")


def test_the_heading_of_the_notes_is_not_left_with_one_of_them() -> None:
    for lines in (1, 5):
        text = "A line of the text.\n\n" * lines
        one = made(front(f"# One\n\n{text}A word.^[A note.] More.^[$x^2 + \\frac a b$, too.]\n"))
        pages = {shown.text.strip(): shown.page for shown in one.shown}
        assert pages["Notes"] == pages["A note."] == pages[", too."], lines


# --- the page ----------------------------------------------------------------------------


def test_small_pages_of_a_book_have_their_imprint_and_room_above_the_foot(tmp_path: Path) -> None:
    source = tmp_path / "book.md"
    text = " ".join(f"The well is {number} metres deep." for number in range(400))
    source.write_text(front(f"# One\n\n{text}\n", "class: book\npage: A5\n"), "utf-8")
    pipeline.build(source, ["handout", "large-print"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "book" / "book-large-print.pdf") as document:
        pages = [page.get_textpage() for page in document]
        imprint = " ".join(pages[1].get_text_bounded().split())
        assert imprint.endswith("where each of them begins.")
        for page in pages[2:-1]:
            feet = [page.get_rect(number)[1] for number in range(page.count_rects())]
            assert min(foot for foot in feet if foot > min(feet) + 9) - min(feet) > 30


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ("", 18),
        ("page: {text: 11pt, columns: 2}\n", 18),
        ("editions: [large-print: {page: {size: A3, text: 24pt}}]\n", 24),
    ],
)
def test_the_size_that_is_asked_for_counts_from_18_points_on(options: str, size: float) -> None:
    text = front("Text.^[Note.]\n", options)
    sheet = making.rendered(making.resolved(text, "large-print")).sheet
    assert sheet is not None
    assert (sheet.text, sheet.note, sheet.code, sheet.columns) == (size, size, size, 1)
    assert sheet.leading == 1.5 * size
    assert sheet.writing >= 15
    assert sheet.size.name == ("A3" if size == 24 else "A4")


def test_large_print_in_small_letters_is_a_warning() -> None:
    text = front("Text.\n", "editions:\n  - large-print: {page: {text: 14pt}}\n")
    (finding,) = parse(text, "x.md").diagnostics
    assert (finding.code, finding.line, finding.column) == ("under-large-print", 6, 5)
    assert "14 points" in finding.message
    assert not finding.is_error


# --- tables ------------------------------------------------------------------------------

WIDE = """\
| Village | Promise | Ministry | Payment | Consequence |
|---|---|---|--:|---|
| Aba[^n] | A well in every village | Waterworks | 12.5 | None |
| Bela | A committee | Development | | Nothing |

Table: What was promised {#tbl-promised}

See @tbl-promised.

[^n]: The oldest.
"""


SPANNING = """\
<table>
<thead>
<tr><th rowspan="2">Village</th><th colspan="2">Dry season</th>
<th colspan="2">Rainy season</th></tr>
<tr><th>Households</th><th>Observations</th><th>Households</th><th>Observations</th></tr>
</thead>
<tbody>
<tr><th>Aba</th><td>twelve, all at the river</td><td>They carry water for an hour</td>
<td colspan="2">nobody counted them</td></tr>
<tr><th>Bela</th><td>four</td><td></td><td>four</td><td>None</td></tr>
</tbody>
</table>
"""


def test_a_table_that_does_not_fit_is_a_list_of_its_rows() -> None:
    one = made(front(WIDE))
    assert list(one.tree.all("Table")) == []
    rows = next(one.tree.all("L"))
    spoken = [re.sub(r"\s+", " ", row.text).strip() for row in rows.children]
    assert "Village: Aba" in spoken[0]
    assert "Payment: 12.5" in spoken[0]
    assert "Consequence: None" in spoken[0]
    assert "Payment: –" in spoken[1]
    assert "Table 1. What was promised" in one.words
    assert "See Table 1." in one.words


def test_a_table_that_fits_stays_one() -> None:
    one = made(front("| Form | 2016 | 2021 |\n|---|--:|--:|\n| Labour | 24.9 | 27.6 |\n"))
    assert len(list(one.tree.all("Table"))) == 1


def test_heads_over_several_columns_are_joined() -> None:
    words = made(front(SPANNING)).words
    assert "Village: Aba" in words
    assert "Dry season, Households: twelve" in words
    assert "Dry season, Households: four" in words
    assert "Rainy season, Households, Observations: nobody counted them" in words
    assert "Dry season, Observations: –" in words


# --- charts and formulas -----------------------------------------------------------------


def test_a_chart_fills_the_line_with_letters_of_18_points(book: Made) -> None:
    from pipeline.features.charts.drawing import SIZE

    sheet = book.pages.sheet
    assert sheet is not None
    line = sheet.measure / 25.4 * 96
    charts = [asset for asset in book.pages.assets if asset.path.startswith("chart:")]
    assert charts
    for asset in charts:
        if asset.width < 400:  # the one on a sheet on its side has a longer line
            assert SIZE * line / asset.width == pytest.approx(18, rel=0.02)
        colours = set(re.findall(rb"#[0-9a-f]{6}", asset.data))
        assert colours <= {b"#000000", b"#ffffff", b"#767676"}


def test_a_long_formula_is_broken_before_its_relations() -> None:
    terms = " + ".join(f"a_{{{number}}} x^{{{number}}}" for number in range(1, 9))
    short, long = (
        made(front(f"$$\nf(x) = {formula} = 0\n$$\n")).pages.assets[-1].data
        for formula in ("x", terms)
    )
    views = [msgspec.json.decode(data, type=FormulaShapes).view for data in (short, long)]
    (_, _, _, low), (_, _, wide, high) = views
    assert high > 2 * low
    assert wide < 2200


def test_it_is_accessible(book: Made, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(book.package.data)
    assert [d for d in checked(file).diagnostics if d.is_error] == []
