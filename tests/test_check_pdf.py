"""Checking PDFs: each fault planted in a document that is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from pipeline.verify import CheckReport, check
from tests.sentences import no_sentences

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A talk</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
TEXT = b"/H1 <</MCID 0>> BDC BT /F 12 Tf (A talk) Tj ET EMC"
FURNITURE = b"/Artifact <</Type /Pagination>> BDC /Span BMC BT /F 9 Tf (2) Tj ET EMC EMC"


def make_pdf(path: Path, change: Callable[[pikepdf.Pdf], None] | None = None) -> Path:
    """A tagged document of two pages; ``change`` may plant a fault in it."""
    with pikepdf.new() as pdf:
        file = pdf.make_stream(b"a font")
        descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name("/F"), FontFile3=file)
        part = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType0,
            BaseFont=Name("/F"),
            FontDescriptor=descriptor,
        )
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/F"), DescendantFonts=Array([part])
        )
        for content in (TEXT, TEXT.replace(b"H1", b"H2")):
            page = pdf.add_blank_page()
            page.Contents = pdf.make_stream(content + b"\n" + FURNITURE)
            page.Resources = Dictionary(Font=Dictionary(F=font))
        first, second = (page.obj for page in pdf.pages)
        first.Annots = Array(
            [
                link(Dest=String("two")),
                link(Dest=Name("/old")),
                link(Dest=Array([second, Name.Fit])),
                link(A=Dictionary(S=Name.GoTo, D=String("two"))),
                link(A=Dictionary(S=Name.URI, URI=String("https://example.org/"))),
            ]
        )
        goal = Dictionary(D=Array([second, Name.Fit]))
        root = pdf.Root
        tree = pdf.make_indirect(Dictionary(Names=Array([String("two"), goal])))
        root.Names = Dictionary(Dests=Dictionary(Kids=Array([tree])))
        root.Dests = Dictionary(old=Array([first, Name.Fit]))
        root.Lang = String("en")
        root.MarkInfo = Dictionary(Marked=True)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        root.Metadata = pdf.make_stream(XMP)
        heading = Dictionary(S=Name.H1, Pg=first, K=0)
        part_heading = Dictionary(S=Name("/Title"), K=Dictionary(Type=Name.MCR, Pg=second, MCID=0))
        figure = Dictionary(S=Name.Figure, Pg=first, Alt=String("A line"), K=1)
        kids = [pdf.make_indirect(kid) for kid in (heading, part_heading, figure)]
        document = pdf.make_indirect(Dictionary(S=Name.Document, K=Array(kids)))
        root.StructTreeRoot = Dictionary(K=document, RoleMap=Dictionary(Title=Name.H2))
        entry = pdf.make_indirect(Dictionary(Title=String("Part"), Dest=String("two")))
        before = pdf.make_indirect(
            Dictionary(Title=String("A talk"), Dest=Name("/old"), Next=entry)
        )
        root.Outlines = Dictionary(First=before, Last=entry, Count=2)
        if change:
            change(pdf)
        pdf.save(path, fix_metadata_version=False)
    return path


def link(**entries: Any) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), **entries)


def test_a_document_that_is_right(tmp_path: Path) -> None:
    assert check(make_pdf(tmp_path / "a.pdf")) == CheckReport()


def without(*path: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        owner: Any = pdf.Root
        for key in path[:-1]:
            owner = owner[key]
        del owner[path[-1]]

    return change


def metadata(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        assert old in XMP
        pdf.Root.Metadata.write(XMP.replace(old, new))

    return change


def linked(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[1].obj.__setitem__("/Annots", Array([link(**entries)]))


def kid(number: int, key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.StructTreeRoot.K.K[number].__setitem__(key, value)


def first_font(key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].Resources.Font.F.DescendantFonts[0].__setitem__(key, value)


def font_in_a_form(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_stream(b"", Subtype=Name.Form, Type=Name.XObject)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    form.Resources = Dictionary(Font=Dictionary(G=font), XObject=Dictionary(Own=form))
    pdf.pages[1].Resources.XObject = Dictionary(X=form)


def outline(key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.Outlines.First.Next.__setitem__(key, value)


FAULTS: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "not marked": (without("/MarkInfo"), "not marked as tagged"),
    "marked as not": (lambda pdf: pdf.Root.MarkInfo.__setitem__("/Marked", False), "not marked"),
    "no structure": (without("/StructTreeRoot"), "no structure"),
    "empty structure": (without("/StructTreeRoot", "/K"), "no structure"),
    "no language": (without("/Lang"), "state its language"),
    "empty language": (lambda pdf: pdf.Root.__setitem__("/Lang", String("")), "state its language"),
    "title not shown": (without("/ViewerPreferences"), "the file name instead of the title"),
    "no metadata": (without("/Metadata"), "no metadata"),
    "metadata's form": (
        metadata(b"</dc:title>", b""),
        "The metadata cannot be read. This is not w",
    ),
    "metadata's entities": (
        metadata(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta'),
        "declares entities",
    ),
    "no title": (metadata(b"A talk", b""), "no title"),
    "no claim": (metadata(b"pdfuaid:part", b"pdfuaid:x"), "does not claim to be accessible"),
    "no outline": (without("/Outlines"), "2 headings but no outline"),
    "outline's goal": (
        outline("/Dest", String("x")),
        "The entry “Part” of the outline leads to “x”",
    ),
    "outline's text": (outline("/Title", String(" ")), "An entry of the outline has no text"),
    "font": (first_font("/FontDescriptor", Dictionary()), "The font “F” is not embedded"),
    "font in a form": (font_in_a_form, "The font “Helvetica” is not embedded"),
    "figure": (kid(2, "/Alt", String(" ")), "A figure has no alternative text (page 1)"),
    "level": (kid(1, "/S", Name.H3), "A heading of level 3 comes after one of level 1"),
    "first level": (kid(0, "/S", Name.H2), "A heading of level 2 comes first (page 1)"),
    "name": (linked(Dest=String("three")), "A link on page 2 leads to “three”, which is not there"),
    "old name": (linked(Dest=Name("/older")), "A link on page 2 leads to “older”"),
    "action's name": (linked(A=Dictionary(S=Name.GoTo, D=String("x"))), "page 2 leads to “x”"),
    "page": (linked(Dest=Array([Dictionary(), Name.Fit])), "leads to a page that is not there"),
    "nowhere": (linked(), "A link on page 2 leads nowhere"),
    "address": (linked(A=Dictionary(S=Name.URI, URI=String(""))), "has no address"),
    "launch": (linked(A=Dictionary(S=Name.Launch)), "is an action (“Launch”)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, tmp_path: Path) -> None:
    change, message = FAULTS[name]
    path = make_pdf(tmp_path / "a.pdf", change)
    (found,) = check(path).diagnostics
    assert (found.code, found.source, found.line) == ("check-failed", str(path), 0)
    assert message in found.message
    assert not no_sentences((found,))


def test_an_empty_page(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.add_blank_page()
        pdf.add_blank_page()  # on the left, before one on the right
        pdf.add_blank_page().Contents = pdf.make_stream(FURNITURE)
        pdf.add_blank_page().Contents = pdf.make_stream(FURNITURE + b" 0 0 9 9 re S")
        pdf.add_blank_page().Contents = pdf.make_stream(b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI")

    path = make_pdf(tmp_path / "a.pdf", change)
    found = check(path).diagnostics
    assert [(d.code, d.message) for d in found] == [
        ("check-warning", "Page 3 is empty."),
        ("check-warning", "Page 5 is empty."),
    ]


def test_an_encrypted_document(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path) as pdf:
        pdf.save(tmp_path / "open.pdf", encryption=pikepdf.Encryption(owner="x", user=""))
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="x", user="y"))
    (found,) = check(tmp_path / "open.pdf").diagnostics
    assert found.message == "The file is encrypted."
    (found,) = check(tmp_path / "locked.pdf").diagnostics
    assert found.message == "The file is locked with a password."


def test_knots(tmp_path: Path) -> None:
    """Trees that hold themselves."""

    def change(pdf: pikepdf.Pdf) -> None:
        root = pdf.Root
        root.StructTreeRoot.K.K.append(root.StructTreeRoot.K)
        root.StructTreeRoot.RoleMap["/A"] = Name("/B")
        root.StructTreeRoot.RoleMap["/B"] = Name("/A")
        root.StructTreeRoot.K.K[2].S = Name("/A")
        root.Outlines.First.Next.Next = root.Outlines.First
        root.Outlines.First.Next.First = root.Outlines.First
        root.Names.Dests.Kids[0].Kids = Array([root.Names.Dests.Kids[0]])

    assert check(make_pdf(tmp_path / "a.pdf", change)) == CheckReport()


def test_a_knot_of_objects_without_number(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        kids = pdf.make_indirect(Array([Dictionary(S=Name.P)]))
        kids[0].K = kids
        pdf.Root.StructTreeRoot.K = kids

    (found,) = check(make_pdf(tmp_path / "a.pdf", change)).diagnostics
    assert "too many objects to check, or a loop" in found.message


def test_a_document_cut_short(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    whole = path.read_bytes()
    for size in range(1, len(whole) - 8, 97):
        path.write_bytes(whole[:size])
        assert any(found.is_error for found in check(path).diagnostics)
