"""The openings of chapters: drop caps, and first words in small capitals."""

from __future__ import annotations

import contextlib
import re

import pypdfium2
import pytest

from tests.helpers import making

BOOK = """\
---
title: Wells
lang: en
class: book
opening: {}
---

# One

Call me Ann. It was deep.

It was old.

## Within

“Nobody knew how old it was,” said Ben.

# Two

> A quotation.

Then it rained.

# Three

*Stress* begins it.

# Four

“I know it all well enough,” he said.
"""


def opened(opening: str, edition: str) -> list[str]:
    (*_, page) = making.rendered(making.resolved(BOOK.format(opening), edition)).pages
    markup = re.sub(r"<\?.*?\?>", "", page.markup)
    return re.findall(
        r'<span class="(?:small-caps|drop-cap)">[^<]*</span>|<p class="drop-cap">.{5}', markup
    )


@pytest.mark.parametrize("edition", ["web", "handout"])
def test_the_first_words_of_a_chapter_are_small_capitals(edition: str) -> None:
    words = ("Call me Ann", "“I know it all")
    assert opened("small-caps", edition) == [f'<span class="small-caps">{w}</span>' for w in words]


def test_only_chapters_have_openings() -> None:
    roles = ("dedication", "epigraph", "preface", "prologue", "chapter")
    text = "---\ntitle: T\nopening: small-caps\nclass: book\n---\n\n"
    text += "".join(f"# {role} {{.{role}}}\n\nWords of {role}, and more.\n\n" for role in roles)
    (*_, page) = making.rendered(making.resolved(text, "web")).pages
    opened = re.findall(r'"small-caps">Words of (\w+)<', page.markup)
    assert opened == ["prologue", "chapter"]


def test_the_lines_of_an_opening_are_chosen_like_others() -> None:
    words = " ".join(f"{'water' * (1 + n % 3)} — it is" for n in range(60))
    text = BOOK.format("small-caps").replace("It was deep.", f"It was {words} deep.")
    data = making.packed(making.resolved(text, "handout")).data
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        pages = [
            document[number].get_textpage().get_text_range() for number in range(len(document))
        ]
    (page,) = [page for page in pages if "CALL ME" in page.upper() and "water" in page]
    lines = page.splitlines()
    assert len(lines) > 8
    assert not [line for line in lines if line.startswith("—")]


def test_a_chapter_begins_with_a_drop_cap() -> None:
    assert opened("drop-cap", "web") == ['<p class="drop-cap">Call ', '<p class="drop-cap">“I kn']
    assert opened("drop-cap", "handout") == [
        '<span class="drop-cap">C</span>', '<span class="drop-cap">“I</span>',
    ]  # fmt: skip


def test_a_drop_cap_is_three_lines_high() -> None:
    text = BOOK.format("drop-cap").replace("deep.", "deep, " + "and nobody knew how deep " * 12)
    data = making.packed(making.resolved(text, "handout")).data
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        pages = [document[number].get_textpage() for number in range(len(document))]
        (page,) = [page for page in pages if "all me Ann" in page.get_text_range()]
        boxes = [
            (page.get_text_range(number, 1), page.get_charbox(number, loose=False))
            for number in range(page.count_chars())
        ]
    start = next(at for at, (_, box) in enumerate(boxes) if box[3] - box[1] > 30)
    letter, (left, bottom, right, top) = boxes[start]
    baselines = sorted(box[1] for text, box in boxes if text == "n" and bottom - 2 < box[1] < top)
    lines = [
        line for line, before in zip(baselines, [0, *baselines], strict=False) if line > before + 2
    ]
    assert letter == "C"
    assert len(lines) == 3
    assert bottom == pytest.approx(lines[0], abs=1.5), "it stands on the third line"
    beside = [box for text, box in boxes if text.isalpha() and bottom < box[1] < top - 1]
    assert all(box[0] >= right or box == boxes[start][1] for box in beside), "and nothing is on it"
    assert left < right


@pytest.mark.parametrize(
    ("lang", "chapter", "part"),
    [
        ("en-GB", "Chapter Two", "Part One"), ("de", "Kapitel zwei", "Teil eins"),
        ("fr", "Chapitre deux", "Partie un"), ("es", "Capítulo dos", "Parte uno"),
        ("it", "Capitolo due", "Parte uno"), ("nl", "Hoofdstuk twee", "Deel één"),
        ("pt", "Capítulo dois", "Parte um"), ("zh", "第二章", "第一部分"),
        ("ar", "الفصل الثاني", "الجزء الأول"), ("pl", "Rozdział 2", "Część I"),
        ("hu", "2. fejezet", "I. rész"), ("cy", "2", "I"),
    ],
)  # fmt: skip
def test_chapters_are_numbered_in_the_words_of_the_language(
    lang: str, chapter: str, part: str
) -> None:
    text = f"---\ntitle: T\nlang: {lang}\nchapter_numbers: words\n---\n\n# P {{.part}}\n\n"
    text += "## A\n\nText.\n\n## B\n\nText.\n"
    (*_, page) = making.rendered(making.resolved(text, "web")).pages
    numbers = re.findall(r'<span class="number in-words">([^<]*)</span>', page.markup)
    shown = [number.replace("\u00a0", " ") for number in numbers]
    assert shown[0] == part
    assert shown[2] == chapter


def test_a_book_of_more_chapters_than_words_has_numerals() -> None:
    text = "---\ntitle: T\nlang: en\nchapter_numbers: words\n---\n\n" + "# A\n\nText.\n\n" * 101
    (*_, page) = making.rendered(making.resolved(text, "web")).pages
    assert ">Chapter\u00a01<" in page.markup
    assert ">Chapter One<" not in page.markup.replace("\u00a0", " ")


def test_a_running_head_has_the_title_without_its_number() -> None:
    text = BOOK.format("drop-cap").replace("opening", "chapter_numbers: words\nopening")
    (*_, page) = making.rendered(making.resolved(text, "handout")).pages
    assert '<h2 data-short="One"><span class="number in-words">' in page.markup


def test_a_low_mark_before_a_drop_cap_stays_small() -> None:
    text = (
        BOOK.format("drop-cap").replace("lang: en", "lang: de").replace("Call me", '"Wer?", fragte')
    )
    (*_, page) = making.rendered(making.resolved(text, "handout")).pages
    markup = re.sub(r"<\?.*?\?>", "", page.markup)
    assert '<span class="drop-cap"><small>„</small>W</span>er?“' in markup
