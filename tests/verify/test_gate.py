"""No finished file passes with text that is withheld from its readers."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from pathlib import Path

import pikepdf
import pytest
from hypothesis import settings
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import pipeline
from pipeline import parse
from pipeline.model.editions import EDITIONS
from pipeline.package.result import Package
from pipeline.verify.all_text import WithheldPieces, fold_text, is_made_of, words
from pipeline.verify.gate import Gate, leaks_for_all, leaks_in
from tests.helpers.worksheets import LESSONS, source

SECRET = "The keeper hides the copper key below the third stone."
PUBLIC = "The keeper counts the buckets. Where is the key?"


def gate(*texts: str, public: str = PUBLIC, lang: str = "en") -> Gate:
    return Gate(texts, [public], lang)


def leaks(text: str, *texts: str, **options: str) -> list[str]:
    """The words that leak from withheld texts into a file of text."""
    return [leak.text for leak in gate(*texts, **options).leaks({"a.txt": text.encode()})]


# --- pieces of text -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The  Well,\nhere", "thewellhere"),
        ("ﬁnd eﬃcient", "findefficient"),
        ("Éﬀort straße", "effortstrasse"),
        ("co\u00adop\u200bera-\ntion", "cooperation"),
        ("“it’s”", "its"),
        ("H₂O and 12", "h2oand12"),
        ("온도", "온도"),
        ("ٱلْمَاءُ", "ٱلماء"),
    ],
)
def test_differences_of_form_do_not_count(text: str, same: str) -> None:
    assert fold_text(text).decode() == same
    assert b"".join(words(text)).decode() == same


def test_texts_are_found_as_a_whole_and_in_part() -> None:
    withheld = WithheldPieces([SECRET], fold_text(PUBLIC))
    assert [b" ".join(run.words) for run in withheld.runs(f"So: {SECRET.upper()}")] == [
        b"keeper hides the copper key below the third stone"
    ]
    assert [b" ".join(run.words) for run in withheld.runs("under the THIRD-stone")] == [
        b"the third stone"
    ]
    assert not list(withheld.runs(PUBLIC))
    assert not list(withheld.runs("The keeper counts copper."))


def test_fewer_than_eight_letters_prove_nothing() -> None:
    assert leaks("So: two stones", "two stones") == ["two stones"]
    assert leaks("So: one stone", "one stone") == ["one stone"]
    assert leaks("So: a stone", "a stone") == []


def test_what_stands_in_public_text_is_no_secret() -> None:
    assert not WithheldPieces([PUBLIC, "counts the buckets"], fold_text(PUBLIC))


def test_scripts_without_spaces_are_searched_letter_by_letter() -> None:
    assert leaks("答：水会从水箱流进每一个厨房", "因为水会从水箱流进每一个厨房里", public="水") == [
        "水 会 从 水 箱 流 进 每 一 个 厨 房"
    ]


def test_titles_labels_and_references_put_public_text_together() -> None:
    """“Exercise 4” is Chapbook's, “The keeper counts” the source's."""
    note = "Exercise 4: The keeper counts the buckets"
    assert leaks("Exercise 4 The keeper counts the buckets", note) == []
    assert leaks("Exercise 4 The keeper steals the buckets", note.replace("counts", "steals"))


def test_words_that_meet_may_have_the_letters_of_another() -> None:
    public = "It weighs a kilogram."
    gate = Gate(["Nine kilograms"], [public], "en")
    assert not [*gate.leaks({"x.txt": f"{public}\nStandard handout".encode()})]
    for leak in (
        f"{public} kilograms",
        f"{public} kilo-\ngrams",
        f"{public}kilograms",
        "kilogramsmore",
    ):
        assert [found.text for found in gate.leaks({"x.txt": leak.encode()})] == ["kilograms"], leak


def test_few_phrases() -> None:
    known = [b"thekeepercounts", b"thebuckets"]
    assert is_made_of([b"the", b"buckets", b"12", b"keeper"], known)
    assert not is_made_of([b"stone"], known)
    assert not is_made_of([b"buckets", b"keeper"] * 2, known)


def test_styles_have_words_of_their_own() -> None:
    answer = "text-align: center"
    page = "<html><head><style>p { text-align: center }</style></head><body>%s</body></html>"
    files = {"a.html": (page % "").encode(), "b.html": (page % answer).encode()}
    assert [leak.where for leak in gate(answer).leaks(files)] == ["the text of b.html"]


def test_nothing_withheld_costs_nothing() -> None:
    assert not list(Gate([], [PUBLIC], "en").leaks({"a.pdf": b"%PDF-, which nobody reads"}))


# --- all that files have ------------------------------------------------------------------


def page(head: str = "", body: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def archive(name: str, data: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return output.getvalue()


def picture() -> bytes:
    notes, output = PngInfo(), io.BytesIO()
    notes.add_itxt("Comment", SECRET, zip=True)
    Image.new("RGB", (2, 2)).save(output, "PNG", pnginfo=notes)
    return output.getvalue()


ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
SLUG = "keeper-hides-the-copper-key"
IN_FILES = {
    "text across elements": {"a.html": page(body="<p>The kee<b>per hi</b>des<br>the copper</p>")},
    "a title": {"a.html": page(f"<title>{SECRET}</title>")},
    "an attribute": {"a.html": page(body=f'<p data-x="{SECRET}"></p>')},
    "an alternative text": {"a.html": page(body=f'<img alt="{SECRET}">')},
    "an address": {"a.html": page(body='<a href="x?q=keeper%20hides%20the%20copper"></a>')},
    "a comment": {"a.html": page(body=f"<!-- {SECRET} -->")},
    "a style": {"a.html": page(f'<style>p::after {{ content: "{SECRET}" }}</style>')},
    "data for programs": {
        "a.html": page(
            f'<script type="application/ld+json">{json.dumps({"name": SECRET})}</script>'
        )
    },
    "escapes in a script": {"a.js": f'x = "{ESCAPED}"'.encode()},
    "a drawing in an address": {
        "a.html": page(
            body=f'<img src="data:image/svg+xml,%3Csvg%3E%3Ctext%3E{SECRET}%3C/text%3E%3C/svg%3E">'
        )
    },
    "the notes of a picture": {"a.png": picture()},
    "a file's name": {f"{SLUG}.css": b""},
    "a name in an e-book": {"a.epub": archive(f"{SLUG}.xhtml", b"<p/>")},
    "a page of an e-book": {"a.epub": archive("a.xhtml", f"<p>{SECRET}</p>".encode())},
    "a drawing's description": {"a.svg": f"<svg><desc>{SECRET}</desc></svg>".encode()},
    "a feed": {"a.xml": b"<feed>&lt;b&gt;The keeper&lt;/b&gt; hides the copper</feed>"},
    "a record": {"a.json": json.dumps({"metadata": {"title": SECRET}}).encode()},
}


@pytest.mark.parametrize("place", IN_FILES)
def test_all_of_a_file_is_searched(place: str) -> None:
    leaks = list(gate(SECRET).leaks(IN_FILES[place]))
    assert leaks
    assert "hides the copper" in leaks[0].text


def document(change: str) -> bytes:
    """A PDF with the secret in one place."""
    pdf, output = pikepdf.new(), io.BytesIO()
    sheet = pdf.add_blank_page(page_size=(200, 200))
    name = pikepdf.Name(f"/{SLUG}")
    match change:
        case "the outline":
            with pdf.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem(SECRET, 0))
        case "an alternative text":
            pdf.Root.StructTreeRoot = pikepdf.Dictionary(K=pikepdf.Dictionary(Alt=SECRET))
        case "the value of a field":
            field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="a", V=SECRET)
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        case "an option of a field":
            field = pikepdf.Dictionary(FT=pikepdf.Name.Ch, T="a", Opt=pikepdf.Array([SECRET]))
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        case "a state of a field":
            states = pikepdf.Dictionary({str(name): pdf.make_stream(b"")})
            pdf.Root.AP = pikepdf.Dictionary(N=states)
        case "a destination":
            pdf.Root.Dests = pikepdf.Dictionary({str(name): pikepdf.Array([sheet.obj])})
        case "the metadata":
            with pdf.open_metadata() as metadata:
                metadata["dc:description"] = SECRET
        case "the information":
            pdf.docinfo.Subject = SECRET
        case "an attached file":
            pdf.attachments["a.txt"] = SECRET.encode()
        case "text for reading aloud":
            drawing = b"/Span <</ActualText %s>> BDC EMC" % pikepdf.String(SECRET).unparse()
            sheet.Contents = pdf.make_stream(drawing)
        case "the page":
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            sheet.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            drawing = b"BT /F 9 Tf 9 99 Td (The keeper hides) Tj 0 -9 Td (the copper) Tj ET"
            sheet.Contents = pdf.make_stream(drawing)
    pdf.save(output)
    return output.getvalue()


IN_PDF = (
    "the outline", "an alternative text", "the value of a field", "an option of a field",
    "a state of a field", "a destination", "the metadata", "the information", "an attached file",
    "text for reading aloud", "the page",
)  # fmt: skip


@pytest.mark.parametrize("place", IN_PDF)
def test_all_of_a_pdf_is_searched(place: str) -> None:
    leaks = list(gate(SECRET).leaks({"a.pdf": document(place)}))
    assert leaks
    assert "hides the copper" in leaks[0].text


def test_a_pdf_without_it_passes() -> None:
    assert not list(gate(SECRET).leaks({"a.pdf": document("")}))


# --- worksheets ---------------------------------------------------------------------------

ON_PAPER, ON_SCREENS = ("handout", "form", "teacher"), ("web", "ebook", "teacher-web")
SAMPLE: list[tuple[int, tuple[str, ...]]] = [
    (10, ("handout", "teacher")),
    (11, ("web", "teacher-web")),
]
"""Of the worksheets: that in Arabic as PDFs, and that in Chinese as web pages. `make fuzz` takes
all."""

if settings.get_current_profile_name() == "fuzz":
    SAMPLE = [*itertools.product(range(len(LESSONS)), (ON_PAPER, ON_SCREENS))]


@pytest.mark.hypothesis
@pytest.mark.parametrize(("number", "editions"), SAMPLE)
def test_pupils_files_pass_and_teachers_would_not(
    number: int, editions: tuple[str, ...], tmp_path: Path
) -> None:
    """Text that is public, or Chapbook's, is no leak; but each answer and note would be one, if
    pupils got the teacher's file."""
    path = tmp_path / "work.md"
    text = source(LESSONS[number]).replace("contents:", "page_list: false\ncontents:", 1)
    path.write_text(text, "utf-8")
    result = pipeline.build(path, editions, out=tmp_path)
    assert [one for one in result.diagnostics if one.is_error] == []
    document = parse(path.read_text("utf-8"), "work.md")
    (file,) = (file for file in result.files if file.stem.startswith("work-teacher"))
    pupils = EDITIONS[editions[0]]
    leaks = leaks_in(Package(file.read_bytes()), document, document, pupils, f"work{file.suffix}")
    assert len(document.withheld) == 4
    for place in document.withheld:
        lines = range(place.span.line, max(place.span.line, place.span.end) + 1)
        assert any(one.line in lines for one in leaks), place.text


