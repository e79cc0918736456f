"""Layouts of kinds of publication: what the sources of all kinds come to in each format."""

from __future__ import annotations

import html
import os
import re
import textwrap
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pikepdf
import pypdfium2
import pytest

import pipeline
from pipeline.model.kinds import KINDS
from pipeline.package.pdf.print_markup import ready
from pipeline.render.covers import LINE, front_of
from pipeline.render.environment import in_phrases
from tests.helpers import checkers, making
from tests.helpers.paths import TESTS

SOURCES = TESTS / "look" / "kinds"
ALL = sorted(source.stem for source in SOURCES.glob("*.md"))


@pytest.mark.parametrize("kind", ["newsletter", "recipe", "play"])
def test_a_kind_is_built_without_a_finding(kind: str, tmp_path: Path) -> None:
    editions = ["web", "handout", "ebook"]
    result = pipeline.build(SOURCES / f"{kind}.md", editions, out=tmp_path)
    assert not result.diagnostics
    assert {"pdf", "html", "epub"} <= {file.suffix[1:] for file in result.files}


@pytest.mark.parametrize("kind", ["poems", "worksheet", "japanese"])
def test_a_kind_is_built_in_large_print_without_a_finding(kind: str, tmp_path: Path) -> None:
    assert not pipeline.build(SOURCES / f"{kind}.md", ["large-print"], out=tmp_path).diagnostics


@pytest.mark.parametrize(("kind", "count"), [("recipe", 1), ("play", 0)])
def test_headings_of_a_kind_mean_the_same_in_all_languages(
    kind: str, count: int, tmp_path: Path
) -> None:
    source = tmp_path / "suppe.md"
    source.write_text(f"---\ntitle: Suppe\nkind: {kind}\nlang: de\n---\n\n## Zutaten\n\n- Salz\n")
    pipeline.build(source, ["web"], out=tmp_path)
    page = (tmp_path / "suppe" / "suppe.html").read_text("utf-8")
    sections = [tag for tag in re.findall(r"<section[^>]*>", page) if "ingredients" in tag]
    assert len(sections) == count


def test_all_kinds_but_the_plain_ones_have_a_style_sheet() -> None:
    from pipeline.system.paths import builtin_templates

    for form in ("pdf", "html", "epub"):
        sheets = {file.stem for file in (builtin_templates() / form / "kinds").glob("*.css")}
        sheets |= {kind for kind, row in KINDS.items() if row.like in sheets}
        assert sheets == KINDS.keys() - {"", "handout", "interview"}


def web_page(kind: str, folder: Path) -> str:
    pipeline.build(SOURCES / f"{kind}.md", ["web"], out=folder)
    return (folder / kind / f"{kind}.html").read_text("utf-8")


def test_an_exam_says_its_total_and_has_choices_within_questions(tmp_path: Path) -> None:
    page = web_page("exam", tmp_path)
    assert re.search(r'<p class="total-marks">.*Total: 13.marks</p>', page)
    table = page.partition('<table class="score across">')[2].partition("</table>")[0]
    assert re.findall(r">(\w+)</t[hd]>", table) == (
        "Exercise 1 2 3 Total Grade Possible 4 5 4 13 Reached".split()
    )
    assert '<fieldset class="choices one lower-roman in-brackets">' in page


def test_the_young_have_no_letters_before_choices_and_sums_side_by_side(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "worksheet.md", ["handout", "answers", "web"], out=tmp_path)
    folder = tmp_path / "worksheet"
    assert 'class="choices one unlettered"' in (folder / "worksheet.html").read_text("utf-8")
    with pypdfium2.PdfDocument(folder / "worksheet.pdf") as pdf:
        text = pdf[1].get_textpage().get_text_range()
    assert not re.search(r"[ac]\. *a (stone|shoe)", text)
    with pypdfium2.PdfDocument(folder / "worksheet.pdf") as pdf:
        bounds = [thing.get_bounds() for thing in pdf[0].get_objects()]
    blanks = [(round(low), left) for left, low, right, _ in bounds if 78 < right - left < 80]
    assert [low for low, _ in blanks[1:]] == [blanks[1][0]] * 3
    with pypdfium2.PdfDocument(folder / "worksheet-answers.pdf") as pdf:
        assert "a plum" in pdf[0].get_textpage().get_text_range()


