"""Passages with layouts of their own, for readers and listeners."""

from __future__ import annotations

import base64
import io
import re
import zipfile

import pytest
from fontTools.ttLib import TTFont

from pipeline import parse
from pipeline.features.forms import LATIN_FACE
from pipeline.model.rendered import Pages
from pipeline.package.fonts import subset
from pipeline.package.result import Package
from pipeline.system.paths import template_folders
from tests.helpers import making
from tests.helpers.pdf_drawing import texts
from tests.helpers.pdf_reading import Element, artifacts, open_pdf, read

LONG = "Nobody counted those who could not come to the meeting at noon. " * 12


def pages_of(body: str, edition: str, front: str = "") -> Pages:
    parsed = parse(f"---\ntitle: T\nlang: en-GB\n{front}---\n\n{body}", "x.md")
    assert not parsed.diagnostics
    return making.rendered(making.resolved(parsed, edition))


def make(body: str, edition: str = "handout", front: str = "") -> Package:
    return making.packed(pages_of(body, edition, front))


def tagged(body: str) -> Element:
    return read(open_pdf(make(body).data))


def sizes(body: str, edition: str = "handout") -> list[tuple[int, int]]:
    pdf = open_pdf(make(body, edition).data)
    return [(round(float(page.mediabox[2])), round(float(page.mediabox[3]))) for page in pdf.pages]


PORTRAIT, LANDSCAPE = (595, 842), (842, 595)


def test_a_sheet_lies_on_its_side_and_the_next_does_not() -> None:
    text = "Before.\n\n::: landscape\nOn its side.\n:::\n\nAfter.\n"
    assert sizes(text) == [PORTRAIT, LANDSCAPE, PORTRAIT]
    assert sizes(text, "letter") == [(612, 792), (792, 612), (612, 792)]


def test_landscape_blocks_in_a_row_share_a_sheet_and_end_with_the_text() -> None:
    text = (
        "## A\n\n::: landscape\nOne.\n:::\n\n::: landscape\n### B\n\nTwo.[^1]\n:::\n\n[^1]: Note.\n"
    )
    assert sizes(text) == [PORTRAIT, LANDSCAPE]


def test_a_landscape_sheet_has_its_folio_and_the_whole_width() -> None:
    cells = " | ".join(["A cell"] * 12)
    text = f"::: landscape\n| {cells} |\n|{'---|' * 12}\n| {cells} |\n:::\n"
    made = make(text)
    assert not made.diagnostics
    pdf = open_pdf(made.data)
    (sheet,) = (page for page in pdf.pages if float(page.mediabox[2]) > 800)
    assert any("2 of 2" in text for text in artifacts(pdf))
    content = sheet.Contents.read_bytes().decode("latin-1")
    lefts = [float(x) for x in re.findall(r"1 0 0 -1 ([\d.]+) [\d.]+ Tm", content)]
    assert min(lefts) * 0.75 < 80, "it begins at the left margin, not after a column"
    assert max(lefts) * 0.75 > 700


@pytest.fixture(scope="module")
def passages() -> Element:
    body = "::: epigraph\nOne.\n--- Ann\n:::\n\n::: pull-quote\nTwo.\n:::\n\n"
    body += "::: sidebar\nThree.\n:::\n\n::: verse\nThe *bucket\nis* heavy\non the way\n:::\n"
    return tagged(body)


def test_lines_of_verse_are_read_aloud_as_words_and_not_run_together(passages: Element) -> None:
    (stanza,) = (e for e in passages.all("P") if "bucket" in e.text)
    assert stanza.text.split() == "The bucket is heavy on the way".split()


def test_a_pull_quote_and_an_epigraph_are_quotations(passages: Element) -> None:
    tree = passages
    assert [quote.text for quote in tree.all("BlockQuote")] == ["One.— Ann", "Two."]
    assert [division.text for division in tree.all("Div")] == ["Three."]


def test_a_pull_quote_is_not_left_alone_on_a_last_page() -> None:
    quote = "::: pull-quote\nIt is deep.\n:::\n"
    made = make("A line.\n\n" * 39 + f"Said at last.\n\n{quote}")
    pages = {shown.text.strip(): shown.page for shown in texts(open_pdf(made.data))}
    assert pages["Said at last."] == pages["It is deep."] == 1


