"""Making a report: the editions are built in memory, and the results examined."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.commands.pdf_reading.page_content import PageLayout, TextArea
from pipeline.commands.pdf_reading.seen import read_pages
from pipeline.commands.print_faults import print_faults
from pipeline.commands.reading_level import reading_level, reading_time
from pipeline.commands.report.cost import Ink, Prices, cost, ink_of, mean, sheets
from pipeline.commands.report.report_values import (
    EditionFinding,
    EditionReport,
    PageFacts,
    Printed,
    Report,
    ScaledImage,
)
from pipeline.commands.running_text import BlockPlaces, all_texts, paragraphs
from pipeline.driver import make, marked_for, resolved_for
from pipeline.flow import values
from pipeline.flow.steps import parse
from pipeline.keep import keeping
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, in_order
from pipeline.model.editions import STANDARD_PRINT, Edition, output_name, pages_name
from pipeline.model.paper import IMAGE_RESOLUTION, MILLIMETRE, SIZES, Fitted, PageArea, Sheet
from pipeline.model.sheet.proportions import options_for
from pipeline.package.result import Package
from pipeline.render.figures import for_print
from pipeline.system.paths import shown_name
from pipeline.system.store import Store
from pipeline.verify.rules import Finding, on_pages

if TYPE_CHECKING:
    from PIL import Image

MOST_THUMBNAILS = 120
"""Maximum pages of an edition that are shown; of further ones, only those with warnings."""

WIDTH, COLOURS = 300, 24
"""Width of a page's picture in pixels, twice its displayed width, for high-resolution screens."""


def make_report(
    source: Path | str,
    editions: Iterable[str] = (),
    *,
    prices: Prices | None = None,
    templates: Path | str | None = None,
    pictures: bool = True,
    store: Store | None = None,
) -> Report:
    """The report on editions of ``source``: those named, or those in the front matter, or the
    handout. ``pictures`` adds thumbnails. Nothing is written except to a ``store``. Raises
    `KeyError` for an unknown edition."""
    source, prices = Path(source), prices or Prices()
    with keeping(store):
        document = parse(source)
        metadata = document.metadata
        names = tuple(editions) or metadata.editions or (STANDARD_PRINT,)
        chosen = values.requested_editions(names, metadata, values.Options())
        request = values.request_for(source, document, values.Options(templates=templates))
        name = shown_name(str(source))
        started = Report(title=metadata.title, source=name, lang=metadata.lang, prices=prices)
        if values.has_errors(document.diagnostics):
            resolved = (resolved_for(request, edition).document for edition in chosen)
            versions = (document, *resolved)
            return _failed(started, (f for version in versions for f in version.diagnostics))
        printed = [edition for edition in chosen if edition.format == "pdf"]
        built = {built_edition.edition: built_edition for built_edition in make(request, printed)}
        for edition in chosen:
            if edition not in built:
                marked = marked_for(request, edition)
                built[edition] = values.BuiltEdition(edition, marked.diagnostics, marked)
    findings = [*document.diagnostics, *(f for e in built.values() for f in e.findings)]
    if values.has_errors(findings):
        return _failed(started, findings)
    return msgspec.structs.replace(
        started, editions=tuple(_edition(built[e], request.stem, prices, pictures) for e in chosen)
    )


def _failed(report: Report, findings: Iterable[Diagnostic]) -> Report:
    errors = in_order(finding for finding in findings if finding.is_error)
    return msgspec.structs.replace(report, errors=errors)


def _edition(
    built: values.BuiltEdition, stem: str, prices: Prices, pictures: bool
) -> EditionReport:
    assert built.document, "a document with errors is not reported on"
    edition, document = built.edition, built.document
    lang = document.metadata.lang
    # headings at the foot of a page are found again on the pages, and then come with their picture
    warnings = tuple(
        EditionFinding(finding, finding.message)
        for finding in in_order(built.findings)
        if finding.code != Code.STRANDED_HEADING.slug
    )
    printed = None
    if built.package:
        printed, faults = _printed(edition, built.package, document, stem, prices, pictures)
        # characters that no font has were already reported by the layout
        reported = {warning.finding.code for warning in warnings} & {Code.MISSING_GLYPH.slug}
        places = BlockPlaces(document)
        warnings += tuple(
            _warned(fault, edition, places, document.source)
            for fault in faults
            if fault.code.slug not in reported
        )
    return EditionReport(
        name=edition.full_name,
        label=edition.label,
        file=output_name(stem, edition),
        sha256=hashlib.sha256(built.package.data if built.package else b"").hexdigest(),
        time=reading_time(all_texts(document), lang),
        level=reading_level(paragraphs(document), lang),
        printed=printed,
        warnings=warnings,
    )


