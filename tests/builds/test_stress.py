"""A text that nests constructs as nobody would: the checkers find nothing in its outputs, and no
text is lost."""

from __future__ import annotations

import itertools
import random
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline
from pipeline.commands.check.comparison import compare_file
from pipeline.parser import parse_file
from tests.helpers import checkers
from tests.helpers.finished import checked

pytestmark = [pytest.mark.checkers, pytest.mark.slow]

LEAVES = (
    "Plain words, *stressed **strongly*** and `code < & >`, number {n}.",
    "One note^[Number {n}, on [page {n} of it](https://example.org/{n}).] and a formula $x < {n}$.",
    "Back to @sec-s{first}; a word in another script: [سلام]{{lang=ar dir=rtl}}, [水]{{lang=zh}}.",
    "A long word: " + "Donaudampfschifffahrt" * 4 + "{n}.",
    "```python\nif {n} < 2 and '&' != \"<\":\n    print({n})\n```",
    "| Nr | What |\n|---:|:-----|\n| {n} | a *cell* |\n| 2 | `b` |\n\nTable: Table number {n}.",
    "$$\n\\sum_{{i=1}}^{{{n}}} \\frac{{i}}{{2}}\n$$",
    "Term number {n}\n\n: What it means.\n: And what else.",
    "![Picture number {n}](square.svg)\n\nAfter the picture number {n}.",
)
AROUND = (
    lambda text: textwrap.indent(text, "> ", lambda line: True),
    lambda text: "- " + textwrap.indent(text, "  ")[2:],
    lambda text: "7. " + textwrap.indent(text, "   ")[3:],
    lambda text: f"::: note\n{text}\n:::",
    lambda text: f"::: {{.aside}}\n{text}\n:::",
    lambda text: f"<details>\n<summary>More</summary>\n\n{text}\n\n</details>",
)
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def source() -> str:
    """The same text every time."""
    chance = random.Random(1851)
    count = itertools.count(1)

    def block(depth: int, first: int) -> str:
        if depth == 0 or chance.random() < 0.3:
            return chance.choice(LEAVES).format(n=next(count), first=first)
        inner = "\n\n".join(block(depth - 1, first) for _ in range(chance.randint(1, 2)))
        return fenced(chance.choice(AROUND)(inner))

    def sections() -> Iterator[str]:
        for number in range(1, 5):
            level = "#" * (1 + (number - 1) % 3)
            yield f"{level} Section {number} & *more* <{number}> {{#sec-s{number}}}"
            yield from (block(3, max(1, number - 1)) for _ in range(3))

    front = "---\ntitle: 'Stress & strain: <all> “at once”'\nlang: en\ndate: 2026-01-31\n---"
    return "\n\n".join([front, *sections()]) + "\n"


def fenced(text: str) -> str:
    """A block whose fences of colons are longer than those within it."""
    first, *rest = text.split("\n")
    if not first.startswith(":::"):
        return text
    longest = max((len(line) - len(line.lstrip(":")) for line in rest[:-1]), default=0)
    colons = ":" * (max(2, longest) + 1)
    return "\n".join([colons + first.lstrip(":"), *rest[:-1], colons])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stress")
    (folder / "square.svg").write_text(SQUARE, "utf-8")
    (folder / "stress.md").write_text(source(), "utf-8")
    assert pipeline.build(folder / "stress.md", out=folder).diagnostics == ()
    return folder / "stress" / "stress"


def test_nothing_is_lost(built: Path) -> None:
    source = built.parent.parent / "stress.md"
    document = parse_file(source)
    for format in ("html", "pdf", "epub"):
        path = built.with_suffix(f".{format}")
        assert compare_file(path, document, source).diagnostics == (), format


def test_nothing_is_wrong(built: Path) -> None:
    for format in ("html", "epub"):
        assert checked(built.with_suffix(f".{format}")).diagnostics == (), format


def test_epubcheck(built: Path) -> None:
    assert checkers.epubcheck(built.with_suffix(".epub")) == []


def test_nu(built: Path) -> None:
    assert checkers.nu(built.with_suffix(".html")) == []
