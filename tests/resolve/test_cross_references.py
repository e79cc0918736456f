"""Numbers, references to them, figures side by side and lists, in the outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from pipeline import parse, render_fragment
from pipeline.model import (
    Attributes,
    CrossReference,
    Document,
    Figure,
    FigureGroup,
    Image,
    Section,
    Table,
)
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import letters, roman
from pipeline.render.node_markup import FIGURE_GAP, figure_rows
from tests.helpers import making
from tests.helpers.laid_out import boxes, count_layouts, laid_out
from tests.helpers.pdf_reading import marked_texts, open_pdf, outline, read
from tests.helpers.trees import nodes, plain_text

SPACE = "\u00a0"
XHTML = "{http://www.w3.org/1999/xhtml}"
TYPE = "{http://www.idpf.org/2007/ops}type"

BOOK = """\
---
title: Wells
lang: en-GB
number_sections: true
contents: {show: always, figures: true, tables: true, listings: true}
---

# Preface {.preface}

We begin with @fig-well{.page}, then @tbl-count{.page}, @sec-count{.page}; @fig-new.[^1]

[^1]: The note knows @tbl-count{.page}.

# Water {#sec-water}

![A well](well.png "The well of *Kisumu*, see @tbl-count"){#fig-well}

\\newpage

::: figures {#fig-both}
![Old](well.png "The old"){#fig-old}
![New](tall.png "The new"){#fig-new}

Both wells
:::

# Counting {#sec-count}

See @fig-new and @sec-water.

\\newpage

| Village | Wells |
| --- | --- |
| Kisumu | 2 |

Table: Wells by village {#tbl-count}

# Sources {.appendix #sec-sources}

As in @sec-sources.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("wells")
    Picture.new("L", (400, 200)).save(found / "well.png")
    Picture.new("L", (300, 300)).save(found / "tall.png")
    return found


def resolved(text: str, folder: Path, edition: str = "web") -> Document:
    return making.resolved(text, edition, folder)


def references(document: Document) -> list[str]:
    return [node.text for node in nodes(document, CrossReference)]


# --- numbers -------------------------------------------------------------------------------


@given(st.integers(0, 20_000))
def test_letters_follow_each_other(index: int) -> None:
    number = 0
    for character in letters(index):
        number = number * 26 + ord(character) - ord("A") + 1
    assert number == index + 1


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (99, "XCIX")]
)
def test_roman_numerals(number: int, numeral: str) -> None:
    assert roman(number) == numeral


KINDS = {
    "fig": '![a](well.png "Caption"){{#fig-{0}}}',
    "tbl": "| a |\n|---|\n| 1 |\n\nTable: Caption {{#tbl-{0}}}",
    "none": "![a](well.png)",
}


@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=8))
def test_each_kind_is_counted_and_references_agree(kinds: list[str]) -> None:
    """The position of the references makes no difference: before, or after."""
    blocks = [KINDS[kind].format(index) for index, kind in enumerate(kinds)]
    said = [f"-@{kind}-{index}" for index, kind in enumerate(kinds) if kind != "none"]
    text = "\n\n".join(["Before: " + " ".join(said), *blocks, "After: " + " ".join(said)])
    counts: dict[str, int] = {}
    expected = []
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
        expected += [str(counts[kind])] if kind != "none" else []
    document = making.resolved(f"---\ntitle: T\n---\n\n{text}\n")
    assert references(document) == expected * 2


def test_numbers_make_no_ids(folder: Path) -> None:
    """An address stays when sections are numbered, or one is put before it."""

    def ids(text: str) -> list[str]:
        sections = nodes(resolved(text, folder).blocks, Section)
        return [section.attributes.id for section in sections]

    text = (
        "---\ntitle: T\nnumber_sections: {}\n---\n\n# Water\n\n## Wells @sec-w\n\n# W {{#sec-w}}\n"
    )
    assert (
        ids(text.format("true")) == ids(text.format("false")) == ["water", "wells-sec-w", "sec-w"]
    )


# --- references ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr", "pt", "zh"])
def test_references_are_in_the_words_of_the_language(language: str, folder: Path) -> None:
    text = BOOK.replace("en-GB", language)
    said = words(language)
    found = references(resolved(text, folder))
    assert said["reference_figure"].format(number="2b") in found
    assert said["reference_section"].format(number="1") in found
    assert said["reference_appendix"].format(number="A") in found
    assert not any(" " in text for text in found), "a number stays with its word"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", "Figure"),
        ("Voir la ", "figure"),
        ("Voici (cf. ", "figure"),
        ("Voilà le puits. ", "Figure"),
        ("Quoi ? ", "Figure"),
        ("Le puits *de Kisumu*. (", "Figure"),
        ("**", "Figure"),
        ("« ", "Figure"),
    ],
)
def test_a_reference_that_begins_a_sentence_has_a_capital(
    before: str, expected: str, folder: Path
) -> None:
    after = "**" if before == "**" else ""
    text = f"---\ntitle: T\nlang: fr\n---\n\n{before}@fig-a{after}\n\n{KINDS['fig'].format('a')}\n"
    assert references(resolved(text, folder)) == [f"{expected}{SPACE}1"]


