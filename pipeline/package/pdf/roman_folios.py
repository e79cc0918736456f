"""Roman page numbers before the text of a book, which begins with page 1 (``front_numbers``)."""

from __future__ import annotations

import copy
from typing import NamedTuple
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model.css_addresses import string
from pipeline.model.rendered import Pages, Style
from pipeline.package.pdf.engine.adapter.boxes import elements
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.index import folios
from pipeline.package.pdf.layout import set_pages
from pipeline.package.pdf.print_markup import first_blocks

TRIALS = 3
"""The maximum number of layouts until the number of front pages stays the same."""

SPARE = 20
"""Numbers for pages that the next layout may have more."""

RULES = """\
@page :left { @bottom-left { content: counter(page, folio) } }
@page :right { @bottom-right { content: counter(page, folio) } }
.contents a::after { content: " " target-counter(attr(href), page, folio) }
.page-of::before { content: target-counter(attr(data-target), page, folio) }
"""


class NumberedPages(NamedTuple):
    """The pages with styles for their numbers, and how many there are before the text."""

    pages: Pages
    front: int = 0


def number_front(setter: Typesetter, root: Element, pages: Pages) -> NumberedPages:
    """The pages of a book, which are laid out on trial to know where its text begins."""
    numbered, blocks = NumberedPages(pages), first_blocks(root)
    if not blocks:
        return numbered
    number = [*root.iter()].index(blocks[-1])
    for _ in range(TRIALS):
        trial = copy.deepcopy(root)
        begins = [*trial.iter()][number]
        document = set_pages(setter, trial, numbered.pages)
        shown = [begins in set(elements(page.box)) for page in document.pages]
        front = shown.index(True) if True in shown else 0
        if front == numbered.front:
            break
        numbered = NumberedPages(_styled(pages, front, len(document.pages)), front)
    return numbered


def _styled(pages: Pages, front: int, count: int) -> Pages:
    symbols = " ".join(map(string, folios(count + SPARE, front)))
    numerals = f"@counter-style folio {{ system: fixed; symbols: {symbols}; suffix: '' }}\n"
    return replace(pages, styles=(*pages.styles, Style("folios.css", numerals + RULES)))


def label_pages(pdf: PDF, front: int) -> None:
    """Give the pages of a PDF the numbers printed on them (ISO 32000-1, 12.4.2)."""
    numbers = Array([0, Dictionary({"S": "/r"}), front, Dictionary({"S": "/D"})])
    pdf.catalog["PageLabels"] = Dictionary({"Nums": numbers})
