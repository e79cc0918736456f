"""From a file that came back to changes of its source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.review import differences, matching
from pipeline.commands.review.differences import with_notes
from pipeline.commands.review.drawn_tables import fitted
from pipeline.commands.review.matching import applied, new_formulas
from pipeline.commands.review.reading import (
    NoWordFileError,
    ReviewedParagraph,
    ReviewerComment,
    read_edited,
    read_parts,
    read_removed,
    read_source,
)
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
from pipeline.commands.writer.text import escape_line
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, varied
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.model.words import words
from pipeline.parser import parse
from pipeline.verify.word import NOTE, digest_of

FEWEST_KNOWN = 0.3
"""The share of the paragraphs of a file that are from the source that it was made from."""

MOST_TOLD = 3
"""The paragraphs that look different and are told one by one."""

MARKERS = {"ListBullet": "- ", "ListNumber": "1. ", "Quote": "> "}
_OPENING = late(r"[ \t>]*(?:[-*+][ \t]+)?(?:`{3}|~{3}|:{3}|<\w(?!.*</)|\{%|\[!)")
"""The line of a block that has more in it."""

_UNTITLED = late(r"(:{3,}[ \t]*[\w-]+)[ \t]*+(?:\{[^{}\n]*\}[ \t]*+)?$", re.MULTILINE)
_FENCE = late(r"[^\n]*\n[ \t>]*(?:`{3,}|~{3,})[ \t]*(?=\n|\Z)")
_CODE_SPAN = late(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_HASHES = late(r"#+")
_TITLE = late(r"---[ \t]*\n(?:(?!---|title:)[^\n]*\n)*title:([^\n]*)")
_PLAIN_VALUE = late(r"[^\W\d_](?:[^\n:#\"']|:(?=\S)|(?<=\S)[#\"'])*")
"""The title in the front matter, and a text that may stand there without quotation marks."""

_BOX = late(r"\s*[-*+][ \t]+([(\[])[ xX]?[)\]][ \t]+")
"""The beginning of a choice, with its circle or box."""

_SPACES = late(r"[ \n]+")


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
        self.path, self.source, self.edition = path, source, edition
        parts = read_parts(path)
        self.styles, self.sheets = parts.styles, parts.sheets
        self.edited = self.returned = read_edited(parts)
        self.base = source.given(edition).paragraphs
        self.edits: list[SourceEdit] = []
        self.findings: list[Diagnostic] = []
        self.has_lost_formulas = self.has_other_levels = False
        self.older: set[int] = set()
        self.newer: set[int] = set()
        self.removed = read_removed(parts)
        self.formulas: dict[str, str] = {}
        self.columns: dict[int, int] = {}

    def review(self) -> FileReview:
        pairs = matching.matched(self.base, self.edited)
        self._refuse_stranger(pairs)
        self._keep_formulas()
        self._find_newer(pairs)
        self._name_notes(pairs)
        table_edits = TableEdits(self.base, self.edited, self.source)
        for table in changed_tables(self.base, self.edited, pairs):
            table_edits.add(table)
        table_edits.remove_whole({*pairs.values()} | self.newer)
        self.tables = table_edits.new_tables({*pairs})
        self.edits += table_edits.edits
        self.handled |= table_edits.written
        self.gone = table_edits.gone
        for number in table_edits.unclear:
            self._tell(self.base[number], "The table has another row or column: add it here.")
        for number in table_edits.left:
            self._tell(self.base[number], "The table was removed, and its caption was not.")
        titles = {n for n, other in pairs.items() if self._opens(self.base[other])}
        strayed = matching.moved(pairs, titles)
        strayed = {
            number
            for number in strayed
            if not self.edited[number].note and _has_content(self.edited[number])
        }
        for number in strayed & titles:
            base = self.base[pairs[number]]
            self._tell(base, f"“{_short(base)}” was moved, and belongs to a block: move it here.")
            strayed.remove(number)
        self._change(pairs, strayed)
        self._remove(pairs, strayed)
        self._insert(pairs, strayed)
        self.edits = outermost(self.edits)
        self._tell_rest(pairs)
        edits = (edit._replace(who=self.path.name) for edit in self.edits)
        return FileReview(tuple(dict.fromkeys(edits)), tuple(self.findings))

    def _tell(self, paragraph: ReviewedParagraph | None, message: str) -> None:
        span = paragraph.span if paragraph else None
        code = Code.NOT_TAKEN_BACK
        self.findings.append(
            diagnostic(code, message, span=span or Span(1), source=self.source.document.source)
        )

    # --- the file as a whole ---

    def _refuse_stranger(self, pairs: Mapping[int, int]) -> None:
        """Raise `NoWordFileError` for a file that was made of another source."""
        there = [number for number, paragraph in enumerate(self.edited) if paragraph.key]
        known = sum(number in pairs for number in there)
        if known < FEWEST_KNOWN * len(there):
            message = f"It was not made of this source: {known} of its {len(there)} paragraphs are"
            raise NoWordFileError(f"{message} from there.")

    def _find_newer(self, pairs: Mapping[int, int]) -> None:
        """Find the paragraphs that the source has got since the file was made: bookmarks are
        numbered, so that those of their neighbours tell how many were between them."""
        sent = {
            other: mark.number
            for number, other in pairs.items()
            if (mark := self.edited[number].mark) and self.base[other].mark
        }
        removed = {mark.digest for mark in self.removed}
        missing: list[int] = []
        last, numbers, there = 0, sorted(sent.values()), {*pairs.values()}
        for other, base in enumerate(self.base):
            if other in sent and sent[other] > last:
                between = bisect_left(numbers, sent[other]) - bisect_right(numbers, last)
                gone = sent[other] - last - 1 - between
                self._judge(missing, gone)
                last, missing = sent[other], []
            elif other not in there and base.mark and base.span and not base.note:
                missing.append(other)
        is_known = all(self._digest(n) in removed for n in missing)
        if missing and sent and not is_known:
            self._judge(missing, -1)
        notes = {piece.note for n in self.newer for piece in self.base[n].pieces}
        self.newer |= {n for n, paragraph in enumerate(self.base) if paragraph.note in notes - {""}}

    def _digest(self, number: int) -> str:
        mark = self.base[number].mark
        return mark.digest if mark else ""

    def _judge(self, missing: Sequence[int], gone: int) -> None:
        """Keep paragraphs that are not in the file unless as many were removed from it."""
        if gone >= len(missing):
            return
        self.newer.update(missing)
        for number in missing if gone else ():
            if self.base[number].key:
                message = (
                    f"“{_short(self.base[number])}” is not in the file: remove it if it is to go."
                )
                self._tell(self.base[number], message)

    def _keep_formulas(self) -> None:
        """Keep all formulas if the file has none any more: some programs lose them."""
        first = next((paragraph for paragraph in self.base if paragraph.formulas), None)
        if first is None or any(paragraph.formulas for paragraph in self.edited):
            return
        message = "The file has no formulas any more, perhaps since the program that saved it"
        self._tell(first, f"{message} cannot read them. They stay in the source.")
        self.has_lost_formulas = True
        self.base = [
            differences.without_formulas(paragraph)._replace(formulas=paragraph.formulas)
            for paragraph in self.base
        ]

    def _name_notes(self, pairs: Mapping[int, int]) -> None:
        """Let notes be called as they are written in the source; new ones stand where their signs
        do."""
        names: dict[str, str] = {}
        for paragraph in self.base:
            notes = [piece.note for piece in paragraph.pieces if piece.note]
            has_signs = (notes or paragraph.formulas) and paragraph.span
            place = self.source.words_of(paragraph) if has_signs else None
            words = written_tokens(paragraph)
            at = places_of(words, place[0]) if place else [None] * len(words)
            signs: dict[str, list[str]] = {NOTE: [], FORMULA: []}
            for each, where in zip(words, at, strict=True):
                if each.text in signs:
                    written = place[1][where.start : where.end] if place and where else ""
                    signs[each.text].append(written)
            names |= {n: text or NOTE for n, text in zip(notes, signs[NOTE], strict=True)}
            formulas = zip(paragraph.formulas, signs[FORMULA], strict=False)
            self.formulas |= {formula: text for formula, text in formulas if text}
        known = {
            self.edited[number].note: names.get(self.base[other].note, NOTE)
            for number, other in pairs.items()
            if self.edited[number].note
        }
        new: dict[str, list[str]] = {}
        self.handled = set[int]()
        for number, paragraph in enumerate(self.edited):
            if paragraph.note and paragraph.note not in known:
                text = markdown(paragraph, 0, len(paragraph.text)).replace("\0", " ").strip()
                new.setdefault(paragraph.note, []).append(text)
                self.handled.add(number)
        known |= {note: f"^[{' '.join(filter(None, texts))}]" for note, texts in new.items()}
        self.base = [with_notes(paragraph, names) for paragraph in self.base]
        self.edited = [with_notes(paragraph, known, self.formulas) for paragraph in self.edited]

    def _tell_rest(self, pairs: Mapping[int, int]) -> None:
        """Tell whatever else is different between the file and what the source now gives."""
        given, changed = self._given()
        if self.has_lost_formulas:
            given = [differences.without_formulas(paragraph) for paragraph in given]
        told = {finding.line for finding in self.findings}
        edited = differences.with_note_texts(self.returned)
        again = matching.matched(given, edited)
        kept = {*again.values()}
        left = [differences.words_of(p) for n, p in enumerate(given) if n not in kept]
        near = next((paragraph for paragraph in self.base if paragraph.span), None)
        cells = differences.cells_of(given), differences.cells_of(edited)
        if differences.page_breaks(given) < differences.page_breaks(edited):
            self._tell(near, "The file has new page breaks: write `\\newpage` where they are.")
        layout: list[tuple[ReviewedParagraph | None, ReviewedParagraph, str]] = []
        for number, paragraph in enumerate(edited):
            base = self.base[pairs[number]] if number in pairs else None
            near = base if base is not None and base.span else near
            is_empty = not any(map(str.isalnum, paragraph.text)) and not paragraph.formulas
            is_added = base is not None and (base.span is None or base.style == "WordBank")
            is_known = number in self.older or is_added
            is_known = is_known or (bool(changed) and pairs.get(number, -1) in (-1, *changed))
            if is_known or (near and near.span and near.span.line in told):
                continue
            also = [*differences.further(base, paragraph)] if base is not None else []
            if is_empty and base is not None:
                if also:
                    layout.append((near, paragraph, ", ".join(also)))
                continue
            if number in again:
                other = given[again[number]]
                if number not in pairs and paragraph.cell:  # in a row like the one beside it
                    other = other._replace(style=paragraph.style, align=paragraph.align)
                elif self.has_other_levels and differences.are_headings(other, paragraph):
                    other = other._replace(style=paragraph.style)  # levels count from the first
                what = [*differences.differences(other, paragraph)]
                if not changed and cells[0][again[number]] != cells[1][number]:
                    what.append("its place in the table")
                what += also
                if what:
                    kind = ", ".join(what)
                    if {*what} <= {differences.LETTERS, differences.FRAME}:
                        layout.append((near, paragraph, kind))
                        continue
                    self._tell_difference(near, paragraph, kind)
            elif (text := differences.words_of(paragraph)) in left:
                left.remove(text)
            elif text:
                self._tell(near, f"“{_short(paragraph)}” could not be taken over: write it here.")
        self._tell_layout(layout)
        self._tell_sheets()
        for number, paragraph in enumerate(given if not self.edits else ()):
            is_known = (
                number in kept | self.newer | self.gone or self.source.line_of(paragraph) in told
            )
            if paragraph.key and paragraph.span and not is_known:
                self._tell(paragraph, f"“{_short(paragraph)}” is not in the file any more.")

    def _tell_sheets(self) -> None:
        """Tell of pages and styles that are different, which have no place in the text."""
        source = self.source.given(self.edition)
        if self.sheets != source.sheets:
            message = "Heads, feet or sizes of pages are different in the file."
            self._tell(None, f"{message} They follow from the front matter.")
        used = {p.style for p in self.base} & {p.style for p in self.edited}
        changed = [s for s in used if self.styles.look(s) != source.styles.look(s)]
        if changed:
            names = ", ".join(sorted(style or "Normal" for style in changed)[:MOST_TOLD])
            more = " …" if len(changed) > MOST_TOLD else ""
            message = f"Styles look different in the file: {names}{more}."
            self._tell(None, f"{message} Use the file as a template (`word`) if that is to stay.")

    def _tell_difference(
        self, near: ReviewedParagraph | None, paragraph: ReviewedParagraph, kind: str
    ) -> None:
        self._tell(near, f"“{_short(paragraph)}” is different in the file: {kind}.")

    def _tell_layout(
        self, layout: Sequence[tuple[ReviewedParagraph | None, ReviewedParagraph, str]]
    ) -> None:
        """Tell of paragraphs that look different: once if there are many, as of another font."""
        for near, paragraph, kind in layout if len(layout) <= MOST_TOLD else ():
            self._tell_difference(near, paragraph, kind)
        if len(layout) > MOST_TOLD:
            near, paragraph, kind = layout[0]
            message = f"{len(layout)} paragraphs, of which “{_short(paragraph)}” is the first,"
            self._tell(near, f"{message} look different in the file: {kind}, or the like.")

    def _given(self) -> tuple[list[ReviewedParagraph], set[int]]:
        """The paragraphs that the source gives with the changes. If these are in files that it
        includes, those that it gives without them, and the numbers of those that they change."""
        paragraphs, changed = self.source.given(self.edition).paragraphs, set[int]()
        if any(edit.file for edit in self.edits):
            for number, paragraph in enumerate(paragraphs):
                file = paragraph.span.file if paragraph.span else ""
                start, end = self.source.bounds(paragraph) if paragraph.span else (0, 0)
                edits = (edit for edit in self.edits if edit.file == file)
                if any(edit.start <= end and start <= edit.end for edit in edits):
                    changed.add(number)
        elif self.edits:
            text = applied(self.source.text(""), self.edits)
            path = self.source.path
            document = parse(text, self.source.document.source, path.parent)
            paragraphs = read_source(path, document, self.edition).paragraphs
        return differences.with_note_texts(paragraphs), changed

    # --- changes ---

    def _change(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        for number, other in pairs.items():
            base, edited = self.base[other], self.edited[number]
            is_changed = len(edited.pictures) != len(base.pictures) or any(
                formula not in self.formulas for formula in new_formulas(base, edited)
            )
            if is_changed:
                near = base if base.span else self._before(other)
                self._tell(near, "A formula or a picture was changed: change it in the source.")
            elif edited.pictures != base.pictures:
                self._alternatives(base, edited)
            bare = differences.without_formulas(base) if self.has_lost_formulas else base
            is_same = differences.is_same(bare, edited)
            is_empty = not base.key and not edited.key
            if number in strayed or is_empty or (is_same and not edited.comments):
                continue
            if base.span is None:
                if not is_same and base.style == "Title":
                    self._entitle_all(base, edited)
                elif not is_same and base.style not in ("Header", "Footer", "NameLine"):
                    self._tell(None, f"“{_short(base)}” does not stand in the text of the source.")
                continue
            if not is_same and self._is_older(base, edited):
                self.older.add(number)
                continue
            self._restyle(number, base, edited, pairs)
            place = self.source.words_of(base)
            if place is None:
                self._entitle(base, edited)
                continue
            result = changes(base, edited, *place)
            comments = self._comments(base, edited, place[0])
            edits = new = (*result.edits, *comments)
            if base.cell:
                edits = fitted(edits, self.source.table_at(place[2], self.source.bounds(base)[0]))
            self.edits += edits
            if not is_changed and (not result.is_whole or len(edits) < len(new)):
                self._tell(base, f"Some changes of “{_short(base)}” are not clear: make them here.")

    def _before(self, number: int) -> ReviewedParagraph | None:
        """The nearest paragraph before one that stands in the source."""
        return next((p for p in reversed(self.base[:number]) if p.span), None)

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
            self.has_other_levels = True
            count = _limited(len(hashes[0]) + int(new[1]) - int(old[1]))
            edit = SourceEdit(base.span.file, hashes.start(), hashes.end(), "#" * count)
            self.edits.append(edit)

    def _restyle(
        self,
        number: int,
        base: ReviewedParagraph,
        edited: ReviewedParagraph,
        pairs: Mapping[int, int],
    ) -> None:
        """Take over that a heading, an item or text has become another one of these."""
        assert base.span is not None
        old, new = differences.kind_of(base), differences.kind_of(edited)
        self._level(base, edited)
        file, text = base.span.file, self.source.text(base.span.file)
        start = line_start(text, self.source.bounds(base)[0])
        is_bare = start == self.source.bounds(base)[0] and not base.cell
        if edited.is_after_removed and old != new:
            return  # which may be no wish
        if old == new == "item" and base.level != edited.level:
            self._indent(number, base, edited, pairs)
        elif old == new == "item" and base.is_numbered is not edited.is_numbered:
            self._renumber(number, base, edited)
        elif old.startswith("heading") and not new and (hashes := self._hashes(base)):
            end = hashes.end() + len(text[hashes.end() :]) - len(text[hashes.end() :].lstrip(" "))
            self.edits.append(SourceEdit(file, hashes.start(), end, "", author=edited.author()))
        elif not old and is_bare and new.startswith("heading") and base.span.end <= base.span.line:
            sign = "#" * self._count(int(new[-1]))
            self.edits.append(SourceEdit(file, start, start, f"{sign} ", author=edited.author()))
        elif not old and is_bare and (new == "item" or new in MARKERS):
            marker = MARKERS.get(edited.style, "- ")
            self.edits.append(SourceEdit(file, start, start, marker, author=edited.author()))

    def _indent(
        self,
        number: int,
        base: ReviewedParagraph,
        edited: ReviewedParagraph,
        pairs: Mapping[int, int],
    ) -> None:
        """Move an item to where those of its new level stand."""
        assert base.span is not None
        text, (start, end) = self.source.text(base.span.file), self.source.bounds(base)
        start, column = line_start(text, start), self._column(number, pairs)
        indent = _indent_of(text, start)
        if column is None or not ITEM.match(text, start):
            return
        self.columns[number] = column
        for line in (start, *(m.end() for m in re.finditer("\n", text[:end]) if m.end() > start)):
            there = _indent_of(text, line)
            spaces = " " * max(0, there + column - indent)
            edit = SourceEdit(base.span.file, line, line + there, spaces, author=edited.author())
            self.edits.append(edit)

    def _renumber(self, number: int, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Write a number for the bullet of an item, or a bullet for its number. What is below it
        stays so."""
        assert base.span is not None
        text, (start, end) = self.source.text(base.span.file), self.source.bounds(base)
        start, author = line_start(text, start), edited.author()
        if not (item := ITEM.match(text, start)):
            return
        before = takewhile(
            lambda other: other.level is not None and other.level >= (edited.level or 0),
            reversed(self.edited[:number]),
        )
        beside = takewhile(
            lambda other: other.is_numbered, (o for o in before if o.level == edited.level)
        )
        sign = f"{sum(1 for _ in beside) + 1}. " if edited.is_numbered else "- "
        begins = start + _indent_of(text, start)
        self.edits.append(SourceEdit(base.span.file, begins, item.end(), sign, author=author))
        further = len(sign) - (item.end() - begins)
        end = line_end(text, end)
        rest = text[line_end(text, start) : end] + rest_of_item(text, start, end)
        for line in re.finditer(r"(?<=\n)(?=[^\n])", rest) if further > 0 else ():
            place = line_end(text, start) + line.start()
            self.edits.append(SourceEdit(base.span.file, place, place, " " * further))

    def _column(self, number: int, pairs: Mapping[int, int]) -> int | None:
        """The column in which an item of the file stands in the source: that of others beside it
        on its level, or of the text of the one that it is below. None if there are none."""
        level = self.edited[number].level or 0
        for step in (-1, 1):
            at = number + step
            while 0 <= at < len(self.edited):
                other = self.edited[at]
                at_level = other.level
                if at_level is None and not other.style.startswith("List"):
                    break
                place = self._item_at(at, pairs) if at_level is not None else None
                if at_level is not None and at_level < level:
                    break
                if at_level == level and place:
                    return place[0]
                at += step
        for at in range(number - 1, -1, -1):
            other = self.edited[at]
            if other.level is None and not other.style.startswith("List"):
                break
            if other.level is not None and other.level < level:
                place = self._item_at(at, pairs) if other.level == level - 1 else None
                return place[1] if place else None
        return None

    def _item_at(self, number: int, pairs: Mapping[int, int]) -> tuple[int, int] | None:
        """The columns of the sign of an item and of its text in the source, as it becomes."""
        base = self.base[pairs[number]] if number in pairs else None
        if base is None or base.span is None:
            return None
        text = self.source.text(base.span.file)
        start = line_start(text, self.source.bounds(base)[0])
        match, indent = ITEM.match(text, start), _indent_of(text, start)
        if not match:
            return None
        moved = self.columns.get(number)
        if moved is None and base.level != self.edited[number].level:
            return None  # it is going to be moved itself
        column = indent if moved is None else moved
        return column, column + len(match[0].strip()) + 1

    def _hashes(self, heading: ReviewedParagraph) -> re.Match[str] | None:
        """The signs of a heading in the source."""
        text = self.source.text(heading.span.file) if heading.span else ""
        return _HASHES.match(text, self.source.bounds(heading)[0]) if heading.span else None

    def _entitle_all(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Write another title of the whole into the front matter."""
        line, new = _TITLE.match(self.source.text("")), edited.key
        if line and " ".join(line[1].strip(" \t'\"").split()) == base.key:
            if not _PLAIN_VALUE.fullmatch(new):
                new = f"'{new.replace(chr(39), chr(39) * 2)}'"
            self.edits.append(SourceEdit("", line.start(1), line.end(1), f" {new}"))
        else:
            message = f"The title is “{edited.key}” in the file"
            self._tell(None, f"{message}: write it into the front matter.")

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

    def _comments(
        self, base: ReviewedParagraph, edited: ReviewedParagraph, source: Sequence[WordToken]
    ) -> list[SourceEdit]:
        """The comments that are not in the source yet, in their order."""
        assert base.span is not None
        text, (start, end) = self.source.text(base.span.file), self.source.bounds(base)
        there = text[start : line_end(text, end)]
        return [
            self._comment(comment, base, edited, source)
            for comment in edited.comments
            if _shown(comment) not in there
        ]

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
        assert base.span is not None
        text, (start, end) = self.source.text(base.span.file), self.source.bounds(base)
        at = end if at is None else at
        if base.style == "Code":  # in which it would be code
            fence = _FENCE.match(text, end)
            at = fence.end() if fence else line_end(text, end)
            return SourceEdit(
                base.span.file, at, at, f"\n\n{_shown(comment)}", author=comment.author
            )
        spans = (code.span() for code in _CODE_SPAN.finditer(text, start, line_end(text, at)))
        at = next((last for first, last in spans if first < at < last), at)
        return SourceEdit(base.span.file, at, at, _shown(comment), author=comment.author)

    # --- paragraphs that are gone, moved, or new ---

    def _remove(self, pairs: Mapping[int, int], strayed: set[int]) -> None:
        kept = {other for number, other in pairs.items() if number not in strayed}
        gone = [
            n
            for n, p in enumerate(self.base)
            if n not in kept | self.gone | self.newer and _has_content(p) and p.span
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
        elif is_alone and end == len(text):
            start -= text[:start].endswith("\n\n")
        following = ITEM.match(text, end)
        if first and first[1] and following and following[1] and is_first:
            start, end = first.end(), following.end()  # the next item begins the list
        author = self.removed.get(paragraph.mark, "") if paragraph.mark else ""
        self.edits.append(SourceEdit(file, start, end, "", author=author))

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
            elif number in self.tables and previous is not None:
                self._add(paragraph._replace(cell=None), previous, self.tables[number])
            elif number in self.handled or not _has_content(paragraph):
                continue
            elif other is None or other.span is not None:
                if other is not None:  # moved, with the place that it had
                    paragraph = paragraph._replace(span=other.span)
                if previous is None:
                    waiting.append(paragraph)
                else:
                    self._add(paragraph, previous)

    def _add(
        self,
        paragraph: ReviewedParagraph,
        near: ReviewedParagraph,
        written: str = "",
        *,
        before: bool = False,
    ) -> None:
        """Write a new paragraph after one that is there, or before it, as it is ``written``."""
        assert near.span is not None
        text, file = self.source.text(near.span.file), near.span.file
        if paragraph.pictures and paragraph.span is None:
            self._tell(near, "A picture is new here: add it to the source.")
            if not paragraph.key:
                return
        if paragraph.cell:
            self._tell(near, f"“{_short(paragraph)}” is new in a table: write it here.")
            return
        if paragraph.span is None and not {*paragraph.formulas} <= {*self.formulas}:
            self._tell(near, f"“{_short(paragraph)}” is new, and has a formula: write it here.")
        start, end = self.source.bounds(near._replace(cell=None))
        written = written or self._written(paragraph)
        start, end = line_start(text, start), line_end(text, end)
        if before:
            self.edits.append(
                SourceEdit(file, start, start, f"{written}\n\n", author=paragraph.author())
            )
            return
        item = ITEM.match(text, start)
        if near.cell:
            end = end_of_block(text, end)
        box = _BOX.match(text, start) if paragraph.style == near.style else None
        is_item = bool(item) and paragraph.style == near.style and paragraph.style in MARKERS
        is_item = is_item or bool(box)
        rest = rest_of_item(text, start, end)
        if is_item and paragraph.span is None and self._is_withheld(near.span.file, end, rest):
            shown = (p.span for p in self.base if p.span and p.key)
            if self._has(shown, near.span.file, end, rest):
                self._tell(near, f"“{_short(paragraph)}” is new in an item: write it here.")
                return
            self._tell(near, f"“{_short(paragraph)}” is new, and stands after the whole item.")
            end += len(rest.rstrip())
        if box and paragraph.span is None:
            closing = ")" if box[1] == "(" else "]"
            written = f"{text[start : box.start(1)]}{box[1]} {closing} {written.removeprefix('- ')}"
        elif is_item and item and paragraph.span is None:
            marker = item[0].replace(item[1], following(item[1])) if item[1] else item[0]
            written = marker + written.removeprefix(MARKERS[paragraph.style])
        if near.note and paragraph.note:
            written = f"    {written}"
        between = "\n" if is_item else "\n\n"
        after = "" if is_item or text[end : end + 2] in ("", "\n", "\n\n") else "\n"
        new = between + written + after
        self.edits.append(SourceEdit(file, end, end, new, author=paragraph.author()))

    def _written(self, paragraph: ReviewedParagraph) -> str:
        """A new paragraph as Markdown; one that was moved as it stands in the source."""
        if paragraph.span is not None:
            text, (start, end) = (
                self.source.text(paragraph.span.file),
                self.source.bounds(paragraph),
            )
            return text[line_start(text, start) : end]
        text = self._new_text(paragraph, 0)
        if match := matching.HEADING.fullmatch(paragraph.style):
            return f"{'#' * self._count(int(match[1]))} {text}"
        if paragraph.style.startswith("Interview") and "\t" in paragraph.text:
            speaker = paragraph.text.partition("\t")[0]
            text = self._new_text(paragraph, len(speaker) + 1)
            return f"{speaker.strip()}: {text}"
        return MARKERS.get(paragraph.style, "- " if paragraph.is_item else "") + escape_line(text)

    def _new_text(self, paragraph: ReviewedParagraph, start: int) -> str:
        """The text of a new paragraph as Markdown, with its comments."""
        text = markdown(paragraph, start, len(paragraph.text))
        lines = [_SPACES.sub(" ", line).strip() for line in text.strip("\0").split("\0")]
        comments = "".join(f" {_shown(comment)}" for comment in paragraph.comments)
        return "\\\n".join(lines) + comments

    def _count(self, level: int) -> int:
        """The number of signs that a heading of a level has in the source."""
        for paragraph in self.base:
            match = matching.HEADING.fullmatch(paragraph.style)
            if match and (hashes := self._hashes(paragraph)):
                return _limited(len(hashes[0]) + level - int(match[1]))
        return _limited(level)


def outermost(edits: Iterable[SourceEdit]) -> list[SourceEdit]:
    """Changes without those of a stretch that another one takes away."""
    result: list[SourceEdit] = []
    gone: SourceEdit | None = None
    for edit in sorted(edits, key=lambda edit: (edit.file, edit.start, -edit.end)):
        if (
            gone
            and edit.file == gone.file
            and edit.end <= gone.end
            and gone.start < edit.end
            and not edit.text
        ):
            continue
        result.append(edit)
        if not edit.text and edit.end > edit.start:
            gone = edit
    return result


def _indent_of(text: str, start: int) -> int:
    """The number of spaces with which a line begins."""
    line = text[start : line_end(text, start)]
    return len(line) - len(line.lstrip(" "))


def _limited(level: int) -> int:
    return max(1, min(6, level))


def _shown(comment: ReviewerComment) -> str:
    """A comment as one of the source."""
    about = ", ".join(filter(None, (comment.author, comment.date)))
    text = comment.text.replace("--", "–").replace(">", "›")
    return f"<!-- {about}: {text} -->"


def _has_content(paragraph: ReviewedParagraph) -> bool:
    return bool(paragraph.key or paragraph.pictures)


def _line(paragraph: ReviewedParagraph) -> tuple[str, int]:
    span = paragraph.span
    return (span.file, span.line) if span else ("", 0)


def _short(paragraph: ReviewedParagraph) -> str:
    key = paragraph.key.replace(FORMULA, "…") or " ".join(paragraph.pictures)
    return key if len(key) < 60 else f"{key[:57]}…"
