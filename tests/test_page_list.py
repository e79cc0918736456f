"""Where the printed pages begin, told in the e-book and on the web page: whoever reads at a screen
can turn to page 3, too."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import html5lib
import pytest

import pipeline
from pipeline.codes import Code
from pipeline.pagination import letters
from tests.documentation import ROOT
from tests.pdf_reading import marked_texts, open_pdf

XHTML = "{http://www.w3.org/1999/xhtml}"
TYPE = "{http://www.idpf.org/2007/ops}type"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"

OWN_WORDS = 45
"""Letters of Chapbook's own (a number, a speaker) that a page may have before its first word."""

ENOUGH = 14
"""Letters that tell a place from any other."""


class Mark(NamedTuple):
    """A mark in a file, and the letters that come after it."""

    label: str
    after: str


class Output(NamedTuple):
    """A publication in its default editions."""

    folder: Path
    stem: str
    front: int = 1
    """How many pages begin with the title or the contents, before the text."""

    def printed(self) -> list[str]:
        """The letters of each page of the handout."""
        with open_pdf((self.folder / f"{self.stem}.pdf").read_bytes()) as pdf:
            return [
                letters("".join(text for key, text in marked_texts(page).items() if key >= 0))
                for page in pdf.pages
            ]

    def book(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.folder / f"{self.stem}.epub")

    def nav(self, kind: str) -> list[tuple[str, str]]:
        """The entries of a list of the e-book's navigation: text and address."""
        with self.book() as book:
            root = ET.fromstring(book.read("EPUB/nav.xhtml"))
        lists = (nav for nav in root.iter(f"{XHTML}nav") if nav.get(TYPE) == kind)
        return [
            ("".join(a.itertext()), a.get("href", ""))
            for found in lists
            for a in found.iter(f"{XHTML}a")
        ]

    def marks_in_book(self, name: str) -> dict[str, Mark]:
        """The marks of a file of the e-book by their ids."""
        with self.book() as book:
            root = ET.fromstring(book.read(f"EPUB/{name}"))
        return marks(root)

    def marks_on_page(self) -> dict[str, Mark]:
        page = (self.folder / f"{self.stem}.html").read_text("utf-8")
        return marks(html5lib.parse(page))


INLINE = frozenset(
    f"{XHTML}{name}" for name in "a abbr b bdi cite code dfn em i mark q small span strong".split()
)

HIDDEN = frozenset(f"{XHTML}{name}" for name in ("script", "style", "annotation"))

BOUNDARY = "\0"


def marks(root: ET.Element) -> dict[str, Mark]:
    """The elements with the role of a page break, by their ids. What comes after each is up to
    the end of the block: what stands in the margin of the handout is drawn in another order."""
    found: dict[str, str] = {}
    texts: list[str] = []

    def walk(element: ET.Element) -> Iterator[ET.Element]:
        yield element
        if element.tag in HIDDEN:
            return
        edge = "" if element.tag in INLINE else BOUNDARY
        texts.append(edge + (element.text or ""))
        for child in element:
            yield from walk(child)
            texts.append(child.tail or "")
        texts.append(edge)

    places: dict[str, int] = {}
    for element in walk(root):
        if element.get("role") == "doc-pagebreak":
            places[element.attrib["id"]] = len(texts)
            found[element.attrib["id"]] = element.get("aria-label") or element.attrib["title"]
    return {name: Mark(label, first_words(texts[places[name] :])) for name, label in found.items()}


def first_words(texts: list[str]) -> str:
    """The letters of the first block that has some."""
    blocks = (letters(block) for block in "".join(texts[:80]).split(BOUNDARY))
    return next(filter(None, blocks), "")


def assert_right(mark: Mark, page: str) -> None:
    """What comes after a mark are the first words of its page, up to a comma: in an index there
    are other links after that than on paper."""
    words = mark.after.partition(",")[0][:ENOUGH]
    assert words
    assert 0 <= page.find(words) <= OWN_WORDS, (mark, page[:80])


@pytest.fixture(
    scope="module", params=[("source/ending-modern-slavery.md", 1), ("tests/book/book.md", 2)]
)
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Output:
    source, front = ROOT / request.param[0], request.param[1]
    out = tmp_path_factory.mktemp("pages")
    assert pipeline.build(source, ("web", "handout", "ebook"), out=out).diagnostics == ()
    return Output(out / source.stem, source.stem, front)


def test_the_book_lists_every_page(output: Output) -> None:
    listed = [label for label, _ in output.nav("page-list")]
    assert listed == [str(number) for number, _ in enumerate(output.printed(), start=1)]


def test_each_mark_of_the_book_stands_where_its_page_begins(output: Output) -> None:
    printed = output.printed()
    for label, address in output.nav("page-list"):
        name, _, target = address.partition("#")
        mark = output.marks_in_book(name)[target]
        assert mark.label == f"Page {label}"
        if int(label) > output.front:
            assert_right(mark, printed[int(label) - 1])


