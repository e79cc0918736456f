"""Reading: the sentences and words of a text, the time it takes, and its level."""

from __future__ import annotations

import pytest

from pipeline.commands.reading_level import count, reading_level, reading_time, sentences, words


def test_sentences() -> None:
    assert len(list(sentences("One. Two! Is this three? Yes."))) == 4
    assert len(list(sentences("Dr. Kara wrote it, e.g. in 2009, and No. 3 came later."))) == 1
    assert len(list(sentences("“Why?” she asked. He said nothing…"))) == 2
    assert len(list(sentences("第一句。第二句！"))) == 2
    assert len(list(sentences("A line without an end"))) == 1


def test_words() -> None:
    assert words("Don’t count 49.6 million; a well-known l’eau.") == [
        "Don’t",
        "count",
        "million",
        "a",
        "well-known",
        "l’eau",
    ]


@pytest.mark.parametrize(
    ("lang", "amount", "minutes"),
    [("en", 456, 2), ("en-GB", 228, 1), ("de", 358, 2), ("ar", 276, 2), ("xx", 368, 2)],
)
def test_reading_time(lang: str, amount: int, minutes: float) -> None:
    time = reading_time(["word " * amount], lang)
    assert (time.amount, time.unit, time.minutes) == (amount, "words", minutes)


def test_chinese_is_counted_in_characters() -> None:
    time = reading_time(["字" * 510], "zh-Hans")
    assert (time.amount, time.unit, time.text) == (510, "characters", "about 2 minutes")


def test_a_speed_that_nobody_measured() -> None:
    thai = reading_time(["ภาษาไทย"], "th")
    assert (thai.unit, thai.text) == ("characters", "not known for this language")
    assert reading_time(["a few words"], "en").text == "under a minute"
    assert reading_time(["word " * 27_360], "en").text == "about 2 hours"


EASY = "The cat sat on the mat. The dog ran to the cat. They are good friends. "
HARD = (
    "Notwithstanding considerable organisational heterogeneity, international institutions"
    " systematically underestimate the administrative responsibilities that"
    " interdisciplinary collaboration necessitates. "
)


def test_the_grade_by_hand() -> None:
    # ten times: 17 words, 17 syllables and 3 sentences; "they", "are", "good" are of one syllable
    counts = count([EASY * 10], "en")
    assert (counts.words, counts.sentences) == (160, 30)
    assert counts.syllables == pytest.approx(160, abs=10)
    level = reading_level([EASY * 10], "en")
    by_hand = 0.39 * 160 / 30 + 11.8 * counts.syllables / 160 - 15.59
    assert level.score == pytest.approx(by_hand, abs=0.05)
    assert level.text == "about grade 1, age 6 to 7"
    assert reading_level([HARD * 10], "en").text == "beyond school: university, age 18 and over"


EASY_IN = {
    "de": "Der Hund läuft in den Wald. Das Kind ruft ihn. Er kommt nicht. ",
    "es": "El perro va al campo. El sol es rojo. La luz no es de él. ",
    "fr": "Le chat dort sur le lit. Il a bien mangé. Le chien le voit. ",
    "pt": "O sol é bom. A mãe vai ao mar. O pai lê para nós. ",
}
HARD_IN = {
    "de": "Die Berücksichtigung außergewöhnlicher Verwaltungsverantwortlichkeiten erfordert"
    " wissenschaftliche Auseinandersetzungen internationaler Organisationen. ",
    "es": "La responsabilidad administrativa internacional presupone necesariamente"
    " consideraciones extraordinariamente interdisciplinarias. ",
    "fr": "Les responsabilités administratives internationales nécessitent indéniablement des"
    " considérations particulièrement interdisciplinaires. ",
    "pt": "As responsabilidades administrativas internacionais pressupõem necessariamente"
    " considerações extraordinariamente interdisciplinares. ",
}


@pytest.mark.parametrize("lang", EASY_IN)
def test_every_language_that_has_a_formula_distinguishes_easy_from_hard(lang: str) -> None:
    easy, hard = (reading_level([text[lang] * 30], lang) for text in (EASY_IN, HARD_IN))
    assert easy.grades
    assert hard.grades
    assert easy.grades[1] <= 5
    assert hard.grades[0] > 12


@pytest.mark.parametrize("lang", ["ar", "zh", "xx"])
def test_a_language_without_a_formula_says_so(lang: str) -> None:
    level = reading_level(["word " * 200], lang)
    assert level.text == f"no formula for this language ({lang})"
    assert level.grades is None


def test_a_text_that_is_too_short_says_so() -> None:
    level = reading_level([EASY], "en")
    assert level.text == "too little for a level: 16 words in sentences, of 100 needed"