def test_columns_are_read_one_after_the_other() -> None:
    body = (
        ":::: columns\n::: column\nFirst first.\n\nFirst second.\n:::\n"
        "::: column\nSecond.\n:::\n::::\n\n::: columns 2\n" + LONG + "\n\nLast.\n:::\n"
    )
    text = tagged(body).text
    places = [text.index(w) for w in ("First first", "First second", "Second.", "Nobody", "Last")]
    assert places == sorted(places)


def test_what_is_kept_together_is_on_one_page() -> None:
    lines = "Line.\n\n" * 40
    kept, loose = (
        f"::: {name}\n" + f"In {name}.\n\n" * 8 + ":::\n" for name in ("keep-together", "loose")
    )
    pieces = list(tagged(f"{lines}{kept}\n\\newpage\n\n{lines}{loose}").pieces())
    assert {piece.page for piece in pieces if "In keep" in piece} == {1}
    assert {piece.page for piece in pieces if "In loose" in piece} == {2, 3}


def test_the_book_knows_what_a_passage_is() -> None:
    body = "::: epigraph\nOne.\n:::\n\n::: pull-quote\nTwo.\n:::\n\n::: tip\nThree.\n:::\n"
    markup = pages_of(body, "ebook").pages[-1].markup
    assert '<blockquote class="epigraph" epub:type="epigraph" role="doc-epigraph">' in markup
    assert '<aside class="pull-quote" epub:type="pullquote" role="doc-pullquote">' in markup
    assert 'class="box tip" epub:type="tip" role="doc-tip"' in markup


def test_the_styles_of_e_books_need_no_new_layout() -> None:
    for file in (file for top in template_folders() for file in sorted(top.rglob("epub/*.css"))):
        css = file.read_text("utf-8")
        assert not re.search(r"\b(?:flex|grid)\b|columns?-count", css), file.name
        assert "@media" not in css or file.name == "modern.css"


def has(feature: str, font: bytes) -> bool:
    table = TTFont(io.BytesIO(font))["GSUB"].table
    return feature in {record.FeatureTag for record in table.FeatureList.FeatureRecord}


def web_fonts(markup: str) -> list[bytes]:
    found = re.findall(r"url\(data:font/woff2;base64,([^)]*)\)", markup)
    return [base64.b64decode(data) for data in found]


@pytest.mark.parametrize(
    ("text", "features", "is_there"),
    [
        ("[ILO]{.smallcaps} 3\u204417", ("smcp", "frac"), True),
        ("ILO 3/17", ("smcp", "frac"), False),
    ],
)
def test_fonts_have_small_capitals_and_fractions_where_they_are_asked_for(
    text: str, features: tuple[str, ...], is_there: bool
) -> None:
    fonts = web_fonts(make(f"The {text}.\n", "web").data.decode())
    assert fonts
    for feature in features:
        assert any(has(feature, font) for font in fonts) is is_there
    book = make(f"The {text}.\n", "ebook", "embed_fonts: true\n").data
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        embedded = [archive.read(name) for name in archive.namelist() if name.endswith(".otf")]
    assert embedded
    for feature in features:
        assert any(has(feature, font) for font in embedded) is is_there


@pytest.mark.parametrize(
    ("css", "feature"),
    [
        ("p { font-variant-numeric: diagonal-fractions }", "frac"),
        ("sup { font-variant-position: super }", "sups"),
        ("p { font-feature-settings: 'smcp' }", "smcp"),
    ],
)
def test_fonts_have_what_style_sheets_of_ones_own_ask_for(css: str, feature: str) -> None:
    assert has(feature, subset(LATIN_FACE, "1/2", css=css))
    assert not has(feature, subset(LATIN_FACE, "1/2"))


def test_conditions_titles_and_nesting_hold_for_all() -> None:
    body = (
        ":::: sidebar A *title* {not=pdf}\n::: verse {only=html}\nOn the web.\n:::\n"
        "::: epigraph\nIn all of them.\n:::\n::::\n"
    )
    web, book, print_ = (
        "".join(page.markup for page in pages_of(body, edition).pages)
        for edition in ("web", "ebook", "handout")
    )
    assert "A <em>title</em>" in web
    assert "On the web." in web
    assert "On the web." not in book
    assert "In all of them." in book
    assert "sidebar" not in print_


def test_only_the_styles_that_a_page_needs_are_on_it() -> None:
    names = {style.name for style in pages_of("::: verse\nA line.\n:::\n", "web").styles}
    assert {"verse.css", "html-verse.css"} <= names
    assert not {"html-sidebar.css", "html-columns.css", "html-charts.css"} & names
