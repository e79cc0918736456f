"""Charts: their drawings, their alternative texts, and their reproducibility."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Diagnostic, parse
from pipeline.features.charts import chart_data as reading
from pipeline.features.charts import kinds, look, numbers
from pipeline.features.charts.chart_data import Data, DataSeries
from pipeline.features.charts.chart_layout import Plan, ticks
from pipeline.features.charts.letters import Fonts
from pipeline.features.charts.scene import Box, Fill, Label, Rule, Scene, hatching, mirrored
from pipeline.features.drawings import read_svg
from pipeline.model import Asset, Chart, Document
from pipeline.model.editions import EDITIONS
from pipeline.model.sheet import colours
from pipeline.package import package
from pipeline.package.result import Package
from pipeline.parser.constructs.charts import KINDS
from pipeline.parser.constructs.data import read_delimited
from pipeline.parser.lines import numbered
from pipeline.render import render
from pipeline.resolve.findings import Findings
from tests.helpers import making
from tests.helpers.counting import Lines
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
    chosen = EDITIONS[edition]
    pages = render(document(text, edition, lang), chosen, "x")
    return package(pages, Path(), assets_beside=beside)


def drawings(text: str, edition: str = "handout", lang: str = "en-GB") -> list[Asset]:
    return [asset for asset in document(text, edition, lang).assets if asset.data]


def alt(text: str, edition: str = "web", lang: str = "en-GB") -> str:
    found = [n.image for n in nodes(document(text, edition, lang), Chart)]
    assert found[0] is not None
    return found[0].alt


def findings(text: str, lang: str = "en-GB") -> list[Diagnostic]:
    return list(document(text, lang=lang).diagnostics)


# --- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lang", "value", "unit", "written"),
    [
        ("24.9", "en", "24.9", "", "24.9"),
        ("24.9", "de", "24.9", "", "24,9"),
        ("1.234", "de", "1234", "", "1.234"),
        ("1,234", "en", "1234", "", "1,234"),
        ("1234567,50", "fr", "1234567.50", "", "1\u202f234\u202f567,50"),
        ("1 234,5", "sv", "1234.5", "", "1\u00a0234,5"),
        ("1234", "es", "1234", "", "1234"),
        ("12’345", "de-CH", "12345", "", "12’345"),
        ("12,34,567", "en", "1234567", "", "1,234,567"),
        ("−3 %", "en", "-3", "%", "−3%"),
        ("-3%", "de", "-3", "%", "−3\u202f%"),
        ("-$5", "en", "-5", "$", "−$5"),
        ("€ 5", "de", "5", "€", "5\u202f€"),
        ("5 km", "en", "5", "km", "5\u00a0km"),
        ("1.5e3", "en", "1500", "", "1,500"),
        ("٣٫٥", "ar", "3.5", "", "3.5"),
        (".5", "en", "0.5", "", "0.5"),
    ],
)
def test_numbers_are_read_and_written_in_the_language(
    text: str, lang: str, value: str, unit: str, written: str
) -> None:
    number = numbers.read(text, numbers.decimal_mark([text], lang))
    assert number is not None
    assert (number.value, number.unit) == (Decimal(value), unit)
    shown = numbers.write(number.value, numbers.decimals_of(number.value), lang)
    assert numbers.with_unit(shown, unit, lang) == written


@pytest.mark.parametrize(
    "text", ["many", "5-6", "5 6", "1.2.3", "2016 24", "1,", "%", "1e99", "0." + "0" * 12 + "1"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert numbers.read(text, ".") is None


def test_one_number_that_is_certain_decides_how_all_are_read() -> None:
    assert numbers.decimal_mark(["1.234", "24.9"], "de") == "."
    assert numbers.decimal_mark(["1.234", "5"], "de") == ","


@given(st.text(alphabet="0123456789.,' -+−e%€km٣", max_size=14), st.sampled_from(".,٫"))
def test_any_text_is_a_number_that_can_be_written_or_none(text: str, mark: str) -> None:
    number = numbers.read(text, mark)
    if number is not None:
        assert abs(number.value) <= numbers.LARGEST
        shown = numbers.write(number.value, numbers.decimals_of(number.value), "en")
        again = numbers.read(shown, ".")
        assert again is not None
        assert again.value == round(number.value, numbers.MOST_DECIMALS)


@given(
    st.decimals(-(10**9), 10**9, places=3),
    st.decimals(Decimal("0.001"), 10**9, places=3),
)
def test_ticks_are_few_and_reach_from_end_to_end(low: Decimal, span: Decimal) -> None:
    marks = ticks(low, low + span)
    assert marks[0] <= low
    assert marks[-1] >= low + span
    assert 2 <= len(marks) <= 7
    assert len({b - a for a, b in itertools.pairwise(marks)}) == 1


# --- data in rows --------------------------------------------------------------------------

CELL = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=' "\n,')
).map(str.strip)


@given(
    st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=5),
    st.sampled_from(";,\t"),
)
def test_what_another_program_writes_is_read_as_it_was(rows: list[list[str]], mark: str) -> None:
    output = io.StringIO()
    csv.writer(output, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found = read_delimited(numbered(output.getvalue()), mark)
    assert [[cell.text for cell in row] for row in found.rows] == rows
    assert not found.mistakes


@given(st.text(alphabet='ab,;\t" \n', max_size=60))
def test_every_cell_has_its_position(text: str) -> None:
    lines = text.split("\n")
    for row in read_delimited(numbered(text)).rows:
        for cell in row:
            rest = "\n".join(lines[cell.span.line - 1 :])[cell.span.column - 1 :]
            if first := re.search("[ab]", cell.text):
                found = re.search("[ab]", rest)
                assert found
                assert found[0] == first[0]


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


def scene(text: str, width: float = 340, lang: str = "en-GB") -> Scene:
    chart = next(n for n in nodes(parse(f"---\ntitle: T\n---\n\n{text}"), Chart))
    data = reading.read(chart, lang, Findings(document("Text.")))
    assert data is not None
    fonts = Fonts("".join((*data.groups, *(series.name for series in data.series))))
    plan = Plan(chart, data, width, lambda words: fonts.width(words, look.SIZE))
    return kinds.scene(plan)


def labels(of: Scene) -> list[str]:
    return [mark.text for mark in of.marks if isinstance(mark, Label)]


def boxes(of: Scene) -> list[Box]:
    return [mark for mark in of.marks if isinstance(mark, Box)]


def test_bars_are_as_long_as_their_numbers() -> None:
    found = boxes(scene("```chart\nA,B\na,10\nb,30\nc,-20\n```\n"))
    heights = [box.height for box in found]
    assert heights[1] == pytest.approx(3 * heights[0])
    assert heights[2] == pytest.approx(2 * heights[0])
    assert found[2].y == pytest.approx(found[0].y + found[0].height), "below zero"
    lying = boxes(scene("```chart {.horizontal}\nA,B\na,10\nb,30\n```\n"))
    assert lying[1].width == pytest.approx(3 * lying[0].width)


def test_bars_lie_where_their_names_are_long() -> None:
    short = boxes(scene("```chart\nA,B\na,10\nb,30\n```\n"))
    assert short[0].x != short[1].x
    name = "A name of so many words that it takes three lines"
    long = boxes(scene(f"```chart\nA,B\n{name},10\n{name} b,30\nc,1\nd,1\n```\n"))
    assert long[0].x == long[1].x


def test_parts_are_stacked_and_the_sum_is_described() -> None:
    found = scene("```chart {type=stacked}\nA,B,C\na,1200,300\n```\n")
    key, parts = boxes(found)[:2], boxes(found)[2:]
    assert [box.fill for box in key] == [parts[0].fill, parts[1].fill]
    assert parts[1].y + parts[1].height == pytest.approx(parts[0].y)
    assert "1,500" in labels(found)
    shares = scene('```chart {type=stacked unit="%"}\nA,B,C\na,60,40\n```\n')
    assert "100%" not in labels(shares)


def test_years_stand_at_their_distances() -> None:
    found = scene("```chart {type=line}\nYear,B\n2000,1\n2001,2\n2010,3\n```\n")
    line = max((m for m in found.marks if isinstance(m, Rule)), key=lambda rule: rule.width)
    first, second, third = (x for x, _ in line.points)
    assert (third - first) == pytest.approx(10 * (second - first))


def test_a_line_is_broken_where_nothing_is_known() -> None:
    found = scene(
        "```chart {type=line}\nYear,B\n2000,1\n2001,2\n2002,\n2003,4\n2004,–\n2005,2\n```\n"
    )
    lines = [m for m in found.marks if isinstance(m, Rule) and m.width == look.STROKE]
    assert [len(line.points) for line in lines] == [2], "single points have markers alone"
    assert len(found.marks) > len(lines) + 4


def test_lines_are_named_at_their_ends_without_a_key() -> None:
    found = scene("```chart {type=line}\nYear,Girls,Boys\n2000,1,2\n2001,2,2.01\n```\n")
    girls, boys = (
        next(m for m in found.marks if isinstance(m, Label) and m.text == name)
        for name in ("Girls", "Boys")
    )
    assert girls.x == boys.x > 250
    assert abs(girls.y - boys.y) >= look.LEADING - 0.01, "they do not meet"
    assert not boxes(found)


def test_missing_numbers_and_zero_look_different() -> None:
    found = labels(scene("```chart\nA,B\na,0\nb,\nc,3.5\n```\n"))
    assert {"0", "–", "3.5"} <= set(found)


def lightness(colour: str) -> float:
    """CIE L*, from 0 (black) to 100."""
    luminance = colours.luminance(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


ACCENTS = st.one_of(
    st.sampled_from(["", *colours.ACCENTS.values()]),
    st.integers(0, 0xFFFFFF).map(lambda number: colours.readable(f"#{number:06x}", "#ffffff", 4.5)),
)


@given(ACCENTS)
def test_series_differ_without_their_hues(accent: str) -> None:
    palette = look.coloured(accent)
    for one, other in itertools.combinations(palette.bars, 2):
        apart = abs(lightness(one.colour) - lightness(other.colour))
        assert one.hatch != other.hatch or apart >= 30, (one, other)
    assert len({(line.shape, line.dashes) for line in palette.lines}) == len(palette.lines)
    assert len({line.shape for line in palette.lines}) == len(palette.lines)


@given(ACCENTS)
def test_colours_stand_out_from_paper(accent: str) -> None:
    """3:1 for essential graphics, by fill or edge; 4.5:1 for text."""
    palette = look.coloured(accent)
    for fill in palette.bars:
        assert colours.contrast(fill.ink if fill.edge else fill.colour, "#ffffff") >= 3
        assert colours.contrast(look.text_on(fill), fill.colour) >= 4.5
    assert all(colours.contrast(line.colour, "#ffffff") >= 3 for line in palette.lines)
    assert min(colours.contrast(ink, "#ffffff") for ink in (look.INK, look.QUIET)) >= 4.5


@pytest.mark.parametrize("edition", ["web", "handout", "ebook"])
def test_charts_have_the_publishers_colour(edition: str) -> None:
    text = f"---\ntitle: T\nbrand: {{accent: '#7a3410'}}\n---\n\n{BARS}"
    resolved = making.resolved(text, edition)
    made = [asset.data for asset in resolved.assets]
    assert made
    assert all(b"#7a3410" in data and look.NAVY.encode() not in data for data in made)


def test_charts_have_the_colour_of_the_theme_in_print() -> None:
    themes = TEMPLATES / "themes"
    for theme, accent in colours.ACCENTS.items():
        assert f"--accent: {accent};" in (themes / f"{theme}.css").read_text("utf-8")
        parsed = parse(f"---\ntitle: T\ntheme: {theme}\n---\n\n{BARS}", "x.md")
        printed = making.resolved(parsed, "handout").assets[0].data
        shown = making.resolved(parsed, "web").assets[0].data
        assert f'fill="{accent}"' in printed.decode() or theme == "plain"
        assert (look.OCHRE in printed.decode()) == (theme == "classic")
        assert look.OCHRE in shown.decode(), "a web page has no theme"


@given(
    st.floats(0, 300), st.floats(0, 300), st.floats(0.1, 80), st.floats(0.1, 80),
    st.sampled_from([fill.hatch for fill in look.BARS if fill.hatch]),
)  # fmt: skip
def test_a_hatching_stays_within_its_box(
    x: float, y: float, width: float, height: float, hatch: str
) -> None:
    box = Box(x, y, width, height, Fill("#ffffff", hatch, "#000000", edge=True))  # type: ignore[arg-type]
    for rule in hatching(box):
        for a, b in rule.points:
            assert x - 1e-6 <= a <= x + width + 1e-6
            assert y - 1e-6 <= b <= y + height + 1e-6


NAME = st.sampled_from(
    [
        "A",
        "Akora",
        "A long name of many words",
        "",
        "2011",
        "2020-01",
        "x" * 60,
        "نعم",
        "饮用水的来源",
    ]
)
NUMBER = st.one_of(
    st.none(),
    st.decimals(-1000, 1000, places=1),
    st.integers(0, 10**9).map(Decimal),
    st.just(Decimal(0)),
)


@given(
    st.sampled_from(["bar", "stacked", "line", "pie"]),
    st.booleans(),
    st.integers(1, 5),
    st.lists(NAME, min_size=1, max_size=20),
    st.sampled_from([340.0, 227.0, 156.0]),
    st.data(),
)
def test_all_that_is_drawn_is_in_the_picture(
    kind: str, lying: bool, count: int, groups: list[str], width: float, more: st.DataObject
) -> None:
    count = 1 if kind == "pie" else count
    draw = more.draw(st.lists(NUMBER, min_size=len(groups) * count, max_size=len(groups) * count))
    columns = [draw[index::count] for index in range(count)]
    if kind == "pie":
        columns = [[abs(value) if value is not None else None for value in columns[0]]]
    if not any(value for column in columns for value in column):
        columns[0][0] = Decimal(1)
    series = tuple(DataSeries(more.draw(NAME), tuple(column)) for column in columns)
    table = next(n for n in nodes(parse("# T\n" + BARS), Chart)).table
    chart = Chart(kind=kind, table=table, horizontal=lying, x="What", y="How many")  # type: ignore[arg-type]
    data = Data(tuple(groups), series, (), more.draw(st.sampled_from(["", "%", "km"])), 1, "en")
    fonts = Fonts("".join((*groups, *(one.name for one in series))))
    plan = Plan(chart, data, width, lambda words: fonts.width(words, look.SIZE))
    found = kinds.scene(plan)
    for mark in found.marks:
        if isinstance(mark, Label):
            long = fonts.width(mark.text, look.SIZE, mark.bold)
            left = mark.x - {"start": 0, "middle": long / 2, "end": long}[mark.anchor]
            edges = (left, left + long, mark.y - look.CAPITAL, mark.y)
        elif isinstance(mark, Box):
            edges = (mark.x, mark.x + mark.width, mark.y, mark.y + mark.height)
        else:
            continue
        assert edges[0] >= -1.5, mark
        assert edges[1] <= width + 1.5, mark
        assert edges[2] >= -1, mark
        assert edges[3] <= found.height + 1, mark
    assert mirrored(mirrored(found)).height == found.height


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
    rows = "".join(f"{name} {n},{n},{n + 1}\n" for n in range(60))
    with Lines(most=7_000_000):
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
    for edition in ("web", "handout", "ebook"):
        assert not [p for p in make(BARS, edition).dependencies if "chart" in Path(p).name]
    (tmp_path / "x.md").write_text(f"# T\n{BARS}", "utf-8")
    read = pipeline.build(tmp_path / "x.md", ["web"], out=tmp_path / "build").read
    assert str(tmp_path / "x.md") in read
    assert not [name for name in read if "chart:" in name]


def test_the_book_has_the_drawing_and_the_table_after_it() -> None:
    files = making.unpacked(make(BARS, "ebook").data)
    chapter = files["opening.xhtml"].decode()
    assert "images/chart-1.svg" in files
    assert "images/chart-1-narrow.svg" not in files
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
