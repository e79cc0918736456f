"""The print edition, as readers, listeners and their software meet it."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import msgspec
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Page, Pages, Style
from pipeline.package.result import Package
from tests.helpers import making
from tests.helpers.paths import TEMPLATES
from tests.helpers.pdf_reading import (
    Element,
    artifacts,
    marked_texts,
    open_pdf,
    outline,
    page_texts,
    read,
)
from tests.helpers.short_units import short_units

FRONT = """\
---
title: Ending & <Beginning>
subtitle: A handout
authors: [Ann Author, Bo Writer]
contributors: [{name: Ian Viewer, role: interviewer}]
publisher: The House
lang: en-GB
date: 2026-11-24
version: "1.0"
description: What it is about.
keywords: [slavery, law]
licence: CC BY-SA 4.0
speakers: {Ian: interviewer, Gus: guest}
contents: {questions: true, depth: 3}
---
"""

BODY = """\
## The talk

Ian: What was *first*?

Gus: The word[^n] was first. See [the table](#rows) or [a page](https://example.org/x).

And a second paragraph.

## Facts

### Rows {#rows}

| Form | Count |
|---|--:|
| One | 1 |
| Two | 2 |

Table: How many

![Three bars](bars.png "Bars, drawn"){#fig-bars}

- a
- b

  1. c

Term
:   What it means.

- [x] read it
- [ ] write it

> Said [en passant]{lang=fr} by the *ILO*.

    print("x")

1. What would you do?

   ::: lines 3
   :::

[^n]: The note, with [a link](https://example.org/note).

*[ILO]: International Labour Organization
"""

PARAGRAPH = (
    "Slavery is illegal everywhere and exists in every region of the world, and a sentence"
    " that is long enough to fill several lines needs more words than one thinks of. "
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (300, 150), "steelblue").save(tmp_path / "bars.png")
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The handout of the text that has all."""
    folder = tmp_path_factory.mktemp("whole")
    Image.new("RGB", (300, 150), "steelblue").save(folder / "bars.png")
    return make(FRONT + BODY, folder)


def pages_of(text: str, folder: Path, edition: str = "handout") -> Pages:
    return making.rendered(making.resolved(text, edition, folder))


def make(text: str, folder: Path, edition: str = "handout") -> Package:
    return making.packed(pages_of(text, folder, edition), folder)


def spoken(text: str, folder: Path) -> Element:
    return read(open_pdf(make(text, folder).data))


def short(body: str, **more: str) -> str:
    keys = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"---\ntitle: T\n{keys}---\n{body}"


# --- what the file says about itself -------------------------------------------------------


def test_sizes_are_those_of_the_edition(whole: Package, folder: Path) -> None:
    letter = make(short("x"), folder, "letter")
    for made, size in ((whole, (595.28, 841.89)), (letter, (612, 792))):
        pdf = open_pdf(made.data)
        assert made.facts.pages == len(pdf.pages)
        for page in pdf.pages:
            assert [float(x) for x in page.mediabox[2:]] == pytest.approx(size, abs=0.01)


def test_metadata_is_complete(whole: Package) -> None:
    pdf = open_pdf(whole.data)
    assert {key: str(value) for key, value in pdf.docinfo.items()} == {
        "/Title": "Ending & <Beginning>",
        "/Author": "Ann Author, Bo Writer",
        "/Subject": "What it is about.",
        "/Keywords": "slavery, law",
        "/Creator": "Chapbook",
        "/Producer": "WeasyPrint 70.0",
        "/CreationDate": "D:20261124000000Z",
        "/ModDate": "D:20261124000000Z",
    }
    assert pdf.Root.Lang == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.Root.MarkInfo.Marked
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        assert xmp["pdfuaid:part"] == "1"
        assert xmp["dc:title"] == "Ending & <Beginning>"
        assert xmp["dc:creator"] == ["Ann Author", "Bo Writer"]
        assert xmp["dc:contributor"] == {"Ian Viewer"}
        assert xmp["dc:description"] == "What it is about."
        assert xmp["dc:language"] == {"en-GB"}
        assert xmp["dc:publisher"] == {"The House"}
        assert xmp["dc:subject"] == {"slavery", "law"}
        assert xmp["dc:rights"].startswith("Creative Commons")
        assert xmp["xmpRights:WebStatement"].startswith("https://creativecommons.org/")
        assert xmp["xmp:CreateDate"] == "2026-11-24T00:00:00Z"
        assert xmp["dc:identifier"].startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("date", "epoch", "found"),
    [
        ("2026", "", "D:20260101000000Z"),
        ("2026-05", "86400", "D:20260501000000Z"),
        ("", "86400", "D:19700102000000Z"),
        ("", "", None),
        ("", "tomorrow", None),
        ("", "9" * 30, None),
    ],
)
def test_dates_are_never_the_clocks(
    date: str, epoch: str, found: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    text = short("x", date=f'"{date}"') if date else short("x")
    pdf = open_pdf(make(text, folder).data)
    assert pdf.docinfo.get("/CreationDate") == found


def test_front_matter_and_text_of_a_book_begin_on_the_right(folder: Path) -> None:
    body = "\n# Preface {.preface}\n\nOne.\n\n# Rain\n\nTwo.\n\n# Wind\n\nThree.\n"
    made = make(short(body, **{"class": "book", "edition_statement": "Second edition"}), folder)
    texts = page_texts(made.data)
    assert "Second edition" in texts[1]
    begins = {name: number for number, text in enumerate(texts, 1) for name in [text[:4]]}
    assert (begins["Pref"], begins["Rain"], begins["Wind"]) == (3, 5, 6)


# --- fonts ---------------------------------------------------------------------------------


def fonts_of(data: bytes) -> set[str]:
    names = set()
    for page in open_pdf(data).pages:
        for font in page.resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            names.add(re.sub(r"^/[A-Z]{6}\+", "", str(descriptor.FontName)))
    return names


def test_fonts_are_embedded_and_the_packaged_ones(whole: Package) -> None:
    assert fonts_of(whole.data) == {
        "Source-Serif-Pro",
        "Source-Serif-Pro-Italic",
        "Source-Serif-Pro-Semi-Bold",
        "Source-Sans-Pro",
        "Source-Sans-Pro-Semi-Bold",
        "Source-Sans-Pro-Semi-Bold-Italic",
        "Source-Code-Pro",
    }


def test_the_machines_fonts_have_no_influence(folder: Path) -> None:
    """A template's style may name any font: those of the machine are not available."""
    pages = pages_of(short("Text, and العربية."), folder)
    style = Style("more.css", 'html { font-family: "DejaVu Sans", "Liberation Serif", serif }')
    pages = msgspec.structs.replace(pages, styles=(*pages.styles, style))
    fonts = fonts_of(making.packed(pages, folder).data)
    assert fonts
    assert all(name.startswith(("Source-", "Noto-", "Amiri")) for name in fonts)


def test_a_damaged_image_is_one_after_printing_too(folder: Path) -> None:
    make(short("Printed."), folder)
    photo = folder / "photo.jpg"
    Image.frombytes("L", (400, 400), random.Random(1).randbytes(400 * 400)).save(photo)
    photo.write_bytes(photo.read_bytes()[:-2000])
    (found,) = making.resolved(short("![a photo](photo.jpg)"), "handout", folder).diagnostics
    assert found.code == "bad-image"


# --- files ---------------------------------------------------------------------------------


def page_with(markup: str, folder: Path) -> Package:
    page = Page("index.xhtml", "T", f'<html lang="en"><body>{markup}</body></html>')
    return making.packed(Pages("handout", "x", Metadata(title="T"), (page,)), folder)


def test_nothing_but_the_assets_is_read(folder: Path) -> None:
    addresses = "http://127.0.0.1:9/x.png file:///etc/hostname bars.png images/other.png data:,x"
    images = (f'<img src="{address}" alt="A picture"/>' for address in addresses.split())
    made = page_with(f"<p>Text {' '.join(images)}</p>", folder)
    assert {found.code for found in made.diagnostics} == {"unreadable-file"}
    for found, address in zip(made.diagnostics, addresses.split(), strict=True):
        assert address in found.message
    assert made.data.startswith(b"%PDF-1.7")


def test_a_style_reaches_nothing(folder: Path) -> None:
    markup = '<p style="background: url(file:///etc/hostname)">x</p>'
    codes = {found.code for found in page_with(markup, folder).diagnostics}
    assert codes
    assert codes <= {"unreadable-file", "layout-warning"}


def test_a_mistake_in_a_style_is_reported_of_every_document_that_has_it(folder: Path) -> None:
    style = Style("x.css", "p { color: tomatoe }")
    pages = msgspec.structs.replace(pages_of(short("x"), folder), styles=(style,))
    for _ in range(2):
        (found,) = making.packed(pages, folder).diagnostics
        assert found.code == "layout-warning"
        assert "tomatoe" in found.message


def test_an_image_that_went_away_is_a_finding(folder: Path) -> None:
    pages = pages_of(short("![Three bars](bars.png)"), folder)
    (folder / "bars.png").unlink()
    (found,) = making.packed(pages, folder).diagnostics
    assert found.code == "unreadable-file"
    assert "bars.png" in found.message


def test_an_image_that_is_none_is_a_finding(folder: Path) -> None:
    pages = pages_of(short("![Three bars](bars.png)"), folder)
    (folder / "bars.png").write_bytes(b"no image")
    (found,) = making.packed(pages, folder).diagnostics
    assert found.code == "bad-image"
    assert "bars.png" in found.message


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    pages = pages_of(short("![Three bars](bars.png)"), folder)
    inner = folder / "inner"
    inner.mkdir()
    (inner / "bars.png").symlink_to(folder / "bars.png")
    (found,) = making.packed(pages, inner).diagnostics
    assert found.code == "unreadable-file"


def test_the_files_that_went_in_are_named(whole: Package) -> None:
    names = {Path(file).name for file in whole.dependencies}
    assert {"bars.png", "SourceSerifPro-Regular.otf"} <= names


def test_markup_that_is_not_xml_is_a_finding(folder: Path) -> None:
    (found,) = page_with("<p>x", folder).diagnostics
    assert found.code == "template-error"


def test_layout_warnings_are_findings(folder: Path) -> None:
    (found,) = page_with('<p style="colour: red">x</p>', folder).diagnostics
    assert found.code == "layout-warning"
    assert "colour" in found.message


# --- what a listener hears -----------------------------------------------------------------


def test_the_whole_is_in_the_order_of_the_source(whole: Package) -> None:
    document = read(open_pdf(whole.data))
    parts = [
        "Ending & <Beginning>",
        "A handout",
        "Ann Author, Bo Writer · 24 November 2026 · Version 1.0",
        "The talk",
        "Ian asks:",
        "What was first?",
        "Gus answers:",
        "The word",
        "The note, with a link\u202f[2].",
        "And a second paragraph.",
        "Facts",
        "Table 1. How many",
        "Form",
        "Three bars",
        "Figure 1. Bars, drawn",
        "What it means.",
        "done: read it",
        "to do: write it",
        "Said en passant by the ILO.",
        "What would you do?",
        "Your answer",
    ]
    text = document.text
    places = [text.find(part) for part in parts]
    assert -1 not in places, [part for part, place in zip(parts, places, strict=True) if place < 0]
    assert places == sorted(places)


def test_every_part_has_its_type(whole: Package) -> None:
    document = read(open_pdf(whole.data))
    assert [f"{e.kind} {e.text}" for e in document.all() if re.match(r"H\d", e.kind)] == [
        "H1 Ending & <Beginning>",
        "H2 The talk",
        "H2 Facts",
        "H3 Rows",
        "H2 Links",
    ]
    (table,) = document.all("Table")
    assert table.shape == "Table(Caption THead(TR(TH TH)) TBody(TR(TH TD) TR(TH TD)))"
    scopes = [str(cell.attribute("Scope")) for cell in table.all("TH")]
    assert scopes == ["/Column", "/Column", "/Row", "/Row"]
    (figure,) = document.all("Figure")
    assert str(figure.entries.Alt) == "Three bars"
    assert len(figure.attribute("BBox")) == 4
    assert [item.shape for item in document.all("L")] == [
        "L(LI(Lbl LBody(P)) LI(Lbl LBody(P L(LI(Lbl LBody)))))",
        "L(LI(Lbl LBody))",
        "L(LI(Lbl LBody(P)))",
        "L(LI(Lbl(Span) LBody) LI(Lbl(Span) LBody))",
        "L(LI(Lbl LBody(P P)))",
        "L(LI(Lbl LBody(Link)) LI(Lbl LBody(Link)))",
    ]
    numbering = [str(e.attribute("ListNumbering")) for e in document.all("L")]
    assert numbering[:2] == ["/Disc", "/Decimal"]
    (quote,) = document.all("BlockQuote")
    assert [(s.text, str(s.entries.get("/Lang"))) for s in quote.all("Span")][:1] == [
        ("en passant", "fr")
    ]
    assert [str(s.entries.E) for s in quote.all("Span") if "/E" in s.entries] == [
        "International Labour Organization"
    ]
    assert [code.text for code in document.all("Code")] == ['print("x")']


SMALL = """\
### A note

One.[^a] Two.[^a]

[^a]: First.

    Second.

### Decoration

One ![](bars.png){.decorative}

---

Two

### Breaks

One line\\
two *lines*  \nthree<br>four.

### Terms

Term[^t]
:   What it means.

[^t]: Said of it.

### Letters

Greek ἀρχή, Cyrillic Привет Ґ, and Łódź, Ðắk.

### Addresses

Man liest <ADDRESS> dort.
{lang=de}
""".replace("ADDRESS", "https://example.org/" + "Verwaltungsangelegenheiten" * 5)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Element]]:
    """The parts of a text below each of its headings."""
    folder = tmp_path_factory.mktemp("small")
    Image.new("RGB", (30, 15), "steelblue").save(folder / "bars.png")
    made = making.without_findings(make(short(SMALL), folder))
    _, *sections = read(open_pdf(made.data)).children
    return {heading.text: below for heading, *below in (each.children for each in sections)}


def test_a_note_follows_its_paragraph(small: dict[str, list[Element]]) -> None:
    paragraph, note = small["A note"]
    assert note.shape == "Note(Lbl(Link) P P)"
    assert str(note.entries.ID) == "fn-1"
    assert paragraph.shape == "P(Reference(Link) Reference(Link))"
    assert paragraph.text == "One.1 Two.1"


def test_nothing_is_skipped_or_repeated_over_pages(folder: Path) -> None:
    rows = "\n".join(f"| Row {n} | {n} |" for n in range(25))
    items = "\n".join(f"1. Item {n}" for n in range(10))
    body = f"{PARAGRAPH * 8}\n\n| A | B |\n|---|---|\n{rows}\n\n{items}"
    pdf = open_pdf(make(short(body, page="A5"), folder).data)
    assert len(pdf.pages) > 2
    document = read(pdf)
    assert [len(list(document.all(kind))) for kind in ("Table", "THead", "L", "TR", "LI")] == [
        1, 1, 1, 26, 10
    ]  # fmt: skip
    paragraph = next(child for child in document.children if child.kind == "P")
    assert _words(paragraph.text) == _words(PARAGRAPH * 8)
    said, number = artifacts(pdf), len(pdf.pages)
    assert "A" in said, "the head of the table on another page"
    assert [text for text in said if " of " in text] == [
        f"{n} of {number}" for n in range(1, number + 1)
    ]
    assert f" of {number}" not in document.text


def test_decoration_is_an_artifact(small: dict[str, list[Element]]) -> None:
    assert [(each.shape, each.text) for each in small["Decoration"]] == [
        ("P", "One "),
        ("P", "Two"),
    ]


def test_a_broken_line_breaks_no_word_and_joins_none(folder: Path) -> None:
    """Lines end with hyphens, dashes and spaces, and beside stressed words and codes, which have
    spaces of their own before and after them."""
    names = [f"{'abcdefgh'[: 1 + number % 8]}{number}" for number in range(80)]
    texts = (
        PARAGRAPH * 4 + "A twenty-four-hour-long and slow—or fast—run – or not. " * 12,
        ", ".join(f"`{name}`" for name in names[:50]),
        "".join(
            f"{'*' * (number % 3)}{name}{'*' * (number % 3)}{', '[number % 2 :]}"
            for number, name in enumerate(names)
        ),
    )
    paragraphs = list(spoken(short("\n\n".join(texts)), folder).all("P"))
    assert "\u00ad" in paragraphs[0].text
    for paragraph, text in zip(paragraphs, texts, strict=True):
        assert _words(paragraph.text) == re.sub("[*`]", "", text).split()


SENTENCES = {
    "zh": "在这个村庄里，没有人数过水井，*也没有人*知道它们有多深。",
    "ja": "この村では、だれも井戸を*数えた*ことがなく、深さも知りません。",
    "th": "ในหมู่บ้านนี้ไม่มีใครเคย*นับ*บ่อน้ำเลย",
    "hi": "इस गाँव में *किसी ने* कुएँ नहीं गिने थे। ",
    "ta": "கொல்லையில் உள்ள *கிணற்றை* யாரும் காணவில்லை கோ. ",
    "bn": "এই গ্রামে *কোনো* কূপ গোনা হয়নি, কেউ জানে না। ",
}


def test_other_scripts_are_read_as_they_are_written(folder: Path) -> None:
    body = "\n\n".join(f"{text * 5}\n{{lang={lang}}}" for lang, text in SENTENCES.items())
    paragraphs = spoken(short(body), folder).all("P")
    for paragraph, (lang, text) in zip(paragraphs, SENTENCES.items(), strict=True):
        written = (text.replace("*", "") * 5).strip()
        assert paragraph.text.replace("\u00ad", "") == written, lang


def test_a_line_break_is_a_space(small: dict[str, list[Element]]) -> None:
    (paragraph,) = small["Breaks"]
    assert paragraph.text == "One line two lines three four."


def test_words_are_whole_with_a_style_sheet_of_ones_own(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pdf").mkdir()
    style = (TEMPLATES / "pdf" / "style.css").read_text("utf-8")
    changed = f"{style}\nhtml {{ hyphenate-character: '\\2010' }}\n"
    (tmp_path / "pdf" / "style.css").write_text(changed, "utf-8")
    document = making.resolved(short(PARAGRAPH * 4), "handout", folder)
    made = making.packed(making.rendered(document, templates=tmp_path), folder)
    (paragraph,) = read(open_pdf(made.data)).all("P")
    assert "\u00ad" in paragraph.text
    assert _words(paragraph.text) == _words(PARAGRAPH * 4)


def _words(text: str) -> list[str]:
    return text.replace("\u00ad", "").split()


def test_heading_levels_never_skip(folder: Path) -> None:
    document = spoken(short("> #### Deep\n\n## One\n\n### Two\n\n> ###### Deeper"), folder)
    levels = [int(e.kind[1:]) for e in document.all() if re.fullmatch(r"H\d", e.kind)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_every_mark_and_link_is_in_the_tree(whole: Package) -> None:
    pdf = open_pdf(whole.data)
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = dict(zip([int(n) for n in numbers[::2]], numbers[1::2], strict=True))
    for page in pdf.pages:
        assert page.Tabs == "/S"
        assert int(page.StructParents) in parents
        for link in page.get("/Annots", []):
            owner = parents[int(link.StructParent)]
            assert owner.S == "/Link"
            assert int(link.F) & 4
            assert str(link.Contents)


# --- links and outline ---------------------------------------------------------------------


def test_links_lead_somewhere(whole: Package) -> None:
    pdf = open_pdf(whole.data)
    names = [str(name) for name in pdf.Root.Names.Dests.Names[::2]]
    links = [link for page in pdf.pages for link in page.get("/Annots", [])]
    inside = [str(link.Dest) for link in links if "/Dest" in link]
    outside = [str(link.A.URI) for link in links if "/A" in link]
    assert set(inside) == {"rows", "fn-1", "fnref-1"}
    assert set(inside) <= set(names)
    assert {"https://example.org/x", "https://example.org/note"} <= set(outside)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> pikepdf.Pdf:
    """A talk with its contents, and a note in a heading."""
    front = FRONT.replace("questions: true", "show: always, questions: true")
    asked = "\n## The talk\n\nIan: What was *first*?\n\nGus: [A page](https://example.org/x).\n\n"
    text = f"{front}{asked}## Facts[^m]\n\n### Rows\n\nText.\n\n[^m]: M.\n"
    return open_pdf(make(text, tmp_path_factory.mktemp("talk")).data)


def test_the_outline_has_sections_and_questions(talk: pikepdf.Pdf) -> None:
    assert outline(talk) == [
        (0, "Contents"),
        (0, "The talk"),
        (1, "What was first?"),
        (0, "Facts"),
        (1, "Rows"),
        (0, "Links"),
    ]


def test_printed_contents_are_a_table_of_contents(talk: pikepdf.Pdf) -> None:
    first, *_ = read(talk).all("TOC")
    assert first.shape == (
        "TOC(TOCI(Reference(Link) TOC(TOCI(Reference(Link))))"
        " TOCI(Reference(Link) TOC(TOCI(Reference(Link)))))"
    )
    assert first.children[0].children[0].text.split() == ["The", "talk", "1"]


# --- the page ------------------------------------------------------------------------------


def lines_of(page: pikepdf.Page) -> list[str]:
    """The content of a page without running heads and feet, in the order in which it was drawn."""
    return [text for number, text in marked_texts(page).items() if number >= 0 and text.strip()]


def page_ends(body: str, folder: Path, **keys: str) -> list[str]:
    """The last lines on several small pages."""
    pieces = spoken(short(body, page="A6", **keys), folder).pieces()
    last = {piece.page: piece for piece in pieces if piece.strip()}
    assert len(last) > 2
    return list(last.values())


@pytest.mark.slow
def test_a_question_never_ends_a_page(folder: Path) -> None:
    turns = "\n\n".join(f"Ian: Question {n}?\n\nGus: {PARAGRAPH * (n % 3 + 3)}" for n in range(5))
    text = f"{'Text. ' * 120}\n\n{turns}\n\n## Last\n\n{PARAGRAPH}"
    for piece in page_ends(text, folder, speakers="{Ian: interviewer, Gus: guest}"):
        assert not piece.startswith(("Question", "Ian", "Gus", "Last")), piece


def test_a_heading_with_one_line_below_it_never_ends_a_page(folder: Path) -> None:
    sections = "\n\n".join(
        f"### Key {n}\n\nOne line {n}.\n\n" + "    code\n" * (n % 4 + 2) for n in range(7)
    )
    for piece in page_ends(sections, folder):
        assert not piece.startswith(("Key", "One line")), piece


def test_a_line_that_announces_something_never_ends_a_page(folder: Path) -> None:
    follows = ("| A | B |\n|---|---|\n| a | b |", "    code\n")
    text = "\n\n".join(
        f"{'Text. ' * (n % 5)}\n\nThere are {n}:\n\n{follows[n % 2]}" for n in range(9)
    )
    for piece in page_ends(text, folder):
        assert not piece.startswith("There are"), piece


def test_a_wide_table_stays_on_its_page(folder: Path) -> None:
    words = ["Households", "Municipality", "Rehabilitated", "Wasserversorgungszweckverband"]
    row = "| " + " | ".join(words + words[:3] + words[:2]) + " |\n"
    table = row + "|" + "---|" * 9 + "\n" + row * 3
    width, right_edge = page_size_and_right_edge(make(short(table), folder).data)
    assert right_edge <= width


def test_lines_break_before_names_that_begin_with_a_period(folder: Path) -> None:
    names = ", ".join(f"`.extension{n}`" for n in range(40))
    page = pypdfium2.PdfDocument(make(short(f"Files: {names}."), folder).data)[0]
    text = page.get_textpage()
    right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
    assert right < page.get_width() - 40


def page_size_and_right_edge(data: bytes) -> tuple[float, float]:
    """The width of the first page, and how far right its rules and tints reach, in points."""
    pdf = open_pdf(data)
    page = pdf.pages[0]
    edges, scale = [0.0], 1.0
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        if operator not in {"cm", "re", "l"}:
            continue
        numbers = [float(str(operand)) for operand in step.operands]
        if operator == "cm" and scale == 1.0:
            scale = numbers[0]
        elif operator != "cm":
            edges.append((numbers[0] + (numbers[2] if operator == "re" else 0)) * scale)
    return float(page.mediabox[2]), max(edges)


def test_a_note_of_a_term_is_printed(small: dict[str, list[Element]]) -> None:
    assert "Said of it." in small["Terms"][-1].text


def test_many_writing_lines_begin_under_their_question(folder: Path) -> None:
    text = "What?\n\n" * 12 + "## The letter\n\nWrite.\n\n::: lines 25\n:::\n"
    pdf = open_pdf(make(short(text), folder).data)
    first, second = pdf.pages
    assert "Write." in " ".join(lines_of(first))
    assert "Write." not in " ".join(lines_of(second))


def test_a_long_text_is_a_book(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short_units(monkeypatch, words=1000)
    chapters = "\n\n".join(
        f"# {title}\n\n{PARAGRAPH * length}"
        for title, length in (
            ("Chapter 1", 28),
            ("What the well says {short=Wells}", 16),
            ("End", 3),
        )
    )
    front = FRONT.replace("---\n", "---\npage: A5\n", 1)
    pdf = open_pdf(make(front + chapters, folder).data)
    said = [
        [text for number, text in marked_texts(page).items() if number < 0 and text]
        for page in pdf.pages
    ]
    opening = next(i for i, page in enumerate(pdf.pages) if "Chapter 1" in lines_of(page))
    assert said[0] == said[1] == []
    assert said[opening] == [str(opening + 1)]
    running = {tuple(sorted(texts)) for texts in said[opening + 1 :]}
    assert any("Ending & <Beginning>" in texts for texts in running)
    assert any("Chapter 1" in texts for texts in running)
    assert any("Wells" in texts for texts in running), "which is shorter than the title"
    assert not any("What the well says" in texts for texts in running)


def test_parts_of_a_book_have_pages_of_their_own_and_their_chapters_open_as_all_do(
    folder: Path,
) -> None:
    """On the right, as the first chapter in each, and with empty pages before where need be."""
    long, short = ("## Chapter {}\n\n" + PARAGRAPH * count for count in (28, 1))
    parts = ["# Part One {.part}", long, short, "# Part Two {.part}", short, short]
    text = "\n\n".join(one.replace("{}", str(n)) for n, one in enumerate(parts, start=1))
    front = "---\ntitle: The well\nlang: en\nclass: book\npage: A5\ncontents: true\n---\n\n"
    pdf = open_pdf(make(front + text, folder).data)
    lines = [lines_of(page) for page in pdf.pages]

    def page_of(title: str) -> int:
        return next(n for n, found in enumerate(lines, start=1) if found[:1] == [title])

    contents = next(found for found in lines if found[:1] == ["Contents"])
    assert sum("Chapter" in line for line in contents) == 4
    for part, chapter in (("Part One", "Chapter 2"), ("Part Two", "Chapter 5")):
        assert page_of(part) % 2 == 1
        assert page_of(chapter) == page_of(part) + 2
        assert lines[page_of(part)] == []
    said = [marked_texts(page).values() for page in pdf.pages]
    assert any("Chapter 2" in texts for texts in said[page_of("Chapter 2") :])
    assert all("Part One" not in texts for texts in said[page_of("Part One") + 1 :])


def test_a_book_opens_as_printed_books_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a half-title and a title on the right, nothing but names on no page, no folios before
    the contents or on the pages of parts, and the first chapter on the right: in a long text, which
    is set in parts, as in a short one."""
    short_units(monkeypatch, 600, 1800)
    half_title, dedication = "# The Well {.half-title}\n\n", "# For Anna {.dedication}\n\n"
    front = "---\ntitle: The well\nlang: en\nclass: book\nrights: None\ncontents: true\n---\n\n"
    for repeated, opening in ((1, half_title), (5, half_title + dedication)):
        chapters = "\n\n".join(f"# Chapter {n}\n\n" + PARAGRAPH * repeated for n in (1, 2))
        found = make(front + opening + chapters, folder)
        assert ("units" in found.plan) == (repeated > 1), found.plan
        shown = [" ".join(marked_texts(page).values()) for page in open_pdf(found.data).pages]
        assert shown[:4] == ["The Well", "", "The well", "None"]
        if opening == half_title:
            assert "Contents" in shown[4]
            assert not shown[5]
        else:
            assert shown[4] == "For Anna"
            assert "Contents" in shown[5]
        assert "Chapter 1" in shown[6], repeated
    part = "# Rain {.part}\n\n## Chapter 1\n\nText.\n"
    bare = open_pdf(make(front.replace("rights: None", "author: Ann") + part, folder).data)
    shown = [" ".join(marked_texts(page).values()) for page in bare.pages]
    assert shown[0].split() == ["Ann", "The", "well"]
    assert shown[1] == shown[3] == shown[5] == ""
    assert "Contents" in shown[2]
    assert shown[4] == "Rain"
    assert "Chapter 1" in shown[6]


def test_greek_and_cyrillic_have_glyphs(small: dict[str, list[Element]]) -> None:
    (paragraph,) = small["Letters"]
    assert paragraph.text == "Greek ἀρχή, Cyrillic Привет Ґ, and Łódź, Ðắk."


def test_addresses_are_not_hyphenated(small: dict[str, list[Element]]) -> None:
    (paragraph,) = small["Addresses"]
    assert not {"-", "\u2010", "\u00ad"} & set("".join(paragraph.pieces()))


def test_an_introduction_stays_with_what_it_introduces(folder: Path) -> None:
    """A line that ends with a colon is on the page of what follows it, and so is one before an
    exercise."""
    exercise = "::: exercise\nWhy?\n\n::: lines 4\n:::\n:::\n"
    sections = "\n\n".join(
        f"{PARAGRAPH * (n % 3 + 1)}\n\nIt says **this:**\n\n    code {n}\n\n"
        f"{PARAGRAPH}\n\nPrompt {n}.\n\n{exercise}"
        for n in range(3)
    )
    for piece in page_ends(sections, folder):
        assert not piece.startswith(("this:", "It says", "Prompt")), piece


def test_a_licence_is_linked(whole: Package) -> None:
    pdf = open_pdf(whole.data)
    links = [link for page in pdf.pages for link in page.get("/Annots", []) if "/A" in link]
    assert any("creativecommons.org" in str(link.A.URI) for link in links)


def test_no_paragraph_ends_in_a_fragment_of_a_word(tmp_path: Path) -> None:
    """Fewer than four letters: the word is moved to the last line."""
    start = "They said that all of the water there belongs to those who dug the well"
    parts = (f"{start}{' so' * count} of the public.\n\n" for count in range(40))
    text = f"---\ntitle: T\nlang: en\npage: A6\n---\n\n{''.join(parts)}"
    data = making.data(text, "handout", tmp_path)
    lines = [line.strip() for page in page_texts(data) for line in page.splitlines()]
    assert sum(line.endswith("public.") for line in lines) == 40
    assert "lic." not in lines


def test_two_items_of_a_list_stay_together(tmp_path: Path) -> None:
    """At the foot of a page, and at the head of the next one."""
    items = "".join(f"- Item {number} of it.\n" for number in range(1, 7))
    shares, line = set(), "Line of it.\n\n"
    for before in range(30, 40):
        text = f"---\ntitle: T\nlang: en\n---\n\n{line * before}{items}"
        pages = page_texts(making.data(text, "handout", tmp_path))
        shares.add(tuple(page.count("Item") for page in pages))
    assert {share[0] for share in shares} & {2, 3, 4}
    assert not {1, 5} & {count for share in shares for count in share}
