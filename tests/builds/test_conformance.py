"""The project's own publication passes all checkers, in every edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from pipeline.model.editions import EDITIONS, output_name, pages_name, variations_of
from tests.helpers import checkers
from tests.helpers.conforming import Read
from tests.helpers.derived_html import compare
from tests.helpers.paths import ROOT
from tests.helpers.pdf_drawing import Shown, texts
from tests.helpers.pdf_reading import open_pdf, read

SOURCE = ROOT / "source" / "ending-modern-slavery.md"

ALL = tuple(name for name, edition in EDITIONS.items() if name != "keys" and not edition.platform)
"""Without the keys of versions, of which there is one, and files for platforms, which cannot hold
all kinds of questions."""

PRINTED = tuple(
    name
    for name in ALL
    if EDITIONS[name].format == "pdf" and name not in ("form", "archive")  # like the handout
)

DIFFERENT = ("handout", "large-print")
"""Where there are no checkers, those that differ most are enough."""


SMALL = tuple(
    f"ending-modern-slavery-{edition}.pdf:0: small-text:"
    f" Page {page}: “Forced labour Forced marriage” is set in {size} points."
    for edition, page, size in (("4-up", 2, 5.9), ("tri-fold", 3, 5.5))
)


class TestPublication(Read):
    source = SOURCE
    windows = checkers.ALL_WINDOWS
    looked_at = PRINTED if checkers.ARE_INSTALLED else DIFFERENT
    editions = ALL if checkers.ARE_INSTALLED else ("web", "ebook", *DIFFERENT)
    told = SMALL if checkers.ARE_INSTALLED else ()

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def one_of_each(cls) -> Iterator[None]:
        """Without checkers, one handout is enough: a worksheet has all levels and versions."""
        with pytest.MonkeyPatch.context() as patch:
            if not checkers.ARE_INSTALLED:
                first = lambda edition, metadata: variations_of(edition, metadata)[:1]  # noqa: E731
                patch.setattr("pipeline.flow.values.variations_wanted", first)
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def large(cls, built: Path) -> pikepdf.Pdf:
        """The large-print edition, which marks the pages of the handout."""
        return open_pdf(built.with_name(f"{built.name}-large-print.pdf").read_bytes())

    @pytest.fixture(scope="class")
    @classmethod
    def shown(cls, large: pikepdf.Pdf) -> list[Shown]:
        return list(texts(large))

    def test_html_derived_from_the_pdf_is_that_of_the_web_page(self, built: Path) -> None:
        page = built.with_suffix(".html").read_text("utf-8")
        assert not any(compare(built.with_suffix(".pdf").read_bytes(), page).values())

    def test_the_other_printed_editions(self, built: Path) -> None:
        """All but imposed sheets are tagged; of a booklet its pages are, in reading order."""
        printed = [EDITIONS[name] for name in ALL if EDITIONS[name].format == "pdf"]
        names = [output_name(SOURCE.stem, edition) for edition in printed]
        pages = [pages_name(*one) for one in zip(names, printed, strict=True)]
        in_order = [n for n, e in zip(names, printed, strict=True) if e.imposition == "none"]
        others = {*in_order, *filter(None, pages)} - {f"{SOURCE.stem}.pdf"}
        tagged = [built.parent / name for name in sorted(others)]
        assert len(tagged) == 9
        assert checkers.verapdf(*tagged) == []
        assert checkers.page_validation(*tagged) == []
        for path in built.parent.glob("*.pdf"):
            assert checkers.qpdf(path) == []

    def test_large_print_is_black_and_of_18_points_but_for_a_drawing_which_it_puts_in_words(
        self, large: pikepdf.Pdf, shown: list[Shown]
    ) -> None:
        small = [one for one in shown if one.size < 18]
        drawing = (SOURCE.parent / "figures" / "people-in-modern-slavery.svg").read_text("utf-8")
        letters = re.sub(r"<[^>]*>|\s", "", drawing)
        assert len({one.page for one in small}) == 1
        assert all(one.text.strip() in letters for one in small)
        alternative = "Bar chart in millions of people. In 2016, 24.9 in forced labour"
        assert alternative in re.sub(r"\s+", " ", read(large).text)
        assert {one.colour for one in shown if one.size >= 18} == {(0, 0, 0)}

    def test_large_print_shows_the_pages_of_the_handout(
        self, large: pikepdf.Pdf, shown: list[Shown]
    ) -> None:
        words = re.sub(r"\s+", " ", read(large).text)
        assert "The numbers in the margin are the pages of the standard handout." in words
        labels = [int(number) for number in re.findall(r"\[Page (\d+)\]", words)]
        assert labels == list(range(1, len(labels) + 1))
        assert len(labels) > 3
        assert "Standard handout" in " ".join(one.text for one in shown if one.page == 0)
