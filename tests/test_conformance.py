"""The project's own publication passes all checkers, in every edition."""

from __future__ import annotations

from pathlib import Path

from pipeline.model.editions import EDITIONS, output_name, pages_name
from tests import checkers
from tests.conforming import ROOT, Read
from tests.derived_html import compare

SOURCE = ROOT / "source" / "ending-modern-slavery.md"


class TestPublication(Read):
    source = SOURCE
    editions = tuple(EDITIONS)
    windows = checkers.ALL_WINDOWS
    looked_at = tuple(
        name
        for name, edition in EDITIONS.items()
        if edition.format == "pdf"
        and name not in ("form", "archive")  # which look like the handout
    )
    told = (
        "ending-modern-slavery-4-up.pdf:0: small-text:"
        " Page 2: “Forced labour Forced marriage” is set in 5.9 points.",
    )

    def test_html_derived_from_the_pdf_is_that_of_the_web_page(self, built: Path) -> None:
        page = built.with_suffix(".html").read_text("utf-8")
        assert not any(compare(built.with_suffix(".pdf").read_bytes(), page).values())

    def test_the_other_printed_editions(self, built: Path) -> None:
        """All but imposed sheets are tagged; of a booklet its pages are, in reading order."""
        printed = [e for e in EDITIONS.values() if e.format == "pdf"]
        names = [output_name(SOURCE.stem, edition) for edition in printed]
        pages = [pages_name(*one) for one in zip(names, printed, strict=True)]
        in_order = [n for n, e in zip(names, printed, strict=True) if e.imposition == "none"]
        others = {*in_order, *filter(None, pages)} - {f"{SOURCE.stem}.pdf"}
        tagged = [built.parent / name for name in sorted(others)]
        assert len(tagged) == 8
        assert checkers.verapdf(*tagged) == []
        assert checkers.page_validation(*tagged) == []
        for path in built.parent.glob("*.pdf"):
            assert checkers.qpdf(path) == []
