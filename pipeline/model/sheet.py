"""The printed page: its dimensions, from the edition, the front matter and good practice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, TypeVar

from msgspec.structs import replace

from pipeline.model import Document, Text
from pipeline.model.editions import EDITIONS, Edition, Imposition
from pipeline.model.kinds import KINDS, PublicationKind
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.paper import (
    LARGE_PRINT,
    POINT,
    SIZES,
    WRITING_LINES,
    FitOptions,
    Margins,
    PageOptions,
    PageSize,
    PrintOptions,
    Sheet,
    Standards,
)
from pipeline.model.tree import walk
from pipeline.model.writing_systems import word_count

# --- fitting ---------------------------------------------------------------------------------
# The number of pages that the front matter, or the command, asks an edition to fill.


def fit_for(edition: Edition, metadata: Metadata) -> FitOptions | None:
    """The fit requested of an edition. A number of pages for all editions applies to students'
    pages of the usual size; others need their own. An edition with the pages of the standard one
    has its settings."""
    edition_fit = dict(metadata.edition_options).get(edition.name, PrintOptions()).fit
    fit = edition_fit or metadata.printing.fit
    if edition.same_pages:
        return None
    if fit is None or edition_fit is not None or fit.pages == "even" or fit.forced:
        return fit
    is_usual = edition.audience == "student" and edition.look != "large"
    return fit if is_usual and edition.imposition == "none" else None


def with_fit(metadata: Metadata, pages: int | Literal["even"]) -> Metadata:
    """The metadata with a number of pages for all printed editions; limits of type are kept."""

    def force(options: PrintOptions) -> PrintOptions:
        fit = options.fit or FitOptions(pages)
        return replace(options, fit=replace(fit, pages=pages, forced=True))

    settings = metadata.edition_options
    return replace(
        metadata,
        printing=force(metadata.printing),
        edition_options=tuple((name, force(o) if o.fit else o) for name, o in settings),
    )


# --- large print -----------------------------------------------------------------------------
# The page of large print, following the guidelines of the UK Association for Accessible Formats
# (G003, Creating clear print and large print documents) and of the American Council of the Blind
# (Large Print Guidelines). Nothing is smaller than 18 points, and line spacing is 1.5.

LARGE_LEADING, LEAST_LARGE_LEADING = 1.5, 1.25
"""The line height, and the minimum that can be set, relative to the text size."""

HEADING, TITLE = 4 / 3, 16 / 9
"""Headings and the title, in sizes of the text: 24 and 32 points."""

ABOVE_FOOT = 0.75
"""Lines between the text and the foot of the page, as in the style sheet."""

BELOW_FOOT = 5
"""Millimetres between the foot and the edge of the paper, at least."""


LEAST_SIDE = 18.5
"""Millimetres beside the text, at least: room for the numbers of the standard edition's pages."""

WRITING_LINE = 15
"""Millimetres from one ruled line to the next, at least."""


def enlarge(options: PrintOptions) -> PrintOptions:
    """The options with letters and lines that are large enough, in one column."""
    text = max(LARGE_PRINT, options.page.text or 0)
    requested = options.page.leading or 0
    leading = requested if requested >= LEAST_LARGE_LEADING * text else LARGE_LEADING * text
    return replace(options, page=replace(options.page, text=text, leading=leading, columns=1))


def legible(sheet: Sheet) -> Sheet:
    """The sheet with nothing on it smaller than the text or next to it, and with a foot and with
    numbers beside the text that are on the paper. No page is a line taller than others, since the
    foot would be next to that."""
    inner, outer = max(LEAST_SIDE, sheet.inner), max(LEAST_SIDE, sheet.outer)
    foot = (1 + ABOVE_FOOT) * sheet.leading * POINT + BELOW_FOOT
    return replace(
        sheet,
        inner=inner,
        outer=outer,
        bottom=max(sheet.bottom, foot),
        measure=sheet.size.width - inner - outer,
        column=0,
        note=sheet.text,
        note_leading=sheet.leading,
        label=sheet.text,
        label_leading=sheet.leading,
        code=sheet.text,
        heading=HEADING * sheet.text,
        title=TITLE * sheet.text,
        writing=max(WRITING_LINE, sheet.writing),
        planned=False,
    )


