"""PDF/UA-2: a PDF 2.0 whose links and notes lead to elements, and whose formulas are MathML too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import Image

import pipeline
from tests.helpers import checkers
from tests.helpers.derived_html import compare
from tests.helpers.pdf_reading import Element, open_pdf, read
from tests.helpers.printed_pages import build_in_units
from tests.helpers.short_units import short_units

PROFILES = ("ua2", "wt1a", "wt1r")
PDF2 = "http://iso.org/pdf2/ssn"

TEXT = """\
---
title: The well
lang: en
pdf: ua2
contents: true
---

# Water

A *deep* and **old** well, $\\sqrt{2}$ m.[^n] See [the tools](#tools), once more[^n], and the UN.

$$
x^2 = 2
$$

![A pump](pump.png "The pump")

> A quotation.
>
> ![A pump](pump.png "Another pump")

::: note
An aside.

![A pump](pump.png "The third")
:::

## Tools

Rope
: What holds the bucket.

+-----------+--------------------+
| Who       | What they say      |
+===========+====================+
| Amina     | > It is too deep.  |
+-----------+--------------------+

a. One
b. Two

- [ ] Buy a rope: ____

# Depth

::: choices
- [ ] one
- [ ] two
:::

[^n]: A note.

*[UN]: United Nations
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ua2")
    Image.new("RGB", (300, 200), "steelblue").save(folder / "pump.png")
    (folder / "x.md").write_text(TEXT, "utf-8")
    editions = ["handout", "archive", "web", *["form"] * checkers.ARE_INSTALLED]
    result = pipeline.build(folder / "x.md", editions, out=folder / "build")
    assert not result.failed, result.diagnostics
    return folder / "build" / "x"


@pytest.fixture(scope="module")
def tree(folder: Path) -> Element:
    return read(open_pdf((folder / "x.pdf").read_bytes()))


def entries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The entries of the outline on its first level."""
    item: Any = pdf.Root.Outlines.First
    while item is not None:
        yield item
        item = item.get("/Next")


def of(reference: Any) -> str:
    return str(reference.S)[1:]


@pytest.mark.parametrize("profile", PROFILES)
def test_it_conforms(profile: str, folder: Path) -> None:
    found = [folder / f"x{kind}.pdf" for kind in ("", "-form", "-archive")]
    assert checkers.verapdf(*found, profile=profile) == []


def test_the_edition_to_keep_is_of_pdf_2_as_well(folder: Path) -> None:
    kept = folder / "x-archive.pdf"
    assert checkers.verapdf(kept, profile="4f") == []
    with pikepdf.open(kept) as pdf:
        assert "x.md" in pdf.attachments
        assert [str(pdf.attachments[name].description) for name in pdf.attachments] == [
            *pdf.attachments
        ]


@pytest.mark.parametrize(
    ("keys", "version", "profile"),
    [
        ("pdf: ua2\narchive: a3a", "1.7", "3a"),
        ("archive: a4f", "2.0", "4f"),
        ("editions: [{archive: {pdf: ua2}}]", "2.0", "4f"),
    ],
)
def test_the_standard_can_be_chosen(keys: str, version: str, profile: str, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"---\ntitle: T\nlang: en\n{keys}\n---\n\nText.\n", "utf-8")
    pipeline.build(tmp_path / "x.md", ["archive"], out=tmp_path / "build")
    kept = tmp_path / "build" / "x" / "x-archive.pdf"
    with pikepdf.open(kept) as pdf:
        assert pdf.pdf_version == version
    assert checkers.verapdf(kept, profile=profile) == []
    assert checkers.verapdf(kept, profile="ua2" if version == "2.0" else "ua1") == []


def test_the_title_is_one_and_chapters_begin_at_the_first_level(tree: Element) -> None:
    found = [(e.kind, e.text) for e in tree.all() if e.kind[0] == "H" or e.kind == "Title"]
    assert found == [
        ("Title", "The well"),
        ("H1", "Contents"),
        ("H1", "Water"),
        ("H2", "Tools"),
        ("H1", "Depth"),
    ]


def test_elements_are_in_the_namespace_that_has_them(tree: Element) -> None:
    namespace = {e.kind: str(e.entries.NS.NS) if "/NS" in e.entries else "" for e in tree.all()}
    before = {"BlockQuote", "TOC", "TOCI", "Reference"}
    assert {kind for kind, name in namespace.items() if not name} == before
    assert {name for kind, name in namespace.items() if kind not in before} == {PDF2}


def test_stress_asides_and_figures_are_tagged(tree: Element) -> None:
    assert [(e.kind, e.text) for e in tree.all() if e.kind in ("Em", "Strong")] == [
        ("Em", "deep"),
        ("Strong", "old"),
    ]
    holders = [e.kind for e in tree.all() if any(kid.kind == "Caption" for kid in e.children)]
    assert holders == ["Aside", "Sect", "Aside"]  # quotations hold no asides
    (cell,) = [e for e in tree.all("TD") if e.children]
    assert cell.shape == "TD(Sect(BlockQuote(P)))"


def test_formulas_have_words_and_mathml(tree: Element) -> None:
    found = []
    for formula in tree.all("Formula"):
        (file,) = formula.entries.AF
        markup = ElementTree.fromstring(file.EF.F.read_bytes())
        assert (str(file.AFRelationship), str(file.EF.F.Subtype)) == (
            "/Supplement",
            "/application/mathml+xml",
        )
        found.append((str(formula.entries.Alt), markup.tag.rpartition("}")[2]))
    assert found == [("the square root of 2", "math"), ("x squared equals 2", "math")]


def test_notes_and_what_refers_to_them_name_each_other(tree: Element) -> None:
    (note,) = tree.all("FENote")
    calls = [one.entries for one in tree.all("Link") if "/Ref" in one.entries]
    assert [call.Ref[0].objgen for call in calls] == [note.entries.objgen] * 2
    assert [one.objgen for one in note.entries.Ref] == [call.objgen for call in calls]
    assert str(note.entries.A.NoteType) == "/Footnote"


def test_contents_name_their_parts(tree: Element) -> None:
    named = []
    for entry in tree.all("TOCI"):
        (part,) = entry.entries.Ref
        heading = next(one for one in tree.all() if one.entries.objgen == part.objgen)
        named.append((heading.kind, heading.children[0].text))
    assert named == [("Sect", "Water"), ("Sect", "Tools"), ("Sect", "Depth")]


def test_lists_say_what_they_are(tree: Element) -> None:
    kinds = {e.children[0].children[0].text: e.attribute("ListNumbering") for e in tree.all("L")}
    assert (kinds["Rope"], kinds["a. "]) == ("/Description", "/LowerAlpha")
    assert set(kinds.values()) == {"/Description", "/LowerAlpha", "/Unordered"}


def test_html_derived_from_it_is_that_of_the_web_page(folder: Path) -> None:
    page = (folder / "x.html").read_text("utf-8")
    assert not any(compare((folder / "x.pdf").read_bytes(), page).values())


def test_the_outline_and_links_lead_to_elements_and_to_pages(folder: Path) -> None:
    with pikepdf.open(folder / "x.pdf") as pdf:
        pages = [page.obj.objgen for page in pdf.pages]
        items = list(entries(pdf))
        assert all("/Dest" not in item and item.A.D[0].objgen in pages for item in items)
        outline = [(str(item.Title), of(item.A.SD[0])) for item in items]
        inner = [a for p in pdf.pages for a in p.get("/Annots", ()) if str(a.A.S) == "/GoTo"]
        names = {str(a.A.D) for a in inner}
        listed = {str(name) for name in list(pdf.Root.Names.Dests.Names)[::2]}
    assert outline == [("Contents", "H1"), ("Water", "H1"), ("Depth", "H1")]
    assert {"tools", "water", "fn-1"} <= names <= listed


def test_books_in_units_conform_and_lead_where_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_units(monkeypatch, 300, 600)
    text = "---\ntitle: T\nlang: en\nclass: book\ncontents: true\npdf: ua2\n---\n\n"
    for number in range(1, 4):
        words = "A sentence of some words. " * 12
        text += f"# Well {number} {{#w{number}}}\n\n{words}$x^{number}$[^{number}]\n\n"
        text += f"[See](#w{4 - number}).\n\n[^{number}]: Note {number}.\n\n"
    (tmp_path / "x.md").write_text(text, "utf-8")
    build_in_units(tmp_path / "x.md", "handout")
    file = tmp_path / "build" / "x" / "x.pdf"
    for profile in PROFILES:
        assert checkers.verapdf(file, profile=profile) == []
    with pikepdf.open(file) as pdf:
        found = read(pdf)
        texts = {one.entries.objgen: one for one in found.all()}
        outline = {str(one.Title): texts[one.A.SD[0].objgen].text for one in entries(pdf)}
        assert outline == {title: title for title in outline}
        assert len(outline) >= 4
        notes = [(one.text, len(one.entries.Ref)) for one in found.all("FENote")]
    assert notes == [(f"{n} Note {n}.", 1) for n in range(1, 4)]
