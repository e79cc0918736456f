"""The description of the language is itself a publication, and passes all checkers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import checkers
from tests.helpers.conforming import Conforming
from tests.helpers.paths import ROOT


class TestReference(Conforming):
    """Without checkers, its constructs are those of the test book, and of its tested examples."""

    source = ROOT / "docs" / "markdown.md"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _with_checkers(cls) -> None:
        checkers.require("EPUBCheck")

    @pytest.mark.parametrize("check", [checkers.page_validation, checkers.qpdf])
    def test_pdf(self, check: checkers.Check, built: Path) -> None:
        """Without veraPDF, which takes ten times as long as page-validation."""
        super().test_pdf(check, built)
