"""Print faults: each rule finds its fault in a document that has it, and nothing in documents
without faults."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from PIL import Image

import pipeline
from pipeline.commands.pdf_reading import Colour, UnreadablePdf, read_pages
from pipeline.commands.print_faults import contrast, grey, print_faults
from pipeline.commands.report.estimates import Ink, ink_of, mean
from pipeline.model.paper import PageArea
from tests.helpers.finished import checked

FETCHER = weasyprint.urls.URLFetcher()  # each loads the certificates of the system
FONTS = "font-family: 'Noto Sans', sans-serif"
LINE = "<p>A line of text that is long enough to be one.</p>"


def pdf_of(body: str, css: str = "", *, page: str = "size: 100mm; margin: 10mm") -> bytes:
    """A tagged PDF with these contents, made without Chapbook."""
    style = f"@page {{ {page} }} body {{ margin: 0; {FONTS}; font-size: 10pt }} {css}"
    markup = f"<html lang=en><title>T</title><style>{style}</style><body>{body}</body></html>"
    data = weasyprint.HTML(string=markup, url_fetcher=FETCHER).write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(data, bytes)
    return data


def faults(data: bytes, area: Callable[[Any], PageArea | None] | None = None) -> list[Any]:
    pages = read_pages(data)
    return list(print_faults(pages, area) if area else print_faults(pages))


def codes(data: bytes) -> set[str]:
    return {fault.code.slug for fault in faults(data)}


def one(data: bytes, code: str) -> Any:
    (found,) = (fault for fault in faults(data) if fault.code.slug == code)
    return found


def image_file(folder: Path, width: int, height: int) -> str:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    path = folder / f"{width}.png"
    image.save(path)
    return path.as_uri()


# --- what is on the pages --------------------------------------------------------------


def test_pages_are_read_as_they_are_seen() -> None:
    (page,) = read_pages(
        pdf_of("<h1>Title</h1><p>Some <b>words</b>.</p>", "h1 { font-size: 20pt; margin: 0 }")
    )
    title, *words = page.runs
    assert (round(page.width, 1), round(page.height, 1)) == (283.5, 283.5)
    assert (title.text, title.colour) == ("Title", Colour(0, 0, 0))
    assert title.size == pytest.approx(20, abs=0.01)
    assert title.element
    assert "H1" in title.element.roles
    assert title.box.left == pytest.approx(28.3, abs=2)
    assert title.box.top == pytest.approx(283.5 - 28.3 - 6, abs=4)
    assert [run.bold for run in words] == [False, True, False]
    assert len({run.element.block for run in words if run.element}) == 1


def test_what_is_turned_and_cropped_is_where_it_is_seen() -> None:
    import pikepdf

    data = pdf_of("<p>Here</p>")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].MediaBox = [0, 100, 200, 283]
        pdf.pages[0].Rotate = 90
        output = io.BytesIO()
        pdf.save(output)
    (page,) = read_pages(output.getvalue())
    assert (page.width, page.height) == pytest.approx((183, 200))
    (run,) = page.runs
    # it ran along the top, from the left: now it runs down the right side, from the top
    assert run.box.height > run.box.width
    assert run.box.top == pytest.approx(200 - 29, abs=3)
    assert run.box.left > 183 / 2


def test_no_pdf() -> None:
    with pytest.raises(UnreadablePdf):
        read_pages(b"%PDF-1.7\nnothing of the kind")


# --- rules -----------------------------------------------------------------------------


def test_a_good_page_has_no_faults() -> None:
    assert codes(pdf_of(f"<h1>Good</h1>{LINE * 3}")) == set()


def test_low_resolution(tmp_path: Path) -> None:
    # 150 pixels on 25.4 mm, which is an inch
    image = f"<p><img src='{image_file(tmp_path, 150, 75)}' alt='A shade' style='width: 1in'>"
    fault = one(pdf_of(image), "low-resolution")
    assert fault.message == (
        "The image “A shade” is printed at 150 dots per inch: 150 × 75 pixels on 25 × 13 mm."
    )
    assert "200 pixels across or more" in fault.hint
    assert "18 mm wide" in fault.hint


def test_enough_resolution(tmp_path: Path) -> None:
    image = f"<p><img src='{image_file(tmp_path, 200, 100)}' alt='A shade' style='width: 1in'>"
    assert codes(pdf_of(image)) == set()


def test_small_text() -> None:
    small = one(pdf_of("<p>Large.<p style='font-size: 7.5pt'>Small <b>print</b>."), "small-text")
    assert small.message == "“Small print.” is set in 7.5 points."
    assert codes(pdf_of("<p style='font-size: 8pt'>Just as large as it has to be.")) == set()


def test_small_text_is_reported_once_a_size() -> None:
    body = "".join(
        f"<p style='font-size: 6pt; break-after: page'>Note {n} of several.</p>" for n in range(4)
    )
    fault = one(pdf_of(f"{body}{LINE * 6}"), "small-text")
    assert fault.pages == (1, 2, 3, 4)


def test_raised_and_lowered_figures_may_be_small() -> None:
    raised = "<p>Water, H<sub>2</sub>O, and <i>x</i><sup>3</sup>"
    assert codes(pdf_of(raised, "sub, sup { font-size: 6pt }")) == set()
    both = "<p><sub>x</sub><sup>y</sup> <span>far</span>"
    assert codes(pdf_of(both, "sub, sup { font-size: 6pt } span { margin-left: 3em }")) == set()
    lines = "<p style='font-size: 6pt; line-height: 1.1'>Two lines<br>are small."
    assert codes(pdf_of(lines)) == {"small-text"}


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("color: #777", True),  # 4.48 to 1
        ("color: #767676", False),  # 4.54 to 1
        ("color: #fff; background: #888", True),
        ("color: #fff; background: #333", False),
        ("color: #fff", True),
        ("color: #949494; font-size: 18pt", False),  # 3.03 to 1, and large
        ("color: #949494; font-size: 14pt", True),
        ("color: #949494; font-size: 14pt; font-weight: 700", False),
        ("color: rgb(0 0 0 / 40%)", True),
    ],
)
def test_low_contrast(style: str, found: bool) -> None:
    data = pdf_of(f"<p style='{style}; padding: 4pt'>Can this be read?")
    assert ("low-contrast" in codes(data)) is found


def test_low_contrast_in_grey_alone() -> None:
    ink, paper = Colour(68, 34, 102), Colour(0, 255, 0)
    assert contrast(ink, paper) == pytest.approx(9.18, abs=0.01)
    assert contrast(grey(ink), grey(paper)) == pytest.approx(4.21, abs=0.01)
    css = f"p {{ color: {ink}; background: {paper}; padding: 4pt; }}"
    fault = one(pdf_of("<p>In grey?", css), "low-contrast")
    assert fault.message == (
        "“In grey?”, #442266 on #00ff00, has a contrast of 4.2 where it is printed in grey,"
        " not 4.5."
    )


def test_contrast_is_that_of_wcag() -> None:
    black, white = Colour(0, 0, 0), Colour(255, 255, 255)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, Colour(119, 119, 119)) == pytest.approx(4.48, abs=0.005)
    assert grey(Colour(255, 0, 0)) == Colour(76, 76, 76)


def test_short_last_page() -> None:
    page = "<div style='break-after: page'>" + LINE * 3 + "</div>"
    fault = one(pdf_of(page + LINE * 4), "short-last-page")
    assert fault.message == "The last page has only 4 lines on it."
    assert "`fit: 1`" in fault.hint
    assert codes(pdf_of(page + LINE * 5)) == set()
    assert codes(pdf_of(LINE)) == set(), "the only page may be short"


def test_room_to_write_fills_a_last_page() -> None:
    page = "<div style='break-after: page'>" + LINE * 3 + "</div>"
    rules = "<div style='height: 9mm; border-bottom: .5pt solid'></div>" * 4
    assert codes(pdf_of(page + LINE + rules)) == set()


def test_stranded_heading() -> None:
    css = "h2, p { margin: 0; font-size: 10pt; line-height: 20pt; break-after: auto }"
    # 80 mm are eleven lines of 20 points
    ten = "<p>Line.</p>" * 10
    last = f"<h2>Stranded</h2>{'<p>Line.</p>' * 8}"
    fault = one(pdf_of(ten + last, css), "stranded-heading")
    assert fault.message == "The heading “Stranded” is at the foot of the page."
    assert fault.pages == (1,)
    nine = "<p>Line.</p>" * 9
    assert "stranded-heading" in codes(pdf_of(nine + last, css)), "one line is not enough"
    eight = "<p>Line.</p>" * 8
    assert "stranded-heading" not in codes(pdf_of(eight + last, css)), "two are"


def test_a_heading_over_all_that_it_has_is_not_stranded() -> None:
    css = "h2, p { margin: 0; font-size: 10pt; line-height: 20pt; break-after: auto }"
    short = f"{'<p>Line.</p>' * 9}<h2>Short</h2><p>All of it.</p>"
    other = "<h2 style='break-before: page'>Other</h2><p>Line.</p><p>Line.</p>"
    assert "stranded-heading" not in codes(pdf_of(short + other, css))
    deeper = other.replace("h2", "h3")
    assert "stranded-heading" in codes(pdf_of(short + deeper, css))


LINES = "\\\n".join(["Line."] * 37)
SHORT = "Short.\n\n\\newpage\n\n"
WITHOUT_NOTES = (
    f"## Head\n\n{SHORT}More.\n",
    f"## Head\n\n{SHORT}### Deeper\n\nMore.\n",
    f"## Head\n\n### Deeper\n\n{SHORT}More.\n",
    f"## Head\n\n{SHORT}## Other\n\nMore.\n",
    "## Head\n\nTwo\\\nlines.\n\n\\newpage\n\nMore.\n",
    "## Head\n\n::: lines 3\n:::\n\n\\newpage\n\nMore.\n",
    "## Head\n\n![A square](square.svg)\n\n\\newpage\n\nMore.\n",
    "## Head\n\nShort.\n",
)
WITH_NOTES = (
    f"{LINES[:20]}\n\n## Head[^1]\n\n{SHORT}More.\n\n[^1]: A note.\n",
    f"{LINES[:20]}\n\n## Head\n\nShort.[^2]\n\n\\newpage\n\nMore.\n\n[^2]: A note.\n",
)


@pytest.mark.parametrize(
    ("texts", "pages"), [(WITHOUT_NOTES, [(2,), (4,), (6,)]), (WITH_NOTES, [(2,)])]
)
def test_the_build_tells_of_stranded_headings_as_the_report_does(
    texts: tuple[str, ...], pages: list[tuple[int, ...]], tmp_path: Path
) -> None:
    """Each text is on two pages, of which the first is full."""
    (tmp_path / "square.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
        '<rect width="60" height="60"/></svg>'
    )
    source = tmp_path / "well.md"
    parts = (f"\\newpage\n\n{LINES}\n\n{text}" for text in texts)
    source.write_text("\n".join(("---\ntitle: The well\n---\n", *parts)), "utf-8")
    result = pipeline.build(source, ["handout"], out=tmp_path)
    told = [finding for finding in result.diagnostics if finding.code == "stranded-heading"]
    seen = [
        fault
        for fault in faults((tmp_path / "well/well.pdf").read_bytes())
        if fault.code.slug == "stranded-heading"
    ]
    assert [fault.pages for fault in seen] == pages
    assert [finding.message for finding in told] == [
        f"handout, page {fault.pages[0]}: {fault.message}" for fault in seen
    ]
    lines = source.read_text("utf-8").splitlines()
    assert all(lines[finding.line - 1].startswith("##") for finding in told)


def test_the_headings_of_lists_of_contents_are_not_stranded(tmp_path: Path) -> None:
    """The list of tables, of one entry, is at the foot of the page; the next one is empty."""
    source = tmp_path / "well.md"
    front = "---\ntitle: The well\nclass: book\ncontents: {show: true, tables: true}\n---\n\n"
    chapters = "".join(f"# Chapter {number}\n\nText.\n\n" for number in range(22))
    table = "| A |\n|---|\n| 1 |\n\nTable: Wells {#tbl-wells}\n"
    source.write_text(front + chapters + table, "utf-8")
    result = pipeline.build(source, ["handout"], out=tmp_path)
    assert "stranded-heading" not in {finding.code for finding in result.diagnostics}
    assert "stranded-heading" not in codes((tmp_path / "well/well.pdf").read_bytes())


def test_captions_do_not_say_where_another_page_is(tmp_path: Path) -> None:
    table = "| A | B |\n|---|---|\n| 1 | 2 |\n\nTable: Wells {#tbl-wells}\n\n"
    (tmp_path / "well.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><rect width="9"/></svg>'
    )
    figure = '![A well](well.svg "Drawn from {}."){{#fig-well}}\n\n'
    told = []
    for text in (
        f"{table}{figure.format('the table above')}",
        f"{table}\\newpage\n\n{figure.format('le tableau ci-dessus')}",
        f"{table}{figure.format('the tables above')}",
        f"{figure.format('the table above')}{table}",
    ):
        source = tmp_path / "well.md"
        source.write_text(f"---\ntitle: The well\nlang: en\n---\n\n{text}", "utf-8")
        pipeline.build(source, ["handout"], out=tmp_path)
        told.append("place-in-caption" in codes((tmp_path / "well/well.pdf").read_bytes()))
    assert told == [False, True, True, True]


def test_what_runs_off_the_page() -> None:
    table = f"<table><tr><th>Head<th>{'Wide' * 30}<tr><td>A<td>B</table>"
    fault = one(pdf_of(table), "cut-off")
    assert fault.message.startswith("A table runs")
    assert "off the page, at “WideWide" in fault.message
    line = one(pdf_of(f"<p>{'long' * 30}</p>{LINE}"), "overfull-line")
    assert "off the page" in line.message


def test_what_runs_over_the_margin() -> None:
    def area(page: Any) -> PageArea:
        return PageArea(28.4, 28.4, page.width - 28.4, page.height - 28.4)

    data = pdf_of(f"<p><nobr>A line that is a little too long for{'m' * 10}</nobr></p>{LINE}")
    assert codes(data) == set(), "nobody knows where the margin is"
    (fault,) = faults(data, area)
    assert fault.code.slug == "overfull-line"
    assert "over the margin" in fault.message


def test_what_stands_in_the_margin_was_put_there() -> None:
    def area(page: Any) -> PageArea:
        return PageArea(60, 20, page.width - 60, page.height - 20)

    note = (
        "<p style='margin-left: 60pt'>Text<span style='position: absolute; left: 5pt'>Note</span>"
    )
    assert faults(pdf_of(f"{note}{'<p>' * 3}"), area) == []


def test_missing_glyphs() -> None:
    fault = one(pdf_of("<p>A box, \ufffd, and another \ufffd."), "missing-glyph")
    assert fault.message == "2 characters have no glyph: “A box, �, and another �.”."


# --- ink -------------------------------------------------------------------------------


def ink(body: str) -> Ink:
    found: list[Ink] = []
    read_pages(
        pdf_of(body, page="size: 100mm; margin: 0"),
        on_page=lambda _, page: found.append(ink_of(page)),
    )
    return found[0]


def test_a_quarter_of_the_page_in_black() -> None:
    black = ink("<div style='width: 50mm; height: 50mm; background: #000'></div>")
    assert black.grey == pytest.approx(0.25, abs=0.003)
    assert black.black == pytest.approx(0.25, abs=0.003)
    assert black.colour == 0


def test_a_tint_takes_its_share_of_ink() -> None:
    # #cccccc is a fifth of black
    tint = ink("<div style='width: 100mm; height: 100mm; background: #ccc'></div>")
    assert tint.black == pytest.approx(0.2, abs=0.003)


def test_colours_take_coloured_ink() -> None:
    # red is yellow and magenta, a quarter of each; in black alone it is the grey of 70 %
    red = ink("<div style='width: 50mm; height: 50mm; background: #f00'></div>")
    assert red.black == 0
    assert red.colour == pytest.approx(0.5, abs=0.006)
    assert red.grey == pytest.approx(0.25 * 0.7, abs=0.003)


def test_white_takes_none() -> None:
    assert ink("") == Ink(0, 0, 0)
    assert mean([Ink(0.1, 0.1, 0), Ink(0.3, 0.1, 0.4)]) == Ink(0.2, 0.1, 0.2)


# --- whole documents -------------------------------------------------------------------


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of another maker with a fault of most kinds."""
    folder = tmp_path_factory.mktemp("bad")
    image = image_file(folder, 100, 50)
    body = f"""<h1>Bad</h1><p><img src='{image}' alt='A shade' style='width: 50mm'>
      <p style='color: #999'>Pale <p style='font-size: 5pt'>tiny
      <p style='break-after: page'>{"long" * 40}<p>The end."""
    path = folder / "bad.pdf"
    path.write_bytes(pdf_of(body))
    return path


def test_check_finds_what_will_not_print_well(bad: Path) -> None:
    found = {finding.code: finding for finding in checked(bad).diagnostics}
    assert {
        "low-contrast",
        "low-resolution",
        "overfull-line",
        "short-last-page",
        "small-text",
    } <= found.keys()
    assert found["small-text"].message == "Page 1: “tiny” is set in 5 points."
    assert found["small-text"].hint


def test_the_starter_prints_well(tmp_path: Path) -> None:
    source = tmp_path / "talk.md"
    source.write_text("# A talk\n\nA few words.\n", encoding="utf-8")
    result = pipeline.build(source, ["handout"], out=tmp_path / "out")
    (handout,) = (file for file in result.files if file.suffix == ".pdf")
    assert checked(handout).diagnostics == ()
