"""Diagrams for lessons: parsing of their lines, alternative texts, and drawings."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import parse
from pipeline.features.charts import drawing
from pipeline.features.charts.arithmetic import MistakeError, at_x, formula, number
from pipeline.model import Chart, Document
from pipeline.parser.constructs.fences import DIAGRAMS
from pipeline.resolve.images import read_svg
from tests.helpers import making
from tests.helpers.counting import Steps
from tests.helpers.trees import nodes

LINES = {
    "numberline": "A: 3\n1 1/2\n+2: 1 -> 3\n",
    "graph": "y = x^2 - 3\nA: (1, 2)\n",
    "clock": "10:15\n?\n",
    "fractions": "3/4\nA: 5/3\n",
}


def fence(kind: str, lines: str, more: str = "") -> str:
    return f"```chart {{type={kind} {more}}}\n{lines}```\n"


def document(text: str, edition: str = "web", lang: str = "en") -> Document:
    parsed = parse(f"---\ntitle: T\nlang: {lang}\n---\n\n{text}", "x.md")
    return making.resolved(parsed, edition)


def description(kind: str, lines: str, more: str = "", lang: str = "en") -> str:
    found = document(fence(kind, lines, more), lang=lang)
    assert not found.diagnostics
    (image,) = (node.image for node in nodes(found, Chart))
    assert image
    return image.alt


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("x^2 - 3", 2, 1),
        ("-x^2", 3, -9),
        ("2x(x+1)", 2, 12),
        ("2^3^2", 0, 512),
        ("2^-x", 1, 0.5),
        ("x² − 3·x + 1", 2, -1),
        ("6/2/3", 0, 1),
        ("|x - 3|/2 + 2|x|", 1, 3),
        ("√x + sqrt(16)", 9, 7),
        ("3 sin(π/2) + cos(0)", 0, 4),
        ("0,5x", 4, 2),
        ("((((x))))", 5, 5),
        ("e^0 + ln(e) + log(100)", 0, 4),
        ("2pi", 0, 2 * math.pi),
    ],
)
def test_formulas_are_worked_out_as_in_school(text: str, x: float, value: float) -> None:
    assert at_x(formula(text), x) == pytest.approx(value)


@given(st.text(alphabet="x0123456789.,+-*/^()| √²πe sin", max_size=60), st.floats(-50, 50))
@example("(" * 60, 1.0)
@example("|" * 60, 1.0)
@example("√" * 200, 1.0)
@example("x^" * 99 + "x", 9.0)
@example("9^9^9^9", 0.0)
@example("x" * 200, 1e9)
def test_any_text_is_a_formula_or_a_mistake_at_its_place(text: str, x: float) -> None:
    value, at = None, 0
    try:
        value = formula(text)
    except MistakeError as mistake:
        at = mistake.at
    assert 0 <= at <= len(text)
    assert not value or not math.isinf(at_x(value, x))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 1/2", 1.5), ("-1 1/2", -1.5), ("3/4", 0.75), ("−0.5", -0.5), ("2π", 2 * math.pi)],
)
def test_numbers_on_a_line_are_written_as_people_do(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize(("edition", "lang"), [("web", "en"), ("large-print", "ar")])
@pytest.mark.parametrize("kind", LINES)
def test_every_diagram_is_drawn_everywhere(kind: str, edition: str, lang: str) -> None:
    found = document(fence(kind, LINES[kind], 'caption="What?"'), edition, lang)
    assert not found.diagnostics
    drawn = [asset for asset in found.assets if asset.data]
    assert drawn
    for asset in drawn:
        assert read_svg(asset.data)[:2] == (asset.width, asset.height)
        assert b"nan" not in asset.data


def test_every_name_of_a_diagram_is_understood() -> None:
    for name, kind in DIAGRAMS.items():
        found = document(fence(name, LINES[kind]))
        assert [node.kind for node in nodes(found, Chart)] == [kind]


def test_the_description_of_a_clock_does_not_give_the_time() -> None:
    said = description("clock", "10:15\nB: 24:00\n")
    assert said == (
        "Clock faces. Short hand between 10 and 11, long hand at 3."
        " B: short hand at 12, long hand at 12."
    )


def test_the_description_of_a_graph_says_where_it_goes() -> None:
    said = description("graph", "a: (x - 1)(x + 1)\n", 'x-range="-3 to 3" y-range="-2 to 8"')
    assert said.endswith("a: from (−3, 8) to (3, 8); turns at (0, −1); meets the x axis at −1, 1.")
    assert "a: von (−2, 1,5)" not in description("graph", "a: x\n", 'x-range="-2 to 2"', lang="de")


def test_a_graph_is_not_joined_where_it_leaps() -> None:
    for text in ("tan(x)", "1/x", "floor(x)", "x/|x|"):
        found = document(fence("graph", f"{text}\n", 'x-range="-5 to 5" y-range="-5 to 5"'))
        svg = found.assets[0].data.decode()
        height = float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[0])
        paths = re.findall(rf'stroke="{drawing.NAVY}"[^>]* d="M([^"]+)"', svg)
        assert len(paths) > 2, "one is in the key"
        for path in paths[1:]:
            ys = [float(point.split()[1]) for point in path.split("L")]
            steps = [abs(b - a) for a, b in itertools.pairwise(ys)]
            assert max(steps) < height / 12, text


def test_the_numbers_of_a_line_can_be_left_to_be_written() -> None:
    with_numbers, without = (
        document(fence("number-line", "", f'range="0 to 10" numbers={said}')).assets[0].data
        for said in ("yes", "no")
    )
    assert with_numbers.count(b"<use") == 12
    assert without.count(b"<use") == 0


def test_the_page_has_no_table_of_a_diagram() -> None:
    """It would reveal the answer to the drawing's question."""
    for edition in ("web", "ebook"):
        for page in making.rendered(document(fence("clock", "10:15\n"), edition)).pages:
            assert "<table" not in page.markup
            assert "10:15" not in page.markup


@pytest.mark.parametrize(
    "text",
    [
        fence("graph", "".join(f"y = {'(' * 90}x{'+x)' * 90}\n" for _ in range(40))),
        fence("graph", "".join(f"a{n}: ({n}, {n})\n" for n in range(40))),
        fence("graph", "y = x^x^x^x\ny = 1e9999\ny = 9^9^9^9\n", 'x-range="-1e9 to 1e9"'),
        fence("graph", "", 'x-range="0 to 1" x-step=0.000001'),
        fence("number-line", "", 'range="-999999999 to 999999999" step=9999999'),
        fence("number-line", "0 -> 99999999999999999999\n"),
        fence("number-line", f"{'9' * 5000}\n"),
        fence("fractions", "999/1\n60/60\n" * 20),
        fence("clock", "10:15\n" * 200),
        fence("clock", f"{'long ' * 5000}: 10:15\n"),
    ],
)
def test_a_diagram_takes_no_more_than_it_may(text: str) -> None:
    with Steps(most=1_500_000):
        found = document(text, "handout")
    assert sum(len(asset.data) for asset in found.assets) < 500_000
