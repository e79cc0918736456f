"""Reads the content of a PDF: its texts with their fonts and sizes, and its colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf

from tests.helpers.pdf_reading import codes_to_text, unicode_table

GREY = {"/DeviceGray", "/CalGray"}


class Shown(NamedTuple):
    """A text as it is shown: on which page (from 0), the name of its font without the tag of
    the subset, its size in points, and the colour that it is filled with."""

    page: int
    text: str
    font: str
    size: float
    colour: tuple[float, ...]


def texts(pdf: pikepdf.Pdf) -> Iterator[Shown]:
    """All texts of the pages, and of the forms that they draw."""
    for number, page in enumerate(pdf.pages):
        start = pikepdf.Matrix()
        yield from _texts(number, page.obj, page.resources, start, (0.0,))


def _texts(
    page: int, stream: Any, resources: Any, matrix: pikepdf.Matrix, colour: tuple[float, ...]
) -> Iterator[Shown]:
    stack: list[tuple[pikepdf.Matrix, tuple[float, ...]]] = []
    fonts = resources.get("/Font", {})
    font: Any = None
    size, line = 0.0, pikepdf.Matrix()
    for instruction in pikepdf.parse_content_stream(stream):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "q":
                stack.append((matrix, colour))
            case "Q":
                matrix, colour = stack.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "Tm":
                line = pikepdf.Matrix(*map(float, operands))
            case "g" | "rg" | "k" | "sc" | "scn":
                colour = tuple(float(n) for n in operands if not isinstance(n, pikepdf.Name))
            case "Tj" | "TJ":
                strings = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                table = unicode_table(font)
                text = "".join(
                    codes_to_text(bytes(s), table) for s in strings if isinstance(s, pikepdf.String)
                )
                whole = line @ matrix
                high = size * (whole.c**2 + whole.d**2) ** 0.5
                name = str(font.BaseFont)[1:].rpartition("+")[2]
                yield Shown(page, text, name, round(high, 2), colour)
            case "Do":
                form = resources.XObject[str(operands[0])]
                if form.Subtype == "/Form":
                    own = pikepdf.Matrix(*map(float, form.get("/Matrix", (1, 0, 0, 1, 0, 0))))
                    inner = form.get("/Resources", resources)
                    yield from _texts(page, form, inner, own @ matrix, colour)


def colours(pdf: pikepdf.Pdf) -> set[str]:
    """Everything drawn in a colour other than grey: operators with their numbers, and the colour
    spaces of images and gradients."""
    found: set[str] = set()
    for thing in pdf.objects:
        found |= {space for space in _spaces(thing) if space not in GREY}
        if isinstance(thing, pikepdf.Stream) and (
            thing.get("/Subtype") == "/Form" or "/PatternType" in thing
        ):
            found |= set(_operators(thing))
    for page in pdf.pages:
        found |= set(_operators(page))
    return found


def _operators(stream: Any) -> Iterator[str]:
    for instruction in pikepdf.parse_content_stream(stream):
        operator = str(instruction.operator)
        operands: list[Any] = list(instruction.operands)
        if operator in ("cs", "CS") and str(operands[0]) not in {*GREY, "/Pattern"}:
            yield f"{operands[0]} {operator}"
        elif operator in ("rg", "RG", "k", "K", "sc", "SC", "scn", "SCN"):
            numbers = [float(number) for number in operands if not isinstance(number, pikepdf.Name)]
            if len(numbers) == 4 or len(set(numbers)) > 1:
                yield f"{numbers} {operator}"


def _spaces(thing: Any) -> Iterator[str]:
    """The spaces of the images and gradients that are in an object, and not in one of its own."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        space = thing.get("/ColorSpace")
        if isinstance(space, pikepdf.Name | pikepdf.Array):  # a dictionary names spaces
            yield str(space[0] if isinstance(space, pikepdf.Array) else space)
        children = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        children = list(thing)
    else:
        return
    for child in children:
        if not getattr(child, "is_indirect", True):
            yield from _spaces(child)
