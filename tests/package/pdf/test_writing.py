"""Room to write: at the distance that the hand needs, and on the page of its question."""

from __future__ import annotations

import functools
import itertools
import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2
import pytest

import pipeline
from pipeline.model.editions import EDITIONS
from pipeline.model.rendered import Pages
from pipeline.model.words import words
from pipeline.package.pdf.print_markup import classes
from tests.helpers import making
from tests.helpers.laid_out import boxes, laid_out, numbered_boxes
from tests.helpers.pdf_reading import open_pdf, read

MILLIMETRE = 96 / 25.4
"""The unit of WeasyPrint's boxes."""


def pages_of(text: str, edition: str = "handout", **front: str) -> Pages:
    head = "".join(f"{name}: {value}\n" for name, value in {"lang": "en", **front}.items())
    parsed = pipeline.parse(f"---\ntitle: T\n{head}---\n\n{text}")
    return making.rendered(making.resolved(making.without_findings(parsed), edition))


def printed(text: str, **front: str) -> Any:
    """A handout as it is laid out."""
    return laid_out(pages_of(text, **front))


def boxes_of(document: Any, name: str) -> list[Any]:
    """The boxes of the elements of this class, in order."""
    return [box for box in boxes(document, name) if box.element_tag in ("div", "span")]


def steps(found: list[Any]) -> set[float]:
    """Millimetres from each line to the next one."""
    feet = [box.position_y + box.margin_height() for box in found]
    return {round((b - a) / MILLIMETRE, 2) for a, b in itertools.pairwise(feet)}


# --- lines ------------------------------------------------------------------------------

DISTANCES = {"primary": 12.0, "secondary": 9.0, "adult": 7.5}

SHEET = """
Why?

::: lines 4
:::

::: lines 2 {.dotted}
:::

::: lines 2 {.plain}
:::

::: exercise
One ____{a}, two ____{seven letters}, three ____{twenty letters, at the least}.

- ( ) a
- (x) b

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

| + | 1 |
|---|---|
| 2 |   |

::: space 20mm {.squared}
:::
:::
"""


@functools.cache
def sheet(hand: str) -> Any:
    """A worksheet for a hand, as it is laid out."""
    return printed(SHEET, handwriting=hand)


@pytest.mark.parametrize("hand", DISTANCES)
def test_lines_are_as_far_apart_as_the_hand_asks(hand: str) -> None:
    lines = boxes_of(sheet(hand), "line")[:4]
    assert steps(lines) == {DISTANCES[hand]}
    assert len({box.border_width() for box in lines}) == 1


def test_who_learns_to_write_has_a_line_for_small_letters() -> None:
    def guides(hand: str) -> int:
        return sum(
            box.element_tag == "div::before" and "line" in classes(box.element)
            for box in boxes(sheet(hand))
        )

    assert [guides(hand) for hand in DISTANCES] == [4, 0, 0], "and none if it is plain or dotted"


def test_dotted_lines_are_dotted() -> None:
    lines = boxes_of(sheet("adult"), "line")
    styles = [box.style["border_bottom_style"] for box in lines]
    assert styles == ["solid"] * 4 + ["dotted"] * 2 + ["solid"] * 2


def test_all_that_is_filled_in_grows_with_the_hand() -> None:
    def sizes(hand: str) -> dict[str, list[tuple[float, float]]]:
        return {
            name: [(box.border_width(), box.border_height()) for box in boxes_of(sheet(hand), name)]
            for name in ("blank", "mark", "slot")
        }

    primary, secondary, adult = (sizes(hand) for hand in DISTANCES)
    for name, least in (("blank", 3), ("mark", 2), ("slot", 4)):
        assert len(primary[name]) == len(secondary[name]) == len(adult[name]) == least
        for large, middle, small in zip(primary[name], secondary[name], adult[name], strict=True):
            assert large[0] > middle[0] >= small[0]
            assert large[1] > middle[1] >= small[1]
    rows = [boxes(sheet(hand), "to-fill-in")[0].height / MILLIMETRE for hand in DISTANCES]
    assert all(row >= least - 0.01 for row, least in zip(rows, DISTANCES.values(), strict=True))
    squares = [boxes_of(sheet(hand), "square-column")[0].border_width() for hand in DISTANCES]
    assert squares == pytest.approx([7 * MILLIMETRE, 5 * MILLIMETRE, 5 * MILLIMETRE])
    # a letter by hand is some 2.5 mm wide, and 7 of the 20 need not fit
    assert [
        width > letters * 2.5 * MILLIMETRE
        for (width, _), letters in zip(adult["blank"], (1, 13, 20), strict=True)
    ] == [True, True, True]


