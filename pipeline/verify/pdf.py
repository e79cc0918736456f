"""Checks a PDF: that it can be read, by listening too, that its links lead somewhere, and that it
will print well. A conformance checker such as veraPDF looks further."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pikepdf
from pikepdf import settings

from pipeline.verify.findings import FileFindings, shown
from pipeline.verify.markup import MarkupError, parse_xml, text_of
from pipeline.verify.pdf_objects import TangleError, elements, entry, identity, items, text, visit

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes that one stream may unpack to."""

PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
PAINTS = frozenset("f F f* B B* b b* S s sh Do Tj TJ ' \" INLINE".split())
PLACED = re.compile(r"/Page\d+")
"""The name of a page that has been put on a sheet with others."""

HEADING = re.compile(r"/H([1-9]\d?)\Z")
ILLUSTRATIONS = frozenset({"/Figure", "/Formula"})
FOR_PRINTERS = "made for printing and cutting: the rules for readers do not apply"
BROKEN = (
    # exceptions of pikepdf for invalid objects
    pikepdf.PdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
Numbers: TypeAlias = Mapping[tuple[int, int], int]
"""The numbers of the pages by their `identity`."""


class _Drawn(NamedTuple):
    """A figure or formula: its page number, the corners of its area, and its kind."""

    page: int
    box: tuple[float, ...]
    alt: str


class _Structure(NamedTuple):
    """The number of ``headings``, the ``pages`` (as `identity`) with content, and the drawings, in
    reading order."""

    headings: int = 0
    pages: frozenset[tuple[int, int]] = frozenset()
    drawn: tuple[_Drawn, ...] = ()


def check_pdf(path: Path, findings: FileFindings) -> tuple[str, ...]:
    """Check a PDF. Findings about a page have its number in the message, counted from 1. Returns
    notes on checks that were omitted."""
    notes: tuple[str, ...] = ()
    drawn: tuple[_Drawn, ...] = ()
    try:
        with _limits(), pikepdf.open(path) as pdf:
            if _is_for_printers(pdf):  # nobody reads it in order
                _check_language(pdf.Root, findings)
                _check_metadata(pdf.Root, findings, tagged=False)
                _check_fonts(pdf, findings)
                notes = (FOR_PRINTERS,)
            else:
                drawn = _check_document(pdf, findings)
            if pdf.get_warnings():
                findings.add("mended-pdf")
        _check_print(path, drawn, findings)
    except pikepdf.PasswordError:
        findings.add("password")
    except TangleError:
        findings.add("tangle")
    except OSError as error:
        findings.unreadable(error)
    except BROKEN:
        findings.add("broken-pdf")
    return notes


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


def _is_for_printers(pdf: pikepdf.Pdf) -> bool:
    """Recognise a file in which nothing is tagged, and each page is a side of a sheet that only
    contains other pages, or extends beyond the trim size."""
    tagged = entry(pdf.Root, "/StructTreeRoot") is not None
    return bool(pdf.pages) and not tagged and all(map(_is_to_be_cut, pdf.pages))


def _is_to_be_cut(page: pikepdf.Page) -> bool:
    if entry(page.obj, "/BleedBox") is not None:
        return True
    resources = dict(items(page.resources))
    placed = [str(name) for name, _ in items(resources.pop("/XObject", None))]
    return not resources and all(PLACED.fullmatch(name) for name in placed)


def _check_print(path: Path, drawn: tuple[_Drawn, ...], findings: FileFindings) -> None:
    """Report content that will not print well, and ``drawn`` elements that are invisible."""
    from pipeline.verify.layout import PageArea
    from pipeline.verify.printing import print_faults
    from pipeline.verify.seen import UnreadablePdf, is_blank, read_pages

    try:
        pages = read_pages(path)
        blank = is_blank(path, [(one.page, PageArea(*one.box)) for one in drawn])
    except UnreadablePdf:
        findings.add("undrawable")
        return
    findings.put(*print_faults(pages))
    for one in (one for one, nothing in zip(drawn, blank, strict=True) if nothing):
        what = f"“{shown(one.alt)}”" if one.alt else "A figure"
        findings.add("empty-drawing", pages=(one.page,), what=what)


def _check_document(pdf: pikepdf.Pdf, findings: FileFindings) -> tuple[_Drawn, ...]:
    """Check the file, and its pages; returns the drawn elements."""
    catalog = pdf.Root
    if pdf.is_encrypted:
        findings.add("encrypted-pdf")
    if entry(entry(catalog, "/MarkInfo"), "/Marked") is not True:
        findings.add("not-tagged")
    _check_language(catalog, findings)
    if entry(entry(catalog, "/ViewerPreferences"), "/DisplayDocTitle") is not True:
        findings.add("pdf-title-not-shown")
    _check_metadata(catalog, findings, tagged=True)
    pages = {identity(page.obj): number for number, page in enumerate(pdf.pages, start=1)}
    if not pages:
        findings.add("no-pages")
    structure = _check_structure(catalog, findings, pages)
    entries = _check_links(pdf, findings, pages)
    if structure.headings > 1 and not entries:
        findings.add("no-outline", count=structure.headings)
    _check_fonts(pdf, findings)
    for number, page in enumerate(pdf.pages, start=1):
        # a left-hand page may be, so that the next part begins on the right
        is_before = number % 2 == 0 and number < len(pages)
        if not is_before and identity(page.obj) not in structure.pages and _is_empty(page):
            findings.add("empty-page", page=number)
    return structure.drawn


def _check_language(catalog: Any, findings: FileFindings) -> None:
    if not text(entry(catalog, "/Lang")).strip():
        findings.add("pdf-language")


def _check_metadata(catalog: Any, findings: FileFindings, *, tagged: bool) -> None:
    stream = entry(catalog, "/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        findings.add("no-xmp")
        return
    try:
        root = parse_xml(stream.read_bytes())
    except MarkupError as error:
        findings.add("bad-xmp", reason=error.message)
        return
    except pikepdf.PdfError:
        findings.add("bad-xmp", reason="It cannot be decompressed.")
        return
    if not next(map(text_of, root.iter(TITLE)), ""):
        findings.add("pdf-title")
    if tagged and not any(e.tag == PDFUA or PDFUA in e.keys() for e in root.iter()):  # noqa: SIM118
        findings.add("pdf-claim")


def _check_fonts(pdf: pikepdf.Pdf, findings: FileFindings) -> None:
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
        findings.add("font-not-embedded", font=name)


def _is_embedded(font: Any) -> bool:
    if text(entry(font, "/Subtype")) in ("/Type0", "/Type3"):
        return True  # the one has a descendant, the other is drawn in the file
    descriptor = entry(font, "/FontDescriptor")
    return any(entry(descriptor, f"/FontFile{n}") is not None for n in ("", "2", "3"))


def _is_empty(page: pikepdf.Page) -> bool:
    """Return whether a page has only a running head or a page number."""
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


# --- the structure tree: what a person hears who listens -----------------------------------


def _check_structure(catalog: Any, findings: FileFindings, pages: Numbers) -> _Structure:
    """Check headings and figures."""
    root = entry(catalog, "/StructTreeRoot")
    if entry(root, "/K") is None:
        findings.add("no-structure")
        return _Structure()
    roles = entry(root, "/RoleMap")
    used: set[tuple[int, int]] = set()
    drawn: list[_Drawn] = []
    last = headings = 0
    for element in visit(elements(entry(root, "/K")), _children):
        page = entry(element, "/Pg")
        used.update(_pages(element, page))
        role = _role(text(entry(element, "/S")), roles)
        number = pages.get(identity(page), 0)
        where = f" (page {number})" if number else ""
        alt = text(entry(element, "/Alt"))
        if role == "/Figure" and not (alt + text(entry(element, "/ActualText"))).strip():
            findings.add("figure-undescribed", where=where)
        box = _box(element) if role in ILLUSTRATIONS and number else ()
        if box:
            drawn.append(_Drawn(number, box, alt))
        if match := HEADING.match(role):
            headings += 1
            level = int(match[1])
            if level > last + 1:
                before = f"after one of level {last}" if last else "first"
                before += where
                findings.add("pdf-skipped-level", level=level, before=before, wanted=last + 1)
            last = level
    return _Structure(headings, frozenset(used), tuple(drawn))


def _children(element: Any) -> Iterator[Any]:
    """The structure elements that are directly in one."""
    for kid in elements(entry(element, "/K")):
        if isinstance(kid, pikepdf.Dictionary) and entry(kid, "/S") is not None:
            yield kid


def _pages(element: Any, page: Any) -> Iterator[tuple[int, int]]:
    """The pages that hold content of an element itself."""
    for kid in elements(entry(element, "/K")):
        if isinstance(kid, int):
            yield identity(page)
        elif entry(kid, "/MCID") is not None:
            yield identity(entry(kid, "/Pg") or page)


def _box(element: Any) -> tuple[float, ...]:
    """The place on its page that an element declares (ISO 32000-1, section 14.8.5.4)."""
    for attributes in elements(entry(element, "/A")):
        found = tuple(map(float, elements(entry(attributes, "/BBox"))))
        if len(found) == 4:
            return found
    return ()


def _role(name: str, roles: Any) -> str:
    """The standard type that a type is mapped to."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        name = text(entry(roles, name)) or name
    return name


# --- links and the outline -------------------------------------------------------------------


def _check_links(pdf: pikepdf.Pdf, findings: FileFindings, pages: Numbers) -> int:
    """Check the links on the pages and the bookmarks; returns the number of bookmarks."""
    goals = _Goals(pdf, pages)
    for page in pdf.pages:
        for annotation in elements(entry(page.obj, "/Annots")):
            is_link = text(entry(annotation, "/Subtype")) == "/Link"
            if is_link and (problem := goals.problem(annotation)):
                findings.add("link-problem", page=pages[identity(page.obj)], problem=problem)
    entries = 0
    top = elements(entry(entry(pdf.Root, "/Outlines"), "/First"))
    for item in visit(top, lambda item: (entry(item, "/First"), entry(item, "/Next"))):
        entries += 1
        title = text(entry(item, "/Title"))
        if not shown(title):
            findings.add("outline-unnamed")
        if problem := goals.problem(item):
            findings.add("outline-problem", title=title, problem=problem)
    return entries


class _Goals:
    """The places that links can lead to."""

    def __init__(self, pdf: pikepdf.Pdf, pages: Numbers) -> None:
        self._pages = pages
        self._named = dict(_names(entry(entry(pdf.Root, "/Names"), "/Dests")))
        self._old = entry(pdf.Root, "/Dests")

    def problem(self, link: Any) -> str:
        """The fault of a link that leads nowhere; "" if it has none."""
        action = entry(link, "/A")
        if action is None:
            return self._destination(entry(link, "/Dest"))
        match text(entry(action, "/S")):
            case "/GoTo":
                goal = entry(action, "/D")
                return self._destination(entry(action, "/SD") if goal is None else goal)
            case "/URI":
                return "" if text(entry(action, "/URI")).strip() else "has no address"
            case kind:
                kind = shown(kind.lstrip("/"))
                return f"is an action (“{kind}”), not a destination"

    def _destination(self, goal: Any) -> str:
        name = ""
        if isinstance(goal, pikepdf.String):
            name, goal = text(goal), self._named.get(bytes(goal))
        elif isinstance(goal, pikepdf.Name):
            name, goal = text(goal).lstrip("/"), entry(self._old, text(goal))
        if isinstance(goal, pikepdf.Dictionary):
            goal = entry(goal, "/D")
        first = next(elements(goal), None)
        if identity(first) in self._pages or text(entry(first, "/Type")) == "/StructElem":
            return ""
        if name:
            return f"leads to “{shown(name)}”, which is not there"
        return "leads nowhere" if first is None else "leads to a page that is not there"


def _names(tree: Any) -> Iterator[tuple[bytes, Any]]:
    """The entries of a name tree."""
    for node in visit((tree,), lambda node: elements(entry(node, "/Kids"))):
        found = list(elements(entry(node, "/Names")))
        for key, value in zip(found[::2], found[1::2], strict=False):
            if isinstance(key, pikepdf.String):
                yield bytes(key), value