def test_word_banks_are_given_on_purpose(tmp_path: Path) -> None:
    path = tmp_path / "work.md"
    path.write_text(
        "---\ntitle: Wells\npage_list: false\n---\n\n::: exercise\n"
        "It holds ____{groundwater}. [____{wellkeepers}]{.teacher}\n\n"
        "::: word-bank\n:::\n:::\n",
        "utf-8",
    )
    result = pipeline.build(path, ["web"], out=tmp_path)
    assert result.diagnostics == ()
    page = (tmp_path / "work" / "work.html").read_text("utf-8")
    assert "groundwater" in page
    document = parse(path.read_text("utf-8"), "work.md")
    package = Package(page.replace("groundwater", "wellkeepers").encode())
    marked = parse("::: word-bank\n- groundwater\n- wellkeepers\n:::")
    leaks = leaks_in(package, document, marked, EDITIONS["web"], "work.html")
    assert [(one.code, one.line) for one in leaks] == [("leaked-text", 7)]


def test_answers_in_front_matter_are_sought_in_files_and_records() -> None:
    document = parse(
        "---\ntitle: Wells\ndescription: About [the copper key]{.answer} here\n"
        "subtitle: A ____{bucketful of rope}\n---\n\nText.\n",
        "x.md",
    )
    package = Package(page("<title>A bucketful of rope</title>", "About the copper key"))
    leaks = leaks_in(package, document, document, EDITIONS["web"], "x.html")
    assert [(one.line, one.column) for one in leaks] == [(3, 21), (4, 18)]
    records = {"metadata.json": b'{"description": "About the copper key here"}'}
    assert [one.line for one in leaks_for_all(document, records)] == [3]
    passing = Package(page("<title>Wells</title>", "About here. A ____. Text."))
    assert leaks_in(passing, document, document, EDITIONS["web"], "x.html") == ()
