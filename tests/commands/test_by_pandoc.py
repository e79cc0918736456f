"""Formats that Pandoc makes of finished Word files."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands import main
from pipeline.commands.importing.inputs import import_file

TEXT = """\
---
title: Wells
lang: en
---

# The well

The well is *deep*.[^1] Its area is $r^2$.

> [!TIP]
> Look down.

![A well](well.svg)

```python
def dig():
    return 3
```

::: exercise Depth
How deep is it? ____{twelve} metres.

::: lines 2
:::
:::

| What | How many |
|------|---------:|
| wells | 3 |

[^1]: The keeper says so.
"""


def written(folder: Path) -> Path:
    path = folder / "well.md"
    path.write_text(TEXT, "utf-8")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>'
    (folder / "well.svg").write_text(drawing, "utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the outputs in two formats."""
    source = written(tmp_path_factory.mktemp("built"))
    result = build(source, "odt", "latex")
    assert result.exit_code == 0
    assert "warning[not-in-word]: As odt, latex:" in result.output
    assert "what is to be filled in is lines of text" in result.output
    return source.parent / "out" / "well"


def build(source: Path, *formats: str) -> Result:
    names = ",".join(f"pandoc:{name}" for name in formats)
    out = source.parent / "out"
    return CliRunner().invoke(main, ["build", str(source), "--edition", names, "--out", str(out)])


def test_texts_have_what_word_files_have(built: Path) -> None:
    latex = (built / "well-word.tex").read_text("utf-8")
    for expected in (
        r"\title{Wells}",
        r"\section{The well}",
        r"\emph{deep}",
        r"\footnote{ The keeper says so.}",
        r"\(r^{2}\)",
        r"\textbf{Tip}",
        "def dig():\n    return 3\n",
        r"\subsubsection{Exercise 1. Depth}",
        "How many",
    ):
        assert expected in latex
    assert "twelve" not in latex
    assert latex.count(r"\rule{0.5\linewidth}{0.5pt}") == 2
    assert (built / "media" / "well.svg.png").read_bytes().startswith(b"\x89PNG")
    text = import_file(built / "well-word.odt").text
    for expected in ("The well is *deep*.", "Look down.", "How deep is it?", "def dig():", "wells"):
        assert expected in text
    assert "twelve" not in text


def test_the_same_source_gives_the_same_bytes(built: Path, source: Path) -> None:
    build(source, "odt")
    data = (source.parent / "out" / "well" / "well-word.odt").read_bytes()
    assert data == (built / "well-word.odt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first, *others = archive.infolist()
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in others)


def test_a_format_that_pandoc_lacks_is_an_error(source: Path) -> None:
    result = build(source, "od")
    assert result.exit_code == 2
    assert "Pandoc does not write 'od'; did you mean pandoc:odt?" in result.output
    assert not (source.parent / "out").exists()


def test_without_pandoc_the_command_says_how_to_get_it(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    result = build(source, "odt")
    assert result.exit_code == 2
    assert "pip install 'chapbook[pandoc]'" in result.output


def test_a_format_that_pandoc_cannot_make_ends_the_command(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.commands.build.by_pandoc.STYLES", Path("missing.lua"))
    result = build(source, "odt")
    assert result.exit_code == 3
    assert "Pandoc cannot make well-word.odt" in result.output
    assert not [*source.parent.rglob("*.odt")]


def test_what_always_has_losses_is_refused_where_none_are_allowed(source: Path) -> None:
    result = CliRunner().invoke(main, ["build", str(source), "--edition", "pandoc:odt", "--strict"])
    assert result.exit_code == 2
    assert "--strict allows no losses" in result.output


def test_a_source_with_an_error_gives_no_file(source: Path) -> None:
    source.write_text(TEXT.replace("title: Wells", "title: [Wells"), "utf-8")
    result = build(source, "odt")
    assert result.exit_code == 1
    assert not [*source.parent.rglob("*.odt")]


def test_other_commands_do_not_know_the_formats(source: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(source), "--edition", "pandoc:odt"])
    assert result.exit_code == 2
    assert "'pandoc:odt' is not known" in result.output