def test_pairs_stand_below_each_other_where_lines_are_narrow(tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    rows = "| photosynthesis | how plants make sugar |\n| sap | juice |"
    pairs = f"| Word | Meaning |\n|--|--|\n{rows}"
    exercise = f"::: exercise Match\n::: matching\n{pairs}\n:::\n:::\n"
    for columns, is_above in ((1, False), (2, True)):
        page = f"page: {{size: A5, columns: {columns}}}"
        source.write_text(f"---\ntitle: X\n{page}\n---\n\n{exercise}")
        pipeline.build(source, ["handout"], out=tmp_path)
        with pypdfium2.PdfDocument(tmp_path / "x" / "x.pdf") as pdf:
            page_text = pdf[0].get_textpage()
            text = page_text.get_text_range()
            words = (text.index(word) for word in ("photosynthesis", "Meaning"))
            first, second = (page_text.get_charbox(word)[1] for word in words)
        assert (first > second) is is_above


def test_an_exam_in_large_print_has_letters_on_their_lines_and_its_scores_under_a_question(
    tmp_path: Path,
) -> None:
    pipeline.build(SOURCES / "exam.md", ["large-print"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "exam" / "exam-large-print.pdf") as pdf:
        first, *_, last = (page.get_textpage() for page in pdf)
        text = first.get_text_range()
        letter, question = (
            first.get_charbox(text.index(words), loose=True)[1] for words in ("a)", "Which")
        )
        assert letter == pytest.approx(question, abs=1)
        assert {"pores", "Possible"} <= {*last.get_text_range().split()}


def test_an_exam_has_space_above_its_headings_and_not_below(tmp_path: Path) -> None:
    lines = "\n::: lines 4\n:::\n"
    source = tmp_path / "test.md"
    source.write_text(
        "---\ntitle: Test\nkind: exam\n---\n\n"
        f"# Part A\n\n::: exercise First\nWhy?\n{lines}:::\n\n::: exercise Second\nHow?\n{lines}"
        f":::\n\n# Part B\n\n::: exercise Third\nWhere?\n{lines}:::\n"
        f"\n::: exercise Fourth\nWhen?\n\n::: space 120mm\n:::\n:::\n",
        "utf-8",
    )
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "test" / "test.pdf") as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        heading, first, below, third = (
            page.get_charbox(text.index(words))[1]
            for words in ("Part A", "First", "Part B", "Third")
        )
    assert below - third == pytest.approx(heading - first, abs=1)
    assert heading - first < 40  # points: two lines and a half


def test_quantities_are_set_off_from_what_is_needed(tmp_path: Path) -> None:
    page = web_page("recipe", tmp_path)
    quantities = re.findall(r'<span class="quantity">(.*?)</span>', page)
    assert [html.unescape(text).replace("\xa0", " ") for text in quantities] == (
        "1.2 kg,2,1,30 g,1,150 ml,12,400 g,7 g,1,240 ml,2".split(",")
    )
    assert page.count('class="level-2 ingredients with-quantities"') == 2
    labels = re.findall(r'<li><span class="label">(.*?)</span>', page)
    assert labels == ["Serves:", "Work:", "Cooking:", "Makes:", "Work:", "Rest:"]
    assert "<li>salt, pepper, nutmeg</li>" in page


def test_contents_list_recipes_without_their_parts() -> None:
    source = SOURCES / "recipe.md"
    document = making.resolved(source.read_text("utf-8"), "ebook", SOURCES)
    assert [entry.target for entry in document.contents] == [
        "pumpkin-soup-with-sage",
        "flat-bread",
    ]
    assert not any(entry.children for entry in document.contents)


def test_what_is_a_quantity(tmp_path: Path) -> None:
    quantities = {
        "1½ tsp salt": "1½ tsp",
        "2-3 EL oil": "2-3 EL",
        "1 1/2 cups flour": "1 1/2",
        "1 ½ cups milk": "1 ½",
        "2 limes": "2",
        "7-spice powder": "",
        "salt": "",
    }
    source = tmp_path / "soup.md"
    items = "\n".join(f"- {line}" for line in quantities)
    source.write_text(
        f"---\ntitle: Soup\nkind: recipe\n---\n\n## Ingredients\n\n{items}\n", "utf-8"
    )
    pipeline.build(source, ["web"], out=tmp_path)
    page = html.unescape((tmp_path / "soup" / "soup.html").read_text("utf-8"))
    found = re.findall('<span class="quantity">(.*?)</span>', page)
    dashes = str.maketrans("\N{EN DASH}\N{NO-BREAK SPACE}", "- ")
    assert [text.translate(dashes) for text in found] == [q for q in quantities.values() if q]


def test_a_document_that_is_one_recipe_looks_like_one(tmp_path: Path) -> None:
    source = tmp_path / "pie.md"
    text = """
        ---
        title: Plum pie
        kind: recipe
        ---

        - Serves: 4

        ## Ingredients

        ### Dough

        - 200 g flour
        - salt

        ### Filling

        - 6 plums

        ## Method

        1. Bake it.
        """
    source.write_text(textwrap.dedent(text).lstrip(), "utf-8")
    pipeline.build(source, ["web", "handout", "ebook"], out=tmp_path)
    page = (tmp_path / "pie" / "pie.html").read_text("utf-8")
    assert '<span class="label">Serves:</span>' in page
    with ZipFile(tmp_path / "pie" / "pie.epub") as book:
        (chapter,) = (name for name in book.namelist() if b"Bake it" in book.read(name))
        assert b"plums" in book.read(chapter)
    with pypdfium2.PdfDocument(tmp_path / "pie" / "pie.pdf") as pdf:
        text_page = pdf[0].get_textpage()
        text = text_page.get_text_range()
        assert not {"-", "\N{EN DASH}"} & {*text.split()}  # no mark of an item
        quantity, flour, ingredients, method, plums = (
            text_page.get_charbox(text.index(words))
            for words in ("200", "flour", "Ingredients", "Method", "plums")
        )
        assert ingredients[0] <= quantity[0] < flour[0] == pytest.approx(plums[0], abs=1)
        assert ingredients[1] == pytest.approx(method[1], abs=1)


def test_a_recipe_begins_below_the_ingredients_of_the_one_before(tmp_path: Path) -> None:
    needed = "\n".join(f"- {number} g spice" for number in range(1, 56))
    recipes = (
        f"## {name}\n\n### Ingredients\n\n{ingredients}\n\n### Method\n\n1. Stir.\n"
        for name, ingredients in (("Long", needed), ("Next", "- salt"))
    )
    source = tmp_path / "curry.md"
    source.write_text("---\ntitle: Curry\nkind: recipe\n---\n\n" + "\n".join(recipes), "utf-8")
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "curry" / "curry.pdf") as pdf:
        first, second = (page.get_textpage() for page in pdf)
        assert "1 g" in first.get_text_range()  # under the title, on its page
        text = second.get_text_range()
        last, following = (text.index(words) for words in ("55 g", "Next"))
        assert second.get_charbox(following)[1] < second.get_charbox(last)[1]


