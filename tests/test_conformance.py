"""The project's own publication passes all checkers, in every edition, and is the same wherever
it is built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.model.editions import DEFAULT_EDITIONS, EDITIONS, output_name, pages_name
from pipeline.parser import parse_file
from tests import checkers
from tests.conforming import ROOT, Read

SOURCE = ROOT / "source" / "ending-modern-slavery.md"
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}


class TestPublication(Read):
    source = SOURCE
    editions = tuple(EDITIONS)
    windows = checkers.ALL_WINDOWS
    told = (
        "ending-modern-slavery-4-up.pdf:0: small-text:"
        " Page 2: “Forced labour Forced marriage” is set in 5.9 points.",
    )

    def test_the_other_printed_editions(self, built: Path) -> None:
        """All but imposed sheets are tagged; of a booklet its pages are, in reading order."""
        printed = [e for e in EDITIONS.values() if e.format == "pdf"]
        names = [output_name(SOURCE.stem, edition) for edition in printed]
        pages = [pages_name(*one) for one in zip(names, printed, strict=True)]
        in_order = [n for n, e in zip(names, printed, strict=True) if e.imposition == "none"]
        others = {*in_order, *filter(None, pages)} - {f"{SOURCE.stem}.pdf"}
        tagged = [built.parent / name for name in sorted(others)]
        assert len(tagged) == 7
        assert checkers.verapdf(*tagged) == []
        assert checkers.page_validation(*tagged) == []
        for path in built.parent.glob("*.pdf"):
            assert checkers.qpdf(path) == []

    def test_the_same_bytes_wherever_it_is_built(self, built: Path, tmp_path: Path) -> None:
        """And without a finding, in the editions that it lists."""
        folder = tmp_path / "deep" / "place 1"
        shutil.copytree(SOURCE.parent, folder)
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "build", SOURCE.name, "--strict"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **ELSEWHERE},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        listed = parse_file(SOURCE).metadata.editions
        assert set(DEFAULT_EDITIONS) < set(listed)
        here, there = built.parent, folder / "build" / SOURCE.stem
        files = [path for path in there.iterdir() if path.name != "manifest.json"]
        names = {output_name(SOURCE.stem, EDITIONS[name]) for name in listed}
        assert names < {path.name for path in files}
        assert [p.name for p in files if p.read_bytes() != (here / p.name).read_bytes()] == []
        one, other = manifest(here), manifest(there)
        one["outputs"] = [each for each in one["outputs"] if each["edition"] in listed]
        assert one == other


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return found
