"""A book for print is set in units and joined: it is as if it were set as a whole, and an edit
costs its own unit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from ctypes import byref, c_double
from pathlib import Path
from typing import Any, TypeAlias

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from pypdfium2 import raw

from pipeline import Begun, Document, Ran, parse
from pipeline.driver import Event
from pipeline.model.rendered import Pages, Style
from pipeline.package.pdf.units import why_whole
from pipeline.package.result import Package
from pipeline.system.store import Folder, Store
from tests.helpers import checkers, making
from tests.helpers.paths import BOOK
from tests.helpers.pdf_reading import open_pdf, outline, page_texts, read
from tests.helpers.short_units import short_units

FRONT = """\
---
title: Many wells
lang: {lang}
authors: [Ann Author]
publisher: Example Press
contents: {{show: always}}
---

# Preface {{.unnumbered}}

Few words. The last chapter is @sec-wells-4{{.page}}.

"""

CHAPTER = """\
# Wells {number} {{#sec-wells-{number}}}

## What is there

{text}[^{number}] It is about [water]{{.index}} and **work**, as @sec-wells-{other}{{.page}} says.

[^{number}]: A note at the foot, with *more* of it.

## And more of it

{text}

| Well | Depth |
|------|------:|
| Old  |    {number} m |

"""

WORDS = {
    "en-GB": "Nobody had counted the wells before, and nobody knew how deep they were. ",
    "ar": "لم يحص أحد الآبار من قبل ولم يعرف أحد كم هي عميقة في القرية القديمة. ",
}


def few_words(
    front_matter: str, monkeypatch: pytest.MonkeyPatch, chapters: int = 2, lang: str = "en-GB"
) -> str:
    """A book of chapters with few words each, which are units all the same."""
    short_units(monkeypatch, 400, 800, words=10)
    front = FRONT.format(lang=lang).replace("lang:", f"{front_matter}\nlang:", 1)
    numbers, text = range(4, 4 + chapters), WORDS[lang][: WORDS[lang].index(" ", 10)] + "."
    return front + "".join(CHAPTER.format(number=n, other=n, text=text) for n in numbers)


def pages_of(source: Path, edition: str = "handout", document: Document | None = None) -> Pages:
    return making.Flow(source, document).pages(edition)


def built(source: Path, store: Store, **how: Any) -> Package:
    """The handout of a source."""
    handout = making.Flow(source).built("handout", store, **how)
    assert handout.package is not None
    return handout.package


def as_whole(pages: Pages, folder: Path) -> Package:
    with pytest.MonkeyPatch.context() as patch:
        short_units(patch, least=10**9)
        made = making.packed(pages, folder)
    assert made.plan.startswith("as a whole")
    return made


# --- what is on the pages, and said of them -------------------------------------------------


Letter: TypeAlias = tuple[int, int, float, float, float]


def letters(data: bytes) -> Iterator[Letter]:
    """Each third letter, with its position on the page and its size."""
    x, y = c_double(), c_double()
    place = byref(x), byref(y)
    for number, page in enumerate(pypdfium2.PdfDocument(data)):
        text = page.get_textpage()
        for index in range(0, text.count_chars(), 3):
            raw.FPDFText_GetCharOrigin(text, index, *place)
            size = raw.FPDFText_GetFontSize(text, index)
            yield number, raw.FPDFText_GetUnicode(text, index), x.value, y.value, size


def places(pdf: pikepdf.Pdf) -> dict[Any, int]:
    return {page.obj.objgen: number for number, page in enumerate(pdf.pages)}


def rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)


def links(pdf: pikepdf.Pdf) -> list[Any]:
    return [
        (number, rounded(one.Rect), str(one.get("/Dest")), str(one.get("/A")), str(one.Contents))
        for number, page in enumerate(pdf.pages)
        for one in page.get("/Annots", ())
    ]


def destinations(pdf: pikepdf.Pdf) -> dict[str, tuple[Any, ...]]:
    numbers, names = places(pdf), list(pdf.Root.Names.Dests.Names)
    return {
        str(name): (numbers[place[0].objgen], *rounded(list(place)[2:4]))
        for name, place in zip(names[::2], names[1::2], strict=True)
    }


def fonts(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """The fonts by their names on the pages: their properties, the widths of letters, their
    meanings, and the file."""
    found: dict[str, Any] = {}
    for page in pdf.pages:
        for name, font in page.Resources.Font.items():
            (inner,) = font.DescendantFonts
            descriptor = inner.FontDescriptor
            file = descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
            assert isinstance(file, pikepdf.Stream)
            table = sorted(re.findall(rb"^<.*$", font.ToUnicode.read_bytes(), re.MULTILINE))
            found[name] = str(font.BaseFont), repr(inner.W), table, file.read_bytes()
    return found


def structure(pdf: pikepdf.Pdf) -> list[Any]:
    """The structure: type, text and content of each element, in reading order."""
    numbers, found = places(pdf), []
    for element in read(pdf).all():
        entries = element.entries
        area = entries.get("/A", {}).get("/BBox")
        found.append(
            (
                element.kind,
                element.text,
                numbers[entries.Pg.objgen] if "/Pg" in entries else None,
                *(str(entries.get(name)) for name in ("/Alt", "/Lang", "/ID", "/ActualText")),
                rounded(area) if area is not None else repr(entries.get("/A")),
            )
        )
    return found


def parents(pdf: pikepdf.Pdf) -> list[Any]:
    """For each page, the elements that its marks and links belong to, by the parent tree."""
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    tree = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    found = []
    for page in pdf.pages:
        owned = enumerate(list(tree[int(page.StructParents)]))
        marks = {mark: str(one.S) for mark, one in owned if isinstance(one, pikepdf.Dictionary)}
        owners = [str(tree[int(one.StructParent)].S) for one in page.get("/Annots", ())]
        found.append((marks, owners))
    return found


def assert_same(one: Package, other: Package) -> None:
    assert one.page_map == other.page_map
    assert one.facts == other.facts
    assert one.diagnostics == other.diagnostics
    assert one.stranded == other.stranded
    assert set(one.dependencies) == set(other.dependencies)
    mine, others = list(letters(one.data)), list(letters(other.data))
    assert [letter[:2] for letter in mine] == [letter[:2] for letter in others]
    assert [
        letter
        for letter, too in zip(mine, others, strict=True)
        if letter != too and not is_near(letter, too)
    ] == []
    sayings: tuple[Callable[[pikepdf.Pdf], Any], ...]
    sayings = (links, destinations, outline, fonts, structure, parents, metadata)
    with open_pdf(one.data) as whole, open_pdf(other.data) as joined:
        for say in sayings:
            assert say(whole) == say(joined)


def is_near(letter: Letter, other: Letter) -> bool:
    """Return whether letters are as large, and in the same place but for a hair."""
    return all(abs(a - b) < 0.01 for a, b in zip(letter[2:], other[2:], strict=True))


def metadata(pdf: pikepdf.Pdf) -> tuple[Any, ...]:
    return dict(pdf.docinfo.items()), pdf.Root.Metadata.read_bytes(), set(pdf.Root.keys())


NOTED = """
## Words {#words}

