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
from pipeline.package.pdf.fonts import font_files, lacking, no_system_fonts
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.markup import parse, ready, replace_characters
from pipeline.package.result import Package
from pipeline.pages import Pages
from pipeline.scripts import beyond

with no_system_fonts(), warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it misses the fonts that we keep from it
    import weasyprint

    from pipeline.package.pdf.content import mend_fonts
    from pipeline.package.pdf.engine import Fonts, LocalFiles
    from pipeline.package.pdf.layout import lay_out
    from pipeline.package.pdf.metadata import describe
    from pipeline.package.pdf.tags import tag

ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for all of the program


def package(pages: Pages, folder: Path) -> Package:
    """The PDF of an edition; ``folder`` is the source's folder, in which the assets are."""
    (page,) = pages.pages
    try:
        root = parse(page.markup)
    except ElementTree.ParseError as error:
        message = f"The markup of the print edition is not well-formed: {error}."
        return Package(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    fetcher = LocalFiles(folder, pages.assets)
    files = font_files(pages.faces)
    missing = lacking(beyond(page.markup), files)
    with listening(root, missing) as log:
        replace_characters(root, missing)
        ready(root)
        styles = [weasyprint.CSS(string=style.css, url_fetcher=fetcher) for style in pages.styles]
        document = lay_out(root, styles, fetcher, Fonts(files))
        output = io.BytesIO()

        def finish(document: weasyprint.Document, pdf: object) -> None:
            mend_fonts(pdf)
            tag(document, pdf, root)
            describe(pdf, pages.metadata)

        document.write_pdf(output, finisher=finish, pdf_identifier=True, pdf_version="1.7")
    return Package(
        data=output.getvalue(),
        diagnostics=(*dict.fromkeys(fetcher.diagnostics), *log.diagnostics(pages.places)),
        dependencies=(*files, *fetcher.files),
    )
