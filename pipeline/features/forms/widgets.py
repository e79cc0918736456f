"""The fields themselves, as objects of the PDF (ISO 32000-1, sections 12.5.6.19 and 12.7)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.features.forms.field_fonts import LEADING, ONE_LINE, RULED
from pipeline.features.forms.fields import FormField
from pipeline.model.paper import PageArea
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children, has_class, is_furniture
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, Stream, String, name
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage


class FieldArea(NamedTuple):
    """The area of a field. ``page`` is counted from 0, ``size`` is the type size around it, and
    ``ruling`` the distance of its lines or squares, 0 if there are none."""

    element: Element
    box: LayoutBox
    page: int
    area: PageArea
    size: float
    ruling: float
    is_rtl: bool


def places(pages: list[TypesetPage], fields: Container[Element]) -> Iterator[FieldArea]:
    """The places of fields on pages, in the pages' order. One that goes on in the next
    column or page has several; in the head of a table that is repeated it is only once."""
    heads: set[Element] = set()
    for number, page in enumerate(pages):
        stack = [(box, False) for box in children(page.box) if not is_furniture(box)][::-1]
        while stack:
            box, is_head = stack.pop()
            element = box.element
            is_head = is_head or box.element_tag == "thead"
            if element in fields and "::" not in box.element_tag:
                if not (is_head and element in heads):
                    yield _place(element, box, number, page.height)
                if is_head:
                    heads.add(element)
                continue
            stack += [(child, is_head) for child in children(box)[::-1]]


def _place(element: Element, box: LayoutBox, number: int, height: float) -> FieldArea:
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    lines = [
        child for child in children(box) if has_class(child, "line") or has_class(child, "row")
    ]
    ruling = 0.0
    if lines:
        ruling = lines[0].border_height()
        top = lines[0].border_box_y()
        bottom = lines[-1].border_box_y() + lines[-1].border_height()
    edges = (left, height - bottom, right, height - top)
    return FieldArea(
        element=element,
        box=box,
        page=number,
        area=PageArea(*(edge * POINT for edge in edges)),
        size=float(box.style["font_size"]) * POINT,
        ruling=ruling * POINT,
        is_rtl=box.style["direction"] == "rtl",
    )


PRINTED = 1 << 2
"""The flag of an annotation that is printed (table 165)."""

SEVERAL_LINES, NO_SPELLING, ONE_OF_SEVERAL = 1 << 12, 1 << 22, 1 << 15
"""Flags of fields (tables 226, 228 and 226): a spelling checker would give answers away."""

LEAST, MOST = 8.5, 16
"""The minimum and maximum size in points of typed text on ruled lines."""

RAISED = 3.5
"""Points by which fields are above ruled lines, so that letters do not touch the rules."""

GROWN = 2
"""Points by which a clickable area exceeds its box on every side."""

INSET = 3
"""Points between text and the frame of a space."""

BASELINE = 0.24
"""The height of text above the line of a blank, in its size."""

CAPITALS = 0.66
"""The height of capitals, in the size."""

CHECKED = "Yes"
"""The state of a check box that is checked; ``Off`` is that of others, too."""


def _shrunk(area: PageArea, by: float) -> PageArea:
    """The area reduced by a number of points on every side."""
    return PageArea(area.left + by, area.bottom + by, area.right - by, area.top - by)


class Widgets:
    """Makes the annotations of one PDF."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf
        self._states: dict[str, bytes] = {}

    def text(self, place: FieldArea, kind: str) -> Dictionary:
        """A field to type in: of one line, or of as many as there is room for."""
        font, size, flags = ONE_LINE, place.size, NO_SPELLING
        area = place.area
        if kind in ("lines", "space"):
            flags = SEVERAL_LINES
            if place.ruling:
                font, size = RULED, ruled_size(place.ruling)
                area = area._replace(top=area.top + RAISED)
            if kind == "space":
                inset = _shrunk(area, INSET)
                area = area._replace(left=inset.left, right=inset.right) if place.ruling else inset
        elif kind == "cell":
            flags = SEVERAL_LINES if area.height > 3 * size else NO_SPELLING
        elif kind != "order":
            area = around_text(area, size)
        centred = kind in ("match", "order")
        widget = self._widget(place, area)
        widget.update(
            {
                "FT": "/Tx",
                "Ff": flags,
                "DA": String(f"/{font} {_number(size)} Tf 0 g"),
                "Q": 1 if centred else 2 if place.is_rtl else 0,
                "AP": Dictionary({"N": self._drawn(area, "/Tx BMC EMC")}),
            }
        )
        return widget

    def button(self, place: FieldArea, field: FormField) -> Dictionary:
        """A check box, or a radio button. The page draws its box."""
        area = _shrunk(place.area, -GROWN)
        state = name(field.state or CHECKED)
        drawn = _dot(area) if field.state else _check(area)
        states = Dictionary({state: self._shared(area, drawn), "Off": self._shared(area, "")})
        widget = self._widget(place, area)
        widget.update({"AS": "/Off", "AP": Dictionary({"N": states})})
        if not field.state:
            widget.update({"FT": "/Btn", "V": "/Off"})
        return widget

    def _widget(self, place: FieldArea, area: PageArea) -> Dictionary:
        return Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "Rect": Array(map(_number, area)),
                "P": self._pdf.page_references[place.page],
                "F": PRINTED,
                "BS": Dictionary({"W": 0}),
            }
        )

    def _shared(self, area: PageArea, drawn: str) -> bytes:
        """The drawing of a button's state, one for all of the same size."""
        key = f"{_number(area.width)} {_number(area.height)} {drawn}"
        if key not in self._states:
            self._states[key] = self._drawn(area, drawn)
        return self._states[key]

    def _drawn(self, area: PageArea, drawn: str) -> bytes:
        """A separate drawing, because programs that fill in a field modify it."""
        extra = {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": f"[0 0 {_number(area.width)} {_number(area.height)}]",
            "Resources": Dictionary(),
        }
        stream = Stream([drawn.encode()], extra)
        self._pdf.add_object(stream)
        return bytes(stream.reference)