def test_each_mark_of_the_web_page_stands_where_its_page_begins(output: Output) -> None:
    printed = output.printed()
    found = output.marks_on_page()
    assert list(found) == [f"page--{number}" for number, _ in enumerate(printed, start=1)]
    for mark, page in list(zip(found.values(), printed, strict=True))[output.front :]:
        assert_right(mark, page)


def test_older_reading_systems_have_the_list_too(output: Output) -> None:
    with output.book() as book:
        root = ET.fromstring(book.read("EPUB/toc.ncx"))
    targets = [
        (target.findtext(f"{NCX}navLabel/{NCX}text"), content.get("src"))
        for target in root.iter(f"{NCX}pageTarget")
        for content in target.iter(f"{NCX}content")
    ]
    assert targets == output.nav("page-list")
    head = {meta.attrib["name"]: meta.attrib["content"] for meta in root.iter(f"{NCX}meta")}
    assert head["dtb:totalPageCount"] == head["dtb:maxPageNumber"] == str(len(targets))
    orders = [
        int(element.attrib["playOrder"]) for element in root.iter() if "playOrder" in element.attrib
    ]
    assert orders == list(range(1, len(orders) + 1))


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


def build(text: str, tmp_path: Path, *editions: str) -> Output:
    source = tmp_path / "talk.md"
    source.write_text(text, encoding="utf-8")
    (tmp_path / "images").mkdir(exist_ok=True)
    picture = ROOT / "tests/book/images/draw-well.svg"
    (tmp_path / "images" / picture.name).write_bytes(picture.read_bytes())
    assert pipeline.build(source, editions, out=tmp_path / "build").diagnostics == ()
    return Output(tmp_path / "build" / "talk", "talk")


def test_a_mark_stands_before_what_has_no_words(tmp_path: Path) -> None:
    output = build(PICTURES, tmp_path, "web", "ebook")
    page = (output.folder / "talk.html").read_text("utf-8")
    body = page[page.index("<main") :]
    order = [
        body.index(text)
        for text in ('id="page--2"', "<figure", 'id="page--3"', "<textarea", "Two.", 'id="page--4"')
    ]
    assert order == sorted(order)
    assert body.index('id="page--4"') < body.index("first")
    assert [label for label, _ in output.nav("page-list")] == ["1", "2", "3", "4"]


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


def test_the_handout_that_is_not_asked_for_is_not_written(tmp_path: Path) -> None:
    output = build(PICTURES, tmp_path, "web")
    assert not (output.folder / "talk.pdf").exists()
    assert "page--2" in output.marks_on_page()


def test_without_pango_there_are_no_marks_and_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.making.pango_problem", lambda: "PDF needs Pango.")
    source = tmp_path / "talk.md"
    source.write_text("# A talk\n\nOne.\n\n\\newpage\n\nTwo.\n", encoding="utf-8")
    result = pipeline.build(source, ["web"], out=tmp_path / "build")
    assert [finding.code for finding in result.diagnostics] == [Code.PAGES_NOT_TOLD.slug]
    assert "PDF needs Pango." in result.diagnostics[0].message
    assert "page--2" not in (tmp_path / "build/talk/talk.html").read_text("utf-8")


def test_a_handout_with_errors_does_not_keep_the_web_page_from_being_made(tmp_path: Path) -> None:
    source = tmp_path / "talk.md"
    text = "---\ntitle: A talk\nfit: 1\n---\n\n" + "Many words about wells. " * 1500
    source.write_text(text, encoding="utf-8")
    result = pipeline.build(source, ["web"], out=tmp_path / "build")
    assert [finding.code for finding in result.diagnostics] == [Code.PAGES_NOT_TOLD.slug]
    assert not result.failed


def test_a_teachers_screen_tells_the_pages_and_the_answers(tmp_path: Path) -> None:
    text = "::: exercise\nWhy?\n\n::: lines 3\n:::\n\n::: answer\nBecause.\n:::\n:::\n"
    output = build(
        f"# A talk\n\nOne.\n\n\\newpage\n\n{text}", tmp_path, "teacher-web", "teacher-ebook"
    )
    page = (output.folder / "talk-teacher-web.html").read_text("utf-8")
    assert "Because." in page
    assert 'id="page--2"' in page
    assert "<textarea" not in page[page.index("Why?") :]
    assert "<title>A talk (teacher’s edition)</title>" in page
    assert '<meta name="robots" content="noindex">' in page
    with zipfile.ZipFile(output.folder / "talk-teacher-ebook.epub") as book:
        chapter = book.read("EPUB/opening.xhtml").decode()
    assert "Because." in chapter
    assert 'id="page--2"' in chapter
