"""Estimates of what editions take to print and to read: built in memory, the results examined."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.commands.pdf_reading import PageLayout, TextArea, read_pages
from pipeline.commands.print_faults import print_faults
from pipeline.commands.reading_level import (
    BlockPlaces,
    ReadingLevel,
    ReadingTime,
    all_texts,
    paragraphs,
    reading_level,
    reading_time,
)
from pipeline.commands.terminal import safe_json
from pipeline.driver import make, mark_for, resolve_for
from pipeline.flow import values
from pipeline.flow.steps import parse
from pipeline.keep import keeping
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, sort_findings
from pipeline.model.editions import STANDARD_PRINT, Edition, Imposition, output_name, pages_name
from pipeline.model.paper import IMAGE_RESOLUTION, MILLIMETRE, SIZES, Fitted, PageArea, Sheet
from pipeline.model.sheet import options_for
from pipeline.package.result import Package
from pipeline.render.node_markup import for_print
from pipeline.system.paths import shown_name
from pipeline.system.store import Store
from pipeline.verify.rules import Finding, on_pages

if TYPE_CHECKING:
    from PIL import Image


# --- cost ------------------------------------------------------------------------------------
# Sheets of paper and ink, and the cost of copies at given prices.

USUAL_COVERAGE = Decimal("0.05")
"""The coverage for which yields of cartridges are stated (ISO/IEC 19752)."""

CENT = Decimal("0.01")


class Prices(msgspec.Struct, frozen=True):
    """Prices of a sheet of ``paper``, of printing a ``page`` (one side, whatever is on it), and of
    the ``ink`` for a side with 5 % coverage, in ``currency``, for a number of ``copies``."""

    copies: int = 1
    paper: Decimal = Decimal(0)
    page: Decimal = Decimal(0)
    ink: Decimal = Decimal(0)
    currency: str = "EUR"

    @property
    def is_priced(self) -> bool:
        return any((self.paper, self.page, self.ink))


class Cost(msgspec.Struct, frozen=True):
    """The number of ``sheets`` of paper for all copies, and the cost, rounded to cents."""

    sheets: int
    paper: Decimal
    printing: Decimal
    total: Decimal


def cost(sheets: int, sides: int, ink: float, prices: Prices) -> Cost:
    """The cost of all copies. ``sheets`` and ``sides`` are for one, ``ink`` is the coverage of a
    side."""
    needed = sheets * prices.copies
    printed = sides * prices.copies
    paper = needed * prices.paper
    printing = printed * (prices.page + prices.ink * Decimal(str(ink)) / USUAL_COVERAGE)
    return Cost(needed, _cents(paper), _cents(printing), _cents(paper + printing))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class Sheets(msgspec.Struct, frozen=True):
    """The paper for one copy: ``pages`` as readers count them, ``sides`` as a printer does; sheets
    printed on one side (None for a booklet, which cannot be), and on both."""

    pages: int
    sides: int
    simplex: int | None
    duplex: int


def sheets(pages: int, sides: int, imposition: Imposition) -> Sheets:
    """The sheets of an edition with a number of ``sides`` to print."""
    simplex = None if imposition == "booklet" else sides
    return Sheets(pages, sides, simplex, -(-sides // 2))


PLACES = 4
"""Decimals that a share is rounded to."""


class Ink(msgspec.Struct, frozen=True):
    """Shares of the page, from 0 to 1: ``grey`` is the coverage on a monochrome printer. A colour
    printer uses ``black``, and ``colour``, which is cyan, magenta and yellow added up: up to 3."""

    grey: float
    black: float
    colour: float


def ink_of(image: Image.Image) -> Ink:
    """The ink for a page, from its picture in red, green and blue. A tint counts as its share of
    solid ink, as printers screen it; colours are converted to inks, with complete black generation
    and undercolour removal as in ISO 32000-1, section 10.3.4."""
    from PIL import ImageChops, ImageStat

    cyan, magenta, yellow = ImageChops.invert(image.convert("RGB")).split()
    black = ImageChops.darker(ImageChops.darker(cyan, magenta), yellow)
    means = [ImageStat.Stat(ink).mean[0] / 255 for ink in (cyan, magenta, yellow, black)]
    grey = 0.3 * means[0] + 0.59 * means[1] + 0.11 * means[2]
    return _round_ink(grey, means[3], sum(means[:3]) - 3 * means[3])


def mean(pages: Sequence[Ink]) -> Ink:
    """The ink of pages of one size, taken together."""
    count = len(pages) or 1
    return _round_ink(
        sum(page.grey for page in pages) / count,
        sum(page.black for page in pages) / count,
        sum(page.colour for page in pages) / count,
    )


def _round_ink(grey: float, black: float, colour: float) -> Ink:
    return Ink(round(grey, PLACES), round(black, PLACES), round(max(0.0, colour), PLACES))


# --- report values ---------------------------------------------------------------------------
# The content of a report, as values.


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
    return f"{safe_json(plain)}\n".encode()


# --- sayings ---------------------------------------------------------------------------------
# The facts of a report in words and figures, for the terminal and the page.

SHOWN = 6
"""The maximum number of images named."""

NARROW_SPACE = "\u202f"


def number_of(count: int, singular: str, plural: str = "") -> str:
    """3 pages, 1 page."""
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def percent(share: float) -> str:
    """Rounded to one decimal, and “under 0.1” for smaller positive values."""
    if 0 < share < 0.0005:
        return f"under 0.1{NARROW_SPACE}%"
    return f"{share * 100:.1f}{NARROW_SPACE}%"


def price(amount: Decimal, currency: str) -> str:
    """A price as given, with at least two decimals."""
    exact = f"{amount:,f}".rstrip("0")
    return f"{currency} {max(exact, f'{amount:,.2f}', key=len)}"


def paper_text(sheets: Sheets, paper: str) -> str:
    """9 pages on A4: 9 sheets single-sided, 5 double-sided."""
    pages = number_of(sheets.pages, "page")
    sides = f" on {number_of(sheets.sides, 'side')} of {paper}"
    placed = f" on {paper}" if sheets.sides == sheets.pages else sides
    double = number_of(sheets.duplex, "sheet")
    if sheets.simplex is None:
        return f"{pages}{placed}: {double}, double-sided"
    single = number_of(sheets.simplex, "sheet")
    return f"{pages}{placed}: {single} single-sided, {double} double-sided"


def ink_text(ink: Ink) -> str:
    in_colour = f"in colour {percent(ink.black)} black and {percent(ink.colour)} colour"
    return f"{percent(ink.grey)} of a page in black only; {in_colour}"


def images_text(printed: Printed) -> str:
    """2 scaled to 300 dpi: a.jpg, 6000 × 4000 to 1535 × 1024 pixels; b.jpg, …"""
    sizes = (
        (image.file, *(" × ".join(map(str, size)) for size in (image.pixels, image.printed)))
        for image in printed.images[:SHOWN]
    )
    each = (f"{file}, {before} to {after}" for file, before, after in sizes)
    more = len(printed.images) - SHOWN
    listed = "; ".join((*each, f"{more} more") if more > 0 else each)
    return f"{len(printed.images)} scaled to {printed.resolution} dpi: {listed} pixels"


def cost_text(cost: Cost, prices: Prices) -> str:
    """150 sheets, EUR 6.90 (paper 1.50, printing 5.40)."""
    parts = f"paper {cost.paper:,.2f}, printing {cost.printing:,.2f}"
    sheets = number_of(cost.sheets, "sheet")
    return f"{sheets}, {prices.currency} {cost.total:,.2f} ({parts})"


def prices_text(prices: Prices) -> str:
    """EUR 0.012 per sheet of paper, EUR 0.05 per printed side; "" if there are none."""
    parts = (
        (prices.paper, "per sheet of paper"),
        (prices.page, "per printed side"),
        (prices.ink, "per side with 5 % coverage, for ink"),
    )
    return ", ".join(f"{price(amount, prices.currency)} {unit}" for amount, unit in parts if amount)


def time_text(time: ReadingTime) -> str:
    unit = time.unit.removesuffix("s")
    return f"{time.text} ({number_of(time.amount, unit)})"


def level_text(level: ReadingLevel) -> str:
    if not level.formula:
        return level.text
    return f"{level.text} ({level.formula} {level.score:g})"


# --- reports ---------------------------------------------------------------------------------

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
    store: Store | None = None,
) -> Report:
    """The report on editions of ``source``: those named, or those in the front matter, or the
    handout. Nothing is written except to a ``store``. Raises `KeyError` for an unknown edition."""
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
            resolved = (resolve_for(request, edition).document for edition in chosen)
            versions = (document, *resolved)
            return _fail(started, (f for version in versions for f in version.diagnostics))
        printed = [edition for edition in chosen if edition.format == "pdf"]
        built = {built_edition.edition: built_edition for built_edition in make(request, printed)}
        for edition in chosen:
            if edition not in built:
                marked = mark_for(request, edition)
                built[edition] = values.BuiltEdition(edition, marked.diagnostics, marked)
    findings = [*document.diagnostics, *(f for e in built.values() for f in e.findings)]
    if values.has_errors(findings):
        return _fail(started, findings)
    reports = tuple(_edition(built[edition], request.stem, prices) for edition in chosen)
    return msgspec.structs.replace(started, editions=reports)


def _fail(report: Report, findings: Iterable[Diagnostic]) -> Report:
    errors = sort_findings(finding for finding in findings if finding.is_error)
    return msgspec.structs.replace(report, errors=errors)


def _edition(built: values.BuiltEdition, stem: str, prices: Prices) -> EditionReport:
    assert built.document, "a document with errors is not reported on"
    edition, document = built.edition, built.document
    lang = document.metadata.lang
    # headings at the foot of a page are found again on the pages, and then come with their picture
    warnings = tuple(
        EditionFinding(finding, finding.message)
        for finding in sort_findings(built.findings)
        if finding.code != Code.STRANDED_HEADING.slug
    )
    printed = None
    if built.package:
        printed, faults = _estimate_print(edition, built.package, document, stem, prices)
        # characters that no font has were already reported by the layout
        reported = {warning.finding.code for warning in warnings} & {Code.MISSING_GLYPH.slug}
        places = BlockPlaces(document)
        warnings += tuple(
            _finding_of_edition(fault, edition, places, document.source)
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


def _estimate_print(
    edition: Edition, package: Package, document: Document, stem: str, prices: Prices
) -> tuple[Printed, tuple[Finding, ...]]:
    """The cost of printing, and the faults of the pages. Those of a booklet are examined in reading
    order."""
    pages = pages_name(output_name(stem, edition), edition)
    reading_order = package.extra.get(pages)
    examined = reading_order or package.data
    inks: list[Ink] = []
    shown: dict[int, str] = {}

    def draw(number: int, image: Image.Image) -> None:
        inks.append(ink_of(image))
        shown[number] = _thumbnail(image)

    layouts = read_pages(examined, on_page=draw)
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
                shown[layout.number]
                if layout.number <= MOST_THUMBNAILS or layout.number in faulty
                else "",
            )
            for layout, page_ink in zip(layouts, inks, strict=True)
        ),
        simplex=simplex if prices.is_priced else None,
        duplex=duplex if prices.is_priced else None,
        images=tuple(_scaled_images(document, sheet, edition, resolution)) if sheet else (),
        resolution=resolution,
    )
    return printed, faults


def _scaled_images(
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


def _finding_of_edition(
    fault: Finding, edition: Edition, places: BlockPlaces, source: str
) -> EditionFinding:
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