def test_what_is_in_italics_alone_is_a_stage_direction(tmp_path: Path) -> None:
    page = web_page("play", tmp_path)
    directions = re.findall(r'<p class="stage-direction"><em>(.*?)</em></p>', page)
    assert [text.partition(" ")[0] for text in directions] == ["A", "The", "Night."]
    assert '<p class="stage-direction exit"><em>Exit The Mayor.</em></p>' in page


def test_running_heads_of_a_play_say_act_and_scene(tmp_path: Path) -> None:
    scenes = (f"## Scene {number}\n\nAnna: Oh.\n\n\\newpage\n\nAnna: Ah.\n" for number in (1, 2))
    act = "\n".join(scenes)
    source = tmp_path / "play.md"
    book = "kind: play\nclass: book\nspeakers: [Anna]"
    source.write_text(f"---\ntitle: Oh\n{book}\n---\n\n# Act I\n\n{act}\n# Act II\n\n{act}")
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "play" / "play.pdf") as pdf:
        tops = [page.get_textpage().get_text_range().splitlines() for page in pdf]
    heads = [next((line for line in top if " · " in line), "") for top in tops]
    assert [head for head in heads if head] == ["Act I · Scene 2", "Act II · Scene 2"]


def test_an_abstract_faces_no_empty_page(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "thesis.md", ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "thesis" / "thesis.pdf") as pdf:
        pages = [page.get_textpage().get_text_range() for page in pdf]
    assert all(pages)
    assert pages[3].startswith("Abstract")
    assert "The question" in pages[4]  # on the right


