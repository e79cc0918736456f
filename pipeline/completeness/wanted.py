"""What is particular to editions in what their files have to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.completeness.passages import FREE, Passage, passages
from pipeline.completeness.printed import printed
from pipeline.editions import Edition
from pipeline.model import Document, Table
from pipeline.pagination import letters
from pipeline.resolve.answers import FRONT
from pipeline.words import words

ANY_ORDER = -1
"""The group of passages whose order does not matter at all."""


class Wanted(NamedTuple):
    """The passages of the text, and those of the notes."""

    text: tuple[Passage, ...]
    notes: tuple[Passage, ...]


def wanted(document: Document, edition: Edition) -> Wanted:
    """The passages that the file of an edition has to hold; ``document`` is resolved."""
    drawn = edition.format == "pdf"
    # where no line has room for a table's row, its cells become a list, each with its head
    free = (*FREE, Table) if drawn else FREE
    rtl = document.metadata.direction == "rtl"
    text = passages(document.blocks, drawn=drawn, free=free, rtl=rtl)
    notes = passages(document.notes, drawn=drawn, rtl=rtl)
    if edition.part == "answers":
        text = _without_pages(text, words(document.metadata.lang)["page_mark"])
    if edition.audience == "teacher":
        # the numbers of notes that only teachers have come last, wherever these stand
        notes = (passage._replace(group=ANY_ORDER) for passage in notes)
    if drawn:
        text, notes = printed(text), printed(notes)
    return Wanted(
        *(
            tuple(passage._replace(span=document.place(passage.span)) for passage in some)
            for some in (text, notes)
        )
    )


def _without_pages(found: Iterable[Passage], page_mark: str) -> Iterator[Passage]:
    """The passages without what the layout of another edition has to say: exercises' pages."""
    page = f"({page_mark.format(page=FRONT)})"
    for passage in found:
        text = passage.text.removesuffix(page)
        if letters(text):
            yield passage._replace(text=text, letters=letters(text))