@pytest.mark.parametrize(
    "text",
    ["a@fig-x.org", "9@fig-x", "\\@fig-x", "`@fig-x`", "@fig- x", "@@fig", "<a@fig-x.org>"],
)
def test_what_is_no_reference(text: str) -> None:
    document = parse(f"---\ntitle: T\n---\n\n{text}\n")
    assert not nodes(document.blocks, CrossReference)


@given(st.text("af-gix_:. 图@;[]", max_size=12))
def test_an_id_never_ends_in_punctuation(text: str) -> None:
    for reference in nodes(parse(f"---\ntitle: T\n---\n\n@fig-{text}\n"), CrossReference):
        assert reference.target[-1].isalnum()


def test_a_piece_of_text_refers_within_itself() -> None:
    text = f"See @fig-a and @fig-b.\n\n{KINDS['fig'].format('a')}\n"
    html = render_fragment(text)
    assert f'<a href="#fig-a" class="cross-reference">Figure{SPACE}1</a> and @fig-b.' in html


NO_ID = "There is no id `{}` in the document."


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("@fig-wel\n\n{fig}", NO_ID.format("fig-wel"), "Did you mean `@fig-well`?"),
        ("@fig-b\n\n![b](well.png 'B'){#b}", NO_ID.format("fig-b"), "the id `{#fig-b}`"),
        (
            "@fig-b\n\n![](well.png){#fig-b .decorative}",
            "The figure `fig-b` has no number, since it has no caption.",
            "Give it a caption",
        ),
        (
            "-@sec-b\n\n# B {#sec-b}",
            "The section `sec-b` has no number.",
            "number_sections: true",
        ),
        (
            "@fig-b [b]{#fig-b}",
            "The element with the id `fig-b` is of a kind that has no number.",
            "Figures, tables",
        ),
    ],
)
def test_mistakes_are_reported_with_their_remedy(
    text: str, message: str, hint: str, folder: Path
) -> None:
    text = text.replace("{fig}", KINDS["fig"].format("well"))
    (found,) = resolved(f"---\ntitle: T\n---\n\n{text}\n", folder).diagnostics
    assert (found.code, found.line, found.column) == ("unresolved-reference", 5, 1)
    assert found.message == message
    assert hint in found.hint


# --- the PDF -------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Text with spaces of one kind: fonts draw them all alike."""
    return " ".join(text.split())


def page_links(pdf: pikepdf.Pdf) -> Iterator[tuple[str, int]]:
    """The text of each link within the file, and the page from 1 that it leads to."""
    names = pdf.Root.Names.Dests.Names
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    places = {
        str(name): pages[target[0].objgen]
        for name, target in zip(names[::2], names[1::2], strict=True)
    }
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            if "/Dest" in link:
                yield plain(str(link.Contents)), places[str(link.Dest)]


@pytest.fixture(scope="module")
def handout(folder: Path) -> pikepdf.Pdf:
    return open_pdf(making.data(BOOK, "handout", folder))


def test_references_name_the_page_that_they_lead_to(handout: pikepdf.Pdf) -> None:
    links = dict(page_links(handout))
    document = read(handout)
    said = [text for link in document.all("Link") if " on page " in (text := plain(link.text))]
    assert len(said) == 6
    pages = set()
    for text in said:
        reference, _, page = text.partition(" on page ")
        assert links[reference] == int(page)
        pages.add(page)
    assert len(pages) == 3, "they are on different pages"


def test_a_figure_or_table_on_another_page_is_told_once_on_a_page(folder: Path) -> None:
    table = KINDS["tbl"].format("a")
    text = f"---\ntitle: T\n---\n\n@tbl-a and @tbl-a.\n\n\\newpage\n\n{table}\n\nHere is @tbl-a.\n"
    pages = making.rendered(resolved(text, folder, "handout"))
    said = plain("".join(getattr(box, "text", "") for box in boxes(laid_out(pages))))
    assert "Table 1 on page 2 and Table 1." in said
    assert "Here is Table 1." in said


