"""A book that has every construct of the language in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.report.making import text_area
from pipeline.model.codes import Code
from pipeline.model.editions import DEFAULT_EDITIONS, EDITIONS, output_name
from pipeline.model.sheet.proportions import sheet_for
from pipeline.model.tree import top_level, walk
from pipeline.parser import parse_file
from pipeline.verify.printing import print_faults
from pipeline.verify.seen import read_pages
from tests import checkers
from tests.conforming import ROOT, Read
from tests.pdf_reading import open_pdf, read
from tests.test_completeness import NODES, UNWRITTEN

BOOK = ROOT / "tests" / "book" / "book.md"
ELSEWHERE = {
    "PYTHONPATH": str(ROOT),
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "1",
}
AS_THE_HANDOUT = ("letter", "greyscale", "booklet", "2-up", "4-up", "form", "teacher", "archive")
"""Editions that are laid out as the handout is, on other paper, in greys, with fields, answers or
the source: these are looked at as editions of the publication."""

LARGE_PRINT = "large-print"
"""It takes as long as all others; tests/test_large_print.py has one of most parts of this book."""


class TestBook(Read):
    source = BOOK
    editions = tuple(name for name in EDITIONS if name not in (*AS_THE_HANDOUT, LARGE_PRINT))
    front = 3
    looked_at = ("handout",)

    def test_epub_for_everyone(self, built: Path) -> None:
        assert checkers.ace(built.with_suffix(".epub")) == []

    @pytest.mark.parametrize("reader", checkers.READERS)
    def test_epub_in_reading_systems(self, reader: str, built: Path) -> None:
        assert checkers.reading_system(reader, built.with_suffix(".epub")) == []

    def test_it_prints_well(self, built: Path) -> None:
        metadata = parse_file(BOOK).metadata
        area = text_area(sheet_for(EDITIONS["handout"], metadata, is_book=False), None)
        faults = print_faults(read_pages(built.with_suffix(".pdf")), area)
        assert [fault for fault in faults if fault.code is not Code.MISSING_GLYPH] == []

    def test_lists_and_tables_hold_nothing_but_their_parts(self, built: Path) -> None:
        with open_pdf(built.with_suffix(".pdf").read_bytes()) as pdf:
            holders = [one for one in read(pdf).all() if one.kind in HOLDERS]
            assert {one.kind for one in holders} == HOLDERS
            assert not [one.shape for one in holders if len(one.kids) > len(one.children)]

    def test_the_same_bytes_wherever_it_is_built(self, built: Path, tmp_path: Path) -> None:
        """And without a finding, with nothing in the cache."""
        folder = tmp_path / "deep" / "place 1"
        shutil.copytree(BOOK.parent, folder)
        asked = (f"--edition={name}" for name in DEFAULT_EDITIONS)
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "build", BOOK.name, "--strict", *asked],
            cwd=folder,
            env={**os.environ, **ELSEWHERE, "CHAPBOOK_CACHE": str(tmp_path / "cache")},
            umask=0o077,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        there = folder / "build" / BOOK.stem
        files = [path for path in there.iterdir() if path.name != "manifest.json"]
        names = {output_name(BOOK.stem, EDITIONS[name]) for name in DEFAULT_EDITIONS}
        assert names <= {path.name for path in files}
        here = {path: built.parent / path.name for path in files}
        assert [p.name for p in files if p.read_bytes() != here[p].read_bytes()] == []
        one, other = manifest(built.parent), manifest(there)
        one["outputs"] = [each for each in one["outputs"] if each["edition"] in DEFAULT_EDITIONS]
        assert one == other


HOLDERS = {"L", "LI", "Table", "THead", "TBody", "TR", "TOC"}
"""Elements that have no content of their own (ISO 32000-1, 14.8.4.3)."""


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def held() -> set[str]:
    return {type(node).__name__ for node in walk(top_level(parse_file(BOOK)))}


MADE_LATER = {"Section", "BibliographyEntry", "IndexEntry", "IndexGroup", "IndexReference"}
"""Nodes that only the passes make."""


@pytest.mark.parametrize("name", sorted(NODES.keys() - MADE_LATER - UNWRITTEN))
def test_the_book_has_every_node(name: str, held: set[str]) -> None:
    assert name in held
