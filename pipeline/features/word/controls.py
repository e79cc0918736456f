"""Content controls: what pupils fill in, choose or tick."""

from __future__ import annotations

from pipeline.features.word.xml import Element, built, element, tag

TICKED, EMPTY = "☒", "☐"
CHOSEN, UNCHOSEN = "◉", "○"
SIGN_FONT = "Segoe UI Symbol"
BLANKS = (10, 18, 30, 48)
"""The characters of a line to write on, for blanks of the sizes 1 to 4."""


def _control(number: int, title: str, line: Element, kind: Element) -> Element:
    is_empty = line.find(f"*/{tag('rStyle')}") is not None
    properties = element(
        "sdtPr",
        element("alias", val=title[:60]),
        element("tag", val=f"field-{number}"),
        element("id", val=number),
        element("showingPlcHdr") if is_empty else None,
        kind,
    )
    return element("sdt", properties, element("sdtContent", line))


def text_field(number: int, title: str, length: int, properties: Element | None) -> Element:
    """A field for some words, in a line; empty, it shows a line to write on."""
    return _control(number, title, _line("_" * length, properties), element("text"))


def date_field(number: int, title: str, length: int, lang: str) -> Element:
    return _control(number, title, _line("_" * length), built(_DATE, lang=lang))


_DATE = """<w:date>
  <w:dateFormat w:val="d MMMM yyyy"/><w:lid w:val="{lang}"/>
  <w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/>
</w:date>"""


def _line(text: str, properties: Element | None = None) -> Element:
    """A run that shows that nothing is filled in."""
    properties = element("rPr") if properties is None else properties
    properties.insert(0, element("rStyle", val="PlaceholderText"))
    return element("r", properties, element("t", text))


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
    return _control(number, title, sign, kind)


def menu(number: int, title: str, options: list[str], chosen: str = "") -> Element:
    """A choice from a list."""
    line = element("r", element("t", chosen)) if chosen else _line("____")
    items = (element("listItem", displayText=option, value=option) for option in options)
    return _control(number, title, line, element("dropDownList", *items))
