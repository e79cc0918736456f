"""Paper: the sizes that sheets have, what the front matter may ask of the printed page, and the
page as it is settled for one edition."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Handwriting: TypeAlias = Literal["primary", "secondary", "adult"]
Theme: TypeAlias = Literal["classic", "modern", "plain"]
LinkList: TypeAlias = Literal["end", "foot", "none"]
NameField: TypeAlias = Literal["name", "class", "date"]

POINT = 25.4 / 72
"""Millimetres."""

MILLIMETRE = 72 / 25.4
"""Points."""

WRITING_LINES: dict[Handwriting, float] = {"primary": 12, "secondary": 9, "adult": 7.5}
"""Millimetres from one ruled line to the next, by whose hand writes on them."""

LARGE_PRINT = 18
"""Points that nothing in large print is under."""

THEMES: tuple[Theme, ...] = ("classic", "modern", "plain")
NAME_FIELDS: tuple[NameField, ...] = ("name", "class", "date")


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


class Margins(msgspec.Struct, frozen=True, omit_defaults=True):
    """Millimetres at the edges of a page; None where the page is to say. ``inner`` is at the
    spine, or to the left where there is none."""

    top: float | None = None
    bottom: float | None = None
    inner: float | None = None
    outer: float | None = None


class PageOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the front matter asks of the printed page; None where it says nothing.

    ``gutter`` is what the binding takes, in millimetres: pages are mirrored then. ``text``
    and ``leading`` are the size of the text and the distance of its lines, in points. In a
    booklet, ``creep`` is how far each sheet pushes out the one within, in millimetres, and
    ``signature`` how many sheets are folded together.
    """

    size: PageSize | None = None
    margins: Margins = Margins()
    gutter: float | None = None
    columns: int | None = None
    text: float | None = None
    leading: float | None = None
    creep: float | None = None
    signature: int | None = None


class FitOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many pages the text is to fill: a number, or ``even`` for full sheets. The text's
    size stays between ``smallest`` and ``largest`` points. ``line`` and ``column`` are where the
    front matter asks for it; what is ``forced`` is asked for by the command, and holds for all
    printed editions."""

    pages: int | Literal["even"]
    smallest: float = 9
    largest: float = 13
    line: int = 0
    column: int = 0
    forced: bool = False


class Fitted(msgspec.Struct, frozen=True):
    """What was chosen so that the text fills its pages: ``text`` and ``leading`` in points,
    ``margins`` in millimetres (top, outer, bottom, inner), how many ``pages`` that makes, and
    how much of the last one is full."""

    text: float
    leading: float
    margins: tuple[float, float, float, float]
    pages: int
    last_page: float


class PrintOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the front matter asks of printed editions, or of one; None where it says nothing."""

    page: PageOptions = PageOptions()
    theme: Theme | None = None
    handwriting: Handwriting | None = None
    fit: FitOptions | None = None
    name_line: tuple[NameField, ...] | None = None
    links: LinkList | None = None
    qr_codes: bool | None = None


class Sheet(msgspec.Struct, frozen=True):
    """The printed page of one edition, with nothing left open.

    Lengths are millimetres, sizes of letters and distances of lines points. The text is
    ``measure`` wide, in all its ``columns`` with a ``gap`` between two, with a ``column`` before
    it for what hangs into it (0 where there is no room for one). ``note``, ``label``, ``code``,
    ``heading`` and ``title`` are the sizes of what is smaller and larger than the text,
    ``note_leading`` and ``label_leading`` the distances of small lines. ``mirrored`` pages have
    the inner margin at the spine.
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

    @property
    def hangs(self) -> bool:
        """Whether there is a column beside the text, for headings, numbers and speakers."""
        return self.column > 0

    @property
    def line(self) -> float:
        """Millimetres that a line of text is long."""
        return (self.measure - self.gap * (self.columns - 1)) / self.columns
