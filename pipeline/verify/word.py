"""Reads the text of Word files, and which paragraphs of Chapbook's own stand in the source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from pipeline.model.late import late
from pipeline.model.page_map import FORMULA, letters
from pipeline.package.units import DrawnText
from pipeline.verify.reading import Archive, BrokenBook, UnreadableFile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
CHECKBOX = "{http://schemas.microsoft.com/office/word/2010/wordml}checkbox"
BOX = f"{W}txbxContent"
LISTED = ("TOC", "Toc", "TableOfFigures", "TableofFigures", "ContentsHeading")
"""The beginnings of the names of styles of contents, which say again what the text does."""

NOTES = ("word/footnotes.xml", "word/endnotes.xml")
REMOVED = (f"{W}del", f"{W}moveFrom")
"""Tracked changes that take text away."""

PUT = (f"{W}ins", f"{W}moveTo")
"""Tracked changes that put text there."""

SIGNS = (f"{W}footnoteReference", f"{W}endnoteReference")
"""The signs of notes in the text."""

COUNTED = ("SEQ", "REF", "PAGEREF", "NOTEREF")
"""Fields whose results Word counts."""

ADDED = ("Label", "Marks")
"""The styles of what Chapbook adds to the text of the source."""

NOTE = "\ufffb"
"""The sign that stands for that of a note in written text."""

SYMBOL = "\ufffa"
"""The sign that stands in written text for one that only a font of symbols has."""

WRITTEN = {
    "t": "", "tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad",
    "sym": SYMBOL,
}  # fmt: skip
"""The elements of a run that stand for letters, with these."""

FILLED = ("text", "date", "dropDownList", "comboBox")
"""The kinds of content controls in which somebody writes."""

PAGE_BREAK = "\f"
UNMARKED = ("", "auto", "none", "FFFFFF")
"""The colours behind letters that are none."""

INTERNAL = "#"
"""The address of links within the file."""

LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SPACES = (f"{W}tab", f"{W}br", f"{W}cr")
_LINK_FIELD = late(r'\s*HYPERLINK\s+"([^"]*)"(?:\s+\\l\s+"([^"]*)")?')
"""A field that is a link, as LibreOffice writes those to a place in a page."""

_MARK = late(r"_s(\d+)_([0-9a-f]{8})")


class SourceMark(NamedTuple):
    """The name of a hidden bookmark: the number of a paragraph among those that stand in the source
    (`Pages.spans`), and a digest of it as it was written. It tells nothing of the source itself."""

    number: int
    digest: str


def mark_name(number: int) -> str:
    """The beginning of a bookmark's name, which `add_digests` completes."""
    return f"_s{number}"


def read_source_mark(paragraph: Any) -> SourceMark | None:
    """Which paragraph of the source this was, if its bookmark says so."""
    for start in paragraph.iter(f"{W}bookmarkStart"):
        if match := _MARK.fullmatch(start.get(f"{W}name", "")):
            return SourceMark(int(match[1]), match[2])
    return None


def add_digests(root: Any) -> None:
    """Complete the names of the bookmarks that say where paragraphs stand in the source."""
    for paragraph in root.iter(f"{W}p"):
        for start in paragraph.iterfind(f"{W}bookmarkStart"):
            name = start.get(f"{W}name")
            if re.fullmatch(r"_s\d+", name):
                start.set(f"{W}name", f"{name}_{digest_of(read_written(paragraph))}")


def digest_of(text: str) -> str:
    """A digest of the words of a text."""
    words = " ".join(text.replace(FORMULA, "").replace(NOTE, "").split())
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def text_of_word(file: Path | BinaryIO) -> DrawnText:
    """The letters of the text, without contents and what is to be filled in, and those of the
    notes. Raises `UnreadableFile`."""
    try:
        with Archive(file) as archive:
            text = _letters(archive.read("word/document.xml"))
            notes = (_letters(archive.read(name)) for name in NOTES if name in archive)
            return DrawnText(text, "".join(notes))
    except (BrokenBook, etree.LxmlError) as error:
        raise UnreadableFile(str(error)) from error


def _letters(data: bytes) -> str:
    root = parse_part(data)
    for element in [*root.iter(MATH, f"{W}sdt")]:
        if element.tag == MATH or _is_field(element):
            element.clear()
    return letters("".join(paragraphs(root)))


def is_filled_in(control: Any) -> bool:
    """Return whether a content control is there to be filled in, whether it is or not."""
    properties = control.find(f"{W}sdtPr")
    has_kind = properties is not None and any(
        properties.find(f"{W}{kind}") is not None for kind in FILLED
    )
    return has_kind or _is_field(control)


def _is_field(control: Any) -> bool:
    """Return whether a content control is a box, or nothing is filled in."""
    properties = control.find(f"{W}sdtPr")
    return properties is not None and (
        properties.find(f"{W}showingPlcHdr") is not None or properties.find(CHECKBOX) is not None
    )


