"""From a file that came back to changes of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.review import matching
from pipeline.commands.review.drawn_tables import fitted
from pipeline.commands.review.reading import ReviewedParagraph, ReviewerComment, read_edited
from pipeline.commands.review.source_items import (
    ITEM,
    end_of_block,
    following,
    follows_item,
    rest_of_item,
)
from pipeline.commands.review.source_words import (
    SourceEdit,
    WordToken,
    line_end,
    line_start,
    places_of,
    tokens,
    written_tokens,
)
from pipeline.commands.review.sources import FURTHER, ReviewedSource
from pipeline.commands.review.tables import TableEdits, changed_tables
from pipeline.commands.review.words import changes, markdown
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, varied
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.model.words import words
from pipeline.verify.word import digest_of

MARKERS = {"ListBullet": "- ", "ListNumber": "1. ", "Quote": "> "}
_OPENING = late(r"[ \t>]*(?:[-*+][ \t]+)?(?:`{3}|~{3}|:{3}|<\w(?!.*</)|\{%|\[!)")
"""The line of a block that has more in it."""

_UNTITLED = late(r"(:{3,}[ \t]*[\w-]+)[ \t]*+(?:\{[^{}\n]*\}[ \t]*+)?$", re.MULTILINE)
_HASHES = late(r"#+")


class FileReview(NamedTuple):
    """Changes of a file, and findings about what cannot be taken home."""

    edits: tuple[SourceEdit, ...]
    findings: tuple[Diagnostic, ...]


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
        pairs = matching.matched(self.base, self.edited)
        table_edits = TableEdits(self.base, self.edited, self.source)
        for table in changed_tables(self.base, self.edited, pairs):
            table_edits.add(table)
        self.edits += table_edits.edits
        self.handled, self.gone = table_edits.written, table_edits.gone
        for number in table_edits.unclear:
            self._tell(self.base[number], "The table has another row or column: add it here.")
        titles = {n for n, other in pairs.items() if self._opens(self.base[other])}
        strayed = matching.moved(pairs, titles)
        for number in strayed & titles:
            base = self.base[pairs[number]]
            self._tell(base, f"“{_short(base)}” was moved, and belongs to a block: move it here.")
            strayed.remove(number)
        self._change(pairs, strayed)
        self._remove(pairs, strayed)
        self._insert(pairs, strayed)
        edits = (edit._replace(who=self.path.name) for edit in self.edits)
        return FileReview(tuple(dict.fromkeys(edits)), tuple(self.findings))

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
            if len(edited.pictures) != len(base.pictures) or matching.has_new_formulas(
                base, edited
            ):
                self._tell(base, "A formula or a picture was changed: change it in the source.")
            elif edited.pictures != base.pictures:
                self._alternatives(base, edited)
            is_same = edited.key == base.key and matching.same_looks(base, edited)
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
            place = self.source.words_of(base)
            if place is None:
                self._entitle(base, edited)
                continue
            result = changes(base, edited, *place)
            comments = [self._comment(each, base, edited, place[0]) for each in edited.comments]
            edits = new = (*result.edits, *comments)
            if base.cell:
                edits = fitted(edits, self.source.table_at(place[2], self.source.bounds(base)[0]))
            self.edits += edits
            if not result.is_whole or len(edits) < len(new):
                self._tell(base, f"Some changes of “{_short(base)}” are not clear: make them here.")

    def _alternatives(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Take over alternative texts of pictures, where they stand in the source as they are."""
        for old, new in zip(base.pictures, edited.pictures, strict=True):
            if old == new:
                continue
            start, end = self.source.bounds(base, FURTHER) if base.span else (0, 0)
            text = self.source.text(base.span.file) if base.span else ""
            places = [
                match.start(1)
                for match in re.finditer(
                    rf'(?:!\[|alt=["\'])({re.escape(old)})[\]"\']', text[start:end]
                )
                if old
            ]
            if base.span is None or len(places) != 1:
                self._tell(base, f"The alternative text “{new[:60]}” is new: write it here.")
                continue
            at, plain = start + places[0], new.replace("[", "(").replace("]", ")").replace('"', "”")
            self.edits.append(SourceEdit(base.span.file, at, at + len(old), plain))

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
        old, new = matching.HEADING.fullmatch(base.style), matching.HEADING.fullmatch(edited.style)
        if not old or not new or old[1] == new[1] or base.span is None:
            return
        if hashes := self._hashes(base):
            count = _limited(len(hashes[0]) + int(new[1]) - int(old[1]))
            edit = SourceEdit(base.span.file, hashes.start(), hashes.end(), "#" * count)
            self.edits.append(edit)

    def _hashes(self, heading: ReviewedParagraph) -> re.Match[str] | None:
        """The signs of a heading in the source."""
        text = self.source.text(heading.span.file) if heading.span else ""
        return _HASHES.match(text, self.source.bounds(heading)[0]) if heading.span else None

    def _entitle(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Write a new title of an exercise that had none; other words have no place."""
        assert base.span is not None
        label = words(self.source.document.metadata.lang)["caption_exercise"].format(number="")
        text, (start, end) = self.source.text(base.span.file), self.source.bounds(base)
        line, title = _UNTITLED.match(text, start, end), edited.key.removeprefix(base.key).strip()
        if line and title and base.key == " ".join(label.split()) != edited.key:
            self.edits.append(SourceEdit(base.span.file, line.end(1), line.end(1), f" {title}"))
        else:
            self._tell(base, f"“{_short(base)}” is not written like this in the source.")

    def _comment(
        self,
        comment: ReviewerComment,
        base: ReviewedParagraph,
        edited: ReviewedParagraph,
        source: Sequence[WordToken],
    ) -> SourceEdit:
        """A comment after the last of the words that it is about."""
        before = [word for word in tokens(edited.text) if word.end <= comment.offset]
        places = places_of(before, source)
        at = next((place.end for place in reversed(places) if place), None)
        if at is None:
            at = self.source.bounds(base)[1]
        about = ", ".join(filter(None, (comment.author, comment.date)))
        text = comment.text.replace("--", "–").replace(">", "›")
        assert base.span is not None
        return SourceEdit(base.span.file, at, at, f"<!-- {about}: {text} -->")

    # --- paragraphs that are gone, moved, or new ---

    def _remove(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        kept = {other for number, other in pairs.items() if number not in strayed}
        gone = [
            n for n, p in enumerate(self.base) if n not in kept | self.gone and p.key and p.span
        ]
        lines_kept = {_line(p) for n, p in enumerate(self.base) if n in kept and _has_content(p)}
        shown = [p.span for n, p in enumerate(self.base) if n in kept and _has_content(p)]
        for number in gone:
            if _line(self.base[number]) in lines_kept:
                self._remove_words(self.base[number])
            else:
                self._remove_block(self.base[number], [*filter(None, shown)])

    def _remove_words(self, paragraph: ReviewedParagraph) -> None:
        """Remove a paragraph from a line in which there are others."""
        place = self.source.words_of(paragraph)
        places = place and [p for p in places_of(written_tokens(paragraph), place[0]) if p]
        if place and places:
            self.edits.append(SourceEdit(place[2], places[0].start, places[-1].end, ""))
        else:
            self._tell(paragraph, f"“{_short(paragraph)}” was removed: remove it here.")

    def _remove_block(self, paragraph: ReviewedParagraph, shown: Sequence[Span]) -> None:
        """Remove the lines of a paragraph, with the rest of its item if nothing of that is still
        shown in the file: lines for answers, and the answers, which the file does not have."""
        assert paragraph.span is not None
        file, text = paragraph.span.file, self.source.text(paragraph.span.file)
        start, end = self.source.bounds(paragraph._replace(cell=None))
        start, end = line_start(text, start), min(line_end(text, end) + 1, len(text))
        if self._opens(paragraph):
            message = f"“{_short(paragraph)}” was removed, and belongs to a block."
            self._tell(paragraph, f"{message} Remove it here.")
            return
        first, is_first = ITEM.match(text, start), not follows_item(text, start)
        rest = rest_of_item(text, start, end) if first else ""
        is_withheld = self._is_withheld(file, end, rest)
        message = f"“{_short(paragraph)}” was removed, and the rest of its item was not."
        if rest.strip() and not self._has(shown, file, end, rest):
            end = min(end + len(rest.rstrip()) + 1, len(text))
            message = f"“{_short(paragraph)}” was removed, and its answer with it."
        elif rest.strip() and (is_first or is_withheld):
            self._tell(paragraph, f"{message} Remove it here.")
            return
        if rest.strip() and is_withheld:
            self._tell(paragraph, message)
        is_alone = text[max(0, start - 2) : start] in ("\n\n", "\n")
        if is_alone and text[end : end + 1] == "\n":
            end += 1
        following = ITEM.match(text, end)
        if first and first[1] and following and following[1] and is_first:
            start, end = first.end(), following.end()  # the next item begins the list
        self.edits.append(SourceEdit(file, start, end, ""))

    def _opens(self, paragraph: ReviewedParagraph) -> bool:
        """Return whether a paragraph is the title of a block whose line it stands in."""
        if paragraph.span is None or paragraph.style == "Code":
            return False
        text = self.source.text(paragraph.span.file)
        return bool(_OPENING.match(text, line_start(text, self.source.bounds(paragraph)[0])))

    def _is_withheld(self, file: str, start: int, text: str) -> bool:
        """Return whether something in a stretch of the source is not in the file."""
        places = (p.span for p in self.source.document.withheld if p.kind == "range")
        return self._has(places, file, start, text)

    def _has(self, spans: Iterable[Span], file: str, start: int, text: str) -> bool:
        """Return whether something begins in a stretch of the source."""
        starts = (self.source.starts(file)[span.line - 1] for span in spans if span.file == file)
        return any(start <= each < start + len(text) for each in starts)

    def _insert(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        previous: ReviewedParagraph | None = None
        waiting: list[ReviewedParagraph] = []
        for number, paragraph in enumerate(self.edited):
            other = self.base[pairs[number]] if number in pairs else None
            if other is not None and number not in strayed:
                if other.span is not None:
                    for each in waiting if previous is None else ():
                        self._add(each, other, before=True)
                    waiting, previous = [], other
            elif number in self.handled or not paragraph.key:
                continue
            elif other is None or other.span is not None:
                if other is not None:  # moved, with the place that it had
                    paragraph = paragraph._replace(span=other.span)
                if previous is None:
                    waiting.append(paragraph)
                else:
                    self._add(paragraph, previous)

    def _add(
        self, paragraph: ReviewedParagraph, near: ReviewedParagraph, *, before: bool = False
    ) -> None:
        """Write a new paragraph after one that is there, or before it."""
        assert near.span is not None
        text, file = self.source.text(near.span.file), near.span.file
        if paragraph.cell:
            self._tell(near, f"“{_short(paragraph)}” is new in a table: write it here.")
            return
        if paragraph.formulas and paragraph.span is None:
            self._tell(near, f"“{_short(paragraph)}” is new, and has a formula: write it here.")
        start, end = self.source.bounds(near._replace(cell=None))
        written = self._written(paragraph)
        start, end = line_start(text, start), line_end(text, end)
        if before:
            self.edits.append(SourceEdit(file, start, start, f"{written}\n\n"))
            return
        item = ITEM.match(text, start)
        if near.cell:
            end = end_of_block(text, end)
        is_item = bool(item) and paragraph.style == near.style and paragraph.style in MARKERS
        rest = rest_of_item(text, start, end)
        if is_item and paragraph.span is None and self._is_withheld(near.span.file, end, rest):
            shown = (p.span for p in self.base if p.span and p.key)
            if self._has(shown, near.span.file, end, rest):
                self._tell(near, f"“{_short(paragraph)}” is new in an item: write it here.")
                return
            self._tell(near, f"“{_short(paragraph)}” is new, and stands after the whole item.")
            end += len(rest.rstrip())
        if is_item and item and paragraph.span is None:
            marker = item[0].replace(item[1], following(item[1])) if item[1] else item[0]
            written = marker + written.removeprefix(MARKERS[paragraph.style])
        between = "\n" if is_item else "\n\n"
        after = "" if is_item or text[end : end + 2] in ("", "\n", "\n\n") else "\n"
        self.edits.append(SourceEdit(file, end, end, between + written + after))

    def _written(self, paragraph: ReviewedParagraph) -> str:
        """A new paragraph as Markdown; one that was moved as it stands in the source."""
        if paragraph.span is not None:
            text, (start, end) = (
                self.source.text(paragraph.span.file),
                self.source.bounds(paragraph),
            )
            return text[line_start(text, start) : end]
        text = " ".join(markdown(paragraph, 0, len(paragraph.text)).split())
        if match := matching.HEADING.fullmatch(paragraph.style):
            return f"{'#' * self._count(int(match[1]))} {text}"
        if paragraph.style.startswith("Interview") and "\t" in paragraph.text:
            speaker, _, words = paragraph.text.partition("\t")
            return f"{speaker.strip()}: {words.strip()}"
        return MARKERS.get(paragraph.style, "") + text

    def _count(self, level: int) -> int:
        """The number of signs that a heading of a level has in the source."""
        for paragraph in self.base:
            match = matching.HEADING.fullmatch(paragraph.style)
            if match and (hashes := self._hashes(paragraph)):
                return _limited(len(hashes[0]) + level - int(match[1]))
        return _limited(level)


def _limited(level: int) -> int:
    return max(1, min(6, level))


def _has_content(paragraph: ReviewedParagraph) -> bool:
    return bool(paragraph.key or paragraph.pictures)


def _line(paragraph: ReviewedParagraph) -> tuple[str, int]:
    span = paragraph.span
    return (span.file, span.line) if span else ("", 0)


def _short(paragraph: ReviewedParagraph) -> str:
    key = paragraph.key.replace(FORMULA, "…")
    return key if len(key) < 60 else f"{key[:57]}…"
