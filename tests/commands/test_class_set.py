"""A set for a class: the right sheet for each pupil, in order, and names nowhere else."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner, Result

import pipeline
from pipeline.commands import main
from pipeline.commands.class_set import handouts
from pipeline.commands.class_set.handouts import read_file, read_list
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
    handout = handouts.build_handout

    def noted(*arguments: Any) -> Any:
        made.append(arguments[2])
        return handout(*arguments)

    monkeypatch.setattr(handouts, "build_handout", noted)
    run(folder)
    file = "out/w/w-class.pdf"
    assert (folder / file).read_bytes() == (built / file).read_bytes()
    kinds = {(row["level"], row["version"]) for row in rows_of(folder)}
    assert len(made) == len(kinds) < len(rows_of(folder))


def box_of(text: Any, words: str) -> Any:
    """The place of the first letter, and of the last on the right."""
    start, count = text.search(words, match_case=True).get_next()
    left, bottom, _, _ = text.get_charbox(start)
    _, _, right, top = text.get_charbox(start + count - 1)
    return left, bottom, right, top


def test_names_stand_in_the_name_line_whole_and_on_all_sheets(folder: Path) -> None:
    source = SOURCE.replace("versions: 2", "name_line: true")
    (folder / "w.md").write_text(source, "utf-8")
    long = "Maximiliane-Alexandra Gräfin von und zu Hohenlohe-Waldenburg-Schillingsfürst"
    (folder / "pupils.csv").write_text(f"姓;名;Niveau\n李;小龙;support\n;{long};\n;;\n", "utf-8")
    result = run(folder, "--edition", "handout,greyscale,booklet,2-up,keys")
    assert result.exit_code == 0, result.output
    rows = rows_of(folder)
    assert [(row["name"], row["level"]) for row in rows] == [("李小龙", "support"), (long, "core")]
    for end in ("", "-greyscale", "-booklet", "-2-up"):
        pages = page_texts(folder / f"out/w/w-class{end}.pdf")
        for row in rows:
            first = int(row[f"from_page_{end[1:] or 'handout'}"])
            sheets = "".join(
                pages[first - 1 : first - 1 + int(row[f"pages_{end[1:] or 'handout'}"])]
            )
            assert row["name"].replace(" ", "") in "".join(sheets.split())
            assert f"{row['code']}-1" in sheets
            assert ("rosewater" in sheets) is (row["level"] == "support")
            assert "zinnias" not in sheets
    text = pypdfium2.PdfDocument(folder / "out/w/w-class.pdf")[0].get_textpage()
    label, name = box_of(text, "Name"), box_of(text, "李小龙")
    assert label[2] < name[0] < label[2] + 15
    assert abs(label[1] - name[1]) < 5
    assert text.get_text_range().count("李小龙") == 1
    assert "zinnias" in "".join(page_texts(folder / "out/w/w-class-keys.pdf"))
    assert b"\xe6\x9d\x8e" not in (folder / "out/w/w-class-keys.pdf").read_bytes()


def test_other_editions_are_refused(folder: Path) -> None:
    result = run(folder, "--edition", "web")
    assert result.exit_code == 2
    assert "web is not made for a class" in result.output


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ("Nachname;Vorname\nMüller;Jürgen\n;;\n".encode("cp1252"), ["Jürgen Müller"]),
        ("Name;Vorname;Klasse\nNoël;Zoë;7b\n".encode("utf-16"), ["Zoë Noël"]),
        (b"Klasse 7b;;\n;;\nVorname;Nachname;\nAnn;Day;\n", ["Ann Day"]),
        (b"sep=;\r\nCognome;Nome\r\nRossi;Ada\r\n", ["Ada Rossi"]),
        (b"Nom,Pr\xc3\xa9nom\nDupont,L\xc3\xa9a\n", ["Léa Dupont"]),
        (b"Naam\nJansen, Piet\n", ["Jansen, Piet"]),
        ("الاسم,المستوى\nليلى,core\n".encode(), ["ليلى"]),
        ("姓,名\n李,小龙\n".encode("utf-8-sig"), ["李小龙"]),
        (b'"Last name","First name"\n"Day","Ann"\n', ["Ann Day"]),
    ],
)
def test_lists_are_read_as_schools_export_them(
    tmp_path: Path, data: bytes, names: list[str]
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_bytes(data)
    metadata = pipeline.parse(SOURCE).metadata
    text, findings = read_file(listed, "list.csv", "en")
    pupils, more = read_list(text, "list.csv", metadata, {"town"})
    assert [pupil.name for pupil in pupils] == names
    assert not any(finding.is_error for finding in (*findings, *more))


def test_a_list_in_the_encoding_of_windows_in_china_is_read(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_bytes("姓名\n李小龙\n".encode("gb18030"))
    text, (finding,) = read_file(listed, "list.csv", "zh-Hans")
    assert text == "姓名\n李小龙\n"
    assert finding.code == "old-encoding"


def test_columns_that_change_nothing_are_told(folder: Path) -> None:
    text = "name,Verison,a,Klasse,town\nAnn,A,3,7b,Zebraville\n"
    (folder / "pupils.csv").write_text(text, "utf-8")
    result = run(folder)
    assert result.exit_code == 0
    assert "pupils.csv:1:6: warning[unused-column]: The column `Verison`" in result.output
    assert "Did you mean `version`?" in result.output
    assert (
        "pupils.csv:1:14: warning[unused-column]: The text has no variable for `a`, `Klasse`"
        in (result.output)
    )
    assert "class.pdf: 1 pupil\n" in result.output


def test_an_empty_cell_leaves_what_the_front_matter_says(folder: Path) -> None:
    (folder / "pupils.csv").write_text("Name,Town,Name\nAnn,,x\nBo,Bonn,\n", "utf-8")
    result = run(folder)
    assert "There are two columns `Name`: the second one is not used." in result.output
    assert "unknown-variable" not in result.output
    text = "".join(pages_of(folder))
    assert text.count("A well in the town is") == text.count("A well in Bonn is") == 1
    source = SOURCE.replace("variables: {town: the town}\n", "")
    (folder / "w.md").write_text(
        source.replace("town }} is {{ a = 2..9 }}", "town }} is 2"), "utf-8"
    )
    result = run(folder)
    assert "pupils.csv:2:1: error[bad-class-list]: A pupil has no `town`." in result.output
    assert result.exit_code == 1


def test_levels_keep_their_capitals(folder: Path) -> None:
    source = SOURCE.replace('core: "", support: "+"', 'Grundniveau: "", Erweitert: "+"')
    (folder / "w.md").write_text(source.replace("level support", "level erweitert"), "utf-8")
    (folder / "pupils.csv").write_text("Name;Niveau\nAnn;ERWEITERT\nBo;\n", "utf-8")
    assert run(folder).exit_code == 0
    assert [row["level"] for row in rows_of(folder)] == ["Erweitert", "Grundniveau"]
    first, *others = [text for text in pages_of(folder) if "A well" in text]
    assert "rosewater" in first
    assert not any("rosewater" in text for text in others)


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
