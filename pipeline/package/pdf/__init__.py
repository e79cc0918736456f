"""The print edition as a PDF: WeasyPrint lays it out and draws it, and it is tagged here.

A long text is set in units, which are joined, if there is the feature ``units``; one that is short,
or cannot be divided, is the only unit. The same pages give the same bytes everywhere: fonts come
from packages, dates from the publication, and nothing is loaded from the network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import STANDARD_PRINT
from pipeline.model.rendered import Pages, tree_of
from pipeline.model.writing_systems import characters_beyond
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.print_markup import ready
from pipeline.package.pdf.whole import Printing, set_whole
from pipeline.package.result import Package, font_files, missing_characters
from pipeline.package.units import UndividedError


def package(pages: Pages, folder: Path, sources: tuple[str, ...] = ()) -> Package:
    """The PDF of an edition; ``folder`` is the source's folder, with the assets, and ``sources`` in
    it are attached to an archival PDF."""
    from pipeline.package.pdf.units import why_whole

    reason = why_whole(pages)
    if not reason:
        try:
            return _print_text(pages, folder, sources)
        except UndividedError as error:
            reason = str(error)
    return _print_text(pages, folder, sources, undivided=reason)


def _print_text(
    pages: Pages, folder: Path, sources: tuple[str, ...], undivided: str = ""
) -> Package:
    """The PDF of a text in units; in a single one, if it is ``undivided`` for a reason. Otherwise,
    it may raise an `UndividedError`."""
    try:
        root, pieces = _read(pages)
    except ElementTree.ParseError as error:
        message = f"The markup of the print edition is not well-formed: {error}."
        return Package(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    fonts = font_files(pages.faces)
    missing = missing_characters(characters_beyond(pages.pages[0].markup), fonts)
    is_grey = pages.row.look == "grey"
    setter = Typesetter(fonts, folder, pages.assets, is_grey=is_grey)
    with listening(root, missing, pages.assets) as log:
        ready(root, pages.sheet)
        from pipeline.package.pdf.print_markup import float_to_pages

        float_to_pages(root, pages)
        text = Printing(pages, folder, sources, root, pieces, fonts, missing, setter, log)
        if undivided:
            result = set_whole(text)
        else:
            from pipeline.package.pdf.units import set_units

            result = set_units(text)
    if not result.data:
        return result
    return replace(
        result,
        diagnostics=(*result.diagnostics, *log.diagnostics(pages.places)),
        dependencies=(*map(str, fonts), *result.dependencies),
        plan=f"as a whole: {undivided}" if undivided else result.plan,
        missing=log.missing,
    )


def _read(pages: Pages) -> tuple[Element, Any]:
    """The tree of a text, and the pieces that a page may begin with, in the standard edition."""
    (page,) = pages.pages
    if pages.edition == STANDARD_PRINT:
        from pipeline.package.pdf.page_starts import read_pieces

        return read_pieces(page.markup, pages.pieces)
    return tree_of(page.markup), None
