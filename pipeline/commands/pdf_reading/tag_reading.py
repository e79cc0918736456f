"""Reads the structure tree of a PDF's pages, with PDFium."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.commands.pdf_reading.page_content import PageCell, PageElement

LEVELS = 64
"""Levels that are read of a structure tree."""

SHORT = 128
"""Bytes of a text that most are not longer than."""

INLINE = frozenset(
    "Annot BibEntry Code Em Index Link NonStruct Quote Reference Ruby Span Strong Sub".split()
)
"""Elements that are part of a line (ISO 32000-1, section 14.8.4.4)."""


BEFORE = {"FENote": "Note"}
"""Types of PDF 2.0 by the names that they had before."""


def string_of(getter: Any, *of: Any) -> str:
    """The text that a function of PDFium gives of something. Most is short, and asked for once."""
    room, size = 0, SHORT
    while size > room:
        buffer, room = (ctypes.c_ushort * (size // 2))(), size
        size = getter(*of, buffer, room)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", errors="replace")


def _columns(cell: Any) -> int:
    number = ctypes.c_float()
    for index in range(pdfium.FPDF_StructElement_GetAttributeCount(cell)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(cell, index)
        value = pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"ColSpan")
        if value and pdfium.FPDF_StructElement_Attr_GetNumberValue(value, number):
            return min(max(1, int(number.value)), 100)
    return 1


ILLUSTRATIONS = frozenset({"Figure", "Formula"})


def figures_of(page: Any) -> list[tuple[tuple[float, ...], str]]:
    """The figures and formulas in the structure tree that declare their place on the page (ISO
    32000-1, section 14.8.5.4): its corners, and their alternative texts."""
    figures: list[tuple[tuple[float, ...], str]] = []

    def read(element: Any, depth: int) -> None:
        if string_of(pdfium.FPDF_StructElement_GetType, element) in ILLUSTRATIONS:
            box = _declared_box(element)
            if len(box) == 4:
                figures.append((box, string_of(pdfium.FPDF_StructElement_GetAltText, element)))
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if child and depth < LEVELS:
                read(child, depth + 1)

    with _structure(page) as elements:
        for element in elements.values():
            read(element, 0)
    return figures


def _declared_box(element: Any) -> tuple[float, ...]:
    number = ctypes.c_float()
    for index in range(pdfium.FPDF_StructElement_GetAttributeCount(element)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(element, index)
        box = pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"BBox")
        corners = []
        for corner in range(pdfium.FPDF_StructElement_Attr_CountChildren(box) if box else 0):
            value = pdfium.FPDF_StructElement_Attr_GetChildAtIndex(box, corner)
            if value and pdfium.FPDF_StructElement_Attr_GetNumberValue(value, number):
                corners.append(number.value)
        if corners:
            return tuple(corners)
    return ()


@contextlib.contextmanager
def _structure(page: Any) -> Iterator[dict[int, Any]]:
    """The topmost elements of the structure tree on a page, by their places among all of them."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    count = pdfium.FPDF_StructTree_CountChildren(tree) if tree else 0
    children = (pdfium.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(count))
    try:
        yield {index: child for index, child in enumerate(children) if child}
    finally:
        if tree:
            pdfium.FPDF_StructTree_Close(tree)


def elements_of(page: Any) -> dict[int, PageElement]:
    """The elements of the structure tree by the number of their marked content."""
    by_content: dict[int, PageElement] = {}
    blocks = itertools.count(1)

    def read(
        element: Any,
        path: tuple[int, ...],
        roles: tuple[str, ...],
        alt: str,
        block: int,
        cell: PageCell | None,
    ) -> None:
        role = string_of(pdfium.FPDF_StructElement_GetType, element)
        role = BEFORE.get(role, role)
        roles = (*roles, role)
        alt = string_of(pdfium.FPDF_StructElement_GetAltText, element) or alt
        block = block if role in INLINE else next(blocks)
        column = 0
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index)
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if role == "TR":  # an empty cell has nothing on the page, and no element
                cell = PageCell(path, column, _columns(child) if child else 1)
                column += cell.columns
            if content >= 0:
                by_content[content] = PageElement(len(by_content), block, roles, alt, cell)
            elif child and len(roles) < LEVELS:
                read(child, (*path, index), roles, alt, block, cell)

    with _structure(page) as elements:
        for index, element in elements.items():
            read(element, (index,), (), "", 0, None)
    return by_content
