"""Roman page numbers before the text of a book."""

from __future__ import annotations

import contextlib
import re
import zipfile
from pathlib import Path

import pypdfium2
import pytest

import pipeline

ROMAN = """\
---
title: The Well
lang: en
class: book
page: A5
contents: true
front_numbers: roman
even_pages: false
---

# Foreword {.foreword}

A [well]{.index} of words. See @sec-bag.

# The Carpet-Bag {#sec-bag}

A [well]{.index}, see @sec-bag.

# Index

::: index
:::
"""


def pages_of(file: Path) -> list[tuple[str, list[str]]]:
    """The label of each page of a PDF, and its lines."""
    with contextlib.closing(pypdfium2.PdfDocument(file)) as document:
        return [
            (document.get_page_label(number), page.get_textpage().get_text_range().split("\r\n"))
            for number, page in enumerate(document)
        ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roman")
    (folder / "x.md").write_text(ROMAN, "utf-8")
    names = ["handout", "teacher", "large-print", "ebook"]
    assert not pipeline.build(folder / "x.md", names, out=folder).failed
    return folder / "x"


def test_pages_before_the_text_have_roman_numbers(built: Path) -> None:
    pages = dict(pages_of(built / "x.pdf"))
    assert [*pages] == ["i", "ii", "iii", "iv", "v", "vi", "1", "2"]
    assert pages["iii"][1:4] == ["Foreword v", "The Carpet-Bag 1", "Index 2"]
    for label in ("iii", "v", "1", "2"):
        assert pages[label][-1] == label
    assert "well, v, 1" in " ".join(pages["2"])


def test_other_editions_know_roman_numbers(built: Path) -> None:
    teacher = pages_of(built / "x-teacher.pdf")
    assert [label for label, _ in teacher] == ["i", "ii", "iii", "v", "1", "2"]
    large = pages_of(built / "x-large-print.pdf")
    assert any("Standard handout: page v" in line for _, lines in large for line in lines)
    with zipfile.ZipFile(built / "x.epub") as book:
        nav = book.read("EPUB/nav.xhtml").decode()
    assert re.findall(r'#page--\w+">(\w+)<', nav) == ["i", "iii", "v", "1", "2"]
