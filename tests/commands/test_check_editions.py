"""``chapbook check`` finds nothing in any edition of Chapbook's own outputs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import pipeline
from pipeline.commands import main
from tests.helpers.conforming import FOR_OTHERS, found_by_check
from tests.helpers.finished import checked
from tests.helpers.paths import CASES

pytestmark = pytest.mark.slow

ARABIC = CASES / "directions" / "arabic.md"
SENTENCE = "The well was dug in the year {} after the drought, and everybody came with a rope. "


def paragraph(start: int, count: int) -> str:
    return "".join(SENTENCE.format(start + n) for n in range(count))


def wide_table(columns: int, rows: int) -> str:
    """One that no page has room for, so that it is set as a list of its rows."""
    head = " | ".join(f"Head {n}" for n in range(columns))
    body = "\n".join(
        f"| {' | '.join(f'cell {row} with text {n}' for n in range(columns))} |"
        for row in range(rows)
    )
    return f"| {head} |\n|{'---|' * columns}\n{body}\n\nTable: A wide one\n"


LINK_ALONE = """\
A document with a [way to the well](https://example.org/wells/of/the/old/village/and/of/the/new/one)
and no headings, but a sign, `𝌆`. The address is https://example.org/wells/of/the/old/village/and/of/the/new/one.
"""
EXERCISES = """\
## Exercises

::: exercise How deep?
- [ ] ten
- [x] twelve

::: answer
Twelve metres, `wc -l` and $x^2$.
:::
:::
"""
GATHERED = f"""## Notes with addresses

A note,[^one] another[^two] and the [way to it](https://example.org/a/path/that/is/long?with=a&query=b).

{paragraph(100, 3)}

[^one]: See <https://www.example.org/reports/2019/a-long-name-that-is-to-be-broken.pdf>.
[^two]: Smith, *Book*, https://doi.org/10.1000/182, and [a page](https://example.org/page).

## A table

{wide_table(14, 3)}

{EXERCISES}
## The end

{paragraph(300, 2)}
"""
PARTS = """# The well {.half-title}

A book.

# Dedication {.dedication}

Who dug.

# {.epigraph}

> Water.
"""
CHAPTERS = [f"\n## Chapter {n}\n\n{paragraph(1000 * n, 20)}\n" for n in range(1, 3)]
BOOK = "\n".join((PARTS, "# One {.part}", CHAPTERS[0], "# Two {.part}", CHAPTERS[1]))
SOURCES = {
    "link": ("", LINK_ALONE, ("handout", "large-print", "2-up", "booklet")),
    "exercises": ("", EXERCISES, ("answers", "form")),
    "gathered": ("links: foot\nqr_codes: true\n", GATHERED, ("web", "handout", "ebook")),
    "book": ("class: book\ncontents: true\n", BOOK, ("site", "handout", "ebook")),
}
"""With one edition of each kind; tests/builds/test_conformance.py has all."""


def found(source: Path, editions: tuple[str, ...], *, is_sold: bool = False) -> list[str]:
    """The findings of building some editions, checking them, and comparing them with the source:
    what ``is_sold`` has a printed cover and records for shops."""
    out = source.parent / "out"
    options = pipeline.Options(cover_spread=is_sold, catalog=is_sold)
    result = pipeline.build(source, editions, out=out, options=options)
    assert len(result.files) >= len(editions)
    said = [str(one) for one in result.diagnostics if one.code not in FOR_OTHERS]
    return said + found_by_check(out / source.stem, source)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_found_in_files_of_our_own(name: str, tmp_path: Path) -> None:
    front, body, editions = SOURCES[name]
    source = tmp_path / f"{name}.md"
    source.write_text(f"---\ntitle: The well\nauthor: A. B.\n{front}---\n\n{body}", "utf-8")
    assert found(source, editions, is_sold=name == "book") == []


def test_nothing_is_found_in_arabic(tmp_path: Path) -> None:
    editions = ("web", "handout", "ebook")
    assert found(Path(shutil.copy(ARABIC, tmp_path)), editions) == []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source, and beside it outputs of all kinds, built in two steps."""
    source = tmp_path_factory.mktemp("built") / "well.md"
    chapters = "\n\n".join(f"# {name}\n\nDeep." for name in ("One", "Two"))
    front = "title: The well\nclass: book\npage_list: false\nurl: https://w.example/"
    source.write_text(f"---\n{front}\n---\n\n{chapters}\n", "utf-8")
    options = pipeline.Options(cover_spread=True, catalog=True, assets_beside=True)
    editions = ("web", "site", "ebook")
    assert not pipeline.build(source, editions, out=source.parent, options=options).failed
    # keeps what is known of the others
    pipeline.build(source, ["large-print"], out=source.parent, options=pipeline.Options(split=1))
    return source


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the outputs."""
    return shutil.copytree(built.with_suffix(""), tmp_path / "well")


def test_what_is_no_finished_file_is_passed_over(built: Path, folder: Path) -> None:
    (folder / "empty").mkdir()
    said = CliRunner().invoke(main, ["check", *map(str, sorted(folder.iterdir())), str(built)])
    assert said.exit_code == 0
    assert f"{folder / 'empty'}: skipped, not a page" in said.output
    assert f"{folder / 'manifest.json'}: no findings" in said.output
    assert f"{built}: skipped, a source: check its web links" in said.output
    assert f"{folder / 'well.html'}: no findings" in said.output
    assert f"{folder / 'well-site'}: no findings" in said.output


def test_files_are_compared_with_their_manifest(folder: Path) -> None:
    with (folder / "well.html").open("a") as page:
        page.write("\n")
    (folder / "well.epub").unlink()
    manifest = folder / "manifest.json"
    said = CliRunner().invoke(main, ["check", str(manifest)])
    assert said.exit_code == 1
    assert "The file “well.html” has changed since it was built" in said.output
    assert "The file “well.epub”, listed in `manifest.json`, is missing." in said.output
    assert f"{manifest}: 2 findings" in said.output
    manifest.write_text("{}")
    assert (
        "The manifest cannot be read" in CliRunner().invoke(main, ["check", str(manifest)]).output
    )


def test_a_change_of_any_file_is_noticed(folder: Path) -> None:
    manifest = folder / "manifest.json"
    files = {path for path in folder.rglob("*") if path.is_file()} - {manifest}
    kinds = {path.suffix for path in files} | {path.parent.name for path in files}
    assert kinds >= {".html", ".pdf", ".epub", ".zip", ".xml", "well-files", "well-large-print"}
    assert not checked(manifest).diagnostics
    for file in files:
        data = file.read_bytes()
        file.write_bytes(data + b"\n")
        (finding,) = checked(manifest).diagnostics
        name = file.relative_to(folder).as_posix()
        assert f"The file “{name}” has changed since it was built" in finding.message
        file.write_bytes(data)
