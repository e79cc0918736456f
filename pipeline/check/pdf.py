"""The checks of a PDF: that it can be read, by listening too, that its links lead somewhere,
and that it will print well. A conformance checker such as veraPDF looks further."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import settings

from pipeline.check.findings import Findings, quoted
from pipeline.check.markup import MarkupError, parse_xml, text_of
from pipeline.check.pdf_links import check_links
from pipeline.check.pdf_objects import (
    TangleError,
    elements,
    entry,
    identity,
    items,
    text,
    visit,
)
from pipeline.check.pdf_structure import Drawn, Structure, read_structure
from pipeline.codes import Code

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes that one stream may unpack to."""

PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
PAINTS = frozenset("f F f* B B* b b* S s sh Do Tj TJ ' \" INLINE".split())
PLACED = re.compile(r"/Page\d+")
"""What a page is called that has been put on a sheet with others."""

FOR_PRINTERS = "made to be printed and cut: nothing is asked of it that is for readers"
MAKE_ANEW = "Make it anew."
BROKEN = (
    # what pikepdf raises for objects that are not what they should be
    pikepdf.PdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def check_pdf(path: Path, findings: Findings) -> tuple[str, ...]:
    """Check a PDF. Findings about a page have its number in the message, counted from 1. Gives
    notes on what was not looked for."""
    notes: tuple[str, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    try:
        with _limits(), pikepdf.open(path) as pdf:
            if _is_for_printers(pdf):
                _check_for_printers(pdf, findings)
                notes = (FOR_PRINTERS,)
            else:
                drawn = _check_document(pdf, findings)
            if pdf.get_warnings():
                findings.error("The file is damaged, and had to be mended to be read.", MAKE_ANEW)
        _check_print(path, drawn, findings)
    except pikepdf.PasswordError:
        findings.error("The file is locked with a password.", "Save it without one.")
    except TangleError:
        findings.error("The document has more objects than can be looked at, or a loop.", MAKE_ANEW)
    except OSError as error:
        findings.unreadable(error)
    except BROKEN:
        findings.error("The file is not a PDF, or is damaged.", MAKE_ANEW)
    return notes


def _is_for_printers(pdf: pikepdf.Pdf) -> bool:
    """Whether nothing is tagged, and each page is a side of a sheet with nothing on it but other
    pages, or is printed beyond where it is cut."""
    tagged = entry(pdf.Root, "/StructTreeRoot") is not None
    return bool(pdf.pages) and not tagged and all(map(_is_to_be_cut, pdf.pages))


def _is_to_be_cut(page: pikepdf.Page) -> bool:
    if entry(page.obj, "/BleedBox") is not None:
        return True
    resources = dict(items(page.resources))
    placed = [str(name) for name, _ in items(resources.pop("/XObject", None))]
    return not resources and all(PLACED.fullmatch(name) for name in placed)


def _check_for_printers(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Check what is to be true of sheets and covers for a printer: nobody reads them in order."""
    _check_language(pdf.Root, findings)
    _check_metadata(pdf.Root, findings, tagged=False)
    _check_fonts(pdf, findings)


def _check_print(path: Path, drawn: tuple[Drawn, ...], findings: Findings) -> None:
    """Report what will not print well, and of what is ``drawn`` what cannot be seen."""
    from pipeline.preflight import preflight
    from pipeline.preflight.layout import Box
    from pipeline.preflight.reading import UnreadablePdf, is_blank, read_pages

    try:
        pages = read_pages(path)
        blank = is_blank(path, [(one.page, Box(*one.box)) for one in drawn])
    except UnreadablePdf:
        findings.warning("The pages cannot be drawn as they are printed.", MAKE_ANEW)
        return
    for fault in preflight(pages):
        findings.of_page(fault.code, fault.pages, fault.message, fault.hint)
    for one in (one for one, nothing in zip(drawn, blank, strict=True) if nothing):
        message = f"Nothing is to be seen of {quoted(one.alt) if one.alt else 'a figure'}."
        hint = "Look at the file that it is of, and at styles of your own."
        findings.of_page(Code.EMPTY_DRAWING, (one.page,), message, hint)


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """Lets streams unpack so far and no further, and the library say nothing on the terminal.

    Both are settings of the process, and as they were afterwards.
    """
    logger, silence = logging.getLogger("pikepdf"), logging.NullHandler()
    logger.addHandler(silence)
    saved = settings.set_qpdf_limits(
        flate_max_memory=MAX_UNPACKED,
        png_max_memory=MAX_UNPACKED,
        run_length_max_memory=MAX_UNPACKED,
        tiff_max_memory=MAX_UNPACKED,
    )
    try:
        yield
    finally:
        logger.removeHandler(silence)
        settings.set_qpdf_limits(**saved)  # type: ignore[arg-type]


def _check_document(pdf: pikepdf.Pdf, findings: Findings) -> tuple[Drawn, ...]:
    """What is found of the whole, and of its pages; what is drawn on them."""
    if pdf.is_encrypted:
        findings.error(
            "The file is encrypted.", "Save it open, so that screen readers can get at its text."
        )
    _check_catalog(pdf.Root, findings)
    _check_metadata(pdf.Root, findings)
    pages = {identity(page.obj): number for number, page in enumerate(pdf.pages, start=1)}
    if not pages:
        findings.error("The document has no pages.", MAKE_ANEW)
    structure = read_structure(pdf.Root, findings, pages)
    entries = check_links(pdf, findings, pages)
    if structure.headings > 1 and not entries:
        findings.error(
            f"The document has {structure.headings} headings and no outline.",
            "Give it bookmarks, so that readers can find their way.",
        )
    _check_fonts(pdf, findings)
    for page in pdf.pages:
        if _is_empty(page, structure):
            findings.warning(
                f"Page {pages[identity(page.obj)]} is empty.",
                "Leave it out, or see what should be on it.",
            )
    return structure.drawn


def _check_catalog(catalog: Any, findings: Findings) -> None:
    if entry(entry(catalog, "/MarkInfo"), "/Marked") is not True:
        findings.error(
            "The document is not marked as tagged.", "`Marked` in `MarkInfo` has to be true."
        )
    _check_language(catalog, findings)
    if entry(entry(catalog, "/ViewerPreferences"), "/DisplayDocTitle") is not True:
        findings.error(
            "A window would show the file's name and not the title.",
            "`DisplayDocTitle` in `ViewerPreferences` has to be true.",
        )


def _check_language(catalog: Any, findings: Findings) -> None:
    if not text(entry(catalog, "/Lang")).strip():
        findings.error(
            "The document does not say what language it is in.",
            "Readers aloud need it to pronounce the text: `Lang` of the catalogue.",
        )


def _check_metadata(catalog: Any, findings: Findings, *, tagged: bool = True) -> None:
    stream = entry(catalog, "/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        findings.error("The document has no metadata.", "It has to have an XMP packet.")
        return
    try:
        root = parse_xml(stream.read_bytes())
    except (MarkupError, pikepdf.PdfError) as error:
        message = error.message if isinstance(error, MarkupError) else "It cannot be unpacked."
        findings.error(f"The metadata cannot be read. {message}", MAKE_ANEW)
        return
    title = next((text_of(element) for element in root.iter(TITLE)), "")
    if not title:
        findings.error("The document has no title.", "`dc:title` of the metadata is missing.")
    if tagged and not any(e.tag == PDFUA or PDFUA in e.keys() for e in root.iter()):  # noqa: SIM118
        findings.error(
            "The document does not claim to be accessible.",
            "`pdfuaid:part` of the metadata is missing.",
        )


def _check_fonts(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Report fonts that the pages use and the file does not have."""

    def resources_of(owner: Any) -> Any:
        return entry(owner, "/Resources") if isinstance(owner, pikepdf.Stream) else owner

    def within(owner: Any) -> Iterator[Any]:
        for kind in ("/XObject", "/Pattern"):
            for _, form in items(entry(resources_of(owner), kind)):
                yield form

    missing: dict[str, None] = {}
    for owner in visit((page.resources for page in pdf.pages), within):
        for _, font in items(entry(resources_of(owner), "/Font")):
            for part in (font, *elements(entry(font, "/DescendantFonts"))):
                if not _is_embedded(part):
                    missing[text(entry(part, "/BaseFont")).lstrip("/")] = None
    for name in missing:
        findings.error(
            f"The font {quoted(name)} is not embedded.",
            "Embed it, so that the text looks the same everywhere.",
        )


def _is_embedded(font: Any) -> bool:
    if text(entry(font, "/Subtype")) in ("/Type0", "/Type3"):
        return True  # the one has a descendant, the other is drawn in the file
    descriptor = entry(font, "/FontDescriptor")
    return any(entry(descriptor, f"/FontFile{n}") is not None for n in ("", "2", "3"))


def _is_empty(page: pikepdf.Page, structure: Structure) -> bool:
    """Whether a page has nothing on it but a running head or a page number."""
    if identity(page.obj) in structure.pages:
        return False
    furniture: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        match str(instruction.operator):
            case "BMC" | "BDC":
                operands = instruction.operands
                kind = entry(operands[-1], "/Type") if len(operands) > 1 else None
                furniture.append(text(kind) == "/Pagination" or any(furniture[-1:]))
            case "EMC":
                del furniture[-1:]
            case name if name.split(" ")[0] in PAINTS and not any(furniture[-1:]):
                return False
    return True
