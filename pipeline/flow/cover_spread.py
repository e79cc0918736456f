"""The print cover: back, spine and front in one piece, with the bar code of its ISBN (EAN-13)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

from pipeline.model import Asset, Document
from pipeline.model.metadata import Metadata
from pipeline.model.metadata.structured_values import isbn_13
from pipeline.model.paper import Sheet
from pipeline.model.rendered import CoverPage, Style
from pipeline.model.writing_systems import characters_beyond
from pipeline.package.covers import (
    BLEED,
    SHEET_MARGIN,
    SpreadSheet,
    draw_spread,
    measure_spread,
    reading,
)
from pipeline.package.result import Package
from pipeline.render.covers import (
    LINE,
    FrontText,
    Look,
    assets_of,
    composition,
    digest,
    faces_for,
    front_of,
    look_of,
    printed_paper,
)
from pipeline.render.environment import (
    open_templates,
    sheets,
    template_errors,
    template_finding,
)
from pipeline.render.imprint import cover_image
from pipeline.system.paths import note

PIXELS = 96 / 25.4
"""CSS pixels in a millimetre."""

ABOUT_ROOM = 61 * 52
"""Square rems that the words on the back take at most."""

LARGEST_ABOUT, SMALLEST_ABOUT = 4.2, 2.0
"""Rems that these words are high."""

LETTER, SIGN, LEADING = 0.5, 1.0, 1.45
"""Ems that a letter and an ideograph are wide, and from line to line."""

SPINE_SHARE, LARGEST_SPINE_TEXT, SPINE_MARGIN = 0.58, 7.0, 7.0
"""The height of letters relative to a spine's width, their maximum in millimetres, and the margin
at the ends."""

TAKEN: dict[str, float] = {"classic": 0, "modern": 63, "plain": 30}
"""Rems of a spine that a theme's picture or band takes."""

SQUARE = 25
"""Rems of a square of a modern cover's picture."""


def print_cover(
    document: Document, sheet: Sheet, pages: int, stem: str, templates: Path | None, folder: Path
) -> Package:
    """The print cover of a publication with a number of ``pages``, as a file of its own; if a
    template cannot be used, a finding."""
    environment, files = open_templates(templates, "pdf")
    note(files)
    metadata = document.metadata
    is_rtl = metadata.direction == "rtl"
    size = measure_spread(sheet.size, pages, metadata.paper_thickness, from_right=is_rtl)
    try:
        with template_errors(templates):
            page = spread(document, environment, stem, size)
    except jinja2.TemplateError as error:
        return Package(b"", (template_finding(error),))
    picture = draw_spread(page, folder, metadata)
    note(picture.files)
    return Package(b"", picture.diagnostics, extra={page.file: picture.data})


def spread(
    document: Document, environment: jinja2.Environment, stem: str, sheet: SpreadSheet
) -> CoverPage:
    """The print cover of a publication."""
    metadata = document.metadata
    look = look_of(metadata, environment)
    front = front_of(document, LINE)
    ground, ground_css = _ground(metadata, look, sheet)
    image = cover_image(document)
    used_share = TAKEN[look.theme]
    if image:
        ground, ground_css, used_share = None, "", 0
    isbn = isbn_in_print(metadata)
    marks, code = _crop_marks(sheet), bar_code(isbn)
    names = " · ".join(front.names)
    markup = environment.get_template("cover/spread.html.j2").render(
        cover=front,
        ground=ground.name if ground else "",
        image=image.name if image else "",
        marks=marks.name,
        barcode=code.name if code else "",
        isbn=isbn,
        description=tuple(
            part.strip() for part in re.split(r"\n\s*\n", metadata.description) if part.strip()
        ),
        spine=reading(metadata.lang) if sheet.has_spine_text else "",
        names=names,
        kind="image" if image else look.theme,
        lang=metadata.lang,
        direction=metadata.direction,
    )
    images = tuple(asset for asset in (image, marks, code) if asset)
    styles = (
        *look.styles(environment),
        *sheets(environment, "cover", "spread"),
        Style("page.css", _page(sheet, metadata, front, used_share) + ground_css),
    )
    return CoverPage(
        file=f"{stem}-cover.pdf",
        width=round((sheet.width + 2 * SHEET_MARGIN) * PIXELS),
        height=round((sheet.height + 2 * SHEET_MARGIN) * PIXELS),
        markup=markup,
        styles=styles,
        faces=faces_for(markup, metadata),
        assets=(*assets_of(document, front, ground), *images),
    )


def _page(sheet: SpreadSheet, metadata: Metadata, front: FrontText, used_share: float) -> str:
    lengths = {
        "width": sheet.page.width,
        "height": sheet.height,
        "spread": sheet.width,
        "spine": sheet.spine,
        "front": sheet.front,
        "back": sheet.back,
        "fold": sheet.folds[0],
        "bleed": BLEED,
        "marks": SHEET_MARGIN,
        "whole": 0 if sheet.from_right else sheet.front + BLEED,
        "spine-text": _spine_text(sheet, front, used_share),
    }
    variables = "".join(f"--{name}: {value:.3f}mm; " for name, value in lengths.items())
    return (
        f"@page {{ size: {sheet.width:g}mm {sheet.height:g}mm; margin: 0;"
        f" bleed: {SHEET_MARGIN}mm }}\n"
        f"html {{ font-size: {sheet.page.width / 100:g}mm; {variables}"
        f"--about: {_about(metadata.description):.2f}rem }}\n"
    )


