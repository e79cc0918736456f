"""A printed text in units: each is laid out separately, and all are joined to the same PDF as if
the text had been laid out as a whole. So an edit only costs its own unit, and units are laid out in
parallel."""

from __future__ import annotations

import pipeline.package.pdf.engine  # noqa: F401 - it loads WeasyPrint in its own way

# isort: split
from pipeline.features.units.book import Book, joined
from pipeline.features.units.setting import heads, unit
from pipeline.keep import tell
from pipeline.model.sheet.proportions import standards_for
from pipeline.package.page_files import attached
from pipeline.package.pdf.page_feet import stranded
from pipeline.package.pdf.whole import Printing, complete, file_facts
from pipeline.package.result import Package
from pipeline.package.units import DrawnText, Proof, UndividedError
from pipeline.system.pango import pango_version

ROUNDS = 8
"""The maximum number of times that units are laid out until their page numbers are right, as in the
engine."""


SOON = (1, 2, 4, 8)
"""Numbers of first units that can be seen while the others are set."""


def set_units(text: Printing) -> Package:
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
    standards = standards_for(edition, pages.metadata)
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
