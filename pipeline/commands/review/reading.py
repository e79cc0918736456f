"""Reads paragraphs of Word files: those that came back, and those that the source gives now."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from pipeline.driver import Options, mark_for, render_edition
from pipeline.flow.values import request_for
from pipeline.model import Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.package import package
from pipeline.system.pictures import Image, open_image
from pipeline.verify import word
from pipeline.verify.reading import Archive, BrokenBook

PARTS = ("word/document.xml", *word.NOTES)
COMMENTS = "word/comments.xml"
ABOUT = "docProps/core.xml"
_REMOVED_END = f"{word.W}pPr/{word.W}rPr/{word.W}del"
"""The mark of the end of a paragraph that a tracked change removes."""

_PART = late(
    r"word/(?:document|(?:foot|end)notes|comments|styles|numbering|(?:header|footer)\d*)\.xml"
)
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
EMBEDDED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
EMPHASES = {"strong": "b", "emphasis": "i", "subtle emphasis": "i", "intense emphasis": "i"}
"""The looks of Word's own styles for emphasis, by their names, which are the same in all
languages."""

LETTERS = (
    "sz val", "color val", "rFonts ascii", "smallCaps val", "caps val", "vanish val",
    "position val", "spacing val", "bdr val",
)  # fmt: skip
SPACES = ("spacing before", "spacing after", "spacing line")
INDENTS = ("ind left", "ind right", "ind firstLine", "ind hanging")
AROUND = ("pBdr top", "pBdr left", "pBdr bottom", "pBdr right", "shd fill", "bidi val")
"""The properties that say how letters look, and where a paragraph stands and what is around it."""

SIDES = {"start": "left", "end": "right"}
_DIGITS = late(r"[0-9]+")
MATHS = word.MATH.removesuffix("oMath")
OPERATORS = frozenset("+-±·×÷*=≠<>≤≥")
_SAME_SIGNS = str.maketrans("−∗⋅", "-*·")

UNSEEN = (*word.UNMARKED, "0", "nil", "false", "off", "000000", "clear")
"""The values of these that do not show."""

MOST_BYTES = 50_000_000
"""The bytes of a picture that are read."""

TWIPS, EMU = 1440 / 25.4, 36000
"""The units of pages, and of pictures, in a millimetre."""

ROUGH = 8
"""The pixels at each side of a picture by which it is compared."""


class ReviewerComment(NamedTuple):
    """A comment, and the number of characters of the paragraph before its end."""

    author: str
    date: str
    text: str
    offset: int


class CellPlace(NamedTuple):
    """A cell, by the numbers of its table and row in a part, and its column."""

    table: int
    row: int
    column: int


class ShownPicture(NamedTuple):
    """A picture: its alternative text, its sides in millimetres, and roughly what there is to
    see."""

    alternative: str
    size: tuple[int, int]
    light: bytes


class ReviewedParagraph(NamedTuple):
    """A paragraph: its pieces and style, which of the source it was, where that stands now, the
    cell that it is in, its formulas and pictures; the level of an item and whether that is
    numbered, the id of the note that it is in, and whether it begins a page, or follows a paragraph
    that a tracked change removes, whose style it may have got; who changed which stretches of it in
    tracked changes, its indentation, lines and colours, and what is in its fields to fill in."""

    pieces: tuple[word.WrittenPiece, ...]
    style: str = ""
    mark: word.SourceMark | None = None
    span: Span | None = None
    cell: CellPlace | None = None
    formulas: tuple[str, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    comments: tuple[ReviewerComment, ...] = ()
    level: int | None = None
    is_numbered: bool = False
    align: str = ""
    note: str = ""
    is_on_top: bool = False
    is_after_removed: bool = False
    authors: tuple[tuple[int, int, str], ...] = ()
    frame: str = ""
    fields: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def key(self) -> str:
        """The words, by which paragraphs are the same."""
        return " ".join(self.text.replace(word.NOTE, "").split())

    @property
    def is_item(self) -> bool:
        """True if it begins an item of a list."""
        return self.level is not None

    def author(self, start: int = 0, end: int | None = None) -> str:
        """Who changed a stretch of the text in a tracked change."""
        last = len(self.text) if end is None else end
        names = (name for first, end, name in self.authors if start <= end and first <= last)
        return ", ".join(dict.fromkeys(names))


class NoWordFileError(ValueError):
    """The file cannot be read."""


class WordStyles:
    """The looks of letters and paragraphs where they are not those of the style, and those of
    styles. Some programs write out what a style has."""

    def __init__(self, root: Any) -> None:
        styles = [] if root is None else [*root.iterfind(f"{word.W}style")]
        self._styles = {style.get(f"{word.W}styleId", ""): style for style in styles}
        defaults = (style for style in styles if style.get(f"{word.W}default") in ("1", "true"))
        kinds = {style.get(f"{word.W}type"): style.get(f"{word.W}styleId") for style in defaults}
        self._usual = kinds.get("paragraph", "")
        places = {kind: f"{word.W}docDefaults/*/{word.W}{kind}" for kind in ("rPr", "pPr")}
        self._base = {
            kind: _values(None if root is None else root.find(place))
            for kind, place in places.items()
        }
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    def paint(self, style: str, look: Any) -> str:
        """The look of letters in a paragraph of a style, given their own properties."""
        styled = self._base["rPr"] | self._values_of("rPr", style or self._usual)
        named = self._values_of("rPr", word.value_of(look, "rStyle"))
        shown = _list(styled | named | _values(look), LETTERS)
        return shown if shown != _list(styled, LETTERS) else ""

    def frame(self, style: str, paragraph: Any, cell: Any) -> str:
        """The indentation and spaces of a paragraph, lines around it, what is behind it, and its
        direction; the colour of its cell."""
        styled = self._base["pPr"] | self._values_of("pPr", style or self._usual)
        values = styled | _values(paragraph.find(f"{word.W}pPr"))
        fill = word.value_of(cell, "tcPr/shd", "fill")
        spaces = () if cell is not None or style.startswith("Box") else SPACES
        names = (*spaces, *(() if _list_of(paragraph)[0] else INDENTS), *AROUND)
        shown = _list(values, names)
        shown = shown if shown != _list(styled, names) else ""
        return f"{shown} {'' if fill in UNSEEN else fill}".strip()

    def look(self, style: str) -> str:
        """The look of a style."""
        letters = self._base["rPr"] | self._values_of("rPr", style or self._usual)
        around = self._base["pPr"] | self._values_of("pPr", style or self._usual)
        return f"{_list(letters, LETTERS)}; {_list(around, (*SPACES, *AROUND))}"

    def _values_of(self, kind: str, name: str) -> dict[str, str]:
        """The values that a style has, also from those that it is based on."""
        if (kind, name) not in self._known:
            self._known[kind, name] = {}  # of one that is based on itself
            style = self._styles.get(name)
            if style is not None:
                own = _values(style.find(f"{word.W}{kind}"))
                self._known[kind, name] = (
                    self._values_of(kind, word.value_of(style, "basedOn")) | own
                )
        return self._known[kind, name]


def _values(properties: Any) -> dict[str, str]:
    """The values of properties, and of those within them, by their names."""
    values: dict[str, str] = {}
    for holder in () if properties is None else properties.iterchildren():
        name = etree.QName(holder).localname
        for key, value in holder.attrib.items():
            side = etree.QName(key).localname
            values[f"{name} {SIDES.get(side, side)}"] = value
        if not holder.attrib:
            values[f"{name} val"] = "1"
        for side in holder:
            values[f"{name} {etree.QName(side).localname}"] = side.get(f"{word.W}val", "")
    return values


def _list(values: Mapping[str, str], names: Iterable[str]) -> str:
    """The values of some properties that show."""
    shown = ((name, values.get(name, "")) for name in names)
    return ", ".join(f"{name} {value}" for name, value in shown if value not in UNSEEN)


class ReturnedParts(NamedTuple):
    """The parts of a file: those with paragraphs, each with the addresses of its links and
    what there is to see of its pictures, by their ids; its comments by their ids, with their
    numbers for offsets; the levels of lists that are numbered; and the texts of heads and feet
    without the title, and the sizes of pages."""

    texts: tuple[tuple[Any, dict[str, str], dict[str, bytes]], ...]
    comments: Mapping[str, ReviewerComment]
    styles: WordStyles
    numbered: frozenset[tuple[str, str]]
    sheets: frozenset[str]


def read_parts(file: Path | BinaryIO) -> ReturnedParts:
    """The parts of a file. Raises `NoWordFileError`."""
    try:
        with Archive(file) as archive:
            roots = {
                name: word.parse_part(archive.read(name))
                for name in sorted(archive.names)
                if _PART.fullmatch(name)
            }
            texts = tuple((roots[n], *_links_of(archive, n)) for n in PARTS if n in roots)
            about = word.parse_part(archive.read(ABOUT)) if ABOUT in archive else None
            title = "" if about is None else " ".join(about.findtext("{*}title", "").split())
    except (BrokenBook, etree.LxmlError) as error:
        raise NoWordFileError("It is no Word file, or is damaged.") from error
    if not texts:
        raise NoWordFileError("It is no Word file.")
    styles = roots.get("word/styles.xml")
    for root in roots.values():
        for spare in [*root.iter(FALLBACK)]:  # says again what stands before it
            spare.getparent().remove(spare)
        _add_looks(root, styles)
    comments = {
        comment.get(f"{word.W}id"): ReviewerComment(
            comment.get(f"{word.W}author", ""),
            comment.get(f"{word.W}date", "")[:10],
            " ".join(" ".join(map(word.read_written, comment.iter(f"{word.W}p"))).split()),
            number,
        )
        for number, comment in enumerate(roots.get(COMMENTS, ()))
    }
    numbered = frozenset(_numbered_levels(roots.get("word/numbering.xml")))
    sheets = frozenset(text.replace(title, "") if title else text for text in _sheets(roots))
    return ReturnedParts(texts, comments, WordStyles(styles), numbered, sheets)


def _links_of(archive: Archive, part: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """The addresses of the links of a part, and what there is to see of its pictures, by their
    ids."""
    folder, _, name = part.rpartition("/")
    listing = f"{folder}/_rels/{name}.rels"
    rows = word.parse_part(archive.read(listing)) if listing in archive else ()
    addresses = {row.get("Id"): row.get("Target", "") for row in rows if row.get("TargetMode")}
    targets = {row.get("Id"): row.get("Target", "").removeprefix("/word/") for row in rows}
    images = {
        id: _rough(archive.start(f"{folder}/{target}", MOST_BYTES))
        for id, target in targets.items()
        if target.startswith("media/") and f"{folder}/{target}" in archive
    }
    return addresses, images


def _rough(data: bytes) -> bytes:
    """The light of a picture, roughly, since programs store it in other ways. Nothing for one that
    cannot be opened."""
    try:
        image = open_image(data).convert("RGBA").resize((ROUGH, ROUGH))
    except (OSError, ValueError, Image.DecompressionBombError):
        return b""
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("L").tobytes()


def _add_looks(root: Any, styles: Any) -> None:
    """Give letters in a style of Word for emphasis the look of that."""
    names = {
        style.get(f"{word.W}styleId"): EMPHASES.get(word.value_of(style, "name").lower(), "")
        for style in (() if styles is None else styles)
        if style.get(f"{word.W}type") == "character"
    }
    for named in [*root.iter(f"{word.W}rStyle")]:
        if look := names.get(named.get(f"{word.W}val")):
            named.addnext(etree.Element(f"{word.W}{look}"))


def _numbered_levels(numbering: Any) -> Iterator[tuple[str, str]]:
    """The ids of lists, each with a level of it that is numbered."""
    if numbering is None:
        return
    kinds = {
        each.get(f"{word.W}abstractNumId"): {
            level.get(f"{word.W}ilvl", "0"): word.value_of(level, "numFmt")
            for level in each.iter(f"{word.W}lvl")
        }
        for each in numbering.iterfind(f"{word.W}abstractNum")
    }
    for each in numbering.iterfind(f"{word.W}num"):
        levels = dict(kinds.get(word.value_of(each, "abstractNumId"), {}))
        for level in each.iterfind(f"{word.W}lvlOverride/{word.W}lvl"):
            levels[level.get(f"{word.W}ilvl", "0")] = word.value_of(level, "numFmt")
        for level, kind in levels.items():
            if kind not in ("bullet", "none", ""):
                yield each.get(f"{word.W}numId", ""), level


def _sheets(roots: Mapping[str, Any]) -> Iterator[str]:
    """The texts of heads and feet, and the sizes of pages in millimetres."""
    for name, root in roots.items():
        if name.startswith(("word/header", "word/footer")):
            texts = (" ".join(_DIGITS.sub("", text).split()) for text in word.paragraphs(root))
            yield from filter(None, texts)  # without numbers of pages
        for size in root.iter(f"{word.W}pgSz"):
            sides = (float(size.get(f"{word.W}{side}", 0)) / TWIPS for side in "wh")
            yield " × ".join(f"{side:.0f}" for side in sides)


def read_removed(parts: ReturnedParts) -> dict[word.SourceMark, str]:
    """The bookmarks of paragraphs that tracked changes remove, with the authors of these."""
    removed = {}
    for root, *_ in parts.texts:
        for paragraph in root.iter(f"{word.W}p"):
            if (mark := word.read_source_mark(paragraph)) and _is_removed(paragraph):
                changes = paragraph.iter(*word.REMOVED)
                removed[mark] = next((each.get(f"{word.W}author", "") for each in changes), "")
    return removed


def read_edited(parts: ReturnedParts) -> list[ReviewedParagraph]:
    """The paragraphs of a file that came back."""
    paragraphs = [*_paragraphs(parts)]
    named = {piece.note for paragraph in paragraphs for piece in paragraph.pieces}
    return [paragraph for paragraph in paragraphs if not paragraph.note or paragraph.note in named]


class GivenText(NamedTuple):
    """The paragraphs that a source gives, with their places, and what stands around them."""

    paragraphs: list[ReviewedParagraph]
    styles: WordStyles
    sheets: frozenset[str]


def read_source(source: Path, document: Document, edition: Edition) -> GivenText:
    """The text that a source gives now."""
    request = request_for(source, document, Options())
    pages = render_edition(request, edition, mark_for(request, edition))
    parts = read_parts(io.BytesIO(package(pages, request.folder).data))
    paragraphs = [
        paragraph._replace(span=mark and pages.spans[mark.number - 1])
        for paragraph in _paragraphs(parts)
        for mark in (paragraph.mark,)
    ]
    return GivenText(paragraphs, parts.styles, parts.sheets)


def _paragraphs(parts: ReturnedParts) -> Iterator[ReviewedParagraph]:
    for root, addresses, images in parts.texts:
        yield from _paragraphs_of(parts, root, addresses, images)


def _paragraphs_of(
    parts: ReturnedParts, root: Any, addresses: Mapping[str, str], images: Mapping[str, bytes]
) -> Iterator[ReviewedParagraph]:
    cells = _cells(root)
    was_removed = False
    before: ReviewedParagraph | None = None  # a tracked change joins it to the next one
    for paragraph in root.iter(f"{word.W}p"):
        style = word.style_of(paragraph)
        is_removed = _is_removed(paragraph)
        is_after_removed, was_removed = was_removed, is_removed
        if word.is_listed(paragraph) or style.startswith("Index") or is_removed:
            continue
        cell = next(paragraph.iterancestors(f"{word.W}tc"), None)
        note = next(paragraph.iterancestors(f"{word.W}footnote", f"{word.W}endnote"), None)
        paint = functools.partial(parts.styles.paint, style)
        pieces = [*word.read_pieces(paragraph, addresses, paint)]
        drawings = [
            drawing
            for drawing in paragraph.iter(f"{word.W}drawing")
            if next(drawing.iter(word.BOX), None) is None  # which has paragraphs
        ]
        read = ReviewedParagraph(
            tuple(_join(pieces)),
            style,
            word.read_source_mark(paragraph),
            cell=cells.get(cell),
            formulas=tuple(map(_formula, paragraph.iter(word.MATH))),
            pictures=tuple(_picture(drawing, images) for drawing in drawings),
            comments=_comments(paragraph, parts.comments),
            level=_level(paragraph),
            is_numbered=_list_of(paragraph) in parts.numbered
            if _list_of(paragraph)[0]
            else style.startswith("ListNumber"),
            align=word.value_of(paragraph, "pPr/jc"),
            frame=parts.styles.frame(style, paragraph, cell),
            fields=tuple(map(_content, filter(word.is_filled_in, paragraph.iter(f"{word.W}sdt")))),
            note="" if note is None else note.get(f"{word.W}id", ""),
            is_on_top=word.is_on(paragraph, "pPr/pageBreakBefore"),
            is_after_removed=is_after_removed,
            authors=tuple(_authors(pieces)),
        )
        read = read if before is None else _join_paragraphs(before, read)
        is_joined = paragraph.find(_REMOVED_END) is not None
        before = read if is_joined else None
        if not is_joined:
            yield read
    if before:
        yield before


def _join_paragraphs(first: ReviewedParagraph, second: ReviewedParagraph) -> ReviewedParagraph:
    """A paragraph that another one goes on."""
    size = len(first.text)
    return first._replace(
        pieces=first.pieces + second.pieces,
        formulas=first.formulas + second.formulas,
        pictures=first.pictures + second.pictures,
        fields=first.fields + second.fields,
        comments=first.comments
        + tuple(each._replace(offset=each.offset + size) for each in second.comments),
        authors=first.authors
        + tuple((start + size, end + size, name) for start, end, name in second.authors),
    )


def _list_of(paragraph: Any) -> tuple[str, str]:
    """The id of a list, and the level in it."""
    number, level = (word.value_of(paragraph, f"pPr/numPr/{name}") for name in ("numId", "ilvl"))
    return number, level or "0"


def _content(field: Any) -> str:
    """The text that somebody has filled in."""
    checked = next(field.iter(f"{word.CHECKBOX.partition('}')[0]}}}checked"), None)
    if checked is not None:
        return "☒" if str(next(iter(checked.attrib.values()), "1")) in ("1", "true") else ""
    is_empty = field.find(f"{word.W}sdtPr/{word.W}showingPlcHdr") is not None
    return "" if is_empty else "".join(text.text or "" for text in field.iter(f"{word.W}t"))


def _level(paragraph: Any) -> int | None:
    """The level of an item of a list."""
    number, level = _list_of(paragraph)
    return None if number in ("", "0") else int(level) if level.isdecimal() else 0


def _join(pieces: Iterable[word.WrittenPiece]) -> Iterator[word.WrittenPiece]:
    """Pieces as long as their look is the same: a tracked change parts a word."""
    for look, run in itertools.groupby(pieces, lambda piece: piece._replace(text="", author="")):
        if text := "".join(piece.text for piece in run):
            yield look._replace(text=text)


def _authors(pieces: Iterable[word.WrittenPiece]) -> Iterator[tuple[int, int, str]]:
    at = 0
    for piece in pieces:
        if piece.author:
            yield at, at + len(piece.text), piece.author
        at += len(piece.text)


def _cells(root: Any) -> dict[Any, CellPlace]:
    """The places of all cells. Rows that a tracked change takes away are not there."""
    cells = {}
    rows = (
        row for row in root.iter(f"{word.W}tr") if row.find(f"{word.W}trPr/{word.W}del") is None
    )
    tables: dict[Any, int] = {}
    for number, row in enumerate(rows):
        table = tables.setdefault(row.getparent(), len(tables))
        column = 0
        for cell in row.iterfind(f"{word.W}tc"):
            cells[cell] = CellPlace(table, number, column)
            column += int(word.value_of(cell, "tcPr/gridSpan") or "1")
    return cells


def _formula(math: Any) -> str:
    """The letters and signs of a formula, and how many are raised and lowered: the rest, programs
    write in different ways."""
    text = "".join(math.itertext()).translate(_SAME_SIGNS)
    signs = "".join(char for char in text if char.isalnum() or char in OPERATORS)
    raised, lowered = (
        sum(1 for _ in math.iter(*(f"{MATHS}{name}" for name in names)))
        for names in (("sSup", "sSubSup"), ("sSub", "sSubSup"))
    )
    return f"{signs} {raised} {lowered}"


def _picture(drawing: Any, images: Mapping[str, bytes]) -> ShownPicture:
    properties, extent = drawing.find("*/{*}docPr"), drawing.find("*/{*}extent")
    alternative = "" if properties is None else " ".join(properties.get("descr", "").split())
    width, height = (0 if extent is None else int(extent.get(side, 0)) for side in ("cx", "cy"))
    blip = next(drawing.iter("{*}blip"), None)
    light = b"" if blip is None else images.get(blip.get(EMBEDDED, ""), b"")
    return ShownPicture(alternative, (round(width / EMU), round(height / EMU)), light)


def _is_removed(paragraph: Any) -> bool:
    """Return whether a tracked change removes a paragraph with all its text, or its row."""
    row = next(paragraph.iterancestors(f"{word.W}tr"), None)
    if row is not None and row.find(f"{word.W}trPr/{word.W}del") is not None:
        return True
    is_marked = paragraph.find(_REMOVED_END) is not None
    return is_marked and not word.read_written(paragraph)


def _comments(paragraph: Any, known: Mapping[str, ReviewerComment]) -> tuple[ReviewerComment, ...]:
    """The comments that end in a paragraph, by their places, and at one place as they are
    listed."""
    result = []
    for end in paragraph.iter(f"{word.W}commentRangeEnd"):
        if comment := known.get(end.get(f"{word.W}id")):
            before = etree.Element(f"{word.W}p")
            for child in paragraph:
                if child is end or end in set(child.iter()):
                    break
                before.append(etree.fromstring(etree.tostring(child)))
            offset = len(word.read_written(before))
            result.append((offset, comment.offset, comment._replace(offset=offset)))
    return tuple(comment for *_, comment in sorted(result))
