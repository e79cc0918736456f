"""Text in other scripts and directions on the printed page."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pypdfium2
import pytest

from pipeline import parse
from pipeline.commands.pdf_reading import text_of_pdf
from pipeline.model import sheet
from pipeline.model.faces import font_file
from pipeline.model.sheet import is_book
from pipeline.model.words.writing_conventions import ALPHABETS
from pipeline.package.result import Package
from tests.helpers import making
from tests.helpers.laid_out import boxes, laid_out
from tests.helpers.paths import TEMPLATES
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import plain_text


def source(body: str, lang: str) -> str:
    return f"---\ntitle: T\nlang: {lang}\nlinks: none\n---\n{body}"


def make(body: str, folder: Path, lang: str = "en") -> Package:
    return making.packed(making.resolved(source(body, lang), "handout", folder), folder)


def fonts(made: Package) -> set[str]:
    pdf = open_pdf(made.data)
    names = (str(o.get("/BaseFont", "")) for o in pdf.objects if hasattr(o, "get"))
    return {name.partition("+")[2] for name in names if "+" in name}


def test_what_floats_in_a_line_from_right_to_left_is_at_the_left_edge(tmp_path: Path) -> None:
    text = source("::: exercise\n1. من حفر البئر؟ {marks=2}\n:::\n", "ar")
    document = laid_out(making.rendered(making.resolved(text, "handout", tmp_path)))
    marks = [box for box in boxes(document) if box.is_floated()]
    assert marks
    edge = document.pages[0].box.content_box_x()
    assert {round(box.position_x - edge) for box in marks} == {0}


FAMILIES = {
    "Amiri": "السلام عليكم",
    "Frank-Ruhl-Libre": "שלום עולם",
    "Noto-Sans": "नमस्ते दुनिया",
    "Hind-Siliguri": "ওহে বিশ্ব",
    "Noto-Sans-Tamil": "வணக்கம்",
    "Noto-Sans-Telugu": "నమస్కారం",
    "Noto-Sans-Thai": "สวัสดีชาวโลก",
    "Noto-Sans-Khmer": "សួស្តី",
    "Noto-Sans-CJK-JP": "你好",
    "DejaVu-Sans": "★ ☐",
    "Noto-Emoji": "🙂 ⚠️ ✔",
}


def test_scripts_have_their_fonts(tmp_path: Path) -> None:
    made = make("\n\n".join(FAMILIES.values()), tmp_path)
    assert made.diagnostics == ()
    assert FAMILIES.keys() - fonts(made) == set()


def test_a_font_is_there_only_for_who_needs_it(tmp_path: Path) -> None:
    assert all(name.startswith("Source") for name in fonts(make("Plain words.", tmp_path)))


def test_ideographs_are_drawn_as_the_language_draws_them_and_bold(tmp_path: Path) -> None:
    texts = {"zh-Hant": "骨 直 与", "ja": "骨 直 与", "ko": "한글"}
    within = " ".join(f"[{text}]{{lang={lang}}}" for lang, text in texts.items())
    made = make(f"骨 直 与 {within} [**骨**]{{lang=en}}", tmp_path, "zh")
    families = ("SC", "TC", "JP", "KR", "JP-Bold")
    assert fonts(made) >= {f"Noto-Sans-CJK-{family}" for family in families}
    assert made.diagnostics == ()


def test_what_no_font_has_is_a_warning_with_the_line(tmp_path: Path) -> None:
    made = make("Words\nand more ሰላም words, 𐄀\n\n𐄁\n", tmp_path)
    letters, symbols = made.diagnostics
    assert (letters.code, letters.severity, letters.line) == ("missing-glyph", "warning", 7)
    assert "“ሰ” (U+1230 ETHIOPIC SYLLABLE SA)" in letters.message
    assert "2 other characters of the Ethiopic script: ላ ም" in letters.message
    assert (symbols.line, symbols.severity) == (7, "warning")
    assert "“𐄀” (U+10100 AEGEAN WORD SEPARATOR LINE), nor for 1 other symbol: 𐄁" in symbols.message
    assert "ሰ" not in read(open_pdf(made.data)).text, "no reader is sent to a missing glyph"


def test_a_lacking_character_is_shown_among_its_words(tmp_path: Path) -> None:
    (found,) = make("Words before ሰ and after.", tmp_path).diagnostics
    assert found.message.endswith("in “Words before ሰ and after.”.")


def test_a_package_of_fonts_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipeline.package.result.font_file",
        lambda face: None if "cjk" in face.package else font_file(face),
    )
    (found,) = make("Words, 漢.", tmp_path).diagnostics
    packages = "noto-cjk-sans-otc noto-cjk-sans-jp-bold"
    assert found.hint == f"Install the fonts: `pip install {packages}`."


def test_bold_ideographs_that_are_not_bold_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipeline.package.pdf.log.font_file",
        lambda face: None if "bold" in face.package else font_file(face),
    )
    (found,) = make("普通，**粗体**，**黑体**。", tmp_path, "zh").diagnostics
    assert (found.code, found.line) == ("missing-glyph", 6)
    assert found.message.startswith("“粗体” should be bold, but its bold font is not installed")
    assert found.hint.endswith("noto-cjk-sans-jp-bold`.")


@functools.cache
def links(lang: str, other: str) -> tuple[list[list[float]], float]:
    """Where links are on a page, of which the first three are in parts that are written the other
    way; and how wide the page is."""
    body = (
        f"## [abc](https://example.org/a) {{{other}}}\n\n"
        "::: exercise [abc](https://example.org/b)\nDo it.\n:::\n\n"
        "[abc](https://example.org/c)\n:   It means *this*.\n\n"
        "[abc](https://example.org/) و\n\n- [abc](https://example.org/e)\n"
    )
    pdf = open_pdf(make(body, Path(), lang).data)
    page = pdf.pages[0]
    boxes = [[float(n) for n in link.Rect] for link in page.Annots]
    assert len(boxes) == 5
    return boxes, float(page.MediaBox[2])


WAYS = [("en", "lang=ar dir=rtl"), ("he", "lang=en dir=ltr")]


def test_pages_from_right_to_left_are_mirrored() -> None:
    (english, _), (arabic, width) = (links(*way) for way in WAYS)
    for from_left, from_right in zip(english[3:], arabic[3:], strict=True):
        assert width - from_right[2] == pytest.approx(from_left[0], abs=0.5)


@pytest.mark.parametrize(("lang", "other"), WAYS)
def test_parts_written_the_other_way_stay_on_the_sheet(lang: str, other: str) -> None:
    """Content that hangs into the margin at the start has none at the other edge."""
    boxes, width = links(lang, other)
    for box in boxes[:3]:
        assert box[0] > 60
        assert box[2] < width - 60


def test_a_line_end_between_ideographs_is_no_space(tmp_path: Path) -> None:
    text = "---\ntitle: T\nlang: {lang}\n---\n世界上\n仍有，\n数千 万\nILO 人。\n走\n"
    said = [plain_text(making.resolved(text.format(lang=lang))) for lang in ("zh", "ko")]
    assert said == ["世界上仍有，数千 万 ILO 人。走", "世界上 仍有， 数千 万 ILO 人。 走"]


def test_a_symbol_does_not_change_the_letters(tmp_path: Path) -> None:
    """Its font has Arabic letters too, and is not for them."""
    assert {"Amiri", "DejaVu-Sans"} <= fonts(make("الماء ⬤ في القرية", tmp_path))
    letters = fonts(make("الماء في القرية", tmp_path, "ar"))
    assert "Amiri" in letters
    assert "DejaVu-Sans" not in letters


EMOJI = (
    "😄",
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "👍🏽",
    "👍",
    "1\ufe0f\u20e3",
    "✔\ufe0f",
    "🏳\ufe0f\u200d🌈",
)


def test_emoji_are_read_aloud_and_copied_as_they_are_written(tmp_path: Path) -> None:
    made = make(f"Some {' and '.join(EMOJI)}.\n\n## Heading 🚀\n\n`code 🎉`\n", tmp_path)
    assert made.diagnostics == ()
    said = read(open_pdf(made.data)).text
    (file := tmp_path / "x.pdf").write_bytes(made.data)
    assert "someandandandandandandand.heading" in text_of_pdf(file).text, "as `check` compares it"
    assert f"Some {' and '.join(EMOJI)}." in said
    assert "Heading 🚀" in said
    assert "code 🎉" in said


def test_digits_and_signs_of_text_are_no_emoji(tmp_path: Path) -> None:
    made = make("Call #1 at 10:30 * 2, © 2020, → there™.", tmp_path)
    assert not any("Emoji" in name for name in fonts(made))


def test_an_emoji_that_no_font_has_is_printed_as_its_name(tmp_path: Path) -> None:
    made = make("New \U0001faea here.", tmp_path)
    assert [found.code for found in made.diagnostics] == ["missing-glyph"]
    assert "New :distorted face: here." in read(open_pdf(made.data)).text


def letter_places(data: bytes, page: int = 0) -> list[tuple[str, float, float]]:
    """The characters of a page, where each begins from the left, and its baseline."""
    text = pypdfium2.PdfDocument(data)[page].get_textpage()
    boxes = ((text.get_text_range(n, 1), text.get_charbox(n)) for n in range(text.count_chars()))
    return [(sign, box[0], box[1]) for sign, box in boxes]


def test_what_is_read_from_left_to_right_is_printed_so(tmp_path: Path) -> None:
    pieces = ("`/p.f`", "`-f`", "https://b-c.d/=7", "-54", "+49 30 72")
    body = "\n\n".join(f"كلمة {written} كلمة" for written in pieces)
    letters = letter_places(make(body, tmp_path, "ar").data)
    baselines = sorted({base for sign, _, base in letters if sign == "ك"}, reverse=True)
    for written, baseline in zip(pieces, baselines, strict=True):
        signs = written.strip("`").replace(" ", "")
        line = [(sign, left) for sign, left, base in letters if abs(base - baseline) < 8]
        places = [min(left for sign, left in line if sign == wanted) for wanted in signs[:4]]
        assert len(places) > 1
        assert places == sorted(places)


def test_paragraphs_from_right_to_left_are_indented(tmp_path: Path) -> None:
    body = "\n\n".join(["جاءت الكلمة الأولى " * 30] * 2)
    lines: dict[int, float] = {}
    for _, left, base in letter_places(make(body, tmp_path, "ar").data):
        line = round(base / 12)
        lines[line] = max(lines.get(line, 0), left)
    edges = sorted(lines.values())
    assert edges[-1] - edges[0] > 5, "a first line begins further in"


LETTERS = {
    "ar": "أ",
    "fa": "الف",
    "he": "א",
    "en": "a",
    "ru": "а",
    "ja": "ア",
    "ko": "가",
    "bn": "ক",
    "zh": "A",
}


@pytest.mark.parametrize(("lang", "letter"), LETTERS.items())
def test_choices_have_the_letters_of_the_script(lang: str, letter: str) -> None:
    body = f"{letter}\n\n::: exercise 1\n- [ ] 2\n- [x] 3\n:::\n"
    document = laid_out(making.rendered(making.resolved(source(body, lang), "handout")))
    texts = [box.text.strip() for box in boxes(document) if hasattr(box, "text")]
    assert any(sorted(text) == sorted(f"{letter}.") for text in texts), texts


def test_letters_are_those_of_the_style_sheet() -> None:
    css = (TEMPLATES / "shared" / "letters.css").read_text("utf-8")
    for name, alphabet in ALPHABETS.items():
        found = re.search(rf"@counter-style {name}-letters {{[^}}]*symbols: ([^;]*);", css)
        assert found, name
        assert re.findall('"([^"]+)"', found[1]) == list(alphabet)


@pytest.mark.parametrize(
    ("sentence", "times"),
    [("水井很深，桶很小。", 420), ("น้ำในบ่อลึกมาก ", 850), ("The well is deep. ", 520)],
)
def test_a_long_text_is_a_book_in_any_script(
    sentence: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "BOOK_WORDS", sheet.BOOK_WORDS // 10)
    assert is_book(parse(f"---\ntitle: T\n---\n{sentence * times}", "x.md"))
    assert not is_book(parse(f"---\ntitle: T\n---\n{sentence * (times // 2)}", "x.md"))
