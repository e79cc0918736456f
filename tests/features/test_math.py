"""Formulas: the results of TeX on screens, in print and for screen readers."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.features.formulas.outlines import draw
from pipeline.model import Math, MathBlock
from pipeline.model.editions import EDITIONS
from pipeline.model.rendered import FormulaShapes
from tests.helpers import making
from tests.helpers.pdf_reading import Element, open_pdf, outline
from tests.helpers.pdf_reading import read as read_pdf
from tests.helpers.trees import nodes, plain_text

NS = "{http://www.w3.org/1998/Math/MathML}"
CORE = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover"
    " mtable mtr mtd mstyle mphantom mpadded".split()
)
FRONT = "---\ntitle: Wells\nlang: en\ndate: 2026-11-24\n---\n\n"
SOURCE = FRONT + (
    "## The area $A = \\pi r^2$\n\n"
    "A line with $\\frac{a}{b}$ in it, and $$\\sum_{i=1}^n x_i$$ in between.\n\n"
    "$$\nV = \\pi r^2 h\n$$ {#eq-volume}\n\n"
    "See @eq-volume.\n"
)


def formula(tex: str, lang: str = "en") -> Math:
    """A formula as a web page has it."""
    document = making.resolved(f"---\ntitle: T\nlang: {lang}\n---\n\n$`{tex}`$\n")
    (node,) = nodes(making.without_findings(document), Math)
    return node


@pytest.fixture(scope="module")
def pdf() -> pikepdf.Pdf:
    return open_pdf(making.data(SOURCE, "handout"))


def book_of(text: str, folder: Path) -> dict[str, bytes]:
    source = folder / "wells.md"
    source.write_text(text.replace("---\n", "---\npage_list: false\n", 1), "utf-8")
    return making.unpacked(pipeline.build(source, ["ebook"], out=folder).files[0])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return book_of(SOURCE, tmp_path_factory.mktemp("book"))


# --- what is said and written ----------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("E = mc^2", "E equals m c squared"),
        (r"\frac12", "1 over 2"),
        (r"\frac{a + b}{c}", "the fraction a plus b, over c, end of fraction"),
        (r"\sqrt{b^2 - 4ac}", "the square root of b squared minus 4 a c, end of root"),
        ("-b", "minus b"),
        ("a = -b", "a equals minus b"),
        (r"\sum_{i=1}^{n} x_i", "the sum from i equals 1 to n of x sub i"),
        (r"\lim_{x \to 0} f'", "the limit for x → 0 of f prime"),
        (r"\binom{n}{k}", "n choose k"),
        ("f'^2", "f prime squared"),
        (r"\mathbf{v}", "v"),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix}^T", "the 1 by 2 matrix: row 1: 1, 2; end of matrix"
         " to the power of T"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "line 1: a equals b; line 2: equals c"),
    ],
)  # fmt: skip
def test_the_spoken_form_of_a_formula_shows_where_it_ends(tex: str, expected: str) -> None:
    assert formula(tex).spoken == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("de", "der Bruch minus a, durch b, Ende des Bruchs"),
        ("fr", "la fraction moins a, sur b, fin de la fraction"),
        ("zh", "分数，分子负 a，分母b，分数结束"),
    ],
)
def test_a_formula_is_spoken_in_the_language_of_the_text(lang: str, expected: str) -> None:
    assert formula(r"\frac{-a}{b}", lang).spoken == expected
    source = f"# T\n\nA [$\\frac{{-a}}{{b}}$]{{lang={lang}}}.\n"
    (node,) = nodes(making.resolved(source).blocks, Math)
    assert node.spoken == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}", "x = (−b ± √(b² − 4ac))/(2a)"),
        (r"\sum_{i=1}^n x_i", "∑_(i=1)ⁿ x_i"),
        (r"3{,}5\,\mathrm{m}^3", "3,5 m³"),
        (r"\vec{v} \cdot \mathbf{w}", "v⃗ · w"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"\lceil x \rceil - 1", "⌈x⌉ − 1"),
    ],
)
def test_a_formula_is_written_in_characters(tex: str, expected: str) -> None:
    assert formula(tex).alt == expected


def test_titles_have_formulas_in_characters() -> None:
    found = making.resolved(SOURCE, "web")
    (title,) = found.contents
    assert plain_text(title.title) == "The area A = πr²"


# --- MathML ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\mathrm{d}", '<mi mathvariant="normal">d</mi>'),
        (r"\mathrm{km}", "<mi>km</mi>"),
        ("2{,}5", "<mn>2,5</mn>"),
        (r"a \pm b", "<mrow><mi>a</mi><mo>±</mo><mi>b</mi></mrow>"),
        (r"\mathbb{N}", "<mi>ℕ</mi>"),
        (r"\not=", "<mo>≠</mo>"),
        (r"30^\circ", "<mrow><mn>30</mn><mi>°</mi></mrow>"),
        ("4ex", "<mrow><mn>4</mn><mi>e</mi><mi>x</mi></mrow>"),
        (r"\text{a \& b}", "<mtext>a\u00a0&amp;\u00a0b</mtext>"),
        (r"\begin{matrix} a \\ b & \end{matrix}", "<mtable><mtr><mtd><mi>a</mi></mtd></mtr>"
         "<mtr><mtd><mi>b</mi></mtd><mtd></mtd></mtr></mtable>"),
    ],
)  # fmt: skip
def test_what_the_converter_gets_wrong_is_mended(tex: str, expected: str) -> None:
    assert formula(tex).mathml.partition(">")[2].removesuffix("</math>") == expected


PIECES = st.sampled_from(
    r"""
    a b x 1 2.5 + - = < > ( ) [ ] | / , ! ' & \\ { } ^ _ ^2 _i {a} \frac \sqrt \sqrt[3] \left(
    \right) \left\{ \right| \begin{cases} \end{cases} \begin{aligned} \end{aligned} \sum \int \lim
    \begin{pmatrix} \end{pmatrix} \sin \mathrm \mathbf \text{if} \bar \vec \overline \not \alpha \pi
    \cdot \leq \binom \substack \underbrace \limits \cancel \boxed \% \$ % # $ \foo \big ( \, \quad
    \operatorname{lcm} \over \displaystyle \pmod é 中 {} ~ \
    """.split()
)


@given(st.lists(PIECES, min_size=1, max_size=12))
def test_any_formula_is_set_or_reported(pieces: list[str]) -> None:
    tex = " ".join(pieces)
    document = making.resolved(f"{FRONT}$`{tex}`$\n\n$$\n{tex}\n$$\n")
    for finding in document.diagnostics:
        assert 7 <= finding.line <= 11, finding
        assert 1 <= finding.column <= len(tex) + 5, finding
    set_in_lines = [node.mathml for node in nodes(document, Math)]
    for markup in filter(None, [*set_in_lines, *(n.mathml for n in nodes(document, MathBlock))]):
        for inner in ET.fromstring(markup).iter():
            assert inner.tag.removeprefix(NS) in CORE
            assert "style" not in inner.attrib
            assert "mathvariant" not in inner.attrib or inner.get("mathvariant") == "normal"
        assert draw(markup, "#000").width >= 0


# --- the three formats -----------------------------------------------------------------


def formulas(pdf: pikepdf.Pdf) -> list[Element]:
    return list(read_pdf(pdf).all("Formula"))


def test_print_tags_formulas_with_words(pdf: pikepdf.Pdf) -> None:
    assert [str(found.entries.Alt) for found in formulas(pdf)] == [
        "A equals π r squared",
        "a over b",
        "the sum from i equals 1 to n of x sub i",
        "V equals π r squared h",
    ]
    assert "Div(Formula P)" in read_pdf(pdf).shape
    *_, block = formulas(pdf)
    assert [str(found.attribute("Placement")) for found in formulas(pdf)] == [
        *["/Inline"] * 3,
        "/Block",
    ]
    left, bottom, right, top = map(float, block.attribute("BBox"))
    assert 0 < left < right < 596
    assert 0 < top - bottom < 20


def test_print_numbers_a_formula_and_refers_to_it(pdf: pikepdf.Pdf) -> None:
    texts = [found.text for found in read_pdf(pdf).all("P")]
    assert "(1)" in texts
    assert "See Equation 1." in [text.replace("\u00a0", " ") for text in texts]


def test_print_draws_formulas_as_outlines(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    assert not list(page.get_images())
    fonts = {str(font.BaseFont) for font in page.resources.Font.values()}
    assert not any("STIX" in font for font in fonts)


def test_print_has_the_outline_of_a_letter_once() -> None:
    def forms(text: str) -> list[str]:
        pdf = open_pdf(making.data(f"{FRONT}{text}\n", "handout"))
        return sorted(str(form) for page in pdf.pages for form in page.resources.XObject)

    once = forms("$x + y$.")
    assert len(once) == 3
    assert forms("$x + y$, $y + x$ and $y + x + x + y$.") == once


def test_the_outline_has_formulas_in_characters(pdf: pikepdf.Pdf) -> None:
    assert (0, "The area A = πr²") in outline(pdf)


def end_of_lines(formula: str) -> float:
    """The position, in pixels, of a paragraph that follows one with an inline formula."""
    text = f"Word {formula} and words. " + "Further words of a line. " * 12
    pdf = open_pdf(making.data(FRONT + text + "\n\nEnd.\n", "handout"))
    return [
        float(instruction.operands[5])
        for instruction in pikepdf.parse_content_stream(pdf.pages[0])
        if str(instruction.operator) == "Tm"
    ][-3]


def test_an_inline_formula_keeps_the_distance_of_lines() -> None:
    """A line with a fraction has the same distance to the next as one without."""
    assert end_of_lines(r"$\frac{a}{b}$") == pytest.approx(end_of_lines("a"), abs=0.1)


def test_a_high_inline_formula_has_room() -> None:
    """A matrix pushes the lines apart, so that it touches nothing that is as high."""
    matrix = end_of_lines(r"$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$")
    assert matrix - end_of_lines("a") == pytest.approx(0.477 * 14, abs=0.2)


@pytest.mark.parametrize("tex", [r"\int_0^1 x", r"\bigcup_i A_i", r"\oint_C f"])
def test_large_operators_are_small_in_text(tex: str) -> None:
    """An integral with bounds fits between the lines, and is large on lines of its own."""

    def drawn(source: str) -> float:
        found = making.resolved(f"{FRONT}{source}\n", "handout")
        (node,) = (n for n in nodes(found.blocks) if isinstance(n, Math | MathBlock))
        return draw(node.mathml, "#000").height

    assert drawn(f"${tex}$") < 1.5
    assert drawn(f"$$\n{tex}\n$$") > 1.5


@pytest.mark.parametrize(
    ("sign", "eighteenths"),
    [(r"\subset", 5), (r"\perp", 5), (r"\cup", 4), (r"\setminus", 4), (r"\wedge", 4), (r"\iff", 5)],
)
def test_operators_have_the_space_that_mathml_gives_them(sign: str, eighteenths: int) -> None:
    """Those as well that the program that draws them has none for."""

    def width(tex: str) -> float:
        return draw(formula(tex).mathml, "#000").width

    alone = r"\backslash" if sign == r"\setminus" else sign
    apart = width(f"a{sign} b") - width("ab") - width(alone)
    assert apart == pytest.approx(2 * eighteenths / 18, abs=0.06)


def test_the_e_book_says_which_pages_have_formulas(book: dict[str, bytes]) -> None:
    package_document = book["content.opf"].decode()
    assert 'href="chapter-01.xhtml" id="page-chapter-01"' in package_document
    properties = {
        item.get("href"): item.get("properties")
        for item in ET.fromstring(package_document).iter("{http://www.idpf.org/2007/opf}item")
    }
    assert properties["chapter-01.xhtml"] == "mathml"
    assert properties["nav.xhtml"] == "nav mathml"
    assert properties["title.xhtml"] is None
    for feature in ("MathML", "describedMath"):
        assert f'accessibilityFeature">{feature}<' in package_document


def test_the_e_book_has_words_with_each_formula(book: dict[str, bytes]) -> None:
    chapter = ET.fromstring(book["chapter-01.xhtml"])
    found = list(chapter.iter(f"{NS}math"))
    assert len(found) == 4
    assert all(formula.get("alttext") for formula in found)


def test_an_e_book_without_formulas_says_nothing_of_them(tmp_path: Path) -> None:
    files = book_of(FRONT + "Text, and $5.\n", tmp_path)
    assert b"athml" not in files["content.opf"].lower()


def test_the_web_page_brings_a_font_for_formulas_where_it_has_any() -> None:
    with_formulas = making.data(SOURCE, "web").decode()
    assert '"STIX Two Math"; font-weight: 400; font-style: normal; src: url(data:' in with_formulas
    assert "STIX" not in making.data(FRONT + "Text.\n", "web").decode()


def test_wide_formulas_can_be_scrolled_by_keyboard() -> None:
    long = " + ".join(f"x_{{{number}}}" for number in range(20))
    page = making.data(f"{FRONT}$$\n{long}\n$$\n\n$$\na = b\n$$\n", "web").decode()
    assert page.count('<div class="formula" role="region" tabindex="0" aria-label="Formula">') == 1


def test_wide_formulas_in_the_text_can_be_scrolled_by_keyboard() -> None:
    terms = " + ".join(f"a_{n} x^{n}" for n in range(9))
    page = making.data(f"{FRONT}A long ${terms} = 0$, and a short $a + b$.\n", "web").decode()
    assert page.count('<span class="wide-formula" role="region" tabindex="0"') == 1
    assert "</math></span>,</span> and" in page
    assert "</math>.</span>" in page


def test_the_same_formulas_give_the_same_bytes() -> None:
    for edition in ("web", "handout"):
        assert making.data(SOURCE, edition) == making.data(SOURCE, edition)


# --- mistakes ---------------------------------------------------------------------------


def test_a_character_that_cannot_be_drawn_is_named_for_print_alone() -> None:
    source = FRONT + "A $\\text{中} + x$.\n"
    (found,) = making.resolved(source, "handout").diagnostics
    assert (found.code, found.line, found.column) == ("missing-glyph", 7, 10)
    assert "中" in found.message
    assert not making.resolved(source, "web").diagnostics


def test_many_mistakes_are_all_found_and_quickly() -> None:
    source = FRONT + "$\\unknwon$ and ${$.\n\n" * 100
    found = making.resolved(source, "web").diagnostics
    assert len(found) == 200
    assert found[-1].line == 7 + 2 * 99


def test_a_fragment_shows_what_cannot_be_set_as_it_is_written() -> None:
    assert pipeline.render_fragment("$\\foo$") == '<p><code class="tex">\\foo</code></p>'


def test_equal_formulas_are_drawn_once() -> None:
    found = making.resolved(FRONT + "$x$ and $x$.\n\n$$x$$\n", "handout")
    pages = making.rendered(found)
    assert len(pages.assets) == 2
    assert len({asset.name for asset in pages.assets}) == 2
    blocks = nodes(found, MathBlock)
    assert len(blocks) == 1


def test_a_further_formula_changes_nothing_about_the_others() -> None:
    """So that an edit costs its own unit of a book."""
    one, two = (
        making.rendered(making.resolved(f"{FRONT}{text}\n", "handout"))
        for text in ("$x$", "$y$ and $x$")
    )
    assert set(one.assets) < set(two.assets)
    assert one.styles == two.styles


@pytest.mark.parametrize("edition", ["handout", "4-up"])
def test_a_long_formula_is_broken_in_print_and_not_set_smaller(edition: str) -> None:
    terms = " + ".join(f"a_{{{number}}} x^{{{number}}}" for number in range(1, 16))
    pages = making.rendered(making.resolved(f"{FRONT}$$ f(x) = {terms} $$\n", edition))
    assert pages.sheet
    (width,) = re.findall(r'style="width: ([\d.]+)em', pages.pages[0].markup)
    room = pages.sheet.line / 25.4 * 72 / pages.sheet.text
    assert room / 2 < float(width) < room


# --- more of TeX -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\ce{SO4^2-}", "SO₄²⁻"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2 H₂ + O₂ ⟶ 2 H₂O"),
        (r"\ce{Na+(aq) + Cl-}", "Na⁺(aq) + Cl⁻"),
        (r"\ce{1/2 O2}", "1/2 O₂"),
        (r"\qty{9.81}{\metre\per\second\squared}", "9.81 m s⁻²"),
        (r"\SI{3e8}{m/s}", "3 × 10⁸ m s⁻¹"),
        (r"\ang{30;15;10}", "30°15′10″"),
        (r"\mathop{\arg\max}_x f", "arg maxₓ f"),
        (r"\text{if $x > 0$, 50\% caf\'e}", "if x > 0, 50% café"),
        (r"\begin{bmatrix*}[r] -1 & 2 \end{bmatrix*}", "[−1, 2]"),
        (r"\newcommand{\f}[2][x]{f_{#2}(#1)} \f{1} + \f[y]{2}", "f₁(x) + f₂(y)"),
        (r"\def\v#1{\mathbf{#1}} \v{x} + \v y", "x + y"),
        (r"a \\ b", "a; b"),
        ("2x + ____ = 7", "2x + ____ = 7"),
        ("50 x % a comment", "50x"),
        (r"\sqrt{}", "√()"),
        (r"\begin{pmatrix}\end{pmatrix}", "()"),
    ],
)
def test_more_of_tex_is_read(tex: str, expected: str) -> None:
    assert formula(tex).alt == expected
    assert draw(formula(tex).mathml, "#000").width > 0


@pytest.mark.parametrize(
    ("lines", "tex"),
    [
        (0, r"\begin{array}{cc} a & b \\ c & d \end{array}"),
        (1, r"\begin{array}{c|c} a & b \\ c & d \end{array}"),
        (1, r"\begin{pmatrix} a & b \\ \hline c & d \end{pmatrix}"),
        (2, r"\begin{array}{c||c} a & b \\ c & d \end{array}"),
        (6, r"\begin{array}{|c|c|} \hline a & b \\ \hline c & d \\ \hline \end{array}"),
    ],
)
def test_lines_of_a_table_are_drawn_whole(lines: int, tex: str) -> None:
    drawing = msgspec.json.decode(draw(formula(tex).mathml, "#000").data, type=FormulaShapes)
    _, top, _, height = drawing.view
    found = [shape.numbers for shape in drawing.shapes if shape.outline < 0]
    assert len(found) == lines
    assert all(top <= y and y + high <= top + height + 0.1 for _, y, _, high in found)


def test_a_gap_is_spoken() -> None:
    assert formula("2x + ____ = 7").spoken == "2 x plus blank equals 7"
    assert formula("2x + ____ = 7", "de").spoken == "2 x plus Lücke ist gleich 7"


@pytest.mark.parametrize(
    "tex", [r"{}", r"\text{}", r"\cancel{}", r"\begin{aligned} & \end{aligned}"]
)
def test_a_formula_of_nothing_is_reported(tex: str) -> None:
    for edition in ("web", "handout"):
        (found,) = making.resolved(f"{FRONT}A ${tex}$.\n", edition).diagnostics
        assert (found.code, found.column) == ("bad-math", 4)


def test_an_answer_within_a_formula_is_for_teachers_alone() -> None:
    source = (
        FRONT + "Find $x = ____{\\frac{47}{11}}$ and\n\n$$ y = ____ {4711} $$\n\n$z = ____{4711"
    )
    for name, edition in EDITIONS.items():
        found = making.selected(source, name)
        texts = "".join(n.tex for n in nodes(found.blocks) if isinstance(n, Math | MathBlock))
        assert ("47" in texts) == (edition.audience == "teacher")


def test_gaps_in_print_are_as_wide_as_handwriting_needs() -> None:
    def width(front: str, tex: str) -> float:
        source = f"---\ntitle: Wells\nlang: en\n{front}---\n\n{tex}\n"
        (page,) = making.rendered(making.resolved(source, "handout")).pages
        found = re.search(r"formula-image[^>]*width: ([\d.]+)em", page.markup)
        assert found
        return float(found[1])

    primary = "handwriting: primary\n"
    assert width(primary, "$____$") > 1.2 * width("", "$____$") > 1.2 * width("", "$20$")
    assert width(primary, "$________$") == pytest.approx(2 * width(primary, "$____$"), rel=0.05)
    assert width(primary, r"$\frac{____}{2}$") >= width(primary, "$____$"), "and not as an index"


def test_gaps_on_the_web_page_are_fields() -> None:
    page = making.packed(making.resolved(f"{FRONT}Find $x^{{____{{4}}}} = ____$.\n")).data.decode()
    assert re.findall(r'<input type="text"[^>]* aria-label="([^"]*)"', page) == [
        "blank 1", "blank 2",
    ]  # fmt: skip
    formulas = re.findall("<math.*?</math>", page)
    assert len(formulas) == 2, "one before and one after the exponent"
    assert not any("input" in formula for formula in formulas), "where nothing can be operated"
    assert 'role="group" aria-label="x to the power of blank' in page
    assert ".blank.gap" in page.replace("\n", "")


def test_deep_nesting_takes_no_longer_than_its_length() -> None:
    tex = "x"
    for _ in range(14):
        tex = rf"\sqrt{{1 + {tex}}}"
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    made = formula(tex).mathml
    draw(made.replace("<mi>x</mi>", "<mi>y</mi>"), "#000")  # what is loaded but once
    sys.setprofile(count)
    try:
        draw(made, "#000")
    finally:
        sys.setprofile(None)
    assert calls < 50_000


@pytest.mark.parametrize(
    "around",
    ["{@}_{1}", "{@}'", "{@}_{1}^{2}", r"\underbrace{@}_{1}", r"\hat{@}", r"\overline{@}"],
)
def test_nested_formulas_are_written_in_characters_once(around: str) -> None:
    tex = "x"
    for _ in range(14):
        tex = around.replace("@", tex)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        text = formula(tex).alt
    finally:
        sys.setprofile(None)
    assert calls < 50_000  # of which reading and setting it take most
    assert len(text) < 200


def test_what_cannot_be_drawn_is_printed_as_it_is_written() -> None:
    tex = "x"
    for _ in range(16):
        tex = rf"\left(\frac{{1}}{{{tex}}}\right)"
    found = making.resolved(f"{FRONT}$$ {tex} $$\n", "handout")
    pages = making.rendered(found)
    assert [(one.code, one.line) for one in pages.findings] == [("bad-math", 7)]
    assert "nested too deeply" in pages.findings[0].message
    assert '<code class="tex">\\left(' in pages.pages[0].markup


def test_fractions_in_items_that_follow_one_another_do_not_touch() -> None:
    items = "".join(f"- $\\frac{{{number}}}{{8}}$\n" for number in range(1, 6))
    root = read_pdf(open_pdf(making.data(f"{FRONT}{items}", "handout")))
    boxes = [list(map(float, each.attribute("BBox"))) for each in root.all("Formula")]
    assert len(boxes) == 5
    for (_, bottom, _, _), (_, _, _, top) in itertools.pairwise(boxes):
        assert bottom > top


def test_a_long_formula_in_a_line_of_print_can_be_broken() -> None:
    rate = (
        r"$\text{cost of the wells that we dug} + \text{water} \div \text{the number of families}$"
    )
    terms = " + ".join(rf"\frac{{1}}{{{number}}}" for number in range(2, 14))
    source = f"{FRONT}The rate is {rate}, and $({terms}) = \\text{{more}} + x^2$.\n"
    (page,) = making.rendered(making.resolved(source, "handout")).pages
    text = re.sub(r"<\?.*?\?>", "", page.markup)
    for plain in ("cost of the wells that we dug\u00a0+", "water\u00a0÷"):
        assert f'<span class="lining">{plain}</span>' in text
    assert len(re.findall("<img [^>]*formula-image", page.markup)) == 2, "not within brackets"
    (page,) = making.rendered(making.resolved(source, "web")).pages
    assert page.markup.count("<math") == 2


def test_a_formula_in_a_chart_s_caption_is_as_wide_as_its_letters() -> None:
    chart = '```chart {type=bar caption="$x$"}\nA, B\nC, 1\n```\n'
    root = read_pdf(open_pdf(making.data(f"{FRONT}$x$\n\n{chart}", "handout")))
    boxes = [list(map(float, one.attribute("BBox"))) for one in root.all("Formula")]
    in_text, in_caption = (right - left for left, _, right, _ in boxes)
    assert in_caption == pytest.approx(in_text, rel=0.25)


def test_equations_have_the_number_that_they_give_themselves() -> None:
    source = FRONT + (
        "$$ a = b \\tag{A} \\label{eq:a} $$\n\n\\begin{align} \\label{b} c &= d \\end{align}\n\n"
        "See \\eqref{eq:a}, $\\ref{b}$ and @eq-b.\n"
    )
    texts = [found.text for found in read_pdf(open_pdf(making.data(source, "handout"))).all("P")]
    assert "(A)" in texts
    assert "(1)" in texts
    assert "See (A), 1 and Equation 1." in [text.replace("\u00a0", " ") for text in texts]


@pytest.mark.parametrize(
    ("command", "meant"),
    [("fraction", "frac"), ("alfa", "alpha"), ("summ", "sum"), ("timess", "times")],
)
def test_the_command_that_is_meant(command: str, meant: str) -> None:
    document = making.resolved(f"Text $\\{command}$.", "web")
    (found,) = [one for one in document.diagnostics if one.code == "bad-math"]
    assert found.hint == f"Did you mean `\\{meant}`?"


def test_what_is_not_to_be_seen_is_not_there() -> None:
    """Its room is: others could copy it, or hear it."""
    text = r"$7 \cdot 6 = \phantom{\text{zqsec}}$ and $\hphantom{\frac{1}{zq}}x$"
    markup = making.markup(making.resolved(text))
    assert "zq" not in markup
    assert re.search(r'<mspace class="phantom" width="[12]\.\d\dem"', markup)


def test_the_key_has_a_formula_with_an_answer_in_it() -> None:
    text = "::: exercise\na) Now $x = [55]{.answer} + 1$.\n\nb) And $y = ____{66}$.\n:::"
    key = making.marked(making.resolved(text, "answers"))
    assert [formula.alt for formula in nodes(key, Math)] == ["x = 55 + 1", "66"]
