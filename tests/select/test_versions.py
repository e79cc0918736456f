"""Versions: other orders, the same in handout and key, marked on every page."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import pytest

import pipeline
from pipeline import Document
from pipeline.exercises.versions import arrange
from pipeline.model import Choices, Exercise, Matching, Ordering
from pipeline.model.editions import EDITIONS, variations_wanted
from pipeline.model.metadata import Metadata
from tests.helpers import making
from tests.helpers.finished import all_text
from tests.helpers.pdf_reading import page_texts
from tests.helpers.trees import nodes, plain_text

HEAD = "---\ntitle: Wells\nlang: en\nversions: 3\n---\n\n"
TEXT = f"""{HEAD}
::: exercise Choose {{#ex-choose}}
Which is deep?

- ( ) The sea
- (x) A well
- ( ) A cup
- ( ) All of these {{.fixed}}
:::

::: exercise Fill
The ____{{rope}} is long.
:::

::: teacher
About filling.
:::

::: exercise Match
::: matching
| mine | ore |
|---|---|
| tree | fruit |
| hen | eggs |
| cow | milk |
:::
:::

::: exercise Order
::: ordering
1. dig
2. line
3. draw
4. drink
:::
:::

Between them, see @ex-choose.

::: together
::: exercise One
1. Read. ____{{books}}
:::

::: exercise Two
1. Tell what you read.
:::
:::

::: exercise Three
1. Sing.
:::

::: exercise Last {{.fixed}}
1. Rest.
:::
"""


@functools.cache
def documents(edition: str, source: str = TEXT) -> dict[str, Document]:
    parsed = making.without_findings(pipeline.parse(source))
    versions = [version for version, _ in parsed.metadata.versions]
    return {each: making.resolved(parsed, edition, variation=each) for each in versions}


def titles(document: Document) -> list[str]:
    return [plain_text(node.title) for node in nodes(document, Exercise)]


def the(document: Document, kind: type[Choices | Matching | Ordering]) -> list[str]:
    node = nodes(document, kind)[0]
    items = node.right if isinstance(node, Matching) else node.items
    return [plain_text(item.children) for item in items]


def test_each_version_has_another_order_and_the_first_that_of_the_text() -> None:
    made = documents("handout")
    assert list(made) == ["A", "B", "C"]
    first, *rest = titles(made["A"])[:4], titles(made["B"])[:4], titles(made["C"])[:4]
    assert first == ["Choose", "Fill", "Match", "Order"]
    assert all(sorted(order) == sorted(first) for order in rest)
    for kind in (Choices, Matching, Ordering):
        assert len({tuple(the(document, kind)) for document in made.values()}) == 3
    assert len({tuple(titles(document)) for document in made.values()}) == 3
    assert the(made["A"], Choices) == ["The sea", "A well", "A cup", "All of these"]


def test_groups_and_what_is_fixed_keep_their_places() -> None:
    for document in documents("handout").values():
        order = titles(document)
        assert order[-1] == "Last"
        assert order.index("Two") == order.index("One") + 1
        assert the(document, Choices)[-1] == "All of these"
        assert {"Choose", "Fill", "Match", "Order"} == set(order[:4])


def test_notes_for_teachers_stay_with_their_exercise() -> None:
    for document in documents("teacher").values():
        assert "is long.About filling." in plain_text(document)


def test_numbers_and_references_are_those_of_the_version() -> None:
    for document in documents("handout").values():
        assert [node.number for node in nodes(document, Exercise)] == list(range(1, 9))
        number = titles(document).index("Choose") + 1
        assert f"see Exercise\u00a0{number}" in plain_text(document)


def test_pupils_and_teachers_have_the_same_order_in_each_version() -> None:
    pupils, teachers = documents("handout"), documents("teacher")
    for version, document in pupils.items():
        assert titles(document) == titles(teachers[version])
        for kind in (Choices, Matching, Ordering):
            assert the(document, kind) == the(teachers[version], kind)


def test_screens_have_the_first_version() -> None:
    source = TEXT.replace("versions: 3", "versions: {X: 5, Y: 0}")
    web, made = making.resolved(source), documents("handout", source)
    assert titles(web) == titles(made["X"])
    assert titles(made["Y"])[:4] == ["Choose", "Fill", "Match", "Order"]
    assert titles(made["X"]) != titles(made["Y"])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_versions_differ_as_long_as_there_are_orders(count: int) -> None:
    orders = [arrange(range(count), range(n + 1), ()) for n in range(4)]
    possible = len(list(itertools.permutations(range(count))))
    assert len(set(orders)) == min(4, possible)
    assert all(sorted(order) == list(range(count)) for order in orders)


def test_an_edit_elsewhere_changes_no_order() -> None:
    after = TEXT.replace("Between them", "Long between them").replace(HEAD, f"{HEAD}Begin.\n\n")
    first = documents("handout")
    for version, document in documents("handout", after).items():
        before = first[version]
        assert titles(document) == titles(before)
        assert the(document, Choices) == the(before, Choices)


def test_answers_have_no_influence_on_the_order_of_choices() -> None:
    text = TEXT.replace("( ) The sea", "(x) The sea").replace("(x) A well", "( ) A well")
    other = documents("handout", text)
    for version, document in documents("handout").items():
        assert the(document, Choices) == the(other[version], Choices)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    source = folder / "w.md"
    source.write_text(TEXT.replace("versions: 3", "versions: 2"), "utf-8")
    result = pipeline.build(source, ("handout", "answers", "keys"), out=folder / "out")
    assert not [finding for finding in result.diagnostics if finding.is_error]
    return folder / "out" / "w"


ENDS = {"A": "", "B": "-B"}
"""The ends of the names of files; the first version has the plain name."""


def test_every_page_says_which_version_it_is(built: Path) -> None:
    for version, end in ENDS.items():
        for name in (f"w{end}.pdf", f"w-answers{end}.pdf"):
            for page in page_texts(built / name):
                first, *_, before, last = page.strip().splitlines()
                assert any(line.endswith(version) for line in (first, before, last)), page


def test_no_version_has_an_answer(built: Path) -> None:
    for name in ("w.pdf", "w-B.pdf"):
        words = all_text(built / name)
        assert "rope" not in words
        assert "books" not in words


def test_the_sheet_of_keys_has_those_of_all_versions(built: Path) -> None:
    sheet = "".join(page_texts(built / "w-keys.pdf"))
    for version, end in ENDS.items():
        node = nodes(documents("teacher")[version], Choices)[0]
        letter = "abcd"[next(at for at, item in enumerate(node.items) if item.correct)]
        key = "".join(page_texts(built / f"w-answers{end}.pdf"))
        after = key.partition("Choose")[2].splitlines()
        assert letter in [line.strip() for line in after[:3]]
    assert sheet.count("rope") == sheet.count("books") == 2
    assert sheet.count("Choose") == 2


def test_keys_of_one_version_are_not_worth_a_sheet(tmp_path: Path) -> None:
    source = tmp_path / "w.md"
    source.write_text(TEXT.replace("versions: 3\n", ""), "utf-8")
    result = pipeline.build(source, ("keys",), out=tmp_path / "out")
    assert [finding.code for finding in result.diagnostics] == ["no-answers"]


@pytest.mark.parametrize(
    ("versions", "column", "message"),
    [
        ("x", 11, "`x` is not a number of versions."),
        ("0", 11, "`0` is not a number of versions."),
        ("27", 11, "`27` is not a number of versions."),
        ("{A: one}", 15, "`one` is not a seed of version `A`."),
        ("{A: -1}", 15, "`-1` is not a seed of version `A`."),
        ("{A: }", 12, "is not a seed of version `A`."),
        ("{A-B: 1}", 12, "`A-B` cannot be the name of a version."),
        ("{A: [1]}", 15, "the value must be text, not a list."),
    ],
)
def test_mistakes_are_told_with_their_place(versions: str, column: int, message: str) -> None:
    document = pipeline.parse(f"---\ntitle: T\nlang: en\nversions: {versions}\n---\n\nText.\n")
    (finding,) = document.diagnostics
    assert message in finding.message
    assert (finding.line, finding.column) == (4, column)
    assert document.metadata == Metadata(
        title="T", lang="en", identifier=document.metadata.identifier
    )


def told(body: str) -> list[tuple[int, str]]:
    document = making.resolved(f"{HEAD}{body}", "handout", variation="B")
    return [(each.line, each.message) for each in document.diagnostics]


def test_texts_that_depend_on_an_order_are_told() -> None:
    second = "::: exercise B\n1. Go on as in the previous exercise.\n:::\n"
    exercises = f"::: exercise A\n{{}}\n:::\n\n{second}"
    assert told(exercises.format("1. Write.")) == [
        (12, "“previous exercise” is somewhere else in other versions.")
    ]
    assert told(exercises.format("1. Write.").replace("A\n", "A {.fixed}\n")) == []
    assert told(exercises.format("See exercise 2.").replace("previous", "first")) == [
        (8, "“exercise 2” is somewhere else in other versions.")
    ]
    choices = "Which?\n\n- ( ) One\n- (x) Two\n- ( ) All of the above{}\n"
    assert told(choices.format("")) == [
        (11, "“All of the above” is somewhere else in other versions.")
    ]
    assert told(choices.format(" {.fixed}")) == []
    assert told(f"Do the following exercise.\n\n{exercises.format('1. W.')}")[0][0] == 7


def test_only_some_editions_are_varied_if_the_front_matter_says_so() -> None:
    keys = "levels: [core, support]\nversions: 2\nvaried: [web, answers]"
    metadata = pipeline.parse(f"---\ntitle: T\n{keys}\n---\n\nText.").metadata
    assert [
        name + row.variation
        for name in ("web", "handout", "answers", "keys")
        for row in variations_wanted(EDITIONS[name], metadata)
    ] == ["web", "web-support", "handout", "answers", "answers-B", "keys"]
    text = TEXT.replace("versions: 3", "varied: [webb]")
    (finding,) = (found for found in pipeline.parse(text).diagnostics if "webb" in found.message)
    assert (finding.message, finding.hint) == (
        "`varied`: `webb` is not an edition.",
        "Did you mean `web`?",
    )
