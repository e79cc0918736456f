"""The form: a PDF that is filled in on screen, where the handout is filled in by hand."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image, ImageChops

import pipeline
from pipeline import Options
from pipeline.package.result import Package
from tests.helpers import checkers, making
from tests.helpers.pdf_reading import Element, open_pdf, read

SHEET = """\
---
title: Wells
lang: en
name_line: true
---

Water is not ____{free} for all.

::: exercise The well {#ex-well}
It was dug in ____{1962}, and has ____{one} winch.

Then $\\frac{____{3}}{20} = x^{____}$ is full.

$$ y = ____ $$

How deep is it?

- ( ) nine metres
- (x) thirty metres
- ( ) other: ____{none}

Who comes?

- [x] girls
- [ ] soldiers
- [x] women

| Year | Buckets |
|---|---|
| 1990 | ____{forty} |
| 2021 | |
:::

::: exercise
1. What would you ask?

   ::: lines 3
   :::

::: matching
| thing | use |
|---|---|
| winch | what turns |
| bucket | what is carried |
| rope | what is wound |
:::

::: ordering
1. dig
2. draw
3. drink
:::

Draw it.

::: space 30mm
:::
:::

- [ ] bring a bucket
- [x] read the text
"""

TYPED = "é “Łódź” ő Ελλάδα Київ"
SEVERAL_LINES, ONE_OF_SEVERAL = 1 << 12, 1 << 15


def make(text: str, edition: str = "form") -> Package:
    document = making.resolved(text, edition)
    assert not [finding for finding in document.diagnostics if finding.is_error]
    return making.packed(document)


def sheet(body: str, front: str = "lang: en") -> str:
    return f"---\ntitle: A sheet\n{front}\n---\n\n{body}"


@pytest.fixture(scope="module")
def form() -> bytes:
    return making.without_findings(make(SHEET)).data


@pytest.fixture(scope="module")
def handout() -> bytes:
    return make(SHEET, "handout").data


class Field(NamedTuple):
    """A field as programs see it: its type, its tooltip, and its widgets; ``owner`` keeps the file
    open."""

    kind: str
    tip: str
    widgets: tuple[Any, ...]
    entries: Any
    owner: pikepdf.Pdf


def fields(pdf: pikepdf.Pdf) -> dict[str, Field]:
    """The fields by their full names."""

    def walk(entries: Any, before: str) -> Iterator[tuple[str, Field]]:
        name = f"{before}{entries.T}"
        if "/FT" in entries:
            widgets = tuple(entries.get("/Kids", (entries,)))
            yield name, Field(str(entries.FT), str(entries.TU), widgets, entries, pdf)
        else:
            for kid in entries.Kids:
                yield from walk(kid, f"{name}.")

    found = [one for top in pdf.Root.AcroForm.Fields for one in walk(top, "")]
    assert len(dict(found)) == len(found), "two fields have one name"
    return dict(found)


def on_pages(pdf: pikepdf.Pdf) -> list[list[Any]]:
    """The widgets of each page."""
    return [
        [one for one in page.get("/Annots", ()) if one.Subtype == "/Widget"] for page in pdf.pages
    ]


def all_of(thing: Any, seen: set[Any]) -> Iterator[Any]:
    """All dictionaries that a thing leads to."""
    if isinstance(thing, pikepdf.Array):
        for one in thing:
            yield from all_of(one, seen)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if thing.is_indirect:
            if thing.objgen in seen:
                return
            seen.add(thing.objgen)
        yield thing
        for one in thing.values():
            yield from all_of(one, seen)


# --- what is a field ----------------------------------------------------------------------


def test_all_that_is_filled_in_by_hand_is_a_field(form: bytes) -> None:
    assert {name: field.kind for name, field in fields(open_pdf(form)).items()} == {
        "name": "/Tx",
        "class": "/Tx",
        "date": "/Tx",
        "text.blank-1": "/Tx",
        "ex-well.blank-1": "/Tx",
        "ex-well.blank-2": "/Tx",
        "ex-well.blank-3": "/Tx",
        "ex-well.blank-4": "/Tx",
        "ex-well.blank-5": "/Tx",
        "ex-well.choice-1": "/Btn",
        "ex-well.blank-6": "/Tx",
        "ex-well.choice-2.a": "/Btn",
        "ex-well.choice-2.b": "/Btn",
        "ex-well.choice-2.c": "/Btn",
        "ex-well.blank-7": "/Tx",
        "ex-well.cell-1": "/Tx",
        "exercise-2.lines-1": "/Tx",
        "exercise-2.matching-1.1": "/Tx",
        "exercise-2.matching-1.2": "/Tx",
        "exercise-2.matching-1.3": "/Tx",
        "exercise-2.ordering-1.1": "/Tx",
        "exercise-2.ordering-1.2": "/Tx",
        "exercise-2.ordering-1.3": "/Tx",
        "exercise-2.space-1": "/Tx",
        "text.task-1": "/Btn",
    }


def test_a_field_says_what_it_asks(form: bytes) -> None:
    tips = {name: field.tip for name, field in fields(open_pdf(form)).items()}
    assert tips["name"] == "Name"
    assert tips["text.blank-1"] == "blank 1: Water is not ___ for all."
    assert tips["ex-well.blank-2"] == "Exercise 1, blank 2: It was dug in …, and has ___ winch."
    assert tips["ex-well.blank-3"] == "Exercise 1, blank 3: Then (___)/20 = x^(…) is full."
    assert tips["ex-well.blank-4"] == "Exercise 1, blank 4: Then (…)/20 = x^(___) is full."
    assert tips["ex-well.blank-7"] == "Exercise 1, blank 7: 1990, Buckets"
    assert tips["ex-well.cell-1"] == "Exercise 1: 2021, Buckets"
    assert tips["ex-well.choice-1"] == "Exercise 1: How deep is it?"
    assert tips["ex-well.choice-2.b"] == "Exercise 1: Who comes? b: soldiers"
    assert tips["exercise-2.lines-1"] == "Exercise 2, Your answer: What would you ask?"
    assert tips["exercise-2.matching-1.2"] == "Exercise 2, blank 2: bucket"
    assert tips["exercise-2.space-1"] == "Exercise 2, space to write or draw: Draw it."
    assert tips["text.task-1"] == "to do: bring a bucket"


def test_of_choices_of_one_the_letters_are_the_values(form: bytes) -> None:
    choice = fields(open_pdf(form))["ex-well.choice-1"]
    assert int(choice.entries.Ff) == ONE_OF_SEVERAL
    states = [set(widget.AP.N.keys()) - {"/Off"} for widget in choice.widgets]
    assert states == [{"/a"}, {"/b"}, {"/c"}]
    assert [str(widget.TU) for widget in choice.widgets] == [
        "Exercise 1: How deep is it? a: nine metres",
        "Exercise 1: How deep is it? b: thirty metres",
        "Exercise 1: How deep is it? c: other: …",
    ]


def test_lines_and_spaces_take_several_lines_and_blanks_one(form: bytes) -> None:
    several = {
        name
        for name, field in fields(open_pdf(form)).items()
        if int(field.entries.get("/Ff", 0)) & SEVERAL_LINES
    }
    assert several == {"ex-well.cell-1", "exercise-2.lines-1", "exercise-2.space-1"}


CELLS = "| A | B |\n|---|---|\n| 1 | |\n| | 2 |\n"
MORE = f"""\
---
title: More
lang: en
name_line: [name]
---

And ____ two.

{CELLS}

::: exercise {{#text}}
A ____
:::

::: exercise {{#name}}
{CELLS}:::

::: exercise Warm-up {{.unnumbered}}
____ one
:::

::: exercise
____ two
:::

A[^n] and ____ ____ b.

[^n]: A note with ____.

> Quoted ____.

Term ____
:   Meaning ____.

::: note
In a box ____.
:::

- an item ____
"""


@pytest.fixture(scope="module")
def tips() -> dict[str, str]:
    """The tooltips of the fields of another form, by their full names."""
    return {name: field.tip for name, field in fields(open_pdf(make(MORE).data)).items()}


def test_empty_cells_are_fields_in_exercises_alone(tips: dict[str, str]) -> None:
    cells = {name: tip for name, tip in tips.items() if "cell" in name}
    assert cells == {"name-2.cell-1": "Exercise 2: 1, B", "name-2.cell-2": "Exercise 2: A"}


def test_exercises_without_a_number_have_names_too(tips: dict[str, str]) -> None:
    first, second = (
        next(name for name, tip in tips.items() if tip == asked)
        for asked in ("Warm-up, blank 1: ___ one", "Exercise 3, blank 1: ___ two")
    )
    assert first.partition(".")[0] != second.partition(".")[0]


def test_a_name_is_no_other_fields(tips: dict[str, str]) -> None:
    assert {"name", "text.blank-1", "text-2.blank-1", "name-2.cell-1"} < tips.keys()


def test_blanks_in_notes_quotations_definitions_and_boxes(tips: dict[str, str]) -> None:
    asked = {tip.partition(": ")[2] for tip in tips.values()}
    assert asked >= {"A and ___ … b.", "A and … ___ b.", "A note with ___.", "Meaning ___."}
    assert asked >= {"Quoted ___.", "Term ___", "In a box ___.", "an item ___"}


def test_lines_that_go_on_are_a_field_on_each_page() -> None:
    pdf = open_pdf(make(sheet("Why?\n\n::: lines 45\n:::\n")).data)
    first, second = fields(pdf).values()
    assert list(fields(pdf)) == ["text.lines-1-1", "text.lines-1-2"]
    assert [first.tip, second.tip] == ["Your answer: Why? (1)", "Your answer: Why? (2)"]
    assert [len(widgets) for widgets in on_pages(pdf)] == [1, 1]


def test_a_head_that_is_repeated_has_its_field_once() -> None:
    rows = "\n".join(f"| {n} | x |" for n in range(20))
    table = f"| ____ | B |\n|---|---|\n{rows}\n"
    pdf = open_pdf(make(sheet(table, "page: A6")).data)
    assert len(pdf.pages) > 1
    assert [len(widgets) for widgets in on_pages(pdf)] == [1, *[0] * (len(pdf.pages) - 1)]
    assert list(fields(pdf)) == ["text.blank-1"]


def test_a_long_form() -> None:
    body = "\n\n".join(f"::: exercise\nThe {n}th is ____{{x}}.\n:::" for n in range(9))
    pdf = open_pdf(make(sheet(body, "page: A6")).data)
    found = fields(pdf)
    assert list(found) == [f"exercise-{n}.blank-1" for n in range(1, 10)]
    assert sum(map(len, on_pages(pdf))) == 9
    assert len(pdf.pages) > 1


def test_a_form_without_fields_is_reported() -> None:
    """No attribute of an author makes a field."""
    forged = "A [word]{field=blank}.\n\nA text.\n{data-field=lines}\n"
    packed = make(sheet(f"Only text.\n\n- [x] done\n\n{forged}"))
    assert [finding.code for finding in packed.diagnostics] == ["nothing-to-fill-in"]
    assert "/AcroForm" not in open_pdf(packed.data).Root


# --- the answers stay away ------------------------------------------------------------------


def test_nothing_is_filled_in_yet(form: bytes) -> None:
    pdf = open_pdf(form)
    for field in fields(pdf).values():
        assert str(field.entries.get("/V", "/Off")) == "/Off"
        assert "/DV" not in field.entries
        assert "/MaxLen" not in field.entries
        assert {str(widget.get("/AS", "/Off")) for widget in field.widgets} == {"/Off"}


def test_there_are_no_scripts_and_nothing_is_left_to_readers(form: bytes) -> None:
    pdf = open_pdf(form)
    assert "/NeedAppearances" not in pdf.Root.AcroForm
    for thing in all_of(pdf.Root, set()):
        assert not {"/JS", "/AA"} & set(thing.keys())


def test_other_answers_make_the_same_form() -> None:
    other = SHEET.replace("{1962}", "{1963}").replace("- [ ] soldiers", "- [x] soldiers")
    other = other.replace("( ) nine", "(x) nine").replace("(x) thirty", "( ) thirty")
    assert other.count("(x)") == 1
    pages, others = (making.rendered(making.resolved(text, "form")) for text in (SHEET, other))
    assert others == pages


# --- on the page ----------------------------------------------------------------------------


def pictures(data: bytes, scale: float = 1) -> list[Image.Image]:
    """The pages as browsers show them, with the contents of the fields."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    return [page.render(scale=scale).to_pil().convert("L") for page in document]


def test_an_empty_form_looks_like_the_handout(form: bytes, handout: bytes) -> None:
    ours, theirs = pictures(form), pictures(handout)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert ImageChops.difference(one, other).getbbox() is None


def test_the_embedded_font_has_its_letters_and_stays_small(form: bytes, handout: bytes) -> None:
    pdf = open_pdf(form)
    for font in pdf.Root.AcroForm.DR.Font.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in descriptor
        letters = characters(font).values()
        assert set(TYPED) - {" "} <= set(letters)
    assert len(form) - len(handout) < 70_000


def test_each_field_is_written_in_the_embedded_font(form: bytes) -> None:
    pdf = open_pdf(form)
    known = {str(name) for name in pdf.Root.AcroForm.DR.Font}
    texts = [field for field in fields(pdf).values() if field.kind == "/Tx"]
    for field in texts:
        (font,) = re.findall(r"^(/\w+) [\d.]+ Tf 0 g$", str(field.entries.DA))
        assert font in known


def test_typed_lines_stand_on_the_ruled_ones() -> None:
    for hand, distance in (("primary", 12), ("adult", 7.5)):
        text = sheet("Why?\n\n::: lines 6\n:::\n", f"handwriting: {hand}")
        filled = typing(make(text).data, lambda _: "one line\n" * 5)
        (field,) = fields(open_pdf(filled)).values()
        heights = [height for _, height in shown_lines(field.widgets[0].AP.N)]
        steps = {round(a - b, 1) for a, b in itertools.pairwise(heights)}
        (step,) = steps
        ruled = distance / 25.4 * 72
        assert ruled / step == pytest.approx(round(ruled / step), abs=0.02)
        assert step >= 11


def test_a_blank_is_written_in_line_with_the_text_around_it(form: bytes) -> None:
    blank = fields(open_pdf(form))["text.blank-1"]
    bottom, top = float(blank.entries.Rect[1]), float(blank.entries.Rect[3])
    assert top - bottom > 10.5 * 1.35  # less, and browsers would make letters smaller


# --- filling it in --------------------------------------------------------------------------


def typing(data: bytes, text: Callable[[Any], str]) -> bytes:
    """The form after someone has gone through it in a browser, with the engine of Chrome: each
    box is clicked at, and ``text`` of each field typed into it."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    form, pdf = document.formenv, open_pdf(data)
    for page, widgets in zip(document, on_pages(pdf), strict=True):
        for widget in widgets:
            left, bottom, right, top = (float(edge) for edge in widget.Rect)
            at = (left + min(4, (right - left) / 2), (bottom + top) / 2)
            pdfium.FORM_OnMouseMove(form, page, 0, *at)
            pdfium.FORM_OnLButtonDown(form, page, 0, *at)
            pdfium.FORM_OnLButtonUp(form, page, 0, *at)
            for letter in text(widget) if "/DA" in widget else "":
                pdfium.FORM_OnChar(form, page, ord("\r" if letter == "\n" else letter), 0)
        pdfium.FORM_ForceToKillFocus(form)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def characters(font: Any) -> dict[int, str]:
    """The characters of a font's glyphs."""
    table = font.ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(r"^<(\w{4})> <(\w{4})>$", table, re.MULTILINE)
    return {int(glyph, 16): chr(int(character, 16)) for glyph, character in pairs}


def shown_lines(appearance: Any) -> list[tuple[str, float]]:
    """The texts in a field's appearance, with their heights, from its embedded fonts."""
    found: list[tuple[str, float]] = []
    font: dict[int, str] = {}
    height = 0.0
    for instruction in pikepdf.parse_content_stream(appearance):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "Tf":
                used = appearance.Resources.Font[str(operands[0])]
                assert "/FontFile2" in used.DescendantFonts[0].FontDescriptor
                font = characters(used)
            case "Td":
                height += float(operands[1])
            case "Tj":
                codes = bytes(operands[0])
                pairs = (codes[at : at + 2] for at in range(0, len(codes), 2))
                found.append(("".join(font[int.from_bytes(pair)] for pair in pairs), height))
    return found


def test_what_is_typed_in_a_browser_is_shown_in_the_embedded_font(form: bytes) -> None:
    filled = fields(open_pdf(typing(form, lambda _: TYPED)))
    for name, field in filled.items():
        if field.kind == "/Tx":
            assert str(field.entries.V) == TYPED, name
            shown = field.widgets[0].AP.N
            assert "".join(text for text, _ in shown_lines(shown)) == TYPED, name
    assert str(filled["ex-well.choice-1"].entries.V) == "/c"  # the last that was clicked at
    assert str(filled["ex-well.choice-2.a"].entries.V) == "/Yes"


ANSWERS = {
    "name": "Zoë",
    "ex-well.blank-1": "“1962”, é",
    "ex-well.choice-1": "/b",
    "ex-well.choice-2.a": "/Yes",
    "ex-well.cell-1": "fifty",
    "exercise-2.lines-1": "Who dug it?\nWhen?",
    "exercise-2.matching-1.2": "c",
    "exercise-2.ordering-1.1": "3",
    "text.task-1": "/Yes",
}


@pytest.fixture(scope="module")
def filled(form: bytes) -> bytes:
    """The form, filled in by a program."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(form))
    for page in writer.pages:
        writer.update_page_form_field_values(page, ANSWERS, auto_regenerate=False)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def test_a_program_can_fill_it_in_and_read_it(filled: bytes) -> None:
    found = pypdf.PdfReader(io.BytesIO(filled)).get_fields() or {}
    values = {name: str(field.get("/V")) for name, field in found.items() if "/V" in field}
    assert {name: values[name] for name in ANSWERS} == ANSWERS
    assert values["ex-well.choice-2.b"] == "/Off"
    assert "text.blank-1" not in values


def test_what_a_program_fills_in_is_seen(form: bytes, filled: bytes) -> None:
    pdf = open_pdf(form)
    areas = {
        full_name(widget): (number, widget.Rect)
        for number, widgets in enumerate(on_pages(pdf))
        for widget in widgets
    }
    before, after = pictures(form, 2), pictures(filled, 2)
    for name in set(areas) - {"ex-well.choice-1"}:
        number, (left, bottom, right, top) = areas[name]
        height = before[number].height
        left, bottom, right, top = (int(float(edge) * 2) for edge in (left, bottom, right, top))
        box = (left, height - top, right, height - bottom)
        changes = ImageChops.difference(before[number].crop(box), after[number].crop(box))
        assert (changes.getbbox() is not None) == (name in ANSWERS), name


def full_name(widget: Any) -> str:
    parent = widget.get("/Parent")
    before = full_name(parent) if parent is not None else ""
    return ".".join(part for part in (before, str(widget.get("/T", ""))) if part)


# --- for those who listen, or have no mouse --------------------------------------------------


def form_elements(root: Element) -> list[Element]:
    return list(root.all("Form"))


def test_each_field_is_a_tag_that_holds_nothing_else(form: bytes) -> None:
    pdf = open_pdf(form)
    tags = form_elements(read(pdf))
    widgets = [widget for page in on_pages(pdf) for widget in page]
    assert len(tags) == len(widgets)
    parents = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
    for tag in tags:
        (reference,) = tag.entries.K
        assert reference.Type == "/OBJR"
        widget = reference.Obj
        assert parents[widget.StructParent].objgen == tag.entries.objgen
        assert str(widget.TU)


def test_one_comes_to_the_fields_in_the_order_of_the_text(form: bytes) -> None:
    pdf = open_pdf(form)
    spoken = [tag.entries.K[0].Obj.objgen for tag in form_elements(read(pdf))]
    placed = [widget.objgen for page in on_pages(pdf) for widget in page]
    assert spoken == placed
    assert {str(page.Tabs) for page in pdf.pages} == {"/S"}
    names = [full_name(widget) for page in on_pages(pdf) for widget in page]
    assert names[:4] == ["name", "class", "date", "text.blank-1"]


def test_what_stands_for_a_field_on_paper_is_not_read_twice(form: bytes) -> None:
    text = read(open_pdf(form)).text
    assert "Water is not  for all." in text
    assert "Your answer" not in text


# --- from right to left ----------------------------------------------------------------------


def test_a_form_from_right_to_left() -> None:
    body = "عاصمة فرنسا هي ____{باريس}.\n\n::: lines 3\n:::\n\n::: ordering\n1. أول\n2. ثان\n:::\n"
    data = make(sheet(body, "lang: ar")).data
    pdf = open_pdf(data)
    found = fields(pdf)
    assert {name: int(field.entries.Q) for name, field in found.items()} == {
        "text.blank-1": 2,
        "text.lines-1": 2,
        "text.ordering-1.1": 1,
        "text.ordering-1.2": 1,
    }
    for font in pdf.Root.AcroForm.DR.Font.values():
        assert set("باريسabc“é") <= set(characters(font).values())
    typed = fields(open_pdf(typing(data, lambda _: "باريس")))["text.blank-1"]
    assert str(typed.entries.V) == "باريس"
    shown = "".join(text for text, _ in shown_lines(typed.widgets[0].AP.N))
    assert sorted(shown) == sorted("باريس")


@pytest.mark.parametrize(("lang", "last"), [("ar", "ب"), ("he", "ב")])
def test_one_of_several_is_chosen_in_alphabets_of_other_scripts(lang: str, last: str) -> None:
    packed = make(sheet("- ( ) x\n- (x) y\n", f"lang: {lang}"))
    assert packed.diagnostics == ()
    chosen = fields(open_pdf(typing(packed.data, lambda _: "")))["text.choice-1"]
    assert str(chosen.entries.V) == f"/{last}"
    assert [str(widget.AS) for widget in chosen.widgets] == ["/Off", f"/{last}"]


def test_chinese_has_a_form_without_its_whole_font() -> None:
    packed = make(sheet("首都是 ____{北京}。", "lang: zh"))
    assert len(packed.data) < 200_000
    (field,) = fields(open_pdf(packed.data)).values()
    assert field.tip.endswith("首都是 ___。")


# --- the rest ---------------------------------------------------------------------------------


@pytest.mark.checkers
@pytest.mark.slow
@pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation, checkers.qpdf])
def test_a_form_conforms(check: checkers.Check, form: bytes, tmp_path: Path) -> None:
    file = tmp_path / "form.pdf"
    file.write_bytes(form)
    assert check(file) == []


def test_all_editions_are_those_that_the_text_has_something_for(tmp_path: Path) -> None:
    source = tmp_path / "talk.md"
    source.write_text("---\ntitle: A talk\nlang: en\n---\n\nWords.\n", "utf-8")
    strict = Options(strict=True)
    result = pipeline.build(source, ["all"], out=tmp_path / "build", options=strict)
    assert result.diagnostics == ()
    made = {output.edition for output in result.outputs}
    assert {"teacher", "ebook", "4-up"} < made
    assert not made & {"form", "answers"}
    asked = pipeline.build(source, ["form"], out=tmp_path / "build", options=strict)
    assert [finding.code for finding in asked.diagnostics] == ["nothing-to-fill-in"]
