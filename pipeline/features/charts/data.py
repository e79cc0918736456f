"""The data of a chart: numbers as people write them, in its table, and their names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model import Chart, Plain, Table, TableCell, TableRow, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import plain_text
from pipeline.model.words.writing_conventions import NARROW, writing
from pipeline.resolve.findings import Findings

# --- numbers ---------------------------------------------------------------------------------
# Numbers as people write them: read from cells, and formatted for a language.

NO_BREAK = "\u00a0"


MISSING = frozenset(("", "-", "–", "—", "−", ".", "..", "...", "…", "?", "n/a", "na", "n.a."))
"""Words for a missing number, in lower case."""

LONGEST_NUMBER = 40
"""The maximum length of a number with its unit."""

MOST_DECIMALS = 9
"""The maximum number of decimals shown."""

LARGEST_NUMBER, SMALLEST_NUMBER = Decimal("1e15"), Decimal("1e-9")
"""The range of numbers that can be drawn, besides 0."""

_SPACES = late(r"[\s'’٬]")
# A number has groups of three digits, or in India of two, separated by the same mark.
_NUMBER = late(
    r"(?P<sign>[+−–-]?)\s?(?P<before>[^\w\s.,+−–'’-]{0,2}|[A-Z]{2,3}(?=\s))\s?(?P<sign2>[+−–-]?)"
    r"(?P<digits>(?:\d{1,3}(?P<mark>[.,\s'’٬])\d{2,3}(?:(?P=mark)\d{2,3})*(?<=\d{3})|\d*)"
    r"(?:(?<=\d)|(?!(?P=mark))[.,٫]\d+))"
    r"(?P<power>[eE][+−-]?\d{1,2}(?!\w))?\s?"
    r"(?P<after>(?:[^\W\d]|[%‰°€$£¥₹/²³])[^\d]{0,11})?"
)


class Number(NamedTuple):
    """``unit`` is the text written with the number."""

    value: Decimal
    unit: str = ""


def is_missing(text: str) -> bool:
    return text.strip().lower() in MISSING


def decimal_mark(texts: Iterable[str], lang: str) -> str:
    """The decimal mark in these texts: an unambiguous one in any of them (``24.9`` in a German
    table), or else the language's own."""
    usual = writing(lang).decimal
    certain = {mark for text in texts if (mark := _certain(text))}
    return certain.pop() if len(certain) == 1 else usual


def _certain(text: str) -> str:
    """The decimal mark of a number, if it is unambiguous."""
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST_NUMBER else None
    digits = _SPACES.sub("", match["digits"]) if match else ""
    used = [mark for mark in ".,٫" if mark in digits]
    if len(used) == 2:
        return max(used, key=digits.rindex)
    if len(used) == 1 and digits.count(used[0]) == 1:
        before, _, after = digits.partition(used[0])
        if len(after) != 3 or len(before) > 3 or before in ("", "0"):
            return used[0]
    return ""


def read_number(text: str, decimal: str) -> Number | None:
    """The number in a text, or None; ``decimal`` is the decimal mark if the text is ambiguous."""
    text = text.strip()
    match = _NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if not match:
        return None
    digits = _SPACES.sub("", match["digits"])
    mark = _certain(text) or decimal
    integer, _, part = digits.rpartition(mark) if mark in digits else (digits, "", "")
    integer = re.sub(r"[.,٬]", "", integer)
    if re.search(r"\D", part) or digits.count(mark) > 1:
        integer, part = re.sub(r"\D", "", digits), ""
    power = (match["power"] or "e0").replace("−", "-")
    value = Decimal(f"{integer or 0}{'.' if part else ''}{part}{power}")
    if value and not SMALLEST_NUMBER <= value <= LARGEST_NUMBER:
        return None
    if (match["sign"] or match["sign2"]) in ("-", "−", "–"):
        value = -value
    return Number(value, (match["before"] or match["after"] or "").strip())


def decimals_of(value: Decimal) -> int:
    """The number of decimals in a number as written, up to the maximum."""
    return min(MOST_DECIMALS, max(0, -int(value.as_tuple().exponent)))


def write(value: Decimal, decimals: int, lang: str) -> str:
    """The number with a number of decimals, and a real minus sign."""
    mark = writing(lang)
    sign, digits, _ = value.quantize(Decimal(1).scaleb(-decimals)).as_tuple()
    text = "".join(map(str, digits)).rjust(decimals + 1, "0")
    integer, part = (text[:-decimals], text[-decimals:]) if decimals else (text, "")
    if len(integer) >= mark.fewest:
        first = len(integer) % 3
        groups = [integer[:first]] * bool(first)
        groups += [integer[at : at + 3] for at in range(first, len(integer), 3)]
        integer = mark.group.join(groups)
    minus = "−" if sign and any(digits) else ""
    return minus + integer + (mark.decimal + part if part else "")


CURRENCIES = frozenset("$£¥₹")


