"""Text in two columns: nothing is lost, wide content spans both, lines are aligned."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import fromstring

import pytest
from PIL import Image

from pipeline.features.columns import arrange_columns
from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.boxes import has_class
from tests.helpers import making
from tests.helpers.laid_out import boxes, laid_out
from tests.helpers.pdf_reading import open_pdf, outline, read

FRONT = """\
---
title: Two columns
lang: {lang}
page: {{size: {size}, columns: {columns}}}
theme: {theme}
speakers: {{Ann: interviewer, Bo: guest}}
---
"""

WORDS = (
    "the well stands in a village where women carry water every morning before school and nobody"
    " counts hours that it takes them to walk along dry paths beside fields of maize"
).split()


class Line(NamedTuple):
    """A line of the text: its page, its left edge, the height of its base in lines, and whether it
    is in a list, which may be half a line lower."""

    page: int
    left: float
    base: float
    is_item: bool


def draw_well(folder: Path) -> None:
    Image.new("RGB", (300, 170), "steelblue").save(folder / "well.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw_well(tmp_path)
    return tmp_path


def pages_of(
    body: str,
    folder: Path,
    lang: str = "en",
    size: str = "A4",
    columns: int = 2,
    theme: str = "classic",
) -> Pages:
    text = FRONT.format(lang=lang, size=size, columns=columns, theme=theme) + "\n" + body
    document = making.resolved(text, "handout", folder)
    assert not [d for d in document.diagnostics if d.is_error], document.diagnostics
    return making.rendered(document)


def lines_of_text(document: Any, leading: float) -> list[Line]:
    """Those in the text's own size, of top-level paragraphs, lists and quotations."""
    line = leading * 4 / 3
    found = []

    def visit(box: Any, number: int, top: float) -> None:
        box = getattr(box, "_box", box)
        name = type(box).__name__
        if has_class(box, "flow"):
            top = box.content_box_y()
        elif has_class(box, "across"):
            return
        inside = getattr(box.element, "get", lambda *_: "")("class") or ""
        if box.element_tag in ("header", "nav", "table", "figure", "pre", "footer"):
            return
        if re.search(r"\b(box|exercise|equation|note|speaker|asks|sidebar)\b", inside):
            return
        if name == "LineBox":
            if box.element_tag in ("p", "li") and box.height < 1.05 * line:
                base = (box.position_y + box.baseline - top) / line
                found.append(Line(number, box.position_x, base, box.element_tag == "li"))
            return
        for child in getattr(box, "children", ()):
            visit(child, number, top)

    for number, page in enumerate(document.pages):
        visit(page.box, number, page.box.content_box_y())
    return found


def off_grid(line: Line, start: float = 0.0, step: float = 1.0) -> float:
    """The distance from the next line of the grid, in lines."""
    rest = (line.base - start) % step
    return min(rest, step - rest)


def made_up(seed: int) -> str:
    """A text of the usual things in any order."""
    chance = random.Random(seed)
    count = iter(range(1, 10_000))

    def words(least: int, most: int) -> str:
        return " ".join(
            f"{chance.choice(WORDS)}" + (f"x{next(count)}x" if n % 7 == 0 else "")
            for n in range(chance.randint(least, most))
        )

    notes: list[str] = []

    def noted() -> str:
        notes.append(f"[^{len(notes) + 1}]: {words(4, 30)}")
        return f"{words(20, 60)}.[^{len(notes)}]"

    row = "| {} | {} | {} | {} | {} |"
    kinds = (
        lambda: words(20, 120),
        lambda: words(20, 120),
        noted,
        lambda: f"## {words(1, 9)}\n\n{words(5, 60)}",
        lambda: f"### {words(1, 9)}\n\n{words(5, 60)}",
        lambda: "\n".join(f"- {words(2, 20)}" for _ in range(chance.randint(2, 6))),
        lambda: f"> {words(5, 40)}",
        lambda: f"::: note\n{words(10, 60)}\n:::",
        lambda: f"Ann: {words(4, 12)}?\n\nBo: {words(20, 80)}",
        lambda: f'![A well](well.png "{words(2, 9)}")',
        lambda: f"| A | B |\n|---|--:|\n| {words(1, 2)} | 4 |\n| {words(1, 2)} | 5 |",
        lambda: (
            "\n".join((row.format(*"ABCDE"), row.format(*["---"] * 5)))
            + "\n"
            + "\n".join(row.format(*(words(3, 9) for _ in range(5))) for _ in range(2))
        ),
        lambda: f":::: exercise\n{words(4, 12)}?\n\n::: lines 3\n:::\n::::",
        lambda: "$$ \\frac{a}{b} = \\sqrt{c} $$",
    )
    blocks = [chance.choice(kinds)() for _ in range(chance.randint(8, 14))]
    return "\n\n".join([*blocks, *notes]) + "\n"


