"""From a file that came back to changes of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.review.matching import matched, moved
from pipeline.commands.review.reading import (
    ReviewedParagraph,
    ReviewerComment,
    read_edited,
    read_source,
)
from pipeline.commands.review.words import (
    SourceEdit,
    WordToken,
    are_found,
    changes,
    line_end,
    line_start,
    markdown,
    places_of,
    tokens,
)
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, varied
from pipeline.model.late import late
from pipeline.verify.word import digest_of

FURTHER = 8
"""Lines after a block in which its caption may stand."""

HEADING = late(r"Heading(\d)")
MARKERS = {"ListBullet": "- ", "ListNumber": "1. ", "Quote": "> "}
_ITEM = late(r"\s*(?:[-*+]|\d+[.)])\s+")
_HASHES = late(r"#+")
_BLANK = late(r"\n[ \t]*(?:\n|\Z)")
_CAPTION = late(r"(?:[^\W\d_]+)?: \S")
_CELL_END = late(r"(?<!\\)\|")


class FileReview(NamedTuple):
    """Changes of a file, and findings about what cannot be taken home."""

    edits: tuple[SourceEdit, ...]
    findings: tuple[Diagnostic, ...]


class ReviewedSource:
    """A source, and what all reviews of it need: the paragraphs that it gives in an edition, and
    the texts of its files by name, with the beginnings of their lines."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path, self.document = path, document
        self._paragraphs: dict[Edition, list[ReviewedParagraph]] = {}
        self._texts: dict[str, str] = {}
        self._starts: dict[str, list[int]] = {}

    def paragraphs(self, edition: Edition) -> list[ReviewedParagraph]:
        if edition not in self._paragraphs:
            self._paragraphs[edition] = read_source(self.path, self.document, edition)
        return self._paragraphs[edition]

    def text(self, file: str) -> str:
        """The text of the source, or of a file that it includes."""
        if file not in self._texts:
            path = Path(file) if file else self.path
            self._texts[file] = path.read_bytes().decode("utf-8-sig")
        return self._texts[file]

    def starts(self, file: str) -> list[int]:
        """Where the lines of a file begin, and one more would."""
        if file not in self._starts:
            text = self.text(file)
            ends = (match.end() for match in re.finditer("\n", text))
            self._starts[file] = [0, *ends, len(text) + 1]
        return self._starts[file]


def review(path: Path, source: ReviewedSource, edition: str) -> FileReview:
    """The changes of one file of an edition, given its name. Of a document with levels, the name of
    the file tells which it is of. Raises `NoWordFileError` and `OSError`."""
    first, *others = varied(EDITIONS[edition], source.document.metadata)
    named = (each for each in others if each.variation in path.stem)
    return _Reviewed(path, source, next(named, first)).review()


