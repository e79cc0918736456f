"""Questions for learning platforms: what goes where, what is told, and who gets answers."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image as Picture

import pipeline
from pipeline.driver import BuiltEdition
from pipeline.model.editions import EDITIONS, chosen_editions
from pipeline.model.metadata import Metadata
from tests.helpers import checkers, making, placements
from tests.helpers.documentation import DOCS, fences
from tests.helpers.generated_questions import KINDS, generated


def write_picture(file: Path) -> None:
    Picture.new("RGB", (8, 4), "navy").save(file)


PLATFORMS = tuple(name for name, edition in EDITIONS.items() if edition.platform)

COUNT = 500
"""The number of generated questions."""


def built(text: str, edition: str, folder: Path) -> BuiltEdition:
    source = folder / "wells.md"
    front = "" if text.startswith("---") else "---\ntitle: Wells\nlang: en\n---\n\n"
    source.write_text(front + text, "utf-8")
    return making.Flow(source).built(edition)


def data(text: str, edition: str, folder: Path) -> bytes:
    output = built(text, edition, folder)
    assert output.package, output.findings
    return output.package.data


def told(text: str, edition: str, folder: Path) -> list[str]:
    """The findings of an edition, each with its line in the text and its column."""
    found = built(text, edition, folder).findings
    return [f"{finding.line - 5}:{finding.column} {finding.message}" for finding in found]


def moodle(text: str, folder: Path) -> list[etree._Element]:
    """The questions of the edition for Moodle."""
    questions: list[etree._Element] = etree.fromstring(data(text, "moodle", folder)).findall("*")
    return questions[1:]


CHOICES = """\
::: exercise The well {marks=2}
When?

- ( ) in 1950
- (x) in 1962

