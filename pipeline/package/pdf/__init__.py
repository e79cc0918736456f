"""The print edition as a PDF: WeasyPrint lays it out and draws it, and it is tagged here.

A text is set in units (`units`), one after the other or in several processes, which are joined; one
that is short, or cannot be divided, is the only unit. The same pages give the same bytes
everywhere: fonts come from packages, dates from the publication, and nothing is loaded from the
network.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import features
from pipeline.keep import tell
from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import STANDARD_PRINT
from pipeline.model.rendered import Pages, tree_of
from pipeline.model.writing_systems import beyond
from pipeline.package.page_files import attached, font_files, lacking
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.page_feet import stranded
from pipeline.package.pdf.page_starts import Pieces, read_pieces
from pipeline.package.pdf.print_markup import ready
from pipeline.package.pdf.units.book import Book, joined
from pipeline.package.pdf.units.plan import UndividedError, examine
from pipeline.package.pdf.units.setting import heads, unit
from pipeline.package.pdf.whole import Printing, complete, file_facts, set_whole, standards_of
from pipeline.package.result import Package
from pipeline.package.units import DrawnText, Proof
from pipeline.system.pango import pango_version

ROUNDS = 8
"""The maximum number of times that units are laid out until their page numbers are right, as in the
engine."""


SOON = (1, 2, 4, 8)
"""Numbers of first units that can be seen while the others are set."""


def package(pages: Pages, folder: Path, sources: tuple[str, ...] = ()) -> Package:
    """The PDF of an edition; ``folder`` is the source's folder, with the assets, and ``sources`` in
    it are attached to an archival PDF."""
    try:
        examine(pages)
        return _printed(pages, folder, sources)
    except UndividedError as reason:
        return _printed(pages, folder, sources, undivided=str(reason))


def _printed(pages: Pages, folder: Path, sources: tuple[str, ...], undivided: str = "") -> Package:
    """The PDF of a text in units; in a single one, if it is ``undivided`` for a reason. Otherwise,
    it may raise an `UndividedError`."""
    try:
        root, pieces = _read(pages)
    except ElementTree.ParseError as error:
        message = f"The markup of the print edition is not well-formed: {error}."
        return Package(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    fonts = font_files(pages.faces)
    missing = lacking(beyond(pages.pages[0].markup), fonts)
    is_grey = pages.row.look == "grey"
    setter = Typesetter(fonts, folder, pages.assets, is_grey=is_grey)
    with listening(root, missing, pages.assets) as log:
        ready(root)
        if float_to_pages := features.task("float_to_pages"):
            float_to_pages(root, pages)
        text = Printing(pages, folder, sources, root, pieces, fonts, missing, setter, log)
        result = set_whole(text) if undivided else _of_units(text)
    if not result.data:
        return result
    return replace(
        result,
        diagnostics=(*result.diagnostics, *log.diagnostics(pages.places)),
        dependencies=(*map(str, fonts), *result.dependencies),
        plan=f"as a whole: {undivided}" if undivided else result.plan,
        missing=log.missing,
    )


def _read(pages: Pages) -> tuple[Element, Pieces | None]:
    """The tree of a text, and the pieces that a page may begin with, in the standard edition."""
    (page,) = pages.pages
    if pages.edition == STANDARD_PRINT:
        return read_pieces(page.markup, pages.pieces)
    return tree_of(page.markup), None


def _of_units(text: Printing) -> Package:
    """The PDF of a text in several units. Raises `UndividedError`."""
    pages, folder, pango = text.pages, text.folder, pango_version()
    edition = pages.row
    book = Book(text.setter, text.root, pages)
    files = tuple(map(str, text.fonts))
    units = book.each_unit(text.fonts, text.missing)
    for result in unit.each((each, edition, folder, pango) for each in units):
        book.sets.append(result)
        if len(book.sets) in SOON:
            tell(book.proof(edition, files))
    book.begin()
    for _ in range(ROUNDS):
        stale = book.stale()
        if not stale:
            break
        again = unit.each((book.units[number], edition, folder, pango) for number in stale)
        for number, result in zip(stale, again, strict=True):
            book.sets[number] = result
    else:
        raise UndividedError("its page numbers change each time that it is set")
    book.check()
    sets, furniture = tuple(book.sets), tuple(book.furniture)
    tell(Proof(edition, sets, furniture, files))
    above = tuple(heads.each((pages_of_unit, edition, pango) for pages_of_unit in furniture))
    standards = standards_of(edition, pages.metadata)
    attachments = attached(folder, text.sources)
    data, digests = joined(
        text.setter, sets, above, text.fonts,
        lambda pdf: complete(pdf, pages.metadata, standards, attachments), standards,
    )  # fmt: skip
    for message in (m for results in (sets, above) for result in results for m in result.messages):
        text.log.record(*message)
    return Package(
        data=data,
        diagnostics=tuple(dict.fromkeys(f for result in sets for f in result.diagnostics)),
        dependencies=tuple(dict.fromkeys(str(file) for result in sets for file in result.files)),
        facts=file_facts(book.pages),
        sheet=pages.sheet,
        page_map=text.pieces.page_map(pages.edition, book.flows, pages.sheet)
        if text.pieces
        else None,
        plan=f"in {len(sets)} units",
        digests=digests,
        looks=tuple(f"{body} {above} {shift:g}" for body, above, shift in digests),
        stranded=stranded([page.foot for page in book.pages]),
        text=DrawnText(
            "".join(result.text.text for result in sets),
            "".join(result.text.notes for result in sets),
        ),
    )