# --- colours ---------------------------------------------------------------------------------
# Colours as ``#rrggbb``: their contrast, derived colours, and the publisher's own in the styles,
# on paper and on screens in light and dark mode.

STEPS = 50
"""The step for making a colour darker or lighter."""


def contrast(first: str, second: str) -> float:
    """The contrast, from 1 for equal colours to 21 for black and white (WCAG 2.2)."""
    return contrast_of_luminances(*(luminance(*_shares(colour)) for colour in (first, second)))


def contrast_of_luminances(first: float, second: float) -> float:
    """The contrast, from 1 for equal luminances to 21 for black and white (WCAG 2.2, section 5)."""
    dark, light = sorted((first, second))
    return (light + 0.05) / (dark + 0.05)


def luminance(red: float, green: float, blue: float) -> float:
    """The relative luminance, from 0 to 1, of a colour with components from 0 to 1."""
    parts = (red, green, blue)
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mix(colour: str, ground: str, share: float) -> str:
    """A colour mixed into another, with a share from 0 to 1."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(
        f"{round(part * share + ground_part * (1 - share)):02x}" for part, ground_part in pairs
    )


def readable(colour: str, ground: str, least: float) -> str:
    """The colour, or the nearest darker or lighter one with a contrast of ``least`` to 1."""
    end = "#000000" if luminance(*_shares(ground)) > 0.18 else "#ffffff"
    for step in range(STEPS):
        candidate = mix(end, colour, step / STEPS)
        if contrast(candidate, ground) >= least:
            return candidate
    return end


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _shares(colour: str) -> tuple[float, float, float]:
    red, green, blue = _parts(colour)
    return red / 255, green / 255, blue / 255


PAPER, NIGHT = "#ffffff", "#14171a"
"""The grounds of text: paper and a light page, and a dark page."""

ACCENTS = {"classic": "#1f3b57", "modern": "#0b4f6c", "plain": "#000000"}
"""The colours of the themes, as their styles have them."""

TINT = 0.08
"""The share of the colour in the ground of boxes."""

TEXT_CONTRAST, AT_NIGHT = 4.5, 7
"""The contrast of text on its ground, at least."""


def print_rules(accent: str) -> str:
    """The colour and the tint of printed pages; "" without a colour."""
    if not accent:
        return ""
    tint = mix(accent, PAPER, TINT)
    rules = f"html {{ --accent: {accent}; --tint: {tint} }}\n"
    darker = readable(accent, tint, TEXT_CONTRAST)
    return rules if darker == accent else f"{rules}.box {{ --accent: {darker} }}\n"


def screen_rules(accent: str) -> str:
    """The same for a web page."""
    if not accent:
        return ""
    tint = mix(accent, PAPER, TINT)
    return f":root {{ --accent: {readable(accent, tint, TEXT_CONTRAST)}; --tint: {tint} }}\n"


def night_rules(accent: str) -> str:
    """The same for a dark web page, where the colour is lighter."""
    if not accent:
        return ""
    light = readable(accent, NIGHT, AT_NIGHT)
    tint = mix(light, NIGHT, TINT)
    return f":root {{ --accent: {readable(light, tint, AT_NIGHT)}; --tint: {tint} }}\n"


# --- proportions -----------------------------------------------------------------------------
# The sheet of paper that results from the edition, the front matter and good proportions.
#
# Everything is in proportion to the text: a measure of some 70 letters, a column of a quarter of
# that before it if the sheet is wide enough, and smaller and larger sizes on one scale.

BOOK_WORDS = 20_000
"""The number of words, about fifty printed pages, from which a publication is laid out as a
book."""

TEXT_SIZE, LEADING = 10.5, 15
"""Points: the size of the text, and the distance of its lines."""

TEXT_OF_LANGUAGES = {"ar": 13, "fa": 13, "ur": 13}
"""Points of scripts whose letters are small for their type size."""

LEADING_OF_LANGUAGES = dict.fromkeys(("ja", "zh", "ko"), 18 / 10.5)
"""The distance of lines, in type sizes, in scripts whose characters fill their squares."""

TEXT_OF_AGES = ((8, 16), (11, 14), (14, 12))
"""Points for readers who are all younger than an age."""

AGES_OF_GROUPS = {"preschool": 6, "primary school": 10}

_GRADE = late(
    r"(?i)^(\d{1,2})$|\b(?:grade|class|klasse|classe|grado|curso|ano|année)\s*(\d{1,2})\b"
    r"|\b(\d{1,2})(?:[.ºª°]|st|nd|rd|th)?"
    r"\s*(?:grade|class|year|klasse|schuljahr|classe|grado|curso|ano|année)\b"
    r"|(?:小学校?|초등학교)\s*第?(\d)"
)
"""A year of school in a level of education."""

AGE_IN_GRADE = 6
"""Years by which the oldest in a class are older than its number."""

_LEVEL = late(r"(?i)\b(?:key stage|ks|year|groep)\s*\d{1,2}\b|\b(?:reception|cp|c[em][12])\b")
AGES_OF_LEVELS = {
    "keystage1": 7, "ks1": 7, "keystage2": 11, "ks2": 11, "reception": 5,
    "cp": 7, "ce1": 8, "ce2": 9, "cm1": 10, "cm2": 11,
    **{f"year{number}": number + 5 for number in range(1, 14)},
    **{f"groep{number}": number + 4 for number in range(1, 9)},
}  # fmt: skip
"""The ages of the oldest at levels of England, France and the Netherlands."""

MEASURE, COLUMN = 120, 30
"""Millimetres at that size: lines of some 70 letters, and the column to the left of them."""

GAP = 6
"""Millimetres between two columns of text."""

LEAST_COLUMN = 60
"""Millimetres of a column of text at that size, in kinds that have columns where there is room."""

LEAST_MEASURE = 105
"""The minimum share of the measure that the text keeps if there is a column."""

SIDE, UPRIGHT = 24 / 210, 25 / 297
"""The share of a page's width and height that the margins take."""

