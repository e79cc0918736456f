"""The spoken alternative of a chart."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipeline.features.charts.data import Data, DataSeries
from pipeline.features.charts.diagrams import Diagram
from pipeline.model import Chart
from pipeline.model.tree import plain_text

MOST_NUMBERS = 12
"""The maximum number of values in a spoken description. If there are more, and a table has them
all, the description gives only the lowest and the highest."""

ENDS = tuple(".!?…。！？؟")

Words = Mapping[str, str]


def in_words(chart: Chart, data: Data, words: Words, has_table: bool) -> str:
    """The chart's kind, title and numbers; only their range, if many of them are in a table."""
    sentences = [_titled(chart, words)]
    sentences += filter(None, (data.counted(chart),))
    if has_table and len(data.groups) * len(data.series) > MOST_NUMBERS:
        sentences += [_range(series, data, words) for series in data.series]
        sentences.append(words["chart_in_table"])
    elif len(data.series) == 1:
        pairs = zip(data.groups, data.series[0].values, strict=True)
        items = (_with_name(name, _value(value, data, words), words) for name, value in pairs)
        sentences.append(words["item_separator"].join(items))
    else:
        sentences += (_group(number, data, words) for number in range(len(data.groups)))
    return _joined(sentences, words)


def diagram_in_words(chart: Chart, diagram: Diagram, words: Words) -> str:
    """The kind of a diagram, its title, and a description of its content."""
    return _joined([_titled(chart, words), *diagram.description(words)], words)


def _titled(chart: Chart, words: Words) -> str:
    kind, title = words[f"chart_{chart.kind}"], plain_text(chart.caption).strip()
    return words["chart_titled"].format(kind=kind, title=title) if title else kind


def _joined(sentences: list[str], words: Words) -> str:
    return " ".join(
        text if text.endswith(ENDS) else words["sentence"].format(text=text)
        for text in sentences
        if text
    )


def _value(value: Decimal | None, data: Data, words: Words) -> str:
    return words["chart_unknown"] if value is None else data.exact(value)


def _with_name(name: str, text: str, words: Words) -> str:
    return words["chart_number"].format(name=name, value=text) if name else text


def _group(number: int, data: Data, words: Words) -> str:
    """A group with its number of each series: “Wells: 5 (2016), 7 (2021)”."""
    items = (
        f"{_value(series.values[number], data, words)} ({series.name})" for series in data.series
    )
    return _with_name(data.groups[number], words["list_separator"].join(items), words)


def _range(series: DataSeries, data: Data, words: Words) -> str:
    """The lowest and the highest number of a series, and their positions."""
    pairs = [
        (value, group)
        for value, group in zip(series.values, data.groups, strict=True)
        if value is not None
    ]
    if not pairs:
        return ""
    (low, where), (high, there) = (choose(pairs, key=lambda pair: pair[0]) for choose in (min, max))
    text = words["chart_range"].format(
        lowest=data.exact(low), where=where, highest=data.exact(high), there=there
    )
    return _with_name(series.name if len(data.series) > 1 else "", text, words)
