"""The printed page: sizes, margins, themes, whose it is."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pipeline import Diagnostic, parse
from pipeline.commands.pdf_reading import read_pages
from pipeline.commands.print_faults import HEADINGS
from pipeline.model.paper import SIZES, PageOptions
from pipeline.model.rendered import Pages, tree_of
from pipeline.package.pdf.print_markup import ready
from tests.helpers import making
from tests.helpers.contrast import contrast
from tests.helpers.laid_out import boxes, laid_out
from tests.helpers.paths import ROOT, TEMPLATES
from tests.helpers.pdf_reading import artifacts, open_pdf, read

BODY = """\
## Before you go $r^2$

Text of the page.

::: note Remember
Text in a box.
:::

| Month | Buckets |
|---|--:|
| May | 40 |
"""

LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40">
<rect width="120" height="40"/>
</svg>
"""


def source(*keys: str, body: str = BODY) -> str:
    return "\n".join(("---", "title: The well", *keys, "---", "", body))


def pages_of(text: str, folder: Path, edition: str = "handout") -> Pages:
    document = making.resolved(text, edition, folder)
    return making.rendered(making.without_findings(document))


def printed(text: str, folder: Path, edition: str = "handout") -> pikepdf.Pdf:
    made = making.packed(pages_of(text, folder, edition), folder)
    return open_pdf(making.without_findings(made).data)


def style(pages: Pages, name: str) -> str:
    return "".join(style.css for style in pages.styles if style.name == name)


def found(text: str) -> list[Diagnostic]:
    return list(parse(text, "x.md").diagnostics)


@pytest.mark.parametrize("name", [size.name for size in SIZES.values()])
def test_every_size_of_paper(name: str, tmp_path: Path) -> None:
    sheet = pages_of(source(f"page: {name}"), tmp_path).sheet
    assert sheet
    assert sheet.size == SIZES[name.lower()]
    assert sheet.inner + sheet.column + sheet.measure + sheet.outer == pytest.approx(
        sheet.size.width
    )
    letters = sheet.measure / 25.4 * 72 / (0.46 * sheet.text)
    assert letters < 80 or sheet.columns > 1, "lines are not too long to be read"
    assert min(sheet.inner, sheet.outer, sheet.top, sheet.bottom) > 8


def test_a_size_of_ones_own(tmp_path: Path) -> None:
    file = printed(source("page: 150mm x 220mm"), tmp_path)
    (page,) = file.pages
    width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
    assert width == pytest.approx(150, abs=0.1)
    assert height == pytest.approx(220, abs=0.1)


@pytest.mark.parametrize(
    ("page", "column", "message"),
    [
        ("{size: A6, margins: 40mm}", 27, "lines of text would be 25 mm long"),
        ("{margins: {inner: 150mm, outer: 99mm}}", 17, "no room left for lines of text"),
        ("{size: A6, columns: 2}", 27, "the columns of text would be 37 mm wide"),
        ("{size: A6, margins: {top: 70mm, bottom: 60mm}}", 27, "the text would be 18 mm high"),
        ("60mm x 60mm", 7, "the text would be 34 mm high"),
    ],
)
def test_a_page_without_room_for_text(page: str, column: int, message: str) -> None:
    (finding,) = found(source(f"page: {page}"))
    assert (finding.line, finding.column) == (3, column)
    assert finding.code == "wrong-value"
    assert message in finding.message
    assert not finding.is_error
    assert finding.hint
    assert parse(source(f"page: {page}"), "x.md").metadata.printing.page == PageOptions()


def test_an_editions_page_without_room() -> None:
    keys = ("editions:", "  - web", "  - letter:", "      page:", "        margins: 95mm")
    (finding,) = found(source(*keys))
    assert (finding.line, finding.column) == (7, 18)