BINDING = ((120_000, 18), (math.inf, 21))
"""Millimetres at the spine, at least, up to a number of words: where leaves are glued, and in a
thick book. A booklet, which is stapled, needs none."""

LEAST_LENGTH = 40
"""Millimetres that lines of text are long at least, and that a page's text is high."""

SMALLEST_NOTE = 8
"""Points that no text is under."""

FOOTER, FOOTER_OF_BOOK = 0.78, 0.64
"""The share of the text's width for the footer: beside the page number, or between two."""

LETTER = 0.5
"""Ems that a letter of a small size is wide, for the lines that a footer takes."""

UNPRINTED = 6
"""Millimetres at the edge of the paper that many printers leave white."""

ROOM_FOR_NOTES = 45
"""Millimetres needed for notes in a book's outer margin, with the space around them."""


def options_for(edition: Edition, metadata: Metadata) -> PrintOptions:
    """The front matter's options for this edition: its own, or else those for all."""
    of_edition = dict(metadata.edition_options).get(edition.name, PrintOptions())
    options = _merge(of_edition, _merge(metadata.printing, KINDS[metadata.kind].printing))
    if edition.fixed_paper and of_edition.page.size is None:
        options = replace(options, page=replace(options.page, size=None))
    if edition.imposition != "none":
        page = _for_small_pages(options.page, of_edition.page, edition.imposition, TEXT_SIZE)
        options = replace(options, page=page)
    return enlarge(options) if edition.look == "large" else options


def standards_for(edition: Edition, metadata: Metadata) -> Standards:
    """The standards that the PDF of an edition follows. One standard for archives is based on PDF
    2.0, like the newer one for accessibility; the other is not. The one for printers is based on
    PDF 1.6, and applies to pages in reading order, without fields."""
    options = options_for(edition, metadata)
    is_left = edition.is_archival or edition.fields or edition.imposition != "none"
    if options.print and not is_left:
        return Standards(press=options.print)
    if not edition.is_archival:
        return Standards(options.pdf or "ua1")
    archival = options.archive or ("a4f" if options.pdf == "ua2" else "a3a")
    return Standards("ua2" if archival == "a4f" else "ua1", archival)