@pytest.mark.parametrize("edition", ["tri-fold", "booklet"])
def test_a_folded_leaflet_has_a_front_and_a_back(edition: str, tmp_path: Path) -> None:
    pipeline.build(SOURCES / "leaflet.md", [edition], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "leaflet" / f"leaflet-{edition}.pdf") as pdf:
        outside, inside = (page.get_textpage().get_text_range() for page in pdf)
    assert "Water for" in outside
    assert "Published by" in outside
    assert "wells are low" not in outside
    assert "wells are low" in inside
    assert " of " not in outside.splitlines()[-1]  # no page numbers


def test_each_page_inside_a_folded_leaflet_begins_with_a_heading(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "leaflet.md", ["tri-fold"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "leaflet" / "leaflet-tri-fold.pdf") as pdf:
        inside = pdf[1].get_textpage()
        text = inside.get_text_range()
        tops = [inside.get_charbox(text.index(f"In the {word}"))[1] for word in ("house", "garden")]
        assert tops == [inside.get_charbox(text.index("The wells"))[1]] * 2
        assert inside.get_charbox(text.index("Ask us"))[1] < tops[0]


def test_a_heading_in_columns_does_not_touch_the_text_before_it(tmp_path: Path) -> None:
    (tmp_path / "bridge.svg").write_bytes((SOURCES / "bridge.svg").read_bytes())
    source = tmp_path / "water.md"
    source.write_text(
        "---\ntitle: Water\nkind: leaflet\n---\n\n![The bridge](bridge.svg)\n\nFew words.\n\n"
        "## Wells\n\nThey are low.\n\n## Houses\n\nSave.\n",
        "utf-8",
    )
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "water" / "water.pdf") as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        words, heading, below = (
            page.get_charbox(text.index(part), loose=True) for part in ("Few", "Wells", "They")
        )
    assert words[1] - heading[3] > heading[1] - below[3] + 5


@pytest.mark.parametrize(("kind", "files"), [("leaflet", 1), ("exam", 1), ("play", 3)])
def test_what_is_leafed_through_in_an_ebook(kind: str, files: int, tmp_path: Path) -> None:
    pipeline.build(SOURCES / f"{kind}.md", ["ebook"], out=tmp_path)
    with ZipFile(tmp_path / kind / f"{kind}.epub") as book:
        package = book.read("EPUB/content.opf").decode()
    spine = re.findall('<itemref idref="page-([^"]+)"( linear="no")?', package)
    front = {"cover", "title", "imprint", "nav"}
    assert len([name for name, _ in spine if name not in front]) == files
    assert dict(spine)["nav"] == (' linear="no"' if kind == "exam" else "")


