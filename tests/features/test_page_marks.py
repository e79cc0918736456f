"""The pages of the standard print edition, and the editions that refer to them: the teacher's has
the same ones, the answers name them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pikepdf
import pytest

from pipeline import BuiltEdition, parse
from pipeline.commands.build import dump_stage
from pipeline.model import CodeBlock, Document, Exercise, PageMark, Section
from pipeline.model.page_map import PageMap, counted_text, letters
from tests.helpers import making
from tests.helpers.paths import BOOK
from tests.helpers.pdf_reading import marked_texts, open_pdf
from tests.helpers.trees import nodes

LISTING = "\n".join(f"wells = {number}" for number in range(30))
LONG_ANSWERS = """\
---
title: Long answers
lang: en
page: A6
---

## First

Read.

::: exercise One {#ex-one}
1. Who?

   ::: lines 6
   :::

   ::: answer
   ANSWER
   :::

2. Which? ____{this one}
:::

TEXT

## Second

::: exercise Two {#ex-two}
- ( ) no
- (x) yes
:::

::: exercise Three {#ex-three}
Nothing is right here.
:::

```python
LISTING
```
""".replace("ANSWER", "So it is. " * 90).replace("TEXT", "A long paragraph about water. " * 50)


class Built:
    """A source as handout and for teachers, made once."""

    def __init__(self, source: Path, text: str = "") -> None:
        self.source = source
        document = parse(text, source.name, source.parent) if text else None
        self.flow = making.Flow(source, document)
        self.document = self.flow.document
        self.handout, self.teacher = self.flow.each("handout", "teacher")

    @property
    def page_map(self) -> PageMap:
        assert self.handout.page_map
        return self.handout.page_map

    def prepared(self, edition: str) -> Document:
        return self.flow.marked(edition, self.page_map)


def pdf(made: BuiltEdition) -> bytes:
    assert made.package
    return made.package.data


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    text = LONG_ANSWERS.replace("LISTING", LISTING)
    return Built(tmp_path_factory.mktemp("long") / "long.md", text)


OWN_WORDS = 45
"""Letters of Chapbook's own (a number, a speaker) that a page may have before its first word."""


def page_texts(data: bytes) -> list[str]:
    """The letters of each page, in the order in which they are drawn."""
    with open_pdf(data) as pdf:
        return [
            letters("".join(t for k, t in marked_texts(page).items() if k >= 0))
            for page in pdf.pages
        ]


def test_a_mark_stands_before_the_first_words_of_its_page(built: Built) -> None:
    texts = page_texts(pdf(built.handout))
    large = built.prepared("large-print")
    printed = nodes(large.blocks)
    seen = 0
    for index, node in enumerate(printed):
        if not isinstance(node, PageMark) or node.label == "1":
            continue
        after = next(t for n in printed[index:] if (t := letters(counted_text(n))))[:14]
        assert 0 <= texts[int(node.label) - 1].find(after) <= OWN_WORDS, (node.label, after)
        seen += 1
    marked_code = [node for node in nodes(large, CodeBlock) if node.marks]
    expected = [start for start in built.page_map.starts if start.position.line]
    assert seen + len(marked_code) >= len(expected) - 1 > 0


def labels(data: bytes) -> list[str]:
    """The page labels of a PDF."""
    with open_pdf(data) as pdf:
        return [page.label for page in pdf.pages]


def pages_of_ids(data: bytes) -> dict[str, str]:
    """The label of the page with the target of each link."""
    names = labels(data)
    with open_pdf(data) as pdf:
        numbers: dict[object, int] = {page.objgen: index for index, page in enumerate(pdf.pages)}
        found = {}
        for name, place in pikepdf.NameTree(pdf.Root.Names.Dests).items():
            found[str(name)] = names[numbers[place[0].objgen]].partition(",")[0]
        return found


def test_teachers_and_students_find_all_on_the_same_page(built: Built) -> None:
    printed = nodes(built.prepared("handout").blocks)
    wanted = {n.attributes.id for n in printed if isinstance(n, Exercise | Section)} - {""}
    students, teachers = pages_of_ids(pdf(built.handout)), pages_of_ids(pdf(built.teacher))
    shared = wanted & students.keys() & teachers.keys()
    assert shared
    assert {name: teachers[name] for name in shared} == {name: students[name] for name in shared}


def test_what_is_over_runs_on_a_page_that_says_so(built: Built) -> None:
    names = labels(pdf(built.teacher))
    assert "1, continued" in names
    first = [name for name in names if "continued" not in name]
    assert len(set(first)) == len(first)
    assert first == sorted(first, key=int)
    for before, name in itertools.pairwise(names):
        if "continued" in name:
            assert name.partition(",")[0] == before.partition(",")[0]


SMALL = """\
# A talk

::: note {data-page-start=7}
One, with [a span]{page-start=8 data-page-name=9} in it.
:::

\\newpage

::: lines 4
:::

Two.

\\newpage

- [ ] three

\\newpage

![](images/draw-well.svg)

\\newpage

Term
: Meaning

```chart {type=number-line range="0 to 3"}
```

\\newpage

## Six {data-outline=Three data-page-start=9}

Text.
"""


@pytest.fixture(scope="module")
def small() -> Built:
    return Built(BOOK.with_name("small.md"), SMALL)


def test_a_page_need_not_begin_with_words(small: Built) -> None:
    numbers = [str(number) for number in range(1, 7)]
    assert labels(pdf(small.teacher)) == labels(pdf(small.handout)) == numbers


LINES = """\
---
page: A6
---

::: exercise
Why?

::: lines 30
:::

::: answer
Because.
:::
:::

::: note
Boxes begin pages.
:::

\\newpage

::: note
This one does.
:::
"""


def test_pages_begin_among_lines_and_with_boxes(tmp_path: Path) -> None:
    """An answer has the place of the lines on its page, and the others follow on the next ones."""
    lines = Built(tmp_path / "lines.md", LINES)
    pupils, teachers = (pdf(found) for found in (lines.handout, lines.teacher))
    assert labels(teachers) == labels(pupils)
    texts = page_texts(teachers)
    assert "Because." in texts[0]
    assert "Thisonedoes." in texts[-1]


def test_no_attribute_of_an_authors_says_where_a_page_begins(small: Built) -> None:
    (page,) = small.flow.pages("teacher").pages
    assert "data-" not in page.markup


def test_an_answer_takes_the_place_of_the_lines(tmp_path: Path) -> None:
    source = tmp_path / "short.md"
    source.write_text("::: exercise\nWhy?\n\n::: lines 3\n:::\n\n::: answer\nSo.\n:::\n:::\n")
    dumped = dump_stage(source, "teacher", "resolved", None).decode()
    assert '"lines": 3' in dumped
    assert "WritingLines" not in dumped


def test_the_answers_have_numbers_and_pages(built: Built) -> None:
    (page,) = built.flow.pages("answers", built.page_map).pages
    assert "Long answers: Answers" in page.markup
    assert "Exercise 1." in page.markup
    assert "One (Page 1)" in page.markup
    assert re.search(r"Two \(Page [2-9]\)", page.markup)
    assert "this one" in page.markup
    assert "Three" not in page.markup
    assert "Read." not in page.markup


def test_a_text_without_answers_is_reported_of(tmp_path: Path) -> None:
    source = tmp_path / "none.md"
    source.write_text("# One\n\nText.\n")
    found = making.Flow(source).built("answers")
    assert [finding.code for finding in found.findings] == ["no-answers"]
