"""Short texts that would stand for long ones: each is a finding, in no time and little room."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.editions import EDITIONS
from pipeline.model import Document
from pipeline.resolve import resolve
from pipeline.select import select
from pipeline.tree import plain_text

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>T</title></info>{macros}
<citation><layout><text macro="m{last}"/></layout></citation></style>"""


def resolved(text: str, folder: Path) -> Document:
    return resolve(select(pipeline.parse(text, folder=folder), EDITIONS["web"]), folder)


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.diagnostics]


def test_strings_that_double(tmp_path: Path) -> None:
    strings = "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(60))
    library = (
        f"@string{{a0 = {{ha}}}}\n{strings}@book{{k, title = a60}}\n@book{{l, title = {{L}}}}\n"
    )
    (tmp_path / "a.bib").write_text(library, "utf-8")
    found = resolved("---\ntitle: T\nlang: en\nbibliography: a.bib\n---\n\nA [@l].\n", tmp_path)
    assert any("longer than a library" in each.message for each in found.diagnostics)


@pytest.mark.parametrize("itself", [False, True])
def test_macros_that_call_each_other(itself: bool, tmp_path: Path) -> None:
    macros = '<macro name="m0"><text value="ha"/></macro>'
    for n in range(60):
        called = f'<text macro="m{n + 1 if itself else n}"/>'
        macros += f'<macro name="m{n + 1}">{called * 2}</macro>'
    (tmp_path / "a.csl").write_text(STYLE.format(macros=macros, last=60), "utf-8")
    (tmp_path / "a.bib").write_text("@book{k, title = {K}}\n", "utf-8")
    head = "---\ntitle: T\nlang: en\nbibliography: a.bib\ncitation_style: a.csl\n---\n\n"
    found = resolved(f"{head}A [@k].\n", tmp_path)
    assert any("macro" in each.message for each in found.diagnostics), found.diagnostics


def test_variables_that_stand_for_too_much(tmp_path: Path) -> None:
    head = f"---\ntitle: T\nlang: en\nvariables:\n  a: {'b' * 5_000}\n---\n\n"
    found = resolved(head + "{{ a }} " * 1_500, tmp_path)
    assert codes(found) == ["long-variables"]
    assert len(plain_text(found.blocks[0].children)) < 5_100_000  # type: ignore[union-attr]
    assert not codes(resolved(head + "{{ a }} " * 500, tmp_path))
