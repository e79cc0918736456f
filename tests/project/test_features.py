"""Style sheets of constructs."""

from __future__ import annotations

from pipeline.render.style_sheets import CONSTRUCTS
from pipeline.system.paths import template_folders


def test_each_construct_has_a_style_sheet_or_a_script() -> None:
    files = {file.stem for folder in template_folders() for file in folder.glob("*/*.[cj]s*")}
    assert files >= CONSTRUCTS.keys(), CONSTRUCTS.keys() - files