A [census]{.term} (see @fig-plain-well{.page})^[Of *all*.^[And of [wells]{.index}.]] counts.

### An estimate^[By the authors.]

| Year^[Of the survey.] | People |
|------|----:|
| 2012 | 20.9 |

::: glossary
Census
:   A count of all.
:::

::: index
:::
"""


def test_a_book_of_all_constructs_is_as_if_set_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for those that are no others where units are joined, such as tables and formulas."""
    short_units(monkeypatch, 2000, 2400, words=100)
    text = re.sub(r"\{\{ include parts/(?!plain).*}}", "", BOOK.read_text("utf-8")) + NOTED
    pages = pages_of(BOOK, document=parse(text, BOOK.name, BOOK.parent))
    joined = making.packed(pages, BOOK.parent)
    assert re.fullmatch(r"in \d units", joined.plan)
    assert_same(as_whole(pages, BOOK.parent), joined)
    pdf = tmp_path / "book.pdf"
    pdf.write_bytes(joined.data)
    for check in (checkers.verapdf, checkers.page_validation, checkers.qpdf):
        assert check(pdf) == []


def test_what_was_set_is_not_set_again_and_other_processes_make_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither after a build that was dropped nor after an edit, which costs its own unit."""
    source, store = tmp_path / "wells.md", Folder(tmp_path / "kept")
    text = few_words("even_pages: false", monkeypatch)

    def made(text: str) -> tuple[Package, list[str]]:
        told: list[str] = []

        def on_event(event: Event) -> None:
            if isinstance(event, Ran) and event.stage in ("unit", "heads"):
                told.append(f"{event.stage} {event.note}")

        source.write_text(text, encoding="utf-8")
        found = built(source, store, listener=on_event)
        return found, told

    begun: list[Begun] = []

    def drop(event: Event) -> None:
        if isinstance(event, Begun) and event.is_part:
            begun.append(event)
            if len(begun) == 4:
                raise KeyboardInterrupt

    source.write_text(text, encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        built(source, store, listener=drop)
    first, told = made(text)
    assert first.plan == "in 6 units"
    assert told == ["unit 3 of 6", "unit 4 of 4", "heads 6 of 6"]  # these tell page numbers
    shutil.copytree(tmp_path / "kept", tmp_path / "elsewhere")
    second, told = made(text.replace("Nobody had", "Somebody had", 1))
    assert told == ["unit 1 of 6", "unit 1 of 4", "heads 0 of 6"]
    assert second.data != first.data
    with ProcessPoolExecutor(1) as executor:
        assert built(source, Folder(tmp_path / "elsewhere"), executor=executor) == second
    monkeypatch.setattr("pipeline.render.render", None)
    again, told = made(text)
    assert (again, told) == (first, [])


SHORT = "---\ntitle: Wells\nlang: en\nclass: book\n---\n\n"
WELLS = "# Old wells\n\n- Few words.\n\n\\newpage\n\n## New wells\n\nMore.\n"


OWN_STYLES = """\
section:nth-of-type(2n) h2 { letter-spacing: 2pt }
section.level-1 ~ section p { text-indent: 9pt }
h2 { background: linear-gradient(red, blue) }
@page { @top-center { content: counter(page) '/' counter(pages) } }
#sec-wells-4 { string-set: once 'from here on' }
@page { @left-top { content: string(once) } }
"""


def own_styles(source: Path, css: str, edition: str = "handout") -> Pages:
    pages = pages_of(source, edition)
    return replace(pages, styles=(*pages.styles, Style("own.css", css)))


def test_front_matter_notes_in_the_margin_and_style_sheets_of_ones_own_are_as_in_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From right to left, too; and headings without their text are known."""
    source = tmp_path / "wells.md"
    text = few_words(
        "notes: margin\neven_pages: false\npage: {text: 10.5}", monkeypatch, 1, "ar"
    )  # on the outer side
    text = text.replace("# Preface {.unnumbered}", "# Preface {.preface}")
    text += "\n\n::: space 170mm\n:::\n\n### Stranded\n\nShort.\n\n\\newpage\n\nMore.\n"
    source.write_text(text, encoding="utf-8")
    pages = own_styles(source, OWN_STYLES)
    joined = making.packed(pages, tmp_path)
    assert joined.plan == "in 7 units"  # with the empty page after the preface
    assert [heading.text for heading in joined.stranded] == ["Stranded"]
    assert_same(as_whole(pages, tmp_path), joined)
    shown = ["from here on" in text for text in page_texts(joined.data)]
    assert sum(shown) > len(shown) / 4  # of later units, too


