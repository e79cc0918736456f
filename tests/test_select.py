"""Selection: the contents of an edition, without traces of the rest."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

import pytest

from pipeline.model import (
    Attributes,
    Block,
    Container,
    Document,
    Heading,
    InlineElement,
    List,
    ListItem,
    Note,
    NoteReference,
    Paragraph,
    Plain,
    Table,
    TableCell,
    TableRow,
    Text,
)
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.tree import plain_text, walk
from pipeline.model.words import understood
from pipeline.parser import parse
from pipeline.select import select

WEB, HANDOUT, LETTER, EBOOK = (EDITIONS[name] for name in ("web", "handout", "letter", "ebook"))
TEACHER = EDITIONS["teacher"]


def given(**pairs: str) -> Attributes:
    return Attributes(pairs=tuple((key.rstrip("_"), value) for key, value in pairs.items()))


def text(words: str, note: str = "", **pairs: str) -> Paragraph:
    reference = (NoteReference(label=note),) if note else ()
    return Paragraph(attributes=given(**pairs), children=(Text(text=words), *reference))


def document(*blocks: Block, notes: tuple[Note, ...] = ()) -> Document:
    return Document(metadata=Metadata(), blocks=blocks, notes=notes, source="x.md")


def words(found: Document) -> str:
    return " ".join(node.text for node in walk(found.blocks) if isinstance(node, Text))


@pytest.mark.parametrize(
    ("condition", "kept_by"),
    [
        (given(only="pdf"), {"handout", "letter", "teacher"}),
        (given(only="print"), {"handout", "letter", "teacher"}),
        (given(only="html epub"), {"web", "ebook"}),
        (given(only="HTML, letter"), {"web", "letter"}),
        (given(not_="pdf"), {"web", "ebook"}),
        (given(not_="ebook,web"), {"handout", "letter", "teacher"}),
        (given(edition="teacher"), {"teacher"}),
        (given(edition="web handout"), {"web", "handout"}),
        (given(edition="pdf"), set()),
        (given(only="pdf", not_="letter", edition="letter teacher"), {"teacher"}),
        (given(only=""), set()),
        (given(lang="de"), {"web", "handout", "letter", "teacher", "ebook"}),
    ],
)
def test_conditions(condition: Attributes, kept_by: set[str]) -> None:
    source = document(Paragraph(attributes=condition, children=(Text(text="x"),)))
    editions = (WEB, HANDOUT, LETTER, EBOOK, TEACHER)
    assert {e.name for e in editions if select(source, e).blocks} == kept_by


def test_a_document_without_conditions_stays_as_it_is() -> None:
    source = document(text("a", lang="de"))
    found = select(source, WEB)
    assert found.blocks is source.blocks
    assert found.edition == "web"


def test_conditions_are_removed_and_the_rest_of_the_attributes_stay() -> None:
    found = select(document(text("a", only="html", lang="de"), text("b", only="html")), WEB)
    assert [block.attributes for block in found.blocks] == [given(lang="de"), Attributes()]


def test_what_is_emptied_goes_too() -> None:
    gone = InlineElement(name="span", attributes=given(only="pdf"), children=(Text(text="x"),))
    item = ListItem(children=(Paragraph(children=(gone,)),))
    kept = ListItem(children=(text("kept"),))
    empty = ListItem(children=())
    container = Container(name="tip", children=(Paragraph(children=(gone,)),))
    blocks = (
        List(ordered=False, items=(item,)),
        List(ordered=False, items=(item, kept, empty)),
        container,
    )
    found = select(document(*blocks), WEB)
    assert found.blocks == (List(ordered=False, items=(kept, empty)),)


def test_tables_lose_rows_but_keep_their_columns() -> None:
    def cell(words: str, **pairs: str) -> TableCell:
        text = Plain(children=(Text(text=words),))
        return TableCell(attributes=given(**pairs), children=(text,))

    table = Table(
        head=(TableRow(cells=(cell("a"), cell("b"))),),
        body=(
            TableRow(cells=(cell("c"), cell("d", only="pdf"))),
            TableRow(attributes=given(only="pdf"), cells=(cell("e"), cell("f"))),
        ),
    )
    (found,) = select(document(table), WEB).blocks
    assert isinstance(found, Table)
    assert [[plain_text(c.children) for c in row.cells] for row in found.body] == [["c", ""]]


def test_a_condition_on_a_heading_holds_for_its_section() -> None:
    def heading(level: int, words: str, **pairs: str) -> Heading:
        return Heading(level=level, attributes=given(**pairs), children=(Text(text=words),))

    blocks = (
        heading(2, "A"),
        text("a"),
        heading(2, "B", edition="teacher"),
        text("b"),
        heading(3, "B1", not_="pdf"),
        text("b1"),
        heading(3, "B2"),
        heading(2, "C"),
        text("c"),
    )
    assert words(select(document(*blocks), WEB)) == "A a C c"
    assert words(select(document(*blocks), TEACHER)) == "A a B b B2 C c"
    nested = Container(name="x", children=(*blocks[2:4], heading(1, "D")))
    assert words(select(document(nested), WEB)) == "D"


def test_notes_go_with_their_last_reference() -> None:
    notes = (
        Note(label="lost", children=(text("of lost", note="deep"),)),
        Note(label="deep", children=(text("of deep"),)),
        Note(label="shared", children=(text("of shared", only="html"), text("always"))),
        Note(label="unused", children=(text("of unused"),)),
    )
    blocks = (text("a", "lost", only="pdf"), text("b", "shared", only="pdf"), text("c", "shared"))
    found = select(document(*blocks, notes=notes), WEB)
    assert [note.label for note in found.notes] == ["shared", "unused"]
    assert not found.diagnostics
    handout = select(document(*blocks, notes=notes), HANDOUT)
    assert [note.label for note in handout.notes] == ["lost", "deep", "shared", "unused"]
    assert handout.notes[2].children == (text("always"),)


def test_a_note_that_is_left_out_takes_its_references_along() -> None:
    notes = (Note(label="n", children=(text("x", only="pdf"),)),)
    found = select(document(text("a", "n"), notes=notes), WEB)
    assert (found.blocks, found.notes) == ((text("a"),), ())


def test_unknown_words_are_reported() -> None:
    block = Container(name="x", span=Span(7, 3), children=(text("a", only="pfd"),))
    (found,) = select(document(block), WEB).diagnostics
    assert (found.code, found.source, found.line) == ("bad-attribute", "x.md", 7)
    assert found.hint == "Did you mean `pdf`?"


@pytest.mark.parametrize("meaning", ["answer", "teacher"])
def test_students_get_nothing_by_a_word_for_an_answer(meaning: str) -> None:
    """As the name of a block, as authors may write it, and as a class, in every language."""
    names: dict[str, None] = {}
    for word in understood(meaning):
        joined = re.sub(r"[\W_]+", "-", word.casefold()).strip("-")
        plain = "".join(c for c in normalize("NFKD", joined) if not combining(c))
        names.update(dict.fromkeys((joined, joined.upper(), joined.replace("-", "_"), plain)))
    hidden = [f"hidden-{index}-" for index, _ in enumerate(names)]
    document = parse(
        "# T\n\n"
        + "\n\n".join(
            f"::: {name}\n{mark}\n:::\n\n::: {{.{name}}}\n{mark}\n:::\n\n"
            f"::: note {{.{name}}}\n{mark}\n:::\n\n[{mark}]{{.{name}}}\n\n"
            f"<div class='{name}'>\n\n{mark}\n\n</div>\n\n## {mark} {{.{name}}}\n\n{mark}\n\n"
            f"## Shown\n\n> [!{name}]\n> {mark}\n\n!!! {name}\n    {mark}\n\n"
            f"```{{{name}}}\n{mark}\n```\n"
            for mark, name in zip(hidden, names, strict=True)
        )
    )
    assert not document.diagnostics
    said = plain_text(select(document, EDITIONS["handout"]).blocks)
    assert "Shown" in said
    assert [name for mark, name in zip(hidden, names, strict=True) if mark in said] == []
    said = plain_text(select(document, EDITIONS["teacher"]).blocks)
    assert [name for mark, name in zip(hidden, names, strict=True) if said.count(mark) != 10] == []


NO_ANSWERS = (
    "question task exercise instructions lecture document education section selection resolution"
    " definition keyboard keypoints discussion caption tutorial tarea tâche Aufgabe Hinweis"
    " presupuesto responsive objectives prereq checklist theorem proof remark reader"
).split()


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_students_get_what_only_sounds_a_little_like_an_answer(name: str) -> None:
    document = parse(f"# T\n\n::: {name}\nshown\n:::\n\n[shown]{{.{name}}}\n")
    assert plain_text(select(document, EDITIONS["handout"]).blocks).count("shown") == 2
