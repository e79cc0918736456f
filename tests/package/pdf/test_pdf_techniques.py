"""The PDF Association's techniques for accessible PDF: fundamentals, headings and lists.

Each right way that a Markdown source can mean is written here, with the structure that comes of
it; of each wrong way it is shown that nothing is tagged so. Names are those of the techniques:
https://pdfa.org/understanding-pdf-accessibility-techniques
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.helpers import checkers, making
from tests.helpers.pdf_reading import Element, Piece, artifacts, heard, open_pdf, read

STANDARD = frozenset(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct H1 H2 H3 H4 H5 H6 P L"
    " LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference Code Link Annot Form"
    " Figure Formula".split()
)
"""The structure types of PDF 1.7 that are used, of all that there are (ISO 32000-1, 14.8.4)."""

LONG = "A sentence that is said again and again until the page has no more room for it. " * 16

CASES: dict[str, tuple[str, str]] = {
    "G2_01": ("Some words of text.", "P'Some words of text.'"),
    "G2_04": ("Arrows → and ½, ☞, é.", "P'Arrows → and ½, ☞, é.'"),
    "G2_05": ("A :smile: and a heart ❤️.", "P'A 😄 and a heart ❤️.'"),
    "G3_01": ("One.\n\nTwo.", "P'One.' P'Two.'"),
    "G3_02": (
        "One.\n\n---\n\n![](dot.png){.decorative}\n\nTwo.",
        "P'One.' P'Two.'",
    ),
    "G4_01": ("First.\n\n> Second.\n\nThird.", "P'First.' BlockQuote(P'Second.') P'Third.'"),
    "G4_02": (
        "One *two* `three` four **five**.",
        "P('One two' Code'three' 'four five.')",
    ),
    "G4_04": (
        "Before.\n\n::: pull-quote\nAside.\n:::\n\nAfter.",
        "P'Before.' BlockQuote(P'Aside.') P'After.'",
    ),
    "G5_02": ("**Bold.**\n\nBold.", "P'Bold.' P'Bold.'"),
    "L_01": ("- one\n- two", "L/Disc(LI(Lbl'–' LBody'one') LI(Lbl'–' LBody'two'))"),
    "L_02": ("I. one\nII. two", "L/UpperRoman(LI(Lbl'I.' LBody'one') LI(Lbl'II.' LBody'two'))"),
    "L_02 small": (
        "i. one\nii. two",
        "L/LowerRoman(LI(Lbl'i.' LBody'one') LI(Lbl'ii.' LBody'two'))",
    ),
    "L_02 letters": (
        "A. one\nB. two",
        "L/UpperAlpha(LI(Lbl'A.' LBody'one') LI(Lbl'B.' LBody'two'))",
    ),
    "L_02 small letters": (
        "a. one\nb. two",
        "L/LowerAlpha(LI(Lbl'a.' LBody'one') LI(Lbl'b.' LBody'two'))",
    ),
    "L_03": ("7. one\n8. two", "L/Decimal(LI(Lbl'7.' LBody'one') LI(Lbl'8.' LBody'two'))"),
    "L_05": (
        "- one\n    - in it\n- two",
        "L/Disc(LI(Lbl'–' LBody('one' L/Disc(LI(Lbl'–' LBody'in it')))) LI(Lbl'–' LBody'two'))",
    ),
    "L_06": (
        "- [x] one\n- [ ] two",
        "L/Disc(LI(Lbl(Span'done:') LBody'one') LI(Lbl(Span'to do:') LBody'two'))",
    ),
    "L_08": (
        "- a\n\n<!-- -->\n\n- b\n\n<!-- -->\n\n- c",
        "L/Disc(LI(Lbl'–' LBody'a')) L/Disc(LI(Lbl'–' LBody'b')) L/Disc(LI(Lbl'–' LBody'c'))",
    ),
    "L_12": (
        "1. one\n\n    a. in it\n\n2. two",
        "L/Decimal(LI(Lbl'1.' LBody(P'one' L/LowerAlpha(LI(Lbl'a.' LBody'in it'))))"
        " LI(Lbl'2.' LBody(P'two')))",
    ),
    "L_13": (
        "1. one\n\n    more\n\n    > said\n\n2. two",
        "L/Decimal(LI(Lbl'1.' LBody(P'one' P'more' BlockQuote(P'said')))"
        " LI(Lbl'2.' LBody(P'two')))",
    ),
    "L_14": (
        "Rope\n: It holds.\n\nPump\n: It lifts.",
        "L/None(LI(Lbl'Rope' LBody(P'It holds.')) LI(Lbl'Pump' LBody(P'It lifts.')))",
    ),
}

NOT_MEANT = {
    "G1_01": "only headings of a seventh level have a type of their own: H_09",
    "G2_02": "words are in no containers of their own: no_soup",
    "G2_03": "characters are in no containers of their own: no_soup",
    "G2_06": "nothing is recognised from pictures",
    "G4_03": "test_columns_are_read_one_after_the_other",
    "G4_05": "tabs_in_order",
    "G5_01": "H_01",
    "G5_03": "test_what_goes_on_over_pages_is_one",
    "G5_04": "H_02",
    "H_01": "test_headings", "H_02": "test_headings", "H_03": "test_headings",
    "H_04": "test_headings", "H_05": "test_headings", "H_06": "test_headings",
    "H_07": "test_headings", "H_08": "another way than H_09", "H_09": "test_headings",
    "L_04": "bullets are drawn as text",
    "L_07": "another way than L_08",
    "L_09": "lists have no captions",
    "L_10": "Markdown has no lists within a paragraph",
    "L_11": "test_what_goes_on_over_pages_is_one",
    "L_15": "test_what_goes_on_over_pages_is_one",
}  # fmt: skip
"""The other right ways: where they are tested, or why no source means them."""


def spoken(element: Element) -> str:
    """An element: its type, the numbering of a list, its words, and what is in it."""
    numbering = element.attribute("ListNumbering")
    name = element.kind + (str(numbering) if numbering else "")
    if "/ActualText" in element.entries or not element.children:
        return f"{name}'{' '.join(element.text.split())}'"
    parts: list[str] = []
    for is_text, kids in itertools.groupby(element.kids, lambda kid: isinstance(kid, Piece)):
        if is_text:
            words = " ".join("".join(map(str, kids)).split())
            parts += [f"'{words}'"] if words else []
        else:
            parts += [spoken(kid) for kid in kids if isinstance(kid, Element)]
    return f"{name}({' '.join(parts)})"


def words(element: Element) -> list[str]:
    """The words, of which some are divided at the end of lines."""
    return element.text.replace("\u00ad", "").split()


def built(folder: Path, text: str) -> Path:
    Image.new("RGB", (60, 40), "steelblue").save(folder / "dot.png")
    document = making.resolved(text, "handout", folder)
    assert not [finding for finding in document.diagnostics if finding.is_error]
    file = folder / "x.pdf"
    file.write_bytes(making.packed(document, folder).data)
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One text with all cases, each below a heading of its name."""
    parts = (f"## {name}\n\n{source}\n" for name, (source, _) in CASES.items())
    front = "---\ntitle: Techniques\nlang: en\n---\n\n"
    table = "# Table\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nSee [a page](https://a.example).\n"
    text = f"{front}# All\n\n" + "\n".join(parts) + table
    return built(tmp_path_factory.mktemp("techniques"), text)


