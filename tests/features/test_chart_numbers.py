"""Numbers of charts: how they are read, written, and marked on an axis; and where each cell is."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.features.charts import data
from pipeline.features.charts.plots import ticks
from pipeline.parser.constructs.fences import read_delimited
from pipeline.parser.lines import number_lines


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
    number = data.read_number(text, data.decimal_mark([text], lang))
    assert number is not None
    assert (number.value, number.unit) == (Decimal(value), unit)
    shown = data.write(number.value, data.decimals_of(number.value), lang)
    assert data.with_unit(shown, unit, lang) == written


@pytest.mark.parametrize(
    "text", ["many", "5-6", "5 6", "1.2.3", "2016 24", "1,", "%", "1e99", "0." + "0" * 12 + "1"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert data.read_number(text, ".") is None


def test_one_number_that_is_certain_decides_how_all_are_read() -> None:
    assert data.decimal_mark(["1.234", "24.9"], "de") == "."
    assert data.decimal_mark(["1.234", "5"], "de") == ","


@given(st.text(alphabet="0123456789.,' -+−e%€km٣", max_size=14), st.sampled_from(".,٫"))
def test_any_text_is_a_number_that_can_be_written_or_none(text: str, mark: str) -> None:
    number = data.read_number(text, mark)
    if number is not None:
        assert abs(number.value) <= data.LARGEST_NUMBER
        shown = data.write(number.value, data.decimals_of(number.value), "en")
        again = data.read_number(shown, ".")
        assert again is not None
        assert again.value == round(number.value, data.MOST_DECIMALS)


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


@given(st.text(alphabet='ab,;\t" \n', max_size=60))
def test_every_cell_has_its_position(text: str) -> None:
    lines = text.split("\n")
    for row in read_delimited(number_lines(text)).rows:
        for cell in row:
            rest = "\n".join(lines[cell.span.line - 1 :])[cell.span.column - 1 :]
            if first := re.search("[ab]", cell.text):
                found = re.search("[ab]", rest)
                assert found
                assert found[0] == first[0]
