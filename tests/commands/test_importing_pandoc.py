"""Formats that Pandoc reads become sources, and what it leaves out is reported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.commands.importing.inputs import import_file
from tests.commands.test_importing import body, imported, picture, told

READ = {
    "a.tex": (
        "\\title{The well}\\author{Ann Ash}\\date{5 March 2012}\\begin{document}\\maketitle\n"
        "\\section{Depth}It is \\emph{deep}, as Figure~\\ref{fig:pump} and Table~\\ref{tab:rain} "
        "show.\\footnote{Since 1962.}\n\\input{secret}\n"
        "\\begin{figure}\\includegraphics{pump.png}\\caption{The pump}\\label{fig:pump}"
        "\\end{figure}"
        "\\begin{table}\\caption{Rain}\\label{tab:rain}\\begin{tabular}{ll}Year & mm \\\\ \\hline "
        "2016 & 9\\end{tabular}\\end{table}\\unknown{lost}\\end{document}",
        "# Depth\n\nIt is *deep*, as Figure\u00a0-@fig-pump and Table\u00a0-@tbl-rain show.[^1]\n\n"
        "![The pump](pump.png){#fig-pump}\n\n"
        "| Year | mm  |\n|:-----|:----|\n| 2016 | 9   |\n\nTable: Rain {#tbl-rain}\n\n"
        "[^1]: Since 1962.",
        ["Pandoc: Could not load include file secret.tex.", "Pandoc: Skipped '\\unknown{lost}'."],
    ),
    "a.org": (
        "#+TITLE: The well\n* Depth\nIt is /deep/.\n- one\n- two\n| a | b |\n|---+---|\n| c | d |\n"
        '#+INCLUDE: "secret.tex"\n',
        "# Depth\n\nIt is *deep*.\n\n- one\n- two\n\n| a   | b   |\n|-----|-----|\n| c   | d   |",
        ["Pandoc: Could not load include file secret.tex."],
    ),
    "a.rst": (
        "The well\n========\n\nDepth\n-----\n\nIt is *deep*.\n\n.. note:: Take care.\n\n"
        "End\n---\n\nSo.\n",
        "# Depth\n\nIt is *deep*.\n\n> [!NOTE]\n> Take care.\n\n# End\n\nSo.",
        [],
    ),
    "a.adoc": (
        "= The well\n\n== Depth\n\nIt is _deep_.\n\nimage::pump.png[A pump]\n",
        "# Depth\n\nIt is *deep*.\n\n![A pump](pump.png)",
        [],
    ),
    "a.typ": (
        '#set document(title: "The well")\n= Depth\nIt is _deep_.\n',
        "# Depth\n\nIt is *deep*.",
        [],
    ),
    "a.xml": (
        "<article><front><article-meta><title-group><article-title>The well</article-title>"
        "</title-group></article-meta></front><body><sec><title>Depth</title><p>It is <italic>deep"
        "</italic>.</p></sec></body></article>",
        "# Depth\n\nIt is *deep*.",
        [],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_formats(tmp_path: Path, name: str) -> None:
    """Each format is read, without files that it includes."""
    pytest.importorskip("pypandoc")
    text, wanted, losses = READ[name]
    (tmp_path / name).write_text(text)
    (tmp_path / "secret.tex").write_text("Nobody may read this.")
    (tmp_path / "pump.png").write_bytes(picture())
    made = imported(tmp_path / name)
    assert made.title == "The well"
    assert body(made).replace(" {#_depth}", "").replace(" {#sec-depth}", "") == wanted
    assert [one for one in told(made) if one.startswith("Pandoc: ")] == losses
    assert any(one.startswith("It is read by Pandoc") for one in told(made))


def test_slides(tmp_path: Path) -> None:
    """Slides become sections with their images; their notes are reported."""
    pypandoc = pytest.importorskip("pypandoc")
    (tmp_path / "pump.png").write_bytes(picture())
    slides = "# Depth\n\nDeep.\n\n::: notes\nSay so.\n:::\n\n# Pump\n\n![A pump](pump.png)\n"
    command = [pypandoc.get_pandoc_path(), "-o", "a.pptx", "-f", "markdown"]
    subprocess.run(command, input=slides.encode(), cwd=tmp_path, check=True)
    made = imported(tmp_path / "a.pptx")
    assert "## Depth" in body(made)
    assert "Deep." in body(made)
    assert [name.startswith("images/a/") for name in made.images] == [True]
    assert "The speaker's notes of 1 slide are left out." in told(made)


def test_without_pandoc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message says what to install."""
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    (tmp_path / "a.org").write_text("* Depth\n")
    (finding,) = import_file(tmp_path / "a.org").findings
    assert finding.message == "`.org` files are read by Pandoc, which is not installed."
    assert finding.hint == "Install it: pip install 'chapbook[pandoc]'"


def test_files_that_pandoc_cannot_read(tmp_path: Path) -> None:
    """The message about a broken file is that of Pandoc."""
    pytest.importorskip("pypandoc")
    (tmp_path / "a.typ").write_text('#include "other.typ"\n')
    (tmp_path / "a.xml").write_text("<rss/>")
    (tmp_path / "a.pptx").write_bytes(b"x")
    messages = [import_file(tmp_path / f"a.{kind}").findings[0].message for kind in ("typ", "xml")]
    assert messages == [
        "Pandoc cannot read it: File other.typ not found in resource path",
        "Of XML files, only articles in JATS are imported.",
    ]
    assert import_file(tmp_path / "a.pptx").failed
