"""Levels: a handout for each, the same numbers in all, and no word of another level."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline import Document
from pipeline.model import Captioned, CrossReference, Exercise
from pipeline.model.editions import EDITIONS, variations_of
from pipeline.verify.gate import leaks_in
from tests.helpers import making
from tests.helpers.finished import all_text
from tests.helpers.paths import TESTS
from tests.helpers.pdf_reading import page_texts
from tests.helpers.trees import nodes, plain_text

HEAD = "---\ntitle: Wells\nlang: en\nlevels: [core, support, extension]\n---\n\n"
WORDS = {"core": "standpipe", "support": "rosewater", "extension": "galvanic"}
TEXT = f"""{HEAD}Wells are deep.

::: level support
::: tip
A hint about rosewater for you.

## Heading of rosewater
:::
:::

::: exercise First
The ____{{rope}} is a [long rosewater]{{level=support}} thing.

::: word-bank {{level=support}}
:::
:::

::: exercise Easy {{level=support}}
Name the rosewater.

::: answer
Because of rosewater in zinnias
:::
:::

::: exercise Usual {{level=core}}
Name the standpipe.
:::

::: exercise Hard {{level="extension, core"}}
Name nothing.
:::

::: exercise Last
1. Name all.
2. Name galvanic things.
   {{level=extension}}
:::
"""


def at(level: str, edition: str = "handout") -> Document:
    document = making.without_findings(pipeline.parse(TEXT))
    return making.resolved(document, edition, variation=level)


def exercises(document: Document) -> list[tuple[int, str]]:
    return [(node.number, plain_text(node.title)) for node in nodes(document, Exercise)]


def test_exercises_for_all_have_the_same_number_at_each_level() -> None:
    assert exercises(at("core")) == [(1, "First"), (2, "Usual"), (3, "Hard"), (4, "Last")]
    assert exercises(at("support")) == [(1, "First"), (2, "Easy"), (4, "Last")]
    assert exercises(at("extension")) == [(1, "First"), (3, "Hard"), (4, "Last")]


def test_teachers_get_all_levels_with_their_names_and_the_numbers_of_pupils() -> None:
    assert exercises(at("", "teacher")) == [
        (1, "First"),
        (2, "support Easy"),
        (2, "core Usual"),
        (3, "extension, core Hard"),
        (4, "Last"),
    ]
    words = plain_text(at("", "teacher"))
    assert "support" in words.partition("A hint")[0]
    assert "support long rosewater" in words
    assert "extensionName galvanic" in words


def test_exercises_for_teachers_alone_are_counted_after_those_of_all_levels() -> None:
    document = pipeline.parse(f"{TEXT}\n::: teacher\n::: exercise Mine\n:::\n:::\n")
    assert exercises(making.resolved(document, "teacher"))[-1] == (5, "Mine")


CAPTIONS = f"""{HEAD}
: The first

| a | b |
|---|---|
| 1 | 2 |

::: level support
: The second

| a | b |
|---|---|
| 1 | 2 |