class _Reviewed:
    """A file and the source that it was made from."""

    def __init__(self, path: Path, source: ReviewedSource, edition: Edition) -> None:
        self.path, self.source = path, source
        self.edited = read_edited(path)
        self.base = source.paragraphs(edition)
        self.edits: list[SourceEdit] = []
        self.findings: list[Diagnostic] = []

    def review(self) -> FileReview:
        pairs = matched(self.base, self.edited)
        strayed = moved(pairs)
        self._change(pairs, strayed)
        self._remove(pairs, strayed)
        self._insert(pairs, strayed)
        edits = (edit._replace(who=self.path.name) for edit in self.edits)
        return FileReview(tuple(dict.fromkeys(edits)), tuple(self.findings))

    # --- places ---

    def _bounds(self, paragraph: ReviewedParagraph, further: int = 0) -> tuple[int, int]:
        """The beginning and end of a paragraph in its file."""
        span = paragraph.span
        assert span is not None
        text, starts = self.source.text(span.file), self.source.starts(span.file)
        start = starts[span.line - 1] + max(0, span.column - 1)
        last = min(len(starts) - 1, (span.end or span.line) + further)
        end = starts[last] - 1 if last < len(starts) - 1 or text.endswith("\n") else len(text)
        if paragraph.is_in_table and not further and (cell := _CELL_END.search(text, start, end)):
            end = cell.start()
        return start, max(start, end)

    def _tokens(self, paragraph: ReviewedParagraph) -> tuple[list[WordToken], str, str]:
        """The words of the source where a paragraph, or its caption, stands."""
        assert paragraph.span is not None
        file = paragraph.span.file
        text, words = self.source.text(file), tokens(paragraph.text)
        source = tokens(text, *self._bounds(paragraph))
        if not are_found(words, places_of(words, source)):
            source = tokens(text, *self._bounds(paragraph, FURTHER))
        return source, text, file

    def _tell(self, paragraph: ReviewedParagraph | None, message: str) -> None:
        span = paragraph.span if paragraph else None
        code = Code.NOT_TAKEN_BACK
        self.findings.append(
            diagnostic(code, message, span=span or Span(1), source=self.source.document.source)
        )

    # --- changes ---

    def _change(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        for number, other in pairs.items():
            base, edited = self.base[other], self.edited[number]
            if edited.signs != base.signs or edited.pictures != base.pictures:
                self._tell(base, "A formula or a picture was changed: change it in the source.")
            is_same = edited.key == base.key and _same_looks(base, edited)
            is_empty = not base.key and not edited.key
            if number in strayed or is_empty or (is_same and not edited.comments):
                continue
            if base.span is None:
                if not is_same and base.style not in ("Header", "Footer", "NameLine"):
                    self._tell(None, f"“{_short(base)}” does not stand in the text of the source.")
                continue
            if not is_same and self._is_older(base, edited):
                continue
            self._level(base, edited)
            source, text, file = self._tokens(base)
            result = changes(base, edited, source, text, file)
            if result is None:
                self._tell(base, f"“{_short(base)}” is not written like this in the source.")
                continue
            self.edits += result.edits
            if not result.is_whole:
                self._tell(base, f"Some changes of “{_short(base)}” are not clear: make them here.")
            for comment in edited.comments:
                self._comment(comment, base, edited, source, file)

    def _is_older(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
        """Return whether a paragraph of the source has changed since the file was made: where the
        file has not changed it, the source is right; where it has, nobody but the author knows."""
        mark = edited.mark
        if mark is None or base.mark is None or mark.digest == base.mark.digest:
            return False
        if mark.digest != digest_of(edited.text):
            self.findings.append(
                diagnostic(
                    Code.REVIEW_CONFLICT,
                    f"The source has changed here since the file was made, which has"
                    f" “{edited.key[:120]}”.",
                    span=base.span,
                    source=self.source.document.source,
                )
            )
        return True

    def _level(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Take over another level of a heading."""
        old, new = HEADING.fullmatch(base.style), HEADING.fullmatch(edited.style)
        if not old or not new or old[1] == new[1] or base.span is None:
            return
        text, (start, _) = self.source.text(base.span.file), self._bounds(base)
        if hashes := _HASHES.match(text, start):
            count = max(1, min(6, len(hashes[0]) + int(new[1]) - int(old[1])))
            self.edits.append(SourceEdit(base.span.file, start, hashes.end(), "#" * count))

    def _comment(
        self,
        comment: ReviewerComment,
        base: ReviewedParagraph,
        edited: ReviewedParagraph,
        source: Sequence[WordToken],
        file: str,
    ) -> None:
        """Put a comment after the last of the words that it is about."""
        words = [word for word in tokens(edited.text) if word.end <= comment.offset]
        places = places_of(words, source)
        at = next((place.end for place in reversed(places) if place), None)
        if at is None:
            at = self._bounds(base)[1]
        about = ", ".join(filter(None, (comment.author, comment.date)))
        text = comment.text.replace("--", "–").replace(">", "›")
        self.edits.append(SourceEdit(file, at, at, f"<!-- {about}: {text} -->"))

    # --- paragraphs that are gone, moved, or new ---

    def _remove(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        kept = {other for number, other in pairs.items() if number not in strayed}
        gone = [n for n in range(len(self.base)) if n not in kept and self.base[n].key]
        with_pictures = {n for n, p in enumerate(self.base) if p.pictures and n in kept}
        with_text = {n for n in kept if self.base[n].key}
        lines_kept = {_line(self.base[n]) for n in with_text | with_pictures}
        for number in gone:
            paragraph = self.base[number]
            if paragraph.span is None:
                continue
            file, text = paragraph.span.file, self.source.text(paragraph.span.file)
            start, end = self._bounds(paragraph)
            if _line(paragraph) in lines_kept or paragraph.is_in_table:
                source, _, _ = self._tokens(paragraph)
                places = [p for p in places_of(tokens(paragraph.text), source) if p]
                if places and _line(paragraph) in lines_kept:
                    self.edits.append(SourceEdit(file, places[0].start, places[-1].end, ""))
                    continue
                if not places:
                    self._tell(paragraph, f"“{_short(paragraph)}” was removed: remove it here.")
                    continue
            start, end = line_start(text, start), min(line_end(text, end) + 1, len(text))
            is_alone = text[max(0, start - 2) : start] in ("\n\n", "\n")
            if is_alone and text[end : end + 1] == "\n":
                end += 1
            self.edits.append(SourceEdit(file, start, end, ""))

    def _insert(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        previous: ReviewedParagraph | None = None
        waiting: list[ReviewedParagraph] = []
        for number, paragraph in enumerate(self.edited):
            other = self.base[pairs[number]] if number in pairs else None
            if other is not None and number not in strayed:
                if other.span is not None:
                    if waiting and previous is None:
                        self._add(waiting, other, before=True)
                        waiting = []
                    previous = other
            elif paragraph.key and (other is None or other.span is not None):
                if other is not None:  # moved, with the place that it had
                    paragraph = paragraph._replace(span=other.span)
                if previous is None:
                    waiting.append(paragraph)
                else:
                    self._add([paragraph], previous)

    def _add(
        self, new: Iterable[ReviewedParagraph], near: ReviewedParagraph, *, before: bool = False
    ) -> None:
        """Write new paragraphs after one that is there, or before it."""
        assert near.span is not None
        text, file = self.source.text(near.span.file), near.span.file
        for paragraph in new:
            if paragraph.is_in_table:
                message = f"“{_short(paragraph)}” is new in a table: add its row in the source."
                self._tell(near, message)
                continue
            start, end = self._bounds(near._replace(is_in_table=False))
            written = self._written(paragraph)
            start, end = line_start(text, start), line_end(text, end)
            if before:
                self.edits.append(SourceEdit(file, start, start, f"{written}\n\n"))
                continue
            item = _ITEM.match(text, start)
            if near.is_in_table:
                end = _end_of_block(text, end)
            is_item = bool(item) and paragraph.style == near.style and paragraph.style in MARKERS
            if is_item and item and paragraph.span is None:
                marker = re.sub(r"\d+", "1", item[0]) if item[0].strip()[0].isdigit() else item[0]
                written = marker + written.removeprefix(MARKERS[paragraph.style])
            between = "\n" if is_item else "\n\n"
            after = "" if is_item or text[end : end + 2] in ("", "\n", "\n\n") else "\n"
            self.edits.append(SourceEdit(file, end, end, between + written + after))

    def _written(self, paragraph: ReviewedParagraph) -> str:
        """A new paragraph as Markdown; one that was moved as it stands in the source."""
        if paragraph.span is not None:
            text, (start, end) = self.source.text(paragraph.span.file), self._bounds(paragraph)
            return text[line_start(text, start) : end]
        text = " ".join(markdown(paragraph, 0, len(paragraph.text)).split())
        if match := HEADING.fullmatch(paragraph.style):
            return f"{'#' * self._hashes(int(match[1]))} {text}"
        if paragraph.style.startswith("Interview") and "\t" in paragraph.text:
            speaker, _, words = paragraph.text.partition("\t")
            return f"{speaker.strip()}: {words.strip()}"
        return MARKERS.get(paragraph.style, "") + text

    def _hashes(self, level: int) -> int:
        """The signs that a heading of a level has in the source."""
        for paragraph in self.base:
            match = HEADING.fullmatch(paragraph.style)
            if match and paragraph.span:
                text, (start, _) = self.source.text(paragraph.span.file), self._bounds(paragraph)
                if hashes := _HASHES.match(text, start):
                    return max(1, min(6, len(hashes[0]) + level - int(match[1])))
        return min(6, level)


def _same_looks(base: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
    levels = (HEADING.fullmatch(paragraph.style) for paragraph in (base, edited))
    old, new = (level and level[1] for level in levels)
    return _joined(base) == _joined(edited) and old == new


def _joined(paragraph: ReviewedParagraph) -> list[tuple[str, bool, bool]]:
    """The letters with their looks, without spaces."""
    return [
        (letter, piece.is_bold, piece.is_italic)
        for piece in paragraph.pieces
        for letter in piece.text
        if not letter.isspace()
    ]


def _line(paragraph: ReviewedParagraph) -> tuple[str, int]:
    span = paragraph.span
    return (span.file, span.line) if span else ("", 0)


def _short(paragraph: ReviewedParagraph) -> str:
    return paragraph.key if len(paragraph.key) < 60 else f"{paragraph.key[:57]}…"


def _end_of_block(text: str, end: int) -> int:
    """The end of the lines up to the next empty one, or of a caption after that."""
    blank = _BLANK.search(text, end)
    while blank and _CAPTION.match(text, blank.end()):
        blank = _BLANK.search(text, blank.end())
    return blank.start() if blank else len(text.rstrip("\n"))
