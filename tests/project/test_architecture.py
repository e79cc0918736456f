"""The page about the architecture says what is the case."""

from __future__ import annotations

import re
from typing import get_type_hints

from pipeline.flow import steps
from pipeline.keep import Kept
from tests.helpers.documentation import DOCS, fences
from tests.helpers.paths import ROOT
from tests.project.test_imports import LAYERS


def test_the_table_of_functions_is_that_of_the_driver() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\w+) \| (yes)? ?\|$", page, re.MULTILINE)
    shown = [(name, gives, bool(is_kept)) for name, gives, is_kept in rows]
    assert shown == [
        (name, get_type_hints(function)["return"].__name__, isinstance(function, Kept))
        for name, function in vars(steps).items()
        if name in {row[0] for row in rows} or isinstance(function, Kept)
    ]


def test_the_layers_are_those_of_the_imports() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    layers = next(f.text for f in fences(page) if "← system" in f.text)
    shown = [frozenset(re.findall(r"\w+", layer)) for layer in layers.split("←")]
    assert shown == [layer for layer in LAYERS if not any(name.startswith("_") for name in layer)]


def test_the_files_that_it_names_are_there() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    folders = (ROOT / name for name in ("pipeline", "templates", "tests", "docs"))
    paths = [str(path) for folder in folders for path in (folder, *folder.rglob("*"))]
    named = set(re.findall(r"`((?:\w+/)*(?:\w+\.(?:py|toml))|(?:\w+/)+)`", page))
    ends = {name: f"/{name.rstrip('/')}" for name in named if not name.startswith(("build/", "."))}
    assert not [name for name, end in ends.items() if not any(p.endswith(end) for p in paths)]
