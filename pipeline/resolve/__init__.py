"""From a selected document to one in which all is known: ids, numbers, files, contents.

Each pass is a function Document → Document in a module of its own; none knows another.
`passes` is their order, and why it is so:

- sections come before all that asks where something stands;
- identifiers and notes count what the sections hold;
- references need every id;
- contents come last, since they copy titles that are finished.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from pipeline.model import Document
from pipeline.resolve.assets import gather_assets
from pipeline.resolve.contents import list_contents
from pipeline.resolve.highlight import highlight_code
from pipeline.resolve.identifiers import assign_identifiers
from pipeline.resolve.notes import number_notes
from pipeline.resolve.numbering import number_captions
from pipeline.resolve.references import check_references, drop_unsafe_addresses
from pipeline.resolve.sections import nest_sections
from pipeline.resolve.typography import set_typography

Pass: TypeAlias = Callable[[Document], Document]


def passes(folder: Path) -> tuple[Pass, ...]:
    """The passes in order, for a source in ``folder``."""
    return (
        nest_sections,
        assign_identifiers,
        number_notes,
        number_captions,
        functools.partial(check_references, folder=folder),
        functools.partial(gather_assets, folder=folder),
        highlight_code,
        set_typography,
        list_contents,
    )


def resolve(document: Document, folder: Path) -> Document:
    """The document after all passes. ``folder`` is the source's: paths start from it, and
    nothing outside is read. What is wrong is added to `Document.diagnostics`."""
    for apply in passes(folder):
        document = apply(document)
    return document


def resolve_fragment(document: Document) -> Document:
    """A piece of text by itself: its notes and captions numbered, its code highlighted;
    headings, links and files as they are written, but for addresses that are not safe."""
    for apply in (number_notes, number_captions, drop_unsafe_addresses, highlight_code):
        document = apply(document)
    return document
