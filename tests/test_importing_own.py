"""Chapbook's own outputs, imported again: the same text, except for information that pages do not
contain."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from pipeline import model
from pipeline.authoring.importing import import_file
from pipeline.driver import build
from pipeline.model import Document, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import plain_text, top_level, walk
from pipeline.model.variables import look_up, values
from pipeline.parser import parse, parse_file
from pipeline.parser.constructs.charts import DIAGRAMS
from pipeline.select import select

ROOT = Path(__file__).parent.parent
SOURCES = {
    "publication": ROOT / "source" / "ending-modern-slavery.md",
    "book": ROOT / "tests" / "book" / "book.md",
}
FILES = {"web": "html", "ebook": "epub"}

LOST: dict[str, dict[str, tuple[int, int]]] = {
    "publication": {"Matching": (1, 0), "Ordering": (1, 0), "List": (2, 5)},
    "book": {
        "Matching": (2, 0), "Ordering": (1, 0), "List": (21, 26), "Bibliography": (1, 0),
        "Citation": (15, 0), "Variable": (1, 0), "Chart": (11, 7), "Figure": (11, 15),
        "Table": (25, 21), "TableCell": (334, 314), "Code": (14, 4), "Container": (18, 17),
    },
}  # fmt: skip
"""Elements that return in another form or not at all, because no page has them: answers (and so
matching and ordering, which become lists, and the words of a bank), cited works, the sources of
diagrams, the name of the edition, and meaningless containers."""

COMPARED = (
    "Heading", "Section", "List", "DefinitionList", "BlockQuote", "CodeBlock", "MathBlock", "Table",
    "Figure", "FigureGroup", "Chart", "Admonition", "Dialogue", "Turn", "Exercise", "Choices",
    "Choice", "Matching", "Ordering", "Container", "PageBreak", "ThematicBreak", "Note",
    "NoteReference", "CrossReference", "Citation", "Math", "Blank", "Variable", "Abbreviation",
    "Code", "Strong", "LineBreak", "TableCell", "Bibliography", "Index", "WritingLines",
)  # fmt: skip


@pytest.fixture(scope="module", params=sorted(SOURCES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a source and its outputs, without page marks."""
    source = SOURCES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(source.parent, folder / "source", ignore=shutil.ignore_patterns("build"))
    copy = folder / "source" / source.name
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text.replace("---\n", "---\npage_list: false\n", 1), encoding="utf-8")
    build(copy, FILES, out=folder)
    copy.rename(copy.with_name(f"{request.param}.md"))
    return folder / "source" / f"{request.param}.md"


def with_values(document: Document) -> Document:
    """A document with the values of its variables."""
    known = values(document.metadata)

    def value(node: model.Variable) -> Node:
        return model.Text(text=look_up(node.name, known)) if look_up(node.name, known) else node

    return rewrite_document(document, leave={model.Variable: value})


def counts(document: Document) -> Counter[str]:
    return Counter(type(node).__name__ for node in walk(top_level(document)))


def words(document: Document) -> Counter[str]:
    """All words of a document."""
    said: list[str] = []
    for node in walk(top_level(document)):
        match node:
            case model.Text() | model.Code() | model.Abbreviation():
                said.append(node.text)
            case model.CodeBlock():
                said += (" ", node.text, " ")
            case model.Emphasis() | model.Strong() | model.Strikethrough() | model.Link():
                continue
            case _:
                said.append(" ")
    return Counter(re.findall(r"\w+", "".join(said)))


def titles(document: Document) -> list[tuple[str, str, str]]:
    """The kinds and titles of elements with titles, and the order of speakers."""
    found = []
    for node in walk(top_level(document)):
        match node:
            case model.Admonition():
                found.append(("box", node.kind, plain_text(node.title)))
            case model.Exercise():
                found.append(("exercise", "", plain_text(node.title)))
            case model.Turn():
                first = next(n.text for n in walk(node) if isinstance(n, model.Text))
                found.append(("turn", node.speaker, first[:20]))
            case model.CodeBlock():
                found.append(("code", node.language, f"{node.file_name} {node.marked}"))
            case model.Chart() if node.kind not in DIAGRAMS.values():
                found.append(("chart", node.kind, ""))
            case model.Container() if node.name != "glossary":
                found.append(("container", node.name, " ".join(node.attributes.classes)))
            case _:
                continue
    return [tuple(re.sub(r"\W+", " ", said) for said in one) for one in found]  # type: ignore[misc]


@pytest.mark.parametrize("edition", FILES)
def test_comes_back(made: Path, edition: str) -> None:
    """A web page and an e-book come back as the source that they are of."""
    source = with_values(select(parse_file(made), EDITIONS[edition]))
    stem = SOURCES[made.stem].stem
    back = import_file(made.parent.parent / stem / f"{stem}.{FILES[edition]}")
    again = parse(back.text, "back.md")
    assert not [one.message for one in again.diagnostics if "image" not in one.message]
    assert not any("another form" in one.message for one in back.findings)
    before, after = counts(source), counts(again)
    changed = {n: (before[n], after[n]) for n in COMPARED if before[n] != after[n]}
    assert changed == LOST[made.stem]
    assert titles(again) == titles(source)
    drawn: Changes = {model.Chart: lambda node: () if node.kind in DIAGRAMS.values() else node}
    read = words(rewrite_document(source, leave=drawn))
    assert (read - words(again)).total() <= 2  # in data that charts are written with
    assert again.metadata.title == source.metadata.title
    assert again.metadata.subtitle == source.metadata.subtitle
    assert again.metadata.keywords == source.metadata.keywords
    said = "The page does not say which choices are right: mark these with (x) or [x]."
    assert said in [one.message for one in back.findings]


KEPT = """\
---
title: The well
number_sections: true
page_list: false
score:
- head
- exercises
---

## Water {index="Water; Wells!of villages"}

Two [wells]{.term of=Well}, each a [well]{.term}, are [dug]{.index entry="Digging!by hand"} here.

### Thanks {.unnumbered}

::: verse The walk {every=2 start=3}
The road is long,
the bucket [heavy]{#ln-heavy}.
:::

::: exercise What it says {#ex-poem}
a) What is heavy in @ln-heavy? {marks=1}

b) Why? {#ex-why marks=2.5}

   ::: lines 2
   :::
:::

::: exercise True? {points=3}
|               | true |  false  |
|---------------|:----:|:-------:|
| Wells are dug | [ ]  | [ ] why |

::: word-bank
pump, rope
:::
:::

@ex-poem asks, and @ex-why too.

![A pump](images/a-pump.svg){.right .wrap width=30%}

::: question Who counts? {collapse=true}
The smallest.
:::

::: info
It lifts water.
:::

## Words {.glossary}

Well
:   A hole.

::: exercise
Draw a pump.

::: space 40mm {.squared}
:::
:::

[]{.index entry=Pumps see="Wells!of villages"}

::: index
:::
"""


@pytest.mark.parametrize("scores", ["- head\n", "- head\n- table\n", "- foot\n- table\n"])
def test_comes_back_whole(scores: str, tmp_path: Path) -> None:
    """Marks, scores, banks, grids, numbered lines, terms, index and numbers of sections come back
    word for word."""
    source = tmp_path / "well.md"
    written = KEPT.replace("- head\n", scores, 1)
    source.write_text(written, encoding="utf-8")
    (tmp_path / "images").mkdir()
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>'
    (tmp_path / "images" / "a-pump.svg").write_text(drawing)
    build(source, {"web": "html"}, out=tmp_path / "out")
    back = import_file(tmp_path / "out" / "well" / "well.html")
    assert back.text == written.replace("page_list: false\n", "")
