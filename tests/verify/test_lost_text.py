"""Finished files are compared with their source: nothing of it is lost, moved or doubled."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import pipeline
from pipeline import Diagnostic, parse
from pipeline.commands import main
from pipeline.commands.check.comparison import compare_file
from pipeline.commands.pdf_reading import read_pages, text_of_pdf
from pipeline.model.faces import font_file
from pipeline.model.rendered import Face
from tests.helpers import making
from tests.helpers.counting import Steps
from tests.helpers.finished import compared
from tests.helpers.paths import CASES
from tests.parser.test_parse_properties import FRONT, text

INVISIBLE = (
    "\ufeff \u202a \u202b \u202c \u202d \u202e \u2066 \u2067 \u2068 \u2069 \u034f \u2061 \u2028"
).split(" ")
"""Signs that cannot be seen, and are not lost where a file has none of them."""

SOURCE = """---
title: The well
---

# How it began

The well was dug in 1962, after the drought had lasted for the third year.[^one]

It is twelve metres deep, and it has never been without water in all these years.

- rope
- bucket

# Who came

Everybody came who had two hands, and some who had but one and used it well.[^two]

| Who  | Hands |
|------|------:|
| Ada  |     2 |
| Ben  |     1 |

Short.

[^one]: The keeper counts otherwise.
[^two]: There were thirty of them.

