"""The print edition as a PDF: WeasyPrint lays it out, and what it draws is tagged here.

The same pages give the same bytes everywhere: the fonts are the packaged ones, dates come from the
publication, and nothing is fetched.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from pipeline.codes import Code, diagnostic
from pipeline.editions import EDITIONS, STANDARD_PRINT, output_name, pages_name
from pipeline.package.font_files import font_files, lacking
from pipeline.package.pdf.engine.objects import PDF
from pipeline.package.pdf.engine.typesetter import Typesetter
from pipeline.package.pdf.fit import fit_pages
from pipeline.package.pdf.form import add_form
from pipeline.package.pdf.grey import without_colours
from pipeline.package.pdf.kept_pages import KeptPages, name_pages
from pipeline.package.pdf.layout import lay_out
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.markup import let_break, parse, ready, replace_characters
from pipeline.package.pdf.metadata import describe
from pipeline.package.pdf.page_starts import read_pieces
from pipeline.package.pdf.pictographs import set_apart
from pipeline.package.pdf.tags import tag
from pipeline.package.pdf.text_columns import arrange
from pipeline.package.result import Facts, Package
from pipeline.pages import Pages
from pipeline.scripts import beyond
from pipeline.words import words


def package(pages: Pages, folder: Path) -> Package:
    """The PDF of an edition; ``folder`` is the source's folder, in which the assets are."""
    (page,) = pages.pages
    try:
        if pages.edition == STANDARD_PRINT:
            root, pieces = read_pieces(page.markup, pages.pieces)
        else:
            root, pieces = parse(page.markup), None
    except ElementTree.ParseError as error:
        message = f"The markup of the print edition is not well-formed: {error}."
        return Package(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    edition = EDITIONS[pages.edition]
    files = font_files(pages.faces)
    setter = Typesetter(files, folder, pages.assets, is_grey=edition.look == "grey")
    missing = lacking(beyond(page.markup), files)
    with listening(root, missing, pages.assets) as log:
        set_apart(root, missing)
        replace_characters(root, missing)
        ready(root)
        let_break(root)
        arrange(root)
        kept = KeptPages(root) if edition.same_pages else None
        pages, fitted, found = fit_pages(setter, pages, root, log.unheard)
        if any(finding.is_error for finding in found):
            return Package(b"", found)
        document = lay_out(setter, root, pages, kept.numbers if kept else None)
        widgets: dict[object, object] = {}

        def finish(pdf: PDF) -> None:
            if edition.fields:
                widgets.update(add_form(document.pages, pdf, root))
            tag(document, pdf, root, widgets)
            describe(pdf, pages.metadata)
            if kept:
                further = words(pages.metadata.lang)["page_further"]
                name_pages(pdf, kept.labels(document.pages), further)
            if edition.look == "grey":
                without_colours(pdf)

        data = document.written(finish)
    if edition.fields and not widgets:
        message = "There is nothing to fill in: no blank, no writing lines, no choices, no tasks."
        found = (*found, diagnostic(Code.NOTHING_TO_FILL_IN, message))
    facts = Facts(len(document.pages), sizes=document.sizes, fitted=fitted)
    extra: dict[str, bytes] = {}
    extra_facts: dict[str, Facts] = {}
    if edition.imposition != "none":
        from pipeline.package.pdf.sheets import has_back_cover, impose

        beside = pages_name(pages.file or output_name(pages.stem, edition), edition)
        if beside:
            extra[beside], extra_facts[beside] = data, facts
        cover = has_back_cover(document.pages)
        name = Path(beside).name
        data, facts = impose(data, facts, edition, pages.metadata, back_cover=cover, beside=name)
    found = (*found, *dict.fromkeys(setter.files.diagnostics), *log.diagnostics(pages.places))
    return Package(
        data=data,
        diagnostics=found,
        dependencies=tuple(map(str, (*files, *setter.files.files))),
        extra=extra,
        facts=facts,
        extra_facts=extra_facts,
        sheet=pages.sheet,
        page_map=(pieces.page_map(pages.edition, document.pages, pages.sheet) if pieces else None),
    )