def paper_for(edition: Edition, metadata: Metadata) -> PageSize:
    """The sheet of paper of a printed edition, with one page on a side or several."""
    return options_for(edition, metadata).page.size or SIZES[edition.paper.lower()]


def sheet_for(edition: Edition, metadata: Metadata, *, is_book: bool) -> Sheet:
    """The page of a printed edition, laid out as a book if ``is_book``."""
    options = options_for(edition, metadata)
    size = _page_on(paper_for(edition, metadata), edition.imposition)
    text = options.page.text or usual_text(metadata)
    language = metadata.lang.lower().split("-")[0]
    ratio = LEADING_OF_LANGUAGES.get(language, LEADING / TEXT_SIZE)
    leading = options.page.leading or text * ratio
    kind = KINDS[metadata.kind]
    sheet = settle(size, options, text, leading, is_book=is_book, kind=kind)
    sheet = legible(sheet) if edition.look == "large" else sheet
    if language in LEADING_OF_LANGUAGES and sheet.columns == 1:  # whole characters on a line
        rest = sheet.measure % (sheet.text * POINT)
        sheet = replace(sheet, measure=sheet.measure - rest, outer=sheet.outer + rest)
    return _with_footer(sheet, metadata, is_large=edition.look == "large")


def usual_text(metadata: Metadata) -> float:
    """The type size for the youngest of readers, if the front matter says their ages or their
    grade, and for the script."""
    usual = TEXT_OF_LANGUAGES.get(metadata.lang.lower().split("-")[0], TEXT_SIZE)
    age = oldest_reader(metadata)
    of_age = next((size for limit, size in TEXT_OF_AGES if 0 < age < limit), TEXT_SIZE)
    return max(usual, usual * of_age / TEXT_SIZE)


def learn_letters(metadata: Metadata) -> bool:
    """Return whether readers are so young that they are to see letters as they write them."""
    return 0 < oldest_reader(metadata) < TEXT_OF_AGES[0][0]


def oldest_reader(metadata: Metadata) -> int:
    """The age of the oldest of the readers, by what the front matter says; 0 if it does not."""
    audience = metadata.audience
    if not audience.oldest and (level := _LEVEL.search(audience.level)):
        return AGES_OF_LEVELS.get("".join(level[0].lower().split()), 0)
    if not audience.oldest and (grade := _GRADE.search(audience.level.strip())):
        return int(next(filter(None, grade.groups()))) + AGE_IN_GRADE
    if not audience.oldest and not audience.youngest:
        return max((AGES_OF_GROUPS.get(group, 0) for group in audience.groups), default=0)
    return audience.oldest


def words_of(document: Document, most: float = math.inf) -> float:
    """The number of words, which are counted until there are more than ``most``."""
    count = 0.0
    for node in walk(document.blocks):
        if isinstance(node, Text):
            count += word_count(node.text)
            if count > most:
                break
    return count


def is_book(document: Document) -> bool:
    """Return whether the content of an edition is printed as a book: if the front matter says so,
    or if it is long. For a part of a publication, its own length counts."""
    layout, usual = document.metadata.layout, KINDS[document.metadata.kind].is_book
    if not document.metadata.part_of and (layout or usual is not None):
        return layout == "book" if layout else bool(usual)
    return words_of(document, BOOK_WORDS) > BOOK_WORDS


def sheet_of(document: Document, edition: Edition) -> Sheet:
    """The page of a printed edition, which contains the document."""
    metadata = document.metadata
    sheet = sheet_for(edition, metadata, is_book=is_book(document))
    is_given = options_for(edition, metadata).page.margins.inner is not None
    if "bound" not in KINDS[metadata.kind].traits or is_given or edition.imposition != "none":
        return sheet
    words = words_of(document)
    least = next(inner for most, inner in BINDING if words <= most)
    missing = max(0.0, least - sheet.inner)
    return replace(sheet, inner=sheet.inner + missing, measure=sheet.measure - missing)


