"""Checking PDFs: each fault planted in a document that is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from pipeline.commands.check.finished import CheckReport, check
from tests.helpers.sentences import no_sentences

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A talk</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
LINES = b"T* (A talk) Tj " * 9
TEXT = b"/P <</MCID 0>> BDC BT /F 12 Tf 14 TL 90 700 Td " + LINES + b"ET EMC"
FURNITURE = b"/Artifact <</Type /Pagination>> BDC /Span BMC BT /F 9 Tf 90 40 Td (2) Tj ET EMC EMC"


def make_pdf(path: Path, change: Callable[[pikepdf.Pdf], None] | None = None) -> Path:
    """A tagged document of two pages; ``change`` may plant a fault in it."""
    with pikepdf.new() as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        for number in range(2):
            page = pdf.add_blank_page()
            page.obj.StructParents = number
            page.Contents = pdf.make_stream(TEXT + b"\n" + FURNITURE)
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
        kids = [pdf.make_indirect(Dictionary(S=Name.P, Pg=page, K=0)) for page in (first, second)]
        document = pdf.make_indirect(Dictionary(S=Name.Document, K=Array(kids)))
        for kid in kids:
            kid.P = document
        numbers = Array([0, Array([kids[0]]), 1, Array([kids[1]])])
        root.StructTreeRoot = pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=document,
                ParentTree=Dictionary(Nums=numbers),
                RoleMap=Dictionary(),
            )
        )
        document.P = root.StructTreeRoot
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


def linked(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[1].obj.__setitem__("/Annots", Array([link(**entries)]))


def goal_of_the_bookmark(goal: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.Outlines.First.Next.__setitem__("/Dest", goal)


FAULTS: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "bookmark": (goal_of_the_bookmark(String("x")), "The bookmark “Part” leads nowhere"),
    "name": (linked(Dest=String("three")), "A link on page 2 leads nowhere"),
    "old name": (linked(Dest=Name("/older")), "A link on page 2 leads nowhere"),
    "action's name": (linked(A=Dictionary(S=Name.GoTo, D=String("x"))), "page 2 leads nowhere"),
    "page": (linked(Dest=Array([Dictionary(), Name.Fit])), "page 2 leads nowhere"),
    "nowhere": (linked(), "A link on page 2 leads nowhere"),
    "address": (linked(A=Dictionary(S=Name.URI, URI=String(""))), "page 2 leads nowhere"),
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
    assert check(tmp_path / "open.pdf") == CheckReport()
    (found,) = check(tmp_path / "locked.pdf").diagnostics
    assert found.message == "The file is locked with a password."


def test_knots(tmp_path: Path) -> None:
    """Trees that hold themselves."""

    def change(pdf: pikepdf.Pdf) -> None:
        root = pdf.Root
        root.StructTreeRoot.K.K.append(root.StructTreeRoot.K)
        root.StructTreeRoot.RoleMap["/A"] = Name("/B")
        root.StructTreeRoot.RoleMap["/B"] = Name("/A")
        root.StructTreeRoot.K.K[1].S = Name("/A")
        root.Outlines.First.Next.Next = root.Outlines.First
        root.Outlines.First.Next.First = root.Outlines.First
        root.Names.Dests.Kids[0].Kids = Array([root.Names.Dests.Kids[0]])

    assert check(make_pdf(tmp_path / "a.pdf", change)) == CheckReport()


def test_a_document_cut_short(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    whole = path.read_bytes()
    for size in range(1, len(whole) - 8, 97):
        path.write_bytes(whole[:size])
        assert any(found.is_error for found in check(path).diagnostics)
    assert capfd.readouterr() == ("", "")