def test_a_poem_goes_on_on_the_page_that_faces_it_and_begins_a_page_to_save_a_turn(
    tmp_path: Path,
) -> None:
    poems = {"Short": 2, "Long": 10, "Shorter": 1, "Whole": 5, "Last": 4, "Turned": 4}
    parts = [
        f"# {title}\n\n::: verse\n" + "\n\n".join(["A line\n" * 3 + "The end"] * stanzas) + "\n:::"
        for title, stanzas in poems.items()
    ]
    source = tmp_path / "poems.md"
    front = "---\ntitle: Poems\nkind: poetry\npage: A5\n---"
    source.write_text("\n\n".join((front, *parts)) + "\n")
    pipeline.build(source, ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "poems" / "poems.pdf") as pdf:
        texts = [page.get_textpage() for page in pdf]
        lowest = [text.get_charbox(at)[1] for text in texts for at in range(text.count_chars())]
        words = [text.get_text_range() for text in texts]
    assert min(lowest) > 0  # on the paper
    begin = {title: [f"{title}\r" in text for text in words].index(True) + 1 for title in poems}
    assert begin == {"Short": 3, "Long": 4, "Shorter": 6, "Whole": 6, "Last": 7, "Turned": 8}
    assert [text.count("The end") for text in words[2:]] == [2, 5, 5, 5, 5, 4]


def test_figures_in_japanese_are_of_the_face_around_them(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "japanese.md", ["handout"], out=tmp_path)
    with pikepdf.open(tmp_path / "japanese" / "japanese.pdf") as pdf:
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    assert {name.partition("+")[2].removesuffix("-Bold") for name in fonts} == {"Noto-Sans-CJK-JP"}


def test_lines_in_japanese_end_together(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "japanese.md", ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "japanese" / "japanese.pdf") as pdf:
        page = pdf[0].get_textpage()
        lines = page.get_text_range().splitlines(keepends=True)
        ends = accumulate(map(len, lines))
        full = [
            page.get_charbox(end - 3, loose=True)[2]
            for line, end in zip(lines, ends, strict=True)
            if len(line) > 30 and line[-3] not in "。」"
        ]
    assert len(full) == 8
    assert max(full) - min(full) < 1  # the lines are 32 characters long, of 11 points


def test_the_columns_of_a_newsletter_end_nearly_together(tmp_path: Path) -> None:
    pipeline.build(SOURCES / "newsletter.md", ["handout"], out=tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "newsletter" / "newsletter.pdf") as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        left, right = (page.get_charbox(text.index(w))[1] for w in ("Thursdays", "feed her"))
    assert abs(left - right) < 31  # a line has 15; without spaces between stories it is 46
    assert text.index("Lower Alm School") < text.index("The bridge")


def test_the_cover_of_a_newsletter_says_which_it_is() -> None:
    source = SOURCES / "newsletter.md"
    document = pipeline.parse(source.read_text("utf-8"), source.name, SOURCES)
    assert front_of(document, LINE).series == "№\N{NO-BREAK SPACE}14 · 1 April 2026"


def test_the_inner_margin_of_a_novel_has_room_for_glue() -> None:
    source = (SOURCES / "novel.md").read_text("utf-8")
    sheet = making.rendered(making.resolved(source, "handout", SOURCES)).sheet
    assert sheet is not None
    assert sheet.inner == 18


def test_editors_are_on_the_title_page_and_the_cover_of_poems(tmp_path: Path) -> None:
    source = SOURCES / "poems.md"
    pipeline.build(source, ["ebook"], out=tmp_path)
    with ZipFile(tmp_path / "poems" / "poems.epub") as book:
        title = book.read("EPUB/title.xhtml").decode()
        css = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".css"))
    assert "Edited by: Ida Loft" in title
    assert "<dd>Ida Loft</dd>" in web_page("poems", tmp_path)
    assert "Poems, alone or in a book" in css  # as those of a single poem
    document = pipeline.parse(source.read_text("utf-8"), source.name, SOURCES)
    assert front_of(document, LINE).editors == "Edited by: Ida Loft"


