"""Texts of a few words that are printed as long books are: in units."""

from __future__ import annotations

import pytest

from pipeline.model import sheet
from pipeline.package import units


def short_units(
    patch: pytest.MonkeyPatch,
    length: int = units.LENGTH,
    least: int = units.WORTH_DIVIDING,
    words: int = sheet.BOOK_WORDS,
) -> None:
    """Let units have a ``length``, and texts be divided from the ``least`` one on, in letters of
    markup; and let a text of some ``words`` be a book."""
    patch.setattr(units, "LENGTH", length)
    patch.setattr(units, "WORTH_DIVIDING", least)
    patch.setattr(sheet, "BOOK_WORDS", words)
