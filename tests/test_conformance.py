"""The project's own publication passes all checkers."""

from __future__ import annotations

from tests.conforming import ROOT, Conforming


class TestPublication(Conforming):
    source = ROOT / "source" / "ending-modern-slavery.md"
