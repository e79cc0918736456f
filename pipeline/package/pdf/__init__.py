"""The print edition as a PDF: WeasyPrint lays it out and draws it, and it is tagged here.

A long text is set in units, which are joined, if there is the feature ``units``; one that is short,
or cannot be divided, is the only unit. The same pages give the same bytes everywhere: fonts come
from packages, dates from the publication, and nothing is loaded from the network.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from msgspec.structs import replace

from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import STANDARD_PRINT
from pipeline.model.rendered import Pages, tree_of
from pipeline.model.writing_systems import beyond
from pipeline.package.pdf.engine.adapter.patching import reporting_to
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.log import Log
from pipeline.package.pdf.print_markup import float_to_pages, ready
from pipeline.package.pdf.whole import Printing, set_whole
from pipeline.package.result import Package, font_files, lacking
from pipeline.package.units import UndividedError

if TYPE_CHECKING:
    from pipeline.package.pdf.units import SetUnits


def package(
    pages: Pages,
    folder: Path,
    sources: tuple[str, ...] = (),
    units: SetUnits | str | None = None,
) -> Package:
    """The PDF of an edition; ``folder`` is the source's folder, with the assets, and ``sources`` in
    it are attached to an archival PDF. ``units`` are what `set_units` gives, if that is known."""
    if units is None:
        units = set_units(pages, folder)
    try:
        text = _read(pages, folder) if isinstance(units, str) else units.text
        with reporting_to(text.log.record):
            if isinstance(units, str):
                result = set_whole(text, sources)
            else:
                from pipeline.package.pdf.units import join_units

                result = join_units(units, sources)
    except UndividedError as error:
        return package(pages, folder, sources, str(error))
    except ElementTree.ParseError as error:
        message = f"The markup of the print edition is not well-formed: {error}."
        return Package(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    if not result.data:
        return result
    return replace(
        result,
        diagnostics=(*result.diagnostics, *text.log.diagnostics(pages.places)),
        dependencies=(*map(str, text.fonts), *result.dependencies),
        plan=f"as a whole: {units}" if isinstance(units, str) else result.plan,
        missing=text.log.missing,
    )


def set_units(pages: Pages, folder: Path) -> SetUnits | str:
    """The units of a text, set; or the reason why it is not divided."""
    from pipeline.package.pdf import units

    if reason := units.why_whole(pages):
        return reason
    try:
        text = _read(pages, folder)
        with reporting_to(text.log.record):
            return units.set_units(text)
    except UndividedError as error:
        return str(error)
    except ElementTree.ParseError:
        return "it is not well-formed"


def _read(pages: Pages, folder: Path) -> Printing:
    """A text to be printed. Raises `ElementTree.ParseError`."""
    (page,) = pages.pages
    if pages.edition == STANDARD_PRINT:
        from pipeline.package.pdf.page_starts import read_pieces

        root, pieces = read_pieces(page.markup, pages.pieces)
    else:
        root, pieces = tree_of(page.markup), None
    fonts = font_files(pages.faces)
    missing = lacking(beyond(page.markup), fonts)
    setter = Typesetter(fonts, folder, pages.assets, is_grey=pages.row.look == "grey")
    log = Log(root, missing, pages.assets)
    ready(root)
    float_to_pages(root, pages)
    return Printing(pages, folder, root, pieces, fonts, missing, setter, log)
