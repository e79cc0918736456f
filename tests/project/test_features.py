"""Style sheets of constructs."""

from __future__ import annotations

from pipeline.render.environment import template_folders
from pipeline.render.style_sheets import CONSTRUCTS


def test_each_construct_has_a_style_sheet_or_a_script() -> None:
    files = {file.stem for folder in template_folders() for file in folder.glob("*/*.[cj]s*")}
    assert files >= CONSTRUCTS.keys(), CONSTRUCTS.keys() - files
