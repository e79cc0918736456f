"""Tells what differs between a file that came back and what the source gives, whatever it is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from pipeline.commands.review import matching
from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.commands.review.words import (
    HARD,
    SOFT,
    STRAIGHT,
    is_lost_in_link,
    is_same_address,
)
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA
from pipeline.verify.word import INTERNAL, NOTE, PAGE_BREAK, WordLook

ALIGNED = {"start": "", "left": "", "end": "right", "both": ""}
"""Other names of alignments, and those that are as usual."""

OWN = "own"
"""The address of text that is an address, to which it leads."""

LETTERS, FRAME = "font, size or colour", "indentation, spaces or lines around it"
LAYOUT = frozenset({LETTERS})
"""The differences that have no place in a source."""

TURN = "Interview"
"""The beginning of the styles of a dialogue's turns."""

MOST_LIGHT = 12
"""The light, of 255, by which a picture may differ that was drawn or stored in another way."""

TABLE_STYLES = ("TableText", "TableHeading")
PLAIN_STYLES = ("", "Normal", "BodyText", "TextBody", "Standard")
_NUMBER = late(r"^(?:\d+|[A-Z]|[IVX]+)(?:\.\d+)*\.?\s")
_AROUND = late(r" ?([;:!?»«%…–—]|\.\.\.|--+) ?")
_BEFORE = late(r" (?=[.,)])")
_SPEAKER = late(r"[^\t\n:]*[\t:]")
_SPACES = late(r"[^\S\t\u00a0\u202f]+")
_QUOTES = frozenset("“”„«»‘’‚‹›")


def kind_of(paragraph: ReviewedParagraph) -> str:
    """The kind of a paragraph: a heading of a level, an item, or its style."""
    if level := matching.HEADING.fullmatch(paragraph.style):
        return f"heading {level[1]}"
    if paragraph.is_item or paragraph.style in ("ListBullet", "ListNumber"):
        return "item"
    if paragraph.style.startswith(TURN):
        return TURN
    is_usual = paragraph.style in (TABLE_STYLES if paragraph.cell else ()) + PLAIN_STYLES
    return "" if is_usual else paragraph.style


def are_headings(*paragraphs: ReviewedParagraph) -> bool:
    return all(matching.HEADING.fullmatch(paragraph.style) for paragraph in paragraphs)