@pytest.mark.parametrize("theme", ["classic", "modern", "plain"])
def test_text_of_a_theme_can_be_read(theme: str, tmp_path: Path) -> None:
    css = style(pages_of(source(f"theme: {theme}"), tmp_path), "theme.css")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))
    for ground in ("#ffffff", colours["tint"], colours["code-tint"]):
        assert contrast(colours["ink"], ground) > 10
        assert contrast(colours["accent"], ground) >= 7
    assert contrast(colours["quiet"], "#ffffff") >= 7


def test_themes_set_the_same_variables(tmp_path: Path) -> None:
    names = [
        set(
            re.findall(
                r"--([a-z-]+):", style(pages_of(source(f"theme: {theme}"), tmp_path), "theme.css")
            )
        )
        for theme in ("classic", "modern", "plain")
    ]
    assert names[0] == names[1] == names[2]
    documented = Path("docs/templates.md").read_text("utf-8").partition("## Themes")[2]
    assert [name for name in names[0] if f"`--{name}`" not in documented] == []


@pytest.mark.parametrize("theme", ["classic", "modern", "plain"])
@pytest.mark.parametrize("layout", ["book", "handout"])
def test_levels_of_headings_can_be_told_apart(theme: str, layout: str, tmp_path: Path) -> None:
    """The next level is a quarter larger, or in another face."""
    body = "".join(f"{'#' * level} Level {level}\n\nText.\n\n" for level in range(2, 6))
    body = f"# Level 1\n\nText.\n\n{body}" if layout == "book" else body
    keys = (f"theme: {theme}", f"class: {layout}")
    made = making.packed(pages_of(source(*keys, body=body), tmp_path), tmp_path)
    runs = [run for page in read_pages(making.without_findings(made).data) for run in page.body]
    headings = [run for run in runs if run.element and run.element.within(*HEADINGS)]
    looks = {run.text.strip(): (run.size, (run.bold, run.italic)) for run in headings}
    levels = [looks[name] for name in sorted(looks) if name.startswith("Level")]
    assert len(levels) == (5 if layout == "book" else 4)
    for (larger, face), (smaller, other) in itertools.pairwise(levels):
        assert larger >= 1.24 * smaller or (larger >= smaller and face != other)


def test_formulas_have_the_colours_of_the_theme(tmp_path: Path) -> None:
    def fill(*keys: str) -> str:
        pages = pages_of(source(*keys), tmp_path)
        (formula,) = (asset for asset in pages.assets if asset.path.startswith("formula:"))
        colour = re.search(rb"#[0-9a-f]{6}", formula.data)
        assert colour
        return str(colour[0], "ascii")

    assert fill() == "#1f3b57"
    assert fill("theme: plain") == "#000000"
    assert fill('brand: {accent: "#7a3410"}') == "#7a3410"