"""
SOURCE += "\n\n".join(f"The wa{sign}ter of well {n}." for n, sign in enumerate(INVISIBLE))
FIRST = "<p>The well was dug in 1962, after"
DEPTH = "<p>It is twelve metres deep, and it has never been without water in all these years.</p>\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("well")
    source = folder / "well.md"
    source.write_text(SOURCE, "utf-8")
    assert not pipeline.build(source, out=folder / "build").diagnostics
    return folder


def changed_page(folder: Path, out: Path, *changes: tuple[str, str]) -> tuple[Diagnostic, ...]:
    """The findings after parts of the web page have been replaced."""
    page = (folder / "build/well/well.html").read_text("utf-8")
    for old, new in changes:
        assert page.count(old) == 1, old
        page = page.replace(old, new)
    path = out / "well.html"
    path.write_text(page, "utf-8")
    return compared(path, folder / "well.md").diagnostics


@pytest.mark.parametrize("format", ["html", "pdf", "epub"])
def test_a_file_that_has_all(format: str, built: Path) -> None:
    found = compared(built / f"build/well/well.{format}", built / "well.md")
    assert found.diagnostics == ()
    assert found.notes[0].startswith("compared with ")


# the change in the page; the findings: code, line and column in the source, text
FAULTS: dict[str, tuple[list[tuple[str, str]], list[tuple[str, int, int, str]]]] = {
    "a paragraph": ([(DEPTH, "")], [("lost-text", 9, 1, "It is twelve metres")]),
    "a short one": ([("<p>Short.</p>", "")], [("lost-text", 23, 1, "Short.")]),
    "an item": ([("<li>bucket</li>", "")], [("lost-text", 12, 3, "bucket")]),
    "a cell": ([(">Ben</", "></")], [("lost-text", 21, 3, "Ben")]),
    "a heading": ([("Who came</h2>", "</h2>")], [("lost-text", 14, 1, "Who came")]),
    "a note": ([("The keeper counts otherwise.", "")], [("lost-text", 25, 9, "The keeper counts")]),
    "a word": ([("after the drought", "after drought")], [("lost-text", 7, 1, "The well was dug")]),
    "the order": ([(DEPTH, ""), (FIRST, DEPTH + FIRST)], [("moved-text", 7, 1, "The well was")]),
    "once": ([("<p>Short.</p>", "<p>Short.</p>" + DEPTH)], [("doubled-text", 9, 1, "It is")]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place(name: str, built: Path, tmp_path: Path) -> None:
    changes, expected = FAULTS[name]
    found = changed_page(built, tmp_path, *changes)
    assert [(d.code, d.line, d.column) for d in found] == [one[:3] for one in expected]
    assert all(f"“{one[3]}" in d.message for d, one in zip(found, expected, strict=True))


def test_one_that_is_lost_does_not_lead_astray(built: Path, tmp_path: Path) -> None:
    """Lost text may resemble later text: the finding still names the lost one."""
    source = tmp_path / "yes.md"
    answers = "\n\n".join(f"Question {n} is a long one, as questions go.\n\nYes." for n in range(9))
    source.write_text(f"---\ntitle: Yes\npage_list: false\n---\n\n{answers}\n", "utf-8")
    pipeline.build(source, ["web"], out=tmp_path)
    path = tmp_path / "yes/yes.html"
    page = path.read_text("utf-8")
    path.write_text(page.replace("<p>Yes.</p>", "", 1), "utf-8")
    found = compared(path, source).diagnostics
    assert [(d.code, d.line) for d in found] == [("lost-text", 8)]


def test_the_order_of_an_e_book_is_that_of_its_spine(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "well.epub"
    with (
        zipfile.ZipFile(built / "build/well/well.epub") as book,
        zipfile.ZipFile(path, "w") as other,
    ):
        chapters = [name for name in book.namelist() if b'epub:type="chapter"' in book.read(name)]
        swapped = {chapters[0]: chapters[1], chapters[1]: chapters[0]}
        for name in book.namelist():
            other.writestr(name, book.read(swapped.get(name, name)))
    found = compared(path, built / "well.md").diagnostics
    assert "moved-text" in {d.code for d in found}


def test_other_files_are_not_compared(built: Path, tmp_path: Path) -> None:
    booklet, other = tmp_path / "well-booklet.pdf", tmp_path / "report.html"
    assert "not in reading order" in compared(booklet, built / "well.md").notes[0]
    assert "has a file of this name" in compared(other, built / "well.md").notes[0]
    renamed = built / "build/well/well.html"
    (tmp_path / "page.html").write_bytes(renamed.read_bytes())
    again = compared(tmp_path / "page.html", built / "well.md", renamed=True)
    assert again.diagnostics == ()
    assert "as edition web" in again.notes[0]


def test_the_command_compares_with_the_model_beside_or_the_source(
    built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(built)
    said = CliRunner().invoke(main, ["check", "build/well/well.html"])
    assert (said.exit_code, "compared with" in said.output) == (0, True)
    page = (built / "build/well/well.html").read_text("utf-8").replace("<p>Short.</p>", "")
    (tmp_path / "page.html").write_text(page, "utf-8")
    said = CliRunner().invoke(main, ["check", str(tmp_path / "page.html")])
    assert "compared" not in said.output
    said = CliRunner().invoke(main, ["check", str(tmp_path / "page.html"), "--source", "well.md"])
    assert said.exit_code == 1
    assert "well.md:23:1: error[lost-text]: “Short.” is not in page.html." in said.output


def test_a_build_warns_of_what_is_left_out(tmp_path: Path) -> None:
    """By templates that leave it out, or by styles that hide it in print."""
    source, mine = tmp_path / "well.md", tmp_path / "mine"
    source.write_text(SOURCE, "utf-8")
    hidden = '<ul style="display: none"><li>rope</li><li>bucket</li></ul>'
    for folder, template in (("shared", ""), ("pdf", hidden)):
        (mine / folder / "nodes").mkdir(parents=True)
        (mine / folder / "nodes" / "list.html.j2").write_text(template, "utf-8")
    made = pipeline.build(source, out=tmp_path, options=pipeline.Options(templates=mine))
    assert made.files
    assert sorted((d.line, d.code, d.severity, d.message) for d in made.diagnostics) == sorted(
        (line, "lost-text", "warning", f"“{text}” is not in well.{format}.")
        for line, text in ((11, "rope"), (12, "bucket"))
        for format in ("html", "pdf", "epub")
    )


@given(name=st.sampled_from(["web", "ebook"]), body=text)
def test_no_text_loses_anything(name: str, body: str) -> None:
    front = FRONT.replace("title", "page_list: false\ntitle")  # no handout is laid out for marks
    flow = making.Flow(CASES / "x.md", parse(front + body, "x.md"))
    with making.without_fonts():
        made = flow.built(name)
    assert not {found.code for found in made.findings} & {"lost-text", "moved-text"}


ANSWERS = """---
title: Answers
---

