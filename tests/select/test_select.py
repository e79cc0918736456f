"""Selection: the contents of an edition, without traces of the rest."""

from __future__ import annotations

import itertools
import re
from unicodedata import combining, normalize

import pytest

from pipeline import parse
from pipeline.model import Attributes, Document, Image, List, Paragraph, Table, Text, encode
from pipeline.model.words import understood
from tests.helpers.making import selected
from tests.helpers.trees import nodes, plain_text


def document(source: str) -> Document:
    return parse(f"---\ntitle: T\nlang: en\n---\n\n{source}\n", "x.md")


def words(found: Document) -> str:
    return " ".join(node.text for node in nodes(found.blocks, Text))


@pytest.mark.parametrize(
    ("condition", "kept_by"),
    [
        ("only=pdf", {"handout", "letter", "teacher"}),
        ("only=print", {"handout", "letter", "teacher"}),
        ('only="html epub"', {"web", "ebook"}),
        ('only="HTML, letter"', {"web", "letter"}),
        ("not=pdf", {"web", "ebook"}),
        ("not=ebook,web", {"handout", "letter", "teacher"}),
        ("edition=teacher", {"teacher"}),
        ('edition="web handout"', {"web", "handout"}),
        ("edition=pdf", set()),
        ('only=pdf not=letter edition="letter teacher"', {"teacher"}),
        ('only=""', set()),
        ("lang=de", {"web", "handout", "letter", "teacher", "ebook"}),
    ],
)
def test_conditions(condition: str, kept_by: set[str]) -> None:
    editions = ("web", "handout", "letter", "ebook", "teacher")
    for source in (f"x\n{{{condition}}}", f"[x]{{{condition}}}", f"::: {{{condition}}}\nx\n:::"):
        parsed = document(source)
        assert {name for name in editions if selected(parsed, name).blocks} == kept_by, source


def test_a_document_without_conditions_stays_as_it_is() -> None:
    source = document("a\n{lang=de}")
    found = selected(source)
    assert found.blocks is source.blocks
    assert found.edition == "web"
    assert not source.variants


@pytest.mark.parametrize("edition", ["web", "teacher"])
def test_an_image_in_the_heading_that_is_the_title_stays(edition: str) -> None:
    source = document("# T ![a pump](p.png)\n\nx\n\n::: answer\ny\n:::")
    assert [image.alt for image in nodes(selected(source, edition).blocks, Image)] == ["a pump"]


def test_conditions_are_removed_and_the_rest_of_the_attributes_stay() -> None:
    found = selected(document("a\n{only=html lang=de}\n\nb\n{only=html}"))
    german = Attributes(pairs=(("lang", "de"),))
    assert [block.attributes for block in found.blocks] == [german, Attributes()]


def test_what_is_emptied_goes_too() -> None:
    gone = "[x]{only=pdf}"
    found = selected(
        document(f"- {gone}\n\na\n\n- {gone}\n- kept\n-\n\n::: tip\n{gone}\n:::"), "web"
    )
    assert [type(block) for block in found.blocks] == [Paragraph, List]
    (items,) = (block.items for block in found.blocks if isinstance(block, List))
    assert [plain_text(item.children) for item in items] == ["kept", ""]


def test_tables_lose_rows_but_keep_their_columns() -> None:
    hidden = "class=answer"
    markup = (
        f"<table><tr><th>a<th>b<tr><td>c<td {hidden}>d<tr><td>e<td colspan=1 {hidden}>f</td>"
        f"<tr {hidden}><td>g<td>h</table>"
    )
    (found,) = selected(document(markup)).blocks
    assert isinstance(found, Table)
    rows = [[plain_text(cell.children) for cell in row.cells] for row in found.body]
    assert rows == [["c", ""], ["e", ""]]


def test_a_condition_on_a_heading_holds_for_its_section() -> None:
    sections = (
        "## A\n\na\n\n## B {edition=teacher}\n\nb\n\n### B1 {not=pdf}\n\nb1\n\n### B2\n\n"
        "## C\n\nc\n"
    )
    assert words(selected(document(sections))) == "A a C c"
    assert words(selected(document(sections), "teacher")) == "A a B b B2 C c"
    nested = document("::: x\n## B {edition=teacher}\n\nb\n\n# D\n:::\n\ne")
    assert words(selected(nested)) == "D e"
    last = document("> ## B {edition=teacher}\n>\n> b\n\ne")
    assert words(selected(last)) == "e"