@pytest.fixture
def branded(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_text(LOGO)
    return tmp_path


BRAND = (
    "brand: {logo: logo.svg, alt: Hill School, accent: '#7a3410',"
    " footer: Hill School · hill.example}"
)


def test_a_brand_is_on_every_printed_page(branded: Path) -> None:
    file = printed(source(BRAND, body=f"{BODY}\n::: page-break\n:::\n\nMore text."), branded)
    furniture = " ".join("".join(artifacts(file)).split())
    assert furniture.count("Hill School · hill.example") == len(file.pages) == 2
    logos = list(read(file).all("Figure"))
    assert [str(element.entries.Alt) for element in logos] == ["Hill School"]


@pytest.mark.parametrize("page", ["A4", "A5", "{size: A5, gutter: 8mm}"])
def test_a_long_footer_has_room(page: str, branded: Path) -> None:
    footer = "Hill School and the other schools of the valley " * 5
    sheet = pages_of(source(f"page: {page}", f"brand: {{footer: {footer}}}"), branded).sheet
    usual = pages_of(source(f"page: {page}"), branded).sheet
    assert sheet
    assert usual
    lines = (
        len(footer)
        * 0.45
        * sheet.note
        / 72
        * 25.4
        / (0.78 * (sheet.size.width - sheet.inner - sheet.outer))
    )
    assert sheet.bottom > (1.5 * sheet.leading + (1 + lines) * sheet.note_leading) / 72 * 25.4
    assert sheet.bottom >= usual.bottom


@pytest.mark.parametrize(
    ("page", "edition"),
    [("74mm x 105mm", "handout"), ("{size: A4, margins: 9mm}", "handout"), ("A6", "large-print")],
)
def test_the_foot_is_on_the_paper(page: str, edition: str, tmp_path: Path) -> None:
    text = source("editions:", f"  - {edition}: {{page: {page}}}", body="Text.\n")
    made = making.packed(pages_of(text, tmp_path, edition), tmp_path)
    with contextlib.closing(pypdfium2.PdfDocument(made.data)) as file:
        found = file[0].get_textpage()
        at = found.get_text_range().index("1 of 1")
        bottom = min(found.get_charbox(number)[1] for number in range(at, at + 6))
    assert bottom > 2.8 / 25.4 * 72, "3 mm or so are left for the printer"


def test_a_title_longer_than_the_line_is_divided(tmp_path: Path) -> None:
    text = source("lang: de", "page: A6", body="Text.\n")
    text = text.replace("The well", "Die Donaudampfschifffahrtsgesellschaft")
    made = making.packed(pages_of(text, tmp_path), tmp_path)
    with contextlib.closing(pypdfium2.PdfDocument(made.data)) as file:
        found = file[0].get_textpage()
        width = file[0].get_width()
        ends = [found.get_charbox(number)[2] for number in range(found.count_chars())]
    assert max(ends) < width - 20


def test_the_web_page_prints_on_the_paper_of_the_handout(branded: Path) -> None:
    keys = ("page: {size: Letter, text: 12pt}", "lang: ar", BRAND)
    css = style(pages_of(source(*keys), branded, "web"), "paper.css")
    assert "size: 215.9mm 279.4mm" in css
    assert "--text: 12pt" in css
    foot = re.search(r"@bottom-right \{ content: (.+?) \} @bottom-left \{ content: (.+?) \}", css)
    assert foot, "Arabic pages begin at the right"
    assert foot[1].startswith('"The well\\a ')
    assert "counter(page)" in foot[2]


def test_a_book_is_printed_from_the_web_page_with_mirrored_margins_and_no_column(
    tmp_path: Path,
) -> None:
    pages = pages_of(source("class: book"), tmp_path, "web")
    sheet, css = pages_of(source("class: book"), tmp_path).sheet, style(pages, "paper.css")
    assert sheet
    assert sheet.inner < sheet.outer
    assert f"@page :left {{ margin: 30mm {sheet.inner:g}mm 35mm {sheet.outer:g}mm }}" in css
    assert f"@page :right {{ margin: 30mm {sheet.outer:g}mm 35mm {sheet.inner:g}mm }}" in css
    assert "--hang: 0mm" in css


@pytest.mark.parametrize("is_book", [True, False])
@pytest.mark.parametrize(
    ("page", "inner", "outer"),
    [
        ("{margins: 15mm}", 15, 15),
        ("{size: Letter, margins: {inner: 20mm, outer: 14mm}}", 20, 14),
        ("{margins: {inner: 20mm}}", 20, None),
        ("{margins: {outer: 12mm}}", None, 12),
        ("{margins: 18mm, columns: 2}", 18, 18),
    ],
)
def test_margins_are_what_they_say(
    page: str, inner: float | None, outer: float | None, is_book: bool, tmp_path: Path
) -> None:
    front = source(f"page: {page}", f"class: {'book' if is_book else 'article'}", body="Text.\n")
    sheet = pages_of(front, tmp_path).sheet
    assert sheet
    assert inner in (None, sheet.inner)
    assert outer in (None, sheet.outer)
    beside = 0 if is_book else sheet.column
    assert sheet.inner + beside + sheet.measure + sheet.outer == pytest.approx(sheet.size.width)


def test_paper_without_a_column_beside_the_text_has_speakers_above_it(tmp_path: Path) -> None:
    wide, small = (
        style(pages_of(source(f"page: {size}"), tmp_path, "web"), "paper.css")
        for size in ("A4", "A6")
    )
    assert ".speaker" not in wide
    assert ".speaker { text-align: start }" in small


def test_the_colour_of_a_brand_on_screens(branded: Path) -> None:
    pages = pages_of(source(BRAND), branded, "web")
    colours = r"--accent: (#[0-9a-f]{6}); --tint: (#[0-9a-f]{6})"
    (light,) = re.findall(colours, style(pages, "brand.css"))
    (dark,) = re.findall(colours, style(pages, "dark.css"))
    assert light[0] == "#7a3410"
    assert min(contrast(light[0], ground) for ground in ("#ffffff", light[1])) >= 4.5
    assert min(contrast(dark[0], ground) for ground in ("#14171a", dark[1])) >= 7


def test_the_drawn_cover_has_the_colour_of_the_brand(branded: Path) -> None:
    made = making.packed(pages_of(source(BRAND), branded, "ebook"), branded)
    with zipfile.ZipFile(io.BytesIO(made.data)) as book:
        name = next(name for name in book.namelist() if name.endswith("cover.png"))
        cover = Image.open(io.BytesIO(book.read(name))).convert("RGB")
    pixel = cover.getpixel((20, cover.height // 2))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert contrast(f"#{red:02x}{green:02x}{blue:02x}", "#fbf6ea") > 7.5
    assert red > 1.5 * green > 1.5 * blue, "brown"


@pytest.mark.parametrize("edition", ["web", "ebook"])
def test_a_logo_is_in_the_other_formats(edition: str, branded: Path) -> None:
    pages = pages_of(source(BRAND), branded, edition)
    assert any('alt="Hill School"' in page.markup for page in pages.pages)
    assert not making.packed(pages, branded).diagnostics


@pytest.mark.parametrize(
    ("brand", "code", "line"),
    [
        ("  logo: none.svg", "missing-image", 5),
        ("  logo: logo.svg", "missing-alt", 5),
        ("  logo: ../logo.svg", "outside-folder", 5),
    ],
)
def test_what_is_wrong_with_a_logo(brand: str, code: str, line: int, branded: Path) -> None:
    alt = () if code == "missing-alt" else ("  alt: Hill School",)
    document = parse(source("lang: en", "brand:", brand, *alt), "x.md")
    (finding,) = making.resolved(document, "handout", branded).diagnostics
    assert (finding.code, finding.line, finding.column) == (code, line, 9)


def test_a_theme_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own" / "themes"
    own.mkdir(parents=True)
    (own / "classic.css").write_text("html { --ink: #16191c; --accent: #123456 }")
    document = making.resolved(source(), "handout")
    pages = making.rendered(document, templates=tmp_path / "own")
    with open_pdf(making.packed(pages).data) as file:
        assert (0x12 / 255, 0x34 / 255, 0x56 / 255) in [
            pytest.approx(colour, abs=0.001) for colour in colours_of(file)
        ]


def colours_of(file: pikepdf.Pdf) -> set[tuple[float, ...]]:
    """The colours that things are filled with on the first page."""

    def of(content: Any) -> set[tuple[float, ...]]:
        return {
            tuple(float(part) for part in instruction.operands[:3])
            for instruction in pikepdf.parse_content_stream(content)
            if str(instruction.operator) in ("rg", "scn", "sc") and len(instruction.operands) == 3
        }

    return of(file.pages[0])


@pytest.mark.parametrize("folder", ["pdf", "shared", "themes", "cover"])
def test_no_style_for_print_asks_what_is_in_an_element(folder: str) -> None:
    # for each such rule, WeasyPrint looks through all that is in every element
    tops = (TEMPLATES, ROOT / "pipeline" / "features")
    sheets = [sheet for top in tops for sheet in top.rglob(f"{folder}/**/*.css")]
    assert sheets
    assert not [sheet.name for sheet in sheets if ":has(" in sheet.read_text()]


def test_what_is_in_a_list_and_after_a_paragraph_has_classes_for_the_styles() -> None:
    root = tree_of(
        '<main><p>Why?</p><div class="writing-lines"/><ul><li><span class="task open"/></li>'
        '<li><div class="writing-lines long"/></li><li><img class="right"/></li></ul>'
        '<table><tr><td><p><span class="blank"/></p></td></tr><tr><td>No</td></tr></table>'
        '<dl><dt>One<span class="note">N</span></dt></dl><dl><dt>Two</dt></dl>'
        '<p><img/></p><p>So <img/></p><p><img class="formula-image"/> is</p>'
        '<ol><li><p><img class="qr-code"/><b class="tall"/></p></li></ol></main>'
    )
    ready(root)
    told = [(e.tag, e.get("class")) for e in root.iter() if e.tag in ("p", "li", "tr", "dl")]
    assert told == [
        ("p", "before-writing-lines"),
        ("li", "has-task"),
        ("li", "has-block"),
        ("li", None),
        ("tr", "has-blank"),
        ("p", "has-blank"),
        ("tr", None),
        ("dl", "has-notes"),
        ("dl", None),
        ("p", "begins-with-image"),
        ("p", None),
        ("p", None),
        ("li", "has-tall"),
        ("p", "has-qr-code begins-with-image"),
    ]


# --- lines and pages --------------------------------------------------------------------------


def filled(page: Any) -> float:
    """The lowest point of a page's content, between its margins."""
    _, height = page.get_size()
    top, foot = 0.92 * height, 0.115 * height
    bounds = [thing.get_bounds() for thing in page.get_objects()]
    lowest = min(low for _, low, _, high in bounds if 0.1 * height < low < high <= height)
    return float((top - lowest) / (top - foot))


def test_what_has_no_place_to_break_is_broken_at_the_margin(tmp_path: Path) -> None:
    long = "x" * 300
    body = f"{long}\n\n<https://example.org/{long}>\n\n- **{long}**\n\n> {long}\n"
    made = making.packed(pages_of(source(body=body), tmp_path), tmp_path)
    with pypdfium2.PdfDocument(made.data) as file:
        bounds = [thing.get_bounds() for thing in file[0].get_objects()]
    assert max(right for _, _, right, _ in bounds) < 595 - 60
    assert len(bounds) > 4 * 3, "each on several lines"


def test_a_heading_begins_its_page_at_the_top_however_it_came_there(tmp_path: Path) -> None:
    body = "One.\n\n\\newpage\n\n## Two\n\nText.\n\n\\newpage\n\nThree.\n"
    made = making.packed(pages_of(source(body=body), tmp_path), tmp_path)
    with pypdfium2.PdfDocument(made.data) as file:
        tops = [max(thing.get_bounds()[3] for thing in page.get_objects()) for page in file]
    assert tops[1] == pytest.approx(tops[2], abs=3)


def test_pages_of_ordinary_texts_are_full() -> None:
    """Headings, short paragraphs, code of one line: no page but the last ends early."""
    text = (ROOT / "docs" / "frontmatter.md").read_text("utf-8")
    document = making.resolved("\n## ".join(text.split("\n## ")[:2]), "handout")
    with pypdfium2.PdfDocument(making.packed(document).data) as pdf:
        shares = [filled(page) for page in pdf]
    assert len(shares) > 2
    assert min(shares[:-1]) > 0.6, shares


def test_links_are_underlined_where_no_addresses_are_printed(tmp_path: Path) -> None:
    text = "See [a page](https://example.org/x)."
    lines = [
        next(box.style["text_decoration_line"] for box in boxes(document) if box.element_tag == "a")
        for links in ("end", "foot", "none")
        for document in [laid_out(pages_of(source(f"links: {links}", body=text), tmp_path))]
    ]
    assert lines == ["none", "none", {"underline"}]
