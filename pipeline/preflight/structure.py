"""The structure tree of one page: what each piece of its content is."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.preflight.layout import Element

DEEPEST = 64
"""Levels that are read of a tree."""

INLINE = frozenset(
    "Annot BibEntry Code Em Index Link NonStruct Quote Reference Ruby Span Strong Sub".split()
)
"""What is part of a line (ISO 32000-1, section 14.8.4.4)."""


def elements_of(page: Any) -> dict[int, Element]:
    """The elements of a `pypdfium2.PdfPage`, by the number of their marked content."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    tagged = _Tagged()
    try:
        for index in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            child = pdfium.FPDF_StructTree_GetChildAtIndex(tree, index)
            if child:
                tagged.read(child, (), "", 0)
    finally:
        pdfium.FPDF_StructTree_Close(tree)
    return tagged.found


class _Tagged:
    def __init__(self) -> None:
        self.found: dict[int, Element] = {}
        self._blocks = 0

    def read(self, element: Any, roles: tuple[str, ...], alt: str, block: int) -> None:
        role = _text(pdfium.FPDF_StructElement_GetType, element)
        roles = (*roles, role)
        alt = _text(pdfium.FPDF_StructElement_GetAltText, element) or alt
        if role not in INLINE:
            self._blocks += 1
            block = self._blocks
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index)
            if content >= 0:
                self.found[content] = Element(len(self.found), block, roles, alt)
                continue
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if child and len(roles) < DEEPEST:
                self.read(child, roles, alt, block)


def _text(getter: Any, element: Any) -> str:
    size = getter(element, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    getter(element, buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")
