"""Reads paragraphs of Word files: those that came back, and those that the source gives now."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from pipeline.driver import Options, mark_for, render_edition
from pipeline.flow.values import request_for
from pipeline.model import Document
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.verify import word
from pipeline.verify.reading import Archive, BrokenBook

PARTS = ("word/document.xml", *word.NOTES)
COMMENTS = "word/comments.xml"
_REMOVED_END = f"{word.W}pPr/{word.W}rPr/{word.W}del"
"""The mark of the end of a paragraph that a tracked change removes."""


class ReviewerComment(NamedTuple):
    """A comment, and the number of characters of the paragraph before its end."""

    author: str
    date: str
    text: str
    offset: int


class AuthoredText(NamedTuple):
    """A stretch of the text of a paragraph that an author changed in a tracked change."""

    start: int
    end: int
    author: str


class CellPlace(NamedTuple):
    """A cell, by the numbers of its table and row in a part, and its column."""

    table: int
    row: int
    column: int


class ReviewedParagraph(NamedTuple):
    """A paragraph: its pieces and style, which of the source it was, where that stands now, the
    cell that it is in, its formulas, and the alternative texts of its pictures; the level of an
    item, the id of the note that it is in, and whether it begins a page, or follows a paragraph
    that a tracked change removes, whose style it may have got."""

    pieces: tuple[word.WrittenPiece, ...]
    style: str = ""
    mark: word.SourceMark | None = None
    span: Span | None = None
    cell: CellPlace | None = None
    formulas: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    comments: tuple[ReviewerComment, ...] = ()
    level: int | None = None
    align: str = ""
    note: str = ""
    is_on_top: bool = False
    is_after_removed: bool = False
    authors: tuple[AuthoredText, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def signs(self) -> list[str]:
        """The letters of formulas, which programs write in different ways."""
        return ["".join(filter(str.isalnum, formula)) for formula in self.formulas]

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
        names = (each.author for each in self.authors if start <= each.end and each.start <= last)
        return ", ".join(dict.fromkeys(filter(None, names)))


class NoWordFileError(ValueError):
    """The file cannot be read."""


def _parts(path: Path) -> tuple[list[tuple[Any, dict[str, str]]], Any]:
    """The parts of a file with the addresses of their links, and its comments. Raises
    `NoWordFileError`."""
    try:
        with Archive(path) as archive:
            parts = [
                (word.parse_part(archive.read(name)), _addresses(archive, name))
                for name in PARTS
                if name in archive
            ]
            comments: Any = word.parse_part(archive.read(COMMENTS)) if COMMENTS in archive else ()
    except (BrokenBook, etree.LxmlError) as error:
        raise NoWordFileError("It is no Word file, or is damaged.") from error
    if not parts:
        raise NoWordFileError("It is no Word file.")
    return parts, comments


def read_removed(path: Path) -> dict[word.SourceMark, str]:
    """The bookmarks of paragraphs that tracked changes remove, with the authors of these. Raises
    `NoWordFileError`."""
    removed = {}
    for root, _ in _parts(path)[0]:
        for paragraph in root.iter(f"{word.W}p"):
            if (mark := word.mark_of(paragraph)) and _is_removed(paragraph):
                changes = paragraph.iter(*word.REMOVED)
                removed[mark] = next((each.get(f"{word.W}author", "") for each in changes), "")
    return removed


def read_edited(path: Path) -> list[ReviewedParagraph]:
    """The paragraphs of a file that came back. Raises `NoWordFileError`."""
    parts, comments = _parts(path)
    remarks = {
        comment.get(f"{word.W}id"): (
            comment.get(f"{word.W}author", ""),
            comment.get(f"{word.W}date", "")[:10],
            " ".join(" ".join(map(word.read_written, comment.iter(f"{word.W}p"))).split()),
        )
        for comment in comments
    }
    paragraphs = [
        paragraph
        for root, addresses in parts
        for paragraph in _paragraphs(root, remarks, addresses)
    ]
    named = {piece.note for paragraph in paragraphs for piece in paragraph.pieces}
    return [paragraph for paragraph in paragraphs if not paragraph.note or paragraph.note in named]


def _addresses(archive: Archive, part: str) -> dict[str, str]:
    """The addresses of the links of a part, by their ids."""
    folder, _, name = part.rpartition("/")
    listing = f"{folder}/_rels/{name}.rels"
    rows = word.parse_part(archive.read(listing)) if listing in archive else ()
    return {row.get("Id"): row.get("Target", "") for row in rows if row.get("TargetMode")}


def read_source(source: Path, document: Document, edition: Edition) -> list[ReviewedParagraph]:
    """The paragraphs that a source gives now, with their places."""
    request = request_for(source, document, Options())
    pages = render_edition(request, edition, mark_for(request, edition))
    texts = {f"word/{file.name}": file.text for file in pages.files}
    texts |= {f"word/{page.name}": page.markup for page in pages.pages}
    roots = (word.parse_part(texts[name].encode()) for name in PARTS if name in texts)
    return [
        paragraph._replace(span=pages.spans[paragraph.mark.number - 1])
        if paragraph.mark
        else paragraph
        for root in roots
        for paragraph in _paragraphs(root, {}, {})
    ]


def _paragraphs(
    root: Any, remarks: dict[str, tuple[str, str, str]], addresses: dict[str, str]
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
        pieces = [*word.read_pieces(paragraph, addresses)]
        read = ReviewedParagraph(
            tuple(_joined(pieces)),
            style,
            word.mark_of(paragraph),
            cell=cells.get(cell),
            formulas=tuple("".join(math.itertext()) for math in paragraph.iter(word.MATH)),
            pictures=tuple(map(_alternative, paragraph.iter(f"{word.W}drawing"))),
            comments=tuple(sorted(_comments(paragraph, remarks), key=_when(remarks))),
            level=_level(paragraph),
            align=_property(paragraph, "jc"),
            note="" if note is None else note.get(f"{word.W}id", ""),
            is_on_top=paragraph.find(f"{word.W}pPr/{word.W}pageBreakBefore") is not None
            and _property(paragraph, "pageBreakBefore") not in ("0", "false", "off"),
            is_after_removed=is_after_removed,
            authors=tuple(_authors(pieces)),
        )
        read = read if before is None else _joining(before, read)
        is_joined = paragraph.find(_REMOVED_END) is not None
        before = read if is_joined else None
        if not is_joined:
            yield read
    if before:
        yield before


def _joining(first: ReviewedParagraph, second: ReviewedParagraph) -> ReviewedParagraph:
    """A paragraph that another one goes on."""
    size = len(first.text)
    comments = (each._replace(offset=each.offset + size) for each in second.comments)
    authors = (
        each._replace(start=each.start + size, end=each.end + size) for each in second.authors
    )
    return first._replace(
        pieces=first.pieces + second.pieces,
        formulas=first.formulas + second.formulas,
        pictures=first.pictures + second.pictures,
        comments=(*first.comments, *comments),
        authors=(*first.authors, *authors),
    )


def _when(remarks: Mapping[str, tuple[str, str, str]]) -> Callable[[ReviewerComment], Any]:
    """The order of comments: by their places, and at the same one, as they are listed."""
    order = {remark: number for number, remark in enumerate(remarks.values())}
    return lambda comment: (comment.offset, order[comment[:3]])


def _property(paragraph: Any, name: str) -> str:
    """The value of a property of a paragraph."""
    holder = paragraph.find(f"{word.W}pPr/{word.W}{name}")
    return "" if holder is None else holder.get(f"{word.W}val", "")


def _level(paragraph: Any) -> int | None:
    """The level of an item of a list."""
    if _property(paragraph, "numPr/" + f"{word.W}numId") in ("", "0"):
        return None
    level = _property(paragraph, f"numPr/{word.W}ilvl")
    return int(level) if level.isdecimal() else 0


def _joined(pieces: Iterable[word.WrittenPiece]) -> Iterator[word.WrittenPiece]:
    """Pieces as long as their look is the same: a tracked change parts a word."""
    for look, run in itertools.groupby(pieces, lambda piece: piece._replace(text="", author="")):
        if text := "".join(piece.text for piece in run):
            yield look._replace(text=text)


def _authors(pieces: Iterable[word.WrittenPiece]) -> Iterator[AuthoredText]:
    at = 0
    for piece in pieces:
        if piece.author:
            yield AuthoredText(at, at + len(piece.text), piece.author)
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
            span = cell.find(f"{word.W}tcPr/{word.W}gridSpan")
            column += 1 if span is None else int(span.get(f"{word.W}val", "1"))
    return cells


def _alternative(drawing: Any) -> str:
    """The alternative text of a picture."""
    properties = drawing.find("*/{*}docPr")
    return "" if properties is None else " ".join(properties.get("descr", "").split())


def _is_removed(paragraph: Any) -> bool:
    """Return whether a tracked change removes a paragraph with all its text, or its row."""
    row = next(paragraph.iterancestors(f"{word.W}tr"), None)
    if row is not None and row.find(f"{word.W}trPr/{word.W}del") is not None:
        return True
    is_marked = paragraph.find(_REMOVED_END) is not None
    return is_marked and not word.read_written(paragraph)


def _comments(
    paragraph: Any, remarks: dict[str, tuple[str, str, str]]
) -> Iterator[ReviewerComment]:
    """The comments that end in a paragraph."""
    for end in paragraph.iter(f"{word.W}commentRangeEnd"):
        remark = remarks.get(end.get(f"{word.W}id"))
        if remark:
            before = etree.Element(f"{word.W}p")
            for child in paragraph:
                if child is end or end in set(child.iter()):
                    break
                before.append(etree.fromstring(etree.tostring(child)))
            offset = sum(len(piece.text) for piece in word.read_pieces(before))
            yield ReviewerComment(*remark, offset)
