"""The project's own publication passes all checkers, in every edition."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.editions import DEFAULT_EDITIONS, EDITIONS
from tests import checkers
from tests.conforming import ROOT, Read

SOURCE = ROOT / "source" / "ending-modern-slavery.md"
OTHERS = [
    name for name, e in EDITIONS.items() if e.format == "pdf" and name not in DEFAULT_EDITIONS
]


class TestPublication(Read):
    source = SOURCE
    windows = checkers.ALL_WINDOWS


@pytest.mark.checkers
@pytest.mark.slow
def test_the_other_printed_editions(tmp_path: Path) -> None:
    """All but imposed sheets are tagged; of a booklet its pages are, in reading order."""
    result = pipeline.build(SOURCE, OTHERS, out=tmp_path)
    assert not result.diagnostics
    printed = {path.stem: path for path in result.files if path.suffix == ".pdf"}
    imposed = {f"{SOURCE.stem}-{n}" for n in OTHERS if EDITIONS[n].imposition != "none"}
    assert imposed < printed.keys()
    assert f"{SOURCE.stem}-booklet-pages" in printed
    tagged = [path for stem, path in printed.items() if stem not in imposed]
    assert len(tagged) == len(OTHERS) - len(imposed) + 1
    assert checkers.verapdf(*tagged) == []
    assert checkers.page_validation(*tagged) == []
    for path in printed.values():
        assert checkers.qpdf(path) == []
