"""Sets a text as a whole: the only unit of one that is short, or that cannot be divided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.features import here
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import STANDARD_PRINT, pages_name
from pipeline.model.metadata import Metadata
from pipeline.model.paper import Fitted, Standards
from pipeline.model.rendered import Pages
from pipeline.model.sheet import fit_for, standards_for
from pipeline.model.words import words
from pipeline.package.pdf.engine.adapter.drawn import digest_pages
from pipeline.package.pdf.engine.adapter.objects import PDF
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage, Typesetter
from pipeline.package.pdf.layout import (
    find_stranded,
    folios,
    label_pages,
    lay_out,
    number_front,
    page_foot,
    text_flows,
)
from pipeline.package.pdf.log import Log
from pipeline.package.pdf.metadata import describe
from pipeline.package.pdf.print_markup import first_blocks, has_roman_folios, ready_text
from pipeline.package.pdf.standards import make_archival, read_plates, turn_drawn
from pipeline.package.pdf.tags import tag
from pipeline.package.result import FileFacts, Package, read_attachments
from pipeline.package.units import DrawnText, UnitPage


class Printing(NamedTuple):
    """A text to be printed: its tree, which is `ready`, the pieces that its pages may begin with if
    these are to be told, its fonts, the characters that are ``missing`` in them, and the log of
    problems with it. ``sources`` are attached to an archival PDF."""

    pages: Pages
    folder: Path
    sources: tuple[str, ...]
    root: Element
    pieces: Any
    fonts: tuple[Path, ...]
    missing: Collection[str]
    setter: Typesetter
    log: Log


def set_whole(text: Printing) -> Package:
    """The PDF of a text that is not divided."""
    pages, folder, root, setter = text.pages, text.folder, text.root, text.setter
    edition = pages.row
    standards, plates, findings = _standards(pages, folder)
    ready_text(root, text.missing)
    if pages.sheet and pages.sheet.columns > 1 and here("columns"):
        from pipeline.features.columns import arrange_columns

        arrange_columns(root)
    for block in first_blocks(root) if pages.sheet and pages.sheet.is_book else ():
        block.set("style", "break-before: recto")
    from pipeline.package.pdf.page_starts import KeptPages

    kept = KeptPages(root, has_roman=has_roman_folios(pages)) if edition.same_pages else None
    fitted: Fitted | None = None
    if (fit := fit_for(edition, pages.metadata)) and here("fit"):
        from pipeline.features.fit import fit_pages

        pages, fitted, of_fit = fit_pages(setter, pages, fit, root, text.log.silence)
        if any(finding.is_error for finding in of_fit):
            return Package(b"", of_fit)
        findings = (*findings, *of_fit)
    front = 0
    if not kept and has_roman_folios(pages):
        pages, front = number_front(setter, root, pages)
    labels = kept.numbers if kept else lambda of: folios(len(of), front)
    document = lay_out(setter, root, pages, labels)
    if plates:
        findings = (*findings, *plates.coarse_images(document.pages, pages.assets))
        for page in document.pages:
            page.links = []
    has_fields = edition.fields and here("forms")
    widgets: dict[object, object] = {}
    texts: list[DrawnText] = []
    looks: list[str] = []

    def finish(pdf: PDF) -> None:
        if edition.name == STANDARD_PRINT:
            looks.extend(digest_pages(document, pdf))
        if has_fields:
            from pipeline.features.forms import add_form

            widgets.update(add_form(document.pages, pdf, root))
        texts.append(tag(document, pdf, root, widgets, is_pdf2=standards.is_pdf2))
        turn_drawn(pdf, edition)
        complete(pdf, pages.metadata, standards, read_attachments(folder, text.sources))
        if kept:
            kept.name_pages(pdf, document.pages, words(pages.metadata.lang)["page_further"])
        if front:
            label_pages(pdf, front)
        if plates:
            plates.prepare(pdf, in_greys=edition.look == "grey")

    data = document.make_pdf(finish, standards.version)
    if has_fields and not widgets:
        message = "There is nothing to fill in: no blanks, writing lines, choices or tasks."
        findings = (*findings, diagnostic(Code.NOTHING_TO_FILL_IN, message))
    facts = file_facts(document.pages, fitted)
    extra: dict[str, bytes] = {}
    extra_facts: dict[str, FileFacts] = {}
    if edition.imposition != "none" and here("imposition"):
        from pipeline.features.imposition import impose

        pages_file = pages_name(pages.file, edition)
        if pages_file:
            extra[pages_file], extra_facts[pages_file] = data, facts
        name = Path(pages_file).name
        data, facts = impose(data, facts, edition, pages.metadata, document.pages, name)
    refused = dict.fromkeys(setter.files.diagnostics)
    return Package(
        data=data,
        diagnostics=(*findings, *refused),
        dependencies=tuple(map(str, setter.files.files)),
        extra=extra,
        facts=facts,
        extra_facts=extra_facts,
        sheet=pages.sheet,
        page_map=text.pieces.page_map(pages.edition, text_flows(document.pages), pages.sheet, front)
        if text.pieces
        else None,
        text=texts[0],
        looks=tuple(looks),
        stranded=find_stranded([page_foot(page) for page in document.pages]),
    )


def _standards(pages: Pages, folder: Path) -> tuple[Standards, Any, tuple[Diagnostic, ...]]:
    """The standards that the PDF follows, and the plates for printers; if these cannot be had, it
    follows the others, and there are findings."""
    edition, metadata = pages.row, pages.metadata
    standards = standards_for(edition, metadata)
    if not standards.press:
        return standards, None, ()
    plates, findings = read_plates(standards.press, metadata, folder)
    return standards if plates else Standards(), plates, findings


def complete(
    pdf: PDF, metadata: Metadata, standards: Standards, sources: Mapping[str, bytes]
) -> None:
    """Adds the parts of a PDF that are not on its pages."""
    describe(pdf, metadata, standards)
    if standards.archival:
        make_archival(pdf, sources)


def file_facts(
    pages: Sequence[TypesetPage] | Sequence[UnitPage], fitted: Fitted | None = None
) -> FileFacts:
    sizes = tuple((page.width * POINT, page.height * POINT) for page in pages)
    return FileFacts(len(pages), sizes=sizes, fitted=fitted)
