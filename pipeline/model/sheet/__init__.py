"""The printed page: its dimensions, derived from the edition, the front matter and good proportions
(`proportions`), and the corresponding style rules (`rules`)."""

from pipeline.model.sheet.proportions import (
    has_room_for_notes,
    is_book,
    options_for,
    paper_for,
    settle,
    sheet_for,
    sheet_of,
    standards_for,
    words_of,
)
from pipeline.model.sheet.rules import css

__all__ = [
    "css", "has_room_for_notes", "is_book", "options_for", "paper_for", "settle", "sheet_for",
    "sheet_of", "standards_for", "words_of",
]  # fmt: skip