@pytest.fixture(scope="module")
def tree(file: Path) -> Element:
    return read(open_pdf(file.read_bytes()))


@pytest.mark.parametrize("name", CASES)
def test_the_right_way(name: str, tree: Element) -> None:
    (section,) = (one for one in tree.all("Sect") if one.children and one.children[0].text == name)
    assert " ".join(map(spoken, section.children[1:])) == CASES[name][1]


def test_headings(tmp_path: Path) -> None:
    title = "A title of so many words that it goes on over a second line of the page that it is on"
    levels = "\n\n".join(f"{'#' * n} Level {n}" for n in range(1, 7))
    text = f"---\ntitle: {title}\nsubtitle: A subtitle\nlang: en\n---\n\n{levels}\n\n"
    pdf = open_pdf(built(tmp_path, f"{text}# ![A well](dot.png)\n\nText.\n").read_bytes())
    found = read(pdf)
    headings = [spoken(one) for one in found.all() if re.fullmatch(r"H\d", one.kind)]
    assert headings == [
        f"H1'{title}'",
        *(f"H{n + 1}'Level {n}'" for n in range(1, 7)),
        "H2(Figure'A well')",
    ]
    assert spoken(found.children[1]) == "P'A subtitle'"
    assert dict(pdf.Root.StructTreeRoot.RoleMap) == {"/H7": "/H6"}