Before them.[^before]

::: exercise How deep?^[Of the well, not of the bucket.]
As it was in 1962.

::: answer
Twelve metres.[^deep]
:::
:::

[^before]: That only the handout has.
[^deep]: It has not changed.
"""


def test_answers_alone_have_the_notes_that_they_refer_to(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(ANSWERS, "utf-8")
    pipeline.build(source, ["answers"], out=tmp_path)
    path = tmp_path / "a/a-answers.pdf"
    assert compared(path, source).diagnostics == ()
    assert text_of_pdf(path).notes == "ofthewell,notofthebucket.ithasnotchanged."


def test_a_row_that_goes_on_over_the_page_is_whole(tmp_path: Path) -> None:
    words = [" ".join(f"{letter}{n}" for n in range(120)) for letter in "abc"]
    source = tmp_path / "rows.md"
    table = f"| A | B | C |\n|---|---|---|\n| {' | '.join(words)} |\n| x | y | z |\n"
    source.write_text(f"---\ntitle: Rows\npage: A5\n---\n\n{table}", "utf-8")
    assert not pipeline.build(source, ["handout"], out=tmp_path).failed
    assert compared(tmp_path / "rows" / "rows.pdf", source).diagnostics == ()


def test_the_options_of_a_menu_are_not_text_said_again(tmp_path: Path) -> None:
    meaning = "a hole in the ground that was dug to get at the water that is in the rocks below"
    source = tmp_path / "a.md"
    source.write_text(
        "---\ntitle: T\npage_list: false\n---\n\n"
        f"::: matching\n| Word | Meaning |\n|---|---|\n| well | {meaning} |\n| rope | cord |\n:::",
        "utf-8",
    )
    built = pipeline.build(source, ["web"], out=tmp_path).diagnostics
    assert not [found for found in built if found.code == "doubled-text"]


SAID_TWICE = "The people of the village come to the well every single morning and take water home."


def test_words_beside_a_script_that_is_not_compared_are_not_said_again(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(
        f"---\ntitle: T\nlang: ta\n---\n\n{SAID_TWICE}\n\nகிணறு: {SAID_TWICE}\n", "utf-8"
    )
    assert pipeline.build(source, ["handout"], out=tmp_path).diagnostics == ()
    assert compared(tmp_path / "a/a.pdf", source).diagnostics == ()


SCORED = """---
title: The well
score: foot
page_list: false
---

# One

::: exercise
1. Who dug the well? {marks=2}
:::

# Two

The end of the text.
"""


def test_the_score_at_the_foot_is_after_the_last_chapter(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(SCORED, "utf-8")
    assert not pipeline.build(source, ["ebook", "site"], out=tmp_path).diagnostics


LOSING = """---
title: What was lost once
lang: en
---

It is <q>deep, <q>very</q> deep</q>, she said.