def parse_part(data: bytes) -> Any:
    """The root of a part. Raises `etree.LxmlError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(data, parser)


def paragraphs(root: Any) -> Iterator[str]:
    """The text of each paragraph that is not in the contents, as it is read: runs may end within a
    word."""
    for paragraph in root.iter(f"{W}p"):
        if not is_listed(paragraph):
            yield "".join(_pieces(paragraph))


def is_listed(paragraph: Any) -> bool:
    """Return whether a paragraph is a line of contents."""
    return style_of(paragraph).startswith(LISTED)


def style_of(paragraph: Any) -> str:
    return value_of(paragraph, "pPr/pStyle")


def _pieces(paragraph: Any) -> Iterator[str]:
    for element in paragraph.iter(f"{W}t", *SPACES):
        yield (element.text or "") if element.tag == f"{W}t" else " "


class WordLook(NamedTuple):
    """The look of a character, and the address that it leads to."""

    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    is_struck: bool = False
    is_raised: bool = False
    is_lowered: bool = False
    is_marked: bool = False
    is_underlined: bool = False
    address: str = ""


class WrittenPiece(NamedTuple):
    """Text in one look, or the sign of a ``note``, by its id. Chapbook has ``added`` it: the label
    of a caption, or marks. A tracked change by an ``author`` has put it there; one that took text
    away leaves a piece without text. ``paint`` is how else its letters look: their font, size,
    colour and so on. ``formulas`` are those in it, as a source has them."""

    text: str
    look: WordLook = WordLook()
    is_added: bool = False
    note: str = ""
    author: str = ""
    paint: str = ""
    formulas: tuple[str, ...] = ()


def read_written(paragraph: Any) -> str:
    return "".join(piece.text for piece in read_pieces(paragraph))


def read_pieces(
    paragraph: Any,
    addresses: Mapping[str, str] = MappingProxyType({}),
    paint: Callable[[Any], str] = lambda look: "",
) -> Iterator[WrittenPiece]:
    """The text that somebody wrote in a paragraph, with tracked changes accepted: without what Word
    counts, and what is to be filled in; for each formula, and for each note, stands a sign.
    ``addresses`` are those of links by their ids; without them, ids are addresses. ``paint`` says
    how the letters of a run look, given its properties."""
    waiting = [(part, "", "") for part in reversed(paragraph)]
    fields: list[list[str]] = []  # of the fields around a run, the instruction, once it has ended
    while waiting:
        element, address, author = waiting.pop()
        if element.tag == MATH:
            yield WrittenPiece(FORMULA, author=author)
            continue
        if element.tag in REMOVED:
            yield WrittenPiece("", author=element.get(f"{W}author", ""))
            continue
        if element.tag == f"{W}pPr" or (element.tag == f"{W}sdt" and is_filled_in(element)):
            continue
        if element.tag == f"{W}fldSimple" and _is_counted(element.get(f"{W}instr", "")):
            continue
        if element.tag != f"{W}r":
            if element.tag == f"{W}hyperlink":
                link = element.get(LINK, "")
                address = addresses.get(link, link) or INTERNAL
            if element.tag in PUT:
                author = element.get(f"{W}author", "")
            waiting.extend((part, address, author) for part in reversed(element))
            continue
        _enter_fields(element, fields)
        instructions = ["".join(words) for words in fields]
        is_counted = any(map(_is_counted, instructions))
        linked = next(filter(None, map(_LINK_FIELD.match, instructions)), None)
        run_address = address or "#".join(filter(None, linked.groups() if linked else ()))
        look = element.find(f"{W}rPr")
        style = value_of(look, "rStyle")
        for reference in element.iterchildren(*SIGNS):
            yield WrittenPiece(NOTE, note=reference.get(f"{W}id", ""), author=author)
        if is_counted or style.endswith("Reference"):
            continue
        boxed = {part for box in element.iter(BOX) for part in box.iter()}  # paragraphs themselves
        parts = (
            part.text or ""
            if part.tag == f"{W}t"
            else PAGE_BREAK
            if part.get(f"{W}type") in ("page", "column")
            else WRITTEN[etree.QName(part).localname]
            for part in element.iter(*(f"{W}{name}" for name in WRITTEN))
            if part not in boxed
        )
        if text := "".join(parts):
            position = value_of(look, "vertAlign")
            shown = WordLook(
                is_on(look, "b"),
                is_on(look, "i"),
                style == "CodeChar",
                is_on(look, "strike") or is_on(look, "dstrike"),
                position == "superscript",
                position == "subscript",
                value_of(look, "highlight") not in UNMARKED
                or value_of(look, "shd", "fill") not in UNMARKED,
                not run_address and value_of(look, "u") not in UNMARKED,
                run_address,
            )
            yield WrittenPiece(text, shown, style in ADDED, author=author, paint=paint(look))


def value_of(element: Any, path: str, key: str = "val") -> str:
    """The value of a property, which is an element in another one; of one in that, with a path."""
    holder = None if element is None else element.find("/".join(W + p for p in path.split("/")))
    return "" if holder is None else str(holder.get(f"{W}{key}", ""))


def _enter_fields(run: Any, fields: list[list[str]]) -> None:
    for part in run:
        kind = part.get(f"{W}fldCharType")
        if kind == "begin":
            fields.append([])
        elif kind == "end" and fields:
            fields.pop()
        elif part.tag == f"{W}instrText" and fields:
            fields[-1].append(part.text or "")


def _is_counted(instruction: str) -> bool:
    return instruction.strip().startswith(COUNTED)


def is_on(element: Any, path: str) -> bool:
    """Return whether a property is there and switched on."""
    switch = None if element is None else element.find("/".join(W + p for p in path.split("/")))
    return switch is not None and switch.get(f"{W}val", "1") not in ("0", "false", "off")
