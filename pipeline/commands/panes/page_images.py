"""Pictures and text of a PDF's pages, by PDFium: in a process of its own, since PDFium is for one
thread at a time, and a build is not to wait for it, nor it for a build."""

from __future__ import annotations

import functools
import io
from typing import Any

import pypdfium2

SMALLEST, LARGEST = 50, 3000
"""Pixels that a page may be wide."""

Line = tuple[str, float, float, float, float]
"""A line of text and its position on the page: left, top, right and bottom, relative to the page's
width and height."""


@functools.lru_cache(maxsize=6)
def _open(path: str) -> Any:
    return pypdfium2.PdfDocument(path)


def sizes(path: str) -> list[tuple[float, float]]:
    """Width and height of the pages of a PDF, in points."""
    document = _open(path)
    return [document.get_page_size(index) for index in range(len(document))]


def picture(path: str, index: int, width: int) -> bytes:
    """A page as a PNG with this number of pixels. Raises `IndexError` if there is none."""
    document = _open(path)
    if not 0 <= index < len(document):
        raise IndexError(index)
    page = document[index]
    scale = min(max(width, SMALLEST), LARGEST) / page.get_width()
    image = page.render(scale=scale, may_draw_forms=False).to_pil()
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    page.close()
    return written.getvalue()


def first_picture(path: str, width: int) -> bytes:
    """The first page of a file that may be replaced at any time."""
    _open.cache_clear()
    return picture(path, 0, width)


def lines(path: str, index: int) -> list[Line]:
    """The text of a page."""
    page = _open(path)[index]
    width, height = page.get_size()
    text = page.get_textpage()
    result = []
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        content = text.get_text_bounded(left, bottom, right, top)
        box = (left / width, 1 - top / height, right / width, 1 - bottom / height)
        result.append((content, *(round(part, 4) for part in box)))
    text.close()
    page.close()
    return result
