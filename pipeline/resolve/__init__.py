"""From a selected document to a resolved one, with ids, numbers, files and contents.

Passes are functions from document to document, in modules that do not know each other; those of
features are imported for documents that need them. `resolve` has them in order.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.features import here, needed
from pipeline.model import Document
from pipeline.resolve.absent import put_back, show_absent
from pipeline.resolve.addresses import draw_codes, list_addresses
from pipeline.resolve.assets import gather_assets, link_remote
from pipeline.resolve.code import highlight_code
from pipeline.resolve.contents import list_captions, list_contents
from pipeline.resolve.directions import isolate_directions, line_sums
from pipeline.resolve.notes import number_notes
from pipeline.resolve.numbering import (
    assign_identifiers,
    give_start_times,
    number_captions,
    number_lines,
    number_sections,
)
from pipeline.resolve.openings import open_chapters, show_numbers
from pipeline.resolve.references import (
    check_references,
    drop_unsafe_addresses,
    fill_references,
    free_summaries,
)
from pipeline.resolve.sections import check_roles, mark_parts, nest_sections
from pipeline.resolve.typography import keep_marks, set_typography
from pipeline.resolve.variables import fill_variables


def resolve(document: Document, folder: Path, split: int = 0) -> Document:
    """The document after all passes. Paths are relative to ``folder``, the source's, and nothing
    outside it is read. Problems are added to `Document.diagnostics`. The document is to be divided
    into the sections of level ``split`` (`split.divide`), or not at all (0)."""
    from pipeline.exercises.points import count_points, number_questions
    from pipeline.exercises.versions import tell_moved

    # Variables first: their values are text to all others. Images on the web become links before
    # anything examines links.
    document = show_absent(link_remote(fill_variables(document)))

    # Formulas before anything that needs the text of titles, sections before anything that needs
    # positions; their roles in a book are checked before other passes add sections.
    document = with_formulas(tell_moved(document))
    document = mark_parts(check_roles(nest_sections(document)))

    # Citations make notes, and a section of works, before these are counted; a glossary and an
    # index get ids. Summaries, which are buttons, lose their links before these are examined.
    # Addresses may become notes.
    if needed("citations", document):
        from pipeline.features.citations import cite_works

        document = cite_works(document, folder, split)
    document = _with_terms(document, split)
    if here("index"):
        from pipeline.features.index import place_index

        document = place_index(document)
    document = list_addresses(free_summaries(document))

    # Identifiers and notes count the contents of sections. The questions of an exercise are
    # labelled with its number once that is known; their points become text before typography.
    document = number_notes(assign_identifiers(document))
    document = number_lines(number_captions(document))
    document = count_points(number_questions(document))
    document = number_sections(document)
    document = gather_assets(check_references(document, folder=folder), folder=folder)

    # Typography needs the final words, except for those that later passes write.
    if needed("own_fonts", document):
        from pipeline.features.own_fonts import read_fonts

        document = read_fonts(document, folder)
    document = highlight_code(document)
    document = set_typography(give_start_times(document))

    # References need all ids, and cross-references the numbers and the titles that they quote.
    document = fill_references(document)

    # The index, charts and codes, when all their text is final.
    document = _with_index(document)
    if needed("charts", document):
        from pipeline.features.charts import draw_charts

        document = draw_charts(document)
    document = draw_codes(show_numbers(open_chapters(document)))
    if needed("word", document):
        from pipeline.features.word.styles import read_template

        document = read_template(document, folder)
    document = keep_marks(document)

    # Contents and the lists of captions last, because they copy what is finished.
    document = isolate_directions(line_sums(document))
    return list_captions(list_contents(document))


def resolve_fragment(document: Document) -> Document:
    """A fragment of text: with its formulas set, notes and captions numbered, references filled in,
    and code highlighted; headings, links and files stay as written, except for unsafe addresses."""
    from pipeline.exercises.points import count_points, number_questions
    from pipeline.exercises.versions import tell_moved

    document = put_back(with_formulas(tell_moved(show_absent(document))))
    document = number_notes(free_summaries(_with_terms(document)))
    document = number_lines(number_captions(document))
    document = drop_unsafe_addresses(count_points(number_questions(document)))
    document = fill_references(highlight_code(document))
    return isolate_directions(keep_marks(_with_index(document)))


def with_formulas(document: Document) -> Document:
    """The document with its formulas set."""
    if not needed("formulas", document):
        return document
    from pipeline.features.formulas import set_formulas

    return set_formulas(document)


def _with_terms(document: Document, split: int = 0) -> Document:
    """The document with links from its terms to a glossary."""
    if not here("glossary"):
        return document
    from pipeline.features.glossary import link_terms

    return link_terms(document, split)


def _with_index(document: Document) -> Document:
    """The document with the entries of its index."""
    if not here("index"):
        return document
    from pipeline.features.index import fill_index

    return fill_index(document)