::: answer
It was dry.
:::
:::
"""


def test_a_choice_has_points_and_feedback(tmp_path: Path) -> None:
    (question,) = moodle(CHOICES, tmp_path)
    assert question.get("type") == "multichoice"
    assert question.findtext("single") == "true"
    assert question.findtext("defaultgrade") == "2"
    assert question.findtext("name/text") == "1 The well"
    assert question.findtext("questiontext/text") == "<p><strong>The well</strong></p><p>When?</p>"
    assert question.findtext("generalfeedback/text") == "<p>It was dry.</p>"
    answers = [(a.get("fraction"), a.findtext("text")) for a in question.findall("answer")]
    assert answers == [("0", "<p>in 1950</p>"), ("100", "<p>in 1962</p>")]


def test_each_kind_goes_to_the_nearest(tmp_path: Path) -> None:
    text = generated(len(KINDS))
    kinds = [question.get("type") for question in moodle(text, tmp_path)]
    assert kinds == [
        *("multichoice", "multichoice", "cloze", "shortanswer"),
        *("numerical", "matching", "ordering", "essay"),
    ]


def test_questions_of_a_list_stand_alone(tmp_path: Path) -> None:
    text = (
        "::: exercise\nLook at the map.\n\na) Why? {marks=1}\n\n::: lines 3\n:::\n\n"
        "::: answer\nFor *rain*.\n:::\n\nb) It is ____{deep or low}. {marks=2}\n:::\n"
    )
    long, gap = moodle(text, tmp_path)
    assert long.findtext("questiontext/text") == "<p>Look at the map.</p><p>Why?</p>"
    assert long.findtext("graderinfo/text") == "<p>For <em>rain</em>.</p>"
    assert long.findtext("responsefieldlines") == "3"
    asked = "<p>Look at the map.</p><p>It is {2:SHORTANSWER:=deep~=low}.</p>"
    assert gap.findtext("questiontext/text") == asked
    assert gap.findtext("name/text") == "1b Look at the map."


def test_numbers_have_tolerances(tmp_path: Path) -> None:
    (question,) = moodle("::: exercise\nHow deep? ____{−3.5 ± 0.25}\n:::\n", tmp_path)
    assert question.findtext("answer/text") == "-3.5"
    assert question.findtext("answer/tolerance") == "0.25"
    german = "---\ntitle: Brunnen\nlang: de\n---\n\n::: Aufgabe\nWie tief? ____{3,5 ± 0,25}\n:::\n"
    (question,) = moodle(german, tmp_path)
    assert question.findtext("answer/text") == "3.5"


def test_rows_of_a_grid_are_questions(tmp_path: Path) -> None:
    grid = "| | yes | no |\n|---|---|---|\n| Dry | ( ) | (x) |\n| Wet | (x) | ( ) |\n"
    text = f"::: exercise\nTrue?\n\n{grid}:::\n"
    dry, wet = moodle(text, tmp_path)
    assert dry.findtext("questiontext/text") == "<p>True?</p><p>Dry</p>"
    assert [a.get("fraction") for a in dry.findall("answer")] == ["0", "100"]
    assert [a.get("fraction") for a in wet.findall("answer")] == ["100", "0"]


def test_gaps_of_formulas_come_after_them(tmp_path: Path) -> None:
    (question,) = moodle("::: exercise\n$$ 1 + ____{2^{x}} = ____{3} $$\n:::\n", tmp_path)
    asked = question.findtext("questiontext/text") or ""
    assert asked.startswith(r"<p>\[1 + \underline{\qquad} = \underline{\qquad}\]</p><p>{1:")
    assert asked.count("{1:") == 2


def test_images_are_in_the_file(tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    text = "::: exercise\n![A map](map.png)\n\nWhere?\n\n- ( ) here\n- (x) there\n:::\n"
    (question,) = moodle(text, tmp_path)
    asked = question.findtext("questiontext/text") or ""
    assert '<img src="@@PLUGINFILE@@/map.png" alt="A map"' in asked
    file = question.find("questiontext/file")
    assert file is not None
    assert (file.get("name"), (file.text or "")[:8]) == ("map.png", "iVBORw0K")
    assert "2:1 The image “map.png” is left out" in "\n".join(told(text, "gift", tmp_path))


def test_the_example_in_the_documentation_is_right(tmp_path: Path) -> None:
    source, gift = (
        fence
        for fence in fences((DOCS / "platforms.md").read_text("utf-8"))
        if fence.file or fence.language == "gift"
    )
    assert data(source.text, "gift", tmp_path).decode() == gift.text


# --- what cannot be held ------------------------------------------------------------------

LOST = {
    "moodle": {
        "::: exercise\nAnn ____{well}, ____.\n:::": "2:17 This gap has no answer",
        "::: exercise\nWhich?\n\n- ( ) a\n- ( ) b\n:::": "2:1 No choice is right",
        "::: exercise\nWhich?\n\n- (x) a\n- (x) b\n:::": "2:1 Several choices are right",
        "::: exercise\nWhy?\n\n::: teacher\nIn pairs.\n:::\n:::": "4:1 A note for teachers",
        "::: exercise\nIs ~~it~~ dry?\n\n- (x) a\n- ( ) b\n:::": "2:1 The line through",
        "::: exercise\nWhich?\n\n- (x) a\n- ( ) b\n\nSo much.\n:::": "7:1 The text after the last",
        "Nothing is asked.": "0 There are no questions",
    },
    "gift": {
        "::: exercise {marks=3}\nWhich?\n\n- (x) a\n- ( ) b\n:::": "2:1 GIFT has no points",
        "::: exercise\n____{a} and ____{b}\n:::": "1:1 GIFT has one gap",
        "::: ordering\n1. a\n2. b\n:::": "2:1 GIFT has no ordering",
    },
}


@pytest.mark.parametrize(("edition", "text"), [(e, t) for e, texts in LOST.items() for t in texts])
def test_what_a_platform_cannot_hold_is_told(edition: str, text: str, tmp_path: Path) -> None:
    messages = told(f"{text}\n", edition, tmp_path)
    assert any(LOST[edition][text] in message for message in messages), messages


# --- answers ------------------------------------------------------------------------------


def test_pupils_are_asked_nothing_that_is_withheld(tmp_path: Path) -> None:
    """Everything that withholds, each in an exercise: its text is in no question. What is withheld
    from other formats only, a platform may have."""
    shown = ("matching", "ordering", "/ not /")
    sample = [p for p in placements.placements()[:200] if not any(s in p.place for s in shown)]
    text, secrets = placements.source(sample, "q")
    front, *parts = text.split("<!-- -->\n")
    fence = ":" * 12
    exercises = (f"{fence} exercise\n{part}\n{fence}\n" for part in parts)
    output = built("\n".join((front, *exercises)), "moodle", tmp_path)
    assert output.package
    asked = output.package.asked.lower()
    assert asked.count("public") >= len(parts)
    leaks = {word for word in secrets if word in asked}
    assert len(leaks) < len(secrets) / 50
    messages = [finding.message for finding in output.findings if finding.code == "leaked-text"]
    for word in leaks:  # the edition is held back
        assert any(word in message for message in messages), secrets[word]


def test_an_answer_in_a_question_holds_the_edition_back(tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    image = "![A map [by the oasis]{.answer}](map.png)"
    text = f"::: exercise\n{image}\n\nWhere?\n\n- (x) a\n- ( ) b\n:::\n"
    codes = {finding.code for finding in built(text, "moodle", tmp_path).findings}
    assert "leaked-text" in codes


def test_each_level_has_questions_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    front = "---\ntitle: Wells\nlang: en\nlevels: [core, support]\n---\n\n"
    help_box = "::: level support\nThink of the rain.\n:::\n"
    source.write_text(f"{front}::: exercise\nWhy?\n\n{help_box}\n- (x) a\n- ( ) b\n:::\n", "utf-8")
    result = pipeline.build(source, ["gift"], out=tmp_path / "out")
    assert not result.diagnostics
    texts = {path.name: path.read_text("utf-8") for path in result.files if path.suffix == ".gift"}
    assert [("rain" in text, "support" in text) for text in texts.values()] == [
        (False, False),
        (True, False),
    ], texts


@pytest.mark.parametrize("editions", [(), ("all",)])
def test_platform_files_are_made_by_name_only(editions: tuple[str, ...], tmp_path: Path) -> None:
    requested = {edition.name for edition in chosen_editions(editions, Metadata())}
    assert requested.isdisjoint(PLATFORMS)


@pytest.mark.parametrize("edition", PLATFORMS)
def test_files_are_the_same_each_time_and_say_whose_they_are(edition: str, tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    text = f"{CHOICES}\n::: exercise\n![A map](map.png)\n\nWhy?\n:::\n"
    first = data(text, edition, tmp_path)
    assert data(text, edition, tmp_path) == first
    assert EDITIONS[edition].audience == "teacher"
    assert "(teacher’s edition)".encode() in first


# --- independent readers --------------------------------------------------------------------


def test_gift_is_read_by_another_parser(tmp_path: Path) -> None:
    checkers.require("GIFT")
    file = tmp_path / "wells.gift"
    file.write_bytes(data(generated(COUNT), "gift", tmp_path))
    read = Counter(question["type"] for question in checkers.gift(file))
    each = COUNT // len(KINDS)
    assert read["Category"] == 1
    assert read["Essay"] >= each
    assert read["Matching"] == 2 * each
    assert read["MC"] == 2 * (each + 1)
    assert "Description" not in read


def test_moodle_xml_is_read_by_another_reader(tmp_path: Path) -> None:
    checkers.require("Moodle XML")
    file = tmp_path / "wells.xml"
    file.write_bytes(data(generated(COUNT), "moodle", tmp_path))
    read = checkers.moodle_xml(file)
    each = COUNT // len(KINDS) + 1
    assert len(read["multichoice"]) == 2 * each
    assert len(read["cloze"]) == each
    for question in read["multichoice"]:
        right = [option for option in question["options"] if option["score_fraction"] > 0]
        assert (len(right) == 1) is question["single"], question
    for question in read["cloze"]:
        gaps = re.findall(r"\{1:", unescape(question["text_pre_parse"]))
        assert len(question["gaps"]) == len(gaps)