def test_notes_go_with_their_last_reference() -> None:
    source = document(
        "a[^lost]\n{only=pdf}\n\nb[^shared]\n{only=pdf}\n\nc[^shared]\n\n"
        "[^lost]: of lost[^deep]\n\n[^deep]: of deep\n\n[^unused]: of unused\n\n"
        "[^shared]: of shared\n    {only=html}\n\n    always\n"
    )
    found = selected(source)
    assert [note.label for note in found.notes] == ["unused", "shared"]
    assert not found.diagnostics
    handout = selected(source, "handout")
    assert [note.label for note in handout.notes] == ["lost", "deep", "unused", "shared"]
    assert plain_text(handout.notes[3].children) == "always"


def test_a_note_that_is_left_out_takes_its_references_along() -> None:
    source = document("a[^n]\n\n[^n]: x\n    {only=pdf}")
    found = selected(source)
    assert (words(found), found.notes) == ("a", ())
    assert [(d.code, d.line) for d in found.diagnostics] == [("withheld-definition", 6)]


def test_a_definition_in_an_answer_does_not_exist_for_students() -> None:
    source = document(
        "::: answer\n[^1]: secret\n\n[x]: https://secret.example\n\n*[ABC]: secret\n:::\n\n"
        "The ABC of [x][x].[^1]\n\n[^1]: public\n\n[x]: https://public.example\n\n*[ABC]: public"
    )
    found = selected(source)
    assert "secret" not in encode(found).decode()
    assert encode(found).decode().count("public") == 3


def test_unknown_words_are_reported() -> None:
    (found,) = selected(document("::: x\na\n{only=pfd}\n:::")).diagnostics
    assert (found.code, found.source, found.line) == ("bad-attribute", "x.md", 7)
    assert found.hint == "Did you mean `pdf`?"


def test_an_escape_in_a_cell_before_an_answer_moves_nothing_that_is_withheld() -> None:
    source = document("| a | b |\n|---|---|\n| x \\| [a \\| secret]{.answer} | shown |")
    found = encode(selected(source)).decode()
    assert "secret" not in found
    assert "shown" in found


MISPLACED = {
    "a heading that is a title": "::: {.callout-tip}\n### ~ {.answer}\n\n~\n:::",
    "a heading in a cell": "| a | b |\n|---|---|\n| ### ~ {.answer} | c |",
    "a list after an alert": "> [!SOLUTION]\n> - ( ) ~\n> - (x) ~",
    "terms after an alert": "> [!TEACHER]\n> ~\n> : ~",
    "a rule after an alert": "> [!ANSWER]\n> ---\n> ~",
    "a caption of figures": "::: figures\n![a](a.png)\n\n![b](b.png)\n\n~\n{.answer}\n:::",
    "a term": '<dl><dt class="answer">~<dd>shown</dl>',
    "a definition": '<dl><dt>shown<dd class="answer">~</dl>',
    "a figure's caption": '<figure><img src="a.png"><figcaption class="answer">~</figure>',
    "a table's caption": '<table><caption class="answer">~</caption><tr><td>shown</table>',
    "a part of a table": '<table><tbody class="answer"><tr><td>~<tbody><tr><td>shown</table>',
    "an expansion": 'An <abbr class="answer" title="~">shown</abbr>.',
    "a string": "An [a](https://example.org \"<span class='answer'>~</span>\").",
    "loose brackets": "~] {.answer}",
}
"""Marks that constructs do not take up, each about the secrets at ``~``."""


def test_an_escaped_list_behind_an_escaped_bar_withholds_nothing() -> None:
    source = document("| a \\| b | \\{.answer} c |\n|---|---|\n| d | e |")
    assert not source.withheld
    assert not source.diagnostics
    assert words(selected(source)) == "a | b {.answer} c d e"


