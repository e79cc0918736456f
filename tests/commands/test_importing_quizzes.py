"""Questions of learning platforms, read as exercises."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image as Picture

from pipeline.commands.importing.inputs import Imported, import_file
from pipeline.features.exercises.platforms.questions import (
    Content,
    Question,
    questions_of,
    texts_of,
)
from pipeline.resolve.findings import Findings
from tests.helpers import making
from tests.helpers.generated_questions import COUNT, KINDS, generated


def known(question: Question) -> tuple[object, ...]:
    """All that counts of a question, as text."""
    contents = (question.prompt, *question.order, *question.extra, question.answer)
    sides = [side for pair in question.pairs for side in pair]
    chosen = [(asked_text(choice.content), choice.is_right) for choice in question.choices]
    texts = tuple(map(asked_text, (*contents, *sides)))
    return question.kind, texts, tuple(chosen), question.gaps, float(question.points or 1)


def asked_text(content: Content) -> str:
    return " ".join(" ".join(texts_of(content)).split())


def questions(flow: making.Flow, edition: str) -> dict[tuple[object, ...], int]:
    """The questions of a source, each with the line of its task."""
    marked = flow.marked(edition)
    asked = questions_of(marked, Findings(marked))
    return {
        known(question): place.line for question in asked if (place := marked.place(question.span))
    }


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    ("edition", "count"),
    [*((name, COUNT) for name in ("moodle", "gift", "qti", "h5p")), ("qti3", 2 * len(KINDS))],
)
def test_what_goes_out_comes_in_again(edition: str, count: int, tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    front = "---\ntitle: Wells\nlang: en\n---\n\n"
    source.write_text(front + generated(count), "utf-8")
    flow = making.Flow(source)
    output = flow.built(edition)
    assert output.package, output.findings
    file = tmp_path / f"quiz.{output.edition.format}"
    file.write_bytes(output.package.data)
    before = questions(flow, edition)
    imported = import_file(file)
    assert not imported.findings, imported.findings[:3]
    source.write_text(imported.text, "utf-8")
    after = questions(making.Flow(source), edition)
    told = {finding.line for finding in output.findings}
    lost = [question for question in before.keys() - after.keys() if before[question] not in told]
    assert not lost, lost[:2]
    assert len(after) > count / 2


@pytest.mark.parametrize("edition", ["moodle", "qti", "qti3", "h5p"])
def test_images_come_along(edition: str, tmp_path: Path) -> None:
    Picture.new("RGB", (8, 4), "navy").save(tmp_path / "map.png")
    source = tmp_path / "wells.md"
    source.write_text("---\ntitle: Wells\nlang: en\n---\n\n" + WITH_IMAGE, "utf-8")
    output = making.Flow(source).built(edition)
    assert output.package, output.findings
    file = tmp_path / f"quiz.{output.edition.format}"
    file.write_bytes(output.package.data)
    imported = import_file(file)
    assert "![A map](images/quiz/a-map.png)" in imported.text
    assert imported.images["images/quiz/a-map.png"] == (tmp_path / "map.png").read_bytes()


WITH_IMAGE = "::: exercise\n![A map](map.png)\n\nWhere?\n\n- (x) here\n- ( ) there\n:::\n"


def test_images_of_questions_may_have_the_same_name(tmp_path: Path) -> None:
    question = (
        '<question type="essay"><questiontext>'
        '<text>&lt;img src="@@PLUGINFILE@@/a%20b.png" alt="A map"&gt;</text>'
        '<file name="a b.png" encoding="base64">{}</file></questiontext></question>'
    )
    pictures: list[bytes] = []
    for colour in ("navy", "red"):
        Picture.new("RGB", (8, 4), colour).save(tmp_path / "a b.png")
        pictures.append((tmp_path / "a b.png").read_bytes())
    contents = (base64.b64encode(picture).decode() for picture in pictures)
    (tmp_path / "quiz.xml").write_text(f"<quiz>{''.join(map(question.format, contents))}</quiz>")
    assert [*import_file(tmp_path / "quiz.xml").images.values()] == pictures


def test_numbers_are_written_as_the_language_does(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    text = "Wie tief ist der Brunnen, den alle im Dorf kennen? ____{3,5 ± 0,25}"
    front = "---\ntitle: Brunnen\nlang: de\n---\n\n"
    source.write_text(f"{front}::: exercise\n{text}\n:::\n", "utf-8")
    for edition in ("moodle", "gift", "qti"):
        output = making.Flow(source).built(edition)
        assert output.package
        file = tmp_path / f"quiz.{output.edition.format}"
        file.write_bytes(output.package.data)
        assert "kennen? ____{3,5 ± 0,25}" in import_file(file).text, edition


def test_lines_of_code_stay_in_gift(tmp_path: Path) -> None:
    text = "::: exercise\nWhat?\n\n```\n# a\n\nprint(b)\n```\n\n- (x) a\n- ( ) b\n:::\n"
    file = tmp_path / "code.gift"
    source = tmp_path / "wells.md"
    source.write_text(text, "utf-8")
    output = making.Flow(source).built("gift")
    assert output.package
    file.write_bytes(output.package.data)
    assert "```\n# a\n\nprint(b)\n```" in import_file(file).text


def test_questions_of_others_become_exercises(tmp_path: Path) -> None:
    (tmp_path / "quiz.gift").write_text(OTHERS, "utf-8")
    imported = import_file(tmp_path / "quiz.gift")
    assert imported.text == EXERCISES
    assert [f.line for f in imported.findings if f.line] == [2, 16]


OTHERS = """\
// a comment
::Grant::Who's buried in Grant's tomb?{~Grant ~Jefferson#no! =no one####Nobody is.}

Two plus two is {=four =4}.

The sun rises in the east.{T}

When was he born?{#1822:5}

Match.{=Canada -> Ottawa =Italy -> Rome}

Why \\{so\\}?{}

Which two? {~%50%a ~%50%b ~%-100%c}

Nothing is asked here.
"""

EXERCISES = """\
---
title: Quiz
---

::: exercise Grant
Who's buried in Grant's tomb?

- ( ) Grant
- ( ) Jefferson
- (x) no one

::: answer
Nobody is.
:::
:::

::: exercise
Two plus two is ____{four or 4}.
:::

::: exercise
The sun rises in the east.

- (x) True
- ( ) False
:::

::: exercise
When was he born? ____{1822 ± 5}
:::

::: exercise
Match.

::: matching
|        |        |
|--------|--------|
| Canada | Ottawa |
| Italy  | Rome   |
:::
:::

::: exercise
Why \\{so}?

::: lines 4
:::
:::

::: exercise
Which two?

- [x] a
- [x] b
- [ ] c
:::
"""


MARKED = {
    "[markdown]Say *why* \\\\(x_1 + *x\\\\) and `a` is {~no =**yes**} here.": (
        "Say *why* $x_1 + *x$ and `a` is __________ here.\n\n- ( ) no\n- (x) **yes**"
    ),
    "$$x^2$$ plus {=four}": "$$x^2$$ plus ____{four}",
    "Grant is {~buried =entombed} in it.": (
        "Grant is __________ in it.\n\n- ( ) buried\n- (x) entombed"
    ),
    "Who? {=no one =%50%somebody}": "Who? ____{no one}",
    "Where? {=%100%a->b}": "Where? ____{a->b}",
    "Don't {=%100%don't =%100%don’t}": "Don't ____{don't}",
    "When? {#=1822:0 =%50%1822:2}": "When? ____{1822}",
    "Which? {=a ~%50%b ~c}": "- (x) a\n- ( ) b\n- ( ) c",
    "[markdown]See\\:\\n\\n* one\\n* two\\n\\nNow? {=a}": "See:\n\n- one\n- two\n\nNow? ____{a}",
}
"""Questions in GIFT, and their worksheets; where a part of the points is given, that is told."""


def test_questions_in_gift_become_exercises(tmp_path: Path) -> None:
    (tmp_path / "quiz.gift").write_text("\n\n".join(MARKED), "utf-8")
    imported = import_file(tmp_path / "quiz.gift")
    for written in MARKED.values():
        assert written in imported.text
    told = [f"{line}" for line, text in enumerate(MARKED) if "%50%" in text]
    assert [f"{(f.line - 1) // 2}" for f in imported.findings if f.line] == told


def test_the_right_number_of_several_is_read_from_moodle(tmp_path: Path) -> None:
    answers = "".join(
        f'<answer fraction="{share}"><text>{number}</text><tolerance>0.5</tolerance></answer>'
        for number, share in ((30, 50), (31, 100))
    )
    (tmp_path / "quiz.xml").write_text(
        '<quiz><question type="numerical"><questiontext><text>How deep?</text></questiontext>'
        f"{answers}</question></quiz>",
        "utf-8",
    )
    imported = import_file(tmp_path / "quiz.xml")
    assert "How deep? ____{31 ± 0.5}" in imported.text
    assert len(told_of(imported)) == 1


def test_a_star_that_stands_for_any_text_is_told(tmp_path: Path) -> None:
    answers = "<answer fraction='100'><text>{}</text></answer><answer fraction='0'><text>*</text>"
    texts = (answers.format(text) for text in (r"2\*3", "two*"))
    questions = (
        "<question type='shortanswer'><questiontext><text>Six?</text></questiontext>"
        f"{text}</answer></question>"
        for text in texts
    )
    (tmp_path / "quiz.xml").write_text(f"<quiz>{''.join(questions)}</quiz>", "utf-8")
    imported = import_file(tmp_path / "quiz.xml")
    assert told_of(imported) == [
        "A star in an answer, which stands for any text, is written as it is."
    ]


def test_a_choice_that_is_fixed_comes_back(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    text = "::: exercise\nWhich?\n\n- (x) a\n- ( ) b\n- ( ) Neither {.fixed}\n:::\n"
    source.write_text(text, "utf-8")
    output = making.Flow(source).built("qti3")
    assert output.package
    (tmp_path / "quiz.zip").write_bytes(output.package.data)
    assert text in import_file(tmp_path / "quiz.zip").text


def test_texts_in_markdown_are_read_from_moodle(tmp_path: Path) -> None:
    asked = "Say *why* \\\\(x_1\\\\) is {1:SA:=1&#47;2~%50%0.5#half~=a\\\\}b} and $$y*z*$$"
    (tmp_path / "quiz.xml").write_text(
        '<quiz><question type="cloze"><questiontext format="markdown">'
        f"<text><![CDATA[{asked}]]></text></questiontext></question></quiz>",
        "utf-8",
    )
    imported = import_file(tmp_path / "quiz.xml")
    assert "Say *why* $x_1$ is ____{1/2 or a\\\\\\}b} and $$y*z*$$" in imported.text
    assert sorted(told_of(imported)) == [
        "Answers that give a part of the points are taken for wrong ones.",
        "The question has words to single answers, which are left out.",
    ]


# --- packages of others -------------------------------------------------------------------------


def package(folder: Path, name: str, files: dict[str, str]) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    (folder / name).write_bytes(data.getvalue())
    return folder / name


def told_of(imported: Imported) -> list[str]:
    """The messages of an import, but for that on a title."""
    messages = (finding.message for finding in imported.findings)
    return [message for message in messages if not message.startswith("It has no title")]


def manifest(*paths: str) -> str:
    resources = "".join(f'<resource type="imsqti_item_xmlv2p1" href="{p}"/>' for p in paths)
    return f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1">{resources}</manifest>'


def item(body: str, responses: str = "", rest: str = "") -> str:
    space = "http://www.imsglobal.org/xsd/imsqti_v2p1"
    return (
        f'<assessmentItem xmlns="{space}" identifier="Q1" title="Q1" xml:lang="en">{responses}'
        f"<itemBody>{body}</itemBody>{rest}</assessmentItem>"
    )


def response(right: str, kind: str = "single", base: str = "identifier") -> str:
    values = "".join(f"<value>{value}</value>" for value in right.split("|"))
    return (
        f'<responseDeclaration identifier="R" cardinality="{kind}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse></responseDeclaration>"
    )


ITEMS = {
    item(
        '<div><p>Dig <inlineChoiceInteraction responseIdentifier="R"><inlineChoice '
        'identifier="a">down</inlineChoice><inlineChoice identifier="b">up</inlineChoice>'
        "</inlineChoiceInteraction>!</p></div>",
        response("a"),
    ): ("Dig ____{down}!", "q.xml: The answers to choose from"),
    item(
        '<gapMatchInteraction responseIdentifier="R"><prompt>Fill.</prompt><gapText identifier="w">'
        'deep</gapText><gapText identifier="x">dry</gapText><p>It is <gap identifier="g"/>.</p>'
        "</gapMatchInteraction>",
        response("w g", "multiple", "directedPair"),
    ): ("It is ____{deep}.", "q.xml: The answers to choose from"),
    item(
        '<associateInteraction responseIdentifier="R"><prompt>Pairs?</prompt>'
        + "".join(
            f'<simpleAssociableChoice identifier="{each}">{each * 2}</simpleAssociableChoice>'
            for each in "ABCD"
        )
        + "</associateInteraction>",
        response("A C|B D", "multiple", "pair"),
    ): ("Pairs?\n\n::: matching\n|     |     |\n|-----|-----|\n| AA  | CC  |\n| BB  | DD  |", ""),
    item(
        '<p>How deep? <textEntryInteraction responseIdentifier="R"/></p>',
        response("200", base="integer"),
        '<responseProcessing><equal toleranceMode="relative" tolerance="5 10">'
        '<variable identifier="R"/><correct identifier="R"/></equal></responseProcessing>',
    ): ("How deep? ____{205 ± 15}", ""),
    item(
        '<choiceInteraction responseIdentifier="R"><prompt>Why?</prompt><simpleChoice '
        'identifier="a">Rain<feedbackInline outcomeIdentifier="F" identifier="a">Yes!'
        "</feedbackInline></simpleChoice></choiceInteraction>",
    ): ("Why?\n\n- ( ) Rain", "q.xml: No answer to the question is marked as right."),
    item('<p>Where?</p><hotspotInteraction responseIdentifier="R"/><p>Why?</p>'
         '<extendedTextInteraction responseIdentifier="R"/>'): (
        "Where?\n\nWhy?\n\n::: lines 4", "q.xml: A question of the type `hotspotinteraction`",
    ),
    "<assessmentItem": ("", "q.xml: It is not valid XML"),
    "<questestinterop/>": ("", "q.xml: It is in QTI 1"),
}  # fmt: skip
"""Files in a package, each with what is in its worksheet, and what is told."""


@pytest.mark.parametrize("text", ITEMS)
def test_questions_in_qti_become_exercises(text: str, tmp_path: Path) -> None:
    file = package(tmp_path, "quiz.zip", {"imsmanifest.xml": manifest("q.xml"), "q.xml": text})
    imported = import_file(file)
    written, told = ITEMS[text]
    assert written in imported.text
    messages = told_of(imported)
    assert any(m.startswith(told) for m in messages) if told else not messages


def test_a_test_gives_the_order_of_questions(tmp_path: Path) -> None:
    text = '<p>{}</p><extendedTextInteraction responseIdentifier="R"/>'
    test = '<assessmentTest title="Wells">{}</assessmentTest>'
    references = (f'<assessmentItemRef href="../items/{name}.xml"/>' for name in "bac")
    files = {
        "imsmanifest.xml": manifest("items/a.xml", "items/b.xml", "tests/t.xml"),
        "items/a.xml": item(text.format("Why?")),
        "items/b.xml": item(text.format("Where?")),
        "tests/t.xml": test.format("".join(references)),
    }
    imported = import_file(package(tmp_path, "quiz.zip", files))
    assert "title: Wells" in imported.text
    assert imported.text.index("Where?") < imported.text.index("Why?")
    assert [f.message for f in imported.findings] == ["items/c.xml: It is missing."]


SETS: dict[str, tuple[dict[str, object], str, str | None]] = {
    "H5P.TrueFalse 1.8": ({"question": "<p>Dry?</p>", "correct": "false"}, "- (x) False", ""),
    "H5P.SingleChoiceSet 1.11": (
        {"choices": [{"question": "Why?", "answers": ["Rain", "Sand"]}]},
        "Why?\n\n- (x) Rain\n- ( ) Sand",
        "",
    ),
    "H5P.Blanks 1.14": (
        {"text": "<p>Fill.</p>", "questions": ["<p>It is *grey/gray:a colour*.</p>"]},
        "Fill.\n\nIt is ____{grey or gray}.",
        "The tips to gaps",
    ),
    "H5P.DragText 1.10": (
        {"taskDescription": "Drag.", "textField": "It *is* dry.", "distractors": "*was*"},
        "It ____{is} dry.",
        "The words that fit in no gap",
    ),
    "H5P.Essay 1.5": (
        {"taskDescription": "Why?", "keywords": [{"keyword": "rain"}]},
        "Why?\n\n::: lines 4",
        "The keywords",
    ),
    "H5P.MultiChoice 1.16": (
        {
            "media": {"type": {"library": "H5P.Video 1.6"}},
            "question": "Why?",
            "answers": [{"text": "Rain", "correct": True}],
        },
        "Why?\n\n- (x) Rain",
        "The medium of the type `H5P.Video 1.6`",
    ),
    "H5P.Essay 1.4": (
        {"taskDescription": "Why?", "media": [], "behaviour": {"inputFieldSize": "9999"}},
        "::: lines 40",
        "",
    ),
    "H5P.TrueFalse 1.6": (
        {
            "question": "Dry?",
            "correct": True,
            "media": {
                "library": "H5P.Image 1.0",
                "params": {"file": {"path": "images/a.png#tmp"}, "alt": "A map"},
            },
        },
        "A map\n\nDry?\n\n- (x) True",
        None,
    ),
    "H5P.MultiChoice 1.12": (
        {"media": {"type": {"library": "H5P.Image 1.1", "params": {"file": 3}}}},
        "",
        "The question is left out: Expected `object`",
    ),
    "H5P.Dialogcards 1.9": ({}, "", "A question of the type `H5P.Dialogcards`"),
    "H5P.Blanks 1.12": ({"questions": 3}, "", "The question is left out: Expected `array`"),
}
"""The parameters of libraries, each with what is in the worksheet, and what is told."""


@pytest.mark.parametrize("library", SETS)
def test_questions_in_h5p_become_exercises(library: str, tmp_path: Path) -> None:
    parameters, written, told = SETS[library]
    entry = {"library": library, "params": parameters, "metadata": {"title": ""}}
    files = {
        "h5p.json": json.dumps({"title": "Wells", "mainLibrary": "H5P.QuestionSet"}),
        "content/content.json": json.dumps({"questions": [entry]}),
    }
    imported = import_file(package(tmp_path, "quiz.h5p", files))
    assert written in imported.text
    begin = f"content/content.json, question 1: {told}" if told is not None else "The image"
    assert [message[: len(begin)] for message in told_of(imported)] == (
        [begin] if told != "" else []
    )


BROKEN = {
    "a.zip": ({"a.txt": ""}, "it has no file imsmanifest.xml"),
    "b.zip": ({"imsmanifest.xml": manifest("../../q.xml")}, "../../q.xml: It is missing."),
    "c.zip": ({"imsmanifest.xml": manifest()}, "It has no questions."),
    "d.zip": ({"imsmanifest.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "XML entities"),
    "e.h5p": ({"h5p.json": "{}"}, "it has no file content/content.json"),
    "f.h5p": ({"h5p.json": "[", "content/content.json": "{}"}, "h5p.json: "),
    "g.zip": ({"imsmanifest.xml": "<manifest"}, "It is not valid XML"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_package_of_questions_is_told(name: str, tmp_path: Path) -> None:
    files, message = BROKEN[name]
    imported = import_file(package(tmp_path, name, files))
    assert [message in finding.message for finding in imported.findings] == [True]
    assert not imported.text


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    for name in ("quiz.zip", "quiz.h5p"):
        (tmp_path / name).write_bytes(b"PK\x03\x04")
        assert [f.code for f in import_file(tmp_path / name).findings] == ["unreadable-file"]


@pytest.mark.parametrize("value", ["", "x", "nan", "1e999"])
def test_numbers_that_are_none_are_no_error(value: str, tmp_path: Path) -> None:
    answer = (
        f'<answer fraction="{value}"><text>{value}</text><tolerance>{value}</tolerance></answer>'
    )
    kinds = ("numerical", "multichoice", "essay", "shortanswer")
    entries = (
        f'<question type="{kind}"><questiontext><text>How? {{{value}:NM:={value}:{value}}}</text>'
        f"</questiontext><defaultgrade>{value}</defaultgrade>{answer}</question>"
        for kind in (*kinds, "cloze")
    )
    (tmp_path / "quiz.xml").write_text(f"<quiz>{''.join(entries)}</quiz>", "utf-8")
    imported = import_file(tmp_path / "quiz.xml")
    assert imported.text.count("::: exercise") == len(kinds) + 1
