"""Code: its lines, captions, numbers and marks, on screens and in print."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pygments.token import Keyword

from pipeline import parse
from pipeline.model import CodeBlock, Document
from pipeline.model.words import words
from pipeline.parser.leaf_blocks import read_info
from pipeline.render.node_markup import listing
from pipeline.resolve.code import highlight_code
from tests.helpers import making
from tests.helpers.handmade import document as handmade
from tests.helpers.pdf_reading import artifacts, open_pdf, page_texts, read
from tests.helpers.trees import nodes

FRONT = "---\ntitle: Counting\nlang: en\ndate: 2026-11-24\n---\n\n"
LONG = "total = sum(well.depth for well in wells if well.village == village)  # no well twice"
SOURCE = FRONT + (
    "The program:\n\n"
    '```python {#lst-count caption="Count *each* well" title="count.py" .numbered start=8 mark=2}\n'
    "def count(wells, village):\n"
    f"    {LONG}\n"
    "\n"
    "\treturn total\n"
    "```\n\n"
    "See @lst-count.\n"
)
TEXT = f"def count(wells, village):\n    {LONG}\n\n\treturn total\n"


def document(source: str, edition: str, folder: Path = Path()) -> Document:
    return making.resolved(source, edition, folder)


def only_code(source: str, folder: Path = Path()) -> CodeBlock:
    blocks = nodes(parse(source, "", folder).blocks)
    (found,) = (node for node in blocks if isinstance(node, CodeBlock))
    return found


# --- what is written -------------------------------------------------------------------


@pytest.mark.parametrize(
    "info",
    [
        'python {title="a.py" .numbered start=8 mark="1,3"}',
        'python title="a.py" linenums="8" hl_lines="1 3"',
        '{.python .numberLines startFrom=8 filename="a.py" mark=1,3}',
        'python {1,3} {filename=a.py start=8}',
    ],
)  # fmt: skip
def test_all_ways_of_writing_say_the_same(info: str) -> None:
    found = only_code(f"# T\n\n```{info}\na\nb\nc\n```\n")
    assert (found.language, found.file_name, found.first_line, found.marked) == (
        "python",
        "a.py",
        8,
        (1, 3),
    )
    assert not found.attributes.pairs
    assert not found.attributes.classes


@pytest.mark.parametrize("info", ["", "python", "ruby startline=3 $%@#$", "c++ and more", "{", "}"])
def test_other_words_after_a_fence_mean_nothing(info: str) -> None:
    language, attributes = read_info(info)
    assert language in ("", "python", "ruby", "c++", "}")
    assert not attributes.pairs


@given(st.text(alphabet="ab1 {}=\"'.#,-\\\n", max_size=40))
def test_any_info_can_be_read(info: str) -> None:
    language, _ = read_info(info.replace("\n", " "))
    assert " " not in language


def test_code_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"one\r\ntwo\r\nthree\r\nfour")
    parsed = parse("# T\n\n```{file=a.py lines=2-3 .numbered}\n```\n", "", tmp_path)
    found = only_code("# T\n\n```{file=a.py lines=2-3 .numbered}\n```\n", tmp_path)
    assert (found.text, found.language, found.first_line) == ("two\nthree\n", "py", 2)
    assert parsed.files == ("a.py",)
    assert only_code("# T\n\n```{file=a.py lines=4}\n```\n", tmp_path).text == "four\n"


# --- lines -----------------------------------------------------------------------------


@given(
    st.text(alphabet="ab( \t\"'#\n\r\u2028é", max_size=60),
    st.sampled_from(["", "python", "html", "json"]),
    st.sampled_from(["html", "pdf", "epub"]),
    st.booleans(),
)
def test_the_lines_are_the_text(text: str, language: str, format_name: Any, numbered: bool) -> None:
    text = text.replace("\r", "")
    block = CodeBlock(text=text, language=language, first_line=int(numbered))
    (block,) = nodes(highlight_code(handmade(block)), CodeBlock)
    found = listing(block, format_name, words("en"))
    assert "".join(text for line in found.lines for _, text in line.pieces) == block.text
    if found.by_line:
        assert len(found.lines) == len(re.findall(r"[^\n]*\n|[^\n]+$", block.text))


def test_an_e_book_sets_off_keywords_and_remarks_alone() -> None:
    pages = making.rendered(making.resolved(SOURCE, "ebook"))
    (chapter,) = (page.markup for page in pages.pages if page.name == "opening.xhtml")
    css = "".join(style.css for style in pages.styles)
    kinds = set(re.findall(r'<span class="(\w+)">', chapter.partition("<pre")[2]))
    assert kinds == {"k", "c"}
    rules = re.findall(r"[^{}]*\.code[^{}]*\{([^{}]*)\}", css)
    assert rules
    assert not any("color: #" in rule or "background: #" in rule for rule in rules)


def test_screen_readers_announce_which_lines_are_marked() -> None:
    page = making.markup(making.resolved(SOURCE))
    assert '<p class="visually-hidden">Marked lines: 9</p>' in page
    assert page.count('<mark class="code-line"') == 1


def test_numbers_are_no_text_of_the_page() -> None:
    page = making.markup(making.resolved(SOURCE))
    code = re.search(r"<pre class=\"code.*?</pre>", page, re.DOTALL)
    assert code
    assert "".join(ET.fromstring(code[0]).itertext()) == TEXT


def test_code_that_may_be_wide_can_be_scrolled_by_keyboard() -> None:
    page = making.data(FRONT + f"```\n{LONG}\n```\n\n```\nshort\n```\n", "web").decode()
    assert page.count('<pre class="code" role="region" tabindex="0" aria-label="Code">') == 1
    assert '<pre class="code"><code>short' in page


def test_long_code_stays_quick() -> None:
    source = FRONT + "```bash {.numbered mark=5}\n" + "x = [1, 2]  # y\n" * 300 + "```\n"
    page = making.data(source, "web").decode()
    assert page.count('class="code-line"') == 300
    assert 'data-line="300"' in page


# --- print -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf() -> pikepdf.Pdf:
    return open_pdf(making.data(SOURCE, "handout"))


def test_print_gives_back_the_code_as_it_is(pdf: pikepdf.Pdf) -> None:
    (code,) = read(pdf).all("Code")
    assert code.text == TEXT.removesuffix("\n")


def test_no_line_is_broken_at_what_it_begins_with() -> None:
    """The spaces are spaces in the PDF, for copying the code."""
    long = "x" * 90
    file = making.data(f"# A\n\n```python\ndef f():\n        {long}\n```\n", "handout")
    (code,) = read(open_pdf(file)).all("Code")
    assert code.text == f"def f():\n        {long}"
    (shown,) = page_texts(file)
    assert "\u00a0" not in shown
    assert f" {'x' * 40}" in shown


def test_numbers_in_print_are_artifacts(pdf: pikepdf.Pdf) -> None:
    texts = [text.strip() for text in artifacts(pdf)]
    assert [text for text in texts if text.isdigit()] == ["8", "9", "10", "11"]


def test_the_caption_is_one(pdf: pikepdf.Pdf) -> None:
    (caption,) = read(pdf).all("Caption")
    assert " ".join(caption.text.split()) == "Listing 1. Count each well count.py"
    texts = [found.text.replace("\u00a0", " ") for found in read(pdf).all("P")]
    assert "See Listing 1." in texts


def signs(data: bytes) -> int:
    """The arrows are drawn, each with four lines, those of a page in one stroke."""
    found = 0
    for page in open_pdf(data).pages:
        lines = 0
        for instruction in pikepdf.parse_content_stream(page):
            match str(instruction.operator):
                case "l":
                    lines += 1
                case "S":
                    found += lines // 4
                    lines = 0
                case "m" | "BT":
                    pass
    return found


def test_a_line_that_is_broken_has_a_sign() -> None:
    assert signs(making.data(FRONT + f"```\n{LONG}\n{LONG}\nshort\n```\n", "handout")) == 2


def test_the_first_line_of_a_broken_one_is_never_empty() -> None:
    """Wherever a line is broken, its indentation stays with the text after it."""
    text = FRONT
    for length in range(2, 12, 2):
        text += f"```python\n    # {'ab ' * 14}{'c' * length} end of the remark\n```\n\n"
    listings = list(read(open_pdf(making.data(text, "handout"))).all("Code"))
    assert [bool(next(code.pieces()).strip()) for code in listings] == [True] * 5


def test_a_line_of_several_colours_is_filled_whatever_its_space_at_the_end() -> None:
    """Also if the space after its last word has no room on it."""
    text = FRONT
    for length in range(1, 8):
        line = f"As @fig-rain shows{'s' * length}, it rains less: it has numbers, from which come"
        text += f"```markdown\n{line}\n```\n\n"
    listings = read(open_pdf(making.data(text, "handout"))).all("Code")
    starts = [list(map(str, code.pieces()))[:2] for code in listings]
    assert starts == [["As ", "@fig-rain"]] * 7


def test_a_listing_breaks_across_pages_and_keeps_its_caption() -> None:
    source = FRONT + "Text.\n\n" * 14 + '```{caption="Long"}\n' + "line\n" * 80 + "```\n"
    root = read(open_pdf(making.data(source, "handout")))
    (caption,) = root.all("Caption")
    (code,) = root.all("Code")
    pages = [piece.page for piece in code.pieces()]
    assert next(caption.pieces()).page == pages[0]
    counts = [pages.count(page) for page in sorted(set(pages))]
    assert len(counts) > 1
    assert min(counts) >= 2


SMALL = FRONT.replace("lang: en", "lang: en\npage: A6")


def test_no_empty_box_of_code_is_left_at_the_foot_of_a_page() -> None:
    """A heading is on the page of the first two lines of code below it, wherever they fall."""
    text = SMALL
    for paragraphs in range(12, 17):
        text += "Text.\n\n" * paragraphs
        text += f"## Heading\n\n```\n{LONG}\n{LONG}\n```\n\n\\newpage\n\n"
    root = read(open_pdf(making.data(text, "handout")))
    headings = [next(found.pieces()).page for found in root.all("H2") if found.text == "Heading"]
    codes = [{piece.page for piece in code.pieces()} for code in root.all("Code")]
    assert codes == [{page} for page in headings]
    assert headings[-1] - headings[-2] == 2, "the last is on a page after its paragraphs"


def test_blocks_of_one_line_fill_their_pages() -> None:
    """A page break is possible before and after a single line of code."""
    root = read(open_pdf(making.data(SMALL + "```\nmake well\n```\n\n" * 36, "handout")))
    on_pages = Counter(next(code.pieces()).page for code in root.all("Code"))
    *full, _ = (on_pages[page] for page in sorted(on_pages))
    assert len(full) > 2
    assert min(full[1:]) == max(full[1:]) > 8


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("mcschema", "<!--"),
        ("csharp", "a" * 100_000),
        ("easytrieve", "a" * 100_000),
        ("gherkin", "a " * 100_000),
        ("autoit", "\n" * 100_000),
        ("autohotkey", "\n" * 100_000),
        ("java", "\n" * 100_000),
        ("androidbp", "0" * 100_000),
    ],
)
def test_colours_that_take_too_long_are_left_out_and_reported(language: str, text: str) -> None:
    code = CodeBlock(text=text, language=language)
    found = highlight_code(replace(parse("# A\n"), blocks=(code,)))
    assert [finding.code for finding in found.diagnostics] == ["plain-code"]
    assert found.blocks == (code,)


def test_short_code_of_slow_languages_has_colours() -> None:
    parsed = parse("```csharp\nint a = 1;\n```\n")
    found = highlight_code(parsed)
    (code,) = found.blocks
    assert isinstance(code, CodeBlock)
    assert code.tokens
    assert found.diagnostics == parsed.diagnostics


class Burning:
    """A lexer that never gets on, as one might in another version of Pygments."""

    aliases = ("burning",)

    def get_tokens(self, text: str) -> Iterator[tuple[object, str]]:
        yield Keyword, text[:1]
        while True:
            yield Keyword, ""


def test_a_lexer_that_stands_still_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygments.lexers.get_lexer_by_name", lambda *_, **__: Burning())
    code = CodeBlock(text="a b c", language="burning")
    assert highlight_code(replace(parse("# A\n"), blocks=(code,))).blocks == (code,)