def test_blanks_give_no_lengths_away() -> None:
    text = " ".join(f"____{{{answer}}}" for answer in ("a", "tower", "oasis", "fifteen letters"))
    widths = [box.width for box in boxes_of(printed(text), "blank")]
    assert widths[0] == widths[1] == widths[2] != widths[3]


# --- spaces -----------------------------------------------------------------------------


def test_a_letter_stands_on_the_line_of_a_blank() -> None:
    tight, loose = "a) How deep ____?\nb) Who dug it?", "c) How wide ____?\n\nd) Who drank?"
    data = making.packed(pages_of(f"{tight}\n\n***\n\n{loose}")).data
    page = pypdfium2.PdfDocument(data)[0].get_textpage()
    for letter, question in (("a)", "How deep"), ("c)", "How wide")):
        places = [page.search(words_of).get_next() for words_of in (letter, question)]
        feet = [page.get_charbox(at[0], loose=True)[1] for at in places if at]
        assert feet == pytest.approx([feet[1]] * 2, abs=0.01), question


def test_a_space_is_as_high_as_it_is_asked_to_be() -> None:
    text = "::: space 40mm\n:::\n\n::: space 2.5cm\n:::\n\n::: space 1in\n:::\n"
    found = boxes_of(printed(text), "writing-space")
    heights = [round(box.border_height() / MILLIMETRE, 1) for box in found]
    assert heights == [40, 25, 25.4]


@pytest.mark.parametrize(("size", "lang"), [("A4", "en"), ("A5", "ar")])
def test_squared_paper_has_whole_squares(size: str, lang: str) -> None:
    text = "::: space 22mm {.squared}\n:::\n\n1. Now?\n\n   ::: space 30mm {.squared}\n   :::\n"
    document = printed(text, page=size, lang=lang)
    spaces = boxes_of(document, "writing-space")
    assert [round(box.height / MILLIMETRE, 2) for box in spaces] == [25, 30]
    for box in spaces:
        squares = box.width / MILLIMETRE / 5
        assert squares == pytest.approx(round(squares), abs=0.01)
        assert squares > 15
    assert steps(boxes_of(document, "row")[:5]) == {5}


def test_a_space_is_never_higher_than_the_page() -> None:
    found = list(spaces_of(pages_of("Draw. It.\n\n::: space 250mm\n:::\n", page="A5")))
    assert [one.room for one in found] == [{0}]


def test_screen_readers_announce_that_there_is_room() -> None:
    pages = pages_of("Draw.\n\n::: space 20mm\n:::\n\nWhy?\n\n::: lines 2\n:::\n")
    said = read(open_pdf(making.packed(pages).data)).text
    assert re.search(r"Draw\.\s*space to write or draw\s*Why\?\s*Your answer", said)


def test_an_e_book_says_to_use_paper() -> None:
    pages = pages_of("Draw.\n\n::: space 20mm {.squared}\n:::\n", "ebook")
    shown = "".join(page.markup for page in pages.pages)
    prompt = '<p class="writing-prompt writing-space squared">Draw or write on paper.</p>'
    assert prompt in shown


# --- where pages end --------------------------------------------------------------------


class WritingSpace(NamedTuple):
    """A question, and the pages that it, its room, and the first line of that are on."""

    text: str
    question: set[int]
    room: set[int]
    first: int


def spaces_of(pages: Pages) -> Iterator[WritingSpace]:
    document = laid_out(pages)
    where: dict[Any, set[int]] = {}
    for number, box in numbered_boxes(document):
        if box.element is not None:
            where.setdefault(box.element, set()).add(number)
    for parent in next(iter(where)).iter():  # the first is the root
        for before, element in itertools.pairwise((None, *parent)):
            if classes(element) & {"writing-lines", "writing-space"}:
                question = parent if before is None else before
                lines = [child for child in element if child.tag == "div"]
                first = min(where[lines[0]]) if lines else min(where[element])
                text = "".join(question.itertext()).split(".")[0]
                yield WritingSpace(text, where[question], where[element], first)


