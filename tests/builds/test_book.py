"""A book that has every construct of the language in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import Document
from tests.helpers import checkers
from tests.helpers.conforming import Read
from tests.helpers.paths import BOOK
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import nodes
from tests.project.test_completeness import NODES, UNWRITTEN


class TestBook(Read):
    source = BOOK
    front = 2
    looked_at = ("handout",)

    def test_epub_for_everyone(self, built: Path) -> None:
        assert checkers.ace(built.with_suffix(".epub")) == []

    @pytest.mark.parametrize("reader", checkers.READERS)
    def test_epub_in_reading_systems(self, reader: str, built: Path) -> None:
        assert checkers.reading_system(reader, built.with_suffix(".epub")) == []

    def test_lists_and_tables_hold_nothing_but_their_parts(self, built: Path) -> None:
        with open_pdf(built.with_suffix(".pdf").read_bytes()) as pdf:
            holders = [one for one in read(pdf).all() if one.kind in HOLDERS]
            assert {one.kind for one in holders} == HOLDERS
            assert not [one.shape for one in holders if len(one.kids) > len(one.children)]

    def test_it_has_every_node(self, document: Document) -> None:
        held = {type(node).__name__ for node in nodes(document)}
        assert NODES.keys() - MADE_LATER - UNWRITTEN <= held


HOLDERS = {"L", "LI", "Table", "THead", "TBody", "TR", "TOC"}
"""Elements that have no content of their own (ISO 32000-1, 14.8.4.3)."""

MADE_LATER = {"Section", "BibliographyEntry", "IndexEntry", "IndexGroup", "IndexReference"}
"""Nodes that only the passes make."""
