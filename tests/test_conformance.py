"""The strictest checkers there are find nothing in what is built of the project's own source."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from tests import checkers

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

SOURCE = Path(__file__).parent.parent / "source" / "ending-modern-slavery.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs, without the end of their names."""
    out = tmp_path_factory.mktemp("conformance")
    result = pipeline.build(SOURCE, out=out)
    assert not result.diagnostics
    return out / SOURCE.stem / SOURCE.stem


@pytest.mark.parametrize("check", [checkers.epubcheck, checkers.ace])
def test_epub(check: checkers.Check, built: Path) -> None:
    assert check(built.with_suffix(".epub")) == []


def test_html(built: Path) -> None:
    assert checkers.nu(built.with_suffix(".html")) == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (320, False)])
def test_html_for_everyone(width: int, dark: bool, built: Path) -> None:
    assert checkers.axe(built.with_suffix(".html"), width, dark) == []


@pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation, checkers.qpdf])
def test_pdf(check: checkers.Check, built: Path) -> None:
    assert check(built.with_suffix(".pdf")) == []
