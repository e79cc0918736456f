"""The description of the language is itself a publication, and passes all checkers."""

from __future__ import annotations

from tests.conforming import ROOT, Conforming


class TestReference(Conforming):
    source = ROOT / "docs" / "markdown.md"
