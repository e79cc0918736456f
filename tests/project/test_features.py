"""The folders of features have what their rows name."""

from __future__ import annotations

import importlib

from pipeline import features
from pipeline.features import FEATURES
from pipeline.render.environment import template_folders
from pipeline.render.style_sheets import CONSTRUCTS


def test_each_block_has_its_syntax() -> None:
    for name, row in FEATURES.items():
        package = importlib.import_module(f"{features.__name__}.{name}")
        assert tuple(getattr(package, "CONTAINERS", ())) == row.blocks, name


def test_each_construct_has_a_style_sheet_or_a_script() -> None:
    files = {file.stem for folder in template_folders() for file in folder.glob("*/*.[cj]s*")}
    assert files >= CONSTRUCTS.keys(), CONSTRUCTS.keys() - files
