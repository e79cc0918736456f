"""What every publication must pass: a class of tests that a source is put into."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.completeness import compare
from pipeline.editions import DEFAULT_EDITIONS
from pipeline.parser import parse_file
from tests import checkers

ROOT = Path(__file__).parent.parent


@pytest.mark.checkers
@pytest.mark.slow
class Conforming:
    """The strictest checkers there are find nothing in what is built of ``source``."""

    source: Path
    windows: tuple[str, ...] = checkers.WINDOWS

    @pytest.fixture(scope="class")
    @classmethod
    def built(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The outputs, without the end of their names."""
        out = tmp_path_factory.mktemp("conformance")
        result = pipeline.build(cls.source, DEFAULT_EDITIONS, out=out)
        assert not result.diagnostics
        return out / cls.source.stem / cls.source.stem

    @pytest.mark.parametrize("check", [checkers.epubcheck, checkers.ace])
    def test_epub(self, check: checkers.Check, built: Path) -> None:
        assert check(built.with_suffix(".epub")) == []

    @pytest.mark.parametrize("format", ["html", "pdf", "epub"])
    def test_nothing_is_lost(self, format: str, built: Path) -> None:
        found = compare(built.with_suffix(f".{format}"), parse_file(self.source), self.source)
        assert "as the edition" in found.note
        assert found.diagnostics == ()

    def test_html(self, built: Path) -> None:
        assert checkers.nu(built.with_suffix(".html")) == []

    def test_html_for_everyone(self, built: Path) -> None:
        assert checkers.browser(built.with_suffix(".html"), windows=self.windows) == []

    @pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation, checkers.qpdf])
    def test_pdf(self, check: checkers.Check, built: Path) -> None:
        assert check(built.with_suffix(".pdf")) == []


class Read(Conforming):
    """And reading systems show all of it."""

    def test_epub_in_reading_systems(self, built: Path) -> None:
        assert checkers.reading_systems(built.with_suffix(".epub")) == []
