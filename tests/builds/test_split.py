"""Handouts of single sections: their contents, their references to others, their files."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

import pipeline
from pipeline.commands import main
from tests.helpers.finished import checked
from tests.helpers.pdf_reading import open_pdf, outline, read

FRONT = """\
---
title: Wells
subtitle: A book
lang: en
date: 2026-11-24
authors: Ann Author
licence: CC BY-SA 4.0
contents: {show: always, depth: 3}
bibliography: refs.bib
citation_style: chicago-fullnote-bibliography
---
"""

BODY = """\
Before all, *mind the edge*.

# The well {#sec-well}

A [borehole]{.term} is deep.[^deep] It is cited [@kara]. See @tbl-rain, [what it costs](#sec-price),
@sec-price and @sec-well.

| Year | Litres |
|---|---:|
| 2020 | 4 |

Table: What it gives {#tbl-gives}

## Who dug it

Nobody asked. [A page](https://example.org/one) and [a second](https://example.org/two).

::: exercise
Why not?

::: answer
They were in a hurry.
:::
:::

# The rain

As @tbl-gives says, a [borehole]{.term} needs rain.[^rain] It is cited again [@kara].

| Year | Rain |
|---|---:|
| 2020 | 9 |

Table: How it rained {#tbl-rain}

## What it costs {#sec-price}

Nothing.[^two] See [a second](https://example.org/two).

::: exercise
How much?
:::

# Words to know {.glossary}

Borehole
: A hole, see [cistern]{.term}.

Cistern
: A tank.[^deep]

# Sources {.bibliography}

::: bibliography
:::

[^deep]: As deep as a tree.
[^rain]: In autumn.
[^two]: Ask the neighbours.
"""

WORKS = """\
@book{kara, author = {Siddharth Kara}, title = {Bonded Labor}, publisher = {CUP}, year = {2012}}
@book{bales, author = {Kevin Bales}, title = {Disposable People}, publisher = {UCP}, year = {1999}}
"""


def write(folder: Path, body: str = BODY, name: str = "wells.md") -> Path:
    (folder / "refs.bib").write_text(WORKS, "utf-8")
    (folder / name).write_text(FRONT + body, "utf-8")
    return folder / name


@pytest.fixture(scope="module")
def wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wells")
    editions = ["handout", "answers", "large-print"]
    result = pipeline.build(
        write(folder), editions, out=folder / "build", options=pipeline.Options(split=1)
    )
    assert not result.diagnostics
    return folder / "build" / "wells"


def text_of(path: Path) -> str:
    """The text in the order of reading, with a space after each piece."""
    pieces = read(open_pdf(path.read_bytes())).pieces()
    return " ".join(" ".join(pieces).split())


def part(folder: Path, number: int, edition: str = "handout") -> Path:
    (found,) = (folder / f"wells-{edition}").glob(f"wells-{edition}-{number:02}-*.pdf")
    return found


NAMES = [
    "wells-handout-01-wells.pdf",
    "wells-handout-02-the-well.pdf",
    "wells-handout-03-the-rain.pdf",
    "wells-handout-04-words-to-know.pdf",
]


def test_every_section_is_a_file_of_its_own(wells: Path) -> None:
    assert sorted(path.name for path in (wells / "wells-handout").iterdir()) == NAMES
    assert not (wells / "wells.pdf").exists()


def test_a_handout_has_its_own_title_below_that_of_the_whole(wells: Path) -> None:
    text = text_of(part(wells, 2))
    assert text.startswith("Wells The well Ann Author · 24 November 2026")
    assert "A book" not in text
    assert "Creative Commons" in text
    with pikepdf.open(part(wells, 2)) as pdf:
        assert str(pdf.docinfo.Title) == "The well"
        assert outline(pdf)[0] == (0, "Who dug it")  # what was a level below is the first


def test_what_stands_before_the_first_section_is_a_handout_too(wells: Path) -> None:
    text = text_of(part(wells, 1))
    assert text.startswith("Wells Ann Author")
    assert "Before all, mind the edge ." in text
    assert "Contents" not in text


def test_numbers_are_those_of_the_whole(wells: Path) -> None:
    rain = text_of(part(wells, 3))
    assert "Table 2. How it rained" in rain
    assert "Exercise 2. How much?" in rain


def test_notes_and_addresses_are_counted_from_one(wells: Path) -> None:
    rain = text_of(part(wells, 3))
    assert "rain. 1 It is cited again. 2 1 In autumn. 2 Siddharth Kara" in rain
    assert "3 Ask the neighbours." in rain
    assert "As deep as a tree." not in rain
    assert "a second [1] ." in rain
    assert "Links 1. https://example.org/two" in rain
    assert "example.org/one" not in rain


def test_what_is_elsewhere_is_described_in_words(wells: Path) -> None:
    assert "As Table 1 in “The well” says" in text_of(part(wells, 3))
    well = text_of(part(wells, 2))
    assert "See Table 2 in “The rain”, what it costs (“The rain”)" in well
    assert "“What it costs” in “The rain” and “The well”." in well
    with pikepdf.open(part(wells, 2)) as pdf:
        names = [str(name) for name in pdf.Root.Names.Dests.Names[::2]]
    assert not {"sec-price", "tbl-rain"} & set(names)


def test_a_part_has_the_terms_and_works_that_it_speaks_of(wells: Path) -> None:
    for number in (2, 3):  # in each, though it is the second use and the second citation
        text = text_of(part(wells, number))
        assert "Words to know Borehole A hole, see cistern." in text
        assert "A tank." not in text
        assert "Sources Kara, Siddharth. Bonded Labor . CUP, 2012." in text
        assert "Siddharth Kara , Bonded Labor (CUP, 2012)." in text  # in full, and not “ibid.”
        assert "Bales" not in text
    assert "Sources" not in text_of(part(wells, 1))


def test_answers_are_handouts_where_there_are_any_and_students_have_none(wells: Path) -> None:
    (file,) = (wells / "wells-answers").iterdir()
    assert file.name == "wells-answers-02-the-well.pdf"
    assert "They were in a hurry." in text_of(file)
    assert "They were in a hurry." not in text_of(part(wells, 2))
    archive = zipfile.ZipFile(wells / "wells-handout.zip")
    assert not any(b"hurry" in archive.read(name) for name in archive.namelist())


def test_large_print_shows_the_pages_of_the_same_handout(wells: Path) -> None:
    text = text_of(part(wells, 3, "large-print"))
    assert "1 As Table 1 in “The well” says" in text


@pytest.mark.parametrize("edition", ["handout", "large-print"])
def test_parts_are_accessible(wells: Path, edition: str) -> None:
    for path in (wells / f"wells-{edition}").iterdir():
        assert not [finding for finding in checked(path).diagnostics if finding.is_error]


def test_the_archive_has_all_parts_sorted_and_without_a_time(wells: Path) -> None:
    with zipfile.ZipFile(wells / "wells-handout.zip") as archive:
        assert archive.namelist() == [f"wells-handout/{name}" for name in NAMES]
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert archive.read(info) == (wells / info.filename).read_bytes()


def test_the_manifest_knows_the_sections(wells: Path) -> None:
    outputs = json.loads((wells / "manifest.json").read_bytes())["outputs"]
    known = {output["file"]: output for output in outputs}
    entry = known["wells-handout/wells-handout-03-the-rain.pdf"]
    assert entry["section"] == "The rain"
    assert entry["facts"]["pages"] >= 1
    assert known["wells-handout.zip"]["facts"] == {"files": 4}
    for name, output in known.items():
        assert output["sha256"] == hashlib.sha256((wells / name).read_bytes()).hexdigest()


SMALL = "# One\n\nText.\n\n## Inner\n\nMore.\n\n## Other\n\nLess.\n\n# Two\n\nLast.\n"


def small(folder: Path, body: str, split: int, *editions: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "x.md").write_text(f"---\ntitle: Small\n---\n\n{body}", "utf-8")
    result = pipeline.build(
        folder / "x.md", editions, out=folder, options=pipeline.Options(split=split)
    )
    assert not result.failed, result.diagnostics
    return sorted(path.name for path in (folder / "x" / "x-handout").glob("*"))


@pytest.fixture(scope="module")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a source that is split at its second level."""
    folder = tmp_path_factory.mktemp("inner")
    small(folder, SMALL, 2)
    return folder / "x"


def test_sections_of_the_second_level_know_what_they_are_in(inner: Path) -> None:
    folder = inner / "x-handout"
    assert sorted(path.name for path in folder.iterdir()) == [
        "x-handout-01-one.pdf",
        "x-handout-02-inner.pdf",
        "x-handout-03-other.pdf",
        "x-handout-04-two.pdf",
    ]
    assert text_of(folder / "x-handout-02-inner.pdf").startswith("Small · One Inner More.")
    assert "More" not in text_of(folder / "x-handout-01-one.pdf")


def test_the_same_source_gives_the_same_archive(inner: Path, tmp_path: Path) -> None:
    small(tmp_path, SMALL, 2)
    archive = (tmp_path / "x" / "x-handout.zip").read_bytes()
    assert archive == (inner / "x-handout.zip").read_bytes()


def test_nothing_is_left_of_an_older_split_but_what_is_not_ours(
    inner: Path, tmp_path: Path
) -> None:
    shutil.copytree(inner, tmp_path / "x")
    mine = tmp_path / "x" / "x-handout" / "x-handout-09-mine.pdf"
    mine.write_bytes(b"mine")
    changed = tmp_path / "x" / "x-handout" / "x-handout-03-other.pdf"
    changed.write_bytes(b"changed by somebody")
    assert small(tmp_path, SMALL.replace("Two", "Second"), 1) == [
        "x-handout-01-one.pdf",
        "x-handout-02-second.pdf",
        "x-handout-03-other.pdf",
        "x-handout-09-mine.pdf",
    ]


def test_a_booklet_of_each_section_has_its_pages_beside_it(tmp_path: Path) -> None:
    small(tmp_path, "# One\n\nText.\n\n# Two\n\nText.\n", 1, "booklet")
    with zipfile.ZipFile(tmp_path / "x" / "x-booklet.zip") as archive:
        assert archive.namelist() == [
            "x-booklet/x-booklet-01-one-pages.pdf",
            "x-booklet/x-booklet-01-one.pdf",
            "x-booklet/x-booklet-02-two-pages.pdf",
            "x-booklet/x-booklet-02-two.pdf",
        ]


def test_names_are_safe_whatever_the_titles_are(tmp_path: Path) -> None:
    long = "word " * 40
    body = f"# ../../up\n\nA.\n\n# ???\n\nB.\n\n# {long}\n\nC.\n\n# Was ist größer?\n\nD.\n"
    assert small(tmp_path, body, 1) == [
        "x-handout-01-up.pdf",
        "x-handout-02.pdf",
        "x-handout-03-word-word-word-word-word-word-word-word-word.pdf",
        "x-handout-04-was-ist-größer.pdf",
    ]


# --- the command -------------------------------------------------------------------------


TITLE = "---\ntitle: T\n---\n\n"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["build", *map(str, arguments)])
    return result.exit_code, result.output


def test_what_is_not_printed_cannot_be_split(tmp_path: Path) -> None:
    source = write(tmp_path)
    code, said = run(source, "--split", 1, "--edition", "web", "--out", tmp_path)
    assert code == 2
    assert "the edition web is not printed" in said
    with pytest.raises(ValueError, match="web is not printed"):
        pipeline.build(source, ["web"], out=tmp_path, options=pipeline.Options(split=1))
    with pytest.raises(ValueError, match="from 1 to 6"):
        pipeline.build(source, ["handout"], out=tmp_path, options=pipeline.Options(split=7))


def test_without_an_edition_it_is_the_printed_ones(tmp_path: Path) -> None:
    """And a character that no font has is reported once."""
    text = f"{TITLE}# One\n\n\U00013080.\n\n# Two\n\n\U00013080.\n"
    (tmp_path / "x.md").write_text(text, "utf-8")
    code, said = run(tmp_path / "x.md", "--split", 1, "--out", tmp_path)
    assert code == 0, said
    assert said.count("warning[") <= 2
    assert {path.name for path in (tmp_path / "x").iterdir()} == {
        "x-handout",
        "x-handout.zip",
        "manifest.json",
    }


def test_what_is_wrong_is_reported_once_and_nothing_is_written(tmp_path: Path) -> None:
    body = f"{TITLE}# One\n\n____{{open\n\n# Two\n\nSee [it](#one).\n"
    (tmp_path / "x.md").write_text(body, "utf-8")
    code, said = run(tmp_path / "x.md", "--split", 1, "--out", tmp_path / "out")
    assert code == 1
    assert said.count("error[unclosed-answer]") == 1
    assert not list((tmp_path / "out").glob("[!.]*"))


def test_a_text_without_such_sections_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\ntitle: T\n---\n\nText.\n", "utf-8")
    code, said = run(tmp_path / "x.md", "--split", 2, "--out", tmp_path / "out")
    assert code == 0
    assert "There are fewer than two sections of level 2 to split into handouts" in said


def test_a_text_without_answers_has_no_key_and_that_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"{TITLE}# One\n\nText.\n\n# Two\n\nText.\n", "utf-8")
    code, said = run(tmp_path / "x.md", "--split", 1, "--edition", "answers", "--out", tmp_path)
    assert code == 1 or not list((tmp_path / "x").glob("x-answers/*"))
    assert said.count("[no-answers]") == 1


def test_an_archive_that_is_none_of_ours_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    outside = tmp_path / "precious.pdf"
    outside.write_bytes(b"precious")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../precious.pdf", b"precious")
        archive.writestr("x-handout/../../precious.pdf", b"precious")
    (tmp_path / "x" / "x-handout.zip").write_bytes(data.getvalue())
    small(tmp_path, SMALL, 1)
    assert outside.exists()