def test_the_order_of_words_is_the_languages(folder: Path) -> None:
    text = f"@tbl-a{{.page}}\n\n\\newpage\n\n{KINDS['tbl'].format('a')}"
    chinese = f"---\ntitle: T\nlang: zh\n---\n\n{text}"
    pages = making.rendered(resolved(chinese, folder, "handout"))
    said = "".join(getattr(box, "text", "") for box in boxes(laid_out(pages)))
    assert "第 2 页的表 1" in plain(said)


def test_numbers_are_in_headings_outline_contents_and_lists(handout: pikepdf.Pdf) -> None:
    titles = [title for _, title in outline(handout)]
    assert [t for t in titles if not t.startswith(("Contents", "List"))] == [
        "Preface",
        "1 Water",
        "2 Counting",
        "A Sources",
    ]
    document = read(handout)
    lists = [[item.text.split() for item in toc.all("TOCI")] for toc in document.all("TOC")]
    contents, figures, tables = lists
    assert [line[:-1] for line in contents] == [
        ["Preface"],
        ["1", "Water"],
        ["2", "Counting"],
        ["A", "Sources"],
    ]
    places = dict(page_links(handout))
    assert figures == [
        ["1", "The", "well", "of", "Kisumu,", "see", "Table", "1", str(places["Figure 1"])],
        ["2", "Both", "wells", str(places["Figure 2b"])],
    ]
    assert tables == [["1", "Wells", "by", "village", str(places["Table 1"])]]


def test_running_heads_have_the_chapters_number(folder: Path) -> None:
    text = "\n\n".join(["Slavery exists in every region of the world. " * 32] * 3)
    front = "---\ntitle: Wells\nclass: book\npage: A5\nnumber_sections: true\n---\n\n"
    pdf = open_pdf(
        making.data(
            f"{front}# Foreword {{.foreword}}\n\nA\n\n# Water\n\n{text}\n", "handout", folder
        )
    )
    heads = {
        text for page in pdf.pages for number, text in marked_texts(page).items() if number < 0
    }
    assert "1 Water" in heads


def test_figures_side_by_side_are_read_one_by_one(handout: pikepdf.Pdf) -> None:
    document = read(handout)
    group = next(div for div in document.all("Div") if div.shape.count("Figure") == 2)
    assert group.shape == "Div(Div(Figure Caption) Div(Figure Caption) Caption)"
    assert [plain(caption.text) for caption in group.all("Caption")] == [
        "(a) The old",
        "(b) The new",
        "Figure 2. Both wells",
    ]
    boxes = [figure.attribute("BBox") for figure in group.all("Figure")]
    tops, heights = zip(*[(float(b[3]), float(b[3] - b[1])) for b in boxes], strict=True)
    assert tops[0] == pytest.approx(tops[1], abs=0.1)
    assert heights[0] == pytest.approx(heights[1], abs=1)
    assert float(boxes[0][2]) < float(boxes[1][0])


# --- the e-book ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ebook(folder: Path) -> dict[str, ET.Element]:
    """The pages of the e-book, by name."""
    files = making.unpacked(making.data(BOOK, "ebook", folder), ".xhtml")
    return {name: ET.fromstring(data) for name, data in files.items()}


def by_class(page: ET.Element, name: str) -> Iterator[ET.Element]:
    return (element for element in page.iter() if name in element.get("class", "").split())


def text_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_references_lead_across_the_chapters(ebook: dict[str, ET.Element]) -> None:
    ids = {name: {element.get("id") for element in page.iter()} for name, page in ebook.items()}
    seen = set()
    for name, page in ebook.items():
        for reference in by_class(page, "cross-reference"):
            file, _, target = reference.attrib["href"].partition("#")
            assert target in ids[file or name], reference.attrib["href"]
            seen.add((name, file, text_of(reference)))
    assert ("preface.xhtml", "sec-water.xhtml", "Figure 1") in seen
    assert ("preface.xhtml", "sec-count.xhtml", "Table 1") in seen
    assert ("sec-water.xhtml", "sec-count.xhtml", "Table 1") in seen
    assert ("sec-count.xhtml", "sec-water.xhtml", "Figure 2b") in seen
    assert ("sec-sources.xhtml", "", "Appendix A") in seen


def test_the_lists_are_in_the_navigation(ebook: dict[str, ET.Element]) -> None:
    page = ebook["nav.xhtml"]
    navs = {nav.get(TYPE): nav for nav in page.iter(f"{XHTML}nav")}
    assert navs.keys() == {"toc", "loi", "lot", "landmarks"}
    entries = [(a.get("href"), text_of(a)) for a in navs["loi"].iter(f"{XHTML}a")]
    assert entries == [
        ("sec-water.xhtml#fig-well", "1 The well of Kisumu, see Table 1"),
        ("sec-water.xhtml#fig-both", "2 Both wells"),
    ]
    landmarks = {a.get(TYPE): a.get("href") for a in navs["landmarks"].iter(f"{XHTML}a")}
    assert landmarks["loi"] == "nav.xhtml#figures"
    assert landmarks["lot"] == "nav.xhtml#tables"
    targets = {element.get("id") for element in page.iter()}
    assert {"figures", "tables"} <= targets