def settle(
    size: PageSize,
    options: PrintOptions,
    text: float,
    leading: float,
    *,
    is_book: bool,
    kind: PublicationKind = PublicationKind(),  # noqa: B008
) -> Sheet:
    """The page of this size with text of ``text`` points and line spacing of ``leading``."""
    page = options.page
    scale = text / TEXT_SIZE
    top, bottom = _upright(page, size, is_book)
    gutter = page.gutter or 0
    side = SIDE * size.width
    inner = _or_usual(page.margins.inner, side) + gutter
    outer = _or_usual(page.margins.outer, side)
    room = size.width - inner - outer
    has_room = not is_book and room >= kind.columns * LEAST_COLUMN * scale
    columns = page.columns or (kind.columns if has_room else 1)
    column = COLUMN * scale
    is_given = page.margins.inner is not None, page.margins.outer is not None
    if not is_book and (columns > 1 or not kind.hangs or room - column < LEAST_MEASURE * scale):
        column = 0
    aside = 0 if is_book else column
    fills = columns > 1 or all(is_given) or (kind.is_wide and not is_book)
    measure = room - aside if fills else min(MEASURE * scale, room - aside)
    # margins set by the author are kept; the remaining space is divided between both sides
    spare = room - aside - measure
    if is_book and not any(is_given):
        spare += inner - gutter + outer
        inner, outer = spare * 0.4 + gutter, spare * 0.6
    elif any(is_given):
        inner, outer = (inner, outer + spare) if is_given[0] else (inner + spare, outer)
    else:
        inner, outer = inner + spare / 2, outer + spare / 2
    if is_book:
        column = column if inner >= column + 5 else 0
    return Sheet(
        size=size,
        top=top,
        bottom=bottom,
        inner=inner,
        outer=outer,
        mirrored=is_book or page.gutter is not None,
        columns=columns,
        gap=GAP * scale if columns > 1 else 0,
        measure=measure,
        column=column,
        text=text,
        leading=leading,
        note=max(SMALLEST_NOTE, 8.5 * scale),
        note_leading=leading * 0.75,
        label=max(SMALLEST_NOTE, 9.5 * scale),
        label_leading=leading * 0.875,
        code=max(SMALLEST_NOTE, 9 * scale),
        heading=13 * scale,
        title=(34 if is_book else 25) * scale,
        writing=WRITING_LINES[options.handwriting or "secondary"],
        is_book=is_book,
        planned=is_book and options.even_pages is not False,
        floats=options.floats == "auto" or (is_book and not options.floats),
    )


def _with_footer(sheet: Sheet, metadata: Metadata, *, is_large: bool) -> Sheet:
    """The sheet with a margin that has room for the footer; in large print, it is at the head."""
    footer = metadata.brand.footer
    if not footer:
        return sheet
    share = 1.0 if is_large else FOOTER_OF_BOOK if sheet.is_book else FOOTER
    letters = share * (sheet.size.width - sheet.inner - sheet.outer) / (LETTER * sheet.note * POINT)
    before = 0 if is_large or sheet.is_book else math.ceil(len(metadata.title) / letters)
    lines = before + math.ceil(len(footer) / letters)
    height = (1.5 * sheet.leading + lines * sheet.note_leading) * POINT + UNPRINTED
    if is_large:
        return replace(sheet, top=max(sheet.top, height))
    return replace(sheet, bottom=max(sheet.bottom, height))


def has_room_for_notes(sheet: Sheet) -> bool:
    """Return whether there is room for margin notes."""
    return sheet.outer >= ROOM_FOR_NOTES if sheet.is_book else sheet.hangs


def _upright(page: PageOptions, size: PageSize, is_book: bool) -> tuple[float, float]:
    """Millimetres above and below the text. A book has its furniture above, too."""
    usual = UPRIGHT * size.height
    return (
        _or_usual(page.margins.top, usual + (5 if is_book else 0)),
        _or_usual(page.margins.bottom, usual + (10 if is_book else 0)),
    )


