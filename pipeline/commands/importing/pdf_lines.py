"""The text of a PDF in pieces and lines, and tables in it."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import pypdfium2
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import astuple, replace

from pipeline.commands import pdf_reading
from pipeline.commands.importing.appearance import Atom, Formats, TextLine, fill
from pipeline.commands.importing.draft import NOTE_SENTINEL
from pipeline.commands.pdf_reading import TextRun
from pipeline.model.late import late
from pipeline.parser.lines import FORBIDDEN

# --- pdf lines -------------------------------------------------------------------------------
# Lines of a PDF, as its pieces of text make them.

HYPHENS = ("-", "\u2010")
"""The signs at the end of a line in which a word is cut."""

_LIST_MARK = late(r"[•◦▪‣·●○■□☐☑☒\uf0b7\uf0a7–-]|\(?\d{1,3}[.)]")
"""A bullet, a box or a number."""

_CUT = late(r"(?<!\w)([^\W\d_]{2,60})[-\u2010\u00ad\ufffe\x02]$")
SENTENCE_END = late(r"[.!?…:;。！？؟][”\"’»)\]\d]*$")
"""The end of a sentence, perhaps with the number of a note."""

APART, RAISED_APART = 0.2, 0.6
"""Of the size of its letters, a piece is further from the one before where a space is between;
and a raised one."""


class PdfPiece(TextRun, frozen=True):
    """A piece of text, the address that it leads to, and the label of the note that it is the
    number of."""

    address: str = ""
    note: str = ""


class PdfText(NamedTuple):
    """A page of HTML, its number of words, that of omitted content, and the notes by their
    labels."""

    body: Element
    words: int
    left_out: Counter[str]
    notes: list[tuple[str, Element]]


def plain_figures(body: Element) -> None:
    """Make images without a caption paragraphs, as they are elsewhere."""
    for figure in body.findall("figure"):
        if figure.find("figcaption") is None:
            figure.tag = "p"


class PdfLine(NamedTuple):
    """The pieces on one line of a page."""

    page: int
    runs: tuple[TextRun, ...]

    @property
    def text(self) -> str:
        text = ""
        for number, run in enumerate(self.runs):
            if number and _is_apart(self.runs[number - 1], run):
                text += " "
            text += run.text
        return " ".join(FORBIDDEN.sub("-", text).split())

    @property
    def _longest(self) -> TextRun:
        return max(self.runs, key=lambda run: len(run.text))

    @property
    def size(self) -> float:
        return self._longest.size

    @property
    def face(self) -> str:
        """The font and the colour of most letters, if they are no link."""
        run = self._longest
        is_link = isinstance(run, PdfPiece) and run.address
        return "" if is_link else f"{run.font} {run.colour}"

    @property
    def bold(self) -> bool:
        return all(run.bold for run in self.runs if run.text.strip())

    @property
    def italic(self) -> bool:
        return all(run.italic for run in self.runs if run.text.strip())

    @property
    def baseline(self) -> float:
        return max(self.runs, key=lambda run: run.size).baseline

    @property
    def left(self) -> float:
        return min(run.box.left for run in self.runs)

    @property
    def right(self) -> float:
        return max(run.box.right for run in self.runs)


def shape(lines: Sequence[PdfLine], place: str = "") -> TextLine:
    """Lines as one, in the size of the first; many in italics are a passage, such as a poem."""
    text = " ".join(line.text for line in lines)
    is_italic = len(lines) < 3 and all(line.italic for line in lines)
    is_bold = all(line.bold for line in lines)
    face = lines[0].face and place + lines[0].face
    return TextLine(text, lines[0].size, is_bold, is_italic, face)


def _is_apart(before: TextRun, run: TextRun, *, raised: bool = False) -> bool:
    if before.text[-1:].isspace() or run.text[:1].isspace() or run.text[0] in ".,;:!?)]’”":
        return False
    apart = RAISED_APART if raised else APART
    return run.box.left - before.box.right > apart * min(run.size, before.size)


def lines_of(page: int, runs: Iterable[TextRun]) -> list[PdfLine]:
    """The lines that pieces are on, in their order; marks that are drawn by themselves stand before
    theirs."""
    groups: list[list[TextRun]] = []
    for run in runs:
        before = groups[-1][-1] if groups else None
        size = max(run.size, before.size) if before else run.size
        if (
            before is None
            or abs(run.baseline - before.baseline) > 0.5 * size
            or run.box.left < before.box.left - size
        ):
            groups.append([run])
        else:
            line = groups[-1]
            is_mark = run.box.left < line[0].box.left and _LIST_MARK.fullmatch(run.text.strip())
            line.insert(0 if is_mark else len(line), run)
    return _mark_lines([PdfLine(page, tuple(group)) for group in groups])


def _mark_lines(lines: list[PdfLine]) -> list[PdfLine]:
    marks = {
        round(line.baseline): line
        for line in lines
        if len(line.runs) == 1 and _LIST_MARK.fullmatch(line.text)
    }
    kept: list[PdfLine] = []
    used: list[PdfLine] = []
    for line in lines:
        mark = marks.get(round(line.baseline))
        if mark and mark is not line and mark.left < line.left and mark not in used:
            used.append(mark)
            line = line._replace(runs=(*mark.runs, *line.runs))
        kept.append(line)
    return [line for line in kept if line not in used]


def hyphenated_words(text: str) -> frozenset[str]:
    """The words of a text with a hyphen in them; and the hyphenation character, if it is another
    one."""
    return frozenset(re.findall(r"(?<!\w)\w{1,60}-\w{1,60}|\u2010(?= )", text))


def write_lines(
    lines: Iterable[PdfLine], to: Element, known: frozenset[str], *, marked: bool = True
) -> None:
    """Lines as one text, with bold, italic, superscript and linked parts, and with references to
    notes; words hyphenated at line ends are rejoined, unless the text has them with a hyphen
    elsewhere."""
    atoms: list[Atom] = []
    for line in lines:
        if atoms:
            text, formats = str(atoms[-1].content), atoms[-1].formats
            start = line.text
            cut = _CUT.search(text[-70:])
            if cut and start[:1].islower():
                whole = cut[1] + (re.match(r"\w*", start) or [""])[0]
                hyphened = f"{cut[1]}-{whole[len(cut[1]) :]}"
                is_known = text.endswith("-") and not known.isdisjoint((hyphened, "\u2010"))
                atoms[-1] = Atom(text if is_known else text[:-1], formats)
            else:
                atoms.append(Atom(" ", _share_of(formats, _formats(line.runs[0], line, marked))))
        for number, run in enumerate(line.runs):
            text = FORBIDDEN.sub("-", run.text)
            formats = _formats(run, line, marked)
            note = run.note if isinstance(run, PdfPiece) else ""
            if note and number:
                atoms[-1] = Atom(str(atoms[-1].content).rstrip(), atoms[-1].formats)
            elif number and _is_apart(line.runs[number - 1], run, raised="raised" in dict(formats)):
                atoms.append(Atom(" ", _share_of(atoms[-1].formats, formats)))
            text = text if number else text.lstrip()
            atoms.append(
                Atom(f"{NOTE_SENTINEL}{note}{NOTE_SENTINEL}") if note else Atom(text, formats)
            )
    if to.tag == "p" and (len(to) or to.text):
        atoms.insert(0, Atom(" "))
    fill(to, atoms)


def _formats(run: TextRun, line: PdfLine, marked: bool) -> Formats:
    formats = []
    if isinstance(run, PdfPiece) and run.address:
        formats.append(("link", run.address))
    if marked and run.bold:
        formats.append(("strong", "strong"))
    if marked and run.italic:
        formats.append(("em", "em"))
    by = run.baseline - line.baseline
    if run.size < 0.85 * line.size and abs(by) > 0.08 * line.size:
        formats.append(("raised", "sup" if by > 0 else "sub"))
    return tuple(formats)


def _share_of(first: Formats, second: Formats) -> Formats:
    return tuple(format for format in first if format in second)


# --- pieces ----------------------------------------------------------------------------------
# Pieces of text in a PDF, with the addresses that they lead to; the notes below the text, and the
# images that show something.

SMALLEST_IMAGE = 16
"""Points that an image is high or wide at least."""

WHOLE = 0.85
"""The share of a page above which an image is a scan of it, or its background."""

MOST_BYTES = 2**28

SMALLER = 0.94
"""The maximum size of letters in notes, relative to the text."""

NOTE = late(r"(\d{1,3}|[*†‡§]{1,3})[.)]?\s{0,3}(?=\S)")
_REFERENCE = late(r"\s?(\d{1,3}|[*†‡§]{1,3})\s?")


def alternative(element: pdf_reading.PageElement | None) -> str:
    """The alternative text of an element, without the characters that no source may have."""
    return " ".join(FORBIDDEN.sub(" ", element.alt).split()) if element else ""


class ShownImage(NamedTuple):
    """An image, its position, its name and its alternative text."""

    page: int
    picture: pdf_reading.Picture
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

    def take(self, number: int, picture: pdf_reading.Picture, image: pypdfium2.PdfImage) -> None:
        """Keep an image, if it is large enough to show something."""
        if min(picture.size) < SMALLEST_IMAGE or min(picture.pixels) < 2 or self._size > MOST_BYTES:
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

    def shown(self, pages: Sequence[pdf_reading.PageLayout]) -> list[ShownImage]:
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
        from pipeline.system.pictures import Image, open_image

        data = bytes(image.get_data(decode_simple=False))
        try:
            with open_image(data) as picture:
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


def link_pieces(page: pdf_reading.PageLayout) -> pdf_reading.PageLayout:
    """A page, with the link addresses of its pieces; a piece that is partly a link is split."""
    runs = (piece for run in page.runs for piece in _cut(run, page.links))
    return replace(page, runs=tuple(runs))


def _cut(run: pdf_reading.TextRun, links: Sequence[pdf_reading.PageAddress]) -> Iterator[PdfPiece]:
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
        above = refer_to_notes(lines[:at], by_number, notes, labels)
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


def refer_to_notes(
    lines: Sequence[PdfLine],
    numbers: Collection[str],
    known: Collection[str],
    labels: dict[str, str],
) -> list[PdfLine]:
    """The lines with references to notes; ``labels`` get a label for each number that is met,
    which none has that is ``known``."""
    result: list[PdfLine] = []
    for line in lines:
        runs: list[pdf_reading.TextRun] = []
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


def _is_raised(run: pdf_reading.TextRun, line: PdfLine) -> bool:
    """Return whether a piece is above the baseline of its line, and either smaller or much
    higher."""
    by = run.baseline - line.baseline
    return by > 0.25 * line.size or (by > 0.1 * line.size and run.size < 0.85 * line.size)


# --- pdf tables ------------------------------------------------------------------------------
# Tables in a PDF without a structure tree: lines with gaps, whose parts are aligned.

GAP = 1.0
"""The minimum distance between columns, relative to the size of the letters."""

_CELL_MARK = late(r"\W{1,2}|\(?\w{1,4}[.)]")
"""The bullet or number of an item, which is not a cell."""


class PdfTable(NamedTuple):
    """The lines of the cells of each row, by the number of their column."""

    rows: list[dict[int, list[PdfLine]]]

    @property
    def lines(self) -> list[PdfLine]:
        return [line for row in self.rows for cell in row.values() for line in cell]

    def write(self, body: Element, known: frozenset[str]) -> None:
        """Put the table into a page."""
        table = etree.SubElement(body, "table")
        columns = 1 + max(column for row in self.rows for column in row)
        for number, row in enumerate(self.rows):
            is_head = not number and all(line.bold for cell in row.values() for line in cell)
            line = etree.SubElement(table, "tr")
            for column in range(columns):
                cell = etree.SubElement(line, "th" if is_head else "td")
                write_lines(row.get(column, ()), cell, known, marked=not is_head)


def with_tables(lines: Sequence[PdfLine]) -> list[PdfLine | PdfTable]:
    """The lines of a page, with those that form tables together."""
    parts = [part for line in lines for part in cells_of(line)]
    result: list[PdfLine | PdfTable] = []
    at = 0
    while at < len(parts):
        rows = _rows(parts, at)
        if rows:
            table = PdfTable(rows)
            result.append(table)
            at += len(table.lines)
        else:
            result.append(parts[at])
            at += 1
    return _join_parts(result)


def _join_parts(parts: Sequence[PdfLine | PdfTable]) -> list[PdfLine | PdfTable]:
    """The parts; those of a line outside tables are joined again."""
    joined: list[PdfLine | PdfTable] = []
    for part in parts:
        before = joined[-1] if joined else None
        if (
            isinstance(part, PdfLine)
            and isinstance(before, PdfLine)
            and part.page == before.page
            and abs(part.baseline - before.baseline) < 0.5 * max(part.size, before.size)
            and part.left >= before.left
        ):
            joined[-1] = before._replace(runs=(*before.runs, *part.runs))
        else:
            joined.append(part)
    return joined


def cells_of(line: PdfLine) -> list[PdfLine]:
    """A line, divided at its gaps, but not after its mark."""
    cuts = [0]
    for at, (left, right) in enumerate(itertools.pairwise(line.runs), 1):
        gap = right.box.left - left.box.right
        if gap > GAP * line.size and not _CELL_MARK.fullmatch(left.text.strip()):
            cuts.append(at)
    ends = [*cuts[1:], len(line.runs)]
    return [line._replace(runs=line.runs[a:b]) for a, b in zip(cuts, ends, strict=True)]


def _rows(parts: Sequence[PdfLine], start: int) -> list[dict[int, list[PdfLine]]]:
    """The rows of the table that begins at a part, if one does: two at least, most with several
    cells."""
    rows: list[list[PdfLine]] = []
    for at in range(start, len(parts)):
        part = parts[at]
        row = rows[-1] if rows else None
        top = row[0].baseline if row else 0
        lowest = min(p.baseline for p in row) if row else 0
        if row and abs(part.baseline - top) < 0.5 * part.size and part.left > row[-1].right:
            row.append(part)  # the next cell
        elif row and part.baseline < top and _is_below(part, row):
            row.append(part)  # the next line of a cell
        elif row and (
            (_is_alone(row) and sum(not _is_alone(above) for above in rows) < 2)
            or not 0 < lowest - part.baseline < 5 * part.size
        ):
            break
        else:
            rows.append([part])
    while rows and _is_alone(rows[-1]):
        rows.pop()
    if len(rows) < 2 or sum(map(_is_alone, rows)) > 0.4 * len(rows):
        return []
    edges = _columns(rows)
    if len(edges) < 2:
        return []
    filled = []
    for row in rows:
        cells: dict[int, list[PdfLine]] = {}
        for part in row:
            column = max((n for n, e in enumerate(edges) if e[0] <= part.right), default=0)
            cells.setdefault(column, []).append(part)
        filled.append(cells)
    return filled


def _is_below(part: PdfLine, row: Sequence[PdfLine]) -> bool:
    """Return whether a part is a further line of the cell above it in an unfinished row: it follows
    directly, and another cell is beside the upper part, or follows it."""
    last = row[-1]
    is_close = 0 < last.baseline - part.baseline < 1.5 * part.size
    is_same = part.left < last.right and part.right > last.left and part.bold == last.bold
    return is_close and is_same and (len(row) > 1 and part.left > row[0].right)


def _is_alone(row: Sequence[PdfLine]) -> bool:
    return max(part.left for part in row) <= min(part.right for part in row)


def _columns(rows: Sequence[Sequence[PdfLine]]) -> list[tuple[float, float]]:
    """The edges of the columns: cells below each other belong to the same one."""
    spans = sorted((part.left, part.right) for row in rows for part in row)
    edges: list[tuple[float, float]] = []
    for left, right in spans:
        if edges and left < edges[-1][1]:
            edges[-1] = (edges[-1][0], max(right, edges[-1][1]))
        else:
            edges.append((left, right))
    return edges
