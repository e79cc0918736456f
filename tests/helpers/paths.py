"""Where things are that tests read."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
TEMPLATES = ROOT / "templates"

PUBLICATION = ROOT / "source" / "ending-modern-slavery.md"
BOOK = TESTS / "book" / "book.md"
"""A book that has every construct of the language in it."""

CASES = TESTS / "cases"
"""Golden cases: see `tests.builds.test_cases`."""