# --- the web page --------------------------------------------------------------------------


def test_lists_fold_on_the_web_page_and_empty_ones_are_left_out(folder: Path) -> None:
    page = making.data(BOOK, "web", folder).decode()
    summaries = re.findall(r"<summary>(.*?)</summary>", page)
    assert summaries == ["Contents", "List of figures", "List of tables"]
    assert "on page" not in page


# --- figures side by side ------------------------------------------------------------------


def images(*sizes: tuple[int, int]) -> tuple[Figure, ...]:
    return tuple(Figure(image=Image(source="a", alt="a", width=w, height=h)) for w, h in sizes)


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=1, max_size=9),
    st.integers(1, 6),
)
def test_rows_fill_the_line_and_never_overflow(sizes: list[tuple[int, int]], columns: int) -> None:
    group = FigureGroup(figures=images(*sizes), columns=columns)
    rows = list(figure_rows(group))
    assert [placed.figure for row in rows for placed in row] == list(group.figures)
    for row in rows:
        used = sum(placed.share for placed in row) + FIGURE_GAP * (len(row) - 1)
        assert round(used, 6) <= 100
        assert all(placed.share > 5 for placed in row)
        if len(row) == columns:
            assert used > 100 - 0.2 * len(row)


def test_images_in_a_row_are_as_high_as_each_other() -> None:
    (row,) = figure_rows(FigureGroup(figures=images((400, 300), (300, 300), (500, 300))))
    heights = [p.share * p.figure.image.height / p.figure.image.width for p in row]
    assert max(heights) - min(heights) < 0.2


def test_an_author_may_say_how_wide_they_are() -> None:
    first, second = images((400, 300), (400, 300))
    given_width = Attributes(pairs=(("width", "30%"),))
    narrow = Figure(image=first.image, attributes=given_width)
    (row,) = figure_rows(FigureGroup(figures=(narrow, second)))
    assert [placed.share for placed in row] == [30.0, 48.0]


def test_what_an_edition_leaves_out_has_no_number(folder: Path) -> None:
    text = (
        "---\ntitle: T\n---\n\n@fig-a, @fig-b\n\n"
        '::: figures {#fig-g}\n![a](well.png "A"){#fig-a only=pdf}\n'
        '![b](well.png "B"){#fig-b}\n\nBoth\n:::\n'
    )
    web, handout = resolved(text, folder), resolved(text, folder, "handout")
    assert references(handout) == [f"Figure{SPACE}1a", f"Figure{SPACE}1b"]
    assert references(web) == [f"Figure{SPACE}1a"]
    assert [d.code for d in web.diagnostics] == ["unresolved-reference"]


def test_tables_and_titles_keep_the_text_of_references(folder: Path) -> None:
    document = resolved(BOOK, folder)
    (table,) = nodes(document.blocks, Table)
    assert plain_text(table.caption) == "Wells by village"
    assert [entry.number for entry in document.contents] == ["", "1", "2", "A"]


# --- the front matter ----------------------------------------------------------------------


def test_the_front_matter_asks_for_numbers_and_lists() -> None:
    keys = "number-sections: yes\ncontents: {figures: true, tables: no, listings: on}"
    metadata = parse(f"---\ntitle: T\n{keys}\n---\n\nText.\n").metadata
    assert metadata.number_sections
    options = metadata.contents
    assert (options.show, options.figures, options.tables, options.listings) == (
        "auto",
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("line", "column"), [("number_sections: maybe", 18), ("contents: {figures: maybe}", 21)]
)
def test_what_the_front_matter_cannot_ask_for(line: str, column: int) -> None:
    (found,) = parse(f"---\ntitle: T\n{line}\n---\n\nText.\n").diagnostics
    assert (found.code, found.line, found.column) == ("wrong-value", 3, column)


def test_a_place_far_away_is_told_without_another_layout(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, far = KINDS["tbl"].format("a"), "A word or two. " * 600
    layouts = count_layouts(monkeypatch)
    for front, said in (
        ("", "Table 1 on page"),
        ("page: 84cm x 119cm\n", "See Table 1. A word"),  # it was wrong
    ):
        layouts.clear()
        text = f"---\ntitle: T\n{front}---\n\nSee @tbl-a. {far}\n\n{table}\n"
        pages = making.rendered(resolved(text, folder, "handout"))
        assert said in plain("".join(getattr(b, "text", "") for b in boxes(laid_out(pages))))
        assert len(layouts) == 1
