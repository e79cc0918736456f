"""Books in several files become one source that includes its chapters."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from pipeline import commands
from pipeline.commands.importing.inputs import import_file
from tests.commands.test_importing import picture
from tests.helpers import making

SUMMARY = """\
# Summary

[Foreword](foreword.md)

# Water

- [The well](well.md)
  - [Its depth](<deep/the depth.md>)
- [Not yet]()
- [Gone](gone.md)

---

# Stone

1. [The stone](stone.md)
"""
FILES = {
    "book.toml": '[book]\ntitle = "Wells"\nauthors = ["Ann Ash <a@example.org>"]\n'
    'language = "en-GB"\n',
    "src/SUMMARY.md": SUMMARY,
    "src/foreword.md": "# Foreword\n\nSee [the well](well.md), [how deep](deep/the%20depth.md#how) "
    "and [no chapter](other.md).[^1]\n\n[^1]: A note.\n",
    "src/well.md": "# The well\n\nText.[^1]\n\n## More\n\nText.\n\n[^1]: Another note.\n",
    "src/deep/the depth.md": "# Its depth\n\n## How\n\nBack to [it](../well.md#more).\n\n"
    "![A pump](img/p.png)\n\n{{#include ../x.rs}}\n",
    "src/stone.md": "No title.\n",
    "src/other.md": "# Other\n\nNot in the book.\n",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.main, ["import", *arguments])


def builds(path: str) -> None:
    """A book is resolved without any finding, as a build does it."""
    making.without_findings(making.Flow(Path(path)).marked("web"))


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / "wells" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "wells" / name).write_text(text)
    (tmp_path / "wells/src/deep/img").mkdir()
    (tmp_path / "wells/src/deep/img/p.png").write_bytes(picture())
    return tmp_path


@pytest.mark.parametrize("given", [("wells", "--book"), ("wells/src/SUMMARY.md",)])
def test_summary(book: Path, given: tuple[str, ...]) -> None:
    """A book of mdBook's, with parts, chapters in chapters, links and notes."""
    result = run(*given)
    assert result.exit_code == 0, result.output
    made = book / "source"
    assert (made / "wells.md").read_text() == (
        "---\ntitle: Wells\nauthors:\n- Ann Ash\nlang: en-GB\n---\n\n"
        "{{ include foreword.md }}\n\n"
        "## Water {.part}\n\n"
        "{{ include well.md shift=1 }}\n\n"
        '{{ include "deep/the depth.md" shift=2 }}\n\n'
        "## Stone {.part}\n\n"
        "{{ include stone.md shift=1 }}\n"
    )
    assert (made / "foreword.md").read_text() == (
        "## Foreword\n\nSee [the well](well.md), [how deep](deep/the%20depth.md#how) and no "
        "chapter.[^1]\n\n[^1]: A note.\n"
    )
    assert (made / "well.md").read_text().endswith("Text.[^well-1]\n\n### More\n\nText.\n\n"
                                                   "[^well-1]: Another note.\n")  # fmt: skip
    assert (
        (made / "deep/the depth.md")
        .read_text()
        .startswith(
            "## Its depth\n\n### How\n\nBack to [it](../well.md#more).\n\n![A pump](img/p.png)\n"
        )
    )
    assert (made / "deep/img/p.png").read_bytes() == picture()
    assert (made / "stone.md").read_text() == "## The stone\n\nNo title.\n"
    assert not (made / "other.md").exists()
    for told in (
        "SUMMARY.md:9:4: warning[not-imported]: The chapter “Not yet” has no file",
        "SUMMARY.md:10:4: warning[not-imported]: The chapter “Gone” has no file",
        "“{{#include ../x.rs}}” is mdBook syntax, and is left as written.",
        "The link to “other.md” is left out, and its text stays.",
    ):
        assert told in result.output
    builds("source/wells.md")


LISTING = """\
// ANCHOR: all
fn main() {
    // ANCHOR: deep
    let depth = 11;
    // ANCHOR_END: deep
}
// ANCHOR_END: all
"""
CHAPTER = """\
# Code

{{#title Another title}}
```rust
# use hidden;
{{#rustdoc_include ../code/main.rs:deep}}
##[derive(Debug)]
```

```
{{#include ../code/main.rs:2:2}}
{{#include ../code/main.rs:6}}
```

{{#include part.md}} {{#include ../../outside.md}} \\{{#include as.is}}

{{#playground ../code/main.rs:all}}
"""


