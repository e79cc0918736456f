"""The words that the product puts on a page: each language says all that English says."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path

import pytest

import pipeline
from pipeline.model.words import FOLDER, NUMBERED, UNDERSTOOD, folded, words, written_date
from pipeline.model.words.writing_conventions import Writing, tags_by_name, writing


def read(path: Path) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: text for key, text in found.items() if key not in (UNDERSTOOD, "writing")}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


OTHERS = FOLDER / "others.toml"
ENGLISH = read(FOLDER / "en.toml")
LANGUAGES = sorted(path.stem for path in FOLDER.glob("??.toml"))


def test_the_languages_that_are_promised_are_there() -> None:
    assert LANGUAGES == ["ar", "de", "en", "es", "fr", "it", "nl", "pt", "zh"]


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_and_its_placeholders(language: str) -> None:
    found = read(FOLDER / f"{language}.toml")
    assert found.keys() == ENGLISH.keys()
    for key, text in found.items():
        assert text.strip(), key
        assert placeholders(text) == placeholders(ENGLISH[key]), key


PRINTED = tomllib.loads((FOLDER / "printed.toml").read_text("utf-8"))
MORE = {
    "month_date",
    "day_date",
    "months",
    "numbered",
    "captioned",
    "months_alone",
    *NUMBERED,
    "page",
}
"""The words of which others are made."""


def test_thirty_languages_have_the_words_of_most_handouts() -> None:
    rows = [row for row in PRINTED.values() if "page" in row]
    assert len(rows) >= 30
    assert not PRINTED.keys() & set(LANGUAGES)
    shared = set.intersection(*map(set, rows))
    assert {"contents", "page_of", "exercise", "name", "date", "figure", "warning"} < shared
    for language, row in PRINTED.items():
        assert row.keys() - MORE <= ENGLISH.keys(), language
        assert writing(language) != Writing(), language
        found = words(f"{language}-XX")
        assert found.keys() >= ENGLISH.keys()
        for key, text in found.items():
            assert text.strip(), (language, key)
            if key in ENGLISH:
                assert placeholders(text) == placeholders(ENGLISH[key]), (language, key)
        for key in row.keys() & {"months", "months_alone"}:
            assert len(set(row[key].split("|"))) == 12, language
        assert "{page}" in found["page_of"].partition("{pages}")[0], "as Word counts them"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_what_authors_may_write(language: str) -> None:
    """Each word has one meaning: words for teachers are not words for answers, and interviewers do
    not reply."""
    table = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))[UNDERSTOOD]
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
        assert not {*map(folded, table[one])} & {*map(folded, table[other])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_twelve_months(language: str) -> None:
    months = read(FOLDER / f"{language}.toml")["months"].split("|")
    assert len(set(months)) == 12


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
    for tag in (*LANGUAGES, *tomllib.loads(OTHERS.read_text("utf-8"))):
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
    assert words("pt-BR")["contents"] == read(FOLDER / "pt.toml")["contents"]


def test_a_language_without_words_has_the_english_ones() -> None:
    assert words("cy") == ENGLISH
