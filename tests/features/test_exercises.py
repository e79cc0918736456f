"""Exercises: students' and teachers' versions, and that they match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import pipeline
from pipeline import parse
from pipeline.model import (
    Blank,
    Block,
    Chart,
    Choice,
    Choices,
    Document,
    Exercise,
    Figure,
    List,
    ListItem,
    Matching,
    Node,
    Ordering,
    Plain,
    Section,
    Table,
    Text,
    encode,
)
from pipeline.model.metadata import Metadata
from tests.helpers import making
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import nodes, plain_text


def document(text: str, edition: str = "web") -> Document:
    parsed = pipeline.parse(f"---\ntitle: T\n---\n\n{text}")
    assert not [d for d in parsed.diagnostics if d.is_error], parsed.diagnostics
    return making.resolved(parsed, edition)


def markup(text: str, edition: str = "web") -> str:
    """The HTML of a text, for any readers."""
    return making.markup(document(text, edition))


def words(items: Iterable[Node]) -> list[str]:
    return [" ".join(n.text for n in nodes(item, Text)) for item in items]


# --- what is shuffled -------------------------------------------------------------------

things = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=6)


def item(text: str, hidden: str = "") -> ListItem:
    blank = (Blank(answer=(hidden,)),) if hidden else ()
    return ListItem(children=(Plain(children=(Text(text=text), *blank)),))


def chosen(node: Block, edition: str) -> Block:
    document = Document(metadata=Metadata(), blocks=(node,))
    return making.selected(document, edition).blocks[0]


def ordering(texts: list[str]) -> Ordering:
    return Ordering(items=tuple(map(item, texts)), solution=tuple(range(len(texts))))


@given(things)
def test_what_is_to_be_ordered_is_shuffled_and_comes_out_right(texts: list[str]) -> None:
    student, teacher = chosen(ordering(texts), "web"), chosen(ordering(texts), "teacher")
    assert isinstance(student, Ordering)
    assert isinstance(teacher, Ordering)
    shown = words(student.items)
    assert words(teacher.items) == shown
    assert student.solution == ()
    assert (shown == texts) == (len(set(texts)) == 1)
    assert sorted(teacher.solution) == list(range(len(texts)))
    ranked = sorted(zip(teacher.solution, shown, strict=True))
    assert [text for _, text in ranked] == texts


@given(st.lists(st.sampled_from("abcdef"), min_size=3, max_size=6, unique=True), st.randoms())
def test_the_order_says_nothing_of_the_solution(texts: list[str], random: object) -> None:
    other = sorted(texts, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, two = chosen(ordering(texts), "web"), chosen(ordering(other), "web")
    assert isinstance(one, Ordering)
    assert isinstance(two, Ordering)
    # They can only differ if one of them would be the correct order of the other.
    shown = words(one.items), words(two.items)
    assert shown[0] == shown[1] or shown[0] == other or shown[1] == texts


@given(things, things)
def test_partners_find_each_other(left: list[str], right: list[str]) -> None:
    count = min(len(left), len(right))
    node = Matching(
        left=tuple(map(item, left[:count])),
        right=tuple(map(item, right)),
        solution=tuple(range(count)),
    )
    student, teacher = chosen(node, "web"), chosen(node, "teacher")
    assert isinstance(student, Matching)
    assert isinstance(teacher, Matching)
    assert student == replace(teacher, solution=())
    assert words(student.right) == words(teacher.right)
    assert (student.solution, words(teacher.left)) == ((), left[:count])
    assert [words(teacher.right)[at] for at in teacher.solution] == right[:count]
    assert sorted(words(teacher.right)) == sorted(set(right))
    if len(set(right)) > 1:
        assert words(teacher.right) != list(dict.fromkeys(right))


def test_an_answer_has_no_influence_on_the_order() -> None:
    texts = ["a", "b", "c", "d"]
    orders = {
        tuple(words(found.items))
        for hidden in ("x", "y", "z", "xx", "yy")
        if isinstance(
            found := chosen(
                Ordering(items=tuple(item(text, hidden) for text in texts), solution=(0, 1, 2, 3)),
                "web",
            ),
            Ordering,
        )
    }
    assert len(orders) == 1


PARTLY = """
::: matching
| a | b |
|---|---|
| one | eins |
| [two]{only=pdf} | zwei |
| three | [drei]{only=pdf} |
| four | vier |
| five | fünf |
|  | [sechs]{edition=teacher} |
:::