def around_text(area: PageArea, size: float) -> PageArea:
    """The area on a blank's line in which readers vertically centre text so that it aligns with the
    text around it."""
    middle = area.bottom + (BASELINE + CAPITALS / 2) * size
    half = (LEADING * size + 2) / 2
    return area._replace(bottom=middle - half, top=middle + half)


def ruled_size(ruling: float) -> float:
    """The size of letters with which one, two or more of their lines come on a ruled one."""
    lines = 1
    while ruling / LEADING / lines > MOST:
        lines += 1
    return max(LEAST, ruling / LEADING / lines)


def _check(area: PageArea) -> str:
    """A check sign within the box on the page."""
    x, y = area.width / 2, area.height / 2
    unit = min(x, y) - GROWN
    points = ((-0.6, 0.0), (-0.15, -0.5), (0.7, 0.6))
    path = " ".join(
        f"{_number(x + a * unit)} {_number(y + b * unit)} {'l' if index else 'm'}"
        for index, (a, b) in enumerate(points)
    )
    return f"q 1.3 w 1 J 1 j 0 G {path} S Q"


def _dot(area: PageArea) -> str:
    """A disc within the circle on the page."""
    x, y = area.width / 2, area.height / 2
    radius = (min(x, y) - GROWN) * 0.55
    bend = radius * 0.5523
    curves = (
        (radius, bend, bend, radius, 0, radius),
        (-bend, radius, -radius, bend, -radius, 0),
        (-radius, -bend, -bend, -radius, 0, -radius),
        (bend, -radius, radius, -bend, radius, 0),
    )
    path = " ".join(
        " ".join(_number(value + (x, y)[index % 2]) for index, value in enumerate(curve)) + " c"
        for curve in curves
    )
    return f"q 0 g {_number(x + radius)} {_number(y)} m {path} f Q"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
