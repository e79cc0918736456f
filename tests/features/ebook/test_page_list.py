"""Page marks of the printed handout in the e-book and on the web page, so that readers on screen
can turn to page 3 too. `conforming.Read` examines the pages of whole publications."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.model.codes import Code
from tests.helpers import making
from tests.helpers.paths import ROOT
from tests.helpers.pdf_reading import open_pdf
from tests.helpers.printed_pages import Output

PICTURES = """\
# A talk

One.

\\newpage

![A well](images/draw-well.svg "The well")

\\newpage

::: lines 4
:::

Two.

\\newpage

```python
first = 1
```
"""


SMALL = "---\npage: A6\n---\n\n"


def build(text: str, tmp_path: Path, *editions: str) -> Output:
    source = tmp_path / "talk.md"
    source.write_text(text, encoding="utf-8")
    (tmp_path / "images").mkdir(exist_ok=True)
    picture = ROOT / "tests/book/images/draw-well.svg"
    (tmp_path / "images" / picture.name).write_bytes(picture.read_bytes())
    assert pipeline.build(source, editions, out=tmp_path / "build").diagnostics == ()
    return Output(tmp_path / "build" / "talk" / "talk")


def test_a_mark_stands_before_what_has_no_words(tmp_path: Path) -> None:
    output = build(PICTURES, tmp_path, "web", "ebook")
    page = output.place.with_suffix(".html").read_text("utf-8")
    body = page[page.index("<main") :]
    order = [
        body.index(text)
        for text in ('id="page--2"', "<figure", 'id="page--3"', "<textarea", "Two.", 'id="page--4"')
    ]
    assert order == sorted(order)
    assert body.index('id="page--4"') < body.index("first")
    assert [label for label, _ in output.nav("page-list")] == ["1", "2", "3", "4"]
    assert not output.place.with_suffix(".pdf").exists(), "nobody asks for the handout"


def test_an_empty_listing_keeps_no_mark_to_itself(tmp_path: Path) -> None:
    """A page may begin with one all the same."""
    lines = "".join(f"line {number}\n" for number in range(30))
    empty = "```\n```\n\n```\n   \n```\n\n"
    text = f"{SMALL}# A talk\n\n{empty}```text\n{lines}```\n\nThe end.\n\n"
    text += f"\\newpage\n\n{empty}More.\n"
    output = build(text, tmp_path, "web", "ebook")
    page = output.place.with_suffix(".html").read_text("utf-8")
    texts = ("line 0", 'id="page--2"', "line 29", "The end.", 'id="page--3"', "More.")
    order = [page.index(text) for text in texts]
    assert order == sorted(order)
    assert [label for label, _ in output.nav("page-list")] == ["1", "2", "3"]


def test_pages_that_no_source_has_are_in_the_list(tmp_path: Path) -> None:
    """Those before the text are numbered in the book's own, and there is the index after it."""
    front = "---\ntitle: A talk\npublisher: A Press\nclass: book\n"
    front += "even_pages: false\npage: {size: A6}\ncontents: {show: always}\n---\n\n"
    sections = "\n\n".join(f"## {n}. What is said of all wells that there are" for n in range(14))
    trees = "alder beech cedar elm fir hazel larch maple oak pine".split()
    terms = " ".join(f"[{tree} {number}]{{.index}}" for tree in trees for number in range(2))
    text = f"# Wells\n\nMany words about wells.\n\n{sections}\n\n{terms}"
    output = build(front + text, tmp_path, "handout", "ebook")
    pages = output.nav("page-list")
    names = [address.partition("#")[0] for _, address in pages]
    assert names[:3] == ["title.xhtml", "imprint.xhtml", "nav.xhtml"]
    assert names[3:].count("nav.xhtml") == names.count("nav.xhtml") - 1 > 0
    for label, address in pages:
        name, _, target = address.partition("#")
        assert output.marks_in_book(name)[target].label == f"Page {label}"
    last = len(open_pdf(output.place.with_suffix(".pdf").read_bytes()).pages)
    index = [label for label, place in pages if place.startswith("index")]
    assert len(index) > 1
    assert [label for label, _ in pages][-1] == index[-1] == str(last)


def test_a_title_page_of_one_s_own_has_them_in_the_text(tmp_path: Path) -> None:
    own = PICTURES.replace("# A talk", "---\ntitle: T\n---\n\n# A talk {.title-page}")
    output = build(own, tmp_path, "ebook")
    names = [address.partition("#")[0] for _, address in output.nav("page-list")]
    assert len(names) == 4
    assert "title.xhtml" not in names


def test_one_page_needs_no_list(tmp_path: Path) -> None:
    output = build("# A talk\n\nOne.\n", tmp_path, "web", "ebook")
    assert output.nav("page-list") == []
    assert output.marks_on_page() == {}


@pytest.mark.parametrize("saying", ["page_list: false", "editions: [web, ebook, letter]"])
def test_a_book_without_the_handout_has_no_list(saying: str, tmp_path: Path) -> None:
    text = PICTURES.replace("# A talk", f"---\ntitle: A talk\n{saying}\n---\n")
    output = build(text, tmp_path, "web", "ebook")
    assert output.nav("page-list") == []
    assert output.marks_on_page() == {}


def test_without_pango_there_are_no_marks_and_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.driver.pango_problem", lambda: "PDF needs Pango.")
    source = tmp_path / "talk.md"
    source.write_text("# A talk\n\nOne.\n\n\\newpage\n\nTwo.\n", encoding="utf-8")
    result = pipeline.build(source, ["web"], out=tmp_path / "build")
    assert [finding.code for finding in result.diagnostics] == [Code.NO_PAGE_MAP.slug]
    assert "PDF needs Pango." in result.diagnostics[0].message
    assert "page--2" not in (tmp_path / "build/talk/talk.html").read_text("utf-8")


def test_a_handout_with_errors_does_not_keep_the_web_page_from_being_made(tmp_path: Path) -> None:
    source = tmp_path / "talk.md"
    text = "---\ntitle: A talk\nfit: 1\npage: A6\n---\n\n" + "Many words about wells. " * 60
    source.write_text(text, encoding="utf-8")
    result = pipeline.build(source, ["web"], out=tmp_path / "build")
    assert [finding.code for finding in result.diagnostics] == [Code.NO_PAGE_MAP.slug]
    assert not result.failed


def test_a_teachers_screen_shows_the_pages_and_the_answers(tmp_path: Path) -> None:
    text = "::: exercise\nWhy?\n\n::: lines 3\n:::\n\n::: answer\nBecause.\n:::\n:::\n"
    output = build(
        f"# A talk\n\nOne.\n\n\\newpage\n\n{text}", tmp_path, "teacher-web", "teacher-ebook"
    )
    page = output.place.with_name("talk-teacher-web.html").read_text("utf-8")
    assert "Because." in page
    assert 'id="page--2"' in page
    assert "<textarea" not in page[page.index("Why?") :]
    assert "<title>A talk (teacher’s edition)</title>" in page
    assert '<meta name="robots" content="noindex">' in page
    files = making.unpacked(output.place.with_name("talk-teacher-ebook.epub"))
    chapter = files["opening.xhtml"].decode()
    assert "Because." in chapter
    assert 'id="page--2"' in chapter
