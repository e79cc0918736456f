"""The print edition as a PDF: WeasyPrint lays it out, and what it draws is tagged here.

The only module that starts WeasyPrint. The same pages give the same bytes everywhere: the
fonts are the packaged ones, dates come from the publication, and nothing is fetched.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from xml.etree import ElementTree

from PIL import ImageFile

from pipeline.codes import Code, diagnostic
from pipeline.editions import EDITIONS, STANDARD_PRINT, output_name, pages_name
from pipeline.package.font_files import font_files, lacking
from pipeline.package.pdf.fonts import no_system_fonts
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.markup import let_break, parse, ready, replace_characters
from pipeline.package.result import Package
from pipeline.pages import Pages
from pipeline.scripts import beyond
from pipeline.words import words

with no_system_fonts(), warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it misses the fonts that we keep from it
    import weasyprint

    from pipeline.package.pdf.content import mend_fonts
    from pipeline.package.pdf.engine import Fonts, LocalFiles, StyleSheet
    from pipeline.package.pdf.fit import fit_pages
    from pipeline.package.pdf.form import add_form
    from pipeline.package.pdf.grey import without_colours
    from pipeline.package.pdf.kept_pages import KeptPages, name_pages
    from pipeline.package.pdf.layout import lay_out
    from pipeline.package.pdf.metadata import describe
    from pipeline.package.pdf.page_starts import read_pieces
    from pipeline.package.pdf.pictographs import set_apart
    from pipeline.package.pdf.sheets import has_back_cover, impose
    from pipeline.package.pdf.tags import tag
    from pipeline.package.pdf.text_columns import arrange

ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for all of the program


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
    fetcher = LocalFiles(folder, pages.assets, is_grey=edition.look == "grey")
    files = font_files(pages.faces)
    missing = lacking(beyond(page.markup), files)
    with listening(root, missing, pages.assets) as log:
        set_apart(root, missing)
        replace_characters(root, missing)
        ready(root)
        let_break(root)
        arrange(root)
        kept = KeptPages(root) if edition.same_pages else None
        styles = [StyleSheet(style.css, fetcher) for style in pages.styles]
        fonts = Fonts(files)
        pages, fitted, found = fit_pages(pages, root, styles, fonts, folder, log.unheard)
        if any(finding.is_error for finding in found):
            return Package(b"", found)
        if fitted:
            styles = [StyleSheet(one.css, fetcher) for one in pages.styles]
        numbers = kept.numbers if kept else None
        document = lay_out(root, styles, fetcher, fonts, pages.sheet, numbers)
        output = io.BytesIO()
        widgets: dict[object, object] = {}

        def finish(document: weasyprint.Document, pdf: object) -> None:
            mend_fonts(pdf)
            if edition.fields:
                widgets.update(add_form(document.pages, pdf, root))
            tag(document, pdf, root, widgets)
            describe(pdf, pages.metadata, fitted)
            if kept:
                further = words(pages.metadata.lang)["page_further"]
                name_pages(pdf, kept.labels(document.pages), further)
            if edition.look == "grey":
                without_colours(pdf)

        document.write_pdf(output, finisher=finish, pdf_identifier=True, pdf_version="1.7")
    if edition.fields and not widgets:
        message = "There is nothing to fill in: no blank, no writing lines, no choices, no tasks."
        found = (*found, diagnostic(Code.NOTHING_TO_FILL_IN, message))
    data, extra = output.getvalue(), {}
    if edition.imposition != "none":
        beside = pages_name(pages.file or output_name(pages.stem, edition), edition)
        if beside:
            extra[beside] = data
        cover = has_back_cover(document.pages)
        name = Path(beside).name
        data = impose(data, edition, pages.metadata, back_cover=cover, beside=name)
    return Package(
        data=data,
        diagnostics=(*found, *dict.fromkeys(fetcher.diagnostics), *log.diagnostics(pages.places)),
        dependencies=tuple(map(str, (*files, *fetcher.files))),
        extra=extra,
        sheet=pages.sheet,
        page_map=(pieces.page_map(pages.edition, document.pages, pages.sheet) if pieces else None),
    )
