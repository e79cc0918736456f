"""Marks of other tools: each row of the table in docs/markdown.md is run.

`EXPECTED` has a part of the HTML that each row's example becomes, by the example as the row
shows it; a row that says *told* has findings, and no other has.
"""

from __future__ import annotations

import pytest

from pipeline.fragment import render_fragment
from pipeline.parser import parse
from pipeline.parser.blocks.tables import split_row
from pipeline.parser.lines import Line
from pipeline.resolve import resolve_fragment
from tests.documentation import DOCS

EXPECTED = {
    "[text]{.underline}": "<u>text</u>",
    "::: {.callout-tip}⏎Text⏎:::": '<div class="box tip" role="doc-tip">',
}


def rows() -> dict[str, str]:
    """What becomes of each example of the table, in the words of its row."""
    text = (DOCS / "markdown.md").read_text("utf-8")
    section = text.partition("## Coming from other tools\n")[2].partition("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("|")][2:]
    found = {}
    for line in lines:
        example, _, becomes = split_row(Line(line, 0, 0))
        fence = "``" if example.startswith("``") else "`"
        found[example.strip(fence).removeprefix(" ").removesuffix(" ")] = str(becomes)
    return found


ROWS = rows()


def test_every_row_is_run() -> None:
    assert list(ROWS) == list(EXPECTED)


@pytest.mark.parametrize("example", ROWS)
def test_row(example: str) -> None:
    source = example.replace("⏎", "\n")
    assert EXPECTED[example] in render_fragment(source)
    document = resolve_fragment(parse(f"---\ntitle: A title\n---\n\n{source}"))
    told = [found for found in document.diagnostics if found.code != "missing-image"]
    assert bool(told) == ("*told*" in ROWS[example]), told
