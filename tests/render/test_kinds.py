"""Layouts of kinds of publication: what the sources of all kinds come to on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipeline
from pipeline.model.kinds import KINDS
from tests.helpers.paths import TESTS

SOURCES = TESTS / "look" / "kinds"


@pytest.mark.parametrize("kind", ["newsletter", "recipe", "play"])
def test_a_kind_is_built_without_a_finding(kind: str, tmp_path: Path) -> None:
    editions = ["web", "handout", "ebook"]
    result = pipeline.build(SOURCES / f"{kind}.md", editions, out=tmp_path)
    assert not result.diagnostics
    assert {"pdf", "html", "epub"} <= {file.suffix[1:] for file in result.files}


@pytest.mark.parametrize(("kind", "count"), [("recipe", 1), ("play", 0)])
def test_headings_of_a_kind_mean_the_same_in_all_languages(
    kind: str, count: int, tmp_path: Path
) -> None:
    source = tmp_path / "suppe.md"
    source.write_text(f"---\ntitle: Suppe\nkind: {kind}\nlang: de\n---\n\n## Zutaten\n\n- Salz\n")
    pipeline.build(source, ["web"], out=tmp_path)
    page = (tmp_path / "suppe" / "suppe.html").read_text("utf-8")
    sections = [tag for tag in re.findall(r"<section[^>]*>", page) if "ingredients" in tag]
    assert len(sections) == count


def test_all_kinds_but_the_plain_ones_have_a_style_sheet() -> None:
    from pipeline.system.paths import builtin_templates

    sheets = {file.stem for file in (builtin_templates() / "pdf" / "kinds").glob("*.css")}
    assert sheets == KINDS.keys() - {"", "handout", "interview"}
