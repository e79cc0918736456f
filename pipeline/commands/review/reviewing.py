"""From a file that came back to changes of its source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.review import differences, matching
from pipeline.commands.review.differences import with_notes
from pipeline.commands.review.matching import apply, new_formulas
from pipeline.commands.review.reading import (
    NoWordFileError,
    ReviewedParagraph,
    ReviewerComment,
    read_edited,
    read_parts,
    read_removed,
    read_source,
)
from pipeline.commands.review.sources import (
    FURTHER,
    ITEM,
    ReviewedSource,
    SourceEdit,
    SourcePlace,
    WordToken,
    indent_of,
    line_end,
    next_number,
    places_of,
    tokens,
    written_tokens,
)
from pipeline.commands.review.tables import TableEdits, changed_tables, table_at
from pipeline.commands.review.words import WordComparison, markdown
from pipeline.commands.writer.text import escape_line
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, variations_of
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
    first, *others = variations_of(EDITIONS[edition], source.document.metadata)
    named = (each for each in others if each.variation in path.stem)
    return _Reviewed(path, source, next(named, first)).review()


class _Reviewed:
    """A file and the source that it was made from."""

    def __init__(self, path: Path, source: ReviewedSource, edition: Edition) -> None:
        self.path, self.source, self.edition = path, source, edition
        parts = read_parts(path)
        self.styles, self.sheets = parts.styles, parts.sheets
        self.edited = self.returned = read_edited(parts)
        self.base = source.text_given(edition).paragraphs
        self.pairs = matching.match_paragraphs(self.base, self.edited)
        self.edits: list[SourceEdit] = []
        self.findings: list[Diagnostic] = []
        self.has_lost_formulas = self.has_other_levels = False
        self.older: set[int] = set()
        self.newer: set[int] = set()
        self.handled: set[int] = set()
        self.removed = read_removed(parts)
        self.formulas: dict[str, str] = {}
        self.columns: dict[int, int] = {}

    def review(self) -> FileReview:
        self._refuse_stranger()
        self._keep_formulas()
        self._find_newer()
        self._name_notes()
        tables = self._change_tables()
        strayed = self._find_strayed()
        self._change(strayed)
        self._remove(strayed)
        self._insert(strayed, tables)
        self.edits = outermost(self.edits)
        self._tell_rest()
        edits = (edit._replace(who=self.path.name) for edit in self.edits)
        return FileReview(tuple(dict.fromkeys(edits)), tuple(self.findings))

    def _tell(
        self,
        paragraph: ReviewedParagraph | None,
        message: str,
        code: Code = Code.NOT_TAKEN_BACK,
    ) -> None:
        span = paragraph.span if paragraph else None
        self.findings.append(
            diagnostic(code, message, span=span or Span(1), source=self.source.document.source)
        )

    def _origin(self, number: int) -> ReviewedParagraph | None:
        """The paragraph of the source that one of the file was."""
        return self.base[self.pairs[number]] if number in self.pairs else None

    def _change_tables(self) -> dict[int, str]:
        """Take over rows, columns and tables that are gone or new; these as they are written in a
        source, by the numbers of their first paragraphs."""
        edits = TableEdits(self.base, self.edited, self.source, self.newer)
        for table in changed_tables(self.base, self.edited, self.pairs):
            edits.add(table)
        edits.remove_whole({*self.pairs.values()} | self.newer)
        tables = edits.new_tables(self.pairs)
        self.edits += edits.edits
        self.handled |= edits.written
        self.gone = edits.gone
        for number in edits.unclear:
            self._tell(self.base[number], "The table has another row or column: add it here.")
        for number in edits.left:
            self._tell(self.base[number], "The table was removed, and its caption was not.")
        return tables

    def _find_strayed(self) -> set[int]:
        """The paragraphs of the file that were moved."""
        titles = {n for n, other in self.pairs.items() if self._opens(self.base[other])}
        strayed = {
            number
            for number in matching.find_moved(self.pairs, titles)
            if not self.edited[number].note and _has_content(self.edited[number])
        }
        for number in strayed & titles:
            base = self.base[self.pairs[number]]
            self._tell(base, f"“{_short(base)}” was moved, and belongs to a block: move it here.")
        return strayed - titles

    # --- the file as a whole ---

    def _refuse_stranger(self) -> None:
        """Raise `NoWordFileError` for a file that was made of another source."""
        there = [number for number, paragraph in enumerate(self.edited) if paragraph.key]
        known = sum(number in self.pairs for number in there)
        if known < FEWEST_KNOWN * len(there):
            message = f"It was not made of this source: {known} of its {len(there)} paragraphs are"
            raise NoWordFileError(f"{message} from there.")

    def _find_newer(self) -> None:
        """Find the paragraphs that the source has got since the file was made: bookmarks are
        numbered, so that those of their neighbours tell how many were between them."""
        sent = {
            other: mark.number
            for number, other in self.pairs.items()
            if (mark := self.edited[number].mark) and self.base[other].mark
        }
        removed = {mark.digest for mark in self.removed}
        missing: list[int] = []
        last, numbers, there = 0, sorted(sent.values()), {*self.pairs.values()}
        for other, base in enumerate(self.base):
            if other in sent and sent[other] > last:
                between = bisect_left(numbers, sent[other]) - bisect_right(numbers, last)
                gone = sent[other] - last - 1 - between
                self._judge(missing, gone)
                last, missing = sent[other], []
            elif other not in there and base.mark and base.span and not base.note:
                missing.append(other)
        marks = (self.base[number].mark for number in missing)
        if missing and sent and any(mark and mark.digest not in removed for mark in marks):
            self._judge(missing, -1)
        notes = {piece.note for n in self.newer for piece in self.base[n].pieces}
        self.newer |= {n for n, paragraph in enumerate(self.base) if paragraph.note in notes - {""}}

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

    def _name_notes(self) -> None:
        """Let notes be called as they are written in the source; new ones stand where their signs
        do."""
        names: dict[str, str] = {}
        for paragraph in self.base:
            notes = [piece.note for piece in paragraph.pieces if piece.note]
            has_signs = (notes or paragraph.formulas) and paragraph.span
            source = self.source.words_of(paragraph) if has_signs else None
            words = written_tokens(paragraph)
            places = places_of(words, source) if source else [None] * len(words)
            signs: dict[str, list[str]] = {NOTE: [], FORMULA: []}
            for word, place in zip(words, places, strict=True):
                if word.text in signs:
                    text = self.source.place(paragraph).text if place else ""
                    signs[word.text].append(text[place.start : place.end] if place else "")
            names |= {n: text or NOTE for n, text in zip(notes, signs[NOTE], strict=True)}
            formulas = zip(paragraph.formulas, signs[FORMULA], strict=False)
            self.formulas |= {formula: text for formula, text in formulas if text}
        known = {
            self.edited[number].note: names.get(self.base[other].note, NOTE)
            for number, other in self.pairs.items()
            if self.edited[number].note
        }
        new: dict[str, list[str]] = {}
        for number, paragraph in enumerate(self.edited):
            if paragraph.note and paragraph.note not in known:
                text = markdown(paragraph, 0, len(paragraph.text)).replace("\0", " ").strip()
                new.setdefault(paragraph.note, []).append(text)
                self.handled.add(number)
        known |= {note: f"^[{' '.join(filter(None, texts))}]" for note, texts in new.items()}
        self.base = [with_notes(paragraph, names) for paragraph in self.base]
        self.edited = [with_notes(paragraph, known, self.formulas) for paragraph in self.edited]

    def _tell_rest(self) -> None:
        """Tell whatever else is different between the file and what the source now gives."""
        given, changed = self._find_given()
        if self.has_lost_formulas:
            given = [differences.without_formulas(paragraph) for paragraph in given]
        told = {finding.line for finding in self.findings}
        edited = differences.with_note_texts(self.returned)
        again = matching.match_paragraphs(given, edited)
        kept = {*again.values()}
        left = Counter(differences.words_of(p) for n, p in enumerate(given) if n not in kept)
        near = next((paragraph for paragraph in self.base if paragraph.span), None)
        cells = differences.cells_of(given), differences.cells_of(edited)
        if differences.page_breaks(given) < differences.page_breaks(edited):
            self._tell(near, "The file has new page breaks: write `\\newpage` where they are.")
        has_newer_cells = any(self.base[number].cell for number in self.newer)
        layout: list[tuple[ReviewedParagraph | None, ReviewedParagraph, str]] = []
        for number, paragraph in enumerate(edited):
            base = self._origin(number)
            near = base if base is not None and base.span else near
            is_added = base is not None and (base.span is None or base.style == "WordBank")
            is_changed = bool(changed) and self.pairs.get(number, -1) in (-1, *changed)
            is_told = near and near.span and near.span.line in told
            if number in self.older or is_added or is_changed or is_told:
                continue
            has_words = any(map(str.isalnum, paragraph.text)) or paragraph.formulas
            is_empty = base is not None and not has_words
            other = given[again[number]] if number in again else None
            frame = other.frame if other and not changed else base.frame if base else ""
            what = [*differences.further(base._replace(frame=frame), paragraph)] if base else []
            if other and not is_empty:
                if base is None and paragraph.cell:  # in a row like the one beside it
                    other = other._replace(style=paragraph.style, align=paragraph.align)
                elif self.has_other_levels and differences.are_headings(other, paragraph):
                    other = other._replace(style=paragraph.style)  # levels count from the first
                is_elsewhere = cells[0][again[number]] != cells[1][number]
                if is_elsewhere and not changed and not has_newer_cells:
                    what.insert(0, "its place in the table")
                what = [*differences.differences(other, paragraph), *what]
            elif not is_empty:
                what = []
                if left[text := differences.words_of(paragraph)]:
                    left[text] -= 1
                elif text:
                    message = f"“{_short(paragraph)}” could not be taken over: write it here."
                    self._tell(near, message)
            if what and (is_empty or {*what} <= {differences.LETTERS, differences.FRAME}):
                layout.append((near, paragraph, ", ".join(what)))
            elif what:
                self._tell_looks([(near, paragraph, ", ".join(what))])
        if layout:
            self._tell_looks(layout)
        self._tell_sheets()
        known = kept | self.newer | self.gone
        for number, paragraph in enumerate(given if not self.edits else ()):
            is_told = number in known or (paragraph.span and paragraph.span.line in told)
            if paragraph.key and paragraph.span and not is_told:
                self._tell(paragraph, f"“{_short(paragraph)}” is not in the file any more.")

    def _tell_sheets(self) -> None:
        """Tell of pages and styles that are different, which have no place in the text."""
        source = self.source.text_given(self.edition)
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

    def _tell_looks(
        self, looks: Sequence[tuple[ReviewedParagraph | None, ReviewedParagraph, str]]
    ) -> None:
        """Tell of paragraphs that look different: once if there are many, as of another font."""
        near, paragraph, kind = looks[0]
        if len(looks) > MOST_TOLD:
            message = f"{len(looks)} paragraphs, of which “{_short(paragraph)}” is the first,"
            self._tell(near, f"{message} look different in the file: {kind}, or the like.")
            return
        for near, paragraph, kind in looks:
            self._tell(near, f"“{_short(paragraph)}” is different in the file: {kind}.")

    def _find_given(self) -> tuple[list[ReviewedParagraph], set[int]]:
        """The paragraphs that the source gives with the changes. If these are in files that it
        includes, those that it gives without them, and the numbers of those that they change."""
        paragraphs, changed = self.source.text_given(self.edition).paragraphs, set[int]()
        if any(edit.file for edit in self.edits):
            for number, paragraph in enumerate(paragraphs):
                place = self.source.place(paragraph) if paragraph.span else None
                edits = (edit for edit in self.edits if place and edit.file == place.file)
                if any(place and e.start <= place.end and place.start <= e.end for e in edits):
                    changed.add(number)
        elif self.edits:
            text = apply(self.source.text(""), self.edits)
            path = self.source.path
            document = parse(text, self.source.document.source, path.parent)
            paragraphs = read_source(path, document, self.edition).paragraphs
        return differences.with_note_texts(paragraphs), changed

    # --- changes ---

    def _change(self, strayed: set[int]) -> None:
        for number, other in self.pairs.items():
            base, edited = self.base[other], self.edited[number]
            pictures = [[p.alternative for p in each.pictures] for each in (base, edited)]
            is_changed = len(pictures[0]) != len(pictures[1]) or any(
                formula not in self.formulas for formula in new_formulas(base, edited)
            )
            if is_changed:
                near = base if base.span else self._paragraph_before(other)
                self._tell(near, "A formula or a picture was changed: change it in the source.")
            else:
                self._alternatives(base, *pictures)
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
            self._restyle(number, base, edited)
            place, source = self.source.place(base), self.source.words_of(base)
            if source is None:
                self._entitle(base, edited)
                continue
            result = WordComparison(base, edited, place, source).changes()
            new = [*result.edits, *self._comments(base, edited, source)]
            table = table_at(self.source, place) if base.cell else None
            edits = table.fit_edits(new) if table else new
            self.edits += edits
            if not is_changed and (not result.is_whole or len(edits) < len(new)):
                self._tell(base, f"Some changes of “{_short(base)}” are not clear: make them here.")

    def _paragraph_before(self, number: int) -> ReviewedParagraph | None:
        """The nearest paragraph before one that stands in the source."""
        return next((p for p in reversed(self.base[:number]) if p.span), None)

    def _alternatives(
        self, base: ReviewedParagraph, olds: Sequence[str], news: Sequence[str]
    ) -> None:
        """Take over alternative texts of pictures, where they stand in the source as they are."""
        for old, new in zip(olds, news, strict=True):
            if old == new:
                continue
            place = self.source.place(base, FURTHER) if base.span else None
            text = place.text[place.start : place.end] if place and old else ""
            pattern = rf'(?:!\[|alt=["\'])({re.escape(old)})[\]"\']'
            places = [match.start(1) for match in re.finditer(pattern, text)]
            if place and len(places) == 1:
                at = place.start + places[0]
                plain = new.replace("[", "(").replace("]", ")").replace('"', "”")
                self.edits.append(place.edit(at, at + len(old), plain))
            else:
                self._tell(base, f"The alternative text “{new[:60]}” is new: write it here.")

    def _is_older(self, base: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
        """Return whether a paragraph of the source has changed since the file was made: where the
        file has not changed it, the source is right; where it has, nobody but the author knows."""
        mark = edited.mark
        if mark is None or base.mark is None or mark.digest == base.mark.digest:
            return False
        if mark.digest != digest_of(edited.text):
            message = "The source has changed here since the file was made, which has"
            self._tell(base, f"{message} “{edited.key[:120]}”.", Code.REVIEW_CONFLICT)
        return True

    def _restyle(self, number: int, base: ReviewedParagraph, edited: ReviewedParagraph) -> None:
        """Take over that a heading, an item or text has become another one of these."""
        old, new = differences.kind_of(base), differences.kind_of(edited)
        place, author, hashes = self.source.place(base), edited.author(), self._hashes(base)
        is_bare = place.start == place.first and not base.cell
        is_line = "\n" not in place.text[place.start : place.end].strip("\n")
        if differences.are_headings(base, edited):
            self.has_other_levels |= old != new
            signs = "#" * self._count(int(new[-1]), number)
            if hashes and old != new and hashes[0] != signs:
                self.edits.append(place.edit(*hashes.span(), signs))
        elif edited.is_after_removed and old != new:
            return  # which may be no wish
        elif old == new == "item" and base.level != edited.level:
            self._indent(number, place, author)
        elif old == new == "item" and base.is_numbered is not edited.is_numbered:
            self._renumber(number, place, author)
        elif old.startswith("heading") and not new and hashes:
            end = hashes.end() + indent_of(place.text, hashes.end())
            self.edits.append(place.edit(hashes.start(), end, "", author))
        elif not old and is_bare and new.startswith("heading") and is_line:
            sign = "#" * self._count(int(new[-1]))
            self.edits.append(place.edit(place.first, place.first, f"{sign} ", author))
        elif not old and is_bare and (new == "item" or new in MARKERS):
            marker = MARKERS.get(edited.style, "- ")
            self.edits.append(place.edit(place.first, place.first, marker, author))

    def _indent(self, number: int, place: SourcePlace, author: str) -> None:
        """Move an item to where those of its new level stand."""
        column = self._column(number)
        if column is None or not place.item:
            return
        self.columns[number] = column
        ends = (match.end() for match in re.finditer("\n", place.text[: place.end]))
        for line in (place.first, *(end for end in ends if end > place.first)):
            there = indent_of(place.text, line)
            spaces = " " * max(0, there + column - place.indent)
            self.edits.append(place.edit(line, line + there, spaces, author))

    def _renumber(self, number: int, place: SourcePlace, author: str) -> None:
        """Write a number for the bullet of an item, or a bullet for its number. What is below it
        stays so."""
        edited, item = self.edited[number], place.item
        if not item:
            return
        before = takewhile(
            lambda other: other.level is not None and other.level >= (edited.level or 0),
            reversed(self.edited[:number]),
        )
        beside = takewhile(
            lambda other: other.is_numbered, (o for o in before if o.level == edited.level)
        )
        sign = f"{sum(1 for _ in beside) + 1}. " if edited.is_numbered else "- "
        begins = place.first + place.indent
        self.edits.append(place.edit(begins, item.end(), sign, author))
        further = len(sign) - (item.end() - begins)
        at = line_end(place.text, place.first)
        rest = place.text[at : place.rest_of_item().end]
        for line in re.finditer(r"(?<=\n)(?=[^\n])", rest) if further > 0 else ():
            self.edits.append(place.edit(at + line.start(), at + line.start(), " " * further))

    def _column(self, number: int) -> int | None:
        """The column in which an item of the file stands in the source: that of others beside it
        on its level, or of the text of the one that it is below. None if there are none."""
        level = self.edited[number].level or 0
        before = [*self._items(range(number - 1, -1, -1), level)]
        after = self._items(range(number + 1, len(self.edited)), level)
        for at in (*before, *after):
            if self.edited[at].level == level and (place := self._item_at(at)):
                return place[0]
        last = before[-1] if before else number
        place = self._item_at(last) if self.edited[last].level == level - 1 else None
        return place[1] if place else None

    def _items(self, numbers: Iterable[int], level: int) -> Iterator[int]:
        """The items of a list beside one on a level, up to the first that is above it."""
        for number in numbers:
            other = self.edited[number]
            if other.level is not None:
                yield number
            elif not other.style.startswith("List"):
                return
            if other.level is not None and other.level < level:
                return

    def _item_at(self, number: int) -> tuple[int, int] | None:
        """The columns of the sign of an item and of its text in the source, as it becomes."""
        base, moved = self._origin(number), self.columns.get(number)
        place = self.source.place(base) if base and base.span else None
        item = place.item if place else None
        if not base or not place or not item:
            return None
        if moved is None and base.level != self.edited[number].level:
            return None  # it is going to be moved itself
        column = place.indent if moved is None else moved
        return column, column + len(item[0].strip()) + 1

    def _hashes(self, heading: ReviewedParagraph) -> re.Match[str] | None:
        """The signs of a heading in the source."""
        place = self.source.place(heading) if heading.span else None
        return _HASHES.match(place.text, place.start) if place else None

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
        label = words(self.source.document.metadata.lang)["caption_exercise"].format(number="")
        place, title = self.source.place(base), edited.key.removeprefix(base.key).strip()
        line = _UNTITLED.match(place.text, place.start, place.end)
        if line and title and base.key == " ".join(label.split()) != edited.key:
            self.edits.append(place.edit(line.end(1), line.end(1), f" {title}"))
        else:
            self._tell(base, f"“{_short(base)}” is not written like this in the source.")

    def _comments(
        self, base: ReviewedParagraph, edited: ReviewedParagraph, source: Sequence[WordToken]
    ) -> Iterator[SourceEdit]:
        """The comments that are not in the source yet, in their order, each after the last of the
        words that it is about."""
        place = self.source.place(base)
        text = place.text
        for comment in edited.comments:
            if _show(comment) in text[place.start : place.last]:
                continue
            before = [word for word in tokens(edited.text) if word.end <= comment.offset]
            places = reversed(places_of(before, source))
            at, new = next((word.end for word in places if word), place.end), _show(comment)
            code = _CODE_SPAN.finditer(text, place.start, line_end(text, at))
            at = next((each.end() for each in code if each.start() < at < each.end()), at)
            if base.style == "Code":  # in which it would be code
                fence = _FENCE.match(text, place.end)
                at, new = fence.end() if fence else place.last, f"\n\n{new}"
            yield place.edit(at, at, new, comment.author)

    # --- paragraphs that are gone, moved, or new ---

    def _remove(self, strayed: set[int]) -> None:
        kept = {other for number, other in self.pairs.items() if number not in strayed}
        known = kept | self.gone | self.newer
        spans = (p.span for n, p in enumerate(self.base) if n in kept and _has_content(p))
        shown = [*filter(None, spans)]
        lines = {(span.file, span.line) for span in shown}
        for number, paragraph in enumerate(self.base):
            span = paragraph.span
            if number in known or span is None or not _has_content(paragraph):
                continue
            if (span.file, span.line) in lines:
                self._remove_words(paragraph)
            else:
                self._remove_block(paragraph, shown)

    def _remove_words(self, paragraph: ReviewedParagraph) -> None:
        """Remove a paragraph from a line in which there are others."""
        source = self.source.words_of(paragraph) or ()
        places = [place for place in places_of(written_tokens(paragraph), source) if place]
        if places:
            edit = self.source.place(paragraph).edit(places[0].start, places[-1].end, "")
            self.edits.append(edit)
        else:
            self._tell(paragraph, f"“{_short(paragraph)}” was removed: remove it here.")

    def _remove_block(self, paragraph: ReviewedParagraph, shown: Sequence[Span]) -> None:
        """Remove the lines of a paragraph, with the rest of its item if nothing of that is still
        shown in the file: lines for answers, and the answers, which the file does not have."""
        place = self.source.place(paragraph, is_whole=True)
        text, start, end = place.text, place.first, min(place.last + 1, len(place.text))
        if self._opens(paragraph):
            message = f"“{_short(paragraph)}” was removed, and belongs to a block."
            self._tell(paragraph, f"{message} Remove it here.")
            return
        first, is_first = place.item, not place.follows_item()
        rest = place.rest_of_item() if first else place._replace(end=place.start)
        is_withheld, has_rest = self._is_withheld(rest), rest.start < rest.end
        message = f"“{_short(paragraph)}” was removed, and the rest of its item was not."
        if has_rest and not self._has(shown, rest):
            end = min(rest.end + 1, len(text))
            message = f"“{_short(paragraph)}” was removed, and its answer with it."
        elif has_rest and (is_first or is_withheld):
            self._tell(paragraph, f"{message} Remove it here.")
            return
        if has_rest and is_withheld:
            self._tell(paragraph, message)
        is_alone = text[max(0, start - 2) : start] in ("\n\n", "\n")
        if is_alone and text[end : end + 1] == "\n":
            end += 1
        elif is_alone and end == len(text):
            start -= text[:start].endswith("\n\n")
        next_item = ITEM.match(text, end)
        if first and first[1] and next_item and next_item[1] and is_first:
            start, end = first.end(), next_item.end()  # the next item begins the list
        author = self.removed.get(paragraph.mark, "") if paragraph.mark else ""
        self.edits.append(place.edit(start, end, "", author))

    def _opens(self, paragraph: ReviewedParagraph) -> bool:
        """Return whether a paragraph is the title of a block whose line it stands in."""
        if paragraph.span is None or paragraph.style == "Code":
            return False
        place = self.source.place(paragraph)
        return bool(_OPENING.match(place.text, place.first))

    def _is_withheld(self, place: SourcePlace) -> bool:
        """Return whether something in a stretch of the source is not in the file."""
        withheld = self.source.document.withheld
        return self._has((p.span for p in withheld if p.kind == "range"), place)

    def _has(self, spans: Iterable[Span], place: SourcePlace) -> bool:
        """Return whether something begins in a stretch of the source."""
        lines = (span.line for span in spans if span.file == place.file)
        starts = self.source.starts(place.file)
        return any(place.start <= starts[line - 1] < place.end for line in lines)

    def _insert(self, strayed: set[int], tables: Mapping[int, str]) -> None:
        previous: ReviewedParagraph | None = None
        waiting: list[ReviewedParagraph] = []
        for number, paragraph in enumerate(self.edited):
            other = self._origin(number)
            if other is not None and number not in strayed:
                if other.span is not None:
                    for each in waiting if previous is None else ():
                        self._add(each, other, before=True)
                    waiting, previous = [], other
            elif number in tables and previous is not None:
                self._add(paragraph._replace(cell=None), previous, tables[number])
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
        if paragraph.pictures and paragraph.span is None:
            self._tell(near, "A picture is new here: add it to the source.")
            if not paragraph.key:
                return
        if paragraph.cell:
            self._tell(near, f"“{_short(paragraph)}” is new in a table: write it here.")
            return
        if paragraph.span is None and not {*paragraph.formulas} <= {*self.formulas}:
            self._tell(near, f"“{_short(paragraph)}” is new, and has a formula: write it here.")
        place = self.source.place(near, is_whole=True)
        text, start, end = place.text, place.first, place.last
        written, author = written or self._write(paragraph), paragraph.author()
        if before:
            self.edits.append(place.edit(start, start, f"{written}\n\n", author))
            return
        item, is_alike = place.item, paragraph.style == near.style
        if near.cell:
            end = place.end_of_block()
        box = _BOX.match(text, start) if is_alike else None
        is_item = bool(box) or (bool(item) and is_alike and paragraph.style in MARKERS)
        rest = place.rest_of_item()
        if is_item and paragraph.span is None and self._is_withheld(rest):
            if self._has((p.span for p in self.base if p.span and p.key), rest):
                self._tell(near, f"“{_short(paragraph)}” is new in an item: write it here.")
                return
            self._tell(near, f"“{_short(paragraph)}” is new, and stands after the whole item.")
            end = rest.end
        if box and paragraph.span is None:
            closing = ")" if box[1] == "(" else "]"
            written = f"{text[start : box.start(1)]}{box[1]} {closing} {written.removeprefix('- ')}"
        elif is_item and item and paragraph.span is None:
            marker = item[0].replace(item[1], next_number(item[1])) if item[1] else item[0]
            written = marker + written.removeprefix(MARKERS[paragraph.style])
        if near.note and paragraph.note:
            written = f"    {written}"
        between = "\n" if is_item else "\n\n"
        after = "" if is_item or text[end : end + 2] in ("", "\n", "\n\n") else "\n"
        self.edits.append(place.edit(end, end, between + written + after, author))

    def _write(self, paragraph: ReviewedParagraph) -> str:
        """A new paragraph as Markdown; one that was moved as it stands in the source."""
        if paragraph.span is not None:
            place = self.source.place(paragraph)
            return place.text[place.first : place.end]
        text = self._new_text(paragraph, 0)
        if match := matching.HEADING.fullmatch(paragraph.style):
            return f"{'#' * self._count(int(match[1]))} {text}"
        if paragraph.style.startswith(differences.TURN) and "\t" in paragraph.text:
            speaker = paragraph.text.partition("\t")[0]
            text = self._new_text(paragraph, len(speaker) + 1)
            return f"{speaker.strip()}: {text}"
        return MARKERS.get(paragraph.style, "- " if paragraph.is_item else "") + escape_line(text)

    def _new_text(self, paragraph: ReviewedParagraph, start: int) -> str:
        """The text of a new paragraph as Markdown, with its comments."""
        text = markdown(paragraph, start, len(paragraph.text))
        lines = [_SPACES.sub(" ", line).strip() for line in text.strip("\0").split("\0")]
        comments = "".join(f" {_show(comment)}" for comment in paragraph.comments)
        return "\\\n".join(lines) + comments

    def _count(self, level: int, number: int = 0) -> int:
        """The number of signs that a heading of a level has in the source: as many more than
        another heading as that is above it, the nearest before or else after it that is as it
        was."""
        before, after = range(number - 1, -1, -1), range(number, len(self.edited))
        for at in (*before, *after):
            base = self._origin(at)
            hashes = self._hashes(base) if base and base.style == self.edited[at].style else None
            if base and hashes and (match := matching.HEADING.fullmatch(base.style)):
                return _limit(len(hashes[0]) + level - int(match[1]))
        return _limit(level)


def outermost(edits: Iterable[SourceEdit]) -> list[SourceEdit]:
    """Changes without those of a stretch that another one takes away."""
    result: list[SourceEdit] = []
    gone: SourceEdit | None = None
    for edit in sorted(edits, key=lambda edit: (edit.file, edit.start, -edit.end)):
        is_within = gone and edit.file == gone.file and gone.start < edit.end <= gone.end
        if is_within and not edit.text:
            continue
        result.append(edit)
        if not edit.text and edit.end > edit.start:
            gone = edit
    return result


def _limit(level: int) -> int:
    return max(1, min(6, level))


def _show(comment: ReviewerComment) -> str:
    """A comment as one of the source."""
    about = ", ".join(filter(None, (comment.author, comment.date)))
    text = comment.text.replace("--", "–").replace(">", "›")
    return f"<!-- {about}: {text} -->"


def _has_content(paragraph: ReviewedParagraph) -> bool:
    return bool(paragraph.key or paragraph.pictures)


def _short(paragraph: ReviewedParagraph) -> str:
    key = paragraph.key.replace(FORMULA, "…") or " ".join(p.alternative for p in paragraph.pictures)
    return key if len(key) < 60 else f"{key[:57]}…"
