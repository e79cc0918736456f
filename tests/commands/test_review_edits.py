"""Random edits of Word files: a sample of what `tests.bench.reviews` makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.reviews import run
from tests.helpers.paths import ROOT

STARTERS = ROOT / "pipeline" / "commands" / "new" / "starters"
SOURCES = [STARTERS / f"{name}.md" for name in ("interview", "worksheet", "book")]
LANDING = 0.9
"""The share of edits that land, of a few: the bar for many is 0.99. None goes wrong."""


@pytest.mark.slow
def test_random_edits_land_at_their_places(tmp_path: Path) -> None:
    verdicts = list(run(SOURCES, 15, 1, tmp_path))
    assert [verdict for verdict in verdicts if verdict.end not in ("right", "told")] == []
    landed = sum(verdict.end == "right" for verdict in verdicts)
    assert landed >= LANDING * len(verdicts)
