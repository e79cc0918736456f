"""The words that the product puts on a page: each language says what English says, or nothing."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

import pipeline
from pipeline.model import ChartKind
from pipeline.model.boxes import BOXES
from pipeline.model.editions import EDITIONS
from pipeline.model.words import (
    FOLDER,
    NUMBERED,
    UNDERSTOOD,
    fold_word,
    languages,
    words,
    words_in,
    written_date,
)
from pipeline.model.words.writing_conventions import Writing, tags_by_name, writing
from tests.helpers.paths import ROOT, TESTS


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


TITLES = {f"edition_{e.name}": e.title or e.label for e in EDITIONS.values() if not e.platform}
ENGLISH = {**words_in("en"), **TITLES}
LANGUAGES = ["ar", "de", "en", "es", "fr", "it", "nl", "pt", "zh"]
"""The languages that are promised to have all words."""


def test_whoever_writes_in_a_language_may_use_its_words() -> None:
    assert {*LANGUAGES} <= {tag for tag in languages() if UNDERSTOOD in read(tag)}


def read(language: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("lang", ["x" * 260, "../en", "en/", "x\0", ""])
def test_what_is_no_language_has_english_words(lang: str) -> None:
    assert words(lang) == words("en")
    assert writing(lang) == Writing()


def test_a_source_in_no_language_builds(tmp_path: Path) -> None:
    source = tmp_path / "well.md"
    source.write_text(f"---\ntitle: The well\nlang: {'x' * 260}\n---\n\nDeep.\n", "utf-8")
    result = pipeline.build(source, out=tmp_path)
    assert [finding.code for finding in result.diagnostics] == ["wrong-value"]
    assert result.files


UNTRANSLATED = TESTS / "model" / "untranslated.txt"
"""The words that are English in a language that is promised to have all."""


def test_the_list_of_untranslated_words_is_current(accept: bool) -> None:
    lines = []
    for key in sorted(ENGLISH):
        lacking = [language for language in LANGUAGES if key not in words_in(language)]
        if missing := [language for language in lacking if language != "en"]:
            lines.append(f"{key}: {' '.join(missing)}\n")
    if accept:
        UNTRANSLATED.write_text("".join(lines), "utf-8")
    assert UNTRANSLATED.read_text("utf-8") == "".join(lines), "run `make accept`"


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_word_says_what_the_english_one_says(language: str) -> None:
    own = words_in(language)
    joined = {f"{kind}_{key}" for kind in ("reference", "caption") for key in NUMBERED}
    more = {"months_alone", "page", *NUMBERED, *joined}
    assert own.keys() - more <= ENGLISH.keys()
    assert writing(language) != Writing()
    for key, text in words(f"{language}-XX").items():
        assert text.strip(), key
        if key in ENGLISH:
            assert placeholders(text) == placeholders(ENGLISH[key]), key
    for key in own.keys() & {"months", "months_alone"}:
        assert len(set(own[key].split("|"))) == 12
    assert "{page}" in words(language)["page_of"].partition("{pages}")[0], "as Word counts them"


def test_thirty_languages_have_the_words_of_most_handouts() -> None:
    usual = {"contents", "page_of", "page_mark", "exercise", "name", "date", "figure", "warning"}
    assert sum(usual <= words_in(language).keys() for language in languages()) >= 30


def test_boxes_and_editions_are_called_something() -> None:
    """Their names are not those of other words."""
    for kind, box in BOXES.items():
        assert words("en")[kind] == box.word
        assert kind not in read("en")
    assert not {*TITLES} & read("en").keys()


def test_each_kind_of_chart_is_called_something() -> None:
    assert {f"chart_{kind}" for kind in get_args(ChartKind)} <= ENGLISH.keys()


def test_the_words_of_features_are_not_those_of_others() -> None:
    """No two files have the same word, nor one of the core."""
    tables = [
        tomllib.loads(path.read_text("utf-8")) for path in ROOT.glob("pipeline/*/*/words.toml")
    ]
    keys = [key for table in tables for key in table.get("en", ())]
    assert len(keys) > 100
    assert len(keys) == len({*keys})
    assert not {*keys} & read("en").keys()
    for table in tables:
        for language in table.keys() & languages():
            assert table[language].keys() <= table["en"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_what_authors_may_write(language: str) -> None:
    """Each word has one meaning: words for teachers are not words for answers, and interviewers do
    not reply."""
    table: Any = read(language)[UNDERSTOOD]
    wanted = "answer answer_label beside_answer answering teacher asks may_ask replies bibliography"
    assert table.keys() >= {*wanted.split(), "index"}
    for one, other in (
        ("answer", "teacher"),
        ("answer", "perhaps_answer"),
        ("answer", "beside_answer"),
        ("asks", "may_ask"),
        ("asks", "replies"),
        ("may_ask", "replies"),
    ):
        assert not {*map(fold_word, table[one])} & {*map(fold_word, table[other])}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "3 May 2026"),
        ("de", "3. Mai 2026"),
        ("es", "3 de mayo de 2026"),
        ("it", "3 maggio 2026"),
        ("nl", "3 mei 2026"),
        ("zh", "2026年5月3日"),
        ("ja", "2026年5月3日"),
        ("ko", "2026년 5월 3일"),
        ("cs", "3. května 2026"),
        ("hu", "2026. május 3."),
        ("no", "3. mai 2026"),
        ("he", "3 במאי 2026"),
    ],
)
def test_dates_are_written_as_people_write_them(language: str, expected: str) -> None:
    assert written_date("2026-05-03", words(language)) == expected


@pytest.mark.parametrize("language", ["ar", "fa", "he", "ur", "ps", "ckb", "sd", "ug", "yi"])
def test_numbers_of_pages_are_in_order_from_right_to_left(language: str) -> None:
    assert words(language)["page_of"] != ENGLISH["page_of"]


def test_a_month_alone_has_its_own_form() -> None:
    assert written_date("2026-05", words("cs")) == "květen 2026"
    assert written_date("2026-05", words("de")) == "Mai 2026"


@pytest.mark.parametrize(
    ("language", "figure", "chapter", "page"),
    [
        ("cs", "Obrázek\u00a03.", "Kapitola\u00a03", "x (strana\u00a03)"),
        ("hu", "3.\u00a0ábra.", "3.\u00a0fejezet", "x (3.\u00a0oldal)"),
        ("lt", "3\u00a0pav.", "3\u00a0skyrius", "x (3\u00a0puslapis)"),
        ("ja", "図3", "第3章", "x（3ページ）"),
    ],
)
def test_numbers_stand_where_the_language_has_them(
    language: str, figure: str, chapter: str, page: str
) -> None:
    found = words(language)
    assert found["caption_figure"].format(number=3) == figure
    assert found["reference_chapter"].format(number=3) == chapter
    assert found["reference_page"].format(reference="x", page=3) == page


def test_the_table_of_how_languages_are_written_can_be_read() -> None:
    for tag in (*languages(), *read("others")):
        written = writing(tag)
        assert written != Writing(), tag
        others = {name for name, other in tags_by_name().items() if other != tag}
        assert not set(written.also) & others, tag


@pytest.mark.parametrize(
    ("tag", "double", "decimal"),
    [
        ("de", "„“", ","),
        ("de-CH", "«»", "."),
        ("de_Latn_CH", "«»", "."),
        ("zh-Hans-HK", "“”", "."),
        ("zh-Hant-HK", "「」", "."),
        ("zh-TW", "「」", "."),
        ("tlh", "“”", "."),
    ],
)
def test_a_region_may_write_in_its_own_way(tag: str, double: str, decimal: str) -> None:
    assert ("".join(writing(tag).double), writing(tag).decimal) == (double, decimal)


def test_a_tag_with_a_region_finds_its_language() -> None:
    assert words("pt-BR")["contents"] == words_in("pt")["contents"]


def test_a_language_without_words_has_the_english_ones() -> None:
    assert words("tlh") == words_in("en")