![A square](images/draw-well.svg "The help"){{#fig-help}}

See @fig-help and @eq-help.

$$ a = b $$ {{#eq-help}}
:::

::: figures {{#fig-both level=core}}
![A square](images/draw-well.svg "Left")

![A square](images/draw-well.svg "Right"){{#fig-right}}

Both squares
:::

![A square](images/draw-well.svg "The last"){{#fig-last}}

$$ c = d $$ {{#eq-last}}

See @fig-last and @eq-last.
"""


def captions(level: str, edition: str = "handout") -> dict[str, str]:
    document = making.without_findings(pipeline.parse(CAPTIONS))
    resolved = making.resolved(document, edition, TESTS / "book", level)
    numbers = {
        plain_text(node.caption): f"{node.number}{getattr(node, 'part', '')}"
        for node in nodes(resolved)
        if isinstance(node, Captioned)
    }
    return numbers | {node.target: node.text for node in nodes(resolved, CrossReference)}


def test_figures_tables_and_formulas_have_the_same_number_for_all_who_get_them() -> None:
    core, support, extension = (captions(level) for level in ("core", "support", "extension"))
    assert core["Both squares"] == "1"
    assert (core["Left"], core["Right"]) == ("1a", "1b")
    assert (support["The help"], support["fig-help"]) == ("1", "Figure\u00a01")
    assert (support["The second"], support["eq-help"]) == ("2", "Equation\u00a01")
    for pupils in (core, support, extension):
        shared = {key: pupils[key] for key in ("The first", "The last", "fig-last", "eq-last")}
        assert shared == {
            "The first": "1",
            "The last": "2",
            "fig-last": "Figure\u00a02",
            "eq-last": "Equation\u00a02",
        }
    assert captions("", "teacher") == core | support | extension


def test_words_of_a_level_are_in_the_files_of_that_level_alone(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    source.write_text(TEXT.replace("support, extension]", "support]"), "utf-8")
    result = pipeline.build(source, ("web", "handout", "ebook"), out=tmp_path / "out")
    assert not [finding for finding in result.diagnostics if finding.is_error]
    folder = tmp_path / "out" / "wells"
    for level, word in WORDS.items():
        for other in ("core", "support"):
            for suffix in ("html", "pdf", "epub"):
                end = "" if other == "core" else f"-{other}"
                words = all_text(folder / f"wells{end}.{suffix}")
                assert (word in words) is (level == other), (other, suffix, word)
                assert "zinnias" not in words, (other, suffix)
    manifest = (folder / "manifest.json").read_text("utf-8")
    assert '"variation": "support"' in manifest
    assert not any(word in manifest for word in WORDS.values())


def test_the_gate_finds_what_another_level_gets(tmp_path: Path) -> None:
    source = tmp_path / "wells.md"
    source.write_text(TEXT, "utf-8")
    document = making.Flow(source).document
    core, support, _ = variations_of(EDITIONS["handout"], document.metadata)
    resolved = making.resolved(document, "handout", variation="support")
    package = making.packed(resolved)
    findings = leaks_in(package, document, resolved, core, "wells.pdf")
    assert {finding.code for finding in findings} == {"leaked-text"}
    assert not leaks_in(package, document, resolved, support, "wells-support.pdf")


def test_shared_text_is_on_the_same_page_at_each_level_which_it_names(tmp_path: Path) -> None:
    long = "\n\n".join(f"Paragraph {n} of a text that all read together." for n in range(20))
    help_ = "\n\n".join(f"More help, number {n}." for n in range(12))
    source = tmp_path / "w.md"
    head = HEAD.replace("[core, support, extension]", '{core: "", support: "◆ Plus"}')
    words = f"{head}{long}\n\n::: level support\n{help_}\n:::\n\n{long}\n\n## The end\n"
    source.write_text(words, "utf-8")
    result = pipeline.build(source, ("handout",), out=tmp_path / "out")
    assert not result.failed
    core, support = (page_texts(tmp_path / f"out/w/{name}.pdf") for name in ("w", "w-support"))
    assert len(core) == len(support) - 1
    for pages in (core, support):
        assert "2 of 2" in pages[-1]
        assert "The end" in pages[-1]
        assert "support" not in pages[0]
    assert "Plus" in support[0]
    assert "Plus" not in core[0]


def test_links_lead_to_files_of_the_same_level(tmp_path: Path) -> None:
    source = tmp_path / "w.md"
    text = f"{HEAD}Text.\n".replace(", extension]", "]\npage_list: false")
    source.write_text(text, "utf-8")
    pipeline.build(source, ("web",), out=tmp_path / "out")
    page = (tmp_path / "out" / "w" / "w-support.html").read_text("utf-8")
    assert 'href="w-support.pdf"' in page
    assert 'href="w-support.epub"' in page
    assert "core" not in page.partition("<body")[2]
    source.write_text(text.replace("levels:", "varied: [web, handout]\nlevels:"), "utf-8")
    result = pipeline.build(source, ("web",), out=tmp_path / "out")
    page = (tmp_path / "out" / "w" / "w-support.html").read_text("utf-8")
    assert 'href="w-support.pdf"' in page
    assert ".epub" not in page.partition("<body")[2]
    assert not result.diagnostics


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("levels: [a, b]", (7, 1), "`level=supprt` is not a level that anybody has."),
        ("levels: [a, 2b]", (3, 13), "`2b` cannot be the name of a level."),
        ("levels: [a, A]", (3, 13), "`A` is given twice in `levels`."),
        ("levels: a, b, c, d, e, f, g, h, i, j", (3, 36), "there are more than 9 levels."),
        ("levels: [[a]]", (3, 10), "the value must be text, not a list."),
    ],
)
def test_mistakes_are_told_with_their_place(
    line: str, place: tuple[int, int], message: str
) -> None:
    document = pipeline.parse(
        f"---\ntitle: T\n{line}\nlang: en\n---\n\n::: level supprt\nHidden.\n:::\n"
    )
    findings = [*document.diagnostics, *making.selected(document, "handout").diagnostics]
    told = [(each.line, each.column) for each in findings if message in each.message]
    assert place in told, findings


def test_a_block_without_a_level_and_one_nobody_has_are_for_teachers() -> None:
    document = pipeline.parse("---\ntitle: T\n---\n\n::: level\nHidden.\n:::\n\n[x]{level=y}\n")
    assert [finding.line for finding in document.diagnostics] == [5]
    assert plain_text(making.selected(document)) == ""
    assert "Hidden" in plain_text(making.selected(document, "teacher"))


MARKED = """
::: exercise Ways {marks=2}
:::

## Help {level=support}

::: exercise Near {marks=3}
:::

## Heights {level=core}

::: exercise Far
1. How high? {marks=1}
:::

## All

::: exercise Depths
1. How deep? {marks=1}
2. Why so deep?
   {level=extension marks=5}
:::
"""


def marked(edition: str, level: str = "") -> Document:
    document = pipeline.parse(HEAD.replace("levels:", "score: [exercises, foot]\nlevels:") + MARKED)
    return making.resolved(making.without_findings(document), edition, variation=level)


def scores(document: Document) -> list[str]:
    texts = (plain_text(node) for node in nodes(document) if "score" in node.attributes.classes)
    return [" ".join(words.split()) for words in texts]


def test_teachers_get_the_total_of_each_level() -> None:
    assert scores(marked("handout", "core")) == ["Score / 4 marks"]
    totals = ["core: Score / 4 marks", "support: Score / 6 marks", "extension: Score / 8 marks"]
    teacher = marked("teacher")
    assert scores(teacher) == totals
    last = " ".join(exercises(teacher)[-1][1].split())
    assert last == "Depths / core, support: 1 mark; extension: 6 marks"
    assert "+levels" not in repr(teacher)


def test_exercises_below_a_heading_for_a_level_are_counted_for_that() -> None:
    numbers = {level: marked("handout", level) for level in ("core", "support", "extension")}
    assert [number for number, _ in exercises(numbers["core"])] == [1, 2, 3]
    assert [number for number, _ in exercises(numbers["support"])] == [1, 2, 3]
    assert [number for number, _ in exercises(numbers["extension"])] == [1, 3]