::: ordering
1. first
2. [second]{only=pdf}
3. third
4. fourth
:::
"""


@pytest.mark.parametrize(
    ("edition", "pairs", "series"),
    [
        ("teacher-web", ["one eins", "four vier", "five fünf"], ["first", "third", "fourth"]),
        (
            "teacher",
            ["one eins", "two zwei", "three drei", "four vier", "five fünf"],
            ["first", "second", "third", "fourth"],
        ),
    ],
)
def test_what_an_edition_has_not_leaves_its_partner_no_other(
    edition: str, pairs: list[str], series: list[str]
) -> None:
    matching, ordering = making.selected(PARTLY, edition).blocks  # students get no solution
    assert isinstance(matching, Matching)
    assert isinstance(ordering, Ordering)
    right = words(matching.right)
    found = zip(words(matching.left), matching.solution, strict=True)
    assert [f"{one} {right[at]}" for one, at in found] == pairs
    assert ("sechs" in right) == (edition == "teacher")
    ranked = sorted(zip(ordering.solution, words(ordering.items), strict=True))
    assert [text for _, text in ranked] == series
    assert sorted(ordering.solution) == list(range(len(series)))


@given(st.permutations("abcdef"), st.sets(st.integers(0, 5), max_size=4))
def test_what_is_left_for_students_is_shuffled_too(texts: list[str], secret: set[int]) -> None:
    items = (
        f"1. [{text}]{{.teacher}}" if at in secret else f"1. {text}"
        for at, text in enumerate(texts)
    )
    parsed = parse("\n".join(("::: ordering", *items, ":::")))
    student, teacher = (making.selected(parsed, name).blocks[0] for name in ("web", "teacher"))
    assert isinstance(student, Ordering)
    assert isinstance(teacher, Ordering)
    left = [text for at, text in enumerate(texts) if at not in secret]
    shown = words(student.items)
    assert sorted(shown) == sorted(left)
    assert shown != left
    assert [text for text in words(teacher.items) if text in left] == shown
    assert words(teacher.items) != texts


# --- the same numbers -------------------------------------------------------------------

NUMBERED = """
First.[^1]

::: answer
[^2]

::: exercise Hidden
:::

![A](a.svg "One"){.unchecked}

| a |
|---|
| b |

