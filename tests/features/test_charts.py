"""Charts: their drawings, their alternative texts, and their reproducibility."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pipeline
from pipeline import Diagnostic, parse
from pipeline.features.charts import drawing
from pipeline.model import Asset, Chart, Document, sheet
from pipeline.package.result import Package
from pipeline.parser.constructs.fences import KINDS
from pipeline.resolve.images import read_svg
from tests.helpers import making
from tests.helpers.counting import Steps
from tests.helpers.paths import TEMPLATES
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import nodes

BARS = """
```chart {#fig-people caption="People, in *millions*"}
Form, 2016, 2021
Forced labour, 24.9, 27.6
Forced marriage, 15.4, 22.0
```
"""
LINE = "```chart {type=line caption=Rain unit=mm}\nYear,Rain\n" + "".join(
    f"{year},{(year * 37) % 100 + 0.5}\n" for year in range(2000, 2020)
)
LINE += "```\n"


def document(text: str, edition: str = "web", lang: str = "en-GB") -> Document:
    parsed = parse(f"---\ntitle: T\nlang: {lang}\n---\n\n{text}", "x.md")
    return making.resolved(parsed, edition)


def make(text: str, edition: str = "web", lang: str = "en-GB", *, beside: bool = False) -> Package:
    return making.packed(document(text, edition, lang), assets_beside=beside)


def drawings(text: str, edition: str = "handout", lang: str = "en-GB") -> list[Asset]:
    return [asset for asset in document(text, edition, lang).assets if asset.data]


def alt(text: str, edition: str = "web", lang: str = "en-GB") -> str:
    found = [n.image for n in nodes(document(text, edition, lang), Chart)]
    assert found[0] is not None
    return found[0].alt


def findings(text: str, lang: str = "en-GB") -> list[Diagnostic]:
    return list(document(text, lang=lang).diagnostics)


# --- the drawing ---------------------------------------------------------------------------


def test_a_drawing_is_safe_and_complete_without_metadata_of_its_maker() -> None:
    (asset,) = drawings(BARS)
    assert read_svg(asset.data)[:2] == (asset.width, asset.height)
    root = ElementTree.fromstring(asset.data)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "defs", "g", "path", "use"}
    assert all(
        element.get("d") for element in root.iter() if element.tag.rpartition("}")[2] == "path"
    )


@pytest.mark.parametrize("kind", sorted({*KINDS, "bar .horizontal"}))
def test_every_kind_is_drawn(kind: str) -> None:
    (asset,) = drawings(f"```chart {{type={kind}}}\nA,B\na,1\nb,2\nc,5\n```\n")
    assert asset.media_type == "image/svg+xml"
    assert asset.data.count(b"<use") > 4, "the letters are there"


def test_drawing_side_by_side_gives_the_same() -> None:
    def digest(_: int) -> str:
        return hashlib.sha256(drawings(BARS)[0].data).hexdigest()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(digest, range(8)))) == 1


@pytest.mark.parametrize("edition", ["web", "handout", "ebook"])
def test_charts_have_the_publishers_colour(edition: str) -> None:
    text = f"---\ntitle: T\nbrand: {{accent: '#7a3410'}}\n---\n\n{BARS}"
    resolved = making.resolved(text, edition)
    made = [asset.data for asset in resolved.assets]
    assert made
    assert all(b"#7a3410" in data and drawing.NAVY.encode() not in data for data in made)


def test_charts_have_the_colour_of_the_theme_in_print() -> None:
    themes = TEMPLATES / "themes"
    for theme, accent in sheet.ACCENTS.items():
        assert f"--accent: {accent};" in (themes / f"{theme}.css").read_text("utf-8")
        parsed = parse(f"---\ntitle: T\ntheme: {theme}\n---\n\n{BARS}", "x.md")
        printed = making.resolved(parsed, "handout").assets[0].data
        shown = making.resolved(parsed, "web").assets[0].data
        assert f'fill="{accent}"' in printed.decode() or theme == "plain"
        assert (drawing.OCHRE in printed.decode()) == (theme == "classic")
        assert drawing.OCHRE in shown.decode(), "a web page has no theme"


def test_arabic_bars_begin_at_the_right() -> None:
    text = "```chart {.horizontal}\nأ,ب\nمدينة,10\nقرية,30\n```\n"
    left, right = drawings(text, lang="en")[0].data, drawings(text, lang="ar")[0].data
    assert left != right
    assert not document(text, lang="ar").diagnostics


def test_a_character_without_a_glyph_is_a_warning() -> None:
    (found,) = findings("Text.\n\n```chart\nA,B\n\U00013080,1\n```\n")
    assert (found.code, found.line, found.is_error) == ("missing-glyph", 8, False)
    assert "U+13080" in found.message


# --- what is wrong -------------------------------------------------------------------------


def test_text_that_is_set_by_the_language_is_still_a_chart() -> None:
    """Captions follow the data; quotation marks become typographic."""
    text = '```chart {caption="The \\"wells\\""}\n"It\'s",B\n"a ""b""",1\nc,2\n```\n'
    made = make(text).data.decode()
    assert "The “wells”</figcaption>" in made
    assert "It’s</th>" in made
    assert "a “b”</th>" in made
    assert "“wells”. B. a “b”: 1; c: 2." in made


def test_a_crowded_chart_is_a_warning_and_drawn() -> None:
    series = ",".join("ABCDEFGHI")
    text = f"```chart\n{series}\na,1,2,3,4,5,6,7,8\n```\n"
    (found,) = findings(text)
    assert (found.code, found.line, found.is_error) == ("crowded-chart", 6, False)
    assert drawings(text)


def test_a_chart_of_too_much_is_an_error() -> None:
    rows = "".join(f"a{number},{number}\n" for number in range(500))
    assert [found.code for found in findings(f"```chart\nA,B\n{rows}```\n")] == ["bad-chart"]


@pytest.mark.parametrize(("kind", "name"), [("line", "x" * 4000), ("stacked", "word م" * 500)])
def test_a_chart_takes_no_more_than_it_may(kind: str, name: str) -> None:
    rows = "".join(f"{name} {n},{n},{n + 1}\n" for n in range(20))
    with Steps(most=700_000):
        (drawing,) = drawings(f"```chart {{type={kind}}}\nA,{name} b,{name} c\n{rows}```\n")
    assert len(drawing.data) < 4_000_000


# --- in the outputs ------------------------------------------------------------------------


def test_few_numbers_are_listed_and_many_summarised() -> None:
    assert alt(BARS) == (
        "Bar chart: People, in millions. Forced labour: 24.9 (2016), 27.6 (2021)."
        " Forced marriage: 15.4 (2016), 22.0 (2021)."
    )
    said = alt(LINE)
    assert said.startswith("Line chart: Rain. Rain (mm). from ")
    assert said.endswith("The data are in the table.")
    assert len(said) < 150


def test_the_printed_chart_says_all_its_numbers() -> None:
    heard = read(open_pdf(make(LINE, "handout").data))
    (figure,) = heard.all("Figure")
    for year in range(2000, 2020):
        assert f"{year}: {(year * 37) % 100}.5" in figure.text
    assert figure.attribute("BBox") is not None
    assert not list(heard.all("Table"))


def test_the_web_page_has_the_drawings_and_the_data() -> None:
    made = make(BARS).data.decode()
    assert made.count("data:image/svg+xml") == 2, "one for wide screens, one for narrow"
    assert re.search(r'<source media="[^"]*" srcset="data:', made)
    folded = re.search(r"<details class=\"chart-data\">(.*?)</details>", made, re.DOTALL)
    assert folded
    assert folded[1].count("<td") == 4
    assert "images/chart" not in made
    assert "max-width: 30em" in made


def test_files_beside_the_page_are_there() -> None:
    made = make(BARS, beside=True)
    names = {name for name in made.extra if name.endswith(".svg")}
    assert names == {"x-files/chart-1.svg", "x-files/chart-1-narrow.svg"}
    assert all(name.encode() in made.data for name in names)


def test_a_drawing_is_no_file_that_was_read(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"# T\n{BARS}", "utf-8")
    read = pipeline.build(tmp_path / "x.md", ["web"], out=tmp_path / "build").read
    assert str(tmp_path / "x.md") in read
    assert not [name for name in read if "chart:" in name]


def test_the_book_has_the_drawing_and_the_table_after_it() -> None:
    pages = making.rendered(document(BARS, "ebook"))
    assert [asset.name for asset in pages.assets] == ["chart-1.svg"]
    (chapter,) = (page.markup for page in pages.pages if page.name == "opening.xhtml")
    image, table = chapter.index("<img"), chapter.index("<table")
    assert image < chapter.index("</figure>") < table
    assert "<details" not in chapter


def test_letters_are_as_large_as_captions_in_print() -> None:
    """A chart that takes half of the line is drawn for half of it, and not scaled."""
    half = BARS.replace("{#fig", "{width=50% #fig")
    whole_line, half_line = drawings(BARS)[0], drawings(half)[0]
    assert whole_line.width == round(120 / 25.4 * 96)
    assert half_line.width == round(60 / 25.4 * 96)


def test_a_sheet_on_its_side_has_room_for_a_wider_chart() -> None:
    text = f"::: landscape\n{BARS}:::\n"
    assert drawings(text)[0].width == round(230 / 25.4 * 96)
    assert drawings(text, "web")[0].width == round(120 / 25.4 * 96)


def test_a_name_that_a_file_has_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "chart-1.svg").write_bytes(drawings(BARS)[0].data)
    parsed = parse(f"---\ntitle: T\n---\n\n![A file](chart-1.svg)\n{BARS}", "x.md")
    resolved = making.resolved(parsed, "handout", tmp_path)
    assert len({asset.name for asset in resolved.assets}) == 2
    assert len({asset.path for asset in resolved.assets}) == 2


@pytest.mark.parametrize(
    ("fence", "head", "cells"),
    [
        ("chart\nA, 1\nB, 2", 0, [2, 2]),
        ("chart\nA, 1\nB, x", 0, [2, 2]),
        ("chart\nR, N\nB, x", 1, [2]),
        ("chart {type=graph}\ny=x^^2\ny=x**2", 0, [1, 1]),
        ("fraction-bar\nx\nA: y", 0, [2, 2]),
    ],
)
def test_a_table_of_data_has_no_empty_head_or_first_column(
    fence: str, head: int, cells: list[int]
) -> None:
    chart = next(node for node in nodes(document(f"```{fence}\n```\n").blocks, Chart))
    assert len(chart.table.head) == head
    assert [len(row.cells) for row in chart.table.body] == cells


def test_a_clock_in_a_question_is_beside_the_lines_for_its_answer(tmp_path: Path) -> None:
    """Several, or one with a caption, are not, nor is one in another text."""
    alone = "```chart {type=clock}\n7:30\n```\n\n"
    lines = "1. What time is it?\n\n   {}\n   ::: lines 2\n   :::\n"
    question = lines.format(alone.replace("\n", "\n   ").rstrip() + "\n")
    texts = (
        f"::: exercise\n{question}:::\n",
        f"::: exercise\n{question.replace('7:30', '7:30' + chr(10) + '   8:00')}:::\n",
        alone,
    )
    shares = []
    for text in texts:
        document = making.resolved(f"---\ntitle: T\nlang: en\n---\n\n{text}", "handout", tmp_path)
        (page,) = making.rendered(making.without_findings(document)).pages
        shares.append("right wrap width-" in page.markup)
    assert shares == [True, False, False]