def test_what_goes_on_over_pages_is_one(tmp_path: Path) -> None:
    items = "\n".join(f"- Item {n}" for n in range(30))
    front = "---\ntitle: T\nlang: en\npage: A6\nclass: handout\n---\n\n"
    text = f"{front}{LONG}\n\n- {LONG}\n\n<!-- -->\n\n{items}\n"
    found = read(open_pdf(built(tmp_path, text).read_bytes()))
    paragraph, *lists = [one for one in found.children if one.kind in ("P", "L")]
    (item,) = lists[0].children
    for one in (paragraph, item.children[-1], lists[1]):
        assert len({piece.page for piece in one.pieces()}) > 1
    assert words(paragraph) == words(item.children[-1]) == LONG.split()
    assert [one.text for one in lists[1].all("LBody")] == [f"Item {n}" for n in range(30)]


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    text = "---\ntitle: T\nlang: en\npage: {columns: 2}\n---\n\n"
    text += " ".join(f"word{n}" for n in range(500))
    found = read(open_pdf(built(tmp_path, text).read_bytes()))
    assert [words(one) for one in found.all("P")] == [text.splitlines()[-1].split()]


def test_what_is_read_from_right_to_left_is_said_as_it_is_written(tmp_path: Path) -> None:
    """Glyphs are drawn from left to right, whatever they are read in."""
    text = "---\ntitle: كتاب البئر\nlang: ar\n---\n\nاستعمل **البئر الأولى** في سنة 1962 *و* النهر."
    text += "\n\n::: {dir=ltr}\nEnglish with عربي *كلمة*, and שלום.\n:::\n"
    found = read(open_pdf(built(tmp_path, text).read_bytes()))
    assert [one.text for one in found.all("P")] == [
        "استعمل البئر الأولى في سنة 1962 و النهر.",
        "English with عربي كلمة, and שלום.",
    ]


ASIDE = """\
---
title: T
lang: en
name_line: true
speakers: {Ann Asker: interviewer, Ben Baker: guest}
---

::: lines-numbered every=2
The
road
:::

Ann Asker: Was he?

Ben Baker: He was.

::: exercise Who?
Say it.
:::
"""


def test_what_stands_beside_the_text_and_what_is_only_said_are_words_of_their_own(
    tmp_path: Path,
) -> None:
    said = heard(read(open_pdf(built(tmp_path, ASIDE).read_bytes())), notes=False)
    assert said == (
        "Name blank Class blank Date blank T The 2 road Ann Asker asks: Was he?"
        " Ben Baker answers: He was. Exercise 1. Who? Say it."
    )


TABLES = """\
+-------+---------------+-------+
|       | 2016          | 2021  |
+       +-------+-------+-------+
|       | Wells | Pumps | Wells |
+=======+=======+=======+=======+
| Aba   | 1     | 2     | 3     |
+-------+-------+-------+-------+

| Who | What |
|-----|------|
| you | this |

<table>
<tr><th>Name</th><th>Age</th></tr>
<tr><th colspan="2" scope="col">Girls</th></tr>
<tr><td>Ann</td><td>7</td></tr>
<tr><th colspan="2" scope="col">Boys</th></tr>
<tr><th rowspan="2" scope="row">Ben</th><td>8</td></tr>
<tr><td>9</td></tr>
</table>
"""


@pytest.mark.parametrize("standard", ["ua1", "ua2"])
def test_cells_name_their_headers_where_the_scope_is_not_enough(
    standard: str, tmp_path: Path
) -> None:
    text = f"---\ntitle: T\nlang: en\npdf: {standard}\n---\n\n{TABLES}"
    file = built(tmp_path, text)
    assert checkers.verapdf(file, profile=standard) == []
    found = read(open_pdf(file.read_bytes()))
    cells = [one for one in found.all() if one.kind in ("TH", "TD")]
    names = {str(one.entries.ID): one.text for one in cells if "/ID" in one.entries}
    heads = {
        one.text: [names[str(name)] for name in one.attribute("Headers") or ()]
        for one in cells
        if one.text and one.kind == "TD"
    }
    assert heads == {
        "1": ["2016", "Wells", "Aba"],
        "2": ["2016", "Pumps", "Aba"],
        "3": ["2021", "Wells", "Aba"],
        "you": [],  # the scope is enough
        "this": [],
        "Ann": ["Name", "Girls"],
        "7": ["Age", "Girls"],
        "8": ["Age", "Boys", "Ben"],
        "9": ["Age", "Boys", "Ben"],
    }