def with_unit(number: str, unit: str, lang: str) -> str:
    """A number and the sign of its unit, as the language sets them."""
    if not unit:
        return number
    if unit in CURRENCIES:
        sign = "−" if number.startswith("−") else ""
        return f"{sign}{unit}{number.removeprefix(sign)}"
    if unit in ("°", "′", "″"):
        return number + unit
    if unit in ("%", "‰", "€") and not writing(lang).spaced_percent:
        return f"€{number}" if unit == "€" else number + unit
    return f"{number}{NARROW if len(unit) == 1 else NO_BREAK}{unit}"


# --- chart data ------------------------------------------------------------------------------
# The data of a chart: the numbers in its table, and their names.

MOST_GROUPS = 200
"""The maximum number of bars or slices that can be drawn at all; a line may have more points."""

MOST_POINTS = 5000
MOST_SERIES = 12

CROWDED_SLICES, CROWDED_SERIES, CROWDED_GROUPS = 8, 6, 60
"""The numbers above which charts are hard to read."""

SAME_DECIMALS = 2
"""The maximum number of decimals; if no number has more, all are shown with the same."""


class DataSeries(NamedTuple):
    """``values`` has a number for each group, None if it is unknown."""

    name: str
    values: tuple[Decimal | None, ...]


class Data(NamedTuple):
    """``places`` are the positions on a scale of groups that are increasing numbers or dates.
    ``decimals`` is the number of decimals for all numbers, -1 to keep each number's own;
    ``cell_unit`` is the unit written with the numbers."""

    groups: tuple[str, ...]
    series: tuple[DataSeries, ...]
    places: tuple[float, ...]
    unit: str
    decimals: int
    lang: str
    cell_unit: str = ""

    def text_of(self, value: Decimal) -> str:
        """A number as it is drawn, with the sign of its unit: all have the same decimals."""
        own_decimals = 0 if not value else decimals_of(value)
        decimals = own_decimals if self.decimals < 0 or not value else self.decimals
        return self._with_unit(write(value, decimals, self.lang), self.sign)

    def exact(self, value: Decimal) -> str:
        """A number with the decimals that it was written with, and the sign of its unit."""
        return self._with_unit(self._exact_text(value), self.sign)

    def in_cell(self, value: Decimal) -> str:
        """A number as written in the table."""
        return self._with_unit(self._exact_text(value), self.cell_unit)

    def _exact_text(self, value: Decimal) -> str:
        return write(value, decimals_of(value), self.lang)

    def _with_unit(self, number: str, unit: str) -> str:
        return with_unit(number, unit, self.lang)

    @property
    def sign(self) -> str:
        """The unit, if it is short enough to be written with each number."""
        return self.unit if len(self.unit) < 2 or self.unit[0] == "°" else ""

    def caption_of_numbers(self, chart: Chart) -> str:
        """The caption of the numbers, and their unit."""
        name = chart.y or (self.series[0].name if len(self.series) == 1 else "")
        unit = "" if self.sign else self.unit
        return f"{name} ({unit})" if name and unit else name or unit

    @property
    def numbers(self) -> Iterator[Decimal]:
        return (value for series in self.series for value in series.values if value is not None)


NO_DATA = Data((), (), (), "", -1, "")


def read_data(chart: Chart, lang: str, findings: Findings) -> Data | None:
    """The data of a chart, or None if a mistake keeps it from being drawn."""
    return _Reader(chart, lang, findings).read()


