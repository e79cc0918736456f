"""Every kind of node has all that belongs to one: a template, a golden case and an example; and
every task of the core a feature that does it. A failure names what is missing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

import pipeline
from pipeline import model
from pipeline.features.dialects import DIALECTS
from pipeline.model import Block, Document, Inline, Node, SoftBreak, Text
from pipeline.parser.syntax import BLOCKS
from pipeline.render.node_markup import template_name
from pipeline.system.paths import template_folders
from tests.helpers import placements
from tests.helpers.documentation import DOCS, examples, read, write_files
from tests.helpers.paths import CASES, ROOT
from tests.helpers.trees import nodes

NODES = {
    kind.__name__: kind
    for kind in vars(model).values()
    if isinstance(kind, type) and issubclass(kind, Node) and kind is not Node
}
RENDERED = {kind.__name__: kind for kind in (*get_args(Block), *get_args(Inline))}
"""Nodes that are rendered by themselves; others are parts of these."""

BARE = {Text.__name__, SoftBreak.__name__}
"""Nodes that are nothing but text, which the renderer escapes itself."""


def test_every_node_has_a_template() -> None:
    for name in RENDERED.keys() - BARE:
        file = f"shared/nodes/{template_name(RENDERED[name])}"
        assert any((folder / file).is_file() for folder in template_folders()), f"missing: {file}"


def test_every_template_has_a_node() -> None:
    known = {template_name(kind) for kind in RENDERED.values()}
    strays = [
        str(file.relative_to(ROOT))
        for folder in template_folders()
        for file in folder.rglob("nodes/*.html.j2")
        if file.name not in known
    ]
    assert not strays


def parsed(text: str, folder: Path) -> Document:
    return pipeline.parse(text, folder=folder)


def kinds(documents: Iterable[Document]) -> set[str]:
    """The kinds of nodes in documents, until there are all."""
    found: set[str] = set()
    for document in documents:
        found |= {type(node).__name__ for node in nodes(document)}
        if found.issuperset(NODES.keys() - UNWRITTEN):
            break
    return found


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    page = (DOCS / "markdown.md").read_text("utf-8")
    folder = tmp_path_factory.mktemp("examples")
    write_files(page, folder)
    texts = [example.text for example in examples(page)]
    resolved = (text for text in texts if re.search("bibliography:|index", text))
    return kinds(parsed(text, folder) for text in texts) | kinds(
        read(text, folder) for text in resolved
    )


UNWRITTEN = {"PageMark"}
"""Nodes that no source makes by itself: they come from the layout
(tests/features/test_page_marks.py)."""


def test_every_node_has_an_example(shown: set[str]) -> None:
    missing = NODES.keys() - UNWRITTEN - shown
    assert not missing, f"docs/markdown.md: no example yields {', '.join(missing)}"


RESOLVED = ("citations/place", "index/see")
"""Cases that together have all nodes that only the passes make."""

RICH = (
    "positions/blocks", "variables/places", "exercises/positions", "dialogue/places", "math/gaps",
    "other-tools/liascript-gaps", "other-tools/r-markdown", "breaks/room", "breaks/pages",
    "breaks/thematic", "emphasis/simple", "charts/colons",
)  # fmt: skip
"""Cases that have the kinds of nodes; others are asked for what is still missing."""


@pytest.fixture(scope="session")
def cased(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("cases")
    for files in sorted(CASES.glob("*/files")):
        shutil.copytree(files, folder / "files", dirs_exist_ok=True)
    others = (file.relative_to(CASES).with_suffix("") for file in CASES.glob("*/*.md"))
    names = dict.fromkeys((*RESOLVED, *RICH, *sorted(map(Path.as_posix, others))))
    texts = ((name, (CASES / f"{name}.md").read_text("utf-8")) for name in names)
    return kinds((read if name in RESOLVED else parsed)(text, folder) for name, text in texts)


def test_every_node_has_a_golden_case(cased: set[str]) -> None:
    missing = NODES.keys() - UNWRITTEN - cased
    assert not missing, f"tests/cases/: no source yields {', '.join(missing)}"


def test_answers_are_placed_in_every_block() -> None:
    of_tools = (name for table in DIALECTS for name in table.blocks)
    assert placements.BLOCKS.keys() == {*BLOCKS, *of_tools, "left-out"}
    assert len(placements.placements()) > 5000
