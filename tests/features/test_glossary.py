"""The glossary: where the uses of its terms lead."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest

from pipeline.model import Document, InlineElement, Link
from tests.helpers import making
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import nodes, plain_text

XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"

TEXT = """\
---
title: Words
---

# One

A [well]{.term}, a [WELL]{.term}, [wells]{.term of="well"}.

# Two

A [well]{.term}. A [debt  bondage]{.term}.

# Words to know {.glossary}

Well
:   A hole.

Debt bondage
:   Work for a debt. Not a [well]{.term}.
"""


def links(document: Document) -> list[tuple[str, str]]:
    return [(plain_text(node.children), node.href) for node in nodes(document, Link)]


@pytest.mark.parametrize(("edition", "times"), [("web", 1), ("handout", 1), ("ebook", 2)])
def test_the_first_use_leads_to_the_glossary(edition: str, times: int) -> None:
    document = making.resolved(TEXT, edition)
    assert not document.diagnostics
    assert links(document) == [
        *[("well", "#term-well")] * times,
        ("debt  bondage", "#term-debt-bondage"),
        ("well", "#term-well"),
    ]


def test_a_glossary_before_the_text_takes_no_first_use_away() -> None:
    glossary = "::: glossary\nWell\n:   Hole.\n\nTank\n:   No [well]{.term}.\n:::\n\n"
    text = f"# T\n\n{glossary}A [well]{{.term}}."
    assert links(making.resolved(text)) == [("well", "#term-well")] * 2


def test_terms_in_any_script_have_ids_of_their_own() -> None:
    text = (
        "# T\n\n::: glossary\n井\n:   a\n\n…\n:   b\n\n?!\n:   c\n\nA B\n:   d\n\na b\n:   e\n:::"
    )
    document = making.resolved(text)
    ids = [
        node.attributes.id
        for node in nodes(document.blocks)
        if isinstance(node, InlineElement) and node.name == "dfn"
    ]
    assert ids == ["term-井", "term", "term-1", "term-a-b", "term-a-b-1"]
    assert [d.code for d in document.diagnostics] == ["duplicate-term"]


def test_an_id_that_a_term_has_is_taken() -> None:
    text = "# T\n\n::: glossary\nWell\n:   a\n:::\n\n## X {#term-well}\n"
    assert [d.code for d in making.resolved(text).diagnostics] == ["duplicate-id"]


def test_a_word_that_is_nearly_a_term_is_named() -> None:
    text = TEXT.replace("A [well]{.term}, a", "A [wel]{.term}, a")
    (finding,) = making.resolved(text).diagnostics
    assert (finding.line, finding.column) == (7, 3)
    assert finding.hint == "Did you mean `well`?"


def test_the_web_page_says_what_is_a_term() -> None:
    markup = making.markup(making.resolved(TEXT))
    page = html5lib.parse(markup, namespaceHTMLElements=False)
    section = next(e for e in page.iter("section") if e.get("role") == "doc-glossary")
    assert [dfn.get("id") for dfn in section.iter("dfn")] == ["term-well", "term-debt-bondage"]
    assert all(a.get("role") == "doc-glossref" for a in page.iter("a") if a.get("class") == "term")


def test_the_links_of_an_e_book_lead_to_another_file() -> None:
    pages = {name: ElementTree.fromstring(page) for name, page in making.chapters(TEXT).items()}
    found = [
        (name, a.get("href", ""))
        for name, page in pages.items()
        for a in page.iter(f"{XHTML}a")
        if a.get(EPUB_TYPE) == "glossref"
    ]
    assert [name for name, _ in found] == [
        "one.xhtml", "two.xhtml", "two.xhtml", "words-to-know.xhtml"
    ]  # fmt: skip
    for name, href in found:
        file, _, target = href.partition("#")
        assert any(e.get("id") == target for e in pages[file or name].iter())


def test_terms_are_spoken_as_labels_and_links(tmp_path: Path) -> None:
    document = read(open_pdf(making.data(TEXT, "handout", tmp_path)))
    assert [label.text for label in document.all("Lbl")] == ["Well", "Debt bondage"]
    assert [link.text for link in document.all("Link")] == ["well", "debt bondage", "well"]
