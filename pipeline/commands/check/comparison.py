"""Compares a finished file with its source."""

from __future__ import annotations

from pathlib import Path

from pipeline.commands.check.finished import CheckReport, site_of
from pipeline.commands.pdf_reading import text_of_pdf
from pipeline.driver import Options, mark_for
from pipeline.flow.values import request_for
from pipeline.model import Document, editions
from pipeline.model.metadata import Metadata
from pipeline.package.units import DrawnText
from pipeline.system.outputs import MANIFEST
from pipeline.verify import reading, word
from pipeline.verify.completeness import MOST_SHOWN, diagnostics, faults_in

START, SITE = "index.html", "site"
"""The first page of a site, and the edition that a folder of pages is of."""


def compare_file(
    path: Path, parsed: Document, source: Path, *, renamed: bool = False
) -> CheckReport:
    """Compare a finished file with the ``parse_part`` document of its ``source``: the findings, by
    position in the source, and a note on the comparison. The name of a file identifies its edition;
    a file that may be ``renamed`` is the usual edition of its format. For a site, ``path`` is the
    folder or any page. An unreadable file is not reported here, but by `finished.check`."""
    metadata = parsed.metadata
    if path.name == MANIFEST:
        return CheckReport()
    site = site_of(path)
    name = f"{site.name}/{START}" if site else path.name
    edition = edition_of(name, editions.stem_of(source), metadata)
    if edition is None and renamed:
        names = [SITE] if site else editions.DEFAULT_EDITIONS
        usual = (editions.variations_of(editions.EDITIONS[name], metadata)[0] for name in names)
        suffix = ".html" if site else path.suffix.lower()
        edition = next((candidate for candidate in usual if suffix == f".{candidate.format}"), None)
    if edition is None:
        return CheckReport(notes=(f"not compared: no edition of {source} has a file of this name",))
    pages = editions.pages_name(editions.output_name(editions.stem_of(source), edition), edition)
    if edition.imposition != "none" and path.name != pages:
        return CheckReport(notes=("not compared: its pages are not in reading order",))
    document = mark_for(request_for(source, parsed, Options()), edition)
    file = site / START if site else path
    try:
        faults = tuple(faults_in(_text_of(file, edition.format), edition, document))
    except reading.UnreadableFile:
        return CheckReport()
    note = f"compared with {source.name} as edition {edition.full_name}"
    if len(faults) > MOST_SHOWN:
        note += f"; {len(faults) - MOST_SHOWN} further findings are not shown"
    return CheckReport(tuple(diagnostics(faults, file.name, document)), (note,))


def _text_of(file: Path, format: editions.FormatName) -> DrawnText:
    match format:
        case "html":
            return reading.text_of_pages(lambda name: file.with_name(name).read_bytes(), file.name)
        case "epub":
            return reading.text_of_book(file)
        case "pdf":
            return text_of_pdf(file)
        case "docx":
            return word.text_of_word(file)
        case _:
            raise reading.UnreadableFile


def edition_of(name: str, stem: str, metadata: Metadata) -> editions.Edition | None:
    """The edition whose file has this name, where the source is ``stem``."""
    for row in editions.EDITIONS.values():
        for edition in editions.variations_of(row, metadata):
            file = editions.output_name(stem, edition)
            if name in (file, editions.pages_name(file, edition)):
                return edition
    return None