class _Reader:
    def __init__(self, chart: Chart, lang: str, findings: Findings) -> None:
        self._chart = chart
        self._lang = lang
        self._findings = findings
        self._failed = False
        self._units: dict[str, Span | None] = {}

    def read(self) -> Data | None:
        table = self._chart.table
        head = table.head[-1].cells if table.head else ()
        rows = [row for row in table.body if row.cells]
        if not rows or len(head) < 2:
            self._fail("The chart has no data.", self._chart.span, _HOW)
            return None
        cells = (cell for row in (*table.head, *rows) for cell in row.cells)
        if any(cell.columns > 1 or cell.rows > 1 for cell in cells):
            message = "A cell of the chart's table spans several rows or columns."
            self._fail(message, self._chart.span, "Give each number a cell of its own.")
            return None
        texts = [plain_text(cell.children) for row in rows for cell in row.cells[1:]]
        decimal = decimal_mark(texts, self._lang)
        columns: list[list[Number | None]] = [[] for _ in head[1:]]
        for row in rows:
            for index, column in enumerate(columns, start=1):
                column.append(self._number(row, index, decimal))
        if not any(columns) or not any(number for column in columns for number in column):
            if not self._failed:
                self._fail("The chart has no numbers.", self._chart.span, _HOW)
            return None
        if self._failed:
            return None
        names = tuple(plain_text(cell.children).strip() for cell in head[1:])
        groups = tuple(plain_text(row.cells[0].children).strip() for row in rows)
        series = tuple(
            DataSeries(name, tuple(number.value if number else None for number in column))
            for name, column in zip(names, columns, strict=True)
        )
        drawn_numbers = [number for column in columns for number in column if number]
        decimals = max(decimals_of(number.value) for number in drawn_numbers)
        unit = next(iter(self._units), "")
        data = Data(
            groups=groups,
            series=series,
            places=_places(groups),
            unit=self._chart.unit.strip() or unit,
            decimals=decimals if decimals <= SAME_DECIMALS else -1,
            lang=self._lang,
            cell_unit=unit,
        )
        return data if self._check(data, rows) else None

    def _number(self, row: TableRow, index: int, decimal: str) -> Number | None:
        if index >= len(row.cells):
            return None
        cell = row.cells[index]
        text = plain_text(cell.children)
        if is_missing(text):
            return None
        span = cell.span or row.span or self._chart.span
        number = read_number(text, decimal)
        if number is None:
            excerpt = " ".join(text.split())[:40]
            self._fail(f"“{excerpt}” is not a number that can be drawn.", span, _UNKNOWN)
        elif number.unit and number.unit not in self._units:
            self._units[number.unit] = span
            if len(self._units) == 2:
                first, second = self._units
                message = f"A number has the unit “{second}”, but others have “{first}”."
                self._fail(message, span, "Use one unit in a chart.")
        return number

    def _check(self, data: Data, rows: list[TableRow]) -> bool:
        """Return whether the data can be drawn so; report it if not, or if they are too much."""
        span = self._chart.span
        is_line, is_pie = self._chart.kind == "line", self._chart.kind == "pie"
        points = len(data.groups) * (len(data.series) if is_line else 1)
        if points > (MOST_POINTS if is_line else MOST_GROUPS) or len(data.series) > MOST_SERIES:
            message = "There are too many numbers for one chart."
            self._fail(message, span, "Draw the most important ones, or several charts.")
        elif is_pie:
            self._check_pie(data, rows)
        elif len(data.series) > CROWDED_SERIES:
            message = f"{len(data.series)} series are too many to tell apart."
            self._warn(message, "Show fewer, or draw several charts.")
        elif len(data.groups) > CROWDED_GROUPS and not is_line:
            self._warn(f"{len(data.groups)} bars are too many to grasp.", "Show fewer.")
        return not self._failed

    def _check_pie(self, data: Data, rows: list[TableRow]) -> None:
        if len(data.series) > 1:
            message = "A pie shows one series of numbers, but the data has more."
            self._fail(message, self._chart.span, "Draw bars, or a pie for each series.")
            return
        for row, value in zip(rows, data.series[0].values, strict=True):
            if value is not None and value < 0:
                span = row.cells[1].span or row.span or self._chart.span
                message = f"“{data.text_of(value)}” is negative, and cannot be a slice of a pie."
                self._fail(message, span, "Draw bars.")
        if not any(data.numbers):
            self._fail("The slices of the pie add up to 0.", self._chart.span, "Draw bars.")
        elif len(data.groups) > CROWDED_SLICES:
            message = f"A pie of {len(data.groups)} slices is hard to read."
            self._warn(message, "Draw bars, or combine the small slices.")

    def _fail(self, message: str, span: Span | None, hint: str) -> None:
        self._failed = True
        self._findings.add(Code.BAD_CHART, message, span, hint)

    def _warn(self, message: str, hint: str) -> None:
        self._findings.add(Code.CROWDED_CHART, message, self._chart.span, hint)


_HOW = "Write a row `Region, Wells`, and one for each, as in `North, 29`."
_UNKNOWN = "If a number is unknown, leave the cell empty."


def _places(groups: tuple[str, ...]) -> tuple[float, ...]:
    """Numbers, years, months or days as increasing numbers, or () if they are not."""
    places: list[float] = []
    for group in groups:
        parts = group.split("-")
        if all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
            year, month, day = (*map(int, parts), 1, 1)[:3] if len(parts) < 4 else (0, 0, 0)
            if not (1 <= month <= 12 and 1 <= day <= 31):
                return ()
            places.append(year + (month - 1) / 12 + (day - 1) / 372)
        else:
            number = read_number(group, ".")
            if number is None or number.unit:
                return ()
            places.append(float(number.value))
    rises = all(place < following for place, following in itertools.pairwise(places))
    return tuple(places) if len(places) > 1 and rises else ()


def with_numbers(chart: Chart, data: Data) -> Table:
    """The chart's table, with its numbers written as in the drawing."""
    columns = tuple(series.values for series in data.series)

    def cell(old: TableCell, value: Decimal | None) -> TableCell:
        if value is None:
            return old
        return replace(old, children=(Plain(children=(Text(text=data.in_cell(value)),)),))

    body = tuple(
        replace(row, cells=(row.cells[0], *map(cell, row.cells[1:], (c[index] for c in columns))))
        for index, row in enumerate(row for row in chart.table.body if row.cells)
    )
    return replace(chart.table, body=body)


def as_shown(table: Table) -> Table:
    """The table of a chart without a head or a first column in which there is no text."""
    head = tuple(row for row in table.head if any(map(_text_of, row.cells)))
    body, rows = table.body, (*head, *table.body)
    if rows and not any(len(row.cells) < 2 or _text_of(row.cells[0]) for row in rows):
        head, body = (tuple(replace(r, cells=r.cells[1:]) for r in part) for part in (head, body))
    return replace(table, head=head, body=body)


def _text_of(cell: TableCell) -> str:
    return plain_text(cell.children).strip()
