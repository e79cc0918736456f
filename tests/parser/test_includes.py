"""Included text: treated as if it were in place, but reported in its own file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image as Picture

import pipeline
from pipeline import Diagnostic, commands
from pipeline.model import Dialogue, Document, Image, Link, Table
from pipeline.model.diagnostics import Span
from pipeline.parser import parse_file
from tests.helpers import making
from tests.helpers.trees import nodes, plain_text


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files; the path of the first one."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    return folder / next(iter(files))


def parsed(folder: Path, files: dict[str, str]) -> Document:
    return parse_file(write(folder, files), "book.md")


def messages(document: Document) -> list[str]:
    return [place(found) for found in document.diagnostics]


def place(found: Diagnostic) -> str:
    return f"{found.source}:{found.line}:{found.column} {found.code}"


def text(document: Document) -> list[str]:
    return [plain_text((block,)) for block in document.blocks]


FRONT = "---\ntitle: Book\n---\n\n"


# --- what is taken in ------------------------------------------------------------------


def test_what_is_defined_in_one_file_holds_in_all(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": FRONT + "An NGO, [a link], a note[^1].\n\n{{ include a.md }}\n",
            "a.md": "[a link]: https://a.example\n\n*[NGO]: association\n\n[^1]: The note.\n",
        },
    )
    assert not document.diagnostics
    kinds = {type(node).__name__ for node in nodes(document)}
    assert {"Abbreviation", "Link", "NoteReference", "Note"} <= kinds
    assert document.place(document.notes[0].span) == Span(5, 1, file="a.md")
    assert document.files == ("a.md",)


def test_a_file_may_be_taken_in_more_than_once(tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include a.md }}\n" * 3, "a.md": "Text."}
    document = parsed(tmp_path, files)
    assert text(document) == ["Text."] * 3
    assert {document.place(block.span) for block in document.blocks} == {Span(1, 1, file="a.md")}
    assert document.files == ("a.md",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str, tmp_path: Path) -> None:
    lines = ["\ufeff# One", "", "Two", "{{ include b.md }}", "- a", "", "  {{ include b.md }}", ""]
    files = {"book.md": f"{FRONT}{{{{ include a.md }}}}", "a.md": end.join(lines), "b.md": "x\n"}
    document = parsed(tmp_path, files)
    assert not document.diagnostics
    spans = [node.span for node in nodes(document.blocks) if plain_text((node,)) == "Two"]
    assert document.place(spans[0]) == Span(3, 1, file="a.md")


def test_turns_go_on_in_another_file(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": "---\ntitle: Book\nspeakers: {Ann: guest}\n---\n\nAnn: One.\n\n"
            "{{ include a.md }}\n",
            "a.md": "\n\n\nTwo.\n\nAnn: Three.\n\nAnnn: Four.\n",
        },
    )
    (dialogue,) = document.blocks
    assert isinstance(dialogue, Dialogue)
    assert [len(turn.children) for turn in dialogue.turns] == [2, 2]
    assert [document.place(turn.span) for turn in dialogue.turns] == [
        Span(6, 1, 8),
        Span(6, 1, 8, "a.md"),
    ]
    assert messages(document) == ["a.md:8:1 unknown-speaker"]


def test_the_title_may_be_in_a_file(tmp_path: Path) -> None:
    files = {"book.md": "{{ include a.md }}\n\nText.\n", "a.md": "# The book\n"}
    document = parsed(tmp_path, files)
    assert (document.metadata.title, text(document)) == ("The book", ["Text."])


def test_a_missing_title_is_the_source_s(tmp_path: Path) -> None:
    files = {"book.md": "{{ include a.md }}\n", "a.md": "\n\nText.\n"}
    assert messages(parsed(tmp_path, files)) == ["book.md:1:1 missing-title"]


def test_a_rule_at_the_start_is_no_front_matter(tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include a.md }}\n", "a.md": "---\n\nText.\n\n---\n"}
    document = parsed(tmp_path, files)
    assert not document.diagnostics
    assert len(document.blocks) == 3


# --- addresses -------------------------------------------------------------------------


def test_addresses_start_from_the_file_that_they_are_in(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": FRONT + "{{ include a/b.md }}\n\n![i](a.png) ![j]\n",
            "a/b.md": '![k](k.png) ![l](../l.png) <img src="m.png" alt="m">\n\n'
            '```csv {file="t.csv"}\n```\n\n[j]: j.png\n\n{{ include "c d/e.md" }}\n',
            "a/t.csv": "x,y\n1,[q](q.md)\n",
            "a/c d/e.md": "![n](../n.png) [o](o%20p.pdf?q#r)\n",
        },
    )
    assert not document.diagnostics
    sources = [node.source for node in nodes(document, Image)]
    assert sources == ["a/k.png", "l.png", "a/m.png", "a/n.png", "a.png", "a/j.png"]
    assert [n.href for n in nodes(document, Link)] == ["a/q.md", "a/c%20d/o%20p.pdf?q#r"]
    assert [document.place(node.span) for node in nodes(document, Table)] == [
        Span(3, 1, 4, "a/b.md")
    ]
    assert document.files == ("a/b.md", "a/c d/e.md", "a/t.csv")


def test_links_between_the_files_stay_in_the_document(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": FRONT + "## One\n\n[two](<a b/two.md#two>) [other](other.md#x)\n\n"
            '{{ include "a b/two.md" }}\n',
            "a b/two.md": "## Two\n\n[one](../book.md#one), [self](two.md#two), [whole](two.md)\n",
        },
    )
    found = making.resolved(document, "web", tmp_path)
    links = [(node.href, plain_text((node,))) for node in nodes(found.blocks, Link)]
    assert links == [("#two", "two"), ("#one", "one"), ("#two", "self"), ("#two", "whole")]
    assert messages(found) == ["book.md:7:25 unresolved-link"]


def test_a_link_to_a_file_leads_to_its_place(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": "---\ntitle: T\n---\n\n[One](ch1.md) [Two](./ch2.md) [its](ch2.md#setup)"
            " [none](ch2.md#nowhere)\n\n{{ include ch1.md }}\n\n{{ include ch2.md }}\n",
            "ch1.md": "# One\n\n## Setup\n\nText.\n",
            "ch2.md": "# Two\n\n## Setup\n\n[back](ch1.md#setup) [up](book.md)\n",
        },
    )
    found = making.resolved(document, "web", tmp_path)
    links = [node.href for node in nodes(found.blocks, Link)]
    assert links == ["#one", "#two", "#setup-1", "#setup", "#title"]
    assert messages(found) == ["book.md:5:51 unresolved-link"]


def test_a_link_leads_to_the_heading_in_its_own_file_first(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        {
            "book.md": FRONT + "{{ include a.md }}\n\n{{ include b.md }}\n\n## Contents\n\n"
            "[its own](#contents), [a's](#only), [the first](#setup)\n",
            "a.md": "## Setup\n\n[its own](#setup)\n\n## Only\n\n## Step 2\n",
            "b.md": "## Setup\n\n[its own](#setup) [a's](#only) [nobody's](#step)\n",
        },
    )
    found = making.resolved(document, "web", tmp_path)
    links = [node.href for node in nodes(found.blocks, Link)]
    assert links == ["#setup", "#setup-1", "#only", "#contents-1", "#only", "#setup"]
    assert messages(found) == ["b.md:3:32 unresolved-link"]


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"secret.md": "Secret."})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "secret.md")
    document = parsed(
        tmp_path / "in",
        {
            "book.md": FRONT + "{{ include ../secret.md }}\n\n{{ include link.md }}\n\n"
            f"{{{{ include {tmp_path}/secret.md }}}}\n\n{{{{ include a/b.md }}}}\n",
            "a/b.md": "{{ include ../../secret.md }}\n",
        },
    )
    assert messages(document) == [
        "book.md:5:12 outside-folder",
        "book.md:7:12 outside-folder",
        "book.md:9:12 outside-folder",
        "a/b.md:1:12 outside-folder",
    ]
    assert "Secret." not in str(document.blocks)
    assert document.files == ("a/b.md",)


# --- limits ----------------------------------------------------------------------------


def test_a_source_does_not_take_itself_in(tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include book.md }}\n"}
    assert messages(parsed(tmp_path, files)) == ["book.md:5:12 include-cycle"]


@pytest.mark.parametrize(("deep", "found"), [(16, []), (17, ["16.md:1:12 too-many-includes"])])
def test_how_deep_files_take_in_files(deep: int, found: list[str], tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include 1.md }}\n"}
    files |= {f"{n}.md": f"{{{{ include {n + 1}.md }}}}\n" for n in range(1, deep)}
    assert messages(parsed(tmp_path, files | {f"{deep}.md": "Text.\n"})) == found


@pytest.fixture
def few_includes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.parser.container_blocks.MAX_INCLUDES", 100)


@pytest.mark.usefixtures("few_includes")
def test_how_many_are_taken_in(tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include a.md }}\n" * 101, "a.md": "Text.\n"}
    document = parsed(tmp_path, files)
    assert messages(document) == ["book.md:105:12 too-many-includes"]


@pytest.mark.usefixtures("few_includes")
def test_files_that_multiply_come_to_an_end(tmp_path: Path) -> None:
    files = {"book.md": FRONT + "{{ include 1.md }}\n"}
    files |= {f"{n}.md": f"{{{{ include {n + 1}.md }}}}\n" * 9 for n in range(1, 16)}
    document = parsed(tmp_path, files | {"16.md": "Text.\n"})
    assert {found.code for found in document.diagnostics} == {"too-many-includes"}


def test_how_much_is_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.parser.files.MAX_BYTES", 1000)
    files = {"book.md": FRONT + "{{ include a.md }}\n\n" * 3, "a.md": "x" * 400}
    assert messages(parsed(tmp_path, files)) == ["book.md:9:12 too-many-includes"]


# --- what people see -------------------------------------------------------------------


def test_a_finding_shows_the_line_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        tmp_path,
        {
            "texts/book.md": "---\ntitle: Book\neditions: [web]\n---\n\n{{ include parts/a.md }}\n",
            "texts/parts/a.md": "Fine.\n\nSee [it](#nowhere) and ![x](no.png).\n",
        },
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(
        commands.main, ["build", "--strict", str(Path("texts") / "book.md")]
    )
    file = str(Path("texts") / "parts" / "a.md")
    assert result.output.splitlines() == [
        f"{file}:3:11: error[unresolved-link]: Nothing in the document has the id `nowhere`.",
        "    See [it](#nowhere) and ![x](no.png).",
        " " * 14 + "^" * 7,
        f"{file}:3:24: error[missing-image]: There is no file “parts/no.png”.",
        "    See [it](#nowhere) and ![x](no.png).",
        " " * 27 + "^",
        "    hint: Put it into the source's folder, or correct its path.",
        "2 errors: 1 unresolved-link, 1 missing-image. Nothing was written.",
    ]
    assert result.exit_code == 1
    result = CliRunner().invoke(commands.main, ["build", str(Path("texts") / "book.md"), "--json"])
    assert {found["source"] for found in json.loads(result.stdout)} == {file}


@pytest.mark.slow
def test_a_book_of_files_builds(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Picture.new("RGB", (40, 30), "teal").save(picture, "PNG")
    source = write(
        tmp_path,
        {
            "book.md": "---\ntitle: Book\nvariables: {school: 'Hill & <Dale>'}\n---\n\n"
            "{{ include one/one.md }}\n\n{{ include two/two.md shift=1 }}\n",
            "one/one.md": "## One\n\nAt {{ school }}, as an {{ edition }}.\n\n![A well](p.png)\n",
            "two/two.md": "# Two\n\nSee [one](../one/one.md#one).[^1]\n\n[^1]: A note.\n",
        },
    )
    (tmp_path / "one" / "p.png").write_bytes(picture.getvalue())
    result = pipeline.build(source, out=tmp_path / "out")
    assert not result.diagnostics
    page, pdf, book = (next(f for f in result.files if f.suffix == s) for s in FORMATS)
    markup = page.read_text("utf-8")
    assert "At Hill &amp; &lt;Dale&gt;, as an web page." in markup
    assert '<a href="#one">' in markup
    assert pdf.stat().st_size
    with zipfile.ZipFile(book) as archive:
        names = archive.namelist()
        texts = "".join(archive.read(n).decode() for n in names if n.endswith(".xhtml"))
    assert "At Hill &amp; &lt;Dale&gt;, as an e-book." in texts
    assert any(name.endswith("p.png") for name in names)


FORMATS = (".html", ".pdf", ".epub")