def test_files_that_chapters_take_in(book: Path) -> None:
    """mdBook's directives insert parts of the book's files: lines, the text between anchors, or
    all; hidden lines are reported."""
    (book / "wells/code").mkdir()
    (book / "wells/code/main.rs").write_text(LISTING)
    (book / "wells/src/part.md").write_text("A {{#include deep/word.md}}.")
    (book / "wells/src/deep/word.md").write_text("**part**")
    (book / "outside.md").write_text("Not of the book.")
    (book / "wells/src/stone.md").write_text(CHAPTER)
    result = run("wells", "--book")
    assert result.exit_code == 0, result.output
    assert (book / "source/stone.md").read_text() == (
        "## Code\n\n```rust\n    let depth = 11;\n#[derive(Debug)]\n```\n\n"
        "```\nfn main() {\n}\n```\n\n"
        "A **part**. \\{\\{#include ../../outside.md}} \\{\\{#include as.is}}\n\n"
        "```rust\nfn main() {\n    let depth = 11;\n}\n```\n"
    )
    assert "1 line of Rust that mdBook hides: left out." in result.output
    assert "“{{#include ../../outside.md}}” is mdBook syntax, and is left as written." in (
        result.output
    )
    builds("source/wells.md")


def test_files_that_take_in_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that names itself many times is included that often, and no more."""
    monkeypatch.setattr("pipeline.commands.importing.markdown.MOST_INCLUDED", 15)
    (tmp_path / "a.md").write_text("# A\n\n" + "{{#include a.md}} " * 20)
    assert import_file(tmp_path / "a.md").text.count("# A") == 15


def test_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of several formats, in the order of their names; who speaks is named above all."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "our-book"
    folder.mkdir()
    (folder / "10 last.md").write_text("# The end\n\nSee [a talk](2%20talk.txt).\n")
    (folder / "2 talk.txt").write_text(
        "A talk\n\nAnn Ash: How deep?\n\nBen Birch: Very.\n\nAnn Ash: And wide?\n\nBen Birch: No.\n"
    )
    word = docx.Document()
    word.add_heading("Begin", 1)
    word.add_paragraph("Words.")
    word.save(str(folder / "introduction.docx"))
    (folder / "_draft.md").write_text("# No\n")
    result = run("our-book", "--book")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "source/our-book.md").read_text() == (
        "---\ntitle: Our book\nlang: en-US\n"
        "speakers:\n  Ann Ash: interviewer\n  Ben Birch: guest\n---\n\n"
        "{{ include introduction.md }}\n\n"
        '{{ include "2 talk.md" }}\n\n'
        '{{ include "10 last.md" }}\n'
    )
    assert (tmp_path / "source/2 talk.md").read_text().startswith("## A talk\n\nAnn Ash: How deep?")
    last = (tmp_path / "source/10 last.md").read_text()
    assert last == "## The end\n\nSee [a talk](2%20talk.md).\n"
    builds("source/our-book.md")


def test_images_elsewhere_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images are found where Obsidian keeps attachments, Hugo its files, mdBook its images, but not
    by a name that several have, and not outside the folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("a/red.png", "img/b.png", "static/img/c.png", "x/two.png", "y/two.png"):
        (tmp_path / "vault" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "vault" / name).write_bytes(picture())
    (tmp_path / "out.png").write_bytes(picture())
    (tmp_path / "vault/img/out.png").symlink_to(tmp_path / "out.png")
    (tmp_path / "vault/notes").mkdir()
    (tmp_path / "vault/notes/a.md").write_text(
        "# A\n\n![[red.png]] ![B](../img/b.png) ![C](/img/c.png)\n\n"
        "![Two](two.png) ![Out](out.png) ![Out](../../out.png)\n"
    )
    result = run("vault")
    assert (tmp_path / "source/notes/a.md").read_text() == (
        "---\ntitle: A\n---\n\n![](images/a/red.png){.decorative} ![B](images/img/b.png) "
        "![C](images/static/img/c.png)\n\nTwo Out Out\n"
    )
    assert len([*(tmp_path / "source").rglob("*.png")]) == 3
    assert result.output.count("does not exist, and is left out.") == 3
    builds("source/notes/a.md")


def test_images_from_the_root_of_a_website(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a post by itself, in the folder of the whole site or of a part of it."""
    monkeypatch.chdir(tmp_path)
    for name in ("site/assets/a.png", "site/docs/b.png", "out.png", "site/_config.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(picture())
    (tmp_path / "site/docs/posts").mkdir()
    (tmp_path / "site/docs/posts/a.md").write_text(
        "# A\n\n![A](/assets/a.png) ![B](/b.png) ![Out](/out.png)\n"
    )
    run("site/docs/posts/a.md")
    text = (tmp_path / "source/a.md").read_text()
    assert text.endswith("\n![A](images/assets/a.png) ![B](images/b.png) Out\n")
    assert len([*(tmp_path / "source").rglob("*.png")]) == 2
    builds("source/a.md")


SETTINGS = {
    "_quarto.yml": (
        "",
        "project: {type: book}\nlang: en-GB\nbook:\n  title: Wells\n  author: [Ann Ash]\n"
        "  chapters:\n  - index.qmd\n  - part: Tools\n    chapters: [rope.qmd]\n"
        "  - gone.qmd\n  appendices: [list.qmd]\n",
        ".qmd",
    ),
    "mkdocs.yml": (
        "docs/",
        "site_name: Wells\nsite_author: Ann Ash\nnav:\n- index.md\n- Tools:\n"
        "  - The rope: rope.md\n  - gone.md\n  - ../../secret.md\n- list.md\n",
        ".md",
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chapters of Quarto's and MkDocs' books are those in their settings."""
    monkeypatch.chdir(tmp_path)
    folder, settings, suffix = SETTINGS[name]
    (tmp_path / "wells" / folder).mkdir(parents=True)
    (tmp_path / "secret.md").write_text("# Secret\n\nText.\n")
    (tmp_path / "wells" / name).write_text(settings)
    for stem in ("index", "list", "other", "rope"):
        file = tmp_path / "wells" / folder / f"{stem}{suffix}"
        file.write_text(f"# The {stem}\n\nText.\n")
    result = run("wells", "--book")
    assert result.exit_code == 0, result.output
    made = (tmp_path / "source/wells.md").read_text()
    assert made.startswith("---\ntitle: Wells\nauthors:\n- Ann Ash\n")
    assert made.partition("---\n\n")[2] == (
        "{{ include index.md }}\n\n## Tools {.part}\n\n{{ include rope.md shift=1 }}\n\n"
        "{{ include list.md }}\n"
    )
    assert "has no file, and is left out." in result.output
    builds("source/wells.md")


def test_nothing_to_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    result = run("empty", "--book")
    assert result.exit_code == 1
    assert "There are no chapters in it." in result.output


def test_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary takes nothing from outside of its folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.md").write_text("# Secret\n\nText.\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/in.md").write_text("# In\n\nText.\n")
    (tmp_path / "b/SUMMARY.md").write_text("- [In](in.md)\n- [Secret](../secret.md)\n")
    result = run("b/SUMMARY.md")
    assert "The chapter “Secret” has no file" in result.output
    assert not [*(tmp_path / "source").glob("*secret*")]


def test_links_between_notes_lead_to_their_chapters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vault/deep").mkdir(parents=True)
    text = "# A note\n\nSee [[Other]], [[other#Deep end|the end]], [[Gone]], `[[ -f x ]]`.\n"
    (tmp_path / "vault/Note.md").write_text(text, "utf-8")
    other = "# Other\n\nFrom [[Note]].\n\n## Deep end\n\nMore.\n"
    (tmp_path / "vault/deep/Other.md").write_text(other, "utf-8")
    result = run("vault", "--book")
    assert "The Obsidian note “Gone” is not in this document" in result.output
    note = (tmp_path / "source/Note.md").read_text("utf-8")
    links = "See [Other](deep/Other.md), [the end](deep/Other.md#deep-end), Gone, `[[ -f x ]]`."
    assert links in note
    assert "From [Note](../Note.md)." in (tmp_path / "source/deep/Other.md").read_text("utf-8")
    builds("source/vault.md")


def test_books_of_gitbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings say where the summary is; links lead to the ids that its headings have."""
    monkeypatch.chdir(tmp_path)
    files = {
        "b/book.json": '{"title": "Rain", "author": "Ann Ash", "root": "./text",\n'
        '"structure": {"summary": "toc.md"}, "variables": {"console": "the REPL"}}',
        "b/text/toc.md": "# Summary\n\n* [Drops](drops.md)\n* [Code](code.md)\n",
        "b/text/drops.md": "# Drops of Rain {#drops}\n\n"
        "See [code](./code.md#how), [top](#drops), {{ book.console }}, {{book.gone}}.\n",
        "b/text/code.md": "# Code\n\n## The way {#how}\n\nAs [drops](drops.md#drops).\n\n"
        '<pre><code class="lang-python">{% include "./a.py" %}</code></pre>\n',
        "b/text/a.py": "rain = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    result = run("b", "--book")

    assert result.exit_code == 0, result.output
    main = (tmp_path / "source/rain.md").read_text("utf-8")
    assert main.startswith("---\ntitle: Rain\nauthors:\n- Ann Ash\n---\n")
    drops = (tmp_path / "source/drops.md").read_text("utf-8")
    assert drops.startswith("## Drops of Rain {#drops}\n")
    assert "the REPL, \\{\\{book.gone}}" in drops
    assert "`{{book.gone}}` is a value of Liquid or GitBook" in result.output
    assert "```python\nrain = 1\n```" in (tmp_path / "source/code.md").read_text("utf-8")
    builds("source/rain.md")


def test_a_link_to_the_title_by_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text("# Rain {#drops}\n\nBack to the [top](#drops).\n", "utf-8")
    assert run("a.md").exit_code == 0
    assert "[top](#title)" in (tmp_path / "source/a.md").read_text("utf-8")
    builds("source/a.md")


def test_a_bad_chapter_does_not_stop_a_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chapter that cannot be read is told, and the others are there; entries and links may be
    those of a website, from its root, without a suffix or with another one."""
    monkeypatch.chdir(tmp_path)
    files = {
        "SUMMARY.md": "- [One](/ch/one)\n- [Two](ch/two.html)\n- [Tab](/ch/tab.md)\n"
        "- [No text](ch/empty.md)\n- [Quoted](ch/quoted.md)\n- [Gone](ch/gone)\n",
        "ch/one.md": "# One\n\nSee [two](two.html#how), [three](/ch/tab) and [four](../quoted).\n",
        "ch/two.md": "# Two\n\n## How\n\nText.\n",
        "ch/tab.md": '---\ntitle:\t"Zaatar"\n---\n\nThyme.\n',
        "ch/empty.md": "",
        "ch/quoted.md": '---\ntitle: "Sumac\n---\n\nRed.\n',
    }
    for name, text in files.items():
        (tmp_path / "b" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "b" / name).write_text(text)
    result = run("b", "--book")
    assert result.exit_code == 0, result.output
    made = tmp_path / "source"
    assert (made / "b.md").read_text().partition("---\n\n")[2] == (
        "{{ include ch/one.md }}\n\n{{ include ch/two.md }}\n\n{{ include ch/tab.md }}\n\n"
        "{{ include ch/quoted.md }}\n"
    )
    links = "See [two](two.md#how), [three](tab.md) and four."
    assert links in (made / "ch/one.md").read_text()
    assert (made / "ch/tab.md").read_text() == "## Zaatar\n\nThyme.\n"
    assert (made / "ch/quoted.md").read_text().endswith("\n\nRed.\n")
    for told in (
        "ch/empty.md: warning[empty-file]: The chapter is left out: The source is empty.",
        "ch/quoted.md:2:8: warning[bad-yaml]: The quotation mark that opens here is not closed.",
        "b/SUMMARY.md:6:4: warning[not-imported]: The chapter “Gone” has no file",
    ):
        assert told in result.output
    builds("source/b.md")


def test_a_part_with_a_page_and_figures_of_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quarto's parts may be pages, and the figures that cells made are beside their chapters."""
    monkeypatch.chdir(tmp_path)
    files = {
        "_quarto.yml": "book:\n  title: Wells\n  chapters:\n  - index.qmd\n"
        "  - part: game.qmd\n    chapters: [plots.qmd]\n",
        "index.qmd": "# Welcome\n\nSee @fig-depth, [plots](plots.html).\n",
        "game.qmd": "# The game\n\nAbout it.\n",
        "plots.qmd": "# Plots\n\n```{r}\n#| label: fig-depth\n#| fig-cap: How *deep*\n"
        "#| out-width: ~\n#| echo: false\nplot(1)\n```\n\n"
        "```{r}\n#| label: fig-width\n#| fig-cap: How wide\nplot(2)\n```\n",
    }
    drawn = tmp_path / "wells/plots_files/figure-html"
    drawn.mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "wells" / name).write_text(text)
    for name in ("fig-depth-1.png", "fig-width-1.png", "fig-width-2.png"):
        (drawn / name).write_bytes(picture())
    result = run("wells", "--book")
    assert result.exit_code == 0, result.output
    made = tmp_path / "source"
    assert (made / "wells.md").read_text().partition("---\n\n")[2] == (
        "{{ include index.md }}\n\n{{ include game.md }}\n\n{{ include plots.md shift=1 }}\n"
    )
    assert (made / "index.md").read_text().endswith("See @fig-depth, [plots](plots.md).\n")
    assert (made / "game.md").read_text() == "## The game {.part}\n\nAbout it.\n"
    plots = (made / "plots.md").read_text()
    assert '![How deep](plots_files/figure-html/fig-depth-1.png "How *deep*"){#fig-depth}' in plots
    assert plots.index("plot(2)") < plots.index("figure-html/fig-width-1.png")
    assert "plot(1)" not in plots
    assert len([*made.rglob("*.png")]) == 3
    builds("source/wells.md")


def test_a_book_is_called_what_its_front_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fa").mkdir()
    (tmp_path / "fa/README.md").write_text("# The book of wells\n\nText.\n")
    (tmp_path / "fa/one.md").write_text("# One\n\nText.\n")
    run("fa", "--book")
    made = (tmp_path / "source/the-book-of-wells.md").read_text()
    assert made.startswith("---\ntitle: The book of wells\n")
    (tmp_path / "fa/README.md").write_text("# Introduction\n\nText.\n")
    run("fa", "--book", "-o", "other")
    assert (tmp_path / "other/fa.md").read_text().startswith("---\ntitle: Fa\n")
