"""Content controls: what pupils fill in, choose or tick."""

from __future__ import annotations

from pipeline.features.word.xml import Element, element

TICKED, EMPTY = "☒", "☐"
CHOSEN, UNCHOSEN = "◉", "○"
SIGN_FONT = "Segoe UI Symbol"
BLANKS = (10, 18, 30, 48)
"""The characters of a line to write on, for blanks of the sizes 1 to 4."""


def _control(number: int, title: str, content: list[Element], *kinds: Element | None) -> Element:
    properties = element(
        "sdtPr",
        element("alias", val=title[:60]),
        element("tag", val=f"field-{number}"),
        element("id", val=number),
        *kinds,
    )
    return element("sdt", properties, element("sdtContent", *content))


def text_field(number: int, title: str, length: int, properties: Element | None) -> Element:
    """A field for some words, in a line; empty, it shows a line to write on."""
    properties = element("rPr") if properties is None else properties
    properties.insert(0, element("rStyle", val="PlaceholderText"))
    line = element("r", properties, element("t", "_" * length))
    return _control(number, title, [line], element("showingPlcHdr"), element("text"))


def date_field(number: int, title: str, length: int, lang: str) -> Element:
    line = element(
        "r",
        element("rPr", element("rStyle", val="PlaceholderText")),
        element("t", "_" * length),
    )
    kind = element(
        "date",
        element("dateFormat", val="d MMMM yyyy"),
        element("lid", val=lang),
        element("storeMappedDataAs", val="dateTime"),
        element("calendar", val="gregorian"),
    )
    return _control(number, title, [line], element("showingPlcHdr"), kind)


def check_box(
    number: int, title: str, *, is_checked: bool = False, is_one: bool = False
) -> Element:
    """A box to tick, or (``is_one``) a circle, for the only right answer."""
    on, off = (CHOSEN, UNCHOSEN) if is_one else (TICKED, EMPTY)
    fonts = element("rFonts", ascii=SIGN_FONT, hAnsi=SIGN_FONT, eastAsia=SIGN_FONT, cs=SIGN_FONT)
    sign = element("r", element("rPr", fonts), element("t", on if is_checked else off))
    kind = element(
        "w14:checkbox",
        element("w14:checked", val=int(is_checked)),
        element("w14:checkedState", val=f"{ord(on):04X}", font=SIGN_FONT),
        element("w14:uncheckedState", val=f"{ord(off):04X}", font=SIGN_FONT),
    )
    return _control(number, title, [sign], kind)


def menu(number: int, title: str, options: list[str], chosen: str = "") -> Element:
    """A choice from a list."""
    line = element(
        "r",
        None if chosen else element("rPr", element("rStyle", val="PlaceholderText")),
        element("t", chosen or "____"),
    )
    items = (element("listItem", displayText=option, value=option) for option in options)
    return _control(
        number,
        title,
        [line],
        None if chosen else element("showingPlcHdr"),
        element("dropDownList", *items),
    )
