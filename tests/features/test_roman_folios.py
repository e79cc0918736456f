"""Roman page numbers before the text of a book."""

from __future__ import annotations

import contextlib
import re

import pypdfium2
import pytest

from pipeline.package.result import Package
from tests.helpers import making

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


def pages_of(data: bytes) -> list[tuple[str, list[str]]]:
    """The label of each page of a PDF, and its lines."""
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        return [
            (document.get_page_label(number), page.get_textpage().get_text_range().split("\r\n"))
            for number, page in enumerate(document)
        ]


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> making.Flow:
    source = tmp_path_factory.mktemp("roman") / "x.md"
    source.write_text(ROMAN, "utf-8")
    return making.Flow(source)


@pytest.fixture(scope="module")
def built(flow: making.Flow) -> list[Package]:
    """The handout, and the teacher's edition."""
    return [made.package for made in flow.each("handout", "teacher") if made.package]


def test_pages_before_the_text_have_roman_numbers(built: list[Package]) -> None:
    pages = dict(pages_of(built[0].data))
    assert [*pages] == ["i", "ii", "iii", "iv", "v", "vi", "1", "2"]
    assert pages["iii"][1:4] == ["Foreword v", "The Carpet-Bag 1", "Index 2"]
    for label in ("iii", "v", "1", "2"):
        assert pages[label][-1] == label
    assert "well, v, 1" in " ".join(pages["2"])


def test_other_editions_know_roman_numbers(flow: making.Flow, built: list[Package]) -> None:
    handout, teacher = built
    assert [label for label, _ in pages_of(teacher.data)] == ["i", "ii", "iii", "v", "1", "2"]
    (large,) = flow.pages("large-print", handout.page_map).pages
    labels = re.findall(r'class="page-label"><span.*?</span>(\w+)<', large.markup)
    assert labels == ["v", "1", "2"]
    book = flow.pages("ebook", handout.page_map)
    assert [entry.label for entry in book.page_list] == ["i", "iii", "v", "1", "2"]