def _or_usual(value: float | None, usual: float) -> float:
    return usual if value is None else value


Options = TypeVar("Options", PrintOptions, PageOptions, Margins)


def _merge(first: Options, common: Options) -> Options:
    """The options of ``first``, completed with those of ``common``."""
    changes: dict[str, object] = {}
    for name in first.__struct_fields__:
        value, fallback = getattr(first, name), getattr(common, name)
        if isinstance(value, PageOptions | Margins):
            changes[name] = _merge(value, fallback)
        elif value is None:
            changes[name] = fallback
    return replace(first, **changes)


FOLD = 3
"""Millimetres that the fold of a booklet takes from the inner margins."""

SMALL_TEXT = 9
"""Points that text on a quarter of a sheet has at least."""

TOLERANCE = 1
"""Millimetres by which half a sheet may miss a named size: ISO 216 rounds down."""

FOLDS: dict[Imposition, int] = {"none": 0, "booklet": 1, "2-up": 1, "4-up": 2}
"""The number of times that the sheet is halved."""


def _page_on(paper: PageSize, imposition: Imposition) -> PageSize:
    """The page of which several make up one side of the paper: half of A4 is A5, a quarter A6,
    a third the size of long envelopes."""
    if imposition == "tri-fold":
        short, long = sorted((paper.width, paper.height))
        name = "DL" if (short, long) == (210, 297) else f"{long / 3:g} × {short:g} mm"
        return PageSize(name, long / 3, short)
    for _ in range(FOLDS[imposition]):
        paper = _half(paper)
    return paper


def _for_small_pages(
    common: PageOptions, of_edition: PageOptions, imposition: Imposition, text: float
) -> PageOptions:
    """The options for small pages. Those ``common`` to all editions refer to whole sheets, so their
    margins, gutter and columns do not apply. ``text`` is the usual text size in points."""
    page = replace(
        common, margins=of_edition.margins, gutter=of_edition.gutter, columns=of_edition.columns
    )
    if imposition == "booklet" and page.gutter is None:
        page = replace(page, gutter=FOLD)
    if imposition == "4-up" and of_edition.text is None:
        smaller = max(SMALL_TEXT, (common.text or text) * SMALL_TEXT / text)
        page = replace(page, text=smaller, leading=of_edition.leading)
    return page


def _half(paper: PageSize) -> PageSize:
    short, long = sorted((paper.width, paper.height))
    half = long / 2
    width, height = sorted((half, short))
    for size in SIZES.values():
        if 0 <= width - size.width < TOLERANCE and 0 <= height - size.height < TOLERANCE:
            return size
    return PageSize(f"{width:g} × {height:g} mm", width, height)


def lack_of(editions: Iterable[str], metadata: Metadata) -> tuple[str, str] | None:
    """The problem if a page of these editions, handout or book, is too small, and the hint."""
    sheets = (
        sheet_for(EDITIONS[name], metadata, is_book=is_book)
        for name in editions
        for is_book in (False, True)
    )
    return next(filter(None, map(_lack, sheets)), None)


def _lack(sheet: Sheet) -> tuple[str, str] | None:
    height = sheet.size.height - sheet.top - sheet.bottom
    subject, length, dimension = "the text", height, "high"
    if sheet.line < LEAST_LENGTH:
        subject = "lines of text" if sheet.columns == 1 else "the columns of text"
        length, dimension = sheet.line, "long" if sheet.columns == 1 else "wide"
    if length >= LEAST_LENGTH:
        return None
    hint = "Make the margins smaller, or the page larger."
    if sheet.columns > 1:
        hint = "Use one column, smaller margins, or a larger page."
    if length <= 0:
        return f"there is no room left for {subject}.", hint
    return (
        f"{subject} would be {math.floor(length)} mm {dimension}; "
        f"{LEAST_LENGTH} mm are the minimum.",
        hint,
    )
