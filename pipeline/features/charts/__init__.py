"""Charts: drawn as pictures by their kind, with their data in words."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.features.charts import data as table
from pipeline.features.charts import diagrams, drawing
from pipeline.features.charts.data import NO_DATA, Data, DataSeries
from pipeline.features.charts.diagrams import Diagram
from pipeline.features.charts.drawing import Fonts, Scene, ink, mirror
from pipeline.features.charts.drawing import draw as svg
from pipeline.features.charts.plots import (
    Plan,
    draw_horizontal,
    draw_lines,
    draw_pie,
    draw_upright,
    names_below,
)
from pipeline.model import (
    DIAGRAM_KINDS,
    Asset,
    Blank,
    Chart,
    Container,
    Document,
    Exercise,
    Image,
    Math,
    Node,
    Table,
    Text,
)
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS, Edition, FormatName, Look
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.paper import MILLIMETRE, Sheet
from pipeline.model.sheet import ACCENTS, options_for, sheet_of
from pipeline.model.strings import settle_string
from pipeline.model.tree import (
    BLANK,
    Changes,
    answer_text,
    is_for_teachers,
    plain_text,
    rewrite,
    rewrite_document,
)
from pipeline.model.words import words
from pipeline.model.writing_systems import missing_glyph
from pipeline.resolve.assets import drawing_asset
from pipeline.resolve.findings import Findings, describe

# --- description -----------------------------------------------------------------------------
# The spoken alternative of a chart.

MOST_NUMBERS = 12
"""The maximum number of values in a spoken description. If there are more, and a table has them
all, the description gives only the lowest and the highest."""

ENDS = tuple(".!?…。！？؟")

Words = Mapping[str, str]


def in_words(chart: Chart, data: Data, words: Words, has_table: bool) -> str:
    """The chart's kind, title and numbers; only their range, if many of them are in a table."""
    sentences = [_write_title(chart, words)]
    sentences += filter(None, (data.caption_of_numbers(chart),))
    if has_table and len(data.groups) * len(data.series) > MOST_NUMBERS:
        sentences += [_range(series, data, words) for series in data.series]
        sentences.append(words["chart_in_table"])
    elif len(data.series) == 1:
        pairs = zip(data.groups, data.series[0].values, strict=True)
        items = (_with_name(name, _value(value, data, words), words) for name, value in pairs)
        sentences.append(words["item_separator"].join(items))
    else:
        sentences += (_group(number, data, words) for number in range(len(data.groups)))
    return _join(sentences, words)


def diagram_in_words(chart: Chart, diagram: Diagram, words: Words) -> str:
    """The kind of a diagram, its title, and a description of its content."""
    return _join([_write_title(chart, words), *diagram.description(words)], words)


def _write_title(chart: Chart, words: Words) -> str:
    kind, title = words[f"chart_{chart.kind}"], plain_text(chart.caption).strip()
    return words["chart_titled"].format(kind=kind, title=title) if title else kind


def _join(sentences: list[str], words: Words) -> str:
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


# --- kinds -----------------------------------------------------------------------------------
# From data to a picture, by the kind of the chart.

KEPT = 256
"""Drawings that are kept: editions of one format have the same."""


class Drawing(NamedTuple):
    """An SVG file and its size in points; ``lacking`` is a character that no font has."""

    svg: bytes
    width: float
    height: float
    lacking: str = ""


@functools.lru_cache(maxsize=KEPT)
def draw(
    chart: Chart,
    content: Data | Diagram,
    lang: str,
    width: float,
    is_mirrored: bool,
    palette: drawing.Palette = drawing.COLOURED,
    flatness: float = 1.0,
    *,
    is_large: bool = False,
) -> Drawing:
    """The chart as a picture; mirrored if its text is, unless an axis has times or numbers."""
    diagram = None if isinstance(content, Data) else content
    data = content if isinstance(content, Data) else NO_DATA
    texts = list(diagram.texts() if diagram else _texts(chart, data))
    fonts = Fonts("\n".join(texts), lang, is_large=is_large)
    lacking = "".join(filter(None, map(fonts.lacking, texts)))
    if lacking:
        chart, data = _texts_without_glyphs(chart, data, fonts)
    measure = functools.partial(fonts.width, size=drawing.SIZE)
    plan = Plan(chart, data, width, measure, palette=palette, flatness=flatness)
    picture = diagram.scene(plan) if diagram else scene(plan)
    if palette.ink:
        picture = ink(picture, palette.ink, drawing.THIN_RULE)
    if is_mirrored and (diagram.turns if diagram else chart.kind != "line"):
        picture = mirror(picture)
    return Drawing(svg(picture, fonts), picture.width, picture.height, lacking[:1])