def questions(seed: int) -> str:
    """A worksheet with questions and exercises of many lengths."""
    chance = random.Random(seed)
    parts = []
    for number in range(10):
        sentence = "Why did they walk so far, and what did they say of it at home? "
        question = f"Q{number}. " + sentence * chance.randint(1, 5)
        room = chance.choice(
            ("::: lines 3", "::: lines 5", "::: space 30mm", "::: space 35mm {.squared}")
        )
        indented = f"1. {question}\n\n   {room}\n   :::\n"
        parts.append(
            chance.choice(
                (
                    f"{question}\n\n{room}\n:::\n",
                    indented,
                    f"{indented}\n2. {question}\n   {room}\n   :::\n",
                    f"::: exercise Think\n{question}\n\n{room}\n:::\n:::\n",
                    f":::: exercise\nThink.\n\n{indented}\n::::\n",
                )
            )
        )
    return "\n".join(parts)


def test_questions_and_their_room_are_on_one_page() -> None:
    found = list(spaces_of(pages_of(questions(2), page="A5", handwriting="primary")))
    assert len(found) >= 10
    assert len({page for one in found for page in one.room}) > 3
    assert [one for one in found if not one.question == one.room == {one.first}] == []


def test_much_room_goes_on_over_the_page_but_begins_with_its_question() -> None:
    text = "Filler.\n\n" * 25 + "Write. A letter.\n\n::: lines 30\n:::\n"
    (one,) = spaces_of(pages_of(text))
    assert one.question == {one.first}
    assert len(one.room) == 2


def first_pages(pages: Pages) -> dict[Any, int]:
    """The first page of each element."""
    where: dict[Any, int] = {}
    for number, box in numbered_boxes(laid_out(pages)):
        if box.element is not None:
            where.setdefault(box.element, number)
    return where


def test_an_exercise_is_broken_between_its_questions() -> None:
    """Its title and introduction are with the first question, what teachers get with the last."""
    question = "{}. Why did they walk so far?\n\n   ::: lines 3\n   :::\n\n"
    exercise = "::: exercise Long walks\nThink.\n\n"
    exercise += "".join(map(question.format, range(1, 5)))
    exercise += "::: answer\nFor water.\n:::\n:::\n"
    broken = 0
    for lines in (24, 29):
        where = first_pages(pages_of("Filler.\n\n" * lines + exercise, "teacher"))
        by_class = {name: page for element, page in where.items() for name in classes(element)}
        items = [page for element, page in where.items() if element.tag == "li"]
        assert by_class["exercise-title"] == items[0]
        assert by_class["for-teachers"] == items[-1]
        broken += items[0] != items[-1]
    assert broken == 2


# --- who it is --------------------------------------------------------------------------


def shown(edition: str, **front: str) -> str:
    return "".join(page.markup for page in pages_of("Text.\n", edition, **front).pages)


@pytest.mark.parametrize("lang", ["ar", "de", "en", "es", "fr", "pt", "zh"])
def test_a_name_line_speaks_the_language_of_the_text(lang: str) -> None:
    found = re.findall(
        r'<span class="field-label">(.*?)</span>', shown("handout", lang=lang, name_line="true")
    )
    assert found == [words(lang)[field] for field in ("name", "class", "date")]


@pytest.mark.parametrize(
    ("asked_for", "fields"),
    [("true", ["Name", "Class", "Date"]), ("[date, name]", ["Date", "Name"]), ("false", [])],
)
def test_a_name_line_has_what_is_asked_for(asked_for: str, fields: list[str]) -> None:
    markup = shown("handout", name_line=asked_for)
    assert re.findall(r'<span class="field-label">(.*?)</span>', markup) == fields


def test_those_who_hand_in_paper_have_a_name_line() -> None:
    having = {name for name in EDITIONS if "name-line" in shown(name, name_line="true")}
    assert having == {
        name
        for name, edition in EDITIONS.items()
        if edition.format == "pdf" and edition.audience == "student"
    }


@pytest.mark.parametrize(
    ("size", "hand", "fields"),
    [
        ("A4", "adult", "[name, class, date]"),
        ("A5", "primary", "[name, class, date]"),
        ("A6", "secondary", "[name, class, date]"),
        ("A4", "secondary", "[name, class, date, grade]"),
        ("A5", "primary", "[name, class, date, grade]"),
    ],
)
def test_a_name_line_keeps_within_the_page_and_has_room_to_write(
    size: str, hand: str, fields: str
) -> None:
    document = printed("Text.\n", page=size, handwriting=hand, name_line=fields)
    (page,) = document.pages
    blanks = boxes(document, "blank")
    assert len(blanks) == fields.count(",") + 1
    for box in blanks:
        assert box.position_x >= page.box.content_box_x()
        edge = page.box.content_box_x() + page.box.width
        assert box.position_x + box.border_width() <= edge + 0.1
        assert box.border_width() / MILLIMETRE >= 25
