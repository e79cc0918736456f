"""A book that has every construct of the language in it."""

from __future__ import annotations

import pytest

from pipeline.parser import parse_file
from pipeline.tree import walk, whole
from tests.conforming import ROOT, Conforming
from tests.test_completeness import NODES, UNWRITTEN

BOOK = ROOT / "tests" / "book" / "book.md"


class TestBook(Conforming):
    source = BOOK


@pytest.fixture(scope="module")
def held() -> set[str]:
    return {type(node).__name__ for node in walk(whole(parse_file(BOOK)))}


MADE_LATER = {"Section", "BibliographyEntry", "IndexEntry", "IndexGroup", "IndexReference"}
"""Nodes that only the passes make."""


@pytest.mark.parametrize("name", sorted(NODES.keys() - MADE_LATER - UNWRITTEN))
def test_the_book_has_every_node(name: str, held: set[str]) -> None:
    assert name in held
