"""Draws charts: as pictures, with their data in words."""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.features.charts import data as table
from pipeline.features.charts import diagrams, drawing
from pipeline.features.charts.data import Data
from pipeline.features.charts.description import diagram_in_words, in_words
from pipeline.features.charts.diagrams import Diagram
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
from pipeline.model.strings import settled
from pipeline.model.tree import (
    BLANK,
    Changes,
    answer_text,
    is_for_teachers,
    rewrite,
    rewrite_document,
)
from pipeline.model.words import words
from pipeline.model.writing_systems import missing_glyph
from pipeline.resolve.assets import drawing_asset
from pipeline.resolve.findings import Findings, describe

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
    return findings.added_to(replace(document, assets=assets))


class _Place(NamedTuple):
    """The surroundings of a chart: the language in force, the width of the text, and whether it is
    in an exercise, but in no answer."""

    lang: str
    width: float
    in_exercise: bool = False


BESIDE, BESIDE_WIDTH = ("right", "wrap"), "28%"
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
        content, alt = self._read(_filled(chart), place)
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
        from pipeline.features.charts.kinds import draw

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


def _filled(chart: Chart) -> Chart:
    """A chart with the answers in its gaps, where the edition has them, as text to be drawn."""
    filled: Changes = {
        Blank: lambda gap: Text(text=answer_text(gap.answer) or BLANK),
        Math: lambda formula: replace(formula, tex=settled(formula.tex, solved=True)),
    }
    return replace(chart, table=rewrite((chart.table,), leave=filled)[0])


def _palette(metadata: Metadata, edition: Edition | None) -> drawing.Palette:
    """The publisher's colour, or the theme's in print; black if the edition has no colours."""
    theme = ""
    if edition and edition.format == "pdf":
        theme = options_for(edition, metadata).theme or ""
    if (edition and edition.look != "standard") or theme == "plain":
        return drawing.INKED
    return drawing.coloured(metadata.brand.accent or ACCENTS.get(theme, ""))


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
