"""Tables in all formats, for readers and listeners."""

from __future__ import annotations

import csv
import functools
import io
import itertools
import re
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pipeline import Document, parse, render_fragment
from pipeline.commands.pdf_reading import read_pages
from pipeline.model import CodeBlock, Table, TableCell, TableRow
from pipeline.model.faces import FACES, font_file
from pipeline.model.table_cells import limit_row_spans, place, regular
from pipeline.render.tables import (
    SMALL_TEXT,
    USUAL_TEXT,
    Setting,
    cuts_words,
    fit,
    reflows,
    shape,
    text_width,
)
from tests.helpers import making
from tests.helpers.laid_out import laid_out, numbered_boxes
from tests.helpers.pdf_reading import Element, open_pdf, read
from tests.helpers.trees import nodes, plain_text

LONG = "Wasserversorgungszweckverbandsvorsteher"
SENTENCE = "Two of nine villages have a well, and in one of them the pump broke after a year. "


NARROW = Setting(line=4, gap=0.7)


def resolved(text: str, edition: str = "handout") -> Document:
    source = f"---\ntitle: Tables\nlang: en\n---\n\n## A\n\n{text}"
    return making.without_findings(making.resolved(source, edition))


@functools.cache
def build(text: str, edition: str = "handout") -> bytes:
    return making.packed(resolved(text, edition)).data


def table(text: str) -> Table:
    found = parse(text).blocks[0]
    assert isinstance(found, Table)
    return found


def printed(rows: str) -> Image.Image:
    """The first page of a table with boxes to tick, in greys."""
    with pypdfium2.PdfDocument(build(f"| a | b |\n|---|---|\n{rows}")) as pdf:
        page: Image.Image = pdf[0].render(scale=1).to_pil()
        return page.convert("L")


def test_ticks_are_lines() -> None:
    """Poppler, and programs that print with it, do not show such narrow gradients."""
    with pikepdf.open(io.BytesIO(build("| a | b |\n|---|---|\n| [x] | [ ] |\n"))) as pdf:
        assert not pdf.pages[0].Resources.get("/Pattern", {})
    found = ImageChops.difference(printed("| [x] | [ ] |\n"), printed("| [ ] | [x] |\n"))
    assert sum(found.histogram()[64:]) > 4


@pytest.mark.parametrize(
    ("cell", "is_grid"),
    [("7", True), ("", True), ("____", True), ("1000", False), ("seven", False), ("__ m", False)],
)
def test_a_table_of_short_numbers_is_a_grid_in_one_piece(cell: str, is_grid: bool) -> None:
    rows = ["| 1 | 2 | 3 | 4 | 5 |", "|---|---|---|---|---|", *["| 6 | CELL | 8 | 9 | 10 |"] * 9]
    (table,) = nodes(parse("\n".join(rows).replace("CELL", cell)), Table)
    found = shape(table, "pdf", ".")
    assert (found.is_grid, found.in_one_piece) == (is_grid, is_grid)
    assert not shape(table, "html", ".").is_grid
    assert not is_grid or not (cuts_words(table, NARROW) or reflows(table, (NARROW, NARROW)))