@pytest.fixture(scope="module")
def made_up_text(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Pages, Any]:
    """A text, its pages, and those as they are laid out."""
    folder = tmp_path_factory.mktemp("made-up")
    draw_well(folder)
    text = made_up(6)
    pages = pages_of(text, folder, size="A5")
    return text, pages, laid_out(pages, folder)


def test_lines_of_both_columns_stand_at_one_height(made_up_text: tuple[str, Pages, Any]) -> None:
    _, pages, document = made_up_text
    assert pages.sheet
    lines = lines_of_text(document, pages.sheet.leading)
    lefts = {round(line.left) for line in lines}
    assert max(lefts) - min(lefts) > 200, "two columns"
    start = lines[0].base % 1
    steps = [(line, 0.5 if line.is_item else 1) for line in lines]
    assert [line for line, step in steps if off_grid(line, start, step) > 0.03] == []


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_headings_and_lists_do_not_touch_what_follows_them(theme: str, folder: Path) -> None:
    body = "## Well\n\n![A well](well.png)\n\nText.\n\n- one\n- two\n\nMore.\n"
    body += "\nEnd.\n" * 40  # in the other column
    pages = pages_of(body, folder, theme=theme)
    found = boxes(laid_out(pages, folder))
    texts = {box.text: box.position_y for box in found if hasattr(box, "text")}
    picture = next(box for box in found if box.element_tag == "img")
    assert pages.sheet
    line = pages.sheet.leading * 4 / 3
    assert picture.position_y > texts["Well"] + 1.3 * line
    assert texts["one"] > texts["Text."] + 1.3 * line
    assert texts["More."] > texts["two"] + 1.3 * line


@pytest.mark.parametrize(
    "following", ["- Next\n- two\n- three\n", "## Next\n\n![A well](well.png)\n"]
)
def test_a_column_goes_on_until_what_follows_begins_the_next(following: str, folder: Path) -> None:
    body = "Line.\n\n" * 21 + "word " * 30 + f"last.\n\n{following}" + "\nEnd.\n" * 60
    found = boxes(laid_out(pages_of(body, folder, size="A5"), folder))
    texts = [(box, getattr(box, "text", "")) for box in found]
    first, last, item = (
        next(box for box, text in texts if text.endswith(end)) for end in ("Line.", "last.", "Next")
    )
    assert last.position_x == first.position_x
    assert item.position_x > first.position_x + 100, "in the other column"
    assert item.position_y == pytest.approx(first.position_y, abs=2)


def test_an_exercise_goes_on_in_the_other_column_and_its_clock_is_as_wide(folder: Path) -> None:
    first = "1. When?\n\n   ```chart clock\n   9:30\n   ```\n\n"
    questions = "".join(f"{n}. Why?\n\n   ::: lines 3\n   :::\n\n" for n in (2, 3, 4))
    pages = pages_of(f"Text.\n\n::: exercise\n{first}{questions}:::\n", folder)
    document = laid_out(pages, folder)
    lines = boxes(document, "writing-lines")
    assert len({round(box.position_x) for box in lines}) == 2
    (clock,) = boxes(document, "chart")
    assert clock.width < min(box.width for box in lines)


def test_nothing_hangs_out_of_columns_and_boxes(folder: Path) -> None:
    inside = (
        "## Well\n\nAnn: Who digs?\n\nBo: We do.\n\n## Wall\n\nAnn: And who builds?\n\nBo: All.\n"
    )
    body = f"::: columns 2\n{inside}:::\n\n::: note\n{inside}:::\n"
    found = boxes(laid_out(pages_of(body, folder, columns=1), folder))
    main = next(box for box in found if box.element_tag == "main")
    hung = [b for b in found if b.element_tag == "h2" or has_class(b, "speaker")]
    assert len(hung) > 11
    assert all(box.border_box_x() >= main.content_box_x() for box in hung)


def test_nothing_is_lost_or_repeated(made_up_text: tuple[str, Pages, Any]) -> None:
    text, _, document = made_up_text
    shown = "".join(box.text for box in boxes(document) if hasattr(box, "text"))
    words = re.findall(r"x\d+x", re.sub("[\u00ad\u2010-]", "", shown))
    assert sorted(words) == sorted(set(re.findall(r"x\d+x", text)))


CARRIED = "and what they carry home in the evening"
COUNTED = "Whoever counts all the people of a village counts its wells, too"

WIDE = f"""\
## First

Before the table.

### In it

Just before.

| A | B | C | D | E |
|---|---|---|---|---|
| {COUNTED} | {CARRIED} | {CARRIED} | {CARRIED} | no |
| {COUNTED} | {CARRIED} | {CARRIED} | {CARRIED} | no |

| Small | Table |
|---|--:|
| one | 2 |

After the table.

### Next

More text.
"""