def is_same(base: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
    """Return whether there is nothing to take home from a paragraph with the same pictures."""
    return {*differences(base, edited)} <= LAYOUT


def differences(given: ReviewedParagraph, edited: ReviewedParagraph) -> Iterator[str]:
    """The things that are different in a paragraph that came back, in words for the author."""
    if not _same_words(words_of(given), words_of(edited)):
        yield "words"
    elif given.text.strip().count("\n") != edited.text.strip().count("\n"):
        yield "line breaks"
    elif edited.style != "Code":
        if not _same_looks(given, edited):
            yield "the look of letters"
        elif _paints(given) != _paints(edited):
            yield LETTERS
    if sorted(given.formulas) != sorted(edited.formulas):
        yield "formulas"
    if _notes(given) != _notes(edited):
        yield "notes"
    if kind_of(given) != kind_of(edited) and not given.note:
        yield "style"
    elif kind_of(edited) == "item" and given.is_numbered is not edited.is_numbered:
        yield "bullets or numbers"
    if (given.level or 0) != (edited.level or 0):
        yield "level in the list"
    has_words = any(map(str.isalnum, edited.text))
    if has_words and ALIGNED.get(given.align, given.align) != ALIGNED.get(
        edited.align, edited.align
    ):
        yield "alignment"


def further(base: ReviewedParagraph, edited: ReviewedParagraph) -> Iterator[str]:
    """The differences in a paragraph that stood in the file, which nobody takes home."""
    has_words = any(map(str.isalnum, edited.text))
    if base.frame != edited.frame and has_words and kind_of(base) == kind_of(edited):
        yield FRAME
    if base.fields != edited.fields:
        yield "what is to be filled in"
    if len(base.pictures) == len(edited.pictures):
        pairs = [*zip(base.pictures, edited.pictures, strict=True)]
        if not all(_same_light(one.light, other.light) for one, other in pairs):
            yield "a picture"
        elif any(abs(a - b) > 1 for p, q in pairs for a, b in zip(p.size, q.size, strict=True)):
            yield "the size of a picture"


def _same_light(first: bytes, second: bytes) -> bool:
    """Return whether two pictures look alike, as far as this is known."""
    lights = [abs(one - other) for one, other in zip(first, second, strict=False)]
    return sum(lights) <= MOST_LIGHT * len(lights)


def words_of(paragraph: ReviewedParagraph) -> str:
    """The words, with the spaces that typography does not set."""
    text = "".join(piece.text for piece in paragraph.pieces if not piece.is_added)
    text = text.replace(NOTE, "").replace(FORMULA, "").strip()
    if matching.HEADING.fullmatch(paragraph.style):
        text = _NUMBER.sub("", text)
    if paragraph.style.startswith(TURN):
        text = text.replace("\t", ": ", 1)
    text = _SPACES.sub(" ", SOFT.sub(" ", text))
    text = _BEFORE.sub("", _AROUND.sub(r"\1", text))
    return text.replace("...", "…").replace("---", "—").replace("--", "–")


def _same_words(given: str, edited: str) -> bool:
    """Return whether two texts are the same. Straight quotation marks are typed for those of the
    language, and spaces for those that keep words together."""
    return given == edited or (
        len(given) == len(edited)
        and all(
            a == b or (b in STRAIGHT and a in _QUOTES) or (b == " " and a in HARD)
            for a, b in zip(given, edited, strict=True)
        )
    )


def _same_looks(given: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
    letters = [
        _letters(paragraph)[_length_of_speaker(paragraph) :] for paragraph in (given, edited)
    ]
    pairs = itertools.zip_longest(*letters, fillvalue=WordLook())
    return all(_same_look(first, second) for first, second in pairs)


def _length_of_speaker(paragraph: ReviewedParagraph) -> int:
    """The number of letters of a speaker's name, which has a look of its own."""
    name = _SPEAKER.match(paragraph.text) if paragraph.style.startswith(TURN) else None
    return sum(map(str.isalnum, name[0])) if name else 0


def _paints(paragraph: ReviewedParagraph) -> list[str]:
    """The fonts, sizes and colours of letters; links have one of each program."""
    pieces = (piece for piece in paragraph.pieces if not piece.is_added)
    paints = [
        "" if piece.look.address else piece.paint
        for piece in pieces
        for letter in piece.text
        if letter.isalnum()
    ]
    return paints[_length_of_speaker(paragraph) :]


def _same_look(given: WordLook, edited: WordLook) -> bool:
    if is_lost_in_link(given, edited):
        given = given._replace(is_code=False)
    is_typed = given.address == OWN or (given.address == INTERNAL and not edited.address)
    return given[:-1] == edited[:-1] and (
        bool(is_typed) or is_same_address(given.address, edited.address)
    )


def _letters(paragraph: ReviewedParagraph) -> list[WordLook]:
    """The looks of letters; those of signs and spaces do not show."""
    looks = []
    for piece in paragraph.pieces:
        is_own = piece.look.address.removeprefix("mailto:") == piece.text.strip() != ""
        look = piece.look._replace(address=OWN) if is_own else piece.look
        looks += [look for letter in piece.text if letter.isalnum() and not piece.is_added]
    return looks


def _notes(paragraph: ReviewedParagraph) -> list[tuple[str, str]]:
    """The notes, each with the letters before its sign."""
    notes, before = [], ""
    for piece in paragraph.pieces:
        if piece.note:
            notes.append((piece.note, "".join(filter(str.isalnum, before))))
        elif not piece.is_added:
            before += piece.text
    return notes


def cells_of(paragraphs: Sequence[ReviewedParagraph]) -> list[tuple[int, int] | None]:
    """The row and column of each paragraph that is in a table."""
    first: dict[int, int] = {}
    return [
        p.cell and (p.cell.row - first.setdefault(p.cell.table, p.cell.row), p.cell.column)
        for p in paragraphs
    ]


def page_breaks(paragraphs: Sequence[ReviewedParagraph]) -> int:
    return sum(paragraph.text.count(PAGE_BREAK) + paragraph.is_on_top for paragraph in paragraphs)


def without_formulas(paragraph: ReviewedParagraph) -> ReviewedParagraph:
    """A paragraph whose formulas are not there."""
    pieces = (piece._replace(text=piece.text.replace(FORMULA, "")) for piece in paragraph.pieces)
    return paragraph._replace(pieces=tuple(pieces), formulas=())


def with_note_texts(paragraphs: Sequence[ReviewedParagraph]) -> list[ReviewedParagraph]:
    """Paragraphs in which the names of notes are their texts, without their bookmarks, which count
    otherwise in the source with its changes."""
    texts: dict[str, str] = {}
    for paragraph in paragraphs:
        if paragraph.note:
            letters = "".join(filter(str.isalnum, paragraph.text))
            texts[paragraph.note] = f"{texts.get(paragraph.note, NOTE)}{letters}"
    return [with_notes(paragraph, texts)._replace(mark=None) for paragraph in paragraphs]


def with_notes(
    paragraph: ReviewedParagraph,
    names: Mapping[str, str],
    formulas: Mapping[str, str] = MappingProxyType({}),
) -> ReviewedParagraph:
    """A paragraph with other names of notes, and with what stands for formulas in the source."""
    if not paragraph.formulas and not any(piece.note for piece in paragraph.pieces):
        return paragraph
    left, pieces = iter(paragraph.formulas), []
    for piece in paragraph.pieces:
        written = [formulas.get(next(left, ""), "") for _ in range(piece.text.count(FORMULA))]
        name = names.get(piece.note, NOTE) if piece.note else ""
        pieces.append(piece._replace(note=name, formulas=tuple(written)))
    return paragraph._replace(pieces=tuple(pieces))