UNUSUAL = {
    "the end of a box": "::: note\n~\n::: {.answer}\n\n~",
    "the end of a box with a box in it": "::: note\n~\n\n:::: tip\n~\n::::\n::: {.answer}",
    "a heading in a group": '<hgroup>\n<h2 class="answer">~</h2>\n<p>~</p>\n</hgroup>\n\n~',
    "brackets of a heading": "a [~\n\n~]{.answer} b\n---\n\n~",
    "brackets behind an escaped bar": "| a \\| b [~]{.answer} |\n|---|\n| c |",
    "a line below a table": "> | ~ |\n> |---|\n> | ~ |\n> {.answer}",
}


@pytest.mark.parametrize("place", UNUSUAL)
def test_a_mark_withholds_all_that_it_may_be_about(place: str) -> None:
    source = document("shown\n\n" + UNUSUAL[place].replace("~", "secret"))
    found = encode(selected(source)).decode()
    assert "shown" in found
    assert "secret" not in found
    assert "secret" in encode(selected(source, "teacher")).decode()


@pytest.mark.parametrize("place", MISPLACED)
def test_a_mark_that_nothing_takes_up_withholds_what_is_around_it(place: str) -> None:
    source = document("shown\n\n" + MISPLACED[place].replace("~", "secret"))
    found = encode(selected(source)).decode()
    assert "shown" in found
    assert "secret" not in found
    assert "secret" in encode(selected(source, "teacher")).decode()
    assert "misplaced-mark" in [finding.code for finding in source.diagnostics]


@pytest.mark.parametrize("key", ["solution", "answer", "data-answer", "lösung", "respuesta"])
def test_no_attribute_is_an_answer(key: str) -> None:
    source = document(f"::: exercise {{{key}=secret}}\n[a]{{{key}=secret}}\n:::")
    for edition in ("web", "teacher"):
        assert "secret" not in encode(selected(source, edition)).decode()
    assert {finding.code for finding in source.diagnostics} == {"bad-attribute"}


FORMS = (
    "::: {name}\n{mark}\n:::",
    "::: {{.{name}}}\n{mark}\n:::",
    "::: note {{.{name}}}\n{mark}\n:::",
    "[{mark}]{{.{name}}}",
    "<div class='{name}'>\n\n{mark}\n\n</div>",
    "## {mark} {{.{name}}}\n\n{mark}\n\n## Shown",
    "> [!{name}]\n> {mark}",
    "!!! {name}\n    {mark}",
    "```{{{name}}}\n{mark}\n```",
)
"""The ways in which authors may write a name, as that of a block or as a class."""


@pytest.mark.parametrize("meaning", ["answer", "teacher"])
def test_students_get_nothing_by_a_word_for_an_answer(meaning: str) -> None:
    """In every language, as authors may write it: each spelling in two of the ways in turn."""
    names: dict[str, None] = {}
    for word in understood(meaning):
        joined = re.sub(r"[\W_]+", "-", word.casefold()).strip("-")
        plain = "".join(c for c in normalize("NFKD", joined) if not combining(c))
        names.update(dict.fromkeys((joined, joined.upper(), joined.replace("-", "_"), plain)))
    hidden = {name: f"hidden-{index}-" for index, name in enumerate(names)}
    forms = itertools.cycle(FORMS)
    texts = [
        form.format(name=name, mark=mark)
        for name, mark in hidden.items()
        for form in itertools.islice(forms, 2)
    ]
    document = parse("# T\n\n" + "\n\n".join(texts))
    assert not document.diagnostics
    said = plain_text(selected(document, "handout").blocks)
    assert "Shown" in said
    assert [name for name, mark in hidden.items() if mark in said] == []
    said = plain_text(selected(document, "teacher").blocks)
    assert [name for name, mark in hidden.items() if said.count(mark) < 2] == []


NO_ANSWERS = (
    "question task exercise instructions lecture document education section selection resolution"
    " definition keyboard keypoints discussion caption tutorial tarea tâche Aufgabe Hinweis"
    " presupuesto responsive objectives prereq checklist theorem proof remark reader"
).split()


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_students_get_what_only_sounds_a_little_like_an_answer(name: str) -> None:
    document = parse(f"# T\n\n::: {name}\nshown\n:::\n\n[shown]{{.{name}}}\n")
    assert plain_text(selected(document, "handout").blocks).count("shown") == 2
