"""Random edits of Word files, as reviewers make them: in the markup of files that Chapbook made."""

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

import pipeline
from pipeline.commands.review.sources import ReviewedSource
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.parser import parse_file
from pipeline.verify.word import (
    ADDED,
    LINK,
    NOTES,
    SourceMark,
    W,
    parse_part,
    read_source_mark,
    read_written,
)

EDITION = "word"
MAIN, RELATIONS, COMMENTS = (
    "word/document.xml", "word/_rels/document.xml.rels", "word/comments.xml"
)  # fmt: skip
CAPTION = 8
"""Lines after a block in which its caption may stand."""

TRIES = 60
"""The paragraphs that are tried for an edit."""

PLAIN = ("", "ListBullet", "ListNumber")
WORD = re.compile(r"[A-Za-z]{4,}")


class WordEdit(NamedTuple):
    """An edit: its kind, the bookmark and place in the source of the paragraph that it changes, the
    words that are gone, and those that are new."""

    kind: str
    mark: SourceMark
    span: Span
    old: str = ""
    new: str = ""


UNTOUCHED = WordEdit("untouched", SourceMark(0, ""), Span(1))


class SentFile:
    """A Word file that was made from a source."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.source = ReviewedSource(path, parse_file(path))
        self.paragraphs = self.source.text_given(EDITIONS[EDITION]).paragraphs
        built = pipeline.build(path, [EDITION], out=folder / path.parent.name / path.stem).files
        self.file = next(file for file in built if file.suffix == ".docx")
        with zipfile.ZipFile(self.file) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.spans = {p.mark: p.span for p in self.paragraphs if p.mark and p.span}

    def edited(self, kind: str, rng: random.Random, token: str) -> tuple[bytes, WordEdit] | None:
        """The file with an edit, whose new words have a ``token`` that stands nowhere else; None if
        there is no place for an edit of this kind."""
        name = next((name for name in NOTES if name in self.parts), "") if kind == "note" else MAIN
        root = parse_part(self.parts[name]) if name else etree.Element("none")
        paragraphs = [p for p in root.iter(f"{W}p") if read_source_mark(p) in self.spans]
        rng.shuffle(paragraphs)
        for paragraph in paragraphs[:TRIES]:
            mark = read_source_mark(paragraph)
            assert mark
            place = Place(kind, paragraph, mark, self.spans[mark], self, rng, token)
            if edit := EDITS[kind](place):
                return self._packed({name: etree.tostring(root)}, edit), edit
        return None

    def _packed(self, changed: dict[str, bytes], edit: WordEdit) -> bytes:
        parts = self.parts | changed
        if edit.kind == "address":
            relations = parts[RELATIONS]
            parts[RELATIONS] = relations.replace(edit.old.encode(), edit.new.encode())
        if edit.kind == "comment":
            comment = etree.fromstring(
                f'<w:comments xmlns:w="{W[1:-1]}"><w:comment w:id="7" w:author="Ann"'
                ' w:date="2026-11-30T10:00:00Z"><w:p><w:r><w:t/></w:r></w:p></w:comment>'
                "</w:comments>"
            )
            comment[0][0][0][0].text = edit.new
            parts[COMMENTS] = etree.tostring(comment)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return stream.getvalue()

    def lines(self, file: str, first: int, last: int) -> str:
        """The lines of a file of the source."""
        return "\n".join(self.source.text(file).split("\n")[first - 1 : last])


class Place(NamedTuple):
    """A paragraph for an edit."""

    kind: str
    paragraph: Any
    mark: SourceMark
    span: Span
    sent: SentFile
    rng: random.Random
    token: str

    def edit(self, old: str = "", new: str = "") -> WordEdit:
        return WordEdit(self.kind, self.mark, self.span, old, new)

    @property
    def style(self) -> str:
        style = self.paragraph.find(f"{W}pPr/{W}pStyle")
        return "" if style is None else style.get(f"{W}val")

    @property
    def is_in_table(self) -> bool:
        return next(self.paragraph.iterancestors(f"{W}tc"), None) is not None

    @property
    def is_whole(self) -> bool:
        """True if the paragraph is all that its lines of the source have."""
        line = (self.span.file, self.span.line)
        same = [p for p in self.sent.paragraphs if p.span and (p.span.file, p.span.line) == line]
        return len(same) == 1 and bool(read_written(self.paragraph).strip())

    def has(self, *names: str) -> bool:
        return next(self.paragraph.iter(*(f"{W}{name}" for name in names)), None) is not None

    def texts(self) -> Iterator[Any]:
        """The texts that somebody wrote, outside fields and controls."""
        depth = 0
        for run in self.paragraph.iter(f"{W}r"):
            for mark in run.iter(f"{W}fldChar"):
                depth += {"begin": 1, "end": -1}.get(mark.get(f"{W}fldCharType"), 0)
            style = run.find(f"{W}rPr/{W}rStyle")
            name = "" if style is None else style.get(f"{W}val")
            is_sign = name.endswith("Reference") or name in ("Speaker", *ADDED)
            is_within = next(run.iterancestors(f"{W}sdt", f"{W}fldSimple"), None) is not None
            texts = run.findall(f"{W}t")
            if not (depth or is_sign or is_within) and len(texts) == 1 and len(run) <= 2:
                yield texts[0]

    def words(self) -> list[tuple[Any, re.Match[str]]]:
        """The words that stand in the source, each with its text."""
        return [
            (text, match)
            for text in self.texts()
            for match in WORD.finditer(text.text or "")
            if self.is_in_source(match[0])
        ]

    def is_in_source(self, word: str) -> bool:
        end = (self.span.end or self.span.line) + CAPTION
        return word in self.sent.lines(self.span.file, self.span.line, end)

    def row(self) -> Any:
        """The row of a paragraph in the body of a pipe table, or None."""
        row = next(self.paragraph.iterancestors(f"{W}tr"), None)
        line = self.sent.lines(self.span.file, self.span.line, self.span.line)
        if row is None or row.find(f"{W}trPr/{W}tblHeader") is not None or line[:1] != "|":
            return None
        tags = (f"{W}gridSpan", f"{W}vMerge", f"{W}footnoteReference")
        return None if next(row.getparent().iter(*tags), None) is not None else row


Edit = Callable[[Place], WordEdit | None]


def _word(place: Place) -> WordEdit | None:
    words = place.words()
    is_gone = place.kind == "gone"
    if not words or place.is_in_table is not (place.kind == "cell") or (is_gone and len(words) < 4):
        return None
    text, match = place.rng.choice(words)
    before, after = text.text[: match.start()], text.text[match.end() :]
    new = "" if is_gone else place.token
    if is_gone and (before.endswith(" ") or not before):
        after = after.removeprefix(" ")
    if place.kind == "tracked word":
        _track(text, before, match[0], new, after)
    else:
        text.text = before + new + after
    return place.edit(match[0], new)


def _track(text: Any, before: str, old: str, new: str, after: str) -> None:
    run = text.getparent()
    for content, name in ((before, ""), (old, "del"), (new, "ins"), (after, "")):
        part = copy.deepcopy(run)
        inner = part.find(f"{W}t")
        inner.text = content
        if name == "del":
            inner.tag = f"{W}delText"
        if name:
            change = part.makeelement(f"{W}{name}", {f"{W}id": "900", f"{W}author": "Ann"})
            change.append(part)
            part = change
        run.addprevious(part)
    run.getparent().remove(run)


def _sentence(place: Place) -> WordEdit | None:
    texts, runs = [*place.texts()], [*place.paragraph.iter(f"{W}r")]
    if place.is_in_table or not texts or texts[-1].getparent() is not runs[-1]:
        return None
    if not place.is_in_source(texts[-1].text.split(" ")[-1]):
        return None
    new = f" So it is {place.token} again."
    texts[-1].text += new
    return place.edit(new=new)


def _new_paragraph(place: Place) -> WordEdit | None:
    if place.is_in_table or place.style not in PLAIN or not read_written(place.paragraph).strip():
        return None
    new = copy.deepcopy(place.paragraph)
    _fill(new, f"Here is {place.token} for all.")
    place.paragraph.addnext(new)
    return place.edit(new=f"Here is {place.token} for all.")


def _fill(paragraph: Any, text: str) -> None:
    """Put a text into a paragraph instead of its content."""
    for part in [*paragraph]:
        if part.tag != f"{W}pPr":
            paragraph.remove(part)
    etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t").text = text


def _gone_paragraph(place: Place) -> WordEdit | None:
    is_plain = place.style in (*PLAIN, "Interview") and not place.is_in_table
    if not place.is_whole or not is_plain or place.has("footnoteReference", "drawing", "instrText"):
        return None
    place.paragraph.getparent().remove(place.paragraph)
    return place.edit(old=read_written(place.paragraph))


def _moved_paragraph(place: Place) -> WordEdit | None:
    following = place.paragraph.getnext()
    mark = None if following is None or following.tag != f"{W}p" else read_source_mark(following)
    if mark not in place.sent.spans or place.is_in_table:
        return None
    assert mark
    other = place._replace(paragraph=following, mark=mark, span=place.sent.spans[mark])
    if place.style or other.style or not place.is_whole or not other.is_whole:
        return None
    first = (place.span.end or place.span.line) + 1
    if place.sent.lines(place.span.file, first, other.span.line - 1).strip():
        return None
    following.addnext(place.paragraph)
    return place.edit()


def _comment(place: Place) -> WordEdit | None:
    words = place.words()
    if not words or place.is_in_table:
        return None
    text, match = place.rng.choice(words)
    run = text.getparent()
    run.addprevious(run.makeelement(f"{W}commentRangeStart", {f"{W}id": "7"}))
    run.addnext(run.makeelement(f"{W}commentRangeEnd", {f"{W}id": "7"}))
    return place.edit(match[0], f"Is that so, {place.token}?")


def _new_row(place: Place) -> WordEdit | None:
    row = place.row()
    if row is None:
        return None
    new = copy.deepcopy(row)
    for number, cell in enumerate(new.iter(f"{W}tc")):
        _fill_cell(cell, f"{place.token} {number}")
    row.addnext(new)
    return place.edit(new=place.token)


def _fill_cell(cell: Any, text: str) -> None:
    first, *others = cell.findall(f"{W}p")
    _fill(first, text)
    for paragraph in others:
        cell.remove(paragraph)


def _gone_row(place: Place) -> WordEdit | None:
    row = place.row()
    if row is None or len(row.getparent().findall(f"{W}tr")) < 3:
        return None
    row.getparent().remove(row)
    return place.edit()


def _column(place: Place) -> WordEdit | None:
    row = place.row()
    if row is None:
        return None
    rows, grid = row.getparent().findall(f"{W}tr"), row.getparent().find(f"{W}tblGrid")
    widths = {len(each.findall(f"{W}tc")) for each in rows}
    if len(grid) < 3 or widths != {len(grid)} or rows[0].find(f"{W}trPr/{W}tblHeader") is None:
        return None
    at, is_new = place.rng.randrange(len(grid)), place.kind == "new column"
    columns = [each.findall(f"{W}tc")[at] for each in rows]
    for number, cell in enumerate((grid[at], *columns)):
        new = copy.deepcopy(cell)
        if is_new and number:
            _fill_cell(new, f"{place.token} {number}")
        if is_new:
            cell.addnext(new)
        else:
            cell.getparent().remove(cell)
    return place.edit(new=place.token)


def _address(place: Place) -> WordEdit | None:
    relations, text = place.sent.parts[RELATIONS], place.sent.source.text(place.span.file)
    targets = {each.get("Id"): each.get("Target") for each in parse_part(relations)}
    for link in place.paragraph.iter(f"{W}hyperlink"):
        name = link.get(LINK, "")
        target = targets.get(name, "")
        is_single = place.sent.parts[MAIN].count(f'"{name}"'.encode()) == 1
        if f"({target})" in text and is_single and relations.count(target.encode()) == 1:
            return place.edit(target, f"https://{place.token}.example/")
    return None


def _alternative(place: Place) -> WordEdit | None:
    for properties in place.paragraph.iter("{*}docPr"):
        old = properties.get("descr")
        if old and f"![{old}]" in place.sent.source.text(place.span.file):
            properties.set("descr", f"A {place.token}")
            return place.edit(old, f"A {place.token}")
    return None


EDITS: dict[str, Edit] = {
    "word": _word, "tracked word": _word, "gone": _word, "cell": _word, "note": _word,
    "sentence": _sentence, "new paragraph": _new_paragraph, "gone paragraph": _gone_paragraph,
    "moved paragraph": _moved_paragraph, "comment": _comment, "new row": _new_row,
    "gone row": _gone_row, "new column": _column, "gone column": _column, "address": _address,
    "alternative": _alternative,
}  # fmt: skip
"""All kinds of edits."""