def test_rows_of_boxes_alone_stand_below_each_other() -> None:
    def bottom(rows: int) -> int:
        page = printed("| [ ] | [x] |\n" * rows)
        text = page.crop((0, 0, page.width, page.height * 9 // 10))  # without the foot
        box = text.point(lambda grey: 255 * (grey < 200)).getbbox()
        assert box
        return int(box[3])

    assert bottom(4) - bottom(1) > 3 * 10


# --- cells that take several columns and rows --------------------------------------------

counts = st.integers(0, 5)
rows_of_cells = st.lists(
    st.lists(st.tuples(st.integers(1, 5), counts), max_size=4).map(
        lambda cells: TableRow(
            cells=tuple(TableCell(children=(), columns=c, rows=r) for c, r in cells)
        )
    ),
    max_size=6,
)


@given(rows_of_cells, rows_of_cells)
def test_every_place_of_a_table_is_one_cells(head: list[TableRow], body: list[TableRow]) -> None:
    groups = regular(limit_row_spans(head), limit_row_spans(body))
    width = max((p.end for rows in groups for row in place(rows) for p in row), default=0)
    begun: set[int] = set()
    for rows in groups:
        taken = [
            (below, column)
            for number, row in enumerate(place(rows))
            for p in row
            for below in range(number, number + p.cell.rows)
            for column in range(p.column, p.end)
        ]
        assert sorted(taken) == list(itertools.product(range(len(rows)), range(width)))
        assert all(row.cells for row in rows)
        begun |= {p.column for row in place(rows) for p in row}
    assert begun == set(range(width))


@given(rows_of_cells)
def test_a_table_of_html_keeps_its_texts(rows: list[TableRow]) -> None:
    names = map(str, itertools.count())
    markup = "\n".join(
        "<tr>"
        + "".join(
            f'<td colspan="{c.columns}" rowspan="{c.rows}">{next(names)}.</td>' for c in r.cells
        )
        + "</tr>"
        for r in rows
    )
    found = re.findall(r"(\d+)\.", render_fragment(f"<table>\n{markup}\n</table>\n"))
    assert found == [str(number) for number in range(int(next(names)))]


SPANS = """\
<table>
<thead>
<tr><td rowspan="2"></td><th colspan="2">Dry</th></tr>
<tr><th>People</th><th>Minutes</th></tr>
</thead>
<tr><th>Girls</th><td colspan="2">nobody asked</td></tr>
</table>
"""


@pytest.fixture(scope="module")
def tables() -> Element:
    """A table with spans, and one that goes on over the page."""
    long = pipes(["Number", "Said"], *([str(n), SENTENCE * 3] for n in range(16)))
    return read(open_pdf(build(f"{SPANS}\nText.\n\n{long}\n\nTable: What was said.\n")))


def test_screen_readers_of_the_pdf_announce_which_columns_a_head_is_of(tables: Element) -> None:
    found, _ = tables.all("Table")
    assert found.shape == (
        "Table(THead(TR(TD TH) TR(TH TH)) TBody(TR(TH TD)))"  # each cell is there once
    )
    said = [
        (cell.text, *(cell.attribute(name) for name in ("Scope", "ColSpan", "RowSpan")))
        for cell in found.all()
        if cell.kind in {"TH", "TD"}
    ]
    assert said == [
        ("", None, None, 2),
        ("Dry", "/Column", 2, None),
        ("People", "/Column", None, None),
        ("Minutes", "/Column", None, None),
        ("Girls", "/Row", None, None),
        ("nobody asked", None, 2, None),
    ]


# --- data ----------------------------------------------------------------------------------

words = st.text(st.sampled_from("ab ,;\"\t'"), max_size=6).map(str.strip)
records = st.lists(st.lists(words, min_size=2, max_size=2), min_size=2, max_size=5)


@given(records, st.sampled_from([",", ";", "\t"]))
def test_data_are_read_as_spreadsheets_write_them(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        rows
    )
    name = {",": "comma", ";": "semicolon", "\t": "tab"}[delimiter]
    found = table(f"~~~ csv {{delimiter={name} head-rows=0}}\n{written.getvalue()}~~~\n")
    assert [[plain_text(c.children) for c in row.cells] for row in found.body] == rows


# --- numbers under each other ----------------------------------------------------------------


class Box(NamedTuple):
    """A piece of text on a page: its beginning and end, in CSS pixels."""

    text: str
    page: int
    left: float
    right: float


def boxes(text: str) -> list[Box]:
    """The positions of texts on the pages of a handout."""
    pages = making.rendered(resolved(text))
    return [
        Box(
            box.text.replace("\u00a0", " ").replace("\u202f", " ").strip(),
            number,
            box.position_x,
            box.position_x + box.width,
        )
        for number, box in numbered_boxes(laid_out(pages))
        if hasattr(box, "text")
    ]


@pytest.mark.parametrize("fence", ["```csv\n{rows}\n```", "```csv {{file=wide.csv}}\n```"])
def test_data_of_too_many_columns_are_shown_as_they_are(tmp_path: Path, fence: str) -> None:
    rows = ",".join(f"c{number}" for number in range(257))
    (tmp_path / "wide.csv").write_text(rows + "\n", "utf-8")
    (tmp_path / "x.md").write_text("# T\n\n" + fence.format(rows=rows) + "\n", "utf-8")
    found = parse((tmp_path / "x.md").read_text("utf-8"), folder=tmp_path)
    assert [finding.code for finding in found.diagnostics] == ["bad-table"]
    (block,) = found.blocks
    assert isinstance(block, CodeBlock)
    assert block.text == f"{rows}\n"


def test_numbers_stand_with_their_decimal_marks_under_each_other() -> None:
    numbers = ["24.25", "7", "1,103.5", "−0.125", "12.5 %", "30 %"]
    rows = "".join(f"| x | {n} |\n" for n in numbers)
    found = {box.text: box for box in boxes(f'| a | b |\n|---|---|\n{rows}{{align="l ."}}\n')}
    figure = found["7"].right - found["7"].left
    ends = []
    for number in numbers[:4]:
        fraction = number.partition(".")[2]
        end = found[number].right - figure * len(fraction)
        ends.append(end - (figure / 2 if fraction else 0))
    assert ends == pytest.approx([ends[0]] * 4, abs=0.2)
    gap = found["30 %"].left - found["12.5 %"].left  # two figures before the mark, in both
    assert gap == pytest.approx(0, abs=0.4)


@pytest.mark.parametrize(
    ("lang", "numbers", "tails"),
    [
        ("en", ["1.5", "2.25"], [1, 0]),
        ("de", ["1,5", "1.000"], [0, 1.5]),
        ("de", ["1.5", "2.25"], [1, 0]),
        ("en", ["1,000", "1.5"], [1.5, 0]),
        ("en", ["1.000,5", "20"], [0, 1.5]),
        ("fr", ["12 000,5", "–"], [0, 1.5]),
        ("ar", ["١٫٥", "٢"], [0, 1.5]),
        ("it", ["1.000,5", "20"], [0, 1.5]),
        ("de-CH", ["1’000.5", "20"], [0, 1.5]),
    ],
)
def test_the_decimal_mark_is_the_languages(
    lang: str, numbers: list[str], tails: list[float]
) -> None:
    rows = "".join(f"| x | {n} |\n" for n in numbers)
    text = f'---\ntitle: T\nlang: {lang}\n---\n\n| a | b |\n|---|---|\n{rows}{{align="l ."}}\n'
    pages = making.rendered(making.resolved(text))
    cells = re.findall(
        r'<td class="decimal">(?:<span class="tail-([\d-]+)">)?', pages.pages[0].markup
    )
    assert [float(cell.replace("-", ".") or 0) for cell in cells] == tails


def test_what_a_number_lacks_is_no_text() -> None:
    markup = render_fragment('| a | b |\n|--|--|\n| x | 1.5 |\n| y | 2 |\n{align="l ."}\n')
    assert '<span class="tail-1-5">2</span>' in markup
    assert markup.isascii()


# --- fitting into the page ---------------------------------------------------------------------


def pipes(*rows: list[str]) -> str:
    lines = [" | ".join(row) for row in rows]
    return "\n".join(
        f"| {line} |" for line in (lines[0], "--|" * (len(rows[0]) - 1) + "--", *lines[1:])
    )


CROWDED = (
    pipes([LONG] * 6, [LONG] * 6),
    pipes(["Households"] * 14, ["12 000 000"] * 14),
    pipes(["a", "b"], ["https://example.org/" + "very-long/" * 30, SENTENCE * 3]),
    pipes(["a", "b", "c"], ["x" * 300, "y" * 200, SENTENCE]),
    pipes(["One", "Two", "Three", "Four"], [SENTENCE * 4] * 4),
    "- x\n\n  " + pipes(["In a list" + LONG] * 4, [LONG] * 4).replace("\n", "\n  "),
    f"::: note\n{pipes(['In a box' + LONG] * 4, [LONG] * 4)}\n:::",
)


def test_no_table_runs_over_the_margin() -> None:
    edge = 794 - 24 * 96 / 25.4  # the sheet but for its margin
    found = boxes("\n\n".join((SENTENCE * 9, *CROWDED)))
    assert not [box for box in found if box.right > edge + 0.5]


def test_numbers_are_whole_in_tables_in_lists_and_quotations() -> None:
    insides = ("{}", "1. a\n\n   1. b\n\n      {}", "> {}", "> - x\n>\n>   {}")
    text = ""
    for number, inside in enumerate(insides):
        before = inside.rpartition("\n")[2].removesuffix("{}")
        months = pipes(["Month", *["Buckets"] * 7], ["June", *[f"{number}234567"] * 7])
        text += inside.format(months.replace("\n", f"\n{before}")) + "\n\nText.\n\n"
    said = [box.text for box in boxes(text)]
    for number, inside in enumerate(insides):
        assert sum(f"{number}234567" in each for each in said) == 7, inside


def test_a_table_on_a_sheet_on_its_side_has_all_of_its_width() -> None:
    wide = pipes(["Village", *["Buckets"] * 15], ["Aba", *["1234567"] * 15])
    found = [box.text for box in boxes(f"{wide}\n\n::: landscape\n{wide}\n:::\n")]
    assert "Village: Aba" in " ".join(found), "it becomes a list else"
    assert found.count("1234567") == 15, found


def test_a_table_that_no_line_has_room_for_is_a_list_of_its_rows() -> None:
    years = [f"Year {year}" for year in range(2004, 2021)]
    found = boxes(pipes(["Village", *years], ["Aba", *["12345"] * 17]))
    said = " ".join(box.text for box in found)
    assert "Village: Aba" in said
    assert "Year 2020: 12345" in said


def test_a_table_of_few_words_is_left_to_itself() -> None:
    """In two columns, it is as wide as its words, so that they are not parted from each other,
    unless there are cells to fill in."""
    text = "| Village | Wells |\n|---|---|\n| Aba | 3 |\n"
    assert fit(table(text)) == (False, (), frozenset(), True, True)
    assert fit(table(text.replace("3", "____"))).is_narrow
    for other in (text.replace("3", " "), pipes(["A"] * 3, ["B"] * 3)):
        assert not fit(table(other)).is_narrow


def test_words_and_code_are_kept_whole_where_they_can_be() -> None:
    """The letters of code are all as wide, and an option is not broken after its hyphens."""
    head = ["Municipality", "Households", "Rehabilitated", "Notes"]
    words = pipes(head, ["Freiburg im Breisgau", "12 000", "Nothing", SENTENCE * 2])
    code = ["assets_beside", "ill_if_lilt", "--out-of-it", "-f"]
    rows = [[f"`{each}`", "None", SENTENCE * 2] for each in code]
    fields = pipes(["Field", "Default", "Meaning"], *rows)
    found = {box.text for box in boxes(f"{words}\n\nText.\n\n{fields}")}
    assert {*head, *code} <= found


def test_long_texts_have_more_room_than_short_ones() -> None:
    found = fit(table(pipes(["Term", "Meaning"], ["Forced labour", SENTENCE * 4])))
    assert not found.is_small
    assert 100 - found.widths[0] == pytest.approx(found.widths[1])
    assert found.widths[0] * USUAL_TEXT.line / 100 > text_width("Forced labour")
    assert fit(table(pipes([LONG] * 6, [LONG] * 6))).is_small
    assert SMALL_TEXT.line > USUAL_TEXT.line


def test_widths_of_text_are_about_right() -> None:
    (face,) = (
        f
        for f in FACES
        if f.family == "Source Sans Pro" and f.weight == 400 and f.style == "normal"
    )
    with TTFont(font_file(face)) as font:
        names, advances = font.getBestCmap(), font["hmtx"].metrics
        em = font["head"].unitsPerEm
    for text in (SENTENCE, LONG, "12,345.67", "Ελλάδα και Москва", "EINE ÜBERSCHRIFT"):
        exact = sum(advances[names[ord(char)]][0] for char in text) / em
        assert text_width(text) == pytest.approx(exact, rel=0.12), text


def test_heads_are_read_aloud_once_and_shown_on_each_page(tables: Element) -> None:
    _, table = tables.all("Table")
    assert len({piece.page for piece in table.pieces()}) > 1
    assert [cell.text for cell in table.all("TH") if cell.attribute("Scope") == "/Column"] == [
        "Number",
        "Said",
    ]
    assert all(one_page(row) for row in table.all("TR"))


def one_page(row: Element) -> bool:
    return len({piece.page for piece in row.pieces()}) <= 1


@pytest.mark.slow
def test_a_caption_stays_with_two_rows_of_its_table() -> None:
    rows = [[f"r{n}", "1", "2"] for n in range(8)]
    text = "".join(
        f"\\newpage\n\n{'Line.' + chr(92) + chr(10)}" * 1
        + "Line.\\\n" * (30 + count)
        + "End.\n\n"
        + pipes(["a", "b", "c"], *rows)
        + "\n\nTable: Caption.\n\n"
        for count in range(0, 16, 4)
    )
    pages: dict[int, list[str]] = {}
    for box in boxes(text):
        pages.setdefault(box.page, []).append(box.text)
    for texts in pages.values():
        shown = [text for text in texts if re.fullmatch(r"r\d", text)]
        assert "Caption." not in texts or len(shown) >= 2
        assert len(shown) != 1


def test_long_rows_may_be_broken() -> None:
    document = read(open_pdf(build(pipes(["a", "b"], ["x", SENTENCE * 60], ["y", SENTENCE * 40]))))
    assert [one_page(row) for row in document.all("TR")] == [True, False, False]


# --- the other formats -------------------------------------------------------------------------


def markup_of(text: str, edition: str) -> str:
    pages = making.rendered(making.resolved(f"---\ntitle: T\n---\n\n{text}", edition))
    return "".join(page.markup for page in pages.pages)


def test_only_print_and_crowded_tables_of_e_books_have_columns_of_fixed_widths() -> None:
    texts = pipes(["Term", "Meaning"], ["Forced labour", SENTENCE * 4])
    crowded = pipes([LONG] * 6, [LONG] * 6)
    for edition, first, second in (
        ("handout", True, True),
        ("ebook", False, True),
        ("web", False, False),
    ):
        assert ("fitted" in markup_of(texts, edition)) is first
        assert ("fitted" in markup_of(crowded, edition)) is second


def test_widths_of_an_author_hold_everywhere() -> None:
    text = pipes(["a", "b"], ["c", "d"]) + '\n{widths="1 3"}\n'
    for edition in ("handout", "ebook", "web"):
        assert '<col class="width-25pc"' in markup_of(text, edition)


def test_tables_of_one_row_may_be_parted_from_each_other(tmp_path: Path) -> None:
    """Not only within a table do its first and last rows stay together."""
    tables = "\n\n".join(f"| Word {n} | B |\n|---|---|\n| 1 | 2 |" for n in range(4))
    document = making.resolved(
        f"---\ntitle: T\nlang: en\n---\n\n::: columns 2\n{tables}\n:::\n", "handout", tmp_path
    )
    data = making.packed(document, tmp_path).data
    (page,) = read_pages(data)
    lefts = [round(run.box.left) for run in page.body if run.text.startswith("Word")]
    assert len(lefts) == 4
    assert lefts == sorted(lefts)
    assert lefts.count(lefts[0]) == 2, "half of them are in each column"


def test_each_page_of_a_table_in_a_book_has_its_head(tmp_path: Path) -> None:
    rows = "".join(f"| {number} | water |\n" for number in range(150))
    talk = "They went to the well in the morning, and came home in the evening. " * 12
    table = f"| Day | Found |\n|--|--|\n{rows}"
    text = f"---\ntitle: T\nkind: novel\n---\n\n{talk}\n\n{table}\n{talk}\n"
    pages = making.rendered(making.resolved(text, "handout", tmp_path))
    places: dict[int, dict[str, float]] = {}
    for number, box in numbered_boxes(laid_out(pages)):
        word = getattr(box, "text", "")
        if word in ("Found", "water"):
            places.setdefault(number, {}).setdefault(word, box.position_y)
    assert len(places) > 2
    assert all(0 < page["water"] - page["Found"] < 40 for page in places.values())