def scene(plan: Plan) -> Scene:
    """The drawing."""
    match plan.chart.kind:
        case "line":
            return draw_lines(plan)
        case "pie":
            return draw_pie(plan)
    names = None if plan.chart.horizontal else names_below(plan)
    return draw_horizontal(plan) if names is None else draw_upright(plan, names)


def _texts(chart: Chart, data: Data) -> Iterator[str]:
    yield from data.groups
    yield from (series.name for series in data.series)
    yield from (chart.x, chart.y, data.unit)


def _texts_without_glyphs(chart: Chart, data: Data, fonts: Fonts) -> tuple[Chart, Data]:
    """The texts with a question mark for each character that no font has."""

    def drawable(text: str) -> str:
        return "".join("?" if fonts.lacking(character) else character for character in text)

    series = tuple(entry._replace(name=drawable(entry.name)) for entry in data.series)
    groups = tuple(map(drawable, data.groups))
    chart = replace(chart, x=drawable(chart.x), y=drawable(chart.y))
    return chart, data._replace(groups=groups, series=series, unit=drawable(data.unit))


# --- charts ----------------------------------------------------------------------------------
# Draws charts: as pictures, with their data in words.

WIDTH, IN_BOOKS = 120 * MILLIMETRE, 100 * MILLIMETRE
"""The widths of charts: that of the text in print. Web pages and e-books scale them to the width of
their text, and the letters with them."""

NARROW = 80 * MILLIMETRE
"""The width for phone screens, where the letters of the wide drawing would be too small."""

NARROWEST = 45 * MILLIMETRE
LANDSCAPE = 230 * MILLIMETRE
"""The width on a landscape sheet of A4 or Letter."""

FLAT = 0.55
"""The height of large-print charts on such a sheet, relative to their usual height."""

COLUMN_GAP = 6 * MILLIMETRE
_WIDTH = late(r"(\d{1,3}(?:\.\d+)?)(%|mm|cm|in|pt|px)")
_COLUMNS = late(r"columns-\d")
_POINTS = {"mm": MILLIMETRE, "cm": 10 * MILLIMETRE, "in": 72.0, "pt": 1.0, "px": 0.75}


def draw_charts(document: Document) -> Document:
    """The document with its charts drawn, each a generated `Asset`, and the numbers in their tables
    formatted for the language.

    A chart that cannot be drawn is a BAD_CHART warning at the cause, and one that is hard to read a
    CROWDED_CHART warning. This pass comes when the texts are finished.
    """
    findings = Findings(document)
    artist = _Artist(document, findings)
    start = _Place(document.metadata.lang, artist.width)
    document = rewrite_document(
        document, enter={Chart: artist.with_drawing}, context=(start, artist.place)
    )
    assets = (*document.assets, *artist.assets)
    return findings.add_to(replace(document, assets=assets))


class _Place(NamedTuple):
    """The surroundings of a chart: the language in force, the width of the text, and whether it is
    in an exercise, but in no answer."""

    lang: str
    width: float
    in_exercise: bool = False


BESIDE, BESIDE_WIDTH = ("right", "wrap"), "25%"
"""The classes and the width of a drawing beside its question."""


def _beside_question(chart: Chart) -> Chart:
    """A single clock face, which is narrow: the lines for the answer are beside it."""
    faces = len(chart.table.head) + len(chart.table.body)
    if chart.kind != "clock" or faces > 1 or chart.caption or chart.attributes.get("width"):
        return chart
    classes = (*chart.attributes.classes, *BESIDE)
    pairs = (*chart.attributes.pairs, ("width", BESIDE_WIDTH))
    return replace(chart, attributes=replace(chart.attributes, classes=classes, pairs=pairs))