def _ground(metadata: Metadata, look: Look, sheet: SpreadSheet) -> tuple[Asset | None, str]:
    """The drawing around everything, if any, and its position."""
    seed = digest(metadata)[1:]
    rem = sheet.page.width / 100
    match look.theme:
        case "classic":
            size = ((sheet.width + 2 * BLEED) / rem, (sheet.height + 2 * BLEED) / rem)
            return printed_paper(seed[0], *size, look.colours.ground, look.colours.tint), ""
        case "modern":
            # the front's own squares lie as on the e-book, and as many more as reach the edges
            before = math.ceil((sheet.front + BLEED) / rem / SQUARE)
            end = sheet.width - sheet.front - sheet.page.width + BLEED
            after = math.ceil(end / rem / SQUARE)
            left = sheet.front + BLEED - before * SQUARE * rem
            width = (4 + before + after) * SQUARE * rem
            ground = composition(seed, 4, 2, look.colours, before=before, after=after)
            return ground, f"html {{ --ground-left: {left:g}mm; --ground-width: {width:g}mm }}\n"
        case "plain":
            return None, ""


def _about(description: str) -> float:
    """The letter height, in rem, at which a text fits the space available."""
    signs = len(characters_beyond(description))
    letter = SIGN if signs > len(description) / 8 else LETTER
    area = ABOUT_ROOM / (letter * LEADING * max(1, len(description)))
    return max(SMALLEST_ABOUT, min(LARGEST_ABOUT, math.sqrt(area)))


def _spine_text(sheet: SpreadSheet, front: FrontText, used_share: float) -> float:
    """The letter height on the spine, in millimetres."""
    height = sheet.height - used_share * sheet.page.width / 100
    count = len(front.title) + sum(len(name) + 3 for name in front.names) + 2
    long = (height - 2 * SPINE_MARGIN) / (LETTER * 1.1 * count)
    return min(LARGEST_SPINE_TEXT, SPINE_SHARE * sheet.spine, long)


CROP_MARK_START, CROP_MARK_LENGTH = 4, 5
"""Millimetres from the edge: beyond the bleed."""


def _crop_marks(sheet: SpreadSheet) -> Asset:
    """A drawing as large as the sheet with its margins."""
    width, height = sheet.width + 2 * SHEET_MARGIN, sheet.height + 2 * SHEET_MARGIN
    cut = "".join(_cuts(sheet))
    folds = "".join(
        f"M{fold:g} {-CROP_MARK_START:g}v{-CROP_MARK_LENGTH}"
        f"M{fold:g} {sheet.height + CROP_MARK_START:g}v{CROP_MARK_LENGTH}"
        for fold in sheet.folds
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="{-SHEET_MARGIN} {-SHEET_MARGIN} {width:g} {height:g}">'
        f'<g fill="none" stroke="#000" stroke-width=".09"><path d="{cut}"/>'
        f'<path d="{folds}" stroke-dasharray="1 .6"/></g></svg>'
    )
    return Asset("cover:marks.svg", "marks.svg", "image/svg+xml", data=svg.encode())


def _cuts(sheet: SpreadSheet) -> Iterator[str]:
    for x in (0, sheet.width):
        yield f"M{x:g} {-CROP_MARK_START:g}v{-CROP_MARK_LENGTH}"
        yield f"M{x:g} {sheet.height + CROP_MARK_START:g}v{CROP_MARK_LENGTH}"
    for y in (0, sheet.height):
        yield f"M{-CROP_MARK_START:g} {y:g}h{-CROP_MARK_LENGTH}"
        yield f"M{sheet.width + CROP_MARK_START:g} {y:g}h{CROP_MARK_LENGTH}"


MODULE, HEIGHT, GUARD = 0.33, 22.85, 1.65
"""Nominal millimetres of the narrowest bar, of the height of bars, and of guard bars' extra."""

QUIET_BEFORE, QUIET_AFTER = 11, 7
"""Modules that stay white, before the bars and after them."""

DIGITS = 3.4
"""Millimetres that the line of digits takes."""

LONG_BARS = frozenset({*range(3), *range(45, 50), *range(92, 95)})


def isbn_in_print(metadata: Metadata) -> str:
    """The ISBN of the printed edition, or that of all formats, or nothing."""
    number = metadata.identifier
    return metadata.isbns.print or (number.value if number and number.scheme == "isbn" else "")


def bar_code(isbn: str) -> Asset | None:
    """The drawing for an ISBN; None if there is none."""
    if not isbn:
        return None
    from barcode import EAN13

    digits = isbn_13(isbn)
    (modules,) = EAN13(digits[:12]).build()
    bars = "".join(
        f"M{QUIET_BEFORE + place} 0h1v{(HEIGHT + GUARD * (place in LONG_BARS)) / MODULE:.2f}h-1z"
        for place, module in enumerate(modules)
        if module == "1"
    )
    width = QUIET_BEFORE + len(modules) + QUIET_AFTER
    height = (HEIGHT + DIGITS) / MODULE
    base = height - 1.2
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * MODULE:.2f}mm"'
        f' height="{height * MODULE:.2f}mm" viewBox="0 0 {width} {height:.2f}">'
        f'<path d="{bars}"/><g font-family="Source Code Pro" font-size="9.2">'
        f'<text x="2" y="{base:.2f}">{digits[0]}</text>'
        f"{_space_out(digits[1:7], QUIET_BEFORE + 4, base)}"
        f"{_space_out(digits[7:], QUIET_BEFORE + 51, base)}"
        "</g></svg>"
    )
    size = (round(width * MODULE * 96 / 25.4), round(height * MODULE * 96 / 25.4))
    return Asset("cover:isbn.svg", "isbn.svg", "image/svg+xml", *size, data=svg.encode())


def _space_out(digits: str, start: float, base: float) -> str:
    """Digits of seven modules each, below the bars that say them."""
    return "".join(
        f'<text x="{start + 7 * place:g}" y="{base:.2f}">{digit}</text>'
        for place, digit in enumerate(digits)
    )