@pytest.mark.parametrize(
    ("edition", "more", "css", "why"),
    [
        ("handout", "page: {columns: 2}", "", "it is in columns"),
        ("handout", "fit: even", "", "it fills a number of pages"),
        ("booklet", "", "", "several pages are on a sheet"),
        (
            "handout",
            "",
            "h2 { counter-increment: c } h2::before { content: counter(c) }",
            "its style sheets use counters",
        ),
        ("handout", "", "@page :first { margin: 1cm }", "its first pages have styles of their own"),
        ("handout", "", "section { break-before: right }", "parts begin on left or right pages"),
    ],
)
def test_what_cannot_be_divided_says_why(
    edition: str, more: str, css: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_units(monkeypatch, 100, 30, words=100)
    source = tmp_path / "wells.md"
    source.write_text(SHORT.replace("class", f"{more}\nclass") + WELLS, encoding="utf-8")
    assert why_whole(own_styles(source, css, edition)) == why


@pytest.mark.parametrize(
    ("css", "why"),
    [
        ("html { background: #ffe }", "backgrounds"),
        ("li::after { content: counter(page) }", "counted in style sheets"),
        ("@page { @top-center { content: 'x'; opacity: .5 } }", "running heads have images"),
        ("@page :left { margin-left: 1mm }", "of different sizes"),
    ],
)
def test_style_sheets_that_reach_beyond_units_are_why_a_text_is_not_divided(
    css: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "wells.md"
    short_units(monkeypatch, 100, 30, words=100)
    source.write_text(SHORT + WELLS, encoding="utf-8")
    plan = making.packed(own_styles(source, css), tmp_path).plan
    assert plan.startswith("as a whole: ")
    assert why in plan