class _Artist:
    """Draws one chart after the other; ``assets`` are the drawings."""

    def __init__(self, document: Document, findings: Findings) -> None:
        edition = EDITIONS.get(document.edition)
        self.assets: list[Asset] = []
        self._format: FormatName = edition.format if edition else "html"
        self._is_for_students = edition is None or edition.audience == "student"
        self._look: Look = edition.look if edition else "standard"
        self.width, self._landscape = IN_BOOKS if self._format == "epub" else WIDTH, LANDSCAPE
        if edition and edition.look == "large":
            self.width, self._landscape = _large(sheet_of(document, edition))
        self._narrowest = NARROW if self._format == "html" else 0.0
        if edition and edition.part == "answers" and len(document.metadata.versions) > 1:
            self._narrowest = max(NARROWEST, self.width / len(document.metadata.versions))
        self._palette = _palette(document.metadata, edition)
        self._words = words(document.metadata.lang)
        self._is_mirrored = document.metadata.direction == "rtl"
        self._findings = findings
        self._names = {asset.name for asset in document.assets}
        self._numbers = itertools.count(1)

    def place(self, node: Node, parent: _Place) -> _Place:
        """The position in a node that is at ``parent``."""
        lang, width = node.attributes.get("lang") or parent.lang, parent.width
        match node:
            case Container(name="landscape") if self._format == "pdf":
                width = self._landscape
            case Container(name="column" | "columns") if self._look == "large":
                pass  # there is one column
            case Container(name="column"):
                width = _share(node, width) - COLUMN_GAP
            case Container(name="columns") if self._format != "epub":
                columns = (name for name in node.attributes.classes if _COLUMNS.fullmatch(name))
                count = max((int(name[-1]) for name in columns), default=1)
                width = width / count - COLUMN_GAP * (count > 1)
        in_exercise = parent.in_exercise or isinstance(node, Exercise)
        return _Place(lang, width, in_exercise and not is_for_teachers(node))

    def with_drawing(self, chart: Chart, place: _Place) -> Chart:
        if place.in_exercise and self._format == "pdf" and self._look != "large":
            chart = _beside_question(chart)
        content, alt = self._read(_fill_gaps(chart), place)
        as_table = replace(chart, table=table.as_shown(chart.table))
        if content is None:
            return as_table
        width = max(NARROWEST, _share(chart, place.width))
        if self._look == "large":
            width = place.width
        number = next(self._numbers)
        drawn_chart = replace(chart, table=Table(head=(), body=()))
        if isinstance(content, Data):
            drawn_chart = replace(chart, table=table.as_shown(table.with_numbers(chart, content)))
        before = len(self.assets)
        try:
            draw = functools.partial(self._image, chart, content, place.lang)
            image, narrow = draw(width, str(number), alt), None
            if narrowest := self._narrowest:
                narrow = draw(min(width, narrowest), f"{number}-narrow", "")
        except Exception as error:  # whatever the drawing makes of numbers and names
            del self.assets[before:]
            message = (
                f"The chart cannot be drawn, so its data is shown as a table: {describe(error)}."
            )
            self._findings.add(Code.BAD_CHART, message, chart.span)
            return as_table
        return replace(drawn_chart, image=image, narrow=narrow)

    def _read(self, chart: Chart, place: _Place) -> tuple[Data | Diagram | None, str]:
        """The content of a chart, and its text for listeners."""
        lang = place.lang
        if chart.kind in DIAGRAM_KINDS:
            is_asked = place.in_exercise and self._is_for_students
            diagram = diagrams.read_diagram(chart, lang, self._findings, is_asked=is_asked)
            return diagram, diagram_in_words(chart, diagram, self._words) if diagram else ""
        data = table.read_data(chart, lang, self._findings)
        has_table = self._format not in ("pdf", "docx")
        return data, in_words(chart, data, self._words, has_table) if data else ""

    def _image(
        self, chart: Chart, content: Data | Diagram, lang: str, width: float, number: str, alt: str
    ) -> Image:
        # DROPPED

        flatness = FLAT if self._look == "large" and width == self._landscape else 1.0
        drawing = draw(
            chart, content, lang, width, self._is_mirrored, self._palette, flatness,
            is_large=self._look == "large",
        )  # fmt: skip
        if drawing.lacking and alt:
            self._findings.add(*missing_glyph(drawing.lacking, chart.span, ", which the chart has"))
        size = (drawing.width * 96 / 72, drawing.height * 96 / 72)
        asset = drawing_asset("chart", number, drawing.svg, *size, self._names)
        self.assets.append(asset)
        return asset.image(alt)


def _fill_gaps(chart: Chart) -> Chart:
    """A chart with the answers in its gaps, where the edition has them, as text to be drawn."""
    filled: Changes = {
        Blank: lambda gap: Text(text=answer_text(gap.answer) or BLANK),
        Math: lambda formula: replace(formula, tex=settle_string(formula.tex, solved=True)),
    }
    return replace(chart, table=rewrite((chart.table,), leave=filled)[0])


def _palette(metadata: Metadata, edition: Edition | None) -> drawing.Palette:
    """The publisher's colour, or the theme's in print; black if the edition has no colours."""
    theme = ""
    if edition and edition.format == "pdf":
        theme = options_for(edition, metadata).theme or ""
    if (edition and edition.look != "standard") or theme == "plain":
        return drawing.INKED
    return drawing.palette_of(metadata.brand.accent or ACCENTS.get(theme, ""))


def _large(sheet: Sheet) -> tuple[float, float]:
    """The widths at which the letters of a chart are as large as the text when it fills the line,
    on a portrait and a landscape sheet."""
    scale = MILLIMETRE * drawing.SIZE / sheet.text
    return sheet.measure * scale, (sheet.size.height - sheet.top - sheet.bottom) * scale


def _share(node: Chart | Container, line_width: float) -> float:
    """The width of a node, given its ``width`` as a share of the line."""
    match = _WIDTH.fullmatch(node.attributes.get("width").strip())
    if not match:
        return line_width
    number = float(match[1])
    return min(
        line_width, line_width * number / 100 if match[2] == "%" else number * _POINTS[match[2]]
    )
