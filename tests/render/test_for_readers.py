"""Pages for their readers: sizes of type by age, grade and script, and what suits a screen."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from pipeline import parse
from pipeline.package.fonts import subset
from pipeline.package.result import font_files
from tests.helpers import making


def rendered(front: str, body: str, edition: str) -> Any:
    return making.rendered(making.resolved(f"---\ntitle: T\n{front}\n---\n\n{body}\n", edition))


def css(front: str, body: str, edition: str) -> str:
    return "\n".join(style.css for style in rendered(front, body, edition).styles)


@pytest.mark.parametrize(
    ("front", "text", "leading"),
    [
        ("lang: en", 10.5, 15),
        ("lang: en\naudience: {ages: 6-7}", 16, 22.86),
        ("lang: en\naudience: {ages: 8-10}", 14, 20),
        ("lang: en\naudience: {level: Grade 1}", 16, 22.86),
        ("lang: de\naudience: {level: 4. Klasse}", 14, 20),
        ("lang: en\naudience: {grade: 2}", 14, 20),
        ("lang: en\naudience: {level: Year 2}", 16, 22.86),
        ("lang: fr\naudience: {level: CE1}", 14, 20),
        ("lang: ja\naudience: {level: 小学1年生}", 16, 27.43),
        ("lang: en\naudience: primary school", 14, 20),
        ("lang: en\naudience: {ages: 11-13}", 12, 17.14),
        ("lang: en\naudience: {ages: 10-14, level: Key Stage 3}", 10.5, 15),
        ("lang: en\naudience: {ages: 16+}", 10.5, 15),
        ("lang: en\naudience: {ages: 6-7}\npage: {text: 11}", 11, 15.71),
        ("lang: ja", 10.5, 18),
        ("lang: ar", 13, 18.57),
    ],
)
def test_type_is_as_large_as_its_readers_need_it(front: str, text: float, leading: float) -> None:
    sheet = rendered(front, "Text.", "handout").sheet
    assert sheet.text == pytest.approx(text, abs=0.01)
    assert sheet.leading == pytest.approx(leading, abs=0.01)


def test_those_who_learn_to_read_get_letters_as_they_are_written() -> None:
    """The face has an a and a g of one storey under these names."""

    def letters(ages: str, edition: str = "handout") -> list[str]:
        styles = rendered(f"audience: {{ages: {ages}}}", "Ag", edition).styles
        return [style.css for style in styles if style.name == "first-letters.css"]

    assert not letters("8-9")
    assert not letters("6-7", "large-print"), "it has another face"
    assert not letters("8-9", "web")
    (sheet,) = letters("6-7")
    faces = rendered("", "Ag", "handout").faces
    face = next(f for f in faces if (f.family, f.weight) == ("Source Sans Pro", 400))
    (file, *_) = font_files((face,))
    with TTFont(file) as font:
        table = font["GSUB"].table
    shapes = {
        pair
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag in re.findall('"(ss..)"', sheet)
        for number in record.Feature.LookupListIndex
        for subtable in table.LookupList.Lookup[number].SubTable
        for pair in subtable.mapping.items()
    }
    assert shapes >= {("a", "a.a"), ("g", "g.a"), ("l", "l.a")}
    (screen,) = letters("6-7", "web")
    data = subset(face, "Ag", css=screen)
    with TTFont(io.BytesIO(data)) as font:
        kept = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert kept >= {"ss01", "ss02", "ss03"}


def test_three_lines_beside_a_name_have_a_row_of_their_own() -> None:
    (page,) = rendered("name_line: [name, class, date, grade]", "Text.", "handout").pages
    assert '<div class="name-line many">' in page.markup
    (page,) = rendered("name_line: true", "Text.", "handout").pages
    assert '<div class="name-line">' in page.markup


def test_a_theme_reaches_the_web_page() -> None:
    assert "--accent: #0b4f6c" in css("theme: modern", "Text.", "web")
    assert "--accent: #8a1c1c" in css("theme: modern\nbrand: {accent: '#8a1c1c'}", "Text.", "web")
    assert ":root { --serif: var(--sans) }" not in css("theme: plain", "Text.", "web")


def test_names_of_speakers_are_bold_without_styles() -> None:
    front = "lang: en\nspeakers: {Ann: interviewer, Bo: guest}"
    pages = rendered(front, "Ann: Why?\n\nBo: So.", "ebook").pages
    markup = "".join(page.markup for page in pages)
    assert re.findall(r'<p class="speaker"><b>(\w+)</b>', markup) == ["Ann", "Bo"]


def test_names_in_latin_letters_stay_apart_from_an_arabic_date() -> None:
    front = "lang: ar\nauthors: [A. B.]\ndate: 2026-03-20"
    markup = rendered(front, "نص.", "handout").pages[0].markup
    assert '<p class="byline">\u2068A. B.\u2069 · 20 مارس 2026</p>' in markup


def test_what_would_be_printed_without_effect_is_told() -> None:
    text = "::: squares 6\n:::\n\nText.\n: Counts\n\n| A | B |\n|--|--|\n| 1 | 2 |"
    document = parse(f"---\ntitle: T\naudience: {{ages: [5, 7]}}\n---\n\n{text}\n")
    hints = [finding.hint for finding in document.diagnostics]
    assert [re.findall("`(.*?)`", hint) for hint in hints] == [
        ["5-7"],
        ["::: lines 6", "::: space 40mm {.squared}"],
        ["Table:"],
    ]
