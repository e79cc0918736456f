"""Reads the text of Word files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from pipeline.model.page_map import letters
from pipeline.package.units import DrawnText
from pipeline.verify.texts import UnreadableFile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
CHECKBOX = "{http://schemas.microsoft.com/office/word/2010/wordml}checkbox"
LISTED = ("TOC", "Toc", "TableOfFigures")
"""The beginnings of the names of styles of contents, which say again what the text does."""

NOTES = ("word/footnotes.xml", "word/endnotes.xml")


def text_of_word(file: Path | BinaryIO) -> DrawnText:
    """The letters of the text, without contents and what is to be filled in, and those of the
    notes. Raises `UnreadableFile`."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            text = _letters(archive.read("word/document.xml"))
            notes = (_letters(archive.read(name)) for name in NOTES if name in names)
            return DrawnText(text, "".join(notes))
    except (OSError, KeyError, zipfile.BadZipFile, etree.LxmlError) as error:
        raise UnreadableFile(str(error)) from error


def _letters(data: bytes) -> str:
    root = parsed(data)
    for element in [*root.iter(MATH, f"{W}sdt")]:
        properties = element.find(f"{W}sdtPr")
        is_field = properties is not None and (
            properties.find(f"{W}showingPlcHdr") is not None
            or properties.find(CHECKBOX) is not None
        )
        if element.tag == MATH or is_field:
            element.clear()
    return letters("".join(paragraphs(root)))


def parsed(data: bytes) -> Any:
    """The root of a part. Raises `etree.LxmlError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(data, parser)


def paragraphs(root: Any) -> Iterator[str]:
    """The text of each paragraph that is not in the contents, as it is read: runs may end within a
    word."""
    for paragraph in root.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is None or not style.get(f"{W}val", "").startswith(LISTED):
            yield "".join(_pieces(paragraph))


def _pieces(paragraph: Any) -> Iterator[str]:
    for element in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br"):
        yield (element.text or "") if element.tag == f"{W}t" else " "