def _printed(
    edition: Edition,
    package: Package,
    document: Document,
    stem: str,
    prices: Prices,
    pictures: bool,
) -> tuple[Printed, tuple[Finding, ...]]:
    """The cost of printing, and the faults of the pages. Those of a booklet are examined in reading
    order."""
    pages = pages_name(output_name(stem, edition), edition)
    reading_order = package.extra.get(pages)
    examined = reading_order or package.data
    inks: list[Ink] = []
    shown: dict[int, str] = {}

    def drawn(number: int, image: Image.Image) -> None:
        inks.append(ink_of(image))
        if pictures:
            shown[number] = _thumbnail(image)

    layouts = read_pages(examined, on_page=drawn)
    sides, on_sides = layouts, inks
    if reading_order:
        on_sides = []
        sides = read_pages(package.data, on_page=lambda _, image: on_sides.append(ink_of(image)))
    is_imposed = edition.imposition != "none" and not reading_order
    is_rtl = document.metadata.direction == "rtl"
    chosen = (package.extra_facts[pages] if reading_order else package.facts).fitted
    area = text_area(None if is_imposed else package.sheet, chosen, rtl=is_rtl)
    faults = print_faults(layouts, area)
    faulty = {page for fault in faults for page in fault.pages}
    ink = mean(on_sides)
    sheet = package.sheet
    resolution = options_for(edition, document.metadata).image_resolution or IMAGE_RESOLUTION
    paper = sheets(package.facts.pages, len(on_sides), edition.imposition)
    duplex = cost(paper.duplex, paper.sides, ink.grey, prices)
    simplex = cost(paper.simplex, paper.sides, ink.grey, prices) if paper.simplex else None
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
                if layout.number <= MOST_THUMBNAILS or layout.number in faulty
                else "",
            )
            for layout, page_ink in zip(layouts, inks, strict=True)
        ),
        simplex=simplex if prices.is_priced else None,
        duplex=duplex if prices.is_priced else None,
        images=tuple(_scaled(document, sheet, edition, resolution)) if sheet else (),
        resolution=resolution,
    )
    return printed, faults


def _scaled(
    document: Document, sheet: Sheet, edition: Edition, resolution: int
) -> Iterator[ScaledImage]:
    """The images that have fewer pixels in print than their files have."""
    for image in for_print(document, sheet, resolution, is_large=edition.look == "large"):
        if image.longest:
            share = image.longest / max(image.width, image.height)
            size = max(1, int(image.width * share)), max(1, int(image.height * share))
            yield ScaledImage(image.path, (image.width, image.height), size)


def _paper(side: PageLayout) -> str:
    """The name of a sheet, or how large it is."""
    short, long = sorted((side.width / MILLIMETRE, side.height / MILLIMETRE))
    for size in SIZES.values():
        if abs(size.width - short) < 1 and abs(size.height - long) < 1:
            return size.name
    return f"{short:.0f} × {long:.0f} mm"


def _warned(fault: Finding, edition: Edition, places: BlockPlaces, source: str) -> EditionFinding:
    finding = diagnostic(
        fault.code,
        f"{edition.name}, {on_pages(fault.pages)}: {fault.message}",
        span=places.find(fault.text),
        source=source,
        hint=fault.hint,
    )
    return EditionFinding(finding, fault.message, fault.pages)


def _thumbnail(image: Image.Image) -> str:
    """A page as a ``data:`` address of a small PNG."""
    from PIL import Image

    height = max(1, round(image.height * WIDTH / image.width))
    small = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
    small = small.quantize(COLOURS, dither=Image.Dither.NONE)
    output = io.BytesIO()
    small.save(output, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode('ascii')}"


def text_area(sheet: Sheet | None, fitted: Fitted | None, *, rtl: bool = False) -> TextArea | None:
    """The text areas of an edition laid out on ``sheet``, with the margins chosen if its text was
    ``fitted``. A book's headings extend into its inner margins."""
    if sheet is None:
        return None
    top, outer, bottom, inner = (
        fitted.margins if fitted else (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    )
    size = sheet.size
    hanging = sheet.column if sheet.is_book else 0

    def area(page: PageLayout) -> PageArea | None:
        if abs(page.width - size.width * MILLIMETRE) > 1:
            return None  # a sheet on its side
        bound_left = (page.number % 2 == 1) is not rtl or not sheet.mirrored
        left, right = (inner, outer) if bound_left else (outer, inner)
        left, right = (left, right - hanging) if rtl else (left - hanging, right)
        return PageArea(
            left * MILLIMETRE,
            bottom * MILLIMETRE,
            page.width - right * MILLIMETRE,
            page.height - top * MILLIMETRE,
        )

    return area