The word \u0628\u0626\u0631 (1962; [page 3](https://example.org/3), twice) means well.

And \u061b] is one of their signs.

| Village | Depth |
|---------|-------|
| Aba     | 12 m  |

\\newpage

|        |       |
|--------|-------|
| Ada    | two   |
| Bo     | one   |

A note[^a] and another[^b] in the text.

[^a]: Before it.

    \\newpage

    Between them.

    ::: landscape
    On its side.
    :::

    After it.

[^b]: ::: columns 2
    Words in it.

    And more of them.
    :::

::: columns 2
Above it.

\\newpage

Below it.

::: landscape
On one side.
:::

At last.

![A rope](rope.png "Its caption"){.wrap}

Beside it.
:::
"""
"""Quotations in others, signs beside words from right to left (which PDFium gives in another
order), tables on both sides of a page break, breaks and columns in notes, which WeasyPrint fails
with, and a figure in columns with little text beside it, whose caption it loses."""


def test_nothing_is_lost_that_was_once(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(LOSING, "utf-8")
    Image.new("RGB", (300, 200)).save(tmp_path / "rope.png")
    pipeline.build(source, ["handout", "large-print"], out=tmp_path)
    for name in ("a.pdf", "a-large-print.pdf"):
        assert compared(tmp_path / "a" / name, source).diagnostics == ()


ROOM = """# The well

::: lines 2
:::

::: space 20mm {.squared}
:::

::: exercise {marks=2}
Why?
:::
"""


def test_a_block_of_an_authors_class_has_room_for_its_lines(tmp_path: Path) -> None:
    """These are classes of lines to write on, and of other things that have no text in them."""
    names = ("line", "logo", "marks", "row")
    block, words = "In the block. " * 35, "Words of the well. " * 20
    text = "".join(f"\n\\newpage\n\n::: {name}\n{block}\n:::\n\n{words}\n" for name in names)
    source = tmp_path / "a.md"
    source.write_text(f"{ROOM}{text}", "utf-8")
    pipeline.build(source, ["handout"], out=tmp_path)
    _, *pages = read_pages(tmp_path / "a/a.pdf", coloured=False)
    for name, page in zip(names, pages, strict=True):
        lines = sorted({round(run.baseline) for run in page.body})
        assert all(second - first > 10 for first, second in itertools.pairwise(lines)), name
        own = [run for run in page.body if "block" in run.text]
        assert len({round(run.baseline) for run in own}) > 5, name
        assert all(run.box.left < 0.4 * page.width for run in own), name


def test_cells_that_look_alike_are_all_found_in_little_time(tmp_path: Path) -> None:
    """Numbers in numbers, and many that are the same."""
    numbers = "".join(f"p{number}, {number}\n" for number in range(40))
    same = f"{','.join(['x'] * 300)}\n{','.join(['1'] * 300)}\n"
    source = tmp_path / "a.md"
    text = f"```chart line\n{numbers}```\n\n```chart bar\n{same}```\n"
    source.write_text(f"---\ntitle: T\npage_list: false\n---\n\n{text}", "utf-8")
    result = pipeline.build(source, ["web"], out=tmp_path)
    assert [found.code for found in result.diagnostics] == ["bad-chart"]
    made, document = tmp_path / "a/a.html", parse(source.read_text("utf-8"), "a.md")
    assert compare_file(made, document, source).diagnostics == ()
    with Steps(most=200_000):  # now that all is loaded
        compare_file(made, document, source)


@pytest.fixture
def without_cjk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the fonts for Chinese, Japanese and Korean."""

    def installed(face: Face) -> Path | None:
        return None if face.package.startswith("noto_cjk") else font_file(face)

    for module in ("pipeline.package.result", "pipeline.package.pdf.log"):
        monkeypatch.setattr(f"{module}.font_file", installed)


@pytest.mark.usefixtures("without_cjk")
def test_characters_without_a_font_are_told_once(tmp_path: Path) -> None:
    source = tmp_path / "well.md"
    words = "The 井戸、 or 우물, is deep.\n\n- 日本語。\n- 한국어 책\n\n"
    source.write_text(f"---\ntitle: The well\n---\n\n{words * 6}", "utf-8")
    result = pipeline.build(source, ["handout"], out=tmp_path)
    assert {finding.code for finding in result.diagnostics} == {"missing-glyph"}
    assert len(result.diagnostics) == 3, "for each script, and for signs"


@pytest.mark.usefixtures("without_cjk")
def test_text_is_lost_beside_characters_without_a_font(tmp_path: Path) -> None:
    (tmp_path / "templates" / "pdf").mkdir(parents=True)
    (tmp_path / "templates" / "pdf" / "style.css").write_text("ul { display: none }")
    source = tmp_path / "well.md"
    source.write_text(
        "---\ntitle: The well\n---\n\nThe 井戸 is deep.\n\n- A 井戸 of stone\n", "utf-8"
    )
    options = pipeline.Options(templates=tmp_path / "templates")
    result = pipeline.build(source, ["handout"], out=tmp_path, options=options)
    (lost,) = (finding for finding in result.diagnostics if finding.code == "lost-text")
    assert "“A 井戸 of stone”" in lost.message