Table: A table {#tbl-hidden}
:::

## Key {.teacher}

![A](a.svg "Two")

## Next

::: exercise Shown {#ex-shown}
Second.[^3]
:::

![A](a.svg "Three"){#fig-shown}

| a |
|---|
| b |

Table: A table {#tbl-shown}

[^1]: a
[^2]: b
[^3]: c
"""


def numbers(edition: str, folder: Path) -> dict[str, object]:
    (folder / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    text = f"---\ntitle: T\nnumber-sections: true\n---\n{NUMBERED}"
    found = making.resolved(text, edition, folder)
    assert not [d for d in found.diagnostics if d.is_error], found.diagnostics
    named = {
        (plain_text(node.title) if isinstance(node, Exercise | Section) else node.attributes.id): (
            node.number
        )
        for node in nodes(found.blocks)
        if isinstance(node, Exercise | Section | Figure | Table)
    }
    return {**named, **{note.label: note.number for note in found.notes}}


def test_students_and_teachers_have_the_same_numbers(tmp_path: Path) -> None:
    student, teacher = numbers("web", tmp_path), numbers("teacher", tmp_path)
    assert {name: teacher[name] for name in student} == student
    assert (student["Shown"], student["fig-shown"], student["tbl-shown"]) == (1, 1, 1)
    assert (student["Next"], student["3"]) == ("1", 2)
    assert (teacher["Hidden"], teacher["tbl-hidden"], teacher["Key"], teacher["2"]) == (2, 2, "", 3)


def test_an_exercise_is_there_even_if_all_in_it_is_for_teachers() -> None:
    found = document("::: exercise Talk\n::: answer\nNone.\n:::\n:::\n")
    (exercise,) = nodes(found, Exercise)
    assert (exercise.children, exercise.number) == ((), 1)


# --- what is written --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("____", 1),
        ("____{six le}", 1),
        ("____{seven l}", 2),
        ("________", 2),
        ("____{fifteen letters}", 3),
        ("________________{short}", 3),
        ("____{twenty-nine letters or more of them}", 4),
        ("____{维多利亚湖泊名}", 2),
    ],
)
def test_a_blank_is_as_wide_as_one_of_four_steps(written: str, size: int) -> None:
    (blank,) = nodes(document(f"Fill {written}."), Blank)
    assert (blank.size, blank.answer) == (size, ())


def test_outside_of_exercises_round_brackets_are_choices_and_square_ones_tasks() -> None:
    found = document("- ( ) a\n- (x) b\n\n+ [ ] c\n+ [x] d\n")
    (choices,) = nodes(found, Choices)
    assert not choices.multiple
    assert [item.correct for item in choices.items] == [None, None], "students get no answer"
    assert "( ) a" in markup("- ( ) a\n- b\n")


@pytest.mark.parametrize("edition", ["web", "teacher"])
def test_teachers_alone_know_what_is_right(edition: str) -> None:
    found = document("::: exercise\n- ( ) a\n- (x) b\n:::\n", edition)
    right = [node.correct for node in nodes(found, Choice)]
    assert right == ([None, None] if edition == "web" else [False, True])


def test_an_abbreviation_of_an_answer_is_one_for_teachers() -> None:
    text = "The ILO.\n\n::: answer\n*[ILO]: Secret\n\nThe ILO.\n:::\n"
    assert "<abbr" not in markup(text)
    assert markup(text, "teacher").count('<abbr title="Secret"') == 2
    both = f"{text}\n*[ILO]: Open\n"
    assert '<abbr title="Open"' in markup(both)


def test_answers_are_set_as_text_is() -> None:
    assert "“It’s”" in markup('A ____{"It\'s"}.', "teacher")


# --- the web page -----------------------------------------------------------------------

PAGE = """
::: exercise One
Which?

- ( ) a
- (x) b ____{x}

Which ones?

- [ ] a
- [x] b

::: matching
| a | b |
|---|---|
| c | d |
| e | f |
:::

::: ordering
1. g
2. h
:::
:::

Fill ____ and ____{two}.
"""


class Controls(HTMLParser):
    """The controls of a page with their attributes, and which id labels which."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fieldsets: list[str] = []
        self.groups: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag in ("input", "select"):
            self.controls.append({"tag": tag, **found})
            if found.get("name"):
                self.groups.append((self.fieldsets[-1], str(found["name"])))
        elif tag == "label":
            self.labels.add(str(found.get("for")))
        elif tag == "fieldset":
            self.fieldsets.append(f"{len(self.groups)}")


def test_every_field_of_the_page_has_a_name_of_its_own() -> None:
    text = markup(PAGE)
    page = Controls(text)
    assert len(page.controls) == 2 + 1 + 2 + 2 + 2 + 2
    assert len(set(page.ids)) == len(page.ids)
    for control in page.controls:
        labelled = control.get("aria-labelledby")
        assert control.get("aria-label") or labelled in page.ids or control["id"] in page.labels
    spoken = [control["aria-label"] for control in page.controls if control.get("aria-label")]
    assert len(set(spoken)) == len(spoken)
    assert len({group for group, _ in page.groups}) == len({name for _, name in page.groups}) == 2
    assert "<form" not in text
    assert "<button" not in text


def test_typed_text_is_not_offered_again() -> None:
    page = Controls(markup(PAGE))
    typed = [c for c in page.controls if c["tag"] == "select" or c["type"] == "text"]
    assert {control.get("autocomplete") for control in typed} == {"off"}


# --- print and e-book -------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("exercises")
    source = folder / "x.md"
    source.write_text(f"---\ntitle: T\nlang: en\n---\n{PAGE}", "utf-8")
    result = pipeline.build(source, ["handout", "teacher"], out=folder / "out")
    assert not result.diagnostics
    return {path.name: path.read_bytes() for path in result.files}


def spoken(data: bytes) -> str:
    with open_pdf(data) as pdf:
        return " ".join(" ".join(element.text for element in read(pdf).all("Document")).split())


@pytest.mark.slow
def test_a_listener_hears_the_blanks(built: dict[str, bytes]) -> None:
    said = spoken(built["x.pdf"])
    assert re.search(r"Fill\s*blank\s*and\s*blank", said), said
    assert re.search(r"Which\?\s*Choose one answer\.\s*a", said), said
    assert re.search(r"Which ones\?\s*Choose all that apply\.", said), said
    assert "right answer" not in said


@pytest.mark.slow
def test_a_listener_hears_the_answers_where_they_are_due(built: dict[str, bytes]) -> None:
    said = spoken(built["x-teacher.pdf"])
    assert re.search(r"Fill\s*blank\s*and\s*blank:\s*two", said), said
    assert re.search(r"a\. ab\. right answer:\s*b\s*blank:\s*x", said), said
    assert re.search(r"1\. Answer: [ab]\. ?c2\. Answer: [ab]\. ?e", said), said
    assert re.search(r"Answer: [12]\. ?[gh]Answer: [12]\. ?[gh]", said), said


@pytest.mark.slow
def test_each_choice_is_an_item_of_a_list(built: dict[str, bytes]) -> None:
    with open_pdf(built["x.pdf"]) as pdf:
        lists = list(read(pdf).all("L"))
        assert [len([c for c in one.children if c.kind == "LI"]) for one in lists] == [2] * 5
        letters = lists[3]
        assert [label.text.strip() for label in letters.all("Lbl")] == ["a.", "b."]
        assert letters.attribute("ListNumbering") == "/LowerAlpha"


@pytest.mark.slow
def test_an_e_book_has_nothing_to_type_into() -> None:
    text = "".join(making.chapters(f"---\ntitle: T\nlang: en\n---\n{PAGE}").values())
    assert not re.search(r"<(?:input|select|textarea|form|label|fieldset|button)\b", text)
    assert text.count('class="blank size-1"') == 3
    assert text.count('<span class="visually-hidden">blank') == 3 + 2 + 2


# --- anything goes ----------------------------------------------------------------------

SECRET = "zqxq"
JOIN = "\nThen.\n\n"
"""Between blocks, so that two lists stay two."""


def fence(name: str, inner: str, depth: int) -> str:
    colons = ":" * (3 + depth)
    return f"{colons} {name}\n{inner}\n{colons}\n"


def indented(text: str) -> str:
    return "\n".join(f"   {line}" if line else line for line in text.split("\n"))


LEAVES = st.sampled_from(
    [
        f"A gap ____{{{SECRET}}} here.\n",
        f"1. ____{{{SECRET}}}\n2. open\n",
        f"| a | b |\n|---|---|\n| ____{{{SECRET}}} | c |\n",
        "- ( ) a\n- (x) b\n",
        f"Which?\n\n- [x] ____{{{SECRET}}}\n- [ ] b\n",
        "::: matching\n| a | b |\n|---|---|\n| c | d |\n| e | f |\n:::\n",
        f"::: ordering\n1. a ____{{{SECRET}}}\n2. b\n3. c\n:::\n",
        f"[{SECRET}]{{.answer}} open\n",
        f"{SECRET}\n{{.teacher}}\n",
        f"[{SECRET}]{{edition=teacher}} open\n",
        "Text.\n",
    ]
)


def within(inner: st.SearchStrategy[tuple[int, str]]) -> st.SearchStrategy[tuple[int, str]]:
    blocks = st.lists(inner, min_size=1, max_size=3)

    def wrapped(name: str) -> st.SearchStrategy[tuple[int, str]]:
        return blocks.map(
            lambda found: (
                1 + max(depth for depth, _ in found),
                fence(
                    name,
                    JOIN.join(text for _, text in found),
                    1 + max(depth for depth, _ in found),
                ),
            )
        )

    def secret(name: str) -> st.SearchStrategy[tuple[int, str]]:
        return wrapped(name).map(lambda pair: (pair[0], pair[1].replace("Text.", SECRET)))

    return st.one_of(
        *(wrapped(name) for name in ("exercise", "exercise Title", "note", "group")),
        *(secret(name) for name in ("answer", "teacher Title", "{.answer}", "{only=teacher}")),
        blocks.map(
            lambda found: (
                max(depth for depth, _ in found),
                "1. x\n\n" + indented(JOIN.join(text for _, text in found)),
            )
        ),
    )


DOCUMENTS = st.lists(
    st.recursive(LEAVES.map(lambda text: (0, text)), within, max_leaves=6), min_size=1, max_size=4
).map(lambda found: JOIN.join(text for _, text in found))


@given(DOCUMENTS)
def test_no_text_gives_an_answer_away(text: str) -> None:
    parsed = parse(text)
    assert not [d for d in parsed.diagnostics if d.is_error], (text, parsed.diagnostics)
    for edition in ("web", "handout", "ebook", "teacher"):
        found = making.resolved(parsed, edition)
        shown = making.markup(found, edition)
        if edition != "teacher":
            assert SECRET not in shown
            assert SECRET not in encode(found).decode()
        elif SECRET in text:
            assert SECRET in shown
        assert 'aria-labelledby=""' not in shown


def test_a_word_bank_gives_nothing_of_the_order_away() -> None:
    bank = "\n\n::: word-bank\nstone\n:::\n"
    one = document(f"____{{rope}} and ____{{well}}{bank}")
    other = document(f"____{{well}} and ____{{rope}}{bank}")
    assert nodes(one, List) == nodes(other, List)
    assert words(nodes(one, ListItem)) == ["rope", "stone", "well"]


def test_a_word_bank_is_the_same_for_teachers() -> None:
    text = "____{rope} [____{secret}]{.teacher}\n\n::: word-bank\n:::\n"
    for edition in ("web", "teacher"):
        assert words(nodes(document(text, edition), ListItem)) == ["rope"]


def test_wide_line_spacing_leaves_no_room_beside_handwriting(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    pairs = "| a | b |\n|---|---|\n| well | deep |\n| rope | long |"
    items = "::: matching\n" + pairs + "\n:::\n\n::: ordering\n1. One\n2. Two\n3. Three\n:::\n"
    source.write_text(f"---\ntitle: Wells\npage: {{leading: 40pt}}\n---\n\n{items}", "utf-8")
    found = pipeline.build(source, ["teacher"], out=tmp_path).diagnostics
    assert not [one for one in found if one.code == "layout-warning"]


BY_LINES = """\
::: matching {match=%s}
| winch | turns the rope |
|---|---|
| aquifer | water under the ground |
| cistern | keeps rain |
:::
"""


def test_pairs_may_be_joined_by_lines_on_paper() -> None:
    def slots(edition: str) -> int:
        page = making.rendered(making.resolved(BY_LINES % "lines", edition)).pages[-1].markup
        return page.count('class="slot') + page.count("<select aria")

    assert {name: slots(name) for name in ("handout", "teacher", "form", "web")} == {
        "handout": 0, "teacher": 2, "form": 2, "web": 2,
    }  # fmt: skip
    finding, _ = making.resolved(BY_LINES % "colours").diagnostics
    assert (finding.code, finding.hint) == ("bad-attribute", "Write `letters` or `lines`.")


@pytest.mark.parametrize(
    ("answer", "charts"),
    [
        ("```chart {type=axes}\nx: -3..3\ny = x^2\n```", 1),
        ("It is a curve.", 1),
        ("Look:\n\n```chart {type=axes}\nx: -3..3\ny = x^2\n```", 2),
        ("```chart {type=clock}\n10:15\n```", 2),
    ],
)
def test_a_drawn_answer_takes_the_place_of_the_empty_diagram(answer: str, charts: int) -> None:
    empty = "---\ntitle: T\n---\n\n```chart {type=axes}\nx: -3..3\n```"
    parsed = parse(f"{empty}\n\n::: answer\n{answer}\n:::\n")
    marked = [making.marked(making.resolved(parsed, name)) for name in ("teacher", "web")]
    assert [len(nodes(each.blocks, Chart)) for each in marked] == [charts, 1]
