"""The content of a report, as values."""

from __future__ import annotations

import msgspec

from pipeline.commands.messages import shown_json
from pipeline.commands.reading_level import ReadingLevel, ReadingTime
from pipeline.commands.report.cost import Cost, Ink, Prices, Sheets
from pipeline.model.diagnostics import Diagnostic


class PageFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page, ``number`` from 1. ``thumbnail`` is a ``data:`` address, or "" in long documents;
    ``shape`` is its width over its height."""

    number: int
    ink: Ink
    shape: float
    thumbnail: str = ""


class EditionFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding about one edition, on these ``pages``; none for one about the text. ``message``
    is the finding's without edition and page."""

    finding: Diagnostic
    message: str
    pages: tuple[int, ...] = ()


class ScaledImage(msgspec.Struct, frozen=True):
    """An image with more pixels than print shows: its size, and its size in print."""

    file: str
    pixels: tuple[int, int]
    printed: tuple[int, int]


class Printed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cost of printing. ``ink`` is the mean of all sides; ``simplex`` and ``duplex`` are the
    costs of printing one side and both, None without prices or if impossible. ``images`` are those
    reduced to a ``resolution``."""

    paper: str
    sheets: Sheets
    ink: Ink
    pages: tuple[PageFacts, ...]
    simplex: Cost | None = None
    duplex: Cost | None = None
    images: tuple[ScaledImage, ...] = ()
    resolution: int = 0


class EditionReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """``printed`` is None for screen editions. ``sha256`` is that of the file in the report."""

    name: str
    label: str
    file: str
    sha256: str
    time: ReadingTime
    level: ReadingLevel
    printed: Printed | None = None
    warnings: tuple[EditionFinding, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """The whole report. ``failed`` means that there are errors, and no editions."""

    title: str
    source: str
    lang: str
    prices: Prices
    editions: tuple[EditionReport, ...] = ()
    errors: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.errors)

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        warned = (warning.finding for edition in self.editions for warning in edition.warnings)
        return (*self.errors, *dict.fromkeys(warned))


def facts(edition: EditionReport) -> dict[str, int]:
    """The manifest's facts about a report: ink in thousandths of a page, minutes, counts."""
    values = {"warnings": len(edition.warnings)}
    if edition.time.minutes is not None:
        values["reading_minutes"] = round(edition.time.minutes)
    if edition.printed:
        values["ink_per_mille"] = round(1000 * edition.printed.ink.grey)
    return values


def encode(report: Report) -> bytes:
    """The report as indented JSON, without the pictures."""
    editions = []
    for edition in report.editions:
        printed = edition.printed
        if printed:
            pages = tuple(msgspec.structs.replace(page, thumbnail="") for page in printed.pages)
            printed = msgspec.structs.replace(printed, pages=pages)
        editions.append(msgspec.structs.replace(edition, printed=printed))
    plain = msgspec.structs.replace(report, editions=tuple(editions))
    return f"{shown_json(plain)}\n".encode()
