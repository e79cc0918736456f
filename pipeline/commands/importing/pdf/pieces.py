"""Pieces of text in a PDF, with the addresses that they lead to; the notes below the text, and the
images that show something."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import pypdfium2
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import astuple, replace

from pipeline.commands.importing.pdf.pdf_lines import PdfLine, PdfPiece, write_lines
from pipeline.commands.pdf_reading import page_content
from pipeline.model.late import late
from pipeline.parser.characters import FORBIDDEN

LEAST = 16
"""Points that an image is high or wide at least."""

WHOLE = 0.85
"""The share of a page above which an image is a scan of it, or its background."""

MOST_BYTES = 2**28

SMALLER = 0.94
"""The maximum size of letters in notes, relative to the text."""

NOTE = late(r"(\d{1,3}|[*†‡§]{1,3})[.)]?\s{0,3}(?=\S)")
_REFERENCE = late(r"\s?(\d{1,3}|[*†‡§]{1,3})\s?")


def alternative(element: page_content.PageElement | None) -> str:
    """The alternative text of an element, without the characters that no source may have."""
    return " ".join(FORBIDDEN.sub(" ", element.alt).split()) if element else ""


class ShownImage(NamedTuple):
    """An image, its position, its name and its alternative text."""

    page: int
    picture: page_content.Picture
    name: str

    @property
    def alt(self) -> str:
        return alternative(self.picture.element)

    @property
    def order(self) -> int:
        element = self.picture.element
        return element.order if element else 0

    def write(self, body: Element, known: frozenset[str] = frozenset()) -> None:
        """Put the image into a page."""
        etree.SubElement(etree.SubElement(body, "figure"), "img", src=self.name, alt=self.alt)


class PdfImages:
    """Collects the images of a PDF in the order of its content."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._met: list[ShownImage] = []
        self._names: dict[bytes, str] = {}
        self._size = 0

    def take(self, number: int, picture: page_content.Picture, image: pypdfium2.PdfImage) -> None:
        """Keep an image, if it is large enough to show something."""
        if min(picture.size) < LEAST or min(picture.pixels) < 2 or self._size > MOST_BYTES:
            return
        try:
            data, suffix = _data(image)
        except (pypdfium2.PdfiumError, OSError, ValueError):
            return
        digest = hashlib.sha256(data).digest()
        if digest not in self._names:
            self._names[digest] = f"image-{len(self._names) + 1}{suffix}"
            self.files[self._names[digest]] = data
            self._size += len(data)
        self._met.append(ShownImage(number, picture, self._names[digest]))

    def shown(self, pages: Sequence[page_content.PageLayout]) -> list[ShownImage]:
        """The images that are of the text: no scans of pages, and none that many pages have."""
        often = Counter(name for name, _ in {(image.name, image.page) for image in self._met})
        areas = {page.number: page.width * page.height for page in pages}
        tagged = {page.number for page in pages if page.tagged}
        return [
            image
            for image in self._met
            if often[image.name] < max(3, 0.3 * len(pages))
            and image.picture.box.width * image.picture.box.height < WHOLE * areas[image.page]
            and (image.picture.element is not None or image.page not in tagged)
        ]


def _data(image: pypdfium2.PdfImage) -> tuple[bytes, str]:
    """An image as a file; one in JPEG as it is, unless it is for print."""
    if image.get_filters() == ["DCTDecode"]:
        from pipeline.system.pictures import Image, opened

        data = bytes(image.get_data(decode_simple=False))
        try:
            with opened(data) as picture:
                is_for_screens = picture.mode in ("L", "RGB")
        except Image.DecompressionBombError:
            is_for_screens = True  # it is not unpacked, but reported
        if is_for_screens:
            return data, ".jpg"
    bitmap = image.get_bitmap(render=True)
    output = io.BytesIO()
    bitmap.to_pil().save(output, "PNG", optimize=True)
    return output.getvalue(), ".png"


# --- links ------------------------------------------------------------------------------


def linked(page: page_content.PageLayout) -> page_content.PageLayout:
    """A page, with the link addresses of its pieces; a piece that is partly a link is split."""
    runs = (piece for run in page.runs for piece in _cut(run, page.links))
    return replace(page, runs=tuple(runs))


