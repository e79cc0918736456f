"""The conditions on editions: those of attributes, and the ranges of a source that have any.

- ``only=pdf``, ``not="html epub"``: formats (`html`, `pdf`, `epub`, `docx`), their everyday names
  (`web`, `print`, `ebook`, `word`) or editions, separated by spaces or commas;
- ``edition=teacher``: editions only;
- ``level=support``: pupils of some levels, and teachers;
- the classes ``answer`` and ``teacher``: editions for teachers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from msgspec.structs import replace

from pipeline.model import Attributes, Document, Withheld
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition, for_pupils
from pipeline.model.tree import CONDITIONS, FOR_TEACHERS, LEVEL

FORMAT_NAMES = {
    "html": "html", "pdf": "pdf", "epub": "epub", "web": "html", "print": "pdf", "ebook": "epub",
    "docx": "docx", "word": "docx",
}  # fmt: skip


def names_in(value: str) -> list[str]:
    """The names in the value of a condition."""
    return value.lower().replace(",", " ").split()


def conditions_of(attributes: Attributes) -> Attributes:
    """Those of the attributes that are conditions."""
    classes = tuple(name for name in attributes.classes if name in FOR_TEACHERS)
    pairs = tuple(pair for pair in attributes.pairs if pair[0] in CONDITIONS)
    return Attributes("", classes, pairs)


def admits(conditions: Attributes, edition: Edition) -> bool:
    """Return whether an edition has what has these conditions."""
    if edition.audience == "student" and not FOR_TEACHERS.isdisjoint(conditions.classes):
        return False
    for key, value in conditions.pairs:
        if key == LEVEL:
            if edition.is_of_a_level and edition.level not in names_in(value):
                return False
        elif key in CONDITIONS:
            names = {edition.name.lower(), edition.replaces} - {""}
            if key != "edition":
                names.update(name for name, form in FORMAT_NAMES.items() if form == edition.format)
            if names.isdisjoint(names_in(value)) is (key != "not"):
                return False
    return True


def places_lacked(withheld: Iterable[Withheld], *editions: Edition) -> tuple[Withheld, ...]:
    """The places that none of some editions has."""
    return tuple(
        place
        for place in withheld
        if not any(admits(place.conditions, edition) for edition in editions)
    )


class Ranges:
    """The ranges among withheld places, to ask what begins in one of them."""

    def __init__(self, places: Iterable[Withheld]) -> None:
        ranges = sorted((place for place in places if place.kind == "range"), key=_begin)
        ends = (
            (place.span.file, max(place.span.line, place.span.end), place.end_column)
            for place in ranges
        )
        self._starts, self._ends = [*map(_begin, ranges)], [*accumulate(ends, max)]

    def __bool__(self) -> bool:
        return bool(self._starts)

    def hold(self, span: Span | None) -> bool:
        """Return whether something that begins at ``span``, in its file, is in a range."""
        return self.number(span) is not None

    def number(self, span: Span | None) -> int | None:
        """The number, in the order of the source, of the range that something which begins at
        ``span`` is in: of several the innermost, or None."""
        if span is None:
            return None
        begin = (span.file, span.line, span.column)
        number = bisect_right(self._starts, begin)
        return number - 1 if number and begin < self._ends[number - 1] else None


def for_teachers(document: Document) -> tuple[Span, ...]:
    """The places of a parsed document that only teachers' editions have, without those within
    others, in the order of the source."""
    places = outermost(places_lacked(document.withheld, *for_pupils(document.metadata)))
    return tuple(place.span for place in places)


def outermost(places: Iterable[Withheld]) -> tuple[Withheld, ...]:
    """The places that are not within others, in the order of the source."""
    kept: list[Withheld] = []
    for place in sorted(places, key=_begin):
        if not Ranges(kept[-1:]).hold(place.span):
            kept.append(place)
    return tuple(kept)


def _begin(place: Withheld) -> tuple[str, int, int]:
    return place.span.file, place.span.line, place.span.column


def numbers_lacked(conditions: Iterable[Attributes], edition: Edition) -> tuple[int, ...]:
    """The numbers of those of some ranges that an edition lacks, given their conditions."""
    return tuple(number for number, each in enumerate(conditions) if not admits(each, edition))


def variant_for(document: Document, edition: Edition) -> Document:
    """A parsed document as it reads without the ranges that an edition lacks."""
    ranges = (place.conditions for place in document.withheld if place.kind == "range")
    numbers = numbers_lacked(ranges, edition)
    rest = replace(document, withheld=(), text="", variants=(), unread=())
    if not numbers:
        return rest
    reading = next(each for each in document.variants if each.without == numbers)
    return replace(
        rest,
        blocks=reading.blocks,
        notes=reading.notes,
        origins=reading.origins,
        diagnostics=(*document.diagnostics, *reading.diagnostics),
    )
