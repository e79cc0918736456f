"""From a selected document to a resolved one, with ids, numbers, files and contents.

Each pass is a function from document to document in a module of its own; none knows another. The
reasons for their order in `passes`:

- Variables (a feature) come first, so that their values are text to all others.
- Images on the web become links before anything examines links.
- Formulas come before anything that needs the text of titles.
- Sections come before anything that needs positions; their roles in a book are checked before other
  passes add sections.
- Citations make notes, and a section of works, before these are counted.
- A glossary and a place for the index come before ids, because they get some.
- Summaries, which are buttons, lose their links before links and notes are examined.
- Addresses may become notes, and so come before these are counted.
- Identifiers and notes count the contents of sections.
- The questions of an exercise are labelled with its number once that is known; their marks become
  text before typography.
- Typography needs the final words, except for those that later passes write.
- References need all ids, and cross-references the numbers and the titles that they quote.
- The index and charts come when all their text is final.
- Parts with a direction of their own (a feature) are isolated when all text is there.
- Contents and the lists of captions come last, because they copy what is finished.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from pipeline.features import FRAGMENT, PassPlace, PassSetting, apply
from pipeline.model import Document
from pipeline.resolve.absent import put_back, show_absent
from pipeline.resolve.addresses import list_addresses
from pipeline.resolve.assets import gather_assets, link_remote
from pipeline.resolve.contents import list_captions, list_contents
from pipeline.resolve.cross_references import fill_references
from pipeline.resolve.identifiers import assign_identifiers
from pipeline.resolve.notes import number_notes
from pipeline.resolve.numbering import number_captions, number_lines, number_sections
from pipeline.resolve.references import check_references, drop_unsafe_addresses
from pipeline.resolve.section_roles import check_roles
from pipeline.resolve.sections import nest_sections
from pipeline.resolve.summaries import free_summaries
from pipeline.resolve.typography import keep_marks, set_typography

Pass: TypeAlias = Callable[[Document], Document]


def passes(folder: Path, split: int = 0) -> tuple[Pass, ...]:
    """The passes in order, for a source in ``folder``, with those of features at their places."""
    return _with_features(
        (
            PassPlace.FIRST, link_remote, show_absent,
            PassPlace.BEFORE_SECTIONS, nest_sections, check_roles,
            PassPlace.BEFORE_IDS, free_summaries, list_addresses, assign_identifiers,
            number_notes, number_captions, number_lines,
            PassPlace.WITH_NUMBERS, number_sections,
            functools.partial(check_references, folder=folder),
            functools.partial(gather_assets, folder=folder),
            PassPlace.BEFORE_TYPOGRAPHY, set_typography, fill_references,
            PassPlace.WITH_ALL_TEXT, keep_marks,
            PassPlace.LAST, list_contents, list_captions,
        ),
        PassSetting(folder, split),
    )  # fmt: skip


def _with_features(own: Iterable[Pass | PassPlace], setting: PassSetting) -> tuple[Pass, ...]:
    """Passes in order, with those of features at the places for these."""
    return tuple(
        functools.partial(apply, each, setting) if isinstance(each, PassPlace) else each
        for each in own
    )


def resolve(document: Document, folder: Path, split: int = 0) -> Document:
    """The document after all passes. Paths are relative to ``folder``, the source's, and nothing
    outside it is read. Problems are added to `Document.diagnostics`. The document is to be divided
    into the sections of level ``split`` (`division.divide`), or not at all (0)."""
    for each in passes(folder, split):
        document = each(document)
    return document


def resolve_fragment(document: Document) -> Document:
    """A fragment of text: with its formulas set, notes and captions numbered, references filled in,
    and code highlighted; headings, links and files stay as written, except for unsafe addresses."""
    own: tuple[Pass | PassPlace, ...] = (
        show_absent,
        PassPlace.BEFORE_SECTIONS, put_back,
        PassPlace.BEFORE_IDS, free_summaries, number_notes, number_captions, number_lines,
        PassPlace.WITH_NUMBERS, drop_unsafe_addresses,
        PassPlace.BEFORE_TYPOGRAPHY, fill_references,
        PassPlace.WITH_ALL_TEXT, keep_marks,
        PassPlace.LAST,
    )  # fmt: skip
    for each in _with_features(own, FRAGMENT):
        document = each(document)
    return document
