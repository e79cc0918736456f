"""The web page's script in a real browser: tests/conformance/reading.py operates it and reports its
observations."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from msgspec.structs import replace

import pipeline
from pipeline.model import Document, PageMark, Paragraph
from pipeline.model.tree import rewrite_document
from tests.helpers import checkers, making
from tests.helpers.pdf_reading import page_texts

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" width="400" height="200">'
    '<rect width="400" height="200" fill="#1f3a54"/></svg>'
)

FRONT = """\
---
title: The village well
lang: en-GB
---

"""

TABLE = """
| Year | Depth | Families | Shillings | Labourers | Neighbours | Grandchildren |
|---|---:|---:|---:|---:|---:|---:|
| 2019 | 12 | 104 | 900 | 32 | 411 | 1208 |

Table: The well
"""

EXERCISES = """
::: exercise The well
1. The bucket hangs on a ____{zinnia}.
2. Is it deep?

   - (x) Yes
   - ( ) No

3. Why?

   ::: lines 2
   :::

| How often?      | always | sometimes | never |
|-----------------|--------|-----------|-------|
| People fetch it | [ ]    | [x]       | [ ]   |
| They sing       | [ ]    | [ ]       | [x]   |
:::
"""

WORDS = "Nobody knew how deep the old well was, and nobody had asked for a long time. " * 6


def source() -> str:
    """Six sections of five paragraphs, with notes, a table and a figure."""
    names = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
    sections = {name: [WORDS] * 5 for name in names}
    sections["First"][0] += "[^a] It was old.[^b]"
    sections["Second"].append(TABLE)
    sections["Third"].append('![A dark square](square.svg "A square"){width=40%}')
    sections["Sixth"].append(EXERCISES)
    parts = ["\n\n".join((f"## {name}", *texts)) for name, texts in sections.items()]
    notes = ["[^a]: The *first* note.", "[^b]: The second note."]
    return FRONT + "\n\n".join((*parts, *notes)) + "\n"


def with_a_mark(document: Document) -> Document:
    """The document with the beginning of page 2 in its first paragraph."""
    done = False

    def mark(paragraph: Paragraph) -> Paragraph:
        nonlocal done
        if done:
            return paragraph
        done = True
        return replace(paragraph, children=(PageMark("2"), *paragraph.children))

    return rewrite_document(document, leave={Paragraph: mark})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    (folder / "square.svg").write_text(SVG, encoding="utf-8")
    document = making.without_findings(making.resolved(source(), "web", folder))
    file = folder / "well.html"
    file.write_bytes(making.packed(with_a_mark(document), folder, "well").data)
    return checkers.reading(file, folder)


def test_colours_can_be_chosen_are_remembered_and_are_not_printed(seen: dict[str, Any]) -> None:
    light, dark = "rgb(255, 255, 255)", "rgb(20, 23, 26)"
    assert seen["colours"] == {
        "light": light,
        "chosen": dark,
        "printed": light,
        "remembered": dark,
        "let go": light,
        "complaints": [],
    }


def test_a_browser_that_remembers_nothing_does_all_else(seen: dict[str, Any]) -> None:
    dark, light = "rgb(20, 23, 26)", "rgb(255, 255, 255)"
    assert seen["without_memory"] == {"chosen": dark, "after": light, "complaints": []}


def test_without_the_script_nothing_is_missed(seen: dict[str, Any]) -> None:
    without = seen["without_script"]
    assert not without["tools"]
    assert all(name in without["text"] for name in ("First", "Sixth", "The second note."))
    assert without["address"] == "fn-1"


def test_a_line_says_how_much_is_filled_in_and_it_can_be_printed(
    seen: dict[str, Any], folder: Path
) -> None:
    assert seen["filled_in"] == {
        "at first": "0 of 5 filled in",
        "visible": True,
        "two": "2 of 5 filled in",
        "all": "5 of 5 filled in",
        "printed": True,
        "one less": "4 of 5 filled in",
        "stored": "{},{}",
        "complaints": [],
    }
    printed = " ".join("\n".join(page_texts(folder / "filled-in.pdf")).split())
    assert "rope" in printed
    assert printed.count("A long answer about wells.") == 60
    assert "Its end." in printed
    assert "filled in" not in printed
    assert "zinnia" not in (folder / "well.html").read_text("utf-8")


def test_the_contents_say_where_one_is(seen: dict[str, Any]) -> None:
    """The last section is too near the end to come to the top, and is marked all the same."""
    assert seen["contents"] == {name: [name] for name in ("Third", "Second", "Sixth")}


def test_one_reads_on_where_one_stopped(seen: dict[str, Any]) -> None:
    place = seen["place"]
    assert 0 <= place["top"] < 100
    assert place["said"] == "You are back where you stopped reading."
    assert place["start"] == 0
    assert not place["note"]


def test_an_address_within_the_page_comes_before_the_place_that_was_kept(
    seen: dict[str, Any],
) -> None:
    assert seen["place"]["fragment"]
    assert not seen["place"]["noted"]


def test_the_address_of_a_section_is_copied(seen: dict[str, Any]) -> None:
    assert seen["section_links"] == {
        "headings": 1,
        "resting": "0",
        "hovered": "1",
        "copied": "well.html#second",
        "said": "The address has been copied.",
    }


def test_a_note_is_shown_where_it_is_referred_to(seen: dict[str, Any]) -> None:
    assert seen["notes"] == {
        "hovered": "The first note.",
        "repeated": [],
        "focused": "The second note.",
        "entered": "page--note",
        "name": "Note 2",
        "closed": True,
        "returned": "fnref-2",
        "next": "#second",
    }


def test_only_a_table_that_does_not_fit_stops_the_keyboard(seen: dict[str, Any]) -> None:
    assert seen["scrollers"] == {"wide": [], "narrow": ["Table 1"]}


def test_a_picture_fills_the_window(seen: dict[str, Any]) -> None:
    picture = seen["pictures"]
    assert picture["width"] > 1000
    assert picture["alt"] == "A dark square"
    assert picture["caption"] == "Figure 1. A square"
    assert not picture["open"]
    assert picture["returned"] == "enlarge"


def test_the_numbers_of_printed_pages_are_shown_to_who_wants_them(seen: dict[str, Any]) -> None:
    marks = seen["page_marks"]
    assert marks["at first"] == "none"
    assert marks["wanted"] == marks["remembered"] == '"| 2"'
    assert marks["pressed"] == "true"


def test_no_other_script_runs(seen: dict[str, Any]) -> None:
    assert not seen["injected"]


def test_the_page_prints_on_the_paper_of_the_handout_with_its_foot(
    seen: dict[str, Any], folder: Path
) -> None:
    assert seen
    with contextlib.closing(pypdfium2.PdfDocument(folder / "printed.pdf")) as file:
        millimetres = tuple(round(length / 72 * 25.4) for length in file[0].get_size())
        text = file[0].get_textpage().get_text_bounded()
        pages = len(file)
    assert millimetres == (210, 297)
    assert re.search(rf"The village well\s+1 of {pages}", text)
    assert "Automatic" not in text


def test_an_image_that_begins_a_paragraph_keeps_to_the_measure(tmp_path: Path) -> None:
    (tmp_path / "wide.svg").write_text(SVG.replace("400", "1600"), "utf-8")
    image = "![A wide square](wide.svg)"
    turns = f"Ann: First.\n\nBen: Next.\n\n{image} is here.\n\n- An item.\n\n  {image} in it."
    front = "---\ntitle: T\nlang: en\nspeakers: [Ann, Ben]\npage_list: false\n---\n\n"
    (tmp_path / "x.md").write_text(f"{front}{turns}\n", "utf-8")
    pipeline.build(tmp_path / "x.md", ["web"], out=tmp_path)
    assert checkers.browser(tmp_path / "x" / "x.html", windows=("320", "360", "768")) == []