def _cut(
    run: page_content.TextRun, links: Sequence[page_content.PageAddress]
) -> Iterator[PdfPiece]:
    whole = PdfPiece(*astuple(run))
    middle = (run.box.bottom + run.box.top) / 2
    for box, address in links:
        left, right = max(box.left, run.box.left), min(box.right, run.box.right)
        if not (box.bottom <= middle <= box.top and right - left > 1):
            continue
        width = run.box.width / len(run.text)
        start = _edge(run.text, round((left - run.box.left) / width))
        end = _edge(run.text, round((right - run.box.left) / width))
        for first, last in ((0, start), (start, end), (end, len(run.text))):
            if run.text[first:last]:
                left, right = run.box.left + first * width, run.box.left + last * width
                yield replace(
                    whole,
                    text=run.text[first:last],
                    box=run.box._replace(left=left, right=right),
                    address=address if first == start and last == end else "",
                )
        return
    yield whole


def _edge(text: str, at: int) -> int:
    """The edge of a word that is nearest to a place in a text."""
    edges = [0, len(text), *(m.start() for m in re.finditer(r"\b", text))]
    return min(edges, key=lambda edge: abs(edge - at))


# --- notes ------------------------------------------------------------------------------


class NotesBelow(NamedTuple):
    """The text of the pages without notes, and these by their labels."""

    pages: list[list[PdfLine]]
    notes: dict[str, list[PdfLine]]


def notes_below(pages: Sequence[Sequence[PdfLine]], size: float) -> NotesBelow:
    """Remove notes from pages: small lines at the foot that begin with a number that is a
    superscript in the text above."""
    notes: dict[str, list[PdfLine]] = {}
    kept: list[list[PdfLine]] = []
    for lines in pages:
        at = _foot(lines, size)
        by_number: dict[str, list[PdfLine]] = {}
        last = ""
        for line in lines[at:]:
            begins = NOTE.match(line.text)
            if begins and begins[1] not in by_number and (not last or _follows(last, begins[1])):
                last = begins[1]
                by_number[last] = [without_mark(line, begins[1], ".) ")]
            elif last:
                by_number[last].append(line)
        labels: dict[str, str] = {}
        above = referred(lines[:at], by_number, notes, labels)
        if by_number and set(by_number) == set(labels):
            kept.append(above)
            notes |= {label: by_number[number] for number, label in labels.items()}
        else:
            kept.append([*lines])
    return NotesBelow(kept, notes)


def _foot(lines: Sequence[PdfLine], size: float) -> int:
    """The position where the small lines at the foot of a page begin; or else lines that are set
    apart and begin with a number."""
    at = len(lines)
    while at and lines[at - 1].size < SMALLER * size:
        at -= 1
    for number in range(at - 1, 0, -1) if at == len(lines) else ():
        gap = lines[number - 1].baseline - lines[number].baseline
        if gap > 2.5 * size or gap < 0:
            return number if gap > 0 and NOTE.match(lines[number].text) else at
    return at


def note_of(lines: Sequence[PdfLine], known: frozenset[str]) -> Element:
    """The text of a note."""
    note = etree.Element("div")
    write_lines(lines, etree.SubElement(note, "p"), known)
    return note


def _follows(before: str, number: str) -> bool:
    return not number.isdigit() or (before.isdigit() and int(number) == int(before) + 1)


def without_mark(line: PdfLine, mark: str, after: str | None = None) -> PdfLine:
    """A line without the number or bullet that it begins with, and the signs ``after`` it: white
    space, if none are given."""
    first, *others = line.runs
    text = first.text.lstrip().removeprefix(mark).lstrip(after)
    return line._replace(runs=(replace(first, text=text), *others) if text else tuple(others))


def referred(
    lines: Sequence[PdfLine],
    numbers: Collection[str],
    known: Collection[str],
    labels: dict[str, str],
) -> list[PdfLine]:
    """The lines with references to notes; ``labels`` get a label for each number that is met,
    which none has that is ``known``."""
    result: list[PdfLine] = []
    for line in lines:
        runs: list[page_content.TextRun] = []
        for run in line.runs:
            number = _REFERENCE.fullmatch(run.text)
            if number and number[1] in numbers and _is_raised(run, line):
                label = number[1] if number[1].isdigit() else str(len(known) + len(labels) + 1)
                label = label if label not in known else f"{line.page}-{label}"
                labels.setdefault(number[1], label)
                assert isinstance(run, PdfPiece)
                run = replace(run, note=labels[number[1]])
            runs.append(run)
        result.append(line._replace(runs=tuple(runs)))
    return result


def _is_raised(run: page_content.TextRun, line: PdfLine) -> bool:
    """Return whether a piece is above the baseline of its line, and either smaller or much
    higher."""
    by = run.baseline - line.baseline
    return by > 0.25 * line.size or (by > 0.1 * line.size and run.size < 0.85 * line.size)