def tables_of(document: Any) -> list[float]:
    """The widths of the tables, in CSS pixels."""
    return [
        box.width
        for box in boxes(document)
        if box.element_tag == "table" and type(box).__name__ == "TableBox"
    ]


def test_what_is_wide_runs_across(folder: Path) -> None:
    pages = pages_of(WIDE, folder)
    assert pages.sheet
    wide, small = tables_of(laid_out(pages, folder))
    assert wide == pytest.approx(pages.sheet.measure / 25.4 * 96, abs=1)
    assert small < pages.sheet.line / 25.4 * 96


def test_what_is_cut_is_whole_for_a_listener(folder: Path) -> None:
    file = open_pdf(making.packed(pages_of(WIDE, folder), folder).data)
    assert outline(file) == [(0, "First"), (1, "In it"), (1, "Next")]
    said = read(file).text
    order = ["First", "Before the table.", "In it", "Whoever", "Small", "After the", "Next", "More"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_the_first_column_is_where_reading_begins(folder: Path) -> None:
    body = "\n\n".join(["يقف البئر في القرية حيث تحمل النساء الماء كل صباح قبل المدرسة. " * 9] * 3)
    pages = pages_of(body, folder, lang="ar", size="A5")
    assert pages.sheet
    # Arabic letters are higher than Latin ones
    lines = lines_of_text(laid_out(pages, folder), 1.1 * pages.sheet.leading)
    middle = pages.sheet.size.width / 25.4 * 96 / 2
    first = [line.left for line in lines if line.page == 0]
    assert first[0] > middle > first[-1]


def test_a_sheet_on_its_side_has_no_columns(folder: Path) -> None:
    body = f"Text.\n\n:::: landscape\n\n{WIDE.partition('Just before.')[2]}\n\n::::\n\nMore text.\n"
    made = making.packed(pages_of(body, folder), folder)
    sizes = [
        tuple(round(float(side)) for side in page.mediabox[2:])
        for page in open_pdf(made.data).pages
    ]
    assert sizes == [(595, 842), (842, 595), (595, 842)]


ON_GRID = """\
## Heading

{text}

### Heading

{text}

- one
- two

{text}

- one

  and more

- two

{text}

> A quotation.

{text}

| A | B |
|---|--:|
| a | 4 |
| b | 5 |

{text}

| A | B |
|---|--:|
| a | 4 |

Table: A caption

{text}

```
two lines
of code
```

{text}

$$ \\frac{a}{b} $$

{text}

Term
:   What it means

{text}

***

{text}

::: sidebar Title
One line.
:::

{text}

Ann: A question?

Bo: An answer.
"""

TEXT = "Women carry water every morning before school."


def test_lines_come_back_to_a_quarter_of_a_line(folder: Path) -> None:
    body = ON_GRID.replace("{text}", TEXT)
    pages = pages_of(body, folder, size="A3", columns=1)
    assert pages.sheet
    document = laid_out(pages, folder)
    assert len(document.pages) == 1
    lines = lines_of_text(document, pages.sheet.leading)
    assert len(lines) > body.count(TEXT)
    assert [line for line in lines if off_grid(line, lines[0].base, 0.25) > 0.01] == []


def test_lines_come_back_to_half_a_quarter_after_boxes(folder: Path) -> None:
    box = "::: note Title\nOne line.\n\nAnother.\n:::"
    pages = pages_of(f"{TEXT}\n\n{box}\n\n{TEXT}\n", folder, columns=1)
    assert pages.sheet
    first, last = lines_of_text(laid_out(pages, folder), pages.sheet.leading)
    assert off_grid(last, first.base, 0.125) < 0.01


@pytest.mark.parametrize(("letters", "is_beside"), [(300, True), (900, False), (0, False)])
def test_a_short_lead_story_is_beside_its_picture(letters: int, is_beside: bool) -> None:
    root = fromstring(
        '<html class="levelled in-columns"><main><section><h2>Lead</h2>'
        f'<p class="image"><img width="100" height="60"/></p><p>{"x" * letters}</p></section>'
        "<section><h2>Next</h2><p>More</p></section></main></html>"
    )
    arrange_columns(root)
    stretches = [part.get("class") for part in root.iterfind("main/div")]
    columns = ["across", "flow lead-story", "flow"]
    assert stretches == (["across", "flow"] if is_beside else columns)
    assert [h2.text for h2 in root.iter("h2")] == ["Lead", "Next"]
    assert (root.find(".//section[@class='beside-picture']/div[@class='story']/p") is not None) == (
        is_beside
    )
