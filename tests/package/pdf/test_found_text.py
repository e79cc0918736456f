"""Text of each script is found in a finished PDF, and copied, as it is written: by the engines of
Chrome, of most readers on Linux, and of many others."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from pipeline.commands.pdf_reading import read_pages, text_of_pdf
from pipeline.model.editions import EDITIONS
from pipeline.verify.completeness import faults_in
from tests.helpers import checkers, making
from tests.helpers.pdf_reading import open_pdf, page_texts, read, unicode_table

WORDS = {
    "he": "הכפר נמצא ליד הבאר הישנה",
    "he-x-vocal": "בְּרֵאשִׁית הַשָּׁמַיִם הָאָרֶץ",
    "ar": "القرية تقع بالقرب من البئر ويحفر الناس لا إله إلا الله",
    "fa": "روستا نزدیک چاه قدیمی می‌کشند کتاب‌ها",
    "ur": "گاؤں پرانے کنویں کے قریب ہے",
    "hi": "विद्यार्थियों की किताबें क्षत्रिय",
    "ta": "மக்கள் தினமும் தண்ணீர் எடுக்கிறார்கள்",
    "th": "หมู่บ้านอยู่ใกล้บ่อน้ำเก่า",
    "km": "ភូមិនៅជិតអណ្តូងចាស់",
    "bn": "গ্রামটি পুরানো কূপের কাছে",
    "zh": "村子在老井旁边",
    "ja": "村は古い井戸の近くにあり",
    "ko": "마을은 오래된 우물 근처에",
    "vi": "nước mắt tốc độ Việt người",
    "el": "το χωριό είναι κοντά",
    "ru": "деревня рядом с колодцем",
}
RIGHT_TO_LEFT = ("he", "ar", "fa", "ur")
MIXED = {
    "he": ["1998", "Zaatar", "3.5%", "חופרים", "בשנת", "נחפרו", "English"],
    "ar": ["1998", "Zaatar", "حفرت", "الناس", "English"],
    "fa": ["۱۳۷۷", "Zaatar", "روستا", "می‌کشند"],
}
SOURCE = """\
---
title: Scripts
lang: en
links: none
---

::: {lang=he dir=rtl}
האנשים חופרים. בשנת 1998 נחפרו 12 בארות ב-Zaatar והיו בהן מים (3.5%), ושוב חופרים בה [English
link](https://example.org/) בכל בוקר *מחדש* ובכל ערב.
:::

::: {lang=ar dir=rtl}
## القرية (1) - أ

يحفر الناس فيها. في عام 1998 حفرت 12 بئرا في Zaatar وكان [English link](https://example.org/) فيها.
:::

::: {lang=fa dir=rtl}
روستا در سال ۱۳۷۷ در Zaatar آب می‌کشند.
:::

Vietnamese: [*nước mắt tốc độ* của tôi]{lang=en}, and שלום in English, and كلمة.

""" + "\n\n".join(
    f"::: {{lang={lang.partition('-')[0]} {'dir=rtl' if lang[:2] in RIGHT_TO_LEFT else ''}}}"
    f"\n{text} {text}.\n:::"
    for lang, text in WORDS.items()
)
READERS = ("PDFium", "Poppler", "MuPDF")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    path = folder / "scripts.pdf"
    path.write_bytes(making.packed(making.resolved(SOURCE, "handout", folder), folder).data)
    return path


def text_of(reader: str, file: Path) -> str:
    text = "\n".join(page_texts(file)) if reader == "PDFium" else checkers.text_of(reader, file)
    return unicodedata.normalize("NFC", re.sub("[\u202a-\u202e\u2066-\u2069]", "", text))


@pytest.mark.parametrize("reader", READERS)
def test_words_of_each_script_are_extracted(reader: str, file: Path) -> None:
    text = text_of(reader, file)
    words = [(lang, word) for lang, words in WORDS.items() for word in words.split()]
    words += [(lang, word) for lang, words in MIXED.items() for word in words]
    words += [("en", word) for word in ("nước", "mắt", "tốc", "của", "tôi", "שלום", "كلمة")]
    normal = [(lang, unicodedata.normalize("NFC", word)) for lang, word in words]
    assert [(lang, word) for lang, word in normal if word not in text] == []


def test_words_of_each_script_are_searched_for(file: Path) -> None:
    pages = [page.get_textpage() for page in pypdfium2.PdfDocument(file)]
    # letters with marks are one character in the file, and several as they are typed
    typed = (words for lang, words in WORDS.items() if lang != "he-x-vocal")
    words = [word for words in typed for word in words.split()]
    missing = [word for word in words if not any(page.search(word).get_next() for page in pages)]
    assert missing == []


def test_it_is_heard_in_the_same_order(file: Path) -> None:
    said = unicodedata.normalize("NFC", read(open_pdf(file.read_bytes())).text)
    said = " ".join(re.sub("[\u200b\u00ad]", "", said).split())
    words = [unicodedata.normalize("NFC", f"{text} {text}.") for text in WORDS.values()]
    assert [text for text in words if text not in said] == []
    assert "בשנת 1998 נחפרו 12 בארות ב-Zaatar והיו בהן מים (3.5%), ושוב" in said


def test_nothing_is_missed_in_it(file: Path) -> None:
    """Vietnamese in an English passage and links in English have been, though all was there."""
    document = making.resolved(SOURCE, "handout")
    assert not list(faults_in(text_of_pdf(file), EDITIONS["handout"], document))


def test_no_glyph_stands_for_a_byte_order_mark(file: Path) -> None:
    """PDF/UA-1 forbids it (7.21.7), which not every validator tells."""
    pdf = open_pdf(file.read_bytes())
    fonts = [font for page in pdf.pages for font in page.resources.Font.values()]
    texts = {text for font in fonts for text in unicode_table(font).values()}
    assert len(texts) > 100
    assert not texts & {"\0", "\ufeff", "\ufffe"}


@pytest.mark.checkers
def test_it_is_a_valid_pdf_ua(file: Path) -> None:
    assert checkers.verapdf(file) == []


def test_it_is_imported_in_the_same_order(file: Path) -> None:
    runs = [run.text for page in read_pages(file, coloured=False) for run in page.runs]
    text = unicodedata.normalize("NFC", "".join(runs))
    words = ["הכפר", "הָאָרֶץ", "القرية", "ويحفر", "الناس", "English link"]
    assert [word for word in words if unicodedata.normalize("NFC", word) not in text] == []
