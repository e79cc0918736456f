"""Paper: sheet sizes, the options for the printed page, and the page that results."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple, TypeAlias

import msgspec

from pipeline.model.keys import Key, Written

Handwriting: TypeAlias = Literal["primary", "secondary", "adult"]
Theme: TypeAlias = Literal["classic", "modern", "plain"]
LinkList: TypeAlias = Literal["end", "foot", "none"]
NameField: TypeAlias = Literal["name", "class", "date", "grade"]
Accessible: TypeAlias = Literal["ua1", "ua2"]
Archival: TypeAlias = Literal["a3a", "a4f"]
ForPress: TypeAlias = Literal["x4"]

POINT = 25.4 / 72
"""Millimetres."""

MILLIMETRE = 72 / 25.4
"""Points."""

WRITING_LINES: dict[Handwriting, float] = {"primary": 12, "secondary": 9, "adult": 7.5}
"""Millimetres from one ruled line to the next, by whose hand writes on them."""

IMAGE_RESOLUTION = 300
"""Pixels to the inch, beyond which nobody sees more on paper."""

LARGE_PRINT = 18
"""Points that nothing in large print is under."""

NAME_FIELDS: tuple[NameField, ...] = ("name", "class", "date", "grade")


class PageSize(msgspec.Struct, frozen=True):
    """A sheet, upright: its name for people, and its sides in millimetres."""

    name: str
    width: float
    height: float


SIZES: dict[str, PageSize] = {
    size.name.lower(): size
    for size in (
        PageSize("A3", 297, 420),
        PageSize("A4", 210, 297),
        PageSize("A5", 148, 210),
        PageSize("A6", 105, 148),
        PageSize("B5", 176, 250),
        PageSize("Letter", 215.9, 279.4),
        PageSize("Legal", 215.9, 355.6),
        PageSize("Half Letter", 139.7, 215.9),
        PageSize("Tabloid", 279.4, 431.8),
    )
}
"""The sheets that have a name, by it in small letters (ISO 216, ANSI/ASME Y14.1)."""


# fmt: off
class Margins(msgspec.Struct, frozen=True, omit_defaults=True):
    """Margins in millimetres; None: the page decides. ``inner`` is at the spine, or left."""

    written: ClassVar = Written("margins")
    top: Annotated[float | None, Key("Above the text.", within=(0, 150))] = None
    bottom: Annotated[float | None, Key("Below the text.", within=(0, 150))] = None
    inner: Annotated[float | None, Key(
        "At the spine, or on the left if pages are not mirrored.", also="left inside",
        within=(0, 150))] = None
    outer: Annotated[float | None, Key(
        "At the outer edge.", also="right outside", within=(0, 150))] = None


class PageOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The front matter's options for the printed page; None if not given. ``gutter`` is the binding
    margin in millimetres: pages are mirrored then. ``text`` and ``leading`` are the text size and
    line spacing in points. In a booklet, ``creep`` is the distance in millimetres by which each
    sheet pushes out the one inside it, and ``signature`` the number of sheets folded together."""

    written: ClassVar = Written("a page", alone="size")
    size: Annotated[PageSize | None, Key("A4, Letter, A5 …, or 150mm x 220mm.", form="size")] = None
    margins: Annotated[Margins, Key(
        "A length for all edges, or top, bottom, inner and outer.")] = Margins()
    gutter: Annotated[float | None, Key(
        "The extra width for binding; mirrors pages.", within=(0, 60))] = None
    columns: Annotated[int | None, Key(
        "The number of columns.", within=(1, 2), wrong="is not a number of columns")] = None
    text: Annotated[float | None, Key("The type size, in points.", form="points")] = None
    leading: Annotated[float | None, Key("The line spacing, in points.", form="points")] = None
    creep: Annotated[float | None, Key(
        "In a booklet: how far a sheet pushes out the one inside it.", within=(0, 2))] = None
    signature: Annotated[int | None, Key(
        "In a booklet: the number of sheets that are folded together.", within=(1, 50),
        wrong="is not a number of sheets")] = None


class FitOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The number of pages to fill: a number, or ``even`` for full sheets. The text size stays
    between ``smallest`` and ``largest`` points, or those for the audience (0). ``line`` and
    ``column`` give the place in the front matter; ``forced`` means that the command requests it,
    for all printed editions."""

    written: ClassVar = Written("a number of pages", alone="pages")
    pages: Annotated[int | Literal["even"], Key(
        "The number of pages to fill; even: full sheets.", form="pages")]
    smallest: Annotated[float, Key("The smallest type size, in points.", form="points")] = 0
    largest: Annotated[float, Key("The largest type size, in points.", form="points")] = 0
    line: int = 0
    column: int = 0
    forced: bool = False


class Fitted(msgspec.Struct, frozen=True):
    """The setting chosen to fill the pages: ``text`` and ``leading`` in points, ``margins`` in
    millimetres (top, outer, bottom, inner), the number of ``pages``, and how full the last is."""

    text: float
    leading: float
    margins: tuple[float, float, float, float]
    pages: int
    last_page: float


class Press(msgspec.Struct, frozen=True, omit_defaults=True):
    """A PDF for an offset printer: its standard, in the inks that a ``profile`` describes, with
    millimetres of ``bleed``. ``line`` and ``column`` give the place in the front matter, or in a
    library's ``file``, whose ``folder`` has the profile then."""

    written: ClassVar = Written("a PDF for printers", alone="standard")
    standard: Annotated[ForPress, Key(
        "The standard: PDF/X-4.", wrong="is not a standard for printers")]
    profile: Annotated[str, Key(
        "The ICC profile of the press and the paper, which the printer provides: a file in "
        "the source's folder.", form="profile")] = ""
    bleed: Annotated[float, Key(
        "The margin that is cut off around the pages; 3mm by default.", within=(0, 25))] = 3
    line: int = 0
    column: int = 0
    folder: str = ""
    file: str = ""


class PrintOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The front matter's options for all printed editions, or for one; None if not given."""

    written: ClassVar = Written("an edition's settings")
    page: Annotated[PageOptions, Key(
        "The printed page: a size, or size, margins, gutter, columns, text and leading.", "A5",
        {"size": "150mm x 220mm", "margins": "15mm"},
        {"columns": 2, "text": "10pt"}, also="papersize")] = PageOptions()
    theme: Annotated[Theme | None, Key(
        "The design of the printed page.", "modern", wrong="is not a theme")] = None
    handwriting: Annotated[Handwriting | None, Key(
        "The handwriting that lines must fit: 12, 9 or 7.5 mm apart.", "primary",
        wrong="is not a kind of handwriting")] = None
    fit: Annotated[FitOptions | None, Key(
        "The number of pages to fill: a number, or even for full sheets; "
        "or pages, smallest and largest.", 2, "even", {"pages": 4, "smallest": "9.5pt"})] = None
    name_line: Annotated[tuple[NameField, ...] | None, Key(
        "Whether to print lines for name, class and date, or which of these and the grade.", True,
        ["name", "date", "grade"], form="name line")] = None
    links: Annotated[LinkList | None, Key(
        "The place where addresses of links are printed: in a list at the end, at the foot, "
        "or nowhere.", "foot", "none", wrong="is not a place for addresses",
        words={"false": "none", "no": "none", "off": "none", "true": "end"})] = None
    image_resolution: Annotated[int | None, Key(
        "The maximum resolution of printed images, in pixels per inch; 300 by default.", 600,
        within=(100, 2400), wrong="is not a number of pixels per inch")] = None
    even_pages: Annotated[bool | None, Key(
        "Whether lines of books are chosen so that facing pages end at the same height and none in "
        "a hyphen; true by default.", False)] = None
    floats: Annotated[Literal["auto", "here"] | None, Key(
        "Whether figures and tables without room on a printed page go to the top of the next one, "
        "while the text goes on; auto by default in books.", "here", name="float",
        wrong="is not a place for figures and tables")] = None
    qr_codes: Annotated[bool | None, Key(
        "Whether to print QR codes next to links.", True, also="qr")] = None
    pdf: Annotated[Accessible | None, Key(
        "The standard of accessible PDF: PDF/UA-1, which all software supports, or PDF/UA-2 "
        "(PDF 2.0), which contains formulas as MathML as well.", "ua2",
        wrong="is not a standard of accessible PDF")] = None
    archive: Annotated[Archival | None, Key(
        "The standard of the archive edition: PDF/A-3a, or PDF/A-4f (PDF 2.0).", "a4f",
        wrong="is not a standard of archival PDF")] = None
    print: Annotated[Press | None, Key(
        "The standard of PDF for offset printers: PDF/X-4, in the inks of a press. Forms, archives "
        "and several pages on a sheet are left as they are.",
        {"standard": "x4", "profile": "PSOcoated_v3.icc"}, "x4")] = None

# fmt: on


class Standards(msgspec.Struct, frozen=True):
    """The standards that the PDF of an edition follows."""

    accessible: Accessible | None = "ua1"
    archival: Archival | None = None
    press: Press | None = None

    @property
    def is_pdf2(self) -> bool:
        return self.accessible == "ua2"

    @property
    def version(self) -> str:
        """The version of PDF that the standards are based on."""
        return "2.0" if self.is_pdf2 else "1.6" if self.press else "1.7"


class Sheet(msgspec.Struct, frozen=True):
    """The printed page of an edition, completely specified.

    Lengths are in millimetres, type sizes and line spacings in points. The text is ``measure``
    wide, including all its ``columns`` and a ``gap`` between two; before it is a margin ``column``
    for hanging content (0 if there is no room). ``note``, ``label``, ``code``, ``heading`` and
    ``title`` are the other type sizes, ``note_leading`` and ``label_leading`` the smaller line
    spacings. ``mirrored`` pages have the inner margin at the spine; lines and pages are
    ``planned`` if facing ones end at the same height. If one ``floats``, figures and tables without
    room go to the next, and the text goes on. A ``picture`` takes that share of a page's height at
    most.
    """

    size: PageSize
    top: float
    bottom: float
    inner: float
    outer: float
    mirrored: bool
    columns: int
    gap: float
    measure: float
    column: float
    text: float
    leading: float
    note: float
    note_leading: float
    label: float
    label_leading: float
    code: float
    heading: float
    title: float
    writing: float
    is_book: bool
    planned: bool = False
    floats: bool = False
    picture: float = 0.8

    @property
    def hangs(self) -> bool:
        """True if there is a margin column for headings, numbers and speakers."""
        return self.column > 0

    @property
    def line(self) -> float:
        """The length of a line of text, in millimetres."""
        return (self.measure - self.gap * (self.columns - 1)) / self.columns


class PageArea(NamedTuple):
    """A rectangle on a page as readers see it, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def overlaps(self, other: PageArea) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )
