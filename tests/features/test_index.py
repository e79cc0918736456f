"""The index: the order of its entries, and their links in each output."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.features.index import paths
from pipeline.model import Index, IndexEntry
from pipeline.package.pdf.layout import PageRange as PageRange
from pipeline.package.pdf.layout import merge_ranges
from pipeline.resolve.collation import Collation
from tests.helpers import making
from tests.helpers.pdf_reading import Element, Piece, open_pdf, read
from tests.helpers.trees import nodes, plain_text

XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
FILLER = "Nobody counted the people who had no papers, and nobody knew how many they were. "


def index_of(text: str, edition: str = "web") -> Index:
    document = making.resolved(text, edition)
    (found,) = nodes(document.blocks, Index)
    return found


def lines_of(entries: tuple[IndexEntry, ...], depth: int = 0) -> list[str]:
    """An index as lines: the level, the term, the number of places, the references."""
    found = []
    for entry in entries:
        see = "".join(f" -> {plain_text(s.term)}" for s in entry.see)
        found.append(f"{'  ' * depth}{plain_text(entry.term)} {len(entry.places)}{see}")
        found += lines_of(entry.children, depth + 1)
    return found


# --- order -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "& 2-men 10-men Ångström éclair Eclairs œuvre the-Hague Zebra"),
        ("en", "well well-being wellness Wells-Fargo"),
        ("de", "Äpfel Apfelbaum Öl Ostern Straße Strasser"),
        ("es", "llave luz nube nzz ñandú oso"),
        ("sv", "ask vas zebra ål ärm öl"),
        ("da", "zoo æble øl Århus"),
        ("cs", "cena čaj duha hora chata iris"),
        ("tr", "can çay hız Iğdır ısı ilk jale"),
        ("ru", "ёж ель икра йод яма ILO"),
        ("ar", "آخر أسرة إنسان بيت تعليم العبودية عَمَل القرآن ILO"),
        ("zh", "3个 啊 重庆 ILO 奴隶制 强迫劳动 人权 水井 重量"),
        ("ko", "가방 까치 나무 하늘"),
    ],
)
def test_words_are_in_the_order_of_the_language(language: str, words: str) -> None:
    expected = [word.replace("-", " ") for word in words.split()]
    collation = Collation(language)
    assert sorted(expected, key=collation.key) == expected


@pytest.mark.parametrize(
    ("language", "word", "letter"),
    [
        ("en", "éclair", "E"), ("en", "10 men", "0–9"), ("en", "“so”", "S"), ("en", "&", "#"),
        ("en", "œuvre", "O"), ("es", "ñandú", "Ñ"), ("fr", "ñandú", "N"), ("cs", "chata", "Ch"),
        ("sv", "ål", "Å"), ("de", "Öl", "O"), ("tr", "ilk", "İ"), ("tr", "ısı", "I"),
        ("ar", "العبودية", "ع"), ("fa", "کتاب", "ک"), ("zh-Hans", "重庆", "C"),
        ("ko", "까치", "ㄲ"), ("el", "άνθρωπος", "Α"), ("he", "אדם", "א"),
    ],
)  # fmt: skip
def test_the_letter_over_a_word(language: str, word: str, letter: str) -> None:
    assert Collation(language).letter(word) == letter


@given(st.sampled_from(["en", "ar", "zh", "cs", "tr", "ja", "x-none"]), st.text(max_size=12))
def test_any_text_has_a_place(language: str, text: str) -> None:
    collation = Collation(language)
    assert collation.key(text) == collation.key(text)
    assert collation.letter(text)


def test_without_the_sounds_of_chinese_another_order_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By radicals 人 comes before 奴, whose sounds are the other way round."""
    text = "---\ntitle: T\nlang: zh\n---\n\n[奴隶]{.index}和[人权]{.index}。\n\n::: index\n:::\n"
    making.without_findings(making.resolved(text))
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    (found,) = making.resolved(text, "web").diagnostics
    assert (found.code, found.line) == ("no-pinyin", 8)
    entries = [entry for group in index_of(text).groups for entry in group.entries]
    assert [plain_text(entry.term) for entry in entries] == ["人权", "奴隶"]


# --- entries ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Well", [["Well"]]),
        (" A ! b ; C ", [["A", "b"], ["C"]]),
        (r"A\!b\;c", [["A!b;c"]]),
        (r"A\\!b", [["A\\", "b"]]),
        ("!; ;!", []),
        ("a!b!c!d!e!f", [["a", "b", "c", "d!e!f"]]),
    ],
)
def test_how_entries_are_written(written: str, found: list[list[str]]) -> None:
    assert [[plain_text(term) for term in path] for path in paths(written, "en")] == found


def test_marks_of_one_entry_are_one_entry() -> None:
    text = (
        "# T\n\n[Wells]{.index} are.\n\nThe [wells]{.index}, "
        "[*wells*]{.index entry='wells!in India'}.\n\n[WELLS]{.index}\n\n"
        "[Noria]{.index}\n\n[*noria*]{.index}\n"
    )
    (group,) = index_of(text).groups
    assert lines_of(group.entries) == ["noria 2", "wells 3", "  in India 1"]


def test_what_an_edition_leaves_out_is_not_in_its_index() -> None:
    text = "# T\n\n[a]{.index}\n\n::: {only=pdf}\n[b]{.index}\n:::\n\n## C {index=c only=ebook}\n"
    terms = {
        edition: lines_of(index_of(text, edition).groups[0].entries)
        for edition in ("web", "handout", "ebook")
    }
    assert terms == {"web": ["a 1"], "handout": ["a 1", "b 1"], "ebook": ["a 1", "c 1"]}


# --- page numbers ------------------------------------------------------------------------


def entries_of(document: Element) -> list[str]:
    """The lines of the printed index, without the foot of the page."""
    lists = list(document.all("L"))
    items = [item.children[-1] for found in lists for item in found.children]
    return [
        "".join(
            kid if isinstance(kid, Piece) else "" if kid.kind == "L" else kid.text
            for kid in item.kids
        ).strip()
        for item in items
    ]


def test_pages_are_merged_only_where_each_has_a_mark(tmp_path: Path) -> None:
    """A marked part is a range."""
    mark, new_page = "[]{.index entry=Wells}", "\n\n\\newpage\n\n"
    parts = [f"{FILLER} PART{n}" for n in range(3)]
    texts = (
        FILLER,
        f"## Rivers {{index=Rivers}}\n\n{parts[0]}{mark}",
        parts[1],
        f"{parts[2]}{mark}\n\n::: {{index='Boxes; Rivers!in a box'}}\n{FILLER}\n:::",
        f"## Others\n\nThe [rivers]{{.index}} again.{mark}",
        f"{FILLER}{mark}",
        FILLER,
        f"{FILLER}{mark}",
    )
    text = f"---\ntitle: T\n---\n\n{new_page.join(texts)}\n"
    document = read(open_pdf(making.data(text, "handout", tmp_path)))
    assert entries_of(document) == ["Boxes, 4", "Rivers, 2–5", "Wells, 2, 4–6, 8", "in a box, 4"]


def test_each_number_leads_to_a_page_that_has_the_mark(tmp_path: Path) -> None:
    terms = [f"Term {n % 5}" for n in range(15)]
    paragraphs = "".join(
        f"{FILLER}[word{n}]{{.index entry='{term}'}}\n\n" for n, term in enumerate(terms)
    )
    front = "---\ntitle: T\npage: A6\ncontents: always\n---\n\n## One\n\n"
    pdf = open_pdf(making.data(front + paragraphs, "handout", tmp_path))
    document = read(pdf)
    marked: dict[str, set[int]] = {}
    for piece in document.pieces():
        for number in re.findall(r"word(\d+)", piece):
            marked.setdefault(terms[int(number)], set()).add(piece.page + 1)
    said: dict[str, set[int]] = {}
    for line in entries_of(document):
        if not line.startswith("Term"):
            continue
        term, _, numbers = line.partition(", ")
        said[term] = {
            page
            for part in numbers.split(", ")
            for page in range(int(part.split("–")[0]), int(part.split("–")[-1]) + 1)
        }
    assert said == marked


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=12))
def test_merged_pages_are_those_that_were_given(found: list[tuple[int, int]]) -> None:
    given_pages = [PageRange(first, first + more, "x") for first, more in found]
    result = merge_ranges(given_pages)
    assert {p for r in result for p in range(r.first, r.last + 1)} == {
        p for r in given_pages for p in range(r.first, r.last + 1)
    }
    assert all(a.last + 1 < b.first for a, b in itertools.pairwise(result))


# --- on the web and in e-books -------------------------------------------------------------

BOOK = """\
---
title: A book
---

# One {index="First things"}

A [well]{.index}. A second [well]{.index} in the same paragraph.

Another [well]{.index}.^[A note on the [rope]{.index entry="Well!rope"}.]

# Two

The [well]{.index} again. []{.index entry="Spring" see="Well"}
[]{.index entry="Well" see="First things"}
"""


def test_links_say_where_they_lead() -> None:
    markup = making.markup(making.resolved(BOOK))
    page = html5lib.parse(markup, namespaceHTMLElements=False)
    section = next(e for e in page.iter("section") if e.get("role") == "doc-index")
    links = {"".join(a.itertext()): a.get("href", "") for a in section.iter("a")}
    assert list(links) == ["One", "Well", "One (2)", "Two", "First things"]
    ids = {e.get("id") for e in page.iter() if e.get("id")}
    assert {href.removeprefix("#") for href in links.values()} <= ids


def test_an_e_book_has_an_index_that_reading_systems_know() -> None:
    pages = {name: ElementTree.fromstring(page) for name, page in making.chapters(BOOK).items()}
    page = next(p for p in pages.values() if p.find(f".//{XHTML}*[@role='doc-index']") is not None)
    kinds = [e.get(EPUB_TYPE, "") for e in page.iter() if "index" in e.get(EPUB_TYPE, "")]
    assert kinds.count("index") == 1
    assert set(kinds) == {
        "index", "index-entry-list", "index-entry", "index-term", "index-locator",
        "index-xref-preferred", "index-xref-related",
    }  # fmt: skip
    for link in page.iter(f"{XHTML}a"):
        if link.get(EPUB_TYPE) == "index-locator":
            file, _, target = link.get("href", "").partition("#")
            assert any(e.get("id") == target for e in pages[file].iter())


def test_a_section_that_is_no_index_is_not_called_one() -> None:
    pages = making.chapters("# T\n\n## Index {.index}\n\n- a list of my own\n").values()
    (page,) = (page for page in pages if "a list of my own" in page)
    assert 'epub:type="index"' not in page
    assert 'role="doc-index"' in page


def test_a_note_of_nothing_but_an_empty_mark_stays() -> None:
    document = making.resolved("# The well\n\nText[^a] here.\n\n[^a]: []{.index}\n")
    assert {finding.code for finding in document.diagnostics} == {"bad-attribute", "empty-index"}
    (note,) = document.notes
    assert note.number == 1
