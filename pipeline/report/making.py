"""Making a report: the editions are built in memory, and what was built is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline import making
from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.driver import chosen_editions
from pipeline.editions import STANDARD_PRINT, Edition, output_name, pages_name, stem_of
from pipeline.making import Made
from pipeline.messages import in_order
from pipeline.model import Document
from pipeline.package.facts import facts, fitted
from pipeline.paper import MILLIMETRE, SIZES
from pipeline.parser import parse_file
from pipeline.preflight import preflight
from pipeline.preflight.coverage import Ink, ink_of, mean
from pipeline.preflight.faults import Fault, on_pages
from pipeline.preflight.layout import PageLayout
from pipeline.preflight.reading import read_pages
from pipeline.report.cost import Prices, cost
from pipeline.report.passages import all_texts, paragraphs
from pipeline.report.places import Places
from pipeline.report.reading_level import reading_level
from pipeline.report.reading_time import reading_time
from pipeline.report.result import EditionReport, PageFacts, Printed, Report, Warned
from pipeline.report.sheets import sheets
from pipeline.report.text_area import text_area
from pipeline.report.thumbnails import thumbnail

if TYPE_CHECKING:
    from PIL import Image

MOST_THUMBNAILS = 120
"""Pages of an edition that are shown; of those beyond, only what something is said of."""


def make_report(
    source: Path | str,
    editions: Iterable[str] = (),
    *,
    prices: Prices | None = None,
    templates: Path | str | None = None,
    pictures: bool = True,
) -> Report:
    """The report on editions of ``source``: those named, or that the front matter lists, or the
    handout. ``pictures`` asks for thumbnails. Nothing is written. Raises `KeyError` for a name
    that is no edition's."""
    source = Path(source)
    document = parse_file(source)
    names = tuple(editions) or document.metadata.editions or (STANDARD_PRINT,)
    chosen = chosen_editions(names, document)
    prices = prices or Prices()
    started = Report(
        title=document.metadata.title,
        source=document.source,
        lang=document.metadata.lang,
        prices=prices,
    )
    if any(finding.is_error for finding in document.diagnostics):
        return _failed(started, making.all_findings(document, chosen, source))
    options = making.Options(templates=Path(templates) if templates else None, keep=True)
    printed = tuple(edition for edition in chosen if edition.format == "pdf")
    made = {one.edition: one for one in making.make_all(document, printed, source, options, None)}
    for edition in chosen:
        if edition.format != "pdf":
            resolved = making.prepare(document, edition, source.parent)
            made[edition.name] = Made(edition.name, 0, resolved.diagnostics, document=resolved)
    found = [finding for one in made.values() for finding in one.diagnostics]
    if any(finding.is_error for finding in found):
        return _failed(started, (*document.diagnostics, *found))
    return msgspec.structs.replace(
        started,
        editions=tuple(
            _edition(edition, made[edition.name], source, prices, pictures) for edition in chosen
        ),
    )


def _failed(report: Report, found: Iterable[Diagnostic]) -> Report:
    errors = in_order(finding for finding in found if finding.is_error)
    return msgspec.structs.replace(report, errors=errors)


def _edition(
    edition: Edition, made: Made, source: Path, prices: Prices, pictures: bool
) -> EditionReport:
    document = made.document
    assert document, "it was asked to be kept"
    lang = document.metadata.lang
    warnings = tuple(Warned(finding, finding.message) for finding in in_order(made.diagnostics))
    printed = None
    if edition.format == "pdf":
        printed, faults = _printed(edition, made, document, source, prices, pictures)
        # what no font has is told by those who looked for one
        told = {warning.finding.code for warning in warnings} & {Code.MISSING_GLYPH.slug}
        places = Places(document)
        warnings += tuple(
            _warned(fault, edition, places, document.source)
            for fault in faults
            if fault.code.slug not in told
        )
    return EditionReport(
        name=edition.name,
        label=edition.label,
        file=output_name(stem_of(source), edition),
        sha256=hashlib.sha256(made.data).hexdigest(),
        time=reading_time(all_texts(document), lang),
        level=reading_level(paragraphs(document), lang),
        printed=printed,
        warnings=warnings,
    )


def _printed(
    edition: Edition, made: Made, document: Document, source: Path, prices: Prices, pictures: bool
) -> tuple[Printed, tuple[Fault, ...]]:
    """What printing takes, and what is wrong with the pages. Those of a booklet are looked at
    in the order of reading."""
    beside = made.extra.get(pages_name(output_name(stem_of(source), edition), edition))
    looked_at = beside or made.data
    inks: list[Ink] = []
    shown: dict[int, str] = {}

    def drawn(number: int, image: Image.Image) -> None:
        inks.append(ink_of(image))
        if pictures:
            shown[number] = thumbnail(image)

    layouts = read_pages(looked_at, drawn=drawn)
    sides, on_sides = layouts, inks
    if beside:
        on_sides = []
        sides = read_pages(made.data, drawn=lambda _, image: on_sides.append(ink_of(image)))
    is_imposed = edition.imposition != "none" and not beside
    is_rtl = document.metadata.direction == "rtl"
    chosen = fitted(looked_at, "pdf")
    area = text_area(None if is_imposed else made.sheet, chosen, rtl=is_rtl)
    faults = preflight(layouts, area)
    wanted = {page for fault in faults for page in fault.pages}
    ink = mean(on_sides)
    counts = facts(made.data, "pdf")
    paper = sheets(counts["pages"], len(on_sides), edition.imposition)
    both = cost(paper.duplex, paper.sides, ink.grey, prices)
    one = cost(paper.simplex, paper.sides, ink.grey, prices) if paper.simplex else None
    printed = Printed(
        paper=_paper(sides[0]),
        sheets=paper,
        ink=ink,
        pages=tuple(
            PageFacts(
                layout.number,
                page_ink,
                round(layout.width / layout.height, 4),
                shown.get(layout.number, "")
                if layout.number <= MOST_THUMBNAILS or layout.number in wanted
                else "",
            )
            for layout, page_ink in zip(layouts, inks, strict=True)
        ),
        simplex=one if prices.given else None,
        duplex=both if prices.given else None,
    )
    return printed, faults


def _paper(side: PageLayout) -> str:
    """The name of a sheet, or how large it is."""
    short, long = sorted((side.width / MILLIMETRE, side.height / MILLIMETRE))
    for size in SIZES.values():
        if abs(size.width - short) < 1 and abs(size.height - long) < 1:
            return size.name
    return f"{short:.0f} × {long:.0f} mm"


def _warned(fault: Fault, edition: Edition, places: Places, source: str) -> Warned:
    finding = diagnostic(
        fault.code,
        f"{edition.name}, {on_pages(fault.pages)}: {fault.message}",
        span=places.find(fault.text),
        source=source,
        hint=fault.hint,
    )
    return Warned(finding, fault.message, fault.pages)
