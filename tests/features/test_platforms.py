"""Questions for learning platforms: what goes where, what is told, and who gets answers."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import sqlite3
import zipfile
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image as Picture

import pipeline
from pipeline import BuiltEdition
from pipeline.exercises.platforms.questions import Gap, Question, questions_of
from pipeline.model.editions import EDITIONS, chosen_editions
from pipeline.model.metadata import Metadata
from pipeline.resolve.findings import Findings
from tests.helpers import checkers, making, placements
from tests.helpers.checkers import CONFORMANCE
from tests.helpers.documentation import DOCS, fences
from tests.helpers.generated_questions import COUNT, EACH, KINDS, generated


def write_picture(file: Path) -> None:
    Picture.new("RGB", (8, 4), "navy").save(file)


PLATFORMS = tuple(name for name, edition in EDITIONS.items() if edition.platform)


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


def test_text_and_pictures_outside_of_exercises_are_told(tmp_path: Path) -> None:
    text = "Good luck!\n\n{}::: exercise\nWhen ____{{in 1962}}?\n:::\n"
    assert told(text.format(""), "moodle", tmp_path) == []
    (found,) = told(text.format("The well was dry. " * 10 + "\n\n"), "moodle", tmp_path)
    assert found.startswith("1:1 A platform gets the exercises alone: 42 words outside them")


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
    text = "<p>Look at the map.</p><p>It is {2:SHORTANSWER:=deep~=low}.</p>"
    assert gap.findtext("questiontext/text") == text
    assert gap.findtext("name/text") == "1b Look at the map."


def test_numbers_have_tolerances(tmp_path: Path) -> None:
    (question,) = moodle("::: exercise\nHow deep? ____{−3.5 ± 0.25}\n:::\n", tmp_path)
    assert question.findtext("answer/text") == "-3.5"
    assert question.findtext("answer/tolerance") == "0.25"
    german = "---\ntitle: Brunnen\nlang: de\n---\n\n::: Aufgabe\nWie tief? ____{3,5 ± 0,25}\n:::\n"
    (question,) = moodle(german, tmp_path)
    assert question.findtext("answer/text") == "3.5"


def test_parts_of_points_and_stars_in_answers_stay(tmp_path: Path) -> None:
    """Half a point is told where gaps share it, and a star stands for nothing else."""
    text = "::: exercise {points=2.5}\nHow? ____{a*b}\n:::\n\n::: exercise\n____{a*b} is c.\n:::\n"
    short, cloze = moodle(text, tmp_path)
    assert (short.findtext("defaultgrade"), short.findtext("answer/text")) == ("2.5", r"a\*b")
    assert cloze.findtext("questiontext/text") == ("<p>{1:SHORTANSWER:=a&#92;&#42;b} is c.</p>")
    assert not told(text, "moodle", tmp_path)


def test_a_choice_that_is_fixed_keeps_its_place(tmp_path: Path) -> None:
    text = "::: exercise\nWhich?\n\n- (x) a\n- ( ) b\n- ( ) Neither {.fixed}\n:::\n"
    assert moodle(text, tmp_path)[0].findtext("shuffleanswers") == "false"
    assert moodle(CHOICES, tmp_path)[0].findtext("shuffleanswers") == "true"
    item = etree.fromstring(files_of(data(text, "qti", tmp_path))["q1.xml"])
    fixed = [choice.get("fixed") for choice in item.iter("{*}simpleChoice")]
    assert fixed == [None, None, "true"]
    assert "In GIFT, no choice keeps its place" in "\n".join(told(text, "gift", tmp_path))


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


@pytest.mark.parametrize("edition", PLATFORMS)
def test_no_formula_of_a_question_has_the_answers_of_its_gaps(edition: str, tmp_path: Path) -> None:
    text = "::: exercise\n$$ 1 + ____{2^{77}} = ____{2^{78}} $$ and $2 + ____{2^{79}}$\n:::\n"
    output = built(text, edition, tmp_path)
    assert output.package, output.findings
    shown = b"\n".join(files_of(output.package.asked).values())
    assert re.search(rb"underline|<math", shown)
    assert not re.search(rb"7[789]", shown)


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
        "::: exercise\nWhy?\n\n::: teacher\nIn pairs.\n:::\n:::": "4:1 This text for teachers",
        "::: exercise\nIs ~~it~~ dry?\n\n- (x) a\n- ( ) b\n:::": "2:1 The line through",
        "::: exercise\nWhich?\n\n- (x) a\n- ( ) b\n\nSo much.\n:::": "7:1 The text after the last",
        "::: exercise {points=3}\n____{a}, ____{b}\n:::": "2:1 The points cannot be shared",
        "Nothing is asked.": "0 There are no questions",
    },
    "gift": {
        "::: exercise\nWhere? ____{a->b}\n:::": "2:1 The answer “a->b” is left out",
        "::: exercise {marks=3}\nWhich?\n\n- (x) a\n- ( ) b\n:::": "2:1 The 3 points are left",
        "::: exercise\n____{a} and ____{b}\n:::": "2:1 GIFT has one gap",
        "::: ordering\n1. a\n2. b\n:::": "2:1 GIFT has no ordering",
    },
    "h5p": {
        "::: exercise\nHow deep? ____{3 ± 1}\n:::": "2:1 H5P has no tolerance",
        "::: exercise\n- a\n\nWhich?\n\n- (x) b\n- ( ) c\n:::": "4:1 H5P shows a list",
        "::: exercise\nWhy?\n\n::: lines 3\n:::\n:::": "4:1 H5P scores long answers",
    },
    "anki": {"::: exercise\nWhy?\n\n::: lines 3\n:::\n:::": "4:1 A question without"},
    "csv": {
        "::: exercise\nIs?\n\n- (x) a\n- ( ) b\n- ( ) c\n- ( ) d\n- ( ) e\n:::": "2:1 Kahoot has 4",
        "::: exercise\nWhy?\n\n::: lines 3\n:::\n:::": "4:1 A question without",
    },
}


@pytest.mark.parametrize(("edition", "text"), [(e, t) for e, texts in LOST.items() for t in texts])
def test_what_a_platform_cannot_hold_is_told(edition: str, text: str, tmp_path: Path) -> None:
    messages = told(f"{text}\n", edition, tmp_path)
    assert any(LOST[edition][text] in message for message in messages), messages


# --- answers ------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["moodle", "anki"])
def test_pupils_are_asked_nothing_that_is_withheld(edition: str, tmp_path: Path) -> None:
    """Everything that withholds, each in an exercise: its text is in no question. What is withheld
    from other formats only, a platform may have."""
    unfit = ("matching", "ordering", "/ not /", "rfc-part")  # shown, or numbers elsewhere
    sample = [p for p in placements.placements()[:100] if not any(s in p.place for s in unfit)]
    text, secrets = placements.source(sample, "q")
    front, *parts = text.split("<!-- -->\n")
    fence = ":" * 12
    exercises = (f"{fence} exercise\n{part}\n{fence}\n" for part in parts)
    output = built("\n".join((front, *exercises)), edition, tmp_path)
    assert output.package
    shown_text = b"".join(files_of(output.package.asked).values()).decode().lower()
    assert shown_text.count("public") > len(parts) / 2
    assert not {secrets[word] for word in secrets if word in shown_text}
    assert "leaked-text" not in {finding.code for finding in output.findings}


def test_an_answer_is_found_by_its_place(tmp_path: Path) -> None:
    """Within a question, below it, as a section, with a drawing of its own; a text for teachers in
    a title is in no name."""
    chart = "   ```chart {type=number-line range='0 to 9'}\n   P: 7\n   ```\n"
    text = (
        f"::: exercise Find [the key]{{.teacher}} it\na) Where is P?\n\n{chart}\n"
        f"   ::: answer\n   At seven.\n\n{chart}   :::\n\n"
        "   Is it ____{deep}? [Yes.]{.answer}\n\nb) And now?\n\n::: lines 2\n:::\n\n"
        "::: answer\nNever.\n:::\n\n## Key {.answer}\n\nSo it is.\n:::\n"
    )
    where, deep, now = moodle(text, tmp_path)
    assert where.findtext("name/text") == "1a Find it"
    asked, told = where.findtext("questiontext/text"), where.findtext("graderinfo/text")
    assert "P: mark 8" in (asked or "")
    assert re.search(r"<p>At seven.</p>.*P: 7", told or "")
    assert "{1:SHORTANSWER:=deep}" in (deep.findtext("questiontext/text") or "")
    assert now.findtext("responsefieldlines") == "2"
    assert now.findtext("graderinfo/text") == (
        "<p>Never.</p><p><strong>Key</strong></p><p>So it is.</p>"
    )
    messages = [f.message for f in built(text, "moodle", tmp_path).findings]
    assert messages == ["This text for teachers is left out: a platform has answers alone."] * 2


def test_an_answer_below_a_task_outside_exercises_belongs_to_it(tmp_path: Path) -> None:
    """Other answers are read as such, with what they ask."""
    text = (
        "Which?\n\n- (x) a\n- ( ) b\n\n::: answer\nIt is a.\n:::\n\nText.\n\n"
        "::: answer\nIt is ____{deep}.\n\n- (x) c\n- ( ) d\n:::\n"
    )
    (question,) = moodle(text, tmp_path)
    assert question.findtext("generalfeedback/text") == "<p>It is a.</p>"


def test_tasks_in_cells_and_definitions_are_questions(tmp_path: Path) -> None:
    cell = "+-------------------+\n| ::: ordering      |\n| 1. a              |\n"
    cell += "| 2. b              |\n| :::               |\n+-------------------+\n"
    text = (
        f"::: exercise\n{cell}:::\n\n::: exercise\nTerm\n: Which?\n\n  - (x) a\n  - ( ) b\n:::\n\n"
        "::: exercise\n[____{x}]{.answer}\n:::\n"
    )
    assert [each.get("type") for each in moodle(text, tmp_path)] == [
        *("ordering", "multichoice", "essay")
    ]


def test_each_level_has_questions_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    front = "---\ntitle: Wells\nlang: en\nlevels: [core, support]\n---\n\n"
    help_box = "::: level core\nAlone.\n:::\n::: level support\nThink of the rain.\n:::\n"
    help_box += "::: answer\nIt is a.\n:::\n"
    source.write_text(f"{front}::: exercise\nWhy?\n\n- (x) a\n- ( ) b\n\n{help_box}:::\n", "utf-8")
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
def test_files_are_the_same_each_time(edition: str, tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    text = f"{CHOICES}\n::: exercise\n![A map](map.png)\n\nWhy?\n:::\n"
    first = data(text, edition, tmp_path)
    assert data(text, edition, tmp_path) == first
    assert EDITIONS[edition].has_answers


@pytest.mark.parametrize("edition", PLATFORMS)
def test_only_comments_say_whose_file_it_is(edition: str, tmp_path: Path) -> None:
    output = built(CHOICES, edition, tmp_path)
    assert output.package
    files = b"\n".join(files_of(output.package.asked).values()).decode()
    shown = re.sub(r"<!--.*?-->|^//.*?$", "", files, flags=re.DOTALL | re.MULTILINE)
    assert "Wells" in shown
    assert "edition)" not in shown


# --- packages -----------------------------------------------------------------------------


QTI = etree.RelaxNG(file=str(CONFORMANCE / "qti21.rng"))
"""The rules of the information model of QTI 2.1 for the elements that are used."""


def files_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.hypothesis
def test_qti_has_the_elements_that_the_specification_knows(tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    image = "::: exercise\n![A map](map.png)\n\nHow $x^2$?\n\n::: space 40mm\n:::\n:::\n"
    files = files_of(data(f"{generated(COUNT)}\n{image}", "qti", tmp_path))
    assert len(files) == COUNT + 4
    for name, content in files.items():
        if name.startswith("q"):
            assert QTI.validate(etree.fromstring(content)), (name, QTI.error_log.last_error)
    manifest = etree.fromstring(files["imsmanifest.xml"])
    listed = {file.get("href") for file in manifest.iter("{*}file")}
    assert listed | {"imsmanifest.xml"} == files.keys()
    references = [
        e.get("href") for e in etree.fromstring(files["test.xml"]).iter("{*}assessmentItemRef")
    ]
    assert references == [f"q{number}.xml" for number in range(1, COUNT + 2)]


def test_qti_scores_are_the_points(tmp_path: Path) -> None:
    text = "::: exercise {points=4}\nWhich?\n\n- [x] a\n- [x] b\n- [ ] c\n:::\n"
    item = etree.fromstring(files_of(data(text, "qti", tmp_path))["q1.xml"])
    shares = {e.get("mapKey"): float(e.get("mappedValue")) for e in item.iter("{*}mapEntry")}
    assert shares == {"C1": 2, "C2": 2, "C3": -4}
    assert [e.text for e in item.iter("{*}value")] == ["C1", "C2", "0", "4"]


def test_qti_3_is_what_another_converter_makes_of_2(tmp_path: Path) -> None:
    checkers.require("QTI")
    text = generated(len(KINDS))
    second, third = (files_of(data(text, name, tmp_path)) for name in ("qti", "qti3"))
    for name in second:
        if name.startswith("q"):
            (tmp_path / name).write_bytes(second[name])
            theirs = etree.fromstring(checkers.qti3(tmp_path / name).encode())
            assert named(etree.fromstring(third[name])) == named(theirs), name


def named(root: etree._Element) -> list[tuple[str, dict[str, str]]]:
    """The elements with their attributes, but for what graders read, and defaults that one of the
    converters writes."""
    left_out = ("qti-content-body", "qti-rubric-block")
    defaults = ("min-choices",)
    return [
        (tag, {k: v for k, v in node.attrib.items() if not k.startswith("{") and k not in defaults})
        for node in root.iter("*")
        if (tag := etree.QName(node).localname) not in left_out
    ]


def test_h5p_names_its_libraries(tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    text = f"{CHOICES}\n::: exercise\n![A map](map.png)\n\nIt is ____{{deep or low}}.\n:::\n"
    files = files_of(data(text, "h5p", tmp_path))
    package = json.loads(files["h5p.json"])
    named = [each["machineName"] for each in package["preloadedDependencies"]]
    assert named == ["H5P.QuestionSet", "H5P.MultiChoice", "H5P.Blanks", "H5P.Image"]
    choices, gaps = json.loads(files["content/content.json"])["questions"]
    assert [answer["correct"] for answer in choices["params"]["answers"]] == [False, True]
    assert choices["params"]["overallFeedback"][0]["feedback"] == "It was dry."
    assert gaps["params"]["questions"] == ["<p>It is *deep/low*.</p>"]
    path = gaps["params"]["media"]["type"]["params"]["file"]["path"]
    assert files[f"content/{path}"][:4] == b"\x89PNG"


def test_anki_has_a_card_for_each_question_and_term(tmp_path: Path) -> None:
    write_picture(tmp_path / "map.png")
    text = (
        f"{CHOICES}\n::: exercise\n![A map](map.png)\n\nIt is ____{{deep}}.\n:::\n\n"
        "::: glossary\nWell\n: A hole with *water*.\n:::\n"
    )
    files = files_of(data(text, "anki", tmp_path))
    assert json.loads(files["media"]) == {"0": "map.png"}
    (tmp_path / "collection").write_bytes(files["collection.anki2"])
    with contextlib.closing(sqlite3.connect(tmp_path / "collection")) as collection:
        rows = collection.execute("select flds from notes order by id").fetchall()
    cards = [row[0].split("\x1f") for row in rows]
    assert [back for _, back in cards] == [
        "<p>in 1962</p><p>It was dry.</p>", "<p>deep</p>", "<p>A hole with <em>water</em>.</p>",
    ]  # fmt: skip
    assert '<img src="map.png" alt="A map"' in cards[1][0]


def changed_at(package: bytes, folder: Path) -> int:
    """The time of the notes in a package for Anki."""
    (folder / "collection").write_bytes(files_of(package)["collection.anki2"])
    with contextlib.closing(sqlite3.connect(folder / "collection")) as collection:
        ((moment,),) = collection.execute("select distinct mod from notes").fetchall()
    return int(moment)


def test_corrections_arrive_in_anki(tmp_path: Path) -> None:
    """The time of a card follows from its content, and is later if the front matter says so."""
    front = "---\ntitle: Wells\nlang: en\nmodified: 2026-01-0{}\n---\n\n"
    texts = [f"{front.format(day)}{text}" for day, text in ((1, CHOICES), (2, CHOICES))]
    texts.append(texts[1].replace("dry", "very dry"))
    first, second, third = (changed_at(data(text, "anki", tmp_path), tmp_path) for text in texts)
    assert first < second != third
    assert changed_at(data(texts[0], "anki", tmp_path), tmp_path) == first


@pytest.mark.parametrize("edition", ["anki", "csv"])
def test_cards_and_tables_have_all_alternatives(edition: str, tmp_path: Path) -> None:
    output = built("::: exercise\nIt is ____{grey or gray}.\n:::\n", edition, tmp_path)
    assert output.package
    package = output.package.data
    content = files_of(package)["collection.anki2"] if edition == "anki" else package
    assert b"grey or gray" in content
    assert not output.findings


def test_a_table_has_kahoot_s_columns(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(data(CHOICES, "csv", tmp_path).decode("utf-8-sig"))))
    assert len(rows[0]) == 8
    assert rows[1] == ["The well When?", "in 1950", "in 1962", "", "", "30", "2", "in 1962"]


# --- independent readers --------------------------------------------------------------------


def response(id: str, value: object, cardinality: str = "single", **state: object) -> object:
    return {"identifier": id, "cardinality": cardinality, "value": value, "state": state}


def responses(question: Question, *, right: bool) -> list[object]:
    """Answers to a question that give all points, or none, as a player keeps them; none if it is
    for a human to grade."""
    ids = [f"C{n}" for n in range(1, len(question.choices or question.order) + 1)]
    choices = zip(ids, question.choices, strict=False)
    chosen = [id for id, choice in choices if choice.is_right is right]
    match question.kind:
        case "single":
            return [response("RESPONSE", chosen[0], order=ids)]
        case "several":
            return [response("RESPONSE", chosen, "multiple", order=ids)]
        case "ordering":
            return [response("RESPONSE", ids if right else ids[::-1], "ordered", order=ids)]
        case "matching":
            left = [f"L{n}" for n, _ in enumerate(question.pairs, start=1)]
            sides = [f"R{n}" for n in range(1, len(left) + len(question.extra) + 1)]
            partners = sides if right else [*sides[1:], sides[0]]
            pairs = [" ".join(pair) for pair in zip(left, partners, strict=False)]
            return [response("RESPONSE", pairs, "multiple", orders=[left, sides])]
        case "long":
            return []
    values = [filled(gap, right=right) for gap in question.gaps]
    if len(values) == 1:
        return [response("RESPONSE", values[0])]
    return [response(f"RESPONSE{number}", value) for number, value in enumerate(values, start=1)]


def filled(gap: Gap, *, right: bool) -> float | str:
    """A value for a gap: just within its tolerance, or another way to write an answer."""
    if gap.number:
        distance = 0.9 * float(gap.number.tolerance) if right else 1 + float(gap.number.tolerance)
        return float(gap.number.value) + distance
    return gap.answers[-1].upper() if right else "nothing"


def test_a_player_of_qti_3_gives_the_points(tmp_path: Path) -> None:
    """Each question is answered right, wrong and (unless it always has an order) not at all. What
    there is to say about an answer is shown after it, and not before."""
    checkers.require("QTI player")
    source = tmp_path / "wells.md"
    text = generated(3 * len(KINDS)).replace("::: exercise", "::: exercise {points=6}")
    source.write_text(f"{text}\n{CHOICES.replace('It was dry.', 'SECRET')}", "utf-8")
    flow = making.Flow(source)
    output, marked = flow.built("qti3"), flow.marked("qti3")
    assert output.package, output.findings
    files = files_of(output.package.data)
    items: list[tuple[str, object]] = []
    expected: list[float] = []
    for right in (True, False, None):
        for number, question in enumerate(questions_of(marked, Findings(marked)), start=1):
            answers = responses(question, right=bool(right))
            if answers and not (right is None and question.kind == "ordering"):
                items.append((files[f"q{number}.xml"].decode(), [] if right is None else answers))
                expected.append(float(question.points or 1) if right else 0)
    (tmp_path / "items.json").write_text(json.dumps(items), "utf-8")
    played = checkers.played(tmp_path / "items.json")
    assert [each["score"] for each in played] == pytest.approx(expected, abs=1e-9)
    told = [each for (xml, _), each in zip(items, played, strict=True) if "SECRET" in xml]
    assert [("SECRET" in each["before"], "SECRET" in each["after"]) for each in told] == [
        (False, True)
    ] * 3


@pytest.mark.hypothesis
def test_gift_is_read_by_another_parser(tmp_path: Path) -> None:
    checkers.require("GIFT")
    file = tmp_path / "wells.gift"
    file.write_bytes(data(generated(COUNT), "gift", tmp_path))
    read = Counter(question["type"] for question in checkers.gift(file))
    assert read["Category"] == 1
    assert read["Essay"] >= EACH
    assert read["Matching"] == 2 * EACH
    assert read["MC"] == 2 * (EACH + 1)
    assert "Description" not in read


@pytest.mark.hypothesis
def test_moodle_xml_is_read_by_another_reader(tmp_path: Path) -> None:
    checkers.require("Moodle XML")
    file = tmp_path / "wells.xml"
    file.write_bytes(data(generated(COUNT), "moodle", tmp_path))
    read = checkers.moodle_xml(file)
    assert len(read["multichoice"]) == 2 * (EACH + 1)
    assert len(read["cloze"]) == EACH + 1
    for question in read["multichoice"]:
        right = [option for option in question["options"] if option["score_fraction"] > 0]
        assert (len(right) == 1) is question["single"], question
    for question in read["cloze"]:
        gaps = re.findall(r"\{1:", unescape(question["text_pre_parse"]))
        assert len(question["gaps"]) == len(gaps)
