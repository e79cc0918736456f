"""The pages of the documentation, parsed for the tests that verify them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from PIL import Image as Picture

import pipeline
from pipeline.model import Document, Image
from tests.helpers import making
from tests.helpers.paths import ROOT
from tests.helpers.trees import nodes

DOCS = ROOT / "docs"
TOP = ("README", "CHANGELOG", "CONTRIBUTING")
PAGES = {
    str(path.relative_to(ROOT)): path
    for path in (*(ROOT / f"{name}.md" for name in TOP), *sorted(DOCS.glob("*.md")))
}

_FENCE = re.compile(r"^(`{3,})([a-z]+)?(?: +(\S+))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_PLAIN = re.compile(r"[\w-]+(?:/[\w-]+)*\.png")


class Fence(NamedTuple):
    """A fence on a page: its language, its file, its text; ``line`` is the line of the page where
    it begins, ``place`` the position of its text in the page."""

    language: str
    file: str
    text: str
    line: int
    place: slice


def fences(page: str) -> list[Fence]:
    """The fences of a page, in order."""
    return [
        Fence(
            language=found[2] or "",
            file=found[3] or "",
            text=found[4],
            line=page.count("\n", 0, found.start()) + 1,
            place=slice(found.start(4), found.end(4)),
        )
        for found in _FENCE.finditer(page)
    ]


def examples(page: str) -> list[Fence]:
    """The sources on a page, except those written to files."""
    return [fence for fence in fences(page) if fence.language == "markdown" and not fence.file]


def write_files(page: str, folder: Path) -> None:
    """Write the files that a page shows (``csv wells.csv``, say) to ``folder``, where its
    examples take them in."""
    for fence in fences(page):
        if fence.file:
            (folder / fence.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / fence.file).write_text(fence.text, "utf-8")


def read(example: str, folder: Path) -> Document:
    """An example as the web page's document. Without front matter it is given a title; its images
    are created in ``folder``, where its included files are."""
    text = example if example.startswith("---\n") else f"---\ntitle: Example\n---\n\n{example}"
    parsed = pipeline.parse(text, "example", folder)
    for node in nodes(parsed):
        if isinstance(node, Image) and _PLAIN.fullmatch(node.source):
            (folder / node.source).parent.mkdir(parents=True, exist_ok=True)
            Picture.new("1", (320, 240)).save(folder / node.source)
    return making.resolved(parsed, "web", folder)
