"""Nodes of features that this copy of Chapbook does not have: they are shown as written, and told.

The parser reads them all the same, since nodes are one vocabulary, but no pass and no template does
anything with them. A chart is then a table, a formula its TeX, a citation its source.
"""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.features import FEATURES, here, places
from pipeline.model import Document
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.tree import rewrite_document
from pipeline.resolve.findings import Findings


def show_absent(document: Document) -> Document:
    """The document with what belongs to absent features as written, and without their keys, with
    one ABSENT_FEATURE for each feature, at its first node, or else at the beginning."""
    absent = {name: row for name, row in FEATURES.items() if not here(name)}
    if not absent:
        return document
    findings = Findings(document)
    edition = EDITIONS.get(document.edition)
    is_platform = edition is not None and bool(edition.platform)
    for name, row in absent.items():
        places_of_it = list(places(name, document))
        if places_of_it:
            message = f"This copy of Chapbook lacks {name}: what needs it is shown as written."
            findings.add(Code.ABSENT_FEATURE, message, places_of_it[0])
        changes = row.for_platforms if is_platform else {}
        document = rewrite_document(document, leave=changes or row.as_written)
    keys = {key for row in absent.values() for key in row.signs.keys}
    unset = Metadata()
    defaults = {key: getattr(unset, key) for key in keys.intersection(unset.__struct_fields__)}
    return findings.add_to(replace(document, metadata=replace(document.metadata, **defaults)))


def put_back(document: Document) -> Document:
    """The document with its citations as written, and without a bibliography."""
    return rewrite_document(document, leave=FEATURES["citations"].as_written)
