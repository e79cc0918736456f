"""A set for a class: the right sheet for each pupil, in order, and names nowhere else."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pipeline
from pipeline.commands import main
from pipeline.commands.class_set import making
from tests.helpers.finished import all_text
from tests.helpers.pdf_reading import page_texts

SOURCE = """---
title: Wells
lang: en
levels: {core: "", support: "+"}
versions: 2
class_list: pupils.csv
variables: {town: the town}
---

A well in {{ town }} is {{ a = 2..9 }} m deep.

::: level support
A hint of rosewater.
:::

::: exercise One
It has ____{zinnias}.
:::

::: exercise Two
::: lines 30
:::
:::
"""
LIST = """Name;Level;Version
Ann Zebra;core;
Bo "Bob" Yak;Support;B
Çağ Öz;;
李小龙;SUPPORT;b
"""


def written(folder: Path) -> Path:
    (folder / "w.md").write_text(SOURCE, "utf-8")
    (folder / "pupils.csv").write_text(LIST, "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the set of the list."""
    folder = written(tmp_path_factory.mktemp("class"))
    assert run(folder).exit_code == 0
    return folder


def run(folder: Path, *more: str) -> Result:
    arguments = ["class", str(folder / "w.md"), "--out", str(folder / "out"), *more]
    return CliRunner().invoke(main, arguments)


def pages_of(folder: Path) -> list[str]:
    return page_texts(folder / "out/w/w-class.pdf")


def rows_of(folder: Path) -> list[dict[str, str]]:
    text = (folder / "out/w/w-class.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_pupil_gets_the_right_sheet_in_the_order_of_the_list(built: Path) -> None:
    pages, rows = pages_of(built), rows_of(built)
    kinds = [(row["name"], row["level"], row["version"]) for row in rows]
    assert kinds == [
        ("Ann Zebra", "core", "A"),
        ('Bo "Bob" Yak', "support", "B"),
        ("Çağ Öz", "core", "A"),
        ("李小龙", "support", "B"),
    ]
    depths = set()
    for row in rows:
        first, count = int(row["from_page"]), int(row["pages"])
        assert first % 2 == 1, "on a right page"
        for number in range(count):
            page = pages[first - 1 + number]
            assert row["name"] in page
            assert f"{row['code']}-{number + 1}" in page
        text = "".join(pages[first - 1 : first - 1 + count])
        assert ("rosewater" in text) is (row["level"] == "support")
        depths |= {(row["version"], depth) for depth in re.findall(r"is (\d) m deep", text)}
        assert "zinnias" not in text
        after = pages[first - 1 + count : first + count]
        assert count % 2 == 0 or after == [""], "the back of the last sheet is blank"
    assert len(depths) == len({depth for _, depth in depths}) == 2, "one of each version"


def test_names_are_nowhere_else(built: Path) -> None:
    pipeline.build(built / "w.md", ("web", "handout", "answers"), out=built / "out")
    for path in (built / "out").rglob("*"):
        if path.is_file() and not path.name.startswith("w-class."):
            assert b"Zebra" not in path.read_bytes(), path
            assert "Zebra" not in all_text(path), path


def test_columns_replace_variables_and_are_not_kept(folder: Path) -> None:
    listed = folder / "towns.csv"
    listed.write_text("name,town\nAnn,Zebraville\nBo,Yakstead\n", "utf-8")
    assert run(folder, "--list", str(listed)).exit_code == 0
    text = "".join(pages_of(folder))
    assert text.count("A well in Zebraville is") == text.count("A well in Yakstead is") == 1
    kept = [path for path in (folder / "out/.cache").rglob("*") if path.is_file()]
    assert not any(b"Zebraville" in path.read_bytes() for path in kept)


def test_the_same_list_gives_the_same_bytes_of_sheets_that_are_set_once(
    built: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    handout = making._handout

    def noted(*arguments: Any) -> Any:
        made.append(arguments[2])
        return handout(*arguments)

    monkeypatch.setattr(making, "_handout", noted)
    run(folder)
    file = "out/w/w-class.pdf"
    assert (folder / file).read_bytes() == (built / file).read_bytes()
    kinds = {(row["level"], row["version"]) for row in rows_of(folder)}
    assert len(made) == len(kinds) < len(rows_of(folder))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "", "The list has no column `name`."),
        ("a,b\n1,2\n", ":1:1", "The list has no column `name`."),
        ("name\n", ":1:1", "There are no pupils on the list."),
        ("name,level\nAnn,hard\n", ":2:5", "The worksheet has no level `hard`."),
        ("name,version\nAnn,Z\n", ":2:5", "The worksheet has no version `Z`."),
        ("name,level\n,core\n", ":2:1", "A pupil has no name."),
    ],
)
def test_mistakes_are_told_with_their_place(
    folder: Path, text: str, place: str, message: str
) -> None:
    (folder / "pupils.csv").write_text(text, "utf-8")
    result = run(folder)
    assert result.exit_code == 1
    assert message in result.output
    assert f"pupils.csv{place}: error[bad-class-list]" in result.output
    assert not (folder / "out/w").exists()


def test_a_list_that_is_not_there_is_told(folder: Path) -> None:
    assert run(folder, "--list", str(folder / "none.csv")).exit_code == 1
    (folder / "w.md").write_text("# T\n\nText.\n", "utf-8")
    assert run(folder).exit_code == 2