# --- wrong ways ---------------------------------------------------------------------------


def headings_of(tree: Element) -> list[int]:
    return [int(one.kind[1:]) for one in tree.all() if re.fullmatch(r"H\d", one.kind)]


def types_are_standard(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert {one.kind for one in tree.all()} <= STANDARD
    assert "/RoleMap" not in pdf.Root.StructTreeRoot


def characters_are_known(tree: Element, pdf: pikepdf.Pdf) -> None:
    text = "".join(tree.pieces()) + "".join(artifacts(pdf))
    kinds = {unicodedata.category(character) for character in text}
    assert not kinds & {"Cc", "Cn", "Co", "Cs"}
    assert "\ufffd" not in text


def nothing_but_furniture_is_left_out(tree: Element, pdf: pikepdf.Pdf) -> None:
    left_out = " ".join(" ".join(artifacts(pdf)).split())
    assert re.fullmatch(r"(?:(?:Techniques|\d+ of \d+|\*|1|[.–—☐☑✓ ])+ ?)*", left_out), left_out
    assert " of " not in {" ".join(one.text.split())[1:5] for one in tree.all("P")}


def only_pictures_are_figures(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert list(tree.all("Figure")) == []  # the only one is decoration


def tabs_in_order(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert {str(page.obj.get("/Tabs")) for page in pdf.pages} == {"/S"}


def levels_are_right(tree: Element, pdf: pikepdf.Pdf) -> None:
    levels = headings_of(tree)
    assert levels[0] == 1
    assert levels.count(1) == 1  # the title; chapters are below it
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert not [*tree.all("H")]


def paragraphs_are_no_headings(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert "Bold." not in {one.text for one in tree.all() if re.fullmatch(r"H\d", one.kind)}
    assert len(headings_of(tree)) == len(CASES) + 4  # title, All, Table, and that of the links


def heads_of_tables_are_heads(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert [spoken(one) for one in tree.all("TR")] == ["TR(TH'A' TH'B')", "TR(TH'1' TD'2')"]


def lists_have_items_and_these_bodies(tree: Element, pdf: pikepdf.Pdf) -> None:
    for one in tree.all("L"):
        assert {kid.kind for kid in one.kids if isinstance(kid, Element)} <= {"LI", "Caption"}
        assert not [kid for kid in one.kids if isinstance(kid, Piece)]
    for item in tree.all("LI"):
        assert [kid.kind for kid in item.children] == ["Lbl", "LBody"]
        assert len(item.kids) == 2


def numbers_are_said_where_there_are_some(tree: Element, pdf: pikepdf.Pdf) -> None:
    for one in tree.all("L"):
        labels = [item.children[0].text.strip() for item in one.children]
        numbering = str(one.attribute("ListNumbering"))
        assert (numbering not in ("/Disc", "/None")) == all(
            re.fullmatch(r"\w{1,4}\.", label) for label in labels
        )


def no_soup(tree: Element, pdf: pikepdf.Pdf) -> None:
    assert all({"/ActualText", "/Lang", "/E"} & set(one.entries.keys()) for one in tree.all("Span"))


Rule = Callable[[Element, pikepdf.Pdf], None]

WRONG: dict[Rule, str] = {
    types_are_standard: "G1_F01",
    characters_are_known: "G2_F01 G2_F02 G2_F04",
    nothing_but_furniture_is_left_out: "G3_F01 G3_F02 G3_F04",
    only_pictures_are_figures: "G2_F03 G3_F03",
    tabs_in_order: "G4_F06 G4_F07",
    levels_are_right: "G5_F01 H_F01 H_F05 H_F06 H_F07 H_F08",
    paragraphs_are_no_headings: "G5_F02 H_F03",
    heads_of_tables_are_heads: "G5_F06 H_F04",
    lists_have_items_and_these_bodies: "L_F02 L_F05 L_F06 L_F07 L_F08 L_F09",
    numbers_are_said_where_there_are_some: "L_F01 L_F03 L_F04",
    no_soup: "",
}
"""The wrong ways, by what holds where they are not gone. That of G4_F01 to F05, G5_F03 to F05,
H_F02 and L_F10 is the right way, word for word."""


@pytest.mark.parametrize("rule", WRONG, ids=lambda rule: rule.__name__)
def test_not_the_wrong_way(rule: Rule, tree: Element, file: Path) -> None:
    with pikepdf.open(file) as pdf:
        rule(tree, pdf)