@pytest.mark.parametrize(
    ("title", "phrases"),
    [
        ("Four Seasons, One Kitchen", ["Four Seasons,", "One Kitchen"]),
        ("Moby-Dick; or, The Whale", ["Moby-Dick;", "or, The Whale"]),
        ("The Self-Made Man", ["Self-Made"]),
        ("Counting as a form of argument", []),
    ],
)
def test_titles_are_broken_by_sense(title: str, phrases: list[str]) -> None:
    markup = str(in_phrases(title))
    assert re.findall(r'<span class="phrase">(.*?)</span>', markup) == phrases
    assert re.sub("<[^>]*>", "", markup) == title


def test_no_line_of_a_printed_title_ends_in_a_short_word() -> None:
    assert str(in_phrases("Counting as a form of argument", short=3)) == (
        'Counting <span class="phrase">as a form</span> <span class="phrase">of argument</span>'
    )


@pytest.mark.parametrize(
    ("title", "last"),
    [
        ("Listening to Small Rivers", "to Small Rivers"),
        ("What We Ate on Thursdays", "on Thursdays"),
        ("Lamplighters of Constantinople", "of Constantinople"),
    ],
)
def test_no_line_of_a_printed_title_has_one_short_word_alone(title: str, last: str) -> None:
    assert str(in_phrases(title, short=3)).endswith(f'<span class="phrase">{last}</span>')


def test_a_cover_is_broken_by_sense_too() -> None:
    assert str(in_phrases("The Long Way Round the Island, Again", 16)).count("<span") == 1


@pytest.mark.checkers
@pytest.mark.slow
@pytest.mark.skipif(
    "CHAPBOOK_REQUIRE_CHECKERS" not in os.environ, reason="two minutes, only with all checkers"
)
def test_no_checker_finds_anything_in_any_kind(tmp_path: Path) -> None:
    for kind in ALL:
        pipeline.build(SOURCES / f"{kind}.md", ["web", "handout", "ebook"], out=tmp_path)
    stems = [tmp_path / kind / kind for kind in ALL]
    pdfs = [stem.with_suffix(".pdf") for stem in stems]
    assert checkers.verapdf(*pdfs) == checkers.page_validation(*pdfs) == []
    assert checkers.browser(*(stem.with_suffix(".html") for stem in stems)) == []
    for stem in stems:
        assert checkers.nu(stem.with_suffix(".html")) == []
        assert checkers.qpdf(stem.with_suffix(".pdf")) == []
        assert checkers.epubcheck(stem.with_suffix(".epub")) == []
        assert checkers.ace(stem.with_suffix(".epub")) == []


def test_a_cookbook_has_all_of_each_recipe_on_its_page(tmp_path: Path) -> None:
    needed = "\n".join(f"- {number} g spice" for number in range(1, 21))
    recipes = (
        f"## {name}\n\n![A bowl](soup.svg)\n\n- Serves: {count}\n- Work: 1 hour\n\n"
        f"### Ingredients\n\n{needed}\n\n### Method\n\n1. Stir {name}.\n"
        for count, name in enumerate(("Curry", "Stew"))
    )
    source = tmp_path / "meals.md"
    head = "---\ntitle: Meals\nkind: recipe\nclass: book\n---\n\n# All\n\n"
    source.write_text(head + "\n".join(recipes), "utf-8")
    (tmp_path / "soup.svg").write_bytes((SOURCES / "soup.svg").read_bytes())
    result = pipeline.build(source, ["handout"], out=tmp_path)
    assert not result.diagnostics
    with pypdfium2.PdfDocument(tmp_path / "meals" / "meals.pdf") as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    for name in ("Curry", "Stew"):
        (text,) = (text for text in texts if f"Stir {name}" in text)
        assert "20 g" in text
        assert "1 g spice" in text


def test_lines_of_verse_are_indented_as_they_are_written() -> None:
    line = ElementTree.fromstring('<p><span class="verse-line">\u00a0\u00a0and one</span></p>')
    ready(line)
    assert line[0].text == "\u2002\u2002and one"
